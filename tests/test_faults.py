"""Faults from outside: interrupts, dead workers, lost files, threads and forks."""

import copy
import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import psutil
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    Standardizer,
    make_supervised,
)
from skseqconv.engine._network import Network

pytestmark = pytest.mark.trains


def small(**parameters):
    """A network that trains in a moment."""
    settings = {"filters": 4, "kernel_size": 3, "n_conv": 1, "epochs": 2}
    settings |= {"batch_size": 32, "random_state": 0}
    return Conv1DRegressor(**{**settings, **parameters})


def pipeline(model):
    return make_pipeline(Standardizer(), LookbackWindower(12), model)


@pytest.fixture(scope="module")
def windows(task):
    """Eight batches of windows."""
    X, y = task
    X = LookbackWindower(12).fit_transform(Standardizer().fit_transform(X))
    return X[11:267], y[11:267]


# Interrupts.


@pytest.fixture(autouse=True)
def interrupts():
    """SIGINT interrupts, also in a process that a shell began in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class PressesCtrlC(keras.callbacks.Callback):
    """Sends a SIGINT in the middle of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 1 and batch == 3:
            signal.raise_signal(signal.SIGINT)


def main_thread_trains():
    """Whether the main thread is in TensorFlow, called by the loop that trains."""
    frame = sys._current_frames()[threading.main_thread().ident]
    in_tensorflow = "tensorflow" in Path(frame.f_code.co_filename).parts
    while frame is not None and frame.f_code is not Network._run.__code__:
        frame = frame.f_back
    return in_tensorflow and frame is not None


@contextmanager
def ctrl_c_in_a_program():
    """Another thread sends a SIGINT while TensorFlow runs a program."""
    over = threading.Event()

    def watch():
        while not over.wait(0.0005):
            if main_thread_trains():
                os.kill(os.getpid(), signal.SIGINT)
                over.wait(10)  # Python drops one that comes in a finalizer

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def interrupt(model, X, y):
    """Interrupt a fit that would take minutes."""
    callbacks = model.callbacks
    with pytest.raises(KeyboardInterrupt):
        if callbacks is None:
            with ctrl_c_in_a_program():
                model.set_params(epochs=5_000).fit(X, y)
        else:
            model.fit(X, y)


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("callbacks", [None, PressesCtrlC()])
def test_ctrl_c_leaves_the_estimator_as_it_was(callbacks, fitted, windows):
    X, y = windows
    model = small()
    if fitted:
        expected = model.fit(X, y).predict(X)
    before = set(vars(model))
    interrupt(model.set_params(callbacks=callbacks), X, -y)
    assert set(vars(model)) == before
    if fitted:
        np.testing.assert_array_equal(model.predict(X), expected)
    else:
        with pytest.raises(NotFittedError):
            model.predict(X)
    again = model.set_params(callbacks=None, epochs=2).fit(X, -y)
    np.testing.assert_array_equal(again.predict(X), small().fit(X, -y).predict(X))


# Workers.


class DiesInAWorker(keras.callbacks.Callback):
    """Ends its process as `kill -9` does, and says before which one it was."""

    def __init__(self, path):
        super().__init__()
        self.path, self.spared = path, os.getpid()

    def on_epoch_end(self, epoch, logs=None):
        assert os.getpid() != self.spared
        Path(self.path).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.processes
def test_a_search_goes_after_one_whose_worker_died(task, tmp_path):
    # So few rows that all tasks fit into the pipe to the workers: with more, the
    # search has been seen to wait for ever on what the dead one was to read.
    X, y = task[0][:150].compact(), task[1][:150]
    rates = {"conv1dregressor__learning_rate": [0.001, 0.02]}
    death = {"conv1dregressor__callbacks": [DiesInAWorker(tmp_path / "pid")]}
    search = GridSearchCV(
        pipeline(small(batch_size=128)),
        rates,
        cv=TimeSeriesSplit(2, gap=6),
        error_score="raise",
        refit=False,
    )
    alone = clone(search).fit(X, y).cv_results_["mean_test_score"]
    search.set_params(n_jobs=2, param_grid=[rates, death])
    with pytest.raises(TerminatedWorkerError):
        search.fit(X, y)
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
    search.set_params(param_grid=rates).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(scores, alone, rtol=1e-5)


