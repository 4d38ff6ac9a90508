"""Strided convolutions: which steps they read, against a walk over the window."""

import itertools
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from skseqconv.networks import (
    conv1d_gru_network,
    conv1d_network,
    output_lengths,
    receptive_field,
)
from skseqconv.networks._gru import GRU
from skseqconv.networks._lengths import unread_steps
from skseqconv.networks._settled_lengths import settled_lengths

pytestmark = pytest.mark.trains

SEGMENTS = {"n_conv": 1, "kernel_size": 24, "strides": 24}

RESIDUAL = {"n_conv": 4, "kernel_size": 3, "strides": (2, 1, 3, 1), "residual": 2}


def random_weights(model):
    """Give a model weights that are drawn anew, so that no bias is zero."""
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def steps_read(n_steps, global_pooling="last", **options):
    """The steps of a window that the outputs of a network depend on."""
    model = conv1d_network(
        (n_steps, 1),
        activation="linear",
        dropout=0,
        global_pooling=global_pooling,
        **{"pool_size": 1, "filters": 3, **options},
    )
    weights = [np.full(w.shape, 0.5 * (w.ndim > 1)) for w in model.get_weights()]
    model.set_weights(weights)
    return np.flatnonzero(model(np.eye(n_steps, dtype=np.float32)[:, :, None]))


def kernels_by_hand(window, kernel, bias, stride, n_positions):
    """Products with the kernel at positions that end at the newest step, and before."""
    width, outputs = len(kernel), []
    zeros = np.zeros((n_positions * stride + width, window.shape[1]))
    padded = np.concatenate([zeros, window])  # what lies before the window is zero
    for i in range(n_positions):
        stop = len(padded) - i * stride
        outputs.append(np.einsum("tc,tcf", padded[stop - width : stop], kernel) + bias)
    return np.array(outputs[::-1])


@pytest.mark.parametrize(("kernel", "stride"), [(4, 4), (6, 4), (2, 3), (1, 2), (5, 2)])
@pytest.mark.parametrize("padding", ["valid", "causal", "same"])
def test_the_last_position_ends_at_the_newest_step(padding, kernel, stride):
    """With "same", only where no zeros are needed after the window."""
    for n_steps in range(kernel, kernel + 2 * stride):
        options = {"kernel_size": kernel, "strides": stride, "n_conv": 1}
        options |= {"pool_size": 1, "padding": padding}
        (n_positions,) = output_lengths(n_steps, **options)
        needed = (n_positions - 1) * stride + kernel
        if padding == "same" and needed > n_steps:
            continue
        model = conv1d_network(
            (n_steps, 2), 1, filters=3, activation="linear", dropout=0, **options
        )
        conv = random_weights(model).get_layer("conv_1")
        windows = np.random.default_rng(1).normal(size=(2, n_steps, 2))
        outputs = keras.Model(model.input, conv.output)(windows)
        expected = [
            kernels_by_hand(window, *conv.get_weights(), stride, n_positions)
            for window in windows
        ]
        np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_zeros_are_shared_between_both_sides_with_same():
    """As Keras does it: one more at the end if their number is odd."""
    options = {"kernel_size": 5, "strides": 4, "n_conv": 1, "padding": "same"}
    model = conv1d_network((10, 1), filters=1, pool_size=1, activation=None, **options)
    conv = random_weights(model).get_layer("conv_1")
    window = np.random.default_rng(1).normal(size=(1, 10, 1)).astype(np.float32)
    kernel, bias = conv.get_weights()
    padded = np.pad(window[0, :, 0], (1, 2))
    expected = [padded[at : at + 5] @ kernel[:, 0, 0] + bias[0] for at in (0, 4, 8)]
    outputs = keras.Model(model.input, conv.output)(window)
    np.testing.assert_allclose(outputs[0, :, 0], expected, rtol=1e-5)


