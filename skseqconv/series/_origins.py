"""The rows that forecasts start from, and what names their series."""

import numpy as np
import pandas as pd

from ._channels import several_channels


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

    Of the parts of one series, between gaps, only the newest counts. Parts are known by
    their id.
    """
    data = view._series
    owners = np.unique(view.series_ids)
    rows = data.stops[owners] - 1
    if data.ids is not None:
        codes, _ = pd.factorize(data.ids[owners])
        order = np.lexsort((data.stamps(rows), codes))
        newest = np.append(np.diff(codes[order]) != 0, True)
        rows = np.sort(rows[order[newest]])
    return at_rows(view, rows)


def id_columns(view):
    """What names the series of each row, as columns of a table by their names.

    It is the id of a series, the pooled channel, or both; the number of the series if
    several have no id; nothing for a single series.
    """
    data, owners = view._series, view.series_ids
    columns = {}
    if data.ids is not None:
        ids = data.ids[owners]
        levels = ids.names if isinstance(ids, pd.MultiIndex) else [None]
        for level, name in enumerate(levels):
            column = ids.get_level_values(level)
            columns[name or column.name or "id"] = column
    if data.origin is not None:
        if data.ids is None and data.origin.n_series > 1:
            columns["series"] = data.origin.series[owners]
        columns["channel" if columns else "id"] = view.channels
    elif data.ids is None and len(data.stops) > 1:
        columns["series"] = owners
    return columns


def series_keys(view):
    """The id, or pooled channel, of the series of each row; None if they have none.

    Ids are the same for the same series in another view; numbers of series are not.
    """
    columns = id_columns(view)
    columns.pop("series", None)
    if not columns:
        return None
    if len(columns) == 1:
        return pd.Index(next(iter(columns.values())), tupleize_cols=False)
    return pd.MultiIndex.from_arrays(list(columns.values()))


def whole_series(view):
    """All series behind a view: what names them, their first rows and their stops."""
    data = view._series
    starts, stops = data.starts[data.stops > data.starts], data.stops
    return id_columns(at_rows(view, starts)), starts, stops[data.stops > data.starts]
