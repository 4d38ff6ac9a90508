"""Copies, pickles and files: what comes back is the same, or cannot be saved."""

import copy
import errno
import importlib
import io
import json
import math
import multiprocessing
import os
import pickle
import re
import resource
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import cloudpickle
import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OutputCodeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor

import skseqconv
from skseqconv import (
    CalendarFeatures,
    Conv1DClassifier,
    Conv1DRegressor,
    LinearAutoregression,
    LookbackWindower,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
)
from skseqconv.networks._plain_state import plain_state, restored_state
from skseqconv.saving._archive import packed
from skseqconv.saving._save import load, save
from skseqconv.saving._trusted import TYPES
from tests.saving.small import SMALL, fail_with, piped
from tests.versions.since import need

pytestmark = pytest.mark.trains

SKOPS = "save and load need the extra 'persistence'"
skops = pytest.importorskip("skops.io", reason=SKOPS)


def by_save(estimator, folder=None):
    """Through a file of `save`."""
    path = Path(by_save.folder, "model.skops")
    save(estimator, path)
    return load(path)


def by_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda estimator: pickle.loads(pickle.dumps(estimator)),
    "joblib": by_joblib,
    "cloudpickle": lambda estimator: pickle.loads(cloudpickle.dumps(estimator)),
    "save": by_save,
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    by_save.folder = tmp_path


NAMES = [
    *"network objects classes texts search voting".split(),
    *"flat persistence linear calendar".split(),
]


def answer(estimator, X):
    """What an estimator says, as an array."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)
    if hasattr(estimator, "predict"):
        return estimator.predict(X)
    return np.asarray(estimator.transform(X))


def shown(estimator):
    """Its parameters, without the places in memory."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(estimator))


# What comes back.


@EVERY_WAY
@pytest.mark.parametrize("name", NAMES)
def test_what_comes_back_answers_the_same(name, way, fitted):
    estimator, X = fitted[name]
    again = way(estimator)
    assert shown(again) == shown(estimator)
    np.testing.assert_array_equal(answer(again, X), answer(estimator, X))


@EVERY_WAY
def test_what_is_not_fitted_comes_back(way):
    optimizer = keras.optimizers.Adam(0.02)
    model = piped(Conv1DRegressor(**SMALL, optimizer=optimizer, loss="mae"))
    again = way(model)
    assert shown(again) == shown(model)
    assert again[-1].optimizer.get_config() == optimizer.get_config()


def test_what_was_not_fitted_trains_the_same(rows):
    model = piped(Conv1DRegressor(**SMALL, optimizer=keras.optimizers.Adam(0.02)))
    again = by_save(model)
    expected = model.fit(*rows).predict(rows[0])
    np.testing.assert_array_equal(again.fit(*rows).predict(rows[0]), expected)


@pytest.mark.parametrize(
    "name, way",
    [
        ("objects", "save"),
        ("classes", "joblib"),
    ],
)
def test_training_goes_on_as_without_it(name, way, fitted, rows):
    """From the optimizer's state: momentum, number of steps, rate of a schedule."""
    pipeline, X = fitted[name]
    X, y = pipeline[:-1].transform(X), rows[1]
    if name == "classes":
        y = np.array(["cold", "mild", "warm"])[np.digitize(y, [8, 12])]
    answers, histories = [], []
    for change in (copy.deepcopy, WAYS[way], WAYS[way]):
        model = change(pipeline[-1]).set_params(warm_start=len(answers) == 2)
        model = model.fit(X, y) if model.warm_start else model.partial_fit(X, y)
        answers.append(answer(model, X))
        histories.append(model.history_)
        del model  # the next one takes its network
    np.testing.assert_array_equal(answers[1], answers[0])
    np.testing.assert_array_equal(answers[2], answers[0])
    assert histories[1] == histories[0]
    assert histories[2]["loss"] == histories[0]["loss"][1:]


