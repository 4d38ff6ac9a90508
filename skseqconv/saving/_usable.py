"""Whether an estimator from a file, and all that it holds, can be shown and set."""

import numpy as np
from sklearn.base import BaseEstimator

#: How deep estimators may be nested. With each level scikit-learn's repr takes twice as
#: long: seconds for twelve levels, years for forty.
DEEPEST = 10


def check_usable(estimator):
    """Raise the error that using the estimator, or one that it holds, would raise."""
    found, depths = list(_estimators(estimator)), {}
    for one in found:
        lacking = sorted(set(one._get_param_names()) - set(vars(one)))
        if lacking:
            raise LacksParameters(
                f"a {type(one).__name__} without {', '.join(lacking)}"
            )
    if max(_depth(one, depths) for one in found) > DEEPEST:
        raise ValueError(f"estimators are nested more than {DEEPEST} levels deep")
    with np.printoptions(threshold=0, edgeitems=1):  # long texts are slow
        for one in found:
            repr(one)
            one.set_params(**one.get_params())


class LacksParameters(ValueError):
    """Some of an estimator's parameters are missing."""


def _estimators(value):
    """The estimators in an object, at any depth, each once."""
    seen, left = {}, [value]
    while left:
        part = left.pop()
        if id(part) not in seen:
            seen[id(part)] = part
            left.extend(_held(part))
            if isinstance(part, BaseEstimator):
                yield part


def _held(value):
    """What an object holds, if it is a container, or from a known package."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple | set):
        return value
    if isinstance(value, np.ndarray):
        return list(value.flat) if value.dtype == object else ()
    package = type(value).__module__.partition(".")[0]
    known = package in ("sklearn", "skseqconv") and hasattr(value, "__dict__")
    return vars(value).values() if known else ()


def _depth(value, known):
    """How deep estimators are nested in a value's parameters."""
    is_estimator = isinstance(value, BaseEstimator)
    if is_estimator:
        parts = [getattr(value, name) for name in value._get_param_names()]
    else:
        parts = _held(value)
    if parts and id(value) not in known:
        deepest = max(_depth(part, known) for part in parts)
        known[id(value)] = is_estimator + deepest
    return known.get(id(value), int(is_estimator))
