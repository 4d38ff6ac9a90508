"""The pool of compiled networks."""

import gc
import json
import pickle
import sys
import threading
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    clear_compiled_networks,
)
from skseqconv.engine import _pool
from skseqconv.engine._network import widest_output
from skseqconv.engine._pool import Recipe, Weights
from skseqconv.inputs._sequences import Sequences

pytestmark = pytest.mark.trains

ARCHITECTURE = {
    "network": "conv1d",
    "input_shape": [12, 2],
    "n_outputs": 1,
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 1,
}


@pytest.fixture(autouse=True, scope="module")
def old_objects():
    """Objects from before are not searched for garbage, which takes long."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def empty_pool(old_objects):
    gc.collect()
    clear_compiled_networks()
    yield
    clear_compiled_networks()


def take(loss="mse", optimizer="rmsprop", weights=None, **changes):
    return _pool.take(Recipe({**ARCHITECTURE, **changes}, loss, optimizer), weights)


def learned(slot):
    """End a loan as a fit does; gives what an estimator keeps."""
    weights = Weights(slot.network.get_state())
    _pool.give_back(slot, weights)
    return weights


def running(weights, **changes):
    return _pool.running(Recipe({**ARCHITECTURE, **changes}, "mse", "rmsprop"), weights)


@pytest.mark.parametrize(
    ("changes", "widest"),
    [
        ({"filters": 8}, 10 * 8),  # the convolution leaves 10 of 12 steps
        ({"filters": [4, 16], "n_conv": 2, "pool_size": 2}, 3 * 16),
        ({"filters": [4, 16], "n_conv": 2, "pool_size": 1}, 8 * 16),
        ({"filters": 2}, 12 * 2),
        ({"filters": 2, "window_norm": "last"}, 12 * 2),
        ({"input_shape": [12], "embedding_dim": 32, "vocabulary_size": 9}, 12 * 32),
    ],
)
def test_the_widest_layer_counts(changes, widest):
    assert widest_output(take(**changes).network.model) == widest


def test_a_network_let_go_is_taken_again():
    slot = take()
    _pool.give_back(slot)
    assert take() is slot


def test_a_network_in_use_is_not_shared():
    assert take().network is not take().network


@pytest.mark.parametrize(
    "other", [{"filters": 5}, {"loss": "mae"}, {"optimizer": "adam"}]
)
def test_another_program_is_another_network(other):
    slot = take()
    _pool.give_back(slot)
    assert take(**other).network is not slot.network


def test_losses_and_optimizers_of_keras_are_known_by_their_settings():
    def network(delta, rate):
        slot = take(keras.losses.Huber(delta), keras.optimizers.Adam(rate))
        _pool.give_back(slot)
        return slot.network

    first = network(1.0, 0.1)
    assert network(1.0, 0.1) is first
    assert network(2.0, 0.1) is not first
    assert network(1.0, 0.2) is not first


def test_somebodys_own_loss_is_traced_anew():
    def loss(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

    slot = take(loss)
    weights = learned(slot)
    assert take(loss).network is not slot.network
    del weights
    assert slot in _pool._slots
    _pool.give_back(take(filters=5))
    assert slot not in _pool._slots  # nobody can use it any more


def test_a_dropped_network_never_returns():
    slot = take()
    _pool.drop(slot)
    _pool.give_back(slot)
    assert take() is not slot


def test_the_pool_is_bounded(monkeypatch):
    monkeypatch.setattr(_pool, "MAX_POOLED", 2)
    networks = []
    for filters in (1, 2, 3):
        slot = take(filters=filters)
        networks.append(slot.network)
        _pool.give_back(slot)
    again = [take(filters=filters).network for filters in (1, 2, 3)]
    assert [a is b for a, b in zip(networks, again, strict=True)] == [False, True, True]


def test_networks_of_the_living_do_not_count(monkeypatch):
    monkeypatch.setattr(_pool, "MAX_POOLED", 1)
    kept = [learned(take(filters=filters)) for filters in (1, 2, 3)]
    assert [slot.owner() for slot in _pool._slots] == kept


def test_one_network_serves_many_weights():
    kept = []
    for seed in range(4):
        slot = take()
        slot.network.reset(seed)
        kept.append(learned(slot))
    for weights in (*kept, *reversed(kept)):
        with running(weights) as network:
            assert network is slot.network
            expected = weights.arrays[: len(network.model.weights)]
            for variable, value in zip(network.model.weights, expected, strict=True):
                np.testing.assert_array_equal(variable.numpy(), value)
    assert _pool._slots == [slot]


def test_a_network_that_ran_with_weights_has_not_their_optimizer():
    first, slot = learned(take()), take()
    slot.network.reset(1)
    state = [array + 1 for array in slot.network.get_state()]
    slot.network.set_state(state)
    second = learned(slot)
    for wanted, other in ((second, first), (first, second)):
        for weights in (other, wanted):
            with running(weights):
                pass
        slot = take(weights=wanted)
        for before, after in zip(wanted.arrays, slot.network.get_state(), strict=True):
            np.testing.assert_array_equal(before, after)
        _pool.give_back(slot)


def test_a_network_that_runs_is_not_trained():
    weights = learned(take())
    with running(weights) as network, running(weights) as same:
        assert network is same
        assert take(weights=weights).network is not network
    assert take(weights=weights).network is network


def test_a_network_in_training_does_not_run():
    weights = learned(take())
    slot = take(weights=weights)
    with running(weights) as network:
        assert network is not slot.network


def test_a_network_whose_program_failed_is_dropped(monkeypatch):
    slot = take()
    monkeypatch.setattr(slot.network, "_predict", lambda *_: 1 / 0)
    X = Sequences.of(np.zeros((3, 12, 2)))
    with pytest.raises(ZeroDivisionError):
        slot.network.predict(X)
    _pool.give_back(slot)
    assert _pool._slots == []


def test_cleared_networks_are_compiled_again():
    weights = learned(take())
    with running(weights) as network:
        clear_compiled_networks()
    with running(weights) as again:
        assert again is not network


def n_graphs():
    gc.collect()
    return sum(issubclass(type(one), tf.Graph) for one in gc.get_objects())


class OfMyOwn(keras.callbacks.Callback):
    """May change the network, so each fit compiles a new one."""


@pytest.mark.parametrize("kind", ["mixed_float16", "embedding"])
def test_nothing_is_left_of_a_dropped_network(kind):
    own = {"filters": 4, "kernel_size": 3, "n_conv": 1, "epochs": 1}
    model = Conv1DClassifier(**own, callbacks=OfMyOwn())
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    if kind == "embedding":
        X, policy = np.arange(480).reshape(40, 12) % 7, "float32"
        model.set_params(embedding_dim=4)
    else:
        policy = kind
    counted = []
    with configured("dtype_policy", policy):
        for _ in range(2):
            model.fit(X, np.arange(40) % 2)
            counted.append(n_graphs())
    assert counted[1] == counted[0]
    assert _pool._slots == []


def test_reset_forgets_everything():
    network = take().network
    network.reset(1)
    fresh = network.get_state()
    for variable in [*network.model.weights, *network.optimizer.variables]:
        variable.assign(np.ones(variable.shape, dtype=variable.dtype))
    network.reset(1)
    for before, after in zip(fresh, network.get_state(), strict=True):
        np.testing.assert_array_equal(before, after)
    network.reset(2)
    assert not np.array_equal(network.get_state()[0], fresh[0])


def test_refits_use_one_network():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    model = Conv1DRegressor(filters=4, kernel_size=3, n_conv=1, epochs=1)
    for _ in range(4):
        model.fit(X, X[:, -1, 0]).predict(X)
    assert len(_pool._slots) == 1


def in_threads(action, n_threads=4):
    """What each of some threads gets, all of which begin together."""
    found, start = [], threading.Barrier(n_threads)

    def one():
        start.wait()
        found.append(action())

    threads = [threading.Thread(target=one) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_threads_take_networks_of_their_own():
    for slot in [take() for _ in range(4)]:
        _pool.give_back(slot)
    assert len({id(slot) for slot in in_threads(take)}) == 4


def test_threads_that_run_one_model_compile_one_network():
    weights = learned(take())
    clear_compiled_networks()

    def run():
        with running(weights) as network:
            return network

    assert len(set(in_threads(run))) == 1


# Keras' configuration.


@contextmanager
def configured(name, value):
    """Keras with a setting of its own."""
    before = getattr(keras.config, name)()
    getattr(keras.config, f"set_{name}")(value)
    try:
        yield
    finally:
        getattr(keras.config, f"set_{name}")(before)


#: Two convolutions with all that may stand between.
STACK = {"filters": 4, "kernel_size": 3, "n_conv": 2, "pool_size": 2, "epochs": 1}
NETWORKS = [
    Conv1DRegressor(**STACK, normalization="batch", random_state=0),
    Conv1DRegressor(
        **STACK | {"kernel_size": 4}, global_pooling="last", random_state=0
    ),
    Conv1DRegressor(
        **STACK | {"pool_size": 1},
        padding="same",
        residual=2,
        global_pooling="average",
        loss="quantile",
        random_state=0,
    ),
    Conv1DGRUClassifier(**STACK, gru_units=3, normalization="layer", random_state=0),
    Conv1DRegressor(
        **STACK | {"pool_size": 1},
        padding="causal",
        residual=2,
        strides=2,
        global_pooling="flatten",
        random_state=0,
    ),
    Conv1DGRURegressor(**STACK, strides=(3, 1), gru_units=3, random_state=0),
    Conv1DClassifier(
        **STACK, embedding_dim=3, embedding_dropout=0.2, vocabulary_size=9
    ).set_params(random_state=0),
]


def data_for(model):
    """Something that suits a network."""
    random = np.random.default_rng(0)
    if model.embedding_dim:
        return random.integers(9, size=(40, 11))
    return random.normal(size=(40, 11, 2))


def untrained(model):
    """What a new network answers, computed layer by layer."""
    X = data_for(model)
    return clone(model).initialize(X, np.arange(40) % 2).model_(X).numpy()


@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_time_is_the_first_axis_whatever_is_configured(number):
    expected = untrained(NETWORKS[number])
    assert np.ptp(expected, axis=0).max() > 1e-5
    with configured("image_data_format", "channels_first"):
        np.testing.assert_array_equal(untrained(NETWORKS[number]), expected)


@pytest.mark.parametrize(("floatx", "number"), [("float64", 0), ("float16", 3)])
def test_another_floatx_breaks_no_network(floatx, number):
    X, y = data_for(NETWORKS[number]), np.arange(40) % 2
    model = clone(NETWORKS[number]).fit(X, y)
    expected = model.predict(X)
    with configured("floatx", floatx):
        # The optimizer's own numbers are of that type.
        found = clone(model).fit(X, y).predict(X)
        np.testing.assert_allclose(found, expected, rtol=1e-3)
        kept = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(kept.predict(X), expected)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), expected)


def test_a_network_in_double_precision_is_one():
    with configured("dtype_policy", "float64"):
        X = np.random.default_rng(0).normal(size=(40, 12, 2))
        model = Conv1DGRURegressor(filters=4, kernel_size=3, n_conv=1, epochs=1)
        model.fit(X, X[:, -1, 0])
        assert {array.dtype for array in model._weights.arrays} >= {np.dtype("f8")}
        assert {layer.compute_dtype for layer in model.model_.layers} == {"float64"}


def test_a_fitted_network_keeps_the_precision_of_its_fit():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    settings = {"filters": 4, "kernel_size": 3, "n_conv": 1, "epochs": 1}
    one, other = (Conv1DRegressor(**settings).fit(X, s * X[:, -1, 0]) for s in (1, -1))
    expected = one.predict(X)
    other.predict(X)  # takes the network
    with configured("dtype_policy", "mixed_bfloat16"):
        np.testing.assert_array_equal(one.predict(X), expected)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        copied = pickle.loads(pickle.dumps(one))
        clear_compiled_networks()
        np.testing.assert_array_equal(copied.predict(X), expected)
    np.testing.assert_array_equal(one.predict(X), expected)


def test_the_smallest_number_of_losses_is_part_of_a_program():
    slot = take()
    _pool.give_back(slot)
    with configured("epsilon", 1e-3):
        assert take() is not slot


class OverTime(Exception):
    """What the handler of a signal raises."""


def test_a_time_limit_ends_a_call_by_its_own_error():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    model = Conv1DRegressor(filters=4, kernel_size=3, n_conv=1, epochs=1)
    model.fit(X, X[:, -1, 0])
    expected = model.predict(X)

    def handler(frame, event, _):
        """Raises where Python would run the handler of a signal."""
        if frame.f_code.co_name == "bind_with_defaults":
            raise OverTime

    before = sys.gettrace()
    for act in (lambda: model.predict(X), lambda: model.fit(X, -X[:, 0, 0])):
        with pytest.raises(OverTime):
            try:
                sys.settrace(handler)
                act()
            finally:
                sys.settrace(before)
        np.testing.assert_array_equal(model.predict(X), expected)


def test_a_graph_of_version_1_is_refused():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    y = X[:, -1, 0]
    model = Conv1DRegressor(filters=4, kernel_size=3, n_conv=1, epochs=1).fit(X, y)
    expected = model.predict(X)
    message = r"graph of version 1.*another thread"
    for action in ("predict", "fit", "partial_fit"):
        arguments = (X,) if action == "predict" else (X, -y)
        with tf.Graph().as_default(), pytest.raises(RuntimeError, match=message):
            getattr(model, action)(*arguments)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_inside_a_function_and_without_compiled_functions_it_runs():
    X = np.random.default_rng(0).normal(size=(40, 12, 2))
    model = Conv1DRegressor(filters=4, kernel_size=3, n_conv=1, epochs=1)
    expected = model.fit(X, X[:, -1, 0]).predict(X)
    seen = []

    @tf.function(autograph=False)
    def traced():
        with tf.init_scope():
            seen.append(model.predict(X))

    traced()
    np.testing.assert_array_equal(seen, [expected])
    with tf.Graph().as_default():  # another thread has a graph of its own
        answers = in_threads(lambda: model.predict(X), 2)
    np.testing.assert_array_equal(answers, [expected] * 2)
    tf.config.run_functions_eagerly(True)
    try:
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
    finally:
        tf.config.run_functions_eagerly(False)


# What an import sets, and what it refuses: in processes that have not run TensorFlow.

#: Runs pieces of code, each in a fork of a process that has imported TensorFlow and not
#: run it, and the first one also in that process itself, in the end. Takes a list of
#: pieces and their variables of the environment, as JSON.
IN_FORKS = """
import json, os, sys
import keras, pandas, scikeras.wrappers, sklearn.model_selection, tensorflow as tf
pieces = json.loads(sys.argv[1])
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.pop(name, None)
for code, environment in pieces:
    child = os.fork()
    if not child:
        try:
            os.environ.update(environment)
            exec(code)
        except ImportError as error:
            print(type(error).__name__, error)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
