"""One convolution, or several of different widths side by side, joined.

Parallel widths are those of Inception networks (Ismail Fawaz et al., InceptionTime,
2020) and of Kim's network for texts (2014).
"""

from functools import partial

from keras import initializers, layers

from ._lengths import n_positions
from ._per_layer import BRANCH_POOL

#: For every layer that would otherwise follow the user's configuration of Keras.
LAST = {"data_format": "channels_last"}


def seeded(name, **config):
    """An initializer with a fixed seed. Keras would draw one from Python's `random`."""
    return initializers.get({"class_name": name, "config": {"seed": 0, **config}})


def layer_of_convolutions(
    sequence,
    steps,
    filters,
    widths,
    stride,
    *,
    bottleneck,
    pooling_branch,
    name,
    **options,
):
    """The convolutions of one layer, each of `filters`, joined along the channels.

    `steps` knows the padding of the sequence. `bottleneck` is the number of filters of
    a convolution of width 1 before them. `pooling_branch` adds a max pooling, followed
    by a convolution of width 1.
    """
    spans = [(width - 1) * options["dilation_rate"] + 1 for width in widths]
    spans += [BRANCH_POOL] * pooling_branch
    if options["padding"] != "valid":
        spans = None
    read = partial(_ending_together, spans=spans, stride=stride, name=name)
    given = sequence
    if bottleneck and sequence.shape[-1] > 1:
        sequence = _of_width_1(sequence, bottleneck, f"{name}_bottleneck")
    if len(widths) == 1 and not pooling_branch:
        return convolved(sequence, filters, widths[0], stride, name=name, **options)
    joined = [
        convolved(
            read(sequence, i), filters, width, stride, name=f"{name}_{i}", **options
        )
        for i, width in enumerate(widths, start=1)
    ]
    if pooling_branch:
        given = read(given, len(widths) + 1)
        pooled = _pooled(given, steps, stride, options["padding"], f"{name}_pool")
        options = {**options, "dilation_rate": 1}
        joined.append(
            convolved(pooled, filters, 1, 1, name=f"{name}_pooled", **options)
        )
    if len(joined) == 1:
        return joined[0]
    return layers.Concatenate(axis=-1, name=f"{name}_joined")(joined)


def _ending_together(sequence, branch, *, spans, stride, name):
    """What a branch reads, so that all branches have as many steps as the widest.

    All end at the newest step. Steps are cut before a convolution, not after: Keras
    orders weights by the layers that follow them, which must not depend on the length.
    `spans` are what the branches need for one step; None with padding, which gives all
    branches as many steps.
    """
    if spans is None:
        return sequence
    n_steps = sequence.shape[1]
    length = min(n_positions(n_steps, span, stride) for span in spans)
    needed = (length - 1) * stride + spans[branch - 1]
    return without_oldest(sequence, n_steps - needed, f"{name}_{branch}_cut")


def _of_width_1(sequence, filters, name):
    """A linear map of the channels at each step."""
    return layers.Conv1D(
        filters,
        1,
        use_bias=False,
        kernel_initializer=seeded("glorot_uniform"),
        name=name,
        **LAST,
    )(sequence)


def _pooled(sequence, steps, stride, padding, name):
    """The maximum of three steps, at the positions of the other branches."""
    if steps.masked and padding == "same":  # Keras' own padding is never the maximum
        pool = layers.MaxPooling1D(
            BRANCH_POOL, strides=1, padding=padding, name=name, **LAST
        )
        return steps.largest(sequence, pool)
    sequence, padding = _positioned(sequence, BRANCH_POOL, stride, padding, name)
    if padding == "causal":
        sequence, padding = _zeros_before(sequence, BRANCH_POOL - 1, name), "valid"
    return layers.MaxPooling1D(
        BRANCH_POOL, strides=stride, padding=padding, name=name, **LAST
    )(sequence)


def convolved(sequence, filters, kernel_size, stride, *, padding, name, **options):
    """A convolution. The last position of a strided kernel ends at the newest step."""
    sequence, padding = _positioned(sequence, kernel_size, stride, padding, name)
    return layers.Conv1D(
        filters,
        kernel_size,
        strides=stride,
        padding=padding,
        kernel_initializer=seeded("glorot_uniform"),
        name=name,
        **options,
        **LAST,
    )(sequence)


def _positioned(sequence, width, stride, padding, name):
    """A sequence on which the last strided position ends at the newest step.

    Keras puts the first position at the oldest step, and would drop the newest steps.
    """
    if stride == 1:
        return sequence, padding
    length = sequence.shape[1]
    span = width if padding == "valid" else 1
    covered = (n_positions(length, span, stride) - 1) * stride + width
    sequence = without_oldest(sequence, length - covered, f"{name}_crop")
    if padding != "causal":
        return sequence, padding
    if covered > length:
        sequence = _zeros_before(sequence, covered - length, name)
    return sequence, "valid"


def _zeros_before(sequence, n_steps, name):
    return layers.ZeroPadding1D((n_steps, 0), name=f"{name}_pad", **LAST)(sequence)


def without_oldest(sequence, n_steps, name):
    """A sequence without its first steps."""
    return without_ends(sequence, max(n_steps, 0), 0, name)


def without_ends(sequence, n_first, n_last, name):
    """A sequence without some first and last steps."""
    if n_first == n_last == 0:
        return sequence
    return layers.Cropping1D((n_first, n_last), name=name)(sequence)
