"""Many fitted models of one architecture kept alive: memory, and time to ask each.

    python -m tests.benchmarks.kept_models [--network conv1d] [--models 200]

One model a product is common. Each is fitted for an epoch on a series of its own, and
all are kept. Printed: how much the resident memory of the process grew from the first
fitted model to the last, a model; how long a prediction of one window takes with each
model in turn, so that the network must be given other weights each time; and the same
for one model alone. Each network in a process of its own.
"""

import argparse
import gc
import subprocess
import sys
import time

import numpy as np
import psutil

from .common import CHANNELS, machine

LOOKBACK = 120


def resident():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def fitted(Estimator, X, seed):
    random = np.random.default_rng(seed)
    y = X[:, -1, 0] + random.normal(size=len(X))
    return Estimator(epochs=1, random_state=seed, window_norm=None).fit(X, y)


def milliseconds(models, X, rounds):
    """Median time of a prediction of one window, the models in turn."""
    took = []
    for _ in range(rounds):
        for model in models:
            began = time.perf_counter()
            model.predict(X[:1])
            took.append(time.perf_counter() - began)
    return 1e3 * np.median(took)


def measure(name, n_models):
    from skseqconv import Conv1DGRURegressor, Conv1DRegressor

    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[name]
    random = np.random.default_rng(0)
    X = random.normal(size=(256, LOOKBACK, CHANNELS)).astype(np.float32)
    models = [fitted(Estimator, X, 0)]
    models[0].predict(X[:1])
    before = resident()
    for seed in range(1, n_models):
        models.append(fitted(Estimator, X, seed))
        models[-1].predict(X[:1])
    each = (resident() - before) / (n_models - 1)
    first = [model.predict(X[:1])[0] for model in models]
    in_turn, alone = milliseconds(models, X, 5), milliseconds(models[:1], X, 500)
    again = [model.predict(X[:1])[0] for model in models]
    print(
        f"{name}, {n_models} models kept: {each:.2f} MB each beyond the first; one "
        f"window {in_turn:.2f} ms with each in turn, {alone:.2f} ms with one alone; "
        f"{np.count_nonzero(np.not_equal(first, again))} answers changed"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"])
    parser.add_argument("--models", type=int, default=200)
    options = parser.parse_args()
    if options.network:
        measure(options.network, options.models)
        return
    print(machine(), flush=True)
    for name in ("conv1d", "conv1d_gru"):
        command = [sys.executable, "-m", __spec__.name, "--network", name]
        command += ["--models", str(options.models)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
