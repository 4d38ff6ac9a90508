"""Whether windows come through the fitted steps that an estimator was fitted behind.

What is solved or learned from windows is of the values that the steps before gave. A
view carries its steps, so an estimator remembers a few raw rows and what the steps
made of them; later steps are compared by what they make of the same rows.

Without steps nothing tells whether values are raw, or were transformed before the
windows were made: a plain table that goes through a Pipeline, say. They pass, with a
warning where they lie in the range of the raw rows and far from what the steps made of
these. Raw values that are near to transformed ones cannot be told from them.
"""

import warnings
import weakref

import numpy as np

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._steps import apply_steps, with_steps
from skseqconv.series._view_internals import raw_values
from skseqconv.series._window_view import WindowView

from ._last_known import rows_before

#: Rows that are remembered are chosen from so many, evenly over the fit.
N_LOOKED_AT = 64

#: Values are far from transformed ones where they are beyond their range by so many of
#: its widths. A series may move far, but hardly that far and to where the raw one was.
FAR = 10

#: Steps that were compared last, so that the next prediction need not do it again:
#: with a reference to the remembered rows, by their id.
_verified = {}


def remember_steps(estimator, windows):
    """Remember what the steps of a fit make of some of its rows."""
    before = vars(estimator).get("_steps_seen")
    same = before is not None and not steps_changed(estimator, windows)
    before = before.get("ranges") if same else None
    estimator._steps_seen = None
    if not (isinstance(windows, WindowView) and windows.steps):
        return
    raw = _newest_rows(windows)
    made = _made(windows.steps, raw)
    if not _alike(made, _made(windows.steps, raw)):  # steps may be random
        return
    # Whole rows, and one with what is missing, of which an imputer makes something.
    order = np.argsort((~np.isfinite(raw)).sum(axis=1), kind="stable")
    rows = raw[np.unique([*order[:3], order[-1]])]
    estimator._steps_seen = {
        "rows": rows,
        "made": _made(windows.steps, rows),
        "ranges": _ranges(raw, made, before),
    }
    _verify(rows, windows.steps)


def _newest_rows(windows):
    """Of the series, where some of the windows end."""
    some = np.linspace(0, len(windows) - 1, min(len(windows), N_LOOKED_AT)).astype(int)
    return raw_values(windows, rows_before(windows, windows.lags[-1])[0][some])


def _ranges(raw, made, before):
    """Lowest and highest raw values, and lowest and highest of what is made of them.

    With those of the fits `before`, behind the same steps. A few rows tell too little.
    """
    if before is not None and before.shape[1] != raw.shape[1]:
        before = None
    if raw.shape != made.shape or len(raw) < N_LOOKED_AT:
        return before
    raw, made = raw.astype(np.float64), made.astype(np.float64)
    if before is not None:
        raw, made = np.vstack([raw, before[:2]]), np.vstack([made, before[2:]])
    # NaN is ignored.
    return np.stack(
        [f.reduce(rows) for rows in (raw, made) for f in (np.fmin, np.fmax)]
    )


def steps_changed(estimator, windows):
    """Whether windows come through other steps than those that are remembered."""
    seen = vars(estimator).get("_steps_seen")
    steps = windows.steps if isinstance(windows, WindowView) else ()
    if seen is None or not steps:
        return False
    if seen["rows"].shape[1] != with_steps(windows, ()).n_channels:
        return False
    known, last = _verified.get(id(seen["rows"]), (lambda: None, ()))
    same = known() is seen["rows"] and len(last) == len(steps)
    if same and all(a is b for a, b in zip(last, steps, strict=True)):
        return False
    if not _alike(seen["made"], _made(steps, seen["rows"])):
        return True
    _verify(seen["rows"], steps)
    return False


def _verify(rows, steps):
    key = id(rows)
    _verified[key] = weakref.ref(rows, lambda _: _verified.pop(key, None)), steps


def check_steps(estimator, windows):
    """Refuse windows that come through other steps than those of the fit.

    Warns
    -----
    UserWarning
        If they come through none, and have values as they were before the steps.
    """
    name = type(estimator).__name__
    if steps_changed(estimator, windows):
        steps = [type(step.transformer).__name__ for step in windows.steps]
        raise ValueError(
            f"X comes through other fitted steps ({', '.join(steps)}) than those that "
            f"this {name} was fitted behind, so what it has learned does not fit X. "
            "Transform X by the steps of that fit, or fit the whole Pipeline again "
            "(a network with warm_start=True keeps its weights)."
        )
    if _looks_raw(estimator, windows):
        warnings.warn(
            f"X seems not to be transformed: this {name} was fitted behind steps such "
            "as a scaler, and the values of X are like those before the steps, far "
            "from those after them. Predictions are wrong then: predict with the whole "
            "Pipeline, or transform X by all its steps.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _looks_raw(estimator, windows):
    """Whether values are as before the steps of the fit, and far from those after."""
    ranges = (vars(estimator).get("_steps_seen") or {}).get("ranges")
    if ranges is None or not len(windows):
        return False
    if isinstance(windows, WindowView) and not windows.steps:
        values = _newest_rows(windows)
    elif isinstance(windows, np.ndarray) and windows.ndim == 3:
        values = windows[:: -(-len(windows) // N_LOOKED_AT), -1]
    else:
        return False
    if values.shape[1] != ranges.shape[1] or values.dtype.kind not in "iuf":
        return False
    raw_low, raw_high, low, high = ranges
    with np.errstate(all="ignore"):
        width, beyond = raw_high - raw_low, FAR * (high - low)
        outside = (values < raw_low - width) | (values > raw_high + width)
        far = (values < low - beyond) | (values > high + beyond)
    return bool((far & (high > low)).all(axis=0).any() and not outside.any())


def _made(steps, rows):
    with np.errstate(all="ignore"):
        return apply_steps(steps, rows)


def _alike(made, other):
    if made.shape != other.shape:
        return False
    share = 1e-5 if np.float32 in (made.dtype, other.dtype) else 1e-9
    with np.errstate(invalid="ignore"):
        size = np.nanmax(np.abs(made), axis=0, initial=0.0)
    return np.allclose(made, other, rtol=share, atol=share * size, equal_nan=True)
