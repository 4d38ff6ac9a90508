"""The IMDB movie reviews: texts with positive and negative labels."""

from __future__ import annotations

import csv
import gzip
import os
import re
import tarfile
import warnings
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skseqconv._files import refuse_special, whole_file
from skseqconv._public import typed

from ._download import RemoteFile, data_folder, download

ARCHIVE = RemoteFile(
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    size=84_125_825,
    algorithm="sha256",
    digest="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
)

_PARQUET = "imdb_reviews.parquet"
_CSV = "imdb_reviews.csv.gz"
_TAR = "aclImdb_v1.tar.gz"
_COLUMNS = ["split", "label", "text", "review_id"]
_MEMBER = re.compile(r"aclImdb/(train|test)/((pos|neg)/[0-9]+_[0-9]+)\.txt")

_DESCR = """\
IMDB movie reviews (Large Movie Review Dataset v1.0)

Reviews in English from the Internet Movie Database with their polarity, collected by
A. L. Maas and others. See https://ai.stanford.edu/~amaas/data/sentiment/

    Classes                  2: 0 negative (1 to 4 stars of 10),
                                1 positive (7 to 10 stars)
    Reviews in train         25,000, half of them positive
    Reviews in test          25,000, half of them positive
    Reviews of one film      30 at the most

The 50,000 reviews of the archive without a label are left out. The texts are unchanged,
with HTML line breaks ("<br />"). Train and test have different films, but 123 texts are
identical in both. 96 rows of train and 199 rows of test repeat an earlier row.

The archive states no license. Its authors ask to cite: A. L. Maas, R. E. Daly,
P. T. Pham, D. Huang, A. Y. Ng and C. Potts, "Learning Word Vectors for Sentiment
Analysis", Proceedings of ACL-HLT 2011, pages 142-150.
"""


@typed(
    validate_params(
        {
            "data_home": [str, os.PathLike, None],
            "subset": [StrOptions({"train", "test", "all"})],
            "download_if_missing": ["boolean"],
            "n_retries": [Interval(Integral, 0, None, closed="left")],
            "delay": [Interval(Real, 0.0, None, closed="left")],
            "return_X_y": ["boolean"],
        },
        prefer_skip_nested_validation=True,
    )
)
def fetch_imdb(
    *,
    data_home: str | os.PathLike[str] | None = None,
    subset: str = "train",
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    return_X_y: bool = False,
) -> Any:  # a Bunch, or X and y
    """Load the IMDB movie reviews, raw texts for classification by polarity.

    The reviews are read from `data_home`, or downloaded (84 MB) if they are missing.
    The first of these files that exists is read:

    - ``imdb_reviews.parquet``, a table of the user with the columns ``split`` ("train"
      or "test"), ``label`` (0 or 1), ``text`` and ``review_id``. Reading it needs
      pyarrow.
    - ``imdb_reviews.csv.gz``, the same table, which this function writes.
    - ``aclImdb_v1.tar.gz``, the archive of the authors. It is read without unpacking,
      and removed afterwards if this call downloaded it.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the files; None for the folder of scikit-learn, see
        `sklearn.datasets.get_data_home`.
    subset : {"train", "test", "all"}, default="train"
        The reviews to return: one half, or all with train before test.
    download_if_missing : bool, default=True
        If False, raise an OSError if none of the files exists.
    n_retries : int, default=3
        Number of retries after errors of the network or the server.
    delay : float, default=1.0
        Seconds between retries.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    dataset : Bunch, or tuple of (data, target)
        A Bunch has the attributes

        data : ndarray of str objects of shape (n_reviews,)
            The texts.
        target : ndarray of int of shape (n_reviews,)
            0 for a negative review, 1 for a positive one.
        target_names : list of str
            ``["negative", "positive"]``.
        review_ids : ndarray of str objects of shape (n_reviews,)
            Names in the archive: ``"train/pos/0_9"`` is positive review 0 of train,
            with 9 stars of 10.
        DESCR : str
            Description of the reviews, and the citation.

    Raises
    ------
    OSError
        If there is no file and no download, if a file is damaged, or if the archive
        could not be written. The message says which file to put where.
    ValueError
        If a table lacks a column or rows of the subset, or has an invalid split, label
        or text.
    ImportError
        If ``imdb_reviews.parquet`` exists, but pyarrow is not installed.

    See Also
    --------
    sklearn.datasets.fetch_20newsgroups : Another set of texts, of 20 classes.
    sklearn.datasets.get_data_home : The folder if `data_home` is None.

    Notes
    -----
    Rows of a table keep their order. Rows of the archive are shuffled in a fixed order,
    so that the last rows are a fair sample of both classes. Train, and then test, are
    sorted (positive reviews before negative ones, each by file name) and permuted by
    one ``numpy.random.RandomState(113)``. The rows of
    ``keras.datasets.imdb.load_data()`` have the same order, but contain word ids
    instead of texts. ``TokenSequencer(tokenizer="classic")`` finds the same words.

    References
    ----------
    .. [1] A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts,
       "Learning Word Vectors for Sentiment Analysis", Proceedings of the 49th Annual
       Meeting of the Association for Computational Linguistics: Human Language
       Technologies, 2011, pages 142-150.

    Examples
    --------
    With your own table, nothing is downloaded:

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from skseqconv.datasets import fetch_imdb
    >>> table = pd.DataFrame(
    ...     {
    ...         "split": ["train", "train", "test"],
    ...         "label": [1, 0, 1],
    ...         "text": ["A fine film.", "Two dull hours.", "Well told."],
    ...         "review_id": ["pos/0_9", "neg/0_2", "pos/0_10"],
    ...     }
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     table.to_csv(Path(folder) / "imdb_reviews.csv.gz", index=False)
    ...     reviews = fetch_imdb(data_home=folder)
    >>> reviews.data
    array(['A fine film.', 'Two dull hours.'], dtype=object)
    >>> reviews.target
    array([1, 0])
    """
    folder = data_folder(data_home)
    table, path = _load(folder, download_if_missing, n_retries, delay)
    splits = ["train", "test"] if subset == "all" else [subset]
    parts = [table[table["split"] == split] for split in splits]
    for split, part in zip(splits, parts, strict=True):
        if part.empty:
            raise ValueError(
                f"{path} has no row whose split is {split!r}, which "
                f"subset={subset!r} needs. Choose another subset, or add such rows."
            )
    chosen = pd.concat(parts)
    data, target = chosen["text"].to_numpy(object), chosen["label"].to_numpy(np.int64)
    if return_X_y:
        return data, target
    review_ids = chosen["split"].astype(str) + "/" + chosen["review_id"].astype(str)
    return Bunch(
        data=data,
        target=target,
        target_names=["negative", "positive"],
        review_ids=review_ids.to_numpy(object),
        DESCR=_DESCR,
    )


