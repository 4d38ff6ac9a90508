"""Panels of forecasts: which values are drawn, and what the axes say; never pixels."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv import ForecastDisplay, SeriesView, make_supervised

plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")

DAYS = pd.date_range("2025-01-01", periods=60, freq="D")


@pytest.fixture(autouse=True)
def figures_closed():
    """Each test draws for real, so that what drawing warns of is an error."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).draw_without_rendering()
    plt.close("all")


def panel(n_series, n_rows=60, delay=(1, 2, 3)):
    tables = {
        f"store {i}": pd.DataFrame({"sales (k)": np.arange(n_rows) + 100.0 * i}, DAYS)
        for i in range(n_series)
    }
    table = pd.concat(tables, names=["store", "day"])
    return make_supervised(table, "sales (k)", delay=list(delay))[0]


def table_of(names, origin=DAYS[-1], horizons=(1, 2, 3), bounds=True, **more):
    """A table of forecasts: the number of the series, plus the horizon."""
    rows = [
        {
            **{key: value[i] for key, value in more.items()},
            "store": name,
            "origin": origin,
            "date": origin + h * pd.Timedelta("1D"),
            "horizon": h,
            "forecast": 100.0 * i + h,
            **({"lower": -1.0 + h, "upper": 1.0 + h} if bounds else {}),
        }
        for i, name in enumerate(names)
        for h in horizons
    ]
    return pd.DataFrame(rows)


def names(n_series):
    return [f"store {i}" for i in range(n_series)]


def data_of(line):
    times, values = line.get_data()
    return pd.DatetimeIndex(times), np.asarray(values)


def test_history_forecast_and_interval_of_each_series():
    X = panel(3)
    display = ForecastDisplay.from_forecast(table_of(names(3)), X, coverage=0.8)
    assert list(display.panels) == names(3)
    assert [ax.get_title(loc="left") for ax in display.axes_] == names(3)
    times, values = data_of(display.lines_["store 1"]["observed"])
    assert times.equals(DAYS[-30:])
    assert_array_equal(values, np.arange(30, 60) + 100.0)
    times, values = data_of(display.lines_["store 1"]["forecast"])
    assert times.equals(DAYS[-1] + pd.to_timedelta([1, 2, 3], unit="D"))
    assert_array_equal(values, [101, 102, 103])
    low, high = (
        display.bands_["store 1"]["forecast"]
        .get_datalim(display.axes_[1].transData)
        .intervaly
    )
    assert (low, high) == (0.0, 4.0)
    (legend,) = display.figure_.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["observed", "forecast", "80% interval"]
    assert display.figure_.get_supylabel() == "sales (k)"


def test_the_first_six_of_many_series_are_drawn_and_the_figure_says_so():
    X = panel(8)
    display = ForecastDisplay.from_forecast(table_of(names(8)), X)
    assert list(display.panels) == names(6)
    (legend,) = display.figure_.legends
    assert legend.get_title().get_text() == "6 of 8 series"


def test_named_series_are_drawn_in_their_order():
    table = table_of(names(8))
    display = ForecastDisplay.from_forecast(table, ids=["store 7", "store 2"])
    assert list(display.panels) == ["store 7", "store 2"]
    display = ForecastDisplay.from_forecast(table, panel(8), ids="store 7")
    assert_array_equal(
        display.lines_["store 7"]["forecast"].get_ydata(), [701, 702, 703]
    )
    assert display.axes_[0].get_ylabel() == "sales (k)"
    with pytest.raises(ValueError, match=r"ids has 'x', .*'store 0', .*\.\.\."):
        ForecastDisplay.from_forecast(table, ids=["store 7", "x"])
    with pytest.raises(ValueError, match=r"ids=\[\] names no series"):
        ForecastDisplay.from_forecast(table, ids=[])


def test_known_values_after_the_origin_are_drawn():
    table = table_of(names(1), origin=DAYS[40])
    display = ForecastDisplay.from_forecast(table, panel(1), past=5)
    times, _ = data_of(display.lines_["store 0"]["observed"])
    assert times.equals(DAYS[36:44])


