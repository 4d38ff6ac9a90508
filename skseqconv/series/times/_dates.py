"""The indexes of several series, in one block for each kind."""

import hashlib

import numpy as np
import pandas as pd

from skseqconv.series.held._layout import (
    Layout,
    groups_of,
    lengths_of,
    one_block,
    ranges,
)
from skseqconv.series.held._owners import CHUNK_ROWS

from ._index_kinds import ticks


def layout_of_indexes(indexes):
    """Indexes in one block for each kind; equal ones are held once."""
    lengths = lengths_of(indexes)
    kinds, same = {}, {}
    for i, index in enumerate(indexes):
        same.setdefault(id(index), []).append(i)
    for numbers in same.values():
        kind = _kind(indexes[numbers[0]])
        kinds.setdefault(kind, []).append(numbers)
    blocks = []
    which = np.empty(len(lengths), dtype=np.int64)
    begins = np.zeros(len(lengths), dtype=np.int64)
    for kind, groups in kinds.items():
        distinct = [indexes[numbers[0]] for numbers in groups]
        block, own_begins = _joined(distinct, is_range=kind[0] == "range")
        for numbers, begin in zip(groups, own_begins, strict=True):
            which[numbers], begins[numbers] = len(blocks), begin
        blocks.append(block)
    return Layout(blocks, which, begins, lengths)


def layout_of_index(index, lengths):
    """Series below each other with one index for all rows."""
    dates = one_block(index, lengths)
    return _shared(dates) if is_plain(index) else layout_of_indexes(dates.all_own())


def _shared(dates):
    """The same dates, held once if those of all series are parts of the same ones.

    That is, of the dates of three series together: the longest one, that which begins
    first, and that which ends last.
    """
    (index,), lengths = dates.blocks, dates.lengths
    some = np.flatnonzero(lengths)
    if len(some) < 2 or isinstance(index, pd.RangeIndex):
        return dates
    numbers, begins, lengths = ticks(index), dates.begins[some], lengths[some]
    ends = begins + lengths
    few = [lengths.argmax(), numbers[begins].argmin(), numbers[ends - 1].argmax()]
    rows = ranges(begins[few], ends[few])
    common, first = np.unique(numbers[rows], return_index=True)
    places = np.searchsorted(common, numbers[begins])
    if (places + lengths > len(common)).any():
        return dates
    for own in groups_of(lengths, CHUNK_ROWS):
        held = numbers[begins[own][0] : ends[own][-1]]
        shared = common[ranges(places[own], places[own] + lengths[own])]
        if not np.array_equal(held, shared):
            return dates
    all_places = np.zeros_like(dates.begins)
    all_places[some] = places
    return dates._replace(blocks=[index[rows[first]]], begins=all_places)


def is_plain(index):
    """Whether an index holds numbers or times, not objects."""
    if isinstance(index, pd.RangeIndex):
        return index.step > 0
    is_number = isinstance(index.dtype, np.dtype) and index.dtype.kind in "iuf"
    return is_number or hasattr(index, "asi8")


def _kind(index):
    """Indexes of one kind can be parts of one index."""
    if not is_plain(index):
        return "alone", id(index)
    if isinstance(index, pd.RangeIndex):
        return "range", index.step, index.start % index.step
    return type(index), index.dtype


def _joined(indexes, *, is_range):
    """One index, and where each of the indexes begins in it."""
    if len(indexes) == 1:
        return indexes[0], [0]
    if is_range:
        step, first = indexes[0].step, min(index.start for index in indexes)
        stop = max(index.start + step * len(index) for index in indexes)
        names = {index.name for index in indexes}
        name = names.pop() if len(names) == 1 else None
        begins = [(index.start - first) // step for index in indexes]
        return pd.RangeIndex(first, stop, step, name=name), begins
    known, distinct, begins, n_rows = {}, [], [], 0
    for index in indexes:
        content = hashlib.blake2b(np.ascontiguousarray(ticks(index)), digest_size=16)
        begin = known.setdefault((content.digest(), index.name), n_rows)
        if begin == n_rows:
            distinct.append(index)
            n_rows += len(index)
        begins.append(begin)
    first, *rest = distinct
    return first.append(rest) if rest else first, begins