def test_what_is_held_out_comes_back(rows):
    X, y = rows
    X = LookbackWindower(12).fit_transform(X)
    model = Conv1DRegressor(**SMALL, validation_split=0.25, validation_gap=0).fit(X, y)
    again = by_save(model)
    np.testing.assert_array_equal(again.predict_interval(X), model.predict_interval(X))
    assert again.history_ == model.history_


FRESH = """
import pickle, joblib, numpy as np
from skseqconv import load
questions = pickle.load(open(f"{folder}/questions.pickle", "rb"))
for name, X in questions.items():
    for kind, read in {"skops": load, "joblib": joblib.load}.items():
        if kind == "joblib" and name != "objects":
            continue
        estimator = read(f"{folder}/{name}.{kind}")
        ask = estimator.predict if hasattr(estimator, "predict") else None
        ask = getattr(estimator, "predict_proba", ask) or estimator.transform
        np.save(f"{folder}/{name}.{kind}.npy", np.asarray(ask(X)))
"""


@pytest.mark.processes
def test_a_fresh_process_answers_the_same(fitted, tmp_path):
    """From files that it reads, and then from a fitted model that it is given."""
    questions = {name: X for name, (_, X) in fitted.items()}
    (tmp_path / "questions.pickle").write_bytes(pickle.dumps(questions))
    for name, (estimator, _) in fitted.items():
        save(estimator, tmp_path / f"{name}.skops")
        joblib.dump(estimator, tmp_path / f"{name}.joblib")
    network, X = fitted["network"]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        process.submit(exec, FRESH, {"folder": tmp_path}).result()
        given = process.submit(network.predict, X).result()
    np.testing.assert_array_equal(given, network.predict(X))
    for name, (estimator, X) in fitted.items():
        there = np.load(tmp_path / f"{name}.skops.npy")
        np.testing.assert_array_equal(there, answer(estimator, X), err_msg=name)
    there = np.load(tmp_path / "objects.joblib.npy")
    np.testing.assert_array_equal(there, answer(*fitted["objects"]))


ARRAYS = [
    np.float32(3.5),
    np.array(7),
    np.zeros((0, 3)),
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)),
    np.array([True, False]),
    np.array([1 + 2j], dtype=np.complex64),
    np.array(["a", "\u00e9\u4e2d"]),
    np.array([b"a", b"bcd"]),
    np.array(["2020-01-01", "NaT"], dtype="M8[s]"),
    np.array([5], dtype="m8[25ns]"),
    np.zeros((1,) * 30, dtype=np.uint8),
    np.ma.array([1.0, 2.0], mask=[False, True]),
    np.array([1, "x", None], dtype=object),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}"[:20])
def test_arrays_of_any_plain_type_come_back(array):
    again = by_save(FunctionTransformer(kw_args={"value": array})).kw_args["value"]
    assert (type(again), again.dtype, again.shape) == (
        type(array),
        array.dtype,
        array.shape,
    )
    np.testing.assert_array_equal(again, array)


def test_an_object_in_several_places_stays_one(rows, tmp_path):
    """skops writes it once for each."""
    X, y = rows
    network = piped(Conv1DRegressor(**SMALL)).fit(X, y)
    shared, lists = Standardizer(), [3, 4]
    model = FunctionTransformer(
        kw_args={"a": shared, "b": [shared, shared], "c": lists, "d": lists}
    )
    again = by_save(model).kw_args
    assert again["a"] is again["b"][0] is again["b"][1]
    assert again["c"] is again["d"]
    again = by_save(FunctionTransformer(kw_args={"a": network, "b": network})).kw_args
    assert again["a"] is again["b"]
    np.testing.assert_array_equal(again["a"].predict(X), network.predict(X))


def test_estimators_in_each_other(tmp_path):
    """scikit-learn's repr takes twice as long for each."""
    model = Standardizer()
    for _ in range(9):
        model = PerStep(model)
    assert repr(by_save(model)) == repr(model)
    with pytest.raises(ValueError, match="nested more than 10 levels deep"):
        save(PerStep(PerStep(model)), tmp_path / "model")


# What is in it.


