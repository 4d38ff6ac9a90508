"""Time spans, such as "7D", as numbers of rows or of time."""

import re
import warnings
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset
from pandas.tseries.offsets import BaseOffset

from skseqconv.series._view import View
from skseqconv.series._view_internals import longest_index
from skseqconv.series.ahead._known_ahead import series_name

from ._frequency import (
    declared_rule,
    most_common,
    nearest_rule,
    readable_duration,
)
from ._index_kinds import comparable
from ._offsets import readable_offset
from ._order import ordered_differences
from ._regular import irregular

#: Types of time spans, beside text and offsets.
SPANS = (timedelta, np.timedelta64)

#: Types of what may be a time span.
TIME_SPANS = (str, *SPANS, BaseOffset)

#: A number of rows, or a time span that stands for one.
RowsOrTime: TypeAlias = int | str | timedelta | np.timedelta64 | BaseOffset

#: Offsets of a fixed length, except where clocks are set.
_DAYS = (pd.offsets.Day, pd.offsets.Week)

#: Offsets of three months.
_QUARTERS = (
    pd.offsets.QuarterBegin,
    pd.offsets.QuarterEnd,
    pd.offsets.BQuarterBegin,
    pd.offsets.BQuarterEnd,
)


def duration_of(value):
    """The value as a Timedelta; None if it is not a span of a fixed length."""
    offset = offset_of(value)
    if isinstance(offset, _DAYS):
        return pd.Timedelta(days=offset.n * (7 if isinstance(offset, _DAYS[1]) else 1))
    if offset is None and not (_is_text(value) or isinstance(value, SPANS)):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas announces new names
        try:
            span = pd.Timedelta(value if offset is None else offset)
        except (TypeError, ValueError):  # other text, or months, whose length varies
            return None
    return None if span is pd.NaT else span


def offset_of(value):
    """Text or an offset as an offset of pandas, such as five business days; or None."""
    if isinstance(value, BaseOffset):
        return value
    if not _is_text(value):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas announces new names
        try:
            return to_offset(value)
        except ValueError:
            return None


#: Units of spans whose length varies, as people write them.
_MONTHS = re.compile(r"\s*\d*\s*(months?|quarters?|years?)\s*")


def spans_in_words(value):
    """What time spans look like, for a message about a text that is none."""
    said = (
        "If the rows have dates at equal distances, a time span is a number and a "
        "unit: '4W', '28D', '36h' or '15min'."
    )
    if _MONTHS.fullmatch(value):
        said += (
            f" {value!r} is none, because months differ in length: give weeks or days. "
            "Rows that are a month apart have spans such as '3MS'."
        )
    return said


def _is_text(value):
    return isinstance(value, str) and any(map(str.isalpha, value))


def index_of(X):
    """Dates, periods or timedeltas of the rows of X; None if it has none.

    Those of the longest series of a view, or of a table.
    """
    index = longest_index(X) if isinstance(X, View) else None
    if hasattr(X, "iloc"):
        index = X.index
    index = comparable(index)
    return index if hasattr(index, "asi8") else None


def in_rows(name, value, X):
    """A parameter as a number of rows: a time span is divided by their distance.

    Parameters
    ----------
    name : str
        Name of the parameter, for messages.
    value : object
        Its value. Anything but a time span is returned as it is.
    X : View, DataFrame or array

    Returns
    -------
    n_rows : int, or value

    Raises
    ------
    ValueError
        If X has no dates or has gaps, if the span is not a whole number of rows, or
        if the rows of another series have another distance.
    """
    _refuse_periods(name, value)
    span, offset = duration_of(value), offset_of(value)
    if span is None and offset is None:
        return value
    said = f"{name}={value!r} is a time span, but"
    index = index_of(X)
    if index is None or len(index) < 2:
        has = "X has no dates" if index is None else "X has only one row"
        raise ValueError(
            f"{said} {has}, so the time between two rows is unknown. Give a number of "
            "rows, or a table with a DatetimeIndex."
        )
    freq = X._series.freq if isinstance(X, View) else None
    rule, spacing = _rule_of(index, freq, said)
    if isinstance(X, View):
        _check_other_series(X._series, rule, spacing, said)
    if spacing is None:
        return _n_of_calendar(said, offset, rule.offset)
    return _n_of_length(said, span, spacing)


def _refuse_periods(name, value):
    """Periods such as "2M" are no offsets: these start or end with a month.

    Before pandas 3, "2M" is an old name of "2ME".
    """
    if isinstance(value, str) and re.fullmatch(r"\d*[MQY]", value):
        raise ValueError(
            f"{name}={value!r} is no time span of pandas: write '{value}S' if rows "
            f"have the first day of a period, as those of a PeriodIndex, or '{value}E' "
            "if they have the last. For rows that are closer, give weeks or days, such "
            "as '4W' or '28D': months differ in length."
        )


