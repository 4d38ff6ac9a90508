"""`export_keras` of networks with a mask: the model masks padding by itself."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Standardizer,
    export_keras,
    load,
    save,
)
from skseqconv.inputs._padded import padded

from .test_export import modules_in

pytestmark = pytest.mark.trains

SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "epochs": 1, "random_state": 0}
NETWORKS = {
    "max": Conv1DClassifier(**SMALL, padding="same", normalization="batch"),
    "gru": Conv1DGRUClassifier(
        **SMALL, gru_units=4, bidirectional=True, strides=2, padding="causal"
    ),
}


@pytest.fixture(scope="module", params=NETWORKS)
def served(request, tmp_path_factory):
    """A fitted pipeline, a padded panel, its probabilities, the model and its file."""
    random = np.random.default_rng(0)
    X = [random.normal(size=(n, 2)) for n in random.integers(12, 31, size=24)]
    pipe = make_pipeline(Standardizer(), NETWORKS[request.param])
    wanted = pipe.fit(X, np.arange(24) % 3).predict_proba(X)
    path = tmp_path_factory.mktemp("served") / "model.keras"
    model = export_keras(pipe, path)
    return pipe, padded(X).astype(np.float32), wanted, model, path


def test_a_file_of_keras_alone(served):
    _, panel, wanted, model, path = served
    np.testing.assert_allclose(model(panel), wanted, atol=1e-6)
    np.testing.assert_array_equal(keras.models.load_model(path)(panel), model(panel))
    with zipfile.ZipFile(path) as file:
        config = json.loads(file.read("config.json"))
    assert set(modules_in(config)) == {"keras"}


def test_a_saved_model_and_onnx(served, tmp_path):
    _, panel, wanted, model, _ = served
    model.export(tmp_path / "model", format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    np.testing.assert_allclose(loaded.serve(panel), wanted, atol=1e-6)
    reason = "ONNX needs the extra 'onnx'"
    pytest.importorskip("tf2onnx", reason=reason)
    onnxruntime = pytest.importorskip("onnxruntime", reason=reason)
    path = str(tmp_path / "model.onnx")
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    [outputs] = session.run(None, {"window": panel})
    np.testing.assert_allclose(outputs, wanted, atol=1e-6)


def test_a_file_of_the_package(served, tmp_path):
    pipe, panel, *_ = served
    save(pipe, tmp_path / "pipe.skops")
    again, wanted = load(tmp_path / "pipe.skops"), pipe.predict_proba(panel)
    np.testing.assert_array_equal(again.predict_proba(panel), wanted)
