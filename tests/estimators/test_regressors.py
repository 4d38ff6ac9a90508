"""Conv1DRegressor and Conv1DGRURegressor as scikit-learn estimators."""

import ast
import copy
import pickle
import threading

import keras
import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    WindowView,
    make_supervised,
)
from skseqconv.networks import output_lengths
from tests.estimators.small import BOTH, pipeline, small

pytestmark = pytest.mark.trains


# The networks.


BOOK = {"level": None, "strides": 1, "optimizer": "rmsprop", "dropout": 0}


@pytest.mark.parametrize(
    ("estimator", "n_parameters"),
    [
        (Conv1DRegressor(**BOOK, global_pooling="max"), 12_609),
        (Conv1DGRURegressor(**BOOK), 13_793),
        (Conv1DGRURegressor(**BOOK, reset_after=False), 13_697),
    ],
)
def test_networks_have_as_many_parameters_as_those_of_the_book(estimator, n_parameters):
    series = np.random.default_rng(0).normal(size=(300, 14))
    view = WindowView(series, ends=np.arange(240, 300), lags=np.arange(240)[::-1])
    estimator.initialize(view, np.arange(60.0))
    assert estimator.n_parameters_ == n_parameters
    assert estimator.model_.count_params() == n_parameters


@pytest.mark.parametrize(
    ("Estimator", "n_steps", "padding", "lengths"),
    [
        (Conv1DRegressor, 62, "valid", [58, 19, 15, 5, 1]),
        (Conv1DRegressor, 61, "valid", [57, 19, 15, 5, 1]),
        (Conv1DRegressor, 60, "same", [60, 20, 20, 6, 6]),
        (Conv1DRegressor, 24, "same", [24, 8, 8, 2, 2]),
        (Conv1DRegressor, 7, "same", [7, 2, 2, 1, 1]),
        (Conv1DRegressor, 1, "same", [1, 1, 1]),
        (Conv1DGRURegressor, 19, "valid", [15, 5, 1]),
        (Conv1DGRURegressor, 18, "same", [18, 6, 6]),
        (Conv1DGRURegressor, 2, "same", [2, 1, 1]),
    ],
)
def test_defaults_fit_a_window_of_any_length(Estimator, n_steps, padding, lengths):
    X = np.random.default_rng(0).normal(size=(5, n_steps, 2))
    y = X[:, -1, 0]
    model = Estimator(random_state=0).initialize(X, y)
    known = model.layers_.filter(regex="^(conv|pool)", axis=0)["output_shape"]
    assert [length for length, _ in known] == lengths
    assert model.get_params()["padding"] == "auto"
    if n_steps >= 9:  # no pooling had to be narrower: it is the network of that padding
        same = Estimator(random_state=0, padding=padding).initialize(X, y)
        assert same._architecture == model._architecture
        assert same.receptive_field_ == model.receptive_field_
    if n_steps < 3:
        model.set_params(epochs=1)
        assert np.isfinite(model.fit(X, y).predict(X)).all()


@pytest.mark.parametrize("options", [{}, {"loss": "poisson"}], ids=str)
def test_plain_windows_are_read_in_order(options):
    """Horizons and lags differ in what came when; the newest step counts most."""
    series = np.random.default_rng(0).uniform(size=(412, 1))
    X = LookbackWindower(12).fit_transform(SeriesView(series))[12:]
    y = np.column_stack([series[12:, 0], series[3:-9, 0]])
    own = {"n_conv": 2, "filters": 8, "dropout": 0.0, "random_state": 0, **options}
    model = Conv1DRegressor(**own, learning_rate=0.01).fit(X[:300], y[:300])
    found = r2_score(y[300:], model.predict(X[300:]), multioutput="raw_values")
    assert (found > 0.8).all()


def test_samples_of_an_array_may_have_any_length():
    """Also if those to learn from happen to have one."""
    samples = list(np.random.default_rng(0).normal(size=(40, 12, 1)))
    y = np.array([sample.mean() for sample in samples])
    shorter = [sample[i % 3 :] for i, sample in enumerate(samples)]
    model = Conv1DRegressor(n_conv=1, epochs=1, random_state=0).fit(samples, y)
    assert np.isfinite(model.predict(shorter)).all()


