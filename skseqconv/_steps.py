"""Whether windows come through the fitted steps that an estimator was fitted behind.

What is solved or learned from windows is of the values that the steps before gave. A
view carries its steps, so an estimator remembers a few raw rows and what the steps
made of them; later steps are compared by what they make of the same rows. Views without
steps and plain arrays cannot be told apart, and pass.
"""

import weakref

import numpy as np

from ._last_known import rows_before
from .views import WindowView

#: Rows that are remembered are chosen from so many, evenly over the fit.
N_LOOKED_AT = 64

#: Steps that were compared last, so that the next prediction need not do it again:
#: with a reference to the remembered rows, by their id.
_verified = {}


def remember_steps(estimator, windows):
    """Remember what the steps of a fit make of some of its rows."""
    estimator._steps_seen = None
    if not (isinstance(windows, WindowView) and windows.steps):
        return
    some = np.linspace(0, len(windows) - 1, min(len(windows), N_LOOKED_AT)).astype(int)
    raw = windows._series.take(rows_before(windows, windows.lags[-1])[0][some])
    # Whole rows, and one with what is missing, of which an imputer makes something.
    order = np.argsort((~np.isfinite(raw)).sum(axis=1), kind="stable")
    raw = raw[np.unique([*order[:3], order[-1]])]
    made = _made(windows.steps, raw)
    if _alike(made, _made(windows.steps, raw)):  # steps may be random
        estimator._steps_seen = {"rows": raw, "made": made}
        _verify(raw, windows.steps)


def steps_changed(estimator, windows):
    """Whether windows come through other steps than those that are remembered."""
    seen = vars(estimator).get("_steps_seen")
    steps = windows.steps if isinstance(windows, WindowView) else ()
    if seen is None or not steps or seen["rows"].shape[1] != windows._series.n_channels:
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
    """Refuse windows that come through other steps than those of the fit."""
    if steps_changed(estimator, windows):
        name = type(estimator).__name__
        steps = [type(step.transformer).__name__ for step in windows.steps]
        raise ValueError(
            f"X comes through other fitted steps ({', '.join(steps)}) than those that "
            f"this {name} was fitted behind, so what it has learned does not fit X. "
            "Transform X by the steps of that fit, or fit the whole Pipeline again "
            "(a network with warm_start=True keeps its weights)."
        )


def _made(steps, rows):
    with np.errstate(all="ignore"):
        for step in steps:
            rows = step.transform(rows)
    return rows


def _alike(made, other):
    if made.shape != other.shape:
        return False
    share = 1e-5 if np.float32 in (made.dtype, other.dtype) else 1e-9
    with np.errstate(invalid="ignore"):
        size = np.nanmax(np.abs(made), axis=0, initial=0.0)
    return np.allclose(made, other, rtol=share, atol=share * size, equal_nan=True)
