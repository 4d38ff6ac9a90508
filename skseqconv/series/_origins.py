"""The rows that forecasts start from, and the whole series behind a view."""

import numpy as np
import pandas as pd

from ._channels import several_channels
from ._frame import id_columns


def at_rows(view, rows):
    """The same view, but of these rows of its series."""
    return view._derive(rows=np.asarray(rows, dtype=np.int64))


def with_target(view, target):
    """The same view, but with this channel and delay of each column of y."""
    return view._derive(target=tuple(target))


def positions_of_target(view, target):
    """Positions in the series of the target channels, given as to make_supervised."""
    return several_channels(target, view._series)[0]


def at_newest(view):
    """The last row of each series that the view has rows of.

    Of the parts of one series, between gaps, only the newest counts.
    """
    data = view._series
    owners = np.unique(view.series_ids)
    rows = data.stops[owners] - 1
    whole = data.sources if data.ids is None else pd.factorize(data.ids)[0]
    if whole is not None:
        order = np.lexsort((data.stamps(rows), whole[owners]))
        newest = np.append(np.diff(whole[owners[order]]) != 0, True)
        rows = np.sort(rows[order[newest]])
    return at_rows(view, rows)


def whole_series(view):
    """All series behind a view: what names them, their first rows and their stops."""
    data = view._series
    starts, stops = data.starts[data.stops > data.starts], data.stops
    return id_columns(at_rows(view, starts)), starts, stops[data.stops > data.starts]
