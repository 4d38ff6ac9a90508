"""The column of times of a future: only its times tell which rows are later."""

import pandas as pd

from skseqconv.series.tables._column_roles import times_of
from skseqconv.series.tables._columns import OtherColumns, PandasColumns
from skseqconv.series.tables._containers import is_other_table, positions_of
from skseqconv.series.times._index_kinds import comparable, dates_of


def with_times(data, table):
    """A future whose times are a column, as a table with these as its index.

    It is the column with the name of the times of the series, or the only column of
    dates. Other futures are returned as they are.

    Parameters
    ----------
    data : Series
        The series without ids that the future follows.
    table : DataFrame, table of polars or pyarrow, or array
    """
    is_other = is_other_table(table)
    if data.dates is None or not (is_other or hasattr(table, "columns")):
        return table
    index = comparable(data.first_index())
    if not is_other and _is_dated(table.index):
        return table
    read = OtherColumns(table) if is_other else PandasColumns(table)
    at = _position(data, read, index)
    if at is None:
        return table
    others = [i for i in range(read.n_columns) if i != at]
    if is_other:
        others = [i for i in others if _is_known(data, read.labels[i])]
        columns = {read.labels[i]: read.values(i) for i in others}
        later = pd.DataFrame(columns)
    else:
        later = read.table.iloc[:, others]
    return later.set_axis(times_of(read, at)).sort_index(kind="stable")


def _position(data, read, index):
    """The position of the column of times; None if there is none."""
    labels = read.labels[: read.n_columns]
    if index is not None and index.name is not None:
        named = positions_of(index.name, labels)
        if len(named) == 1 and not _is_known(data, index.name):
            return named[0]
    if dates_of(index) is None:
        return None
    dated = [
        at
        for at, label in enumerate(labels)
        if not _is_known(data, label) and _is_dated(read.times(at))
    ]
    if len(dated) > 1:
        shown = ", ".join(repr(labels[at]) for at in dated)
        name = "" if index.name is None else f", {index.name!r}"
        raise ValueError(
            f"future= has several columns of dates, {shown}: leave out those that are "
            f"not the times of its rows, or give that column the name of the times of "
            f"the series{name}."
        )
    return dated[0] if dated else None


def _is_dated(index):
    """Whether an index, or a column, holds dates."""
    if isinstance(index, pd.MultiIndex) or index.inferred_type == "string":
        return False
    return dates_of(index) is not None


def _is_known(data, label):
    """Whether a label names a channel known ahead."""
    if data.labels is None:
        return False
    return label in [data.labels[channel] for channel in data.known.channels]
