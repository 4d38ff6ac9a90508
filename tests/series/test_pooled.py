"""Pooled views against loops over the series and their channels."""

import pickle

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

properties = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, print_blob=False
)


def numbered(length, which=0, n_channels=3):
    """Each value says where it comes from: series, row, channel."""
    rows = 1000 * which + np.arange(length, dtype=float)[:, None]
    return rows * 10 + np.arange(n_channels)


def hourly(n_rows, start="2020-01-01"):
    return pd.date_range(start, periods=n_rows, freq="h")


def table(index, which=0):
    values = numbered(len(index), which)
    return pd.DataFrame(values, index=index, columns=["load", "sun", "wind"])


@st.composite
def tasks(draw):
    """Series with dates or not, some values missing, channels, delays and rows."""
    delays = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    lengths[0] = max(delays) + draw(st.integers(2, 6))
    values = [numbered(n, k) for k, n in enumerate(lengths)]
    for _ in range(draw(st.integers(0, 4))):
        one = draw(st.sampled_from(values))
        one[draw(st.integers(0, len(one) - 1)), draw(st.integers(0, 2))] = np.nan
    known = slice(0, max(delays) + 1)  # at least one row has its targets
    values[0][known] = numbered(len(values[0]))[known]
    channels = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True))
    starts = draw(st.lists(st.integers(0, 5), min_size=3, max_size=3))
    rows = None
    if draw(st.booleans()):
        kept = st.sets(st.integers(0, sum(lengths) - 1))
        rows = np.array(sorted({0, *draw(kept)}))
    delays = delays[0] if len(delays) == 1 else delays
    return values, starts if draw(st.booleans()) else None, channels, delays, rows


def by_loops(values, starts, channels, delays, rows):
    """(time, row, channel, history, targets) of each row that has its targets."""
    found, begin = [], 0
    for one, start in zip(values, starts or [0, 0, 0], strict=False):
        for t in range(len(one)):
            for place, channel in enumerate(channels):
                ahead = [t + d for d in np.atleast_1d(delays)]
                chosen = rows is None or begin + t in rows
                if not chosen or max(ahead) >= len(one):
                    continue
                targets = one[ahead, channel]
                first = np.argmax(~np.isnan(one[:, channel]))
                if np.isfinite(targets).all() and t >= first:
                    history = one[[max(t - lag, first) for lag in (2, 1, 0)], channel]
                    found.append((start + t, begin + t, place, history, targets))
        begin += len(one)
    return sorted(found, key=lambda one: one[:3])


@pytest.mark.filterwarnings("ignore:.* have no (row with a )?target:UserWarning")
@properties
@given(tasks())
def test_each_row_is_that_of_a_loop(task):
    values, starts, channels, delays, rows = task
    series = values
    if starts:
        names = ["load", "sun", "wind"]
        series = [
            pd.DataFrame(one, hourly(99)[start : start + len(one)], names)
            for one, start in zip(values, starts, strict=False)
        ]
        channels_given = [names[channel] for channel in channels]
    else:
        channels_given = channels
    X, y = make_supervised(series, channels_given, delay=delays, rows=rows, pooled=True)
    time, row, place, history, targets = zip(
        *by_loops(values, starts, channels, delays, rows), strict=True
    )
    assert_array_equal(X.source_rows, row)
    assert_array_equal(X.channels, [channels_given[at] for at in place])
    windows = WindowView(X, lags=[2, 1, 0]).to_numpy()
    assert_array_equal(windows[:, :, 0], history)
    assert_array_equal(y.reshape(len(X), -1), targets)
    assert y.ndim == np.ndim(delays) + 1
    assert X.target == tuple((0, delay) for delay in np.atleast_1d(delays))
    if starts:
        assert_array_equal(X.index, hourly(99)[list(time)])
        assert list(X.channel_names) == ["value"]
    else:
        assert X.index is None and X.channel_names is None

    cells = dict(zip(zip(time, row, place, strict=True), targets, strict=True))
    times = sorted({key[:2] for key in cells})
    expected = np.full((len(times), len(channels), len(targets[0])), np.nan)
    for (when, t, place), values in cells.items():
        expected[times.index((when, t)), place] = values
    assert_array_equal(X.unpool(y.reshape(len(X), -1)), expected)


