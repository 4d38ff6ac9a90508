"""Gaps of an index: neighboring timestamps with an unusual difference."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from ._clock_changes import (
    changes_of_other_zone,
    clock_changes,
    convert_advice,
    zone_advice,
)
from ._frequency import Rule, declared_rule, nearest_rule, readable_difference
from ._index_kinds import format_of_dates
from ._jitter import rounding_advice
from ._missing_rows import call_that_inserts
from ._order import ONE_ROW_EACH, named_series, ordered_differences
from ._regular import irregular
from ._short_series import gaps_of_short

#: A message shows this many gaps.
N_SHOWN = 3

#: With this share of gaps or more, the rows may follow an unknown frequency.
MANY_GAPS = 1 / 3


class Gaps(NamedTuple):
    """Where the differences of neighboring timestamps are not the usual one.

    `places` are the positions before the gaps, `ids` the labels of the ids in a table
    of several series.
    """

    timestamps: pd.Index
    differences: np.ndarray
    places: np.ndarray
    rule: Rule
    name: str = ""
    ids: tuple = ()

    @property
    def clock_changes(self):
        """Positions after which local clocks were set. It is computed when asked."""
        return clock_changes(self.timestamps, self.differences)

    @property
    def repeats(self):
        """Positions whose next timestamp is the same."""
        return np.flatnonzero(self.differences == 0)

    @property
    def _are_many(self):
        return len(self.places) >= MANY_GAPS * len(self.differences)

    @property
    def _rounding(self):
        """What to do about times that vary around a step, if these do."""
        return rounding_advice(self.timestamps, self.differences, self.places, self.ids)

    def describe(self):
        """Say how many gaps there are, and show the first rows."""
        shown = []
        for at in self.places[:N_SHOWN]:
            row = f"row {at + 1} ({self.timestamps[at + 1]})"
            if self.differences[at] == 0:
                shown.append(f"{row} repeats the timestamp of the row before")
            else:
                later = readable_difference(self.timestamps, self.differences[at])
                shown.append(f"{row} comes {later} after the row before")
        n = len(self.places)
        if n > len(shown):
            shown.append(f"and {n - len(shown)} more")
        return (
            f"{self.name}The index has {n} gap{'s' * (n > 1)} ({self.rule.text}): "
            f"{', '.join(shown)}.{self._hint()}"
        )

    def _hint(self):
        """What the gaps themselves suggest to do, if anything."""
        changes = self.clock_changes
        if len(changes):
            return f" {zone_advice(self.timestamps, changes, self.ids)}"
        hints = ""
        moved = changes_of_other_zone(self.timestamps, self.differences, self.places)
        if len(moved):
            hints = f" {convert_advice(self.timestamps, moved)}"
        if self.rule.is_business_days and len(moved) < len(self.places):
            hints += (
                " To declare holidays, use make_supervised(..., freq=pandas.offsets."
                f"CustomBusinessDay({self.rule.weekmask}holidays=[...]))."
            )
        date_format = format_of_dates(self.timestamps)
        if date_format:
            hints = (
                " The numbers look like dates: series.index = pd.to_datetime("
                f"series.index.astype(str), format='{date_format}') makes dates of "
                "them."
            )
        hints += self._rounding
        if len(self.repeats):
            hints += f" If rows of one timestamp have different values, {ONE_ROW_EACH}"
        return hints

    def ways_out(self):
        """What pandas and the options can do with the gaps."""
        if self._rounding:  # the parts between such gaps have one row or two
            return 'on_gap="ignore" takes the rows as they are, as consecutive ones.'
        declare = "freq= declares the frequency to compare with"
        split = 'on_gap="split" makes the parts between gaps separate series'
        if self._are_many:
            is_dated = isinstance(self.timestamps, pd.DatetimeIndex)
            example = ', such as "2B" or "SMS"' if is_dated else ""
            ways = f"{declare}{example}; {split}"
        else:
            ways = f"{split}; {declare}"
        return (
            f"{self._repair()}Options of make_supervised and SeriesView: {ways}. If "
            "the gaps belong to the series, such as nights without trade, "
            'on_gap="warn" takes the rows as consecutive, and on_gap="ignore" does so '
            "without a warning."
        )

    def _repair(self):
        """How pandas inserts the missing rows, if nothing else is wrong."""
        offset = self.rule.offset
        call = call_that_inserts(self.timestamps, self.differences, offset)
        if self.name or not call:  # a table of several series needs more than a call
            return ""
        return (
            f"{call} inserts the missing rows. Their values are missing then: fill "
            "them, or impute them in the Pipeline. "
        )

    def refuse_choice(self, values):
        """Refuse rows of one timestamp that hold different values."""
        rows, again = values[self.repeats], values[self.repeats + 1]
        same = (rows == again) | (np.isnan(rows) & np.isnan(again))
        if same.all():
            return
        at = int(self.repeats[~same.all(axis=1)][0])
        way_out = f"If it is one series, {ONE_ROW_EACH}"
        changes = self.clock_changes
        if at in changes:
            way_out = zone_advice(self.timestamps, changes, self.ids)
        raise ValueError(
            f"{self.name}Row {at + 1} ({self.timestamps[at + 1]}) repeats the "
            'timestamp of the row before with other values, and on_gap="split" does '
            f"not choose between them. {way_out}"
        )


def find_gaps(index, freq=None):
    """The gaps of an index; None if it has no gaps, or no order in time.

    Parameters
    ----------
    index : pandas.Index or None
    freq : str, offset or int, default=None
        The frequency to compare with. None for the most common difference, or the
        calendar frequency if it fits better.

    Raises
    ------
    ValueError
        If the index is not in order, see `ordered_differences`.
    """
    if freq is None and isinstance(index, pd.RangeIndex) and index.step > 0:
        return None
    index, differences = ordered_differences(index)
    if differences is None:
        refuse_frequency(freq)
        return None
    if not len(differences):
        return None
    if freq is None and (differences == differences[0]).all():
        return None
    if freq is None:
        rule, places = nearest_rule(index, differences)
    else:
        rule, places = declared_rule(index, differences, freq)
    return Gaps(index, differences, places, rule) if len(places) else None


def each_gaps(dates, freq=None, ids=None):
    """Yield number and gaps of each series that has gaps.

    Parameters
    ----------
    dates : Layout or None
        The index of each series.
    freq : str, offset or int, default=None
        As for `find_gaps`. Messages name the series, if there are several.
    ids : pandas.Index, default=None
        The id of each series, for messages.
    """
    if dates is None:
        refuse_frequency(freq)
        return
    distinct, same = dates.distinct()
    found = {}
    labels = () if ids is None else tuple(ids.names)

    def is_regular(index):
        try:
            return find_gaps(index, freq) is None
        except ValueError:
            return False

    short = {} if freq is not None else gaps_of_short(distinct)
    suspect = np.zeros(len(distinct.lengths), dtype=bool)
    suspect[[*irregular(distinct, freq, is_regular), *short]] = True
    for i in np.flatnonzero(suspect[same]):
        with named_series(i, dates, ids) as name:
            if same[i] in short and same[i] not in found:
                found[same[i]] = _of_short(dates.own(i), *short[same[i]])
            if same[i] not in found:
                found[same[i]] = find_gaps(dates.own(i), freq)
        if found[same[i]] is not None:
            yield i, found[same[i]]._replace(name=name, ids=labels)


def _of_short(index, places, usual):
    """The gaps of a short series at these positions."""
    index, differences = ordered_differences(index)
    most = readable_difference(index, usual)
    rule = Rule(f"most rows of the longer series are {most} apart")
    return Gaps(index, differences, np.array(places), rule)


def warn_of_gaps(dates, ending, *, freq=None, ids=None, stacklevel):
    """Warn once if series have gaps; `ending` says what happens to them."""
    first, n_more = None, 0
    for _, gaps in each_gaps(dates, freq, ids):
        first, n_more = first or gaps, n_more + (first is not None)
    if first is None:
        return
    more = f" {n_more} more of the series have gaps." if n_more else ""
    warnings.warn(
        f"{first.describe()}{more} {ending} {first.ways_out()}",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def regular_parts(gaps, freq=None):
    """Slices, or arrays of positions, of the parts between gaps.

    Of rows with the same timestamp only the first is kept: the others are equal.
    """
    kept = np.arange(len(gaps.timestamps))
    cuts = gaps.places + 1
    if len(gaps.repeats):
        kept = np.flatnonzero(np.concatenate([[True], gaps.differences > 0]))
        rest = find_gaps(gaps.timestamps[kept], freq)
        cuts = [] if rest is None else rest.places + 1
    for part in np.split(kept, cuts):
        whole = part[-1] - part[0] == len(part) - 1
        yield slice(part[0], part[-1] + 1) if whole else part


def refuse_frequency(freq):
    if freq is not None:
        raise ValueError(
            f"freq={freq!r} needs an index of dates or numbers, and the series has "
            "none. Give a DataFrame with a DatetimeIndex, or leave freq=None."
        )
