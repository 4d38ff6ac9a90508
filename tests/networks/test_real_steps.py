"""Networks with a mask: padding changes no output, and no gradient."""

import keras
import numpy as np
import pytest

from skseqconv.networks import conv1d_gru_network, conv1d_network
from skseqconv.networks._registry import NETWORKS

pytestmark = pytest.mark.trains

LENGTHS = (29, 17, 23, 40)

CASES = [
    {"padding": "valid"},
    {"padding": "same", "normalization": "batch"},
    {"padding": "causal", "dilation_rate": "exponential"},
    {"padding": "same", "normalization": "layer", "residual": 2, "pool_size": 1},
    {"padding": "same", "residual": 1, "filters": (3, 5), "normalization": "batch"},
    {"padding": "valid", "strides": (2, 1), "kernel_size": (4, 2)},
    {"padding": "causal", "strides": (3, 1), "kernel_size": (5, 2)},
    {"padding": "causal", "strides": (3, 2), "kernel_size": (2, 3), "residual": 1},
    {"padding": "same", "pool_size": 4, "activation": "silu"},
    {"padding": "same", "kernel_size": ((2, 5), 3), "pooling_branch": True},
]


def _name(case):
    return "-".join(f"{value}" for value in case.values())


def networks(build, n_steps, lengths, **options):
    """One network with a mask, and one for each length, all with the same weights."""
    sizes = {"n_conv": 2, "filters": 4, "kernel_size": 3, "pool_size": 2}
    options = {**sizes, "n_outputs": 2, "dropout": 0.0, **options}
    masked = build((n_steps, 2), mask_padding=True, **options)
    random = np.random.default_rng(0)
    weights = [w + random.uniform(0.1, 0.5, w.shape) for w in masked.get_weights()]
    plain = [build((length, 2), **options) for length in lengths]
    for network in (masked, *plain):
        network.set_weights(weights)
    return masked, *plain


def samples():
    random = np.random.default_rng(1)
    return [random.normal(size=(n, 2)).astype(np.float32) for n in LENGTHS]


def with_padding(series, n_steps):
    panel = np.full((len(series), n_steps, 2), np.nan, dtype=np.float32)
    for row, values in zip(panel, series, strict=True):
        row[: len(values)] = values
    return panel


def check_each_alone(build, **options):
    """Each sample in the panel gets what it gets alone, without padding."""
    masked, *plain = networks(build, 57, LENGTHS, **options)
    series = samples()
    together = masked(with_padding(series, 57), training=False).numpy()
    assert np.ptp(together[:, 0]) > 1e-3  # samples are told apart
    for network, one, found in zip(plain, series, together, strict=True):
        alone = network(one[None], training=False)[0]
        np.testing.assert_allclose(found, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_padding_changes_no_output_of_convolutions(case):
    check_each_alone(conv1d_network, **case)


@pytest.mark.parametrize("pooling", ["average", "last"])
@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
def test_padding_changes_no_output_of_other_poolings(padding, pooling):
    check_each_alone(conv1d_network, padding=padding, global_pooling=pooling)


@pytest.mark.parametrize(
    ("case", "bidirectional"),
    [(CASES[0], False), (CASES[1], True), (CASES[6], True)],
    ids=str,
)
def test_a_gru_ends_at_the_last_real_step(case, bidirectional):
    check_each_alone(conv1d_gru_network, **case, bidirectional=bidirectional)


def test_keras_own_loop_of_the_gru_reads_the_mask_the_same_way():
    check_each_alone(conv1d_gru_network, **CASES[6], reset_after=False)


@pytest.mark.parametrize(
    ("build", "options"),
    [
        (conv1d_network, {"padding": "same", "normalization": "batch"}),
        (conv1d_network, {"padding": "causal", "strides": (2, 1)}),
        (conv1d_gru_network, {"bidirectional": True, "gru_dropout": 0.0}),
    ],
)
def test_padding_changes_no_gradient(build, options):
    """Equal lengths with and without padding: loss, gradients, moving averages."""
    if build is conv1d_gru_network:
        options = {**options, "recurrent_dropout": 0.0}
    random = np.random.default_rng(2)
    X = random.normal(size=(6, 30, 2)).astype(np.float32)
    y = random.normal(size=(6, 2)).astype(np.float32)
    masked, plain = networks(build, 44, [30], **options)
    changes = []
    for network, windows in ((plain, X), (masked, with_padding(list(X), 44))):
        before = network.get_weights()
        network.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
        network.train_on_batch(windows, y)
        after = network.get_weights()
        changes.append([a - b for a, b in zip(after, before, strict=True)])
    for ours, theirs in zip(*changes, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5)
        assert np.abs(theirs).max() > 0


@pytest.mark.parametrize("side", ["start", "end"])
@pytest.mark.parametrize("strides", [1, 2])
def test_token_ids_of_zero_are_padding_on_either_side(side, strides):
    options = {"embedding_dim": 3, "vocabulary_size": 9, "n_conv": 1, "pool_size": 1}
    options |= {"strides": strides, "padding": "causal", "global_pooling": "average"}
    ids = np.random.default_rng(0).integers(1, 9, size=(1, 8))
    zeros = np.zeros((1, 5), dtype=int)
    padded = np.hstack([zeros, ids] if side == "start" else [ids, zeros])
    masked = conv1d_network((13,), mask_padding=True, **options)
    plain = conv1d_network((8,), **options)
    plain.set_weights(masked.get_weights())
    np.testing.assert_allclose(masked(padded), plain(ids), rtol=1e-5, atol=1e-7)


def test_a_text_shorter_than_the_kernels_reads_padding():
    options = {"embedding_dim": 3, "vocabulary_size": 9, "n_conv": 1, "pool_size": 1}
    options |= {"kernel_size": 4, "padding": "valid"}
    masked = conv1d_network((9,), mask_padding=True, **options)
    plain = conv1d_network((4,), **options)
    plain.set_weights(masked.get_weights())
    for text in ([5, 2, 0, 0], [0, 0, 0, 0]):
        np.testing.assert_allclose(
            masked(np.array([text + [0] * 5])), plain(np.array([text])), rtol=1e-5
        )


def test_half_precision_counts_long_series_and_sums_large_values():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        options = {"n_conv": 1, "filters": 2, "kernel_size": 1, "padding": "same"}
        network = conv1d_network(
            (9000, 1), mask_padding=True, global_pooling="average", **options
        )
    finally:
        keras.config.set_dtype_policy(before)
    pooled = keras.Model(network.input, network.get_layer("global_pool").output)
    X = np.full((1, 9000, 1), 30.0, dtype=np.float32)
    X[:, 8000:] = np.nan
    expected = 30.0 * np.maximum(network.get_layer("conv_1").kernel.numpy()[0, 0], 0)
    np.testing.assert_allclose(pooled(X)[0], expected, rtol=2e-3)


def test_what_needs_one_length_is_refused():
    with pytest.raises(ValueError, match=r"global_pooling='flatten' .* one length"):
        conv1d_network((90, 2), mask_padding=True, global_pooling="flatten")
    with pytest.raises(ValueError, match="padding='same' depend on the length"):
        conv1d_network((90, 2), mask_padding=True, strides=2, padding="same")


def test_the_shortest_series_of_a_network():
    options = {"kernel_size": 5, "strides": 1, "pool_size": 3, "n_conv": 3}
    options |= {"dilation_rate": 1, "residual": 0, "padding": "valid"}
    assert NETWORKS["conv1d"].shortest(options) == 61
    conv1d_network((61, 1), mask_padding=True, padding="valid")
