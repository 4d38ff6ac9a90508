"""How times are drawn: units of horizons, means of days and weeks, gaps in lines."""

import numpy as np
import pandas as pd

#: A line is interrupted if two times are more than this many usual steps apart.
LEAP = 5

#: Means are drawn for more days than this.
MANY_DAYS = 60

#: Frequency of the means and their number of days.
_SPANS = {"day": ("D", 1), "week": ("W", 7)}
_UNITS = (("days", "D", 4), ("h", "h", 2), ("min", "min", 2), ("s", "s", 0))


def in_units(delays, step):
    """Delays in rows, or in a suitable unit of time, and the name of the unit."""
    if step is None:
        return np.array(delays), "rows"
    longest = max(delays) * step
    name, code = next((n, c) for n, c, k in _UNITS if longest >= pd.Timedelta(k, c))
    return np.array(delays) * step / pd.Timedelta(1, code), name


def lead(delay, step):
    """Horizon of a forecast as text: "24 h", "1 row"."""
    [value], unit = in_units([delay], step)
    unit = "row" if (value, unit) == (1, "rows") else unit
    return f"{value:.4g} {unit}"


def span_for(times, most):
    """Period of the means, "day" or "week"; None for few values or days."""
    if times.dtype.kind != "M" or len(times) <= most:
        return None
    n_days = len(np.unique(times.astype("M8[D]")))
    if n_days <= MANY_DAYS:
        return None
    return "day" if n_days <= most else "week"


def means_over(times, columns, span):
    """The middle of each day or week with values, and the means of these.

    The means of a day or week are over the same rows: those where no column lacks a
    value. A column without any value in it does not count.
    """
    if times.dtype.kind != "M":
        raise ValueError(
            f"mean_over={span!r} needs dates, but the times are numbers: use "
            "mean_over=None."
        )
    frequency, n_days = _SPANS[span]
    begins = pd.DatetimeIndex(times).to_period(frequency).start_time
    begins, owner = np.unique(begins.to_numpy(), return_inverse=True)
    values = pd.DataFrame(np.column_stack(columns), dtype=float)
    known = values.notna()
    absent = ~known.groupby(owner).transform("any")
    values[~(known | absent).all(axis=1)] = np.nan
    means = values.groupby(owner).mean().to_numpy()
    ends = np.cumsum([column[0].size for column in columns])
    parts = np.split(means, ends[:-1], axis=1)
    means = [
        part.reshape(-1, *column.shape[1:])
        for part, column in zip(parts, columns, strict=True)
    ]
    return begins + np.timedelta64(12 * n_days, "h"), means


def with_breaks(times, columns, utc=None):
    """Sorted times and columns of values, with NaN inside long gaps.

    Order and gaps are those of the same times in UTC, if given: local times have one
    hour twice in a year, and another one never.
    """
    utc = times if utc is None else utc
    order = np.argsort(utc, kind="stable")
    times, utc = times[order], utc[order]
    columns = [np.asarray(column, dtype=float)[order] for column in columns]
    steps = np.diff(utc).astype(float)
    if (steps > 0).any():
        at = np.flatnonzero(steps > LEAP * np.median(steps[steps > 0]))
        middle = times[at] + (times[at + 1] - times[at]) // 2
        times = np.insert(times, at + 1, middle)
        columns = [np.insert(column, at + 1, np.nan, axis=0) for column in columns]
    return times, columns
