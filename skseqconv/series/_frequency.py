"""The frequency of a time axis: declared, or the one that fits it best.

A step of a day or more is counted on the local calendar, so that days stay days where
clocks are set; shorter ones are time that passes.
"""

import warnings
from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

#: Weekdays are taken as closed only where so many weeks are seen.
MIN_WEEKS = 4

#: Pieces of the dates, in stamps, from which a frequency is guessed.
PIECES = (5, 12)

#: Pieces of each size, at most.
MAX_PIECES = 25

#: Offsets that pandas adds date by date are not tried on longer indexes.
MAX_SLOW = 30_000

#: Rounded steps of dates are at least so many units long: two rows differ from one.
MIN_UNITS = 4

#: Those of whole numbers, which may be years or positions, are longer.
MIN_WHOLE = 10

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Rule(NamedTuple):
    """What the steps of an index are compared with, in words, and as an offset."""

    text: str
    offset: pd.offsets.BaseOffset | None = None

    @property
    def is_business_days(self):
        """Whether holidays would be gaps."""
        known = getattr(self.offset, "holidays", None)
        return isinstance(self.offset, pd.offsets.BusinessDay) and not known

    @property
    def weekmask(self):
        """The argument of CustomBusinessDay, where it is not the usual one."""
        mask = getattr(self.offset, "weekmask", None)
        return "" if mask in (None, "Mon Tue Wed Thu Fri") else f"weekmask={mask!r}, "


def nearest_rule(index, steps):
    """The rule with the fewest exceptions, and the positions of these.

    The most common step, or else a frequency of the calendar.
    """
    usual = most_common(steps)
    places = _off_the_clock(index, other_steps(index, steps, usual), usual)
    rule = Rule(f"most steps are {readable_difference(index, usual)}")
    offset, fewer = nearest_offset(index, len(places))
    if offset is None:
        return rule, places
    name = _readable_offset(offset)
    return Rule(f"compared with the calendar frequency {name}", offset), fewer


def other_steps(index, steps, usual):
    """Positions of steps that differ by more than stamps are rounded.

    A missing row doubles a step: no rounding hides it.
    """
    if steps.dtype.kind == "f":
        return np.flatnonzero(np.abs(steps - usual) > usual / 2)
    places = np.flatnonzero(steps != usual)
    if not len(places) or isinstance(index, pd.PeriodIndex):
        return places
    rounding = _rounding(index, steps, usual)
    if abs(most_common(steps) - usual) >= rounding:  # another frequency is declared
        return places
    return places[np.abs(steps[places] - usual) > rounding]


def _rounding(index, steps, usual):
    """By how many ticks steps may differ from `usual` because stamps are rounded.

    To a decimal part of a second, or by the floats that dates were made of.
    """
    unit, of_floats, least = 1, 0.0, MIN_WHOLE
    if hasattr(index, "unit"):
        second = ticks_of(index, seconds=1)
        shared = np.gcd.reduce(steps)
        while unit < second and shared % (10 * unit) == 0:
            unit *= 10
        largest = max(abs(int(index.asi8[0])), abs(int(index.asi8[-1])))
        least = MIN_UNITS
        of_floats = 2 * max(1.0, np.spacing(float(largest)))
    fits = [r for r in (unit, of_floats) if usual >= least * r]
    return max(fits, default=0)


def _off_the_clock(index, places, usual):
    """Positions whose step is not the usual one on the clock of a known zone either.

    Twice a day at local times has steps of 11 and 13 hours. With steps up to two
    hours, a missing row could hide in the hour that is set.
    """
    zoned = isinstance(index, pd.DatetimeIndex) and index.tz is not None
    if not (zoned and len(places)) or usual <= 2 * ticks_of(index, hours=1):
        return places
    clock = index.tz_localize(None).asi8
    return places[clock[places + 1] - clock[places] != usual]


def ticks_of(index, **length):
    """A length of time in the unit of an index."""
    return _length_of(pd.Timedelta(**length), index)


def _length_of(step, index):
    return pd.Timedelta(step) / pd.Timedelta(1, unit=index.unit)


