"""Models on the same folds: scores, predictions, failures, what differences mean."""

import gc
import pickle
import re
import warnings
import weakref

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer, mean_absolute_error
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
    TimeSeriesSplit,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MissingHistoryWarning,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    SeriesKFold,
    SeriesView,
    Standardizer,
    TokenSequencer,
    make_supervised,
)
from skseqconv._metrics import Metric
from skseqconv.comparison import Comparison, compare_models
from skseqconv.comparison._folds import check_windows
from skseqconv.comparison._significance import corrected_t_test
from skseqconv.datasets import make_climate

DELAY = 6
CV = TimeSeriesSplit(4, gap=DELAY)
MAE, RMSE = "mean_absolute_error", "root_mean_squared_error"


def windowed(model, lookback=24):
    return make_pipeline(Standardizer(), LookbackWindower(lookback, step=3), model)


MODELS = {
    "ridge": windowed(FlatWindowRegressor()),
    "one lag": windowed(FlatWindowRegressor(Ridge(10.0), lags=[0])),
}


@pytest.fixture(scope="module")
def climate():
    """X and y: the temperature of a made station, six hours ahead."""
    series = make_climate(900, freq="1h", random_state=0)
    return make_supervised(series, "T (degC)", delay=DELAY)


@pytest.fixture(scope="module")
def found(climate):
    scoring = ["neg_mean_absolute_error", "neg_root_mean_squared_error", "r2"]
    return compare_models(MODELS, *climate, cv=CV, scoring=scoring)


@pytest.fixture(scope="module")
def table():
    """A plain table of numbers, and a target."""
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 3))
    return X, X @ [1.0, 2.0, 0.0] + random.normal(size=120)


class Counted(RegressorMixin, BaseEstimator):
    """The mean of y; counts how often it is fitted and asked."""

    fits = predictions = 0

    def fit(self, X, y):
        type(self).fits += 1
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        type(self).predictions += 1
        return np.full(len(X), self.mean_)


class Fails(RegressorMixin, BaseEstimator):
    """Fails for a training part of up to `most` rows."""

    def __init__(self, most=50, predicts=True):
        self.most = most
        self.predicts = predicts

    def fit(self, X, y):
        if len(X) <= self.most:
            raise RuntimeError(f"{len(X)} rows are too few")
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        if not self.predicts:
            raise RuntimeError("it will not say")
        return np.full(len(X), self.mean_)


def scores_of(comparison, model, metric=MAE):
    scores = comparison.fold_scores
    chosen = (scores["model"] == model) & (scores["metric"] == metric)
    return scores[chosen].sort_values("fold")["score"].to_numpy()


# Scores, predictions and rows.


def test_scores_are_those_of_cross_validate(found, climate):
    assert list(found.fold_scores.columns) == ["model", "fold", "metric", "score"]
    for name, model in MODELS.items():
        for metric, scoring, sign in (
            (MAE, "neg_mean_absolute_error", -1),
            (RMSE, "neg_root_mean_squared_error", -1),
            ("r2", "r2", 1),
        ):
            scores = cross_validate(model, *climate, cv=CV, scoring=scoring)
            assert_allclose(
                scores_of(found, name, metric), sign * scores["test_score"], rtol=1e-12
            )
    better = {name: metric.greater_is_better for name, metric in found.metrics.items()}
    assert better == {MAE: False, RMSE: False, "r2": True}


def test_predictions_are_out_of_fold_and_of_the_fits_that_were_scored(found, climate):
    X, y = climate
    predictions = found.predictions
    assert list(predictions.columns) == [
        "fold",
        "truth",
        "persistence",
        "ridge",
        "one lag",
    ]
    rows = np.concatenate([test for _, test in CV.split(X)])
    assert_array_equal(predictions.index, X.index[rows])
    assert_array_equal(predictions["truth"], y[rows])
    for fold, (train, test) in enumerate(CV.split(X)):
        part = predictions[predictions["fold"] == fold]
        fitted = clone(MODELS["ridge"]).fit(X[train], y[train])
        assert_allclose(part["ridge"], fitted.predict(X[test]), rtol=1e-12)
        for name in ("persistence", "ridge", "one lag"):
            error = mean_absolute_error(part["truth"], part[name])
            assert_allclose(scores_of(found, name)[fold], error, rtol=1e-12)


def test_a_model_is_fitted_and_asked_once_a_fold(table):
    Counted.fits = Counted.predictions = 0
    scoring = ["r2", "neg_mean_absolute_error", "neg_max_error"]
    compare_models({"counted": Counted()}, *table, cv=4, scoring=scoring)
    assert (Counted.fits, Counted.predictions) == (4, 4)


def test_all_models_see_the_same_rows_of_a_random_splitter(table):
    cv = ShuffleSplit(3, test_size=0.2, random_state=np.random.RandomState(0))
    models = {"one": Ridge(), "the same": Ridge()}
    found = compare_models(models, *table, cv=cv)
    assert_array_equal(scores_of(found, "one"), scores_of(found, "the same"))
    assert_array_equal(found.predictions["one"], found.predictions["the same"])


@pytest.mark.processes
def test_two_workers_give_the_same(found, climate):
    both = compare_models(MODELS, *climate, cv=CV, n_jobs=2)
    one = found.fold_scores[found.fold_scores["metric"] == MAE]
    assert_allclose(both.fold_scores["score"], one["score"], rtol=1e-12)
    pd.testing.assert_frame_equal(both.predictions, found.predictions)


def test_persistence_is_the_last_value(found, climate):
    X, y = climate
    now = X.to_numpy()[:, 1]
    for fold, (_, test) in enumerate(CV.split(X)):
        error = np.abs(y[test] - now[test]).mean()
        assert_allclose(scores_of(found, "persistence")[fold], error)


def test_fits_tell_rows_seconds_and_parameters(found, climate):
    sizes = [(len(train), len(test)) for train, test in CV.split(climate[0])]
    of_ridge = found.fits[found.fits["model"] == "ridge"]
    assert_array_equal(of_ridge[["n_train", "n_test"]], sizes)
    assert (of_ridge["fit_seconds"] > 0).all()
    assert (of_ridge["score_seconds"] > 0).all()
    assert of_ridge["n_parameters"].tolist() == [8 * 14 + 1] * 4
    assert found.table["n_parameters"].isna()["persistence"]


def test_rows_without_dates_are_numbered(climate, table):
    X, y = make_supervised(climate[0].series, 1, delay=DELAY)
    predictions = compare_models(MODELS, X[100:], y[100:], cv=CV).predictions
    tests = np.concatenate([test for _, test in CV.split(y[100:])])
    assert_array_equal(predictions.index, tests + 100)
    frame = pd.DataFrame(table[0]).set_index(np.arange(1000, 1120))
    predictions = compare_models([Ridge()], frame, table[1], cv=3).predictions
    assert_array_equal(predictions.index, np.arange(1000, 1120))
    predictions = compare_models([Ridge()], *table, cv=3).predictions
    assert_array_equal(predictions.index, np.arange(120))


