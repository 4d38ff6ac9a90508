"""The time axis of a series: its order, its steps and its gaps.

Dates, periods, timedeltas and numbers become integers (or floats), whose neighbors
are compared; text that holds dates is refused, because its order is no order in time.
"""

import re
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from ._frequency import (
    Rule,
    declared_rule,
    most_common,
    nearest_rule,
    readable_difference,
)

#: How many places of a broken time axis a message shows.
N_PLACES_SHOWN = 3

#: Text that may be a date: it holds a year, or numbers as in 1/2/20.
_DATE = re.compile(r"(?<!\d)(19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2}")

#: Names of columns that tell series apart.
_ID = re.compile(
    r"(^|[_\s])(id|store|shop|item|sku|product|customer|household|sensor|station|site|"
    r"meter|machine|ticker|symbol)([_\s]?(id|no|nr|number|code))?$",
    re.IGNORECASE,
)

_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}")


class Gaps(NamedTuple):
    """Where the steps of an index are not the usual ones.

    `places` are the positions whose step to the next stamp is another one.
    """

    index: pd.Index
    steps: np.ndarray
    places: np.ndarray
    rule: Rule
    clock_changes: np.ndarray
    name: str = ""

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
        if len(self.clock_changes):
            return f" {_local_time(self.index, self.clock_changes)}"
        hints = ""
        if self.rule.is_business_days:
            hints = (
                " Holidays are declared by make_supervised(..., freq=pandas.offsets."
                f"CustomBusinessDay({self.rule.weekmask}holidays=[...]))."
            )
        if len(self.repeats):
            hints += f" Where their values differ, {ONE_ROW_A_STAMP}"
        return hints

    @property
    def is_clock(self):
        """Whether clocks that are set explain all of them."""
        return bool(np.isin(self.places, self.clock_changes).all())

    def refuse_choice(self, values):
        """Refuse rows of one stamp that hold different values."""
        rows, again = values[self.repeats], values[self.repeats + 1]
        same = (rows == again) | (np.isnan(rows) & np.isnan(again))
        if same.all():
            return
        at = int(self.repeats[~same.all(axis=1)][0])
        way_out = f"If it is one series, {ONE_ROW_A_STAMP}"
        if at in self.clock_changes:
            way_out = _local_time(self.index, self.clock_changes)
        raise ValueError(
            f"{self.name}Row {at + 1} ({self.index[at + 1]}) repeats the stamp of the "
            'row before with other values, and on_gap="split" does not choose between '
            f"them. {way_out}"
        )


