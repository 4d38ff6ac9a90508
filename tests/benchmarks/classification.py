"""Accuracy, seconds and memory of classifiers of series.

    python -m tests.benchmarks.classification --data FOLDER [--sets GunPoint ...]
        [--models "MiniRocket, ridge" ...] [--seeds 5] [--part validation]

The sets are those of the UCR and UEA archives on their original split: GunPoint,
ItalyPowerDemand, ArrowHead and JapaneseVowels (12 channels, 7 to 29 steps, padded with
NaN). One setting of a model serves all sets. Part "validation" cross-validates on the
training series alone, five folds a seed: all choices are made there. Part "test" learns
from all training series and is for looking at once.

Each model runs in a process of its own on each set. CPU and wall seconds are means over
the seeds. They include the compilation of networks, but no imports, except those of new
workers (`n_jobs=2`). Memory is the peak of the process, imports included, and without
workers.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .classification_networks import NETWORKS
from .common import machine

SETS = ("GunPoint", "ItalyPowerDemand", "ArrowHead", "JapaneseVowels")

# The models.


def on_minirocket(classifier, seed):
    """Series as they are: standardized channels, series and features gained nothing."""
    from skseqconv import MiniRocket

    # Some of JapaneseVowels are shorter than a kernel.
    return make_pipeline(MiniRocket(on_short="pad", random_state=seed), classifier)


def minirocket_ridge(seed):
    return on_minirocket(RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)), seed)


def minirocket_logistic(seed):
    return on_minirocket(LogisticRegression(max_iter=1000), seed)


def nearest_neighbor(seed):
    """The Euclidean distance of raw values, zeros as padding."""
    return make_pipeline(FunctionTransformer(flat), KNeighborsClassifier(1))


def flat(X):
    return np.nan_to_num(X).reshape(len(X), -1)


#: From a seed to a classifier of panels, of shape (n_samples, n_steps, n_channels) and
#: padded with NaN at the end. Add models here.
MODELS: dict[str, Callable[[int], BaseEstimator]] = {
    "MiniRocket, ridge": minirocket_ridge,
    "MiniRocket, logistic": minirocket_logistic,
    "1-nearest neighbor": nearest_neighbor,
    **NETWORKS,
}

# Measuring.


def parts_of(data, part, seed):
    """Training and test series with their labels, fold by fold."""
    X, y = data["X_train"], data["y_train"]
    if part == "test":
        return [(X, y, data["X_test"], data["y_test"])]
    folds = StratifiedKFold(5, shuffle=True, random_state=seed).split(X[:, 0, 0], y)
    return [(X[learn], y[learn], X[held], y[held]) for learn, held in folds]


def measured(model, X, y, X_test, y_test):
    """The share of right labels; CPU and wall seconds of fit and of predict."""
    clocks = [(cpu_seconds(), time.perf_counter())]
    model.fit(X, y)
    clocks.append((cpu_seconds(), time.perf_counter()))
    right = np.mean(model.predict(X_test) == y_test)
    clocks.append((cpu_seconds(), time.perf_counter()))
    return right, *np.diff(clocks, axis=0).ravel()


def cpu_seconds():
    """CPU seconds of this process and of the workers that it started."""
    this = psutil.Process()
    each = [process.cpu_times() for process in (this, *this.children(recursive=True))]
    return sum(times.user + times.system for times in each)


def run(name, path, part, seeds):
    """All seeds of a model on a set: a row for each."""
    with np.load(path) as file:
        data = dict(file)
    rows = []
    for seed in range(seeds):
        parts = parts_of(data, part, seed)
        found = [measured(MODELS[name](seed), *one) for one in parts]
        sizes = [len(one[3]) for one in parts]
        right = np.average([one[0] for one in found], weights=sizes)
        rows.append([right, *np.mean(found, axis=0)[1:]])
    return np.array(rows)


def in_its_own_process(name, path, part, seeds):
    """The rows of `run`, and the peak memory in MB."""
    task = json.dumps([name, str(path), part, seeds])
    command = [sys.executable, "-m", __spec__.name, "--run", task]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return np.array(found["rows"]), found["peak"]


def show(name, rows, peak):
    right, seconds = 100 * rows[:, 0], rows[:, 1:].mean(axis=0)
    print(
        f"  {name:<24}{right.mean():7.2f} ({right.min():.2f}-{right.max():.2f})"
        f"   fit {seconds[0]:6.2f} CPU s {seconds[1]:6.2f} s   predict "
        f"{seconds[2]:6.2f} CPU s {seconds[3]:6.2f} s   {peak:5.0f} MB",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--sets", choices=SETS, nargs="*", default=SETS)
    parser.add_argument("--models", choices=MODELS, nargs="*", default=list(MODELS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part", choices=["test", "validation"], default="test")
    parser.add_argument("--run", metavar="TASK", help="for itself")
    options = parser.parse_args()
    if options.run:
        rows = run(*json.loads(options.run))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(json.dumps({"rows": rows.tolist(), "peak": peak}))
        return
    print(
        f"{options.part} accuracy in %: mean (lowest-highest) of {options.seeds} seeds"
    )
    for name in options.sets:
        path = Path(options.data) / f"{name}.npz"
        print(name)
        for model in options.models:
            show(model, *in_its_own_process(model, path, options.part, options.seeds))
    # It imports TensorFlow, whose memory would count as the peak of later processes.
    print(machine())


if __name__ == "__main__":
    main()
