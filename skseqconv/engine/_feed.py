"""The input of the programs: tensors, from which they gather batches."""

import numpy as np
import tensorflow as tf

from skseqconv._aligned import aligned_copy, is_aligned

#: Tensors share the memory of arrays that are at least this large.
LARGE_BYTES = 2**20


def gather(tensors, at):
    """The sequences at positions `at`, inside a program.

    The tensors are a panel, token ids with numbers beside them, or a block of rows.
    From a block, a window takes the rows `lags` before its end, at most `depth` rows
    before it if it is incomplete. With `newest`, the position of its last row, a window
    is relative to that row, in the channels where `relative` is 1, and `depth` may have
    one entry for all windows.
    """
    if len(tensors) == 1:
        return tf.gather(tensors[0], at)
    if len(tensors) == 2:
        return [tf.gather(tensor, at) for tensor in tensors]
    if len(tensors) > 4:
        return _gather_relative(*tensors, at=at)
    block, ends, lags, *depth = tensors
    lags = lags[None, :]
    if depth:
        lags = tf.minimum(lags, tf.gather(depth[0], at)[:, None])
    rows = tf.gather(ends, at)[:, None] - lags
    return tf.gather_nd(block, rows[..., None])  # faster than tf.gather


def _gather_relative(block, ends, lags, depth, newest, relative, *rest, at):
    """Windows minus their last row, from a block and its float32 rounding errors."""
    own_depth = tf.gather(depth, tf.minimum(at, tf.size(depth) - 1))
    rows = tf.gather(ends, at)[:, None] - tf.minimum(
        lags[None, :-1], own_depth[:, None]
    )
    rows = tf.concat([rows, tf.gather(newest, at)[:, None]], axis=1)[..., None]
    parts = [tf.gather_nd(part, rows) for part in (block, *rest)]
    parts = [part - part[:, -1:] * relative for part in parts]
    return parts[0] if len(parts) == 1 else tf.add_n(parts)


def to_tensors(arrays):
    """Arrays as tensors. No array is held longer than needed.

    Large arrays that are `aligned` share their memory with the tensor, so nobody may
    write to them afterwards. Others are copied. An array that is given twice becomes
    one tensor.
    """
    arrays, tensors = list(arrays), []
    firsts = [_first_place(array, arrays) for array in arrays]
    for at, first in enumerate(firsts):
        array, arrays[at] = arrays[at], None
        tensors.append(tensors[first] if first < at else _to_tensor(array))
    return tuple(tensors)


def _first_place(array, arrays):
    return next(at for at, other in enumerate(arrays) if other is array)


def _to_tensor(array):
    if tf.is_tensor(array) or array.nbytes < LARGE_BYTES:
        return tf.convert_to_tensor(array)
    # convert_to_tensor would copy a large array twice.
    if not is_aligned(array):
        array = aligned_copy(array)
    tensor = tf.experimental.dlpack.from_dlpack(array.__dlpack__())
    return tf.identity(tensor)  # on the device that computes


class Feed:
    """Sequences, targets and weights in the form that the programs take.

    Parameters
    ----------
    sequences : Sequences
    y : ndarray of float32 of shape (n_samples, n_outputs)
    weights : ndarray of shape (n_samples,), default=None
    """

    def __init__(self, sequences, y, weights=None):
        self.n_samples = len(sequences)
        self.sequences = sequences
        self._labels = (y,) if weights is None else (y, np.float32(weights))
        self._whole = sequences.fits_tensor()
        if self._whole:
            self._tensors = to_tensors(sequences.tensors())
            self._labels = to_tensors(self._labels)

    def some(self):
        """A few of the sequences."""
        return self.sequences[:8]

    def labels(self, part):
        """Targets of the samples in a slice and, if they have some, their weights."""
        return to_tensors(label[part] for label in self._labels)

    def calls(self, order, batch_size, n_steps):
        """Yield the arguments of each call of a program."""
        n_together = batch_size * (n_steps if self._whole else 1)
        for start in range(0, len(order), n_together):
            part = order[start : start + n_together]
            if self._whole:
                yield self._tensors, self._labels, part
            else:
                labels = to_tensors(label[part] for label in self._labels)
                batch = to_tensors(self.sequences.parts(part))
                yield batch, labels, np.arange(len(part), dtype=np.int32)
