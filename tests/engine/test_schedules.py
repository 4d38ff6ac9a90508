"""Learning-rate schedules: the rate of every step, and what else sets it."""

import math

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skseqconv import Conv1DClassifier, Conv1DRegressor
from skseqconv.engine._schedules import SCHEDULES, rates

PEAK = 2**-6  # exact in float32
N_STEPS = 70  # two epochs of 35, which are more than one call of the program


def small(**parameters):
    """A network of which each epoch has 35 steps, the last of them on a single row."""
    settings = {"filters": 4, "n_conv": 1, "kernel_size": 3, "dropout": 0.2}
    settings |= {"epochs": 2, "batch_size": 4, "random_state": 0}
    settings |= {"learning_rate": PEAK, "window_norm": None}
    return Conv1DRegressor(**settings | parameters)


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    X = random.normal(size=(137, 8, 2)).astype(np.float32)
    return X, X[:, -1, 0] - X[:, 2, 1]


def falling_by_a_cosine(first, last, share):
    return last + 0.5 * (first - last) * (1 + math.cos(math.pi * share))


def expected(schedule, n_steps):
    """As Keras' CosineDecay and PyTorch's OneCycleLR document it, for a peak of 1."""
    if schedule == "cosine":
        return [falling_by_a_cosine(1, 0, t / n_steps) for t in range(n_steps)]
    top, last = 0.3 * n_steps - 1, n_steps - 1
    return [
        falling_by_a_cosine(0.04, 1, t / top)
        if t <= top
        else falling_by_a_cosine(1, 4e-6, (t - top) / (last - top))
        for t in range(n_steps)
    ]


@pytest.mark.parametrize("n_steps", [7, 10, 100, 1001])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_follow_the_formula(schedule, n_steps):
    found = rates(schedule, 1.0, np.arange(n_steps), n_steps)
    np.testing.assert_allclose(found, expected(schedule, n_steps), rtol=1e-4)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_shortest_fits_come_near_the_peak(schedule, n_steps):
    found = rates(schedule, 1.0, np.arange(n_steps), n_steps)
    assert 0.8 < found.max() <= 1 and (found > 0).all()


class Rates(keras.callbacks.Callback):
    """Writes down the rate of each step."""

    def __init__(self, seen):
        super().__init__()
        self.seen = seen

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate.numpy()))


@pytest.mark.trains
def test_every_step_has_its_rate(data):
    seen = []
    model = small(learning_rate_schedule="one_cycle", callbacks=Rates(seen)).fit(*data)
    steps = np.arange(N_STEPS)
    np.testing.assert_array_equal(seen, rates("one_cycle", PEAK, steps, N_STEPS))
    assert model.history_["learning_rate"] == [seen[34], seen[69]]


@pytest.mark.trains
def test_training_is_that_of_a_schedule_of_keras(data):
    """Of many steps in one call, too: the rate is not that of the call."""
    ours = small(optimizer="adam", learning_rate_schedule="one_cycle").fit(*data)
    steps = np.arange(N_STEPS)
    table = rates("one_cycle", PEAK, steps, N_STEPS).tolist()
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay(
        steps[:-1].tolist(), table
    )
    optimizer = keras.optimizers.Adam(learning_rate=theirs)
    theirs = small(optimizer=optimizer, learning_rate=None).fit(*data)
    found, wanted = ours.predict(data[0]), theirs.predict(data[0])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6)
    assert set(theirs.history_) == {"loss"}


@pytest.mark.trains
def test_cosine_is_keras_cosine_decay(data):
    ours = small(optimizer="sgd", learning_rate_schedule="cosine").fit(*data)
    decay = keras.optimizers.schedules.CosineDecay(PEAK, N_STEPS)
    theirs = small(optimizer=keras.optimizers.SGD(decay), learning_rate=None)
    theirs.fit(*data)
    np.testing.assert_allclose(ours.predict(data[0]), theirs.predict(data[0]), 1e-4)
    constant = small(optimizer="sgd").fit(*data)
    assert np.abs(constant.predict(data[0]) - ours.predict(data[0])).max() > 1e-3


