"""Long tables: several series below each other, told apart by their ids.

The rows are sorted once, by id and time. Nothing here takes more time for more series
of the same number of rows.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv.series.held._layout import Layout
from skseqconv.series.held._owners import CHUNK_ROWS
from skseqconv.series.times._clock_changes import clock_changes, zone_of_table_advice
from skseqconv.series.times._dates import layout_of_index
from skseqconv.series.times._index_kinds import ticks

from ._column_roles import ids_words, read_columns, times_of
from ._ids import described_id, plain_of
from ._one_frequency import refuse_several_frequencies


@dataclass
class LongTable:
    """The series of a long table: those of one id after those of another."""

    #: The rows of all series, of shape (n_rows, n_channels).
    block: NDArray
    #: Number of rows of each series.
    lengths: NDArray[np.int64]
    #: Where the times of each series stand, or None.
    dates: Layout | None
    #: Labels of the channels, or None.
    labels: tuple | None
    #: The id of each series, or None if the table has no ids.
    ids: pd.Index | None
    #: Whether the rows of the table had another order.
    is_sorted: bool


def read_long_table(table, id=None, time=None, static=(), *, any_frequency=False):
    """The series of a table with columns of ids or times.

    Parameters
    ----------
    table : DataFrame, Series, or table of another library
        Rows in any order, if they have times.
    id, time, static : labels of columns
        See :func:`skseqconv.make_supervised`. A MultiIndex has ids and times.
    any_frequency : bool, default=False
        Whether ids may have different frequencies.

    Returns
    -------
    series : LongTable
    """
    read, columns = read_columns(table, id, time, static)
    codes, ids = _ids_of(read, columns)
    index = None if columns.time is None else times_of(read, columns.time)
    numbers = None if index is None else ticks(index)
    order = _order(codes, numbers)
    if order is not None:
        codes = codes[order]
        index = index if index is None else index[order]
    if index is None:
        _refuse_other_order(read, codes, order, ids)
    else:
        _refuse_repeats(index, codes, order, ids, read, columns)
    block = _block(read, columns, order)
    _refuse_changes(block, codes, index, ids, read, columns)
    lengths = np.bincount(codes, minlength=1 if ids is None else len(ids))
    dates = None if index is None else layout_of_index(index, lengths)
    if ids is not None and dates is not None and not any_frequency:
        refuse_several_frequencies(dates, ids)
    labels = read.channel_labels(columns.channels)
    return LongTable(block, lengths, dates, labels, ids, order is not None)


# Ids.


def _ids_of(read, columns):
    """The number of the id of each row, and the ids in ascending order."""
    if not columns.ids:
        return np.zeros(len(read.table), dtype=np.int16), None
    codes, values = _numbered(read, columns.ids[0], columns)
    labels = [read.labels[at] for at in columns.ids]
    if len(columns.ids) == 1:
        return _small(codes, len(values)), values.rename(labels[0])
    levels, parts = [values], [np.arange(len(values))]
    for at in columns.ids[1:]:
        own, values = _numbered(read, at, columns)
        codes, found = pd.factorize(codes * len(values) + own, sort=True)
        before, last = np.divmod(found, len(values))
        parts = [*(part[before] for part in parts), last]
        levels.append(values)
    ids = pd.MultiIndex(levels, parts, names=labels)
    return _small(codes, len(ids)), ids


def _numbered(read, at, columns):
    """The number of the value of each row, and the different values in order."""
    try:
        codes, values = pd.factorize(read.entries(at))
    except TypeError:
        raise ValueError(
            f"{ids_words(read, columns)}: the values of {read.labels[at]!r} are "
            "containers, which cannot be compared: use text or numbers as ids."
        ) from None
    missing = np.flatnonzero(codes < 0)
    if len(missing):
        raise ValueError(
            f"{ids_words(read, columns)} is missing at {len(missing)} of {len(codes)} "
            f"rows; the first is row {missing[0]}: fill the ids in, or drop these "
            f"rows{read.drop_missing(at)}."
        )
    values = pd.Index(np.asarray(values))
    try:
        order = np.argsort(values, kind="stable")
    except TypeError:  # text and numbers have no order: the first that appear are first
        _refuse_number_and_its_text(values, read, at, columns)
        return codes, values
    if (np.diff(order) > 0).all():
        return codes, values
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[codes], values[order]


def _refuse_number_and_its_text(values, read, at, columns):
    """Refuse 1 beside "1": two files with other types were put below each other."""
    texts = values.map(_number_as_text)
    twice = np.flatnonzero(texts.duplicated(keep=False))
    if not len(twice):
        return
    first, second = twice[0], np.flatnonzero(texts == texts[twice[0]])[1]
    shown = ", ".join(repr(plain_of(values[one])) for one in (first, second))
    raise ValueError(
        f"{ids_words(read, columns)}: {read.labels[at]!r} holds {shown}: a number and "
        "its text are different ids, so the rows of one series would become two "
        "series. Give all ids the same type, for example text."
    )


def _number_as_text(value):
    """1 and 1.0 as "1": a missing value makes floats of the numbers of a column."""
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value)


def _small(codes, n_ids):
    """Codes of 16 bits, if possible, which NumPy sorts in linear time."""
    return codes.astype(np.uint16 if n_ids <= 2**16 else np.int64)


# The order of the rows.


def _order(codes, numbers):
    """The positions of the rows by id, then by time; None if they are in order."""
    is_sorted = (codes[1:] >= codes[:-1]).all()
    if is_sorted and (numbers is None or not _goes_back(codes, numbers)):
        return None
    order = np.argsort(codes, kind="stable")
    if numbers is not None and _goes_back(codes[order], numbers[order]):
        order = np.lexsort((numbers, codes))
    return order


def _goes_back(codes, numbers):
    return ((numbers[1:] < numbers[:-1]) & (codes[1:] == codes[:-1])).any()


def _refuse_repeats(index, codes, order, ids, read, columns):
    """Refuse two rows of one id and time."""
    numbers = ticks(index)
    again = np.flatnonzero((numbers[1:] == numbers[:-1]) & (codes[1:] == codes[:-1]))
    if not len(again):
        return
    at = int(again[0])
    rows = (at, at + 1) if order is None else order[at : at + 2].tolist()
    more = f", as {len(again) - 1} more rows do" if again[1:].size else ""
    clocks = _clocks_advice(index[codes == codes[at]], read, columns)
    if ids is None:
        way_out = clocks or (
            "If the table holds several series, id= names the column of their ids. If "
            "it is one series, keep one row for each time."
        )
        raise ValueError(
            f"Row {rows[1]} has the time of row {rows[0]} ({index[at]}){more}. "
            f"{way_out}"
        )
    which = [*columns.ids, columns.time]
    equal = read.drop_equal(*rows, which)
    way_out = clocks or (
        f"{equal} keeps one of rows that are equal, as these are."
        if equal
        else f"Keep one row for each id and time: {read.means_by(which)} takes their "
        "mean. If they belong to several series, id= takes a list of columns."
    )
    raise ValueError(
        f"Row {rows[1]} of the table has the id {described_id(ids, codes[at])} and the "
        f"time {index[at]} of row {rows[0]}{more}. {way_out}"
    )


def _clocks_advice(index, read, columns):
    """What to do if set clocks explain all repeats of a series; "" otherwise."""
    differences = np.diff(ticks(index))
    changes = clock_changes(index, differences)
    if not np.isin(np.flatnonzero(differences == 0), changes).all():
        return ""
    advice = zone_of_table_advice(
        [read.labels[at] for at in columns.ids], read.labels[columns.time]
    )
    return f"The clocks seem to have been set there. {advice}"


def _refuse_other_order(read, codes, order, ids):
    """Refuse rows without times that are not in the order of their index."""
    index = getattr(read, "index", None)
    if index is None or index.dtype.kind not in "iuf":
        return
    numbers = ticks(index)
    numbers = numbers if order is None else numbers[order]
    back = np.flatnonzero((numbers[1:] < numbers[:-1]) & (codes[1:] == codes[:-1]))
    if len(back):
        at = int(back[0])
        raise ValueError(
            f"The rows of id {described_id(ids, codes[at])} are not in the order of "
            f"the index: {numbers[at + 1]} comes after {numbers[at]}. Name the column "
            "of times, time=; or use table.sort_index(), or, if the rows are in the "
            "order of time, table.reset_index(drop=True)."
        )


# Values.


def _block(read, columns, order):
    """The channels side by side, with the rows in order."""
    held = read.held(columns.channels) if order is None else None
    if held is not None:  # such as a memory map, which need not fit into memory
        return held
    values = [_channel(read, at, columns) for at in columns.channels]
    is_single = all(one.dtype == np.float32 for one in values)
    kind = np.float32 if is_single else np.float64
    block = np.empty((len(values[0]), len(values)), dtype=kind)
    for start in range(0, len(block), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        rows = part if order is None else order[part]
        for column, one in zip(block[part].T, values, strict=True):
            column[:] = one[rows]
    return block


def _channel(read, at, columns):
    try:
        return read.values(at)
    except ValueError:
        is_static = at in columns.static
        is_date = hasattr(read.times(at), "asi8")
        if not is_static and (is_date or not columns.ids):
            raise
        label = read.labels[at]
        if not is_static:
            raise ValueError(
                f"Channel {label!r} of the series is not numeric: leave it out, or "
                "make numbers of it. If it holds categories, "
                f"{read.one_hot(label)} makes a column of zeros and ones of each. Name "
                "these in static= if they never change within an id."
            ) from None
        raise ValueError(
            f"static={label!r} is not numeric, and a network needs numbers: make a "
            f"column of zeros and ones of each of its values, {read.one_hot(label)}, "
            "and name these columns in static=."
        ) from None


def _refuse_changes(block, codes, index, ids, read, columns):
    """Refuse static columns that change within an id."""
    for at in columns.static:
        values = block[:, columns.channels.index(at)]
        before, after = values[:-1], values[1:]
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        changed = np.flatnonzero(~same & (codes[1:] == codes[:-1]))
        if not len(changed):
            continue
        row, label = int(changed[0]), read.labels[at]
        own = "" if ids is None else f" of id {described_id(ids, codes[row])}"
        if np.isnan(before[row]) or np.isnan(after[row]):
            hole = row if np.isnan(before[row]) else row + 1
            when = "" if index is None else f", such as at {index[hole]}"
            raise ValueError(
                f"static={label!r} is missing (NaN) in some rows{own}{when}, and "
                f"{np.nanmax([before[row], after[row]]):g} in others. A static column "
                "has one value for each id: fill it in all of its rows."
            )
        when = "" if index is None else f" at {index[row + 1]}"
        raise ValueError(
            f"static={label!r} changes: its value{own} is {before[row]:g}, and "
            f"{after[row]:g}{when}. A static column has one value for each id. If it "
            "may change, leave it out of static=: it is a channel as well."
        )
