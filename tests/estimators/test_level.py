"""Forecasts from the level of the target: window_norm, target_channel, delay."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv.engine._pool import _slots, clear_compiled_networks
from skseqconv.inputs._relation import solve_affine
from skseqconv.networks import conv1d_gru_network, conv1d_network

pytestmark = [
    pytest.mark.trains,
    # The walks are far from zero, also for networks that do not normalize windows.
    pytest.mark.filterwarnings("ignore:Channel .* Put Standardizer"),
]

SMALL = {
    Conv1DRegressor: {"filters": 8, "kernel_size": 3, "n_conv": 2},
    Conv1DGRURegressor: {"filters": 8, "kernel_size": 3, "gru_units": 8},
}

BOTH = pytest.mark.parametrize("Estimator", list(SMALL))
KINDS = pytest.mark.parametrize("kind", ["last", "standard"])
N_STEPS, DELAY = 16, 3
STEPS = {
    "raw": [],
    "standardized": [Standardizer()],
    "min-max": [PerStep(MinMaxScaler())],
}


def small(Estimator, **parameters):
    """A network that trains in a moment."""
    settings = {"epochs": 2, "batch_size": 64, "random_state": 0}
    return Estimator(**{**SMALL[Estimator], **settings, **parameters})


def windows(series, target=0, delay=DELAY, steps=()):
    """Windows that know their target, and y."""
    X, y = make_supervised(series, target, delay=delay)
    for step in steps:
        X = step.fit_transform(X)
    windower = LookbackWindower(N_STEPS, on_missing_history="ignore")
    return windower.fit_transform(X), y


def plain_windows(series, delay=DELAY):
    """Windows of an array that know nothing of y."""
    windower = LookbackWindower(N_STEPS, on_missing_history="ignore")
    return windower.fit_transform(series[:-delay])


def assert_persistence(predicted, last):
    """As near as float32 comes to the target's last value."""
    np.testing.assert_allclose(predicted, last, rtol=0, atol=1e-6 * np.abs(last).max())


@pytest.fixture(scope="module")
def walk():
    """Three random walks at different heights."""
    random = np.random.default_rng(0)
    heights = np.array([100, -50, 1000])
    return heights + np.cumsum(random.normal(size=(300, 3)), axis=0)


def level_of(model):
    """The level's weights; `model_` would keep the network from being used again."""
    with model._network() as network:
        return network.model.get_layer("window_norm").get_weights()


# Before training: persistence.


@pytest.mark.parametrize(
    ("Estimator", "kind", "steps"),
    [
        (Conv1DRegressor, "last", "raw"),
        (Conv1DRegressor, "standard", "min-max"),
        (Conv1DRegressor, "auto", "standardized"),
        (Conv1DGRURegressor, "standard", "raw"),
    ],
)
def test_untrained_network_says_that_the_target_stays(Estimator, kind, steps, walk):
    X, y = windows(walk, 1, steps=STEPS[steps])
    model = small(Estimator, level="last", window_norm=kind).initialize(X, y)
    assert_persistence(model.predict(X), walk[X.rows, 1])


@pytest.mark.parametrize(
    ("Estimator", "kind", "steps"),
    [
        (Conv1DRegressor, "last", "standardized"),
        (Conv1DRegressor, "standard", "raw"),
        (Conv1DGRURegressor, "standard", "min-max"),
    ],
)
def test_so_it_does_for_several_targets_and_delays(Estimator, kind, steps, walk):
    X, y = windows(walk, [2, 0], delay=[1, 4], steps=STEPS[steps])
    model = small(Estimator, level="last", window_norm=kind).initialize(X, y)
    last = walk[X.rows][:, [2, 2, 0, 0]]
    predicted = model.predict(X)
    assert_persistence(predicted[:, :2], last[:, :2])
    assert_persistence(predicted[:, 2:], last[:, 2:])


