"""The axis of time: its order, its gaps, its labels, and means of days and weeks."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skseqconv import make_supervised
from skseqconv.displays import ForecastDisplay
from skseqconv.displays._time_axis import span_for, with_breaks


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


@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26"])
@pytest.mark.parametrize("as_view", [False, True])
def test_lines_have_the_order_of_utc_where_clocks_change(day, as_view):
    index = pd.date_range(day, periods=60, freq="10min", tz="Europe/Berlin")
    y, X = np.arange(60.0), index
    if as_view:
        X, y = make_supervised(pd.DataFrame({"a": y}, index), "a", delay=1)
        index = index[1:]
    order = np.random.default_rng(0).permutation(len(y))
    display = ForecastDisplay.from_predictions(y[order], y[order], index=X[order])
    line = display.lines_["observed"]
    # The missing hour is no gap, the repeated hour is not mixed.
    assert_array_equal(line.get_ydata(), np.ravel(y))
    assert_array_equal(line.get_xdata(), index.tz_localize(None))
    display.plot(mean_over="day")
    assert_allclose(display.lines_["observed"].get_ydata(), [y.mean()])


def test_means_of_truth_and_forecasts_are_over_the_same_rows():
    index = pd.date_range("2025-01-01", periods=5 * 24, freq="h")
    random = np.random.default_rng(0)
    truth, network, naive, *bounds = random.normal(size=(5, 5 * 24))
    truth[:30] = np.nan  # all of the first day
    network[40:50] = np.nan
    naive[72:96] = np.nan  # all of the fourth day
    bounds[1][110:] = np.nan
    display = ForecastDisplay.from_predictions(
        truth,
        {"network": network, "naive": naive},
        index=index,
        interval={"network": np.stack(bounds, axis=1)},
        mean_over="day",
    )
    rows = [(0, 24), (30, 40), (50, 72), (72, 96), (96, 110)]  # of each day
    for name, values in {"observed": truth, "network": network, "naive": naive}.items():
        means = [np.mean(values[begin:end]) for begin, end in rows]
        assert_allclose(display.lines_[name].get_ydata(), means)


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
