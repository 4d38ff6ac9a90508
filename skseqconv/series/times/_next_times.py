"""The entries that follow the last one of an index, by its frequency.

A step is a length of time, a number, or an offset of the calendar. An offset keeps the
local time of day when clocks are set.
"""

import numpy as np
import pandas as pd

from ._frequency import exceptions, most_common, nearest_rule, ticks_of, unusual
from ._gaps import MANY_GAPS
from ._index_kinds import comparable, ticks
from ._offsets import checked_frequency, is_duration, shifted

#: A frequency is found from this many of the newest rows.
N_NEWEST = 5000


def next_times(index, n, freq=None):
    """The next `n` entries of an index; None if it follows no frequency."""
    index = usable(index)
    if index is None or not len(index):
        return None
    freq = None if isinstance(index, pd.PeriodIndex) else freq
    step = step_of(index[-N_NEWEST:], freq)
    if step is None:
        return None
    return [moved(index[-1:], step, k)[0] for k in range(1, n + 1)]


def step_of(index, freq=None):
    """The step from one entry of an index to the next; None if it is unknown.

    Parameters
    ----------
    index : pandas.Index
        Dates, periods, durations or numbers.
    freq : str, offset or int, default=None
        The declared frequency.

    Returns
    -------
    step : offset, Timedelta, number or None
        For periods the number of their units: minutes for "15min".
    """
    if isinstance(index, pd.PeriodIndex):
        if freq is not None:
            raise ValueError(
                f"freq={freq!r}: the index holds periods, which have a frequency of "
                f"their own ({index.freqstr!r}). Leave freq out."
            )
    if freq is not None:
        return checked_frequency(freq, index)
    return step_and_gaps(index)[0]


def step_and_gaps(index):
    """The step that is found in an index, or None, and the positions before gaps."""
    differences, none = np.diff(ticks(index)), np.array([], dtype=int)
    usual = most_common(differences)
    if isinstance(index, pd.PeriodIndex):
        return int(usual) or index.freq.n, unusual(index, differences, usual)
    if isinstance(index, pd.DatetimeIndex) and index.freq is not None:
        return index.freq, none
    if not usual:
        return None, none
    if not isinstance(index, pd.DatetimeIndex):
        is_time = isinstance(index, pd.TimedeltaIndex)
        step = pd.Timedelta(usual, unit=index.unit) if is_time else usual
        return step, unusual(index, differences, usual)
    regular = _regular_offset(index, usual)
    if regular is not None:
        return regular, none
    rule, places = nearest_rule(index, differences)
    if len(places) >= MANY_GAPS * len(differences):
        return None, places
    if rule.offset is not None:
        return rule.offset, places
    return pd.Timedelta(int(usual), unit=index.unit), places


def _regular_offset(index, usual):
    """Whole months or days, if all dates follow them on the calendar.

    Two months of 31 days look like a length of time, and so do days in a time zone
    until clocks are set.
    """
    days = usual / ticks_of(index, days=1)
    offsets = []
    if days >= 28:
        offsets.append(pd.DateOffset(months=round(days / 30.44)))
    if days % 1 == 0:
        offsets.append(pd.offsets.Day(int(days)))
    found = (offset for offset in offsets if not len(exceptions(index, offset)))
    return next(found, None)


def moved(index, step, n):
    """Entries of an index `n` steps later."""
    if isinstance(index, pd.PeriodIndex):
        later = index.asi8 + n * step
        return pd.PeriodIndex.from_ordinals(later, freq=index.freq, name=index.name)
    of_calendar = isinstance(step, pd.offsets.BaseOffset) and not is_duration(step)
    if not of_calendar:
        return index + n * step
    later = shifted(index.tz_localize(None), step, n).as_unit(index.unit)
    if index.tz is None:
        return later
    # Of a clock change: the first of two equal times, the next of a missing one.
    first = np.ones(len(later), dtype=bool)
    return later.tz_localize(index.tz, ambiguous=first, nonexistent="shift_forward")


def differ(index, other):
    """Whether entries differ by more than the rounding of numbers."""
    ours, others = ticks(index), ticks(other)
    return ~np.isclose(ours, others) if ours.dtype.kind == "f" else ours != others


def usable(index):
    """An index of dates or numbers; None for any other, such as text."""
    return None if index is None else comparable(index)
