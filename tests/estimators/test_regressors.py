"""Conv1DRegressor and Conv1DGRURegressor as scikit-learn estimators."""

import ast
import copy
import os
import pickle
import random
import threading
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator, RegressorMixin, clone, is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
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
from tensorflow.python.framework.config import is_op_determinism_enabled

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv.engine._pool import _slots, clear_compiled_networks
from skseqconv.estimators._validation_split import validation_tail
from skseqconv.networks import _gru as _recurrent
from skseqconv.networks import output_lengths
from tests.versions.since import need

pytestmark = pytest.mark.trains

SMALL = {
    Conv1DRegressor: {"filters": 8, "kernel_size": 3, "n_conv": 2},
    Conv1DGRURegressor: {"filters": 8, "kernel_size": 3, "gru_units": 8},
}
BOTH = pytest.mark.parametrize("Estimator", list(SMALL))


def small(Estimator, **parameters):
    """A network that trains in a moment."""
    settings = {"epochs": 2, "batch_size": 64, "random_state": 0}
    return Estimator(**{**SMALL[Estimator], **settings, **parameters})


def pipeline(model, lookback=24, step=1):
    return Pipeline(
        [
            ("standardize", Standardizer()),
            ("window", LookbackWindower(lookback, step=step)),
            ("model", model),
        ]
    )


@pytest.fixture(scope="module")
def windows(task):
    """Windows of the weather and what is to be forecast."""
    X, y = task
    X = Standardizer().fit_transform(X)
    return LookbackWindower(24, on_missing_history="ignore").fit_transform(X), y


# The networks.


BOOK = {"level": None, "strides": 1, "optimizer": "rmsprop", "dropout": 0}


@pytest.mark.parametrize(
    ("estimator", "n_parameters"),
    [
        (Conv1DRegressor(), 12_609),
        (Conv1DRegressor(**BOOK, global_pooling="max"), 12_609),
        (Conv1DGRURegressor(), 13_793),
        (Conv1DGRURegressor(**BOOK), 13_793),
        (Conv1DGRURegressor(**BOOK, reset_after=False), 13_697),
    ],
)
def test_networks_have_as_many_parameters_as_those_of_the_book(estimator, n_parameters):
    series = np.random.default_rng(0).normal(size=(300, 14))
    view = WindowView(series, ends=np.arange(240, 300), lags=np.arange(240)[::-1])
    estimator.set_params(epochs=1, steps_per_epoch=1, batch_size=8)
    estimator.fit(view, np.arange(60.0))
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
    model.set_params(warm_start=False).fit(X, y)
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


@BOTH
@pytest.mark.parametrize(
    "options",
    [
        {"filters": (4, 8), "kernel_size": (3, 2), "pool_size": (2,), "n_conv": 2},
        {"padding": "same", "dilation_rate": (1, 2)},
        {"padding": "causal", "dilation_rate": 2, "pool_size": 1, "dropout": 0.3},
        {"activation": "tanh", "loss": "huber", "optimizer": "adam"},
    ],
)
def test_every_layer_option_trains(Estimator, options, windows):
    X, y = windows
    model = small(Estimator, **options).fit(X[:200], y[:200])
    assert np.isfinite(model.predict(X[:5])).all()
    assert np.isfinite(model.history_["loss"]).all()


def test_numbers_of_numpy_are_as_good_as_plain_ones(windows):
    X, y = windows
    plain = small(Conv1DRegressor, kernel_size=3, dropout=0.25).fit(X, y)
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
    one = small(Conv1DGRURegressor).fit(X[:100], y[:100])
    two = small(Conv1DGRURegressor, bidirectional=True).fit(X[:100], y[:100])
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
    model = pipeline(
        small(Estimator, epochs=60, batch_size=32, learning_rate=0.005, kernel_size=5)
    )
    common_sense = pipeline(PersistenceRegressor())
    error = {}
    for name, est in {"network": model, "now": common_sense}.items():
        est.fit(X[:900], y[:900])
        error[name] = np.abs(est.predict(X[906:]) - y[906:]).mean()
    assert error["network"] < 0.6 * error["now"]


def test_history_has_a_value_an_epoch(windows):
    X, y = windows
    model = small(Conv1DRegressor, epochs=3, validation_split=0.2).fit(X, y)
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


def test_steps_per_epoch_counts_training_steps(windows):
    X, y = windows
    model = small(Conv1DRegressor, epochs=2, steps_per_epoch=3).fit(X, y)
    assert int(model.model_.optimizer.iterations.numpy()) == 6
    model.set_params(steps_per_epoch=None, batch_size=500).fit(X[:700], y[:700])
    assert int(model.model_.optimizer.iterations.numpy()) == 4


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
    by_name = small(Conv1DRegressor, loss="mae").fit(X[:200], y[:200])
    by_object = small(Conv1DRegressor, loss=keras.losses.MeanAbsoluteError())
    by_function = small(Conv1DRegressor, loss=lambda y, z: keras.ops.abs(y - z))
    for other in (by_object, by_function):
        other.fit(X[:200], y[:200])
        np.testing.assert_allclose(other.history_["loss"], by_name.history_["loss"])


