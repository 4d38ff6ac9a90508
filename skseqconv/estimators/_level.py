"""The level of the target: a regressor's network forecasts changes from it.

The input of such a network is relative to the last values of each window, and its
output is added to a level: the target's last value, or another linear function of the
window (`_level_start` chooses and solves it). So an untrained network forecasts the
level, and if the series leaves the range seen in training, the forecasts follow it.
Subtracting the last value is the idea of NLinear (Zeng et al. 2023), dividing by the
spread that of reversible instance normalization (Kim et al. 2022). `_level_found` finds
the level of a fit.

The last value of the target does not enter the network. The level is computed from it
in float64, subtracted from y and added to the output, so the target may have any size
(`_relative` feeds the windows). Other channels are relative to their last values, too.
Those that are constant in most windows are relative to their mean in training, and so
are all of them with the start "arx", which reads their values.
"""

from dataclasses import dataclass

import numpy as np

from skseqconv.inputs._last_known import fill_missing
from skseqconv.inputs._past_values import newest_entry, parts_of
from skseqconv.series._window_view import WindowView

from ._level_start import missing_seasons

#: An output of one changes a forecast by at most about this many errors of its level.
MOST_ERRORS = 3.0

#: Most values that are read at once for the last values.
MAX_VALUES = 2**22

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
    exogenous_at: np.ndarray
    center: np.ndarray
    others: np.ndarray
    kept: np.ndarray
    start: str = "last"
    period: int | None = None
    anchors: np.ndarray | None = None
    bases: np.ndarray | None = None
    lagged: np.ndarray | None = None
    exogenous: np.ndarray | None = None

    def __post_init__(self):
        instead = {"anchors": self.slopes, "bases": self.offsets}
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

    def known(self, windows, last=None):
        """The last known values of the channels, and where the newest is missing.

        `last`, of shape (n_samples, n_outputs), are the newest values, with NaN; they
        are read if not given. Where no value is known, the result is the value whose
        level is the mean of y.
        """
        if last is None:
            last = last_values(windows, self.channels)
        missing = np.zeros(last.shape, dtype=bool)
        if not isinstance(windows, WindowView):
            return last, missing
        last = last.copy()
        for (channel, raw), columns in self.by_channel():
            filled, gone = fill_missing(
                windows, last[:, columns[0]], windows.lags[-1], channel, raw
            )
            if not gone.any():
                continue
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
        columns = {}
        pairs = zip(self.channels.tolist(), self.raw_channels.tolist(), strict=True)
        for at, pair in enumerate(pairs):
            columns.setdefault(pair, []).append(at)
        yield from columns.items()

    @property
    def several_alike(self):
        """Whether y has several targets, one after the other, with the same delays."""
        columns = [own for _, own in self.by_channel()]
        delays = {tuple(self.delays[own]) for own in columns}
        order = [column for own in columns for column in own]
        in_order = order == list(range(len(self.channels)))
        return len(columns) > 1 and len(delays) == 1 and in_order

    def network_options(self):
        """Options of the network that adds to this level."""
        at = self.exogenous_at.tolist() if self.others.any() else None
        return {
            "window_norm": self.kind,
            "highway": self.channels.tolist(),
            "exogenous_at": at,
        }

    def of(self, windows, last):
        """The part of the level, in units of y, that the network does not compute.

        `last` are the last known values.
        """
        return self.anchors * last + self.bases + missing_seasons(self, windows, last)

    def forecasts(self, windows):
        """The forecasts of the network before training, in the units of y."""
        last, _ = self.known(windows)
        forecasts = self.of(windows, last)
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


def last_values(windows, channels):
    """The newest values of channels, NaN included: float64, one column each."""
    if not isinstance(windows, WindowView):
        return np.asarray(windows[:, -1, channels], dtype=np.float64)
    newest = newest_entry(windows)
    n_rows = max(1, MAX_VALUES // windows.n_channels)
    parts = [
        newest[start : start + n_rows].to_numpy()[:, 0, channels]
        for start in range(0, len(newest), n_rows)
    ]
    return np.concatenate(parts).astype(np.float64)