def test_several_outputs(climate):
    X, y = make_supervised(climate[0].series, 1, delay=[1, 6])
    found = compare_models(MODELS, X, y, cv=CV)
    assert found.predictions["ridge"].shape == (len(found.predictions), 2)
    errors = found.predictions["ridge"] - found.predictions["truth"]
    by_fold = errors.abs().mean(axis=1).groupby(found.predictions["fold"]).mean()
    assert_allclose(by_fold, scores_of(found, "ridge"))
    assert found.horizon == 6
    assert np.isfinite(found.differences()["dm"]).all()


def test_a_column_of_y_may_come_back_flat(table):
    X, y = table
    found = compare_models([Ridge(), Counted()], X, y[:, None], cv=3)
    names = ["fold", "truth", "mean", "ridge", "counted"]
    assert list(found.predictions.columns) == names


class Alive(Counted):
    """Notes how many fitted ones live when the next is fitted."""

    fitted, noted = weakref.WeakSet(), []

    def fit(self, X, y):
        gc.collect()
        self.noted.append(len(self.fitted))
        self.fitted.add(self)
        return super().fit(X, y)


@pytest.mark.slow
def test_fitted_models_are_let_go_fold_by_fold(table):
    compare_models([Alive()], *table, cv=4)
    assert Alive.noted == [0, 0, 0, 0]


def test_nothing_that_was_fitted_is_kept(found):
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)
    assert b"Standardizer" not in pickle.dumps(found)


@pytest.mark.trains
def test_a_network_beside_its_baseline(climate):
    X, y = climate
    network = Conv1DRegressor(
        n_conv=1, filters=4, epochs=1, steps_per_epoch=5, random_state=0
    )
    cv = TimeSeriesSplit(2, gap=DELAY)
    found = compare_models({"network": windowed(network)}, X, y, cv=cv)
    assert set(found.table.index) == {"network", "persistence"}
    [train, test] = list(cv.split(X))[1]
    fitted = windowed(network).fit(X[train], y[train])
    part = found.predictions[found.predictions["fold"] == 1]
    assert_allclose(part["network"], fitted.predict(X[test]), rtol=1e-5)
    assert found.table.loc["network", "n_parameters"] == fitted[-1].n_parameters_


# The table, and what it says.


def test_table_is_sorted_and_says_what_the_folds_say(found):
    table = found.table
    assert table.columns.name == MAE
    assert table["mean"].is_monotonic_increasing
    ridge, base = scores_of(found, "ridge"), scores_of(found, "persistence")
    row = table.loc["ridge"]
    assert_allclose(row["mean"], ridge.mean())
    assert_allclose(row["std"], ridge.std(ddof=1))
    assert_allclose(row["skill"], 1 - ridge.mean() / base.mean())
    assert row["won"] == (ridge < base).sum()
    assert row["folds"] == 4
    assert table.loc["persistence", "skill"] == 0
    assert np.isnan(table.loc["persistence", "p_value"])
    sizes = found.fits[found.fits["model"] == "ridge"]
    _, p_value = corrected_t_test(base - ridge, sizes["n_train"], sizes["n_test"])
    assert_allclose(row["p_value"], p_value)


def test_each_metric_has_a_table(found):
    assert list(found.tables) == [MAE, RMSE, "r2"]
    assert found.table is found.tables[MAE]
    assert found.tables["r2"]["mean"].is_monotonic_decreasing
    ridge, base = (scores_of(found, n, "r2").mean() for n in ("ridge", "persistence"))
    expected = (ridge - base) / (1 - base)
    assert_allclose(found.tables["r2"].loc["ridge", "skill"], expected)


def made(scores, baseline="base", metric=MAE, perfect=0.0):
    """A comparison with these scores, of 80 rows to train on and 20 to test on."""
    models = list(scores)
    folds = range(len(scores[models[0]]))
    long = [(m, fold, metric, scores[m][fold]) for m in models for fold in folds]
    sizes = [(m, fold, 80, 20, 1.0, 0.1) for m in models for fold in folds]
    columns = ["model", "fold", "n_train", "n_test", "fit_seconds", "score_seconds"]
    fits = pd.DataFrame(sizes, columns=columns)
    fits["n_parameters"] = pd.array([None] * len(fits), dtype="Int64")
    return Comparison(
        pd.DataFrame(long, columns=["model", "fold", "metric", "score"]),
        fits,
        pd.DataFrame(),
        pd.DataFrame(),
        baseline,
        {metric: Metric(metric, perfect != 0, perfect)},
        stamps=None,
        horizon=None,
        baselines={},
    )


@pytest.mark.parametrize(
    "scores, options, expected",
    [
        (
            {"base": [2.0, 3.0, 2.5, 2.5], "net": [1.5, 2.6, 2.0, 1.9]},
            {},
            "net beats base by 20.0 % (mean absolute error 2.00 against 2.50), better "
            "in 4 of 4 folds. Significant (p = 0.0032).",
        ),
        (
            {"base": [2.0, 2.0, 2.0], "net": [1.0, 2.9, 1.5], "far": [9.0, 9.0, 9.0]},
            {},
            "net beats base by 10.0 % (mean absolute error 1.80 against 2.00), better "
            "in 2 of 3 folds. Not significant (p = 1, corrected for choosing the best "
            "of 2).",
        ),
        (
            {"base": [1.0, 1.0], "near": [1.1, 1.5], "far": [4.0, 4.0]},
            {},
            "No model beats base. near is closest, worse by 30.0 % (mean absolute "
            "error 1.30 against 1.00), better in 0 of 2 folds. Not significant "
            "(p = 0.87, corrected for choosing the best of 2).",
        ),
        (
            {"base": [0.5, 0.5, 0.5], "net": [0.9, 0.91, 0.89]},
            {"metric": "accuracy", "perfect": 1.0},
            "net beats base by 0.400 (accuracy 0.900 against 0.500), better in 3 of "
            "3 folds. Significant (p = 0.00036).",
        ),
        (
            {"a": [1200.0, 1300.0], "b": [1500.0, 1500.0], "c": [1600.0, 1600.0]},
            {"baseline": None},
            "a beats b by 16.7 % (mean absolute error 1,250 against 1,500), better in "
            "2 of 2 folds. Not significant (p = 0.15).",
        ),
        (
            {"base": [1.0, 1.0], "same": [1.0, 1.0]},
            {},
            "No model beats base. same is equal (mean absolute error 1.00 against "
            "1.00). Not significant (p = 1).",
        ),
        (
            {"base": [2.0], "net": [1.0]},
            {},
            "net beats base by 50.0 % (mean absolute error 1.00 against 2.00), better "
            "in 1 of 1 folds. Not tested: there is only one fold.",
        ),
        (
            {"base": [2.6030, 2.6030], "net": [2.5994, 2.5996]},
            {},
            "net beats base by 0.1 % (mean absolute error 2.599 against 2.603), "
            "better in 2 of 2 folds. Significant (p = 0.022).",
        ),
        (
            {
                "base": [2.00, 2.10, 2.00],
                "net": [1.80, 2.04, 1.85],
                "far": [4.0, 3.9, 4.0],
                "never": [np.nan, np.nan, np.nan],
            },
            {},
            "net beats base by 6.7 % (mean absolute error 1.90 against 2.03), better "
            "in 3 of 3 folds. Not significant (p = 0.26, corrected for choosing the "
            "best of 2). No score: never in 3 of 3 folds. Means in the table are over "
            "the other folds, comparisons over those that both models have.",
        ),
        (
            {"base": [2.0, 2.0, 2.0], "net": [1.0, 1.0, 1.0]},
            {},
            "net beats base by 50.0 % (mean absolute error 1.00 against 2.00), better "
            "in 3 of 3 folds. Not tested: the difference is the same in all folds.",
        ),
        (
            {"base": [9.0, 3.0, 4.0], "net": [np.nan, 2.0, 3.2]},
            {},
            "net beats base by 25.7 % (mean absolute error 2.60 against 3.50), better "
            "in 2 of 2 folds. Not significant (p = 0.086). No score: net in 1 of 3 "
            "folds. Means in the table are over the other folds, comparisons over "
            "those that both models have.",
        ),
        (
            {"a": [1.0, np.nan]},
            {"baseline": None},
            "a: mean absolute error 1.00. No score: a in 1 of 2 folds. Means in the "
            "table are over the other folds, comparisons over those that both models "
            "have.",
        ),
        (
            {"base": [1.0, 1.0, 1.0], "net": [0.5, 0.5, np.inf]},
            {},
            "No model beats base. net is closest, worse by inf (mean absolute error "
            "inf against 1.00), better in 2 of 3 folds. Not tested: a score is not "
            "finite.",
        ),
        ({"a": [1.0, 2.0]}, {"baseline": None}, "a: mean absolute error 1.50."),
        (
            {"base": [1.0, np.nan], "net": [np.nan, 1.0]},
            {},
            "net and base have no fold that both completed. No score: base in 1 of 2 "
            "folds, net in 1 of 2 folds. Means in the table are over the other folds, "
            "comparisons over those that both models have.",
        ),
    ],
)
def test_summary(scores, options, expected):
    assert made(scores, **options).summary() == expected


