"""The columns of y keep the names and the order that they have in the fit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    make_supervised,
)

SMALL = {"n_conv": 1, "filters": 2, "epochs": 1, "random_state": 0}
MODELS = [
    FlatWindowRegressor(LinearRegression()),
    PersistenceRegressor(),
    LinearAutoregression(),
    pytest.param(Conv1DRegressor(**SMALL), marks=pytest.mark.trains),
    pytest.param(Conv1DClassifier(**SMALL), marks=pytest.mark.trains),
]


@pytest.mark.parametrize("model", MODELS)
def test_a_score_refuses_columns_in_another_order(model):
    steps = np.random.default_rng(0).normal(size=(120, 2))
    X, y = make_supervised(np.cumsum(steps, axis=0), [0, 1], delay=1)
    metric = r2_score
    if is_classifier(model):
        y, metric = (y > np.median(y, axis=0)).astype(int), accuracy_score
    table = pd.DataFrame(y, columns=["near", "far"])
    pipe = make_pipeline(LookbackWindower(8, on_missing_history="ignore"), model)
    pipe.fit(X, table)
    assert pipe.score(X, table) == pytest.approx(metric(y, pipe.predict(X)))
    with pytest.raises(ValueError, match="The order differs: y has 'far', 'near', but"):
        pipe.score(X, table[["far", "near"]])
    with pytest.raises(ValueError, match="The columns differ: y has 'a', 'far', but"):
        pipe.score(X, table.set_axis(["a", "far"], axis=1))
    assert pipe.fit(X, y).score(X, table[["far", "near"]])  # no names in this fit