def nearest_offset(index, n_places):
    """The calendar frequency with fewer exceptions than `n_places`, or None.

    Returns the offset, and the positions of its exceptions.
    """
    best, places = None, None
    if n_places and isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        for offset in _candidates(_local(index)):
            found = exceptions(index, offset)
            if len(found) < n_places:
                best, places, n_places = offset, found, len(found)
    return best, places


def declared_rule(index, steps, freq):
    """The declared frequency as a rule, and the positions of exceptions to it."""
    if isinstance(index, pd.PeriodIndex) and freq == index.freqstr:
        return Rule(f"freq={freq!r}"), np.flatnonzero(steps != index.freq.n)
    offset = checked_frequency(freq, index)
    if isinstance(offset, int):
        return Rule(f"freq={freq!r}"), other_steps(index, steps, offset)
    if isinstance(index, pd.TimedeltaIndex):
        length = _length_of(offset, index)
        return Rule(f"freq={freq!r}"), other_steps(index, steps, length)
    if isinstance(index, pd.PeriodIndex):
        index = _on_offset(index, offset)
    places = exceptions(index, offset)
    shown = repr(freq) if isinstance(freq, str) else _readable_offset(offset)
    return Rule(f"freq={shown}", offset), places


def checked_frequency(freq, index):
    """A frequency as pandas' offset, or as an int where the index holds numbers."""
    if index.dtype.kind in "iuf":
        if isinstance(freq, Integral) and not isinstance(freq, bool) and freq > 0:
            return int(freq)
        raise ValueError(
            f"freq={freq!r} must be a whole number > 0 for an index of numbers. Make "
            "dates of the index for a frequency of pandas."
        )
    try:
        offset = to_offset(freq)
    except (ValueError, TypeError):
        offset = None
    fixed = isinstance(offset, (pd.offsets.Tick, pd.offsets.Day))
    wrong_kind = isinstance(index, pd.TimedeltaIndex) and not fixed
    if offset is None or getattr(offset, "n", 1) <= 0 or wrong_kind:
        raise ValueError(
            f"freq={freq!r} must be a frequency of pandas, such as '10min', 'D', 'MS' "
            "or pandas.offsets.CustomBusinessDay(holidays=[...])"
            f"{', for timedeltas a fixed length of time' if wrong_kind else ''}."
        )
    return offset


def shifted(clock, offset, n=1):
    """Dates, as a clock shows them, `n` offsets later."""
    with warnings.catch_warnings():
        # Some frequencies are added date by date.
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return clock + n * offset


def most_common(steps):
    """The step forward that comes most often; 0 if there is none."""
    values, counts = np.unique(steps[steps > 0], return_counts=True)
    return values[np.argmax(counts)] if len(values) else 0


def readable_difference(index, step):
    """A difference of two entries of an index, for people."""
    if isinstance(index, pd.PeriodIndex):
        return f"{step} period{'' if step == 1 else 's'} of {index.freqstr!r}"
    if hasattr(index, "unit"):
        return readable_step(pd.Timedelta(step, unit=index.unit))
    return f"{step:g}" if index.dtype.kind == "f" else str(step)


def readable_step(step):
    """A Timedelta without days, or a time of day, that are zero."""
    return str(step).removeprefix("0 days ").removesuffix(" 00:00:00")


def _readable_offset(offset):
    if isinstance(offset, pd.offsets.CustomBusinessDay):
        return f"'C' (business days {offset.weekmask})"
    if type(offset) is pd.DateOffset:
        return str(offset).strip("<>")
    return repr(offset.freqstr)


def _local(index):
    """Dates as a local clock shows them."""
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    return index.tz_localize(None)


def _on_offset(index, offset):
    """The starts of periods, or their last days for frequencies of ends."""
    starts = index.to_timestamp()
    if offset.is_on_offset(starts[0]):
        return starts
    return index.to_timestamp(how="end").normalize()


