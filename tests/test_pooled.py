"""Pooled views in Pipelines, baselines, networks and comparisons."""

import pickle
import re
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    CalendarFeatures,
    Conv1DRegressor,
    FlatWindowRegressor,
    ForecastDisplay,
    LookbackWindower,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    SeriesView,
    Standardizer,
    compare_models,
    make_supervised,
)
from tests.benchmarks import long_horizons

DELAYS = [1, 2, 3]
CHANNELS = ["c", "a", "d", "b"]
N_CHANNELS = len(CHANNELS)


def table(n_rows=120, seed=0):
    """Four channels, each with a cycle of its own, of different size."""
    random = np.random.default_rng(seed)
    time = np.arange(n_rows)[:, None]
    cycles = np.sin(time * [0.2, 0.3, 0.4, 0.5]) + random.normal(0, 0.1, (n_rows, 4))
    dates = pd.date_range("2020-01-01", periods=n_rows, freq="h")
    return pd.DataFrame(cycles * [1, 10, 2, 5] + [0, 50, -9, 3], dates, list("abcd"))


def pooled(frame):
    return make_supervised(frame, CHANNELS, delay=DELAYS, pooled=True)


def by_list(frame):
    """The same task as a list of tables of one channel."""
    parts = [frame[[name]].set_axis(["value"], axis=1) for name in CHANNELS]
    return make_supervised(parts, "value", delay=DELAYS)


def forecasters():
    return {
        "persistence": PersistenceRegressor(),
        "season": PersistenceRegressor(period=5),
        "ridge": FlatWindowRegressor(Ridge()),
        "network": Conv1DRegressor(
            filters=4, n_conv=1, kernel_size=3, epochs=2, random_state=0
        ),
    }


NAMES = [
    pytest.param(name, marks=pytest.mark.trains) if name == "network" else name
    for name in forecasters()
]


def windowed(name, steps=()):
    return make_pipeline(*steps, LookbackWindower(8), forecasters()[name])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scaled", [False, True])
def test_models_see_a_list_of_series(name, scaled):
    frame = table()
    X, y = pooled(frame)
    alike, same = by_list(frame)
    assert_array_equal(y, same)
    learn, test = slice(0, 320), slice(340, None)
    model = windowed(name, [Standardizer()] if scaled else [])
    forecast = model.fit(X[learn], y[learn]).predict(X[test])
    expected = model.fit(alike[learn], same[learn]).predict(alike[test])
    assert_array_equal(forecast, expected)

    laid_out = X[test].unpool(forecast)
    for at, channel in enumerate(CHANNELS):
        own = X[test].channels == channel
        assert_array_equal(laid_out[:, at], forecast[own])
    wide = X[test].unpool(y[test], as_frame=True)
    assert_array_equal(wide["a"][2], frame["a"].shift(-2).loc[wide.index])


@pytest.mark.parametrize("name", NAMES)
def test_forecasts_from_the_newest_rows(name):
    frame = table()
    model = windowed(name).fit(*pooled(frame))
    newest = SeriesView(frame.tail(20), rows=[19]).pool(CHANNELS)
    forecast = newest.unpool(model.predict(newest), as_frame=True)
    assert forecast.shape == (1, N_CHANNELS * len(DELAYS))
    assert list(forecast.index) == [frame.index[-1]]
    whole = SeriesView(frame).pool(CHANNELS)
    expected = whole[-N_CHANNELS:].unpool(model.predict(whole[-N_CHANNELS:]))
    assert_allclose(forecast.to_numpy().ravel(), expected.ravel(), rtol=1e-6)


def test_persistence_of_each_channel():
    frame = table()
    X, y = pooled(frame)
    forecast = windowed("persistence").fit(X, y).predict(X)
    last = frame[CHANNELS].to_numpy()[: -max(DELAYS)]
    assert_allclose(X.unpool(forecast), np.repeat(last[..., None], 3, axis=2))


@pytest.mark.parametrize("name", NAMES)
def test_the_future_of_no_channel_is_seen(name):
    frame = table()
    changed = frame.copy()
    changed.iloc[81:] = -7 - 3 * frame.iloc[81:]
    forecasts = []
    for one in (frame, changed):
        X, y = pooled(one)
        known = X.source_rows + max(DELAYS) <= 80
        model = windowed(name, [Standardizer()]).fit(X[known], y[known])
        rows = SeriesView(one).pool(CHANNELS)
        rows = rows[(rows.source_rows > 10) & (rows.source_rows <= 80)]
        forecasts.append(model.predict(rows))
    assert_array_equal(*forecasts)


def test_missing_targets_are_left_out_of_their_channel_alone():
    frame = table()
    frame.loc[frame.index[40], "b"] = np.nan
    with pytest.warns(UserWarning, match=r"3 of 468 rows have no target"):
        X, y = pooled(frame)
    missing = np.isnan(X.unpool(y)).any(axis=2)
    assert_array_equal(
        np.argwhere(missing), [[t, CHANNELS.index("b")] for t in (37, 38, 39)]
    )


