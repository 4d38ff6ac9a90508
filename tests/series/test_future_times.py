"""Dates after the end of series, compared with those that pandas makes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseqconv import SeriesView
from skseqconv.series._future_times import row_times, times_from
from skseqconv.series._next_times import step_of
from skseqconv.series._origins import at_newest


def times_after(view, delays, freq=None):
    return times_from(view, delays, freq)[1]


def view_of(index, on_gap="ignore"):
    table = pd.DataFrame({"a": np.arange(float(len(index)))}, index=index)
    return SeriesView(table, on_gap=on_gap)


def plain(index):
    """The same dates without the frequency that pandas notes."""
    return pd.DatetimeIndex(list(index))


CALENDARS = [
    ("h", None, 10),
    ("10min", "Europe/Berlin", 10),
    ("D", None, 10),
    ("D", "Europe/Berlin", 10),
    ("W-SUN", "America/New_York", 5),
    ("B", None, 15),
    ("MS", None, 3),
    ("MS", "Europe/Berlin", 3),
    ("ME", None, 5),
    ("QS", None, 5),
    ("YS", None, 4),
    ("2D", None, 4),
]


@pytest.mark.parametrize(("freq", "zone", "n_rows"), CALENDARS)
@pytest.mark.parametrize("start", ["2025-03-14", "2025-06-30", "2024-02-01"])
def test_dates_go_on_as_pandas_would(freq, zone, n_rows, start):
    dates = pd.date_range(start, periods=n_rows + 12, freq=freq, tz=zone)
    newest = at_newest(view_of(plain(dates[:n_rows])))
    later = times_after(newest, [1, 5, 12])
    assert row_times(newest)[0] == dates[n_rows - 1]
    expected = [dates[n_rows + delay - 1] for delay in (1, 5, 12)]
    assert [one[0] for one in later] == expected


@settings(deadline=None, max_examples=60)
@given(
    n_rows=st.integers(3, 40),
    delays=st.sets(st.integers(1, 30), min_size=1),
    freq=st.sampled_from(["7min", "h", "D", "MS"]),
    start=st.dates(
        pd.Timestamp("2001-01-02").date(), pd.Timestamp("2030-01-01").date()
    ),
)
def test_dates_inside_and_after_a_series(n_rows, delays, freq, start):
    """Dates of rows that exist are those of the index, the others go on from it."""
    dates = pd.date_range(start, periods=n_rows + 30, freq=freq)
    view = view_of(plain(dates[:n_rows]))
    for delay, later in zip(delays, times_after(view, delays), strict=True):
        assert later.equals(plain(dates[delay : delay + n_rows]))


def test_no_date_is_lost_where_clocks_are_set():
    hours = pd.date_range("2025-03-29 20:00", periods=16, freq="h", tz="Europe/Berlin")
    later = times_after(at_newest(view_of(plain(hours[:5]))), range(1, 12))
    assert [one[0] for one in later] == list(hours[5:])


def test_a_time_of_day_that_does_not_exist_is_the_next_one():
    dates = pd.date_range("2025-03-20 02:30", periods=9, freq="D", tz="Europe/Berlin")
    ((later,),) = times_after(at_newest(view_of(plain(dates))), [2])
    assert later == pd.Timestamp("2025-03-30 03:00", tz="Europe/Berlin")


def test_holidays_are_declared():
    dates = pd.date_range("2025-04-01", periods=13, freq="B")
    days = pd.offsets.CustomBusinessDay(holidays=["2025-04-18", "2025-04-21"])
    newest = at_newest(view_of(plain(dates)))  # the last one is the 17th
    assert times_after(newest, [1])[0][0] == pd.Timestamp("2025-04-18")
    assert times_after(newest, [1], days)[0][0] == pd.Timestamp("2025-04-22")


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.period_range("2025-11", periods=3, freq="M"), pd.Period("2026-03", "M")),
        (pd.timedelta_range("0h", periods=3, freq="3h"), pd.Timedelta("12h")),
        (pd.RangeIndex(0, 6, 2), 8),
        (pd.Index([2001, 2002, 2003]), 2005),
        (pd.Index([0.1, 0.2, 0.3]), pytest.approx(0.5)),
        (pd.Index(["x", "y", "z"]), 4),
        (None, 4),
    ],
)
def test_other_kinds_of_index(index, expected):
    view = SeriesView(np.arange(3.0)) if index is None else view_of(index)
    ((later,),) = times_after(at_newest(view), [2])
    assert later == expected


def test_each_series_goes_on_from_its_own_end():
    starts = ["2025-01-01", "2025-01-05", "2025-01-01 12:00", "2024-12-01"]
    freqs = ["D", "D", "h", "B"]
    indexes = [
        plain(pd.date_range(start, periods=30 + i, freq=freq))
        for i, (start, freq) in enumerate(zip(starts, freqs, strict=True))
    ]
    tables = [pd.DataFrame({"a": np.zeros(len(index))}, index) for index in indexes]
    view = at_newest(SeriesView(tables))
    for delay, later in zip((1, 4), times_after(view, [1, 4]), strict=True):
        expected = [
            pd.date_range(index[-1], periods=delay + 1, freq=freq)[-1]
            for index, freq in zip(indexes, freqs, strict=True)
        ]
        assert list(later) == expected


def test_a_short_series_goes_on_as_the_longer_ones():
    tables = [
        pd.DataFrame({"a": [1.0] * n}, pd.date_range("2025-01-01", periods=n, freq="D"))
        for n in (20, 1)
    ]
    ((_, later),) = times_after(at_newest(SeriesView(tables)), [3])
    assert later == pd.Timestamp("2025-01-04")


def test_dates_without_a_frequency_are_refused():
    dates = pd.DatetimeIndex(["2020-01-01", "2020-01-05", "2020-01-06", "2020-02-01"])
    newest = at_newest(view_of(dates))
    with pytest.raises(ValueError, match=r"2020-02-01.* unknown: its 4 rows .*freq="):
        times_after(newest, [1])
    assert times_after(newest, [1], "D")[0][0] == pd.Timestamp("2020-02-02")
    first = SeriesView(newest, rows=[0])
    assert times_after(first, [3])[0][0] == dates[3]


def test_a_single_date_has_no_frequency():
    assert step_of(pd.DatetimeIndex(["2020"])) is None


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (pd.period_range("2025", periods=3, freq="Y"), "frequency of their own"),
        (None, "needs series with an index"),
        (pd.date_range("2025", periods=3), "must be a frequency of pandas"),
    ],
)
def test_a_frequency_that_does_not_fit_is_refused(index, message):
    view = SeriesView(np.arange(3.0)) if index is None else view_of(index)
    with pytest.raises(ValueError, match=message):
        times_after(at_newest(view), [1], "no such")
