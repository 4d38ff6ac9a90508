"""What a view says of pooled channels: whose its rows are, and where values belong."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ._pooled import channel_of_rows, source_rows, unpooled


class PooledRows:
    """The part of a view that knows how its series were pooled."""

    @property
    def channels(self) -> NDArray[np.object_] | None:
        """The pooled channel of each row: its label, or its position; or None.

        None if the view is not pooled, see :meth:`SeriesView.pool`.
        """
        return channel_of_rows(self)

    @property
    def source_rows(self) -> NDArray[np.int64]:
        """The row numbers before pooling; `rows` if the view is not pooled."""
        return source_rows(self)

    @overload
    def unpool(
        self, values: ArrayLike, *, as_frame: Literal[False] = False
    ) -> NDArray: ...

    @overload
    def unpool(self, values: ArrayLike, *, as_frame: Literal[True]) -> pd.DataFrame: ...

    def unpool(
        self, values: ArrayLike, *, as_frame: bool = False
    ) -> NDArray | pd.DataFrame:
        """Lay out values of a pooled view by row and channel.

        Works for forecasts, targets and errors, on any part of a pooled view and on
        its windows.

        Parameters
        ----------
        values : array-like of shape (n_rows,) or (n_rows, n_delays)
            One entry for each row of this view. An array may have more dimensions.
        as_frame : bool, default=False
            Whether to return a DataFrame.

        Returns
        -------
        table : ndarray of shape (n_times, n_channels) or \
                (n_times, n_channels, n_delays), or DataFrame
            A row for each different entry of `source_rows`, in the order of time;
            channels in the order of ``pool``. NaN where a channel has no row in this
            view. A DataFrame has the dates (or row numbers) as its index, with the
            ids (or numbers) of the series before them if several were pooled. Its
            columns are the channels, or pairs of channel and delay.

        Raises
        ------
        ValueError
            If the view is not pooled, if it has a row of a channel twice, or if
            `values` do not fit.

        Examples
        --------
        >>> import numpy as np
        >>> from skseqconv import make_supervised
        >>> series = np.array([[1.0, 10], [2, 20], [3, 30]])
        >>> X, y = make_supervised(series, [0, 1], delay=1, pooled=True)
        >>> y
        array([ 2., 20.,  3., 30.])
        >>> X.unpool(y)
        array([[ 2., 20.],
               [ 3., 30.]])
        """
        return unpooled(self, values, as_frame)
