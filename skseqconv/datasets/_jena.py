"""The Jena Climate series of 2009 to 2016, from a folder or downloaded."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from io import BytesIO
from numbers import Integral, Real
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params

from skseqconv._files import refuse_special
from skseqconv._public import typed
from skseqconv.series._supervised import make_supervised

from ._download import RemoteFile, data_folder, download
from ._jena_csv import load_climate_csv

# The publisher gives no checksum of the archive; tutorials of TensorFlow show its size.
# So the content is checked: the CRC-32 of the zip file, then the channels, the number
# of rows, the first and the last time.
ARCHIVE = RemoteFile(
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
    "jena_climate_2009_2016.csv.zip",
    size=13_568_290,
)
N_ROWS = 420_551
SPAN = (pd.Timestamp("2009-01-01 00:10:00"), pd.Timestamp("2017-01-01 00:00:00"))
CHANNELS = [
    "p (mbar)",
    "T (degC)",
    "Tpot (K)",
    "Tdew (degC)",
    "rh (%)",
    "VPmax (mbar)",
    "VPact (mbar)",
    "VPdef (mbar)",
    "sh (g/kg)",
    "H2OC (mmol/mol)",
    "rho (g/m**3)",
    "wv (m/s)",
    "max. wv (m/s)",
    "wd (deg)",
]

_CSV = "jena_climate_2009_2016.csv"
_ZIP = "jena_climate_2009_2016.csv.zip"
_LARGEST = 100_000_000  # bytes unpacked: twice the real size, no zip bomb

_DESCR = """\
Jena climate, 2009 to 2016

Weather recorded on the roof of the Max Planck Institute for Biogeochemistry in Jena,
Germany: the series of the Keras examples and of the book by F. Chollet. See
https://www.bgc-jena.mpg.de/wetter/

    Step                     10 minutes
    First and last row       2009-01-01 00:10, 2017-01-01 00:00
    Rows                     420,224 here, 420,551 in the file
    Channels                 14: air pressure, temperatures, humidity, vapor, density,
                             wind speeds and direction

The file repeats two periods, 1 July 2010 and 20 to 21 March 2014. Here the rows are in
time order, and each time occurs once. 544 rows are missing in five gaps; the longest
gap begins on 25 October 2016 and lasts three days. Failed wind readings are -9999 in
the file and NaN here.

