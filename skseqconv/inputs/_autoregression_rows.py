"""What an autoregression is solved from: targets, their features, sums over rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from skseqconv.series._window_view import WindowView

from ._complete import complete_rows
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
    #: All values of the channel are divided by it.
    scale: float = 1.0
    #: Mean of the newest value.
    mean: float = 0.0


class Samples(NamedTuple):
    """The newest known values of a target, and the changes from them to y."""

    newest: np.ndarray
    changes: np.ndarray
    weight: np.ndarray | None
    known: np.ndarray  # whether there is a newest value


def samples_of(task, target, at, past):
    """The samples of a target at positions `at`, whose windows are `past`."""
    newest = past.newest(target.channel, target.raw_channel)
    changes = task.y[at][:, target.columns]
    changes -= target.offsets
    changes /= target.slopes
    changes -= newest[:, None]
    weight = None if task.sample_weight is None else task.sample_weight[at]
    return Samples(newest, changes, weight, ~np.isnan(newest))


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


def entries_back(n_steps, lags=None):
    """Entries at which exogenous channels are read, counted back, oldest first."""
    if lags is None:
        lags = [0, *2 ** np.arange(n_steps.bit_length())]
    lags = np.unique(lags)[::-1]
    return lags[lags < n_steps]


def rows_to_learn(windows, sample_weight):
    """Positions of complete windows with a weight; an error if there are none."""
    complete = complete_rows(windows)
    if sample_weight is not None:
        complete = complete & (sample_weight > 0)
        if not complete.any():
            raise ValueError(
                "sample_weight is zero for every complete window: there is nothing "
                "to learn. At least one must be positive."
            )
    return np.flatnonzero(complete)


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
    if np.isinf(newest).any():
        past.refuse_not_finite(channel, np.array([n_steps - 1]), np.isinf(newest))
    if not len(at):
        return np.empty((len(newest), 0))
    values = finite_entries(past, channel, at, ~np.isnan(newest))
    values -= newest[:, None]
    return values


def scaled(task, targets, rows):
    """The targets with their scales, and the usual spread of their channels."""
    if len(targets) < 2 and not len(task.exogenous_channels):
        return targets, 1.0
    sums = [Moments() for _ in targets]
    for at, past in parts_of(newest_entry(task.windows), 1, rows):
        weight = None if task.sample_weight is None else task.sample_weight[at]
        for target, moments in zip(targets, sums, strict=True):
            newest = past.newest(target.channel, target.raw_channel)[:, None]
            moments.add(newest, newest.copy(), weight, ~np.isnan(newest[:, 0]))
    spreads = [moments.spread()[0] if moments else 0.0 for moments in sums]
    unit = float(np.sqrt(np.mean(np.square(spreads)))) or 1.0
    return [
        replace(
            target,
            scale=float(spread / unit) or 1.0,
            mean=float(moments.means()[0][0]) if moments else 0.0,
        )
        for target, moments, spread in zip(targets, sums, spreads, strict=True)
    ], unit


def moments_of(task, targets, rows):
    """Sums over rows, those of all targets together."""
    sums = Moments()
    for at, past in parts_of(task.windows, task.n_read, rows):
        others = [
            finite_entries(past, channel, task.exogenous_at, np.ones(len(past), bool))
            for channel in task.exogenous_channels
        ]
        for target in targets:
            newest, changes, weight, known = samples_of(task, target, at, past)
            features = earlier_less_newest(past, target.channel, task.n_lags, newest)
            if target.scale != 1.0:
                features /= target.scale
                changes /= target.scale
            if others:
                level = (newest - target.mean) / target.scale
                features = np.hstack([features, level[:, None], *others])
            sums.add(features, changes, weight, known)
    return sums


def factors_of(task, moments, unit):
    """What the penalty takes as the size of each feature: only others' are scaled."""
    factors = np.ones(len(moments.means()[0]))
    if len(task.exogenous_channels):
        spread = moments.spread()[task.n_lags :]
        others = factors[task.n_lags :]
        np.divide(unit, spread, out=others, where=spread > 0)
        others[spread == 0] = 0.0
    return factors