def _load(folder, download_if_missing, n_retries, delay):
    """The table of all reviews, and the path of its file."""
    parquet, packed, archive = (folder / name for name in (_PARQUET, _CSV, _TAR))
    for path in (parquet, packed):
        if path.exists():
            return _check_table(_read_table(path), path), path
    missing = not archive.exists()
    if missing and not download_if_missing:
        raise OSError(
            f"There are no IMDB reviews in {folder}, and download_if_missing=False. "
            f"Download {ARCHIVE.url} ({ARCHIVE}) and save it as {archive}, or save a "
            f"table with the columns {_COLUMNS!r} in that folder, named {_PARQUET!r} "
            f"or {_CSV!r}."
        )
    if missing:
        download(ARCHIVE, archive, n_retries=n_retries, delay=delay)
    elif fault := ARCHIVE.fault_of(archive):
        raise OSError(
            f"{archive} is damaged or another file: {fault}. Delete it to download "
            f"it again, or save {ARCHIVE.url} there."
        )
    table = _mix(_read_archive(archive))
    try:
        _write_csv(table, packed)
    except OSError as error:  # the reviews are loaded, so they are returned
        warnings.warn(
            f"{packed} could not be written: {error}. Therefore each call reads "
            f"{archive}, which takes longer. Free disk space, allow writing there, or "
            "choose another data_home.",
            UserWarning,
            stacklevel=3,
        )
        return table, archive
    if missing:
        archive.unlink(missing_ok=True)  # another process may have removed it
    return table, packed


def _read_table(path):
    """Read a table of the user, or of `_write_csv`."""
    try:
        refuse_special(path)
        if path.name == _PARQUET:
            return pd.read_parquet(path, engine="pyarrow")
        # Every string is text, including "NA" and "".
        return pd.read_csv(path, dtype=str, na_filter=False, compression="gzip")
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs pyarrow: install it with `pip install pyarrow`, or "
            f"save the table as {_CSV!r} and remove this file."
        ) from error
    except Exception as error:  # of pyarrow, gzip, zlib or pandas, for a damaged file
        reason = str(error).rstrip(".")
        raise OSError(
            f"{path} could not be read: {reason}. If it is damaged, replace it by a "
            "good copy, or delete it to download the reviews."
        ) from error


def _write_csv(table, path):
    # Level 9, the default, takes several times as long for almost the same size.
    with (
        whole_file(path) as file,
        gzip.GzipFile(
            filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0
        ) as packed,
    ):
        # All fields are quoted, because the csv module does not quote a single "\r".
        table.to_csv(packed, index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)


def _check_table(table, path):
    """Raise for an invalid table; return it with integer labels."""
    lacking = [name for name in _COLUMNS if name not in table.columns]
    if lacking:
        raise ValueError(
            f"{path} has no column {lacking[0]!r}, but {list(table.columns)!r}. It "
            f"needs {_COLUMNS!r}: add the missing columns, or delete the file to "
            "download the reviews."
        )
    labels = pd.to_numeric(table["label"], errors="coerce")
    wrong = {
        "split": (~table["split"].isin(["train", "test"]), "'train' or 'test'"),
        "label": (~labels.isin([0, 1]), "0 or 1"),
        "text": ([not isinstance(text, str) for text in table["text"]], "text"),
    }
    for name, (is_wrong, right) in wrong.items():
        rows = np.flatnonzero(is_wrong)
        if rows.size:
            raise ValueError(
                f"Column {name!r} of {path} has {table[name].iloc[rows[0]]!r} in row "
                f"{rows[0]}, which is not {right}. Correct it; {rows.size} of "
                f"{len(table)} rows are wrong."
            )
    return table.assign(label=labels.astype(np.int8))


def _read_archive(path):
    """Read the labeled reviews; no member of the archive is written to the disk."""
    rows = []
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = _MEMBER.fullmatch(member.name)
            if name and member.isreg():
                split, review_id, polarity = name.groups()
                text = archive.extractfile(member).read().decode("utf-8")
                rows.append((split, int(polarity == "pos"), text, review_id))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.astype({"label": np.int8})


def _mix(table):
    """Shuffle the rows as the docstring of `fetch_imdb` describes."""
    # The numbers of default_rng may change with the version of NumPy.
    random = np.random.RandomState(113)
    parts = []
    for split in ("train", "test"):
        part = table[table["split"] == split]
        part = part.sort_values(["label", "review_id"], ascending=[False, True])
        parts.append(part.iloc[random.permutation(len(part))])
    return pd.concat(parts, ignore_index=True)
