"""The series that views look at: arrays, channel names and dates, held once."""

import mmap

import numpy as np


class Series:
    """One or several series with the same channels, rows numbered through.

    Parameters
    ----------
    arrays : list of ndarray of shape (n_steps, n_channels)
    names : ndarray of str of shape (n_channels,), default=None
    indexes : list of pandas.Index, default=None
        The index of each series.
    dtype : dtype, default=None
        Of values that are read; None for float32 if all arrays are, else float64.
    """

    def __init__(self, arrays, names=None, indexes=None, dtype=None):
        self.arrays = list(arrays)
        self.names = names
        self.indexes = indexes
        lengths = np.array([len(array) for array in self.arrays], dtype=np.int64)
        self.stops = np.cumsum(lengths)
        self.starts = self.stops - lengths
        self._stamps = None
        single = all(array.dtype == np.float32 for array in self.arrays)
        self.dtype = dtype or np.dtype(np.float32 if single else np.float64)

    @classmethod
    def of(cls, series):
        """Hold what the user gave: a table, an array, or a list of either."""
        if isinstance(series, cls):
            return series
        if isinstance(series, (list, tuple)) and series and hasattr(series[0], "shape"):
            return cls._of_several([_read(one) for one in series])
        array, names, index = _read(series)
        return cls([array], names, None if index is None else [index])

    @classmethod
    def _of_several(cls, parts):
        arrays, names, indexes = zip(*parts, strict=True)
        for i, (array, own) in enumerate(zip(arrays, names, strict=True)):
            same = own is names[0] or (
                own is not None and names[0] is not None and list(own) == list(names[0])
            )
            if array.shape[1] != arrays[0].shape[1] or not same:
                raise ValueError(
                    f"series[{i}] has the channels {_listed(own, array)}, series[0] "
                    f"has {_listed(names[0], arrays[0])}: a list of series must have "
                    "the same channels in the same order."
                )
        dated = all(index is not None for index in indexes)
        return cls(arrays, names[0], list(indexes) if dated else None)

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
        return np.searchsorted(self.stops, rows, side="right")

    def first_rows(self, rows):
        """The first row of the series that each row belongs to."""
        if len(self.arrays) == 1:
            return np.zeros(np.shape(rows), dtype=np.int64)
        return self.starts[self.series_of(rows)]

    def take(self, rows, channels=slice(None)):
        """Copy rows out of the series, all channels or the chosen ones."""
        if len(self.arrays) == 1:
            return self._read(0, rows, channels)
        width = np.empty(self.n_channels)[channels].size
        out = np.empty((len(rows), width), dtype=self.dtype)
        owners = self.series_of(rows)
        for owner in np.unique(owners):
            at = owners == owner
            out[at] = self._read(owner, rows[at] - self.starts[owner], channels)
        return out

    def _read(self, owner, rows, channels):
        array = self.arrays[owner]
        refuse_cut_file(array)
        # A slice reads consecutive rows at the speed of memory (or of the disk).
        spread = len(rows) > 1 and rows[-1] - rows[0] == len(rows) - 1
        if spread and (np.diff(rows) == 1).all():
            rows = slice(rows[0], rows[-1] + 1)
        elif not isinstance(channels, slice):
            rows = np.asarray(rows)[:, None]
            return np.array(array[rows, channels], dtype=self.dtype)
        return np.array(array[rows][:, channels], dtype=self.dtype)

    def index_at(self, rows):
        if self.indexes is None:
            return None
        return self.indexes[0].append(self.indexes[1:])[rows]

    def stamps(self, rows):
        """Ranks in time: row numbers for one series, ranks of dates for several."""
        if len(self.arrays) == 1:
            return rows
        if self._stamps is None:
            times = None if self.indexes is None else _times(self.indexes)
            if times is None:  # positions need no array as long as the series
                return rows - self.first_rows(rows)
            self._stamps = np.unique(np.concatenate(times), return_inverse=True)[1]
        return self._stamps[rows]

    def cut(self, firsts, lasts):
        """The part of each series from its smallest `firsts` to its largest `lasts`.

        Returns the new series and `lasts` in its numbering.
        """
        if not len(lasts):
            indexes = None if self.indexes is None else [self.indexes[0][:0]]
            arrays = [self.arrays[0][:0]]
            return Series(arrays, self.names, indexes, self.dtype), lasts
        arrays, indexes, stamps = [], [], []
        rows = np.empty_like(lasts)
        owners, n_kept = self.series_of(lasts), 0
        for owner in np.unique(owners):
            at = owners == owner
            low, high = firsts[at].min(), lasts[at].max() + 1
            own = slice(low - self.starts[owner], high - self.starts[owner])
            arrays.append(self.arrays[owner][own])
            if self.indexes is not None:
                indexes.append(self.indexes[owner][own])
            if len(self.arrays) > 1:
                stamps.append(self.stamps(np.arange(low, high)))
            rows[at] = lasts[at] - low + n_kept
            n_kept += high - low
        part = Series(arrays, self.names, indexes or None, self.dtype)
        part._stamps = np.concatenate(stamps) if stamps else None
        return part, rows


