"""Pooled series: each channel of a series as a series of one channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._public import public
from skseqconv.series.ahead._known_ahead import known_labels
from skseqconv.series.held._layout import ranges
from skseqconv.series.tables._containers import unmasked

from ._view_internals import ids_of

#: Name of the only channel of pooled series of named channels.
POOLED_NAME = "value"


@public
class Origin(NamedTuple):
    """Where pooled series come from.

    All arrays but `labels` have an entry for each pooled series.
    """

    #: Labels of the pooled channels; their positions if they have no labels.
    labels: NDArray[np.object_]
    #: Position of its channel among `labels`.
    channels: NDArray[np.int64]
    #: Its first row, as the unpooled rows are numbered.
    first_rows: NDArray[np.int64]

    def part(self, which, skipped):
        """The origin of some of the pooled series, after their first `skipped` rows."""
        return self._replace(
            channels=self.channels[which],
            first_rows=self.first_rows[which] + skipped,
        )


def pooled_view(view, channels):
    """A view of the rows of each channel, row by row.

    Parameters
    ----------
    view : SeriesView
    channels : list of int
        Positions of the channels.

    Returns
    -------
    view : SeriesView
    """
    data = view._series
    if data.origin is not None:
        raise ValueError(f"{view!r} is pooled already.")
    if data.known is not None:
        raise ValueError(
            f"{view!r} has channels known ahead {list(known_labels(data))}, and pooled "
            "channels are series of one channel each, so they read no others. Leave "
            "out known_ahead, or do not pool."
        )
    if view.steps:
        raise ValueError(
            f"{view!r} has the steps of fitted transformers, which need all its "
            "channels in each row: pool the view of the series, and transform the "
            "pooled rows."
        )
    pooled = _pooled_series(data, channels)
    own = data.series_of(view.rows)
    places = (data.n_series, len(channels))
    after = view.rows[:, None] - pooled.origin.first_rows.reshape(places)[own]
    rows = pooled.starts.reshape(places)[own] + after
    return view._derive(_series=pooled, rows=rows[after >= 0], target=None)


def _pooled_series(data, channels):
    """A series for each channel, without copies; those of one series stand together."""
    owners = np.repeat(np.arange(data.n_series), len(channels))
    of_each = np.tile(channels, data.n_series)
    skipped = _missing_first(data, channels)
    lengths = data.lengths[owners] - skipped
    firsts = data.starts[owners] + skipped
    pooled = data.parts(owners, skipped, lengths, of_each)
    if skipped.any():  # positions in a series are no times any more
        pooled._stamps = data.stamps(ranges(firsts, firsts + lengths))
    labels = np.empty(len(channels), dtype=object)
    labels[:] = [c if data.labels is None else data.labels[c] for c in channels]
    pooled.names = pooled.labels = None
    if data.labels is not None:
        pooled.names = np.array([POOLED_NAME], dtype=object)
        pooled.labels = (POOLED_NAME,)
    pooled.ids = _pooled_ids(data, labels)
    pooled.origin = Origin(
        labels, np.tile(np.arange(len(channels)), data.n_series), firsts
    )
    return pooled


def _missing_first(data, channels):
    """How many rows each channel of each series has before its first value.

    Series of one table may begin at different times. No rows are read but the first,
    unless a value is missing there.
    """
    skipped = np.zeros((data.n_series, len(channels)), dtype=np.int64)
    some = np.flatnonzero(data.lengths)
    missing = np.isnan(data.take(data.starts[some], channels))
    for place, at in zip(*np.nonzero(missing), strict=True):
        i = some[place]
        values = data.own_values(i)[:, channels[at]]
        skipped[i, at] = np.argmax(~np.isnan(values))  # 0 if all are missing
    return skipped.ravel()


def _pooled_ids(data, labels):
    """The label of the channel, after the id (or number) of its series if several."""
    channels = pd.Index(labels, name="channel", tupleize_cols=False)
    each = channels[np.tile(np.arange(len(labels)), data.n_series)]
    ids = data.ids
    if ids is None:
        ids = pd.Index(data.wholes, name="series")
        if ids.nunique() == 1:
            return each
    levels = [ids.get_level_values(at).repeat(len(labels)) for at in range(ids.nlevels)]
    return pd.MultiIndex.from_arrays([*levels, each])


def origin_of(view):
    """Where the series of a pooled view come from, or an error."""
    origin = view._series.origin
    if origin is None:
        raise ValueError(
            f"{view!r} is not pooled: make it by make_supervised(..., pooled=True) or "
            "SeriesView(series).pool()."
        )
    return origin


def channel_of_rows(view):
    """The label of the pooled channel of each row; None if the view is not pooled."""
    origin = view._series.origin
    if origin is None:
        return None
    return origin.labels[origin.channels[view.series_ids]]


def source_rows(view):
    """The row of each row of the view, as the unpooled rows are numbered."""
    data = view._series
    if data.origin is None:
        return view.rows
    own = data.series_of(view.rows)
    return data.origin.first_rows[own] + view.rows - data.starts[own]


def unpooled(view, values, as_frame):
    """Values of a pooled view, laid out by row and channel; see `View.unpool`."""
    origin = origin_of(view)
    values = _checked_values(view, values)
    channels = origin.channels[view.series_ids]
    rows, first, at = np.unique(
        source_rows(view), return_index=True, return_inverse=True
    )
    _refuse_repeats(view, at * len(origin.labels) + channels)
    order = np.lexsort((rows, view.stamps[first]))
    at = np.argsort(order)[at]
    shape = (len(rows), len(origin.labels), *values.shape[1:])
    table = np.full(shape, np.nan, dtype=np.result_type(values.dtype, np.float32))
    table[at, channels] = values
    return _frame(view, table, first[order]) if as_frame else table


def _checked_values(view, values):
    values = np.asarray(unmasked(values))
    if values.dtype.kind not in "fiub":
        raise ValueError(
            f"values must be numbers, got an array of dtype {values.dtype}."
        )
    if not values.ndim or len(values) != len(view):
        raise ValueError(
            f"values must have an entry for each of the {len(view)} rows of the view, "
            f"got an array of shape {values.shape}."
        )
    return values


def _refuse_repeats(view, cells):
    places, counts = np.unique(cells, return_counts=True)
    if len(places) and counts.max() > 1:
        at = int(np.flatnonzero(cells == places[np.argmax(counts > 1)])[0])
        raise ValueError(
            f"The view holds row {source_rows(view)[at]} of channel "
            f"{view.channels[at]!r} more than once, so its values have no single "
            "place: unpool values of different rows."
        )


def _frame(view, table, at):
    """The table as a DataFrame; `at` are places in the view that have its rows."""
    origin = view._series.origin
    if table.ndim > 3:
        raise ValueError(
            f"as_frame=True needs values of one or two dimensions, got {table.ndim - 1}"
            ": unpool them without as_frame, or one after the other."
        )
    index = view.index
    index = pd.Index(source_rows(view), name="row") if index is None else index
    index = index[at]
    ids = ids_of(view)[at]
    if ids.nlevels > 1:  # the last level is the channel
        levels = [ids.get_level_values(level) for level in range(ids.nlevels - 1)]
        index = pd.MultiIndex.from_arrays([*levels, index])
    columns = pd.Index(origin.labels, name="channel", tupleize_cols=False)
    if table.ndim == 3:
        delays = [delay for _, delay in view.target or ()]
        if len(delays) != table.shape[2]:
            delays = range(table.shape[2])
        codes = np.indices(table.shape[1:]).reshape(2, -1)
        columns = pd.MultiIndex(
            [columns, list(delays)], codes, names=["channel", "delay"]
        )
        table = table.reshape(len(table), -1)
    return pd.DataFrame(table, index=index, columns=columns)
