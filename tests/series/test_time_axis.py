"""The time axis of every table that becomes a series: order, gaps, frequency."""

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.tseries.offsets import CustomBusinessDay
from sklearn.model_selection import KFold, ShuffleSplit

from skseqconv import LookbackWindower, SeriesView, WindowView, make_supervised
from skseqconv.series.times._frequency import nearest_offset
from skseqconv.series.times._offsets import offset_of, plain_offset

HOLIDAYS = ["2020-01-20", "2020-02-17", "2020-04-10", "2020-05-25", "2020-07-03"]


def table(index, values=None):
    values = np.arange(float(len(index))) if values is None else values
    return pd.DataFrame({"v": values}, index=index)


def hours(n_rows, start="2020-01-01", **options):
    return pd.date_range(start, periods=n_rows, freq="h", **options)


def lengths(series, **options):
    """How long the series are that make_supervised makes."""
    X = make_supervised(series, "v", **options)[0]
    return [len(part) for part in X._series.arrays]


def windows_of(series):
    return WindowView(series, lags=[1, 0])


def windowed(series):
    return LookbackWindower(2).fit_transform(series)


def supervised(series):
    return make_supervised(series, "v")


def transformed(series):
    windower = LookbackWindower(2).fit(series)
    return windower.transform(series)


WAYS = [supervised, SeriesView, windows_of, windowed]


# Order: an error, wherever a table becomes a series.

ORDERED = [
    hours(30),
    hours(30, tz="Europe/Berlin"),
    pd.period_range("2020-01", periods=30, freq="M"),
    pd.timedelta_range(0, periods=30, freq="h"),
    pd.RangeIndex(30),
    pd.Index(np.arange(30) * 0.1),
    pd.Index(np.arange(30, dtype="uint8")),
    pd.Index(np.arange(30), dtype="Int64"),
    pd.Index([str(number) for number in range(30)]),
    pd.Index(list(pd.date_range("2020", periods=30).date)),
    pd.CategoricalIndex(hours(30)),
    pd.interval_range(0, 30),
    pd.Index(hours(30)).astype("timestamp[ns][pyarrow]"),
]
KINDS = [f"{type(index).__name__}-{index.dtype}" for index in ORDERED]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("index", ORDERED, ids=KINDS)
def test_rows_out_of_order_are_refused(index, way):
    way(table(index))
    shuffled = np.random.default_rng(0).permutation(30)
    with pytest.raises(
        ValueError, match=r"not in order: row .* series\.sort_index\(\)"
    ):
        way(table(index[shuffled]))
    match = r"the newest row is the first\. Use series\[::-1\]"
    with pytest.raises(ValueError, match=match):
        way(table(index[::-1]))
    way(table(index[::-1])[::-1])


@pytest.mark.parametrize("index", ORDERED, ids=KINDS)
def test_a_hole_is_found_and_split(index):
    holed = table(index[np.delete(np.arange(30), [10, 11])])
    with pytest.raises(ValueError, match=r"has 1 gap .*row 10 .* comes (0|0\.)?3"):
        make_supervised(holed, "v")
    assert lengths(holed, on_gap="split") == [10, 18]
    assert lengths(holed, on_gap="ignore") == [28]
    with pytest.warns(UserWarning, match=r"1 gap .*on_gap=.ignore.") as caught:
        SeriesView(holed)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="1 gap") as caught:
        windows_of(holed)
    assert len(caught) == 1
    with pytest.raises(ValueError, match="1 gap"):
        SeriesView(holed, on_gap="raise")
    SeriesView(holed, on_gap="ignore")
    split = SeriesView(holed, on_gap="split")
    assert [len(part) for part in split.series] == [10, 18]
    assert_array_equal(split.to_numpy(), holed)


def test_rows_in_steps_of_another_size_have_no_gap():
    assert lengths(table(pd.RangeIndex(30))[::3]) == [10]
    assert lengths(table(pd.Index([2001, 2003, 2005]))) == [3]
    with pytest.raises(ValueError, match=r"most rows are 1 apart\): row 2 \(2004\) co"):
        make_supervised(table(pd.Index([2001, 2002, 2004, 2005])), "v")


def test_numbers_that_look_like_dates_are_named():
    dates = pd.date_range("2025-01-25", periods=20)
    numbers = pd.Index(dates.strftime("%Y%m%d").astype(int))
    with pytest.raises(ValueError, match=r"row 7 \(20250201\).*format='%Y%m%d'\)"):
        make_supervised(table(numbers), "v")
    assert lengths(table(pd.to_datetime(numbers.astype(str), format="%Y%m%d"))) == [20]
    begins, ends = pd.RangeIndex(20250125, 20250190), pd.RangeIndex(20250090, 20250125)
    for others in (numbers + 70, begins.delete(9), ends.delete(9)):
        with pytest.raises(ValueError, match="gap") as error:
            make_supervised(table(others), "v")
        assert "%Y" not in str(error.value)


def test_folds_of_a_plain_table():
    """Shuffled rows are refused; a hole in the training rows is told."""
    plain = table(pd.RangeIndex(30))
    train = next(ShuffleSplit(1, random_state=0).split(plain))[0]
    with pytest.raises(ValueError, match=r"not in order.*also in shuffled folds"):
        windowed(plain.iloc[train])
    first, middle, _ = (train for train, _ in KFold(3).split(plain))
    windowed(plain.iloc[first])
    with pytest.warns(UserWarning, match=r"row 10 \(20\) comes 11 .*reset_index"):
        windowed(plain.iloc[middle])
    windowed(plain.iloc[middle].reset_index(drop=True))
    with pytest.warns(UserWarning) as caught:
        windowed(plain.iloc[middle])
    assert len(caught) == 1


