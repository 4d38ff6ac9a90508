"""Leakage: targets to learn from that lie in the time that is tested."""

import numpy as np

from skseqconv.series._view_internals import target_stamps, whole_series_of


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
    if delay is None:
        delay = [one for _, one in X.target or ()]
    first = X.stamps[test].min()
    n_rows = int((target_stamps(X[train], np.max(delay, initial=0)) > first).sum())
    series = whole_series_of(X)
    return n_rows if n_rows and np.isin(series[test], series[train]).any() else 0
