"""Lists of series in blocks: the same as a loop over them, at the cost of rows."""

import pickle
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skseqconv import (
    LookbackWindower,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv.series import _series
from skseqconv.series._series import Series
from skseqconv.series.ahead import _rows_with_target
from skseqconv.series.held import _in_time, _layout, _owners
from skseqconv.series.held._layout import layout_of_arrays
from skseqconv.series.held._owners import Owners
from skseqconv.series.times import _gaps, _order
from skseqconv.series.times._dates import layout_of_index, layout_of_indexes
from skseqconv.series.times._gaps import each_gaps, find_gaps
from skseqconv.series.times._order import check_orders, ordered_differences

properties = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, print_blob=False
)


# A loop over the series: rows as pairs of a series and a position in it.


def loop_of(arrays):
    return [(k, i) for k, array in enumerate(arrays) for i in range(len(array))]


def as_mapped(array, folder, which):
    path = Path(folder) / f"series{which}"
    mapped = np.memmap(path, dtype=array.dtype, mode="w+", shape=array.shape)
    mapped[:] = array
    return mapped


@contextmanager
def few_rows_at_once():
    with (
        mock.patch.object(_owners, "CHUNK_ROWS", 3),
        mock.patch.object(_layout, "SMALL_BYTES", 200),
    ):
        yield


@st.composite
def lists(draw, folder):
    """Arrays of several types, sizes and kinds of memory."""
    lengths = draw(st.lists(st.integers(0, 12), min_size=2, max_size=8))
    lengths[draw(st.integers(0, len(lengths) - 1))] += 1
    random = np.random.default_rng(draw(st.integers(0, 99)))
    whole = random.normal(size=(sum(lengths), 2))
    starts = np.cumsum(lengths) - lengths
    arrays = []
    for which, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        kind = draw(st.sampled_from(["f8", "f8", "f4", "map", "part of one"]))
        part = whole[start : start + length]
        if kind == "map" and length:
            part = as_mapped(part.astype("i2"), folder, which)
        elif kind != "part of one":
            part = part.astype("f4" if kind == "f4" else "f8")
        arrays.append(part)
    return arrays


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as folder:
        yield folder


@properties
@given(st.data())
def test_rows_of_any_list_are_those_of_its_arrays(folder, data):
    arrays = data.draw(lists(folder))
    loop = loop_of(arrays)
    rows = np.array(data.draw(st.lists(st.integers(0, len(loop) - 1), max_size=20)))
    rows = rows.astype(np.int64)
    channels = data.draw(st.sampled_from([slice(None), [1], [1, 0]]))
    with few_rows_at_once():
        series = Series(arrays)
        copied = pickle.loads(pickle.dumps(series))
        for one in (series, copied):
            taken = one.take(rows, channels)
            expected = [arrays[k][i][channels] for k, i in map(loop.__getitem__, rows)]
            assert_array_equal(taken, np.reshape(expected, taken.shape))
            assert_array_equal(one.series_of(rows), [loop[row][0] for row in rows])
            assert_array_equal(
                rows - one.first_rows(rows), [loop[row][1] for row in rows]
            )
            for held, array in zip(one.arrays, arrays, strict=True):
                assert_array_equal(held, array)
    assert series.nbytes == sum(array.nbytes for array in arrays)
    for held, array in zip(series.arrays, arrays, strict=True):
        assert isinstance(held, np.memmap) == isinstance(array, np.memmap)


@st.composite
def dated_tables(draw):
    """Tables of one frequency, of any starts and lengths; few have gaps, some no index.

    The entries of their index are the times.
    """
    kind = draw(st.sampled_from(["none", "numbers", "days", "months"]))
    spans = st.tuples(st.integers(0, 9), st.integers(0, 9))
    spans = draw(st.lists(spans, min_size=2, max_size=7))
    if draw(st.booleans()):
        spans = spans[:1] * len(spans)
    missing = draw(st.sampled_from([None, None, 3, 7]))
    freq = {"days": "D", "months": "MS"}.get(kind)
    moments = pd.RangeIndex(20)
    if freq is not None:
        moments = pd.date_range("2024-01-31", periods=20, freq=freq)
    random = np.random.default_rng(draw(st.integers(0, 9)))
    tables = []
    for start, length in spans:
        index = moments[start : start + length]
        if missing is not None and kind != "none":
            index = index[index != moments[missing]]
        values = random.normal(size=(len(index), 2))
        tables.append(pd.DataFrame(values, index if kind != "none" else None))
    return tables


