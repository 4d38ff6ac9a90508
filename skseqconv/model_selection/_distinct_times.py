"""The time of each row, as positions among the distinct times."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples

from skseqconv.series._order_of_y import check_order
from skseqconv.series._view import View
from skseqconv.series.times._index_kinds import moments_of


class DistinctTimes(NamedTuple):
    """The distinct times of some rows, in order.

    `at` is the position of each row's time among them, `stamps` are they as integers,
    `dates` as dates or timedeltas (None if they are neither).
    """

    at: NDArray[np.int64]
    stamps: NDArray[np.int64]
    dates: pd.Index | None

    def before(self, position, span):
        """Whether a row lies more than a span of time before one of the times."""
        n_earlier = self.dates.searchsorted(earlier(self.dates[position], span))
        return self.at < n_earlier


def earlier(date, span):
    """The date or timedelta that lies a span before. Whole days are days of the clock.

    So a week is seven days at the same hour, also if the clocks change in it.
    """
    if getattr(date, "tz", None) is None or span % pd.Timedelta(days=1):
        return date - span
    local = date.tz_localize(None) - span
    return local.tz_localize(date.tz, ambiguous=True, nonexistent="shift_forward")


def times_of(X, groups):
    """The times of rows.

    Parameters
    ----------
    X : View, DataFrame or array
    groups : array-like of shape (n_rows,) or None
        Dates or numbers. None for the stamps of a view, or the dates of a table.

    Returns
    -------
    times : DistinctTimes
    """
    if groups is None and isinstance(X, View):
        return _of_view(X)
    if groups is None:
        groups = X.index if hasattr(X, "iloc") else None
        if not isinstance(groups, (pd.DatetimeIndex, pd.PeriodIndex)):
            raise ValueError(
                "groups=None, but X has no dates. Give the time of each row as "
                "groups=, in cross_validate or in split(X, groups=...); or make X by "
                "make_supervised. For one series, TimeSeriesSplit counts rows."
            )
    check_order(X, groups, y_name="groups")
    return _of_groups(groups, _num_samples(X))


def _of_view(X):
    stamps = X.stamps
    low = stamps.min()
    known = np.zeros(stamps.max() - low + 1, dtype=bool)
    known[stamps - low] = True
    at = (np.cumsum(known) - 1)[stamps - low]
    distinct = np.flatnonzero(known) + low
    one_row = np.empty(len(distinct), dtype=np.int64)
    one_row[at] = np.arange(len(X))  # the last of the rows of a stamp
    return DistinctTimes(at, distinct, moments_of(X[one_row].index))


def _of_groups(groups, n_rows):
    index = pd.Index(groups)
    if isinstance(index, pd.CategoricalIndex):  # categories have an order of their own
        index = pd.Index(index.to_numpy())
    if len(index) != n_rows:
        raise ValueError(f"groups has {len(index)} entries, X has {n_rows} rows.")
    if index.hasnans:
        at = int(np.flatnonzero(index.isna())[0])
        raise ValueError(f"groups is missing at row {at}: give the time of each row.")
    if index.inferred_type == "string" or isinstance(index, pd.MultiIndex):
        raise ValueError(
            f"groups holds {index[0]!r}, which is no time: give dates or numbers, such "
            "as groups=pd.to_datetime(dates)."
        )
    at, distinct = pd.factorize(index, sort=True)
    return DistinctTimes(at, np.arange(len(distinct)), moments_of(distinct))
