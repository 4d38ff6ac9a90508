"""The estimators' common life, on scikeras; the one module that knows its hooks.

scikeras' ``BaseWrapper`` gives the cycle of fit, initialize and partial_fit with
``history_`` and the target encoder; what it does with data, models and seeds is
replaced here: views and arrays are validated in one place, networks come compiled
from the engine, and no global random state is touched.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scikeras.wrappers import BaseWrapper
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ._batches import Sequences
from ._engine import Feed, take
from ._split import validation_tail
from ._training import is_harmless, prepared_callbacks, stopping, train
from ._validation import check_input
from .views import WindowView

#: Where Keras finds what these parameters may name.
_KERAS_HOMES = {
    "loss": "losses",
    "optimizer": "optimizers",
    "activation": "activations",
}

_restoring = threading.RLock()


class TargetScaler(BaseEstimator):
    """Standardize y, column by column, to float32 of two dimensions and back."""

    def fit(self, y):
        self.n_dims_ = y.ndim
        self.scaler_ = StandardScaler().set_output(transform="default")
        self.scaler_.fit(y.reshape(len(y), -1))
        return self

    def transform(self, y):
        scaled = self.scaler_.transform(y.reshape(len(y), -1))
        return scaled.astype(np.float32)

    def inverse_transform(self, y):
        y = y.astype(np.float64)
        if len(y):  # StandardScaler takes no empty table
            y = self.scaler_.inverse_transform(y)
        return y[:, 0] if self.n_dims_ == 1 else y


class _AsIs:
    """A feature encoder that leaves X alone, whatever the global configuration."""

    def fit(self, X):
        return self

    def transform(self, X):
        return X


def _positive(kind=Integral):
    return [Interval(kind, 1, None, closed="left")]


class SequenceEstimator(CallbackSupportMixin, BaseWrapper):
    """What the Keras-backed estimators share.

    Subclasses name their network (`_network_name`) and which of their parameters
    are its options (`_network_options`).
    """

    # scikeras' own parameters are not ours: fixed, and out of get_params().
    model = None
    build_fn = None
    metrics = None
    shuffle = True
    run_eagerly = False
    validation_batch_size = None
    _get_param_names = classmethod(BaseEstimator._get_param_names.__func__)
    set_params = BaseEstimator.set_params
    __repr__ = BaseEstimator.__repr__

    _training_constraints = {  # noqa: RUF012
        "loss": [str, callable, keras.losses.Loss],
        "optimizer": [str, keras.optimizers.Optimizer],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "epochs": _positive(),
        "batch_size": _positive(),
        "steps_per_epoch": [*_positive(), None],
        "validation_split": [Interval(Real, 0, 1, closed="left")],
        "validation_gap": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
        "early_stopping": ["boolean"],
        "n_iter_no_change": _positive(),
        "callbacks": [list, tuple, keras.callbacks.Callback, None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def _validate_params(self):
        super()._validate_params()
        for name, home in _KERAS_HOMES.items():
            value = getattr(self, name)
            try:
                getattr(keras, home).get(value)
            except ValueError:
                raise ValueError(
                    f"{name}={value!r} is not known to Keras: use the name of one in "
                    f"keras.{home}."
                ) from None

    # The public cycle.

    @with_callbacks
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
            with their y and weight. Two dimensions are one channel.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What to predict, in its own units: it is standardized inside.
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
        """
        self._validate_params()
        context = self._init_callback_context(max_subtasks=self.epochs)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        with self._undone_on_failure():
            self._epoch_task = lambda epoch: self._begin_epoch_task(context, X, y)
            self._fit_prepared(X, y, sample_weight, keep_network=self.warm_start)
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )
        return self

    def partial_fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one more epoch, on all complete windows of X.

        Neither `validation_split` nor `early_stopping` is used; the scale of y stays
        that of the first call.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What to predict.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss.

        Returns
        -------
        self : object
            The estimator.
        """
        self._validate_params()
        with self._undone_on_failure():
            self._epoch_task = _no_task
            self._fit_prepared(X, y, sample_weight, keep_network=True, one_epoch=True)
        return self

    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict y.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. One that reaches back before its series begins is filled up
            with the series' first row.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        return super().predict(X)

    def _fit_prepared(self, X, y, sample_weight, *, keep_network, one_epoch=False):
        going_on = keep_network and self.initialized_
        X, y = self._validate_data(X, y, reset=not going_on)
        now = self._architecture_for(X, y), (self.loss, self.optimizer)
        if going_on and now != (self._architecture, self._compiled_with):
            raise ValueError(
                "The parameters of the network, its loss or optimizer, or the shape of "
                "its input changed since the fit that is to be continued: set "
                "warm_start=False, or use the parameters it was fitted with."
            )
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, y, dtype=np.float32)
        learned = self._rows_to_learn(X, sample_weight)
        validation = None
        if self.validation_split and not one_epoch:
            learned, validation = validation_tail(
                X.data, learned, self.validation_split, self.validation_gap
            )
        held_out = _select(validation, X, y, sample_weight)
        self._held_out = held_out
        X, y, sample_weight = _select(learned, X, y, sample_weight)
        if one_epoch:
            super().partial_fit(X, y, sample_weight)
        else:
            super().fit(X, y, sample_weight)

    def _rows_to_learn(self, X, sample_weight):
        """Positions of complete windows with a weight."""
        complete = getattr(X.data, "complete", np.ones(len(X), dtype=bool))
        if not complete.any():
            raise ValueError(
                f"None of the {len(X)} training rows has a complete window of "
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
    def target_encoder(self) -> TargetScaler:
        """Scales y."""
        return TargetScaler()

    @property
    def feature_encoder(self) -> _AsIs:
        """Leaves X alone."""
        return _AsIs()

    def _validate_data(self, X=None, y=None, reset=False, y_numeric=True):
        if isinstance(X, Sequences):
            return X, y
        if not reset:
            check_is_fitted(self)
        return check_input(self, X, y, reset=reset)

    def _initialize(self, X, y=None):
        X, y = self._validate_data(X, y, reset=True)
        random = check_random_state(self.random_state)
        weights_seed, self._seed = (int(s) for s in random.randint(2**31 - 1, size=2))
        architecture = self._architecture_for(X, y)
        self._compiled_with = (self.loss, self.optimizer)
        lease = take(architecture, *self._compiled_with)
        lease.network.reset(weights_seed)
        self._lease, self._architecture = lease, architecture
        self._n_epochs_trained = 0
        self.target_encoder_ = self.target_encoder.fit(y)
        self.feature_encoder_ = self.feature_encoder
        self.n_parameters_ = lease.network.model.count_params()
        return X, y

    def _architecture_for(self, X, y):
        """What the network function is given, as plain data."""
        options = {name: getattr(self, name) for name in self._network_options}
        for name, value in options.items():
            if not isinstance(value, str):  # NumPy's numbers, tuples: plain ones
                options[name] = np.asarray(value).tolist()
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        shape = [int(n) for n in X.shape[1:]]
        return {
            "network": self._network_name,
            "input_shape": shape,
            "n_outputs": n_outputs,
            **options,
        }

    def _ensure_compiled_model(self):
        """Networks come compiled."""

    def _check_model_compatibility(self, y):
        """The head is made for y."""

    @staticmethod
    def _validate_sample_weight(X, y, sample_weight):
        """Checked before."""
        return X, y, sample_weight

    def _fit_keras_model(
        self, X, y, sample_weight, warm_start, epochs, initial_epoch, **kwargs
    ):
        network = self._network
        network.set_learning_rate(self.learning_rate)
        callbacks = prepared_callbacks(self.callbacks)
        if not all(map(is_harmless, callbacks)):
            self._lease.keep()  # who knows what they do to the model
        validation = None
        if self._held_out is not None:
            X_val, y_val, weight_val = self._held_out
            y_val = self.target_encoder_.transform(y_val)
            validation = Feed(X_val, y_val, weight_val)
        if self.early_stopping and epochs > 1:
            monitor = "loss" if validation is None else "val_loss"
            callbacks.append(stopping(monitor, self.n_iter_no_change))
        history = train(
            network,
            Feed(X, y, sample_weight),
            validation,
            epochs=epochs,
            first_epoch=self._n_epochs_trained,
            seed=self._seed,
            batch_size=self.batch_size,
            steps_per_epoch=self.steps_per_epoch,
            callbacks=callbacks,
            verbose=self.verbose,
            epoch_task=self._epoch_task,
        )
        if initial_epoch:
            history = _joined(self.history_, history)
        self.history_ = history
        self.n_iter_ = len(history["loss"])
        self._n_epochs_trained += len(history["loss"]) - initial_epoch

    def _predict_raw(self, X):
        check_is_fitted(self)
        X, _ = self._validate_data(X)
        network = self._network
        lease = self._lease  # keeps the network while another thread refits
        outputs = network.predict(X)
        if not np.isfinite(outputs).all():
            raise ValueError(
                f"The network gives values that are not finite for "
                f"{(~np.isfinite(outputs).all(axis=1)).sum()} of {len(X)} rows: X is "
                "far outside of what it was trained on, or training went wrong."
            )
        del lease
        return outputs

    # The network.

    @property
    def model_(self) -> keras.Model:
        """The Keras model. Once asked for, it is this estimator's for good."""
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no model_ before it is fitted."
            )
        network = self._network
        self._lease.keep()
        return network.model

    @property
    def _network(self):
        """The compiled network, made again from plain state after unpickling."""
        if "_lease" not in vars(self):
            with _restoring:
                if "_lease" not in vars(self):
                    lease = take(self._architecture, *self._compiled_with)
                    lease.network.set_state(self._state)
                    self._lease = lease
                    del self._state
        return self._lease.network

    def __getstate__(self):
        state = dict(super().__getstate__())
        lease = state.pop("_lease", None)
        if lease is not None:
            state["_state"] = lease.network.get_state()
        for name in ("_held_out", "_epoch_task"):
            state.pop(name, None)
        return state

    @contextmanager
    def _undone_on_failure(self):
        """Whatever goes wrong inside leaves the estimator as it was before."""
        before = dict(vars(self))
        lease = before.get("_lease")
        weights = None if lease is None else lease.network.get_state()
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            if weights is not None:
                lease.network.set_state(weights)
            raise
        finally:
            for name in ("_held_out", "_epoch_task"):
                vars(self).pop(name, None)

    def _begin_epoch_task(self, context, X, y):
        """Tell scikit-learn's callbacks of an epoch; gives what ends it."""
        task = context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(estimator=self, X=X, y=y)
        return lambda: task.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )

    def __sklearn_is_fitted__(self):
        return self.initialized_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        return tags


def _joined(before, after):
    """Two histories as one, NaN where an epoch has no value."""
    n_before, n_after = len(before["loss"]), len(after["loss"])
    return {
        name: before.get(name, [np.nan] * n_before)
        + after.get(name, [np.nan] * n_after)
        for name in {**before, **after}
    }


def _no_task(epoch):
    """For epochs that no callback of scikit-learn's is told of."""
    return lambda: False


def _select(at, X, y, sample_weight):
    if at is None:
        return None
    if len(at) == len(X):
        return X, y, sample_weight
    return X[at], y[at], None if sample_weight is None else sample_weight[at]


class SequenceRegressor(RegressorMixin, SequenceEstimator):
    """The regressors' side of it: the mixin stands left of the base."""
