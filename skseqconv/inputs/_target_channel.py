"""Which channel y is the future of, and how many rows ahead."""

from typing import NamedTuple

import numpy as np

from skseqconv._counts import is_count
from skseqconv.series._steps import with_steps
from skseqconv.series._view_internals import raw_labels, shifts_of
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._channels import channel_position
from skseqconv.series.tables._containers import positions_of
from skseqconv.series.times._time_spans import in_rows

from ._relation import (
    TOLERANCE,
    if_columns_lack,
    later_values,
    rounding_of,
    solve_affine,
)


class TargetColumns(NamedTuple):
    """Channel and delay of each column of y.

    `channels` are positions after the steps, `raw_channels` positions in the series
    (-1 if unknown), `delays` counts of rows (None if unknown).
    """

    channels: list
    raw_channels: list
    delays: list


def known_target(windows, n_outputs):
    """Channel in the series and delay of each column of y, if X knows them."""
    target = getattr(windows, "target", None) or ()
    return target if len(target) == n_outputs else None


def find_target(estimator, windows, y, before=None):
    """Channel and delay of each column of y, from the parameters or from X.

    Parameters
    ----------
    estimator : estimator
        Has the parameters `target_channel` and `delay`.
    windows : WindowView or ndarray
    y : ndarray of shape (n_rows, n_outputs)
    before : Level, default=None
        The level of an earlier fit, for what neither the parameters nor X say.

    Returns
    -------
    target : TargetColumns
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
        delays = _delays(estimator, windows, y.shape[1], known)
    if as_before:
        return TargetColumns(channels, before.raw_channels.tolist(), delays)
    raw = _raw_channels(estimator, windows, y, channels, known)
    return TargetColumns(channels, raw, delays)


def _channels(estimator, windows, n_outputs, known):
    labels = labels_of(estimator, windows)
    n_channels = windows.shape[2]
    chosen = estimator.target_channel
    if chosen is None and known:
        return [position_after_steps(windows, channel) for channel, _ in known]
    if chosen is None and n_channels > 1:
        raise ValueError(
            f"target_channel=None, but X has {n_channels} channels and does not know "
            f"which of them is the target of the {n_outputs} column(s) of y. Set "
            "target_channel, or make X and y by make_supervised."
            f"{if_columns_lack(windows, n_outputs)}"
        )
    if chosen is None:
        return [0] * n_outputs
    if positions_of(chosen, labels):  # a tuple may be one label
        chosen = [chosen] * n_outputs
    chosen = _one_each(chosen, n_outputs, "target_channel")
    return [channel_position(c, labels, n_channels, "target_channel") for c in chosen]


def labels_of(estimator, windows):
    """Labels of the channels of the windows, text or not; None if they have none."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        # Columns of a table are time steps, not channels.
        return tuple(names) if len(names) == windows.shape[2] else None
    labels = raw_labels(windows) if isinstance(windows, WindowView) else None
    if labels is None or len(labels) == windows.n_channels:
        return labels
    if estimator.target_channel is not None:
        raise ValueError(
            f"target_channel={estimator.target_channel!r} may be a label or a "
            f"position: the series has the channels {list(labels)}, the windows "
            f"have {windows.n_channels} channels without labels. Steps keep labels "
            "that are text: series.rename(columns=str) makes them text."
        )
    return None


def _delays(estimator, windows, n_outputs, known):
    if estimator.delay is None and known:
        return [delay for _, delay in known]
    delays = [
        in_rows("delay", delay, windows)
        for delay in _one_each(estimator.delay, n_outputs, "delay")
    ]
    for delay in delays:
        if delay is not None and not is_count(delay):
            raise ValueError(
                "delay must be a whole number of rows >= 1, or a time span such as "
                "'24h', for each column of y, "
                f"got delay={estimator.delay!r}."
            )
    return delays


def _one_each(value, n_outputs, name):
    """One value for each column of y."""
    if isinstance(value, str) or not np.iterable(value):
        return [value] * n_outputs
    if len(value) != n_outputs:
        raise ValueError(
            f"{name}={value!r} has {len(value)} values, y has {n_outputs} columns: "
            "give one value for each column."
        )
    return list(value)


def _raw_channels(estimator, windows, y, channels, known):
    """The position of each channel in the series itself; -1 if unknown."""
    if not isinstance(windows, WindowView):
        return [-1] * len(channels)
    if estimator.target_channel is None and known:
        return [channel for channel, _ in known]
    raw = sources_of(windows)[channels].tolist()
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


def sources_of(windows):
    """For each channel of the windows, the channel of the series with that name, or -1.

    A step may add a prefix, as a ColumnTransformer does: "scaler__load".
    """
    after, before = windows.channel_names, with_steps(windows, ()).channel_names
    if not windows.steps:
        return np.arange(windows.n_channels)
    if after is None or before is None:
        return np.full(windows.n_channels, -1)
    at = {name: i for i, name in enumerate(before) if np.sum(before == name) == 1}
    return np.array([_source(name, at) for name in after])


def rows_ahead(windows):
    """How many rows later each channel is read: more than zero if known ahead."""
    shifts, sources = dict(shifts_of(windows)), sources_of(windows)
    if windows.channel_names is None and (sources < 0).all():  # steps keep the places
        sources = np.arange(windows.n_channels)
    return [shifts.get(source, 0) for source in sources.tolist()]


def _source(name, at):
    while name not in at:
        _, prefixed, name = name.partition("__")
        if not prefixed:
            return -1
    return at[name]


def position_after_steps(X, channel):
    """The position in the windows of a channel of the series.

    It is found by name if the steps keep names. Otherwise its old position is assumed;
    the relation to y shows whether that is right.
    """
    at = np.flatnonzero(sources_of(X) == channel)
    if len(at) > 1:  # prefer the plain name to a prefixed one
        own = X.channel_names[at] == with_steps(X, ()).channel_names[channel]
        at = at[np.argsort(~own, kind="stable")]
    return int(at[0]) if len(at) else min(channel, X.n_channels - 1)