@pytest.mark.parametrize("spare", [0, 3, 7])
def test_the_gap_counts_the_rows_of_all_channels(spare):
    X, y = pooled(table())
    gap = max(DELAYS) * N_CHANNELS
    cv = TimeSeriesSplit(3, gap=gap - spare)
    leaks = []
    for train, test in cv.split(X):
        known = X.source_rows[train] + max(DELAYS)
        leaks.append((known > X.source_rows[test].min()).sum())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = compare_models({"ridge": windowed("ridge")}, X, y, cv=cv)
    assert "persistence" in found.table.index
    test = np.concatenate([test for _, test in cv.split(X)])
    assert_array_equal(
        found.predictions.index.get_level_values("channel"), X.channels[test]
    )
    assert_array_equal(found.predictions.index.get_level_values(0), X.index[test])
    said = [str(warning.message) for warning in caught]
    assert len(said) == any(leaks) == (spare > 0)
    for text in said:
        fold = np.flatnonzero(leaks)[0]
        assert re.match(rf"Leakage in fold {fold}.*: {leaks[fold]} training", text)
        assert "use cv=PanelTimeSeriesSplit(3)" in text


def test_folds_by_number_keep_channels_together():
    X, y = pooled(table())
    found = compare_models([windowed("ridge")], X, y, cv=4, baseline=None)
    test = np.concatenate([test for _, test in PanelTimeSeriesSplit(4).split(X)])
    index = found.predictions.index
    assert_array_equal(index.get_level_values("channel"), X.channels[test])
    assert_array_equal(index.get_level_values(0), X.index[test])


def test_a_search():
    X, y = pooled(table())
    search = GridSearchCV(
        windowed("ridge"),
        {"lookbackwindower__lookback": [2, 8]},
        cv=TimeSeriesSplit(3, gap=12),
        scoring="neg_mean_absolute_error",
    ).fit(X, y)
    again = pickle.loads(pickle.dumps((search, X[-4:])))
    assert_array_equal(again[0].predict(again[1]), search.predict(X[-4:]))
    assert again[1].unpool(search.predict(X[-4:])).shape == (1, 4, 3)


def test_targets_of_one_scale():
    """Standardized by the training rows before pooling, as the docstring says."""
    frame = table()
    scaler = Standardizer().fit(frame[:80])
    scaled = scaler.transform(frame)
    assert_allclose(scaled[:80].std(ddof=0), 1)
    X, y = pooled(scaled)
    means = X.unpool(y)[: 80 - max(DELAYS)].mean(axis=(0, 2))
    assert_allclose(means, 0, atol=0.2)


def test_calendar_channels_are_no_targets():
    frame = CalendarFeatures(["day"]).fit_transform(table())
    X, _ = pooled(frame)
    assert X.n_channels == 1 and set(X.channels) == set(CHANNELS)


def test_a_plot_shows_one_channel():
    X, y = pooled(table())
    with pytest.raises(ValueError, match=r"rows of 4 series .* X\[X.channels == 'c'\]"):
        ForecastDisplay.from_predictions(y, y + 1, index=X)
    own = X.channels == "c"
    display = ForecastDisplay.from_predictions(y[own], y[own] + 1, index=X[own])
    assert_allclose(display.mae, 1)
    plt.close(display.figure_)


@pytest.mark.slow
def test_persistence_as_published(data_folder):
    """The table of the FITS repository: "repeat last" on ETTh1, 96 horizons."""
    task = long_horizons.Task(data_folder, "ETTh1", 96, 336)
    found = long_horizons.run(task, "persistence", "test", 0)
    assert round(found["mse"], 3) == 1.294 and round(found["mae"], 3) == 0.713
    found = long_horizons.run(task, "seasonal", "test", 0)
    assert round(found["mse"], 3) == 0.512 and round(found["mae"], 3) == 0.433
    assert sum(len(y) for _, y in task.chunks("test")) == 2785


@pytest.mark.trains
@pytest.mark.parametrize("level", ["last", "ar"])
def test_series_of_other_size_do_not_spoil_small_ones(level):
    """The channel of size 1 beside one of size 1000 is forecast as beside its like."""
    time, random = np.arange(600), np.random.default_rng(0)
    cycle = 10 + 5 * np.sin(2 * np.pi * time / 24)
    a, b = cycle + random.normal(size=600), cycle + random.normal(size=600)
    errors = []
    for size in (1, 1000):
        X, y = make_supervised(
            pd.DataFrame({"a": a, "b": size * b}), ["a", "b"], delay=6, pooled=True
        )
        model = make_pipeline(
            LookbackWindower(48), Conv1DRegressor(level=level, random_state=0)
        )
        early = X.source_rows < 480
        model.fit(X[early], y[early])
        later = (X.source_rows >= 500) & (X.channels == "a")
        errors.append(np.abs(model.predict(X[later]) - y[later]).mean())
    assert errors[1] < 1.2 * errors[0] < 2