def test_forecasts_of_several_origins_are_not_joined():
    table = pd.concat(
        [table_of(names(1), origin=DAYS[i], bounds=False) for i in (40, 50)]
    )
    display = ForecastDisplay.from_forecast(table)
    values = display.lines_["store 0"]["forecast"].get_ydata()
    assert_array_equal(values, [1, 2, 3, np.nan, 1, 2, 3])
    assert not display.bands_["store 0"]


def test_forecasts_of_one_horizon_are_joined():
    rows = [table_of(names(1), DAYS[i], horizons=[2]) for i in (50, 40, 45)]
    display = ForecastDisplay.from_forecast(pd.concat(rows))
    times, values = data_of(display.lines_["store 0"]["forecast"])
    assert times.equals(DAYS[[42, 47, 52]])
    assert_array_equal(values, [2, 2, 2])


def test_each_model_has_a_line():
    table = table_of(["store 0", "store 0"], bounds=False, model=["naive", "network"])
    display = ForecastDisplay.from_forecast(table, panel(1))
    assert list(display.lines_["store 0"]) == ["observed", "naive", "network"]
    assert_array_equal(
        display.lines_["store 0"]["network"].get_ydata(), [101, 102, 103]
    )


def test_one_of_several_targets():
    table = table_of(["store 0", "store 0"], bounds=False, target=["a (m)", "b"])
    history = pd.DataFrame({"a (m)": np.arange(60.0), "b": 1.0}, DAYS)
    table = table.drop(columns="store")
    display = ForecastDisplay.from_forecast(table, history, target="a (m)")
    assert list(display.panels) == [""]
    assert_array_equal(display.lines_[""]["forecast"].get_ydata(), [1, 2, 3])
    assert_array_equal(display.lines_[""]["observed"].get_ydata(), np.arange(30, 60))
    assert display.axes_[0].get_ylabel() == "a (m)"
    with pytest.raises(
        ValueError, match=r"target=None must be one of .*'a \(m\)', 'b'"
    ):
        ForecastDisplay.from_forecast(table, history)


def test_rows_instead_of_dates():
    X, _ = make_supervised(np.arange(50.0), 0)
    table = pd.DataFrame({"origin": [49], "row": [50], "horizon": [1], "forecast": 3.0})
    display = ForecastDisplay.from_forecast(table, X)
    assert_array_equal(display.lines_[""]["forecast"].get_xdata(), [50])
    assert_array_equal(display.lines_[""]["observed"].get_xdata(), np.arange(20, 50))


def test_given_axes():
    _, axes = plt.subplots(2)
    display = ForecastDisplay.from_forecast(table_of(names(2)), panel(2), ax=axes)
    assert list(display.axes_) == list(axes)
    with pytest.raises(ValueError, match="ax has 1 axes, but there are 2 panels"):
        display.plot(axes[0])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "table must have the columns origin, horizon"),
        (pd.DataFrame({"a": [1]}), r"got \['a'\]"),
        (table_of(names(1))[:0], "no rows"),
    ],
)
def test_what_is_no_table_of_forecasts_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        ForecastDisplay.from_forecast(table)


def test_a_history_of_other_series_is_refused():
    with pytest.raises(ValueError, match="history has no series 'store 2'"):
        ForecastDisplay.from_forecast(table_of(names(4)), panel(2))
    other = SeriesView(pd.DataFrame({"a": np.arange(60.0)}, DAYS))
    with pytest.raises(ValueError, match="no ids named 'store'"):
        ForecastDisplay.from_forecast(table_of(names(1)), other)
    two = SeriesView(pd.DataFrame({"a": np.arange(60.0), "b": 1.0}, DAYS))
    with pytest.raises(ValueError, match=r"several channels .*target="):
        ForecastDisplay.from_forecast(table_of(names(1)), two)
