"""Arrays, tables and columns that become a series, with masks and labels."""

from collections.abc import Hashable, Iterator, Mapping

import numpy as np


def read_series(series):
    """One series as (array, names, labels, index)."""
    # Types are asked: a table looks for an unknown attribute among its columns.
    _refuse_others(series)
    if hasattr(type(series), "dims") and hasattr(type(series), "to_pandas"):
        series = series.to_pandas()  # xarray's DataArray, with its dates
    index = getattr(series, "index", None) if hasattr(type(series), "iloc") else None
    if is_other_table(series):
        table = numeric_table(series, "series")
        array, labels = table.to_numpy(), tuple(table.columns)
        if array.dtype.kind == "O":  # decimals, or booleans with missing values
            array = array.astype(np.float64)
    elif hasattr(type(series), "columns"):
        array, labels = _pandas_values(series), labels_of(series.columns)
    elif hasattr(type(series), "iloc"):
        labels = None if series.name is None else labels_of([series.name])
        return _as_rows(pandas_column(series)), None, labels, index
    else:
        return _as_rows(series), None, None, index
    return _as_rows(array), names_of(labels), labels, index


def is_long_table(series, id, time, static):
    """Whether columns, or levels of the index, tell series apart or order rows."""
    levels = hasattr(getattr(series, "index", None), "levels")
    return levels or names_columns(id, time, static)


def names_columns(id=None, time=None, static=()):
    """Whether a parameter names columns of a long table."""
    is_several = np.iterable(static) and not isinstance(static, str)
    no_static = static is None or (is_several and not len(static))
    return id is not None or time is not None or not no_static


def _refuse_others(series):
    """Refuse containers of series, and say what to give instead."""
    kind = type(series).__name__
    if isinstance(series, Mapping) and not hasattr(type(series), "data_vars"):
        raise ValueError(
            f"The series is a {kind} of {len(series)}: give its series as a list, "
            "list(series.values()), or its channels as one table, "
            "pandas.DataFrame(series). Of tables with dates, pandas.concat(series, "
            "names=['id']) makes one long table, with the keys as ids."
        )
    if hasattr(type(series), "data_vars"):
        raise ValueError(
            f"The series is a {kind}, which holds several arrays: "
            "series.to_dataframe() makes a table of it."
        )
    if hasattr(type(series), "groups") and hasattr(type(series), "ngroups"):
        raise ValueError(
            f"The series is a {kind}: give the table itself, with the column of the "
            "groups as id=; or its parts as a list, [part for _, part in series], "
            "without that column."
        )
    if hasattr(type(series), "toarray"):
        raise ValueError(
            f"The series is a sparse {kind}: series.toarray() makes it an array."
        )
    if isinstance(series, (set, frozenset, Iterator)):
        raise ValueError(
            f"The series is a {kind}, which has no length or no order: give an array, "
            "a DataFrame, or a list of them."
        )


def pandas_column(column):
    """A column of pandas as an array; it may be nullable."""
    values = column.to_numpy()
    if values.dtype.kind in "fiub":
        return values
    return _column_values("series", column, column.name)


def _pandas_values(table):
    values = table.to_numpy()
    if values.dtype.kind not in "OMm" or not table.shape[1]:
        return values
    columns = [
        _column_values("series", table.iloc[:, at], name)
        for at, name in enumerate(table.columns)
    ]
    return np.stack(columns, axis=1)


def _column_values(called, column, name):
    kind = column.dtype.kind
    try:
        if kind in "Mm":
            raise TypeError
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise _not_numeric(called, name, column.dtype, kind == "M") from None


def is_other_table(X):
    """Whether X is a table of another library than pandas."""
    return hasattr(type(X), "columns") and not hasattr(X, "iloc")


def numeric_table(table, called):
    """A table of another library, such as polars, as one of narwhals.

    Columns that are not numeric are refused: NumPy would make numbers of dates.
    """
    table = eager_table(table, called)
    refuse_not_numeric(table, called, table.columns)
    return table


def eager_table(table, called):
    """A table of another library as one of narwhals, which holds its values."""
    import narwhals  # a dependency of scikit-learn

    try:
        return narwhals.from_native(table, eager_only=True)
    except TypeError:
        raise ValueError(
            f"The {called} is a {type(table).__name__}, which holds no values yet: "
            "collect it first, or give a NumPy array or a pandas DataFrame."
        ) from None


