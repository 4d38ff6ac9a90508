"""A model in one fold: fitted, scored and discarded; and tables of the results."""

from collections.abc import Mapping
from numbers import Real
from traceback import format_exc

import numpy as np
import pandas as pd
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.metrics import check_scoring, get_scorer, get_scorer_names, make_scorer
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from ._contest import consumed, shared_out, shown_metric
from .views import SeriesView, WindowView

#: Stands among the metrics, so that they and it share one call of predict.
PREDICTIONS = "out-of-fold predictions"

#: Scores that squared errors are behind, though their names do not say so.
OF_SQUARES = ("r2_score", "explained_variance_score")

#: Scores of scikit-learn that are no errors, and yet have no upper bound of 1.
UNBOUNDED = ("positive_likelihood_ratio", "mutual_info_score")


class Trial(MetaEstimatorMixin, BaseEstimator):
    """A model in one fold: what it scored and predicted, and what failed.

    The fitted model itself is discarded after scoring. Networks are large, and numbers
    are all that must come back from workers.

    Parameters
    ----------
    model : estimator
    raises : bool
        Raise what fails, rather than keep it.
    """

    def __init__(self, model, raises):
        self.model = model
        self.raises = raises

    def fit(self, X, y, **params):
        if get_config()["enable_metadata_routing"]:
            params = process_routing(self, "fit", **params).model.fit
        self.scores_, self.failures_, self.predictions_ = {}, [], None
        model = clone(self.model)
        self.fitted_ = self._attempt("fit", model.fit, X, y, **params)
        self.n_parameters_ = _n_parameters(self.fitted_)
        return self

    def score(self, scorers, X, y, params):
        """Ask for predictions and scores, once for all metrics."""
        scorers = {PREDICTIONS: make_scorer(self._keep), **scorers}
        failed = []
        try:
            values = check_scoring(scoring=scorers)(self.fitted_, X, y, **params)
        except Exception:
            failed = list(scorers)  # to be asked one by one, to see which
            values = {}
        for name in failed:
            part = consumed(scorers[name], "score", params)
            value = self._attempt(name, scorers[name], self.fitted_, X, y, **part)
            values.update({} if value is None else {name: value})
        values.pop(PREDICTIONS, None)
        for name, value in values.items():
            several = value if isinstance(value, Mapping) else {name: value}
            self.scores_.update({key: _number(key, several[key]) for key in several})
        self.fitted_ = None

    def _keep(self, y_true, y_pred):
        y_pred = np.asarray(y_pred)
        if y_pred.size != np.size(y_true):
            raise ValueError(
                f"predict gave the shape {y_pred.shape} for y of {np.shape(y_true)}."
            )
        self.predictions_ = y_pred
        return 0.0

    def _attempt(self, stage, function, *args, **options):
        try:
            return function(*args, **options)
        except Exception as error:  # whatever a model raises is its result here
            if self.raises:
                raise
            text = f"{type(error).__name__}: {error}"
            self.failures_.append((stage, text, format_exc()))
            return None

    def get_metadata_routing(self):
        return MetadataRouter(owner=self).add(
            model=self.model,
            method_mapping=MethodMapping().add(caller="fit", callee="fit"),
        )

    def __sklearn_tags__(self):
        return get_tags(self.model)


class TrialScorer:
    """What `cross_validate` calls after each fit; the scores stay with the trial."""

    def __init__(self, scorers):
        self.scorers = scorers

    def __call__(self, trial, X, y, **params):
        if trial.fitted_ is not None:
            trial.score(self.scorers, X, y, params)
        return next(iter(trial.scores_.values()), np.nan)

    def get_metadata_routing(self):
        return check_scoring(scoring=self.scorers).get_metadata_routing()


def _number(name, value):
    value = value.item() if getattr(value, "size", 0) == 1 else value
    if not isinstance(value, Real):
        raise ValueError(f"scoring {name!r} must give a number, got {value!r}.")
    return float(value)


def _n_parameters(model):
    """Parameters of a network or a linear model, however it is wrapped; or None."""
    for inner in ("best_estimator_", "regressor_", "estimator_"):
        if hasattr(model, inner):
            return _n_parameters(getattr(model, inner))
    if isinstance(model, Pipeline):
        return _n_parameters(model.steps[-1][1])
    if hasattr(model, "n_parameters_"):
        return int(model.n_parameters_)
    learned = [getattr(model, name, None) for name in ("coef_", "intercept_")]
    return None if learned[0] is None else sum(np.size(part) for part in learned)


# All models, one after the other.


