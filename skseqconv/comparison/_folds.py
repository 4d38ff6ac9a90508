"""The folds of a comparison, and what they would leak."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import target_stamps
from skseqconv.series._window_view import WindowView
from skseqconv.transformers._windower import LookbackWindower

# The folds.


def make_splits(cv, X, y, groups, classifier):
    """Row numbers of each fold's training and test part, the same for all models."""
    is_view = isinstance(X, (SeriesView, WindowView))
    if is_view and (cv is None or isinstance(cv, Integral)):
        raise ValueError(
            f"cv={cv!r} stands for folds that are trained on rows after those they are "
            "tested on, which is no honest score where rows have an order in time: use "
            f"{_honest_folds(X, cv or 5)}."
        )
    splitter = check_cv(cv, y, classifier=classifier)
    splits = [
        (_row_numbers(train), _row_numbers(test))
        for train, test in splitter.split(X, y, groups)
    ]
    if not splits:
        raise ValueError(f"cv={cv!r} gives no folds.")
    for fold, (train, test) in enumerate(splits):
        if not len(train) or not len(test):
            raise ValueError(
                f"cv={cv!r} gives fold {fold} {len(train)} rows to train on and "
                f"{len(test)} to test on: both need some."
            )
    return splits


def _row_numbers(key):
    key = np.asarray(key)
    return np.flatnonzero(key) if key.dtype.kind == "b" else key


def warn_of_leaks(X, splits):
    """Warn of folds that are trained on what is not known when they are tested."""
    if not isinstance(X, (SeriesView, WindowView)):
        return
    known_at, stamps, series = _known_at(X), X.stamps, X.series_ids
    leaks = {}
    for fold, (train, test) in enumerate(splits):
        n_rows = int((known_at[train] > stamps[test].min()).sum())
        # Whole series that are held out ask how well others are forecast.
        if n_rows and np.isin(series[test], series[train]).any():
            leaks[fold] = n_rows
    if leaks:
        fold, more = next(iter(leaks)), len(leaks) - 1
        warnings.warn(
            f"Fold {fold}{f' (like {more} more)' if more else ''} is trained on "
            f"{leaks[fold]} rows whose targets come after its first test row, and tell "
            "of what is to be forecast. Its score is no honest one: use "
            f"{_honest_folds(X, max(len(splits), 2))}, on rows in the order of time.",
            UserWarning,
            stacklevel=3,
        )


def _known_at(X):
    """The stamp at which the target of each row is known: its own, if X knows none."""
    return target_stamps(X, max((delay for _, delay in X.target or ()), default=0))


def _honest_folds(X, n_splits):
    """Advice: as many folds as there are rows for, trained on what is known by then."""
    if not X.target:
        return (
            f"TimeSeriesSplit({n_splits}) with a gap of as many rows as y lies ahead "
            "(rows from make_supervised know how many)"
        )
    gap = _gap(X)
    for n in range(n_splits, 1, -1):
        if len(X) - gap > n * (len(X) // (n + 1)):
            return f"TimeSeriesSplit({n}, gap={gap})"
    return f"a longer series, and TimeSeriesSplit({n_splits}, gap={gap})"


def _gap(X):
    """Rows of X from one to the first at which its target is known, at most."""
    order = np.argsort(X.stamps, kind="stable")
    at = np.searchsorted(X.stamps[order], _known_at(X)[order])
    return int((at - np.arange(len(at))).max())


def check_windows(models, X, splits):
    """Tell of a fold without one complete window before anything is trained."""
    for name, model in models.items():
        spans = {(f"models[{name!r}]", *span) for span in _spans(model)}
        if isinstance(X, WindowView):
            spans = {("X", X.reach, X.lookback)}
        for where, reach, lookback in sorted(spans):
            for fold, (train, _) in enumerate(splits):
                if not _any_complete(X, train, reach):
                    raise ValueError(
                        f"Fold {fold} trains on {len(train)} rows, none of which has a "
                        f"complete window: {where} has lookback={lookback}. Use a "
                        "shorter lookback, fewer folds or a longer series."
                    )


def _any_complete(X, train, reach):
    if isinstance(X, WindowView):
        return X[train].complete.any()
    if isinstance(X, SeriesView):
        return WindowView(X[train], lags=[reach]).complete.any()
    return len(train) > reach


def _spans(model):
    """Reach and lookback of the windows that a model makes, where it says so.

    What a search sets is left to the search.
    """
    if isinstance(model, LookbackWindower):
        if isinstance(model.lookback, Integral) and isinstance(model.step, Integral):
            yield int(model.lookback - model.step), int(model.lookback)
    elif isinstance(model, Pipeline):
        for _, step in model.steps:
            yield from _spans(step)
    elif isinstance(model, BaseEstimator) and not hasattr(model, "refit"):
        for value in model.get_params(deep=False).values():
            yield from _spans(value)