def each_in_rows(name, value, X):
    """The same for a parameter that may be a sequence of time spans."""
    if isinstance(value, str) or not np.iterable(value):
        return in_rows(name, value, X)
    return [in_rows(name, one, X) for one in value]


def _check_other_series(data, rule, spacing, said):
    """Refuse series whose rows do not follow the rule of the longest one."""
    distinct, same = data.dates.distinct()
    if len(distinct.lengths) == 1:
        return
    known = (data.freq, rule.offset, spacing)
    expected = next(one for one in known if one is not None)

    def follows(index):
        return not len(_exceptions(index, expected))

    for i in irregular(distinct, expected, follows):
        index = comparable(distinct.own(i))
        if distinct.lengths[i] < 2 or (hasattr(index, "asi8") and follows(index)):
            continue
        name = series_name(data, int(np.argmax(same == i)))
        if not hasattr(index, "asi8"):
            raise ValueError(f"{said} {name} has no dates. Give a number of rows.")
        other, other_spacing = _rule_of(index, data.freq, said, f" of {name}")
        if (other_spacing, other.offset) != (spacing, rule.offset):
            raise ValueError(
                f"{said} the rows of {name} {_readable_rule(other, other_spacing)}, "
                f"and those of the longest series {_readable_rule(rule, spacing)}, so "
                "it is not one number of rows. Give a number of rows, or make one X "
                "for each frequency."
            )


def _exceptions(index, freq):
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    index, differences = ordered_differences(index)
    return declared_rule(index, differences, freq)[1]


def _readable_rule(rule, spacing):
    if spacing is None:
        return f"follow the calendar frequency {readable_offset(rule.offset)}"
    return f"are {readable_duration(spacing)} apart"


def _rule_of(index, freq, said, whose=""):
    """The rule that all rows follow, and the time between two, if that is fixed."""
    if isinstance(index, pd.PeriodIndex):
        index, freq = index.to_timestamp(), None
    index, differences = ordered_differences(index)
    if freq is None:
        rule, places = nearest_rule(index, differences)
    else:
        rule, places = declared_rule(index, differences, freq)
    if len(places):
        at = places[0] + 1
        raise ValueError(
            f"{said} the index{whose} has gaps ({rule.text}; the first gap is before "
            f"row {at}, {index[at]}), so it is not one number of rows. Give a number "
            'of rows, or use on_gap="split" in make_supervised.'
        )
    if rule.offset is None:
        return rule, pd.Timedelta(int(most_common(differences)), unit=index.unit)
    on_local_clock = getattr(index, "tz", None) is not None
    if isinstance(rule.offset, _DAYS) and on_local_clock:
        return rule, None  # such a day may have 23 hours
    return rule, duration_of(rule.offset)


def _n_of_length(said, span, spacing):
    apart = f"the rows of X are {readable_duration(spacing)} apart"
    if span is None:
        raise ValueError(
            f"{said} its length varies, and {apart}. Give a number of rows, or a span "
            "of a fixed length."
        )
    if span <= pd.Timedelta(0) or span % spacing:
        one = to_offset(spacing).freqstr
        if spacing % pd.Timedelta(days=1) == pd.Timedelta(0):
            one = f"{spacing.days}D"
        one = one if one[0].isdigit() else f"1{one}"
        raise ValueError(
            f"{said} {apart}, so it is not a whole number of rows. Give a multiple of "
            f"this distance, such as {one!r}, or a number of rows."
        )
    return int(span // spacing)


def _n_of_calendar(said, offset, rule):
    """How many offsets of the calendar, such as business days, a span has."""
    days = pd.offsets.BusinessDay  # those of an exchange are a kind of them
    alike = isinstance(rule, days) and type(offset) is days
    same = offset is not None and (alike or _cycle_of(offset) == _cycle_of(rule))
    n_rows = offset.n // rule.n if same and not offset.n % rule.n else 0
    if n_rows < 1:
        twice = f"{2 * rule.n}B" if isinstance(rule, days) else (2 * rule).freqstr
        works = isinstance(rule, days) or (
            getattr(offset_of(twice), "base", None) == rule.base
        )
        example = f", such as {twice!r}" if works else ""
        raise ValueError(
            f"{said} the rows of X follow the calendar frequency "
            f"{readable_offset(rule)}, so it is not one number of rows. Give a "
            f"multiple of this frequency{example}, or a number of rows."
        )
    return n_rows


def _cycle_of(offset):
    """One such offset. Quarters from January are those from April, July or October."""
    one = offset.base
    if isinstance(one, _QUARTERS):
        return type(one)(startingMonth=one.startingMonth % 3 + 1)
    return one
