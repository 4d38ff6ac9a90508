"""Folds of whole series."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import KFold

from skseqconv._public import public
from skseqconv.series._view import View
from skseqconv.series._view_internals import whole_series_of

from ._base import FoldsOfSeries
from ._groups import checked_groups


@public
class SeriesKFold(FoldsOfSeries):
    """K-fold cross-validation that holds out whole series.

    It tests how well a model forecasts series that it has not seen. Each series is
    tested once, and its rows are never divided.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether to shuffle the series before they are divided into folds.
    random_state : int, RandomState instance or None, default=None
        Seed of the order with ``shuffle=True``.

    Raises
    ------
    ValueError
        By `split`, if there are fewer series than folds, or X is no view and `groups`
        is None.

    See Also
    --------
    PanelTimeSeriesSplit : Tests later times of the same series.

    Notes
    -----
    A series is what has one id (``X.ids``), or one place in the list if series have no
    ids. The parts that ``on_gap="split"`` makes of a series stay together. In a pooled
    view, a series is a channel (``X.channels``).

    The first rows of a series that is held out lack history: `LookbackWindower` says
    what predictions of them do (`on_missing_history`).

    A model trains on other series of the same time as the test rows. So the score says
    nothing about changes of all series together in future times.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import SeriesKFold, make_supervised
    >>> shops = [np.arange(4.0), np.arange(5.0), np.arange(6.0)]
    >>> X, y = make_supervised(shops, 0)
    >>> for train, test in SeriesKFold(3).split(X):
    ...     print(np.unique(X.series_ids[train]), np.unique(X.series_ids[test]))
    [1 2] [0]
    [0 2] [1]
    [0 1] [2]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        KFold(n_splits, shuffle=shuffle, random_state=random_state)  # checks them
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def split(
        self, X: View | ArrayLike, y: object = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Give the rows of each fold.

        Parameters
        ----------
        X : SeriesView, WindowView or array-like of shape (n_samples, ...)
            The samples.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            What rows are held out together, such as the id of each row's series or its
            region. None for the series that X knows.

        Yields
        ------
        train, test : ndarray of int
            Positions of rows, in the order of X.
        """
        of_row, series = pd.factorize(_series_of(X, groups))
        if len(series) < self.n_splits:
            raise ValueError(
                f"n_splits={self.n_splits}, but X has rows of {len(series)} series. "
                "Use fewer splits; for one series, PanelTimeSeriesSplit."
            )
        # StackingRegressor sets the seed of a splitter, which KFold refuses without
        # shuffling.
        seed = self.random_state if self.shuffle else None
        folds = KFold(self.n_splits, shuffle=self.shuffle, random_state=seed)
        for _, held_out in folds.split(series):
            test = np.isin(of_row, held_out)
            yield np.flatnonzero(~test), np.flatnonzero(test)


def _series_of(X, groups):
    """The series of each row."""
    if groups is None:
        if not isinstance(X, View):
            raise ValueError(
                "groups=None, but X is no view, so the series of its rows are unknown. "
                "Give the id of each row's series as groups=, or make X by "
                "make_supervised."
            )
        for known in (X.channels, X.ids):
            if known is not None:
                return known
        return whole_series_of(X)
    groups = checked_groups(X, groups)
    if pd.isna(groups).any():
        at = int(np.flatnonzero(pd.isna(groups))[0])
        raise ValueError(f"groups is missing at row {at}: give the id of each row.")
    return groups