@properties
@given(st.data())
def test_rows_of_any_tables_are_in_the_order_of_time(data):
    tables = data.draw(dated_tables())
    delays = data.draw(st.sampled_from([[1], [2, 1]]))
    targets = data.draw(st.sampled_from([[1], [1, 0]]))
    loop = [
        (time, k, i)
        for k, table in enumerate(tables)
        for i, time in enumerate(table.index[: -max(delays)])
    ]
    starts = np.cumsum([0, *map(len, tables)])
    sizes = {"TILE_VALUES": 12, "TILE_TIMES": 2}
    sizes["MOST_CELLS"] = data.draw(st.sampled_from([1, 50]))
    options = {"delay": delays, "on_gap": "ignore"}
    with mock.patch.multiple(_in_time, **sizes), few_rows_at_once():
        if not loop:
            with pytest.raises(ValueError, match="leaves none of the"):
                make_supervised(tables, targets, **options)
            return
        X, y = make_supervised(tables, targets, **options)
        again = make_supervised(SeriesView(tables, on_gap="ignore"), targets, **options)
    expected = [
        [tables[k].iloc[i + delay, at] for at in targets for delay in delays]
        for _, k, i in sorted(loop)
    ]
    assert_array_equal(X.rows, [starts[k] + i for _, k, i in sorted(loop)])
    assert_array_equal(y, expected)
    assert_array_equal(again[0].rows, X.rows)
    assert_array_equal(again[1], y)


def test_rows_of_a_panel_are_not_sorted():
    with mock.patch.object(_rows_with_target, "order_of") as order:
        X, _ = make_supervised(many(5), 1)
    assert not order.called
    assert_array_equal(X.rows.reshape(3, 5).T, np.arange(20).reshape(5, 4)[:, :3])


@pytest.mark.parametrize("lengths", [[4, 4, 4], [2, 4, 1], [1, 0, 1], [3]])
def test_equal_dates_of_a_long_table_are_held_once(lengths):
    days = pd.date_range("2024-01-01", periods=8, tz="Europe/Rome", name="day")
    own = [days[k : k + length] for k, length in enumerate(lengths)]
    index = own[0].append(own[1:])
    dates = layout_of_index(index, lengths)
    assert sum(map(len, dates.blocks)) == len(index.unique())
    for held, given_ in zip(dates.all_own(), own, strict=True):
        assert held.equals(given_)
        assert held.name == "day"


def test_other_dates_of_a_long_table_are_held_as_they_are():
    index = pd.DatetimeIndex(["2024-01-01", "2024-01-03", "2024-01-02", "2024-01-03"])
    dates = layout_of_index(index, [2, 2])
    assert dates.blocks[0] is index


@properties
@given(st.data())
def test_pooled_channels_of_any_list(folder, data):
    arrays = data.draw(lists(folder))
    with few_rows_at_once():
        pooled = SeriesView(arrays).pool([1, 0])
        rows = [(k, i, c) for k, i in loop_of(arrays) for c in (1, 0)]
        expected = [arrays[k][i, c] for k, i, c in rows]
        for view in (pooled, pickle.loads(pickle.dumps(pooled))):
            assert_array_equal(view.to_numpy()[:, 0], expected)
            assert_array_equal(view.channels, [c for *_, c in rows])
        part = pooled[::3].compact()
        assert_array_equal(part.to_numpy()[:, 0], expected[::3])
        again = pickle.loads(pickle.dumps(part))
        assert_array_equal(again.to_numpy()[:, 0], expected[::3])


