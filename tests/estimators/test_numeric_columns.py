"""Networks on texts and on numbers beside them."""

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    TokenSequencer,
    export_keras,
    load,
    predict_interval,
    save,
)

pytestmark = pytest.mark.trains

random = np.random.default_rng(0)
IDS = random.integers(0, 9, size=(48, 6))
NUMBERS = random.normal(size=(48, 2))
BOTH = np.hstack([IDS, NUMBERS])
LABELS = (NUMBERS[:, 0] + (IDS == 3).sum(axis=1) > 0.5).astype(int)
SMALL = {
    "embedding_dim": 3,
    "filters": 4,
    "n_conv": 1,
    "kernel_size": 2,
    "epochs": 1,
    "random_state": 0,
    "numeric_columns": 2,
}
GRU = {"gru_units": 4}
TABLE = pd.DataFrame(
    {
        "text": ["a good film", "not good", "a dull film", "so very dull"] * 12,
        "stars": NUMBERS[:, 0],
        "age": NUMBERS[:, 1] * 100,
        "genre": ["drama", "comedy", "drama"] * 16,
    }
)


def test_probabilities_are_those_of_a_plain_forward_pass():
    model = Conv1DClassifier(**SMALL).fit(BOTH, LABELS)
    weights = {layer.name: layer.get_weights() for layer in model.model_.layers}
    (vectors,), (kernel, bias) = weights["embedding"], weights["conv_1"]
    weight, shift = weights["output"]
    assert weight.shape == (4 + 2, 1)
    expected = []
    for ids, numbers in zip(IDS, NUMBERS, strict=True):
        rows = vectors[ids]
        steps = [rows[t] @ kernel[0] + rows[t + 1] @ kernel[1] for t in range(5)]
        features = np.maximum(np.array(steps) + bias, 0).max(axis=0)
        logit = np.concatenate([features, numbers]) @ weight + shift
        expected.append(1 / (1 + np.exp(-logit[0])))
    np.testing.assert_allclose(model.predict_proba(BOTH)[:, 1], expected, atol=1e-5)
    assert not np.allclose(
        model.predict_proba(np.hstack([IDS, 0 * NUMBERS]))[:, 1], expected
    )


def test_the_gru_network_is_that_of_keras():
    model = Conv1DGRUClassifier(**SMALL, **GRU).fit(BOTH, LABELS)
    layers = keras.layers
    tokens, numbers = keras.Input((6,), dtype="int32"), keras.Input((2,))
    values = layers.Embedding(9, 3)(tokens)
    values = layers.Conv1D(4, 2, activation="relu")(values)
    values = layers.Concatenate()([layers.GRU(4)(values), numbers])
    network = keras.Model([tokens, numbers], layers.Dense(1, "sigmoid")(values))
    network.set_weights(model.model_.get_weights())
    expected = network([IDS, NUMBERS.astype(np.float32)]).numpy()[:, 0]
    np.testing.assert_allclose(model.predict_proba(BOTH)[:, 1], expected, atol=1e-5)


@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DGRURegressor])
def test_numbers_alone_are_learned_linearly(Estimator):
    y = 10 + 3 * NUMBERS[:, 0] - NUMBERS[:, 1]
    options = {"epochs": 150, "batch_size": 16, "learning_rate": 0.02}
    model = Estimator(**SMALL | options).fit(BOTH, y)
    assert model.score(BOTH, y) > 0.95


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_one_network_on_a_table_is_searched(output):
    columns = make_column_transformer(
        (TokenSequencer(max_length=5), "text"),
        (StandardScaler(), ["stars", "age"]),
        (OneHotEncoder(sparse_output=output == "default"), ["genre"]),
    ).set_output(transform=output)
    pipe = make_pipeline(columns, Conv1DClassifier(**SMALL | {"numeric_columns": 4}))
    grid = {
        "columntransformer__tokensequencer__max_length": [3, 5],
        "conv1dclassifier__dropout": [0.0, 0.5],
    }
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(TABLE, LABELS)
    length = search.best_params_["columntransformer__tokensequencer__max_length"]
    assert search.best_estimator_[-1].n_features_in_ == length + 4
    assert search.predict(TABLE[:3]).shape == (3,)


def test_batches_from_numpy_train_the_same_network(monkeypatch):
    options = SMALL | {"epochs": 2, "batch_size": 20}
    whole = Conv1DClassifier(**options).fit(BOTH, LABELS)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    parts = Conv1DClassifier(**options).fit(BOTH, LABELS)
    np.testing.assert_allclose(
        parts.predict_proba(BOTH), whole.predict_proba(BOTH), atol=1e-6
    )


def test_the_life_of_a_network_on_both(tmp_path):
    weight = np.ones(48)
    model = Conv1DClassifier(**SMALL | {"validation_split": 0.25, "warm_start": True})
    model.fit(BOTH, LABELS, sample_weight=weight)
    assert "val_loss" in model.history_
    model.fit(BOTH, LABELS, X_val=BOTH[:9], y_val=LABELS[:9])
    model.partial_fit(BOTH, LABELS)
    expected = model.predict_proba(BOTH)
    np.testing.assert_allclose(model.predict_proba(BOTH[:1]), expected[:1], atol=1e-6)
    save(model, tmp_path / "model.skops")
    again = load(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.predict_proba(BOTH), expected)
    exported = export_keras(again, tmp_path / "model.keras")
    assert [one.name for one in exported.inputs] == ["tokens", "numbers"]
    loaded = keras.models.load_model(tmp_path / "model.keras")
    given = {"tokens": IDS, "numbers": NUMBERS}
    for one in (exported, loaded):
        outputs = one.predict(given, verbose=0)
        np.testing.assert_allclose(outputs, expected, atol=1e-5)
    with pytest.raises(ValueError, match=r"has 7 features, but .* expecting 8"):
        model.predict(BOTH[:, :7])
    model.set_params(numeric_columns=1)
    np.testing.assert_array_equal(model.predict_proba(BOTH), expected)
    with pytest.raises(ValueError, match="cannot continue"):
        model.partial_fit(BOTH, LABELS)


def test_quantiles_of_texts_and_numbers():
    model = Conv1DRegressor(**SMALL, loss="quantile", validation_split=0.25)
    model.fit(BOTH, NUMBERS[:, 0])
    assert predict_interval(model, BOTH, 0.8).shape == (48, 2)


def test_series_have_no_numeric_columns():
    panel = np.zeros((4, 6, 2))
    with pytest.raises(ValueError, match=r"numeric_columns=2 needs token ids.*repeat"):
        Conv1DClassifier(numeric_columns=2).fit(panel, [0, 1, 0, 1])
    # What the message says works.
    numbers = np.ones((4, 3))
    X = np.concatenate(
        [panel, np.repeat(numbers[:, None], panel.shape[1], axis=1)], axis=2
    )
    assert X.shape == (4, 6, 5)