def test_a_list_of_series_says_which():
    series = [table(hours(5)), table(hours(5)[::-1])]
    with pytest.raises(ValueError, match=r"^series\[1\]: The rows are not in order"):
        SeriesView(series)
    holed = [table(hours(9).delete(4)), table(hours(9)), table(hours(9).delete(3))]
    with pytest.raises(ValueError, match=r"^series\[0\]: The index has 1 gap"):
        make_supervised(holed, "v")
    with pytest.warns(UserWarning, match=r"row 4 .* 1 more of the series have gaps"):
        SeriesView(holed)


@pytest.mark.parametrize("way", WAYS)
def test_a_row_without_a_place_in_time_is_refused(way):
    with pytest.raises(ValueError, match=r"Row 1 .* no number \(NaN\)"):
        way(table(pd.Index([0.0, np.nan, 2.0])))
    with pytest.raises(ValueError, match=r"Row 1 .* no date \(NaT\)"):
        way(table(pd.PeriodIndex(["2020-01", None, "2020-03"], freq="M")))


# Text.


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("texts", "advice"),
    [
        (hours(30).delete(4).astype(str), r"pd\.to_datetime\(series\.index\)"),
        (["2020-01-01", "2020-01-02"], r"pd\.to_datetime\(series\.index\)"),
        (["01.02.2009 00:10", "01.02.2009 00:20"], "dayfirst=True if the day"),
        (["1/31/20", "2/1/20"], "dayfirst=True if the day"),
    ],
)
def test_text_that_holds_dates_is_named(texts, advice, way):
    with pytest.raises(ValueError, match=rf"text that looks like dates .*{advice}"):
        way(table(pd.Index(texts)))


@pytest.mark.parametrize("way", WAYS)
def test_text_with_offsets_that_summer_time_changes(way):
    """As pandas writes dates of a time zone to a file."""
    index = hours(100, start="2024-10-25", tz="Europe/Berlin")
    series = table(index.astype(str))
    with pytest.raises(ValueError, match="Name the zone") as caught:
        way(series)
    code = str(caught.value).split("series.index = ")[1].split(" makes dates")[0]
    assert eval(code, {"pd": pd, "series": series}).equals(index)


def test_a_column_of_text_with_offsets():
    index = hours(100, start="2024-10-25", tz="Europe/Berlin")
    series = table(range(100)).assign(date=index.astype(str).to_numpy())
    with pytest.raises(ValueError, match=r"to_datetime\(\.\.\., utc=True\)"):
        make_supervised(series, "v", time="date")


def test_other_text_is_no_time():
    assert lengths(table(pd.Index(["north", "a-12-2020", "x1", "may"]))) == [4]
    with pytest.raises(ValueError, match=r"repeats 'a' \(row 1\).*id='store'"):
        make_supervised(table(pd.Index(list("aabb"))), "v")
    offsets = ["2025-03-01 00:00+01:00", "2025-07-01 00:00+02:00"]
    index = pd.Index([pd.Timestamp(stamp) for stamp in offsets], dtype=object)
    with pytest.raises(ValueError, match=r"several offsets from UTC.*utc=True"):
        SeriesView(table(index))
    with pytest.raises(ValueError, match=r"several offsets from UTC.*utc=True"):
        SeriesView(table(pd.Index([*index, None, pd.NaT], dtype=object)))
    index = pd.Index([index[0], index[1].tz_localize(None)], dtype=object)
    with pytest.raises(ValueError, match=r"a time zone and times without.*localize"):
        SeriesView(table(index))


# Several series in one table.


def two_stores(index):
    """Store 0 below store 1, the second shorter."""
    stores = [table(index[:n]).assign(store=k) for k, n in enumerate((30, 12))]
    return pd.concat(stores)


def test_levels_are_several_series():
    long = two_stores(hours(30))
    for levels in (["store", "time"], ["time", "store"]):
        series = long.rename_axis("time").set_index("store", append=True)
        series = series.reorder_levels(levels)
        assert lengths(series) == [30, 12]
        for view in (SeriesView(series), windows_of(series)):
            assert [len(part) for part in view.series] == [30, 12]
        with pytest.raises(ValueError, match=r"2 levels.*make_supervised and SeriesV"):
            windowed(series)
        with pytest.raises(ValueError, match=r"2 levels.*not in a list"):
            SeriesView([series, series])


@pytest.mark.filterwarnings("ignore:Channel 'store' looks like the id")
@pytest.mark.parametrize("way", WAYS)
def test_stamps_that_start_over_are_several_series(way):
    long = two_stores(hours(30))
    match = r"12 of 42 rows have the timestamp of .*id='store'"
    with pytest.raises(ValueError, match=match) as error:
        way(long)
    assert "sort_index" not in str(error.value)
    match = r"row 1 .*repeats the timestamp.*, as 12 of 24 rows do.*id='store'"
    with pytest.raises(ValueError, match=match):
        way(long[long.index < hours(30)[12]].sort_index(kind="stable"))
    assert lengths(long, id="store") == [30, 12]


