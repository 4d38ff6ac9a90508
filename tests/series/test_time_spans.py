"""Time spans as numbers of rows, where the rows have one distance."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.tseries.frequencies import to_offset

from skseqconv import (
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    make_supervised,
)
from skseqconv.series.times import _time_spans
from skseqconv.series.times._time_spans import in_rows

HOLIDAYS = pd.offsets.CustomBusinessDay(holidays=["2020-01-06", "2020-01-20"])


def table(index):
    return pd.DataFrame({"a": np.arange(float(len(index)))}, index=index)


def dates(freq, n_rows=60, **options):
    return pd.date_range("2020-03-01", periods=n_rows, freq=freq, **options)


@pytest.mark.parametrize(
    ("index", "span", "n_rows"),
    [
        (dates("h"), "24h", 24),
        (dates("h"), "1D", 24),
        (dates("h"), timedelta(hours=3), 3),
        (dates("h"), np.timedelta64(90, "m") * 2, 3),
        (dates("h"), pd.Timedelta("2h"), 2),
        (dates("h"), pd.offsets.Hour(5), 5),
        (dates("h"), pd.offsets.Day(1), 24),
        (dates("h", tz="Europe/Berlin"), "7D", 168),
        (dates("10min"), "1h", 6),
        (dates("2D"), "8D", 4),
        (dates("W"), "2W", 2),
        (dates("W"), "14D", 2),
        (dates("D", tz="Europe/Berlin"), "7D", 7),
        (dates("MS"), "12MS", 12),
        (dates("QS"), "2QS", 2),
        (dates("QS-FEB"), "2QS-FEB", 2),
        (dates("QS-FEB"), "2QS-AUG", 2),
        (dates("QE-JAN"), "4QE-JAN", 4),
        (dates("BQS-MAR"), "1BQS-MAR", 1),
        (dates("B"), "5B", 5),
        (dates("2MS"), "6MS", 3),
        (pd.period_range("2020-01", periods=30, freq="M"), "3MS", 3),
        (pd.period_range("2020-01-01", periods=30, freq="h"), "1D", 24),
        (pd.timedelta_range("0s", periods=30, freq="s"), "1min", 60),
    ],
)
def test_a_span_of_rows_at_equal_distances(index, span, n_rows):
    frame = table(index)
    for X in (frame, SeriesView(frame), SeriesView([frame[:1], frame])[:1]):
        assert in_rows("delay", span, X) == n_rows
    if n_rows < len(frame):
        X, _ = make_supervised(frame, "a", delay=span)
        assert X.target == ((0, n_rows),)


@pytest.mark.parametrize(
    ("longest", "other", "span", "message"),
    [
        (
            dates("h"),
            dates("D", 20),
            "24h",
            r"series\[1\] are 1 day apart, and those of",
        ),
        (
            dates("D"),
            dates("h", 20),
            "2D",
            r"\[1\] are 01:00:00 apart, .*are 1 day ap",
        ),
        (dates("h"), dates("h", 40).delete(7), "2h", r"index of series\[1\] has gaps"),
        (
            dates("MS"),
            dates("h", 20),
            "12MS",
            "longest series follow the calendar freq",
        ),
        (dates("h"), pd.RangeIndex(20), "24h", r"series\[1\] has no dates\. Give"),
        (
            pd.period_range("2020-01-01", periods=60, freq="h"),
            pd.period_range("2020-01-01", periods=20, freq="D"),
            "24h",
            r"series\[1\] are 1 day apart",
        ),
        (
            pd.timedelta_range("0s", periods=60, freq="s"),
            pd.timedelta_range("0s", periods=20, freq="2s"),
            "4s",
            r"series\[1\] are 00:00:02 apart",
        ),
    ],
)
def test_series_that_differ_are_named(longest, other, span, message):
    X = SeriesView([table(longest), table(other)], on_gap="ignore")
    message = f"^delay={span!r} is a time span, but .*{message}"
    with pytest.raises(ValueError, match=message):
        in_rows("delay", span, X)
    with pytest.raises(ValueError, match=message):
        make_supervised(
            [table(longest), table(other)], "a", delay=span, on_gap="ignore"
        )


def test_a_long_table_names_the_id_that_differs():
    hours, days = dates("h", 50), dates("D", 20)
    long = pd.concat(
        pd.DataFrame({"id": one, "t": index, "a": 1.0})
        for one, index in (("x", hours), ("y", hours[10:]), ("z", days))
    )
    options = {"id": "id", "time": "t", "on_gap": "ignore"}
    with pytest.raises(ValueError, match="the rows of series 'z' are 1 day apart"):
        make_supervised(long, "a", delay="24h", **options)
    X, _ = make_supervised(long, "a", delay=2, **options)
    with pytest.raises(ValueError, match=r"lookback='24h' .* series 'z'"):
        LookbackWindower("24h").fit(X)
    alike, _ = make_supervised(long[long["id"] != "z"], "a", delay="24h", **options)
    assert alike.target == ((0, 24),)


@pytest.mark.parametrize(
    ("longest", "other", "span", "n_rows"),
    [
        (dates("h"), dates("h", 20) + pd.Timedelta("30min"), "3h", 3),
        (dates("B", 80), dates("B", 3), "5B", 5),
        (dates("B", 80), dates("B", 30) + 3 * pd.offsets.BusinessDay(), "5B", 5),
        (dates("MS"), dates("MS", 2), "12MS", 12),
        (dates("h"), dates("D", 1), "3h", 3),
        (dates("D", tz="Europe/Berlin"), dates("D", 20, tz="Europe/Berlin"), "7D", 7),
        (dates("12h", 90, tz="Europe/Berlin"), dates("12h", 20), "1D", 2),
        (
            pd.period_range("2020-01", periods=30, freq="M"),
            pd.period_range("2021-03", periods=9, freq="M"),
            "3MS",
            3,
        ),
    ],
)
def test_series_that_are_alike(longest, other, span, n_rows):
    X = SeriesView([table(other), table(longest)], on_gap="ignore")
    assert in_rows("delay", span, X) == n_rows


def test_rows_at_two_local_times_of_day_have_one_distance():
    days = pd.date_range("2025-03-01", periods=60, freq="D")
    clock = days.repeat(2) + pd.to_timedelta(np.tile([6, 18], 60), "h")
    local = clock.tz_localize("Europe/Berlin")  # once 11 hours apart
    X = SeriesView([table(local), table(local[30:90])], on_gap="ignore")
    assert in_rows("delay", "1D", X) == 2


def test_many_series_are_compared_at_once(monkeypatch):
    hours = dates("h", 300)
    tables = [table(hours[k : k + 200]) for k in range(100)]
    X = SeriesView(tables)
    looked_at = []
    exceptions = _time_spans._exceptions
    monkeypatch.setattr(
        _time_spans,
        "_exceptions",
        lambda *given: looked_at.append(1) or exceptions(*given),
    )
    assert in_rows("delay", "24h", X) == 24
    assert len(looked_at) <= 1


@pytest.mark.parametrize("value", [3, "auto", "many", "3 months", "NaT", None, 2.5])
def test_what_is_no_time_span_stays_as_it_is(value):
    assert in_rows("period", value, np.zeros((3, 1))) is value


@pytest.mark.parametrize(
    ("index", "span", "message"),
    [
        (dates("h"), "90min", "the rows of X are 01:00:00 apart, so it is not a whole"),
        (dates("h"), "30s", "multiple of this distance, such as '1h', or a number of"),
        (dates("D"), "1H", "the rows of X are 1 day apart, .* such as '1D', or a num"),
        (dates("15min"), "20min", "multiple of this distance, such as '15min', or a"),
        (dates("h"), "-2h", "it is not a whole number of rows"),
        (dates("h"), "5B", "its length varies, and the rows of X are 01:00:00 apart"),
        (dates("MS"), "31D", "follow the calendar frequency 'MS', so it is not one"),
        (dates("MS"), "5B", "Give a multiple of this frequency, such as '2MS', or a n"),
        (dates("MS"), "2ME", "multiple of this frequency, such as '2MS', or a number"),
        (dates("ME"), "2MS", "multiple of this frequency, such as '2ME', or a number"),
        (dates("2MS"), "3MS", "frequency '2MS', .* this frequency, such as '4MS', or"),
        (dates("B"), "24h", "follow the calendar frequency 'B'"),
        (dates("B"), "7D", "follow the calendar frequency 'B'"),
        (dates("D", tz="Europe/Berlin"), "5B", "its length varies|calendar frequency"),
        (dates("h").delete(7), "2h", r"the index has gaps .* before row 7, 2020-03-01"),
        (dates("h", 1), "2h", "X has only one row, so the time between two rows"),
        (pd.RangeIndex(60), "2h", "X has no dates, so the time between two rows is un"),
        (pd.Index(np.arange(60.0)), "2h", "a number of rows, or a table with a Datet"),
    ],
)
def test_spans_that_are_no_number_of_rows(index, span, message):
    X = SeriesView(table(index), on_gap="ignore")
    message = f"^delay={span!r} is a time span, but .*({message})"
    with pytest.raises(ValueError, match=message):
        in_rows("delay", span, X)
    with pytest.raises(ValueError, match=message):
        make_supervised(table(index), "a", delay=[1, span], on_gap="ignore")


@pytest.mark.parametrize("index", [dates("MS"), dates("MS").to_period("M")])
def test_a_number_of_months_says_whether_they_start_or_end(index):
    """Only older versions of pandas read "2M" as the ends of months."""
    with pytest.raises(ValueError, match=r"delay='2M' is .*'2MS'"):
        make_supervised(table(index), "a", delay="2M")


@pytest.mark.parametrize("delay", ["24h", "40C"])
def test_days_of_an_exchange_are_counted_as_business_days(delay):
    """ "C" does not tell the holidays, so a span of it is none of these days."""
    index = pd.date_range("2020-01-01", periods=60, freq=HOLIDAYS)
    for days, span in ((HOLIDAYS, "2B"), (2 * HOLIDAYS, "4B")):
        rows = table(index[:: days.n])
        with pytest.raises(ValueError, match=f"multiple .*, such as '{span}', or a nu"):
            make_supervised(rows, "a", delay=delay, freq=days)
        X, _ = make_supervised(rows, "a", delay=span, freq=days)
        assert X.target == ((0, 2),)


def test_a_daily_index_where_clocks_are_set_has_days_of_23_hours():
    index = dates("D", tz="Europe/Berlin")
    assert len(set(np.diff(index.asi8))) == 2
    X = SeriesView(table(index))
    assert in_rows("delay", "1D", X) == 1
    with pytest.raises(ValueError, match=r"its length varies|calendar frequency"):
        in_rows("delay", "5B", X)


@pytest.mark.parametrize(
    ("freq", "span", "n_rows"),
    [
        (HOLIDAYS, "5B", 5),
        (HOLIDAYS, HOLIDAYS * 2, 2),
        ("B", "10B", 10),
        ("D", "7D", 7),
    ],
)
def test_a_declared_frequency(freq, span, n_rows):
    index = pd.date_range("2020-01-01", periods=60, freq=freq)
    X, _ = make_supervised(table(index), "a", delay=span, freq=freq)
    assert X.target == ((0, n_rows),)


def test_few_business_days_count_as_such_if_declared():
    index = pd.date_range("2020-01-06", periods=5, freq="B")  # a week without its end
    X, _ = make_supervised(table(index), "a", delay="2B", freq="B")
    assert X.target == ((0, 2),)
    with pytest.raises(ValueError, match="calendar frequency 'B'"):
        make_supervised(table(index), "a", delay="48h", freq="B")


def test_several_delays_and_parts_between_gaps():
    index = dates("h").delete(slice(20, 24))
    X, y = make_supervised(table(index), "a", delay=["1h", "2h"], on_gap="split")
    assert X.target == ((0, 1), (0, 2))
    later = table(index).reindex(dates("h"))["a"]
    for hours, column in zip((1, 2), y.T, strict=True):
        expected = later[X.index + pd.Timedelta(hours=hours)]
        np.testing.assert_array_equal(column, expected)


def test_delays_that_are_equal_in_rows_are_refused():
    with pytest.raises(ValueError, match=r"delay must be .* several different ones"):
        make_supervised(table(dates("h")), "a", delay=[24, "1D"])


def test_windows_and_target_in_time_are_those_in_rows():
    frame = table(dates(to_offset("30min"), 300))
    X, y = make_supervised(frame, "a", delay="3h")
    same, expected = make_supervised(frame, "a", delay=6)
    np.testing.assert_array_equal(y, expected)
    windows = LookbackWindower("1D", step="2h").fit_transform(X)
    by_rows = LookbackWindower(48, step=4).fit_transform(same)
    np.testing.assert_array_equal(windows.to_numpy(), by_rows.to_numpy())


@pytest.mark.parametrize("text", ["2 months", "4 weeks", "day"])
def test_text_that_is_no_time_span_is_told_what_spans_look_like(text):
    said = f"{text!r}.* a time span is a number and a unit: '4W', '28D'"
    said += ".* months differ in length: give weeks or days" * (text[2:] == "months")
    X = SeriesView(table(dates("D")))
    with pytest.raises(ValueError, match=said):
        make_supervised(table(dates("D")), "a", delay=[1, text])
    with pytest.raises(ValueError, match=said):
        LookbackWindower(text).fit(X)
    with pytest.raises(
        ValueError, match=r"Got '4 weeks' instead\. If the rows have da"
    ):
        PersistenceRegressor(period=7, delay="4 weeks").fit(X, np.zeros(60))


def test_months_are_no_span_of_days():
    with pytest.raises(
        ValueError, match=r"lookback='1M' .*weeks or days, .*'28D': mon"
    ):
        LookbackWindower("1M").fit(SeriesView(table(dates("D"))))


def test_pandas_says_nothing_of_its_names_beside_our_message():
    with pytest.raises(ValueError, match="'1H' is a time span"):
        make_supervised(table(dates("D")), "a", delay="1H")