# Files.


@pytest.fixture
def stored(tmp_path, weather):
    """A mapped series behind eight bytes of something else."""
    path, values = tmp_path / "series.dat", weather[:273].to_numpy(np.float32)
    path.write_bytes(b"a header" + values.tobytes())
    return np.memmap(path, "float32", mode="r", offset=8, shape=values.shape)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_a_removed_file_is_read_on(stored):
    X, y = make_supervised(stored, 0, delay=6)
    model = pipeline(small()).fit(X, y)
    expected = model.predict(X)
    Path(stored.filename).unlink()
    np.testing.assert_array_equal(model.predict(X), expected)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), expected)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_a_file_that_was_cut_is_not_read(stored):
    X, y = make_supervised(stored, 0, delay=6)
    kept, _ = make_supervised(np.array(stored), 0, delay=6)
    model = pipeline(small()).fit(X, y)
    expected = model.predict(kept)
    whole, path = Path(stored.filename).read_bytes(), Path(stored.filename)
    readers = [
        lambda: model.predict(X[:20]),
        lambda: model[-1].fit(model[:-1].transform(X), -y),
        lambda: pipeline(PersistenceRegressor()).fit(X, y).predict(X),
        lambda: pipeline(FlatWindowRegressor(Ridge(), lags=[0, 1])).fit(X, y),
        lambda: Standardizer().fit(X),
        lambda: make_supervised(stored[100:200], 0),
        lambda: X[-1],
        lambda: X.compact().to_numpy(),
    ]
    for length in (len(whole) - 1, 100, 0):
        os.truncate(path, length)
        for read in readers:
            with pytest.raises(OSError, match=rf"series\.dat was cut to {length} "):
                read()
    np.testing.assert_array_equal(model.predict(kept), expected)
    path.write_bytes(whole)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_samples_in_a_file_that_was_cut_are_not_read(tmp_path):
    samples = np.random.default_rng(0).normal(size=(64, 12, 3))
    np.save(tmp_path / "samples.npy", samples)
    X = np.load(tmp_path / "samples.npy", mmap_mode="r")
    model = small().fit(X, samples[:, -1, 0])
    np.testing.assert_array_equal(model.predict(X), model.predict(samples))
    os.truncate(tmp_path / "samples.npy", 1000)
    with pytest.raises(OSError, match=r"samples\.npy was cut to 1000 bytes"):
        model.predict(X)


def test_a_part_of_a_file_and_a_longer_one_are_read(stored, weather):
    with open(stored.filename, "ab") as file:
        file.write(b"more rows")
    values = weather[:273].to_numpy(np.float32)
    for part in (slice(None), slice(100, 200), slice(263, None)):
        for series in (stored[part], np.asarray(stored)[part]):
            X, _ = make_supervised(series, 0)
            np.testing.assert_array_equal(X.to_numpy(), values[part][:-1])


# Threads and processes.

#: Threads that ask all the time hold up the one that fits. Fits take a hundred pauses.
PAUSE = 0.002


def test_one_thread_fits_while_eight_predict(windows):
    X, y = windows
    model, other = small().fit(X, y), small(random_state=1)
    fitted = clone(other).fit(X, -y).predict(X)
    expected = [model.predict(X[i : i + 50]) for i in range(8)]
    fits, answers, start = [], [[] for _ in range(8)], threading.Barrier(9)

    def fit():
        start.wait()
        fits.extend(clone(other).fit(X, -y).predict(X) for _ in range(3))

    def ask(i):
        start.wait()
        while len(fits) < 3 or not answers[i]:
            answers[i].append(model.predict(X[i : i + 50]))
            time.sleep(PAUSE)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    threads.append(threading.Thread(target=fit))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(fits, [fitted] * 3)
    for own, right in zip(answers, expected, strict=True):
        np.testing.assert_array_equal(own, [right] * len(own))


def while_predicting(model, X, change):
    """What other threads are answered while one changes the estimator."""
    answers, done, start = [], threading.Event(), threading.Barrier(4)

    def ask():
        start.wait()
        while not done.is_set():
            answers.append(model.predict(X).tobytes())
            time.sleep(PAUSE)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    start.wait()
    try:
        change()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    return set(answers)


