"""Small models, searches and comparisons to draw, and texts of what was drawn."""

import types

import numpy as np
import pandas as pd
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import Conv1DRegressor, LookbackWindower, Standardizer
from skseqconv._metrics import Metric


def legend_of(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def texts_of(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def network(**parameters):
    small = {"filters": 4, "n_conv": 1, "kernel_size": 3, "epochs": 2}
    return Conv1DRegressor(**{**small, "random_state": 0, **parameters})


def windows(model, lookback=12):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), model)


def made_task():
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3))
    return X, X @ [1, 2, 3] + random.normal(size=60)


class Knobs(DummyRegressor):
    """A constant that is as wrong as its parameters say."""

    def __init__(self, filters=1, kernel_size=3, pool_size=2, rate=1.0):
        self.filters = filters
        self.kernel_size = kernel_size
        self.pool_size = pool_size
        self.rate = rate

    def fit(self, X, y):
        kernels = np.sum(self.kernel_size) if self.kernel_size else 0
        pools = {"max": 1, None: 2}.get(self.pool_size, self.pool_size)
        self.constant_ = float(kernels + 10 * pools + 100 * self.filters + self.rate)
        return self

    def predict(self, X):
        return np.full(len(X), self.constant_)


def searched(grid, kind=GridSearchCV, **options):
    X, y = np.zeros((60, 1)), np.zeros(60)
    options = {
        "scoring": "neg_mean_absolute_error",
        "cv": TimeSeriesSplit(3),
        **options,
    }
    return kind(make_pipeline(StandardScaler(), Knobs(rate=0.0)), grid, **options).fit(
        X, y
    )


def ridge_search(grid, **options):
    return GridSearchCV(Ridge(), grid, cv=3, **options).fit(*made_task())


GRID = {"knobs__kernel_size": [3, 5, 7], "knobs__pool_size": [1, 2]}
SCORES = {"Conv1D": [2.0, 3.0, 1.5], "now": [2.5, 3.1, 2.2], "ridge": [4.0, 3.9, 3.0]}


def compared(scores=SCORES, baseline="now", baselines=()):
    """What is drawn of a comparison, in two metrics."""
    table = pd.DataFrame(scores).rename_axis("fold").reset_index()
    table = table.melt("fold", var_name="model", value_name="score")
    parts = [
        table.assign(metric="mean_absolute_error"),
        table.assign(metric="r2", score=-table["score"]),
    ]
    return types.SimpleNamespace(
        fold_scores=pd.concat(parts, ignore_index=True),
        baseline=baseline,
        baselines=baselines,
        metrics={
            "mean_absolute_error": Metric("mean_absolute_error", False),
            "r2": Metric("r2"),
        },
    )
