"""One-dimensional convolution: the regressor and the classifier."""

from __future__ import annotations

from skseqconv._public import public

from ._parameters import Conv1DRegressorParameters
from ._regression import SequenceRegressor


@public
class Conv1DRegressor(Conv1DRegressorParameters, SequenceRegressor):
    """Regression on sequences by a stack of one-dimensional convolutions.

    Convolutions with maximum pooling between them, the maximum over time, a linear
    head. The defaults are the network of the Keras book for the Jena climate series.

    Parameters
    ----------
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
    padding : {"auto", "valid", "same", "causal"}, default="auto"
        "valid" shortens the sequence by each kernel, "same" and "causal" fill it up
        with zeros on both sides or at its beginning. "auto" is "valid" if the window
        is long enough for that and `residual` is 0. Else it is "same", and a pooling
        that is wider than its sequence takes all of it.
    activation : str, default="relu"
        Name of the Keras activation of the convolutions.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each convolution and its activation: of each filter over
        a training batch, or over the filters of each step. None for none.
    residual : int, default=0
        Number of convolutions in a block with a shortcut around it; 0 for no
        shortcuts. Not with "valid" padding; pooling between blocks only.
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
    global_pooling : {"max", "average", "last"}, default="max"
        What the head sees of the sequence: each filter's maximum or mean over time,
        or the last step.
    loss : str, callable or keras.losses.Loss, default="mse"
        Loss between the standardized y and its prediction, as Keras takes it. "mse"
        makes `predict` a forecast of the mean, "mae" of the median. "quantile" trains
        all of `quantiles` at once, which never cross; `predict` gives the median.
        "poisson" is for counts: y is divided by its mean, forecasts are not negative,
        and "auto" for `window_norm` means None. A function of your own is given the
        standardized y, or with `window_norm` y less its last value, in units of the
        error of persistence.
    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Name of a Keras optimizer, or one to copy the settings of.
    learning_rate : float, default=None
        Step size at the start of `fit`; None for the optimizer's own (0.001 for
        most), or a tenth of that where changes are forecast (`window_norm`) by an
        optimizer that is given by name.
    epochs : int or "auto", default="auto"
        Passes over the training samples, at most. "auto" takes as many as give 500
        training steps.
    batch_size : int, default=128
        Samples a training step.
    steps_per_epoch : int, default=None
        Training steps an epoch, each on samples drawn anew; None for as many as
        show each sample once.
    validation_split : float, default=0.0
        Share of the samples, the last in time (or see `validation_gap`), that is not
        trained on but scored after each epoch.
    validation_gap : int or "auto", default="auto"
        How many samples before those are left out. "auto" leaves out the ones whose
        target lies after the first validation row, where X is a view that knows how far
        ahead it lies (from `make_supervised`) or `delay` says so, and none otherwise.
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
        Whether `fit` goes on from the weights of the last fit. A regressor solves the
        scale and the level of y anew, so that the steps before may be fitted anew.
        Only views (`SeriesView`, `make_supervised`) show through which steps rows came:
        of plain tables and arrays, steps that were replaced alone go unnoticed.
    random_state : int, RandomState instance or None, default=None
        Of the weights, the dropout and the order of the samples. With an int, fits
        of the same data predict the same to the bit on one machine.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 a line an epoch.
    quantiles : sequence of float, default=(0.1, 0.5, 0.9)
        For ``loss="quantile"``: ascending, between 0 and 1, with 0.5 among them.
    window_norm : {"auto", "last", "standard"} or None, default="auto"
        Forecasts changes instead of values: each window is taken relative to its last
        values, in units of each channel's usual spread ("last") or of its own
        ("standard"), and what the network gives is added to the last value of the
        target. Before training that is persistence; a series that moves to another
        level moves its forecasts with it. Where the newest value of the target is
        missing in the series, the last known one stands for it, even if a step before
        has filled it. "auto" takes "standard" where X knows its target (from
        `make_supervised`) or `target_channel` names it, and y is an affine function of
        it; None takes windows as they are.
    target_channel : str, int or sequence of these, default=None
        For `window_norm`, the channel that y is the future of, by name or position; a
        sequence has one for each column of y. None takes what X knows, or the only
        channel.
    delay : int or sequence of int, default=None
        How many rows ahead y lies, for `window_norm` and `validation_gap`. None takes
        what X knows. y of a plain array of windows is taken to be in the units of its
        channel.

    Attributes
    ----------
    model_ : keras.Model
        The Keras model: ``model_.summary()``.
    layers_ : DataFrame
        The network's layers, a row each by name: "kind", "output_shape" of one sample,
        "n_parameters" that are trained, and "n_fixed", values that are not (running
        averages, and what leads to the level that changes are added to).
    history_ : dict of list of float
        "loss" and, with `validation_split`, "val_loss", a value an epoch; in units
        of the standardized y, or with `window_norm` of the error of persistence (its
        root mean square): an "mse" of 1 is no better.
    n_iter_ : int
        Number of epochs trained.
    receptive_field_ : int
        How many steps of the window each value behind the last convolution reads.
    n_parameters_ : int
        Number of the network's trainable parameters.
    initialized_ : bool
        Whether there is a network to predict with.
    target_encoder_ : transformer
        Standardizes y (`mean_`, `scale_`), and brings outputs of `model_` back to its
        units. With `window_norm` the scale is the error of persistence.
    feature_encoder_ : transformer
        Leaves X as it is.
    n_features_in_ : int
        Number of channels; of columns where X has two dimensions.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels, where X has some.

    Raises
    ------
    ValueError
        By `fit`, if kernels and pools leave no time step, no training row has a
        complete window, a value is missing or infinite, or training diverges.

    See Also
    --------
    Conv1DGRURegressor : Convolutions before a GRU, which knows the order of events.
    PersistenceRegressor : The common-sense forecast that a network has to beat.

    Notes
    -----
    The maximum over time forgets when something happened; where the order matters,
    as in forecasts, `Conv1DGRURegressor` keeps it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import LookbackWindower, Standardizer, make_supervised
    >>> from skseqconv import Conv1DRegressor
    >>> time = np.arange(600.0)
    >>> wave = np.sin(time / 5)[:, None]
    >>> X, y = make_supervised(wave, 0, delay=3)
    >>> forecast = make_pipeline(
    ...     Standardizer(),
    ...     LookbackWindower(32),
    ...     Conv1DRegressor(pool_size=2, random_state=0),
    ... )
    >>> forecast.fit(X[:400], y[:400]).score(X[403:], y[403:]) > 0.9
    True
    """
