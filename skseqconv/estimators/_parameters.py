"""The parameters of the estimators, each with its type, default and constraint.

The classes are dataclasses of keyword-only fields. Their `__init__` is what
scikit-learn asks for: it names every parameter, and only assigns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Protocol, TypeVar, dataclass_transform

import keras
import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skseqconv.engine._schedules import SCHEDULES
from skseqconv.engine._training import as_list, sets_the_learning_rate
from skseqconv.inputs._tokens import embeds
from skseqconv.networks._per_layer import Widths
from skseqconv.series.times._time_spans import (
    TIME_SPANS,
    RowsOrTime,
    duration_of,
    offset_of,
)

from ._measured import measured
from ._validation_split import DATES, date_of, is_splitter

Estimator = TypeVar("Estimator")

COUNT = Interval(Integral, 1, None, closed="left")

_NUMBER = Interval(Integral, 0, None, closed="left")

_SHARE = Interval(Real, 0, 1, closed="left")

_EACH_LAYER = (COUNT, list, tuple, np.ndarray)

_LOSS = (str, callable, keras.losses.Loss)

#: Modules of Keras in which it looks up the names that these parameters take.
_KERAS_HOMES = {
    "loss": "losses",
    "optimizer": "optimizers",
    "activation": "activations",
}


class Splitter(Protocol):
    """A splitter of scikit-learn, or one with the same methods."""

    def split(self, X: Any, y: Any = None, groups: Any = None, /) -> Iterable: ...

    def get_n_splits(self, X: Any = None, /) -> int: ...


def _one_of(*values):
    return StrOptions(set(values))


def parameter(*constraint, default, **older):
    """A field. `before` is the value that acts as versions without the parameter."""
    return field(default=default, metadata={"constraint": list(constraint), **older})


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(parameter,)
)
def parameters(cls: type[Estimator]) -> type[Estimator]:
    """Give a class an `__init__` with all its parameters, each by name.

    Estimators are equal if identical, and shown as scikit-learn shows them.
    """
    cls = dataclass(kw_only=True, eq=False, repr=False)(cls)
    # A TypeError about an unknown parameter names the estimator.
    named = cls.__name__.removesuffix("Parameters")
    cls.__init__.__qualname__ = f"{named}.__init__"
    return cls


@parameters
class Conv1DStack:
    """Options of a stack of convolutions and poolings."""

    filters: int | Sequence[int] = parameter(*_EACH_LAYER, default=32)
    kernel_size: Widths = parameter(*_EACH_LAYER, default=5)
    strides: int | Sequence[int] | Literal["auto"] = parameter(
        *_EACH_LAYER, _one_of("auto"), default=1, before=1
    )
    pool_size: int | Sequence[int] = parameter(*_EACH_LAYER, default=3)
    n_conv: int = parameter(COUNT, default=3)
    dilation_rate: int | Sequence[int] | Literal["exponential"] = parameter(
        *_EACH_LAYER, _one_of("exponential"), default=1
    )
    padding: Literal["auto", "valid", "same", "causal"] = parameter(
        _one_of("auto", "valid", "same", "causal"), default="auto"
    )
    activation: str = parameter(str, default="relu")
    normalization: Literal["batch", "layer"] | None = parameter(
        _one_of("batch", "layer"), None, default=None
    )
    residual: int = parameter(_NUMBER, default=0)
    bottleneck: int | None = parameter(COUNT, None, default=None, before=None)
    pooling_branch: bool = parameter("boolean", default=False, before=False)


@parameters
class InputAndHead:
    """Options of the input and the head, which every network has."""

    dropout: float = parameter(_SHARE, default=0.5)
    embedding_dim: int | None = parameter(COUNT, None, default=None)
    embedding_weights: Any = parameter("array-like", None, default=None, before=None)
    embedding_trainable: bool = parameter("boolean", default=True, before=True)
    embedding_dropout: float = parameter(_SHARE, default=0.0)
    vocabulary_size: int | None = parameter(
        Interval(Integral, 1, 2**31 - 1, closed="both"), None, default=None
    )
    mask_padding: bool = parameter("boolean", default=False, before=False)
    numeric_columns: int = parameter(_NUMBER, default=0, before=0)


@parameters
class Conv1DParameters(InputAndHead, Conv1DStack):
    """Options of `conv1d_network`."""

    global_pooling: Literal["auto", "max", "average", "last", "flatten"] = parameter(
        _one_of("auto", "max", "average", "last", "flatten"), default="auto"
    )

    _network_name: ClassVar[str] = "conv1d"


@parameters
class Conv1DGRUParameters(InputAndHead, Conv1DStack):
    """Options of `conv1d_gru_network`."""

    n_conv: int = parameter(COUNT, default=2)
    gru_units: int = parameter(COUNT, default=32)
    gru_dropout: float = parameter(_SHARE, default=0.1)
    recurrent_dropout: float = parameter(_SHARE, default=0.5)
    reset_after: bool = parameter("boolean", default=True)
    bidirectional: bool = parameter("boolean", default=False)

    _network_name: ClassVar[str] = "conv1d_gru"


@parameters
class TrainingParameters:
    """How a network is trained."""

    loss: str | Callable | keras.losses.Loss = parameter(*_LOSS, default="mse")
    optimizer: str | keras.optimizers.Optimizer = parameter(
        str, keras.optimizers.Optimizer, default="adam"
    )
    learning_rate: float | None = parameter(
        Interval(Real, 0, None, closed="neither"), None, default=None
    )
    learning_rate_schedule: Literal["one_cycle", "cosine"] | None = parameter(
        _one_of(*SCHEDULES), None, default=None, before=None
    )
    epochs: int | Literal["auto"] = parameter(_one_of("auto"), COUNT, default="auto")
    batch_size: int = parameter(COUNT, default=128)
    steps_per_epoch: int | None = parameter(COUNT, None, default=None)
    validation_split: float | str | date | np.datetime64 | Splitter = parameter(
        _SHARE, *DATES, HasMethods(["split", "get_n_splits"]), default=0.0
    )
    validation_gap: RowsOrTime | Literal["auto"] = parameter(
        _one_of("auto"), _NUMBER, *TIME_SPANS, default="auto"
    )
    early_stopping: bool = parameter("boolean", default=False)
    monitor: str = parameter(str, default="val_loss", before="val_loss")
    n_iter_no_change: int = parameter(COUNT, default=5)
    metrics: (
        str | keras.metrics.Metric | Sequence[str | keras.metrics.Metric] | None
    ) = parameter(
        str, list, tuple, keras.metrics.Metric, None, default=None, before=None
    )
    callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = (
        parameter(list, tuple, keras.callbacks.Callback, None, default=None)
    )
    warm_start: bool = parameter("boolean", default=False)
    random_state: int | np.random.RandomState | None = parameter(
        "random_state", default=None
    )
    verbose: int = parameter("verbose", default=0)


@parameters
class RegressionParameters(TrainingParameters):
    """How a regressor is trained, and what it forecasts."""

    quantiles: Sequence[float] = parameter("array-like", default=(0.1, 0.5, 0.9))
    window_norm: Literal["auto", "last", "standard"] | None = parameter(
        _one_of("auto", "last", "standard"), None, default="auto"
    )
    level: Literal["auto", "last", "seasonal", "ar", "arx"] | None = parameter(
        _one_of("auto", "last", "seasonal", "ar", "arx"),
        None,
        default="auto",
        before="auto",
    )
    period: RowsOrTime | Literal["auto"] = parameter(
        _one_of("auto"), COUNT, *TIME_SPANS, default="auto", before="auto"
    )
    channel_independent: bool | Literal["auto"] = parameter(
        "boolean", _one_of("auto"), default="auto", before=False
    )
    target_channel: Hashable | Sequence[Hashable] = parameter(
        Hashable, "array-like", None, default=None
    )
    delay: RowsOrTime | Sequence[RowsOrTime] | None = parameter(
        COUNT, "array-like", *TIME_SPANS, None, default=None
    )


@parameters
class ClassificationParameters(TrainingParameters):
    """How a classifier is trained."""

    loss: str | Callable | keras.losses.Loss = parameter(*_LOSS, default="auto")
    class_weight: dict | Literal["balanced"] | None = parameter(
        dict, _one_of("balanced"), None, default=None
    )


# The `__init__` of each estimator comes from one of the classes below. They have no
# base class of scikit-learn or scikeras, whose types mypy does not know: with one, it
# would let `__init__` take any argument.


@parameters
class Conv1DRegressorParameters(RegressionParameters, Conv1DParameters):
    """Parameters of `Conv1DRegressor`."""


@parameters
class Conv1DClassifierParameters(ClassificationParameters, Conv1DParameters):
    """Parameters of `Conv1DClassifier`."""


@parameters
class Conv1DGRURegressorParameters(RegressionParameters, Conv1DGRUParameters):
    """Parameters of `Conv1DGRURegressor`."""

    strides: int | Sequence[int] | Literal["auto"] = parameter(
        *_EACH_LAYER, _one_of("auto"), default="auto", before=1
    )


@parameters
class Conv1DGRUClassifierParameters(ClassificationParameters, Conv1DGRUParameters):
    """Parameters of `Conv1DGRUClassifier`."""


def constraints(options):
    """Constraints of all parameters, in the form of scikit-learn."""
    return {
        one.name: one.metadata["constraint"]
        for one in fields(options)
        if "constraint" in one.metadata  # a user's subclass may have others
    }


@cache
def _look_up(home, name):
    """Raise ValueError if Keras does not know a name. An optimizer takes 6 ms, once."""
    getattr(keras, home).get(name)


def check_together(options):
    """Refuse unknown names, and values that contradict each other."""
    for name, home in _KERAS_HOMES.items():
        value = getattr(options, name, None)
        if not isinstance(value, str) or (name, value) in options._own_names:
            continue
        try:
            _look_up(home, value)
        except ValueError:
            raise ValueError(
                f"{name}={value!r} is not known to Keras. Use a name from keras.{home}."
            ) from None
    _check_embedding(options)
    measured(options.metrics)  # refuses unknown names
    date_of(options.validation_split)  # refuses text that is no date
    if is_splitter(options.validation_split) and options.validation_gap != "auto":
        raise ValueError(
            f"validation_gap={options.validation_gap!r} conflicts with "
            f"validation_split={options.validation_split!r}: a splitter leaves out its "
            "own gap. Use validation_gap='auto', and a gap of the splitter."
        )
    _check_time_spans(options)
    if _spares_weights(options.optimizer):
        raise ValueError(
            "exclude_from_weight_decay() was called on the optimizer. Each fit copies "
            "the optimizer from its configuration, which does not keep this call. Use "
            "weight_decay=None, or let all weights decay."
        )
    _check_learning_rate(options)


def _check_embedding(options):
    """Refuse options of an embedding without one, or without what they need."""
    if not options.embedding_trainable and options.embedding_weights is None:
        raise ValueError(
            "embedding_trainable=False needs embedding_weights: without them, the "
            "vectors would stay random. Set embedding_weights, or "
            "embedding_trainable=True."
        )
    if embeds(options):
        return
    if n_numbers := options.numeric_columns:
        raise ValueError(
            f"numeric_columns={n_numbers!r} needs token ids: set embedding_dim. For "
            "numbers beside a series, add channels of constant value to X, by "
            "numpy.concatenate([X, numpy.repeat(numbers[:, None], X.shape[1], axis=1)],"
            " axis=2)."
        )
    for name in ("vocabulary_size", "embedding_dropout", "mask_padding"):
        if getattr(options, name):
            raise ValueError(
                f"{name}={getattr(options, name)!r} needs token ids. Set "
                f"embedding_dim, or leave out {name}."
            )


def _check_time_spans(options):
    """Refuse text that is no time span."""
    for name in ("validation_gap", "period", "delay"):
        value = getattr(options, name, None)
        if isinstance(value, str) and value != "auto":
            if duration_of(value) is None and offset_of(value) is None:
                raise ValueError(
                    f"{name}={value!r} is no time span. Use one such as '24h' or '7D', "
                    "or a number."
                )


def _check_learning_rate(options):
    """Refuse two sources of the learning rate."""
    for name in ("learning_rate", "learning_rate_schedule"):
        value = getattr(options, name)
        if value is not None and _has_schedule(options.optimizer):
            raise ValueError(
                f"{name}={value!r} conflicts with the schedule of the optimizer. Use "
                f"{name}=None, or an optimizer without a schedule."
            )
    if options.learning_rate_schedule is None:
        return
    if sets_the_learning_rate(as_list(options.callbacks)):
        raise ValueError(
            f"learning_rate_schedule={options.learning_rate_schedule!r} conflicts with "
            "callbacks that set the learning rate (LearningRateScheduler, "
            "ReduceLROnPlateau). Leave them out, or use learning_rate_schedule=None."
        )


def _spares_weights(optimizer):
    """Whether some weights are excluded from an optimizer's weight decay."""
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    return any(getattr(optimizer, name, None) for name in names)


def _has_schedule(optimizer):
    """Whether an optimizer's learning rate is a schedule."""
    if isinstance(optimizer, str):
        return False
    return isinstance(optimizer.get_config().get("learning_rate"), dict)
