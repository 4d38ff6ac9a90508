"""The estimators take part in what there is around scikit-learn."""

import datetime
import os

import keras
import numpy as np
import pandas as pd
import pyarrow
import pytest
import sklearn
import tensorflow as tf
from scipy import stats
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    BaggingRegressor,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (by its import)
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
    validation_curve,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    TokenSequencer,
    WindowView,
    compare_models,
    load,
    make_supervised,
    save,
)
from tests.versions.since import need

pytestmark = pytest.mark.trains

SMALL = {
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 1,
    "epochs": 1,
    "batch_size": 64,
    "random_state": 0,
}
CV = TimeSeriesSplit(2, gap=6)


def network(Estimator=Conv1DRegressor, **parameters):
    """A network that trains in a moment."""
    return Estimator(**{**SMALL, **parameters})


def pipeline(model):
    return make_pipeline(Standardizer(), LookbackWindower(12), model)


def of_network(name):
    """The name of a network's parameter in `pipeline`."""
    return f"conv1dregressor__{name}"


@pytest.fixture
def rows(task):
    X, y = task  # from the first row on that has a whole window in `pipeline`
    return X[11:311], y[11:311]


@pytest.fixture
def windows(rows):
    X, y = rows
    return pipeline(None)[:-1].fit_transform(X), y


