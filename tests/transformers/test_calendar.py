"""CalendarFeatures."""

import pickle
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.tseries.offsets import CustomBusinessDay
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline, make_union

from skseqconv import (
    CalendarFeatures,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)


@pytest.fixture
def table():
    dates = pd.date_range("2024-02-28", periods=200, freq="h")
    return pd.DataFrame({"load": np.arange(200.0)}, index=dates)


def test_hands_of_a_clock(table):
    out = CalendarFeatures(["day", "12h"]).fit_transform(table)
    hour = table.index.hour.to_numpy()
    np.testing.assert_allclose(out["day_sin"], np.sin(hour * np.pi / 12), atol=1e-9)
    np.testing.assert_allclose(out["12h_cos"], np.cos(hour * np.pi / 6), atol=1e-9)
    pd.testing.assert_frame_equal(out[["load"]], table)
    names = CalendarFeatures(["day", "12h"]).fit(table).get_feature_names_out()
    assert list(names) == list(out.columns)


@pytest.mark.parametrize(
    "span", [np.timedelta64(12, "h"), pd.Timedelta("12h"), timedelta(hours=12)]
)
def test_a_period_may_be_a_time_span(span, table):
    features = CalendarFeatures([span])
    out = features.fit_transform(table)
    expected = CalendarFeatures(["12h"]).fit_transform(table)
    np.testing.assert_array_equal(out, expected)
    assert list(features.get_feature_names_out()) == list(out.columns)


def test_a_year_comes_round(table):
    years = pd.DataFrame(
        {"load": [0.0, 0, 0]},
        index=pd.DatetimeIndex(
            np.array(
                ["1970-01-01T00:00:00", "1970-07-02T14:54:36", "2370-01-01T00:00:00"],
                dtype="datetime64[s]",
            )
        ),
    )
    out = CalendarFeatures(["year"]).fit(table).transform(years)
    np.testing.assert_allclose(out["year_cos"], [1, -1, 1], atol=1e-9)


def test_ahead_is_the_time_that_is_forecast(table):
    now = CalendarFeatures().fit_transform(table)
    later = CalendarFeatures(ahead=30).fit_transform(table)
    np.testing.assert_allclose(
        later["day_sin"].iloc[:-30], now["day_sin"].iloc[30:], atol=1e-9
    )
    # The fitted frequency counts, also for a single row.
    one = CalendarFeatures(ahead=30).fit(table).transform(table.iloc[[7]])
    np.testing.assert_array_equal(one, later.iloc[[7]])


def test_local_time_is_what_clocks_show(table):
    berlin = table.tz_localize("UTC").tz_convert("Europe/Berlin")
    out = CalendarFeatures(["day"]).fit_transform(berlin)
    hour = berlin.index.hour.to_numpy()
    np.testing.assert_allclose(out["day_cos"], np.cos(hour * np.pi / 12), atol=1e-9)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("start", ["2025-03-29", "2025-10-25"])
@pytest.mark.parametrize(
    ("frequency", "ahead", "period"),
    [
        ("h", 24, "day"),
        ("10min", 5, "day"),
        ("6h", 3, "day"),
        ("D", 3, "week"),
        ("B", 1, "week"),
        ("bh", 3, "day"),
        ("MS", 5, "year"),
        ("WOM-3FRI", 2, "year"),
    ],
)
def test_ahead_is_the_clock_of_a_later_row(frequency, ahead, period, start, zone):
    """Also when clocks change, and across weekends and months."""
    dates = pd.date_range(start, periods=120, freq=frequency, tz=zone)
    table = pd.DataFrame({"load": np.arange(120.0)}, index=dates)
    now = CalendarFeatures([period]).fit_transform(table)
    later = CalendarFeatures([period], ahead=ahead).fit_transform(table)
    names = [f"{period}_sin", f"{period}_cos"]
    np.testing.assert_allclose(
        later[names].iloc[:-ahead], now[names].iloc[ahead:], atol=1e-9
    )


