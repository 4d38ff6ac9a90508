"""PersistenceRegressor against naive references, and errors of both baselines."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from skseqconv import (
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)
from skseqconv.inputs._target_channel import position_after_steps
from tests.baselines.windows import NAMES, windows_of

BEFORE = {
    "bare": [],
    "standardized": [Standardizer()],
    "scaled": [PerStep(MinMaxScaler(feature_range=(-3, 1)))],
    "both": [PerStep(MinMaxScaler()), Standardizer()],
    "filled": [PerStep(SimpleImputer()), Standardizer()],
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("scaled_target", [False, True])
@pytest.mark.parametrize(
    "target, delay", [("temp", 1), (2, 7), ("wind", [1, 5]), (["rain", "temp"], [3, 1])]
)
def test_persistence_is_the_last_value_in_units_of_y(
    frame, before, scaled_target, target, delay
):
    X, y = make_supervised(frame, target, delay=delay)
    model = make_pipeline(*BEFORE[before], LookbackWindower(6), PersistenceRegressor())
    if scaled_target:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    model.fit(X[:70], y[:70])
    rows = np.array([3, 69, 70, 100, 111])
    several = isinstance(target, list) or isinstance(delay, list)
    n_delays = len(delay) if isinstance(delay, list) else 1
    columns = [
        NAMES.index(t) if isinstance(t, str) else t
        for t in (target if isinstance(target, list) else [target])
        for _ in range(n_delays)
    ]
    expected = frame.to_numpy()[rows][:, columns]
    expected = expected if several else expected[:, 0]
    np.testing.assert_allclose(model.predict(X[rows]), expected, rtol=1e-9)


@pytest.mark.parametrize("before", BEFORE)
def test_persistence_of_a_float32_series(frame, before):
    X, y = make_supervised(frame.astype(np.float32), "temp", delay=2)
    model = make_pipeline(*BEFORE[before], LookbackWindower(4), PersistenceRegressor())
    expected = frame["temp"].to_numpy()[:118]
    np.testing.assert_allclose(model.fit(X, y).predict(X), expected, rtol=1e-5)


@pytest.mark.parametrize("before", ["bare", "standardized"])
def test_persistence_of_a_target_that_is_constant_in_training(frame, before):
    # No rain, or night: the channel is constant, so a scaler divides it by one.
    frame["rain"] = np.r_[np.zeros(60), np.arange(60.0)]
    X, y = make_supervised(frame, "rain")
    model = make_pipeline(*BEFORE[before], LookbackWindower(3), PersistenceRegressor())
    model.fit(X[:50], y[:50])
    expected = frame["rain"].to_numpy()[100:110]
    np.testing.assert_allclose(model.predict(X[100:110]), expected)


def test_persistence_with_missing_targets(frame):
    frame.loc[[20, 21, 50], "temp"] = np.nan
    with pytest.warns(UserWarning, match="3 of 118 rows have no target"):
        X, y = make_supervised(frame, "temp", delay=2)
    windows = LookbackWindower(3).fit_transform(X)
    whole = ~np.isnan(windows.to_numpy()).any(axis=(1, 2))
    model = PersistenceRegressor().fit(windows[whole], y[whole])
    expected = frame["temp"].to_numpy()[windows.rows[whole]]
    np.testing.assert_allclose(model.predict(windows[whole]), expected)


def last_known(column, row, stride, start=0):
    """The value at a row of a series, or the last known one before it."""
    while row >= start:
        if np.isfinite(column[row]):
            return column[row]
        row -= stride
    return np.nan


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("period", [None, 4])
@pytest.mark.parametrize("before", ["bare", "standardized", "filled"])
@pytest.mark.parametrize("every", [1, 3])
def test_a_missing_value_is_the_last_known_one(frame, period, before, every):
    # One row, a stretch, and more than half of all the rows at random.
    holes = np.random.default_rng(4).permutation(np.arange(60, 118))[:35]
    frame.iloc[np.r_[20, 30:42, holes], 1] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(frame, "temp", delay=2)
    X, y = X[::every], y[::every]
    steps = [*BEFORE[before], LookbackWindower(5), PersistenceRegressor(period=period)]
    model = make_pipeline(*steps).fit(X, y)
    lag, stride = (2, 4) if period else (0, 1)
    column = frame["temp"].to_numpy()
    read = np.maximum(X.rows - lag, 0)  # the first row is repeated
    expected = [last_known(column, row, stride) for row in read]
    assert np.isnan(column[read]).sum() > 4
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(model.predict(X), expected)
    order = np.random.default_rng(5).permutation(len(X))
    np.testing.assert_allclose(model.predict(X[order]), np.array(expected)[order])


def test_what_is_known_is_of_the_same_series_and_channel(frame):
    frame.iloc[np.r_[10:13, 50:53, 80:83], 1] = np.nan
    frame.iloc[np.r_[20:22, 80:83], 2] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised([frame[:50], frame[50:]], ["temp", "rain"], delay=5)
    model = make_pipeline(LookbackWindower(3), PersistenceRegressor()).fit(X, y)
    starts = np.where(X.rows < 50, 0, 50)
    expected = np.array(
        [
            [last_known(frame[name].to_numpy(), *at) for name in ("temp", "rain")]
            for at in zip(X.rows, np.ones_like(starts), starts, strict=True)
        ]
    )
    # The second series begins with three rows without a value.
    nothing = np.isnan(expected)
    assert X.rows[nothing[:, 0]].tolist() == [50, 51, 52]
    expected[nothing] = y[:, 0].mean()
    np.testing.assert_allclose(model.predict(X), expected)


def test_a_long_hole_is_searched_once():
    class Counted(FunctionTransformer):
        rows = 0

        def transform(self, X):
            type(self).rows += len(X)
            return X

    series = np.arange(20_000.0)
    series[100:19_000] = np.nan
    model = make_pipeline(
        PerStep(Counted()), LookbackWindower(2), PersistenceRegressor(0, delay=1)
    )
    model.fit(SeriesView(series, np.arange(1, 90)), np.arange(2.0, 91))
    Counted.rows = 0
    rows = np.arange(200, 19_000, 2)
    np.testing.assert_allclose(model.predict(SeriesView(series, rows)), 99.0)
    assert Counted.rows < 20_000 + len(rows)


def test_persistence_of_several_series(frame):
    X, y = make_supervised([frame[:50], frame[50:]], "temp", delay=3)
    model = make_pipeline(Standardizer(), LookbackWindower(4), PersistenceRegressor())
    expected = frame["temp"].to_numpy()[X.rows]
    np.testing.assert_allclose(model.fit(X, y).predict(X), expected)


def naive_seasonal(values, t, delay, period):
    """The latest whole number of periods before t + delay that is not after t."""
    source = t + delay
    while source > t:
        source -= period
    return values[source]


@pytest.mark.parametrize(
    "period, delay", [(24, 1), (24, 24), (24, 30), (7, 3), (5, 17)]
)
@pytest.mark.parametrize("before", ["bare", "standardized"])
def test_seasonal_persistence(frame, period, delay, before):
    X, y = make_supervised(frame, "temp", delay=delay)
    model = make_pipeline(
        *BEFORE[before], LookbackWindower(24), PersistenceRegressor(period=period)
    )
    rows = np.arange(30, len(X))
    values = frame["temp"].to_numpy()
    expected = [naive_seasonal(values, t, delay, period) for t in rows]
    np.testing.assert_allclose(model.fit(X, y).predict(X[rows]), expected)


def test_seasonal_persistence_of_several_delays(frame):
    delays = [1, 10, 25]
    windows, y = windows_of(frame, ["wind", "rain"], delays, lookback=24)
    pred = PersistenceRegressor(period=24).fit(windows, y).predict(windows[40:])
    expected = [
        [
            naive_seasonal(frame[name].to_numpy(), t, delay, 24)
            for name in ("wind", "rain")
            for delay in delays
        ]
        for t in windows.rows[40:]
    ]
    np.testing.assert_allclose(pred, expected)


def test_a_period_may_fall_on_a_step(frame):
    windows, y = windows_of(frame, "temp", 6, lookback=12, step=3)
    pred = PersistenceRegressor(period=12).fit(windows, y).predict(windows[20:])
    np.testing.assert_allclose(pred, frame["temp"].to_numpy()[windows.rows[20:] - 6])


def hourly(n_rows=1500, seed=0):
    """A load with the season of a day, and weather of no season beside it."""
    random = np.random.default_rng(seed)
    load = 50 + 20 * np.sin(np.arange(n_rows) * np.pi / 12) + random.normal(size=n_rows)
    return pd.DataFrame({"load": load, "wind": random.normal(size=n_rows).cumsum()})


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("delay", [1, 6, range(1, 30)])
def test_the_period_is_found(before, delay):
    X, y = make_supervised(hourly(), "load", delay=delay)
    models = [
        make_pipeline(*BEFORE[before], LookbackWindower(24), PersistenceRegressor(**p))
        for p in ({"period": "auto"}, {"period": 24})
    ]
    found, given = [model.fit(X[:1000], y[:1000]) for model in models]
    assert found[-1].period_ == given[-1].period_ == 24
    np.testing.assert_array_equal(found[-1].lags_, given[-1].lags_)
    np.testing.assert_array_equal(found.predict(X[1000:]), given.predict(X[1000:]))


def test_without_a_season_the_forecast_is_the_last_value():
    windows, y = windows_of(hourly(), "wind", 6, lookback=24)
    found = PersistenceRegressor(period="auto").fit(windows, y)
    plain = PersistenceRegressor().fit(windows, y)
    assert found.period_ is plain.period_ is None
    np.testing.assert_array_equal(found.predict(windows), plain.predict(windows))


def test_several_targets_have_one_period():
    table = hourly().assign(other=hourly(seed=1)["load"])
    windows, y = windows_of(table, ["load", "other"], [6, 30], lookback=24)
    found = PersistenceRegressor(period="auto").fit(windows, y)
    assert found.period_ == 24
    assert found.lags_.tolist() == [18, 18, 18, 18]


def test_missing_values_are_those_of_an_earlier_period_that_was_found():
    holed = hourly()
    holed.loc[1182:1250, "load"] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(holed, "load", delay=6)
    model = make_pipeline(LookbackWindower(24), PersistenceRegressor(period="auto"))
    model.fit(X[:1000], y[:1000])
    # The rows 1182 to 1250 are missing: one, two and three days before row 1257.
    [forecast] = model.predict(X[np.flatnonzero(X.rows == 1251)])
    np.testing.assert_allclose(forecast, holed["load"][1257 - 4 * 24])


@pytest.mark.parametrize(
    ("windower", "instead"),
    [
        (LookbackWindower(12), "lags 11 to 0. Use a lookback of at least 20"),
        (LookbackWindower(40, step=5), "lags 35 to 0. Use a step that divides 19"),
        (LookbackWindower(20), None),
    ],
)
def test_a_season_that_the_window_does_not_hold_is_told(windower, instead):
    X, y = make_supervised(hourly(), "load", delay=5)
    windows, model = windower.fit_transform(X), PersistenceRegressor(period="auto")
    if instead is None:
        assert model.fit(windows, y).period_ == 24
        return
    told = rf"of 24 rows, .* the value 19 .*{instead}\. Until then, the last value is"
    with pytest.warns(UserWarning, match=told) as warned:
        model.fit(windows, y)
    assert warned[0].filename == __file__
    assert model.period_ is None
    assert model.lags_.tolist() == [0]


def test_a_shorter_season_that_the_window_holds_is_used():
    table = hourly(3000)
    table["load"] += 15 * (np.arange(3000) // 24 % 7 > 4)
    windows, y = windows_of(table, "load", 30, lookback=100)
    model = PersistenceRegressor(period="auto")
    with pytest.warns(
        UserWarning, match=r"of 168 rows.*least 139\..* the period 24 is"
    ):
        model.fit(windows, y)
    assert model.period_ == 24
    windows, y = windows_of(table, "load", 30, lookback=139)
    assert model.fit(windows, y).period_ == 168


def test_an_array_has_no_rows_to_find_a_period_in():
    windows, y = windows_of(hourly(100), "load", 5, lookback=20)
    model = PersistenceRegressor(0, period="auto", delay=5)
    with pytest.raises(ValueError, match='period="auto" needs a view, but X is an arr'):
        model.fit(windows.to_numpy(), y)


@pytest.mark.parametrize("step", [1, 2])
def test_period_delay_and_lags_in_time(step):
    dates = pd.date_range("2020-01-01", periods=300, freq="h")
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=300)}, index=dates)
    X, y = make_supervised(frame, "a", delay=4)
    windows = LookbackWindower("2D", step=step).fit_transform(X)
    in_time = PersistenceRegressor("a", period="1D", delay="4h").fit(windows, y)
    in_rows = PersistenceRegressor("a", period=24, delay=4).fit(windows, y)
    np.testing.assert_array_equal(
        in_time.predict(windows[60:]), in_rows.predict(windows[60:])
    )
    assert in_time.period_ == 24
    assert in_time.get_params()["period"] == "1D"
    in_time = LinearAutoregression("1D", delay="4h").fit(windows, y)
    in_rows = LinearAutoregression(24 // step, delay=4).fit(windows, y)
    np.testing.assert_array_equal(in_time.coef_, in_rows.coef_)
    with pytest.raises(ValueError, match="period='1D' is a time span, but X has no"):
        PersistenceRegressor("a", period="1D").fit(windows.to_numpy(), y)
    for name in ("period", "delay"):
        model = PersistenceRegressor("a", **{name: "often"})
        with pytest.raises(ValueError, match=f"The '{name}' parameter of Persist"):
            model.fit(windows, y)


def test_plain_windows_with_channel_and_delay(frame):
    series = frame.to_numpy()
    windows = WindowView(series, np.arange(110), lags=[2, 1, 0])
    y = 1.8 * series[4:114, 1] + 32.0
    model = PersistenceRegressor(1, delay=4).fit(windows, y)
    np.testing.assert_allclose(model.predict(windows), 1.8 * series[:110, 1] + 32.0)
    assert model.slopes_ == pytest.approx([1.8])
    assert model.offsets_ == pytest.approx([32.0])


def test_plain_windows_need_the_delay(frame):
    windows = LookbackWindower(3).fit_transform(frame.iloc[:110])
    with pytest.raises(ValueError, match="delay=None, and X does not know how far"):
        PersistenceRegressor("rain").fit(windows, np.arange(110.0))


def test_regressors_of_one_value_say_how_to_forecast_several(frame):
    X, y = make_supervised(frame, NAMES[0], delay=[1, 2])
    windows = LookbackWindower(6).fit_transform(X)
    with pytest.raises(ValueError, match="MultiOutputRegressor") as caught:
        FlatWindowRegressor(HistGradientBoostingRegressor()).fit(windows, y)
    assert "y should be a 1d array" in str(caught.value)
    way_out = MultiOutputRegressor(HistGradientBoostingRegressor(max_iter=1))
    model = FlatWindowRegressor(way_out).fit(windows, y)
    assert model.predict(windows[10:]).shape == y[10:].shape
    with pytest.raises(ValueError, match=r"^Sample weights must be 1D"):
        FlatWindowRegressor().fit(windows, y, sample_weight=np.ones((len(y), 3)))


@pytest.mark.parametrize("channels", [NAMES[1:2], NAMES], ids=["one", "several"])
@pytest.mark.parametrize("model", [PersistenceRegressor(), LinearAutoregression()])
def test_one_column_of_several_says_to_give_all(frame, channels, model):
    X, y = make_supervised(frame[channels], NAMES[1], delay=[1, 2])
    several = MultiOutputRegressor(make_pipeline(LookbackWindower(6), model))
    with pytest.raises(ValueError, match=r"made with 2 column.*y has 1: give all"):
        several.fit(X, y)


def test_a_chain_of_models_is_not_needed(frame):
    X, y = make_supervised(frame, NAMES[:2], delay=2)
    model = make_pipeline(LookbackWindower(6), LinearAutoregression())
    with pytest.raises(TypeError, match="Leave out RegressorChain: one model of"):
        RegressorChain(model).fit(X, y)
    assert model.fit(X, y).predict(X[10:]).shape == y[10:].shape


def scaled_windows(shift, scale, n_dimensions):
    """Windows of a season, and the next value with another mean and scale."""
    values = 50 + 10 * np.sin(np.arange(300.0) / 4)
    windows = np.stack([values[start : start + 20] for start in range(280)])
    y = (values[20:] - shift) / scale
    return windows if n_dimensions == 2 else windows[:, :, None], y


@pytest.mark.parametrize("n_dimensions", [2, 3])
@pytest.mark.parametrize("model", [PersistenceRegressor(), LinearAutoregression()])
@pytest.mark.parametrize("shift, scale", [(50, 7), (0, 100), (-500, 1)])
def test_an_array_in_other_units_than_y_warns(model, shift, scale, n_dimensions):
    """Nothing tells how it was scaled, so its last value is no forecast of y."""
    X, y = scaled_windows(shift, scale, n_dimensions)
    with pytest.warns(UserWarning, match=r"y and channel 0 of X seem to have differ"):
        clone(model).fit(X, y)
    several = np.c_[windows_end(X), y]
    with pytest.warns(UserWarning, match=r"y \(column 1\) and channel 0 of X seem"):
        clone(model).set_params(target_channel=0, delay=1).fit(X, several)


def windows_end(X):
    return X.reshape(*X.shape[:2])[:, -1]


@pytest.mark.parametrize(
    "n_rows, shift, scale", [(280, 0, 1), (280, 5, 2), (19, 50, 7)]
)
def test_an_array_like_y_or_too_short_to_tell_does_not_warn(n_rows, shift, scale):
    X, y = scaled_windows(shift, scale, 3)
    PersistenceRegressor().fit(X[:n_rows], y[:n_rows])
    constant = np.ones_like(X)
    PersistenceRegressor().fit(constant, np.full(len(X), 1e6))


def test_missing_values_are_named(frame):
    holed = frame.copy()
    holed.iloc[50, 1] = np.nan
    X, y = make_supervised(holed, "rain", delay=3)
    windows = LookbackWindower(3).fit_transform(X)
    assert np.isfinite(PersistenceRegressor().fit(windows, y).predict(windows)).all()
    with pytest.raises(ValueError, match=r"y has a value where channel 1 .* \(NaN\)"):
        PersistenceRegressor("temp").fit(windows, frame["temp"][3:])
    panel = np.zeros((4, 6, 1))
    model = PersistenceRegressor().fit(panel, np.zeros(4))
    panel[2, 5] = np.nan
    with pytest.raises(ValueError, match="NaN: sample 2 ends after 5 of 6 time steps"):
        model.predict(panel)
    holed.iloc[60, 2] = np.inf
    infinite = WindowView(holed, windows.rows, lags=windows.lags)
    message = r"infinity: channel 'rain', first at row 60.* Correct the value"
    with pytest.raises(ValueError, match=message):
        PersistenceRegressor().fit(windows, y).predict(infinite)
    with pytest.raises(ValueError, match=r"NaN: channel 'temp_lag0', first at sample"):
        FlatWindowRegressor(lags=[0]).fit(windows, y)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("end, row", [(53, 51), (51, 50), (3, 1), (1, 0)])
def test_the_row_named_is_the_one_that_is_read(end, row):
    """Two rows before the end, or the first one of the same series."""
    series = np.arange(100.0)
    windows = WindowView([series[:50], series[50:]], ends=np.arange(10, 49), lags=[2])
    model = PersistenceRegressor(0, delay=1).fit(windows, np.arange(9.0, 48))
    series[row] = np.inf
    at_end = WindowView([series[:50], series[50:]], ends=[end], lags=[2])
    with pytest.raises(ValueError, match=f"infinity: channel 0, first at row {row} of"):
        model.predict(at_end)


def test_target_channel_overrules_the_target_of_x(frame):
    windows, y = windows_of(frame, ["temp", "rain"], 2)
    swapped = PersistenceRegressor(["rain", "temp"]).fit(windows, y[:, ::-1])
    expected = frame[["rain", "temp"]].to_numpy()[windows.rows]
    np.testing.assert_allclose(swapped.predict(windows), expected)


def test_the_target_is_found_by_name_after_a_reordering_step(frame):
    reorder = PerStep(FunctionTransformer(lambda X: X[["temp", "wind"]]))
    reorder.transformer.set_params(
        feature_names_out=lambda _, names: np.array(["temp", "wind"], dtype=object)
    )
    X, y = make_supervised(frame, "temp", delay=2)
    model = make_pipeline(reorder, LookbackWindower(3), PersistenceRegressor())
    expected = frame["temp"].to_numpy()[X.rows]
    np.testing.assert_allclose(model.fit(X, y).predict(X), expected)


def pair_with_a_hole():
    series = pd.DataFrame({"a": np.arange(100.0) + 1000, "b": np.sin(np.arange(100.0))})
    series.loc[60, "a"] = np.nan
    return series


@pytest.mark.filterwarnings("ignore:1 of 99 rows have no target")
@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("target_channel", [None, "u__a", "position"])
def test_the_last_known_value_of_a_channel_with_a_new_name(order, target_channel):
    series = pair_with_a_hole()
    columns = list(order)
    if target_channel == "position":  # an array's: nothing but y tells what it was
        target_channel = order.index("a")
        columns, series = ["ab".index(name) for name in order], series.to_numpy()
    X, y = make_supervised(series, 0 if isinstance(series, np.ndarray) else "a")
    fill = PerStep(ColumnTransformer([("u", SimpleImputer(), columns)]))
    model = make_pipeline(
        fill, LookbackWindower(4), PersistenceRegressor(target_channel)
    )
    assert model.fit(X, y).predict(SeriesView(series, rows=[60])) == [1059]
    assert model[-1]._raw_channels == [0]


@pytest.mark.parametrize(
    ("names", "channel"),
    [
        (["u__b", "u__a"], 1),
        (["u__a", "a"], 1),  # its own name before a new one
        (["u__x__a", "v__u__a"], 1),  # the longest name that there is
        (["c", "d"], 0),  # unknown: the old place
    ],
)
def test_where_a_channel_stands_by_name(names, channel):
    rename = FunctionTransformer(
        feature_names_out=lambda _, before: np.array([*names, "b"], dtype=object)
    )
    series = pd.DataFrame(np.eye(5)[:, :3], columns=["a", "b", "x__a"])
    view = PerStep(rename).fit_transform(SeriesView(series))
    assert position_after_steps(view, 0) == channel


@pytest.mark.parametrize("period, lag", [(None, 0), (4, 2)])
def test_panels(period, lag):
    panel = np.random.default_rng(1).normal(size=(9, 5, 3))
    model = PersistenceRegressor(2, period=period, delay=2).fit(panel, np.arange(9.0))
    np.testing.assert_array_equal(model.predict(panel), panel[:, 4 - lag, 2])
    both = PersistenceRegressor([0, 2]).fit(panel, np.zeros((9, 2)))
    np.testing.assert_array_equal(both.predict(panel), panel[:, 4, [0, 2]])


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_two_dimensions_are_one_channel(container):
    values = np.random.default_rng(1).normal(size=(9, 5))
    table = container(values)
    if isinstance(table, pd.DataFrame):
        table.columns = list("abcde")
    model = PersistenceRegressor().fit(table, np.arange(9.0))
    np.testing.assert_array_equal(model.predict(table), values[:, 4])
    seasonal = PersistenceRegressor(period=3, delay=1).fit(table, np.arange(9.0))
    np.testing.assert_array_equal(seasonal.predict(table), values[:, 2])


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_the_target_mark_is_not_read_at_predict(frame):
    windows, y = windows_of(frame, "temp", [2, 9], lookback=12)
    model = PersistenceRegressor(period=12).fit(windows, y)
    plain = WindowView(frame, windows.rows, lags=windows.lags)
    assert plain.target is None
    np.testing.assert_array_equal(model.predict(plain), model.predict(windows))
    rain, _ = windows_of(frame, "rain", [1, 4], lookback=12)
    np.testing.assert_array_equal(model.predict(rain[:50]), model.predict(windows[:50]))


@pytest.mark.parametrize(
    "bending",
    [PCA(), FunctionTransformer(np.log), FunctionTransformer(np.square)],
    ids=["pca", "log", "square"],
)
@pytest.mark.parametrize("target", ["temp", ["wind", "temp"]])
def test_steps_that_mix_or_bend_channels_are_an_error(frame, bending, target):
    X, y = make_supervised(frame, target, delay=2)
    model = make_pipeline(PerStep(bending), LookbackWindower(3), PersistenceRegressor())
    with pytest.raises(ValueError, match=r"not an affine function .*PCA, a logarithm"):
        model.fit(X, y)


def test_a_bent_target_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 2)
    model = TransformedTargetRegressor(
        PersistenceRegressor(), func=np.log, inverse_func=np.exp
    )
    with pytest.raises(ValueError, match="not an affine function of channel 1"):
        model.fit(windows, y)


def test_a_target_and_its_channel_may_be_bent_alike(frame):
    """The way out that the message names."""
    X, y = make_supervised(frame, "temp", delay=2)
    bent = PerStep(FunctionTransformer(np.log))
    inner = make_pipeline(bent, LookbackWindower(3), PersistenceRegressor())
    model = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp)
    last = frame["temp"].to_numpy()[X.rows[5:]]
    np.testing.assert_allclose(model.fit(X, y).predict(X[5:]), last)
    model.set_params(regressor__perstep="passthrough")
    with pytest.raises(ValueError, match=r"that of the channel as well: PerStep\(Fun"):
        model.fit(X, y)


def test_another_channel_than_the_target_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match="not an affine function of channel 0"):
        PersistenceRegressor("wind").fit(windows, y)


def test_another_delay_than_the_true_one_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match="not an affine function"):
        PersistenceRegressor(delay=3).fit(windows, y)


def test_a_delay_beyond_the_series_is_an_error_that_names_it(frame):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match="delay"):
        PersistenceRegressor(delay=1000).fit(windows, y)


@pytest.mark.parametrize("delay", [[0], [-1], ["two"], [1.5]])
def test_delays_of_a_sequence_are_checked(frame, delay):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match="delay"):
        PersistenceRegressor(delay=delay).fit(windows, y)


def test_unknown_channel_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 2)
    match = r"target_channel='T' is not a channel .*'wind', 'temp', 'rain'"
    with pytest.raises(ValueError, match=match):
        PersistenceRegressor("T").fit(windows, y)
    with pytest.raises(ValueError, match=r"target_channel=3 is not .* from 0 to 2"):
        PersistenceRegressor(3).fit(windows, y)
    with pytest.raises(
        ValueError, match=r"target_channel='a' is .* use the position 0"
    ):
        PersistenceRegressor("a").fit(frame, y=np.zeros(len(frame)))


def test_labels_that_are_no_text_name_channels_until_steps_drop_some(frame):
    X, y = make_supervised(frame.set_axis([10, 20, 30], axis=1), 20, delay=2)
    windows = LookbackWindower(3).fit_transform(X)
    assert PersistenceRegressor(20).fit(windows, y).channels_ == [1]
    fewer = PerStep(FunctionTransformer(lambda X: np.asarray(X)[:, 1:]))
    windows = LookbackWindower(3).fit_transform(fewer.fit_transform(X))
    message = r"target_channel=20 may be a label .*\[10, 20, 30\], the windows have 2 "
    with pytest.raises(ValueError, match=message):
        PersistenceRegressor(20).fit(windows, y)


def test_several_channels_need_a_name(frame):
    windows = WindowView(frame, lags=[1, 0])
    for X in (windows, windows.to_numpy()):
        with pytest.raises(ValueError, match="target_channel=None, but X has 3 chan"):
            PersistenceRegressor().fit(X, np.zeros(len(frame)))


def test_one_channel_or_delay_for_each_column(frame):
    windows, y = windows_of(frame, ["temp", "rain"], 2)
    match = r"target_channel=\[0, 1, 2\] has 3 values, y has 2 columns"
    with pytest.raises(ValueError, match=match):
        PersistenceRegressor([0, 1, 2]).fit(windows, y)
    with pytest.raises(ValueError, match=r"delay=\[2\] has 1 values, y has 2 columns"):
        PersistenceRegressor(delay=[2]).fit(windows, y)


def test_a_period_outside_the_window_is_an_error(frame):
    windows, y = windows_of(frame, "temp", 2, lookback=6)
    match = r"period=24 with delay=2 .* 22 rows .*lags 5 to 0\. Use a .*least 23\.$"
    with pytest.raises(ValueError, match=match):
        PersistenceRegressor(period=24).fit(windows, y)
    windows, y = windows_of(frame, "temp", 2, lookback=6, step=2)
    with pytest.raises(ValueError, match="a step that divides 3"):
        PersistenceRegressor(period=5).fit(windows, y)


def test_a_period_without_delay_is_an_error(frame):
    panel = np.zeros((4, 6, 1))
    with pytest.raises(ValueError, match=r"period=3 counts back from .*Set delay"):
        PersistenceRegressor(period=3).fit(panel, np.zeros(4))


@pytest.mark.parametrize("name, value", [("period", 0), ("delay", 0), ("period", 1.5)])
def test_parameters_are_checked(frame, name, value):
    windows, y = windows_of(frame, "temp", 2)
    match = f"'{name}' parameter of PersistenceRegressor must be"
    with pytest.raises(ValueError, match=match):
        PersistenceRegressor(**{name: value}).fit(windows, y)


@pytest.mark.parametrize("model", [PersistenceRegressor(), FlatWindowRegressor()])
def test_errors_of_both_baselines(frame, model):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        model.predict(windows)
    with pytest.raises(ValueError, match=r"needs windows.*LookbackWindower"):
        model.fit(SeriesView(frame), np.zeros(len(frame)))
    with pytest.raises(ValueError, match=r"118.*117|117.*118"):
        model.fit(windows, y[:-1])
    with pytest.raises(ValueError, match="requires y to be passed"):
        model.fit(windows, None)
    model.fit(windows, y)
    with pytest.raises(ValueError, match=r"lags 4\.\.0|the lags 4, 3"):
        model.predict(WindowView(frame, lags=[4, 3, 2, 1, 0]))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(WindowView(frame[["wind", "temp"]], lags=windows.lags))


@pytest.mark.parametrize(
    "model", [PersistenceRegressor(), LinearAutoregression(), FlatWindowRegressor()]
)
def test_a_second_fit_forgets_the_names_of_the_first(frame, model):
    model = clone(model)
    for table, target in ((frame, "temp"), (frame.to_numpy(), 1)):
        windows, y = windows_of(table, target, 2)
        windows, y = windows[windows.complete], y[windows.complete]
        model.fit(windows, y)
        assert hasattr(model, "feature_names_in_") == (table is frame)
    model.predict(windows)  # warnings are errors


def test_small_numbers_of_numpy_count_rows(frame):
    windows, y = windows_of(frame, "temp", 2)
    windows, y = windows[windows.complete], y[windows.complete]
    for cls, name in ((PersistenceRegressor, "period"), (LinearAutoregression, "lags")):
        plain, small = (
            cls(**{name: number}).fit(windows, y).predict(windows)
            for number in (3, np.uint8(3))
        )
        np.testing.assert_array_equal(plain, small)


def test_an_array_leaves_the_same_gap_as_a_view():
    """Rows whose target lies in a held-out part are not fitted."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=300))
    X, y = make_supervised(walk, 0, delay=24)
    windows = LookbackWindower(5).fit_transform(X)
    whole = windows.complete
    of_view = LinearAutoregression().fit(windows[whole], y[whole])
    array = windows[whole].to_numpy()
    of_array = LinearAutoregression(delay=24).fit(array, y[whole])
    assert of_array.alpha_ == of_view.alpha_
    np.testing.assert_allclose(of_array.coef_, of_view.coef_)
