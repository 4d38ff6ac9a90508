"""Several horizons in one network, and what its intervals cover.

    python -m tests.benchmarks.horizons --data FOLDER [--part validation] [--seeds 3]

On the sets of benchmark accuracy:

- ETTh1: one network for 1 to 24 hours ahead, its error by horizon, and at 24 hours that
  of a network for this horizon alone;
- ETTh1 and weather, 24 hours ahead: how much of the test part lies within 80 %
  intervals, by quantile regression and around a forecast of the mean, with the
  intervals' mean width. The rows held out to correct them are the validation part,
  the ones just before; then, a second figure, the last 30 days whose truth was known
  at the time, day by day.
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
    """Share of the test part inside 80 % intervals, and their mean width.

    As fitted, and corrected anew each day.
    """
    rows = np.concatenate([task.learn, task.validation])
    share = len(task.validation) / len(rows)
    model = Estimator(loss=loss, validation_split=share, random_state=seed)
    pipe = task.windowed(model).fit(task.X[rows], task.y[rows])
    windows, model, test = pipe[:-1].transform(task.X), pipe[-1], task.test
    as_fitted = model.predict_interval(windows[test])
    followed = []
    for day in np.split(test, np.arange(task.gap, len(test), task.gap)):
        known = latest_known(task, day[0])
        model.calibrate_interval(windows[known], task.y[known])
        followed.append(model.predict_interval(windows[day]))
    return [inside(task, i) for i in (as_fitted, np.concatenate(followed))]


def latest_known(task, row, days=30):
    """The rows of the last days whose truth is known at a row."""
    end = np.searchsorted(task.X.rows, task.X.rows[row] - task.gap, side="right")
    return np.arange(end - days * task.gap, end)


def inside(task, intervals):
    """Share of the test part that lies inside, and mean width."""
    (lower, upper), truth = intervals.T, task.y[task.test]
    found = ((lower <= truth) & (truth <= upper)).mean()
    return found, (upper - lower).mean() / task.unit


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
                ways = dict(
                    zip(
                        ("as fitted", "day by day"),
                        zip(*found, strict=True),
                        strict=True,
                    )
                )
                for way, of_seeds in ways.items():
                    shares, widths = zip(*of_seeds, strict=True)
                    print(
                        f"{task.name}, {name}, {loss}, {way}: within 80 % intervals "
                        f"{', '.join(f'{share:.1%}' for share in shares)}; width "
                        f"{np.mean(widths):.3f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
