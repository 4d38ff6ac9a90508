"""One-dimensional convolution before a GRU: the regressor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from ._parameters import CONV1D_GRU
from ._wrapper import SequenceEstimator, SequenceRegressor

if TYPE_CHECKING:
    import keras
    import numpy as np

__all__ = ["Conv1DGRURegressor"]


class Conv1DGRURegressor(SequenceRegressor):
    """Regression on sequences by convolutions that a GRU reads in order.

    Convolutions with maximum pooling between them shorten the sequence, a gated
    recurrent unit reads what is left in order, a linear head follows. The defaults are
    the network of the Keras book for the Jena climate series.

    Parameters
    ----------
    filters : int or sequence of int, default=32
        Number of filters of each convolution; a sequence has one value each.
    kernel_size : int or sequence of int, default=5
        Width of each convolution in time steps; a sequence has one value each.
    pool_size : int or sequence of int, default=3
        Width of the maximum pooling between two convolutions; a sequence has one
        value for each of the ``n_conv - 1`` places. 1 leaves the pooling out.
    n_conv : int, default=2
        Number of convolutions.
    dilation_rate : int or sequence of int, default=1
        Distance in time steps between the entries that a kernel reads; a sequence
        has one value for each convolution.
    padding : {"valid", "same", "causal"}, default="valid"
        "valid" shortens the sequence by each kernel, "same" and "causal" fill it up
        with zeros on both sides or at its beginning.
    activation : str, default="relu"
        Name of the Keras activation of the convolutions.
    gru_units : int, default=32
        Size of the GRU's state.
    gru_dropout : float, default=0.1
        Share of the GRU's inputs that is dropped in training.
    recurrent_dropout : float, default=0.5
        Share of the GRU's state that is dropped in training. With 0 the GRU runs on
        cuDNN where there is a GPU.
    reset_after : bool, default=True
        Whether the reset gate acts after the matrix product (as cuDNN has it, with
        one more bias) or before it.
    bidirectional : bool, default=False
        Whether a second GRU reads the sequence from its end.
    dropout : float, default=0.0
        Share of the features before the head that is dropped in training.
    loss : str, callable or keras.losses.Loss, default="mse"
        Loss between the standardized y and its prediction, as Keras takes it. "mse"
        makes `predict` a forecast of the mean, "mae" of the median.
    optimizer : str or keras.optimizers.Optimizer, default="rmsprop"
        Name of a Keras optimizer, or one to copy the settings of.
    learning_rate : float, default=None
        Step size at the start of `fit`; None for the optimizer's own (0.001 for most).
    epochs : int, default=20
        Passes over the training samples, at most.
    batch_size : int, default=128
        Samples a training step.
    steps_per_epoch : int, default=None
        Training steps an epoch, each on samples drawn anew; None for as many as
        show each sample once.
    validation_split : float, default=0.0
        Share of the samples, the last in time, that is not trained on but scored
        after each epoch.
    validation_gap : int or "auto", default="auto"
        How many samples before those are left out. "auto" leaves out the ones whose
        target lies within the validation period, where X knows its target and delay
        (from `make_supervised`), and none otherwise.
    early_stopping : bool, default=False
        Stop when the validation loss (the training loss without
        `validation_split`) has not improved for `n_iter_no_change` epochs, and keep
        the weights of the best epoch.
    n_iter_no_change : int, default=5
        Epochs without improvement that early stopping waits.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Keras callbacks, copied for each fit. scikit-learn's own are set with
        `set_callbacks`.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    random_state : int, RandomState instance or None, default=None
        Of the weights, the dropout and the order of the samples. With an int, fits
        of the same data predict the same to the bit on one machine.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line an epoch.

    Attributes
    ----------
    model_ : keras.Model
        The Keras model: ``model_.summary()``.
    history_ : dict of list of float
        "loss" and, with `validation_split`, "val_loss", a value an epoch; in units
        of the standardized y.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of the network's parameters.
    initialized_ : bool
        Whether there is a network to predict with.
    target_encoder_ : transformer
        Standardizes y, and brings predictions back to its units.
    feature_encoder_ : transformer
        Leaves X as it is.
    n_features_in_ : int
        Number of channels; of columns where X has two dimensions.
    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Names of the channels, where X has some.

    Raises
    ------
    ValueError
        By `fit`, if kernels and pools leave no time step, no training row has a
        complete window, a value is missing or infinite, or training diverges.

    See Also
    --------
    Conv1DRegressor : Convolutions alone: several times faster to train.
    PersistenceRegressor : The common-sense forecast that a network has to beat.

    Notes
    -----
    With ``reset_after=False`` the network has the parameters of the book's first
    edition.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import LookbackWindower, Standardizer, make_supervised
    >>> from skseqconv import Conv1DGRURegressor
    >>> time = np.arange(600.0)
    >>> wave = np.sin(time / 5)[:, None]
    >>> X, y = make_supervised(wave, 0, delay=3)
    >>> forecast = make_pipeline(
    ...     Standardizer(),
    ...     LookbackWindower(32),
    ...     Conv1DGRURegressor(epochs=15, recurrent_dropout=0.0, random_state=0),
    ... )
    >>> forecast.fit(X[:400], y[:400]).score(X[403:], y[403:]) > 0.9
    True
    """

    _network_name = "conv1d_gru"
    _network_options = tuple(CONV1D_GRU)
    _parameter_constraints = {  # noqa: RUF012
        **CONV1D_GRU,
        **SequenceEstimator._training_constraints,
    }

    def __init__(
        self,
        *,
        filters: int | Sequence[int] = 32,
        kernel_size: int | Sequence[int] = 5,
        pool_size: int | Sequence[int] = 3,
        n_conv: int = 2,
        dilation_rate: int | Sequence[int] = 1,
        padding: Literal["valid", "same", "causal"] = "valid",
        activation: str = "relu",
        gru_units: int = 32,
        gru_dropout: float = 0.1,
        recurrent_dropout: float = 0.5,
        reset_after: bool = True,
        bidirectional: bool = False,
        dropout: float = 0.0,
        loss: str | Callable | keras.losses.Loss = "mse",
        optimizer: str | keras.optimizers.Optimizer = "rmsprop",
        learning_rate: float | None = None,
        epochs: int = 20,
        batch_size: int = 128,
        steps_per_epoch: int | None = None,
        validation_split: float = 0.0,
        validation_gap: int | Literal["auto"] = "auto",
        early_stopping: bool = False,
        n_iter_no_change: int = 5,
        callbacks: keras.callbacks.Callback
        | Sequence[keras.callbacks.Callback]
        | None = None,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.filters = filters
        self.kernel_size = kernel_size
        self.pool_size = pool_size
        self.n_conv = n_conv
        self.dilation_rate = dilation_rate
        self.padding = padding
        self.activation = activation
        self.gru_units = gru_units
        self.gru_dropout = gru_dropout
        self.recurrent_dropout = recurrent_dropout
        self.reset_after = reset_after
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.steps_per_epoch = steps_per_epoch
        self.validation_split = validation_split
        self.validation_gap = validation_gap
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
