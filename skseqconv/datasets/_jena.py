"""The Jena Climate file of 2009 to 2016: found in a folder, or downloaded."""

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

# No checksum of the archive is published, only its size, which the tutorials of
# TensorFlow print. So what is in it is checked: the zip file's own CRC-32, then the
# channels, the number of rows, the first stamp and the last.
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
_LARGEST = 100_000_000  # bytes unpacked: twice the real file, and no bomb

_DESCR = """\
Jena climate, 2009 to 2016

Weather at the Max Planck Institute for Biogeochemistry in Jena, Germany, as recorded
on its roof: the series of the Keras examples and of the book by F. Chollet. See
https://www.bgc-jena.mpg.de/wetter/

    Step                     10 minutes
    First and last row       2009-01-01 00:10, 2017-01-01 00:00
    Rows                     420,224 here, 420,551 in the file
    Channels                 14: air pressure, temperatures, humidity, vapor, density,
                             wind speeds and direction

In the file two stretches stand twice, 1 July 2010 and 20 to 21 March 2014; here the
rows are in the order of time, and each stamp is there once. 544 steps are missing, in
five places; the longest, of three days, begins on 25 October 2016. Failed readings of
the wind, -9999 in the file, are NaN.

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
    """Load the Jena climate series of 2009 to 2016, and a forecasting task on it.

    The series comes from `data_home`, and is downloaded (14 MB) if it is not there
    yet. The first of these files that is there is read:

    - ``jena_climate_2009_2016.csv``
    - ``jena_climate_2009_2016.csv.zip``, the archive, which is read without being
      unpacked. The one at the book's address,
      ``https://s3.amazonaws.com/keras-datasets/``, will do, too.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the files. None is that of scikit-learn, see
        `sklearn.datasets.get_data_home`.
    target : str, int, or list of these, default="T (degC)"
        The channel to forecast, by name or by position; several give several
        columns of the target.
    delay : int or sequence of int, default=144
        How many rows of 10 minutes ahead the forecast lies. Several give several
        columns of the target. The default is the book's, 24 hours.
    return_X_y : bool, default=False
        Give ``(data, target)`` instead of a Bunch.
    download_if_missing : bool, default=True
        If False, raise an OSError if there is none of the files.
    n_retries : int, default=3
        Number of times to try again if the network or the server fails.
    retry_delay : float, default=1.0
        Seconds to wait before trying again.
    verbose : bool, default=None
        Whether to show the progress of a download on stderr; None does on a terminal.

    Returns
    -------
    dataset : Bunch, or tuple of (data, target)
        A Bunch has the attributes

        data : SeriesView of shape (n_rows, 14)
            Rows that have a target, as `make_supervised` gives them with
            ``on_gap="split"``: windows never reach across missing stamps.
        target : ndarray of shape (n_rows,) or (n_rows, n_targets * n_delays)
            The value of each row's target, `delay` rows later.
        frame : DataFrame of shape (420_224, 14)
            The whole series in the order of time, each stamp once, values float64,
            with a DatetimeIndex named ``"Date Time"``. Failed readings are NaN.
        feature_names : list of str
            The channels, in the order of the columns of data and frame.
        target_names : list of str
            The channel of each column of target.
        DESCR : str
            What the series is, what is wrong with the file, and whom to cite.

    Raises
    ------
    OSError
        If there is no file and it may not or could not be downloaded, or if one is
        damaged or holds another series. The message says what to put where.
    ValueError
        If a parameter has no such value, `target` names no channel, or a delay
        leaves no row.

    Warns
    -----
    UserWarning
        If a download is tried again, and if rows have no target, because a reading of
        it failed.

    See Also
    --------
    make_climate : Makes a series of this layout, without a file.
    load_climate_csv : Reads any file of this layout, rows as they are.

    Notes
    -----
    Values that are missing in other channels than the target are left to the
    pipeline: ``PerStep(SimpleImputer())`` fills them.

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

    Where nothing may be downloaded, the file is asked for:

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
    """The rows of the file in the folder, downloaded if there is none."""
    table, archive = folder / _CSV, folder / _ZIP
    if table.exists():
        return _read(table, load_climate_csv)
    if not archive.exists():
        if not download_if_missing:
            raise OSError(
                f"There is no Jena climate series in {folder}, and "
                "download_if_missing=False forbids to download it. Get "
                f"{ARCHIVE.url} ({ARCHIVE}) and save it as {archive}, or what is in "
                f"it as {table}."
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
            f"{path} cannot be used: {_reason(error)}. Delete it to have the series "
            f"downloaded, or put what {ARCHIVE.url} holds in its place. Other series "
            "of this layout are read by load_climate_csv."
        ) from error


def _fault_of_archive(path):
    """Why an archive that came is not the one that was asked for; empty if it is."""
    try:
        _checked(_read_archive(path))
    except ValueError as error:
        return _reason(error)
    return ""


def _reason(error):
    return str(error).rstrip(".")


def _read_archive(path):
    """Read the series in an archive, whatever else is there; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            content = _read_member(archive)
    except ValueError:
        raise
    # Of a damaged archive zipfile and the decompressors below it raise what they like.
    except Exception as error:
        raise ValueError(f"it does not read as a zip file ({error})") from error
    return load_climate_csv(BytesIO(content))


def _read_member(archive):
    for member in archive.infolist():
        if PurePosixPath(member.filename).name == _CSV:
            break
    else:
        raise ValueError(f"it holds {archive.namelist()!r}, but no {_CSV}")
    if member.file_size > _LARGEST:
        raise ValueError(
            f"{_CSV} in it is said to have {member.file_size:,} bytes, more than "
            f"{_LARGEST:,}"
        )
    with archive.open(member) as file:
        # Not in one go: what a small file unpacks to need not be what it says.
        return file.read(_LARGEST + 1)


def _checked(frame):
    """Raise a ValueError if rows are not those of the file of 2009 to 2016."""
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
        raise ValueError("its last row is not whole")
    return frame
