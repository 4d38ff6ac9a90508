"""The pool of compiled networks."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from skseqconv import Conv1DRegressor, _pool, clear_compiled_networks

ARCHITECTURE = {
    "network": "conv1d",
    "input_shape": [12, 2],
    "n_outputs": 1,
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 1,
}


@pytest.fixture(autouse=True)
def empty_pool():
    gc.collect()
    clear_compiled_networks()
    yield
    clear_compiled_networks()


def take(**changes):
    return _pool.take({**ARCHITECTURE, **changes}, "mse", "rmsprop")


def test_a_network_let_go_is_taken_again():
    network = (lease := take()).network
    del lease
    assert take().network is network


def test_a_network_in_use_is_not_shared():
    first, second = take(), take()
    assert first.network is not second.network


def test_another_program_is_another_network():
    network = (lease := take()).network
    del lease
    assert take(filters=5).network is not network
    assert _pool.take(ARCHITECTURE, "mae", "rmsprop").network is not network
    assert _pool.take(ARCHITECTURE, "mse", "adam").network is not network


def test_a_kept_network_never_returns():
    network = (lease := take()).network
    lease.keep()
    del lease
    assert take().network is not network


def test_the_pool_is_bounded(monkeypatch):
    monkeypatch.setattr(_pool, "MAX_POOLED", 2)
    networks = []
    for filters in (1, 2, 3):
        networks.append((lease := take(filters=filters)).network)
        del lease
    leases = [take(filters=filters) for filters in (1, 2, 3)]
    again = [lease.network for lease in leases]
    assert [a is b for a, b in zip(networks, again, strict=True)] == [False, True, True]


def test_reset_forgets_everything():
    lease = take()
    network = lease.network
    network.reset(1)
    fresh = network.get_state()
    for variable in [*network.model.weights, *network.optimizer.variables]:
        variable.assign(np.ones(variable.shape, dtype=variable.dtype))
    network.reset(1, learning_rate=None)
    for before, after in zip(fresh, network.get_state(), strict=True):
        np.testing.assert_array_equal(before, after)
    network.reset(2)
    assert not np.array_equal(network.get_state()[0], fresh[0])


def test_refits_of_an_estimator_use_two_networks_at_most():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    model = Conv1DRegressor(filters=4, kernel_size=3, n_conv=1, epochs=1)
    seen = set()
    for _ in range(4):
        model.fit(X, X[:, -1, 0])
        seen.add(id(model._held().network))
    # A fit that fails must leave the former network as it was: it is given back last.
    assert len(seen) <= 2


def test_threads_take_networks_of_their_own():
    taken, start = [], threading.Barrier(4)
    pooled = [take() for _ in range(4)]
    del pooled

    def one():
        start.wait()
        taken.append(take())

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(lease.network) for lease in taken}) == 4


@pytest.mark.parametrize(
    ("environment", "before", "expected"),
    [
        ({"OMP_NUM_THREADS": "1"}, "", "1 1"),
        ({}, "", "0 0"),
        ({"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "2"}, "", "0 0"),
        (
            {"OMP_NUM_THREADS": "1"},
            "tf.config.threading.set_intra_op_parallelism_threads(2)",
            "2 0",
        ),
        ({"OMP_NUM_THREADS": "1"}, "tf.constant(1)", "0 0"),
    ],
)
def test_tensorflow_keeps_to_the_threads_granted(environment, before, expected):
    code = (
        f"import tensorflow as tf\n{before}\n"
        "from skseqconv import Conv1DRegressor\n"
        "threads = tf.config.threading\n"
        "print(threads.get_intra_op_parallelism_threads(),"
        " threads.get_inter_op_parallelism_threads())"
    )
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    inherited = {k: v for k, v in os.environ.items() if k not in names}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
        env={**inherited, **environment},
    )
    assert done.stdout.strip() == expected


def test_another_backend_is_refused_by_name():
    code = (
        "import keras; keras.backend.backend = lambda: 'jax'\n"
        "from skseqconv import Conv1DRegressor"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root
    )
    assert done.returncode
    assert "ImportError: skseqconv trains on Keras' TensorFlow backend" in done.stderr
    assert "'jax'" in done.stderr
