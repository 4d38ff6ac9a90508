"""The lags that a window must hold for a seasonal naive forecast."""

import math

import numpy as np


def why_not_held(period, delays, lags):
    """Why windows do not hold the values of a season, and the way out.

    Parameters
    ----------
    period : int
    delays : sequence of int
    lags : ndarray of int
        The lags of the windows, the largest first.

    Returns
    -------
    reason : str or None
        None if they hold the season.
    """
    delay_of = {lag_of_season(period, delay): delay for delay in delays}
    missing = set(delay_of) - set(lags.tolist())
    if not missing:
        return None
    lag, step = max(missing), math.gcd(*np.diff(lags).tolist()) or 1
    divisor = math.gcd(*delay_of)
    if lag <= lags[0]:
        way_out = f"a step that divides {divisor}" if divisor > 1 else "step=1"
    elif divisor % step:
        way_out = f"a lookback of at least {lag + 1} with step=1"
    else:
        way_out = f"a lookback of at least {lag + step}"
    return (
        f"period={period} with delay={delay_of[lag]} needs the value {lag} rows before "
        f"the end of the window, but the window has lags {lags[0]} to {lags[-1]}. Use "
        f"{way_out}."
    )


def lag_of_season(period, delay):
    """Rows from the end of a window back to the value of a seasonal naive forecast.

    It is the latest known value a whole number of periods before the forecast time.
    """
    return -(-delay // period) * period - delay


def lags_of_season(period, delays):
    """The lags that a window must hold for a seasonal naive forecast."""
    return {lag_of_season(period, delay) for delay in delays}
