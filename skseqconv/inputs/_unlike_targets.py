"""A warning for a metric that is averaged over targets of different units."""

import warnings

import pandas as pd

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view import View
from skseqconv.series._view_internals import raw_labels

#: If the errors of a target are more than so many times those of another one, the other
#: one hardly counts in the mean of both.
MOST_APART = 30


def warn_of_unlike_targets(X, errors, metric, way_out):
    """Warn if the mean error over several targets is that of one of them.

    Parameters
    ----------
    X : View or object
        The rows of the errors. A view knows its targets.
    errors : ndarray of shape (n_rows, n_columns)
        Absolute errors of a model.
    metric : str
        In words.
    way_out : str
        A sentence on how to see each target.
    """
    typical = _typical_errors(X, errors)
    typical = typical[typical > 0]  # no error has no size
    if len(typical) < 2 or typical.max() <= MOST_APART * typical.min():
        return
    ratio = typical.max() / typical.min()
    large, small = typical.idxmax(), typical.idxmin()
    about = f"{float(f'{ratio:.2g}'):,.0f}"
    warnings.warn(
        f"The {metric} is a mean over targets of different size: errors of {large} "
        f"are about {about} times as large as those of {small}. So it is almost that "
        f"of {large} alone. {way_out} Or take one target at a time, or bring the "
        "targets to one scale before.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _typical_errors(X, errors):
    """The mean error of each target, by its name, as a Series."""
    if isinstance(X, View) and X.channels is not None:  # pooled
        return (
            pd.Series(errors.mean(axis=1)).groupby(list(map(repr, X.channels))).mean()
        )
    names = [f"column {i} of y" for i in range(errors.shape[1])]
    if isinstance(X, View) and len(X.target or ()) == errors.shape[1]:
        labels = raw_labels(X)
        names = [repr(c if labels is None else labels[c]) for c, _ in X.target]
    return pd.DataFrame(errors).mean().groupby(names).mean()
