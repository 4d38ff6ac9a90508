"""When forecasts are for: dates, or row numbers, and how long before they were made.

A forecast is dated at the time it is for, where the truth will be seen. A row of
`make_supervised` is made ``delay`` rows earlier, and its view knows both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import raw_labels, rows_after
from skseqconv.series._window_view import WindowView

#: A line breaks where time leaps further than so many usual steps.
LEAP = 5

#: Means of days are drawn for more of them.
MANY_DAYS = 60

#: Frequency and number of days of what means are taken over.
_SPANS = {"day": ("D", 1), "week": ("W", 7)}
_UNITS = (("days", "D", 4), ("h", "h", 2), ("min", "min", 2), ("s", "s", 0))


@dataclass
class Times:
    """When the values of y are, of shape (n_samples, n_delays).

    `step` is the time between two rows, where it is known and always the same.
    """

    values: np.ndarray | None = None
    name: str = "Sample"
    delays: list[int] | None = None
    step: pd.Timedelta | None = None


def is_view(index):
    return isinstance(index, (SeriesView, WindowView))


def target_of(view, target, n_columns):
    """Name of the target of a view from `make_supervised`, and its columns of y."""
    if n_columns != len(view.target):
        raise ValueError(
            f"y_true has {n_columns} columns, but X was made for {len(view.target)}: "
            "give all of y."
        )
    labels = raw_labels(view)
    channels = [channel for channel, _ in view.target]
    own = {c: c if labels is None else labels[c] for c in channels}
    if len(own) == 1:
        channel, name = next(iter(own.items()))
        name = target or (None if labels is None else str(name))
    else:
        found = [channel for channel, name in own.items() if name == target]
        if not found:
            raise ValueError(
                f"X has {len(own)} targets, of which one is drawn at a time: use "
                f"target={' or '.join(map(repr, own.values()))}, got {target!r}."
            )
        channel, name = found[0], str(target)
    columns = [i for i, c in enumerate(channels) if c == channel]
    return name, sorted(columns, key=lambda i: view.target[i][1])


def times_of_view(view, columns, n_samples):
    """Times of y of a view: those of the rows that its forecasts are for."""
    if len(view) != n_samples:
        raise ValueError(f"X has {len(view)} rows, but y_true has {n_samples}.")
    _refuse_parallel(view)
    made = None if view.index is None else _plain(view.index, utc=True)
    delays = [view.target[column][1] for column in columns]
    rows, inside = zip(*(rows_after(view, delay) for delay in delays), strict=True)
    if not np.all(inside):
        raise ValueError(
            "X does not hold the rows that its forecasts are for (it is compact, or "
            "new): give their dates as an array, from_predictions(..., index=dates)."
        )
    if made is None:
        return Times(np.stack(rows, axis=1), "Row", delays)
    stamps = [SeriesView(view, rows=later).index for later in rows]
    due = np.stack([_plain(index) for index in stamps], axis=1)
    step = None
    if due.dtype.kind == "M":
        passed = [_plain(index, utc=True) - made for index in stamps]
        step = _only(np.stack(passed, axis=1) / np.array(delays))
    return Times(due, "Time", delays, step)


def row_times(X):
    """Index of X where nothing says what its rows forecast; None without."""
    index = X.index if is_view(X) or hasattr(X, "iloc") else None
    if index is None or _plain(index) is None:
        return pd.Index(X.rows, name="Row of X") if is_view(X) else None
    dated = _plain(index).dtype.kind == "M"
    return index.rename("Time of the row of X" if dated else "Row of X")


def times_of_array(index, delays, shape):
    """Times of y as the user gives them."""
    delays = _checked_delays(delays, shape[1])
    index = row_times(index) if is_view(index) else index
    if index is None:
        return Times(delays=delays)
    values = _plain(index)
    if values is None:
        raise ValueError("index must hold dates or numbers.")
    if values.ndim == 1:
        values = values[:, None]
    if values.shape != shape:
        raise ValueError(
            f"index has the shape {np.shape(index)}, but y_true has {shape}: index "
            "needs the time of each value, a column for each delay."
        )
    if (unknown := pd.isna(values)).any():
        raise ValueError(
            f"index has no time for {np.count_nonzero(unknown)} of {values.size} "
            "values: leave these rows out, of y_true and y_pred as well."
        )
    dated = values.dtype.kind == "M"
    name = getattr(index, "name", None) or ("Time" if dated else "Row")
    step = None
    if dated and shape[1] > 1:
        step = _only(np.diff(values, axis=1) / np.diff(delays))
    return Times(values, str(name), delays, step)


def _checked_delays(delays, n_columns):
    if delays is None and n_columns == 1:
        return None
    given = [] if delays is None else np.ravel(delays).tolist()
    if len(given) != n_columns or given != sorted(set(given)):
        raise ValueError(
            f"delays={delays!r} must say how many rows ahead each of the {n_columns} "
            "columns of y_true lies, in ascending order; index=X, from "
            "make_supervised, knows it."
        )
    return given


def _plain(index, *, utc=False):
    """Dates or numbers as an array; None for anything else.

    Dates of a time zone are as its clocks showed them, or with `utc` without the
    missing and the doubled hour of these.
    """
    if np.ndim(index) == 1:
        index = pd.Index(index)
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        index = index.tz_convert(None if utc else index.tz) if index.tz else index
        index = index.tz_localize(None)
    values = np.asarray(index)
    return values if values.dtype.kind in "iufM" else None


def _refuse_parallel(view):
    """One line cannot show series that go on at the same time."""
    ids = view.series_ids[np.argsort(view.stamps, kind="stable")]
    if np.count_nonzero(np.diff(ids)) >= len(np.unique(ids)):
        raise ValueError(
            f"X has rows of {len(np.unique(ids))} series at the same times, of which "
            "one is drawn at a time: use X[X.series_ids == 0], and y alike."
        )


def _only(steps):
    """The one step that there is, or None."""
    steps = np.unique(steps)
    return pd.Timedelta(steps[0]) if len(steps) == 1 and steps[0] > 0 else None


def in_units(delays, step):
    """Delays in rows, or in a unit of time that makes them readable, and its name."""
    if step is None:
        return np.array(delays), "rows"
    longest = max(delays) * step
    name, code = next((n, c) for n, c, k in _UNITS if longest >= pd.Timedelta(k, c))
    return np.array(delays) * step / pd.Timedelta(1, code), name


def lead(delay, step):
    """How long before a forecast was made: "24 h", "1 row"."""
    [value], unit = in_units([delay], step)
    unit = "row" if (value, unit) == (1, "rows") else unit
    return f"{value:.4g} {unit}"


def span_for(times, most):
    """What to take means over, if there are more values, on many days."""
    if times.dtype.kind != "M" or len(times) <= most:
        return None
    n_days = len(np.unique(times.astype("M8[D]")))
    if n_days <= MANY_DAYS:
        return None
    return "day" if n_days <= most else "week"


def means_over(times, columns, span):
    """The middle of each day or week that has values, and their means."""
    if times.dtype.kind != "M":
        raise ValueError(f"mean_over={span!r} needs dates: use mean_over=None.")
    frequency, n_days = _SPANS[span]
    begins = pd.DatetimeIndex(times).to_period(frequency).start_time
    begins, owner = np.unique(begins.to_numpy(), return_inverse=True)
    means = [pd.DataFrame(column).groupby(owner).mean() for column in columns]
    means = [
        mean.to_numpy().reshape(-1, *column.shape[1:])
        for mean, column in zip(means, columns, strict=True)
    ]
    return begins + np.timedelta64(12 * n_days, "h"), means


def with_breaks(times, columns):
    """Times in order, and columns of values, with NaN where time leaps."""
    order = np.argsort(times, kind="stable")
    times = times[order]
    columns = [np.asarray(column, dtype=float)[order] for column in columns]
    steps = np.diff(times).astype(float)
    if (steps > 0).any():
        at = np.flatnonzero(steps > LEAP * np.median(steps[steps > 0]))
        middle = times[at] + (times[at + 1] - times[at]) // 2
        times = np.insert(times, at + 1, middle)
        columns = [np.insert(column, at + 1, np.nan, axis=0) for column in columns]
    return times, columns
