"""A small grid search: ours against scikeras on materialised windows.

    python -m tests.benchmarks.grid_search [--network conv1d] [--fits]

6 candidates x 3 folds and a refit of two convolutions, two epochs, on 2,000 windows
of 48 x 7. scikeras is given the windows as an array and a function that builds the
same Keras model. --fits shows how resident memory grows over 100 fits of ours.
"""

import argparse
import time

import numpy as np

from .common import book_network, machine


def task():
    """2,000 windows of 48 steps and 7 channels, and what to forecast."""
    from skseqconv import LookbackWindower, Standardizer, make_supervised

    walk = np.random.default_rng(0).normal(size=(2048, 7)).cumsum(axis=0)
    X, y = make_supervised(walk, 0)
    windows = LookbackWindower(48).fit_transform(Standardizer().fit_transform(X))
    return windows[47:], y[47:]


def resident():
    """Resident memory of this process, in MB."""
    import psutil

    return psutil.Process().memory_info().rss / 1e6


def ours(network):
    """The estimator to search, and its grid."""
    from skseqconv import Conv1DGRURegressor, Conv1DRegressor

    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    model = book_network(Estimator, n_conv=2, epochs=2, random_state=0)
    return model, {"kernel_size": [3, 5, 7], "learning_rate": [1e-3, 1e-2]}


def scikeras(network):
    """The same by scikeras and Keras' own layers."""
    import keras
    from scikeras.wrappers import KerasRegressor
    from sklearn.base import RegressorMixin

    class Regressor(RegressorMixin, KerasRegressor.__mro__[1]):
        """KerasRegressor's tags are broken on scikit-learn 1.9; its base's are not."""

    def build(meta, kernel_size, learning_rate):
        layers = keras.layers
        model = keras.Sequential([keras.Input(meta["X_shape_"][1:])])
        model.add(layers.Conv1D(32, kernel_size, activation="relu"))
        model.add(layers.MaxPooling1D(3))
        model.add(layers.Conv1D(32, kernel_size, activation="relu"))
        if network == "conv1d":
            model.add(layers.GlobalMaxPooling1D())
        else:
            model.add(layers.GRU(32, dropout=0.1, recurrent_dropout=0.5))
        model.add(layers.Dense(1))
        model.compile(keras.optimizers.RMSprop(learning_rate), "mse")
        return model

    model = Regressor(
        build,
        model__kernel_size=3,
        model__learning_rate=1e-3,
        epochs=2,
        batch_size=128,
        verbose=0,
    )
    grid = {
        "model__kernel_size": [3, 5, 7],
        "model__learning_rate": [1e-3, 1e-2],
    }
    return model, grid


def search(model, grid, X, y, n_jobs=1):
    """Seconds, and growth of resident memory in MB, of one search."""
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    before, began = resident(), time.perf_counter()
    found = GridSearchCV(
        model,
        grid,
        cv=TimeSeriesSplit(3),
        scoring="neg_mean_absolute_error",
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(X, y)
    seconds = time.perf_counter() - began
    return seconds, resident() - before, found.cv_results_["mean_test_score"]


def growth(network, windows, y, n_fits=100):
    """Resident memory after each tenth fit of one architecture."""
    model, _ = ours(network)
    model.set_params(dropout=0.1)
    sizes = []
    for _ in range(n_fits):
        model.fit(windows, y)
        sizes.append(resident())
    print(f"  {network}, {n_fits} fits, MB after each tenth:", end=" ")
    print(" ".join(f"{size:.1f}" for size in sizes[9::10]))
    print(f"  growth from the 10th on: {sizes[-1] - sizes[9]:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--fits", action="store_true")
    parser.add_argument("--jobs", type=int, nargs="*", default=[1])
    options = parser.parse_args()
    print(machine())
    windows, y = task()
    array = windows.to_numpy(np.float32)
    for network in options.network or ["conv1d", "conv1d_gru"]:
        if options.fits:
            growth(network, windows, y)
            continue
        for n_jobs in options.jobs:
            mine, mine_more, _ = search(*ours(network), windows, y, n_jobs)
            again, again_more, _ = search(*ours(network), windows, y, n_jobs)
            other, other_more, _ = search(*scikeras(network), array, y, n_jobs)
            print(f"{network}, n_jobs={n_jobs}: 18 fits and a refit")
            print(f"  ours         {mine:6.1f} s, {mine_more:+.0f} MB")
            print(f"  ours, again  {again:6.1f} s, {again_more:+.0f} MB")
            print(f"  scikeras     {other:6.1f} s, {other_more:+.0f} MB")
            print(f"  ratio {other / mine:.1f}, networks compiled {other / again:.1f}")


if __name__ == "__main__":
    main()