@properties
@given(tasks(), st.randoms(use_true_random=False))
@pytest.mark.filterwarnings("ignore:.* have no (row with a )?target:UserWarning")
def test_any_part_is_laid_out_alike(task, random):
    values, _, channels, delays, rows = task
    X, y = make_supervised(values, channels, delay=delays, rows=rows, pooled=True)
    at = random.sample(range(len(X)), random.randint(1, len(X)))
    part = WindowView(X, lags=[2, 0])[at]
    times = sorted({(X.stamps[i], X.source_rows[i]) for i in at})
    expected = np.full((len(times), len(channels), *y.shape[1:]), np.nan)
    for i in at:
        time = times.index((X.stamps[i], X.source_rows[i]))
        expected[time, channels.index(X.channels[i])] = y[i]
    for same in (part, part.compact(), pickle.loads(pickle.dumps(part))):
        assert_array_equal(same.channels, X.channels[at])
        assert_array_equal(same.source_rows, X.source_rows[at])
        assert_array_equal(same.unpool(y[at]), expected)


# Dates and labels.


def test_a_frame_of_forecasts():
    X, y = make_supervised(
        table(hourly(5)), ["wind", "load"], delay=[1, 2], pooled=True
    )
    frame = X.unpool(y, as_frame=True)
    assert frame.index.equals(hourly(5)[:3])
    assert frame.columns.names == ["channel", "delay"]
    assert list(frame.columns) == [("wind", 1), ("wind", 2), ("load", 1), ("load", 2)]
    assert_array_equal(frame["load"], [[10, 20], [20, 30], [30, 40]])
    errors = X.unpool(np.abs(y - 12).mean(axis=1), as_frame=True)
    assert list(errors) == ["wind", "load"] and errors.columns.name == "channel"
    assert_array_equal(errors["wind"], np.abs(frame["wind"] - 12).mean(axis=1))


def test_a_frame_of_several_series():
    series = [table(hourly(3)), table(hourly(3, "2020-01-01 01:00"), which=1)]
    X, y = make_supervised(series, ["load", "sun"], pooled=True)
    frame = X[1:].unpool(y[1:], as_frame=True)
    hours = hourly(3)
    assert list(frame.index) == [
        (0, hours[0]),
        (0, hours[1]),
        (1, hours[1]),
        (1, hours[2]),
    ]
    assert frame.index.names == ["series", None]
    assert_array_equal(frame["load"], [np.nan, 20, 10_010, 10_020])
    assert_array_equal(frame["sun"], [11, 21, 10_011, 10_021])


def test_a_frame_without_dates_has_row_numbers():
    X, y = make_supervised(numbered(6), [0, 2], rows=[1, 4], pooled=True)
    frame = X.unpool(y, as_frame=True)
    assert list(frame.index) == [1, 4] and frame.index.name == "row"
    assert list(frame) == [0, 2]
    quantiles = np.zeros((4, 1, 3), dtype=np.float32)
    assert X.unpool(quantiles).shape == (2, 2, 1, 3)
    assert X.unpool(quantiles).dtype == np.float32
    assert list(X.unpool(quantiles[:, 0], as_frame=True).loc[:, 2]) == [0, 1, 2]


def test_parts_without_values():
    X, y = make_supervised(numbered(6), [0, 2], delay=[1, 2], pooled=True)
    assert X[:0].unpool(y[:0]).shape == (0, 2, 2)
    masked = np.ma.masked_array(y[:2], [[False, True], [False, False]])
    assert_array_equal(X[:2].unpool(masked), [[[10, np.nan], [12, 22]]])


