"""
Run a grid search on a Dask cluster
===================================

A search of scikit-learn passes its fits to joblib, and joblib passes them to the
workers of a Dask cluster. Each worker needs this package and gets the series once. If a
worker is lost, other workers repeat its fits.

Install Dask with the package: `pip install "skseqconv[dask]"`. The workers are two
processes on this machine. This only shows the method: `n_jobs=2` is as fast. For
workers on other machines, start them and give the address of their scheduler::

    dask scheduler
    dask worker --nworkers 8 --nthreads 1 HOST:8786
"""

import os
import time
from itertools import chain

import numpy as np
from distributed import Client
from joblib import parallel_config
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DRegressor,
    LookbackWindower,
    SearchDisplay,
    Standardizer,
    make_supervised,
)
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few training steps, for tests
TARGET = "T (degC)"
DAY = 24  # rows of one hour
CLUSTER = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
# CLUSTER = {"address": "tcp://HOST:8786"}

# %%
# The search
# ----------
#
# It is written as for one machine, but the folds are made in advance.
series = make_climate(365 * DAY, freq="1h", random_state=0)
X, y = make_supervised(series, TARGET, delay=DAY)
folds = list(TimeSeriesSplit(3, gap=DAY).split(X))
network = Conv1DRegressor(
    n_conv=2, loss="mae", epochs=1, steps_per_epoch=5 if QUICK else 75, random_state=0
)
search = GridSearchCV(
    Pipeline(
        [
            ("standardize", Standardizer()),
            ("window", LookbackWindower(3 * DAY)),
            ("model", network),
        ]
    ),
    {
        "window__lookback": [DAY, 3 * DAY],
        "model__kernel_size": [3, 5] if QUICK else [3, 5, 7],
        "model__pool_size": [2] if QUICK else [2, 4],
    },
    cv=folds,
    scoring="neg_mean_absolute_error",
    error_score="raise",
)


# %%
# On the cluster
# --------------
#
# `scatter` sends the data to each worker once. Dask would drop copies that seem idle.
# The search would then fail if the worker with the last copy is lost, so `amm` stops.
def search_on_cluster():
    with Client(**CLUSTER) as client:
        client.amm.stop()
        with parallel_config(backend="dask", scatter=[X, y, *chain(*folds)]):
            search.fit(X, y)
        return sum(client.nthreads().values())


# %%
# The same scores on the cluster and in this process
# --------------------------------------------------
#
# Local workers import this file, too. The condition keeps them from starting clusters.
if __name__ == "__main__":
    began = time.perf_counter()
    n_workers = search_on_cluster()
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

    # The picture
    display = SearchDisplay.from_search(search, params=["kernel_size", "lookback"])
    display.figure_.savefig("08_lookback_kernel_size.png")
