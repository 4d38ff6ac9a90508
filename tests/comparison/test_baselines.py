"""The automatic baselines: common sense for forecasts, and the best of it to beat."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    Standardizer,
    WindowView,
    compare_models,
    make_supervised,
)
from skseqconv._metrics import Metric
from skseqconv.comparison import Comparison
from skseqconv.comparison._baselines import best_baseline, with_baselines

DELAY = 6
CV = TimeSeriesSplit(3, gap=DELAY)
NOW, DAY_AGO, LINE = "persistence", "seasonal persistence", "linear autoregression"


def test_the_linear_baseline_reads_what_is_known_ahead():
    random = np.random.default_rng(0)
    promo = (random.random(400) < 0.3).astype(float)
    for labels in (["sold", "promo"], [10, 20]):
        values = np.column_stack([5 * promo + random.random(400), promo])
        table = pd.DataFrame(values, columns=labels)
        X, y = make_supervised(table, labels[0], delay=[1, 3], known_ahead=labels[1])
        model = make_pipeline(LookbackWindower(6), PersistenceRegressor())
        compared = compare_models({"naive": model}, X, y, cv=CV)
        assert "in what is known ahead" in compared.baselines[LINE]
        assert compared.table.loc[LINE, "mean"] < 0.5


def test_a_model_that_takes_the_name_of_a_baseline_is_called_what_it_is():
    """The network of the user is a baseline then, and nothing is said of ours."""
    values = np.random.default_rng(0).random((400, 2))
    X, y = make_supervised(values, 0, delay=[1, 3], known_ahead=[1])
    own = make_pipeline(LookbackWindower(6), LinearAutoregression())
    compared = compare_models({"mean": DummyRegressor(), LINE: own}, X, y, cv=CV)
    assert compared.baselines[LINE] == "your model of this name"
    assert "known ahead" not in compared.summary()
    alone = compare_models({"own": own}, X, y, cv=CV, baseline=None)
    assert_array_equal(compared.predictions[LINE], alone.predictions["own"])


def load(n_rows=1600, seed=0):
    """An hourly load that is best forecast by the same hour of the day before.

    It is a seasonal random walk: each hour of the day goes its own way.
    """
    random = np.random.default_rng(seed)
    hours = pd.date_range("2021-01-01", periods=n_rows, freq="h")
    steps = random.normal(size=(n_rows // 24 + 1, 24))
    steps[0] = 20 * np.sin(np.arange(24) * np.pi / 12)
    values = 100 + steps.cumsum(axis=0).ravel()[:n_rows]
    return pd.DataFrame({"wind": random.normal(size=n_rows), "load": values}, hours)


@pytest.fixture(scope="module")
def task():
    return make_supervised(load(), "load", delay=DELAY)


class TwoHoursLate(RegressorMixin, BaseEstimator):
    """A weak model, better than the last value: 22 hours before."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return WindowView(SeriesView(X), lags=[22 - DELAY]).to_numpy()[:, 0, 1]


@pytest.fixture(scope="module")
def found(task):
    scoring = ["neg_mean_absolute_error", "r2"]
    return compare_models({"late": TwoHoursLate()}, *task, cv=CV, scoring=scoring)


def y_of(X):
    """The target that X was made with."""
    last = X._series.n_rows - 1
    later = [(np.minimum(X.rows + delay, last), [at]) for at, delay in X.target]
    return np.hstack([X._series.take(*one) for one in later])


def names_for(X, models=None, cv=CV, baseline="auto"):
    """The baselines that are added, without a fit."""
    models = models or {"mean": DummyRegressor()}
    return with_baselines(models, baseline, X, y_of(X), list(cv.split(X)), {})[1]


def test_a_model_that_a_season_beats_does_not_beat_common_sense(found):
    assert found.baseline == DAY_AGO
    means = found.table["mean"]
    assert means[DAY_AGO] < means["late"] < means[NOW]
    assert found.table.loc[DAY_AGO, "skill"] == 0
    assert found.table.loc["late", "skill"] < 0
    said = found.summary()
    assert said.startswith("No model beats seasonal persistence. late is closest, wor")
    assert said.endswith(
        " seasonal persistence has the best mean absolute error of 3 baselines: "
        "persistence (the last known value), seasonal persistence (the value one "
        "period of 24 rows before), linear autoregression (linear in the last 48 "
        "values)."
    )
    assert repr(found).endswith(said)
    assert list(found.baselines) == [NOW, DAY_AGO, LINE]
    # The other baselines are no models, so nothing is corrected for them.
    assert "corrected" not in said