def exceptions(index, offset):
    """Positions whose next stamp is not one offset later, or not on the offset."""
    if passes(offset) and isinstance(index, pd.DatetimeIndex):
        length = _length_of(offset, index)
        return other_steps(index, np.diff(index.asi8), length)
    clock = _local(index)
    later = shifted(clock, offset)
    wrong = later[:-1] != clock[1:]
    # From a month after the 31st there is no way back.
    if type(offset) is not pd.DateOffset:
        # Back first: before pandas 3, an hour after opening less a business hour is the
        # closing time of the day before.
        stray = shifted(shifted(clock, offset, -1), offset) != clock
        wrong = wrong | stray[:-1] | stray[1:]
    return np.flatnonzero(wrong)


def _candidates(clock):
    """Offsets of the calendar that the dates may follow.

    As pieces of them, the days of the week and the most common step suggest.
    """
    if len(clock) < 3:
        return []
    names = {}
    for size in PIECES:
        firsts = np.arange(0, max(len(clock) - size, 0) + 1, max(1, size - 2))
        some = np.linspace(0, len(firsts) - 1, min(len(firsts), MAX_PIECES))
        for first in firsts[some.astype(int)]:
            name = _inferred(clock[first : first + size])
            names[name] = names.get(name, 0) + 1
    names.pop(None, None)
    offsets = [to_offset(name) for name in sorted(names, key=names.get)[:-5:-1]]
    offsets = [offset for offset in offsets if not passes(offset)]
    if len(clock) > MAX_SLOW:
        return [offset for offset in offsets if isinstance(offset, pd.offsets.Day)]
    n_months = _most_common_step(clock) / pd.Timedelta(days=30.44)
    if n_months > 0.9:
        offsets.append(pd.DateOffset(months=round(n_months)))
    return [*offsets, *_open_weekdays(clock)]


def _most_common_step(clock):
    return pd.Timedelta(int(most_common(np.diff(clock.asi8))), unit=clock.unit)


def passes(offset):
    """Whether it is time that passes, rather than a step on the calendar."""
    return isinstance(offset, pd.offsets.Tick) and not isinstance(
        offset, pd.offsets.Day
    )


def _inferred(piece):
    """The frequency that pandas infers of a few stamps."""
    if len(piece) < 3:
        return None
    with warnings.catch_warnings():
        # pandas announces new names of its frequencies, and to infer offsets.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        inferred = pd.infer_freq(piece)
    return getattr(inferred, "freqstr", inferred)


def _open_weekdays(clock):
    """The days of the week that hold dates, as an offset, where not all do."""
    days = clock.normalize()
    if not len(days) or (days[-1] - days[0]).days < 7 * MIN_WEEKS:
        return []
    counts = np.bincount(days.day_of_week, minlength=7)
    is_open = counts > counts.max() / 10
    if is_open.all():
        return []
    if is_open.tolist() == [True] * 5 + [False] * 2:
        return [pd.offsets.BusinessDay()]
    mask = " ".join(day for day, held in zip(_WEEKDAYS, is_open, strict=True) if held)
    return [pd.offsets.CustomBusinessDay(weekmask=mask)]


# Offsets as plain data, for files that run nothing.


def plain_offset(offset):
    """An offset as a dict that says all of it; text, None and others as they are."""
    if type(offset) is pd.DateOffset:
        return {"lengths": dict(offset.kwds), "n": offset.n}
    if type(offset) is pd.offsets.CustomBusinessDay:
        holidays = [str(day) for day in offset.holidays or ()]
        return {"weekmask": offset.weekmask, "holidays": holidays, "n": offset.n}
    if isinstance(offset, pd.offsets.BaseOffset):
        try:
            if to_offset(offset.freqstr) == offset:
                return {"freqstr": offset.freqstr}
        except ValueError:
            return offset
    return offset


def offset_of(plain):
    """The offset that `plain_offset` made a dict of."""
    if not isinstance(plain, dict):
        return plain
    if "freqstr" in plain:
        return to_offset(plain["freqstr"])
    if "lengths" in plain:
        return pd.DateOffset(plain["n"], **plain["lengths"])
    return pd.offsets.CustomBusinessDay(**plain)
