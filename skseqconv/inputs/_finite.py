"""Missing and infinite values, found and named."""

import numpy as np

from skseqconv.series._view_internals import depth_of, ids_of, place_of

from ._target_channel import rows_ahead

#: How to fill missing values from the past: of one series, and of each id. Missing
#: values at the end stay: filled, they would move the start of forecasts.
FILL = "table.ffill(limit_area='inside')"
FILL_EACH = (
    "in the order of time, table.groupby(<id>).transform(lambda one: "
    "one.ffill(limit_area='inside'))"
)


#: Arrays of rows are looked at in chunks of this many.
CHUNK_ROWS = 2**16


def chunks_of(block):
    """Slices of rows, so that no other array is as large as the block."""
    for start in range(0, len(block), CHUNK_ROWS):
        yield slice(start, start + CHUNK_ROWS)


def fits_float32(block):
    """Whether all values are finite, as float32, too."""
    with np.errstate(over="ignore"):
        return all(
            np.isfinite(block[part].astype(np.float32)).all()
            for part in chunks_of(block)
        )


def raise_if_not_finite(view, block, positions):
    """Raise an error that names the first missing or infinite value of a window.

    Rows of the block that no window reads may hold anything.
    """
    touched = np.zeros(len(block), dtype=bool)
    depth = depth_of(view)
    for lag in view.lags:
        touched[positions - np.minimum(lag, depth)] = True
    bad = ~np.isfinite(block) & touched[:, None]
    if not bad.any():
        return
    at, channel = np.argwhere(bad)[0]
    # The row in the series follows from the distance to the end of a window.
    owner = np.argmin(np.where(positions >= at, positions - at, len(block)))
    row = view.rows[owner] - (positions[owner] - at)
    raise_not_finite_row(view, row, channel, block[at, channel])


def raise_not_finite_row(view, row, channel, value):
    """Name the row of the series, with its date and id, and the channel."""
    names, ids = view.channel_names, ids_of(view)
    # The ids of a pooled wide table are the names of its columns.
    is_wide = ids is None or (view.channels is not None and ids.nlevels == 1)
    raise_not_finite(
        value,
        channel if names is None else repr(names[channel]),
        place_of(view, row, rows_ahead(view)[channel]),
        FILL if is_wide else FILL_EACH,
    )


def raise_not_finite(value, channel, place, fill=FILL):
    """The one message for missing and infinite values."""
    what = "NaN" if np.isnan(value) else "infinity"
    if np.isfinite(value):
        what = f"{value:g}, too large for float32"
    raise ValueError(
        f"Input X contains {what}: channel {channel}, first at {place}. "
        "PerStep(SimpleImputer()) before the windows fills missing values. If a "
        f"channel drifts, as a target does, fill it from the past: {fill} before "
        "make_supervised, with rows= of the measured targets. Correct infinite and "
        "huge values in the series."
    )