STACKS = [
    {"kernel_size": 4, "strides": 4, "n_conv": 1},
    {"kernel_size": 5, "strides": 2, "n_conv": 3},
    {"kernel_size": 6, "strides": (3, 1, 2), "n_conv": 3},
    {"kernel_size": 3, "strides": 2, "n_conv": 2, "pool_size": 3},
    {"kernel_size": 3, "strides": (1, 3), "n_conv": 2, "pool_size": 2},
    {"kernel_size": 3, "strides": (2, 1), "n_conv": 2, "dilation_rate": (1, 4)},
    {
        "kernel_size": 4,
        "strides": (4, 1, 1),
        "n_conv": 3,
        "dilation_rate": "exponential",
    },
]


@pytest.mark.parametrize(
    ("stack", "padding"),
    [
        *((stack, "valid") for stack in STACKS),
        *((stack, "causal") for stack in STACKS[1::2]),
    ],
    ids=str,
)
def test_the_last_value_reads_the_newest_steps(stack, padding):
    field = receptive_field(**{"pool_size": 1, **stack})
    for n_steps in range(field, field + 7):
        read = steps_read(n_steps, padding=padding, **stack)
        assert (read.min(), read.max()) == (n_steps - field, n_steps - 1)


@pytest.mark.parametrize("pool_size", [2, 3, 4])
def test_poolings_leave_out_the_oldest_steps(pool_size):
    options = {"kernel_size": (2, 1), "strides": (2, 1), "pool_size": pool_size}
    for n_steps in range(20, 28):
        read = steps_read(n_steps, "flatten", n_conv=2, **options)
        assert read.max() == n_steps - 1
        np.testing.assert_array_equal(read, np.arange(n_steps - len(read), n_steps))
        assert len(read) == n_steps // (2 * pool_size) * (2 * pool_size)


@pytest.mark.parametrize(
    ("n_steps", "padding"),
    [*((n, "same") for n in (24, 25, 28)), *((n, "causal") for n in (26, 27, 29))],
)
def test_a_residual_block_with_strides_has_a_strided_shortcut(n_steps, padding):
    model = conv1d_network(
        (n_steps, 2), filters=4, pool_size=1, padding=padding, **RESIDUAL
    )
    lengths = output_lengths(n_steps, pool_size=1, padding=padding, **RESIDUAL)
    for block in (2, 4):
        shortcut = model.get_layer(f"shortcut_{block}")
        assert shortcut.output.shape == (None, lengths[block - 1], 4)
        assert shortcut.kernel_size == (1,)
    assert model.get_layer("shortcut_2").strides == (2,)
    assert model.get_layer("shortcut_4").strides == (3,)
    # The shortcuts alone read the newest step, and every sixth before it.
    for layer in model.layers:
        ones = layer.name.startswith("shortcut") or layer.name == "output"
        layer.set_weights(
            [np.full(w.shape, float(ones and w.ndim > 1)) for w in layer.get_weights()]
        )
    eye = np.eye(n_steps, dtype=np.float32)[:, :, None].repeat(2, axis=2)
    np.testing.assert_array_equal(
        np.flatnonzero(model(eye)), np.arange(n_steps)[::-6][::-1]
    )


def test_networks_without_strides_have_no_layer_more():
    plain = conv1d_network((40, 2), n_conv=2)
    names = [layer.name for layer in plain.layers]
    assert not [name for name in names if name.endswith(("_crop", "_pad"))]
    for strides in (1, [1, 1]):
        same = conv1d_network((40, 2), n_conv=2, strides=strides)
        assert same.get_config() == plain.get_config()


@pytest.mark.parametrize(("n_steps", "n_segments"), [(336, 14), (350, 14), (720, 30)])
def test_a_gru_reads_segments(n_steps, n_segments):
    model = conv1d_gru_network((n_steps, 7), 96, **SEGMENTS)
    assert model.get_layer("gru").input.shape == (None, n_segments, 32)
    n_parameters = (24 * 7 + 1) * 32 + 3 * 32 * (32 + 32 + 2) + (32 + 1) * 96
    assert model.count_params() == n_parameters


