"""A linear autoregression in closed form: forecasts of changes from a target's past.

The features are the last values of the target's channel less the newest one, as in
NLinear (Zeng et al. 2023), so the forecasts do not depend on the level. Exogenous
channels keep their level. The weights are those of a ridge regression. They are solved
from sums over the rows, so windows are read part by part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skseqconv.series._view_internals import target_stamps
from skseqconv.series._window_view import WindowView

from ._autoregression_rows import (
    Task,
    earlier_less_newest,
    entries_back,
    factors_of,
    finite_entries,
    moments_of,
    rows_to_learn,
    samples_of,
    scaled,
    targets_of,
)
from ._past_values import parts_of
from ._ridge import Moments, choose_alpha, solve_ridge

#: Share of the rows, the last in time, on which the strength is chosen.
SHARE_HELD_OUT = 0.2


@dataclass(frozen=True)
class Autoregression:
    """Linear forecasts of changes from the newest value of a channel.

    All values are in the units of the channels.

    Parameters
    ----------
    n_lags : int
        Number of entries of a window that are read of the own channel, the newest.
    weights : ndarray of shape (n_lags, n_outputs)
        Of the own channel's values less the newest one, oldest first. The last row,
        of the newest value, is zero.
    level_weights : ndarray of shape (n_outputs,)
        Of the newest value itself; zero without exogenous channels.
    exogenous_channels : ndarray of shape (n_exogenous,)
        Positions of the channels whose values are read as they are.
    exogenous_at : ndarray of shape (n_exogenous_lags,)
        Positions in the window at which they are read, oldest first.
    exogenous_weights : ndarray of shape (n_exogenous_lags, n_exogenous, n_outputs)
    intercepts : ndarray of shape (n_outputs,)
    alphas : ndarray of shape (n_outputs,)
        Strength of the penalty. Equal if targets share their weights.
    held_out_error, held_out_persistence : ndarray of shape (n_outputs,) or None
        Mean squared errors on the rows that chose the strength: of weights solved
        without these rows, and of the newest value as forecast. None if no rows were
        held out.
    """

    n_lags: int
    weights: np.ndarray
    level_weights: np.ndarray
    exogenous_channels: np.ndarray
    exogenous_at: np.ndarray
    exogenous_weights: np.ndarray
    intercepts: np.ndarray
    alphas: np.ndarray
    held_out_error: np.ndarray | None = None
    held_out_persistence: np.ndarray | None = None

    @property
    def alpha(self):
        """Strength of the penalty: a number, or `alphas` if targets differ in it."""
        different = np.unique(self.alphas[self.alphas > 0])
        return self.alphas if len(different) > 1 else float(different.max(initial=0.0))

    def changes(self, windows, channels, newest):
        """Forecast the changes from the newest values.

        Parameters
        ----------
        windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        channels : ndarray of shape (n_outputs,)
            Position of each output's channel.
        newest : ndarray of shape (n_samples, n_outputs)
            The newest known values; NaN if none is known.

        Returns
        -------
        changes : ndarray of float64 of shape (n_samples, n_outputs)
            NaN where the newest value is.

        Raises
        ------
        ValueError
            If a value that is read is missing or infinite.
        """
        changes = np.empty(newest.shape)
        for at, past in parts_of(windows, max(self.n_lags, newest.shape[1])):
            changes[at] = self._changes(past, channels, newest[at])
        return changes

    def _changes(self, past, channels, newest):
        known = np.isfinite(newest).all(axis=1)
        changes = self.intercepts + newest * self.level_weights
        for place, channel in enumerate(self.exogenous_channels):
            values = finite_entries(past, channel, self.exogenous_at, known)
            changes += values @ self.exogenous_weights[:, place]
        for channel in np.unique(channels):
            columns = np.flatnonzero(channels == channel)
            if not self.weights[:, columns].any():
                continue
            last = newest[:, columns[0]]
            earlier = earlier_less_newest(past, channel, self.n_lags, last)
            changes[:, columns] += earlier @ self.weights[:-1, columns]
        return changes


def solve_autoregression(
    windows,
    y,
    *,
    channels,
    slopes,
    offsets,
    raw_channels=None,
    delays=(),
    n_lags=None,
    shared=True,
    exogenous=(),
    exogenous_lags=None,
    alpha="auto",
    sample_weight=None,
):
    """Solve the weights of an autoregression from windows.

    Parameters
    ----------
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        Windows that are not complete are left out.
    y : ndarray of shape (n_samples, n_outputs)
    channels, raw_channels : sequence of int of length n_outputs
        Position of each output's channel in the windows, and in the series (-1 if
        unknown).
    slopes, offsets : sequence of float of length n_outputs
        ``y = slope * channel + offset``. Outputs of a channel with a slope of zero get
        weights of zero.
    delays : sequence of int, default=()
        How many rows ahead the outputs lie. No target of the rows before the held-out
        ones lies among these.
    n_lags : int, default=None
        Number of entries of the own channel to read, the newest; None for all.
    shared : bool, default=True
        Whether all targets have the same weights. They must have equally many outputs,
        in the same order.
    exogenous : sequence of int, default=()
        Channels whose values are read as they are. If there are any, the newest value
        of the own channel is, too.
    exogenous_lags : sequence of int, default=None
        The entries at which they are read, counted back from the newest. None takes 0
        and the powers of two that the window holds.
    alpha : float or "auto", default="auto"
        Strength of the penalty. "auto" chooses it on the last fifth of the rows in
        time, and then solves the weights from all rows. Too few rows get the strongest
        penalty.
    sample_weight : ndarray of shape (n_samples,), default=None
        Zero leaves a row out.

    Returns
    -------
    autoregression : Autoregression

    Notes
    -----
    The objective is that of scikit-learn's Ridge. Values of a target's channel are
    divided by its standard deviation, relative to that of all targets' channels
    together. So a target of large values does not dominate shared weights, and for one
    target nothing is divided. Exogenous channels are standardized and multiplied by
    that common standard deviation, so they have the units of the target, too.
    """
    n_steps = windows.shape[1]
    exogenous = np.asarray(exogenous, dtype=np.int64)
    at = n_steps - 1 - entries_back(n_steps, exogenous_lags)
    channels = np.asarray(channels)
    task = Task(
        windows,
        y,
        sample_weight,
        n_lags=n_steps if n_lags is None else n_lags,
        exogenous_channels=exogenous,
        exogenous_at=at if len(exogenous) else at[:0],
    )
    targets = targets_of(channels, raw_channels, slopes, offsets)
    sizes = {len(target.columns) for target in targets}
    if shared and len(sizes) > 1:
        raise ValueError(
            "shared=True needs equally many outputs for each target, but the targets "
            f"have {' and '.join(map(str, sorted(sizes)))}. Use shared=False."
        )
    rows = rows_to_learn(windows, sample_weight)
    choose = isinstance(alpha, str)
    parts = held_out_in_time(windows, rows, delays) if choose else (rows,)
    solution, before = (_Solution(task, len(slopes)) for _ in range(2))
    for group in [targets] if shared else [[target] for target in targets]:
        group, unit = scaled(task, group, rows)
        moments = [moments_of(task, group, part) for part in parts]
        total = sum(moments, Moments())
        if not total:  # no target varies with its channel, or no value is known
            continue
        factors = factors_of(task, total, unit)
        strength = alpha
        if choose:
            fitted, held_out = moments[:2]
            strength = choose_alpha(fitted, held_out, factors)
            if fitted and held_out:
                before.put(group, *solve_ridge(fitted, factors, strength), strength)
        solution.put(group, *solve_ridge(total, factors, strength), strength)
    if not choose or not (len(parts[0]) and len(parts[1])):
        return solution.result()
    errors = _held_out_errors(before.result(), task, targets, channels, parts[1])
    return solution.result(*errors)


def held_out_in_time(windows, rows, delays=(), share=SHARE_HELD_OUT):
    """Split rows into early ones, the last ones in time, and a gap between them.

    Parameters
    ----------
    windows : WindowView or ndarray
        The samples of an array are taken as ordered in time.
    rows : ndarray of int
        Positions of the samples to split.
    delays : sequence of int, default=()
        How many rows ahead the targets lie. A row whose target lies among the last
        rows belongs to the gap.
    share : float, default=0.2
        Share of the last rows. Rows of the same time stay together.

    Returns
    -------
    early, last, gap : ndarray of int
    """
    is_view = isinstance(windows, WindowView)
    stamps = windows.stamps[rows] if is_view else rows
    n_early = len(rows) - int(np.ceil(len(rows) * share))
    first = np.partition(stamps, n_early)[n_early]
    last = stamps >= first
    early = ~last
    delay = max((d for d in delays if d is not None), default=0)
    if is_view and delay:
        early &= target_stamps(windows[rows], delay) < first
    return rows[early], rows[last], rows[~early & ~last]


class _Solution:
    """The arrays of an autoregression, filled target by target."""

    def __init__(self, task, n_outputs):
        n_read = len(task.exogenous_at), len(task.exogenous_channels)
        self._task = task
        self._weights = np.zeros((task.n_lags, n_outputs))
        self._level = np.zeros(n_outputs)
        self._others = np.zeros((*n_read, n_outputs))
        self._intercepts = np.zeros(n_outputs)
        self._alphas = np.zeros(n_outputs)

    def put(self, targets, weights, intercepts, alpha):
        """Enter weights of scaled features, for targets that share them."""
        n_own = self._task.n_lags - 1
        for target in targets:
            columns, scale = target.columns, target.scale
            self._weights[:n_own, columns] = weights[:n_own]
            self._intercepts[columns] = scale * intercepts
            self._alphas[columns] = alpha
            if len(self._task.exogenous_channels):
                level = weights[n_own]
                self._level[columns] = level
                self._intercepts[columns] -= target.mean * level
                others = scale * weights[n_own + 1 :]
                n_at, n_channels, _ = self._others.shape
                others = others.reshape(n_channels, n_at, len(columns))
                self._others[:, :, columns] = others.swapaxes(0, 1)

    def result(self, *held_out):
        """The autoregression, with its errors on held-out rows."""
        return Autoregression(
            self._task.n_lags,
            self._weights,
            self._level,
            self._task.exogenous_channels,
            self._task.exogenous_at,
            self._others,
            self._intercepts,
            self._alphas,
            *held_out,
        )


def _held_out_errors(solved, task, targets, channels, rows):
    """Mean squared errors of each output, and of the newest value as forecast.

    NaN where no newest value is known; zero for outputs that do not vary.
    """
    n_outputs = task.y.shape[1]
    sums, weights = np.zeros((2, n_outputs)), np.zeros(n_outputs)
    for at, past in parts_of(task.windows, task.n_read, rows):
        newest, truth = np.zeros((2, len(past), n_outputs))
        weight = None
        for target in targets:
            last, changes, weight, _ = samples_of(task, target, at, past)
            newest[:, target.columns] = last[:, None]
            truth[:, target.columns] = changes
        predicted = solved.changes(past.windows, channels, newest)
        weight = ~np.isnan(newest) * (1.0 if weight is None else weight[:, None])
        for total, errors in zip(sums, (truth - predicted, truth), strict=True):
            total += (weight * np.nan_to_num(errors) ** 2).sum(axis=0)
        weights += weight.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return sums / weights
