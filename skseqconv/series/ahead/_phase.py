"""Whether forecasts start at the time of day, or of the week, of the rows of a view.

A view of the rows at 11:00 has the phase 11:00. Weights that were fitted on such rows
are those of 11:00, and forecasts from another hour may be wrong without any other sign.
"""

import warnings

import numpy as np

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import has_all_rows, place_of
from skseqconv.series.times._index_kinds import dates_of

#: Fewer rows may be equally far apart by chance.
LEAST_ROWS = 6

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
    more = f" {len(out) - 1} more series have such rows, too." if len(out) > 1 else ""
    shown = ", ".join(map(str, rows[:MOST_SHOWN]))
    shown += ", ..." if len(rows) > MOST_SHOWN else ""
    warnings.warn(
        f"Forecasts start from {place_of(view, origin)}, the newest row with a target. "
        "But X has only rows at equal distances, such as one row a day. The newest row "
        f"at these distances is {place_of(view, in_phase)}.{more} If the model was "
        "fitted on such rows only, its forecasts from other rows may be wrong. Start "
        f"from such rows: forecast(model, SeriesView(X, rows=[{shown}]), rows='all', "
        "...). If the model was fitted on all rows, or the distance has nothing to do "
        "with a season, give all rows: forecast(model, SeriesView(table), ...).",
        stacklevel=stacklevel_of_caller(),
    )


def rows_in_phase(view, newest):
    """The rows `newest`, moved back to the phase of the view's rows of their series.

    Rows have a phase if all distances between them are multiples of the smallest one.
    Most are equal to it; others are larger if a day has no row.
    """
    data, rows = view._series, np.unique(view.rows)
    owners = data.series_of(newest)
    begins = np.searchsorted(rows, data.starts[owners])
    ends = np.searchsorted(rows, data.stops[owners])
    found = newest.copy()
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        own = rows[begin:end]
        if len(own) < LEAST_ROWS or newest[i] < own[0] or np.diff(own).min() == 1:
            continue
        places = _on_the_clock(data, own)
        steps = np.diff(places)
        step = steps.min()
        if step <= 0 or (steps % step).any() or np.median(steps) != step:
            continue
        until = np.arange(own[own <= newest[i]][-1], newest[i] + 1)
        is_in_phase = (_on_the_clock(data, until) - places[0]) % step == 0
        found[i] = until[is_in_phase][-1]
    return found


def _on_the_clock(data, rows):
    """Rows as numbers. In a time zone their local times: clock changes move no hour."""
    dates = dates_of(data.index_at(rows))
    if dates is None or dates.tz is None:
        return rows
    return dates.tz_localize(None).asi8