def test_a_day_later_is_told_from_a_part_without_a_change_of_clocks():
    dates = pd.date_range("2025-03-20", periods=20, freq="D", tz="Europe/Berlin")
    table = pd.DataFrame({"load": np.arange(20.0)}, index=dates)
    features = CalendarFeatures(["week"], ahead=2).fit(table[:5])
    weekday = dates.day_of_week.to_numpy()
    np.testing.assert_allclose(
        features.transform(table)["week_cos"],
        # 1970 began on a Thursday.
        np.cos((weekday + 2 - 3) * 2 * np.pi / 7),
        atol=1e-9,
    )


TRADING = pd.bdate_range("2025-01-01", periods=60).delete([7, 30])
HOLIDAYS = pd.bdate_range("2025-01-01", periods=60)[[7, 30]]


def weekdays(dates, **options):
    """The weekday in the features of each row, with Monday as 0."""
    table = pd.DataFrame({"load": np.arange(float(len(dates)))}, index=dates)
    out = CalendarFeatures(["week"], **options).fit_transform(table)
    turn = np.arctan2(out["week_sin"], out["week_cos"]) * 7 / (2 * np.pi)
    return (turn.to_numpy().round(6) + 3) % 7  # 1970 began on a Thursday


def test_ahead_on_trading_days():
    now = weekdays(TRADING)
    exact = CustomBusinessDay(holidays=HOLIDAYS)
    np.testing.assert_allclose(weekdays(TRADING, ahead=1, freq=exact)[:-1], now[1:])
    # Without the holidays, business days are wrong only before a holiday.
    found = weekdays(TRADING, ahead=1)[:-1]
    np.testing.assert_array_equal(np.flatnonzero(abs(found - now[1:]) > 0.1), [6, 28])


def test_ahead_of_a_shop_that_closes_on_sundays():
    dates = pd.date_range("2025-01-01", periods=90)
    dates = dates[dates.day_of_week < 6]
    now = weekdays(dates)
    np.testing.assert_allclose(weekdays(dates, ahead=2)[:-2], now[2:])


@pytest.mark.parametrize("freq", ["6h", pd.offsets.Hour(6)])
def test_ahead_of_a_declared_step_is_time_that_passes(freq):
    dates = pd.date_range("2025-03-29", periods=12, freq="6h", tz="Europe/Berlin")
    table = pd.DataFrame({"load": np.arange(12.0)}, index=dates)
    declared = CalendarFeatures(["day"], ahead=3, freq=freq).fit_transform(table)
    found = CalendarFeatures(["day"], ahead=3).fit_transform(table)
    pd.testing.assert_frame_equal(declared, found)


@pytest.mark.parametrize("of_fit", [None, "Europe/Berlin", "UTC"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "UTC"])
def test_times_of_another_zone_than_in_fit_are_told(zone, of_fit, table):
    """The way out that the message names gives the features of the fit."""
    X = table.tz_localize(of_fit)
    calendar = CalendarFeatures(["day"]).fit(X)
    other = table.tz_localize(zone)
    if None not in (zone, of_fit):
        other = X.tz_convert(zone)
    if zone == of_fit:
        calendar.transform(other)
        return
    with pytest.warns(UserWarning, match=r"of X have .* those of the fit") as caught:
        calendar.transform(other)
    assert caught[0].filename == __file__
    code = str(caught[0].message).split("in the fit. ")[1].partition(" gives")[0]
    mended = calendar.transform(eval(code, {"X": other}))
    pd.testing.assert_frame_equal(mended, calendar.transform(X), check_freq=False)
    again = pickle.loads(pickle.dumps(calendar))
    with pytest.warns(UserWarning, match=r"of X have .* those of the fit"):
        again.transform(other)


