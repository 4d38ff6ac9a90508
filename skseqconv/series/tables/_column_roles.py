"""What each column of a table is: an id of a series, its time, or a channel."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from skseqconv.series.times._index_kinds import comparable, has_offset, looks_like_dates

from ._columns import OtherColumns, PandasColumns
from ._containers import is_other_table, names_columns, positions_of

#: A message lists this many columns.
N_LISTED = 10


class Columns(NamedTuple):
    """Positions of the columns of a table, by what they are."""

    ids: list[int]
    time: int | None
    static: list[int]
    channels: list[int]


def read_columns(table, id, time, static):
    """The columns of a table, and which of them is what."""
    if is_other_table(table):
        read = OtherColumns(table)
    elif hasattr(table, "iloc"):
        read = PandasColumns(table)
    else:
        given = {"id": id, "time": time, "static": static}
        name, value = next((n, v) for n, v in given.items() if names_columns(**{n: v}))
        raise ValueError(
            f"{name}={value!r} names columns of one table, but the series is a "
            f"{type(table).__name__}: give a DataFrame of pandas or polars, or a Table "
            f"of pyarrow, or leave out {name}=."
        )
    if not len(read.table):
        raise ValueError("The table has no rows.")
    ids = [] if id is None else _positions(read, id, "id")
    at = None if time is None else _position(read, time, "time")
    if at is None:
        at = _time_in_index(read, ids)
    if id is None and len(read.levels) > 1:
        ids = [level for level in read.levels if level != at]
    fixed = []
    if names_columns(static=static):
        fixed = _positions(read, static, "static")
    columns = Columns(ids, at, fixed, _channels(read, {*ids, at}))
    _refuse_several_roles(read, columns)
    return read, columns


def _channels(read, others):
    channels = [at for at in range(read.n_columns) if at not in others]
    if not channels:
        listed = ", ".join(map(repr, read.labels))
        raise ValueError(
            f"The table has no channels: its columns {listed} are ids and times."
        )
    return channels


def _refuse_several_roles(read, columns):
    """Refuse a column that is given as two things."""
    for name, own in (("time", [columns.time]), ("static", columns.static)):
        for at in own:
            if at in columns.ids and at is not None:
                label = read.labels[at]
                raise ValueError(
                    f"Column {label!r} is given as id= and as {name}=: name another "
                    f"column in one of them. An id is not a channel; to use it as one "
                    "too, give the table a copy of the column with another name."
                )
            if name == "static" and (at == columns.time or at not in columns.channels):
                raise ValueError(
                    f"static={read.labels[at]!r} is not a channel: static columns are "
                    "columns of numbers with one value for each id."
                )


def _positions(read, given, parameter):
    """Positions of one or several columns."""
    _refuse_values(read, given, parameter)
    is_one = isinstance(given, str) or positions_of(given, read.labels)
    labels = [given] if is_one or not np.iterable(given) else list(given)
    found = [_position(read, label, parameter) for label in labels]
    if not found or len(set(found)) < len(found):
        raise ValueError(
            f"{parameter} must name one column or several different ones, got "
            f"{parameter}={given!r}."
        )
    return found


def _refuse_values(read, given, parameter):
    """Refuse the values of a column in place of its name."""
    if hasattr(given, "dtype") and np.shape(given) == (len(read.table),):
        raise ValueError(
            f"{parameter}= takes the name of a column, not its values: make them a "
            "column of the table."
        )


def _position(read, label, parameter):
    _refuse_values(read, label, parameter)
    found = positions_of(label, read.labels)
    if len(found) > 1 and found[0] < read.n_columns <= found[1]:
        found = found[:1]  # a column before a level of the index
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"{parameter}={label!r} names {len(found)} columns of the table: rename "
            "them."
        )
    known = [repr(label) for label in read.labels if label is not None]
    listed = ", ".join(known[:N_LISTED])
    more = f" and {len(known) - N_LISTED} more" if len(known) > N_LISTED else ""
    raise ValueError(
        f"{parameter}={label!r} is not a column of the table: use one of "
        f"{listed}{more}."
    )


# The time.


def _time_in_index(read, ids):
    """The level of the index that holds dates; None if there is none.

    Numbers in a single index are no times: they are often the numbers of the rows.
    """
    rest = [level for level in read.levels if level not in ids]
    several = len(read.levels) > 1
    dated = [at for at in rest if _is_dated(read, at)]
    if len(dated) == 1:
        return dated[0]
    if several and rest:
        names = list(read.index.names)
        what = f"has {len(dated)} levels of dates" if dated else "has no level of dates"
        unnamed = ""
        if None in names:
            unnamed = " Name the levels first: table.rename_axis(['store', 'date'])."
        raise ValueError(
            f"The MultiIndex of the table, with the levels {names}, {what}: time= must "
            "name the level or column that orders the rows of an id, and id= those "
            f"that name the series.{unnamed} Text is not read as dates; "
            "pandas.to_datetime converts it. If all rows are one series in the order "
            "of time, use table.reset_index(drop=True)."
        )
    return None


def _is_dated(read, at):
    level = at - read.n_columns
    several = len(read.levels) > 1
    index = read.index.levels[level] if several else read.index
    if isinstance(index, pd.RangeIndex):
        return False
    if index.inferred_type == "string":
        if not several and looks_like_dates(index):
            comparable(index)  # raises, and says how to convert them
        return False
    return hasattr(comparable(index), "asi8")


def times_of(read, at):
    """The times of the rows as an index that can be compared, without missing ones."""
    label = read.labels[at]
    name = f"time={label!r}" if label is not None else "The time"
    index = read.times(at).rename(label)
    missing = np.flatnonzero(index.isna())
    if len(missing):
        raise ValueError(
            f"{name} is missing at {len(missing)} of {len(index)} rows; the first is "
            f"row {missing[0]}: fill the times in, or drop these rows."
        )
    if index.inferred_type == "string":
        mixed = "(..., utc=True)" if has_offset(str(index[0])) else ""
        raise ValueError(
            f"{name} is text (row 0 is {index[0]!r}), and text has no order in time: "
            f"pandas.to_datetime{mixed}, or str.to_datetime of polars, makes dates of "
            "it."
        )
    kept = comparable(index)
    if kept is None:
        raise ValueError(
            f"{name} must be dates or numbers, got values of dtype {index.dtype}."
        )
    return kept.rename(label)


def ids_words(read, columns):
    """The parameter id= as messages show it."""
    labels = [read.labels[at] for at in columns.ids]
    return f"id={labels[0] if len(labels) == 1 else labels!r}"
