"""How the start of the forecasts is chosen and solved: the parameter `level`.

A start is a linear function of the window: the last value, the value one period ago,
or a linear autoregression in closed form (the "autoregressive highway" of LSTNet, Lai
et al. 2018, which is trained there). It stays fixed while the network learns the rest.
"""

import warnings
from dataclasses import replace

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.inputs._autoregression_rows import entries_back
from skseqconv.inputs._autoregression_solved import (
    TooLargeError,
    Variant,
    sharing_to_try,
    solve_variants,
)
from skseqconv.inputs._complete import complete_rows
from skseqconv.inputs._last_known import fill_missing, missing_in_series
from skseqconv.inputs._parts_in_time import FIRST_HELD_OUT, parts_in_time
from skseqconv.inputs._past_values import lags_of, with_lags
from skseqconv.inputs._period import find_held_period, find_period, warn_of_better
from skseqconv.inputs._relation import mean_and_spread
from skseqconv.inputs._season_lags import lag_of_season, why_not_held
from skseqconv.inputs._simplest import simplest
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import n_whole_series
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._time_spans import in_rows

#: The starts, simple ones first: "auto" takes the simplest of those that are good.
STARTS = ("last", "seasonal", "ar", "arx")

#: Those that are solved from the training rows.
SOLVED = ("ar", "arx")

#: "arx" must be better than others by this share of the error of persistence. Levels of
#: other channels mislead when the future leaves the range seen in training.
MARGIN_OF_LEVELS = 0.05

#: If each target has one output, another start than the last value must be better by
#: this share of its error. A network finds smaller gains itself, from the last value,
#: which nothing can mislead. With many outputs it does not find them.
GAIN_WITH_ONE_OUTPUT = 0.25

#: An autoregression is solved from all windows, or from at least and at most this many
#: of them, spread evenly. Between the two, there are as many as take this many
#: multiplications.
MIN_ROWS, MAX_ROWS = 20_000, 100_000
MAX_PRODUCTS = 8e9

#: It reads this many of the newest entries of a window, at most.
MAX_LAGS = 1024

#: "auto" tries no autoregression on fewer windows: chance would choose.
LEAST_ROWS_TRIED = 50

#: "auto" does not try exogenous channels if more values than this would be read.
MAX_FEATURES = 1200

#: "auto" compares the season with the last value on this many held-out windows of each
#: part, at most.
MAX_ROWS_COMPARED = 2_000


def exogenous_positions(n_steps, known=()):
    """Positions in a window at which exogenous channels are read, oldest first.

    They are the newest entry, those a power of two before it, and those that are
    `known` for the forecast times (`known_entries`, counted from the newest).
    """
    return n_steps - 1 - entries_back(n_steps, known=known)


def with_start(level, estimator, windows, y, before=None, sample_weight=None):
    """The level of the last value, changed to the start that an estimator asks for.

    A network that goes on has the start `before`.
    """
    start = estimator.level if before is None else before.start
    if start == "seasonal":
        period = _period(level, estimator, windows) if before is None else before.period
        return _seasonal(level, windows, period)
    try:
        if start == "auto":
            return _best_start(level, estimator, windows, y, sample_weight)
        if start in SOLVED:
            return _autoregressive(level, windows, y, [start], sample_weight)[start][0]
    except TooLargeError:
        pass  # the network refuses such values, and names one
    return level


def _best_start(level, estimator, windows, y, sample_weight):
    """The start with the least error on rows that are held out in time."""
    one_each = len(level.channels) == len(np.unique(level.channels))
    found = {"last": (level, 1.0 - one_each * GAIN_WITH_ONE_OUTPUT)}
    period = _period(level, estimator, windows, optional=True)
    if period is not None:
        season = _seasonal(level, windows, period)
        found["seasonal"] = season, _error_of_season(season, level, windows, y)
    if len(_solvable(windows)) >= LEAST_ROWS_TRIED:
        few = _n_features(level, windows, level.others.sum()) <= MAX_FEATURES
        starts = ["ar", "arx"] if few and level.others.any() else ["ar"]
        found |= _autoregressive(level, windows, y, starts, sample_weight)
    return simplest(*zip(*(found[s] for s in STARTS if s in found), strict=True))


def _error_of_season(season, level, windows, y):
    """The squared error of the season on held-out rows, as a share of persistence's.

    Each part counts alike, in units of the spread of y, as for an autoregression.
    """
    spread = mean_and_spread(y)[1]
    unit, shares = np.where(spread > 0, spread, np.inf), []
    for part in parts_in_time(windows, _solvable(windows))[FIRST_HELD_OUT:]:
        some = np.concatenate(part)
        some = some[spread_positions(len(some), MAX_ROWS_COMPARED)]
        own, of_last = (
            np.sum(((one.forecasts(windows[some]) - y[some]) / unit) ** 2)
            for one in (season, level)
        )
        if of_last > 0:
            shares.append(own / of_last)
    return float(np.mean(shares)) if shares else 1.0


def _known_delays(level):
    return [int(delay) for delay in level.delays if delay >= 0]


def _solvable(windows, most=MAX_ROWS):
    """Positions of windows from which a start is solved."""
    complete = np.flatnonzero(complete_rows(windows))
    return complete[spread_positions(len(complete), most)]


# One period ago.


