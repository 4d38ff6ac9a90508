"""scikit-learn joins tables of pandas by row labels: each keeps those of its rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_union
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    FlattenWindows,
    MiniRocket,
    PerStep,
    Standardizer,
    TokenSequencer,
    WindowView,
)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def pandas_output(model):
    return model.set_output(transform="pandas")


def test_columns_beside_a_column_of_samples(random):
    samples = random.normal(size=(60, 30))
    table = pd.DataFrame({"sample": list(samples), "age": np.arange(60.0)})
    table = table.set_axis(random.permutation(60))
    model = ColumnTransformer(
        [("r", MiniRocket(84), "sample"), ("age", "passthrough", ["age"])]
    )
    out = pandas_output(model).fit_transform(table)
    assert out.index.equals(table.index)
    np.testing.assert_array_equal(out.pop("age__age"), np.arange(60.0))
    np.testing.assert_array_equal(out, MiniRocket(84).fit_transform(samples))


@pytest.mark.parametrize(
    "transformer",
    [FlattenWindows([0, 2]), MiniRocket(84), Standardizer(), PerStep(StandardScaler())],
    ids=lambda transformer: type(transformer).__name__,
)
def test_a_union_over_a_shuffled_table(random, transformer):
    values = random.normal(size=(60, 30))
    labels = random.permutation(60)
    table = pd.DataFrame(values, labels, [f"step{at}" for at in range(30)])
    union = make_union(transformer, StandardScaler())
    expected = union.fit_transform(table.to_numpy())
    out = pandas_output(union).fit_transform(table)
    assert list(out.index) == list(labels)
    np.testing.assert_allclose(out, expected, rtol=1e-6)


def test_windows_keep_their_dates(random):
    dates = pd.date_range("2025", periods=60, freq="h")
    table = pd.DataFrame({"x": random.normal(size=60)}, dates)
    windows = WindowView(table, lags=np.arange(11, -1, -1))
    for transformer in (FlattenWindows(), MiniRocket(84)):
        chosen = windows[random.permutation(np.arange(12, 60))]
        out = pandas_output(transformer).fit(windows).transform(chosen)
        assert out.index.equals(chosen.index)


def test_texts_beside_numbers():
    table = pd.DataFrame(
        {"text": ["a b", "b", "a a a"], "n": [1.0, 2.0, 3.0]}, [2, 0, 1]
    )
    model = ColumnTransformer(
        [("ids", TokenSequencer(max_length=3), "text"), ("n", "passthrough", ["n"])]
    )
    out = pandas_output(model).fit_transform(table)
    assert list(out.index) == [2, 0, 1]
    assert list(out["n__n"]) == [1.0, 2.0, 3.0]