@pytest.mark.parametrize("n_steps", [24, 48, 62, 90])
@pytest.mark.parametrize(
    "Estimator",
    [Conv1DRegressor, Conv1DGRURegressor, Conv1DClassifier, Conv1DGRUClassifier],
)
def test_the_newest_step_of_a_window_is_read(Estimator, n_steps):
    """Keras' pooling would leave out what does not fill it: the newest steps."""
    series = np.random.default_rng(0).normal(size=(n_steps + 20, 2))
    changed = series.copy()
    changed[-1] += 100
    windows = LookbackWindower(n_steps).fit(SeriesView(series))
    X = windows.transform(SeriesView(series))[n_steps:]
    labels = np.arange(len(X)) % 2
    y = labels * 1.0 if is_regressor(Estimator()) else labels
    model = Estimator(random_state=0).initialize(X, y)
    predict = getattr(model, "predict_proba", model.predict)
    other = predict(windows.transform(SeriesView(changed))[-1:])
    assert np.abs(other - predict(X[-1:])).max() > 1e-3


def test_padding_settles_anew_for_each_length_of_window():
    """A search may try look-backs of any length; a continued fit is of one network."""
    options = {"epochs": 1, "n_conv": 2, "filters": 4, "random_state": 0}
    model = Conv1DRegressor(**options, warm_start=True)
    X = np.random.default_rng(0).normal(size=(40, 30, 1))
    y = X[:, -1, 0]
    model.fit(X[:, -12:], y).fit(X[:, -12:], y).partial_fit(X[:, -12:], y)
    assert model._architecture["padding"] == "same"
    back = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(back.predict(X[:, -12:]), model.predict(X[:, -12:]))
    model.set_params(warm_start=False).initialize(X, y)
    assert model._architecture["padding"] == "valid"
    model.set_params(residual=1).initialize(X, y)  # shortcuts need the length kept
    assert model._architecture["padding"] == "same"


@pytest.mark.parametrize(
    ("n_steps", "layers", "advice"),
    [
        (24, {}, 'kernel_size=2 or pool_size=1 or n_conv=2 or padding="same", or a'),
        (4, {}, 'padding="same" with pool_size=1, or a longer'),
        (4, {"padding": "same"}, "pool_size=2 or n_conv=2, or a"),
        (4, {"kernel_size": (3, 3), "pool_size": 1, "n_conv": 2}, 'padding="same", or'),
        (
            2,
            {"pool_size": 1, "n_conv": 4, "dilation_rate": "exponential"},
            'kernel_size=1 or padding="same", or a',
        ),
        (
            4,
            {
                "pool_size": (1, 3, 1, 3, 1),
                "n_conv": 6,
                "residual": 2,
                "padding": "same",
            },
            'padding="same" with pool_size=1',
        ),
    ],
)
def test_advice_for_short_windows_names_what_works(n_steps, layers, advice):
    layers = {"kernel_size": 5, "pool_size": 3, "n_conv": 3, **layers}
    with pytest.raises(ValueError, match=f"window of {n_steps}.* Use {advice}"):
        output_lengths(n_steps, **layers)
    for alternative in advice.partition(", or")[0].split(" or "):
        changes = dict(part.split("=") for part in alternative.split(" with "))
        changes = {name: ast.literal_eval(value) for name, value in changes.items()}
        assert output_lengths(n_steps, **{**layers, **changes})[-1] >= 1


@pytest.mark.parametrize(
    ("Estimator", "options"),
    [
        (
            Conv1DRegressor,
            {"filters": (4, 8), "kernel_size": (3, 2), "pool_size": (2,)}
            | {"activation": "tanh", "loss": "huber", "optimizer": "adam"},
        ),
        (
            Conv1DRegressor,
            {"padding": "causal", "dilation_rate": 2, "pool_size": 1, "dropout": 0.3},
        ),
        (Conv1DGRURegressor, {"padding": "same", "dilation_rate": (1, 2)}),
    ],
)
def test_every_layer_option_trains(Estimator, options, windows):
    X, y = windows
    model = small(Estimator, **options).fit(X[:200], y[:200])
    assert np.isfinite(model.predict(X[:5])).all()
    assert np.isfinite(model.history_["loss"]).all()


