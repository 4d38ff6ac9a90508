"""How y relates to its channel in the windows: y = slope * channel + offset.

A Standardizer, any scaler and an affine TransformedTargetRegressor keep that form;
PCA or a logarithm do not, and are found out by what is left over.
"""

from numbers import Integral

import numpy as np

from ._series import positions_of
from .supervised import channel_position
from .views import SeriesView, WindowView

#: Rows that the relation is solved from, at most.
MAX_ROWS = 10_000

#: Left over at most, as a share of the spread of y.
TOLERANCE = 1e-4

#: Rounding of what float32 holds, as a share of the largest value.
ROUNDING = 1e-6


def solve_affine(channel, y):
    """Slope and offset of y on a channel, and how much of y is left over.

    Parameters
    ----------
    channel, y : ndarray of shape (n_rows,)

    Returns
    -------
    slope, offset : float
    rest : float
        Largest absolute remainder beyond rounding, as a share of the spread of y.
    """
    center, spread = channel.mean(), channel.std()
    slope = 1.0  # of a constant channel: scalers leave it unscaled
    if spread > 1e-12 * max(1.0, abs(center)):
        slope = float(np.mean((channel - center) * (y - y.mean())) / spread**2)
    offset = float(y.mean() - slope * center)
    rest = np.abs(y - slope * channel - offset).max() - ROUNDING * np.abs(y).max()
    return slope, offset, float(max(rest, 0.0) / (y.std() or 1.0))


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
    delays : sequence of int
        How many rows ahead each column lies.

    Returns
    -------
    slopes, offsets, rests : ndarray of shape (n_outputs,)
    """
    if not isinstance(windows, WindowView):
        return np.ones(len(channels)), np.zeros(len(channels)), np.zeros(len(channels))
    some = np.linspace(0, len(windows) - 1, min(len(windows), MAX_ROWS)).astype(int)
    rows, y = windows.rows[some], y[some]
    stops = windows._series.stops[windows._series.series_of(rows)]
    relations = []
    for column, (channel, delay) in enumerate(zip(channels, delays, strict=True)):
        inside = rows + delay < stops
        if not inside.any():
            raise ValueError(
                f"delay={delay} reaches beyond the end of the series at every row."
            )
        later = SeriesView(windows, rows=rows[inside] + delay).to_numpy(np.float64)
        relations.append(solve_affine(later[:, channel], y[inside, column]))
    return tuple(map(np.array, zip(*relations, strict=True)))


def no_relation(channels, rests):
    """What to say where y is no affine function of its channel."""
    return (
        f"y is not an affine function of channel {channels[rests.argmax()]} of the "
        f"windows ({rests.max():.2g} of its spread is left over), so the channel's "
        "last value is no forecast of y. Is it another channel (target_channel) or "
        "delay, or does a step before mix or bend channels (PCA, a logarithm)?"
    )


# What y is the future of.


def target_channels(estimator, windows, n_outputs):
    """The channel of each column of y: what the parameter says, or X knows."""
    target = getattr(windows, "target", None)
    labels = _labels_of(estimator, windows)
    n_channels = windows.shape[2]
    chosen = estimator.target_channel
    if chosen is None and target and len(target) == n_outputs:
        return [position_after_steps(windows, channel) for channel, _ in target]
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
    labels = windows._series.labels if isinstance(windows, WindowView) else None
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


def target_delays(estimator, windows, n_outputs):
    """How many rows ahead each column of y lies; None where nobody needs to know."""
    target = getattr(windows, "target", None)
    if estimator.delay is None and target and len(target) == n_outputs:
        return [delay for _, delay in target]
    delays = _one_each(estimator.delay, n_outputs, "delay")
    if None in delays and isinstance(windows, WindowView):
        raise ValueError(
            "delay=None, and X does not know how far ahead y lies: give delay, so "
            "that values can be brought to the units of y."
        )
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


def position_after_steps(X, channel):
    """Where a channel of the series stands among those of the windows.

    By name, where the steps keep names; otherwise at its old place, and it is for
    the relation to y to show whether that is right.
    """
    before, after = X._series.names, X.channel_names
    if before is not None and after is not None:
        at = np.flatnonzero(after == before[channel])
        if len(at) == 1:
            return int(at[0])
    return min(channel, X.n_channels - 1)
