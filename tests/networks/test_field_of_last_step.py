"""A head that reads the last step: only its receptive field is computed."""

import numpy as np
import pytest

from skseqconv.networks import conv1d_network, receptive_field

pytestmark = pytest.mark.trains

N_FILTERS, N_OUTPUTS = 4, 2

STACKS = {
    "the default": {},
    "remainders before poolings": {"kernel_size": (4, 3, 2), "pool_size": (2, 3)},
    "no pooling": {"kernel_size": 3, "pool_size": 1},
    "parallel widths": {"kernel_size": [(2, 6, 3), 4, (3, 5)], "pool_size": (3, 1)},
    "a pooling branch": {"kernel_size": (2, 1, 2), "pooling_branch": True},
    "strides": {"kernel_size": (5, 3, 2), "strides": (3, 1, 1), "pool_size": 2},
    "dilations": {"dilation_rate": "exponential", "kernel_size": 3, "pool_size": 1},
    "layer normalization": {"normalization": "layer"},
    "an activation with a minimum": {"activation": "swish", "pool_size": 2},
}

BLOCKS = {
    "padding": "causal",
    "residual": 2,
    "n_conv": 4,
    "kernel_size": 2,
    "dilation_rate": "exponential",
    "pool_size": (1, 2, 1),
}


def layer_names(model):
    return [layer.name for layer in model.layers]


def last_step_and_all(n_steps, **options):
    """Two networks of the same weights. The second's head reads all steps.

    Its weights for the steps before the last are zero.
    """
    options = {"filters": N_FILTERS, "dropout": 0, **options}
    last, every = (
        conv1d_network((n_steps, 3), N_OUTPUTS, global_pooling=pooling, **options)
        for pooling in ("last", "flatten")
    )
    random = np.random.default_rng(0)
    *weights, kernel, bias = (
        random.normal(0, 0.5, w.shape) for w in last.get_weights()
    )
    n_before = every.get_layer("output").kernel.shape[0] - len(kernel)
    last.set_weights([*weights, kernel, bias])
    kernel = np.concatenate([np.zeros((n_before, N_OUTPUTS)), kernel])
    every.set_weights([*weights, kernel, bias])
    return last, every


def forecasts_of(models, n_steps):
    windows = np.random.default_rng(1).normal(size=(5, n_steps, 3))
    return [np.asarray(model(windows.astype(np.float32))) for model in models]


@pytest.mark.parametrize("reads_newest", [False, True])
@pytest.mark.parametrize("padding", ["valid", "causal"])
@pytest.mark.parametrize("stack", STACKS)
def test_the_field_is_all_that_the_last_step_needs(stack, padding, reads_newest):
    options = {**STACKS[stack], "padding": padding, "reads_newest": reads_newest}
    for n_steps in (98, 99):
        models = last_step_and_all(n_steps, **options)
        cut, whole = forecasts_of(models, n_steps)
        assert "field" in layer_names(models[0])
        assert "field" not in layer_names(models[1])
        np.testing.assert_allclose(cut, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("reads_newest", [False, True])
def test_the_field_of_residual_blocks(reads_newest):
    models = last_step_and_all(63, reads_newest=reads_newest, **BLOCKS)
    assert "field" in layer_names(models[0])
    cut, whole = forecasts_of(models, 63)
    np.testing.assert_allclose(cut, whole, rtol=1e-4, atol=1e-5)


def test_the_default_stack_computes_one_step_of_its_field():
    model = conv1d_network((336, 1), 96, global_pooling="last")
    field = receptive_field(kernel_size=5, pool_size=3, n_conv=3)
    assert model.get_layer("field").output.shape[1] == field == 61
    assert model.get_layer("conv_3").output.shape[1] == 1


@pytest.mark.parametrize(
    "options",
    [
        {"normalization": "batch"},  # averages over all steps
        {"padding": "same"},
        {"mask_padding": True},
    ],
    ids=str,
)
def test_what_needs_all_steps_gets_them(options):
    assert "field" not in layer_names(
        conv1d_network((97, 3), global_pooling="last", **options)
    )


@pytest.mark.parametrize("n_steps", [61, 70])
def test_a_window_hardly_longer_than_the_field(n_steps):
    models = last_step_and_all(n_steps, reads_newest=True)
    cut, whole = forecasts_of(models, n_steps)
    assert ("field" in layer_names(models[0])) == (n_steps > 61)
    np.testing.assert_allclose(cut, whole, rtol=1e-4, atol=1e-5)
