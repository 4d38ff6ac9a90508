"""Forecasts and the truth, over time and by horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from skseqconv._public import public
from skseqconv._unwrap import interval_of
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._common import axes_for, by_name, check_matplotlib, legend_above, light_grid
from ._forecast_lines import ForecastLines, mean_of_known
from ._predictions import check_samples, checked
from ._times import is_view, row_times, target_of, times_of_array, times_of_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@public
class ForecastDisplay(ForecastLines):
    """Forecasts and the truth over time, or their error by horizon.

    A forecast is drawn at the time that it is for; the axis says how long before it
    was made, where that is known. :meth:`from_estimator` makes one of fitted
    estimators, :meth:`from_predictions` of predictions.

    Parameters
    ----------
    y_true : ndarray of shape (n_samples, n_delays)
        The truth.
    y_pred : dict of ndarray of shape (n_samples, n_delays)
        Forecasts of it, by name.
    times : ndarray of shape (n_samples, n_delays), default=None
        Dates or numbers that the values are for; None for their order.
    time_label : str, default="Sample"
        What these are.
    intervals : dict of ndarray of shape (n_samples, n_delays, 2), default=None
        Lower and upper bound of those forecasts that have some.
    coverage : float, default=None
        Share of the values that the intervals are to cover.
    delays : list of int, default=None
        How many rows before each column was forecast.
    step : pandas.Timedelta, default=None
        Time between two rows.
    target : str, default=None
        What is forecast.
    unit : str, default=None
        Unit of y; None takes what stands in parentheses at the end of `target`.
    baseline : str, default=None
        Which of the forecasts is the one to beat.

    Attributes
    ----------
    lines_ : dict of matplotlib.lines.Line2D
        Each forecast, by name, and in the series the truth as "observed".
    bands_ : dict of matplotlib.collections.PolyCollection
        Each interval, by the name of its forecast.
    ax_ : matplotlib.axes.Axes
        Where it is drawn.
    figure_ : matplotlib.figure.Figure
        What that is part of.

    See Also
    --------
    make_supervised : Gives rows that know what their forecasts are for.
    ComparisonDisplay : Scores of several models, fold by fold.

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
        """Draw what fitted estimators forecast.

        Parameters
        ----------
        estimator : estimator or dict of estimators
            A fitted regressor or Pipeline, or several by the names they are to have.
        X : SeriesView, WindowView or array-like
            What to forecast from. Rows from `make_supervised` know when their
            forecasts are for; those of a table are drawn at its own index.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The truth.
        coverage : float, default=None
            Draws the interval that ``predict_interval`` gives for it, of those that
            have it.
        target : str, default=None
            What is forecast; where X knows several targets, the one to draw.
        unit : str, default=None
            Unit of y; None takes what stands in parentheses at the end of `target`.
        baseline : str, default=None
            Which of several is the one to beat.
        kind : {"series", "horizon"}, default="series"
            See :meth:`plot`.
        delay : int, default=None
            See :meth:`plot`.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            See :meth:`plot`.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a new figure.
        line_kw : dict, default=None
            See :meth:`plot`.
        band_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : ForecastDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If an estimator is not fitted.
        ValueError
            If none has an interval that `coverage` asks for, or as
            :meth:`from_predictions` does.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        estimators = by_name(estimator)
        check_samples(X, y)
        intervals = None
        if coverage is not None:
            intervals = {n: interval_of(e, X, coverage) for n, e in estimators.items()}
            intervals = {
                n: bounds for n, bounds in intervals.items() if bounds is not None
            }
            if not intervals:
                raise ValueError(
                    f"coverage={coverage!r} asks for intervals, but none of "
                    f"{list(estimators)} has predict_interval: leave it out."
                )
        index = X if is_view(X) else row_times(X)
        return cls.from_predictions(
            y,
            {name: one.predict(X) for name, one in estimators.items()},
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
        """Draw forecasts that were made before.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The truth; NaN where it is not known.
        y_pred : array-like of the shape of y_true, or dict of these
            The forecast, or several by name. NaN where there is none.
        index : SeriesView, WindowView, or array-like of shape (n_samples,) or \
                (n_samples, n_outputs), default=None
            X from `make_supervised`, which knows dates, delays and target; or the
            dates (or numbers) that the values are for. None draws them in order.
        interval : array-like of shape (n_samples, 2) or (n_samples, n_outputs, 2), \
                or dict of these, default=None
            Lower and upper bound; with several forecasts by their names.
        coverage : float, default=None
            Share of the values that the interval is to cover, for the legend.
        delays : int or sequence of int, default=None
            How many rows ahead each column of y_true lies, where `index` is no view.
        target : str, default=None
            What is forecast; where X knows several targets, the one to draw.
        unit : str, default=None
            Unit of y; None takes what stands in parentheses at the end of `target`.
        baseline : str, default=None
            Which of several is the one to beat.
        kind : {"series", "horizon"}, default="series"
            See :meth:`plot`.
        delay : int, default=None
            See :meth:`plot`.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            See :meth:`plot`.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a new figure.
        line_kw : dict, default=None
            See :meth:`plot`.
        band_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : ForecastDisplay
            What was drawn.

        Raises
        ------
        ValueError
            If shapes differ, X has rows of series that go on at the same time, or
            names or delays are not known.
        """
        check_matplotlib(f"{cls.__name__}.from_predictions")
        truth, forecasts, intervals = checked(y_true, y_pred, interval, coverage)
        if is_view(index) and index.target is not None:
            if delays is not None:
                raise ValueError("delays are known to index, a view: leave them out.")
            target, columns = target_of(index, target, truth.shape[1])
            truth = truth[:, columns]
            forecasts = {name: values[:, columns] for name, values in forecasts.items()}
            intervals = {name: values[:, columns] for name, values in intervals.items()}
            times = times_of_view(index, columns, len(truth))
        else:
            times = times_of_array(index, delays, truth.shape)
        display = cls(
            truth,
            forecasts,
            times=times.values,
            time_label=times.name,
            intervals=intervals,
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

        Over the values that all forecasts have, so that all are asked the same; a
        forecast that has none at a delay is NaN there, and left aside.
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
            Where to draw; None makes a new figure.
        kind : {"series", "horizon"}, default="series"
            Truth and forecasts over time, with the mean absolute error in the legend;
            or that error by horizon, where there are several delays.
        delay : int, default=None
            Which of several delays the series shows; None for the longest.
        mean_over : {"auto", "day", "week"} or None, default="auto"
            Draws the means of each day or week that the values (and bounds) are for,
            which the axis says. "auto" does so for more than 1,000 values on more than
            60 days; None draws all values. The legend's errors are of single values.
        line_kw : dict, default=None
            Options of the forecasts' lines, as ``matplotlib.axes.Axes.plot`` takes
            them.
        band_kw : dict, default=None
            Options of the intervals, as ``matplotlib.axes.Axes.fill_between`` takes
            them.

        Returns
        -------
        display : ForecastDisplay
            Itself.

        Raises
        ------
        ValueError
            For an unknown kind, delay or mean, or a baseline that is no forecast.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        if kind not in ("series", "horizon"):
            raise ValueError(f"kind must be 'series' or 'horizon', got kind={kind!r}.")
        if mean_over not in ("auto", "day", "week", None):
            raise ValueError(
                "mean_over must be 'auto', 'day', 'week' or None, got "
                f"mean_over={mean_over!r}."
            )
        if self.baseline is not None and self.baseline not in self.y_pred:
            raise ValueError(
                f"baseline={self.baseline!r} is none of the forecasts "
                f"{list(self.y_pred)}."
            )
        column = self._column(kind, delay)
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
