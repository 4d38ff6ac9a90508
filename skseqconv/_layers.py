"""What the networks are made of: input, convolutions, pooling, head."""

from keras import Input, initializers, layers

from ._recurrent import GRU
from .networks import output_lengths, per_layer

#: Of batch normalization's averages: short trainings are to be remembered, too.
BATCH_MOMENTUM = 0.9


def input_and_sequence(input_shape, embedding_dim, embedding_dropout, vocabulary_size):
    """The network's input, and the sequence of numbers that it stands for."""
    if embedding_dim is None:
        window = Input(tuple(input_shape), name="window")
        return window, window
    if vocabulary_size is None:
        raise ValueError(
            "embedding_dim needs vocabulary_size, the number of token ids."
        )
    tokens = Input(tuple(input_shape), dtype="int32", name="tokens")
    sequence = layers.Embedding(
        vocabulary_size,
        embedding_dim,
        embeddings_initializer=seeded("random_uniform"),
        name="embedding",
    )(tokens)
    if embedding_dropout:
        drop = layers.SpatialDropout1D(embedding_dropout, seed=0, name="embedding_drop")
        sequence = drop(sequence)
    return tokens, sequence


def convolutions(
    sequence,
    *,
    filters,
    kernel_size,
    pool_size,
    n_conv,
    dilation_rate,
    padding,
    activation,
    normalization,
    residual,
):
    """Convolutions, each with what belongs to it: norm, shortcut, pooling."""
    output_lengths(
        sequence.shape[1],
        kernel_size=kernel_size,
        pool_size=pool_size,
        n_conv=n_conv,
        dilation_rate=dilation_rate,
        padding=padding,
    )
    filters = per_layer(filters, n_conv, "filters")
    kernels = per_layer(kernel_size, n_conv, "kernel_size")
    dilations = per_layer(dilation_rate, n_conv, "dilation_rate")
    pools = [*per_layer(pool_size, n_conv - 1, "pool_size"), 1]
    _check_residual(residual, n_conv, pools, padding)
    for i in range(n_conv):
        if residual and i % residual == 0:
            shortcut = sequence
        block_ends = residual and (i + 1) % residual == 0
        activated_here = normalization is None and not block_ends
        sequence = layers.Conv1D(
            filters[i],
            kernels[i],
            dilation_rate=dilations[i],
            padding=padding,
            activation=activation if activated_here else None,
            use_bias=normalization != "batch",  # it would take the bias out again
            kernel_initializer=seeded("glorot_uniform"),
            name=f"conv_{i + 1}",
        )(sequence)
        sequence = _normalized(sequence, normalization, f"norm_{i + 1}")
        if block_ends:
            shortcut = _of_width(shortcut, filters[i], normalization, f"{i + 1}")
            sequence = layers.Add(name=f"add_{i + 1}")([sequence, shortcut])
        if not activated_here:
            act = layers.Activation(activation, name=f"activation_{i + 1}")
            sequence = act(sequence)
        if pools[i] > 1:
            pool = layers.MaxPooling1D(pools[i], name=f"pool_{i + 1}")
            sequence = pool(sequence)
    return sequence


def _check_residual(residual, n_conv, pools, padding):
    if not residual:
        return
    if n_conv % residual:
        raise ValueError(
            f"residual={residual!r} does not divide n_conv={n_conv}: blocks have equal "
            "numbers of convolutions."
        )
    if padding == "valid":
        raise ValueError(
            f"residual={residual!r} needs sequences that keep their length: use "
            'padding="same" or padding="causal".'
        )
    inside = [i for i in range(n_conv) if (i + 1) % residual]
    if any(pools[i] > 1 for i in inside):
        raise ValueError(
            f"residual={residual!r} needs pool_size 1 inside each block of as many "
            f"convolutions, got {pools[:-1]}: pool_size=1, or one value a place."
        )


def _of_width(shortcut, n_filters, normalization, name):
    """A shortcut with as many channels as what it is added to."""
    if shortcut.shape[-1] == n_filters:
        return shortcut
    shortcut = layers.Conv1D(
        n_filters,
        1,
        use_bias=normalization != "batch",
        kernel_initializer=seeded("glorot_uniform"),
        name=f"shortcut_{name}",
    )(shortcut)
    return _normalized(shortcut, normalization, f"shortcut_norm_{name}")


def _normalized(sequence, normalization, name):
    if normalization == "batch":
        return layers.BatchNormalization(momentum=BATCH_MOMENTUM, name=name)(sequence)
    if normalization == "layer":
        return layers.LayerNormalization(name=name)(sequence)
    return sequence


def global_pool(sequence, kind):
    """One value of each filter: its maximum or mean over time, or its last."""
    if kind == "max":
        return layers.GlobalMaxPooling1D(name="global_pool")(sequence)
    if kind == "average":
        return layers.GlobalAveragePooling1D(name="global_pool")(sequence)
    last = layers.Cropping1D((sequence.shape[1] - 1, 0), name="last_step")(sequence)
    return layers.Flatten(name="global_pool")(last)


def head(features, n_outputs, dropout, activation):
    """The network's outputs."""
    if dropout:
        features = layers.Dropout(dropout, seed=0, name="dropout")(features)
    return layers.Dense(
        n_outputs,
        activation=activation,
        kernel_initializer=seeded("glorot_uniform"),
        name="output",
    )(features)


def seeded(name):
    """An initializer that draws no seed of its own from Python's random."""
    return initializers.get({"class_name": name, "config": {"seed": 0}})


def gru(sequence, units, *, bidirectional, **options):
    """A GRU that reads the sequence, or two from both ends: their last states."""
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
    return layer(sequence)
