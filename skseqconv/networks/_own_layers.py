"""Our own Keras layers, and the pinball loss.

`export_keras` asks a layer for `stock_call`, which computes the same by operations of
Keras on constants.
"""

import tensorflow as tf
from keras import backend, layers, losses, ops, saving

from skseqconv._public import public


@public
@saving.register_keras_serializable("skseqconv")
class Ascending(layers.Layer):
    """Make values ascend along the last axis.

    The value at `middle` stays. The others become positive steps away from it.
    """

    def __init__(self, middle, **options):
        super().__init__(**options)
        self.middle = middle

    def call(self, values):
        steps, at = ops.softplus(values), self.middle
        middle = values[..., at : at + 1]
        parts = [middle]
        # LiteRT computes wrong values from empty slices.
        if at > 0:
            below = ops.flip(steps[..., :at], axis=-1)
            below = ops.flip(ops.cumsum(below, axis=-1), axis=-1)
            parts = [middle - below, *parts]
        if at + 1 < values.shape[-1]:
            parts.append(middle + ops.cumsum(steps[..., at + 1 :], axis=-1))
        return ops.concatenate(parts, axis=-1)

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "middle": self.middle}


@public
@saving.register_keras_serializable("skseqconv")
class Embedding(layers.Embedding):
    """Keras' embedding, whose gradient has one row for each id.

    The gradient of Keras' layer has a row for each token of a batch. Keras' optimizers
    square these rows before they add those of the same id (Keras 3.15). So the steps of
    Adam and RMSprop are too large for frequent ids: for the padding of 64 reviews a
    hundred times.
    """

    stock_class = layers.Embedding

    def call(self, inputs):
        ids = ops.cast(inputs, "int32")
        # The gradient of a reshape is dense: rows of the same id are added.
        table = tf.reshape(tf.convert_to_tensor(self.embeddings), self.embeddings.shape)
        return ops.cast(tf.gather(table, ids), self.compute_dtype)


@public
@saving.register_keras_serializable("skseqconv")
class LayerNormalization(layers.LayerNormalization):
    """Layer normalization over the last axis, with the same bits in each fit.

    Keras' own layer reads each value three times. TensorFlow adds three gradients in
    no fixed order, so sums may round differently. Here nothing is read more than twice.
    """

    stock_class = layers.LayerNormalization

    def call(self, inputs):
        # At least float32: sums in half precision would round too much.
        dtype = backend.result_type(self.variable_dtype, "float32")
        given = inputs, self.gamma, self.beta
        values, gamma, beta = (ops.cast(value, dtype) for value in given)
        centered = values - ops.mean(values, axis=-1, keepdims=True)
        variance = ops.mean(ops.square(centered), axis=-1, keepdims=True)
        normalized = centered * ops.rsqrt(variance + self.epsilon)
        return ops.cast(normalized * gamma + beta, self.compute_dtype)


@public
@saving.register_keras_serializable("skseqconv")
class Pinball(losses.Loss):
    """The pinball loss, whose minimum is a quantile: the mean over all quantiles.

    Koenker and Bassett, "Regression quantiles", Econometrica 46 (1978).
    """

    def __init__(self, quantiles, name="pinball", **options):
        super().__init__(name=name, **options)
        self.quantiles = list(quantiles)

    def call(self, y_true, y_pred):
        error = ops.expand_dims(y_true, -1) - y_pred
        share = ops.convert_to_tensor(self.quantiles, dtype=error.dtype)
        return ops.mean(ops.maximum(share * error, (share - 1) * error), axis=(1, 2))

    def get_config(self):
        return {**super().get_config(), "quantiles": self.quantiles}
