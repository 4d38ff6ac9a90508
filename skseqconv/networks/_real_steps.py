"""Series of unequal length in one network: which steps of each sequence are real.

A network with a mask gives each sample what it would give the sample without its
padding. The number of real steps after each layer follows from the number before it.
Real steps lie together at one end of a sequence: at its start, or at its end if
convolutions or poolings count from the newest step.

`export_keras` asks a layer for `stock_call`, which computes the same by operations of
Keras. A constant is an array of NumPy, on the right of an operator.
"""

import numpy as np
from keras import backend, layers, ops, saving

from skseqconv._public import public

from ._lengths import n_positions


class AllSteps:
    """Without a mask every step is real, and no method adds a layer."""

    masked = False

    def unpadded(self, window):
        """The input of a network without its padding."""
        return window

    def passes(self, span=1, stride=1, pool=1):
        """Note that the sequence came through a layer."""

    def zeroed(self, sequence):
        """The sequence, zero at its padding."""
        return sequence

    def normalized(self, sequence, **options):
        """The sequence after batch normalization."""
        return layers.BatchNormalization(**options)(sequence)


class RealSteps(AllSteps):
    """The real steps of a sequence, followed through the layers of a network.

    Parameters
    ----------
    newest : bool
        Whether the real steps lie at the end.
    shortest : int
        How many steps the network needs. A text may be shorter: some of its padding
        counts as real then.
    """

    masked = True

    def __init__(self, newest, shortest):
        self.newest, self._shortest = newest, shortest
        self._passed, self._mask, self._n_layers = [], None, 0

    def unpadded(self, window):
        self._n_steps, tokens = window.shape[1], len(window.shape) == 2
        # Vectors of padding are not zero.
        self._zero = not tokens
        least = min(self._shortest, self._n_steps) if tokens else 1
        layer = Unpadded(self.newest, least, name="unpadded")
        sequence, self._lengths = layer(window)
        return sequence

    def passes(self, span=1, stride=1, pool=1):
        self._zero = False
        if (span, stride, pool) != (1, 1, 1):
            self._passed.append([span, stride, pool])
            self._mask = None

    def mask(self):
        """Which steps are real, of shape (None, n_steps)."""
        if self._mask is None:
            n_steps = passed(self._n_steps, self._passed)
            options = self.newest, list(self._passed)
            mask = StepMask(n_steps, *options, name=self._name("mask"))
            self._mask = mask(self._lengths)
        return self._mask

    def zeroed(self, sequence):
        if self._zero:
            return sequence
        return RealOnly(name=self._name("real"))([sequence, self.mask()])

    def largest(self, sequence, pool):
        """The sequence after a max pooling of stride 1 that reads no padding."""
        lowest = RealOnly(lowest=True, name=self._name("lowest"))
        pooled = pool(lowest([sequence, self.mask()]))
        return RealOnly(name=self._name("real"))([pooled, self.mask()])

    def normalized(self, sequence, **options):
        return MaskedBatchNormalization(**options)(sequence, mask=self.mask())

    def pooled(self, sequence, kind):
        """The maximum, mean or last value of each filter over the real steps."""
        pool = RealPooling(kind, name="global_pool")
        return pool([sequence, self.mask()])

    def oldest_first(self, sequence):
        """The sequence with its real steps at the start, and its mask."""
        if not self.newest:
            return sequence, self.mask()
        return OldestFirst(name="oldest_first")([sequence, self.mask()])

    def _name(self, kind):
        self._n_layers += 1
        return f"{kind}_{self._n_layers}"


def passed(length, layers_passed):
    """Number of steps after layers: a number, or a tensor of numbers."""
    for span, stride, pool in layers_passed:
        length = n_positions(length, span, stride) // pool
    return length


def _places(n_steps):
    return np.arange(n_steps, dtype=np.int32)[None, :]


def _lowest(sequence):
    """Values that are never the maximum. Infinity would become NaN in ONNX."""
    half = backend.standardize_dtype(sequence.dtype) == "float16"
    return ops.full_like(sequence, -6e4 if half else -3e38)


def _turned(sequence, first):
    """Sequences that begin with the step `first`. What was before it comes last."""
    n_steps = sequence.shape[1]
    at = ops.mod(first + _places(n_steps), n_steps)
    # Not take_along_axis: before Keras 3.10, ONNX has no operation for a part of it.
    begins = n_steps * (ops.cumsum(ops.ones_like(first), axis=0) - 1)
    steps = ops.reshape(sequence, (-1, *sequence.shape[2:]))
    return ops.take(steps, begins + at, axis=0)


