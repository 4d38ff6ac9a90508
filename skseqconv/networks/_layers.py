"""The parts of the networks: input, convolutions, pooling, head."""

import math

from keras import Input, layers

from ._branches import LAST, convolved, layer_of_convolutions, seeded, without_oldest
from ._gru import GRU
from ._lengths import output_lengths, shortest_window, spans
from ._own_layers import Ascending, Embedding, LayerNormalization
from ._per_layer import dilation_rates, per_layer, widths_per_layer
from ._real_steps import AllSteps, RealSteps
from ._window_norm import EachTarget, Together, WindowNorm

#: Of the averages of batch normalization. Short trainings must have an effect, too.
BATCH_MOMENTUM = 0.9

#: Initial embeddings are close to zero, so that words too rare to learn from have no
#: effect. Hold-out accuracy in the setting of the Keras book (Chollet, "Deep Learning
#: with Python") with ranges of 0.5, 0.05 (Keras' default), 0.01 and 0.001, seed 0:
#: 0.725, 0.842, 0.854, 0.860.
EMBEDDING_RANGE = {"minval": -0.001, "maxval": 0.001}

#: Monotone activations give the same result after the maximum pooling, where there are
#: fewer values (a third with pool_size 3). A training step of Conv1D on windows of
#: 240 x 14 took 0.95 times as long.
MONOTONE = {"relu", "leaky_relu", "elu", "selu", "softplus", "sigmoid", "tanh"}


def real_steps(mask_padding, **sizes):
    """What follows the padding of a sequence through layers of these sizes."""
    if not mask_padding:
        return AllSteps()
    strided = max(per_layer(sizes["strides"], sizes["n_conv"], "strides")) > 1
    if strided and sizes["padding"] == "same":
        raise ValueError(
            f"strides={sizes['strides']!r} with padding='same' depend on the length of "
            "a series, so they need series of one length. Use padding='causal' or "
            "'valid', or strides=1."
        )
    return RealSteps(strided, shortest_window(**sizes))


def input_and_sequence(
    input_shape,
    embedding_dim,
    embedding_dropout,
    vocabulary_size,
    embedding_trainable=True,
    steps=None,
):
    """The network's input, and the sequence of vectors that the next layer reads.

    `steps`, from `real_steps`, takes the padding off the input.
    """
    steps = steps or AllSteps()
    if embedding_dim is None:
        window = Input(tuple(input_shape), dtype="float32", name="window")
        return window, steps.unpadded(window)
    if vocabulary_size is None:
        raise ValueError(
            f"embedding_dim={embedding_dim!r} needs vocabulary_size, the number of "
            "token ids."
        )
    tokens = Input(tuple(input_shape), dtype="int32", name="tokens")
    sequence = Embedding(
        vocabulary_size,
        embedding_dim,
        embeddings_initializer=seeded("random_uniform", **EMBEDDING_RANGE),
        trainable=embedding_trainable,
        name="embedding",
    )(steps.unpadded(tokens))
    if embedding_dropout:
        drop = layers.SpatialDropout1D(embedding_dropout, seed=0, name="embedding_drop")
        sequence = drop(sequence)
    return tokens, sequence


def inputs_and_numbers(tokens, numeric_columns):
    """All inputs of the network, and that of the numbers beside the tokens, if any."""
    if not numeric_columns:
        return tokens, None
    numbers = Input((numeric_columns,), dtype="float32", name="numbers")
    return [tokens, numbers], numbers


