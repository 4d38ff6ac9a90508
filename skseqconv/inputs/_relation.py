"""How y relates to its channel in the windows: y = slope * channel + offset.

A Standardizer, any scaler and an affine TransformedTargetRegressor keep that form;
PCA or a logarithm do not, and are found out by what is left over.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from skseqconv.series._series import positions_of
from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import apply_steps, with_steps
from skseqconv.series._supervised import channel_position
from skseqconv.series._view_internals import raw_labels, raw_values, rows_after
from skseqconv.series._window_view import WindowView

#: Rows that the relation is solved from, at most.
MAX_ROWS = 10_000

#: Left over at most, as a share of the spread of y.
TOLERANCE = 1e-4

#: Rounding of a few operations, in units of the type's own.
N_ROUNDINGS = 16

#: Rows that can tell how y relates to its channel, at least: any two lie on a line.
LEAST_ROWS = 3


def solve_affine(channel, y, rounding=N_ROUNDINGS * 2.0**-52):
    """Slope and offset of y on a channel, and how much of y is left over.

    Parameters
    ----------
    channel, y : ndarray of shape (n_rows,)
    rounding : float
        Of values, as a share of the largest.

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
    slope = 1.0  # of a constant channel: scalers leave it unscaled
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
    """Mean and standard deviation along the first axis, of values of any size.

    Neither overflows or underflows, and equal values have exactly their own mean and a
    spread of exactly zero.
    """
    values = np.asarray(values, dtype=np.float64)
    low, high = values.min(axis=0), values.max(axis=0)
    largest = np.maximum(np.abs(low), np.abs(high))
    # A power of two, which rounds nothing.
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
    """Rounding of the values of windows, as a share of the largest."""
    dtype = windows.dtype
    if isinstance(windows, WindowView) and windows.steps and len(windows):
        dtype = apply_steps(windows.steps, raw_values(windows, windows.rows[:1])).dtype
    return N_ROUNDINGS * float(np.finfo(dtype).eps if dtype.kind == "f" else 2.0**-52)


def target_relations(windows, y, channels, delays):
    """How each column of y relates to its channel, from the rows that have both.

    The channel at row ``t + delay`` stands against y at ``t``, so nothing is read
    that y does not say already. Samples of an array know no later rows: y is taken
    to be in the units of its channel.

    Parameters
    ----------
    windows : WindowView or ndarray
    y : ndarray of shape (n_rows, n_outputs)
    channels : sequence of int
        Position of the channel in the windows, of each column.
    delays : sequence of int or None
        How many rows ahead each column lies; None where it is not known.

    Returns
    -------
    slopes, offsets, rests : ndarray of shape (n_outputs,)
    """
    if not isinstance(windows, WindowView):
        return np.ones(len(channels)), np.zeros(len(channels)), np.zeros(len(channels))
    if None in delays:
        raise ValueError(
            "delay=None, and X does not know how far ahead y lies: give delay, so "
            "that values can be brought to the units of y."
        )
    relations, rounding = [], rounding_of(windows)
    pairs = later_values(windows, y, channels, delays)
    for delay, (later, own) in zip(delays, pairs, strict=True):
        if not len(own):
            raise ValueError(
                f"delay={delay} reaches beyond the end of the series at every row."
            )
        relations.append(solve_affine(later, own, rounding))
    return tuple(map(np.array, zip(*relations, strict=True)))


def later_values(windows, y, channels, delays):
    """For each column of y, its channel where y lies, and y: rows that have both."""
    some = np.linspace(0, len(windows) - 1, min(len(windows), MAX_ROWS)).astype(int)
    windows, y = windows[some], y[some]
    for column, (channel, delay) in enumerate(zip(channels, delays, strict=True)):
        rows, inside = rows_after(windows, delay)
        later = SeriesView(windows, rows=rows[inside]).to_numpy(np.float64)
        yield later[:, channel], y[inside, column]


def no_relation(channels, rests):
    """Why y is no affine function of its channel; None if it is."""
    missing = np.isnan(rests)
    if missing.any():
        return (
            f"y has a value where channel {channels[missing.argmax()]} of the windows, "
            "whose future it is to be, is missing (NaN) or infinite. Check "
            "target_channel and delay, or drop these rows."
        )
    if rests.max() <= TOLERANCE:
        return None
    return (
        f"y is not an affine function of channel {channels[rests.argmax()]} of the "
        f"windows ({rests.max():.2g} of its spread is left over), so the channel's "
        "last value is no forecast of y. Is it another channel (target_channel) or "
        "delay, or does a step before mix or bend channels (PCA, a logarithm)? Leave "
        "such a step out."
    )


# What y is the future of.


class Target(NamedTuple):
    """What each column of y is the future of.

    `channels` are positions behind the steps, `raw_channels` in the series (-1 where
    they are not known) and `delays` in rows (None where they are not known).
    """

    channels: list
    raw_channels: list
    delays: list


def known_target(windows, n_outputs):
    """Channel in the series and delay of each column of y, if X knows them."""
    target = getattr(windows, "target", None) or ()
    return target if len(target) == n_outputs else None


