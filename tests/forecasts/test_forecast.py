"""The table of forecasts, compared with loops over rows, series and horizons."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MissingHistoryWarning,
    PersistenceRegressor,
    SeriesView,
    Standardizer,
    forecast,
    make_supervised,
)
from skseqconv.forecasts._table import Places
from skseqconv.series._view import View
from skseqconv.series.ahead._origins import at_newest, with_target

DAYS = pd.date_range("2025-01-01", periods=90, freq="D")


def stores(lengths=(90, 60, 75), names=("north", "south", "west")):
    """Tables of sales and a driver, one for each store, that end on other days."""
    random = np.random.default_rng(0)
    return {
        name: pd.DataFrame(
            {
                "sales": 10 * i + np.arange(n) % 7 + random.normal(size=n),
                "price": random.normal(size=n),
            },
            DAYS[:n],
        )
        for i, (name, n) in enumerate(zip(names, lengths, strict=True))
    }


def panel(tables, **options):
    """X and y of tables by id."""
    table = pd.concat(tables, names=["store", "day"])
    return make_supervised(table, **{"target": "sales", "delay": [1, 3], **options})


def windows(model, lookback=14):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), model)


def last_value():
    return make_pipeline(LookbackWindower(3), PersistenceRegressor())


def by_loop(model, view, time="date"):
    """The table, row by row: a prediction of each row alone, and pandas' dates."""
    targets = list(dict.fromkeys(channel for channel, _ in view.target))
    found = []
    for i in range(len(view)):
        y_pred = np.ravel(model.predict(view[i : i + 1]))
        for channel in targets:
            own = [(d, j) for j, (c, d) in enumerate(view.target) if c == channel]
            for delay, column in sorted(own):
                row = {} if view.ids is None else {"store": view.ids[i]}
                row["origin"] = view.index[i]
                row[time] = view.index[i] + delay * pd.Timedelta("1D")
                row["horizon"] = delay
                if len(targets) > 1:
                    row["target"] = view.channel_names[channel]
                found.append({**row, "forecast": y_pred[column]})
    return pd.DataFrame(found)


def assert_same(table, expected):
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, rtol=1e-9)


@pytest.fixture(scope="module")
def naive():
    """A fitted model, its X, and the tables behind it."""
    tables = stores()
    X, y = panel(tables)
    return windows(LinearAutoregression()).fit(X, y), X, tables


# The rows.


def test_the_last_row_of_each_series_is_the_origin(naive):
    model, X, tables = naive
    table = forecast(model, X)
    assert list(table) == ["store", "origin", "date", "horizon", "forecast"]
    assert table["store"].tolist() == np.repeat(["north", "south", "west"], 2).tolist()
    ends = [one.index[-1] for one in tables.values()]
    assert table["origin"].tolist() == np.repeat(ends, 2).tolist()
    whole = SeriesView(X, rows=[89, 149, 224])
    assert_same(table, by_loop(model, whole))


def test_the_dates_of_a_future_are_those_of_the_forecasts():
    """The night of a shop is no row of its plan."""
    days = pd.date_range("2025-01-06", periods=8).repeat(6)
    hours = days + pd.to_timedelta(np.tile(np.arange(9, 15), 8), unit="h")
    table = pd.DataFrame({"sales": np.arange(48.0), "open": 1.0}, hours)
    past, plan = table[:-9], table[["open"]][-9:]
    X, y = make_supervised(
        past, "sales", delay=range(1, 10), known_ahead="open", on_gap="ignore"
    )
    naive = make_pipeline(LookbackWindower(9), PersistenceRegressor()).fit(X, y)
    assert forecast(naive, X, future=plan)["date"].tolist() == plan.index.tolist()


