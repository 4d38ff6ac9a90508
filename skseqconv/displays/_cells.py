"""The cells of a map, and the scores in them."""

import numpy as np

from ._common import LETTER, decimals_for, width_of

#: Smallest font size of the scores, in points.
SMALLEST = 5

#: The colors span at least this share of the scores: noise does not look large.
LEAST_SPAN = 0.01


def limits_of(scores):
    """Lowest and highest score of the colors and of the digits that are shown."""
    low, high = np.nanmin(scores), np.nanmax(scores)
    missing = LEAST_SPAN * max(abs(low), abs(high)) - (high - low)
    room = max(missing, 0) / 2
    return low - room, high + room


def size_of_map(n_columns, n_rows):
    """Figure size in inches with room for a score in each cell."""
    width, height = 2 + 0.55 * n_columns, 1.2 + 0.35 * n_rows
    return min(max(6.4, width), 14), min(max(4.8, height), 10)


def write_values(image, grid):
    """Write scores into the cells of an image, in black or white, if there is room."""
    decimals = decimals_for(limits_of(grid))
    written = {
        (row, column): f"{grid[row, column]:.{decimals}f}"
        for row, column in np.argwhere(np.isfinite(grid))
    }
    letters = max(map(len, written.values())) + 2
    room = 0.8 * width_of(image.axes) / grid.shape[1]
    size = min(10, 10 * room / (LETTER * letters))
    if size < SMALLEST:
        return []
    texts = []
    for (row, column), text in written.items():
        red, green, blue, _ = image.to_rgba(grid[row, column])
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
        color = "black" if bright else "white"
        texts.append(
            image.axes.text(
                column, row, text, ha="center", va="center", fontsize=size, color=color
            )
        )
    return texts
