"""From a series to the X and y of a forecasting task."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ._series import Series
from .views import SeriesView

__all__ = ["make_supervised"]

#: How many places of a broken time axis a message shows.
N_PLACES_SHOWN = 3


def make_supervised(
    series: ArrayLike | Sequence[ArrayLike] | SeriesView,
    target: str | int | Sequence[str | int],
    *,
    delay: int | Sequence[int] = 1,
    rows: ArrayLike | None = None,
    on_gap: Literal["raise", "warn", "split"] = "raise",
) -> tuple[SeriesView, NDArray]:
    """Turn a series into rows X and the value y that each is to forecast.

    Row ``t`` of X is row ``t`` of the series and ``y[t] = series[t + delay,
    target]``. The last ``delay`` rows of a series have no such value and are left
    out; so are rows whose target is missing, but those stay as the past of others.

    Parameters
    ----------
    series : DataFrame, ndarray, memmap, SeriesView, or a list of series
        Of shape (n_steps, n_channels), in the order of time. Windows never cross
        from one series of a list into another; rows are ordered by time where all
        have dates (or whole numbers) as index, otherwise by their position. Tables of
        polars and pyarrow have no index: their rows are taken as consecutive, and a
        column of dates is to be left out.
    target : str, int, or list of these
        The channel to forecast, by name or by position; several give several
        columns of y.
    delay : int or sequence of int, default=1
        How many rows ahead the forecast lies. Several give several columns of y.
    rows : array-like of int of shape (n_chosen,), default=None
        The rows to forecast from, each once, in any order; None for all. All others
        are still the past of their windows, and nothing is held or read for them:
        this is how a memmap larger than memory is learned from. Rows are numbered
        as in :class:`SeriesView`, and left out where they have no target.
    on_gap : {"raise", "warn", "split"}, default="raise"
        What to do where the steps of a DatetimeIndex are not all equal, that is,
        where two neighbors are not as far apart as most are (missing or repeated
        stamps), unless the index follows one calendar frequency such as month
        starts. "split" drops the later of two equal stamps and treats the parts
        between missing stamps as separate series; "warn" takes all rows as
        consecutive. An index that goes back in time is an error in any case.
        The series of a view cannot be split any more.

    Returns
    -------
    X : SeriesView of shape (n_rows, n_channels)
        A view of the series; ``X.target`` holds channel and delay of each column
        of y.
    y : ndarray of shape (n_rows,) or (n_rows, n_targets * n_delays)
        Two-dimensional if `target` or `delay` is a sequence: all delays of the
        first target, then of the second.

    Raises
    ------
    ValueError
        For an unknown target, a delay below one, a series too short for it, rows
        outside of it or given twice, dates out of order, or, with
        ``on_gap="raise"``, a gap.

    Warns
    -----
    UserWarning
        If rows are left out because their target is missing, and for gaps with
        ``on_gap="warn"``.

    See Also
    --------
    LookbackWindower : Makes windows of the rows of X.

    Notes
    -----
    The generator of the Keras book (rows ``i - lookback`` to ``i - step``, target
    at ``i + delay``) at row ``i`` is row ``t = i - step`` here, with
    ``delay + step``.

    X and y take 16 bytes and more a row: of a hundred million rows choose some, as
    with ``rows=numpy.arange(0, len(series), 1000)``. The gap of a `TimeSeriesSplit`
    counts rows of X: of these none is needed for a delay of up to 1000. The networks'
    ``validation_gap="auto"`` goes by time itself.

    Examples
    --------
    >>> import pandas as pd
    >>> from skseqconv import LookbackWindower, make_supervised
    >>> series = pd.DataFrame({"rain": [0.0, 1, 2, 3], "temp": [10.0, 11, 12, 13]})
    >>> X, y = make_supervised(series, "temp", delay=2)
    >>> X.shape
    (2, 2)
    >>> y
    array([12., 13.])

    The past of a chosen row stays in reach:

    >>> X, y = make_supervised(series, "temp", rows=[2])
    >>> y
    array([13.])
    >>> LookbackWindower(2).fit_transform(X).to_numpy()[0, :, 1]
    array([11., 12.])
    """
    if on_gap not in ("raise", "warn", "split"):
        raise ValueError(
            f"on_gap must be 'raise', 'warn' or 'split', got on_gap={on_gap!r}."
        )
    delays, several_delays = _delays(delay)
    given = series if isinstance(series, SeriesView) else None
    data = Series.of(series) if given is None else given._series
    mended = _mend_gaps(data, on_gap)
    if mended is not data and (given is not None or rows is not None):
        raise ValueError(
            'on_gap="split" cannot split the series of a view, nor number rows= anew: '
            "give the series itself, and choose among the rows of X."
        )
    view = _of_chosen(mended if given is None else given, rows)
    data = view._series
    channels, several_targets = _channels(target, data)
    columns = tuple((channel, d) for channel in channels for d in delays)

    rows = view.rows
    stops = data.stops[data.series_of(rows)]
    rows = rows[rows + max(delays) < stops]
    if not len(rows):
        longest = max(len(array) for array in data.arrays)
        raise ValueError(
            f"delay={delay!r} leaves none of the {len(view)} rows: a row needs its "
            f"target {max(delays)} rows later in its series, and the longest series "
            f"has {longest} rows."
        )
    if len(data.arrays) > 1:
        rows = rows[np.lexsort((rows, data.stamps(rows)))]
    y = np.stack([data.take(rows + d, [c])[:, 0] for c, d in columns], axis=1)
    rows, y = _without_missing(rows, y)
    X = view._derive(rows=rows, target=columns)
    return X, y if several_targets or several_delays else y[:, 0]


def _of_chosen(series, rows):
    """A view of the chosen rows, in the order of the series."""
    view = SeriesView(series, rows)
    if rows is None:
        return view
    chosen = np.sort(view.rows)
    again = chosen[1:] == chosen[:-1]
    if again.any():
        raise ValueError(
            f"rows= has row {chosen[1:][again][0]} more than once: np.unique(rows) has "
            "each once."
        )
    return view._derive(rows=chosen)


def _delays(delay):
    several = not isinstance(delay, numbers.Integral)
    delays = list(delay) if several and np.iterable(delay) else [delay]
    valid = delays and all(
        isinstance(d, numbers.Integral) and not isinstance(d, bool) and d >= 1
        for d in delays
    )
    if not valid or len(set(delays)) < len(delays):
        raise ValueError(
            "delay must be a whole number of rows >= 1, or several different ones, "
            f"got delay={delay!r}."
        )
    return [int(d) for d in delays], several


def _channels(target, data):
    several = not isinstance(target, (str, numbers.Integral))
    targets = list(target) if several and np.iterable(target) else [target]
    channels = [channel_position(t, data.names, data.n_channels) for t in targets]
    if not channels or len(set(channels)) < len(channels):
        raise ValueError(
            f"target must name one channel or several different ones, got {target!r}."
        )
    return channels, several


def channel_position(channel, names, n_channels, parameter="target"):
    """Position of a channel given by name or by position."""
    if isinstance(channel, str) and names is not None:
        at = np.flatnonzero(names == channel)
        if len(at) == 1:
            return int(at[0])
        if len(at) > 1:
            raise ValueError(
                f"{parameter}={channel!r} names {len(at)} channels: give its position."
            )
    elif isinstance(channel, numbers.Integral) and not isinstance(channel, bool):
        if -n_channels <= channel < n_channels:
            return int(channel) % n_channels
    known = f"0..{n_channels - 1}"
    if names is not None:
        known = f"one of {', '.join(map(repr, names))} or {known}"
    raise ValueError(
        f"{parameter}={channel!r} is not a channel of the series: use {known}."
    )


def _without_missing(rows, y):
    missing = ~np.isfinite(y).all(axis=1)
    if missing.all():
        raise ValueError("The target is missing at every row: nothing to forecast.")
    if missing.any():
        warnings.warn(
            f"{missing.sum()} of {len(rows)} rows have no target (missing or infinite "
            "values) and were left out; they stay as the past of later rows.",
            UserWarning,
            stacklevel=3,
        )
    return rows[~missing], y[~missing]


def _mend_gaps(data, on_gap):
    """Check the time axis of each series; split it at gaps if asked to."""
    if data.indexes is None:
        return data
    arrays, indexes = [], []
    for i, (array, index) in enumerate(zip(data.arrays, data.indexes, strict=True)):
        message = describe_gaps(index)
        if message and len(data.arrays) > 1:
            message = f"series[{i}]: {message}"
        if message and on_gap == "raise":
            raise ValueError(
                f'{message} on_gap="split" treats the parts as separate series and '
                'drops repeated stamps; on_gap="warn" takes the rows as consecutive.'
            )
        if message and on_gap == "warn":
            warnings.warn(
                f"{message} The rows are taken as consecutive.",
                UserWarning,
                stacklevel=3,
            )
        if message and on_gap == "split":
            for part in _regular_parts(index):
                arrays.append(array[part])
                indexes.append(index[part])
        else:
            arrays.append(array)
            indexes.append(index)
    if len(arrays) == len(data.arrays) and all(
        a is b for a, b in zip(arrays, data.arrays, strict=True)
    ):
        return data
    return Series(arrays, data.names, indexes)


def _steps(index):
    """Differences between neighboring stamps, and the most common one."""
    steps = np.diff(index.asi8)
    values, counts = np.unique(steps[steps > 0], return_counts=True)
    return steps, values[np.argmax(counts)] if len(values) else 0


def _gap_places(index):
    """Positions whose step to the next stamp is not the usual one."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        return np.array([], dtype=int)
    steps, usual = _steps(index)
    places = np.flatnonzero((steps != usual) | (steps == 0))
    return places[:0] if len(places) and calendar_frequency(index) else places