def test_only_the_sentence_is_corrected_for_the_number_of_models():
    scores = {
        "base": [2.0, 3.0, 2.5, 2.5],
        "net": [1.5, 2.6, 2.0, 1.9],
        **{f"{i}": [9.0, 8.0, 9.0, 8.5] for i in range(19)},
    }
    alone = made({name: scores[name] for name in ("base", "net")})
    many = made(scores)
    p_value = alone.table.loc["net", "p_value"]
    assert p_value < 0.05 < 20 * p_value
    assert alone.summary().endswith(f" Significant (p = {p_value:.2g}).")
    corrected = f"p = {20 * p_value:.2g}, corrected for choosing the best of 20"
    assert many.summary().endswith(f" Not significant ({corrected}).")
    assert_allclose(many.table.loc["net", "p_value"], p_value)
    assert_allclose(many.differences().loc["net", "p_value"], p_value)


def test_a_mean_over_fewer_folds_stands_below(found):
    scores = {
        "base": [1.0, 2.0, 9.0],
        "whole": [2.0, 3.0, 8.0],
        "lucky": [0.9, 1.0, np.nan],
        "never": [np.nan, np.nan, np.nan],
    }
    table = made(scores).table
    assert list(table.index) == ["base", "whole", "lucky", "never"]
    assert table.loc["lucky", "mean"] == 0.95
    assert_allclose(table.loc["lucky", "skill"], 1 - 0.95 / 1.5)
    assert table.loc["lucky", "folds"] == 2
    assert table.loc["never", "folds"] == 0
    assert np.isnan(table.loc["never", "skill"])


def test_it_prints_the_table_and_the_sentence(found):
    printed = repr(found)
    assert str(found) == printed
    assert printed.splitlines()[-1] == found.summary()
    assert printed.startswith(MAE)
    html = made({"base": [2.0, 2.0], "<b>": [1.0, 1.5]})._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt; beats base by 37.5 %" in html


def test_summary_and_differences_of_another_metric(found):
    assert "root mean squared error" in found.summary(RMSE)
    assert found.differences(RMSE).columns.name == RMSE
    assert found.summary("neg_" + RMSE) == found.summary(RMSE)
    with pytest.raises(ValueError, match="metric='mae' was not computed: use one of"):
        found.summary("mae")
    with pytest.raises(ValueError, match="metric='mae' was not computed"):
        found.plot("mae")


def test_plot_draws_the_folds_of_a_metric(found):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    display = found.plot(RMSE, ax=ax)
    assert display.ax_ is ax
    drawn = display.dots_["ridge"].get_xdata()
    assert_array_equal(drawn, scores_of(found, "ridge", RMSE))


# What differences mean.


def test_differences_by_hand(found, climate, slow_diebold_mariano):
    X, _ = climate
    differences = found.differences(reference="one lag")
    assert sorted(differences.index) == ["persistence", "ridge"]
    row = differences.loc["ridge"]
    gains = scores_of(found, "one lag") - scores_of(found, "ridge")
    assert_allclose(row["gain"], gains.mean())
    sizes = [(len(train), len(test)) for train, test in CV.split(X)]
    factor = 1 / 4 + np.mean([test / train for train, test in sizes])
    t = gains.mean() / np.sqrt(factor * gains.var(ddof=1))
    assert_allclose(row["t"], t)
    assert_allclose(row["p_value"], 2 * stats.t(3).sf(abs(t)))
    # For the squared errors of the root mean squared error, and the absolute ones.
    for metric, power in ((MAE, 1), (RMSE, 2)):
        errors = found.predictions.sub(found.predictions["truth"], axis=0)
        losses = errors.abs() ** power
        gains = (losses["one lag"] - losses["ridge"]).to_numpy()
        rows = np.concatenate([test for _, test in CV.split(X)])
        expected = slow_diebold_mariano(gains, rows, DELAY)
        row = found.differences(metric, "one lag").loc["ridge"]
        assert_allclose((row["dm"], row["dm_p_value"]), expected)


def test_rows_are_compared_by_the_function_of_the_metric(climate):
    def losses_of(scoring):
        found = compare_models(MODELS, *climate, cv=CV, scoring=scoring)
        return {name: metric.power for name, metric in found.metrics.items()}

    assert losses_of("neg_mean_squared_error") == {"mean_squared_error": 2}
    scoring = {
        "rmse": "neg_root_mean_squared_error",
        "squared": "neg_mean_absolute_error",
        "variance": "explained_variance",
        "fit": "r2",
        "squared_own": lambda model, X, y: np.mean((model.predict(X) - y) ** 2),
        "own": lambda model, X, y: np.mean(np.abs(model.predict(X) - y)),
    }
    assert losses_of(scoring) == {
        "rmse": 2,
        "squared": 1,
        "variance": 2,
        "fit": 2,
        "squared_own": 2,
        "own": 1,
    }


def test_rows_are_compared_alike_by_any_name_of_a_metric(found, climate):
    named = compare_models(MODELS, *climate, cv=CV, scoring={"e": "neg_" + RMSE})
    columns = ["dm", "dm_p_value"]
    expected = found.differences(RMSE)[columns]
    assert not np.allclose(
        expected, found.differences(MAE)[columns].loc[expected.index]
    )
    pd.testing.assert_frame_equal(
        named.differences()[columns], expected, check_names=False
    )
    pd.testing.assert_frame_equal(
        found.differences("r2")[columns].loc[expected.index],
        expected,
        check_names=False,
    )