@properties
@given(st.data())
def test_windows_targets_dates_and_stamps_are_those_of_a_loop(folder, data):
    arrays = data.draw(lists(folder))
    delay, lags = data.draw(st.integers(1, 3)), [3, 1, 0]
    first = pd.Timestamp("2025-01-01")
    begins = [data.draw(st.integers(0, 5)) for _ in arrays]
    indexes = [
        pd.date_range(first + pd.Timedelta(days=begin), periods=len(array))
        for begin, array in zip(begins, arrays, strict=True)
    ]
    ids = pd.Index([f"id{k}" for k in range(len(arrays))])
    if max(map(len, arrays)) <= delay:
        return
    with few_rows_at_once(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*have no row with a target")
        series = Series(arrays, None, indexes, ids=ids)
        X, y = make_supervised(SeriesView(series), 1, delay=delay)
        windows = WindowView(X, lags=lags)
    loop = [
        (begins[k] + i, k, i) for k, i in loop_of(arrays) if i + delay < len(arrays[k])
    ]
    loop.sort()  # by date, then by series
    assert_array_equal(y, [arrays[k][i + delay, 1] for _, k, i in loop])
    assert_array_equal(
        windows.to_numpy(),
        [[arrays[k][max(i - lag, 0)] for lag in lags] for _, k, i in loop],
    )
    assert list(X.index) == [indexes[k][i] for _, k, i in loop]
    assert list(X.ids) == [ids[k] for _, k, _ in loop]
    held = sorted({begins[k] + i for k, i in loop_of(arrays)})
    assert_array_equal(X.stamps, [held.index(day) for day, *_ in loop])
    some = windows[:: data.draw(st.integers(1, 4))]
    part = some.compact()
    for view in (part, pickle.loads(pickle.dumps(part))):
        assert_array_equal(view.to_numpy(), some.to_numpy())
        assert_array_equal(
            np.unique(view.stamps, return_inverse=True)[1],
            np.unique(some.stamps, return_inverse=True)[1],
        )


# Indexes: the checks of all of them at once find what a look at each finds.


@st.composite
def daily(draw):
    """Days in a row, with gaps, repeats, or on weekdays only."""
    kind = draw(st.sampled_from(["days", "days", "weekdays", "months", "any", "one"]))
    start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=draw(st.integers(0, 60)))
    length = draw(st.integers(1, 60))
    if kind == "weekdays":
        return pd.bdate_range(start, periods=length)
    if kind == "months":
        return pd.date_range(start, periods=length, freq="MS")
    if kind == "one":
        return pd.DatetimeIndex([start])
    dates = pd.date_range(start, periods=length)
    if kind == "any":
        keep = draw(st.lists(st.booleans(), min_size=length, max_size=length))
        dates = dates[np.array(keep)]
        dates = dates.append(dates[-1:]) if draw(st.booleans()) else dates
    return dates


def found_one_by_one(indexes, freq):
    found = {}
    for i, index in enumerate(indexes):
        gaps = find_gaps(index, freq)
        if gaps is not None:
            found[i] = gaps.places.tolist()
    return found


@properties
@given(st.lists(daily(), min_size=1, max_size=6), st.sampled_from([None, "D", "24h"]))
def test_gaps_of_many_are_those_of_each(indexes, freq):
    layout = layout_of_indexes(indexes)
    try:
        expected = found_one_by_one(indexes, freq)
    except ValueError as error:
        expected = str(error)
    try:
        found = {i: gaps.places.tolist() for i, gaps in each_gaps(layout, freq)}
    except ValueError as error:
        found = str(error).partition("]: ")[2] if len(indexes) > 1 else str(error)
    assert found == expected


@pytest.mark.parametrize(
    "wrong",
    [
        pd.DatetimeIndex(["2024-01-02", "2024-01-01", "2024-01-03"]),
        pd.DatetimeIndex(["2024-01-02", None, "2024-01-03"]),
        pd.DatetimeIndex(["2024-01-02"] * 3),
    ],
)
def test_the_first_series_out_of_order_is_found(wrong):
    right = pd.date_range("2024-01-01", periods=3)
    with pytest.raises(ValueError) as alone:
        ordered_differences(wrong)
    for check in (check_orders, lambda dates: list(each_gaps(dates))):
        with pytest.raises(ValueError) as among:
            check(layout_of_indexes([right, right + right.freq, wrong, wrong[::-1]]))
        assert str(among.value) == f"series[2]: {alone.value}"


def test_equal_indexes_are_held_once():
    days = pd.date_range("2024-01-01", periods=50)
    indexes = [pd.DatetimeIndex(days.to_numpy().copy()) for _ in range(9)]
    layout = layout_of_indexes([*indexes, days[:40], pd.RangeIndex(50)])
    assert list(map(len, layout.blocks)) == [90, 50]
    for own, index in zip(layout.all_own(), [*indexes, days[:40]], strict=False):
        assert own.equals(index)


def test_ranges_take_no_memory():
    ranges = [pd.RangeIndex(3 * k, 3 * k + 10**12, 3, name="row") for k in range(5)]
    (block,) = layout_of_indexes(ranges).blocks
    assert isinstance(block, pd.RangeIndex)
    assert [
        own.equals(one)
        for own, one in zip(layout_of_indexes(ranges).all_own(), ranges, strict=True)
    ] == [True] * 5


@pytest.mark.parametrize("lengths", [[5, 5, 5], [1, 90, 0, 3], [0, 0, 1], [700, 1, 1]])
def test_owners_of_rows(lengths):
    expected = np.repeat(np.arange(len(lengths)), lengths)
    rows = np.arange(len(expected))
    owners = Owners(np.cumsum(lengths))
    for _ in range(2):  # the second time there may be a table
        assert_array_equal(owners.of(rows), expected)
        assert_array_equal(owners.of(rows[::-1]), expected[::-1])
        assert_array_equal(owners.of(rows[:1]), expected[:1])