def calendar_frequency(index):
    """Name of the frequency that local clocks follow: months, workdays; or None."""
    if len(index) < 3:
        return None
    with warnings.catch_warnings():
        # pandas announces new names of its frequencies, and to infer offsets.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        inferred = pd.infer_freq(index)
        if inferred is None:
            return None
        name = getattr(inferred, "freqstr", inferred)
        # It looks at a few properties of the steps: an outage of 16 hours makes hours
        # "business hours", and a third Friday may be missing.
        local = index.tz_localize(None)
        regular = pd.date_range(
            local[0], periods=len(local), freq=name, unit=local.unit
        )
    return name if np.array_equal(regular, local) else None


def describe_gaps(index):
    """Say where a DatetimeIndex has missing or repeated stamps; None if nowhere.

    Raises ValueError if it goes back in time.
    """
    if isinstance(index, pd.DatetimeIndex) and not index.is_monotonic_increasing:
        if index.hasnans:
            at = int(np.flatnonzero(index.isna())[0])
            raise ValueError(f"Row {at} of the series has no date (NaT): drop it.")
        at = int(np.flatnonzero(np.diff(index.asi8) < 0)[0])
        raise ValueError(
            f"The dates of the series are not in order: row {at + 1} ({index[at + 1]}) "
            f"comes after row {at} ({index[at]}). Use series.sort_index() first."
        )
    places = _gap_places(index)
    if not len(places):
        return None
    steps, usual = _steps(index)
    shown = []
    for at in places[:N_PLACES_SHOWN]:
        here = f"row {at + 1} ({index[at + 1]})"
        if steps[at] == 0:
            shown.append(f"{here} repeats its stamp")
        else:
            step = readable_step(pd.Timedelta(steps[at], unit=index.unit))
            shown.append(f"{here} comes {step} after the row before")
    more = len(places) - len(shown)
    if more:
        shown.append(f"and {more} more")
    return (
        f"The time axis has {len(places)} gap{'s' * (len(places) > 1)} (most steps are "
        f"{readable_step(pd.Timedelta(usual, unit=index.unit))}): {', '.join(shown)}."
    )


def readable_step(step):
    """A Timedelta without days, or a time of day, that are zero."""
    return str(step).removeprefix("0 days ").removesuffix(" 00:00:00")


def _regular_parts(index):
    """Slices, or position arrays, of the stretches without a gap."""
    keep = np.concatenate([[True], np.diff(index.asi8) > 0])
    kept = np.flatnonzero(keep)
    cuts = _gap_places(index[kept]) + 1
    for part in np.split(kept, cuts):
        whole = part[-1] - part[0] == len(part) - 1
        yield slice(part[0], part[-1] + 1) if whole else part
