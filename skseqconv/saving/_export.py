"""A fitted pipeline as one plain Keras model, for serving.

The fitted steps, the network and the scale of y become layers and operations of Keras.
A file of the model needs nothing but Keras.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn import preprocessing as scalers
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.utils.validation import check_is_fitted

from skseqconv._files import file_path, whole_file, writable_path
from skseqconv._public import public
from skseqconv._unwrap import fitted_steps
from skseqconv.transformers._per_step import PerStep
from skseqconv.transformers._standardizer import Standardizer
from skseqconv.transformers._windower import LookbackWindower

from ._finished import check_finished

if TYPE_CHECKING:
    import keras

#: From fitted scalers to the center and scale in ``(x - center) / scale``. Subclasses
#: are not accepted: they may compute anything.
_AFFINE = {
    scalers.MaxAbsScaler: lambda step: (None, step.scale_),
    scalers.MinMaxScaler: lambda step: (-step.min_ / step.scale_, 1 / step.scale_),
    scalers.RobustScaler: lambda step: (step.center_, step.scale_),
    Standardizer: lambda step: (step.mean_ if step.with_mean else None, step.scale_),
}

_AFFINE[scalers.StandardScaler] = _AFFINE[Standardizer]


@public
def export_keras(
    estimator: BaseEstimator, path: str | bytes | os.PathLike | None = None
) -> keras.Model:
    """Turn a fitted pipeline into one plain Keras model, from raw windows to outputs.

    The model consists of Keras' own layers: `keras.models.load_model` loads it without
    this package, and `Model.export` writes it as SavedModel, ONNX or LiteRT.

    Parameters
    ----------
    estimator : estimator
        A fitted network of this package, a Pipeline that ends with one, a search (its
        `best_estimator_` is used), or a `FrozenEstimator` of these. A classifier may
        have another threshold (`TunedThresholdClassifierCV`), which only moves the
        labels: the Keras model gives the same probabilities. Other steps may be
        `LookbackWindower`, `Standardizer`, and scikit-learn's StandardScaler,
        MinMaxScaler, RobustScaler, MaxAbsScaler and SimpleImputer, with or without
        `PerStep`.
    path : str, bytes or path-like, default=None
        File for the model, ending in ".keras". An existing file is replaced; if that
        fails, it stays as it was. None saves nothing.

    Returns
    -------
    model : keras.Model
        Uncompiled, in float32, with a copy of the weights.

        Its inputs are raw windows of shape (n_samples, n_lags, n_channels), as the
        pipeline's `LookbackWindower` cuts them from the series, also for one channel.
        Channels known ahead are as many rows later as in ``windows.to_numpy()``.
        For a network with `embedding_dim` they are token ids, int32 of shape
        (n_samples, n_steps). With `numeric_columns` there are two inputs, "tokens" and
        "numbers", the second float32 of shape (n_samples, numeric_columns).

        A network that was fitted on series of unequal length takes them padded with
        NaN at the end, to the length of the longest one in the fit, and masks them by
        itself. A network that was fitted on one length takes series of this length.

        For a classifier the outputs are those of `predict_proba`. For a regressor they
        are those of `predict`, in the units of y and of shape (n_samples, n_targets),
        with one column if y had one dimension. With ``loss="quantile"`` they are those
        of `predict_quantiles`, of shape (n_samples, n_quantiles) if y had one
        dimension.

    Raises
    ------
    ValueError
        If the last step is not a network of this package, another step cannot be
        exported, the last fit of the Pipeline did not finish, or `path` does not end in
        ".keras".
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    OSError
        If the file cannot be written, or `path` is a folder, a pipe or a device.

    See Also
    --------
    save : Saves the estimator itself.
    LookbackWindower : Describes which rows a window holds.

    Notes
    -----
    The model checks nothing. For missing and infinite values and unknown token ids,
    which the pipeline refuses, its outputs mean nothing. Windows are float32: seven
    digits must be enough for each channel. If the newest value of the target is
    missing, forecasts start from the last known one in the window; `predict` searches
    the whole series for it. If the value one period ago is missing (``level_`` is
    "seasonal"), the model takes what the imputer fills in, `predict` the value of an
    earlier period.

    LiteRT runs a GRU on batches of one fixed size. Pass the size to `export`:
    ``input_signature=[keras.InputSpec("float32", shape=(1, n_lags, n_channels))]``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DRegressor, LookbackWindower, Standardizer
    >>> from skseqconv import export_keras, make_supervised
    >>> X, y = make_supervised(np.sin(np.arange(200.0) / 5), 0, delay=3)
    >>> windower = LookbackWindower(16)
    >>> forecast = make_pipeline(
    ...     Standardizer(), windower, Conv1DRegressor(n_conv=1, epochs=1)
    ... )
    >>> model = export_keras(forecast.fit(X, y))
    >>> windows = windower.transform(X[100:]).to_numpy(np.float32)
    >>> model(windows).shape
    TensorShape([97, 1])
    >>> np.allclose(model(windows)[:, 0], forecast.predict(X[100:]), atol=1e-5)
    True
    """
    import keras

    from skseqconv.estimators._base import SequenceEstimator
    from skseqconv.estimators._unequal import reads_unequal

    if path is not None:
        if not (path := file_path(path)).endswith(".keras"):
            raise ValueError(f"path={path!r} must end in '.keras'.")
        path = writable_path(path)
    check_is_fitted(estimator)
    check_finished(estimator)
    *steps, (name, last) = _opened(estimator, type(estimator).__name__)
    if not isinstance(last, SequenceEstimator):
        raise ValueError(
            f"The last step, {name!r}, is a {type(last).__name__}, and must be a "
            "network of this package, or a search over one with refit=True."
        )
    last = last._as_it_is()
    shape = last._architecture["input_shape"]
    embedded = len(shape) == 1
    dtype, kind = ("int32", "tokens") if embedded else ("float32", "window")
    inputs = [keras.Input(shape, dtype=dtype, name=kind)]
    values = _with_last_known(inputs[0], _raw_targets(last, steps))
    for name, step in steps:
        if embedded:
            raise _refusal(name, step, "the network takes token ids")
        values = _applied(name, step, values)
    if steps and not embedded and reads_unequal(last._architecture):
        values = _with_padding(values, inputs[0])
    with last._network() as network:
        beside = network.model.inputs[1:]  # numbers beside token ids
        inputs += [keras.Input(one.shape[1:], name=one.name) for one in beside]
        values = _stock_network(network.model)(_alone([values, *inputs[1:]]))
    values = last.target_encoder_.stock_call(values)
    model = keras.Model(_alone(inputs), values, name=type(last).__name__)
    # `Model.export` to ONNX needs a model that was called before.
    zeros = [keras.ops.zeros((1, *one.shape[1:]), one.dtype) for one in inputs]
    model(_alone(zeros))
    if path is not None:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "model.keras"
            with warnings.catch_warnings():  # of Keras with NumPy 2, not of the model
                warnings.simplefilter("ignore", DeprecationWarning)
                model.save(made)
            with whole_file(path) as file:
                file.write(made.read_bytes())
    return model


def _with_padding(values, inputs):
    """Values that are NaN where the inputs end with NaN, whatever the steps did."""
    from keras import ops

    known = ops.logical_not(ops.all(ops.isnan(inputs), axis=2, keepdims=True))
    at = np.arange(inputs.shape[1], dtype="int32")[None, :, None]
    last = ops.max(ops.where(known, at, -1), axis=1, keepdims=True)
    return ops.where(ops.less(last, at), np.float32(np.nan), values)


def _alone(values):
    """A list, or what is alone in it."""
    return values[0] if len(values) == 1 else values


# The steps.


def _opened(estimator, name):
    """Names and fitted steps, also those inside Pipelines, searches and PerStep."""
    for step_name, step in fitted_steps(estimator, name):
        if type(step) is PerStep:
            yield from _opened(step.transformer_, step_name)
        else:
            yield step_name, step


def _refusal(name, step, reason):
    return ValueError(
        f"The step {name!r} ({type(step).__name__}) cannot be exported: {reason}. "
        "Apply the steps outside the model, and export the last one alone: the inputs "
        "of export_keras(pipeline[-1]) are those of the network."
    )


def _raw_targets(estimator, steps):
    """Channels whose last known values forecasts start from, if a step fills gaps."""
    level = vars(estimator).get("_level")
    fills = any(type(step) is SimpleImputer for _, step in steps)
    channels = level["raw_channels"] if fills and level is not None else []
    return sorted({int(channel) for channel in channels if channel >= 0})


def _with_last_known(windows, channels):
    """Windows in which missing newest values are replaced by the last known ones.

    Steps that fill missing values come later, and fill the others.
    """
    from keras import ops

    if not channels:
        return windows
    n_steps, n_channels = windows.shape[1:]
    for channel in channels:
        values = windows[:, :, channel]
        place = ops.where(ops.isnan(values), -1.0, np.arange(n_steps, dtype="float32"))
        last = ops.max(place, axis=1, keepdims=True)
        known = ops.where(ops.equal(place, last), values, 0.0)
        known = ops.sum(ops.where(ops.isnan(known), 0.0, known), axis=1)
        newest = np.zeros((n_steps, n_channels), dtype=bool)
        newest[-1, channel] = True
        filled = ops.logical_and(ops.isnan(windows), newest)
        filled = ops.logical_and(filled, last[:, :, None] >= 0)
        windows = ops.where(filled, known[:, None, None], windows)
    return windows


def _applied(name, step, values):
    """Windows after a fitted step."""
    from keras import ops

    if type(step) is LookbackWindower:
        return values
    if type(step) is SimpleImputer:
        fill = _each_channel(step.statistics_, values)
        other = str(step.missing_values) != "nan"
        if step.add_indicator or other or np.isnan(fill).any():
            reason = "it adds or drops channels, or fills values other than nan"
            raise _refusal(name, step, reason)
        return ops.where(ops.isnan(values), fill, values)
    if type(step) not in _AFFINE:
        known = ", ".join(kind.__name__ for kind in _AFFINE)
        raise _refusal(name, step, f"it is not one of {known} and SimpleImputer")
    center, scale = _AFFINE[type(step)](step)
    if center is not None:
        values = ops.subtract(values, _each_channel(center, values))
    if scale is not None:
        values = ops.divide(values, _each_channel(scale, values))
    if getattr(step, "clip", False):
        values = ops.clip(values, *getattr(step, "feature_range", (-1, 1)))
    return values


def _each_channel(learned, values):
    """One value for each channel, or for each step if a table's columns were steps."""
    learned = np.asarray(learned, dtype=np.float32)
    return learned if len(learned) == values.shape[2] else learned[:, None]


