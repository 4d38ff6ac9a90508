"""`metrics` in the history, and `monitor`, which early stopping watches."""

import pickle

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    get_scorer_names,
    mean_absolute_error,
    mean_pinball_loss,
    r2_score,
    roc_auc_score,
)

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    HistoryDisplay,
    LookbackWindower,
    load,
    make_supervised,
    save,
)
from skseqconv._metrics import best_is
from skseqconv.engine import _pool
from skseqconv.engine._metrics import named
from skseqconv.engine._training import Stopping
from tests.versions.since import need

SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "batch_size": 16, "epochs": 3}
GRU = {"gru_units": 4, "recurrent_dropout": 0.3}


def network(Estimator=Conv1DClassifier, **parameters):
    own = GRU if Estimator is Conv1DGRUClassifier else {}
    given = {"random_state": 0, "learning_rate": 0.02, **parameters}
    return Estimator(**{**SMALL, **own, **given})


random = np.random.default_rng(0)
Y = random.integers(0, 2, size=(120, 3))
X = random.normal(size=(120, 10, 3)) + Y[:, None, :] * 0.4
LABELS = np.array(["poor", "fair", "good"])[Y[:, :2].sum(axis=1)]
LEARNED, HELD = slice(0, 80), slice(80, 120)
TARGETS = {"two classes": Y[:, 0], "classes": LABELS, "labels": Y}
TARGETS["two words"] = np.where(Y[:, 0], "good", "poor")


def fit(model, y, weight=None, **options):
    options = {
        "X_val": X[HELD],
        "y_val": y[HELD],
        "sample_weight_val": weight,
        **options,
    }
    return model.fit(X[LEARNED], y[LEARNED], **options)


def after_each_epoch(model, y, **options):
    """The same fit, after each of its epochs."""
    for epochs in range(1, model.epochs + 1):
        yield fit(clone(model).set_params(epochs=epochs, metrics=None), y, **options)


# The same as scikit-learn and Keras compute.


@pytest.mark.trains
@pytest.mark.parametrize(
    ("kind", "weighted"), [("two classes", False), ("classes", True), ("labels", True)]
)
def test_scores_of_classes_are_those_of_scikit_learn(kind, weighted):
    y, names = TARGETS[kind], ["roc_auc_ovr", "f1_macro"]
    if kind != "labels":
        names.append("balanced_accuracy")
    weight = np.linspace(0.5, 2, 40) if weighted else None
    model = fit(network(metrics=names), y, weight)
    expected = {name: [] for name in names}
    for same in after_each_epoch(model, y):
        p, labels = same.predict_proba(X[HELD]), same.predict(X[HELD])
        p = p[:, 1] if kind == "two classes" else p
        area = roc_auc_score(y[HELD], p, multi_class="ovr", sample_weight=weight)
        f1 = f1_score(
            y[HELD], labels, average="macro", sample_weight=weight, zero_division=0
        )
        expected["roc_auc_ovr"].append(area)
        expected["f1_macro"].append(f1)
        if kind != "labels":
            score = balanced_accuracy_score(y[HELD], labels, sample_weight=weight)
            expected["balanced_accuracy"].append(score)
    for name, values in expected.items():
        assert_allclose(model.history_[f"val_{name}"], values, rtol=1e-6)
        assert name not in model.history_


@pytest.mark.trains
def test_scores_of_values_are_in_the_units_of_y(weather):
    """Of forecasts that start from a level, with several outputs."""
    X, y = make_supervised(weather, "T (degC)", delay=[6, 9])
    windows = LookbackWindower(12).fit_transform(X)
    model = network(Conv1DRegressor, metrics=["r2", "neg_mean_absolute_error", "mae"])
    learned, held = slice(12, 140), slice(140, 240)
    given = {"X_val": windows[held], "y_val": y[held]}
    model.fit(windows[learned], y[learned], **given)
    for epoch in range(3):
        same = clone(model).set_params(epochs=epoch + 1, metrics="mae")
        predicted = same.fit(windows[learned], y[learned], **given).predict(
            windows[held]
        )
        error = mean_absolute_error(y[held], predicted)
        history = model.history_
        assert_allclose(
            history["val_r2"][epoch], r2_score(y[held], predicted), rtol=1e-5
        )
        assert_allclose(
            -history["val_neg_mean_absolute_error"][epoch], error, rtol=1e-5
        )
        scaled = np.abs(predicted - y[held]).reshape(100, -1)
        scaled = scaled / same.target_encoder_.scale_
        assert_allclose(history["val_mae"][epoch], scaled.mean(), rtol=1e-4)


