"""Series that are extended by forecasts: only the rows that windows read are copied."""

import numpy as np

from skseqconv.series._series import Series
from skseqconv.series._view_internals import depth_of
from skseqconv.series.held._layout import ranges

from ._known_ahead import values_at, with_known, without_future

#: Rows of series are compared in chunks of about this many.
CHUNK_ROWS = 2**19


class Extended:
    """A series for each row of a view: its last rows, and rows that will be forecast.

    Parameters
    ----------
    view : SeriesView or WindowView
        The rows after which the series are extended.
    n_before : int or ndarray of int of shape (n_rows,)
        How many rows before its own row each row needs.
    n_after : int
        Number of rows to add. They repeat the row of the view, but hold what is known
        ahead, and the channels that are forecast are missing.
    forecast : sequence of int
        Positions of these channels.
    """

    def __init__(self, view, n_before, n_after, forecast):
        data = view._series
        self.view, self.forecast = view, forecast
        n_kept = np.minimum(depth_of(view), n_before) + 1
        lengths = n_kept + n_after
        begins = np.cumsum(lengths) - lengths
        #: The rows of the view in the extended series.
        self.rows = begins + n_kept - 1
        source = ranges(view.rows - n_kept + 1, view.rows + n_after + 1)
        source = np.minimum(source, np.repeat(view.rows, lengths))
        self.block = data.take(source)
        steps = np.arange(1, n_after + 1)
        later = (self.rows[:, None] + steps).ravel()
        self.block[later[:, None], np.asarray(forecast)] = np.nan
        ids = None if data.ids is None else data.ids[view.series_ids]
        named = {"labels": data.labels, "names": data.names, "ids": ids}
        self.series = Series.of_block(self.block, lengths, **named)
        if data.known is not None:
            channels = data.known.channels
            owners = np.repeat(view.series_ids, n_after)
            rows = (view.rows[:, None] + steps).ravel()
            self.block[later[:, None], channels] = values_at(
                data, rows, owners, channels
            )
            self.series = with_known(self.series, without_future(data.known, lengths))

    def write(self, later, values):
        """Set the channels that are forecast, from `later` rows after each row on.

        The values have the shape (n_rows, n_channels, n_steps).
        """
        rows = self.rows[:, None] + later + np.arange(values.shape[2])
        for at, channel in enumerate(self.forecast):
            self.block[rows, channel] = values[:, at]

    def at(self, later):
        """A view of the rows `later` after those of the view."""
        return self.view._derive(_series=self.series, rows=self.rows + later)


def varying_channels(view, channels):
    """Those channels that change within a series, up to the last row of the view.

    Channels known ahead are not among them.
    """
    data = view._series
    if data.known is not None:
        channels = [one for one in channels if one not in data.known.channels]
    owners, at = np.unique(view.series_ids, return_inverse=True)
    stops = np.zeros(len(owners), dtype=np.int64)
    np.maximum.at(stops, at, view.rows + 1)
    starts = data.starts[owners]
    varies = np.zeros(len(channels), dtype=bool)
    chunks = np.cumsum(stops - starts) // CHUNK_ROWS
    for chunk in np.split(np.arange(len(owners)), np.flatnonzero(np.diff(chunks)) + 1):
        if varies.all() or not len(chunk):
            break
        rows = ranges(starts[chunk], stops[chunk])
        values = data.take(rows, channels)
        first = data.take(starts[chunk], channels)
        first = np.repeat(first, stops[chunk] - starts[chunk], axis=0)
        same = (values == first) | (np.isnan(values) & np.isnan(first))
        varies |= ~same.all(axis=0)
    return [channel for channel, one in zip(channels, varies, strict=True) if one]
