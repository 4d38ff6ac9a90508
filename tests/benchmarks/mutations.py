"""Files of `save` with something wrong in them: what `load` makes of each.

    python -m tests.benchmarks.mutations

Four files (a table's transformers, a pipeline that ends in ridge regression, one that
ends in a network, a search) are damaged in 20,000 ways: bits flipped, bytes
overwritten, cut out, repeated, moved, the end lost. Each must either load and predict
the same or be refused with a ValueError. Then their content is changed and the checksum
made right again, as somebody would who wants to do harm: entries of the schema are
exchanged, removed, renamed, texts and arrays are damaged. Those must be refused, or
load to an estimator that can be shown and given its parameters, and no reader may warn.
Sizes of pickles, of joblib's files and of these are printed for each estimator, too.
"""

import argparse
import copy
import io
import json
import os
import pickle
import re
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    CalendarFeatures,
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
    make_supervised,
)
from skseqconv.datasets import make_climate
from skseqconv.saving._archive import sealed
from skseqconv.saving._save import load, save

from .common import machine

DAMAGED = ("CalendarFeatures", "FlatWindowRegressor", "Conv1DRegressor", "search")
DAMAGES = ("flip", "overwrite", "cut", "repeat", "move", "zeros", "end")
CHANGES = ("exchange", "remove", "rename", "number", "kind", "text")

#: Those that say that a file was written with other versions.
KNOWN_WARNINGS = re.compile("was saved with|Trying to unpickle estimator")


def fitted():
    """Estimators with the defaults' networks, and what they answer from."""
    series = make_climate(600, random_state=0)
    X, y = make_supervised(series, "T (degC)", delay=6)
    labels = np.where(y > np.median(y), "warm", "cold")
    texts = [f"word{i} word{i % 7} word{i % 11}" for i in range(200)]
    once = {"epochs": 1, "random_state": 0}

    def windows(*models):
        return make_pipeline(Standardizer(), LookbackWindower(72), *models)

    texts_model = make_pipeline(
        TokenSequencer(300, 10), Conv1DClassifier(embedding_dim=16, n_conv=1, **once)
    )
    calendar = make_pipeline(CalendarFeatures(), Standardizer())
    network = windows(PerStep(SimpleImputer()), Conv1DRegressor(**once))
    gru = windows(Conv1DGRURegressor(**once))
    search = GridSearchCV(
        windows(FlatWindowRegressor()),
        {"flatwindowregressor__lags": [[0], [0, 6]]},
        cv=TimeSeriesSplit(2, gap=6),
        scoring="neg_mean_absolute_error",
    )
    return {
        "CalendarFeatures": (calendar.fit(series), series),
        "FlatWindowRegressor": (windows(FlatWindowRegressor()).fit(X, y), X),
        "PersistenceRegressor": (windows(PersistenceRegressor()).fit(X, y), X),
        "Conv1DRegressor": (network.fit(X, y), X),
        "Conv1DGRURegressor": (gru.fit(X, y), X),
        "Conv1DClassifier": (windows(Conv1DClassifier(**once)).fit(X, labels), X),
        "Conv1DGRUClassifier": (windows(Conv1DGRUClassifier(**once)).fit(X, labels), X),
        "texts": (texts_model.fit(texts, ["x", "y"] * 100), texts),
        "search": (search.fit(X, y), X),
    }


def answer(estimator, X):
    if hasattr(estimator, "predict"):
        return np.asarray(estimator.predict(X))
    return estimator.transform(X).to_numpy()


def print_sizes(models, folder):
    print("bytes                     pickle    joblib     skops   parameters")
    for name, (model, _) in models.items():
        path = folder / name
        joblib.dump(model, path)
        sizes = [len(pickle.dumps(model)), path.stat().st_size]
        save(model, path)
        sizes.append(path.stat().st_size)
        last = getattr(model, "best_estimator_", model)[-1]
        n_parameters = getattr(last, "n_parameters_", 0)
        print(f"  {name:<20}" + "".join(f"{n:10,}" for n in [*sizes, n_parameters]))


def damaged(data, random):
    """The bytes of a file, with one thing wrong."""
    kind = DAMAGES[random.integers(len(DAMAGES))]
    n = int(2 ** random.uniform(0, 10))
    at, to = (int(random.integers(len(data))) for _ in range(2))
    rest = data[at + n :]
    if kind == "flip":
        return kind, data[:at] + bytes([data[at] ^ 1 << n % 8]) + data[at + 1 :]
    if kind == "overwrite":
        return kind, data[:at] + random.bytes(n) + rest
    if kind == "zeros":
        return kind, data[:at] + bytes(len(data[at : at + n])) + rest
    if kind == "move":
        without = data[:at] + rest
        return kind, without[:to] + data[at : at + n] + without[to:]
    if kind == "repeat":
        return kind, data[:at] + data[at : at + n] + data[at:]
    return kind, data[:at] + (rest if kind == "cut" else b"")


