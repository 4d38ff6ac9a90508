"""What forecasts start from: the last value, the season, solved autoregressions."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    export_keras,
    load,
    make_supervised,
    save,
)
from skseqconv._sampling import spread_positions
from skseqconv.estimators import _level_start
from skseqconv.estimators._level import MOST_ERRORS
from skseqconv.estimators._level_found import find_level
from skseqconv.estimators._level_start import STARTS, exogenous_positions

# Some predict the rows that they were fitted to, the first of which have no history.
# All levels are tried with the same period.
pytestmark = [
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
    pytest.mark.filterwarnings("ignore:period=6 has no effect"),
]

trains = pytest.mark.trains
PERIOD, N_STEPS = 6, 16
SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "period": PERIOD}
SMALL |= {"epochs": 1, "batch_size": 64, "random_state": 0}


def driven(n_rows=300, level=100.0, seed=0):
    """A season and a damped memory; "wind" drives it, "regime" is often constant."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=(n_rows, 3))
    regime = np.repeat(random.integers(0, 2, size=n_rows // 50 + 1), 50)[:n_rows]
    wind, load = np.zeros(n_rows), np.zeros(n_rows)
    for t in range(1, n_rows):
        wind[t] = 0.9 * wind[t - 1] + noise[t, 0]
        load[t] = 0.6 * load[t - 1] + wind[t - 1] + 2 * regime[t - 1] + noise[t, 1]
    load += 3 * np.sin(2 * np.pi * np.arange(n_rows) / PERIOD)
    other = noise[:, 2].cumsum() - 40
    table = {"load": load + level, "wind": wind, "other": other, "regime": regime}
    return pd.DataFrame(table)


def windows_of(
    series, *steps, target="load", delay=3, step=1, lookback=N_STEPS, **more
):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rows have no target")
        X, y = make_supervised(series, target, delay=delay, **more)
    windower = LookbackWindower(lookback * step, step=step)
    return make_pipeline(*steps, windower).fit_transform(X), y


def holed():
    table = driven()
    random = np.random.default_rng(1)
    table.loc[random.random(len(table)) < 0.1, "load"] = np.nan
    table.loc[[0, *range(290, 300)], "load"] = 100.0
    table.loc[100:110, "load"] = np.nan
    return table


def columns(y):
    return y.reshape(len(y), -1)


def reference(start, X, y):
    """The model whose forecasts those of the start are."""
    if start == "last":
        return PersistenceRegressor().fit(X, y)
    if start == "seasonal":
        return PersistenceRegressor(period=PERIOD).fit(X, y)
    exogenous, one_series = start == "arx", not X.series_ids.any()
    model = LinearAutoregression(
        exogenous=exogenous, fit_intercept=one_series or exogenous
    )
    return model.fit(X, y)


#: Beside each other those whose networks are the same.
CASES = {
    "raw": lambda: windows_of(driven()),
    "standardized": lambda: windows_of(driven(), Standardizer()),
    "every other row": lambda: windows_of(driven(), step=2, delay=4),
    "several series": lambda: windows_of([driven(200), driven(150, 120.0, seed=1)]),
    "missing, standardized": lambda: windows_of(
        holed(), PerStep(SimpleImputer()), Standardizer(), delay=12
    ),
    "missing": lambda: windows_of(holed(), PerStep(SimpleImputer()), delay=[2, 6]),
    "level of 1e9": lambda: windows_of(driven(level=1e9), delay=[1, 2]),
    "several targets": lambda: windows_of(
        driven(), Standardizer(), target=["other", "load"], delay=[1, 5]
    ),
    "pooled": lambda: windows_of(
        driven()[["load", "wind", "other"]],
        target=["load", "wind", "other"],
        delay=[1, 2],
        pooled=True,
    ),
}


#: A pooled view has no other channel.
PAIRS = [(c, s) for c in CASES for s in STARTS if (c, s) != ("pooled", "arx")]


@trains
@pytest.mark.parametrize(("case", "start"), PAIRS)
def test_untrained_network_forecasts_its_level(case, start):
    X, y = CASES[case]()
    expected = reference(start, X, y).predict(X)
    model = Conv1DRegressor(**SMALL, level=start).initialize(X, y)
    assert model.level_ == start
    last = PersistenceRegressor().fit(X, y).predict(X)
    changes = np.abs(expected - last).max()
    assert changes > 1e-3 or start == "last"
    rounding = 1e-5 * changes + 1e-14 * np.abs(last).max()
    np.testing.assert_allclose(model.predict(X), expected, rtol=0, atol=rounding)
    level = find_level(model, X, columns(y))
    np.testing.assert_allclose(
        level.forecasts(X), columns(expected), rtol=0, atol=1e-9 * np.abs(last).max()
    )


@trains
@pytest.mark.parametrize("start", ["seasonal", "arx"])
def test_batches_from_memory_maps_are_the_same(start, monkeypatch, tmp_path):
    table = driven().to_numpy()
    kept = np.memmap(tmp_path / "rows", dtype=np.float64, mode="w+", shape=table.shape)
    kept[:] = table
    X, y = windows_of(kept, target=0, delay=[1, 6])
    model = Conv1DRegressor(**SMALL, level=start)
    whole = clone(model).fit(X, y)
    expected = whole.predict(X)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    np.testing.assert_allclose(whole.predict(X), expected, rtol=1e-6)
    refitted = clone(model).fit(X, y)
    np.testing.assert_allclose(refitted.predict(X), expected, rtol=1e-4)


# The level of other channels.


def heated(n_rows=6000, seed=1):
    """A load that follows a slow temperature."""
    random = np.random.default_rng(seed)
    temperature = 10 + 0.2 * random.normal(size=n_rows).cumsum()
    load = 100 - 3 * temperature
    for t in range(1, n_rows):
        pull = 0.3 * ((100 - 3 * temperature[t - 1]) - load[t - 1])
        load[t] = load[t - 1] + pull + 1.5 * random.normal()
    return pd.DataFrame({"load": load, "temperature": temperature})


@trains
@pytest.mark.slow
def test_forecast_moves_with_its_driver():
    table = heated()
    warmer = table.assign(temperature=table["temperature"] + 5)
    shuffled = table.copy()
    shuffled["temperature"] = np.random.default_rng(1).permutation(table["temperature"])
    (X, y), (X_warm, _), (X_mixed, _) = (
        make_supervised(one, "load", delay=12) for one in (table, warmer, shuffled)
    )
    errors = []
    for last in (Conv1DRegressor(random_state=0), FlatWindowRegressor(Ridge())):
        model = make_pipeline(Standardizer(), LookbackWindower(12), last)
        forecast = model.fit(X[:3000], y[:3000]).predict(X[3012:])
        moved = model.predict(X_warm[3012:]) - forecast
        assert moved.mean() == pytest.approx(-15 * (1 - 0.7**12), abs=3)
        errors.append(np.abs(forecast - y[3012:]).mean())
        # Permutation importance.
        mixed = np.abs(model.predict(X_mixed[3012:]) - y[3012:]).mean()
        assert mixed > 1.2 * errors[-1]
        # Partial dependence takes the table, and gives all its rows one temperature.
        shown = partial_dependence(
            model, table[3012:], ["temperature"], grid_resolution=4
        )
        slopes = np.diff(shown["average"][0]) / np.diff(shown["grid_values"][0])
        np.testing.assert_allclose(slopes, -3 * (1 - 0.7**12), atol=0.6)
    assert errors[0] <= errors[1]


@trains
@pytest.mark.slow
def test_static_id_changes_the_drift():
    random = np.random.default_rng(0)

    def drifting(one):
        steps = random.normal(size=400) + (0.5 if one else -0.5)
        return pd.DataFrame({"load": steps.cumsum(), "id": float(one)})

    X, y = make_supervised([drifting(i % 2) for i in range(6)], "load", delay=10)
    model = make_pipeline(
        Standardizer(), LookbackWindower(12), Conv1DRegressor(random_state=0)
    ).fit(X, y)
    same = drifting(0)
    X_zero, X_one = (
        make_supervised(same.assign(id=float(one)), "load", delay=10)[0][20:]
        for one in (0, 1)
    )
    forecasts = [model.predict(one) for one in (X_zero, X_one)]
    drifts = [np.mean(one - same["load"].to_numpy()[X_one.rows]) for one in forecasts]
    np.testing.assert_allclose(drifts, [-5, 5], atol=2)


@trains
def test_output_has_the_spread_of_the_target_whatever_the_level():
    """The level's weight of the newest value is near zero; the network still learns."""
    table = driven(600)
    random = np.random.default_rng(3)
    table["load"] = 5 * table["wind"].shift(1, fill_value=0) + random.normal(size=600)
    X, y = windows_of(table, delay=1)
    model = Conv1DRegressor(**SMALL, level="arx").initialize(X, y)
    level = find_level(model, X, columns(y))
    assert abs(level.anchors[0]) < 0.3
    with model._network() as network:
        layer = network.model.get_layer("window_norm")
        _, _, spread = layer(X[100:200].to_numpy(np.float32))
    ratio = X[100:200].to_numpy()[:, :, 0].std(axis=1) / level.scale
    usual = level.spread[0] / level.scale[0]
    assert usual > MOST_ERRORS  # the level is good: an output of one is a few errors
    expected = ratio * MOST_ERRORS / usual
    np.testing.assert_allclose(spread.numpy()[:, 0], expected, rtol=0.05)


def test_channels_that_stay_constant_keep_their_level():
    X, y = windows_of(driven())
    for start in STARTS:
        level = find_level(Conv1DRegressor(**SMALL, level=start), X, columns(y))
        assert level.others.tolist() == [False, True, True, True]
        assert level.kept.tolist() == [False, False, False, True]
        assert level.centered.tolist() == [False, start == "arx", start == "arx", True]
        regime = X.to_numpy()[:, :, 3]
        assert level.center[3] == pytest.approx(regime.mean())
        assert level.spread[3] == pytest.approx(regime.std())


# What rows may teach.


def states(level):
    return {name: value for name, value in vars(level).items() if value is not None}


def assert_same_state(one, other):
    one, other = states(one), states(other)
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)


@pytest.mark.parametrize("start", ["auto", *STARTS])
@pytest.mark.parametrize("delay", [1, [1, 7]])
def test_later_values_teach_nothing(start, delay):
    table = driven()
    table["load"] += 20 * np.sin(2 * np.pi * np.arange(300) / PERIOD)
    later = table.copy()
    later.iloc[250:] = later.iloc[250:] * -3 + 1000
    levels = []
    for one in (table, later):
        X, y = windows_of(one, delay=delay)
        known = X.rows + np.max(delay) < 250
        options = SMALL | {"period": "auto", "level": start}
        levels.append(
            find_level(Conv1DRegressor(**options), X[known], columns(y)[known])
        )
    assert_same_state(*levels)


@trains
def test_the_validation_part_teaches_nothing():
    found = []
    for factor in (1, -5):
        table = driven(200)
        table.iloc[161:] *= factor  # row 160 is known when the part begins
        X, y = windows_of(table)
        X, y = X[X.complete], y[X.complete]
        split = (len(y) - np.searchsorted(X.rows, 160)) / len(y)
        model = Conv1DRegressor(**SMALL | {"period": "auto"}, validation_split=split)
        found.append(model.fit(X, y)._level)
        assert len(model.history_["val_loss"]) == 1
    for name, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][name], err_msg=name)


