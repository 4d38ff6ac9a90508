"""What estimators show of themselves: the table of layers, and HTML diagrams."""

import pickle
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
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
from skseqconv.estimators._layers_shown import layers_html

SMALL = {"filters": 8, "kernel_size": 3, "n_conv": 2, "epochs": 1, "random_state": 0}
HEADINGS = ["Layer", "Kind", "Output shape", "Parameters", "Not trained"]

#: Of a network with SMALL for windows of 24 steps of 3 channels.
LAYERS = [
    ["window", "InputLayer", "24 x 3", "0", "0"],
    ["window_norm", "WindowNorm", "24 x 3", "0", "6"],
    ["conv_1", "Conv1D", "22 x 8", "80", "0"],
    ["pool_1", "MaxPooling1D", "7 x 8", "0", "0"],
    ["activation_1", "Activation", "7 x 8", "0", "0"],
    ["conv_2", "Conv1D", "5 x 8", "200", "0"],
    ["global_pool", "GlobalMaxPooling1D", "8", "0", "0"],
    ["dropout", "Dropout", "8", "0", "0"],
    ["output", "Dense", "1", "9", "0"],
    ["change", "Multiply", "1", "0", "0"],
    ["forecast", "Add", "1", "0", "0"],
]


class Page(HTMLParser):
    """Reads tables and headings of what unfolds; every tag must be closed."""

    WITHOUT_END = ("br", "input")

    def __init__(self, html):
        super().__init__()
        self.open, self.tables, self.foldings = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "summary":
            self.foldings.append("")
        if tag not in self.WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in self.WITHOUT_END

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data.strip()
        elif "summary" in self.open:
            self.foldings[-1] += data.strip()

    @property
    def layers(self):
        """The tables of layers, without their headings."""
        return [rows[1:] for rows in self.tables if rows[0] == HEADINGS]


def read(estimator):
    return Page(estimator_html_repr(estimator))


@pytest.fixture(scope="module")
def windows(task):
    X, y = task
    return LookbackWindower(24).fit_transform(X[:300]), y[:300]


@pytest.fixture(scope="module")
def model(windows):
    return Conv1DRegressor(**SMALL).fit(*windows)


def forecast():
    return make_pipeline(Standardizer(), LookbackWindower(24), Conv1DRegressor(**SMALL))


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
    fitted = {"model_", "layers_", "n_parameters_"}
    assert fitted <= set(dir(model))
    assert not fitted & set(dir(clone(model)))


def test_a_new_fit_has_its_own_layers(model, windows):
    other = clone(model).set_params(filters=4).fit(*windows)
    assert other.layers_.loc["conv_2", "output_shape"] == (5, 4)
    assert other.layers_["n_parameters"].sum() == other.n_parameters_
    assert model.layers_.loc["conv_2", "output_shape"] == (5, 8)


# The diagram.


def test_diagram_unfolds_layers_after_a_fit(model):
    page = read(model)
    [[*layers, total]] = page.layers
    assert sorted(layers) == sorted(LAYERS)
    assert total == ["all", "", "", "289", "6"]
    of_layers = "11 layers, 289 parameters"
    assert page.foldings == ["Parameters", of_layers, "Fitted attributes"]


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (
            Conv1DRegressor(**SMALL),
            {"conv_1": "8 filters of 3 steps", "pool_1": "maximum of 3 steps"},
        ),
        (
            Conv1DRegressor(
                **{**SMALL, "pool_size": 1, "n_conv": 4},
                dilation_rate="exponential",
                normalization="layer",
                padding="causal",
                residual=2,
                global_pooling="average",
            ),
            {
                "conv_3": "8 filters of 3 steps, 2 apart",
                "norm_4": "layer",
                "add_4": "what went into conv_3",
                "global_pool": "average of all steps",
            },
        ),
        (Conv1DGRURegressor(**SMALL, gru_units=4, dropout=0.0), {"gru": "4 units"}),
        (
            Conv1DGRURegressor(**SMALL, gru_units=4, bidirectional=True),
            {"bidirectional": "4 units", "dropout": "0.5"},
        ),
    ],
    ids=["plain", "residual", "gru", "bidirectional"],
)
def test_diagram_tells_before_a_fit_which_layers_there_will_be(
    estimator, told, windows
):
    page = read(estimator)
    assert page.foldings == ["Parameters", "Layers to be"]
    heading, *rows = page.tables[-1]
    assert heading == ["Layer", "What it is"]
    planned = dict(rows)
    assert told.items() <= planned.items()
    fitted = clone(estimator).fit(*windows).layers_.index
    assert [name for name in fitted if name in planned] == list(planned)
    unplanned = fitted.difference(list(planned)).str.rstrip("_1234")
    assert set(unplanned) <= {
        *("window", "window_norm", "change", "forecast"),  # whether depends on X
        *("shortcut", "shortcut_norm", "activation"),
    }


