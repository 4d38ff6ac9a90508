"""Forecasts beside what was observed: which values are drawn, and of what time."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import PersistenceRegressor, SeriesView, make_supervised
from skseqconv._unwrap import interval_of
from skseqconv.displays import ForecastDisplay
from tests.displays.drawn import legend_of, network, windows

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