@BOTH
def test_several_outputs(Estimator, weather):
    X, y = make_supervised(weather, ["T (degC)", "p (mbar)"], delay=[1, 6])
    model = pipeline(small(Estimator)).fit(X[:300], y[:300])
    predicted = model.predict(X[300:310])
    assert predicted.shape == (10, 4)
    assert predicted.dtype == np.float64
    # In the units of each: degrees and mbar.
    assert np.abs(predicted - y[300:310]).max() < 40


def test_targets_of_any_scale(windows):
    X, y = windows
    a = small(Conv1DRegressor).fit(X, y)
    b = small(Conv1DRegressor).fit(X, 1e6 * y + 5e7)
    np.testing.assert_allclose(b.predict(X), 1e6 * a.predict(X) + 5e7, rtol=1e-4)
    constant = small(Conv1DRegressor).fit(X, np.full(len(X), 3.0))
    np.testing.assert_allclose(constant.predict(X[:3]), 3.0, atol=1.0)


# Weights of samples, rows that are left out.


@BOTH
def test_samples_of_weight_zero_are_as_if_not_there(Estimator, windows):
    X, y = windows
    weight = np.ones(300)
    weight[50:100] = 0
    kept = np.flatnonzero(weight)
    a = small(Estimator).fit(X[:300], y[:300], sample_weight=weight)
    b = small(Estimator).fit(X[kept], y[kept], sample_weight=np.ones(len(kept)))
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


@BOTH
def test_views_panels_and_tables_give_the_same(Estimator, weather):
    X, y = make_supervised(weather[["T (degC)"]], 0, delay=6)
    windows = LookbackWindower(24).fit_transform(X)
    windows, y = windows[windows.complete], y[windows.complete]
    panel = windows.to_numpy()
    a = small(Estimator, window_norm=None).fit(windows, y)
    b = small(Estimator).fit(panel, y)
    c = small(Estimator).fit(panel[:, :, 0], y)
    np.testing.assert_array_equal(a.predict(windows), b.predict(panel))
    np.testing.assert_array_equal(a.predict(windows), c.predict(panel[:, :, 0]))
    assert (a.n_features_in_, b.n_features_in_, c.n_features_in_) == (1, 1, 24)
    assert list(a.feature_names_in_) == ["T (degC)"]


@BOTH
def test_numpy_batches_give_the_same_as_batches_in_the_program(
    Estimator, windows, monkeypatch
):
    X, y = windows
    a = small(Estimator, validation_split=0.2).fit(X, y)
    expected = a.predict(X)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    b = small(Estimator, validation_split=0.2).fit(X, y)
    np.testing.assert_allclose(b.history_["loss"], a.history_["loss"], rtol=1e-5)
    np.testing.assert_allclose(b.predict(X), expected, rtol=1e-4, atol=1e-4)


def test_predictions_do_not_depend_on_their_company(windows):
    X, y = windows
    model = small(Conv1DGRURegressor).fit(X, y)
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


# Through scikit-learn's tools, on views and on DataFrames; warnings are errors.


@pytest.mark.parametrize(
    ("Estimator", "lookbacks"),
    [(Conv1DRegressor, [24, 36]), (Conv1DGRURegressor, [24])],
)
def test_grid_search_chooses_by_time_series_split(Estimator, lookbacks, task):
    X, y = task
    search = GridSearchCV(
        pipeline(small(Estimator, epochs=1)),
        {
            "model__kernel_size": [2, 3],
            "model__pool_size": [2, 3],
            "window__lookback": lookbacks,
        },
        cv=TimeSeriesSplit(3, gap=6),
        error_score="raise",
    )
    search.fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    assert len(np.unique(scores)) == 4 * len(lookbacks)
    assert search.best_score_ == scores.max()
    assert search.best_estimator_["model"].model_.get_layer("conv_1").kernel_size == (
        search.best_params_["model__kernel_size"],
    )


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("form", ["view", "table"])
def test_scikit_learns_validation_tools_take_pipelines(form, task, weather):
    X, y = task
    X = X if form == "view" else weather.iloc[: len(y)]
    model = pipeline(small(Conv1DRegressor, epochs=1))
    cv = TimeSeriesSplit(3, gap=6)
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
def test_parallel_search_gives_the_same_bits_at_equal_threads(run_python):
    code = """
import numpy as np
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from skseqconv import Conv1DRegressor, LookbackWindower, make_supervised
from sklearn.pipeline import make_pipeline
series = np.random.default_rng(0).normal(size=(1500, 3)).cumsum(axis=0)
X, y = make_supervised(series, 0, delay=3)
model = Conv1DRegressor(n_conv=2, epochs=10, learning_rate=0.01, random_state=0)
pipe = make_pipeline(LookbackWindower(24), model)
one, two = (
    cross_val_score(pipe, X, y, cv=TimeSeriesSplit(4), n_jobs=n) for n in (1, 2)
)
print(one.tolist() == two.tolist(), one)
grid = {"conv1dregressor__kernel_size": [2, 3], "conv1dregressor__epochs": [1]}
one, two = (
    GridSearchCV(pipe, grid, cv=TimeSeriesSplit(2, gap=3), n_jobs=n, refit=False)
    .fit(X, y).cv_results_["mean_test_score"]
    for n in (1, 2)
)
print(one.tolist() == two.tolist(), one)
"""
    printed = run_python(code, OMP_NUM_THREADS="1").splitlines()
    assert [line.partition(" ")[0] for line in printed] == ["True", "True"], printed


