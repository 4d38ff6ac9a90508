"""Dates after the end of series, compared with those that pandas makes."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseqconv import LookbackWindower, SeriesView, make_supervised
from skseqconv.series.ahead._origins import at_newest, with_target
from skseqconv.series.times._future_times import row_times, times_from
from skseqconv.series.times._next_times import step_of


def times_after(view, delays, freq=None):
    return times_from(view, delays, freq)[1]


ZONES = ("UTC", "Europe/Berlin")


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


@pytest.mark.parametrize(
    "seconds, expected",
    [(60, "freq='1min'"), (600, "freq='10min'"), (86_400, "freq='D', or freq=pandas")],
)
def test_times_that_vary_propose_their_usual_step(seconds, expected):
    late = np.random.default_rng(0).integers(-seconds // 12, seconds // 12, size=50)
    times = pd.to_timedelta(np.arange(50) * seconds + late, unit="s")
    dates = plain(pd.Timestamp("2025-01-01") + times)
    for view in (view_of(dates), view_of(dates[:20])):
        with pytest.raises(ValueError, match=f"for example {re.escape(expected)}"):
            times_after(at_newest(view), [1])
    ((later,),) = times_after(at_newest(view_of(dates)), [1], f"{seconds}s")
    assert later == dates[-1] + pd.Timedelta(seconds, "s")


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


@pytest.mark.parametrize("freq", ["15min", "12h", "2W", "2M", "2Q", "2Y", "M"])
def test_periods_of_several_units(freq):
    periods = pd.period_range("2024-01-01", periods=12, freq=freq)
    tables = [pd.DataFrame({"a": np.zeros(n)}, periods[:n].rename("t")) for n in (9, 7)]
    later = times_after(at_newest(SeriesView(tables)), [1, 3])
    assert [list(one) for one in later] == [
        [periods[9], periods[7]],
        [periods[11], periods[9]],
    ]
    assert later[0].name == "t"


def test_periods_that_overlap_go_on_by_their_distance():
    """Two months each, one month apart, as those of a moving sum."""
    periods = pd.PeriodIndex.from_ordinals(np.arange(600, 612), freq="2M")
    ((later,),) = times_after(at_newest(view_of(periods[:9])), [3])
    assert later == periods[11]


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


def test_two_time_zones_are_refused():
    dates = pd.date_range("2025-01-01", periods=9)
    tables = [pd.DataFrame({"a": np.zeros(9)}, dates.tz_localize(z)) for z in ZONES]
    newest = at_newest(SeriesView(tables))
    with pytest.raises(ValueError, match=r"time zones Europe/Berlin, UTC.*tz_convert"):
        times_after(newest, [1])
    with pytest.raises(ValueError, match="time zones Europe/Berlin, UTC"):
        row_times(newest)
    assert row_times(newest[:1])[0] == dates.tz_localize("UTC")[-1]


def test_dates_without_a_frequency_are_refused():
    dates = pd.DatetimeIndex(["2020-01-01", "2020-01-05", "2020-01-06", "2020-02-01"])
    newest = at_newest(view_of(dates))
    with pytest.raises(ValueError, match=r"2020-02-01.* unknown: its 4 rows .*freq="):
        times_after(newest, [1])
    assert times_after(newest, [1], "D")[0][0] == pd.Timestamp("2020-02-02")
    first = SeriesView(newest, rows=[0])
    assert times_after(first, [3])[0][0] == dates[3]


# Rows of a future have dates of their own.

#: After this many rows comes a day, and then a holiday that no rule knows.
N_PAST = 42


def trading_days(kind=None):
    """Weekdays without some Tuesdays."""
    days = pd.bdate_range("2025-01-06", periods=52).delete([6, 16, 26, 46])
    days = plain(days).rename("day")
    if kind == "periods":
        return days.to_period("D")
    if kind == "objects":
        return pd.Index(days.date, name="day")
    if kind == "numbers":
        return pd.Index(days.strftime("%Y%m%d").astype(int), name="day")
    return days.tz_localize(kind)


def known_days(index, n_known=4):
    """A view of the first rows, and the future of the next ones."""
    table = pd.DataFrame({"a": np.arange(len(index) * 1.0), "k": 1.0}, index)
    X, _ = make_supervised(
        table[:N_PAST], "a", delay=[1, 2, 3], known_ahead="k", on_gap="ignore"
    )
    return X, table[N_PAST : N_PAST + n_known][["k"]]


def of_newest(view, delays):
    return [one[0] for one in times_after(at_newest(view), delays)]


@pytest.mark.parametrize(
    "kind", [None, "Europe/Berlin", "periods", "objects", "numbers"]
)
def test_rows_of_a_future_keep_their_dates(kind):
    index = trading_days(kind)
    X, future = known_days(index)
    if kind == "Europe/Berlin":
        future = future.tz_convert("UTC")
    X = X.with_future(future)
    newest = at_newest(X)
    copied = pickle.loads(pickle.dumps(newest))
    again, _ = make_supervised(X, "a", delay=[1, 2, 3], on_gap="ignore")
    later = index[N_PAST : N_PAST + 3]
    expected = list(pd.to_datetime(later) if kind == "objects" else later)
    for view in (newest, copied, newest.compact(), newest[:1], again):
        assert of_newest(view, [1, 2, 3]) == expected


def test_futures_of_two_time_zones():
    index = trading_days("Europe/Berlin")
    table = pd.DataFrame({"a": np.arange(48.0), "k": 1.0}, index)
    options = {"known_ahead": "k", "delay": [1, 2], "on_gap": "ignore"}
    view = SeriesView([table[:N_PAST], table[: N_PAST - 1]], **options)
    plans = [table[N_PAST:], table[N_PAST - 1 :].tz_convert("UTC")]
    newest = at_newest(view.with_future(plans)).compact()
    (later,) = times_after(newest, [2])
    assert later.equals(plain(index[[N_PAST + 1, N_PAST]]))


def test_the_rows_that_a_future_lacks_are_named_by_its_dates():
    index = trading_days()
    X, future = known_days(index, n_known=2)
    with pytest.raises(ValueError, match=r", 2025-03-10 .* to 2025-03-13 .*only 2 of"):
        at_newest(X.with_future(future)).to_numpy()


def test_dates_after_a_future_go_on_from_its_last_one():
    index = trading_days()
    X, future = known_days(index, n_known=3)
    assert of_newest(X.with_future(future), [3, 4, 5]) == list(index[44:47])
    without_dates = X.with_future(future.to_numpy())
    assert of_newest(without_dates, [2]) == [pd.Timestamp("2025-03-11")]


def test_rows_inside_and_after_series_with_futures_of_their_own():
    index = trading_days()
    table = pd.DataFrame({"a": np.arange(48.0), "k": 1.0}, index)
    tables = pd.concat({"u": table[:42], "v": table[:40], "w": table[:41]})
    X, _ = make_supervised(
        tables, "a", delay=[1, 2, 3], known_ahead="k", on_gap="ignore"
    )
    future = pd.concat({"w": table[41:46], "u": table[42:45]})[["k"]]
    view = SeriesView(X.with_future(future), rows=[39, 41, 42, 81, 120, 122])
    one, three = times_after(view, [1, 3])
    after_v = pd.bdate_range(index[39], periods=4)
    assert list(one) == [*index[[40, 42, 1]], after_v[1], *index[[39, 41]]]
    assert list(three) == [*index[[42, 44, 3]], after_v[3], *index[[41, 43]]]


def test_a_compact_view_keeps_the_dates_of_rows_without_a_target():
    index = trading_days()
    table = pd.DataFrame({"a": np.arange(48.0), "k": 1.0}, index)
    table.loc[index[N_PAST:], "a"] = np.nan
    view = SeriesView(table, known_ahead="k", delay=[1, 2, 3], on_gap="ignore")
    newest = with_target(view, [(0, 1)])
    newest = at_newest(newest).compact()
    assert of_newest(newest, [1, 2, 3]) == list(index[N_PAST : N_PAST + 3])


# Gaps that are due.


def opening_hours(n_days=20, first=9, last=15):
    days = pd.date_range("2025-01-06", periods=n_days).repeat(last - first + 1)
    hours = np.tile(np.arange(first, last + 1), n_days)
    return plain(days + pd.to_timedelta(hours, unit="h"))


def hours_with_outages():
    return pd.date_range("2025", periods=990, freq="h").delete([100, 400, 403, 700])


def tens_of_days():
    months = pd.date_range("2023", periods=24, freq="MS")
    return plain(months.repeat(3) + pd.to_timedelta(np.tile([0, 10, 20], 24), unit="D"))


@pytest.mark.parametrize(
    ("index", "n_later", "step"),
    [
        (opening_hours()[:-2], 3, "01:00:00. But 19 of its 138 newest rows"),
        (opening_hours().tz_localize("Asia/Tokyo"), 1, "01:00:00"),
        (opening_hours() - pd.Timestamp("2025-01-06"), 1, "01:00:00"),
        (plain(pd.bdate_range("2025-01-06", periods=40)).to_period("D"), 1, "1 period"),
        (tens_of_days(), 7, "10 days"),
        (pd.Index(np.arange(60).reshape(-1, 6)[:, :4].ravel()), 1, "1. But"),
    ],
)
def test_dates_that_go_on_through_a_gap_that_is_due_give_a_warning(
    index, n_later, step
):
    newest = at_newest(view_of(index))
    with pytest.warns(UserWarning, match=f"usual step, {step}.* next gap is due"):
        times_after(newest, [1, n_later])


def days_with_holidays():
    """Each second Monday is a holiday."""
    days = pd.bdate_range("2025-01-06", periods=100)
    return plain(days.delete(np.arange(0, 100, 10)))


@pytest.mark.parametrize(
    ("index", "advice"),
    [
        (opening_hours(), r"such as freq=pandas\.offsets\.BusinessHour\(start='09:00'"),
        (days_with_holidays(), r"freq=pandas\.offsets\.CustomBusinessDay\(holidays="),
        (tens_of_days(), r"depend on dates\. Append the coming rows"),
    ],
)
def test_the_advice_fits_the_step(index, advice):
    with pytest.warns(UserWarning, match=advice):
        times_after(at_newest(view_of(index)), [1, 10])


@pytest.mark.parametrize("pooled", [False, True])
def test_a_gap_is_due_after_the_newest_part_of_a_split_series(pooled):
    """The last day is an hour long, so its own rows show neither a step nor a gap."""
    index = opening_hours()[:-6]
    table = pd.DataFrame({"a": 1.0, "b": 2.0}, index)
    X, _ = make_supervised(table, ["a", "b"], on_gap="split", pooled=pooled)
    newest = at_newest(X)
    later = times_after(newest, [1, 6])
    hours = [index[-1] + pd.Timedelta(hours=n) for n in (1, 6)]
    assert [set(one) for one in later] == [{hour} for hour in hours]
    message = r"usual step, 01:00:00\. But 19 .* split at its gaps, .* earlier row, by"
    with pytest.warns(UserWarning, match=message):
        times_after(newest, [1, 7])


def test_parts_between_many_gaps_have_the_step_of_the_newest_one():
    hours = pd.date_range("2025", periods=62, freq="h")
    index = hours.delete(np.arange(2, 60, 3))
    X, _ = make_supervised(pd.DataFrame({"a": 1.0}, index), "a", on_gap="split")
    assert forecast_dates(X) == [hours[-1] + pd.Timedelta("1h")]


@pytest.mark.parametrize(
    ("index", "n_later", "freq"),
    [
        (opening_hours()[:-2], 2, None),
        (opening_hours()[:-2], 9, "h"),
        (opening_hours(2), 3, None),  # one night may be an outage
        (pd.date_range("2025", periods=90, freq="h").delete([8, 20, 40, 70]), 9, None),
        (hours_with_outages(), 9, None),
    ],
)
def test_no_gap_is_due(index, n_later, freq):
    times_after(at_newest(view_of(index)), [1, n_later], freq)


def test_declared_hours_leave_out_the_night():
    index = opening_hours(5)
    X, _ = make_supervised(
        pd.DataFrame({"a": np.arange(35.0)}, index)[:-9],
        "a",
        delay=[1, 3, 9],
        freq=pd.offsets.BusinessHour(start="09:00", end="16:00"),
    )
    assert of_newest(X, [1, 3, 9]) == list(index[[26, 28, 34]])


def test_a_future_leads_over_the_gap_that_is_due():
    index = opening_hours(5)
    table = pd.DataFrame({"a": np.arange(35.0), "k": 1.0}, index)
    X, _ = make_supervised(table[:-9], "a", known_ahead="k", on_gap="ignore")
    view = X.with_future(table[["k"]][-9:-1])
    assert of_newest(view, [9]) == [index[34]]
    with pytest.warns(UserWarning, match=r"\(2025-01-10 14:00:00\) .* next gap is due"):
        of_newest(view, [10, 11])


DAYS_OPEN = pd.offsets.CustomBusinessDay(holidays=["2025-04-18", "2025-04-21"])


def forecast_dates(X):
    return list(times_after(at_newest(X), [1])[0])


@pytest.mark.parametrize("options", [{}, {"known_ahead": "promo"}])
def test_the_frequency_of_make_supervised_is_remembered(options):
    index = plain(pd.date_range("2025-01-01", "2025-04-17", freq=DAYS_OPEN))
    table = pd.DataFrame({"a": np.arange(float(len(index))), "promo": 1.0}, index)
    X, _ = make_supervised([table, table[20:]], "a", freq=DAYS_OPEN, **options)
    again, _ = make_supervised(X, "a", delay=2)
    newest = SeriesView(X, rows=[len(index) - 1])
    copied = pickle.loads(pickle.dumps(X))
    for view in (X, again, copied, newest, newest.compact()):
        assert set(forecast_dates(view)) == {pd.Timestamp("2025-04-22")}
    assert LookbackWindower("5B").fit(X).lags_.tolist() == [4, 3, 2, 1, 0]


def test_the_frequency_is_remembered_by_parts_and_pooled_channels():
    index = plain(pd.date_range("2025-01-01", "2025-04-17", freq=DAYS_OPEN))
    table = pd.DataFrame({"a": np.arange(float(len(index))), "b": 1.0}, index)
    table = table.drop(index[20:24])
    X, _ = make_supervised(
        table, ["a", "b"], freq=DAYS_OPEN, on_gap="split", pooled=True
    )
    assert forecast_dates(X) == [pd.Timestamp("2025-04-22")] * 2


def test_a_declared_frequency_that_a_series_does_not_have_does_not_count_there():
    tables = [
        pd.DataFrame(
            {"a": np.zeros(30)}, plain(pd.date_range("2025", periods=30, freq=f))
        )
        for f in ("D", "h")
    ]
    X, _ = make_supervised(tables, "a", freq="D", on_gap="ignore")
    assert forecast_dates(X) == [
        pd.Timestamp("2025-01-31"),
        pd.Timestamp("2025-01-02 06:00"),
    ]
    with pytest.raises(
        ValueError, match=r"freq='D' is not .* of series\[1\]: .* 05:00"
    ):
        times_after(at_newest(X), [1], "D")


@pytest.mark.parametrize(
    ("index", "freq", "message"),
    [
        (pd.date_range("2025", periods=30, freq="h"), "D", "freq='D' is not the freq"),
        (
            pd.date_range("2025", periods=30, freq="ME"),
            "MS",
            "2027-06-30 00:00:00. Give",
        ),
        (
            pd.date_range("2025", periods=30, freq="D"),
            DAYS_OPEN * 2,
            "freq='C' .*is not",
        ),
        (pd.RangeIndex(0, 60, 2), 3, "56 is followed by 58. Give the frequency"),
    ],
)
def test_a_frequency_that_the_rows_do_not_have_is_refused(index, freq, message):
    with pytest.raises(ValueError, match=message):
        times_after(at_newest(view_of(index)), [1], freq)


def test_a_gap_before_the_last_row_does_not_matter():
    dates = pd.date_range("2025-01-01", periods=40, freq="D").delete([36, 37, 38])
    newest = at_newest(view_of(plain(dates)))
    assert times_after(newest, [1], "D")[0][0] == pd.Timestamp("2025-02-10")


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
