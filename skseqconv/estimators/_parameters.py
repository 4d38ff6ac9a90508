"""The parameters of the estimators, each with its type, default and constraint.

The classes are dataclasses of keyword-only fields. Their `__init__` is what
scikit-learn asks for: it names every parameter, and only assigns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Protocol, TypeVar, dataclass_transform

import keras
import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skseqconv.engine._schedules import SCHEDULES
from skseqconv.networks._per_layer import Widths
from skseqconv.series.times._time_spans import TIME_SPANS, RowsOrTime

from ._validation_split import DATES

Estimator = TypeVar("Estimator")

COUNT = Interval(Integral, 1, None, closed="left")

_NUMBER = Interval(Integral, 0, None, closed="left")

_SHARE = Interval(Real, 0, 1, closed="left")

_EACH_LAYER = (COUNT, list, tuple, np.ndarray)

_LOSS = (str, callable, keras.losses.Loss)


class Splitter(Protocol):
    """A splitter of scikit-learn, or one with the same methods."""

    def split(self, X: Any, y: Any = None, groups: Any = None, /) -> Iterable: ...

    def get_n_splits(self, X: Any = None, /) -> int: ...


def _one_of(*values):
    return StrOptions(set(values))


def parameter(*constraint, default):
    """A field of a value that meets one of the constraints."""
    return field(default=default, metadata={"constraint": list(constraint)})


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
        *_EACH_LAYER, _one_of("auto"), default=1
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
    bottleneck: int | None = parameter(COUNT, None, default=None)
    pooling_branch: bool = parameter("boolean", default=False)


@parameters
class Head:
    """Options of the head, which every network has."""

    dropout: float = parameter(_SHARE, default=0.5)


@parameters
class Conv1DParameters(Head, Conv1DStack):
    """Options of `conv1d_network`."""

    global_pooling: Literal["auto", "max", "average", "last", "flatten"] = parameter(
        _one_of("auto", "max", "average", "last", "flatten"), default="auto"
    )

    _network_name: ClassVar[str] = "conv1d"


@parameters
class Conv1DGRUParameters(Head, Conv1DStack):
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
        _one_of(*SCHEDULES), None, default=None
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
    monitor: str = parameter(str, default="val_loss")
    n_iter_no_change: int = parameter(COUNT, default=5)
    metrics: (
        str | keras.metrics.Metric | Sequence[str | keras.metrics.Metric] | None
    ) = parameter(str, list, tuple, keras.metrics.Metric, None, default=None)
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
    )
    period: RowsOrTime | Literal["auto"] = parameter(
        _one_of("auto"), COUNT, *TIME_SPANS, default="auto"
    )
    channel_independent: bool | Literal["auto"] = parameter(
        "boolean", _one_of("auto"), default="auto"
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


@parameters
class TokenInput:
    """Options of token ids as input, which every network has."""

    embedding_dim: int | None = parameter(COUNT, None, default=None)
    embedding_weights: Any = parameter("array-like", None, default=None)
    embedding_trainable: bool = parameter("boolean", default=True)
    embedding_dropout: float = parameter(_SHARE, default=0.0)
    vocabulary_size: int | None = parameter(
        Interval(Integral, 1, 2**31 - 1, closed="both"), None, default=None
    )
    mask_padding: bool = parameter("boolean", default=False)
    numeric_columns: int = parameter(_NUMBER, default=0)


# The `__init__` of each estimator comes from one of the classes below. They have no
# base class of scikit-learn or scikeras, whose types mypy does not know: with one, it
# would let `__init__` take any argument. The parameters of the last base come first.


@parameters
class Conv1DRegressorParameters(TokenInput, RegressionParameters, Conv1DParameters):
    """Parameters of `Conv1DRegressor`."""


@parameters
class Conv1DClassifierParameters(
    TokenInput, ClassificationParameters, Conv1DParameters
):
    """Parameters of `Conv1DClassifier`."""


@parameters
class Conv1DGRURegressorParameters(
    TokenInput, RegressionParameters, Conv1DGRUParameters
):
    """Parameters of `Conv1DGRURegressor`."""

    strides: int | Sequence[int] | Literal["auto"] = parameter(
        *_EACH_LAYER, _one_of("auto"), default="auto"
    )


@parameters
class Conv1DGRUClassifierParameters(
    TokenInput, ClassificationParameters, Conv1DGRUParameters
):
    """Parameters of `Conv1DGRUClassifier`."""


def constraints(options):
    """Constraints of all parameters, in the form of scikit-learn."""
    return {
        one.name: one.metadata["constraint"]
        for one in fields(options)
        if "constraint" in one.metadata  # a user's subclass may have others
    }