def labels(y):
    """Cold and warm in turn, so that each fold has both."""
    return np.where(np.arange(len(y)) // 10 % 2, "warm", "cold")


# Tables other than pandas': polars, pyarrow.


@pytest.fixture
def polars():
    return pytest.importorskip("polars", reason="polars is an extra")


def _polars(columns):
    return pytest.importorskip("polars", reason="polars is an extra").DataFrame(columns)


@pytest.mark.parametrize("table", [_polars, pyarrow.table], ids=["polars", "pyarrow"])
def test_a_series_may_be_any_table(table, weather):
    columns = {name: weather[name].to_numpy()[:300] for name in weather}
    expected, y = make_supervised(weather[:300].reset_index(drop=True), 0, delay=6)
    X, y_too = make_supervised(table(columns), "T (degC)", delay=6)
    np.testing.assert_array_equal(X.to_numpy(), expected.to_numpy())
    np.testing.assert_array_equal(y_too, y)
    assert list(X.channel_names) == list(weather.columns)
    assert X.index is None
    several, _ = make_supervised([table(columns), table(columns)], 0, delay=6)
    assert len(several.series) == 2


@pytest.mark.parametrize("table", [_polars, pyarrow.table], ids=["polars", "pyarrow"])
def test_what_is_missing_in_a_table_is_nan(table):
    columns = {"a": [1.0, None], "b": [None, 3], "c": [True, None]}
    expected = [[1, np.nan, 1], [np.nan, 3, np.nan]]
    np.testing.assert_array_equal(SeriesView(table(columns)).to_numpy(), expected)


def test_types_of_a_table_are_kept_or_made_float64(polars):
    numbers = polars.DataFrame({"a": [1.5, 2.5]})
    kept = SeriesView(numbers.cast(polars.Float32))
    assert kept.dtype == np.float32
    decimal = SeriesView(numbers.cast(polars.Decimal(10, 2)))
    np.testing.assert_array_equal(decimal.to_numpy(), [[1.5], [2.5]])


def _odd_columns(polars):
    first = datetime.datetime(2020, 1, 1)
    stamps = [first + datetime.timedelta(hours=hour) for hour in range(3)]
    dates = polars.DataFrame({"odd": stamps})
    return {
        "stamps": dates,
        "zone": dates.select(polars.col("odd").dt.replace_time_zone("UTC")),
        "dates": dates.select(polars.col("odd").dt.date()),
        "spans": dates.select(polars.col("odd") - first),
        "texts": polars.DataFrame({"odd": ["a", "b", "c"]}),
        "digits": polars.DataFrame({"odd": ["1", "2", "3"]}),
        "lists": polars.DataFrame({"odd": [[1.0], [2.0], [3.0]]}),
    }


@pytest.mark.parametrize(
    "kind", ["stamps", "zone", "dates", "spans", "texts", "digits", "lists"]
)
def test_a_column_that_is_no_channel_is_named_and_so_is_the_way_out(kind, polars):
    odd = _odd_columns(polars)[kind]
    table = odd.with_columns(temperature=polars.Series([1.0, 2.0, 3.0]))
    way_out = "or convert it to numbers first"
    if kind in ("stamps", "zone", "dates"):  # NumPy would make numbers of them
        way_out = r"or name it as the time of the rows, make_super.*time='odd'\)"
    message = rf"'odd' of the series is not numeric \(dtype .*: leave it out, {way_out}"
    with pytest.raises(ValueError, match=message):
        make_supervised(table, "temperature")
    _, y = make_supervised(table.drop("odd"), "temperature")
    np.testing.assert_array_equal(y, [2.0, 3.0])
    message = message.replace("series", "table")
    for estimator in (Standardizer(), LookbackWindower(2), FlattenWindows(), network()):
        with pytest.raises(ValueError, match=message):
            estimator.fit(table, [1.0, 2.0, 3.0])


def test_a_column_of_dates_is_told_to_be_the_time():
    table = pd.DataFrame(
        {"when": pd.date_range("2020", periods=3), "T": [1.0, 2.0, 3.0]}
    )
    with pytest.raises(ValueError, match=r"'when' .* name it as the time .*'when'\)"):
        make_supervised(table, "T")
    X, _ = make_supervised(table, "T", time="when")
    assert X.index[0] == pd.Timestamp(2020, 1, 1)


def test_a_table_yet_to_be_computed_is_refused(polars):
    lazy = polars.DataFrame({"a": [1.0, 2.0]}).lazy()
    with pytest.raises(ValueError, match=r"is a LazyFrame.*: collect it first"):
        make_supervised(lazy, "a")
    with pytest.raises(ValueError, match="The table is a LazyFrame"):
        Standardizer().fit(lazy)


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_transformers_take_polars_tables(transformer, polars, weather):
    pandas = weather[:50].reset_index(drop=True)
    table = polars.DataFrame({name: pandas[name].to_numpy() for name in pandas})
    out = clone(transformer).fit_transform(table)
    np.testing.assert_array_equal(out, clone(transformer).fit_transform(pandas))
    assert isinstance(out, np.ndarray)
    fitted = clone(transformer).set_output(transform="polars").fit(table)
    assert fitted.transform(table).columns == list(weather.columns)
    back = fitted.inverse_transform(fitted.transform(table))
    np.testing.assert_allclose(back.to_numpy(), table.to_numpy())


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_set_output_gives_tables_and_leaves_views_alone(container, weather):
    module = pytest.importorskip(container, reason="polars is an extra")
    X, _ = make_supervised(weather[:50], 0, delay=6)
    model = make_pipeline(Standardizer(), LookbackWindower(3), FlattenWindows([0, 2]))
    model.set_output(transform=container)
    assert isinstance(model[:1].fit_transform(X), SeriesView)
    assert isinstance(model[:2].fit_transform(X), WindowView)
    plain = clone(model).set_output(transform="default").fit_transform(X)
    for rows_ in (X, weather[:44]):
        table = model.fit_transform(rows_)
        assert isinstance(table, module.DataFrame)
        np.testing.assert_allclose(table.to_numpy(), plain, atol=0.2)
        assert list(table.columns)[:2] == ["T (degC)_lag2", "p (mbar)_lag2"]
    ids = TokenSequencer(max_length=2).set_output(transform=container)
    assert list(ids.fit_transform(["some words"]).columns) == ["token0", "token1"]


def test_targets_weights_and_labels_may_be_polars(polars, windows):
    X, y = windows
    weight = np.linspace(0, 1, len(y))
    expected = network().fit(X, y, sample_weight=weight).predict(X)
    model = network().fit(X, polars.Series(y), sample_weight=polars.Series(weight))
    np.testing.assert_array_equal(model.predict(X), expected)
    both = network().fit(X, polars.DataFrame({"a": y}))
    assert both.predict(X).shape == (len(y), 1)
    classes = network(Conv1DClassifier).fit(X, polars.Series(labels(y))).classes_
    assert classes.tolist() == ["cold", "warm"]


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")  # a table
def test_folds_of_polars(polars, rows, weather):
    X, y = rows
    model = pipeline(network(window_norm=None))
    table = weather[: len(y)]
    table = polars.DataFrame({name: table[name].to_numpy() for name in table})
    for given in (X, table):
        scores = cross_val_score(
            model, given, polars.Series(y), cv=CV, error_score="raise"
        )
        same = X if given is X else weather[: len(y)]
        expected = cross_val_score(model, same, y, cv=CV, error_score="raise")
        np.testing.assert_allclose(scores, expected)


def test_texts_of_a_polars_column(polars):
    texts = ["a good film", "a bad film"]
    ids = TokenSequencer(max_length=3).fit_transform(polars.Series(texts))
    np.testing.assert_array_equal(
        ids, TokenSequencer(max_length=3).fit_transform(texts)
    )


# Metadata routing.


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.fixture
def weight(rows):
    return np.where(np.arange(len(rows[1])) % 3, 0.0, 5.0)


def test_weights_must_be_asked_for(routing, rows, weight):
    with pytest.raises(UnsetMetadataPassedError, match=r"for Conv1DRegressor\.fit"):
        pipeline(network()).fit(*rows, sample_weight=weight)
    asked = network().set_partial_fit_request(sample_weight=True)
    assert asked.get_metadata_routing().partial_fit.requests == {"sample_weight": True}
    asked = network(Conv1DClassifier).set_partial_fit_request(classes=True)
    assert asked.get_metadata_routing().partial_fit.requests["classes"] is True


def test_weights_go_through_a_pipeline(routing, rows, windows, weight):
    model = pipeline(network().set_fit_request(sample_weight=True))
    predicted = model.fit(*rows, sample_weight=weight).predict(rows[0])
    X, y = windows
    by_hand = network().fit(X, y, sample_weight=weight).predict(X)
    np.testing.assert_array_equal(predicted, by_hand)
    assert not np.array_equal(network().fit(X, y).predict(X), by_hand)


def test_weights_go_through_folds_and_searches(routing, rows, weight):
    need("scikit-learn", "1.8", "no weights come to the score of a Pipeline")
    X, y = rows
    asking = network(learning_rate=1e-4).set_fit_request(sample_weight=True)
    model = pipeline(asking.set_score_request(sample_weight=True))
    expected = []
    for train, test in CV.split(X):
        part = clone(model).fit(X[train], y[train], sample_weight=weight[train])
        by_hand = r2_score(y[test], part.predict(X[test]), sample_weight=weight[test])
        expected.append(by_hand)
    result = cross_validate(model, X, y, cv=CV, params={"sample_weight": weight})
    np.testing.assert_array_equal(result["test_score"], expected)
    search = GridSearchCV(model, {of_network("learning_rate"): [1e-4, 0.01]}, cv=CV)
    search.fit(X, y, sample_weight=weight)
    folds = [search.cv_results_[f"split{fold}_test_score"][0] for fold in range(2)]
    np.testing.assert_array_equal(folds, expected)
    assert search.score(X, y, sample_weight=weight) != search.best_estimator_.score(
        X, y, sample_weight=np.ones(len(y))
    )


# Searches.


def test_halving_gives_epochs_to_the_best(rows):
    search = HalvingGridSearchCV(
        pipeline(network(epochs="auto")),
        {of_network("learning_rate"): [1e-4, 1e-3, 10.0]},
        resource=of_network("epochs"),
        min_resources=1,
        max_resources=3,
        factor=3,
        cv=CV,
        error_score="raise",
    ).fit(*rows)
    assert search.n_resources_ == [1, 3]
    assert search.n_candidates_ == [3, 1]
    assert search.best_estimator_[-1].n_iter_ == 3
    assert search.best_params_[of_network("learning_rate")] < 10.0


def test_random_search_draws_what_scipy_gives(rows):
    search = RandomizedSearchCV(
        pipeline(network()),
        {
            of_network("learning_rate"): stats.loguniform(1e-4, 1e-2),
            of_network("filters"): stats.randint(2, 4),
            "lookbackwindower__lookback": stats.randint(8, 11),
        },
        n_iter=1,
        cv=CV,
        random_state=0,
        error_score="raise",
    ).fit(*rows)
    best = search.best_params_
    assert search.best_estimator_[1].lags_[0] + 1 == best["lookbackwindower__lookback"]
    first = search.best_estimator_[-1].model_.get_layer("conv_1")
    assert first.filters == best[of_network("filters")]


def test_validation_curve_over_epochs(rows):
    _, scores = validation_curve(
        pipeline(network()),
        *rows,
        param_name=of_network("epochs"),
        param_range=[1, 2],
        cv=CV,
        error_score="raise",
    )
    for n_epochs, of_folds in zip([1, 2], scores, strict=True):
        expected = cross_val_score(pipeline(network(epochs=n_epochs)), *rows, cv=CV)
        np.testing.assert_array_equal(of_folds, expected)


@pytest.fixture
def optuna():
    optuna = pytest.importorskip("optuna", reason="optuna is an extra")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental", "ignore:`optuna.t")
def test_optuna_searches(optuna, rows):
    need("scikit-learn", "1.7", "reading the tags of Optuna's search never ends")
    of_sklearn = pytest.importorskip(
        "optuna_integration", reason="optuna-integration is an extra"
    )
    name = of_network("learning_rate")
    search = of_sklearn.OptunaSearchCV(
        pipeline(network()),
        {name: optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True)},
        cv=CV,
        n_trials=2,
        random_state=0,
        error_score="raise",
    ).fit(*rows)
    best = pipeline(network(learning_rate=search.best_params_[name]))
    assert search.best_score_ == cross_val_score(best, *rows, cv=CV).mean()
    np.testing.assert_array_equal(
        search.predict(rows[0]), best.fit(*rows).predict(rows[0])
    )


def test_optuna_prunes_after_a_fold(optuna, rows):
    X, y = rows

    def objective(trial):
        rate = trial.suggest_categorical("learning_rate", [1e-3, 10.0])
        model, scores = pipeline(network(learning_rate=rate)), []
        for fold, (train, test) in enumerate(CV.split(X)):
            scores.append(model.fit(X[train], y[train]).score(X[test], y[test]))
            trial.report(np.mean(scores), fold)
            if trial.should_prune():
                raise optuna.TrialPruned
        return np.mean(scores)

    study = optuna.create_study(
        direction="maximize", pruner=optuna.pruners.MedianPruner(n_startup_trials=1)
    )
    study.enqueue_trial({"learning_rate": 1e-3})
    study.enqueue_trial({"learning_rate": 10.0})
    study.optimize(objective, n_trials=2)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "PRUNED"]
    assert study.best_params == {"learning_rate": 1e-3}


class Reporter(keras.callbacks.Callback):
    """Reports each epoch to somebody."""

    def __init__(self, reports):
        super().__init__()
        self.reports = reports

    def on_epoch_end(self, epoch, logs=None):
        self.reports.append((epoch, logs["val_loss"]))


def test_a_keras_callback_reports_to_whom_it_was_given(windows):
    reports = []
    reporter = Reporter(reports)
    model = network(epochs=2, validation_split=0.2, callbacks=reporter).fit(*windows)
    assert reports == list(enumerate(model.history_["val_loss"]))
    assert reporter.model is None  # a copy was used


def test_optuna_prunes_after_an_epoch(optuna, windows):
    of_keras = pytest.importorskip(
        "optuna_integration.keras", reason="optuna-integration is an extra"
    )

    def objective(trial):
        model = network(
            epochs=2,
            validation_split=0.2,
            learning_rate=trial.suggest_categorical("learning_rate", [1e-3, 10.0]),
            callbacks=of_keras.KerasPruningCallback(trial, "val_loss"),
        )
        return model.fit(*windows).history_["val_loss"][-1]

    study = optuna.create_study(pruner=optuna.pruners.MedianPruner(n_startup_trials=1))
    study.enqueue_trial({"learning_rate": 1e-3})
    study.enqueue_trial({"learning_rate": 10.0})
    study.optimize(objective, n_trials=2)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "PRUNED"]
    assert [len(trial.intermediate_values) for trial in study.trials] == [2, 1]


# Inspection: of channels, on the table; views are for those who take rows as they are.


@pytest.fixture
def table(weather):
    return weather[:300]


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")  # a table
def test_permutation_importance_of_the_channels_of_a_table(table):
    X, y = make_supervised(table, "p (mbar)")
    model = pipeline(network()).fit(X, y)
    result = permutation_importance(model, table[:-1], y, n_repeats=2, random_state=0)
    assert result.importances_mean.argmax() == 1  # of pressure, from pressure
    assert result.importances_mean.shape == (3,)


def test_permutation_importance_of_steps_but_not_of_panels(windows):
    X, y = windows
    panel = X.to_numpy()
    steps = network().fit(panel[:, :, 0], y)
    result = permutation_importance(steps, panel[:, :, 0], y, n_repeats=1)
    assert result.importances_mean.shape == (12,)
    with pytest.raises(ValueError, match="Found array with dim 3"):
        permutation_importance(network().fit(panel, y), panel, y)


def test_a_view_is_not_permuted(rows):
    X, y = rows
    model = pipeline(PersistenceRegressor()).fit(X, y)
    with pytest.raises(TypeError, match="is not converted to an array implicitly"):
        permutation_importance(model, X, y, n_repeats=1)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")  # a table
def test_partial_dependence_of_a_channel_of_a_table(rows, table):
    X, y = rows
    model = pipeline(network()).fit(X, y)
    result = partial_dependence(model, table, ["T (degC)"], grid_resolution=3)
    value = result["grid_values"][0][1]
    replaced = table.assign(**{"T (degC)": value})
    assert result["average"][0, 1] == pytest.approx(model.predict(replaced).mean())
    with pytest.raises(IndexError, match=r"rows only.*need the table that the view"):
        partial_dependence(model, X, [0], grid_resolution=3)


# Ensembles.


def test_stacking_takes_folds_that_are_a_partition(rows):
    X, y = rows
    models = [("net", pipeline(network())), ("now", pipeline(PersistenceRegressor()))]
    stack = StackingRegressor(models, final_estimator=LinearRegression(), cv=KFold(2))
    stack.fit(X, y)
    parts = np.column_stack([clone(model).fit(X, y).predict(X) for _, model in models])
    np.testing.assert_array_equal(
        stack.predict(X), stack.final_estimator_.predict(parts)
    )
    with pytest.raises(ValueError, match="only works for partitions"):
        stack.set_params(cv=CV).fit(X, y)
    fitted = [("net", models[0][1].fit(X, y))]
    late = StackingRegressor(fitted, final_estimator=LinearRegression(), cv="prefit")
    assert late.fit(X, y).score(X, y) >= fitted[0][1].score(X, y)


def test_models_vote_on_the_same_windows(rows, tmp_path):
    X, y = rows
    members = {
        "last": PersistenceRegressor(),
        "line": LinearAutoregression(),
        "network": network(),
    }
    model = pipeline(VotingRegressor([*members.items()]))
    model.fit(X[:200], y[:200])
    each = [pipeline(one).fit(X[:200], y[:200]) for one in members.values()]
    expected = np.mean([one.predict(X[200:]) for one in each], axis=0)
    np.testing.assert_allclose(model.predict(X[200:]), expected, rtol=1e-12)
    save(model, tmp_path / "model")
    later = load(tmp_path / "model").predict(X[[290, 250]])
    np.testing.assert_allclose(later, expected[[90, 50]], rtol=1e-6)
    found = compare_models({"vote": model}, X, y, cv=CV, scoring="r2")
    assert found.failures.empty
    by_hand = cross_val_score(model, X, y, cv=CV, scoring="r2").mean()
    assert found.table.loc["vote", "mean"] == pytest.approx(by_hand)


def test_one_network_for_each_target(weather):
    X, y = make_supervised(
        weather[:300], ["T (degC)", "p (mbar)"], delay=6, rows=np.arange(11, 294)
    )
    apart = pipeline(MultiOutputRegressor(network()))
    with pytest.warns(UserWarning, match="X has 2 target"):
        apart.fit(X, y)
    for column in range(2):
        one = pipeline(network(window_norm=None)).fit(X, y[:, column])
        np.testing.assert_array_equal(apart.predict(X)[:, column], one.predict(X))


def test_bagging_takes_tables_of_windows_alone(rows, windows):
    X, y = windows
    panel = X.to_numpy()
    bag = BaggingRegressor(network(), n_estimators=2, random_state=0)
    table = panel[:, :, 0]
    members = bag.fit(table, y).estimators_
    expected = np.mean([member.predict(table) for member in members], axis=0)
    np.testing.assert_allclose(bag.predict(table), expected)
    assert not np.array_equal(members[0].predict(table), members[1].predict(table))
    with pytest.raises(ValueError, match=r"dim 3.* Bag"):
        bag.fit(panel, y)
    with pytest.raises(TypeError, match=r"FlatWindowRegressor\(BaggingRegressor\(\)"):
        BaggingRegressor(pipeline(network()), 1).fit(*rows)


def test_classifiers_vote(windows):
    X, y = windows[0], labels(windows[1])
    two = [(str(seed), network(Conv1DClassifier, random_state=seed)) for seed in (0, 1)]
    vote = VotingClassifier(two, voting="soft").fit(X, y)
    each = [model.predict_proba(X) for model in vote.estimators_]
    np.testing.assert_allclose(vote.predict_proba(X), np.mean(each, axis=0))


def test_probabilities_of_a_pipeline_are_calibrated(rows):
    X, y = rows[0], labels(rows[1])
    model = pipeline(network(Conv1DClassifier))
    wrapped = CalibratedClassifierCV(model, cv=KFold(2), ensemble=False).fit(X, y)
    assert wrapped.predict_proba(X).shape == (len(y), 2)
    order = model.fit(X, y).predict_proba(X)[:, 1].argsort()
    calibrated = wrapped.predict_proba(X)[order, 1]
    steps = np.diff(calibrated)
    assert (steps >= 0).all() or (steps <= 0).all()


def test_thresholds_of_a_network_on_panels_are_tuned(windows):
    X, y = windows[0].to_numpy(), labels(windows[1])
    wrapped = TunedThresholdClassifierCV(network(Conv1DClassifier), cv=0.5)
    wrapped.fit(X, y)
    above = wrapped.estimator_.predict_proba(X)[:, 1] >= wrapped.best_threshold_
    np.testing.assert_array_equal(wrapped.predict(X) == "warm", above)


# Reports of skore.


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_skore_reports(rows):
    skore = pytest.importorskip("skore", reason="skore is an extra")
    X, y = rows
    models = {"net": network(), "now": PersistenceRegressor()}
    parts = {
        "X_train": X[:200],
        "y_train": y[:200],
        "X_test": X[206:],
        "y_test": y[206:],
    }
    one = skore.EstimatorReport(pipeline(models["net"]), **parts)
    fitted = pipeline(network()).fit(X[:200], y[:200])
    assert one.metrics.r2() == fitted.score(X[206:], y[206:])
    reports = {
        name: skore.CrossValidationReport(pipeline(model), X, y, splitter=CV)
        for name, model in models.items()
    }
    table = skore.ComparisonReport(reports).metrics.summarize().frame()
    for name, model in models.items():
        expected = cross_val_score(pipeline(model), X, y, cv=CV).mean()
        assert table.loc["r2", f"mean_{name}"] == pytest.approx(expected)


# Intervals by MAPIE.


# To see whether it is fitted, MAPIE shows an array to the last step of a Pipeline.
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")  # MAPIE's probe
def test_mapie_makes_intervals(rows):
    from mapie.regression import CrossConformalRegressor, SplitConformalRegressor

    X, y = rows
    past, calibration, later = X[:200], X[206:280], X[286:]
    fitted = pipeline(network()).fit(past, y[:200])
    split = SplitConformalRegressor(
        FrozenEstimator(fitted), confidence_level=0.8, prefit=True
    ).conformalize(calibration, y[206:280])
    middle, interval = split.predict_interval(later)
    np.testing.assert_array_equal(middle, fitted.predict(later))
    # As many of the calibration rows as there should be lie inside.
    half = (interval[:, 1, 0] - interval[:, 0, 0]) / 2
    inside = np.abs(fitted.predict(calibration) - y[206:280]) <= half[0] + 1e-9
    assert inside.sum() == np.ceil(75 * 0.8)
    cross = CrossConformalRegressor(pipeline(network()), confidence_level=0.8, cv=2)
    lower, upper = (
        cross.fit_conformalize(past, y[:200]).predict_interval(later)[1][:, :, 0].T
    )
    assert (lower < upper).all()


# Arrays of other libraries.


@pytest.fixture
def dispatch(monkeypatch):
    need("scikit-learn", "1.8", "dispatch needs another package")
    need("scipy", "1.14", "dispatch needs it")
    monkeypatch.setitem(os.environ, "SCIPY_ARRAY_API", "1")
    with sklearn.config_context(array_api_dispatch=True):
        yield


def test_dispatch_changes_nothing_for_numpy(dispatch, rows):
    model = pipeline(network()).fit(*rows)
    with sklearn.config_context(array_api_dispatch=False):
        expected = pipeline(network()).fit(*rows).predict(rows[0])
    np.testing.assert_array_equal(model.predict(rows[0]), expected)


def test_dispatch_of_other_arrays_is_refused(dispatch, windows):
    panel, y = windows[0].to_numpy(), windows[1]
    message = r" is a tensorflow\..*Tensor, and array_api_dispatch=True is not support"
    for estimator in (Standardizer(), LookbackWindower(2), FlattenWindows()):
        with pytest.raises(ValueError, match=f"X{message}"):
            estimator.fit(tf.constant(panel))
    with pytest.raises(ValueError, match=f"X{message}"):
        network().fit(tf.constant(panel), y)
    with pytest.raises(ValueError, match=f"y{message}"):
        network().fit(panel, tf.constant(y))
    model = network().fit(panel, y)
    with pytest.raises(ValueError, match=f"X{message}"):
        model.predict(tf.constant(panel))
    with sklearn.config_context(array_api_dispatch=False):
        taken = model.predict(tf.constant(panel))
    np.testing.assert_array_equal(taken, model.predict(panel))
