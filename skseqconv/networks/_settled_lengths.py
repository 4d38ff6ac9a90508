"""What "auto" means for strides and padding, where the length of windows is known."""

from __future__ import annotations

from ._lengths import n_positions, of_lengths, shortest_window, spans
from ._per_layer import dilation_rates, widest_per_layer

#: ``strides="auto"`` lets a GRU read at most this many steps, if kernels allow it. With
#: 33 instead of 104 steps (windows of 336) it forecast ETTh1 as well, and faster.
MOST_STEPS = 40


def settled_lengths(options, n_steps, shortest=None):
    """Options of a network, "auto" replaced for windows of up to `n_steps`.

    The shortest window has to leave a time step.
    """
    return _settled_padding(_settled_strides(options, n_steps), shortest or n_steps)


def _settled_strides(options, n_steps):
    """Options with `strides` "auto" replaced.

    The first convolution gets the smallest stride that leaves at most `MOST_STEPS`
    steps after the last layer. No step is skipped: it is at most the kernel's width.
    It is 1 with residual blocks, and if the first kernel is dilated.
    """
    if not isinstance(options["strides"], str):
        return options
    n_conv = options["n_conv"]
    layers = of_lengths(options)
    dilated = dilation_rates(options["dilation_rate"], n_conv, options["residual"])[0]
    strides = [1] * n_conv
    if not options["residual"] and dilated == 1:
        widest = widest_per_layer(options["kernel_size"], n_conv)[0]
        for strides[0] in range(1, widest + 1):
            length = n_steps
            for span, stride, pool in spans(
                **{**layers, "strides": strides}, padding="same"
            ):
                length = n_positions(length, span, stride) // pool
            if length <= MOST_STEPS:
                break
    return {**options, "strides": strides if strides[0] > 1 else 1}


def _settled_padding(options, n_steps):
    """Options of a network, with `padding` "auto" replaced for windows of `n_steps`.

    It becomes "valid" if that leaves a time step and there are no residual blocks,
    which need sequences of one length. Otherwise it becomes "same", and no pooling is
    wider than its sequence.
    """
    if options["padding"] != "auto":
        return options
    layers = of_lengths(options)
    padding = "same"
    if not options["residual"]:
        shortest = shortest_window(**layers, padding="valid")
        padding = "valid" if shortest <= n_steps else "same"
    options = {**options, "padding": padding}
    if shortest_window(**layers, padding=padding) > n_steps:
        pools = []
        for span, stride, pool in spans(**layers, padding=padding):
            n_steps = n_positions(n_steps, span, stride)
            pools.append(min(pool, n_steps))
            n_steps //= pools[-1]
        options["pool_size"] = pools[:-1]
    return options