@pytest.mark.trains
def test_batches_of_numpy_have_the_same_rates(data, monkeypatch):
    from skseqconv.inputs import _sequences

    model = small(learning_rate_schedule="one_cycle")
    inside = clone(model).fit(*data).history_
    monkeypatch.setattr(_sequences, "MAX_TENSOR_BYTES", 0)
    assert clone(model).fit(*data).history_["loss"] == pytest.approx(inside["loss"])


@pytest.mark.trains
def test_a_schedule_needs_no_other_network(data):
    models = [
        small(learning_rate_schedule=schedule, learning_rate=rate).initialize(*data)
        for schedule, rate in (("one_cycle", 0.01), ("cosine", 0.02), (None, 0.03))
    ]
    keys = {model._recipe.keys() for model in models}
    assert len(keys) == 1


@pytest.mark.trains
def test_after_a_fit_the_rate_is_the_peak(data):
    """So `partial_fit` trains with it, and a warm start goes through all again."""
    model = small(learning_rate=None, learning_rate_schedule="cosine", warm_start=True)
    model.fit(*data)
    once = model.history_["learning_rate"]
    model.fit(*data)
    assert model.history_["learning_rate"] == once
    assert once[-1] < 1e-5
    seen = []
    model.set_params(callbacks=Rates(seen)).partial_fit(*data)
    assert seen == [pytest.approx(0.001)] * 35
    np.testing.assert_array_equal(model.history_["learning_rate"], [*once, np.nan])


@pytest.mark.trains
def test_a_course_is_as_long_as_the_epochs_that_were_planned(data):
    """Whenever early stopping ends it."""
    model = small(learning_rate_schedule="cosine", epochs=4, learning_rate=0.5)
    alone = clone(model).fit(*data).history_
    stopped = clone(model).set_params(
        early_stopping=True, n_iter_no_change=1, validation_split=0.0
    )
    stopped = stopped.fit(*data).history_
    n_epochs = len(stopped["loss"])
    assert alone["learning_rate"][:n_epochs] == stopped["learning_rate"]


@pytest.mark.trains
def test_callbacks_may_watch_the_rate(data):
    """It falls from the first epoch on, so the best one is the first."""
    watch = keras.callbacks.EarlyStopping("learning_rate", mode="max", patience=1)
    model = small(learning_rate_schedule="cosine", callbacks=watch, epochs=9)
    assert model.fit(*data).n_iter_ == 2


@pytest.mark.trains
def test_a_classifier_has_them(data):
    X, y = data
    model = Conv1DClassifier(
        filters=4, n_conv=1, epochs=3, batch_size=50, learning_rate_schedule="one_cycle"
    ).fit(X, y > 0)
    assert model.history_["learning_rate"] == pytest.approx(
        rates("one_cycle", 0.001, np.array([2, 5, 8]), 9).tolist()
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"learning_rate_schedule": "linear"},
            "'learning_rate_schedule' parameter .* must be a str among",
        ),
        (
            {
                "learning_rate": None,
                "optimizer": keras.optimizers.SGD(
                    keras.optimizers.schedules.CosineDecay(0.1, 10)
                ),
            },
            r"learning_rate_schedule='cosine' conflicts with the schedule of the "
            "optimizer. Use learning_rate_schedule=None, or an optimizer without",
        ),
        (
            {"callbacks": keras.callbacks.ReduceLROnPlateau("loss")},
            "learning_rate_schedule='cosine' conflicts with callbacks that set the "
            r"learning rate \(.*ReduceLROnPlateau\). Leave them out, or use learning_r",
        ),
        (
            {"callbacks": [keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)]},
            "learning_rate_schedule='cosine' conflicts with callbacks",
        ),
    ],
)
def test_two_sources_of_the_rate_are_refused(parameters, message, data):
    model = small(**{"learning_rate_schedule": "cosine"} | parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(*data)
    assert not model.initialized_
