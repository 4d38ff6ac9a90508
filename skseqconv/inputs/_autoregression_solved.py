"""The weights of an autoregression, in closed form.

They are those of a ridge regression. They are solved from sums over the rows, so
windows are read part by part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._autoregression import Autoregression
from ._autoregression_rows import (
    Task,
    entries_back,
    factors_of,
    moments_of,
    targets_of,
    together,
    with_scales,
)
from ._complete import rows_to_learn
from ._known_entries import known_entries
from ._parts_in_time import folds_of, parts_in_time
from ._ridge import Chosen, Moments, choose, solve_ridge
from ._simplest import simplest

#: Fewer rows do not show which strength is best.
LEAST_ROWS = 20


def solve_autoregression(
    windows, y, *, channels, delays=(), shared=True, exogenous=(), alpha="auto", **more
):
    """Solve the weights of an autoregression from windows.

    Parameters
    ----------
    windows, y, channels, delays, exogenous, alpha, **more
        As for `solve_variants`.
    shared : bool or "auto", default=True
        Whether all targets have the same weights. They must have equally many outputs,
        in the same order. "auto" takes what has the least error on held-out rows, and
        True if none are held out.

    Returns
    -------
    autoregression : Autoregression
    """
    tried = [shared]
    if shared == "auto":
        tried = sharing_to_try(channels, delays)
        if not isinstance(alpha, str):  # nothing is held out
            tried = tried[:1]
    variants = [Variant(one, len(exogenous) > 0) for one in tried]
    more |= {"delays": delays, "exogenous": exogenous, "alpha": alpha}
    with np.errstate(over="ignore", invalid="ignore"):  # refused, see `TooLargeError`
        solved = solve_variants(windows, y, variants, channels=channels, **more)
    return simplest(solved, [one.error for one in solved])


def sharing_to_try(channels, delays):
    """Values of `shared` to choose from: several targets that have the same delays."""
    of_channel = {}
    for channel, delay in zip(channels, delays, strict=True):
        of_channel.setdefault(int(channel), []).append(delay)
    first, *others = of_channel.values()
    alike = others and all(other == first for other in others)
    return [True, False] if alike else [False]


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
    raw_channels=None,
    delays=(),
    n_lags=None,
    exogenous=(),
    exogenous_lags=None,
    alpha="auto",
    intercept="auto",
    sample_weight=None,
):
    """Solve several autoregressions, and read the windows of each target only once.

    Parameters
    ----------
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        Windows that are not complete are left out.
    y : ndarray of shape (n_samples, n_outputs)
    variants : list of Variant
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
    exogenous : sequence of int, default=()
        Channels whose values are read as they are. If there are any, the newest value
        of the own channel is, too.
    exogenous_lags : sequence of int, default=None
        The entries at which they are read, counted back from the newest. None takes 0
        and the powers of two that the window holds, and of channels known ahead those
        at the forecast times.
    alpha : float or "auto", default="auto"
        Strength of the penalty. "auto" chooses it on the third, the fourth and the last
        fifth of the rows in time, each with weights from all rows before it, and then
        solves the weights from all rows. Fewer than 20 rows get the strongest penalty.
    intercept : bool or "auto", default="auto"
        Whether a change is forecast where all features are zero. "auto" decides on the
        same rows as `alpha`: none if the error without it is nearly as small. Where no
        rows are held out and where exogenous channels are read, there is one.
    sample_weight : ndarray of shape (n_samples,), default=None
        Zero leaves a row out.

    Returns
    -------
    autoregressions : list of Autoregression

    Notes
    -----
    The objective is that of scikit-learn's Ridge. Values of a target's channel are
    divided by its standard deviation, relative to that of all targets' channels
    together. So a target of large values does not dominate shared weights, and for one
    target nothing is divided. Exogenous channels are standardized and multiplied by
    that common standard deviation, so they have the units of the target, too.
    """
    n_steps, exogenous = windows.shape[1], np.asarray(exogenous, dtype=np.int64)
    delays_known = [delay for delay in delays if delay is not None]
    known = known_entries(windows, delays_known, len(exogenous))
    at = n_steps - 1 - entries_back(n_steps, exogenous_lags, known)
    task = Task(
        windows,
        y,
        sample_weight,
        n_lags=n_steps if n_lags is None else n_lags,
        exogenous_channels=exogenous,
        exogenous_at=at if len(exogenous) else at[:0],
    )
    targets = targets_of(channels, raw_channels, slopes, offsets)
    _check_alike(targets, variants)
    rows = rows_to_learn(windows, sample_weight)
    parts = [(rows, rows[:0])]
    if isinstance(alpha, str) and len(rows) >= LEAST_ROWS:
        parts = parts_in_time(windows, rows, delays)
    solutions = [_Solution(task, variant, alpha, intercept) for variant in variants]
    _solve(solutions, task, with_scales(task, targets, rows), parts)
    return [solution.result() for solution in solutions]


def _check_alike(targets, variants):
    """Refuse to share weights if targets have different numbers of outputs."""
    sizes = {len(target.columns) for target in targets}
    if len(sizes) > 1 and any(variant.shared for variant in variants):
        raise ValueError(
            "shared=True needs equally many outputs for each target, but the targets "
            f"have {' and '.join(map(str, sorted(sizes)))}. Use shared=False."
        )


def _solve(solutions, task, targets, parts):
    """Solve all solutions from sums over parts of the rows of each target."""
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


class TooLargeError(ValueError):
    """Values are too large to be squared."""


class _Solution:
    """The arrays of an autoregression, filled target by target."""

    def __init__(self, task, variant, alpha, intercept):
        n_outputs = task.y.shape[1]
        self._task, self.variant, self._alpha = task, variant, alpha
        self._intercepts_tried = [False, True] if intercept == "auto" else [intercept]
        if variant.exogenous:  # their values are far from zero
            self._intercepts_tried = [True]
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
        tried = self._intercepts_tried
        chosen = Chosen(self._alpha, tried[-1])
        if isinstance(self._alpha, str):
            chosen = choose(folds_of(moments), total, factors, tried)
        if chosen.sums is not None and spread > 0:
            sums = chosen.sums / spread**2
            self._sums = sums if self._sums is None else self._sums + sums
        solved = solve_ridge(total, factors, chosen.alpha, chosen.intercept)
        self._put(targets, *solved, chosen)

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
