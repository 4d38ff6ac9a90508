"""What the displays share: axes, colors, legends, names of estimators."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseqconv._unwrap import innermost

#: Colors of Okabe and Ito, safe for color blindness, without the yellow.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

LINES = ("-", "--", "-.", (0, (4, 1, 1, 1, 1, 1)), (0, (6, 1)), ":")

MARKERS = ("o", "s", "D", "^", "v", "P")

#: Color of baselines.
GRAY = "#767676"

#: Approximate width of a letter of a label, in points.
LETTER = 5.5


def check_matplotlib(caller):
    """Raise an ImportError with the install command if matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{caller} needs matplotlib, which is not installed: "
            'pip install "skseqconv[plot]"'
        ) from error


def axes_for(ax, size=(6.4, 4.8)):
    """The given axes, or those of a new figure of this size in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def styled(defaults, given):
    """Options of a line or markers: the given ones, and defaults for the others."""
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
    """A legend above the axes, where it hides no data, in as many columns as fit.

    With `grow`, the figure becomes higher for a legend of many rows.
    """
    handles = ax.get_legend_handles_labels()[0] if handles is None else handles
    for n_columns in range(len(handles), 0, -1):
        legend = ax.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            borderaxespad=0.2,
            ncols=n_columns,
            frameon=False,
        )
        if legend.get_window_extent().width <= ax.bbox.width:
            break
    n_rows = -(-len(handles) // n_columns)
    if grow and n_rows > 2:
        figure = ax.get_figure()
        figure.set_figheight(figure.get_figheight() + 0.23 * (n_rows - 2))
    return legend


def legend_of_figure(axes, title, is_new):
    """One legend for all axes: above those of a new figure, where it hides no title."""
    handles = {}
    for ax in axes:
        handles.update(zip(*ax.get_legend_handles_labels()[::-1], strict=True))
    handles = list(handles.values())
    if not is_new:
        if axes[0].get_title(loc="left"):
            return axes[0].legend(handles=handles, loc="best")
        return legend_above(axes[0], handles)
    figure = axes[0].get_figure()
    for n_columns in range(min(len(handles), 6), 0, -1):
        legend = figure.legend(
            handles=handles,
            title=title or None,
            loc="outside upper left",
            ncols=n_columns,
            frameon=False,
            alignment="left",
        )
        if n_columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            return legend
        legend.remove()


#: How units are written in figures.
SYMBOLS = {"degC": "°C", "degF": "°F", "deg": "°"}


def name_and_unit(target, unit):
    """Name and unit of a target; the name may contain the unit: "T (degC)"."""
    name, opening, own = (target or "Value").rpartition(" (")
    if not opening or not own.endswith(")"):
        return target or "Value", unit
    own = own[:-1]
    return name, unit or SYMBOLS.get(own, own)


def width_of(ax):
    """Width of axes in points, before the layout changes it."""
    return ax.bbox.width * 72 / ax.figure.dpi


def decimals_for(values):
    """Number of decimals that shows two digits of the spread of values."""
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
        raise ValueError("estimator={} must hold at least one estimator by its name.")
    for one in estimator.values() if several else [estimator]:
        if isinstance(one, type) or not hasattr(one, "fit"):
            raise ValueError(
                "estimator must be a fitted estimator, or a dict of names and fitted "
                f"estimators, got {in_words(one)}{' in the dict' if several else ''}."
            )
        check_is_fitted(one)
    return estimator if several else {type(innermost(estimator)).__name__: estimator}


def alone(values):
    """Positions of values between two missing values, which a line does not show."""
    known = np.pad(np.isfinite(values), 1)
    return np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:]).tolist()


def in_words(value):
    """A wrong value in an error message, shortened."""
    return "None" if value is None else f"{type(value).__name__} {value!r:.50}"


def turn_if_crowded(ax, labels):
    """Turn the labels of the x axis if they would overlap."""
    if LETTER * (max(map(len, labels)) + 2) * len(labels) > 0.8 * width_of(ax):
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
