"""Classification: the targets of the network, and its outputs as probabilities."""

from __future__ import annotations

from typing import NamedTuple, Self

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_class_weight

from skseqconv.inputs._scored_in_order import ScoredInOrder
from skseqconv.inputs._targets import check_labels
from skseqconv.series._window_view import WindowView

from ._base import SequenceEstimator
from ._measured import is_categorical, is_sparse, measured
from ._network_held import of_one_fit
from ._parameters import ClassificationParameters, parameters
from ._scored import PredictedLabels
from ._target_encoders import ClassEncoder, IndicatorEncoder


@parameters
class SequenceClassifier(
    ScoredInOrder, ClassifierMixin, ClassificationParameters, SequenceEstimator
):
    """Classification: the network predicts probabilities."""

    _own_names = (("loss", "auto"),)

    #: Number of columns of an indicator matrix; None for one class per sample.
    _n_labels: int | None = None

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
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, or an indicator matrix.
        classes : array-like of shape (n_classes,), default=None
            In the first call, all labels that this and later calls may contain; None
            for the labels of y. An indicator matrix does not need it.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. Without it, the weights are 1. Unlike
            those of `fit`, they also count from call to call: samples of larger weight
            change the network more.

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
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_labels)
            The most probable of `classes_`. After a fit on an indicator matrix: 1 for
            each label with a probability above 0.5, else 0.
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
            In the order of `classes_`; rows sum to one. After a fit on an indicator
            matrix: the probability of each label, of shape (n_samples, n_labels).
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
            As from `predict_proba`; minus infinity where a probability is zero.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @property
    def target_encoder(self) -> ClassEncoder | IndicatorEncoder:
        """Converts labels to the targets of the network."""
        if self._n_labels is not None:
            return IndicatorEncoder()
        return ClassEncoder(self.classes_)

    def _check_target(self, y, n_samples, *, reset, classes=None):
        return check_labels(self, y, n_samples, reset=reset, classes=classes)

    def _encoder(self, level, y):
        return self.target_encoder

    def _head(self, y):
        if self._n_labels is not None:
            return {"n_outputs": self._n_labels, "output_activation": "sigmoid"}
        n_classes = len(self.classes_)
        if n_classes == 2:
            return {"n_outputs": 1, "output_activation": "sigmoid"}
        return {"n_outputs": n_classes, "output_activation": "softmax"}

    def _compile_options(self):
        targets = _targets_of(self)
        loss = targets.loss if self.loss == "auto" else self.loss
        _check_loss(loss, targets)
        metrics = measured(self.metrics).keras
        for metric in metrics:
            _check_metric(metric, targets)
        others = (one for one in metrics if one != "accuracy")  # is there in any case
        return loss, self.optimizer, ("accuracy", *others)

    def _predictor(self, X):
        encoder = self.target_encoder_

        def predicted(outputs):
            labels = encoder.inverse_transform(outputs)
            probabilities = encoder.probabilities(outputs)
            return PredictedLabels(self.classes_, labels, probabilities)

        return predicted

    def _weighted(self, y, sample_weight, learned, one_epoch):
        if self.class_weight is None:
            return sample_weight
        if self._n_labels is not None:
            raise ValueError(
                f"class_weight={self.class_weight!r} is for one class per sample, but "
                f"y has {self._n_labels} labels. Use class_weight=None. To weight "
                "samples by their labels, give fit the sample_weight from "
                "sklearn.utils.compute_sample_weight('balanced', y), which multiplies "
                "the weights of the labels."
            )
        if self.class_weight == "balanced" and one_epoch:
            raise ValueError(
                "class_weight='balanced' needs all of y, but partial_fit sees only a "
                "part. Use a dict, from sklearn.utils.compute_class_weight for example."
            )
        by_class = self.class_weight
        if by_class == "balanced":
            known = np.unique(y[learned])
            each = compute_class_weight("balanced", classes=known, y=y[learned])
            by_class = dict(zip(known.tolist(), each, strict=True))
        of_classes = _weights_of(self.classes_.tolist(), by_class)
        weights = of_classes[np.searchsorted(self.classes_, y)]
        return weights if sample_weight is None else weights * sample_weight

    def _check_learned(self, fit):
        if fit.one_epoch or self._n_labels is not None:
            return  # labels may be all 0 or all 1, as in scikit-learn
        if len(np.unique(fit.y)) < 2:
            raise ValueError(
                "All samples to learn from have the same class, "
                f"{fit.y.tolist()[0]!r}. The others have incomplete windows, have "
                "weight zero, or are held out (validation_split, validation_gap). Use "
                "more rows, or hold out fewer."
            )

    def _strata(self, y):
        return y if self._n_labels is None else None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class Targets(NamedTuple):
    """What a network is trained on: in words, and the kind of its losses."""

    words: str
    kind: str

    @property
    def loss(self):
        """The loss of "auto"."""
        return f"{self.kind}_crossentropy"


def _targets_of(classifier):
    if classifier._n_labels is not None:
        return Targets("a column of 0 and 1 per label", "binary")
    if len(classifier.classes_) == 2:
        return Targets("one column of 0 and 1", "binary")
    return Targets("a column of 0 and 1 per class", "categorical")


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


def _check_loss(loss, targets):
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
    if "sparse" in name or (targets.kind == "binary" and "categorical" in name):
        raise ValueError(
            f"loss={loss!r} does not match the network's targets, {targets.words}. Use "
            f"'{targets.loss}' (the choice of 'auto'), or another {targets.kind} loss."
        )


def _check_metric(metric, targets):
    """Refuse metrics of Keras that do not match the targets of the network."""
    kind = targets.kind
    if is_sparse(metric) or (kind == "binary" and is_categorical(metric)):
        raise ValueError(
            f"metrics has {metric!r}, which does not match the network's targets, "
            f"{targets.words}. Use 'accuracy', a metric whose name has "
            f"'{kind}', or a scorer of scikit-learn."
        )
