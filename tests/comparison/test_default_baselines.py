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
from tests.comparison.models import CV, DELAY, MODELS, scores_of, windowed


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


NOT_THE_TARGET = "^y is not the target that X was made with.* The baseline is 'mean'"


def test_a_y_of_ones_own_on_rows_with_a_target_has_the_mean(climate):
    X, y = climate
    models = {"ridge": windowed(FlatWindowRegressor())}
    noise = np.random.default_rng(0).normal(size=len(y))
    for own in (y + noise, np.column_stack([y, y]), np.roll(y, 1)):
        for rows in (X, LookbackWindower(3).fit_transform(X)):
            with pytest.warns(UserWarning, match=NOT_THE_TARGET) as said:
                known = models if rows is X else [FlatWindowRegressor()]
                found = compare_models(known, rows, own, cv=CV)
            assert [one.filename for one in said] == [__file__]
            assert found.baseline == "mean"
            assert len(found.table) == 2
            assert found.failures.empty


def test_the_target_in_other_units_has_the_last_value(climate):
    X, y = climate
    known = compare_models(MODELS, X, y, cv=CV)
    scaled = compare_models(MODELS, X, 5 - 2.0 * y.astype(np.float32), cv=CV)
    assert list(scaled.baselines) == list(known.baselines)
    assert "persistence" in known.baselines
    assert scaled.failures.empty


def test_one_clipped_value_leaves_the_last_value(climate):
    """The folds that do not learn from it can be fitted."""
    X, y = climate
    last = y.copy()
    last[-1] += 1
    assert "persistence" in compare_models(MODELS, X, last, cv=CV).baselines


def test_a_baseline_that_is_chosen_needs_no_warning(climate):
    X, y = climate
    own = np.random.default_rng(0).normal(size=len(y))
    found = compare_models(MODELS, X, own, cv=CV, baseline=DummyRegressor())
    assert found.baseline == "dummyregressor"
