"""The naive forecast that a network has to beat."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Integral
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._parameters_in_rows import checked_in_rows
from skseqconv.inputs._past_values import lags_of, parts_of, with_lags
from skseqconv.inputs._period import find_held_period, warn_of_better
from skseqconv.inputs._season_lags import lag_of_season, why_not_held
from skseqconv.series._missing_history import check_history
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._time_spans import RowsOrTime

from ._from_channel import ForecastsFromChannel


@public
class PersistenceRegressor(ForecastsFromChannel):
    """Naive forecast: the last known value, or the value one period earlier.

    It predicts the last value of the target channel in the window, or with `period` the
    value one period before the forecast time (seasonal naive). The forecast has the
    units of y, also after a Standardizer: `fit` finds the linear relation between y and
    its channel.

    If the value is missing (NaN) in the series, the last known value before it is
    used, even if an imputer fills it. With `period`, it is the last known value at the
    same time of an earlier period. If there is none, the forecast is the mean of y in
    `fit`.

    Parameters
    ----------
    target_channel : str, int or sequence of these, default=None
        Name or position of the target channel. For several columns of y, one per
        column. None takes the target channel known from `make_supervised`, or the only
        channel.
    period : int, time span, "auto" or None, default=None
        Length of the season in rows, or a time such as "7D" if X has dates at equal
        distances: forecast the value `period` rows before the forecast time. If `delay`
        is longer, it is the latest known value a whole number of periods before. None
        forecasts the last value. "auto" finds the period in `fit`, see Notes; it needs
        a view, because the rows of a plain array are not known to follow each other.
        A season counts rows: for one season after a clock change it is one hour off.
    delay : int, time span or sequence of these, default=None
        Forecast horizon: the number of rows, or the time such as "24h", from the end of
        the window to the target. None takes the delay known from `make_supervised`.
        Windows of other series need `delay`. The forecast from a plain array has the
        units of X; if y seems to have others, `fit` warns.

    Attributes
    ----------
    period_ : int or None
        The period as a number of rows; None if the forecast is the last value.
    channels_, lags_ : ndarray of shape (n_outputs,)
        Position in the window from which the forecast of each column of y is read.
    slopes_, offsets_ : ndarray of shape (n_outputs,)
        ``y = slope * channel + offset``.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        By `fit`, if the target channel is unknown, if the value lies outside the
        window, or if y is not an affine function of the channel. By `predict`, for
        infinite values, and for missing values of a plain array, which has no earlier
        rows.

    Warns
    -----
    UserWarning
        By `fit` with ``period="auto"``, if the window does not hold the values of the
        best period. Then the best period that it holds is used.

    See Also
    --------
    LinearAutoregression : Linear in the last values, a stronger baseline.
    FlatWindowRegressor : Ridge regression on a few lags of all channels.

    Notes
    -----
    ``period="auto"`` tries a day, a week and a year, if the index has dates, and the
    highest peaks of the autocorrelation of the differences. Each forecasts the rows
    that the windows of `fit` hold, at most the newest 50,000. A period counts if its
    mean absolute error is at most 95 % of that of the last value. The mean gain must
    also be two of its standard errors, or four for a period from the autocorrelation,
    because the best of many looks good by chance. At least two periods must be
    forecast. The period with the smallest error is taken. If a shorter one, of which it
    is a multiple, is as good, the shorter one is taken. Several columns of y get one
    period.

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

    The same hour of yesterday:

    >>> hours = np.arange(2400)
    >>> noise = np.random.default_rng(0).normal(size=2400)
    >>> load = 50 + 20 * np.sin(hours * np.pi / 12) + noise
    >>> X, y = make_supervised(load, 0, delay=6)
    >>> same_hour = PersistenceRegressor(period="auto")
    >>> same_hour.fit(LookbackWindower(24).fit_transform(X), y).period_
    24
    """

    _parameter_constraints = {  # noqa: RUF012
        "target_channel": [Hashable, "array-like", None],
        "period": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
            None,
        ],
        "delay": [Interval(Integral, 1, None, closed="left"), "array-like", None],
    }

    def __init__(
        self,
        target_channel: Hashable | Sequence[Hashable] = None,
        *,
        period: RowsOrTime | Literal["auto"] | None = None,
        delay: RowsOrTime | Sequence[RowsOrTime] | None = None,
    ) -> None:
        self.target_channel = target_channel
        self.period = period
        self.delay = delay

    @one_task
    def fit(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Find the target channel and its relation to y.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. An array of two dimensions has one channel.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        period, _ = checked_in_rows(self, ("period", "delay"), X)
        windows, y = self._checked(X, y)
        delays = self._relate(windows, y)
        self.period_ = period
        if period == "auto":
            self.period_ = self._found_period(windows, delays)
        self.lags_ = np.array([self._lag(delay, windows) for delay in delays])
        remember_steps(self, windows)
        return self

    def _found_period(self, windows, delays):
        """The best period that the windows hold; warn if another one is better."""
        if not isinstance(windows, WindowView):
            raise ValueError(
                'period="auto" needs a view, but X is an array, whose rows are not '
                "known to follow each other. Give the period, or make X by "
                "make_supervised and LookbackWindower."
            )
        period, better = find_held_period(
            windows, self.channels_, self._raw_channels, delays
        )
        if better:
            instead = "the last value" if period is None else f"the period {period}"
            warn_of_better(better, instead)
        return period

    def _lag(self, delay, windows):
        if self.period_ is None:
            return int(lags_of(windows)[-1])
        if delay is None:
            raise ValueError(
                f"period={self.period_} counts back from the forecast time, but X does "
                "not know how far ahead this time is. Set delay."
            )
        if reason := why_not_held(self.period_, [delay], lags_of(windows)):
            raise ValueError(reason)
        return lag_of_season(self.period_, delay)

    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Forecast the value that was read from each window.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Before the series begins, its first row is repeated, with a
            `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        check_is_fitted(self)
        windows = check_input(self, X, reset=False).data
        check_steps(self, windows)
        lags, entries = np.unique(-self.lags_, return_inverse=True)
        check_history(windows, -lags[0])
        raw, period = self._raw_channels, self.period_ or 1
        values = np.empty((len(windows), len(entries)))
        for at, past in parts_of(with_lags(windows, -lags), len(entries)):
            values[at] = past.known_values(self.channels_, raw, entries, period)
        return self._in_units(values)
