"""Our GRU against Keras' own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skseqconv.networks import _gru
from skseqconv.networks._gru import GRU

pytestmark = pytest.mark.trains

OPTIONS = [
    {},
    {"dropout": 0.3},
    {"recurrent_dropout": 0.4},
    {"dropout": 0.2, "recurrent_dropout": 0.4},
    {"go_backwards": True},
    {"reset_after": False},
]


def pair(n_steps=7, **options):
    """The same layer twice, Keras' and ours, with the same weights."""
    layers = []
    for cls in (keras.layers.GRU, GRU):
        layer = cls(5, seed=1, bias_initializer="glorot_uniform", **options)
        layer.build((None, n_steps, 3))
        layers.append(layer)
    weights = [np.random.default_rng(0).normal(size=w.shape) for w in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def outputs(layer, x, training):
    """State and all its gradients, with the dropout that seed 9 gives."""
    layer.cell.seed_generator.state.assign([9, 0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        state = layer(x, training=training)
        loss = tf.reduce_sum(state * tf.range(5.0) + state**2)
    sources = [x, *(w.value for w in layer.trainable_weights)]
    return [state, *tape.gradient(loss, sources)] if training else [state]


def check_against_keras(options, training, run=outputs):
    keras_layer, ours = pair(**options)
    x = tf.constant(np.random.default_rng(1).normal(size=(4, 7, 3)), tf.float32)
    expected = outputs(keras_layer, x, training)
    for mine, right in zip(run(ours, x, training), expected, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_outputs_and_gradients_are_those_of_keras(options, training):
    check_against_keras(options, training)


@pytest.mark.parametrize(
    ("options", "training"),
    [
        ({}, False),
        ({"go_backwards": True}, True),
        ({"dropout": 0.2, "recurrent_dropout": 0.4}, True),
    ],
    ids=str,
)
def test_a_compiled_program_gives_the_same(options, training):
    check_against_keras(options, training, tf.function(outputs, autograph=False))


@pytest.mark.parametrize("options", [{}, {"dropout": 0.2, "recurrent_dropout": 0.4}])
def test_parts_of_a_batch_give_the_same(options, monkeypatch):
    monkeypatch.setattr(_gru, "LEAST_IN_PART", 2)
    check_against_keras(options, True, tf.function(outputs, autograph=False))


def test_parts_are_equal_and_not_too_small():
    sizes = {4: 1, 128: 1, 399: 1, 400: 2, 401: 1, 896: 4, 897: 3, 12_800: 64}
    assert {n: _gru._n_parts(n) for n in sizes} == sizes


def test_a_batch_of_unknown_size_gives_the_same():
    keras_layer, ours = pair(recurrent_dropout=0.4)
    x = tf.constant(np.random.default_rng(1).normal(size=(4, 7, 3)), tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 7, 3])], autograph=False)
    def unknown(x):
        return outputs(ours, x, training=True)

    expected = outputs(keras_layer, x, training=True)
    for mine, right in zip(unknown(x), expected, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-5, atol=1e-5)


def test_bidirectional_takes_our_layer():
    x = tf.constant(np.random.default_rng(1).normal(size=(4, 7, 3)), tf.float32)
    both = [
        keras.layers.Bidirectional(cls(5, seed=1)) for cls in (keras.layers.GRU, GRU)
    ]
    for layer in both:
        layer.build(x.shape)
    both[1].set_weights(both[0].get_weights())
    assert isinstance(both[1].backward_layer, GRU)
    np.testing.assert_allclose(both[1](x), both[0](x), rtol=1e-5, atol=1e-6)


def test_a_saved_layer_comes_back():
    model = keras.Sequential([keras.Input((7, 3)), GRU(5, seed=0)])
    other = keras.models.model_from_json(model.to_json())
    other.set_weights(model.get_weights())
    x = np.random.default_rng(1).normal(size=(2, 7, 3)).astype("float32")
    np.testing.assert_array_equal(other(x), model(x))
