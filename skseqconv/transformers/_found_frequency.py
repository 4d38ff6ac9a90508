"""The frequency of the dates of one series or several."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv.series.times._frequency import (
    exceptions,
    nearest_offset,
    readable_duration,
)
from skseqconv.series.times._offsets import checked_frequency

#: Smallest share of dates that must follow the frequency if `ahead` is used.
MIN_REGULAR = 0.9


class Dates(NamedTuple):
    """The dates of series, and which of them are neighbors.

    `neighbors` are the distinct dates of all series, and the positions of each date and
    of the next one of the same series. `longest` are the distinct dates of the series
    that has most of them.
    """

    neighbors: tuple[pd.DatetimeIndex, NDArray[np.intp], NDArray[np.intp]]
    longest: pd.DatetimeIndex

    @property
    def gaps(self):
        """The time from each date to the next one of the same series."""
        dates, before, after = self.neighbors
        return dates[after] - dates[before]


def dates_of_series(index, dates):
    """The dates of each series of a table.

    Parameters
    ----------
    index : Index
        That of the table. All levels but the dates tell the series.
    dates : DatetimeIndex of shape (n_rows,)
        The dates of the rows, in any order, also repeated ones.

    Returns
    -------
    dates : Dates
    """
    at, distinct = pd.factorize(dates, sort=True)
    levels = zip(getattr(index, "levels", ()), getattr(index, "codes", ()), strict=True)
    ids = [codes for one, codes in levels if not isinstance(one, pd.DatetimeIndex)]
    rows = np.array([at, *ids])
    rows = rows[:, np.lexsort(rows)]
    changes = np.ones(rows.shape, dtype=bool)
    changes[:, 1:] = rows[:, 1:] != rows[:, :-1]
    begins = changes[1:].any(axis=0)  # a series
    begins[:1] = True
    is_new = begins | changes[0]
    at, begins = rows[0, is_new], begins[is_new]
    longest = max(np.split(at, np.flatnonzero(begins)[1:]), key=len)
    inside = ~begins[1:]
    return Dates((distinct, at[:-1][inside], at[1:][inside]), distinct[longest])


def found_frequency(dates, freq, ahead):
    """The step and the frequency of dates.

    Parameters
    ----------
    dates : Dates
    freq : str, offset or None
        The declared frequency.
    ahead : int
        If it is not zero, dates that follow no frequency are refused.

    Returns
    -------
    step : Timedelta
        The most common time between rows; zero if there is none.
    freq : offset or None
        The declared frequency, or one of the calendar that fits more rows.
    """
    gaps = dates.gaps
    if ahead and not len(gaps):
        raise ValueError(
            f"ahead={ahead!r} needs the time between rows, but no series of X has two "
            "different dates. Use more rows, or ahead=0."
        )
    step = gaps.to_series().mode().iloc[0] if len(gaps) else pd.Timedelta(0)
    n_others = int((gaps != step).sum())
    if freq is None:
        offset, found = nearest_offset(dates.longest, n_others, dates.neighbors)
    else:
        all_dates, *pairs = dates.neighbors
        offset = checked_frequency(freq, all_dates)
        found = exceptions(all_dates, offset, *pairs)
    n_others = n_others if found is None else len(found)
    if ahead and n_others > (1 - MIN_REGULAR) * len(gaps) + 1e-9:
        rule = f"are not {readable_duration(step)} apart"
        if freq is not None:
            rule = f"do not follow freq={freq!r}"
        raise ValueError(
            f"ahead={ahead!r} needs rows of one frequency, but "
            f"{n_others / len(gaps):.0%} of the rows of X {rule}. Declare their "
            "frequency with freq=, or use ahead=0."
        )
    return step, offset
