"""The rows that forecasts start from, and the whole series behind a view."""

import numpy as np

from skseqconv.series._frame import id_columns
from skseqconv.series.held._layout import ranges
from skseqconv.series.tables._channels import several_channels

from ._future_rows import series_with
from ._known_ahead import with_known_at

#: At most so many rows of a series are read at once to find the last with a target.
MOST_READ_BACK = 512


def at_rows(view, rows):
    """The same view, but of these rows of its series."""
    return view._derive(rows=np.asarray(rows, dtype=np.int64))


def with_target(view, target):
    """The same view, but with this channel and delay of each column of y."""
    return view._derive(target=tuple(target))


def with_channels_ahead(view, channels, freq=None):
    """The same view, but with these channels known ahead, as far as its target is."""
    delays = sorted({delay for _, delay in view.target})
    data = view._series if freq is None else view._series.with_freq(freq)
    return view._derive(_series=with_known_at(data, channels, delays))


def positions_of_target(view, target):
    """Positions in the series of the target channels, given as to make_supervised."""
    return several_channels(target, view._series)[0]


def at_newest(view):
    """The last row with a known target of each series that the view has rows of.

    It is the last row of a series without any known target. Of the parts of one series,
    between gaps, only the newest with a known target counts, also if the view has no
    rows of this part. Without a target, any channel is one.
    """
    data = view._series
    owners = np.flatnonzero(series_with(data, view.rows) & (data.lengths > 0))
    channels = sorted({channel for channel, _ in view.target or ()})
    channels = channels or list(range(data.n_channels))
    rows, has_target = last_known(data, owners, channels)
    whole = data.wholes[owners]
    order = np.lexsort((data.stamps(rows), has_target, whole))
    newest = np.append(np.diff(whole[order]) != 0, True)
    return at_rows(view, np.sort(rows[order[newest]]))


def last_known(data, owners, channels):
    """The last row of each series with one of the channels, and whether there is any.

    Few rows are read: those after it, and about as many before it.
    """
    rows, found = data.stops[owners] - 1, np.zeros(len(owners), dtype=bool)
    stops, left, n_rows = data.stops[owners], np.arange(len(owners)), 1
    while len(left):
        firsts = data.starts[owners[left]]
        starts = np.maximum(stops[left] - n_rows, firsts)
        read = ranges(starts, stops[left])
        is_known = np.isfinite(data.take(read, channels)).any(axis=1)
        begins = np.cumsum(stops[left] - starts) - (stops[left] - starts)
        newest = np.maximum.reduceat(np.where(is_known, read, -1), begins)
        here = newest >= 0
        rows[left[here]], found[left[here]] = newest[here], True
        stops[left] = starts
        left = left[~here & (starts > firsts)]
        n_rows = min(2 * n_rows, MOST_READ_BACK)
    return rows, found


def whole_series(view):
    """All series behind a view: what names them, their first rows and their stops."""
    data = view._series
    starts, stops = data.starts[data.stops > data.starts], data.stops
    return id_columns(at_rows(view, starts)), starts, stops[data.stops > data.starts]
