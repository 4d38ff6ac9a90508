"""The same search in one process, on joblib's workers and on a Dask cluster.

    python -m tests.benchmarks.cluster [--network conv1d] [--workers 2] [--few]

24 candidates x 3 folds (--few: 4 x 3) and a refit, the task of benchmark
parallel_search. New workers pay for their start: import, TensorFlow, tracing; the
start of the Dask cluster itself is told apart. Overhead is what is left of the time
without the refit and a worker's share of the times of all fits and scores, which
scikit-learn takes where they run. What Dask sends is read off the loopback device, so
that other traffic on it counts, too: the series to the scheduler and to each worker
once, and with each fit, twice, the search itself, in which the folds are.
"""

import argparse
import time
from itertools import chain

import numpy as np
import psutil

from .common import machine
from .parallel_search import stop_workers, task


def run(search, X, y, n_workers):
    """Seconds, of them overhead, of a search; its scores."""
    began = time.perf_counter()
    search.fit(X, y)
    seconds = time.perf_counter() - began
    found = search.cv_results_
    fits = search.n_splits_ * (found["mean_fit_time"] + found["mean_score_time"]).sum()
    overhead = seconds - search.refit_time_ - fits / n_workers
    return seconds, overhead, found["mean_test_score"]


class Report:
    """Prints a line a search, beside the first one."""

    def __init__(self, search, X, y, n_workers):
        self.search, self.task, self.n_workers = search, (X, y), n_workers
        self.first = None

    def __call__(self, name, n_workers=None):
        n_workers = n_workers or self.n_workers
        seconds, overhead, scores = run(self.search, *self.task, n_workers)
        if self.first is None:
            self.first = seconds, scores
        ratio, apart = self.first[0] / seconds, np.abs(scores - self.first[1]).max()
        print(
            f"  {name:<22} {seconds:6.1f} s, overhead {overhead:5.1f} s, "
            f"{ratio:4.2f} x, scores +-{apart:.1e}"
        )


def on_dask(report, folds):
    """Cold and warm; the series told beforehand, or found by joblib."""
    from distributed import Client
    from joblib import parallel_config

    began, (X, y) = time.perf_counter(), report.task
    workers = {"n_workers": report.n_workers, "threads_per_worker": 1}
    with Client(**workers, host="127.0.0.1", dashboard_address=None) as client:
        print(f"  Dask's cluster started in {time.perf_counter() - began:.1f} s")
        client.amm.stop()
        whole = [X, y, *chain(*folds)]
        for name, scatter in (
            ("Dask, cold", whole),
            ("Dask, warm", whole),
            ("Dask, not scattered", None),
        ):
            before = psutil.net_io_counters(pernic=True)["lo"].bytes_recv
            with parallel_config(backend="dask", scatter=scatter):
                report(name)
            sent = psutil.net_io_counters(pernic=True)["lo"].bytes_recv - before
            print(f"    sent {sent / 1e6:.1f} MB")


def main():
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--few", action="store_true", help="4 candidates, not 24")
    options = parser.parse_args()
    print(machine())
    for network in options.network or ["conv1d"]:
        pipe, grid, X, y = task(network)
        if options.few:
            grid = {name: values[:2] for name, values in list(grid.items())[:2]}
        folds = list(TimeSeriesSplit(3).split(X))
        metric = {"scoring": "neg_mean_absolute_error", "error_score": "raise"}
        search = GridSearchCV(pipe, grid, cv=folds, **metric)
        size = sum(part.nbytes for part in chain(*folds)) / 1e6
        print(f"{network}, {options.workers} workers")
        print(f"  the series has {X.nbytes / 1e6:.1f} MB, the folds {size:.1f} MB")
        report = Report(search, X, y, options.workers)
        report("one process", 1)
        report("one process, again", 1)
        search.set_params(n_jobs=options.workers)
        report("loky, cold")
        report("loky, warm")
        stop_workers()
        on_dask(report, folds)


if __name__ == "__main__":
    main()
