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


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("start", ["2025-03-29", "2025-10-25"])
@pytest.mark.parametrize(
    ("frequency", "ahead", "period"),
    [
        ("h", 24, "day"),
        ("10min", 5, "day"),
        ("6h", 3, "day"),
        ("D", 3, "week"),
        ("B", 1, "week"),
        ("bh", 3, "day"),
        ("MS", 5, "year"),
        ("WOM-3FRI", 2, "year"),
    ],
)
def test_ahead_is_the_clock_of_a_later_row(frequency, ahead, period, start, zone):
    """Also where clocks are set, and across weekends and months."""
    dates = pd.date_range(start, periods=120, freq=frequency, tz=zone)
    table = pd.DataFrame({"load": np.arange(120.0)}, index=dates)
    now = CalendarFeatures([period]).fit_transform(table)
    later = CalendarFeatures([period], ahead=ahead).fit_transform(table)
    names = [f"{period}_sin", f"{period}_cos"]
    np.testing.assert_allclose(
        later[names].iloc[:-ahead], now[names].iloc[ahead:], atol=1e-9
    )


def test_a_day_later_is_told_from_a_part_without_a_change_of_clocks():
    dates = pd.date_range("2025-03-20", periods=20, freq="D", tz="Europe/Berlin")
    table = pd.DataFrame({"load": np.arange(20.0)}, index=dates)
    features = CalendarFeatures(["week"], ahead=2).fit(table[:5])
    weekday = dates.day_of_week.to_numpy()
    np.testing.assert_allclose(
        features.transform(table)["week_cos"],
        # 1970 began on a Thursday.
        np.cos((weekday + 2 - 3) * 2 * np.pi / 7),
        atol=1e-9,
    )


def test_ahead_needs_one_frequency():
    days = pd.date_range("2025-01-01", periods=60, freq="B").delete([7, 30])
    table = pd.DataFrame({"load": np.arange(58.0)}, index=days)
    with pytest.raises(ValueError, match=r"ahead=1 needs .* 1 days .* 2\d% are not"):
        CalendarFeatures(["week"], ahead=1).fit(table)
    CalendarFeatures(["week"]).fit(table)
    CalendarFeatures(["week"], ahead=1).fit(table.asfreq("B"))


def test_a_gap_leaves_the_step_as_it_is(table):
    features = CalendarFeatures(["day"], ahead=6)
    with_gap = features.fit_transform(table.drop(table.index[50:66]))
    whole = features.fit_transform(table)
    pd.testing.assert_frame_equal(with_gap, whole.loc[with_gap.index])


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
        ({"periods": ["day", 24]}, "24, a number without a unit: say '24h'"),
        ({"periods": ["24"]}, "'24', a number without a unit: say '24h'"),
        ({"periods": ["hour"]}, "'hour', and rows are 01:00:00 apart"),
        ({"periods": ["119min"]}, "shorter than two rows"),
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