def _times(indexes):
    """The indexes as integers of one scale, or None if they have none in common."""
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
    elif all(index.dtype.kind in "iu" for index in indexes):
        return [np.asarray(index) for index in indexes]
    return None


def _listed(names, array):
    return f"{array.shape[1]} unnamed" if names is None else list(map(str, names))


def _read(series):
    """One series as (array, names, index)."""
    index = getattr(series, "index", None) if hasattr(series, "iloc") else None
    if is_other_table(series):
        table = numeric_table(series, "series")
        array, names = table.to_numpy(), table.columns
        if array.dtype.kind == "O":  # decimals, truth values some of which are missing
            array = array.astype(np.float64)
    elif hasattr(series, "columns"):
        array, names = _pandas_values(series), list(series.columns)
    else:
        return _as_rows(series), None, index
    named = all(isinstance(name, str) for name in names)
    return _as_rows(array), np.array(names, dtype=object) if named else None, index


def _pandas_values(table):
    values = table.to_numpy()
    if values.dtype.kind not in "OMm":
        return values
    columns = []
    for at, name in enumerate(table.columns):
        column = table.iloc[:, at]
        kind = column.dtype.kind
        try:
            if kind in "Mm":
                raise TypeError
            columns.append(column.to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            raise _not_numeric("series", name, column.dtype, kind == "M") from None
    return np.stack(columns, axis=1)


def is_other_table(X):
    """Whether X is a table, and not pandas'."""
    return hasattr(type(X), "columns") and not hasattr(X, "iloc")


def numeric_table(table, called):
    """A table that is not pandas', such as polars', by narwhals; refuses others.

    NumPy would make numbers of the dates of such a table.
    """
    import narwhals  # which scikit-learn reads tables by

    try:
        table = narwhals.from_native(table, eager_only=True)
    except TypeError:
        raise ValueError(
            f"The {called} is a {type(table).__name__}, which holds no values yet: "
            "collect it first, or give a NumPy array or a pandas DataFrame."
        ) from None
    for name, dtype in table.schema.items():
        if not (dtype.is_numeric() or dtype == narwhals.Boolean):
            is_date = dtype in (narwhals.Date, narwhals.Datetime)
            raise _not_numeric(called, name, dtype, is_date)
    return table


def _not_numeric(called, name, dtype, is_date):
    """The error that a column deserves."""
    way_out = "or turn it into numbers first"
    if is_date:
        way_out = f"or make it the index of a pandas DataFrame, set_index({name!r})"
    return ValueError(
        f"Channel {name!r} of the {called} is not numeric (dtype {dtype}): leave it "
        f"out, {way_out}."
    )


def refuse_other_arrays(name, array):
    """With array_api_dispatch, scikit-learn would not make NumPy arrays of others."""
    from sklearn import get_config

    is_other = hasattr(array, "device") and not isinstance(array, np.ndarray)
    if is_other and get_config()["array_api_dispatch"]:
        kind = f"{type(array).__module__}.{type(array).__name__}"
        raise ValueError(
            f"{name} is a {kind}, and array_api_dispatch=True is not supported: give "
            "NumPy arrays, or let scikit-learn make them of it, "
            "sklearn.set_config(array_api_dispatch=False)."
        )


def refuse_cut_file(array):
    """Reading beyond the end of a file gives zeros, or ends the process (SIGBUS)."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap)):
        return
    held, needed = array.base.size(), array.offset + array.nbytes
    if held < needed:
        raise OSError(
            f"The file {array.filename} was cut to {held} bytes after {needed} of it "
            "were mapped: write it whole again and map it anew. A new version is best "
            "written beside the old one and renamed: what is mapped stays whole."
        )


def _as_rows(values):
    """A C-ordered float array of shape (n_steps, n_channels); a memmap as it is."""
    array = values if isinstance(values, np.memmap) else np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"A series must be numeric, got an array of dtype {array.dtype}."
        )
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(
            "A series must be of shape (n_steps, n_channels), got "
            f"{array.shape}. Several series are given as a list."
        )
    if isinstance(array, np.memmap):
        return array
    kept = array.dtype in (np.float32, np.float64) and array.dtype.isnative
    return np.ascontiguousarray(array, dtype=array.dtype if kept else np.float64)


def readable_bytes(n_bytes):
    """A number of bytes as people read it: 11.3 GB."""
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
