"""Peak memory of a fit and a prediction, each in a process of its own.

    python -m tests.benchmarks.memory

420,551 rows of 14 channels (float64, 47 MB), lookback 1440, step 3: 11.3 GB as an
array of float32. The reference holds the series and trains the same network on one
constant batch; ours trains an epoch of 500 steps on all windows through a Pipeline,
then predicts for every row.
"""

import argparse
import resource
import subprocess
import sys

import numpy as np

from .common import BATCH, DELAY, LOOKBACK, book_network, machine, made_series

STEP, N_STEPS = 3, 500


def peak():
    """Peak resident memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def reference(network):
    """The series, and the network trained on one batch."""
    from skseqconv.networks._registry import NETWORKS

    data = made_series()
    batch = np.zeros((BATCH, LOOKBACK // STEP, data.shape[1]), dtype=np.float32)
    model = NETWORKS[network].build(batch.shape[1:], dropout=0.0)
    model.compile("rmsprop", "mse")
    for _ in range(10):
        model.train_on_batch(batch, np.zeros((BATCH, 1)))
    print(f"trained on one batch: {peak():.0f}")
    return data


def ours(network):
    """The series, an epoch on all its windows, a prediction for each row."""
    from sklearn.pipeline import make_pipeline

    from skseqconv import (
        Conv1DGRURegressor,
        Conv1DRegressor,
        LookbackWindower,
        Standardizer,
        make_supervised,
    )

    data = made_series()
    X, y = make_supervised(data, 1, delay=DELAY)
    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    model = make_pipeline(
        Standardizer(),
        LookbackWindower(LOOKBACK, step=STEP),
        book_network(Estimator, epochs=1, steps_per_epoch=N_STEPS),
    )
    model.fit(X, y)
    print(f"fit: {peak():.0f}")
    assert len(model.predict(X)) == len(X)
    print(f"fit and predict: {peak():.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--run", choices=["reference", "ours"], help="for itself")
    options = parser.parse_args()
    networks = options.network or ["conv1d", "conv1d_gru"]
    if options.run:
        {"reference": reference, "ours": ours}[options.run](*networks)
        return
    print(machine())
    for network in networks:
        peaks = {}
        for run in ("reference", "ours"):
            command = [sys.executable, "-m", "tests.benchmarks.memory"]
            done = subprocess.run(
                [*command, "--network", network, "--run", run],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            for line in done.stdout.splitlines():
                name, value = line.rsplit(": ", 1)
                peaks[name] = float(value)
        base = peaks["trained on one batch"]
        for name, value in peaks.items():
            print(f"  {network}, {name}: peak {value:.0f} MB ({value - base:+.0f} MB)")


if __name__ == "__main__":
    main()
