"""What losses are compared with, and the start as epoch 0 of early stopping."""

import pickle

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.impute import SimpleImputer

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    load,
    make_supervised,
    save,
)
from skseqconv._sampling import spread_positions
from skseqconv.estimators import _network_trained, _reference_loss
from tests.versions.since import need

pytestmark = pytest.mark.trains

N_ROWS, SHARE = 400, 0.3


def small(**parameters):
    settings = {"filters": 4, "n_conv": 1, "kernel_size": 3, "dropout": 0.0}
    settings |= {"epochs": 3, "random_state": 0, "validation_split": SHARE}
    return Conv1DRegressor(**settings | parameters)


def walk(delay, seed=0):
    """Windows of a random walk whose steps grow, and its future."""
    random = np.random.default_rng(seed)
    steps = random.normal(size=(N_ROWS, 2)) * np.linspace(1, 4, N_ROWS)[:, None]
    X, y = make_supervised(100 + np.cumsum(steps, axis=0), 0, delay=delay)
    return LookbackWindower(8, on_missing_history="ignore").fit_transform(X), y


def parts(X, delay):
    """Positions of the training and the held-out rows, counted by hand."""
    rows = np.flatnonzero(X.complete)
    first = rows[len(rows) - int(np.ceil(len(rows) * SHARE))]
    return rows[rows + np.max(delay) <= first], rows[rows >= first]


def mse(error):
    return np.mean(error**2)


def mae(error):
    return np.mean(np.abs(error))


def pinball(error):
    """At the quantiles 0.1, 0.5 and 0.9, of one forecast for all of them."""
    each = [np.mean(np.maximum(q * error, (q - 1) * error)) for q in (0.1, 0.5, 0.9)]
    return np.mean(each)


@pytest.mark.parametrize("delay", [2, [1, 4]])
@pytest.mark.parametrize(
    ("name", "loss"), [("mse", mse), ("mae", mae), ("quantile", pinball)]
)
def test_persistence_is_scored_on_the_same_rows_in_the_same_units(name, loss, delay):
    X, y = walk(delay)
    model = small(loss=name, level="last").fit(X, y)
    last = PersistenceRegressor().fit(X, y).predict(X)
    error = (y - last).reshape(len(y), -1) / model.target_encoder_.scale_
    training, held_out = parts(X, delay)
    found = model.reference_loss_["persistence"]
    assert found == pytest.approx(
        {"loss": loss(error[training]), "val_loss": loss(error[held_out])}, rel=1e-4
    )
    assert found["val_loss"] > 1.5 * found["loss"]  # they are harder


@pytest.mark.parametrize("level", ["last", "ar"])
def test_the_start_is_the_network_before_training(level):
    X, y = walk([1, 3])
    model = small(level=level).fit(X, y)
    training, held_out = parts(X, [1, 3])
    untrained = clone(model).initialize(X[training], y[training]).predict(X)
    error = (y - untrained) / model.target_encoder_.scale_
    start, persistence = (model.reference_loss_[n] for n in ("start", "persistence"))
    assert start == pytest.approx(
        {"loss": mse(error[training]), "val_loss": mse(error[held_out])}, rel=1e-4
    )
    assert start["loss"] == pytest.approx(1.0, rel=1e-4)  # the unit
    assert (start == pytest.approx(persistence)) == (level == "last")


def test_losses_of_training_are_in_these_units():
    """A rate of nearly nothing leaves the network at its start."""
    X, y = walk(2)
    model = small(learning_rate=1e-12, epochs=1).fit(X, y)
    start = model.reference_loss_["start"]
    assert model.history_["val_loss"] == pytest.approx([start["val_loss"]])
    assert model.history_["loss"] == pytest.approx([start["loss"]])


def test_weights_count():
    X, y = walk(2)
    weight = np.linspace(0.5, 2, len(y))
    model = small(learning_rate=1e-12, epochs=1).fit(X, y, weight)
    start = model.reference_loss_["start"]
    assert model.history_["val_loss"] == pytest.approx([start["val_loss"]])
    assert model.history_["loss"] == pytest.approx([start["loss"]])


def test_without_validation_there_are_the_training_rows_only():
    model = small(validation_split=0.0).fit(*walk(2))
    assert [list(losses) for losses in model.reference_loss_.values()] == [["loss"]] * 2


def test_of_many_training_rows_some_are_scored(monkeypatch):
    X, y = walk(2)
    monkeypatch.setattr(_reference_loss, "MAX_ROWS", 7)
    model = small(level="last", validation_split=0.0).fit(X, y)
    rows = np.flatnonzero(X.complete)
    rows = rows[spread_positions(len(rows), 7)]
    last = PersistenceRegressor().fit(X, y).predict(X)
    error = (y - last)[rows] / model.target_encoder_.scale_
    loss = model.reference_loss_["persistence"]["loss"]
    assert loss == pytest.approx(mse(error), rel=1e-4)


