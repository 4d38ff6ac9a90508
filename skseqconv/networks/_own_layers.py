"""Our own Keras layers, and the pinball loss.

`export_keras` asks a layer for `stock_call`, which computes the same by operations of
Keras on constants.
"""

from keras import initializers, layers, losses, ops, saving

from skseqconv._public import public

#: A window's own spread counts as at least this share of the channel's usual spread.
LEAST_SPREAD = 0.1


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


def variance(relative):
    """Variance over the time steps of windows that are relative to one of their steps.

    It is the mean of squares minus the square of the mean, which saves one pass over
    the windows. One time step is zero, so the square of the mean is at most the number
    of steps times the variance, and the rounding error stays small.
    """
    mean = ops.mean(relative, axis=1, keepdims=True)
    of_squares = ops.mean(ops.square(relative), axis=1, keepdims=True)
    return ops.maximum(of_squares - ops.square(mean), 0.0)


@public
@saving.register_keras_serializable("skseqconv")
class WindowNorm(layers.Layer):
    """Subtract a window's last values, and divide by a spread.

    The spread is the window's own for `kind` "standard" (with a lower limit), and the
    usual spread of the channel for "last". The layer returns the relative window, and
    the level and the spread of each of `n_outputs` targets. Targets are linear
    functions of the channels: ``channels @ slope``. The weights are not trained: the
    estimators set them (`estimators/_level.py`).
    """

    def __init__(self, kind, n_outputs, **options):
        super().__init__(**options)
        self.kind, self.n_outputs = kind, n_outputs
        self.spread_initializer = initializers.Ones()
        self.slope_initializer = initializers.Zeros()

    def build(self, input_shape):
        n_channels = input_shape[-1]
        for name, shape in (
            ("spread", (n_channels,)),
            ("slope", (n_channels, self.n_outputs)),
        ):
            initializer = getattr(self, f"{name}_initializer")
            weight = self.add_weight(shape, initializer, trainable=False, name=name)
            setattr(self, name, weight)

    def call(self, window):
        return self._relative(window, self.spread, self.slope)

    def stock_call(self, window):
        return self._relative(window, self.spread.numpy(), self.slope.numpy())

    def _relative(self, window, spread, slope):
        # Python's operators keep constant NumPy arrays what they are. Operations of
        # Keras would make tensors of them, which become inputs of an ONNX graph.
        last = window[:, -1:, :]
        relative = window - last
        if self.kind == "standard":
            least = LEAST_SPREAD * spread
            spread = ops.sqrt(variance(relative) + least * least)
        else:
            spread = ops.zeros_like(last) + spread
        level = ops.matmul(last[:, 0], slope)
        target_spread = ops.matmul(spread[:, 0], abs(slope))
        return relative / spread, level, target_spread

    def get_config(self):
        own = {"kind": self.kind, "n_outputs": self.n_outputs}
        return {**super().get_config(), **own}
