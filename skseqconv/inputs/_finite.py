"""Missing and infinite values, found and named."""

import numpy as np

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import depth_of


def raise_if_not_finite(view, block, positions):
    """Name the first missing or infinite value that a window really reads."""
    touched = np.zeros(len(block), dtype=bool)
    depth = depth_of(view)
    for lag in view.lags:
        touched[positions - np.minimum(lag, depth)] = True
    bad = ~np.isfinite(block) & touched[:, None]
    if not bad.any():
        return
    at, channel = np.argwhere(bad)[0]
    # A row of the block is told from its distance to a window's end.
    owner = np.argmin(np.where(positions >= at, positions - at, len(block)))
    row = view.rows[owner] - (positions[owner] - at)
    raise_not_finite_row(view, row, channel, block[at, channel])


def raise_not_finite_row(view, row, channel, value):
    """Name the row of the series, with its date, and the channel."""
    index = SeriesView(view, rows=[row]).index
    date = "" if index is None else f" ({index[0]})"
    names = view.channel_names
    raise_not_finite(
        value,
        channel if names is None else repr(names[channel]),
        f"row {row}{date} of the series",
    )


def raise_not_finite(value, channel, place):
    """The one message for missing and infinite values."""
    what = "NaN" if np.isnan(value) else "infinity"
    if np.isfinite(value):
        what = f"{value:g}, too large for float32"
    raise ValueError(
        f"Input X contains {what}: channel {channel}, first at {place}. "
        "PerStep(SimpleImputer()) before the windows fills missing values. Where a "
        "channel drifts, as a target does, fill from the past: table.ffill() before "
        "make_supervised, with rows= of the measured targets. Infinite and huge values "
        "must be mended in the series."
    )