def test_of_a_part_of_x_only_its_series_are_forecast(naive):
    model, X, _ = naive
    some = X[(X.ids == "west") & (np.arange(len(X)) < 100)]
    expected = forecast(model, X).iloc[4:].reset_index(drop=True)
    assert_same(forecast(model, some), expected)


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_each_forecast_is_that_of_predict(naive, data):
    model, X, _ = naive
    rows = data.draw(st.lists(st.integers(50, len(X) - 1), min_size=1, max_size=6))
    table = forecast(model, X, rows=rows)
    assert_same(table, by_loop(model, X[rows]))


def test_all_rows(naive):
    model, X, _ = naive
    table = forecast(model, X[50:90], rows="all")
    assert_same(table, by_loop(model, X[50:90]))


def test_columns_of_y_in_any_order_are_sorted_target_by_target():
    table = stores(lengths=(90,), names=("north",))["north"]
    X, y = make_supervised(table, ["price", "sales"], delay=[3, 1])
    model = windows(FlatWindowRegressor(Ridge())).fit(X, y)
    found = forecast(model, X)
    assert found["target"].tolist() == ["price"] * 2 + ["sales"] * 2
    assert found["horizon"].tolist() == [1, 3, 1, 3]
    assert_same(found, by_loop(model, SeriesView(X, rows=[89])))


@pytest.mark.parametrize("rows", [[], [1000], "first", [0.5]])
def test_rows_that_do_not_exist_are_refused(naive, rows):
    model, X, _ = naive
    with pytest.raises(ValueError, match="rows="):
        forecast(model, X, rows=rows)


def test_an_x_without_rows_is_refused(naive):
    with pytest.raises(ValueError, match="X has no rows"):
        forecast(naive[0], naive[1][:0])


# The newest part of a series with gaps.


def test_only_the_newest_part_of_an_id_is_forecast():
    tables = stores()
    tables["south"] = tables["south"].drop(DAYS[20:23])
    X, y = panel(tables, on_gap="split")
    model = windows(LinearAutoregression(), lookback=7).fit(X, y)
    table = forecast(model, X)
    ends = [one.index[-1] for one in tables.values()]
    assert table["origin"].tolist() == np.repeat(ends, 2).tolist()


def test_compact_moves_the_last_row():
    X, y = make_supervised(stores(lengths=(90,), names=("north",))["north"], "sales")
    model = last_value().fit(X, y)
    part = X[:30]
    for found, origin in (
        (forecast(model, part), DAYS[89]),
        (forecast(model, part, rows=[-1]), DAYS[29]),
        (forecast(model, part.compact()), DAYS[29]),
    ):
        assert found["origin"].tolist() == [origin]


def of_parts(pooled):
    """Two series, of which the second begins later and has a gap; and their model."""
    whole = stores(lengths=(90,), names=("north",))["north"]
    tables = [whole.drop(DAYS[20:23]), whole.drop(DAYS[30:33])]
    target = ["sales", "price"] if pooled else "sales"
    X, y = make_supervised(tables, target, on_gap="split", pooled=pooled)
    assert len(X.series) == (8 if pooled else 4)
    return last_value().fit(X, y), X


def test_parts_of_a_list_are_named_by_their_place_in_the_list():
    model, X = of_parts(pooled=False)
    table = forecast(model, X)
    assert table["series"].tolist() == [0, 1]
    assert table["origin"].tolist() == [DAYS[-1]] * 2
    frame = X.frame()
    assert frame["series"].value_counts().tolist() == [85, 85]
    later = forecast(model, X.compact())
    assert later["series"].tolist() == [0, 1]


def test_pooled_channels_of_parts_are_those_of_the_whole_series():
    model, X = of_parts(pooled=True)
    table = forecast(model, X)
    assert table["series"].tolist() == [0, 0, 1, 1]
    assert table["channel"].tolist() == ["sales", "price"] * 2
    assert table["origin"].tolist() == [DAYS[-1]] * 4
    assert set(X.ids) == {(i, c) for i in (0, 1) for c in ("sales", "price")}


