"""The IMDB movie reviews: text, and whether it is positive or negative."""

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

from skseqconv._files import refuse_special
from skseqconv._public import typed

from ._download import RemoteFile, data_folder, download, written_whole

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

Reviews in English from the Internet Movie Database, collected by A. L. Maas and
others, with the polarity of each. See https://ai.stanford.edu/~amaas/data/sentiment/

    Classes                  2: 0 negative (1 to 4 stars of 10),
                                1 positive (7 to 10 stars)
    Reviews in train         25,000, half of them positive
    Reviews in test          25,000, half of them positive
    Reviews of one film      30 at the most

The 50,000 reviews without a label, which the archive holds too, are left out. Text is
as written, with HTML line breaks ("<br />"). Though the authors kept the films of
train and test apart, 123 texts stand word for word in both; 96 rows of train and 199
of test repeat an earlier one.

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
    """Load the IMDB movie reviews, raw text to be classified by polarity.

    The reviews come from `data_home`, and are downloaded (84 MB) if they are not
    there yet. The first of these files that is there is read:

    - ``imdb_reviews.parquet``, a table that you prepared, with the columns ``split``
      ("train" or "test"), ``label`` (0 or 1), ``text`` and ``review_id``. Reading it
      needs pyarrow.
    - ``imdb_reviews.csv.gz``, the same table. This function leaves it there.
    - ``aclImdb_v1.tar.gz``, the archive as its authors publish it. It is read
      without being unpacked, and removed afterwards if this call downloaded it.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of the files. None is that of scikit-learn, see
        `sklearn.datasets.get_data_home`.
    subset : {"train", "test", "all"}, default="train"
        Reviews to give: one half, or all, train before test.
    download_if_missing : bool, default=True
        If False, raise an OSError if there is none of the files.
    n_retries : int, default=3
        Number of times to try again if the network or the server fails.
    delay : float, default=1.0
        Seconds to wait before trying again.
    return_X_y : bool, default=False
        Give ``(data, target)`` instead of a Bunch.

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
            Names in the archive: ``"train/pos/0_9"`` is review 0 of the positive ones
            in train, with 9 stars of 10.
        DESCR : str
            What the reviews are, and whom to cite.

    Raises
    ------
    OSError
        If there is no file and it may not or could not be downloaded, or if one is
        damaged or the archive could not be written. The message says what to put where.
    ValueError
        If a table lacks a column or rows of the subset, or holds another split or
        label, or something else than text.
    ImportError
        If there is ``imdb_reviews.parquet``, but no pyarrow.

    See Also
    --------
    sklearn.datasets.fetch_20newsgroups : Another set of texts, of 20 classes.
    sklearn.datasets.get_data_home : The folder used if `data_home` is None.

    Notes
    -----
    Rows of a table keep its order. Those of the archive are mixed once and for all, so
    the last rows are a fair sample of both classes: train, and then test, are sorted
    (positive reviews before negative ones, each by file name) and permuted by one
    ``numpy.random.RandomState(113)``. That is the order of the rows that
    ``keras.datasets.imdb.load_data()`` gives, though they hold numbers of words and
    not text. ``TokenSequencer(tokenizer="classic")`` finds the words of those numbers.

    References
    ----------
    .. [1] A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts,
       "Learning Word Vectors for Sentiment Analysis", Proceedings of the 49th Annual
       Meeting of the Association for Computational Linguistics: Human Language
       Technologies, 2011, pages 142-150.

    Examples
    --------
    A table of your own takes the place of the real one, and nothing is downloaded:

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
                f"{path} holds no row whose split is {split!r}, needed for "
                f"subset={subset!r}. Choose another subset, or add such rows."
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
    """The table of all reviews, and the path of the file that holds it."""
    parquet, packed, archive = (folder / name for name in (_PARQUET, _CSV, _TAR))
    if parquet.exists():
        return _check_table(_read_parquet(parquet), parquet), parquet
    if packed.exists():
        return _check_table(_read_csv(packed), packed), packed
    missing = not archive.exists()
    if missing and not download_if_missing:
        raise OSError(
            f"There are no IMDB reviews in {folder}, and download_if_missing=False "
            f"forbids to download them. Get {ARCHIVE.url} ({ARCHIVE}) and save it as "
            f"{archive}, or put a table with the columns {_COLUMNS!r} there, named "
            f"{_PARQUET!r} or {_CSV!r}."
        )
    if missing:
        download(ARCHIVE, archive, n_retries=n_retries, delay=delay)
    elif fault := ARCHIVE.fault_of(archive):
        raise OSError(
            f"{archive} is damaged or another file: {fault}. Delete it to have it "
            f"downloaded, or get {ARCHIVE.url} and save it there."
        )
    table = _mix(_read_archive(archive))
    try:
        _write_csv(table, packed)
    except OSError as error:  # the reviews are there: no reason to withhold them
        warnings.warn(
            f"The reviews are read from {archive} anew each time: {error}",
            UserWarning,
            stacklevel=3,
        )
        return table, archive
    if missing:
        archive.unlink(missing_ok=True)  # another process may have been quicker
    return table, packed


def _read_parquet(path):
    """Read a table that a user prepared."""
    try:
        refuse_special(path)
        return pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise ImportError(
            f"Reading {path} needs pyarrow: install it with `pip install pyarrow`, or "
            f"save the table as {_CSV!r} and remove the file."
        ) from error
    except Exception as error:  # pyarrow's own kinds, of a damaged file
        raise _damaged(path, error) from error


def _read_csv(path):
    """Read what `_write_csv` wrote; every string is text, "NA" and "" included."""
    try:
        refuse_special(path)
        return pd.read_csv(path, dtype=str, na_filter=False, compression="gzip")
    except Exception as error:  # gzip's, zlib's and pandas' kinds, of a damaged file
        raise _damaged(path, error) from error


def _damaged(path, error):
    reason = str(error).rstrip(".")
    return OSError(
        f"{path} could not be read: {reason}. If it is damaged, put a good copy in its "
        "place, or delete it to have the reviews downloaded."
    )


def _write_csv(table, path):
    # The default level 9 takes several times as long, for a file hardly smaller.
    with (
        written_whole(path) as file,
        gzip.GzipFile(
            filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0
        ) as packed,
    ):
        # Quoted throughout, for the csv module would leave a lone "\r" bare.
        table.to_csv(packed, index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)


def _check_table(table, path):
    """Raise if the table is not one of reviews, or turn its labels into integers."""
    lacking = [name for name in _COLUMNS if name not in table.columns]
    if lacking:
        raise ValueError(
            f"{path} has no column {lacking[0]!r}, but {list(table.columns)!r}. It "
            f"needs {_COLUMNS!r}: add what lacks, or delete the file to have the "
            "reviews downloaded."
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
                f"Column {name!r} of {path} holds {table[name].iloc[rows[0]]!r} in row "
                f"{rows[0]}, which is not {right}. Mend that; {rows.size} of "
                f"{len(table)} rows need it."
            )
    return table.assign(label=labels.astype(np.int8))


def _read_archive(path):
    """Read the labeled reviews; nothing is written, whatever members are called."""
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
    """Bring the rows into the order that the docstring of `fetch_imdb` tells."""
    # Not default_rng, whose numbers may change with the version of NumPy.
    random = np.random.RandomState(113)
    parts = []
    for split in ("train", "test"):
        part = table[table["split"] == split]
        part = part.sort_values(["label", "review_id"], ascending=[False, True])
        parts.append(part.iloc[random.permutation(len(part))])
    return pd.concat(parts, ignore_index=True)
