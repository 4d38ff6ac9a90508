"""Lengths of windows that layers leave a step of, against a walk through the layers."""

import itertools

import pytest

from skseqconv.networks import output_lengths, receptive_field
from skseqconv.networks._lengths import (
    dilation_rates,
    per_layer,
    shortest_window,
    what_fits,
)
from skseqconv.networks._settled_lengths import settled_lengths

CHOICES = {
    "kernel_size": [1, 3, [2, 4, 1]],
    "strides": [1, 3, [1, 2, 1]],
    "pool_size": [1, 3, [2, 1]],
    "n_conv": [3],
    "dilation_rate": [1, 2, "exponential", [1, 3, 2]],
    "residual": [0, 1, 3],
    "pooling_branch": [False],
}
LAYERS = [
    dict(zip(CHOICES, values, strict=True))
    for values in itertools.product(*CHOICES.values())
]
LAYERS = [one for one in LAYERS if one["strides"] == 1 or one["dilation_rate"] == 1]
PLAIN = {"kernel_size": 3, "pool_size": 2, "n_conv": 3, "dilation_rate": 1}
PLAIN |= {"strides": 1}
PLAIN |= {"residual": 0, "pooling_branch": False, "padding": "valid"}


def left(n_steps, padding, **layers):
    """How many steps are left behind all layers."""
    return walk(n_steps, padding, **layers)[-1]


def walk(
    n_steps,
    padding,
    kernel_size,
    strides,
    pool_size,
    n_conv,
    dilation_rate,
    residual,
    pooling_branch,
):
    """How many steps are left behind each layer; poolings of 1 are none."""
    kernels = [kernel_size] * n_conv if isinstance(kernel_size, int) else kernel_size
    pools = [pool_size] * (n_conv - 1) if isinstance(pool_size, int) else pool_size
    each_stride = [strides] * n_conv if isinstance(strides, int) else strides
    dilations = dilation_rate
    if dilation_rate == "exponential":
        dilations = [2 ** (i // max(residual, 1)) for i in range(n_conv)]
    elif isinstance(dilation_rate, int):
        dilations = [dilation_rate] * n_conv
    steps = []
    for i in range(n_conv):
        if padding == "valid":
            n_steps = max(n_steps - dilations[i] * (kernels[i] - 1), 0)
        n_steps = len(range(0, n_steps, each_stride[i]))
        steps.append(n_steps)
        if i < n_conv - 1 and pools[i] > 1:
            n_steps //= pools[i]
            steps.append(n_steps)
    return steps


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_shortest_window_leaves_a_step(padding):
    for layers in LAYERS:
        shortest = shortest_window(**layers, padding=padding)
        assert left(shortest, padding, **layers) == 1
        assert left(shortest - 1, padding, **layers) == 0


def test_padding_is_settled_for_the_window():
    for layers, n_steps in itertools.product(LAYERS, range(1, 40)):
        options = settled_lengths({**layers, "padding": "auto"}, n_steps)
        fits = left(n_steps, "valid", **layers) > 0 and not layers["residual"]
        assert options["padding"] == ("valid" if fits else "same")
        assert left(n_steps, options.pop("padding"), **{**layers, **options}) > 0
        if left(n_steps, "same", **layers) > 0:
            assert options == layers  # and no pooling is changed


def test_a_padding_that_is_chosen_stays():
    options = {**PLAIN, "padding": "causal"}
    assert settled_lengths(options, 1) is options


@pytest.mark.parametrize(
    ("n_steps", "changed", "said"),
    [
        (17, {}, 'kernel_size=2 or pool_size=1 or n_conv=2 or padding="same"'),
        (11, {}, 'kernel_size=2 or pool_size=1 or n_conv=2 or padding="same"'),
        (10, {}, 'kernel_size=1 or pool_size=1 or n_conv=2 or padding="same"'),
        (7, {}, 'kernel_size=1 or pool_size=1 or n_conv=1 or padding="same"'),
        (3, {}, "n_conv=1"),
        (2, {}, 'padding="same" with pool_size=1'),
        (4, {"kernel_size": [3, 3, 3]}, 'padding="same"'),
        (
            8,
            {"n_conv": 4, "residual": 2},
            'kernel_size=1 or n_conv=2 or padding="same"',
        ),
    ],
)
def test_what_would_fit_is_named_largest_first(n_steps, changed, said):
    assert what_fits(n_steps, PLAIN | changed) == said


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_lengths_are_those_behind_each_layer(padding):
    for layers in LAYERS:
        shortest = shortest_window(**layers, padding=padding)
        for n_steps in (shortest, shortest + 5):
            lengths = output_lengths(n_steps, **layers, padding=padding)
            assert lengths == walk(n_steps, padding, **layers)
        with pytest.raises(ValueError, match=f"possible window has {shortest}"):
            output_lengths(shortest - 1, **layers, padding=padding)


def test_the_receptive_field_grows_with_each_layer():
    """As in papers: a layer adds what it reads beside one step, in steps of its own."""
    for layers in LAYERS:
        kernels, strides, pools = (
            [layers[name]] * 3 if isinstance(layers[name], int) else layers[name]
            for name in ("kernel_size", "strides", "pool_size")
        )
        dilations = dilation_rates(layers["dilation_rate"], 3, layers["residual"])
        field = distance = 1
        for kernel, dilation, stride, pool in zip(
            kernels, dilations, strides, [*pools[:2], 1], strict=True
        ):
            field += (kernel - 1) * dilation * distance
            distance *= stride
            field += (pool - 1) * distance
            distance *= pool
        assert receptive_field(**layers) == field


@pytest.mark.parametrize("value", [0, [1, 0], 1.5, [1, 2.0], True, [2, True]])
def test_sizes_are_whole_numbers_from_one(value):
    with pytest.raises(ValueError, match="must be whole numbers >= 1"):
        per_layer(value, 2, "pool_size")


def test_values_that_are_not_one_for_each_layer_are_refused():
    with pytest.raises(ValueError, match="has 3 values for 2 layers"):
        per_layer([1, 1, 1], 2, "pool_size")
    with pytest.raises(ValueError, match='or "exponential"'):
        dilation_rates("double", 2, 0)
