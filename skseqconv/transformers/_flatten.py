"""Windows as the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._kinds import (
    check_channels,
    check_panel,
    check_table,
    kind_of,
    refuse_one_sample,
)
from skseqconv.inputs._past_values import lags_of, with_lags
from skseqconv.inputs._target_channel import rows_ahead
from skseqconv.series._missing_history import check_history
from skseqconv.series._window_view import WindowView

from ._base import SequenceTransformer


@public
class FlattenWindows(SequenceTransformer):
    """Flatten each window into a row of a table.

    Models for tables, such as ridge regression or gradient boosting, can then learn
    from windows. Choose a few `lags` to read only those entries from the series.

    Parameters
    ----------
    lags : sequence of int, default=None
        The chosen entries, as numbers of rows before the end of the window: 0 is the
        last row. None takes every entry.

    Attributes
    ----------
    lags_ : ndarray of shape (n_lags,)
        The chosen lags, oldest first.
    n_features_in_ : int
        Number of channels. If X is a table, number of its columns.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        If a lag is not in the windows.

    See Also
    --------
    FlatWindowRegressor : Fits a regressor to such tables, without incomplete windows.

    Notes
    -----
    No row is left out. So an estimator after this step also learns from windows that
    begin before their series, in which the first row is repeated. To leave them out,
    fit the Pipeline on ``X[complete]`` and ``y[complete]``, with
    ``complete = LookbackWindower(...).fit_transform(X).complete``.

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
        """Check that the windows have the chosen lags. Nothing is learned.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. An array of two dimensions has one channel.
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
        self._input_shape = len(known), 1 if self._is_table else self.n_features_in_
        lags = known if self.lags is None else np.sort(np.ravel(self.lags))[::-1]
        whole = lags.size and lags.dtype.kind in "iu"
        if not whole or not np.isin(lags, known).all() or not np.diff(lags).all():
            raise ValueError(
                f"lags={self.lags!r} must be different lags of the windows, which have "
                f"the lags {_spelled(known)}."
            )
        lags = lags.astype(np.int64)  # unsigned ones have no negative
        self._known_lags = known
        self._channels_ahead = rows_ahead(X) if isinstance(X, WindowView) else None
        self.lags_ = lags
        return self

    def _check(self, X, *, reset):
        """X checked, and the lags of its windows."""
        kind = kind_of(X)
        if kind == "rows":
            raise ValueError(
                "FlattenWindows needs windows, but X holds rows. Put a "
                "LookbackWindower before it."
            )
        if kind == "windows":
            check_channels(self, X, reset=reset)
        elif kind == "panel":
            X = check_panel(self, X, reset=reset)
        else:
            if not reset:
                refuse_one_sample(self, X)
            X = check_table(self, X, reset=reset)
        return X, lags_of(X)

    def transform(self, X: WindowView | ArrayLike) -> NDArray | pd.DataFrame:
        """Flatten the chosen entries of each window.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows with the same lags as in `fit`.

        Returns
        -------
        table : ndarray or DataFrame of shape (n_samples, n_lags * n_channels)
            All channels of the oldest entry first, then those of the next. Before the
            series begins, its first row is repeated, with a `MissingHistoryWarning`.
        """
        advice = " FlatWindowRegressor skips such rows in fit."
        return self._to_table(X, advice)

    def _to_table(self, X, advice=""):
        """The table of X; `advice` is added to the warning of missing history."""
        check_is_fitted(self)
        given = X
        X, known = self._check(X, reset=False)
        if not np.array_equal(known, self._known_lags):
            raise ValueError(
                f"The windows of X have the lags {_spelled(known)}, but FlattenWindows "
                f"was fitted on windows with the lags {_spelled(self._known_lags)}."
            )
        check_history(X, self.lags_[0], advice)
        chosen = with_lags(X, self.lags_)
        values = chosen.to_numpy() if isinstance(chosen, WindowView) else chosen
        values = values.reshape(len(values), math.prod(values.shape[1:]))
        return self._contain(values, self.get_feature_names_out(), given)

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the columns by channel and lag.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the channels. None takes those seen in `fit`.

        Returns
        -------
        names : ndarray of str of shape (n_lags * n_channels,)
            Such as "x0_lag3": three rows before the row. Values of channels known ahead
            that lie after the row are such as "x1_ahead2". If a table was fitted, the
            names of its columns.
        """
        check_is_fitted(self)
        names = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        if len(names) == len(self._known_lags) and self._is_table:
            return names[np.searchsorted(-self._known_lags, -self.lags_)]
        ahead = self._channels_ahead or [0] * len(names)
        lags = [lag - own for lag in self.lags_ for own in ahead]
        pairs = zip(np.tile(names, len(self.lags_)), lags, strict=True)
        return np.array([_entry_name(*pair) for pair in pairs], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _entry_name(name, lag):
    return f"{name}_ahead{-lag}" if lag < 0 else f"{name}_lag{lag}"


def _spelled(lags):
    shown = [str(lag) for lag in lags]
    return ", ".join(shown if len(shown) < 5 else [*shown[:2], "...", shown[-1]])
