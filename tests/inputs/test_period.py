"""The period of a season is found where a seasonal naive forecast is good, only."""

import numpy as np
import pandas as pd
import pytest

from skseqconv import LookbackWindower, PerStep, SeriesView, Standardizer, WindowView
from skseqconv.inputs._period import find_period
from skseqconv.inputs._season_lags import lag_of_season, why_not_held


def load(n_rows, per_day=24, *, weekends=True, seed=0):
    """A load: a daily shape, lower on weekends, and noise that fades slowly."""
    random = np.random.default_rng(seed)
    time = np.arange(n_rows)
    hour, weekday = time / per_day, time // per_day % 7
    shape = 10 * np.sin(2 * np.pi * hour) + 5 * np.sin(4 * np.pi * hour + 1)
    if weekends:
        shape = np.where(weekday < 5, shape, 0.4 * shape - 6)
    fading = 0.98 ** np.arange(300)
    noise = np.convolve(random.normal(size=n_rows + 299) / 4, fading, "valid")
    return 100 + shape + noise + random.normal(size=n_rows) / 4


def period_of(values, delays, freq=None):
    table = pd.DataFrame({"a": np.asarray(values, dtype=float)})
    if freq is not None:
        table.index = pd.date_range("2020-01-01", periods=len(table), freq=freq)
    return find_period(SeriesView(table), 0, 0, list(delays))


HORIZON = range(1, 25)


@pytest.mark.parametrize("dates", [True, False])
@pytest.mark.parametrize(
    ("n_rows", "per_day", "freq", "weekends", "delays", "period"),
    [
        (8760, 24, "h", True, HORIZON, 168),
        (8760, 24, "h", True, [24], 168),
        (8760, 24, "h", False, HORIZON, 24),
        (8760, 24, "h", False, [1], 24),
        (17520, 48, "30min", True, [48], 336),
        (17520, 48, "30min", False, HORIZON, 48),
        (52560, 144, "10min", False, [72], 144),
        # Two weeks are too few for a weekly season.
        (400, 24, "h", True, HORIZON, 24),
    ],
)
def test_loads_have_the_season_that_forecasts_best(
    n_rows, per_day, freq, weekends, delays, period, dates
):
    values = load(n_rows, per_day, weekends=weekends)
    assert period_of(values, delays, freq if dates else None) == period


@pytest.mark.parametrize("freq", ["MS", "ME", "h", None])
@pytest.mark.parametrize("n_years", [5, 12])
def test_a_year_of_months_is_found_beside_a_trend(freq, n_years):
    month = np.arange(12 * n_years)
    noise = np.random.default_rng(1).normal(size=len(month)) / 30
    values = np.exp(month / 100 + np.sin(month * np.pi / 6) / 5 + noise)
    assert period_of(values, [3], freq) == 12
    assert period_of(values, range(1, 13), freq) == 12


@pytest.mark.parametrize(("freq", "period"), [("D", 7), ("B", 5), (None, 7)])
def test_a_week_has_as_many_rows_as_there_are_dates(freq, period):
    time = np.arange(800)
    noise = np.random.default_rng(3).normal(size=800)
    values = 20 + 5 * (time % period >= period - 2) + noise
    assert period_of(values, [1], freq) == period
    assert period_of(values, range(1, 15), freq) == period


def test_the_last_value_is_no_season():
    """24 hours ahead, the value of yesterday is the last value."""
    assert lag_of_season(24, 24) == 0
    assert period_of(load(4000, weekends=False), [24], "h") is None


@pytest.mark.parametrize("freq", ["h", None])
@pytest.mark.parametrize("delays", [[1], [12], HORIZON])
@pytest.mark.parametrize("n_rows", [60, 300, 3000])
def test_chance_is_no_season(n_rows, delays, freq):
    found = []
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=n_rows)
        found += [
            period_of(noise, delays, freq),
            period_of(noise.cumsum(), delays, freq),
        ]
    assert sum(period is not None for period in found) <= 2


@pytest.mark.parametrize(
    "values",
    [
        np.ones(500),
        np.full(500, 0.1 + 0.2),
        np.full(500, np.nan),
        np.arange(500.0),
        [1.0],
        [1.0, 2.0],
        [np.nan, np.inf, 1.0],
        np.sin(np.arange(30) * np.pi / 6),  # two periods and a half
    ],
)
def test_nothing_is_found_where_there_is_nothing(values):
    assert period_of(values, [1, 3], "D") is None


def test_three_periods_are_enough_for_a_clear_season():
    assert period_of(np.sin(np.arange(40) * np.pi / 6), [3], "MS") == 12


@pytest.mark.parametrize("scale", [1e305, 1e-305])
def test_values_may_have_any_size(scale):
    assert period_of(scale * load(3000), HORIZON, "h") == 168


def test_missing_and_infinite_values_are_left_out():
    values = load(6000)
    values[np.random.default_rng(0).random(6000) < 0.2] = np.nan
    values[1000:1200] = np.inf
    assert period_of(values, HORIZON, "h") == 168