def test_seasonal_persistence_is_the_value_one_period_before(found, task):
    X, _ = task
    rows = np.concatenate([test for _, test in CV.split(X)])
    expected = X.series[rows + DELAY - 24, 1]
    assert_allclose(found.predictions[DAY_AGO], expected)
    assert_allclose(found.predictions[NOW], X.series[rows, 1])
    assert found.failures.empty


def test_the_reference_is_that_of_the_first_metric(found, task):
    assert "of 3 baselines" in found.summary("r2")
    assert "has the best mean absolute error" in found.summary("r2")
    assert found.tables["r2"].loc[DAY_AGO, "skill"] == 0
    assert sorted(found.differences().index) == ["late", LINE, NOW]


@pytest.mark.parametrize("lookback", [3, 18, 19, 40])
def test_windows_too_short_for_the_season_are_read_longer(task, found, lookback):
    X, y = task
    steps = make_pipeline(Standardizer(), LookbackWindower(lookback))
    models = {"mean": DummyRegressor()}
    other = compare_models(models, steps.fit_transform(X), y, cv=CV)
    for name in (NOW, DAY_AGO):
        assert_allclose(other.predictions[name], found.predictions[name])
    assert other.baseline == DAY_AGO


@pytest.mark.processes
def test_longer_windows_go_to_workers(task, found):
    X, y = task
    windows = LookbackWindower(3).fit_transform(X)
    other = compare_models({"mean": DummyRegressor()}, windows, y, cv=CV, n_jobs=2)
    assert_allclose(other.predictions[DAY_AGO], found.predictions[DAY_AGO])


