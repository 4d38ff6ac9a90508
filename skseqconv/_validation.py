"""Checks of input that scikit-learn's own do not know: views and 3-D panels."""

import warnings

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array, validate_data

from .supervised import describe_gaps
from .views import SeriesView, WindowView, _View


def kind_of(X):
    """What X is: "rows" or "windows" of a series, a 3-D "panel", or a "table"."""
    if isinstance(X, SeriesView):
        return "rows"
    if isinstance(X, WindowView):
        return "windows"
    ndim = getattr(X, "ndim", None)
    if ndim is None and isinstance(X, (list, tuple)):
        first = X[0][0] if len(X) and np.iterable(X[0]) and len(X[0]) else None
        ndim = 3 if np.iterable(first) and not isinstance(first, str) else 2
    return "panel" if ndim == 3 else "table"


def check_channels(estimator, X, *, reset):
    """Record, or compare, number and names of the channels of a view or a panel.

    They become ``n_features_in_`` and ``feature_names_in_``. An empty table stands
    for X, because scikit-learn reads names off tables only, and counts columns.
    """
    if isinstance(X, _View):
        n_channels, names = X.n_channels, X.channel_names
    else:
        n_channels, names = X.shape[2], None
    empty = np.empty((0, n_channels))
    if names is not None:
        empty = pd.DataFrame(empty, columns=names)
    validate_data(estimator, empty, reset=reset, skip_check_array=True)


def check_panel(estimator, X, *, reset, finite=True):
    """A panel as a float array of shape (n_samples, n_steps, n_channels)."""
    X = check_array(
        X,
        allow_nd=True,
        dtype=[np.float64, np.float32],
        ensure_all_finite=finite or "allow-nan",
        estimator=estimator,
        input_name="X",
    )
    check_channels(estimator, X, reset=reset)
    return X


def warn_of_jumps(index):
    """Warn if a plain table's dates jump: its rows are taken as consecutive."""
    message = describe_gaps(index)
    if message:
        warnings.warn(
            f"{message} Rows of a plain table are taken as consecutive, so windows "
            "reach across; make_supervised gives rows that know their past.",
            UserWarning,
            stacklevel=4,
        )
