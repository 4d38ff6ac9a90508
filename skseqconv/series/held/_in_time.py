"""Rows of several series, and values of theirs, in the order of time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: A tile holds about this many values: some series at some times, in a cache.
TILE_VALUES = 2**16

#: It has at least this many times, so that rows of a series are read together.
TILE_TIMES = 64

#: Rows are sorted if a table of all series and times has this many times their number.
MOST_CELLS = 4


class Stretches(NamedTuple):
    """Consecutive rows of series whose stamps are consecutive, too.

    All arrays have an entry for each stretch.
    """

    #: The row that would have the stamp 0.
    zeros: NDArray[np.int64]
    #: Its first stamp, and the stamp after its last one.
    firsts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def part(self, own):
        """Some of the stretches."""
        return Stretches(*(array[own] for array in self))


def stretches_of(data, reach):
    """All rows of several series but the last `reach` of each.

    Parameters
    ----------
    data : Series
    reach : int

    Returns
    -------
    stretches : Stretches or None
        None if the stamps of a series are not consecutive, or if there are so many
        different stamps that few series have each of them.
    """
    firsts = data.first_stamps()
    if firsts is None:
        return None
    lengths = data.lengths - reach
    own = np.flatnonzero(lengths > 0)
    starts, firsts, lengths = data.starts[own], firsts[own], lengths[own]
    firsts = firsts - firsts.min()
    ends = firsts + lengths
    if int(ends.max()) * len(own) > MOST_CELLS * lengths.sum():
        return None
    return Stretches(starts - firsts, firsts, ends)


def laid_out(stretches, values_of, width, dtype):
    """The rows of stretches by stamp, and by row if stamps are equal; and their values.

    It works like a blocked transposition: tile by tile, of some series at some times.
    Reading in the order of time would miss the caches at each row.

    Parameters
    ----------
    stretches : Stretches
    values_of : callable
        Gives the values of rows, of shape (n_rows, width).
    width : int
    dtype : dtype

    Returns
    -------
    rows : ndarray of int of shape (n_rows,)
    values : ndarray of shape (n_rows, width)
    """
    counts = _counts(stretches)
    stops = np.cumsum(counts)
    begins = stops - counts
    rows = np.empty(stops[-1], dtype=np.int64)
    values = np.empty((len(rows), width), dtype=dtype)
    done = np.zeros_like(counts)  # rows of each stamp that are written already
    for own, times in _tiles(stretches, width):
        zeros, firsts, ends = stretches.part(own)
        moments = np.arange(times.start, times.stop)
        found = zeros[:, None] + moments
        if _is_even(counts, done, firsts, ends, times):
            # All series at all times: a rectangle of a table with a line per time.
            shape = (len(moments), counts[times.start])
            table = slice(begins[times.start], stops[times.stop - 1])
            columns = slice(done[times.start], done[times.start] + len(zeros))
            rows[table].reshape(shape)[:, columns] = found.T
            read = values_of(found.ravel()).reshape(*found.shape, width)
            values[table].reshape(*shape, width)[:, columns] = read.swapaxes(0, 1)
            done[times] += len(zeros)
            continue
        inside = (moments >= firsts[:, None]) & (moments < ends[:, None])
        before = done[times] + np.cumsum(inside, axis=0) - inside
        at, found = (begins[times] + before)[inside], found[inside]
        rows[at], values[at] = found, values_of(found)
        done[times] += inside.sum(axis=0)
    return rows, values


def _counts(stretches):
    """How many stretches have each stamp."""
    n_times = int(stretches.ends.max())
    begun = np.bincount(stretches.firsts, minlength=n_times + 1)
    ended = np.bincount(stretches.ends, minlength=n_times + 1)
    return np.cumsum(begun - ended)[:-1]


def _tiles(stretches, width):
    """Yield slices of the stretches, in order, and slices of the times."""
    n_cells = max(TILE_VALUES // width, TILE_TIMES)
    n_together = min(n_cells // TILE_TIMES, len(stretches.zeros))
    n_times = n_cells // n_together
    for start in range(0, len(stretches.zeros), n_together):
        own = slice(start, start + n_together)
        first, end = stretches.firsts[own].min(), stretches.ends[own].max()
        for time in range(first, end, n_times):
            yield own, slice(time, min(time + n_times, end))


def _is_even(counts, done, firsts, ends, times):
    """Whether all series of a tile have all its times, and these are alike so far."""
    whole = firsts.max() <= times.start and ends.min() >= times.stop
    counts, done = counts[times], done[times]
    return whole and (counts == counts[0]).all() and (done == done[0]).all()


def order_of(data, rows):
    """Positions that order ascending rows by stamp, and by row if these are equal.

    It counts the rows of each stamp, which takes a quarter of the time of a sort if
    there are many series: the matrix has one row, and a column for each stamp.

    Parameters
    ----------
    data : Series
    rows : ndarray of int
    """
    from scipy.sparse import csr_array

    dtype = np.int32 if data.n_rows < 2**31 else np.int64
    stamps = data.stamps(rows, dtype)
    stamps = stamps - stamps.min()
    n_stamps = int(stamps.max()) + 1
    if n_stamps > 4 * len(rows):
        return np.lexsort((rows, stamps))
    positions = np.arange(len(rows), dtype=dtype)
    ends = np.array([0, len(rows)], dtype=dtype)
    matrix = csr_array((positions, stamps, ends), shape=(1, n_stamps))
    return matrix.tocsc().data
