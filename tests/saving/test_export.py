"""One plain Keras model of a fitted pipeline, and what Keras makes of it."""

import functools
import gc
import json
import os
import random
import textwrap
import warnings
import weakref
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.optimizers.schedules import ExponentialDecay
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
    clear_compiled_networks,
    export_keras,
    make_supervised,
)
from skseqconv.datasets import make_climate
from skseqconv.networks._own_layers import Ascending
from skseqconv.saving._export import _stock_layer, _with_last_known
from tests.versions.since import need

pytestmark = pytest.mark.trains

#: What outputs may differ by, as a share of their spread. Raw windows are rounded to
#: float32; a network alone sees in both ways the same numbers.
RAW, ALONE = 1e-4, 1e-5

#: Batches divide the samples of all fits, so each network has one program that trains.
SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 2, "batch_size": 20, "epochs": 2}
SMALL |= {"learning_rate": 0.02, "random_state": 0}
#: The last batch is smaller: a program for batches of one size takes longer to compile.
GRU = SMALL | {"n_conv": 1, "gru_units": 4, "batch_size": 64, "epochs": 4}
TCN = {"n_conv": 4, "kernel_size": 4, "residual": 2, "padding": "causal"}
TCN |= {"pool_size": 1, "strides": (3, 1, 2, 1)}
DILATED = {"pool_size": 1, "dilation_rate": "exponential"}
TOKENS = {"embedding_dim": 4, "embedding_dropout": 0.3}
QUANTILES = {"loss": "quantile", "quantiles": (0.1, 0.2, 0.5, 0.9)}

#: Networks by name, with the delays of a regression, or the number of classes.
REGRESSORS = {
    "conv1d": (Conv1DRegressor(**SMALL | {"epochs": 8}), 6),
    "bidirectional": (
        Conv1DGRURegressor(**GRU, bidirectional=True, normalization="layer"),
        6,
    ),
    "segments": (Conv1DGRURegressor(**GRU, strides=3), [1, 6, 12]),
    "strided blocks": (
        Conv1DRegressor(**SMALL | TCN, global_pooling="last", normalization="batch"),
        6,
    ),
    "quantiles of three": (
        Conv1DRegressor(**SMALL, **QUANTILES, window_norm="last"),
        [1, 6, 12],
    ),
}
CLASSIFIERS = {
    "two classes": (Conv1DClassifier(**SMALL | DILATED, global_pooling="average"), 2)
}
READERS = {"tokens": (Conv1DClassifier(**SMALL, **TOKENS, global_pooling="flatten"), 3)}
NAMES = [*REGRESSORS, *CLASSIFIERS, *READERS]
WINDOWER = LookbackWindower(48, step=3, on_missing_history="ignore")
#: The first 45 rows have no whole window.
N_TRAINED = 345


@functools.cache
def climate():
    return make_climate(1250, random_state=0).iloc[:, :4]


@functools.cache
def fitted(name):
    """A fitted pipeline, 1,000 raw windows, and what it gives for them."""
    if name in READERS:
        network, n_classes = READERS[name]
        X = np.random.default_rng(0).integers(0, 30, (1000, 20), dtype=np.int32)
        network.fit(X[:300], (X[:300] == 7).sum(axis=1) % n_classes)
        return network, X, network.predict_proba(X)
    network, delay = REGRESSORS.get(name, (None, 6))
    X, y = make_supervised(climate(), "T (degC)", delay=delay)
    if name in CLASSIFIERS:
        network, n_classes = CLASSIFIERS[name]
        y = np.digitize(y, np.quantile(y, np.arange(1, n_classes) / n_classes))
    pipe = make_pipeline(Standardizer(), WINDOWER, network)
    pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
    X = X[-1000:]
    return pipe, windows_of(X), outputs_of(pipe, X)


@functools.cache
def exported(name):
    """The Keras model of `fitted(name)`."""
    return export_keras(fitted(name)[0])


def windows_of(X):
    return LookbackWindower(48, step=3).fit_transform(X).to_numpy(np.float32)


