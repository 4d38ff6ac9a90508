"""The baselines of a comparison: given ones, or common sense for the data."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.utils import _safe_indexing

from skseqconv._metrics import ranked
from skseqconv.baselines._linear_autoregression import LinearAutoregression
from skseqconv.baselines._persistence import PersistenceRegressor
from skseqconv.inputs._period import find_period
from skseqconv.inputs._relation import is_target
from skseqconv.inputs._season_lags import lags_of_season
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._window_view import WindowView
from skseqconv.transformers._base import SequenceTransformer
from skseqconv.transformers._per_step import PerStep

from ._baselines_of_classes import minirocket_baseline
from ._folds import spans
from ._models import check_model, kind_of_model, names_of

#: If the models' windows do not hold a period, a linear autoregression reads two
#: periods, but at least and at most this many rows.
MIN_LOOKBACK, MAX_LOOKBACK = 48, 720

#: The words for a model that takes the name, and so the place, of a baseline.
GIVEN = "your model of this name"


class Baseline(NamedTuple):
    """What a baseline forecasts, in words, and its estimator."""

    words: str
    estimator: BaseEstimator | None


def with_baselines(models, baseline, X, y, splits, scorers):
    """The models by name, added baselines first; and what each baseline forecasts.

    Parameters
    ----------
    models : dict of str to estimator
    baseline : str, estimator or None
        See `compare_models`.
    X : SeriesView, WindowView or array-like
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    splits : list of (train, test)
    scorers : dict of str to scorer

    Returns
    -------
    models : dict of str to estimator
    baselines : dict of str to str
        By name, what each baseline forecasts. It has several entries if the best of
        them is the one to beat.
    """
    kind = kind_of_model(next(iter(models.values())))
    same = [name for name, model in models.items() if model is baseline]
    if baseline is None or same:
        return models, dict.fromkeys(same, "")
    if isinstance(baseline, str) and baseline == "auto":
        found = _automatic(models, X, y, kind, splits, scorers)
        added = {n: one.estimator for n, one in found.items() if n not in models}
        words = {n: one.words if n in added else GIVEN for n, one in found.items()}
        return {**added, **models}, words
    if isinstance(baseline, str):
        if baseline not in models:
            raise ValueError(
                f"baseline={baseline!r} must be one of the models "
                f'{", ".join(map(repr, models))}, an estimator, "auto" or None. "auto" '
                f"adds {_named(X, kind)}."
            )
        return models, {baseline: ""}
    check_model("baseline", baseline)
    [name] = names_of([baseline])
    if kind_of_model(baseline) != kind:
        raise ValueError(
            f"baseline={baseline!r} is a {kind_of_model(baseline)}, but the models "
            f"are {kind}s: give a {kind}."
        )
    if name in models:
        raise ValueError(
            f"baseline={baseline!r} gets the name {name!r}, which a model already "
            "has: add it to models under another name, and give that name."
        )
    return {name: baseline, **models}, {name: ""}


def best_baseline(baselines, fold_scores, metric):
    """Name of the baseline with the best mean score; None without baselines."""
    of_metric = fold_scores[fold_scores["metric"] == metric.name]
    of_metric = of_metric[of_metric["model"].isin(list(baselines))]
    scores = of_metric.groupby("model", sort=False)["score"]
    failed = scores.size() - scores.count()
    order = ranked(scores.mean(), failed, metric.greater_is_better)
    return order[0] if len(order) else None


# Common sense for the data.


def _automatic(models, X, y, kind, splits, scorers):
    """The automatic baselines by name."""
    if kind == "classifier":
        words = "the class frequencies of the training rows"
        prior = Baseline(words, _asking(DummyClassifier(strategy="prior")))
        convolved = minirocket_baseline(models, X, y, splits, scorers)
        if convolved is None:
            return {"prior": prior}
        words, classifier = convolved
        _asking(classifier[-1])
        return {"prior": prior, "minirocket": Baseline(words, classifier)}
    if _is_forecast(X):
        # They can be fitted to rows on which y is the target.
        if any(is_target(X[train], _safe_indexing(y, train)) for train, _ in splits):
            return _of_forecasts(models, X, splits)
        warnings.warn(
            "y is not the target that X was made with, or it was changed, such as "
            "rounded. So the last value of that target is no forecast of y. The "
            "baseline is 'mean', the mean of the training targets. To choose another "
            "one, give baseline=.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
    words = "the mean of the training targets"
    return {"mean": Baseline(words, _asking(DummyRegressor()))}


def _named(X, kind):
    """The automatic baselines in words, as those who look for one might search."""
    if kind == "classifier":
        return "'prior', the class frequencies, and 'minirocket' for whole series"
    if not _is_forecast(X):
        return "'mean', the mean of the training targets"
    return (
        "'persistence', the naive forecast of the last known value, and where they fit "
        "'seasonal persistence' and 'linear autoregression'"
    )


def _is_forecast(X):
    return isinstance(X, View) and bool(X.target)


def _asking(estimator):
    """With routing enabled, an estimator gets only what it requests."""
    if get_config()["enable_metadata_routing"]:
        estimator.set_fit_request(sample_weight=True)
    return estimator


def _of_forecasts(models, X, splits):
    """The last value; the value one period ago; a line through the values before."""
    delays = [delay for _, delay in X.target]
    now = _on_lags(X, {0}, PersistenceRegressor())
    found = {"persistence": Baseline("the last known value", now)}
    given = _longest_lags(models, X)
    period = _period(X, splits, given)
    if period is not None:
        seasonal = PersistenceRegressor(period=period)
        found["seasonal persistence"] = Baseline(
            f"the value one period of {period} rows before",
            _on_lags(X, lags_of_season(period, delays), seasonal),
        )
    if period is not None or len(set(delays)) > 1:
        lags = given
        if len(given) < 2 or given[0] + 1 < (period or 0):
            own = _sensible_lags(X, splits, period, max(delays))
            lags = max(given, own, key=max)
        known = [] if X.steps else list(X.known_ahead)
        and_known = ", and in what is known ahead" if known else ""
        found["linear autoregression"] = Baseline(
            f"linear in {_in_words(lags)}{and_known}",
            make_pipeline(
                # It refuses missing values, but looks for a newest one itself.
                PerStep(SimpleImputer(keep_empty_features=True)),
                OtherLags(lags.tolist()),
                AutomaticAutoregression(exogenous=known or False),
            ),
        )
    return found


class AutomaticAutoregression(LinearAutoregression):
    """It gives no advice on its parameters: the user has not made it."""

    def _warn_of_left_out(self, windows, delays, n_channels):
        pass


def _longest_lags(models, X):
    """The lags of the longest windows of X or of the models; one if they have none."""
    if isinstance(X, WindowView):
        return X.lags
    known = {span for model in models.values() for span in spans(model, X)}
    reach, lookback = max(known, default=(0, 1))
    return np.arange(reach, -1, reach - lookback)


def _sensible_lags(X, splits, period, delay):
    """Two periods, at least two days of hours, as far as all training parts allow."""
    lookback = min(max(2 * (period or 0), delay, MIN_LOOKBACK), MAX_LOOKBACK)
    parts = [SeriesView(X[train]) for train, _ in splits]
    while lookback > 1 and any(
        WindowView(part, lags=[lookback]).complete.sum() < 2 * lookback
        for part in parts
    ):
        lookback //= 2
    return np.arange(lookback - 1, -1, -1)


def _in_words(lags):
    """The values that windows with these lags hold."""
    step = lags[-2] - lags[-1] if len(lags) > 1 else 1
    several = f"{len(lags)} of the" if step > 1 else "the"
    return f"{several} last {lags[0] + step} values"


def _period(X, splits, lags):
    """The period in the training part that ends first, which holds no test row.

    It is found in the rows that windows with these lags hold.
    """
    stamps = X.stamps
    train, _ = min(splits, key=lambda split: stamps[split[0]].max())
    channels, delays = zip(*X.target, strict=True)
    windows = WindowView(SeriesView(X[train]), lags=lags)
    return find_period(windows, channels, channels, delays)


def _on_lags(X, lags, model):
    """A model on windows that hold some lags: on those of X if they do."""
    if isinstance(X, WindowView) and lags <= {*X.lags.tolist()}:
        return model
    return make_pipeline(OtherLags(sorted({0, *lags}, reverse=True)), model)


class OtherLags(SequenceTransformer):
    """Windows that end at the same rows, with these lags.

    Parameters
    ----------
    lags : list of int
        How many rows before its end each entry of a window lies, oldest first.
    """

    def __init__(self, lags):
        self.lags = lags

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        rows = SeriesView(X)
        return WindowView(rows, lags=self.lags, on_missing_history="ignore")

    def __sklearn_is_fitted__(self):
        return True
