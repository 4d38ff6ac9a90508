"""Views against arrays made by a naive reference, in plain Python loops."""

import pickle
import sys
import tracemalloc
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import Parallel, delayed
from numpy.testing import assert_array_equal
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingRegressor, VotingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import (
    KFold,
    TimeSeriesSplit,
    cross_validate,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import _safe_indexing, indexable

from skseqconv import (
    FlatWindowRegressor,
    LookbackWindower,
    MissingHistoryWarning,
    SeriesView,
    WindowView,
    make_supervised,
)
from skseqconv.engine._feed import gather, to_tensors
from skseqconv.inputs._sequences import WindowSequences
from skseqconv.series import _touched as reading
from skseqconv.series import _view as views
from skseqconv.series import _window_view
from skseqconv.series._steps import with_steps
from skseqconv.series.held import _layout
from skseqconv.series.held._layout import SMALL_BYTES
from skseqconv.transformers._row_wise import RowStep

properties = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, print_blob=False
)


# The reference, and the series, rows, lags and keys that it is asked about.


def numbered_series(length, n_channels, dtype=np.float64, which=0):
    """Each value says where it comes from: series, row, channel."""
    rows = 1000 * which + np.arange(length, dtype=dtype)[:, None]
    return np.ascontiguousarray(rows * 10 + np.arange(n_channels), dtype=dtype)


def own_rows(arrays):
    """(series, row in it) of each row, numbered through."""
    return [(k, i) for k, array in enumerate(arrays) for i in range(len(array))]


def reference_windows(arrays, rows, lags):
    owners = own_rows(arrays)
    out = np.empty((len(rows), len(lags), arrays[0].shape[1]), np.result_type(*arrays))
    for i, row in enumerate(rows):
        which, own = owners[row]
        for j, lag in enumerate(lags):
            out[i, j] = arrays[which][own - lag if own - lag > 0 else 0]
    return out


@st.composite
def lags_of_windows(draw):
    if draw(st.booleans()):
        n_lags, step = draw(st.integers(1, 6)), draw(st.integers(1, 4))
        return list(range((n_lags - 1) * step, -1, -step))
    lags = st.lists(st.integers(0, 35), min_size=1, max_size=5, unique=True)
    return sorted(draw(lags), reverse=True)


@st.composite
def seen_series(draw):
    """A view or windows of one to three series, and what they should show."""
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=3))
    n_channels = draw(st.integers(1, 3))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    arrays = [
        numbered_series(n, n_channels, dtype, which) for which, n in enumerate(lengths)
    ]
    series, dates = list(arrays), None
    if draw(st.booleans()):
        starts = [draw(st.integers(0, 5)) for _ in arrays]
        indexes = [
            pd.date_range("2020-01-01", periods=n, freq="h") + pd.Timedelta(hours=start)
            for n, start in zip(lengths, starts, strict=True)
        ]
        series = [
            pd.DataFrame(array, index=index, copy=False)
            for array, index in zip(arrays, indexes, strict=True)
        ]
        dates = [stamp for index in indexes for stamp in index]
    series = series[0] if len(series) == 1 else series
    n = sum(lengths)
    rows = draw(st.none() | st.lists(st.integers(0, n - 1), max_size=12))
    lags = draw(st.none() | lags_of_windows())
    if lags is None:
        view = SeriesView(series, rows)
    else:
        view = WindowView(series, rows, lags=lags)
    rows = list(range(n)) if rows is None else rows
    return SimpleNamespace(
        view=view,
        arrays=arrays,
        rows=np.array(rows, dtype=np.int64),
        lags=[0] if lags is None else lags,
        dates=dates,
        windows=lags is not None,
    )


def materialized(seen, arrays=None):
    values = reference_windows(arrays or seen.arrays, seen.rows, seen.lags)
    return values if seen.windows else values[:, 0]


@st.composite
def keys(draw, n):
    """A key that NumPy takes on an axis of length n."""
    kinds = ["slice", "mask", "mask list", "empty", "empty list"]
    kinds += ["ints", "int list"] if n else []
    kind = draw(st.sampled_from(kinds))
    if kind == "slice":
        key = draw(st.slices(n))
    elif kind.startswith("mask"):
        key = draw(st.lists(st.booleans(), min_size=n, max_size=n))
        key = key if kind == "mask list" and n else np.array(key, dtype=bool)
    elif kind.startswith("empty"):
        key = [] if kind == "empty list" else np.array([], dtype=np.int64)
    else:
        key = draw(st.lists(st.integers(-n, n - 1), max_size=2 * n))
        if kind == "ints":
            key = np.array(key, dtype=draw(st.sampled_from(["i8", "i4", "i2"])))
    wrap = draw(st.sampled_from(["bare", "bare", "dots", "colon", "alone"]))
    tuples = {"dots": (key, ...), "colon": (key, slice(None)), "alone": (key,)}
    return tuples.get(wrap, key)


