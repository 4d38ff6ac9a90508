"""Panels whose axes look exchanged: with the channels before the time steps."""

import warnings

from skseqconv.series._missing_history import stacklevel_of_caller

#: A panel gets a warning if its samples have at most so many steps, and at least so
#: many times as many channels. Few series are as short and have as many channels.
MOST_STEPS, TIMES_AS_MANY = 8, 4


def hint_if_swapped(shape):
    """Advice for a panel with more channels than steps; "" for others.

    Parameters
    ----------
    shape : (int, int, int)
        Numbers of samples, steps and channels.
    """
    _, n_steps, n_channels = shape
    if n_channels <= n_steps:
        return ""
    return (
        f"X has the shape {tuple(map(int, shape))}: {n_steps} steps of {n_channels} "
        "channels. If it is (n_samples, n_channels, n_steps), pass X.swapaxes(1, 2)."
    )


def warn_if_swapped(shape):
    """Warn of a panel of a few steps and many channels."""
    _, n_steps, n_channels = shape
    if n_steps <= MOST_STEPS and n_channels >= TIMES_AS_MANY * n_steps:
        level = stacklevel_of_caller()
        warnings.warn(hint_if_swapped(shape), UserWarning, stacklevel=level)
