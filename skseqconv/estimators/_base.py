"""The estimators' common life, on scikeras; the one module that knows its hooks.

scikeras' ``BaseWrapper`` gives the cycle of fit, initialize and partial_fit with
``history_`` and the target encoder; what it does with data, models and seeds is
replaced here: views and arrays are validated in one place, networks come compiled
from the engine, and no global random state is touched.
"""

from __future__ import annotations

import warnings
from dataclasses import fields
from inspect import signature
from typing import Self

import keras
import numpy as np
from numpy.typing import ArrayLike
from scikeras.wrappers import BaseWrapper
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin, with_callbacks
from skseqconv.engine._feed import Feed
from skseqconv.engine._pool import drop, refuse_fork
from skseqconv.engine._training import is_harmless, prepared_callbacks, stopping, train
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._sequences import Sequences
from skseqconv.networks._lengths import receptive_field, settled_padding
from skseqconv.networks._registry import BUILDERS
from skseqconv.series._containers import refuse_masked
from skseqconv.series._missing_history import check_history
from skseqconv.series._series import refuse_other_arrays
from skseqconv.series._window_view import WindowView

from ._fit_task import FitTask
from ._layers_shown import ShowsLayers, describe_layers
from ._network_held import HoldsNetwork, alone
from ._parameters import TrainingParameters, check_together, constraints, parameters
from ._validation_split import validation_tail

#: What training leaves behind: of no use to a network that is new.
_OF_TRAINING = ("history_", "n_iter_", "_calibration")

#: Training steps of a fit, if `epochs` is "auto". On the validation parts of benchmark
#: accuracy Conv1D was at its best after 130 to 500; Conv1D-GRU, slower, went on gaining
#: a little.
STEPS_OF_A_FIT = 500

#: A forecast of changes starts from a good one. Five epochs of Adam's own step size led
#: away from it (validation part of ETTh1: 0.259; persistence 0.215), of a tenth of it
#: beyond it (0.208, with dropout).
CHANGES_LEARN_SLOWER = 0.1


@public
class AsIs:
    """A feature encoder that leaves X alone, whatever the global configuration."""

    def fit(self, X):
        return self

    def transform(self, X):
        return X


