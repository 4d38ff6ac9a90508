"""LookbackWindower and FlattenWindows."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlattenWindows,
    LinearAutoregression,
    LookbackWindower,
    MiniRocket,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    importance,
    make_supervised,
)

SIZES = [(1, 1), (3, 1), (6, 2), (6, 6), (12, 3)]


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(size=(30, 2))


@pytest.fixture
def frame(series):
    dates = pd.date_range("2021-01-01", periods=len(series), freq="10min")
    return pd.DataFrame(series, columns=["p", "T"], index=dates)


def dates(freq, **options):
    return pd.date_range("2025-01-01", periods=60, freq=freq, **options)


def table_of(index):
    return pd.DataFrame({"v": np.arange(float(len(index)))}, index=index)


def naive_windows(series, rows, lookback, step):
    """Rows t - lookback + step, ..., t - step, t; the first row before the first."""
    windows = []
    for t in rows:
        past = range(t - lookback + step, t + 1, step)
        windows.append([series[max(row, 0)] for row in past])
    return np.array(windows)


# Windows.


@pytest.mark.parametrize("lookback, step", SIZES)
@pytest.mark.parametrize(
    "rows", [np.arange(30), np.arange(17, 25), np.array([29, 3, 3, 14, 0])]
)
def test_windows_of_a_view_are_of_its_series(series, lookback, step, rows):
    windower = LookbackWindower(lookback, step=step)
    windows = windower.fit_transform(SeriesView(series, rows=rows))
    expected = naive_windows(series, rows, lookback, step)
    assert windows.shape == (len(rows), lookback // step, 2)
    np.testing.assert_array_equal(windows.to_numpy(), expected)
    assert np.shares_memory(windows.series, series)
    np.testing.assert_array_equal(windows.complete, rows - lookback + step >= 0)


@pytest.mark.parametrize("lookback, step", SIZES)
@pytest.mark.parametrize("kind", ["array", "list", "frame"])
def test_windows_of_a_table_are_padded_at_its_edge(series, frame, lookback, step, kind):
    table = {"array": series, "list": series.tolist(), "frame": frame}[kind]
    windower = LookbackWindower(lookback, step=step).fit(table)
    expected = naive_windows(series, range(30), lookback, step)
    np.testing.assert_array_equal(windower.transform(table).to_numpy(), expected)
    fold = frame[20:] if kind == "frame" else table[20:]
    expected = naive_windows(series[20:], range(10), lookback, step)
    np.testing.assert_array_equal(windower.transform(fold).to_numpy(), expected)


def test_windows_never_cross_series(series):
    view = SeriesView([series[:12], series[12:]])
    windows = LookbackWindower(5).fit_transform(view).to_numpy()
    first = naive_windows(series[:12], range(12), 5, 1)
    second = naive_windows(series[12:], range(18), 5, 1)
    np.testing.assert_array_equal(windows, np.concatenate([first, second]))


def test_rows_keep_their_target_dates_and_steps(frame):
    X, _ = make_supervised(frame, "T", delay=4)
    X = Standardizer().fit_transform(X)[10:]
    windows = LookbackWindower(3).fit_transform(X)
    assert windows.target == ((1, 4),)
    assert windows.steps == X.steps
    assert windows.index.equals(frame.index[10:26])


def test_a_frame_gives_its_dates_to_the_windows(frame):
    windows = LookbackWindower(3).fit_transform(frame)
    assert windows.index.equals(frame.index)


def test_float32_stays_float32(series):
    single = series.astype(np.float32)
    assert LookbackWindower(3).fit_transform(single).dtype == np.float32
    whole = np.arange(10)[:, None]
    assert LookbackWindower(3).fit_transform(whole).dtype == np.float64


def test_inverse_gives_the_rows_back(series):
    windower = LookbackWindower(4, step=2).fit(series)
    windows = windower.transform(SeriesView(series, rows=[9, 2, 29]))
    back = windower.inverse_transform(windows)
    assert isinstance(back, SeriesView)
    np.testing.assert_array_equal(back.to_numpy(), series[[9, 2, 29]])
    panel = windows.to_numpy()
    np.testing.assert_array_equal(windower.inverse_transform(panel), series[[9, 2, 29]])


def test_missing_values_pass(series):
    series[5, 1] = np.nan
    for rows in (series, SeriesView(series)):
        windows = LookbackWindower(2).fit_transform(rows).to_numpy()
        np.testing.assert_array_equal(
            np.argwhere(np.isnan(windows)), [[5, 1, 1], [6, 0, 1]]
        )


def test_new_lookback_and_refit(series):
    view = SeriesView(series)
    windower = LookbackWindower(6, step=2).fit(view)
    earlier = windower.transform(view)
    windower.set_params(lookback=4)
    assert windower.transform(view).shape == (30, 3, 2)  # not before it is refitted
    later = windower.fit(view).transform(view)
    assert windower.lags_.tolist() == [2, 0]
    np.testing.assert_array_equal(
        later.to_numpy(), naive_windows(series, range(30), 4, 2)
    )
    assert earlier.shape == (30, 3, 2)


def test_new_lookback_in_a_pipeline(series):
    pipeline = make_pipeline(PerStep(Standardizer()), LookbackWindower(3))
    pipeline.set_params(lookbackwindower__lookback=8)
    assert pipeline.fit_transform(SeriesView(series)).shape == (30, 8, 2)


# Names and containers.


def test_channel_names_are_kept(frame, series):
    for rows in (frame, SeriesView(frame)):
        windower = LookbackWindower(3).fit(rows)
        assert list(windower.get_feature_names_out()) == ["p", "T"]
        assert list(windower.transform(rows).channel_names) == ["p", "T"]
        with pytest.raises(ValueError, match="not equal to feature_names_in_"):
            windower.get_feature_names_out(["T", "p"])
    windower = LookbackWindower(3).fit(series)
    assert list(windower.get_feature_names_out()) == ["x0", "x1"]
    assert list(windower.get_feature_names_out(["a", "b"])) == ["a", "b"]
    with pytest.raises(ValueError, match=r"number of features \(2\), got 1"):
        windower.get_feature_names_out(["a"])


def test_windows_are_views_under_any_output_setting(frame):
    with config_context(transform_output="pandas"):
        windows = LookbackWindower(3).fit_transform(frame)
    assert isinstance(windows, WindowView)
    windows = LookbackWindower(3).set_output(transform="pandas").fit_transform(frame)
    assert isinstance(windows, WindowView)


# Errors and warnings of the windower.


def test_jumping_dates_of_a_frame_warn(frame):
    holed = frame.drop(frame.index[[8, 9]])
    windower = LookbackWindower(3).fit(frame)
    with pytest.warns(UserWarning, match=r"1 gap .*row 8 .*taken as consecutive"):
        windower.transform(holed)
    with pytest.warns(UserWarning, match="repeats the timestamp of the row before"):
        windower.transform(frame.iloc[[0, 1, 2, 2, 3, 4]])
    with pytest.raises(ValueError, match="not in order"):
        windower.transform(frame[::-1])


@pytest.mark.parametrize(
    ("of_fit", "later"),
    [
        (dates("h"), dates("15min")),
        (dates("15min"), dates("h")),
        (dates("D", tz="Europe/Berlin"), dates("h", tz="Europe/Berlin", unit="s")),
        (dates("MS"), dates("QS")),
        (dates("D").to_period("D"), dates("MS").to_period("M")),
        (dates("D"), pd.Index(dates("W").date)),
        (dates("s") - dates("s")[0], dates("100ms") - dates("s")[0]),
    ],
    ids=["closer", "apart", "zone", "months", "periods", "objects", "durations"],
)
def test_rows_that_are_closer_or_further_apart_than_in_fit_warn(of_fit, later):
    """A day is then another number of rows, and no window shows it."""
    X, _ = make_supervised(table_of(of_fit), "v", delay=2)
    windower = LookbackWindower(3).fit(X)
    windower.transform(SeriesView(table_of(of_fit[:10])))
    with pytest.warns(UserWarning, match=r"X are .* apart, but those of the fit were"):
        windower.transform(SeriesView(table_of(later)))
    with pytest.warns(UserWarning, match=r"X are .* apart, but those of the fit were"):
        windower.transform(table_of(later))


@pytest.mark.parametrize("hours", [(9, 17), (9, 10, 11), (9, 10, 13, 18)], ids=str)
def test_few_rows_of_an_uneven_day_do_not_warn(hours):
    days = pd.bdate_range("2025-01-01", periods=60)
    index = pd.DatetimeIndex(
        [day + pd.Timedelta(hours=h) for day in days for h in hours]
    )
    windower = LookbackWindower(1).fit(SeriesView(table_of(index), on_gap="ignore"))
    for start in range(20):
        for n_rows in (2, 6, 7, 9):
            part = table_of(index[start : start + n_rows])
            windower.transform(SeriesView(part, on_gap="ignore"))


@pytest.mark.parametrize("freq", ["B", "ME", "QS", "YS", "W", "D"])
def test_few_rows_of_a_calendar_do_not_warn(freq):
    index = dates(freq)
    windower = LookbackWindower(1).fit(SeriesView(table_of(index)))
    for start in range(20):
        part = table_of(index[start : start + 6])
        windower.transform(SeriesView(part, on_gap="ignore"))


def test_rows_without_dates_have_no_usual_distance():
    dated = SeriesView(table_of(dates("h")))
    counted = SeriesView(table_of(range(60)))
    LookbackWindower(3).fit(dated).transform(counted)
    LookbackWindower(3).fit(counted).transform(dated)


def test_lookback_must_be_a_multiple_of_step(series):
    match = "lookback=7 is not a multiple of step=3. Use lookback=6 or 9"
    with pytest.raises(ValueError, match=match):
        LookbackWindower(7, step=3).fit(series)
    with pytest.raises(ValueError, match=r"lookback=2 .* step=3\. Use lookback=3\."):
        LookbackWindower(2, step=3).fit(series)


@pytest.mark.parametrize("value", [0, -3, 2.0, "3", None])
@pytest.mark.parametrize("name", ["lookback", "step"])
def test_sizes_must_be_positive_whole_numbers(series, name, value):
    params = {"lookback": 6, "step": 2, name: value}
    match = rf"'{name}' parameter of LookbackWindower must be an int in the range \[1,"
    with pytest.raises(ValueError, match=match) as error:
        LookbackWindower(params["lookback"], step=params["step"]).fit(series)
    assert type(error.value).__name__ == "InvalidParameterError"


@pytest.mark.parametrize(
    "span",
    ["2h", "2 hours", timedelta(hours=2), np.timedelta64(2, "h"), pd.Timedelta("2h")],
)
@pytest.mark.parametrize("name", ["lookback", "step"])
def test_time_spans_are_numbers_of_rows(frame, name, span):
    windower = LookbackWindower(**{"lookback": 12, name: span})
    expected = LookbackWindower(**{"lookback": 12, name: 12})
    for X in (frame, SeriesView(frame)[5:], frame.to_period("10min")):
        windows = clone(windower).fit_transform(X)
        np.testing.assert_array_equal(windows.lags, expected.fit_transform(X).lags)
    windower.fit(SeriesView(frame))
    assert getattr(windower, f"{name}_") == 12
    assert windower.get_params()[name] is span
    match = f"{name}=.* is a time span, but X has"
    for X in (frame.to_numpy(), SeriesView(frame.to_numpy()), frame[:1]):
        with pytest.raises(ValueError, match=match):
            windower.fit(X)
    match = "is a time span, but the rows of X are 01:10:00 apart"
    with pytest.raises(ValueError, match=match):
        windower.fit(frame[::7])


def test_a_window_that_is_no_multiple_of_its_step_in_time(frame):
    match = "lookback='2h' is not a multiple of step='50min'. Use lookback=10 or 15."
    with pytest.raises(ValueError, match=match):
        LookbackWindower("2h", step="50min").fit(frame)


@pytest.mark.parametrize("text", ["3 months", "many", "NaT"])
def test_other_texts_are_no_time_spans(frame, text):
    with pytest.raises(ValueError, match=r"'lookback' parameter .* must be an int in"):
        LookbackWindower(text).fit(frame)


def test_series_too_short_for_one_window(series):
    match = r"has 30 rows, but a window with lookback=31, step=1 needs 31\."
    with pytest.raises(ValueError, match=match):
        LookbackWindower(31).fit(SeriesView(series))
    LookbackWindower(30).fit(SeriesView(series))
    LookbackWindower(33, step=11).fit(SeriesView(series))  # reaches back 22 rows


def test_series_too_short_for_one_window_and_its_target(series):
    X, _ = make_supervised(series, 0, delay=10)
    match = r"has 30 rows.*lookback=21, step=1 and a target 10 rows later needs 31"
    with pytest.raises(ValueError, match=match):
        LookbackWindower(21).fit(X)
    windows = LookbackWindower(20).fit_transform(X)
    assert windows.complete.sum() == 1
    with pytest.raises(ValueError, match="a target 10 rows later"):
        LookbackWindower(21).fit(make_supervised(series, 0, delay=[1, 10])[0])


def test_the_longest_of_several_series_counts(series):
    view = SeriesView([series[:4], series[4:14]])
    assert LookbackWindower(10).fit_transform(view).complete.sum() == 1
    with pytest.raises(ValueError, match="longest series has 10 rows"):
        LookbackWindower(11).fit(view)


def test_a_short_fold_of_a_long_series_is_no_error(series):
    windower = LookbackWindower(20).fit(SeriesView(series))
    assert windower.transform(SeriesView(series)[-2:]).complete.all()


def test_windows_are_no_input(series):
    windows = WindowView(series, lags=[1, 0])
    for X in (windows, windows.to_numpy(), windows.to_numpy().tolist()):
        with pytest.raises(ValueError, match="holds windows already"):
            LookbackWindower(3).fit(X)
        with pytest.raises(ValueError, match="holds windows already"):
            LookbackWindower(3).fit(series).transform(X)


def test_channels_must_be_those_of_fit(series, frame):
    windower = LookbackWindower(3).fit(SeriesView(series))
    for X in (series[:, :1], SeriesView(series[:, :1])):
        with pytest.raises(ValueError, match="expecting 2 features"):
            windower.transform(X)
    windower = LookbackWindower(3).fit(frame)
    with pytest.raises(ValueError, match="feature names should match"):
        windower.transform(SeriesView(frame.rename(columns={"p": "q"})))


@pytest.mark.parametrize("transformer", [LookbackWindower(3), FlattenWindows()])
def test_transform_before_fit_is_an_error(series, transformer):
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        transformer.transform(WindowView(series, lags=[1, 0]))


# FlattenWindows.


def naive_table(series, rows, lags):
    """Oldest entry first, all its channels together; lags are given in any order."""
    table = []
    for t in rows:
        line = []
        for lag in sorted(lags, reverse=True):
            line.extend(series[max(t - lag, 0)])
        table.append(line)
    return np.array(table)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("lags", [None, [0], [6], [0, 6], [6, 2, 0], [2, 4, 0, 6]])
@pytest.mark.parametrize("rows", [np.arange(30), np.array([29, 3, 14])])
def test_columns_are_chosen_lags(frame, series, lags, rows):
    windows = WindowView(frame, rows, lags=[6, 4, 2, 0])
    expected = naive_table(series, rows, [0, 2, 4, 6] if lags is None else lags)
    flatten = FlattenWindows(lags).fit(windows)
    np.testing.assert_array_equal(flatten.transform(windows), expected)
    # The same from the windows as a panel, whose entries count as consecutive.
    panel = windows.to_numpy()
    entries = None if lags is None else [lag // 2 for lag in lags]
    flat = FlattenWindows(entries).fit_transform(panel)
    np.testing.assert_array_equal(flat, expected)


def test_names_are_channel_and_lag(frame):
    windows = WindowView(frame, lags=[6, 4, 2, 0])
    flatten = FlattenWindows([0, 6]).fit(windows)
    names = ["p_lag6", "T_lag6", "p_lag0", "T_lag0"]
    assert list(flatten.get_feature_names_out()) == names
    assert list(flatten.feature_names_in_) == ["p", "T"]
    assert flatten.lags_.tolist() == [6, 0]
    flatten = FlattenWindows().fit(windows.to_numpy())
    names = [f"x{c}_lag{lag}" for lag in (3, 2, 1, 0) for c in (0, 1)]
    assert list(flatten.get_feature_names_out()) == names


@pytest.mark.parametrize("by", ["set_output", "config"])
def test_pandas_output_has_names_and_dates(frame, series, by):
    windows = WindowView(frame, np.arange(10, 20), lags=[1, 0])
    flatten = FlattenWindows()
    if by == "config":
        with config_context(transform_output="pandas"):
            table = flatten.fit_transform(windows)
    else:
        table = flatten.set_output(transform="pandas").fit_transform(windows)
    assert list(table.columns) == ["p_lag1", "T_lag1", "p_lag0", "T_lag0"]
    assert table.index.equals(frame.index[10:20])
    np.testing.assert_array_equal(table, naive_table(series, range(10, 20), [0, 1]))


def test_two_dimensions_are_one_channel(series):
    table = pd.DataFrame(series[:5], columns=["before", "now"])
    flatten = FlattenWindows([0]).fit(table)
    np.testing.assert_array_equal(flatten.transform(table), series[:5, [1]])
    assert list(flatten.get_feature_names_out()) == ["now"]
    whole = FlattenWindows().fit_transform(series[:5])
    np.testing.assert_array_equal(whole, series[:5])


@pytest.mark.parametrize("transformer", [FlattenWindows(), MiniRocket(84)])
def test_channels_are_not_taken_for_time_steps(transformer):
    """As many channels as steps: their numbers do not tell samples from a table."""
    panel = np.random.default_rng(0).normal(size=(6, 9, 9))
    table, one_channel = panel[:, :, 0], panel[:, :, :1]
    fitted = clone(transformer).fit(panel)
    with pytest.raises(ValueError, match=r"\(6, 9\), but .* on samples of 9 time"):
        fitted.transform(table)
    expected = clone(transformer).fit_transform(table)
    fitted = clone(transformer).fit(table)
    windows = WindowView(panel[0], lags=np.arange(8, -1, -1))
    for X in (panel, windows):
        with pytest.raises(ValueError, match=r"9 channels, but .* fitted on a table"):
            fitted.transform(X)
    np.testing.assert_array_equal(fitted.transform(one_channel), expected)


def test_only_chosen_entries_are_read(series):
    view = WindowView(series, np.array([20]), lags=np.arange(19, -1, -1))
    series[2:20] = np.nan
    flat = FlattenWindows([19, 0]).fit_transform(view)
    np.testing.assert_array_equal(flat, [[*series[1], *series[20]]])


@pytest.mark.parametrize("lags", [[1], [0, 8], [-2], [0, 0], [], [0.5], ["a"]])
def test_unknown_lag_is_an_error(series, lags):
    windows = WindowView(series, lags=[6, 4, 2, 0])
    with pytest.raises(ValueError, match=r"lags=\[.* the lags 6, 4, 2, 0\.$"):
        FlattenWindows(lags).fit(windows)


def test_lags_must_be_a_sequence(series):
    with pytest.raises(ValueError, match="'lags' parameter of FlattenWindows"):
        FlattenWindows(2).fit(WindowView(series, lags=[2, 0]))


def test_rows_are_an_error(series):
    for X in (SeriesView(series), SeriesView(series)[3:]):
        with pytest.raises(ValueError, match=r"needs windows.*LookbackWindower"):
            FlattenWindows().fit(X)
    flatten = FlattenWindows().fit(WindowView(series, lags=[1, 0]))
    with pytest.raises(ValueError, match=r"needs windows.*LookbackWindower"):
        flatten.transform(SeriesView(series))


def test_other_windows_at_transform_are_an_error(series):
    flatten = FlattenWindows().fit(WindowView(series, lags=[6, 4, 2, 0]))
    for lags in ([4, 2, 0], [3, 2, 1, 0]):
        with pytest.raises(ValueError, match=r"was fitted on .* lags 6, 4, 2, 0\."):
            flatten.transform(WindowView(series, lags=lags))
    panel = WindowView(series, lags=[2, 1, 0]).to_numpy()
    flatten = FlattenWindows().fit(panel)
    with pytest.raises(ValueError, match="X have the lags 1, 0, but"):
        flatten.transform(panel[:, 1:])
    with pytest.raises(ValueError, match="expecting 2 features"):
        flatten.transform(panel[:, :, :1])


def test_missing_values_stay(series):
    series[5, 1] = np.nan
    table = FlattenWindows().fit_transform(WindowView(series, lags=[1, 0])[1:])
    np.testing.assert_array_equal(np.argwhere(np.isnan(table)), [[4, 3], [5, 1]])


def test_flatten_is_cloned_with_its_lags():
    assert clone(FlattenWindows([3, 0])).get_params() == {"lags": [3, 0]}


def test_rows_of_another_target_or_delay_warn(frame):
    """A score would compare forecasts of the one with values of the other."""
    X, y = make_supervised(frame, "p", delay=1)
    model = make_pipeline(LookbackWindower(2), LinearAutoregression()).fit(X, y)
    later, y_later = make_supervised(frame, "p", delay=3)
    other, y_other = make_supervised(frame, "T", delay=1)
    message = "X has the target 'p' 3 rows ahead, but the .* forecast 'p' 1 rows ahead"
    with pytest.warns(UserWarning, match=message):
        model.score(later[4:], y_later[4:])
    with pytest.warns(UserWarning, match=message):
        importance(model, later[4:], y_later[4:], n_repeats=1)
    with pytest.warns(UserWarning, match="X has the target 'T' 1 rows ahead"):
        model.score(other[4:], y_other[4:])
    model.score(X[4:], y[4:])
    model.predict(SeriesView(frame, rows=[9]))  # which has no target