def convolutions(
    sequence,
    steps,
    *,
    filters,
    activation,
    normalization,
    bottleneck=None,
    reads_newest=False,
    **sizes,
):
    """Convolutions, each with its normalization, shortcut, activation and pooling.

    `steps` knows the padding of the sequence. `sizes` are those of `output_lengths`.
    """
    output_lengths(sequence.shape[1], **sizes)  # refuses windows that are too short
    n_conv, residual = sizes["n_conv"], sizes["residual"]
    filters = per_layer(filters, n_conv, "filters")
    widths = widths_per_layer(sizes["kernel_size"], n_conv)
    strides = per_layer(sizes["strides"], n_conv, "strides")
    dilations = dilation_rates(sizes["dilation_rate"], n_conv, residual)
    pools = [*per_layer(sizes["pool_size"], n_conv - 1, "pool_size"), 1]
    _check_residual(residual, n_conv, pools, sizes["padding"])
    crops = reads_newest or max(strides) > 1
    for i, (span, stride, pool) in enumerate(spans(**sizes)):
        if residual and i % residual == 0:
            shortcut = sequence
        block_ends = residual and (i + 1) % residual == 0
        waits = pool > 1 and activation in MONOTONE
        later = activation if normalization or block_ends or waits else None
        if sizes["padding"] != "valid":  # the convolution reads padding as zeros
            sequence = steps.zeroed(sequence)
        sequence = layer_of_convolutions(
            sequence,
            steps,
            filters[i],
            widths[i],
            stride,
            bottleneck=bottleneck,
            pooling_branch=sizes.get("pooling_branch", False),
            dilation_rate=dilations[i],
            padding=sizes["padding"],
            activation=None if later else activation,
            use_bias=normalization != "batch",  # which would remove the bias
            name=f"conv_{i + 1}",
        )
        steps.passes(span, stride)
        sequence = _normalized(sequence, steps, normalization, f"norm_{i + 1}")
        if block_ends:
            stride = math.prod(strides[i + 1 - residual : i + 1])
            last = sequence, steps, shortcut
            sequence = _added(*last, stride, normalization, f"{i + 1}")
        if crops:
            rest = sequence.shape[1] % pool
            sequence = without_oldest(sequence, rest, f"pool_{i + 1}_crop")
        sequence = _activated_and_pooled(sequence, later, pool, f"{i + 1}")
        steps.passes(pool=pool)
    return sequence


def _check_residual(residual, n_conv, pools, padding):
    if not residual:
        return
    if n_conv % residual:
        raise ValueError(
            f"residual={residual!r} does not divide n_conv={n_conv}: all blocks have "
            "the same number of convolutions."
        )
    if padding == "valid":
        raise ValueError(
            f"residual={residual!r} needs sequences that keep their length: use "
            'padding="same" or padding="causal".'
        )
    inside = [i for i in range(n_conv) if (i + 1) % residual]
    if any(pools[i] > 1 for i in inside):
        raise ValueError(
            f"residual={residual!r} needs pool_size 1 inside each block of "
            f"convolutions, got {pools[:-1]}. Use pool_size=1, or one value for each "
            "place between two convolutions."
        )


def _added(sequence, steps, shortcut, stride, normalization, name):
    """The sum of a sequence and a shortcut, which is brought to the same shape."""
    n_filters = sequence.shape[-1]
    if shortcut.shape[-1] != n_filters or stride > 1:
        shortcut = convolved(
            shortcut,
            n_filters,
            1,
            stride,
            padding="valid",
            use_bias=normalization != "batch",
            name=f"shortcut_{name}",
        )
        named = normalization, f"shortcut_norm_{name}"
        shortcut = _normalized(shortcut, steps, *named)
    return layers.Add(name=f"add_{name}")([sequence, shortcut])


def _normalized(sequence, steps, normalization, name):
    if normalization == "batch":
        return steps.normalized(sequence, momentum=BATCH_MOMENTUM, name=name)
    if normalization == "layer":
        return LayerNormalization(name=name)(sequence)
    return sequence


def _activated_and_pooled(sequence, activation, pool_size, name):
    """Activation (unless it is None) and pooling. A monotone activation comes last."""
    steps = []
    if activation is not None:
        steps.append(layers.Activation(activation, name=f"activation_{name}"))
    if pool_size > 1:
        steps.append(layers.MaxPooling1D(pool_size, name=f"pool_{name}", **LAST))
    for layer in reversed(steps) if activation in MONOTONE else steps:
        sequence = layer(sequence)
    return sequence


