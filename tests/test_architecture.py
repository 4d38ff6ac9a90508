"""The walls between the folders, read from the imports; and names that show no folder.

`tests/architecture` declares the floors and says which folders may import Keras.
"""

import io
import pickle
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

import skseqconv
from skseqconv import (
    CalendarFeatures,
    ComparisonDisplay,
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    ForecastDisplay,
    HistoryDisplay,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SearchDisplay,
    SeriesView,
    Standardizer,
    TokenSequencer,
    compare_models,
    save,
)
from tests.architecture import (
    FLAT,
    FLOORS,
    KERAS,
    KERAS_AT_IMPORT,
    KERAS_IN_FUNCTIONS,
    PACKAGE,
    TOP,
)
from tests.architecture.imports import read_package
from tests.architecture.lines import count_lines

GUIDE = PACKAGE.parent / "docs" / "contributing" / "architecture.md"


@pytest.fixture(scope="module")
def package():
    return read_package()


@pytest.fixture
def make_package(tmp_path):
    """A function: a package on disk, of files by path, as it is read."""

    def make(files):
        for path, source in {"__init__.py": "", **files}.items():
            file = tmp_path / "own" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)
        return read_package(tmp_path / "own")

    return make


# The walls.


def test_every_folder_has_a_floor(package):
    assert package.folders().keys() == FLOORS.keys()


def test_no_module_imports_itself_through_others(package):
    assert package.circle() is None


def test_folders_import_from_lower_floors_only(package):
    assert package.arrows_up(FLOORS) == []


def test_relative_imports_are_of_the_same_folder(package):
    far = [
        one
        for one in package.inner()
        if one.dots
        and one.importer != package.name
        and (
            one.dots > 1
            or package.folder_of(one.importer) != package.folder_of(one.imported)
        )
    ]
    assert far == []


def _where(module, folders):
    """Whether a module is one of these folders' or files'."""
    name = module.partition(".")[2]
    return any(name == one or name.startswith(f"{one}.") for one in folders)


def _imports_of_keras(package):
    return [
        one
        for one in package.imports
        if one.imported.partition(".")[0] in KERAS and not one.typing_only
    ]


def test_keras_is_imported_where_it_may_be(package):
    imports = _imports_of_keras(package)
    at_import = {one.importer for one in imports if one.at_import}
    assert [m for m in at_import if not _where(m, KERAS_AT_IMPORT)] == []
    in_functions = {one.importer for one in imports if not one.at_import}
    allowed = (*KERAS_AT_IMPORT, *KERAS_IN_FUNCTIONS)
    assert [m for m in in_functions if not _where(m, allowed)] == []


def test_no_other_module_loads_keras_through_those(package):
    keras = {one.importer for one in _imports_of_keras(package) if one.at_import}
    assert len(keras) > 5
    for module in package.files:
        if not _where(module, KERAS_AT_IMPORT):
            assert not package.loaded_by(module) & keras, module


def test_one_module_knows_scikeras(package):
    of_scikeras = [i for i in package.imports if i.imported.startswith("scikeras")]
    assert {i.importer for i in of_scikeras} == {"skseqconv.estimators._scikeras"}


