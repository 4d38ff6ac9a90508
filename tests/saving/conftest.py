"""Fitted estimators to save."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    CalendarFeatures,
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
)
from tests.saving.small import SMALL, TEXTS, piped


@pytest.fixture(scope="module")
def rows(task):
    """Four batches, from the first row on that has a whole window in `piped`."""
    X, y = task
    return X[11:211], y[11:211]


@pytest.fixture(scope="module")
def fitted(rows, weather):
    """Fitted estimators, and what each predicts from."""
    X, y = rows
    network = piped(PerStep(SimpleImputer()), Conv1DRegressor(**SMALL))
    flat = piped(FlatWindowRegressor(lags=[0, 3]))
    search = GridSearchCV(
        network,
        {"conv1dregressor__learning_rate": [0.01]},
        cv=TimeSeriesSplit(2, test_size=50),
        scoring="neg_mean_absolute_error",
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    objects = Conv1DRegressor(
        **SMALL,
        loss=keras.losses.Huber(delta=0.5),
        optimizer=keras.optimizers.SGD(schedule, momentum=0.9),
    )
    labels = np.array(["cold", "mild", "warm"])[np.digitize(y, [8, 12])]
    words = Conv1DClassifier(**SMALL, embedding_dim=4)
    return {
        "network": (network.fit(X, y), X),
        "objects": (piped(objects).fit(X, y), X),
        "classes": (
            piped(Conv1DGRUClassifier(**SMALL, gru_units=4)).fit(X, labels),
            X,
        ),
        "texts": (
            make_pipeline(TokenSequencer(50, 6), words).fit(TEXTS, ["x", "y"] * 16),
            TEXTS,
        ),
        "search": (search.fit(X, y), X),
        "voting": (VotingRegressor([("n", network), ("f", flat)]).fit(X, y), X),
        "flat": (clone(flat).fit(X, y), X),
        "persistence": (piped(PersistenceRegressor()).fit(X, y), X),
        "linear": (piped(LinearAutoregression(exogenous=True)).fit(X, y), X),
        "calendar": (
            make_pipeline(CalendarFeatures(["day"], ahead=6), Standardizer()).fit(
                weather
            ),
            weather,
        ),
    }
