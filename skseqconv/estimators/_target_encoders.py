"""What y becomes for a network, and what a network's output becomes for the user."""

import numpy as np
from sklearn.base import BaseEstimator

from skseqconv._public import public
from skseqconv.inputs._relation import mean_and_spread


@public
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


@public
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