def entries(schema):
    """Containers of the schema and the keys in them."""
    found, parts = [], [schema]
    while parts:
        part = parts.pop()
        keys = range(len(part)) if isinstance(part, list) else part
        for key in list(keys):
            found.append((part, key))
            if isinstance(part[key], list | dict):
                parts.append(part[key])
    return found


def changed(members, random):
    """The members of a file with one to three changes, sealed again."""
    schema = json.loads(members["schema.json"])
    members = dict(members)
    for _ in range(random.integers(1, 4)):
        if random.random() < 0.2:
            change_array(members, random)
            continue
        kind = CHANGES[random.integers(len(CHANGES))]
        found = entries(schema)
        part, key = found[random.integers(len(found))]
        other, other_key = found[random.integers(len(found))]
        if kind == "exchange":
            part[key] = copy.deepcopy(other[other_key])
        elif kind == "remove":
            del part[key]
        elif kind == "rename" and isinstance(part, dict):
            part[str(other_key)] = part.pop(key)
        elif kind == "number":
            part[key] = [0, -1, 10**9, None, True, "x", 0.5, [], {}][random.integers(9)]
        elif kind == "text":
            if isinstance(part[key], str):
                part[key] = damaged(part[key].encode(), random)[1].decode("latin-1")
        else:
            named = [p for p, k in found if k == "__loader__"]
            own, model = (named[random.integers(len(named))] for _ in range(2))
            for name in ("__loader__", "__class__", "__module__"):
                if random.random() < 0.5 and name in model:
                    own[name] = model[name]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            if name == "schema.json":
                content = json.dumps(schema)
            archive.writestr(name, content)
        archive.comment = b"skseqconv sha256 " + bytes(64)
    return sealed(file.getvalue()[:-64])


def change_array(members, random):
    """Damage the beginning of an array, or put another one in its place."""
    names = [name for name in members if name.endswith(".npy")] or ["schema.json"]
    name, other = (names[random.integers(len(names))] for _ in range(2))
    if random.random() < 0.3:
        members[name] = members[other]
        return
    content = members[name]
    kind = random.integers(3)
    at, n = int(random.integers(min(128, len(content)))), int(random.integers(1, 6))
    text = [random.bytes(n), b"([{'\\\"#"[:n], b"L)]0x1is_"[:n]][kind]
    members[name] = content[:at] + text + content[at + n :]


def used(estimator):
    """Show an estimator and all that it holds, and set its parameters."""
    seen, parts = set(), [estimator]
    while parts:
        part = parts.pop()
        if isinstance(part, BaseEstimator) and id(part) not in seen:
            seen.add(id(part))
            repr(part)
            part.set_params(**part.get_params())
            parts.extend(vars(part).values())
        elif isinstance(part, list | tuple):
            parts.extend(part)


def outcome(data, X, expected, path):
    """What became of a file."""
    path.write_bytes(data)
    try:
        again = load(path)
    except ValueError:
        return "refused"
    if expected is None:
        used(again)
        return "loaded"
    return "loaded equal" if np.array_equal(answer(again, X), expected) else "DIFFERENT"


def run(count, files, make, expect):
    """Count what becomes of changed files; whatever else is raised is shown."""
    counts, began = Counter(), time.perf_counter()
    for seed in range(count):
        name, (data, X, expected) = list(files.items())[seed % len(files)]
        random = np.random.default_rng([seed, expect])
        kind, bad = make(data, random)
        path = Path(tempfile.gettempdir(), f"mutations-{os.getpid()}")
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                result = outcome(bad, X, expected if expect else None, path)
            for warning in said:
                if not KNOWN_WARNINGS.search(str(warning.message)):
                    result = f"WARNED: {warning.category.__name__}"
                    print(f"  {name}, seed {seed}: {warning.message}"[:500])
        except Exception as error:
            result = f"OTHER: {type(error).__name__}"
            print(f"  {name}, seed {seed}, {kind}: {error!r}"[:500])
        finally:
            path.unlink()
        counts[result] += 1
    print(f"  {count} files in {time.perf_counter() - began:.0f} s: {dict(counts)}")
    return set(counts) <= {"refused", "loaded equal", "loaded"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--damaged", type=int, default=20_000)
    parser.add_argument("--changed", type=int, default=2_000)
    options = parser.parse_args()
    print(machine())
    models = fitted()
    with tempfile.TemporaryDirectory() as folder:
        print_sizes(models, Path(folder))
        files = {}
        for name in DAMAGED:
            model, X = models[name]
            data = Path(folder, name).read_bytes()
            files[name] = data, X, answer(model, X)
    print("damaged:")
    fine = run(options.damaged, files, damaged, expect=True)
    print("changed, with the right checksum:")
    fine &= run(options.changed, files, _changed_file, expect=False)
    raise SystemExit(not fine)


def _changed_file(data, random):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return "changed", changed(members, random)


if __name__ == "__main__":
    main()
