"""What takes part in a comparison, checked before anything is trained."""

import warnings
from collections import Counter
from collections.abc import Mapping
from numbers import Integral

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from ._split import _target_stamps
from .baseline import PersistenceRegressor
from .views import SeriesView, WindowView
from .windowing import LookbackWindower

#: Columns of the predictions, which no model can be called.
RESERVED = ("fold", "truth")

# The models, and what they have to beat.


def named_models(models):
    """Models by name, all of one kind; a list is named as make_pipeline names steps."""
    if isinstance(models, Mapping):
        named = dict(models)
    elif isinstance(models, (list, tuple)):
        named = dict(zip(_names_of(models), models, strict=True))
    else:
        raise ValueError(
            "models must be a dict of names and estimators, or a list of estimators, "
            f"got {models!r}."
        )
    if not named:
        raise ValueError(f"models={models!r} is empty: there is nothing to compare.")
    for name, model in named.items():
        if not isinstance(name, str) or not name or name in RESERVED:
            raise ValueError(
                f"models has the name {name!r}: names must be str, not empty, and "
                f"none of {', '.join(map(repr, RESERVED))}."
            )
        check_model(f"models[{name!r}]", model)
    kinds = {name: kind_of_model(model) for name, model in named.items()}
    if len(set(kinds.values())) > 1:
        listed = ", ".join(f"{name!r} is a {kind}" for name, kind in kinds.items())
        raise ValueError(f"models are of different kinds: {listed}.")
    return named


def _names_of(models):
    names = [_last_step(model).__class__.__name__.lower() for model in models]
    total, seen = Counter(names), Counter()
    for at, name in enumerate(names):
        if total[name] > 1:
            seen[name] += 1
            names[at] = f"{name}-{seen[name]}"
    return names


def _last_step(model):
    return _last_step(model.steps[-1][1]) if isinstance(model, Pipeline) else model


def check_model(parameter, model):
    if isinstance(model, type):
        raise ValueError(
            f"{parameter} is the class {model.__name__}: give an estimator, "
            f"{model.__name__}()."
        )
    needed = ("fit", "predict", "get_params", "__sklearn_tags__")
    missing = [name for name in needed if not hasattr(model, name)]
    if missing:
        raise ValueError(
            f"{parameter}={model!r} is no estimator that predicts: it has no "
            f"{missing[0]}."
        )
    if kind_of_model(model) is None:
        raise ValueError(
            f"{parameter}={model!r} is neither a regressor nor a classifier."
        )


def kind_of_model(model):
    if is_classifier(model):
        return "classifier"
    return "regressor" if is_regressor(model) else None


def with_baseline(models, baseline, X):
    """The models, with the baseline before them if it is not one of them.

    Returns the models by name and the name of the baseline, or None.
    """
    kind = kind_of_model(next(iter(models.values())))
    same = [name for name, model in models.items() if model is baseline]
    if baseline is None or same:
        return models, same[0] if same else None
    if isinstance(baseline, str) and baseline != "auto":
        if baseline not in models:
            raise ValueError(
                f"baseline={baseline!r} is none of the models, {', '.join(models)}: "
                'name one of them, or give an estimator, "auto" or None.'
            )
        return models, baseline
    if isinstance(baseline, str):
        name, baseline = _common_sense(X, kind)
        if name in models:
            return models, name
    else:
        check_model("baseline", baseline)
        [name] = _names_of([baseline])
        if kind_of_model(baseline) != kind:
            raise ValueError(
                f"baseline={baseline!r} is a {kind_of_model(baseline)}, the models "
                f"are {kind}s."
            )
        if name in models:
            raise ValueError(
                f"baseline={baseline!r} would be called {name!r}, as one of the models "
                "is: put it among them, under another name, and give that name."
            )
    return {name: baseline, **models}, name


