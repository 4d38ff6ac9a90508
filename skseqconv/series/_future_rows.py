"""The rows after the end of each series: values of the channels known ahead."""

import numpy as np
import pandas as pd

from ._gaps import find_gaps
from ._index_kinds import comparable
from ._known_ahead import name_of, series_name, with_known
from ._series import Series, positions_of

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
        Other channels are ignored.
    """
    if data.known is None:
        raise ValueError(
            "future= holds the later rows of channels known ahead, but no channel is: "
            "name these channels by known_ahead= of make_supervised or SeriesView."
        )
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
    followed = _followed(data, future)
    lengths = np.zeros(len(data.stops), dtype=np.int64)
    for owner, at in followed.items():
        _check_follows(data, owner, future, at)
        lengths[owner] = future.stops[at] - future.starts[at]
    order = [at for _, at in sorted(followed.items())]
    rows = [np.arange(future.starts[at], future.stops[at]) for at in order]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    values = future.take(rows).astype(data.dtype)
    return with_known(data, known._replace(future=values, stops=np.cumsum(lengths)))


def _followed(data, future):
    """By the series that are followed: the position of their rows in the future.

    Of the parts of a series that was split at gaps, the last is followed.
    """
    n_futures = len(future.stops)
    if data.ids is not None and future.ids is not None:
        last = {id_: owner for owner, id_ in enumerate(data.ids)}
        pairs = enumerate(future.ids)
        return {last[id_]: at for at, id_ in pairs if id_ in last}
    sources = np.arange(len(data.stops)) if data.sources is None else data.sources
    last = {int(source): owner for owner, source in enumerate(sources)}
    if n_futures != len(last):
        raise ValueError(
            f"future= has the rows after {n_futures} series, but there are {len(last)} "
            "series. Give a list with one table for each series, in the same order."
        )
    return {owner: at for at, owner in enumerate(last[s] for s in sorted(last))}


def _known_columns(data, table):
    """The columns of the channels known ahead, in their order."""
    channels = data.known.channels
    if hasattr(table, "iloc") and not hasattr(table, "columns"):  # one column
        table = table.to_frame() if table.name is not None else table.to_frame("")
    labels = list(table.columns) if hasattr(table, "columns") else None
    if hasattr(table, "column_names"):  # pyarrow
        labels = list(table.column_names)
    if labels is None or labels == list(range(len(labels))) or data.labels is None:
        return _known_positions(data, table)
    missing, at = [], []
    for channel in channels:
        found = positions_of(data.labels[channel], labels)
        at += found[:1]
        missing += [] if found else [name_of(data, channel)]
    if missing:
        raise ValueError(
            f"future= lacks {', '.join(missing)}: it needs all channels that are known "
            f"ahead, and has {', '.join(map(repr, labels))}."
        )
    if hasattr(table, "iloc"):
        return table.iloc[:, at]
    return table.select([labels[i] for i in at])


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


def _check_follows(data, owner, future, at):
    """Refuse a future that does not begin with the next timestamp of the series."""
    if data.indexes is None or future.indexes is None:
        return  # without dates, the rows follow each other
    index, later = data.indexes[owner], future.indexes[at]
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
