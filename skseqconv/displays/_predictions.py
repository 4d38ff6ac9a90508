"""Truth, forecasts and intervals as arrays of the same shape."""

from numbers import Real

import numpy as np
from sklearn.utils import check_array

from skseqconv._unwrap import forecast_and_interval_of
from skseqconv.series.tables._containers import unmasked

from ._common import in_words


def checked(y_true, y_pred, interval, coverage):
    """Truth of shape (n_samples, n_columns); forecasts and intervals by name."""
    truth = _columns(y_true, "y_true")
    several = isinstance(y_pred, dict)
    if several and not y_pred:
        raise ValueError("y_pred={} must hold at least one forecast by its name.")
    forecasts = {}
    for name, values in (y_pred if several else {"forecast": y_pred}).items():
        place = f"y_pred[{name!r}]" if several else "y_pred"
        forecasts[name] = _columns(values, place)
        if forecasts[name].shape != truth.shape:
            raise ValueError(
                f"{place} has the shape {np.shape(values)}, but y_true has "
                f"{np.shape(y_true)}: they must be equal."
            )
    if coverage is not None and not (isinstance(coverage, Real) and 0 < coverage < 1):
        raise ValueError(f"coverage={coverage!r} must be between 0 and 1.")
    if interval is not None and several != isinstance(interval, dict):
        raise ValueError(
            "interval and y_pred must both be arrays or both be dicts, got y_pred as "
            f"{type(y_pred).__name__} and interval as {type(interval).__name__}."
        )
    given = interval if several else {"forecast": interval}
    intervals = {}
    for name, bounds in (given if interval is not None else {}).items():
        if name not in forecasts:
            raise ValueError(
                f"interval[{name!r}] has no forecast: use the names of y_pred, "
                f"{list(forecasts)}."
            )
        bounds = _numbers(bounds, "interval", ensure_all_finite=False, allow_nd=True)
        shape = bounds.shape
        if shape not in [(*truth.shape, 2), (*np.shape(y_true), 2)]:
            raise ValueError(
                f"interval has the shape {shape}, but y_true has {np.shape(y_true)}: "
                f"it must have two bounds per value, {(*np.shape(y_true), 2)}."
            )
        intervals[name] = bounds.reshape(*truth.shape, 2)
    return truth, forecasts, intervals


def predicted_by(estimators, X, coverage):
    """Forecasts by name, and intervals of the estimators that have them, or None."""
    if coverage is None:
        return {name: one.predict(X) for name, one in estimators.items()}, None
    both = {
        name: forecast_and_interval_of(one, X, coverage)
        for name, one in estimators.items()
    }
    intervals = {name: own for name, (_, own) in both.items() if own is not None}
    if not intervals:
        raise ValueError(
            f"coverage={coverage!r} needs an estimator with predict_interval, and none "
            f"of {list(estimators)} has it: leave coverage out."
        )
    return {name: forecasts for name, (forecasts, _) in both.items()}, intervals


def check_samples(X, y):
    """Raise if X or y are not samples, or differ in number."""
    truth = _columns(y, "y")
    if not hasattr(X, "__len__") or isinstance(X, (str, dict)):
        raise ValueError(f"X must be the samples to predict, got {in_words(X)}.")
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if n_rows != len(truth):
        raise ValueError(
            f"X has {n_rows} rows, but y has {len(truth)}: they must be equal."
        )


def _columns(values, name):
    values = _numbers(unmasked(values), name, ensure_all_finite="allow-nan")
    return values.reshape(len(values), -1)


def _numbers(values, name, **options):
    """An array of floats, or an error with the name of the parameter."""
    try:
        return check_array(
            values, ensure_2d=False, dtype=np.float64, input_name=name, **options
        )
    except (TypeError, ValueError) as error:
        listed = hasattr(values, "__len__") and not isinstance(values, (str, dict))
        raise ValueError(
            f"{name} must be an array of numbers with one row per sample, got "
            f"{error if listed else in_words(values)}"
        ) from None