@pytest.mark.trains
def test_quantiles_are_scored_by_their_median(task):
    X, y = task
    windows = LookbackWindower(12).fit_transform(X)[12:300]
    model = network(
        Conv1DRegressor,
        loss="quantile",
        metrics=["neg_mean_absolute_error"],
        validation_split=0.2,
        epochs=1,
    ).fit(windows, y[12:300])
    held = windows[-58:]
    pinball = mean_pinball_loss(y[12:300][-58:], model.predict(held))
    score = model.history_["val_neg_mean_absolute_error"][0]
    assert_allclose(-score, 2 * pinball, rtol=1e-5)
    with pytest.raises(ValueError, match="'mae' of Keras, which does not fit loss='qu"):
        model.set_params(metrics="mae").fit(windows, y[12:300])


@pytest.mark.trains
@pytest.mark.parametrize("kind", ["two classes", "classes", "labels"])
def test_metrics_of_keras_are_those_of_keras(kind):
    y = TARGETS[kind]
    objects = [
        keras.metrics.AUC(num_thresholds=50, name="area"),
        keras.metrics.F1Score(average="macro", threshold=0.5),
    ]
    model = network(metrics=["auc", "mse", *objects], epochs=1)
    fit(model, y)
    columns = -1 if kind == "two classes" else slice(None)
    p = model.predict_proba(X[HELD])[:, columns].reshape(40, -1)
    targets = y[HELD].reshape(40, -1)
    if kind == "classes":
        targets = (y[HELD][:, None] == model.classes_).astype(int)
    theirs = {
        "auc": keras.metrics.AUC(),
        "mse": keras.metrics.MeanSquaredError(),
        "area": keras.metrics.AUC(num_thresholds=50),
        "f1_score": keras.metrics.F1Score(average="macro", threshold=0.5),
    }
    for name, metric in theirs.items():
        metric.update_state(targets.astype(np.float32), p.astype(np.float32))
        expected = float(metric.result())
        assert_allclose(model.history_[f"val_{name}"], expected, rtol=1e-5)
        assert len(model.history_[name]) == 1
    for one in objects:  # only copies have seen samples
        assert all(not np.any(variable.numpy()) for variable in one.variables)


# Metrics change nothing else.


@pytest.mark.trains
def test_a_fit_with_metrics_learns_the_same():
    """Of a GRU, which draws random numbers in predictions, too."""
    plain = fit(network(Conv1DGRUClassifier, batch_size=32), Y)
    metrics = ["roc_auc", "precision"]
    watched = fit(network(Conv1DGRUClassifier, batch_size=32, metrics=metrics), Y)
    for name in list(plain.history_):
        assert watched.history_[name] == plain.history_[name]
    assert_array_equal(watched.predict_proba(X), plain.predict_proba(X))


@pytest.mark.trains
def test_networks_are_shared_by_those_who_measure_the_same():
    def slot_of(**parameters):
        model = network(filters=5, **parameters).initialize(X, Y)
        [slot] = [one for one in _pool._slots if one.owner() is model._weights]
        return slot

    _pool.clear_compiled_networks()
    plain = slot_of()
    assert slot_of(metrics=None) is plain
    assert slot_of(metrics=["accuracy"]) is plain
    assert slot_of(metrics="roc_auc") is plain
    measuring = slot_of(metrics=["auc"])
    assert measuring is not plain
    assert slot_of(metrics=[keras.metrics.AUC(name="auc", num_thresholds=9)]) not in (
        plain,
        measuring,
    )
    nine = [slot_of(metrics=keras.metrics.AUC(name="b")) for _ in range(2)]
    assert nine[0] is nine[1]
    own = [slot_of(metrics=Counted()) for _ in range(2)]
    assert own[0] is not own[1]


class Counted(keras.metrics.Metric):
    """A user's own metric: how many samples there were."""

    def __init__(self, name="counted", **options):
        super().__init__(name=name, **options)
        self.n = self.add_variable((), "zeros", name="n")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.n.assign_add(keras.ops.cast(keras.ops.shape(y_true)[0], "float32"))

    def result(self):
        return self.n


@pytest.mark.trains
def test_a_metric_of_the_users_own():
    model = fit(network(metrics=Counted()), Y)
    assert model.history_["counted"] == [80.0] * 3
    assert model.history_["val_counted"] == [40.0] * 3
    with pytest.raises(ValueError, match="'val_counted': Keras does not know whether"):
        fit(model.set_params(early_stopping=True, monitor="val_counted"), Y)


