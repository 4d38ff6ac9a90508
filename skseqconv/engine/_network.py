"""Compiled networks: the TensorFlow programs that train, score and run a model.

Learning rate, seeds and data can change without a new trace. A fit sets them on the
network when it begins, so one network serves many fits (`_pool`).

The way to run training steps was chosen by measurement: two cores, benchmark
train_step, batches of 128 windows of 240 x 14, milliseconds per step of Conv1D and of
Conv1D-GRU, one run each. One program that gathers and trains many batches, as here: 6.3
and 22.6. The same without feeding: 5.6 and 21.7; called step by step: 6.6 and 23.4.
Keras' fit with tf.data, prefetching and 20 steps per call: 10.5 and 23.9. XLA compiles
only the loops of the GRU: in a short run, the whole step of Conv1D took 35 times as
long with XLA.
"""

import math
import threading
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from skseqconv._metrics import best_is
from skseqconv.networks._own_layers import Pinball
from skseqconv.networks._registry import NETWORKS

from ._devices import current_strategy, run_shares
from ._feed import gather, to_tensors
from ._metrics import made
from ._programs import called, on_fed, run_batches
from ._threads import keep_to_granted_threads
from ._weights import copies, initialize, leaf_layers

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"Keras runs on the backend {keras.backend.backend()!r}, and skseqconv needs "
        "'tensorflow'. Unset KERAS_BACKEND, or set it to 'tensorflow', before Keras is "
        "imported."
    )

keep_to_granted_threads()

#: Training steps in one call of the program: many, because each call has a cost; few
#: enough that an interrupt or a progress bar does not wait long.
STEPS_PER_CALL = 32

#: Approximate memory of a batch of predictions in the widest layer.
PREDICT_BATCH_BYTES = 2**23

#: Most outputs of which the loss is computed together.
MAX_LOSS_VALUES = 2**20

#: Weights of a sound network are smaller. If one is larger, its outputs are checked to
#: be finite.
LARGE_WEIGHT = 1e3


