"""Metrics that a network computes while it trains: a copy of each, for each network."""

import keras
import numpy as np
from keras import ops

from skseqconv._public import public


@public
@keras.saving.register_keras_serializable("skseqconv")
class SubsetAccuracy(keras.metrics.MeanMetricWrapper):
    """Share of the samples whose labels are all predicted right, at 0.5."""

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(_all_right, name, dtype)
        self._direction = "up"

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _all_right(y_true, y_pred):
    predicted = ops.cast(y_pred > 0.5, y_true.dtype)
    return ops.cast(ops.all(ops.equal(y_true, predicted), axis=-1), "float32")


def named(metric):
    """A new metric: a copy of Keras' object, or the one that Keras has by this name."""
    if isinstance(metric, keras.metrics.Metric):
        return type(metric).from_config(metric.get_config())
    found = keras.metrics.get(metric)
    if isinstance(found, keras.metrics.Metric):
        config = found.get_config()
        return type(found).from_config({**config, "name": metric})
    return keras.metrics.MeanMetricWrapper(found, name=metric)


def made(metrics, architecture, strategy):
    """Metrics with their variables, which a step on several devices cannot create.

    Parameters
    ----------
    metrics : sequence of str or keras.metrics.Metric
    architecture : dict
        Of the network.
    strategy : tf.distribute.Strategy or None
        In whose scope the network trains.

    Returns
    -------
    metrics : list of keras.metrics.Metric

    Raises
    ------
    ValueError
        If a metric does not give one number for the outputs of the network.
    """
    n_outputs = architecture["n_outputs"]
    independent = architecture.get("output_activation") == "sigmoid"
    new = []
    for metric in metrics:
        if metric == "accuracy":
            new.append(_accuracy(n_outputs, independent)(name="accuracy"))
            continue
        new.append(named(metric))
        if strategy is None:
            _try_out(new[-1], metric, n_outputs)
        elif not new[-1].variables:
            raise ValueError(
                f"metrics has {metric!r}, which creates its variables in training. "
                "Several devices do not allow that. Leave it out, or train without a "
                "strategy."
            )
    return new


def _accuracy(n_outputs, independent):
    if n_outputs == 1:
        return keras.metrics.BinaryAccuracy
    return SubsetAccuracy if independent else keras.metrics.CategoricalAccuracy


def _try_out(metric, given, n_outputs):
    """Compute a metric once, on a sample of zeros."""
    zeros = np.zeros((1, n_outputs), dtype=np.float32)
    try:
        metric.update_state(zeros, zeros)
        shape = tuple(np.asarray(metric.result()).shape)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"metrics has {given!r}, which cannot be computed on y and outputs of "
            f"shape (n_samples, {n_outputs}): {error}"
        ) from None
    metric.reset_state()
    if shape:
        raise ValueError(
            f"metrics has {given!r}, which gives {shape} values and must give one "
            "number. Give the metric with an average, such as "
            "keras.metrics.F1Score(average='macro')."
        )
