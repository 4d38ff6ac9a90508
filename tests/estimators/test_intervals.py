"""Quantiles and intervals; how far back the convolutions read."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.exceptions import NotFittedError
from sklearn.metrics import mean_pinball_loss

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    WindowView,
    make_supervised,
)
from skseqconv.engine._pool import clear_compiled_networks
from skseqconv.estimators._conformal import (
    check_quantiles,
    correction,
    overshoots,
    pair_of,
)
from skseqconv.networks import conv1d_network, receptive_field
from skseqconv.networks._own_layers import Ascending, Pinball

pytestmark = pytest.mark.trains

SMALL = {
    Conv1DRegressor: {"filters": 8, "kernel_size": 3, "n_conv": 1},
    Conv1DGRURegressor: {
        "filters": 8,
        "kernel_size": 3,
        "n_conv": 1,
        "gru_units": 8,
    },
}
BOTH = pytest.mark.parametrize("Estimator", list(SMALL))
QUANTILES = (0.1, 0.5, 0.9)


def small(Estimator, **parameters):
    """A network that trains in a moment."""
    settings = {"epochs": 2, "batch_size": 64, "random_state": 0}
    return Estimator(**{**SMALL[Estimator], **settings, **parameters})


def made_panel(n_samples, seed=0):
    """Samples that are exchangeable: the last step and noise that it scales."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n_samples, 8, 2))
    noise = np.exp(X[:, -1, 1] / 2) * random.normal(size=n_samples)
    return X, 50 + 10 * (X[:, -1, 0] + noise)


@pytest.fixture(scope="module")
def panel():
    return made_panel(1000)


@pytest.fixture(scope="module")
def fitted(panel):
    """Networks that know intervals, of one output, by their loss.

    Their one convolution is as wide as the window, so that they know which step is
    the last.
    """
    return {
        loss: small(
            Conv1DRegressor,
            loss=loss,
            validation_split=0.3,
            epochs=20,
            learning_rate=0.01,
            kernel_size=8,
            dropout=0,
        ).fit(*panel)
        for loss in ("mse", "mae", "quantile")
    }


@pytest.fixture(scope="module")
def walk():
    """Windows of two random walks, and the first one three rows ahead."""
    random = np.random.default_rng(0)
    series = np.array([500, 0]) + np.cumsum(random.normal(size=(300, 2)), axis=0)
    X, y = make_supervised(series, 0, delay=3)
    return LookbackWindower(12, on_missing_history="ignore").fit_transform(X), y


# Quantiles.


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_values_ascend_from_the_middle_whatever_they_were(data):
    n = data.draw(st.integers(1, 6))
    middle = data.draw(st.integers(0, n - 1))
    number = st.floats(-1e6, 1e6, width=32)
    values = data.draw(arrays(np.float32, (4, 2, n), elements=number))
    assert_ascending(Ascending(middle)(values).numpy(), values, middle)


@pytest.mark.parametrize("middle", [0, 1])
@pytest.mark.parametrize("values", [[1.1e-44, -88.0], [-88.0, -1e-40], [-99.0, 1e-45]])
def test_values_too_small_for_normal_numbers_ascend_as_zeros(values, middle):
    values = np.array([[values]], dtype=np.float32)
    assert_ascending(Ascending(middle)(values).numpy(), values, middle)


def assert_ascending(ascending, values, middle):
    """Subnormal numbers may count as zero: TensorFlow adds them so."""
    tiny = np.finfo(np.float32).tiny
    ascending, values = (np.where(np.abs(v) < tiny, 0, v) for v in (ascending, values))
    assert (np.diff(ascending, axis=-1) >= 0).all()
    np.testing.assert_array_equal(ascending[..., middle], values[..., middle])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31 - 1), st.floats(0.01, 1e4))
def test_quantiles_of_random_weights_never_cross(seed, size):
    random = np.random.default_rng(seed)
    weights = [random.normal(size=w.shape) * size for w in NETWORK.get_weights()]
    NETWORK.set_weights(weights)
    out = NETWORK(random.normal(size=(5, 8, 2)) * size).numpy()
    assert out.shape == (5, 3, 4)
    assert (np.diff(out, axis=-1) >= 0).all()


