"""Several horizons in one network, and what its intervals cover.

    python -m tests.benchmarks.horizons --data FOLDER [--part validation] [--seeds 3]

On the sets of benchmark accuracy:

- ETTh1: one network for 1 to 24 hours ahead, its error by horizon, and at 24 hours that
  of a network for this horizon alone;
- ETTh1 and weather, 24 hours ahead: how much of the test part lies within 80 %
  intervals, by quantile regression and around a forecast of the mean, with the
  intervals' mean width. The rows held out to correct them are the validation part,
  the ones just before.
"""

import argparse

import numpy as np

from skseqconv import Conv1DGRURegressor, Conv1DRegressor, make_supervised

from .accuracy import Task
from .common import machine

NETWORKS = {"Conv1D": Conv1DRegressor, "Conv1D-GRU": Conv1DGRURegressor}


def by_horizon(task, part, seed, Estimator):
    """Error at each of the delays up to the task's, in its units."""
    delays = range(1, task.gap + 1)
    X, y = make_supervised(task.frame, task.target, delay=delays)
    assert np.array_equal(X.rows, task.X.rows)
    score = getattr(task, part)
    pipe = task.windowed(Estimator(random_state=seed)).fit(X[task.learn], y[task.learn])
    return np.abs(pipe.predict(X[score]) - y[score]).mean(axis=0) / task.unit


def alone(task, part, seed, Estimator):
    """Error of a network for the task's delay alone."""
    score = getattr(task, part)
    pipe = task.windowed(Estimator(random_state=seed))
    pipe.fit(task.X[task.learn], task.y[task.learn])
    error = np.abs(pipe.predict(task.X[score]) - task.y[score])
    return error.mean() / task.unit


def covered(task, seed, Estimator, loss):
    """Share of the test part inside 80 % intervals, and their mean width."""
    rows = np.concatenate([task.learn, task.validation])
    share = len(task.validation) / len(rows)
    model = Estimator(loss=loss, validation_split=share, random_state=seed)
    pipe = task.windowed(model).fit(task.X[rows], task.y[rows])
    windows = pipe[:-1].transform(task.X[task.test])
    lower, upper = pipe[-1].predict_interval(windows, coverage=0.8).T
    truth = task.y[task.test]
    inside = (lower <= truth) & (truth <= upper)
    return inside.mean(), (upper - lower).mean() / task.unit


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--only", choices=["horizons", "intervals"])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    part, seeds = options.part, range(options.seeds)
    print(machine())
    hourly = Task("ETTh1", options.data)
    for name, Estimator in NETWORKS.items() if options.only != "intervals" else ():
        several = np.mean([by_horizon(hourly, part, s, Estimator) for s in seeds], 0)
        single = np.mean([alone(hourly, part, s, Estimator) for s in seeds])
        print(f"ETTh1, {part}, {name}: error 1 to 24 hours ahead")
        print("  " + " ".join(f"{error:.3f}" for error in several))
        print(
            f"  at 24: {several[-1]:.4f}, alone {single:.4f}: "
            f"{several[-1] / single - 1:+.1%}",
            flush=True,
        )
    tasks = (hourly, Task("weather", options.data))
    for task in tasks if options.only != "horizons" else ():
        for name, Estimator in NETWORKS.items():
            for loss in ("quantile", "mse"):
                found = [covered(task, s, Estimator, loss) for s in seeds]
                shares, widths = zip(*found, strict=True)
                print(
                    f"{task.name}, {name}, {loss}: within 80 % intervals "
                    f"{', '.join(f'{share:.1%}' for share in shares)}; width "
                    f"{np.mean(widths):.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
