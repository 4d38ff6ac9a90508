"""Checks of token ids, and of the numbers in the columns after them."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series.tables._containers import refuse_masked

from ._known_words import KnownIds, TokenIds, known_ids
from ._sequences import TokenSequences
from ._word_vectors import are_by_word, vectors_by_id, vectors_by_word

#: A larger vocabulary must be set by `vocabulary_size`.
MOST_TOKENS_LEARNED = 10_000_000

#: float32 holds all whole numbers up to this one.
MOST_EXACT = 2**24


def embeds(estimator):
    """Whether an estimator's parameters say that X holds token ids."""
    names = ("embedding_dim", "embedding_weights")
    return any(getattr(estimator, name, None) is not None for name in names)


def check_tokens(estimator, X, kind, *, reset):
    """Token ids, and numbers if `numeric_columns` says so, as sequences."""
    if kind != "table":
        shape = getattr(X, "shape", "three dimensions")
        name = "embedding_dim" if estimator.embedding_dim else "embedding_weights"
        value = f"={estimator.embedding_dim!r}" if estimator.embedding_dim else ""
        raise ValueError(
            f"With {name}{value}, X must be token ids of shape (n_samples, n_steps), "
            f"got {kind} of {shape}: set {name}=None for numeric channels."
        )
    refuse_masked("X", X)
    found = known_ids(X)
    known = found or KnownIds()
    beside, words = known.beside, known.words
    if known.several:
        _refuse_several_vocabularies(X)
    if reset:
        estimator._numeric_columns = estimator.numeric_columns
        estimator._words_seen = words
    else:
        _refuse_other_words(estimator, words)
    n_numbers = estimator._numeric_columns
    if beside is not None:
        _check_beside(beside, n_numbers, X.shape[1])
    elif reset and n_numbers and sparse.issparse(X):
        _warn_of_unknown_columns(X, n_numbers)
    if n_numbers:
        X, numbers = _split(estimator, X, n_numbers, beside or {}, reset=reset)
    else:
        X, numbers = validate_data(estimator, X, reset=reset, dtype=None), None
    if X.dtype.kind not in "iu":
        raise ValueError(
            f"Token ids must be whole numbers, got {X.dtype}: use X.astype(int) if X "
            "holds token ids, or set embedding_dim=None for numeric channels."
        )
    if X.min() < 0:
        sample, at = np.argwhere(X < 0)[0]
        raise ValueError(
            f"Token ids must not be negative, got {X[sample, at]} in sample {sample}, "
            f"time step {at}: use 0 for padding."
        )
    start = _start(estimator, X, known) if reset else None
    if X.max() >= estimator._vocabulary_size:
        _refuse_large_ids(X, estimator._vocabulary_size, found is not None)
    return TokenSequences(X.astype(np.int32, copy=False), numbers, start)


def _refuse_large_ids(X, n_known, are_of_sequencer):
    """Refuse ids without a vector; a `TokenSequencer` may be known to have made X."""
    sample, at = np.argwhere(X >= n_known)[0]
    way_out = (
        "set vocabulary_size (None learns it from the training samples), or put a "
        "TokenSequencer before, which maps unknown tokens to one id."
    )
    if are_of_sequencer:
        way_out = (
            "set vocabulary_size to n_tokens_ of the TokenSequencer. With None, fit "
            "learns it from the TokenSequencer if X comes directly from it, or "
            "through a ColumnTransformer with sparse_threshold=0, both with "
            "set_output(transform='default')."
        )
    raise ValueError(
        f"Token ids must be from 0 to {n_known - 1}, got {X[sample, at]} in sample "
        f"{sample}, time step {at}: {way_out}"
    )


def _refuse_other_words(estimator, found):
    """Refuse ids that stand for other words than in the fit, if both are known.

    `found` is the fingerprint of their vocabulary.
    """
    expected = estimator._words_seen
    if None not in (expected, found) and found != expected:
        raise ValueError(
            "X has token ids of another vocabulary than in the fit: the same id is "
            "another word. A TokenSequencer learns a new vocabulary in each fit. Fit "
            "it once, on all texts, and use its transform (in a Pipeline: "
            "sklearn.frozen.FrozenEstimator(sequencer)). Or start anew: fit with "
            "warm_start=False, instead of partial_fit."
        )


def _refuse_several_vocabularies(X):
    """Refuse ids of several vocabularies, which would share their vectors."""
    unsure = ""
    if not isinstance(X, TokenIds):
        unsure = (
            " The names of the columns of X tell this, such as 'token0'. If such "
            "columns are numbers, rename them. If both TokenSequencers have one "
            "vocabulary, use set_output(transform='default'), whose output tells it."
        )
    raise ValueError(
        "X joins token ids of two vocabularies, so one id is two words, and both "
        "would have the same vector. Join the columns of texts into one, such as "
        f"table['title'] + ' ' + table['text'], and give it to one TokenSequencer."
        f"{unsure}"
    )