class WhereTheSeriesLies(RegressorMixin, BaseEstimator):
    """Scores 1 where the series came as a memory map, 0 where it was copied."""

    def fit(self, X, y):
        return self

    def score(self, X, y):
        (series,) = X._series.arrays
        while isinstance(series, np.ndarray) and not isinstance(series, np.memmap):
            series = series.base
        return float(isinstance(series, np.memmap))


@pytest.mark.processes
@pytest.mark.parametrize(("n_jobs", "mapped"), [(1, 0.0), (2, 1.0)])
def test_workers_map_the_series_and_do_not_copy_it(n_jobs, mapped):
    X, y = make_supervised(np.zeros((100_000, 3)), 0)  # joblib maps from 1 MB on
    scores = cross_val_score(WhereTheSeriesLies(), X, y, cv=3, n_jobs=n_jobs)
    np.testing.assert_array_equal(scores, [mapped] * 3)


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


# Repeatability.


#: Fits and predicts as this process does, and runs a network that it has saved.
FRESH = """
import keras, numpy as np
from skseqconv import Conv1DGRURegressor, Conv1DRegressor, WindowView
series = np.random.default_rng(0).normal(size=(400, 3))
X = WindowView(series, ends=np.arange(30, 400), lags=np.arange(24)[::-1])
for Estimator in (Conv1DRegressor, Conv1DGRURegressor):
    model = Estimator(epochs=2, filters=8, kernel_size=3, n_conv=2, random_state=3)
    found = model.fit(X, series[30:, 0]).predict(X)
    np.save(f"{Estimator.__name__}.npy", found)
saved = keras.models.load_model("gru.keras")
np.save("saved.npy", saved.predict(np.load("X.npy"), verbose=0))
"""


@pytest.fixture(scope="module")
def saved_gru(windows):
    """A fitted network and its windows."""
    X, y = windows[0][:100], windows[1][:100]
    return small(Conv1DGRURegressor, epochs=1).fit(X, y), X


@pytest.fixture(scope="module")
def fresh(saved_gru, tmp_path_factory, run_python):
    """What a fresh process predicts, by name."""
    folder, (model, X) = tmp_path_factory.mktemp("fresh"), saved_gru
    model.model_.save(folder / "gru.keras")
    np.save(folder / "X.npy", X.to_numpy(np.float32))
    run_python(FRESH, cwd=folder)
    return {path.stem: np.load(path) for path in folder.glob("*.npy")}


@pytest.mark.processes
@BOTH
def test_same_random_state_same_bits_in_and_across_processes(Estimator, fresh):
    series = np.random.default_rng(0).normal(size=(400, 3))
    X = WindowView(series, ends=np.arange(30, 400), lags=np.arange(24)[::-1])
    settings = {"filters": 8, "kernel_size": 3, "n_conv": 2}
    model = Estimator(epochs=2, random_state=3, **settings)
    first = model.fit(X, series[30:, 0]).predict(X)
    again = clone(model).fit(X, series[30:, 0]).predict(X)
    other = clone(model).set_params(random_state=4).fit(X, series[30:, 0]).predict(X)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(fresh[Estimator.__name__], first)


def test_residual_blocks_with_layer_normalization_have_the_same_bits_again():
    """Gradients of a sequence that is read three times are added in no fixed order."""
    series = np.random.default_rng(0).normal(size=(1500, 3)).cumsum(axis=0)
    X = WindowView(series, ends=np.arange(31, 1500), lags=np.arange(32)[::-1])
    layers = {"n_conv": 4, "kernel_size": 3, "pool_size": 1, "residual": 2}
    layers |= {"padding": "same", "normalization": "layer", "dropout": 0.0}
    model = Conv1DRegressor(**layers, level=None, epochs=2, random_state=0)
    first, *others = (model.fit(X, series[31:, 0]).predict(X) for _ in range(4))
    for other in others:
        np.testing.assert_array_equal(other, first)


@pytest.mark.processes
def test_a_saved_network_loads_in_a_fresh_process(saved_gru, fresh):
    model, X = saved_gru
    loaded = model.target_encoder_.inverse_transform(fresh["saved"])
    np.testing.assert_allclose(loaded, model.predict(X), rtol=1e-5)


@BOTH
def test_global_random_states_are_left_alone(Estimator, windows):
    X, y = windows

    def draw():
        return keras.random.uniform((3,)).numpy(), tf.random.uniform((3,)).numpy()

    def seed_all():
        keras.utils.clear_session()  # Keras 3.8 keeps its generator otherwise
        keras.utils.set_random_seed(1)  # Python's, NumPy's, Keras' and TensorFlow's

    seed_all()
    expected = draw()
    seed_all()
    numpys, pythons = np.random.get_state()[1].copy(), random.getstate()
    small(Estimator, dropout=0.2).fit(X, y).predict(X)
    np.testing.assert_array_equal(np.random.get_state()[1], numpys)
    assert random.getstate() == pythons
    np.testing.assert_array_equal(draw(), expected)
    assert not is_op_determinism_enabled()
    assert "TF_DETERMINISTIC_OPS" not in os.environ