def test_ahead_needs_one_frequency():
    chosen = np.random.default_rng(0).random(60) < 0.7
    days = pd.date_range("2025-01-01", periods=60)[chosen]
    table = pd.DataFrame({"load": np.arange(float(len(days)))}, index=days)
    with pytest.raises(
        ValueError, match=r"ahead=1 needs .* \d+% .* are not 1 day apart"
    ):
        CalendarFeatures(["week"], ahead=1).fit(table)
    CalendarFeatures(["week"]).fit(table)
    with pytest.raises(ValueError, match=r"\d+% of the rows .* do not follow freq='B'"):
        CalendarFeatures(["week"], ahead=1, freq="B").fit(table)
    CalendarFeatures(["week"], ahead=1).fit(table.asfreq("D"))


@pytest.mark.parametrize(("n_late", "is_usual"), [(1, True), (2, False)])
def test_one_step_of_ten_may_be_another(n_late, is_usual):
    dates = pd.date_range("2025-01-01", periods=11 + n_late, freq="h")
    dates = dates.delete(np.arange(1, 1 + 2 * n_late, 2))  # 10 steps
    assert len(dates) == 11
    features = CalendarFeatures(["day"], ahead=1)
    table = pd.DataFrame({"load": np.arange(11.0)}, index=dates)
    if is_usual:
        assert features.fit(table).step_ == pd.Timedelta("1h")
        return
    with pytest.raises(ValueError, match="20% of the rows of X are not 01:00:00 apart"):
        features.fit(table)


@pytest.mark.parametrize("ahead", [0, 2])
def test_repeated_and_shuffled_dates_have_the_step_of_the_others(table, ahead):
    repeated = pd.concat([table, table, table])
    features = CalendarFeatures(["day"], ahead=ahead).fit(repeated)
    assert features.step_ == pd.Timedelta("1h")
    assert features.freq_ is None
    expected = CalendarFeatures(["day"], ahead=ahead).fit_transform(table)
    pd.testing.assert_frame_equal(features.transform(table), expected)


def test_a_period_of_two_rows_is_the_shortest(table):
    assert CalendarFeatures(["2h"]).fit_transform(table).shape == (200, 3)
    with pytest.raises(ValueError, match="at least two time steps"):
        CalendarFeatures(["7199s"]).fit(table)


@pytest.mark.parametrize(
    "freq", [None, "B", CustomBusinessDay(holidays=HOLIDAYS, weekmask="Mon Tue Wed")]
)
def test_a_frequency_survives_a_pickle_as_plain_data(freq):
    features = CalendarFeatures(["week"], ahead=1, freq=freq)
    table = pd.DataFrame({"load": np.arange(58.0)}, index=TRADING)
    if freq is None or freq == "B":
        features.fit(table)
    state = features.__getstate__()
    kinds = {type(state[name]) for name in ("freq", "freq_") if name in state}
    assert kinds <= {str, dict, type(None)}
    again = pickle.loads(pickle.dumps(features))
    assert again.freq == features.freq
    if hasattr(features, "freq_"):
        assert again.freq_ == features.freq_
        pd.testing.assert_frame_equal(again.transform(table), features.transform(table))


def test_a_gap_leaves_the_step_as_it_is(table):
    features = CalendarFeatures(["day"], ahead=6)
    with_gap = features.fit_transform(table.drop(table.index[50:66]))
    whole = features.fit_transform(table)
    pd.testing.assert_frame_equal(with_gap, whole.loc[with_gap.index])


