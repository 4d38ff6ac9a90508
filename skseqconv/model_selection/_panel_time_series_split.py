"""Folds in time for many series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import _num_samples

from skseqconv._counts import is_count, plain_number
from skseqconv._public import public
from skseqconv.series._view import View
from skseqconv.series._view_internals import target_stamps
from skseqconv.series.times._frequency import readable_duration
from skseqconv.series.times._time_spans import RowsOrTime, duration_of

from ._base import FoldsOfSeries
from ._distinct_times import earlier, times_of


@public
class PanelTimeSeriesSplit(FoldsOfSeries):
    """Time series cross-validation of many series, which counts times, not rows.

    Each fold tests a stretch of time of all series, and trains on what lies before it.
    Rows of the same time are never divided. For one series and a number as `gap`, the
    folds are those of scikit-learn's `TimeSeriesSplit`.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds.
    test_size : int or time span, default=None
        Length of each test part: a number of distinct times, or a time such as "7D".
        A time must be as long as the longest gap between rows, such as a weekend. None
        for ``n_times // (n_splits + 1)``.
    gap : "auto", int or time span, default="auto"
        What is left out between the training part and the test part. "auto" leaves out
        the training rows whose targets lie after the first time of the test part. It
        needs X from `make_supervised`, which knows how far ahead its targets lie. An
        int is a number of distinct times, a time such as "24h" a length of time.
    max_train_size : int, time span, "sliding" or None, default=None
        Longest training part: a number of distinct times, or a time such as "365D".
        "sliding" takes the length of the first training part for all folds. None takes
        all earlier rows, so the training part grows from fold to fold.

    Raises
    ------
    ValueError
        By `split`, if the rows are too few for the folds, if a time span as `test_size`
        gives a test part without rows, if X does not know its target and
        ``gap="auto"``, or if a time span is given and X has no dates.

    See Also
    --------
    SeriesKFold : Holds out whole series.
    compare_models : Uses it for views if ``cv`` is a number.

    Notes
    -----
    Any view has times: the dates of its series, or the positions of rows if these have
    no dates. For arrays, the times of rows are given as ``groups``, for example
    ``cross_validate(model, X, y, cv=PanelTimeSeriesSplit(gap=24), groups=dates)``. A
    table with a DatetimeIndex needs no ``groups``.

    A target at the first time of the test part is already known then, so "auto" keeps
    its row.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import PanelTimeSeriesSplit, make_supervised
    >>> shops = [np.arange(9.0), np.arange(9.0), np.arange(9.0)]
    >>> X, y = make_supervised(shops, 0, delay=2)
    >>> for train, test in PanelTimeSeriesSplit(2).split(X):
    ...     print(np.unique(X.stamps[train]), np.unique(X.stamps[test]))
    [0 1] [3 4]
    [0 1 2 3] [5 6]
    >>> len(train), len(test)
    (12, 6)
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        test_size: RowsOrTime | None = None,
        gap: RowsOrTime | Literal["auto"] = "auto",
        max_train_size: RowsOrTime | Literal["sliding"] | None = None,
    ) -> None:
        _check_length("n_splits", n_splits, 1, spans=False)
        _check_length("test_size", test_size, 1, None)
        _check_length("gap", gap, 0, "auto")
        _check_length("max_train_size", max_train_size, 1, None, "sliding")
        self.n_splits = n_splits
        self.test_size = test_size
        self.gap = gap
        self.max_train_size = max_train_size

    def split(
        self, X: View | ArrayLike, y: object = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Give the rows of each fold.

        Parameters
        ----------
        X : SeriesView, WindowView or array-like of shape (n_samples, ...)
            The samples, in any order.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            The time of each row: dates or numbers. None for the times that X knows.

        Yields
        ------
        train, test : ndarray of int
            Positions of rows, in the order of X.
        """
        if not _num_samples(X):
            raise ValueError(
                f"Cannot have number of folds={self.n_splits + 1} greater than the "
                "number of samples=0: X has no rows."
            )
        due = self._due(X, groups)
        times = times_of(X, groups)
        for name in ("test_size", "gap", "max_train_size"):
            if duration_of(getattr(self, name)) is not None and times.dates is None:
                raise ValueError(
                    f"{name}={getattr(self, name)!r} is a time span, but the rows have "
                    "no dates. Give a number of distinct times."
                )
        n_first = None
        for start, stop in self._stretches(times):
            train = self._before(times, start, due)
            distinct = np.unique(times.at[train])
            n_first = n_first or len(distinct)
            train &= self._late_enough(times, distinct, n_first)
            test = (start <= times.at) & (times.at < stop)
            if not train.any():
                self._refuse(times)
            yield np.flatnonzero(train), np.flatnonzero(test)

    def _due(self, X, groups):
        """The stamp at which the last target of each row is known, for "auto"."""
        if not _is(self.gap, "auto"):
            return None
        target = X.target if isinstance(X, View) and groups is None else None
        if not target:
            raise ValueError(
                "gap='auto' needs X from make_supervised, which knows how far ahead "
                "its targets lie. Give gap=0 if the target of a row is known at the "
                "time of the row. Otherwise give the time until it is known, as a "
                "number of distinct times or a span such as gap='24h'."
            )
        return target_stamps(X, max(delay for _, delay in target))

    def _stretches(self, times):
        """First position of each test part among the times, and the one after it."""
        n_times, n_splits = len(times.stamps), plain_number(self.n_splits)
        if n_splits >= n_times:
            raise ValueError(
                f"n_splits={n_splits} needs more than the {n_times} distinct times of "
                f"X: each fold tests at least one. Use at most {n_times - 1} splits."
            )
        span = duration_of(self.test_size)
        if span is None:
            size = plain_number(self.test_size or n_times // (n_splits + 1))
            cuts = n_times - size * np.arange(n_splits, -1, -1)
        else:
            ends = [earlier(times.dates[-1], span * n) for n in range(n_splits, -1, -1)]
            cuts = [times.dates.searchsorted(end, side="right") for end in ends]
        if cuts[0] < 1:
            self._refuse(times)
        for fold, (start, stop) in enumerate(pairwise(cuts)):
            if start == stop:
                raise self._empty_part(times, *ends[fold : fold + 2])
        return pairwise(cuts)

    def _before(self, times, start, due):
        """Rows before a test part and its gap."""
        if due is not None:
            return (times.at < start) & (due <= times.stamps[start])
        span = duration_of(self.gap)
        if span is None:
            return times.at < start - plain_number(self.gap)
        return times.before(start, span)

    def _late_enough(self, times, distinct, n_first):
        """Rows that `max_train_size` does not leave out; `distinct` are all times."""
        size, span = self.max_train_size, duration_of(self.max_train_size)
        if size is None or not len(distinct):
            return True
        if span is not None:
            last = times.dates[distinct[-1]]
            return times.at >= times.dates.searchsorted(
                earlier(last, span), side="right"
            )
        size = n_first if _is(size, "sliding") else plain_number(size)
        return times.at >= distinct[-min(size, len(distinct))]

    def _empty_part(self, times, after, until):
        """The error for a span of a test part without times, such as a weekend."""
        longest = readable_duration((times.dates[1:] - times.dates[:-1]).max())
        return ValueError(
            f"test_size={self.test_size!r}: a test part would have no rows, because X "
            f"has no time after {after} and up to {until}. The longest time between "
            f"two rows of X is {longest}: use a test_size of at least this time, or a "
            "number of distinct times."
        )

    def _refuse(self, times):
        raise ValueError(
            f"{self!r} needs more than the {len(times.stamps)} distinct times of X: "
            "each fold needs rows to train on and rows to test on. Use fewer splits, a "
            "smaller test_size or gap, or longer series."
        )


def _is(value, text):
    return isinstance(value, str) and value == text


def _check_length(name, value, least, *words, spans=True):
    """Refuse a value that is no number, no time span and none of the words."""
    span = duration_of(value) if spans else None
    named = any(value is word or (word and _is(value, word)) for word in words)
    if named or is_count(value, least) or (span is not None and span.value > 0):
        return
    kinds = [f"a whole number >= {least}", *(["a time span such as '7D'"] * spans)]
    kinds += [repr(word) for word in words]
    raise ValueError(
        f"{name}={value!r} must be {', '.join(kinds[:-1])}"
        f"{' or ' if kinds[1:] else ''}{kinds[-1]}."
    )