def scaled(n_channels):
    """A fitted StandardScaler as a step, and the same in one line."""
    rows = np.arange(7.0 * n_channels).reshape(7, n_channels) ** 2
    scaler = StandardScaler().fit(rows)
    return RowStep(scaler, "transform", n_channels, None), scaler.transform


def first_and_sum():
    """A step that gives two channels, whatever goes in."""

    def transform(rows):
        return np.column_stack([rows[:, 0], rows.sum(axis=1)])

    names = np.array(["first", "sum"], dtype=object)
    step = SimpleNamespace(transform=transform, n_channels=2, channel_names=names)
    return step, transform


def climate(n_rows=100, n_channels=3):
    return np.random.default_rng(0).normal(size=(n_rows, n_channels))


# Indexing.


@properties
@given(st.data())
def test_any_composition_of_keys_gives_what_the_array_gives(data):
    seen = data.draw(seen_series())
    chunk = data.draw(st.sampled_from([1, 100, reading.CHUNK_BYTES]))
    values, rows = materialized(seen), seen.rows
    owners = own_rows(seen.arrays)
    view = seen.view
    for _ in range(data.draw(st.integers(0, 4))):
        key = data.draw(keys(len(view)))
        view, values = view[key], values[key]
        rows = rows[key[0] if isinstance(key, tuple) else key]
    with mock.patch.object(reading, "CHUNK_BYTES", chunk):
        got = view.to_numpy()
    assert type(view) is type(seen.view)
    assert got.dtype == values.dtype == view.dtype
    assert got.shape == view.shape == values.shape
    assert_array_equal(got, values)
    assert_array_equal(view.rows, rows)
    assert_array_equal(view.series_ids, [owners[row][0] for row in rows])
    assert_array_equal(view.complete, [owners[row][1] >= seen.lags[0] for row in rows])
    if seen.dates is None:
        assert view.index is None
    else:
        assert list(view.index) == [seen.dates[row] for row in rows]
    if len(view):
        at = data.draw(st.integers(-len(view), len(view) - 1))
        as_key = data.draw(st.sampled_from([int, np.int64, lambda i: (int(i), ...)]))
        assert_array_equal(view[as_key(at)], values[at])


@properties
@given(st.data())
def test_appended_steps_act_on_the_values_and_not_on_the_series(data):
    seen = data.draw(seen_series())
    view, arrays = seen.view, seen.arrays
    n_channels, dtype = arrays[0].shape[1], arrays[0].dtype
    for which in data.draw(st.lists(st.sampled_from(["scale", "sum"]), max_size=3)):
        step, transform = scaled(n_channels) if which == "scale" else first_and_sum()
        view = with_steps(view, (*view.steps, step))
        arrays = [transform(array) for array in arrays]
        n_channels = step.n_channels
    values = materialized(seen, arrays).astype(dtype)
    key = data.draw(keys(len(view)))
    chunk = data.draw(st.sampled_from([1, 100, reading.CHUNK_BYTES]))
    with mock.patch.object(reading, "CHUNK_BYTES", chunk):
        assert_array_equal(view[key].to_numpy(), values[key])
    assert view.shape == values.shape
    assert view._series is seen.view._series


@properties
@given(st.data())
def test_a_block_holds_each_touched_row_once(data):
    seen = data.draw(seen_series())
    block, positions = seen.view.block(np.float64)
    owners = own_rows(seen.arrays)
    everything = np.concatenate(seen.arrays)
    touched = set()
    for row, position in zip(seen.rows, positions, strict=True):
        depth = min(owners[row][1], seen.lags[0])
        touched.update(range(row - depth, row + 1))
        span = block[position - depth : position + 1]
        assert_array_equal(span, everything[row - depth : row + 1])
    assert_array_equal(block, everything[sorted(touched)])


@properties
@given(seen_series(), st.booleans())
def test_programs_gather_what_the_windows_hold(seen, complete):
    view = WindowView(seen.view, lags=seen.lags)
    at = np.flatnonzero(view.complete) if complete else np.arange(len(view))
    tensors = to_tensors(WindowSequences(view[at]).tensors())
    order = np.random.default_rng(0).permutation(len(at)).astype(np.int32)
    windows = gather(tensors, tf.constant(order)).numpy()
    expected = reference_windows(seen.arrays, seen.rows[at], seen.lags)
    assert_array_equal(windows, expected[order])


