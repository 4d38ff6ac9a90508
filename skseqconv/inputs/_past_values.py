"""Chosen entries of windows, read part by part; the newest known values.

Memory depends on the size of a part, not on the number of windows.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from skseqconv.series._series_view import SeriesView
from skseqconv.series._touched import CHUNK_BYTES, touched_rows
from skseqconv.series._view_internals import depth_of
from skseqconv.series._window_view import WindowView

from ._finite import raise_not_finite, raise_not_finite_row
from ._last_known import fill_missing, rows_before

#: The rows that a part touches, with all channels, may take this many chunks.
CHUNKS_TOUCHED = 4


class PastValues:
    """Entries of windows, as float64.

    Parameters
    ----------
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
    """

    def __init__(self, windows):
        self.windows, self._read = windows, None

    def __len__(self):
        return len(self.windows)

    def entries(self, channel, at):
        """Values of a channel at some entries.

        Parameters
        ----------
        channel : int
        at : ndarray of int
            Positions in the window, oldest first.

        Returns
        -------
        values : ndarray of float64 of shape (n_samples, n_entries)
            A copy.
        """
        windows = self.windows
        if not isinstance(windows, WindowView):
            values = windows[:, at[0] : at[-1] + 1, channel]
            return np.array(values[:, at - at[0]], dtype=np.float64)
        if self._read is None:
            self._read = *windows.block(np.float64), depth_of(windows)
        block, ends, depth = self._read
        column, lags = np.ascontiguousarray(block[:, channel]), windows.lags[at]
        side_by_side = lags[0] - lags[-1] == len(lags) - 1
        if side_by_side and (depth >= lags[0]).all():
            # Copies whole windows, which is faster than single values.
            return sliding_window_view(column, len(lags))[ends - lags[0]]
        return column[ends[:, None] - np.minimum(lags, depth[:, None])]

    def known(self, channel, raw_channel, entry=-1, stride=1):
        """A value of a channel, or the last known one before it; NaN if none is known.

        Parameters
        ----------
        channel : int
            Position in the windows.
        raw_channel : int
            Position in the series; negative if unknown.
        entry : int, default=-1
            Position in the window: the newest by default.
        stride : int, default=1
            The search for a known value goes back by this many rows at a time.

        Raises
        ------
        ValueError
            If the value is infinite.
        """
        at = np.arange(self.windows.shape[1])[[entry]]
        values = self.entries(channel, at)[:, 0]
        if not isinstance(self.windows, WindowView):
            return values
        if np.isinf(values).any():
            self.refuse_not_finite(channel, at, np.isinf(values))
        lag = self.windows.lags[entry]
        return fill_missing(self.windows, values, lag, channel, raw_channel, stride)[0]

    def known_values(self, channels, raw_channels, entries=None, stride=1):
        """Known values of several outputs, of shape (n_samples, n_outputs)."""
        entries = np.full(len(channels), -1) if entries is None else entries
        outputs, at = np.unique(
            [channels, raw_channels, entries], axis=1, return_inverse=True
        )
        known = [self.known(*output, stride) for output in outputs.T]
        return np.stack(known, axis=1)[:, at.ravel()]

    def refuse_not_finite(self, channel, at, rows):
        """Raise an error that names the first missing or infinite value, if any.

        Parameters
        ----------
        channel, at
            As for `entries`.
        rows : ndarray of bool of shape (n_samples,)
            The samples to check.
        """
        values = self.entries(channel, at)
        bad = ~np.isfinite(values) & rows[:, None]
        if not bad.any():
            return
        sample, entry = np.argwhere(bad)[0]
        value = values[sample, entry]
        if not isinstance(self.windows, WindowView):
            raise_not_finite(value, channel, f"sample {sample}")
        lag = self.windows.lags[at[entry]]
        row = rows_before(self.windows, lag)[0][sample]
        raise_not_finite_row(self.windows, row, channel, value)


def parts_of(windows, n_entries, rows=None):
    """Parts of windows whose entries take about `CHUNK_BYTES`.

    Parameters
    ----------
    windows : WindowView or ndarray
    n_entries : int
        Number of values that are read at once from each window.
    rows : ndarray of int, default=None
        Positions of the windows to read; None for all.

    Yields
    ------
    at : slice or ndarray of int
        Positions of the windows of a part. Neighbors in the series are together.
    past : PastValues
    """
    rows = np.arange(len(windows)) if rows is None else rows
    size = CHUNK_BYTES // (8 * n_entries)
    if isinstance(windows, WindowView) and len(rows):
        ends = windows.rows[rows]
        if (ends[1:] < ends[:-1]).any():
            rows = rows[np.argsort(ends, kind="stable")]
        # Windows far from each other touch many rows.
        touched = touched_rows(windows[rows]).n_rows * windows.n_channels / len(rows)
        size = min(size, int(CHUNKS_TOUCHED * CHUNK_BYTES / (8 * touched)))
    size = max(size, 1)
    for start in range(0, len(rows), size):
        at = rows[start : start + size]
        if (np.diff(at) == 1).all():  # a slice does not copy
            at = slice(at[0], at[-1] + 1)
        yield at, PastValues(windows[at])


def lags_of(windows):
    """How many rows before its end each entry of a window lies, oldest first."""
    if isinstance(windows, WindowView):
        return windows.lags
    return np.arange(windows.shape[1] - 1, -1, -1)


def with_lags(windows, lags):
    """The same windows with only the entries at some lags, the largest first."""
    if isinstance(windows, WindowView):
        return WindowView(SeriesView(windows), lags=lags)
    return windows[:, windows.shape[1] - 1 - lags]


def newest_entry(windows):
    """The same windows with only their newest entry."""
    return with_lags(windows, lags_of(windows)[-1:])