@public
@saving.register_keras_serializable("skseqconv")
class Unpadded(layers.Layer):
    """Find the padding of windows (NaN) or of token ids (0).

    The layer returns the sequences with their real steps together at one end, and the
    number of these steps. NaN becomes zero.

    Parameters
    ----------
    newest : bool
        Whether the real steps lie at the end.
    least : int
        At least as many steps count as real. Token ids need as many as the network's
        shortest sequence, because a text may be shorter.
    """

    def __init__(self, newest, least=1, **options):
        super().__init__(**options)
        self.newest, self.least = newest, least

    def call(self, window):
        tokens, n_steps = len(window.shape) == 2, window.shape[1]
        if tokens:
            real = ops.not_equal(window, 0)
        else:
            missing = ops.isnan(window)
            real = ops.logical_not(ops.all(missing, axis=2))
            window = ops.where(missing, ops.zeros_like(window), window)
        at = _places(n_steps)
        last = ops.max(ops.where(real, at, -1), axis=1, keepdims=True)
        first = ops.min(ops.where(real, at, n_steps - 1), axis=1, keepdims=True)
        first = ops.minimum(first, ops.maximum(last, 0))
        lengths = ops.maximum(last - first + 1, self.least)
        if self.newest:
            window = _turned(window, last + 1)
        elif tokens:
            window = _turned(window, first)
        return window, lengths

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "newest": self.newest, "least": self.least}


@public
@saving.register_keras_serializable("skseqconv")
class StepMask(layers.Layer):
    """Which steps are real, after some layers.

    Parameters
    ----------
    n_steps : int
        Length of the sequence after these layers.
    newest : bool
        Whether the real steps lie at the end.
    passed : list of [int, int, int]
        Span, stride and pooling of each of the layers.
    """

    def __init__(self, n_steps, newest, passed, **options):
        super().__init__(**options)
        self.n_steps, self.newest, self.passed = n_steps, newest, passed

    def call(self, lengths):
        lengths = passed(lengths, self.passed)
        at = _places(self.n_steps)
        if self.newest:
            return ops.greater_equal(lengths, self.n_steps - at)
        return ops.greater(lengths, at)

    stock_call = call

    def get_config(self):
        own = {"n_steps": self.n_steps, "newest": self.newest, "passed": self.passed}
        return {**super().get_config(), **own}


@public
@saving.register_keras_serializable("skseqconv")
class RealOnly(layers.Layer):
    """Set a sequence to zero where the mask says that it is padding.

    Parameters
    ----------
    lowest : bool, default=False
        The lowest number instead of zero, so that padding is never the maximum.
    """

    def __init__(self, lowest=False, **options):
        super().__init__(**options)
        self.lowest = lowest

    def call(self, inputs):
        sequence, mask = inputs
        instead = _lowest(sequence) if self.lowest else ops.zeros_like(sequence)
        return ops.where(mask[:, :, None], sequence, instead)

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "lowest": self.lowest}


@public
@saving.register_keras_serializable("skseqconv")
class OldestFirst(layers.Layer):
    """Move the real steps from the end of a sequence to its start, and the mask."""

    def call(self, inputs):
        sequence, mask = inputs
        n_real = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)
        return _turned(sequence, mask.shape[1] - n_real), ops.flip(mask, axis=1)

    stock_call = call


@public
@saving.register_keras_serializable("skseqconv")
class RealPooling(layers.Layer):
    """The maximum, average or last value of each filter over the real steps.

    Parameters
    ----------
    kind : {"max", "average", "last"}
    """

    def __init__(self, kind, **options):
        super().__init__(**options)
        self.kind = kind

    def call(self, inputs):
        sequence, mask = inputs
        real = mask[:, :, None]
        if self.kind == "max":
            return ops.max(ops.where(real, sequence, _lowest(sequence)), axis=1)
        if self.kind == "last":
            at = _places(mask.shape[1])
            last = ops.max(ops.where(mask, at, 0), axis=1, keepdims=True)
            real = ops.equal(last, at)[:, :, None]
        # At least float32: sums in half precision would overflow.
        dtype = backend.result_type(sequence.dtype, "float32")
        kept = ops.cast(ops.where(real, sequence, ops.zeros_like(sequence)), dtype)
        n_kept = ops.sum(ops.cast(real, dtype), axis=1)
        return ops.cast(ops.sum(kept, axis=1) / n_kept, sequence.dtype)

    stock_call = call

    def get_config(self):
        return {**super().get_config(), "kind": self.kind}


@public
@saving.register_keras_serializable("skseqconv")
class MaskedBatchNormalization(layers.BatchNormalization):
    """Keras' batch normalization with statistics over real steps only.

    The mask ends here: a convolution would warn that it ignores one.
    """

    stock_class = layers.BatchNormalization

    def compute_mask(self, inputs, previous_mask):
        return None

    def _moments(self, inputs, mask):
        # Keras' means of a single filter have no dimension.
        return [ops.reshape(m, (-1,)) for m in super()._moments(inputs, mask)]
