"""Time of a training step: ours, on a constant batch, and as others feed windows.

    python -m tests.benchmarks.train_step [--network conv1d] [--step 6]

All contenders train the same network on batches of 128 windows of 14 channels,
lookback 1440, in turn in one process; a run is some steps, medians are shown.

- ours: ``fit`` of the estimator, all included, its network compiled before;
- constant batch: our network and Keras' own train_step on one batch that never
  changes, in a loop inside one TensorFlow program, or called step by step: nothing to
  feed; "Keras' layers" is the same with the plain GRU, "XLA" the loop compiled whole;
- tf.data: windows gathered by TensorFlow's data pipeline, prefetched, and Keras' fit
  with steps_per_execution;
- book: the notebooks' Python generator and Keras' fit;
- dataset: keras.utils.timeseries_dataset_from_array and Keras' fit;
- array: windows copied out before (not counted) and Keras' fit.

The last three train the network of Keras' own layers. How long the first run of each
takes, compilation included, is shown, too. TF_ENABLE_ONEDNN_OPTS=0 in the environment
shows what oneDNN's kernels bring.
"""

import argparse

import numpy as np

from .common import (
    BATCH,
    DELAY,
    LOOKBACK,
    book_generator,
    book_network,
    interleaved,
    machine,
    made_series,
    table,
)


def keras_network(network, shape):
    """The book's network of Keras' own layers."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [keras.Input(shape), layers.Conv1D(32, 5, activation="relu")]
    )
    model.add(layers.MaxPooling1D(3))
    model.add(layers.Conv1D(32, 5, activation="relu"))
    if network == "conv1d":
        model.add(layers.MaxPooling1D(3))
        model.add(layers.Conv1D(32, 5, activation="relu"))
        model.add(layers.GlobalMaxPooling1D())
    else:
        model.add(layers.GRU(32, dropout=0.1, recurrent_dropout=0.5))
    model.add(layers.Dense(1))
    return model


def compiled(model):
    """The model with the book's optimizer, built."""
    model.compile("rmsprop", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def constant_batch_loop(model, n_steps, xla=False):
    """A program of some training steps on one batch."""
    import tensorflow as tf

    model = compiled(model)
    model.jit_compile = xla  # Keras' train_step asks it

    def one_step(i, x, y):
        model.train_step((x, y))
        return i + 1

    @tf.function(autograph=False, jit_compile=xla)
    def loop(x, y):
        tf.while_loop(lambda i: i < n_steps, lambda i: (one_step(i, x, y),), (0,))

    return loop


def contenders(network, step, n_steps):
    """The functions to time, each training its own copy of the network."""
    import keras
    import tensorflow as tf

    from skseqconv import Conv1DGRURegressor, Conv1DRegressor, WindowView
    from skseqconv.networks._registry import NETWORKS

    data = made_series(100_000, np.float32)
    lags = np.arange(LOOKBACK - step, -1, -step)
    ends = np.arange(LOOKBACK, len(data) - DELAY)
    view, y = WindowView(data, ends=ends, lags=lags), data[ends + DELAY, 1]

    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    ours = book_network(Estimator, epochs=1, steps_per_epoch=n_steps, warm_start=True)

    shape = (len(lags), data.shape[1])

    some = np.linspace(0, len(view) - 1, n_steps * BATCH).astype(int)
    array, array_y = view[some].to_numpy(), y[some]
    batch = tf.constant(array[:BATCH]), tf.constant(array_y[:BATCH, None])

    loop = constant_batch_loop(NETWORKS[network].build(shape, dropout=0.0), n_steps)
    plain_loop = constant_batch_loop(keras_network(network, shape), n_steps)
    stepped = compiled(NETWORKS[network].build(shape, dropout=0.0))
    one_step = tf.function(lambda x, y: stepped.train_step((x, y)), autograph=False)

    def step_by_step():
        for _ in range(n_steps):
            logs = one_step(*batch)
        float(logs["loss"])

    book, fed_array, fed_dataset = (
        compiled(keras_network(network, shape)) for _ in range(3)
    )
    generator = book_generator(data, LOOKBACK, step, DELAY, BATCH)
    dataset = keras.utils.timeseries_dataset_from_array(
        data[:-DELAY],
        data[LOOKBACK + DELAY - step :, 1],
        sequence_length=len(lags),
        sampling_rate=step,
        shuffle=True,
        batch_size=BATCH,
        seed=0,
    ).repeat()
    prefetched = tf.data.Dataset.from_tensor_slices(np.arange(len(view), dtype="int32"))
    table_of_rows, all_lags = tf.constant(data), tf.constant(lags, tf.int32)
    targets = tf.constant(y)
    prefetched = (
        prefetched.shuffle(len(view), seed=0)
        .repeat()
        .batch(BATCH, drop_remainder=True)
        .map(
            lambda at: (
                tf.gather(table_of_rows, (at + LOOKBACK)[:, None] - all_lags),
                tf.gather(targets, at),
            )
        )
        .prefetch(tf.data.AUTOTUNE)
    )
    several = compiled(NETWORKS[network].build(shape, dropout=0.0))
    several.compile("rmsprop", "mse", steps_per_execution=20)
    xla_loop = constant_batch_loop(
        NETWORKS[network].build(shape, dropout=0.0), n_steps, xla=True
    )
    quiet = {"epochs": 1, "steps_per_epoch": n_steps, "verbose": 0}
    fed = {**quiet, "shuffle": False}  # they come shuffled
    return {
        "ours": lambda: ours.fit(view, y),
        "constant batch, looped": lambda: loop(*batch),
        "constant batch, stepped": step_by_step,
        "constant batch, Keras' layers": lambda: plain_loop(*batch),
        "constant batch, XLA": lambda: xla_loop(*batch),
        "tf.data, 20 steps a call": lambda: several.fit(prefetched, **fed),
        "book": lambda: book.fit(generator, **fed),
        "dataset": lambda: fed_dataset.fit(dataset, **fed),
        "array": lambda: fed_array.fit(array, array_y, batch_size=BATCH, verbose=0),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--step", type=int, nargs="*", default=[3, 6])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of contenders")
    parser.add_argument("--n-steps", type=int, help="training steps in a run")
    parser.add_argument("--xla", action="store_true", help="the XLA loop, too: slow")
    options = parser.parse_args()
    print(machine())
    for network in options.network or ["conv1d", "conv1d_gru"]:
        n_steps = options.n_steps or (200 if network == "conv1d" else 60)
        for step in options.step:
            print(f"{network}, step {step}: runs of {n_steps} training steps")
            runners = contenders(network, step, n_steps)
            if not options.xla:
                del runners["constant batch, XLA"]
            chosen = {
                k: v for k, v in runners.items() if k in (options.only or runners)
            }
            runs = interleaved(chosen, options.repeats)
            table(runs, n_steps, "step", "ours")


if __name__ == "__main__":
    main()
