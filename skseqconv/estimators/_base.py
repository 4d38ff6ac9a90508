"""The estimators' common life: how a fit runs, and what a prediction begins with.

`fit` lets a copy of the estimator run (`_new_fit`). The copy checks X and y, chooses
the rows to learn from and to hold out (`_prepared`), builds a network (`_initialize`)
or goes on with the one that it has (`_solve_again`), and trains it (`_train`). Then the
estimator takes all that the copy has learned, at once.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import fields
from inspect import signature
from typing import Self

import keras
import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skseqconv._sklearn import CallbackSupportMixin, with_callbacks
from skseqconv.engine._feed import Feed
from skseqconv.engine._pool import drop, refuse_fork
from skseqconv.engine._training import (
    Stopping,
    is_harmless,
    prepared_callbacks,
    scored,
    train,
)
from skseqconv.inputs._complete import checked_weight, rows_to_learn
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._network_input import check_input
from skseqconv.networks._plain_state import plain
from skseqconv.networks._registry import NETWORKS
from skseqconv.series._missing_history import check_history
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import refuse_other_arrays

from ._fit_task import FitTask
from ._layers_shown import ShowsLayers, describe_layers
from ._measured import measured, monitored
from ._network_held import HoldsNetwork, alone
from ._own_validation import check_alike, checked_validation, given_validation
from ._parameters import TrainingParameters, check_together, constraints, parameters
from ._reference_loss import reference_losses
from ._running_fit import (
    RunningFit,
    Samples,
    joined,
)
from ._scikeras import OnScikeras
from ._scored import Scores
from ._task import TaskHooks
from ._unequal import (
    architecture_for_lengths,
    check_shortest,
    is_panel,
    seems_swapped,
)
from ._validation_split import validation_part

#: Results of training, which a new network does not have.
_OF_TRAINING = (
    "history_",
    "n_iter_",
    "reference_loss_",
    "best_epoch_",
    "_calibration",
)


def share_of_rate(n_outputs: int) -> float:
    """Share of the optimizer's own learning rate, for networks that forecast changes.

    Such a network starts from a good forecast, and noise leads it away: the more, the
    fewer outputs a sample has. On validation parts, a tenth of Adam's rate was better
    than all of it for one output (weather, 24 hours ahead: 2.25 and 2.38 degrees), and
    half of it was better than a tenth for 7 channels and 96 horizons of ETTh1 (mean
    squared error 0.653 and 0.665).
    """
    return min(0.5, 0.1 * math.sqrt(n_outputs))


#: Training steps of a fit with ``epochs="auto"``. On the validation parts of the
#: benchmark "accuracy", Conv1D was best after 130 to 500 steps. Conv1D-GRU is slower,
#: and still improved a little after that. Many outputs get larger steps
#: (`share_of_rate`).
STEPS_OF_A_FIT = 500


@parameters
class SequenceEstimator(
    ShowsLayers,
    HoldsNetwork,
    TaskHooks,
    CallbackSupportMixin,
    TrainingParameters,
    OnScikeras,
):
    """What the Keras-backed estimators share.

    The options of the network come from a class of `_parameters`, what y is from
    `_regression` or `_classification`, by the methods of `TaskHooks`.
    """

    @property
    def _parameter_constraints(self):
        return constraints(self)

    def _validate_params(self):
        refuse_fork()
        super()._validate_params()
        check_together(self)

    # The public cycle.

    def fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: SeriesView | WindowView | ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows. Rows with too little history are skipped, with their y and weight.
            Two dimensions are one channel, or token ids if `embedding_dim` or
            `embedding_weights` are given, followed by numbers with `numeric_columns`.
            Arrays of a list may have unequal lengths, and the shape (n_steps,) if they
            have one channel. Samples of an array of three dimensions may end with NaN
            in all channels, and so have unequal lengths, too.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target: labels for a classifier, values for a regressor. Values stay in
            their own units; the estimator standardizes them.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. Samples with weight zero are skipped.
        X_val : SeriesView, WindowView or array-like, default=None
            Samples to validate on, instead of those of `validation_split`. The network
            learns from all of X then. Windows as X; or rows of a `SeriesView`, which
            come through the steps and the windows of X: ``pipe.fit(X, y,
            conv1dregressor__X_val=X_val, conv1dregressor__y_val=y_val)``.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Target of these samples, in the units of y. A `TransformedTargetRegressor`
            does not transform `y_val`: give it transformed, or leave the transformer
            out, because the networks standardize y themselves.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each of them in the validation loss. `class_weight` does not
            change it.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If X or y do not match the parameters, or training diverges. A failed fit
            does not change the estimator.

        Notes
        -----
        In the scope of a `tf.distribute.MirroredStrategy` each batch is split among
        the devices. The result is the same as on one device, except for dropout, batch
        normalization and clipped gradients, which each device computes on its own part.
        In the history, an indivisible batch counts as the next larger divisible one.
        """
        validation = given_validation(X_val, y_val, sample_weight_val)
        with alone(self):
            self._fit_alone(X, y, sample_weight, validation)
        return self

    @with_callbacks
    def _fit_alone(self, X, y, sample_weight, validation):
        self._validate_params()
        context = self._init_callback_context(max_subtasks=None)
        with self._new_fit() as new:
            task = FitTask(context, self, new, X, y, sample_weight)
            new._run(
                X,
                y,
                sample_weight,
                keep_network=self.warm_start,
                task=task,
                validation=validation,
            )
            task.end()

    def initialize(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Build the network with its initial weights, without training.

        `fit` calls this by itself. An untrained network with a `level` forecasts it.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows, as for `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target, as for `fit`.

        Returns
        -------
        self : object
            The estimator, ready to predict.
        """
        with alone(self), self._new_fit() as new:
            new._validate_params()
            new._initialize(*new._checked(X, y, reset=True))
        return self

    def _partial_fit(self, X, y, sample_weight, classes=None):
        with alone(self), self._new_fit() as new:
            new._validate_params()
            new._run(X, y, sample_weight, keep_network=True, classes=classes)
        return self

    # A fit, on the copy that is fitted.

    def _run(
        self,
        X,
        y,
        sample_weight,
        *,
        keep_network,
        task=None,
        classes=None,
        validation=None,
    ):
        """Prepare a fit and train; without a task, for one epoch (`partial_fit`)."""
        going_on = keep_network and self.initialized_
        X, y = self._checked(X, y, reset=not going_on, classes=classes)
        if going_on and self._changed(X, y):
            raise ValueError(
                "This fit cannot continue the one before: the parameters of the "
                "network, its level, loss or optimizer, the shape of its input, or the "
                "targets of y have changed. Set warm_start=False, or use those of that "
                "fit."
            )
        fit = self._prepared(Samples(X, y, sample_weight), going_on, task, validation)
        if going_on:
            self._compiled_with = self._compile_options()  # metrics may be others
            self._fit_to_lengths(fit.X, fit.held_out and fit.held_out.X)
            self._take_network(self._learned())
            self._solve_again(fit)
            self._remember(fit.X.data)
        if task is not None:
            task.begin(self._n_epochs(fit))
        self._through_scikeras(fit)

    def _prepared(self, given, going_on, task, validation):
        """Choose the rows to learn from and those to validate on."""
        X, y, sample_weight = given
        one_epoch = task is None
        sample_weight = checked_weight("sample_weight", sample_weight, y)
        learned = rows_to_learn(X.data, sample_weight)
        sample_weight = self._weighted(y, sample_weight, learned, one_epoch)
        samples = Samples(X, y, sample_weight)
        held_out = None
        if validation is not None:
            held_out = checked_validation(self, validation, X.data)
        elif self.validation_split != 0 and not one_epoch:
            learned, rows = validation_part(
                X.data,
                y,
                learned,
                self.validation_split,
                self.validation_gap,
                delay=self._delays(X.data),
                strata=self._strata(y),
            )
            held_out = samples.at(rows)
        fit = RunningFit(
            samples.at(learned), held_out, validation is not None, going_on, task
        )
        self._check_learned(fit)
        return fit

    def _n_epochs(self, fit):
        """How many epochs a fit has, if nothing stops it."""
        if self.epochs != "auto":
            return self.epochs
        steps = self.steps_per_epoch or -(-len(fit.y) // self.batch_size)
        return -(-STEPS_OF_A_FIT // steps)

    def _changed(self, X, y):
        """Whether the network that there is would not be the one to build."""
        options = self._options_of_level()
        before = self._architecture
        # Lengths of series may change. What "auto" means stays as it was.
        shape = [int(n) for n in self._input_shape]
        shortest = vars(self).get("_shortest", shape[0])
        now = self._architecture_for(shape, shortest, y, options)
        if len(shape) > 1:
            lengths = ("input_shape", "mask_padding")
            now |= {name: before[name] for name in lengths if name in before}
        compiled_with = self._compile_options()[:2]
        return (now, compiled_with) != (before, self._compiled_with[:2])

    def _fit_to_lengths(self, X, held_out=None):
        """Describe a network that also reads series as long as these."""
        for samples, name in ((X, "X"), (held_out, "X_val")):
            if samples is not None:
                own = self._architecture, samples, name
                self._architecture = architecture_for_lengths(*own)

    def _checked(self, X, y=None, *, reset=False, classes=None):
        """X as sequences, y as an array, both as in the fit unless `reset`."""
        if not reset:
            check_is_fitted(self)
        refuse_other_arrays("y", y)
        X = check_input(self, X, reset=reset, unequal=True)
        if not reset:
            architecture_for_lengths(self._architecture, X, "X")
        if reset or y is not None:
            y = self._check_target(y, len(X), reset=reset, classes=classes)
        return X, y

    def _initialize(self, X, y, sample_weight=None, held_out=None):
        random = check_random_state(self.random_state)
        weights_seed, self._seed = (int(s) for s in random.randint(2**31 - 1, size=2))
        level = self._find_level(X, y, sample_weight)
        self._target_seen = None
        self._remember(X.data)
        options = self._options_for_level(level, X.shape[1])
        shape = [int(n) for n in X.shape[1:]]
        self._shortest = shape[0] if X.lengths is None else int(X.lengths.min())
        self._architecture = self._architecture_for(shape, self._shortest, y, options)
        if X.lengths is None and seems_swapped(X):
            check_shortest(self._architecture, X)
        self._fit_to_lengths(X, held_out)
        self._compiled_with = self._compile_options()
        self._policy = keras.config.dtype_policy().name
        network = self._take_network()
        network.reset(weights_seed, vectors=getattr(X, "start", None))
        if level is not None:
            network.set_level(level.weights)
            if isinstance(self.optimizer, str):
                network.slow_down(share_of_rate(math.prod(y.shape[1:])))
        self._n_epochs_trained = 0
        for name in _OF_TRAINING:
            vars(self).pop(name, None)
        self._level = level and dict(vars(level))
        self.target_encoder_ = self._encoder(level, y).fit(y)
        self.feature_encoder_ = self.feature_encoder
        self.n_parameters_ = network.n_parameters
        self._layers = describe_layers(network.model)
        kind = NETWORKS[self._network_name]
        self.receptive_field_ = kind.receptive_field(self._architecture)
        # A pooling that "auto" has chosen is not worth a warning.
        pooling = {"global_pooling": getattr(self, "global_pooling", None)}
        if message := kind.warning(self._architecture | pooling):
            warnings.warn(message, UserWarning, stacklevel=2)

    def _remember(self, windows):
        """Remember what windows of later calls are compared with."""
        remember_steps(self, windows)
        if target := getattr(windows, "target", None):
            self._target_seen = tuple(target)

    def _architecture_for(self, shape, shortest, y, options_of_level):
        """What the network function is given, as plain data.

        `shortest` is the number of steps of the shortest sample.
        """
        own = {field.name for field in fields(self)}
        kind = NETWORKS[self._network_name]
        known = signature(kind.build).parameters
        options = {name: getattr(self, name) for name in known if name in own}
        if self._vocabulary_size is not None:  # learned, unless it is given
            options["vocabulary_size"] = self.vocabulary_size or self._vocabulary_size
            own = self.embedding_dim  # None takes the length of embedding_weights
            options["embedding_dim"] = own or vars(self).get("_embedding_dim")
        options = {name: plain(value) for name, value in options.items()}
        options = {**options, **self._head(y), **options_of_level}
        options = kind.settled(options, shape, shortest)
        return {"network": self._network_name, "input_shape": shape, **options}

    def _train(self, fit, epochs, first_epoch):
        network = self._slot.network
        network.set_learning_rate(self.learning_rate)
        if epochs == "auto":
            epochs = self._n_epochs(fit)
        callbacks = prepared_callbacks(self.callbacks)
        if not all(map(is_harmless, callbacks)):
            drop(self._slot)  # a callback of the user's own may change the model
        for name in ("_calibration", "best_epoch_"):  # of the fit before
            vars(self).pop(name, None)
        if fit.own_validation:
            check_alike(self, fit.held_out, "X_val")
        held_out = fit.held_out and self._feed(fit.held_out)
        scores = self._scores(fit)
        start = self._start(fit, held_out, scores)
        stopping = None
        if self.early_stopping and not fit.one_epoch:
            stopping = self._stopping(start, scores, held_out is not None)
        if stopping and epochs > 1:
            callbacks.append(stopping)
        history = train(
            network,
            self._feed(fit.learned),
            held_out,
            epochs=epochs,
            first_epoch=self._n_epochs_trained,
            seed=self._seed,
            batch_size=self.batch_size,
            steps_per_epoch=self.steps_per_epoch,
            callbacks=callbacks,
            verbose=self.verbose,
            fit_task=fit.task,
            schedule=None if fit.one_epoch else self.learning_rate_schedule,
            scores=scores,
        )
        if fit.held_out is not None:
            self._keep_held_out(fit.held_out.X, fit.held_out.y)
        if stopping and epochs > 1:
            self.best_epoch_ = stopping.kept
        if first_epoch:
            history = joined(self.history_, history)
        self.history_ = history
        self.n_iter_ = len(history["loss"])
        self._n_epochs_trained += len(history["loss"]) - first_epoch

    def _scores(self, fit):
        """scikit-learn's scorers on held-out rows; None if `metrics` has none."""
        names = measured(self.metrics).scorers
        if not names or fit.one_epoch:
            return None
        if fit.held_out is None:
            raise ValueError(
                f"metrics has {names[0]!r} of scikit-learn, which is computed on "
                "validation samples, and there are none. Set validation_split=0.1, or "
                "give fit X_val and y_val."
            )
        return Scores(names, fit.held_out, self._predictor(fit.held_out.X))

    def _start(self, fit, held_out, scores):
        """Loss, metrics and scores of held-out rows before training.

        Nothing if the weights are random.
        """
        network, start, level = self._slot.network, {}, self._level is not None
        if scores is not None:
            scores.check(network.predict(held_out.sequences))
        if held_out is not None and (level or (fit.going_on and self.early_stopping)):
            start = scored(network, held_out, scores)
        if level and not (fit.one_epoch and fit.going_on):
            loss = start.get("loss")
            self.reference_loss_ = reference_losses(self, fit, network, held_out, loss)
        return start

    def _stopping(self, start, scores, validated):
        """Early stopping by `monitor`, which is known to be in the history."""
        network, names = self._slot.network, () if scores is None else scores.names
        monitor, mode = monitored(
            self.monitor, network.measured, names, validated=validated
        )
        first = {f"val_{name}": value for name, value in start.items()}.get(monitor)
        return Stopping(monitor, mode, self.n_iter_no_change, first)

    def _feed(self, samples):
        X, y = self._fed(samples.X, samples.y)
        return Feed(self._wide(X), y, samples.sample_weight)

    def _wide(self, X, architecture=None):
        """Samples as long as the network reads them."""
        n_steps = (architecture or self._architecture)["input_shape"][0]
        return X.wide(n_steps) if is_panel(X) else X

    # Predictions.

    def _predict_raw(self, X):
        return self._outputs(self._to_predict(X))

    def _to_predict(self, X):
        """Sequences, checked, that come through the steps of the fit."""
        check_is_fitted(self)
        X, _ = self._checked(X)
        check_steps(self, X.data)
        check_history(X.data)
        return X

    def _outputs(self, X):
        architecture = architecture_for_lengths(self._architecture, X, "X")
        with self._network(architecture) as network:
            outputs = network.predict(self._wide(X, architecture))
        finite = np.isfinite(outputs).all(axis=tuple(range(1, outputs.ndim)))
        if not finite.all():
            n_bad = np.count_nonzero(~finite)
            raise ValueError(
                f"The network's output is not finite for {n_bad} of {len(X)} rows: X "
                "is far outside the training range, or training failed. Check "
                "the values of X, or fit again with a lower learning_rate."
            )
        return outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
