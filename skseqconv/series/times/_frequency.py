"""The frequency of an index: the declared one, or the one that fits best.

Offsets of a day or more are counted on the local calendar: a day is a day, even if
clocks are set. Shorter offsets are lengths of time.
"""

import re
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from ._offsets import (
    checked_frequency,
    is_duration,
    is_own,
    readable_offset,
    shifted,
)

#: Weekdays without rows count as closed only if the dates span this many weeks.
MIN_WEEKS = 4

#: pandas infers a frequency from pieces of the dates, of these lengths.
PIECES = (5, 12)

#: Number of pieces of each length, at most.
MAX_PIECES = 25

#: Offsets that pandas adds date by date are not tried on more dates.
MAX_SLOW = 30_000

#: Rounded dates: the usual difference is at least this many rounding units. With
#: fewer, rounding could hide another frequency.
MIN_UNITS = 4

#: The same for whole numbers, which may be years or positions.
MIN_WHOLE = 10

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Rule(NamedTuple):
    """What the differences of an index are compared with, in words and as an offset."""

    text: str
    offset: pd.offsets.BaseOffset | None = None

    @property
    def is_business_days(self):
        """Whether holidays count as gaps."""
        known = getattr(self.offset, "holidays", None)
        return isinstance(self.offset, pd.offsets.BusinessDay) and not known

    @property
    def weekmask(self):
        """The argument of CustomBusinessDay, if it is not the default."""
        mask = getattr(self.offset, "weekmask", None)
        return "" if mask in (None, "Mon Tue Wed Thu Fri") else f"weekmask={mask!r}, "


def nearest_rule(index, differences):
    """The rule with the fewest exceptions, and the positions of the exceptions.

    It is the most common difference, or a calendar frequency if that fits better.
    """
    usual = most_common(differences)
    places = _off_the_clock(index, unusual(index, differences, usual), usual)
    offset, fewer = nearest_offset(index, len(places))
    if offset is None:
        most = readable_difference(index, usual)
        return Rule(f"most rows are {most} apart"), places
    name = readable_offset(offset)
    return Rule(f"compared with the calendar frequency {name}", offset), fewer


def declared_rule(index, differences, freq):
    """The declared frequency as a rule, and the positions of its exceptions."""
    if isinstance(index, pd.PeriodIndex) and is_own(freq, index):
        text = f"freq={_shown(freq, freq)}"
        return Rule(text), np.flatnonzero(differences != index.freq.n)
    offset = checked_frequency(freq, index)
    if isinstance(offset, int):
        return Rule(f"freq={freq!r}"), unusual(index, differences, offset)
    if isinstance(index, pd.TimedeltaIndex):
        length = _ticks_of(offset, index)
        return Rule(f"freq={freq!r}"), unusual(index, differences, length)
    if isinstance(index, pd.PeriodIndex):
        index = _on_offset(index, offset)
    places = exceptions(index, offset)
    return Rule(f"freq={_shown(freq, offset)}", offset), places


def _shown(freq, offset):
    return repr(freq) if isinstance(freq, str) else readable_offset(offset)


# Differences in ticks, the whole numbers that an index holds.


def most_common(differences):
    """The most common positive difference; 0 if there is none."""
    values, counts = np.unique(differences[differences > 0], return_counts=True)
    return values[np.argmax(counts)] if len(values) else 0


def unusual(index, differences, usual):
    """Positions of differences that differ from the usual one by more than rounding.

    A missing row doubles a difference: no rounding hides it.
    """
    if differences.dtype.kind == "f":
        return np.flatnonzero(np.abs(differences - usual) > usual / 2)
    places = np.flatnonzero(differences != usual)
    if not len(places) or isinstance(index, pd.PeriodIndex):
        return places
    rounding = _rounding(index, differences, usual)
    if abs(most_common(differences) - usual) >= rounding:
        return places  # another frequency is declared: the differences are not rounded
    return places[np.abs(differences[places] - usual) > rounding]


def _rounding(index, differences, usual):
    """By how many ticks differences may differ because timestamps are rounded.

    They may be rounded to a decimal part of a second, or come from floats.
    """
    unit, of_floats, least = 1, 0.0, MIN_WHOLE
    if hasattr(index, "unit"):
        second = ticks_of(index, seconds=1)
        shared = np.gcd.reduce(differences)
        while unit < second and shared % (10 * unit) == 0:
            unit *= 10
        largest = max(abs(int(index.asi8[0])), abs(int(index.asi8[-1])))
        least = MIN_UNITS
        of_floats = 2 * max(1.0, np.spacing(float(largest)))
    fits = [r for r in (unit, of_floats) if usual >= least * r]
    return max(fits, default=0)


