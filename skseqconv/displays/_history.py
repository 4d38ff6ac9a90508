"""The history of training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skseqconv._metrics import Metric, best_is
from skseqconv._public import public
from skseqconv._unwrap import innermost

from ._common import (
    COLORS,
    MARKERS,
    alone,
    axes_for,
    by_name,
    check_matplotlib,
    legend_above,
    light_grid,
    styled,
)
from ._of_networks import label_of, mode_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Styles of the lines of what a loss is compared with.
REFERENCES = {"persistence": ":", "start": "-."}

#: Up to this many epochs, each one has a marker.
FEW_EPOCHS = 25


@public
class HistoryDisplay:
    """Training and validation loss, or another metric, per epoch.

    :meth:`from_estimator` creates one from a fitted estimator, or from several.

    Parameters
    ----------
    histories : dict of dict of array-like of shape (n_epochs,)
        The ``history_`` of each estimator, by name: the metric per epoch and, with
        validation, the same under the name with ``"val_"`` in front. One of the two is
        enough. NaN for an epoch without a value.
    metric : str, default="loss"
        Name of the metric to draw.
    label : str, default=None
        Label of the y axis; None for the name of the metric.
    references : dict of dict of dict of float, default=None
        The ``reference_loss_`` of estimators, by name: horizontal lines beside the
        curves of the loss. None for no lines.
    mode : {"auto", "min", "max"} or None, default="auto"
        Which value of the metric is the best. "auto" takes it from the name of the
        metric. None marks no epoch.

    Attributes
    ----------
    lines_ : dict of matplotlib.lines.Line2D
        Each curve, by the pair (name, "training" or "validation").
    references_ : dict of matplotlib.lines.Line2D
        Each horizontal line, by the pair (name, "persistence" or "start").
    best_ : dict of matplotlib.lines.Line2D
        The mark of the best epoch of each estimator with validation, by name. No mark
        if the start was better, or if it is unknown which value is the best.
    ax_ : matplotlib.axes.Axes
        The axes.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.

    See Also
    --------
    Conv1DRegressor : Has a ``history_`` after `fit`.
    ComparisonDisplay : Scores of several models on each fold.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skseqconv import HistoryDisplay
    >>> history = {"loss": [0.9, 0.6, 0.5], "val_loss": [0.8, 0.6, 0.7]}
    >>> last_value = {"persistence": {"loss": 1.0, "val_loss": 0.9}}
    >>> display = HistoryDisplay(
    ...     {"Conv1D": history}, references={"Conv1D": last_value}
    ... ).plot()
    >>> display.best_epochs
    {'Conv1D': 2}
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        histories: Mapping[str, Mapping[str, ArrayLike]],
        *,
        metric: str = "loss",
        label: str | None = None,
        references: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
        mode: Literal["auto", "min", "max"] | None = "auto",
    ) -> None:
        self.histories = histories
        self.metric = metric
        self.label = label
        self.references = references
        self.mode = mode

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator | dict[str, BaseEstimator],
        *,
        metric: str = "loss",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the training of a fitted estimator.

        Parameters
        ----------
        estimator : estimator or dict of estimators
            A fitted network, or a Pipeline, search, TransformedTargetRegressor or
            TunedThresholdClassifierCV with one inside; or a dict of several by name.
        metric : str, default="loss"
            A name in ``history_``, without ``"val_"``: "loss", "accuracy" of a
            classifier, one of `metrics`, or one that a callback adds.
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the curves.

        Returns
        -------
        display : HistoryDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If an estimator is not fitted.
        ValueError
            If an estimator has no history, or its history lacks the metric.

        Notes
        -----
        The best epoch is marked by the rule of early stopping. It is Keras' own rule
        for metrics of Keras, and no epoch is marked where Keras has no rule.
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        networks = {name: innermost(e) for name, e in by_name(estimator).items()}
        for name, network in networks.items():
            if not isinstance(getattr(network, "history_", None), dict):
                raise ValueError(
                    f"estimator {name!r} has no history_: it is, or ends with, a "
                    f"{type(network).__name__}. Give a Conv1D or Conv1D-GRU estimator."
                )
        labels = {label_of(network, metric) for network in networks.values()}
        modes = {mode_of(network, metric) for network in networks.values()}
        display = cls(
            {
                name: {
                    key: np.array(values) for key, values in network.history_.items()
                }
                for name, network in networks.items()
            },
            metric=metric,
            label=labels.pop() if len(labels) == 1 else None,
            references={
                name: network.reference_loss_
                for name, network in networks.items()
                if hasattr(network, "reference_loss_")
            },
            mode=modes.pop() if len(modes) == 1 else None,
        )
        return display.plot(ax, line_kw=line_kw)

    @property
    def best_epochs(self) -> dict[str, int]:
        """The epoch (from 1) with the best validation value of each estimator.

        0 if the network was better at its start (``references``). Empty if it is
        unknown which value is the best.
        """
        best, mode = {}, self._known_mode()
        if mode is None:
            return best
        for name, (_, validation) in self._curves().items():
            if validation is not None and np.isfinite(validation).any():
                place = np.nanargmin if mode == "min" else np.nanargmax
                best[name] = int(place(validation)) + 1
                start = self._references_of(name).get("start", {})
                if start.get("val_loss", np.inf) <= np.nanmin(validation):
                    best[name] = 0
        return best

    def plot(
        self, ax: Axes | None = None, *, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw the curves and mark the best validation epoch.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; None for a new figure.
        line_kw : dict, default=None
            Options of ``matplotlib.axes.Axes.plot`` for the curves.

        Returns
        -------
        display : HistoryDisplay
            The display itself.

        Raises
        ------
        ValueError
            If a history lacks the metric.
        """
        check_matplotlib(f"{type(self).__name__}.plot")
        from matplotlib.ticker import MaxNLocator

        curves = self._curves()
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.get_figure()
        self.lines_, self.best_ = {}, {}
        for i, (name, (training, validation)) in enumerate(curves.items()):
            marker = MARKERS[i % len(MARKERS)]
            color = COLORS[i % len(COLORS)]
            # A single estimator has two colors; several estimators have one each.
            other = COLORS[1] if len(curves) == 1 else color
            line = "-" if validation is None else "--"
            if training is not None:
                self._draw((name, "training"), training, color, line, marker, line_kw)
            if validation is not None:
                part = (name, "validation")
                self._draw(part, validation, other, "-", marker, line_kw)
        self._draw_references(curves)
        self._mark_best(curves)
        whole = MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
        self.ax_.xaxis.set_major_locator(whole)
        self.ax_.set(xlabel="Epoch", ylabel=self.label or Metric(self.metric).label)
        light_grid(self.ax_)
        longest = max(len(line.get_xdata()) for line in self.lines_.values())
        self.ax_.set_xlim(0.5, longest + 0.5)
        legend_above(self.ax_, self._handles(curves), grow=ax is None)
        return self

    def _known_mode(self):
        if self.mode not in ("auto", "min", "max", None):
            raise ValueError(
                f"mode={self.mode!r} must be 'auto', 'min', 'max', or None for no mark."
            )
        return best_is(self.metric) if self.mode == "auto" else self.mode

    def _curves(self):
        """Training and validation curve of each estimator, as arrays or None."""
        if not self.histories:
            raise ValueError("histories={} must hold at least one history by its name.")
        curves = {}
        for name, history in self.histories.items():
            both = self.metric, f"val_{self.metric}"
            if not any(key in history for key in both):
                known = dict.fromkeys(key.removeprefix("val_") for key in history)
                raise ValueError(
                    f"metric={self.metric!r} is not in the history of {name!r}: use "
                    f"{' or '.join(map(repr, known))}. Validation is drawn with it."
                )
            curves[name] = tuple(
                np.asarray(history[key], dtype=float) if key in history else None
                for key in both
            )
        return curves

    def _draw(self, part, values, color, line, marker, line_kw):
        options = {
            "color": color,
            "linestyle": line,
            "marker": marker,
            "markersize": 4,
            "markevery": _marked(values, every=len(self.histories) > 1),
        }
        epochs = np.arange(1, len(values) + 1)
        [self.lines_[part]] = self.ax_.plot(epochs, values, **styled(options, line_kw))

    def _references_of(self, name):
        """Losses to compare with, by their name; none beside another metric."""
        known = self.references or {}
        return known.get(name, {}) if self.metric == "loss" else {}

    def _draw_references(self, curves):
        """Draw horizontal lines, on the held-out rows if there are some."""
        self.references_ = {}
        for name, (_, validation) in curves.items():
            kind = "training" if validation is None else "validation"
            key = "loss" if validation is None else "val_loss"
            color, drawn = self.lines_[name, kind].get_color(), []
            for reference, losses in self._references_of(name).items():
                value = losses.get(key)
                if value is None or any(np.isclose(value, drawn)):
                    continue
                drawn.append(value)
                self.references_[name, reference] = self.ax_.axhline(
                    value,
                    color=color,
                    linestyle=REFERENCES[reference],
                    label=f"{reference}, {kind}: {value:.3g}",
                    zorder=1,
                )

    def _mark_best(self, curves):
        for name, epoch in self.best_epochs.items():
            if not epoch:
                continue
            [self.best_[name]] = self.ax_.plot(
                epoch,
                curves[name][1][epoch - 1],
                color=self.lines_[name, "validation"].get_color(),
                marker="*",
                markersize=15,
                markeredgecolor="white",
                linestyle="none",
                zorder=3,
            )

    def _handles(self, curves):
        """Entries of the legend: curves of one estimator, or names and line styles."""
        from matplotlib.lines import Line2D

        for mark in self.best_.values():
            epoch, value = mark.get_xdata()[0], mark.get_ydata()[0]
            mark.set_label(f"best epoch: {epoch} ({value:.3g})")
        if len(curves) == 1:
            for (_, kind), line in self.lines_.items():
                line.set_label(kind)
            drawn = self.lines_, self.best_, self.references_
            return [handle for handles in drawn for handle in handles.values()]
        handles = []
        for name, (_, validation) in curves.items():
            kind = "training" if validation is None else "validation"
            line = self.lines_[name, kind]
            best = self.best_.get(name)
            line.set_label(f"{name}, {best.get_label()}" if best else name)
            handles.append(line)
        if len(self.lines_) > len(curves):
            handles.append(Line2D([], [], color="0.3", label="validation"))
            handles.append(Line2D([], [], color="0.3", ls="--", label="training"))
        for reference in dict.fromkeys(known for _, known in self.references_):
            line = REFERENCES[reference]
            handles.append(Line2D([], [], color="0.3", ls=line, label=reference))
        return handles


def _marked(values, *, every):
    """Epochs with a marker: all of few, some of many, and all that no line shows."""
    epochs = np.arange(len(values))
    if len(values) <= FEW_EPOCHS:
        return epochs.tolist()
    some = epochs[:: len(values) // 8].tolist() if every else []
    return sorted({*alone(values), *some})
