"""Curves of training: which are drawn, and what the legend says."""

import types

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

from skseqconv import Conv1DClassifier, PersistenceRegressor
from skseqconv.displays import HistoryDisplay
from tests.displays.drawn import legend_of, network, windows

HISTORY = {"loss": [0.9, 0.6, 0.5, 0.4], "val_loss": [0.8, 0.55, 0.7, 0.75]}


@pytest.mark.trains
def test_history_of_a_pipeline(fitted):
    display = HistoryDisplay.from_estimator(fitted)
    history = fitted[-1].history_
    assert set(display.lines_) == {
        ("Conv1DRegressor", "training"),
        ("Conv1DRegressor", "validation"),
    }
    for kind, key in [("training", "loss"), ("validation", "val_loss")]:
        line = display.lines_["Conv1DRegressor", kind]
        assert_array_equal(line.get_xdata(), [1, 2])
        assert_allclose(line.get_ydata(), history[key])
    assert display.ax_.get_xlabel() == "Epoch"
    label = "Loss: mean squared error\n(of the start on training rows: 1)"
    assert display.ax_.get_ylabel() == label


@pytest.mark.trains
@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: GridSearchCV(
            model, {"conv1dregressor__kernel_size": [3]}, cv=TimeSeriesSplit(2)
        ),
        lambda model: TransformedTargetRegressor(
            model, transformer=StandardScaler(), check_inverse=False
        ),
    ],
)
def test_history_of_what_ends_in_a_network(wrap, task):
    X, y = task
    model = wrap(windows(network(epochs=1, window_norm=None, loss="mae")))
    display = HistoryDisplay.from_estimator(model.fit(X[:300], y[:300]))
    assert list(display.lines_) == [("Conv1DRegressor", "training")]
    label = "Loss: mean absolute error\n(y standardized)"
    assert display.ax_.get_ylabel() == label


@pytest.mark.trains
def test_history_of_a_classifier():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(40, 8)), np.arange(40) % 2
    model = Conv1DClassifier(filters=4, n_conv=1, kernel_size=3, epochs=1).fit(X, y)
    display = HistoryDisplay.from_estimator(model)
    assert display.ax_.get_ylabel() == "Loss: binary cross-entropy"
    display = HistoryDisplay.from_estimator(model, metric="accuracy")
    assert display.ax_.get_ylabel() == "Accuracy"
    line = display.lines_["Conv1DClassifier", "training"]
    assert_allclose(line.get_ydata(), model.history_["accuracy"])


@pytest.mark.parametrize(
    ("loss", "window_norm", "label"),
    [
        (
            "mae",
            "last",
            "Loss: mean absolute error\n"
            "(unit: RMS error of the start on training rows)",
        ),
        ("quantile", None, "Loss: quantile\n(y standardized)"),
        (
            "mean_squared_error",
            "last",
            "Loss: mean squared error\n(of the start on training rows: 1)",
        ),
    ],
)
def test_loss_is_named(loss, window_norm, label):
    model = Ridge().fit([[0.0]], [0.0])
    model.loss, model.history_ = loss, {"loss": [1.0]}
    model._architecture = {"window_norm": window_norm}
    assert HistoryDisplay.from_estimator(model).ax_.get_ylabel() == label


def test_loss_of_another_wrapper_of_keras():
    model = Ridge().fit([[0.0]], [0.0])
    model.history_ = {"loss": [1.0]}
    assert HistoryDisplay.from_estimator(model).ax_.get_ylabel() == "Loss"
    model.loss = types.SimpleNamespace(name="huber_loss")
    label = "Loss: huber loss"
    assert HistoryDisplay.from_estimator(model).ax_.get_ylabel() == label


def test_best_epoch_is_marked_and_named():
    display = HistoryDisplay({"Conv1D": HISTORY}).plot()
    assert display.best_epochs == {"Conv1D": 2}
    assert_allclose(display.best_["Conv1D"].get_xydata(), [[2, 0.55]])
    assert legend_of(display) == ["training", "validation", "best epoch: 2 (0.55)"]


@pytest.mark.parametrize(
    "metric, best",
    [
        ("accuracy", 1),
        ("neg_log_loss", 1),
        ("d2_log_loss_score", 1),
        ("huber", 2),
        ("poisson", 2),
        ("MeanAbsoluteError", 2),
    ],
)
def test_best_score_is_the_highest_and_best_error_the_lowest(metric, best):
    history = {metric: [0.5, 0.6], f"val_{metric}": [0.7, 0.6]}
    display = HistoryDisplay({"Conv1D": history}, metric=metric)
    assert display.best_epochs == {"Conv1D": best}


