"""Whether y and its channel in plain windows seem to have the same units."""

import warnings

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.series._missing_history import stacklevel_of_caller

#: At most this many windows are read.
MAX_ROWS = 1_000

#: Fewer rows do not show how large the values usually are.
MIN_ROWS = 20

#: Units differ if the middle parts of the values differ in width by more than this
#: factor, or lie apart by more than this many widths.
FACTOR = 4


def warn_of_other_units(windows, y, channels):
    """Warn if y is not as large as its channel, which an array does not explain.

    Parameters
    ----------
    windows : ndarray of shape (n_rows, n_steps, n_channels)
    y : ndarray of shape (n_rows, n_outputs)
    channels : sequence of int
        Position of the channel of each column of y.
    """
    if len(y) < MIN_ROWS:
        return
    rows = spread_positions(len(y), MAX_ROWS)
    for column, channel in enumerate(channels):
        own, of_y = _middle(windows[rows][:, :, channel]), _middle(y[rows, column])
        if own is None or of_y is None or _alike(own, of_y):
            continue
        column = "" if y.shape[1] == 1 else f" (column {column})"
        warnings.warn(
            f"y{column} and channel {channel} of X seem to have different units: most "
            f"values of y lie between {of_y[0]:.3g} and {of_y[1]:.3g}, most of the "
            f"channel between {own[0]:.3g} and {own[1]:.3g}. Forecasts from an array "
            "start in the units of its channel. If only X or only y was scaled, they "
            "are wrong, or less accurate. Give both in the same units, or give rows of "
            "make_supervised, which know how they were scaled.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
        return


def _middle(values):
    """The range of most values; None if they do not vary."""
    values = values[np.isfinite(values)].astype(np.float64)
    if not len(values):
        return None
    low, high = np.percentile(values, [5, 95])
    return (low, high) if high > low else None


def _alike(one, other):
    widths = [high - low for low, high in (one, other)]
    apart = abs(sum(one) - sum(other)) / 2
    return max(widths) <= FACTOR * min(widths) and apart <= FACTOR * max(widths)
