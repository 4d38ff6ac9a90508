"""The series that rows belong to."""

import numpy as np

#: A table of first guesses may be wrong by this many series at most.
MOST_STEPS = 4


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
        if np.size(rows) > n_series and self._has_table():
            return self._from_table(np.asarray(rows))
        return np.searchsorted(self._stops, rows, side="right")

    def _has_table(self):
        """Whether a table gives the first guess: the series of rows 0, 2**k and so on.

        For many rows it is faster than a search, whose time depends on the number of
        series.
        """
        if self._shift is None:
            mean = max(int(self._stops[-1]) // len(self._stops), 1)
            self._shift = mean.bit_length() - 1
            firsts = np.arange(0, self._stops[-1] + 1, 2**self._shift)
            table = np.searchsorted(self._stops, firsts, side="right")
            if np.diff(table, append=len(self._stops)).max() <= MOST_STEPS:
                self._table = table
        return self._table is not None

    def _from_table(self, rows):
        owners = self._table[rows >> self._shift]
        while (late := rows >= self._stops[owners]).any():
            owners += late
        return owners
