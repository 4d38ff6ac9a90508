"""Copies of rows of a block, which may be a memory map."""

import mmap

import numpy as np


def copied(block, rows, channels, dtype):
    """Rows of an array, with all channels or the chosen ones."""
    refuse_cut_file(block)
    consecutive = _as_slice(rows)
    if consecutive is not None:
        rows = consecutive
    elif not isinstance(channels, slice):
        rows = np.asarray(rows)[:, None]
        return np.array(block[rows, channels], dtype=dtype)
    return np.array(block[rows][:, channels], dtype=dtype)


def copied_of_each(block, rows, channels, dtype):
    """One value of each row: the one of its own channel."""
    if len(channels) and (channels == channels[0]).all():
        return copied(block, rows, [channels[0]], dtype)
    refuse_cut_file(block)
    return np.array(block[rows, channels][:, None], dtype=dtype)


def _as_slice(rows):
    """Consecutive rows as a slice, which is read at the speed of memory, or None."""
    spread = len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1
    if spread and (np.diff(rows) == 1).all():
        return slice(rows[0], rows[-1] + 1)
    return None


def refuse_cut_file(array):
    """Refuse a memory map whose file has become shorter.

    Reading beyond the end of the file gives zeros, or ends the process (SIGBUS).
    """
    while isinstance(array.base, np.ndarray):
        array = array.base
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap)):
        return
    held, needed = array.base.size(), array.offset + array.nbytes
    if held < needed:
        raise OSError(
            f"The file {array.filename} was cut to {held} bytes after {needed} bytes "
            "were mapped: write the whole file again, and map it again. To replace a "
            "file safely, write the new version beside it, then rename it."
        )
