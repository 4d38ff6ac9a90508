"""Split conformal prediction: held-out rows correct the width of intervals.

The correction is computed from how far y lies outside of the interval in held-out rows
(`validation_split`). Around a forecast that is its absolute error (Lei et al. 2018),
around quantiles the distance beyond them (Romano, Patterson and Candes 2019,
"Conformalized quantile regression").
"""

from numbers import Real

import numpy as np

#: Most held-out rows that a correction is computed from.
MAX_ROWS = 5000


def check_quantiles(quantiles):
    """Quantiles as a list of floats: ascending, within 0 and 1, with the median."""
    given = list(quantiles) if np.iterable(quantiles) else [quantiles]
    valid = all(isinstance(q, Real) and 0 < q < 1 for q in given)
    if not valid or given != sorted(set(given)) or 0.5 not in given:
        raise ValueError(
            f"quantiles={quantiles!r} must be ascending numbers between 0 and 1 and "
            "contain 0.5, which predict returns, such as (0.1, 0.5, 0.9)."
        )
    return [float(q) for q in given]


def pair_of(coverage, quantiles):
    """Positions of the two quantiles that have `coverage` between them."""
    around = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
    at = [int(np.argmin(np.abs(np.array(quantiles) - q))) for q in around]
    if np.abs(np.array(quantiles)[at] - around).max() > 1e-6:
        raise ValueError(
            f"coverage={coverage!r} needs the quantiles {around.round(6).tolist()}, "
            f"but the network was trained for quantiles={tuple(quantiles)}. Add them "
            "to quantiles and fit again, or use a coverage between two of these."
        )
    return at


def overshoots(y, lower, upper):
    """How far each y lies outside of its interval; negative inside."""
    return np.maximum(lower - y, y - upper)


def correction(overshoot, coverage):
    """Width to add on both sides, for each output.

    The ``ceil((n + 1) * coverage)``-th smallest of n overshoots.
    """
    n_rows = len(overshoot)
    rank = int(np.ceil((n_rows + 1) * coverage - 1e-9))
    if rank > n_rows:
        raise ValueError(
            f"coverage={coverage!r} needs more than the {n_rows} held-out rows. Use a "
            "larger validation_split, or a lower coverage."
        )
    return np.sort(overshoot, axis=0)[rank - 1]
