"""Losses of a regressor: which ones work with a standardized y."""

import keras

#: Functions of the difference between y and its prediction. They work for a
#: standardized y, and for its changes.
_OF_DIFFERENCES = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "quantile",
)

_INSTEAD = {
    "mean_absolute_percentage_error": (
        "divides by y, but the network learns a standardized y. Use loss='mae' with "
        "sample_weight=1 / np.abs(y), which differs by a constant factor only"
    ),
    "mean_squared_logarithmic_error": (
        "takes the logarithm of y, but the network learns a standardized y. Use "
        "TransformedTargetRegressor(regressor, func=np.log1p, inverse_func=np.expm1) "
        "and a regressor with loss='mse'. Take the logarithm of the channel as well, "
        "by PerStep(FunctionTransformer(np.log1p)) before the windows, or set "
        "window_norm=None"
    ),
}


def name_of(loss):
    """The name of the function of a Keras loss; None for a user's own loss."""
    if loss == "quantile":
        return loss
    known = keras.losses.get(loss)
    function = getattr(known, "fn", known)  # of an object, the function that it calls
    makers = {function, type(known)} if function is not known else {known}
    if not all(_is_of_keras(one) for one in makers):
        return None
    return getattr(function, "__name__", type(known).__name__)


def _is_of_keras(function):
    return (getattr(function, "__module__", None) or "").startswith("keras.")


def is_poisson(loss):
    """Whether y holds counts; the network learns them divided by their mean."""
    return name_of(loss) == "poisson"


def check_regression_loss(loss):
    """Refuse losses of Keras that have another meaning on a standardized y."""
    name = name_of(loss)
    if name is None or name == "poisson" or name in _OF_DIFFERENCES:
        return
    if name in _INSTEAD:
        raise ValueError(f"loss={loss!r} {_INSTEAD[name]}.")
    raise ValueError(
        f"loss={loss!r} is for classes or directions, but a regressor predicts "
        "values. Use 'mse', 'mae', 'huber', 'log_cosh', 'quantile', 'poisson' "
        "(counts), or your own function."
    )