SETTINGS = [
    (Conv1DRegressor, {}),
    (Conv1DRegressor, {"dropout": 0.2, "loss": "mae"}),
    (Conv1DRegressor, {"optimizer": "adam"}),
    (Conv1DRegressor, {"optimizer": "sgd", "learning_rate": 0.1}),
    (Conv1DRegressor, {"optimizer": "nadam"}),
    (Conv1DRegressor, {"optimizer": "adagrad", "validation_split": 0.2}),
    (Conv1DRegressor, {"optimizer": "lion", "batch_size": 50}),
    (Conv1DRegressor, {"steps_per_epoch": 3, "padding": "causal"}),
    (Conv1DGRURegressor, {}),
    (Conv1DGRURegressor, {"dropout": 0.2, "recurrent_dropout": 0.0}),
    (Conv1DGRURegressor, {"gru_dropout": 0.0, "optimizer": "adam"}),
    (Conv1DGRURegressor, {"reset_after": False, "batch_size": 50}),
    (Conv1DGRURegressor, {"bidirectional": True, "validation_split": 0.2}),
]


@BOTH
def test_a_network_of_half_precision_learns(Estimator, windows):
    X, y = windows[0][:200], windows[1][:200]
    expected = small(Estimator).fit(X, y).predict(X)
    with dtype_policy("mixed_bfloat16"):
        found = small(Estimator).fit(X, y).predict(X)
    assert 0 < np.abs(found - expected).max() < 0.2 * expected.std()


def test_weights_are_drawn_for_optimizers_that_begin_as_weights(windows):
    need("keras", "3.14", "it has no schedule-free optimizer")
    X, y = windows[0][:200], windows[1][:200]
    settings = {"epochs": 1, "learning_rate": 1e-12, "window_norm": None}
    found = [
        small(Conv1DRegressor, optimizer=name, random_state=seed, **settings)
        .fit(X, y)
        .predict(X)
        for name, seed in [
            ("schedulefreeadamw", 0),
            ("schedulefreeadamw", 1),
            ("adam", 1),
        ]
    ]
    np.testing.assert_allclose(found[1], found[2], rtol=1e-5)
    assert not np.allclose(found[0], found[1])


def test_settings_that_no_copy_has_are_refused(windows):
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(ValueError, match=r"exclude_from_weight_decay\(\) was called"):
        small(Conv1DRegressor, optimizer=optimizer).fit(*windows)


@pytest.mark.parametrize(("Estimator", "settings"), SETTINGS)
def test_a_used_network_learns_as_a_fresh_one(Estimator, settings, windows):
    X, y = windows[0][:400], windows[1][:400]
    clear_compiled_networks()
    fresh = small(Estimator, **settings).fit(X, y).predict(X)
    other = {"learning_rate": 0.02, "random_state": 9, "epochs": 3}
    used = small(Estimator, **{**settings, **other})
    used.fit(X[:200], y[:200]).predict(X)
    del used
    again = small(Estimator, **settings).fit(X, y)
    assert len(_slots) == 1  # the network was used again
    np.testing.assert_array_equal(again.predict(X), fresh)


