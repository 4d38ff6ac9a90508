"""The documentation keeps what it says: docstrings, signatures, names, attributes."""

import ast
import doctest
import inspect
import re
from pathlib import Path

import numpy
import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate
from sklearn.base import BaseEstimator, is_classifier
from sklearn.impute import SimpleImputer

import skseqconv
import skseqconv.networks
from skseqconv import LookbackWindower, make_supervised

NOT_CHECKED = {
    "GL01": "the summary stands on the line of the opening quotes",
    "ES01": "a summary that says all needs no second paragraph",
    "RT02": "a returned value has a name, to be spoken of",
}
NOT_CHECKED_IN_MEMBERS = {
    **NOT_CHECKED,
    "EX01": "the example of the class shows its methods",
    "SA01": "the class refers to its kin",
}

#: Parameters of several estimators or networks that mean different things.
TEXTS_THAT_DIFFER = {
    "padding": "of a convolution, or of rows of token ids",
    "loss": "of values, or of probabilities",
    "validation_gap": "of windows that know time, or of samples of a class",
    "metrics": "of values in their units, or of labels and their probabilities",
    "learning_rate": "changes from a level are learned slower",
    "epochs": "a solved level needs fewer",
    "numeric_columns": "columns of X, or values of an input",
    "vocabulary_size": "counted in X, or required",
    "window_norm": "solved by the estimators, or given to the layer",
    "quantiles": "of a loss, or of a head",
    "target_channel": "of a forecast, or of the level that it starts from",
    "delay": "of a task, of a forecast, or of the level that it starts from",
    "period": "of a forecast, or of the level that it starts from",
    "lags": "of a window, or how many an autoregression reads of it",
    "strides": 'with "auto", or given to a network',
    "global_pooling": 'with "auto", or given to a network',
    "random_state": "of weights and of training, or of fixed kernels",
    "mask_padding": "of token ids, or of the input of a network",
    "channel_independent": "decided by a regressor, or given to a network",
}


# What is public.


def _public():
    """Classes and functions by their full name, as users import them."""
    for module in (skseqconv, skseqconv.datasets, skseqconv.networks):
        for name in module.__all__:
            thing = getattr(module, name)
            if callable(thing):
                yield f"{module.__name__}.{name}", thing


def _is_ours(function):
    module = getattr(function, "__module__", None) or ""
    return module.split(".")[0] == "skseqconv"


def _members(cls):
    """Public methods and properties that are written in this package."""
    for name in dir(cls):
        if name.startswith("_"):
            continue
        member = inspect.getattr_static(cls, name)
        if isinstance(member, property):
            if _is_ours(member.fget):
                yield name, member
        elif callable(getattr(cls, name)) and _is_ours(getattr(cls, name)):
            yield name, getattr(cls, name)


PUBLIC = dict(_public())
CLASSES = {name: thing for name, thing in PUBLIC.items() if inspect.isclass(thing)}
MEMBERS = {
    f"{full}.{name}": member
    for full, cls in CLASSES.items()
    for name, member in _members(cls)
}
CALLABLE = {
    name: thing
    for name, thing in {**PUBLIC, **MEMBERS}.items()
    if not isinstance(thing, property) and thing is not skseqconv.MissingHistoryWarning
}
ESTIMATORS = {
    name: cls for name, cls in CLASSES.items() if issubclass(cls, BaseEstimator)
}
NETWORKS = {name: thing for name, thing in PUBLIC.items() if name.endswith("_network")}


def test_public_names_are_found():
    assert "skseqconv.datasets.make_climate" in PUBLIC
    assert "skseqconv.networks.conv1d_network" in NETWORKS
    assert {"skseqconv.Conv1DRegressor", "skseqconv.PerStep"} <= set(ESTIMATORS)
    assert {
        "skseqconv.SeriesView.to_numpy",
        "skseqconv.SeriesView.shape",
        "skseqconv.PerStep.inverse_transform",
        "skseqconv.Conv1DRegressor.fit",
    } <= set(MEMBERS)
    assert "skseqconv.Conv1DRegressor.get_params" not in MEMBERS


