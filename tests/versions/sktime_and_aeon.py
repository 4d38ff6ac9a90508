"""The estimators inside sktime and aeon: reductions, classifiers, pipelines.

    python -m venv peers
    peers/bin/pip install "sktime==1.2.*" "aeon==1.6.*" "scikit-learn==1.9.*" -e .
    peers/bin/python tests/versions/sktime_and_aeon.py

It takes less than a minute, and stops at the first check that fails.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    Standardizer,
)

SMALL = {
    "filters": 8,
    "kernel_size": 3,
    "n_conv": 1,
    "epochs": 60,
    "learning_rate": 0.01,
    "random_state": 0,
}
WIDE = {**SMALL, "kernel_size": 12}  # one filter sees the whole window
REGRESSORS = [
    Conv1DRegressor(**WIDE),
    Conv1DGRURegressor(**SMALL, gru_units=8),
    make_pipeline(Standardizer(), Conv1DRegressor(**WIDE)),
]
CLASSIFIERS = [
    Conv1DClassifier(**SMALL),
    Conv1DGRUClassifier(**SMALL, gru_units=8),
]


def wave():
    """A series with a period of 12, and its next 12 values."""
    random = np.random.default_rng(0)
    series = pd.Series(np.sin(np.arange(252) / 6 * np.pi))
    series += random.normal(scale=0.05, size=len(series))
    return series[:240], series[240:]


def fast_and_slow():
    """Sine waves of two frequencies, of shape (cases, channels, time), and labels."""
    random = np.random.default_rng(0)
    labels = np.arange(160) % 2
    phases = random.uniform(0, 2 * np.pi, size=(160, 2, 1))
    speeds = np.where(labels, 1.5, 0.5)[:, None, None]
    X = np.sin(speeds * np.arange(30) + phases)
    return X + random.normal(scale=0.1, size=X.shape), np.array(["slow", "fast"])[
        labels
    ]


def channels_last(X):
    """Cases, channels and time of sktime and aeon in the order of skseqconv."""
    return np.swapaxes(X, 1, 2)


def check_reductions():
    """Forecasters of sktime and aeon that are a regressor of lags."""
    from aeon.forecasting import RegressionForecaster
    from sktime.forecasting.compose import make_reduction

    past, future = wave()
    for model in REGRESSORS:
        for strategy in ("recursive", "direct"):
            forecaster = make_reduction(
                clone(model),
                window_length=12,
                strategy=strategy,
                scitype="tabular-regressor",
            )
            found = forecaster.fit(past, fh=[3, 9]).predict()
            judge(f"sktime, {strategy} reduction", model, found, future[found.index])
        forecaster = RegressionForecaster(12, horizon=3, regressor=clone(model))
        found = forecaster.forecast(past.to_numpy())
        judge("aeon, forecaster", model, found, future.iloc[2])


def judge(what, model, found, expected):
    """The mean of the series, the naive forecast, is wrong by 0.87 at these times."""
    error = np.abs(np.asarray(found) - np.asarray(expected)).mean()
    print(f"{what}: {named(model)}, error {error:.2f}", flush=True)
    assert error < 0.4


def check_classifiers():
    """Classifiers behind the transformers of sktime and aeon."""
    from aeon.transformations.collection import Normalizer
    from sktime.classification.compose import SklearnClassifierPipeline
    from sktime.transformations.series.exponent import ExponentTransformer

    X, labels = fast_and_slow()
    for model in CLASSIFIERS:
        one = X[:, :1]  # sktime gives scikit-learn's classifiers time as columns
        pipe = SklearnClassifierPipeline(clone(model), [ExponentTransformer(2)])
        judge_labels("sktime, pipeline", model, pipe, one, labels)
        steps = Normalizer(), FunctionTransformer(channels_last), clone(model)
        judge_labels("aeon, pipeline", model, make_pipeline(*steps), X, labels)


def judge_labels(what, model, pipe, X, labels):
    score = np.mean(pipe.fit(X[:120], labels[:120]).predict(X[120:]) == labels[120:])
    print(f"{what}: {named(model)}, accuracy {score:.2f}", flush=True)
    assert score > 0.8


def named(model):
    """The names of a model's steps."""
    steps = model if hasattr(model, "steps") else [model]
    return " after ".join(type(step).__name__ for step in reversed(list(steps)))


def main():
    import aeon
    import sktime

    versions = [f"{m.__name__} {m.__version__}" for m in (sktime, aeon, sklearn)]
    print(", ".join(versions))
    check_reductions()
    check_classifiers()


if __name__ == "__main__":
    main()