def find_target(estimator, windows, y, before=None):
    """What y is the future of: what the parameters say, or X knows.

    Parameters
    ----------
    estimator : estimator
        With `target_channel` and `delay`.
    windows : WindowView or ndarray
    y : ndarray of shape (n_rows, n_outputs)
    before : Level, default=None
        Of an earlier fit: what neither the parameters nor X say is as it was.

    Returns
    -------
    target : Target
    """
    known = known_target(windows, y.shape[1])
    remembers = before is not None and known is None
    as_before = remembers and estimator.target_channel is None
    if as_before:
        channels = before.channels.tolist()
    else:
        channels = _channels(estimator, windows, y.shape[1], known)
    if remembers and estimator.delay is None:
        delays = [None if delay < 0 else delay for delay in before.delays.tolist()]
    else:
        delays = _delays(estimator, y.shape[1], known)
    if as_before:
        return Target(channels, before.raw_channels.tolist(), delays)
    raw = _raw_channels(estimator, windows, y, channels, known)
    return Target(channels, raw, delays)


def _channels(estimator, windows, n_outputs, known):
    labels = _labels_of(estimator, windows)
    n_channels = windows.shape[2]
    chosen = estimator.target_channel
    if chosen is None and known:
        return [position_after_steps(windows, channel) for channel, _ in known]
    if chosen is None and n_channels > 1:
        raise ValueError(
            f"target_channel=None, but X has {n_channels} channels and does not know "
            f"which of them {n_outputs} column(s) of y are the future of: name the "
            "channel, or make X and y by make_supervised."
        )
    if chosen is None:
        return [0] * n_outputs
    if positions_of(chosen, labels):  # a tuple may be one label
        chosen = [chosen] * n_outputs
    chosen = _one_each(chosen, n_outputs, "target_channel")
    return [channel_position(c, labels, n_channels, "target_channel") for c in chosen]


def _labels_of(estimator, windows):
    """What the channels of the windows are called, text or not; None if nothing."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        # Columns of a table are its steps, not its channels.
        return tuple(names) if len(names) == windows.shape[2] else None
    labels = raw_labels(windows) if isinstance(windows, WindowView) else None
    if labels is None or len(labels) == windows.n_channels:
        return labels
    if estimator.target_channel is not None:
        raise ValueError(
            f"target_channel={estimator.target_channel!r} may be a label or a "
            f"position: the series has the channels {list(labels)}, the windows have "
            f"{windows.n_channels} without labels. Make all labels text, "
            "series.rename(columns=str), so that the steps keep them."
        )
    return None


def _delays(estimator, n_outputs, known):
    if estimator.delay is None and known:
        return [delay for _, delay in known]
    delays = _one_each(estimator.delay, n_outputs, "delay")
    for delay in delays:
        if delay is not None and (not isinstance(delay, Integral) or delay < 1):
            raise ValueError(
                "delay must be a whole number of rows >= 1 for each column of y, "
                f"got delay={estimator.delay!r}."
            )
    return delays


def _one_each(value, n_outputs, name):
    """One value for each column of y."""
    if isinstance(value, str) or not np.iterable(value):
        return [value] * n_outputs
    if len(value) != n_outputs:
        raise ValueError(
            f"{name}={value!r} has {len(value)} values, y has {n_outputs} columns."
        )
    return list(value)


def _raw_channels(estimator, windows, y, channels, known):
    """The position of each channel in the series itself; -1 where it is not known."""
    if not isinstance(windows, WindowView):
        return [-1] * len(channels)
    if estimator.target_channel is None and known:
        return [channel for channel, _ in known]
    raw = _sources(windows)[channels].tolist()
    before = with_steps(windows, ())
    unnamed = windows.channel_names is None or before.channel_names is None
    keeps_places = unnamed and windows.n_channels == before.n_channels
    for column in np.flatnonzero(np.less(raw, 0)):
        if known and _is_future(windows, y[:, column], *known[column]):
            raw[column] = known[column][0]
        elif keeps_places:
            raw[column] = channels[column]
    return raw


def _is_future(windows, y, channel, delay):
    """Whether y is an affine function of a channel of the series itself."""
    raw = with_steps(windows, ())
    ((later, own),) = later_values(raw, y[:, None], [channel], [delay])
    known = np.isfinite(later)
    if not known.any():
        return False
    return solve_affine(later[known], own[known], rounding_of(raw))[2] <= TOLERANCE


def _sources(windows):
    """Of each channel of the windows, the one of the series by name; -1 if none is.

    A step may put its own name before, as a ColumnTransformer does: "scaler__load".
    """
    after, before = windows.channel_names, with_steps(windows, ()).channel_names
    if not windows.steps:
        return np.arange(windows.n_channels)
    if after is None or before is None:
        return np.full(windows.n_channels, -1)
    at = {name: i for i, name in enumerate(before) if np.sum(before == name) == 1}
    return np.array([_source(name, at) for name in after])


def _source(name, at):
    while name not in at:
        _, prefixed, name = name.partition("__")
        if not prefixed:
            return -1
    return at[name]


def position_after_steps(X, channel):
    """Where a channel of the series stands among those of the windows.

    By name, where the steps keep names; otherwise at its old place, and it is for
    the relation to y to show whether that is right.
    """
    at = np.flatnonzero(_sources(X) == channel)
    if len(at) > 1:  # its own name, rather than one that it was given
        own = X.channel_names[at] == with_steps(X, ()).channel_names[channel]
        at = at[np.argsort(~own, kind="stable")]
    return int(at[0]) if len(at) else min(channel, X.n_channels - 1)
