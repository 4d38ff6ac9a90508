"""CalendarFeatures."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skseqconv import (
    CalendarFeatures,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)


@pytest.fixture
def table():
    dates = pd.date_range("2024-02-28", periods=200, freq="h")
    return pd.DataFrame({"load": np.arange(200.0)}, index=dates)


def test_hands_of_a_clock(table):
    out = CalendarFeatures(["day", "12h"]).fit_transform(table)
    hour = table.index.hour.to_numpy()
    np.testing.assert_allclose(out["day_sin"], np.sin(hour * np.pi / 12), atol=1e-9)
    np.testing.assert_allclose(out["12h_cos"], np.cos(hour * np.pi / 6), atol=1e-9)
    pd.testing.assert_frame_equal(out[["load"]], table)
    names = CalendarFeatures(["day", "12h"]).fit(table).get_feature_names_out()
    assert list(names) == list(out.columns)


def test_a_year_comes_round(table):
    years = pd.DataFrame(
        {"a": [0.0, 0, 0]},
        index=pd.DatetimeIndex(
            np.array(
                ["1970-01-01T00:00:00", "1970-07-02T14:54:36", "2370-01-01T00:00:00"],
                dtype="datetime64[s]",
            )
        ),
    )
    out = CalendarFeatures(["year"]).fit(table).transform(years)
    np.testing.assert_allclose(out["year_cos"], [1, -1, 1], atol=1e-9)


def test_ahead_is_the_time_that_is_forecast(table):
    now = CalendarFeatures().fit_transform(table)
    later = CalendarFeatures(ahead=30).fit_transform(table)
    np.testing.assert_allclose(
        later["day_sin"].iloc[:-30], now["day_sin"].iloc[30:], atol=1e-9
    )
    # What was fitted decides, also for a single row.
    one = CalendarFeatures(ahead=30).fit(table).transform(table.iloc[[7]])
    np.testing.assert_array_equal(one, later.iloc[[7]])


def test_local_time_is_what_clocks_show(table):
    berlin = table.tz_localize("UTC").tz_convert("Europe/Berlin")
    out = CalendarFeatures(["day"]).fit_transform(berlin)
    hour = berlin.index.hour.to_numpy()
    np.testing.assert_allclose(out["day_cos"], np.cos(hour * np.pi / 12), atol=1e-9)


def test_a_network_learns_from_the_hour(table):
    """What comes at each hour of the day can be told from the hour alone."""
    random = np.random.default_rng(0)
    hour = table.index.hour.to_numpy()
    noisy = table.assign(load=2.0 * (hour == 8) + random.normal(0, 0.1, len(table)))
    frame = CalendarFeatures(["day"], ahead=1).fit_transform(noisy)
    X, y = make_supervised(frame, "load")
    model = Conv1DRegressor(
        n_conv=1, kernel_size=4, window_norm=None, learning_rate=0.01, random_state=0
    )
    pipe = make_pipeline(Standardizer(), LookbackWindower(4), model)
    assert pipe.fit(X[:120], y[:120]).score(X[120:], y[120:]) > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"periods": "day"}, r"periods='day' must be a list of names"),
        ({"periods": []}, "must be a list of names"),
        ({"periods": ["moon"]}, "'moon', which is none of 'hour', 'day'"),
        ({"periods": ["-1h"]}, "no length of time"),
        ({"ahead": 1.5}, r"ahead=1.5 must be a whole number of rows"),
    ],
)
def test_bad_parameters_are_told(options, message, table):
    with pytest.raises(ValueError, match=message):
        CalendarFeatures(**options).fit(table)


def test_bad_tables_are_told(table):
    with pytest.raises(ValueError, match="Use it before make_supervised"):
        CalendarFeatures().fit(table.to_numpy())
    with pytest.raises(ValueError, match=r"DatetimeIndex, got skseqconv\.SeriesView"):
        CalendarFeatures().fit(make_supervised(table, "load")[0])
    with pytest.raises(ValueError, match="column 'day_sin' already"):
        CalendarFeatures().fit(table.assign(day_sin=0))
    with pytest.raises(ValueError, match=r"Row 1 of X has no date"):
        CalendarFeatures().fit(table.set_axis([table.index[0], pd.NaT] * 100))
    with pytest.raises(ValueError, match=r"needs the time from row to row.*1 row"):
        CalendarFeatures(ahead=1).fit(table.iloc[:1])


def test_it_is_cloned_and_leaves_its_input_alone(table):
    before = table.copy()
    clone(CalendarFeatures(["week"], ahead=2)).fit_transform(table)
    pd.testing.assert_frame_equal(table, before)