def test_numbers_of_numpy_are_as_good_as_plain_ones(windows):
    X, y = windows[0][:300], windows[1][:300]
    plain = small(Conv1DRegressor, kernel_size=3, dropout=0.25, filters=(8, 8))
    plain.fit(X, y)
    of_numpy = small(
        Conv1DRegressor,
        kernel_size=np.int64(3),
        dropout=np.float64(0.25),
        filters=np.array([8, 8]),
        epochs=np.int64(2),
        batch_size=np.int64(64),
    ).fit(X, y)
    np.testing.assert_array_equal(of_numpy.predict(X), plain.predict(X))


def test_bidirectional_gru_has_two_grus(windows):
    X, y = windows
    one = small(Conv1DGRURegressor).initialize(X[:100], y[:100])
    two = small(Conv1DGRURegressor, bidirectional=True).initialize(X[:100], y[:100])
    gru = 3 * (8 * 8 + 8 * 8 + 2 * 8)
    assert two.n_parameters_ - one.n_parameters_ == gru + 8


def test_intervals_of_a_pipeline_are_those_of_its_last_step(task):
    X, y = task
    model = small(Conv1DRegressor, loss="quantile", validation_split=0.2, epochs=1)
    pipe = pipeline(model).fit(X[:300], y[:300])
    windows = pipe[:-1].transform(X[300:310])
    interval = pipe[-1].predict_interval(windows, coverage=0.8)
    forecast = pipe.predict(X[300:310])
    assert (interval[:, 0] < forecast).all() and (forecast < interval[:, 1]).all()
    quantiles = pipe[-1].predict_quantiles(windows)
    np.testing.assert_array_equal(quantiles[:, 1], forecast)
    pipe[-1].calibrate_interval(pipe[:-1].transform(X[310:600]), y[310:600])
    assert not np.array_equal(pipe[-1].predict_interval(windows), interval)


# Learning.


@BOTH
def test_learns_what_common_sense_misses(Estimator, task):
    X, y = task
    # It starts from the last value, which is what common sense says.
    model = small(Estimator, level="last", epochs=10, batch_size=32, kernel_size=5)
    model = pipeline(model.set_params(learning_rate=0.01))
    common_sense = pipeline(PersistenceRegressor())
    error = {}
    for name, est in {"network": model, "now": common_sense}.items():
        est.fit(X[:343], y[:343])
        error[name] = np.abs(est.predict(X[906:]) - y[906:]).mean()
    assert error["network"] < 0.6 * error["now"]


def test_history_has_a_value_an_epoch(windows):
    X, y = windows[0][:300], windows[1][:300]
    model = small(Conv1DRegressor, level="last", epochs=3, validation_split=0.2)
    model.fit(X, y)
    assert set(model.history_) == {"loss", "val_loss"}
    assert [len(values) for values in model.history_.values()] == [3, 3]
    assert model.n_iter_ == 3
    assert isinstance(model.history_["loss"][0], float)


def test_early_stopping_keeps_the_best_epoch(windows):
    X, y = windows
    model = small(
        Conv1DRegressor,
        epochs=30,
        level="last",  # which can be beaten
        learning_rate=0.02,
        validation_split=0.3,
        early_stopping=True,
        n_iter_no_change=2,
    ).fit(X[:300], y[:300])
    losses = model.history_["val_loss"]
    assert model.n_iter_ < 30
    assert np.argmin(losses) == model.n_iter_ - 3
    rows = np.flatnonzero(X[:300].complete)
    held_out = rows[len(rows) - int(np.ceil(len(rows) * 0.3)) :]
    scaled = model.target_encoder_.transform(y)[held_out, 0]
    predicted = model.target_encoder_.transform(model.predict(X[held_out]))[:, 0]
    assert np.mean((scaled - predicted) ** 2) == pytest.approx(min(losses), rel=1e-4)


