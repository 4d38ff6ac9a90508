"""Networks trained on several devices: each batch is shared out."""

import json
import pickle

import numpy as np
import pytest

from tests.versions.since import need

pytestmark = pytest.mark.processes

CASES = ("Conv1DRegressor", "Conv1DGRURegressor", "Conv1DClassifier")


# What runs in a process of its own: TensorFlow must know its devices before it
# starts.


def two_devices():
    """One CPU as two devices, and the strategy that shares batches among them."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    half = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [half, half])
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def data(n_samples=301):
    random = np.random.default_rng(0)
    X = random.normal(size=(n_samples, 12, 2))
    y = 2 * X[:, -1, 0] + 1 + random.normal(size=n_samples) / 10
    return X, y, random.uniform(0.1, 3, size=n_samples)


def small(name, **options):
    import skseqconv

    if "GRU" in name:
        options |= {"gru_dropout": 0.0, "recurrent_dropout": 0.0, "gru_units": 4}
    plain = {"filters": 4, "n_conv": 1, "epochs": 2, "dropout": 0.0, "random_state": 0}
    return getattr(skseqconv, name)(**plain, **options)


def network_of(model):
    """The network that has the model's weights."""
    with model._network() as network:
        return network


def agreement(name, strategy):
    """One fit on one device and one on two, what they give and how they got there."""
    X, y, weight = data()
    fit = {}
    if name == "Conv1DRegressor":  # ids and numbers: the network has two inputs
        X = np.hstack([np.digitize(X[..., 1], [-1, 0, 1]), X[:, -1]])
        options = {"embedding_weights": np.eye(4), "embedding_trainable": False}
        options |= {"numeric_columns": 2, "batch_size": 43}  # which divides
        fit["sample_weight"] = weight
    elif name == "Conv1DGRURegressor":  # ten batches of an odd number each
        options = {"batch_size": 25, "validation_split": 0.169, "validation_gap": 0}
        options |= {"target_channel": 0, "delay": 1}
    else:  # Keras' own embedding has a gradient whose shape is the batch's
        X, y = np.digitize(X[..., 0], [-1, 0, 1]), np.digitize(y, [0, 2])
        options = {"embedding_dim": 3, "learning_rate": 0.03}
        options["learning_rate_schedule"] = "one_cycle"
        options["batch_size"] = 32  # the last batch has 13 samples
    one = small(name, **options).fit(X, y, **fit)
    with strategy.scope():
        two = small(name, **options).fit(X, y, **fit)
    outputs = "predict_proba" if name == "Conv1DClassifier" else "predict"
    given = {"one": one, "two": two}
    found = {
        key: [getattr(model, outputs)(X).tolist(), model.history_]
        for key, model in given.items()
    }
    weights = network_of(two).model.trainable_variables
    copies = [strategy.experimental_local_results(v.value) for v in weights]
    found["n_copies"] = sorted({len(each) for each in copies})
    found["in_step"] = all((a.numpy() == b.numpy()).all() for a, b in copies)
    found["carried"] = getattr(pickle.loads(pickle.dumps(two)), outputs)(X).tolist()
    found["references"] = [getattr(m, "reference_loss_", None) for m in (one, two)]
    return found


def sizes_of_shares(strategy):
    """How many samples, and what weights, each device is given of a batch."""
    import tensorflow as tf

    from skseqconv.engine._devices import run_shares

    found = {}
    for n_samples in (8, 7, 1):
        seen = []
        x = tf.range(n_samples)[:, None]

        def step(batch, seen=seen):
            seen.append([part.numpy().ravel().tolist() for part in batch])

        batch = (x, tf.cast(x, tf.float32))
        run_shares(strategy, step, batch)
        found[n_samples] = sorted(seen)
    return found


def refusals(strategy):
    """What is said of a strategy that is none for the devices of one machine."""
    import tensorflow as tf

    X, y, _ = data(64)
    others = tf.distribute.experimental.CentralStorageStrategy()
    with others.scope():
        try:
            small("Conv1DRegressor").fit(X, y)
        except ValueError as error:
            return str(error)