def test_numbers_that_start_over_may_be_one_series():
    joined = pd.concat([table(pd.RangeIndex(9))] * 2)
    match = r"id='store'.* series\.reset_index\(drop=True\)"
    with pytest.raises(ValueError, match=match):
        make_supervised(joined, "v")
    assert lengths(joined.reset_index(drop=True)) == [18]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ["blocks", "turns"])
@pytest.mark.parametrize("name", ["store", "item_id", "ID", "Station No"])
def test_a_column_of_ids_is_told(name, order, way):
    ids = np.repeat([7, 8, 9], 4) if order == "blocks" else np.tile([7, 8, 9], 4)
    series = table(pd.RangeIndex(12)).assign(**{name: ids})
    match = f"{name}' looks like the id of 3 series"
    with pytest.warns(UserWarning, match=f"{match}.*id='{name}'") as caught:
        way(series)
    assert len(caught) == 1
    assert lengths(series, id=name) == [4, 4, 4]


@pytest.mark.parametrize("way", [supervised, windows_of, transformed])
def test_the_warning_of_ids_points_at_the_line_of_the_user(way):
    series = table(pd.RangeIndex(12)).assign(store=np.repeat([7, 8, 9], 4))
    with pytest.warns(UserWarning, match="store' looks like") as caught:
        way(series)
    assert caught[0].filename == __file__
    body = inspect.getsourcelines(way)
    assert caught[0].lineno == body[1] + len(body[0]) - 1  # its last


@pytest.mark.parametrize("order", [np.repeat, np.tile])
def test_two_ids_are_told_and_ids_of_two_rows(order):
    series = table(pd.RangeIndex(12))
    for n_ids in (2, 6):
        ids = order(np.arange(n_ids), 12 // n_ids)
        with pytest.warns(UserWarning, match=f"the id of {n_ids} series"):
            SeriesView(series.assign(store=ids))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("month", np.repeat([7, 8, 9], 4)),
        ("humid", np.repeat([7, 8, 9], 4)),
        ("store", np.full(12, 3)),
        ("store", np.arange(12)),
        ("store", np.repeat([0.5, 1.5], 6)),
        ("store", [1, 2, 2, 1, 1, 2, 1, 2, 2, 2, 1, 1]),
    ],
)
def test_other_columns_are_no_ids(name, values):
    SeriesView(table(pd.RangeIndex(12)).assign(**{name: values}))


def test_a_column_of_names_is_told():
    long = two_stores(hours(30)).assign(store=list("ab" * 21))
    with pytest.raises(ValueError, match=r"names several series.*id='store'"):
        SeriesView(long)


# The calendar: one irregularity is one gap.

MONDAY_TO_SATURDAY = pd.date_range("2023-01-02", periods=180)
MONDAY_TO_SATURDAY = MONDAY_TO_SATURDAY[MONDAY_TO_SATURDAY.day_of_week < 6]
CALENDARS = {
    "month starts": pd.date_range("2015-01-01", periods=58, freq="MS"),
    "month ends": pd.date_range("2015-01-31", periods=58, freq="ME"),
    "the 15th": pd.date_range("2015-01-01", periods=58, freq="MS")
    + pd.Timedelta("14D"),
    "quarters": pd.date_range("2010-02-01", periods=58, freq="QS-FEB"),
    "years": pd.date_range("1950-01-01", periods=58, freq="YS"),
    "third Fridays": pd.date_range("2015-01-01", periods=58, freq="WOM-3FRI"),
    "days in a time zone": pd.date_range(
        "2025-01-01", periods=365, freq="D", tz="Europe/Berlin"
    ),
    "business days": pd.bdate_range("2020-01-01", periods=300),
    "business days in a time zone": pd.bdate_range(
        "2025-01-01", periods=300, tz="America/New_York"
    ),
    "business hours": pd.date_range("2020-01-01 09:00", periods=300, freq="bh"),
    "Monday to Saturday": MONDAY_TO_SATURDAY,
    "Tuesdays and Thursdays": pd.bdate_range(
        "2020-01-01", periods=60, freq="C", weekmask="Tue Thu"
    ),
    "business days as periods": pd.PeriodIndex(
        pd.bdate_range("2020-01-01", periods=300), freq="D"
    ),
}


@pytest.mark.parametrize("index", CALENDARS.values(), ids=CALENDARS)
def test_one_missing_stamp_makes_two_stretches(index):
    assert lengths(table(index)) == [len(index)]
    at = 23
    holed = table(index.delete(at))
    with pytest.raises(ValueError, match=rf"has 1 gap .*: row {at} "):
        make_supervised(holed, "v")
    assert lengths(holed, on_gap="split") == [at, len(index) - at - 1]


def test_missing_rows_between_rounded_times_are_gaps():
    """Fractions of a second that are rounded are no variation of a logger."""
    seconds = np.round(np.arange(300) * (100 / 3)).astype(int)
    index = pd.Timestamp("2025-01-01") + pd.to_timedelta(seconds, unit="s")
    series = table(index.delete(slice(20, 40)))
    with pytest.raises(ValueError, match="has 1 gap") as error:
        make_supervised(series, "v")
    assert "vary around" not in str(error.value)


