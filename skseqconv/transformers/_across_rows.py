"""Whether a transformer reads each row alone, as `PerStep` needs it."""

import warnings
from copy import deepcopy
from pickle import PicklingError

import numpy as np
import pandas as pd
from sklearn.utils import _safe_indexing

from skseqconv._sampling import spread_positions

from ._row_wise import RowStep

#: Rows that are tried, and as many more for missing and for known values.
N_TRIED = 16

#: The same rows in another order, and in two halves.
_OTHERWISE = (slice(None, None, -1), slice(0, None, 2), slice(1, None, 2))


def refuse_across_rows(transformer, rows):
    """Refuse a transformer whose output for a row depends on the rows beside it.

    Parameters
    ----------
    transformer : fitted transformer
    rows : ndarray or DataFrame of shape (n_rows, n_channels)
        The rows that it was fitted to.
    """
    tried = _safe_indexing(rows, _positions_to_try(rows))
    try:  # random numbers that are drawn change a transformer
        copied = deepcopy(transformer)
    except (TypeError, PicklingError):  # such as a lock, which cannot be copied
        return
    step = RowStep(copied, "transform", None, None)
    with warnings.catch_warnings():  # `transform` gives them, too
        warnings.simplefilter("ignore")
        is_row_wise = len(tried) < 2 or _is_row_wise(step, tried)
    if not is_row_wise:
        raise ValueError(
            f"transformer={transformer!r} must transform each row alone, but its "
            "output for a row changes with the rows beside it. PerStep would mix "
            "samples or series. Fill each series in its table instead: "
            "table.groupby(id).ffill(). Features of several rows come from "
            "LookbackWindower and FlattenWindows."
        )


def _is_row_wise(step, rows):
    together = step.transform(rows)
    if len(together) != len(rows):
        return False
    if together.dtype.kind not in "biuf":
        return True  # words: no window holds them
    tolerance = _tolerance(together, np.asarray(rows))
    for part in _OTHERWISE:
        again = step.transform(_safe_indexing(rows, np.arange(len(rows))[part]))
        if not _is_close(together[part], again, tolerance):
            # A random transformer differs for the same rows, too.
            return not _is_close(together, step.transform(rows), tolerance)
    return True


def _positions_to_try(rows):
    """Some rows, with missing values and known ones of the same channels."""
    missing = pd.isna(np.asarray(rows))
    missing = missing[:, missing.any(axis=0)][:, :N_TRIED]
    first = missing.argmax(axis=0), missing.argmin(axis=0)
    return np.unique(np.concatenate([*first, spread_positions(len(rows), N_TRIED)]))


def _tolerance(values, rows):
    """For each channel: what an iteration stops at, and the rounding of a sum."""
    is_single = np.float32 in (values.dtype, rows.dtype)
    values = values.astype(np.float64)
    known = np.isfinite(values)
    highest = values.max(axis=0, initial=-np.inf, where=known)
    lowest = values.min(axis=0, initial=np.inf, where=known)
    spread = np.maximum(highest - lowest, 0.0)  # of no value: 0
    numeric = [one for one in (values, rows) if one.dtype.kind in "biuf"]
    largest = max(np.abs(one[np.isfinite(one)]).max(initial=0) for one in numeric)
    rounding = 16 * np.finfo(np.float32 if is_single else np.float64).eps * largest
    return 1e-2 * spread + rounding


def _is_close(values, others, tolerance):
    return values.shape == others.shape and np.allclose(
        values, others, rtol=0.0, atol=tolerance, equal_nan=True
    )