@pytest.mark.parametrize("optimizer, slots", [("adam", 2), ("sgd", 0)])
def test_files_hold_weights_and_no_graphs(optimizer, slots, rows, tmp_path):
    X, y = rows
    X = LookbackWindower(12).fit_transform(X)
    settings = {**SMALL, "filters": 3000, "kernel_size": 8}
    model = Conv1DRegressor(**settings, optimizer=optimizer).initialize(X, y)
    n_bytes = 4 * model.n_parameters_ * (1 + slots)
    save(model, tmp_path / "model")
    for size in (len(pickle.dumps(model)), (tmp_path / "model").stat().st_size):
        assert n_bytes < size < 1.1 * n_bytes + 30_000


def test_keras_objects_are_held_as_plain_data(fitted):
    model = fitted["objects"][0][-1]
    state = model.__getstate__()
    assert state["optimizer"] is state["_compiled_with"][1]
    json.dumps([state["loss"], state["optimizer"], state["_compiled_with"]])
    again = by_save(model)
    assert again.optimizer is again._compiled_with[1]
    assert again.loss.get_config() == model.loss.get_config()
    rate = again.optimizer.get_config()["learning_rate"]
    assert rate == model.optimizer.get_config()["learning_rate"]
    assert isinstance(model.optimizer, keras.optimizers.SGD)


class OwnLoss(keras.losses.Loss):
    """A user's."""

    def call(self, y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)


def _public(module, base):
    """Classes that Keras offers."""
    for name in dir(module):
        cls = getattr(module, name)
        if isinstance(cls, type) and issubclass(cls, base) and cls is not base:
            yield cls


def _configuration(thing):
    """All that a Keras object was made with."""
    return thing.get_config(), getattr(thing, "_fn_kwargs", None)


def test_keras_own_objects_come_back_as_they_were():
    """Huber's delta, too, which its configuration does not tell."""
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([5, 9], [0.1, 0.01, 0.001])
    wrappers = (
        keras.optimizers.LossScaleOptimizer,
        getattr(keras.optimizers, "MultiOptimizer", None),
    )
    optimizers = [
        cls(rate if cls is keras.optimizers.AdamW else 0.03, clipnorm=0.7)
        for cls in _public(keras.optimizers, keras.optimizers.Optimizer)
        if cls not in wrappers
    ]
    losses = [cls() for cls in _public(keras.losses, keras.losses.Loss)]
    losses += [
        keras.losses.Huber(delta=0.25),
        keras.losses.CosineSimilarity(axis=0),
        keras.losses.BinaryFocalCrossentropy(alpha=0.3, gamma=1.5, reduction="sum"),
        keras.losses.Tversky(alpha=0.2, dtype="float64"),
    ]
    assert len(optimizers) > 9
    assert len(losses) > 15
    for thing in [*optimizers, *losses]:
        name = "loss" if isinstance(thing, keras.losses.Loss) else "optimizer"
        state = plain_state({name: thing})
        assert json.loads(json.dumps(state)) == state
        again = restored_state(state)[name]
        assert type(again) is type(thing)
        assert _configuration(again) == _configuration(thing)
        assert getattr(again, "dtype", None) == getattr(thing, "dtype", None)


def test_vocabularies_are_short_and_quick():
    """As one text: an entry for each token is two hundred bytes."""
    words = [f"word{i}" for i in range(20_000)]
    sequencer = TokenSequencer(30_000, 100_000).fit([" ".join(words)])
    assert len(packed(skops, sequencer)) < 30 * len(words)
    assert by_save(sequencer).vocabulary_ == sequencer.vocabulary_
    odd = TokenSequencer(tokenizer="classic").fit(['caf\u00e9 \ud800 "quoted" \u2028'])
    assert list(by_save(odd).vocabulary_.items()) == list(odd.vocabulary_.items())


SPANS = [
    pd.Timedelta("36h"),
    pd.Timedelta(1, "ns"),
    timedelta(days=2),
    np.timedelta64(3, "h"),
    pd.offsets.Day(2),
    pd.offsets.BusinessDay(5),
    pd.offsets.MonthBegin(2),
    pd.offsets.DateOffset(days=1),
    pd.offsets.CustomBusinessDay(holidays=["2025-01-01"]),
]