@pytest.mark.parametrize("freq", ["1h", "2h", None])
def test_a_view_splits_as_make_supervised(freq):
    stamps = hours(48).delete([5, 6, 20]).delete(slice(30, 36))
    stamps = stamps.delete(slice(10, 44, 2)) if freq == "2h" else stamps
    parts = [table(stamps).assign(store=at) for at in "ab"]
    long = pd.concat(parts).rename_axis("time").reset_index()
    options = {"id": "store", "time": "time", "on_gap": "split", "freq": freq}
    X, _ = make_supervised(long, "v", **options)
    view = SeriesView(long, **options)
    assert view._series.lengths.tolist() == X._series.lengths.tolist()
    assert len(view._series.lengths) > 4
    pd.testing.assert_frame_equal(view[X.rows].frame(), X.frame())
    assert view._series.freq == freq


def test_a_view_compares_with_its_frequency():
    """Every second row is missing: without `freq` there is no gap."""
    series = table(hours(48)[::2])
    SeriesView(series, on_gap="raise")
    with pytest.raises(ValueError, match=r"23 gaps \(freq='1h'\)"):
        SeriesView(series, on_gap="raise", freq="1h")
    with pytest.warns(UserWarning, match=r"23 gaps \(freq='1h'\)"):
        SeriesView(SeriesView(series), freq="1h")
    with pytest.raises(ValueError, match="freq="):
        SeriesView(series.to_numpy(), freq="1h")


def test_trading_days_have_natural_gaps():
    trading = pd.bdate_range("2020-01-01", "2020-08-31").difference(
        pd.DatetimeIndex(HOLIDAYS)
    )
    series = table(trading)
    match = r"5 gaps \(compared with the calendar frequency 'B'\).*holidays=\[\.\.\.\]"
    with pytest.raises(ValueError, match=match):
        make_supervised(series, "v")
    assert lengths(series, on_gap="ignore") == [len(trading)]
    days = CustomBusinessDay(holidays=HOLIDAYS)
    assert lengths(series, freq=days) == [len(trading)]
    holed = series.drop(series.index[30])
    assert lengths(holed, freq=days, on_gap="split") == [30, len(trading) - 31]
    with pytest.raises(ValueError, match=r"freq='C' .*row 30 ") as error:
        make_supervised(holed, "v", freq=days)
    assert "holidays=" not in str(error.value)


def test_a_shop_is_told_its_weekdays():
    match = r"CustomBusinessDay\(weekmask='Mon Tue Wed Thu Fri Sat', holidays="
    with pytest.raises(ValueError, match=match):
        make_supervised(table(MONDAY_TO_SATURDAY.delete(20)), "v")


def test_a_weekday_missing_for_weeks_is_no_closing_day():
    """A few Sundays without data are gaps; a year of them is a rule."""
    days = pd.date_range("2023-01-02", periods=26)
    with pytest.raises(ValueError, match="3 gaps"):
        make_supervised(table(days[days.day_of_week < 6]), "v")
    days = pd.date_range("2023-01-02", periods=70)
    some = days.delete([6, 13, 20, 34, 41, 48, 62])  # 3 of 10 Sundays are left
    with pytest.raises(ValueError, match=r"gaps \(most rows are 1 day apart\)"):
        make_supervised(table(some), "v")


# A frequency that is declared.


@pytest.mark.parametrize(
    ("index", "freq", "n_gaps"),
    [
        (hours(9), "h", 0),
        (hours(9)[::2], "h", 4),
        (hours(9)[::2], pd.Timedelta("2h"), 0),
        (hours(9)[[0, 3, 6]], "h", 2),
        (hours(9), "30min", 8),
        (pd.date_range("2020-03-28", periods=5, tz="Europe/Berlin"), "D", 0),
        (pd.date_range("2020-03-28", periods=5, tz="Europe/Berlin"), "24h", 1),
        (pd.date_range("2020-01-04", periods=3), "B", 2),
        (pd.date_range("2020-01-05", periods=3), "B", 1),
        (pd.date_range("2020-01-06", periods=3), "B", 0),
        (pd.date_range("2020-01-31", periods=5, freq="ME"), "ME", 0),
        (pd.date_range("2020-01-31", periods=5, freq="ME"), "MS", 5),
        (pd.period_range("2020-01", periods=5, freq="M"), "M", 0),
        (pd.period_range("2020-01", periods=5, freq="M")[::2], "M", 2),
        (
            pd.period_range("2020-01", periods=5, freq="M")[::2],
            pd.offsets.MonthEnd(),
            2,
        ),
        (pd.period_range("2020-01", periods=5, freq="M"), pd.offsets.MonthBegin(), 0),
        (pd.period_range("2020-01", periods=5, freq="M"), "MS", 0),
        (pd.period_range("2020-01", periods=5, freq="M"), "ME", 0),
        (pd.period_range("2020-01", periods=5, freq="M"), "QS", 4),
        (pd.period_range("2020", periods=5, freq="2Q"), "2Q", 0),
        (pd.period_range("2020", periods=5, freq="2Q")[::2], "2Q-DEC", 2),
        (pd.period_range("2020", periods=5, freq="2Y"), "2Y", 0),
        (pd.timedelta_range(0, periods=5, freq="h"), "h", 0),
        (pd.timedelta_range(0, periods=5, freq="2h"), "h", 4),
        (pd.RangeIndex(5), 1, 0),
        (pd.RangeIndex(0, 10, 2), 1, 4),
        (pd.Index([0.0, 2.0, 4.0]), 2, 0),
    ],
)
def test_a_declared_frequency(index, freq, n_gaps):
    n_gaps = min(n_gaps, len(index) - 1)
    if not n_gaps:
        assert lengths(table(index), freq=freq) == [len(index)]
        return
    with pytest.raises(ValueError, match=rf"has {n_gaps} gaps? \(freq="):
        make_supervised(table(index), "v", freq=freq)


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        (
            pd.period_range("2020", periods=9, freq="15min").delete(3),
            "most rows are 1 period of '15min' apart.* comes 2 periods of '15min'",
        ),
        (
            pd.PeriodIndex.from_ordinals(np.arange(600, 609), freq="2M").delete(3),
            "most rows are 0.5 periods of '2M' apart.* comes 1 period of '2M' after",
        ),
    ],
)
def test_gaps_are_counted_in_periods(periods, message):
    with pytest.raises(ValueError, match=message):
        make_supervised(table(periods), "v")


