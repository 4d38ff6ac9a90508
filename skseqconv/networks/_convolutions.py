"""A stack of convolutions, and the networks that begin with one."""

import math

from keras import layers

from ._branches import (
    LAST,
    convolved,
    layer_of_convolutions,
    without_ends,
    without_oldest,
)
from ._layers import network
from ._lengths import left_out_at_the_end, output_lengths, shortest_window, spans
from ._own_layers import LayerNormalization
from ._per_layer import dilation_rates, per_layer, widths_per_layer
from ._real_steps import AllSteps, RealSteps

#: Of the averages of batch normalization. Short trainings must have an effect, too.
BATCH_MOMENTUM = 0.9

#: Monotone activations give the same result after the maximum pooling, where there are
#: fewer values (a third with pool_size 3). A training step of Conv1D on windows of
#: 240 x 14 took 0.95 times as long.
MONOTONE = {"relu", "leaky_relu", "elu", "selu", "softplus", "sigmoid", "tanh"}


def convolutional_network(
    name,
    summary,
    input_shape,
    n_outputs,
    *,
    filters,
    kernel_size,
    strides,
    pool_size,
    n_conv,
    dilation_rate,
    padding,
    activation,
    normalization,
    residual,
    bottleneck,
    pooling_branch,
    reads_newest,
    mask_padding,
    last_only=False,
    **options,
):
    """A model of convolutions, what summarizes their sequence, and a head.

    Parameters
    ----------
    name : str
    summary : callable
        From a sequence, and what knows its padding, to features.
    last_only : bool, default=False
        Whether the summary is the last step.
    **options
        As in `conv1d_network`.
    """
    sizes = {
        "kernel_size": kernel_size,
        "strides": strides,
        "pool_size": pool_size,
        "n_conv": n_conv,
        "dilation_rate": dilation_rate,
        "padding": padding,
        "residual": residual,
        "pooling_branch": pooling_branch,
    }
    steps = real_steps(mask_padding, **sizes)
    # Lengths may differ with a mask, and batches are normalized over all steps.
    cuts = last_only and not mask_padding and normalization != "batch"

    def middle(sequence):
        newest = reads_newest
        if cuts and padding != "same":
            sequence, newest = field_of_last_step(sequence, newest, **sizes), True
        sequence = convolutions(
            sequence,
            steps,
            filters=filters,
            activation=activation,
            normalization=normalization,
            bottleneck=bottleneck,
            reads_newest=newest,
            **sizes,
        )
        return summary(sequence, steps)

    return network(name, middle, input_shape, n_outputs, steps=steps, **options)


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


def field_of_last_step(sequence, reads_newest, **sizes):
    """The part of a sequence that the last step of the convolutions depends on.

    It ends at the newest step that is read. The rest would be computed for nothing: of
    336 steps, the last step of three convolutions of width 5 reads 61.
    """
    n_steps = sequence.shape[1]
    output_lengths(n_steps, **sizes)  # refuses windows that are too short
    after = 0 if reads_newest else left_out_at_the_end(n_steps, **sizes)
    before = max(n_steps - after - shortest_window(**{**sizes, "padding": "valid"}), 0)
    return without_ends(sequence, before, after, "field")


def convolutions(
    sequence,
    steps,
    *,
    filters,
    activation,
    normalization,
    bottleneck,
    reads_newest,
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
            pooling_branch=sizes["pooling_branch"],
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
