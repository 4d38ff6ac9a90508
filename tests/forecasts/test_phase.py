"""Forecasts from another time of day than that of the rows of X give a warning."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    forecast,
    make_supervised,
)
from skseqconv.series.ahead._phase import rows_in_phase


def hourly(n_days=40, zone=None, start="2025-03-10"):
    """Whole days of hours, which end at 23:00."""
    end = pd.Timestamp(start) + pd.Timedelta(days=n_days)
    hours = pd.date_range(start, end, freq="h", tz=zone, inclusive="left", name="time")
    return pd.DataFrame({"price": np.arange(len(hours)) % 24.0}, hours)


def fitted(series, delay=(1, 3), **options):
    X, y = make_supervised(series, "price", delay=list(delay), **options)
    model = make_pipeline(LookbackWindower(24), PersistenceRegressor(period=24))
    return model.fit(X, y), X


def told(model, X, **options):
    """The warnings of a call, and its table."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        table = forecast(model, X, **options)
    return [str(one.message) for one in found], table


# March 30 has 23 hours in Berlin, so rows at 11:00 are not equally far apart there.
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_another_hour_than_that_of_x(zone):
    table = hourly(zone=zone)
    model, X = fitted(table)
    at_11 = X[X.index.hour == 11]
    with pytest.warns(UserWarning) as found:
        forecast(model, at_11)
    (message,) = [str(one.message) for one in found]
    wanted = table.index.get_loc(at_11.index[-1])
    assert f"start from row {len(table) - 1} ({table.index[-1]}) of the" in message
    assert f"is row {wanted} ({at_11.index[-1]}) of the" in message
    assert f"SeriesView(X, rows=[{wanted}]), rows='all'" in message
    assert found[0].filename == __file__
    said, found = told(model, SeriesView(at_11, rows=[wanted]), rows="all")
    assert said == []
    assert set(found["origin"]) == {at_11.index[-1]}


def test_the_row_in_phase_is_newer_than_the_rows_of_x():
    """With a delay of 36 hours the last row at 11:00 has no target."""
    table = hourly()
    _, X = fitted(table, range(13, 37))
    at_11 = X[X.index.hour == 11]
    newest = np.array([len(table) - 1])
    (row,) = rows_in_phase(at_11, newest)
    assert at_11.index[-1] == table.index[-37]
    assert table.index[row] == table.index[-13]


def test_a_view_with_the_rows_of_tomorrow():
    """Rows without a target are later than the row that forecasts start from."""
    table = hourly()
    model, _ = fitted(table)
    table.iloc[-24:] = np.nan
    view = SeriesView(table)
    (message,), _ = told(model, view[view.index.hour == 11])
    assert f"is row {len(table) - 37} ({table.index[-37]}) of the" in message


def test_days_without_a_row_leave_the_phase():
    table = hourly()
    model, X = fitted(table)
    at_11 = X[(X.index.hour == 11) & (X.index.day_of_week < 5)]
    (message,), _ = told(model, at_11)
    assert f"({table.index[-13]})" in message


def test_series_are_looked_at_one_by_one():
    tables = [hourly(20), hourly(30)[:-12], hourly(30, start="2025-03-01")]
    ids = pd.concat(dict(zip("abc", tables, strict=True)), names=["id"])
    for series, names in ((tables, ["", "", ""]), (ids, ["'a'", "'b'", "'c'"])):
        model, X = fitted(series)
        (message,), _ = told(model, X[X.index.hour == 11])
        assert f"({tables[0].index[-1]})" in message
        assert names[0] in message
        assert "More series have such rows" in message
        rows = message.partition("rows=[")[2].partition("]")[0]
        at = SeriesView(X, rows=[int(row) for row in rows.split(", ")])
        assert at.index.tolist() == [
            one.index[one.index.hour == 11][-1] for one in tables
        ]


@pytest.mark.parametrize(
    "choose",
    [
        lambda X: X,
        lambda X: X[:800],
        lambda X: X[np.sort(np.random.default_rng(0).permutation(len(X))[:200])],
        lambda X: X[X.index.hour == 23],
        lambda X: X[X.index.hour == 11][:5],
        lambda X: X[X.index.hour == 11].compact(),
        lambda X: X[np.isin(X.index.hour, [11, 12])],
        lambda X: SeriesView(X, rows=np.full(8, 100)),
    ],
    ids=["all", "first", "drawn", "same hour", "few", "compact", "two", "one"],
)
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_no_warning_for_other_rows(choose, zone):
    model, X = fitted(hourly(zone=zone))
    assert told(model, choose(X))[0] == []


@pytest.mark.parametrize("rows", ["all", [-1]])
def test_no_warning_for_chosen_rows(rows):
    model, X = fitted(hourly())
    assert told(model, X[X.index.hour == 11][1:], rows=rows)[0] == []


def test_no_warning_for_daily_rows_and_steps_of_windows():
    days = pd.date_range("2025-01-01", periods=90, freq="D")
    model, X = fitted(pd.DataFrame({"price": np.arange(90) % 7.0}, days))
    assert told(model, X)[0] == []
    assert told(model, X[40:])[0] == []
    assert told(model, X[::3])[0] == []
    assert told(model, X[X.index.day_of_week == 1])[0] != []
    weeks = pd.date_range("2025-01-01", periods=90, freq="7D")
    model, X = fitted(pd.DataFrame({"price": np.arange(90) % 7.0}, weeks))
    assert told(model, X[::2])[0] == []
    X, y = make_supervised(hourly(), "price", delay=[1, 3])
    stepped = make_pipeline(LookbackWindower(48, step=24), PersistenceRegressor())
    assert told(stepped.fit(X, y), X[24:])[0] == []


def test_no_warning_without_a_season():
    """Rows without dates, and rows thinned out to learn from fewer."""
    X, y = make_supervised(hourly().to_numpy(), 0)
    model = make_pipeline(LookbackWindower(24), PersistenceRegressor()).fit(X, y)
    assert told(model, X[11::24])[0] == []
    model, X = fitted(hourly())
    assert told(model, X[::6])[0] == []


def test_one_row_a_week():
    model, X = fitted(hourly(100))
    (message,), _ = told(model, X[(X.index.hour == 11) & (X.index.day_of_week == 2)])
    assert "one time of the day or week" in message
    assert "2025-06-11 11:00:00" in message