# What docstrings say.


def _faults(name, not_checked):
    errors = validate(name)["errors"]
    return [f"{code}: {text}" for code, text in errors if code not in not_checked]


@pytest.mark.parametrize("name", PUBLIC)
def test_docstring_of_class_or_function(name):
    assert _faults(name, NOT_CHECKED) == []


@pytest.mark.parametrize("name", MEMBERS)
def test_docstring_of_method_or_property(name):
    assert _faults(name, NOT_CHECKED_IN_MEMBERS) == []


def _documented(thing, section="Parameters"):
    """Type and text of each name in a section; "a, b : int" counts for both."""
    doc = NumpyDocString(inspect.getdoc(thing))
    return {
        name.strip().lstrip("*"): (entry.type, " ".join(entry.desc))
        for entry in doc[section]
        for name in entry.name.split(",")
    }


def _defaults(thing):
    parameters = inspect.signature(thing).parameters
    return {
        name: parameter.default
        for name, parameter in parameters.items()
        if name != "self"
    }


@pytest.mark.parametrize("name", CALLABLE)
def test_defaults_in_text_are_those_of_the_signature(name):
    documented = _documented(CALLABLE[name])
    defaults = _defaults(CALLABLE[name])
    assert list(documented) == list(defaults)
    for parameter, default in defaults.items():
        _, _, said = documented[parameter][0].partition("default=")
        if default is inspect.Parameter.empty:
            assert not said, f"{parameter} has no default"
        else:
            assert said, f"the text of {parameter} does not say default={default!r}"
            value = eval(said, {"numpy": numpy})
            assert (value, type(value)) == (default, type(default)), parameter


@pytest.mark.parametrize("name", CALLABLE)
def test_signatures_are_typed(name):
    signature = inspect.signature(CALLABLE[name])
    parameters = signature.parameters.values()
    untyped = [p.name for p in parameters if p.annotation is p.empty]
    assert set(untyped) <= {"self"}
    if not inspect.isclass(CALLABLE[name]):
        assert signature.return_annotation is not signature.empty


def test_shared_parameters_have_one_text():
    """Estimators that share a parameter describe it alike; networks name them."""
    texts = {}
    for name, thing in {**ESTIMATORS, **NETWORKS}.items():
        for parameter, (kind, text) in _documented(thing).items():
            kind = re.sub(r", default=.*", "", kind)
            if named := re.fullmatch(r"As in `(\w+)`\.", text):
                _, text = _documented(getattr(skseqconv, named[1]))[parameter]
            texts.setdefault(parameter, {}).setdefault((kind, text), []).append(name)
    differ = {parameter: found for parameter, found in texts.items() if len(found) > 1}
    assert set(differ) == set(TEXTS_THAT_DIFFER), differ
    [sharing] = texts["filters"].values()
    assert len(sharing) == 6


@pytest.mark.parametrize("name", [*PUBLIC, *MEMBERS])
def test_docstrings_name_no_absolute_path(name):
    text = inspect.getdoc({**PUBLIC, **MEMBERS}[name])
    words = [word.strip("\"'`()[]<>,;:") for word in text.split()]
    paths = [w for w in words if re.match(r"(~?/|file://|[A-Za-z]:[\\/])\w", w)]
    assert paths == []


@pytest.mark.parametrize("name", [n for n in PUBLIC if n.count(".") == 1])
def test_examples_of_public_names_are_collected(name):
    """They are in the package's own file for pytest, because their module is."""
    short = name.partition(".")[2]
    found = doctest.DocTestFinder().find(PUBLIC[name], short, module=skseqconv)
    assert any(test.examples for test in found)


# Fitted attributes.


@pytest.fixture(scope="module")
def tiny():
    """Windows with named channels, and their target."""
    series = skseqconv.datasets.make_climate(60, random_state=0)
    return make_supervised(series.iloc[:, :2], "T (degC)")


