"""The parts that all networks share: the input, the level, the head.

Also what summarizes a sequence: a pooling over time, a GRU.
"""

from keras import Input, Model, layers

from ._branches import LAST, seeded, without_oldest
from ._gru import GRU
from ._own_layers import Ascending, Embedding
from ._real_steps import AllSteps
from ._window_norm import EachTarget, Together, WindowNorm

#: Initial embeddings are close to zero, so that words too rare to learn from have no
#: effect. Hold-out accuracy in the setting of the Keras book (Chollet, "Deep Learning
#: with Python") with ranges of 0.5, 0.05 (Keras' default), 0.01 and 0.001, seed 0:
#: 0.725, 0.842, 0.854, 0.860.
EMBEDDING_RANGE = {"minval": -0.001, "maxval": 0.001}


def network(
    name,
    middle,
    input_shape,
    n_outputs,
    *,
    steps=None,
    dropout,
    embedding_dim,
    embedding_dropout,
    embedding_trainable,
    vocabulary_size,
    numeric_columns,
    window_norm,
    highway,
    exogenous_at,
    channel_independent,
    quantiles,
    output_activation,
):
    """A model of three parts: an input, `middle`, a head.

    Parameters
    ----------
    name : str
    middle : callable
        From a sequence to its features, of shape (batch, n_features).
    steps : AllSteps, default=None
        Takes the padding off the input, if lengths may differ.
    **options
        As in `conv1d_network`.
    """
    window, sequence = input_and_sequence(
        input_shape,
        embedding_dim,
        embedding_dropout,
        vocabulary_size,
        embedding_trainable,
        steps,
    )
    inputs, numbers = inputs_and_numbers(window, numeric_columns)
    sequence, level, n_targets = relative_to_level(
        sequence,
        n_outputs,
        window_norm=window_norm,
        highway=highway,
        exogenous_at=exogenous_at,
        channel_independent=channel_independent,
    )
    outputs = head(
        middle(sequence),
        n_outputs,
        dropout,
        output_activation,
        level,
        quantiles,
        n_targets,
        numbers,
    )
    return Model(inputs, outputs, name=name)


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


def global_pool(sequence, steps, global_pooling):
    """The maximum, mean or last value of each filter over time, or all its values."""
    if steps.masked and global_pooling == "flatten":
        raise ValueError(
            "global_pooling='flatten' has weights for each time step, so it needs "
            "series of one length. Use 'max', 'average' or 'last'."
        )
    if steps.masked:
        return steps.pooled(sequence, global_pooling)
    if global_pooling == "max":
        return layers.GlobalMaxPooling1D(name="global_pool", **LAST)(sequence)
    if global_pooling == "average":
        return layers.GlobalAveragePooling1D(name="global_pool", **LAST)(sequence)
    if global_pooling == "last":
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


def gru(sequence, steps, gru_units, *, gru_dropout, bidirectional, **options):
    """The last state of a GRU, or of two that read the sequence from both ends."""
    layer = GRU(
        gru_units,
        dropout=gru_dropout,
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
