"""Losses of regressors: what they mean, in which units of y, and which are refused."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    export_keras,
    load,
    make_supervised,
    save,
)
from skseqconv.estimators._losses import check_regression_loss, is_poisson, name_of
from skseqconv.estimators._target_encoders import TargetScaler

# They predict the rows that they were fitted to, the first of which have no history.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
]


SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "random_state": 0, "epochs": 1}
POISSON = ["poisson", "Poisson", keras.losses.poisson, keras.losses.Poisson()]


def named(loss):
    """A name without an address in memory: workers compare the names of tests."""
    if isinstance(loss, str):
        return loss
    return loss.name if isinstance(loss, keras.losses.Loss) else loss.__name__


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(200, 8, 2))


@pytest.fixture(scope="module")
def counts(X):
    """Counts whose rate depends on the last step, up to some hundred."""
    rates = np.exp(2 + 1.2 * X[:, -1, 0])
    return np.random.default_rng(1).poisson(rates).astype(float)


def counting(**options):
    """A network wide enough to know which step is the last one."""
    settings = {"loss": "poisson", "kernel_size": 8, "dropout": 0.0, "epochs": 60}
    return Conv1DRegressor(**{**SMALL, **settings, "learning_rate": 0.02, **options})


# Counts.


@pytest.mark.parametrize("loss", POISSON, ids=named)
def test_poisson_is_known_by_name_function_and_object(loss, X, counts):
    assert is_poisson(loss)
    model = Conv1DRegressor(**SMALL, loss=loss).initialize(X, counts)
    assert (model.predict(X * 100) >= 0).all()


@pytest.mark.parametrize(
    ("Estimator", "loss"),
    [(Conv1DRegressor, POISSON[-1]), (Conv1DGRURegressor, POISSON[0])],
)
def test_poisson_loss_gives_forecasts_that_are_not_negative(Estimator, loss, X, counts):
    model = Estimator(**SMALL, loss=loss).fit(X, counts)
    assert (model.predict(X * 100) >= 0).all()
    assert model.history_["loss"][0] < 5  # in units of the mean of y


def test_poisson_loss_learns_the_rate(X, counts):
    half = slice(None, None, 2), slice(1, None, 2)
    model = counting().fit(X[half[0]], counts[half[0]])
    assert model.history_["loss"][-1] < model.history_["loss"][0]
    predicted = model.predict(X[half[1]])
    assert 0.7 < predicted.mean() / counts[half[1]].mean() < 1.4

    def deviance(rate):
        return np.mean(rate - counts[half[1]] * np.log(rate))

    assert deviance(predicted) < deviance(np.full(100, counts.mean())) - 1


def test_poisson_loss_is_that_of_counts_whatever_their_unit(X, counts):
    model = counting(epochs=2).fit(X, counts)
    in_dozens = clone(model).fit(X, counts / 12)
    np.testing.assert_allclose(in_dozens.predict(X) * 12, model.predict(X), rtol=1e-4)
    scale = model.target_encoder_.scale_
    assert (scale, model.target_encoder_.mean_) == (counts.mean(), 0)
    outputs, y = model.predict(X) / scale, counts / scale
    still = model.set_params(learning_rate=1e-12).partial_fit(X, counts)
    expected = np.mean(outputs - y * np.log(outputs))
    assert still.history_["loss"][-1] == pytest.approx(expected, rel=1e-4)


def test_poisson_forecasts_behind_a_windower_are_exported_and_saved(tmp_path):
    series = np.random.default_rng(0).poisson(6, size=200).astype(float)
    X, y = make_supervised(series, 0)
    network = counting(epochs=2, validation_split=0.3)
    pipe = make_pipeline(Standardizer(), LookbackWindower(8), network).fit(X, y)
    predicted = pipe.predict(X)
    windows = pipe[:-1].transform(X)
    raw = LookbackWindower(8).fit_transform(X).to_numpy(np.float32)
    np.testing.assert_allclose(export_keras(pipe)(raw)[:, 0], predicted, rtol=1e-4)
    low, high = network.predict_interval(windows, 0.9).T
    assert (low >= 0).all()
    assert (low == 0).any()
    assert (low <= predicted).all() and (predicted <= high).all()
    save(pipe, tmp_path / "pipe.skops")
    np.testing.assert_array_equal(load(tmp_path / "pipe.skops").predict(X), predicted)


def test_several_counts_have_each_their_own_unit(X, counts):
    y = np.stack([counts, 1000 * counts, np.zeros(200), np.full(200, 4.0)], axis=1)
    model = counting(epochs=2).fit(X, y)
    predicted = model.predict(X)
    assert (predicted[:, 2:] == [0, 4]).all()
    assert 100 < predicted[:, 1].mean() / predicted[:, 0].mean() < 10_000
    np.testing.assert_allclose(export_keras(model)(X), predicted, rtol=1e-4)


@pytest.mark.parametrize("y_at", [-1.0, -1e-9])
def test_counts_must_not_be_negative(y_at, X, counts):
    y = counts.copy()
    y[17] = y_at
    message = rf"y has {y_at:g} in row 17, but loss='poisson' is for counts"
    with pytest.raises(ValueError, match=message):
        Conv1DRegressor(**SMALL, loss="poisson").fit(X, y)
    model = Conv1DRegressor(**SMALL, loss="poisson").fit(X, counts)
    for method in (model.partial_fit, model.calibrate_interval):
        with pytest.raises(ValueError, match=message):
            method(X, y)


def test_counts_have_no_level():
    X, y = make_supervised(np.arange(60.0), 0)
    X = LookbackWindower(8).fit_transform(X)
    model = Conv1DRegressor(**SMALL, loss="poisson").initialize(X, y)
    assert "window_norm" not in model.layers_.index
    for kind in ("last", "standard"):
        with pytest.raises(ValueError, match=f"window_norm='{kind}' forecasts changes"):
            model.set_params(window_norm=kind).initialize(X, y)


# Other losses.

ALIASES = {
    "mean_absolute_percentage_error": ["mape", "MAPE", "MeanAbsolutePercentageError"],
    "mean_squared_logarithmic_error": ["msle", "MSLE", "MeanSquaredLogarithmicError"],
}
WAY_OUT = {
    "mean_absolute_percentage_error": r"loss='mae' with sample_weight=1 / np.abs\(y\)",
    "mean_squared_logarithmic_error": r"TransformedTargetRegressor\(.*log1p.*expm1",
}


@pytest.mark.parametrize("name", WAY_OUT)
def test_losses_of_ratios_are_refused_with_the_way_out(name, X):
    losses = [name, *ALIASES[name], getattr(keras.losses, name)]
    losses.append(getattr(keras.losses, ALIASES[name][-1])())
    for loss in losses:
        assert name_of(loss) == name
        with pytest.raises(ValueError, match=WAY_OUT[name]):
            Conv1DRegressor(**SMALL, loss=loss).fit(X, np.arange(200.0))


def test_the_ways_out_are_right(X):
    """The loss that is refused, and the one that is named instead."""
    y = np.exp(X[:, -1, 0])
    still = {**SMALL, "learning_rate": 1e-12, "dropout": 0.0}
    weight = 1 / np.abs(y)
    model = Conv1DRegressor(**still, loss="mae").fit(X, y, sample_weight=weight)
    of_keras = keras.losses.mean_absolute_percentage_error(y, model.predict(X))
    scale = model.target_encoder_.scale_[0]
    loss = model.history_["loss"][0] * scale * weight.mean()
    assert loss * 100 == pytest.approx(float(of_keras), rel=1e-5)
    network = Conv1DRegressor(**still, window_norm=None)
    model = TransformedTargetRegressor(network, func=np.log1p, inverse_func=np.expm1)
    predicted = model.fit(X, y).predict(X)
    network = model.regressor_
    mse = np.mean((network.predict(X) - np.log1p(y)) ** 2)
    of_keras = keras.losses.mean_squared_logarithmic_error(y, predicted)
    assert mse == pytest.approx(float(of_keras), rel=1e-5)


FOR_CLASSES = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_focal_crossentropy",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "kl_divergence",
    "cosine_similarity",
    "CategoricalCrossentropy",
    "KLDivergence",
    "Dice",
    keras.losses.hinge,
    keras.losses.CosineSimilarity(),
    keras.losses.BinaryCrossentropy(),
    keras.losses.Tversky(),
]


@pytest.mark.parametrize("loss", FOR_CLASSES, ids=named)
def test_losses_for_classes_are_refused(loss):
    with pytest.raises(ValueError, match="is for classes or directions"):
        check_regression_loss(loss)


@pytest.mark.parametrize(
    "loss",
    [
        *("mse", "MSE", "mean_squared_error", "mae", "huber", "log_cosh", "quantile"),
        *(keras.losses.mean_absolute_error, keras.losses.MeanSquaredError()),
        *(keras.losses.Huber(delta=0.5), keras.losses.LogCosh()),
    ],
    ids=named,
)
def test_losses_of_differences_are_taken(loss):
    check_regression_loss(loss)
    assert not is_poisson(loss)


class Own(keras.losses.Poisson):
    """A class of a user's own, whatever it derives from."""


