"""Dates of rows that lie ahead, also after the last row of their series.

Dates of rows that exist are those of the index, or of the future of channels known
ahead. Later dates follow the frequency.
"""

import numpy as np
import pandas as pd

from skseqconv.series._view_internals import depth_of
from skseqconv.series.ahead._known_ahead import series_name
from skseqconv.series.ahead._known_times import stops_of_times, times_at
from skseqconv.series.held._layout import ranges

from ._due_gaps import is_gap_due, warn_of_due_gap
from ._index_kinds import ticks
from ._jitter import clean_step
from ._next_times import N_NEWEST, differ, moved, step_and_gaps, step_of, usable
from ._offsets import readable_offset

#: Series share a step if it fits to this many of their newest rows: days differ from
#: business days, and months from days.
N_COMPARED = 8


def row_times(view):
    """The entry of the index at each row; its position in its series without one."""
    index = _times_at(view)
    return pd.Index(depth_of(view)) if index is None else index


def _times_at(view):
    """The index at each row; None without dates or numbers."""
    index = view.index
    if index is None or not len(view):
        return index
    if index.dtype == object:
        zones = {str(one.tz) for one in view._series.dates.blocks if hasattr(one, "tz")}
        if len(zones) > 1:
            raise ValueError(
                f"The series have the time zones {', '.join(sorted(zones))}, and a "
                "table of forecasts needs one: convert the index of each series, "
                "series.tz_convert('UTC')."
            )
    return usable(index)


def is_dated(times):
    """Whether an index holds dates, periods or durations."""
    return hasattr(times, "asi8")


def times_from(view, delays, freq=None):
    """Times of the rows, and of the rows `delay` after each, for each delay.

    Parameters
    ----------
    view : SeriesView or WindowView
    delays : sequence of int
    freq : str, offset or int, default=None
        The frequency of rows after the end of a series. None for the declared one of
        the series whose newest rows have it, and to find that of the others.

    Returns
    -------
    times : pandas.Index
        As `row_times` gives it.
    later : list of pandas.Index
        Positions in the series if it has no index.

    Raises
    ------
    ValueError
        If dates after the end of a series follow no frequency, or `freq` is not the
        one that its newest rows have.

    Warns
    -----
    UserWarning
        If they follow a frequency that nobody declared, and a gap is due.
    """
    index = _times_at(view)
    times = pd.Index(depth_of(view)) if index is None else index
    if index is None or not len(view):
        if freq is not None and len(view):
            raise ValueError(f"freq={freq!r} needs series with an index of dates.")
        return times, [pd.Index(depth_of(view) + delay) for delay in delays]
    ends = _Ends(view, max(delays), freq)
    return times, [ends.times(delay) for delay in delays]