def test_without_a_reference_it_is_the_baseline_or_the_best(found):
    assert "persistence" not in found.differences().index
    alone = made({"b": [2.0, 2.5], "a": [1.0, 1.5]}, baseline=None)
    assert list(alone.differences().index) == ["b"]
    assert list(alone.table.columns[:3]) == ["mean", "std", "fit_seconds"]
    assert "dm" not in alone.differences()
    with pytest.raises(
        ValueError, match="reference='c' must be one of the models 'a', 'b'"
    ):
        alone.differences(reference="c")


class Wild(Fails):
    """Predicts infinity where `Fails` fails."""

    def fit(self, X, y):
        self.mean_ = np.inf if len(X) <= self.most else np.mean(y)
        return self


@pytest.mark.parametrize("Model", [Fails, Wild])
def test_rows_of_a_failed_fold_are_in_no_test(Model, climate, slow_diebold_mariano):
    cv = TimeSeriesSplit(4, gap=DELAY)
    with pytest.warns(FitFailedWarning, match="few failed in fold 0"):
        found = compare_models({"few": Model(200)}, *climate, cv=cv)
    row = found.differences().loc["few"]
    assert row["folds"] == 3
    rows = np.concatenate([test for _, test in cv.split(climate[0])][1:])
    predictions = found.predictions[found.predictions["fold"] > 0]
    errors = predictions.sub(predictions["truth"], axis=0).abs()
    gains = (errors["persistence"] - errors["few"]).to_numpy()
    expected = slow_diebold_mariano(gains, rows, DELAY)
    assert_allclose((row["dm"], row["dm_p_value"]), expected)
    gains = (scores_of(found, "persistence") - scores_of(found, "few"))[1:]
    sizes = [(len(train), len(test)) for train, test in cv.split(climate[0])][1:]
    expected = corrected_t_test(gains, *np.transpose(sizes))
    assert_allclose((row["t"], row["p_value"]), expected)


def test_comparison_of_every_kth_row_is_that_of_all_in_their_time(slow_diebold_mariano):
    random = np.random.default_rng(0)
    series = random.normal(size=(1000, 2)).cumsum(axis=0)
    X, y = make_supervised(series, 0, delay=10, rows=np.arange(0, 1000, 5))
    cv = TimeSeriesSplit(3, gap=2)
    found = compare_models({"mean": DummyRegressor()}, X, y, cv=cv)
    row = found.differences().loc["mean"]
    errors = found.predictions.sub(found.predictions["truth"], axis=0).abs()
    gains = (errors["persistence"] - errors["mean"]).to_numpy()
    expected = slow_diebold_mariano(gains, found.predictions.index.to_numpy(), 10)
    assert_allclose((row["dm"], row["dm_p_value"]), expected)


# Baselines.


def test_baseline_of_windows_is_persistence(climate):
    X, y = climate
    windows = LookbackWindower(12).fit_transform(X)
    found = compare_models([FlatWindowRegressor()], windows, y, cv=CV)
    assert found.baseline == "persistence"
    assert set(found.table.index) == {"persistence", "flatwindowregressor"}


def test_persistence_of_a_target_with_missing_values(climate):
    series = climate[0].series.copy()
    series[300:310, 1] = np.nan
    with pytest.warns(UserWarning, match="10 of 894 rows have no target"):
        X, y = make_supervised(series, 1, delay=DELAY)
    known = pd.Series(series[:, 1]).ffill().to_numpy()
    assert np.isnan(series[X.rows, 1]).sum() == DELAY
    for rows in (X, LookbackWindower(3).fit_transform(X)):
        found = compare_models({"mean": DummyRegressor()}, rows, y, cv=CV)
        assert found.failures.empty
        predictions = found.predictions
        assert_allclose(predictions["persistence"], known[predictions.index])


def test_baseline_of_arrays_is_the_mean(table):
    X, y = table
    found = compare_models([Ridge()], X, y, cv=5)
    assert found.baseline == "mean"
    expected = cross_validate(DummyRegressor(), X, y, cv=5, scoring="r2")
    r2 = compare_models([Ridge()], X, y, cv=5, scoring="r2")
    assert_allclose(scores_of(r2, "mean", "r2"), expected["test_score"])
    assert found.horizon is None


def test_view_that_does_not_know_its_target_has_the_mean(climate):
    X, y = climate
    rows = SeriesView(X.series)[: len(y)]
    assert compare_models(MODELS, rows, y, cv=CV).baseline == "mean"


def test_baseline_of_classes_is_their_frequency():
    X, y = load_iris(return_X_y=True)
    scoring = ["accuracy", "neg_log_loss"]
    found = compare_models([GaussianNB()], X, y, cv=5, scoring=scoring)
    assert found.baseline == "prior"
    assert_allclose(scores_of(found, "prior", "log_loss"), np.log(3))
    assert_allclose(scores_of(found, "prior", "accuracy"), 1 / 3)
    assert compare_models([GaussianNB()], X, y, cv=3).table.columns.name == "accuracy"


def test_a_model_of_the_users_own_is_the_baseline(table):
    models = {"ridge": Ridge(), "mean": Ridge(1e6)}
    assert compare_models(models, *table, cv=3).baseline == "mean"
    assert list(models) == ["ridge", "mean"]
    by_name = compare_models(models, *table, cv=3, baseline="ridge")
    by_itself = compare_models(models, *table, cv=3, baseline=models["ridge"])
    assert by_name.baseline == by_itself.baseline == "ridge"
    assert by_name.table.index.tolist() == by_itself.table.index.tolist()
    assert len(by_name.table) == 2
    added = compare_models(models, *table, cv=3, baseline=LinearRegression())
    assert added.baseline == "linearregression"
    assert len(added.table) == 3
    none = compare_models(models, *table, cv=3, baseline=None)
    assert none.baseline is None
    assert "skill" not in none.table


# Names, kinds of models, metrics and parameters.


def test_lists_are_named_as_make_pipeline_does(table):
    models = [
        make_pipeline(StandardScaler(), Ridge()),
        Ridge(2.0),
        GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}),
        TransformedTargetRegressor(Ridge()),
    ]
    found = compare_models(models, *table, cv=3)
    names = ["ridge-1", "ridge-2", "gridsearchcv", "transformedtargetregressor"]
    assert sorted(found.table.index) == sorted(["mean", *names])
    assert set(found.table.loc[names, "n_parameters"]) == {4}


def test_metrics_of_any_form(table):
    def worst(model, X, y):
        return np.abs(model.predict(X) - y).max()

    def two(model, X, y):
        return {"neg_worst": -worst(model, X, y), "rows": len(X)}

    known = compare_models([Ridge()], *table, cv=3, scoring="neg_max_error")
    expected = scores_of(known, "ridge", "max_error")
    loss = make_scorer(mean_absolute_error, greater_is_better=False)
    cases = {
        "worst": (worst, True, np.nan),
        "mean_absolute_error": (loss, False, 0.0),
        "mae": ({"mae": loss, "neg_max_error": "neg_max_error"}, False, 0.0),
    }
    for name, (scoring, greater, perfect) in cases.items():
        found = compare_models([Ridge()], *table, cv=3, scoring=scoring)
        assert found.table.columns.name == name
        assert found.metrics[name].greater_is_better is greater
        assert_array_equal(found.metrics[name].perfect, perfect)
        assert (scores_of(found, "ridge", name) > 0).all()
    assert_allclose(scores_of(found, "ridge", "max_error"), expected)
    found = compare_models([Ridge()], *table, cv=3, scoring=two)
    assert list(found.metrics) == ["worst", "rows"]
    assert not found.metrics["worst"].greater_is_better
    assert found.metrics["rows"].greater_is_better
    assert_allclose(scores_of(found, "ridge", "worst"), expected)
    assert_array_equal(scores_of(found, "ridge", "rows"), [40, 40, 40])


