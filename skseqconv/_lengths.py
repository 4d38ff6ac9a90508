"""Lengths: what convolutions and poolings leave of a window, and what would fit it."""

from numbers import Integral


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


def settled_padding(options, n_steps):
    """Options of a network, `padding` "auto" settled for windows of `n_steps`.

    It is "valid" where that leaves a step, and no shortcut needs sequences that keep
    their length; else "same", and no pooling is wider than the sequence it is for.
    """
    if options["padding"] != "auto":
        return options
    names = ("kernel_size", "pool_size", "n_conv", "dilation_rate", "residual")
    layers = {name: options[name] for name in names}
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
