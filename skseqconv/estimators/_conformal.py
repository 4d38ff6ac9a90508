"""Split conformal prediction: held-out rows correct the width of intervals.

The correction is computed from how far y lies outside of the interval in held-out rows
(`validation_split`). Around a forecast that is its absolute error (Lei et al. 2018),
around quantiles the distance beyond them (Romano, Patterson and Candes 2019,
"Conformalized quantile regression").
"""

import warnings
from datetime import date
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from skseqconv._sampling import spread_in_each
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import ids_of
from skseqconv.series._window_view import WindowView

#: Most held-out rows that a correction is computed from.
MAX_ROWS = 5000

#: The same for each series that has a correction of its own. A coverage of 0.99 needs
#: 99 rows.
MAX_ROWS_OF_SERIES = 200


def check_quantiles(quantiles):
    """Quantiles as a list of floats: ascending, within 0 and 1, with the median."""
    given = list(quantiles) if np.iterable(quantiles) else [quantiles]
    valid = all(isinstance(q, Real) and 0 < q < 1 for q in given)
    if not valid or given != sorted(set(given)) or 0.5 not in given:
        raise ValueError(
            f"quantiles={quantiles!r} must be ascending numbers between 0 and 1 and "
            "contain 0.5, which predict returns, such as (0.1, 0.5, 0.9)."
        )
    return [float(q) for q in given]


def pair_of(coverage, quantiles):
    """Positions of the two quantiles that have `coverage` between them."""
    around = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
    at = [int(np.argmin(np.abs(np.array(quantiles) - q))) for q in around]
    if np.abs(np.array(quantiles)[at] - around).max() > 1e-6:
        raise ValueError(
            f"coverage={coverage!r} needs the quantiles {around.round(6).tolist()}, "
            f"but the network was trained for quantiles={tuple(quantiles)}. Add them "
            "to quantiles and fit again, or use a coverage between two of these."
        )
    return at


def overshoots(y, lower, upper):
    """How far each y lies outside of its interval; negative inside."""
    return np.maximum(lower - y, y - upper)


def correction(overshoot, coverage):
    """Width to add on both sides, for each output.

    The ``ceil((n + 1) * coverage)``-th smallest of n overshoots.
    """
    n_rows = len(overshoot)
    rank = _rank(n_rows, coverage)
    if rank > n_rows:
        raise ValueError(
            f"coverage={coverage!r} needs more than the {n_rows} held-out rows. Use a "
            "larger validation_split, or a lower coverage."
        )
    return np.sort(overshoot, axis=0)[rank - 1]


def corrections(overshoot, codes, n_series, coverage):
    """The same for each series, of shape (n_series, n_outputs).

    Series with too few rows get the correction of all rows together.
    """
    own = np.tile(correction(overshoot, coverage), (n_series, 1))
    n_rows = np.bincount(codes, minlength=n_series)
    ranks = _rank(n_rows, coverage)
    enough = np.flatnonzero(ranks <= n_rows)
    at = (np.cumsum(n_rows) - n_rows + ranks - 1)[enough]
    for column, values in enumerate(overshoot.T):
        own[enough, column] = values[np.lexsort((values, codes))[at]]
    return own


def _rank(n_rows, coverage):
    """Which of the ascending overshoots is the correction, counted from 1."""
    return np.ceil((np.asarray(n_rows) + 1) * coverage - 1e-9).astype(int)


class SeriesOf(NamedTuple):
    """The series of each row of windows: a code, and the ids that codes count."""

    codes: np.ndarray
    ids: list

    @classmethod
    def of(cls, windows):
        """None if the series have no ids, or are arrays."""
        keys = ids_of(windows) if isinstance(windows, WindowView) else None
        if keys is None:
            return None
        codes, ids = pd.factorize(keys)
        return cls(codes, [_plain(one) for one in ids])

    def rows_of_each(self, most):
        """Positions of rows spread over each series, at most so many of each."""
        order = np.argsort(self.codes, kind="stable")
        return np.sort(order[spread_in_each(np.bincount(self.codes), most)])

    def codes_among(self, ids):
        """The codes that these rows have among other ids; -1 for new ids."""
        return self.places_among(ids)[self.codes]

    def places_among(self, ids):
        """The position of each of these ids among other ids; -1 for new ids."""
        at = {one: code for code, one in enumerate(ids)}
        return np.array([at.get(one, -1) for one in self.ids], dtype=int)


def warn_of_common_width(series, ids, n_rows, coverage):
    """Warn of series that have too few held-out rows for a correction of their own.

    Parameters
    ----------
    series : SeriesOf or None
        The series of the rows that are predicted; None for rows without ids.
    ids, n_rows : sequence
        The series of the calibration, and the number of held-out rows of each.
    coverage : float
    """
    if series is not None:
        at = series.places_among(ids)
        there = np.append(n_rows, 0)[at]  # -1, of new ids, is the last
        few = np.flatnonzero(_rank(there, coverage) > there)
        if not len(few):
            return
    if series is None or (at < 0).all():
        message = _no_series_is_known(series, ids)
    else:
        needed = int(np.ceil(coverage / (1 - coverage) - 1e-9))
        first = few[0]
        message = (
            f"Intervals of {len(few)} of {len(at)} series have the common width, which "
            f"may be far too narrow or too wide: coverage={coverage!r} needs {needed} "
            "held-out rows of a series, but calibrate_interval(by='series') has "
            f"{there[first]} of {series.ids[first]!r}. Give rows of all series that "
            "training has not seen: calibrate_interval(model, X_later, y_later, "
            "by='series'). They replace the rows of before, and at most "
            f"{MAX_ROWS_OF_SERIES} of each series are kept. A lower coverage needs "
            "fewer rows."
        )
    warnings.warn(message, UserWarning, stacklevel=stacklevel_of_caller())


def _no_series_is_known(series, ids):
    """What to do if none of the rows is of a series of the calibration."""
    found = "no ids" if series is None else f"others, such as {series.ids[0]!r}"
    return (
        "All intervals have the common width: calibrate_interval(by='series') saw "
        f"series with ids such as {ids[0]!r}, but X has {found}. Give X the ids of the "
        "calibration: of the same type, and several columns of ids in the same order. "
        "If all series are new, calibrate_interval(model, by=None) sets the common "
        "width and avoids this warning."
    )


def _plain(one):
    """An id as Python's own number or text, or a tuple of these, which files hold."""
    if isinstance(one, tuple):
        return tuple(map(_plain, one))
    one = one.item() if isinstance(one, np.generic) else one
    if isinstance(one, date):
        return repr(pd.Timestamp(one))  # of a date, too
    return one if isinstance(one, (str, int, float)) else repr(one)
