"""Accuracy, seconds and memory of classifiers of series.

    python -m tests.benchmarks.classification --data FOLDER [--sets GunPoint ...]
        [--models "MiniRocket, ridge" ...] [--seeds 5] [--first-seed 0]
    python -m tests.benchmarks.classification --data FOLDER --part validation
        [--models "five layers" ...] [--seeds 3] [--folds 5]

The sets are those of the UCR and UEA archives on their original split: GunPoint,
ItalyPowerDemand, ArrowHead and JapaneseVowels (12 channels, 7 to 29 steps, padded with
NaN). One setting of a model serves all sets. Part "validation" cross-validates on the
training series alone, and does not read the test series: all choices are made there.
Each seed draws new stratified folds. Part "test" learns from all training series, and
is for looking at once. Only models with probabilities have a log loss.

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
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .classification_networks import CANDIDATES, NETWORKS, widths_vote
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

#: Ensembles to choose from by cross-validation.
MODELS_COMPARED: dict[str, Callable[[int], BaseEstimator]] = {
    name: partial(widths_vote, **changes) for name, changes in CANDIDATES.items()
}

# Measuring.


def parts_of(data, part, seed, n_folds):
    """Training and test series with their labels, fold by fold."""
    X, y = data["X_train"], data["y_train"]
    if part == "test":
        return [(X, y, data["X_test"], data["y_test"])]
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return [
        (X[learn], y[learn], X[held], y[held])
        for learn, held in folds.split(X[:, 0], y)
    ]


def measured(model, X, y, X_test, y_test):
    """Accuracy and log loss; CPU and wall seconds of fit and of predict."""
    clocks = [(cpu_seconds(), time.perf_counter())]
    model.fit(X, y)
    clocks.append((cpu_seconds(), time.perf_counter()))
    probabilities = getattr(model, "predict_proba", None)
    found = (probabilities or model.predict)(X_test)
    clocks.append((cpu_seconds(), time.perf_counter()))
    loss = np.nan
    if probabilities:
        loss = log_loss(y_test, found, labels=model.classes_)
        found = model.classes_[found.argmax(axis=1)]
    return np.mean(found == y_test), loss, *np.diff(clocks, axis=0).ravel()


def cpu_seconds():
    """CPU seconds of this process and of the workers that it started."""
    this = psutil.Process()
    each = [process.cpu_times() for process in (this, *this.children(recursive=True))]
    return sum(times.user + times.system for times in each)


def run(name, path, part, seeds, n_folds):
    """A row for each of the seeds of a model on a set."""
    with np.load(path) as file:
        read = [key for key in file if part == "test" or key.endswith("_train")]
        data = {key: file[key] for key in read}
    models = {**MODELS, **MODELS_COMPARED}
    rows = []
    for seed in seeds:
        parts = parts_of(data, part, seed, n_folds)
        found = np.array([measured(models[name](seed), *one) for one in parts])
        sizes = [len(one[3]) for one in parts]
        scores = np.average(found[:, :2], axis=0, weights=sizes)
        rows.append([*scores, *found[:, 2:].mean(axis=0)])
    return np.array(rows)


def in_its_own_process(*task):
    """The rows of `run`, and the peak memory in MB."""
    command = [sys.executable, "-m", __spec__.name, "--run", json.dumps(task)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return np.array(found["rows"]), found["peak"]


def show(name, rows, peak):
    right, loss, seconds = 100 * rows[:, 0], rows[:, 1], rows[:, 2:].mean(axis=0)
    print(
        f"  {name:<24}{right.mean():7.2f} ({right.min():.2f}-{right.max():.2f})"
        f"   log loss {loss.mean():.3f} ({loss.min():.3f}-{loss.max():.3f})"
        f"   fit {seconds[0]:6.2f} CPU s {seconds[1]:6.2f} s   predict "
        f"{seconds[2]:6.2f} CPU s {seconds[3]:6.2f} s   {peak:5.0f} MB",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--sets", choices=SETS, nargs="*", default=SETS)
    parser.add_argument("--models", choices=[*MODELS, *MODELS_COMPARED], nargs="*")
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--part", choices=["test", "validation"], default="test")
    parser.add_argument("--run", metavar="TASK", help="for itself")
    options = parser.parse_args()
    if options.run:
        rows = run(*json.loads(options.run))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(json.dumps({"rows": rows.tolist(), "peak": peak}))
        return
    models = options.models
    if models is None:
        models = MODELS if options.part == "test" else MODELS_COMPARED
    seeds = [*range(options.first_seed, options.first_seed + options.seeds)]
    print(f"{options.part} accuracy in %, log loss: mean (lowest-highest)")
    for name in options.sets:
        path = str(Path(options.data) / f"{name}.npz")
        print(name)
        for model in models:
            task = (model, path, options.part, seeds, options.folds)
            show(model, *in_its_own_process(*task))
    # It imports TensorFlow, whose memory would count as the peak of later processes.
    print(machine())


if __name__ == "__main__":
    main()