def table_like(table, array):
    """An array as a table of the library and the columns of a table of narwhals."""
    import narwhals

    new = narwhals.from_numpy(array, table.columns, backend=table.implementation)
    return new.to_native()


def without_codes(column):
    """A column of narwhals, or of pyarrow with values in place of codes of categories.

    NumPy's array of a column with codes has the last category where none is known.
    Before pyarrow 23, there is no array if the codes are unsigned, as those of polars.
    """
    native = column.to_native()
    kind = getattr(native, "type", None)
    if hasattr(kind, "index_type"):
        return native.cast(kind.value_type)
    return column


def refuse_not_numeric(table, called, names):
    """Refuse columns of a narwhals table that are not numeric."""
    import narwhals

    for name in names:
        dtype = table.schema[name]
        if not (dtype.is_numeric() or dtype == narwhals.Boolean):
            is_date = dtype in (narwhals.Date, narwhals.Datetime)
            raise _not_numeric(called, name, dtype, is_date)


def _not_numeric(called, name, dtype, is_date):
    """The error for a column that is not numeric."""
    way_out = (
        "or convert it to numbers first. If it names several series below each other, "
        f"make_supervised(..., id={name!r}) and SeriesView(..., id={name!r}) tell them "
        "apart"
    )
    if is_date:
        way_out = (
            f"or name it as the time of the rows, make_supervised(..., time={name!r}) "
            f"or SeriesView(..., time={name!r})"
        )
    return ValueError(
        f"Channel {name!r} of the {called} is not numeric (dtype {dtype}): leave it "
        f"out, {way_out}."
    )


def names_of(labels):
    """Labels as scikit-learn's feature names: an array of str, or None."""
    if labels is None or not all(isinstance(label, str) for label in labels):
        return None
    return np.array(labels, dtype=object)


def labels_of(columns):
    """Labels of the columns of pandas; None for the default 0, 1, 2 and so on."""
    labels = tuple(columns)
    if any(isinstance(label, bool) for label in labels):  # True == 1
        return labels
    return None if labels == tuple(range(len(labels))) else labels


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


def _as_rows(values):
    """An array of shape (n_steps, n_channels): floats in C order, or a memmap."""
    array = _as_array(unmasked(values))
    if array.dtype.names is not None:
        raise ValueError(
            f"The series is a structured array of the fields {list(array.dtype.names)}:"
            " pandas.DataFrame(series) makes a table of it."
        )
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"A series must be numeric, got an array of dtype {array.dtype}."
        )
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(
            "A series must be of shape (n_steps, n_channels), got "
            f"{array.shape}. Give several series as a list."
        )
    if not array.shape[1]:
        raise ValueError(f"The series has no channels: its shape is {array.shape}.")
    if isinstance(array, np.memmap):
        return array
    kept = array.dtype in (np.float32, np.float64)  # in this machine's byte order
    return np.ascontiguousarray(array, dtype=array.dtype if kept else np.float64)


def _as_array(values):
    if isinstance(values, np.memmap):
        return values
    try:
        return np.asarray(values)
    except ValueError:  # lists of different lengths
        raise ValueError(
            f"The series is {_kind(values)} whose parts have different shapes. Give "
            "several series as a list of arrays or DataFrames."
        ) from None


def _kind(values):
    name = type(values).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


# Masked arrays.


def unmasked(values):
    """A masked array with NaN in place of masked values; anything else as it is.

    NumPy, pandas and scikit-learn would read the values under the mask.
    """
    if isinstance(values, (list, tuple)) and any(map(_is_masked, values)):
        return [unmasked(value) for value in values]
    if not _is_masked(values):
        return values
    if not np.ma.getmaskarray(values).any():
        return np.asarray(values.data)
    if values.dtype.kind not in "fiub":
        raise ValueError(
            f"A masked array of dtype {values.dtype} has masked values, but only "
            "numbers can be NaN: leave these rows out."
        )
    is_float = values.dtype.kind == "f"
    return (values if is_float else values.astype(np.float64)).filled(np.nan)


def _is_masked(values):
    return isinstance(values, np.ma.MaskedArray)


def refuse_masked(name, values):
    """Refuse masked values, which are missing values."""
    parts = values if isinstance(values, (list, tuple)) else [values]
    n_masked = sum(np.ma.count_masked(part) for part in parts if _is_masked(part))
    if n_masked:
        by = "; make_supervised leaves out rows whose target is missing"
        raise ValueError(
            f"{name} is masked at {n_masked} places, and masked values are missing "
            f"values: leave these rows out{by if name == 'y' else ''}."
        )


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