@contextmanager
def dtype_policy(name):
    """Networks compute in another precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def test_a_network_of_another_precision_is_another_network(windows):
    X, y = windows[0][:200], windows[1][:200]
    expected = small(Conv1DRegressor).fit(X, y).predict(X)
    with dtype_policy("mixed_bfloat16"):
        other = small(Conv1DRegressor).fit(X, y).predict(X)
    assert not np.array_equal(other, expected)
    np.testing.assert_array_equal(small(Conv1DRegressor).fit(X, y).predict(X), expected)


def test_averaged_weights_are_what_a_fit_ends_with(windows):
    X, y = windows[0][:200], windows[1][:200]
    found = []
    for use_ema in (False, True):
        optimizer = keras.optimizers.Adam(use_ema=use_ema, ema_momentum=0.5)
        found.append(small(Conv1DRegressor, optimizer=optimizer).fit(X, y).predict(X))
    assert not np.array_equal(*found)


def test_averaged_weights_are_used_where_losses_are_scaled(windows):
    X, y = windows[0][:200], windows[1][:200]
    settings = {"learning_rate": 0.5, "ema_momentum": 0.999, "use_ema": True}
    with dtype_policy("mixed_float16"):
        model = small(Conv1DRegressor, optimizer=keras.optimizers.SGD(**settings))
        optimizer = model.fit(X, y).model_.optimizer
    averages = optimizer.inner_optimizer._model_variables_moving_average
    for weight, average in zip(model.model_.trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(weight.numpy(), average.numpy())


class Meddler(keras.callbacks.Callback):
    """Changes what no reset brings back."""

    def on_train_begin(self, logs=None):
        self.model.optimizer.clipnorm = 1e-9


def test_a_network_that_a_callback_may_have_changed_is_not_used_again(windows):
    X, y = windows
    clear_compiled_networks()
    expected = small(Conv1DRegressor).fit(X, y).predict(X)
    small(Conv1DRegressor, callbacks=Meddler()).fit(X, y)
    np.testing.assert_array_equal(small(Conv1DRegressor).fit(X, y).predict(X), expected)


def test_a_living_estimator_never_shares_its_network(windows):
    X, y = windows
    a = small(Conv1DRegressor).fit(X, y)
    expected = a.predict(X)
    model = a.model_
    weights = [w.copy() for w in model.get_weights()]
    b = small(Conv1DRegressor, random_state=1).fit(X, y)
    np.testing.assert_array_equal(a.predict(X), expected)
    assert b.model_ is not model
    del a
    small(Conv1DRegressor, random_state=2).fit(X, y)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


# Going on: partial_fit and warm_start.


@BOTH
def test_partial_fit_trains_one_epoch_at_a_time(Estimator, windows):
    X, y = windows
    whole = small(Estimator, epochs=3).fit(X, y)
    steps = small(Estimator, epochs=99)
    for _ in range(3):
        steps.partial_fit(X, y)
    assert steps.history_ == whole.history_
    np.testing.assert_array_equal(steps.predict(X), whole.predict(X))


def test_history_says_nan_where_an_epoch_has_no_value(windows):
    X, y = windows
    model = small(Conv1DRegressor, validation_split=0.2).fit(X, y).partial_fit(X, y)
    assert len(model.history_["loss"]) == len(model.history_["val_loss"]) == 3
    assert np.isnan(model.history_["val_loss"]).tolist() == [False, False, True]


def test_warm_start_goes_on(windows):
    X, y = windows
    whole = small(Conv1DRegressor, epochs=4).fit(X, y)
    parts = small(Conv1DRegressor, epochs=2, warm_start=True).fit(X, y).fit(X, y)
    assert parts.n_iter_ == 2
    assert parts.history_["loss"] == whole.history_["loss"][2:]
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))
    for changed in (
        {"filters": 16},
        {"loss": "mae"},
        {"optimizer": "rmsprop"},
        {"window_norm": None},
    ):
        with pytest.raises(ValueError, match="Set warm_start=False"):
            clone(parts).fit(X, y).set_params(**changed).fit(X, y)
    shorter = WindowView(SeriesView(X), lags=X.lags[1:])
    for other in ((X, np.c_[y, y]), (shorter, y)):
        with pytest.raises(ValueError, match=r"fitted on .* Set warm_start=False"):
            parts.fit(*other)
        with pytest.raises(ValueError, match=r"fitted on") as caught:
            clone(parts).set_params(warm_start=False).fit(X, y).partial_fit(*other)
        assert "warm_start" not in str(caught.value)


@BOTH
def test_predicting_does_not_change_what_is_learned_next(Estimator, windows):
    X, y = windows
    a = small(Estimator, dropout=0.1).fit(X, y)
    b = small(Estimator, dropout=0.1).fit(X, y)
    b.predict(X)
    np.testing.assert_array_equal(
        a.partial_fit(X, y).predict(X), b.partial_fit(X, y).predict(X)
    )


# Copies and pickles hold plain state.


@BOTH
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda est: pickle.loads(pickle.dumps(est))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_duplicates_predict_the_same_and_go_on_the_same(Estimator, duplicate, windows):
    X, y = windows
    model = small(Estimator, validation_split=0.1).fit(X, y)
    other = duplicate(model)
    expected = model.predict(X)
    np.testing.assert_array_equal(other.predict(X), expected)
    model.partial_fit(X, y)
    np.testing.assert_array_equal(other.predict(X), expected)
    other.partial_fit(X, y)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    assert other.get_params() == model.get_params()
    assert other.history_ == model.history_


def test_fitted_state_is_plain(windows):
    X, y = windows
    state = small(Conv1DGRURegressor).fit(X, y).__getstate__()
    for name, value in state.items():
        assert not type(value).__module__.startswith(("keras", "tensorflow")), name
    assert all(type(value) is np.ndarray for value in state["_state"])


def test_threads_predict_with_one_estimator(windows):
    X, y = windows
    model = pickle.loads(pickle.dumps(small(Conv1DGRURegressor).fit(X, y)))
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


# Callbacks.


class Recorder(keras.callbacks.Callback):
    """Writes down what it is told."""

    seen: list = []  # noqa: RUF012 (outlives the copy that each fit makes)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((epoch, sorted(logs)))


class BatchRecorder(keras.callbacks.Callback):
    """Counts batches."""

    seen: list = []  # noqa: RUF012

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(batch)


def test_keras_callbacks_see_every_epoch_and_batch(windows):
    X, y = windows
    Recorder.seen.clear()
    BatchRecorder.seen.clear()
    recorder = Recorder()
    callbacks = [recorder, BatchRecorder()]
    model = small(
        Conv1DRegressor, callbacks=callbacks, steps_per_epoch=4, validation_split=0.1
    )
    watched = model.fit(X, y).predict(X)
    assert Recorder.seen == [(0, ["loss", "val_loss"]), (1, ["loss", "val_loss"])]
    assert BatchRecorder.seen == [0, 1, 2, 3, 0, 1, 2, 3]
    assert not hasattr(recorder, "model") or recorder.model is None  # a copy was used
    alone = clone(model).set_params(callbacks=None).fit(X, y).predict(X)
    np.testing.assert_allclose(watched, alone, rtol=1e-5)


class Stopper(keras.callbacks.Callback):
    """Has enough after two epochs."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_a_keras_callback_may_stop_and_schedule(windows):
    X, y = windows
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    model = small(Conv1DRegressor, callbacks=schedule, epochs=3).fit(X, y)
    assert model.history_["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])
    model = small(Conv1DRegressor, callbacks=[Stopper()], epochs=9).fit(X, y)
    assert model.n_iter_ == 2


def stops(monitor, **options):
    return keras.callbacks.EarlyStopping(monitor, patience=0, **options)


def saves(path, monitor, **options):
    return keras.callbacks.ModelCheckpoint(path / "a.keras", monitor, **options)


@pytest.mark.parametrize(
    ("callback", "share", "message"),
    [
        (
            lambda path: stops("val_loss"),
            0,
            r"EarlyStopping\(monitor='val_loss'\).* each epoch\. Known metrics: 'loss'"
            r"\. Monitor one of these, or set validation_split=0\.2",
        ),
        (
            lambda path: [stops("loss"), stops("val_mae", mode="min")],
            0.2,
            r"'val_mae'.*: 'loss' and 'val_loss'\. Monitor one of these\.$",
        ),
        (
            lambda path: keras.callbacks.ReduceLROnPlateau("mae"),
            0,
            r"'mae'.*: 'loss' and 'learning_rate'\. Monitor",
        ),
        (
            lambda path: saves(path, "val_loss", save_best_only=True, save_freq=2),
            0.2,
            r"ModelCheckpoint.*'val_loss'.* each batch\. Known metrics: 'loss'\. .*",
        ),
    ],
)
def test_a_metric_that_is_not_there_cannot_be_watched(
    callback, share, message, windows, tmp_path
):
    X, y = windows
    model = small(Conv1DRegressor, callbacks=callback(tmp_path), validation_split=share)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not model.initialized_


class AddsHalfTheLoss(keras.callbacks.Callback):
    """Measures something of its own."""

    def on_epoch_end(self, epoch, logs=None):
        logs["half"] = logs["loss"] / 2


def test_a_metric_that_is_there_can_be_watched(windows, tmp_path):
    X, y = windows
    callbacks = [
        stops("val_loss"),
        saves(tmp_path, "val_loss", save_best_only=True),
        saves(
            tmp_path, "nothing", mode="min", save_freq=2
        ),  # takes all, and watches none
        keras.callbacks.ReduceLROnPlateau("loss"),
        stops("learning_rate", mode="max"),
    ]
    model = small(Conv1DRegressor, callbacks=callbacks, epochs=9, validation_split=0.2)
    assert model.fit(X, y).n_iter_ == 2  # the learning rate stays as it is
    # What a user's callback adds is not known before it did.
    model.set_params(callbacks=[AddsHalfTheLoss(), stops("half", mode="max")])
    assert model.fit(X, y).n_iter_ < 9


class Tasks:
    """A callback of scikit-learn's that writes down the tasks of a fit."""

    def __init__(self):
        self.seen = []

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator, X):
        self.seen.append(f"end {context.task_name}")
        assert fitted_estimator.predict(X[:2]).shape == (2,)
        return context.task_name == "epoch" and context.task_id == 1


