"""What the displays share: axes, colors, legends, names, estimators inside others."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseqconv._unwrap import innermost

#: Okabe and Ito's colors, which the color-blind can tell apart, without the yellow.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

LINES = ("-", "--", "-.", (0, (4, 1, 1, 1, 1, 1)), (0, (6, 1)), ":")

MARKERS = ("o", "s", "D", "^", "v", "P")

#: Of what is there for comparison.
GRAY = "#767676"

#: Width of a letter of a legend or a label, in points, roughly.
LETTER = 5.5


#: Width of a legend's line or mark with the space around it, and of the part of this
#: between two columns, in points.
HANDLE, SPACING = 46, 20

_METRICS = {
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "rmse": "root mean squared error",
    "r2": "R²",
    "roc_auc": "ROC AUC",
}


def check_matplotlib(caller):
    """Raise ImportError that says how to install matplotlib, if it is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{caller} requires matplotlib, which the extra has: "
            'pip install "skseqconv[plot]"'
        ) from error


def axes_for(ax, size=(6.4, 4.8)):
    """The axes given, or those of a new figure of that size in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def styled(defaults, given):
    """Options of a line, markers or an area: the defaults where the user has none."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return {**defaults, **normalize_kwargs(given, Line2D)}


def look(i):
    """Color, line and marker of the i-th of several."""
    color, line, marker = (kinds[i % 6] for kinds in (COLORS, LINES, MARKERS))
    return {"color": color, "linestyle": line, "marker": marker}


def light_grid(ax, axis="both"):
    ax.grid(axis=axis, color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)


def legend_above(ax, handles=None, *, grow=False):
    """A legend over the axes, where it hides nothing, in as many columns as fit.

    A figure of the display's own may grow by a legend of many rows.
    """
    handles = ax.get_legend_handles_labels()[0] if handles is None else handles
    widths = np.array([LETTER * len(h.get_label()) + HANDLE for h in handles])
    for n_columns in range(len(handles), 0, -1):
        columns = np.array_split(widths, n_columns)
        if sum(column.max() for column in columns) - SPACING <= width_of(ax):
            break
    n_rows = -(-len(handles) // n_columns)
    if grow and n_rows > 2:
        figure = ax.get_figure()
        figure.set_figheight(figure.get_figheight() + 0.23 * (n_rows - 2))
    return ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=n_columns,
        frameon=False,
    )


def width_of(ax):
    """Width of axes in points, before a layout may change it."""
    return ax.bbox.width * 72 / ax.figure.dpi


def readable(metric):
    """A metric's name as a label: "Mean absolute error"."""
    name = _METRICS.get(metric, metric.replace("_", " "))
    return name[:1].upper() + name[1:]


def direction(greater_is_better):
    return "higher is better" if greater_is_better else "lower is better"


def decimals_for(values):
    """Decimals that tell values apart: two digits of how far they spread."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    spread = np.ptp(values) if len(values) else 0.0
    if not spread:
        spread = np.abs(values).max(initial=0.0) / 10 or 1.0
    return int(np.clip(1 - np.floor(np.log10(spread)), 0, 6))


def by_name(estimator):
    """Fitted estimators by name, of one estimator or a dict of them."""
    several = isinstance(estimator, dict)
    if several and not estimator:
        raise ValueError("estimator is an empty dict: give at least one, by its name.")
    for one in estimator.values() if several else [estimator]:
        if isinstance(one, type) or not hasattr(one, "fit"):
            raise ValueError(
                "estimator must be a fitted estimator, or a dict of such by name, got "
                f"{in_words(one)}{' in the dict' if several else ''}."
            )
        check_is_fitted(one)
    return estimator if several else {type(innermost(estimator)).__name__: estimator}


def alone(values):
    """Positions of values between unknown ones, which no line would show."""
    known = np.pad(np.isfinite(values), 1)
    return np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:]).tolist()


def in_words(value):
    """A value that is none of those wanted, in few words."""
    return "None" if value is None else f"{type(value).__name__} {value!r:.50}"


def turn_if_crowded(ax, labels):
    """Turn the labels of the x axis where they would touch each other."""
    if LETTER * (max(map(len, labels)) + 2) * len(labels) > 0.8 * width_of(ax):
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
