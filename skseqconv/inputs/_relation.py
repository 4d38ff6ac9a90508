"""How y relates to its channel in the windows: y = slope * channel + offset.

Standardizer, other scalers and an affine TransformedTargetRegressor keep this form.
PCA or a logarithm do not: the remainder shows it.
"""

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import apply_steps, with_steps
from skseqconv.series._view_internals import raw_values, rows_after, without_shift
from skseqconv.series._window_view import WindowView

from ._targets import columns_of
from ._units import warn_of_other_units

#: The relation is solved from this many rows, at most.
MAX_ROWS_SOLVED = 10_000

#: At most this many values are scaled at once (64 MB).
MAX_SCALED = 2**23

#: For many columns of y from fewer, but this many: they read a value each.
MAX_VALUES_SOLVED, MIN_ROWS_SOLVED = 100_000, 1_000

#: y counts as affine up to this remainder, as a share of the spread of y.
TOLERANCE = 1e-4

#: A few operations round by up to this many machine epsilons.
N_ROUNDINGS = 16

#: Fewer rows do not show the relation: any two points lie on a line.
LEAST_ROWS = 3


def solve_affine(channel, y, rounding=N_ROUNDINGS * 2.0**-52):
    """Slope and offset of y on a channel, and the remainder.

    Parameters
    ----------
    channel, y : ndarray of shape (n_rows,)
    rounding : float
        Rounding of the values, as a share of the largest.

    Returns
    -------
    slope, offset : float
    rest : float
        Largest absolute remainder beyond rounding, as a share of the spread of y.
    """
    if np.array_equal(channel, y):
        return 1.0, 0.0, 0.0
    center, spread = mean_and_spread(channel)
    mean, spread_of_y = mean_and_spread(y)
    slope = 1.0  # scalers do not scale a constant channel
    if varies(channel):
        slope = float(np.mean((channel - center) / spread * (y - mean)) / spread)
    offset = float(mean - slope * center)
    rest = left_over(channel, y, slope, offset, rounding)
    return slope, offset, rest / float(spread_of_y or 1.0)


def left_over(channel, y, slope, offset, rounding):
    """The largest absolute remainder of a relation, beyond rounding."""
    explained = slope * channel
    rest = np.abs(y - explained - offset).max()
    rest -= rounding * (np.abs(y).max() + np.abs(explained).max())
    return float(np.maximum(rest, 0.0))  # NaN stays


