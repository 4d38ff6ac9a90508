"""Token ids that know their words, on the way from a transformer to a network."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skseqconv._public import public

#: How a `TokenSequencer` names its columns, alone or in a `ColumnTransformer`, which
#: puts a prefix before them.
_ID = re.compile(r"(|.*__)token(\d+)")

#: Where a table of pandas has the fingerprint of a vocabulary. (It copies what it has
#: there, which may not be large.)
_WORDS = "skseqconv_words"

#: Where it has the number of ids of the `TokenSequencer`.
_N_TOKENS = "skseqconv_n_tokens"


@public
class TokenIds(np.ndarray):
    """An array of token ids with the vocabulary that they are from.

    Each fold of a search learns a vocabulary of its own. A network that begins with the
    vectors of words has to know which word each id is, so the vocabulary goes with the
    ids. So does their number, which some rows do not tell. Rows of them keep both, and
    so do ids beside other columns (`numpy.hstack`, which `ColumnTransformer` calls).
    Results of calculations are plain arrays.
    """

    #: From words to ids; None if it is not known, or if the ids were never words.
    vocabulary: dict[str, int] | None = None

    #: The columns that are no ids: from their position to their name, "" if it has
    #: none. None if it is not known which columns are ids.
    beside: dict[int, str] | None = None

    #: Whether ids of other vocabularies are beside them: then none is known.
    several: bool = False

    #: Number of ids of the `TokenSequencer`, special ones included; None if not known.
    n_tokens: int | None = None

    @classmethod
    def of(
        cls,
        ids: np.ndarray,
        vocabulary: dict[str, int] | None,
        beside: dict[int, str] | None = None,
        several: bool = False,
        n_tokens: int | None = None,
    ) -> np.ndarray:
        """The ids with what is known of them, without a copy."""
        known = ids.view(cls)
        known.vocabulary, known.beside = vocabulary, beside
        known.several, known.n_tokens = several, n_tokens
        return known

    def __array_finalize__(self, other: Any) -> None:
        self.vocabulary = getattr(other, "vocabulary", None)
        self.several = getattr(other, "several", False)
        self.n_tokens = getattr(other, "n_tokens", None)
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
            known = [one for one in map(known_ids, args[0]) if one is not None]
            several = any(one.several or not one.same(known[0]) for one in known)
            axis = kwargs.get("axis", args[1] if len(args) > 1 else 0)
            sideways = func is np.hstack or (func is np.concatenate and axis in (1, -1))
            beside = _beside(args[0]) if sideways else None
            words = None if several else self.vocabulary
            sizes = [one.n_tokens for one in known if one.n_tokens is not None]
            n_tokens = max(sizes, default=None)
            return TokenIds.of(np.asarray(result), words, beside, several, n_tokens)
        return result

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __reduce__(self) -> tuple:
        known = self.vocabulary, self.beside, self.several, self.n_tokens
        return TokenIds.of, (np.asarray(self), *known)


class KnownIds(NamedTuple):
    """What is known of the token ids in an X."""

    #: The columns that are no ids, as those of `TokenIds`.
    beside: dict[int, str] | None = None
    vocabulary: dict[str, int] | None = None
    #: The fingerprint of the vocabulary, if only that is known.
    noted: str | None = None
    #: Whether they may be ids of several vocabularies.
    several: bool = False
    #: Number of ids of the `TokenSequencer`, special ones included, if it is known.
    n_tokens: int | None = None

    @property
    def words(self) -> str | None:
        """The fingerprint of the vocabulary; None if it is not known."""
        return self.noted or fingerprint(self.vocabulary)

    def same(self, other: KnownIds) -> bool:
        """Whether the other ids are from the same vocabulary, or both from none.

        Lists of ids are from elsewhere, where two columns may share a vocabulary.
        """
        if None not in (self.vocabulary, other.vocabulary):
            return self.vocabulary == other.vocabulary
        return self.words == other.words


def known_ids(X: Any) -> KnownIds | None:
    """What is known of the token ids in X; None if it is not known to hold any.

    An array from a `TokenSequencer` tells all. Tables forget the vocabulary where they
    are joined, but the names of their columns tell which are ids, and from how many
    `TokenSequencer`.
    """
    if isinstance(X, TokenIds):
        return KnownIds(X.beside, X.vocabulary, None, X.several, X.n_tokens)
    notes = X.attrs if isinstance(X, pd.DataFrame) else {}
    noted, n_tokens = notes.get(_WORDS), notes.get(_N_TOKENS)
    names = [str(name) for name in getattr(X, "columns", ())]
    runs = _runs_of_ids(names)
    if not runs:
        return KnownIds(noted=noted, n_tokens=n_tokens) if noted or n_tokens else None
    ids = {at for run in runs for at in run}
    beside = {at: name for at, name in enumerate(names) if at not in ids}
    several = len(runs) > 1 and noted is None
    return KnownIds(beside, noted=noted, several=several, n_tokens=n_tokens)


def _runs_of_ids(names: list[str]) -> list[range]:
    """Where columns have the names of one `TokenSequencer`: "token0", "token1", ..."""
    runs: list[range] = []
    prefix = None
    for at, name in enumerate(names):
        found = _ID.fullmatch(name)
        if found is None:
            prefix = None
        elif found[2] == "0":
            prefix = found[1]
            runs.append(range(at, at + 1))
        elif found[1] == prefix and found[2] == str(len(runs[-1])):
            runs[-1] = range(runs[-1].start, at + 1)
        else:
            prefix = None
    return runs


def _beside(parts: Any) -> dict[int, str] | None:
    """Which columns of parts side by side are no ids, with their names."""
    found: dict[int, str] = {}
    start = 0
    for part in parts:
        if np.ndim(part) != 2:
            return None
        width = np.shape(part)[1]
        known = known_ids(part)
        if known is None:
            own = dict(enumerate(map(str, getattr(part, "columns", [""] * width))))
        elif known.beside is None:
            return None
        else:
            own = known.beside
        found |= {start + at: name for at, name in own.items()}
        start += width
    return found


def table_of_ids(table: Any, vocabulary: dict[str, int] | None, n_tokens: int) -> Any:
    """A table of pandas that tells how many ids there are, and of which vocabulary.

    pandas forgets it where a table is joined with others.
    """
    if isinstance(table, pd.DataFrame):
        table.attrs[_N_TOKENS] = n_tokens
        if vocabulary is not None:
            table.attrs[_WORDS] = fingerprint(vocabulary)
    return table


def refuse_ids(estimator: Any, X: Any) -> None:
    """Refuse token ids before an estimator that would read them as numbers."""
    known, beside = known_ids(X), None
    if known is None:
        return
    if not isinstance(X, TokenIds):
        # pandas keeps the note of the words in numbers that are computed from ids.
        beside = known.beside
        if beside is None or not _are_whole(X, beside):
            return
    reader = type(estimator).__name__
    way_out = (
        "Only a network with embedding_dim reads token ids: put it directly after the "
        "TokenSequencer, without this step."
    )
    if hasattr(estimator, "embedding_dim"):
        reader = f"embedding_dim={estimator.embedding_dim!r}: {reader}"
        way_out = "Set embedding_dim, for example to 32."
    if beside is not None:
        first = next(at for at in range(X.shape[1]) if at not in beside)
        way_out += (
            f" If the column {X.columns[first]!r} and those after it are numbers, "
            "rename them: a TokenSequencer names ids so."
        )
    raise ValueError(
        f"X holds token ids, but {reader} would read the ids as sizes. {way_out}"
    )


def _are_whole(table: Any, beside: dict[int, str]) -> bool:
    """Whether the columns of a table that are named as ids are whole numbers."""
    ids = [at for at in range(table.shape[1]) if at not in beside]
    values = np.asarray(table.iloc[:, ids] if hasattr(table, "iloc") else table[:, ids])
    if values.dtype.kind == "f":
        return np.array_equal(values, np.floor(values))
    return values.dtype.kind in "iu"


def fingerprint(vocabulary: dict[str, int] | None) -> str | None:
    """A short text that is the same for equal vocabularies; None if there is none.

    Networks remember it instead of the words, which would make their files slow.
    """
    if vocabulary is None:
        return None
    # The order of a dict says nothing about its ids.
    listed = json.dumps(sorted((word, int(i)) for word, i in vocabulary.items()))
    return hashlib.sha256(listed.encode()).hexdigest()
