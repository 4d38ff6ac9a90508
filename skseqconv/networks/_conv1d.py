"""Convolutions and a pooling over time.

The result depends on the arguments only. Each layer has its own name and a fixed seed,
so building a network changes no global state. The estimators draw the weights later.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import keras

    from ._per_layer import Widths


def conv1d_network(
    input_shape: tuple[int, ...],
    n_outputs: int = 1,
    *,
    filters: int | Sequence[int] = 32,
    kernel_size: Widths = 5,
    strides: int | Sequence[int] = 1,
    pool_size: int | Sequence[int] = 3,
    n_conv: int = 3,
    dilation_rate: int | Sequence[int] | Literal["exponential"] = 1,
    padding: Literal["valid", "same", "causal"] = "valid",
    activation: str = "relu",
    normalization: Literal["batch", "layer"] | None = None,
    residual: int = 0,
    bottleneck: int | None = None,
    pooling_branch: bool = False,
    global_pooling: Literal["max", "average", "last", "flatten"] = "max",
    dropout: float = 0.5,
    embedding_dim: int | None = None,
    embedding_dropout: float = 0.0,
    embedding_trainable: bool = True,
    vocabulary_size: int | None = None,
    numeric_columns: int = 0,
    window_norm: Literal["last", "standard"] | None = None,
    highway: Sequence[int] | None = None,
    exogenous_at: Sequence[int] | None = None,
    channel_independent: bool = False,
    reads_newest: bool = False,
    quantiles: Sequence[float] | None = None,
    mask_padding: bool = False,
    output_activation: str = "linear",
) -> keras.Model:
    """Build convolutions, a pooling over time and a head.

    Parameters
    ----------
    input_shape : tuple of (n_steps, n_channels) or (n_steps,)
        Shape of one window, or of the token ids of one sample.
    n_outputs : int, default=1
        Number of outputs of the head.
    filters : int or sequence of int, default=32
        As in `Conv1DRegressor`.
    kernel_size : int or sequence of int or of sequences of int, default=5
        As in `Conv1DRegressor`.
    strides : int or sequence of int, default=1
        As in `Conv1DRegressor`.
    pool_size : int or sequence of int, default=3
        As in `Conv1DRegressor`.
    n_conv : int, default=3
        As in `Conv1DRegressor`.
    dilation_rate : int, sequence of int or "exponential", default=1
        As in `Conv1DRegressor`.
    padding : {"valid", "same", "causal"}, default="valid"
        "valid" adds no padding, so each convolution shortens the sequence. "same" adds
        zeros on both sides, "causal" at the start.
    activation : str, default="relu"
        As in `Conv1DRegressor`.
    normalization : {None, "batch", "layer"}, default=None
        As in `Conv1DRegressor`.
    residual : int, default=0
        As in `Conv1DRegressor`.
    bottleneck : int, default=None
        As in `Conv1DRegressor`.
    pooling_branch : bool, default=False
        As in `Conv1DRegressor`.
    global_pooling : {"max", "average", "last", "flatten"}, default="max"
        As in `Conv1DRegressor`.
    dropout : float, default=0.5
        As in `Conv1DRegressor`.
    embedding_dim : int, default=None
        As in `Conv1DRegressor`.
    embedding_dropout : float, default=0.0
        As in `Conv1DRegressor`.
    embedding_trainable : bool, default=True
        As in `Conv1DRegressor`.
    vocabulary_size : int, default=None
        Number of token ids, from 0. Required with `embedding_dim`.
    numeric_columns : int, default=0
        Number of values of a second input, "numbers", that join the head.
    window_norm : {None, "last", "standard"}, default=None
        Takes each window relative to its last values. "last" divides it by the usual
        spread of each channel, "standard" by its own spread. The output is added to the
        last value of the target. The weights of the layer "window_norm" are not
        trained; the estimators set them. `slope` says which channel the target is,
        `spread` has the usual spreads.
    highway : sequence of int, default=None
        The channel of each output, for `window_norm`. A linear function of this
        channel's window (weight `lagged`) is added to the output. The output is
        multiplied by the spread of the channel times `gain`, and not by that of
        `slope`. This is the autoregressive highway of LSTNet (Lai et al., SIGIR 2018),
        here with solved weights.
    exogenous_at : sequence of int, default=None
        Positions in the window, for `window_norm`. A linear function of the channels at
        these positions (weight `exogenous`) is added to the output. Channels may be
        relative to a fixed `center` instead of their last value: for this function
        (`centered` is 1), and in what the convolutions read (`kept` is 1, too). None
        means that all channels are relative to their last values.
    channel_independent : bool, default=False
        Whether the same weights forecast each channel of `highway` on its own. All
        channels must have equally many outputs, one channel after the other. Channels
        that are not in `highway` are read with each of them.
    reads_newest : bool, default=False
        Whether a pooling that does not divide its sequence leaves out the oldest steps.
        False leaves out the newest, as Keras does (without `strides`).
    quantiles : sequence of float, default=None
        Gives one value for each of these quantiles of each output. The values are in
        ascending order for any weights. None means one value for each output.
    mask_padding : bool, default=False
        Whether samples may end with padding, which changes no output: time steps whose
        channels are all NaN, or the token id 0 (before or after the tokens). Lengths
        may then differ. Not for `window_norm`.
    output_activation : str, default="linear"
        Name of the Keras activation of the head.

    Returns
    -------
    model : keras.Model
        Uncompiled, from (batch, *input_shape) to (batch, n_outputs), or with
        `quantiles` to (batch, n_outputs, n_quantiles). With `numeric_columns` its
        inputs are two, the second of shape (batch, numeric_columns).

    Raises
    ------
    ValueError
        If kernels, strides and pooling leave no time step, a convolution has both a
        stride and a dilation above 1, residual blocks do not fit the other options, or
        `embedding_dim` comes without `vocabulary_size`.

    See Also
    --------
    conv1d_gru_network : With a GRU instead of the pooling over time.
    Conv1DRegressor : The estimator that trains it.

    Examples
    --------
    >>> from skseqconv.networks import conv1d_network
    >>> conv1d_network((240, 14)).count_params()
    12609
    """
    options = dict(locals())  # all arguments, by name
    options["last_only"] = options.pop("global_pooling") == "last"

    from ._convolutions import convolutional_network
    from ._layers import global_pool

    summary = partial(global_pool, global_pooling=global_pooling)
    return convolutional_network("conv1d", summary, **options)
