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
    day first, and any number of numeric columns. Failed readings are -9999 in the file
    and NaN in the frame.

    Rows keep their order: nothing is sorted, dropped or filled. Repeated or missing
    times remain.

    Parameters
    ----------
    path : str, path-like or file object
        Anything that `pandas.read_csv` reads, including compressed files.

    Returns
    -------
    frame : DataFrame of shape (n_rows, n_columns)
        Values are float64, the index is a DatetimeIndex named ``"Date Time"``. The
        other columns keep their order. Values of -9990 or less, and empty fields, are
        NaN.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is damaged or not CSV, if there is no column ``Date Time``, if rows
        have more fields than the header, if a value of ``Date Time`` has another
        format, or if another column contains a value that is not a number. Messages
        count rows from 0, without the header.

    See Also
    --------
    make_climate : Generates such a series without a file.
    fetch_jena_climate : Loads the series of 2009 to 2016 in time order.

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
        # pandas used the first fields as an index and shifted all names.
        raise ValueError(
            "The rows of the file have more fields than its header, which has "
            f"{list(table.columns)!r}. Remove commas at the end of rows, and use a "
            "decimal point in numbers."
        )
    if _TIME not in table.columns:
        raise ValueError(
            f"The file has no column {_TIME!r}, but {list(table.columns)!r}. Rename "
            "the time column, or check that commas separate the fields."
        )
    times = _parse_times(table.pop(_TIME))
    values = {name: _parse_numbers(table[name]) for name in table.columns}
    return pd.DataFrame(values, index=times, columns=table.columns, dtype=np.float64)


def _read_table(path):
    try:
        return pd.read_csv(path)
    # For damaged content, pandas and the decompressors raise many kinds of errors,
    # including OSErrors without an error number.
    except Exception as error:
        if getattr(error, "errno", None) is not None or isinstance(error, URLError):
            raise
        raise ValueError(
            f"The file cannot be read as CSV: {type(error).__name__}: {error}. If it "
            "is damaged, replace it by a good copy."
        ) from error


def _parse_times(column: pd.Series) -> pd.DatetimeIndex:
    """Convert day-first text into times, or raise for the first other value."""
    times = pd.to_datetime(column.astype(str), format=_TIME_FORMAT, errors="coerce")
    bad = np.flatnonzero(times.isna())
    if bad.size:
        raise ValueError(
            f"{_TIME!r} is {column.iloc[bad[0]]!r} in row {bad[0]}, which is not a "
            "time like '31.12.2009 23:50:00' (day first). Use that format; "
            f"{bad.size} of {len(column)} rows are wrong."
        )
    return pd.DatetimeIndex(times, name=_TIME)


def _parse_numbers(column: pd.Series) -> np.ndarray:
    """Convert a column to float64, with NaN for failed readings."""
    if column.dtype.kind not in "iuf":  # "True" is not a number, but pandas' True is
        column = column.astype(str).where(column.notna())
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    bad = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy())
    if bad.size:
        raise ValueError(
            f"Column {column.name!r} has {column.iloc[bad[0]]!r} in row {bad[0]}, "
            "which is not a number. Leave the field empty if there is no reading, or "
            "remove the column."
        )
    return np.where(numbers <= _SENTINEL, np.nan, numbers)
