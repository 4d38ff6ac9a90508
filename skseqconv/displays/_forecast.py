"""Forecasts and the truth, over time and per horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from skseqconv._public import public
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._window_view import WindowView

from ._common import axes_for, by_name, check_matplotlib, legend_above, light_grid
from ._forecast_lines import ForecastLines, mean_of_known
from ._predictions import check_samples, checked, predicted_by
from ._times import row_times, times_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@public
class ForecastDisplay(ForecastLines):
    """Forecasts and the truth over time, or their error per horizon.

    Each forecast is drawn at the time of the forecast value. If the delay is known, the
    label of the axis shows how long before it was made. :meth:`from_estimator` creates
    a display from fitted estimators, :meth:`from_predictions` from predictions.
    :class:`FutureDisplay` draws the table of :func:`forecast`.

    Parameters
    ----------
    y_true : ndarray of shape (n_samples, n_delays)
        The true values.
    y_pred : dict of ndarray of shape (n_samples, n_delays)
        The forecasts, by name.
    times : ndarray of shape (n_samples, n_delays), default=None
        Dates or numbers of the values; None for their order.
    times_utc : ndarray of shape (n_samples, n_delays), default=None
        The same dates in UTC, if `times` are those of a time zone. The lines follow
        this order, because local clocks show one hour twice. None for `times`.
    time_label : str, default="Sample"
        Label of the times.
    intervals : dict of ndarray of shape (n_samples, n_delays, 2), default=None
        Lower and upper bounds of forecasts with intervals, by name.
    coverage : float, default=None
        Nominal coverage of the intervals.
    delays : list of int, default=None
        Forecast horizon of each column, in rows.
    step : pandas.Timedelta, default=None
        Time between two rows.
    target : str, default=None
        Name of the target.
    unit : str, default=None
        Unit of y; None takes the text in parentheses at the end of `target`.
    baseline : str, default=None
        Name of the forecast that is the baseline.

    Attributes
    ----------
    lines_ : dict of matplotlib.lines.Line2D
        Each forecast, by name. In a series, the truth is "observed".
    bands_ : dict of matplotlib.collections.PolyCollection
        Each interval, by the name of its forecast.
    ax_ : matplotlib.axes.Axes
        The axes.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.

    See Also
    --------
    make_supervised : Creates rows that know the times of their targets.
    ComparisonDisplay : Scores of several models on each fold.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> from skseqconv import ForecastDisplay, make_supervised
    >>> hours = pd.date_range("2020-01-01", periods=48, freq="h", name="time")
    >>> series = pd.DataFrame({"T (degC)": range(48)}, index=hours)
    >>> X, y = make_supervised(series, "T (degC)", delay=24)
    >>> display = ForecastDisplay.from_predictions(
    ...     y, {"same as now": y - 24, "a guess": y + 1}, index=X
    ... )
    >>> display.ax_.get_xlabel()
    'Time of the value, forecast 24 h before'
    >>> display.mae
           same as now  a guess
    delay
    24            24.0      1.0
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        y_true: NDArray,
        y_pred: dict[str, NDArray],
        *,
        times: NDArray | None = None,
        times_utc: NDArray | None = None,
        time_label: str = "Sample",
        intervals: dict[str, NDArray] | None = None,
        coverage: float | None = None,
        delays: Sequence[int] | None = None,
        step: pd.Timedelta | None = None,
        target: str | None = None,
        unit: str | None = None,
        baseline: str | None = None,
    ) -> None:
        self.y_true = y_true
        self.y_pred = y_pred
        self.times = times
        self.times_utc = times_utc
        self.time_label = time_label
        self.intervals = intervals
        self.coverage = coverage
        self.delays = delays
        self.step = step
        self.target = target
        self.unit = unit
        self.baseline = baseline

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator | dict[str, BaseEstimator],
        X: SeriesView | WindowView | ArrayLike,
        y: ArrayLike,
        *,
        coverage: float | None = None,
        target: str | None = None,
        unit: str | None = None,
        baseline: str | None = None,
        kind: Literal["series", "horizon"] = "series",
        delay: int | None = None,
        mean_over: Literal["auto", "day", "week"] | None = "auto",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
        band_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the forecasts of fitted estimators.

        Parameters
        ----------
        estimator : estimator or dict of estimators
            A fitted regressor or Pipeline, or a dict of several by name.
        X : SeriesView, WindowView or array-like
            The samples to predict. Rows from `make_supervised` know the times of
            their targets; rows of a table are drawn at its index.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.
        coverage : float, default=None
            Draws the interval from ``predict_interval`` with this coverage, for
            estimators that have this method.
        target : str, default=None
            Name of the target; if X has several targets, the one to draw.
        unit : str, default=None
            Unit of y; None takes the text in parentheses at the end of `target`.
        baseline : str, default=None
            Name of the estimator that is the baseline.
        kind : {"series", "horizon"}, default="series"
            See :meth:`plot`.
        delay : int, default=None
            See :meth:`plot`.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            See :meth:`plot`.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        line_kw : dict, default=None
            See :meth:`plot`.
        band_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : ForecastDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If an estimator is not fitted.
        ValueError
            If `coverage` is given but no estimator has ``predict_interval``, or as in
            :meth:`from_predictions`.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        estimators = by_name(estimator)
        check_samples(X, y)
        check_order(X, y)
        forecasts, intervals = predicted_by(estimators, X, coverage)
        index = X if isinstance(X, View) else row_times(X)
        return cls.from_predictions(
            np.asarray(y),  # its labels were checked
            forecasts,
            index=index,
            interval=intervals,
            coverage=coverage,
            target=target,
            unit=unit,
            baseline=baseline,
            kind=kind,
            delay=delay,
            mean_over=mean_over,
            ax=ax,
            line_kw=line_kw,
            band_kw=band_kw,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike | dict[str, ArrayLike],
        *,
        index: ArrayLike | SeriesView | WindowView | None = None,
        interval: ArrayLike | dict[str, ArrayLike] | None = None,
        coverage: float | None = None,
        delays: int | Sequence[int] | None = None,
        target: str | None = None,
        unit: str | None = None,
        baseline: str | None = None,
        kind: Literal["series", "horizon"] = "series",
        delay: int | None = None,
        mean_over: Literal["auto", "day", "week"] | None = "auto",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
        band_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values; NaN where unknown.
        y_pred : array-like of the shape of y_true, or dict of these
            The forecast, or a dict of several by name; NaN where there is none.
        index : SeriesView, WindowView, or array-like of shape (n_samples,) or \
                (n_samples, n_outputs), default=None
            X from `make_supervised`, which knows dates, delays and target; or the
            dates (or numbers) of the values. None draws them in order.
        interval : array-like of shape (n_samples, 2) or (n_samples, n_outputs, 2), \
                or dict of these, default=None
            Lower and upper bounds; for several forecasts a dict by name.
        coverage : float, default=None
            Nominal coverage of the interval, for the legend.
        delays : int or sequence of int, default=None
            Forecast horizon of each column of y_true in rows, if `index` is not a view.
        target : str, default=None
            Name of the target; if X has several targets, the one to draw.
        unit : str, default=None
            Unit of y; None takes the text in parentheses at the end of `target`.
        baseline : str, default=None
            Name of the forecast that is the baseline.
        kind : {"series", "horizon"}, default="series"
            See :meth:`plot`.
        delay : int, default=None
            See :meth:`plot`.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            See :meth:`plot`.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        line_kw : dict, default=None
            See :meth:`plot`.
        band_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : ForecastDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If shapes differ, X has rows of several series at the same times, or names
            or delays are unknown.
        """
        check_matplotlib(f"{cls.__name__}.from_predictions")
        check_order(index, y_true, "index", "y_true")
        truth, forecasts, intervals = checked(y_true, y_pred, interval, coverage)
        times, target, columns = times_of(index, delays, target, truth.shape)
        display = cls(
            truth[:, columns],
            {name: values[:, columns] for name, values in forecasts.items()},
            times=times.values,
            times_utc=times.utc,
            time_label=times.name,
            intervals={name: values[:, columns] for name, values in intervals.items()},
            coverage=coverage,
            delays=times.delays,
            step=times.step,
            target=target,
            unit=unit,
            baseline=baseline,
        )
        return display.plot(
            ax,
            kind=kind,
            delay=delay,
            mean_over=mean_over,
            line_kw=line_kw,
            band_kw=band_kw,
        )

    @property
    def mae(self) -> pd.DataFrame:
        """Mean absolute error of each forecast (column) at each delay (row).

        All forecasts are compared on the same values: those that all of them have. A
        forecast without any value at a delay is NaN there and does not count.
        """
        errors = np.abs(np.stack(list(self.y_pred.values())) - self.y_true)
        known = np.isfinite(errors)
        known &= (known | ~known.any(axis=1, keepdims=True)).all(axis=0)
        errors[~known] = np.nan
        maes = {
            name: [mean_of_known(column) for column in own.T]
            for name, own in zip(self.y_pred, errors, strict=True)
        }
        delays = range(self.y_true.shape[1]) if self.delays is None else self.delays
        return pd.DataFrame(maes, index=pd.Index(delays, name="delay"))

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["series", "horizon"] = "series",
        delay: int | None = None,
        mean_over: Literal["auto", "day", "week"] | None = "auto",
        line_kw: dict[str, Any] | None = None,
        band_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the forecasts.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        kind : {"series", "horizon"}, default="series"
            "series" draws truth and forecasts over time, with the mean absolute error
            in the legend. "horizon" draws that error per horizon, for several delays.
        delay : int, default=None
            The delay that the series shows, one of several; None for the longest.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            Draws the mean of the values (and bounds) of each day or week, and says so
            at the axis. All means of one day or week are over the same rows: those
            where no line lacks a value. A line without any value then does not count.
            "auto" draws means for more than 1,000 values on more than 60 days; None
            draws all values. The errors in the legend are of single values.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the forecasts.
        band_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.fill_between`` for the intervals.

        Returns
        -------
        display : ForecastDisplay
            The display itself.

        Raises
        ------
        ValueError
            For an unknown kind, delay, mean or baseline.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        column = self._checked_column(kind, delay, mean_over)
        self.ax_ = axes_for(ax, (9.0, 4.2) if kind == "series" else (6.4, 4.2))
        self.figure_ = self.ax_.get_figure()
        self.lines_, self.bands_ = {}, {}
        if kind == "series":
            self._draw_series(column, mean_over, line_kw, band_kw)
        else:
            self._draw_horizons(line_kw)
        light_grid(self.ax_)
        legend_above(self.ax_, grow=ax is None)
        return self
