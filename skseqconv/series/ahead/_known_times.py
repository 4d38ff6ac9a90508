"""Times of rows of series, also of the rows of a future after their end."""

import numpy as np
import pandas as pd

from skseqconv.series.times._index_kinds import comparable
from skseqconv.series.times._next_times import N_NEWEST, next_times


def times_of_future(parts):
    """The entries of the index at all rows of a future; None if it has no times.

    Numbers that only count the rows of the future say nothing about the series.

    Parameters
    ----------
    parts : Series
        The future of each series.
    """
    dates = parts.dates
    if dates is None or any(isinstance(one, pd.RangeIndex) for one in dates.blocks):
        return None
    times = parts.index_at(np.arange(parts.n_rows))
    zones = {str(one.tz) for one in dates.blocks if getattr(one, "tz", None)}
    return pd.to_datetime(times, utc=True) if len(zones) > 1 else times


def stops_of_times(data):
    """Where the known times of each series end: after its rows, or those ahead."""
    known = data.known
    has_times = known is not None and known.times is not None
    return data.stops + known.lengths if has_times else data.stops


def times_at(data, rows, owners):
    """Entries of the index at rows of series `owners`, or in their future.

    Returns
    -------
    times : pandas.Index or None
        None if some of the times are unknown.
    """
    if data.dates is None or (rows >= stops_of_times(data)[owners]).any():
        return None
    beyond = rows - data.stops[owners]
    inside = beyond < 0
    if inside.all():
        return data.index_at(rows)
    known = data.known
    owners = owners[~inside]
    later = known.times[beyond[~inside] + (known.stops - known.lengths)[owners]]
    zone = getattr(data.index_at(data.stops[owners] - 1), "tz", None)
    if zone is not None and getattr(later, "tz", None) is not None:
        later = later.tz_convert(zone)
    if not inside.any():
        return later
    places = np.concatenate([np.flatnonzero(inside), np.flatnonzero(~inside)])
    return data.index_at(rows[inside]).append(later)[np.argsort(places)]


def times_after(data, owner, n):
    """The first `n` times after the last row of a series; None if they are unknown.

    Those of its future, and then by its frequency.
    """
    end, stop = data.stops[owner], stops_of_times(data)[owner]
    rows = np.arange(max(data.starts[owner], end - N_NEWEST), stop)
    index = comparable(times_at(data, rows, np.full(len(rows), owner)))
    if index is None:
        return None
    known = index[len(index) - (stop - end) :][:n]
    later = next_times(index, n - len(known), data.freq)
    return None if later is None else [*known, *later]