def test_the_guide_shows_the_floors():
    text = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| `([^`]+)` \|", text, re.MULTILINE)
    shown = {folder.strip("/"): int(floor) for floor, folder in rows}
    assert shown == FLOORS


# The reader of imports finds what is wrong.


def test_circles_are_found(make_package):
    own = make_package(
        {
            "low/_a.py": "from ._b import b",
            "low/_b.py": "def b():\n    from own.low._c import c",
            "low/_c.py": "import own.low._a",
        }
    )
    assert sorted(own.circle()[1:]) == ["own.low._a", "own.low._b", "own.low._c"]


def test_circles_of_whole_folders_are_found(make_package):
    own = make_package(
        {"low/__init__.py": "from ._a import a", "low/_a.py": "from own.low import b"}
    )
    assert set(own.circle()) == {"own.low", "own.low._a"}


@pytest.mark.parametrize(
    "source",
    [
        "from own.high._b import b",
        "from own.high import _b",
        "import own.high._b",
        "from ..high._b import b",
        "def f():\n    from own.high._b import b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from own.high._b import b",
    ],
)
def test_arrows_up_are_found(source, make_package):
    own = make_package({"low/_a.py": source, "high/_b.py": "b = 1", "_c.py": ""})
    assert own.arrows()["low"] == {"high"}
    for floor_of_high, n_up in ((0, 0), (1, 1), (2, 1)):
        floors = {FLAT: 0, "low": 1, "high": floor_of_high, TOP: 3}
        assert len(own.arrows_up(floors)) == n_up


def test_imports_of_the_top_point_up(make_package):
    own = make_package({"low/_a.py": "from own import anything"})
    assert [i.imported for i in own.arrows_up({"low": 1, TOP: 2})] == ["own"]


def test_what_is_loaded_with_a_module(make_package):
    own = make_package(
        {
            "_a.py": "from own._b import b\ndef f():\n    import own._d",
            "_b.py": "import own._c",
            "_c.py": "class C:\n    import keras",
            "_d.py": "def f():\n    class C:\n        import keras",
        }
    )
    assert own.loaded_by("own._a") == {"own._a", "own._b", "own._c"}
    of_keras = {i.importer: i.at_import for i in own.imports if i.imported == "keras"}
    assert of_keras == {"own._c": True, "own._d": False}


def test_lines_are_counted_by_what_they_hold(tmp_path):
    file = tmp_path / "a.py"
    file.write_text(
        '"""Two lines.\n\n"""\n\n# why\nx = """\n\n"""  # code\n\n\n'
        'def f():\n    "One."\n'
    )
    assert count_lines([file]) == (12, 4, 4, 1, 3)
    assert count_lines([file, file]).total == 24


# Names that show no folder, so that files and pickles outlive a move.


def test_public_names_live_at_the_top():
    named = {name: getattr(skseqconv, name) for name in skseqconv._MODULE_OF}
    assert {name: thing.__module__ for name, thing in named.items()} == dict.fromkeys(
        named, "skseqconv"
    )


def test_names_in_files_resolve_at_the_top():
    for name in skseqconv._HELD:
        thing = getattr(skseqconv, name)
        assert (thing.__module__, thing.__name__) == ("skseqconv", name)


class Names(pickle.Unpickler):
    """Notes the modules that a pickle names."""

    def __init__(self, file):
        super().__init__(file)
        self.modules = set()

    def find_class(self, module, name):
        self.modules.add(module)
        return super().find_class(module, name)


def named_in_pickle(thing):
    """This package's modules in a pickle of something, which comes back."""
    reader = Names(io.BytesIO(pickle.dumps(thing)))
    assert type(reader.load()) is type(thing)
    return {m for m in reader.modules if m.partition(".")[0] == "skseqconv"}


def named_in_file(estimator, tmp_path):
    """This package's modules in a saved file."""
    save(estimator, tmp_path / "model.skops")
    with zipfile.ZipFile(tmp_path / "model.skops") as archive:
        schema = archive.read("schema.json").decode()
    return set(re.findall(r"skseqconv[\w.]*", schema))


@pytest.fixture(scope="module")
def fitted(task):
    """Fitted estimators without a network, by kind."""
    X, y = task[0][6:200], task[1][6:200]
    table = pd.DataFrame(
        {"load": np.arange(48.0)}, pd.date_range("2025-01-01", periods=48, freq="h")
    )
    lags = make_pipeline(LookbackWindower(6), FlattenWindows(lags=[0, 2]), Ridge())
    persistence = make_pipeline(LookbackWindower(6), PersistenceRegressor())
    flat = make_pipeline(LookbackWindower(6), FlatWindowRegressor(Ridge()))
    return {
        "rows": make_pipeline(Standardizer(), PerStep(SimpleImputer())).fit(X),
        "calendar": CalendarFeatures(["day"]).fit(table),
        "texts": TokenSequencer(20, 4).fit(["good", "bad"]),
        "persistence": persistence.fit(X, y),
        "flat": flat.fit(X, y),
        "search": GridSearchCV(lags, {"ridge__alpha": [1, 2]}, cv=2).fit(X, y),
    }


KINDS = ("rows", "calendar", "texts", "persistence", "flat", "search")


@pytest.mark.parametrize("kind", KINDS)
def test_fitted_estimators_name_no_folder(kind, fitted, tmp_path):
    assert named_in_pickle(fitted[kind]) == {"skseqconv"}
    assert named_in_file(fitted[kind], tmp_path) == {"skseqconv"}


@pytest.mark.trains
def test_networks_name_no_folder(task, tmp_path):
    small = {"n_conv": 1, "filters": 2, "epochs": 1, "steps_per_epoch": 1}
    forecast = make_pipeline(
        Standardizer(), LookbackWindower(6), Conv1DRegressor(**small)
    ).fit(*task)
    reviews = make_pipeline(
        TokenSequencer(20, 4), Conv1DClassifier(**small, embedding_dim=2)
    ).fit(["good", "bad"] * 10, ["fine", "poor"] * 10)
    for model in (forecast, reviews):
        assert named_in_pickle(model) == {"skseqconv"}
        assert named_in_file(model, tmp_path) == {"skseqconv"}


def test_views_name_no_folder(task, weather, fitted):
    for view in (task[0], SeriesView([weather, weather], on_gap="ignore")):
        assert named_in_pickle(view) == {"skseqconv"}
        assert named_in_pickle(fitted["rows"].transform(view)) == {"skseqconv"}


def test_comparisons_and_displays_name_no_folder(task, fitted):
    X, y = task[0][6:300], task[1][6:300]
    models = {"ridge": make_pipeline(LookbackWindower(6), FlatWindowRegressor(Ridge()))}
    comparison = compare_models(models, X, y, cv=TimeSeriesSplit(2, gap=6))
    display = ComparisonDisplay.from_comparison(comparison)
    assert named_in_pickle(comparison) == {"skseqconv"}
    for drawn in (
        display,
        ForecastDisplay.from_estimator(fitted["persistence"], X, y),
        SearchDisplay.from_search(fitted["search"]),
        HistoryDisplay({"one": {"loss": [1.0, 0.5]}}).plot(),
    ):
        drawn.figure_.clear()
        stored = {k: v for k, v in vars(drawn).items() if not k.endswith("_")}
        vars(drawn).clear()
        vars(drawn).update(stored)
        assert named_in_pickle(drawn) == {"skseqconv"}
