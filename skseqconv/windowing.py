"""Rows to look-back windows, and windows to the flat tables of other models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.callback import CallbackSupportMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from ._callbacks import one_task
from ._containers import labels_of, unmasked
from ._history import ON_MISSING_HISTORY, check_history
from ._ids import warn_of_ids
from ._output import OutputMixin
from ._series import Series
from ._validation import (
    check_channels,
    check_panel,
    check_table,
    kind_of,
    refuse_durations,
    warn_of_jumps,
)
from .views import SeriesView, WindowView

__all__ = ["FlattenWindows", "LookbackWindower"]

#: What a table of windows, that a stock model learns from, adds to the warning.
OF_TRAINING = " In training, FlatWindowRegressor leaves such rows out."


class LookbackWindower(
    OutputMixin,
    CallbackSupportMixin,
    TransformerMixin,
    BaseEstimator,
    auto_wrap_output_keys=None,
):
    """Give each row the window of rows that ends with it.

    The window of row ``t`` holds the rows ``t - lookback + step``, ...,
    ``t - step``, ``t``: ``lookback // step`` of them, the row itself included. The
    number of rows stays, and no window is copied: the result is a view.

    Parameters
    ----------
    lookback : int
        How many rows a window spans.
    step : int, default=1
        Every `step`-th row of them is taken. `lookback` must be a multiple of it.
    on_missing_history : {"warn", "raise", "ignore"}, default="warn"
        What models do that are to predict rows with too little history, that is, with
        fewer than ``lookback - step`` rows before them: give a
        `MissingHistoryWarning` and repeat the first row in place of the missing
        ones, raise a ValueError, or repeat it silently. Training skips such rows
        in any case. It can be changed without a new fit.

    Attributes
    ----------
    lags_ : ndarray of shape (n_lags,)
        How many rows before its end each entry of a window lies, oldest first.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Their names, where X has some.

    Raises
    ------
    ValueError
        If `lookback` is not a multiple of `step`, or a view's series is too short
        for one window.

    See Also
    --------
    make_supervised : Makes the view of rows that remembers the past of each fold.
    FlattenWindows : Windows to the columns of a table.

    Notes
    -----
    Rows of a :class:`SeriesView` are windowed over their series, so the first row
    of a test fold reaches back into the rows before it. Rows of a plain array or
    DataFrame count as consecutive, and the rows before the first are taken as
    equal to the first, see `on_missing_history`: use contiguous folds, or better
    `make_supervised`. Tools that draw or shuffle rows of a plain array, such as
    ``BaggingRegressor``, would make windows of rows that do not follow each other.

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
    """

    _parameter_constraints = {  # noqa: RUF012
        "lookback": [Interval(Integral, 1, None, closed="left")],
        "step": [Interval(Integral, 1, None, closed="left")],
        "on_missing_history": [StrOptions(set(ON_MISSING_HISTORY))],
    }

    def __init__(
        self,
        lookback: int,
        *,
        step: int = 1,
        on_missing_history: Literal["warn", "raise", "ignore"] = "warn",
    ) -> None:
        self.lookback = lookback
        self.step = step
        self.on_missing_history = on_missing_history

    def __setstate__(self, state):
        """Those saved before there was a choice warn."""
        super().__setstate__({"on_missing_history": "warn", **state})

    @one_task
    def fit(self, X: SeriesView | ArrayLike, y: object = None) -> Self:
        """Check the rows and the length of their series; nothing is learned.

        Parameters
        ----------
        X : SeriesView or array-like of shape (n_rows, n_channels)
            Rows, in the order of time.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The transformer.
        """
        refuse_durations(self, ("lookback", "step"), X)
        self._validate_params()
        if self.lookback % self.step:
            lower = self.lookback // self.step * self.step
            near = [str(n) for n in (lower, lower + self.step) if n]
            raise ValueError(
                f"lookback={self.lookback} is not a multiple of step={self.step}: use "
                f"{' or '.join(near)}."
            )
        if self._as_rows(X, reset=True) is X:
            self._check_length(X)
        self.lags_ = np.arange(self.lookback - self.step, -1, -self.step)
        return self

    def _check_length(self, X):
        longest = max(len(array) for array in X._series.arrays)
        delay = max((d for _, d in X.target or ()), default=0)
        needed = self.lookback - self.step + 1 + delay
        if longest < needed:
            ahead = f" and a target {delay} rows later" if delay else ""
            raise ValueError(
                f"The longest series has {longest} rows: one window of "
                f"lookback={self.lookback}, step={self.step}{ahead} needs {needed}. "
                "Use a shorter lookback or a longer series."
            )

    def transform(self, X: SeriesView | ArrayLike) -> WindowView:
        """View each row's window.

        Parameters
        ----------
        X : SeriesView or array-like of shape (n_rows, n_channels)
            Rows, in the order of time.

        Returns
        -------
        windows : WindowView of shape (n_rows, n_lags, n_channels)
            A view: nothing is copied.
        """
        check_is_fitted(self)
        return WindowView(
            self._as_rows(X, reset=False),
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
                f"LookbackWindower makes windows of rows, and X of shape {np.shape(X)} "
                "holds windows already. Leave it out of the Pipeline."
            )
        values = check_table(self, X, reset=reset)
        index = getattr(X, "index", None) if hasattr(X, "iloc") else None
        labels = labels_of(X.columns) if hasattr(X, "iloc") else None
        warn_of_jumps(index, quiet=reset)
        if not reset:
            warn_of_ids(labels, values, index, stacklevel=3)
        names = getattr(self, "feature_names_in_", None)
        values = np.ascontiguousarray(values)
        indexes = None if index is None else [index]
        return SeriesView(Series([values], names, indexes, labels=labels))

    def inverse_transform(self, X: WindowView | ArrayLike) -> SeriesView | NDArray:
        """Give the rows that windows end with.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_rows, n_lags, n_channels)
            Windows.

        Returns
        -------
        rows : SeriesView or ndarray of shape (n_rows, n_channels)
            A view for a view, an array otherwise.
        """
        if isinstance(X, WindowView):
            return SeriesView(X)
        return np.asarray(unmasked(X))[:, -1]

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the channels, which windows keep.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the channels that go in; None for those seen in fit.

        Returns
        -------
        names : ndarray of str of shape (n_channels,)
            Those that go in, or x0, x1, ... where there are none.
        """
        check_is_fitted(self)
        return channel_names(self, input_features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def channel_names(estimator, input_features=None):
    """Names of the channels seen in fit, or x0, x1, ...; checked if given."""
    known = getattr(estimator, "feature_names_in_", None)
    if input_features is None:
        generated = [f"x{i}" for i in range(estimator.n_features_in_)]
        return np.array(generated, dtype=object) if known is None else known
    names = np.asarray(input_features, dtype=object)
    if known is not None and list(known) != list(names):
        raise ValueError("input_features is not equal to feature_names_in_")
    if len(names) != estimator.n_features_in_:
        raise ValueError(
            "input_features should have length equal to number of features "
            f"({estimator.n_features_in_}), got {len(names)}"
        )
    return names


class FlattenWindows(
    OutputMixin,
    CallbackSupportMixin,
    TransformerMixin,
    BaseEstimator,
    auto_wrap_output_keys=None,
):
    """Lay the entries of each window side by side, as columns of a table.

    This is how a model for tables, such as ridge regression or gradient boosting,
    sees windows. With a few `lags` only those entries are read from the series.

    Parameters
    ----------
    lags : sequence of int, default=None
        How many rows before the end of the window each chosen entry lies: 0 is the
        last row. None takes every entry.

    Attributes
    ----------
    lags_ : ndarray of shape (n_lags,)
        The chosen lags, oldest first.
    n_features_in_ : int
        Number of channels, or of columns for a table.
    feature_names_in_ : ndarray of shape (n_channels,)
        Their names, where X has some.

    Raises
    ------
    ValueError
        If a lag is not in the windows.

    See Also
    --------
    FlatWindowRegressor : A regressor of such tables that learns no padded window.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import FlattenWindows, WindowView
    >>> windows = WindowView(np.arange(10.0).reshape(5, 2), lags=[2, 1, 0])
    >>> flatten = FlattenWindows(lags=[0, 2]).fit(windows)
    >>> flatten.transform(windows[3:])
    array([[2., 3., 6., 7.],
           [4., 5., 8., 9.]])
    >>> flatten.get_feature_names_out()
    array(['x0_lag2', 'x1_lag2', 'x0_lag0', 'x1_lag0'], dtype=object)
    """

    _parameter_constraints = {"lags": ["array-like", None]}  # noqa: RUF012

    def __init__(self, lags: Sequence[int] | NDArray | None = None) -> None:
        self.lags = lags

    @one_task
    def fit(self, X: WindowView | ArrayLike, y: object = None) -> Self:
        """Check that the windows have the chosen lags; nothing is learned.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Two dimensions are one channel.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The transformer.
        """
        self._validate_params()
        known = self._check(X, reset=True)[1]
        self._is_table = kind_of(X) == "table"
        lags = known if self.lags is None else np.sort(np.ravel(self.lags))[::-1]
        whole = lags.size and lags.dtype.kind in "iu"
        if not whole or not np.isin(lags, known).all() or not np.diff(lags).all():
            raise ValueError(
                f"lags={self.lags!r} must be different entries of the windows, whose "
                f"lags are {known[-1]} to {known[0]}"
                + (f" in steps of {known[-2] - known[-1]}." if len(known) > 1 else ".")
            )
        self._known_lags = known
        self.lags_ = lags
        return self

    def _check(self, X, *, reset):
        """X checked, and the lags of its windows."""
        kind = kind_of(X)
        if kind == "rows":
            raise ValueError(
                "FlattenWindows needs windows, got rows: put a LookbackWindower before."
            )
        if kind == "windows":
            check_channels(self, X, reset=reset)
            return X, X.lags
        if kind == "panel":
            X = check_panel(self, X, reset=reset)
        else:
            X = check_table(self, X, reset=reset)
        return X, np.arange(X.shape[1] - 1, -1, -1)

    def transform(self, X: WindowView | ArrayLike) -> NDArray | pd.DataFrame:
        """Lay the chosen entries of each window side by side.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows with the lags of those that were fitted.

        Returns
        -------
        table : ndarray or DataFrame of shape (n_samples, n_lags * n_channels)
            Oldest entry first, all its channels together. Entries before the series
            begins are its first row, with a `MissingHistoryWarning`.
        """
        check_is_fitted(self)
        return self._table(X, OF_TRAINING)

    def _table(self, X, advice=""):
        """What `transform` gives; `advice` goes to the warning of missing history."""
        index = getattr(X, "index", None)
        X, known = self._check(X, reset=False)
        if not np.array_equal(known, self._known_lags):
            raise ValueError(
                f"X has windows with lags {known[0]}..{known[-1]} ({len(known)} of "
                f"them), but FlattenWindows was fitted on {self._known_lags[0]}.."
                f"{self._known_lags[-1]} ({len(self._known_lags)})."
            )
        if isinstance(X, WindowView):
            check_history(X, self.lags_[0], advice)
            values = WindowView(SeriesView(X), lags=self.lags_).to_numpy()
        else:
            index = None
            values = X[:, np.searchsorted(-known, -self.lags_)]
        values = values.reshape(len(values), math.prod(values.shape[1:]))
        return self._contain(values, self.get_feature_names_out(), index=index)

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the columns: channel and lag.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the channels; None for those seen in fit.

        Returns
        -------
        names : ndarray of str of shape (n_lags * n_channels,)
            Such as "x0_lag3"; for a table, the names of its columns.
        """
        check_is_fitted(self)
        names = channel_names(self, input_features)
        if len(names) == len(self._known_lags) and self._is_table:
            return names[np.searchsorted(-self._known_lags, -self.lags_)]
        return np.array(
            [f"{name}_lag{lag}" for lag in self.lags_ for name in names], dtype=object
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
