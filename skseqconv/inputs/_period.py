"""The period of a season, found in the rows that windows read."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._series_view import SeriesView
from skseqconv.series._touched import touched_rows
from skseqconv.series._view_internals import first_index, raw_values
from skseqconv.series.times._index_kinds import comparable

from ._season_lags import lag_of_season, lags_of_season, why_not_held

#: At most this many of the newest rows are looked at, of at most this many series.
MAX_ROWS = 50_000
MAX_SERIES = 20

#: Of the horizons, at most this many are forecast, spread evenly.
MAX_DELAYS = 8

#: The highest peaks of the autocorrelation that become candidates.
N_PEAKS = 6

#: A season has to lower the mean absolute error to this share.
CLEARLY = 0.95

#: The mean gain has to be this many of its standard errors, for a period of the
#: calendar and for another one.
N_ERRORS, N_ERRORS_SEARCHED = 2, 4

#: The gains are averaged over parts of the rows, at least this many.
MIN_PARTS = 8

#: Whole periods with a forecast; one more period lies before them.
MIN_PERIODS = 2

#: Lengths of time that people, machines and weather repeat after, in days.
DAY, WEEK, YEAR = 1.0, 7.0, 365.2425


def find_period(windows, channel, raw_channel, delays, lags=None):
    """The period of a channel in rows, if the seasonal naive forecast is good.

    Candidates are a day, a week and a year of the index, and the highest peaks of the
    autocorrelation of the differences. Each forecasts the rows that the windows read
    (seasonal naive: the latest known value a whole number of periods before). A period
    counts if

    - at least two whole periods can be forecast, after one that is only read,
    - the mean absolute error is at most 95 % of that of the last known value, and
    - the mean gain over the last value is at least two standard errors, or four for a
      period that the calendar does not know: the best of many looks good by chance.
      The errors are those of means over parts of the rows, as long as the period or
      the horizon, but at least eight parts.

    The result is the period with the smallest error relative to the last value. What
    repeats each day also repeats each week. So a period has to beat each shorter one
    that it is a multiple of, and each period of the calendar, by the same rule.

    Parameters
    ----------
    windows : WindowView or SeriesView
        The rows of a fit. Only rows that they read are used: the rows of the view and,
        for windows, the rows before them.
    channel : int or sequence of int
        Position of the channel after the steps. Several channels get one period.
    raw_channel : int or sequence of int
        Its position in the series; negative if unknown.
    delays : sequence of int or None
        The forecast horizons in rows; None, for an unknown one, is 1.
    lags : array-like of int, default=None
        The lags that a window holds: a period that needs another one is no candidate.

    Returns
    -------
    period : int or None
        None if no period counts.
    """
    found = _gains(windows, channel, raw_channel, delays, lags)
    return _best(found, found.gains)


def find_held_period(windows, channel, raw_channel, delays):
    """The best period of which windows hold the values, as `find_period` finds it.

    Parameters
    ----------
    windows : WindowView
    channel, raw_channel, delays
        As for `find_period`.

    Returns
    -------
    period : int or None
        None if the windows hold no period that counts.
    better : str or None
        Says that there is a better period, and which windows hold it.
    """
    found = _gains(windows, channel, raw_channel, delays)
    best = _best(found, found.gains)
    reason = best and why_not_held(best, delays, windows.lags)
    if reason is None:
        return best, None
    better = (
        f"period='auto' found a season of {best} rows, but the window does not hold "
        f"it: {reason}"
    )
    return _best(found, _held(found.gains, found.delays, windows.lags)), better


def warn_of_better(better, instead):
    """Warn that there is a better period, and say what is used instead."""
    warnings.warn(
        f"{better} Until then, {instead} is used.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


class _Found(NamedTuple):
    """Candidates, and what they gain over the last value: None if that is not clear."""

    gains: dict[int, float | None]
    calendar: set[int]
    trial: "_Trial"
    delays: list[int]


def _gains(windows, channel, raw_channel, delays, lags=None):
    """Candidates that windows with these lags hold, if given, and their gains."""
    delays = [1 if delay is None else int(delay) for delay in delays]
    pairs = set(zip(_listed(channel), _listed(raw_channel), strict=True))
    histories = [h for pair in sorted(pairs) for h in _histories(windows, *pair)]
    trial = _Trial(histories, delays)
    calendar = _of_calendar(first_index(windows))
    searched = {p for history in histories for p in _repeats(history)} - calendar
    candidates = {p for p in calendar | searched if trial.is_possible(p)}
    if lags is not None:
        candidates = _held(candidates, delays, lags)
    gains = {
        p: trial.gain(p, None, N_ERRORS if p in calendar else N_ERRORS_SEARCHED)
        for p in candidates
    }
    return _Found(gains, calendar, trial, delays)


def _held(periods, delays, lags):
    """The periods of which a window with these lags holds all values."""
    held = set(np.asarray(lags).tolist())
    return {p for p in periods if lags_of_season(p, delays) <= held}


def _best(found, candidates):
    """The best of some candidates, as `find_period` describes it."""
    gains, candidates = found.gains, set(candidates)
    counting = {p for p in candidates if gains[p]}
    for best in sorted(counting, key=gains.get, reverse=True):
        plainer = {p for p in candidates if p < best and not best % p}
        if best not in found.calendar:
            plainer |= candidates & found.calendar
        equal = {p for p in plainer if not found.trial.gain(best, p)}
        if equal <= counting:
            return min(equal, default=best)
    return None


def _listed(channels):
    return np.atleast_1d(channels).tolist()


# The rows that windows read.


def _histories(windows, channel, raw_channel):
    """Values of the channel in the longest series, NaN at rows that are not read.

    The values have a standard deviation of one in each series. A constant series has
    no history.
    """
    ids = windows.series_ids
    series, counts = np.unique(ids, return_counts=True)
    chosen = series[np.argsort(-counts, kind="stable")[:MAX_SERIES]]
    n_rows = MAX_ROWS // max(len(chosen), 1)
    for one in np.sort(chosen):
        part = windows[ids == one] if len(series) > 1 else windows
        part = part[part.rows > part.rows.max() - n_rows]
        rows = _rows_of(touched_rows(part))
        rows = rows[rows > rows[-1] - n_rows]
        values = _values(windows, rows, channel, raw_channel)
        history = np.full(rows[-1] - rows[0] + 1, np.nan)
        history[rows - rows[0]] = values
        history = _scaled(history)
        if history is not None:
            yield history


def _rows_of(touched):
    pairs = zip(touched.starts, touched.stops, strict=True)
    return np.concatenate([np.arange(*pair) for pair in pairs])


def _values(windows, rows, channel, raw_channel):
    """Values before any step, if they are known: an imputer hides missing ones."""
    if raw_channel >= 0:
        return raw_values(windows, rows, [raw_channel])[:, 0]
    return SeriesView(windows, rows=rows).to_numpy(np.float64)[:, channel]


def _scaled(history):
    history = np.where(np.isfinite(history), history, np.nan)
    known = history[np.isfinite(history)]
    largest = np.abs(known).max(initial=0.0)
    if not largest:
        return None
    history, known = history / largest, known / largest
    spread = known.std()
    return (history - known.mean()) / spread if spread > 1e-12 else None


# Candidates.


def _of_calendar(index):
    """A day, a week and a year, in rows of an index of dates."""
    index = comparable(index if index is None else index[:MAX_ROWS])
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)) or len(index) < 2:
        return set()
    differences = np.diff(index) / np.timedelta64(1, "D")
    # Weekdays, for example: five rows in a week, most of them one day apart.
    spacings = [np.median(differences), differences.mean()]
    counts = [length / s for s in spacings if s > 0 for length in (DAY, WEEK, YEAR)]
    return {round(count) for count in counts if count >= 1.5}


def _repeats(history):
    """Periods of the differences, from their autocorrelation and their spectrum."""
    steps = np.nan_to_num(np.diff(history))
    longest = len(steps) // (MIN_PERIODS + 1) + 1
    if longest < 3:
        return []
    # Padded with zeros, the end of the history is not correlated with its beginning.
    size = 1 << (2 * len(steps)).bit_length()
    power = np.abs(np.fft.rfft(steps, size)) ** 2
    correlation = np.fft.irfft(power, size)[: longest + 2]
    inner = correlation[2:-1]  # a period of one row is the last value
    is_peak = (inner > correlation[1:-2]) & (inner >= correlation[3:]) & (inner > 0)
    lags = np.flatnonzero(is_peak) + 2
    lags = lags[np.argsort(-correlation[lags], kind="stable")[:N_PEAKS]].tolist()
    # The lags may all be multiples of the period: noise hides which one is highest.
    strongest = size / max(int(np.argmax(power)), 1)
    return [*lags, round(strongest)] if 1.5 <= strongest <= longest else lags


# Forecasts of the rows.


class _Trial:
    """Seasonal naive forecasts of histories, compared with each other.

    Parameters
    ----------
    histories : list of ndarray
    delays : list of int
        Of these horizons, a few that are spread evenly are forecast.
    """

    def __init__(self, histories, delays):
        delays = np.unique(delays)
        some = np.linspace(0, len(delays) - 1, min(len(delays), MAX_DELAYS))
        self.histories, self.delays = histories, delays[some.astype(int)].tolist()

    def is_possible(self, period):
        """Whether a history is long enough for forecasts of a few periods."""
        longest = max(map(len, self.histories), default=0)
        return longest - max(self._back(period)) >= MIN_PERIODS * period

    def _back(self, period):
        """How many rows before each forecast time its value lies."""
        return [d + (lag_of_season(period, d) if period else 0) for d in self.delays]

    def gain(self, period, other, n_errors=N_ERRORS_SEARCHED):
        """By which share a period has smaller errors than another, if it clearly has.

        The other forecast is the last value if `other` is None. The gain is None if it
        is not clear.
        """
        errors = [self._errors(history, period, other) for history in self.histories]
        errors = [pair for pair in errors if pair.shape[1] >= MIN_PERIODS * period]
        if not errors:
            return None
        own, others = np.concatenate(errors, axis=1).mean(axis=1)
        if not own < CLEARLY * others:
            return None
        length = max(period, self.delays[-1])
        gains = np.concatenate([_in_parts(b - a, length) for a, b in errors])
        standard_error = gains.std(ddof=1) / np.sqrt(len(gains))
        return 1 - own / others if gains.mean() >= n_errors * standard_error else None

    def _errors(self, history, *periods):
        """Absolute errors of two forecasts, row by row, averaged over the delays.

        Rows without a value for all of them are left out.
        """
        backs = [self._back(period) for period in periods]
        reach = max(map(max, backs))
        truth = history[reach:]
        errors = np.zeros((2, len(truth)))
        for sums, back in zip(errors, backs, strict=True):
            for n_rows in back:
                sums += np.abs(truth - history[reach - n_rows :][: len(truth)])
        return errors[:, np.isfinite(errors).all(axis=0)] / len(self.delays)


def _in_parts(gains, length):
    """Means over parts of about this length: gains of neighboring rows are alike."""
    n_parts = max(len(gains) // length, min(MIN_PARTS, len(gains)))
    bounds = np.linspace(0, len(gains), n_parts + 1).astype(int)
    return np.add.reduceat(gains, bounds[:-1]) / np.diff(bounds)
