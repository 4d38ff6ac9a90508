"""Panels of forecasts: which values are drawn, and what the axes say; never pixels."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv import FutureDisplay, SeriesView, make_supervised

plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")

DAYS = pd.date_range("2025-01-01", periods=60, freq="D")


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
    display = FutureDisplay.from_forecast(table_of(names(3)), X, coverage=0.8)
    assert list(display.panels) == names(3)
    assert [ax.get_title(loc="left") for ax in display.axes_] == names(3)
    times, values = data_of(display.lines_["store 1"]["observed"])
    assert times.equals(DAYS[-30:])
    assert_array_equal(values, np.arange(30, 60) + 100.0)
    # Forecast and interval begin at the last known value.
    times, values = data_of(display.lines_["store 1"]["forecast"])
    assert times.equals(DAYS[-1] + pd.to_timedelta([0, 1, 2, 3], unit="D"))
    assert_array_equal(values, [159, 101, 102, 103])
    low, high = (
        display.bands_["store 1"]["forecast"]
        .get_datalim(display.axes_[1].transData)
        .intervaly
    )
    assert (low, high) == (0.0, 159.0)
    (legend,) = display.figure_.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["observed", "forecast", "80% interval"]
    assert [ax.get_ylabel() for ax in display.axes_] == ["sales (k)"] * 3


def test_two_columns_of_panels_say_the_year_and_the_unit_once():
    display = FutureDisplay.from_forecast(table_of(names(5)), panel(5))
    labels = [ax.get_ylabel() for ax in display.axes_]
    assert labels == ["sales (k)", "", "sales (k)", "", "sales (k)"]
    said = [ax.xaxis.get_offset_text().get_visible() for ax in display.axes_]
    assert said == [False, False, False, True, True]
    other = table_of(["store 0"], origin=DAYS[20])
    table = pd.concat([other, table_of(names(3)[1:])])
    display = FutureDisplay.from_forecast(table, panel(3))
    said = [ax.xaxis.get_offset_text().get_visible() for ax in display.axes_]
    assert all(said)  # the dates differ


def test_forecasts_begin_at_a_known_value_only():
    table = table_of(names(1), origin=DAYS[40])
    for horizons, n_values in ([1, 2, 3], 4), ([2, 3], 2):
        chosen = table[table["horizon"].isin(horizons)]
        display = FutureDisplay.from_forecast(chosen, panel(1))
        line = display.lines_["store 0"]["forecast"]
        assert len(line.get_xdata()) == n_values
    sales = pd.DataFrame({"sales": np.arange(60.0)}, DAYS)
    sales.iloc[40] = np.nan
    display = FutureDisplay.from_forecast(table.drop(columns="store"), sales)
    assert len(display.lines_[""]["forecast"].get_xdata()) == 3


def test_the_first_six_of_many_series_are_drawn_and_the_figure_says_so():
    X = panel(8)
    display = FutureDisplay.from_forecast(table_of(names(8)), X)
    assert list(display.panels) == names(6)
    (legend,) = display.figure_.legends
    assert legend.get_title().get_text() == "6 of 8 series"


def test_named_series_are_drawn_in_their_order():
    table = table_of(names(8))
    display = FutureDisplay.from_forecast(table, ids=["store 7", "store 2"])
    assert list(display.panels) == ["store 7", "store 2"]
    display = FutureDisplay.from_forecast(table, panel(8), ids="store 7")
    assert_array_equal(
        display.lines_["store 7"]["forecast"].get_ydata(), [759, 701, 702, 703]
    )
    (legend,) = display.figure_.legends
    assert legend.get_title().get_text() == ""
    assert display.axes_[0].get_ylabel() == "sales (k)"
    with pytest.raises(ValueError, match=r"ids has 'x', .*'store 0', .*\.\.\."):
        FutureDisplay.from_forecast(table, ids=["store 7", "x"])
    with pytest.raises(ValueError, match=r"ids=\[\] names no series"):
        FutureDisplay.from_forecast(table, ids=[])


def test_known_values_after_the_origin_are_drawn():
    table = table_of(names(1), origin=DAYS[40])
    display = FutureDisplay.from_forecast(table, panel(1), past=5)
    times, _ = data_of(display.lines_["store 0"]["observed"])
    assert times.equals(DAYS[36:44])


def test_forecasts_of_several_origins_are_not_joined():
    table = pd.concat(
        [table_of(names(1), origin=DAYS[i], bounds=False) for i in (40, 50)]
    )
    display = FutureDisplay.from_forecast(table)
    values = display.lines_["store 0"]["forecast"].get_ydata()
    assert_array_equal(values, [1, 2, 3, np.nan, 1, 2, 3])
    assert not display.bands_["store 0"]
    display = FutureDisplay.from_forecast(table, panel(1))
    times, values = data_of(display.lines_["store 0"]["forecast"])
    assert_array_equal(values, [40, 1, 2, 3, np.nan, 50, 1, 2, 3])
    assert times.equals(DAYS[[40, 41, 42, 43, 51, 50, 51, 52, 53]])


def test_of_overlapping_forecasts_those_that_fit_before_the_newest_are_drawn():
    origins = [40, 41, 43, 44, 46, 47, 49, 50]
    paths = [
        table_of(
            ["store 0"] * 2, DAYS[i], bounds=False, model=["naive", "network"]
        ).assign(fold=i % 2)
        for i in origins
    ]
    display = FutureDisplay.from_forecast(pd.concat(paths).sample(frac=1))
    part = display.panels["store 0"].table
    assert set(part["origin"]) == {DAYS[i] for i in (41, 44, 47, 50)}
    assert len(part) == 4 * 2 * 3
    numbers = part.assign(origin=5, row=5 + part["horizon"]).drop(columns="date")
    display = FutureDisplay.from_forecast(
        numbers[["origin", "row", "horizon", "forecast"]]
    )
    assert len(display.panels[""].table) == 24


def test_forecasts_that_begin_late_are_all_drawn_if_they_do_not_overlap():
    paths = [table_of(names(1), DAYS[i], horizons=[3, 4]) for i in (40, 42, 44, 45)]
    display = FutureDisplay.from_forecast(pd.concat(paths))
    part = display.panels["store 0"].table
    assert set(part["origin"]) == {DAYS[i] for i in (40, 42, 45)}


def test_forecasts_of_one_horizon_are_joined():
    rows = [table_of(names(1), DAYS[i], horizons=[2]) for i in (50, 40, 45)]
    display = FutureDisplay.from_forecast(pd.concat(rows))
    times, values = data_of(display.lines_["store 0"]["forecast"])
    assert times.equals(DAYS[[42, 47, 52]])
    assert_array_equal(values, [2, 2, 2])


def test_each_model_has_a_line():
    table = table_of(["store 0", "store 0"], bounds=False, model=["naive", "network"])
    display = FutureDisplay.from_forecast(table, panel(1))
    assert list(display.lines_["store 0"]) == ["observed", "naive", "network"]
    assert_array_equal(
        display.lines_["store 0"]["network"].get_ydata(), [59, 101, 102, 103]
    )


def test_models_are_chosen_by_name():
    three = ["naive", "network", "linear"]
    table = table_of(["store 0"] * 3, bounds=False, model=three)
    display = FutureDisplay.from_forecast(table, models=["linear", "naive"])
    assert list(display.lines_["store 0"]) == ["linear", "naive"]
    display = FutureDisplay.from_forecast(table, models="network")
    assert list(display.lines_["store 0"]) == ["network"]
    for wrong in (["x"], []):
        with pytest.raises(ValueError, match=r"models=.* must name some .*'naive', 'n"):
            FutureDisplay.from_forecast(table, models=wrong)
    with pytest.raises(ValueError, match="models='x': the table has no column model"):
        FutureDisplay.from_forecast(table_of(names(1)), models="x")


@pytest.mark.parametrize("own_axes", [False, True])
def test_title_and_legend_do_not_overlap(own_axes):
    models = [f"a model with a long name, number {i}" for i in range(6)]
    table = table_of(["store 0"] * 6, bounds=False, model=models)
    ax = plt.subplots()[1] if own_axes else None
    display = FutureDisplay.from_forecast(table, panel(1), ax=ax)
    figure = display.figure_
    figure.draw_without_rendering()
    legends = [*figure.legends, display.axes_[0].get_legend()]
    (legend,) = [one for one in legends if one is not None]
    title = display.axes_[0]._left_title
    assert title.get_text() == "store 0"
    box = legend.get_window_extent()
    assert not box.overlaps(title.get_window_extent())
    assert own_axes or box.width <= figure.bbox.width


def test_one_of_several_targets():
    table = table_of(["store 0", "store 0"], bounds=False, target=["a (m)", "b"])
    history = pd.DataFrame({"a (m)": np.arange(60.0), "b": 1.0}, DAYS)
    table = table.drop(columns="store")
    display = FutureDisplay.from_forecast(table, history, target="a (m)")
    assert list(display.panels) == [""]
    assert_array_equal(display.lines_[""]["forecast"].get_ydata(), [59, 1, 2, 3])
    assert_array_equal(display.lines_[""]["observed"].get_ydata(), np.arange(30, 60))
    assert display.axes_[0].get_ylabel() == "a (m)"
    with pytest.raises(ValueError, match=r"target='c' must be one of .*'a \(m\)', 'b'"):
        FutureDisplay.from_forecast(table, history, target="c")


def test_several_targets_have_a_panel_each():
    table = table_of(["store 0"] * 2, bounds=False, target=["a (m)", "b"])
    history = pd.DataFrame({"a (m)": np.arange(60.0), "b": 1.0}, DAYS)
    display = FutureDisplay.from_forecast(table.drop(columns="store"), history)
    assert list(display.panels) == ["a (m)", "b"]
    for target, values in {"a (m)": [59, 1, 2, 3], "b": [1, 101, 102, 103]}.items():
        line = display.lines_[target]["forecast"]
        assert_array_equal(line.get_ydata(), values)
    assert [ax.get_ylabel() for ax in display.axes_] == ["", ""]
    (legend,) = display.figure_.legends
    assert legend.get_title().get_text() == ""


def test_ids_and_targets_have_panels_up_to_six():
    tables = [
        table_of(names(4), bounds=False).assign(target=target) for target in ("a", "b")
    ]
    table = pd.concat(tables)
    display = FutureDisplay.from_forecast(table)
    first = ["store 0: a", "store 0: b", "store 1: a", "store 1: b"]
    assert list(display.panels) == [*first, "store 2: a", "store 2: b"]
    (legend,) = display.figure_.legends
    assert legend.get_title().get_text() == "6 of 8 series"
    display = FutureDisplay.from_forecast(table, ids="store 3")
    assert list(display.panels) == ["store 3: a", "store 3: b"]
    display = FutureDisplay.from_forecast(table, target="b")
    assert list(display.panels) == names(4)


def test_columns_behind_the_origin_name_no_series():
    table = table_of(names(2)).assign(**{"q0.1": np.arange(6.0), "measured": "high"})
    display = FutureDisplay.from_forecast(table, panel(2))
    assert list(display.panels) == names(2)
    one = table[table["store"] == "store 1"].drop(columns="store")
    history = pd.DataFrame({"sales": np.arange(60.0)}, DAYS)
    display = FutureDisplay.from_forecast(one.assign(model="a", fold=0), history)
    assert list(display.panels) == [""]
    one.insert(0, "fold", 0)
    assert list(FutureDisplay.from_forecast(one, history).panels) == [""]
    dates_first = one.set_index("date").reset_index()
    assert list(FutureDisplay.from_forecast(dates_first, history).panels) == [""]


def test_series_named_behind_the_origin_are_refused_and_not_mixed():
    table = table_of(names(2)).set_index("origin").reset_index()
    with pytest.raises(ValueError, match=r"several .*\['store'\].* left of 'origin'"):
        FutureDisplay.from_forecast(table)
    one = table[table["store"] == "store 1"]
    assert list(FutureDisplay.from_forecast(one).panels) == [""]


def test_the_history_keeps_its_order_where_an_hour_is_repeated():
    index = pd.date_range(
        "2025-10-26 01:00", periods=24, freq="15min", tz="Europe/Berlin"
    )
    history = pd.DataFrame({"a": np.arange(24.0)}, index)
    later = index[-1] + pd.Timedelta("15min")
    table = pd.DataFrame(
        {"origin": index[-1:], "date": [later], "horizon": [1], "forecast": [3.0]}
    )
    line = FutureDisplay.from_forecast(table, history).lines_[""]["observed"]
    assert_array_equal(line.get_ydata(), np.arange(24))
    assert_array_equal(line.get_xdata(), index.tz_localize(None))


def test_rows_instead_of_dates():
    X, _ = make_supervised(np.arange(50.0), 0)
    table = pd.DataFrame({"origin": [49], "row": [50], "horizon": [1], "forecast": 3.0})
    display = FutureDisplay.from_forecast(table, X)
    assert_array_equal(display.lines_[""]["forecast"].get_xdata(), [49, 50])
    assert_array_equal(display.lines_[""]["observed"].get_xdata(), np.arange(20, 50))


def test_given_axes():
    _, axes = plt.subplots(2)
    display = FutureDisplay.from_forecast(table_of(names(2)), panel(2), ax=axes)
    assert list(display.axes_) == list(axes)
    with pytest.raises(ValueError, match="ax has 1 axes, but there are 2 panels"):
        display.plot(axes[0])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "table must have the columns origin, horizon"),
        (pd.DataFrame({"a": [1]}), r"got \['a'\]"),
        (table_of(names(1))[:0], "no rows"),
        (
            table_of(names(1), pd.Timedelta("1h")),
            r"durations as dates.*Timestamp\('2020-01-01'\) \+ index",
        ),
        (
            table_of(names(1)).assign(forecast=[None, "on", "off"]),
            r"not numbers, such as 'on'.*\(table\['forecast'\] == 'on'\) \* 1",
        ),
    ],
)
def test_what_is_no_table_of_forecasts_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        FutureDisplay.from_forecast(table)


def test_a_history_of_other_series_is_refused():
    with pytest.raises(ValueError, match="history has no series 'store 2'"):
        FutureDisplay.from_forecast(table_of(names(4)), panel(2))
    other = SeriesView(pd.DataFrame({"a": np.arange(60.0)}, DAYS))
    with pytest.raises(ValueError, match="no ids named 'store'"):
        FutureDisplay.from_forecast(table_of(names(1)), other)
    two = SeriesView(pd.DataFrame({"a": np.arange(60.0), "b": 1.0}, DAYS))
    with pytest.raises(ValueError, match=r"several channels .*target="):
        FutureDisplay.from_forecast(table_of(names(1)), two)
