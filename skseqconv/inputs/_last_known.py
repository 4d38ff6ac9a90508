"""The last known value of a channel, where the newest one is missing."""

import numpy as np
import pandas as pd

from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import with_steps
from skseqconv.series._view_internals import depth_of, raw_values


def fill_missing(windows, values, lag, channel, raw_channel, stride=1):
    """Values of a channel, with the last known one where it is missing.

    It is missing where the series has none, even if a step before has filled it: what
    a step fills in (a mean, say) is no value that the channel had.

    Parameters
    ----------
    windows : WindowView
    values : ndarray of float64 of shape (n_rows,)
        Of the channel, `lag` rows before each window's end.
    lag : int
    channel : int
        Position of the channel behind the steps.
    raw_channel : int
        Its position in the series; negative if it is not known.
    stride : int, default=1
        The last known value is looked for this many rows before, and so on.

    Returns
    -------
    values : ndarray of shape (n_rows,)
        NaN where no earlier value of the series is known.
    missing : ndarray of bool of shape (n_rows,)
    """
    known = _Known(windows, channel, raw_channel)
    rows, starts = rows_before(windows, lag)
    missing = np.isnan(values) | known.missing_in_series(rows)
    if missing.any():
        values = values.copy()
        values[missing] = _last_known(known, rows[missing], starts[missing], stride)
    return values, missing


def rows_before(windows, lag):
    """The row `lag` before each window's end, or the first, and the first of all."""
    starts = windows.rows - depth_of(windows)
    return np.maximum(windows.rows - lag, starts), starts


class _Known:
    """Reads what is known of a channel: in the series, and behind the steps."""

    def __init__(self, windows, channel, raw_channel):
        n_raw = with_steps(windows, ()).n_channels
        has_raw = windows.steps and 0 <= raw_channel < n_raw
        self._windows, self._channel = windows, channel
        self._raw_channel = raw_channel if has_raw else None

    def missing_in_series(self, rows):
        if self._raw_channel is None:
            return np.zeros(len(rows), dtype=bool)
        return np.isnan(raw_values(self._windows, rows, [self._raw_channel])[:, 0])

    def read(self, rows):
        """Values at rows, not finite where none is known."""
        values = np.full(len(rows), np.nan)
        there = ~self.missing_in_series(rows)
        if there.any():
            some = SeriesView(self._windows, rows=rows[there]).to_numpy(np.float64)
            values[there] = some[:, self._channel]
        return values


def _last_known(known, rows, starts, stride):
    """The last known value before each row of a series, whose own is missing."""
    table = pd.DataFrame({"row": rows, "start": starts, "phase": rows % stride})
    table = table.drop_duplicates().sort_values("row", ignore_index=True)
    alike = [table["start"], table["phase"]]
    # Not beyond the next that is missing as well: what it finds is taken.
    stops = table["row"].groupby(alike).shift(fill_value=-1)
    stops = np.maximum(stops, table["start"] - 1).to_numpy()
    at, found = table["row"].to_numpy() - stride, np.full(len(table), np.nan)
    left = np.flatnonzero(at > stops)
    while len(left):
        values = known.read(at[left])
        finite = np.isfinite(values)
        found[left[finite]] = values[finite]
        left = left[~finite]
        at[left] -= stride
        left = left[at[left] > stops[left]]
    found = pd.Series(found).groupby(alike).ffill()
    return found.set_axis(table["row"]).loc[rows].to_numpy()
