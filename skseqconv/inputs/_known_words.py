"""Token ids that know their words, on the way from a transformer to a network."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import numpy as np
import pandas as pd

from skseqconv._public import public

#: How a `TokenSequencer` names its columns, alone or in a `ColumnTransformer`.
_ID = re.compile(r"(^|__)token\d+$")

#: Where a table of pandas has the fingerprint of a vocabulary. (It copies what it has
#: there, which may not be large.)
_WORDS = "skseqconv_words"


@public
class TokenIds(np.ndarray):
    """An array of token ids with the vocabulary that they are from.

    Each fold of a search learns a vocabulary of its own. A network that begins with the
    vectors of words has to know which word each id is, so the vocabulary goes with the
    ids. Rows of them keep it, and so do ids beside other columns (`numpy.hstack`, which
    `ColumnTransformer` calls). Results of calculations are plain arrays.
    """

    #: From words to ids; None if it is not known.
    vocabulary: dict[str, int] | None = None

    #: The columns that are no ids: from their position to their name, "" if it has
    #: none. None if it is not known which columns are ids.
    beside: dict[int, str] | None = None

    #: Whether ids of other vocabularies are beside them: then none is known.
    several: bool = False

    @classmethod
    def of(
        cls,
        ids: np.ndarray,
        vocabulary: dict[str, int] | None,
        beside: dict[int, str] | None = None,
        several: bool = False,
    ) -> np.ndarray:
        """The ids with their vocabulary, without a copy."""
        if vocabulary is None and not several:
            return ids
        known = ids.view(cls)
        known.vocabulary, known.beside, known.several = vocabulary, beside, several
        return known

    def __array_finalize__(self, other: Any) -> None:
        self.vocabulary = getattr(other, "vocabulary", None)
        self.several = getattr(other, "several", False)
        self.beside = None  # columns may be left out, or be in another order

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        of_rows = not isinstance(key, tuple) or (len(key) == 2 and key[1] is ...)
        if of_rows and isinstance(found, TokenIds) and found.ndim == self.ndim == 2:
            found.beside = self.beside
        return found

    def __array_wrap__(self, array: Any, *args: Any) -> Any:
        array = np.asarray(array)
        return array if array.ndim else array[()]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(func, types, args, kwargs)
        if func in (np.hstack, np.concatenate, np.vstack):
            parts = [part for part in args[0] if isinstance(part, TokenIds)]
            first = parts[0].vocabulary
            alike = all(part.vocabulary == first for part in parts)
            several = not alike or any(part.several for part in parts)
            axis = kwargs.get("axis", args[1] if len(args) > 1 else 0)
            sideways = func is np.hstack or (func is np.concatenate and axis in (1, -1))
            beside = _beside(args[0]) if sideways else None
            known = None if several else first
            return TokenIds.of(np.asarray(result), known, beside, several)
        return result

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __reduce__(self) -> tuple:
        known = self.vocabulary, self.beside, self.several
        return TokenIds.of, (np.asarray(self), *known)


def _beside(parts: Any) -> dict[int, str] | None:
    """Which columns of parts side by side are no ids, with their names."""
    found: dict[int, str] = {}
    start = 0
    for part in parts:
        if np.ndim(part) != 2:
            return None
        width = np.shape(part)[1]
        if isinstance(part, TokenIds):
            if part.beside is None:
                return None
            own = part.beside
        else:
            names = getattr(part, "columns", [""] * width)
            named = beside_by_names(part)
            own = dict(enumerate(map(str, names))) if named is None else named
        found |= {start + at: name for at, name in own.items()}
        start += width
    return found


def table_of_words(table: Any, vocabulary: dict[str, int] | None) -> Any:
    """A table of pandas that tells from which vocabulary its ids are."""
    if isinstance(table, pd.DataFrame) and vocabulary is not None:
        table.attrs[_WORDS] = fingerprint(vocabulary)
    return table


def words_of_table(X: Any) -> str | None:
    """What `table_of_words` has noted; None if it is not known.

    pandas forgets it where a table is joined with others.
    """
    return X.attrs.get(_WORDS) if isinstance(X, pd.DataFrame) else None


def beside_by_names(X: Any) -> dict[int, str] | None:
    """The columns of a table that are not named as a `TokenSequencer` names ids.

    Tables lack what `TokenIds` know. None if no column is named so.
    """
    names = [str(name) for name in getattr(X, "columns", ())]
    beside = {at: name for at, name in enumerate(names) if not _ID.search(name)}
    return beside if len(beside) < len(names) else None


def fingerprint(vocabulary: dict[str, int] | None) -> str | None:
    """A short text that is the same for equal vocabularies; None if there is none.

    Networks remember it instead of the words, which would make their files slow.
    """
    if vocabulary is None:
        return None
    # The order of a dict says nothing about its ids.
    listed = json.dumps(sorted((word, int(i)) for word, i in vocabulary.items()))
    return hashlib.sha256(listed.encode()).hexdigest()
