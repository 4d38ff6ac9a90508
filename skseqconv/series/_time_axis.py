"""The time axis of a series: its order, its steps and its gaps.

Whatever tells time becomes numbers, whose neighbors are compared. Rows out of order are
refused; where steps differ from the rule that fits most of them are gaps.
"""

import warnings
from contextlib import contextmanager
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
from ._index_kinds import comparable, format_of_dates, ticks

#: How many places of a broken time axis a message shows.
N_PLACES_SHOWN = 3

ONE_ROW_A_STAMP = (
    "decide first what becomes of rows with the same stamp: "
    "series.groupby(level=0).mean() takes their mean, series.groupby(level=0).last() "
    "the last known values."
)

#: Where so many of the steps differ, the rows may follow an unknown frequency.
MANY_GAPS = 1 / 3


class Gaps(NamedTuple):
    """Where the steps of an index are not the usual ones.

    `places` are the positions whose step to the next stamp is another one.
    """

    index: pd.Index
    steps: np.ndarray
    places: np.ndarray
    rule: Rule
    name: str = ""

    @property
    def clock_changes(self):
        """Positions after which local clocks were set; looked for where it is told."""
        return clock_changes(self.index, self.steps)

    @property
    def repeats(self):
        """Positions whose next stamp is the same."""
        return np.flatnonzero(self.steps == 0)

    def describe(self):
        """What is wrong with the time axis, and with which rows."""
        shown = []
        for at in self.places[:N_PLACES_SHOWN]:
            here = f"row {at + 1} ({self.index[at + 1]})"
            if self.steps[at] == 0:
                shown.append(f"{here} repeats its stamp")
            else:
                step = readable_difference(self.index, self.steps[at])
                shown.append(f"{here} comes {step} after the row before")
        n = len(self.places)
        if n > len(shown):
            shown.append(f"and {n - len(shown)} more")
        facts = (
            f"{self.name}The time axis has {n} gap{'s' * (n > 1)} ({self.rule.text}): "
        )
        return f"{facts}{', '.join(shown)}.{self.hint()}"

    def hint(self):
        """The way out that the gaps themselves suggest, if any."""
        changes = self.clock_changes
        if len(changes):
            return f" {zone_advice(self.index, changes)}"
        hints = ""
        moved = changes_of_other_zone(self.index, self.steps, self.places)
        if len(moved):
            hints = f" {convert_advice(self.index, moved)}"
        if self.rule.is_business_days and len(moved) < len(self.places):
            hints += (
                " Holidays are declared by make_supervised(..., freq=pandas.offsets."
                f"CustomBusinessDay({self.rule.weekmask}holidays=[...]))."
            )
        date_format = format_of_dates(self.index)
        if date_format:
            hints = (
                " The numbers look like dates: series.index = pd.to_datetime("
                f"series.index.astype(str), format='{date_format}') makes dates of "
                "them."
            )
        if len(self.repeats):
            hints += f" Where their values differ, {ONE_ROW_A_STAMP}"
        return hints

    def ways_out(self):
        """What make_supervised can do with them."""
        declare = "freq= declares the frequency to compare with"
        split = 'on_gap="split" makes the parts between gaps separate series'
        if len(self.places) >= MANY_GAPS * len(self.steps):
            is_dated = isinstance(self.index, pd.DatetimeIndex)
            example = ', such as "2B" or "SMS"' if is_dated else ""
            ways = f"{declare}{example}; {split}"
        else:
            ways = f"{split}; {declare}"
        return (
            f'Ways out in make_supervised: {ways}; on_gap="warn", and "ignore" without '
            "a warning, take the rows as consecutive, as is right for natural gaps "
            "such as nights or holidays."
        )

    def refuse_choice(self, values):
        """Refuse rows of one stamp that hold different values."""
        rows, again = values[self.repeats], values[self.repeats + 1]
        same = (rows == again) | (np.isnan(rows) & np.isnan(again))
        if same.all():
            return
        at = int(self.repeats[~same.all(axis=1)][0])
        way_out = f"If it is one series, {ONE_ROW_A_STAMP}"
        changes = self.clock_changes
        if at in changes:
            way_out = zone_advice(self.index, changes)
        raise ValueError(
            f"{self.name}Row {at + 1} ({self.index[at + 1]}) repeats the stamp of the "
            'row before with other values, and on_gap="split" does not choose between '
            f"them. {way_out}"
        )


def find_gaps(index, freq=None):
    """The gaps of an index, or None if it has none, or no order in time at all.

    Parameters
    ----------
    index : pandas.Index or None
    freq : str, offset or int, default=None
        The frequency it is compared with; None for its most common step, or the
        calendar frequency that fits better.

    Raises
    ------
    ValueError
        If the index is not in order, see `ordered_steps`.
    """
    if freq is None and isinstance(index, pd.RangeIndex) and index.step > 0:
        return None
    index, steps = ordered_steps(index)
    if steps is None:
        refuse_frequency(freq)
        return None
    if not len(steps) or (freq is None and (steps == steps[0]).all()):
        return None
    if freq is None:
        rule, places = nearest_rule(index, steps)
    else:
        rule, places = declared_rule(index, steps, freq)
    if not len(places):
        return None
    return Gaps(index, steps, places, rule)