@pytest.mark.trains
@pytest.mark.trains
def test_a_network_learns_from_the_hour(table):
    """A value that depends on the hour can be forecast from the hour alone."""
    random = np.random.default_rng(0)
    hour = table.index.hour.to_numpy()
    noisy = table.assign(load=2.0 * (hour == 8) + random.normal(0, 0.1, len(table)))
    frame = CalendarFeatures(["day"], ahead=1).fit_transform(noisy)
    X, y = make_supervised(frame, "load")
    model = Conv1DRegressor(
        n_conv=1, kernel_size=4, window_norm=None, learning_rate=0.01, random_state=0
    )
    pipe = make_pipeline(Standardizer(), LookbackWindower(4), model)
    assert pipe.fit(X[:120], y[:120]).score(X[120:], y[120:]) > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"periods": "day"}, r"periods='day' must be a list of names"),
        ({"periods": []}, "must be a list of names"),
        ({"periods": ["day", "week", "day"]}, "holds 'day' more than once"),
        ({"periods": [pd.Timedelta("1D")] * 2}, "'1 days 00:00:00' more than once"),
        ({"periods": [np.timedelta64(5, "Y")]}, "Use .* a duration that pandas reads"),
        ({"periods": ["moon"]}, "'moon'. Use 'hour', 'day', 'week', 'year' or"),
        ({"periods": ["-1h"]}, "'-1h'. Use .* a duration that pandas reads"),
        ({"periods": ["day", 24]}, "24, a number without a unit. Use '24h'"),
        ({"periods": ["24"]}, "'24', a number without a unit. Use '24h'"),
        (
            {"periods": ["hour"]},
            "'hour', but the rows are 01:00:00 apart.*For the hour within a day, use "
            "'day'",
        ),
        ({"periods": ["119min"]}, "must span at least two time steps"),
        ({"ahead": 1.5}, r"ahead=1.5 must be a whole number of rows"),
        ({"freq": "moon"}, r"freq='moon' must be a frequency of pandas"),
        ({"freq": 2}, r"'freq' parameter of CalendarFeatures must be"),
    ],
)
def test_bad_parameters_are_told(options, message, table):
    with pytest.raises(ValueError, match=message):
        CalendarFeatures(**options).fit(table)


def test_bad_tables_are_told(table):
    with pytest.raises(ValueError, match="Use it before make_supervised"):
        CalendarFeatures().fit(table.to_numpy())
    with pytest.raises(ValueError, match=r"DatetimeIndex, got skseqconv\.SeriesView"):
        CalendarFeatures().fit(make_supervised(table, "load")[0])
    with pytest.raises(ValueError, match=r"got a RangeIndex.*set_index.*to_datetime"):
        CalendarFeatures().fit(table.reset_index(drop=True))
    with pytest.raises(ValueError, match="already has a column 'day_sin'"):
        CalendarFeatures().fit(table.assign(day_sin=0))
    with pytest.raises(ValueError, match=r"Row 1 of X has no date"):
        CalendarFeatures().fit(table.set_axis([table.index[0], pd.NaT] * 100))
    with pytest.raises(ValueError, match="X has several channels 'load'"):
        CalendarFeatures().fit(pd.concat([table, table], axis=1))
    with pytest.raises(
        ValueError, match=r"needs the time between rows.*two different dates"
    ):
        CalendarFeatures(ahead=1).fit(table.iloc[:1])


@pytest.mark.parametrize("names", [["id", "time"], ["time", "id"], [None, None]])
def test_dates_of_several_series_are_a_level_of_the_index(table, names):
    """Each series has the columns that it has alone."""
    tables = {"a": table, "b": table[40:], "c": table[:150]}
    long = pd.concat(tables, names=["id", "time"])
    if names[0] == "time":
        long = long.swaplevel().sort_index()
    calendar = CalendarFeatures(["day", "week"], ahead=7)
    out = calendar.fit_transform(long.rename_axis(names)).rename_axis(long.index.names)
    for name, one in tables.items():
        alone = calendar.fit_transform(one)
        found = out.xs(name, level="id")
        pd.testing.assert_frame_equal(found, alone, check_freq=False, check_names=False)
    X, _ = make_supervised(out, "load")
    assert X.n_channels == 5


