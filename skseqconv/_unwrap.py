"""What is inside a Pipeline, a search or another wrapper."""

from typing import NamedTuple

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline

from skseqconv._monotonic import inverse_of_bounds

#: They choose classes from the outputs of their ``estimator_``, which they leave as
#: they are.
THRESHOLDS = (FixedThresholdClassifier, TunedThresholdClassifierCV)


def opened(model):
    """What a search has found, or what is frozen, in place of the model around it."""
    if isinstance(model, FrozenEstimator):
        return opened(model.estimator)
    return opened(model.best_estimator_) if hasattr(model, "best_estimator_") else model


def fitted_steps(model, name=None):
    """Names and fitted steps of a model, in the order of the data.

    Steps of Pipelines, also of those that are `opened`, take the place of these. So
    does the model whose outputs get a threshold.
    """
    model = opened(model)
    if isinstance(model, THRESHOLDS) and hasattr(model, "estimator_"):
        model = opened(model.estimator_)
    if isinstance(model, Pipeline):
        for step_name, step in model.steps:
            yield from fitted_steps(step, step_name)
    elif model not in (None, "passthrough"):
        yield name, model


def innermost(model):
    """The estimator at the end of a Pipeline, in a search, a scaler of y, or frozen."""
    steps = list(fitted_steps(model))
    last = steps[-1][1] if steps else model  # a Pipeline of "passthrough" alone
    if isinstance(last, TransformedTargetRegressor):
        return innermost(last.regressor_)
    return last


#: Attributes of estimators that hold fitted ones, alone or nested: GradientBoosting
#: has an array of trees, ColumnTransformer a list of tuples. Transformers of y, and of
#: single steps (`transformer_`), are left out: they know no windows.
_HOLD_FITTED = (
    "steps",
    "transformer_list",
    "transformers_",
    "imputation_sequence_",
    "best_estimator_",
    "regressor_",
    "base_estimator_",
    "init_",
    "estimator_",
    "estimators_",
    "calibrated_classifiers_",
    "final_estimator_",
)


def models_inside(model):
    """The fitted estimators inside a model, at any depth, and the model itself."""
    for one in held_by(model):
        yield from models_inside(one)
    yield model


def held_by(model):
    """The fitted estimators that a model holds itself."""
    names = list(_HOLD_FITTED)
    if hasattr(model, "estimators_"):
        names.remove("estimator_")  # not fitted: the ensemble has clones of it
    if isinstance(model, FrozenEstimator):
        names.append("estimator")
    for name in names:
        yield from _estimators_in(getattr(model, name, None))


def _estimators_in(value):
    """A value if it is an estimator, or those in a dict, list, tuple or array."""
    if hasattr(value, "fit"):
        yield value
    elif isinstance(value, dict):
        yield from _estimators_in(list(value.values()))
    elif isinstance(value, np.ndarray):
        # Numbers hold none. An array may have no dimension.
        yield from _estimators_in(value.ravel().tolist() if value.dtype == "O" else ())
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _estimators_in(one)
    elif hasattr(value, "estimator"):  # what CalibratedClassifierCV holds
        yield from _estimators_in(value.estimator)


def target_of_fit(model):
    """Channel and delay of each column of y that a step has seen; None if none has."""
    seen = (getattr(one, "target_", None) for one in models_inside(model))
    return next((target for target in seen if target), None)


def channels_ahead_of_fit(model):
    """Positions of the channels known ahead that a step has seen."""
    seen = (getattr(one, "_rows_ahead", None) for one in models_inside(model))
    return [channel for channel, _ in next((rows for rows in seen if rows), ())]


def series_of_fit(model):
    """The most series that a step has seen."""
    return max(getattr(one, "_n_series", 1) for one in models_inside(model))


def n_parameters_of(model):
    """Number of parameters of a network or a linear model inside; None for others."""
    last = innermost(model) if model is not None else None
    for wrapped in ("regressor_", "estimator_"):
        if hasattr(last, wrapped):
            return n_parameters_of(getattr(last, wrapped))
    if hasattr(last, "n_parameters_"):
        return int(last.n_parameters_)
    learned = [getattr(last, name, None) for name in ("coef_", "intercept_")]
    return None if learned[0] is None else sum(np.size(part) for part in learned)


class Inside(NamedTuple):
    """The estimator inside of a model, and the ways from its X and y to the model's.

    `scalers` are the fitted transformers of y, the outermost first.
    """

    estimator: object
    X: object
    scalers: tuple = ()

    def outward(self, bounds):
        """Bounds of shape (..., n_bounds), in order, in the units of the model.

        A transformer of y may turn the order round. One whose inverse is not monotonic
        from the first bound to the last one is an error.
        """
        for scaler in reversed(self.scalers):
            bounds = inverse_of_bounds(scaler, bounds)
        return bounds

    def inward(self, y):
        """y of the model as the estimator inside is given it."""
        for scaler in self.scalers:
            y = np.asarray(y)
            y = scaler.transform(y.reshape(len(y), -1) if y.ndim == 1 else y)
            y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        return y


def inside(model, X):
    """The last estimator of a model, with X after the steps before it."""
    model = opened(model)
    if isinstance(model, Pipeline):
        steps = [step for _, step in model.steps if step not in (None, "passthrough")]
        if not steps:
            return Inside(model, X)
        for step in steps[:-1]:
            X = step.transform(X)
        return inside(steps[-1], X)
    if isinstance(model, TransformedTargetRegressor) and hasattr(model, "regressor_"):
        inner = inside(model.regressor_, X)
        return inner._replace(scalers=(model.transformer_, *inner.scalers))
    return Inside(model, X)


def interval_of(model, X, coverage):
    """`predict_interval` of the estimator inside, in the units of the model.

    None if it has no such method.
    """
    if not hasattr(innermost(model), "predict_interval"):
        return None
    inner = inside(model, X)
    bounds = inner.outward(inner.estimator.predict_interval(inner.X, coverage))
    return np.sort(bounds, axis=-1) if inner.scalers else bounds


def forecast_and_interval_of(model, X, coverage):
    """`predict` of a model, and `interval_of`: of a network by one prediction."""
    if not hasattr(innermost(model), "_forecast_within"):
        return model.predict(X), interval_of(model, X, coverage)
    inner = inside(model, X)
    values = inner.outward(inner.estimator._forecast_within(inner.X, coverage))
    return values[..., 1], np.sort(values[..., [0, 2]], axis=-1)


def last_step(model):
    """The last step of a Pipeline, fitted or not, frozen or not."""
    if isinstance(model, FrozenEstimator):
        return last_step(model.estimator)
    return last_step(model.steps[-1][1]) if isinstance(model, Pipeline) else model
