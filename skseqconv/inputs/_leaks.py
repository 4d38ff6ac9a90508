"""Leakage: targets to learn from that lie in the time that is tested."""

import numpy as np

from skseqconv.series._view_internals import target_stamps, whole_series_of


def delays_of(X, delay=None):
    """How many rows ahead the targets lie, an array of int; a zero if nobody knows.

    Parameters
    ----------
    X : SeriesView, WindowView or ndarray
    delay : int or sequence of int, default=None
        None to ask X.
    """
    if delay is None:
        delay = [one for _, one in getattr(X, "target", None) or ()]
    return np.atleast_1d(delay) if np.size(delay) else np.zeros(1, dtype=np.int64)


def n_leaks(X, train, test, delay=None):
    """How many targets of training rows are known only after the first test row.

    Parameters
    ----------
    X : SeriesView or WindowView
    train, test : ndarray of int
        Positions of rows.
    delay : int or sequence of int, default=None
        How many rows ahead the targets lie; None to ask X. Without a target, the rows
        themselves are compared.

    Returns
    -------
    n_rows : int
        0 if whole series are tested: those are forecasts of other series.
    """
    first = X.stamps[test].min()
    n_rows = int((target_stamps(X[train], delays_of(X, delay).max()) > first).sum())
    series = whole_series_of(X)
    return n_rows if n_rows and np.isin(series[test], series[train]).any() else 0