NETWORK = conv1d_network(
    (8, 2), 3, filters=4, kernel_size=3, n_conv=1, quantiles=[0.05, 0.3, 0.5, 0.99]
)


def test_pinball_loss_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    y, predicted = random.normal(size=(50, 2)), random.normal(size=(50, 2, 3))
    losses = [
        mean_pinball_loss(y, predicted[:, :, i], alpha=q)
        for i, q in enumerate(QUANTILES)
    ]
    loss = float(Pinball(QUANTILES)(y, predicted))
    assert loss == pytest.approx(np.mean(losses), rel=1e-5)


def test_history_is_the_pinball_loss_of_what_is_predicted(fitted, panel):
    X, y = panel
    model = fitted["quantile"]
    scale = model.target_encoder_.scale_[0]
    predicted = model.predict_quantiles(X[700:])
    losses = [
        mean_pinball_loss(y[700:], predicted[:, i], alpha=q)
        for i, q in enumerate(QUANTILES)
    ]
    assert model.history_["val_loss"][-1] == pytest.approx(
        np.mean(losses) / scale, rel=1e-4
    )


def test_quantiles_have_as_many_values_below_as_they_say(fitted):
    X, y = made_panel(2000, seed=1)
    predicted = fitted["quantile"].predict_quantiles(X)
    below = (y[:, None] < predicted).mean(axis=0)
    np.testing.assert_allclose(below, QUANTILES, atol=0.08)
    # Where there is more noise they are further apart.
    width, noise = predicted[:, 2] - predicted[:, 0], X[:, -1, 1]
    assert width[noise > 1].mean() > 1.5 * width[noise < -1].mean()


def test_quantiles_never_cross_far_from_the_data(fitted):
    X, _ = made_panel(200, seed=2)
    for factor in (1e2, 1e6):
        predicted = fitted["quantile"].predict_quantiles(X * factor)
        assert (np.diff(predicted, axis=1) >= 0).all()


