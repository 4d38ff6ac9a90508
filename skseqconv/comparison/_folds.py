"""The folds of a comparison, and checks for leakage."""

import warnings
from contextlib import suppress
from numbers import Integral
from types import NoneType

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from skseqconv.inputs._leaks import n_leaks
from skseqconv.model_selection._groups import checked_groups
from skseqconv.model_selection._panel_time_series_split import PanelTimeSeriesSplit
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._view_internals import all_start_alike, depth_of, n_whole_series
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._time_spans import in_rows
from skseqconv.transformers._row_wise import RowWise
from skseqconv.transformers._windower import LookbackWindower


def make_splits(cv, X, y, groups, classifier):
    """Row numbers of the training and test part of each fold, for all models."""
    if isinstance(X, View) and (cv is None or isinstance(cv, Integral)):
        n_splits = 5 if cv is None else cv
        if not X.target:
            raise ValueError(
                f"cv={cv!r}, but X does not know how far ahead y lies, and an ordinary "
                "K-fold would train on rows after its test rows. X has a time order: "
                f"use {_safe_folds(X, n_splits)}."
            )
        cv = PanelTimeSeriesSplit(n_splits)
    if groups is not None:
        groups = checked_groups(X, groups)
    splitter = check_cv(cv, y, classifier=classifier)
    try:
        splits = [
            (_row_numbers(train), _row_numbers(test))
            for train, test in splitter.split(X, y, groups)
        ]
    except ValueError as error:
        if groups is not None or "groups" not in str(error):
            raise
        raise ValueError(
            f"cv={cv!r}: {error} compare_models gives the splitter groups=, with one "
            "entry for each row."
        ) from None
    if not splits:
        raise ValueError(f"cv={cv!r} gives no folds: at least one is needed.")
    for fold, (train, test) in enumerate(splits):
        if not len(train) or not len(test):
            raise ValueError(
                f"cv={cv!r} gives {len(train)} training rows and {len(test)} test rows "
                f"in fold {fold}: both need at least one."
            )
    return splits


def _row_numbers(key):
    key = np.asarray(key)
    return np.flatnonzero(key) if key.dtype.kind == "b" else key


def warn_of_leaks(X, splits):
    """Warn of folds whose training targets lie in their test period."""
    if not isinstance(X, View):
        return
    counts = (n_leaks(X, train, test) for train, test in splits)
    leaks = {fold: n_rows for fold, n_rows in enumerate(counts) if n_rows}
    if leaks:
        fold, more = next(iter(leaks)), len(leaks) - 1
        warnings.warn(
            f"Leakage in fold {fold}{f' and {more} more' if more else ''}: "
            f"{leaks[fold]} training {'targets' if X.target else 'rows'} lie in the "
            "test period, so the score is too good. On rows in time order, use "
            f"{_safe_folds(X, max(len(splits), 2))}.",
            UserWarning,
            stacklevel=3,
        )


def _safe_folds(X, n_splits):
    """Advice: as many folds as the rows allow, without leakage."""
    if not X.target:
        in_time = (
            f"PanelTimeSeriesSplit({n_splits}, gap=...), where gap is the number of "
            "rows that y lies ahead (rows from make_supervised know it)"
        )
        if not all_start_alike(X):
            return in_time
        return (
            f"SeriesKFold({min(n_splits, n_whole_series(X))}), which tests series that "
            "were not trained on (if several belong to one patient or machine, name it "
            "for each row by groups=). The times of all series start alike, so folds "
            "in time train on the beginning of each series and test its end. For such "
            f"forecasts use {in_time}"
        )
    for n in range(n_splits, 0, -1):
        splitter = PanelTimeSeriesSplit(n)
        with suppress(ValueError):
            list(splitter.split(X))
            return f"cv=PanelTimeSeriesSplit({n})"
    return "a longer series"


def check_windows(models, X, splits):
    """Raise for a model or a fold without a window, before anything is trained."""
    if isinstance(X, SeriesView):
        for name, model in models.items():
            _refuse_without_windower(name, model)
    histories = [_longest_history(X, train) for train, _ in splits]
    for name, model in models.items():
        seen = {(f"models[{name!r}]", *span) for span in spans(model, X)}
        if isinstance(X, WindowView):
            seen = {("X", X.reach, X.lookback)}
        for where, reach, lookback in sorted(seen):
            short = np.flatnonzero(np.array(histories) < reach)
            if len(short):
                fold, step = short[0], lookback - reach
                longest = (histories[fold] // step + 1) * step
                raise ValueError(
                    f"Fold {fold} has {len(splits[fold][0])} training rows, and none "
                    f"has a complete window: {where} has lookback={lookback}. The "
                    f"longest possible there is {longest}. "
                    f"{_ways_to_windows(X, len(splits))}"
                )


def _longest_history(X, train):
    """How many rows of its own series come before a training row, at most."""
    return depth_of(X[train]).max() if isinstance(X, View) else len(train) - 1


def _ways_to_windows(X, n_folds):
    fewer = ", fewer folds" if n_folds > 2 else ""
    ways = f"Use a shorter lookback{fewer} or a longer series."
    if getattr(X, "target", None):
        ways += (
            " PersistenceRegressor and LinearAutoregression with a short lookback can "
            "forecast after a few rows."
        )
    return ways


def _refuse_without_windower(name, model):
    """Refuse a model that reads windows, but gets rows of a view."""
    steps = dict(model.steps).values() if isinstance(model, Pipeline) else [model]
    no_rows = [one for one in steps if not isinstance(one, RowWise | str | NoneType)]
    # Of scikit-learn's own estimators none has this tag.
    for reader in no_rows[:1]:
        tags = get_tags(reader) if hasattr(reader, "__sklearn_tags__") else None
        if tags and tags.input_tags.three_d_array:
            raise ValueError(
                f"models[{name!r}]: {type(reader).__name__} needs windows, but X holds "
                "rows. Put a LookbackWindower before it: make_pipeline("
                f"LookbackWindower(24), {type(reader).__name__}(...))."
            )


def spans(model, X):
    """Reach and lookback of the windows of a model, if they are known.

    Models inside searches are not checked, because the search sets their parameters.
    """
    if isinstance(model, LookbackWindower):
        try:
            lookback = in_rows("lookback", model.lookback, X)
            step = in_rows("step", model.step, X)
        except ValueError:  # the model says so itself
            return
        whole = isinstance(lookback, Integral) and isinstance(step, Integral)
        if whole and 1 <= step <= lookback:  # other windows are an error of the model
            yield int(lookback - step), int(lookback)
    elif isinstance(model, Pipeline):
        for _, step in model.steps:
            yield from spans(step, X)
    elif isinstance(model, BaseEstimator) and not hasattr(model, "refit"):
        for value in model.get_params(deep=False).values():
            yield from spans(value, X)
