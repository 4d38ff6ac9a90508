"""Lazy rows and look-back windows of a series.

A view holds a series, the positions of its rows and, for windows, their lags. Indexing
a view makes another view on the same memory. Values are copied only when they are
read, so a hundred thousand windows take a hundred thousand integers.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Sequence
from functools import cached_property
from types import EllipsisType
from typing import Self, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, DTypeLike, NDArray

from skseqconv._counts import is_whole
from skseqconv.series.ahead._future_rows import with_future
from skseqconv.series.ahead._known_ahead import known_labels, with_known_of
from skseqconv.series.tables._containers import names_columns

from ._frame import frame_of
from ._on_gap import mend_gaps
from ._pooled_rows import PooledRows
from ._series import Series
from ._steps import Step
from ._touched import block_of, touched_rows
from ._view_internals import depth_of, ids_of


class View(PooledRows):
    """The common part of rows and windows: the series, the rows, the steps to apply."""

    lags: NDArray[np.int64]
    steps: tuple[Step, ...]
    target: tuple[tuple[int, int], ...] | None

    def __init__(self, series, rows, on_gap="warn", freq=None, **columns):
        if isinstance(series, View) and not names_columns(**columns):
            self._series, self.steps = series._series, series.steps
            self.target = series.target
            if on_gap in ("raise", "split") or freq is not None:
                freq = self._series.freq if freq is None else freq
                self._series = mend_gaps(self._series, on_gap, freq, is_numbered=True)
            if rows is None:
                self.rows = series.rows
                return
        else:
            any_frequency = on_gap == "ignore" or freq is not None
            data = Series.of(series, **columns, any_frequency=any_frequency)
            self._series, self.steps, self.target = data, (), None
            if data is not series:
                is_numbered = rows is not None
                self._series = mend_gaps(data, on_gap, freq, is_numbered=is_numbered)
                data.warn_of_ids(stacklevel=3)
        if rows is not None:
            self.rows = self._checked_rows(rows)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The row numbers; those of all rows are made when they are first read."""
        return np.arange(self._series.n_rows, dtype=np.int64)

    def _checked_rows(self, rows):
        rows = np.asarray(rows)
        if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
            raise ValueError(
                "The rows of a view must be a one-dimensional array of integers, "
                f"got {rows.dtype} of shape {rows.shape}."
            )
        rows = rows.astype(np.int64)
        if rows.size and not 0 <= rows.min() <= rows.max() < self._series.n_rows:
            raise ValueError(
                f"The rows of a view must lie in 0..{self._series.n_rows - 1}, got "
                f"{rows.min()}..{rows.max()}. SeriesView(series)[[-1]] chooses the "
                "last row."
            )
        return rows

    def _derive(self, **attributes):
        """Another view that differs in the given attributes only."""
        view = copy.copy(self)
        vars(view).update(attributes)
        return view

    # The view as an array-like.

    @property
    def series(self) -> NDArray | list[NDArray]:
        """The series itself: an array, or a list of arrays; never a copy."""
        arrays = self._series.arrays
        return arrays[0] if len(arrays) == 1 else arrays

    @property
    def n_channels(self) -> int:
        """Number of channels, after the steps."""
        return self.steps[-1].n_channels if self.steps else self._series.n_channels

    @property
    def channel_names(self) -> NDArray[np.object_] | None:
        """Names of the channels, an array of str; None if they have no names."""
        return self.steps[-1].channel_names if self.steps else self._series.names

    @property
    def index(self) -> pd.Index | None:
        """The entry of the index of the series (dates) at each row, or None."""
        return self._series.index_at(self.rows)

    @property
    def series_ids(self) -> NDArray[np.int64]:
        """The number of the series that each row belongs to: zeros for one series."""
        return self._series.series_of(self.rows)

    @property
    def ids(self) -> NDArray[np.object_] | None:
        """The id of the series that each row belongs to; None without ids.

        Several columns of ids make tuples. Of a pooled view it is the label of the
        channel, with the id of its series before it if there are several.
        """
        ids = ids_of(self)
        return None if ids is None else ids.to_numpy(dtype=object)

    def frame(self) -> pd.DataFrame:
        """Tell whose row each row of this view is, and when.

        Returns
        -------
        frame : DataFrame
            One line for each row of this view. Columns: the ids and the time, with
            their names in the table (or "id" and "time"), and "row", the position of
            the row in its own series. Of pooled channels, "channel" is an id. A list
            of series has the positions in the list as "series"; series without an
            index have no time.

        Examples
        --------
        >>> import pandas as pd
        >>> from skseqconv import make_supervised
        >>> table = pd.DataFrame({"store": ["b", "a", "a", "b"], "day": [1, 2, 1, 2]})
        >>> table["sold"] = [3.0, 5.0, 4.0, 6.0]
        >>> X, y = make_supervised(table, "sold", id="store", time="day")
        >>> X.frame().assign(y=y)
          store  day  row    y
        0     a    1    0  5.0
        1     b    1    0  6.0
        """
        return frame_of(self)

    @property
    def stamps(self) -> NDArray[np.int64]:
        """Integers in the order of time, one for each row; equal for equal dates."""
        return self._series.stamps(self.rows)

    @property
    def reach(self) -> int:
        """How many rows before its own row the window of a row begins."""
        return int(self.lags[0])

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Whether the whole window of each row lies within its series."""
        return depth_of(self, self.reach) >= self.reach

    @property
    def dtype(self) -> np.dtype:
        """Type of the values: float32 for a float32 series, otherwise float64."""
        return self._series.dtype

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values that an array of this view would hold."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes held: the series and the row positions, not the windows."""
        return self._series.nbytes + self.rows.nbytes

    @property
    def materialized_nbytes(self) -> int:
        """Bytes that an array of this view would hold."""
        return self.size * self.dtype.itemsize

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self.nbytes

    def __len__(self) -> int:
        return len(self.rows)

    # Indexing gives another view. An int gives the values of one row.

    @overload
    def __getitem__(self, key: int) -> NDArray: ...

    @overload
    def __getitem__(
        self, key: slice | Sequence[int] | NDArray | EllipsisType | tuple
    ) -> Self: ...

    def __getitem__(self, key):
        if isinstance(key, tuple):
            key = self._row_key(key)
        if isinstance(key, np.ndarray) and key.ndim == 0 and key.dtype.kind in "iu":
            key = int(key)
        if is_whole(key):
            row = self.rows[key]
            return self._derive(rows=np.array([row])).to_numpy()[0]
        return self._derive(rows=self.rows[self._checked_key(key)])

    def _row_key(self, key):
        rest = key[1:]
        whole = all(
            k is Ellipsis or (isinstance(k, slice) and k == slice(None)) for k in rest
        )
        if not key or not whole or len(rest) > self.ndim:
            raise IndexError(
                f"A {type(self).__name__} is indexed by rows only, got {key!r}. In a "
                "Pipeline, PerStep(ColumnTransformer(...)) selects channels. "
                "view.to_numpy()[...] indexes the values. Tools that change columns "
                "need the table that the view was made of."
            )
        return key[0]

    def _checked_key(self, key):
        if isinstance(key, slice):
            return key
        if key is Ellipsis:
            return slice(None)
        array = np.asarray(key)
        if array.size == 0 and array.dtype.kind == "f":
            array = array.astype(np.int64)
        if array.ndim != 1 or array.dtype.kind not in "iub":
            raise IndexError(
                f"A {type(self).__name__} is indexed by an int, a slice, or a "
                f"one-dimensional array of ints or bools, got {key!r}."
            )
        return array

    # Values.

    def block(
        self, dtype: DTypeLike = np.float32
    ) -> tuple[NDArray, NDArray[np.signedinteger]]:
        """Read the rows that the windows touch, each once.

        Parameters
        ----------
        dtype : dtype, default=numpy.float32
            Type of the values.

        Returns
        -------
        block : ndarray of shape (n_touched_rows, n_channels)
            Rows in the order of the series, after the steps.
        positions : ndarray of shape (n_rows,)
            Position in `block` of each window's last row. Earlier rows of the window
            stand right before it, as far as the series goes back.
        """
        touched = touched_rows(self)
        return block_of(self, touched, dtype), touched.positions

    def compact(self) -> Self:
        """The same view on the part of the series that its windows touch.

        A pickle of a view holds its whole series. A pickle of a compact view holds,
        for each series, the rows from the first to the last that a window touches. A
        row view touches its own rows only, so make windows first. Each series then ends
        at its last row in this view, so ``forecast(model, X.compact())`` forecasts from
        there, and ``forecast(model, X)`` from the last known value of the whole series.

        Returns
        -------
        view : SeriesView or WindowView
            It shares the memory of the series. Its rows are numbered anew.
        """
        first = np.maximum(self.rows - self.reach, self._series.first_rows(self.rows))
        series, rows = self._series.cut(first, self.rows)
        if self._series.known is not None:
            series = with_known_of(self._series, self.rows, series)
        return self._derive(_series=series, rows=rows)

    @property
    def known_ahead(self) -> tuple[Hashable, ...]:
        """The channels known ahead: their labels, or their positions in the series."""
        return known_labels(self._series)

    def with_future(self, future: ArrayLike | Sequence[ArrayLike]) -> Self:
        """Add the rows after the end of each series, for the channels known ahead.

        The last rows of a series need them: a row reads these channels as many rows
        later as the longest forecast reaches. The rows of the view stay the same.

        Parameters
        ----------
        future : DataFrame, array, or a list with one of these for each series
            The rows after the end of each series, with the channels known ahead.
            Other columns are ignored. Its times are the index, the column with the name
            of the times of the series, or the only column of dates. An array has all
            channels of the series, or only those known ahead, in the order of
            `known_ahead`; it has no times, so its first row must be the next one. If
            the series have ids, a long table with the same columns of ids and times, or
            with a MultiIndex; it may have more ids, and lack some. Rows that are not
            later than the last row of their series are ignored, so a whole plan, of the
            past and the future, is fine if it has times. It replaces an earlier future.

        Returns
        -------
        view : SeriesView or WindowView
            The same rows of the same series, with a future. Series that the view has
            no rows of have none.

        Raises
        ------
        ValueError
            If the view has no channel known ahead, if `future` lacks one of them, if it
            has no times and begins with the rows of the series itself, if the rows
            after the end of a series that the view has rows of do not begin with its
            next timestamp or have a gap, or if `future` has another number of series.

        See Also
        --------
        make_supervised : Its `known_ahead` names the channels.

        Examples
        --------
        >>> import pandas as pd
        >>> from skseqconv import SeriesView
        >>> days = pd.date_range("2025-01-01", periods=4)
        >>> sold = pd.DataFrame({"sold": [5, 6, 7, 8], "promo": [0, 1, 0, 0]}, days)
        >>> newest = SeriesView(sold, rows=[3], known_ahead="promo", delay=2)
        >>> later = pd.date_range("2025-01-05", periods=2)
        >>> plan = pd.DataFrame({"promo": [0, 1]}, later)
        >>> newest.with_future(plan).to_numpy()
        array([[8., 1.]])
        """
        return self._derive(_series=with_future(self._series, future, self.rows))

    def _memory(self):
        return (
            f"{readable_bytes(self.nbytes)} held, "
            f"{readable_bytes(self.materialized_nbytes)} as an array"
        )


def readable_bytes(n_bytes):
    """A number of bytes with a unit: 11.3 GB."""
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:  # more is rounded to 1e+03
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
