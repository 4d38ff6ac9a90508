"""The rows after the end of each series: values of the channels known ahead."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skseqconv.series._series import Series
from skseqconv.series.tables._containers import positions_of
from skseqconv.series.tables._ids import described_id

from ._column_of_times import with_times
from ._follows import (
    all_before,
    check_follows,
    n_overlapping,
    refuse_own_rows,
    suspects,
)
from ._known_ahead import name_of, with_known, without_future
from ._known_times import times_of_future


def with_future(data, future, rows):
    """The series with the rows of a future table, in place of an earlier future.

    Parameters
    ----------
    data : Series
        With channels known ahead.
    rows : ndarray of int
        Only the series of these rows get a future, so no other must be followed.
    future : DataFrame, array, or a list with one of these for each series
        Other channels are ignored. If the series have ids, it is a long table.
    """
    if data.known is None:
        raise ValueError(
            "future= holds the later rows of channels known ahead, but no channel is: "
            "name these channels by known_ahead= of make_supervised or SeriesView."
        )
    if isinstance(future, Mapping):
        raise ValueError(
            f"future= is a {type(future).__name__}: give a table, "
            "pandas.DataFrame(future), or a list with a table for each series."
        )
    if data.ids is not None and not isinstance(future, Series):
        return _followed_by(data, _long_future(data, future), rows)
    is_list = isinstance(future, (list, tuple)) and any(
        hasattr(one, "columns") or np.ndim(one) for one in future[:1]
    )
    tables = list(future) if is_list else [future]
    tables = [with_times(data, one) for one in tables]
    future = _read([_known_columns(data, one) for one in tables])
    return _followed_by(data, future, rows)


def _followed_by(data, future, rows):
    """The series with a future of the channels known ahead, in their order.

    If both have ids, these tell which rows follow which series; series without rows
    have no future. Otherwise there is one future for each series.
    """
    known = data.known
    if known.is_part:
        raise ValueError(
            "future= must follow the series, but compact() has cut them. Add the "
            "future before: X.with_future(future).compact()."
        )
    owners, at = _followed(data, future)
    chosen = series_with(data, rows)[owners]
    owners, at = owners[chosen], at[chosen]
    if not len(owners):
        return with_known(data, without_future(known, data.stops))
    lengths = future.lengths[at]
    parts = future.parts(at, np.zeros(len(at), dtype=np.int64), lengths)
    skipped = n_overlapping(data, owners, parts)
    if skipped.any():  # people give the whole plan: the past and the future
        parts = parts.parts(np.arange(len(at)), skipped, lengths - skipped)
        if not parts.n_rows:
            raise all_before(data, owners[np.argmax(skipped)])
    refuse_own_rows(data, owners, parts)
    for i in suspects(data, owners, parts):
        check_follows(data, owners[i], parts, i)
    lengths = np.zeros(data.n_series, dtype=np.int64)
    lengths[owners] = parts.lengths
    values = parts.take(np.arange(parts.n_rows)).astype(data.dtype)
    times = None if data.dates is None else times_of_future(parts)
    ahead = known._replace(future=values, stops=np.cumsum(lengths), times=times)
    return with_known(data, ahead)


def _followed(data, future):
    """The series that are followed, in order, and the position of each one's future.

    Of the parts of a series that was split at gaps, the last is followed.
    """
    if data.ids is not None and future.ids is not None:
        own = pd.Series(np.arange(data.n_series), index=data.ids)
        own = own[~own.index.duplicated(keep="last")]
        at = future.ids.get_indexer(own.index)
        if (at < 0).all():
            raise ValueError(
                "No id of future= is an id of the series: its first id is "
                f"{described_id(future.ids, 0)}, that of the series "
                f"{described_id(data.ids, 0)}. Write the ids as in the series. A "
                "number and its text, 1 and '1', are different ids."
            )
        return own.to_numpy()[at >= 0], at[at >= 0]
    owners = np.flatnonzero(np.append(np.diff(data.wholes) > 0, True))
    if future.n_series != len(owners):
        raise ValueError(
            f"future= has the rows after {future.n_series} series, but there are "
            f"{len(owners)} series. Give a list with one table for each series, in the "
            "same order."
        )
    return owners, np.arange(len(owners))


def series_with(data, rows):
    """Whether each series, or another part of the same, has one of the rows."""
    if not len(rows) or data.n_series == 1:
        return np.ones(data.n_series, dtype=bool)
    wholes = data.wholes
    return np.isin(wholes, wholes[data.owners_of(rows)])


# What the table holds.


def _long_future(data, table):
    """The future of series that have ids, from a table that has them, too."""
    if hasattr(table, "to_frame") and not hasattr(table, "columns"):
        table = table.to_frame()
    index, id_labels = data.first_index(), list(data.ids.names)
    time_label = None if index is None else index.name
    labels = _labels_of(table)
    levels = list(getattr(getattr(table, "index", None), "names", ()))
    at = [_column_or_level(label, labels, levels) for label in id_labels]
    columns = {"id": id_labels if len(id_labels) > 1 else id_labels[0]}
    if None in at:
        unnamed = {None} in (set(levels), set(id_labels))
        if len(levels) < 2 or not unnamed:
            missing = [
                repr(one) for one, p in zip(id_labels, at, strict=True) if p is None
            ]
            raise ValueError(
                f"future= lacks {', '.join(missing)}: it must tell which rows follow "
                "which series, by the same columns of ids and times as the series, or "
                "by a MultiIndex of ids and times."
            )
        at, columns = [], {}  # levels without names are told apart by their order
    elif (place := _column_or_level(time_label, labels, levels)) is not None:
        columns["time"] = time_label
        at.append(place)
    chosen = [*(place for place in at if place >= 0), *_known_places(data, labels)]
    future = _read(_chosen(table, labels, chosen), **columns)
    if data.dates is not None and future.dates is None:
        name = "times" if time_label is None else repr(time_label)
        raise ValueError(
            f"future= lacks {name}: the series have times, which tell the rows after "
            "the end from others. Give the future the same column of times."
        )
    return future


def _column_or_level(label, labels, levels):
    """The position of a column; -1 for a level of the index; None without either."""
    found = [] if label is None else positions_of(label, labels)
    if found:
        return found[0]
    return -1 if label is not None and positions_of(label, levels) else None


def _read(table, **columns):
    """The series of a table, or of a list of tables; errors name the parameter."""
    try:
        return Series.of(table, **columns, any_frequency=True)
    except ValueError as error:
        raise ValueError(f"future= cannot be read: {error}") from None


def _labels_of(table):
    """The labels of the columns of a table; None for an array."""
    if hasattr(table, "column_names"):  # pyarrow
        return list(table.column_names)
    return list(table.columns) if hasattr(table, "columns") else None


def _chosen(table, labels, at):
    """Columns of a table of pandas, polars or pyarrow, by their positions."""
    if hasattr(table, "iloc"):
        return table.iloc[:, at]
    return table.select([labels[i] for i in at])


def _known_places(data, labels):
    """Positions of the channels known ahead among the columns of a future."""
    missing, at = [], []
    for channel in data.known.channels:
        found = (
            [] if data.labels is None else positions_of(data.labels[channel], labels)
        )
        if len(found) > 1:
            raise ValueError(
                f"future= has {len(found)} columns {name_of(data, channel)}: rename or "
                "drop all but one."
            )
        at += found
        missing += [] if found else [name_of(data, channel)]
    if missing:
        raise ValueError(
            f"future= lacks {', '.join(missing)}: it needs all channels that are known "
            f"ahead, and has {', '.join(map(repr, labels))}."
        )
    return at


def _known_columns(data, table):
    """The columns of the channels known ahead, in their order."""
    if hasattr(table, "iloc") and not hasattr(table, "columns"):  # one column
        table = table.to_frame() if table.name is not None else table.to_frame("")
    labels = _labels_of(table)
    if labels is None or labels == list(range(len(labels))) or data.labels is None:
        return _known_positions(data, table)
    return _chosen(table, labels, _known_places(data, labels))


def _known_positions(data, table):
    """Columns of a table without labels: all channels, or only those known ahead."""
    channels = data.known.channels
    if not hasattr(table, "iloc"):
        table = np.asarray(table)
        table = table[:, None] if table.ndim == 1 else table
    n_columns = table.shape[1]
    if n_columns == len(channels):
        return table
    if n_columns != data.n_channels:
        raise ValueError(
            f"future= has {n_columns} columns without labels: give all "
            f"{data.n_channels} channels of the series, or the {len(channels)} that "
            "are known ahead, in the order of known_ahead."
        )
    return table.iloc[:, channels] if hasattr(table, "iloc") else table[:, channels]