# The network.


def _stock_network(model):
    """A copy of a network with Keras' own layers, and without dropout."""
    import keras

    def computed(layer):
        if isinstance(layer, keras.layers.Dropout):
            return lambda values: values
        return getattr(layer, "stock_call", None)

    copies = []

    def copy(layer):
        if not isinstance(layer, keras.layers.Layer):  # a cast of mixed precision
            return type(layer)("float32")
        if computed(layer):
            return layer
        copies.append((_stock_layer(layer), layer))
        return copies[-1][0]

    def call(layer, inputs, **options):
        if isinstance(layer, keras.layers.BatchNormalization):
            options.pop("mask", None)  # it matters to training only
        return (computed(layer) or partial(layer, **options))(inputs)

    # Keras would copy the loss and the optimizer, too.
    bare = keras.Model(model.input, model.output, name=model.name)
    network = keras.models.clone_model(bare, clone_function=copy, call_function=call)
    for ours, theirs in copies:
        ours.set_weights(theirs.get_weights())
    return network


def _stock_layer(layer):
    from keras import layers

    # Keras names operations "add_1" and so on. Layers of a network may have that name.
    own = {"name": f"network_{layer.name}", "dtype": "float32"}
    if isinstance(layer, layers.Bidirectional):
        return layers.Bidirectional(_stock_layer(layer.forward_layer), **own)
    kind = getattr(layer, "stock_class", type(layer))
    if not kind.__module__.startswith("keras."):
        raise ValueError(
            f"The layer {layer.name!r} ({kind.__name__}) cannot be exported: it is not "
            "a layer of Keras, and its class has no stock_call and no stock_class."
        )
    config = layer.get_config() | own
    if issubclass(kind, layers.GRU | layers.LSTM):
        config |= {"dropout": 0.0, "recurrent_dropout": 0.0}
        # A model that is exported beside a GPU must also run without one.
        return kind(**config, use_cudnn=False)
    return kind.from_config(config)