def _period(level, estimator, windows, optional=False):
    """The period that is given, or else found in the rows that the windows read.

    With `optional`, None if there is none, or the windows do not hold it. They must
    hold a period that is found.
    """
    if (level.delays < 0).any() or not isinstance(windows, WindowView):
        if optional:
            return None
        raise ValueError(
            "level='seasonal' reads the value one period before the forecast's time, "
            "but X does not know how far ahead that is. Make X and y by "
            "make_supervised, or set delay and give a view of windows."
        )
    period = in_rows("period", estimator.period, windows)
    delays = level.delays.tolist()
    if period == "auto":
        channels = level.channels.tolist(), level.raw_channels.tolist()
        if optional:
            return find_period(windows, *channels, delays, windows.lags)
        return _found_period(windows, *channels, delays)
    if optional and (reason := why_not_held(period, delays, windows.lags)):
        warnings.warn(
            f"level='auto' does not try 'seasonal': {reason}",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
        return None
    return period


def _found_period(windows, channels, raw_channels, delays):
    """The best period that the windows hold; warn if another one is better."""
    period, better = find_held_period(windows, channels, raw_channels, delays)
    if period is None:
        reason = better or (
            "period='auto' found no season: at no period is the value one period ago "
            "clearly better than the last value. Give the period as a number of rows, "
            "or use level='auto'."
        )
        raise ValueError(f"level='seasonal' is not possible: {reason}")
    if better:
        warn_of_better(better, f"the period {period}")
    return period


def _season_lags(level, period):
    """Lag of the value that each column starts from."""
    return np.array([lag_of_season(period, delay) for delay in level.delays])


def _seasonal(level, windows, period):
    lags, held = _season_lags(level, period), lags_of(windows)
    if reason := why_not_held(period, level.delays.tolist(), held):
        raise ValueError(f"level='seasonal' is not possible: {reason}")
    lagged = np.zeros((len(held), len(lags)))
    at = np.searchsorted(-held, -lags)
    lagged[at, np.arange(len(lags))] = level.slopes
    lagged[-1] = 0.0  # the newest value is the last value itself
    return replace(level, start="seasonal", period=int(period), lagged=lagged)


def missing_seasons(level, windows, last):
    """What is to be added to forecasts that start from a value which is missing.

    An earlier step has filled the gap. The value of an earlier period is better. `last`
    are the last known values, which stand for the newest ones.
    """
    if level.start != "seasonal" or not isinstance(windows, WindowView):
        return 0.0
    lags, added = _season_lags(level, level.period), np.zeros((1, len(level.channels)))
    for (channel, raw), columns in level.by_channel():
        for lag in np.unique(lags[columns]):
            missing = np.flatnonzero(missing_in_series(windows, lag, channel, raw))
            if not len(missing):
                continue
            some = windows[missing]
            value = with_lags(some, [lag]).to_numpy(np.float64)[:, 0, channel]
            season, _ = fill_missing(some, value, lag, channel, raw, level.period)
            if len(added) < len(windows):
                added = np.zeros((len(windows), added.shape[1]))
            for column in [column for column in columns if lags[column] == lag]:
                start = last[missing, column] if lag == windows.lags[-1] else value
                better = np.where(np.isnan(season), level.usual(column, start), season)
                added[missing, column] = (better - start) * level.slopes[column]
    return added


# A solved autoregression.


def _n_features(level, windows, n_exogenous):
    """Number of values that an autoregression reads of a window."""
    n_others = n_exogenous * len(level.exogenous_at)
    return min(windows.shape[1], MAX_LAGS) + n_others


def _autoregressive(level, windows, y, starts, sample_weight):
    """By start, the level of an autoregression and its relative error."""
    exogenous = np.flatnonzero(level.others) if "arx" in starts else np.array([], int)
    # Series of different size have no mean change in common. That of one series would
    # be learned by its network in any case.
    several = isinstance(windows, WindowView) and n_whole_series(windows) > 1
    if "arx" in starts and not len(exogenous):
        raise ValueError(
            "level='arx' reads channels beside those of y, but X has no other. Use "
            "level='ar'."
        )
    n_steps = windows.shape[1]
    n_features = _n_features(level, windows, len(exogenous))
    n_products = n_features**2 * len(list(level.by_channel()))
    most = np.clip(MAX_PRODUCTS / n_products, MIN_ROWS, MAX_ROWS)
    some = _solvable(windows, int(most))
    if len(some) < len(windows):
        windows, y = windows[some], y[some]
        sample_weight = None if sample_weight is None else sample_weight[some]
    sharing = sharing_to_try(level.channels, level.delays)
    variants = [Variant(shared, s == "arx") for s in starts for shared in sharing]
    solved = solve_variants(
        windows,
        y,
        variants,
        channels=level.channels,
        raw_channels=level.raw_channels,
        slopes=level.slopes,
        offsets=level.offsets,
        delays=_known_delays(level),
        n_lags=min(n_steps, MAX_LAGS),
        exogenous=exogenous,
        exogenous_lags=n_steps - 1 - level.exogenous_at,
        alpha="auto",
        intercept=not several,
        sample_weight=sample_weight,
    )
    found = {}
    for start in starts:
        pairs = zip(variants, solved, strict=True)
        both = [s for v, s in pairs if v.exogenous == (start == "arx")]
        best = simplest(both, [one.error for one in both])
        error = best.error
        if error is not None and start == "arx":
            error += MARGIN_OF_LEVELS
        found[start] = _with_weights(level, start, best, n_steps), error
    return found


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
        anchors=level.slopes * (1 + solved.level_weights),
        bases=level.offsets + level.slopes * intercepts,
    )
