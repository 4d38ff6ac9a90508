"""Recursive forecasts, compared with a loop that adds rows to tables."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MissingHistoryWarning,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    forecast,
    make_supervised,
)
from skseqconv.forecasts import _recursive

DAYS = pd.date_range("2025-01-01", periods=80, freq="D")


def tables(lengths=(80, 50, 65), n_channels=1):
    random = np.random.default_rng(0)
    return {
        f"store {i}": pd.DataFrame(
            {
                name: np.arange(n) % 7 + 5 * i + random.normal(size=n)
                for name in ("sales", "rain")[:n_channels]
            },
            DAYS[:n],
        ).assign(size=float(i))
        for i, n in enumerate(lengths)
    }


def task(parts, target="sales", delay=1):
    table = pd.concat(parts, names=["store", "day"])
    return make_supervised(table, target, delay=delay)


def windows(model=None, lookback=14):
    model = FlatWindowRegressor(Ridge()) if model is None else model
    return make_pipeline(Standardizer(), LookbackWindower(lookback), model)


def by_loop(model, table, target, delays, horizon):
    """Rows are added one after the other; each comes from the newest row that can."""
    known, n_rows, found = table.copy(), len(table), []
    columns = [(name, d) for name in target for d in delays]
    block = max(delays)
    for later in range(1, horizon + 1):
        within = (later - 1) % block + 1
        delay = min(d for d in delays if d >= within)
        view = SeriesView(known, rows=[n_rows - 1 + later - delay])
        y_pred = np.ravel(model.predict(view))
        row = known.iloc[-1].copy()
        for name in target:
            row[name] = y_pred[columns.index((name, delay))]
        found.append([row[name] for name in target])
        known.loc[known.index[-1] + pd.Timedelta("1D")] = row
    return np.array(found).T.ravel()


@pytest.mark.parametrize(
    ("target", "delay", "horizon"),
    [
        ("sales", 1, 5),
        ("sales", [1, 2, 3], 10),
        ("sales", [3, 1], 8),
        ("sales", 4, 9),
        ("sales", 7, 3),
        ("sales", 7, 7),
        ("sales", [1, 3], 2),
        (["sales", "rain"], [1, 2], 7),
    ],
)
def test_the_model_reads_its_own_forecasts(target, delay, horizon):
    parts = tables(n_channels=1 if target == "sales" else 2)
    X, y = task(parts, target, delay)
    model = windows().fit(X, y)
    table = forecast(model, X, horizon=horizon, recursive=True)
    names = [target] if isinstance(target, str) else target
    n_series, n_values = len(parts), len(names) * horizon
    assert len(table) == n_series * n_values
    horizons = np.tile(np.arange(1, horizon + 1), n_series * len(names))
    assert table["horizon"].tolist() == horizons.tolist()
    passed = pd.to_timedelta(table["horizon"], unit="D")
    assert (table["date"] == table["origin"] + passed).all()
    expected = [
        by_loop(model, part, names, np.atleast_1d(delay).tolist(), horizon)
        for part in parts.values()
    ]
    np.testing.assert_allclose(table["forecast"], np.concatenate(expected))


def test_trained_horizons_are_those_of_predict():
    X, y = task(tables(), delay=[1, 3, 5])
    model = windows().fit(X, y)
    table = forecast(model, X, horizon=11, recursive=True)
    trained = table[table["horizon"].isin([1, 3, 5])].reset_index(drop=True)
    pd.testing.assert_frame_equal(trained, forecast(model, X))


@pytest.mark.parametrize(
    "model",
    [
        windows(LinearAutoregression()),
        windows(PersistenceRegressor(period=7)),
        TransformedTargetRegressor(windows(), transformer=StandardScaler()),
        make_pipeline(LookbackWindower(20), FlatWindowRegressor(lags=[0, 5])),
    ],
)
def test_models_around_models(model):
    parts = tables()
    X, y = task(parts, delay=[1, 2])
    model = model.fit(X, y)
    found = forecast(model, X, horizon=9, recursive=True)["forecast"]
    expected = [by_loop(model, one, ["sales"], [1, 2], 9) for one in parts.values()]
    np.testing.assert_allclose(found, np.concatenate(expected))


@pytest.mark.trains
def test_a_network():
    parts = tables()
    X, y = task(parts, delay=[1, 2])
    network = Conv1DRegressor(n_conv=1, epochs=1, random_state=0)
    model = windows(network).fit(X, y)
    found = forecast(model, X, horizon=5, recursive=True)["forecast"]
    expected = [by_loop(model, one, ["sales"], [1, 2], 5) for one in parts.values()]
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-5)


def test_other_origins_and_windows_as_x():
    part = tables()["store 0"][["sales"]]
    X, y = make_supervised(part, "sales")
    model = windows().fit(X, y)
    table = forecast(model, X, rows=[30, 50], horizon=4, recursive=True)
    expected = [by_loop(model, part[: row + 1], ["sales"], [1], 4) for row in (30, 50)]
    np.testing.assert_allclose(table["forecast"], np.concatenate(expected))
    seen = model[:-1].transform(X)
    again = forecast(model[-1], seen, rows=[30, 50], horizon=4, recursive=True)
    pd.testing.assert_frame_equal(again, table)


def test_pooled_channels():
    part = tables(n_channels=2)["store 0"][["sales", "rain"]]
    X, y = make_supervised(part, ["sales", "rain"], pooled=True)
    model = windows().fit(X, y)
    table = forecast(model, X, horizon=4, recursive=True)
    assert table["channel"].tolist() == ["sales"] * 4 + ["rain"] * 4
    expected = [
        by_loop(model, part[[name]].set_axis(["value"], axis=1), ["value"], [1], 4)
        for name in part
    ]
    np.testing.assert_allclose(table["forecast"], np.concatenate(expected))


def test_a_short_series_is_padded_as_in_predict():
    parts = tables(lengths=(80, 80, 8))
    X, y = task(parts)
    model = windows().fit(X, y)
    with pytest.warns(MissingHistoryWarning, match="1 of 3 rows"):
        found = forecast(model, X, horizon=3, recursive=True)["forecast"]
    with pytest.warns(MissingHistoryWarning):
        expected = by_loop(model, parts["store 2"], ["sales"], [1], 3)
    np.testing.assert_allclose(found[6:], expected)


def test_a_shorter_horizon_leaves_the_others_out():
    X, y = task(tables(), delay=[1, 3])
    model = windows().fit(X, y)
    table = forecast(model, X)
    expected = table[table["horizon"] == 1].reset_index(drop=True)
    found = forecast(model, X, horizon=2)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.trains
def test_horizons_of_the_fit_are_not_recursive():
    X, y = task(tables(n_channels=2), delay=[1, 2])
    network = Conv1DRegressor(n_conv=1, epochs=1, validation_split=0.2, random_state=0)
    model = windows(network).fit(X, y)
    found = forecast(model, X, horizon=2, recursive=True, coverage=0.8)
    pd.testing.assert_frame_equal(found, forecast(model, X, coverage=0.8))


def test_horizons_below_those_of_the_fit_read_observed_rows_only():
    X, y = task(tables(n_channels=2), delay=7)  # "rain" is not known ahead
    model = windows().fit(X, y)
    found = forecast(model, X, horizon=2, recursive=True)
    whole = pd.concat(tables(n_channels=2), names=["store", "day"])
    rows = np.cumsum([80, 50, 65])[:, None] - 1 - np.array([6, 5])
    expected = model.predict(SeriesView(whole)[rows.ravel()])
    np.testing.assert_allclose(found["forecast"], expected)


def test_a_horizon_below_all_of_the_fit_needs_recursion():
    X, y = task(tables(), delay=7)
    model = windows().fit(X, y)
    message = "horizon=3 is shorter than the 7 rows .* recursive=True"
    with pytest.raises(ValueError, match=message):
        forecast(model, X, horizon=3)
    message = "coverage=0.8: .* Use horizon=7 without recursive, or leave coverage out"
    with pytest.raises(ValueError, match=message):
        forecast(model, X, horizon=7, recursive=True, coverage=0.8)
    assert len(forecast(model, X, horizon=7)) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 3}, r"horizon=3 is longer than the 2 row.*recursive=True"),
        ({"horizon": 0}, "horizon=0 must be a whole number"),
        ({"horizon": 2.5}, "horizon=2.5 must be a whole number"),
        ({"recursive": True}, "recursive=True needs horizon="),
        (
            {"horizon": 3, "recursive": True, "coverage": 0.8},
            r"coverage=0.8: recursive .*horizon=2",
        ),
    ],
)
def test_what_is_not_possible_is_refused(options, message):
    X, y = task(tables(), delay=[1, 2])
    model = windows().fit(X, y)
    with pytest.raises(ValueError, match=message):
        forecast(model, X, **options)


def test_a_channel_that_changes_is_named():
    X, y = task(tables(n_channels=2))
    model = windows().fit(X, y)
    with pytest.raises(ValueError, match="'rain' changes and is not forecast"):
        forecast(model, X, horizon=3, recursive=True)


def test_a_series_that_is_too_short_for_an_earlier_row():
    series = [np.arange(40.0), np.arange(3.0)]
    X, y = make_supervised(series, 0, delay=4)
    model = windows(PersistenceRegressor(), lookback=2).fit(X, y)
    X = SeriesView(series)
    with pytest.raises(ValueError, match="1 of 2 rows have too few rows before"):
        forecast(model, X, horizon=6, recursive=True)


def with_promotion(n_future=0):
    """Sales that jump with a promotion, which is known ahead; and later promotions."""
    random = np.random.default_rng(1)
    days = pd.date_range("2025-01-01", periods=80 + n_future, freq="D")
    parts = {}
    for name in "ab":
        promotion = random.integers(0, 2, len(days)).astype(float)
        sales = 10 * promotion + random.normal(size=len(days))
        parts[name] = pd.DataFrame({"sales": sales, "promotion": promotion}, days)
    return pd.concat(parts, names=["store", "day"])


@pytest.mark.parametrize("delay", [1, [1, 2]])
def test_what_is_known_ahead_is_read_at_the_time_of_the_forecast(delay):
    whole = with_promotion(8)
    is_future = whole.index.get_level_values("day") >= DAYS[-1] + pd.Timedelta("1D")
    table, future = whole[~is_future], whole[is_future][["promotion"]]
    X, y = make_supervised(table, "sales", delay=delay, known_ahead="promotion")
    model = make_pipeline(LookbackWindower(4), FlatWindowRegressor(Ridge(1e-3)))
    model.fit(X, y)
    found = forecast(model, X, horizon=8, recursive=True, future=future)
    direct = forecast(model, X, future=future)
    is_direct = found["horizon"] <= max(np.atleast_1d(delay))
    pd.testing.assert_frame_equal(found[is_direct].reset_index(drop=True), direct)
    promotion = future["promotion"].to_numpy()
    assert (np.abs(found["forecast"] - 10 * promotion) < 5).all()
    other = future.copy()
    other.loc[("b", slice("2025-03-27", None)), "promotion"] = 0.5
    again = forecast(model, X, horizon=8, recursive=True, future=other)
    same = (found["store"] == "a") | (found["date"] < "2025-03-26")
    assert (found["forecast"] == again["forecast"])[same].all()
    assert (found["forecast"] != again["forecast"])[found["date"] >= "2025-03-27"][
        found["store"] == "b"
    ].all()


def test_a_future_that_is_too_short_says_what_is_needed():
    whole = with_promotion(2)
    is_future = whole.index.get_level_values("day") > DAYS[-1]
    table, future = whole[~is_future], whole[is_future]
    X, y = make_supervised(table, "sales", delay=[1, 2], known_ahead="promotion")
    model = windows().fit(X, y)
    assert len(forecast(model, X, future=future)) == 4
    with pytest.raises(ValueError, match=r"promotion.* needed in the 4 rows after"):
        forecast(model, X, horizon=3, recursive=True, future=future)
    with pytest.raises(ValueError, match=r"needed in the 2 rows after.*2025-03-22"):
        forecast(model, X)


def test_of_a_series_with_gaps_the_newest_part_is_forecast():
    table = tables(lengths=(80,))["store 0"].drop(DAYS[40:42])
    X, y = make_supervised(table, "sales", on_gap="split")
    model = windows().fit(X, y)
    found = forecast(model, X)
    assert found["origin"].tolist() == [DAYS[-1]]


# Missing values, which models replace by known ones before the window.


def test_a_missing_season_is_that_of_an_earlier_period():
    week = np.tile(np.arange(7.0) * 10 + 100, 10)
    week[-6] = np.nan
    found = []
    for delay in (1, [1, 2, 3]):
        with pytest.warns(UserWarning, match="no target"):
            X, y = make_supervised(week, 0, delay=delay)
        model = make_pipeline(LookbackWindower(7), PersistenceRegressor(period=7))
        table = forecast(model.fit(X, y), week[:, None], horizon=3, recursive=True)
        found.append(table["forecast"].tolist())
    assert found == [[100.0, 110.0, 120.0]] * 2


def with_holes():
    """Tables that lack three values of the last week, and a fifth of those before."""
    random, parts = np.random.default_rng(2), tables()
    for part in parts.values():
        part.iloc[random.permutation(len(part) - 7)[: len(part) // 5], 0] = np.nan
        part.iloc[[-7, -5, -4], 0] = np.nan
    return parts


def filled(model):
    return make_pipeline(PerStep(SimpleImputer()), LookbackWindower(7), model)


@pytest.mark.filterwarnings("ignore:.*have no target")
@pytest.mark.parametrize("part_rows", [1, 2**22])
@pytest.mark.parametrize(
    "model",
    [
        windows(PersistenceRegressor(period=7), lookback=7),
        filled(PersistenceRegressor(period=7)),
        filled(LinearAutoregression()),
        filled(FlatWindowRegressor(Ridge())),
        pytest.param(
            filled(
                Conv1DRegressor(
                    level="seasonal", period=7, n_conv=1, epochs=1, random_state=0
                )
            ),
            marks=pytest.mark.trains,
        ),
    ],
)
def test_missing_values_are_replaced_as_in_predict(model, part_rows, monkeypatch):
    monkeypatch.setattr(_recursive, "PART_ROWS", part_rows)
    parts = with_holes()
    X, y = task(parts, delay=[1, 2])
    model = clone(model).fit(X, y)
    origins = [25, 40, len(parts["store 0"]) - 1]
    table = forecast(model, parts["store 0"], rows=origins, horizon=7, recursive=True)
    expected = [
        by_loop(model, parts["store 0"][: row + 1], ["sales"], [1, 2], 7)
        for row in origins
    ]
    np.testing.assert_allclose(table["forecast"], np.concatenate(expected), rtol=1e-5)


def test_rows_with_missing_values_alone_keep_their_whole_series():
    series = np.arange(100.0)
    series[60] = np.nan
    X = SeriesView(series, rows=[50, 62, 80])
    model = LookbackWindower(5).fit(X)
    assert _recursive._rows_needed(model, X, [0]).tolist() == [4, 62, 4]
