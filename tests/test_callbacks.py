"""A fit is one task for scikit-learn's callbacks, and all or nothing."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    CalendarFeatures,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MiniRocket,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv._callbacks import one_task
from skseqconv._sklearn import CallbackSupportMixin


class Learner(CallbackSupportMixin, BaseEstimator):
    """Learns the sum of X; X may raise an error instead."""

    @one_task
    def fit(self, X, y=None):
        self.n_, self.another_ = len(X), y
        self.__dict__.pop("dropped_", None)
        self.sum_ = sum(X)
        if y is not None:
            self.dropped_ = y
        return self


def interrupted():
    yield 1
    raise KeyboardInterrupt


class Interrupted(list):
    def __iter__(self):
        return interrupted()


@pytest.mark.parametrize(
    ("bad", "error"), [(["a"], TypeError), (Interrupted(), KeyboardInterrupt)]
)
@pytest.mark.parametrize("before", [{}, {"n_": 2, "sum_": 3}])
def test_a_failed_fit_leaves_the_attributes_of_the_last_one(before, bad, error):
    model = Learner()
    if before:
        model.fit([1, 2], 5)
        before = {**before, "another_": 5, "dropped_": 5}
    with pytest.raises(error):
        model.fit(bad)
    assert vars(model) == before
    model.fit([4])
    assert vars(model) == {"n_": 1, "another_": None, "sum_": 4}


def table(columns="abt", n_rows=120):
    dates = pd.date_range("2025", periods=n_rows, freq="h")
    values = np.random.default_rng(0).normal(size=(n_rows, len(columns)))
    return pd.DataFrame(values * range(1, len(columns) + 1), dates, list(columns))


def with_inf(columns="bat"):
    """Other columns, and a value that ends a fit after their names are known."""
    bad = table(columns)
    bad.iloc[50, :2] = np.inf
    return bad


def windows(rows):
    return WindowView(rows, lags=np.arange(11, -1, -1))


INFINITE = r"(?i)\binf"


@pytest.mark.parametrize(
    ("model", "good", "bad", "message"),
    [
        (Standardizer(), table(), with_inf(), INFINITE),
        (Standardizer(), SeriesView(table()), SeriesView(with_inf()), INFINITE),
        (PerStep(StandardScaler()), table(), with_inf(), INFINITE),
        (MiniRocket(84), windows(table()), windows(with_inf()), INFINITE),
        (CalendarFeatures(["day"]), table(), table("ba")[::24], "'day', but the rows"),
        (LookbackWindower(12), SeriesView(table()), SeriesView(table("b")[:3]), "long"),
        (
            PersistenceRegressor("t", delay=1, period=4),
            windows(table()),
            WindowView(table("bat"), lags=[1, 0]),
            "period=4",
        ),
        (
            LinearAutoregression(lags=4, delay=1, target_channel="t"),
            windows(table()),
            WindowView(table("bat"), lags=[1, 0]),
            "lags=4",
        ),
        (FlatWindowRegressor(), windows(table()), windows(with_inf()), INFINITE),
    ],
)
@pytest.mark.parametrize("fitted", [False, True])
def test_a_failed_fit_changes_nothing(model, good, bad, message, fitted):
    model, y = clone(model), table()["t"].shift(-1, fill_value=0.0).to_numpy()
    if fitted:
        model.fit(good, y)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=message):
        model.fit(bad, y[: len(bad)])
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is value for name, value in before.items())


@pytest.mark.parametrize("scaler", [Standardizer(), PerStep(StandardScaler())])
def test_a_pipeline_still_knows_the_columns_of_its_statistics(scaler):
    model = make_pipeline(scaler, PerStep(SimpleImputer()), LookbackWindower(4))
    model = make_pipeline(*model, FlatWindowRegressor(Ridge()))
    X, y = make_supervised(table(), "t", delay=1)
    before = model.fit(X, y).predict(X[3:])
    other, y_other = make_supervised(table("bat"), "t", delay=1)
    bad = make_supervised(with_inf(), "t", delay=1)
    with pytest.raises(ValueError, match="inf"):
        model.fit(*bad)
    np.testing.assert_array_equal(model.predict(X[3:]), before)
    with pytest.raises(ValueError, match="same order"):
        model.score(other[3:], y_other[3:])