def test_losses_are_of_keras_if_nothing_of_them_is_ones_own():
    class Own(keras.losses.MeanSquaredError):
        """Its function is Keras' own."""

    def function(y_true, y_pred):
        return keras.ops.mean(y_true - y_pred, axis=-1)

    wrapped = keras.losses.MeanAbsoluteError()
    assert name_of(wrapped) == name_of("mae") == "mean_absolute_error"
    wrapped.fn = function
    for loss in (Own(), function, wrapped):
        assert name_of(loss) is None


def test_a_loss_of_ones_own_sees_the_standardized_y(X, counts):
    seen = []

    def largest(y_true, y_pred):
        seen.append(y_true.dtype)
        return keras.ops.abs(y_true) + 0 * y_pred

    model = Conv1DRegressor(**SMALL, loss=largest).fit(X, counts - 100)
    standardized = np.abs((counts - counts.mean()) / counts.std())
    assert seen
    assert model.history_["loss"][0] == pytest.approx(standardized.mean(), rel=1e-5)
    for own in (largest, Own(), lambda y, z: (y - z) ** 2):
        assert name_of(own) is None
        check_regression_loss(own)


# A y without any spread, or of any size.


@pytest.mark.parametrize("loss", ["mse", "mae", "quantile", "poisson"])
@pytest.mark.parametrize("constant", [0.0, 1e-6, 7.7, 1e300])
def test_a_constant_is_predicted_exactly(constant, loss, X):
    model = Conv1DRegressor(**SMALL, loss=loss, validation_split=0.2)
    model.fit(X, np.full(200, constant))
    assert (model.predict(X) == constant).all()
    assert (model.predict_interval(X) == constant).all()


