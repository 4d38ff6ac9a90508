"""What an index holds: dates, periods, timedeltas, numbers or text."""

import re
import warnings

import numpy as np
import pandas as pd

#: Text that may be a date: it holds a year, or numbers such as 1/2/20.
_DATE = re.compile(r"(?<!\d)(19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2}")

#: A date that begins with the day, or with the month.
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}")

#: A time that ends with its offset from UTC.
_OFFSET = re.compile(r":\d\d(\.\d+)?\s?[+-]\d\d:?(\d\d)?$")

#: A quarter of a year.
_QUARTER = re.compile(r"(\d{4}-?Q[1-4]|[1-4]Q\d{4})$", re.IGNORECASE)


def comparable(index):
    """An index of dates, periods, timedeltas or numbers; None for any other.

    Dates may be Python objects, Arrow values or categories.
    """
    if index is None or isinstance(index, pd.RangeIndex):
        return index
    _refuse_levels(index)
    if not len(index):
        return None
    if isinstance(index, pd.IntervalIndex):
        index = index.left
    if isinstance(index, pd.CategoricalIndex):
        index = pd.Index(index.to_numpy())
    if index.dtype.kind == "O":
        index = index.infer_objects()
        if index.inferred_type == "date":
            index = pd.DatetimeIndex(index)
        elif index.inferred_type == "datetime":
            if len({time.tzinfo is None for time in index.dropna()}) > 1:
                raise ValueError(
                    "The index of the series holds times with a time zone and times "
                    "without one. Give all of them the same zone, by tz_localize for "
                    "those without one."
                )
            raise ValueError(
                "The index of the series holds times with several offsets from UTC: "
                "pd.to_datetime(series.index, utc=True) converts them to UTC."
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


def moments_of(index):
    """An index as dates, periods as their first moments, or as timedeltas; or None."""
    index = comparable(index)
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    return index if isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)) else None


def level_of_dates(index):
    """The dates of a MultiIndex with ids: its only level of dates; or the index."""
    levels = getattr(index, "levels", ())
    dated = [at for at, one in enumerate(levels) if isinstance(one, pd.DatetimeIndex)]
    return index.get_level_values(dated[0]) if len(dated) == 1 else index


def dates_of(index):
    """An index as dates, periods as their first moments; None if it has no dates."""
    index = moments_of(index)
    return index if isinstance(index, pd.DatetimeIndex) else None


def in_zone_of(index, date):
    """A date that can be compared with those of an index.

    A date without a time zone is one in the zone of the index.
    """
    if index.tz is None and date.tz is None:
        return date
    if index.tz is None:
        raise ValueError(
            f"the date has a time zone ({date.tz}), but the index of the series has "
            "none. Leave out the time zone."
        )
    if date.tz is None:
        # Of a clock change: the first of two equal times, the next of a missing one.
        return date.tz_localize(index.tz, ambiguous=True, nonexistent="shift_forward")
    return date


def ticks(index):
    """The index as an array of numbers."""
    if hasattr(index, "asi8"):
        return index.asi8
    kind = np.float64 if index.dtype.kind == "f" else np.int64
    return index.to_numpy(dtype=kind)


def looks_like_dates(index):
    """Whether an index of text holds dates, or quarters of a year."""
    ends = _ends_of(index)
    return all(map(_QUARTER.match, ends)) or _look_like_dates(ends)


def _ends_of(index):
    return [str(index[at]) for at in {0, len(index) // 2, len(index) - 1}]


def has_offset(text):
    """Whether a text is a time with an offset from UTC, which summer time changes."""
    return _OFFSET.search(text.strip()) is not None


def in_one_zone(texts):
    """Code that makes dates of one time zone of texts with offsets from UTC."""
    return f'pd.to_datetime({texts}, utc=True).tz_convert("Europe/Berlin")'


def _look_like_dates(ends):
    return all(map(_DATE.search, ends)) and _reads_as_dates(ends)


def _of_text(index):
    """Text as numbers, or None. Dates in text, and repeated text, are refused."""
    ends = _ends_of(index)
    if all(map(_QUARTER.match, ends)):
        raise ValueError(
            f"The index is text that looks like quarters (row 0 is {index[0]!r}). Text "
            "has no order in time: series.index = pd.PeriodIndex(series.index, "
            'freq="Q") makes periods of it.'
        )
    if _look_like_dates(ends):
        order, call = "", "pd.to_datetime(series.index)"
        if any(map(_DAY_OR_MONTH_FIRST.match, ends)):
            order = ", with dayfirst=True if the day comes before the month"
        if any(map(has_offset, ends)):
            call = in_one_zone("series.index")
            order = ". Name the zone of the series"
        raise ValueError(
            f"The index is text that looks like dates (row 0 is {index[0]!r}). Text "
            f"has no order in time: series.index = {call} makes dates of it{order}."
        )
    if all(text.strip().lstrip("-").isdigit() for text in ends):
        numbers = pd.Series(pd.to_numeric(index.to_series(), errors="coerce"))
        if numbers.notna().all():
            return pd.Index(numbers)
    if index.has_duplicates:
        at = int(np.flatnonzero(index.duplicated())[0])
        raise ValueError(
            f"The index of the series repeats {index[at]!r} (row {at}). If it holds "
            "the names of several series, name it, series.rename_axis('store'), and "
            "give id='store' to make_supervised or SeriesView. If all rows are one "
            "series in the order of time, use series.reset_index(drop=True)."
        )
    return None


def format_of_dates(index):
    """The format of whole numbers that look like dates, or None.

    Years, months and days (20250131), or years and months (202501).
    """
    if index.dtype.kind not in "iu" or hasattr(index, "asi8"):
        return None
    ends = pd.Series([str(index[0]), str(index[-1])])
    if ends.str.match(r"(19|20)\d{4}$").all():
        months = index % 100
        return "%Y%m" if ((months >= 1) & (months <= 12)).all() else None
    if not ends.str.match(r"(19|20)\d{6}$").all():
        return None
    dates = pd.to_datetime(ends, format="%Y%m%d", errors="coerce")
    return "%Y%m%d" if dates.notna().all() else None


def _reads_as_dates(texts):
    with warnings.catch_warnings():
        # pandas warns of formats that differ, and of those that it will drop.
        for kind in (UserWarning, DeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", kind)
        # Offsets from UTC may differ.
        dates = pd.to_datetime(pd.Series(texts), errors="coerce", utc=True)
    return not dates.isna().any()


def _refuse_levels(index):
    if not isinstance(index, pd.MultiIndex):
        return
    named = f", {list(index.names)}" if any(index.names) else ""
    raise ValueError(
        f"The index of the series has {index.nlevels} levels{named}, so it seems to "
        "hold several series, which would be read as one. make_supervised and "
        "SeriesView read such a table as several series: give them the table alone, "
        "not in a list."
    )
