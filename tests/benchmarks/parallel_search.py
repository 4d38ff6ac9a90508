"""A long grid search with one and with two workers, and where their time goes.

    python -m tests.benchmarks.parallel_search [--network conv1d] [--jobs 2]

32 candidates x 3 folds and a refit of two convolutions on windows of 240 x 14 (of
9,000 rows, lookback 1440, step 6), two epochs each, through a Pipeline on views. The
workers' first search pays for their start: import, TensorFlow, tracing. In turn, in one
process: sequential, cold workers, sequential again (networks compiled before), warm
workers; then new workers that let TensorFlow use all cores each. Scores are mean
absolute errors; training carries a difference in rounding on, the further the more
and the larger its steps are.
"""

import argparse
import os

import numpy as np

from .common import CHANNELS, machine
from .grid_search import search


def task(network):
    """The Pipeline to search, its grid, X and y."""
    from sklearn.pipeline import make_pipeline

    from skseqconv import (
        Conv1DGRURegressor,
        Conv1DRegressor,
        LookbackWindower,
        Standardizer,
        make_supervised,
    )

    walk = np.random.default_rng(0).normal(size=(9000, CHANNELS)).cumsum(axis=0)
    X, y = make_supervised(walk, 1, delay=144)
    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    model = Estimator(n_conv=2, epochs=2, random_state=0)
    pipe = make_pipeline(Standardizer(), LookbackWindower(1440, step=6), model)
    name = pipe.steps[-1][0]
    grid = {
        f"{name}__kernel_size": [3, 5, 7, 9],
        f"{name}__pool_size": [2, 3],
        f"{name}__learning_rate": [1e-5, 2.5e-5, 5e-5, 1e-4],
    }
    return pipe, grid, X, y


def threads_of_workers(n_jobs):
    """TensorFlow's threads in a worker, 0 for as many as there are cores."""
    from joblib import Parallel, delayed

    return set(Parallel(n_jobs=n_jobs)(delayed(_threads)() for _ in range(4 * n_jobs)))


def _threads():
    import tensorflow as tf

    return tf.config.threading.get_intra_op_parallelism_threads()


def stop_workers():
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(machine())
    for network in options.network or ["conv1d"]:
        print(f"{network}: 96 fits and a refit, seconds")
        found, first = {}, None
        for name in ("sequential", "cold", "sequential again", "warm"):
            n_jobs = 1 if name.startswith("sequential") else options.jobs
            seconds, _, scores = search(*task(network), n_jobs=n_jobs)
            found[name] = seconds
            ratio = found["sequential"] / seconds
            if first is None:
                first = scores
                print(f"  errors from {-first.max():.2f} to {-first.min():.2f}")
            apart = np.abs(scores - first).max()
            print(f"  {name:<16} {seconds:6.1f}  {ratio:4.2f} x  scores +-{apart:.1e}")
        ratio = found["sequential again"] / found["warm"]
        print(f"  warm workers against sequential, both compiled: {ratio:.2f} x")
        print(f"  threads of a worker: {threads_of_workers(options.jobs)}")
        stop_workers()
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(os.cpu_count())
        for name in ("cold", "warm"):
            seconds, _, _ = search(*task(network), n_jobs=options.jobs)
            print(f"  {name}, a thread a core in each worker {seconds:6.1f}")
        del os.environ["TF_NUM_INTRAOP_THREADS"]
        stop_workers()


if __name__ == "__main__":
    main()
