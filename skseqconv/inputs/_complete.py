"""Which rows have a whole window to learn from."""

import numpy as np
from sklearn.utils.validation import _num_samples

from skseqconv.series._window_view import WindowView


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