@pytest.mark.trains
def test_files_and_fits_that_go_on(tmp_path):
    metrics = ["auc", keras.metrics.Precision(name="sure", thresholds=0.7), "roc_auc"]
    model = fit(network(metrics=metrics, epochs=1), Y)
    save(model, tmp_path / "model.skops")
    for same in (load(tmp_path / "model.skops"), pickle.loads(pickle.dumps(model))):
        assert_array_equal(same.predict_proba(X), model.predict_proba(X))
        assert same.metrics[1].get_config() == metrics[1].get_config()
        fit(same.set_params(warm_start=True), Y)
        assert len(same.history_["val_sure"]) == 1
        fit(same.set_params(metrics="recall"), Y)  # other metrics stop nothing
        assert "val_recall" in same.history_
    model.partial_fit(X[LEARNED], Y[LEARNED])  # it holds nothing out
    assert len(model.history_["auc"]) == 2
    assert np.isnan(model.history_["val_roc_auc"][1])
    assert clone(model).metrics[1].get_config() == metrics[1].get_config()


# Refusals, before training.


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (
            "roc_auc_score",
            "metrics='roc_auc_score' is neither.* Did you mean 'roc_auc'",
        ),
        ("mean_absolut_error", "Did you mean 'mean_absolute_error' or 'neg_mean_abs"),
        (["auc", "f1_marco"], "metrics='f1_marco' .* Did you mean 'f1_macro'"),
        ("xyzzy", r"get_scorer_names\(\). For a metric of your own, give an object of"),
        ("mean", "metrics='mean' is neither"),
        (["auc", "auc"], "metrics has 'auc' twice"),
        ([keras.metrics.AUC(name="auc"), "auc"], "metrics has 'auc' twice"),
        ("loss", "metrics has 'loss', which is the name of the loss"),
        ("val_auc", "metrics has 'val_auc', which begins with 'val_'"),
        ("sensitivity_at_specificity", "needs arguments: give an object of keras.met"),
        ([roc_auc_score], "no name and no object of Keras.*MeanMetricWrapper"),
        (3, "The 'metrics' parameter of Conv1DClassifier must be"),
    ],
)
def test_unknown_metrics_are_refused(metrics, message):
    model = network(metrics=metrics)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    assert not model.initialized_


@pytest.fixture
def no_training(monkeypatch):
    def never(*arguments, **options):
        raise AssertionError("trained")

    monkeypatch.setattr("skseqconv.estimators._network_trained.train", never)


@pytest.mark.trains
@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(
    ("kind", "metrics", "message"),
    [
        (
            "classes",
            "sparse_categorical_accuracy",
            "targets, a column of 0 and 1 per cl",
        ),
        ("labels", "top_k_categorical_accuracy", "a column of 0 and 1 per label. Use"),
        ("two classes", "categorical_accuracy", "one column of 0 and 1. Use 'accur"),
        (
            "labels",
            "f1_score",
            r"gives \(3,\) values and must give one number.*average",
        ),
        (
            "classes",
            "roc_auc",
            "'roc_auc' of scikit-learn cannot be computed on the va",
        ),
        ("classes", "r2", "metrics='r2' of scikit-learn cannot be computed"),
        ("classes", "f1", "average.* Use 'f1_macro', the mean over the classes"),
        ("two words", "f1", "pos_label.* Use 'f1_macro', .* or the labels 0 and 1"),
    ],
)
def test_metrics_that_do_not_fit_are_refused(kind, metrics, message):
    model = network(metrics=metrics)
    with pytest.raises(ValueError, match=message):
        fit(model, TARGETS[kind])
    assert not model.initialized_


@pytest.mark.trains
@pytest.mark.usefixtures("no_training")
def test_scores_need_samples_that_can_be_scored():
    message = "'roc_auc' of scikit-learn, .*Set validation_split=0.2, or give fit X_val"
    with pytest.raises(ValueError, match=message):
        network(metrics="roc_auc").fit(X, Y)
    ones = np.r_[Y[LEARNED, 0], np.ones(40, int)]
    with pytest.raises(ValueError, match="metrics='roc_auc' is undefined on the valid"):
        fit(network(metrics="roc_auc"), ones)