def outputs_of(pipe, X):
    if hasattr(pipe, "predict_proba"):
        return pipe.predict_proba(X)
    if pipe[-1].loss == "quantile":
        return pipe[-1].predict_quantiles(pipe[:-1].transform(X))
    forecasts = pipe.predict(X)
    return forecasts.reshape(len(forecasts), -1)  # a column for each target


def assert_close(given, wanted, tolerance=RAW, spread=None):
    assert given.shape == wanted.shape
    assert np.abs(given - wanted).max() <= tolerance * (spread or wanted.std())


# The model.


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_what_the_pipeline_gives_and_needs_keras_only(name, tmp_path):
    pipe, windows, wanted = fitted(name)
    path = tmp_path / "model.keras"
    model = export_keras(pipe, path)
    given = model(windows).numpy()
    assert_close(given, wanted)
    assert model(windows[:1]).shape == (1, *wanted.shape[1:])
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(loaded(windows), given)
    with zipfile.ZipFile(path) as file:
        config = json.loads(file.read("config.json"))
    assert set(modules_in(config)) == {"keras"}


def modules_in(config):
    """First parts of the modules that a saved model names, and packages of its own."""
    if isinstance(config, dict):
        for key, value in config.items():
            if key == "module" and value != "builtins":
                yield str(value).partition(".")[0]
            if key == "registered_name" and ">" in str(value):
                yield value.partition(">")[0]
            yield from modules_in(value)
    if isinstance(config, list):
        for value in config:
            yield from modules_in(value)


@pytest.mark.parametrize("name", ["bidirectional", "two classes"])
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_a_network_alone_takes_what_it_sees(name):
    pipe, windows, wanted = fitted(name)
    scaled = ((windows - pipe[0].mean_) / pipe[0].scale_).astype(np.float32)
    wanted = outputs_of(pipe[-1:], scaled)
    assert_close(export_keras(pipe[-1])(scaled).numpy(), wanted, ALONE)


@pytest.mark.parametrize("name", REGRESSORS)
def test_the_networks_have_learned_something_to_get_wrong(name):
    _, windows, wanted = fitted(name)
    last = windows[:, -1, list(climate()).index("T (degC)")]
    changes = wanted - last.reshape(-1, *[1] * (wanted.ndim - 1))
    assert changes.std() > 0.05 * wanted.std()
    assert wanted.std() > 0.5


@pytest.mark.parametrize("name", ["bidirectional", "tokens"])
def test_nothing_of_dropout_is_left(name):
    _, windows, _ = fitted(name)
    model = exported(name)
    np.testing.assert_array_equal(model(windows, training=True), model(windows))


def test_names_that_operations_may_have_are_left_to_them():
    """Keras names the first operations of a process "add_1", "add_2" and so on."""
    X = np.random.default_rng(0).normal(size=(60, 16, 1))
    network = Conv1DRegressor(**SMALL | TCN, target_channel=0)
    network.initialize(X, X[:, -1, 0])
    exported = export_keras(network).get_layer("conv1d")
    ours = {layer.name for layer in network.model_.layers}
    assert {"add_2", "add_4", "window_norm"} <= ours
    assert ours & {layer.name for layer in exported.layers} == {"window"}


def test_quantiles_ascend():
    _, windows, _ = fitted("quantiles of three")
    outputs = exported("quantiles of three")(windows).numpy()
    assert outputs.shape == (1000, 3, 4)
    assert (np.diff(outputs, axis=2) > 0).all()


