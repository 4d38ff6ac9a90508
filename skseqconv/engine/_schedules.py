"""Learning-rate schedules: the rate at each step of a fit, as a share of the peak.

`cosine` is the annealing of Loshchilov and Hutter (2017) from the peak to zero, as in
Keras' `CosineDecay`. `one_cycle` is the policy of Smith and Topin (2018) in the form of
fastai and PyTorch (`OneCycleLR`): both halves are cosines. The momentum is constant.
"""

import numpy as np

#: Of one cycle: the share of the steps in which the rate rises.
RISING = 0.3

#: Of one cycle: the first and the last rate, as shares of the peak.
FIRST, LAST = 1 / 25, 1 / 25e4


def cosine(step, n_steps):
    return _between(1.0, 0.0, step / n_steps)


def one_cycle(step, n_steps):
    top = max(RISING * n_steps - 1, 0.0)
    # The lengths are at least one step, so that fits of one step have the peak rate.
    rising = _between(FIRST, 1.0, step / max(top, 1))
    falling = _between(1.0, LAST, (step - top) / max(n_steps - 1 - top, 1))
    return np.where(step < top, rising, falling)


def _between(first, last, share):
    return last + (first - last) * (1 + np.cos(np.pi * share)) / 2


SCHEDULES = {"one_cycle": one_cycle, "cosine": cosine}


def rates(schedule, peak, step, n_steps):
    """Learning rates of some steps.

    Parameters
    ----------
    schedule : str
        A name in `SCHEDULES`.
    peak : float
    step : ndarray of int
        The steps, from 0.
    n_steps : int
        Number of steps of the whole fit.

    Returns
    -------
    rates : ndarray of float32
    """
    return (peak * SCHEDULES[schedule](step, n_steps)).astype(np.float32)
