"""Classification: the targets of the network, and its outputs as probabilities."""

from __future__ import annotations

from typing import Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_sample_weight

from skseqconv.inputs._targets import check_labels
from skseqconv.series._window_view import WindowView

from ._base import SequenceEstimator
from ._network_held import of_one_fit
from ._parameters import ClassificationParameters, parameters
from ._target_encoders import ClassEncoder


@parameters
class SequenceClassifier(ClassifierMixin, ClassificationParameters, SequenceEstimator):
    """Classification: the network predicts probabilities."""

    _own_names = (("loss", "auto"),)

    def partial_fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one more epoch on all complete windows of X.

        `validation_split` and `early_stopping` are not used.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            In the first call, all labels that this and later calls may contain; None
            for the labels of y.
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
        """Predict labels.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows. If a window begins before its series, the first row is repeated,
            with a `MissingHistoryWarning`.

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
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
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
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
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
        """Converts labels to the targets of the network."""
        return ClassEncoder(self.classes_)

    def _check_target(self, y, n_samples, *, reset, classes=None):
        return check_labels(self, y, n_samples, reset=reset, classes=classes)

    def _encoder(self, level, y):
        return self.target_encoder

    def _head(self, y):
        n_classes = len(self.classes_)
        if n_classes == 2:
            return {"n_outputs": 1, "output_activation": "sigmoid"}
        return {"n_outputs": n_classes, "output_activation": "softmax"}

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
                "class_weight='balanced' needs all of y, but partial_fit sees only a "
                "part. Use a dict, from sklearn.utils.compute_class_weight for example."
            )
        weights = np.zeros(len(y), dtype=np.float32)
        if self.class_weight == "balanced":
            weights[learned] = compute_sample_weight("balanced", y[learned])
        else:
            by_class = _weights_of(self.classes_.tolist(), self.class_weight)
            weights[learned] = by_class[np.searchsorted(self.classes_, y[learned])]
        return weights if sample_weight is None else weights * sample_weight

    def _check_learned(self, fit):
        if not fit.one_epoch and len(np.unique(fit.y)) < 2:
            raise ValueError(
                "All samples to learn from have the same class, "
                f"{fit.y.tolist()[0]!r}. The others have incomplete windows, have "
                "weight zero, or are held out (validation_split, validation_gap). Use "
                "more rows, or hold out fewer."
            )

    def _strata(self, y):
        return y


def _weights_of(classes, class_weight):
    """A weight for each class; 1 for classes that are not named.

    As in scikit-learn's `compute_class_weight`, a fold may lack a class that has a
    weight. But unknown names together with unnamed classes are a mistake. That function
    cannot be used, because it takes the labels "1" and 1.5 for 1.
    """
    unknown = sorted(map(repr, set(class_weight) - set(classes)))
    unnamed = [label for label in classes if label not in class_weight]
    if unknown and unnamed:
        raise ValueError(
            f"class_weight names {', '.join(unknown)}, which is none of the classes "
            f"{classes[:20]}, and has no weight for {unnamed[:20]}. Name all classes, "
            "or only known ones."
        )
    weights = np.array([class_weight.get(label, 1.0) for label in classes], dtype=float)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            f"class_weight={class_weight!r} must hold finite, non-negative numbers."
        )
    return weights


def _check_loss(loss, binary):
    """Refuse losses of Keras that do not match the probabilities of the network."""
    known = keras.losses.get(loss)
    if not getattr(known, "__module__", "").startswith("keras."):
        return  # the user's own
    if isinstance(known, keras.losses.Loss) and known.get_config().get("from_logits"):
        raise ValueError(
            f"loss={loss!r} expects logits (from_logits=True), but the network "
            "predicts probabilities. Use from_logits=False."
        )
    name = getattr(known, "name", None) or known.__name__
    if "sparse" in name or (binary and "categorical" in name):
        kind = "one column of 0 and 1"
        kind += "" if binary else " per class"
        use = "binary" if binary else "categorical"
        raise ValueError(
            f"loss={loss!r} does not match the network's targets, {kind}. Use "
            f"'{use}_crossentropy' (the choice of 'auto'), or another {use} loss."
        )
