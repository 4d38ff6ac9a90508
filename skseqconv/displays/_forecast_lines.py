"""How forecasts are drawn: over time, and their error by horizon."""

import numpy as np

from ._common import GRAY, alone, look, styled
from ._times import in_units, lead, means_over, span_for, with_breaks

#: As many values have a marker each, more than the others have thinner lines.
FEW_VALUES, SOME_VALUES, MANY_VALUES = 40, 200, 1000


class ForecastLines:
    """Draws what a ForecastDisplay holds on its axes."""

    def _column(self, kind, delay):
        """Position of the delay to draw."""
        known = [None] if self.delays is None else list(self.delays)
        if kind == "horizon":
            if len(known) < 2 or delay is not None:
                raise ValueError(
                    "kind='horizon' draws all of several delays: it needs y of "
                    f"several columns, and no delay (delays={self.delays}, "
                    f"delay={delay!r}). kind='series' draws one."
                )
            return None
        if delay is not None and delay not in known:
            raise ValueError(f"delay={delay!r} is none of the delays {self.delays}.")
        return len(known) - 1 if delay is None else known.index(delay)

    # Over time.

    def _draw_series(self, column, mean_over, line_kw, band_kw):
        times = np.arange(len(self.y_true))
        if self.times is not None:
            times = self.times[:, column]
        names, intervals = list(self.y_pred), self.intervals or {}
        drawn = [self.y_true, *self.y_pred.values(), *intervals.values()]
        drawn = [values[:, column] for values in drawn]
        if mean_over == "auto":
            mean_over = span_for(times, MANY_VALUES)
        if mean_over is not None:
            times, drawn = means_over(times, drawn, mean_over)
        n_values = len(times)
        times, (truth, *columns) = with_breaks(times, drawn)
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
        name, unit = self._target_and_unit()
        if mean_over is not None:
            name = f"{name}, mean of each {mean_over}"
        self.ax_.set(xlabel=label, ylabel=f"{name} ({unit})" if unit else name)
        self.ax_.margins(x=0.01)
        if times.dtype.kind == "M":
            from ._dates import date_axis

            date_axis(self.ax_)

    # By horizon.

    def _draw_horizons(self, line_kw):
        horizons, rows_or_unit = in_units(self.delays, self.step)
        maes = self.mae
        for name, style in zip(self.y_pred, self._styles(), strict=True):
            options = styled({**style, "markersize": 4.5}, line_kw)
            [self.lines_[name]] = self.ax_.plot(
                horizons, maes[name], label=name, **options
            )
        _, unit = self._target_and_unit()
        label = f"Mean absolute error ({unit})" if unit else "Mean absolute error"
        self.ax_.set(xlabel=f"Horizon ({rows_or_unit})", ylabel=label)
        self.ax_.set_ylim(bottom=0)

    # Both.

    def _styles(self):
        """How each forecast is drawn; the baseline stands back."""
        others = [name for name in self.y_pred if name != self.baseline]
        styles = {name: look(i) for i, name in enumerate(others)}
        styles[self.baseline] = {
            "color": GRAY,
            "linestyle": ":",
            "marker": "x",
            "zorder": 1.5,
        }
        return [styles[name] for name in self.y_pred]

    def _target_and_unit(self):
        """What is forecast and its unit, which may stand in its name: "T (degC)"."""
        name, opening, unit = (self.target or "Value").rpartition(" (")
        if not opening or not unit.endswith(")"):
            return self.target or "Value", self.unit
        return name, self.unit or unit[:-1]


def _markers(values, marker):
    """Marks of those values that no line shows."""
    at = alone(values)
    return {"marker": marker, "markevery": at} if at else {"marker": None}


def mean_of_known(values):
    """The mean of what is known."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")
