"""The last known value of a channel, for rows whose newest value is missing."""

import numpy as np
import pandas as pd

from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import with_steps
from skseqconv.series._view_internals import depth_of, raw_values

from ._finite import chunks_of

#: At most so many rows are read at once to find known values, or one for each search.
MOST_READ = 2**16


def fill_missing(windows, values, lag, channel, raw_channel, stride=1):
    """Values of a channel; missing ones are replaced by the last known value.

    A value that is NaN in the series counts as missing, even if a step filled it: a
    filled value, such as a mean, was never measured.

    Parameters
    ----------
    windows : WindowView
    values : ndarray of float64 of shape (n_rows,)
        Values of the channel, `lag` rows before the end of each window.
    lag : int
    channel : int
        Position of the channel after the steps.
    raw_channel : int
        Its position in the series; negative if unknown.
    stride : int, default=1
        The search for a known value goes back by this many rows at a time.

    Returns
    -------
    values : ndarray of shape (n_rows,)
        NaN if no earlier value of the series is known.
    missing : ndarray of bool of shape (n_rows,)
    """
    known = _Known(windows, channel, raw_channel)
    missing = np.isnan(values) | known.missing_before(lag)
    if missing.any():
        values = values.copy()
        rows, starts = rows_before(windows[missing], lag)
        values[missing] = _last_known(known, rows, starts, stride)
    return values, missing


def missing_in_series(windows, lag, channel, raw_channel):
    """Whether the value `lag` rows before each window's end is NaN in the series.

    False where the channel of the series is unknown.
    """
    return _Known(windows, channel, raw_channel).missing_before(lag)


def rows_before(windows, lag):
    """The row `lag` before each window's end, and the first row of its series.

    The first row of the series stands for rows before it.
    """
    starts = windows.rows - depth_of(windows)
    return np.maximum(windows.rows - lag, starts), starts


class _Known:
    """Reads known values of a channel, in the series and after the steps."""

    def __init__(self, windows, channel, raw_channel):
        n_raw = with_steps(windows, ()).n_channels
        has_raw = windows.steps and 0 <= raw_channel < n_raw
        self._windows, self._channel = windows, channel
        self._raw_channel = raw_channel if has_raw else None

    def missing_in_series(self, rows):
        if self._raw_channel is None:
            return np.zeros(len(rows), dtype=bool)
        return np.isnan(raw_values(self._windows, rows, [self._raw_channel])[:, 0])

    def missing_before(self, lag):
        """Whether the value `lag` rows before each window's end is missing."""
        missing = np.zeros(len(self._windows), dtype=bool)
        for part in chunks_of(missing) if self._raw_channel is not None else ():
            rows, _ = rows_before(self._windows[part], lag)
            missing[part] = self.missing_in_series(rows)
        return missing

    def read(self, rows):
        """Values at rows; NaN or infinite if unknown."""
        values = np.full(len(rows), np.nan)
        there = ~self.missing_in_series(rows)
        if there.any():
            some = SeriesView(self._windows, rows=rows[there]).to_numpy(np.float64)
            values[there] = some[:, self._channel]
        return values


def _newest(known, at, stops, stride):
    """The newest known value at a row or `stride`, 2 `stride`... before it; or NaN.

    The search ends before `stops`. It reads twice as many rows at each try.
    """
    found, at, n_read = np.full(len(at), np.nan), at.copy(), 1
    left = np.flatnonzero(at > stops)
    while len(left):
        n_rows = np.minimum((at[left] - stops[left] - 1) // stride + 1, n_read)
        begins = np.cumsum(n_rows) - n_rows
        steps = np.arange(n_rows.sum()) - np.repeat(begins, n_rows)
        values = known.read(np.repeat(at[left], n_rows) - stride * steps)
        places = np.where(np.isfinite(values), np.arange(len(values)), len(values))
        first = np.minimum.reduceat(places, begins)
        here = first < len(values)
        found[left[here]] = values[first[here]]
        at[left] -= stride * n_rows
        left = left[~here & (at[left] > stops[left])]
        n_read = min(2 * n_read, max(1, MOST_READ // max(len(left), 1)))
    return found


def _last_known(known, rows, starts, stride):
    """The last known value before each row. The values at the rows are missing."""
    table = pd.DataFrame({"row": rows, "start": starts, "phase": rows % stride})
    table = table.drop_duplicates().sort_values("row", ignore_index=True)
    alike = [table["start"], table["phase"]]
    # The search stops at the next missing row before: its result is used from there.
    stops = table["row"].groupby(alike).shift(fill_value=-1)
    stops = np.maximum(stops, table["start"] - 1).to_numpy()
    found = _newest(known, table["row"].to_numpy() - stride, stops, stride)
    found = pd.Series(found).groupby(alike).ffill()
    return found.set_axis(table["row"]).loc[rows].to_numpy()
