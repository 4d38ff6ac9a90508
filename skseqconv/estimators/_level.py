"""The level of the target: a regressor's network forecasts changes from it.

The input of such a network is relative to the last values of each window, and its
output is added to a level: the target's last value, or another linear function of the
window (`_level_start` chooses and solves it). So an untrained network forecasts the
level, and if the series leaves the range seen in training, the forecasts follow it.
Subtracting the last value is the idea of NLinear (Zeng et al. 2023), dividing by the
spread that of reversible instance normalization (Kim et al. 2022). This module solves
what the network needs: how y relates to its channel in the windows, and how large
changes usually are.

The last value of the target does not enter the network. The level is computed from it
in float64, subtracted from y and added to the output, so the target may have any size
(`_relative` feeds the windows). Other channels are relative to their last values, too.
Those that are constant in most windows are relative to their mean in training, and so
are all of them with the start "arx", which reads their values.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from skseqconv.inputs._fitted_steps import steps_changed
from skseqconv.inputs._last_known import fill_missing
from skseqconv.inputs._past_values import parts_of
from skseqconv.inputs._relation import (
    LEAST_ROWS,
    MAX_ROWS_SOLVED,
    TOLERANCE,
    later_values,
    left_over,
    mean_and_spread,
    no_relation,
    rounding_of,
    target_relations,
    varies,
)
from skseqconv.inputs._target_channel import find_target, known_target
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._level_start import exogenous_positions, missing_seasons, with_start

#: What window_norm="auto" stands for where X knows its target.
AUTO = "standard"

#: An output of one changes a forecast by at most about this many errors of its level.
MOST_ERRORS = 3.0

#: Most values of windows from which the usual spread is computed.
MAX_VALUES = 2**22

#: Channels that are constant in more than this share of the windows keep their level.
MOSTLY = 0.5

#: Largest weight of the level layer, which is float32.
_LARGEST_WEIGHT = 1e37


@dataclass(frozen=True)
class Level:
    """Where forecasts start: a linear function of the window, for each column of y.

    It is ``anchor * last + base``, where `last` is the newest value of the column's
    channel, plus linear functions of the window relative to it (`lagged`) and of the
    channels that keep their level (`exogenous`).

    `start` names how it was found. `channels` are positions after the steps,
    `raw_channels` positions in the series (-1 if unknown), `delays` counts of rows (-1
    if unknown). ``y = slopes * channel + offsets`` is how y relates to its channel.
    `means` are the means of y, used where no value is known. `scale` is the error of
    the level, unless that is zero (`changes` is False then). `spread` is the usual
    spread of each channel in a window. `others` are the channels that are no target's,
    with their mean, `center`; those that are `kept` keep their level in the network,
    and have a `spread` over all windows.
    """

    kind: str
    channels: np.ndarray
    raw_channels: np.ndarray
    delays: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    means: np.ndarray
    scale: np.ndarray
    changes: np.ndarray
    spread: np.ndarray
    # Files of version 0.1 have no more: there, forecasts start from the last value.
    start: str = "last"
    period: int | None = None
    anchors: np.ndarray | None = None
    bases: np.ndarray | None = None
    lagged: np.ndarray | None = None
    exogenous: np.ndarray | None = None
    exogenous_at: np.ndarray | None = None
    center: np.ndarray | None = None
    others: np.ndarray | None = None
    kept: np.ndarray | None = None

    def __post_init__(self):
        n_channels = len(self.spread)
        instead = {
            "anchors": self.slopes,
            "bases": self.offsets,
            "center": np.zeros(n_channels),
            "others": np.zeros(n_channels, dtype=bool),
            "kept": np.zeros(n_channels, dtype=bool),
        }
        for name, value in instead.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)

    @property
    def weights(self):
        """Weights of the level layer: from channels to (y - `bases`) / `scale`.

        With them the network forecasts y for plain windows, and only the change for
        windows relative to their last values.
        """
        spread = self.spread.copy()
        spread[~(spread > 0)] = 1.0
        weights = {
            "spread": spread,
            "slope": self._of_channels(self.anchors / self.scale),
            "gain": self._of_channels(self._gain),
        }
        if self.lagged is not None:
            weights["lagged"] = self.lagged / self.scale
        if self.others.any():
            weights |= {n: getattr(self, n) for n in ("center", "centered", "kept")}
        if self.exogenous is not None:
            weights["exogenous"] = self.exogenous / self.scale
        return {
            name: np.clip(value, -_LARGEST_WEIGHT, _LARGEST_WEIGHT).astype(np.float32)
            for name, value in weights.items()
        }

    @property
    def _gain(self):
        """From the spread of each column's channel to the size of an output of one.

        A level may be much better than the channel's spread. Then an output of one is
        only `MOST_ERRORS` times its error, or the first steps would lead far away.
        """
        gain = np.abs(self.slopes) / self.scale
        usual = gain * self.spread[self.channels]
        return gain * MOST_ERRORS / np.maximum(usual, MOST_ERRORS)

    def _of_channels(self, values):
        """A matrix from channels to outputs, with a value for each output."""
        matrix = np.zeros((len(self.spread), len(values)))
        matrix[self.channels, np.arange(len(values))] = values
        return matrix

    @property
    def centered(self):
        """Channels that windows have less their `center`, not their last values."""
        return self.kept if self.exogenous is None else self.others

    def less_center(self, rows):
        """Rows of channels, less the mean of the centered ones."""
        if not self.centered.any():
            return rows
        return rows - np.where(self.centered, self.center, 0.0).astype(rows.dtype)

    def base(self, windows):
        """What windows are relative to, of shape (n_windows, 1, n_channels)."""
        return np.where(self.centered, self.center, windows[:, -1:])

    def known(self, windows, last):
        """The last known values of the channels, and where the newest is missing.

        `last`, of shape (n_samples, n_outputs), are the newest values, with NaN. Where
        no value is known, the result is the value whose level is the mean of y.
        """
        missing = np.zeros(last.shape, dtype=bool)
        if not isinstance(windows, WindowView):
            return last, missing
        last = last.copy()
        for (channel, raw), columns in self.by_channel():
            filled, gone = fill_missing(
                windows, last[:, columns[0]], windows.lags[-1], channel, raw
            )
            missing[:, columns] = gone[:, None]
            unknown = np.isnan(filled)
            last[np.ix_(~unknown, columns)] = filled[~unknown, None]
            for column in columns if unknown.any() else ():
                last[unknown, column] = self.usual(column, last[unknown, column])
        return last, missing

    def usual(self, column, instead):
        """The value of a channel whose level is the mean of y; `instead` if none is."""
        slope = self.slopes[column]
        return (self.means[column] - self.offsets[column]) / slope if slope else instead

    def by_channel(self):
        """Each channel, in the windows and in the series, with its columns of y."""
        pairs = list(
            zip(self.channels.tolist(), self.raw_channels.tolist(), strict=True)
        )
        for pair in dict.fromkeys(pairs):
            yield pair, [at for at, own in enumerate(pairs) if own == pair]

    @property
    def several_alike(self):
        """Whether y has several targets, one after the other, with the same delays."""
        columns = [own for _, own in self.by_channel()]
        delays = {tuple(self.delays[own]) for own in columns}
        order = [column for own in columns for column in own]
        in_order = order == list(range(len(self.channels)))
        return len(columns) > 1 and len(delays) == 1 and in_order

    def network_options(self, n_steps):
        """Options of the network that adds to this level, for windows of a length."""
        at = exogenous_positions(n_steps).tolist() if self.others.any() else None
        return {
            "window_norm": self.kind,
            "highway": self.channels.tolist(),
            "exogenous_at": at,
        }

    def of(self, last):
        """The part of the level, in units of y, that the network does not compute."""
        return self.anchors * last + self.bases

    def persistence(self, windows):
        """The last values as forecasts, in the units of y."""
        last, _ = self.known(windows, last_values(windows, self.channels))
        return self.slopes * last + self.offsets

    def forecasts(self, windows):
        """The forecasts of the network before training, in the units of y."""
        last, _ = self.known(windows, last_values(windows, self.channels))
        forecasts = self.of(last) + missing_seasons(self, windows, last)
        if self.lagged is None:
            return forecasts
        for at, past in parts_of(windows, max(windows.shape[1], last.shape[1])):
            forecasts[at] += self._changes(past, last[at])
        return forecasts

    def _changes(self, past, last):
        """What the network adds before training, for windows and their last values."""
        changes = np.zeros(last.shape)
        for (channel, _), columns in self.by_channel():
            read = np.flatnonzero(self.lagged[:, columns].any(axis=1))
            if len(read):
                own = past.entries(channel, read) - last[:, columns[:1]]
                changes[:, columns] = own @ self.lagged[np.ix_(read, columns)]
        if self.exogenous is not None:
            shape = len(self.exogenous_at), len(self.others), -1
            weights = self.exogenous.reshape(shape)
            for channel in np.flatnonzero(self.others):
                values = past.entries(channel, self.exogenous_at)
                changes += (values - self.center[channel]) @ weights[:, channel]
        return changes


def asked_for(estimator):
    """What the parameters `window_norm` and `level` ask for, with words for it.

    Returns
    -------
    asked : str
        For example ``"level='ar'"``; empty if neither asks for a level.
    way_out : str
        How to ask for none.
    """
    names = ("window_norm", "level")
    asked = [name for name in names if getattr(estimator, name) not in (None, "auto")]
    return (
        ", ".join(f"{name}={getattr(estimator, name)!r}" for name in asked),
        " and ".join(f"{name}=None" for name in asked),
    )


def find_level(estimator, windows, y, sample_weight=None):
    """Find the level of y in the windows; None if there is none.

    Parameters
    ----------
    estimator : SequenceRegressor
        With `window_norm`, `level`, `period`, `target_channel` and `delay`.
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
    y : ndarray of shape (n_samples, n_outputs)
    sample_weight : ndarray of shape (n_samples,), default=None
        Weights of the rows from which an autoregression is solved.

    Returns
    -------
    level : Level or None

    Raises
    ------
    ValueError
        If `window_norm` or `level` asks for a level, and y is not an affine function of
        its channel, the channel is unknown, or the windows do not have what the level
        reads.

    Warns
    -----
    UserWarning
        If neither asks for one, and y is not an affine function of its channel, or y
        has another number of columns than X has targets.
    """
    kind = _kind(estimator)
    if kind is None or (kind == "auto" and not _can_tell(estimator, windows, y)):
        return None
    if kind != "auto":
        return solve_level(kind, estimator, windows, y, None, sample_weight)
    try:
        return solve_level(AUTO, estimator, windows, y, None, sample_weight)
    except _NoRelation as error:
        warnings.warn(
            f"The network gets plain windows, without window_norm: {error.reason} "
            "window_norm=None does the same without this warning.",
            UserWarning,
            stacklevel=2,
        )
        return None


def _kind(estimator):
    """The kind of window norm, which is there if and only if there is a level."""
    norm, level = estimator.window_norm, estimator.level
    if norm is None and level not in (None, "auto"):
        raise ValueError(
            f"window_norm=None with level={level!r}: plain windows have no level to "
            "start from. Leave one of them out."
        )
    if level is None and norm not in (None, "auto"):
        raise ValueError(
            f"level=None with window_norm={norm!r}: windows without a level are plain. "
            "Leave one of them out."
        )
    if level is None or norm is None:
        return None
    return AUTO if norm == "auto" and level != "auto" else norm


class _NoRelation(ValueError):
    def __init__(self, estimator, reason):
        asked, way_out = asked_for(estimator)
        super().__init__(
            f"{asked} is not possible: {reason} For plain windows, use {way_out}."
        )
        self.reason = reason


def solve_level(kind, estimator, windows, y, before=None, sample_weight=None):
    """Solve the level of y in the windows, of the given kind.

    Channels and delays that neither X nor the parameters tell are those of `before`.
    An autoregression weights the rows by `sample_weight`.
    """
    # Missing and too large values are refused later, when the network is fed.
    with np.errstate(invalid="ignore", over="ignore"):
        channels, raw, delays = find_target(estimator, windows, y, before)
        slopes, offsets, rests = target_relations(windows, y, channels, delays)
    if reason := no_relation(channels, rests):
        raise _NoRelation(estimator, reason)
    with np.errstate(invalid="ignore", over="ignore"):
        means, spread_of_y = mean_and_spread(y)
        level = Level(
            kind=kind,
            channels=np.array(channels),
            raw_channels=np.array(raw),
            delays=np.array([-1 if delay is None else delay for delay in delays]),
            slopes=slopes,
            offsets=offsets,
            means=means,
            scale=np.ones(len(channels)),
            changes=np.zeros(len(channels), dtype=bool),
            **_usual_values(windows, channels, before),
        )
        if before is not None and not steps_changed(estimator, windows):
            level = with_values_of(before, level)
        level = with_start(level, estimator, windows, y, before, sample_weight)
        scale, changes = _error_of_level(level, windows, y, spread_of_y)
    return replace(level, scale=scale, changes=changes)


def with_values_of(before, level):
    """A level in which kept channels are seen as before: weights have learned that."""
    kept = before.kept
    return replace(
        level,
        center=np.where(kept, before.center, level.center),
        spread=np.where(kept, before.spread, level.spread),
    )


def with_scale_of(level, now):
    """A level with the scale of `now` for columns that were constant until now."""
    scale = np.where(level.changes, level.scale, now.scale)
    changes = level.changes | now.changes
    return replace(level, scale=scale, changes=changes)


def still_explains(level, estimator, windows, y):
    """Whether a level's relation holds for other rows; None if they do not show it.

    Parameters
    ----------
    level : Level
    estimator, windows, y
        As for `find_level`.
    """
    told = list(_told(level, estimator, windows, y))
    if not told:
        return None
    rounding = rounding_of(windows)
    for (later, own), *relation, scale in zip(
        told, level.slopes, level.offsets, level.scale, strict=True
    ):
        with np.errstate(invalid="ignore", over="ignore"):
            rest = left_over(later, own, *relation, rounding)
            if rest > TOLERANCE * max(mean_and_spread(own)[1], scale):
                return False
    return True


def can_be_solved(level, estimator, windows, y):
    """Whether the rows show how y relates to its channel."""
    told = list(_told(level, estimator, windows, y))
    return bool(told) and all(
        len(own) >= LEAST_ROWS and varies(later) for later, own in told
    )


def _told(level, estimator, windows, y):
    """For each column: its channel and y in the rows that have both (`later_values`).

    Empty for arrays, and if the delay of y is unknown.
    """
    if not isinstance(windows, WindowView):
        return []
    channels, _, delays = find_target(estimator, windows, y, level)
    if None in delays:
        return []
    told = []
    for later, own in later_values(windows, y, channels, delays):
        known = np.isfinite(later)
        told.append((later[known], own[known]))
    return told if all(len(own) for _, own in told) else []


def _can_tell(estimator, windows, y):
    """Whether "auto" knows the target, and windows have more than one row."""
    if windows.shape[1] == 1:
        return False
    if estimator.target_channel is not None:
        return True
    if known_target(windows, y.shape[1]):
        return True
    target = getattr(windows, "target", None)
    if target is not None:
        warnings.warn(
            f"The network gets plain windows, without window_norm: X has "
            f"{len(target)} target(s), and y has {y.shape[1]} column(s). Use all "
            "columns of y, or give target_channel and delay for some of them. "
            "window_norm=None does the same without this warning.",
            UserWarning,
            stacklevel=3,
        )
    return False


def _usual_values(windows, channels, before=None):
    """Mean of the channels that are no target's, and the spread of each channel.

    The spread is that in a window, averaged over windows. Channels that are constant in
    most windows (static columns, regimes, flags) say something by their level alone.
    They keep it, and have a spread over all windows. A network that goes on keeps the
    levels that it has learned from.
    """
    size = windows.shape[1] * windows.shape[2]
    some = windows[_evenly(windows, max(MAX_VALUES // size, 16))]
    if isinstance(some, WindowView):
        some = some.to_numpy(np.float64)
    some = np.asarray(some, dtype=np.float64)
    # Networks of version 0.1 take all channels relative to their last values.
    others = np.full(some.shape[2], before is None or before.others.any())
    others[channels] = False
    center, over_all = mean_and_spread(some.reshape(-1, some.shape[2]))
    spread = some.std(axis=1)
    constant = (some == some[:, :1]).all(axis=1).mean(axis=0)
    # What never changes cannot be learned from, and would be noise if it did later.
    changes = over_all > 1e-12 * np.abs(center)
    kept = others & (constant > MOSTLY) & changes
    kept = kept if before is None else before.kept
    return {
        "spread": np.where(kept, over_all, spread.mean(axis=0)),
        "center": np.where(others, center, 0.0),
        "others": others,
        "kept": kept,
    }


def _error_of_level(level, windows, y, spread_of_y):
    """The scale of the changes to learn, and whether there are any.

    The scale is the root mean square of the changes. If nothing changes, it is the
    spread of y.
    """
    some = _evenly(windows, MAX_ROWS_SOLVED)
    change = y[some] - level.forecasts(windows[some])
    largest = np.abs(change).max(axis=0)
    largest[~(largest > 0)] = 1.0
    scale = largest * np.sqrt(np.mean((change / largest) ** 2, axis=0))
    size = np.abs(level.means)
    changes = scale > rounding_of(windows) * np.maximum(size, spread_of_y)
    instead = np.maximum(spread_of_y, 1e-6 * size)
    instead[~(instead > 0)] = 1.0
    return np.where(changes, scale, instead), changes


def _evenly(windows, n_wanted):
    return np.linspace(0, len(windows) - 1, min(len(windows), n_wanted)).astype(int)


def last_values(windows, channels):
    """The newest values of channels, NaN included: float64, one column each."""
    if not isinstance(windows, WindowView):
        return np.asarray(windows[:, -1, channels], dtype=np.float64)
    newest = WindowView(SeriesView(windows), lags=windows.lags[-1:])
    n_rows = max(1, MAX_VALUES // windows.n_channels)
    parts = [
        newest[start : start + n_rows].to_numpy()[:, 0, channels]
        for start in range(0, len(newest), n_rows)
    ]
    return np.concatenate(parts).astype(np.float64)
