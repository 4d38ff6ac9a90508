"""scikit-learn's scorers on the predictions of a network that is still training."""

import warnings
from inspect import signature

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.utils.multiclass import type_of_target

#: Functions behind scorers that take the labels of a sample for classes, one of which
#: is true. With several labels they divide the probabilities of a row by their sum.
_OF_ONE_CLASS = (
    "log_loss",
    "brier_score_loss",
    "d2_log_loss_score",
    "d2_brier_score",
)


class PredictedValues(RegressorMixin, BaseEstimator):
    """A regressor that has predicted already."""

    def __init__(self, values):
        self.values = values

    def predict(self, X):
        return self.values


class PredictedLabels(ClassifierMixin, BaseEstimator):
    """A classifier that has predicted already."""

    def __init__(self, classes, labels, probabilities):
        self.classes_ = classes
        self.labels = labels
        self.probabilities = probabilities

    def predict(self, X):
        return self.labels

    def predict_proba(self, X):
        return self.probabilities


class Scores:
    """Scores of validation samples, from the outputs of a network.

    Parameters
    ----------
    names : sequence of str
        Names of scorers.
    samples : Samples
    predicted : callable
        From outputs to a model that has predicted.
    """

    def __init__(self, names, samples, predicted):
        self.names = tuple(names)
        self._y, self._predicted = samples.y, predicted
        self._weight = samples.sample_weight

    def __call__(self, outputs):
        """The scores by name."""
        model = self._predicted(outputs)
        return {name: self._score(name, model) for name in self.names}

    def check(self, outputs):
        """The scores by name; refuse what cannot be computed on these samples."""
        for name in self.names:
            self._refuse_of_one_class(name)
        values = self(outputs)
        for name, value in values.items():
            if not np.isfinite(value):
                raise ValueError(
                    f"metrics={name!r} is undefined on the validation samples: it is "
                    f"{value}. Hold out more samples, or leave it out."
                )
        return values

    def _refuse_of_one_class(self, name):
        several = type_of_target(self._y) == "multilabel-indicator"
        if several and get_scorer(name)._score_func.__name__ in _OF_ONE_CLASS:
            raise ValueError(
                f"metrics={name!r} is for one class per sample, but y has several "
                "labels, whose probabilities do not sum to one. Leave it out: "
                "history_['val_loss'] is the loss over all labels (the log loss, if "
                "loss='auto'). Or use 'roc_auc' or 'average_precision'."
            )

    def _score(self, name, model):
        scorer, options = get_scorer(name), {}
        takes_weights = "sample_weight" in signature(scorer._score_func).parameters
        if self._weight is not None and takes_weights:
            options["sample_weight"] = self._weight
        X = np.empty((len(self._y), 1))  # not read
        try:
            with warnings.catch_warnings():
                # No class is predicted yet, for example. The value is then 0.
                warnings.simplefilter("ignore", UndefinedMetricWarning)
                return float(scorer(model, X, self._y, **options))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"metrics={name!r} of scikit-learn cannot be computed on the "
                f"validation samples: {error}{_way_out(name)}"
            ) from None


def _way_out(name):
    """What to do about a score of one class, such as "f1", which is that of label 1."""
    if f"{name}_macro" not in get_scorer_names():
        return ""
    return f" Use '{name}_macro', the mean over the classes, or the labels 0 and 1."