class Network:
    """A compiled Keras model with its programs.

    Parameters
    ----------
    architecture : dict
        Arguments of the network function, and its name under "network".
    loss, optimizer
        As for `keras.Model.compile`.
    metrics : sequence of str or keras.metrics.Metric
        Metrics beside the loss.
    """

    def __init__(self, architecture, loss, optimizer, metrics=()):
        options, n_outputs = dict(architecture), architecture["n_outputs"]
        self.strategy = current_strategy()
        self.kind = NETWORKS[options.pop("network")]
        self.model = self.kind.build(**options)
        if isinstance(optimizer, keras.optimizers.Optimizer):
            optimizer = type(optimizer).from_config(optimizer.get_config())
        else:
            optimizer = keras.optimizers.get(optimizer)
        if loss == "quantile":
            loss = Pinball(architecture["quantiles"])
        metrics = made(metrics, architecture, self.strategy)
        #: Names in the logs, and what of each is best: "max", "min" or None.
        self.measured = {"loss": best_is("loss")}
        self.measured |= {metric.name: best_is(metric) for metric in metrics}
        self.model.compile(optimizer, loss, weighted_metrics=metrics, jit_compile=False)
        self.optimizer = self.model.optimizer
        if self.strategy is None:
            _sum_no_gradients(self.optimizer)
        self.optimizer.build(self.model.trainable_variables)
        self._fresh_optimizer = [v.numpy() for v in self.optimizer.variables]
        self._begins_as_weights = copies(
            self.optimizer.variables, self.model.trainable_variables
        )
        n_parallel = 1
        if architecture.get("channel_independent"):
            n_parallel = len(set(architecture["highway"]))
        bytes_each = 4 * n_parallel * widest_output(self.model)
        self.predict_batch_size = int(
            np.clip(PREDICT_BATCH_BYTES // bytes_each, 1, 4096)
        )
        self.n_outputs = n_outputs
        self._programs, self._tracing = {}, threading.RLock()
        #: False after a failed trace, which may leave anything behind.
        self.sound = True

    # State that a fit changes.

    def reset(self, seed, vectors=None):
        """Draw new weights and reset the optimizer.

        `vectors` are the ids and the vectors that an embedding begins with.
        """
        seeds = np.random.RandomState(seed)
        for layer in leaf_layers(self.model.layers):
            initialize(layer, seeds)
        if vectors is not None:
            embeddings = self.model.get_layer("embedding").embeddings
            values = embeddings.numpy()
            values[vectors.ids] = vectors.values
            embeddings.assign(values)
        for variable, value in zip(
            self.optimizer.variables, self._fresh_optimizer, strict=True
        ):
            variable.assign(value)
        for variable, weight in self._begins_as_weights:
            variable.assign(weight)
        self.model.reset_metrics()
        self.model.stop_training = False

    @property
    def learning_rate(self):
        """The present learning rate."""
        return float(self.optimizer.learning_rate.numpy())

    def set_learning_rate(self, learning_rate):
        if learning_rate is not None:
            self.optimizer.learning_rate = learning_rate

    def slow_down(self, factor):
        """Use a share of the optimizer's own learning rate."""
        self.set_learning_rate(factor * self.learning_rate)

    def set_level(self, values):
        """Set the weights from the channels of a window to the level of the target."""
        layer = self.model.get_layer("window_norm")
        for name in layer.names:  # a level has no weights for what it does not read
            if name in values:
                getattr(layer, name).assign(values[name])

    @property
    def n_parameters(self):
        """Number of trainable parameters."""
        return sum(weight.numpy().size for weight in self.model.trainable_weights)

    def set_dropout_seeds(self, seed, epoch):
        """Seed the dropout of an epoch.

        Each epoch has a seed of its own: Keras' recurrent layers draw random numbers in
        predictions, too, and predictions must not change what training learns.
        """
        for i, layer in enumerate(leaf_layers(self.model.layers)):
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                random = np.random.default_rng([seed, epoch, i])
                generator.state.assign([random.integers(2**31), 0])

    def _variables(self):
        return [*self.model.weights, *self.optimizer.variables]

    def get_state(self):
        """Weights and optimizer state, as arrays."""
        return [np.array(variable.numpy()) for variable in self._variables()]

    def set_state(self, state):
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def load_weights(self, state):
        """Set the weights of a state only, which is enough for predictions."""
        for variable, value in zip(self.model.weights, state, strict=False):
            # Three times as fast as Keras' assign, which reads the value back.
            variable.value.assign(value, read_value=False)

    # Programs.

    def train(
        self,
        feed,
        order,
        batch_size,
        n_steps=STEPS_PER_CALL,
        *,
        fixed=True,
        rates=None,
    ):
        """Train on the samples of a feed in the given order.

        With `fixed`, full batches run in a program for that size. `rates` are the
        learning rates of the steps, or None for the present one. Yields the number of
        completed steps after each call of a program.
        """
        n_full = len(order) // batch_size if fixed else 0
        cut, before = n_full * batch_size, 0
        for part, size in ((order[:cut], batch_size), (order[cut:], None)):
            own = None if rates is None else rates[before:]
            for done in self._run("train", feed, part, batch_size, n_steps, size, own):
                yield before + done
            before = n_full

    def evaluate(self, feed):
        """Mean loss over the samples of a feed."""
        self.model.reset_metrics()
        order = np.arange(feed.n_samples, dtype=np.int32)
        size = self.predict_batch_size
        for _ in self._run("test", feed, order, size, STEPS_PER_CALL):
            pass
        return self.metrics()

    def loss_of(self, outputs, feed):
        """Mean loss over the samples of a feed, if these were the outputs."""
        total, size = 0.0, max(1, MAX_LOSS_VALUES // math.prod(outputs.shape[1:]))
        for start in range(0, len(outputs), size):
            part = slice(start, start + size)
            y, *weights = feed.labels(part)
            given = tf.convert_to_tensor(outputs[part])
            loss = self.model.compute_loss(None, y, given, *weights, training=False)
            total += float(loss) * len(given)
        # Keras divides the losses of several devices by their number, before it adds.
        n_shares = 1 if self.strategy is None else self.strategy.num_replicas_in_sync
        return n_shares * total / len(outputs)

    def metrics(self):
        """Means since the last reset, as floats."""
        results = self.model.get_metrics_result()
        return {name: float(value) for name, value in results.items()}

    def predict(self, sequences):
        """Outputs of shape (n_samples, n_outputs), as float32."""
        n_samples, size = len(sequences), self.predict_batch_size
        # A single window has a program of its own. For a GRU over 480 steps, XLA brings
        # 7 ms down to 2 ms, and compiling takes half a second once.
        fixed = 1 if n_samples == 1 else None
        whole = sequences.fits_tensor()
        tensors = to_tensors(sequences.tensors()) if whole else None
        out = np.empty((n_samples, *self.model.output_shape[1:]), dtype=np.float32)
        for start in range(0, n_samples, size):
            stop = min(start + size, n_samples)
            at = np.arange(start, stop, dtype=np.int32)
            if not whole:
                tensors, at = to_tensors(sequences.parts(at)), at - start
            program = self._program("predict", len(tensors), fixed_size=fixed)
            out[start:stop] = called(program, tensors, tf.convert_to_tensor(at))
        return out

    def extreme(self, sequences):
        """The largest weight, or output if weights are large: its name and value.

        Outputs of a few sequences are computed only if a weight is very large, because
        a GRU without a compiled program takes a quarter of a second.
        """
        weights = [np.abs(w.numpy()).max() for w in self.model.trainable_weights]
        largest = np.max(weights)
        if not np.isfinite(largest) or largest < LARGE_WEIGHT:
            return {"a weight": largest}
        at = np.arange(len(sequences), dtype=np.int32)
        batch = gather(to_tensors(sequences.parts(at)), at)
        outputs = on_fed(self.model)(batch, training=False)
        return {"the output": np.abs(outputs).max()}

    def _run(self, kind, feed, order, batch_size, n_steps, fixed_size=None, rates=None):
        size, done = tf.constant(batch_size, tf.int32), 0
        rates = () if rates is None else (rates,)
        for tensors, labels, part in feed.calls(order, batch_size, n_steps):
            first, done = done, done + -(-len(part) // batch_size)
            own = to_tensors(values[first:done] for values in rates)
            counts = len(tensors), len(labels), len(rates)
            program = self._program(kind, *counts, fixed_size)
            called(program, tensors, labels, own, tf.convert_to_tensor(part), size)
            yield done

    def _program(self, kind, n_tensors, n_labels=0, n_rates=0, fixed_size=None):
        key = (kind, n_tensors, n_labels, n_rates, fixed_size)
        if key not in self._programs:
            with self._tracing:
                if key not in self._programs:
                    self._programs[key] = self._traced(*key)
        return self._programs[key]

    def _traced(self, kind, n_tensors, n_labels, n_rates, fixed_size):
        data = self._data_signature(n_tensors)
        indices = tf.TensorSpec([None], tf.int32)
        if kind == "predict":
            program = partial(self._predict, fixed_size)
            signature = [data, indices]
        else:
            y = tf.TensorSpec([None, self.n_outputs], tf.float32)
            labels = (y, tf.TensorSpec([None], tf.float32))[:n_labels]
            step = self.model.train_step if kind == "train" else self.model.test_step
            step = on_fed(step)
            if self.strategy is not None:
                step = partial(run_shares, self.strategy, step)
            program = partial(run_batches, step, self.optimizer, fixed_size)
            rates = (tf.TensorSpec([None], tf.float32),) * n_rates
            signature = [data, labels, rates, indices, tf.TensorSpec([], tf.int32)]
        # Traced now and called directly: calls cost less, and TensorFlow does not warn
        # of retracing when a search has many networks.
        function = tf.function(program, input_signature=signature, autograph=False)
        try:
            return function.get_concrete_function()
        except BaseException:
            self.sound = False
            raise

    def _data_signature(self, n_tensors):
        if n_tensors == len(self.model.inputs):
            return tuple(tf.TensorSpec(x.shape, x.dtype) for x in self.model.inputs)
        _, n_steps, n_channels = self.model.input_shape
        rows = tf.TensorSpec([None], tf.int32)
        block = tf.TensorSpec([None, n_channels], tf.float32)
        lags = tf.TensorSpec([n_steps], tf.int32)
        each = tf.TensorSpec([n_channels], tf.float32)
        return (block, rows, lags, rows, rows, each, block)[:n_tensors]

    def _predict(self, fixed_size, tensors, at):
        at = tf.ensure_shape(at, [fixed_size])
        return on_fed(self.model)(gather(tensors, at), training=False)


def _sum_no_gradients(optimizer):
    """Let an optimizer leave out the sum of gradients over devices: there is one.

    The sum of TensorFlow has a gradient of its own, which is registered for good and
    holds the whole graph. So a network that is compiled anew would never be freed.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of mixed precision
    optimizer._all_reduce_sum_gradients = lambda pairs: pairs


def widest_output(model):
    """Values of the widest layer for one sample: what a batch costs in memory."""
    outputs = keras.tree.flatten([layer.output for layer in model.layers])
    return max(math.prod(output.shape[1:]) for output in outputs)