# What "auto" chooses.


def noise(n_rows=800, seed=0):
    return np.random.default_rng(seed).normal(size=n_rows)


def damped_waves(n_rows=800):
    series, shocks = np.zeros(n_rows), noise(n_rows)
    for t in range(2, n_rows):
        series[t] = 1.6 * series[t - 1] - 0.9 * series[t - 2] + shocks[t]
    return series


def seasonal(n_rows=800):
    """Shapes that no linear function of a short window tells, from day to day alike."""
    shape = np.random.default_rng(5).normal(size=PERIOD * 4)
    return np.resize(shape, n_rows) * 5 + 0.5 * noise(n_rows)


@pytest.mark.parametrize(
    ("series", "choice", "options"),
    [
        (noise(3000).cumsum(), "last", {}),
        (np.full(300, 7.0), "last", {}),
        (np.arange(300) % 2.0, "last", {"delay": 2}),
        (np.tile([0.0, 4, 1, -3, 9, 2], 60), "seasonal", {}),
        (damped_waves(), "ar", {}),
        (damped_waves(60), "last", {}),  # 42 windows
        (noise(12), "last", {"lookback": 8}),
        (noise(5), "last", {"lookback": 3, "delay": 1}),
        (noise(3000).cumsum(), "last", {"lookback": 1}),
    ],
)
def test_auto_takes_the_simplest_of_the_best(series, choice, options):
    X, y = windows_of(series, target=0, **options)
    model = Conv1DRegressor(window_norm="standard")
    level = find_level(model, X, columns(y))
    assert level.start == choice
    assert np.isfinite(level.forecasts(X[X.complete])).all()
    assert (level.scale > 0).all()