@pytest.mark.parametrize("pooled", [False, True])
def test_one_series_with_a_gap_is_one_series(pooled):
    whole = stores(lengths=(90,), names=("north",))["north"].drop(DAYS[20:23])
    target = ["sales", "price"] if pooled else "sales"
    X, y = make_supervised(whole, target, on_gap="split", pooled=pooled)
    table = forecast(last_value().fit(X, y), X)
    assert "series" not in table and "series" not in X.frame()
    assert table["origin"].tolist() == [DAYS[-1]] * (2 if pooled else 1)


@pytest.mark.parametrize("n_newest", [1, 2, 5, 9])
@pytest.mark.parametrize("pooled", [False, True])
def test_a_newest_part_without_rows_in_x_is_forecast(n_newest, pooled):
    """A delay of 5 leaves no row of a part of up to 5 rows in X."""
    whole = stores(lengths=(90,), names=("north",))["north"]
    table = whole.drop(DAYS[80 - n_newest - 3 : 80 - n_newest])[:77]
    options = {"delay": 5, "on_gap": "split", "pooled": pooled}
    X, y = make_supervised(table, ["sales", "price"], **options)
    model = last_value().fit(X, y)
    old = X[X.index < DAYS[30]]
    for found in (forecast(model, X), forecast(model, old)):
        assert found["origin"].tolist() == [DAYS[79]] * 2
        assert found["date"].tolist() == [DAYS[84]] * 2
        np.testing.assert_allclose(found["forecast"], table.iloc[-1])
    assert forecast(model, old.compact())["origin"].tolist() == [DAYS[29]] * 2


def test_a_newest_part_without_rows_in_x_reads_its_future():
    table = stores(lengths=(90,), names=("north",))["north"].drop(DAYS[80:82])
    options = {"delay": [1, 5], "known_ahead": "price", "on_gap": "split"}
    X, y = make_supervised(table[:-5], "sales", **options)
    assert X.index.max() < DAYS[80]
    model = windows(LinearAutoregression(exogenous=True), lookback=5).fit(X, y)
    with pytest.warns(MissingHistoryWarning, match=r"has 3 after the gap before it"):
        found = forecast(model, X, future=table[["price"]][-5:])
    assert found["origin"].tolist() == [DAYS[84]] * 2
    assert found["date"].tolist() == [DAYS[85], DAYS[89]]


def test_each_series_starts_from_its_newest_part():
    tables = stores()
    for name, one in tables.items():
        tables[name] = one.drop(one.index[-5:-3])
    X, y = panel(tables, delay=7, on_gap="split")
    found = forecast(last_value().fit(X, y), X)
    assert found["store"].tolist() == list(tables)
    assert found["origin"].tolist() == [one.index[-1] for one in tables.values()]
    expected = [one["sales"].iloc[-1] for one in tables.values()]
    np.testing.assert_allclose(found["forecast"], expected)


def test_a_view_of_later_rows_is_split_as_x_is():
    """Windows of the newest part are those of a table of this part alone."""
    tables = {name: one.drop(DAYS[30:40]) for name, one in stores().items()}
    X, y = panel(tables, on_gap="split")
    model = windows(LinearAutoregression(), lookback=25).fit(X, y)
    later = pd.concat(tables, names=["store", "day"])
    view = SeriesView(later, on_gap="split")
    assert len(view.series) == 6 and len(view) == len(later)
    frame, days = view.frame(), DAYS[40:]
    starts = frame["day"].isin([DAYS[0], days[0]])
    assert frame["row"].eq(0).tolist() == starts.tolist()
    parts = {name: one[one.index >= days[0]] for name, one in tables.items()}
    alone = SeriesView(pd.concat(parts, names=["store", "day"]))
    with pytest.warns(MissingHistoryWarning, match="1 of 3 rows: a window needs 25"):
        found = forecast(model, view)
    with pytest.warns(MissingHistoryWarning, match="1 of 3 rows: a window needs 25"):
        assert_same(found, forecast(model, alone))