@pytest.mark.parametrize("score", [0.5, np.float32(0.5), np.array([0.5])])
def test_a_score_is_a_number(table, score):
    scoring = {"own": lambda *_: score}
    found = compare_models([Ridge()], *table, cv=2, scoring=scoring)
    assert set(found.fold_scores["score"]) == {0.5}


@pytest.mark.parametrize("score", [np.ones(2), [0.5], "0.5", None])
def test_what_is_no_number_is_no_score(table, score):
    with pytest.raises(ValueError, match="'own' must return a number, got "):
        compare_models([Ridge()], *table, cv=2, scoring={"own": lambda *_: score})


def test_scores_bounded_by_one_have_a_skill():
    X, y = load_iris(return_X_y=True)
    scoring = {"f1": make_scorer(f1_score, average="macro"), "kept": "accuracy"}
    found = compare_models([GaussianNB()], X, y, cv=3, scoring=scoring)
    assert list(found.metrics) == ["f1", "kept"]
    assert [metric.perfect for metric in found.metrics.values()] == [1.0, 1.0]
    found = compare_models([GaussianNB()], X, y, cv=3, scoring="mutual_info_score")
    assert np.isnan(found.metrics["mutual_info_score"].perfect)


def test_labels_may_be_texts():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    found = compare_models([GaussianNB()], X.tolist(), names.tolist(), cv=3)
    right = found.predictions["truth"] == found.predictions["gaussiannb"]
    by_fold = right.groupby(found.predictions["fold"]).mean()
    assert_allclose(by_fold, scores_of(found, "gaussiannb", "accuracy"))


def test_texts_have_the_frequency_of_classes_to_beat():
    texts = ["a good film", "not bad", "a bad film", "not good"] * 6
    labels = ["fine", "fine", "poor", "poor"] * 6
    model = make_pipeline(TokenSequencer(max_length=4), GaussianNB())
    found = compare_models({"bayes": model}, texts, labels, cv=3)
    assert found.baseline == "prior"
    assert_allclose(scores_of(found, "prior", "accuracy"), 0.5)


def test_weights_reach_fit(table):
    X, y = table
    weights = np.linspace(0.0, 1.0, len(y))
    cv = KFold(3)
    found = compare_models([Ridge()], X, y, cv=cv, params={"sample_weight": weights})
    for name, model in (("ridge", Ridge()), ("mean", DummyRegressor())):
        errors = []
        for train, test in cv.split(X):
            fitted = clone(model).fit(X[train], y[train], weights[train])
            errors.append(mean_absolute_error(y[test], fitted.predict(X[test])))
        assert_allclose(scores_of(found, name), errors)


def test_persistence_is_not_given_weights(climate):
    X, y = climate
    model = windowed(FlatWindowRegressor())
    weights = np.linspace(1.0, 2.0, len(y))
    params = {"flatwindowregressor__sample_weight": weights}
    found = compare_models([model], X, y, cv=CV, params=params)
    plain = compare_models([model], X, y, cv=CV)
    assert found.failures.empty
    persistence = scores_of(found, "persistence")
    assert_allclose(persistence, scores_of(plain, "persistence"))
    name = "flatwindowregressor"
    assert (scores_of(found, name) != scores_of(plain, name)).all()


