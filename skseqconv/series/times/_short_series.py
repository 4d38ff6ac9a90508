"""Gaps of series that are too short to have a frequency of their own.

Two times have one difference, so they do not tell whether rows are missing between
them. The times of the other series do.
"""

import numpy as np
import pandas as pd

from skseqconv.series.held._layout import ranges

from ._frequency import most_common
from ._index_kinds import ticks
from ._regular import CHUNK, plain_blocks

#: A series has a frequency if it has this many differences at least.
MIN_EQUAL = 3

#: Frequencies differ if one is this many times the other; the differences of calendar
#: frequencies vary: months have 28 to 31 days.
OTHER, OTHER_CALENDAR = 1.02, 1.2

#: Differences of calendar frequencies are at least this long.
CALENDAR_DAYS = 13


def most_alike(index, step):
    """The largest ratio of two differences of one frequency, if one of them is `step`.

    `step` counts the ticks of `index`.
    """
    if hasattr(index, "unit"):
        days = pd.Timedelta(CALENDAR_DAYS, "D") / pd.Timedelta(1, index.unit)
        return OTHER_CALENDAR if step >= days else OTHER
    return OTHER


def gaps_of_short(dates):
    """Find the gaps of short series, by the times of the longer ones.

    A gap is longer than the usual difference of the longer series, and one of these has
    a time in between. So a weekend without rows of any series is no gap.

    Parameters
    ----------
    dates : Layout

    Returns
    -------
    gaps : dict of int to tuple of (list of int, number)
        Of each series with gaps: their positions, and the usual difference in ticks.
    """
    found = {}
    for own, block in plain_blocks(dates, np.zeros(len(dates.lengths), dtype=bool)):
        lengths = dates.lengths[own]
        short = own[(lengths > 1) & (lengths <= MIN_EQUAL)]
        longer = own[lengths > MIN_EQUAL]
        if len(short) and len(longer) and not block.hasnans:
            found |= _between_rows_of(longer, short, block, dates)
    return found


def _between_rows_of(longer, short, block, dates):
    """The gaps of short series with a time of longer ones inside."""
    numbers = ticks(block)
    some = np.cumsum(dates.lengths[longer]) <= CHUNK
    some[0] = True
    rows = _rows(dates, longer[some])
    usual = most_common(np.diff(numbers[rows])[np.diff(rows) == 1])
    owners = np.repeat(short, dates.lengths[short] - 1)
    places = _rows(dates, short, last=1)
    differences = numbers[places + 1] - numbers[places]
    are_long = differences > usual * most_alike(block, usual)
    if not usual or not are_long.any():
        return {}
    others = np.unique(numbers[_rows(dates, longer)])
    begins = np.searchsorted(others, numbers[places], side="right")
    between = np.searchsorted(others, numbers[places + 1], side="left") > begins
    repeats = set(owners[differences <= 0].tolist())  # another check tells them
    found = {}
    for at in np.flatnonzero(are_long & between):
        owner = int(owners[at])
        if owner not in repeats:
            own = int(places[at] - dates.begins[owner])
            found.setdefault(owner, ([], usual))[0].append(own)
    return found


def _rows(dates, own, last=0):
    """Places of the rows of some series in their block, less the last ones of each."""
    begins = dates.begins[own]
    return ranges(begins, begins + dates.lengths[own] - last)
