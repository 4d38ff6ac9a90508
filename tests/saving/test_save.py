"""Copies, pickles and files: what comes back is the same, and files run nothing."""

import copy
import errno
import importlib
import io
import itertools
import json
import math
import os
import pickle
import re
import resource
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cloudpickle
import joblib
import keras
import numpy as np
import pytest
import sklearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor

import skseqconv
from skseqconv import (
    CalendarFeatures,
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
)
from skseqconv.networks._plain_state import plain_state, restored_state
from skseqconv.saving._archive import FORMAT, packed, sealed
from skseqconv.saving._save import load, save
from skseqconv.saving._trusted import TYPES
from tests.versions.since import need

pytestmark = pytest.mark.trains

SKOPS = "save and load need the extra 'persistence'"
skops = pytest.importorskip("skops.io", reason=SKOPS)

SMALL = {
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 1,
    "epochs": 1,
    "batch_size": 64,
    "random_state": 0,
}
TEXTS = ["a good film", "not bad at all", "a bad film", "not good at all"] * 8


def piped(*models, lookback=12):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), *models)


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


@pytest.fixture(scope="module")
def rows(task):
    X, y = task  # from the first row on that has a whole window in `piped`
    return X[11:211], y[11:211]


@pytest.fixture(scope="module")
def fitted(rows, weather):
    """Fitted estimators, and what each predicts from."""
    X, y = rows
    network = piped(PerStep(SimpleImputer()), Conv1DRegressor(**SMALL))
    flat = piped(FlatWindowRegressor(lags=[0, 3]))
    search = GridSearchCV(
        network,
        {"conv1dregressor__learning_rate": [0.01]},
        cv=TimeSeriesSplit(2),
        scoring="neg_mean_absolute_error",
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    objects = Conv1DRegressor(
        **SMALL,
        loss=keras.losses.Huber(delta=0.5),
        optimizer=keras.optimizers.SGD(schedule, momentum=0.9),
    )
    labels = np.array(["cold", "mild", "warm"])[np.digitize(y, [8, 12])]
    words = Conv1DClassifier(**SMALL, embedding_dim=4)
    return {
        "network": (network.fit(X, y), X),
        "objects": (piped(objects).fit(X, y), X),
        "classes": (
            piped(Conv1DGRUClassifier(**SMALL, gru_units=4)).fit(X, labels),
            X,
        ),
        "texts": (
            make_pipeline(TokenSequencer(50, 6), words).fit(TEXTS, ["x", "y"] * 16),
            TEXTS,
        ),
        "search": (search.fit(X, y), X),
        "voting": (VotingRegressor([("n", network), ("f", flat)]).fit(X, y), X),
        "flat": (clone(flat).fit(X, y), X),
        "persistence": (piped(PersistenceRegressor()).fit(X, y), X),
        "linear": (piped(LinearAutoregression(exogenous=True)).fit(X, y), X),
        "calendar": (
            make_pipeline(CalendarFeatures(["day"], ahead=6), Standardizer()).fit(
                weather
            ),
            weather,
        ),
    }


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
    model = Conv1DRegressor(**SMALL, validation_split=0.2).fit(X, y)
    again = by_save(model)
    np.testing.assert_array_equal(again.predict_interval(X), model.predict_interval(X))
    assert again.history_ == model.history_


FRESH = """
import pickle, sys, joblib, numpy as np
from skseqconv import load
folder = sys.argv[1]
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
def test_a_fresh_process_answers_the_same(fitted, tmp_path, run_python):
    questions = {name: X for name, (_, X) in fitted.items()}
    (tmp_path / "questions.pickle").write_bytes(pickle.dumps(questions))
    for name, (estimator, _) in fitted.items():
        save(estimator, tmp_path / f"{name}.skops")
        joblib.dump(estimator, tmp_path / f"{name}.joblib")
    run_python(FRESH, tmp_path)
    for name, (estimator, X) in fitted.items():
        there = np.load(tmp_path / f"{name}.skops.npy")
        np.testing.assert_array_equal(there, answer(estimator, X), err_msg=name)
    there = np.load(tmp_path / "objects.joblib.npy")
    np.testing.assert_array_equal(there, answer(*fitted["objects"]))


# What is in it.


@pytest.mark.parametrize("optimizer, slots", [("adam", 2), ("sgd", 0)])
def test_files_hold_weights_and_no_graphs(optimizer, slots, rows, tmp_path):
    X, y = rows
    X = LookbackWindower(12).fit_transform(X)
    settings = {**SMALL, "filters": 3000, "kernel_size": 8}
    model = Conv1DRegressor(**settings, optimizer=optimizer).fit(X, y)
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


def test_every_estimator_can_be_saved():
    public = [getattr(skseqconv, name) for name in skseqconv.__all__]
    classes = [c for c in public if isinstance(c, type)]
    estimators = [c for c in classes if issubclass(c, BaseEstimator)]
    names = {f"{c.__module__}.{c.__name__}" for c in estimators}
    assert len(names) >= 11
    assert names <= set(TYPES)


def test_trusted_names_exist():
    for name in TYPES:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)


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
        model = FlatWindowRegressor().set_fit_request(sample_weight=True)
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


def _fail(error):
    def failing(*args, **options):
        raise error

    return failing


@pytest.mark.parametrize("function", ["fsync", "replace"])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failed_save_leaves_the_old_file(function, error, monkeypatch, tmp_path):
    path = tmp_path / "model.skops"
    save(Standardizer(with_mean=False), path)
    before = path.read_bytes()
    monkeypatch.setattr(os, function, _fail(error))
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


# Forged files: the checksum is right, the content is not.


def forged(estimator, path, change):
    """A file of `save` whose schema, note and other members have been changed."""
    with zipfile.ZipFile(io.BytesIO(packed(skops, estimator))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        comment = archive.comment
    schema = json.loads(members["schema.json"])
    note = json.loads(members["skseqconv.json"])
    change(schema, note, members)
    members |= {"schema.json": json.dumps(schema), "skseqconv.json": json.dumps(note)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    path.write_bytes(sealed(file.getvalue()[:-64]))
    return path


@pytest.mark.parametrize(
    ("number", "version", "way_out"),
    [
        (FORMAT - 1, "0.1.0", "fit the estimator again, and save it again"),
        (FORMAT + 1, "7.0", "use a newer version"),
    ],
)
def test_another_format_says_so(number, version, way_out, tmp_path):
    def change(schema, note, members):
        note.update(format=number, versions={"skseqconv": version})
        schema.clear()

    path = forged(Standardizer(), tmp_path / "model", change)
    message = f"format {number}, of skseqconv {version}. skseqconv "
    message = rf"{re.escape(message)}.* reads format {FORMAT} only: {way_out}\."
    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize("name", ["skseqconv", "scikit-learn", "keras", "numpy"])
def test_another_major_version_warns(name, tmp_path):
    def change(schema, note, members):
        note["versions"][name] = "99.1"

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.warns(UserWarning, match=f"with {name} 99.1, and {name} .* loads it"):
        load(path)


def test_another_minor_version_does_not_warn(tmp_path):
    def change(schema, note, members):
        for name, number in note["versions"].items():
            major, minor, *_ = number.split(".")
            note["versions"][name] = f"{major}.{minor}.99"

    load(forged(Standardizer(), tmp_path / "model", change))


@pytest.fixture
def marker(tmp_path, monkeypatch):
    """A file that hostile content would make, and a module whose import makes it."""
    folder = tmp_path / "modules"
    folder.mkdir()
    marker = tmp_path / "marker"
    code = f"open({str(marker)!r}, 'w')\ndef thing(*args): pass\nclass Thing: pass\n"
    (folder / "hostile_module.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    return marker


class Hostile:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


IDS = itertools.count(1)


def entry(loader, name, **content):
    module, _, own = name.rpartition(".")
    return {
        "__class__": own,
        "__module__": module,
        "__loader__": loader,
        "__id__": next(IDS),
        **content,
    }


def array_entry(name):
    found = entry("NdArrayNode", name, type="numpy")
    return {**found, "file": f"{found['__id__']}.npy"}


def plain(value):
    return entry("JsonNode", "builtins.str", content=json.dumps(value))


def sequence(*items, kind="tuple"):
    loader = {"tuple": "TupleNode", "list": "ListNode"}[kind]
    return entry(loader, f"builtins.{kind}", content=list(items))


def mapping(**items):
    types = sequence(*[entry("TypeNode", "builtins.str") for _ in items], kind="list")
    return entry("DictNode", "builtins.dict", content=items, key_types=types)


def hostile_entries(marker):
    """Entries in skops' schema that would run something if they were made."""
    command = sequence(plain(f"touch {marker}"))
    code = sequence(plain(f"open({str(marker)!r}, 'w')"))
    state = mapping(with_mean=plain(True), with_std=plain(True))
    estimator = entry("ObjectNode", "skseqconv.Standardizer", content=state)
    function = entry("FunctionNode", "os.system")
    return {
        "os.system as a constructor": entry(
            "ConstructorFromReduceNode", "os.system", content=command
        ),
        "posix.system": entry(
            "ConstructorFromReduceNode", "posix.system", content=command
        ),
        "builtins.eval": entry(
            "ConstructorFromReduceNode", "builtins.eval", content=code
        ),
        "eval as a type": entry("TypeNode", "builtins.eval"),
        "eval as a function": entry("FunctionNode", "builtins.eval"),
        "eval as an array": array_entry("builtins.eval"),
        "eval as keys": entry(
            "DictNode",
            "builtins.dict",
            content={f"open({str(marker)!r}, 'w')": plain(1)},
            key_types=sequence(entry("TypeNode", "builtins.eval"), kind="list"),
        ),
        "a list of another type": entry(
            "ListNode", "os.system", content=[plain(f"touch {marker}")]
        ),
        "functools.partial": entry(
            "PartialNode",
            "functools.partial",
            content={
                "func": function,
                "args": command,
                "kwds": mapping(),
                "namespace": plain(None),
            },
        ),
        "operator.methodcaller": entry(
            "OperatorFuncNode",
            "operator.methodcaller",
            attrs=sequence(plain("system"), plain(f"touch {marker}")),
        ),
        "operator.call": entry(
            "OperatorFuncNode",
            "operator.call",
            attrs=sequence(function, plain(f"touch {marker}")),
        ),
        "a method": entry(
            "MethodNode",
            "skseqconv.Standardizer",
            content={"obj": estimator, "func": "fit"},
        ),
        "an import": entry("LossNode", "hostile_module.Thing", content=mapping()),
        "an object of a module": entry("ObjectNode", "hostile_module.Thing"),
        "a submodule's import": entry("TypeNode", "hostile_module.thing.other"),
        "our function of a path": entry(
            "ConstructorFromReduceNode",
            "skseqconv.save",
            content=sequence(estimator, plain(str(marker))),
        ),
        "our function as a function": entry(
            "FunctionNode", "skseqconv.datasets.fetch_imdb"
        ),
        "an old address": entry("ObjectNode", "skseqconv.views.SeriesView"),
        "a function at an old address": entry(
            "FunctionNode", "skseqconv.export.export_keras"
        ),
        "our loader": entry("TypeNode", "skseqconv.load"),
        "our module's own imports": entry("TypeNode", "skseqconv.saving._save.os"),
        "a view": entry("ObjectNode", "skseqconv.SeriesView"),
        "a Keras layer": entry("ObjectNode", "keras.layers.Lambda"),
        "a constructor of ours": entry(
            "ConstructorFromReduceNode",
            "skseqconv.LookbackWindower",
            content=sequence(plain(3)),
        ),
        "an unknown loader": entry("MadeUpNode", "builtins.str"),
    }


HOSTILE = list(hostile_entries("here"))


@pytest.mark.parametrize("place", ["all of it", "a parameter"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_entries_are_refused_by_name(name, place, marker, tmp_path):
    bad, file = hostile_entries(marker)[name], io.BytesIO()
    np.save(file, np.array(f"open({str(marker)!r}, 'w')"))
    text_array = file.getvalue()

    def change(schema, note, members):
        if place == "all of it":
            protocol = schema["protocol"]
            schema.clear()
            schema.update(bad, protocol=protocol)
        else:
            schema["content"]["content"]["with_mean"] = bad
        if "file" in bad:
            members[bad["file"]] = text_array

    path = forged(Standardizer(), tmp_path / "model", change)
    expected = f"{bad['__module__']}.{bad['__class__']}"
    if name == "eval as keys":
        expected = "builtins.eval"
    with pytest.raises(ValueError, match=rf"holds .*{expected} \("):
        load(path)
    assert not marker.exists()
    assert "hostile_module" not in sys.modules


def test_an_older_protocol_is_refused(marker, tmp_path):
    """Its entries are read by code that checks less."""

    def change(schema, note, members):
        schema["protocol"] = 0

    with pytest.raises(ValueError, match="protocol 0"):
        load(forged(Standardizer(), tmp_path / "model", change))


@pytest.mark.parametrize("write", [pickle.dumps, cloudpickle.dumps])
def test_pickles_are_refused(write, marker, tmp_path):
    path = tmp_path / "model"
    for content in (write(Hostile(marker)), sealed(write(Hostile(marker)))):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="was not written by skseqconv"):
            load(path)
    assert not marker.exists()


def test_pickles_inside_are_refused(marker, rows, tmp_path):
    """An array of objects is a pickle in NumPy's format."""
    objects = io.BytesIO()
    np.save(objects, np.array([Hostile(marker)]), allow_pickle=True)

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, objects.getvalue()))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match="is no plain array"):
        load(forged(model, tmp_path / "model", change))
    assert not marker.exists()


