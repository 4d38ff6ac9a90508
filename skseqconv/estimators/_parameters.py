"""The parameters of the estimators: each declared once, with default and constraint.

The classes here are dataclasses of keyword-only fields. An estimator that inherits
them, and is a dataclass itself, has the `__init__` that scikit-learn asks for, with
every parameter by name and nothing but assignments.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, partial
from numbers import Integral, Real
from typing import ClassVar, Literal

import keras
import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

#: Estimators are equal if identical, and shown as scikit-learn shows them.
parameters = partial(dataclass, kw_only=True, eq=False, repr=False)

_COUNT = Interval(Integral, 1, None, closed="left")

_NUMBER = Interval(Integral, 0, None, closed="left")

_SHARE = Interval(Real, 0, 1, closed="left")

_EACH_LAYER = (_COUNT, list, tuple, np.ndarray)

_LOSS = (str, callable, keras.losses.Loss)

#: Where Keras finds what these parameters may name.
_KERAS_HOMES = {
    "loss": "losses",
    "optimizer": "optimizers",
    "activation": "activations",
}


def _parameter(default, *constraint):
    return field(default=default, metadata={"constraint": list(constraint)})


def _one_of(*values):
    return StrOptions(set(values))


@parameters
class Conv1DStack:
    """Options of both networks."""

    filters: int | Sequence[int] = _parameter(32, *_EACH_LAYER)
    kernel_size: int | Sequence[int] = _parameter(5, *_EACH_LAYER)
    pool_size: int | Sequence[int] = _parameter(3, *_EACH_LAYER)
    n_conv: int = _parameter(3, _COUNT)
    dilation_rate: int | Sequence[int] | Literal["exponential"] = _parameter(
        1, *_EACH_LAYER, _one_of("exponential")
    )
    padding: Literal["auto", "valid", "same", "causal"] = _parameter(
        "auto", _one_of("auto", "valid", "same", "causal")
    )
    activation: str = _parameter("relu", str)
    normalization: Literal["batch", "layer"] | None = _parameter(
        None, _one_of("batch", "layer"), None
    )
    residual: int = _parameter(0, _NUMBER)


@parameters
class InputAndHead:
    """Options of both networks' input and head."""

    dropout: float = _parameter(0.5, _SHARE)
    embedding_dim: int | None = _parameter(None, _COUNT, None)
    embedding_dropout: float = _parameter(0.0, _SHARE)
    vocabulary_size: int | None = _parameter(
        None, Interval(Integral, 1, 2**31 - 1, closed="both"), None
    )


@parameters
class Conv1DParameters(InputAndHead, Conv1DStack):
    """Options of `conv1d_network`."""

    global_pooling: Literal["max", "average", "last"] = _parameter(
        "max", _one_of("max", "average", "last")
    )

    _network_name: ClassVar[str] = "conv1d"


@parameters
class Conv1DGRUParameters(InputAndHead, Conv1DStack):
    """Options of `conv1d_gru_network`."""

    n_conv: int = _parameter(2, _COUNT)
    gru_units: int = _parameter(32, _COUNT)
    gru_dropout: float = _parameter(0.1, _SHARE)
    recurrent_dropout: float = _parameter(0.5, _SHARE)
    reset_after: bool = _parameter(True, "boolean")
    bidirectional: bool = _parameter(False, "boolean")

    _network_name: ClassVar[str] = "conv1d_gru"


@parameters
class TrainingParameters:
    """How a network is trained."""

    loss: str | Callable | keras.losses.Loss = _parameter("mse", *_LOSS)
    optimizer: str | keras.optimizers.Optimizer = _parameter(
        "adam", str, keras.optimizers.Optimizer
    )
    learning_rate: float | None = _parameter(
        None, Interval(Real, 0, None, closed="neither"), None
    )
    epochs: int | Literal["auto"] = _parameter("auto", _one_of("auto"), _COUNT)
    batch_size: int = _parameter(128, _COUNT)
    steps_per_epoch: int | None = _parameter(None, _COUNT, None)
    validation_split: float = _parameter(0.0, _SHARE)
    validation_gap: int | Literal["auto"] = _parameter("auto", _one_of("auto"), _NUMBER)
    early_stopping: bool = _parameter(False, "boolean")
    n_iter_no_change: int = _parameter(5, _COUNT)
    callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = (
        _parameter(None, list, tuple, keras.callbacks.Callback, None)
    )
    warm_start: bool = _parameter(False, "boolean")
    random_state: int | np.random.RandomState | None = _parameter(None, "random_state")
    verbose: int = _parameter(0, "verbose")


@parameters
class RegressionParameters(TrainingParameters):
    """Regressors may forecast changes from the last value."""

    quantiles: Sequence[float] = _parameter((0.1, 0.5, 0.9), "array-like")
    window_norm: Literal["auto", "last", "standard"] | None = _parameter(
        "auto", _one_of("auto", "last", "standard"), None
    )
    target_channel: Hashable | Sequence[Hashable] = _parameter(
        None, Hashable, "array-like", None
    )
    delay: int | Sequence[int] | None = _parameter(None, _COUNT, "array-like", None)


@parameters
class ClassificationParameters(TrainingParameters):
    """Classifiers choose their loss by the classes, and may weight them."""

    loss: str | Callable | keras.losses.Loss = _parameter("auto", *_LOSS)
    class_weight: dict | Literal["balanced"] | None = _parameter(
        None, dict, _one_of("balanced"), None
    )


def constraints(options):
    """Constraint of each parameter, as scikit-learn takes them."""
    return {
        one.name: one.metadata["constraint"]
        for one in fields(options)
        if "constraint" in one.metadata  # a user's subclass may have others
    }


@cache
def _look_up(home, name):
    """Raise ValueError if Keras knows no such name: once, an optimizer takes 6 ms."""
    getattr(keras, home).get(name)


def check_together(options):
    """Refuse what the constraint of one parameter cannot: unknown names, odd pairs."""
    for name, home in _KERAS_HOMES.items():
        value = getattr(options, name, None)
        if not isinstance(value, str) or (name, value) in options._own_names:
            continue
        try:
            _look_up(home, value)
        except ValueError:
            raise ValueError(
                f"{name}={value!r} is not known to Keras: use the name of one in "
                f"keras.{home}."
            ) from None
    for name in ("vocabulary_size", "embedding_dropout"):
        if getattr(options, name) and options.embedding_dim is None:
            raise ValueError(
                f"{name}={getattr(options, name)!r} is for token ids: give "
                "embedding_dim, the length of their vectors, or leave it out."
            )
    if _spares_weights(options.optimizer):
        raise ValueError(
            "exclude_from_weight_decay() is no part of an optimizer's "
            "configuration, by which it is copied for each fit: use "
            "weight_decay=None, or one that decays all weights."
        )
    if options.learning_rate is not None and _has_schedule(options.optimizer):
        raise ValueError(
            f"learning_rate={options.learning_rate!r} cannot take the place of the "
            "schedule that the optimizer has: leave it None, or use an optimizer "
            "without a schedule."
        )


def _spares_weights(optimizer):
    """Whether some weights were taken out of an optimizer's weight decay."""
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    return any(getattr(optimizer, name, None) for name in names)


def _has_schedule(optimizer):
    """Whether an optimizer's learning rate is a schedule."""
    if isinstance(optimizer, str):
        return False
    return isinstance(optimizer.get_config().get("learning_rate"), dict)
