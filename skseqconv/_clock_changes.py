"""Daylight saving time in dates without a time zone: it is recognised and named.

At night an hour is missing in spring, or comes twice in autumn.
"""

import numpy as np
import pandas as pd

from ._frequency import most_common


def clock_changes(index, steps):
    """Positions whose next stamp seems to come after local clocks were set."""
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        return np.array([], dtype=int)
    usual = most_common(steps)
    hour = int(pd.Timedelta(hours=1) / pd.Timedelta(1, unit=index.unit))
    if not usual > 0:
        return np.array([], dtype=int)
    odd = np.flatnonzero((steps == usual - hour) | (steps == usual + hour))
    odd = np.union1d(odd, _mixed_hours(index, steps, hour // usual))
    after = index[odd + 1]
    weekend = after.day_of_week.isin([5, 6]) & after.month.isin([2, 3, 4, 9, 10, 11])
    night = after.hour.isin([0, 1, 2, 3, 23])
    return odd[night & (weekend | (steps[odd] < 0))]


def _mixed_hours(index, steps, n_an_hour):
    """Positions of repeats, where each stamp of an hour is repeated: two hours in one.

    They were sorted into each other.
    """
    repeats = np.flatnonzero(steps == 0)
    if n_an_hour < 2:
        return repeats[:0]
    hours = index[repeats].floor("h")
    counts = hours.value_counts()
    return repeats[hours.isin(counts.index[counts == n_an_hour])]


def zone_advice(index, changes):
    """What to do with dates whose clocks were set after the positions `changes`."""
    at = int(changes[0]) + 1
    repeats = changes[index[changes] == index[changes + 1]]
    way_out, warning = "Name the zone", " Sorting would mix them."
    if (np.diff(repeats) == 2).any():  # 02:00, 02:00, 02:10, 02:10
        warning = ""
        way_out = (
            "Sorting has mixed the two hours with the same stamps: read the rows again "
            "in the order in which they were recorded. Then name the zone"
        )
    return (
        f"Row {at} ({index[at]}) looks like a change to or from summer time in dates "
        f"without a time zone. {way_out}, as in series.tz_localize("
        '"Europe/Berlin", ambiguous="infer"), which tells the two hours apart.'
        f"{warning}"
    )
