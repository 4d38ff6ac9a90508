"""Series larger than memory: rows are chosen, and nothing else is read or held."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    LookbackWindower,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv.estimators._validation_split import validation_tail
from skseqconv.inputs._sequences import WindowSequences

N_ROWS, N_CHANNELS = 143_000_000, 14  # of float32 they are 8 GB


def series_on_disk(path, n_rows, filled=()):
    """A sparse file of zeros, with values in the rows that are `filled`."""
    shape = (n_rows, N_CHANNELS)
    stored = np.memmap(path, dtype=np.float32, mode="w+", shape=shape)
    for rows in filled:
        stored[rows] = np.random.default_rng(0).normal(size=(len(rows), N_CHANNELS))
    stored.flush()
    return np.memmap(path, dtype=np.float32, mode="r", shape=shape)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A series of 8 GB, most of it never written."""
    chosen = np.random.default_rng(0).integers(1000, N_ROWS - 1000, size=600)
    path = tmp_path_factory.mktemp("large") / "series.bin"
    yield series_on_disk(path, N_ROWS, [chosen, chosen + 24]), chosen
    path.unlink()


def peak_of(run):
    """The most bytes that NumPy and Python held at once."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Training and predicting.


def a_fit(series, rows):
    """A Pipeline trained on some rows, its forecasts for them, the X it had."""
    X, y = make_supervised(series, 1, delay=24, rows=rows)
    model = make_pipeline(
        Standardizer(),
        LookbackWindower(480, step=6),
        Conv1DRegressor(
            filters=4, epochs=1, batch_size=32, validation_split=0.2, random_state=0
        ),
    )
    return model.fit(X, y).predict(X), X


@pytest.mark.trains
@pytest.mark.trains
def test_memory_of_a_fit_does_not_depend_on_the_length(large, tmp_path):
    series, rows = large
    small_rows = np.arange(1000, 1600)
    small = series_on_disk(tmp_path / "small.bin", 3000, [small_rows])
    a_fit(small, small_rows)  # what is imported, traced and kept is not the data's
    of_small = peak_of(lambda: a_fit(small, small_rows))
    of_large = peak_of(lambda: a_fit(series, rows))
    assert of_large < of_small + 50e6


@pytest.mark.trains
@pytest.mark.trains
def test_a_memmap_gives_what_the_same_rows_in_memory_give(tmp_path, monkeypatch):
    rows = np.arange(600, 3000, 5)
    series = series_on_disk(tmp_path / "series.bin", 3100, [np.arange(3100)])
    expected, X = a_fit(np.array(series), rows)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    given, mapped = a_fit(series, rows)
    assert isinstance(mapped.series, np.memmap)
    np.testing.assert_array_equal(mapped.rows, X.rows)
    np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-4)


def test_only_rows_close_together_become_one_tensor(large):
    series, rows = large
    windows = WindowView(series, ends=rows, lags=np.arange(47_999, -1, -6))
    assert not WindowSequences(windows).fits_tensor()
    close = WindowView(series, ends=np.arange(10**8, 10**8 + 600), lags=windows.lags)
    sequences = WindowSequences(close)
    assert sequences.fits_tensor()
    n_rows = 600 + 47_999  # and as many more as a multiple of 6 takes
    assert sequences.tensors()[0].shape == (-(-n_rows // 6) * 6, N_CHANNELS)


# Windows far apart are read without what lies between their entries.


@pytest.mark.parametrize("several", [False, True])
def test_windows_far_apart_have_the_values_of_the_series(several):
    values = np.random.default_rng(0).normal(size=(4000, 3))
    series = [values[:1500], values[1500:]] if several else values
    starts = np.where(np.arange(4000) < 1500, 0, 1500) if several else np.zeros(4000)
    rows = np.array([3999, 0, 1499, 1500, 1510, 2500, 25, 2500])
    lags = np.array([100, 60, 0])
    view = SeriesView(series)
    standardizer = Standardizer().fit(view)
    windows = WindowView(standardizer.transform(view)[rows], lags=lags)
    at = np.maximum(rows[:, None] - lags, starts[rows][:, None]).astype(int)
    expected = (values - standardizer.mean_) / standardizer.scale_
    np.testing.assert_array_equal(windows.to_numpy(), expected[at])


def test_less_is_read_of_windows_far_apart(large, monkeypatch):
    series, rows = large
    windows = WindowView(series, ends=rows[:8], lags=[480, 240, 0])
    read = []
    take = type(windows._series).take
    monkeypatch.setattr(
        type(windows._series),
        "take",
        lambda self, rows, *more: read.append(len(rows)) or take(self, rows, *more),
    )
    assert windows.to_numpy().shape == (8, 3, N_CHANNELS)
    assert sum(read) == 24


# Choosing rows.


def test_chosen_rows_come_in_the_order_of_time_with_their_targets(weather):
    whole, targets = make_supervised(weather, "T (degC)", delay=6)
    X, y = make_supervised(weather, "T (degC)", delay=6, rows=[900, 3, 77])
    np.testing.assert_array_equal(X.rows, [3, 77, 900])
    np.testing.assert_array_equal(y, targets[[3, 77, 900]])
    assert X.target == whole.target
    windows = LookbackWindower(48).fit_transform(X)
    np.testing.assert_array_equal(windows[1][-2:], weather.to_numpy()[76:78])


def test_chosen_rows_without_a_target_are_left_out(weather):
    series = weather.copy()
    series.iloc[83, 0] = np.nan
    with pytest.warns(UserWarning, match="1 of 2 rows have no target"):
        X, _ = make_supervised(series, 0, delay=6, rows=[77, 80, 1199])
    np.testing.assert_array_equal(X.rows, [80])


def test_chosen_rows_of_a_view_keep_its_steps(weather):
    view = Standardizer().fit_transform(SeriesView(weather))
    X, _ = make_supervised(view, 0, rows=[5, 4])
    np.testing.assert_array_equal(X.rows, [4, 5])
    assert X.steps == view.steps


def test_chosen_rows_of_several_series_are_ordered_by_time():
    series = [np.arange(10.0), np.arange(20.0)]
    X, y = make_supervised(series, 0, rows=[12, 8, 29, 3])
    np.testing.assert_array_equal(X.rows, [12, 3, 8])  # of one: 2; of the other: 3, 8
    np.testing.assert_array_equal(y, [3, 4, 9])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([3, 5, 3], "rows= has row 3 more than once"),
        ([-1, 5], r"must lie in 0\.\.1199, got -1\.\.5"),
        ([1200], r"must lie in 0\.\.1199, got 1200\.\.1200"),
        (np.ones(1200, dtype=bool), "array of integers, got bool"),
        ([1.5], "array of integers, got float64"),
        ([1199], "leaves none of the 1 rows"),
        ([], "leaves none of the 0 rows"),
    ],
)
def test_rows_that_cannot_be_chosen(weather, rows, message):
    with pytest.raises(ValueError, match=message):
        make_supervised(weather, 0, rows=rows)


def test_rows_are_not_chosen_of_a_series_that_is_to_be_split(weather):
    gap = weather.drop(weather.index[100])
    with pytest.raises(ValueError, match="nor renumber rows="):
        make_supervised(gap, 0, rows=[5], on_gap="split")


def test_the_validation_gap_of_chosen_rows_goes_by_time():
    rows = np.arange(100, 1100, 10)
    X, _ = make_supervised(np.arange(2000.0), 0, delay=25, rows=rows)
    windows = LookbackWindower(4).fit_transform(X)
    training, validation = validation_tail(windows, np.arange(len(X)), 0.2, "auto")
    assert X.rows[validation[0]] == 900
    assert X.rows[training[-1]] == 870  # 880 would learn of row 905


# Positions as times need no array as long as the series, and neither do workers.


def test_views_hold_nothing_as_long_as_their_series(large):
    series, rows = large
    halves = [series[: N_ROWS // 2], series[N_ROWS // 2 :]]

    def several():
        X, _ = make_supervised(halves, 1, rows=rows)
        assert (np.diff(X.stamps) >= 0).all()
        assert np.ptp(X.series_ids) == 1

    def compact():
        windows = WindowView(series, ends=rows, lags=[480, 0])
        part = windows.compact()
        np.testing.assert_array_equal(part[:5].to_numpy(), windows[:5].to_numpy())

    assert peak_of(several) < 1e6
    assert peak_of(compact) < 1e6


@pytest.mark.processes
def test_workers_map_the_file_too(large):
    series, rows = large
    view = SeriesView(series, rows=rows)

    def look(view):  # travels by value: the worker does not import this module
        return type(view.series), float(view.to_numpy().sum())

    (given,) = Parallel(n_jobs=2)([delayed(look)(view)])
    assert given == look(view)


def test_dates_of_chosen_rows(weather):
    X, _ = make_supervised(weather, 0, rows=[7, 2])
    expected = pd.Index(weather.index[[2, 7]])
    pd.testing.assert_index_equal(pd.Index(X.index), expected)