def test_objects_that_run_when_pickled_are_not_saved(marker, tmp_path):
    with pytest.raises(ValueError, match="cannot be saved"):
        save(LookbackWindower(Hostile(marker)), tmp_path / "model")
    assert not marker.exists()


@pytest.mark.parametrize(
    "name", ["../evil.npy", "/tmp/evil.npy", "a/b.npy", "1.pkl", "evil.py"]
)
def test_members_of_other_names_are_refused(name, tmp_path):
    def change(schema, note, members):
        members[name] = b"something"

    with pytest.raises(ValueError, match="is damaged, or"):
        load(forged(Standardizer(), tmp_path / "model", change))
    assert os.listdir(tmp_path) == ["model"]


def test_arrays_are_read_under_their_own_names_only(rows, tmp_path):
    def change(schema, note, members):
        text = json.dumps(schema)
        [first, second, *_] = [name for name in members if name.endswith(".npy")]
        schema.update(json.loads(text.replace(f'"{first}"', f'"{second}"')))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match=r"holds .*npy \(is no array's own file\)"):
        load(forged(model, tmp_path / "model", change))


def test_compressed_members_are_refused(tmp_path):
    """A bomb: a thousand times as large as its file."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(skops, Standardizer()))) as archive:
        with zipfile.ZipFile(file, "w") as bomb:
            for name in archive.namelist():
                bomb.writestr(name, archive.read(name))
            zeros = bytes(10**8)
            bomb.writestr("1.npy", zeros, compress_type=zipfile.ZIP_DEFLATED)
            bomb.comment = archive.comment
    (tmp_path / "model").write_bytes(sealed(file.getvalue()[:-64]))
    with pytest.raises(ValueError, match="compressed"):
        load(tmp_path / "model")


def test_arrays_that_claim_to_be_huge_are_refused(rows, tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, header.getvalue()))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match="is no plain array"):
        load(forged(model, tmp_path / "model", change))


def test_lists_that_stand_for_each_other_are_not_unfolded(tmp_path):
    def change(schema, note, members):
        nest = plain(1)
        for _ in range(3):  # nine of ten references each would be 8 GB of pointers
            nest = sequence(*[nest] * 10, kind="list")
        schema["content"]["content"]["with_mean"] = {
            **entry("NdArrayNode", "numpy.ndarray", content=[nest]),
            "type": "json",
            "shape": sequence(plain(1), plain(10)),
        }

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.raises(ValueError, match="has several dimensions"):
        load(path)


def test_nests_too_deep_are_refused(tmp_path):
    depth = 900 if sys.version_info >= (3, 12) else 300  # json itself goes deeper

    def change(schema, note, members):
        nest = plain(1)
        for _ in range(depth):
            nest = sequence(nest, kind="list")
        schema["content"]["content"]["with_mean"] = nest

    with pytest.raises(ValueError, match=r"is damaged, or.*recursion"):
        load(forged(Standardizer(), tmp_path / "model", change))


LAMBDA = mapping(
    module=plain("keras.layers"),
    class_name=plain("Lambda"),
    config=mapping(function=plain("gASV")),
    registered_name=plain(None),
)


def test_networks_are_described_by_names_and_numbers(marker, fitted, tmp_path):
    """Neither a Lambda layer nor a module can stand where Keras would make it."""

    def put(key, value):
        def change(schema, note, members):
            network = schema["content"]["content"]
            network["_architecture"]["content"][key] = value

        return change

    network = fitted["network"][0][-1]
    system = mapping(
        module=plain("hostile_module"),
        class_name=plain("function"),
        config=plain("thing"),
        registered_name=plain("thing"),
    )
    bad = [("activation", LAMBDA), ("activation", system), ("network", plain("os"))]
    for key, value in [*bad, ("filters", sequence(LAMBDA, kind="list"))]:
        with pytest.raises(ValueError, match="description of a network is not valid"):
            load(forged(network, tmp_path / "model", put(key, value)))
    assert not marker.exists()


@pytest.mark.parametrize("parameter", ["optimizer", "loss"])
def test_keras_objects_are_keras_own(parameter, marker, fitted, tmp_path):
    network = fitted["objects"][0][-1]
    described = network.__getstate__()[parameter]

    def put(**items):
        def change(schema, note, members):
            entry = schema["content"]["content"][parameter]
            entry["__id__"] = next(IDS)  # no longer that of what it was compiled with
            entry["content"] |= items

        return change

    module, name = plain("hostile_module"), plain("Thing")
    bad = [
        put(module=module, class_name=name),
        put(module=plain("keras.layers"), class_name=plain("Lambda")),
        put(module=plain("keras.utils"), class_name=plain("get_file")),
        put(class_name=plain("get")),
        put(config=mapping(learning_rate=LAMBDA)),
        put(config=mapping(learning_rate=mapping(module=module, class_name=name))),
        put(config=mapping(name=LAMBDA)),
        put(config=mapping(fn=plain("mean_squared_error"))),
    ]
    assert described["module"] in ("keras.optimizers", "keras.losses")
    for change in bad:
        with pytest.raises(ValueError, match="describes none of Keras' own"):
            load(forged(network, tmp_path / "model", change))
    assert not marker.exists()


def test_what_is_trained_with_is_checked_too(fitted, tmp_path):
    network = fitted["classes"][0][-1]

    def change(schema, note, members):
        parts = schema["content"]["content"]["_compiled_with"]["content"]
        parts[2] = sequence(LAMBDA)

    with pytest.raises(ValueError, match="none of Keras' own losses, metrics"):
        load(forged(network, tmp_path / "model", change))


# Whatever readers raise is one kind of error, and what loads can be used.

HEADERS = {
    "cut off": "{'descr': '<f8', 'fortran_order': False, 'shape': (4,",
    "brackets": "{'descr': '<f8', 'fortran_order': False, 'shape': (4,]), }",
    "text without an end": "{'descr': '<f8, 'fortran_order': False, 'shape': (4,), }",
    "Python 2": "{'descr': '<f8', 'fortran_order': False, 'shape': (4L,), }",
    "a number and a word": "{'descr': '<f8', 'fortran_order': 0is 0, 'shape': (4,), }",
    "an escape": "{'descr': '\\w', 'fortran_order': False, 'shape': (4,), }",
    "objects": "{'descr': '|O8', 'fortran_order': False, 'shape': (4,), }",
    "a structure": "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4,), }",
    "less than none": "{'descr': '<f8', 'fortran_order': False, 'shape': (-4,), }",
    "too many": "{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }",
    "a nest": "(" * 3000,
    "nothing": "",
}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("name", HEADERS)
def test_headers_of_arrays_that_numpy_did_not_write(name, version, rows, tmp_path):
    """NumPy reads some of them, or warns, or lets Python's tokenizer raise."""
    header = HEADERS[name].encode() + b"\n"
    length = len(header).to_bytes(2 if version == 1 else 4, "little")
    array = b"\x93NUMPY" + bytes([version, 0]) + length + header + bytes(32)

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, array))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match=r"\.npy is no plain array"):
        load(forged(model, tmp_path / "model", change))


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


