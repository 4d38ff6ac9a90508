"""A linear autoregression in closed form: forecasts of changes from a target's past.

The features are the last values of the target's channel less the newest one, as in
NLinear (Zeng et al. 2023), so the forecasts do not depend on the level. Exogenous
channels keep their level. The weights are those of a ridge regression. They are solved
from sums over the rows, so windows are read part by part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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
    targets_of,
    together,
    with_scales,
)
from ._past_values import parts_of
from ._ridge import Chosen, Moments, choose_alpha, solve_ridge

#: The strength is chosen on parts of the rows in the order of time: each from this one
#: on is held out once, and the rows before it are fitted. One part at the end would be
#: a season of its own.
N_PARTS = 5
FIRST_HELD_OUT = 2

#: A simpler forecast is taken if its error on held-out rows is at most this much
#: larger, as a share of the error of persistence.
MARGIN = 0.01

#: Fewer rows do not show which strength is best.
LEAST_ROWS = 20


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
    held_out_error : ndarray of shape (n_outputs,) or None
        Squared error on the rows that chose the strength, of weights solved from the
        rows before them, as a share of that of the newest value. None if no rows were
        held out.
    error : float or None
        The same share for all outputs together, averaged over the held-out parts: each
        target counts in units of its spread. None if no rows were held out.
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
    error: float | None = None

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
    shared : bool or "auto", default=True
        Whether all targets have the same weights. They must have equally many outputs,
        in the same order. "auto" takes what has the least error on held-out rows, and
        True if none are held out.
    exogenous : sequence of int, default=()
        Channels whose values are read as they are. If there are any, the newest value
        of the own channel is, too.
    exogenous_lags : sequence of int, default=None
        The entries at which they are read, counted back from the newest. None takes 0
        and the powers of two that the window holds.
    alpha : float or "auto", default="auto"
        Strength of the penalty. "auto" chooses it on the third, the fourth and the last
        fifth of the rows in time, each with weights from all rows before it, and then
        solves the weights from all rows. Fewer than 20 rows get the strongest penalty.
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
    options = {
        "channels": channels,
        "slopes": slopes,
        "offsets": offsets,
        "raw_channels": raw_channels,
        "delays": delays,
        "n_lags": n_lags,
        "exogenous": exogenous,
        "exogenous_lags": exogenous_lags,
        "alpha": alpha,
        "sample_weight": sample_weight,
    }
    tried = [shared]
    if shared == "auto":
        tried = sharing_to_try(channels, delays)
        if not isinstance(alpha, str):  # nothing is held out
            tried = tried[:1]
    variants = [Variant(one, len(exogenous) > 0) for one in tried]
    with np.errstate(over="ignore", invalid="ignore"):  # refused, see `TooLargeError`
        solved = solve_variants(windows, y, variants, **options)
    return simplest(solved, [one.error for one in solved])


def sharing_to_try(channels, delays):
    """Values of `shared` to choose from: several targets that have the same delays."""
    of_channel = {}
    for channel, delay in zip(channels, delays, strict=True):
        of_channel.setdefault(int(channel), []).append(delay)
    first, *others = of_channel.values()
    alike = others and all(other == first for other in others)
    return [True, False] if alike else [False]


def simplest(candidates, errors):
    """The first of candidates whose error is at most `MARGIN` above the least.

    Errors are squared errors on held-out rows, as shares of those of the last value;
    None if no rows were held out.
    """
    unknown = [error is None or np.isnan(error) for error in errors]
    errors = np.where(unknown, np.inf, np.array(errors, dtype=float))
    known = zip(candidates, errors, strict=True)
    return next(one for one, error in known if error <= min(errors) + MARGIN)


class Variant(NamedTuple):
    """Whether all targets have the same weights, and exogenous channels are read."""

    shared: bool
    exogenous: bool


def solve_variants(
    windows,
    y,
    variants,
    *,
    channels,
    slopes,
    offsets,
    raw_channels,
    delays,
    n_lags,
    exogenous,
    exogenous_lags,
    alpha,
    sample_weight=None,
):
    """Solve several autoregressions, and read the windows of each target only once.

    Parameters
    ----------
    windows, y, channels, ...
        As for `solve_autoregression`.
    variants : list of Variant

    Returns
    -------
    autoregressions : list of Autoregression
    """
    n_steps, exogenous = windows.shape[1], np.asarray(exogenous, dtype=np.int64)
    at = n_steps - 1 - entries_back(n_steps, exogenous_lags)
    task = Task(
        windows,
        y,
        sample_weight,
        n_lags=n_steps if n_lags is None else n_lags,
        exogenous_channels=exogenous,
        exogenous_at=at if len(exogenous) else at[:0],
    )
    channels = np.asarray(channels)
    targets = targets_of(channels, raw_channels, slopes, offsets)
    sizes = {len(target.columns) for target in targets}
    if len(sizes) > 1 and any(variant.shared for variant in variants):
        raise ValueError(
            "shared=True needs equally many outputs for each target, but the targets "
            f"have {' and '.join(map(str, sorted(sizes)))}. Use shared=False."
        )
    rows = rows_to_learn(windows, sample_weight)
    parts = [(rows, rows[:0])]
    if isinstance(alpha, str) and len(rows) >= LEAST_ROWS:
        parts = parts_in_time(windows, rows, delays)
    targets = with_scales(task, targets, rows)
    solutions = [_Solution(task, variant, alpha, len(slopes)) for variant in variants]
    shared = [one for one in solutions if one.variant.shared]
    of_all = None
    for target in targets:
        moments = [[moments_of(task, target, one) for one in part] for part in parts]
        for solution in solutions:
            if not solution.variant.shared:
                solution.solve([target.alone()], moments)
        if shared:
            of_all = together(of_all, moments, target, task.n_lags)
    for solution in shared:
        solution.solve(targets, of_all)
    return [solution.result() for solution in solutions]


def parts_in_time(windows, rows, delays=()):
    """Split rows into `N_PARTS` parts in the order of time.

    Parameters
    ----------
    windows : WindowView or ndarray
        The samples of an array are taken as ordered in time.
    rows : ndarray of int
        Positions of the samples to split.
    delays : sequence of int, default=()
        How many rows ahead the targets lie.

    Returns
    -------
    parts : list of (ndarray of int, ndarray of int)
        Of each part, the rows whose targets lie before the next part, and the others.
        Rows of the same time are in the same part.
    """
    is_view = isinstance(windows, WindowView)
    stamps = windows.stamps[rows] if is_view else rows
    delay = max((d for d in delays if d is not None), default=0)
    ahead = target_stamps(windows[rows], delay) if is_view and delay else stamps
    firsts = np.arange(1, N_PARTS) * len(rows) // N_PARTS
    firsts = np.partition(stamps, firsts)[firsts] if len(rows) else firsts
    part = np.searchsorted(firsts, stamps, side="right")
    inside = np.searchsorted(firsts, ahead, side="right") == part
    return [
        (rows[(part == at) & inside], rows[(part == at) & ~inside])
        for at in range(N_PARTS)
    ]


def _folds(moments):
    """Sums over the rows before each part that is held out, and over its own."""
    before = before_gap = Moments()
    for at, (inside, across) in enumerate(moments):
        if at >= FIRST_HELD_OUT:
            yield before_gap, inside + across
        before_gap, before = before + inside, before + inside + across


class TooLargeError(ValueError):
    """Values are too large to be squared."""


class _Solution:
    """The arrays of an autoregression, filled target by target."""

    def __init__(self, task, variant, alpha, n_outputs):
        self._task, self.variant, self._alpha = task, variant, alpha
        self._at, self._channels = task.exogenous_at, task.exogenous_channels
        if not variant.exogenous:
            self._at, self._channels = self._at[:0], self._channels[:0]
        n_read = len(self._at), len(self._channels)
        self._weights = np.zeros((task.n_lags, n_outputs))
        self._level = np.zeros(n_outputs)
        self._others = np.zeros((*n_read, n_outputs))
        self._intercepts = np.zeros(n_outputs)
        self._alphas = np.zeros(n_outputs)
        self._errors = self._sums = None

    def solve(self, targets, moments):
        """Solve the weights that targets share, from sums over parts of the rows."""
        n_own = self._task.n_lags - 1
        if not self.variant.exogenous and len(self._task.exogenous_channels):
            moments = [[one.of_first(n_own) for one in part] for part in moments or ()]
        total = sum((one for part in moments or () for one in part), Moments())
        if not total:  # no target varies with its channel, or no value is known
            return
        if total.overflow:
            raise TooLargeError(
                "X or y has values whose squares are beyond the largest number, so no "
                "autoregression can be solved. Scale them, or check for wrong values."
            )
        spread = np.sqrt(np.mean([target.spread**2 for target in targets]))
        factors = factors_of(self._task, total, spread or 1.0)
        chosen = Chosen(self._alpha)
        if isinstance(self._alpha, str):
            chosen = choose_alpha(_folds(moments), total, factors)
        if chosen.sums is not None and spread > 0:
            sums = chosen.sums / spread**2
            self._sums = sums if self._sums is None else self._sums + sums
        self._put(targets, *solve_ridge(total, factors, chosen.alpha), chosen)

    def _put(self, targets, weights, intercepts, chosen):
        """Enter weights of scaled features, for targets that share them."""
        n_own = self._task.n_lags - 1
        for target in targets:
            columns, scale = target.columns, target.scale
            self._weights[:n_own, columns] = weights[:n_own]
            self._intercepts[columns] = scale * intercepts
            self._alphas[columns] = chosen.alpha
            if chosen.error is not None:
                if self._errors is None:
                    self._errors = np.ones(len(self._level))
                self._errors[columns] = chosen.error
            if self.variant.exogenous:
                level = weights[n_own]
                self._level[columns] = level
                self._intercepts[columns] -= target.mean * level
                others = scale * weights[n_own + 1 :]
                n_at, n_channels, _ = self._others.shape
                others = others.reshape(n_channels, n_at, len(columns))
                self._others[:, :, columns] = others.swapaxes(0, 1)

    def result(self):
        return Autoregression(
            self._task.n_lags,
            self._weights,
            self._level,
            self._channels,
            self._at,
            self._others,
            self._intercepts,
            self._alphas,
            self._errors,
            self._error(),
        )

    def _error(self):
        if self._sums is None:
            return None
        error, of_zero = self._sums[self._sums[:, 1] > 0].T
        return float(np.mean(error / of_zero)) if len(error) else 1.0
