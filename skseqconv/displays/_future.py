"""A table of forecasts over time: history, forecast and interval of each series."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skseqconv._public import public
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._common import (
    alone,
    check_matplotlib,
    legend_of_figure,
    light_grid,
    look,
    name_and_unit,
    styled,
)
from ._panels import Panel, panels_of
from ._time_axis import with_breaks
from ._times import plain_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@public
class FutureDisplay:
    """History, forecast and interval of several series, one panel each.

    :meth:`from_forecast` creates it from the table of :func:`forecast` or of
    :meth:`Comparison.forecasts`.

    Parameters
    ----------
    panels : dict of str to (times, values, table)
        For each panel, by its title: times and values of the history (or None and
        None), and the rows of the table that it shows.
    time_name : str, default="date"
        Column of the table with the times of the forecast values.
    n_series : int, default=None
        How many series the table has, each target of an id counted; None for as many
        as there are panels.
    target : str, default=None
        Name of the target; "" if the titles of the panels say it.
    unit : str, default=None
        Unit of the values; None takes the text in parentheses at the end of `target`.
    coverage : float, default=None
        Nominal coverage of the intervals, for the legend.

    Attributes
    ----------
    axes_ : ndarray of matplotlib.axes.Axes of shape (n_panels,)
        The axes of the panels.
    figure_ : matplotlib.figure.Figure
        Their figure.
    lines_ : dict of dict of matplotlib.lines.Line2D
        For each panel, each forecast by its name, and "observed".
    bands_ : dict of dict of matplotlib.collections.PolyCollection
        For each panel, each interval by the name of its forecast.

    See Also
    --------
    forecast : Makes the table.
    ForecastDisplay : Forecasts and the truth, with errors.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import FutureDisplay, LookbackWindower, PersistenceRegressor
    >>> from skseqconv import forecast, make_supervised
    >>> X, y = make_supervised(np.arange(40.0) % 7, 0, delay=range(1, 8))
    >>> naive = make_pipeline(LookbackWindower(7), PersistenceRegressor(period=7))
    >>> display = FutureDisplay.from_forecast(forecast(naive.fit(X, y), X), history=X)
    >>> type(display).__name__, len(display.axes_)
    ('FutureDisplay', 1)
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        panels: dict[str, Panel],
        *,
        time_name: str = "date",
        n_series: int | None = None,
        target: str | None = None,
        unit: str | None = None,
        coverage: float | None = None,
    ) -> None:
        self.panels = panels
        self.time_name = time_name
        self.n_series = n_series
        self.target = target
        self.unit = unit
        self.coverage = coverage

    @classmethod
    def from_forecast(
        cls,
        table: pd.DataFrame,
        history: SeriesView | WindowView | ArrayLike | None = None,
        *,
        ids: Hashable | Sequence[Hashable] = None,
        models: str | Sequence[str] | None = None,
        past: int | None = None,
        coverage: float | None = None,
        target: Hashable = None,
        unit: str | None = None,
        ax: Axes | Sequence[Axes] | None = None,
        line_kw: dict[str, Any] | None = None,
        band_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a table of forecasts after the history, one panel for each series.

        Several targets have a panel each. Where forecasts of several horizons overlap,
        those from the newest origin are drawn, and older ones that end before the next
        ones that are drawn.

        Parameters
        ----------
        table : DataFrame
            From :func:`forecast` or :meth:`Comparison.forecasts`. The columns on the
            left of ``origin`` name the series, except ``model`` and ``fold``. You may
            add columns on its right. They are not drawn.
        history : SeriesView, WindowView, DataFrame or ndarray, default=None
            The series that were forecast, such as the X of :func:`forecast`. Known
            values after the first forecast are drawn, too. None draws forecasts only.
        ids : id or list of ids, default=None
            The series to draw, in this order. None draws the first 6 panels.
        models : str or list of str, default=None
            The models to draw, in this order, if the table has several. None draws all.
        past : int, default=None
            Number of rows of the history before the first forecast. None for four
            times the longest horizon, at least 30.
        coverage : float, default=None
            Nominal coverage of the interval, for the legend.
        target : label, default=None
            The target to draw, if the table has several. None draws all.
        unit : str, default=None
            Unit of the values; None takes the text in parentheses at the end of the
            name of the target.
        ax : matplotlib.axes.Axes or sequence of these, default=None
            Axes to draw on, one for each panel; None for a new figure.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the forecasts.
        band_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.fill_between`` for the intervals.

        Returns
        -------
        display : FutureDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the table has no forecasts, several of one value, or forecasts that are
            no numbers; if `ids`, `models` or `target` are not in it; or if `history`
            does not hold its series.
        """
        check_matplotlib("FutureDisplay.from_forecast")
        panels, options = panels_of(
            table, history, ids=ids, models=models, past=past, target=target
        )
        display = cls(panels, unit=unit, coverage=coverage, **options)
        return display.plot(ax, line_kw=line_kw, band_kw=band_kw)

    def plot(
        self,
        ax: Axes | Sequence[Axes] | None = None,
        *,
        line_kw: dict[str, Any] | None = None,
        band_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or sequence of these, default=None
            Axes to draw on, one for each panel; None for a new figure.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the forecasts.
        band_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.fill_between`` for the intervals.

        Returns
        -------
        display : FutureDisplay
            The display itself.

        Raises
        ------
        ValueError
            If there are not as many axes as panels.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        self.axes_ = self._axes(ax)
        self.figure_ = self.axes_[0].get_figure()
        self.lines_ = {title: {} for title in self.panels}
        self.bands_ = {title: {} for title in self.panels}
        for own, title in zip(self.axes_, self.panels, strict=True):
            self._draw(own, title, line_kw, band_kw)
        self._label(ax is None)
        return self

    def _axes(self, ax):
        n_panels = len(self.panels)
        if ax is not None:
            axes = np.ravel(np.array(ax, dtype=object))
            if len(axes) != n_panels:
                raise ValueError(
                    f"ax has {len(axes)} axes, but there are {n_panels} panels: give "
                    "one for each."
                )
            return axes
        import matplotlib.pyplot as plt

        n_columns = columns_for(n_panels)
        n_rows = -(-n_panels // n_columns)
        height = 4.2 if n_panels == 1 else 0.9 + 2.3 * n_rows
        figure, axes = plt.subplots(
            n_rows,
            n_columns,
            figsize=(9.0 if n_columns == 1 else 11.0, height),
            layout="constrained",
            squeeze=False,
        )
        for spare in axes.ravel()[n_panels:]:
            figure.delaxes(spare)
        return axes.ravel()[:n_panels]

    def _draw(self, ax, title, line_kw, band_kw):
        panel = self.panels[title]
        if panel.times is not None:
            times, (values,) = with_breaks(
                plain_times(panel.times),
                [panel.values],
                plain_times(panel.times, utc=True),
            )
            [self.lines_[title]["observed"]] = ax.plot(
                times, values, color="0.15", linewidth=1.3, label="observed"
            )
        for i, (name, part) in enumerate(forecasts_of(panel.table)):
            times, columns = self._by_origin(part, panel)
            style = {**look(i), "linewidth": 1.6, "markersize": 4}
            at = alone(columns[0])
            style |= {"markevery": at} if at else {"marker": None}
            [self.lines_[title][name]] = ax.plot(
                times, columns[0], label=name, **styled(style, line_kw)
            )
            if columns[1:]:
                label = "interval" if self.coverage is None else f"{self.coverage:.0%}"
                label = label if self.coverage is None else f"{label} interval"
                label = label if name == "forecast" else f"{name}, {label}"
                color = self.lines_[title][name].get_color()
                options = {"color": color, "alpha": 0.25, "linewidth": 0, "zorder": 1}
                self.bands_[title][name] = ax.fill_between(
                    times, *columns[1:], label=label, **{**options, **(band_kw or {})}
                )
        light_grid(ax)
        ax.margins(x=0.01)
        if times.dtype.kind == "M":
            from ._dates import date_axis

            date_axis(ax)

    def _by_origin(self, part, panel):
        """Times and values of forecasts, each origin from the value known at it.

        Between two origins is a break. Forecasts of one horizon are joined.
        """
        part = part.sort_values(["origin", self.time_name], kind="stable")
        times = plain_times(pd.Index(part[self.time_name]))
        names = [name for name in ("forecast", "lower", "upper") if name in part]
        columns = [part[name].to_numpy(dtype=float) for name in names]
        origins = part["origin"].to_numpy()
        new = np.flatnonzero(origins[1:] != origins[:-1]) + 1
        if 1 < len(part) == len(new) + 1:
            return times, columns
        starts = np.append(0, new)
        # Insertions at the same place keep their order: the break, then the start.
        broken = [np.insert(column, new, np.nan) for column in columns]
        times = np.insert(times, new, times[new])
        starts = starts + np.arange(len(starts))  # behind the breaks
        at, known, values = self._known_at(part.iloc[np.append(0, new)], panel)
        times = np.insert(times, starts[at], known)
        return times, [np.insert(column, starts[at], values) for column in broken]

    def _known_at(self, firsts, panel):
        """Which of some rows come next after their origin, its time, and its value."""
        none = np.arange(0)
        if panel.times is None or not len(panel.times):
            return none, none, none
        origins = pd.Index(firsts["origin"])
        places = panel.times.searchsorted(origins, side="right") - 1
        known = (places >= 0) & (firsts["horizon"] == 1).to_numpy()
        known &= np.asarray(panel.times[places] == origins)
        known &= np.isfinite(panel.values[places])
        at, places = np.flatnonzero(known), places[known]
        return at, plain_times(panel.times)[places], panel.values[places]

    def _label(self, is_new):
        name, unit = (
            ("", self.unit or "")
            if self.target == ""
            else name_and_unit(self.target, self.unit)
        )
        label = f"{name} ({unit})" if name and unit else name or unit
        n_columns = columns_for(len(self.panels)) if is_new else 1
        for i, (own, title) in enumerate(zip(self.axes_, self.panels, strict=True)):
            if title:
                own.set_title(title, loc="left", fontsize="medium")
            if i % n_columns == 0:
                own.set_ylabel(label)
        if is_new and len({own.get_xlim() for own in self.axes_}) == 1:
            for own in self.axes_[:-n_columns]:  # the lowest panels say the year
                own.xaxis.get_offset_text().set_visible(False)
        shown = ""
        if self.n_series is not None and self.n_series > len(self.panels):
            shown = f"{len(self.panels)} of {self.n_series} series"
        legend_of_figure(self.axes_, shown, is_new)


def columns_for(n_panels):
    """How many panels stand side by side in a new figure."""
    return 1 if n_panels < 4 else 2


def forecasts_of(table):
    """The forecasts of each model by its name; of one model by "forecast"."""
    if "model" not in table:
        return [("forecast", table)]
    return list(table.groupby("model", sort=False, observed=True))