def test_a_part_shorter_than_the_window_names_the_gap():
    table = stores(lengths=(90,), names=("north",))["north"].drop(DAYS[80:87])
    X, y = make_supervised(table, "sales", delay=5, on_gap="split")
    model = make_pipeline(LookbackWindower(7), FlatWindowRegressor(Ridge())).fit(X, y)
    message = r"2025-03-31 .* has 3 after the gap before it, which no window crosses"
    with pytest.warns(MissingHistoryWarning, match=message):
        forecast(model, X)
    model[0].set_params(on_missing_history="raise")
    with pytest.raises(ValueError, match=message):
        forecast(model, X)


# Rows without a target.


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_origin_is_the_last_row_with_a_target(naive, data):
    model, _, tables = naive
    whole, shorter = {}, {}
    for name, one in tables.items():
        n_known = data.draw(st.integers(14, len(one)), name)
        is_known = np.arange(len(one)) < n_known
        whole[name] = one.assign(sales=one["sales"].where(is_known))
        shorter[name] = one[is_known]

    def view(tables):
        return SeriesView(pd.concat(tables, names=["store", "day"]))

    assert_same(forecast(model, view(whole)), forecast(model, view(shorter)))


def test_of_several_targets_one_value_is_enough():
    table = stores(lengths=(90,), names=("north",))["north"]
    X, y = make_supervised(table, ["sales", "price"])
    model = last_value().fit(X, y)
    table.iloc[85:, 0], table.iloc[87:, 1] = np.nan, np.nan
    found = forecast(model, table)
    assert found["origin"].tolist() == [DAYS[86]] * 2
    expected = [table["sales"].iloc[84], table["price"].iloc[86]]
    np.testing.assert_allclose(found["forecast"], expected)


@pytest.mark.parametrize(("n_known", "last"), [(0, 1199), (1, 0), (7, 6), (1200, 1199)])
def test_a_series_without_any_target_starts_from_its_last_row(n_known, last):
    days = pd.date_range("2022-01-01", periods=1200)
    whole = pd.DataFrame({"sales": 1.0, "price": 1.0}, days)
    part = whole.assign(sales=whole["sales"].where(np.arange(1200) < n_known))
    table = pd.concat({"a": whole, "b": part, "c": part}, names=["store", "day"])
    newest = at_newest(with_target(SeriesView(table), [(0, 1)]))
    assert newest.rows.tolist() == [1199, 1200 + last, 2400 + last]


def test_a_part_without_a_target_is_not_the_newest():
    table = stores(lengths=(90,), names=("north",))["north"].drop(DAYS[60:62])
    table.loc[DAYS[62] :, "sales"] = np.nan
    with pytest.warns(UserWarning, match="have no target"):
        X, y = make_supervised(table, "sales", on_gap="split")
    found = forecast(last_value().fit(X, y), SeriesView(X, rows=np.arange(88)))
    assert found["origin"].tolist() == [DAYS[59]]


@pytest.mark.parametrize("known", ["price", []])
def test_one_table_with_the_future_is_like_two(known):
    tables = stores()
    past = pd.concat(
        {name: one[:-5] for name, one in tables.items()}, names=["store", "day"]
    )
    whole = pd.concat(tables, names=["store", "day"])
    future = whole.drop(past.index)[["price"]]
    whole.loc[future.index, "sales"] = np.nan
    options = {"target": "sales", "delay": range(1, 6), "known_ahead": known}
    X, y = make_supervised(past, **options)
    one, one_y = make_supervised(whole, **options)
    np.testing.assert_array_equal(one_y, y)
    np.testing.assert_array_equal(one.to_numpy(), X.to_numpy())
    model = windows(LinearAutoregression(exogenous=True)).fit(one, one_y)
    found = forecast(model, one)
    expected = forecast(model, X, future=future if known else None)
    assert_same(found, expected)
    dates = found.set_index(["store", "date"]).index
    assert list(dates) == list(future.index)
    longer = forecast(model, one, horizon=5, recursive=True) if known else found
    assert_same(longer, expected)


