"""Convolutions and a GRU that forecast or regress."""

from skseqconv._public import public

from ._parameters import Conv1DGRURegressorParameters
from ._regression import SequenceRegressor


@public
class Conv1DGRURegressor(Conv1DGRURegressorParameters, SequenceRegressor):
    """Regression on sequences by convolutions that a GRU reads in order.

    Convolutions with max pooling between them shorten the sequence. A gated recurrent
    unit reads the result in order, and a linear head follows. If X knows its target,
    forecasts start from a `level`, and the network learns what is left. The default
    numbers of layers, filters and units, and widths of kernels and pooling, are those
    of F. Chollet, "Deep Learning with Python", for the Jena climate series.

    Most users set `epochs`, `validation_split` (needed for intervals) and
    `random_state`. To tune it, begin with `gru_units`, `kernel_size`, `n_conv` and
    `learning_rate`. The length of the window belongs to `LookbackWindower`, the
    forecast horizons belong to `make_supervised`.

    The parameters, by group:

    - the network: `filters` to `bidirectional`
    - the training: `loss` to `steps_per_epoch`
    - validation and early stopping: `validation_split` to `metrics`
    - the fit as a whole: `callbacks` to `verbose`
    - what is forecast, and from where: `quantiles` to `delay`
    - texts and other token ids: `embedding_dim` to `numeric_columns`

    Parameters
    ----------
    filters : int or sequence of int, default=32
        Number of filters. A sequence gives one value for each convolution. Parallel
        convolutions have this number each.
    kernel_size : int or sequence of int or of sequences of int, default=5
        Kernel width in time steps. A sequence gives one value for each convolution. A
        tuple in place of a value gives parallel convolutions of these widths, whose
        outputs are joined: ``[(40, 20, 10)] * 6`` with ``n_conv=6``, or ``[(3, 4, 5)]``
        with ``n_conv=1``. With "valid" padding the joined outputs end at the same step,
        and the first steps of narrow kernels are left out.
    strides : int, sequence of int or "auto", default="auto"
        Distance in time steps between two positions of a kernel. A sequence gives one
        value for each convolution. ``kernel_size=24, strides=24`` reads the window in
        segments of 24 steps. The last position ends at the newest step, and steps that
        are left over are the oldest ones. A convolution with a stride above 1 cannot
        be dilated. A residual block with strides has a strided convolution as shortcut.
        "auto" gives the first convolution the smallest stride, at most its kernel size,
        that leaves 40 steps or fewer after the last layer (1 with `residual`).
    pool_size : int or sequence of int, default=3
        Width of the max pooling between two convolutions. A sequence gives one value
        for each of the ``n_conv - 1`` places. 1 means no pooling. If it does not divide
        its sequence, the oldest steps of a window are left out. Samples of an array may
        have any length, so their last steps are left out, as by Keras.
    n_conv : int, default=2
        Number of convolutions.
    dilation_rate : int, sequence of int or "exponential", default=1
        Distance in time steps between the inputs of a kernel. A sequence gives one
        value for each convolution. "exponential" doubles the rate with each
        convolution, or with each residual block: 1, 2, 4 and so on.
    padding : {"auto", "valid", "same", "causal"}, default="auto"
        "valid" adds no padding, so each convolution shortens the sequence. "same" adds
        zeros on both sides, "causal" at the start. "auto" means "valid" if the window
        is long enough and `residual` is 0. Otherwise it means "same", and a pooling
        that is wider than its sequence takes the whole sequence. If lengths differ,
        the shortest series in `fit` counts.
    activation : str, default="relu"
        Name of the Keras activation of the convolutions.
    normalization : {None, "batch", "layer"}, default=None
        "batch" normalizes each filter over a training batch, "layer" each time step
        over the filters, before the activation. None means no normalization.
    residual : int, default=0
        Number of convolutions in each residual block. 0 means no residual blocks. With
        them, `padding` cannot be "valid", and pooling takes place between blocks only.
    bottleneck : int, default=None
        Number of filters of a convolution of width 1 without activation, before each
        layer of convolutions that reads more than one channel. None means none.
    pooling_branch : bool, default=False
        Whether each layer of convolutions has one more branch: max pooling of width 3
        and stride 1 (or `strides`), then a convolution of width 1. Its input does not
        pass the `bottleneck`.
    dropout : float, default=0.5
        Dropout rate before the head.
    gru_units : int, default=32
        Number of units of the GRU.
    gru_dropout : float, default=0.1
        Dropout rate of the GRU's inputs.
    recurrent_dropout : float, default=0.5
        Dropout rate of the GRU's state. With 0, the GRU runs on cuDNN if there is a
        GPU.
    reset_after : bool, default=True
        Whether the reset gate is applied after the matrix product (as in cuDNN, with a
        second bias) or before it.
    bidirectional : bool, default=False
        Whether a second GRU reads the sequence backward.
    loss : str, callable or keras.losses.Loss, default="mse"
        Loss between the standardized y and its prediction, as Keras takes it. "mse"
        forecasts the mean, "mae" the median. "quantile" trains all `quantiles`
        together: they never cross, and `predict` returns the median. "poisson" is for
        counts: y is divided by its mean, forecasts are never negative, and "auto" for
        `window_norm` and `level` means None. If the network forecasts changes
        (`window_norm`), a custom loss receives y minus the level, in units of the
        level's error.
    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Name of a Keras optimizer, or an optimizer. Each fit uses a new copy of it.
    learning_rate : float, default=None
        Learning rate, with `learning_rate_schedule` its peak. None means the default of
        the optimizer (0.001 for most). If the network forecasts changes (`window_norm`)
        and `optimizer` is a name, None means a tenth of that for one output. The share
        grows with the square root of the number of outputs, up to half for 25. Where
        training goes on (`warm_start`, `partial_fit`), None keeps the present rate.
    learning_rate_schedule : {None, "one_cycle", "cosine"}, default=None
        Course of the learning rate over the steps of all `epochs`, also if training
        stops early. "one_cycle" raises it in the first 30 % of the steps, from 1/25 of
        the peak, then lowers it to almost zero (Smith and Topin, 2018). "cosine" lowers
        it from the peak to zero (Loshchilov and Hutter, 2017). None leaves it to
        `optimizer` and `callbacks`. Each `fit` starts a new course, also with
        `warm_start`. `partial_fit` uses the peak.
    epochs : int or "auto", default="auto"
        Maximum number of passes over the samples. "auto" gives 500 training steps, in
        whole passes. From the levels "ar" and "arx", it gives fewer if the longest
        delay fits into the training rows less than 25 times: 20 for each time.
    batch_size : int, default=128
        Number of samples per training step.
    steps_per_epoch : int, default=None
        Training steps per epoch, on newly drawn samples. None uses each sample once.
    validation_split : float, str, date, numpy.datetime64 or splitter, default=0.0
        Samples to hold out and score each epoch: the share of the last ones in time, or
        a date in ISO format ("2016-07-01"). A date holds out the samples whose targets
        all lie at or after it. Training samples have all targets before it; samples
        with both are left out. X must be a view of series with dates. A date without a
        time zone is in that of the series. If X does not know how far ahead y lies, the
        date of a window's last row counts. Of a splitter, such as `SeriesKFold` or
        `PanelTimeSeriesSplit`, the last fold is taken. `fit` may also be given samples
        of their own (`X_val`, `y_val`), which are used instead.
    validation_gap : int, time span or "auto", default="auto"
        Number of samples left out before the validation part, or a time such as "24h".
        "auto" leaves out those whose target lies after the first validation row. It
        needs a view from `make_supervised`, or a view and `delay`; otherwise it leaves
        out none. With a date in `validation_split` it leaves out no more than the date
        does. With a splitter only "auto" is allowed, and leaves the gap to it.
    early_stopping : bool, default=False
        Whether to stop after `n_iter_no_change` epochs in which `monitor` does not
        improve, and keep the best epoch's weights. If training starts from earlier
        weights (`warm_start`), or for a regressor from a forecast, and no epoch has a
        better validation value than this start, its weights are kept.
    monitor : str, default="val_loss"
        What early stopping watches: a name in ``history_``. "val_loss" means the
        training loss if there are no validation samples. Of scikit-learn's scorers more
        is better; for other metrics Keras' own rule decides.
    n_iter_no_change : int, default=5
        Number of epochs without improvement before early stopping.
    metrics : str, keras.metrics.Metric or list of these, default=None
        What is computed beside the loss in each epoch, for ``history_``, `callbacks`
        and `monitor`. Names of scikit-learn's scorers, such as "r2" and
        "neg_mean_absolute_error", are computed on the validation samples, in the units
        of y, after each epoch of `fit` only. The names "mae", "mse" and
        "root_mean_squared_error", and metrics of Keras, are computed as the loss is: on
        training and validation samples, in the units of ``history_["loss"]``. Both are
        weighted as the loss, where scikit-learn's function takes weights. Each network
        has its own copy of an object.
    callbacks : keras.callbacks.Callback or list of these, default=None
        Keras callbacks, copied for each fit. For scikit-learn's, use `set_callbacks`.
    warm_start : bool, default=False
        Whether `fit` continues from the weights of the last fit. For a regressor, the
        scale and the level of y are computed again, so earlier Pipeline steps may be
        refitted. If only these steps are replaced, views show it; tables and
        arrays do not.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights, the dropout and the order of the samples. With an int, fits
        on the same data give identical predictions on one machine.
    verbose : int, default=0
        0 is silent, 1 shows Keras' progress bar, 2 prints one line per epoch.
    quantiles : sequence of float, default=(0.1, 0.5, 0.9)
        For ``loss="quantile"``: ascending quantiles between 0 and 1, including 0.5.
    window_norm : {"auto", "last", "standard"} or None, default="auto"
        How windows are taken relative to their last values, so that forecasts follow a
        series to a new level. "last" divides them by the usual spread of each channel,
        "standard" by their own spread, as series of different size need it. Channels
        beside the target that are constant in most windows (ids, regimes, flags) keep
        their values. "auto" means "standard" if X knows its target (from
        `make_supervised`) or `target_channel` names it, and y is an affine function of
        that channel. Otherwise, and with None, windows are used as they are: put a
        `Standardizer` before the network.
    level : {"auto", "last", "seasonal", "ar", "arx"} or None, default="auto"
        What the output of the network is added to: an untrained network forecasts it.
        "last" is the last known value of the target. "seasonal" is its last known value
        a whole number of `period` before the forecast time. "ar" is the forecast of a
        `LinearAutoregression` on the window of the target. "arx" also reads the values
        of the other channels. "auto" takes the first of these four that is nearly as
        good as the best on later parts of the training rows. None uses windows as they
        are. Training does not change the level. See Notes.
    period : int, time span or "auto", default="auto"
        Number of rows in a season, or a time such as "7D" if X has dates at equal
        distances, for the levels "seasonal" and "auto". "auto" finds the best season
        that the window holds, as `PersistenceRegressor` does. A number that the window
        does not hold is an error for "seasonal". The level "auto" then does not try the
        season, with a warning. Other levels do not use it.
    channel_independent : bool or "auto", default="auto"
        Whether the same weights forecast each target on its own, from its own channel
        and the channels of no target (PatchTST: Nie et al., ICLR 2023). False forecasts
        all targets together, from all channels. "auto" means True if y has several
        targets, all with the same delays, and the network forecasts changes.
    target_channel : str, int or sequence of these, default=None
        Name or position of the channel whose future y is, for `window_norm`. A sequence
        gives one channel for each column of y. None means the target that X knows, or
        the only channel.
    delay : int, time span or sequence of these, default=None
        Number of rows, or time such as "24h", between the end of a window and its y,
        for `window_norm` and `validation_gap`. None means the delay that X knows. If X
        is a plain array of windows, y is assumed to be in the units of its channel.
    embedding_dim : int, default=None
        Length of the learned vector of each token id. X then holds token ids: integers
        of shape (n_samples, n_steps). None takes the length from `embedding_weights`.
        Without them, it means that X holds numeric channels.
    embedding_weights : array-like, DataFrame or mapping, default=None
        Vectors that the embedding begins with, such as pre-trained ones. An array of
        shape (n_tokens, embedding_dim) has a row for each token id: 0 is padding, 1 the
        unknown token. A mapping from words to
        vectors (a dict, or KeyedVectors of gensim), or a DataFrame whose index holds
        the words, needs ids that come directly from a `TokenSequencer`, or through a
        `ColumnTransformer`. Words without a vector begin close to zero. None begins all
        vectors close to zero. A fit that continues keeps the vectors that it has.
    embedding_trainable : bool, default=True
        Whether the vectors are trained. False keeps them as `embedding_weights` has
        them, and makes training faster.
    embedding_dropout : float, default=0.0
        Dropout rate of the embedding's columns, the same for all steps of a sample.
    vocabulary_size : int, default=None
        Number of token ids, from 0. None means the number of rows of an array of
        `embedding_weights`. Without such an array it means `n_tokens_` of the
        `TokenSequencer` before, or (ids from elsewhere) the largest id in X plus one.
    mask_padding : bool, default=False
        Whether the token id 0 before and after the tokens of a text is left out, so
        that padding changes no prediction. A text that is shorter than the network
        needs keeps as much padding as is missing. Series need no such option: their
        padding (NaN) is always left out.
    numeric_columns : int, default=0
        Number of columns of X after the token ids that hold numbers, such as the age of
        a review. They join the features of the text in front of the head, after the
        dropout, so they act on the output in a linear way. Scale them before
        (StandardScaler in a `ColumnTransformer`, after the `TokenSequencer`).

    Attributes
    ----------
    model_ : keras.Model
        The Keras model. ``model_.summary()`` prints its layers.
    layers_ : DataFrame
        One row per layer: its "kind", its "output_shape" for one sample, and how many
        of its values are trained ("n_parameters") or not ("n_fixed").
    history_ : dict of list of float
        "loss" and, with validation samples, "val_loss": one value per epoch, in units
        of the standardized y. If the network forecasts changes, the unit is the root
        mean square error of its start on the training rows. Held-out rows may be harder
        or easier, so compare with `reference_loss_`. With `sample_weight`, the losses
        are weighted means; those of `partial_fit` are means of weight times loss.
        `metrics` of Keras are there, for example, as "mae" and
        "val_mae", scorers only as "val_r2". With `learning_rate_schedule`,
        "learning_rate" is that of the last step of each epoch.
    reference_loss_ : dict of dict of float
        Losses to compare `history_` with, of the same rows and in the same units:
        "persistence" (the last value) and "start" (the network before its first epoch).
        Each has "loss", on at most 10,000 training rows, and, with validation samples,
        "val_loss". Exists if the network forecasts changes.
    best_epoch_ : int
        The epoch whose weights are kept, from 1; 0 is the start. Exists with
        `early_stopping`.
    n_iter_ : int
        Number of epochs trained.
    receptive_field_ : int
        Number of time steps that each output of the last convolution depends on.
    n_parameters_ : int
        Number of trainable parameters of the network.
    ids_without_vector_ : ndarray of int
        Token ids of the vocabulary whose word has no vector in `embedding_weights`.
        Exists if these are vectors by word. The words are
        ``sequencer.inverse_transform(ids_without_vector_[:, None])``.
    initialized_ : bool
        Whether there is a network to predict with.
    target_encoder_ : transformer
        Standardizes y (`mean_`, `scale_`) and converts outputs of `model_` back. If the
        network forecasts changes, `scale_` is the error of the level.
    level_ : str or None
        What forecasts start from, as `level` names it. None if windows are used as they
        are.
    period_ : int or None
        Number of rows in the season that forecasts start from, if `level_` is
        "seasonal".
    feature_encoder_ : transformer
        Returns X unchanged.
    n_features_in_ : int
        Number of channels, or of columns if X has two dimensions.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels, if X has names.

    Raises
    ------
    ValueError
        By `fit`, if kernels, strides and pooling leave no time step, no training row
        has a complete window, a value is missing or infinite, or training diverges.

    Warns
    -----
    UserWarning
        By `fit`, if windows are used as they are because y is not an affine function of
        its channel, or has another number of columns than X has targets; if the window
        does not hold the `period`, or the best season that was found; if `level` does
        not use the given `period`; if the network does not read all steps of a window;
        if a splitter in `validation_split` learns from targets in the time of the
        validation part.
        By `predict`, if X seems not to have passed the steps of the fit.
    MissingHistoryWarning
        By `predict`, if a window begins before its series.

    See Also
    --------
    Conv1DRegressor : Convolutions without a GRU: several times faster to train.
    PersistenceRegressor : The naive forecast that a network has to beat.

    Notes
    -----
    Series may have unequal lengths, if forecasts start from no level: a list of arrays,
    or an array whose samples end with NaN. This padding changes no prediction.

    The network of the book, on windows as they are, is ``Conv1DGRURegressor(level=None,
    strides=1, optimizer="rmsprop", dropout=0)``. With ``reset_after=False`` it has as
    many weights as in the first edition.

    The guide "What the networks reach" says how a level is solved, and how "auto"
    chooses it.

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
    ...     Conv1DGRURegressor(recurrent_dropout=0.0, random_state=0),
    ... )
    >>> forecast.fit(X[:400], y[:400]).score(X[403:], y[403:]) > 0.9
    True
    """
