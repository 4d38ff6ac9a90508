"""From views and arrays to batches: only here are windows copied into memory.

There are two ways. If it fits, one tensor holds the rows that windows touch, each
once, and the TensorFlow program gathers windows from it. Otherwise NumPy copies the
windows of each batch.
"""

import numpy as np

from skseqconv._aligned import aligned_copy
from skseqconv.series._touched import touch_at_most
from skseqconv.series._view_internals import depth_of
from skseqconv.series._window_view import WindowView

from ._finite import raise_if_not_finite

#: Largest size of the tensor that holds all rows, or a whole panel.
MAX_TENSOR_BYTES = 2**28


class Sequences:
    """Sequences of shape (n_samples, n_steps, n_channels), gathered on demand.

    `fits_tensor` says whether they may become one tensor. `tensors` gives the arrays
    for the program that gathers batches, `batch` gives a single batch, and `parts` the
    same as one array for each input of the network. Values are finite float32, or token
    ids as int32.
    """

    #: Number of real steps of each sample, if samples end with padding.
    lengths = None

    @staticmethod
    def of(X, lengths=None):
        """Sequences from a view of windows, or a panel.

        `lengths` are those of the samples of a panel, or None if they are equal.
        """
        if isinstance(X, WindowView):
            return WindowSequences(X)
        return PanelSequences(X, lengths)

    @property
    def shape(self):
        return self.data.shape

    @property
    def ndim(self):
        return len(self.shape)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, key):
        return type(self)(self.data[key])

    def parts(self, at):
        return (self.batch(at),)


class WindowSequences(Sequences):
    """The windows of a view."""

    def __init__(self, view):
        self.data = view

    def fits_tensor(self):
        view = self.data
        most = MAX_TENSOR_BYTES // (4 * view.n_channels)
        return touch_at_most(view, most)

    def tensors(self):
        view = self.data
        block, positions = view.block(np.float32)
        if not np.isfinite(block).all():
            raise_if_not_finite(view, block, positions)
        depth = depth_of(view, view.reach)
        if (depth >= view.reach).all():
            block, *indices = by_phase(block, positions, view.lags)
        else:
            indices = positions, view.lags, depth
        return (block, *(index.astype(np.int32, copy=False) for index in indices))

    def batch(self, at):
        part = self.data[at]
        values = part.to_numpy(np.float32)
        if not np.isfinite(values).all():
            raise_if_not_finite(part, *part.block(np.float32))
        return values


def by_phase(block, ends, lags):
    """Order the rows of a block so that the rows of a window are neighbors.

    If lags are 6 apart, rows 0, 6, 12 and so on come first, then rows 1, 7, 13. This
    shortens the gathering of batches by a third. Returns the block, the positions of
    the windows' ends in it, and the lags between its rows.
    """
    stride = int(np.gcd.reduce(np.diff(lags)))
    if stride <= 1:
        return block, ends, lags
    n_rows = -(-len(block) // stride)
    ordered = np.zeros((stride, n_rows, block.shape[1]), dtype=block.dtype)
    for phase in range(stride):
        rows = block[phase::stride]
        ordered[phase, : len(rows)] = rows
    ends = ends - lags[-1]
    ends = ends % stride * n_rows + ends // stride
    return ordered.reshape(-1, block.shape[1]), ends, (lags - lags[-1]) // stride


class PanelSequences(Sequences):
    """The samples of an array that was checked before.

    Parameters
    ----------
    array : ndarray of shape (n_samples, n_steps, n_channels) or (n_samples, n_steps)
    lengths : ndarray of int of shape (n_samples,), default=None
        Number of steps of each sample without its padding. None if all are real.
    width : int, default=None
        Number of steps of each batch, which is padded with NaN. None means n_steps.
    """

    def __init__(self, array, lengths=None, width=None):
        self.data, self.lengths = array, lengths
        self._width = width or array.shape[1]

    def __getitem__(self, key):
        lengths = None if self.lengths is None else self.lengths[key]
        return type(self)(self.data[key], lengths, self._width)

    def wide(self, width):
        """The same samples in batches of at least `width` steps."""
        if width <= self._width:
            return self
        return type(self)(self.data, self.lengths, width)

    def fits_tensor(self):
        n_values = self.data.size // self.data.shape[1] * self._width
        return 4 * n_values <= MAX_TENSOR_BYTES

    def tensors(self):
        return (_unshared(self.batch(slice(None)), self.data),)

    def batch(self, at):
        part = np.asarray(self.data[at], dtype=np.float32)
        more = self._width - part.shape[1]
        if not more:
            return part
        return np.pad(part, [(0, 0), (0, more), (0, 0)], constant_values=np.nan)


def _unshared(array, given):
    """An array without memory of one that was given.

    During a fit, a user may change the array that they gave, or cut its file. A tensor
    can share the memory of the result.
    """
    return aligned_copy(array) if np.may_share_memory(array, given) else array


class TokenSequences(PanelSequences):
    """Token ids, and numbers beside them.

    Parameters
    ----------
    ids : ndarray of int32 of shape (n_samples, n_steps)
    numbers : ndarray of float32 of shape (n_samples, n_numbers), default=None
    start : Vectors, default=None
        What the embedding of a new network begins with.
    """

    def __init__(self, ids, numbers=None, start=None):
        super().__init__(ids)
        self.numbers, self.start = numbers, start

    def __getitem__(self, key):
        numbers = None if self.numbers is None else self.numbers[key]
        return type(self)(self.data[key], numbers, self.start)

    def tensors(self):
        given = self.data, self.numbers
        parts = self.parts(slice(None))
        return tuple(map(_unshared, parts, given))

    def parts(self, at):
        if self.numbers is None:
            return (self.data[at],)
        return self.data[at], self.numbers[at]
