"""The same random state gives the same bits, whatever was trained before."""

import os
import random
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
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