@pytest.mark.parametrize("start", ["auto", "ar", "arx"])
def test_constant_y_is_no_future_of_its_channel(start):
    X, _ = windows_of(driven())
    y = np.full((len(X), 1), 3.0)
    level = find_level(Conv1DRegressor(level=start), X, y)
    assert start in ("auto", level.start)
    np.testing.assert_array_equal(level.forecasts(X), y)
    assert not level.changes.any()


def test_auto_finds_what_other_channels_tell():
    X, y = windows_of(driven(1500), delay=1)
    model = Conv1DRegressor()
    assert find_level(model, X, columns(y)).start == "arx"
    alone, y = windows_of(driven(1500)[["load"]], delay=1)
    assert find_level(model, alone, columns(y)).start in ("seasonal", "ar")


def test_auto_tries_no_more_channels_than_it_can_solve(monkeypatch):
    X, y = windows_of(driven(1500), delay=1)
    monkeypatch.setattr(_level_start, "MAX_FEATURES", N_STEPS)
    assert find_level(Conv1DRegressor(), X, columns(y)).start != "arx"
    asked = find_level(Conv1DRegressor(level="arx"), X, columns(y))
    assert asked.start == "arx"


def test_a_period_that_is_given_is_a_candidate():
    series = np.tile([0.0, 4, 1, -3, 9, 2], 60)
    X, y = windows_of(series, target=0)
    for period, choice in ((6, "seasonal"), (5, "ar")):
        level = find_level(Conv1DRegressor(period=period), X, columns(y))
        assert level.start == choice