# The cost: calls for each series, and rows that are read.


def many(n_series, n_rows=4, dtype=np.float64):
    random = np.random.default_rng(0)
    return [random.normal(size=(n_rows, 2)).astype(dtype) for _ in range(n_series)]


@pytest.fixture
def copies():
    """How many rows each call copies from a block."""
    counted = []

    def copied(block, rows, channels, dtype):
        counted.append(len(rows))
        return original(block, rows, channels, dtype)

    original = _series.copied
    with mock.patch.object(_series, "copied", copied):
        yield counted


def test_the_number_of_copies_does_not_grow_with_the_number_of_series(copies):
    calls = []
    for n_series in (10, 1000):
        X, _ = make_supervised(many(n_series), 0)
        copies.clear()
        newest = SeriesView(X, np.arange(n_series) * 4 + 3)
        windows = LookbackWindower(3).fit_transform(Standardizer().fit_transform(X))
        WindowView(newest, lags=windows.lags).to_numpy()
        windows[::7].to_numpy()
        calls.append(len(copies))
    assert calls[0] == calls[1]


def test_a_few_rows_of_thousands_of_series_copy_a_few_rows(copies):
    view = WindowView(many(3000), lags=[2, 1, 0])
    for part in (view[[5, 11_000]], view[[5, 11_000]].compact()):
        copies.clear()
        part.to_numpy()
        assert sum(copies) == 3  # rows 4 and 5, and the first row of a series


def test_each_memory_map_is_read_once(tmp_path, copies):
    arrays = [as_mapped(array, tmp_path, k) for k, array in enumerate(many(5))]
    view = SeriesView(arrays)
    rows = np.array([0, 17, 1, 16, 2])
    assert_array_equal(view[rows].to_numpy(), np.concatenate(arrays)[rows])
    assert copies == [3, 2]


@pytest.mark.parametrize("kind", ["same", "days", "weekdays", "numbers", "ranges"])
@pytest.mark.parametrize("on_gap", ["raise", "ignore"])
def test_regular_indexes_are_not_looked_at_one_by_one(kind, on_gap):
    n = 50
    first = pd.date_range("2024-01-01", periods=n)
    if kind == "same":
        indexes = [pd.DatetimeIndex(first.to_numpy().copy()) for _ in range(n)]
    elif kind == "days":
        indexes = [first + pd.Timedelta(days=k) for k in range(n)]
    elif kind == "weekdays":
        indexes = [pd.bdate_range(start, periods=n) for start in first]
    elif kind == "numbers":
        indexes = [pd.Index(np.arange(n) * (k + 1)) for k in range(n)]
    else:
        indexes = [pd.RangeIndex(k, k + n) for k in range(n)]
    tables = [pd.DataFrame({"a": np.arange(n, dtype=float)}, i) for i in indexes]
    with (
        mock.patch.object(_gaps, "find_gaps", wraps=find_gaps) as gaps,
        mock.patch.object(_order, "ordered_differences") as orders,
    ):
        SeriesView(tables, on_gap=on_gap)
    assert gaps.call_count <= 1
    assert not orders.called


def test_gaps_that_series_share_are_looked_at_once():
    dates = pd.date_range("2024-01-01", periods=30).delete(9)
    tables = [pd.DataFrame({"a": np.zeros(29)}, dates) for _ in range(20)]
    with mock.patch.object(_gaps, "find_gaps", wraps=find_gaps) as gaps:
        with pytest.warns(UserWarning, match=r"^series\[0\].* 19 more of the series"):
            SeriesView(tables)
    assert gaps.call_count == 1


def test_a_list_is_not_held_twice():
    arrays = many(100, 10)
    layout = layout_of_arrays(arrays)
    assert [len(block) for block in layout.blocks] == [1000]
    assert all(own.base is layout.blocks[0] for own in layout.all_own())


# Pickles.


def test_a_pickle_has_the_rows_of_its_series_only():
    view = SeriesView(many(1000, 100))
    part = view[500:700].compact()
    assert len(pickle.dumps(part)) < 200 * (16 + 8 + 8) + 3000
    assert_array_equal(pickle.loads(pickle.dumps(part)).to_numpy(), part.to_numpy())


def test_views_of_series_do_not_copy_rows_to_be_derived():
    view = SeriesView(many(5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert WindowView(view, lags=[1, 0]).rows is view.rows
