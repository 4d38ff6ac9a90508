"""Callbacks of Keras and of scikit-learn, and the progress bar."""

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skseqconv import Conv1DRegressor
from tests.estimators.small import small
from tests.versions.since import need

pytestmark = pytest.mark.trains


class Recorder(keras.callbacks.Callback):
    """Writes down what it is told."""

    seen: list = []  # noqa: RUF012 (outlives the copy that each fit makes)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((epoch, sorted(logs)))


class BatchRecorder(keras.callbacks.Callback):
    """Counts batches."""

    seen: list = []  # noqa: RUF012

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(batch)


def test_keras_callbacks_see_every_epoch_and_batch(windows):
    X, y = windows
    Recorder.seen.clear()
    BatchRecorder.seen.clear()
    recorder = Recorder()
    callbacks = [recorder, BatchRecorder()]
    model = small(
        Conv1DRegressor, callbacks=callbacks, steps_per_epoch=4, validation_split=0.1
    )
    watched = model.fit(X, y).predict(X)
    assert Recorder.seen == [(0, ["loss", "val_loss"]), (1, ["loss", "val_loss"])]
    assert BatchRecorder.seen == [0, 1, 2, 3, 0, 1, 2, 3]
    assert not hasattr(recorder, "model") or recorder.model is None  # a copy was used
    alone = clone(model).set_params(callbacks=None).fit(X, y).predict(X)
    np.testing.assert_allclose(watched, alone, rtol=1e-5)


class Stopper(keras.callbacks.Callback):
    """Has enough after two epochs."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_a_keras_callback_may_stop_and_schedule(windows):
    X, y = windows
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    model = small(Conv1DRegressor, callbacks=schedule, epochs=3).fit(X, y)
    assert model.history_["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])
    model = small(Conv1DRegressor, callbacks=[Stopper()], epochs=9).fit(X, y)
    assert model.n_iter_ == 2


def stops(monitor, **options):
    return keras.callbacks.EarlyStopping(monitor, patience=0, **options)


def saves(path, monitor, **options):
    return keras.callbacks.ModelCheckpoint(path / "a.keras", monitor, **options)


@pytest.mark.parametrize(
    ("callback", "share", "message"),
    [
        (
            lambda path: stops("val_loss"),
            0,
            r"EarlyStopping\(monitor='val_loss'\).* each epoch\. Known metrics: 'loss'"
            r"\. Monitor one of these, or set validation_split=0\.2",
        ),
        (
            lambda path: [stops("loss"), stops("val_mae", mode="min")],
            0.2,
            r"'val_mae'.*: 'loss' and 'val_loss'\. Monitor one of these\.$",
        ),
        (
            lambda path: keras.callbacks.ReduceLROnPlateau("mae"),
            0,
            r"'mae'.*: 'loss' and 'learning_rate'\. Monitor",
        ),
        (
            lambda path: saves(path, "val_loss", save_best_only=True, save_freq=2),
            0.2,
            r"ModelCheckpoint.*'val_loss'.* each batch\. Known metrics: 'loss'\. .*",
        ),
    ],
)
def test_a_metric_that_is_not_there_cannot_be_watched(
    callback, share, message, windows, tmp_path
):
    X, y = windows
    model = small(Conv1DRegressor, callbacks=callback(tmp_path), validation_split=share)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not model.initialized_


class AddsHalfTheLoss(keras.callbacks.Callback):
    """Measures something of its own."""

    def on_epoch_end(self, epoch, logs=None):
        logs["half"] = logs["loss"] / 2


def test_a_metric_that_is_there_can_be_watched(windows, tmp_path):
    X, y = windows
    callbacks = [
        stops("val_loss"),
        saves(tmp_path, "val_loss", save_best_only=True),
        saves(
            tmp_path, "nothing", mode="min", save_freq=2
        ),  # takes all, and watches none
        keras.callbacks.ReduceLROnPlateau("loss"),
        stops("learning_rate", mode="max"),
    ]
    model = small(Conv1DRegressor, callbacks=callbacks, epochs=9, validation_split=0.2)
    assert model.fit(X, y).n_iter_ == 2  # the learning rate stays as it is
    # What a user's callback adds is not known before it did.
    model.set_params(callbacks=[AddsHalfTheLoss(), stops("half", mode="max")])
    assert model.fit(X, y).n_iter_ < 9


class Tasks:
    """A callback of scikit-learn's that writes down the tasks of a fit."""

    def __init__(self):
        self.seen = []

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator, X):
        self.seen.append(f"end {context.task_name}")
        assert fitted_estimator.predict(X[:2]).shape == (2,)
        return context.task_name == "epoch" and context.task_id == 1


def test_scikit_learn_callbacks_see_epochs_and_may_stop(windows):
    need("scikit-learn", "1.9", "it has no callbacks")
    X, y = windows
    tasks = Tasks()
    model = small(Conv1DRegressor, epochs=5).set_callbacks(tasks).fit(X, y)
    assert model.n_iter_ == 2
    epoch = ["begin epoch", "end epoch"]
    assert tasks.seen == ["setup", "begin fit", *epoch, *epoch, "end fit", "teardown"]


def test_verbose_shows_keras_progress_bar(windows, capsys):
    X, y = windows
    small(Conv1DRegressor, verbose=1).fit(X, y)
    shown = capsys.readouterr().out
    assert "Epoch 2/2" in shown and "loss:" in shown
    small(Conv1DRegressor).fit(X, y)
    assert capsys.readouterr().out == ""
