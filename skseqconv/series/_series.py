"""The series behind views: arrays, channel names and dates, held once."""

import numpy as np

from skseqconv._public import public
from skseqconv.series.held._copies import copied, copied_of_each
from skseqconv.series.held._layout import Layout, layout_of_arrays, one_block, ranges
from skseqconv.series.held._owners import CHUNK_ROWS, Owners, by_chunks
from skseqconv.series.held._ranks import Ranks
from skseqconv.series.tables._containers import is_long_table, names_of, read_series
from skseqconv.series.tables._ids import warn_of_ids
from skseqconv.series.tables._long_table import read_long_table
from skseqconv.series.tables._several import is_list_of_series, read_several
from skseqconv.series.times._dates import layout_of_indexes


@public
class Series:
    """One or several series with the same channels. Rows are numbered through.

    Reading costs the rows that are read, not the number of series: small arrays are
    joined into one block for each type, and equal indexes are held once.

    Parameters
    ----------
    arrays : list of ndarray of shape (n_steps, n_channels)
    names : ndarray of str of shape (n_channels,), default=None
    indexes : list of pandas.Index, default=None
        The index of each series.
    dtype : dtype, default=None
        Type of the values that are read. None for float32 if all arrays are float32,
        otherwise float64.
    labels : tuple of hashable, default=None
        Labels of the channels, text or not; None for `names`.
    ids : pandas.Index of shape (n_series,), default=None
        The id of each series. Parts of one series, between gaps, have the same id.
    """

    #: Number of rows of the table, if it had them in another order. A part keeps it.
    n_rows_sorted = 0

    def __init__(
        self, arrays, names=None, indexes=None, dtype=None, labels=None, ids=None
    ):
        dates = None if indexes is None else layout_of_indexes(indexes)
        self._hold(layout_of_arrays(arrays), names, dates, dtype, labels, ids)

    def _hold(self, values, names, dates, dtype, labels, ids):
        self.names, self.ids = names, ids
        self.labels = labels
        if labels is None and names is not None:
            self.labels = tuple(names)
        single = all(block.dtype == np.float32 for block in values.blocks)
        self.dtype = dtype or np.dtype(np.float32 if single else np.float64)
        self.n_channels = values.blocks[0].shape[1]
        #: Where pooled series come from, see `_pooled`.
        self.origin = None
        #: The position in its block of the only channel of each series, if pooled.
        self._channels = None
        #: Channels that are read later, see `_known_ahead`.
        self.known = None
        #: The number of the given series that each part comes from, if gaps split them.
        self.sources = None
        #: The declared frequency of the index, or None.
        self.freq = None
        self._stamps = None
        self._place(values, dates)

    def _place(self, values, dates):
        """Number the rows, and set where each series stands."""
        self._values, self._dates, self._ranks = values, dates, None
        self.stops = np.cumsum(values.lengths)
        self.starts = self.stops - values.lengths
        self._owners = Owners(self.stops)
        self._whole = len(values.blocks) == 1 and (values.begins == self.starts).all()

    @classmethod
    def of(cls, series, *, id=None, time=None, static=(), any_frequency=False):
        """The series of a table, an array, or a list of these.

        The columns `id`, `time` and `static` are those of a long table, see
        `read_long_table`.
        """
        if isinstance(series, cls):
            return series
        if is_long_table(series, id, time, static):
            return cls._of_long_table(
                series, id, time, static, any_frequency=any_frequency
            )
        if is_list_of_series(series):
            arrays, names, indexes, labels = read_several(series)
            return cls(arrays, names, indexes, labels=labels)
        array, names, labels, index = read_series(series)
        return cls([array], names, None if index is None else [index], labels=labels)

    @classmethod
    def of_block(cls, block, lengths, *, dates=None, labels=None, names=None, ids=None):
        """Series below each other in one array; nothing is copied.

        Parameters
        ----------
        block : ndarray or memmap of shape (n_rows, n_channels)
            The rows of the first series, then those of the second, and so on.
        lengths : array-like of int of shape (n_series,)
            How many rows each series has.
        dates : Layout, default=None
            Where the index of each series stands.
        labels, names, ids
            As for `Series`.

        Returns
        -------
        series : Series
        """
        series = cls.__new__(cls)
        series._hold(one_block(block, lengths), names, dates, None, labels, ids)
        return series

    @classmethod
    def _of_long_table(cls, table, *columns, any_frequency):
        read = vars(read_long_table(table, *columns, any_frequency=any_frequency))
        is_sorted = read.pop("is_sorted")
        series = cls.of_block(names=names_of(read["labels"]), **read)
        if is_sorted:
            series.n_rows_sorted = series.n_rows
        return series

    # What the series are made of.

    @property
    def arrays(self):
        """The array of each series; never a copy."""
        return [self.own_values(i) for i in range(self.n_series)]

    @property
    def dates(self):
        """Where the index of each series stands, a `Layout`; or None."""
        return self._dates

    @property
    def wholes(self):
        """A number for each series; parts of one series, between gaps, share it."""
        if self.ids is not None:
            return self.ids.factorize()[0]
        return np.arange(self.n_series) if self.sources is None else self.sources

    @property
    def lengths(self):
        """Number of rows of each series."""
        return self._values.lengths

    @property
    def n_series(self):
        return len(self.starts)

    @property
    def n_rows(self):
        return int(self.stops[-1])

    @property
    def nbytes(self):
        itemsizes = np.array([block.itemsize for block in self._values.blocks])
        rows_in_bytes = self.lengths * itemsizes[self._values.which]
        return int(rows_in_bytes.sum()) * self.n_channels

    def own_values(self, i):
        """The array of one series; never a copy."""
        array = self._values.own(i)
        if self._channels is None:
            return array
        return array[:, self._channels[i] : self._channels[i] + 1]

    def first_index(self):
        """The index of the first series, or None."""
        return None if self._dates is None else self._dates.own(0)

    # Rows.

    def series_of(self, rows):
        """The number of the series that each row belongs to."""
        return by_chunks(self._owners.of, rows)

    def owners_of(self, rows):
        """The numbers of the series that have some of the rows, in order."""
        found = np.zeros(self.n_series, dtype=bool)
        for start in range(0, len(rows), CHUNK_ROWS):
            found[self._owners.of(rows[start : start + CHUNK_ROWS])] = True
        return np.flatnonzero(found)

    def first_rows(self, rows):
        """The first row of the series that each row belongs to."""
        return by_chunks(lambda some: self.starts[self._owners.of(some)], rows)

    def has_later(self, rows, delay):
        """Whether the series of each row has a row `delay` later."""

        def has(some):
            return some + delay < self.stops[self._owners.of(some)]

        return by_chunks(has, rows, dtype=bool)

    def take(self, rows, channels=slice(None)):
        """Copy rows of the series: all channels, or the chosen ones."""
        if self._whole and self._channels is None:
            return copied(self._values.blocks[0], rows, channels, self.dtype)
        width = np.empty(self.n_channels)[channels].size
        out = np.empty((len(rows), width), dtype=self.dtype)
        owners, own_rows = self._own_rows(rows)
        for at, block, places in self._values.places(owners, own_rows):
            if self._channels is None:
                out[at] = copied(block, places, channels, self.dtype)
            else:
                own = self._channels[owners[at]]
                out[at] = copied_of_each(block, places, own, self.dtype)
        return out

    def _own_rows(self, rows):
        """The series of each row, and how many of its rows are before it."""
        owners = self._owners.of(rows)
        return owners, rows - self.starts[owners]

    def index_at(self, rows):
        """The entries of the index at rows, or None."""
        if self._dates is None:
            return None
        found = [
            (at, block[places])
            for at, block, places in self._dates.places(*self._own_rows(rows))
        ]
        if len(found) == 1:
            return found[0][1]
        places, (first, *rest) = zip(*found, strict=True)
        return first.append(rest)[np.argsort(np.concatenate(places))]

    def warn_of_ids(self, *, stacklevel):
        """Warn of a channel that looks like the id of several series."""
        if self.ids is not None:
            return
        warn_of_ids(
            self.labels,
            self.own_values(0),
            self.first_index(),
            stacklevel=stacklevel + 1,
        )

    def stamps(self, rows, dtype=np.int64):
        """Integers in the order of time: row numbers, or ranks of dates if several."""
        if self.n_series == 1:
            return rows.astype(dtype, copy=False)
        if self._stamps is not None:
            return self._stamps[rows].astype(dtype, copy=False)
        ranking = self._ranking()
        return by_chunks(lambda some: ranking.of(*self._own_rows(some)), rows, dtype)

    def _ranking(self):
        if self._ranks is None:
            self._ranks = Ranks(self._dates)
        return self._ranks

    def first_stamps(self):
        """The stamp of the first row of each series; None if later ones have gaps."""
        if self._stamps is None and self._ranking().are_positions:
            return np.zeros(self.n_series, dtype=np.int64)
        some = np.flatnonzero(self.lengths)
        firsts = np.zeros(self.n_series, dtype=np.int64)
        firsts[some] = self.stamps(self.starts[some])
        for start in range(0, self.n_rows, CHUNK_ROWS):
            rows = np.arange(start, min(start + CHUNK_ROWS, self.n_rows))
            owners, own_rows = self._own_rows(rows)
            if (self.stamps(rows) != firsts[owners] + own_rows).any():
                return None
        return firsts

    def with_freq(self, freq):
        """The same series with a declared frequency."""
        series = Series.__new__(Series)
        vars(series).update(vars(self), freq=freq)
        return series

    # Parts.

    def parts(self, owners, skipped, lengths, channels=None):
        """Parts of some of the series, with all else as it is here; nothing is copied.

        Parameters
        ----------
        owners, skipped, lengths : ndarray of int of shape (n_parts,)
            The series of each part, how many of its rows come before the part, and
            how many the part has.
        channels : ndarray of int of shape (n_parts,), default=None
            The only channel of each part. None for all.

        Returns
        -------
        series : Series
        """
        part = Series.__new__(Series)
        vars(part).update(vars(self))
        dates = self._dates and self._dates.parts(owners, skipped, lengths)
        part._place(self._values.parts(owners, skipped, lengths), dates)
        part.ids = None if self.ids is None else self.ids[owners]
        part.sources = None if self.sources is None else self.sources[owners]
        part.known = None
        part._stamps = None
        if channels is not None:
            part.n_channels, part._channels = 1, channels
        elif self._channels is not None:
            part._channels = self._channels[owners]
        if self.origin is not None:
            part.origin = self.origin.part(owners, skipped)
        return part

    def split(self, owners, pieces):
        """Slices of rows, or positions of rows, of some of the series.

        Parameters
        ----------
        owners : list of int
            The series of each part.
        pieces : list of slice or ndarray of int
            Its rows, numbered from the first row of the series. Only positions are
            copied.

        Returns
        -------
        series : Series
        """
        slices = [p if isinstance(p, slice) else slice(0, len(p)) for p in pieces]
        skipped, stops = np.array([(one.start, one.stop) for one in slices]).T
        part = self.parts(np.array(owners), skipped, stops - skipped)
        copied = [i for i, one in enumerate(pieces) if not isinstance(one, slice)]
        if copied:
            own = [(owners[i], pieces[i]) for i in copied]
            values = [self._values.own(owner)[rows] for owner, rows in own]
            dates = self._dates and [
                self._dates.own(owner)[rows] for owner, rows in own
            ]
            part._place(
                part._values.with_blocks(copied, values),
                dates and part._dates.with_blocks(copied, dates),
            )
        return part

    def cut(self, firsts, lasts):
        """The part of each series from its smallest `firsts` to its largest `lasts`.

        Returns the new series and `lasts` in its numbering.
        """
        if not len(lasts):
            nothing = np.zeros(1, dtype=np.int64)
            return self.parts(nothing, nothing, nothing), lasts
        kept, at = np.unique(self.series_of(lasts), return_inverse=True)
        low, high = self.stops[kept], self.starts[kept]
        np.minimum.at(low, at, firsts)
        np.maximum.at(high, at, lasts + 1)
        part = self.parts(kept, low - self.starts[kept], high - low)
        if self.n_series > 1:
            part._stamps = self.stamps(ranges(low, high))
        return part, lasts - low[at] + part.starts[at]

    # Pickles hold the rows of the series only, not those of the rest of a block.

    def __getstate__(self):
        state = vars(self).copy()
        values = self._values.without_unused()
        if self._channels is not None:
            first, last = self._channels.min(), self._channels.max()
            blocks = [block[:, first : last + 1] for block in values.blocks]
            values = values._replace(blocks=blocks)
            state["_channels"] = self._channels - first
        dates = self._dates and tuple(self._dates.without_unused())
        del state["_owners"], state["_ranks"]
        return state | {"_values": tuple(values), "_dates": dates}

    def __setstate__(self, state):
        vars(self).update(state)
        dates = self._dates and Layout(*self._dates)
        self._place(Layout(*self._values), dates)
