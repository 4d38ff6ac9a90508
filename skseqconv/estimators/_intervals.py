"""Quantiles, and intervals that rows held out have corrected.

Where rows are held out (`validation_split`), how far the truth lay outside of an
interval there corrects its width: split conformal prediction, around a forecast of one
value by its absolute error (Lei et al. 2018), around quantiles by how far they were
overshot (Romano, Patterson and Candes 2019, "Conformalized quantile regression").
"""

from numbers import Real

import numpy as np

#: Held-out rows that intervals are corrected by, at most.
MAX_ROWS = 5000


def check_quantiles(quantiles):
    """Quantiles as a list of floats: ascending, within 0 and 1, with the median."""
    given = list(quantiles) if np.iterable(quantiles) else [quantiles]
    valid = all(isinstance(q, Real) and 0 < q < 1 for q in given)
    if not valid or given != sorted(set(given)) or 0.5 not in given:
        raise ValueError(
            f"quantiles={quantiles!r} must be ascending numbers between 0 and 1, with "
            "0.5 among them, which predict gives: (0.1, 0.5, 0.9)."
        )
    return [float(q) for q in given]


def pair_of(coverage, quantiles):
    """Positions of the two quantiles that have `coverage` between them."""
    around = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
    at = [int(np.argmin(np.abs(np.array(quantiles) - q))) for q in around]
    if np.abs(np.array(quantiles)[at] - around).max() > 1e-6:
        raise ValueError(
            f"coverage={coverage!r} lies between the quantiles "
            f"{around.round(6).tolist()}, but quantiles={tuple(quantiles)} were "
            "trained: add them there, or use a coverage that lies between two of these."
        )
    return at


def overshoots(y, lower, upper):
    """How far each y lies outside of its interval; negative inside."""
    return np.maximum(lower - y, y - upper)


def correction(overshoot, coverage):
    """What to add on both sides, for each output.

    The ``ceil((n + 1) * coverage)``-th smallest of n overshoots.
    """
    n_rows = len(overshoot)
    rank = int(np.ceil((n_rows + 1) * coverage - 1e-9))
    if rank > n_rows:
        raise ValueError(
            f"coverage={coverage!r} needs more than the {n_rows} rows that were held "
            "out: use a larger validation_split, or a lower coverage."
        )
    return np.sort(overshoot, axis=0)[rank - 1]
