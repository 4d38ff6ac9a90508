"""Scores of a search over one or two of its parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from skseqconv._metrics import Metric
from skseqconv._public import public

from ._candidates import (
    MANY_VALUES,
    best_of_each,
    candidates,
    metric_of,
    places,
    short_names,
    shown_parameters,
)
from ._cells import limits_of, size_of_map, write_values
from ._common import (
    COLORS,
    GRAY,
    axes_for,
    check_matplotlib,
    decimals_for,
    legend_above,
    light_grid,
    styled,
    turn_if_crowded,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from sklearn.model_selection._search import BaseSearchCV

#: A map of many values is drawn as points if fewer of its cells are filled.
FILLED = 1 / 2

#: Letters per line of the title.
TITLE_WIDTH = 65

#: A scale is logarithmic if the ratio of its ends is larger.
DECADES = 50


@public
class SearchDisplay:
    """Scores of a search over one or two parameters.

    One parameter: lines of the mean and of each fold. Two parameters: a heat map with
    the scores in its cells, or colored points if a random search fills few cells.
    :meth:`from_search` creates one from a fitted search.

    Parameters
    ----------
    table : DataFrame
        One row per combination of values of `params`, which are columns. Column
        "mean" is the mean score; "fold 0", "fold 1" and so on are the scores of the
        folds. If there is a column "iter" (round of a halving search), the best row
        is one of its last round.
    params : list of str
        One or two parameters, the first on the x axis.
    metric : str, default="score"
        Name of the metric. Errors are positive.
    greater_is_better : bool, default=True
        Whether a higher score is a better one.
    over : list of str, default=()
        Other parameters. Each row has the best score over them.

    Attributes
    ----------
    line_ : matplotlib.lines.Line2D or None
        The mean over one parameter.
    fold_lines_ : list of matplotlib.lines.Line2D
        The scores of each fold over one parameter.
    image_ : matplotlib.image.AxesImage or None
        The map of two parameters.
    texts_ : list of matplotlib.text.Text
        The scores in the cells of the map.
    scatter_ : matplotlib.collections.PathCollection or None
        The points of a random search.
    best_ : matplotlib.artist.Artist or None
        The mark of the best score.
    ax_ : matplotlib.axes.Axes
        The axes.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.

    See Also
    --------
    ComparisonDisplay : Scores of several models, fold by fold.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skseqconv import SearchDisplay
    >>> X = np.random.default_rng(0).normal(size=(60, 3))
    >>> grid = {"alpha": [0.1, 1, 10], "fit_intercept": [True, False]}
    >>> search = GridSearchCV(Ridge(), grid, scoring="neg_mean_absolute_error")
    >>> display = SearchDisplay.from_search(search.fit(X, X.sum(axis=1)))
    >>> display.best["alpha"]
    0.1
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        table: pd.DataFrame,
        params: Sequence[str],
        *,
        metric: str = "score",
        greater_is_better: bool = True,
        over: Sequence[str] = (),
    ) -> None:
        self.table = table
        self.params = params
        self.metric = metric
        self.greater_is_better = greater_is_better
        self.over = over

    @classmethod
    def from_search(
        cls,
        search: BaseSearchCV,
        *,
        params: str | Sequence[str] | None = None,
        metric: str | None = None,
        ax: Axes | None = None,
        cmap: str | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the scores of a fitted search.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV, a halving search or OptunaSearchCV
            A fitted search. Candidates without one of the parameters are left out. Of
            a halving search the last round of each combination is drawn; of Optuna's
            search, the completed trials.
        params : str or sequence of str, default=None
            One or two parameters, the first on the x axis. The names of their steps
            may be left out ("kernel_size"). None takes the first two that vary.
        metric : str, default=None
            One of several metrics; None for the one that the search refits by.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        cmap : str, default=None
            See :meth:`plot`.
        line_kw : dict, default=None
            See :meth:`plot`.

        Returns
        -------
        display : SearchDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the search is not fitted.
        ValueError
            If a parameter or the metric is unknown, or there are more than two
            parameters.
        """
        check_matplotlib(f"{cls.__name__}.from_search")
        found, key = metric_of(search, metric)
        settings, table = candidates(search, key, found.sign)
        names = shown_parameters(settings, params)
        table, over = best_of_each(settings, table, names, found.sign)
        display = cls(
            table,
            short_names(names),
            metric=found.name,
            greater_is_better=found.greater_is_better,
            over=over,
        )
        return display.plot(ax, cmap=cmap, line_kw=line_kw)

    @property
    def best(self) -> pd.Series:
        """The row of the table that has the best mean score."""
        table = self.table
        if "iter" in table:
            table = table[table["iter"] == table["iter"].max()]
        means = table["mean"] if self.greater_is_better else -table["mean"]
        return table.iloc[int(np.nanargmax(means))]

    @property
    def _metric(self):
        return Metric(self.metric, self.greater_is_better)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        cmap: str | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the scores and mark the best one.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        cmap : str, default=None
            Color map for two parameters; None for viridis with better scores brighter.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the line of the means.

        Returns
        -------
        display : SearchDisplay
            The display itself.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        self.line_ = self.image_ = self.scatter_ = None
        self.fold_lines_, self.texts_ = [], []
        columns = [list(self.table[name]) for name in self.params]
        if len(columns) == 1:
            self._begin(ax)
            self._draw_line(places(columns[0]), line_kw)
            return self
        if cmap is None:
            cmap = "viridis" if self.greater_is_better else "viridis_r"
        x, y = (places(values, scale_above=np.inf) for values in columns)
        many = max(x.n_values, y.n_values) > MANY_VALUES
        if many and len(self.table) < FILLED * x.n_values * y.n_values:
            x, y = (places(values, scale_above=1) for values in columns)
            self._begin(ax)
            self._draw_points(x, y, cmap)
        else:
            self._begin(ax, size_of_map(x.n_values, y.n_values))
            self._draw_map(x, y, cmap)
        return self

    def _begin(self, ax, size=(6.4, 4.8)):
        self.ax_ = axes_for(ax, size)
        self.figure_ = self.ax_.get_figure()

    # One parameter.

    def _draw_line(self, x, line_kw):
        order = np.argsort(x.at, kind="stable")
        folds = self.table.filter(regex=r"^fold \d+$").to_numpy()[order]
        at, means = x.at[order], self.table["mean"].to_numpy()[order]
        options = {"color": GRAY, "linewidth": 0.8, "marker": ".", "alpha": 0.6}
        self.fold_lines_ = self.ax_.plot(at, folds, **options)
        if self.fold_lines_:
            self.fold_lines_[0].set_label("each fold")
        options = {"color": COLORS[0], "linewidth": 2, "marker": "o"}
        [self.line_] = self.ax_.plot(
            at, means, label=self._mean(), **styled(options, line_kw)
        )
        place, value = self._best_place(x), self._best_value()
        [self.best_] = self.ax_.plot(
            place,
            self.best["mean"],
            color=COLORS[1],
            marker="*",
            markersize=15,
            markeredgecolor="white",
            linestyle="none",
            label=f"best: {self._settings()} ({value})",
        )
        self._label("x", x, self.params[0], self._over())
        self.ax_.set_ylabel(f"{self._metric.label} ({self._metric.direction})")
        light_grid(self.ax_)
        handles = [*self.fold_lines_[:1], self.line_, self.best_]
        legend_above(self.ax_, handles)

    # Two parameters.

    def _draw_map(self, x, y, cmap):
        grid = np.full((y.n_values, x.n_values), np.nan)
        grid[y.at, x.at] = self.table["mean"]
        self.image_ = self.ax_.imshow(grid, cmap=cmap, aspect="auto", origin="lower")
        self.image_.set_clim(*limits_of(grid))
        self.ax_.set_facecolor("0.92")
        self._label_both(x, y, self.image_)
        self.texts_ = write_values(self.image_, grid)
        from matplotlib.patches import Rectangle

        corner = self._best_place(x) - 0.5, self._best_place(y) - 0.5
        self.best_ = Rectangle(
            corner, 1, 1, fill=False, edgecolor=COLORS[1], linewidth=3, clip_on=False
        )
        self.ax_.add_patch(self.best_)

    def _draw_points(self, x, y, cmap):
        self.scatter_ = self.ax_.scatter(
            x.at, y.at, c=self.table["mean"], cmap=cmap, s=70, edgecolors="0.3"
        )
        place = self._best_place(x), self._best_place(y)
        self.best_ = self.ax_.scatter(
            *place, s=220, facecolors="none", edgecolors=COLORS[1], linewidths=2.5
        )
        light_grid(self.ax_)
        self._label_both(x, y, self.scatter_)

    def _label_both(self, x, y, colored):
        self._label("x", x, self.params[0])
        self._label("y", y, self.params[1])
        metric = self._metric
        label = f"{metric.label}, {self._mean()}\n({metric.direction})"
        self.figure_.colorbar(colored, ax=self.ax_, label=label)
        title = f"Best: {self._best_value()} at {self._settings()}", self._over()
        lines = [line for part in title for line in textwrap.wrap(part, TITLE_WIDTH)]
        self.ax_.set_title("\n".join(lines), fontsize="medium")

    # Words.

    def _label(self, which, places, name, note=""):
        label = f"{name}\n{note}".strip()
        self.ax_.set(**{f"{which}label": label})
        axis = self.ax_.xaxis if which == "x" else self.ax_.yaxis
        if places.labels is None:
            if places.at.min() > 0 and places.at.max() / places.at.min() > DECADES:
                self.ax_.set(**{f"{which}scale": "log"})
            return
        axis.set_ticks(range(places.n_values), places.labels)
        if which == "x":
            turn_if_crowded(self.ax_, places.labels)

    def _mean(self):
        n_folds = self.table.filter(regex=r"^fold \d+$").shape[1]
        return f"mean of {n_folds} folds"

    def _over(self):
        return f"(each the best over {', '.join(self.over)})" if self.over else ""

    def _settings(self):
        values = (places([self.best[name]]) for name in self.params)
        pairs = zip(self.params, values, strict=True)
        return ", ".join(f"{name}={value.labels[0]}" for name, value in pairs)

    def _best_value(self):
        decimals = decimals_for(limits_of(self.table["mean"]))
        return f"{self.best['mean']:.{decimals}f}"

    def _best_place(self, places):
        return places.at[self.table.index.get_loc(self.best.name)]
