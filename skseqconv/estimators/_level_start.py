"""How the start of the forecasts is chosen and solved: the parameter `level`.

A start is a linear function of the window: the last value, the value one period ago,
or a linear autoregression in closed form (the "autoregressive highway" of LSTNet, Lai
et al. 2018, which is trained there). It stays fixed while the network learns the rest.
"""

from dataclasses import replace

import numpy as np

from skseqconv.inputs._autoregression import (
    FIRST_HELD_OUT,
    parts_in_time,
    solve_autoregression,
)
from skseqconv.inputs._complete import complete_rows
from skseqconv.inputs._last_known import fill_missing
from skseqconv.inputs._period import find_period, lag_of_season
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

#: The starts, simple ones first. "auto" takes the first one whose squared error on
#: held-out rows is at most this share above the least.
STARTS = ("last", "seasonal", "ar", "arx")
MARGIN = 0.01

#: An autoregression is solved from this many windows, at most, spread evenly, and from
#: this many of their newest entries.
MAX_ROWS = 100_000
MAX_LAGS = 1024

#: "auto" compares the season with others on this many held-out windows, at most.
MAX_ROWS_COMPARED = 5_000


def exogenous_positions(n_steps):
    """Positions in a window at which exogenous channels are read, oldest first.

    They are the newest entry and those a power of two before it.
    """
    powers = 2 ** np.arange(max(n_steps - 1, 1).bit_length())
    return (n_steps - 1 - np.unique([0, *powers[powers < n_steps]]))[::-1]


def with_start(level, estimator, windows, y, before=None):
    """The level of the last value, changed to the start that an estimator asks for.

    A network that goes on has the start `before`.
    """
    start = estimator.level if before is None else before.start
    if start == "auto":
        return _best_start(level, estimator, windows, y)
    if start == "seasonal":
        period = _period(level, estimator, windows) if before is None else before.period
        return _seasonal(level, windows, period)
    if start in ("ar", "arx"):
        return _autoregressive(level, windows, y, start)[0]
    return level


