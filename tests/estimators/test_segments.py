"""Estimators whose convolutions have strides, and heads that read all time steps."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)

pytestmark = pytest.mark.trains

SEGMENTS = {"n_conv": 1, "kernel_size": 8, "strides": 8}

SMALL = {"filters": 6, "epochs": 2, "batch_size": 64, "random_state": 0}

CONV1D = {Conv1DRegressor, Conv1DClassifier}

ONE_OF_EACH = pytest.mark.parametrize(
    "Estimator", [Conv1DClassifier, Conv1DGRURegressor]
)


def small(Estimator, **parameters):
    units = {} if Estimator in CONV1D else {"gru_units": 5}
    return Estimator(**SMALL | units | parameters)


@pytest.fixture(scope="module")
def panel():
    """Windows of 35 steps and labels: the sign of the sum of the newest five steps."""
    X = np.random.default_rng(0).normal(size=(300, 35, 2)).astype(np.float32)
    return X, (X[:, -5:, 0].sum(axis=1) > 0).astype(float)


@pytest.fixture(scope="module")
def series():
    """A noisy wave that 30 horizons are forecast of."""
    time = np.arange(900.0)
    values = np.sin(time / 6) + np.random.default_rng(0).normal(0, 0.1, 900)
    return make_supervised(values, 0, delay=range(1, 31))


@ONE_OF_EACH
def test_the_newest_steps_are_learned_from(Estimator, panel):
    """The newest five of 35 steps; Keras' own strides would leave out three of them."""
    X, y = panel
    options = {"epochs": 30, "learning_rate": 0.01, "dropout": 0.0}
    if Estimator in CONV1D:
        options["global_pooling"] = "flatten"
    model = small(Estimator, **SEGMENTS, **options).fit(X[:200], y[:200])
    conv = model.layers_.filter(regex="^conv", axis=0)
    assert list(conv["output_shape"]) == [(32, 2), (4, 6)]
    assert model.receptive_field_ == 8
    assert model.score(X[200:], y[200:]) > (
        0.3 if "Regr" in Estimator.__name__ else 0.8
    )
    oldest = X[200:].copy()
    oldest[:, :3] = 9.0  # left over
    np.testing.assert_array_equal(model.predict(oldest), model.predict(X[200:]))


@pytest.mark.parametrize(
    ("Estimator", "options"),
    [
        (Conv1DGRURegressor, {"strides": (4, 1), "pool_size": 2}),
        (Conv1DRegressor, {"strides": np.array([2, 2]), "padding": "causal"}),
        (
            Conv1DRegressor,
            {"strides": [1, 3], "padding": "same", "normalization": "layer"},
        ),
        (
            Conv1DRegressor,
            {
                "strides": (2, 1),
                "residual": 2,
                "pool_size": 1,
                "normalization": "batch",
            },
        ),
    ],
    ids=str,
)
def test_fits_repeat_and_go_on(Estimator, options, panel):
    X, y = panel
    model = small(Estimator, n_conv=2, **options).fit(X, y)
    forecasts = model.predict(X)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), forecasts)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), forecasts)
    again.partial_fit(X, y)
    np.testing.assert_array_equal(again.predict(X), model.partial_fit(X, y).predict(X))
    assert not np.array_equal(again.predict(X), forecasts)


def test_another_stride_is_another_network(panel):
    X, y = panel
    model = small(Conv1DRegressor, **SEGMENTS, warm_start=True).fit(X, y)
    model.set_params(strides=4)
    with pytest.raises(ValueError, match="cannot continue the one before"):
        model.fit(X, y)


@pytest.mark.parametrize(
    ("Estimator", "loss"), [(Conv1DRegressor, "quantile"), (Conv1DGRURegressor, "mse")]
)
def test_many_horizons(Estimator, loss, series):
    X, y = series
    head = {"global_pooling": "flatten"} if Estimator in CONV1D else {}
    pipe = make_pipeline(
        Standardizer(),
        LookbackWindower(42, on_missing_history="ignore"),
        small(Estimator, **SEGMENTS, **head, loss=loss, epochs=3),
    )
    pipe.fit(X[:400], y[:400])
    n_features = 5 * 6 if head else 5
    n_quantiles = 3 if loss == "quantile" else 1
    head = pipe[-1].layers_.loc["output", "n_parameters"]
    assert head == (n_features + 1) * 30 * n_quantiles
    windows = pipe[:-1].transform(X[700:])
    assert pipe[-1].predict(windows).shape == (len(X) - 700, 30)
    if loss == "quantile":
        quantiles = pipe[-1].predict_quantiles(windows)
        assert quantiles.shape == (len(X) - 700, 30, 3)
        assert (np.diff(quantiles, axis=2) > 0).all()


def test_a_search_over_segments(series):
    X, y = series
    network = small(Conv1DRegressor, n_conv=1, global_pooling="flatten")
    pipe = make_pipeline(Standardizer(), LookbackWindower(42), network)
    name = "conv1dregressor__"
    sizes = [
        {name + "kernel_size": [size], name + "strides": [size]} for size in (4, 10)
    ]
    search = GridSearchCV(
        pipe, sizes, cv=TimeSeriesSplit(2, gap=30), error_score="raise"
    )
    search.fit(X[:400], y[:400])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = search.best_params_
    n_left = (42 - best[name + "kernel_size"]) // best[name + "strides"] + 1
    shape = search.best_estimator_[-1].layers_.loc["conv_1", "output_shape"]
    assert shape == (n_left, 6)


def test_token_ids_are_read_in_segments():
    X = np.random.default_rng(0).integers(0, 9, (90, 18))
    options = {"embedding_dim": 3, "n_conv": 1, "kernel_size": 4, "strides": 4}
    model = small(Conv1DClassifier, **options).fit(X, X[:, -1] % 3)
    assert model.layers_.loc["conv_1", "output_shape"] == (4, 6)
    assert model.predict_proba(X).shape == (90, 3)


# Errors and warnings.


@ONE_OF_EACH
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strides": 0}, "The 'strides' parameter of Conv1D.* must be an int in the"),
        ({"strides": 2.0}, "The 'strides' parameter of Conv1D.* must be an int in the"),
        ({"strides": (2, 1)}, r"strides=\[2, 1\] has 2 values for 1 layers"),
        ({"strides": [0]}, r"strides=\[0\] must be whole numbers >= 1"),
        ({"strides": 2, "dilation_rate": 3}, "convolution 1 a stride of 2 and a dil"),
        (
            {"padding": "valid", "kernel_size": 36, "strides": 36},
            "no time step of a window of 35.* Use kernel_size=35 with strides=35 or",
        ),
    ],
)
def test_strides_that_do_not_fit_are_refused(Estimator, options, message, panel):
    model = small(Estimator, n_conv=1, **options)
    with pytest.raises(ValueError, match=message):
        model.fit(*panel)
    assert not model.initialized_


@ONE_OF_EACH
def test_steps_between_kernels_are_told(Estimator, panel):
    model = small(Estimator, n_conv=1, kernel_size=3, strides=8)
    with pytest.warns(UserWarning, match="kernel of 3 steps and a stride of 8, so it"):
        model.initialize(*panel)


def test_another_pooling_is_refused(panel):
    with pytest.raises(ValueError, match=r"'global_pooling' parameter .*'flatten'"):
        small(Conv1DRegressor, global_pooling="all").fit(*panel)
