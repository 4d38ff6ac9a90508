"""Whether a gap is due after the last row, so that dates after it are doubtful.

Nights without rows come back. A step that goes on through them gives wrong dates.
"""

import warnings

import numpy as np
import pandas as pd

from skseqconv.series._missing_history import stacklevel_of_caller

from ._frequency import readable_difference, readable_duration
from ._offsets import is_duration, readable_offset

#: With fewer stretches to compare with, gaps may be outages that do not come back.
FEWEST = 3

#: A gap is due if this share of the stretches between gaps, or less, were so long.
MOST_LONGER = 0.25


def is_gap_due(places, n_rows, n_more):
    """Whether `n_more` rows without a gap after the last one would be unusual.

    Only those stretches between gaps count that were at least as long as the last one
    is now.

    Parameters
    ----------
    places : ndarray of int
        Positions before the gaps of an index.
    n_rows : int
        Length of the index.
    n_more : int
    """
    if len(places) <= FEWEST:
        return False
    now = n_rows - 1 - places[-1]
    lengths = np.diff(places)
    lengths = lengths[lengths >= now]
    if len(lengths) < FEWEST:
        return False
    return np.mean(lengths >= now + n_more) <= MOST_LONGER


def warn_of_due_gap(index, step, places, name, *, is_split):
    """Warn that dates after an index go on with a step although a gap is due.

    A model of a series that was split at gaps has learned no target after a gap.
    """
    if is_split:
        ending = (
            "The series was split at its gaps, so the model has learned from no target "
            "that comes after a gap. Start from an earlier row, by rows= of forecast. "
            'To forecast over gaps, fit the model on rows of on_gap="ignore".'
        )
    else:
        example = _example_of_frequency(index, step)
        way = f"Declare the frequency, such as freq={example}, or a" if example else "A"
        ending = (
            f"The values do not depend on dates. {way}ppend the coming rows to the "
            "table, with their dates, and NaN as values."
        )
    warnings.warn(
        f"The dates after the last row of {name} ({index[-1]}) go on with the usual "
        f"step, {_readable(index, step)}. But {len(places)} of its {len(index)} newest "
        "rows are followed by a gap, and the next gap is due before the last forecast, "
        f"so dates may be wrong. {ending}",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _example_of_frequency(index, step):
    """A frequency with gaps that goes on with this step, or None."""
    if isinstance(step, pd.offsets.BaseOffset) and not is_duration(step):
        daily = isinstance(step, pd.offsets.BusinessDay)
        return "pandas.offsets.CustomBusinessDay(holidays=[...])" if daily else None
    if isinstance(index, pd.DatetimeIndex) and pd.Timedelta(step) == pd.Timedelta("1h"):
        return "pandas.offsets.BusinessHour(start='09:00', end='16:00')"
    return None


def _readable(index, step):
    if isinstance(step, pd.offsets.BaseOffset):
        return readable_offset(step)
    if isinstance(step, pd.Timedelta):
        return readable_duration(step)
    return readable_difference(index, step)