def test_intervals_around_a_constant_follow_what_comes_true(X):
    model = Conv1DRegressor(**SMALL).fit(X, np.full(200, 5.0))
    came = 5 + np.random.default_rng(0).normal(size=200)
    low, high = model.calibrate_interval(X, came).predict_interval(X).T
    assert (low < 5).all() and (5 < high).all()
    assert 0.75 < ((low <= came) & (came <= high)).mean() < 0.85


def test_forecasts_are_of_the_order_of_y(X):
    y = 3 + X[:, -1, 0]
    expected = Conv1DRegressor(**SMALL).fit(X, y).predict(X)
    assert expected.std() > 0.01
    for unit in (1e-300, 1e-30, 1e30, 1e300):
        model = Conv1DRegressor(**SMALL).fit(X, unit * y)
        np.testing.assert_allclose(model.predict(X) / unit, expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(6,), (6, 1), (6, 2)])
def test_target_scaler_goes_and_comes_back(shape):
    y = np.arange(np.prod(shape), dtype=float).reshape(shape)
    scaler = TargetScaler().fit(y)
    scaled = scaler.transform(y)
    assert (scaled.dtype, scaled.ndim) == (np.float32, 2)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), y, atol=1e-6)
    assert scaler.inverse_transform(scaled[:0]).shape == (0, *shape[1:])
    level = np.full((6, scaled.shape[1]), 1e9)
    relative = scaler.transform(y + 1e9, level)
    np.testing.assert_allclose(
        scaler.inverse_transform(relative, level), y + 1e9, rtol=1e-15
    )
