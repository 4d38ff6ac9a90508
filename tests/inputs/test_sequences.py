"""What networks are fed: windows, in one tensor or by batches, and finite values."""

import numpy as np
import pandas as pd
import pytest

from skseqconv import WindowView
from skseqconv.engine._feed import Feed, gather, to_tensors
from skseqconv.inputs._sequences import PanelSequences, TokenSequences, WindowSequences

LIMIT = "skseqconv.inputs._sequences.MAX_TENSOR_BYTES"

ENDS, LAGS = [10, 11, 50, 80], [4, 2, 0]


def feeds(view):
    """The two ways to read windows: all rows in one tensor, or a batch."""
    sequences = WindowSequences(view)
    return [sequences.tensors, lambda: sequences.batch(slice(None))]


def series(*bad, n_rows=100):
    values = np.zeros((n_rows, 2))
    for row, channel, value in bad:
        values[row, channel] = value
    return values


# Windows.


@pytest.mark.parametrize("n_series", [1, 2])
@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    "lags", [[3, 2, 1, 0], [6, 4, 2, 0], [9, 6, 3], [13, 7, 1], [5, 2, 1], [0], [4]]
)
def test_both_ways_give_the_windows(lags, complete, n_series):
    values = np.arange(118.0).reshape(59, 2)
    view = WindowView([values[:31], values[31:]][:n_series], lags=lags)
    order = np.random.default_rng(0).permutation(len(view))[: len(view) * 2 // 3]
    view = view[order]
    view = view[view.complete] if complete else view
    sequences, at = WindowSequences(view), np.arange(len(view), dtype=np.int32)
    tensors = sequences.tensors()
    assert len(tensors) == (3 if view.complete.all() else 4)
    gathered = gather(to_tensors(tensors), at).numpy()
    assert gathered.dtype == np.float32
    np.testing.assert_array_equal(gathered, view.to_numpy())
    np.testing.assert_array_equal(sequences.batch(at), view.to_numpy())


@pytest.mark.parametrize(
    "view, n_rows",
    [
        (WindowView(series(), ends=[40, 60, 80], lags=[9, 0]), 30),  # ten rows each
        (WindowView(series(), lags=[9, 0]), 100),  # no more than there are
        (WindowView(series(), ends=np.arange(40, 60), lags=[9, 0]), 29),  # neighbors
        (WindowView(series(), ends=np.arange(40, 60), lags=[0]), 20),
    ],
)
def test_a_tensor_has_the_rows_that_windows_touch(view, n_rows, monkeypatch):
    assert len(view.block()[0]) == n_rows
    for most, fits in ((n_rows, True), (n_rows - 1, False)):
        monkeypatch.setattr(LIMIT, most * 2 * 4)
        assert WindowSequences(view).fits_tensor() is fits


def test_more_windows_than_rows_of_a_tensor_do_not_fit(monkeypatch):
    """Many may end at one row: where they do takes room as well."""
    view = WindowView(series(), ends=np.repeat([40, 41], 30), lags=[0])
    for most, fits in ((60, True), (59, False)):
        monkeypatch.setattr(LIMIT, most * 2 * 4)
        assert WindowSequences(view).fits_tensor() is fits


def test_a_panel_is_a_tensor_up_to_its_size(monkeypatch):
    panel = PanelSequences(np.zeros((5, 4, 3)))
    for most, fits in ((240, True), (239, False)):
        monkeypatch.setattr(LIMIT, most)
        assert panel.fits_tensor() is fits


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("most, sizes", [(2**28, [6, 6, 1]), (0, [3, 3, 3, 3, 1])])
def test_calls_take_all_samples_in_their_order(most, sizes, weighted, monkeypatch):
    """Two steps of three a call, or where batches come from NumPy one."""
    monkeypatch.setattr(LIMIT, most)
    panel, y = np.arange(13.0).reshape(13, 1, 1), np.arange(13.0, dtype=np.float32)
    feed = Feed(PanelSequences(panel), y[:, None], -y if weighted else None)
    order = np.random.default_rng(0).permutation(13).astype(np.int32)
    seen = []
    for tensors, labels, at in feed.calls(order, batch_size=3, n_steps=2):
        values = [np.asarray(label).take(at, axis=0).ravel() for label in labels]
        read = gather(tensors, at).numpy().ravel()
        expected = [read, -read] if weighted else [read]
        np.testing.assert_array_equal(values, expected)
        seen.append(read)
    assert [len(part) for part in seen] == sizes
    np.testing.assert_array_equal(np.concatenate(seen), order)
    assert feed.n_samples == 13
    assert 0 < len(feed.some()) < 13


# Values that are not finite.


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
@pytest.mark.parametrize("row", [6, 7, 9, 11, 46, 48, 50, 76, 78, 80])
def test_the_row_that_a_window_reads_is_named(row, order):
    """The oldest, the newest and one between, of windows near and far."""
    ends = np.array(ENDS)[order]
    view = WindowView(series((row, 1, np.nan)), ends=ends, lags=LAGS)
    for feed in feeds(view):
        with pytest.raises(ValueError, match=rf"NaN: channel 1, first at row {row} of"):
            feed()


@pytest.mark.parametrize("row", [5, 12, 47, 49, 51, 77, 79, 81])
def test_rows_that_no_window_reads_may_hold_anything(row):
    view = WindowView(series((row, 0, np.inf)), ends=ENDS, lags=LAGS)
    for feed in feeds(view):
        feed()


def test_the_first_of_several_is_named():
    bad = series((49, 0, np.nan), (50, 1, np.inf), (50, 0, 1e300), (78, 0, np.nan))
    view = WindowView(bad, ends=ENDS[::-1], lags=LAGS)
    for feed in feeds(view):
        with pytest.raises(ValueError, match="infinity: channel 0, first at row 50"):
            feed()


def test_windows_that_reach_back_before_their_series():
    """They read its first row, and nothing of the series before."""
    two = [series(n_rows=10), series((0, 1, np.nan), n_rows=10)]
    view = WindowView(two, ends=[9, 13], lags=[5, 0])
    for feed in feeds(view):
        with pytest.raises(ValueError, match=r"NaN: channel 1, first at row 10 of"):
            feed()
    two = [series((9, 1, np.nan), n_rows=10), series((1, 0, np.nan), n_rows=10)]
    for feed in feeds(WindowView(two, ends=[8, 13], lags=[5, 0])):
        feed()


def test_dates_and_channels_are_named():
    index = pd.date_range("2020-01-01", periods=100, freq="D")
    table = pd.DataFrame(series((48, 0, -np.inf)), index=index, columns=["p", "T"])
    view = WindowView(table, ends=ENDS, lags=LAGS)
    for feed in feeds(view):
        with pytest.raises(
            ValueError, match=r"channel 'p', first at row 48 \(2020-02-18"
        ):
            feed()


@pytest.mark.parametrize(
    "sequences",
    [
        PanelSequences(np.ones((4, 3, 2), dtype=np.float32)),
        TokenSequences(np.ones((4, 3), dtype=np.int32)),
        TokenSequences(
            np.ones((4, 3), dtype=np.int32), np.ones((4, 2), dtype=np.float32)
        ),
    ],
    ids=["panel", "tokens", "tokens and numbers"],
)
def test_arrays_for_tensors_share_no_memory_with_what_was_given(sequences):
    given = sequences.data, getattr(sequences, "numbers", None)
    tensors = sequences.tensors()
    for array in given:
        if array is not None:
            array[:] = 0
    assert all((tensor == 1).all() for tensor in tensors)