# Without ids, without dates.


def test_a_single_series_has_no_id():
    X, y = make_supervised(np.arange(30.0), 0, delay=2)
    table = forecast(
        make_pipeline(LookbackWindower(3), PersistenceRegressor()).fit(X, y), X
    )
    expected = {"origin": [29], "row": [31], "horizon": [2], "forecast": [29.0]}
    assert_same(table, pd.DataFrame(expected))


def test_several_series_without_ids_have_a_number():
    X, y = make_supervised([np.arange(30.0), np.arange(20.0)], 0)
    table = forecast(
        make_pipeline(LookbackWindower(3), PersistenceRegressor()).fit(X, y), X
    )
    expected = {"series": [0, 1], "origin": [29, 19], "row": [30, 20], "horizon": 1}
    assert_same(table, pd.DataFrame({**expected, "forecast": [29.0, 19.0]}))


def test_a_pooled_channel_names_its_series():
    table = stores(lengths=(90,), names=("north",))["north"]
    X, y = make_supervised(table, ["sales", "price"], delay=[1, 2], pooled=True)
    model = last_value().fit(X, y)
    found = forecast(model, X)
    assert list(found) == ["channel", "origin", "date", "horizon", "forecast"]
    assert found["channel"].tolist() == ["sales", "sales", "price", "price"]
    np.testing.assert_allclose(found["forecast"], table.iloc[-1].repeat(2))


def test_an_id_that_is_named_as_another_column_is_refused():
    table = pd.concat(stores(), names=["origin", "day"])
    X, y = make_supervised(table, "sales")
    model = windows(LinearAutoregression()).fit(X, y)
    with pytest.raises(ValueError, match=r"named 'origin'.*rename"):
        forecast(model, X)


# Which target, and how far ahead.


def test_later_data_takes_the_target_of_the_fit(naive):
    model, _, tables = naive
    later = tables["south"]
    expected = forecast(model, SeriesView(pd.concat(tables)), rows="last")
    table = forecast(model, later)
    assert list(table) == ["origin", "date", "horizon", "forecast"]
    np.testing.assert_allclose(table["forecast"], expected["forecast"][2:4])


def flat(tables):
    """A table with the id and the day as columns, in any order."""
    table = pd.concat(tables, names=["store", "day"]).reset_index()
    return table.sample(frac=1, random_state=0, ignore_index=True)


@pytest.mark.parametrize("kind", ["pipeline", "search"])
def test_later_data_takes_the_channels_known_ahead_of_the_fit(kind):
    table = flat(stores(lengths=(90, 90), names=("north", "south")))
    columns = {"id": "store", "time": "day"}
    options = {"target": "sales", "delay": [1, 3], "known_ahead": "price", **columns}
    early, plan = table[table["day"] < DAYS[60]], table.drop(columns="sales")
    X, y = make_supervised(early, **options)
    model = windows(LinearAutoregression(exogenous=True))
    if kind == "search":
        sizes = {"lookbackwindower__lookback": [10, 14]}
        model = GridSearchCV(model, sizes, cv=TimeSeriesSplit(2))
    model.fit(X, y)
    later = table[table["day"] < DAYS[80]]
    given = SeriesView(later, **columns)
    found = forecast(model, given, future=plan)
    whole, _ = make_supervised(later, **options)
    assert_same(found, forecast(model, whole, future=plan))
    assert found["date"].max() == DAYS[82]
    with pytest.raises(ValueError, match=r"'price'\) are read 3 rows .*2025-03-22"):
        forecast(model, given)


