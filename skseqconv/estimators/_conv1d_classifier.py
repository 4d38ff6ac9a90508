"""Convolutions that classify sequences."""

from __future__ import annotations

from skseqconv._public import public

from ._classification import SequenceClassifier
from ._parameters import Conv1DClassifierParameters


@public
class Conv1DClassifier(Conv1DClassifierParameters, SequenceClassifier):
    """Classification of sequences by a stack of one-dimensional convolutions.

    Convolutions with maximum pooling between them, the maximum over time, a head that
    gives probabilities. For texts, with `embedding_dim`, after a `TokenSequencer`; for
    series, on arrays or windows.

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
    loss : str, callable or keras.losses.Loss, default="auto"
        Loss between 0 or 1 for each class and its probability, as Keras takes it.
        "auto" is "binary_crossentropy" for two classes, else
        "categorical_crossentropy".
    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Name of a Keras optimizer, or one to copy the settings of.
    learning_rate : float, default=None
        Step size at the start of `fit`; None for the optimizer's own (0.001 for most).
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
        target lies within the validation period, where X knows its target and delay
        (from `make_supervised`), and none otherwise. A classifier of arrays, which
        know no time, holds out the last samples of each class if this is "auto".
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
    class_weight : dict or "balanced", default=None
        Weight of each class in the loss, by label, times `sample_weight`. "balanced"
        makes all classes count alike; None weights none.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    model_ : keras.Model
        The Keras model: ``model_.summary()``.
    layers_ : DataFrame
        The network's layers, a row each by name: "kind", "output_shape" of one sample,
        "n_parameters" that are trained, and "n_fixed", values that are not (running
        averages, and what leads to the level that changes are added to).
    history_ : dict of list of float
        "loss", "accuracy" and, with `validation_split`, "val_loss" and
        "val_accuracy", a value an epoch.
    n_iter_ : int
        Number of epochs trained.
    receptive_field_ : int
        How many steps of the window each value behind the last convolution reads.
    n_parameters_ : int
        Number of the network's trainable parameters.
    initialized_ : bool
        Whether there is a network to predict with.
    target_encoder_ : transformer
        Makes labels what the network gives, and probabilities labels.
    feature_encoder_ : transformer
        Leaves X as it is.
    n_features_in_ : int
        Number of channels; of columns where X has two dimensions.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels, where X has some.

    Raises
    ------
    ValueError
        By `fit`, if kernels and pools leave no time step, y has one class only, a
        value is missing or infinite, token ids are outside of the vocabulary, or
        training diverges.

    See Also
    --------
    TokenSequencer : Makes texts the token ids that `embedding_dim` asks for.
    Conv1DGRUClassifier : Convolutions before a GRU, which knows the order of events.

    Notes
    -----
    The fully convolutional network of Wang et al. [1]_ for series is
    ``Conv1DClassifier(filters=(128, 256, 128), kernel_size=(8, 5, 3), pool_size=1,
    padding="same", normalization="batch", global_pooling="average")``, and their
    residual network ``Conv1DClassifier(n_conv=9, filters=(64,) * 3 + (128,) * 6,
    kernel_size=(8, 5, 3) * 3, residual=3, pool_size=1, padding="same",
    normalization="batch", global_pooling="average")``.

    Padding of token ids is a token as any other: convolutions know no mask.

    References
    ----------
    .. [1] Z. Wang, W. Yan, T. Oates, "Time series classification from scratch with
       deep neural networks: a strong baseline", IJCNN, 2017.

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
