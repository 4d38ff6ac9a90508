"""What the benchmarks share: the book's task and recipe, and how times are taken."""

import os
import platform

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import time
from statistics import median

import numpy as np

BOOK = {"optimizer": "rmsprop", "dropout": 0.0, "level": None, "strides": 1}


def book_network(Estimator, **options):
    """A regressor with the book's network and training, as its rivals have them."""
    network = Estimator(**BOOK, **options)
    if "global_pooling" in network.get_params():  # Conv1D
        network.set_params(global_pooling="max")
    return network


BATCH, LOOKBACK, DELAY, CHANNELS = 128, 1440, 144, 14


def machine():
    """A line about where the figures come from."""
    import keras
    import sklearn
    import tensorflow as tf

    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, TensorFlow {tf.__version__}, Keras "
        f"{keras.__version__}, scikit-learn {sklearn.__version__}"
    )


def made_series(n_rows=420_551, dtype=np.float64):
    """A random walk in each of 14 channels, as long as the Jena series."""
    random = np.random.default_rng(0)
    walk = random.normal(size=(n_rows, CHANNELS)).cumsum(axis=0)
    return ((walk - walk.mean(0)) / walk.std(0)).astype(dtype)


def book_generator(data, lookback, step, delay, batch_size, seed=0):
    """Batches as the well-known notebooks make them: row by row, in Python."""
    random = np.random.default_rng(seed)
    n_lags = lookback // step
    while True:
        rows = random.integers(lookback, len(data) - delay, size=batch_size)
        samples = np.zeros((batch_size, n_lags, data.shape[1]))
        targets = np.zeros(batch_size)
        for j, row in enumerate(rows):
            indices = range(row - lookback, row, step)
            samples[j] = data[indices]
            targets[j] = data[row + delay, 1]
        yield samples, targets


def interleaved(contenders, repeats):
    """Seconds of each contender's runs, taken in turn; the first run is only told.

    Parameters
    ----------
    contenders : dict of str to callable
    repeats : int

    Returns
    -------
    seconds : dict of str to list of float
    """
    seconds = {name: [] for name in contenders}
    for repeat in range(repeats + 1):
        for name, run in contenders.items():
            began = time.perf_counter()
            run()
            took = time.perf_counter() - began
            if repeat:
                seconds[name].append(took)
            else:
                print(f"  first run of {name}: {took:.1f} s")
    return seconds


def table(seconds, per, unit, reference):
    """Print medians, spreads, and the median of the ratios round by round."""
    width = max(map(len, seconds))
    for name, runs in seconds.items():
        low, mid, high = (1e3 * f(runs) / per for f in (min, median, max))
        pairs = zip(runs, seconds[reference], strict=True)
        ratio = median(own / other for own, other in pairs)
        print(
            f"  {name:<{width}}  {mid:8.2f} ms a {unit} ({low:.2f}-{high:.2f})"
            f"   {ratio:6.2f} x {reference}"
        )
