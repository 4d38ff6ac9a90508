"""What SHAP's explainers need: plain arrays in and out, and gradients."""

from itertools import permutations

import numpy as np
import pytest
import tensorflow as tf
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    export_keras,
    make_supervised,
)

pytestmark = pytest.mark.trains

SMALL = {"n_conv": 1, "filters": 4, "validation_split": 0, "random_state": 0}


@pytest.fixture(scope="module")
def forecast():
    """An exported forecast, and raw windows: y is the driver two rows ago."""
    series = np.random.default_rng(0).normal(size=(500, 3))
    series[3:, 0] = series[:-3, 1]
    X, y = make_supervised(series, 0)
    network = Conv1DRegressor(epochs=15, learning_rate=0.01, **SMALL)
    model = make_pipeline(Standardizer(), LookbackWindower(6), network)
    model.fit(X[:400], y[:400])
    windows = LookbackWindower(6).fit_transform(X)[10:]
    return export_keras(model), windows.to_numpy(np.float32)


@pytest.fixture(scope="module")
def classes():
    """A network with three classes, and panels."""
    panel = np.random.default_rng(1).normal(size=(90, 6, 2)).astype(np.float32)
    labels = np.digitize(panel[:, :, 1].mean(axis=1), [-0.2, 0.2])
    return Conv1DClassifier(epochs=5, **SMALL).fit(panel, labels), panel


@pytest.fixture(scope="module")
def steps():
    """A Pipeline that takes plain tables: the steps of one channel."""
    table = np.random.default_rng(2).normal(size=(120, 5))
    network = Conv1DRegressor(epochs=30, kernel_size=2, learning_rate=0.02, **SMALL)
    return make_pipeline(network).fit(table, table[:, 3]), table


def test_exported_models_have_columns_and_gradients(forecast):
    """Integrated gradients add up to the difference from the baseline."""
    model, windows = forecast
    assert model.output_shape == (None, 1)
    assert [one.dtype for one in model.inputs] == ["float32"]
    start, end = windows[:1].mean(axis=1, keepdims=True) + 0 * windows[:1], windows[300]
    shares = (np.arange(400, dtype=np.float32) + 0.5) / 400
    line = tf.constant(start + shares[:, None, None] * (end - start))
    with tf.GradientTape() as tape:
        tape.watch(line)
        outputs = model(line)
    assert outputs.shape == (400, 1) and outputs.dtype == tf.float32
    gradient = tape.gradient(outputs, line).numpy().mean(axis=0)
    effects = gradient * (end - start[0])
    ends = model(np.stack([start[0], end])).numpy()[:, 0]
    np.testing.assert_allclose(effects.sum(), ends[1] - ends[0], rtol=0.02, atol=0.01)
    assert np.abs(effects).sum(axis=0).argmax() == 1


def test_predictions_of_plain_arrays_do_not_depend_on_their_number(steps, classes):
    """KernelExplainer mixes rows with those of a background, in one large array."""
    model, table = steps
    alone = np.concatenate([model.predict(row[None]) for row in table[:5]])
    together = model.predict(np.repeat(table[:5], 300, axis=0))
    assert together.shape == (1500,)
    np.testing.assert_allclose(together[::300], alone, rtol=1e-5, atol=1e-6)
    network, panel = classes
    assert network.predict_proba(np.repeat(panel[:2], 50, axis=0)).shape == (100, 3)


# The explainers themselves.


@pytest.fixture
def shap():
    return pytest.importorskip("shap", reason="shap is an extra")


# GradientExplainer puts the only input into a list.
@pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning")
def test_gradient_explainer(shap, forecast, classes):
    model, windows = forecast
    explainer = shap.GradientExplainer(model, windows[:50])
    values = explainer.shap_values(windows[300:310], nsamples=400, rseed=0)
    assert np.shape(values) == (10, 6, 3, 1)
    assert np.abs(values).sum(axis=(0, 1, 3)).argmax() == 1
    expected = model(windows[300:310]).numpy() - model(windows[:50]).numpy().mean()
    sums = np.sum(values, axis=(1, 2))
    assert np.abs(sums - expected).mean() < 0.2 * np.abs(expected).mean()
    network, panel = classes
    explainer = shap.GradientExplainer(export_keras(network), panel[:30])
    values = explainer.shap_values(panel[50:53], nsamples=50, rseed=0)
    assert np.shape(values) == (3, 6, 2, 3)


def test_kernel_explainer(shap, steps, classes):
    """Of five features it tries all subsets: its values are exact."""
    model, table = steps
    explainer = shap.KernelExplainer(model.predict, table[:10])
    values = explainer.shap_values(table[100:101], nsamples=100, silent=True)
    exact = shapley_values(model.predict, table[100], table[:10])
    np.testing.assert_allclose(values[0], exact, atol=1e-4)
    network, panel = classes
    explainer = shap.KernelExplainer(
        lambda rows: network.predict_proba(rows.reshape(-1, 6, 2)),
        panel[:5].reshape(5, -1),
    )
    values = explainer.shap_values(panel[60:61].reshape(1, -1), silent=True)
    assert np.shape(values) == (1, 12, 3)


def shapley_values(predict, row, background):
    """By their definition: the mean gain of a feature over all orders."""
    gains = np.zeros(len(row))
    orders = list(permutations(range(len(row))))
    rows = []
    for order in orders:
        mixed = background.copy()
        rows.append(mixed.copy())
        for feature in order:
            mixed[:, feature] = row[feature]
            rows.append(mixed.copy())
    outputs = predict(np.concatenate(rows)).reshape(len(orders), -1, len(background))
    for order, output in zip(orders, outputs.mean(axis=2), strict=True):
        gains[list(order)] += np.diff(output)
    return gains / len(orders)
