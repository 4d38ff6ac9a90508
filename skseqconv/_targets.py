"""What y becomes for a network, and what a network's output becomes for the user."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from ._affine import mean_and_spread
from ._containers import refuse_masked


class TargetScaler(BaseEstimator):
    """Standardize y, column by column, to float32 of two dimensions and back.

    With `mean` and `scale` instead of y's own, where they are given. A column that is
    constant has the scale 0: whatever a network gives for it, the constant comes back.
    """

    def __init__(self, mean=None, scale=None):
        self.mean = mean
        self.scale = scale

    def fit(self, y):
        self.n_dims_ = y.ndim
        self.mean_, self.scale_ = mean_and_spread(y.reshape(len(y), -1))
        if self.mean is not None:
            self.mean_, self.scale_ = self.mean, self.scale
        return self

    def transform(self, y, level=None):
        """y less its mean, or less a level of each row, in units of the scale."""
        rest = y.reshape(len(y), -1) - (self.mean_ if level is None else level)
        return (rest / np.where(self.scale_ > 0, self.scale_, 1)).astype(np.float32)

    def inverse_transform(self, y, level=None):
        y = self.in_units(y, level)
        return y[:, 0] if self.n_dims_ == 1 else y

    def in_units(self, outputs, level=None):
        """Outputs of shape (n_samples, n_outputs, ...) in the units of y, float64."""
        more = (1,) * (outputs.ndim - 2)
        level = self.mean_ if level is None else level
        level = level.reshape(*level.shape, *more)
        return outputs.astype(np.float64) * self.scale_.reshape(-1, *more) + level

    def __setstate__(self, state):
        scaler = state.get("scaler_")  # as older files have it
        if scaler is not None:
            state = {**state, "mean_": scaler.mean_, "scale_": scaler.scale_}
            del state["scaler_"]
        super().__setstate__(state)


class ClassEncoder(BaseEstimator):
    """Labels to what a network gives for them, and back.

    Of two classes a network gives the probability of the second, of more one each.
    """

    def __init__(self, classes):
        self.classes = classes

    def fit(self, y):
        return self

    def transform(self, y):
        at = np.searchsorted(self.classes, y)
        if len(self.classes) == 2:
            return at[:, None].astype(np.float32)
        return np.eye(len(self.classes), dtype=np.float32)[at]

    def inverse_transform(self, y):
        return self.classes[self.probabilities(y).argmax(axis=1)]

    def probabilities(self, y):
        """A column for each class, rows that sum to one."""
        y = np.clip(y.astype(np.float64), 0, 1)
        if len(self.classes) == 2:
            return np.hstack([1 - y, y])
        return y / y.sum(axis=1, keepdims=True)


def check_values(estimator, y, n_samples, *, reset):
    """y of a regressor: float64 of one or two dimensions."""
    _refuse_none(estimator, y)
    refuse_masked("y", y)
    y = check_array(
        y,
        ensure_2d=False,
        allow_nd=True,
        dtype=np.float64,
        estimator=estimator,
        input_name="y",
    )
    if y.ndim > 2:
        raise ValueError(f"y must have one or two dimensions, got shape {y.shape}.")
    _check_length(y, n_samples)
    if reset:
        estimator._y_shape = y.shape[1:]
    elif y.shape[1:] != estimator._y_shape:
        raise ValueError(
            f"y has the shape {y.shape}, but {type(estimator).__name__} was fitted "
            f"on (n_samples, *{estimator._y_shape})."
        )
    return y


def check_labels(estimator, y, n_samples, *, reset, classes=None):
    """y of a classifier: labels of one dimension, of two classes or more."""
    _refuse_none(estimator, y)
    y = _labels(y, "y")
    _check_length(y, n_samples)
    if classes is not None:
        given = np.unique(_labels(classes, "classes"))
    if reset:
        known = np.unique(y) if classes is None else given
        if len(known) < 2:
            place = "y" if classes is None else "classes"
            which = f"one class only, {known.tolist()[0]!r}" if len(known) else "none"
            raise ValueError(
                f"{place} has {which}: a classifier needs two (partial_fit takes those "
                "to come as classes=)."
            )
        estimator.classes_ = known
    elif classes is not None and not np.array_equal(given, estimator.classes_):
        raise ValueError(
            f"classes={given.tolist()[:20]} are not those of the first call, "
            f"{estimator.classes_.tolist()[:20]}: they cannot change."
        )
    unknown = np.setdiff1d(y, estimator.classes_)
    if len(unknown):
        raise ValueError(
            f"y has the labels {unknown.tolist()[:5]}, which are not among the classes "
            f"{estimator.classes_.tolist()[:20]}: give all that may come to the first "
            "call, partial_fit(X, y, classes=...)."
        )
    return y


def _labels(y, name):
    refuse_masked(name, y)
    y = column_or_1d(y, warn=True, input_name=name)
    assert_all_finite(y, input_name=name)
    if len(y):
        check_classification_targets(y)
    return y


def _refuse_none(estimator, y):
    if y is None:
        name = type(estimator).__name__
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")


def _check_length(y, n_samples):
    if len(y) != n_samples:
        raise ValueError(
            f"X has {n_samples} rows and y has {len(y)}: they must have the same."
        )
