"""The level of the target, from which a regressor's network forecasts changes.

A network whose input is relative to each window's last values, and whose output is
added to the target's last one, forecasts persistence before it has learned anything,
and a series that moves to where it never was leaves it as good as before (the last
value subtracted as in NLinear, Zeng et al. 2023; the spread divided out as in
reversible instance normalization, Kim et al. 2022). What it needs to know, how y
relates to its channel in the windows and what changes are usual, is solved here.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from ._affine import (
    MAX_ROWS,
    TOLERANCE,
    no_relation,
    target_channels,
    target_delays,
    target_relations,
)
from .views import SeriesView, WindowView

#: What window_norm="auto" stands for where X knows its target.
AUTO = "standard"

#: Values of windows that the usual spread is taken from, at most.
MAX_VALUES = 2**22


@dataclass(frozen=True)
class Level:
    """What the level layer of a network is given, and the scale of its target.

    `values` are the layer's weights: `center` and `spread` of each channel, `slope`
    of shape (n_channels, n_outputs) and `offset` of each output, which lead from the
    channels to the target as the network sees it: less `mean`, and in units of
    `scale`, the error of persistence.
    """

    kind: str
    values: dict
    mean: np.ndarray
    scale: np.ndarray


def find_level(estimator, windows, y):
    """The level of y in the windows; None if they are to be taken as they are.

    Parameters
    ----------
    estimator : SequenceRegressor
        With `window_norm`, `target_channel` and `delay`.
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
    y : ndarray of shape (n_samples, n_outputs)

    Returns
    -------
    level : Level or None

    Raises
    ------
    ValueError
        If `window_norm` names a kind, and y is no affine function of its channel or
        the channel is not known.

    Warns
    -----
    UserWarning
        If `window_norm` is "auto", and y is no affine function of its channel, or has
        not as many columns as X has targets.
    """
    kind = estimator.window_norm
    if kind is None or (kind == "auto" and not _can_tell(estimator, windows, y)):
        return None
    if kind == "auto":
        kind = AUTO
    channels = target_channels(estimator, windows, y.shape[1])
    delays = target_delays(estimator, windows, y.shape[1])
    # What is missing or too large is told of where the network is fed.
    with np.errstate(invalid="ignore", over="ignore"):
        slopes, offsets, rests = target_relations(windows, y, channels, delays)
    if rests.max() > TOLERANCE:
        if estimator.window_norm != "auto":
            raise ValueError(
                f"window_norm={kind!r}: {no_relation(channels, rests)} Leave that "
                "step out, or use window_norm=None."
            )
        warnings.warn(
            f"The windows are taken as they are: {no_relation(channels, rests)} "
            "window_norm=None says so without this warning.",
            UserWarning,
            stacklevel=2,
        )
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        return _level(kind, windows, y, channels, slopes, offsets)


def _can_tell(estimator, windows, y):
    """Whether "auto" knows the target, and windows have a past to be relative to."""
    if windows.shape[1] == 1:
        return False
    if estimator.target_channel is not None:
        return True
    target = getattr(windows, "target", None)
    if target is not None and len(target) != y.shape[1]:
        warnings.warn(
            f"The windows are taken as they are: X knows {len(target)} target(s), and "
            f"y has {y.shape[1]} column(s). The networks take all columns of y at "
            "once; for some of them give target_channel and delay. window_norm=None "
            "says so without this warning.",
            UserWarning,
            stacklevel=3,
        )
        return False
    return target is not None


def _level(kind, windows, y, channels, slopes, offsets):
    some = _evenly(
        windows, max(MAX_VALUES // (windows.shape[1] * windows.shape[2]), 16)
    )
    some = _values(windows[some])
    center, spread = some.mean(axis=(0, 1)), some.std(axis=1).mean(axis=0)
    spread[~(spread > 0)] = 1.0
    some = _evenly(windows, MAX_ROWS)
    last = _last_values(windows[some])[:, channels]
    mean = y.mean(axis=0)
    scale = np.sqrt(np.mean((y[some] - (slopes * last + offsets)) ** 2, axis=0))
    rounding = 1e-6 * np.maximum(np.abs(mean), y.std(axis=0))
    scale = np.where(scale > rounding, scale, np.maximum(y.std(axis=0), rounding))
    scale[~(scale > 0)] = 1.0
    outputs = np.arange(len(channels))
    slope = np.zeros((len(center), len(channels)))
    slope[channels, outputs] = slopes / scale
    offset = (slopes * center[channels] + offsets - mean) / scale
    values = {"center": center, "spread": spread, "slope": slope, "offset": offset}
    values = {name: value.astype(np.float32) for name, value in values.items()}
    return Level(kind, values, mean, scale)


def _evenly(windows, n_wanted):
    return np.linspace(0, len(windows) - 1, min(len(windows), n_wanted)).astype(int)


def _values(windows):
    if isinstance(windows, WindowView):
        return windows.to_numpy(np.float64)
    return np.asarray(windows, dtype=np.float64)


def _last_values(windows):
    if isinstance(windows, WindowView):
        newest = WindowView(SeriesView(windows), lags=windows.lags[-1:])
        return newest.to_numpy(np.float64)[:, 0]
    return np.asarray(windows[:, -1], dtype=np.float64)
