"""Networks and autoregressions that read channels known ahead."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    SeriesView,
    Standardizer,
    WindowView,
    export_keras,
    load,
    make_supervised,
    save,
)
from skseqconv.estimators._level_start import exogenous_positions
from skseqconv.inputs._known_entries import FEW_TIMES, MAX_VALUES, known_entries

LIFT = 5.0
LOOKBACK = 14


def store(n_days, seed=0, drift=0.05):
    """Sales with a season of a week, and promotions at random."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=n_days)
    promo = (rng.random(n_days) < 0.3).astype(float)
    week = np.sin(2 * np.pi * np.arange(n_days) / 7)
    level = drift * rng.normal(size=n_days).cumsum()
    noise = 0.1 * rng.normal(size=n_days)
    return pd.DataFrame(
        {"sold": level + week + LIFT * promo + noise, "promo": promo}, days
    )


def pipeline(model):
    return make_pipeline(Standardizer(), LookbackWindower(LOOKBACK), model)


NETWORK = Conv1DRegressor(filters=8, n_conv=1, epochs=8, random_state=0)
MODELS = [
    LinearAutoregression(exogenous=True),
    FlatWindowRegressor(),
    pytest.param(NETWORK, marks=pytest.mark.trains),
]


@pytest.mark.parametrize("delay", [1, list(range(1, 15))], ids=["one", "many"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_promotion_that_is_known_helps(model, delay):
    errors = []
    for known in ([], ["promo"]):
        X, y = make_supervised(store(500), "sold", delay=delay, known_ahead=known)
        learn, test = slice(0, 380), slice(394, None)
        fitted = pipeline(clone(model)).fit(X[learn], y[learn])
        errors.append(mean_absolute_error(y[test], fitted.predict(X[test])))
    # Without it, the error is that of a coin: 2 * 0.3 * 0.7 * LIFT.
    assert errors[0] > 1.6
    assert errors[1] < errors[0] / 2


@pytest.mark.trains
@pytest.mark.parametrize("level", ["arx", "auto"])
def test_the_level_reads_the_promotion_of_each_day(level):
    X, y = make_supervised(store(300), "sold", delay=[2, 5, 12], known_ahead="promo")
    windows = LookbackWindower(LOOKBACK).fit_transform(X)
    model = clone(NETWORK).set_params(level=level, epochs=1).fit(windows, y)
    assert model.level_ == "arx"
    read = model._level["exogenous_at"]
    newest = LOOKBACK - 1
    assert {newest - 10, newest - 7, newest} <= set(read.tolist())
    weights = model._level["exogenous"].reshape(len(read), 2, 3)[:, 1]
    for column, delay in enumerate([2, 5, 12]):
        own = read.tolist().index(newest - (12 - delay))
        assert_allclose(weights[own, column], LIFT, rtol=0.1)
        assert np.abs(np.delete(weights[:, column], own)).max() < 0.2 * LIFT


def test_the_linear_model_reads_the_promotion_of_each_day():
    X, y = make_supervised(store(300), "sold", delay=[2, 5, 12], known_ahead="promo")
    windows = LookbackWindower(LOOKBACK).fit_transform(X)
    model = LinearAutoregression(exogenous=["promo"]).fit(windows, y)
    for column, delay in enumerate([2, 5, 12]):
        at = model.exogenous_lags_.tolist().index(12 - delay)
        assert_allclose(model.exogenous_coef_[column, 0, at], LIFT, rtol=0.1)


def test_which_entries_are_read():
    table = store(200)
    X, _ = make_supervised(table, "sold", delay=[1, 4, 9], known_ahead="promo")
    for lookback, step, expected in (
        (9, 1, [0, 5, 8]),
        (6, 1, [0, 5]),
        (10, 5, [0, 1]),
        (12, 3, [0]),
    ):
        windows = WindowView(X, lags=np.arange(lookback - step, -1, -step))
        assert known_entries(windows, [1, 4, 9], 1).tolist() == expected
    assert known_entries(windows, [], 1).size == 0
    plain = make_supervised(table, "sold", delay=[1, 4, 9])[0]
    plain = LookbackWindower(9).fit_transform(plain)
    assert known_entries(plain, [1, 4, 9], 1).size == 0
    assert known_entries(np.zeros((3, 9, 2)), [1, 4, 9], 1).size == 0
    assert exogenous_positions(9, [0, 5, 8]).tolist() == [0, 3, 4, 6, 7, 8]


@pytest.mark.parametrize(
    "n_channels, n_read", [(1, 96), (6, 96), (12, 50), (100, FEW_TIMES)]
)
def test_of_many_horizons_and_channels_some_are_read(n_channels, n_read):
    delays = list(range(1, 97))
    X, _ = make_supervised(store(300), "sold", delay=delays, known_ahead="promo")
    windows = LookbackWindower(96).fit_transform(X)
    entries = known_entries(windows, delays, n_channels)
    assert len(entries) == n_read == max(FEW_TIMES, min(96, MAX_VALUES // n_channels))
    assert (entries[0], entries[-1]) == (0, 95)
    assert np.ptp(np.diff(entries)) <= 1


def quarter_hours(n_channels=1):
    """Each value is the driver of its own time; drivers have nothing in common."""
    random = np.random.default_rng(0)
    drivers = random.normal(size=(700, n_channels))
    table = pd.DataFrame(drivers, columns=[f"driver{i}" for i in range(n_channels)])
    own = 5 * table["driver0"] + random.normal(size=700)
    return table.assign(price=own), list(table)


@pytest.mark.parametrize(
    "model",
    [
        LinearAutoregression(8, exogenous=True),
        Conv1DRegressor(
            level="arx", n_conv=1, filters=2, kernel_size=2, epochs=1, random_state=0
        ),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.trains
def test_each_of_many_horizons_reads_its_own_driver(model):
    table, drivers = quarter_hours()
    X, y = make_supervised(table, "price", delay=range(2, 98), known_ahead=drivers)
    forecaster = make_pipeline(LookbackWindower(96), model).fit(X[:480], y[:480])
    errors = np.abs(forecaster.predict(X[500:]) - y[500:]).mean(axis=0)
    assert errors.max() < 2.5  # without its driver, 4


def test_horizons_that_do_not_read_their_own_driver_are_told():
    table, drivers = quarter_hours(20)
    X, y = make_supervised(table, "price", delay=range(1, 49), known_ahead=drivers)
    model = make_pipeline(LookbackWindower(48), LinearAutoregression(1, exogenous=True))
    with pytest.warns(UserWarning, match="20 channels.* at 32 of the 48 forecast time"):
        model.fit(X[:300], y[:300])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_the_future_gives_the_forecast_that_the_whole_table_gives(model):
    whole, n = store(330), 316
    X, y = make_supervised(whole, "sold", delay=[3, 14], known_ahead="promo")
    fitted = pipeline(clone(model)).fit(X[:250], y[:250])
    expected = fitted.predict(SeriesView(X, rows=np.arange(n - 20, n)))
    table, future = whole[:n], whole[["promo"]][n:]
    same = SeriesView(
        table,
        rows=np.arange(n - 20, n),
        known_ahead="promo",
        delay=[3, 14],
        future=future,
    )
    assert_allclose(fitted.predict(same), expected, rtol=1e-6)
    newest, _ = make_supervised(table, "sold", delay=[3, 14], known_ahead="promo")
    newest = SeriesView(newest, rows=[n - 1])
    one = fitted.predict(newest.with_future(future))
    assert_allclose(one, expected[-1:], rtol=1e-6)
    with pytest.raises(ValueError, match="14 rows after the end of the series, 2024"):
        fitted.predict(newest)
    windows = fitted[:-1].transform(same).compact()
    assert_allclose(fitted[-1].predict(windows), expected, rtol=1e-6)


@pytest.mark.trains
def test_save_export_and_partial_fit(tmp_path):
    X, y = make_supervised(store(330), "sold", delay=[3, 14], known_ahead="promo")
    fitted = pipeline(clone(NETWORK)).fit(X[:250], y[:250])
    expected = fitted.predict(X[250:])
    save(fitted, tmp_path / "model.zip")
    for copy in (load(tmp_path / "model.zip"), pickle.loads(pickle.dumps(fitted))):
        assert_array_equal(copy.predict(X[250:]), expected)
        with pytest.raises(ValueError, match="same known_ahead"):
            copy.predict(make_supervised(store(330), "sold", delay=[3, 14])[0])
    exported = export_keras(fitted)
    rows = LookbackWindower(LOOKBACK).fit_transform(X)[250:].to_numpy(np.float32)
    assert_allclose(exported(rows), expected, rtol=1e-3, atol=1e-3)
    network, windows = fitted[-1], fitted[:-1].transform(X)
    network.partial_fit(windows[250:280], y[250:280])
    assert network.predict(windows[280:]).shape == (36, 2)


def test_channels_in_another_order_are_named_as_such():
    X, y = make_supervised(store(60), "sold", delay=3, known_ahead="promo")
    model = pipeline(LinearAutoregression()).fit(X, y)
    swapped = SeriesView(store(60)[["promo", "sold"]], known_ahead="promo", delay=3)
    with pytest.raises(ValueError, match="must be in the same order as they were in f"):
        model.predict(swapped[30:])