def test_the_message_for_a_long_table_names_the_call(naive):
    model, _, tables = naive
    table = flat(tables)
    call = r"forecast\(model, SeriesView\(table, id=\.\.\., time=\.\.\.\)\)"
    with pytest.raises(ValueError, match=rf"'store' .*is not numeric.*{call}"):
        forecast(model, table)
    found = forecast(model, SeriesView(table, id="store", time="day"))
    assert_same(found, forecast(model, naive[1]))


def test_channels_known_ahead_that_x_lacks():
    X, y = panel(stores(), known_ahead="price")
    model = windows(LinearAutoregression()).fit(X, y)
    one = stores()["north"][["sales"]]
    with pytest.raises(ValueError, match=r"missing:\s+- price"):
        forecast(model, one)
    with pytest.raises(ValueError, match="channel 1 known ahead, but X has 1 channels"):
        forecast(model, SeriesView(one.to_numpy()))


def test_a_model_that_does_not_know_its_target_is_told(naive):
    tables = naive[2]
    regressor = LinearAutoregression(target_channel="sales", delay=2)
    sales = tables["north"]["sales"].to_numpy()
    model = windows(regressor).fit(tables["north"][:-2], sales[2:])
    with pytest.raises(ValueError, match=r"Neither X nor the fitted model .*target="):
        forecast(model, tables["south"])
    table = forecast(model, tables["south"], target="sales", delay=2)
    assert table["date"].tolist() == [DAYS[61]]


def test_another_target_than_that_of_the_fit_is_refused(naive):
    model, _, tables = naive
    X, _ = panel(tables, delay=1)
    with pytest.raises(ValueError, match=r"'sales' 1 rows ahead.*'sales' 3 rows ahead"):
        forecast(model, X)
    with pytest.raises(ValueError, match=r"'price' 1 rows ahead"):
        forecast(model, tables["south"], target="price")
    with pytest.raises(ValueError, match="delay=0 must be a whole number"):
        forecast(model, tables["south"], delay=0)
    one = windows(LinearAutoregression()).fit(*panel(tables, target="price"))
    with pytest.raises(ValueError, match=r"missing:\s+- price"):
        forecast(one, tables["south"][["sales"]])
    with pytest.raises(ValueError, match="X has 1 channels"):
        forecast(one, SeriesView(tables["south"][["sales"]].to_numpy()))


def test_a_model_that_is_not_fitted(naive):
    with pytest.raises(NotFittedError):
        forecast(windows(LinearAutoregression()), naive[1])


# Models around models.


