"""Models on the same folds: scores, predictions, what differences mean."""

import gc
import pickle
import warnings
import weakref

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from scipy.sparse import csr_matrix
from sklearn.base import clone, is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
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

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    MissingHistoryWarning,
    SeriesKFold,
    TokenSequencer,
    make_supervised,
)
from skseqconv._metrics import Metric
from skseqconv.comparison import Comparison, compare_models
from skseqconv.comparison._significance import corrected_t_test
from skseqconv.datasets import make_climate
from tests.comparison.models import (
    CV,
    DELAY,
    MAE,
    MODELS,
    RMSE,
    Counted,
    Fails,
    scores_of,
    windowed,
)


@pytest.fixture(scope="module")
def found(climate):
    scoring = ["neg_mean_absolute_error", "neg_root_mean_squared_error", "r2"]
    return compare_models(MODELS, *climate, cv=CV, scoring=scoring)


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


@pytest.mark.parametrize(
    ("key", "power"),
    [("r2", 2), ("explained_variance", 2), ("neg_mse", 2), ("rmse", 2), ("mae", 1)],
)
def test_rows_are_compared_by_the_names_that_a_callable_gives(
    key, power, found, climate
):
    def scores(model, X, y):
        return {key: -mean_absolute_error(y, model.predict(X))}

    given = compare_models({"ridge": MODELS["ridge"]}, *climate, cv=CV, scoring=scores)
    assert [metric.power for metric in given.metrics.values()] == [power]
    metric, reference = (MAE, RMSE)[power - 1], "persistence"
    expected = found.differences(metric, reference).loc["ridge", "dm_p_value"]
    own = given.differences(reference=reference).loc["ridge", "dm_p_value"]
    assert_allclose(own, expected)


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


@pytest.mark.parametrize("cv", [GroupKFold(4), SeriesKFold(4)])
def test_groups_may_be_a_list_of_tuples(table, cv):
    region = np.arange(120) % 4
    groups = [("north" if one < 2 else "south", one % 2) for one in region.tolist()]
    found = compare_models([Ridge()], *table, cv=cv, groups=groups)
    rows_of_folds = found.predictions.groupby("fold").groups.values()
    tested = [np.unique(region[rows]).tolist() for rows in rows_of_folds]
    assert sorted(tested) == [[0], [1], [2], [3]]


@pytest.mark.parametrize("cv", [GroupKFold(3), SeriesKFold(3)])
def test_a_splitter_that_lacks_groups_is_told_where_they_go(table, cv):
    message = r"Fold\(.*groups.*compare_models gives the splitter groups=, with one"
    with pytest.raises(ValueError, match=message):
        compare_models([Ridge()], *table, cv=cv)


@pytest.mark.parametrize("model", [LogisticRegression(), Ridge()])
def test_a_sparse_matrix_is_compared_as_an_array(table, model):
    X, y = table
    y = (y > 0) if is_classifier(model) else y
    sparse, dense = (
        compare_models({"model": model}, given, y, cv=3) for given in (csr_matrix(X), X)
    )
    scores = [found.fold_scores["score"] for found in (sparse, dense)]
    assert_allclose(*scores, rtol=1e-5)


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
