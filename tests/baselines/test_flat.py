"""FlatWindowRegressor: models for tables, on windows."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    FlattenWindows,
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    Standardizer,
    WindowView,
    make_supervised,
)
from tests.baselines.windows import NAMES, windows_of


def naive_table(frame, rows, lags):
    """One line per row, oldest lag first. The first row is repeated."""
    values = frame.to_numpy()
    return np.array(
        [
            [v for lag in sorted(lags, reverse=True) for v in values[max(t - lag, 0)]]
            for t in rows
        ]
    )


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("lags", [None, [0, 5], [5, 2, 0]])
@pytest.mark.parametrize("target, delay", [("temp", 3), (["wind", "rain"], [1, 2])])
def test_ridge_of_complete_windows_only(frame, lags, target, delay):
    windows, y = windows_of(frame, target, delay)
    model = FlatWindowRegressor(lags=lags).fit(windows[:80], y[:80])
    used = range(6) if lags is None else lags
    # A window of six rows is complete from row 5 on, whatever lags are used.
    ridge = Ridge().fit(naive_table(frame, range(5, 80), used), y[5:80])
    np.testing.assert_allclose(model.regressor_.coef_, ridge.coef_, rtol=1e-6)
    rows = np.arange(len(windows))  # the first five are padded
    np.testing.assert_allclose(
        model.predict(windows), ridge.predict(naive_table(frame, rows, used))
    )


def test_windows_in_any_order_and_of_several_series(frame):
    X, y = make_supervised([frame[:40], frame[40:]], "temp", delay=2)
    windows = LookbackWindower(4).fit_transform(X)
    order = np.random.default_rng(2).permutation(len(X))
    model = FlatWindowRegressor().fit(windows[order], y[order])
    rows = np.array([t for t in windows.rows if 3 <= t < 40 or t >= 43])
    values = frame["temp"].to_numpy()
    ridge = Ridge().fit(naive_table(frame, rows, range(4)), values[rows + 2])
    np.testing.assert_allclose(model.regressor_.coef_, ridge.coef_, rtol=1e-6)
    assert model.regressor_.intercept_ == pytest.approx(ridge.intercept_)


def test_sample_weight_goes_along(frame):
    windows, y = windows_of(frame, "temp", 3)
    weight = np.random.default_rng(3).uniform(size=len(y))
    model = FlatWindowRegressor(lags=[0, 3]).fit(windows, y, sample_weight=weight)
    rows = np.arange(5, len(y))
    table = naive_table(frame, rows, [0, 3])
    ridge = Ridge().fit(table, y[rows], sample_weight=weight[rows])
    np.testing.assert_allclose(model.regressor_.coef_, ridge.coef_, rtol=1e-6)
    unweighted = FlatWindowRegressor(lags=[0, 3]).fit(windows, y)
    assert not np.allclose(unweighted.regressor_.coef_, ridge.coef_, rtol=1e-3)
    with pytest.raises(ValueError, match="inconsistent"):
        FlatWindowRegressor().fit(windows, y, sample_weight=weight[1:])


def test_with_routing_the_regressor_asks_for_weights(frame):
    windows, y = windows_of(frame, "temp", 3)
    weight = np.random.default_rng(3).uniform(size=len(y))
    expected = FlatWindowRegressor().fit(windows, y, sample_weight=weight)
    with config_context(enable_metadata_routing=True):
        inner = Ridge().set_fit_request(sample_weight=True)
        model = make_pipeline(FlatWindowRegressor(inner))
        model.fit(windows, y, sample_weight=weight)
        with pytest.raises(UnsetMetadataPassedError, match=r"for Ridge\.fit.*within"):
            FlatWindowRegressor().fit(windows, y, sample_weight=weight)
    found = model[0].regressor_.coef_
    np.testing.assert_array_equal(found, expected.regressor_.coef_)
    assert not hasattr(FlatWindowRegressor, "set_fit_request")


def test_with_routing_it_asks_for_the_weights_of_its_score(frame):
    windows, y = windows_of(frame, "temp", 3)
    windows, y = windows[5:], y[5:]
    weight = np.random.default_rng(3).uniform(size=len(y))
    options = {"cv": TimeSeriesSplit(2), "params": {"sample_weight": weight}}
    with config_context(enable_metadata_routing=True):
        inner = Ridge().set_fit_request(sample_weight=False)
        model = FlatWindowRegressor(inner).set_score_request(sample_weight=True)
        scores = cross_val_score(model, windows, y, **options)
    for score, (train, test) in zip(scores, options["cv"].split(y), strict=True):
        predicted = FlatWindowRegressor().fit(windows[train], y[train])
        predicted = predicted.predict(windows[test])
        assert score == r2_score(y[test], predicted, sample_weight=weight[test])


def test_the_inner_regressor_is_a_fitted_copy_with_names(frame):
    windows, y = windows_of(frame, "temp", 3)
    given = LinearRegression()
    model = FlatWindowRegressor(given, lags=[0, 2]).fit(windows, y)
    assert not hasattr(given, "coef_")
    names = [f"{name}_lag{lag}" for lag in (2, 0) for name in NAMES]
    assert list(model.regressor_.feature_names_in_) == names
    assert list(model.feature_names_in_) == NAMES
    assert model.n_features_in_ == 3


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_gradient_boosting_takes_missing_values(frame):
    windows, y = windows_of(frame, "temp", 3)
    holed = frame.copy()
    holed.iloc[np.arange(7, 110, 9), 0] = np.nan
    windows = WindowView(holed, windows.rows, lags=windows.lags)
    boosting = HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=5)
    model = FlatWindowRegressor(boosting, lags=[0, 3]).fit(windows, y)
    table = naive_table(holed, windows.rows, [0, 3])
    assert np.isnan(table).any()
    boosting.fit(table[5:], y[5:])
    np.testing.assert_array_equal(model.predict(windows), boosting.predict(table))
    with pytest.raises(ValueError, match="contains NaN"):
        FlatWindowRegressor(lags=[0, 3]).fit(windows, y)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_another_estimator_learns_from_incomplete_windows_unless_left_out(frame):
    windows, y = windows_of(frame, "temp", 3)
    by_hand = make_pipeline(FlattenWindows(lags=[0, 2]), LinearRegression())
    every_row = naive_table(frame, windows.rows, [0, 2])
    complete = windows.complete
    assert 0 < complete.sum() < len(y)
    for kept in (slice(None), complete):
        expected = LinearRegression().fit(every_row[kept], y[kept])
        found = by_hand.fit(windows[kept], y[kept])[-1]
        np.testing.assert_allclose(found.coef_, expected.coef_)
    skipping = FlatWindowRegressor(LinearRegression(), lags=[0, 2]).fit(windows, y)
    np.testing.assert_allclose(skipping.regressor_.coef_, expected.coef_)


def test_no_complete_window_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 3)
    match = "None of the 5 rows has a complete window of 6 rows"
    with pytest.raises(ValueError, match=match):
        FlatWindowRegressor().fit(windows[:5], y[:5])
    with pytest.warns(UserWarning, match="learns from 1 of 6 rows"):
        FlatWindowRegressor().fit(windows[:6], y[:6])


def test_few_windows_of_many_rows_are_told():
    """Of five series only the last is as long as the window."""
    X, y = make_supervised([np.arange(15.0)] * 4 + [np.arange(30.0)], 0)
    model = make_pipeline(LookbackWindower(20), FlatWindowRegressor())
    message = (
        r"^FlatWindowRegressor learns from 10 of 85 rows: 75 have no complete window "
        r"of 20 rows \(all rows of 4 of 5 series\)\. It needs more windows\. Use a "
        r"shorter lookback, or more rows\.$"
    )
    with pytest.warns(UserWarning, match=message) as said:
        model.fit(X, y)
    assert len(said) == 1 and said[0].filename == __file__
    make_pipeline(LookbackWindower(10), FlatWindowRegressor()).fit(X[-30:], y[-30:])


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_no_rows_have_no_predictions(frame, n_outputs):
    windows, y = windows_of(frame, ["temp", "rain"][:n_outputs], 2)
    for model in (FlatWindowRegressor(lags=[0]), PersistenceRegressor()):
        model.fit(windows[3:], y[3:])
        some, none = model.predict(windows[3:5]), model.predict(windows[:0])
        assert none.shape == (0, *some.shape[1:])


@pytest.mark.parametrize("shape", [(20, 4), (20, 4, 2)])
def test_plain_arrays(shape):
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=shape), rng.normal(size=20)
    model = FlatWindowRegressor(lags=[3, 0]).fit(X, y)
    table = X[:, [0, 3]].reshape(20, -1)
    expected = Ridge().fit(table, y).predict(table)
    np.testing.assert_allclose(model.predict(X), expected)


def test_cross_validation_of_a_pipeline(frame):
    X, y = make_supervised(frame, "temp", delay=3)
    model = make_pipeline(
        Standardizer(), LookbackWindower(6, step=2), FlatWindowRegressor()
    )
    cv = TimeSeriesSplit(3, gap=3)
    scores = cross_val_score(model, X, y, cv=cv)
    expected = []
    for training, test in cv.split(np.empty(len(y))):
        scaled = StandardScaler().fit(frame.iloc[training].to_numpy())
        scaled = pd.DataFrame(scaled.transform(frame.to_numpy()))
        complete = training[training >= 4]
        ridge = Ridge().fit(naive_table(scaled, complete, [0, 2, 4]), y[complete])
        pred = ridge.predict(naive_table(scaled, test, [0, 2, 4]))
        expected.append(r2_score(y[test], pred))
    np.testing.assert_allclose(scores, expected)


def test_lags_are_checked_at_fit(frame):
    windows, y = windows_of(frame, "temp", 3)
    with pytest.raises(ValueError, match=r"lags=\[6\] .* lags 5, 4, \.\.\., 0"):
        FlatWindowRegressor(lags=[6]).fit(windows, y)
    match = "'regressor' parameter of FlatWindowRegressor"
    with pytest.raises(ValueError, match=match):
        FlatWindowRegressor("ridge").fit(windows, y)
