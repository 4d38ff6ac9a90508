"""Where windows hold the values that are known for the times that are forecast."""

import warnings

import numpy as np

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import known_of
from skseqconv.series._window_view import WindowView

#: Channels are read at all forecast times if these are at most so many values, and at
#: no fewer times than `FEW_TIMES`.
MAX_VALUES, FEW_TIMES = 600, 32


def known_entries(windows, delays, n_channels):
    """Entries of channels known ahead at the forecast times, counted from the newest.

    Parameters
    ----------
    windows : WindowView or ndarray
    delays : sequence of int
        How many rows ahead the forecasts lie.
    n_channels : int
        Number of channels that are read. With many of them, some times are left out.

    Returns
    -------
    entries : ndarray of int
        In ascending order, spread evenly if some are left out. Empty without channels
        known ahead. Times that the windows do not hold are left out.
    """
    entries = _at_forecast_times(windows, delays)
    n_read = min(len(entries), max(FEW_TIMES, MAX_VALUES // max(n_channels, 1)))
    return entries[np.linspace(0, len(entries) - 1, n_read).round().astype(int)]


def warn_of_left_out(windows, delays, n_channels):
    """Warn if channels are not read at all forecast times that the windows hold."""
    n_times = len(_at_forecast_times(windows, delays))
    n_read = len(known_entries(windows, delays, n_channels))
    if n_read < n_times:
        warnings.warn(
            f"exogenous has {n_channels} channels, which are read at {n_read} of the "
            f"{n_times} forecast times. The other horizons read the values of times "
            "near them. Name fewer channels (exogenous=[...]), or use a model for each "
            "part of the horizons.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _at_forecast_times(windows, delays):
    known = known_of(windows) if isinstance(windows, WindowView) else None
    if known is None or not len(delays):
        return np.empty(0, dtype=np.int64)
    lags = np.unique(known.ahead - np.asarray(delays))
    return np.flatnonzero(np.isin(windows.lags[::-1], lags))