def _new(cls):
    """An instance as small as its parameters allow."""
    parameters = inspect.signature(cls).parameters
    small = {
        "transformer": SimpleImputer(),
        "lookback": 8,
        "epochs": 1,
        "n_conv": 1,
        "filters": 2,
        "gru_units": 2,
        "on_short": "pad",
    }
    return cls(**{name: value for name, value in small.items() if name in parameters})


ESTIMATORS_TO_FIT = [
    pytest.param(name, marks=pytest.mark.trains) if "Conv1D" in name else name
    for name in ESTIMATORS
]


@pytest.mark.filterwarnings("ignore:Channel 'p .* Put Standardizer")
@pytest.mark.parametrize("name", ESTIMATORS_TO_FIT)
def test_fitted_attributes_are_those_documented(name, tiny):
    X, y = tiny
    estimator = _new(ESTIMATORS[name])
    if is_classifier(estimator):
        y = y > y.mean()
    if "early_stopping" in estimator.get_params():
        estimator.set_params(early_stopping=True, epochs=2)
    takes_windows = name.endswith(("FlattenWindows", "MiniRocket"))
    if hasattr(estimator, "predict") or takes_windows:
        X = LookbackWindower(8).fit_transform(X)
    if name.endswith("TokenSequencer"):
        X = ["a text"]
    if name.endswith("CalendarFeatures"):
        X = skseqconv.datasets.make_climate(60, random_state=0)
    estimator.fit(X, y)
    held = {
        attribute
        for attribute in [*dir(estimator), "model_"]  # which `dir` of networks omits
        if attribute.endswith("_") and not attribute.startswith("_")
    }
    held = {attribute for attribute in held if hasattr(estimator, attribute)}
    documented = set(_documented(type(estimator), "Attributes"))
    assert held == documented - {"ids_without_vector_"}  # only with `embedding_weights`


@pytest.mark.parametrize("name", ["skseqconv.SeriesView", "skseqconv.WindowView"])
def test_attributes_of_views_are_those_documented(name, tiny):
    X, _ = tiny
    views = {"SeriesView": X, "WindowView": LookbackWindower(8).fit_transform(X)}
    view = views[name.rpartition(".")[2]]
    held = {attribute for attribute in vars(view) if not attribute.startswith("_")}
    assert held == set(_documented(type(view), "Attributes"))


# Names, and what importing them costs.


@pytest.fixture
def modules_after(run_python):
    """A function: top-level modules loaded in a fresh interpreter by a statement."""

    def loaded(statement):
        names = run_python(f"{statement}; import sys; print(*sys.modules)").split()
        return {name.partition(".")[0] for name in names}

    return loaded


def test_importing_the_package_loads_next_to_nothing(modules_after):
    loaded = modules_after("import skseqconv")
    assert not loaded & {"tensorflow", "keras", "scikeras", "sklearn", "pandas"}


def test_only_the_networks_load_keras(modules_after):
    modules = {*skseqconv._MODULE_OF.values(), "datasets", "networks"}
    modules = {m for m in modules if not m.startswith(("engine.", "estimators."))}
    names = ", ".join(f"skseqconv.{module}" for module in sorted(modules))
    loaded = modules_after(f"import {names}")
    assert "sklearn" in loaded
    assert not loaded & {"tensorflow", "keras", "scikeras"}


def test_views_need_numpy_and_pandas_only(modules_after):
    loaded = modules_after("import skseqconv.series._window_view")
    assert {"numpy", "pandas"} <= loaded
    assert not loaded & {"narwhals", "scipy", "sklearn"}


def test_every_exported_name_resolves():
    assert set(skseqconv.__all__) <= set(dir(skseqconv))
    for name in skseqconv.__all__:
        assert getattr(skseqconv, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        skseqconv.nonsense  # noqa: B018


def test_checkers_see_the_names_that_are_exported():
    """The imports for checkers and the table of what is loaded when asked for."""
    tree = ast.parse(Path(skseqconv.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: (node.module, alias.name)
        for node in block.body
        for alias in node.names
    }
    lazy = {name: (module, name) for name, module in skseqconv._MODULE_OF.items()}
    assert seen == {**lazy, **{name: (None, name) for name in skseqconv._SUBMODULES}}