def test_the_gru_over_segments_is_that_of_keras():
    """Outputs and gradients, as a compiled program for batches of one size."""
    options = {"filters": 4, "gru_units": 5, "dropout": 0}
    ours = random_weights(conv1d_gru_network((350, 3), 2, **SEGMENTS, **options))
    theirs = keras.models.clone_model(
        ours,
        clone_function=lambda layer: (
            keras.layers.GRU if isinstance(layer, GRU) else type(layer)
        ).from_config(layer.get_config()),
    )
    theirs.set_weights(ours.get_weights())
    assert isinstance(ours.get_layer("gru"), GRU)
    assert not isinstance(theirs.get_layer("gru"), GRU)
    x = tf.constant(np.random.default_rng(1).normal(size=(6, 350, 3)), tf.float32)

    def outputs(model):
        with tf.GradientTape() as tape:
            out = model(x, training=True)
            loss = tf.reduce_sum(out**2)
        return [out, *tape.gradient(loss, model.trainable_variables)]

    found = []
    for model in (ours, theirs):
        model.get_layer("gru").cell.seed_generator.state.assign([9, 0])
        found.append(tf.function(outputs, autograph=False)(model))
    for mine, right in zip(*found, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-4, atol=1e-4)


def test_flattened_features_have_a_weight_for_each_step():
    model = conv1d_network(
        (350, 7), 96, filters=16, global_pooling="flatten", **SEGMENTS
    )
    assert model.get_layer("global_pool").output.shape == (None, 14 * 16)
    assert model.get_layer("output").count_params() == (14 * 16 + 1) * 96
    np.testing.assert_array_equal(
        steps_read(60, "flatten", kernel_size=4, strides=4, n_conv=1), np.arange(60)
    )


def test_short_windows_are_padded():
    layers = {**SEGMENTS, "pool_size": 1, "dilation_rate": 1, "residual": 0}
    for n_steps, padding in ((24, "valid"), (23, "same"), (5, "same"), (1, "same")):
        options = settled_lengths({**layers, "padding": "auto"}, n_steps)
        assert options == {**layers, "padding": padding}
        assert conv1d_network((n_steps, 1), **options).output_shape == (None, 1)


def test_no_pooling_is_wider_than_its_sequence():
    layers = {"kernel_size": 3, "strides": (2, 1, 1), "n_conv": 3, "pool_size": 3}
    layers |= {"dilation_rate": 1, "residual": 0, "padding": "auto"}
    for n_steps, pools in ((18, 3), (10, [3, 1]), (4, [2, 1]), (2, [1, 1])):
        options = settled_lengths(layers, n_steps)
        assert options == {**layers, "padding": "same", "pool_size": pools}
        conv1d_network((n_steps, 1), **options)


# Errors and warnings.


SEGMENTED = {"kernel_size": 16, "strides": 16, "pool_size": 1, "n_conv": 3}


@pytest.mark.parametrize(
    ("n_steps", "layers", "advice"),
    [
        (40, {}, "kernel_size=3 with strides=3 or n_conv=1 or padding="),
        (15, {"n_conv": 1}, "kernel_size=15 with strides=15 or padding="),
        (
            7,
            {"n_conv": 1, "strides": 3},
            "kernel_size=3 with strides=3 or kernel_size=7",
        ),
        (
            20,
            {"kernel_size": 4, "strides": 8},
            "kernel_size=2 with strides=2 or strides=1 or n_conv=1 or padding=",
        ),
        (200, {"strides": (24, 1), "n_conv": 2}, 'padding="same", or a longer'),
    ],
)
def test_strides_that_leave_no_step_are_told_what_fits(n_steps, layers, advice):
    layers = SEGMENTED | layers
    message = re.escape(f"strides={layers['strides']}") + ".* leave no time step of a "
    message += f"window of {n_steps}.* Use {advice}"
    for function in (
        lambda **layers: output_lengths(n_steps, **layers),
        lambda **layers: conv1d_network((n_steps, 1), **layers),
    ):
        with pytest.raises(ValueError, match=message):
            function(**layers)
    for alternative in advice.partition(", or")[0].split(" or "):
        if alternative == "padding=":
            continue
        changes = dict(part.split("=") for part in alternative.split(" with "))
        changes = {name: value.strip('"') for name, value in changes.items()}
        changes = {n: int(v) if v.isdigit() else v for n, v in changes.items()}
        assert output_lengths(n_steps, **layers | changes)[-1] >= 1