def run(models, X, y, splits, scorers, *, params, given, raises, n_jobs, verbose):
    """Trials of each model, fold by fold, and what `cross_validate` took for them."""
    scorer = TrialScorer(scorers)
    shares = shared_out(params, models, given, scorer)
    trials, timings = {}, {}
    for name, model in models.items():
        done = cross_validate(
            Trial(model, raises),
            X,
            y,
            cv=splits,
            scoring=scorer,
            n_jobs=n_jobs,
            params=shares[name],
            return_estimator=True,
            error_score="raise",
        )
        trials[name], timings[name] = done["estimator"], done
        if verbose:
            seconds = sum(done["fit_time"]) + sum(done["score_time"])
            said = _progress(trials[name], scorers)
            print(f"{name}: {said} ({seconds:.0f} s)", flush=True)
    return trials, timings


def _progress(folds, scorers):
    metric = next((name for trial in folds for name in trial.scores_), None)
    if metric is None:
        return "failed"
    shown, sign = shown_metric(metric, scorers)
    scores = [sign * trial.scores_.get(metric, np.nan) for trial in folds]
    return f"{shown} {', '.join(f'{score:.4g}' for score in scores)}"


# Tables of many trials: `trials` has a list of them, fold by fold, for each model.


def score_table(trials, scorers):
    """Scores of each model, fold and metric; name, sign, best and power of metrics."""
    seen = {
        name: None
        for folds in trials.values()
        for trial in folds
        for name in trial.scores_
    }
    metrics = {}
    for name in [*(n for n in scorers if n in seen), *(n for n in seen)]:
        shown, sign = shown_metric(name, scorers)
        perfect = _perfect(scorers.get(name), sign)
        metrics[name] = (shown, sign, perfect, _power(name, scorers.get(name)))
    rows = [
        (model, fold, shown, sign * trial.scores_.get(name, np.nan))
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
        for name, (shown, sign, *_) in metrics.items()
    ]
    table = pd.DataFrame(rows, columns=["model", "fold", "metric", "score"])
    return table, list(metrics.values())


def _perfect(scorer, sign):
    """The best value of a metric, where it is known."""
    if sign < 0:
        return 0.0
    known = {name: get_scorer(name) for name in get_scorer_names()}
    bounded = {
        other._score_func
        for name, other in known.items()
        if other._sign > 0 and name not in UNBOUNDED
    }
    return 1.0 if getattr(scorer, "_score_func", None) in bounded else np.nan


def _power(name, scorer):
    """The power of the errors behind a metric: 2 where it squares them, otherwise 1.

    The name that a scorer has in a dict may say nothing: its function tells.
    """
    name = getattr(getattr(scorer, "_score_func", None), "__name__", name)
    return 2 if "squared" in name or name in OF_SQUARES else 1


def fit_table(timings, trials, splits):
    """Rows, seconds and parameters of each fit."""
    rows = [
        {
            "model": model,
            "fold": fold,
            "n_train": len(splits[fold][0]),
            "n_test": len(splits[fold][1]),
            "fit_seconds": timings[model]["fit_time"][fold],
            "score_seconds": timings[model]["score_time"][fold],
            "n_parameters": trial.n_parameters_,
        }
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
    ]
    return pd.DataFrame(rows).astype({"n_parameters": "Int64"})


def failure_table(trials):
    rows = [
        (model, fold, *failure)
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
        for failure in trial.failures_
    ]
    columns = ["model", "fold", "stage", "error", "traceback"]
    return pd.DataFrame(rows, columns=columns)


def described_failures(failures):
    """A sentence for each model and error."""
    return [
        f"{model} failed in fold{'s' * (len(part) > 1)} "
        f"{', '.join(map(str, part['fold']))} ({stage}): {error}"
        for (model, stage, error), part in failures.groupby(
            ["model", "stage", "error"], sort=False
        )
    ]


def prediction_table(X, y, splits, trials):
    """Truth and out-of-fold predictions, fold by fold, and their positions in X."""
    positions = np.concatenate([test for _, test in splits])
    truth = np.asarray(y)[positions].reshape(len(positions), -1)
    columns = {"truth": truth}
    for model, folds in trials.items():
        parts = [
            _missing(len(test), truth)
            if trial.predictions_ is None
            # A column of y may come back flat.
            else trial.predictions_.reshape(len(test), truth.shape[1])
            for (_, test), trial in zip(splits, folds, strict=True)
        ]
        columns[model] = np.concatenate(parts)
    fold = np.repeat(np.arange(len(splits)), [len(test) for _, test in splits])
    if truth.shape[1] == 1:
        table = {"fold": fold, **{name: v[:, 0] for name, v in columns.items()}}
    else:
        table = {("fold", ""): fold}
        for name, values in columns.items():
            table.update({(name, i): v for i, v in enumerate(values.T)})
    return pd.DataFrame(table, index=_index_of(X, positions)), positions


def _missing(n_rows, truth):
    numeric = truth.dtype.kind in "fiu"
    return np.full((n_rows, truth.shape[1]), np.nan, float if numeric else object)


def _index_of(X, positions):
    """What names the rows of X: dates, row numbers of the series, or positions."""
    if isinstance(X, (SeriesView, WindowView)):
        return X.rows[positions] if X.index is None else X.index[positions]
    return X.index[positions] if hasattr(X, "iloc") else positions
