"""Rows of a series that know the rows before them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from pandas.tseries.offsets import BaseOffset

from skseqconv._public import public
from skseqconv.series.ahead._delays import checked_delays
from skseqconv.series.ahead._known_ahead import is_given, with_known_ahead
from skseqconv.series.tables._channels import several_channels

from ._on_gap import check_on_gap
from ._pooled import pooled_view
from ._touched import window_values
from ._view import View


@public
class SeriesView(View):
    """Rows of one or several series that know the rows before them.

    Indexing by rows gives another view. An int gives the values of one row.

    Parameters
    ----------
    series : DataFrame, ndarray or memmap of shape (n_steps, n_channels), or a list
        The series, or a list of series with the same channels; or a long table, see
        `id`. float32 and float64 arrays in C order, and memory maps of any numeric
        type, are held as they are. Everything else is converted once. Arrays of a list
        that are smaller than 1 MiB are copied into one block, unless they take more
        than 2 GiB together or are parts of one array; so the list may be dropped.
    rows : array-like of int of shape (n_rows,), default=None
        Rows of the view, None for all. The rows of several series are numbered
        through: the rows of the second series follow those of the first. Those of a
        long table are numbered in the order of id and time. A y of your own must have
        this order, see the last example.
    on_gap : {"raise", "warn", "ignore", "split"}, default="warn"
        What to do if the index of a table has gaps, see
        :func:`skseqconv.make_supervised`. "warn" and "ignore" take the rows as
        consecutive. "split" makes the parts between gaps separate series; it cannot be
        given with `rows`, nor for a view whose series has gaps.
    freq : str, offset of pandas, or int, default=None
        The frequency of the index, see :func:`skseqconv.make_supervised`.
    id : label, or list of labels, default=None
        The columns of a long table that name the series of each row, see
        :func:`skseqconv.make_supervised`.
    time : label, default=None
        The column of dates or numbers that orders the rows, see
        :func:`skseqconv.make_supervised`.
    static : label, or list of labels, default=()
        Channels with one value for each id, see :func:`skseqconv.make_supervised`.
    known_ahead : label, int, or list of these, default=()
        Channels that are known ahead, as in :func:`skseqconv.make_supervised`.
    delay : int or sequence of int, default=None
        The forecast horizons in rows, as in `make_supervised`. The channels known
        ahead are read ``max(delay)`` rows later than the row. Needed only with
        `known_ahead`.
    future : DataFrame, array, or a list of these, default=None
        The channels known ahead in the rows after the end of each series, see
        `with_future`.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,)
        The row numbers.
    target : tuple of (int, int) or None
        Channel and delay of each column of y, set by
        :func:`skseqconv.make_supervised`.
    steps : tuple
        Fitted transformers of rows, applied in order when values are read.

    Raises
    ------
    ValueError
        If the series is not numeric or not two-dimensional, its index is out of
        order, or a row lies outside; for a long table as in
        :func:`skseqconv.make_supervised`.
    TypeError
        For ``np.asarray(view)``, which also tools that copy X call. Windows made of
        the array would lack the rows before. `to_numpy` gives the array.

    Warns
    -----
    UserWarning
        If the index of a table has gaps, and ``on_gap="warn"``.

    See Also
    --------
    make_supervised : Series to a view and a target.
    WindowView : Look-back windows of such rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import SeriesView
    >>> series = np.arange(12.0).reshape(6, 2)
    >>> view = SeriesView(series)[2:][[True, False, False, True]]
    >>> view.rows
    array([2, 5])
    >>> view.to_numpy()
    array([[ 4.,  5.],
           [10., 11.]])
    >>> np.shares_memory(view.series, series)
    True

    The last row of each series of a long table:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": ["b", "a", "a"], "time": [1, 2, 1], "v": [5, 4, 3]})
    >>> view = SeriesView(table, id="id", time="time")
    >>> view.frame()
      id  time  row
    0  a     1    0
    1  a     2    1
    2  b     1    0
    >>> view[~view.frame()["id"].duplicated(keep="last").to_numpy()].to_numpy().ravel()
    array([4., 5.])

    A y of your own, in the order of the rows of the view:

    >>> table = table.assign(wear=[50, 40, 30])
    >>> view.frame().merge(table, how="left", on=["id", "time"])["wear"].to_numpy()
    array([30, 40, 50])
    """

    lags = np.zeros(1, dtype=np.int64)

    def __init__(
        self,
        series: ArrayLike | Sequence[ArrayLike] | View,
        rows: ArrayLike | None = None,
        *,
        on_gap: Literal["raise", "warn", "ignore", "split"] = "warn",
        freq: str | BaseOffset | int | None = None,
        id: Hashable | Sequence[Hashable] | None = None,
        time: Hashable | None = None,
        static: Hashable | Sequence[Hashable] = (),
        known_ahead: Hashable | Sequence[Hashable] = (),
        delay: int | Sequence[int] | None = None,
        future: ArrayLike | Sequence[ArrayLike] | None = None,
    ) -> None:
        check_on_gap(on_gap)
        super().__init__(series, rows, on_gap, freq, id=id, time=time, static=static)
        if is_given(known_ahead) or delay is not None:
            self._series = self._with_known(known_ahead, delay)
        if future is not None:
            self._series = self.with_future(future)._series

    def _with_known(self, known_ahead, delay):
        if not is_given(known_ahead) or delay is None:
            raise ValueError(
                f"known_ahead={known_ahead!r} and delay={delay!r} belong together: the "
                "channels known ahead are read as many rows later as the forecasts "
                "reach. Give both, as in make_supervised, or none."
            )
        delays, _ = checked_delays(delay, self)
        targets = [channel for channel, _ in self.target or ()]
        return with_known_ahead(self._series, known_ahead, delays, targets)

    @property
    def shape(self) -> tuple[int, int]:
        """(n_rows, n_channels)."""
        return (len(self.rows), self.n_channels)

    def pool(self, channels: Hashable | Sequence[Hashable] = None) -> SeriesView:
        """Make each channel a series of its own, with one channel.

        A model then learns one set of weights for all channels (a global or
        channel-independent model). Nothing is copied. `unpool` lays out its forecasts
        by row and channel.

        Parameters
        ----------
        channels : label, int, or list of these, default=None
            The channels to pool, by label or position. The others are left out. None
            takes all channels.

        Returns
        -------
        view : SeriesView of shape (n_rows * n_channels, 1)
            For each row of this view, the row of each channel. The series of a channel
            begins with its first value: rows with NaN before it are left out, so the
            channels may begin at different times. The channel is named
            "value" if the channels of this view have labels. ``view.channels`` and
            ``view.source_rows`` tell where each row comes from.

        Raises
        ------
        ValueError
            For an unknown channel, and if this view is pooled already or has steps.

        See Also
        --------
        make_supervised : With ``pooled=True``, makes a pooled X and its y.

        Examples
        --------
        The newest row of each channel, to forecast from:

        >>> import numpy as np
        >>> from skseqconv import SeriesView
        >>> series = np.array([[1.0, 10], [2, 20], [3, 30]])
        >>> newest = SeriesView(series, rows=[2]).pool()
        >>> newest.to_numpy().ravel()
        array([ 3., 30.])
        >>> newest.channels
        array([0, 1], dtype=object)
        """
        chosen = range(self._series.n_channels)
        if channels is not None:
            chosen, _ = several_channels(channels, self._series, "channels")
        return pooled_view(self, list(chosen))

    def to_numpy(self, dtype: DTypeLike | None = None) -> NDArray:
        """Copy the rows' values into an array.

        Parameters
        ----------
        dtype : dtype, default=None
            None for float32 from a float32 series, otherwise float64.

        Returns
        -------
        values : ndarray of shape (n_rows, n_channels)
            A copy, after the steps.
        """
        return window_values(self, self.dtype if dtype is None else dtype)[:, 0]

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray:
        """Refuse to become an array by accident: windows of its rows would be wrong.

        Stock transformers, and tools that copy X, call this.
        """
        raise TypeError(
            f"{self!r} is not converted to an array implicitly: the rows of an array "
            "do not know the rows before them, so windows made of them would be wrong. "
            "In a Pipeline, use Standardizer or PerStep(transformer) instead of a "
            "stock transformer. Tools that copy X, such as BaggingRegressor, belong "
            "after the windows: FlatWindowRegressor(BaggingRegressor()). "
            "VotingRegressor and StackingRegressor take views. Leave out "
            "RegressorChain: one model of this package forecasts all columns of y. "
            "Instead of permutation_importance use skseqconv.importance. For models "
            "that need no earlier rows, view.to_numpy() gives the array."
        )

    def __repr__(self) -> str:
        origin = self._series.origin
        pooled = "" if origin is None else f"{len(origin.labels)} channels pooled, "
        ids = self._series.ids
        if pooled == "" and ids is not None:
            pooled = f"{ids.nunique()} ids, "
        return f"SeriesView(shape={self.shape}, {pooled}{self._memory()})"
