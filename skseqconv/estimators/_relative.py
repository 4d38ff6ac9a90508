"""Windows relative to their last values: the input of networks that forecast changes.

Channels whose level is read, by the network or by a solved start, are relative to their
mean in training instead. Both are subtracted before values are rounded to float32, or
from pairs of float32 numbers that together hold a float64 value. So a channel may have
any level.
"""

import numpy as np

from skseqconv.inputs._finite import chunks_of, fits_float32, raise_if_not_finite
from skseqconv.inputs._sequences import PanelSequences, WindowSequences, by_phase
from skseqconv.series._view_internals import depth_of
from skseqconv.series._window_view import WindowView

from ._level import last_values

#: Negligible rounding to float32, as a share of a channel's usual spread.
NEGLIGIBLE = 1e-4

#: Levels of this many windows are computed at once, so that few arrays are large.
MOST_WINDOWS = 2**20


def relative(sequences, level):
    """Sequences as the network is fed, and the level of y for each."""
    data, read = sequences.data, None
    if not isinstance(data, WindowView):
        last, _ = level.known(data)
        return RelativePanel(data, level), level.of(data, last)
    if sequences.fits_tensor():
        # One read serves the windows and their levels.
        block, ends = data.block(data.dtype)
        ends = ends.astype(np.int32)
        read = block, ends
        newest, last = _newest(data, ends), np.empty((len(ends), len(level.channels)))
        for part in chunks_of(last):
            last[part] = block[newest[part, None], level.channels]
    else:
        last = last_values(data, level.channels)
    last, missing = level.known(data, last)
    at = np.flatnonzero(missing.any(axis=1))
    fed = RelativeWindows(data, level, (at, last[at]), read)
    for start in range(0, len(last), MOST_WINDOWS):
        part = slice(start, start + MOST_WINDOWS)
        last[part] = level.of(data[part], last[part])
    return fed, last


def _newest(view, ends):
    """Where the newest value of each window is, given where the window's end is."""
    lag = view.lags[-1]
    return ends - depth_of(view, lag) if lag else ends


class RelativePanel(PanelSequences):
    """The samples of an array, minus their base."""

    def __init__(self, array, level):
        super().__init__(array)
        self._level = level

    def __getitem__(self, key):
        return type(self)(self.data[key], self._level)

    def batch(self, at):
        part = self.data[at]
        return (part - self._level.base(part)).astype(np.float32)


class RelativeWindows(WindowSequences):
    """The windows of a view, minus their base.

    `missing` are the positions of windows whose newest value of a target's channel is
    missing in the series, and the last known values, which are used instead. `read` is
    the block of the view, if it has been read already.
    """

    def __init__(self, view, level, missing, read=None):
        super().__init__(view)
        self._level, self._read = level, read
        self._missing, self._known = missing

    def __getitem__(self, key):
        return relative(WindowSequences(self.data[key]), self._level)[0]

    def tensors(self):
        view = self.data
        block, ends = self._read or view.block(view.dtype)
        self._read = None
        if not fits_float32(block):
            with np.errstate(over="ignore"):
                raise_if_not_finite(view, block.astype(np.float32), ends)
        ends, lags = ends.astype(np.int32, copy=False), view.lags.astype(np.int32)
        depth = depth_of(view, view.reach)
        newest = _newest(view, ends)
        if (depth >= view.reach).all():
            block, ends, lags = by_phase(block, ends, lags)
            newest = ends - lags[-1]
        block, newest = self._with_known(block, newest)
        relative = (~self._level.centered).astype(np.float32)
        high, *rest = _split(block, self._level)
        return high, ends, lags, depth, newest, relative, *rest

    def _with_known(self, block, newest):
        """The block, with added rows of last known values for missing newest ones."""
        if not len(self._missing):
            return block, newest
        rows = block[newest[self._missing]]
        rows[:, self._level.channels] = self._known
        newest = newest.copy()
        newest[self._missing] = len(block) + np.arange(len(rows))
        return np.concatenate([block, rows]), newest

    def batch(self, at):
        part = self.data[at]
        values = part.to_numpy(np.float32)
        if not np.isfinite(values).all():
            raise_if_not_finite(part, *part.block(np.float32))
        if part.dtype != np.float32:
            largest = np.abs(values).max(axis=(0, 1), initial=0.0)
            if _matters(largest * 2.0**-24, self._level):
                values = part.to_numpy(np.float64)
        if len(self._missing):
            here = np.flatnonzero(np.isin(at, self._missing))
            known = self._known[np.searchsorted(self._missing, at[here])]
            values[here[:, None], -1, self._level.channels] = known
        return (values - self._level.base(values)).astype(np.float32)


def _split(block, level):
    """A block, less its center, as float32; and the rounding error where it matters."""
    if block.dtype == np.float32:
        return (level.less_center(block),)
    high = np.empty(block.shape, dtype=np.float32)
    largest = np.zeros(block.shape[1], dtype=np.float32)
    for part in chunks_of(block):
        with np.errstate(over="ignore"):
            high[part] = level.less_center(block[part])
        rounding = np.abs(_rest(block[part], high[part], level))
        largest = np.maximum(largest, rounding.max(axis=0, initial=0.0))
    if not _matters(largest, level):
        return (high,)
    rest = np.empty_like(high)
    for part in chunks_of(block):
        rest[part] = _rest(block[part], high[part], level)
    return high, rest


def _rest(rows, high, level):
    """What float32 numbers lack; nothing in rows that no window reads."""
    with np.errstate(over="ignore", invalid="ignore"):
        rest = (level.less_center(rows) - high).astype(np.float32)
    rest[~np.isfinite(rest)] = 0.0
    return rest


def _matters(rounding, level):
    spread = np.where(level.spread > 0, level.spread, 1.0)
    return bool((rounding > NEGLIGIBLE * spread).any())
