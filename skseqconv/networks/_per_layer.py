"""Options of a stack of layers: one value for all of them, or one for each."""

from collections.abc import Sequence

from skseqconv._counts import is_count

#: Width of the max pooling that `pooling_branch` adds to the parallel convolutions.
BRANCH_POOL = 3

#: One width for all convolutions, one for each of them, or for some of them several.
Widths = int | Sequence[int | Sequence[int]]


def per_layer(value, n_layers, name):
    """One value for each layer: a scalar is repeated, a sequence is checked."""
    values = list(value) if hasattr(value, "__len__") else [value] * n_layers
    if len(values) != n_layers:
        raise ValueError(
            f"{name}={value!r} has {len(values)} values for {n_layers} layers: give "
            "one value for all layers, or one for each layer (pool_size: one for each "
            "place between two convolutions)."
        )
    if not all(map(is_count, values)):
        raise ValueError(f"{name}={value!r} must be whole numbers >= 1.")
    return [int(v) for v in values]


def widths_per_layer(kernel_size, n_conv):
    """The widths of each layer: several belong to parallel convolutions."""
    one_for_all = not hasattr(kernel_size, "__len__")
    each = [kernel_size] * n_conv if one_for_all else kernel_size
    layers = [_several(one) for one in each]
    if len(layers) != n_conv:
        raise ValueError(
            f"kernel_size={kernel_size!r} has {len(layers)} values for {n_conv} "
            "layers: give one value for all layers, or one for each layer. Parallel "
            "widths are a tuple inside the list: kernel_size=[(3, 4, 5)] with n_conv=1."
        )
    if not all(widths and all(map(is_count, widths)) for widths in layers):
        raise ValueError(
            f"kernel_size={kernel_size!r} must be whole numbers >= 1. For parallel "
            "widths a layer has a tuple of them, with one width or more."
        )
    return [tuple(map(int, widths)) for widths in layers]


def _several(width):
    return list(width) if hasattr(width, "__len__") else [width]


def widest_per_layer(kernel_size, n_conv):
    """The largest width of each layer."""
    return [max(widths) for widths in widths_per_layer(kernel_size, n_conv)]


def dilation_rates(dilation_rate, n_conv, residual):
    """One rate for each convolution. "exponential" doubles it with each block."""
    if isinstance(dilation_rate, str):
        if dilation_rate != "exponential":
            raise ValueError(
                f"dilation_rate={dilation_rate!r} must be a number, one number for "
                'each convolution, or "exponential".'
            )
        return [2 ** (i // (residual or 1)) for i in range(n_conv)]
    return per_layer(dilation_rate, n_conv, "dilation_rate")
