"""Texts and lists of token ids, read from any container, and their errors."""

from collections.abc import Iterable, Mapping, Sequence, Set
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array

from skseqconv.series._view import View
from skseqconv.series.tables._containers import refuse_masked


def read_samples(X):
    """X as a list, and whether it holds texts. If not, it holds lists of token ids."""
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
    if isinstance(X, np.ndarray) and X.ndim == 0:
        X = X.item()
    if isinstance(X, (str, bytes)):
        raise ValueError(f"X is a single text, {shown(X)}. Pass a list, [text].")
    if hasattr(X, "columns"):
        names = [str(name) for name in X.columns]
        raise ValueError(
            f"X is a table with {len(names)} columns ({shown(', '.join(names))}). "
            "Pass one column of texts, X['text']. ColumnTransformer does so if you "
            "name the column by 'text' and not by ['text']. Pass a table of token ids "
            "as X.to_numpy()."
        )
    is_iterable = isinstance(X, Iterable) or hasattr(X, "__array__")
    if isinstance(X, (Mapping, Set, View)) or not is_iterable:
        raise ValueError(
            "TokenSequencer needs a list of texts or of lists of token ids, one per "
            f"sample, got X={shown(X)} ({type(X).__name__})."
        )


def _check_matrix(X):
    """Token ids as a matrix with one row per sample."""
    X = check_array(X, dtype=None, estimator="TokenSequencer", input_name="X")
    is_column = X.shape[1] == 1 and isinstance(X.flat[0], str)
    if is_column or X.dtype.kind not in "iuO":
        raise ValueError(
            f"TokenSequencer needs texts or lists of token ids, got {X.dtype} of shape "
            f"{X.shape}. Pass a matrix of ids as an integer array, and texts with one "
            f"dimension{': X.ravel()' if is_column else ''}."
        )
    return X


def _is_sequence(sample):
    """Whether a sample has an order, as texts and lists have."""
    if isinstance(sample, (bytes, bytearray)):
        return False
    return isinstance(sample, Sequence) or bool(getattr(sample, "shape", ()))


def _fault(first, sample, row):
    """Why a sample does not fit to the first one."""
    if pd.api.types.is_scalar(sample) and pd.isna(sample):
        return (
            f"Row {row} of X is {sample!r} instead of a text. Remove the row, or fill "
            "it, with X.fillna('') in pandas or X.fill_null('') in polars."
        )
    if isinstance(sample, (bytes, bytearray)):
        return (
            f"Row {row} of X is {type(sample).__name__}, {shown(sample)}. Turn it into "
            "a text first, with sample.decode('utf-8')."
        )
    if _is_sequence(sample):
        return (
            f"X mixes texts and lists of token ids: row 0 is {shown(first)}, row "
            f"{row} is {shown(sample)}. Pass only one kind."
        )
    return (
        f"Row {row} of X is {shown(sample)} ({type(sample).__name__}), but it must be "
        "a text or a list of token ids. Put the ids of one sample into a list."
    )


def whole_numbers(ids, row):
    """The ids of a sample as an integer array. A bad id is an error."""
    if not (isinstance(ids, np.ndarray) and ids.dtype.kind in "iu" and ids.ndim == 1):
        ids = list(ids)
        # NumPy would turn all ids into one type. Types are few, so this is fast.
        wrong = {type_ for type_ in {*map(type, ids)} if not _is_whole(type_)}
        if wrong:
            first = next(value for value in ids if type(value) in wrong)
            raise ValueError(_id_fault(first, row))
    numbers = np.asarray(ids) if len(ids) else np.empty(0, dtype=np.int32)
    negative = numbers < 0
    if negative.any():
        raise ValueError(
            f"Negative values in data: row {row} of X holds {numbers[negative][0]}. "
            "Token ids are 0 (padding), 1 (unknown) and greater."
        )
    return numbers


def _is_whole(type_):
    return issubclass(type_, Integral) and type_ is not bool


def _id_fault(value, row):
    way_out = "Pass whole numbers"
    if isinstance(value, str):
        way_out += ", or each text as one str, not as a list of tokens"
    return (
        f"Row {row} of X holds {shown(value)} ({type(value).__name__}), which is not a "
        f"token id. {way_out}."
    )


def shown(value):
    """The repr of a value, not longer than a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
