"""Convolutions that classify sequences."""

from skseqconv._public import public

from ._classification import SequenceClassifier
from ._parameters import Conv1DClassifierParameters
from ._presets import Presets


@public
class Conv1DClassifier(Conv1DClassifierParameters, Presets, SequenceClassifier):
    """Classification of sequences by a stack of one-dimensional convolutions.

    The network has convolutions with max pooling between them, a pooling over time and
    a head that gives probabilities. It classifies series, as arrays or windows, and
    texts, with `embedding_dim` after a `TokenSequencer`. For several labels per sample,
    `fit` takes an indicator matrix as y: 0 and 1, one column for each label.

    X has the shape (n_samples, n_steps, n_channels), or (n_samples, n_steps) for one
    channel or token ids. It may also be a list of arrays of shape (n_steps,
    n_channels), or the windows of a `LookbackWindower`. The network does not scale
    X: put a `Standardizer` before it, unless the channels have a mean near zero.

    Most users set `epochs`, `random_state`, and for texts `embedding_dim`. To tune it,
    begin with `kernel_size`, `n_conv`, `filters` and `learning_rate`. For a few dozen
    samples, set a `batch_size` of about 16.

    The parameters, by group:

    - the network: `filters` to `global_pooling`
    - the training: `loss` to `steps_per_epoch`
    - validation and early stopping: `validation_split` to `metrics`
    - the fit as a whole: `callbacks` to `verbose`
    - the classes: `class_weight`
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
    strides : int, sequence of int or "auto", default=1
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
    n_conv : int, default=3
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
    global_pooling : {"auto", "max", "average", "last", "flatten"}, default="auto"
        What the head receives. "max" and "average" give it the maximum or the mean of
        each filter over time, "last" gives it the last time step, and "flatten" all
        time steps: the head then has ``n_steps * n_filters + 1`` parameters for each
        output, where `n_steps` is the number of steps that the last convolution leaves.
        "auto" means "max".
    loss : str, callable or keras.losses.Loss, default="auto"
        What training makes small: a name or an object of Keras, or a function. It
        compares the probability of each class with 1 for the true class, 0 for others.
        "auto" means "binary_crossentropy" for two classes and for several labels per
        sample, and "categorical_crossentropy" for more classes.
    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Name of a Keras optimizer, or an optimizer. Each fit uses a new copy of it.
    learning_rate : float, default=None
        Learning rate, with `learning_rate_schedule` its peak. None means the default of
        the optimizer (0.001 for most). Where training goes on (`warm_start`,
        `partial_fit`), None keeps the present rate.
    learning_rate_schedule : {None, "one_cycle", "cosine"}, default=None
        Course of the learning rate over the steps of all `epochs`, also if training
        stops early. "one_cycle" raises it in the first 30 % of the steps, from 1/25 of
        the peak, then lowers it to almost zero (Smith and Topin, 2018). "cosine" lowers
        it from the peak to zero (Loshchilov and Hutter, 2017). None leaves it to
        `optimizer` and `callbacks`. Each `fit` starts a new course, also with
        `warm_start`. `partial_fit` uses the peak.
    epochs : int or "auto", default="auto"
        Maximum number of passes over the samples. "auto" gives 500 training steps, in
        whole passes.
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
        needs a view from `make_supervised`; otherwise it leaves out none. If X is an
        array, "auto" holds out the last samples of each class, because an array knows
        no time; with several labels per sample, the last samples. With a date in
        `validation_split` it leaves out no more than the date does. With a splitter
        only "auto" is allowed, and leaves the gap to it.
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
        What is computed beside the loss and the accuracy in each epoch, for
        ``history_``, `callbacks` and `monitor`. Names of Keras, such as "auc" and
        "top_k_categorical_accuracy", and objects of Keras are computed on training and
        validation samples: of probabilities, with a column of 0 and 1 for each class
        (one column for two classes). Names of scikit-learn's scorers, such as "roc_auc"
        and "f1_macro", are computed on the validation samples, after each epoch of
        `fit` only. A name that both have ("precision", "recall") is Keras'. All are
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
    class_weight : dict or "balanced", default=None
        Weight of each class in the loss, times `sample_weight`, also in the loss of the
        samples that `validation_split` holds out. "balanced" gives all classes the same
        total weight among the samples to learn from. None means no class weights. It is
        for one class per sample. Weights change the probabilities: that of a rare class
        becomes larger than its share. ``CalibratedClassifierCV`` of scikit-learn
        corrects them.
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
    classes_ : ndarray of shape (n_classes,) or (n_labels, 2)
        The labels, sorted. After a fit on an indicator matrix: 0 and 1 for each label.
    model_ : keras.Model
        The Keras model. ``model_.summary()`` prints its layers.
    layers_ : DataFrame
        One row per layer: its "kind", its "output_shape" for one sample, and how many
        of its values are trained ("n_parameters") or not ("n_fixed").
    history_ : dict of list of float
        "loss", "accuracy" and, with validation samples, "val_loss" and
        "val_accuracy": one value per epoch, means with the weights of the samples and
        of their classes. The losses of `partial_fit` are means of weight times loss.
        With several labels per sample, the accuracy is that of
        `score`: the share of the samples whose labels are all right. `metrics` of Keras
        are there, for example, as "auc" and "val_auc", scorers only as "val_roc_auc".
        With `learning_rate_schedule`, "learning_rate" is that of the last step of each
        epoch.
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
        Converts labels to the targets of the network, and probabilities to labels.
    feature_encoder_ : transformer
        Returns X unchanged.
    n_features_in_ : int
        Number of channels, or of columns if X has two dimensions.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels, if X has names.

    Raises
    ------
    ValueError
        By `fit`, if kernels, strides and pooling leave no time step, y has one class
        only, a value is missing or infinite, token ids are outside the vocabulary, or
        training diverges.

    See Also
    --------
    MiniRocket : Features of fixed kernels, for a linear classifier: needs no training.
    TokenSequencer : Converts texts to token ids, for `embedding_dim`.
    Conv1DGRUClassifier : Convolutions before a GRU, which reads events in order.

    Notes
    -----
    Published networks are class methods: `fcn` and `resnet` of Wang et al. [1]_ and
    `inception` of Ismail Fawaz et al. [2]_ for series, `kim` [3]_ for texts. They
    return this estimator with other parameters, and take parameters that replace them:
    ``Conv1DClassifier.inception(filters=16, random_state=0)``.

    Series may have unequal lengths: a list of arrays, or an array whose samples end
    with NaN. This padding changes no probability. The padding of token ids counts as a
    token like any other, unless `mask_padding` is set.

    References
    ----------
    .. [1] Z. Wang, W. Yan, T. Oates, "Time series classification from scratch with
       deep neural networks: a strong baseline", IJCNN, 2017.
    .. [2] H. Ismail Fawaz et al., "InceptionTime: finding AlexNet for time series
       classification", Data Mining and Knowledge Discovery 34, 2020.
    .. [3] Y. Kim, "Convolutional neural networks for sentence classification", EMNLP,
       2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import Conv1DClassifier
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(200, 30))
    >>> y = np.where(random.random(200) < 0.5, "bump", "noise")
    >>> X[y == "bump", 10:15] += 2
    >>> model = Conv1DClassifier(
    ...     n_conv=1, epochs=20, learning_rate=0.01, random_state=0
    ... )
    >>> model.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    >>> model.predict_proba(X[:3]).shape
    (3, 2)
    """
