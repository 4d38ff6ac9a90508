"""Channels known ahead: they are read as many rows later as the forecast reaches.

A calendar, a price or a weather forecast is known for the time that is forecast. With
`ahead` rows, row ``t`` holds such a channel's value at row ``t + ahead``. The shift is
made when rows are copied, so nothing is held twice. The rows after the end of a series
come from a second table, the future.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._public import public
from skseqconv.series.tables._channels import several_channels
from skseqconv.series.tables._ids import described_id

from ._known_times import times_after, times_at


@public
class KnownAhead(NamedTuple):
    """Which channels are known ahead, how far, and their values after each series."""

    #: Positions of the channels in the series, in the order that the user gave.
    channels: NDArray[np.int64]
    #: The forecast horizons, in rows.
    delays: tuple[int, ...]
    #: Values of these channels in the rows after the end of each series, one series
    #: after the other, and where those of each series end.
    future: NDArray
    stops: NDArray[np.int64]
    #: Whether the series were cut, so their last rows are not the newest.
    is_part: bool = False
    #: The entries of the index at the rows of `future`; None if it has no times.
    times: pd.Index | None = None

    @property
    def ahead(self):
        """How many rows later than the row the channels are read."""
        return max(self.delays)

    @property
    def lengths(self):
        """The number of rows that are known after each series."""
        return np.diff(self.stops, prepend=0)


def is_given(known_ahead):
    """Whether a parameter `known_ahead` names any channel."""
    empty = isinstance(known_ahead, (list, tuple)) and not len(known_ahead)
    return known_ahead is not None and not empty


def with_known_ahead(data, known_ahead, delays, target=()):
    """The series with channels that are read later, and without a future.

    Channels that were known ahead before keep their future.

    Parameters
    ----------
    data : Series
    known_ahead : label, int, or list of these
    delays : sequence of int
    target : sequence of int, default=()
        Channels that are forecast; they cannot be known ahead.
    """
    channels, _ = several_channels(known_ahead, data, "known_ahead")
    both = [channel for channel in channels if channel in target]
    if both:
        raise ValueError(
            f"known_ahead={known_ahead!r} has the target {name_of(data, both[0])}: a "
            "target is not known ahead. Leave it out of known_ahead."
        )
    if data.origin is not None:
        raise ValueError(
            f"known_ahead={known_ahead!r}: the series is pooled, so its only channel "
            "is the target. Use pooled=False."
        )
    before = data.known
    if before is not None and before.channels.tolist() == channels:
        return with_known(data, before._replace(delays=tuple(delays)))
    return with_known_at(data, channels, delays)


def with_known_at(data, channels, delays):
    """The series with channels at these positions known ahead, without a future."""
    nothing = np.empty((0, len(channels)), dtype=data.dtype)
    known = KnownAhead(np.array(channels), tuple(delays), nothing, ())
    return with_known(data, without_future(known, data.stops))


def without_future(known, series):
    """The same channels known ahead, without values, of as many other series."""
    stops = np.zeros(len(series), dtype=np.int64)
    return known._replace(
        future=known.future[:0], stops=stops, is_part=False, times=None
    )


def with_known(data, known):
    """The same series with other channels known ahead, or with None."""
    changed = type(data).__new__(type(data))  # copy() would pickle: it copies rows
    vars(changed).update(vars(data))
    changed.known = known
    return changed


def with_known_of(data, rows, part):
    """The part of some series that ends at the last of `rows`, with what is known.

    Later rows of the series, and their future, are the future of the part.
    """
    known = data.known
    if not len(rows):
        rows = data.starts[:1] - 1
        owners = np.zeros(1, dtype=np.int64)
    else:
        owners = data.series_of(rows)
    kept, at = np.unique(owners, return_inverse=True)
    stops = np.zeros(len(kept), dtype=np.int64)
    np.maximum.at(stops, at, rows + 1)
    there = data.stops[kept] - stops + known.lengths[kept]
    lengths = np.minimum(there, known.ahead)
    ends = np.cumsum(lengths)
    steps = np.arange(lengths.sum()) - np.repeat(ends - lengths, lengths)
    later = np.repeat(stops, lengths) + steps
    of_later = np.repeat(kept, lengths)
    future = values_at(data, later, of_later, known.channels)
    times = times_at(data, later, of_later)
    is_part = known.is_part or bool((stops < data.stops[kept]).any())
    known = known._replace(future=future, stops=ends, is_part=is_part, times=times)
    return with_known(part, known)


def known_labels(data):
    """The labels of the channels known ahead; their positions if they have none."""
    if data.known is None:
        return ()
    at = data.known.channels.tolist()
    return tuple(at if data.labels is None else [data.labels[i] for i in at])


def read_rows(data, rows, channels=slice(None)):
    """Copy rows as views hold them: channels known ahead are read later.

    Parameters
    ----------
    data : Series
    rows : ndarray of int
    channels : slice or sequence of int, default=slice(None)
    """
    values = data.take(rows, channels)
    if data.known is None:
        return values
    read = np.arange(data.n_channels)[channels]
    at = np.flatnonzero(np.isin(read, data.known.channels))
    if len(at):
        later = np.asarray(rows) + data.known.ahead
        values[:, at] = values_at(data, later, data.series_of(rows), read[at])
    return values


def values_at(data, rows, owners, channels):
    """Values of channels known ahead in rows of series `owners`, or in their future."""
    beyond = rows - data.stops[owners]
    inside = beyond < 0
    if inside.all():
        return data.take(rows, channels)
    known = data.known
    lacking = beyond >= known.lengths[owners]
    if lacking.any():
        raise _no_future(data, beyond[lacking], owners[lacking])
    values = np.empty((len(rows), len(channels)), dtype=data.dtype)
    values[inside] = data.take(rows[inside], channels)
    after = beyond[~inside] + (known.stops - known.lengths)[owners[~inside]]
    columns = [known.channels.tolist().index(channel) for channel in channels]
    values[~inside] = known.future[after][:, columns]
    return values


def _no_future(data, beyond, owners):
    """The error for rows that need values of the future which nobody gave."""
    owner, known = owners[0], data.known
    n_needed = int(beyond[owners == owner].max()) + 1
    there = int(known.lengths[owner])
    dates = ""
    if data.dates is not None:
        found = times_after(data, owner, n_needed)
        dates = "" if found is None else f", {found[0]} to {found[-1]}"
    channels = ", ".join(name_of(data, channel) for channel in known.channels)
    n_others = len(np.unique(owners)) - 1
    others = f" {n_others} more of the series lack rows, too." if n_others else ""
    closed = ""
    if data.ids is not None and n_others + 1 < data.n_series:
        closed = (
            " If the series has ended, forecast the others: "
            f"{without_series(data, owner)}."
        )
    raise ValueError(
        f"Channels known ahead ({channels}) are read {known.ahead} rows after the row"
        f"{_row_that_needs(data, owner, n_needed)}, so they are needed in the "
        f"{n_needed} rows after the end of {series_name(data, owner)}{dates}, but "
        f"{f'only {there} of these' if there else 'none of these'} are there.{others} "
        "Give these rows as a table: future=table in make_supervised, SeriesView or "
        "forecast, or X.with_future(table). Or forecast from an earlier row, by rows= "
        f"of forecast.{_without_last(known, n_needed - there)}{closed}"
    )


def _row_that_needs(data, owner, n_needed):
    """Words for the row that reads so far beyond the end; empty if it is no row."""
    row = data.stops[owner] + n_needed - 1 - data.known.ahead
    if not data.starts[owner] <= row < data.stops[owner]:  # of a recursive forecast
        return ""
    index = data.index_at(np.array([row]))
    return f" {row if index is None else index[0]}"


def _without_last(known, n_lacking):
    """What to do if the last rows that are read will stay unknown."""
    longest = known.ahead - n_lacking
    if longest < min(known.delays):
        return ""
    return (
        " If the last rows stay unknown: fit a model with delays of up to "
        f"{longest} rows (horizon= of forecast does not change what a model reads), or "
        "give NaN for unknown values, and fill them in the Pipeline by "
        "PerStep(SimpleImputer())."
    )


def without_series(data, owner):
    """The call that forecasts without a series, such as a store that was closed.

    X of `make_supervised` may be of fewer series than the view that was given: one that
    has just begun has no target yet. So the call does not name X.
    """
    own = f"view.ids != {described_id(data.ids, owner)}"
    if data.ids.nlevels > 1:  # ids are tuples, which NumPy does not compare
        own = f"[one != {described_id(data.ids, owner)} for one in view.ids]"
    return f"forecast(model, view[{own}], ...), where view is the one of this call"


def name_of(data, channel):
    """A channel's label for messages, or its position."""
    return repr(int(channel) if data.labels is None else data.labels[channel])


def series_name(data, owner):
    """A series for messages: by its id, or its number if there are several."""
    if data.ids is not None:
        return f"series {described_id(data.ids, owner)}"
    wholes = data.wholes
    is_one = (wholes == wholes[0]).all()
    return "the series" if is_one else f"series[{wholes[owner]}]"
