"""How the level of a fit is found: what the network needs to know of y and X.

That is how y relates to its channel in the windows, how large changes usually are, and
which channels keep their level (`_level` says what these are for). `_level_start`
chooses and solves what forecasts start from.
"""

import warnings
from dataclasses import replace

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.inputs._fitted_steps import steps_changed
from skseqconv.inputs._known_entries import known_entries
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
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import whole_series_of
from skseqconv.series._window_view import WindowView

from ._level import Level
from ._level_start import exogenous_positions, with_start

#: What window_norm="auto" stands for where X knows its target.
AUTO = "standard"

#: Most values of windows from which the usual spread is computed.
MAX_VALUES = 2**22

#: The smallest series count as at least this share of the spread of all: a series may
#: be constant up to rounding, and the network squares the spread in float32.
LEAST_SHARE = 1e-6

#: Channels that are constant in more than this share of the windows keep their level.
MOSTLY = 0.5


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
        has another number of columns than X has targets. If `level` does not use the
        `period` that is given.
    """
    if estimator.period != "auto" and estimator.level not in ("auto", "seasonal"):
        warnings.warn(
            f"period={estimator.period!r} has no effect with level="
            f"{estimator.level!r}. Leave it out, or use level='seasonal' or 'auto'.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
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
            stacklevel=stacklevel_of_caller(),
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
            exogenous_at=_exogenous_at(windows, channels, delays, before),
            **_usual_values(kind, windows, channels, before),
        )
        if before is not None and not steps_changed(estimator, windows):
            level = with_values_of(before, level)
        level = with_start(level, estimator, windows, y, before, sample_weight)
        scale, changes = _error_of_level(level, windows, y, means, spread_of_y)
    return replace(level, scale=scale, changes=changes)


def _exogenous_at(windows, channels, delays, before):
    """Positions at which other channels are read; the network's, if it goes on."""
    if before is not None:
        return before.exogenous_at
    n_others = windows.shape[2] - len(set(channels))
    delays = [delay for delay in delays if delay is not None]
    known = known_entries(windows, delays, n_others)
    return exogenous_positions(windows.shape[1], known)


def with_values_of(before, level):
    """A level in which kept channels are seen as before: weights have learned that."""
    kept = before.kept
    return replace(
        level,
        center=np.where(kept, before.center, level.center),
        spread=np.where(kept, before.spread, level.spread),
    )


def with_scale_of(level, windows, y):
    """A level with a scale for columns of y that were constant until these rows."""
    with np.errstate(invalid="ignore", over="ignore"):
        scale, changes = _error_of_level(level, windows, y, *mean_and_spread(y))
    scale = np.where(level.changes, level.scale, scale)
    return replace(level, scale=scale, changes=level.changes | changes)


def still_explains(level, estimator, windows, y):
    """Whether a level's relation holds for other rows; None if they do not show it.

    Parameters
    ----------
    level : Level
    estimator, windows, y
        As for `find_level`.
    """
    told = _told(level, estimator, windows, y)
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
    told = _told(level, estimator, windows, y)
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
            stacklevel=stacklevel_of_caller(),
        )
    return False


def _usual_values(kind, windows, channels, before=None):
    """Mean of the channels that are no target's, and the spread of each channel.

    The spread is that in a window, averaged over windows (of several series, over those
    of the smallest one, if windows are divided by their own spread). Channels that are
    constant in most windows (static columns, regimes, flags) say something by their
    level alone. They keep it, and have a spread over all windows. A network that goes
    on keeps the levels that it has learned from.
    """
    size = windows.shape[1] * windows.shape[2]
    chosen = windows[spread_positions(len(windows), max(MAX_VALUES // size, 16))]
    some = chosen
    if isinstance(some, WindowView):
        some = some.to_numpy(np.float64)
    some = np.asarray(some, dtype=np.float64)
    others = np.ones(some.shape[2], dtype=bool)
    others[channels] = False
    center, over_all = mean_and_spread(some.reshape(-1, some.shape[2]))
    spread = some.std(axis=1)
    constant = (some == some[:, :1]).all(axis=1).mean(axis=0)
    # What never changes cannot be learned from, and would be noise if it did later.
    changes = over_all > 1e-12 * np.abs(center)
    kept = others & (constant > MOSTLY) & changes
    kept = kept if before is None else before.kept
    usual = spread.mean(axis=0)
    if kind == "standard" and isinstance(chosen, WindowView):
        usual = _of_smallest_series(whole_series_of(chosen), spread)
    return {
        "spread": np.where(kept, over_all, usual),
        "center": np.where(others, center, 0.0),
        "others": others,
        "kept": kept,
    }


def _of_smallest_series(owners, spread):
    """The usual spread of each channel in the series where it is least, but not zero.

    Windows that are divided by their own spread have a lower limit, which is a share of
    the usual one. That of large series would be far above the spread of small ones.
    """
    _, owners, n_windows = np.unique(owners, return_inverse=True, return_counts=True)
    sums = np.zeros((len(n_windows), spread.shape[1]))
    np.add.at(sums, owners, spread)
    means = sums / n_windows[:, None]
    least = np.where(means > 0, means, np.inf).min(axis=0)
    overall = spread.mean(axis=0)
    return np.where(overall > 0, np.maximum(least, LEAST_SHARE * overall), 0.0)


def _error_of_level(level, windows, y, means, spread_of_y):
    """The scale of the changes to learn, and whether there are any.

    The scale is the root mean square of the changes. If nothing changes, it is the
    spread of y.
    """
    some = spread_positions(len(windows), MAX_ROWS_SOLVED)
    change = y[some] - level.forecasts(windows[some])
    largest = np.abs(change).max(axis=0)
    largest[~(largest > 0)] = 1.0
    scale = largest * np.sqrt(np.mean((change / largest) ** 2, axis=0))
    size = np.abs(means)
    changes = scale > rounding_of(windows) * np.maximum(size, spread_of_y)
    instead = np.maximum(spread_of_y, 1e-6 * size)
    instead[~(instead > 0)] = 1.0
    return np.where(changes, scale, instead), changes