def global_pool(sequence, steps, kind):
    """The maximum, mean or last value of each filter over time, or all its values."""
    if steps.masked and kind == "flatten":
        raise ValueError(
            "global_pooling='flatten' has weights for each time step, so it needs "
            "series of one length. Use 'max', 'average' or 'last'."
        )
    if steps.masked:
        return steps.pooled(sequence, kind)
    if kind == "max":
        return layers.GlobalMaxPooling1D(name="global_pool", **LAST)(sequence)
    if kind == "average":
        return layers.GlobalAveragePooling1D(name="global_pool", **LAST)(sequence)
    if kind == "last":
        sequence = without_oldest(sequence, sequence.shape[1] - 1, "last_step")
    return layers.Flatten(name="global_pool", **LAST)(sequence)


def head(
    features,
    n_outputs,
    dropout,
    activation,
    level=None,
    quantiles=None,
    n_targets=1,
    numbers=None,
):
    """The network's outputs. Before training, changes from a level are zero.

    `numbers` join the features after the dropout. Dropout at a rate of one half would
    about halve the weight of a number that alone explains the target.
    """
    if dropout:
        features = layers.Dropout(dropout, seed=0, name="dropout")(features)
    if numbers is not None:
        join = layers.Concatenate(name="features_and_numbers")
        features = join([features, numbers])
    outputs = layers.Dense(
        n_outputs // n_targets * len(quantiles or [0.5]),
        activation=activation,
        kernel_initializer=seeded("glorot_uniform") if level is None else "zeros",
        name="output",
    )(features)
    if quantiles:
        each = n_outputs // n_targets, len(quantiles)
        outputs = layers.Reshape(each, name="each")(outputs)
        middle = quantiles.index(0.5)
        outputs = Ascending(middle, name="quantiles")(outputs)
    if n_targets > 1:
        outputs = Together(n_targets, name="together")(outputs)
    if level is None:
        return outputs
    last, spread = level
    if quantiles:
        last = layers.Reshape((n_outputs, 1), name="last")(last)
        spread = layers.Reshape((n_outputs, 1), name="spread")(spread)
    change = layers.Multiply(dtype="float32", name="change")([outputs, spread])
    return layers.Add(dtype="float32", name="forecast")([last, change])


def relative_to_level(
    window,
    n_outputs,
    *,
    window_norm=None,
    highway=None,
    exogenous_at=None,
    channel_independent=False,
):
    """A window relative to its last values, and what to add to the outputs.

    Returns
    -------
    sequence
        What the next layer reads. With `channel_independent`, each target is a sample.
    level : tuple or None
        The level and the spread of each output.
    n_targets : int
        How many samples of `sequence` a window becomes.
    """
    if window_norm is None:
        return window, None, 1
    # In float32 with any policy: half precision would round the level.
    options = {"dtype": "float32", "name": "window_norm"}
    norm = WindowNorm(window_norm, n_outputs, highway, exogenous_at, **options)
    sequence, last, spread = norm(window)
    if not channel_independent:
        return sequence, (last, spread), 1
    targets = list(dict.fromkeys(highway or ()))
    runs = [channel for channel in targets for _ in range(n_outputs // len(targets))]
    if len(targets) < 2 or runs != list(highway):
        raise ValueError(
            f"channel_independent=True with highway={highway!r}: it needs several "
            "channels, each with equally many outputs, one channel after the other."
        )
    sequence = EachTarget(targets, name="each_target")(sequence)
    return sequence, (last, spread), len(targets)


def gru(sequence, steps, units, *, bidirectional, **options):
    """The last state of a GRU, or of two that read the sequence from both ends."""
    layer = GRU(
        units,
        **options,
        kernel_initializer=seeded("glorot_uniform"),
        recurrent_initializer=seeded("orthogonal"),
        seed=0,
        name="gru",
    )
    if bidirectional:
        layer = layers.Bidirectional(layer, name="bidirectional")
    if not steps.masked:
        return layer(sequence)
    sequence, mask = steps.oldest_first(sequence)
    return layer(sequence, mask=mask)
