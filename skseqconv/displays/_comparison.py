"""Scores of models on each fold."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pandas as pd

from skseqconv._metrics import Metric, chosen_metric, ranked
from skseqconv._public import public

from ._common import (
    COLORS,
    GRAY,
    axes_for,
    check_matplotlib,
    in_words,
    legend_above,
    light_grid,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Letters per line of a model's name.
NAME_WIDTH = 28


class Compared(Protocol):
    """The part of a `Comparison` that is drawn; its class is on a higher floor."""

    fold_scores: pd.DataFrame
    metrics: dict[str, Metric]
    baseline: str | None
    baselines: dict[str, str]


@public
class ComparisonDisplay:
    """Scores of several models on the folds of a cross-validation.

    One row per model, the best at the top. A row has a dot per fold (the first fold
    highest) and a line at their mean. A line through all rows shows the mean of the
    baseline. Dots show whether a fold is hard for all models or a model is bad on all
    folds. :meth:`from_comparison` creates one from a comparison.

    Parameters
    ----------
    fold_scores : DataFrame
        One row per fold and model, with the columns "model", "fold" and "score".
    metric : str, default="score"
        Name of the metric. Errors are positive.
    greater_is_better : bool, default=True
        Whether a higher score is a better one.
    baseline : str, default=None
        Name of the baseline, one of the models.
    baselines : collection of str, default=()
        Names of all baselines, if there are several. Their dots are gray.

    Attributes
    ----------
    dots_ : dict of matplotlib.lines.Line2D
        The dots of each model, by name.
    means_ : dict of matplotlib.lines.Line2D
        The mean of each model, by name.
    baseline_ : matplotlib.lines.Line2D or None
        The mean of the baseline.
    ax_ : matplotlib.axes.Axes
        The axes.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.

    See Also
    --------
    SearchDisplay : Scores of a search over parameters.
    ForecastDisplay : Forecasts of several models over time.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> from skseqconv import ComparisonDisplay
    >>> scores = pd.DataFrame({
    ...     "model": ["same as now"] * 3 + ["Conv1D"] * 3,
    ...     "fold": [0, 1, 2] * 2,
    ...     "score": [2.5, 3.1, 2.2, 2.4, 2.8, 2.1],
    ... })
    >>> display = ComparisonDisplay(
    ...     scores, metric="mae", greater_is_better=False, baseline="same as now"
    ... ).plot()
    >>> display.ax_.get_xlabel()
    'Mean absolute error (lower is better)'
    >>> list(display.models)
    ['Conv1D', 'same as now']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        fold_scores: pd.DataFrame,
        *,
        metric: str = "score",
        greater_is_better: bool = True,
        baseline: str | None = None,
        baselines: Collection[str] = (),
    ) -> None:
        self.fold_scores = fold_scores
        self.metric = metric
        self.greater_is_better = greater_is_better
        self.baseline = baseline
        self.baselines = baselines

    @classmethod
    def from_comparison(
        cls,
        comparison: Compared,
        *,
        metric: str | None = None,
        ax: Axes | None = None,
        dots_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a comparison of models.

        Parameters
        ----------
        comparison : Comparison
            The result of :func:`compare_models`.
        metric : str, default=None
            One of its metrics; None for the first.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        dots_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : ComparisonDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the comparison does not have the metric.
        """
        check_matplotlib(f"{cls.__name__}.from_comparison")
        if not hasattr(comparison, "fold_scores"):
            raise ValueError(
                "comparison must be the result of compare_models, got "
                f"{in_words(comparison)}."
            )
        scores = comparison.fold_scores
        shown = chosen_metric(metric, comparison.metrics)
        display = cls(
            scores.loc[scores["metric"] == shown.name, ["model", "fold", "score"]],
            metric=shown.name,
            greater_is_better=shown.greater_is_better,
            baseline=comparison.baseline,
            baselines=comparison.baselines,
        )
        return display.plot(ax, dots_kw=dots_kw)

    @property
    def models(self) -> dict[str, float]:
        """The mean score of each model, best first; models that failed come last."""
        scores = self.fold_scores.groupby("model", sort=False)["score"]
        table = scores.agg(mean="mean", known="count", folds="size")
        failed = table["folds"] - table["known"]
        order = ranked(table["mean"], failed, self.greater_is_better)
        return table["mean"][order].to_dict()

    def plot(
        self, ax: Axes | None = None, *, dots_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw the scores.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        dots_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the dots.

        Returns
        -------
        display : ComparisonDisplay
            The display itself.

        Raises
        ------
        ValueError
            If the baseline is not one of the models.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        models = self.models
        if self.baseline is not None and self.baseline not in models:
            raise ValueError(
                f"baseline={self.baseline!r} must be one of the models {list(models)}."
            )
        names = [self._row_label(name) for name in models]
        n_lines = sum(1 + name.count("\n") * 0.6 for name in names)
        self.ax_ = axes_for(ax, (6.4, 1.4 + 0.45 * n_lines))
        self.figure_ = self.ax_.get_figure()
        self.dots_, self.means_, self.baseline_ = {}, {}, None
        for row, (name, mean) in enumerate(models.items()):
            self._draw_row(row, name, mean, dots_kw)
        handles = [self.dots_[next(iter(models))], self.means_[next(iter(models))]]
        if self.baseline is not None:
            short = len(self.baseline) <= NAME_WIDTH
            self.baseline_ = self.ax_.axvline(
                models[self.baseline],
                color=GRAY,
                linestyle="--",
                zorder=1,
                label=f"mean of {self.baseline if short else 'the baseline'}",
            )
            handles.append(self.baseline_)
        self.ax_.set_yticks(range(len(names)), names)
        self.ax_.set_ylim(len(names) - 0.5, -0.5)
        metric = Metric(self.metric, self.greater_is_better)
        self.ax_.set_xlabel(f"{metric.label} ({metric.direction})")
        light_grid(self.ax_, "x")
        legend_above(self.ax_, handles, grow=ax is None)
        return self

    def _draw_row(self, row, name, mean, dots_kw):
        scores = self.fold_scores[self.fold_scores["model"] == name]
        scores = scores.sort_values("fold", kind="stable")["score"].to_numpy()
        is_baseline = name == self.baseline or name in self.baselines
        color = GRAY if is_baseline else COLORS[0]
        height = 0.22 if len(scores) > 1 else 0
        options = {
            "color": color,
            "marker": "o",
            "markersize": 5,
            "alpha": 0.6,
            "linestyle": "none",
            "label": "one fold",
        }
        [self.dots_[name]] = self.ax_.plot(
            scores,
            np.linspace(row - height, row + height, len(scores)),
            **styled(options, dots_kw),
        )
        [self.means_[name]] = self.ax_.plot(
            [mean, mean],
            [row - 0.34, row + 0.34],
            color="0.1",
            linewidth=2.5,
            solid_capstyle="butt",
            label="mean",
        )

    def _row_label(self, name):
        scores = self.fold_scores.loc[self.fold_scores["model"] == name, "score"]
        label = textwrap.fill(str(name), NAME_WIDTH)
        failed = int(scores.isna().sum())
        return f"{label}\n(failed in {failed} of {len(scores)})" if failed else label
