"""Several devices, each of which trains on its part of a batch."""

import keras
import tensorflow as tf


def run_shares(strategy, step, batch):
    """Run Keras' own step with an equal part of the batch on each device.

    Keras adds the gradients of the means of all parts, each divided by the number of
    parts. An indivisible batch is filled with samples of weight zero, and the weights
    of the others are larger to compensate.
    """
    x, y, *weights = batch
    n_shares = strategy.num_replicas_in_sync
    n_samples = y.shape[0] or tf.shape(y)[0]
    n_each = -(-n_samples // n_shares)
    if tf.is_tensor(n_samples) or n_samples % n_shares:
        at = tf.range(n_shares * n_each)
        filled = tf.cast(n_shares * n_each / n_samples, tf.float32)
        weight = tf.where(at < n_samples, filled, 0.0)
        at %= n_samples
        if weights:
            weight *= tf.gather(weights[0], at)
        x, y = tf.nest.map_structure(lambda part: tf.gather(part, at), (x, y))
        batch = (x, y, weight)

    def share(context):
        start = context.replica_id_in_sync_group * n_each
        return tf.nest.map_structure(lambda part: part[start : start + n_each], batch)

    shares = strategy.experimental_distribute_values_from_function(share)
    strategy.run(step, args=(shares,))


def current_strategy():
    """The strategy of `tf.distribute` in whose scope this is called, or None."""
    if not tf.distribute.has_strategy():
        return None
    strategy, known = tf.distribute.get_strategy(), tf.distribute
    if not isinstance(strategy, (known.MirroredStrategy, known.OneDeviceStrategy)):
        raise ValueError(
            f"Networks cannot train in the scope of a {type(strategy).__name__}. Use "
            "tf.distribute.MirroredStrategy (the devices of one machine), or no scope."
        )
    keras_version = tuple(map(int, keras.__version__.split(".")[:2]))
    if strategy.num_replicas_in_sync > 1 and keras_version < (3, 10):
        raise ValueError(
            "Training on several devices needs Keras 3.10 or later: Keras "
            f"{keras.__version__} reports a wrong loss there. Update Keras, or train "
            "on one device."
        )
    return strategy
