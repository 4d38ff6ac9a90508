"""Whether forecasts start at the time of day, or of the week, of the rows of a view.

A view of the rows at 11:00 has the phase 11:00. Weights that were fitted on such rows
are those of 11:00, and forecasts from another hour may be wrong without any other sign.
"""

import warnings

import numpy as np
import pandas as pd

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._touched import each_once
from skseqconv.series._view_internals import has_all_rows, place_of
from skseqconv.series.times._index_kinds import dates_of

#: Fewer rows may be equally far apart by chance.
LEAST_ROWS = 6

DAY = pd.Timedelta(days=1).value  # in nanoseconds

#: Of many series, so many are looked at.
MOST_SERIES = 100

#: A message shows at most so many rows.
MOST_SHOWN = 5


def warn_out_of_phase(view, newest):
    """Warn if forecasts start from rows that are out of the phase of the view.

    Parameters
    ----------
    view : SeriesView or WindowView
        The rows that were given.
    newest : SeriesView or WindowView
        The rows that forecasts start from, one for each series.
    """
    if has_all_rows(view):
        return
    rows = rows_in_phase(view, newest.rows)
    out = np.flatnonzero(rows != newest.rows)
    if not len(out):
        return
    origin, in_phase = newest.rows[out[0]], rows[out[0]]
    more = " More series have such rows, too." if len(out) > 1 else ""
    shown = ", ".join(map(str, rows[:MOST_SHOWN]))
    shown += ", ..." if len(rows) > MOST_SHOWN else ""
    warnings.warn(
        f"Forecasts start from {place_of(view, origin)}, the newest row with a target. "
        "But X has only rows at one time of the day or week. The newest such row is "
        f"{place_of(view, in_phase)}.{more} If the model was fitted on such rows only, "
        "its forecasts from other rows may be wrong. Start from such rows: "
        f"forecast(model, SeriesView(X, rows=[{shown}]), rows='all', ...). If it was "
        "fitted on all rows, give all rows: forecast(model, SeriesView(table), ...).",
        stacklevel=stacklevel_of_caller(),
    )


def rows_in_phase(view, newest):
    """The rows `newest`, moved back to the phase of the view's rows of their series.

    Rows have a phase if they are whole days apart, in most cases the same number of
    days: one row a day, or one a week. Daily rows have one if they are whole weeks
    apart. Rows without dates have none.
    """
    data, rows, found = view._series, view.rows, newest.copy()
    if data.dates is None or dates_of(data.index_at(rows[:1])) is None:
        return found
    if 2 * (len(rows) - data.n_series) > data.n_rows:  # many are next to each other
        return found
    rows = each_once(rows, data.n_rows)
    owners = data.series_of(newest)
    begins = np.searchsorted(rows, data.starts[owners])
    ends = np.searchsorted(rows, data.stops[owners])
    # How many rows follow the row before: usually some, in each series.
    adjacent = np.append(0, np.cumsum(np.diff(rows) == 1))
    apart = adjacent[ends - 1] == adjacent[np.minimum(begins, len(rows) - 1)]
    several = np.flatnonzero(apart & (ends - begins >= LEAST_ROWS))
    for i in several[:MOST_SERIES]:
        own = rows[begins[i] : ends[i]]
        if newest[i] < own[0]:
            continue
        times = _local_times(data, own)
        steps = np.diff(times)
        step = steps.min()
        usual = np.diff(_local_times(data, own[0] + np.arange(LEAST_ROWS))).min()
        season = DAY if usual < DAY else 7 * DAY
        if usual >= season or step <= 0 or step % season:
            continue
        if (steps % step).any() or np.median(steps) != step:
            continue
        until = np.arange(own[own <= newest[i]][-1], newest[i] + 1)
        is_in_phase = (_local_times(data, until) - times[0]) % step == 0
        found[i] = until[is_in_phase][-1]
    return found


def _local_times(data, rows):
    """Times of rows as numbers, as the clocks of their zone show them."""
    return dates_of(data.index_at(rows)).tz_localize(None).as_unit("ns").asi8