def _best_start(level, estimator, windows, y):
    """The start with the least error on rows that are held out in time."""
    found, errors = {"last": level}, {"last": 1.0}
    period = _period(level, estimator, windows, optional=True)
    if period is not None:
        found["seasonal"] = _seasonal(level, windows, period)
        parts = parts_in_time(windows, _solvable(windows))[FIRST_HELD_OUT:]
        some = np.concatenate([part for pair in parts for part in pair])
        some = some[:: -(-len(some) // MAX_ROWS_COMPARED) or 1]
        of_both = [
            np.mean((one.forecasts(windows[some]) - y[some]) ** 2, axis=0)
            for one in (found["seasonal"], level)
        ]
        errors["seasonal"] = _share(*of_both)
    for start in ("ar", "arx") if level.others.any() else ("ar",):
        found[start], errors[start] = _autoregressive(level, windows, y, start)
    least = min(errors.values())
    return next(found[s] for s in STARTS if errors.get(s, np.inf) <= least + MARGIN)


def _share(error, persistence):
    """The mean over columns of an error, as a share of that of the last value."""
    known = persistence > 0
    return float(np.mean(error[known] / persistence[known])) if known.any() else 1.0


def _known_delays(level):
    return [int(delay) for delay in level.delays if delay >= 0]


def _solvable(windows):
    """Positions of the windows from which an autoregression is solved."""
    complete = np.flatnonzero(complete_rows(windows))
    return complete[:: -(-len(complete) // MAX_ROWS) or 1]


def _lags_of(windows):
    if isinstance(windows, WindowView):
        return windows.lags
    return np.arange(windows.shape[1] - 1, -1, -1)


# One period ago.


def _period(level, estimator, windows, optional=False):
    """The period that is given, or else found in the rows that the windows read.

    With `optional`, None if there is none, or the windows do not hold it.
    """
    if (level.delays < 0).any() or not isinstance(windows, WindowView):
        if optional:
            return None
        raise ValueError(
            "level='seasonal' reads the value one period before the forecast's time, "
            "but X does not know how far ahead that is. Make X and y by "
            "make_supervised, or set delay and give a view of windows."
        )
    period = estimator.period
    if period == "auto":
        channels = level.channels.tolist(), level.raw_channels.tolist()
        lags = _lags_of(windows) if optional else None
        period = find_period(windows, *channels, level.delays, lags)
        if period is None and not optional:
            raise ValueError(
                "level='seasonal' with period='auto', but no season was found: at no "
                "period is the value one period ago clearly better than the last "
                "value. Give the period as a number of rows, or use level='auto'."
            )
    if period is None or not optional:
        return period
    return (
        period
        if np.isin(_season_lags(level, period), _lags_of(windows)).all()
        else None
    )


def _season_lags(level, period):
    """Lag of the value that each column starts from."""
    return np.array([lag_of_season(period, delay) for delay in level.delays])


def _seasonal(level, windows, period):
    lags, held = _season_lags(level, period), _lags_of(windows)
    outside = ~np.isin(lags, held)
    if outside.any():
        lag = lags[outside].max()
        raise ValueError(
            f"level='seasonal' with period={period} needs the value {lag} rows before "
            f"the end of the window, but the window has lags {held[0]} to {held[-1]}. "
            f"Use a lookback of at least {lag + 1}, or a step that divides {lag}."
        )
    lagged = np.zeros((len(held), len(lags)))
    at = np.searchsorted(-held, -lags)
    lagged[at, np.arange(len(lags))] = level.slopes
    lagged[-1] = 0.0  # the newest value is the last value itself
    return replace(level, start="seasonal", period=int(period), lagged=lagged)


def missing_seasons(level, windows):
    """What is to be added to forecasts that start from a value which is missing.

    An earlier step may have filled the gap. The value of an earlier period is better.
    """
    if level.start != "seasonal" or not isinstance(windows, WindowView):
        return 0.0
    lags, added = _season_lags(level, level.period), np.zeros((len(windows), 1))
    for (channel, raw), columns in level.by_channel():
        for lag in np.unique(lags[columns]):
            entry = WindowView(SeriesView(windows), lags=[lag])
            value = entry.to_numpy(np.float64)[:, 0, channel]
            filled, missing = fill_missing(
                windows, value, lag, channel, raw, level.period
            )
            if not missing.any():
                continue
            if added.shape[1] == 1:
                added = np.zeros((len(windows), len(lags)))
            here = [column for column in columns if lags[column] == lag]
            change = np.where(missing & np.isfinite(filled), filled - value, 0.0)
            added[:, here] = change[:, None] * level.slopes[here]
    return added


# A solved autoregression.


def _autoregressive(level, windows, y, start):
    """The level of an autoregression, and its relative error on held-out rows."""
    some = _solvable(windows)
    exogenous = np.flatnonzero(level.others) if start == "arx" else ()
    if start == "arx" and not len(exogenous):
        raise ValueError(
            "level='arx' reads channels beside those of y, but X has no other. Use "
            "level='ar'."
        )
    n_steps = windows.shape[1]
    options = {
        "channels": level.channels,
        "raw_channels": level.raw_channels,
        "slopes": level.slopes,
        "offsets": level.offsets,
        "delays": _known_delays(level),
        "n_lags": min(n_steps, MAX_LAGS),
        "exogenous": exogenous,
        "exogenous_lags": n_steps - 1 - exogenous_positions(n_steps)[::-1],
    }
    solved, errors = [], []
    for shared in (True, False) if _alike(level) else (False,):
        one = solve_autoregression(windows[some], y[some], shared=shared, **options)
        solved.append(one)
        error = one.held_out_error
        errors.append(np.inf if error is None else float(np.mean(error)))
    best = int(np.argmin(errors))
    return _with_weights(level, start, solved[best], n_steps), errors[best]


def _alike(level):
    """Whether y has several targets, all with the same delays."""
    delays = [tuple(level.delays[columns]) for _, columns in level.by_channel()]
    return len(delays) > 1 and len(set(delays)) == 1


def _with_weights(level, start, solved, n_steps):
    n_outputs, n_channels = len(level.channels), len(level.spread)
    lagged = np.zeros((n_steps, n_outputs))
    lagged[n_steps - solved.n_lags :] = solved.weights * level.slopes
    intercepts, others = solved.intercepts, solved.exogenous_channels
    exogenous = None
    if start == "arx":
        exogenous = np.zeros((len(solved.exogenous_at), n_channels, n_outputs))
        exogenous[:, others] = solved.exogenous_weights * level.slopes
        # The network reads these channels less their centers.
        centers = level.center[others, None] * solved.exogenous_weights
        intercepts = intercepts + centers.sum(axis=(0, 1))
        exogenous = exogenous.reshape(-1, n_outputs)
    return replace(
        level,
        start=start,
        lagged=lagged,
        exogenous=exogenous,
        exogenous_at=solved.exogenous_at if start == "arx" else None,
        anchors=level.slopes * (1 + solved.level_weights),
        bases=level.offsets + level.slopes * intercepts,
    )
