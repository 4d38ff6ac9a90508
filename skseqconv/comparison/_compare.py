"""Comparison of models on the same folds in one call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import BaseCrossValidator

from skseqconv._metrics import Metric, averages_units
from skseqconv._public import public
from skseqconv.inputs._unlike_targets import warn_of_unlike_targets
from skseqconv.series._missing_history import said_once
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import refuse_masked

from ._baselines import best_baseline, with_baselines
from ._comparison import Comparison
from ._folds import check_windows, make_splits, warn_of_leaks
from ._models import check_target, kind_of_model, named_models
from ._scorers import named_scorers
from ._tables import (
    absolute_errors,
    described_failures,
    failure_table,
    fit_table,
    places_of,
    prediction_table,
    score_table,
)
from ._trials import run


@public
def compare_models(
    models: Mapping[str, BaseEstimator] | Sequence[BaseEstimator],
    X: SeriesView | WindowView | ArrayLike,
    y: ArrayLike,
    *,
    cv: int | BaseCrossValidator | Iterable,
    groups: ArrayLike | None = None,
    scoring: str | Sequence[str] | Mapping[str, Any] | Callable | None = None,
    baseline: BaseEstimator | str | None = "auto",
    n_jobs: int | None = None,
    params: Mapping[str, Any] | None = None,
    error_score: float | Literal["raise"] = np.nan,
    verbose: int = 0,
) -> Comparison:
    """Score models on the same folds and test whether they beat common sense.

    Each model goes through scikit-learn's `cross_validate`, with the same splits.
    Scores and out-of-fold predictions come from the same fits. Each fitted model is
    scored, then discarded.

    Parameters
    ----------
    models : dict of str to estimator, or list of estimators
        Regressors or classifiers, including Pipelines and searches. Models of a list
        are named by the class of their last step, as in `make_pipeline`.
    X : SeriesView, WindowView or array-like of shape (n_samples, ...)
        The samples.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        The targets.
    cv : int, splitter or iterable of (train, test)
        The folds. For a view that knows its target (from `make_supervised`), an int is
        the number of folds of a `PanelTimeSeriesSplit`: in the order of time, with a
        gap as long as the targets lie ahead. If times count from the start of each
        series, such as hours since an admission, these folds test the end of the series
        that they were trained on; `SeriesKFold` tests other series. Other views have a
        time order, too, and need a splitter. For arrays, as in `cross_validate`.
    groups : array-like of shape (n_samples,), default=None
        The group of each sample, such as its patient, for a splitter that holds out
        whole groups: ``cv=GroupKFold(5)``.
    scoring : str, list of str, dict, callable or None, default=None
        As in `cross_validate`. Of several metrics, the first one is the leading one.
        None is "neg_mean_absolute_error" for regressors and "accuracy" for
        classifiers. A metric is an error if its scorer has ``greater_is_better=False``
        or its name begins with "neg\\_". Errors are shown positive.
    baseline : {"auto"}, estimator, str or None, default="auto"
        The baseline to beat. A str is the name of one of the models; an estimator is
        added to the models under the name of its class. "auto" adds baselines. A model
        that has the name of one takes its place: it counts as a baseline, and the
        automatic one is not added. For classifiers it is "prior", the class
        frequencies. For regressors it is "mean", the mean of the training targets, if X
        does not know its target, or y is not this target. There are more, see Notes, if
        y is the target of X (from `make_supervised`), and for classifiers if X holds
        whole series. The one with the best mean score is then the one to beat.
    n_jobs : int, default=None
        Number of folds that are fitted in parallel, as in `cross_validate`.
    params : dict of str to object, default=None
        Passed to the `fit` of each model; values as long as X are cut to the fold.
        ``groups`` goes to the splitter, unless `groups` is given. The baseline of
        "auto" gets only the parameters that its `fit` has. With metadata routing
        enabled, each model and scorer gets what it requests.
    error_score : numpy.nan or "raise", default=numpy.nan
        If a model fails: NaN sets its score to NaN and adds a row to `failures`;
        "raise" raises the error.
    verbose : int, default=0
        Above 0, prints a line after each model.

    Returns
    -------
    comparison : Comparison
        Tables, scores, predictions and tests. Its text is a table and a summary.

    Raises
    ------
    ValueError
        If a parameter is not as described, X and y differ in length, y, `groups` or
        `params` have the labels of the rows of X in another order, a model needs
        windows and gets rows, a training part has no complete window for the lookback
        of a model, or every model failed.

    Warns
    -----
    FitFailedWarning
        For each model that failed, with the folds and the error.
    UserWarning
        If X is a view and training targets of a fold lie in its test period. If X
        does not know its target, the training rows themselves are checked. Folds that
        hold out whole series are not checked.
    UserWarning
        If X knows its target, y is not this target, and ``baseline="auto"``: the
        baselines of forecasts are left out then.
    UserWarning
        If a metric is the mean of errors in the units of several targets, and those of
        one target are more than 30 times as large as those of another.
    MissingHistoryWarning
        Once, if test rows have too little history in their series.

    See Also
    --------
    make_supervised : Creates X and y of a forecast.
    PanelTimeSeriesSplit, SeriesKFold : Folds of many series.
    PersistenceRegressor, LinearAutoregression : The baselines of forecasts.
    MiniRocket : The features of the baseline of whole series.

    Notes
    -----
    The automatic baselines of forecasts are

    - "persistence", the last known value of the target;
    - "seasonal persistence", the value one period before the forecast time, if the
      target has a season: ``PersistenceRegressor(period="auto")`` describes the search
      for the period. It uses the training part that ends first. Where folds are in time
      order, it holds no test row;
    - "linear autoregression", a :class:`LinearAutoregression`, if the target has a
      season or y has several horizons. It reads the target's own past, and the channels
      that are known ahead (``exogenous=``), if there are any. It reads the windows of
      X, or windows as long as the longest `LookbackWindower` of the models. If these do
      not hold a period, it reads two periods, but at least 48 and at most 720 rows, as
      far as the training parts allow. Missing values are replaced by means.

    Classifiers of whole series, in an array of shape (n_samples, n_steps, n_channels)
    or a list of arrays, have a second baseline: "minirocket", a linear classifier on
    the features of :class:`MiniRocket`. It is ridge regression, or logistic regression
    if a metric needs probabilities. More than 1,000 training samples get fewer kernels,
    because the time of the linear classifier grows faster than their number. The
    baseline is left out if a value is infinite, and if y has several columns and a
    metric needs probabilities. Missing values inside a series are replaced by means. An
    array of two dimensions holds series if one of the models reads it so: a network, or
    `MiniRocket`.
    Labels of rows and windows of a series have the class frequencies only: a window for
    each row makes the features as many times slower as windows overlap.

    The baseline to beat is the one with the best mean of the first metric on the test
    rows. This favors the baselines, not the models.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import FlatWindowRegressor, LookbackWindower, Standardizer
    >>> from skseqconv import compare_models, make_supervised
    >>> from skseqconv.datasets import make_climate
    >>> series = make_climate(2000, freq="1h", random_state=0)
    >>> X, y = make_supervised(series, "T (degC)", delay=24)
    >>> ridge = make_pipeline(
    ...     Standardizer(), LookbackWindower(48, step=6), FlatWindowRegressor(Ridge())
    ... )
    >>> found = compare_models({"ridge": ridge}, X, y, cv=5)
    >>> list(found.table.index), found.baseline
    (['persistence', 'ridge'], 'persistence')
    """
    models = named_models(models)
    given = list(models)
    kind = kind_of_model(models[given[0]])
    refuse_masked("y", y)
    check_target(X, y)
    scorers = named_scorers(scoring, kind)
    raises = _checked_error_score(error_score)
    params = dict(params or {})
    if groups is None:
        groups = params.pop("groups", None)
    for name, value in params.items():
        check_order(X, value, y_name=f"params[{name!r}]")
    splits = make_splits(cv, X, y, groups, kind == "classifier")
    models, baselines = with_baselines(models, baseline, X, y, splits, scorers)
    is_automatic = isinstance(baseline, str) and baseline == "auto"
    chosen = given if is_automatic else list(models)
    check_windows({name: models[name] for name in chosen}, X, splits)
    warn_of_leaks(X, splits)
    with said_once():
        trials, timings = run(
            models,
            X,
            y,
            splits,
            scorers,
            params=params,
            given=given,
            raises=raises,
            n_jobs=n_jobs,
            verbose=verbose,
        )
    failures = failure_table(trials)
    said = described_failures(failures)
    _refuse_without_scores([t for name in given for t in trials[name]], scorers, said)
    for text in said:
        warnings.warn(text, FitFailedWarning, stacklevel=2)
    fold_scores, metrics = score_table(trials, scorers)
    predictions, positions = prediction_table(X, y, splits, trials)
    delays = [delay for _, delay in getattr(X, "target", None) or ()]
    # Errors of forecasts are compared in time order. Labels have none.
    is_forecast = kind == "regressor" and bool(delays)
    comparison = Comparison(
        fold_scores,
        fit_table(timings, trials, splits),
        predictions,
        failures,
        best_baseline(baselines, fold_scores, next(iter(metrics.values()))),
        metrics,
        stamps=X.stamps[positions] if is_forecast else None,
        horizon=max(delays) if is_forecast else None,
        baselines=baselines,
        places=places_of(X, positions, predictions) if delays else None,
    )
    if kind == "regressor":
        _warn_of_units(comparison, X, positions, scorers)
    return comparison


def _warn_of_units(comparison, X, positions, scorers):
    """Warn if a metric is the mean of errors in different units."""
    means = [Metric.of(n, s).words for n, s in scorers.items() if averages_units(s)]
    if not means:
        return
    way_out = "comparison.predictions has each column."
    rows = X[positions] if isinstance(X, View) else X
    if comparison.places is not None:
        of = "target" if rows.channels is None else "channel"
        way_out = f"comparison.forecasts() has each one: group its errors by {of!r}."
    model = comparison.baseline or comparison.table.index[0]
    errors = absolute_errors(comparison.predictions, model)
    warn_of_unlike_targets(rows, errors, means[0], way_out)


def _refuse_without_scores(trials, scorers, failures):
    """Raise if no model has a score, or none has the one that ranks them."""
    if not any(trial.scores_ for trial in trials):
        raise ValueError("\n".join(["Every model failed in every fold.", *failures]))
    leading = next(iter(scorers))
    if not any(leading in trial.scores_ for trial in trials):
        raise ValueError(
            "\n".join(
                [
                    f"No model has a score for {leading!r}, the first metric, in any "
                    "fold. Use models that can have it, or put another metric first.",
                    *failures,
                ]
            )
        )


def _checked_error_score(error_score):
    """Whether an error of a model is raised."""
    if isinstance(error_score, str) and error_score == "raise":
        return True
    if isinstance(error_score, float) and np.isnan(error_score):
        return False
    raise ValueError(f'error_score={error_score!r} must be numpy.nan or "raise".')