def ordered_steps(index):
    """The index as one that can be compared, and the differences of its neighbors.

    Both are None for an index that has no order in time.

    Raises
    ------
    ValueError
        If the index goes back, holds no date at a row, is text that holds dates, or
        belongs to several series.
    """
    index = comparable(index)
    if index is None:
        return None, None
    if isinstance(index, pd.RangeIndex) and index.step > 0:  # as long as a memmap
        return index, np.broadcast_to(index.step, max(len(index) - 1, 0))
    if index.hasnans:
        at = int(np.flatnonzero(index.isna())[0])
        what = "number (NaN)" if index.dtype.kind == "f" else "date (NaT)"
        raise ValueError(
            f"Row {at} of the series has no {what}: fill it in, or drop the row."
        )
    steps = np.diff(ticks(index))
    if len(steps) and not steps.min() > 0:
        _check_order(index, steps)
        _refuse_panel(index, steps)
    return index, steps


def each_gaps(indexes, freq=None):
    """The gaps of each series, or None; where there are several, messages say which."""
    for i, index in enumerate(indexes):
        with _said_of(i, indexes) as name:
            gaps = find_gaps(index, freq)
        yield None if gaps is None else gaps._replace(name=name)


def check_orders(indexes):
    """Refuse a series that is out of order, see `ordered_steps`."""
    for i, index in enumerate(indexes):
        with _said_of(i, indexes):
            ordered_steps(index)


@contextmanager
def _said_of(i, indexes):
    """Errors begin with the series that they are about, where there are several."""
    name = f"series[{i}]: " if len(indexes) > 1 else ""
    try:
        yield name
    except ValueError as error:
        raise ValueError(f"{name}{error}") from None


def warn_of_gaps(indexes, ending, *, stacklevel):
    """Warn if the index of a series has gaps; `ending` says what is done with them."""
    found = [gaps for gaps in each_gaps(indexes) if gaps is not None]
    if not found:
        return
    more = f" {len(found) - 1} more of the series have gaps." if found[1:] else ""
    warnings.warn(
        f"{found[0].describe()}{more} {ending} {found[0].ways_out()}",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def regular_parts(gaps, freq=None):
    """Slices, or position arrays, of the stretches without a gap.

    Of rows with the same stamp the first is taken: the others are equal to it.
    """
    kept = np.flatnonzero(np.concatenate([[True], gaps.steps > 0]))
    rest = find_gaps(gaps.index[kept], freq)
    cuts = [] if rest is None else rest.places + 1
    for part in np.split(kept, cuts):
        whole = part[-1] - part[0] == len(part) - 1
        yield slice(part[0], part[-1] + 1) if whole else part


def refuse_frequency(freq):
    if freq is not None:
        raise ValueError(
            f"freq={freq!r} is compared with the index of a table, and the series has "
            "none that tells time: give a DataFrame with a DatetimeIndex, or leave "
            "freq=None."
        )


# Several series in one table.


def _refuse_panel(index, steps):
    """Refuse an index most of whose stamps are repeated."""
    repeats = steps == 0
    if np.isin(np.flatnonzero(repeats), clock_changes(index, steps)).all():
        return
    groups = np.diff(np.flatnonzero(np.concatenate([[True], ~repeats, [True]])))
    if (groups > 1).mean() <= 0.5:
        return
    at = int(np.flatnonzero(repeats)[0]) + 1
    raise ValueError(
        f"The index does not belong to one series: row {at} ({index[at]}) repeats its "
        f"stamp, as {repeats.sum()} of {len(index)} rows do. {_several(index)}"
    )


def _several(index):
    """The ways out where stamps are repeated and may belong to several series."""
    anew = ".reset_index(drop=True)" if index.dtype.kind in "iuf" else ""
    ways = (
        "If these are several series, give them as a list, [part.drop(columns='store')"
        f"{anew} for _, part in series.groupby('store')], where 'store' is the column "
        "that tells them apart."
    )
    if anew:
        return (
            f"{ways} If all rows are one series in the order of time, use "
            "series.reset_index(drop=True)."
        )
    return f"{ways} If it is one series, {ONE_ROW_A_STAMP}"


# Order.


def _check_order(index, steps):
    back = np.flatnonzero(steps < 0)
    if not len(back):
        return
    at = int(back[0])
    changes = clock_changes(index, steps)
    if np.isin(back, changes).all():
        raise ValueError(
            f"The index goes back at row {at + 1} ({index[at + 1]}). "
            f"{zone_advice(index, changes)}"
        )
    fact = f"row {at + 1} ({index[at + 1]}) comes after row {at} ({index[at]})"
    if not (steps > 0).any():
        raise ValueError(
            f"The rows are not in order: {fact}, the newest row is the first. Use "
            "series[::-1]."
        )
    n_repeated = len(index) - index.nunique()
    if n_repeated:
        raise ValueError(
            f"The rows are not in order: {fact}, and {n_repeated} of {len(index)} "
            f"rows have the stamp of another row. {_several(index)}"
        )
    blocks = len(back) <= len(index) // 20
    several = (
        " If these are several series below each other, give them as a list instead."
    )
    raise ValueError(
        f"The rows are not in order: {fact}. Use series.sort_index() first."
        f"{several if blocks else ''}"
    )
