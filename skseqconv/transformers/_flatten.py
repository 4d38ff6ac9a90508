"""Windows as the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.inputs._kinds import check_channels, check_panel, check_table, kind_of
from skseqconv.series._missing_history import check_history
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._output import OutputMixin, channel_names

#: What a table of windows, that a stock model learns from, adds to the warning.
OF_TRAINING = " In training, FlatWindowRegressor leaves such rows out."


@public
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
