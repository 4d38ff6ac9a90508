"""`metrics` and `monitor`: which names are known, and to whom."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import keras
from sklearn.metrics import get_scorer_names

from skseqconv._metrics import best_is
from skseqconv._similar import did_you_mean, similar

#: What Keras' metrics are made from. They measure nothing by themselves.
_BASES = ("Metric", "Mean", "Sum", "MeanMetricWrapper")

#: Metrics of differences, which also say something about a standardized y.
_OF_DIFFERENCES = (
    "MeanAbsoluteError",
    "MeanSquaredError",
    "RootMeanSquaredError",
    "LogCoshError",
    "mean_absolute_error",
    "mean_squared_error",
    "huber",
    "log_cosh",
)


class Measured(NamedTuple):
    """What is measured beside the loss.

    Parameters
    ----------
    keras : tuple of str or keras.metrics.Metric
        What the network computes, on training and validation samples.
    scorers : tuple of str
        Names of scikit-learn's scorers, for validation samples.
    """

    keras: tuple[Any, ...]
    scorers: tuple[str, ...]


def measured(metrics):
    """The parameter `metrics`, by who computes them. Unknown names are refused."""
    if isinstance(metrics, str | keras.metrics.Metric):
        metrics = [metrics]
    by_keras, scorers, names = [], [], []
    for metric in metrics or []:
        name = _checked_name(metric)
        if name in names:
            raise ValueError(f"metrics has {name!r} twice: remove one.")
        names.append(name)
        if not isinstance(metric, str) or _of_keras(metric) is not None:
            by_keras.append(metric)
        elif metric in get_scorer_names():
            scorers.append(metric)
        else:
            raise ValueError(_unknown(metric))
    return Measured(tuple(by_keras), tuple(scorers))


def check_for_values(metrics, loss):
    """Refuse metrics of Keras that have another meaning on a standardized y."""
    for metric in measured(metrics).keras:
        kind = _kind_of(metric)
        if loss == "quantile":
            raise ValueError(
                f"metrics has {metric!r} of Keras, which does not fit loss='quantile': "
                "the network has several outputs for each value of y. Use scorers of "
                "scikit-learn, such as 'neg_mean_absolute_error'."
            )
        if kind is not None and kind.__name__ not in _OF_DIFFERENCES:
            raise ValueError(
                f"metrics has {metric!r} of Keras, which is computed on the "
                "standardized y and would mean something else. Use scorers of "
                "scikit-learn, which are computed in the units of y, such as 'r2' or "
                "'neg_mean_absolute_percentage_error'; or 'mae', 'mse', "
                "'root_mean_squared_error'."
            )


def best_of(network, metrics):
    """What of the loss and of each of `metrics` is best: "max", "min" or None.

    Parameters
    ----------
    network : Network
        It measures the loss and those of Keras.
    metrics : str, keras.metrics.Metric or sequence of these, or None
    """
    return network.measured | {
        name: best_is(name) for name in measured(metrics).scorers
    }


def monitored(monitor, measured, best, *, validated):
    """What early stopping watches, and whether its "min" or "max" is the best.

    Parameters
    ----------
    monitor : str
    measured : sequence of str
        What the network measures, also on training samples.
    best : dict of str to str
        What is measured on validation samples, and whether its "max" or "min" is the
        best.
    validated : bool
        Whether there are validation samples.

    Returns
    -------
    monitor, mode : str
        The training loss instead of "val_loss" without validation samples.
    """
    if monitor == "val_loss" and not validated:
        return "loss", best["loss"]
    modes = {f"val_{name}": mode for name, mode in best.items()}
    known = {name: best[name] for name in measured} | (modes if validated else {})
    if monitor not in known:
        remedy = "Use one of these, or add it to metrics"
        if monitor in modes:
            remedy = "Set validation_split=0.2, or give fit X_val and y_val"
        raise ValueError(
            f"monitor={monitor!r} will not be in history_, which will have "
            f"{', '.join(map(repr, known))}. {remedy}."
        )
    if known[monitor] is None:
        raise ValueError(
            f"monitor={monitor!r}: Keras does not know whether more or less of it is "
            "better. Use early_stopping=False and callbacks="
            f"keras.callbacks.EarlyStopping({monitor!r}, mode='max', "
            "restore_best_weights=True), or mode='min'."
        )
    return monitor, known[monitor]


def _checked_name(metric):
    """The name of a metric in the history."""
    if not isinstance(metric, str | keras.metrics.Metric):
        raise ValueError(
            f"metrics has {metric!r}, which is no name and no object of Keras. For a "
            "function, give keras.metrics.MeanMetricWrapper(function, name='...')."
        )
    name = metric if isinstance(metric, str) else metric.name
    if name == "loss" or name.startswith("val_"):
        why = "is the name of the loss" if name == "loss" else "begins with 'val_'"
        raise ValueError(
            f"metrics has {name!r}, which {why}. Leave it out: the loss is always in "
            "history_, and with validation samples also 'val_' and each name."
        )
    return name


def _of_keras(name):
    """What Keras has by this name: a class, or a function. None if it has nothing."""
    try:
        found = keras.metrics.get(name)
    except ValueError:
        return None
    except TypeError:
        raise ValueError(
            f"metrics={name!r} needs arguments: give an object of keras.metrics."
        ) from None
    kind = type(found) if isinstance(found, keras.metrics.Metric) else found
    return None if kind.__name__ in _BASES else kind


def _kind_of(metric):
    """The class or function behind a metric; None for the user's own."""
    kind = _of_keras(metric) if isinstance(metric, str) else type(metric)
    own = (getattr(kind, "__module__", None) or "").startswith("keras.")
    return kind if own and kind.__name__ not in _BASES else None


def is_categorical(metric):
    """Whether a metric compares the columns of one sample with each other."""
    kind = _kind_of(metric)
    return kind is not None and "categorical" in _snake(kind.__name__)


def is_sparse(metric):
    """Whether a metric takes the number of a class instead of a column for each."""
    kind = _kind_of(metric)
    return kind is not None and "sparse" in _snake(kind.__name__)


def _unknown(name):
    known = {*get_scorer_names(), *map(_snake, _names_of_keras())}
    hint = did_you_mean(similar(name, known))
    return (
        f"metrics={name!r} is neither a name of keras.metrics nor one of "
        f"sklearn.metrics.get_scorer_names(). {hint}For a "
        "metric of your own, give an object of keras.metrics.Metric."
    )


def names_of_keras(home):
    """The names in a module of Keras, such as "losses"."""
    hidden = ("get", "serialize", "deserialize")
    names = vars(getattr(keras, home))
    return [n for n in names if not n.startswith("_") and n not in hidden]


def _names_of_keras():
    return [name for name in names_of_keras("metrics") if name not in _BASES]


def _snake(name):
    """A class by the name that Keras' metrics have in logs."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