@pytest.mark.parametrize("lags", [[24, 18, 12], [9, 6, 3], [40, 5], [21, 14, 0], [7]])
def test_programs_gather_windows_that_end_before_their_row(lags):
    series = numbered_series(60, 2)
    view = WindowView(series, ends=[59, 41, 42, 43, 41], lags=lags)
    tensors = to_tensors(WindowSequences(view).tensors())
    windows = gather(tensors, tf.range(5)).numpy()
    assert_array_equal(windows, reference_windows([series], view.rows, lags))


def test_steps_name_the_channels():
    table = pd.DataFrame(climate(5, 3), columns=["a", "b", "c"])
    view = SeriesView(table)
    assert list(view.channel_names) == ["a", "b", "c"]
    summed = with_steps(view, (*view.steps, first_and_sum()[0]))
    assert list(summed[1:].channel_names) == ["first", "sum"]
    assert summed.n_channels == 2
    assert view.steps == ()
    assert view.n_channels == 3


def test_iterating_gives_the_rows():
    windows = WindowView(np.arange(4.0), lags=[1, 0])
    assert_array_equal(list(windows), [[[0], [0]], [[0], [1]], [[1], [2]], [[2], [3]]])


# Windows.


@properties
@given(seen_series())
def test_the_last_entries_of_windows_rebuild_the_rows(seen):
    lags = [lag - seen.lags[-1] for lag in seen.lags]
    windows = WindowView(SeriesView(seen.view), lags=lags)
    rows = LookbackWindower(3).inverse_transform(windows)
    expected = np.concatenate(seen.arrays)[seen.rows]
    assert_array_equal(windows.to_numpy()[:, -1], expected)
    assert_array_equal(rows.to_numpy(), expected)
    assert isinstance(rows, SeriesView)
    assert rows._series is windows._series


def test_windows_of_a_later_fold_reach_back_into_the_rows_before_it():
    fold = SeriesView(np.arange(10.0))[6:]
    windows = LookbackWindower(6, step=2).fit_transform(fold)
    assert_array_equal(windows[0].ravel(), [2, 4, 6])
    assert windows.complete.all()


def test_windows_at_the_start_are_padded_with_the_first_row_and_incomplete():
    windows = WindowView(np.arange(5.0, 10.0), lags=[4, 2, 0])
    assert_array_equal(
        windows.to_numpy()[:, :, 0],
        [[5, 5, 5], [5, 5, 6], [5, 5, 7], [5, 6, 8], [5, 7, 9]],
    )
    assert_array_equal(windows.complete, [False, False, False, False, True])


def test_windows_do_not_cross_from_one_series_into_another():
    windows = WindowView([np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0])], lags=[1, 0])
    assert_array_equal(
        windows.to_numpy()[:, :, 0], [[1, 1], [1, 2], [2, 3], [7, 7], [7, 8]]
    )
    assert_array_equal(windows.complete, [False, True, True, False, True])
    assert_array_equal(windows.series_ids, [0, 0, 0, 1, 1])


def test_changing_the_future_changes_no_window_of_the_past():
    series = climate(50)
    changed = series.copy()
    changed[31:] = 1e9
    past = [WindowView(s, lags=[20, 10, 0])[:31].to_numpy() for s in (series, changed)]
    assert_array_equal(*past)


# Compact views.


@properties
@given(st.data())
def test_a_compact_view_shows_the_same(data):
    seen = data.draw(seen_series())
    view = seen.view[data.draw(keys(len(seen.view)))]
    view = with_steps(view, (*view.steps, scaled(view.n_channels)[0]))
    small = view.compact()
    assert type(small) is type(view)
    assert_array_equal(small.to_numpy(), view.to_numpy())
    assert_array_equal(small.complete, view.complete)
    order = [np.unique(v.stamps, return_inverse=True)[1] for v in (small, view)]
    assert_array_equal(*order)
    assert small.dtype == view.dtype
    assert small.nbytes <= view.nbytes
    if seen.dates is None:
        assert small.index is None
    else:
        assert list(small.index) == list(view.index)
    kept = small.series if isinstance(small.series, list) else [small.series]
    touched = [
        (max(own - seen.lags[0], 0), own, which)
        for which, own in (own_rows(seen.arrays)[row] for row in view.rows)
    ]
    spans = []  # of each series, from the first row that a window touches to the last
    for which in sorted({which for *_, which in touched}):
        firsts, lasts, _ = zip(*(t for t in touched if t[2] == which), strict=True)
        spans.append(max(lasts) + 1 - min(firsts))
    assert [len(array) for array in kept if len(small)] == spans
    wholes = view.series if isinstance(view.series, list) else [view.series]
    for array in kept if len(small) else []:
        assert any(np.shares_memory(array, whole) for whole in wholes)