def _off_the_clock(index, places, usual):
    """Positions whose difference is unusual on the local clock, too.

    Rows at 06:00 and 18:00 local time are 11 or 13 hours apart when clocks are set.
    If rows are up to two hours apart, the changed hour could hide a missing row.
    """
    zoned = isinstance(index, pd.DatetimeIndex) and index.tz is not None
    if not (zoned and len(places)) or usual <= 2 * ticks_of(index, hours=1):
        return places
    clock = index.tz_localize(None).asi8
    return places[clock[places + 1] - clock[places] != usual]


def ticks_of(index, **length):
    """A length of time in the unit of an index."""
    return _ticks_of(pd.Timedelta(**length), index)


def _ticks_of(duration, index):
    return pd.Timedelta(duration) / pd.Timedelta(1, unit=index.unit)


def readable_difference(index, difference):
    """A difference of two entries of an index, as text."""
    if isinstance(index, pd.PeriodIndex):
        n_periods = difference / index.freq.n  # less than one if periods overlap
        s = "" if n_periods == 1 else "s"
        return f"{n_periods:.9g} period{s} of {index.freqstr!r}"
    if hasattr(index, "unit"):
        return readable_duration(pd.Timedelta(difference, unit=index.unit))
    return f"{difference:g}" if index.dtype.kind == "f" else str(difference)


def readable_duration(duration):
    """A Timedelta as text, without zero days or a zero time of day."""
    text = str(duration).removeprefix("0 days ").removesuffix(" 00:00:00")
    return re.sub(r"^1 days", "1 day", text)


# Frequencies of the calendar.


def nearest_offset(index, n_places, neighbors=None):
    """The calendar frequency with fewer than `n_places` exceptions, or None.

    Returns the offset, and the positions of its exceptions. They are those of the
    index, or of other pairs of dates: `neighbors` is a tuple of the arguments `index`,
    `before` and `after` of `exceptions`.
    """
    dates, *pairs = neighbors or (index,)
    best, places = None, None
    if n_places and isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        for offset in _candidates(_local(index), len(dates)):
            found = exceptions(dates, offset, *pairs)
            if len(found) < n_places:
                best, places, n_places = offset, found, len(found)
    return best, places


def exceptions(index, offset, before=slice(None, -1), after=slice(1, None)):
    """Positions whose next timestamp is not one offset later, or not on the offset.

    The timestamps at `after` are next to those at `before`. The positions found are
    those of pairs.
    """
    if is_duration(offset) and isinstance(index, pd.DatetimeIndex):
        length = _ticks_of(offset, index)
        return unusual(index, index.asi8[after] - index.asi8[before], length)
    clock = _local(index)
    later = shifted(clock, offset)
    wrong = later[before] != clock[after]
    # A month after the 31st is shorter, so a plain DateOffset cannot be undone.
    if type(offset) is not pd.DateOffset:
        # Back first: before pandas 3, an hour after opening less a business hour is the
        # closing time of the day before.
        stray = shifted(shifted(clock, offset, -1), offset) != clock
        wrong = wrong | stray[before] | stray[after]
    return np.flatnonzero(wrong)


def _local(index):
    """Dates as the local clock shows them."""
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    return index.tz_localize(None)


def _on_offset(index, offset):
    """The starts of periods, or their last days for offsets such as month ends."""
    starts = index.to_timestamp()
    if offset.is_on_offset(starts[0]):
        return starts
    return index.to_timestamp(how="end").normalize()


def _candidates(clock, n_dates):
    """Calendar offsets that the dates may follow.

    They come from pieces of the dates, the weekdays and the most common difference.
    Each will be added to `n_dates` dates.
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
    offsets = [offset for offset in offsets if not is_duration(offset)]
    if n_dates > MAX_SLOW:
        return [offset for offset in offsets if isinstance(offset, pd.offsets.Day)]
    usual = pd.Timedelta(int(most_common(np.diff(clock.asi8))), unit=clock.unit)
    n_months = usual / pd.Timedelta(days=30.44)
    if n_months > 0.9:
        offsets.append(pd.DateOffset(months=round(n_months)))
    return [*offsets, *_open_weekdays(clock)]


def _inferred(piece):
    """The frequency that pandas infers from a few timestamps."""
    if len(piece) < 3:
        return None
    with warnings.catch_warnings():
        # pandas announces new names of its frequencies, and to infer offsets.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        inferred = pd.infer_freq(piece)
    return getattr(inferred, "freqstr", inferred)


def _open_weekdays(clock):
    """The weekdays that hold dates, as an offset, if some hold none."""
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
