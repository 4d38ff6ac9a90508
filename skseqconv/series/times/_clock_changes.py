"""Changes to and from summer time, recognized by the differences of dates.

Local dates without a time zone lack one hour in spring, and have one hour twice in
autumn. Local dates that are kept in another zone, such as UTC, have a difference that
is one hour longer or shorter.
"""

import zoneinfo
from functools import cache

import numpy as np
import pandas as pd

from ._frequency import most_common, ticks_of

#: This many zones are compared with all dates: those that explain the most gaps.
MAX_ZONES = 10


def clock_changes(index, differences):
    """Positions after which local clocks seem to have been set."""
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        return np.array([], dtype=int)
    usual = most_common(differences)
    hour = int(ticks_of(index, hours=1))
    if not usual > 0:
        return np.array([], dtype=int)
    odd = np.flatnonzero((differences == usual - hour) | (differences == usual + hour))
    again = np.union1d(
        odd[differences[odd] <= 0], _mixed_hours(index, differences, hour // usual)
    )
    after = index[again + 1]
    weekend = after.day_of_week.isin([5, 6]) & after.month.isin([2, 3, 4, 9, 10, 11])
    night = after.hour.isin([0, 1, 2, 3, 23])
    again = again[night & (weekend | (differences[again] < 0))]
    onward = _set_by_a_zone(
        index, odd[differences[odd] > 0], usual, is_local=len(again) > 0
    )
    return np.union1d(again, onward)


def _set_by_a_zone(index, odd, usual, *, is_local):
    """The positions at which one zone set its clocks.

    It is the zone that explains most positions. If it is not known that the dates are
    local, all of them must exist in that zone.
    """
    if not len(odd):
        return odd
    before, after = index[odd], index[odd + 1]
    is_dst = np.ones(len(odd), dtype=bool)
    duration = pd.Timedelta(usual, unit=index.unit)
    explained = {}
    for zone in _zones():
        zoned = before.tz_localize(zone, ambiguous=is_dst, nonexistent="NaT")
        found = (zoned + duration).tz_localize(None) == after
        if found.any():
            explained[zone] = found
    likely = sorted(explained, key=lambda zone: -explained[zone].sum())
    for zone in likely[:MAX_ZONES]:
        found = explained[zone]
        if is_local or not _has_strange_hours(index, zone):
            return odd[found]
    return odd[:0]


def _has_strange_hours(index, zone):
    """Whether a date lies in an hour that the zone skipped, or had twice."""
    return index.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").hasnans


@cache
def _zones():
    """All time zones. They are read from disk once."""
    return [zoneinfo.ZoneInfo(name) for name in sorted(zoneinfo.available_timezones())]


def changes_of_other_zone(index, differences, places):
    """Positions whose difference is an hour off, if it is not so in another zone."""
    places = places[:0] if not isinstance(index, pd.DatetimeIndex) else places
    usual = most_common(differences)
    if not len(places) or usual <= 2 * ticks_of(index, hours=1):
        return places[:0]
    hour = int(ticks_of(index, hours=1))
    rest = differences[places] % usual
    places = places[(rest == hour) | (rest == usual - hour)]
    universal = index.tz_localize("UTC") if index.tz is None else index
    before, after = universal[places], universal[places + 1]
    for zone in _zones() if len(places) else ():
        clocks = [
            one.tz_convert(zone).tz_localize(None).asi8 for one in (before, after)
        ]
        if not ((clocks[1] - clocks[0]) % usual).any():
            return places
    return places[:0]


def convert_advice(index, changes):
    """What to do with dates that are regular in another zone."""
    at = int(changes[0]) + 1
    zone, known = str(index.tz), ""
    if index.tz is None:
        zone, known = "UTC", '.tz_localize("UTC")'
    return (
        f"Row {at} ({index[at]}) comes an hour early or late, as after a change to or "
        f"from summer time. The dates seem to be local times kept in {zone}. Convert "
        "them: "
        f'series{known}.tz_convert("<the local zone>").'
    )


def zone_of_table_advice(ids, time):
    """What to do with local times in a column, whose clocks were set.

    Parameters
    ----------
    ids : sequence of labels
        Of the columns of ids; empty if there are none.
    time : label
        Of the column of times. A label is None if that level of the index has no name.
    """
    if None in (*ids, time):
        return "Give the times in UTC, or with a time zone, so that the hours differ."
    call = 'dt.tz_localize("Europe/Berlin", ambiguous="infer")'
    localized = f"table[{time!r}].{call}"
    if ids:
        by = ids[0] if len(ids) == 1 else list(ids)
        localized = f"table.groupby({by!r})[{time!r}].transform(lambda s: s.{call})"
    return (
        f"Name the zone, as in pandas by table[{time!r}] = {localized}. It tells the "
        "two hours apart by the order of the rows, so keep them as they were recorded. "
        "Levels of the index become columns by table.reset_index()."
    )


def _mixed_hours(index, differences, n_an_hour):
    """Positions of repeats in hours whose timestamps are all repeated.

    Such an hour is two hours, whose rows were sorted into each other.
    """
    repeats = np.flatnonzero(differences == 0)
    if n_an_hour < 2:
        return repeats[:0]
    hours = index[repeats].floor("h")
    counts = hours.value_counts()
    return repeats[hours.isin(counts.index[counts == n_an_hour])]


def zone_advice(index, changes, ids=()):
    """What to do with local dates whose clocks were set after these positions.

    `ids` are the labels of the ids in a table of several series.
    """
    at = int(changes[0]) + 1
    fact = (
        f"Row {at} ({index[at]}) looks like a change to or from summer time in dates "
        "without a time zone."
    )
    if ids:
        return f"{fact} {zone_of_table_advice(ids, index.name)}"
    repeats = changes[index[changes] == index[changes + 1]]
    way_out, warning = "Name the zone", " Sorting would mix them."
    if (np.diff(repeats) == 2).any():  # 02:00, 02:00, 02:10, 02:10
        warning = ""
        way_out = (
            "Sorting has mixed the two hours with the same timestamps: read the rows "
            "again in the order in which they were recorded. Then name the zone"
        )
    return (
        f'{fact} {way_out}, as in series.tz_localize("Europe/Berlin", '
        f'ambiguous="infer"): it separates the two hours.{warning}'
    )