def test_missing_last_values_are_the_last_known_ones():
    """As for the forecasts, although an earlier step has filled the gap."""
    random = np.random.default_rng(0)
    values = np.cumsum(random.normal(size=(120, 1)), axis=0)
    values[50] = np.nan
    with pytest.warns(UserWarning, match="1 of 118 rows have no target"):
        X, y = make_supervised(values, 0, delay=2)
    filled = PerStep(SimpleImputer()).fit_transform(X)
    windows = LookbackWindower(4, on_missing_history="ignore").fit_transform(filled)
    model = small(level="last", validation_split=0.0).fit(windows, y)
    rows = np.flatnonzero(windows.complete)
    known = np.where(np.isnan(values[:, 0]), values[49, 0], values[:, 0])
    error = (y - known[windows.rows])[rows] / model.target_encoder_.scale_
    loss = model.reference_loss_["persistence"]["loss"]
    assert loss == pytest.approx(mse(error), rel=1e-4)


def test_what_forecasts_no_changes_has_no_references():
    X, y = walk(2)
    model = small().fit(X, y)
    assert model.reference_loss_
    model.set_params(window_norm=None).fit(X, y)
    assert not hasattr(model, "reference_loss_")
    classifier = Conv1DClassifier(filters=2, n_conv=1, epochs=1).fit(X, y > y.mean())
    assert not hasattr(classifier, "reference_loss_")


def test_partial_fit_keeps_the_references_of_the_start():
    X, y = walk(2)
    model = small().partial_fit(X[:200], y[:200])
    before = model.reference_loss_
    assert set(before["start"]) == {"loss"}
    assert model.partial_fit(X[200:], y[200:]).reference_loss_ is before


def test_a_warm_start_starts_from_the_last_fit():
    X, y = walk(2)
    model = small(warm_start=True, learning_rate=0.01, epochs=5).fit(X, y)
    first, ended = model.reference_loss_, model.history_["val_loss"][-1]
    assert model.fit(X, y).reference_loss_["start"]["val_loss"] == pytest.approx(ended)
    assert model.reference_loss_["persistence"] == pytest.approx(first["persistence"])


def test_references_are_plain_numbers_that_are_saved(tmp_path):
    model = small().fit(*walk(2))
    assert pickle.loads(pickle.dumps(model)).reference_loss_ == model.reference_loss_
    save(model, tmp_path / "model")
    assert load(tmp_path / "model").reference_loss_ == model.reference_loss_
    for losses in model.reference_loss_.values():
        assert all(type(value) is float for value in losses.values())


# The start is epoch 0.


def stopping(**parameters):
    return small(early_stopping=True, n_iter_no_change=2, epochs=20, **parameters)


def test_a_start_that_no_epoch_beats_is_kept():
    """A random walk has no better forecast; a large rate makes worse ones."""
    X, y = walk(2)
    model = stopping(level="last", learning_rate=0.5).fit(X, y)
    assert min(model.history_["val_loss"]) > model.reference_loss_["start"]["val_loss"]
    assert model.best_epoch_ == 0
    assert model.n_iter_ == len(model.history_["loss"]) >= 3
    last = PersistenceRegressor().fit(X, y).predict(X[X.complete])
    assert_allclose(model.predict(X[X.complete]), last, rtol=1e-5)


@pytest.mark.parametrize(("rate", "best"), [(0.5, 0), (0.001, 1)])
def test_a_fit_of_one_epoch_keeps_the_better_of_start_and_epoch(rate, best):
    X, y = learnable()
    model = stopping(level="last", learning_rate=rate).set_params(epochs=1).fit(X, y)
    start = model.reference_loss_["start"]["val_loss"]
    assert (model.history_["val_loss"][0] < start) == model.best_epoch_ == best
    _, held_out = parts(X, 2)
    error = (y - model.predict(X))[held_out] / model.target_encoder_.scale_
    kept = min(start, *model.history_["val_loss"])
    assert mse(error) == pytest.approx(kept, rel=1e-3)


def learnable():
    """Windows of a wave."""
    wave = np.sin(np.arange(N_ROWS) / 4)[:, None]
    X, y = make_supervised(np.hstack([wave, wave**2]), 0, delay=2)
    return LookbackWindower(8, on_missing_history="ignore").fit_transform(X), y


def test_the_best_epoch_is_kept_if_it_beats_the_start():
    X, y = learnable()
    model = stopping(level="last", learning_rate=0.05).fit(X, y)
    losses = model.history_["val_loss"]
    assert model.best_epoch_ == np.argmin(losses) + 1 >= 1
    _, held_out = parts(X, 2)
    error = (y - model.predict(X))[held_out] / model.target_encoder_.scale_
    assert mse(error) == pytest.approx(min(losses), rel=1e-3)


def test_the_start_does_not_shorten_the_patience():
    """Training goes on while it gets better, although the start was best so far."""
    X, y = walk(2)
    ours = stopping(level="last", learning_rate=0.5).fit(X, y)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=2)
    theirs = ours.get_params() | {"early_stopping": False, "callbacks": stop}
    assert Conv1DRegressor(**theirs).fit(X, y).history_ == ours.history_


