"""How convolutions and poolings shorten a window, and which options fit it."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Literal

import numpy as np

from ._per_layer import BRANCH_POOL, Widths, dilation_rates, per_layer, widest_per_layer

#: Options that determine lengths, besides the padding.
OF_LENGTHS = (
    "kernel_size",
    "strides",
    "pool_size",
    "n_conv",
    "dilation_rate",
    "residual",
    "pooling_branch",
)


def receptive_field(
    kernel_size: Widths,
    pool_size: int | Sequence[int],
    n_conv: int,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    residual: int = 0,
    strides: int | Sequence[int] = 1,
    pooling_branch: bool = False,
) -> int:
    """Compute how many time steps each output of the last convolution reads.

    Parameters
    ----------
    kernel_size : int or sequence of int or of sequences of int
        As in `Conv1DRegressor`.
    pool_size : int or sequence of int
        As in `Conv1DRegressor`.
    n_conv : int
        As in `Conv1DRegressor`.
    dilation_rate : int, sequence of int or "exponential", default=1
        As in `Conv1DRegressor`.
    residual : int, default=0
        As in `Conv1DRegressor`.
    strides : int or sequence of int, default=1
        As in `Conv1DRegressor`.
    pooling_branch : bool, default=False
        As in `Conv1DRegressor`.

    Returns
    -------
    n_steps : int
        A convolution adds ``(kernel_size - 1) * dilation_rate`` and a pooling
        ``pool_size - 1``, each times the product of the strides and pool sizes before
        it. Of parallel widths the largest counts.

    Raises
    ------
    ValueError
        If a sequence has another number of values than there are layers, or a
        convolution has both a stride and a dilation above 1.

    See Also
    --------
    conv1d_network : The network with these layers.

    Examples
    --------
    The temporal convolutional network of Bai et al. (2018), blocks of two:

    >>> from skseqconv.networks import receptive_field
    >>> receptive_field(3, 1, n_conv=8, dilation_rate="exponential", residual=2)
    61
    """
    # The length of the shortest window that leaves one output.
    return shortest_window(
        kernel_size=kernel_size,
        pool_size=pool_size,
        n_conv=n_conv,
        dilation_rate=dilation_rate,
        padding="valid",
        residual=residual,
        strides=strides,
        pooling_branch=pooling_branch,
    )


def output_lengths(
    n_steps: int,
    *,
    kernel_size: Widths,
    pool_size: int | Sequence[int],
    n_conv: int,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    padding: Literal["valid", "same", "causal"] = "valid",
    residual: int = 0,
    strides: int | Sequence[int] = 1,
    pooling_branch: bool = False,
) -> list[int]:
    """Compute the length of the sequence after each convolution and pooling.

    Parameters
    ----------
    n_steps : int
        Length of the window.
    kernel_size : int or sequence of int or of sequences of int
        As in `Conv1DRegressor`.
    pool_size : int or sequence of int
        As in `Conv1DRegressor`.
    n_conv : int
        As in `Conv1DRegressor`.
    dilation_rate : int, sequence of int or "exponential", default=1
        As in `Conv1DRegressor`.
    padding : {"valid", "same", "causal"}, default="valid"
        "valid" adds no padding, so each convolution shortens the sequence. "same" adds
        zeros on both sides, "causal" at the start.
    residual : int, default=0
        As in `Conv1DRegressor`.
    strides : int or sequence of int, default=1
        As in `Conv1DRegressor`.
    pooling_branch : bool, default=False
        As in `Conv1DRegressor`.

    Returns
    -------
    lengths : list of int
        After each layer. Poolings of size 1 are not layers.

    Raises
    ------
    ValueError
        If a layer would leave no time step. The message names the shortest window that
        is long enough. Also if a convolution has both a stride and a dilation above 1.

    See Also
    --------
    conv1d_network : The network with these layers.

    Examples
    --------
    >>> from skseqconv.networks import output_lengths
    >>> output_lengths(500, kernel_size=7, pool_size=5, n_conv=2)
    [494, 98, 92]

    Fourteen days of hours, in segments of one day:

    >>> output_lengths(336, kernel_size=24, strides=24, pool_size=1, n_conv=1)
    [14]
    """
    layers = {
        "kernel_size": kernel_size,
        "pool_size": pool_size,
        "n_conv": n_conv,
        "dilation_rate": dilation_rate,
        "padding": padding,
        "residual": residual,
        "strides": strides,
        "pooling_branch": pooling_branch,
    }
    shortest = shortest_window(**layers)
    if n_steps < shortest:
        raise ValueError(
            f"kernel_size={kernel_size!r}, strides={strides!r}, "
            f"pool_size={pool_size!r}, dilation_rate={dilation_rate!r} with "
            f"n_conv={n_conv} and padding={padding!r} leave no time step of a window "
            f"of {n_steps}. The shortest possible window has {shortest}. "
            f"Use {what_fits(n_steps, layers)}, or a longer window."
        )
    lengths, length = [], n_steps
    for span, stride, pool in spans(**layers):
        length = n_positions(length, span, stride)
        lengths.append(length)
        if pool > 1:
            length //= pool
            lengths.append(length)
    return lengths


def spans(
    *,
    kernel_size,
    strides,
    pool_size,
    n_conv,
    dilation_rate,
    padding,
    residual,
    pooling_branch=False,
):
    """For each convolution: the steps that it needs, its stride, and its pooling."""
    kernels = widest_per_layer(kernel_size, n_conv)
    dilations = dilation_rates(dilation_rate, n_conv, residual)
    each_stride = per_layer(strides, n_conv, "strides")
    pools = [*per_layer(pool_size, n_conv - 1, "pool_size"), 1]
    for i, (stride, dilation) in enumerate(zip(each_stride, dilations, strict=True)):
        if stride > 1 and dilation > 1:
            raise ValueError(
                f"strides={strides!r} and dilation_rate={dilation_rate!r} give "
                f"convolution {i + 1} a stride of {stride} and a dilation of "
                f"{dilation}. A convolution can have only one of the two: use "
                "strides=1 or dilation_rate=1, or one value for each convolution."
            )
    narrowest = BRANCH_POOL if pooling_branch else 1
    needed = [
        max((kernel - 1) * dilation + 1, narrowest) if padding == "valid" else 1
        for kernel, dilation in zip(kernels, dilations, strict=True)
    ]
    return list(zip(needed, each_stride, pools, strict=True))


def n_positions(n_steps, span, stride):
    """How many places there are for a kernel that needs `span` steps."""
    return (n_steps - span) // stride + 1


def left_out_at_the_end(n_steps, **layers):
    """How many newest steps Keras' poolings leave out. With strides they are read."""
    left_out, steps_each = 0, 1
    for span, stride, pool in spans(**layers):
        if stride > 1:
            return 0
        n_steps = n_positions(n_steps, span, stride)
        left_out += n_steps % pool * steps_each
        n_steps, steps_each = n_steps // pool, steps_each * pool
    return left_out


