"""What a network's TensorFlow programs run, and how they are called."""

import tensorflow as tf

from skseqconv.networks._window_norm import fed_windows

from ._feed import gather


def on_fed(function):
    """A function of batches that we feed, whose windows may be relative already."""

    def run_fed(*inputs, **options):
        # Entered here, because each device runs this in a thread of its own.
        with fed_windows():
            return function(*inputs, **options)

    return run_fed


def called(program, *arguments):
    """Call a program, and let errors of signal handlers pass unchanged.

    TensorFlow turns every error during the binding of arguments into a TypeError that
    prints all arguments, and then tries again.
    """
    try:
        return program(*arguments)
    except TypeError as error:
        while error is not None:
            if error.__cause__ is not None and str(error).startswith("Binding inputs"):
                raise error.__cause__ from None
            error = error.__context__
        raise


def run_batches(step, optimizer, fixed_size, tensors, labels, rates, order, batch_size):
    """Run Keras' own step on each batch of the samples in `order`.

    `rates` holds the learning rates of the steps, or nothing. With a fixed batch size,
    a step of a GRU takes a third less time, of convolutions a tenth less (see
    `NetworkKind.min_full_batches`).
    """
    n_samples = tf.size(order)
    batch_size = batch_size if fixed_size is None else fixed_size

    def one_batch(start):
        for each in rates:
            optimizer.learning_rate.assign(each[start // batch_size])
        at = tf.ensure_shape(order[start : start + batch_size], [fixed_size])
        step((gather(tensors, at), *(tf.gather(label, at) for label in labels)))
        return (start + batch_size,)

    tf.while_loop(lambda start: start < n_samples, one_batch, (0,))
