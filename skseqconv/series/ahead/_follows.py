"""Whether the rows of a future table follow their series."""

import numpy as np
import pandas as pd

from skseqconv.series.times._dates import is_plain
from skseqconv.series.times._frequency import readable_difference
from skseqconv.series.times._gaps import find_gaps
from skseqconv.series.times._index_kinds import comparable, ticks
from skseqconv.series.times._next_times import next_times
from skseqconv.series.times._usual_step import are_alike, usual_difference

from ._known_ahead import series_name, without_series

#: A step of the index that is no usual one, such as a night without rows, may lead to
#: the future if the series has taken it this often.
USUAL_STEPS = 3


def n_overlapping(data, owners, parts):
    """How many rows of each future are not later than the last row of its series."""
    n_rows = np.zeros(len(owners), dtype=np.int64)
    if data.dates is None or parts.dates is None or not parts.n_rows:
        return n_rows
    ends = _plain_ends(data, owners, parts)
    overlapping = np.arange(len(owners))
    if ends is not None:
        last, later = ends
        early = np.flatnonzero(later <= np.repeat(last, parts.lengths))
        overlapping = np.unique(parts.series_of(early))
    for i in overlapping:
        index, later = data.dates.own(owners[i]), parts.dates.own(i)
        n_rows[i] = 0 if _needs_no_dates(index, later) else _n_early(index, later) or 0
    return n_rows


def _plain_ends(data, owners, parts):
    """The last time of each series, and those of all futures, as numbers; or None.

    None if they are not of one kind, so that they must be compared one by one.
    """
    last = np.maximum(data.stops[owners] - 1, 0)
    before, later = data.index_at(last), parts.index_at(np.arange(parts.n_rows))
    alike = type(before) is type(later) and before.dtype == later.dtype
    return (ticks(before), ticks(later)) if alike and is_plain(before) else None


def _n_early(index, later):
    """How many times are not later than the end of an index; None if unknown."""
    before, after = _alike(index, later)
    if before is None or after is None:
        return None
    numbers = [one.dtype.kind in "iuf" for one in (before, after)]
    if not (type(before) is type(after) or all(numbers)):
        return None
    try:
        return int(np.count_nonzero(after <= before[-1]))
    except (TypeError, ValueError):  # a time zone, or periods of another length
        return None


def _same_zone(index, later):
    """What to do if only one of two indexes has a time zone; None otherwise."""
    indexes = comparable(index), comparable(later)
    if not all(isinstance(one, pd.DatetimeIndex) for one in indexes):
        return None
    own, other = (one.tz for one in indexes)
    if (own is None) == (other is None):
        return None
    if own is None:
        return (
            "Only the times of future= have a time zone. Remove it: "
            "tz_convert(zone).tz_localize(None) with the zone in which the times of "
            "the series are meant."
        )
    return (
        f"Only the times of the series have a time zone, {own}. Give those of future= "
        "the zone in which they are meant, by tz_localize."
    )


def _alike(index, later):
    """Two indexes that can be compared, if possible in one time zone."""
    before, after = comparable(index), comparable(later)
    zones = [getattr(one, "tz", None) for one in (before, after)]
    return before, after if None in zones else after.tz_convert(zones[0])


def suspects(data, owners, parts):
    """Which futures have to be looked at one by one, which takes a millisecond each.

    The others go on with the last step of their series.
    """
    if data.dates is None or parts.dates is None or not parts.n_rows:
        return []
    ends = _plain_ends(data, owners, parts)
    if ends is None:
        return np.arange(len(owners))
    last, later = ends
    is_long = data.lengths[owners] > 1
    before = np.maximum(data.stops[owners] - 1, 0) - is_long
    steps = last - ticks(data.index_at(before))
    found = np.diff(later, prepend=0)
    begins = parts.starts[parts.lengths > 0]
    found[begins] = later[begins] - last[parts.lengths > 0]
    follows = (found == np.repeat(steps, parts.lengths)) & (found > 0)
    suspect = ~is_long
    suspect[parts.series_of(np.flatnonzero(~follows))] = True
    return np.flatnonzero(suspect)


