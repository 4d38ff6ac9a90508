"""The input of the programs: tensors, from which they gather batches."""

import numpy as np
import tensorflow as tf


def gather(tensors, at):
    """The sequences at positions `at`, inside a program.

    The tensors are a panel, token ids with numbers beside them, or a block of rows.
    From a block, a window takes the rows `lags` before its end, at most `depth` rows
    before it if it is incomplete. With `newest`, the position of its last row, a window
    is relative to that row, in the channels where `relative` is 1.
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
    lags = tf.minimum(lags[None, :-1], tf.gather(depth, at)[:, None])
    rows = tf.gather(ends, at)[:, None] - lags
    rows = tf.concat([rows, tf.gather(newest, at)[:, None]], axis=1)[..., None]
    parts = [tf.gather_nd(part, rows) for part in (block, *rest)]
    parts = [part - part[:, -1:] * relative for part in parts]
    return parts[0] if len(parts) == 1 else tf.add_n(parts)


def to_tensors(arrays):
    """Arrays as tensors, which are copies. No array is held longer than needed.

    TensorFlow lets go of an array that it has copied when the next operation runs. So
    one runs for each array: the identity, which copies nothing.
    """
    arrays, tensors = list(arrays)[::-1], []
    while arrays:
        tensors.append(tf.identity(tf.convert_to_tensor(arrays.pop())))
    return tuple(tensors)


class Feed:
    """Sequences, targets and weights in the form that the programs take.

    Parameters
    ----------
    sequences : Sequences
    y : ndarray of float32 of shape (n_samples, n_outputs)
    weights : ndarray of float32 of shape (n_samples,), default=None
    """

    def __init__(self, sequences, y, weights=None):
        self.n_samples = len(sequences)
        self.sequences = sequences
        self._labels = (y,) if weights is None else (y, weights)
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
