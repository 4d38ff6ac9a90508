"""The order in time of rows of several series."""

import numpy as np

from skseqconv.series.times._index_kinds import comparable

from ._layout import ranges


class Ranks:
    """The rank of each date among all dates of several series.

    Without dates, and for dates of several kinds, it is the row's position in its
    series.

    Parameters
    ----------
    dates : Layout or None
        The indexes.
    """

    def __init__(self, dates):
        self._times = None
        numbers = None if dates is None else _times(dates.blocks)
        if numbers is None or _are_positions(dates, numbers):
            return
        self._times = dates._replace(blocks=numbers)
        used = [
            numbers[dates.which[own[0]]][ranges(starts, stops)]
            for own, starts, stops in dates.stretches()
        ]
        self._moments = np.unique(np.concatenate(used))
        steps = np.unique(np.diff(self._moments))
        is_regular = len(steps) == 1 and steps.dtype.kind in "iu"
        self._step = steps[0] if is_regular else None

    @property
    def are_positions(self):
        """Whether the rank of a row is its position in its series."""
        return self._times is None

    def of(self, owners, own_rows):
        """The ranks of rows, given their series and positions in it."""
        if self._times is None:
            return own_rows
        ranks = np.empty(len(owners), dtype=np.int64)
        for at, times, places in self._times.places(owners, own_rows):
            if self._step is None:
                ranks[at] = np.searchsorted(self._moments, times[places])
            else:
                ranks[at] = (times[places] - self._moments[0]) // self._step
        return ranks


def _are_positions(dates, numbers):
    """Whether all series begin at the same date of one index without repeats."""
    shared = len(numbers) == 1 and (dates.begins == dates.begins[0]).all()
    return shared and bool((np.diff(numbers[0]) > 0).all())


def _times(indexes):
    """The indexes as numbers on one scale, or None if they have none in common."""
    indexes = [comparable(index) for index in indexes]
    if all(hasattr(index, "asi8") for index in indexes):
        kinds = {(type(i), getattr(i, "tz", None) is None) for i in indexes}
        if len(kinds) > 1:
            return None
        if not hasattr(indexes[0], "as_unit"):
            same = len({index.dtype for index in indexes}) == 1
            return [index.asi8 for index in indexes] if same else None
        units = ("s", "ms", "us", "ns")
        unit = max((index.unit for index in indexes), key=units.index)
        return [index.as_unit(unit).asi8 for index in indexes]
    if all(index is not None and index.dtype.kind in "iuf" for index in indexes):
        return [np.asarray(index) for index in indexes]
    return None
