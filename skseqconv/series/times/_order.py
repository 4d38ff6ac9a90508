"""The order in time of an index, or the error that says what is wrong with it."""

from contextlib import contextmanager

import numpy as np
import pandas as pd

from skseqconv.series.tables._ids import described_id

from ._clock_changes import clock_changes, zone_advice
from ._index_kinds import comparable, ticks
from ._regular import disordered

ONE_ROW_EACH = (
    "make one row of the rows with the same timestamp first: "
    "series.groupby(level=0).mean() takes their mean, series.groupby(level=0).last() "
    "takes the last known values."
)


def ordered_differences(index):
    """The index as one that can be compared, and the differences of its neighbors.

    Both are None for an index that has no order in time.

    Raises
    ------
    ValueError
        If the index goes back, has no date at a row, is text that holds dates, or
        belongs to several series.
    """
    index = comparable(index)
    if index is None:
        return None, None
    if isinstance(index, pd.RangeIndex) and index.step > 0:
        # Nothing is allocated: the index may be as long as a memory map.
        return index, np.broadcast_to(index.step, max(len(index) - 1, 0))
    if index.hasnans:
        at = int(np.flatnonzero(index.isna())[0])
        what = "number (NaN)" if index.dtype.kind == "f" else "date (NaT)"
        raise ValueError(
            f"Row {at} of the series has no {what} in the index: fill it in, or drop "
            "the row."
        )
    differences = np.diff(ticks(index))
    if len(differences) and not differences.min() > 0:
        _refuse_disorder(index, differences)
        _refuse_several(index, differences)
    return index, differences


def check_orders(dates, ids=None):
    """Refuse a series whose rows are out of order, see `ordered_differences`.

    Parameters
    ----------
    dates : Layout or None
        The index of each series.
    ids : pandas.Index, default=None
        The id of each series, for messages.
    """
    for i in () if dates is None else disordered(dates):
        with named_series(i, dates, ids):
            ordered_differences(dates.own(i))


@contextmanager
def named_series(i, dates, ids=None):
    """Errors begin with the id or number of the series, if there are several."""
    name = ""
    if ids is not None:
        name = f"series {described_id(ids, i)}: "
    elif len(dates.lengths) > 1:
        name = f"series[{i}]: "
    try:
        yield name
    except ValueError as error:
        raise ValueError(f"{name}{error}") from None


def _refuse_disorder(index, differences):
    back = np.flatnonzero(differences < 0)
    if not len(back):
        return
    at = int(back[0])
    changes = clock_changes(index, differences)
    if np.isin(back, changes).all():
        raise ValueError(
            f"The index goes back at row {at + 1} ({index[at + 1]}). "
            f"{zone_advice(index, changes)}"
        )
    fact = f"row {at + 1} ({index[at + 1]}) comes after row {at} ({index[at]})"
    if not (differences > 0).any():
        raise ValueError(
            f"The rows are not in order: {fact}, so the newest row is the first. Use "
            "series[::-1]."
        )
    n_repeated = len(index) - index.nunique()
    if n_repeated:
        raise ValueError(
            f"The rows are not in order: {fact}, and {n_repeated} of {len(index)} "
            f"rows have the timestamp of another row. {_ways_out(index)}"
        )
    several = ""
    if len(back) <= len(index) // 20:
        several = (
            " If the table holds several series below each other, id= of "
            "make_supervised and SeriesView names the column of their ids."
        )
    raise ValueError(
        f"The rows are not in order: {fact}. Use series.sort_index() first.{several}"
    )


def _refuse_several(index, differences):
    """Refuse an index with more repeated timestamps than others."""
    is_repeat = differences == 0
    changes = clock_changes(index, differences)
    if np.isin(np.flatnonzero(is_repeat), changes).all():
        return
    starts = np.flatnonzero(np.concatenate([[True], ~is_repeat, [True]]))
    if (np.diff(starts) > 1).mean() <= 0.5:
        return
    at = int(np.flatnonzero(is_repeat)[0]) + 1
    raise ValueError(
        f"The index does not belong to one series: row {at} ({index[at]}) repeats the "
        f"timestamp of the row before, as {is_repeat.sum()} of {len(index)} rows do. "
        f"{_ways_out(index)}"
    )


def _ways_out(index):
    """What to do if timestamps are repeated and may belong to several series."""
    ways = (
        "If these are several series, make_supervised(..., id='store') and "
        "SeriesView(..., id='store') tell them apart, where 'store' is the column that "
        "names the series."
    )
    if index.dtype.kind in "iuf":
        return (
            f"{ways} If all rows are one series in the order of time, use "
            "series.reset_index(drop=True)."
        )
    return f"{ways} If it is one series, {ONE_ROW_EACH}"