def test_random_forecasts_are_no_start():
    """However bad the epochs are."""
    X, y = walk(2)
    model = stopping(window_norm=None, learning_rate=0.5).fit(X, y)
    assert model.best_epoch_ == np.argmin(model.history_["val_loss"]) + 1
    labels = (y > y.mean()).astype(int)
    classifier = Conv1DClassifier(
        filters=2,
        n_conv=1,
        learning_rate=1.0,
        epochs=4,
        validation_split=SHARE,
        early_stopping=True,
    ).fit(X, labels)
    best = np.argmin(classifier.history_["val_loss"]) + 1
    assert classifier.best_epoch_ == best


@pytest.mark.parametrize("level", ["last", None])
def test_a_warm_start_keeps_what_it_had(level):
    X, y = learnable()
    model = stopping(level=level, learning_rate=0.01, warm_start=True)
    before = model.fit(X, y).predict(X)
    assert model.best_epoch_ > 0
    model.set_params(learning_rate=5.0).fit(X, y)
    assert model.best_epoch_ == 0
    assert_allclose(model.predict(X), before, rtol=1e-5)


def test_without_validation_the_start_is_no_candidate():
    """Its loss is that of other weights than those during an epoch, without dropout."""
    X, y = walk(2)
    model = stopping(level="last", learning_rate=0.5, validation_split=0.0).fit(X, y)
    assert model.best_epoch_ == np.argmin(model.history_["loss"]) + 1


def test_best_epoch_is_of_the_last_fit_with_early_stopping():
    X, y = learnable()
    model = stopping(level="last", learning_rate=0.01).fit(X, y)
    assert model.best_epoch_ > 0
    model.partial_fit(X, y)
    assert not hasattr(model, "best_epoch_")
    model.fit(X, y)
    model.set_params(early_stopping=False).fit(X, y)
    assert not hasattr(model, "best_epoch_")


def test_callbacks_are_checked_beside_early_stopping():
    watch = keras.callbacks.EarlyStopping("val_mae", mode="min")
    with pytest.raises(ValueError, match=r"monitor='val_mae'.*'loss' and 'val_loss'"):
        stopping(callbacks=watch).fit(*walk(2))


class StopsAtOnce:
    """A callback of scikit-learn's that has enough after one epoch."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch"


@pytest.mark.parametrize(("rate", "best"), [(0.5, 0), (0.001, 1)])
def test_a_fit_that_a_callback_of_scikit_learn_ends(rate, best):
    need("scikit-learn", "1.9", "it has no callbacks")
    model = stopping(level="last", learning_rate=rate)
    model.set_callbacks(StopsAtOnce()).fit(*learnable())
    assert (model.n_iter_, model.best_epoch_) == (1, best)


# The number of epochs.


def test_auto_is_a_number_of_steps(monkeypatch):
    X, y = walk([1, 2, 3])
    monkeypatch.setattr(_network_trained, "STEPS_OF_A_FIT", 7)
    options = {"epochs": "auto", "validation_split": 0.0}
    model = small(**options, batch_size=-(-int(X.complete.sum()) // 4)).fit(X, y)
    assert model.n_iter_ == 2  # of 4 steps each
    options |= {"window_norm": None, "steps_per_epoch": 3}
    assert small(**options).fit(X, y[:, 0]).n_iter_ == 3


@pytest.mark.parametrize(
    ("level", "delays", "every", "n_steps"),
    [
        ("ar", range(1, 31), 1, 20 * 8),  # 230 rows: 8 spans of 30
        ("arx", range(1, 31), 1, 20 * 8),
        ("ar", range(1, 31), 6, 20 * 8),  # five windows a span
        ("ar", [1, 30], 1, 20 * 8),
        ("ar", [1, 2], 1, 500),
        ("last", range(1, 31), 1, 500),
    ],
)
def test_auto_is_fewer_steps_for_few_spans(level, delays, every, n_steps):
    """From a solved level, where the targets of few spans are learned by heart."""
    steps = np.random.default_rng(0).normal(size=(260, 2))
    X, y = make_supervised(np.cumsum(steps, axis=0), 0, delay=delays)
    X = LookbackWindower(8, on_missing_history="ignore").fit_transform(X)
    X, y = X[::every], y[::every]
    model = small(level=level, epochs="auto", validation_split=0.0, batch_size=8)
    model.fit(X, y)
    assert model.n_iter_ == -(-n_steps // -(-int(X.complete.sum()) // 8))


def test_references_change_nothing_that_is_learned(monkeypatch):
    X, y = walk(2)
    model = small(dropout=0.3).fit(X, y)
    expected = model.predict(X)
    monkeypatch.setattr(_network_trained, "reference_losses", lambda *args: None)
    assert_array_equal(clone(model).fit(X, y).predict(X), expected)
