"""Which channels and which stretches of lags are looked at, and their names."""

from __future__ import annotations

import numbers

import numpy as np
import pandas as pd

from skseqconv._counts import check_count, is_whole
from skseqconv.series.tables._channels import channel_position
from skseqconv.series.times._frequency import most_common, nearest_rule
from skseqconv.series.times._order import ordered_differences
from skseqconv.series.times._time_spans import duration_of, index_of

from ._samples import Place


def places_of(samples, by, channels, stretches, duration):
    """The places whose importance is asked for, and a table with a row for each.

    Parameters
    ----------
    samples : Samples
    by : tuple of {"channel", "lag"}
    channels : sequence of label or int, or None
    stretches : int or sequence of (int, int)
    duration : Timedelta or None
        The time between two rows.
    """
    chosen = _chosen_channels(samples, channels)
    spans = [(samples.reach, 0)]
    if "lag" in by:
        spans = _spans(samples, stretches)
    groups = [[channel] for channel in chosen] if "channel" in by else [chosen]
    places, rows = [], []
    for group in groups:
        later = samples.ahead.get(group[0], 0) if len(group) == 1 else 0
        for oldest, newest in spans:
            places.append(Place(group, np.arange(newest, oldest + 1)[::-1]))
            row = {}
            if "channel" in by:
                row["channel"] = _label(samples, group[0])
            if "lag" in by:
                row |= {"oldest": oldest - later, "newest": newest - later}
            rows.append(row)
    table = pd.DataFrame(rows)
    if "lag" in by and duration is not None:
        table["oldest_time"] = table["oldest"] * duration
        table["newest_time"] = table["newest"] * duration
    return places, table


def _label(samples, channel):
    return f"x{channel}" if samples.labels is None else samples.labels[channel]


def _chosen_channels(samples, channels):
    n_channels = samples.n_channels
    if channels is None:
        return list(range(n_channels))
    if isinstance(channels, (str, numbers.Integral)):
        channels = [channels]
    at = [
        channel_position(channel, samples.labels, n_channels, "channels")
        for channel in channels
    ]
    if not at or len(set(at)) < len(at):
        raise ValueError(
            f"channels={channels!r} must name at least one channel, and none twice."
        )
    return at


def _spans(samples, stretches):
    """The largest and the smallest lag of each stretch, the oldest stretch first."""
    lags = np.asarray(samples.lags)
    if is_whole(stretches):
        check_count("stretches", stretches)
        parts = np.array_split(lags[::-1], min(int(stretches), len(lags)))
        # Rows between two stretches that no window reads belong to the older one.
        newest = [part[0] + 1 for part in parts[1:]] + [lags[0]]
        return [(int(p[0]), int(end)) for p, end in zip(parts, newest, strict=True)]
    try:
        spans = [(max(a, b), min(a, b)) for a, b in stretches]
    except (TypeError, ValueError):
        spans = []
    if not spans or not all(is_whole(lag) for span in spans for lag in span):
        raise ValueError(
            f"stretches={stretches!r} must be a number of stretches, or a list of "
            "pairs of lags such as [(0, 5), (6, 23)]."
        )
    for oldest, newest in spans:
        if newest < 0 or oldest > samples.reach:
            raise ValueError(
                f"stretches has ({newest}, {oldest}), but the windows have the lags 0 "
                f"to {samples.reach}."
            )
        if not ((lags >= newest) & (lags <= oldest)).any():
            raise ValueError(
                f"stretches has ({newest}, {oldest}), but the windows read no row "
                f"there: their lags are {lags[0]}, {lags[1]}, ..., {lags[-1]}."
            )
    return sorted(((int(a), int(b)) for a, b in spans), reverse=True)


def time_between_rows(X):
    """The time between two rows of X; None if it has no dates, or months as rows.

    If the index has gaps, it is the most frequent difference.
    """
    index = index_of(X)
    if index is None or len(index) < 2:
        return None
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    index, differences = ordered_differences(index)
    rule, _ = nearest_rule(index, differences)
    if rule.offset is None:
        return pd.Timedelta(int(most_common(differences)), unit=index.unit)
    return duration_of(rule.offset)