def _start(estimator, X, known):
    """Set the size of the embedding; give the vectors that it begins with, if any."""
    vars(estimator).pop("ids_without_vector_", None)
    given, start = estimator.embedding_weights, None
    size, length = estimator.vocabulary_size, estimator.embedding_dim
    if given is None:
        size = size or _learned_size(X, known.n_tokens)
    elif are_by_word(given):
        size = size or _learned_size(X, known.n_tokens)
        vocabulary = known.vocabulary
        if vocabulary is not None:
            vocabulary = {word: i for word, i in vocabulary.items() if i < size}
        start = vectors_by_word(given, length, vocabulary)
        estimator.ids_without_vector_ = np.setdiff1d(
            np.fromiter(vocabulary.values(), dtype=np.int32), start.ids
        )
    else:
        start = vectors_by_id(given, length)
        needed = size or max(known.n_tokens or 0, int(X.max()) + 1)
        if len(start.ids) < needed or size not in (None, len(start.ids)):
            why = f"vocabulary_size={size}"
            if size is None:
                why = f"the token ids of X go up to {needed - 1}"
                if needed == known.n_tokens:
                    why = f"the TokenSequencer has {needed} ids"
            raise ValueError(
                f"embedding_weights has {len(start.ids)} rows, but {why}: it needs "
                f"{needed} rows, one for each token id from 0 (padding)."
            )
        size = len(start.ids)
    estimator._vocabulary_size = size
    estimator._embedding_dim = length if start is None else start.values.shape[1]
    return start


def _learned_size(X, n_tokens):
    """Vocabulary size: one more than the largest token id.

    `n_tokens` is the number of ids of their TokenSequencer, if it is known. The rows
    may lack the rarest ones, but later rows may have them.
    """
    largest = max(int(X.max()), (n_tokens or 0) - 1)
    if largest >= MOST_TOKENS_LEARNED:
        raise ValueError(
            f"The largest token id is {largest}, so the network would learn a vector "
            "for each id up to it: set vocabulary_size if you want this, or limit the "
            "vocabulary by TokenSequencer(max_tokens=...)."
        )
    return largest + 1


# Numbers beside the ids.


def _check_beside(beside, n_numbers, n_columns):
    """Compare the columns that are no ids, which are known, with `numeric_columns`.

    Whole numbers look like ids, and ids like numbers.
    """
    if list(beside) == list(range(n_columns - n_numbers, n_columns)):
        return
    if len(beside) == n_numbers:
        raise ValueError(
            f"numeric_columns={n_numbers} means that the last columns of X are "
            "numbers, but those are token ids: put the TokenSequencer first in the "
            "ColumnTransformer."
        )
    named = ", ".join(repr(name) for name in beside.values() if name)
    raise ValueError(
        f"numeric_columns={n_numbers}, but the number of columns beside the token ids "
        f"of X is {len(beside)}{f' ({named})' if named else ''}: set numeric_columns="
        f"{len(beside)}, and put the TokenSequencer before the numbers."
    )


def _warn_of_unknown_columns(X, n_numbers):
    n_tokens = X.shape[1] - n_numbers
    warnings.warn(
        "X is a sparse matrix, so it is not known which of its columns are token ids. "
        f"The first {n_tokens} are read as ids, the last {n_numbers} as numbers. Set "
        "sparse_threshold=0 in the ColumnTransformer, then their order is checked.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _split(estimator, X, n_numbers, beside, *, reset):
    """Token ids and numbers of one table, whose last columns are the numbers."""
    if sparse.issparse(X):
        X = X.toarray()
    names = [f"{name!r}" for name in getattr(X, "columns", ())]
    X = validate_data(
        estimator, X, reset=reset, dtype="numeric", ensure_all_finite=False
    )
    n_tokens = X.shape[1] - n_numbers
    if n_tokens < 1:
        raise ValueError(
            f"numeric_columns={n_numbers} leaves no token ids of the {X.shape[1]} "
            "columns of X: it is the number of columns after the token ids."
        )
    if not names:
        named = {at: f"{name!r}" for at, name in beside.items() if name}
        names = [named.get(at, str(at)) for at in range(X.shape[1])]
    return (
        _whole(X[:, :n_tokens], names, n_numbers),
        _finite(X[:, n_tokens:], names[n_tokens:]),
    )


def _whole(ids, names, n_numbers):
    """Token ids as integers. In a table with numbers they are floats."""
    if ids.dtype.kind in "iu":
        return ids
    with np.errstate(invalid="ignore"):
        fits = (ids == np.floor(ids)) & (np.abs(ids) < 2**31)
    if not fits.all():
        sample, column = np.argwhere(~fits)[0]
        raise ValueError(
            f"Token ids must be whole numbers, got {ids[sample, column]} in sample "
            f"{sample}, column {names[column]} of X. numeric_columns={n_numbers} means "
            f"that the last {n_numbers} columns are numbers and all before are token "
            "ids: put the TokenSequencer first in the ColumnTransformer."
        )
    if ids.dtype.itemsize < 8 and ids.max() >= MOST_EXACT:
        raise ValueError(
            f"X is {ids.dtype} and holds the token id {ids.max():.0f}, but {ids.dtype} "
            f"rounds whole numbers above {MOST_EXACT}. Use float64, or fewer tokens "
            "(TokenSequencer(max_tokens=...))."
        )
    return ids.astype(np.int32)


def _finite(numbers, names):
    """Numbers as float32; missing and infinite ones are named."""
    limit = np.finfo(np.float32).max
    fits = np.abs(numbers) <= limit
    if not fits.all():
        sample, column = np.argwhere(~fits)[0]
        value = numbers[sample, column]
        what = "NaN" if np.isnan(value) else f"{value:g}"
        raise ValueError(
            f"X contains {what} in the numeric column {names[column]}, first in sample "
            f"{sample}. It is number {column + 1} of {len(names)} after the token ids. "
            "Fill missing values before, with SimpleImputer; correct infinite and huge "
            "ones."
        )
    return numbers.astype(np.float32)