@pytest.mark.parametrize("freq", [None, "h"])
def test_the_step_is_that_of_rows_of_one_series(table, freq):
    """Dates of another series may lie between those of a series."""
    tables = {"a": table, "b": table.set_axis(table.index + pd.Timedelta("30min"))}
    long = pd.concat(tables, names=["id", "time"]).sort_index(level="time")
    calendar = CalendarFeatures(["day"], ahead=6, freq=freq).fit(long)
    assert calendar.step_ == pd.Timedelta("1h")
    hour = (long.index.get_level_values("time") - table.index[0]) / pd.Timedelta("1h")
    np.testing.assert_allclose(
        calendar.transform(long)["day_sin"],
        np.sin((hour + 6) * np.pi / 12),
        atol=1e-9,
    )


def test_business_days_of_series_with_other_times_of_day_are_found():
    days = pd.bdate_range("2025-01-01", periods=60)
    tables = {
        hour: pd.DataFrame({"load": 1.0}, index=days + pd.Timedelta(hours=hour))
        for hour in (9, 17)
    }
    calendar = CalendarFeatures(["week"], ahead=1).fit(pd.concat(tables))
    assert calendar.freq_ == pd.offsets.BusinessDay()
    with pytest.raises(ValueError, match=r"20% of the rows .* do not follow freq='D'"):
        CalendarFeatures(["week"], ahead=1, freq="D").fit(pd.concat(tables))


def test_several_levels_tell_the_series(table):
    late = table.set_axis(table.index + pd.Timedelta("20min"))
    long = pd.concat({("a", 1): table, ("a", 2): late, ("b", 2): table})
    assert CalendarFeatures(["day"], ahead=1).fit(long).step_ == pd.Timedelta("1h")


def test_series_of_one_date_each_have_no_step(table):
    long = pd.concat({at: table.iloc[[at]] for at in range(5)})
    assert CalendarFeatures(["day"]).fit(long).step_ == pd.Timedelta(0)
    with pytest.raises(ValueError, match="no series of X has two different dates"):
        CalendarFeatures(["day"], ahead=1).fit(long)


@pytest.mark.parametrize("n_series", [1, 2])
def test_rows_of_another_step_than_in_fit_are_told(table, n_series):
    def of_several(one):
        return pd.concat(dict.fromkeys(range(n_series), one)) if n_series > 1 else one

    calendar = CalendarFeatures(["week"], ahead=6).fit(of_several(table))
    daily = of_several(table[::24])
    with pytest.warns(UserWarning, match=r"1 day apart, .* fit were 01:00:00") as told:
        calendar.transform(daily)
    assert "ahead=6 counts steps of the fit" in str(told[0].message)
    assert told[0].filename == __file__
    calendar.transform(of_several(table[100:]))
    some = np.random.default_rng(0).permutation(200)[:50]  # a shuffled fold
    calendar.transform(table.iloc[some])
    CalendarFeatures(["week"]).fit(of_several(table)).transform(daily)


def test_levels_without_dates_are_told(table):
    text = table.index.strftime("%Y-%m-%d %H:%M")
    days = table.index.normalize()
    for levels in ([text, table.index.hour], [days, table.index]):
        index = pd.MultiIndex.from_arrays(levels)
        message = "MultiIndex that has one level of dates, .* got a MultiIndex"
        with pytest.raises(ValueError, match=message):
            CalendarFeatures().fit(table.set_axis(index))


@pytest.fixture
def two(table):
    return table.assign(wind=np.arange(200.0)[::-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X[["wind", "load"]], "must be in the same order"),
        (lambda X: X[["load"]], "yet now missing:\n- wind"),
        (lambda X: X.assign(price=0.0), "unseen at fit time:\n- price"),
    ],
)
def test_other_columns_than_in_fit_are_refused(two, change, message):
    features = CalendarFeatures(["day"]).fit(two)
    with pytest.raises(ValueError, match=message):
        features.transform(change(two))


def test_dates_alone_have_features_alone(two):
    """Those of dates to come, for which nothing else is known."""
    features = CalendarFeatures(["day"]).fit(two)
    out = features.transform(two[[]])
    pd.testing.assert_frame_equal(out, features.transform(two)[["day_sin", "day_cos"]])


