"""Columns of a table of pandas, polars or pyarrow, and what each of them is.

A column may name the series of a row (id), its time, or hold a channel. With pandas,
levels of the index are columns, too.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from skseqconv.series.times._index_kinds import comparable, has_offset, looks_like_dates

from ._containers import (
    eager_table,
    is_other_table,
    labels_of,
    names_columns,
    pandas_column,
    positions_of,
    refuse_not_numeric,
    without_codes,
)

#: A message lists this many columns.
N_LISTED = 10


class Columns(NamedTuple):
    """Positions of the columns of a table, by what they are."""

    ids: list[int]
    time: int | None
    static: list[int]
    channels: list[int]


class PandasColumns:
    """Columns of a DataFrame, or of a Series, and levels of its index."""

    def __init__(self, table):
        self.table = table.to_frame() if table.ndim == 1 else table
        self.index = table.index
        self.n_columns = self.table.shape[1]
        self.labels = (*self.table.columns, *self.index.names)

    @property
    def levels(self):
        """Positions of the levels of the index."""
        return list(range(self.n_columns, len(self.labels)))

    def entries(self, at):
        """A column or a level as pandas has it; a level of several as categories."""
        level = at - self.n_columns
        if level < 0:
            return self.table.iloc[:, at]
        levels = getattr(self.index, "levels", None)
        if levels is None or levels[level].hasnans:
            return self.index.get_level_values(level)
        return pd.Categorical.from_codes(self.index.codes[level], levels[level])

    def times(self, at):
        """A column or a level as an index."""
        level = at - self.n_columns
        if level < 0:
            column = self.table.iloc[:, at]
            return pd.Index(column, dtype=column.dtype)  # pandas 2 guesses, and warns
        return self.index.get_level_values(level)

    def values(self, at):
        """The values of a channel as an array of numbers."""
        return pandas_column(self.table.iloc[:, at])

    def held(self, channels):
        """The channels as the array in C order that the table was made of, or None."""
        if channels != list(range(self.n_columns)) or len(set(self.table.dtypes)) > 1:
            return None
        values = self.table.to_numpy()
        plain = values.dtype in (np.float32, np.float64)
        return values if plain and values.flags.c_contiguous else None

    def channel_labels(self, channels):
        return labels_of(self.table.columns[channels])

    def one_hot(self, label):
        """Code that makes numbers of a column of categories."""
        return f"pandas.get_dummies(table, columns=[{label!r}], dtype=float)"

    def means_by(self, positions):
        """Code for the mean of the rows that are equal in these columns or levels."""
        levels = [at - self.n_columns for at in positions]
        if min(levels) >= 0:
            return f"table.groupby(level={levels}).mean(numeric_only=True)"
        labels = [self.labels[at] for at in positions]
        as_index = ", as_index=False" if max(levels) < 0 else ""
        if labels[-1] is None:  # the index has no name
            by = f"[*{labels[:-1]!r}, table.index]"
            return f"table.groupby({by}).mean(numeric_only=True)"
        return f"table.groupby({labels!r}{as_index}).mean(numeric_only=True)"

    def drop_equal(self, one, other, positions):
        """Code that keeps one of equal rows; "" if these two rows differ.

        They are equal in the columns or levels at these positions.
        """
        if not self.table.iloc[one].equals(self.table.iloc[other]):
            return ""
        if max(positions) < self.n_columns:
            return "table.drop_duplicates()"
        return "table[~table.reset_index().duplicated().to_numpy()]"

    def drop_missing(self, at):
        """Code that drops the rows without a value in a column, after a comma."""
        is_column = at < self.n_columns
        return f", table.dropna(subset=[{self.labels[at]!r}])" if is_column else ""


class OtherColumns:
    """Columns of a table of another library, such as polars."""

    levels = ()

    def __init__(self, table):
        self.table = eager_table(table, "series")
        self.labels = tuple(self.table.columns)
        self.n_columns = len(self.labels)
        self.is_polars = self.table.implementation.is_polars()

    def entries(self, at):
        values = without_codes(self.table[self.labels[at]]).to_numpy()
        return values.astype(object) if values.dtype.kind == "U" else values

    def times(self, at):
        zone = getattr(self.table.schema[self.labels[at]], "time_zone", None)
        index = pd.Index(self.entries(at))
        return index if zone is None else index.tz_localize("UTC").tz_convert(zone)

    def values(self, at):
        label = self.labels[at]
        refuse_not_numeric(self.table, "series", [label])
        values = self.table[label].to_numpy()
        # Decimals, or booleans with missing values.
        return values.astype(np.float64) if values.dtype.kind == "O" else values

    def held(self, channels):
        """None: such tables hold each column for itself."""

    def channel_labels(self, channels):
        return tuple(self.labels[at] for at in channels)

    def one_hot(self, label):
        if self.is_polars:
            return f"table.to_dummies([{label!r}])"
        return (
            f"pandas.get_dummies(table.to_pandas(), columns=[{label!r}], dtype=float)"
        )

    def means_by(self, positions):
        labels = [self.labels[at] for at in positions]
        if self.is_polars:
            return f"table.group_by({labels!r}).mean()"
        means = "mean(numeric_only=True)"
        return f"table.to_pandas().groupby({labels!r}, as_index=False).{means}"

    def drop_equal(self, one, other, positions):
        if len(self.table[[int(one), int(other)]].unique()) > 1:
            return ""
        return (
            "table.unique()"
            if self.is_polars
            else ("table.to_pandas().drop_duplicates()")
        )

    def drop_missing(self, at):
        return f", table.drop_nulls([{self.labels[at]!r}])" if self.is_polars else ""


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
