"""Our own layers around a network: windows relative to a level, and each target alone.

`export_keras` asks a layer for `stock_call`, which computes the same by operations of
Keras on constants.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from itertools import groupby

from keras import initializers, layers, ops, saving

from skseqconv._public import public

#: A window's own spread counts as at least this share of the channel's usual spread.
LEAST_SPREAD = 0.1


def variance(relative):
    """Variance over the time steps of windows that are relative to one of their steps.

    It is the mean of squares minus the square of the mean, which saves one pass over
    the windows. One time step is zero, so the square of the mean is at most the number
    of steps times the variance, and the rounding error stays small.
    """
    mean = ops.mean(relative, axis=1, keepdims=True)
    of_squares = ops.mean(ops.square(relative), axis=1, keepdims=True)
    return ops.maximum(of_squares - ops.square(mean), 0.0)


#: Whether windows come from our own programs, which feed them relative already.
_FED = ContextVar("fed", default=False)


@contextmanager
def fed_windows():
    """Within this context, windows count as relative (`estimators/_relative.py`)."""
    token = _FED.set(True)
    try:
        yield
    finally:
        _FED.reset(token)


@public
@saving.register_keras_serializable("skseqconv")
class WindowNorm(layers.Layer):
    """Make windows relative to their last values, and compute where forecasts start.

    The layer returns the relative window, divided by a spread, and the level and the
    spread of each of `n_outputs` targets. The weights are not trained: the estimators
    set them (`estimators/_level.py`).

    Parameters
    ----------
    kind : {"last", "standard"}
        "standard" divides by the window's own spread (with a lower limit), "last" by
        the usual spread of the channel.
    n_outputs : int
        Number of targets. They are linear functions of the last values of the
        channels: ``channels @ slope``.
    highway : sequence of int, default=None
        The channel of each target. A linear function of the channel's relative window
        (weight `lagged`) is added to its level. The spread of a target is then
        ``spread @ gain``, which does not depend on the level. None adds nothing.
    exogenous_at : sequence of int, default=None
        Positions in the window. A linear function (weight `exogenous`) of the channels
        at these positions is added to the level. Channels whose weight `centered` is 1
        are taken relative to their `center` for it, instead of their last values. Those
        whose weight `kept` is 1 are relative to it in the result, too, and are divided
        by their usual spread. None means that there are no exogenous channels.
    """

    def __init__(self, kind, n_outputs, highway=None, exogenous_at=None, **options):
        super().__init__(**options)
        self.kind, self.n_outputs = kind, n_outputs
        self.highway, self.exogenous_at = highway, exogenous_at
        self.spread_initializer = initializers.Ones()

    def build(self, input_shape):
        _, n_steps, n_channels = input_shape
        shapes = {"spread": (n_channels,), "slope": (n_channels, self.n_outputs)}
        if self.highway is not None:
            shapes["lagged"] = (n_steps, self.n_outputs)
            shapes["gain"] = shapes["slope"]
        if self.exogenous_at is not None:
            shapes |= dict.fromkeys(("center", "centered", "kept"), (n_channels,))
            n_read = len(self.exogenous_at) * n_channels
            shapes["exogenous"] = (n_read, self.n_outputs)
        self.names = list(shapes)
        for name, shape in shapes.items():
            if name != "spread":
                setattr(self, f"{name}_initializer", initializers.Zeros())
            initializer = getattr(self, f"{name}_initializer")
            weight = self.add_weight(shape, initializer, trainable=False, name=name)
            setattr(self, name, weight)

    def call(self, window):
        return self._computed(window, {n: getattr(self, n) for n in self.names})

    def stock_call(self, window):
        constants = {name: getattr(self, name).numpy() for name in self.names}
        return self._computed(window, constants)

    def _computed(self, window, weights):
        # Python's operators keep constant NumPy arrays what they are. Operations of
        # Keras would make tensors of them, which become inputs of an ONNX graph.
        last, exogenous = window[:, -1:, :], self.exogenous_at is not None
        relative = window
        if not _FED.get():
            base = last
            if exogenous:
                centered = weights["centered"]
                base = last * (1 - centered) + weights["center"] * centered
            relative = window - base
        level = ops.matmul(last[:, 0], weights["slope"])
        if self.highway is not None:
            level = level + self._lagged(relative, weights["lagged"])
        if exogenous:
            level = level + self._exogenous(relative, weights["exogenous"])
            relative = relative - relative[:, -1:] * (1 - weights["kept"])
        usual = spread = ops.zeros_like(last) + weights["spread"]
        if self.kind == "standard":
            least = LEAST_SPREAD * weights["spread"]
            spread = ops.sqrt(variance(relative) + least * least)
            if exogenous:
                spread = spread * (1 - weights["kept"]) + usual * weights["kept"]
        gain = abs(weights["slope"]) if self.highway is None else weights["gain"]
        target_spread = ops.matmul(spread[:, 0], gain)
        return relative / spread, level, target_spread

    def _lagged(self, relative, weight):
        """A linear function of the window of each target's own channel."""
        parts, start = [], 0
        for channel, run in groupby(self.highway):
            stop = start + len(list(run))
            own = relative[:, :, channel]
            parts.append(ops.matmul(own, weight[:, start:stop]))
            start = stop
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def _exogenous(self, relative, weight):
        read = ops.take(relative, self.exogenous_at, axis=1)
        return ops.matmul(ops.reshape(read, (-1, weight.shape[0])), weight)

    def get_config(self):
        own = {
            "kind": self.kind,
            "n_outputs": self.n_outputs,
            "highway": self.highway,
            "exogenous_at": self.exogenous_at,
        }
        return {**super().get_config(), **own}


@public
@saving.register_keras_serializable("skseqconv")
class EachTarget(layers.Layer):
    """Make each target's channel a sample of its own, with the channels of no target.

    From (n_samples, n_steps, n_channels) to (n_samples * n_targets, n_steps, 1 +
    n_others). `targets` are the positions of the targets' channels.
    """

    def __init__(self, targets, **options):
        super().__init__(**options)
        self.targets = targets

    def call(self, windows):
        _, n_steps, n_channels = windows.shape
        others = [at for at in range(n_channels) if at not in self.targets]
        each = [
            ops.stack([windows[:, :, at] for at in [target, *others]], axis=-1)
            for target in self.targets
        ]
        samples = ops.stack(each, axis=1)
        return ops.reshape(samples, (-1, n_steps, 1 + len(others)))

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "targets": self.targets}


@public
@saving.register_keras_serializable("skseqconv")
class Together(layers.Layer):
    """Join the outputs of `n_targets` samples, which `EachTarget` has made, to one."""

    def __init__(self, n_targets, **options):
        super().__init__(**options)
        self.n_targets = n_targets

    def call(self, outputs):
        _, n_each, *more = outputs.shape
        return ops.reshape(outputs, (-1, self.n_targets * n_each, *more))

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "n_targets": self.n_targets}
