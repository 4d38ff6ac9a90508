"""The call of pandas that inserts the rows which an index of dates lacks."""

import pandas as pd
from pandas.tseries.frequencies import to_offset

from ._frequency import most_common
from ._offsets import plain_offset

#: If more rows are missing than this share of those that are there, the gaps seem to
#: belong to the series, such as nights, or are too long to be filled.
MOST_MISSING = 0.1


def call_that_inserts(index, differences, offset):
    """The call that makes an index regular; "" if more than a few rows are missing.

    Parameters
    ----------
    index : pandas.Index
    differences : ndarray
        Of neighboring entries, in ticks.
    offset : BaseOffset or None
        The frequency of the index; None for the most common difference.
    """
    if not isinstance(index, pd.DatetimeIndex):
        return ""
    usual = pd.Timedelta(int(most_common(differences)), unit=index.unit)
    # A calendar's steps differ a little: months are up to a tenth shorter than others.
    if not usual or (index[-1] - index[0]) / usual > (1.1 + MOST_MISSING) * len(index):
        return ""
    if offset is None:
        whole_days = usual == pd.Timedelta(days=usual.days)
        offset = pd.offsets.Day(usual.days) if whole_days else to_offset(usual)
    described = plain_offset(offset)
    name = described.get("freqstr") if isinstance(described, dict) else None
    if name is None:
        return ""
    full = pd.date_range(index[0], index[-1], freq=offset)
    n_missing = len(full) - len(index)
    if not 0 < n_missing <= MOST_MISSING * len(index) or not index.isin(full).all():
        return ""
    return f'series.asfreq("{name}")'
