"""A GRU that trains faster on CPUs: Keras' layer with another inner loop.

Keras runs a GRU step by step, with about 25 small TensorFlow operations per step and
twice as many for the gradient. Dispatching them takes most of the time. Here one matrix
product projects the inputs of all steps before the loop. The gradient's recurrence is
written out, and one matrix product after it gives the gradient of the weights. XLA
compiles both loops if the batch size is known. It runs a loop on one core, so parts of
a large batch run side by side. Convolutions and poolings stay outside, where
TensorFlow's kernels are faster than XLA's.

Weights, dropout and outputs are those of `keras.layers.GRU`, up to float32 rounding.
Keras' own loop runs for options that are not written out here, and where cuDNN can run
the layer.
"""

import keras
import tensorflow as tf

from skseqconv._public import public

#: The sigmoid of a number as large as this is 1, also after a bias is added, and in
#: half precision.
KEEPS_STATE = 1e4

#: Smallest number of sequences in a part of a batch. A training step of 896 sequences
#: took 76 ms as a whole and 40 ms in four parts (33 time steps, 32 units, two cores
#: that did other work, too). With 128 sequences, parts gained nothing.
LEAST_IN_PART = 200


@public
@keras.saving.register_keras_serializable("skseqconv")
class GRU(keras.layers.GRU):
    """`keras.layers.GRU`, with the loop of this module where it applies."""

    stock_class = keras.layers.GRU

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Run over the time steps, as `keras.layers.GRU` does."""
        if not self._is_written_out():
            return super().inner_loop(sequences, initial_state, mask, training)
        state, cell = initial_state[0], self.cell
        if self.go_backwards:
            sequences = tf.reverse(sequences, [1])
        if mask is not None:
            sequences, mask = _padding_first(sequences, mask, self.go_backwards)
        dropped = masks = None
        if training and cell.dropout:
            dropped = _one_a_gate(cell.get_dropout_mask(sequences[:, 0, :]))
        if training and cell.recurrent_dropout:
            masks = tf.stack(cell.get_recurrent_dropout_mask(state))
        bias = tf.reshape(tf.convert_to_tensor(cell.bias), [2, 3, cell.units])
        gates = _project(sequences, dropped, _by_gate(cell.kernel), bias[0])
        if mask is not None:
            gates = _without_effect(gates, mask)
        kernel = tf.stack(_by_gate(cell.recurrent_kernel))
        if training or _is_compiled(gates):
            state = _trainable_state(gates, state, kernel, bias[1], masks)
        else:
            state = _forward(gates, state, kernel, bias[1], masks, save=False)[0]
        return state, state[:, None], [state]

    def _is_written_out(self):
        activations = (self.cell.activation, self.cell.recurrent_activation)
        return (
            activations == (keras.activations.tanh, keras.activations.sigmoid)
            and self.cell.reset_after
            and self.cell.use_bias
            and not self.return_sequences
            and not (_has_gpu() and not self.cell.recurrent_dropout)
        )


def _is_compiled(gates):
    """Whether XLA compiles the loops: it needs known sizes, and a traced program."""
    return None not in gates.shape and not tf.executing_eagerly()


def _has_gpu():
    return bool(tf.config.list_logical_devices("GPU"))


def _padding_first(sequences, mask, reversed_already):
    """Sequences whose padding comes before their real steps, and the mask.

    The state then stays exactly zero up to the first real step. `mask` says which steps
    are real; these come first in it.
    """
    if not reversed_already:
        n_steps = mask.shape[1]
        n_real = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1, keepdims=True)
        at = (tf.range(n_steps)[None, :] + n_real) % n_steps
        sequences = tf.gather(sequences, at, batch_dims=1)
    return sequences, tf.reverse(mask, [1])


def _without_effect(gates, mask):
    """Gates of steps that keep the state where the mask is False.

    The update gate is 1 there, so the new state is the old one, and nothing is learned.
    """
    keep = tf.where(tf.transpose(mask)[:, :, None], gates[0], KEEPS_STATE)
    return tf.concat([keep[None], gates[1:]], axis=0)


def _by_gate(kernel):
    return tf.split(tf.convert_to_tensor(kernel), 3, axis=1)


def _one_a_gate(mask):
    """Three masks. Keras draws one for all gates, or three if it drops the state."""
    return mask if isinstance(mask, list) else [mask] * 3


def _project(sequences, dropped, kernels, bias):
    """The inputs' part in each gate, of shape (3, n_steps, batch, units)."""
    steps = tf.transpose(sequences, [1, 0, 2])
    gates = []
    for i, kernel in enumerate(kernels):
        inputs = steps if dropped is None else steps * dropped[i]
        gates.append(tf.tensordot(inputs, kernel, 1) + bias[i])
    return tf.stack(gates)


