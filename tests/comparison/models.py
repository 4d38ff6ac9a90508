"""Models to compare, and where to read their scores."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import FlatWindowRegressor, LookbackWindower, Standardizer

DELAY = 6
CV = TimeSeriesSplit(4, gap=DELAY)
MAE, RMSE = "mean_absolute_error", "root_mean_squared_error"


def windowed(model, lookback=24):
    return make_pipeline(Standardizer(), LookbackWindower(lookback, step=3), model)


MODELS = {
    "ridge": windowed(FlatWindowRegressor()),
    "one lag": windowed(FlatWindowRegressor(Ridge(10.0), lags=[0])),
}


class Counted(RegressorMixin, BaseEstimator):
    """The mean of y; counts how often it is fitted and asked."""

    fits = predictions = 0

    def fit(self, X, y):
        type(self).fits += 1
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        type(self).predictions += 1
        return np.full(len(X), self.mean_)


class Fails(RegressorMixin, BaseEstimator):
    """Fails for a training part of up to `most` rows."""

    def __init__(self, most=50, predicts=True):
        self.most = most
        self.predicts = predicts

    def fit(self, X, y):
        if len(X) <= self.most:
            raise RuntimeError(f"{len(X)} rows are too few")
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        if not self.predicts:
            raise RuntimeError("it will not say")
        return np.full(len(X), self.mean_)


def scores_of(comparison, model, metric=MAE):
    scores = comparison.fold_scores
    chosen = (scores["model"] == model) & (scores["metric"] == metric)
    return scores[chosen].sort_values("fold")["score"].to_numpy()
