"""The entries of an index that follow its last one."""

import numpy as np
import pandas as pd

from ._frequency import most_common, nearest_rule
from ._index_kinds import comparable
from ._offsets import checked_frequency, is_duration, shifted
from ._order import ordered_differences


def next_dates(index, n, freq=None):
    """The next `n` entries of an index by its frequency; None if it has none.

    Parameters
    ----------
    index : pandas.Index
    n : int
    freq : str, offset or int, default=None
        The declared frequency. None takes the most common difference, or the calendar
        frequency if it fits better.
    """
    index, differences = ordered_differences(comparable(index))
    if differences is None or not len(index) or (freq is None and len(index) < 2):
        return None
    last, steps = index[-1:], np.arange(1, n + 1)
    if isinstance(index, pd.PeriodIndex):
        return last.repeat(n) + steps * int(most_common(differences) or 1)
    offset = None if freq is None else checked_frequency(freq, index)
    if offset is None and (differences != differences[0]).any():
        offset = nearest_rule(index, differences)[0].offset
    if offset is None or isinstance(offset, int):
        step = offset or most_common(differences)
        if hasattr(index, "unit"):
            step = pd.Timedelta(int(step), unit=index.unit)
        return last.repeat(n) + steps * step
    if is_duration(offset) or getattr(index, "tz", None) is None:
        return pd.Index([shifted(last, offset, int(step))[0] for step in steps])
    clock = last.tz_localize(None)
    later = pd.DatetimeIndex([shifted(clock, offset, int(k))[0] for k in steps])
    return later.tz_localize(index.tz, ambiguous=True, nonexistent="shift_forward")
