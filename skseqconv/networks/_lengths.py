"""Lengths: what convolutions and poolings leave of a window, and what would fit it."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Literal

#: Options that decide about lengths, beside the padding.
OF_LENGTHS = ("kernel_size", "pool_size", "n_conv", "dilation_rate", "residual")


def receptive_field(
    kernel_size: int | Sequence[int],
    pool_size: int | Sequence[int],
    n_conv: int,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    residual: int = 0,
) -> int:
    """Compute how many time steps each value behind the last convolution reads.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Width of each convolution in time steps; a sequence has one value each.
    pool_size : int or sequence of int
        Width of the maximum pooling between two convolutions; a sequence has one
        value for each of the ``n_conv - 1`` places. 1 leaves the pooling out.
    n_conv : int
        Number of convolutions.
    dilation_rate : int, sequence of int or "exponential", default=1
        Distance in time steps between the entries that a kernel reads; a sequence
        has one value for each convolution. "exponential" doubles it from convolution
        to convolution, or from one residual block to the next: 1, 2, 4 and so on.
    residual : int, default=0
        Number of convolutions in a residual block; 0 for no blocks.

    Returns
    -------
    n_steps : int
        A convolution adds ``(kernel_size - 1) * dilation_rate`` and a pooling
        ``pool_size - 1``, times the product of the poolings before.

    See Also
    --------
    conv1d_network : Has these layers.

    Examples
    --------
    The temporal convolutional network of Bai et al. (2018), blocks of two:

    >>> from skseqconv.networks import receptive_field
    >>> receptive_field(3, 1, n_conv=8, dilation_rate="exponential", residual=2)
    61
    """
    # The shortest window of which one such value is left.
    return shortest_window(
        kernel_size=kernel_size,
        pool_size=pool_size,
        n_conv=n_conv,
        dilation_rate=dilation_rate,
        padding="valid",
        residual=residual,
    )


def output_lengths(
    n_steps: int,
    *,
    kernel_size: int | Sequence[int],
    pool_size: int | Sequence[int],
    n_conv: int,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    padding: Literal["valid", "same", "causal"] = "valid",
    residual: int = 0,
) -> list[int]:
    """Compute the length of the sequence after each convolution and pooling.

    Parameters
    ----------
    n_steps : int
        Length of the window.
    kernel_size : int or sequence of int
        Width of each convolution in time steps; a sequence has one value each.
    pool_size : int or sequence of int
        Width of the maximum pooling between two convolutions; a sequence has one
        value for each of the ``n_conv - 1`` places. 1 leaves the pooling out.
    n_conv : int
        Number of convolutions.
    dilation_rate : int, sequence of int or "exponential", default=1
        Distance in time steps between the entries that a kernel reads; a sequence
        has one value for each convolution. "exponential" doubles it from convolution
        to convolution, or from one residual block to the next: 1, 2, 4 and so on.
    padding : {"valid", "same", "causal"}, default="valid"
        "valid" shortens the sequence by each kernel, "same" and "causal" fill it up
        with zeros on both sides or at its beginning.
    residual : int, default=0
        Number of convolutions in a residual block; 0 for no blocks.

    Returns
    -------
    lengths : list of int
        After each layer, poolings of size 1 left out.

    Raises
    ------
    ValueError
        If a layer would be left without a time step; it names the shortest window
        that would do.

    See Also
    --------
    conv1d_network : Has these layers.

    Examples
    --------
    >>> from skseqconv.networks import output_lengths
    >>> output_lengths(500, kernel_size=7, pool_size=5, n_conv=2)
    [494, 98, 92]
    """
    layers = {
        "kernel_size": kernel_size,
        "pool_size": pool_size,
        "n_conv": n_conv,
        "dilation_rate": dilation_rate,
        "padding": padding,
        "residual": residual,
    }
    shortest = shortest_window(**layers)
    if n_steps < shortest:
        raise ValueError(
            f"kernel_size={kernel_size!r}, pool_size={pool_size!r}, "
            f"dilation_rate={dilation_rate!r} with n_conv={n_conv} and "
            f"padding={padding!r} leave no time step of a window of {n_steps}: the "
            f"shortest that would do has {shortest}. Use {what_fits(n_steps, layers)}, "
            "or a longer window."
        )
    lengths, length = [], n_steps
    for lose, pool in losses(**layers):
        length -= lose
        lengths.append(length)
        if pool > 1:
            length //= pool
            lengths.append(length)
    return lengths


def per_layer(value, n_layers, name):
    """One value a layer: a scalar repeated, a sequence checked."""
    values = list(value) if hasattr(value, "__len__") else [value] * n_layers
    if len(values) != n_layers:
        raise ValueError(
            f"{name}={value!r} has {len(values)} values for {n_layers} layers: give "
            "one value, or one a layer (pool_size: one for each place between two "
            "convolutions)."
        )
    if not all(isinstance(v, Integral) and v >= 1 for v in values):
        raise ValueError(f"{name}={value!r} must be whole numbers >= 1.")
    return [int(v) for v in values]


def dilation_rates(dilation_rate, n_conv, residual):
    """One dilation a convolution; "exponential" doubles it from block to block."""
    if isinstance(dilation_rate, str):
        if dilation_rate != "exponential":
            raise ValueError(
                f"dilation_rate={dilation_rate!r} must be a number, one a convolution, "
                'or "exponential".'
            )
        return [2 ** (i // (residual or 1)) for i in range(n_conv)]
    return per_layer(dilation_rate, n_conv, "dilation_rate")


def losses(*, kernel_size, pool_size, n_conv, dilation_rate, padding, residual):
    """Steps that each convolution takes away, and the width of the pooling after it."""
    kernels = per_layer(kernel_size, n_conv, "kernel_size")
    dilations = dilation_rates(dilation_rate, n_conv, residual)
    pools = [*per_layer(pool_size, n_conv - 1, "pool_size"), 1]
    return [
        ((kernel - 1) * dilation if padding == "valid" else 0, pool)
        for kernel, dilation, pool in zip(kernels, dilations, pools, strict=True)
    ]


def shortest_window(**layers):
    """Length of the shortest window of which the layers leave a step."""
    shortest = 1
    for lose, pool in reversed(losses(**layers)):
        shortest = shortest * pool + lose
    return shortest


def what_fits(n_steps, layers):
    """Values that leave a step of a window: each alone, or two that always do."""
    found = []
    for name in ("kernel_size", "pool_size", "n_conv"):
        for value in _smaller(name, layers):
            if shortest_window(**{**layers, name: value}) <= n_steps:
                found.append(f"{name}={value}")
                break
    if shortest_window(**{**layers, "padding": "same"}) <= n_steps:
        found.append('padding="same"')
    return " or ".join(found) or 'padding="same" with pool_size=1'


def _smaller(name, layers):
    """Smaller values of a parameter, the largest first; none for one a layer."""
    if not isinstance(layers[name], Integral):
        return []
    values = range(layers[name] - 1, 0, -1)
    if name != "n_conv":
        return values
    each = (layers["kernel_size"], layers["pool_size"], layers["dilation_rate"])
    if any(hasattr(value, "__len__") and value != "exponential" for value in each):
        return []  # they have as many values as there are convolutions
    return [n for n in values if n % (layers["residual"] or 1) == 0]


def field_of_stack(options):
    """The receptive field of a network's convolutions and poolings."""
    return receptive_field(**{name: options[name] for name in OF_LENGTHS})


def settled_padding(options, n_steps):
    """Options of a network, `padding` "auto" settled for windows of `n_steps`.

    It is "valid" where that leaves a step, and no shortcut needs sequences that keep
    their length; else "same", and no pooling is wider than the sequence it is for.
    """
    if options["padding"] != "auto":
        return options
    layers = {name: options[name] for name in OF_LENGTHS}
    padding = "same"
    if not options["residual"]:
        shortest = shortest_window(**layers, padding="valid")
        padding = "valid" if shortest <= n_steps else "same"
    options = {**options, "padding": padding}
    if shortest_window(**layers, padding=padding) > n_steps:
        options["pool_size"] = []
        for pool in per_layer(layers["pool_size"], layers["n_conv"] - 1, "pool_size"):
            pool = min(pool, n_steps)
            options["pool_size"].append(pool)
            n_steps //= pool
    return options
