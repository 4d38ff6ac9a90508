"""Missing and infinite values, found and named."""

import numpy as np

from skseqconv.series._view_internals import depth_of, ids_of, place_of

from ._target_channel import position_after_steps, rows_ahead

#: How to fill missing values of samples, each of which is an array.
FILL_SAMPLES = (
    "PerStep(SimpleImputer()), first in the Pipeline, fills missing values with the "
    "mean of their channel. To take the last known value where there is one, fill each "
    "sample without its padding before: pandas.DataFrame(sample).ffill()."
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
    names = view.channel_names
    raise_not_finite(
        value,
        channel if names is None else repr(names[channel]),
        place_of(view, row, rows_ahead(view)[channel]),
        how_to_fill(view, channel),
    )


def how_to_fill(view, channel):
    """How to fill missing values of a channel with what was known at each row.

    Whether an input is filled must not depend on later rows, so it is filled to the
    end. The end of a target stays missing: filled, it would move the start of
    forecasts. A row that has a target has a later value, so it learns nothing from
    that.
    """
    ids = ids_of(view)
    # The ids of a pooled wide table are the names of its columns.
    is_wide = ids is None or (view.channels is not None and ids.nlevels == 1)
    column = f"table{'' if is_wide else '.groupby(<id>)'}[<channel>]"
    order = "" if is_wide else "in the order of time, "
    mean = "PerStep(SimpleImputer()) before the windows fills {} with the mean."
    if channel not in {position_after_steps(view, c) for c, _ in view.target or ()}:
        rest = mean.format("what is still missing")
        return f"Fill it with its last known value: {order}{column}.ffill(). {rest}"
    inside = "ffill(limit_area='inside')"
    if not is_wide:
        inside = f"transform(lambda one: one.{inside})"
    return (
        "It is the target, so fill it between measured values only: "
        f"{order}{column}.{inside} before make_supervised, with rows= of the measured "
        f"targets. {mean.format('what is still missing')}"
    )


def raise_not_finite(value, channel, place, fill=FILL_SAMPLES):
    """The one message for missing and infinite values."""
    what, way_out = "NaN", fill
    if not np.isnan(value):
        what = "infinity" if np.isinf(value) else f"{value:g}, too large for float32"
        way_out = "Correct the value, or divide the channel by a power of ten."
    raise ValueError(
        f"Input X contains {what}: channel {channel}, first at {place}. {way_out}"
    )
