"""Rows to look-back windows, and windows to the flat tables of other models."""

from __future__ import annotations

from numbers import Integral
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.inputs._kinds import check_channels, check_table, kind_of, warn_of_jumps
from skseqconv.inputs._time_spans import refuse_durations
from skseqconv.series._containers import labels_of, unmasked
from skseqconv.series._ids import warn_of_ids
from skseqconv.series._missing_history import ON_MISSING_HISTORY
from skseqconv.series._series import Series
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import longest_series
from skseqconv.series._window_view import WindowView

from ._output import OutputMixin, channel_names


@public
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
        longest = longest_series(X)
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