@pytest.mark.parametrize(
    ("strides", "message"),
    [
        ((1, 2, 1), r"strides=\(1, 2, 1\) has 3 values for 2 layers"),
        ((2, 0), r"strides=\(2, 0\) must be whole numbers >= 1"),
        (1.5, "strides=1.5 must be whole numbers >= 1"),
        (True, "strides=True must be whole numbers >= 1"),
    ],
)
def test_strides_are_one_number_for_each_convolution(strides, message):
    for function in (
        lambda **layers: output_lengths(40, **layers),
        lambda **layers: conv1d_gru_network((40, 1), **layers),
        receptive_field,
    ):
        with pytest.raises(ValueError, match=message):
            function(kernel_size=3, pool_size=1, n_conv=2, strides=strides)


@pytest.mark.parametrize(
    ("strides", "dilation", "at", "rate"),
    [(2, 2, 1, 2), ((1, 2), (3, 4), 2, 4), (2, "exponential", 2, 2)],
)
def test_a_convolution_has_a_stride_or_a_dilation(strides, dilation, at, rate):
    layers = {"kernel_size": 3, "pool_size": 1, "n_conv": 2}
    layers |= {"strides": strides, "dilation_rate": dilation}
    message = f"convolution {at} a stride of 2 and a dilation of {rate}. .* strides=1"
    for function in (
        lambda **layers: output_lengths(40, **layers),
        lambda **layers: conv1d_network((40, 1), **layers),
        receptive_field,
    ):
        with pytest.raises(ValueError, match=message):
            function(**layers)


def test_steps_between_kernels_are_told():
    layers = {"kernel_size": 5, "n_conv": 2, "pool_size": 1, "dilation_rate": 1}
    layers |= {"residual": 0, "input_shape": [96, 1]}
    for strides, kernel in itertools.product((1, 5, [5, 1]), (5, 6, [7, 5])):
        assert (
            unread_steps({**layers, "strides": strides, "kernel_size": kernel}) is None
        )
    message = unread_steps({**layers, "strides": [1, 24]})
    assert message.startswith("Convolution 2 has a kernel of 5 steps and a stride of")
    assert "skips 19 of every 24 steps" in message
    both = {**layers, "strides": 6, "global_pooling": "last"}
    message = unread_steps(both)
    assert "reads only the last 29 of 96 steps" in message
    assert "skips 1 of every 6 steps" in message


@pytest.mark.parametrize(
    "stack",
    [
        {"kernel_size": 5, "n_conv": 3, "pool_size": 2},
        {"kernel_size": (4, 3), "n_conv": 2, "pool_size": 3},
        {"kernel_size": 3, "n_conv": 4, "pool_size": 1, "residual": 2},
        {"kernel_size": 3, "n_conv": 3, "dilation_rate": "exponential", "pool_size": 1},
    ],
    ids=str,
)
def test_half_of_the_field_is_padding_at_the_end(stack):
    read = steps_read(60, padding="same", reads_newest=True, **stack)
    layers = {"dilation_rate": 1, "residual": 0, "strides": 1, **stack}
    layers |= {"padding": "same", "global_pooling": "last"}
    n_read = 60 - read[0]
    message = unread_steps({**layers, "input_shape": [60, 1]})
    assert f"reads only the last {n_read} of 60 steps, half of the" in message
    assert "Use padding='causal', more" in message
    assert unread_steps({**layers, "input_shape": [n_read, 1]}) is None