def test_a_mask_of_another_length(tmp_path):
    def change(schema, note, members):
        other = io.BytesIO()
        np.save(other, np.zeros(5, dtype=bool))
        content = schema["content"]["content"]["kw_args"]["content"]["value"]["content"]
        members[content["mask"]["file"]] = other.getvalue()

    masked = np.ma.array([1.0, 2.0, 3.0], mask=[True, False, False])
    model = FunctionTransformer(kw_args={"value": masked})
    with pytest.raises(ValueError, match=r"is damaged, or.*MaskError") as caught:
        load(forged(model, tmp_path / "model", change))
    assert isinstance(caught.value.__cause__, np.ma.MaskError)


class OddError(Exception):
    """A kind that nobody thought of."""


@pytest.mark.parametrize("reader", ["loads", "get_untrusted_types"])
@pytest.mark.parametrize("error", [OddError("odd"), SystemError("odd"), MemoryError()])
def test_whatever_a_reader_raises_is_the_documented_error(
    error, reader, monkeypatch, tmp_path
):
    save(Standardizer(), tmp_path / "model")
    monkeypatch.setattr(f"skops.io.{reader}", _fail(error))
    message = rf"model is damaged, or .*save \({type(error).__name__}: "
    with pytest.raises(ValueError, match=message) as caught:
        load(tmp_path / "model")
    assert caught.value.__cause__ is error
    with pytest.raises(ValueError, match=rf"cannot be saved: .*{type(error).__name__}"):
        save(Standardizer(), tmp_path / "model")


