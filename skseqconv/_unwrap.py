"""What is inside a Pipeline, a search or another wrapper."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline


def fitted_steps(model, name=None):
    """Names and fitted steps of a model, in the order of the data.

    Steps of Pipelines and of searches' best estimators take the place of these.
    """
    if hasattr(model, "best_estimator_"):
        yield from fitted_steps(model.best_estimator_, name)
    elif isinstance(model, Pipeline):
        for step_name, step in model.steps:
            yield from fitted_steps(step, step_name)
    elif model not in (None, "passthrough"):
        yield name, model


def innermost(model):
    """The estimator at the end of a Pipeline, inside a search or a scaler of y."""
    steps = list(fitted_steps(model))
    last = steps[-1][1] if steps else model  # a Pipeline of "passthrough" alone
    if isinstance(last, TransformedTargetRegressor):
        return innermost(last.regressor_)
    return last


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


def interval_of(model, X, coverage):
    """`predict_interval` of the last step, after the other steps; None without it."""
    steps = [step for _, step in fitted_steps(model)]
    if not steps or not hasattr(steps[-1], "predict_interval"):
        return None
    for step in steps[:-1]:
        X = step.transform(X)
    return steps[-1].predict_interval(X, coverage)


def last_step(model):
    """The last step of a Pipeline, fitted or not."""
    return last_step(model.steps[-1][1]) if isinstance(model, Pipeline) else model