MODELS = {
    "persistence": windows(PersistenceRegressor()),
    "seasonal": windows(PersistenceRegressor(period=7)),
    "flat": windows(FlatWindowRegressor(Ridge())),
    "scaled y": TransformedTargetRegressor(
        windows(LinearAutoregression()), transformer=StandardScaler()
    ),
    "scaled y inside": windows(
        TransformedTargetRegressor(LinearAutoregression(), transformer=StandardScaler())
    ),
    "search": GridSearchCV(
        windows(LinearAutoregression()),
        {"lookbackwindower__lookback": [7, 14]},
        cv=TimeSeriesSplit(2),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_around_models(naive, name):
    _, X, tables = naive
    model = MODELS[name].fit(*panel(tables))
    newest = SeriesView(X, rows=[89, 149, 224])
    assert_same(forecast(model, X), by_loop(model, newest))
    later = forecast(model, tables["north"])  # knows what was fitted
    np.testing.assert_allclose(later["forecast"], forecast(model, X)["forecast"][:2])


@pytest.mark.parametrize("kind", [VotingRegressor, StackingRegressor])
def test_ensembles(naive, kind):
    _, X, tables = naive
    parts = [
        ("last", windows(PersistenceRegressor())),
        ("linear", windows(LinearAutoregression())),
    ]
    options = {"cv": "prefit"} if kind is StackingRegressor else {}
    X, y = panel(tables, delay=1)
    if options:
        parts = [(name, model.fit(X, y)) for name, model in parts]
        X, y = X[50:], y[50:]
    model = kind(parts, **options).fit(X, y)
    newest = SeriesView(X, rows=[89, 149, 224])
    assert_same(forecast(model, X), by_loop(model, newest))
    assert list(forecast(model, tables["north"])["horizon"]) == [1]


def test_windows_as_x(naive):
    model, X, _ = naive
    rows = model[:-1].transform(X)
    assert_same(forecast(model[-1], rows), forecast(model, X))


def test_a_short_series_has_a_warning():
    tables = stores(lengths=(90, 60, 10))
    X, y = panel(tables)
    model = windows(LinearAutoregression()).fit(X, y)
    with pytest.warns(MissingHistoryWarning, match="1 of 3 rows"):
        table = forecast(model, X)
    assert np.isfinite(table["forecast"]).all()


def test_a_declared_frequency(naive):
    model, X, _ = naive
    table = forecast(model, X, freq="B")
    assert table["date"].tolist()[:2] == [
        DAYS[89] + n * pd.offsets.BDay() for n in (1, 3)
    ]


# Intervals.


@pytest.mark.trains
def test_bounds_are_those_of_predict_interval(naive):
    _, X, tables = naive
    y = panel(tables)[1]
    network = Conv1DRegressor(n_conv=1, epochs=1, validation_split=0.3, random_state=0)
    model = windows(network).fit(X, y)
    table = forecast(model, X, coverage=0.8)
    assert list(table)[-3:] == ["forecast", "lower", "upper"]
    newest = model[:-1].transform(SeriesView(X, rows=[89, 149, 224]))
    bounds = model[-1].predict_interval(newest, 0.8)
    np.testing.assert_array_equal(table[["lower", "upper"]], bounds.reshape(-1, 2))
    assert (table["lower"] < table["forecast"]).all()
    with pytest.raises(ValueError, match=r"coverage=1.2"):
        forecast(model, X, coverage=1.2)


def test_a_model_without_intervals_is_refused(naive):
    model, X, _ = naive
    with pytest.raises(ValueError, match="LinearAutoregression has no intervals"):
        forecast(model, X, coverage=0.8)


def test_no_warning_without_a_reason(naive):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast(naive[0], naive[1])


def test_the_times_of_rows_are_read_once(monkeypatch):
    X, _ = make_supervised(stores()["north"], "sales", delay=[1, 3])
    reads, read = [], View.index.fget
    counted = property(lambda view: reads.append(view) or read(view))
    monkeypatch.setattr(View, "index", counted)
    places = Places.of(X)
    assert len(reads) == 1
    assert places.origins.tolist() == DAYS[:87].tolist()
    assert [later[0] for later in places.dates] == [DAYS[1], DAYS[3]]


@pytest.mark.parametrize(
    "columns", [["rain", "q", "t"], ["q", "t"], ["t", "q", "rain"]]
)
def test_names_of_channels_are_checked_before_a_future_is_read(columns):
    hours = pd.date_range("2025-01-01", periods=60, freq="h")
    values = np.random.default_rng(0).normal(size=(60, 3))
    table = pd.DataFrame(values, hours, columns=["q", "rain", "t"])
    plan = table[["rain"]].set_axis(hours + pd.Timedelta(hours=60))
    X, y = make_supervised(table, "q", delay=[1, 2], known_ahead=["rain"])
    model = make_pipeline(LookbackWindower(4), LinearAutoregression(exogenous=True))
    search = GridSearchCV(model, {}, cv=TimeSeriesSplit(2))
    for one in (model.fit(X, y), search.fit(X, y)):
        with pytest.raises(ValueError, match="feature names should match"):
            forecast(one, SeriesView(table[columns]), future=plan)
        assert len(forecast(one, SeriesView(table), future=plan)) == 2
