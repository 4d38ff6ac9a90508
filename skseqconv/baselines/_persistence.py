"""The common-sense forecast that a network has to beat."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.inputs._finite import raise_not_finite, raise_not_finite_row
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._last_known import fill_missing, rows_before
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._relation import (
    mean_and_spread,
    no_relation,
    target_relations,
)
from skseqconv.inputs._target_channel import find_target
from skseqconv.inputs._targets import check_values
from skseqconv.inputs._time_spans import refuse_durations
from skseqconv.series._missing_history import check_history
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView


@public
class PersistenceRegressor(CallbackSupportMixin, RegressorMixin, BaseEstimator):
    """The common-sense forecast: the target stays as it is.

    It predicts the last value of the target's channel in the window, or the value
    one period before the forecast time. Values come out in the units of y, also
    where a Standardizer stands before: how y relates to its channel is solved from
    the training rows.

    The series may lack that value (NaN), even if a step before fills it: the last known
    one before it stands for it, however far back (with a `period`, the same time of an
    earlier one), and where there is none, the mean of y in training.

    Parameters
    ----------
    target_channel : str, int or sequence of these, default=None
        The channel, by name or position; a sequence has one for each column of y.
        None takes the channel that X knows as its target (from `make_supervised`),
        or the only one there is.
    period : int, default=None
        Forecast the value `period` rows before the time that is forecast (for a
        delay above `period`, the latest whole number of periods before it that is
        known). None forecasts the last value.
    delay : int or sequence of int, default=None
        How many rows ahead y lies. None takes what X knows. Windows of a series
        need one or the other; values of a plain array come out in its own units.

    Attributes
    ----------
    channels_, lags_ : ndarray of shape (n_outputs,)
        Where in the window the forecast of each column of y is read.
    slopes_, offsets_ : ndarray of shape (n_outputs,)
        ``y = slope * channel + offset``.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Their names, where X has some.

    Raises
    ------
    ValueError
        By `fit`, if the channel is not known, the value lies outside the window, or
        y is not an affine function of the channel; by `predict`, for missing values of
        an array, which has no earlier rows, and for infinite ones.

    See Also
    --------
    FlatWindowRegressor : Ridge regression on a few lags, the next thing to beat.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import LookbackWindower, Standardizer, make_supervised
    >>> from skseqconv import PersistenceRegressor
    >>> X, y = make_supervised(np.arange(10.0) ** 2, 0, delay=2)
    >>> common_sense = make_pipeline(
    ...     Standardizer(), LookbackWindower(3), PersistenceRegressor()
    ... )
    >>> common_sense.fit(X, y).predict(X[-2:]).round(6)
    array([36., 49.])
    """

    _parameter_constraints = {  # noqa: RUF012
        "target_channel": [Hashable, "array-like", None],
        "period": [Interval(Integral, 1, None, closed="left"), None],
        "delay": [Interval(Integral, 1, None, closed="left"), "array-like", None],
    }

    def __init__(
        self,
        target_channel: Hashable | Sequence[Hashable] = None,
        *,
        period: int | None = None,
        delay: int | Sequence[int] | None = None,
    ) -> None:
        self.target_channel = target_channel
        self.period = period
        self.delay = delay

    @one_task
    def fit(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Find the channel and how y relates to it.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Two dimensions are one channel.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        refuse_durations(self, ("period", "delay"), X)
        self._validate_params()
        sequences = check_input(self, X, reset=True)
        y = check_values(self, y, len(sequences), reset=True)
        columns = y.reshape(len(y), -1)
        windows = sequences.data
        channels, raw, delays = find_target(self, windows, columns)
        self.slopes_, self.offsets_, rests = target_relations(
            windows, columns, channels, delays
        )
        self.channels_ = np.array(channels)
        self.lags_ = np.array([self._lag(delay, windows) for delay in delays])
        if reason := no_relation(channels, rests):
            raise ValueError(reason)
        self._raw_channels = np.array(raw)
        remember_steps(self, windows)
        self._means = mean_and_spread(columns)[0]
        self._one_dimensional = y.ndim == 1
        return self

    def _lag(self, delay, windows):
        if self.period is None:
            return int(_lags(windows)[-1])
        if delay is None:
            raise ValueError(
                f"period={self.period} counts from the time that is forecast, and X "
                "does not know how far ahead that is: give delay."
            )
        lag = -(-delay // self.period) * self.period - delay
        known = _lags(windows)
        if lag not in known:
            raise ValueError(
                f"period={self.period} with delay={delay} needs the value {lag} rows "
                f"before the end of the window, which has lags {known[0]} to "
                f"{known[-1]}: use a longer lookback, or a step that divides {lag}."
            )
        return lag

    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Forecast that the target stays.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Where what is read lies before the series begins, its first row
            stands for it, with a `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        check_is_fitted(self)
        sequences = check_input(self, X, reset=False)
        windows = sequences.data
        check_steps(self, windows)
        lags = np.unique(self.lags_)[::-1]
        check_history(windows, lags[0])
        if isinstance(windows, WindowView):
            values = WindowView(SeriesView(windows), lags=lags).to_numpy(np.float64)
        else:
            values = windows[:, windows.shape[1] - 1 - lags]
        at = np.searchsorted(-lags, -self.lags_)
        values = values[:, at, self.channels_]
        missing = np.isnan(values) & isinstance(windows, WindowView)
        if not (np.isfinite(values) | missing).all():
            self._raise_not_finite(windows, np.where(missing, 0.0, values))
        if isinstance(windows, WindowView):
            raw = vars(self).get("_raw_channels", np.full(len(self.lags_), -1))
            read = zip(self.lags_, self.channels_, raw, strict=True)
            for column, where in enumerate(read):
                values[:, column], _ = fill_missing(
                    windows, values[:, column], *where, self.period or 1
                )
        y_pred = self.slopes_ * values + self.offsets_
        y_pred = np.where(np.isnan(values), self._means, y_pred)
        return y_pred[:, 0] if self._one_dimensional else y_pred

    def _raise_not_finite(self, windows, values):
        at, column = np.argwhere(~np.isfinite(values))[0]
        channel, value = self.channels_[column], values[at, column]
        if isinstance(windows, WindowView):
            row = rows_before(windows, self.lags_[column])[0][at]
            raise_not_finite_row(windows, row, channel, value)
        raise_not_finite(value, channel, f"sample {at}")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        tags.regressor_tags.poor_score = True
        return tags


def _lags(windows):
    if isinstance(windows, WindowView):
        return windows.lags
    return np.arange(windows.shape[1] - 1, -1, -1)
