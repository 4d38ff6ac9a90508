"""From y to the targets of a network, and from its outputs back to y."""

import numpy as np
from keras import ops
from sklearn.base import BaseEstimator

from skseqconv._aligned import aligned
from skseqconv._public import public
from skseqconv.inputs._finite import chunks_of
from skseqconv.inputs._relation import mean_and_spread
from skseqconv.inputs._targets import columns_of


@public
class TargetScaler(BaseEstimator):
    """Standardize each column of y to two-dimensional float32, and back.

    `mean` and `scale` replace those of y, if given. A constant column has the scale 0:
    the constant comes back whatever the network predicts.
    """

    def __init__(self, mean=None, scale=None):
        self.mean = mean
        self.scale = scale

    def fit(self, y):
        self.n_dims_ = y.ndim
        if self.mean is None:
            self.mean_, self.scale_ = mean_and_spread(columns_of(y))
        else:
            self.mean_, self.scale_ = self.mean, self.scale
        return self

    def transform(self, y, level=None):
        """(y - mean) / scale, or (y - level) / scale with a level for each row."""
        y = columns_of(y)
        scale = np.where(self.scale_ > 0, self.scale_, 1)
        out = aligned(y.shape, np.float32)
        for part in chunks_of(y):
            rest = y[part] - (self.mean_ if level is None else level[part])
            rest /= scale  # y may be large
            out[part] = rest
        return out

    def inverse_transform(self, y, level=None):
        y = self.in_units(y, level)
        return y[:, 0] if self.n_dims_ == 1 else y

    def in_units(self, outputs, level=None):
        """Outputs of shape (n_samples, n_outputs, ...) in the units of y, float64."""
        more = (1,) * (outputs.ndim - 2)
        level = self.mean_ if level is None else level
        level = level.reshape(*level.shape, *more)
        return outputs.astype(np.float64) * self.scale_.reshape(-1, *more) + level

    def stock_call(self, outputs):
        """What `predict` makes of outputs, by operations of Keras in float32."""
        more = (1,) * (outputs.ndim - 2)
        scale, mean = (
            np.asarray(learned, np.float32).reshape(-1, *more)
            for learned in (self.scale_, self.mean_)
        )
        # Keras may add a mean as a bias of the second axis, which LiteRT cannot
        # convert.
        y = ops.subtract(ops.multiply(outputs, scale), -mean)
        # `predict_quantiles` gives one row of quantiles for each value of a 1d y.
        return y[:, 0] if self.n_dims_ == 1 and y.ndim == 3 else y


@public
class ClassEncoder(BaseEstimator):
    """From labels to the targets of a network, and back.

    For two classes a network predicts the probability of the second one, for more
    classes one probability each.
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
        """One column for each class; rows sum to one."""
        y = np.clip(y.astype(np.float64), 0, 1)
        if len(self.classes) == 2:
            return np.hstack([1 - y, y])
        return y / y.sum(axis=1, keepdims=True)

    def stock_call(self, outputs):
        """`probabilities` by operations of Keras."""
        y = ops.clip(outputs, 0, 1)
        if len(self.classes) == 2:
            return ops.concatenate([1 - y, y], axis=-1)
        return ops.divide(y, ops.sum(y, axis=-1, keepdims=True))


@public
class IndicatorEncoder(BaseEstimator):
    """From an indicator matrix to the targets of a network, and back.

    A network predicts the probability of each label, independent of the others.
    """

    def fit(self, y):
        return self

    def transform(self, y):
        return y.astype(np.float32)

    def inverse_transform(self, y):
        return (y > 0.5).astype(int)

    def probabilities(self, y):
        """One column for each label, between 0 and 1."""
        return np.clip(y.astype(np.float64), 0, 1)

    def stock_call(self, outputs):
        """`probabilities` by operations of Keras."""
        return ops.clip(outputs, 0, 1)