def test_later_rows_are_not_read():
    values = load(4000, weekends=False)
    values[2000:] = np.random.default_rng(0).normal(size=2000)
    rows = SeriesView(values[:, None], np.arange(2000))
    windows = LookbackWindower(48, step=6).fit_transform(rows)
    assert find_period(rows, 0, 0, HORIZON) == find_period(windows, 0, 0, HORIZON) == 24
    values[2000:] = np.nan
    assert find_period(rows, 0, 0, HORIZON) == 24
    # The season begins after the last row.
    values = np.concatenate([values[2000:2001].repeat(2000), load(2000)])
    values[:2000] = np.random.default_rng(0).normal(size=2000)
    assert find_period(SeriesView(values[:, None], np.arange(2000)), 0, 0, [12]) is None


def test_rows_that_are_held_out_within_the_series_are_not_read():
    values = load(4000, weekends=False)
    train = np.flatnonzero(np.arange(4000) // 400 % 2)
    expected = find_period(SeriesView(values[:, None], train), 0, 0, [12])
    values[np.setdiff1d(np.arange(4000), train)] = 1e9
    assert find_period(SeriesView(values[:, None], train), 0, 0, [12]) == expected == 24


def test_windows_far_apart_give_the_rows_that_they_hold():
    series, ends = load(6000)[:, None], np.arange(700, 6000, 100)
    wide = WindowView(series, ends, lags=np.arange(168 * 4, -1, -24))
    assert find_period(wide, 0, 0, [12]) == 168
    narrow = WindowView(series, ends, lags=[5, 0])
    assert find_period(narrow, 0, 0, [12]) is None


def test_the_period_of_several_series_is_that_of_their_longest():
    series = [load(600, weekends=False, seed=seed)[:, None] for seed in range(30)]
    noise = np.random.default_rng(0).normal(size=(100, 1))
    assert find_period(SeriesView([noise, *series]), 0, 0, HORIZON) == 24
    short = [one[:40] for one in series]
    assert find_period(SeriesView(short), 0, 0, HORIZON) is None


def test_values_come_from_before_the_steps_or_from_after_them():
    values = load(3000, weekends=False)
    table = pd.DataFrame({"noise": np.random.default_rng(0).normal(size=3000)})
    table["load"] = values
    rows = Standardizer().fit_transform(SeriesView(table))
    assert find_period(rows, 1, 1, [12]) == find_period(rows, 1, -1, [12]) == 24
    assert find_period(rows, 0, 0, [12]) is find_period(rows, 0, -1, [12]) is None
    assert find_period(rows, [0, 1], [0, 1], [12]) == 24


def test_missing_values_that_an_imputer_fills_stay_missing():
    from sklearn.impute import SimpleImputer

    values = load(3000, weekends=False)
    values[np.random.default_rng(0).random(3000) < 0.3] = np.nan
    rows = PerStep(SimpleImputer()).fit_transform(SeriesView(values[:, None]))
    assert find_period(rows, 0, 0, HORIZON) == 24


def test_a_period_that_a_window_does_not_hold_is_no_candidate():
    rows = SeriesView(load(3000)[:, None])
    assert find_period(rows, 0, 0, [12]) == 168
    assert find_period(rows, 0, 0, [12], lags=np.arange(47, -1, -1)) == 24
    assert find_period(rows, 0, 0, [12], lags=np.arange(42, -1, -6)) == 24
    assert find_period(rows, 0, 0, [12], lags=np.arange(40, -1, -8)) is None


@pytest.mark.parametrize(
    ("period", "delays", "lags", "way_out"),
    [
        (24, [2, 3], range(21, -1, -1), "a lookback of at least 23"),
        (24, [4], range(16, -1, -4), "a lookback of at least 24"),
        (24, [4], range(18, -1, -6), "a lookback of at least 21 with step=1"),
        (24, [4], range(24, -1, -6), "a step that divides 20"),
        (24, [4, 5], range(24, -1, -4), "step=1"),
        (3, [1], [0], "a lookback of at least 3"),
        (24, [4, 8], range(20, -1, -4), None),
    ],
)
def test_the_way_to_a_window_that_holds_the_season(period, delays, lags, way_out):
    reason = why_not_held(period, delays, np.array(lags))
    assert (reason and reason.partition("Use ")[2]) == (way_out and f"{way_out}.")


def test_no_rows_have_no_period():
    assert find_period(SeriesView(load(3000)[:, None])[:0], 0, 0, [1]) is None


def test_an_unknown_delay_is_one_row():
    rows = SeriesView(load(3000, weekends=False)[:, None])
    assert find_period(rows, 0, 0, [None]) == find_period(rows, 0, 0, [1]) == 24


@pytest.mark.parametrize(
    ("channel", "delays", "period"),
    [
        ("HUFL", range(1, 97), 24),
        ("OT", range(1, 97), None),
        ("OT", [24], None),
        ("OT", [1], None),
    ],
)
def test_a_transformer(data_folder, channel, delays, period):
    table = pd.read_parquet(data_folder / "ETTh1.parquet").set_index("date")
    rows = SeriesView(table[[channel]], np.arange(8640), on_gap="ignore")
    assert find_period(rows, 0, 0, list(delays)) == period
