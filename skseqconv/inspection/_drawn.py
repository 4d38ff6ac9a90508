"""Parts of the drawing of importances: names, axes of lags, maps."""

import textwrap
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skseqconv.displays._common import LETTER, width_of

COLOR_OF_BARS, COLOR_OF_REPEATS = "#56B4E9", "black"

#: Letters per line of a name, at most and at least, and the share of the width of the
#: axes that a name may take.
NAME_WIDTH, LEAST_NAME_WIDTH = 28, 8
SHARE_OF_NAMES = 0.45

#: Units of an axis of lags, and how many of them it must span at least.
UNITS = (("D", "Days"), ("h", "Hours"), ("min", "Minutes"), ("s", "Seconds"))
LEAST_UNITS = 3

#: The colors of a map end at this many times the size of the noise, at least.
TIMES_NOISE = 4

#: A scale spans at least this share of the score: smaller importances look small.
SHARE_OF_SCORE = 0.01


def wrapped(names, ax):
    """Names in lines that leave room for the axes."""
    fits = int(SHARE_OF_NAMES * width_of(ax) / LETTER)
    width = min(NAME_WIDTH, max(LEAST_NAME_WIDTH, fits))
    return [
        textwrap.fill(str(name), width, max_lines=2, placeholder="...")
        for name in names
    ]


def in_lines(label, room):
    """A label in two lines if it is longer than the room in points.

    Ticks and titles take a part of the room later.
    """
    if len(label) * LETTER <= 0.8 * room:
        return label
    spaces = [i for i, letter in enumerate(label) if letter == " "]
    middle = min(spaces, key=lambda i: abs(i - len(label) / 2))
    return f"{label[:middle]}\n{label[middle + 1 :]}"


def height_of(ax):
    """Height of axes in points, before the layout changes it."""
    return ax.bbox.height * 72 / ax.figure.dpi


def least_scale(score):
    """What a scale of importances spans at least."""
    score = np.abs(np.atleast_1d(score))
    return SHARE_OF_SCORE * float(np.max(score, initial=0.0))


def label_lags(ax, unit, newest):
    """Name an axis on which time runs to the right, and the newest row is at 0.

    Without channels known ahead, lags are positive: "6" for six rows before.
    """
    if newest > 0:
        label = f"{unit} from the newest row"
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:+g}" if x else "0")
    else:
        label = f"{unit} before the newest row"
        ax.xaxis.set_major_formatter(lambda x, _: f"{-x:g}" if x else "0")
    ax.set_xlabel(in_lines(label, width_of(ax)))


def names_of_outputs(table):
    """Names of the outputs, for each row of the table; None without outputs."""
    if "output" in table:
        return [f"output {one}" for one in table["output"]]
    if "horizon" not in table:
        return None
    horizons = [f"{one}" for one in table["horizon"]]
    if table["target"].nunique() == 1:
        return horizons
    pairs = zip(table["target"], horizons, strict=True)
    return [f"{target}, {horizon}" for target, horizon in pairs]


def unit_of_lags(table):
    """How long a row is in the unit of the axis, and the unit."""
    if "oldest_time" not in table:
        return 1.0, "Rows"
    lags = table[["oldest", "newest"]].to_numpy().ravel()
    times = pd.concat([table["oldest_time"], table["newest_time"]], ignore_index=True)
    times = times.to_numpy().reshape(2, -1).T.ravel()
    at = np.argmax(np.abs(lags))
    if not lags[at]:
        return 1.0, "Rows"
    row = pd.Timedelta(times[at]) / int(lags[at])
    longest = row * (np.abs(lags).max() + 1)
    for unit, word in UNITS:
        if longest >= LEAST_UNITS * pd.Timedelta(1, unit=unit):
            return row / pd.Timedelta(1, unit=unit), word
    return 1.0, "Rows"


def edges_of(table, scale):
    """Left and right edge of each stretch, with time to the right and the row at 0."""
    left = -(table["oldest"].to_numpy(dtype=float) + 0.5) * scale
    right = -(table["newest"].to_numpy(dtype=float) - 0.5) * scale
    return left, right


class Cells(NamedTuple):
    """The cells of a map: the name of the row of each, and where it begins and ends."""

    means: Any
    stds: Any
    rows: list[str]
    left: Any
    right: Any


def draw_map(ax, cells, shown, least):
    """Draw a row of cells for each name in `shown`; return the rows.

    Zero and less is white. If the largest importance is not far above the noise, the
    colors stay pale. They reach at least from 0 to `least`.
    """
    means, rows = np.asarray(cells.means), np.asarray(cells.rows)
    left, right = cells.left, cells.right
    noise = max(-means.min(), np.quantile(cells.stds, 0.9), 0.0)
    top = max(means.max(), TIMES_NOISE * noise, least) or 1.0
    meshes = []
    for y, name in enumerate(shown):
        own = np.flatnonzero(rows == name)
        own = own[np.argsort(left[own])]
        # Stretches need not touch: there is a masked cell between two that do not.
        edges, values = [left[own[0]]], []
        for i in own:
            if left[i] > edges[-1]:
                edges.append(left[i])
                values.append(np.nan)
            edges.append(right[i])
            values.append(means[i])
        meshes.append(
            ax.pcolormesh(
                edges,
                [y - 0.5, y + 0.5],
                np.ma.masked_invalid([values]),
                cmap="Blues",
                vmin=0,
                vmax=top,
                edgecolors="0.85",
                linewidth=0.4,
            )
        )
    return meshes