@EVERY_WAY
@pytest.mark.parametrize("span", SPANS, ids=repr)
def test_time_spans_come_back(span, way):
    """Of all estimators that take them, also in a sequence or a splitter."""
    for estimator in (
        LookbackWindower(span, step=span),
        CalendarFeatures(("day", span)),
        PersistenceRegressor(period=span, delay=[1, span]),
        LinearAutoregression(lags=span),
        Conv1DRegressor(period=span, validation_gap=span, delay=(span,)),
    ):
        assert way(estimator).get_params() == estimator.get_params()
    splitter = PanelTimeSeriesSplit(2)
    splitter.gap = span  # it refuses spans whose length varies
    search = GridSearchCV(LookbackWindower(2), {}, cv=splitter)
    assert way(search).cv.gap == span


def test_labels_are_taken_for_no_span():
    weights = {"lengths": 1.0, "n": 2.0}
    again = by_save(Conv1DClassifier(class_weight=weights))
    assert again.class_weight == weights


def test_every_estimator_can_be_saved():
    public = [getattr(skseqconv, name) for name in skseqconv.__all__]
    classes = [c for c in public if isinstance(c, type)]
    estimators = [c for c in classes if issubclass(c, BaseEstimator)]
    names = {f"{c.__module__}.{c.__name__}" for c in estimators}
    assert len(names) >= 11
    assert names <= set(TYPES)


def test_trusted_names_exist():
    since = {"sklearn.calibration._TemperatureScaling": (1, 8)}
    version = tuple(map(int, sklearn.__version__.split(".")[:2]))
    for name in TYPES:
        if since.get(name, version) > version:
            continue
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)


WRAPPERS = {
    "sigmoid": CalibratedClassifierCV(LogisticRegression(), cv=2),
    "isotonic": CalibratedClassifierCV(LogisticRegression(), method="isotonic", cv=2),
    "a threshold": TunedThresholdClassifierCV(LogisticRegression(), cv=2),
    "codes": OutputCodeClassifier(LogisticRegression(), code_size=4, random_state=0),
    "a choice of features": make_pipeline(
        SelectKBest(f_classif, k=2), LogisticRegression()
    ),
    "a perceptron": MLPClassifier(3, max_iter=200, tol=1.0, random_state=0),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_estimators_of_scikit_learn_come_back(name):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 4))
    y = X[:, 0] + random.normal(size=60) > 0
    model = clone(WRAPPERS[name]).fit(X, y)
    again = by_save(model)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    if hasattr(model, "predict_proba"):
        proba = again.predict_proba(X)
        np.testing.assert_array_equal(proba, model.predict_proba(X))


def test_imputers_that_iterate_come_back():
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    X = np.random.default_rng(0).normal(size=(30, 3))
    X[::5, 1] = np.nan
    model = IterativeImputer(max_iter=1, tol=1e9).fit(X)
    np.testing.assert_array_equal(by_save(model).transform(X), model.transform(X))


def test_temperatures_come_back():
    need("scikit-learn", "1.8", "it has no temperature scaling")
    X = np.linspace(-1, 1, 40)[:, None]
    model = CalibratedClassifierCV(LogisticRegression(), method="temperature", cv=2)
    model.fit(X, np.arange(40) % 3 > 0)
    proba = by_save(model).predict_proba(X)
    np.testing.assert_array_equal(proba, model.predict_proba(X))


# What cannot be saved is said so.


def with_progress_bar():
    need("scikit-learn", "1.9", "it has no callbacks")
    from sklearn.callback import ProgressBar

    return Conv1DRegressor().set_callbacks(ProgressBar())


