"""What stands inside a Pipeline or a search."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline


def last_step(model):
    return last_step(model.steps[-1][1]) if isinstance(model, Pipeline) else model


def n_parameters_of(model):
    """Parameters of a network or a linear model, however it is wrapped; or None."""
    for inner in ("best_estimator_", "regressor_", "estimator_"):
        if hasattr(model, inner):
            return n_parameters_of(getattr(model, inner))
    if isinstance(model, Pipeline):
        return n_parameters_of(model.steps[-1][1])
    if hasattr(model, "n_parameters_"):
        return int(model.n_parameters_)
    learned = [getattr(model, name, None) for name in ("coef_", "intercept_")]
    return None if learned[0] is None else sum(np.size(part) for part in learned)


def interval_of(estimator, X, coverage):
    """What predict_interval gives, behind the steps of a Pipeline; None without."""
    if hasattr(estimator, "best_estimator_"):
        return interval_of(estimator.best_estimator_, X, coverage)
    if isinstance(estimator, Pipeline):
        if len(estimator) > 1:
            X = estimator[:-1].transform(X)
        return interval_of(estimator[-1], X, coverage)
    if not hasattr(estimator, "predict_interval"):
        return None
    return estimator.predict_interval(X, coverage)


def innermost(estimator):
    """The estimator at the end of a Pipeline, inside a search or a scaler of y."""
    if hasattr(estimator, "best_estimator_"):
        return innermost(estimator.best_estimator_)
    if isinstance(estimator, Pipeline):
        return innermost(estimator[-1])
    if isinstance(estimator, TransformedTargetRegressor):
        return innermost(estimator.regressor_)
    return estimator
