"""The series behind views: arrays, channel names and dates, held once."""

import mmap
from collections.abc import Hashable

import numpy as np

from skseqconv._public import public

from ._containers import read_series
from ._ids import warn_of_ids


@public
class Series:
    """One or several series with the same channels. Rows are numbered through.

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

    # For views that were pickled before these attributes existed.
    labels = None
    ids = None
    #: Where pooled series come from, see `_pooled`.
    origin = None
    #: Channels that are read later, see `_known_ahead`.
    known = None
    #: The number of the given series that each part comes from, if gaps split them.
    sources = None

    def __init__(
        self, arrays, names=None, indexes=None, dtype=None, labels=None, ids=None
    ):
        self.arrays = list(arrays)
        self.names = names
        self.labels = labels
        if labels is None and names is not None:
            self.labels = tuple(names)
        self.indexes = indexes
        self.ids = ids
        lengths = np.array([len(array) for array in self.arrays], dtype=np.int64)
        self.stops = np.cumsum(lengths)
        self.starts = self.stops - lengths
        self._stamps = None
        single = all(array.dtype == np.float32 for array in self.arrays)
        self.dtype = dtype or np.dtype(np.float32 if single else np.float64)

    @classmethod
    def of(cls, series):
        """The series of a table, an array, or a list of these."""
        if isinstance(series, cls):
            return series
        first = series[:1] if isinstance(series, (list, tuple)) else ()
        if any(getattr(one, "shape", ()) != () for one in first):
            return cls._of_several([read_series(one) for one in series])
        array, names, labels, index = read_series(series)
        return cls([array], names, None if index is None else [index], labels=labels)

    @classmethod
    def _of_several(cls, parts):
        arrays, names, labels, indexes = zip(*parts, strict=True)
        if len(set(labels)) > 1 and not any(own is not None for own in names):
            if all(array.shape[1] == 1 for array in arrays):
                # For example, columns of one table: their labels name the series.
                labels = [None] * len(labels)
        for i, (array, own) in enumerate(zip(arrays, labels, strict=True)):
            if array.shape[1] != arrays[0].shape[1] or own != labels[0]:
                raise ValueError(
                    f"series[{i}] has the channels {_listed(own, array)}, series[0] "
                    f"has {_listed(labels[0], arrays[0])}: all series of a list must "
                    "have the same channels in the same order."
                )
        dated = all(index is not None for index in indexes)
        if not dated and any(index is not None for index in indexes):
            from ._order import check_orders

            check_orders(indexes)
        indexes = list(indexes) if dated else None
        return cls(arrays, names[0], indexes, labels=labels[0])

    @property
    def n_channels(self):
        return self.arrays[0].shape[1]

    @property
    def n_rows(self):
        return int(self.stops[-1])

    @property
    def nbytes(self):
        return sum(array.nbytes for array in self.arrays)

    def series_of(self, rows):
        """The number of the series that each row belongs to."""
        return np.searchsorted(self.stops, rows, side="right")

    def first_rows(self, rows):
        """The first row of the series that each row belongs to."""
        if len(self.arrays) == 1:
            return np.zeros(np.shape(rows), dtype=np.int64)
        return self.starts[self.series_of(rows)]

    def take(self, rows, channels=slice(None)):
        """Copy rows of the series: all channels, or the chosen ones."""
        if len(self.arrays) == 1:
            return self.take_own(0, rows, channels)
        width = np.empty(self.n_channels)[channels].size
        out = np.empty((len(rows), width), dtype=self.dtype)
        owners = self.series_of(rows)
        for owner in np.unique(owners):
            at = owners == owner
            out[at] = self.take_own(owner, rows[at] - self.starts[owner], channels)
        return out

    def take_own(self, owner, rows, channels):
        """Copy rows of one of the series, numbered from its own first row."""
        array = self.arrays[owner]
        refuse_cut_file(array)
        # A slice reads consecutive rows at the speed of memory, or of the disk.
        spread = len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1
        if spread and (np.diff(rows) == 1).all():
            rows = slice(rows[0], rows[-1] + 1)
        elif not isinstance(channels, slice):
            rows = np.asarray(rows)[:, None]
            return np.array(array[rows, channels], dtype=self.dtype)
        return np.array(array[rows][:, channels], dtype=self.dtype)

    def _share_an_index(self):
        """Whether all series have the very same index (as pooled channels), or none."""
        if self.indexes is None:
            return True
        return all(index is self.indexes[0] for index in self.indexes)

    def index_at(self, rows):
        """The entries of the index at rows, or None."""
        if self.indexes is None:
            return None
        if self._share_an_index():
            return self.indexes[0][rows - self.first_rows(rows)]
        return self.indexes[0].append(self.indexes[1:])[rows]

    def check_rows(self, on_gap, *, stacklevel):
        """Refuse rows out of order; warn of gaps, and of ids of several series."""
        from ._gaps import each_gaps, warn_of_gaps
        from ._order import check_orders

        indexes = self.indexes or [None]
        if on_gap == "warn":
            warn_of_gaps(
                indexes,
                "The rows are taken as consecutive; "
                'on_gap="ignore" avoids this warning.',
                stacklevel=stacklevel + 1,
            )
        elif on_gap == "raise":
            for gaps in each_gaps(indexes):
                if gaps is not None:
                    raise ValueError(f"{gaps.describe()} {gaps.ways_out()}")
        else:
            check_orders(indexes)
        warn_of_ids(self.labels, self.arrays[0], indexes[0], stacklevel=stacklevel + 1)

    def stamps(self, rows):
        """Integers in the order of time: row numbers, or ranks of dates if several."""
        if len(self.arrays) == 1:
            return rows
        if self._stamps is None:
            times = None if self._share_an_index() else _times(self.indexes)
            if times is None:  # there is nothing to rank: positions order the rows
                return rows - self.first_rows(rows)
            self._stamps = np.unique(np.concatenate(times), return_inverse=True)[1]
        return self._stamps[rows]

    def _like(self, arrays, indexes, owners):
        """Parts of some of the series, with all else as it is here."""
        ids = None if self.ids is None else self.ids[owners]
        return Series(arrays, self.names, indexes, self.dtype, self.labels, ids)

    def cut(self, firsts, lasts):
        """The part of each series from its smallest `firsts` to its largest `lasts`.

        Returns the new series and `lasts` in its numbering.
        """
        if not len(lasts):
            indexes = None if self.indexes is None else [self.indexes[0][:0]]
            arrays = [self.arrays[0][:0]]
            part = self._like(arrays, indexes, [0])
            if self.origin is not None:
                part.origin = self.origin.part([0], [0])
            return part, lasts
        arrays, indexes, stamps = [], [], []
        rows = np.empty_like(lasts)
        owners, n_kept = self.series_of(lasts), 0
        kept, skipped = np.unique(owners), []
        for owner in kept:
            at = owners == owner
            low, high = firsts[at].min(), lasts[at].max() + 1
            own = slice(low - self.starts[owner], high - self.starts[owner])
            skipped.append(own.start)
            arrays.append(self.arrays[owner][own])
            if self.indexes is not None:
                indexes.append(self.indexes[owner][own])
            if len(self.arrays) > 1:
                stamps.append(self.stamps(np.arange(low, high)))
            rows[at] = lasts[at] - low + n_kept
            n_kept += high - low
        part = self._like(arrays, indexes or None, kept)
        part._stamps = np.concatenate(stamps) if stamps else None
        if self.origin is not None:
            part.origin = self.origin.part(kept, skipped)
        return part, rows


def _times(indexes):
    """The indexes as numbers on one scale, or None if they have none in common."""
    from ._index_kinds import comparable

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


def _listed(labels, array):
    return f"{array.shape[1]} unnamed" if labels is None else list(labels)


def positions_of(label, labels):
    """Positions of the channels with this label."""
    if labels is None or not isinstance(label, Hashable):
        return []
    kinds = (bool, np.bool_)  # True == 1, but True is not the label 1
    return [
        at
        for at, own in enumerate(labels)
        if own is label
        or (isinstance(own, kinds) is isinstance(label, kinds) and own == label)
    ]


def refuse_other_arrays(name, array):
    """Refuse arrays of other libraries under array_api_dispatch.

    scikit-learn would not convert them to NumPy.
    """
    from sklearn import get_config

    is_other = hasattr(array, "device") and not isinstance(array, np.ndarray)
    if is_other and get_config()["array_api_dispatch"]:
        kind = f"{type(array).__module__}.{type(array).__name__}"
        raise ValueError(
            f"{name} is a {kind}, and array_api_dispatch=True is not supported: give "
            "a NumPy array, or let scikit-learn convert it, "
            "sklearn.set_config(array_api_dispatch=False)."
        )


def refuse_cut_file(array):
    """Refuse a memory map whose file has become shorter.

    Reading beyond the end of the file gives zeros, or ends the process (SIGBUS).
    """
    while isinstance(array.base, np.ndarray):
        array = array.base
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap)):
        return
    held, needed = array.base.size(), array.offset + array.nbytes
    if held < needed:
        raise OSError(
            f"The file {array.filename} was cut to {held} bytes after {needed} bytes "
            "were mapped: write the whole file again, and map it again. To replace a "
            "file safely, write the new version beside it, then rename it."
        )


def readable_bytes(n_bytes):
    """A number of bytes with a unit: 11.3 GB."""
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:  # more is rounded to 1e+03
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
