"""Displays: what is drawn, and what the axes say; never pixels."""

import sys
import types

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401, its import is its use
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TimeSeriesSplit,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    Standardizer,
    make_supervised,
)
from skseqconv._metrics import Metric, ranked
from skseqconv._unwrap import interval_of
from skseqconv.displays import (
    ComparisonDisplay,
    ForecastDisplay,
    HistoryDisplay,
    SearchDisplay,
)
from skseqconv.displays._time_axis import span_for, with_breaks
from tests.versions.since import need

matplotlib = pytest.importorskip("matplotlib", reason="the extra plot")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def figures_closed():
    """Each test draws for real, so that what drawing warns of is an error."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).draw_without_rendering()
    plt.close("all")


@pytest.fixture
def ax():
    return plt.subplots()[1]


def legend_of(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def texts_of(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def network(**parameters):
    small = {"filters": 4, "n_conv": 1, "kernel_size": 3, "epochs": 2}
    return Conv1DRegressor(**{**small, "random_state": 0, **parameters})


def windows(model, lookback=12):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), model)


@pytest.fixture(scope="module")
def fitted(task):
    """A network with a validation part, in a Pipeline."""
    X, y = task
    return windows(network(validation_split=0.2)).fit(X[:600], y[:600])


# All of them.


@pytest.mark.parametrize(
    ("display", "name"),
    [
        (lambda: HistoryDisplay({"a": {"loss": [1.0]}}).plot(), "HistoryDisplay.plot"),
        (
            lambda: ForecastDisplay.from_predictions([1.0], [2.0]),
            "ForecastDisplay.from_predictions",
        ),
        (
            lambda: ForecastDisplay.from_estimator(Ridge(), [[1.0]], [2.0]),
            "ForecastDisplay.from_estimator",
        ),
        (lambda: SearchDisplay.from_search(None), "SearchDisplay.from_search"),
        (
            lambda: ComparisonDisplay.from_comparison(None),
            "ComparisonDisplay.from_comparison",
        ),
        (
            lambda: HistoryDisplay.from_estimator(None),
            "HistoryDisplay.from_estimator",
        ),
    ],
)
def test_without_matplotlib_the_extra_is_named(monkeypatch, display, name):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=rf'{name} needs matplotlib.*"skseqconv\[plot\]"'
    ):
        display()


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: HistoryDisplay({"a": {"loss": [1.0, 0.5]}}).plot(ax),
        lambda ax: ForecastDisplay.from_predictions([1.0, 2.0], [2.0, 2.0], ax=ax),
        lambda ax: SearchDisplay.from_search(ridge_search({"alpha": [1, 2]}), ax=ax),
        lambda ax: ComparisonDisplay.from_comparison(compared(), ax=ax),
    ],
)
def test_draws_into_given_axes_and_returns_itself(draw, ax):
    display = draw(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert len(plt.get_fignums()) == 1
    again = display.plot()
    assert again is display
    assert display.ax_ is not ax
    assert len(plt.get_fignums()) == 2


# History.

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


# Forecasts.

GROWING = np.array([1, 2, 3])


def test_forecast_stands_at_the_time_it_is_for(weather, task):
    X, y = task
    model = windows(PersistenceRegressor()).fit(X[:600], y[:600])
    test = X[606:700]
    display = ForecastDisplay.from_estimator(model, test, y[606:700])
    observed, line = (
        display.lines_[name] for name in ("observed", "PersistenceRegressor")
    )
    due = weather.index[612:706]
    assert_array_equal(line.get_xdata(), due.to_numpy())
    assert_allclose(observed.get_ydata(), weather["T (degC)"].loc[due])
    assert_allclose(line.get_ydata(), weather["T (degC)"].iloc[606:700], rtol=1e-5)
    label = "Time of the value, forecast 6 h before"
    assert display.ax_.get_xlabel() == label
    assert display.ax_.get_ylabel() == "T (°C)"
    error = np.abs(observed.get_ydata() - line.get_ydata()).mean()
    assert legend_of(display) == [
        "observed",
        f"PersistenceRegressor (MAE {error:.3g})",
    ]


@pytest.mark.trains
def test_interval_of_a_pipeline(fitted, task):
    X, y = task
    display = ForecastDisplay.from_estimator(
        fitted, X[700:760], y[700:760], coverage=0.8
    )
    lower, upper = fitted[-1].predict_interval(fitted[:-1].transform(X[700:760])).T
    assert_allclose(display.intervals["Conv1DRegressor"][:, 0], np.c_[lower, upper])
    inside = (lower <= y[700:760]) & (y[700:760] <= upper)
    assert legend_of(display)[-1] == f"80% interval (covers {inside.mean():.0%})"
    [path] = display.bands_["Conv1DRegressor"].get_paths()
    assert path.vertices[:, 1].max() == pytest.approx(upper.max())


@pytest.mark.trains
def test_interval_of_one_of_several(fitted, task):
    X, y = task
    models = {
        "now": windows(PersistenceRegressor()).fit(X[:600], y[:600]),
        "Conv1D": fitted,
    }
    display = ForecastDisplay.from_estimator(
        models, X[700:760], y[700:760], coverage=0.8, baseline="now"
    )
    assert set(display.bands_) == {"Conv1D"}
    assert legend_of(display)[-1].startswith("Conv1D, 80% interval")
    styles = {display.lines_[name].get_linestyle() for name in models}
    assert len(styles) == 2


class Around(DummyRegressor):
    def predict_interval(self, X, coverage):
        return np.stack([X[:, 0] - coverage, X[:, 0] + coverage], axis=1)


@pytest.mark.parametrize("n_scalers", [0, 1, 2])
def test_interval_behind_any_number_of_steps(n_scalers):
    X, y = np.array([[1.0], [3.0]]), np.zeros(2)
    scalers = [StandardScaler(with_std=False) for _ in range(n_scalers)]
    model = make_pipeline(*scalers, Around()).fit(X, y)
    middle = X if n_scalers == 0 else X - 2
    expected = np.hstack([middle - 0.5, middle + 0.5])
    assert_array_equal(interval_of(model, X, 0.5), expected)


def test_intervals_that_nothing_has(task):
    X, y = task
    model = windows(PersistenceRegressor()).fit(X, y)
    with pytest.raises(
        ValueError, match=r"coverage=0.8 .*predict_interval.*none of .*Pers"
    ):
        ForecastDisplay.from_estimator(model, X, y, coverage=0.8)


@pytest.mark.trains
def test_forecast_of_a_search(task):
    X, y = task
    model = windows(network(epochs=1, validation_split=0.2))
    search = GridSearchCV(
        model, {"conv1dregressor__kernel_size": [3]}, cv=TimeSeriesSplit(2)
    ).fit(X[:300], y[:300])
    display = ForecastDisplay.from_estimator(search, X[300:], y[300:], coverage=0.5)
    assert set(display.bands_) == {"Conv1DRegressor"}


def test_forecast_before_fit(task):
    with pytest.raises(NotFittedError):
        ForecastDisplay.from_estimator(windows(PersistenceRegressor()), *task)


def test_forecast_of_a_table_stands_at_its_rows():
    index = pd.date_range("2020-01-01", periods=10, freq="D")
    X = pd.DataFrame({"a": range(10)}, index=index)
    y = np.arange(10.0)
    display = ForecastDisplay.from_estimator(DummyRegressor().fit(X, y), X, y)
    assert display.ax_.get_xlabel() == "Time of the row of X"
    assert_array_equal(display.lines_["observed"].get_xdata(), index.to_numpy())


def test_forecast_of_an_array_stands_in_its_order():
    X, y = np.zeros((5, 2)), np.arange(5.0)
    display = ForecastDisplay.from_estimator(DummyRegressor().fit(X, y), X, y)
    assert display.ax_.get_xlabel() == "Sample"
    assert display.ax_.get_ylabel() == "Value"
    assert_array_equal(display.lines_["observed"].get_xdata(), range(5))


def test_rows_without_dates_are_numbered():
    X, y = make_supervised(np.arange(30.0), 0, delay=2)
    display = ForecastDisplay.from_predictions(y[10:], y[10:] + 1, index=X[10:])
    assert_array_equal(display.lines_["forecast"].get_xdata(), range(12, 30))
    assert display.ax_.get_xlabel() == "Row of the value, forecast 2 rows before"


def test_view_without_a_target_stands_at_its_rows(weather):
    X = SeriesView(weather)[20:30]
    display = ForecastDisplay.from_predictions(np.arange(10), np.ones(10), index=X)
    assert display.ax_.get_xlabel() == "Time of the row of X"
    line = display.lines_["forecast"]
    assert_array_equal(line.get_xdata(), weather.index[20:30].to_numpy())


@pytest.mark.parametrize(
    ("freq", "delay", "said"),
    [
        ("h", 24, "24 h"),
        ("10min", 144, "24 h"),
        ("D", 7, "7 days"),
        ("10min", 6, "60 min"),
        ("h", 36, "36 h"),
        ("MS", 1, "1 row"),
    ],
)
def test_how_long_before_is_said_in_readable_units(freq, delay, said):
    index = pd.date_range("2020-01-01", periods=delay + 20, freq=freq)
    series = pd.DataFrame({"a": np.arange(len(index))}, index=index)
    X, y = make_supervised(series, "a", delay=delay)
    display = ForecastDisplay.from_predictions(y, y, index=X)
    label = f"Time of the value, forecast {said} before"
    assert display.ax_.get_xlabel() == label


def test_one_column_is_as_good_as_none():
    """Some regressors give one column back as none."""
    y, bounds = np.ones((4, 1)), np.ones((4, 2))
    display = ForecastDisplay.from_predictions(y, np.ones(4), interval=bounds[:, None])
    assert display.y_pred["forecast"].shape == (4, 1)
    assert display.intervals["forecast"].shape == (4, 1, 2)
    display = ForecastDisplay.from_predictions(
        np.ones(4), np.ones(4), interval=bounds[:, None]
    )
    assert display.intervals["forecast"].shape == (4, 1, 2)


def test_unit_is_added_to_the_target():
    display = ForecastDisplay.from_predictions([1.0], [2.0], target="Load", unit="MW")
    assert display.ax_.get_ylabel() == "Load (MW)"
    display = ForecastDisplay.from_predictions([1.0], [2.0], target="T (C)", unit="°C")
    assert display.ax_.get_ylabel() == "T (°C)"


@pytest.mark.parametrize(
    "index",
    [
        pd.to_datetime(
            ["2020-01-03", "2020-01-01", "2020-01-02", "2020-03-01", "2020-03-02"]
        ),
        [2, 0, 1, 8, 9],
    ],
)
def test_times_are_put_in_order_and_broken_at_leaps(index):
    y = np.array([3.0, 1, 2, 4, 5])
    display = ForecastDisplay.from_predictions(y, y + 1, index=index)
    line = display.lines_["forecast"]
    assert_array_equal(line.get_ydata(), [2, 3, 4, np.nan, 5, 6])
    assert (np.diff(line.get_xdata()).astype(int) > 0).all()


@pytest.mark.parametrize(
    "times, drawn, values",
    [
        ([0, 1, 2, 2, 7], [0, 1, 2, 2, 7], [1, 1, 1, 1, 1]),
        ([0, 1, 2, 2, 8], [0, 1, 2, 2, 5, 8], [1, 1, 1, 1, np.nan, 1]),
    ],
)
def test_a_leap_is_more_than_five_of_the_usual_steps(times, drawn, values):
    """Values at one time are no step."""
    found, [column] = with_breaks(np.array(times), [np.ones(5)])
    assert_array_equal(found, drawn)
    assert_array_equal(column, values)


def test_dates_with_a_zone_and_periods_are_drawn():
    zoned = pd.date_range("2020-01-01", periods=3, freq="h", tz="Europe/Berlin")
    for index in (zoned, pd.period_range("2020-01", periods=3, freq="M")):
        display = ForecastDisplay.from_predictions([1, 2, 3], [1, 2, 3], index=index)
        first = pd.Timestamp(display.lines_["forecast"].get_xdata()[0])
        assert first == pd.Timestamp("2020-01-01")


@pytest.mark.parametrize(
    ("first", "last", "freq", "said"),
    [
        ("2010-12-25", "2010-12-31 23:50", "10min", "2010-Dec"),
        ("2010-12-25", "2010-12-31", "D", "2010-Dec"),
        ("2010-01-24", "2010-01-31 23:00", "h", "2010-Jan"),
        ("2010-12-15", "2011-01-20", "D", "2010-Dec to 2011-Jan"),
        ("2010-11-05", "2011-02-05", "D", "2010-Nov to 2011-Feb"),
        ("2010-02-01", "2010-12-31 23:00", "D", "2010"),
        ("2010-11-05", "2011-12-05", "D", ""),  # a tick says 2011
        ("2010-03-05", "2013-03-05", "D", ""),
        ("2010-12-31 12:00", "2010-12-31 23:50", "10min", "2010-Dec-31"),
        ("2010-12-31 20:00", "2011-01-01 03:00", "h", "2010-Dec-31 to 2011-Jan-01"),
        ("2010-12-31 23:59:10", "2010-12-31 23:59:59", "s", "2010-Dec-31 23:59"),
        ("2010-03-05", "2010-03-05", "D", "2010-Mar-05"),  # one value
    ],
)
def test_the_axis_names_the_dates_that_are_shown(first, last, freq, said):
    index = pd.date_range(first, last, freq=freq)
    y = np.zeros(len(index))
    display = ForecastDisplay.from_predictions(y, y, index=index, mean_over=None)
    display.figure_.canvas.draw()
    assert display.ax_.xaxis.get_offset_text().get_text() == said


@pytest.mark.parametrize("n_values", [30, 60])
def test_a_value_between_unknown_ones_is_seen(n_values):
    y = np.arange(float(n_values))
    y[[4, 6, -2]] = np.nan
    display = ForecastDisplay.from_predictions(y, y + 1)
    assert display.lines_["observed"].get_markevery() == [5, n_values - 1]
    assert display.lines_["observed"].get_marker() == "."
    few = n_values == 30  # all have a marker
    line = display.lines_["forecast"]
    assert line.get_markevery() == (None if few else [5, n_values - 1])
    assert line.get_marker() == "o"
    y = np.arange(float(n_values))
    display = ForecastDisplay.from_predictions(y, y + 1)
    assert display.lines_["observed"].get_marker() == "None"
    assert display.lines_["forecast"].get_marker() == ("o" if few else "None")


def test_the_axis_follows_what_is_in_view():
    index = pd.date_range("2010-11-05", "2011-02-05", freq="D")
    y = np.zeros(len(index))
    display = ForecastDisplay.from_predictions(y, y, index=index)
    for begin, end, said in [
        ("2010-12-25", "2011-01-01 00:30", "2010-Dec to 2011-Jan"),
        ("2010-12-25", "2010-12-31 23:00", "2010-Dec"),
        ("2011-02-01", "2011-03-03", "2011-Feb"),
        ("2012-05-01", "2012-05-20", "2012-May"),  # no data there
    ]:
        display.ax_.set_xlim(pd.Timestamp(begin), pd.Timestamp(end))
        display.figure_.canvas.draw()
        assert display.ax_.xaxis.get_offset_text().get_text() == said


def test_hours_before_are_hours_where_clocks_change():
    index = pd.date_range("2020-03-28", periods=72, freq="h", tz="Europe/Berlin")
    series = pd.DataFrame({"a": np.arange(72.0)}, index=index)
    X, y = make_supervised(series, "a", delay=24)
    display = ForecastDisplay.from_predictions(y, y, index=X)
    assert display.ax_.get_xlabel() == "Time of the value, forecast 24 h before"
    drawn = pd.DatetimeIndex(display.lines_["observed"].get_xdata())
    assert drawn.equals(index[24:].tz_localize(None).rename(None))  # as clocks had it


def test_many_values_are_drawn_as_means_of_days():
    index = pd.date_range("2020-01-01", periods=80 * 24, freq="h")
    truth = np.arange(80 * 24.0)
    truth[5] = np.nan
    bounds = np.stack([truth - 1, truth + 3], axis=1)
    options = {"index": index, "interval": bounds, "target": "T (K)"}
    display = ForecastDisplay.from_predictions(truth, truth + 1, **options)
    line = display.lines_["observed"]
    days = pd.Series(truth, index).resample("D").mean()
    assert_allclose(line.get_ydata(), days)
    assert_array_equal(line.get_xdata(), days.index + pd.Timedelta("12h"))
    assert display.ax_.get_ylabel() == "T, mean of each day (K)"
    display.plot(mean_over="week")
    monday = pd.Timestamp("2019-12-30")
    first = display.lines_["observed"].get_xdata()[0]
    assert first == monday + pd.Timedelta("84h")
    assert len(display.lines_["observed"].get_xdata()) == 12
    assert display.ax_.get_ylabel() == "T, mean of each week (K)"
    display.plot(mean_over=None)
    assert_array_equal(display.lines_["observed"].get_ydata(), truth)
    assert display.ax_.get_ylabel() == "T (K)"
    assert display.mae.loc[0, "forecast"] == 1


@pytest.mark.parametrize(
    "n_days, most, span",
    [
        (61, 122, None),  # no more values than that
        (61, 121, "day"),
        (61, 61, "day"),
        (61, 60, "week"),  # days would be too many
        (60, 119, None),  # two months are seen as they are
    ],
)
def test_what_means_are_taken_over(n_days, most, span):
    times = pd.date_range("2020-01-01", periods=2 * n_days, freq="12h").to_numpy()
    assert span_for(times, most) == span
    assert span_for(np.arange(2 * n_days), most) is None


def test_few_values_and_values_without_dates_are_drawn_as_they_are():
    index = pd.date_range("2020-01-01", periods=1000, freq="h")
    week = pd.date_range("2020-01-01", periods=1008, freq="10min")
    for times, n_values in [(index, 1000), (week, 1008), (None, 1500)]:
        values = np.zeros(n_values)
        display = ForecastDisplay.from_predictions(values, values, index=times)
        assert len(display.lines_["observed"].get_xdata()) == n_values
    with pytest.raises(ValueError, match="mean_over='day' needs dates"):
        display.plot(mean_over="day")


def test_unknown_values_are_left_out():
    truth = np.array([1.0, 2.0, np.nan])
    display = ForecastDisplay.from_predictions(truth, [2.0, np.nan, 9.0])
    assert display.mae.to_numpy().tolist() == [[1.0]]


def test_forecasts_are_compared_where_all_have_a_value():
    truth = np.zeros((4, 2))
    truth[3, 0] = np.nan
    forecasts = {
        "fails where it is hard": [[1.0, 1], [1, 1], [np.nan, 1], [1, np.nan]],
        "off": [[1.0, 2], [3, 2], [50, 2], [9, 50]],
        "never": np.full((4, 2), np.nan),
    }
    for left_out in (None, "never"):
        some = {name: v for name, v in forecasts.items() if name != left_out}
        mae = ForecastDisplay.from_predictions(truth, some, delays=[1, 2]).mae
        assert mae["fails where it is hard"].tolist() == [1, 1]
        assert mae["off"].tolist() == [2, 2]
    assert np.isnan(ForecastDisplay(truth, forecasts).mae["never"]).all()


@pytest.fixture(scope="module")
def horizons(weather):
    X, y = make_supervised(weather, "T (degC)", delay=[1, 6, 24])
    return X[600:650], y[600:650]


def test_error_by_horizon(horizons):
    X, y = horizons
    forecasts = {"off by one": y + 1, "worse": y + GROWING}
    display = ForecastDisplay.from_predictions(
        y, forecasts, index=X, kind="horizon", baseline="worse"
    )
    line = display.lines_["worse"]
    assert_allclose(line.get_xdata(), [1, 6, 24])
    assert_allclose(line.get_ydata(), [1, 2, 3])
    assert_allclose(display.lines_["off by one"].get_ydata(), 1)
    assert line.get_linestyle() == ":"
    assert display.ax_.get_xlabel() == "Horizon (h)"
    assert display.ax_.get_ylabel() == "Mean absolute error (°C)"
    assert display.ax_.get_ylim()[0] == 0
    assert display.mae["worse"].to_dict() == pytest.approx({1: 1, 6: 2, 24: 3})


def test_one_horizon_over_time(horizons, weather):
    X, y = horizons
    display = ForecastDisplay.from_predictions(y, y + GROWING, index=X, delay=6)
    line = display.lines_["forecast"]
    assert_array_equal(line.get_xdata(), weather.index[606:656].to_numpy())
    assert_allclose(line.get_ydata(), y[:, 1] + 2)
    display.plot()
    assert_allclose(display.lines_["forecast"].get_ydata(), y[:, 2] + 3)
    assert "forecast 24 h before" in display.ax_.get_xlabel()


def test_horizons_of_arrays():
    y = np.arange(12.0).reshape(4, 3)
    display = ForecastDisplay.from_predictions(
        y, y + GROWING, delays=[1, 2, 4], kind="horizon"
    )
    assert display.ax_.get_xlabel() == "Horizon (rows)"
    assert_allclose(display.lines_["forecast"].get_xdata(), [1, 2, 4])
    made = pd.date_range("2020-01-01", periods=4, freq="D").to_numpy()
    due = made[:, None] + np.array([1, 2, 4]) * np.timedelta64(1, "D")
    display = ForecastDisplay.from_predictions(y, y, index=due, delays=[1, 2, 4])
    assert display.ax_.get_xlabel() == "Time of the value, forecast 4 days before"
    display = ForecastDisplay.from_predictions(
        y[:, :2], y[:, :2], index=due[:, :2], delays=[1, 2]
    )
    assert display.ax_.get_xlabel() == "Time of the value, forecast 48 h before"


def test_one_of_several_targets(weather):
    X, y = make_supervised(weather, ["T (degC)", "p (mbar)"], delay=[3, 1])
    pressure = y[:, [3, 2]]  # the delays of a display ascend
    display = ForecastDisplay.from_predictions(y, y + 1, index=X, target="p (mbar)")
    assert_array_equal(display.y_true, pressure)
    assert display.delays == [1, 3]
    assert display.ax_.get_ylabel() == "p (mbar)"
    with pytest.raises(
        ValueError, match=r"target=None .* 2 targets.*: 'T \(degC\)' or 'p"
    ):
        ForecastDisplay.from_predictions(y, y, index=X)


def test_parts_of_a_series_are_drawn_apart_and_parallel_series_refused(weather):
    parts = make_supervised([weather[:100], weather[150:250]], 0)
    display = ForecastDisplay.from_predictions(parts[1], parts[1], index=parts[0])
    assert np.isnan(display.lines_["forecast"].get_ydata()).sum() == 1
    X, y = make_supervised([weather[:100], weather[:100]], 0)
    with pytest.raises(ValueError, match=r"2 series at the same times.*X\[X.series_id"):
        ForecastDisplay.from_predictions(y, y, index=X)


def test_compact_rows_do_not_know_what_they_forecast(task):
    X, y = task
    with pytest.raises(
        ValueError, match=r"does not contain the rows.*compact.*index=date"
    ):
        ForecastDisplay.from_predictions(y[:50], y[:50], index=X[:50].compact())


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"y_pred": np.ones(4)}, r"y_pred has the shape \(4,\), but y_true has \(5,\)"),
        ({"y_pred": {"a": np.ones(4)}}, r"y_pred\['a'\] has the shape \(4,\)"),
        ({"y_pred": {}}, r"y_pred=\{\} must hold at least one"),
        ({"index": [1, 2]}, r"index has the shape \(2,\), but y_true has \(5, 1\)"),
        ({"index": list("abcde")}, "index must contain dates or numbers only"),
        ({"interval": np.ones((4, 2))}, r"interval has the shape \(4, 2\)"),
        (
            {"interval": {"a": np.ones((5, 2))}},
            "interval and y_pred must both be arrays or both",
        ),
        ({"delays": [1, 2]}, r"delays=\[1, 2\] must have .* the 1 columns"),
        ({"kind": "bars"}, "kind='bars' must be 'series' or 'horizon'"),
        ({"kind": "horizon"}, "kind='horizon' draws all of several delays"),
        ({"mean_over": "h"}, "mean_over='h' must be 'auto', 'day', 'week' or None"),
        ({"delay": 3}, "delay=3 must be one of delays=None"),
        (
            {"baseline": "a"},
            r"baseline='a' must be one of the forecasts \['forecast'\]",
        ),
        ({"y_true": None}, "y_true must be an array of numbers .* got None"),
        ({"y_true": 3.0}, "y_true must be an array of numbers .* got float 3.0"),
        ({"y_true": "text"}, "y_true must be an array of numbers .* got str 'text'"),
        ({"y_true": []}, "y_true must be .* got Found array with 0 sample"),
        ({"y_true": [[1], [2, 3]]}, "y_true must be .* inhomogeneous"),
        ({"y_true": np.ones((2, 2, 2))}, "y_true must be .* dim 3"),
        ({"y_true": list("abcde")}, "y_true must be .* could not convert"),
        ({"y_pred": None}, "y_pred must be an array of numbers .* got None"),
        ({"y_pred": {"a": None}}, r"y_pred\['a'\] must be .* got None"),
        ({"interval": 1.0}, "interval must be an array of numbers .* got float 1.0"),
        ({"interval": [["a", "b"]] * 5}, "interval must be .* could not convert"),
        ({"coverage": 80}, "coverage=80 must be between 0 and 1"),
        ({"coverage": 1}, "coverage=1 must be between 0 and 1"),
        ({"coverage": 0.0}, r"coverage=0\.0 must be between 0 and 1"),
        ({"index": 3}, r"index has the shape \(\), but y_true"),
        (
            {"index": pd.to_datetime(["2020-01-01", None, "2020-01-03", None, None])},
            r"index is missing .* for 3 of 5 values: drop these rows",
        ),
    ],
)
def test_what_cannot_be_drawn(options, match):
    given = {"y_true": np.arange(5.0), "y_pred": np.ones(5), **options}
    with pytest.raises(ValueError, match=match):
        ForecastDisplay.from_predictions(**given)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"estimator": None}, "estimator must be a fitted estimator, .* got None"),
        ({"estimator": DummyRegressor}, "estimator must be .* got (ABCMeta|type) <cl"),
        (
            {"estimator": [1]},
            r"estimator must be .* or a dict of names .* got list \[1\]",
        ),
        ({"estimator": {"a": None}}, "estimator must be .* got None in the dict"),
        ({"X": None}, "X must be the samples to predict, got None"),
        ({"X": np.ones((4, 2))}, "X has 4 rows, but y has 5"),
        ({"y": None}, "y must be an array of numbers .* got None"),
        ({"y": list("abcde")}, "y must be an array of numbers .* could not convert"),
    ],
)
def test_what_no_forecast_can_be_drawn_from(options, match):
    X, y = np.ones((5, 2)), np.arange(5.0)
    given = {"estimator": DummyRegressor().fit(X, y), "X": X, "y": y, **options}
    with pytest.raises(ValueError, match=match):
        ForecastDisplay.from_estimator(**given)


@pytest.mark.parametrize(
    ("draw", "match"),
    [
        (lambda: HistoryDisplay.from_estimator(None), "estimator must be .* got None"),
        (lambda: HistoryDisplay({}).plot(), r"histories=\{\} must hold at least one"),
        (lambda: SearchDisplay.from_search(None), "search must be a .* got None"),
        (lambda: SearchDisplay.from_search(Ridge()), "search must be a .* got Ridge"),
        (lambda: SearchDisplay.from_search(GridSearchCV), "search must be a fitted se"),
        (
            lambda: SearchDisplay.from_search(searched(GRID), params=5),
            "params: 5 is not a parameter",
        ),
        (
            lambda: ComparisonDisplay.from_comparison(None),
            "comparison must be the result of compare_models, got None",
        ),
    ],
)
def test_what_other_displays_cannot_draw(draw, match):
    with pytest.raises(ValueError, match=match):
        draw()


def test_columns_without_delays():
    y = np.ones((5, 2))
    with pytest.raises(ValueError, match=r"delays=None must have .* the 2 columns"):
        ForecastDisplay.from_predictions(y, y)


def test_rows_that_are_not_those_of_y(task):
    X, y = task
    with pytest.raises(ValueError, match="X has 9 rows, but y_true has 10"):
        ForecastDisplay.from_predictions(y[:10], y[:10], index=X[:9])
    with pytest.raises(ValueError, match="y_true has 2 columns, but X has 1"):
        ForecastDisplay.from_predictions(
            y[:20].reshape(10, 2), y[:20].reshape(10, 2), index=X[:10]
        )
    with pytest.raises(ValueError, match="delays=6 is not needed: index is a view"):
        ForecastDisplay.from_predictions(y[:9], y[:9], index=X[:9], delays=6)


def test_unknown_interval():
    with pytest.raises(ValueError, match=r"interval\['b'\] has no forecast"):
        ForecastDisplay.from_predictions(
            np.ones(3), {"a": np.ones(3)}, interval={"b": np.ones((3, 2))}
        )


# Searches.


def made_task():
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3))
    return X, X @ [1, 2, 3] + random.normal(size=60)


class Knobs(DummyRegressor):
    """A constant that is as wrong as its parameters say."""

    def __init__(self, filters=1, kernel_size=3, pool_size=2, rate=1.0):
        self.filters = filters
        self.kernel_size = kernel_size
        self.pool_size = pool_size
        self.rate = rate

    def fit(self, X, y):
        kernels = np.sum(self.kernel_size) if self.kernel_size else 0
        pools = {"max": 1, None: 2}.get(self.pool_size, self.pool_size)
        self.constant_ = float(kernels + 10 * pools + 100 * self.filters + self.rate)
        return self

    def predict(self, X):
        return np.full(len(X), self.constant_)


def searched(grid, kind=GridSearchCV, **options):
    X, y = np.zeros((60, 1)), np.zeros(60)
    options = {
        "scoring": "neg_mean_absolute_error",
        "cv": TimeSeriesSplit(3),
        **options,
    }
    return kind(make_pipeline(StandardScaler(), Knobs(rate=0.0)), grid, **options).fit(
        X, y
    )


def ridge_search(grid, **options):
    return GridSearchCV(Ridge(), grid, cv=3, **options).fit(*made_task())


GRID = {"knobs__kernel_size": [3, 5, 7], "knobs__pool_size": [1, 2]}


def test_two_parameters_are_a_map():
    display = SearchDisplay.from_search(searched(GRID))
    # The error is kernel_size + 10 * pool_size + 100; x has more values.
    assert_allclose(display.image_.get_array(), [[113, 115, 117], [123, 125, 127]])
    assert [text.get_text() for text in display.texts_] == [
        "113",
        "115",
        "117",
        "123",
        "125",
        "127",
    ]
    assert texts_of(display.ax_.xaxis) == ["3", "5", "7"]
    assert texts_of(display.ax_.yaxis) == ["1", "2"]
    assert display.ax_.get_xlabel() == "kernel_size"
    assert display.ax_.get_ylabel() == "pool_size"
    assert display.best_.get_xy() == (-0.5, -0.5)
    assert display.ax_.get_title() == "Best: 113 at kernel_size=3, pool_size=1"
    label = display.image_.colorbar.ax.get_ylabel()
    assert label == "Mean absolute error, mean of 3 folds\n(lower is better)"


def test_noise_does_not_look_large():
    table = pd.DataFrame({"a": [1, 2], "b": [1, 1], "mean": [2.42191, 2.42226]})
    display = SearchDisplay(table, ["a", "b"], metric="mean_absolute_error").plot()
    assert [text.get_text() for text in display.texts_] == ["2.422", "2.422"]
    low, high = display.image_.get_clim()
    assert_allclose([low + high, high - low], [2.42191 + 2.42226, 0.0242226])
    assert display.ax_.get_title() == "Best: 2.422 at a=2, b=1"


def test_text_of_cells_is_readable():
    display = SearchDisplay.from_search(searched(GRID))
    values = display.image_.get_array().ravel()
    brightness = np.array([0.299, 0.587, 0.114])
    for text, value in zip(display.texts_, values, strict=True):
        cell = np.array(display.image_.to_rgba(value)[:3]) @ brightness
        letters = np.array(matplotlib.colors.to_rgb(text.get_color())) @ brightness
        assert abs(letters - cell) > 0.45


def test_the_first_parameter_asked_for_is_x():
    display = SearchDisplay.from_search(
        searched(GRID), params=["pool_size", "knobs__kernel_size"]
    )
    assert display.ax_.get_xlabel() == "pool_size"
    assert display.image_.get_array().shape == (3, 2)


def test_one_parameter_is_a_line_with_its_folds():
    search = ridge_search({"alpha": [100, 1, 10]}, scoring="neg_mean_squared_error")
    display = SearchDisplay.from_search(search)
    results = search.cv_results_
    order = [1, 2, 0]
    assert_allclose(display.line_.get_ydata(), -results["mean_test_score"][order])
    for fold, line in enumerate(display.fold_lines_):
        assert_allclose(line.get_ydata(), -results[f"split{fold}_test_score"][order])
    assert len(display.fold_lines_) == 3
    assert texts_of(display.ax_.xaxis) == ["1", "10", "100"]
    assert display.ax_.get_ylabel() == "Mean squared error (lower is better)"
    assert_allclose(display.best_.get_xydata(), [[0, -search.best_score_]])
    assert legend_of(display)[-1].startswith("best: alpha=1 (")


def test_further_parameters_are_at_their_best():
    grid = {**GRID, "knobs__filters": [1, 2]}
    display = SearchDisplay.from_search(searched(grid), params="kernel_size")
    assert_allclose(display.line_.get_ydata(), [113, 115, 117])
    label = "kernel_size\n(each the best over filters, pool_size)"
    assert display.ax_.get_xlabel() == label
    display = SearchDisplay.from_search(
        searched(grid), params=["kernel_size", "filters"]
    )
    assert display.ax_.get_title().endswith("\n(each the best over pool_size)")


def test_values_of_any_kind():
    grid = {
        "knobs__kernel_size": [(8, 5, 3), None, (3, 3)],
        "knobs__pool_size": ["max", None],
    }
    display = SearchDisplay.from_search(searched(grid))
    assert texts_of(display.ax_.xaxis) == ["(8, 5, 3)", "None", "(3, 3)"]
    assert texts_of(display.ax_.yaxis) == ["max", "None"]
    assert_allclose(display.image_.get_array(), [[126, 110, 116], [136, 120, 126]])


def test_estimators_as_values():
    grid = {
        "knobs": [Knobs(), Ridge()],
        "standardscaler": [StandardScaler(), "passthrough"],
    }
    display = SearchDisplay.from_search(searched(grid))
    assert texts_of(display.ax_.xaxis) == ["Knobs", "Ridge"]
    assert texts_of(display.ax_.yaxis) == ["StandardScaler", "passthrough"]


def test_random_search_of_scales_is_points():
    draws = {
        "knobs__rate": list(np.logspace(-4, 0, 30)),
        "knobs__kernel_size": range(1, 31),
    }
    search = searched(draws, RandomizedSearchCV, n_iter=25, random_state=0)
    display = SearchDisplay.from_search(search, params=["rate", "kernel_size"])
    assert display.image_ is None
    rates = [setting["knobs__rate"] for setting in search.cv_results_["params"]]
    assert_allclose(np.sort(display.scatter_.get_offsets()[:, 0]), np.sort(rates))
    assert_allclose(
        display.best_.get_offsets()[0, 1], search.best_params_["knobs__kernel_size"]
    )
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_yscale() == "linear"


def test_grid_of_unequal_parts_leaves_cells_empty():
    parts = [
        {"knobs__kernel_size": [3, 5], "knobs__pool_size": [1, 2]},
        {"knobs__kernel_size": [7], "knobs__pool_size": [1]},
        {"knobs__filters": [1]},
    ]
    display = SearchDisplay.from_search(searched(parts))
    grid = np.ma.filled(display.image_.get_array(), np.nan)
    assert_allclose(grid, [[113, 115, 117], [123, 125, np.nan]])
    assert len(display.texts_) == 5


def test_halving_search_shows_last_rounds():
    search = searched(
        {"knobs__kernel_size": [3, 5, 7, 9]},
        HalvingGridSearchCV,
        cv=3,
        min_resources=6,
        factor=2,
    )
    assert search.n_iterations_ > 1
    display = SearchDisplay.from_search(search)
    assert_allclose(display.line_.get_ydata(), [123, 125, 127, 129])
    assert display.best["kernel_size"] == search.best_params_["knobs__kernel_size"]
    assert display.best["iter"] == search.n_iterations_ - 1


def test_scores_stay_as_they_are():
    display = SearchDisplay.from_search(ridge_search({"alpha": [1, 10]}, scoring="r2"))
    assert display.ax_.get_ylabel() == "R² (higher is better)"
    assert display.greater_is_better
    display = SearchDisplay.from_search(ridge_search({"alpha": [1, 10]}))
    assert display.ax_.get_ylabel() == "Score (higher is better)"


def test_one_of_several_metrics():
    search = ridge_search(
        {"alpha": [1, 10]}, scoring=["neg_mean_absolute_error", "r2"], refit="r2"
    )
    assert SearchDisplay.from_search(search).metric == "r2"
    for name in ("mean_absolute_error", "neg_mean_absolute_error"):
        display = SearchDisplay.from_search(search, metric=name)
        assert (display.table["mean"] > 0).all()
        assert display.metric == "mean_absolute_error"
    with pytest.raises(
        ValueError, match=r"metric='mse' .*'neg_mean_absolute_error' or 'r"
    ):
        SearchDisplay.from_search(search, metric="mse")


def test_error_given_as_a_scorer_is_positive():
    from sklearn.metrics import make_scorer, mean_pinball_loss

    scorer = make_scorer(mean_pinball_loss, greater_is_better=False)
    search = ridge_search({"alpha": [1, 10]}, scoring=scorer)
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_ylabel() == "Mean pinball loss (lower is better)"
    assert_allclose(display.table["mean"], -search.cv_results_["mean_test_score"])


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental", "ignore:`optuna.t")
def test_search_of_optuna():
    need("scikit-learn", "1.7", "reading the tags of Optuna's search never ends")
    reason = "optuna and optuna-integration are extras"
    optuna = pytest.importorskip("optuna", reason=reason)
    OptunaSearchCV = pytest.importorskip(
        "optuna_integration", reason=reason
    ).OptunaSearchCV
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": optuna.distributions.FloatDistribution(0.1, 10)},
        cv=3,
        n_trials=4,
        random_state=0,
        scoring="neg_mean_absolute_error",
        study=study,
    )
    with pytest.raises(NotFittedError):
        SearchDisplay.from_search(search)
    study.add_trial(optuna.create_trial(value=-9.0))  # of somebody else
    search.fit(*made_task())
    study.tell(study.ask(), state=optuna.trial.TrialState.PRUNED)
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_ylabel() == "Mean absolute error (lower is better)"
    assert display.best["alpha"] == search.best_params_["alpha"]
    assert display.best["mean"] == -search.best_score_
    assert len(display.table) == 4
    assert display.table.filter(like="fold").shape == (4, 3)
    search.study_ = optuna.create_study()
    with pytest.raises(ValueError, match="search has no completed trial"):
        SearchDisplay.from_search(search)


def test_search_before_fit():
    with pytest.raises(NotFittedError):
        SearchDisplay.from_search(GridSearchCV(Ridge(), {"alpha": [1]}))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (
            {"params": "dropout"},
            "'dropout' is not a parameter .*'knobs__kernel_size', 'knobs__p",
        ),
        ({"params": ["kernel_size", "pool_size", "rate"]}, "'rate' is not a parameter"),
        ({"params": []}, r"params=\[\] must be one or two"),
        (
            {"params": ["pool_size", "knobs__pool_size"]},
            "must be one or two different parameters",
        ),
        (
            {"metric": "r2"},
            "metric='r2' was not computed .*: use 'mean_absolute_error'",
        ),
    ],
)
def test_what_was_not_searched(options, match):
    with pytest.raises(ValueError, match=match):
        SearchDisplay.from_search(searched(GRID), **options)


def test_more_than_two_parameters():
    search = searched({**GRID, "knobs__filters": [1, 2]})
    asked = ["kernel_size", "pool_size", "filters"]
    with pytest.raises(
        ValueError, match=r"params=\['kernel_size'.*two axes.*best score over"
    ):
        SearchDisplay.from_search(search, params=asked)
    assert len(SearchDisplay.from_search(search).params) == 2


def test_short_name_of_two_parameters():
    model = Pipeline([("a", StandardScaler()), ("b", StandardScaler()), ("c", Ridge())])
    grid = {"a__with_std": [True, False], "b__with_std": [True, False]}
    search = GridSearchCV(model, grid, cv=3).fit(*made_task())
    with pytest.raises(ValueError, match="'with_std' can be 'a__with_std' or 'b__with"):
        SearchDisplay.from_search(search, params="with_std")
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_xlabel() == "a__with_std"
    assert display.ax_.get_ylabel() == "b__with_std"


# Comparisons.

SCORES = {"Conv1D": [2.0, 3.0, 1.5], "now": [2.5, 3.1, 2.2], "ridge": [4.0, 3.9, 3.0]}


def compared(scores=SCORES, baseline="now", baselines=None):
    """What is drawn of a comparison, in two metrics."""
    table = pd.DataFrame(scores).rename_axis("fold").reset_index()
    table = table.melt("fold", var_name="model", value_name="score")
    parts = [
        table.assign(metric="mean_absolute_error"),
        table.assign(metric="r2", score=-table["score"]),
    ]
    return types.SimpleNamespace(
        fold_scores=pd.concat(parts, ignore_index=True),
        baseline=baseline,
        baselines=baselines,
        metrics={
            "mean_absolute_error": Metric("mean_absolute_error", False),
            "r2": Metric("r2"),
        },
    )


def test_models_are_rows_the_best_on_top():
    display = ComparisonDisplay.from_comparison(compared())
    assert texts_of(display.ax_.yaxis) == ["Conv1D", "now", "ridge"]
    low, high = display.ax_.get_ylim()
    assert low > high
    for row, (name, scores) in enumerate(SCORES.items()):
        assert_allclose(display.dots_[name].get_xdata(), scores)
        assert np.round(display.dots_[name].get_ydata()).tolist() == [row] * 3
        assert_allclose(display.means_[name].get_xdata(), np.mean(scores))
    assert_allclose(display.baseline_.get_xdata(), np.mean(SCORES["now"]))
    label = "Mean absolute error (lower is better)"
    assert display.ax_.get_xlabel() == label
    assert legend_of(display) == ["one fold", "mean", "mean of now"]


def test_metric_that_is_to_be_high():
    display = ComparisonDisplay.from_comparison(compared(), metric="r2")
    assert display.ax_.get_xlabel() == "R² (higher is better)"
    assert list(display.models) == ["Conv1D", "now", "ridge"]
    assert_allclose(display.dots_["ridge"].get_xdata(), [-4.0, -3.9, -3.0])


def test_all_baselines_are_gray():
    baselines = {"now": "the last value", "ridge": "a line"}
    drawn = ComparisonDisplay.from_comparison(compared(baselines=baselines))
    colors = {name: dots.get_color() for name, dots in drawn.dots_.items()}
    assert colors["now"] == colors["ridge"] != colors["Conv1D"]
    drawn = ComparisonDisplay.from_comparison(compared())
    assert drawn.dots_["ridge"].get_color() == colors["Conv1D"]


def test_comparison_without_a_baseline():
    display = ComparisonDisplay.from_comparison(compared(baseline=None))
    assert display.baseline_ is None
    assert legend_of(display) == ["one fold", "mean"]


def test_folds_that_failed_are_said_and_stand_below():
    scores = {**SCORES, "broken": [0.1, np.nan, 0.1], "gone": [np.nan] * 3}
    display = ComparisonDisplay.from_comparison(compared(scores))
    names = texts_of(display.ax_.yaxis)
    assert names[3:] == ["broken\n(failed in 1 of 3)", "gone\n(failed in 3 of 3)"]


def test_long_names_are_wrapped():
    name = "temporal convolutional network, twelve layers, dilated"
    display = ComparisonDisplay.from_comparison(compared({name: [1.0]}, None))
    [label] = texts_of(display.ax_.yaxis)
    assert label.replace("\n", " ") == name
    assert max(map(len, label.split("\n"))) <= 28


def test_picture_and_table_have_one_order():
    scores = {**SCORES, "broken": [0.1, np.nan, 0.1], "gone": [np.nan] * 3}
    table = pd.DataFrame(scores)
    means, failed = table.mean(), table.isna().sum()
    for better, metric in ((False, "mean_absolute_error"), (True, "r2")):
        signed = -means if better else means
        display = ComparisonDisplay.from_comparison(compared(scores), metric=metric)
        assert list(display.models) == list(ranked(signed, failed, better))


def test_comparison_errors():
    with pytest.raises(ValueError, match=r"metric='mse' was not .* one of 'mean_abs"):
        ComparisonDisplay.from_comparison(compared(), metric="mse")
    with pytest.raises(ValueError, match="baseline='a' must be one of the models"):
        ComparisonDisplay.from_comparison(compared(baseline="a"))
