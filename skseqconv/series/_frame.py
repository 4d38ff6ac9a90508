"""The rows of a view as a table: whose they are, and when."""

import numpy as np
import pandas as pd

from ._view_internals import depth_of, ids_of, whole_series_of


def frame_of(view):
    """Id, time and position of each row of a view; see `View.frame`."""
    columns = id_columns(view)
    if view.index is not None:
        columns += _named([view.index], ["time"])
    columns.append(pd.Index(depth_of(view), name="row"))
    names = pd.Index([one.name for one in columns], tupleize_cols=False)
    table = pd.DataFrame(dict(enumerate(columns)))
    return table.set_axis(names, axis=1)


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