@parameters
class SequenceEstimator(
    ShowsLayers, HoldsNetwork, CallbackSupportMixin, TrainingParameters, BaseWrapper
):
    """What the Keras-backed estimators share.

    The options of the network come from a class of `_parameters`; what y is, from a
    class of `_regression` or `_tasks`: its check (`_check_target`) and encoder, the
    level that forecasts start from (`_find_level`; `_solve_again` where a fit goes on),
    how samples and y are fed (`_fed`), the network's head, the loss and what else is
    measured (`_compile_options`), weights (`_weighted`), what there must be to learn
    from (`_check_learned`), what is remembered of rows held out (`_keep_held_out`) and,
    for a stratified validation split, labels (`_strata`).
    """

    # scikeras' own parameters are not ours: fixed, and out of get_params().
    model = None
    build_fn = None
    metrics = None
    shuffle = True
    run_eagerly = False
    validation_batch_size = None
    _tags = {}  # noqa: RUF012  scikit-learn 1.6 asks scikeras for them
    _get_param_names = classmethod(BaseEstimator._get_param_names.__func__)
    set_params = BaseEstimator.set_params
    __repr__ = BaseEstimator.__repr__

    #: Values of parameters that mean something here, and nothing to Keras.
    _own_names = ()

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
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Those that reach back before their series begins are left out,
            with their y and weight. Two dimensions are one channel, or token ids if
            `embedding_dim` is given.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What to predict: labels for a classifier; else values in their own units,
            which are standardized inside.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; samples of weight zero are left out.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If X or y do not fit the parameters, or training diverges. A failed fit
            leaves the estimator as it was before.

        Notes
        -----
        In the scope of a `tf.distribute.MirroredStrategy` every batch is shared out
        to its devices, with the same result as on one, but that dropout, batch
        normalization and clipped gradients are each share's own. In the history, a
        batch that does not divide counts as the next larger one that does.
        """
        with alone(self):
            self._fit_alone(X, y, sample_weight)
        return self

    @with_callbacks
    def _fit_alone(self, X, y, sample_weight):
        self._validate_params()
        context = self._init_callback_context(max_subtasks=None)
        with self._new_fit() as new:
            new._fit_task = FitTask(context, self, new, X, y, sample_weight)
            new._fit_prepared(X, y, sample_weight, keep_network=self.warm_start)
            new._fit_task.end()

    def initialize(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Build the network with its first weights, and do not train it.

        `fit` does so by itself. Forecasts of changes (`window_norm`) are persistence
        then.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows, as for `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What to predict, as for `fit`.

        Returns
        -------
        self : object
            The estimator, which predicts.
        """
        with alone(self), self._new_fit() as new:
            new._validate_params()
            new._initialize(X, y)
        return self

    def _partial_fit(self, X, y, sample_weight, classes=None):
        with alone(self), self._new_fit() as new:
            new._validate_params()
            new._fit_task, new._given_classes = None, classes
            new._fit_prepared(X, y, sample_weight, keep_network=True, one_epoch=True)
        return self

    def _fit_prepared(self, X, y, sample_weight, *, keep_network, one_epoch=False):
        going_on = keep_network and self.initialized_
        X, y = self._validate_data(X, y, reset=not going_on)
        if going_on and self._changed(X, y):
            raise ValueError(
                "The parameters of the network, its loss or optimizer, or the shape of "
                "its input changed since the fit that is to be continued: set "
                "warm_start=False, or use the parameters it was fitted with."
            )
        if sample_weight is not None:
            refuse_masked("sample_weight", sample_weight)
            sample_weight = _check_sample_weight(sample_weight, y, dtype=np.float32)
        learned = self._rows_to_learn(X, sample_weight)
        sample_weight = self._weighted(y, sample_weight, learned, one_epoch)
        validation = None
        if self.validation_split and not one_epoch:
            learned, validation = validation_tail(
                X.data,
                learned,
                self.validation_split,
                self.validation_gap,
                delay=getattr(self, "delay", None),
                strata=self._strata(y),
            )
        held_out = _select(validation, X, y, sample_weight)
        self._held_out = held_out
        X, y, sample_weight = _select(learned, X, y, sample_weight)
        self._check_learned(y, one_epoch)
        if going_on:
            self._take_network(self._learned())
            self._solve_again(X, y, one_epoch)
            remember_steps(self, X.data)
        if one_epoch:
            super().partial_fit(X, y, sample_weight)
        else:
            self._fit_task.begin(self._n_epochs(len(X)))
            super().fit(X, y, sample_weight)

    def _n_epochs(self, n_samples):
        """How many epochs a fit has, if nothing stops it."""
        if self.epochs != "auto":
            return self.epochs
        steps = self.steps_per_epoch or -(-n_samples // self.batch_size)
        return -(-STEPS_OF_A_FIT // steps)

    def _changed(self, X, y):
        """Whether the network that there is would not be the one to build."""
        kind = getattr(self, "window_norm", "auto")
        if kind == "auto":
            kind = self._architecture["window_norm"]
        now = self._architecture_for(X, y, kind), self._compile_options()
        return now != (self._architecture, self._compiled_with)

    def _rows_to_learn(self, X, sample_weight):
        """Positions of complete windows with a weight."""
        complete = getattr(X.data, "complete", np.ones(len(X), dtype=bool))
        if not complete.any():
            raise ValueError(
                f"None of the {len(X)} rows has a complete window of "
                f"{X.data.reach + 1} rows: give more rows, or a shorter lookback. "
                "Rows from make_supervised keep the past that plain rows lack."
            )
        if sample_weight is not None:
            if (sample_weight < 0).any():
                raise ValueError("sample_weight must not be negative.")
            complete = complete & (sample_weight > 0)
            if not complete.any():
                raise ValueError(
                    "sample_weight is zero for every complete window: nothing to learn."
                )
        return np.flatnonzero(complete)

    # scikeras' hooks.

    @property
    def initialized_(self) -> bool:
        """Whether there is a network to predict with."""
        return hasattr(self, "_architecture")

    @property
    def feature_encoder(self) -> AsIs:
        """Leaves X alone."""
        return AsIs()

    def _validate_data(self, X=None, y=None, reset=False, y_numeric=True):
        if isinstance(X, Sequences):
            return X, y
        if not reset:
            check_is_fitted(self)
        refuse_other_arrays("y", y)
        X = check_input(self, X, reset=reset)
        if reset or y is not None:
            y = self._check_target(y, len(X), reset=reset)
        return X, y

    def _initialize(self, X, y=None):
        X, y = self._validate_data(X, y, reset=True)
        random = check_random_state(self.random_state)
        weights_seed, self._seed = (int(s) for s in random.randint(2**31 - 1, size=2))
        level = self._find_level(X, y)
        remember_steps(self, X.data)
        architecture = self._architecture_for(X, y, level and level.kind)
        self._architecture = architecture
        self._compiled_with = self._compile_options()
        self._policy = keras.config.dtype_policy().name
        network = self._take_network()
        network.reset(weights_seed)
        if level is not None:
            network.set_level(level.weights)
            if isinstance(self.optimizer, str):
                network.slow_down(CHANGES_LEARN_SLOWER)
        self._n_epochs_trained = 0
        for name in _OF_TRAINING:
            vars(self).pop(name, None)
        self._level = level and dict(vars(level))
        self.target_encoder_ = self._encoder(level, y).fit(y)
        self.feature_encoder_ = self.feature_encoder
        self.n_parameters_ = network.n_parameters
        self._layers = describe_layers(network.model)
        self.receptive_field_ = self._receptive_field(X.shape[1])
        return X, y

    def _architecture_for(self, X, y, window_norm):
        """What the network function is given, as plain data."""
        own = {field.name for field in fields(self)}
        known = signature(BUILDERS[self._network_name]).parameters
        options = {name: getattr(self, name) for name in known if name in own}
        if self._vocabulary_size is not None:  # what was learned, where none is given
            options["vocabulary_size"] = self.vocabulary_size or self._vocabulary_size
        for name, value in options.items():
            if not isinstance(value, str):  # NumPy's numbers, tuples: plain ones
                options[name] = np.asarray(value).tolist()
        options = settled_padding(options, X.shape[1])
        return {
            "network": self._network_name,
            "input_shape": [int(n) for n in X.shape[1:]],
            **options,
            **self._head(y),
            "window_norm": window_norm,
        }

    def _receptive_field(self, n_steps):
        names = ("kernel_size", "pool_size", "n_conv", "dilation_rate", "residual")
        field = receptive_field(**{name: self._architecture[name] for name in names})
        if field < n_steps and getattr(self, "global_pooling", None) == "last":
            warnings.warn(
                f"global_pooling='last' reads the last {field} of {n_steps} steps, the "
                "receptive field of the convolutions: use more of them (n_conv), wider "
                "ones, or dilation_rate='exponential', or a shorter window.",
                UserWarning,
                stacklevel=2,
            )
        return field

    def _fit(self, X, y, sample_weight, warm_start, epochs, initial_epoch):
        if not (warm_start and self.initialized_):
            X, y = self._initialize(X, y)
        self._fit_keras_model(X, y, sample_weight, warm_start, epochs, initial_epoch)

    def _fit_keras_model(
        self, X, y, sample_weight, warm_start, epochs, initial_epoch, **kwargs
    ):
        network = self._slot.network
        network.set_learning_rate(self.learning_rate)
        if epochs == "auto":
            epochs = self._n_epochs(len(X))
        callbacks = prepared_callbacks(self.callbacks)
        if not all(map(is_harmless, callbacks)):
            drop(self._slot)  # who knows what they do to the model
        validation = None
        if self._held_out is not None:
            X_val, y_val, weight_val = self._held_out
            validation = Feed(*self._fed(X_val, y_val), weight_val)
        if self.early_stopping and epochs > 1:
            monitor = "loss" if validation is None else "val_loss"
            callbacks.append(stopping(monitor, self.n_iter_no_change))
        vars(self).pop("_calibration", None)  # it is of another fit
        history = train(
            network,
            Feed(*self._fed(X, y), sample_weight),
            validation,
            epochs=epochs,
            first_epoch=self._n_epochs_trained,
            seed=self._seed,
            batch_size=self.batch_size,
            steps_per_epoch=self.steps_per_epoch,
            callbacks=callbacks,
            verbose=self.verbose,
            fit_task=self._fit_task,
        )
        if validation is not None:
            self._keep_held_out(X_val, y_val)
        if initial_epoch:
            history = _joined(self.history_, history)
        self.history_ = history
        self.n_iter_ = len(history["loss"])
        self._n_epochs_trained += len(history["loss"]) - initial_epoch

    def _predict_raw(self, X):
        return self._outputs(self._to_predict(X))

    def _to_predict(self, X):
        """Sequences, checked, that come through the steps of the fit."""
        check_is_fitted(self)
        X, _ = self._validate_data(X)
        check_steps(self, X.data)
        check_history(X.data)
        return X

    def _outputs(self, X):
        with self._network() as network:
            outputs = network.predict(X)
        finite = np.isfinite(outputs).all(axis=tuple(range(1, outputs.ndim)))
        if not finite.all():
            n_bad = np.count_nonzero(~finite)
            raise ValueError(
                f"The network gives values that are not finite for {n_bad} of {len(X)} "
                "rows: X is far outside of what it was trained on, or training went "
                "wrong."
            )
        return outputs

    def __sklearn_is_fitted__(self):
        return self.initialized_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _joined(before, after):
    """Two histories as one, NaN where an epoch has no value."""
    n_before, n_after = len(before["loss"]), len(after["loss"])
    return {
        name: before.get(name, [np.nan] * n_before)
        + after.get(name, [np.nan] * n_after)
        for name in {**before, **after}
    }


def _select(at, X, y, sample_weight):
    if at is None:
        return None
    if len(at) == len(X):
        return X, y, sample_weight
    return X[at], y[at], None if sample_weight is None else sample_weight[at]
