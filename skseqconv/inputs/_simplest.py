"""The simplest of several forecasts, by their errors on held-out rows."""

import numpy as np

#: A simpler forecast is taken if its error on held-out rows is at most this much
#: larger, as a share of the error of persistence.
MARGIN = 0.01


def simplest(candidates, errors):
    """The first of candidates whose error is at most `MARGIN` above the least.

    Errors are squared errors on held-out rows, as shares of those of the last value;
    None or NaN if they are unknown, because no rows were held out.
    """
    unknown = [error is None or np.isnan(error) for error in errors]
    errors = np.where(unknown, np.inf, np.array(errors, dtype=float))
    known = zip(candidates, errors, strict=True)
    return next(one for one, error in known if error <= min(errors) + MARGIN)
