"""Which of many indexes have to be looked at one by one.

A look costs about a millisecond. Thousands of series whose dates are the same distance
apart, or whose dates are next to each other among those of all series, are told from
the numbers of all of them at once.
"""

import numpy as np
import pandas as pd

from skseqconv.series.held._layout import ranges

from ._dates import is_plain
from ._index_kinds import ticks
from ._offsets import checked_frequency, is_duration, is_own

#: Differences are taken of this many numbers at once.
CHUNK = 2**20


def disordered(dates):
    """Numbers of the series whose dates may be out of order, in order.

    Parameters
    ----------
    dates : Layout

    Returns
    -------
    numbers : ndarray of int
    """
    suspect = np.zeros(len(dates.lengths), dtype=bool)
    for own, block in plain_blocks(dates, suspect):
        if not isinstance(block, pd.RangeIndex):
            falls = _places(ticks(block), _falls)
            suspect[own] |= _counts(falls, dates, own, 1) > 0
            suspect[own] |= _lacks_dates(block, dates, own)
    return np.flatnonzero(suspect)


def irregular(dates, freq, is_regular):
    """Numbers of the series that may have gaps, in order.

    Parameters
    ----------
    dates : Layout
    freq : str, offset, int or None
        The frequency to compare with.
    is_regular : callable
        Whether an index has no gaps.

    Returns
    -------
    numbers : ndarray of int
    """
    suspect = np.zeros(len(dates.lengths), dtype=bool)
    if freq is not None:
        suspect[0] = True  # it finds out what is wrong with the frequency
    for own, block in plain_blocks(dates, suspect):
        usual = None if freq is None else _length_of(freq, block)
        if isinstance(block, pd.RangeIndex):
            suspect[own] |= freq is not None and usual != block.step
            continue
        numbers = ticks(block)
        steady, step = _steady(numbers, dates, own)
        steady &= (step > 0) if freq is None else (step == usual)
        steady |= dates.lengths[own] == 1
        steady &= ~_lacks_dates(block, dates, own)
        others = own[~steady]
        if len(others) > 1 and usual is None:
            others = others[~_follow_all(block, numbers, dates, others, is_regular)]
        suspect[others] = True
    return np.flatnonzero(suspect)


def plain_blocks(dates, suspect):
    """Yield (series, block) of each kind of numbers or times; the rest is suspect."""
    for own, _, _ in dates.stretches():
        block = dates.blocks[dates.which[own[0]]]
        if not is_plain(block):
            suspect[own] = True
            continue
        suspect[own] = dates.lengths[own] == 0
        own = own[dates.lengths[own] > 0]
        if len(own):
            yield own, block


def _length_of(freq, block):
    """The difference, in numbers, that a frequency asks for, or None."""
    if isinstance(block, pd.PeriodIndex):
        return block.freq.n if is_own(freq, block) else None
    try:
        offset = checked_frequency(freq, block)
    except ValueError:
        return None
    if isinstance(offset, int):
        return offset
    if isinstance(block, pd.TimedeltaIndex) or is_duration(offset):
        return pd.Timedelta(offset) / pd.Timedelta(1, unit=block.unit)
    return None


def _steady(numbers, dates, own):
    """Whether all differences of a series are equal, and the first one of each."""
    begins, lengths = dates.begins[own], dates.lengths[own]
    changes = _places(numbers, _changes)
    steady = _counts(changes, dates, own, 2) == 0
    more = np.minimum(begins + 1, len(numbers) - 1)
    step = numbers[more] - numbers[begins]
    return steady & (lengths > 1), step


def _follow_all(block, numbers, dates, own, is_regular):
    """Whether the dates of a series are next to each other among all those dates.

    If the dates of all series together have no gaps, such series have none.
    """
    begins, lengths = dates.begins[own], dates.lengths[own]
    rows = ranges(begins, begins + lengths)
    moments, first = np.unique(numbers[rows], return_index=True)
    if not is_regular(block[rows[first]]):
        return np.zeros(len(own), dtype=bool)
    ranks = np.searchsorted(moments, numbers[rows])
    of_ranks = dates.parts(own, 0, lengths)._replace(
        begins=np.cumsum(lengths) - lengths
    )
    steady, step = _steady(ranks, of_ranks, np.arange(len(own)))
    return steady & (step == 1)


def _lacks_dates(block, dates, own):
    if not block.hasnans:
        return np.zeros(len(own), dtype=bool)
    return _counts(np.flatnonzero(block.isna()), dates, own, 0) > 0


def _counts(places, dates, own, n_less):
    """How many of the places lie in each series, less its last `n_less` ones."""
    begins = dates.begins[own]
    ends = begins + np.maximum(dates.lengths[own] - n_less, 0)
    return np.searchsorted(places, ends) - np.searchsorted(places, begins)


def _places(numbers, found_in):
    """Places that `found_in` finds in the numbers, chunk by chunk."""
    found = [
        start + found_in(numbers[start : start + CHUNK + 2])
        for start in range(0, max(len(numbers), 1), CHUNK)
    ]
    return np.unique(np.concatenate(found))


def _falls(numbers):
    """Places of numbers that are not followed by a larger one."""
    return np.flatnonzero(~(np.diff(numbers) > 0))


def _changes(numbers):
    """Places of numbers after which the difference changes."""
    differences = np.diff(numbers)
    return np.flatnonzero(differences[1:] != differences[:-1])