def test_scikit_learn_callbacks_see_epochs_and_may_stop(windows):
    need("scikit-learn", "1.9", "it has no callbacks")
    X, y = windows
    tasks = Tasks()
    model = small(Conv1DRegressor, epochs=5).set_callbacks(tasks).fit(X, y)
    assert model.n_iter_ == 2
    epoch = ["begin epoch", "end epoch"]
    assert tasks.seen == ["setup", "begin fit", *epoch, *epoch, "end fit", "teardown"]


def test_verbose_shows_keras_progress_bar(windows, capsys):
    X, y = windows
    small(Conv1DRegressor, verbose=1).fit(X, y)
    shown = capsys.readouterr().out
    assert "Epoch 2/2" in shown and "loss:" in shown
    small(Conv1DRegressor).fit(X, y)
    assert capsys.readouterr().out == ""


# Bad input: one clear error, and nothing lost.


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"kernel_size": 30, "padding": "valid"},
            r"no time step of a window of 24.*shortest.* has 119. Use kernel_size=6 or "
            'padding="same", or a longer window',
        ),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size=.* has 3 values for 2 layers"),
        ({"filters": 0}, "'filters' parameter"),
        ({"padding": "full"}, "'padding' parameter"),
        ({"validation_split": 1.0}, "'validation_split' parameter"),
        ({"validation_split": 0.5, "validation_gap": 9999}, "leaves none to train on"),
        ({"optimizer": "no-such"}, "optimizer='no-such'"),
        ({"loss": "no-such"}, "loss='no-such'"),
        ({"activation": "no-such"}, "activation='no-such'"),
        (
            {"callbacks": ["no callback"]},
            "'no callback', which is not an instance of a Keras",
        ),
        ({"learning_rate": 1e30}, "Training diverged: loss is .* in epoch"),
    ],
)
def test_a_failed_fit_says_why_and_keeps_the_former_one(parameters, message, windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected, history = model.predict(X), model.history_
    with pytest.raises((ValueError, TypeError), match=message):
        model.set_params(**parameters).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert model.history_ is history


def test_divergence_in_the_very_last_step_is_seen(windows):
    X, y = windows
    model = small(
        Conv1DRegressor,
        optimizer="sgd",
        learning_rate=1e38,
        epochs=1,
        window_norm=None,
    )
    with pytest.raises(ValueError, match="diverged: the output is"):
        model.set_params(steps_per_epoch=1).fit(X, y)


@pytest.mark.parametrize("value", [[3.7, 3], ["a", 2], [0, 3]])
def test_layer_options_are_whole_numbers(value, windows):
    X, y = windows
    with pytest.raises(ValueError, match=r"kernel_size=.*must be whole numbers >= 1"):
        small(Conv1DRegressor, kernel_size=value).fit(X, y)


def test_what_float32_cannot_hold_is_refused(windows):
    X, y = windows
    panel = X.to_numpy()
    panel[9, 2, 0] = 1e300
    with pytest.raises(ValueError, match=r"1e\+300, too large for float32: channel 0"):
        small(Conv1DRegressor).fit(panel, y)


def test_infinity_behind_a_standardizer_is_named_where_a_window_reads_it(task):
    X, y = task
    values = X.series.copy()
    values[301, 1] = np.inf
    X = SeriesView(values)[: len(y)]
    model = pipeline(small(Conv1DRegressor), lookback=24, step=2)
    with pytest.raises(ValueError, match="infinity: channel 1, first at row 301 "):
        model.fit(X, y)
    model.fit(X[:300], y[:300])
    assert np.isfinite(model.predict(X[302:310:2])).all()  # even rows only
    with pytest.raises(ValueError, match="infinity: channel 1, first at row 301 "):
        model.predict(X[303:310:2])


def test_validation_split_rounds_as_it_should():
    X, y = np.zeros((10, 12, 1)), np.arange(10.0)
    for share, n_training in ((0.8, 2), (0.9, 1), (0.25, 7)):
        rows, held_out = validation_tail(X, np.arange(10), share, 0)
        assert (len(rows), len(held_out)) == (n_training, 10 - n_training)
    assert small(Conv1DRegressor, validation_split=0.9).fit(X, y).n_iter_ == 2


def test_validation_gap_of_compact_views_of_several_series(weather):
    parts = [weather.iloc[:200], weather.iloc[:200] + 1]
    X, _ = make_supervised(parts, 0, delay=60)
    windows = LookbackWindower(24).fit_transform(X)
    rows = np.flatnonzero(windows.complete)
    whole = validation_tail(windows, rows, 0.4, "auto")
    cut = validation_tail(windows.compact(), rows, 0.4, "auto")
    for a, b in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(a, b)
    first = windows.stamps[whole[1]].min()
    assert (windows.stamps[whole[0]] + 60).max() == first


def test_validation_gap_takes_the_delay_that_is_given(weather):
    knows, y = make_supervised(weather, 0, delay=24)
    knows = LookbackWindower(24).fit_transform(knows)
    told = WindowView(weather, ends=knows.rows, lags=knows.lags)
    assert told.target is None
    settings = {"validation_split": 0.3, "target_channel": 0, "delay": 24}
    histories = [
        small(Conv1DRegressor, **settings).fit(X, y).history_ for X in (knows, told)
    ]
    assert histories[0] == histories[1]
    rows = np.arange(len(told))
    training, held_out = validation_tail(told, rows, 0.3, "auto", delay=[6, 24])
    assert held_out[0] - training[-1] == 24
    training, held_out = validation_tail(told, rows, 0.3, "auto")
    assert held_out[0] - training[-1] == 1


def test_a_failed_partial_fit_keeps_the_weights(windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(ValueError, match="diverged"):
        model.set_params(learning_rate=1e30).partial_fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_an_interrupt_while_a_program_is_made_leaves_nothing(windows, monkeypatch):
    X, y = windows
    clear_compiled_networks()

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_recurrent, "_project", interrupted)
        with pytest.raises(KeyboardInterrupt):
            small(Conv1DGRURegressor).fit(X, y)
    assert small(Conv1DGRURegressor).fit(X, y).n_iter_ == 2


def test_a_network_that_is_not_trained_forecasts_persistence(windows):
    X, y = windows
    model = small(Conv1DRegressor, level="last").initialize(X, y)
    now = PersistenceRegressor().fit(X, y).predict(X)
    np.testing.assert_allclose(model.predict(X), now, atol=1e-4)
    assert not hasattr(model, "history_")


def test_a_failed_initialize_leaves_the_estimator_as_it_was(windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(ValueError, match=r"has \d+ rows and y has"):
        model.initialize(X.to_numpy()[:, 2:], y[:-1])
    np.testing.assert_array_equal(model.predict(X), expected)
    model.initialize(X, y)
    assert not {"history_", "n_iter_"} & set(vars(model))


class Interrupter(keras.callbacks.Callback):
    """Stands for a user who gives up in the second epoch."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("fitted", [False, True])
def test_an_interrupted_fit_leaves_the_estimator_as_it_was(fitted, windows):
    X, y = windows
    model = small(Conv1DRegressor)
    if fitted:
        expected = model.fit(X, y).predict(X)
    before = dict(vars(model))
    model.set_params(callbacks=Interrupter())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert set(vars(model)) == set(before)
    if fitted:
        np.testing.assert_array_equal(model.predict(X), expected)
    else:
        with pytest.raises(NotFittedError):
            model.predict(X)


def test_keras_does_not_know_auto(windows):
    for name in ("loss", "optimizer", "activation"):
        with pytest.raises(ValueError, match=f"{name}='auto' is not known to Keras"):
            small(Conv1DRegressor, **{name: "auto"}).fit(*windows)


def test_a_learning_rate_beside_a_schedule_is_refused(windows):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model = small(Conv1DRegressor, optimizer=keras.optimizers.Adam(schedule))
    model.fit(*windows)
    with pytest.raises(ValueError, match=r"learning_rate=0.1 conflicts with the"):
        model.set_params(learning_rate=0.1).fit(*windows)


def test_bad_input_is_refused(windows, task):
    X, y = windows
    rows, _ = task
    model = small(Conv1DRegressor)
    with pytest.raises(NotFittedError):
        model.predict(X)
    with pytest.raises(AttributeError, match="no model_ before it is fitted"):
        _ = model.model_
    with pytest.raises(ValueError, match="put a LookbackWindower before"):
        model.fit(rows, y)
    with pytest.raises(ValueError, match=r"X has 50 rows and y has 49"):
        model.fit(X[:50], y[:49])
    with pytest.raises(ValueError, match="None of the 10 rows has a complete"):
        model.fit(X[:10], y[:10])
    with pytest.raises(ValueError, match="y contains NaN"):
        model.fit(X, np.full(len(X), np.nan))
    with pytest.raises(ValueError, match="requires y to be passed"):
        model.fit(X, None)
    with pytest.raises(ValueError, match="weights must not be negative"):
        model.fit(X, y, sample_weight=np.full(len(y), -1.0))
    with pytest.raises(ValueError, match=r"one must be positive|one non-zero"):
        model.fit(X, y, sample_weight=np.zeros(len(y)))
    with pytest.raises(ValueError, match="sample_weight is zero for every complete"):
        model.fit(X, y, sample_weight=(~X.complete).astype(float))
    model.fit(X, y)
    nameless = small(Conv1DRegressor).fit(X.to_numpy(), y)
    with pytest.raises(ValueError, match="X has 2 features, but Conv1DRegressor is"):
        nameless.predict(X.to_numpy()[:, :, :2])
    with pytest.raises(ValueError, match=r"windows of 23 x 3 .*fitted on 24 x 3"):
        model.predict(WindowView(SeriesView(X), lags=np.arange(23)[::-1]))
    with pytest.raises(ValueError, match=r"lags 46\.\.0, not 23\.\.0"):
        model.predict(WindowView(SeriesView(X), lags=np.arange(0, 48, 2)[::-1]))
    renamed = SeriesView(X.series)
    renamed._series.names = np.array(["a", "b", "c"], dtype=object)
    renamed = WindowView(renamed, lags=X.lags)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(renamed)


@pytest.mark.filterwarnings("ignore:Channel 1 has a mean")  # the air pressure
def test_infinite_and_missing_values_are_named(windows):
    X, y = windows
    panel = X.to_numpy()[:60]
    panel[7, 3, 1] = np.inf
    with pytest.raises(ValueError, match="infinity: channel 1, first at sample 7, ti"):
        small(Conv1DRegressor).fit(panel, y[:60])
    values = np.array(X.series, dtype=np.float64)
    values[500:, 2] = np.nan
    holed = WindowView(values, lags=X.lags)
    model = small(Conv1DRegressor).fit(holed[:500], y[:500])  # the future may be NaN
    with pytest.raises(ValueError, match="NaN: channel 2, first at row 500 of"):
        model.predict(holed[495:520])


def test_only_values_that_windows_read_must_be_finite():
    values = np.random.default_rng(0).normal(size=(400, 1))
    values[1::2] = np.nan
    view = WindowView(
        values, ends=np.arange(100, 400, 2), lags=np.arange(0, 48, 2)[::-1]
    )
    model = small(Conv1DRegressor).fit(view, np.arange(150.0))
    assert np.isfinite(model.predict(view)).all()


@BOTH
def test_is_a_regressor(Estimator):
    assert is_regressor(Estimator())


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@BOTH
def test_changing_the_future_changes_no_earlier_prediction(Estimator, weather):
    n_past = 700
    changed = weather.copy()
    changed.iloc[n_past:] = 1e6
    predictions = []
    for series in (weather, changed):
        X, y = make_supervised(series, "T (degC)", delay=6)
        past = np.flatnonzero(X.rows + 6 < n_past)
        model = pipeline(small(Estimator, validation_split=0.2)).fit(X[past], y[past])
        predictions.append(model.predict(X[:n_past]))
    np.testing.assert_array_equal(*predictions)


# Defaults.


def test_epochs_are_as_many_as_give_500_steps(windows):
    X, y = windows
    model = small(Conv1DRegressor, epochs="auto", batch_size=100).fit(X[:250], y[:250])
    n_steps = -(-int(X[:250].complete.sum()) // 100)
    assert model.n_iter_ == -(-500 // n_steps)
    assert int(model.model_.optimizer.iterations.numpy()) == model.n_iter_ * n_steps
    model.set_params(steps_per_epoch=600).fit(X[:250], y[:250])
    assert model.n_iter_ == 1


def test_changes_are_learned_at_a_tenth_of_the_optimizers_step_size(windows):
    X, y = windows
    rates = []
    for options in (
        {},
        {"window_norm": None},
        {"learning_rate": 0.002},
        {"optimizer": keras.optimizers.Adam(0.003)},
    ):
        model = small(Conv1DRegressor, **options).fit(X, y).model_
        rates.append(float(model.optimizer.learning_rate.numpy()))
    np.testing.assert_allclose(rates, [1e-4, 1e-3, 2e-3, 3e-3], rtol=1e-6)


@pytest.mark.parametrize(
    "loss", [keras.losses.Huber(delta=0.5), keras.losses.CosineSimilarity(axis=0)]
)
def test_a_clone_has_the_same_loss(loss):
    model = clone(clone(Conv1DRegressor(loss=loss)))
    truth, guess = np.array([[1.0, 5.0], [2.0, 1.0]]), np.array([[3.0, 1.0], [1, 1]])
    assert float(model.loss(truth, guess)) == float(loss(truth, guess))
    assert model.loss is not loss
