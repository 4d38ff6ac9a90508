"""Windows relative to their last values: the input of networks that forecast changes.

Channels whose level is read, by the network or by a solved start, are relative to their
mean in training instead. Both are subtracted before values are rounded to float32, or
from pairs of float32 numbers that together hold a float64 value. So a channel may have
any level.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skseqconv._aligned import aligned
from skseqconv.inputs._finite import chunks_of, fits_float32, raise_if_not_finite
from skseqconv.inputs._past_values import newest_entry
from skseqconv.inputs._sequences import PanelSequences, WindowSequences, by_phase
from skseqconv.series._touched import Touched, block_in_parts, touched_rows
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
        read, last = _read_once(data, level)
    else:
        last = last_values(data, level.channels)
    missing, known = [np.zeros(0, dtype=np.int64)], [last[:0]]
    for start in range(0, len(last), MOST_WINDOWS):
        part = slice(start, start + MOST_WINDOWS)
        own, gone = level.known(data[part], last[part])
        at = np.flatnonzero(gone.any(axis=1))
        missing.append(start + at)
        known.append(own[at])
        last[part] = level.of(data[part], own)
    missing, known = np.concatenate(missing), np.concatenate(known)
    return RelativeWindows(data, level, (missing, known), read), last


class Read(NamedTuple):
    """What is known of the rows that windows touch, after they were read once."""

    touched: Touched
    #: Whether all values are finite, as float32, too.
    finite: bool
    #: The largest rounding of each channel to float32.
    rounding: NDArray[np.float32]


def _read_once(view, level):
    """Look at all rows that windows touch; and the newest values of the targets.

    The values themselves are not kept: they would take twice the memory of the tensor.
    """
    touched = touched_rows(view)
    channels, column = np.unique(level.channels, return_inverse=True)
    targets = np.empty((touched.n_rows, len(channels)), dtype=view.dtype)
    rounding, finite = np.zeros(view.n_channels, dtype=np.float32), True
    for part, values in block_in_parts(view, touched):
        targets[part] = values[:, channels]
        finite = finite and fits_float32(values)
        rounding = np.maximum(rounding, _rounding(values, level))
    last = np.empty((len(view), len(column)))
    for part in chunks_of(last):
        newest = _newest(view[part], touched.positions[part])
        last[part] = targets[newest[:, None], column]
    return Read(touched, finite, rounding), last


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
    what is known of the rows, if they have been read already.
    """

    def __init__(self, view, level, missing, read=None):
        super().__init__(view)
        self._level, self._read = level, read
        self._missing, self._known = missing

    def __getitem__(self, key):
        return relative(WindowSequences(self.data[key]), self._level)[0]

    def tensors(self):
        view = self.data
        read, self._read = self._read or _read_once(view, self._level)[0], None
        if not read.finite:
            raise_if_not_finite(view, *view.block(np.float32))
        ends, lags = read.touched.positions, view.lags.astype(np.int32)
        newest, depth = _newest(view, ends), depth_of(view, view.reach)
        complete = (depth >= view.reach).all()
        if complete:
            depth = depth[:1].copy()  # a part would hold the whole
        known = self._known_rows()
        rounding = np.maximum(read.rounding, _rounding(known, self._level))
        kinds = (_high, _rest) if _matters(rounding, self._level) else (_high,)
        blocks = [self._block(read.touched, kind) for kind in kinds]
        if complete:
            ordered = [by_phase(block, ends, lags) for block in blocks]
            blocks, (ends, *_), (lags, *_) = zip(*ordered, strict=True)
            newest = ends - lags[-1] if lags[-1] else ends
        if len(known):
            newest = newest.copy()
            newest[self._missing] = len(blocks[0]) + np.arange(len(known))
            added = [kind(known, self._level) for kind in kinds]
            pairs = zip(blocks, added, strict=True)
            blocks = [np.concatenate(pair) for pair in pairs]
        relative = (~self._level.centered).astype(np.float32)
        high, *rest = blocks
        return high, ends, lags, depth, newest, relative, *rest

    def _known_rows(self):
        """The newest rows with last known values, where values are missing."""
        rows = newest_entry(self.data[self._missing]).to_numpy(self.data.dtype)[:, 0]
        rows[:, self._level.channels] = self._known
        return rows

    def _block(self, touched, kind):
        block = aligned((touched.n_rows, self.data.n_channels), np.float32)
        for part, values in block_in_parts(self.data, touched):
            block[part] = kind(values, self._level)
        return block

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


def _high(rows, level):
    """Rows, less the center, as float32."""
    with np.errstate(over="ignore"):
        return level.less_center(rows).astype(np.float32)


def _rest(rows, level):
    """What these lack; nothing in rows that no window reads."""
    with np.errstate(over="ignore", invalid="ignore"):
        rest = level.less_center(rows) - _high(rows, level)
        rest = rest.astype(np.float32)
    rest[~np.isfinite(rest)] = 0.0
    return rest


def _rounding(rows, level):
    """The largest rounding error of each channel."""
    if rows.dtype == np.float32:
        return np.zeros(rows.shape[1], dtype=np.float32)
    return np.abs(_rest(rows, level)).max(axis=0, initial=0.0)


def _matters(rounding, level):
    spread = np.where(level.spread > 0, level.spread, 1.0)
    return bool((rounding > NEGLIGIBLE * spread).any())
