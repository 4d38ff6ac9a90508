"""Files that one environment saves and another loads: the predictions must agree.

Each environment writes a folder, then reads the folders of all the others::

    oldest/bin/python tests/versions/saved_files.py write /tmp/of_oldest
    newest/bin/python tests/versions/saved_files.py read /tmp/of_oldest

`read` fails if a prediction differs by more than TOLERANCE. TensorFlow's versions round
differently; on one version the difference is zero.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
    load,
    make_supervised,
    save,
)

#: Relative and absolute, of predictions in float32.
TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}

SMALL = {
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 2,
    "pool_size": 2,
    "epochs": 2,
    "random_state": 0,
}


def forecasting_data():
    """Two years of a daily series, as rows and targets."""
    random = np.random.default_rng(0)
    days = pd.date_range("2022-01-01", periods=730, freq="D")
    level = np.sin(np.arange(730) / 7 * 2 * np.pi) + random.normal(0, 0.2, 730)
    other = random.normal(size=730)
    series = pd.DataFrame({"level": level, "other": other}, index=days)
    return make_supervised(series, "level", delay=1)


def texts():
    """Short texts and their labels."""
    good = ["a good film", "not bad at all", "good and funny"] * 12
    bad = ["a bad film", "not good at all", "bad and slow"] * 12
    return good + bad, ["good"] * len(good) + ["bad"] * len(bad)


def windowed(*steps):
    """A pipeline that ends in windows and the model."""
    return make_pipeline(
        PerStep(MinMaxScaler()), Standardizer(), LookbackWindower(14), *steps
    )


def forecasters():
    """Models that are fitted with `forecasting_data`."""
    residual = {"pool_size": 1, "padding": "causal", "residual": 2}
    searched = {"conv1dregressor__learning_rate": [0.001, 0.01]}
    gru = Conv1DGRURegressor(**SMALL, gru_units=4)
    return {
        "regressor": windowed(Conv1DRegressor(**SMALL, validation_split=0.2)),
        "residual": windowed(
            Conv1DRegressor(**{**SMALL, **residual}, normalization="batch")
        ),
        "quantiles": windowed(
            Conv1DRegressor(**SMALL, loss="quantile", quantiles=[0.1, 0.5, 0.9])
        ),
        "gru": windowed(gru),
        "bidirectional": windowed(clone(gru).set_params(bidirectional=True)),
        "search": GridSearchCV(
            windowed(Conv1DRegressor(**SMALL)), searched, cv=TimeSeriesSplit(2, gap=1)
        ),
        "flat": windowed(FlatWindowRegressor()),
        "persistence": windowed(PersistenceRegressor()),
        "linear": windowed(LinearAutoregression()),
    }


def text_classifiers():
    """Models that are fitted with `texts`."""
    words = TokenSequencer(max_length=8)
    return {
        "classifier": make_pipeline(words, Conv1DClassifier(**SMALL, embedding_dim=4)),
        "gru classifier": make_pipeline(
            words, Conv1DGRUClassifier(**SMALL, embedding_dim=4, gru_units=4)
        ),
    }


def models():
    """Name, model, X and y of each file."""
    for name, model in forecasters().items():
        yield name, model, *forecasting_data()
    for name, model in text_classifiers().items():
        yield name, model, *texts()


#: What is asked of the last step, beside `predict`.
MORE = {
    "regressor": "predict_interval",
    "quantiles": "predict_quantiles",
    "classifier": "predict_proba",
    "gru classifier": "predict_proba",
}


def outputs(name, model, X):
    """The predictions of a model, by the name of the method."""
    found = {"predict": model.predict(X)}
    if name in MORE:
        given = model[:-1].transform(X)
        found[MORE[name]] = getattr(model[-1], MORE[name])(given)
    return found


def write(folder):
    """Fit and save each model, and its predictions."""
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore", UserWarning)  # rows without history
    for name, model, X, y in models():
        save(model.fit(X, y), folder / f"{name}.skops")
        np.savez(folder / f"{name}.npz", **outputs(name, model, X))
        print(f"wrote {name}", flush=True)


def read(folder):
    """Load each model of another environment and compare its predictions."""
    warnings.simplefilter("ignore", UserWarning)
    n_same, n_files = 0, 0
    for name, _, X, _ in models():
        found = outputs(name, load(folder / f"{name}.skops"), X)
        wrong = compared(np.load(folder / f"{name}.npz"), found)
        n_files, n_same = n_files + 1, n_same + (not wrong)
        print(f"{name}: {', '.join(wrong) + ' differs' if wrong else 'alike'}")
    print(f"{n_same} of {n_files} files answer alike")
    sys.exit(n_same < n_files)


def compared(expected, found):
    """The methods whose answers differ by more than the tolerance."""
    differences = []
    for method, values in found.items():
        known = expected[method]
        if known.dtype.kind != "f":
            same = np.array_equal(known, values)
        else:
            same = np.allclose(values, known, **TOLERANCE, equal_nan=True)
        if not same:
            differences.append(method)
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["write", "read"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    {"write": write, "read": read}[given.what](given.folder)


if __name__ == "__main__":
    main()
