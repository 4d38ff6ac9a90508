"""
Run a grid search on a Dask cluster.
====================================

A search of scikit-learn passes its fits to joblib, and joblib passes them to the
workers of a Dask cluster. Each worker needs this package and gets the series once. If a
worker is lost, other workers repeat its fits. The task is that of example 04.

By default the workers are two processes on this machine. This only shows the method:
`n_jobs=2` is as fast.

    pip install dask distributed                          required packages

::

    python examples/08_search_on_a_cluster.py             two workers on this machine
    python examples/08_search_on_a_cluster.py --address tcp://HOST:8786
                                                          your own workers, started by
                                        dask scheduler
                                        dask worker --nworkers 8 --nthreads 1 HOST:8786
"""

# %% Options
import argparse
import time
from importlib.util import find_spec
from itertools import chain

import numpy as np
from joblib import parallel_config
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)
from skseqconv.datasets import load_climate_csv, make_climate

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--address", metavar="URL", help="address of the scheduler")
parser.add_argument("--csv", metavar="FILE", help="a series in the Jena layout")
parser.add_argument("--quick", action="store_true", help="a few training steps only")
TARGET, DAY = "T (degC)", 24


# %% The search, as on one machine, with folds made in advance
def task(options):
    if options.csv:
        series = load_climate_csv(options.csv).sort_index()
        series = series.resample("1h").mean().interpolate()
    else:
        series = make_climate(365 * DAY, freq="1h", random_state=0)
    X, y = make_supervised(series, TARGET, delay=DAY)
    folds = list(TimeSeriesSplit(3, gap=DAY).split(X))
    model = Conv1DRegressor(n_conv=2, loss="mae", epochs=1, random_state=0)
    search = GridSearchCV(
        Pipeline(
            [
                ("standardize", Standardizer()),
                ("window", LookbackWindower(3 * DAY)),
                ("model", model.set_params(steps_per_epoch=5 if options.quick else 75)),
            ]
        ),
        {
            "window__lookback": [DAY, 3 * DAY],
            "model__kernel_size": [3, 5] if options.quick else [3, 5, 7],
            "model__pool_size": [2] if options.quick else [2, 4],
        },
        cv=folds,
        scoring="neg_mean_absolute_error",
        error_score="raise",
    )
    return search, X, y, folds


# %% On the cluster: `scatter` sends the data to each worker once
def search_on_cluster(options, search, X, y, folds):
    from distributed import Client

    here = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    where = {"address": options.address} if options.address else here
    with Client(**where) as client:
        # Dask would drop copies that seem idle. The search would then fail if the
        # worker with the last copy is lost.
        client.amm.stop()
        with parallel_config(backend="dask", scatter=[X, y, *chain(*folds)]):
            search.fit(X, y)
        return sum(client.nthreads().values())


# %% The same scores on the cluster and in this process
def main(options):
    search, X, y, folds = task(options)
    began = time.perf_counter()
    n_workers = search_on_cluster(options, search, X, y, folds)
    cluster_time = time.perf_counter() - began
    began = time.perf_counter()
    alone = clone(search).fit(X, y)
    local_time = time.perf_counter() - began
    errors, others = (-s.cv_results_["mean_test_score"] for s in (search, alone))
    print(
        f"{len(errors)} candidates x {len(folds)} folds took {cluster_time:.0f} s on "
        f"{n_workers} workers, including their start, and {local_time:.0f} s in this "
        f"process. The largest difference of scores is "
        f"{np.abs(errors - others).max():.0e}."
    )
    best = ", ".join(f"{n.split('__')[1]} {v}" for n, v in search.best_params_.items())
    print(f"Best candidate: {best}, {errors.min():.3f} degrees.")


if __name__ == "__main__":  # local workers import this file, too
    options = parser.parse_args()
    if find_spec("distributed") is None:
        print("This example needs Dask: pip install dask distributed")
    else:
        main(options)