os.environ.update(pieces[0][1])
exec(pieces[0][0])
"""
THREADS = """
{before}
from skseqconv import Conv1DRegressor
threads = tf.config.threading
print(
    threads.get_intra_op_parallelism_threads(),
    threads.get_inter_op_parallelism_threads(),
)
"""
OTHER_BACKEND = """
keras.backend.backend = lambda: "jax"
from skseqconv import Conv1DRegressor
"""
#: Variables of the environment, what runs before the import, and threads of TensorFlow.
GRANTED = [
    ({"OMP_NUM_THREADS": "1"}, "", "1 1"),
    ({}, "", "0 0"),
    ({"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "2"}, "", "0 0"),
    (
        {"OMP_NUM_THREADS": "1"},
        "tf.config.threading.set_intra_op_parallelism_threads(2)",
        "2 0",
    ),
    ({"OMP_NUM_THREADS": "1"}, "tf.constant(1)", "0 0"),
]


@pytest.fixture(scope="module")
def printed(run_python):
    """What each piece of code prints."""
    pieces = [(THREADS.format(before=b), environment) for environment, b, _ in GRANTED]
    lines = run_python(IN_FORKS, json.dumps([*pieces, (OTHER_BACKEND, {})]))
    return lines.splitlines()


@pytest.mark.processes
@pytest.mark.parametrize("number", range(len(GRANTED)))
def test_tensorflow_keeps_to_the_threads_granted(number, printed):
    assert printed[number] == GRANTED[number][-1]


@pytest.mark.processes
def test_a_process_that_is_no_fork_keeps_to_the_threads_granted(printed):
    assert printed[-1] == GRANTED[0][-1] == "1 1"


@pytest.mark.processes
def test_another_backend_is_refused_by_name(printed):
    refused = "ImportError Keras runs on the backend 'jax', and skseqconv needs"
    assert printed[len(GRANTED)].startswith(f"{refused} 'tensorflow'. Unset KERAS")
