"""Our own Keras layers: in files, and as operations of Keras."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from skseqconv.networks import conv1d_gru_network
from skseqconv.networks._own_layers import (
    Ascending,
    Embedding,
    LayerNormalization,
    Pinball,
)
from skseqconv.networks._window_norm import WindowNorm

pytestmark = pytest.mark.trains

#: What files of Keras models hold of this package.
OWN_OBJECTS = {"Ascending", "GRU", "Pinball", "WindowNorm"}


@pytest.fixture
def model():
    model = conv1d_gru_network(
        (16, 2),
        filters=2,
        kernel_size=3,
        n_conv=1,
        gru_units=2,
        window_norm="standard",
        quantiles=[0.1, 0.5, 0.9],
    )
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    model.compile("sgd", Pinball([0.1, 0.5, 0.9]))
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture
def windows():
    return np.random.default_rng(1).normal(size=(5, 16, 2)).astype(np.float32)


def ours(config):
    """Parts of a saved model's configuration that describe objects of this package."""
    if isinstance(config, dict):
        if str(config.get("registered_name")).startswith("skseqconv>"):
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from ours(value)


def test_files_of_models_name_no_folder(model, tmp_path):
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as file:
        parts = list(ours(json.loads(file.read("config.json"))))
    assert {part["class_name"] for part in parts} == OWN_OBJECTS
    assert {part["module"] for part in parts} == {"skseqconv"}


@pytest.mark.parametrize("kind", ["last", "standard"])
def test_windows_are_relative_in_the_stock_form_too(kind, windows):
    layer = WindowNorm(kind, 2)
    layer.build(windows.shape)
    layer.set_weights([np.float32([2, 3]), np.float32([[1, -2], [0.5, 0]])])
    for own, stock in zip(layer(windows), layer.stock_call(windows), strict=True):
        np.testing.assert_array_equal(own, stock)


@pytest.mark.parametrize("policy", ["float32", "float64", "mixed_float16"])
def test_layer_normalization_is_that_of_keras(policy, windows):
    values = np.arange(1, 5) * np.concatenate([windows, windows**2], axis=2)
    kinds = LayerNormalization, LayerNormalization.stock_class
    own, stock = (kind(dtype=policy) for kind in kinds)
    values = values.astype(own.compute_dtype)
    for layer in (own, stock):
        layer.build(values.shape)
        layer.set_weights([np.array([2.0, 3, -1, 0]), np.array([0.5, 0, -2, 1])])
    close = {"float32": 1e-5, "float64": 1e-12, "mixed_float16": 1e-2}[policy]
    assert own(values).dtype == stock(values).dtype == own.compute_dtype
    np.testing.assert_allclose(own(values), stock(values), rtol=close, atol=close)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_embedding_is_that_of_keras(policy):
    ids = np.array([[0, 0, 3], [1, 3, 3]])
    own, stock = (
        kind(4, 2, dtype=policy) for kind in (Embedding, keras.layers.Embedding)
    )
    for layer in (own, stock):
        layer.build(None)
        layer.set_weights([np.arange(8.0).reshape(4, 2)])
    assert own(ids).dtype == stock(ids).dtype == own.compute_dtype
    np.testing.assert_array_equal(own(ids), stock(ids))


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adagrad", "sgd"])
def test_step_of_an_id_does_not_depend_on_how_often_it_is_repeated(optimizer):
    """Each id has the same gradient; that of id 1 comes from four tokens."""
    layer = Embedding(3, 1, embeddings_initializer="zeros")
    layer.build(None)
    optimizer = keras.optimizers.get(optimizer)
    optimizer.build([layer.embeddings])
    with tf.GradientTape() as tape:
        loss = tf.tensordot(
            layer(np.array([0, 1, 1, 1, 1]))[:, 0], [4.0, 1, 1, 1, 1], 1
        )
    gradient = tape.gradient(loss, layer.embeddings.value)
    np.testing.assert_array_equal(gradient, [[4], [4], [0]])
    optimizer.apply([gradient], [layer.embeddings])
    first, second, third = layer.embeddings.numpy()[:, 0]
    assert first == second < third == 0


@pytest.mark.parametrize("middle", [0, 1, 3])
def test_values_ascend_whichever_is_the_middle(middle, windows):
    values = windows[:, :2].reshape(5, 4)
    ascending = Ascending(middle)(values).numpy()
    assert (np.diff(ascending, axis=1) > 0).all()
    np.testing.assert_array_equal(ascending[:, middle], values[:, middle])
    steps = np.delete(np.log1p(np.exp(values)), middle, axis=1)
    np.testing.assert_allclose(np.diff(ascending, axis=1), steps, rtol=1e-4, atol=1e-5)