@pytest.mark.parametrize("name", ["mape", "accuracy", "auc", "r2_score"])
def test_metrics_with_another_meaning_for_values_are_refused(name):
    model = network(Conv1DRegressor, metrics=name, level=None)
    message = f"metrics has '{name}' of Keras, which is computed on the standardized y"
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y[:, 0].astype(float))


# Which way is better.


@pytest.mark.parametrize(
    "name",
    [
        "bce",
        "BCE",
        "mae",
        "mape",
        "msle",
        "MeanAbsoluteError",
        "RootMeanSquaredError",
        "LogCoshError",
        "binary_crossentropy",
        "SquaredHinge",
        "KLDivergence",
        "Poisson",
        "auc",
        "F1Score",
        "R2Score",
        "CosineSimilarity",
        "TopKCategoricalAccuracy",
    ],
)
def test_a_name_tells_what_keras_knows(name):
    assert best_is(name) == best_is(named(name)) is not None


def test_more_of_a_scorer_is_better():
    assert {best_is(name) for name in get_scorer_names()} == {"max"}


def test_less_of_what_is_false_is_better_although_keras_does_not_know():
    assert best_is("false_positives") == best_is("FalsePositives") == "min"
    assert best_is(named("FalsePositives")) is None


# What early stopping watches.


@pytest.mark.trains
@pytest.mark.parametrize(
    ("monitor", "best"),
    [
        ("val_roc_auc", np.argmax),
        ("val_neg_log_loss", np.argmax),
        ("val_auc", np.argmax),
        ("val_accuracy", np.argmax),
        ("val_binary_crossentropy", np.argmin),
        ("val_loss", np.argmin),
        ("loss", np.argmin),
    ],
)
def test_the_best_epoch_is_that_of_the_history(monitor, best):
    names = ["roc_auc", "neg_log_loss", "auc", "binary_crossentropy"]
    options = {"early_stopping": True, "monitor": monitor, "n_iter_no_change": 3}
    noise = np.random.default_rng(1).integers(0, 2, size=120)
    model = network(metrics=names, epochs=15, learning_rate=0.1, **options)
    fit(model, noise)
    epoch = int(best(model.history_[monitor])) + 1
    assert model.best_epoch_ == epoch
    assert model.n_iter_ in (15, epoch + 3)
    kept = network(epochs=epoch, learning_rate=0.1)
    fit(kept, noise)
    assert_array_equal(model.predict_proba(X), kept.predict_proba(X))


@pytest.mark.trains
@pytest.mark.parametrize("monitor", ["val_r2", "val_mae", "val_loss"])
def test_a_start_that_is_never_beaten_is_kept(task, monitor):
    """Forecasts start from a level, which counts as epoch 0."""
    X, y = task
    windows = LookbackWindower(12).fit_transform(X)[12:300]
    model = network(
        Conv1DRegressor,
        metrics=["r2", "mae"],
        monitor=monitor,
        learning_rate=0.5,
        early_stopping=True,
        validation_split=0.2,
    )
    y = y[12:300]
    model.fit(windows, y)
    assert model.best_epoch_ == 0
    start = model.predict(windows[-58:])
    if monitor == "val_r2":
        assert r2_score(y[-58:], start) > max(model.history_["val_r2"])
    assert mean_absolute_error(y[-58:], start) < 10


@pytest.mark.trains
def test_the_weights_before_count_if_training_goes_on():
    options = {"early_stopping": True, "warm_start": True, "monitor": "val_roc_auc"}
    model = fit(network(metrics="roc_auc", epochs=10, **options), Y)
    before = model.predict_proba(X)
    fit(model.set_params(learning_rate=3.0, epochs=3), Y)
    assert model.best_epoch_ == 0
    assert_array_equal(model.predict_proba(X), before)


@pytest.mark.trains
@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(
    ("monitor", "message"),
    [
        ("roc_auc", "monitor='roc_auc' will not be in history_, .*'val_roc_auc'. Use"),
        ("val_f1", "Use one of these, or add it to metrics"),
        ("val_false_positives", "does not know whether more or less.*mode='min'"),
    ],
)
def test_what_will_not_be_known_is_refused(monitor, message):
    model = network(metrics=["roc_auc", "false_positives"], monitor=monitor)
    with pytest.raises(ValueError, match=message):
        fit(model.set_params(early_stopping=True), Y)


