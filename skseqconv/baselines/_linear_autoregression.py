"""A linear autoregression, solved in closed form: the baseline of many horizons."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Integral, Real
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._autoregression import Autoregression
from skseqconv.inputs._autoregression_solved import solve_autoregression
from skseqconv.inputs._complete import checked_weight
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._known_entries import warn_of_left_out
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._parameters_in_rows import checked_in_rows
from skseqconv.inputs._past_values import lags_of, parts_of
from skseqconv.inputs._target_channel import labels_of
from skseqconv.inputs._targets import columns_of
from skseqconv.series._missing_history import check_history
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._channels import channel_position
from skseqconv.series.times._time_spans import RowsOrTime, in_rows

from ._from_channel import ForecastsFromChannel


@public
class LinearAutoregression(ForecastsFromChannel):
    """Linear forecast of all horizons from the last values of the target's channel.

    It forecasts the change from the newest value of the target channel. The features
    are the earlier values of the channel less the newest one, as in NLinear [1]_, so
    forecasts follow the level of the series. The weights are those of a ridge
    regression in closed form. By default one set of weights serves all series and all
    targets.

    Windows are read in parts of a few megabytes. So memory does not depend on the
    number of rows.

    Parameters
    ----------
    lags : int or time span, default=None
        Number of entries of a window to read, the newest. A time such as "24h" reads
        those of the last 24 hours, if X has dates at equal distances. None reads all.
    exogenous : bool or sequence of str or int, default=False
        Channels that help to forecast, by name or position: their values are read as
        they are, at lags 0, 1, 2, 4, 8 and so on (in entries of the window), and so is
        the level of the target channel. If channels are known ahead, all are also read
        where these have the values of the forecast times (of many channels and many
        horizons at some of them, with a warning). True takes all channels that are no
        target.
    alpha : float or "auto", default="auto"
        Strength of the penalty on the weights, as in scikit-learn's `Ridge`. "auto"
        tries powers of ten (and of the square root of ten) around the size of the Gram
        matrix, and takes the one with the least squared error on the third, the fourth
        and the last fifth of the rows in time, each with weights from the rows before
        it. The weights are then solved from all rows. If no strength helps, it takes
        the strongest, which forecasts the newest value, or, with an intercept, the
        newest value plus the mean change. For fewer than 20 rows it is the strongest.
    fit_intercept : bool or "auto", default="auto"
        Whether to forecast the mean change of the rows in `fit` where the features say
        nothing (a drift). Without it, a series that stays equal is forecast to stay
        equal. "auto" decides on the same held-out rows as `alpha`. It leaves the
        intercept out if the squared error is at most 0.01 larger without it, as a share
        of the error of the newest value. If `alpha` is a number, for fewer than 20
        rows, and with `exogenous`, there is an intercept.
    shared : bool or "auto", default="auto"
        Whether all targets have the same weights. If False, each target has its own,
        and its own strength of the penalty. "auto" takes what has the least squared
        error on the held-out rows that choose `alpha`; True if `alpha` is a number, and
        False if targets have different delays. All series of a list share their weights
        in either case.
    target_channel : str, int or sequence of these, default=None
        Name or position of the target channel. For several columns of y, one per
        column. None takes the target channel known from `make_supervised`, or the only
        channel.
    delay : int, time span or sequence of these, default=None
        Forecast horizon: the number of rows, or the time such as "24h", from the end of
        the window to the target. None takes the delay known from `make_supervised`.
        Windows of other series need `delay`. The forecast from a plain array has the
        units of X.

    Attributes
    ----------
    coef_ : ndarray of shape (n_outputs, n_lags)
        Weights of the target channel's values less the newest one, oldest first. The
        last one, of the newest value, is zero.
    intercept_ : ndarray of shape (n_outputs,)
        Change that is forecast if all features are zero, in the units of the channel.
        Zero without an intercept.
    exogenous_coef_ : ndarray of shape (n_outputs, n_exogenous, n_exogenous_lags)
        Weights of the exogenous channels, oldest first.
    level_coef_ : ndarray of shape (n_outputs,)
        Weights of the newest value itself. Zero without exogenous channels.
    alpha_ : float or ndarray of shape (n_outputs,)
        Strength of the penalty. An array if `shared` is False and targets differ in it.
    held_out_error_ : ndarray of shape (n_outputs,) or None
        Squared error on the rows that chose `alpha_`, of weights solved from the rows
        before them, as a share of the squared error of the newest value. None if
        `alpha` is a number, or if there are fewer than 20 rows.
    lags_, exogenous_lags_ : ndarray
        Lags at which the target channel and the exogenous channels are read, in rows
        before the end of the window, oldest first.
    channels_ : ndarray of shape (n_outputs,)
        Position of the target channel of each column of y.
    exogenous_channels_ : ndarray of shape (n_exogenous,)
        Positions of the exogenous channels.
    slopes_, offsets_ : ndarray of shape (n_outputs,)
        ``y = slope * channel + offset``.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        By `fit`, if the target channel is unknown, if the window has fewer entries than
        `lags`, if targets that share weights have different delays, if y is not an
        affine function of the channel, if `exogenous` names the only target channel, or
        a channel twice, or if `fit_intercept` is False with `exogenous`. By `fit` and
        `predict`, for missing and infinite values.

    See Also
    --------
    PersistenceRegressor : Forecasts the newest value.
    FlatWindowRegressor : Any regressor on all entries of the window.

    Notes
    -----
    The forecast is ``y = slope * (newest + change) + offset`` with ``change =
    intercept_ + coef_ @ (values - newest)``, plus the terms of the exogenous channels
    and of the level. A newest value that is missing (NaN) in the series is replaced by
    the last known value before it, even if an imputer fills it. If there is none, the
    forecast is the mean of y in `fit`.

    For one target, the weights are those of scikit-learn's ``Ridge(alpha_)`` on a table
    of these features (``fit_intercept=False`` where `intercept_` is zero). For several
    targets that share weights, the rows of all targets are one table. The values of
    each target are first divided by the standard deviation of its channel, relative to
    that of all target channels together.
    Exogenous channels are standardized before the penalty, and have the standard
    deviation of the target channels.

    Rows are taken as ordered in time if X is an array. To choose `alpha_`, rows whose
    target lies in a held-out fifth are not fitted. Each held-out fifth counts alike, in
    units of its own changes.

    References
    ----------
    .. [1] A. Zeng, M. Chen, L. Zhang, Q. Xu, "Are Transformers Effective for Time
       Series Forecasting?", AAAI, 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import LinearAutoregression, LookbackWindower, make_supervised
    >>> series = np.sin(np.arange(200) / 4) + 0.01 * np.arange(200)
    >>> X, y = make_supervised(series, 0, delay=range(1, 13))
    >>> model = make_pipeline(LookbackWindower(24), LinearAutoregression())
    >>> model = model.fit(X[:150], y[:150])
    >>> bool(abs(model.predict(X[160:]) - y[160:]).max() < 0.01)
    True
    >>> model[-1].coef_.shape
    (12, 24)
    """

    _parameter_constraints = {  # noqa: RUF012
        "lags": [Interval(Integral, 1, None, closed="left"), None],
        "exogenous": ["boolean", "array-like"],
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "fit_intercept": ["boolean", StrOptions({"auto"})],
        "shared": ["boolean", StrOptions({"auto"})],
        "target_channel": [Hashable, "array-like", None],
        "delay": [Interval(Integral, 1, None, closed="left"), "array-like", None],
    }

    def __init__(
        self,
        lags: RowsOrTime | None = None,
        *,
        exogenous: bool | Sequence[Hashable] = False,
        alpha: float | Literal["auto"] = "auto",
        fit_intercept: bool | Literal["auto"] = "auto",
        shared: bool | Literal["auto"] = "auto",
        target_channel: Hashable | Sequence[Hashable] = None,
        delay: RowsOrTime | Sequence[RowsOrTime] | None = None,
    ) -> None:
        self.lags = lags
        self.exogenous = exogenous
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.shared = shared
        self.target_channel = target_channel
        self.delay = delay

    @one_task
    def fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Solve the weights from the complete windows.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. An array of two dimensions has one channel.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not negative. None for equal weights.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        if isinstance(self.exogenous, str):
            raise ValueError(
                f"exogenous={self.exogenous!r} must be True, False or a list of "
                f"channels: exogenous=[{self.exogenous!r}] for one channel."
            )
        checked_in_rows(self, ("lags", "delay"), X)
        windows, y = self._checked(X, y)
        sample_weight = checked_weight("sample_weight", sample_weight, windows)
        n_lags = self._number_of_lags(windows)
        delays = self._relate(windows, y)
        channels = self.channels_.tolist()
        self._check_shared(channels, delays)
        exogenous = self._exogenous_channels(windows, channels)
        if exogenous and not self.fit_intercept:
            raise ValueError(
                f"fit_intercept=False with exogenous={self.exogenous!r}: the values of "
                "other channels are read as they are, so zero means nothing to them. "
                'Use fit_intercept="auto", or exogenous=False.'
            )
        if exogenous:
            self._warn_of_left_out(windows, delays, len(exogenous))
        solved = solve_autoregression(
            windows,
            columns_of(y),
            channels=channels,
            raw_channels=self._raw_channels,
            slopes=self.slopes_,
            offsets=self.offsets_,
            delays=delays,
            n_lags=n_lags,
            shared=self.shared,
            exogenous=exogenous,
            alpha=self.alpha,
            intercept=self.fit_intercept,
            sample_weight=sample_weight,
        )
        remember_steps(self, windows)
        self._keep(solved, lags_of(windows))
        return self

    def _warn_of_left_out(self, windows, delays, n_channels):
        known = [delay for delay in delays if delay is not None]
        warn_of_left_out(windows, known, n_channels)

    def _number_of_lags(self, windows):
        n_steps = windows.shape[1]
        lags = in_rows("lags", self.lags, windows)
        if lags is not self.lags:  # a time, which may be several rows an entry
            lags = int((lags_of(windows) < lags).sum())
        if lags is not None and lags > n_steps:
            raise ValueError(
                f"lags={self.lags}, but the windows have {n_steps} entries. Use a "
                f"longer lookback, or at most lags={n_steps}."
            )
        return int(lags or n_steps)  # a small number of NumPy overflows

    def _check_shared(self, channels, delays):
        """Refuse shared weights of targets with different delays."""
        of_channel = {}
        for channel, delay in zip(channels, delays, strict=True):
            of_channel.setdefault(channel, []).append(delay)
        first, *others = of_channel.values()
        alike = all(other == first for other in others)
        if self.shared != "auto" and self.shared and not alike:
            raise ValueError(
                "shared=True needs the same delays, in the same order, for each target "
                "channel. Use shared=False for weights of its own for each target."
            )

    def _exogenous_channels(self, windows, targets):
        if isinstance(self.exogenous, (bool, np.bool_)):
            others = sorted(set(range(windows.shape[2])) - set(targets))
            return others if self.exogenous else []
        labels, positions = labels_of(self, windows), []
        for channel in self.exogenous:
            at = channel_position(channel, labels, windows.shape[2], "exogenous")
            if set(targets) == {at}:  # one of several targets may help the others
                raise ValueError(
                    f"exogenous has {channel!r}, which is the target channel: its "
                    "values are read in any case. Leave it out."
                )
            if at in positions:
                raise ValueError(f"exogenous has {channel!r} twice. Leave one out.")
            positions.append(at)
        return positions

    def _keep(self, solved, lags):
        self.coef_ = solved.weights.T
        self.intercept_ = solved.intercepts
        self.level_coef_ = solved.level_weights
        self.exogenous_coef_ = solved.exogenous_weights.T
        self.exogenous_channels_ = solved.exogenous_channels
        self.alpha_ = solved.alpha
        self.lags_ = lags[-solved.n_lags :]
        self.exogenous_lags_ = lags[solved.exogenous_at]
        self._exogenous_at = solved.exogenous_at
        self.held_out_error_ = solved.held_out_error

    def _solved(self):
        return Autoregression(
            n_lags=self.coef_.shape[1],
            weights=self.coef_.T,
            level_weights=self.level_coef_,
            exogenous_channels=self.exogenous_channels_,
            exogenous_at=self._exogenous_at,
            exogenous_weights=self.exogenous_coef_.T,
            intercepts=self.intercept_,
            alphas=np.broadcast_to(self.alpha_, len(self.intercept_)),
        )

    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Forecast y from windows.

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
        check_history(windows, max([self.lags_[0], *self.exogenous_lags_[:1]]))
        solved, n_outputs = self._solved(), len(self.intercept_)
        values = np.empty((len(windows), n_outputs))
        for at, past in parts_of(windows, max(solved.n_lags, n_outputs)):
            newest = past.known_values(self.channels_, self._raw_channels)
            changes = solved.changes(past.windows, self.channels_, newest)
            values[at] = newest + changes
        return self._in_units(values)