def test_an_interrupt_is_no_damage(monkeypatch, tmp_path):
    save(Standardizer(), tmp_path / "model")
    monkeypatch.setattr("skops.io.loads", _fail(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path / "model")


def without(schema, places, parameter):
    """Take a parameter from the entry of the estimator at this place."""
    part = schema
    for place in places:
        part = part["content"]
        part = part[place] if isinstance(place, int) else part["content"][place]
    del part["content"]["content"][parameter]
    part["content"]["key_types"]["content"].pop()


WITHOUT = {
    "flat": (["steps", 1, 1], "LookbackWindower", "step"),
    "network": (
        ["steps", 3, 1],
        "Conv1DRegressor",
        "filters",
    ),  # a default of the class
    "search": (["best_estimator_", "steps", 0, 1], "Standardizer", "with_mean"),
    "voting": (["estimators", 1, 1], "Pipeline", "steps"),
    "persistence": ([], "Pipeline", "memory"),
    "texts": (["steps", 0, 1], "TokenSequencer", "max_length"),
    "calendar": (["steps", 0, 1], "CalendarFeatures", "ahead"),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_estimators_without_their_parameters_are_refused(name, fitted, tmp_path):
    place, cls, parameter = WITHOUT[name]

    def change(schema, note, members):
        without(schema, place, parameter)

    message = rf"holds a {cls} without {parameter}: .*skseqconv 0\.2.*scikit-learn"
    with pytest.raises(ValueError, match=message):
        load(forged(fitted[name][0], tmp_path / "model", change))


def test_a_network_from_before_there_were_strides_has_none(rows, tmp_path):
    X, y = rows
    model = piped(Conv1DRegressor(**SMALL, warm_start=True)).fit(X, y)
    forecasts = model.predict(X)

    def change(schema, note, members):
        step = schema["content"]["content"]["steps"]["content"][2]
        state = step["content"][1]["content"]
        for part in (state, state["content"]["_architecture"]):
            del part["content"]["strides"]
            part["key_types"]["content"].pop()

    again = load(forged(model, tmp_path / "model", change))
    np.testing.assert_array_equal(again.predict(X), forecasts)
    assert repr(again) == repr(model)
    assert again[-1].strides == 1
    np.testing.assert_array_equal(
        again.fit(X, y).predict(X), model.fit(X, y).predict(X)
    )


def test_an_estimator_that_lost_a_parameter_is_not_saved(tmp_path):
    broken = Standardizer()
    del broken.with_std
    with pytest.raises(ValueError, match=r"cannot be saved: .* without with_std"):
        save(make_pipeline(broken), tmp_path / "model")


def test_what_cannot_be_shown_is_refused(tmp_path):
    """A scorer without what its repr says."""
    scorer = entry("ObjectNode", "sklearn.metrics._scorer._Scorer", content=mapping())

    def change(schema, note, members):
        schema["content"]["content"]["scoring"] = scorer

    search = GridSearchCV(Standardizer(), {})
    with pytest.raises(ValueError, match=r"damaged, or .*AttributeError: "):
        load(forged(search, tmp_path / "model", change))


def test_what_cannot_be_set_is_refused(tmp_path):
    """A step whose name is a number."""

    def change(schema, note, members):
        steps = schema["content"]["content"]["steps"]
        steps["content"][0]["content"][0] = plain(7)

    path = forged(make_pipeline(Standardizer()), tmp_path / "model", change)
    with pytest.raises(ValueError, match=r"damaged, or .*TypeError: "):
        load(path)


@pytest.mark.parametrize("kind", ["list", "tuple"])
@pytest.mark.parametrize("n_lists", [0, 40])
def test_lists_that_hold_each_other_twice_are_refused(kind, n_lists, tmp_path):
    """To walk through forty of them would take for ever."""
    nest = sequence(plain(1), kind=kind)
    for _ in range(n_lists):
        again = {key: nest[key] for key in nest if key.startswith("__")}
        nest = sequence(nest, {**again, "content": []}, kind=kind)
    if not n_lists:
        nest["content"].append({**nest, "content": []})  # itself

    def change(schema, note, members):
        schema["content"]["content"]["with_mean"] = nest

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.raises(ValueError, match="one object say different things"):
        load(path)


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
