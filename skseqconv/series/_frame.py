"""The rows of a view as a table: whose they are, and when."""

import numpy as np
import pandas as pd

from ._view_internals import depth_of, ids_of, whole_series_of
from .times._index_kinds import comparable


def frame_of(view):
    """Id, time and position of each row of a view; see `View.frame`."""
    columns = label_columns(view) or id_columns(view)
    columns.append(pd.Index(depth_of(view), name="row"))
    names = pd.Index([one.name for one in columns], tupleize_cols=False)
    table = pd.DataFrame(dict(enumerate(columns)))
    return table.set_axis(names, axis=1)


def label_columns(view):
    """What tells the rows apart: the named indexes of ids and time; none without times.

    The time is the last one.
    """
    index = view.index
    return [] if index is None else [*id_columns(view), *_named([index], ["time"])]


def times_in(labels, level):
    """The times in a level of labels, of the kind that the index of a view has."""
    times = labels.get_level_values(level)
    try:
        found = comparable(times)
    except ValueError:  # text, or times of several zones: no series has such times
        return times
    return times if found is None else found


def has_labels(view, labels, levels):
    """Whether the row of a view at each place has the label at this place.

    Ids are compared by their numbers, because comparing text takes long.

    Parameters
    ----------
    view : View
        Its rows have times.
    labels : Index
        As long as the view.
    levels : list of int
        The level of `labels` for each one of `label_columns`.
    """
    *of_ids, of_time = levels
    times, zone = times_in(labels, of_time), getattr(view.index, "tz", None)
    if zone is not None and getattr(times, "tz", None) is not None:
        times = times.tz_convert(zone)
    if not times.equals(view.index):
        return False
    ids, owners = view._series.ids, view.series_ids
    if of_ids and ids is None:
        return labels.get_level_values(of_ids[0]).equals(
            pd.Index(whole_series_of(view))
        )
    for at, level in enumerate(of_ids):
        numbers = labels.levels[level].get_indexer(ids.get_level_values(at))
        if (numbers[owners] != labels.codes[level]).any():
            return False
    return True


def id_columns(view):
    """What names the series of each row: named indexes; none for a single series."""
    ids = ids_of(view)
    if ids is not None:
        columns = [ids.get_level_values(level) for level in range(ids.nlevels)]
        names = ["id"] if ids.nlevels == 1 else [f"id_{i}" for i in range(ids.nlevels)]
        return _named(columns, names)
    if len(np.unique(view._series.wholes)) > 1:
        return [pd.Index(whole_series_of(view), name="series")]
    return []


def _named(columns, names):
    """The columns, with these names where they have none."""
    return [
        one.rename(name) if one.name is None else one
        for one, name in zip(columns, names, strict=True)
    ]