@pytest.mark.parametrize(
    ("y_shape", "quantiles"),
    [
        ((60,), None),
        ((60, 1), None),
        ((60,), (0.2, 0.5, 0.7)),
        ((60, 1), (0.2, 0.5, 0.7)),
        ((60, 2), (0.2, 0.5, 0.7)),
    ],
)
def test_outputs_have_a_column_for_each_target(y_shape, quantiles):
    """As Keras' models give them, whatever the dimensions of y were; quantiles as
    predict_quantiles gives them."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 16, 1)), random.normal(size=y_shape)
    loss = {"loss": "quantile", "quantiles": quantiles} if quantiles else {}
    network = Conv1DRegressor(**SMALL | {"epochs": 1}, **loss).fit(X, y)
    model = export_keras(network)
    shape = (1,) if len(y_shape) == 1 else y_shape[1:]
    if quantiles:
        shape = (*y_shape[1:], 3)
        wanted = network.predict_quantiles(X)
    else:
        wanted = network.predict(X).reshape(60, -1)
    assert model.output_shape == (None, *shape)
    assert_close(model(X.astype(np.float32)).numpy(), wanted, spread=1.0)


def test_the_newest_value_alone_becomes_the_last_known():
    nan = np.nan
    windows = np.array(
        [
            [[1, nan], [2, 5], [nan, nan]],
            [[1, 4], [nan, 5], [nan, nan]],
            [[nan, 4], [nan, 5], [nan, 6]],  # nothing is known
            [[nan, 4], [nan, 5], [3, 6]],
        ],
        dtype=np.float32,
    )
    expected = windows.copy()
    expected[[0, 1], -1, 0] = [2, 1]
    np.testing.assert_array_equal(_with_last_known(windows, [0]), expected)
    expected[[0, 1], -1, 1] = 5
    np.testing.assert_array_equal(_with_last_known(windows, [0, 1]), expected)


def test_gradients_of_a_forecast():
    """What gradient explainers take: a column of the outputs, by the windows."""
    _, windows, _ = fitted("bidirectional")
    values, model = tf.constant(windows[:5]), exported("bidirectional")
    with tf.GradientTape() as tape:
        tape.watch(values)
        first = model(values)[:, 0]
    gradients = tape.gradient(first, values).numpy()
    assert gradients.shape == (5, 16, 4)
    assert np.abs(gradients).max(axis=(1, 2)).min() > 0


def test_loss_and_optimizer_are_of_no_account():
    X, y = make_supervised(climate(), "T (degC)", delay=6)
    network = Conv1DRegressor(
        **SMALL | {"learning_rate": None},
        loss=lambda y_true, y_pred: keras.ops.mean((y_true - y_pred) ** 2, axis=-1),
        optimizer=keras.optimizers.SGD(ExponentialDecay(0.01, 9, 0.5)),
    )
    pipe = make_pipeline(Standardizer(), WINDOWER, network)
    pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
    model = export_keras(pipe)
    assert_close(model(windows_of(X)).numpy(), outputs_of(pipe, X))


def test_mixed_precision_becomes_single():
    X, y = make_supervised(climate(), "T (degC)", delay=6)
    pipe = make_pipeline(Standardizer(), WINDOWER, Conv1DRegressor(**SMALL))
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
        model = export_keras(pipe)
        wanted = outputs_of(pipe, X)
    finally:
        keras.config.set_dtype_policy(before)
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert_close(model(windows_of(X)).numpy(), wanted, 0.02)


# The steps.

SCALERS = {
    "standard": StandardScaler(),
    "no mean": StandardScaler(with_mean=False),
    "no std": StandardScaler(with_std=False),
    "range": MinMaxScaler((-1, 2)),
    "clipped": MinMaxScaler((-3, 3), clip=True),
    "robust": RobustScaler(unit_variance=True),
    "not centered": RobustScaler(with_centering=False),
    "largest": MaxAbsScaler(),
    "mean": SimpleImputer(),
    "constant": SimpleImputer(strategy="constant", fill_value=7.5),
    "both": make_pipeline(SimpleImputer(), "passthrough", StandardScaler()),
}
if "clip" in MaxAbsScaler().get_params():  # since scikit-learn 1.8
    SCALERS["largest, clipped"] = MaxAbsScaler(clip=True)


@functools.cache
def trained_network():
    """A network on windows of 16 steps and 4 channels, that no scale silences."""
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 16, 4)) * 3
    y = X[:, -1, 0] + X[:, :, 1].max(axis=1)
    return Conv1DRegressor(**SMALL, activation="leaky_relu", window_norm=None).fit(
        X, y / y.std()
    )


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("name", SCALERS)
def test_row_wise_steps_before_and_after_the_windower(name, first):
    rows = climate().iloc[:400].to_numpy(copy=True)
    rows[:, 1] -= 20
    if name in ("mean", "constant", "both"):
        rows[::7, 2] = np.nan
    X, y = make_supervised(rows, 0, delay=1)
    step = PerStep(SCALERS[name])
    steps = (step, WINDOWER) if first else (WINDOWER, step)
    pipe = make_pipeline(*steps).fit(X[:200], y[:200])  # clips some of the others
    pipe.steps.append(("network", trained_network()))
    wanted = outputs_of(pipe, X)
    assert wanted.std() > 0.01
    assert_close(export_keras(pipe)(windows_of(X)).numpy(), wanted, spread=1.0)


def test_standardizer_in_several_places():
    X, y = make_supervised(climate(), "T (degC)", delay=6)
    pipe = make_pipeline(
        make_pipeline(Standardizer(with_std=False), None),
        WINDOWER,
        Standardizer(with_mean=False),
        Conv1DRegressor(**SMALL),
    )
    pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
    assert_close(export_keras(pipe)(windows_of(X)).numpy(), outputs_of(pipe, X))


@pytest.mark.parametrize("scaler", [StandardScaler(), Standardizer()])
def test_columns_of_a_table_as_steps(scaler):
    X = np.random.default_rng(0).normal(size=(200, 16)) + np.arange(16)
    pipe = make_pipeline(scaler, Conv1DClassifier(**SMALL)).fit(X, X[:, 3] > 3)
    model = export_keras(pipe)
    assert model.input_shape == (None, 16, 1)
    windows = X[:, :, None].astype(np.float32)
    assert_close(model(windows).numpy(), pipe.predict_proba(X))


@pytest.mark.parametrize("inside", [True, False])
def test_the_best_of_a_search(inside):
    X, y = make_supervised(climate(), "T (degC)", delay=6)
    network, cv = Conv1DRegressor(**SMALL), [(np.arange(145), np.arange(151, 200))]
    if inside:
        search = GridSearchCV(network, {"epochs": [1]}, cv=cv)
        search = make_pipeline(Standardizer(), WINDOWER, search)
    else:
        pipe = make_pipeline(Standardizer(), WINDOWER, network)
        search = GridSearchCV(pipe, {"conv1dregressor__epochs": [1]}, cv=cv)
    search.fit(X[:N_TRAINED], y[:N_TRAINED])
    wanted = search.predict(X)[:, None]
    for model in (search, FrozenEstimator(search)):
        assert_close(export_keras(model)(windows_of(X)).numpy(), wanted)


def test_a_threshold_leaves_the_probabilities():
    X = np.random.default_rng(0).normal(size=(60, 16))
    pipe = make_pipeline(Standardizer(), Conv1DClassifier(**SMALL))
    model = FixedThresholdClassifier(pipe, threshold=0.9).fit(X, X[:, 3] > 0)
    windows = X[:, :, None].astype(np.float32)
    assert_close(export_keras(model)(windows).numpy(), model.predict_proba(X))


# What is left of it.


def test_it_is_a_copy_that_keeps_nothing_alive():
    X, y = make_supervised(climate(), "T (degC)", delay=6)
    pipe = make_pipeline(Standardizer(), WINDOWER, Conv1DRegressor(**SMALL))
    pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
    forecasts, state = pipe.predict(X[500:]), random.getstate()
    model = export_keras(pipe)
    assert random.getstate() == state
    np.testing.assert_array_equal(pipe.predict(X[500:]), forecasts)
    before = model(windows_of(X[500:]))
    assert not model.compiled
    pipe.fit(X[600:900], y[600:900])
    np.testing.assert_array_equal(model(windows_of(X[500:])), before)
    pipe.fit(X[:N_TRAINED], y[:N_TRAINED])
    np.testing.assert_array_equal(pipe.predict(X[500:]), forecasts)
    with pipe[-1]._network() as lent:
        network = weakref.ref(lent.model)
    del pipe, lent
    clear_compiled_networks()
    gc.collect()
    assert network() is None


# What it refuses.


def in_front_of(network, *steps):
    pipe = make_pipeline(*steps)
    pipe.steps.append(("network", network))
    return pipe


ROWS = np.random.default_rng(0).normal(size=(60, 4))
SOME_MISSING = np.where(ROWS > 1, np.nan, ROWS)
NO_THIRD = np.where(np.arange(4) == 2, np.nan, ROWS)


@pytest.mark.parametrize(
    ("step", "rows", "message"),
    [
        (PerStep(PCA()), ROWS, r"step 'perstep' \(PCA\) .* not one of .*MinMaxScaler"),
        (PerStep(SimpleImputer(add_indicator=True)), SOME_MISSING, "adds or drops"),
        (PerStep(SimpleImputer()), NO_THIRD, "adds or drops"),
        (PerStep(SimpleImputer(missing_values=-1)), ROWS, "values other than nan"),
    ],
)
@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
def test_steps_that_are_not_known(step, rows, message):
    pipe = in_front_of(trained_network(), step.fit(rows), WINDOWER)
    with pytest.raises(ValueError, match=message) as caught:
        export_keras(pipe)
    assert "export_keras(pipeline[-1])" in str(caught.value)


def test_texts_are_cut_outside():
    texts = ["a good film", "not bad at all", "a bad film", "not good at all"] * 10
    network = Conv1DClassifier(**SMALL | {"n_conv": 1}, embedding_dim=4)
    pipe = make_pipeline(TokenSequencer(max_length=6), network)
    pipe.fit(texts, [1, 1, 0, 0] * 10)
    message = r"'tokensequencer' \(TokenSequencer\).*takes token ids"
    with pytest.raises(ValueError, match=message):
        export_keras(pipe)
    ids = pipe[0].transform(texts)
    assert_close(export_keras(pipe[-1])(ids).numpy(), pipe.predict_proba(texts), ALONE)


@pytest.mark.parametrize(
    "last",
    [
        PersistenceRegressor(),
        FlatWindowRegressor(Ridge()),
        TransformedTargetRegressor(Conv1DRegressor(**SMALL)),
        GridSearchCV(Conv1DRegressor(**SMALL), {"epochs": [1]}, cv=3, refit=False),
    ],
    ids=lambda last: type(last).__name__,
)
def test_only_networks_can_be_exported(last):
    X = np.random.default_rng(0).normal(size=(60, 16, 1))
    last.fit(X, X[:, -1, 0])
    with pytest.raises(ValueError, match=rf"is a {type(last).__name__}, and must be a"):
        export_keras(make_pipeline(last))


def test_layers_of_others_are_refused_unless_they_name_a_stand_in():
    class Doubled(keras.layers.Dense):
        """Computes something else than its base class."""

    message = r"'one' \(Doubled\) cannot be exported: it is not a layer of Keras"
    with pytest.raises(ValueError, match=message):
        _stock_layer(Doubled(3, name="one"))
    Doubled.stock_class = keras.layers.Dense
    stock = _stock_layer(Doubled(3, name="one"))
    assert (type(stock), stock.units) == (keras.layers.Dense, 3)


def test_a_pipeline_that_is_not_fitted():
    with pytest.raises(NotFittedError):
        export_keras(make_pipeline(Standardizer(), WINDOWER, Conv1DRegressor()))


@pytest.mark.parametrize("name", ["model.h5", "model"])
def test_the_name_of_a_file(name, tmp_path):
    with pytest.raises(ValueError, match=rf"{name}' must end in '.keras'"):
        export_keras(fitted("tokens")[0], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_file_stays_whole_if_saving_fails(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    path.write_bytes(b"the one before")

    def full(*paths):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="no space left"):
            export_keras(fitted("tokens")[0], path)
    assert path.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [path]
    export_keras(fitted("tokens")[0], path)
    assert zipfile.is_zipfile(path)


def test_no_warning_of_keras_gets_through(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        export_keras(fitted("tokens")[0], tmp_path / "model.keras")


# What serves it.

ALONE_WITH_KERAS = """
    import sys
    for name in ("skseqconv", "sklearn", "scikeras"):
        sys.modules[name] = None
    import keras, numpy
    model = keras.models.load_model("model.keras")
    numpy.save("outputs.npy", model.predict(numpy.load("windows.npy"), verbose=0))