def mean_and_spread(values):
    """Mean and standard deviation along the first axis, for values of any size.

    Neither overflows nor underflows. Equal values give exactly that value as mean, and
    a standard deviation of exactly zero. Large tables are read some columns at a time,
    because their scaled copies would take more memory than the table.
    """
    values = np.asarray(values)
    if values.ndim < 2 or values.size <= MAX_SCALED:
        return _mean_and_spread(values)
    # Not one by one: NumPy adds the values of one column in another order.
    n_columns = max(MAX_SCALED // len(values), 2)
    parts = np.array_split(values, -(-values.shape[1] // n_columns), axis=1)
    found = zip(*map(_mean_and_spread, parts), strict=True)
    return tuple(map(np.concatenate, found))


def _mean_and_spread(values):
    values = np.ascontiguousarray(values, dtype=np.float64)  # columns are read often
    low, high = values.min(axis=0), values.max(axis=0)
    largest = np.maximum(np.abs(low), np.abs(high))
    # Scaling by a power of two does not round.
    unit = np.ldexp(1.0, np.frexp(np.where(largest > 0, largest, 1.0))[1] - 1)
    scaled = values / unit
    same = low == high
    mean = np.where(same, low, scaled.mean(axis=0) * unit)
    return mean, np.where(same, 0.0, scaled.std(axis=0) * unit)


def varies(channel):
    """Whether a channel changes by more than rounding."""
    center, spread = mean_and_spread(channel)
    return bool(spread > 1e-12 * abs(center))


def rounding_of(windows):
    """Rounding of the values of windows, as a share of the largest value."""
    dtype = windows.dtype
    if isinstance(windows, WindowView) and windows.steps and len(windows):
        dtype = apply_steps(windows.steps, raw_values(windows, windows.rows[:1])).dtype
    return N_ROUNDINGS * float(np.finfo(dtype).eps if dtype.kind == "f" else 2.0**-52)


def target_relations(windows, y, channels, delays):
    """How each column of y relates to its channel, solved from rows that have both.

    The channel at row ``t + delay`` is compared with y at ``t``, so nothing is read
    that y does not hold already. An array has no later rows: then y is assumed to have
    the units of its channel, with a warning if it is much larger or smaller.

    Parameters
    ----------
    windows : WindowView or ndarray
    y : ndarray of shape (n_rows, n_outputs)
    channels : sequence of int
        Position in the windows of the channel of each column.
    delays : sequence of int or None
        How many rows ahead each column lies; None if unknown.

    Returns
    -------
    slopes, offsets, rests : ndarray of shape (n_outputs,)
    """
    if not isinstance(windows, WindowView):
        warn_of_other_units(windows, y, channels)
        return np.ones(len(channels)), np.zeros(len(channels)), np.zeros(len(channels))
    if None in delays:
        raise ValueError(
            "delay=None, and X does not know how far ahead y lies. Set delay: it is "
            "needed to convert values of the channel to the units of y."
            f"{if_columns_lack(windows, len(channels))}"
        )
    relations, rounding = np.empty((3, len(channels))), rounding_of(windows)
    # Columns of the same delay after one another: their rows are read once.
    columns = np.argsort(delays, kind="stable")
    pairs = later_values(windows, y, channels, delays, columns)
    for column, (later, own) in zip(columns, pairs, strict=True):
        if not len(own):
            raise ValueError(
                f"delay={delays[column]} reaches beyond the end of the series at every "
                "row."
            )
        relations[:, column] = solve_affine(later, own, rounding)
    return tuple(relations)


def is_target(X, y):
    """Whether each column of y is a target that a view was made with, in any units.

    True if y holds no numbers: models say so themselves.
    """
    y = np.asarray(y)
    if y.dtype.kind not in "fiub":
        return True
    y = columns_of(y)
    if y.shape[1] != len(X.target):
        return False
    channels, delays = zip(*X.target, strict=True)
    rows = with_steps(X, ())
    rounding = rounding_of(rows)
    pairs = later_values(rows, y.astype(np.float64), channels, delays)
    rests = [solve_affine(*pair, rounding)[2] for pair in pairs if len(pair[0])]
    return not any(rest > TOLERANCE for rest in rests)  # NaN is an error of its own


def if_columns_lack(windows, n_outputs):
    """What to do if X was made with other columns of y; "" if it was not."""
    target = getattr(windows, "target", None)
    if not target:
        return ""
    return (
        f" X was made with {len(target)} column(s) of y, but y has {n_outputs}: give "
        "all of them. One model forecasts them at once, without MultiOutputRegressor."
    )


def later_values(windows, y, channels, delays, columns=None):
    """For columns of y, their channel `delay` rows later and y, at rows with both."""
    n_rows = np.clip(
        MAX_VALUES_SOLVED // len(channels), MIN_ROWS_SOLVED, MAX_ROWS_SOLVED
    )
    some = spread_positions(len(windows), int(n_rows))
    windows, y = windows[some], y[some]
    delay = None
    for column in range(len(channels)) if columns is None else columns:
        if delays[column] != delay:
            delay = delays[column]
            rows, inside = rows_after(windows, delay)
            # The last rows may have no future, and a target needs none.
            later = SeriesView(without_shift(windows), rows=rows[inside])
            later = later.to_numpy(np.float64)
        yield later[:, channels[column]], y[inside, column]


def no_relation(channels, rests):
    """Why y is not an affine function of its channel; None if it is."""
    missing = np.isnan(rests)
    if missing.any():
        return (
            f"y has a value where channel {channels[missing.argmax()]} of the windows "
            "is missing (NaN) or infinite. Check target_channel and delay, or drop "
            "these rows."
        )
    if rests.max() <= TOLERANCE:
        return None
    return (
        f"y is not an affine function of channel {channels[rests.argmax()]} of the "
        f"windows (remainder: {rests.max():.2g} of the spread of y), so the channel's "
        "last value is not a forecast of y. Check target_channel and delay. If a step "
        "before mixes or bends channels (PCA, a logarithm), leave it out. If a "
        "TransformedTargetRegressor takes the logarithm of y, take that of the channel "
        "as well: PerStep(FunctionTransformer(np.log)) before the windows."
    )
