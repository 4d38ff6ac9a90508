"""Whether the rows of a view are as far apart in time as those of the fit."""

import warnings

import numpy as np
import pandas as pd

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import longest_index

from ._frequency import readable_duration
from ._index_kinds import moments_of

#: Only so many of the newest rows of the longest series are read.
N_NEWEST = 200

#: With fewer differences, a weekend could be all of them.
MIN_DIFFERENCES = 5

#: Steps that differ by less than this factor are alike: months have 28 to 31 days.
FACTOR = 1.5

#: Rows have a usual step if more than this share of the differences are like it.
MOST_ALIKE = 0.5

#: Rows follow the step of the fit if more than this share of the differences do:
#: where nights are left out, few rows may hold many of them.
LEAST_ALIKE = 0.25

#: How many units of an index a second has.
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def usual_step(view):
    """How many seconds most rows are apart; None without dates, or if they vary."""
    return usual_difference(_differences(view))


def warn_of_other_step(view, step):
    """Warn if the rows of a view are usually further apart, or closer, than a step.

    Parameters
    ----------
    view : SeriesView
    step : float or None
        Seconds between the rows of the fit; None if unknown.
    """
    if step is not None:
        warn_of_other_differences(
            _differences(view),
            step,
            "Windows and delays count rows, so windows and forecasts reach over "
            "another time than in the fit.",
        )


def warn_of_other_differences(differences, step, consequence):
    """The same for differences of neighboring rows, in seconds.

    The warning states the consequence.
    """
    if not len(differences) or _share_alike(differences, step) > LEAST_ALIKE:
        return
    found = usual_difference(differences)
    if found is None:
        return
    shown, of_fit = (
        readable_duration(pd.Timedelta(seconds=one)) for one in (found, step)
    )
    warnings.warn(
        f"Most rows of X are {shown} apart, but those of the fit were {of_fit} apart. "
        f"{consequence} Give rows that are {of_fit} apart (resample of pandas makes "
        "them), or fit the model on rows like these.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _differences(view):
    """Seconds between the newest rows of the longest series; empty without dates."""
    index = longest_index(view)
    if index is not None and not isinstance(index, pd.DatetimeIndex):
        index = moments_of(index[-N_NEWEST:])
    if index is None:
        return np.array([])
    return np.diff(index.asi8[-N_NEWEST:]) / PER_SECOND[index.unit]


def usual_difference(differences, least=MIN_DIFFERENCES):
    """The median of differences, if most of them are alike; otherwise None.

    It is None of fewer differences than `least`, too.
    """
    if len(differences) < least:
        return None
    step = float(np.median(differences))
    return step if _share_alike(differences, step) > MOST_ALIKE else None


def _share_alike(differences, step):
    """The share of differences that are about as long as a step."""
    return np.count_nonzero(are_alike(differences, step)) / len(differences)


def are_alike(differences, step):
    """Which differences are about as long as a step."""
    return (differences < FACTOR * step) & (differences * FACTOR > step)
