"""What networks are fed: which row is named where a value is not finite."""

import numpy as np
import pandas as pd
import pytest

from skseqconv import WindowView
from skseqconv._batches import WindowSequences

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