def test_target_may_be_transformed_by_an_affine_function(walk):
    X, y = windows(walk, steps=[Standardizer()])
    for transformer in (
        MinMaxScaler(),
        FunctionTransformer(lambda y: 5 - 2 * y, lambda z: (5 - z) / 2),
    ):
        model = small(Conv1DRegressor, level="last", epochs=1, learning_rate=1e-9)
        model = TransformedTargetRegressor(model, transformer=transformer)
        model.fit(X, y)
        assert_persistence(model.predict(X), walk[X.rows, 0])
        del model  # gives its network back, to be used again


def test_median_of_untrained_quantiles_is_persistence(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor, level="last", loss="quantile").initialize(X, y)
    assert_persistence(model.predict(X), walk[X.rows, 0])


def test_windows_of_every_other_row_start_from_their_last_one(walk):
    X, y = make_supervised(walk, 0, delay=DELAY)
    X = LookbackWindower(24, step=2).fit_transform(X)[22:]
    model = small(Conv1DRegressor, level="last").initialize(X, y[22:])
    assert_persistence(model.predict(X), walk[X.rows, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_series_are_as_good(dtype, walk):
    series = walk.astype(dtype)
    for steps in STEPS.values():
        X, y = windows(series, steps=steps)
        model = small(Conv1DRegressor, level="last").initialize(X, y)
        assert_persistence(model.predict(X), walk[X.rows, 0])


def test_list_of_series_has_one_relation(walk):
    X, y = windows([walk[:120], walk[120:240] + 30, walk[:60]], steps=[Standardizer()])
    model = small(Conv1DRegressor, level="last").initialize(X, y)
    raw = np.concatenate([walk[:120], walk[120:240] + 30, walk[:60]])
    assert_persistence(model.predict(X), raw[X.rows, 0])


# In units of persistence's error.


@KINDS
def test_loss_of_one_is_no_better_than_persistence(kind, walk):
    X, y = windows(walk, [2, 0], delay=[1, 4], steps=[Standardizer()])
    model = small(Conv1DRegressor, level="last", window_norm=kind)
    model.set_params(epochs=1, learning_rate=1e-8)
    assert model.fit(X, y).history_["loss"] == pytest.approx([1], rel=1e-3)


def test_so_it_is_where_windows_end_before_their_row(walk):
    X = WindowView(walk, ends=np.arange(16, 297), lags=np.arange(1, 17)[::-1])
    model = small(Conv1DRegressor, level="last", target_channel=0, delay=DELAY)
    model.set_params(epochs=1, learning_rate=1e-8).fit(X, walk[19:, 0])
    assert model.history_["loss"] == pytest.approx([1], rel=1e-3)


# A series at another level.


@pytest.mark.parametrize(
    ("Estimator", "kind"),
    [(Conv1DRegressor, "last"), (Conv1DGRURegressor, "standard")],
)
def test_shift_of_the_series_shifts_the_forecast(Estimator, kind, walk):
    X, y = windows(walk)
    model = small(Estimator, window_norm=kind, epochs=5, learning_rate=0.01)
    before = model.fit(X, y).predict(X)
    changes = before - walk[X.rows, 0]
    assert changes.std() > 0.01  # it has learned something
    shift = np.array([500.0, -20, 70])
    moved, y_moved = windows(walk + shift)
    error = 2e-3 * changes.std() + 1e-4
    np.testing.assert_allclose(model.predict(moved), before + 500, rtol=0, atol=error)
    again = clone(model)
    del model  # gives its network back, to be used again
    refitted = again.fit(moved, y_moved).predict(moved)
    np.testing.assert_allclose(refitted, before + 500, rtol=0, atol=0.05)


def test_windows_as_they_are_know_no_shift(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor, window_norm=None).fit(X, y)
    moved, _ = windows(walk + 500)
    assert np.abs(model.predict(moved) - model.predict(X) - 500).max() > 1


# Where it is off.


def test_auto_leaves_alone_what_does_not_know_its_target(walk):
    view, y = windows(walk)
    one_step = LookbackWindower(1).fit_transform(make_supervised(walk, 0, delay=3)[0])
    for X, options in (
        (view.to_numpy(), {}),
        (view.to_numpy()[:, :, 0], {}),
        (plain_windows(walk), {}),
        (one_step, {"kernel_size": 1, "pool_size": 1}),
    ):
        auto = small(Conv1DRegressor, **options).initialize(X, y)
        off = auto.predict(X)
        asked = small(Conv1DRegressor, window_norm=None, **options).initialize(X, y)
        np.testing.assert_array_equal(off, asked.predict(X))
        assert "window_norm" not in auto.layers_.index


def bent(steps, walk):
    """Windows and y that are no affine functions of each other."""
    if steps == "log of y":
        X, y = windows(walk)
        return X, np.log(y)
    if steps == "square root of X":
        return windows(walk, steps=[PerStep(FunctionTransformer(np.cbrt))])
    return windows(walk, steps=[PerStep(PCA())])


@pytest.mark.parametrize("steps", ["log of y", "square root of X", "PCA"])
def test_bent_or_mixed_target_is_found_out(steps, walk):
    X, y = bent(steps, np.abs(walk))
    message = "y is not an affine function of channel 0"
    with pytest.warns(UserWarning, match=f"without window_norm: {message}"):
        auto = small(Conv1DRegressor).initialize(X, y)
    asked = small(Conv1DRegressor, window_norm=None).initialize(X, y)
    np.testing.assert_array_equal(auto.predict(X), asked.predict(X))
    for kind in ("last", "standard"):
        with pytest.raises(ValueError, match=f"'{kind}' is not possible: {message}"):
            small(Conv1DRegressor, window_norm=kind).fit(X, y)


def test_token_ids_have_no_level():
    random = np.random.default_rng(0)
    X, y = random.integers(1, 9, size=(40, 12)), random.normal(size=40)
    model = small(Conv1DRegressor, embedding_dim=4).initialize(X, y)
    assert "window_norm" not in model.layers_.index


# What X does not know can be said.


@KINDS
def test_channel_and_delay_can_be_given(kind, walk):
    X = plain_windows(walk)
    options = {"window_norm": kind, "level": "last"}
    model = small(Conv1DRegressor, target_channel=2, delay=DELAY, **options)
    model.initialize(X, walk[DELAY:, 2])
    assert_persistence(model.predict(X), walk[:-DELAY, 2])
    of_two = small(Conv1DRegressor, target_channel=[-1, 0], delay=(3, 3), **options)
    of_two.initialize(X, walk[DELAY:, [2, 0]])
    assert_persistence(of_two.predict(X), walk[:-DELAY, [2, 0]])


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_channel_can_be_given_by_name(weather):
    X = LookbackWindower(N_STEPS).fit_transform(weather[:-6])
    y = weather["p (mbar)"].to_numpy()
    model = small(Conv1DRegressor, level="last", target_channel="p (mbar)")
    model.set_params(delay=6).initialize(X, y[6:])
    assert_persistence(model.predict(X), y[:-6])


def test_arrays_of_windows_are_in_the_units_of_y(walk):
    view, y = windows(walk)
    X = view[N_STEPS:].to_numpy()
    model = small(Conv1DRegressor, level="last", target_channel=0)
    assert_persistence(model.initialize(X, y[N_STEPS:]).predict(X), X[:, -1, 0])
    one = small(Conv1DRegressor, window_norm="last", level="last")
    one.initialize(X[:, :, 0], y[N_STEPS:])
    assert_persistence(one.predict(X[:, :, 0]), X[:, -1, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_channel": 0}, "delay=None, and X does not know how far ahead"),
        ({"delay": 3}, "target_channel=None, but X has 3 channels"),
        ({"target_channel": 3, "delay": 3}, "target_channel=3 is not a channel"),
        ({"target_channel": "T", "delay": 3}, "target_channel='T' is not a channel"),
        ({"target_channel": [0, 1], "delay": 3}, "has 2 values, y has 1 columns"),
        ({"target_channel": 0, "delay": [3, 4]}, "has 2 values, y has 1 columns"),
        ({"target_channel": 0, "delay": [1.5]}, "delay must be a whole number"),
        ({"target_channel": 0, "delay": True}, "delay must be .*got delay=True"),
        ({"target_channel": 0, "delay": 0}, "'delay' parameter"),
        ({"target_channel": 1, "delay": 3}, "not an affine function of channel 1"),
        ({"target_channel": 0, "delay": 4}, "not an affine function of channel 0"),
        ({"target_channel": 0, "delay": 999}, "delay=999 reaches beyond the end"),
    ],
)
def test_wrong_channel_or_delay_is_an_error(options, message, walk):
    model = small(Conv1DRegressor, window_norm="last", **options)
    with pytest.raises(ValueError, match=message):
        model.fit(plain_windows(walk), walk[DELAY:, 0])


@pytest.mark.parametrize("kind", ["last", "auto"])
def test_y_that_is_known_where_its_channel_is_missing(kind, walk):
    series = walk.copy()
    series[-1, 0] = np.nan
    view = LookbackWindower(N_STEPS).fit_transform(
        Standardizer().fit_transform(SeriesView(series, np.arange(len(walk) - 1)))
    )
    model = small(Conv1DRegressor, target_channel=0, delay=1, window_norm=kind)
    message = r"y has a value where channel 0 .* missing \(NaN\) .* drop these rows"
    if kind == "auto":
        with pytest.warns(UserWarning, match=f"without window_norm: {message}"):
            model.initialize(view, walk[1:, 0])
    else:
        with pytest.raises(ValueError, match=message):
            model.initialize(view, walk[1:, 0])


# Inside the network.


@pytest.mark.parametrize(
    ("build", "n_parameters"),
    [(conv1d_network, 12_609), (conv1d_gru_network, 13_793)],
)
@pytest.mark.parametrize("kind", [None, "last", "standard"])
def test_level_adds_nothing_to_train(build, n_parameters, kind):
    model = build((240, 14), window_norm=kind)
    assert sum(weight.numpy().size for weight in model.trainable_weights) == (
        n_parameters
    )


def test_estimators_count_the_same_parameters(walk):
    X, y = windows(walk, [0, 1])
    options = {"window_norm": "standard", "channel_independent": False}
    with_level = small(Conv1DRegressor, **options).initialize(X, y)
    without = small(Conv1DRegressor, window_norm=None, global_pooling="max")
    without.initialize(X, y)
    assert with_level.n_parameters_ == without.n_parameters_


def test_usual_changes_keep_the_network_from_flat_windows(walk):
    """A window without any change of its own has a spread all the same."""
    X, y = windows(walk)
    model = small(Conv1DRegressor, window_norm="standard").fit(X, y)
    flat = WindowView(np.full((N_STEPS, 3), 77.0), ends=[15], lags=X.lags)
    assert abs(model.predict(flat)[0] - 77) < walk[:, 0].std()


@BOTH
def test_saved_model_gives_the_same(Estimator, walk, tmp_path):
    X, y = windows(walk, [0, 1])
    model = small(Estimator).initialize(X, y).model_
    output = model.get_layer("output")
    output.set_weights([np.ones_like(weight) for weight in output.get_weights()])
    model.save(tmp_path / "x.keras")
    batch = X[:50].to_numpy(np.float32)
    again = keras.models.load_model(tmp_path / "x.keras")
    np.testing.assert_array_equal(again(batch).numpy(), model(batch).numpy())


# The life of an estimator.


def test_partial_fit_from_the_start_has_a_level(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor, level="last", learning_rate=1e-9)
    model.partial_fit(X, y)
    assert_persistence(model.predict(X), walk[X.rows, 0])


def test_auto_stays_what_it_was_where_training_goes_on(walk):
    X, y = windows(walk)
    plain = plain_windows(walk)
    model = small(Conv1DRegressor).fit(X, y).partial_fit(plain, y)
    assert "window_norm" in model.layers_.index
    model = small(Conv1DRegressor).fit(plain, y).partial_fit(X, y)
    assert "window_norm" not in model.layers_.index


def test_another_kind_cannot_be_trained_on(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor, window_norm="last").initialize(X, y)
    with pytest.raises(ValueError, match=r"one before: window_norm changed\."):
        model.set_params(window_norm="standard").partial_fit(X, y)


def test_failed_refit_leaves_the_level(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor, window_norm="last").fit(X, y)
    before = model.predict(X)
    other, y_other = windows(walk * 9, 2)
    with pytest.raises(ValueError, match="diverged"):
        model.set_params(learning_rate=1e30).fit(other, y_other)
    np.testing.assert_array_equal(model.predict(X), before)
    with pytest.raises(ValueError, match="not an affine function"):
        model.fit(X, np.log(y))
    np.testing.assert_array_equal(model.predict(X), before)


def test_pipeline_searches_and_scores_with_a_level(walk):
    X, y = make_supervised(walk, 0, delay=1)
    forecast = make_pipeline(
        Standardizer(), LookbackWindower(N_STEPS), small(Conv1DRegressor)
    )
    assert forecast.fit(X[:200], y[:200]).score(X[201:], y[201:]) > 0


# Odd series.


@pytest.mark.parametrize("constant", [0, 1013.25])
def test_constant_target_is_forecast_to_stay(constant, walk):
    series = walk.copy()
    series[:, 0] = constant
    X, y = windows(series)
    model = small(Conv1DRegressor, epochs=1).fit(X, y)
    np.testing.assert_allclose(model.predict(X), constant, rtol=1e-5, atol=1e-4)


def test_so_it_is_behind_a_standardizer(walk):
    for constant in (0.3, 1.7, 5.8, -40.7, 101.3):
        series = walk.copy()
        series[:, 0] = constant
        X, y = windows(series, steps=[Standardizer()])
        model = small(Conv1DRegressor).initialize(X, y)
        np.testing.assert_allclose(model.predict(X), constant, rtol=1e-5, atol=1e-4)


def test_every_constant_is_an_affine_function_of_itself():
    random = np.random.default_rng(1)
    for constant in random.normal(size=50) * 10.0 ** random.uniform(-3, 6, size=50):
        y = np.full(397, constant)
        for channel in (y, np.zeros(397)):  # raw, and behind a Standardizer
            assert solve_affine(channel, y)[2] < 1e-4


@pytest.mark.parametrize("steps", STEPS)
def test_other_channels_may_be_constant(steps, walk):
    series = walk.copy()
    series[:, 1:] = [0, 5000]
    X, y = windows(series, steps=STEPS[steps])
    model = small(Conv1DRegressor, level="last", epochs=1, learning_rate=1e-9)
    model.fit(X, y)
    assert_persistence(model.predict(X), walk[X.rows, 0])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "NaN"),
        (np.inf, "infinity"),
        (1e39, "infinity"),
        (1e200, "infinity"),
    ],
)
def test_missing_or_infinite_value_is_named(value, message, walk):
    series = walk.copy()
    series[123, 1] = value
    X, y = windows(series)
    with pytest.raises(
        ValueError, match=f"Input X contains {message}: channel 1, first at row 123"
    ):
        small(Conv1DRegressor).fit(X, y)


def test_missing_value_at_predict_is_named(walk):
    X, y = windows(walk)
    model = small(Conv1DRegressor).initialize(X, y)
    series = walk.copy()
    series[250, 2] = np.nan
    with pytest.raises(ValueError, match="NaN: channel 2, first at row 250"):
        model.predict(windows(series)[0])


# Last, because it deletes the networks that the others share.
def test_reused_network_is_as_good_as_a_fresh_one(walk):
    X, y = windows(walk)
    other, y_other = windows(walk * 7 - 100)
    model = small(Conv1DRegressor, epochs=1)
    clear_compiled_networks()
    clone(model).fit(X, y)
    reused = clone(model).fit(other, y_other).predict(other)
    assert len(_slots) == 1  # the network was used again
    clear_compiled_networks()
    fresh = clone(model).fit(other, y_other).predict(other)
    np.testing.assert_array_equal(reused, fresh)