def test_a_compact_view_pickles_small():
    windows = WindowView(climate(10_000, 5), lags=[10, 5, 0])[8000:8100]
    carried = pickle.dumps(windows.compact())
    assert len(pickle.dumps(windows)) > 400_000
    assert len(carried) < 110 * 5 * 8 + 100 * 8 + 2000
    assert_array_equal(pickle.loads(carried).to_numpy(), windows.to_numpy())


def test_a_compact_view_keeps_the_dtype_of_series_of_two_precisions():
    series = [np.zeros((4, 1), np.float32), np.zeros((4, 1))]
    part = SeriesView(series)[:2]
    assert part.compact().dtype == part.dtype == np.float64


@properties
@given(seen_series())
def test_stamps_are_in_the_order_of_time(seen):
    owners = own_rows(seen.arrays)
    if len(seen.arrays) == 1:
        times = list(seen.rows)
    elif seen.dates is None:
        times = [owners[row][1] for row in seen.rows]
    else:
        times = [seen.dates[row] for row in seen.rows]
    ranks = {time: rank for rank, time in enumerate(sorted(set(times)))}
    expected = [ranks[time] for time in times]
    assert_array_equal(np.unique(seen.view.stamps, return_inverse=True)[1], expected)


@pytest.mark.parametrize(
    "indexes",
    [
        (pd.RangeIndex(0, 6, 2), pd.RangeIndex(1, 7, 2)),
        (pd.Index([0, 2, 4], dtype="u4"), pd.Index([1, 3, 5], dtype="i2")),
        (
            pd.date_range("2020", periods=3, freq="2h", unit="s"),
            pd.date_range("2020-01-01 01:00", periods=3, freq="2h", unit="ns"),
        ),
        (
            pd.date_range("2020", periods=3, freq="2h", tz="UTC"),
            pd.date_range("2020-01-01 02:00", periods=3, freq="2h", tz="Europe/Berlin"),
        ),
        (
            pd.timedelta_range("0h", periods=3, freq="2h"),
            pd.timedelta_range("1h", periods=3, freq="2h"),
        ),
        (
            pd.date_range("2300", periods=3, freq="2D", unit="s"),
            pd.date_range("2300-01-02", periods=3, freq="2D", unit="s"),
        ),
    ],
    ids=["range", "integers", "units", "time zones", "timedeltas", "far future"],
)
def test_stamps_of_several_series_compare_their_indexes(indexes):
    view = SeriesView([pd.DataFrame({"a": [1.0, 2, 3]}, index=i) for i in indexes])
    assert_array_equal(np.argsort(view.stamps), [0, 3, 1, 4, 2, 5])
    assert len(set(view.stamps)) == 6


def test_equal_dates_of_several_series_have_equal_stamps():
    dates = pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC")
    tables = [pd.DataFrame({"a": [1.0, 2, 3]}, index=dates) for _ in range(2)]
    tables[1].index = dates.tz_convert("Asia/Tokyo")
    stamps = SeriesView(tables).stamps
    assert_array_equal(stamps[:3], stamps[3:])


def test_series_without_a_time_are_in_the_order_of_their_rows():
    names = pd.Index(["monday", "noon", "evening"])
    tables = [pd.DataFrame({"a": [1.0, 2, 3]}, index=i) for i in (names, [0, 1, 2])]
    assert_array_equal(SeriesView(tables).stamps, [0, 1, 2, 0, 1, 2])


# Memory.

