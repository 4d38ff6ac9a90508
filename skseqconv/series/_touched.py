"""The rows that windows touch, and the values that are read of them.

Neighboring windows share rows, so each row is read once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skseqconv.series.ahead._known_ahead import read_rows
from skseqconv.series.held._owners import Owners, by_chunks

from ._steps import apply_steps
from ._view_internals import depth_of

#: Rows are read and transformed in chunks of about this many bytes.
CHUNK_BYTES = 2**23


class Touched(NamedTuple):
    """The rows that windows touch, as stretches of consecutive rows."""

    #: First row of each stretch, and the row after its last.
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    #: Position of each row of the view among the touched rows.
    positions: NDArray[np.signedinteger]

    @property
    def n_rows(self):
        """Number of rows in all stretches."""
        return int((self.stops - self.starts).sum())

    def rows_at(self, positions):
        """The rows at positions among the touched rows."""
        ends = np.cumsum(self.stops - self.starts)
        stretch = np.searchsorted(ends, positions, side="right")
        return positions + (self.stops - ends)[stretch]


def touched_rows(view):
    """The rows that the windows touch, each once."""
    rows = each_once(view.rows, view._series.n_rows)
    first_rows = view._series.first_rows
    # The row before each window.
    before = by_chunks(
        lambda some: np.maximum(some - view.reach, first_rows(some)) - 1, rows
    )
    new = np.ones(len(rows), dtype=bool)
    np.greater(before[1:], rows[:-1], out=new[1:])
    starts, stops = before[new] + 1, rows[np.roll(new, -1)] + 1
    if not len(rows):
        return Touched(starts, stops, view.rows)
    ends = np.cumsum(stops - starts)
    shifts, owners = ends - stops, Owners(np.append(starts[1:], stops[-1]))
    positions = by_chunks(
        lambda some: some + shifts[owners.of(some)],
        view.rows,
        np.int32 if ends[-1] < 2**31 else np.int64,
    )
    return Touched(starts, stops, positions)


def each_once(rows, n_rows):
    """The different rows, in order."""
    if (rows[1:] > rows[:-1]).all():
        return rows
    if len(rows) < n_rows // 16:
        return np.unique(rows)
    # Many of the rows: a mark for each row takes less time than to sort them.
    marks = np.zeros(n_rows, dtype=bool)
    marks[rows] = True
    return np.flatnonzero(marks)


def repeats_rows(view):
    """Whether the view has a row more than once."""
    return len(each_once(view.rows, view._series.n_rows)) < len(view)


def touch_at_most(view, n_rows):
    """Whether there are at most `n_rows` windows, and they touch at most `n_rows`."""
    if min(len(view) * (view.reach + 1), view._series.n_rows) <= n_rows:
        return True
    # Windows of a larger series may touch only a few rows of it.
    return len(view) <= n_rows and touched_rows(view).n_rows <= n_rows


# Values.


def window_values(view, dtype):
    """Values of shape (n_rows, n_lags, n_channels)."""
    lags = np.minimum(view.lags, depth_of(view)[:, None])
    touched = None if len(view.lags) == 1 else touched_rows(view)
    # Lags far apart: the rows between them are skipped.
    if touched is None or touched.n_rows > lags.size:
        rows = (view.rows[:, None] - lags).ravel()
        values = _values_at(view, rows.__getitem__, len(rows), dtype)
        return values.reshape(*lags.shape, view.n_channels)
    block = block_of(view, touched, dtype)
    return block[touched.positions[:, None] - lags]


def block_of(view, touched, dtype):
    """Values of shape (n_touched_rows, n_channels)."""
    return _values_at(view, touched.rows_at, touched.n_rows, dtype)


def block_in_parts(view, touched):
    """Yield slices of the touched rows, and their values after the steps.

    Parameters
    ----------
    view : View
    touched : Touched

    Yields
    ------
    part : slice
    values : ndarray of shape (n_rows, n_channels)
        In the type of the view. What it cannot hold is infinite.
    """
    for part, values in _in_parts(view, touched.rows_at, touched.n_rows):
        with np.errstate(over="ignore"):
            own = values.astype(view.dtype, copy=False)
        yield part, own


def _values_at(view, rows_at, n_rows, dtype):
    """Values of rows after the steps. `rows_at` gives the rows at positions."""
    values = np.empty((n_rows, view.n_channels), dtype=dtype)
    for part, own in _in_parts(view, rows_at, n_rows):
        with np.errstate(over="ignore"):
            values[part] = own
    return values


def _in_parts(view, rows_at, n_rows):
    """Yield slices of the rows, and their values after the steps."""
    width = max(view._series.n_channels, view.n_channels)
    chunk = max(1, CHUNK_BYTES // (8 * width))
    for start in range(0, n_rows, chunk):
        part = slice(start, min(start + chunk, n_rows))
        # What float32 cannot hold becomes infinite. Checks of finiteness find it.
        with np.errstate(over="ignore"):
            local = np.arange(part.start, part.stop)
            rows = read_rows(view._series, rows_at(local))
            values = apply_steps(view.steps, rows)
        yield part, values