def check_follows(data, owner, future, at):
    """Refuse a future that does not begin with the next timestamp of the series."""
    index, later = data.dates.own(owner), future.dates.own(at)
    if _needs_no_dates(index, later):
        return
    name = series_name(data, owner)
    _check_in_order(data, name, index, later)
    before, after = _alike(index, later)
    joined = before.append(after)
    gaps = find_gaps(joined, data.freq)
    if gaps is None:
        return
    _refuse_other_step(gaps, len(index), name)
    place = _first_unusual(gaps, len(index))
    if place is None:
        return
    found = joined[place + 1]
    if found == joined[place]:
        raise ValueError(
            f"future= has two rows of {found} after {name}: keep one row for each time."
        )
    needs = _needed_after(joined[: place + 1], data.freq, found)
    way_out = "Add the missing rows to future=."
    if data.ids is not None:
        way_out += (
            " If the series has ended, leave its rows out of future=, and forecast the "
            f"others: {without_series(data, owner)}."
        )
    if place == len(index) - 1:
        raise ValueError(
            f"future= does not follow {name}, which ends at {index[-1]}: it {needs}"
            f"begins at {found} ({gaps.rule.text}). {way_out}"
        )
    raise ValueError(
        f"future= has a gap after {name}: after {joined[place]} it {needs}goes on at "
        f"{found} ({gaps.rule.text}). {way_out}"
    )


def _check_in_order(data, name, index, later):
    """Refuse times that are out of order, or cannot be compared with the series'."""
    n_early = _n_early(index, later)
    if n_early:
        raise ValueError(
            f"The rows of future= after {name} are not in order: use "
            "future.sort_index()."
        )
    if n_early is None:
        way_out = _same_zone(index, later) or "Give both tables times of the same kind."
        if data.ids is None:
            way_out += (
                " Or, if future= begins with the next row, give its values without "
                "dates: future.to_numpy()."
            )
        raise ValueError(
            f"future= does not follow {name}: it begins at {later[0]}, and {name} ends "
            f"at {index[-1]}, which cannot be compared. {way_out}"
        )


def _refuse_other_step(gaps, n_past, name):
    """Refuse rows that are usually further apart than those of the series, or closer.

    A step that the series itself has often taken is none of another kind.
    """
    steps = gaps.differences[: n_past - 1], gaps.differences[n_past:]
    past, later = (usual_difference(one, least=2) for one in steps)
    if past is None or later is None or are_alike(past, later):
        return
    if np.count_nonzero(steps[0] == later) >= USUAL_STEPS:
        return
    past, later = (
        readable_difference(gaps.timestamps, steps[0].dtype.type(one))
        for one in (past, later)
    )
    call = ""
    if isinstance(gaps.timestamps, (pd.DatetimeIndex, pd.TimedeltaIndex)):
        call = ": table.resample(step) of pandas makes such rows"
    raise ValueError(
        f"The rows of future= are {later} apart, but those of {name} are {past} apart. "
        f"Give both at one step, for a fitted model the step of its fit{call}."
    )


def _first_unusual(gaps, n_past):
    """The place of the first gap from the end of the series on; None if there is none.

    A step that the series itself has often taken is no gap.
    """
    steps, new = gaps.differences, gaps.places[gaps.places >= n_past - 1]
    n_taken = (steps[: n_past - 1] == steps[new, None]).sum(axis=1)
    new = new[n_taken < USUAL_STEPS]
    return new[0] if len(new) else None


def refuse_own_rows(data, owners, parts):
    """Refuse a future without times that begins with the rows of its series.

    Nothing but its values shows that such a table holds the past as well.
    """
    channels = data.known.channels
    for i in np.flatnonzero(parts.lengths > data.lengths[owners]):
        n_rows, first = data.lengths[owners[i]], data.starts[owners[i]]
        if data.dates is not None and parts.dates is not None:
            index, later = data.dates.own(owners[i]), parts.dates.own(i)
            if not _needs_no_dates(index, later):
                continue
        own = data.take(np.arange(first, first + n_rows), channels)
        given = parts.take(parts.starts[i] + np.arange(n_rows))
        if (own != own[0]).any() and np.array_equal(own, given, equal_nan=True):
            raise ValueError(
                f"future= begins with the rows of {series_name(data, owners[i])} "
                "itself, and has no times, so they would be read as those after its "
                f"end. Leave out these rows: future[{n_rows}:]."
            )


def all_before(data, owner):
    """The error for a future without any row after the end of the series."""
    index, name = data.dates.own(owner), series_name(data, owner)
    needs = _needed_after(index, data.freq)
    return ValueError(
        f"future= does not follow {name}, which ends at {index[-1]}: it {needs}has no "
        "later row. Earlier rows are read from X. If X already has the rows that are "
        "forecast, leave out future=. Otherwise give the rows after the end."
    )


def _needed_after(index, freq, found=None):
    """Words for the entry that must follow an index; empty if it is unknown."""
    times = next_times(index, 1, freq)
    return "" if times is None or times[0] == found else f"needs {times[0]}, but "


def _needs_no_dates(index, later):
    """Whether rows follow each other whatever their index: it only numbers them."""
    if not len(index) or not len(later):
        return True
    return _is_counted(index) and _is_counted(later)


def _is_counted(index):
    """Whether an index only numbers the rows: 0, 1, 2 and so on."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