KEYS = [
    slice(2, 50),
    slice(None, None, -3),
    np.array([5, -1, 5]),
    np.arange(100) % 3 == 0,
    [],
    (slice(4, None), ...),
    (np.array([7]), slice(None)),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_indexing_shares_the_memory_of_the_series(dtype):
    series = climate().astype(dtype)
    view = SeriesView(series)
    assert view.dtype == dtype
    for rows in (view, WindowView(view, lags=[4, 2, 0])):
        for key in KEYS:
            part = rows[key]
            assert np.shares_memory(part.series, series)
            assert np.shares_memory(part[: len(part) // 2].series, series)
            assert part.series.dtype == dtype


def test_large_arrays_of_a_list_are_held_as_they_are():
    series = [np.zeros((n, 3)) for n in (SMALL_BYTES // 24 + 1, SMALL_BYTES // 20)]
    for part in (SeriesView(series)[::2], WindowView(series, lags=[1, 0])[[40, 3]]):
        assert isinstance(part.series, list)
        for held, given_ in zip(part.series, series, strict=True):
            assert np.shares_memory(held, given_)


def test_small_arrays_of_a_list_are_joined():
    series = [climate(30), climate(20), climate(5).astype(np.float32), climate(9)]
    first, *others = SeriesView(series).series
    assert not np.shares_memory(first, series[0])
    assert [one.base is first.base for one in others] == [True, False, True]
    for held, given_ in zip([first, *others], series, strict=True):
        assert_array_equal(held, given_)
        assert held.dtype == given_.dtype


def test_the_series_of_one_array_are_not_copied():
    panel = climate(60).reshape(4, 15, 3)
    for series in (list(panel), [panel[2], panel[0]], list(panel[:, 3:9])):
        view = SeriesView(series)
        assert all(np.shares_memory(one, panel) for one in view.series)
        assert_array_equal(view.to_numpy(), np.concatenate(series))


def test_lists_too_large_to_be_joined_stay_as_they_are():
    series = [climate(30), climate(20), climate(10)]
    with mock.patch.object(_layout, "MOST_JOINED_BYTES", 60 * 3 * 8 - 1):
        view = SeriesView(series)
    assert all(map(np.shares_memory, view.series, series))
    assert_array_equal(view[::-1].to_numpy(), np.concatenate(series)[::-1])


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_may_hold_one_series_or_none(kind):
    series = climate(30)
    assert np.shares_memory(SeriesView(kind([series])).series, series)
    assert SeriesView(kind([series[:, 0]])).shape == (30, 1)
    assert SeriesView(kind([])).shape == (0, 1)


def test_a_contiguous_part_of_an_array_and_a_table_are_not_copied():
    series = climate()
    assert np.shares_memory(SeriesView(series[10:]).series, series)
    table = pd.DataFrame(series, columns=list("abc"), copy=False)
    assert np.shares_memory(SeriesView(table)[3:].series, series)


@pytest.mark.parametrize("dtype", ["i2", "u1", "f4", "f8", ">f4", "f2", "?"])
def test_a_memory_map_is_held_as_it_is(tmp_path, dtype):
    mapped = np.memmap(tmp_path / "series", dtype=dtype, mode="w+", shape=(100, 3))
    mapped[:] = np.arange(300).reshape(100, 3) % 100
    view = SeriesView(mapped)
    assert view.dtype == (np.float32 if dtype == "f4" else np.float64)
    for part in [WindowView(view, lags=[2, 0])[5:], *(view[key] for key in KEYS)]:
        assert isinstance(part.series, np.memmap)
        assert part.series.dtype == mapped.dtype
        assert np.shares_memory(part.series, mapped)
        assert part.to_numpy().dtype == view.dtype
    assert_array_equal(view[90:].to_numpy(), np.asarray(mapped)[90:])


@pytest.mark.parametrize("dtype", ["i8", "u2", "f2", "?", ">f8"])
def test_other_numbers_are_converted_once(dtype):
    series = np.arange(12).reshape(6, 2).astype(dtype)
    view = SeriesView(series)
    assert view.series.dtype == view.dtype == np.float64
    assert view.series.dtype.isnative
    assert_array_equal(view.to_numpy(), series)
    assert view[2:][::-1].series is view.series
    assert WindowView(view, lags=[1, 0]).series is view.series


def test_a_fortran_ordered_array_is_copied_once():
    series = np.asfortranarray(climate())
    view = SeriesView(series)
    assert view.series.flags.c_contiguous
    assert not np.shares_memory(view.series, series)
    assert_array_equal(view.series, series)
    assert view[5:].series is view.series


def test_a_table_gives_channel_names_and_dates():
    index = pd.date_range("2020-01-01", periods=10, freq="h", tz="Europe/Berlin")
    table = pd.DataFrame(climate(10, 2), index=index, columns=["rain", "temp"])
    windows = WindowView(table, lags=[1, 0])[[7, 2]]
    assert list(windows.channel_names) == ["rain", "temp"]
    assert windows.index.equals(index[[7, 2]])
    plain = SeriesView(table.to_numpy())
    assert plain.channel_names is None
    assert plain.index is None


def test_names_that_are_not_str_are_not_kept():
    assert SeriesView(pd.DataFrame(climate(10, 2))).channel_names is None


def test_one_dimension_is_one_channel():
    series = np.arange(5.0)
    assert SeriesView(series).shape == (5, 1)
    assert np.shares_memory(SeriesView(series).series, series)
    dated = pd.Series(series, index=pd.date_range("2020", periods=5))
    assert SeriesView(dated)[2:].index.equals(dated.index[2:])


@pytest.mark.parametrize(
    "column",
    [
        pd.array([1, None, 3], dtype="Int64"),
        pd.array([1.0, None, 3.0], dtype="Float32"),
        np.array([1, np.nan, 3], dtype=object),
    ],
    ids=["Int64", "Float32", "object"],
)
def test_missing_values_of_any_numeric_column_are_nan(column):
    table = pd.DataFrame({"a": column, "b": [4.0, 5.0, 6.0]})
    assert_array_equal(SeriesView(table).to_numpy(), [[1, 4], [np.nan, 5], [3, 6]])


def test_one_pickle_holds_the_series_once():
    series = climate(20_000, 14)
    view = SeriesView(series)
    triple = (view, view[3:], WindowView(view, lags=[2, 1, 0]))
    carried = pickle.dumps(triple)
    assert series.nbytes < len(carried) < 1.3 * series.nbytes
    first, second, third = pickle.loads(carried)
    assert second.series is first.series
    assert third.series is first.series
    assert_array_equal(third[-1], series[-3:])


@pytest.mark.processes
def test_joblib_hands_the_series_to_workers_as_a_memory_map():
    series = climate(20_000, 14)
    windows = WindowView(series, lags=[2, 1, 0])

    def look(part):
        return type(part.series).__name__, len(part.series), part.to_numpy()[-1]

    parts = [windows[:100], windows[100:200]]
    for (kind, length, last), stop in zip(
        Parallel(n_jobs=2, backend="loky")(delayed(look)(part) for part in parts),
        (100, 200),
        strict=True,
    ):
        assert kind == "memmap"
        assert length == len(series)
        assert_array_equal(last, series[stop - 3 : stop])


def test_windows_of_a_long_series_take_little_memory():
    series = np.zeros((201_500, 14), dtype=np.float32)
    tracemalloc.start()
    view = SeriesView(series)
    windows = LookbackWindower(1440).fit_transform(view)
    part = windows[np.arange(200_000) + 1439]
    assert part.shape == (200_000, 1440, 14)
    assert part.complete.all()
    assert part[::2][:10].to_numpy().shape == (10, 1440, 14)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


# What a view says about itself.


def test_a_view_says_its_shape_and_its_memory():
    view = SeriesView(np.zeros((1000, 3), dtype=np.float32))
    assert repr(view) == "SeriesView(shape=(1000, 3), 20 kB held, 12 kB as an array)"
    assert (view.nbytes, view.materialized_nbytes) == (20_000, 12_000)
    assert (len(view), view.ndim, view.size) == (1000, 2, 3000)
    windows = LookbackWindower(480, step=3).fit_transform(view)[::2]
    assert repr(windows) == (
        "WindowView(shape=(500, 160, 3), lookback=480, 16 kB held, 960 kB as an array)"
    )
    assert (windows.nbytes, windows.materialized_nbytes) == (16_000, 960_000)
    assert (len(windows), windows.ndim, windows.size) == (500, 3, 240_000)
    assert 16_000 < sys.getsizeof(windows) < 17_000


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (11_345_678_901, "11.3 GB"),
        (2 * 10**12, "2 TB"),
    ],
)
def test_bytes_are_told_in_the_unit_that_people_read(n_bytes, text):
    assert views.readable_bytes(n_bytes) == text


@pytest.mark.parametrize(
    ("lags", "lookback"),
    [([0], 1), ([5], 6), ([4, 1], 7), ([4, 2, 0], 6), ([24, 18, 12], 30)],
)
def test_lookback_counts_the_rows_that_a_window_spans(lags, lookback):
    assert WindowView(climate(30), lags=lags).lookback == lookback


def test_sizes_are_those_of_the_array():
    windows = WindowView(climate(50, 2), lags=[4, 2, 0])[10:20]
    array = windows.to_numpy()
    assert windows.materialized_nbytes == array.nbytes
    assert (windows.size, windows.ndim, windows.dtype) == (
        array.size,
        array.ndim,
        array.dtype,
    )


def test_to_numpy_takes_a_dtype_and_gives_a_copy():
    series = climate(10)
    values = SeriesView(series).to_numpy()
    assert not np.shares_memory(values, series)
    single = WindowView(series, lags=[1, 0]).to_numpy(np.float32)
    assert single.dtype == np.float32
    assert_array_equal(single[:, 1], series.astype(np.float32))


# Becoming an array.


@pytest.mark.parametrize(
    "copy",
    [
        np.asarray,
        lambda view: np.array(view, dtype=np.float32),
        StandardScaler().fit,
        lambda view: BaggingRegressor(flat_model()).fit(view, np.arange(10)),
        lambda view: np.add(view, 1),
    ],
    ids=["asarray", "array", "stock transformer", "Bagging", "ufunc"],
)
def test_rows_are_not_turned_into_an_array_by_accident(copy):
    with pytest.raises(TypeError, match=r"would be wrong.*PerStep.*FlatWindowReg"):
        copy(SeriesView(climate(10)))


def test_the_error_names_importance_for_views():
    rows, y = SeriesView(climate(30)), np.arange(30.0)
    model = flat_model().fit(rows, y)
    message = r"Instead of permutation_importance use skseqconv\.importance\."
    with pytest.raises(TypeError, match=message):
        permutation_importance(model, rows, y)


def flat_model(regressor=None):
    return make_pipeline(LookbackWindower(5), FlatWindowRegressor(regressor))


@pytest.mark.parametrize(
    "model",
    [
        flat_model(BaggingRegressor(LinearRegression(), 2, random_state=0)),
        VotingRegressor([("one", flat_model(LinearRegression()))]),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_ways_that_the_refusal_names_see_whole_windows(model):
    # Each value is the negative of the fourth before it: only whole windows tell it.
    series = np.random.default_rng(0).normal(size=60)
    for row in range(4, 60):
        series[row] = -series[row - 4]
    X, y = make_supervised(series, 0)
    model.fit(X[:40], y[:40])
    np.testing.assert_allclose(model.predict(X[40:]), y[40:])


def test_whole_windows_become_an_array():
    windows = WindowView(climate(10), lags=[2, 1, 0])
    assert_array_equal(np.asarray(windows[2:]), windows[2:].to_numpy())
    assert np.asarray(windows[2:], dtype=np.float32).dtype == np.float32
    with pytest.warns(MissingHistoryWarning, match="history for 2 of 9 rows") as caught:
        array = np.asarray(windows[:9])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert_array_equal(array, windows[:9].to_numpy())


def test_a_large_view_is_not_made_an_array_by_accident(monkeypatch):
    windows = WindowView(climate(103, 2), lags=[3, 2, 1, 0])[3:]
    n_bytes = windows.materialized_nbytes
    monkeypatch.setattr(_window_view, "MAX_IMPLICIT_BYTES", n_bytes)
    assert np.asarray(windows).shape == (100, 4, 2)
    monkeypatch.setattr(
        _window_view, "MAX_IMPLICIT_BYTES", windows.materialized_nbytes - 1
    )
    with pytest.raises(ValueError, match=r"an array of 6\.4 kB\..*to_numpy"):
        np.asarray(windows)
    assert windows.to_numpy().shape == (100, 4, 2)


def test_asarray_without_a_copy_is_not_possible():
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(WindowView(climate(10), lags=[0]), copy=False)


# What is refused.


@pytest.mark.parametrize(
    "key",
    [
        (0, 1),
        (slice(None), 0),
        (slice(None), [0, 1]),
        (slice(None), np.array([0, 1])),
        (slice(None), np.array([0])),
        (..., 0),
        (slice(None), None),
        (),
    ],
    ids=repr,
)
@pytest.mark.parametrize("lags", [None, [1, 0]])
def test_keys_beyond_rows_are_refused(key, lags):
    view = SeriesView(climate(6, 2))
    view = view if lags is None else WindowView(view, lags=lags)
    with pytest.raises(IndexError, match=r"indexed by rows only.*to_numpy\(\)"):
        view[key]


@pytest.mark.parametrize(
    "key",
    [1.0, [1.5], np.zeros(3), [[0, 1]], np.eye(6) > 0, None, True, "a", ["a"]],
    ids=repr,
)
def test_keys_that_are_no_rows_are_refused(key):
    with pytest.raises(IndexError, match="an int, a slice, or a one-dimensional array"):
        SeriesView(climate(6, 2))[key]


@pytest.mark.parametrize("key", [6, -7, [0, 6], np.array([-7])], ids=repr)
def test_rows_out_of_range_are_refused(key):
    windows = WindowView(climate(6, 2), lags=[1, 0])
    with pytest.raises(IndexError, match="out of bounds"):
        windows[key]


@pytest.mark.parametrize("length", [1, 5, 7])
def test_a_mask_of_another_length_is_refused(length):
    with pytest.raises(IndexError, match="boolean index did not match"):
        SeriesView(climate(6, 2))[np.ones(length, dtype=bool)]


@pytest.mark.parametrize("rows", [[0, 6], [3, -1], [3, 99]], ids=repr)
def test_rows_outside_the_series_are_refused(rows):
    with pytest.raises(ValueError, match=rf"in 0\.\.5, got {min(rows)}\.\.{max(rows)}"):
        SeriesView(climate(6, 2), rows)
    with pytest.raises(ValueError, match=r"SeriesView\(series\)\[\[-1\]\] chooses"):
        SeriesView(climate(6, 2), rows)
    assert SeriesView(climate(6, 2))[[-1]].rows == 5


@pytest.mark.parametrize("rows", [[[0]], 3, [0.5], [True] * 6], ids=repr)
def test_rows_that_are_no_row_numbers_are_refused(rows):
    with pytest.raises(ValueError, match="one-dimensional array of integers"):
        SeriesView(climate(6, 2), rows)


@pytest.mark.parametrize(
    "lags", [[], [0, 1], [1, 1, 0], [1, -1], [1.0, 0.0], [[1, 0]], 3, None], ids=repr
)
def test_lags_that_are_no_lags_are_refused(lags):
    with pytest.raises(ValueError, match="lags must be whole numbers >= 0"):
        WindowView(climate(6, 2), lags=lags)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64])
def test_lags_of_any_integer_type_are_taken(dtype):
    windows = WindowView(np.arange(4.0), lags=np.array([2, 0], dtype=dtype))
    assert_array_equal(windows[3].ravel(), [1, 3])
    with pytest.raises(ValueError, match="descending order"):
        WindowView(np.arange(4.0), lags=np.array([0, 2], dtype=dtype))


@pytest.mark.parametrize(
    "column", [["x", "1", "2"], pd.date_range("2020", periods=3)], ids=["text", "dates"]
)
def test_a_channel_that_is_not_numeric_is_named(column):
    table = pd.DataFrame({"temp": [1.0, 2.0, 3.0], "wind": column})
    with pytest.raises(ValueError, match=r"Channel 'wind' .* not numeric .*leave it"):
        SeriesView(table)


@pytest.mark.parametrize(
    "series",
    [np.array([["a"], ["b"]]), np.array([[1], [None]]), np.array([[1j]]), None],
    ids=["text", "object", "complex", "None"],
)
def test_arrays_that_are_not_numeric_are_refused(series):
    with pytest.raises(ValueError, match="must be numeric, got an array of dtype"):
        SeriesView(series)


@pytest.mark.parametrize("shape", [(), (2, 3, 4)])
def test_series_of_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"of shape \(n_steps, n_channels\), got"):
        SeriesView(np.zeros(shape))


def test_series_of_a_list_must_have_the_same_channels():
    with pytest.raises(ValueError, match=r"series\[1\] .* 3 unnamed.* 2 unnamed"):
        SeriesView([climate(5, 2), climate(5, 3)])
    first = pd.DataFrame(climate(5, 2), columns=["a", "b"])
    with pytest.raises(ValueError, match=r"series\[1\].*'b', 'a'.*'a', 'b'"):
        SeriesView([first, first[["b", "a"]]])
    with pytest.raises(ValueError, match=r"series\[2\] .* 2 unnamed"):
        SeriesView([first, first, first.to_numpy()])


# Scikit-learn's own ways to take rows: none may warn, warnings are errors here.


@pytest.mark.parametrize(
    "key",
    [[3, 1], np.array([3, 1]), np.arange(20) > 12, [True] * 20, slice(2, 9)],
    ids=["list", "array", "mask", "mask list", "slice"],
)
def test_safe_indexing_gives_a_view(key):
    windows = WindowView(climate(20), lags=[1, 0])
    part = _safe_indexing(windows, key)
    assert isinstance(part, WindowView)
    assert_array_equal(part.rows, np.arange(20)[key])
    assert part.series is windows.series


def test_train_test_split_gives_views():
    view, y = SeriesView(climate(20)), np.arange(20)
    train, test, y_train, y_test = train_test_split(view, y, shuffle=False)
    assert isinstance(train, SeriesView)
    assert_array_equal(train.rows, y_train)
    assert_array_equal(test.rows, y_test)
    train, test, y_train, y_test = train_test_split(view, y, random_state=0)
    assert_array_equal(test.rows, y_test)


def test_splitters_and_indexable_take_views():
    view = SeriesView(climate(20))
    assert indexable(view, np.zeros(20))[0] is view
    for splitter in (TimeSeriesSplit(3), KFold(4), KFold(4, shuffle=True)):
        for train, test in splitter.split(view):
            assert_array_equal(view[train].rows, train)
            assert_array_equal(view[test].to_numpy(), view.series[test])


def test_cross_validation_hands_views_to_the_steps():
    view, y = SeriesView(climate(20)), np.arange(20.0)
    handed = []

    def note(X):
        handed.append(X)
        return X

    model = make_pipeline(FunctionTransformer(note), DummyRegressor())
    cross_validate(model, view, y, cv=TimeSeriesSplit(2))
    assert all(isinstance(X, SeriesView) for X in handed)
    assert [len(X) for X in handed] == [8, 6, 14, 6]
    assert all(X.series is view.series for X in handed)


def test_a_view_of_a_view_refuses_gaps():
    days = pd.date_range("2024-01-01", periods=10).delete(4)
    table = pd.DataFrame({"v": np.arange(9.0)}, days)
    view = SeriesView(table, on_gap="ignore")
    for on_gap in ("warn", "ignore"):
        SeriesView(view, on_gap=on_gap)
    with pytest.raises(ValueError, match="The index has 1 gap"):
        SeriesView(view, on_gap="raise")
