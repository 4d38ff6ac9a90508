"""The vectors that an embedding begins with: a row for each id, or by word."""

from __future__ import annotations

import json
import reprlib
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array

from skseqconv.series._missing_history import stacklevel_of_caller

#: scikit-learn prints a dict with all its entries, 3 ms for a vector of 100 numbers.
MOST_IN_DICT = 10_000

#: Words in another case are warned of from this share of the words of X on.
SHARE_OF_OTHER_CASE = 0.1


class Vectors(NamedTuple):
    """Some token ids and their vectors."""

    ids: np.ndarray
    values: np.ndarray


def are_by_word(given: Any) -> bool:
    """Whether vectors are found by their word, not by the number of their row."""
    if isinstance(given, pd.DataFrame):
        return not pd.api.types.is_numeric_dtype(given.index)
    is_array = isinstance(given, list | tuple) or hasattr(given, "__array__")
    return not is_array and hasattr(given, "__contains__")


def vectors_by_id(given: Any, embedding_dim: int | None) -> Vectors:
    """A row for each token id, from 0."""
    if isinstance(given, pd.DataFrame):
        _refuse_texts(given)
        _refuse_other_ids(given.index)
    values = check_array(given, dtype=np.float32, input_name="embedding_weights")
    length = values.shape[1]
    if length != (embedding_dim or length):
        raise ValueError(
            f"embedding_weights has vectors of {length} numbers, but embedding_dim="
            f"{embedding_dim}: set embedding_dim=None, which takes their length, or "
            "give others."
        )
    return Vectors(np.arange(len(values)), values)


def vectors_by_word(
    given: Any, embedding_dim: int | None, vocabulary: dict[str, int] | None
) -> Vectors:
    """The vectors of those words of a vocabulary that have one."""
    if vocabulary is None:
        raise ValueError(
            "embedding_weights has vectors by word, but X holds token ids without "
            "their words. Let X come directly from a TokenSequencer that was fitted on "
            "texts, or through a ColumnTransformer with sparse_threshold=0; both with "
            "set_output(transform='default'). Or give an array with a row for each "
            "token id."
        )
    if not len(given):
        raise ValueError("embedding_weights is empty: give a vector for each word.")
    if isinstance(given, dict) and len(given) > MOST_IN_DICT:
        _warn_of_large_dict(len(given))
    if isinstance(given, pd.DataFrame):
        words, rows = _rows_of(given, vocabulary)
    else:
        words = [word for word in vocabulary if word in given]
        rows = [_as_vector(given[word], word) for word in words]
    if not words:
        raise ValueError(
            f"embedding_weights has a vector for none of the words of X, such as "
            f"{_some(vocabulary)}. Check that its words are written as in vocabulary_ "
            "of the TokenSequencer, which makes lower case unless its tokenizer is a "
            "callable."
        )
    _warn_of_other_case(given, vocabulary.keys(), set(words))
    _check_lengths(words, rows, embedding_dim)
    values = np.array(rows, dtype=np.float32)
    if not np.isfinite(values).all():
        word = words[int(np.argmin(np.isfinite(values).all(axis=1)))]
        raise ValueError(
            f"embedding_weights contains NaN or infinity in the vector of {word!r}. "
            "Leave such words out."
        )
    return Vectors(np.array([vocabulary[word] for word in words]), values)


def packed(given: Any) -> Any:
    """Vectors in a form that files hold fast: words as one text, vectors as an array.

    Files with an entry for each word would be slow. What is neither a table nor a dict
    of vectors of one length is returned as it is.
    """
    if isinstance(given, pd.DataFrame):
        words, rows, kind = given.index.tolist(), list(given.to_numpy()), "table"
    elif type(given) is dict:
        words, rows, kind = list(given), list(given.values()), "dict"
    else:
        return given
    plain = all(isinstance(word, str | int) for word in words)
    if not plain or len({np.shape(row) for row in rows}) != 1:
        return given
    return {"kind": kind, "words": json.dumps(words), "vectors": np.array(rows)}


def unpacked(state: Any) -> Any:
    """What `packed` was given."""
    if not (isinstance(state, dict) and state.keys() == {"kind", "words", "vectors"}):
        return state
    words = json.loads(state["words"])
    if state["kind"] == "table":
        return pd.DataFrame(state["vectors"], index=words)
    return dict(zip(words, state["vectors"], strict=True))