@pytest.mark.parametrize(
    "mode, best", [("min", {"a": 2}), ("max", {"a": 3}), (None, {})]
)
def test_the_best_value_may_be_told(mode, best):
    history = {"distance": [1.0, 0.5, 0.4], "val_distance": [0.8, 0.7, 0.9]}
    display = HistoryDisplay({"a": history}, metric="distance", mode=mode).plot()
    assert display.best_epochs == best
    assert set(display.best_) == set(best)


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="mode='lowest' must be 'auto', 'min', 'max'"):
        HistoryDisplay({"a": HISTORY}, mode="lowest").plot()


@pytest.mark.trains
def test_the_best_epoch_of_a_metric_is_that_of_keras():
    """Whatever its name is, and also after a `partial_fit` without it.

    Keras does not know it of a user's own function.
    """
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 8, 1)), random.normal(size=60)

    @keras.saving.register_keras_serializable("tests")
    def cubes(y_true, y_pred):
        return keras.ops.abs(y_true - y_pred) ** 3

    distance = keras.metrics.MeanAbsoluteError(name="distance")
    own = keras.metrics.MeanMetricWrapper(cubes, name="own")
    model = network(metrics=[distance, own, "neg_max_error"], epochs=4, level=None)
    model.set_params(validation_split=0.3).fit(X, y)

    def best(metric):
        return HistoryDisplay.from_estimator(model, metric=metric).best_epochs

    for _ in range(2):
        lowest = np.nanargmin(model.history_["val_distance"]) + 1
        assert lowest != np.nanargmax(model.history_["val_distance"]) + 1
        assert best("distance") == {"Conv1DRegressor": lowest}
        highest = np.nanargmax(model.history_["val_neg_max_error"]) + 1
        assert best("neg_max_error") == {"Conv1DRegressor": highest}
        assert best("own") == {}
        model.set_params(metrics=None).partial_fit(X, y)


def test_without_validation_no_epoch_is_best():
    display = HistoryDisplay({"Conv1D": {"loss": [0.9, 0.6]}}).plot()
    assert display.best_epochs == display.best_ == {}
    assert legend_of(display) == ["training"]


def test_one_epoch_is_seen():
    display = HistoryDisplay({"Conv1D": {"loss": [0.9]}}).plot()
    line = display.lines_["Conv1D", "training"]
    assert line.get_marker() not in ("", "None", None)
    assert line.get_markevery() == [0]
    low, high = display.ax_.get_xlim()
    ticks = [tick for tick in display.ax_.get_xticks() if low <= tick <= high]
    assert ticks == [1]


def test_epochs_are_whole_numbers():
    display = HistoryDisplay({"Conv1D": {"loss": [0.9, 0.6, 0.5]}}).plot()
    ticks = display.ax_.get_xticks()
    assert_array_equal(ticks, np.round(ticks))


def test_epochs_without_validation_leave_a_gap():
    """As partial_fit between fits leaves them."""
    validation = np.full(60, np.nan)
    validation[[0, 1, 30]] = 0.5, 0.4, 0.3
    history = {"loss": np.linspace(1, 0, 60), "val_loss": validation}
    display = HistoryDisplay({"Conv1D": history}).plot()
    line = display.lines_["Conv1D", "validation"]
    assert_array_equal(np.isnan(line.get_ydata()), np.isnan(validation))
    assert 30 in line.get_markevery() and 1 not in line.get_markevery()
    assert display.best_epochs == {"Conv1D": 31}


def test_validation_that_is_all_missing_has_no_best():
    history = {"loss": [1.0, 0.5], "val_loss": [np.nan, np.nan]}
    assert HistoryDisplay({"a": history}).plot().best_epochs == {}


@pytest.mark.trains
def test_history_of_partial_fit(task):
    X, y = task
    model = windows(network(validation_split=0.2, epochs=1, window_norm=None))
    model.fit(X[:300], y[:300])
    model[-1].partial_fit(model[:-1].transform(X[:300]), y[:300])
    display = HistoryDisplay.from_estimator(model)
    validation = display.lines_["Conv1DRegressor", "validation"].get_ydata()
    assert np.isnan(validation).tolist() == [False, True]
    assert display.best_epochs == {"Conv1DRegressor": 1}