"""


@pytest.mark.processes
def test_a_process_without_this_package(tmp_path, run_python):
    pipe, windows, wanted = fitted("bidirectional")
    export_keras(pipe, tmp_path / "model.keras")
    np.save(tmp_path / "windows.npy", windows)
    run_python(textwrap.dedent(ALONE_WITH_KERAS), cwd=tmp_path)
    assert_close(np.load(tmp_path / "outputs.npy"), wanted)


def test_saved_model(tmp_path):
    _, windows, wanted = fitted("tokens")
    model, path = exported("tokens"), tmp_path / "model"
    model.export(path, format="tf_saved_model", verbose=False)
    served = tf.saved_model.load(path)
    assert_close(served.serve(windows).numpy(), wanted)
    assert served.serve(windows[:3]).shape == (3, *wanted.shape[1:])


@pytest.mark.parametrize(
    "name", ["bidirectional", "strided blocks", "quantiles of three", "tokens"]
)
def test_onnx(name, tmp_path):
    reason = "ONNX needs the extra 'onnx'"
    pytest.importorskip("tf2onnx", reason=reason)
    onnxruntime = pytest.importorskip("onnxruntime", reason=reason)
    _, windows, wanted = fitted(name)
    path = str(tmp_path / "model.onnx")
    exported(name).export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    [entry] = session.get_inputs()
    assert entry.name == ("tokens" if name in READERS else "window")
    [outputs] = session.run(None, {entry.name: windows})
    assert_close(outputs, wanted)
    assert session.run(None, {entry.name: windows[:3]})[0].shape[0] == 3


OTHER_PACKAGE = pytest.mark.filterwarnings(r"ignore:\s*Warning. tf.lite.Interpreter is")


def need_litert():
    need("keras", "3.13", "it exports nothing to LiteRT")


@OTHER_PACKAGE
def test_litert(tmp_path):
    need_litert()
    _, windows, wanted = fitted("strided blocks")
    model, path = exported("strided blocks"), str(tmp_path / "model.tflite")
    model.export(path, format="litert", verbose=False)
    assert_close(interpreted(path, windows), wanted)
    assert interpreted(path, windows[:3]).shape == (3, *wanted.shape[1:])


@OTHER_PACKAGE
def test_litert_of_quantiles_on_both_sides_and_on_one(tmp_path):
    need_litert()
    entry = keras.Input((2, 3))
    quantiles = [Ascending(middle).stock_call(entry) for middle in range(3)]
    model = keras.Model(entry, keras.layers.Concatenate()(quantiles))
    path = str(tmp_path / "model.tflite")
    model.export(path, format="litert", verbose=False)
    values = np.random.default_rng(0).normal(size=(50, 2, 3)).astype(np.float32)
    wanted = np.concatenate([Ascending(middle)(values) for middle in range(3)], axis=-1)
    assert_close(interpreted(path, values), wanted)


@OTHER_PACKAGE
def test_litert_of_a_gru_on_batches_of_one_size(tmp_path):
    need_litert()
    _, windows, wanted = fitted("bidirectional")
    model, path = exported("bidirectional"), str(tmp_path / "model.tflite")
    signature = [keras.InputSpec("float32", shape=windows.shape)]
    model.export(path, format="litert", verbose=False, input_signature=signature)
    assert_close(interpreted(path, windows), wanted)


def interpreted(path, windows):
    interpreter = tf.lite.Interpreter(path)
    entry = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(entry, windows.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, windows)
    interpreter.invoke()
    [result] = interpreter.get_output_details()
    return interpreter.get_tensor(result["index"])