REFUSED_AT_SAVE = {
    "a callback": (
        lambda: Conv1DRegressor(callbacks=[keras.callbacks.EarlyStopping()]),
        "EarlyStopping.*What cannot be saved is callbacks=.*: use None",
    ),
    "a function as loss": (
        lambda: Conv1DRegressor(loss=answer),
        "test_save.answer.*loss=<function.*: use one of Keras' own",
    ),
    "a loss of one's own": (
        lambda: Conv1DRegressor(loss=OwnLoss()),
        "loss=.*OwnLoss.*: use one of Keras' own",
    ),
    "a tokenizer": (
        lambda: TokenSequencer(tokenizer=str.split),
        "tokenizer=.*: use 'words', 'classic' or 'characters'",
    ),
    "a function in a pipeline": (
        lambda: make_pipeline(FunctionTransformer(answer)),
        "test_save.answer.*func=<function.*leave this step out of the Pipeline",
    ),
    "Keras objects to search": (
        lambda: GridSearchCV(
            Conv1DRegressor(), {"optimizer": [keras.optimizers.Adam()]}
        ),
        "What cannot be saved is param_grid=.*Adam",
    ),
    "time spans to search": (
        lambda: GridSearchCV(LookbackWindower(2), {"lookback": [timedelta(days=7)]}),
        "param_grid=.*timedelta.*: use numbers and text; '7D' for a time span",
    ),
    "a callback of scikit-learn": (
        with_progress_bar,
        "ProgressBar",
    ),
    "trees": (
        lambda: DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0]),
        "sklearn.tree._tree.Tree",
    ),
    "keys that do not come back": (
        lambda: Conv1DClassifier(class_weight={False: 1.0, True: 2.0}),
        r"builtins.bool \(does not come back.*class_weight=.*str or numbers",
    ),
}


@pytest.mark.parametrize("what", REFUSED_AT_SAVE)
def test_what_cannot_be_loaded_is_not_saved(what, tmp_path):
    make, message = REFUSED_AT_SAVE[what]
    path = tmp_path / "model.skops"
    path.write_bytes(b"the old file")
    with pytest.raises(ValueError, match=message):
        save(make(), path)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["model.skops"]


def test_metadata_routing_is_refused(tmp_path):
    with sklearn.config_context(enable_metadata_routing=True):
        model = LinearAutoregression().set_fit_request(sample_weight=True)
    if model._metadata_request.owner is not model:  # in older scikit-learn, its name
        again = by_save(model).get_metadata_routing()
        assert repr(again) == repr(model.get_metadata_routing())
        return
    with pytest.raises(ValueError, match=r"refers to itself.*set_fit_request"):
        save(model, tmp_path / "model")


def test_only_estimators_are_saved(tmp_path):
    for other in ([1.0], Standardizer, {"a": Standardizer()}):
        with pytest.raises(ValueError, match=r"must be an estimator \(an instance\)"):
            save(other, tmp_path / "model.skops")


def test_objects_of_ones_own_are_kept_or_refused(rows, fitted):
    """Pickles carry what Python can import; none of it is lost in silence."""
    X, y = fitted["flat"][0][:-1].transform(rows[0]), rows[1]
    keras.saving.register_keras_serializable("tests")(OwnLoss)
    model = Conv1DRegressor(**SMALL, loss=OwnLoss(), callbacks=[OwnCallback()])
    model.fit(X, y)
    with pytest.raises(ValueError, match="OwnCallback"):
        by_save(model)
    again = by_joblib(model)
    assert isinstance(again.loss, OwnLoss)
    assert isinstance(again.callbacks[0], OwnCallback)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


class OwnCallback(keras.callbacks.Callback):
    """A user's."""


# Files.


def test_saving_needs_skops_and_says_so(monkeypatch, tmp_path):
    save(Standardizer(), tmp_path / "there")
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(ImportError, match=r"pip install 'skseqconv\[persistence\]'"):
        save(Standardizer(), tmp_path / "model.skops")
    with pytest.raises(ImportError, match=r"pip install 'skseqconv\[persistence\]'"):
        load(tmp_path / "there")