def test_early_stopping_without_validation_watches_the_training_loss(windows):
    X, _ = windows
    model = small(
        Conv1DRegressor,
        epochs=50,
        early_stopping=True,
        learning_rate=0.05,
        window_norm=None,
    ).fit(X[:100], np.random.default_rng(0).normal(size=100))
    assert set(model.history_) == {"loss"}
    assert model.n_iter_ < 50


def n_training_steps(model):
    """Since the weights were drawn; `model_` would keep the network from other fits."""
    with model._network() as network:
        return int(network.optimizer.iterations.numpy())


def test_steps_per_epoch_counts_training_steps(windows):
    X, y = windows[0][:300], windows[1][:300]
    model = small(Conv1DRegressor, epochs=2, steps_per_epoch=3).fit(X, y)
    assert n_training_steps(model) == 6
    model.set_params(steps_per_epoch=None, batch_size=200).fit(X, y)
    assert n_training_steps(model) == 4


def test_epochs_are_as_many_as_give_500_steps(windows):
    X, y = windows[0][:300], windows[1][:300]
    model = small(Conv1DRegressor, epochs="auto", batch_size=100).fit(X, y)
    assert X.complete.sum() == 277
    assert model.n_iter_ == 167  # of 3 steps
    assert n_training_steps(model) == 501
    model.set_params(steps_per_epoch=600, batch_size=64).fit(X, y)
    assert model.n_iter_ == 1


def test_learning_rate_and_optimizer_settings_reach_keras(windows):
    X, y = windows
    model = small(Conv1DRegressor, learning_rate=0.123).fit(X[:100], y[:100])
    assert float(model.model_.optimizer.learning_rate.numpy()) == np.float32(0.123)
    optimizer = keras.optimizers.Adam(learning_rate=0.01, beta_1=0.5)
    model = small(Conv1DRegressor, optimizer=optimizer).fit(X[:100], y[:100])
    assert model.model_.optimizer.beta_1 == 0.5
    assert model.model_.optimizer is not optimizer
    assert not optimizer.built


def test_loss_may_be_an_object_or_a_function(windows):
    X, y = windows
    model = small(Conv1DRegressor, window_norm=None)
    by_name = clone(model).set_params(loss="mae").fit(X[:200], y[:200])
    by_object = clone(model).set_params(loss=keras.losses.MeanAbsoluteError())
    by_function = clone(model).set_params(loss=lambda y, z: keras.ops.abs(y - z))
    for other in (by_object, by_function):
        other.fit(X[:200], y[:200])
        np.testing.assert_allclose(other.history_["loss"], by_name.history_["loss"])


def test_several_outputs(weather):
    X, y = make_supervised(weather, ["T (degC)", "p (mbar)"], delay=[1, 6])
    model = pipeline(small(Conv1DRegressor)).fit(X[:300], y[:300])
    predicted = model.predict(X[300:310])
    assert predicted.shape == (10, 4)
    assert predicted.dtype == np.float64
    # In the units of each: degrees and mbar.
    assert np.abs(predicted - y[300:310]).max() < 40


def test_targets_of_any_scale(windows):
    X, y = windows[0][:300], windows[1][:300]
    a = small(Conv1DRegressor).fit(X, y)
    b = small(Conv1DRegressor).fit(X, 1e6 * y + 5e7)
    np.testing.assert_allclose(b.predict(X), 1e6 * a.predict(X) + 5e7, rtol=1e-4)
    constant = small(Conv1DRegressor).fit(X, np.full(len(X), 3.0))
    np.testing.assert_allclose(constant.predict(X[:3]), 3.0, atol=1.0)


# Weights of samples, rows that are left out.


def test_samples_of_weight_zero_are_as_if_not_there(windows):
    X, y = windows
    weight = np.ones(300)
    weight[50:100] = 0
    kept = np.flatnonzero(weight)
    a = small(Conv1DRegressor).fit(X[:300], y[:300], sample_weight=weight)
    b = small(Conv1DRegressor).fit(X[kept], y[kept], sample_weight=np.ones(len(kept)))
    np.testing.assert_array_equal(a.predict(X), b.predict(X))