@pytest.mark.parametrize(
    ("index", "freq", "message"),
    [
        (hours(9), "moon", "must be a frequency of pandas, such as '10min'"),
        (hours(9), 3, "must be a frequency of pandas"),
        (hours(9), "-1h", "must be a frequency of pandas"),
        (hours(9), "0h", "must be a frequency of pandas"),
        (pd.timedelta_range(0, periods=9, freq="h"), "MS", "of a fixed length"),
        (pd.RangeIndex(9), "h", "must be a whole number > 0 for an index of numbers"),
        (pd.RangeIndex(9), 0, "must be a whole number > 0"),
        (pd.RangeIndex(9), True, "must be a whole number > 0"),
        (pd.Index(list("abcdefghi")), "h", "an index of dates or numbers"),
    ],
)
def test_a_frequency_that_makes_no_sense(index, freq, message):
    with pytest.raises(ValueError, match=message):
        make_supervised(table(index), "v", freq=freq)
    with pytest.raises(ValueError, match="an index of dates or numbers"):
        make_supervised(np.arange(9.0), 0, freq=freq)


@pytest.mark.parametrize(
    ("dates", "offset"),
    [
        (["2020-01-01", "2020-02-01", "2020-03-01"], "MS"),
        (["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"], "B"),
        (["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-08"], None),
        (["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"], "ME"),
        (["2020-01-01", "2020-02-01", "2020-03-02"], None),
        (["2020-01-01", "2020-02-01"], None),
        (["2020-01-01"], None),
        ([], None),
    ],
)
def test_the_calendar_frequency_of_a_few_stamps(dates, offset):
    found, _ = nearest_offset(pd.DatetimeIndex(dates), 1)
    assert found == (offset and pd.tseries.frequencies.to_offset(offset))


@pytest.mark.parametrize(
    "offset",
    [
        None,
        "B",
        pd.offsets.BusinessDay(2),
        pd.offsets.QuarterBegin(startingMonth=2),
        pd.DateOffset(months=3),
        CustomBusinessDay(holidays=HOLIDAYS, weekmask="Mon Tue"),
        CustomBusinessDay(2),
    ],
    ids=str,
)
def test_offsets_as_plain_data(offset):
    plain = plain_offset(offset)
    assert isinstance(plain, (str, dict, type(None)))
    assert offset_of(plain) == offset
    assert type(offset_of(plain)) is type(offset)


def test_an_offset_that_text_does_not_say_stays():
    easter = pd.offsets.Easter()
    assert offset_of(plain_offset(easter)) == easter


# Daylight saving in dates without a time zone.


@pytest.mark.parametrize("freq", ["10min", "30min"])
def test_an_hour_that_comes_twice_is_named(freq):
    zoned = pd.date_range("2025-10-25", periods=400, freq=freq, tz="Europe/Berlin")
    series = table(zoned.tz_localize(None))
    for way in WAYS:
        with pytest.raises(ValueError, match=r'ambiguous="infer"') as error:
            way(series)
        assert "sort_index" not in str(error.value)
    mended = series.tz_localize("Europe/Berlin", ambiguous="infer")
    assert_array_equal(mended.index, zoned)
    assert lengths(mended) == [400]
    # Sorted, the two hours are mixed, and only the rows as recorded can tell.
    mixed = series.sort_index(kind="stable")
    with pytest.raises(ValueError, match="read the rows again in the order in which"):
        make_supervised(mixed, "v")
    with pytest.raises(ValueError, match=r"other values.*read the rows again"):
        make_supervised(mixed, "v", on_gap="split")
    year_before = mixed.set_axis(mixed.index - pd.Timedelta(weeks=52))
    with pytest.raises(ValueError, match="read the rows again in the order in which"):
        make_supervised(pd.concat([year_before, mixed]), "v")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "year", "first", "hour"),
    [
        ("Europe/Berlin", 2025, 2114, "03-30 03"),
        ("America/New_York", 2025, 1610, "03-09 03"),
        ("Atlantic/Azores", 2025, 2112, "03-30 01"),
        ("America/Santiago", 2025, 2280, "04-05 23"),
        ("America/Sao_Paulo", 2018, 1152, "02-17 23"),
        ("Australia/Sydney", 2025, 2283, "04-06 02"),
    ],
)
def test_hours_of_a_year_of_local_time(zone, year, first, hour):
    zoned = pd.date_range(str(year), periods=365 * 24, freq="h", tz=zone)
    series = table(zoned.tz_localize(None))
    match = rf"2 gaps .*Row {first} \({year}-{hour}:00:00\) looks like a change to or"
    with pytest.raises(ValueError, match=match) as error:
        make_supervised(series, "v")
    assert 'on_gap="split"' in str(error.value)
    with pytest.raises(ValueError, match=r'other values.*ambiguous="infer"'):
        make_supervised(series, "v", on_gap="split")
    assert lengths(series.tz_localize(zone, ambiguous="infer")) == [365 * 24]


