"""What estimators show of themselves: the table of layers, and HTML diagrams."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
)
from skseqconv.engine._pool import _slots, clear_compiled_networks

pytestmark = pytest.mark.trains

SMALL = {"filters": 8, "kernel_size": 3, "n_conv": 2, "epochs": 1, "random_state": 0}

#: Of a network with SMALL for windows of 24 steps of 3 channels.
LAYERS = [
    ["window", "InputLayer", "24 x 3", "0", "0"],
    ["window_norm", "WindowNorm", "24 x 3", "0", "60"],
    ["conv_1", "Conv1D", "22 x 8", "80", "0"],
    ["pool_1_crop", "Cropping1D", "21 x 8", "0", "0"],
    ["pool_1", "MaxPooling1D", "7 x 8", "0", "0"],
    ["activation_1", "Activation", "7 x 8", "0", "0"],
    ["conv_2", "Conv1D", "5 x 8", "200", "0"],
    ["global_pool", "GlobalMaxPooling1D", "8", "0", "0"],
    ["dropout", "Dropout", "8", "0", "0"],
    ["output", "Dense", "1", "9", "0"],
    ["change", "Multiply", "1", "0", "0"],
    ["forecast", "Add", "1", "0", "0"],
]


@pytest.fixture(scope="module")
def windows(task):
    X, y = task
    return LookbackWindower(24).fit_transform(X[:300]), y[:300]


@pytest.fixture(scope="module")
def model(windows):
    return Conv1DRegressor(**SMALL).fit(*windows)


# The table.


def test_layers_of_a_network(model):
    layers = model.layers_
    assert layers.index.name == "layer"
    expected = {name: row for name, *row in LAYERS}
    assert set(layers.index) == set(expected)
    for name, layer in layers.iterrows():
        shape = " x ".join(map(str, layer["output_shape"]))
        counts = [str(layer["n_parameters"]), str(layer["n_fixed"])]
        assert [layer["kind"], shape, *counts] == expected[name]
    assert model.layers_.loc["conv_1", "output_shape"] == (22, 8)
    assert model.n_parameters_ == 289


@pytest.mark.parametrize(
    "estimator",
    [
        Conv1DRegressor(
            **{**SMALL, "pool_size": 1},
            normalization="batch",
            padding="same",
            residual=2,
        ),
        Conv1DGRURegressor(**SMALL, gru_units=4, bidirectional=True),
        Conv1DClassifier(**SMALL, embedding_dim=4),
    ],
    ids=["residual", "gru", "text"],
)
def test_counts_are_those_of_keras(estimator, windows):
    X, y = windows
    if isinstance(estimator, Conv1DClassifier):
        X, y = np.arange(1200).reshape(60, 20) % 50, np.arange(60) % 2
    layers = estimator.fit(X, y).layers_
    assert layers["n_parameters"].sum() == estimator.n_parameters_
    assert len(layers) == len(estimator.model_.layers)
    for layer in estimator.model_.layers:
        row = layers.loc[layer.name]
        assert row["n_parameters"] + row["n_fixed"] == layer.count_params()
        assert row["kind"] == type(layer).__name__
        outputs = layer.output if isinstance(layer.output, list) else [layer.output]
        assert row["output_shape"] == outputs[0].shape[1:]


def test_there_are_no_layers_before_a_fit(model):
    with pytest.raises(AttributeError, match="Conv1DRegressor has no layers_ before"):
        clone(model).layers_  # noqa: B018 asking is the point


def test_dir_names_what_there_is(model):
    fitted = {"layers_", "n_parameters_", "history_"}
    assert fitted <= set(dir(model))
    assert not fitted & set(dir(clone(model)))
    assert "model_" not in dir(model)  # diagrams get what is listed


def test_a_new_fit_has_its_own_layers(model, windows):
    other = clone(model).set_params(filters=4).fit(*windows)
    assert other.layers_.loc["conv_2", "output_shape"] == (5, 4)
    assert other.layers_["n_parameters"].sum() == other.n_parameters_
    assert model.layers_.loc["conv_2", "output_shape"] == (5, 8)


# The diagram, which is scikit-learn's.


@pytest.fixture(scope="module")
def pipeline(task):
    steps = Standardizer(), LookbackWindower(24), Conv1DRegressor(**SMALL)
    return make_pipeline(*steps).fit(task[0][:300], task[1][:300])


@pytest.mark.parametrize("fitted", [False, True])
def test_diagram_of_a_pipeline_has_its_steps(fitted, pipeline):
    html = estimator_html_repr(pipeline if fitted else clone(pipeline))
    for name in ("Standardizer", "LookbackWindower", "Conv1DRegressor"):
        assert name in html


@pytest.mark.skipif(
    not hasattr(BaseEstimator, "_get_fitted_attr_html"),
    reason="Diagrams list fitted attributes since scikit-learn 1.9.",
)
def test_diagram_lists_the_fitted_attributes(model, pipeline):
    for shown in (model, pipeline):
        html = estimator_html_repr(shown)
        for name in ("layers_", "history_", "n_parameters_", "target_encoder_"):
            assert re.search(rf"\b{name}\b", html)
        assert not re.search(r"\bmodel_\b", html)


def test_diagram_of_a_pickled_estimator_takes_no_network(model):
    loaded = pickle.loads(pickle.dumps(model))
    clear_compiled_networks()
    assert "Conv1DRegressor" in estimator_html_repr(loaded)
    assert not _slots
    pd.testing.assert_frame_equal(loaded.layers_, model.layers_)


def test_a_network_that_was_shown_is_used_again(windows):
    clear_compiled_networks()
    shown = Conv1DRegressor(**SMALL).fit(*windows)
    [slot] = _slots
    shown._repr_mimebundle_()
    estimator_html_repr(shown)
    assert {"layers_", "predict"} <= set(dir(shown))
    again = Conv1DRegressor(**SMALL).fit(*windows)
    assert _slots == [slot]
    assert slot.owner() is again._weights


def test_diagram_escapes_what_it_shows():
    hostile = "<script>alert('a & b')</script>"
    page = estimator_html_repr(Conv1DRegressor(activation=hostile))
    assert hostile not in page
    assert "&lt;script&gt;alert(" in page


def test_text_stays_as_it_was(model):
    text = repr(clone(model))
    assert text.startswith("Conv1DRegressor(")
    assert repr(model) == text
    assert model._repr_mimebundle_()["text/plain"] == text
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert list(model._repr_mimebundle_()) == ["text/plain"]


def test_layers_are_those_of_the_last_fit():
    """Training that goes on with shorter samples has a mask."""
    random = np.random.default_rng(0)
    X = random.normal(size=(20, 24, 2))
    shorter = [x[: 24 - at % 3] for at, x in enumerate(X)]
    model = Conv1DRegressor(warm_start=True, **SMALL).fit(X, X[:, -1, 0])
    model.fit(shorter, X[:, -1, 0])
    assert list(model.layers_.index) == [layer.name for layer in model.model_.layers]
