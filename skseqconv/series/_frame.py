"""The rows of a view as a table: whose they are, and when."""

import pandas as pd

from ._view_internals import depth_of, ids_of


def frame_of(view):
    """Id, time and position of each row of a view; see `View.frame`."""
    columns = []
    ids = ids_of(view)
    if ids is not None:
        columns = [ids.get_level_values(level) for level in range(ids.nlevels)]
        names = ["id"] if ids.nlevels == 1 else [f"id_{i}" for i in range(ids.nlevels)]
        columns = _named(columns, names)
    elif view._series.n_series > 1:
        columns = [pd.Index(view.series_ids, name="series")]
    if view.index is not None:
        columns += _named([view.index], ["time"])
    columns.append(pd.Index(depth_of(view), name="row"))
    names = pd.Index([one.name for one in columns], tupleize_cols=False)
    table = pd.DataFrame(dict(enumerate(columns)))
    return table.set_axis(names, axis=1)


def _named(columns, names):
    """The columns, with these names where they have none."""
    return [
        one.rename(name) if one.name is None else one
        for one, name in zip(columns, names, strict=True)
    ]