def shortest_window(**layers):
    """Length of the shortest window that leaves one time step after the layers."""
    shortest = 1
    for span, stride, pool in reversed(spans(**layers)):
        shortest = (shortest * pool - 1) * stride + span
    return shortest


def what_fits(n_steps, layers):
    """Options that leave a time step: each one alone, or two that always do."""

    def fits(**changes):
        return shortest_window(**{**layers, **changes}) <= n_steps

    found = []
    for size in _smaller_segments(layers):
        if fits(kernel_size=size, strides=size):
            found.append(f"kernel_size={size} with strides={size}")
            break
    for name in ("kernel_size", "strides", "pool_size", "n_conv"):
        for value in _smaller(name, layers):
            if fits(**{name: value}):
                found.append(f"{name}={value}")
                break
    if fits(padding="same"):
        found.append('padding="same"')
    return " or ".join(found) or 'padding="same" with pool_size=1'


def _smaller_segments(layers):
    """Smaller sizes of segments, the largest first; none for convolutions without."""
    both = layers["kernel_size"], layers["strides"]
    if not all(isinstance(value, Integral) for value in both) or layers["strides"] == 1:
        return []
    return range(min(max(both) - 1, *both), 1, -1)


def _smaller(name, layers):
    """Smaller values of a parameter, the largest first; none for a sequence."""
    if not isinstance(layers[name], Integral):
        return []
    values = range(layers[name] - 1, 0, -1)
    if name == "kernel_size":  # a kernel that is shorter than its stride skips steps
        return [n for n in values if n >= np.max(layers["strides"])]
    if name != "n_conv":
        return values
    each = of_lengths(layers).values()
    if any(hasattr(value, "__len__") and value != "exponential" for value in each):
        return []  # a sequence has one value for each convolution
    return [n for n in values if n % (layers["residual"] or 1) == 0]


def of_lengths(options):
    """Those options of a network that determine lengths."""
    return {name: options[name] for name in OF_LENGTHS if name in options}


def field_of_stack(options):
    """The receptive field of a network's convolutions and poolings."""
    return receptive_field(**of_lengths(options))


def shortest_of_stack(options):
    """Length of the shortest series that a network's layers leave a time step of."""
    return shortest_window(**of_lengths(options), padding=options["padding"])


def unread_steps(options):
    """A warning about steps of the windows that the network does not read, or None."""
    said = [_only_the_end(options), _between_kernels(options)]
    return " ".join(filter(None, said)) or None


def _only_the_end(options):
    is_same = options.get("padding") == "same"
    read = _left_half(options) if is_same else field_of_stack(options)
    n_steps = options["input_shape"][0]
    if options.get("global_pooling") != "last" or read >= n_steps:
        return None
    which = "the receptive field of the convolutions"
    way_out = ""
    if is_same:
        which = "half of the receptive field: the other half is padding"
        way_out = "padding='causal', "
    return (
        f"global_pooling='last' reads only the last {read} of {n_steps} steps, "
        f"{which}. Use {way_out}more convolutions (n_conv), a larger kernel_size, "
        "dilation_rate='exponential', or a shorter window."
    )


def _left_half(options):
    """How many steps the last output reads with padding "same" (at most, if strided).

    Half of the field of each kernel lies after the newest step, on zeros.
    """
    read = 1
    for span, stride, pool in reversed(spans(**of_lengths(options), padding="valid")):
        own = span if stride > 1 else 1 + (span - 1) // 2
        read = (read * pool - 1) * stride + own
    return read


def _between_kernels(options):
    kernels = widest_per_layer(options["kernel_size"], options["n_conv"])
    strides = per_layer(options["strides"], options["n_conv"], "strides")
    for i, (kernel, stride) in enumerate(zip(kernels, strides, strict=True)):
        if kernel < stride:
            return (
                f"Convolution {i + 1} has a kernel of {kernel} steps and a stride of "
                f"{stride}, so it skips {stride - kernel} of every {stride} steps. Use "
                "a kernel_size that is not smaller than strides."
            )
    return None
