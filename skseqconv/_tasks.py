"""Regression and classification: what y is to the networks, and their outputs."""

from __future__ import annotations

from numbers import Real
from typing import Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from ._holding import alone, of_one_fit
from ._intervals import (
    MAX_ROWS,
    check_quantiles,
    correction,
    overshoots,
    pair_of,
)
from ._level import find_level
from ._parameters import ClassificationParameters, RegressionParameters, parameters
from ._targets import ClassEncoder, TargetScaler, check_labels, check_values
from ._wrapper import SequenceEstimator
from .views import WindowView


@parameters
class SequenceRegressor(RegressorMixin, RegressionParameters, SequenceEstimator):
    """Regression: a linear head for the standardized y."""

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
        return self._partial_fit(X, y, sample_weight)

    @of_one_fit
    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict y.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. One that reaches back before its series begins is filled up
            with the series' first row, with a `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        outputs = self._middle(self._predict_raw(X))
        return self.target_encoder_.inverse_transform(outputs)

    @of_one_fit
    def predict_quantiles(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict the quantiles of y; for ``loss="quantile"``.

        After other steps of a Pipeline,
        ``pipe[-1].predict_quantiles(pipe[:-1].transform(X))``.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.

        Returns
        -------
        quantiles : ndarray of shape (n_samples, n_quantiles) or \
                (n_samples, n_outputs, n_quantiles)
            In ascending order, as `quantiles` has them; in the units of y.
        """
        outputs = self._predict_raw(X)
        if not self._quantiles:
            raise ValueError(
                f"This {type(self).__name__} was fitted with another loss than "
                '"quantile", the one that learns quantiles.'
            )
        return self._each(outputs)

    @of_one_fit
    def predict_interval(
        self, X: WindowView | ArrayLike, coverage: float = 0.8
    ) -> NDArray[np.float64]:
        """Predict an interval that y lies in with a given probability.

        After other steps of a Pipeline,
        ``pipe[-1].predict_interval(pipe[:-1].transform(X))``.

        Corrected by the rows that were held out in `fit` (`validation_split`) or given
        to `calibrate_interval` since, as far as the rows to come are like those: split
        conformal prediction [1]_, around `predict`, or around the quantiles for
        ``loss="quantile"`` [2]_.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        coverage : float, default=0.8
            Share of the values to come that are to lie inside. For
            ``loss="quantile"`` both quantiles around it must have been trained:
            0.1 and 0.9 for 0.8.

        Returns
        -------
        interval : ndarray of shape (n_samples, 2) or (n_samples, n_outputs, 2)
            Lower and upper bound, in the units of y.

        References
        ----------
        .. [1] Lei, G'Sell, Rinaldo, Tibshirani, Wasserman: Distribution-free
           predictive inference for regression. JASA 113 (2018).
        .. [2] Romano, Patterson, Candes: Conformalized quantile regression.
           NeurIPS 2019.
        """
        if not (isinstance(coverage, Real) and 0 < coverage < 1):
            raise ValueError(f"coverage={coverage!r} must lie between 0 and 1.")
        outputs = self._predict_raw(X)
        if getattr(self, "_held_out_forecasts", None) is None:
            raise ValueError(
                "predict_interval learns from rows that training has not seen: fit "
                "with validation_split, say 0.1, or give such rows to "
                "calibrate_interval (partial_fit holds none out)."
            )
        y, forecasts = self._held_out_forecasts
        lower, upper = self._bounds(outputs, coverage)
        wider = correction(overshoots(y, *self._bounds(forecasts, coverage)), coverage)
        middle = self._middle(outputs)  # a correction that narrows must not cross it
        lower = np.minimum(lower - wider, middle)
        upper = np.maximum(upper + wider, middle)
        return self._each(np.stack([lower, upper], axis=-1))

    def calibrate_interval(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Correct the intervals by other rows, the latest ones whose y is known.

        They take the place of those that `fit` held out; the network stays as it is.
        Intervals of a season are too narrow, or too wide, for the next one: where
        forecasts go on for long, call it now and then, so that the interval follows
        the errors that the forecasts have had of late (the sliding window of residuals
        of [1]_). Training must not have seen the rows.

        After other steps of a Pipeline,
        ``pipe[-1].calibrate_interval(pipe[:-1].transform(X), y)``.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Those that reach back before their series begins are left out,
            with their y.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What came true.

        Returns
        -------
        self : object
            The estimator.

        References
        ----------
        .. [1] Xu, Xie: Conformal prediction interval for dynamic time-series. ICML
           2021.
        """
        check_is_fitted(self)
        with alone(self):
            X, y = self._validate_data(X, y)
            whole = self._rows_to_learn(X, None)
            self._keep_held_out(X[whole], self.target_encoder_.transform(y[whole]))
        return self

    def _middle(self, outputs):
        """What `predict` gives: of quantiles the median."""
        at = self._quantiles and self._quantiles.index(0.5)
        return outputs if at is None else outputs[:, :, at]

    def _bounds(self, outputs, coverage):
        """Bounds of an interval as yet uncorrected."""
        if not self._quantiles:
            return outputs, outputs
        low, high = pair_of(coverage, self._quantiles)
        return outputs[:, :, low], outputs[:, :, high]

    def _each(self, outputs):
        """Outputs of shape (n_samples, n_outputs, n) in the units of y."""
        back = self.target_encoder_.inverse_transform
        parts = [back(outputs[:, :, i]) for i in range(outputs.shape[2])]
        return np.stack(parts, axis=-1)

    def _keep_held_out(self, X, y):
        some = np.linspace(0, len(X) - 1, min(len(X), MAX_ROWS)).astype(int)
        self._held_out_forecasts = y[some], self._outputs(X[some])

    @property
    def _quantiles(self):
        """What the network was built with."""
        return self._architecture["quantiles"]

    @property
    def target_encoder(self) -> TargetScaler:
        """Scales y."""
        return TargetScaler()

    def _check_target(self, y, n_samples, *, reset):
        return check_values(self, y, n_samples, reset=reset)

    def _head(self, y):
        return {
            "n_outputs": 1 if y.ndim == 1 else y.shape[1],
            "output_activation": "linear",
            "quantiles": (
                check_quantiles(self.quantiles) if self.loss == "quantile" else None
            ),
        }

    _own_names = (("loss", "quantile"),)

    def _find_level(self, X, y):
        if self.embedding_dim is not None and self.window_norm in (None, "auto"):
            return None
        if self.embedding_dim is not None:
            raise ValueError(
                f"window_norm={self.window_norm!r} is for channels, and embedding_dim "
                "makes X token ids: leave one of them out."
            )
        return find_level(self, X.data, y.reshape(len(y), -1))

    def _encoder(self, level):
        if level is None:
            return self.target_encoder
        return TargetScaler(level.mean, level.scale)

    def _compile_options(self):
        return self.loss, self.optimizer

    def _check_learned(self, y, one_epoch):
        """Any values will do."""

    def _weighted(self, y, sample_weight, learned, one_epoch):
        return sample_weight

    def _strata(self, y):
        return None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@parameters
class SequenceClassifier(ClassifierMixin, ClassificationParameters, SequenceEstimator):
    """Classification: a head that gives probabilities."""

    def partial_fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one more epoch, on all complete windows of X.

        Neither `validation_split` nor `early_stopping` is used.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            In the first call, all labels that this and later calls may bring; None
            for those of y.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._partial_fit(X, y, sample_weight, classes)

    @of_one_fit
    def predict(self, X: WindowView | ArrayLike) -> NDArray:
        """Predict the label.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. One that reaches back before its series begins is filled up
            with the series' first row, with a `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            The most probable of `classes_`.
        """
        return super().predict(X)

    @of_one_fit
    def predict_proba(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`; rows sum to one.
        """
        outputs = self._predict_raw(X)
        return self.target_encoder_.probabilities(outputs)

    def predict_log_proba(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`; minus infinity where a probability is zero.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @property
    def target_encoder(self) -> ClassEncoder:
        """Makes labels what the network gives."""
        return ClassEncoder(self.classes_)

    def _check_target(self, y, n_samples, *, reset):
        classes = vars(self).get("_given_classes")
        return check_labels(self, y, n_samples, reset=reset, classes=classes)

    def _find_level(self, X, y):
        """Labels have no level."""

    def _keep_held_out(self, X, y):
        """Probabilities are no intervals."""

    def _encoder(self, level):
        return self.target_encoder

    def _head(self, y):
        n_classes = len(self.classes_)
        if n_classes == 2:
            return {"n_outputs": 1, "output_activation": "sigmoid"}
        return {"n_outputs": n_classes, "output_activation": "softmax"}

    _own_names = (("loss", "auto"),)

    def _compile_options(self):
        binary = len(self.classes_) == 2
        loss = self.loss
        if loss == "auto":
            loss = "binary_crossentropy" if binary else "categorical_crossentropy"
        _check_loss(loss, binary)
        return loss, self.optimizer, ("accuracy",)

    def _weighted(self, y, sample_weight, learned, one_epoch):
        if self.class_weight is None:
            return sample_weight
        if self.class_weight == "balanced" and one_epoch:
            raise ValueError(
                "class_weight='balanced' needs all of y, of which partial_fit sees a "
                "part: give a dict, as sklearn.utils.compute_class_weight computes it."
            )
        weights = np.zeros(len(y), dtype=np.float32)
        if self.class_weight == "balanced":
            weights[learned] = compute_sample_weight("balanced", y[learned])
        else:
            by_class = _weights_of(self.classes_.tolist(), self.class_weight)
            weights[learned] = by_class[np.searchsorted(self.classes_, y[learned])]
        return weights if sample_weight is None else weights * sample_weight

    def _check_learned(self, y, one_epoch):
        if not one_epoch and len(np.unique(y)) < 2:
            raise ValueError(
                f"The samples to learn from are all of one class, {y.tolist()[0]!r}: "
                "the others have incomplete windows, no weight, or are held out "
                "(validation_split, validation_gap)."
            )

    def _strata(self, y):
        return y


def _weights_of(classes, class_weight):
    """A weight for each class, 1 for those that are not named.

    The rule of scikit-learn's `compute_class_weight`: a fold may lack a class that has
    a weight, but names that match nothing beside classes without a weight are a
    mistake. That function itself takes the labels "1" and 1.5 for 1.
    """
    unknown = sorted(map(repr, set(class_weight) - set(classes)))
    unnamed = [label for label in classes if label not in class_weight]
    if unknown and unnamed:
        raise ValueError(
            f"class_weight names {', '.join(unknown)}, which is none of the classes "
            f"{classes[:20]}, and has no weight for {unnamed[:20]}: name every class, "
            "or none but these."
        )
    weights = np.array([class_weight.get(label, 1.0) for label in classes], dtype=float)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            f"class_weight={class_weight!r} must hold finite numbers that are not "
            "negative."
        )
    return weights


def _check_loss(loss, binary):
    """Refuse Keras' losses that do not fit a head of probabilities and its targets."""
    known = keras.losses.get(loss)
    if not getattr(known, "__module__", "").startswith("keras."):
        return  # a user's own
    if isinstance(known, keras.losses.Loss) and known.get_config().get("from_logits"):
        raise ValueError(
            f"loss={loss!r} takes logits (from_logits=True), but the network gives "
            "probabilities: use from_logits=False."
        )
    name = getattr(known, "name", None) or known.__name__
    if "sparse" in name or (binary and "categorical" in name):
        kind = "one column of 0 and 1" if binary else "a column of 0 and 1 a class"
        use = "binary" if binary else "categorical"
        raise ValueError(
            f"loss={loss!r} does not fit the network's targets, {kind}: use "
            f"'{use}_crossentropy' (which 'auto' is), or another {use} one."
        )
