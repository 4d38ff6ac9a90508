"""The forecasting task that make_supervised sets, against plain loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)

properties = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, print_blob=False
)


def numbered(length, which=0, n_channels=2):
    """Each value says where it comes from: series, row, channel."""
    rows = 1000 * which + np.arange(length, dtype=float)[:, None]
    return rows * 10 + np.arange(n_channels)


def hourly(n_rows, start="2020-01-01", **options):
    return pd.date_range(start, periods=n_rows, freq="h", **options)


def table(index, which=0, n_channels=2):
    values = numbered(len(index), which, n_channels)
    return pd.DataFrame(values, index=index, columns=list("abcd"[:n_channels]))


# y, and the rows of X.


@properties
@given(st.data())
def test_y_is_the_target_delay_rows_later(data):
    delays = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True))
    lengths = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=3))
    lengths[0] = max(delays) + data.draw(st.integers(1, 8))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    arrays = [numbered(n, k, 3).astype(dtype) for k, n in enumerate(lengths)]
    channels = st.lists(
        st.integers(-3, 2),
        min_size=1,
        max_size=2,
        unique_by=lambda channel: channel % 3,
    )
    targets = data.draw(channels)
    X, y = make_supervised(
        arrays[0] if len(arrays) == 1 else arrays, targets, delay=delays
    )
    places = [
        (t, k) for k, n in enumerate(lengths) for t in range(max(0, n - max(delays)))
    ]
    expected = [
        [arrays[k][t + delay, target] for target in targets for delay in delays]
        for t, k in sorted(places)
    ]
    assert_array_equal(y, expected)
    assert y.dtype == dtype
    assert_array_equal(X.to_numpy(), [arrays[k][t] for t, k in sorted(places)])
    assert X.target == tuple((c % 3, delay) for c in targets for delay in delays)


@pytest.mark.parametrize("delay", [1, 3, np.int64(9)])
def test_the_last_delay_rows_are_left_out(delay):
    series = numbered(10)
    X, y = make_supervised(series, 1, delay=delay)
    assert X.shape == (10 - delay, 2)
    assert y.shape == (10 - delay,)
    assert_array_equal(y, series[delay:, 1])
    assert_array_equal(X.rows, np.arange(10 - delay))
    assert np.shares_memory(X.series, series)
    assert X.target == ((1, delay),)


def test_columns_of_y_are_all_delays_of_the_first_target_then_of_the_second():
    X, y = make_supervised(table(hourly(10)), ["b", "a"], delay=[1, 4])
    assert X.target == ((1, 1), (1, 4), (0, 1), (0, 4))
    assert_array_equal(y[2], [31, 61, 30, 60])
    assert y.shape == (6, 4)


@pytest.mark.parametrize("target", ["b", 1, -1, np.int64(1), np.str_("b")], ids=repr)
def test_a_target_is_a_name_or_a_position(target):
    X, y = make_supervised(table(hourly(5)), target)
    assert X.target == ((1, 1),)
    assert_array_equal(y, [11, 21, 31, 41])


@pytest.mark.parametrize(
    "target, delay", [(["a"], 1), ("a", [1]), (("a",), range(1, 2)), ([0], (1,))]
)
def test_a_sequence_gives_a_two_dimensional_y(target, delay):
    y = make_supervised(table(hourly(5)), target, delay=delay)[1]
    assert_array_equal(y, [[10], [20], [30], [40]])


def test_y_is_not_a_window_onto_the_series():
    series = numbered(10)
    y = make_supervised(series, 0)[1]
    y[:] = -1
    assert_array_equal(series, numbered(10))


def test_a_memory_map_is_held_as_it_is(tmp_path):
    mapped = np.memmap(tmp_path / "series", dtype="i2", mode="w+", shape=(50, 2))
    mapped[:] = numbered(50)
    X, y = make_supervised(mapped, 1, delay=3)
    assert isinstance(X.series, np.memmap)
    assert np.shares_memory(X.series, mapped)
    assert_array_equal(y, numbered(50)[3:, 1])


def test_a_view_keeps_its_rows_and_its_series():
    series = numbered(20)
    view = SeriesView(series)[[3, 19, 4, 3, 17, 18]]
    X, y = make_supervised(view, 0, delay=2)
    assert_array_equal(X.rows, [3, 4, 3, 17])
    assert_array_equal(y, [50, 60, 50, 190])
    assert X.series is view.series
    assert view.target is None


@pytest.mark.parametrize("rows", [[0, 2, 1, 3], [0, 0, 2], [5, 4, 3], [2, 6]])
def test_y_follows_the_rows_of_a_view_in_any_order(rows):
    series = numbered(10)
    X, y = make_supervised(SeriesView(series)[rows], 1, delay=2)
    assert_array_equal(X.rows, rows)
    assert_array_equal(y, [series[row + 2, 1] for row in rows])


@pytest.mark.parametrize(
    "lookback, step, delay", [(1440, 6, 144), (1440, 3, 144), (48, 1, 24)]
)
def test_the_generator_of_the_keras_book_gives_the_same_samples(lookback, step, delay):
    rng = np.random.default_rng(0)
    data = rng.normal(size=(10_500, 14))
    X, y = make_supervised(data, 1, delay=delay + step)
    windows = LookbackWindower(lookback, step=step).fit_transform(X)
    book_rows = rng.integers(lookback, len(data) - delay, size=1000)
    ours = windows[book_rows - step]
    assert ours.complete.all()
    assert_array_equal(ours.rows, book_rows - step)
    for i, sample, target in zip(
        book_rows, ours.to_numpy(), y[book_rows - step], strict=True
    ):
        assert_array_equal(sample, data[list(range(i - lookback, i, step))])
        assert target == data[i + delay][1]


# Several series.


def test_rows_of_several_series_are_in_the_order_of_time():
    late, early = hourly(4, "2020-01-01 02:00"), hourly(5, "2020-01-01 00:00")
    X, y = make_supervised([table(late, 0), table(early, 1)], "a")
    assert X.index.is_monotonic_increasing
    assert_array_equal(X.rows, [4, 5, 0, 6, 1, 7, 2])
    assert_array_equal(X.series_ids, [1, 1, 0, 1, 0, 1, 0])
    assert_array_equal(y, [10010, 10020, 10, 10030, 20, 10040, 30])
    assert_array_equal(
        np.unique(X.stamps, return_inverse=True)[1], [0, 1, 2, 2, 3, 3, 4]
    )


def test_rows_of_series_with_an_integer_index_are_in_its_order():
    first, second = table(pd.Index([10, 20, 30])), table(pd.Index([5, 15, 25]), 1)
    X = make_supervised([first, second], "a")[0]
    assert list(X.index) == [5, 10, 15, 20]


@pytest.mark.parametrize(
    "index, by",
    [
        (pd.timedelta_range("5h", periods=3, freq="2h"), pd.Timedelta("3h")),
        (pd.period_range("2020-05", periods=3, freq="M"), 2),
        (
            pd.date_range("2300", periods=3, freq="2D", unit="s"),
            np.timedelta64(3 * 86400, "s"),
        ),
    ],
    ids=["timedeltas", "periods", "far future"],
)
def test_rows_of_series_with_any_dates_are_in_the_order_of_time(index, by):
    X = make_supervised([table(index), table(index - by, 1)], "a")[0]
    assert list(X.index) == sorted([*index[:-1], *(index - by)[:-1]])


def test_rows_of_series_without_an_index_are_in_the_order_of_their_positions():
    X = make_supervised([numbered(4), numbered(3, 1)], 0)[0]
    assert_array_equal(X.rows, [0, 4, 1, 5, 2])


def test_windows_do_not_cross_from_one_series_into_another():
    X = make_supervised([numbered(4), numbered(4, 1)], 0)[0]
    windows = WindowView(X, lags=[2, 1, 0])
    for ids, window in zip(X.series_ids, windows.to_numpy(), strict=True):
        assert set(window.ravel() // 10_000) == {ids}
    assert_array_equal(windows.complete, [False, False, False, False, True, True])


def test_a_series_too_short_for_the_delay_gives_no_rows_beside_longer_ones():
    X, y = make_supervised([numbered(3), numbered(10, 1)], 0, delay=5)
    assert_array_equal(X.series_ids, [1] * 5)
    assert len(y) == 5


# Missing targets.


def test_rows_without_a_target_are_left_out_and_counted_and_stay_as_past():
    series = numbered(10)
    series[[3, 7], 0] = np.nan
    series[5, 0] = np.inf
    series[4, 1] = np.nan
    with pytest.warns(UserWarning, match=r"^3 of 9 rows have no target") as caught:
        X, y = make_supervised(series, 0)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert_array_equal(X.rows, [0, 1, 3, 5, 7, 8])
    assert_array_equal(y, [10, 20, 40, 60, 80, 90])
    window = WindowView(X, lags=[2, 1, 0])[3]
    assert_array_equal(window, series[3:6])


def test_rows_after_the_last_known_target_are_no_loss():
    series = numbered(12)
    series[9:, 0] = np.nan
    X, _ = make_supervised(series, 0, delay=[1, 3])  # no warning
    assert_array_equal(X.rows, np.arange(6))
    series[2, 0] = np.nan
    match = "^1 of 6 rows have no target .*; a row needs all 2 targets"
    with pytest.warns(UserWarning, match=match):
        make_supervised(series, 0, delay=[2, 3], rows=np.arange(7))


def test_a_series_without_any_known_target_is_a_loss():
    empty = np.full((4, 2), np.nan)
    with pytest.warns(UserWarning, match="^3 of 9 rows have no target"):
        make_supervised([numbered(7), empty], 0)


def test_missing_targets_before_a_gap_are_a_loss():
    index = pd.date_range("2025", periods=12).delete(6)
    table = pd.DataFrame({"a": np.arange(11.0)}, index)
    table.iloc[[4, 5, 9, 10]] = np.nan
    with pytest.warns(UserWarning, match="^2 of 7 rows have no target"):
        make_supervised(table, "a", on_gap="split")


def test_a_row_is_left_out_if_any_of_its_targets_is_missing():
    series = numbered(8)
    series[4, 1] = np.nan
    with pytest.warns(UserWarning, match="2 of 6 rows"):
        X, y = make_supervised(series, [0, 1], delay=[1, 2])
    assert_array_equal(X.rows, [0, 1, 4, 5])
    assert np.isfinite(y).all()


def test_a_target_that_is_missing_throughout_is_refused():
    series = numbered(8)
    series[:, 1] = np.nan
    with pytest.raises(ValueError, match="missing at every row"):
        make_supervised(series, 1)


# Gaps in time.

#: Rows 3 and 8 come late; rows 5 and 12 repeat the stamp before them.
BROKEN = hourly(14)[[0, 1, 2, 4, 5, 5, 6, 7, 10, 11, 12, 13, 13]]


def test_a_gap_is_refused_with_its_first_places_named():
    with pytest.raises(ValueError) as caught:
        make_supervised(table(BROKEN), "a")
    message = str(caught.value)
    assert "has 4 gaps (most rows are 01:00:00 apart)" in message
    assert "row 3 (2020-01-01 04:00:00) comes 02:00:00 after" in message
    assert "row 5 (2020-01-01 05:00:00) repeats the timestamp of" in message
    assert "row 8 (2020-01-01 10:00:00) comes 03:00:00 after" in message
    assert "row 12" not in message
    assert "and 1 more" in message
    assert 'on_gap="split"' in message
    assert 'on_gap="warn"' in message


def test_a_gap_can_be_taken_as_consecutive_with_a_warning():
    series = table(BROKEN)
    with pytest.warns(UserWarning, match=r"4 gaps .* taken as consecutive") as caught:
        X, y = make_supervised(series, "a", on_gap="warn")
    assert caught[0].filename == __file__
    assert_array_equal(X.rows, np.arange(len(BROKEN) - 1))
    assert_array_equal(y, series["a"].to_numpy()[1:])


def test_split_makes_the_parts_series_and_drops_rows_that_repeat_the_one_before():
    series = table(BROKEN)
    series.iloc[[5, 12]] = series.iloc[[4, 11]]
    X, y = make_supervised(series, "a", on_gap="split")
    parts = [[0, 1, 2], [3, 4, 6, 7], [8, 9, 10, 11]]
    assert len(X.series) == 3
    for held, rows in zip(X.series, parts, strict=True):
        assert_array_equal(held, series.to_numpy()[rows])
    assert_array_equal(X.to_numpy()[:, 0], series["a"].iloc[[0, 1, 3, 4, 6, 8, 9, 10]])
    assert_array_equal(y, series["a"].iloc[[1, 2, 4, 6, 7, 9, 10, 11]])
    assert list(X.index) == list(BROKEN[[0, 1, 3, 4, 6, 8, 9, 10]])
    windows = WindowView(X, lags=[1, 0])
    at = list(X.index).index(BROKEN[3])
    assert_array_equal(windows[at], series.to_numpy()[[3, 3]])
    assert not windows.complete[at]


def test_split_shares_the_memory_of_the_series():
    index = hourly(20).delete(7)
    array = numbered(19)
    series = pd.DataFrame(array, index=index, copy=False)
    X = make_supervised(series, 0, on_gap="split")[0]
    assert [len(part) for part in X.series] == [7, 12]
    assert all(np.shares_memory(part, array) for part in X.series)


def test_split_of_one_series_of_several_leaves_the_others_whole():
    index = hourly(20).delete(7)
    X = make_supervised([table(hourly(9)), table(index, 1)], 0, on_gap="split")[0]
    assert [len(part) for part in X.series] == [9, 7, 12]
    assert X.index.is_monotonic_increasing


def test_equal_stamps_throughout_are_a_gap():
    index = pd.DatetimeIndex(["2020-01-01"] * 4)
    with pytest.raises(ValueError, match="repeats the timestamp of the row before"):
        make_supervised(table(index), "a")


@pytest.mark.parametrize("on_gap", ["raise", "warn", "split"])
@pytest.mark.parametrize(
    "index",
    [
        hourly(30),
        pd.date_range("2020-01-01", periods=30, freq="MS"),
        pd.date_range("2020-01-01", periods=30, freq="B"),
        pd.date_range("2020-01-01", periods=30, freq="bh"),
        pd.date_range("2020-01-01", periods=30, freq="WOM-3FRI"),
        pd.date_range("2020-03-28", periods=60, freq="h", tz="Europe/Berlin"),
        pd.date_range("2020-03-20", periods=30, freq="D", tz="Europe/Berlin"),
        pd.RangeIndex(30),
        pd.Index(list("abcdefg")),
        hourly(2),
    ],
    ids=[
        "hours",
        "month starts",
        "business days",
        "business hours",
        "third Fridays",
        "hours in a time zone",
        "days in a time zone",
        "numbers",
        "letters",
        "two rows",
    ],
)
def test_a_regular_index_has_no_gap(index, on_gap):
    X, y = make_supervised(table(index), "a", on_gap=on_gap)
    assert len(X) == len(y) == len(index) - 1
    assert isinstance(X.series, np.ndarray)


def test_a_stamp_between_two_others_is_a_gap_on_both_sides():
    index = hourly(8).insert(4, pd.Timestamp("2020-01-01 03:30"))
    match = r"2 gaps \(most .* 01:00:00 apart\): row 4 .* comes 00:30:00 .* row 5 "
    with pytest.raises(ValueError, match=match):
        make_supervised(table(index), "a")


@pytest.mark.parametrize("outages", [[(50, 66)], [(50, 114)], [(20, 36), (60, 124)]])
def test_an_outage_does_not_make_hours_business_hours(outages):
    # pandas' infer_freq takes these for business hours, by their steps.
    lost = np.concatenate([np.arange(*outage) for outage in outages])
    index = hourly(200).delete(lost)
    with pytest.raises(ValueError, match=rf"{len(outages)} gaps? .*most .* 01:00:00"):
        make_supervised(table(index), "a")
    X = make_supervised(table(index), "a", on_gap="split")[0]
    assert len(X.series) == len(outages) + 1


def test_a_third_friday_that_is_missing_is_found():
    index = pd.date_range("2020-01-01", periods=30, freq="WOM-3FRI").delete(10)
    with pytest.raises(ValueError, match="gaps"):
        make_supervised(table(index), "a")


def test_a_gap_in_a_time_zone_is_found():
    index = hourly(10, tz="Europe/Berlin").delete(4)
    with pytest.raises(ValueError, match=r"row 4 \(2020-01-01 05:00:00\+01:00\)"):
        make_supervised(table(index), "a")


def test_an_hour_lost_as_clocks_are_set_back_is_found():
    index = hourly(60, "2025-10-25", tz="Europe/Berlin").delete(27)
    assert_array_equal(np.diff(index.tz_localize(None)), np.timedelta64(1, "h"))
    with pytest.raises(ValueError, match=r"row 27 \(2025-10-26 03:00:00\+01:00\)"):
        make_supervised(table(index), "a")


def test_a_gap_is_found_in_any_series_of_a_list():
    series = [table(hourly(10)), table(hourly(10).delete(4), 1)]
    with pytest.raises(ValueError, match=r"1 gap .*row 4"):
        make_supervised(series, "a")


def test_a_gap_behind_a_view_is_not_bridged_silently():
    view = SeriesView(table(hourly(10).delete(4)), on_gap="ignore")
    with pytest.raises(ValueError, match=r"1 gap .*row 4"):
        make_supervised(view, "a")
    assert len(make_supervised(view, "a", on_gap="ignore")[1]) == 8


def test_rows_that_are_numbered_are_not_split():
    series = table(hourly(10).delete(4))
    view = SeriesView(series, on_gap="ignore")
    message = "nor renumber rows=: give the series itself"
    for source, rows in ((view, None), (series, [3, 5])):
        with pytest.raises(ValueError, match=message):
            make_supervised(source, "a", rows=rows, on_gap="split")
        with pytest.raises(ValueError, match=message):
            SeriesView(source, rows, on_gap="split")
    whole = SeriesView(table(hourly(10)), rows=[3, 5], on_gap="split")
    assert_array_equal(SeriesView(whole, on_gap="split").rows, [3, 5])


@pytest.mark.parametrize("on_gap", ["raise", "warn", "split"])
def test_dates_out_of_order_are_refused(on_gap):
    index = hourly(6)[[0, 1, 2, 4, 3, 5]]
    match = r"not in order: row 4 \(2020-01-01 03.*row 3 \(2020-01-01 04.*sort_index"
    with pytest.raises(ValueError, match=match):
        make_supervised(table(index), "a", on_gap=on_gap)


@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_missing_date_is_refused(at):
    index = hourly(6).to_series()
    index.iloc[at] = pd.NaT
    with pytest.raises(ValueError, match=rf"Row {at} .* no date \(NaT\)"):
        make_supervised(table(pd.DatetimeIndex(index)), "a")


# What is refused.


@pytest.mark.parametrize("series", [numbered(5), [numbered(5), numbered(3)]])
def test_a_series_too_short_for_the_delay_is_refused(series):
    with pytest.raises(ValueError, match=r"delay=5 leaves none.* series has 5 rows"):
        make_supervised(series, 0, delay=5)
    assert len(make_supervised(series, 0, delay=4)[1]) == 1


def test_a_view_without_a_row_that_has_a_target_is_refused():
    with pytest.raises(ValueError, match="delay=2 leaves none of the"):
        make_supervised(SeriesView(numbered(10))[8:], 0, delay=2)


@pytest.mark.parametrize("target", ["c", 2, -3, True, 1.0, None, ["a", "c"]], ids=repr)
def test_an_unknown_target_is_refused_with_the_names_listed(target):
    with pytest.raises(
        ValueError, match=r"target=.*use one of 'a', 'b', or a position from 0 to 1"
    ):
        make_supervised(table(hourly(5)), target)


def test_a_name_is_unknown_to_a_series_without_names():
    with pytest.raises(ValueError, match=r"target='a' .* use a position from 0 to 1"):
        make_supervised(numbered(5), "a")


def test_a_series_of_one_channel_has_one_name_and_one_position():
    series = table(hourly(5), n_channels=1)
    with pytest.raises(ValueError, match=r"target='b' .* use 'a' or the position 0"):
        make_supervised(series, "b")


def test_a_name_of_two_channels_is_refused():
    series = table(hourly(5)).set_axis(["a", "a"], axis="columns")
    with pytest.raises(ValueError, match="'a' names 2 channels: give its position"):
        make_supervised(series, "a")
    assert_array_equal(make_supervised(series, 1)[1], [11, 21, 31, 41])


# Labels come before positions.


def pivoted(labels):
    return table(hourly(5), n_channels=len(labels)).set_axis(labels, axis="columns")


TUPLES = [("Close", "TSLA"), ("Close", "GM"), ("Open", "GM")]


@pytest.mark.parametrize(
    ("labels", "target", "channel"),
    [
        ([1, 2, 3], 1, 0),
        ([1, 2, 3], 3, 2),
        ([3, 2, 1, 0], 0, 3),
        ([1.5, 2.5], 2.5, 1),
        (["a", 7, "b"], "b", 2),
        (["a", 7, "b"], 7, 1),
        ([True, 0, 1], True, 0),
        ([True, 0, 1], 1, 2),
        (pd.MultiIndex.from_tuples(TUPLES), ("Close", "GM"), 1),
        (pd.MultiIndex.from_tuples(TUPLES), 2, 2),
        (pd.date_range("2020", periods=3), pd.Timestamp("2020-01-02"), 1),
        ([0], -1, 0),
        ([0, 1, 2], -1, 2),  # as pandas counts columns that have no names
    ],
)
def test_a_label_comes_before_a_position(labels, target, channel):
    series = pivoted(labels)
    X, y = make_supervised(series, target)
    assert X.target == ((channel, 1),)
    assert_array_equal(y, series.to_numpy()[1:, channel])


def test_several_labels_are_a_list_of_labels():
    X = make_supervised(pivoted(pd.MultiIndex.from_tuples(TUPLES)), TUPLES[:2])[0]
    assert X.target == ((0, 1), (1, 1))
    assert make_supervised(pivoted([1, 2, 3]), [3, 1])[0].target == ((2, 1), (0, 1))


@pytest.mark.parametrize("labels", [[1, 2, 3], ["a", 5, "b"], [0.5, 1.5]])
@pytest.mark.parametrize("target", [0, -1])
def test_a_number_is_no_position_where_labels_are_numbers(labels, target):
    match = rf"target={target} is not .* \(not a position, because labels are"
    with pytest.raises(ValueError, match=match):
        make_supervised(pivoted(labels), target)
    with pytest.raises(ValueError, match=r"1 names 2 channels: rename them"):
        make_supervised(pivoted([1, 1]), 1)


def test_a_named_column_is_its_own_target():
    column = table(hourly(5))["b"]
    y = make_supervised(column, "b")[1]
    assert_array_equal(y, column[1:])
    with pytest.raises(ValueError, match=r"target='b' .* use the position 0"):
        make_supervised([column, column.rename("c")], "b")
    with pytest.raises(ValueError, match=r"target='c' .* use 'b' or the position 0"):
        make_supervised(column, "c")


def test_a_list_of_series_has_the_same_labels():
    with pytest.raises(ValueError, match=r"series\[1\] has the channels \[2, 1\]"):
        make_supervised([pivoted([1, 2]), pivoted([2, 1])], 1)


@pytest.mark.parametrize("steps", [[], [Standardizer()]])
@pytest.mark.parametrize(
    ("labels", "target", "channels"),
    [
        ([1, 2, 3], 3, [2]),
        ([1.0, 2.0, 3.0], 2.0, [1]),
        (TUPLES, ("Close", "GM"), [1]),
        (TUPLES, TUPLES[:2], [0, 1]),
    ],
)
def test_target_channel_is_a_label_too(labels, target, channels, steps):
    if isinstance(labels[0], tuple):
        labels = pd.MultiIndex.from_tuples(labels)
    X, y = make_supervised(pivoted(labels), target)
    model = PersistenceRegressor(target_channel=target)
    pipe = make_pipeline(*steps, LookbackWindower(2), model).fit(X, y)
    assert_array_equal(pipe[-1].channels_, channels)


def test_target_channel_is_a_label_of_a_plain_table():
    series = pivoted([3, 2, 1])
    model = PersistenceRegressor(target_channel=1, delay=1)
    pipe = make_pipeline(LookbackWindower(2), model)
    pipe.fit(series, series[1])
    assert_array_equal(pipe[-1].channels_, [2])
    for step in (Standardizer(), PerStep(SimpleImputer())):
        assert list(step.fit_transform(series).columns) == [3, 2, 1]
        longer = make_pipeline(step, *pipe).fit(series, series[1])
        assert_array_equal(longer[-1].channels_, [2])
    assert list(PerStep(PCA(3)).fit_transform(series).columns) == ["x0", "x1", "x2"]
    with pytest.raises(ValueError, match="not a position, because labels are"):
        pipe.set_params(persistenceregressor__target_channel=0).fit(series, series[1])


def test_the_same_target_twice_is_refused():
    with pytest.raises(ValueError, match=r"several different ones, got \['a', 0\]"):
        make_supervised(table(hourly(9)), ["a", 0])


def test_no_target_at_all_is_refused():
    with pytest.raises(
        ValueError, match=r"one channel or several different ones, got \[\]"
    ):
        make_supervised(numbered(5), [])


@pytest.mark.parametrize(
    "delay", [0, -1, 1.5, 2.0, True, None, "1", [], [1, 1], [1, 0], [1, 2.5], [True]]
)
def test_a_delay_that_is_no_number_of_rows_is_refused(delay):
    with pytest.raises(ValueError, match="delay must be a whole number of rows >= 1"):
        make_supervised(numbered(5), 0, delay=delay)


def test_a_delay_of_zero_is_told_how_to_predict_a_value_of_the_row_itself():
    series = table(hourly(20))
    for delay in (0, [1, 0]):
        match = r"drop\(columns='a'\)\); y = series\['a'\]"
        with pytest.raises(ValueError, match=match):
            make_supervised(series, "a", delay=delay)
    X, y = SeriesView(series.drop(columns="a")), series["a"]
    flat = make_pipeline(LookbackWindower(2), FlatWindowRegressor())
    np.testing.assert_allclose(flat.fit(X, y).predict(X[3:]), y[3:], rtol=1e-3)


@pytest.mark.parametrize("on_gap", ["fill", None, True])
def test_an_unknown_way_with_gaps_is_refused(on_gap):
    with pytest.raises(ValueError, match="on_gap must be 'raise', 'warn', 'ignore' or"):
        make_supervised(numbered(5), 0, on_gap=on_gap)
    with pytest.raises(ValueError, match="on_gap must be 'raise', 'warn', 'ignore' or"):
        SeriesView(numbered(5), on_gap=on_gap)
