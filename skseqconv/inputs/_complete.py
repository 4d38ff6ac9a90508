"""Which rows have a whole window to learn from, and a weight."""

import numpy as np
from sklearn.utils.validation import _check_sample_weight, _num_samples

from skseqconv.series._order_of_y import check_order
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import refuse_masked


def complete_rows(X):
    """Whether each row's window lies within its series; an error if none does.

    Rows of an array are complete: it does not know where its series begins.
    """
    if not isinstance(X, WindowView):
        return np.ones(_num_samples(X), dtype=bool)
    complete = X.complete
    if not complete.any():
        raise ValueError(
            f"None of the {len(X)} rows has a complete window of "
            f"{X.reach + 1} rows. Use more rows or a shorter lookback. Rows from "
            "make_supervised keep their history; plain tables lack it."
        )
    return complete


def checked_weight(name, weight, X, x_name="X"):
    """Weights of samples as float64, none negative; None if there are none.

    Those of pandas must have the order of X, as y must.
    """
    if weight is None:
        return None
    refuse_masked(name, weight)
    check_order(X, weight, x_name, name)
    weight = _check_sample_weight(weight, X, dtype=np.float64)
    if (weight < 0).any():
        raise ValueError(f"{name} has {weight.min():g}: weights must not be negative.")
    return weight


def rows_to_learn(windows, sample_weight=None):
    """Positions of complete windows with a weight; an error if there are none."""
    complete = complete_rows(windows)
    if sample_weight is not None:
        complete = complete & (sample_weight > 0)
        if not complete.any():
            raise ValueError(
                "sample_weight is zero for every complete window: there is nothing "
                "to learn. At least one must be positive."
            )
    return np.flatnonzero(complete)
