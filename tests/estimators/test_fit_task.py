"""Progress: scikit-learn's callbacks see the epochs, and what there is to see."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

import skseqconv.engine._pool
from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    LookbackWindower,
    PerStep,
    Standardizer,
    TokenSequencer,
)
from tests.versions.since import need

need("scikit-learn", "1.9", "it has no callbacks")

from sklearn.callback import ProgressBar, ScoringMonitor  # noqa: E402 if it exists

pytestmark = pytest.mark.trains

SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "batch_size": 64}


def network(Estimator=Conv1DRegressor, **parameters):
    """A network that trains in a moment."""
    return Estimator(**{**SMALL, "epochs": 2, "random_state": 0, **parameters})


def pipeline(model):
    # Monitors score the training rows, the first of which have no history.
    windower = LookbackWindower(12, on_missing_history="ignore")
    return make_pipeline(Standardizer(), windower, model)


def search(model, n_jobs=None):
    """Two candidates, two folds."""
    return GridSearchCV(
        pipeline(model),
        {f"{type(model).__name__.lower()}__learning_rate": [0.001, 0.01]},
        cv=TimeSeriesSplit(2, gap=6, max_train_size=200),
        error_score="raise",
        n_jobs=n_jobs,
    )


@pytest.fixture(scope="module")
def rows(task):
    X, y = task
    return X[:500], y[:500]


@pytest.fixture(scope="module")
def windows(rows):
    """Windows, the first of which reach back before their series begins."""
    X, y = rows
    return pipeline(None)[:-1].fit_transform(X), y


class Record:
    """Writes each task to a file, from whatever process it runs in."""

    max_propagation_depth = None

    def __init__(self, path):
        self.path = str(path)

    def setup(self, estimator, context):
        self._write("setup", context)

    def teardown(self, estimator, context):
        self._write("teardown", context)

    def on_fit_task_begin(self, estimator, context):
        self._write("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._write("end", context)

    def _write(self, what, context):
        tasks, task = [], context
        while task is not None:
            tasks.insert(0, (task.estimator_name, task.task_name, task.task_id))
            task = task.parent
        line = json.dumps([what, os.getpid(), tasks, context.max_subtasks])
        with open(self.path, "a") as file:
            file.write(line + "\n")

    def read(self):
        """Of each line what, process, path of tasks, number of tasks to come."""
        lines = Path(self.path).read_text().splitlines()
        return [
            (what, pid, [tuple(task) for task in tasks], n)
            for what, pid, tasks, n in map(json.loads, lines)
        ]


# Tasks, from a search to the epochs.


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_callbacks_see_candidates_folds_steps_and_epochs(n_jobs, rows, tmp_path):
    record = Record(tmp_path / "tasks")
    search(network(), n_jobs).set_callbacks(record).fit(*rows)
    lines = record.read()
    assert (lines[0][0], lines[-1][0]) == ("setup", "teardown")
    begun = [tasks for what, _, tasks, _ in lines if what == "begin"]
    ended = [tasks for what, _, tasks, _ in lines if what == "end"]
    assert sorted(begun) == sorted(ended)
    epochs = [tasks for tasks in ended if tasks[-1][1] == "epoch"]
    fits = sorted({str(tasks[:-1]): tasks[:-1] for tasks in epochs}.values(), key=len)
    # The fit of all rows, and four in the search: of each candidate on each fold.
    assert [len(tasks) for tasks in fits] == [3, 4, 4, 4, 4]
    assert fits[0] == [
        ("GridSearchCV", "fit", 0),
        ("Pipeline", "fit", 1),
        ("Conv1DRegressor", "fit", 2),
    ]
    assert sorted(tasks[2] for tasks in fits[1:]) == [
        ("Pipeline", "fit", task_id) for task_id in range(4)
    ]
    for tasks in fits:
        of_this = [one[-1][2] for one in epochs if one[:-1] == tasks]
        assert of_this == [0, 1]
        steps = {one[-1][0] for one in ended if one[:-1] == tasks[:-1]}
        assert steps == {"Standardizer", "LookbackWindower", "Conv1DRegressor"}
    elsewhere = {str(tasks[:-1]) for _, pid, tasks, _ in lines if pid != os.getpid()}
    assert {str(tasks) in elsewhere for tasks in fits[1:]} == {n_jobs == 2}
    assert str(fits[0]) not in elsewhere


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bar_of_a_search(n_jobs, rows, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")  # or the bars are cut short
    bar = ProgressBar(max_propagation_depth=None)
    search(network(), n_jobs).set_callbacks(bar).fit(*rows)
    shown = capsys.readouterr().out
    assert "GridSearchCV - search" in shown
    for candidate_and_fold in range(4):
        assert f"Pipeline - fit #{candidate_and_fold}" in shown
    assert "fit-final-estimator | Conv1DRegressor - fit #2" in shown
    assert "100%" in shown


def test_progress_bar_of_a_pipeline_has_nothing_to_warn_of(rows, capsys):
    model = pipeline(network(epochs="auto", steps_per_epoch=250))
    model.set_callbacks(ProgressBar()).fit(*rows)
    shown = capsys.readouterr().out
    for step in ("Standardizer", "LookbackWindower", "Conv1DRegressor"):
        assert f"{step} - fit" in shown


@pytest.mark.parametrize(
    ("transformer", "X"),
    [
        (Standardizer(), np.eye(3)),
        (PerStep(Standardizer()), np.eye(3)),
        (LookbackWindower(2), np.eye(3)),
        (FlattenWindows(), np.eye(3)),
        (TokenSequencer(max_length=3), ["some words", "some more"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_fit_of_a_transformer_is_one_task(transformer, X, tmp_path):
    record = Record(tmp_path / "tasks")
    transformer = clone(transformer).set_callbacks(record)
    transformer.fit(X)
    transformer.fit_transform(X)
    name = type(transformer).__name__
    assert [(what, tasks, n) for what, _, tasks, n in record.read()] == [
        (what, [(name, "fit", 0)], 0)
        for what in ("setup", "begin", "end", "teardown") * 2
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 3},
        {"epochs": "auto", "steps_per_epoch": 200},
        {"epochs": "auto", "batch_size": 2, "validation_split": 0.4},
    ],
    ids=str,
)
def test_the_number_of_epochs_is_known_when_a_fit_begins(options, windows, tmp_path):
    X, y = windows[0][:120], windows[1][:120]
    record = Record(tmp_path / "tasks")
    model = network(**options).set_callbacks(record).fit(X, y)
    numbers = [
        n for what, _, [*_, (_, name, _)], n in record.read() if (what, name) == BEGIN
    ]
    assert numbers == [model.n_iter_]


BEGIN = ("begin", "fit")


def test_partial_fit_is_no_task(windows, tmp_path):
    record = Record(tmp_path / "tasks")
    network().set_callbacks(record).partial_fit(*windows)
    assert not Path(record.path).exists()


# Scores, epoch by epoch.


def epoch_scores(log, name):
    return [row[name] for row in log.data if row["task_name"] == "epoch"]


def test_monitor_scores_each_epoch_as_if_the_fit_ended_there(windows):
    monitor = ScoringMonitor(scoring="r2")
    network(epochs=3).set_callbacks(monitor).fit(*windows)
    expected = [network(epochs=n).fit(*windows).score(*windows) for n in (1, 2, 3)]
    assert epoch_scores(monitor.get_logs(), "r2") == expected
    assert len(set(expected)) == 3


def test_monitor_of_a_classifier_takes_several_scores(windows):
    X, y = windows[0], np.where(windows[1] > 10, "warm", "cold")
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    network(Conv1DClassifier, epochs=3).set_callbacks(monitor).fit(X, y)
    for name in ("accuracy", "neg_log_loss"):
        scores = epoch_scores(monitor.get_logs(), name)
        assert len(scores) == 3
    last = network(Conv1DClassifier, epochs=3).fit(X, y)
    probabilities = last.predict_proba(X)[np.arange(len(y)), (y == "warm") * 1]
    assert scores[-1] == pytest.approx(np.log(probabilities).mean())


def test_monitor_weights_its_scores_as_the_fit_is_weighted(windows):
    X, y = windows
    weight = np.linspace(0, 1, len(y))
    monitor = ScoringMonitor(scoring="neg_mean_absolute_error")
    model = network().set_callbacks(monitor).fit(X, y, sample_weight=weight)
    expected = -np.average(np.abs(model.predict(X) - y), weights=weight)
    scores = epoch_scores(monitor.get_logs(), "neg_mean_absolute_error")
    assert scores[-1] == pytest.approx(expected, rel=1e-12)


def test_monitor_in_a_pipeline_scores_the_windows_it_is_given(rows):
    monitor = ScoringMonitor(scoring="r2")
    model = pipeline(network().set_callbacks(monitor)).fit(*rows)
    log = monitor.get_logs()
    assert log.estimator_name == "Pipeline"
    assert epoch_scores(log, "r2")[-1] == model.score(*rows)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_monitor_in_a_search_scores_every_fit(n_jobs, rows):
    monitor = ScoringMonitor(scoring="r2")
    model = search(network().set_callbacks(monitor), n_jobs).fit(*rows)
    log = monitor.get_logs()
    assert len(epoch_scores(log, "r2")) == 5 * 2
    assert log.estimator_name == "GridSearchCV"
    whole = [row["r2"] for row in log.data if len(row["task_id_path"]) == 3]
    assert whole == [model.score(*rows)]


class Keeper:
    """Keeps the estimators that it is given."""

    def __init__(self):
        self.kept = []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        self.kept.append(fitted_estimator)


def test_an_estimator_of_an_epoch_is_a_fitted_one_of_its_own(windows):
    X, y = windows
    keeper = Keeper()
    whole = network(epochs=3, validation_split=0.2, dropout=0.2)
    whole.set_callbacks(keeper).fit(X, y)
    second = keeper.kept[1]
    expected = network(epochs=2, validation_split=0.2, dropout=0.2).fit(X, y)
    assert second.history_ == expected.history_
    assert second.n_iter_ == 2
    np.testing.assert_array_equal(second.predict(X), expected.predict(X))
    second.set_callbacks().partial_fit(X, y)
    np.testing.assert_array_equal(
        second.predict(X), expected.partial_fit(X, y).predict(X)
    )
    assert second.history_ == expected.history_
    assert whole.n_iter_ == 3


def test_an_estimator_of_an_epoch_has_no_interval_of_an_earlier_fit(windows):
    X, y = windows
    model = network(validation_split=0.2).fit(X, y)
    keeper = Keeper()
    model.set_callbacks(keeper).fit(X, y)
    with pytest.raises(ValueError, match="rows that training has not seen"):
        keeper.kept[0].predict_interval(X)
    np.testing.assert_array_equal(
        keeper.kept[-1].predict_interval(X), model.predict_interval(X)
    )


# Stopping, and what goes wrong.


class Stop(Record):
    """Has enough after the first epoch."""

    def on_fit_task_end(self, estimator, context):
        super().on_fit_task_end(estimator, context)
        return context.task_name == "epoch"


def test_a_callback_stops_the_fits_of_a_search(rows, tmp_path):
    model = search(network(epochs=5)).set_callbacks(Stop(tmp_path / "tasks"))
    model.fit(*rows)
    assert model.best_estimator_[-1].n_iter_ == 1
    expected = search(network(epochs=1)).fit(*rows)
    np.testing.assert_array_equal(
        model.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


class Fails(Record):
    """Raises at one hook of one task."""

    def __init__(self, path, hook, task):
        super().__init__(path)
        self.hook, self.task = hook, task

    def _write(self, what, context):
        super()._write(what, context)
        if (what, context.task_name) == (self.hook, self.task):
            raise RuntimeError(f"no {what} of {context.task_name}")


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize(
    ("hook", "of"),
    [
        ("setup", "fit"),
        ("begin", "fit"),
        ("begin", "epoch"),
        ("end", "epoch"),
        ("end", "fit"),
    ],
)
def test_a_callback_that_fails_leaves_the_estimator_as_it_was(
    hook, of, fitted, windows, tmp_path
):
    X, y = windows
    model = network(epochs=1)
    if fitted:
        expected = model.fit(X[:300], y[:300]).predict(X)
    fails = Fails(tmp_path / "tasks", hook, of)
    model.set_callbacks(fails)
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match=f"no {hook} of {of}"):
        model.fit(X, y)
    assert vars(model) == before
    assert fails.read()[-1][0] == "teardown"
    if fitted:
        np.testing.assert_array_equal(model.predict(X), expected)
    else:
        with pytest.raises(NotFittedError):
            model.predict(X)


# What it costs.


def test_scoring_costs_one_more_network_and_not_asking_costs_none(
    windows, tmp_path, monkeypatch
):
    built, copied = [], []

    class Counted(skseqconv.engine._pool.Network):
        def __init__(self, *args):
            built.append(args)
            super().__init__(*args)

    class Watched(Conv1DRegressor):
        def __getstate__(self):
            copied.append(self)
            return super().__getstate__()

    monkeypatch.setattr(skseqconv.engine._pool, "Network", Counted)
    skseqconv.clear_compiled_networks()
    record = Record(tmp_path / "tasks")
    model = network(Watched, epochs=3).set_callbacks(record).fit(*windows)
    assert (len(built), len(copied)) == (1, 0)
    model.set_callbacks(ScoringMonitor(scoring="r2")).fit(*windows)
    assert (len(built), len(copied)) == (2, 4)
