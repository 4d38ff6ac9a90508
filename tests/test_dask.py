"""Searches on a cluster: joblib's Dask backend, two worker processes."""

import importlib
import os
import signal
import threading
import time
from itertools import chain
from pathlib import Path
from unittest import mock

import keras
import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    LookbackWindower,
    PanelTimeSeriesSplit,
    SeriesKFold,
    Standardizer,
    WindowView,
    compare_models,
    make_supervised,
)

pytestmark = [pytest.mark.trains, pytest.mark.processes]

distributed = pytest.importorskip("distributed", reason="pip install distributed")
dask = pytest.importorskip("dask")

#: Dask's own 30 s are too few where other processes keep the machine busy.
PATIENCE = {
    "distributed.comm.timeouts.connect": "120s",
    "distributed.comm.timeouts.tcp": "120s",
}


@pytest.fixture(scope="module")
def client():
    """Two workers, that keep all copies of what they are given.

    To begin workers Dask sets OMP_NUM_THREADS in this process too, for good: processes
    that later tests begin would round otherwise.

    They import TensorFlow before they are given anything. While they do so they answer
    nobody; and joblib waits for good if handing over an array fails (its backend
    submits the task behind the transfer, and nobody hears of an error there).
    """
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        mock.patch.dict(os.environ),
        dask.config.set(PATIENCE),
        distributed.LocalCluster(host="127.0.0.1", **options) as cluster,
        distributed.Client(cluster, timeout=120) as client,
    ):
        client.wait_for_workers(2, timeout=120)
        client.run(importlib.import_module, __name__)
        client.amm.stop()
        yield client


def pipeline():
    settings = {"filters": 4, "kernel_size": 3, "n_conv": 1, "epochs": 1}
    model = Conv1DRegressor(**settings, random_state=0)
    return make_pipeline(Standardizer(), LookbackWindower(12), model)


def two_candidates(cv):
    """A search. Both candidates are fitted with one compiled network."""
    grid = {"conv1dregressor__learning_rate": [0.001, 0.02]}
    return GridSearchCV(pipeline(), grid, cv=cv, error_score="raise", refit=False)


@pytest.fixture(scope="module")
def folds(task):
    return list(TimeSeriesSplit(2, gap=6).split(task[0]))


@pytest.fixture(scope="module")
def search(folds, task):
    """Two candidates, two folds; fitted in this process."""
    return two_candidates(folds).fit(*task)


@pytest.fixture(scope="module")
def panel():
    """A long table of shops, whose rows are in no order."""
    random, days = np.random.default_rng(0), pd.date_range("2020-01-01", periods=120)
    shops = [
        pd.DataFrame({"sales": random.normal(size=n).cumsum(), "price": 1.0}).assign(
            area=n, shop=f"shop {n}", day=days[:n]
        )
        for n in (120, 90, 100, 60)
    ]
    table = pd.concat(shops).sample(frac=1, random_state=0)
    X, y = make_supervised(table, "sales", delay="2D", id="shop", time="day")
    whole = WindowView(
        X, lags=[11]
    ).complete  # shops that are held out lack rows before
    return X[whole], y[whole]


def assert_same_scores(search, one):
    scores = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(scores, one.cv_results_["mean_test_score"], rtol=1e-5)


def test_a_view_says_how_large_it_is(task):
    from dask.sizeof import sizeof

    X, _ = task
    for view in (X, LookbackWindower(12).fit_transform(X)):
        assert X.series.nbytes < sizeof(view) < X.series.nbytes + 20_000


class CopiesSeen(RegressorMixin, BaseEstimator):
    """Scores how many copies of the series its process was given."""

    seen = ()  # which keeps each where it is

    def __init__(self, number=0):
        self.number = number

    def fit(self, X, y):
        if not any(series is X._series for _, series in CopiesSeen.seen):
            CopiesSeen.seen = (*CopiesSeen.seen, (self.number, X._series))
        return self

    def score(self, X, y):
        return float(sum(number == self.number for number, _ in CopiesSeen.seen))


def one_series():
    return make_supervised(np.zeros((50_000, 3)), 0)


def many_series():
    """A long table of 500 ids."""
    table = pd.DataFrame(np.zeros((50_000, 3)), columns=list("abc"))
    table["id"] = np.arange(50_000) % 500
    return make_supervised(table, "a", id="id")


@pytest.mark.parametrize("make", [one_series, many_series])
@pytest.mark.parametrize("scattered", [0, 1])
def test_a_worker_is_given_the_series_once(make, scattered, client):
    X, y = make()
    scatter = {"scatter": [X, y]} if scattered else {}
    with parallel_config(backend="dask", **scatter):
        model = CopiesSeen(f"{make.__name__} {scattered}")
        scores = cross_val_score(model, X, y, cv=12)
    np.testing.assert_array_equal(scores, 1.0)
    assert not CopiesSeen.seen  # all was done elsewhere


def test_searches_and_comparisons_give_the_same_there(search, folds, task, client):
    there = clone(search)
    with parallel_config(backend="dask", scatter=[*task]):
        assert_same_scores(there.fit(*task), search)
        comparison = compare_models({"network": pipeline()}, *task, cv=folds)
    here = compare_models({"network": pipeline()}, *task, cv=folds)
    np.testing.assert_allclose(comparison.predictions, here.predictions, rtol=1e-5)


@pytest.mark.parametrize("cv", [PanelTimeSeriesSplit(2), SeriesKFold(2)])
def test_a_panel_gives_the_same_here_and_there(cv, panel, client):
    X, _ = panel
    assert list(np.unique(X.ids)) == ["shop 100", "shop 120", "shop 60", "shop 90"]
    here = two_candidates(cv).fit(*panel)
    with parallel_config(backend="dask", scatter=[*panel]):
        assert_same_scores(two_candidates(cv).fit(*panel), here)


class WaitsToBeKilled(keras.callbacks.Callback):
    """The first to come writes which process it is in, and waits for its end."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch, logs=None):
        try:
            with open(self.path, "x") as file:
                file.write(f"{os.getpid()}\n")
        except FileExistsError:
            return
        time.sleep(120)
        raise AssertionError("nobody came")


def kill_who_waits(path):
    deadline = time.monotonic() + 120
    while not (path.exists() and path.read_text().endswith("\n")):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no worker wrote its number to {path}")
        time.sleep(0.05)
    os.kill(int(path.read_text()), signal.SIGKILL)


def test_a_search_survives_a_worker(search, folds, task, client, tmp_path):
    workers, path = set(client.run(os.getpid).values()), tmp_path / "pid"
    there = clone(search).set_params(
        estimator__conv1dregressor__callbacks=WaitsToBeKilled(path), cv=folds
    )
    killer = threading.Thread(target=kill_who_waits, args=(path,), daemon=True)
    killer.start()
    with parallel_config(backend="dask", scatter=[*task, *chain(*folds)]):
        there.fit(*task)
    assert_same_scores(there, search)
    assert int(Path(path).read_text()) in workers
    client.wait_for_workers(2, timeout=120)
    assert len(workers & set(client.run(os.getpid).values())) == 1
