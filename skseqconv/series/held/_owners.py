"""The series that rows belong to."""

import numpy as np

from skseqconv._aligned import aligned

#: A table of first guesses may be wrong by this many series at most.
MOST_STEPS = 4


#: Numbers of so many rows are in the cache of a processor.
CHUNK_ROWS = 2**15


def by_chunks(function, rows, dtype=np.int64):
    """What a function finds for rows, some rows at a time.

    Without large arrays in between this takes less time, and less memory. A tensor can
    share the memory of the result.
    """
    if np.size(rows) <= CHUNK_ROWS:
        return function(rows).astype(dtype, copy=False)
    found = aligned((len(rows),), dtype)
    for start in range(0, len(rows), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        found[part] = function(rows[part])
    return found


class Owners:
    """Finds the series of rows that are numbered through.

    Parameters
    ----------
    stops : ndarray of int of shape (n_series,)
        The row after the last one of each series.
    """

    def __init__(self, stops):
        self._stops, self._table, self._shift = stops, None, None

    def of(self, rows):
        """The number of the series of each row."""
        n_series = len(self._stops)
        if n_series == 1:
            return np.zeros(np.shape(rows), dtype=np.int64)
        if self._shift is None and np.size(rows) > n_series:
            self._make_table()
        if self._table is None:
            return np.searchsorted(self._stops, rows, side="right")
        return self._from_table(np.asarray(rows))

    def _make_table(self):
        """The series of rows 0, 2**k and so on, as first guesses for the rows after.

        For many rows it is faster than a search, whose time depends on the number of
        series. If many series are much shorter than the mean, there is no table.
        """
        mean = max(int(self._stops[-1]) // len(self._stops), 1)
        self._shift = mean.bit_length() - 1
        firsts = np.arange(0, self._stops[-1] + 1, 2**self._shift)
        table = np.searchsorted(self._stops, firsts, side="right")
        if np.diff(table, append=len(self._stops)).max() <= MOST_STEPS:
            self._table = table

    def _from_table(self, rows):
        owners = self._table[rows >> self._shift]
        while (late := rows >= self._stops[owners]).any():
            owners += late
        return owners