def test_several_histories_are_told_apart():
    others = {"b": HISTORY, "c": {"loss": [0.5, 0.4]}}
    display = HistoryDisplay({"a": HISTORY, **others}).plot()
    lines = {name: display.lines_[name, "training"] for name in "abc"}
    assert len({line.get_color() for line in lines.values()}) == 3
    assert len({line.get_marker() for line in lines.values()}) == 3
    assert legend_of(display) == [
        "a, best epoch: 2 (0.55)",
        "b, best epoch: 2 (0.55)",
        "c",
        "validation",
        "training",
    ]


def references(persistence, start):
    """The held-out losses, and others of the training rows."""
    return {
        "persistence": {"loss": 1.0, "val_loss": persistence},
        "start": {"loss": 0.95, "val_loss": start},
    }


@pytest.mark.trains
def test_the_loss_of_a_forecaster_is_drawn_beside_what_it_is_compared_with(fitted):
    display = HistoryDisplay.from_estimator(fitted)
    loss = fitted[-1].reference_loss_["persistence"]["val_loss"]
    line = display.references_["Conv1DRegressor", "persistence"]
    assert_allclose(line.get_ydata(), loss)
    assert f"persistence, validation: {loss:.3g}" in legend_of(display)


def test_a_start_at_persistence_is_one_line():
    given = {"a": references(0.9, 0.9)}
    display = HistoryDisplay({"a": HISTORY}, references=given).plot()
    assert list(display.references_) == [("a", "persistence")]


def test_references_are_of_the_rows_of_the_curve():
    given = {"a": references(0.9, 0.85)}
    display = HistoryDisplay({"a": HISTORY}, references=given).plot()
    found = [line.get_ydata()[0] for line in display.references_.values()]
    assert found == [0.9, 0.85]
    assert legend_of(display) == [
        "training",
        "validation",
        "best epoch: 2 (0.55)",
        "persistence, validation: 0.9",
        "start, validation: 0.85",
    ]
    display = HistoryDisplay({"a": {"loss": [0.9, 0.6]}}, references=given).plot()
    assert legend_of(display) == [
        "training",
        "persistence, training: 1",
        "start, training: 0.95",
    ]


def test_references_of_several_have_the_colors_of_their_curves():
    given = {"a": references(0.9, 0.9), "c": references(1.2, 1.1)}
    histories = {"a": HISTORY, "b": HISTORY, "c": {"loss": [0.5, 0.4]}}
    display = HistoryDisplay(histories, references=given).plot()
    assert list(display.references_) == [
        ("a", "persistence"),
        ("c", "persistence"),
        ("c", "start"),
    ]
    for (name, _), line in display.references_.items():
        assert line.get_color() == display.lines_[name, "training"].get_color()
    assert legend_of(display)[3:] == ["validation", "training", "persistence", "start"]


@pytest.mark.parametrize("start, best", [(0.56, 2), (0.55, 0), (0.3, 0)])
def test_a_start_that_no_epoch_beats_is_best(start, best):
    display = HistoryDisplay({"a": HISTORY}, references={"a": references(1.0, start)})
    assert display.best_epochs == {"a": best}
    assert set(display.plot().best_) == ({"a"} if best else set())


def test_other_metrics_have_no_references():
    history = {"mae": [0.5, 0.6], "val_mae": [0.7, 0.6]}
    display = HistoryDisplay(
        {"a": history}, metric="mae", references={"a": references(0.1, 0.1)}
    )
    assert display.plot().references_ == {}
    assert display.best_epochs == {"a": 2}


def test_line_options_take_aliases():
    display = HistoryDisplay({"a": HISTORY}).plot(line_kw={"c": "red", "lw": 5})
    line = display.lines_["a", "training"]
    assert (line.get_color(), line.get_linewidth()) == ("red", 5)


def test_history_before_fit():
    with pytest.raises(NotFittedError):
        HistoryDisplay.from_estimator(windows(network()))


def test_history_of_what_has_none(task):
    X, y = task
    model = windows(PersistenceRegressor()).fit(X, y)
    with pytest.raises(ValueError, match=r"'same as now' has no history_: .* a Persis"):
        HistoryDisplay.from_estimator({"same as now": model})


def test_history_of_an_unknown_metric():
    with pytest.raises(ValueError, match=r"metric='auc' is not in.*'a': use 'loss'\."):
        HistoryDisplay({"a": HISTORY}, metric="auc").plot()


def test_no_estimators():
    with pytest.raises(ValueError, match=r"estimator=\{\} must hold at least one"):
        HistoryDisplay.from_estimator({})