def test_routed_weights_reach_those_that_request_them(table):
    X, y = table
    weights = np.linspace(0.1, 1.0, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(mean_absolute_error, greater_is_better=False)
        scorer.set_score_request(sample_weight=True)
        models = {
            "asks": make_pipeline(
                StandardScaler().set_fit_request(sample_weight=False),
                Ridge().set_fit_request(sample_weight=True),
            ),
            "does not": Ridge().set_fit_request(sample_weight=False),
        }
        options = {"cv": KFold(3), "scoring": scorer}
        params = {"sample_weight": weights}
        found = compare_models(models, X, y, params=params, **options)
        errors = {"asks": [], "does not": []}
        for train, test in KFold(3).split(X):
            scaled = StandardScaler().fit(X[train]).transform(X)
            ridge = Ridge().fit(scaled[train], y[train], weights[train])
            off = np.abs(ridge.predict(scaled[test]) - y[test])
            errors["asks"].append(np.average(off, weights=weights[test]))
            ridge = Ridge().fit(X[train], y[train])
            off = np.abs(ridge.predict(X[test]) - y[test])
            errors["does not"].append(np.average(off, weights=weights[test]))
        for name in models:
            assert_allclose(scores_of(found, name), errors[name])
        with pytest.raises(ValueError, match="params has 'colour', which no model"):
            compare_models(models, X, y, params={"colour": weights}, **options)


def test_groups_go_to_the_splitter(table):
    groups = np.arange(120) % 4
    options = {"cv": GroupKFold(4), "params": {"groups": groups}}
    found = compare_models([Ridge()], *table, **options)
    by_fold = groups[found.predictions.index].reshape(4, 30)
    assert (by_fold == by_fold[:, :1]).all()


def test_groups_are_held_out_whole_as_by_cross_val_score(table):
    X, y = table
    groups = np.random.default_rng(0).integers(6, size=120).astype(str)
    options = {"cv": GroupKFold(3), "groups": groups}
    found = compare_models({"ridge": Ridge()}, X, y, scoring="r2", **options)
    expected = cross_val_score(Ridge(), X, y, scoring="r2", **options)
    assert_allclose(scores_of(found, "ridge", "r2"), expected)
    search = GridSearchCV(Ridge(), {"alpha": [1e-3, 1e3]}, cv=GroupKFold(2))
    found = compare_models([search], X, y, params={"groups": groups}, **options)
    assert found.failures.empty


@pytest.mark.parametrize("cv", [GroupKFold(3), SeriesKFold(3)])
def test_a_splitter_that_lacks_groups_is_told_where_they_go(table, cv):
    message = r"Fold\(.*groups.*compare_models gives the splitter groups=, with one"
    with pytest.raises(ValueError, match=message):
        compare_models([Ridge()], *table, cv=cv)


def test_several_series_are_tested_in_the_order_of_time(slow_diebold_mariano):
    stations = [make_climate(400, freq="1h", random_state=seed) for seed in (0, 1)]
    X, y = make_supervised(stations, "T (degC)", delay=DELAY)
    found = compare_models(MODELS, X, y, cv=TimeSeriesSplit(3, gap=2 * DELAY))
    predictions = found.predictions
    gains = (predictions["persistence"] - predictions["truth"]).abs()
    gains -= (predictions["ridge"] - predictions["truth"]).abs()
    hourly = gains.groupby(predictions.index).mean()
    row = found.differences().loc["ridge"]
    # The folds follow each other without a hole, so that hours stand for places.
    places = np.arange(len(hourly))
    expected = slow_diebold_mariano(hourly.to_numpy(), places, DELAY)
    assert_allclose((row["dm"], row["dm_p_value"]), expected)


def test_progress_is_printed(table, capsys):
    models = {"r": Ridge(), "few": Fails(50), "never": Fails(120)}
    with pytest.warns(FitFailedWarning):
        compare_models(models, *table, cv=TimeSeriesSplit(2), verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith(f"r: {MAE} 0.")
    assert lines[2].startswith(f"few: {MAE} nan, ")
    assert lines[3] == "never: failed (0 s)"


# What fails.


def test_a_model_that_fails_in_one_fold_reports_the_others(table):
    X, y = table
    cv = TimeSeriesSplit(3)
    with pytest.warns(FitFailedWarning) as warned:
        found = compare_models({"few": Fails(40), "ridge": Ridge()}, X, y, cv=cv)
    [warning] = warned
    expected = "few failed in fold 0 (fit): RuntimeError: 30 rows are too few"
    assert str(warning.message) == expected
    assert_array_equal(np.isnan(scores_of(found, "few")), [True, False, False])
    assert np.isfinite(scores_of(found, "ridge")).all()
    [failure] = found.failures.to_dict("records")
    assert (failure["model"], failure["fold"], failure["stage"]) == ("few", 0, "fit")
    assert "in fit" in failure["traceback"]
    missing = found.predictions["few"].isna()
    assert_array_equal(missing, found.predictions["fold"] == 0)
    assert found.table.loc["few", "folds"] == 2
    said = "No score: few in 1 of 3 folds (see failures). Means in the table are over"
    assert said in found.summary() and said in repr(found)


def test_equal_failures_are_told_once(table):
    models = {"few": Fails(50, predicts=False), "ridge": Ridge()}
    with pytest.warns(FitFailedWarning) as warned:
        found = compare_models(models, *table, cv=TimeSeriesSplit(3))
    told = [str(warning.message) for warning in warned]
    assert "few failed in fold 0 (fit): RuntimeError: 30 rows are too few" in told
    metric = "few failed in folds 1, 2 (neg_mean_absolute_error): RuntimeError: it will"
    assert any(text.startswith(metric) for text in told)
    assert found.predictions["few"].isna().all()
    assert found.table.index[-1] == "few"


def test_a_metric_that_a_model_has_not_leaves_the_others():
    X, y = load_iris(return_X_y=True)
    models = {"margins": LinearSVC(), "bayes": GaussianNB()}
    scoring = ["accuracy", "neg_log_loss"]
    with pytest.warns(FitFailedWarning, match=r"margins failed in folds 0, 1, 2 \(neg"):
        found = compare_models(models, X, y, cv=3, scoring=scoring)
    assert np.isnan(scores_of(found, "margins", "log_loss")).all()
    assert np.isfinite(scores_of(found, "margins", "accuracy")).all()
    assert np.isfinite(scores_of(found, "bayes", "log_loss")).all()
    assert found.predictions["margins"].notna().all()


def test_a_metric_that_no_model_has_keeps_its_place():
    X, y = load_iris(return_X_y=True)
    models, scoring = {"margins": LinearSVC()}, ["accuracy", "roc_auc_ovr", "r2"]
    with pytest.warns(FitFailedWarning, match=r"margins failed in folds 0, 1, 2 \(roc"):
        found = compare_models(models, X, y, cv=3, scoring=scoring, baseline=None)
    assert list(found.metrics) == scoring
    assert np.isnan(scores_of(found, "margins", "roc_auc_ovr")).all()
    said = found.summary("roc_auc_ovr")
    assert said.endswith("models have.") and "margins in 3 of 3 folds (see" in said


def test_the_metric_that_ranks_is_one_that_a_model_has(capsys):
    X, y = load_iris(return_X_y=True)
    models, scoring = {"margins": LinearSVC()}, ["neg_log_loss", "accuracy"]
    message = (
        "(?s)No model has a score for 'neg_log_loss', the first .*put another metric "
        r"first\.\nmargins failed in folds 0, 1, 2 \(neg_log_loss\): AttributeError"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(models, X, y, cv=3, scoring=scoring, verbose=1)
    assert "margins: log_loss nan, nan, nan" in capsys.readouterr().out


def test_scores_of_a_dict_stand_where_their_scorer_does(table):
    def own(model, X, y):
        if len(X) < 40:
            raise RuntimeError("too few rows")
        return {"first": 1.0, "neg_second": -2.0}

    scoring = {"r2": "r2", "own": own, "neg_max_error": "neg_max_error"}
    cv = [(np.arange(60), np.arange(60, 90)), (np.arange(60), np.arange(60, 110))]
    with pytest.warns(FitFailedWarning, match=r"ridge failed in fold 0 \(own\)"):
        found = compare_models([Ridge()], *table, cv=cv, scoring=scoring, baseline=None)
    assert list(found.metrics) == ["r2", "first", "second", "max_error"]
    assert_array_equal(scores_of(found, "ridge", "second"), [np.nan, 2.0])


@pytest.mark.parametrize("others", [{}, {"mae": "r2"}])
def test_scores_of_one_name_are_refused_after_the_first_fit(table, others):
    names = ["mae"] if others else ["mae", "neg_mae"]
    scoring = {"own": lambda *_: dict.fromkeys(names, -1.0), **others}
    Counted.fits = 0
    with pytest.raises(ValueError, match=r"scoring has 'mae' twice: .* or rename it"):
        compare_models([Counted()], *table, cv=3, scoring=scoring, baseline=None)
    assert Counted.fits == 1


def test_the_automatic_baselines_are_named(climate):
    message = "'one lag', an estimator, .* adds 'persistence', the naive forecast"
    with pytest.raises(ValueError, match=message):
        compare_models(MODELS, *climate, cv=CV, baseline="naive")
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="adds 'prior', the class frequencies"):
        compare_models([GaussianNB()], X, y, cv=3, baseline="dummy")


def test_errors_are_raised_when_asked_for(table):
    with pytest.raises(RuntimeError, match="30 rows are too few"):
        compare_models([Fails(40)], *table, cv=TimeSeriesSplit(3), error_score="raise")
    with pytest.raises(RuntimeError, match="it will not say"):
        compare_models([Fails(0, False)], *table, cv=3, error_score="raise")


def test_models_that_all_fail_are_an_error(table):
    with pytest.raises(ValueError, match=r"(?s)Every model failed in every .*100 rows"):
        compare_models([Fails(1000)], *table, cv=6)


class NoKind(BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return X


@pytest.mark.parametrize(
    "change, message",
    [
        ({"models": {}}, r"models=\{\} must hold at least one"),
        ({"models": []}, r"models=\[\] must hold at least one"),
        ({"models": Ridge()}, r"models=Ridge\(\) must be a dict .* or a list"),
        (
            {"models": {1: Ridge()}},
            "models has the name 1: names must be non-empty str",
        ),
        ({"models": {"": Ridge()}}, "models has the name ''"),
        ({"models": {"truth": Ridge()}}, "models has the name 'truth'"),
        ({"models": {"r": Ridge}}, r"models\['r'\] is the class Ridge: give .*Ridge\("),
        ({"models": {"s": StandardScaler()}}, r"models\['s'\].* has no predict"),
        ({"models": ["ridge"]}, r"models\['str'\]='ridge' has no fit: give"),
        ({"models": {"n": NoKind()}}, r"NoKind\(\) must be a regressor or a"),
        (
            {"models": {"r": Ridge(), "l": LogisticRegression()}},
            "models must be of one kind, but 'r' is a regressor, 'l' is a classifier",
        ),
        (
            {"baseline": "naive"},
            "baseline='naive' must be one of the models 'ridge', an .* adds 'mean'",
        ),
        (
            {"baseline": DummyClassifier()},
            "is a classifier, but the models are regressors",
        ),
        ({"baseline": Ridge(3.0)}, "gets the name 'ridge', which a model already has"),
        ({"baseline": 3}, "baseline=3 has no fit: give a regressor"),
        ({"y": np.zeros(119)}, "X has 120 rows and y has 119"),
        ({"y": None}, "y=None"),
        ({"groups": range(119)}, r"groups has the shape \(119,\): .* the 120 rows"),
        ({"groups": np.zeros((120, 2))}, r"groups has the shape \(120, 2\): it must"),
        ({"cv": []}, r"cv=\[\] gives no folds"),
        ({"cv": [([0, 1], [])]}, "gives 2 training rows and 0 test rows in fold 0"),
        (
            {"scoring": "mean_absolute_error"},
            r"Did you mean 'neg_mean_absolute_error'\?$",
        ),
        ({"scoring": "mae"}, r"Did you mean 'neg_mean_absolute_error'\?$"),
        ({"scoring": {"a": "acuracy"}}, "scoring='acuracy' .* mean 'accuracy'"),
        ({"scoring": "best"}, r"scoring='best' is not in sklearn.metrics.get_scorer"),
        ({"scoring": []}, r"scoring=\[\] must be the name"),
        ({"scoring": 3}, "scoring=3 must be the name"),
        ({"scoring": {"a": 3}}, r"scoring\['a'\]=3 must be the name"),
        (
            {"scoring": {"neg_a": "r2", "a": "r2"}},
            "has 'a' twice",
        ),
        ({"scoring": lambda model, X, y: "good"}, "'score' must return a number"),
        ({"error_score": 0.0}, 'error_score=0.0 must be numpy.nan or "raise"'),
        ({"error_score": "nan"}, "error_score='nan' must be numpy.nan or"),
    ],
)
def test_bad_input(table, change, message):
    given = {"models": [Ridge()], "X": table[0], "y": table[1], "cv": 3, **change}
    with pytest.raises(ValueError, match=message):
        compare_models(given.pop("models"), given.pop("X"), given.pop("y"), **given)


def test_a_number_of_folds_keeps_rows_in_order_and_leaves_a_gap(climate):
    X, y = climate
    found = compare_models(MODELS, X, y, cv=4)
    folds = PanelTimeSeriesSplit(4)
    expected = compare_models(MODELS, X, y, cv=folds)
    pd.testing.assert_frame_equal(found.predictions, expected.predictions)
    (train, test), *_ = folds.split(X)
    assert X.rows[train].max() + DELAY == X.rows[test].min()


def test_a_number_of_folds_is_refused_for_rows_without_a_target(climate):
    X, y = climate
    message = (
        r"cv=None, but X does not know .* use PanelTimeSeriesSplit\(5, gap=\.\.\.\),"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(MODELS, SeriesView(X.series)[: len(y)], y, cv=None)


@pytest.mark.parametrize(
    "n_rows, most, folds",
    [
        (25, 3, "cv=PanelTimeSeriesSplit(3)"),
        (17, 2, "cv=PanelTimeSeriesSplit(2)"),
        (9, 0, "a longer series"),
    ],
)
def test_folds_that_are_advised_have_their_rows(climate, n_rows, most, folds):
    X, y = (part[:n_rows] for part in climate)
    with pytest.warns(UserWarning, match=re.escape(f"use {folds}.")):
        compare_models([DummyRegressor()], X, y, cv=KFold(4), baseline=None)
    enough = [n for n in (1, 2, 3, 4) if splits_of(n, X) is not None]
    assert enough == list(range(1, most + 1))


def splits_of(n, X):
    try:
        return list(PanelTimeSeriesSplit(n).split(X))
    except ValueError:
        return None


def stations(n_series):
    """Rows of several series side by side, as many at each stamp."""
    random = np.random.default_rng(0)
    series = [random.normal(size=(60, 2)).cumsum(axis=0) for _ in range(n_series)]
    return make_supervised(series, 0, delay=[1, 4])


def parts(n_series):
    """Rows of series that are cut in three by missing dates, at other places."""
    hours = pd.date_range("2020-01-01", periods=70, freq="h")
    series = []
    for i in range(n_series):
        frame = pd.DataFrame({"T": np.arange(70.0) % 13, "p": 1.0}, index=hours)
        series.append(frame.drop(hours[np.r_[20 + i, 45 : 50 + i]]))
    series = series if n_series > 1 else series[0]
    return make_supervised(series, "T", delay=4, on_gap="split")


def every_third(n_series):
    return make_supervised(np.arange(180.0), 0, delay=10, rows=np.arange(0, 180, 3))


@pytest.mark.parametrize(
    "make, n_series, gap",
    [
        (stations, 1, 4),
        (stations, 3, 12),
        (parts, 1, 4),
        (parts, 3, 12),
        (every_third, 1, 4),
    ],
)
def test_folds_trained_on_the_future_are_told(make, n_series, gap):
    X, y = make(n_series)
    models, options = [DummyRegressor()], {"baseline": None}
    for enough in (gap - 1, gap):
        compare_models(models, X, y, cv=TimeSeriesSplit(5, gap=enough), **options)
    compare_models(models, X, y, cv=5, **options)
    late = r"training targets lie .* use cv=PanelTimeSeriesSplit\(5\)\."
    for cv in (
        TimeSeriesSplit(5, gap=0),
        KFold(5),
        KFold(5, shuffle=True, random_state=0),
    ):
        with pytest.warns(UserWarning, match=late) as warned:
            compare_models(models, X, y, cv=cv, **options)
        assert len(warned) == 1
        assert warned[0].filename == __file__


def test_a_part_between_gaps_is_no_series_of_its_own():
    hours = pd.date_range("2025-01-01", periods=60, freq="h")
    table = pd.DataFrame({"a": np.sin(np.arange(60.0))}, hours)
    tables = [table.drop(hours[k : k + 2]) for k in (20, 30, 40)]
    X, y = make_supervised(tables, "a", delay=2, on_gap="split")
    models, options = [DummyRegressor()], {"baseline": None}
    compare_models(models, X, y, cv=SeriesKFold(3), **options)
    parts = [
        (np.flatnonzero(X.series_ids != one), np.flatnonzero(X.series_ids == one))
        for one in range(2)
    ]
    with pytest.warns(UserWarning, match="Leakage in fold 0 and 1 more"):
        compare_models(models, X, y, cv=parts, **options)


@pytest.mark.parametrize("short", range(4))
def test_the_warning_counts_the_rows_of_each_fold(climate, short):
    X, y = climate
    cv = TimeSeriesSplit(4, gap=DELAY - 1 - short)
    windows = LookbackWindower(3).fit_transform(X)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare_models([DummyRegressor()], windows, y, cv=cv)
    said = [str(warning.message) for warning in caught]
    assert len(said) == (short > 0)
    told = (
        f"Leakage in fold 0 and 3 more: {short} training targets lie in the test period"
    )
    assert all(text.startswith(told) for text in said)


def test_one_fold_on_the_future_is_named(climate):
    X, y = climate
    splits = [*CV.split(X), (np.arange(100, 300), np.arange(50, 90))]
    with pytest.warns(UserWarning, match="^Leakage in fold 4: 200 training targets"):
        compare_models([DummyRegressor()], X, y, cv=splits)


def test_without_a_delay_later_rows_are_told_of(climate):
    X = SeriesView(climate[0].series[:200])
    y = np.arange(200.0)
    compare_models([DummyRegressor()], X, y, cv=TimeSeriesSplit(3))
    told = r"^Leakage in fold 0 .* training rows lie .* PanelTimeSeriesSplit\(3, gap"
    with pytest.warns(UserWarning, match=told):
        compare_models([DummyRegressor()], X, y, cv=KFold(3))


def test_series_that_are_held_out_whole_are_let_be():
    X, y = stations(3)
    params = {"groups": X.series_ids}
    found = compare_models(
        [DummyRegressor()], X, y, cv=GroupKFold(3), params=params, baseline=None
    )
    assert found.failures.empty


class Untouched(Counted):
    def fit(self, X, y):
        raise AssertionError("trained before the folds were checked")


def test_folds_without_a_window_are_told_before_training(climate):
    X, y = climate
    models = {"first": Untouched(), "long": windowed(FlatWindowRegressor(), 240)}
    message = (
        r"Fold 0 has \d+ training rows, and none has a complete window: "
        r"models\['long'\] has lookback=240"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(models, X, y, cv=CV, error_score="raise")
    windows = LookbackWindower(240).fit_transform(X)
    with pytest.raises(ValueError, match="complete window: X has lookback=240"):
        compare_models([Untouched()], windows, y, cv=CV, error_score="raise")
    frame = pd.DataFrame(X.to_numpy())
    with pytest.raises(ValueError, match=r"Fold 0 .*models\['long'\] has lookback=240"):
        compare_models(models, frame, y, cv=CV, error_score="raise")


@pytest.mark.parametrize("kind", ["rows", "windows", "array"])
def test_a_fold_needs_the_rows_of_one_window(kind):
    """Of lookback 12 and step 3 it has ten: nine rows back, and its own."""
    X, windower = SeriesView(np.zeros((30, 1))), LookbackWindower(12, step=3)
    X = {"rows": X, "array": np.zeros((30, 1)), "windows": windower.fit_transform(X)}
    model = windowed(DummyRegressor()) if kind == "windows" else windower
    check_windows({"a": model}, X[kind], [(np.arange(10), np.arange(20, 30))])
    splits = [(np.arange(n), np.arange(20, 30)) for n in (10, 9)]
    message = (
        r"Fold 1 has 9 training rows.*lookback=12\. The longest possible there is 9\. "
        r"Use a shorter lookback or a longer series\.$"
    )
    with pytest.raises(ValueError, match=message):
        check_windows({"a": model}, X[kind], splits)
    with pytest.raises(ValueError, match="shorter lookback, fewer folds or a longer"):
        check_windows({"a": model}, X[kind], [*splits, splits[0]])


@pytest.mark.parametrize("lookback, step", [(5, 1), (6, 2), (30, 30)])
def test_the_longest_possible_lookback_has_a_window(lookback, step):
    X, _ = make_supervised(np.arange(60.0) % 7, 0, delay=range(1, 13))
    fitting, too_long = (
        {"a": make_pipeline(LookbackWindower(n, step=step), LinearAutoregression())}
        for n in (lookback, lookback + step)
    )
    splits = list(PanelTimeSeriesSplit(2).split(X))
    assert len(splits[0][0]) == 5
    check_windows(fitting, X, splits)
    message = (
        f"longest possible there is {lookback}. .* longer series. PersistenceRegressor "
        "and LinearAutoregression with a short lookback can forecast after a few"
    )
    with pytest.raises(ValueError, match=message):
        check_windows(too_long, X, splits)


@pytest.mark.parametrize(
    "model",
    [
        PersistenceRegressor(period="7D"),
        LinearAutoregression(),
        FlatWindowRegressor(),
        Conv1DRegressor(),
        make_pipeline(Standardizer(), "passthrough", PersistenceRegressor()),
    ],
)
def test_models_that_lack_windows_are_told_before_training(climate, model):
    X, y = climate
    name = type(model[-1] if hasattr(model, "steps") else model).__name__
    message = (
        rf"models\['naive'\]: {name} needs windows, but X holds rows. Put a "
        rf"LookbackWindower before it: make_pipeline\(LookbackWindower\(24\), {name}"
    )
    with pytest.raises(ValueError, match=message):
        compare_models({"first": Untouched(), "naive": model}, X, y, cv=CV)
    windows = LookbackWindower(24).fit_transform(X)
    check_windows({"naive": model}, windows, list(CV.split(windows)))


def test_what_a_search_sets_is_left_to_the_search(climate):
    search = GridSearchCV(
        windowed(FlatWindowRegressor(), lookback=900),
        {"lookbackwindower__lookback": [12, 24]},
        cv=TimeSeriesSplit(2, gap=DELAY),
    )
    found = compare_models({"search": search}, *climate, cv=CV)
    assert found.failures.empty
    assert found.table["n_parameters"].max() in (4 * 14 + 1, 8 * 14 + 1)


def test_a_wrong_number_of_predictions_is_a_failure(table):
    class Half(Counted):
        def predict(self, X):
            return super().predict(X)[::2]

    models = {"half": Half(), "ridge": Ridge()}
    with pytest.warns(FitFailedWarning, match="predict returned the shape"):
        found = compare_models(models, *table, cv=3, scoring=lambda m, X, y: 1.0)
    assert found.predictions["half"].isna().all()


# Rows with too little history.


def test_missing_history_is_told_once_and_its_rows_can_be_left_out():
    shops = [np.random.default_rng(i).random(40) for i in range(4)]
    X, y = make_supervised(shops, 0, delay=1)
    models = {
        f"windows of {n}": make_pipeline(LookbackWindower(n), FlatWindowRegressor())
        for n in (4, 8)
    }
    for _ in range(2):  # each comparison says it
        with pytest.warns(
            MissingHistoryWarning, match="Other models and folds"
        ) as said:
            compare_models(models, X, y, cv=SeriesKFold(2))
        assert len(said) == 1 and said[0].filename == __file__
    is_complete = LookbackWindower(8).fit_transform(X).complete
    found = compare_models(models, X[is_complete], y[is_complete], cv=SeriesKFold(2))
    assert len(found.predictions) == is_complete.sum() == 4 * (39 - 7)
    # Where the warning is an error, every model fails, not only the first one.
    with warnings.catch_warnings():
        warnings.simplefilter("error", MissingHistoryWarning)
        with pytest.raises(ValueError, match="Every model failed in every fold"):
            compare_models(models, X, y, cv=SeriesKFold(2))