def test_auto_tells_that_the_window_does_not_hold_the_period_that_is_given():
    series = np.tile([0.0, 4, 1, -3, 9, 2], 60)
    X, y = windows_of(series, target=0, delay=1, lookback=4)
    told = "'auto' does not try 'seasonal': period=6 .* 5 rows .* lags 3 .* at least 6"
    with pytest.warns(UserWarning, match=told):
        level = find_level(Conv1DRegressor(period=6), X, columns(y))
    assert level.start != "seasonal"
    # A period that nobody has asked for is left out silently.
    assert find_level(Conv1DRegressor(), X, columns(y)).start != "seasonal"


def days_and_weeks():
    hours = np.arange(3000)
    weekend = 15 * (hours // 24 % 7 > 4)
    return 50 + 20 * np.sin(hours * np.pi / 12) + weekend + noise(3000)


def test_a_found_season_lies_in_the_window():
    model = Conv1DRegressor(level="seasonal")
    X, y = windows_of(days_and_weeks(), target=0, delay=30, lookback=100)
    told = (
        r"of 168 rows, .* 138 rows .*at least 139\. Until then, the period 24 is used"
    )
    with pytest.warns(UserWarning, match=told):
        assert find_level(model, X, columns(y)).period == 24
    X, y = windows_of(days_and_weeks(), target=0, delay=30, lookback=139)
    assert find_level(model, X, columns(y)).period == 168
    X, y = windows_of(days_and_weeks(), target=0, delay=30, lookback=10)
    with pytest.raises(ValueError, match=r"of 168 rows, .*at least 139\.$"):
        find_level(model, X, columns(y))


def test_few_windows_are_solved_from_many(monkeypatch):
    """A hundred windows give what LinearAutoregression finds in them."""
    monkeypatch.setattr(_level_start, "MIN_ROWS", 100)
    monkeypatch.setattr(_level_start, "MAX_PRODUCTS", 1)
    X, y = windows_of(driven())
    some = np.flatnonzero(X.complete)
    some = some[spread_positions(len(some), 100)]
    level = find_level(Conv1DRegressor(level="ar"), X, columns(y))
    expected = LinearAutoregression(fit_intercept=True).fit(X[some], y[some])
    np.testing.assert_allclose(level.lagged[:, 0], expected.coef_[0], rtol=1e-9)
    monkeypatch.setattr(_level_start, "MAX_LAGS", 5)
    level = find_level(Conv1DRegressor(level="ar"), X, columns(y))
    expected = LinearAutoregression(lags=5, fit_intercept=True)
    expected.fit(X[some], y[some])
    np.testing.assert_allclose(level.lagged[-5:, 0], expected.coef_[0], rtol=1e-9)
    assert not level.lagged[:-5].any()


@pytest.mark.parametrize(
    ("n_steps", "at"), [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (9, [0, 4, 6, 7, 8])]
)
def test_others_are_read_at_powers_of_two(n_steps, at):
    assert exogenous_positions(n_steps).tolist() == at


# The life of an estimator.


@pytest.fixture(scope="module", params=STARTS)
def fitted(request):
    """A pipeline with a trained network for each start, and its data."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rows have no target")
        X, y = make_supervised(holed(), "load", delay=[2, 6])
    model = Conv1DRegressor(**SMALL, level=request.param, validation_split=0.3)
    model.set_params(learning_rate=0.01, epochs=2)
    pipe = make_pipeline(
        PerStep(SimpleImputer()), Standardizer(), LookbackWindower(N_STEPS), model
    )
    return pipe.fit(X, y), X, y, request.param


@trains
def test_copies_and_files_forecast_the_same(fitted, tmp_path):
    pipe, X, y, start = fitted
    expected = pipe.predict(X)
    assert pipe[-1].level_ == start
    assert pipe[-1].period_ == (PERIOD if start == "seasonal" else None)
    save(pipe, tmp_path / "model")
    for same in (load(tmp_path / "model"), pickle.loads(pickle.dumps(pipe))):
        np.testing.assert_array_equal(same.predict(X), expected)
    np.testing.assert_array_equal(clone(pipe).fit(X, y).predict(X), expected)


def weights_of_output(model):
    """Of the last layer; `model_` would keep the network from other fits."""
    with model._network() as network:
        return network.model.get_layer("output").get_weights()


@trains
def test_training_goes_on_from_the_same_start(fitted):
    pipe, X, y, start = fitted
    windows = pipe[:-1].transform(X)
    model = clone(pipe[-1]).fit(windows, y)
    before = dict(model._level)
    model.partial_fit(windows, y)
    for name, value in model._level.items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    model.set_params(warm_start=True, level="auto", learning_rate=1e-12)
    weights = weights_of_output(model)
    other, y_other = windows_of(
        driven(seed=4), PerStep(SimpleImputer()), Standardizer(), delay=[2, 6]
    )
    model.fit(other, y_other)
    assert model.level_ == start
    again = Conv1DRegressor(**SMALL, level=start, validation_split=0.3)
    again.fit(other, y_other)
    for name in ("lagged", "exogenous", "anchors", "bases", "spread", "center"):
        expected = again._level[name]
        if expected is not None:  # solved anew, from the rows of this fit
            np.testing.assert_allclose(
                model._level[name], expected, rtol=1e-9, atol=1e-12, err_msg=name
            )
    assert all(np.abs(weight).max() > 0.001 for weight in weights)
    for weight, now in zip(weights, weights_of_output(model), strict=True):
        np.testing.assert_allclose(now, weight, atol=1e-6)
    instead = "ar" if start != "ar" else "last"
    with pytest.raises(ValueError, match="is not the level of that fit"):
        model.set_params(level=instead).fit(other, y_other)
    if start == "seasonal":
        with pytest.raises(ValueError, match="period=5 is not the period of that fit"):
            model.set_params(level="seasonal", period=5).fit(other, y_other)


@trains
def test_intervals_have_a_level(fitted):
    pipe, X, y, _ = fitted
    windows = pipe[:-1].transform(X)[N_STEPS:]
    y = y[N_STEPS:]
    model = clone(pipe[-1]).fit(windows, y)
    low, high = np.moveaxis(model.predict_interval(windows), -1, 0)
    inside = ((low <= y) & (y <= high)).mean()
    assert 0.7 < inside < 0.99
    model.calibrate_interval(windows[:100], y[:100])
    assert np.isfinite(model.predict_interval(windows)).all()


@trains
def test_keras_models_forecast_the_same(fitted):
    pipe, X, _, start = fitted
    expected = pipe.predict(X)
    raw = pipe[-2].transform(X)
    complete = raw.complete
    values = raw.to_numpy()[:, :, 0]
    if start == "seasonal":  # predict looks for a missing season outside of the window
        complete &= ~np.isnan(values).any(axis=1)
    complete &= ~np.isnan(values).all(axis=1)
    exported = export_keras(pipe)(raw[complete].to_numpy(np.float32)).numpy()
    np.testing.assert_allclose(exported, expected[complete], rtol=1e-4)
    transformed = pipe[:-1].transform(X)
    complete &= ~np.isnan(values[:, -1])
    if start == "seasonal":
        complete &= ~np.isnan(values).any(axis=1)
    with pipe[-1]._network() as network:  # `model_` would keep it from other fits
        outputs = network.model(transformed[complete].to_numpy(np.float32)).numpy()
    plain = pipe[-1].target_encoder_.inverse_transform(outputs)
    np.testing.assert_allclose(plain, expected[complete], rtol=1e-4)


@trains
@pytest.mark.parametrize("start", ["last", "arx"])
def test_quantiles_have_a_level(start):
    X, y = windows_of(driven(), delay=[2, 6])
    model = Conv1DRegressor(**SMALL, level=start, loss="quantile").initialize(X, y)
    quantiles = model.predict_quantiles(X)
    expected = reference(start, X, y).predict(X)
    np.testing.assert_allclose(quantiles[:, :, 1], expected, rtol=1e-6)
    assert (np.diff(quantiles, axis=2) > 0).all()


@trains
def test_the_first_call_of_partial_fit_finds_the_level_in_its_rows():
    X, y = windows_of(damped_waves(), target=0)
    first = slice(N_STEPS, N_STEPS + 40)
    few = Conv1DRegressor(**SMALL).partial_fit(X[first], y[first])
    assert few.level_ == "last"
    many = Conv1DRegressor(**SMALL).initialize(X, y)
    found = dict(many._level)
    many.partial_fit(X[first], y[first])
    assert many.level_ == "ar"
    for name, value in many._level.items():
        np.testing.assert_array_equal(value, found[name], err_msg=name)


@trains
def test_lookback_level_and_kernel_are_searched_together():
    X, y = make_supervised(driven(400), "load", delay=2)
    pipe = make_pipeline(
        Standardizer(), LookbackWindower(N_STEPS), Conv1DRegressor(**SMALL)
    )
    grid = [
        {
            "conv1dregressor__level": ["last", "seasonal", "arx"],
            "lookbackwindower__lookback": [16],
        },
        {
            "conv1dregressor__level": ["arx"],
            "lookbackwindower__lookback": [12],
            "conv1dregressor__kernel_size": [2],
        },
    ]
    search = GridSearchCV(pipe, grid, cv=TimeSeriesSplit(2, gap=1)).fit(X, y)
    scores = pd.DataFrame(search.cv_results_)
    of_level = scores.groupby("param_conv1dregressor__level")["mean_test_score"].max()
    assert search.best_params_["conv1dregressor__level"] == "arx"
    assert of_level["arx"] > max(of_level["last"], of_level["seasonal"])


# What is refused.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"level": "seasonal", "period": 40},
            "level='seasonal' is not possible: period=40 with delay=3 needs the value "
            "37 rows before the end of the window, but the window has lags 15 to 0. "
            "Use a lookback of at least 38.$",
        ),
        ({"level": "last", "window_norm": None}, "window_norm=None with level='last'"),
        ({"level": None, "window_norm": "last"}, "level=None with window_norm='last'"),
        ({"level": "ar", "target_channel": "wind"}, "level='ar' is not possible: .*"),
        (
            {"level": "ar", "window_norm": "last", "target_channel": "wind"},
            "window_norm='last', level='ar' is not possible: .* For plain windows, use "
            "window_norm=None and level=None",
        ),
        (
            {"level": "arx", "loss": "poisson"},
            "level='arx' forecasts changes, .* Use level=None, or another loss",
        ),
        (
            {"level": "linear"},
            "The 'level' parameter of Conv1DRegressor must be",
        ),
        ({"period": 0}, "The 'period' parameter of Conv1DRegressor must be"),
    ],
)
def test_what_does_not_fit_together_is_refused(options, message):
    X, y = windows_of(driven())
    with pytest.raises(ValueError, match=message):
        Conv1DRegressor(**SMALL | options).fit(X, y)


def test_token_ids_have_no_level():
    ids = np.random.default_rng(0).integers(1, 9, size=(40, 12))
    model = Conv1DRegressor(embedding_dim=4, level="ar")
    with pytest.raises(ValueError, match=r"level='ar' is for numeric channels, .* Use"):
        model.fit(ids, noise(40))


def test_a_season_that_is_asked_for_must_be_known():
    X, y = windows_of(noise(400).cumsum(), target=0)
    with pytest.raises(ValueError, match="period='auto' found no season"):
        Conv1DRegressor(level="seasonal").fit(X, y)
    rows = noise(400)[:, None]
    for plain in (X.to_numpy(), LookbackWindower(9).fit_transform(rows[:-3])):
        model = Conv1DRegressor(level="seasonal", period=4)
        with pytest.raises(ValueError, match="X does not know how far ahead"):
            model.fit(plain, y)


def test_other_channels_that_are_asked_for_must_be_there():
    X, y = windows_of(noise(200).cumsum(), target=0)
    with pytest.raises(ValueError, match=r"X has no other\. Use level='ar'"):
        Conv1DRegressor(level="arx").fit(X, y)


@trains
@pytest.mark.parametrize("level", ["last", "ar", "arx", None])
def test_a_period_that_is_not_used_is_told(level):
    X, y = windows_of(driven(level=0.0))
    message = f"period=6 has no effect with level={level!r}. Leave it out"
    with pytest.warns(UserWarning, match=message) as warned:
        model = Conv1DRegressor(**SMALL, level=level).initialize(X, y)
    # scikit-learn 1.6 warns of scikeras, too.
    ours = [one for one in warned if one.category is UserWarning]
    assert [one.filename for one in ours] == [__file__]
    assert model.period_ is None


@trains
def test_level_none_is_plain_windows():
    X, y = windows_of(driven(level=0.0))
    X, y = X[X.complete], y[X.complete]
    model = Conv1DRegressor(**SMALL, level=None).fit(X, y)
    same = Conv1DRegressor(**SMALL, window_norm=None).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), same.predict(X))
    assert model.level_ is None
    assert model.period_ is None
    with pytest.raises(AttributeError, match="before it is fitted"):
        _ = Conv1DRegressor().level_


@trains
def test_gru_has_levels_too():
    X, y = windows_of(driven())
    options = SMALL | {"gru_units": 4, "level": "arx"}
    model = Conv1DGRURegressor(**options).initialize(X, y)
    expected = reference("arx", X, y).predict(X)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5)