def test_labels_of_any_kind():
    frame = pd.DataFrame(numbered(4))
    frame.columns = pd.Index([("a", 1), "b", 7], tupleize_cols=False)
    X, y = make_supervised(frame, [("a", 1), 7], delay=[1], pooled=True)
    assert list(X.channels[:2]) == [("a", 1), 7]
    assert list(X.channel_names) == ["value"]
    assert list(X.unpool(y, as_frame=True)) == [(("a", 1), 1), (7, 1)]
    assert list(X.unpool(y[:, 0], as_frame=True)) == [("a", 1), 7]


# Memory.


def test_nothing_is_copied(tmp_path):
    array = numbered(50)
    X, _ = make_supervised(array, [0, 2], delay=3, pooled=True)
    assert [one.shape for one in X.series] == [(50, 1), (50, 1)]
    assert all(np.shares_memory(one, array) for one in X.series)
    view = SeriesView(table(hourly(50)))
    pooled = view.pool()
    assert all(np.shares_memory(one, view.series) for one in pooled.series)
    assert pooled.nbytes - pooled.rows.nbytes == array.nbytes

    saved = np.memmap(tmp_path / "series", dtype=np.float32, mode="w+", shape=(50, 3))
    saved[:] = array
    mapped = np.memmap(tmp_path / "series", dtype=np.float32, mode="r", shape=(50, 3))
    X, y = make_supervised(mapped, [1, 2], delay=3, pooled=True)
    assert all(isinstance(one, np.memmap) for one in X.series)
    assert all(np.shares_memory(one, mapped) for one in X.series)
    assert X.dtype == y.dtype == np.float32


def test_a_cut_file_is_found(tmp_path):
    saved = np.memmap(tmp_path / "series", dtype=float, mode="w+", shape=(5000, 2))
    X = SeriesView(saved).pool()
    (tmp_path / "series").write_bytes(b"")
    with pytest.raises(OSError, match="was cut to 0 bytes"):
        X.to_numpy()


def test_dates_are_neither_joined_nor_ranked():
    frame = table(hourly(50))
    X, _ = make_supervised(frame, ["load", "wind"], delay=3, pooled=True)
    assert_array_equal(X.stamps, X.source_rows)
    assert X._series._stamps is None
    part = pickle.loads(pickle.dumps(X[10:]))
    assert X.index.equals(frame.index[X.source_rows])
    assert part.index.equals(X.index[10:]) and part._series._stamps is None


def test_a_pickle_is_not_larger_than_the_series():
    array = np.zeros((10_000, 20))
    X = SeriesView(array, rows=range(5)).pool(range(3))
    assert len(pickle.dumps(X)) < 3 * 80_000 + 20_000
    assert len(pickle.dumps(X.compact())) < 20_000


# Containers and choices that make_supervised takes.


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_tables(library):
    own = pytest.importorskip(library)
    frame = table(hourly(6)).reset_index(drop=True)
    build = own.DataFrame if library == "polars" else own.table
    other = build({name: frame[name].to_numpy() for name in frame})
    X, y = make_supervised(other, ["sun", "wind"], delay=[1, 2], pooled=True)
    expected_X, expected_y = make_supervised(
        frame, ["sun", "wind"], delay=[1, 2], pooled=True
    )
    assert_array_equal(X.to_numpy(), expected_X.to_numpy())
    assert_array_equal(X.channels, expected_X.channels)
    assert_array_equal(y, expected_y)


def test_split_at_gaps():
    frame = table(hourly(8).delete(4))
    X, y = make_supervised(frame, ["load", "sun"], on_gap="split", pooled=True)
    alone, _ = make_supervised(frame, "load", on_gap="split")
    assert_array_equal(np.unique(X.source_rows), alone.rows)
    assert len(X.series) == 4
    tidy = X.unpool(y, as_frame=True)
    assert_array_equal(X.ids, X.channels)
    assert_array_equal(tidy["load"], frame["load"].shift(-1).loc[tidy.index])
    with pytest.raises(ValueError, match="gap"):
        make_supervised(frame, ["load", "sun"], pooled=True)
    with pytest.warns(UserWarning, match="gap") as told:
        make_supervised(frame, ["load", "sun"], on_gap="warn", pooled=True)
    assert len(told) == 1


