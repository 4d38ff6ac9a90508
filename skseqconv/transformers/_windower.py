"""From rows to look-back windows."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._kinds import check_channels, check_table, kind_of, warn_of_jumps
from skseqconv.inputs._parameters_in_rows import checked_in_rows
from skseqconv.series._missing_history import (
    ON_MISSING_HISTORY,
    stacklevel_of_caller,
)
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series import Series
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import (
    known_of,
    longest_series,
    n_whole_series,
)
from skseqconv.series._window_view import WindowView
from skseqconv.series.ahead._same_target import warn_of_other_target
from skseqconv.series.tables._containers import labels_of, unmasked
from skseqconv.series.tables._ids import warn_of_bare_table, warn_of_ids
from skseqconv.series.times._time_spans import RowsOrTime
from skseqconv.series.times._usual_step import usual_step, warn_of_other_step

from ._base import SequenceTransformer


@public
class LookbackWindower(OneToOneFeatureMixin, SequenceTransformer):
    """Make a look-back window for each row.

    The window of row ``t`` consists of the ``lookback // step`` rows
    ``t - lookback + step``, ..., ``t - step``, ``t``. The number of samples does not
    change. The result is a view: no window is copied.

    Parameters
    ----------
    lookback : int or time span
        Number of rows that a window spans, or a time such as "7D", if X has dates at
        equal distances.
    step : int or time span, default=1
        Stride within a window: it holds every `step`-th row. `lookback` must be a
        multiple of `step`. A time, such as "1h", as for `lookback`.
    on_missing_history : {"warn", "raise", "ignore"}, default="warn"
        What `predict` does for rows with too little history, that is, with fewer
        than ``lookback - step`` rows before them. "warn" repeats the first row in
        place of the missing ones and gives a `MissingHistoryWarning`. "ignore" repeats
        it silently. "raise" raises a ValueError. The models of this package
        skip such rows in `fit`. An estimator of scikit-learn after `FlattenWindows` or
        `MiniRocket` learns from them. A change takes effect without a new fit.

    Attributes
    ----------
    lags_ : ndarray of shape (n_lags,)
        The entries of a window, as numbers of rows before its end, oldest first.
    lookback_, step_ : int
        `lookback` and `step` as numbers of rows.
    target_ : tuple of (int, int) or None
        Channel and delay of each column of y, if X is from `make_supervised`.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        If `lookback` is not a multiple of `step`, if the longest series of a view is
        too short for one window, or if a time span is not a whole number of rows.

    Warns
    -----
    UserWarning
        By `fit`, if windows do not reach the nearest forecast time of channels that are
        known ahead. By `transform`, if the rows of X are closer together in time, or
        further apart, than those of the fit; if X was made with another target or
        delay; and if X is a plain table, the fit had several series, and no dates show
        that X is one series.

    See Also
    --------
    make_supervised : Makes rows that keep the history before each fold.
    FlattenWindows : Flattens windows into the rows of a table.

    Notes
    -----
    The windows of a :class:`SeriesView` reach into its series: the first window of a
    test fold holds the rows before the fold. `make_supervised` gives such a view.

    The rows of a plain array or DataFrame are taken as consecutive, and nothing is
    known of the rows before the first one, see `on_missing_history`. So use contiguous
    folds, or better `make_supervised`. ``BaggingRegressor`` and other tools that
    shuffle the rows of a plain array would produce meaningless windows.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import LookbackWindower, SeriesView
    >>> rows = SeriesView(np.arange(8.0)[:, None])
    >>> windows = LookbackWindower(4, step=2).fit_transform(rows[5:])
    >>> windows.shape
    (3, 2, 1)
    >>> windows.to_numpy()[:, :, 0]
    array([[3., 5.],
           [4., 6.],
           [5., 7.]])

    Spans of time, where the rows have dates:

    >>> import pandas as pd
    >>> dates = pd.date_range("2020-01-01", periods=200, freq="h")
    >>> series = pd.DataFrame({"load": np.arange(200.0)}, index=dates)
    >>> windower = LookbackWindower("7D", step="12h").fit(SeriesView(series))
    >>> windower.lookback_, windower.step_
    (168, 12)
    """

    _parameter_constraints = {  # noqa: RUF012
        "lookback": [Interval(Integral, 1, None, closed="left")],
        "step": [Interval(Integral, 1, None, closed="left")],
        "on_missing_history": [StrOptions(set(ON_MISSING_HISTORY))],
    }

    def __init__(
        self,
        lookback: RowsOrTime,
        *,
        step: RowsOrTime = 1,
        on_missing_history: Literal["warn", "raise", "ignore"] = "warn",
    ) -> None:
        self.lookback = lookback
        self.step = step
        self.on_missing_history = on_missing_history

    @one_task
    def fit(self, X: SeriesView | ArrayLike, y: object = None) -> Self:
        """Check the rows and the length of their series. Nothing is learned.

        Parameters
        ----------
        X : SeriesView or array-like of shape (n_rows, n_channels)
            Rows in time order.
        y : object, default=None
            Nothing is learned from it. If it is of pandas and its labels are those of
            the rows of a view in another order, that is an error.

        Returns
        -------
        self : object
            The transformer.
        """
        check_order(X, y)
        lookback, step = checked_in_rows(self, ("lookback", "step"), X)
        if lookback % step:
            lower = lookback // step * step
            near = [str(n) for n in (lower, lower + step) if n]
            raise ValueError(
                f"lookback={self.lookback!r} is not a multiple of step={self.step!r}. "
                f"Use lookback={' or '.join(near)}."
            )
        view = self._as_rows(X, reset=True)
        if is_view := view is X:
            self._check_length(X, lookback - step + 1)
            self._check_reach(X, int(lookback), int(step))
        self._usual_step = usual_step(view)
        self._n_series = n_whole_series(X) if is_view else 1
        self.target_ = getattr(X, "target", None)
        self.lookback_, self.step_ = int(lookback), int(step)
        self.lags_ = np.arange(lookback - step, -1, -step)
        return self

    def _check_length(self, X, n_rows):
        longest = longest_series(X)
        delay = max((d for _, d in X.target or ()), default=0)
        needed = n_rows + delay
        if longest < needed:
            ahead = f" and a target {delay} rows later" if delay else ""
            raise ValueError(
                f"The longest series has {longest} rows, but a window with "
                f"lookback={self.lookback}, step={self.step}{ahead} needs {needed}. "
                "Use a shorter lookback or a longer series."
            )

    def _check_reach(self, X, lookback, step):
        """Warn if windows do not hold what is known of the first forecast time."""
        known = known_of(X)
        if known is None:
            return
        nearest = known.ahead - min(known.delays)
        if lookback - step < nearest:
            warnings.warn(
                f"lookback={self.lookback} does not reach the nearest forecast time of "
                f"the channels known ahead {list(X.known_ahead)}: the newest entry is "
                f"{known.ahead} rows ahead, and the delay {min(known.delays)} stands "
                f"{nearest} rows before it. Use lookback="
                f"{-(-known.ahead // step) * step} or more.",
                UserWarning,
                stacklevel=stacklevel_of_caller(),
            )

    def transform(self, X: SeriesView | ArrayLike) -> WindowView:
        """Make the window of each row.

        Parameters
        ----------
        X : SeriesView or array-like of shape (n_rows, n_channels)
            Rows in time order.

        Returns
        -------
        windows : WindowView of shape (n_rows, n_lags, n_channels)
            A view, without a copy.
        """
        check_is_fitted(self)
        view = self._as_rows(X, reset=False)
        warn_of_other_step(view, self._usual_step)
        warn_of_other_target(view, self.target_)
        return WindowView(
            view,
            lags=self.lags_,
            on_missing_history=self.on_missing_history,
        )

    def _as_rows(self, X, *, reset):
        kind = kind_of(X)
        if kind == "rows":
            check_channels(self, X, reset=reset)
            return X
        if kind != "table":
            raise ValueError(
                "LookbackWindower makes windows from rows, but X of shape "
                f"{np.shape(X)} holds windows already. Remove LookbackWindower from "
                "the Pipeline."
            )
        values = check_table(self, X, reset=reset)
        index = getattr(X, "index", None) if hasattr(X, "iloc") else None
        labels = labels_of(X.columns) if hasattr(X, "iloc") else None
        warn_of_jumps(index, quiet=reset)
        if not reset:
            warn_of_ids(labels, values, index, stacklevel=3)
            level = stacklevel_of_caller()
            warn_of_bare_table(self._n_series, index, stacklevel=level)
        names = getattr(self, "feature_names_in_", None)
        values = np.ascontiguousarray(values)
        indexes = None if index is None else [index]
        return SeriesView(Series([values], names, indexes, labels=labels))

    def inverse_transform(self, X: WindowView | ArrayLike) -> SeriesView | NDArray:
        """Give the last row of each window.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_rows, n_lags, n_channels)
            Windows.

        Returns
        -------
        rows : SeriesView or ndarray of shape (n_rows, n_channels)
            A view if X is a view, otherwise an array.
        """
        if isinstance(X, WindowView):
            return SeriesView(X)
        return np.asarray(unmasked(X))[:, -1]