def test_several_targets_and_horizons_have_one_period():
    table = load().assign(other=load(seed=1)["load"])
    X, y = make_supervised(table, ["load", "other"], delay=[1, 6, 30])
    cv = TimeSeriesSplit(2, gap=30)
    found = compare_models({"mean": DummyRegressor()}, X, y, cv=cv)
    assert found.failures.empty
    assert "one period of 24 rows" in found.summary()
    test = np.concatenate([test for _, test in cv.split(X)])
    expected = [
        X.series[test + delay - 24 * -(-delay // 24), channel]
        for channel in (1, 2)
        for delay in (1, 6, 30)
    ]
    assert_allclose(found.predictions[DAY_AGO], np.transpose(expected))


def lags_of_line(X, models, cv=CV):
    models, _ = with_baselines(models, "auto", X, y_of(X), list(cv.split(X)), {})
    return models[LINE].named_steps["otherlags"].lags


def ridge_on(lookback, step=1):
    return make_pipeline(LookbackWindower(lookback, step=step), FlatWindowRegressor())


def test_linear_autoregression_reads_the_longest_windows_of_the_models(task):
    X, y = task
    models = {"short": ridge_on(24), "long": ridge_on(60, 3), "none": DummyRegressor()}
    assert lags_of_line(X, models) == list(range(57, -1, -3))
    found = compare_models(models, X, y, cv=CV)
    assert "linear autoregression (linear in 20 of the last 60 values)" in str(found)
    line = make_pipeline(LookbackWindower(60, step=3), LinearAutoregression())
    for fold, (train, test) in enumerate(CV.split(X)):
        part = found.predictions[found.predictions["fold"] == fold]
        expected = line.fit(X[train], y[train]).predict(X[test])
        assert_allclose(part[LINE], expected, rtol=1e-9)


def test_linear_autoregression_reads_the_windows_of_x(task):
    X, _ = task
    windows = LookbackWindower(60, step=3).fit_transform(X)
    assert lags_of_line(windows, {"none": DummyRegressor()}) == list(range(57, -1, -3))


def test_linear_autoregression_reads_a_period_as_far_as_training_rows_allow(task):
    X, _ = task
    two_days = list(range(47, -1, -1))
    assert lags_of_line(X, {"none": DummyRegressor()}) == two_days
    assert lags_of_line(X, {"short": ridge_on(20)}) == two_days
    windows = LookbackWindower(20).fit_transform(X)
    assert lags_of_line(windows, {"none": DummyRegressor()}) == two_days
    few = slice(None, 400)  # the first training part has 94 rows
    assert lags_of_line(X[few], {"none": DummyRegressor()}) == two_days[-24:]


@pytest.mark.parametrize("wrong", [(0, 1), (12, 0), (12, 20), (13, 2)])
def test_windows_that_are_none_are_the_error_of_their_model(task, wrong):
    lookback, step = wrong
    models = {"wrong": ridge_on(lookback, step), "mean": DummyRegressor()}
    with pytest.warns(FitFailedWarning, match="^wrong failed in folds 0, 1, 2") as told:
        found = compare_models(models, *task, cv=CV)
    assert len(told) == 1
    assert found.baseline == DAY_AGO


def test_weights_are_passed_on_with_routing_enabled(task):
    X, y = task
    params = {"sample_weight": np.ones(len(y))}
    plain = compare_models({"mean": DummyRegressor()}, X, y, cv=CV, params=params)
    with sklearn.config_context(enable_metadata_routing=True):
        mean = DummyRegressor().set_fit_request(sample_weight=True)
        routed = compare_models({"mean": mean}, X, y, cv=CV, params=params)
    assert routed.failures.empty
    pd.testing.assert_frame_equal(routed.predictions, plain.predictions)


def test_several_horizons_have_a_linear_autoregression_without_a_season():
    table = load().assign(load=np.random.default_rng(0).normal(size=1600).cumsum())
    X, y = make_supervised(table, "load", delay=[1, 6])
    assert list(names_for(X)) == [NOW, LINE]
    found = compare_models({"mean": DummyRegressor()}, X, y, cv=CV)
    assert found.failures.empty
    assert found.predictions[LINE].notna().all(axis=None)


def test_missing_values_are_no_failure(task):
    table = load()
    table.iloc[np.random.default_rng(0).permutation(1600)[:200]] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(table, "load", delay=DELAY)
    for rows in (X, LookbackWindower(12).fit_transform(X)):
        found = compare_models({"mean": DummyRegressor()}, rows, y, cv=CV)
        assert found.failures.empty
        assert set(found.baselines) == {NOW, DAY_AGO, LINE}
        assert found.predictions.notna().all(axis=None)


def test_without_a_season_the_last_value_is_the_only_baseline(task):
    table = load().assign(load=np.random.default_rng(0).normal(size=1600).cumsum())
    X, y = make_supervised(table, "load", delay=DELAY)
    assert list(names_for(X)) == [NOW]
    found = compare_models({"mean": DummyRegressor()}, X, y, cv=CV)
    assert found.baseline == NOW
    assert "baselines" not in found.summary()


@pytest.mark.parametrize("windowed", [False, True])
@pytest.mark.parametrize("future", ["other season", "huge", "missing", "noise"])
def test_rows_after_the_first_training_part_choose_nothing(windowed, future):
    series = load()
    X, _ = make_supervised(series, "load", delay=DELAY)
    (train, _), *_ = CV.split(X)
    later = slice(train[-1] + 1, None)
    after = np.arange(len(series) - later.start)
    changed = series.copy()
    changed.iloc[later, 1] = {
        "other season": 100 + 50 * np.sin(after * 2 * np.pi / 17),
        "huge": 1e12,
        "missing": np.nan,
        "noise": np.random.default_rng(1).normal(size=len(after)).cumsum(),
    }[future]

    def chosen(values, rows):
        view = SeriesView(values, rows)
        view.target = X.target
        if windowed:
            view = LookbackWindower(12).fit_transform(view)
        return names_for(view)

    expected = chosen(series, X.rows)
    assert "period of 24 rows" in expected[DAY_AGO]
    assert chosen(changed, X.rows) == expected


def test_a_season_of_the_test_rows_is_not_found():
    series = load()
    (train, _), *_ = CV.split(series)
    noise = np.random.default_rng(1).normal(size=len(train)).cumsum()
    series.iloc[: len(train), 1] = noise
    X, _ = make_supervised(series, "load", delay=DELAY)
    assert list(names_for(X)) == [NOW]
    # The order of the folds does not matter.
    splits = list(CV.split(X))[::-1]
    added = with_baselines({"m": Ridge()}, "auto", X, y_of(X), splits, {})[1]
    assert list(added) == [NOW]


def test_training_rows_far_apart_are_read_as_far_back_as_the_models_read():
    X, _ = make_supervised(load(), "load", delay=DELAY, rows=np.arange(200, 1600, 60))
    cv = TimeSeriesSplit(3)
    assert list(names_for(X, cv=cv)) == [NOW]
    assert list(names_for(X, {"ridge": ridge_on(120)}, cv=cv)) == [NOW, DAY_AGO, LINE]


def test_models_of_the_users_own_are_baselines_by_their_names(task):
    models = {
        "mean": DummyRegressor(),
        DAY_AGO: make_pipeline(LookbackWindower(48), PersistenceRegressor(period=48)),
    }
    found = compare_models(models, *task, cv=CV)
    assert found.baseline == LINE  # better than two days before
    assert sorted(found.table.index) == [LINE, "mean", NOW, DAY_AGO]
    rows = np.concatenate([test for _, test in CV.split(task[0])])
    expected = task[0].series[rows + DELAY - 48, 1]
    assert_allclose(found.predictions[DAY_AGO], expected)


def test_a_chosen_baseline_is_the_only_one(task):
    models = {"mean": DummyRegressor(), "late": TwoHoursLate()}
    for baseline, name in (("mean", "mean"), (models["late"], "late")):
        found = compare_models(models, *task, cv=CV, baseline=baseline)
        assert found.baseline == name
        assert sorted(found.table.index) == ["late", "mean"]
        assert "baselines" not in found.summary()
    found = compare_models(models, *task, cv=CV, baseline=None)
    assert found.baseline is None
    assert found.baselines == {}


def test_a_chosen_baseline_needs_its_windows(task):
    long = ridge_on(600)
    with pytest.raises(ValueError, match=r"models\['flatwindowregressor'\] has lookb"):
        compare_models({"mean": DummyRegressor()}, *task, cv=CV, baseline=long)


def test_series_held_out_whole_have_their_season_without_warnings():
    series = [load(300, seed=seed) for seed in range(4)]
    X, y = make_supervised(series, "load", delay=DELAY)
    params = {"groups": X.series_ids}
    found = compare_models(
        {"mean": DummyRegressor()}, X, y, cv=GroupKFold(2), params=params
    )
    assert found.failures.empty
    assert found.baseline == DAY_AGO


@pytest.mark.filterwarnings("ignore:Leakage in fold")
def test_folds_in_any_order(task):
    X, y = task
    for cv in (KFold(3), KFold(3, shuffle=True, random_state=0)):
        found = compare_models({"mean": DummyRegressor()}, X, y, cv=cv)
        assert found.baseline == DAY_AGO


# The best of several baselines.


def compared(scores, baselines, metric=None):
    """A comparison with these scores, of 80 rows to train on and 20 to test on."""
    metric = metric or Metric("mean_absolute_error", False, 0.0)
    folds = range(3)
    rows = [(m, fold, metric.name, scores[m][fold]) for m in scores for fold in folds]
    table = pd.DataFrame(rows, columns=["model", "fold", "metric", "score"])
    fits = table[["model", "fold"]].assign(
        n_train=80, n_test=20, fit_seconds=1.0, score_seconds=0.1, n_parameters=1
    )
    return Comparison(
        table,
        fits,
        pd.DataFrame(),
        pd.DataFrame(),
        best_baseline(baselines, table, metric),
        {metric.name: metric},
        stamps=None,
        horizon=None,
        baselines=dict.fromkeys(baselines, "words"),
    )


@pytest.mark.parametrize(("greater", "expected"), [(False, "season"), (True, "now")])
def test_the_best_of_the_baselines_is_the_one_to_beat(greater, expected):
    scores = {"now": [3.0, 3.1, 3.2], "season": [2.0, 2.1, 2.3], "net": [1.0, 4, 9]}
    metric = Metric("own", greater)
    assert compared(scores, ["now", "season"], metric).baseline == expected


def test_a_baseline_that_failed_in_a_fold_is_not_the_best():
    scores = {"now": [3.0, 3.1, 3.2], "season": [1.0, np.nan, 1.0], "net": [2.0] * 3}
    assert compared(scores, ["now", "season"]).baseline == "now"
    assert compared(scores, ["season"]).baseline == "season"
    assert compared(scores, []).baseline is None


def test_the_sentence_is_about_models_and_corrects_for_their_number():
    scores = {
        "now": [3.0, 3.1, 3.3],
        "season": [2.0, 2.1, 2.3],
        "net": [1.9, 2.0, 2.1],
        "ridge": [4.0, 4.1, 4.0],
    }
    said = compared(scores, ["now", "season"]).summary()
    assert said.startswith("net beats season by 6.2 % (mean absolute error 2.00 again")
    assert "corrected for choosing the best of 2)" in said
    assert said.endswith(
        "season has the best mean absolute error of 2 baselines: now (words), season "
        "(words)."
    )
    del scores["net"]
    said = compared(scores, ["now", "season"]).summary()
    assert said.startswith("No model beats season. ridge is closest, worse by")
    del scores["ridge"]
    said = compared(scores, ["now", "season"]).summary()
    assert said == "season: mean absolute error 2.13."
