"""Parallel convolutions, against loops over positions and branches."""

import keras
import numpy as np
import pytest

from skseqconv.networks import (
    conv1d_gru_network,
    conv1d_network,
    output_lengths,
    receptive_field,
)
from skseqconv.networks._per_layer import widths_per_layer

WIDTHS = (2, 5, 3)


def ends(n_steps, span, stride, padding):
    """Where the last step of a kernel stands, the newest one first, then in order."""
    first = span - 1 if padding == "valid" else 0
    return list(range(n_steps - 1, first - 1, -stride))[::-1]


def around(x, end, span, padding):
    """The steps under a kernel; zeros stand for steps before and after the window."""
    shift = span // 2 if padding == "same" else 0  # TensorFlow pads more behind
    steps = np.arange(end - span + 1, end + 1) + shift
    inside = (steps >= 0) & (steps < len(x))
    return np.where(inside[:, None], x[np.clip(steps, 0, len(x) - 1)], 0.0), inside


def convolution(x, layer, dilation, stride, padding):
    kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
    span = (len(kernel) - 1) * dilation + 1
    rows = []
    for end in ends(len(x), span, stride, padding):
        seen, _ = around(x, end, span, padding)
        rows.append(np.einsum("kc,kcf->f", seen[::dilation], kernel) + bias)
    return np.array(rows)


def maximum(x, stride, padding):
    rows = []
    for end in ends(len(x), 3, stride, padding):
        seen, inside = around(x, end, 3, padding)
        # A pooling that is centered leaves out what lies beyond the ends.
        rows.append((seen[inside] if padding == "same" else seen).max(axis=0))
    return np.array(rows)


def joined(x, layers, dilation, stride, padding):
    """What the layer with three widths and a pooling gives."""
    inner = x @ layers["conv_1_bottleneck"].get_weights()[0][0]
    branches = [
        convolution(inner, layers[f"conv_1_{i}"], dilation, stride, padding)
        for i in (1, 2, 3)
    ]
    kernel, bias = layers["conv_1_pooled"].get_weights()
    branches.append(maximum(x, stride, padding) @ kernel[0] + bias)
    n_steps = min(map(len, branches))
    return np.concatenate([branch[-n_steps:] for branch in branches], axis=1)


@pytest.mark.parametrize(
    ("padding", "dilation", "stride"),
    [
        ("valid", 1, 1),
        ("valid", 2, 1),
        ("valid", 1, 2),
        ("same", 1, 1),
        ("same", 3, 1),
        ("causal", 1, 1),
        ("causal", 2, 1),
        ("causal", 1, 3),
    ],
)
def test_branches_are_joined_at_the_same_steps(padding, dilation, stride):
    sizes = {
        "kernel_size": [WIDTHS],
        "n_conv": 1,
        "dilation_rate": dilation,
        "strides": stride,
        "padding": padding,
        "pooling_branch": True,
    }
    model = conv1d_network(
        (14, 3), **sizes, filters=4, bottleneck=2, activation="linear"
    )
    layers = {layer.name: layer for layer in model.layers}
    random = np.random.default_rng(0)
    for layer in layers.values():  # biases begin at zero
        layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    layer = keras.Model(model.input, layers["conv_1_joined"].output)
    x = random.normal(size=(2, 14, 3))
    found = layer(x.astype("float32")).numpy()
    expected = [joined(one, layers, dilation, stride, padding) for one in x]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    lengths = output_lengths(14, **sizes, pool_size=1)
    assert lengths == [found.shape[1]]


def test_of_parallel_widths_the_largest_counts():
    sizes = {"pool_size": (1, 2), "n_conv": 3}
    several = receptive_field([(40, 20), 3, (1, 5)], **sizes)
    assert several == receptive_field((40, 3, 5), **sizes) == 40 + 2 + 1 + 2 * 4
    assert receptive_field(1, 1, 2, pooling_branch=True) == 1 + 2 + 2
    with pytest.raises(ValueError, match="The shortest possible window has 5"):
        output_lengths(4, kernel_size=[(3, 5)], pool_size=1, n_conv=1)
    with pytest.raises(ValueError, match="The shortest possible window has 3"):
        conv1d_network((2, 1), kernel_size=2, n_conv=1, pooling_branch=True)


def test_one_width_is_one_convolution():
    one = conv1d_network((50, 2), kernel_size=[(5,), [4], 3])
    plain = conv1d_network((50, 2), kernel_size=(5, 4, 3))
    assert [layer.name for layer in one.layers] == [x.name for x in plain.layers]
    assert one.count_params() == plain.count_params()


def test_a_bottleneck_needs_channels_to_narrow():
    layers = conv1d_network((80, 1), bottleneck=2).layers
    narrowed = [layer.name for layer in layers if "bottleneck" in layer.name]
    assert narrowed == ["conv_2_bottleneck", "conv_3_bottleneck"]


def test_a_gru_reads_the_joined_outputs():
    model = conv1d_gru_network(
        (30, 2), filters=4, kernel_size=[(3, 5), 5], pool_size=1, pooling_branch=True
    )
    assert model.get_layer("conv_1_joined").output.shape == (None, 26, 12)
    assert model.get_layer("gru").input.shape == (None, 22, 8)


@pytest.mark.parametrize(
    ("kernel_size", "n_conv", "message"),
    [
        ((3, 4, 5), 1, r"kernel_size=\(3, 4, 5\) has 3 values for 1 layers.*\[\(3, 4"),
        ([(3, 4)], 2, "has 1 values for 2 layers"),
        ([()], 1, r"kernel_size=\[\(\)\] must be whole numbers >= 1"),
        ([(3, 0)], 1, "must be whole numbers >= 1"),
        ([(3, 2.5)], 1, "must be whole numbers >= 1"),
        ([(3, True)], 1, "must be whole numbers >= 1"),
        (True, 2, "kernel_size=True must be whole numbers >= 1"),
        ([((3,), 4)], 1, "must be whole numbers >= 1"),
        (["35"], 1, "must be whole numbers >= 1"),
    ],
)
def test_widths_that_are_none_are_refused(kernel_size, n_conv, message):
    with pytest.raises(ValueError, match=message):
        widths_per_layer(kernel_size, n_conv)


@pytest.mark.parametrize("network", [conv1d_network, conv1d_gru_network])
@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": [(5, 3)]},
        {"kernel_size": [(2, 6, 3)], "pooling_branch": True},
        {"kernel_size": 5, "pooling_branch": True, "bottleneck": 2},
    ],
    ids=str,
)
def test_the_order_of_weights_does_not_depend_on_the_length(network, options):
    """A fitted network reads other lengths: it takes the weights by their position."""
    for stride in (1, 2, 3):
        layers = {"n_conv": 1, "strides": stride, **options}
        orders = [
            [weight.path for weight in network((n, 2), **layers).weights]
            for n in range(17, 24)
        ]
        assert all(order == orders[0] for order in orders)