class _Ends:
    """The last known dates of series, and the steps that lead on from there."""

    def __init__(self, view, longest, freq):
        self.view, self.data = view, view._series
        self.series, self.stops = view.series_ids, stops_of_times(self.data)
        inside = self._inside(view.rows + longest)
        self.owners, at = np.unique(self.series[~inside], return_inverse=True)
        self.place = np.full(len(view), -1)
        self.place[~inside] = at
        self.found, self.has_warned = {}, False
        self.wholes = self.data.wholes
        if len(self.owners):
            self.last = self._index_at(self.data.stops[self.owners] - 1)
            stops = self.stops[self.owners]
            self.n_beyond = np.zeros(len(self.owners), dtype=int)
            needed = view.rows[~inside] + longest + 1
            np.maximum.at(self.n_beyond, at, needed - stops[at])
            self.ends = usable(times_at(self.data, stops - 1, self.owners))
            self.steps, self.step_at = self._steps(freq)

    def _inside(self, rows):
        """Whether the times of rows are known."""
        return rows < self.stops[self.series]

    def _index_at(self, rows):
        return usable(self.data.index_at(rows))

    def times(self, delay):
        """The time `delay` rows after each row of the view."""
        rows = self.view.rows + delay
        inside = self._inside(rows)
        if inside.all():
            return usable(times_at(self.data, rows, self.series))
        owner = self.place[~inside]
        beyond = rows[~inside] - (self.stops[self.owners[owner]] - 1)
        parts, places = [], []
        pairs = np.stack([self.step_at[owner], beyond])
        for step, n in np.unique(pairs, axis=1).T:
            at = np.flatnonzero((pairs[0] == step) & (pairs[1] == n))
            own, back = np.unique(owner[at], return_inverse=True)
            ends, of_end = np.unique(ticks(self.ends[own]), return_index=True)
            later = moved(self.ends[own][of_end], self.steps[step], int(n))
            parts.append(later[np.searchsorted(ends, ticks(self.ends[own]))[back]])
            places.append(np.flatnonzero(~inside)[at])
        if inside.any():
            known = times_at(self.data, rows[inside], self.series[inside])
            parts.append(usable(known))
            places.append(np.flatnonzero(inside))
        return parts[0].append(parts[1:])[np.argsort(np.concatenate(places))]

    def _steps(self, freq):
        """The different steps, and which of them each series has.

        Series whose newest dates follow the step of the longest series share it.
        """
        lengths = (self.data.stops - self.data.starts)[self.owners]
        longest = int(np.argmax(lengths))
        step_at = np.zeros(len(self.owners), dtype=int)
        declared = freq
        if freq is None and not isinstance(self.last, pd.PeriodIndex):
            declared = self.data.freq
        steps = [self._step_of(longest, declared)]
        if declared is None:
            agree = self._agree(steps[0], lengths)
            agree[longest] = True
        else:
            agree = self._take(steps[0], lengths)
        for own in np.flatnonzero(~agree):
            if declared is not None and self._found_step(own) is None:
                continue  # nothing speaks against the declared one
            if freq is not None:
                raise self._other_step(own, freq)
            step = self._step_of(own)
            if step not in steps:
                steps.append(step)
            step_at[own] = steps.index(step)
        return steps, step_at

    def _agree(self, step, lengths):
        """Whether the newest dates of each series follow a step."""
        agree = np.ones(len(self.owners), dtype=bool)
        for n in range(1, N_COMPARED):
            own = np.flatnonzero(agree & (lengths > n))
            if not len(own):
                break
            before = self._index_at(self.data.stops[self.owners[own]] - 1 - n)
            agree[own] = ~differ(moved(before, step, n), self.last[own])
        return agree

    def _take(self, step, lengths):
        """Whether any of the newest dates of each series is a step after the last one.

        Not each: there may be a gap.
        """
        takes = lengths < 2
        for n in range(1, N_COMPARED):
            own = np.flatnonzero(~takes & (lengths > n))
            if not len(own):
                break
            rows = self.data.stops[self.owners[own]] - n
            next_one = moved(self._index_at(rows - 1), step, 1)
            takes[own] = ~differ(next_one, self._index_at(rows))
        return takes

    def _step_of(self, own, freq=None):
        """The step of a series: of the given frequency, or found in its dates."""
        step = self._found_step(own, freq)
        if freq is None and step is not None:
            self._warn_of_gaps(own, step)
        if step is None:
            owner = self.owners[own]
            usual = clean_step(self._newest_dates(owner)[0])
            example = f"freq={usual!r}"
            if usual in (None, "1D"):
                example = (
                    "freq='D', or freq=pandas.offsets.CustomBusinessDay(holidays=[...])"
                )
            raise ValueError(
                f"The dates after the last row of {series_name(self.data, owner)} "
                f"({self.last[own]}) are unknown: its {self.data.lengths[owner]} rows "
                f"follow no frequency. Give it, for example {example}."
            )
        return step

    def _found_step(self, own, freq=None):
        """Many series have the same dates, so each step is found once."""
        return self._found(own, freq)[1]

    def _found(self, own, freq=None):
        """The newest dates of a series, their step, and the positions before gaps."""
        index, n_own = self._newest_dates(self.owners[own])
        key = freq is None, n_own, ticks(index).tobytes()
        if key not in self.found:
            found = step_and_gaps(index) if freq is None else (step_of(index, freq), ())
            if found[0] is None:  # too many gaps: only the rows after the last one
                index = index[len(index) - n_own :]
                found = step_and_gaps(index)
            self.found[key] = index, *found
        return self.found[key]

    def _newest_dates(self, owner):
        """The newest dates of a series, and how many of them come after its last gap.

        Of a series that was split at gaps, the parts before this one count, too: one
        part alone shows no gaps, and may have a single row.
        """
        data = self.data
        parts = np.flatnonzero(self.wholes[: owner + 1] == self.wholes[owner])
        stops = np.append(data.stops[parts[:-1]], self.stops[owner])
        lengths = np.minimum(stops - data.starts[parts], N_NEWEST)
        rows = ranges(stops - lengths, stops)[-N_NEWEST:]
        dates = times_at(data, rows, np.full(len(rows), owner))
        return usable(dates), lengths[-1]

    def _warn_of_gaps(self, own, step):
        """Warn once if a gap is due before the last forecast."""
        index, _, places = self._found(own)
        if self.has_warned or not is_gap_due(places, len(index), self.n_beyond[own]):
            return
        owner = self.owners[own]
        is_split = bool((self.wholes[:owner] == self.wholes[owner]).any())
        name = series_name(self.data, owner)
        warn_of_due_gap(index, step, places, name, is_split=is_split)
        self.has_warned = True

    def _other_step(self, own, freq):
        """The error for a frequency that is not the one of the rows."""
        owner = self.owners[own]
        before = self._index_at(self.data.stops[owner : owner + 1] - 2)[0]
        of_pandas = isinstance(freq, pd.offsets.BaseOffset)
        shown = readable_offset(freq) if of_pandas else repr(freq)
        return ValueError(
            f"freq={shown} is not the frequency of {series_name(self.data, owner)}: "
            f"{before} is followed by {self.last[own]}. Give the frequency of the "
            "rows, or leave freq out to find it."
        )
