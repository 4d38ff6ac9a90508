"""Where windows hold the values that are known for the times that are forecast."""

import numpy as np

from skseqconv.series._view_internals import known_of
from skseqconv.series._window_view import WindowView

#: Of more forecast times, this many are read, spread evenly.
MAX_TIMES = 32


def known_entries(windows, delays):
    """Entries of channels known ahead at the forecast times, counted from the newest.

    Parameters
    ----------
    windows : WindowView or ndarray
    delays : sequence of int
        How many rows ahead the forecasts lie. Of more than `MAX_TIMES` different ones,
        some are left out.

    Returns
    -------
    entries : ndarray of int
        In ascending order. Empty without channels known ahead. Times that the windows
        do not hold are left out.
    """
    known = known_of(windows) if isinstance(windows, WindowView) else None
    if known is None or not len(delays):
        return np.empty(0, dtype=np.int64)
    lags = np.unique(known.ahead - np.asarray(delays))
    entries = np.flatnonzero(np.isin(windows.lags[::-1], lags))
    if len(entries) > MAX_TIMES:
        some = np.linspace(0, len(entries) - 1, MAX_TIMES).round().astype(int)
        entries = entries[some]
    return entries
