"""What an autoregression is solved from: targets, their features, sums over rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from skseqconv.series._window_view import WindowView

from ._past_values import newest_entry, parts_of
from ._ridge import Moments


class Task(NamedTuple):
    """What is read to solve an autoregression."""

    windows: WindowView | np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    n_lags: int
    exogenous_channels: np.ndarray
    exogenous_at: np.ndarray

    @property
    def n_read(self):
        """Number of features or outputs, for the size of the parts that are read."""
        n_exogenous = len(self.exogenous_channels) * len(self.exogenous_at)
        return max(self.n_lags + n_exogenous, self.y.shape[1])


@dataclass(frozen=True)
class Target:
    """A channel, the columns of y that are its future, and how they are scaled."""

    channel: int
    raw_channel: int
    columns: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    #: All values of the channel are divided by it, where targets share weights.
    scale: float = 1.0
    #: Mean and standard deviation of the newest value.
    mean: float = 0.0
    spread: float = 1.0

    def alone(self):
        """The target with weights of its own, for values as they are."""
        return replace(self, scale=1.0, mean=0.0)


class TargetChanges(NamedTuple):
    """The newest known values of a target, and the changes from them to y."""

    newest: np.ndarray
    changes: np.ndarray
    weight: np.ndarray | None
    known: np.ndarray  # whether there is a newest value


def samples_of(task, target, at, past):
    """The samples of a target at positions `at`, whose windows are `past`."""
    newest = past.known(target.channel, target.raw_channel)
    changes = task.y[at][:, target.columns]
    changes -= target.offsets
    changes /= target.slopes
    changes -= newest[:, None]
    weight = None if task.sample_weight is None else task.sample_weight[at]
    return TargetChanges(newest, changes, weight, ~np.isnan(newest))


def targets_of(channels, raw_channels, slopes, offsets):
    """The targets, in the order of their columns.

    One that does not vary with its channel is left out.
    """
    channels, slopes, offsets = map(np.asarray, (channels, slopes, offsets))
    targets = []
    for channel in dict.fromkeys(channels.tolist()):
        columns = np.flatnonzero(channels == channel)
        raw = -1 if raw_channels is None else raw_channels[columns[0]]
        if slopes[columns].all():
            relation = slopes[columns], offsets[columns]
            targets.append(Target(channel, raw, columns, *relation))
    return targets


def entries_back(n_steps, lags=None, known=()):
    """Entries at which exogenous channels are read, counted back, oldest first.

    They are `lags`, or else 0, the powers of two and those that are `known`.
    """
    if lags is None:
        lags = [0, *2 ** np.arange(n_steps.bit_length()), *known]
    lags = np.unique(lags)[::-1]
    return lags[lags < n_steps]


def finite_entries(past, channel, at, rows):
    """Entries of a channel; an error names one that is not finite in some rows."""
    values = past.entries(channel, at)
    if not np.isfinite(values.sum()):
        past.refuse_not_finite(channel, at, rows)
    return values


def earlier_less_newest(past, channel, n_lags, newest):
    """The last `n_lags` values of a channel but the newest, less the newest known.

    Rows without a newest value are not checked for other missing ones.
    """
    n_steps = past.windows.shape[1]
    at = np.arange(n_steps - n_lags, n_steps - 1)
    if not len(at):
        return np.empty((len(newest), 0))
    values = finite_entries(past, channel, at, ~np.isnan(newest))
    values -= newest[:, None]
    return values


def with_scales(task, targets, rows):
    """The targets with their scales: the spread beside that of all targets together."""
    if not targets or (len(targets) == 1 and not len(task.exogenous_channels)):
        return targets
    sums = [Moments() for _ in targets]
    for at, past in parts_of(newest_entry(task.windows), 1, rows):
        weight = None if task.sample_weight is None else task.sample_weight[at]
        for target, moments in zip(targets, sums, strict=True):
            newest = past.known(target.channel, target.raw_channel)[:, None]
            moments.add(newest, newest.copy(), weight, ~np.isnan(newest[:, 0]))
    spreads = [moments.spread()[0] if moments else 0.0 for moments in sums]
    unit = float(np.sqrt(np.mean(np.square(spreads)))) or 1.0
    return [
        replace(
            target,
            scale=float(spread / unit) or 1.0,
            mean=float(moments.means()[0][0]) if moments else 0.0,
            spread=float(spread),
        )
        for target, moments, spread in zip(targets, sums, spreads, strict=True)
    ]


def moments_of(task, target, rows):
    """Sums over rows of a target: its own past and, if read, the other channels."""
    sums = Moments()
    for at, past in parts_of(task.windows, task.n_read, rows):
        newest, changes, weight, known = samples_of(task, target, at, past)
        features = earlier_less_newest(past, target.channel, task.n_lags, newest)
        if len(task.exogenous_channels):
            others = [
                finite_entries(
                    past, channel, task.exogenous_at, np.ones(len(past), bool)
                )
                for channel in task.exogenous_channels
            ]
            features = np.hstack([features, newest[:, None], *others])
        sums.add(features, changes, weight, known)
    return sums


def together(sums, more, target, n_lags):
    """Sums of targets that share weights, and those of one more target, scaled."""

    def scaled(moments):
        if not moments:
            return moments
        n_features = len(moments.means()[0])
        factors, shift = np.ones(n_features), np.zeros(n_features)
        factors[:n_lags] /= target.scale
        shift[n_lags - 1 : n_lags] = target.mean  # of the newest value, if it is read
        return moments.scaled(shift, factors, 1 / target.scale)

    more = [[scaled(one) for one in part] for part in more]
    if sums is None:
        return more
    return [
        [one + other for one, other in zip(*parts, strict=True)]
        for parts in zip(sums, more, strict=True)
    ]


def factors_of(task, moments, unit):
    """What the penalty takes as the size of each feature: only others' are scaled."""
    factors = np.ones(len(moments.means()[0]))
    others = factors[task.n_lags :]
    if len(others):
        spread = moments.spread()[task.n_lags :]
        np.divide(unit, spread, out=others, where=spread > 0)
        others[spread == 0] = 0.0
    return factors
