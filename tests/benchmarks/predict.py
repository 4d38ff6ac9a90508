"""Prediction: rows a second for many windows, and the time of one.

    python -m tests.benchmarks.predict [--network conv1d]

Ours against Keras' ``Model.predict(batch_size=1024)`` on the windows copied out
before (not counted), and ``model(x)``; the same weights, in turn, medians. Many
windows of a Conv1D-GRU also by ``Model.predict`` of Keras' own layers: our model runs
our GRU there, too.
"""

import argparse
import time

import numpy as np

from .common import interleaved, machine, table
from .train_step import keras_network


def fitted(network, n_rows, n_lags, n_channels):
    """An estimator that saw a few steps, and windows for each row of a series."""
    from skseqconv import Conv1DGRURegressor, Conv1DRegressor, WindowView

    walk = np.random.default_rng(0).normal(size=(n_rows + n_lags, n_channels))
    lags = np.arange(n_lags)[::-1]
    windows = WindowView(walk.astype(np.float32), lags=lags)[n_lags:]
    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    model = Estimator(epochs=1, steps_per_epoch=2, n_conv=2)
    return model.fit(windows, walk[n_lags:, 0]), windows


def many(network, n_rows, n_lags, n_channels, repeats):
    """Rows a second for all windows."""
    model, windows = fitted(network, n_rows, n_lags, n_channels)
    array, keras_model = windows.to_numpy(np.float32), model.model_
    runs = {
        "ours": lambda: model.predict(windows),
        "Model.predict": lambda: keras_model.predict(array, 1024, verbose=0),
    }
    if network == "conv1d_gru":
        plain = keras_network(network, array.shape[1:])
        runs["Keras' own layers"] = lambda: plain.predict(array, 1024, verbose=0)
    print(f"{network}, {n_rows:,} windows of {n_lags} x {n_channels}")
    table(interleaved(runs, repeats), n_rows / 1000, "1000 rows", "ours")


def one(network, n_lags, n_channels, n_calls=500):
    """Milliseconds for a single window: median and 99th percentile."""
    model, windows = fitted(network, 2000, n_lags, n_channels)
    array, keras_model = windows.to_numpy(np.float32), model.model_
    views = [windows[i : i + 1] for i in range(n_calls)]
    calls = {
        "ours, a view": lambda i: model.predict(views[i]),
        "ours, an array": lambda i: model.predict(array[i : i + 1]),
        "model(x)": lambda i: keras_model(array[i : i + 1]).numpy(),
        "Model.predict": lambda i: keras_model.predict(array[i : i + 1], verbose=0),
    }
    print(f"{network}, one window of {n_lags} x {n_channels}")
    for name, call in calls.items():
        n = n_calls if name != "Model.predict" else 100
        for i in range(5):
            call(i)
        times = []
        for i in range(n):
            began = time.perf_counter()
            call(i)
            times.append(1e3 * (time.perf_counter() - began))
        median, late = np.median(times), np.quantile(times, 0.99)
        print(f"  {name:<15} median {median:6.2f} ms, 99th percentile {late:6.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    for network in options.network or ["conv1d", "conv1d_gru"]:
        one(network, 48, 7)
        one(network, 480, 14)
        many(network, 100_000, 48, 7, options.repeats)
        many(network, 30_000, 480, 14, options.repeats)


if __name__ == "__main__":
    main()