def test_rows_of_a_view():
    frame = table(hourly(9))
    view = SeriesView(frame)[[6, 2, 3]]
    X, y = make_supervised(view, ["load", "sun"], delay=2, pooled=True)
    alike, same = make_supervised(
        frame, ["load", "sun"], delay=2, rows=[2, 3, 6], pooled=True
    )
    assert_array_equal(np.sort(X.source_rows), alike.source_rows)
    assert_array_equal(X.unpool(y), alike.unpool(same))


def test_one_channel_is_pooled_too():
    frame = table(hourly(5))
    X, y = make_supervised(frame, "sun", delay=2, pooled=True)
    alone, same = make_supervised(frame[["sun"]], "sun", delay=2)
    assert_array_equal(X.to_numpy(), alone.to_numpy())
    assert_array_equal(y, same)
    assert set(X.channels) == {"sun"}


def test_the_newest_rows():
    frame = table(hourly(9))
    newest = SeriesView(frame, rows=[8]).pool(["sun", "wind"])
    windows = LookbackWindower(3).fit_transform(newest)
    assert_array_equal(windows.to_numpy()[:, :, 0], [[61, 71, 81], [62, 72, 82]])
    forecasts = newest.unpool(windows.to_numpy()[:, -1, 0] + 1, as_frame=True)
    assert_array_equal(forecasts.loc[hourly(9)[8]], [82, 83])
    assert newest.target is None


# What is refused.


def test_what_cannot_be_pooled():
    view = SeriesView(table(hourly(5)))
    with pytest.raises(ValueError, match=r"pooled must be True or False, got .*'yes'"):
        make_supervised(view, ["sun"], pooled="yes")
    with pytest.raises(ValueError, match="channels='rain' is not a channel"):
        view.pool(["rain"])
    with pytest.raises(ValueError, match=r"channels must name .* different ones"):
        view.pool(["sun", "sun"])
    with pytest.raises(ValueError, match=r"1 channels pooled.* is pooled already"):
        view.pool("sun").pool()
    with pytest.raises(ValueError, match="is pooled already"):
        make_supervised(view.pool(), "value", pooled=True)
    scaled = Standardizer().fit_transform(view)
    with pytest.raises(ValueError, match=r"steps .* pool the view of the series"):
        scaled.pool()
    X, y = make_supervised(view.pool(), "value", delay=2)
    expected = make_supervised(view, ["load", "sun", "wind"], delay=2, pooled=True)
    assert_array_equal(X.source_rows, expected[0].source_rows)
    assert_array_equal(y, expected[1])


def test_what_cannot_be_laid_out():
    X = SeriesView(numbered(5)).pool()
    with pytest.raises(ValueError, match=r"each of the 15 rows .* shape \(14,\)"):
        X.unpool(np.zeros(14))
    with pytest.raises(ValueError, match=r"values must be numbers, got .*<U1"):
        X.unpool(["a"] * 15)
    with pytest.raises(ValueError, match="row 1 of channel 2 more than once"):
        X[[0, 5, 5]].unpool(np.zeros(3))
    with pytest.raises(ValueError, match="one or two dimensions, got 3"):
        X.unpool(np.zeros((15, 2, 2)), as_frame=True)
    plain = SeriesView(numbered(5))
    assert plain.channels is None
    assert_array_equal(plain[2:].source_rows, [2, 3, 4])
    with pytest.raises(ValueError, match=r"is not pooled.*pooled=True.*\.pool\(\)"):
        plain.unpool(np.zeros(5))
