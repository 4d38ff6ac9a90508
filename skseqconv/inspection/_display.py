"""The importance of channels, lags and words, drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from skseqconv._counts import check_count
from skseqconv._metrics import Metric
from skseqconv._public import public
from skseqconv.displays._common import axes_for, check_matplotlib, width_of

from ._drawn import (
    COLOR_OF_BARS,
    COLOR_OF_REPEATS,
    NAME_WIDTH,
    Cells,
    draw_map,
    edges_of,
    height_of,
    in_lines,
    label_lags,
    least_scale,
    names_of_outputs,
    unit_of_lags,
    wrapped,
)
from ._importance import importance

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@public
class ImportanceDisplay:
    """Importance of channels, lags or words.

    Channels and words: a bar for each, the largest at the top. Lags: a bar over each
    stretch, on an axis of time that ends at the row itself. Dots show the repeats.
    Channels and lags, or each output: a map, in which zero and less is white.
    :meth:`from_importance` creates one from the result of :func:`importance`.

    Parameters
    ----------
    table : DataFrame
        As in the result of :func:`importance`.
    importances : array-like of shape (n_rows, n_repeats)
        The importances of each row.
    by : sequence of str
        "channel", "lag", "channel" and "lag", or "word".
    metric : str, default="score"
        Name of the metric. Errors are positive.
    greater_is_better : bool, default=True
        Whether a higher value of the metric is a better one.
    method : {"permutation", "occlusion"}, default="permutation"
        How the importance was found.
    score : float or array-like of shape (n_outputs,), default=0.0
        The score of the samples as they are. Scales span at least a hundredth of it.

    Attributes
    ----------
    bars_ : matplotlib.container.BarContainer or None
        The bars.
    repeats_ : matplotlib.lines.Line2D or None
        The dots of the repeats, if there are several.
    meshes_ : list of matplotlib.collections.QuadMesh
        The rows of the map, from the top.
    color_bar_ : matplotlib.colorbar.Colorbar or None
        The color bar of the map.
    ax_ : matplotlib.axes.Axes
        The axes.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.

    See Also
    --------
    importance : Computes what is drawn.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import FlatWindowRegressor, LookbackWindower, make_supervised
    >>> from skseqconv import ImportanceDisplay
    >>> series = np.random.default_rng(0).normal(size=(400, 3)).cumsum(axis=0)
    >>> X, y = make_supervised(series, 0)
    >>> model = make_pipeline(LookbackWindower(8), FlatWindowRegressor())
    >>> model = model.fit(X[:300], y[:300])
    >>> display = ImportanceDisplay.from_estimator(model, X[300:], y[300:])
    >>> display.ax_.get_yticklabels()[0].get_text()
    'x0'
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        table: pd.DataFrame,
        importances: ArrayLike,
        by: Sequence[str],
        *,
        metric: str = "score",
        greater_is_better: bool = True,
        method: str = "permutation",
        score: float | ArrayLike = 0.0,
    ) -> None:
        self.table = table
        self.importances = importances
        self.by = by
        self.metric = metric
        self.greater_is_better = greater_is_better
        self.method = method
        self.score = score

    @classmethod
    def from_importance(
        cls, result: Bunch, *, ax: Axes | None = None, most: int = 20
    ) -> Self:
        """Draw the result of :func:`importance`.

        Parameters
        ----------
        result : Bunch
            The result.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        most : int, default=20
            See :meth:`plot`.

        Returns
        -------
        display : ImportanceDisplay
            The display, drawn.
        """
        check_matplotlib(f"{cls.__name__}.from_importance")
        lacking = {"table", "importances", "by", "metric", "score"} - set(result)
        if lacking:
            raise ValueError(
                f"result lacks {', '.join(sorted(lacking))}: give the result of "
                "skseqconv.importance."
            )
        display = cls(
            result.table,
            result.importances,
            result.by,
            metric=result.metric,
            greater_is_better=result.greater_is_better,
            method=result.method,
            score=result.score,
        )
        return display.plot(ax, most=most)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Any,
        y: ArrayLike,
        *,
        by: str | Sequence[str] = "channel",
        scoring: str | Callable | None = None,
        n_repeats: int = 5,
        random_state: int | np.random.RandomState | None = None,
        options: dict[str, Any] | None = None,
        ax: Axes | None = None,
        most: int = 20,
    ) -> Self:
        """Compute the importance and draw it.

        Parameters
        ----------
        estimator : estimator
            A fitted estimator, Pipeline, search or ensemble.
        X : SeriesView, WindowView, array-like or list of str
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        by : str or sequence of str, default="channel"
            As in :func:`importance`, and so are the next three.
        scoring : str or callable, default=None
            The metric.
        n_repeats : int, default=5
            Number of permutations.
        random_state : int, RandomState instance or None, default=None
            Seed of the permutations.
        options : dict, default=None
            Other parameters of :func:`importance`.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        most : int, default=20
            See :meth:`plot`.

        Returns
        -------
        display : ImportanceDisplay
            The display, drawn.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        result = importance(
            estimator,
            X,
            y,
            by=by,
            scoring=scoring,
            n_repeats=n_repeats,
            random_state=random_state,
            **(options or {}),
        )
        return cls.from_importance(result, ax=ax, most=most)

    def plot(self, ax: Axes | None = None, *, most: int = 20) -> Self:
        """Draw the importance.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        most : int, default=20
            Number of channels or words to draw, those of the largest importance.

        Returns
        -------
        display : ImportanceDisplay
            The display itself.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        check_count("most", most)
        self.bars_ = self.repeats_ = self.color_bar_ = None
        self.meshes_ = []
        table = self.table.reset_index(drop=True)
        outputs = names_of_outputs(table)
        by = [*self.by, *(["output"] if outputs is not None else [])]
        if len(by) > 2:
            raise ValueError(
                "A map has room for two of channels, lags and outputs: compute the "
                "importance with each_output=False, or with by='channel' or by='lag'."
            )
        if len(by) == 2:
            self._draw_map(ax, table, outputs, most)
        elif by == ["lag"]:
            self._draw_lags(ax, table)
        else:
            self._draw_bars(ax, table, by[0], most)
        self.figure_ = self.ax_.get_figure()
        return self

    @property
    def _label(self):
        """What an importance is, in words."""
        metric = Metric(self.metric, self.greater_is_better)
        change = "Decrease in" if self.greater_is_better else "Increase in"
        what = {"permutation": "permuted", "occlusion": "occluded"}[self.method]
        if "word" in self.by:
            what = "removed"
        return f"{change} {metric.words} if {what}"

    def _height(self, names, other):
        """Height of a new figure in inches, with room for names of two lines."""
        n_lines = sum(1 + (len(str(name)) > NAME_WIDTH) for name in names)
        return max(2.4, other + 0.26 * n_lines)

    def _draw_bars(self, ax, table, column, most):
        means = table["mean"].to_numpy()
        order = np.argsort(-means, kind="stable")[:most]
        names = table[column].iloc[order]
        self.ax_ = ax = axes_for(ax, (6.4, self._height(names, 1.1)))
        places = np.arange(len(order))
        self.bars_ = ax.barh(places, means[order], color=COLOR_OF_BARS, height=0.7)
        self._draw_repeats(places, np.asarray(self.importances)[order], False)
        ax.set_yticks(places, wrapped(names, ax))
        ax.invert_yaxis()
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_xlim(right=max(ax.get_xlim()[1], least_scale(self.score)))
        ax.set_xlabel(in_lines(self._label, width_of(ax)))
        ax.grid(axis="x", color="0.9", linewidth=0.8)
        ax.set_axisbelow(True)
        if len(order) < len(table):
            some = f"{len(order)} of {len(table)} {column}s"
            ax.set_title(some, loc="right", fontsize="small")

    def _draw_lags(self, ax, table):
        self.ax_ = ax = axes_for(ax, (7.0, 3.6))
        scale, unit = unit_of_lags(table)
        left, right = edges_of(table, scale)
        self.bars_ = ax.bar(
            left,
            table["mean"],
            width=right - left,
            align="edge",
            color=COLOR_OF_BARS,
            edgecolor="white",
            linewidth=0.8,
        )
        self._draw_repeats((left + right) / 2, np.asarray(self.importances), True)
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_xlim(left.min(), right.max())
        ax.set_ylim(top=max(ax.get_ylim()[1], least_scale(self.score)))
        label_lags(ax, unit, -table["newest"].min())
        ax.set_ylabel(in_lines(self._label, height_of(ax)))
        ax.grid(axis="y", color="0.9", linewidth=0.8)
        ax.set_axisbelow(True)

    def _draw_repeats(self, places, importances, upright):
        if importances.shape[1] < 2:
            return
        at = np.repeat(places, importances.shape[1])
        x, y = (at, importances.ravel()) if upright else (importances.ravel(), at)
        [self.repeats_] = self.ax_.plot(
            x, y, ".", color=COLOR_OF_REPEATS, markersize=4, alpha=0.7
        )

    def _draw_map(self, ax, table, outputs, most):
        rows, column = outputs, None
        if self.by[0] != "lag":
            column = self.by[0]
            rows = [str(label) for label in table[column]]
        # An array: pandas takes a list of names of columns for these columns.
        largest = table["mean"].groupby(np.array(rows), sort=False).max()
        shown = list(largest.index)
        if column is not None:
            shown = list(largest.sort_values(ascending=False, kind="stable").index)
            shown = shown[:most]
        self.ax_ = ax = axes_for(ax, (8.0, self._height(shown, 1.3)))
        if "lag" in self.by:
            scale, unit = unit_of_lags(table)
            left, right = edges_of(table, scale)
        else:
            kinds = list(dict.fromkeys(outputs))
            left = np.array([kinds.index(one) - 0.5 for one in outputs])
            right = left + 1
        cells = Cells(table["mean"], table["std"], rows, left, right)
        self.meshes_ = draw_map(ax, cells, shown, least_scale(self.score))
        self.color_bar_ = ax.figure.colorbar(self.meshes_[0], ax=ax, extend="min")
        self.color_bar_.set_label(in_lines(self._label, height_of(ax)))
        ax.set_yticks(np.arange(len(shown)), wrapped(shown, ax))
        ax.set_ylim(len(shown) - 0.5, -0.5)
        if "lag" in self.by:
            label_lags(ax, unit, -table["newest"].min())
            if column is None and "horizon" in table:
                ax.set_ylabel("Horizon in rows")
        else:
            room = max(1, int(width_of(ax) // 40))
            step = -(-len(kinds) // room)
            ax.set_xticks(np.arange(len(kinds))[::step], kinds[::step])
            if "horizon" in table:
                ax.set_xlabel("Forecast horizon in rows")
        if len(shown) < len(largest):
            ax.set_title(
                f"{len(shown)} of {len(largest)} {column}s",
                loc="right",
                fontsize="small",
            )