def test_prediction_is_the_median(walk):
    X, y = walk
    model = small(Conv1DRegressor, loss="quantile", validation_split=0.3).fit(X, y)
    quantiles = model.predict_quantiles(X)
    assert quantiles.shape == (len(X), 3)
    assert quantiles.dtype == np.float64
    assert (np.diff(quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(model.predict(X), quantiles[:, 1])
    lower, upper = model.predict_interval(X[-80:]).T  # most of what was held out
    inside = (lower <= y[-80:]) & (y[-80:] <= upper)
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


@BOTH
def test_several_outputs_have_quantiles_each(Estimator):
    X, y = made_panel(250)
    y = np.column_stack([y, -y / 100])
    model = small(Estimator, loss="quantile", quantiles=[0.5, 0.75, 0.9, 0.95])
    model.set_params(validation_split=0.2, early_stopping=True, n_iter_no_change=1)
    model.fit(X, y, sample_weight=np.linspace(0.1, 1, len(y)))
    quantiles = model.predict_quantiles(X[:20])
    assert quantiles.shape == (20, 2, 4)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    np.testing.assert_array_equal(model.predict(X[:20]), quantiles[:, :, 0])
    assert abs(quantiles[:, 0, 0].mean() - 50) < 20
    with pytest.raises(ValueError, match=r"coverage=0\.8 needs the quantiles"):
        model.predict_interval(X)


def test_one_column_is_one_output(panel):
    X, y = panel
    model = small(Conv1DRegressor, loss="quantile", validation_split=0.2)
    model.fit(X, y[:, None])
    assert model.predict(X[:5]).shape == (5, 1)
    assert model.predict_quantiles(X[:5]).shape == (5, 1, 3)
    assert model.predict_interval(X[:5]).shape == (5, 1, 2)


def test_median_alone_is_enough(panel):
    X, y = panel
    model = small(Conv1DRegressor, loss="quantile", quantiles=[0.5]).fit(X, y)
    np.testing.assert_array_equal(model.predict_quantiles(X)[:, 0], model.predict(X))


def test_weights_count_in_the_loss(panel):
    X, y = panel

    def mean_forecast(weights):
        model = small(Conv1DRegressor, loss="quantile", epochs=5, learning_rate=0.05)
        return model.fit(X, y, sample_weight=weights).predict(X).mean()

    assert mean_forecast(np.where(y > 50, 1, 0.05)) > mean_forecast(np.ones(1000)) + 1


@BOTH
def test_reused_network_gives_the_same_quantiles(Estimator):
    X, y = made_panel(250)
    clear_compiled_networks()
    fresh = small(Estimator, loss="quantile").fit(X, y).predict_quantiles(X)
    reused = small(Estimator, loss="quantile").fit(X, y).predict_quantiles(X)
    np.testing.assert_array_equal(reused, fresh)


def test_other_quantiles_are_another_network(panel):
    X, y = panel
    model = small(Conv1DRegressor, loss="quantile").initialize(X, y)
    with pytest.raises(ValueError, match=r"one before: quantiles changed\."):
        model.set_params(quantiles=(0.2, 0.5, 0.8)).partial_fit(X, y)


def test_parameters_set_after_a_fit_do_not_change_what_was_fitted(fitted, panel):
    X, _ = panel
    model = copy.deepcopy(fitted["quantile"])
    before = model.predict_quantiles(X)
    model.set_params(quantiles=(0.5,), loss="mse")
    np.testing.assert_array_equal(model.predict_quantiles(X), before)


@pytest.mark.parametrize(
    "quantiles",
    [
        (0.9, 0.5, 0.1),
        (0.1, 0.9),
        (0, 0.5, 1),
        (0.5, 0.5),
        (0.1, 0.5, np.nan),
        ("0.1", "0.5"),
        [[0.1, 0.5]],
        (),
        "0.5",
        0.5,
        None,
    ],
)
def test_bad_quantiles_are_named(quantiles, panel):
    model = small(Conv1DRegressor, loss="quantile", quantiles=quantiles)
    with pytest.raises(ValueError, match="quantiles"):
        model.fit(*panel)
    assert not model.initialized_


def test_quantiles_lie_between_0_and_1_and_have_the_median():
    for quantiles in ((0.1, 0.5, 0.9), [0.5], np.array([0.001, 0.5, 0.999])):
        assert check_quantiles(quantiles) == list(quantiles)
    for quantiles in ((0, 0.5), (0.5, 1), (-0.5, 0.5), (0.5, 1.5), (0.2, 0.8), 1.5):
        with pytest.raises(ValueError, match="must be ascending numbers between 0"):
            check_quantiles(quantiles)


def test_quantiles_need_their_loss(fitted, panel):
    with pytest.raises(ValueError, match="learns no quantiles"):
        fitted["mse"].predict_quantiles(panel[0])


# Intervals.


@pytest.mark.parametrize("loss", ["mse", "mae", "quantile"])
def test_intervals_cover_what_they_promise(loss, fitted):
    """300 rows held out and 2000 new ones: three deviations of the share are 0.074."""
    X, y = made_panel(2000, seed=1)
    model = fitted[loss]
    for coverage in (0.5, 0.8, 0.95) if loss != "quantile" else (0.8,):
        lower, upper = model.predict_interval(X, coverage).T
        deviation = np.sqrt(coverage * (1 - coverage) * (1 / 300 + 1 / 2000))
        covered = np.mean((lower <= y) & (y <= upper))
        assert covered == pytest.approx(coverage, abs=3 * deviation)
    np.testing.assert_array_equal(
        model.predict_interval(X), model.predict_interval(X, coverage=0.8)
    )


@pytest.mark.parametrize("loss", ["mse", "quantile"])
def test_interval_is_the_split_conformal_one(loss, fitted, panel):
    X, y = panel
    model = fitted[loss]

    def bounds(X):
        if loss == "mse":
            return model.predict(X), model.predict(X)
        return model.predict_quantiles(X)[:, [0, 2]].T

    lower, upper = bounds(X[700:])
    outside = np.sort(np.maximum(lower - y[700:], y[700:] - upper))
    wider = outside[int(np.ceil(301 * 0.8)) - 1]
    lower, upper = bounds(X)
    expected = np.column_stack([lower - wider, upper + wider])
    np.testing.assert_allclose(model.predict_interval(X), expected, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:Channel 0 has a mean of .* Put Standardizer")
def test_each_output_has_an_interval_of_its_own(walk):
    X, y = walk
    y = np.column_stack([y, 3 * y + 1])
    plain = {"window_norm": None, "global_pooling": "max"}
    model = small(Conv1DRegressor, **plain, validation_split=0.3).fit(X, y)
    interval = model.predict_interval(X)
    assert interval.shape == (len(X), 2, 2)
    predicted = model.predict(X)
    assert (interval[:, :, 0] < predicted).all()
    assert (predicted < interval[:, :, 1]).all()
    widths = np.diff(interval, axis=2)[:, :, 0]
    assert np.ptp(widths, axis=0).max() < 1e-6 * widths.max()
    assert widths[0, 1] > 2 * widths[0, 0]


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.integers(5, 40), elements=st.integers(-9, 9).map(float)),
    st.sampled_from([0.1, 0.5, 0.8]),
)
def test_correction_is_the_least_that_covers_enough(overshoot, coverage):
    enough = (len(overshoot) + 1) * coverage - 1e-9
    covering = [c for c in overshoot if np.sum(overshoot <= c) >= enough]
    if covering:
        assert correction(overshoot[:, None], coverage)[0] == min(covering)
    else:
        with pytest.raises(ValueError, match="larger validation_split"):
            correction(overshoot[:, None], coverage)


def test_rank_of_the_correction_is_not_rounded_up():
    """(9 + 1) * 0.9 is nine, also where floats make it a little more."""
    assert correction(np.arange(9.0)[:, None], 0.9) == [8]
    assert correction(np.arange(99.0)[:, None], 0.07) == [6]


def test_overshoot_is_negative_inside():
    y, lower, upper = np.array([0.0, 5, 9]), np.full(3, 1.0), np.full(3, 6.0)
    np.testing.assert_array_equal(overshoots(y, lower, upper), [1, -1, 3])


def test_pair_of_quantiles_is_found_in_spite_of_rounding():
    assert pair_of(0.8, [0.1, 0.5, 0.9]) == [0, 2]
    assert pair_of(0.9, [0.01, 0.05, 0.5, 0.95]) == [1, 3]
    assert pair_of(np.float32(0.8), [0.1, 0.5, 0.9]) == [0, 2]


@pytest.mark.parametrize("apart", [3e-6, 1e-4, 0.01])
def test_quantiles_that_are_only_near_are_no_pair(apart):
    for coverage in (0.8 - apart, 0.8 + apart):
        with pytest.raises(ValueError, match="needs the quantiles"):
            pair_of(coverage, [0.1, 0.5, 0.9])
    assert pair_of(0.8 + 1e-6, [0.1, 0.5, 0.9]) == [0, 2]


def test_bounds_stay_in_order_where_intervals_are_narrowed():
    """A held-out part without noise narrows all intervals by as much."""
    random = np.random.default_rng(0)
    noisy = np.r_[random.random(700) < 0.5, np.ones(300, dtype=bool)]
    X = np.ones((1000, 8, 2)) * noisy[:, None, None]
    y = np.where(noisy, 20.0, 1.0) * random.normal(size=1000)
    y[700:] = 0
    model = small(Conv1DRegressor, loss="quantile", validation_split=0.3)
    model.set_params(epochs=10, learning_rate=0.05).fit(X, y)
    lower, upper = model.predict_interval(X).T
    assert (lower <= upper).all()


def test_interval_needs_rows_held_out(panel):
    X, y = panel
    model = small(Conv1DRegressor, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="Fit with validation_split"):
        model.predict_interval(X)
    del model  # gives its network back, to be used again
    model = small(Conv1DRegressor, epochs=1, validation_split=0.2).fit(X, y)
    assert model.predict_interval(X).shape == (1000, 2)
    model.partial_fit(X, y)
    with pytest.raises(ValueError, match="partial_fit holds none out"):
        model.predict_interval(X)
    assert model.calibrate_interval(X, y) is model
    assert model.predict_interval(X).shape == (1000, 2)


@pytest.mark.parametrize("loss", ["mse", "quantile"])
def test_intervals_follow_the_rows_given_later(fitted, panel, loss):
    model = copy.deepcopy(fitted[loss])
    X, y = made_panel(400, seed=1)
    y = y + 5 * np.random.default_rng(2).normal(size=400)  # noise that came later
    before = model.predict(X)
    model.calibrate_interval(X, y)
    np.testing.assert_array_equal(model.predict(X), before)
    lower, upper = model.predict_interval(X, coverage=0.8).T
    assert ((lower <= y) & (y <= upper)).mean() == pytest.approx(0.8, abs=0.005)
    other = pickle.loads(pickle.dumps(model)).predict_interval(X)
    np.testing.assert_array_equal(other, model.predict_interval(X))


def test_failed_calibration_changes_nothing(fitted, panel):
    X, y = panel
    model = copy.deepcopy(fitted["mse"])
    before = model.predict_interval(X)
    with pytest.raises(ValueError, match="NaN"):
        model.calibrate_interval(X, np.where(y > 60, np.nan, y))
    with pytest.raises(ValueError, match="X has 1000 rows and y has 999"):
        model.calibrate_interval(X, y[:-1])
    holed = WindowView(
        np.r_[X[0], [[np.nan] * X.shape[2]]], lags=np.arange(X.shape[1])[::-1]
    )
    with pytest.raises(ValueError, match="contains NaN"):
        model.calibrate_interval(holed[-2:], y[:2])
    np.testing.assert_array_equal(model.predict_interval(X), before)
    with pytest.raises(NotFittedError):
        small(Conv1DRegressor).calibrate_interval(X, y)


def test_interval_of_an_untrained_network_says_what_it_needs(panel):
    model = small(Conv1DRegressor).initialize(*panel)
    with pytest.raises(ValueError, match="Fit with validation_split"):
        model.predict_interval(panel[0])


def test_too_few_rows_held_out_are_an_error(panel):
    X, y = panel
    model = small(Conv1DRegressor, epochs=1, validation_split=0.02).fit(X, y)
    assert model.predict_interval(X[:1], coverage=0.95).shape == (1, 2)
    with pytest.raises(ValueError, match="needs more than the 20 held-out rows"):
        model.predict_interval(X, coverage=0.97)


@pytest.mark.parametrize("coverage", [0, 1, -0.5, 80, True, np.nan, "0.8", None])
def test_coverage_lies_between_0_and_1(coverage, fitted, panel):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        fitted["mse"].predict_interval(panel[0], coverage=coverage)


def test_coverage_needs_its_quantiles(fitted, panel):
    with pytest.raises(ValueError, match=r"\[0\.25, 0\.75\], but .* quantiles="):
        fitted["quantile"].predict_interval(panel[0], coverage=0.5)


@pytest.mark.parametrize("loss", ["mse", "quantile"])
def test_copies_keep_the_intervals(loss, fitted, panel):
    X, _ = panel
    expected = fitted[loss].predict_interval(X)
    for one in (
        copy.deepcopy(fitted[loss]),
        pickle.loads(pickle.dumps(fitted[loss])),
    ):
        np.testing.assert_array_equal(one.predict_interval(X), expected)


def test_failed_refit_leaves_the_intervals(fitted, panel):
    X, y = panel
    model = copy.deepcopy(fitted["mse"])
    before = model.predict_interval(X)
    with pytest.raises(ValueError, match="diverged"):
        model.set_params(learning_rate=1e30).fit(X, y * 5)
    np.testing.assert_array_equal(model.predict_interval(X), before)


def test_rows_without_finite_quantiles_are_counted_once(fitted):
    with pytest.raises(ValueError, match="not finite for 4 of 4 rows"):
        fitted["quantile"].predict_quantiles(np.full((4, 8, 2), 3e38))


# How far back convolutions read.


def steps_read(n_steps, **options):
    """Which input steps change the output: no weight is zero, nothing cancels out."""
    model = conv1d_network(
        (n_steps, 1),
        filters=3,
        activation="linear",
        dropout=0,
        global_pooling="last",
        **options,
    )
    weights = [np.full(w.shape, 0.5 * (w.ndim > 1)) for w in model.get_weights()]
    model.set_weights(weights)
    one_each = np.eye(n_steps, dtype=np.float32)[:, :, None]
    return np.flatnonzero(model(one_each).numpy())


@pytest.mark.parametrize(
    "stack",
    [
        {"kernel_size": 5, "n_conv": 1},
        {"kernel_size": 3, "n_conv": 3},
        {"kernel_size": (7, 1, 2), "n_conv": 3},
        {"kernel_size": 3, "n_conv": 3, "dilation_rate": (1, 4, 2)},
        {"kernel_size": 2, "n_conv": 5, "dilation_rate": "exponential"},
        {"kernel_size": 3, "n_conv": 4, "residual": 2},
        {
            "kernel_size": 3,
            "n_conv": 4,
            "residual": 2,
            "dilation_rate": "exponential",
        },
        {
            "kernel_size": (2, 3, 2, 4),
            "n_conv": 4,
            "residual": 1,
            "dilation_rate": "exponential",
        },
    ],
)
def test_last_value_reads_the_receptive_field(stack):
    field = receptive_field(pool_size=1, **stack)
    read = steps_read(48, pool_size=1, padding="causal", **stack)
    np.testing.assert_array_equal(read, np.arange(48 - field, 48))
    if "residual" not in stack:
        read = steps_read(48, pool_size=1, padding="valid", **stack)
        np.testing.assert_array_equal(read, np.arange(48 - field, 48))


@pytest.mark.parametrize("padding", ["causal", "valid"])
@pytest.mark.parametrize(
    "stack",
    [
        {"kernel_size": 3, "n_conv": 2, "pool_size": 3},
        {"kernel_size": (3, 2, 2), "n_conv": 3, "pool_size": (2, 3)},
        {"kernel_size": 2, "n_conv": 3, "pool_size": (1, 4), "dilation_rate": 2},
    ],
)
def test_poolings_widen_the_receptive_field(stack, padding):
    read = steps_read(60, padding=padding, **stack)
    assert len(read) == receptive_field(**stack)
    assert (np.diff(read) == 1).all()


@pytest.mark.parametrize(
    ("residual", "dilations"), [(0, (1, 2, 4, 8)), (1, (1, 2, 4, 8)), (2, (1, 1, 2, 2))]
)
def test_exponential_dilation_doubles_from_block_to_block(residual, dilations):
    def model(dilation_rate):
        return conv1d_network(
            (40, 2),
            n_conv=4,
            pool_size=1,
            padding="causal",
            residual=residual,
            dilation_rate=dilation_rate,
        )

    by_name, by_number = model("exponential"), model(dilations)
    for i, dilation in enumerate(dilations):
        conv = by_name.get_layer(f"conv_{i + 1}")
        assert conv.dilation_rate == (dilation,)
    by_number.set_weights(by_name.get_weights())
    x = np.random.default_rng(0).normal(size=(3, 40, 2))
    np.testing.assert_array_equal(by_name(x).numpy(), by_number(x).numpy())


@pytest.mark.parametrize("function", ["receptive_field", "network"])
def test_no_other_name_is_a_dilation(function):
    with pytest.raises(ValueError, match="dilation_rate='exponentail'"):
        if function == "network":
            conv1d_network((40, 2), pool_size=1, dilation_rate="exponentail")
        else:
            receptive_field(3, 1, 3, "exponentail")


def test_temporal_convolutional_network_in_one_call(walk):
    X, y = walk
    tcn = small(
        Conv1DRegressor,
        n_conv=4,
        dilation_rate="exponential",
        residual=2,
        padding="causal",
        pool_size=1,
        global_pooling="last",
    )
    model = tcn.fit(X, y)
    assert model.receptive_field_ == receptive_field(3, 1, 4, "exponential", 2) == 13
    assert np.isfinite(model.predict(X)).all()
    assert model.history_["loss"][-1] < model.history_["loss"][0]


@BOTH
def test_receptive_field_is_an_attribute(Estimator, panel):
    model = small(Estimator, n_conv=2, pool_size=2, kernel_size=(3, 2))
    assert model.initialize(*panel).receptive_field_ == 3 + 1 + 2


def test_last_step_that_misses_part_of_the_window_is_told(panel):
    X, y = panel
    model = small(Conv1DRegressor, global_pooling="last")
    with pytest.warns(UserWarning, match="reads only the last 3 of 8 steps"):
        model.initialize(X, y)
    for enough in ({"kernel_size": 8}, {"global_pooling": "average"}):
        small(Conv1DRegressor, **{"global_pooling": "last", **enough}).initialize(X, y)