def _forward(gates, state, kernel, bias, masks, save=True):
    """The last state, and the values of each step that the gradient needs."""
    n_steps = gates.shape[1]
    # What is the same in every step is computed before the loop.
    to_update, to_reset, to_candidate = tf.unstack(gates)
    to_update, to_reset, added_bias = to_update + bias[0], to_reset + bias[1], bias[2]
    kernels = tf.unstack(kernel)
    mask = None if masks is None else tf.unstack(masks)

    def step(t, state, *saved):
        now = [state] * 3 if masks is None else [state * mask[i] for i in range(3)]
        update = tf.sigmoid(to_update[t] + tf.matmul(now[0], kernels[0]))
        reset = tf.sigmoid(to_reset[t] + tf.matmul(now[1], kernels[1]))
        added = tf.matmul(now[2], kernels[2]) + added_bias
        candidate = tf.tanh(to_candidate[t] + reset * added)
        new = candidate + update * (state - candidate)
        values = (state, update, reset, candidate, added)
        saved = [array.write(t, v) for array, v in zip(saved, values, strict=False)]
        return (t + 1, new, *saved)

    arrays = _arrays(5 if save else 0, n_steps, state)
    _, state, *saved = tf.while_loop(
        lambda t, *_: t < n_steps,
        step,
        (0, state, *arrays),
        maximum_iterations=n_steps,
    )
    return state, [array.stack() for array in saved]


def _backward(d_state, saved, kernel, masks):
    """Gradients of the first state, and of the gates' inputs from state and input."""
    n_steps = saved[0].shape[0]
    transposed = [tf.transpose(one) for one in tf.unstack(kernel)]
    mask = None if masks is None else tf.unstack(masks)

    def step(t, d_new, *arrays):
        state, update, reset, candidate, added = (values[t] for values in saved)
        d_candidate = d_new * (1 - update) * (1 - candidate * candidate)
        d_update = d_new * (state - candidate) * update * (1 - update)
        d_reset = d_candidate * added * reset * (1 - reset)
        d_added = d_candidate * reset
        d_state = d_new * update
        for i, d_gate in enumerate((d_update, d_reset, d_added)):
            back = tf.matmul(d_gate, transposed[i])
            d_state += back if masks is None else back * mask[i]
        values = (d_update, d_reset, d_added, d_candidate)
        arrays = [array.write(t, v) for array, v in zip(arrays, values, strict=True)]
        return (t - 1, d_state, *arrays)

    _, d_state, *arrays = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (n_steps - 1, d_state, *_arrays(4, n_steps, d_state)),
        maximum_iterations=n_steps,
    )
    d_update, d_reset, d_added, d_candidate = (array.stack() for array in arrays)
    by_state = tf.stack([d_update, d_reset, d_added])
    return d_state, by_state, tf.stack([d_update, d_reset, d_candidate])


def _arrays(number, n_steps, like):
    return [
        tf.TensorArray(like.dtype, n_steps, element_shape=like.shape)
        for _ in range(number)
    ]


def _trainable_state(gates, state, kernel, bias, masks):
    """The last state, with a gradient."""
    if not _is_compiled(gates):
        return _with_gradient(_forward, _backward, gates, state, kernel, bias, masks)
    loops = [
        tf.function(loop, jit_compile=True, autograph=False)
        for loop in (_forward, _backward)
    ]
    n = _n_parts(state.shape[0])
    parts = zip(
        tf.split(gates, n, axis=2),
        tf.split(state, n),
        [None] * n if masks is None else tf.split(masks, n, axis=1),
        strict=True,
    )
    states = [_with_gradient(*loops, g, s, kernel, bias, m) for g, s, m in parts]
    return tf.concat(states, axis=0)


def _n_parts(n_sequences):
    """The largest number of equal parts that are not too small."""
    most = max(1, n_sequences // LEAST_IN_PART)
    return next(n for n in range(most, 0, -1) if n_sequences % n == 0)


def _with_gradient(forward, backward, gates, state, kernel, bias, masks):
    @tf.custom_gradient
    def run(gates, state, kernel, bias):
        inputs = [tf.stop_gradient(x) for x in (gates, state, kernel, bias)]
        last, saved = forward(*inputs, masks)

        def gradient(d_last):
            d_state, by_state, by_input = backward(d_last, saved, kernel, masks)
            d_kernel = []
            for i in range(3):
                before = saved[0] if masks is None else saved[0] * masks[i]
                d_kernel.append(tf.tensordot(before, by_state[i], [[0, 1], [0, 1]]))
            d_bias = tf.reduce_sum(by_state, [1, 2])
            return by_input, d_state, tf.stack(d_kernel), d_bias

        return last, gradient

    return run(gates, state, kernel, bias)