def test_sample_weight_counts_in_the_loss(windows):
    X, _ = windows
    y = np.where(np.arange(len(X)) % 2, 1.0, -1.0)
    weight = np.where(y > 0, 10.0, 0.1)
    model = small(Conv1DRegressor, epochs=10, learning_rate=0.01, window_norm=None)
    assert model.fit(X, y, sample_weight=weight).predict(X).mean() > 0.5
    assert abs(model.fit(X, y).predict(X).mean()) < 0.4


def test_incomplete_windows_are_left_out_with_their_y_and_weight(windows):
    X, y = windows
    spoiled, weight = y.copy(), np.ones(len(y))
    spoiled[~X.complete] = 1e9
    weight[~X.complete] = 1e9
    a = small(Conv1DRegressor).fit(X, y, np.ones(len(y)))
    b = small(Conv1DRegressor).fit(X, spoiled, weight)
    np.testing.assert_array_equal(a.predict(X), b.predict(X))
    assert len(a.predict(X)) == len(X)


def test_validation_rows_are_the_last_in_time_whatever_the_order_of_X(windows):
    X, y = windows
    shuffled = np.random.default_rng(0).permutation(len(X))
    options = {"validation_split": 0.25, "epochs": 1, "window_norm": None}
    a = small(Conv1DRegressor, **options).fit(X, y)
    b = small(Conv1DRegressor, **options).fit(X[shuffled], y[shuffled])
    np.testing.assert_allclose(
        a.target_encoder_.mean_, b.target_encoder_.mean_, rtol=1e-12
    )
    n_rows = X.complete.sum()
    n_training = n_rows - int(np.ceil(n_rows * 0.25))
    last = np.flatnonzero(X.complete)[: n_training - 5]  # delay 6: five rows of gap
    assert a.target_encoder_.mean_[0] == pytest.approx(y[last].mean(), 1e-12)


# Input.


def test_views_panels_and_tables_give_the_same(weather):
    X, y = make_supervised(weather[["T (degC)"]][:300], 0, delay=6)
    windows = LookbackWindower(24).fit_transform(X)
    windows, y = windows[windows.complete], y[windows.complete]
    panel = windows.to_numpy()
    # The defaults read windows to the end, and leave the length of samples open.
    same = {"global_pooling": "max", "pool_size": 2}
    a = small(Conv1DRegressor, **same, window_norm=None).fit(windows, y)
    b = small(Conv1DRegressor, **same).fit(panel, y)
    c = small(Conv1DRegressor, **same).fit(panel[:, :, 0], y)
    np.testing.assert_array_equal(a.predict(windows), b.predict(panel))
    np.testing.assert_array_equal(a.predict(windows), c.predict(panel[:, :, 0]))
    assert (a.n_features_in_, b.n_features_in_, c.n_features_in_) == (1, 1, 24)
    assert list(a.feature_names_in_) == ["T (degC)"]