def test_diagram_before_a_fit_of_token_ids_and_of_wrong_parameters():
    page = read(Conv1DClassifier(embedding_dim=4))
    assert page.tables[-1][1] == ["embedding", "4 numbers for each token"]
    for wrong in ({"kernel_size": [3, 4, 5, 6]}, {"n_conv": "two"}):
        assert read(Conv1DRegressor(**wrong)).foldings == ["Parameters"]


def test_diagram_lists_the_other_attributes(model):
    *_, attributes = read(model).tables
    listed = {row[0] for row in attributes[1:]}
    assert {"history_", "n_parameters_", "n_features_in_", "target_encoder_"} <= listed
    assert not listed & {"model_", "layers_"}


def test_diagram_of_a_pipeline_and_of_a_search(task, model):
    X, y = task[0][:300], task[1][:300]
    assert read(forecast()).layers == []
    fitted = forecast().fit(X, y)
    assert read(fitted).layers == read(model).layers
    cv = TimeSeriesSplit(2, gap=6)
    search = GridSearchCV(forecast(), {"conv1dregressor__filters": [8]}, cv=cv)
    assert read(search).layers == []
    page = read(search.fit(X, y))
    assert page.layers == read(model).layers
    assert "11 layers, 289 parameters" in page.foldings


def test_diagram_of_estimators_that_hold_others(windows, model):
    shown = TransformedTargetRegressor(Conv1DRegressor(**SMALL)).fit(*windows)
    assert read(shown).layers == read(model).layers
    shown = VotingRegressor([("one", Conv1DRegressor(**SMALL))]).fit(*windows)
    assert read(shown).layers == []  # of those that it shows, none is fitted


def test_diagram_of_a_pickled_estimator_takes_no_network(model):
    loaded = pickle.loads(pickle.dumps(model))
    clear_compiled_networks()
    assert read(loaded).layers == read(model).layers
    assert not _slots


def test_a_network_that_was_shown_is_used_again(windows):
    clear_compiled_networks()
    shown = Conv1DRegressor(**SMALL).fit(*windows)
    [slot] = _slots
    shown._repr_mimebundle_()
    read(shown)
    assert {"model_", "layers_", "predict"} <= set(dir(shown))
    again = Conv1DRegressor(**SMALL).fit(*windows)
    assert _slots == [slot]
    assert slot.owner() is again._weights


def test_diagram_escapes_what_it_shows():
    hostile = "<script>alert('a & b')</script>"
    html = layers_html([(hostile, hostile, (1, 2), 3, 4)])
    [rows] = Page(html).layers
    assert rows[0] == [hostile, hostile, "1 x 2", "3", "4"]
    assert "<script" not in html
    html = estimator_html_repr(Conv1DRegressor(activation=hostile))
    assert hostile not in html
    Page(html)


def test_large_numbers_are_grouped():
    html = layers_html([("embedding", "Embedding", (800, 64), 6_400_000, 0)] * 2)
    assert "2 layers, 12,800,000 parameters" in html
    assert "<td>6,400,000</td>" in html


def test_text_stays_as_it_was(model):
    text = repr(clone(model))
    assert text.startswith("Conv1DRegressor(")
    assert repr(model) == text
    assert model._repr_mimebundle_()["text/plain"] == text
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert list(model._repr_mimebundle_()) == ["text/plain"]