ONE_ROW_A_STAMP = (
    "decide first what becomes of rows with the same stamp: "
    "series.groupby(level=0).mean() takes their mean, series.groupby(level=0).last() "
    "the last known values."
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
        If the index goes back, holds no date at a row, is text that holds dates, or
        belongs to several series.
    """
    index = comparable(index)
    if index is None:
        refuse_frequency(freq)
        return None
    if isinstance(index, pd.RangeIndex) and index.step > 0 and freq is None:
        return None
    if index.hasnans:
        at = int(np.flatnonzero(index.isna())[0])
        what = "number (NaN)" if index.dtype.kind == "f" else "date (NaT)"
        raise ValueError(
            f"Row {at} of the series has no {what}: fill it in, or drop the row."
        )
    steps = np.diff(_ticks(index))
    _check_order(index, steps)
    regular = len(steps) == 0 or (steps[0] > 0 and (steps == steps[0]).all())
    if regular and freq is None:
        return None
    _refuse_panel(index, steps)
    if freq is None:
        rule, places = nearest_rule(index, steps)
    else:
        rule, places = declared_rule(index, steps, freq)
    if not len(places):
        return None
    return Gaps(index, steps, places, rule, _clock_changes(index, steps))


def each_gaps(indexes, freq=None):
    """The gaps of each series, or None; where there are several, messages say which."""
    for i, index in enumerate(indexes):
        name = f"series[{i}]: " if len(indexes) > 1 else ""
        try:
            gaps = find_gaps(index, freq)
        except ValueError as error:
            raise ValueError(f"{name}{error}") from None
        yield None if gaps is None else gaps._replace(name=name)


def warn_of_gaps(indexes, ending, *, stacklevel):
    """Warn if the index of a series has gaps."""
    found = [gaps for gaps in each_gaps(indexes) if gaps is not None]
    if not found:
        return
    more = f" {len(found) - 1} more of the series have gaps." if found[1:] else ""
    warnings.warn(
        f"{found[0].describe()}{more} {ending}",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def warn_of_ids(labels, array, index, *, stacklevel):
    """Warn of a channel that looks like the id of several series."""
    anew = "" if hasattr(index, "asi8") else ".reset_index(drop=True)"
    for at, label in enumerate(labels or ()):
        if not (isinstance(label, str) and _ID.search(label)):
            continue
        n_ids = _n_ids(np.asarray(array[:, at]))
        if n_ids > 1:
            warnings.warn(
                f"Channel {label!r} looks like the id of {n_ids} series: windows would "
                "reach from one series into the next. Give them as a list, "
                f"[part.drop(columns={label!r}){anew} for _, part in "
                f"series.groupby({label!r})]. If it belongs to one series, rename it.",
                UserWarning,
                stacklevel=stacklevel + 1,
            )


def _n_ids(values):
    """How many ids a column holds, in blocks or in turns; 0 if it holds none."""
    if not np.isfinite(values).all() or (values % 1).any():
        return 0
    n_ids = len(np.unique(values))
    in_blocks = np.count_nonzero(np.diff(values)) == n_ids - 1
    in_turns = np.array_equal(values[n_ids:], values[:-n_ids])
    return n_ids if 2 * n_ids <= len(values) and (in_blocks or in_turns) else 0


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


def comparable(index):
    """An index of dates, periods, timedeltas or numbers; None for any other.

    Dates in Python's own objects, in Arrow or in categories are told as such.
    """
    if index is None or isinstance(index, pd.RangeIndex):
        return index
    _refuse_levels(index)
    if isinstance(index, pd.IntervalIndex):
        index = index.left
    if isinstance(index, pd.CategoricalIndex):
        index = pd.Index(index.to_numpy())
    if index.dtype.kind == "O":
        index = index.infer_objects()
        if index.inferred_type == "date":
            index = pd.DatetimeIndex(index)
        elif index.inferred_type == "datetime":
            raise ValueError(
                "The index of the series holds times of several offsets from UTC: "
                "pd.to_datetime(series.index, utc=True) brings them to one."
            )
    if index.inferred_type == "string":
        return _of_text(index)
    if hasattr(index, "asi8"):
        return index
    if index.dtype.kind == "M":
        return pd.DatetimeIndex(index)
    if index.dtype.kind == "m":
        return pd.TimedeltaIndex(index)
    return index if index.dtype.kind in "iuf" else None


def _ticks(index):
    if hasattr(index, "asi8"):
        return index.asi8
    kind = np.float64 if index.dtype.kind == "f" else np.int64
    return index.to_numpy(dtype=kind)


def _of_text(index):
    """Numbers in text; refuses dates in text, and names of series."""
    ends = [str(index[at]) for at in {0, len(index) // 2, len(index) - 1}]
    if all(map(_DATE.search, ends)) and _reads_as_dates(ends):
        first = any(map(_DAY_OR_MONTH_FIRST.match, ends))
        order = ", dayfirst=True or False" if first else ""
        raise ValueError(
            f"The index is text that looks like dates (row 0 is {index[0]!r}), and "
            "text has no order in time: series.index = pd.to_datetime(series.index"
            f"{order}) makes dates of it. read_csv(..., index_col=..., "
            "parse_dates=True) reads them as dates."
        )
    if all(text.strip().lstrip("-").isdigit() for text in ends):
        numbers = pd.Series(pd.to_numeric(index.to_series(), errors="coerce"))
        if numbers.notna().all():
            return pd.Index(numbers)
    if index.has_duplicates:
        at = int(np.flatnonzero(index.duplicated())[0])
        raise ValueError(
            f"The index of the series repeats {index[at]!r} (row {at}). If it names "
            "several series, give them as a list, [part.reset_index(drop=True) for _, "
            "part in series.groupby(level=0)]; if all rows are one series in the order "
            "of time, use series.reset_index(drop=True)."
        )
    return None


def _reads_as_dates(texts):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of formats that differ
        return not pd.to_datetime(pd.Series(texts), errors="coerce").isna().any()


def refuse_frequency(freq):
    if freq is not None:
        raise ValueError(
            f"freq={freq!r} is compared with the index of a table, and the series has "
            "none that tells time: give a DataFrame with a DatetimeIndex, or leave "
            "freq=None."
        )


# Several series in one table.


def _refuse_levels(index):
    if not isinstance(index, pd.MultiIndex):
        return
    timed = [at for at, level in enumerate(index.levels) if hasattr(level, "asi8")] or [
        index.nlevels - 1
    ]
    ids = [
        at if name is None else name
        for at, name in enumerate(index.names)
        if at != timed[-1]
    ]
    which = repr(ids[0] if len(ids) == 1 else ids)
    raise ValueError(
        f"The index of the series has {index.nlevels} levels, {list(index.names)}: "
        "rows of several series below each other would be read as one. Give them as a "
        f"list, [part.droplevel({which}) for _, part in series.groupby(level={which})]."
    )


def _refuse_panel(index, steps):
    """Refuse an index most of whose stamps are repeated."""
    repeats = steps == 0
    if np.isin(np.flatnonzero(repeats), _clock_changes(index, steps)).all():
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
    changes = _clock_changes(index, steps)
    if np.isin(back, changes).all():
        raise ValueError(
            f"The index goes back at row {at + 1} ({index[at + 1]}). "
            f"{_local_time(index, changes)}"
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


# Daylight saving.


def _clock_changes(index, steps):
    """Positions at whose next stamp local clocks without a zone seem to be set.

    At night an hour is missing in spring, or comes twice in autumn.
    """
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        return np.array([], dtype=int)
    usual = most_common(steps)
    hour = int(pd.Timedelta(hours=1) / pd.Timedelta(1, unit=index.unit))
    if not 0 < usual <= 12 * hour:
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
    if n_an_hour < 2 or not len(repeats):
        return repeats[:0]
    hours = index[repeats].floor("h")
    counts = hours.value_counts()
    return repeats[hours.isin(counts.index[counts == n_an_hour])]


def _local_time(index, changes):
    at = int(changes[0]) + 1
    n_repeats = int((index[changes] == index[changes + 1]).sum())
    usual_is_below = len(changes) > 1 and (np.diff(changes) == 2).any()
    first = (
        "Read the rows again in the order in which they were recorded: sorting has "
        "mixed the two hours. Then name the zone"
        if n_repeats > 1 and usual_is_below
        else "Name it"
    )
    return (
        f"Row {at} ({index[at]}) looks like a change to or from summer time in dates "
        f"without a time zone. {first}, as in series.tz_localize("
        '"Europe/Berlin", ambiguous="infer"), which tells the two hours apart that '
        "have the same stamps. Sorting would mix them."
    )