@pytest.mark.parametrize("action", ["fit", "warm start", "partial_fit", "initialize"])
def test_whoever_predicts_during_a_fit_is_answered_by_the_one_before(action, windows):
    X, y = windows
    model = small(warm_start=action == "warm start").fit(X, y)
    method = getattr(model, {"warm start": "fit"}.get(action, action))
    seen = {model.predict(X[:50]).tobytes()}

    def change():
        for sign in (-1, 1, -1):
            method(X, 3 * sign * y)
            seen.add(model.predict(X[:50]).tobytes())

    assert while_predicting(model, X[:50], change) <= seen


def test_a_pipeline_answers_as_before_while_a_copy_is_fitted(task):
    """The way that the guide shows, whether the fit of the copy succeeds or not."""
    X, y = task[0][:267], task[1][:267]
    model = pipeline(small(warm_start=True)).fit(X, y)
    before = {model.predict(X[100:150]).tobytes()}
    stopped = Meanwhile(lambda: raise_(KeyboardInterrupt))
    fitted = []

    def refit():
        for make in (copy.deepcopy, clone):
            fitted.append(make(model).fit(X[:139], y[:139]))
            failed = make(model)
            failed[-1].set_params(callbacks=[stopped])
            with pytest.raises(KeyboardInterrupt):
                failed.fit(X[:139], y[:139])
        with pytest.raises(NotFittedError):
            failed.predict(X[100:150])

    assert while_predicting(model, X[100:150], refit) == before
    assert {model.predict(X[100:150]).tobytes()} == before
    answers = {one.predict(X[100:150]).tobytes() for one in fitted}
    assert len(answers | before) == 3


def raise_(error):
    raise error


def test_classes_and_probabilities_are_those_of_one_fit(windows):
    X, y = windows
    settings = {"filters": 4, "kernel_size": 3, "n_conv": 1, "batch_size": 32}
    model = Conv1DClassifier(**settings, epochs=1, random_state=0)
    model.fit(X, np.digitize(y, [10]))
    seen = {model.predict(X[:50]).tobytes()}

    def change():
        for at in ([7, 13], [10], [8, 12]):
            model.fit(X, np.digitize(y, at) + 5 * len(at))
            seen.add(model.predict(X[:50]).tobytes())

    assert while_predicting(model, X[:50], change) <= seen


def test_threads_that_fit_one_estimator_take_turns(windows):
    X, y = windows
    alone = [small().fit(X, sign * y).predict(X) for sign in (1, -1)]
    model, start = small(), threading.Barrier(2)

    def fit(sign):
        start.wait()
        model.fit(X, sign * y)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(fit, (1, -1))) == [None, None]
    found = model.predict(X)
    assert any(np.array_equal(found, one) for one in alone)


class Meanwhile(keras.callbacks.Callback):
    """Does something while another fit of the same estimator is under way."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    def on_train_end(self, logs=None):
        self.act()


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_copies_and_models_made_during_a_fit_are_of_the_fit_before(windows):
    X, y = windows
    model = small().fit(X, y)
    expected, made = model.predict(X), []

    def act():
        made.append(copy.copy(model))
        model.model_.get_weights()

    model.set_params(callbacks=Meanwhile(act)).fit(X, -3 * y)
    for one in made:
        np.testing.assert_array_equal(one.predict(X), expected)
    again = small().fit(X, -3 * y).predict(X)
    np.testing.assert_array_equal(model.predict(X), again)


def test_what_is_set_during_a_fit_stays(windows):
    X, y = windows
    model = small().fit(X, y)

    def act():
        model.set_params(batch_size=7)
        model.note = "mine"

    model.set_params(callbacks=Meanwhile(act)).fit(X, y)
    assert (model.batch_size, model.note) == (7, "mine")


@pytest.mark.processes
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("action", ["predict", "fit", "partial_fit"])
def test_a_forked_process_says_that_it_would_hang(action, windows):
    X, y = windows
    model = small().fit(X, y)
    arguments = (X,) if action == "predict" else (X, y)

    def act(pipe):
        try:
            getattr(model, action)(*arguments)
        except RuntimeError as error:
            pipe.send(str(error))

    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=act, args=(there,))
    child.start()
    answered = here.poll(20)
    child.kill()
    child.join()
    assert answered
    assert "forked" in (message := here.recv()) and "'spawn'" in message
