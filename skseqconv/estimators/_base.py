"""The estimators' common life: how a fit runs, and what a prediction begins with.

`fit` lets a copy of the estimator run (`_new_fit`). The copy checks X and y, chooses
the rows to learn from and to hold out (`_prepared`), builds a network (`_initialize`)
or goes on with the one that it has (`_go_on`), and trains it (`_train`). Then the
estimator takes all that the copy has learned, at once.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skseqconv._sklearn import CallbackSupportMixin, with_callbacks
from skseqconv.engine._pool import refuse_wrong_place
from skseqconv.inputs._complete import checked_weight, rows_to_learn
from skseqconv.inputs._few_windows import warn_of_few_windows
from skseqconv.inputs._fitted_steps import check_steps, warn_of_raw
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._targets import NewLabels
from skseqconv.series._missing_history import check_history
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import refuse_other_arrays
from skseqconv.series.times._spans_in_files import HoldsSpans

from ._fit_task import FitTask
from ._layers_shown import ShowsLayers
from ._network_built import BuildsNetwork
from ._network_held import HoldsNetwork, alone
from ._network_trained import TrainsNetwork
from ._own_validation import checked_validation, given_validation
from ._parameters import TrainingParameters, constraints, parameters
from ._parameters_together import check_together
from ._running_fit import RunningFit, Samples
from ._scikeras import OnScikeras
from ._task import TaskHooks
from ._unequal import architecture_for_lengths, widened
from ._validation_split import validation_part


@parameters
class SequenceEstimator(
    ShowsLayers,
    BuildsNetwork,
    TrainsNetwork,
    HoldsNetwork,
    HoldsSpans,
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
        refuse_wrong_place()
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
            Weight of each sample in the loss, which is a weighted mean: only the ratios
            of the weights count, within one call. Samples with weight zero are skipped.
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
            Weight of each of them in the validation loss, which is a weighted mean,
            too. `class_weight` does not change it.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If X or y do not match the parameters, or training diverges. A failed fit
            does not change the estimator.

        Warns
        -----
        UserWarning
            If fewer than 20 windows of a series are left to learn from. If an array
            has at most 8 time steps and at least four times as many channels, so that
            its axes seem to be exchanged. If `embedding_weights` has a word of X only
            in another case.

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
        try:
            X, y = self._checked(X, y, reset=not going_on, classes=classes)
        except NewLabels as error:
            way_out = "Set warm_start=False to fit a new network."
            if task is None:
                way_out = (
                    "Name all in the first partial_fit(X, y, classes=...) of a new "
                    "model."
                )
            raise ValueError(f"{error} {way_out}") from None
        if going_on and task is None:
            warn_of_raw(
                self,
                X.data,
                "The network would learn that they are transformed values: "
                "model[-1].partial_fit(model[:-1].transform(X), y) gives the network "
                "of a Pipeline what it knows.",
            )
        if going_on and (changed := self._changed(X, y)):
            way_out = "Set warm_start=False to fit a new network"
            if task is None:
                way_out = "fit(X, y) of a clone trains a new network"
            raise ValueError(
                f"This fit cannot continue the one before: {changed}. {way_out}, or "
                "use what that fit had."
            )
        fit = self._prepared(Samples(X, y, sample_weight), going_on, task, validation)
        if going_on:
            self._go_on(fit)
        self._through_scikeras(fit)

    def _prepared(self, given, going_on, task, validation):
        """Choose the rows to learn from and those to validate on."""
        X, y, sample_weight = given
        one_epoch = task is None
        sample_weight = checked_weight("sample_weight", sample_weight, X.data)
        usable = learned = rows_to_learn(X.data, sample_weight)
        held_out, rows = None, ()
        split = validation is None and not one_epoch and self.validation_split != 0
        if split:
            learned, rows = validation_part(
                X.data,
                y,
                learned,
                self.validation_split,
                self.validation_gap,
                delay=self._delays(X.data),
                strata=self._strata(y),
            )
        weights = self._weighted(y, sample_weight, learned, one_epoch)
        samples = Samples(X, y, weights)
        to_learn = samples.at(learned)
        if not one_epoch:  # a call of partial_fit may weigh more than others
            to_learn = to_learn.of_mean_weight("learn from")
        if split:
            held_out = samples.at(rows).of_mean_weight("validate on")
        elif validation is not None:
            held_out = checked_validation(self, validation, X.data)
        fit = RunningFit(to_learn, held_out, validation is not None, going_on, task)
        self._check_learned(fit)
        if not (going_on or one_epoch):
            counts = len(usable), len(learned), len(rows)
            warn_of_few_windows(X.data, *counts, self._needs_fewer)
        return fit

    def _checked(self, X, y=None, *, reset=False, classes=None):
        """X as sequences, y as an array, both as in the fit unless `reset`."""
        if not reset:
            check_is_fitted(self)
        refuse_other_arrays("y", y)
        X = check_input(self, X, reset=reset, unequal=True)
        if not reset:
            architecture_for_lengths(self._architecture, X, "X")
        if reset or y is not None:
            check_order(X.data, y)
            y = self._check_target(y, len(X), reset=reset, classes=classes)
        return X, y

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
            outputs = network.predict(widened(X, architecture))
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
