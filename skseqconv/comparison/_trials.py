"""A model in one fold: fitted, scored and discarded."""

from collections.abc import Mapping
from numbers import Real
from traceback import format_exc

import numpy as np
from sklearn import get_config
from sklearn.base import (
    BaseEstimator,
    MetaEstimatorMixin,
    clone,
)
from sklearn.metrics import check_scoring, make_scorer
from sklearn.model_selection import cross_validate
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)
from sklearn.utils.validation import has_fit_parameter

from skseqconv._unwrap import n_parameters_of

from ._scorers import metrics_of

# Parameters of fit: sample weights and the like.


def consumed(consumer, method, params):
    """The parameters that an object requests, with routing enabled."""
    names = get_routing_for_object(consumer).consumes(method, params)
    return {name: params[name] for name in names}


def shared_out(params, models, given, scorer):
    """The parameters for the `fit` and the scores of each model."""
    if not get_config()["enable_metadata_routing"]:
        # The user did not choose the added baseline: it gets what its fit has.
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
            f"params has {unasked[0]!r}, which no model or scorer requests: use "
            f"model.set_fit_request({unasked[0]}=True)."
        )
    return shares


#: Predictions are kept by a scorer, so that they share one call of predict.
PREDICTIONS = "out-of-fold predictions"


class Trial(MetaEstimatorMixin, BaseEstimator):
    """A model in one fold: its scores, predictions and failures.

    `scores_` has a dict for each scorer that did not fail: a callable may return
    several scores by name.

    The fitted model is discarded after scoring: networks are large, and workers need
    to return numbers only.

    Parameters
    ----------
    model : estimator
    raises : bool
        Whether to raise an error of the model instead of keeping it.
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
        self.n_parameters_ = n_parameters_of(self.fitted_)
        return self

    def score(self, scorers, X, y, params):
        """Compute predictions and scores, all metrics at once."""
        all_scorers = {PREDICTIONS: make_scorer(self._keep), **scorers}
        failed = []
        try:
            values = check_scoring(scoring=all_scorers)(self.fitted_, X, y, **params)
        except Exception:
            failed = list(all_scorers)  # one at a time, to see which one fails
            values = {}
        for name in failed:
            scorer = all_scorers[name]
            part = consumed(scorer, "score", params)
            value = self._attempt(name, scorer, self.fitted_, X, y, **part)
            values.update({} if value is None else {name: value})
        values.pop(PREDICTIONS, None)
        for name, value in values.items():
            several = value if isinstance(value, Mapping) else {name: value}
            self.scores_[name] = {key: _number(key, several[key]) for key in several}
        metrics_of([self], scorers)
        self.fitted_ = None

    def score_of(self, place):
        """A score by the name of its scorer and its own name; NaN if it failed."""
        scorer, name = place
        return self.scores_.get(scorer, {}).get(name, np.nan)

    def _keep(self, y_true, y_pred):
        y_pred = np.asarray(y_pred)
        if y_pred.size != np.size(y_true):
            raise ValueError(
                f"predict returned the shape {y_pred.shape} for y of shape "
                f"{np.shape(y_true)}."
            )
        self.predictions_ = y_pred
        return 0.0

    def _attempt(self, stage, function, *args, **options):
        try:
            return function(*args, **options)
        except Exception as error:  # any error of a model is its result here
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
    """Scorer for `cross_validate`; the scores stay in the trial."""

    def __init__(self, scorers):
        self.scorers = scorers

    def __call__(self, trial, X, y, **params):
        if trial.fitted_ is not None:
            trial.score(self.scorers, X, y, params)
        return np.nan  # cross_validate asks for a number

    def get_metadata_routing(self):
        return check_scoring(scoring=self.scorers).get_metadata_routing()


def _number(name, value):
    value = value.item() if getattr(value, "size", 0) == 1 else value
    if not isinstance(value, Real):
        raise ValueError(f"scoring {name!r} must return a number, got {value!r}.")
    return float(value)


def run(models, X, y, splits, scorers, *, params, given, raises, n_jobs, verbose):
    """Trials of each model, fold by fold, and the result of `cross_validate`."""
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
    if not any(trial.scores_ for trial in folds):
        return "failed"
    place, metric = next(iter(metrics_of(folds, scorers).items()))
    scores = [metric.sign * trial.score_of(place) for trial in folds]
    return f"{metric.name} {', '.join(f'{score:.4g}' for score in scores)}"
