"""Several series in few blocks, so that reading costs the rows that are read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Smaller arrays are copied into one block. The rows of a larger one are read as fast
#: where they are: a block would hold them twice and save nothing.
SMALL_BYTES = 2**20

#: If the smaller ones take more than this together, all arrays stay as they are: while
#: a block is made, there must be memory for both.
MOST_JOINED_BYTES = 2**31


#: Types of arrays that may be parts of one.
_PLAIN = (np.ndarray, np.memmap)


class Layout(NamedTuple):
    """Where each series stands: in which block, and from which of its rows on.

    Series may share rows: channels of one table, or equal dates.
    """

    #: Arrays of shape (n_rows, n_channels), or indexes.
    blocks: list[NDArray] | list[pd.Index]
    #: The number of the block of each series, and the place of its first row there.
    which: NDArray[np.int64]
    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def own(self, i):
        """The rows of one series: a part of its block."""
        block = self.blocks[self.which[i]]
        begin, length = self.begins[i], self.lengths[i]
        whole = begin == 0 and length == len(block)
        return block if whole else block[begin : begin + length]

    def all_own(self):
        """The rows of each series."""
        return [self.own(i) for i in range(len(self.lengths))]

    def places(self, owners, own_rows):
        """Yield (at, block, places) for each block that holds some of the rows.

        Parameters
        ----------
        owners, own_rows : ndarray of int of shape (n_rows,)
            The series of each row, and how many rows of that series are before it.

        Yields
        ------
        at : slice or ndarray of int
            Which of the rows stand in the block, and
        places : ndarray of int
            where.
        """
        rows = own_rows + self.begins[owners]
        which = self.which[owners] if len(self.blocks) > 1 else None
        if which is None or not len(which) or (which == which[0]).all():
            first = 0 if which is None or not len(which) else which[0]
            yield slice(None), self.blocks[first], rows
            return
        order = np.argsort(which, kind="stable")
        cuts = np.flatnonzero(np.diff(which[order])) + 1
        for at in np.split(order, cuts):
            yield at, self.blocks[which[at[0]]], rows[at]

    def parts(self, owners, skipped, lengths):
        """A part of some of the series, each after its first `skipped` rows."""
        begins = self.begins[owners] + skipped
        return Layout(self.blocks, self.which[owners], begins, lengths)

    def with_blocks(self, numbers, blocks):
        """The same series, but some of them in blocks of their own."""
        which, begins = self.which.copy(), self.begins.copy()
        which[numbers] = len(self.blocks) + np.arange(len(blocks))
        begins[numbers] = 0
        return self._replace(blocks=[*self.blocks, *blocks], which=which, begins=begins)

    def distinct(self):
        """Those of the series that have different rows, and which of them each is."""
        places = np.stack([self.which, self.begins, self.lengths], axis=1)
        _, first, same = np.unique(
            places, axis=0, return_index=True, return_inverse=True
        )
        same = same.ravel()  # a column in NumPy 2.0.0
        return self.parts(first, 0, self.lengths[first]), same

    def stretches(self):
        """Yield (series, starts, stops): the rows of a block that its series use."""
        order = np.argsort(self.which, kind="stable")
        cuts = np.flatnonzero(np.diff(self.which[order])) + 1
        for own in np.split(order, cuts) if len(order) else ():
            begins, ends = self.begins[own], self.begins[own] + self.lengths[own]
            yield own, *_merged(begins, ends)

    def without_unused(self):
        """The same series in blocks without rows that none of them has."""
        blocks, begins = [], np.empty_like(self.begins)
        which = np.empty_like(self.which)
        for own, starts, stops in self.stretches():
            block = self.blocks[self.which[own[0]]]
            n_used = (stops - starts).sum()
            is_range = hasattr(block, "step")  # it takes no memory
            if is_range or n_used == len(block):
                starts = np.array([0])
                stops = np.array([len(block)])
            elif len(starts) == 1:
                block = block[starts[0] : stops[0]]
            else:
                block = block[ranges(starts, stops)]
            at = np.searchsorted(starts, self.begins[own], side="right") - 1
            before = np.cumsum(stops - starts) - (stops - starts)
            begins[own] = self.begins[own] - starts[at] + before[at]
            which[own] = len(blocks)
            blocks.append(block)
        return Layout(blocks, which, begins, self.lengths)


def ranges(starts, stops):
    """The numbers of all ranges, one range after the other."""
    lengths = stops - starts
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(starts - before, lengths)


def groups_of(lengths, n_rows):
    """Yield slices of series that together have about `n_rows` rows, in order."""
    group = (np.cumsum(lengths) - lengths) // n_rows
    cuts = np.flatnonzero(np.diff(group)) + 1
    for start, stop in zip([0, *cuts], [*cuts, len(lengths)], strict=True):
        yield slice(start, stop)


def _merged(begins, ends):
    """Ranges, some of which may overlap, as ranges that do not."""
    order = np.argsort(begins, kind="stable")
    begins, ends = begins[order], np.maximum.accumulate(ends[order])
    new = np.ones(len(begins), dtype=bool)
    new[1:] = begins[1:] > ends[:-1]
    return begins[new], ends[np.roll(new, -1)]


def lengths_of(parts):
    return np.array([len(part) for part in parts], dtype=np.int64)


def one_block(block, lengths):
    """Series below each other in one block."""
    lengths = np.asarray(lengths, dtype=np.int64)
    begins = np.cumsum(lengths) - lengths
    return Layout([block], np.zeros(len(lengths), dtype=np.int64), begins, lengths)


# Arrays.


def layout_of_arrays(arrays):
    """Small arrays in one block for each type; memory maps and large ones apart."""
    arrays, lengths = list(arrays), lengths_of(arrays)
    if len(arrays) == 1:
        return one_block(arrays[0], lengths)
    together = _parts_of_one(arrays)
    if together is not None:
        return Layout(*together, lengths)
    blocks, joined = [], _to_join(arrays)
    which = np.empty(len(arrays), dtype=np.int64)
    begins = np.zeros(len(arrays), dtype=np.int64)
    for numbers in joined:
        which[numbers] = len(blocks)
        stops = np.cumsum(lengths[numbers])
        begins[numbers] = stops - lengths[numbers]
        first = arrays[numbers[0]]
        block = np.empty((stops[-1], first.shape[1]), dtype=first.dtype)
        for i, begin, stop in zip(numbers, begins[numbers], stops, strict=True):
            block[begin:stop] = arrays[i]
            arrays[i] = None  # it may be a copy already, of a table
        blocks.append(block)
    for i, array in enumerate(arrays):
        if array is not None:
            which[i] = len(blocks)
            blocks.append(array)
    return Layout(blocks, which, begins, lengths)


def _to_join(arrays):
    """Numbers of the arrays of each block."""
    numbers = {}
    for i, array in enumerate(arrays):
        if array.nbytes < SMALL_BYTES and not isinstance(array, np.memmap):
            numbers.setdefault(array.dtype, []).append(i)
    joined = [np.array(own) for own in numbers.values() if len(own) > 1]
    total = sum(arrays[i].nbytes for own in joined for i in own)
    return joined if total <= MOST_JOINED_BYTES else []


def _parts_of_one(arrays):
    """Blocks, which and begins of arrays that are rows of one array; or None.

    For example the series of an array of shape (n_series, n_rows, n_channels), or
    tables over parts of a memory map.
    """
    base = _root(arrays[0])
    width, itemsize = arrays[0].shape[1], arrays[0].itemsize
    if base is arrays[0] or type(base) not in _PLAIN or not base.flags.c_contiguous:
        return None
    if base.dtype != arrays[0].dtype or base.size % width:
        return None
    if not all(_root(one) is base and one.flags.c_contiguous for one in arrays):
        return None
    if any(type(one) not in _PLAIN or one.dtype != base.dtype for one in arrays):
        return None
    places = [one.__array_interface__["data"][0] for one in arrays]
    offsets = np.array(places) - base.__array_interface__["data"][0]
    begins, rest = np.divmod(offsets, width * itemsize)
    if rest.any():
        return None
    block = np.asarray(base).reshape(-1, width)
    return [block], np.zeros(len(arrays), dtype=np.int64), begins


def _root(array):
    """The array whose memory an array is a part of: itself, or one below it."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