def _common_sense(X, kind):
    """Name and estimator of what asks for no learning, for this X."""
    if kind == "classifier":
        return "prior", _asking(DummyClassifier(strategy="prior"))
    if isinstance(X, WindowView) and X.target:
        return "persistence", PersistenceRegressor()
    if not (isinstance(X, SeriesView) and X.target):
        return "mean", _asking(DummyRegressor())
    return "persistence", make_pipeline(LookbackWindower(1), PersistenceRegressor())


def _asking(dummy):
    """With routing enabled nothing comes that is not asked for."""
    if get_config()["enable_metadata_routing"]:
        dummy.set_fit_request(sample_weight=True)
    return dummy


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
    return _target_stamps(X, max((delay for _, delay in X.target or ()), default=0))


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


def check_target(X, y):
    if y is None:
        raise ValueError("y=None: models are compared by what they predict, give y.")
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if len(y) != n_rows:
        raise ValueError(f"X has {n_rows} rows and y has {len(y)}: both need as many.")


# The metrics.


def named_scorers(scoring, kind):
    """Scorers by name, the leading metric first."""
    if scoring is None:
        regression = kind == "regressor"
        scoring = "neg_mean_absolute_error" if regression else "accuracy"
    if isinstance(scoring, str):
        scoring = [scoring]
    if isinstance(scoring, (list, tuple)) and all(isinstance(s, str) for s in scoring):
        named = {name: name for name in scoring}
    elif isinstance(scoring, Mapping):
        named = dict(scoring)
    elif callable(scoring):
        function = getattr(scoring, "_score_func", scoring)
        name = getattr(function, "__name__", "score")
        named = {name if name.isidentifier() else "score": scoring}
    else:
        named = {}
    if not named or not all(isinstance(name, str) for name in named):
        raise ValueError(
            "scoring must be the name of a metric, a list of such, a dict of names "
            f"and scorers, or a callable, got scoring={scoring!r}."
        )
    scorers = {name: _scorer(name, value) for name, value in named.items()}
    shown = Counter(shown_metric(name, scorers)[0] for name in scorers)
    twice = [name for name, count in shown.items() if count > 1]
    if twice:
        raise ValueError(f"scoring={scoring!r} has {twice[0]!r} twice.")
    return scorers


def _scorer(name, value):
    if isinstance(value, str) and value not in get_scorer_names():
        negative = f"neg_{value}"
        known = get_scorer_names()
        hint = f", {negative!r} is" if negative in known else ""
        raise ValueError(
            f"scoring={value!r} is none of sklearn.metrics.get_scorer_names(){hint}."
        )
    if not isinstance(value, str) and not callable(value):
        raise ValueError(f"scoring has {value!r} as {name!r}: give a name or a scorer.")
    return check_scoring(scoring=value)


def shown_metric(name, scorers):
    """Name and sign of a metric as it is shown: errors positive, without "neg_"."""
    is_error = getattr(scorers.get(name), "_sign", 1) < 0 or name.startswith("neg_")
    return name.removeprefix("neg_"), -1 if is_error else 1


# Parameters of fit: sample weights and the like.


def consumed(consumer, method, params):
    """Those of the parameters that an object asks for, with routing enabled."""
    names = get_routing_for_object(consumer).consumes(method, params)
    return {name: params[name] for name in names}


def shared_out(params, models, given, scorer):
    """The parameters that go to each model's fit, and to its scores."""
    if not get_config()["enable_metadata_routing"]:
        # Nobody chose the added baseline's parameters: it takes what it can.
        return {
            name: params
            if name in given
            else {key: params[key] for key in params if has_fit_parameter(model, key)}
            for name, model in models.items()
        }
    for_scores = consumed(scorer, "score", params)
    shares = {
        name: {**consumed(model, "fit", params), **for_scores}
        for name, model in models.items()
    }
    unasked = sorted(set(params).difference(*shares.values()))
    if unasked:
        raise ValueError(
            f"params has {unasked[0]!r}, which no model and no scorer requests: "
            f"model.set_fit_request({unasked[0]}=True) makes it do so."
        )
    return shares