def refusal_of_older_keras(strategy):
    """What is said of several devices before Keras 3.10."""
    import keras

    X, y, _ = data(64)
    version, keras.__version__ = keras.__version__, "3.9.2"
    try:
        with strategy.scope():
            small("Conv1DRegressor").fit(X, y)
    except ValueError as error:
        return str(error)
    finally:
        keras.__version__ = version


def pooled(strategy):
    """Which networks are taken again."""
    X, y, _ = data(64)

    def network_of_a_fit():
        return network_of(small("Conv1DRegressor").fit(X, y))

    outside = network_of_a_fit()
    with strategy.scope():
        inside = network_of_a_fit()
        again = network_of_a_fit()
    back = network_of_a_fit()
    return [inside is not outside, again is inside, back is outside]


def continued(strategy):
    """An epoch more, on the other side of the scope's border."""
    X, y, _ = data(64)
    one, two = (small("Conv1DRegressor").fit(X, y) for _ in range(2))
    with strategy.scope():
        three = small("Conv1DRegressor").fit(X, y)
        two.partial_fit(X, y)
    one.partial_fit(X, y), three.partial_fit(X, y)
    return [model.predict(X).tolist() for model in (one, two, three)]


def main():
    strategy = two_devices()
    found = {name: agreement(name, strategy) for name in CASES}
    found["shares"] = sizes_of_shares(strategy)
    found["refusals"] = refusals(strategy)
    found["of older Keras"] = refusal_of_older_keras(strategy)
    found["pooled"] = pooled(strategy)
    found["continued"] = continued(strategy)
    print(json.dumps(found))


# The tests of what it found.


@pytest.fixture(scope="module")
def found(run_python):
    need("keras", "3.10", "it reports a wrong loss for several devices")
    printed = run_python("from tests.engine.test_devices import main; main()")
    return json.loads(printed.splitlines()[-1])


@pytest.mark.parametrize("name", CASES)
def test_two_devices_give_what_one_gives(found, name):
    (one, one_history), (two, two_history) = found[name]["one"], found[name]["two"]
    assert np.ptp(one, axis=0).min() > 0.01  # it has learned something
    np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(found[name]["carried"], two)
    assert two_history.keys() == one_history.keys()
    # 13 samples in the last batch count as 14, where the others divide.
    rtol = 1 / 301 if name == "Conv1DClassifier" else 1e-5
    for key, expected in one_history.items():
        np.testing.assert_allclose(two_history[key], expected, rtol=rtol)


def test_losses_are_compared_with_the_same_on_any_number_of_devices(found):
    one, two = found["Conv1DGRURegressor"]["references"]
    assert one
    for name, losses in one.items():
        assert two[name] == pytest.approx(losses, rel=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_each_device_has_a_copy_of_the_weights_and_they_are_the_same(found, name):
    assert found[name]["n_copies"] == [2]
    assert found[name]["in_step"]


def test_a_batch_is_shared_out_and_filled_up_without_weight(found):
    whole, odd, single = (found["shares"][key] for key in ("8", "7", "1"))
    assert whole == [[[0, 1, 2, 3]] * 2, [[4, 5, 6, 7]] * 2]
    assert [share[0] for share in odd] == [[0, 1, 2, 3], [4, 5, 6, 0]]
    np.testing.assert_allclose(odd[0][2], [8 / 7] * 4)
    np.testing.assert_allclose(odd[1][2], [8 / 7] * 3 + [0])
    assert [share[2] for share in single] == [[0], [2]]


def test_a_strategy_for_several_machines_is_refused(found):
    assert "CentralStorageStrategy" in found["refusals"]


def test_a_keras_that_reports_wrong_losses_is_refused(found):
    assert "needs Keras 3.10 or later: Keras 3.9.2" in found["of older Keras"]


def test_the_pool_knows_the_scope(found):
    assert found["pooled"] == [True, True, True]


def test_training_goes_on_inside_and_outside_of_the_scope(found):
    one, inside, outside = found["continued"]
    np.testing.assert_allclose(inside, one, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(outside, one, rtol=1e-5, atol=1e-5)
