"""How good forecasts are: the networks beside common sense and regressors of tables.

    python -m tests.benchmarks.accuracy --data FOLDER [--sets ETTh1 ...]
        [--models ...] [--part validation] [--seeds 3] [--refit]

- ETTh1, ETTm1: the oil temperature (OT) 24 hours ahead from 14 days; to learn from 12
  months, then 4 months of validation and 4 of test (8640, 2880 and 2880 hours; ETTm1
  has a row every quarter of an hour and is read at every fourth); errors in units of
  OT's standard deviation in the first 12 months.
- weather: the temperature 24 hours ahead from 10 days of the year 2020, a row every 10
  minutes, read at every sixth; 60, 20 and 20 % of the rows; -9999 is missing and filled
  up with the value before; errors in degrees.
- weather-folds: the same by `TimeSeriesSplit(5, gap=144)`; the mean of the folds.

A row belongs to the part that its target lies in. All models learn from the same rows.
Defaults and everything else were chosen on the validation parts; the test parts are
for looking at once. With `--refit`, models learn from the training and the validation
part before they are scored on the test part, as one does in practice.

Regressors of tables see every hour of the last day and the same hour of each day
before, of all channels; "change" learns by how much the target will differ from its
last value. At a delay of one day the value of one day before the forecast's time is the
last value, so the seasonal forecast takes a week. The book's networks and optimizer see
windows as they are, for as many steps as ours.
"""

import argparse
import time

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import HistGradientBoostingRegressor, VotingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    Standardizer,
    make_supervised,
)

from .common import book_network, machine


class Task:
    """Rows and targets of a data set, and its parts."""

    def __init__(self, name, folder):
        self.name = name
        self.per_hour = 1 if name == "ETTh1" else 4 if name == "ETTm1" else 6
        day = 24 * self.per_hour
        if name.startswith("ETT"):
            frame = pd.read_parquet(f"{folder}/{name}.parquet")
            frame = frame.set_index("date").iloc[: 14_400 * self.per_hour]
            self.target, days = "OT", 14
            cuts = [8640 * self.per_hour, 11_520 * self.per_hour, len(frame)]
        else:
            frame = pd.read_parquet(f"{folder}/weather_2020.parquet").set_index("date")
            frame = frame.mask(frame <= -9000).ffill()
            self.target, days = "T (degC)", 10
            cuts = [int(share * len(frame)) for share in (0.6, 0.8, 1)]
        self.frame, self.lookback = frame, days * day
        self.X, self.y = make_supervised(frame, self.target, delay=day, on_gap="split")
        ahead = self.X.rows + day
        parts = np.split(np.arange(len(ahead)), np.searchsorted(ahead, cuts))
        self.learn, self.validation, self.test, _ = parts
        learned = frame[self.target].iloc[: cuts[0]]
        self.unit = learned.std() if name.startswith("ETT") else 1.0
        self.gap = day

    def folds(self, part, refit):
        """Rows to learn from and to score on."""
        if self.name == "weather-folds":
            return list(TimeSeriesSplit(5, gap=self.gap).split(self.X))
        learn = np.append(self.learn, self.validation) if refit else self.learn
        return [(learn, getattr(self, part))]

    def windowed(self, model):
        return make_pipeline(
            Standardizer(), LookbackWindower(self.lookback, step=self.per_hour), model
        )

    def lags(self):
        """Rows before the last one that regressors of tables see."""
        day = 24 * self.per_hour
        hours = np.arange(0, day, self.per_hour)
        return np.concatenate([hours, np.arange(day, self.lookback, day)])


class Change(RegressorMixin, BaseEstimator):
    """Learns the difference from the last value, and adds it."""

    def __init__(self, regressor=None):
        self.regressor = regressor

    def fit(self, X, y):
        self.last_ = PersistenceRegressor().fit(X, y)
        self.regressor_ = clone(self.regressor).fit(X, y - self.last_.predict(X))
        return self

    def predict(self, X):
        return self.last_.predict(X) + self.regressor_.predict(X)


def models(task):
    """Each a function of the seed; without one if it has no chance in it."""
    lags, week = task.lags(), 7 * 24 * task.per_hour
    ridge = FlatWindowRegressor(RidgeCV(np.logspace(-1, 6, 8)), lags=lags)
    trees = FlatWindowRegressor(
        HistGradientBoostingRegressor(loss="absolute_error", random_state=0), lags=lags
    )
    return {
        "persistence": PersistenceRegressor(),
        "a week ago": PersistenceRegressor(period=week),
        "autoregression": LinearAutoregression(),
        "ridge": ridge,
        "ridge, change": Change(ridge),
        "trees": trees,
        "trees, change": Change(trees),
        "book Conv1D": lambda seed: book_network(Conv1DRegressor, random_state=seed),
        "book Conv1D-GRU": lambda seed: book_network(
            Conv1DGRURegressor, random_state=seed
        ),
        "Conv1D": lambda seed: Conv1DRegressor(random_state=seed),
        "Conv1D-GRU": lambda seed: Conv1DGRURegressor(random_state=seed),
        "TCN": lambda seed: Conv1DRegressor(**TCN, random_state=seed),
        "mean of three": mean_of_three,
    }


def mean_of_three(seed):
    """The mean forecast of the last value, the autoregression and a network."""
    return VotingRegressor(
        [
            ("last value", PersistenceRegressor()),
            ("autoregression", LinearAutoregression()),
            ("network", Conv1DRegressor(random_state=seed)),
        ]
    )


#: A temporal convolutional network: the constructor call that README shows.
TCN = {
    "n_conv": 12,
    "kernel_size": 4,
    "pool_size": 1,
    "dilation_rate": "exponential",
    "padding": "causal",
    "residual": 2,
    "global_pooling": "last",
}


def errors(task, model, part, refit):
    """Mean absolute error over the folds, and seconds to fit."""
    found, took = [], 0.0
    for learn, score in task.folds(part, refit):
        pipe = task.windowed(clone(model))
        began = time.perf_counter()
        pipe.fit(task.X[learn], task.y[learn])
        took += time.perf_counter() - began
        found.append(np.abs(pipe.predict(task.X[score]) - task.y[score]).mean())
    return np.mean(found) / task.unit, took


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", required=True)
    sets = ["ETTh1", "ETTm1", "weather", "weather-folds"]
    parser.add_argument("--sets", nargs="*", choices=sets, default=sets)
    parser.add_argument("--models", nargs="*")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--refit", action="store_true")
    options = parser.parse_args()
    if options.refit and options.part == "validation":
        parser.error("--refit learns from the validation part: add --part test")
    print(machine())
    for name in options.sets:
        task = Task(name, options.data)
        print(f"{name}, {options.part}: {task.X.shape[0]} rows", flush=True)
        for label, model in models(task).items():
            if options.models and label not in options.models:
                continue
            chance = not isinstance(model, BaseEstimator)
            made = [model(s) for s in range(options.seeds)] if chance else [model]
            found, took = zip(
                *(errors(task, one, options.part, options.refit) for one in made),
                strict=True,
            )
            spread = f"+-{np.std(found, ddof=1):.4f}" if len(found) > 1 else " " * 8
            print(
                f"  {label:<16} {np.mean(found):.4f} {spread}  {np.mean(took):6.1f} s "
                f"a fit  ({' '.join(f'{error:.4f}' for error in found)})",
                flush=True,
            )


if __name__ == "__main__":
    main()