def test_a_fit_on_dates_alone_takes_dates_alone(two):
    features = CalendarFeatures(["day"]).fit(two[[]])
    assert list(features.transform(two[[]])) == ["day_sin", "day_cos"]
    with pytest.raises(ValueError, match=r"X has 2 features, but .* expecting 0"):
        features.transform(two.set_axis([0, 1], axis=1))


@pytest.mark.parametrize("labels", [["load", 1], [5, 1], ["load", ("a", "b")]], ids=str)
def test_labels_that_are_not_all_str_are_no_names(two, labels):
    """As those of the rows of make_supervised."""
    mixed = two.set_axis(pd.Index(labels, tupleize_cols=False), axis=1)
    features = CalendarFeatures(["day"])
    out = features.fit_transform(mixed)
    assert list(out) == [*labels, "day_sin", "day_cos"]
    assert not hasattr(features, "feature_names_in_")
    assert make_supervised(out, labels[0], delay=1)[0].n_channels == 4
    with pytest.raises(ValueError, match=r"X has 1 features, but .* expecting 2"):
        features.transform(mixed.iloc[:, 1:])


def test_names_of_columns_that_differ_from_those_of_fit_are_refused(two):
    features = CalendarFeatures(["day"]).fit(two)
    expected = ["load", "wind", "day_sin", "day_cos"]
    assert list(features.get_feature_names_out(["load", "wind"])) == expected
    with pytest.raises(ValueError, match="input_features is not equal to feature_n"):
        features.get_feature_names_out(["x", "y"])
    numbered = CalendarFeatures(["day"]).fit(two.set_axis([0, 1], axis=1))
    assert list(numbered.get_feature_names_out())[:2] == ["x0", "x1"]
    with pytest.raises(ValueError, match="X has 1 features, but CalendarFeatures is"):
        numbered.transform(two[["load"]].set_axis([0], axis=1))


def is_of_kind(out, kind):
    if kind == "polars":
        return type(out).__module__.startswith("polars.")
    return isinstance(out, pd.DataFrame)


@pytest.mark.parametrize("by", ["set_output", "config"])
@pytest.mark.parametrize("kind", ["default", "pandas", "polars"])
def test_its_output_is_of_the_kind_that_is_set(two, kind, by):
    pytest.importorskip("polars")
    two["name"] = "a text"  # columns keep their types
    two.attrs["unit"] = "MW"
    features = CalendarFeatures(["day"])
    expected = clone(features).fit_transform(two)
    if by == "set_output":
        out = features.set_output(transform=kind).fit(two).transform(two)
    else:
        with config_context(transform_output=kind):
            out = features.fit(two).transform(two)
    assert is_of_kind(out, kind)
    if kind == "polars":
        out = out.to_pandas().set_axis(two.index)
    else:
        assert out.attrs == two.attrs
    pd.testing.assert_frame_equal(out, expected)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_what_holds_it_sets_its_output(two, kind):
    pytest.importorskip("polars")
    day = CalendarFeatures(["day"])
    both = make_union(day, Standardizer())
    one = make_column_transformer((day, ["load"]), remainder="passthrough")
    expected = day.fit_transform(two)
    for holder in (both, one, make_pipeline(day, Standardizer())):
        out = clone(holder).set_output(transform=kind).fit_transform(two)
        assert is_of_kind(out, kind)
        assert list(out.columns) == list(clone(holder).fit(two).get_feature_names_out())
    found = one.set_output(transform="pandas").fit_transform(two)
    columns = ["calendarfeatures__day_sin", "remainder__wind"]
    renamed = expected[["day_sin", "wind"]].set_axis(columns, axis=1)
    pd.testing.assert_frame_equal(found[columns], renamed)


def test_it_is_cloned_and_leaves_its_input_alone(table):
    before = table.copy()
    clone(CalendarFeatures(["week"], ahead=2)).fit_transform(table)
    pd.testing.assert_frame_equal(table, before)