def test_numpy_batches_give_the_same_as_batches_in_the_program(windows, monkeypatch):
    X, y = windows[0][:300], windows[1][:300]
    model = small(Conv1DRegressor, level="last", validation_split=0.2)
    a = clone(model).fit(X, y)
    expected = a.predict(X)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    b = clone(model).fit(X, y)
    np.testing.assert_allclose(b.history_["loss"], a.history_["loss"], rtol=1e-5)
    np.testing.assert_allclose(b.predict(X), expected, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def fitted_gru(windows):
    """A fitted Conv1D-GRU and its windows."""
    X, y = windows[0][:300], windows[1][:300]
    return small(Conv1DGRURegressor).fit(X, y), X


def test_predictions_do_not_depend_on_their_company(fitted_gru):
    model, X = fitted_gru
    together = model.predict(X[:50])
    alone = np.concatenate([model.predict(X[i : i + 1]) for i in range(50)])
    np.testing.assert_allclose(together, alone, rtol=1e-5)
    assert model.predict(X[:0]).shape == (0,)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_a_memmap_series_trains(tmp_path, weather):
    path = tmp_path / "series.dat"
    stored = np.memmap(path, dtype="float32", mode="w+", shape=weather.shape)
    stored[:] = weather.to_numpy()
    X, y = make_supervised(stored, 0, delay=6)
    assert isinstance(X.series, np.memmap)
    model = pipeline(small(Conv1DRegressor)).fit(X, y)
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_changing_the_future_changes_no_earlier_prediction(weather):
    n_past = 300
    changed = weather.copy()
    changed.iloc[n_past:] = 1e6
    predictions = []
    for series in (weather, changed):
        X, y = make_supervised(series, "T (degC)", delay=6)
        past = np.flatnonzero(X.rows + 6 < n_past)
        model = small(Conv1DRegressor, level="last", validation_split=0.2)
        model = pipeline(model).fit(X[past], y[past])
        predictions.append(model.predict(X[:n_past]))
    np.testing.assert_array_equal(*predictions)


# Through scikit-learn's tools, on views and on DataFrames; warnings are errors.


def test_grid_search_chooses_by_time_series_split(task):
    X, y = task
    search = GridSearchCV(
        pipeline(small(Conv1DRegressor, level="last", epochs=1)),
        [
            {"model__kernel_size": [2, 3], "window__lookback": [24]},
            {"model__pool_size": [2], "window__lookback": [36]},
        ],
        cv=TimeSeriesSplit(2, gap=6),
        error_score="raise",
    )
    search.fit(X[:300], y[:300])
    scores = search.cv_results_["mean_test_score"]
    assert len(np.unique(scores)) == 3
    assert search.best_score_ == scores.max()
    best = search.best_estimator_.get_params()
    for name, value in search.best_params_.items():
        assert best[name] == value
    assert search.best_estimator_["model"].model_.get_layer("conv_1").kernel_size == (
        best["model__kernel_size"],
    )


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("form", ["view", "table"])
def test_scikit_learns_validation_tools_take_pipelines(form, task, weather):
    X, y = task[0][:300], task[1][:300]
    X = X if form == "view" else weather.iloc[: len(y)]
    model = pipeline(small(Conv1DRegressor, window_norm=None, epochs=1))
    cv = TimeSeriesSplit(2, gap=6)
    scores = cross_val_score(model, X, y, cv=cv, error_score="raise")
    result = cross_validate(
        model, X, y, cv=cv, return_train_score=True, error_score="raise"
    )
    np.testing.assert_array_equal(result["test_score"], scores)
    assert np.isfinite(result["train_score"]).all()
    folds = KFold(3) if form == "view" else _ends(len(y))
    assert cross_val_predict(model, X, y, cv=folds).shape == y.shape
    curve = learning_curve(
        model, X, y, cv=cv, train_sizes=[0.5, 1.0], error_score="raise"
    )
    assert curve[2][1, 0] == scores[0]  # the whole of the first fold's training rows
    scaled = TransformedTargetRegressor(model, transformer=StandardScaler())
    assert np.isfinite(cross_val_score(scaled, X, y, cv=cv, error_score="raise")).all()
    vote = VotingRegressor([("a", model), ("b", clone(model))]).fit(X, y)
    np.testing.assert_allclose(vote.predict(X), model.fit(X, y).predict(X), rtol=1e-9)


def _ends(n_rows):
    """Two folds, each at an end, so that training rows stay contiguous."""
    middle = n_rows // 2
    first, second = np.arange(middle), np.arange(middle, n_rows)
    return [(first, second), (second, first)]


@pytest.mark.processes
def test_workers_give_the_same_bits_at_equal_threads_and_copy_no_series(run_python):
    code = """
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from skseqconv import Conv1DRegressor, LookbackWindower, make_supervised
from sklearn.pipeline import make_pipeline

class WhereTheSeriesLies(RegressorMixin, BaseEstimator):
    # Scores 1 where the series came as a memory map, 0 where it was copied.
    def fit(self, X, y):
        return self
    def score(self, X, y):
        (series,) = X._series.arrays
        while isinstance(series, np.ndarray) and not isinstance(series, np.memmap):
            series = series.base
        return float(isinstance(series, np.memmap))

series = np.random.default_rng(0).normal(size=(400, 3)).cumsum(axis=0)
X, y = make_supervised(series, 0, delay=3)
model = Conv1DRegressor(n_conv=2, filters=8, epochs=3, level="last", random_state=0)
model.set_params(batch_size=32, learning_rate=0.01)
pipe = make_pipeline(LookbackWindower(24), model)
grid = {"conv1dregressor__epochs": [2, 3]}
one, two = (
    GridSearchCV(pipe, grid, cv=TimeSeriesSplit(2, gap=3), n_jobs=n, refit=False)
    .fit(X, y).cv_results_
    for n in (1, 2)
)
for name in ("split0_test_score", "split1_test_score"):
    print(one[name].tolist() == two[name].tolist(), len({*one[name]}))
X, y = make_supervised(np.zeros((100_000, 3)), 0)  # joblib maps from 1 MB on
for n in (1, 2):
    print(cross_val_score(WhereTheSeriesLies(), X, y, cv=3, n_jobs=n).tolist())
"""
    printed = run_python(code, OMP_NUM_THREADS="1").splitlines()
    assert printed == ["True 2", "True 2", str([0.0] * 3), str([1.0] * 3)]


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_missing_values_are_filled_per_step(task):
    X, y = task
    values = X.series.copy()
    values[100:103, 1] = np.nan
    holed, y = make_supervised(values, 0, delay=6)
    with pytest.raises(ValueError, match=r"contains NaN: channel 1, first at row 100 "):
        pipeline(small(Conv1DRegressor)).fit(holed, y)
    filled = Pipeline(
        [("impute", PerStep(SimpleImputer())), *pipeline(small(Conv1DRegressor)).steps]
    )
    assert np.isfinite(filled.fit(holed, y).predict(holed)).all()


@BOTH
def test_is_a_regressor(Estimator):
    assert is_regressor(Estimator())


# Copies and pickles hold plain state.


@BOTH
def test_duplicates_predict_the_same_and_go_on_the_same(Estimator, windows):
    X, y = windows[0][:300], windows[1][:300]
    model = small(Estimator).fit(X, y)
    others = [copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    expected = model.predict(X)
    for other in others:
        np.testing.assert_array_equal(other.predict(X), expected)
    model.partial_fit(X, y)
    further = model.predict(X)
    assert not np.array_equal(further, expected)
    for other in others:
        np.testing.assert_array_equal(other.predict(X), expected)
        other.partial_fit(X, y)
        np.testing.assert_array_equal(other.predict(X), further)
        assert other.get_params() == model.get_params()
        assert other.history_ == model.history_


def test_fitted_state_is_plain(fitted_gru):
    state = fitted_gru[0].__getstate__()
    for name, value in state.items():
        assert not type(value).__module__.startswith(("keras", "tensorflow")), name
    assert all(type(value) is np.ndarray for value in state["_state"])


def test_threads_predict_with_one_estimator(fitted_gru):
    model, X = fitted_gru
    expected = [model.predict(X[i : i + 50]) for i in range(8)]
    model = pickle.loads(pickle.dumps(model))
    answers = [None] * 8
    start = threading.Barrier(8)

    def ask(i):
        start.wait()
        answers[i] = [model.predict(X[i : i + 50]) for _ in range(5)]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer, right in zip(answers, expected, strict=True):
        for one in answer:
            np.testing.assert_array_equal(one, right)


# Defaults.


def test_changes_are_learned_at_a_tenth_of_the_optimizers_step_size(windows):
    X, y = windows[0][:300], windows[1][:300]
    rates = []
    for options in (
        {},
        {"window_norm": None},
        {"learning_rate": 0.002},
        {"optimizer": keras.optimizers.Adam(0.003)},
    ):
        model = small(Conv1DRegressor, **options).fit(X, y)
        with model._network() as network:
            rates.append(network.learning_rate)
    np.testing.assert_allclose(rates, [1e-4, 1e-3, 2e-3, 3e-3], rtol=1e-6)


@pytest.mark.parametrize(
    "loss", [keras.losses.Huber(delta=0.5), keras.losses.CosineSimilarity(axis=0)]
)
def test_a_clone_has_the_same_loss(loss):
    model = clone(clone(Conv1DRegressor(loss=loss)))
    truth, guess = np.array([[1.0, 5.0], [2.0, 1.0]]), np.array([[3.0, 1.0], [1, 1]])
    assert float(model.loss(truth, guess)) == float(loss(truth, guess))
    assert model.loss is not loss