def _rows_of(table, vocabulary):
    """Words and rows of a table whose index holds words."""
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise ValueError(
            f"embedding_weights has several rows for {twice!r}: keep one, for example "
            "by table[~table.index.duplicated()]."
        )
    at = table.index.get_indexer(list(vocabulary))
    words = [word for word, row in zip(vocabulary, at, strict=True) if row >= 0]
    _refuse_texts(table)
    return words, table.to_numpy(dtype=np.float32)[at[at >= 0]]


def _refuse_texts(table):
    """Refuse a table with texts in a column, which may be the words."""
    for name in table.columns:
        try:
            table[name].astype(np.float32)
        except (TypeError, ValueError):
            raise ValueError(
                f"embedding_weights has the column {name!r}, which is not numeric "
                f"(dtype {table[name].dtype}). If it holds the words, make it the "
                f"index: table.set_index({name!r}). Otherwise leave it out."
            ) from None


def _refuse_other_ids(index):
    """Refuse numbers of rows that are not the token ids from 0, in order."""
    if np.array_equal(index, np.arange(len(index))):
        return
    raise ValueError(
        f"embedding_weights has the index {reprlib.repr(index.tolist())}, but its "
        "rows must be those of the token ids 0, 1, 2 and so on, in this order. Give "
        "table.sort_index() if the index has all token ids. If it has no meaning, give "
        "table.to_numpy()."
    )


def _as_vector(vector, word):
    try:
        vector = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError):
        raise ValueError(
            f"embedding_weights has {reprlib.repr(vector)} "
            f"({type(vector).__name__}) for {word!r}: each word needs a vector of "
            "numbers."
        ) from None
    if vector.ndim != 1:
        raise ValueError(
            f"embedding_weights has an array of shape {vector.shape} for {word!r}: "
            "each word needs a vector, which has one dimension."
        )
    return vector


def _check_lengths(words, rows, embedding_dim):
    """Name the first vector that is longer or shorter than it should be."""
    lengths = [len(row) for row in rows]
    usual = Counter(lengths).most_common(1)[0][0]
    expected = embedding_dim or usual
    for word, length in zip(words, lengths, strict=True):
        if length == expected:
            continue
        found = f"embedding_weights has for {word!r} a vector of {length} numbers, but"
        if length == usual:
            raise ValueError(
                f"{found} embedding_dim={embedding_dim}: set embedding_dim=None, which "
                "takes the length of the vectors, or give others."
            )
        norm = f"embedding_dim={embedding_dim}"
        if embedding_dim is None:
            norm = f"most vectors have {usual}"
        raise ValueError(
            f"{found} {norm}. All vectors need the same length: correct this one, or "
            "leave the word out."
        )


def _warn_of_other_case(given, vocabulary, with_vector):
    """Warn if many words without a vector have one in upper or lower case.

    A few, such as names, are usual in large vocabularies.
    """
    known = given.index if isinstance(given, pd.DataFrame) else given
    found = {}
    for word in vocabulary - with_vector:
        for other in (word.lower(), word.capitalize(), word.upper()):
            if other != word and other in known:
                found[word] = other
    if len(found) < SHARE_OF_OTHER_CASE * len(vocabulary) or not found:
        return
    word = min(found)
    warnings.warn(
        f"embedding_weights has {len(found)} of the {len(vocabulary)} words of X only "
        f"in another case: the vocabulary of X has {word!r}, embedding_weights has "
        f"{found[word]!r}. Such words begin close to zero, as words without a vector. "
        "Write the words of embedding_weights as in vocabulary_ of the "
        "TokenSequencer. If two vectors get the same word, keep one of them.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _warn_of_large_dict(n_vectors):
    warnings.warn(
        f"embedding_weights is a dict of {n_vectors} vectors. scikit-learn would "
        "take minutes to print or show an estimator with it. Give a table instead: "
        "pandas.DataFrame.from_dict(vectors, orient='index').",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _some(words: Iterable[str]) -> str:
    return ", ".join(repr(word) for word in list(words)[:3])