@pytest.mark.parametrize(
    "index",
    [
        hours(60, "2025-03-29").delete(30),  # a Sunday's morning
        hours(60, "2025-06-28").delete(26),  # no season of changes
        hours(60, "2025-03-25").delete(26),  # a Wednesday
        hours(60, "2025-03-25").insert(26, hours(60, "2025-03-25")[26]),
        hours(60, "2025-03-29", tz="UTC").delete(26),
        hours(60, "2025-03-29").delete([26, 27]),
        pd.date_range("2025-03-01", periods=60).delete(29),
    ],
)
def test_other_gaps_are_no_change_of_clocks(index):
    with pytest.raises(ValueError, match="has 1 gap") as error:
        make_supervised(table(index), "v")
    assert "summer time" not in str(error.value)


def test_a_change_of_clocks_explains_no_other_fault():
    """Two stations, and a hole, in a time when clocks are set."""
    index = hours(96, "2025-03-28")
    stations = table(index.repeat(2))
    with pytest.raises(ValueError, match=r"as 96 of 192 rows do. If these are several"):
        SeriesView(stations)
    autumn = pd.date_range("2025-10-25", periods=400, freq="10min", tz="Europe/Berlin")
    recorded = table(autumn.tz_localize(None))
    with pytest.raises(ValueError, match="rows have the timestamp of another row"):
        SeriesView(pd.concat([recorded, recorded]))
    spring = hours(96, "2025-03-28", tz="Europe/Berlin").tz_localize(None)
    with pytest.raises(ValueError, match=r"1 gap .* summer time.* on_gap="):
        make_supervised(table(spring), "v")
    with pytest.raises(ValueError, match=r"2 gaps .* summer time.* on_gap="):
        make_supervised(table(spring.delete(20)), "v")


# Repeated stamps.


def test_rows_of_one_stamp_are_not_chosen_among():
    index = hours(20).insert(5, hours(20)[4])
    series = table(index)
    match = r"Row 5 .*other values.* does not choose .*groupby\(level=0\)\.mean\(\)"
    with pytest.raises(ValueError, match=match):
        make_supervised(series, "v", on_gap="split")
    assert lengths(series.groupby(level=0).mean()) == [20]
    series.iloc[5] = series.iloc[4]
    assert lengths(series, on_gap="split") == [20]
    series.iloc[4:6] = np.nan
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "1 of 19 rows have no target")
        assert lengths(series, on_gap="split") == [20]
    series.iloc[4] = 1.0
    with pytest.raises(ValueError, match="other values"):
        make_supervised(series, "v", on_gap="split")


def test_series_of_a_list_are_ordered_by_any_index_of_numbers_or_dates():
    first = table(pd.Index([0.0, 0.2, 0.4]), [0.0, 2, 4])
    second = table(pd.Index([0.1, 0.3, 0.5]), [1.0, 3, 5])
    X = make_supervised([first, second], "v")[0]
    assert_array_equal(X.to_numpy().ravel(), [0, 1, 2, 3])
    dates = pd.date_range("2020-01-01", periods=6).date
    first, second = table(pd.Index(dates[:3])), table(pd.Index(dates[3:]))
    X = make_supervised([second, first], "v")[0]
    assert_array_equal(X.series_ids, [1, 1, 0, 0])


def test_a_hole_in_a_long_table_is_found():
    assert lengths(table(hours(40_000).delete(9)), on_gap="split") == [9, 39_990]
    days = pd.date_range("1950-01-01", periods=31_000, tz="Europe/Berlin").delete(9)
    assert lengths(table(days), on_gap="split") == [9, 30_990]


def test_checks_of_a_long_regular_table_are_quick_and_silent():
    """No sorting, no list of stamps: rows are compared with their neighbors once."""
    series = table(hours(1_000_000, "1900-01-01"), np.zeros(1_000_000))
    assert SeriesView(series, rows=[999_999]).shape == (1, 1)


# Rounded stamps are regular.

