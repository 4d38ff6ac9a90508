"""Frequencies as offsets of pandas: checked, added, shown and saved."""

import warnings

import pandas as pd
from pandas.tseries.frequencies import to_offset

from skseqconv._counts import is_count


def checked_frequency(freq, index):
    """A frequency as pandas' offset, or as an int for an index of numbers."""
    if index.dtype.kind in "iuf":
        if is_count(freq):
            return int(freq)
        raise ValueError(
            f"freq={freq!r} must be a whole number > 0 for an index of numbers. For a "
            "frequency of pandas, give the series an index of dates."
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
            f"{', of a fixed length for timedeltas' if wrong_kind else ''}."
        )
    return offset


def is_own(freq, index):
    """Whether a frequency is that of an index of periods."""
    if not isinstance(freq, str):
        return freq == index.freq
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas announces new names
        try:
            return pd.PeriodDtype(freq) == index.dtype
        except ValueError:  # of dates, such as "MS"
            return False


def is_duration(offset):
    """Whether an offset is a length of time, not a rule of the calendar."""
    return isinstance(offset, pd.offsets.Tick) and not isinstance(
        offset, pd.offsets.Day
    )


def shifted(clock, offset, n=1):
    """Dates, as a clock shows them, `n` offsets later."""
    with warnings.catch_warnings():
        # pandas adds some offsets date by date, and warns.
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return clock + n * offset


def readable_offset(offset):
    if isinstance(offset, pd.offsets.CustomBusinessDay):
        return f"'C' (business days {offset.weekmask})"
    if type(offset) is pd.DateOffset:
        return str(offset).strip("<>")
    return repr(offset.freqstr)


def plain_offset(offset):
    """An offset as a dict that describes it, for files; anything else as it is."""
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
    """The offset that `plain_offset` described."""
    if not isinstance(plain, dict):
        return plain
    if "freqstr" in plain:
        return to_offset(plain["freqstr"])
    if "lengths" in plain:
        return pd.DateOffset(plain["n"], **plain["lengths"])
    return pd.offsets.CustomBusinessDay(**plain)