@pytest.mark.trains
def test_without_validation_the_training_values_are_watched():
    model = network(metrics="auc", early_stopping=True, n_iter_no_change=2)
    model.fit(X, Y)
    assert model.best_epoch_ == np.argmin(model.history_["loss"]) + 1
    message = "monitor='val_auc' will not be .* Set validation_split=0.2, or give fit X"
    with pytest.raises(ValueError, match=message):
        model.set_params(monitor="val_auc").fit(X, Y)
    model.set_params(monitor="auc").fit(X, Y)
    assert model.best_epoch_ == np.argmax(model.history_["auc"]) + 1


def test_an_undefined_value_is_never_the_best():
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    for mode, values, best in [
        ("max", [np.nan, 0.2, np.nan, 0.1], 2),
        ("min", [np.nan, 0.2, 0.1, np.nan], 3),
    ]:
        stopping = Stopping("val_x", mode, 9)
        stopping.set_model(model)
        stopping.on_train_begin()
        for epoch, value in enumerate(values):
            stopping.on_epoch_end(epoch, {"val_x": value})
        stopping.on_train_end()
        assert stopping.kept == best


# Where the values are seen.


@pytest.mark.trains
def test_callbacks_of_keras_see_all_values(capsys):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(dict(logs))

    slower = keras.callbacks.ReduceLROnPlateau(
        monitor="val_roc_auc", mode="max", patience=0, min_delta=2.0, factor=0.1
    )
    stop = keras.callbacks.EarlyStopping("val_auc", patience=50)
    metrics = ["roc_auc", "auc"]
    model = network(metrics=metrics, callbacks=[slower, stop], verbose=2)
    fit(model, Y)
    assert_allclose(model.history_["learning_rate"], [0.02, 0.02, 0.002], rtol=1e-5)
    shown = capsys.readouterr().out
    assert shown.count("val_roc_auc:") == shown.count(" - auc:") == 3
    fit(model.set_params(callbacks=Watch(), verbose=0), Y)
    for name in ("auc", "val_auc", "val_roc_auc", "val_accuracy"):
        assert [logs[name] for logs in seen] == model.history_[name]
    wrong = keras.callbacks.EarlyStopping("val_f1", mode="max")
    with pytest.raises(
        ValueError, match=r"Known metrics: .*'val_auc' and 'val_roc_auc'"
    ):
        fit(model.set_params(callbacks=wrong), Y)


@pytest.mark.trains
def test_values_are_drawn():
    pytest.importorskip("matplotlib")
    import matplotlib.pyplot as plt

    model = fit(network(metrics=["neg_log_loss", "auc"]), LABELS)
    display = HistoryDisplay.from_estimator(model, metric="neg_log_loss")
    [(part, line)] = display.lines_.items()
    assert part == ("Conv1DClassifier", "validation")
    values = model.history_["val_neg_log_loss"]
    assert_array_equal(line.get_ydata(), values)
    assert display.best_epochs == {"Conv1DClassifier": np.argmax(values) + 1}
    assert len(HistoryDisplay.from_estimator(model, metric="auc").lines_) == 2
    with pytest.raises(ValueError, match=r"use .*'auc'.* or .*'neg_log_loss'"):
        HistoryDisplay.from_estimator(model, metric="f1")
    plt.close("all")


@pytest.mark.trains
def test_series_with_a_validation_part():
    """The scores are those of the last rows in time."""
    series = np.sin(np.arange(200.0) / 5)[:, None] + random.normal(size=(200, 1)) / 9
    X, y = make_supervised(series, 0, delay=2)
    windows = LookbackWindower(8).fit_transform(X)
    model = network(
        Conv1DRegressor, metrics="r2", validation_split=0.25, validation_gap=0, epochs=1
    ).fit(windows, y)
    held = slice(len(y) - 48, None)
    expected = r2_score(y[held], model.predict(windows[held]))
    assert_allclose(model.history_["val_r2"], expected, rtol=1e-5)


@pytest.mark.trains
@pytest.mark.parametrize(
    "name", ["neg_log_loss", "neg_brier_score", "d2_log_loss_score", "d2_brier_score"]
)
def test_scorers_of_one_class_are_refused_for_several_labels(name):
    if name.startswith("d2"):
        need("scikit-learn", "1.8", "it has no such scorer")
    model = network(metrics=name)
    with pytest.raises(
        ValueError, match=f"metrics='{name}' is for one class.*val_loss"
    ):
        fit(model, Y)
    assert not hasattr(model, "classes_")
    if name == "neg_brier_score":
        need("scikit-learn", "1.7", "it has this scorer for two classes only")
    assert f"val_{name}" in fit(model, LABELS).history_