THIRDS = np.arange(100) / 3
ROUNDED = {
    "nanoseconds": pd.to_timedelta(np.arange(100) / 30, unit="s"),
    "milliseconds": pd.to_datetime((THIRDS * 1000).round().astype(int), unit="ms"),
    "milliseconds in a zone": pd.to_datetime(
        (THIRDS * 1000).round().astype(int), unit="ms", utc=True
    ).tz_convert("Europe/Berlin"),
    "hundredths": pd.to_datetime((THIRDS * 100).astype(int) * 10, unit="ms"),
    "nanoseconds of floats": pd.DatetimeIndex(
        pd.to_datetime(1.7e9 + np.arange(100) / 30, unit="s")
    ).as_unit("ns"),
    "240 frames a second": pd.to_datetime(np.arange(100) * 1000 // 240, unit="ms"),
    "whole numbers": pd.Index((THIRDS * 1000).astype(int)),
    "floats": pd.Index(THIRDS),
    "seconds": pd.Timestamp("2020") + pd.to_timedelta(np.arange(100) * 201 // 3, "s"),
}


@pytest.mark.parametrize("index", ROUNDED.values(), ids=ROUNDED)
def test_rounded_stamps_have_no_gap_but_a_missing_row_is_one(index):
    assert lengths(table(index), on_gap="raise") == [100]
    with pytest.raises(ValueError, match=r"has 1 gap .*: row 40 "):
        make_supervised(table(index.delete(40)), "v")
    assert lengths(table(index.delete(40)), on_gap="split") == [40, 59]


def test_a_declared_frequency_is_rounded_as_the_stamps_are():
    index = ROUNDED["milliseconds"]
    freq = pd.Timedelta(seconds=1) / 3
    assert lengths(table(index), freq=freq) == [100]
    assert lengths(table(index - index[0]), freq=freq) == [100]
    with pytest.raises(ValueError, match=r"has 1 gap .*: row 40 "):
        make_supervised(table(index.delete(40)), "v", freq=freq)
    with pytest.raises(ValueError, match="has 99 gaps"):
        make_supervised(table(index), "v", freq="300ms")
    elevens = pd.date_range("2020", periods=9, freq="11s")
    with pytest.raises(ValueError, match="has 8 gaps"):
        make_supervised(table(elevens), "v", freq="10s")


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2020", periods=30, freq="5min").insert(9, "2020-01-01 00:41"),
        pd.Timestamp("2020") + pd.to_timedelta([0, 5, 10, 15, 21, 26], "min"),
        pd.Timestamp("2020") + pd.to_timedelta([0, 7, 14, 21, 29, 36], "D"),
        pd.Timestamp("2020") + pd.to_timedelta([0, 3, 6, 10, 13, 16], "s"),
        pd.Timestamp("2020") + pd.to_timedelta([0, 30, 60, 100, 130], "s"),
        pd.PeriodIndex(
            pd.to_datetime(["2020-01-01", "2020-01-08", "2020-01-16"]), freq="D"
        ),
        pd.Index([0, 3, 6, 10, 13]),
        pd.Index([1990, 1995, 2000, 2006, 2011]),
        pd.Index([0.0, 1, 2, 4, 5]),
    ],
)
def test_other_steps_are_not_taken_as_rounded(index):
    with pytest.raises(ValueError, match="gap"):
        make_supervised(table(index), "v")


# Clocks that are set: only where a zone has set them, and never the only way out.


@pytest.mark.parametrize(
    "missing",
    [
        "2024-02-03 02:00",  # no zone had a change
        "2024-03-17 02:00",  # a Sunday of March without one
        "2024-03-31 02:00",  # a change in Europe, but in October no hour comes twice
    ],
)
def test_a_missing_hour_of_utc_is_no_summer_time(missing):
    index = pd.date_range("2024", periods=366 * 24, freq="h")
    index = index.delete(index.get_loc(missing))
    with pytest.raises(ValueError, match=r'has 1 gap .*on_gap="split"') as error:
        make_supervised(table(index), "v")
    assert "summer time" not in str(error.value)


@pytest.mark.parametrize(
    ("start", "missing", "zone"),
    [
        ("2025-03-20", "2025-03-30 02:00", "Europe/Berlin"),
        ("2018-11-01", "2018-11-04 00:00", "America/Sao_Paulo"),
        ("2022-03-20", "2022-03-27 00:00", "Asia/Beirut"),
        ("2021-03-20", "2021-03-26 02:00", "Asia/Jerusalem"),  # a Friday
    ],
)
def test_an_hour_that_a_zone_skips_is_named(start, missing, zone):
    index = hours(400, start)
    series = table(index.delete(index.get_loc(missing)))
    match = r'has 1 gap .*summer time .*ambiguous="infer".*on_gap="split"'
    with pytest.raises(ValueError, match=match):
        make_supervised(series, "v")
    assert lengths(series.tz_localize(zone, ambiguous="infer")) == [399]


LOCAL = {
    "days": pd.date_range("2024", periods=366, freq="D", tz="Europe/Berlin"),
    "business closes": pd.date_range(
        "2024-01-02 16:00", periods=250, freq="B", tz="America/New_York"
    ),
    "mornings and evenings": pd.date_range(
        "2024-01-01 06:00", periods=732, freq="12h"
    ).tz_localize("Europe/Berlin"),
}


@pytest.mark.parametrize("index", LOCAL.values(), ids=LOCAL)
def test_local_times_kept_in_utc_are_named(index):
    assert lengths(table(index)) == [len(index)]
    series = table(index.tz_convert("UTC"))
    match = r'has 2 gaps.*kept in UTC.*: series\.tz_convert\("<the local zone>"\)'
    with pytest.raises(ValueError, match=match) as error:
        make_supervised(series, "v")
    assert "declare holidays" not in str(error.value)
    assert lengths(series.tz_convert(index.tz)) == [len(index)]
    series = series.tz_localize(None)
    match = r'kept in UTC.*series\.tz_localize\("UTC"\)\.tz_convert\("<the local'
    with pytest.raises(ValueError, match=match):
        make_supervised(series, "v")
    holed = table(index.delete(40))
    assert lengths(holed, on_gap="split") == [40, len(index) - 41]
    with pytest.raises(ValueError, match=r"has 3 gaps.*kept in UTC"):
        make_supervised(table(index.delete(40).tz_convert("UTC")), "v")


def test_hours_a_little_late_are_not_kept_in_utc():
    days = pd.date_range("2024", periods=60, tz="UTC")
    late = days + pd.to_timedelta([0] * 20 + [1] + [0] * 39, "h")
    with pytest.raises(ValueError, match="has 2 gaps") as error:
        make_supervised(table(late), "v")
    assert "convert" not in str(error.value)


