"""Look-back windows of the rows of a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from skseqconv._public import public

from ._missing_history import ON_MISSING_HISTORY, check_history
from ._series_view import SeriesView
from ._touched import window_values
from ._view import View, readable_bytes

#: ``np.asarray(windows)`` refuses to make a larger array; ``to_numpy`` does not.
MAX_IMPLICIT_BYTES = 2**30


@public
class WindowView(View):
    """Look-back windows of rows of a series, copied when they are read.

    The window of row ``t`` holds the rows ``t - lag`` for each lag. If the series does
    not go back that far (`complete` is False), its first row is repeated in place of
    the missing rows. Windows never cross from one series into another.

    Parameters
    ----------
    series : DataFrame, ndarray, memmap, a list of them, or SeriesView
        The series, see :class:`SeriesView`.
    ends : array-like of int of shape (n_rows,), default=None
        Row at which each window ends; None for all rows.
    lags : array-like of int of shape (n_lags,)
        How many rows before its end each entry of a window lies, oldest first. For
        example, ``[2, 1, 0]`` is a window of the last three rows.
    on_missing_history : {"warn", "raise", "ignore"}, default="warn"
        What a prediction from windows that are not `complete` does: give a
        `MissingHistoryWarning`, raise a ValueError, or neither.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,)
        The end row of each window.
    lags : ndarray of shape (n_lags,)
        How many rows before its end each entry of a window lies, oldest first.
    target : tuple of (int, int) or None
        Channel and delay of each column of y, set by
        :func:`skseqconv.make_supervised`.
    steps : tuple
        Fitted transformers of rows, applied in order when values are read.
    on_missing_history : str
        As given.

    Raises
    ------
    ValueError
        If lags are negative, repeated, or not in descending order.

    See Also
    --------
    LookbackWindower : The transformer that makes windows in a Pipeline.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import WindowView
    >>> windows = WindowView(np.arange(5.0)[:, None], lags=[2, 1, 0])
    >>> windows.shape
    (5, 3, 1)
    >>> windows[3].ravel()
    array([1., 2., 3.])
    >>> windows.complete
    array([False, False,  True,  True,  True])
    >>> windows[:1].to_numpy().ravel()
    array([0., 0., 0.])
    """

    def __init__(
        self,
        series: ArrayLike | Sequence[ArrayLike] | SeriesView,
        ends: ArrayLike | None = None,
        *,
        lags: ArrayLike,
        on_missing_history: Literal["warn", "raise", "ignore"] = "warn",
    ) -> None:
        super().__init__(series, ends)
        lags = np.asarray(lags)
        if (
            lags.ndim != 1
            or not lags.size
            or lags.dtype.kind not in "iu"
            or lags[-1] < 0
            or (lags[1:] >= lags[:-1]).any()
        ):
            raise ValueError(
                "lags must be whole numbers >= 0 in descending order (the oldest row "
                f"of a window first), got {lags!r}."
            )
        self.lags = lags.astype(np.int64)
        if on_missing_history not in ON_MISSING_HISTORY:
            raise ValueError(
                "on_missing_history must be 'warn', 'raise' or 'ignore', got "
                f"on_missing_history={on_missing_history!r}."
            )
        self.on_missing_history = on_missing_history

    @property
    def lookback(self) -> int:
        """Number of rows that a window spans: the first lag plus one stride."""
        stride = self.lags[-2] - self.lags[-1] if len(self.lags) > 1 else 1
        return int(self.lags[0] + stride)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n_rows, n_lags, n_channels)."""
        return (len(self.rows), len(self.lags), self.n_channels)

    def to_numpy(self, dtype: DTypeLike | None = None) -> NDArray:
        """Copy the windows into an array.

        Parameters
        ----------
        dtype : dtype, default=None
            None for float32 from a float32 series, otherwise float64.

        Returns
        -------
        values : ndarray of shape (n_rows, n_lags, n_channels)
            A copy, after the steps.
        """
        return window_values(self, self.dtype if dtype is None else dtype)

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray:
        if self.materialized_nbytes > MAX_IMPLICIT_BYTES:
            raise ValueError(
                f"{self!r} is not converted implicitly to an array of "
                f"{readable_bytes(self.materialized_nbytes)}. "
                "Standardizer and PerStep transform a view without an array. "
                "view[rows] selects a part. view.to_numpy() makes the array."
            )
        if copy is False:
            raise ValueError("copy=False is impossible: an array of a view is a copy.")
        check_history(self)
        return self.to_numpy(dtype)

    def __repr__(self) -> str:
        return (
            f"WindowView(shape={self.shape}, lookback={self.lookback}, "
            f"{self._memory()})"
        )
