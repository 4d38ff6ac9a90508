"""The networks: from an input shape and options to an uncompiled Keras model.

Both are pure functions of their arguments. Every layer has a name of its own and a
fixed seed, so building one touches no global state; the estimators draw the weights
afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import keras


def conv1d_network(
    input_shape: tuple[int, ...],
    n_outputs: int = 1,
    *,
    filters: int | Sequence[int] = 32,
    kernel_size: int | Sequence[int] = 5,
    pool_size: int | Sequence[int] = 3,
    n_conv: int = 3,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    padding: Literal["valid", "same", "causal"] = "valid",
    activation: str = "relu",
    normalization: Literal["batch", "layer"] | None = None,
    residual: int = 0,
    global_pooling: Literal["max", "average", "last"] = "max",
    dropout: float = 0.5,
    embedding_dim: int | None = None,
    embedding_dropout: float = 0.0,
    vocabulary_size: int | None = None,
    window_norm: Literal["last", "standard"] | None = None,
    quantiles: Sequence[float] | None = None,
    output_activation: str = "linear",
) -> keras.Model:
    """Build convolutions with pooling between, the maximum over time, a head.

    Parameters
    ----------
    input_shape : tuple of (n_steps, n_channels) or (n_steps,)
        Shape of one window, or number of the token ids of a sample.
    n_outputs : int, default=1
        Width of the head.
    filters : int or sequence of int, default=32
        Number of filters of each convolution; a sequence has one value each.
    kernel_size : int or sequence of int, default=5
        Width of each convolution in time steps; a sequence has one value each.
    pool_size : int or sequence of int, default=3
        Width of the maximum pooling between two convolutions; a sequence has one
        value for each of the ``n_conv - 1`` places. 1 leaves the pooling out.
    n_conv : int, default=3
        Number of convolutions.
    dilation_rate : int, sequence of int or "exponential", default=1
        Distance in time steps between the entries that a kernel reads; a sequence
        has one value for each convolution. "exponential" doubles it from convolution
        to convolution, or from one residual block to the next: 1, 2, 4 and so on.
    padding : {"valid", "same", "causal"}, default="valid"
        "valid" shortens the sequence by each kernel, "same" and "causal" fill it up
        with zeros on both sides or at its beginning.
    activation : str, default="relu"
        Name of the Keras activation of the convolutions.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each convolution and its activation: of each filter over
        a training batch, or over the filters of each step. None for none.
    residual : int, default=0
        Number of convolutions in a block with a shortcut around it; 0 for no
        shortcuts. Not with "valid" padding; pooling between blocks only.
    global_pooling : {"max", "average", "last"}, default="max"
        What the head sees of the sequence: each filter's maximum or mean over time,
        or the last step.
    dropout : float, default=0.5
        Share of the features before the head that is dropped in training.
    embedding_dim : int, default=None
        Makes the network take token ids, whole numbers of shape (n_samples, n_steps),
        which it looks up in a table of vectors of this length that it learns. None
        for numeric channels.
    embedding_dropout : float, default=0.0
        Share of the table's columns that is dropped, for all steps of a sample, in
        training.
    vocabulary_size : int, default=None
        Number of token ids, from 0; None for one more than the largest in X.
    window_norm : {None, "last", "standard"}, default=None
        Takes each window relative to its last values, in units of the channel's usual
        spread ("last") or of its own ("standard"), and adds the output to the last
        value of its target. Which that is, is for the layer "window_norm" to be told
        (its weights spread and slope); the estimators do so.
    quantiles : sequence of float, default=None
        Gives the head a value for each of these quantiles of each output, in ascending
        order whatever the weights. None for one value.
    output_activation : str, default="linear"
        Name of the Keras activation of the head.

    Returns
    -------
    model : keras.Model
        Uncompiled, from (batch, *input_shape) to (batch, n_outputs), or with
        `quantiles` to (batch, n_outputs, n_quantiles).

    Raises
    ------
    ValueError
        If kernels and pools leave no time step, residual blocks do not fit the other
        options, or `embedding_dim` comes without `vocabulary_size`.

    See Also
    --------
    conv1d_gru_network : With a GRU in the place of the maximum over time.
    Conv1DRegressor : The estimator that trains it.

    Examples
    --------
    >>> from skseqconv.networks import conv1d_network
    >>> conv1d_network((240, 14)).count_params()
    12609
    """
    from keras import Model

    from . import _layers

    window, sequence = _layers.input_and_sequence(
        input_shape, embedding_dim, embedding_dropout, vocabulary_size
    )
    sequence, level = _layers.relative_to_level(sequence, window_norm, n_outputs)
    sequence = _layers.convolutions(
        sequence,
        filters=filters,
        kernel_size=kernel_size,
        pool_size=pool_size,
        n_conv=n_conv,
        dilation_rate=dilation_rate,
        padding=padding,
        activation=activation,
        normalization=normalization,
        residual=residual,
    )
    features = _layers.global_pool(sequence, global_pooling)
    head = _layers.head(
        features, n_outputs, dropout, output_activation, level, quantiles
    )
    return Model(window, head, name="conv1d")