# Hints that fit.


def test_numbers_that_look_like_months_are_named():
    months = pd.period_range("2015-01", "2019-12", freq="M").strftime("%Y%m")
    numbers = table(pd.Index(months.astype(int)))
    with pytest.raises(ValueError, match=r"has 4 gaps.*format='%Y%m'\)"):
        make_supervised(numbers, "v")
    assert lengths(numbers.set_index(pd.to_datetime(months, format="%Y%m"))) == [60]
    with pytest.raises(ValueError, match="has 1 gap") as error:
        make_supervised(table(pd.Index(np.delete(np.arange(201501, 201561), 5))), "v")
    assert "%Y" not in str(error.value)


@pytest.mark.parametrize("text", ["{0}Q{1}", "{0}-Q{1}", "{1}Q{0}", "{0}q{1}"])
def test_text_of_quarters_is_named(text):
    texts = pd.Index([text.format(y, q) for y in (2000, 2001) for q in (1, 2, 3, 4)])
    match = r'quarters .*pd\.PeriodIndex\(series\.index, freq="Q"\)'
    with pytest.raises(ValueError, match=match):
        make_supervised(table(texts), "v")
    assert lengths(table(pd.PeriodIndex(texts, freq="Q"))) == [8]


@pytest.mark.parametrize("freq", ["SMS", "2B"])
def test_where_many_steps_differ_the_frequency_comes_first(freq):
    series = table(pd.date_range("2020", periods=100, freq=freq))
    match = r"gaps .*make_supervised and SeriesView: freq= declares .*on_gap=.split"
    with pytest.raises(ValueError, match=match):
        make_supervised(series, "v")
    assert lengths(series, freq=freq) == [100]
    few = table(hours(9).delete(4))
    with pytest.raises(ValueError, match=r"SeriesView: on_gap=.split.*; freq="):
        make_supervised(few, "v")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "index",
    [
        hours(12),
        hours(12).to_period("h"),
        hours(12) - hours(1)[0],
        pd.Index(list(pd.date_range("2020", periods=12).date)),
        pd.Index(hours(12)).astype("timestamp[ns][pyarrow]"),
    ],
    ids=["dates", "periods", "timedeltas", "objects", "arrow"],
)
def test_dates_that_go_on_belong_to_one_series(index, way):
    ids = {
        "hour_id": np.tile(np.arange(4), 3),
        "sensor": np.repeat([0, 1], 6),
        "product": np.tile([0, 1], 6),
    }
    way(table(index).assign(**ids))


@pytest.mark.parametrize("on_gap", ["ignore", "warn", "raise"])
def test_the_series_out_of_order_is_named(on_gap):
    series = [table(hours(5)), table(hours(5)[::-1])]
    with pytest.raises(ValueError, match=r"^series\[1\]: The rows are not in order"):
        SeriesView(series, on_gap=on_gap)
    with pytest.raises(ValueError, match=r"^series\[1\]: The rows are not in order"):
        SeriesView([np.ones((5, 1)), series[1]["v"].to_frame(0)], on_gap=on_gap)


@pytest.mark.parametrize(
    ("index", "freq"),
    [
        (hours(48), None),
        (hours(48, tz="Europe/Berlin"), None),
        (hours(48), "h"),
        (pd.date_range("2020-01-01", periods=48, freq="10min"), None),
        (pd.date_range("2020-03-01", periods=48, freq="D", tz="Europe/Berlin"), None),
        (pd.date_range("2020-01-31", periods=48, freq="ME"), None),
        (pd.date_range("2020-01-01", periods=48, freq="MS"), None),
    ],
)
def test_the_call_that_inserts_missing_rows_comes_first(index, freq):
    series = table(index.delete([20, 33]))
    with pytest.raises(ValueError, match="inserts the missing rows") as error:
        make_supervised(series, "v", freq=freq)
    call = re.search(r"series\.asfreq\(.*?\)", str(error.value)).group()
    repaired = eval(call, {"series": series})
    assert repaired.index.equals(index)
    assert repaired["v"].isna().sum() == 2
    assert str(error.value).index(call) < str(error.value).index("Options of")


@pytest.mark.parametrize(
    "index",
    [
        hours(240)[hours(240).hour < 20],  # nights
        pd.bdate_range("2020-01-01", "2020-08-31").difference(pd.to_datetime(HOLIDAYS)),
        MONDAY_TO_SATURDAY.delete(20),
        hours(48).delete(range(20, 30)),  # an outage of a fifth
        hours(48).delete(20) + pd.to_timedelta(1 * (np.arange(47) == 30), unit="min"),
        hours(48)[[*range(30), 29, *range(30, 48)]],  # a repeated row
        pd.RangeIndex(48).delete(20),
    ],
)
def test_rows_are_not_inserted_where_more_is_wrong(index):
    with pytest.raises(ValueError, match="Options of make_supervised") as error:
        make_supervised(table(index), "v")
    assert "asfreq" not in str(error.value)


@pytest.mark.parametrize("way", WAYS)
def test_every_message_of_gaps_has_the_ways_out(way):
    match = r"Options of make_supervised and SeriesView: .*split.*; freq= .*ignore"
    holed = table(hours(9).delete(4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, UserWarning), match=match):
            way(holed)
    with pytest.raises(ValueError, match=match):
        SeriesView(holed, on_gap="raise")
