"""The rows after the end of each series: values of the channels known ahead."""

import numpy as np
import pandas as pd

from ._containers import positions_of
from ._dates import is_plain
from ._gaps import find_gaps
from ._index_kinds import comparable, ticks
from ._known_ahead import name_of, series_name, with_known
from ._series import Series

#: A step of the index that is no usual one, such as a night without rows, may lead to
#: the future if the series has taken it this often.
USUAL_STEPS = 3


def with_future(data, future):
    """The series with the rows of a future table, in place of an earlier future.

    Parameters
    ----------
    data : Series
        With channels known ahead.
    future : DataFrame, array, or a list with one of these for each series
        Other channels are ignored. If the series have ids, it is a long table.
    """
    if data.known is None:
        raise ValueError(
            "future= holds the later rows of channels known ahead, but no channel is: "
            "name these channels by known_ahead= of make_supervised or SeriesView."
        )
    if data.ids is not None and not isinstance(future, Series):
        return followed_by(data, _long_future(data, future))
    is_list = isinstance(future, (list, tuple)) and any(
        np.ndim(one) or hasattr(one, "columns") for one in future[:1]
    )
    tables = list(future) if is_list else [future]
    return followed_by(data, Series.of([_known_columns(data, one) for one in tables]))


def followed_by(data, future):
    """The series with a future of the channels known ahead, in their order.

    Parameters
    ----------
    data, future : Series
        If both have ids, these tell which rows follow which series; series without
        rows have no future. Otherwise there is one future for each series.
    """
    known = data.known
    if known.is_part:
        raise ValueError(
            "future= must follow the series, but compact() has cut them. Add the "
            "future before: X.with_future(future).compact()."
        )
    owners, at = _followed(data, future)
    parts = future.parts(at, np.zeros(len(at), dtype=np.int64), future.lengths[at])
    for i in _suspects(data, owners, parts):
        _check_follows(data, owners[i], parts, i)
    lengths = np.zeros(data.n_series, dtype=np.int64)
    lengths[owners] = parts.lengths
    values = parts.take(np.arange(parts.n_rows)).astype(data.dtype)
    return with_known(data, known._replace(future=values, stops=np.cumsum(lengths)))


def _followed(data, future):
    """The series that are followed, in order, and the position of each one's future.

    Of the parts of a series that was split at gaps, the last is followed.
    """
    if data.ids is not None and future.ids is not None:
        own = pd.Series(np.arange(data.n_series), index=data.ids)
        own = own[~own.index.duplicated(keep="last")]
        at = future.ids.get_indexer(own.index)
        return own.to_numpy()[at >= 0], at[at >= 0]
    sources = np.arange(data.n_series) if data.sources is None else data.sources
    is_last = np.append(np.diff(sources) > 0, True)
    owners = np.flatnonzero(is_last)
    if future.n_series != len(owners):
        raise ValueError(
            f"future= has the rows after {future.n_series} series, but there are "
            f"{len(owners)} series. Give a list with one table for each series, in the "
            "same order."
        )
    return owners, np.arange(len(owners))


# What the table holds.


def _long_future(data, table):
    """The future of series that have ids, from a table that has them, too."""
    index = data.first_index()
    id_labels, time_label = list(data.ids.names), index is not None and index.name
    labels = _labels_of(table)
    missing = [repr(label) for label in id_labels if not positions_of(label, labels)]
    has_levels = hasattr(getattr(table, "index", None), "levels")
    if missing and not has_levels:
        raise ValueError(
            f"future= lacks {', '.join(missing)}: it must tell which rows follow which "
            "series, by the same columns of ids and times as the series, or by a "
            "MultiIndex of ids and times."
        )
    if missing:
        table = table.iloc[:, _known_places(data, labels)]
        return Series.of(table, any_frequency=True)
    columns = {"id": id_labels if len(id_labels) > 1 else id_labels[0]}
    kept = [positions_of(label, labels)[0] for label in id_labels]
    if time_label is not None and positions_of(time_label, labels):
        columns["time"] = time_label
        kept += positions_of(time_label, labels)[:1]
    chosen = [*kept, *_known_places(data, labels)]
    return Series.of(_chosen(table, labels, chosen), **columns, any_frequency=True)


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
        at += found[:1]
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


# Whether it follows.


def _suspects(data, owners, parts):
    """Which futures have to be looked at one by one, which takes a millisecond each.

    The others go on with the last step of their series.
    """
    if data.dates is None or parts.dates is None or not parts.n_rows:
        return []
    is_long = data.lengths[owners] > 1
    last = np.maximum(data.stops[owners] - 1, 0)
    before, later = data.index_at(last), parts.index_at(np.arange(parts.n_rows))
    alike = type(before) is type(later) and before.dtype == later.dtype
    if not (alike and is_plain(before)):
        return np.arange(len(owners))
    steps = ticks(before) - ticks(data.index_at(last - is_long))
    found = np.diff(ticks(later), prepend=0)
    begins = parts.starts[parts.lengths > 0]
    found[begins] = ticks(later)[begins] - ticks(before)[parts.lengths > 0]
    follows = (found == np.repeat(steps, parts.lengths)) & (found > 0)
    suspect = ~is_long
    suspect[parts.series_of(np.flatnonzero(~follows))] = True
    return np.flatnonzero(suspect)


def _check_follows(data, owner, future, at):
    """Refuse a future that does not begin with the next timestamp of the series."""
    if data.dates is None or future.dates is None:
        return  # without dates, the rows follow each other
    index, later = data.dates.own(owner), future.dates.own(at)
    if not len(index) or not len(later):
        return
    if _is_counted(index) and _is_counted(later):
        return
    name = series_name(data, owner)
    ending = f"future= does not follow {name}: it begins at {later[0]}"
    way_out = (
        "future= must begin with the next row. If it does, give its values without "
        "dates: future.to_numpy()."
    )
    before, after = comparable(index), comparable(later)
    try:
        is_later = type(before) is type(after) and bool(after[0] > before[-1])
    except TypeError:  # one of them has a time zone
        is_later = False
    if not is_later:
        raise ValueError(f"{ending}, and {name} ends at {index[-1]}. {way_out}")
    joined = before.append(after)
    gaps = find_gaps(joined, data.known.freq)
    if gaps is None:
        return
    new = gaps.places[gaps.places >= len(index) - 1]
    steps = gaps.differences
    taken = (steps[: len(index) - 1] == steps[new, None]).sum(axis=1)
    new = new[taken < USUAL_STEPS]
    if not len(new):
        return
    if new[0] == len(index) - 1:
        raise ValueError(
            f"{ending}, and {name} ends at {index[-1]} ({gaps.rule.text}). {way_out}"
        )
    raise ValueError(
        f"future= has a gap after {name}: {joined[new[0] + 1]} comes after "
        f"{joined[new[0]]} ({gaps.rule.text}). {way_out}"
    )


def _is_counted(index):
    """Whether an index only numbers the rows: 0, 1, 2 and so on."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
