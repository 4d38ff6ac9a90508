"""Channels that are given by their labels or their positions."""

import numbers

import numpy as np

from skseqconv._counts import is_whole

from ._containers import positions_of


def several_channels(target, data, parameter="target"):
    """Positions of one or several channels, and whether a sequence was given."""
    one = positions_of(target, data.labels) or isinstance(target, str)
    several = not one and np.iterable(target)
    targets = list(target) if several else [target]
    channels = [
        channel_position(t, data.labels, data.n_channels, parameter) for t in targets
    ]
    if not channels or len(set(channels)) < len(channels):
        raise ValueError(
            f"{parameter} must name one channel or several different ones, got "
            f"{target!r}."
        )
    return channels, several


def channel_position(channel, labels, n_channels, parameter="target"):
    """Position of a channel that is given by its label or its position.

    A number is a position only if no label is a number.
    """
    at = positions_of(channel, labels)
    numbered = any(isinstance(label, numbers.Number) for label in labels or ())
    if len(at) == 1:
        return at[0]
    if len(at) > 1:
        way_out = "rename them" if numbered else "give its position"
        raise ValueError(
            f"{parameter}={channel!r} names {len(at)} channels: {way_out}."
        )
    if is_whole(channel):
        if not numbered and -n_channels <= channel < n_channels:
            return int(channel) % n_channels
    known = f"a position from 0 to {n_channels - 1}"
    if n_channels == 1:
        known = "the position 0"
    if labels is not None:
        listed = ", ".join(map(repr, labels))
        one_of, comma = ("", "") if n_channels == 1 else ("one of ", ",")
        known = f"{one_of}{listed}{comma} or {known}"
        if numbered:
            known = f"one of {listed} (not a position, because labels are numbers)"
    raise ValueError(
        f"{parameter}={channel!r} is not a channel of the series: use {known}."
    )
