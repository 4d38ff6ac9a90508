"""The same random state gives the same bits, whatever was trained before."""

import os
import random
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled

from skseqconv import Conv1DGRURegressor, Conv1DRegressor, WindowView
from skseqconv.engine._pool import _slots, clear_compiled_networks
from tests.estimators.small import BOTH, small
from tests.versions.since import need

pytestmark = pytest.mark.trains

#: Fits and predicts as this process does, and runs a network that it has saved.
FRESH = """
import keras, numpy as np
from skseqconv import Conv1DGRURegressor, Conv1DRegressor, WindowView
series = np.random.default_rng(0).normal(size=(150, 3))
X = WindowView(series, ends=np.arange(30, 150), lags=np.arange(24)[::-1])
settings = {"epochs": 2, "filters": 8, "kernel_size": 3, "n_conv": 2, "batch_size": 50}
for Estimator in (Conv1DRegressor, Conv1DGRURegressor):
    model = Estimator(**settings, random_state=3)
    found = model.fit(X, series[30:, 0]).predict(X)
    np.save(f"{Estimator.__name__}.npy", found)
saved = keras.models.load_model("gru.keras")
np.save("saved.npy", saved.predict(X.to_numpy(np.float32), verbose=0))
"""


@contextmanager
def dtype_policy(name):
    """Networks compute in another precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@pytest.fixture(scope="module")
def fits():
    """By estimator: a model with random state 3, then what it predicts three times.

    The second time with random state 4.
    """
    series = np.random.default_rng(0).normal(size=(150, 3))
    X = WindowView(series, ends=np.arange(30, 150), lags=np.arange(24)[::-1])
    settings = {"epochs": 2, "filters": 8, "kernel_size": 3, "n_conv": 2}
    settings |= {"batch_size": 50}
    found = {}
    for Estimator in (Conv1DRegressor, Conv1DGRURegressor):
        models = [Estimator(**settings, random_state=seed) for seed in (3, 4, 3)]
        for model in models:
            model.fit(X, series[30:, 0])
        found[Estimator] = models[0], [model.predict(X) for model in models]
    return found


@pytest.fixture(scope="module")
def fresh(fits, tmp_path_factory, run_python):
    """What a fresh process predicts, by name."""
    folder = tmp_path_factory.mktemp("fresh")
    fits[Conv1DGRURegressor][0].model_.save(folder / "gru.keras")
    run_python(FRESH, cwd=folder)
    return {path.stem: np.load(path) for path in folder.glob("*.npy")}


@pytest.mark.processes
@BOTH
def test_same_random_state_same_bits_in_and_across_processes(Estimator, fits, fresh):
    first, other, again = fits[Estimator][1]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(fresh[Estimator.__name__], first)


@pytest.mark.processes
def test_a_saved_network_loads_in_a_fresh_process(fits, fresh):
    model, (predicted, *_) = fits[Conv1DGRURegressor]
    loaded = model.target_encoder_.inverse_transform(fresh["saved"])
    np.testing.assert_allclose(loaded, predicted, rtol=1e-5, atol=1e-6)


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


#: Optimizers beside the usual one that begin with other values than zeros, or without
#: any; programs with validation, and of full batches only.
SETTINGS = [
    (Conv1DRegressor, {"optimizer": "nadam", "dropout": 0.2, "loss": "mae"}),
    (Conv1DRegressor, {"optimizer": "adagrad", "validation_split": 0.2}),
    (
        Conv1DRegressor,
        {"optimizer": "sgd", "learning_rate": 0.1}
        | {"steps_per_epoch": 3, "padding": "causal"},
    ),
    (
        Conv1DGRURegressor,
        {"bidirectional": True, "dropout": 0.2, "recurrent_dropout": 0.0}
        | {"validation_split": 0.2},
    ),
    (
        Conv1DGRURegressor,
        {"reset_after": False, "gru_dropout": 0.0, "optimizer": "adam"}
        | {"batch_size": 50},
    ),
]


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


class Meddler(keras.callbacks.Callback):
    """Changes what no reset brings back."""

    def on_train_begin(self, logs=None):
        self.model.optimizer.clipnorm = 1e-9


def test_a_network_that_a_callback_may_have_changed_is_not_used_again(windows):
    X, y = windows[0][:200], windows[1][:200]
    clear_compiled_networks()
    expected = small(Conv1DRegressor).fit(X, y).predict(X)
    small(Conv1DRegressor, callbacks=Meddler()).fit(X, y)
    np.testing.assert_array_equal(small(Conv1DRegressor).fit(X, y).predict(X), expected)


def test_a_living_estimator_never_shares_its_network(windows):
    X, y = windows[0][:200], windows[1][:200]
    a = small(Conv1DRegressor).fit(X, y)
    expected = a.predict(X)
    model = a.model_
    weights = [w.copy() for w in model.get_weights()]
    b = small(Conv1DRegressor, random_state=1).fit(X, y)
    np.testing.assert_array_equal(a.predict(X), expected)
    with b._network() as network:
        assert network.model is not model
    del a
    small(Conv1DRegressor, random_state=2).fit(X, y)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_global_random_states_are_left_alone(windows):
    X, y = windows[0][:200], windows[1][:200]
    clear_compiled_networks()  # so that one is built here

    def draw():
        return keras.random.uniform((3,)).numpy(), tf.random.uniform((3,)).numpy()

    def seed_all():
        keras.utils.clear_session()  # Keras 3.8 keeps its generator otherwise
        keras.utils.set_random_seed(1)  # Python's, NumPy's, Keras' and TensorFlow's

    seed_all()
    expected = draw()
    seed_all()
    numpys, pythons = np.random.get_state()[1].copy(), random.getstate()
    small(Conv1DGRURegressor).fit(X, y).predict(X)  # with dropout of all kinds
    np.testing.assert_array_equal(np.random.get_state()[1], numpys)
    assert random.getstate() == pythons
    np.testing.assert_array_equal(draw(), expected)
    assert not is_op_determinism_enabled()
    assert "TF_DETERMINISTIC_OPS" not in os.environ


@BOTH
def test_a_network_of_half_precision_learns_and_is_another_one(Estimator, windows):
    X, y = windows[0][:200], windows[1][:200]
    expected = small(Estimator).fit(X, y).predict(X)
    with dtype_policy("mixed_bfloat16"):
        found = small(Estimator).fit(X, y).predict(X)
    assert 0 < np.abs(found - expected).max() < 0.2 * expected.std()
    np.testing.assert_array_equal(small(Estimator).fit(X, y).predict(X), expected)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_averaged_weights_are_what_a_fit_ends_with(policy, windows):
    X, y = windows[0][:200], windows[1][:200]
    # A larger rate overflows in half precision, and then no step moves any weight.
    settings = {"learning_rate": 0.01, "ema_momentum": 0.999, "use_ema": True}
    with dtype_policy(policy):
        model = small(Conv1DRegressor, optimizer=keras.optimizers.SGD(**settings))
        optimizer = model.fit(X, y).model_.optimizer
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of scaled losses
    averages = optimizer._model_variables_moving_average
    for weight, average in zip(model.model_.trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(weight.numpy(), average.numpy())
