"""The baseline that a comparison has unless the user names one."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import cross_validate
from sklearn.naive_bayes import GaussianNB

from skseqconv import FlatWindowRegressor, LookbackWindower, SeriesView, make_supervised
from skseqconv.comparison import compare_models
from tests.comparison.models import CV, DELAY, MODELS, scores_of


def test_baseline_of_windows_is_persistence(climate):
    X, y = climate
    windows = LookbackWindower(12).fit_transform(X)
    found = compare_models([FlatWindowRegressor()], windows, y, cv=CV)
    assert found.baseline == "persistence"
    assert set(found.table.index) == {"persistence", "flatwindowregressor"}


def test_persistence_of_a_target_with_missing_values(climate):
    series = climate[0].series.copy()
    series[300:310, 1] = np.nan
    with pytest.warns(UserWarning, match="10 of 894 rows have no target"):
        X, y = make_supervised(series, 1, delay=DELAY)
    known = pd.Series(series[:, 1]).ffill().to_numpy()
    assert np.isnan(series[X.rows, 1]).sum() == DELAY
    for rows in (X, LookbackWindower(3).fit_transform(X)):
        found = compare_models({"mean": DummyRegressor()}, rows, y, cv=CV)
        assert found.failures.empty
        predictions = found.predictions
        assert_allclose(predictions["persistence"], known[predictions.index])


def test_baseline_of_arrays_is_the_mean(table):
    X, y = table
    found = compare_models([Ridge()], X, y, cv=5)
    assert found.baseline == "mean"
    expected = cross_validate(DummyRegressor(), X, y, cv=5, scoring="r2")
    r2 = compare_models([Ridge()], X, y, cv=5, scoring="r2")
    assert_allclose(scores_of(r2, "mean", "r2"), expected["test_score"])
    assert found.horizon is None


def test_view_that_does_not_know_its_target_has_the_mean(climate):
    X, y = climate
    rows = SeriesView(X.series)[: len(y)]
    assert compare_models(MODELS, rows, y, cv=CV).baseline == "mean"


def test_baseline_of_classes_is_their_frequency():
    X, y = load_iris(return_X_y=True)
    scoring = ["accuracy", "neg_log_loss"]
    found = compare_models([GaussianNB()], X, y, cv=5, scoring=scoring)
    assert found.baseline == "prior"
    assert_allclose(scores_of(found, "prior", "log_loss"), np.log(3))
    assert_allclose(scores_of(found, "prior", "accuracy"), 1 / 3)
    assert compare_models([GaussianNB()], X, y, cv=3).table.columns.name == "accuracy"


def test_a_model_of_the_users_own_is_the_baseline(table):
    models = {"ridge": Ridge(), "mean": Ridge(1e6)}
    assert compare_models(models, *table, cv=3).baseline == "mean"
    assert list(models) == ["ridge", "mean"]
    by_name = compare_models(models, *table, cv=3, baseline="ridge")
    by_itself = compare_models(models, *table, cv=3, baseline=models["ridge"])
    assert by_name.baseline == by_itself.baseline == "ridge"
    assert by_name.table.index.tolist() == by_itself.table.index.tolist()
    assert len(by_name.table) == 2
    added = compare_models(models, *table, cv=3, baseline=LinearRegression())
    assert added.baseline == "linearregression"
    assert len(added.table) == 3
    none = compare_models(models, *table, cv=3, baseline=None)
    assert none.baseline is None
    assert "skill" not in none.table
