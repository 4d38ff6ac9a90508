"""Reader for CSV files in the layout of the Jena Climate file."""

from __future__ import annotations

import os
from typing import IO
from urllib.error import URLError

import numpy as np
import pandas as pd

_TIME = "Date Time"
_TIME_FORMAT = "%d.%m.%Y %H:%M:%S"
_SENTINEL = -9990.0  # a failed sensor is written as -9999


def load_climate_csv(path: str | os.PathLike[str] | IO) -> pd.DataFrame:
    """Read a CSV file in the layout of the Jena Climate file.

    Such a file has a column ``Date Time`` with values like ``01.01.2009 00:10:00``,
    day first, and any number of numeric columns. Failed readings are written as -9999
    and become NaN.

    Rows stay as they are in the file: nothing is sorted, dropped or filled. Repeated
    or missing times, and gaps, are left to the caller.

    Parameters
    ----------
    path : str, path-like or file object
        Anything that `pandas.read_csv` reads, compressed files included.

    Returns
    -------
    frame : DataFrame of shape (n_rows, n_columns)
        Values are float64, the index a DatetimeIndex named ``"Date Time"``, the
        columns the other ones of the file in their order. Values of -9990 or less,
        and empty fields, are NaN.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is damaged or not CSV, if there is no column ``Date Time``, if rows
        have more fields than the header, if a value of ``Date Time`` is not a time in
        that format, or if another column holds a value that is not a number. Rows are
        counted from 0, without the header.

    See Also
    --------
    make_climate : Makes such a series, without a file.
    fetch_jena_climate : Loads the series of 2009 to 2016, and mends its order.

    Examples
    --------
    >>> from io import StringIO
    >>> from skseqconv.datasets import load_climate_csv
    >>> file = StringIO(
    ...     "Date Time,T (degC),wv (m/s)\\n"
    ...     "01.02.2009 00:10:00,-8.02,1.03\\n"
    ...     "01.02.2009 00:20:00,-8.41,-9999.0\\n"
    ... )
    >>> frame = load_climate_csv(file)
    >>> frame.index[0]
    Timestamp('2009-02-01 00:10:00')
    >>> frame["wv (m/s)"].tolist()
    [1.03, nan]
    """
    table = _read_table(path)
    if not isinstance(table.index, pd.RangeIndex):
        # pandas took the first fields for an index, and shifted every name.
        raise ValueError(
            "The rows of the file have more fields than its header, which names "
            f"{list(table.columns)!r}. Remove commas at the ends of rows, and write "
            "numbers with a decimal point."
        )
    if _TIME not in table.columns:
        raise ValueError(
            f"The file has no column {_TIME!r}, but {list(table.columns)!r}. Rename "
            "the column of times, or check that fields are separated by commas."
        )
    times = _parse_times(table.pop(_TIME))
    values = {name: _parse_numbers(table[name]) for name in table.columns}
    return pd.DataFrame(values, index=times, columns=table.columns, dtype=np.float64)


def _read_table(path):
    try:
        return pd.read_csv(path)
    # Of damaged content pandas and the decompressors below it raise what they like,
    # OSErrors without a number of the system's too.
    except Exception as error:
        if getattr(error, "errno", None) is not None or isinstance(error, URLError):
            raise
        raise ValueError(
            f"The file does not read as CSV: {type(error).__name__}: {error}. If it is "
            "damaged, put a good copy in its place."
        ) from error


def _parse_times(column: pd.Series) -> pd.DatetimeIndex:
    """Turn day-first text into times, or name the first value that is none."""
    times = pd.to_datetime(column.astype(str), format=_TIME_FORMAT, errors="coerce")
    bad = np.flatnonzero(times.isna())
    if bad.size:
        raise ValueError(
            f"{_TIME!r} is {column.iloc[bad[0]]!r} in row {bad[0]}, which is not a "
            "time like '31.12.2009 23:50:00' (day first). Write the times in that "
            f"format; {bad.size} of {len(column)} rows need it."
        )
    return pd.DatetimeIndex(times, name=_TIME)


def _parse_numbers(column: pd.Series) -> np.ndarray:
    """Turn a column into float64 with NaN for failed readings."""
    if pd.api.types.is_bool_dtype(column):
        column = column.astype(str)  # "True" is no reading
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    bad = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy())
    if bad.size:
        raise ValueError(
            f"Column {column.name!r} holds {column.iloc[bad[0]]!r} in row {bad[0]}, "
            "which is not a number. Leave the field empty if there is no reading, or "
            "remove the column."
        )
    return np.where(numbers <= _SENTINEL, np.nan, numbers)
