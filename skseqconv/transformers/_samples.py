"""Texts and lists of token ids, read from whatever holds them, and what is wrong."""

from collections.abc import Iterable, Mapping, Sequence, Set
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array

from skseqconv.series._containers import refuse_masked
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView


def read_samples(X):
    """X as a list, and whether it holds texts; lists of token ids otherwise."""
    _refuse_other_containers(X)
    refuse_masked("X", X)
    if hasattr(X, "__array__") and not hasattr(X, "ndim"):
        X = np.asarray(X)
    kind = getattr(getattr(X, "dtype", None), "kind", "O")
    if getattr(X, "ndim", 1) != 1 or kind in "biufc":
        X = _check_matrix(X)
    samples = list(X)
    if not samples:
        raise ValueError(
            "Found array with 0 sample(s) while a minimum of 1 is required by "
            "TokenSequencer."
        )
    are_texts = isinstance(samples[0], str)
    for row, sample in enumerate(samples):
        if isinstance(sample, str) is not are_texts or not _is_sequence(sample):
            raise ValueError(_fault(samples[0], sample, row))
    return samples, are_texts


def _refuse_other_containers(X):
    if isinstance(X, (str, bytes)):
        raise ValueError(f"X is a single text, {shown(X)}: pass a list, [text].")
    if hasattr(X, "columns"):
        names = [str(name) for name in X.columns]
        raise ValueError(
            f"X is a table with {len(names)} columns ({shown(', '.join(names))}): "
            "pass one column of texts, X['text']. ColumnTransformer does so if the "
            "column is named by 'text' and not by ['text']. A table of token ids goes "
            "in as X.to_numpy()."
        )
    is_iterable = isinstance(X, Iterable) or hasattr(X, "__array__")
    if isinstance(X, (Mapping, Set, SeriesView, WindowView)) or not is_iterable:
        raise ValueError(
            "TokenSequencer takes texts or lists of token ids, one of them a sample, "
            f"got X={shown(X)} ({type(X).__name__})."
        )


def _check_matrix(X):
    """Token ids as a matrix, a row for each sample."""
    X = check_array(X, dtype=None, estimator="TokenSequencer", input_name="X")
    if X.dtype.kind not in "iuO":
        raise ValueError(
            f"TokenSequencer takes texts or lists of token ids, got {X.dtype} of shape "
            f"{X.shape}. A matrix of ids is an integer array, and texts have one "
            "dimension."
        )
    return X


def _is_sequence(sample):
    """Whether it has an order, as texts and lists have, and is no single value."""
    if isinstance(sample, (bytes, bytearray)):
        return False
    return isinstance(sample, Sequence) or bool(getattr(sample, "shape", ()))


def _fault(first, sample, row):
    """What is wrong with a sample that is no text among texts, or no list at all."""
    if pd.api.types.is_scalar(sample) and pd.isna(sample):
        return (
            f"Row {row} of X has no text, but {sample!r}: leave it out, or fill it, as "
            "X.fillna('') does in pandas, X.fill_null('') in polars."
        )
    if isinstance(sample, (bytes, bytearray)):
        return (
            f"Row {row} of X is {type(sample).__name__}, {shown(sample)}: make it a "
            "text first, as sample.decode('utf-8') does."
        )
    if _is_sequence(sample):
        return (
            f"X mixes texts and lists of token ids: row 0 is {shown(first)}, row "
            f"{row} is {shown(sample)}. Fit one kind."
        )
    return (
        f"Row {row} of X is {shown(sample)} ({type(sample).__name__}), and neither a "
        "text nor a list of token ids. Several ids of one sample go into a list."
    )


def whole_numbers(ids, row):
    """The ids of a sample as an integer array; an error tells of any bad one."""
    if not (isinstance(ids, np.ndarray) and ids.dtype.kind in "iu" and ids.ndim == 1):
        ids = list(ids)
        # Before NumPy turns them all into one type. The types are few, the ids many.
        wrong = {type_ for type_ in {*map(type, ids)} if not _is_whole(type_)}
        if wrong:
            first = next(value for value in ids if type(value) in wrong)
            raise ValueError(_id_fault(first, row))
    numbers = np.asarray(ids) if len(ids) else np.empty(0, dtype=np.int32)
    negative = numbers < 0
    if negative.any():
        raise ValueError(
            f"Negative values in data: row {row} of X holds {numbers[negative][0]}; "
            "token ids are 0 (padding), 1 (unknown) and up."
        )
    return numbers


def _is_whole(type_):
    return issubclass(type_, Integral) and type_ is not bool


def _id_fault(value, row):
    way_out = "pass whole numbers"
    if isinstance(value, str):
        way_out = "pass whole numbers, or each text as one str, not as a list of tokens"
    return (
        f"Row {row} of X holds {shown(value)} ({type(value).__name__}), which is no "
        f"token id: {way_out}."
    )


def shown(value):
    """Its repr, not longer than a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
