"""From views and arrays to batches: the only place where windows become memory.

A network reads its input either inside its TensorFlow program, from a tensor of
the rows that windows touch (each once) and the positions of the windows in it, or,
where that tensor would be too large, batch by batch from NumPy.
"""

import numpy as np

from skseqconv.series._view_internals import depth_of, touch_at_most
from skseqconv.series._window_view import WindowView

from ._finite import raise_if_not_finite

#: Rows that windows touch, or panels, become one tensor up to this size.
MAX_TENSOR_BYTES = 2**28


class Sequences:
    """Sequences of shape (n_samples, n_steps, n_channels), gathered on demand.

    Each kind says whether it may become one tensor (`fits_tensor`), gives the arrays
    for the program that gathers batches (`tensors`) and a single batch (`batch`);
    values are finite float32, or token ids, int32.
    """

    @staticmethod
    def of(X):
        """Sequences of a view of windows, a panel, or an array of token ids."""
        if isinstance(X, WindowView):
            return WindowSequences(X)
        return PanelSequences(X)

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
        depth = depth_of(view)
        if (depth >= view.reach).all():
            block, *indices = by_phase(block, positions, view.lags)
        else:
            indices = positions, view.lags, np.minimum(depth, view.reach)
        return (block, *(index.astype(np.int32) for index in indices))

    def batch(self, at):
        part = self.data[at]
        values = part.to_numpy(np.float32)
        if not np.isfinite(values).all():
            raise_if_not_finite(part, *part.block(np.float32))
        return values


def by_phase(block, ends, lags):
    """The rows of a block in an order in which those of a window are neighbors.

    Of lags that are 6 apart, every sixth row: first all rows 0, 6, 12 and so on, then
    1, 7, 13. To gather a batch takes two thirds of the time then. Returns the block,
    where windows end in it, and the lags that lead to their rows.
    """
    step = int(np.gcd.reduce(np.diff(lags)))
    if step <= 1:
        return block, ends, lags
    n_rows = -(-len(block) // step)
    ordered = np.zeros((step, n_rows, block.shape[1]), dtype=block.dtype)
    for phase in range(step):
        rows = block[phase::step]
        ordered[phase, : len(rows)] = rows
    ends = ends - lags[-1]
    ends = ends % step * n_rows + ends // step
    return ordered.reshape(-1, block.shape[1]), ends, (lags - lags[-1]) // step


class PanelSequences(Sequences):
    """The samples of an array, checked before."""

    def __init__(self, array):
        self.data = array

    def fits_tensor(self):
        return 4 * self.data.size <= MAX_TENSOR_BYTES

    def tensors(self):
        return (self.batch(slice(None)),)

    def batch(self, at):
        token_ids = self.data.dtype == np.int32
        return np.asarray(self.data[at], dtype=np.int32 if token_ids else np.float32)