@pytest.mark.parametrize("function", ["fsync", "replace"])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failed_save_leaves_the_old_file(function, error, monkeypatch, tmp_path):
    path = tmp_path / "model.skops"
    save(Standardizer(with_mean=False), path)
    before = path.read_bytes()
    monkeypatch.setattr(os, function, fail_with(error))
    with pytest.raises(type(error)):
        save(Standardizer(), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.skops"]


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.skops"
    save(Standardizer(with_mean=False), path)
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save(Standardizer(), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.skops"]


def test_the_new_file_takes_the_place_and_rights_of_the_old_one(tmp_path):
    path, link = tmp_path / "model.skops", tmp_path / "link"
    save(Standardizer(), path)
    umask = os.umask(0)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask
    path.chmod(0o640)
    link.symlink_to(path)
    save(Standardizer(with_mean=False), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load(path).with_mean is False
    assert sorted(os.listdir(tmp_path)) == ["link", "model.skops"]


def test_files_that_are_saved_at_once_are_whole(tmp_path):
    path = tmp_path / "model.skops"
    windowers = [LookbackWindower(lookback) for lookback in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, windowers, [path] * 8))
    assert load(path).lookback in range(1, 9)
    assert os.listdir(tmp_path) == ["model.skops"]


def test_a_path_that_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        save(Standardizer(), tmp_path / "no folder" / "model")
    with pytest.raises(IsADirectoryError):
        save(Standardizer(), tmp_path)
    assert os.listdir(tmp_path) == []


def _state_of_the_world():
    return {
        "configuration": sklearn.get_config(),
        "random": np.random.get_state()[1].tolist(),
        "custom objects": dict(keras.saving.get_custom_objects()),
        "precision": (keras.config.floatx(), keras.config.dtype_policy().name),
        "folder": (os.getcwd(), sorted(os.listdir())),
        "environment": dict(os.environ),
        "path": list(sys.path),
    }


def test_nothing_global_changes(fitted, tmp_path):
    for name, (estimator, X) in fitted.items():
        before = _state_of_the_world()
        save(estimator, tmp_path / name)
        answer(load(tmp_path / name), X)
        assert _state_of_the_world() == before, name


# Damaged files.


@pytest.fixture(scope="module")
def files(fitted, tmp_path_factory):
    """Whole files, and what their estimators answer."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for name in ("calendar", "flat", "network"):
        estimator, X = fitted[name]
        save(estimator, folder / name)
        found[name] = (folder / name).read_bytes(), X, answer(estimator, X)
    return found


def loads_the_same_or_is_refused(data, X, expected, path):
    path.write_bytes(data)
    try:
        again = load(path)
    except ValueError as error:
        assert str(path) in str(error)
        return False
    np.testing.assert_array_equal(answer(again, X), expected)
    return True


@pytest.mark.parametrize("name", ["calendar", "flat", "network"])
def test_truncated_files_are_refused(name, files, tmp_path):
    data, X, expected = files[name]
    assert loads_the_same_or_is_refused(data, X, expected, tmp_path / "model")
    for n_bytes in {0, 1, 64, len(data) // 2, len(data) - 64, len(data) - 1}:
        path = tmp_path / "model"
        assert not loads_the_same_or_is_refused(data[:n_bytes], X, expected, path)


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(["calendar", "flat", "network"]),
    place=st.floats(0, 1, exclude_max=True),
    kind=st.sampled_from(["flip", "overwrite", "cut", "repeat", "end"]),
    some=st.binary(min_size=1, max_size=20),
)
def test_damaged_files_load_the_same_or_are_refused(
    name, place, kind, some, files, tmp_path
):
    data, X, expected = files[name]
    at, n = math.floor(place * len(data)), len(some)
    damaged = {
        "flip": data[:at] + bytes([data[at] ^ 1 << some[0] % 8]) + data[at + 1 :],
        "overwrite": data[:at] + some + data[at + n :],
        "cut": data[:at] + data[at + n :],
        "repeat": data[:at] + data[at : at + n] + data[at:],
        "end": data[:at],
    }[kind]
    whole = loads_the_same_or_is_refused(damaged, X, expected, tmp_path / "model")
    assert whole == (damaged == data)
