"""What a regressor's loss asks of y and of the network's head."""

import keras

#: Functions of the difference between y and its prediction: the standardized y, or its
#: change, will do as well as y.
_OF_DIFFERENCES = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "quantile",
)

_INSTEAD = {
    "mean_absolute_percentage_error": (
        "divides by y, and the network learns y standardized. loss='mae' with "
        "sample_weight=1 / np.abs(y) is the same, but for the factor 100"
    ),
    "mean_squared_logarithmic_error": (
        "takes the logarithm of y, and the network learns y standardized. The same is "
        "TransformedTargetRegressor(regressor, func=np.log1p, inverse_func=np.expm1) "
        "of a regressor with loss='mse' and window_norm=None"
    ),
}


def name_of(loss):
    """The name of a loss of Keras, as its function has it; None of a user's own."""
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
    """Whether y is counts, which the network is given in units of their mean."""
    return name_of(loss) == "poisson"


def check_regression_loss(loss):
    """Refuse losses of Keras that do not mean what they say on the standardized y."""
    name = name_of(loss)
    if name is None or name == "poisson" or name in _OF_DIFFERENCES:
        return
    if name in _INSTEAD:
        raise ValueError(f"loss={loss!r} {_INSTEAD[name]}.")
    raise ValueError(
        f"loss={loss!r} is for classes or directions, and y of a regressor is values: "
        "use 'mse', 'mae', 'huber', 'log_cosh', 'quantile', 'poisson' for counts, or a "
        "function of your own."
    )
