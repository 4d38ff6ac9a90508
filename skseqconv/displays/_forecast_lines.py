"""Drawing of forecasts over time, and of their error per horizon."""

import numpy as np

from ._common import GRAY, alone, look, name_and_unit, styled
from ._time_axis import in_units, lead, means_over, span_for, with_breaks

#: Up to the first number of values, each has a marker; above the others, lines are
#: thinner.
FEW_VALUES, SOME_VALUES, MANY_VALUES = 40, 200, 1000


class ForecastLines:
    """Draws the forecasts of a ForecastDisplay on its axes."""

    def _checked_column(self, kind, delay, mean_over):
        """Check the options of a plot; position of the delay to draw, or None."""
        if kind not in ("series", "horizon"):
            raise ValueError(f"kind={kind!r} must be 'series' or 'horizon'.")
        if mean_over not in ("auto", "day", "week", None):
            raise ValueError(
                f"mean_over={mean_over!r} must be 'auto', 'day', 'week' or None."
            )
        if self.baseline is not None and self.baseline not in self.y_pred:
            raise ValueError(
                f"baseline={self.baseline!r} must be one of the forecasts "
                f"{list(self.y_pred)}."
            )
        known = [None] if self.delays is None else list(self.delays)
        if kind == "horizon":
            if len(known) < 2 or delay is not None:
                raise ValueError(
                    "kind='horizon' draws all of several delays, but here are "
                    f"delays={self.delays} and delay={delay!r}: use kind='series' to "
                    "draw one delay."
                )
            return None
        if delay is not None and delay not in known:
            raise ValueError(f"delay={delay!r} must be one of delays={self.delays}.")
        return len(known) - 1 if delay is None else known.index(delay)

    # Over time.

    def _draw_series(self, column, mean_over, line_kw, band_kw):
        times, utc = np.arange(len(self.y_true)), None
        if self.times is not None:
            times = self.times[:, column]
        if self.times_utc is not None:
            utc = self.times_utc[:, column]
        names, intervals = list(self.y_pred), self.intervals or {}
        drawn = [self.y_true, *self.y_pred.values(), *intervals.values()]
        drawn = [values[:, column] for values in drawn]
        if mean_over == "auto":
            mean_over = span_for(times, MANY_VALUES)
        if mean_over is not None:
            (times, drawn), utc = means_over(times, drawn, mean_over), None
        n_values = len(times)
        times, (truth, *columns) = with_breaks(times, drawn, utc)
        thinner = np.searchsorted([SOME_VALUES, MANY_VALUES], n_values)
        widths = {"linewidth": (1.6, 1.2, 0.7)[thinner]}
        options = {"color": "0.15", **widths, **_markers(truth, ".")}
        [self.lines_["observed"]] = self.ax_.plot(
            times, truth, label="observed", **options
        )
        maes = self.mae.iloc[column]
        for name, values, style in zip(names, columns, self._styles(), strict=False):
            if n_values > FEW_VALUES:
                style.update(_markers(values, style["marker"]))
            options = styled({**style, **widths, "markersize": 4}, line_kw)
            [self.lines_[name]] = self.ax_.plot(
                times, values, label=f"{name} (MAE {maes[name]:.3g})", **options
            )
        for name, values in zip(intervals, columns[len(names) :], strict=True):
            self._draw_band(name, times, values, column, band_kw)
        self._label_series(times, column, mean_over)

    def _draw_band(self, name, times, bounds, column, band_kw):
        truth = self.y_true[:, column]
        lower, upper = self.intervals[name][:, column].T
        known = np.isfinite(truth) & np.isfinite(lower) & np.isfinite(upper)
        inside = ((lower <= truth) & (truth <= upper))[known]
        label = "interval" if self.coverage is None else f"{self.coverage:.0%} interval"
        label = label if len(self.y_pred) == 1 else f"{name}, {label}"
        covers = f" (covers {mean_of_known(inside):.0%})" if known.any() else ""
        color = self.lines_[name].get_color()
        options = {"color": color, "alpha": 0.25, "linewidth": 0, "zorder": 1}
        self.bands_[name] = self.ax_.fill_between(
            times, *bounds.T, label=label + covers, **{**options, **(band_kw or {})}
        )

    def _label_series(self, times, column, mean_over):
        label = self.time_label
        if self.delays is not None:
            ahead = lead(self.delays[column], self.step)
            label = f"{label} of the value, forecast {ahead} before"
        name, unit = name_and_unit(self.target, self.unit)
        if mean_over is not None:
            name = f"{name}, mean of each {mean_over}"
        self.ax_.set(xlabel=label, ylabel=f"{name} ({unit})" if unit else name)
        self.ax_.margins(x=0.01)
        if times.dtype.kind == "M":
            from ._dates import date_axis

            date_axis(self.ax_)

    # Per horizon.

    def _draw_horizons(self, line_kw):
        horizons, rows_or_unit = in_units(self.delays, self.step)
        maes = self.mae
        for name, style in zip(self.y_pred, self._styles(), strict=True):
            options = styled({**style, "markersize": 4.5}, line_kw)
            [self.lines_[name]] = self.ax_.plot(
                horizons, maes[name], label=name, **options
            )
        _, unit = name_and_unit(self.target, self.unit)
        label = f"Mean absolute error ({unit})" if unit else "Mean absolute error"
        self.ax_.set(xlabel=f"Horizon ({rows_or_unit})", ylabel=label)
        self.ax_.set_ylim(bottom=0)

    # Both.

    def _styles(self):
        """Line style of each forecast; the baseline is less prominent."""
        others = [name for name in self.y_pred if name != self.baseline]
        styles = {name: look(i) for i, name in enumerate(others)}
        styles[self.baseline] = {
            "color": GRAY,
            "linestyle": ":",
            "marker": "x",
            "zorder": 1.5,
        }
        return [styles[name] for name in self.y_pred]


def _markers(values, marker):
    """Markers for values that a line does not show."""
    at = alone(values)
    return {"marker": marker, "markevery": at} if at else {"marker": None}


def mean_of_known(values):
    """The mean of the finite values; NaN if there are none."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")