The file states no license. F. Chollet, "Deep Learning with Python", Manning, 2017,
section 6.3, introduced it.
"""


@typed(
    validate_params(
        {
            "data_home": [str, os.PathLike, None],
            "target": [str, Integral, "array-like"],
            "delay": [Interval(Integral, 1, None, closed="left"), "array-like"],
            "return_X_y": ["boolean"],
            "download_if_missing": ["boolean"],
            "n_retries": [Interval(Integral, 0, None, closed="left")],
            "retry_delay": [Interval(Real, 0.0, None, closed="left")],
            "verbose": ["boolean", None],
        },
        prefer_skip_nested_validation=True,
    )
)
def fetch_jena_climate(
    *,
    data_home: str | os.PathLike[str] | None = None,
    target: str | int | Sequence[str | int] = "T (degC)",
    delay: int | Sequence[int] = 144,
    return_X_y: bool = False,
    download_if_missing: bool = True,
    n_retries: int = 3,
    retry_delay: float = 1.0,
    verbose: bool | None = None,
) -> Any:  # a Bunch, or X and y
    """Load the Jena climate series of 2009 to 2016 as a forecasting task.

    The series is read from `data_home`, or downloaded (14 MB) if it is missing. The
    first of these files that exists is read:

    - ``jena_climate_2009_2016.csv``
    - ``jena_climate_2009_2016.csv.zip``, the archive. It is read without unpacking.
      The archive from the address in the book,
      ``https://s3.amazonaws.com/keras-datasets/``, is valid, too.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the files; None for the folder of scikit-learn, see
        `sklearn.datasets.get_data_home`.
    target : str, int, or list of these, default="T (degC)"
        The channel to forecast, by name or position. Several channels give several
        columns of the target.
    delay : int or sequence of int, default=144
        Forecast horizon in rows of 10 minutes. Several delays give several columns of
        the target. The default is 24 hours, as in the book.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    download_if_missing : bool, default=True
        If False, raise an OSError if none of the files exists.
    n_retries : int, default=3
        Number of retries after errors of the network or the server.
    retry_delay : float, default=1.0
        Seconds between retries.
    verbose : bool, default=None
        Whether to show the progress of a download on stderr; None shows it on a
        terminal.

    Returns
    -------
    dataset : Bunch, or tuple of (data, target)
        A Bunch has the attributes

        data : SeriesView of shape (n_rows, 14)
            Rows with a target, from `make_supervised` with ``on_gap="split"``: no
            window contains a gap.
        target : ndarray of shape (n_rows,) or (n_rows, n_targets * n_delays)
            The value of the target channel `delay` rows later.
        frame : DataFrame of shape (420_224, 14)
            The whole series in time order, without repeated times. Values are float64,
            the index is a DatetimeIndex named ``"Date Time"``. Failed readings are NaN.
        feature_names : list of str
            The channels, in the order of the columns of data and frame.
        target_names : list of str
            The channel of each column of target.
        DESCR : str
            Description of the series and of faults in the file, and the citation.

    Raises
    ------
    OSError
        If there is no file and no download, or if a file is damaged or contains
        another series. The message says which file to put where.
    ValueError
        If a parameter has an invalid value, `target` is not a channel, or no row is
        left for a delay.

    Warns
    -----
    UserWarning
        If a download is retried, or if rows have no target because a reading failed.

    See Also
    --------
    make_climate : Generates a series in this layout without a file.
    load_climate_csv : Reads any file in this layout.

    Notes
    -----
    Missing values in other channels than the target remain. ``PerStep(
    SimpleImputer())`` in a Pipeline fills them.

    References
    ----------
    .. [1] F. Chollet, "Deep Learning with Python", Manning, 2017, section 6.3.

    Examples
    --------
    >>> from skseqconv.datasets import fetch_jena_climate
    >>> X, y = fetch_jena_climate(return_X_y=True)  # doctest: +SKIP
    >>> jena = fetch_jena_climate(delay=72)  # doctest: +SKIP
    >>> jena.frame.shape  # doctest: +SKIP
    (420224, 14)

    Without a download, the message says which file is needed:

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     fetch_jena_climate(data_home=folder, download_if_missing=False)
    Traceback (most recent call last):
        ...
    OSError: There is no Jena climate series in ...
    """
    folder = data_folder(data_home)
    frame = _load(folder, download_if_missing, n_retries, retry_delay, verbose)
    frame = frame[~frame.index.duplicated()].sort_index()
    X, y = make_supervised(frame, target, delay=delay, on_gap="split")
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        feature_names=list(CHANNELS),
        target_names=[CHANNELS[channel] for channel, _ in X.target],
        DESCR=_DESCR,
    )


def _load(folder, download_if_missing, n_retries, retry_delay, verbose):
    """The rows of the file in the folder, downloaded if it is missing."""
    table, archive = folder / _CSV, folder / _ZIP
    if table.exists():
        return _read(table, load_climate_csv)
    if not archive.exists():
        if not download_if_missing:
            raise OSError(
                f"There is no Jena climate series in {folder}, and "
                "download_if_missing=False. Download "
                f"{ARCHIVE.url} ({ARCHIVE}) and save it as {archive}, or save its "
                f"content as {table}."
            )
        download(
            ARCHIVE,
            archive,
            check=_fault_of_archive,
            n_retries=n_retries,
            delay=retry_delay,
            verbose=verbose,
        )
    return _read(archive, _read_archive)


def _read(path, reader):
    try:
        refuse_special(path)
        return _checked(reader(path))
    except (OSError, ValueError) as error:
        raise OSError(
            f"{path} cannot be used: {_reason(error)}. Delete it to download the "
            f"series, or replace it by the content of {ARCHIVE.url}. "
            "load_climate_csv reads other series in this layout."
        ) from error


def _fault_of_archive(path):
    """Why a downloaded archive is wrong; empty if it is right."""
    try:
        _checked(_read_archive(path))
    except ValueError as error:
        return _reason(error)
    return ""


def _reason(error):
    return str(error).rstrip(".")


def _read_archive(path):
    """Read the series from an archive without unpacking it."""
    try:
        with zipfile.ZipFile(path) as archive:
            content = _read_member(archive)
    except ValueError:
        raise
    # For a damaged archive, zipfile and the decompressors raise many kinds of errors.
    except Exception as error:
        raise ValueError(f"it cannot be read as a zip file ({error})") from error
    return load_climate_csv(BytesIO(content))


def _read_member(archive):
    for member in archive.infolist():
        if PurePosixPath(member.filename).name == _CSV:
            break
    else:
        raise ValueError(f"it contains {archive.namelist()!r}, but no {_CSV}")
    if member.file_size > _LARGEST:
        raise ValueError(
            f"{_CSV} in it has {member.file_size:,} bytes, more than the limit of "
            f"{_LARGEST:,}"
        )
    with archive.open(member) as file:
        # With a limit, because the size in the archive may be wrong.
        return file.read(_LARGEST + 1)


def _checked(frame):
    """Raise a ValueError for other rows than those of the file of 2009 to 2016."""
    if list(frame.columns) != CHANNELS:
        raise ValueError(f"its channels are {list(frame.columns)!r}, not {CHANNELS!r}")
    if len(frame) != N_ROWS:
        raise ValueError(f"it has {len(frame):,} rows, not {N_ROWS:,}")
    span = frame.index.min(), frame.index.max()
    if span != SPAN:
        raise ValueError(
            f"it reaches from {span[0]} to {span[1]}, not from {SPAN[0]} to {SPAN[1]}"
        )
    if frame.iloc[-1].isna().any():
        raise ValueError("its last row is incomplete")
    return frame
