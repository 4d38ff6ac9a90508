"""Which layers a network will have, from its options alone.

Lengths and numbers of parameters are not known yet: they depend on X and y.
"""

from ._lengths import dilation_rates, per_layer


def planned_conv1d(options):
    """Name and description of each layer of `conv1d_network`."""
    pooling = ("global_pool", f"{options['global_pooling']} of all steps")
    return [*_embedding(options), *_stack(**options), pooling, *_head(options)]


def planned_conv1d_gru(options):
    """Name and description of each layer of `conv1d_gru_network`."""
    name = "bidirectional" if options["bidirectional"] else "gru"
    gru = (name, f"{options['gru_units']} units")
    return [*_embedding(options), *_stack(**options), gru, *_head(options)]


def _embedding(options):
    if options["embedding_dim"] is None:
        return []
    return [("embedding", f"{options['embedding_dim']} numbers for each token")]


def _stack(
    *,
    filters,
    kernel_size,
    pool_size,
    n_conv,
    dilation_rate,
    normalization,
    residual,
    **_,
):
    kernels = per_layer(kernel_size, n_conv, "kernel_size")
    dilations = dilation_rates(dilation_rate, n_conv, residual)
    pools = [*per_layer(pool_size, n_conv - 1, "pool_size"), 1]
    filters = per_layer(filters, n_conv, "filters")
    rows = []
    for i in range(n_conv):
        apart = f", {dilations[i]} apart" if dilations[i] > 1 else ""
        said = f"{filters[i]} filters of {kernels[i]} steps{apart}"
        rows.append((f"conv_{i + 1}", said))
        if normalization is not None:
            rows.append((f"norm_{i + 1}", normalization))
        if residual and (i + 1) % residual == 0:
            rows.append((f"add_{i + 1}", f"what went into conv_{i + 2 - residual}"))
        if pools[i] > 1:
            rows.append((f"pool_{i + 1}", f"maximum of {pools[i]} steps"))
    return rows


def _head(options):
    dropout = options["dropout"]
    rows = [("dropout", f"{dropout:g}")] if dropout else []
    return [*rows, ("output", "as many as y asks for")]
