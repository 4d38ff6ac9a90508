"""Whether X comes through the fitted steps that it came through in `fit`.

An estimator learns from the values after the steps. A view carries its steps, so the
estimator remembers a few raw rows and these rows after the steps. Other steps are
recognized because they transform the same rows to other values.

Windows without steps may be raw, or transformed before the windows were made (for
example, a plain table in a Pipeline). They pass. A warning is given if their values lie
in the range of the raw rows and far from the transformed ones. Raw values near the
transformed ones are not recognized.
"""

import warnings
import weakref

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._steps import apply_steps, with_steps
from skseqconv.series._view_internals import raw_values
from skseqconv.series._window_view import WindowView

from ._last_known import rows_before

#: The remembered rows are chosen from this many rows, spread evenly over the fit.
N_LOOKED_AT = 64

#: Values are far from transformed ones if they lie this many widths outside of their
#: range. A series may move far, but hardly that far, and into the range of raw values.
FAR = 10

#: By the id of the remembered rows: a reference to them, and the steps that were
#: compared last. The next prediction through these steps need not compare again.
_verified = {}


def remember_steps(estimator, windows):
    """Remember some rows of a fit, raw and after the steps."""
    before = vars(estimator).get("_steps_seen")
    same = before is not None and not steps_changed(estimator, windows)
    before = before["ranges"] if same else None
    estimator._steps_seen = None
    if not (isinstance(windows, WindowView) and windows.steps):
        return
    raw = _newest_rows(windows)
    made = _made(windows.steps, raw)
    if not _alike(made, _made(windows.steps, raw)):  # the steps are random
        return
    # Three rows with the fewest missing values, and the one with the most.
    order = np.argsort((~np.isfinite(raw)).sum(axis=1), kind="stable")
    rows = raw[np.unique([*order[:3], order[-1]])]
    estimator._steps_seen = {
        "rows": rows,
        "made": _made(windows.steps, rows),
        "n_steps": len(windows.steps),
        "ranges": _ranges(raw, made, before),
    }
    _verify(rows, windows.steps)


def _newest_rows(windows):
    """Newest raw rows of some of the windows."""
    some = windows[spread_positions(len(windows), N_LOOKED_AT)]
    return raw_values(windows, rows_before(some, windows.lags[-1])[0])


def _ranges(raw, made, before):
    """Lowest and highest raw values, and lowest and highest transformed values.

    They include those of earlier fits with the same steps (`before`). Too few rows do
    not show a range.
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
    """Whether windows come through other steps than the remembered ones."""
    seen = vars(estimator).get("_steps_seen")
    steps = windows.steps if isinstance(windows, WindowView) else ()
    if seen is None or not steps:
        return False
    if seen["rows"].shape[1] != with_steps(windows, ()).n_channels:
        return False
    return _are_other(steps, seen)


def fitted_before(estimator, steps):
    """Whether these are the steps that windows came through in the fit, as fitted then.

    True if it is not known: windows may have come through more steps, in front of a
    Pipeline.
    """
    seen = vars(estimator).get("_steps_seen")
    if seen is None or seen["n_steps"] != len(steps):
        return True
    return not _are_other(steps, seen)


def _are_other(steps, seen):
    """Whether the remembered rows become others by these steps."""
    known, last = _verified.get(id(seen["rows"]), (lambda: None, ()))
    same = known() is seen["rows"] and len(last) == len(steps)
    if same and all(a is b for a, b in zip(last, steps, strict=True)):
        return False
    try:
        made = _made(steps, seen["rows"])
    except ValueError:  # the steps of the fit did not refuse these rows
        return True
    if not _alike(seen["made"], made):
        return True
    _verify(seen["rows"], steps)
    return False


def _verify(rows, steps):
    key = id(rows)
    _verified[key] = weakref.ref(rows, lambda _: _verified.pop(key, None)), steps


def check_steps(estimator, windows):
    """Refuse windows that come through other steps than in the fit.

    Warns
    -----
    UserWarning
        If they come through no steps, and their values look raw.
    """
    name = type(estimator).__name__
    if steps_changed(estimator, windows):
        steps = [type(step.transformer).__name__ for step in windows.steps]
        raise ValueError(
            f"X was transformed by other fitted steps ({', '.join(steps)}) than in the "
            f"fit of this {name}, so its values have another meaning. If they are in a "
            "Pipeline, its last fit may not have finished. Transform X by the steps of "
            f"the fit of this {name}, fit the whole Pipeline again (a network with "
            "warm_start=True keeps its weights), or load the last saved one."
        )
    warn_of_raw(
        estimator,
        windows,
        "Predictions from raw values are wrong: predict with the whole Pipeline, or "
        "transform X by all its steps.",
    )


def warn_of_raw(estimator, windows, consequence):
    """Warn of windows that come through no steps, if their values look raw.

    `consequence` says what is wrong then, and what to do.
    """
    if _looks_raw(estimator, windows):
        name = type(estimator).__name__
        warnings.warn(
            f"X seems not to be transformed: this {name} was fitted after steps such "
            f"as a scaler, but the values of X are like those before the steps. "
            f"{consequence}",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _looks_raw(estimator, windows):
    """Whether values are like the raw ones of the fit, and unlike transformed ones."""
    ranges = (vars(estimator).get("_steps_seen") or {}).get("ranges")
    if ranges is None or not len(windows):
        return False
    if isinstance(windows, WindowView) and not windows.steps:
        values = _newest_rows(windows)
    elif isinstance(windows, np.ndarray) and windows.ndim == 3:
        values = windows[spread_positions(len(windows), N_LOOKED_AT), -1]
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
