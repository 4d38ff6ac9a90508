"""Levels of any size, and levels whose newest value is missing."""

import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    export_keras,
    make_supervised,
)
from skseqconv.engine._feed import Feed, gather, to_tensors
from skseqconv.estimators._level import Level, last_values
from skseqconv.estimators._level_found import can_be_solved, find_level
from skseqconv.estimators._relative import relative
from skseqconv.inputs import _relation
from skseqconv.inputs._relation import (
    mean_and_spread,
    rounding_of,
    solve_affine,
    target_relations,
)
from skseqconv.inputs._sequences import Sequences
from skseqconv.networks._window_norm import variance
from skseqconv.series._window_view import WindowView

# They predict the rows that they were fitted to, the first of which have no history.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
]


N_STEPS = 8
SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 1, "random_state": 0}
LEVELS = [0.0, 1e6, 1e8, -1e9]
#: One tensor of all rows, or batches from NumPy.
PATHS = pytest.mark.parametrize("one_tensor", [True, False])


@pytest.fixture
def path(one_tensor, monkeypatch):
    if not one_tensor:
        monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)


def walk_at(level, n_rows=120, seed=0):
    """Two random walks with steps of about one, the first at a level."""
    changes = np.random.default_rng(seed).normal(size=(n_rows, 2))
    return np.cumsum(changes, axis=0) + np.array([level, 5.0])


def windows_of(series, *steps, delay=2, **options):
    """Windows that know their target, and y."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rows have no target")
        X, y = make_supervised(series, 0, delay=delay)
    pipe = make_pipeline(*steps, LookbackWindower(N_STEPS, **options))
    return pipe.fit_transform(X), y


def level_of(channel=0, spread=1.0, n_channels=2):
    """A level that is the value of a channel."""
    whole, number = np.array([channel]), np.array([1.0])
    return Level(
        "standard", whole, whole, whole, number, 0 * number, number, number,
        np.array([True]), np.full(n_channels, spread),
        exogenous_at=whole, center=np.zeros(n_channels),
        others=np.zeros(n_channels, bool), kept=np.zeros(n_channels, bool),
    )  # fmt: skip


# Before training: persistence, at every level.


@PATHS
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("kind", ["last", "standard"])
@pytest.mark.parametrize("level", LEVELS)
def test_untrained_network_is_persistence_exactly(kind, level):
    series = walk_at(level)
    X, y = windows_of(series)
    model = Conv1DRegressor(window_norm=kind, level="last", **SMALL)
    model.initialize(X, y)
    np.testing.assert_array_equal(model.predict(X), series[X.rows, 0])


@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DGRURegressor])
def test_so_it_is_for_series_of_different_levels_and_at_another_one(Estimator):
    series = [walk_at(1.0), walk_at(1e8, seed=1)]
    X, y = windows_of(series)
    model = Estimator(level="last", **SMALL).initialize(X, y)
    np.testing.assert_array_equal(model.predict(X), np.vstack(series)[X.rows, 0])
    elsewhere = walk_at(-3e9, seed=2)
    np.testing.assert_array_equal(
        model.predict(windows_of(elsewhere)[0][-1:]), elsewhere[[-3], 0]
    )


@PATHS
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("level", LEVELS)
def test_so_it_is_for_arrays_of_windows(level):
    X = windows_of(walk_at(level))[0].to_numpy()
    model = Conv1DRegressor(level="last", target_channel=0, **SMALL)
    model.initialize(X, X[:, -1, 0] + 1)
    np.testing.assert_array_equal(model.predict(X), X[:, -1, 0])


def test_behind_a_scaler_rounding_is_that_of_float64():
    for scaler in (Standardizer(), PerStep(MinMaxScaler())):
        series = walk_at(1e9)
        X, y = windows_of(series, scaler)
        model = Conv1DRegressor(level="last", **SMALL).initialize(X, y)
        np.testing.assert_allclose(model.predict(X), series[X.rows, 0], rtol=1e-14)


def test_a_transformed_target_is_as_exact():
    series = walk_at(1e9)
    X, y = windows_of(series)
    model = TransformedTargetRegressor(
        Conv1DRegressor(level="last", epochs=1, learning_rate=1e-12, **SMALL),
        func=lambda y: y / 7 - 1e8,
        inverse_func=lambda z: 7 * (z + 1e8),
    )
    predicted = model.fit(X, y).predict(X)
    np.testing.assert_allclose(predicted, series[X.rows, 0], rtol=0, atol=1e-5)


def test_what_is_learned_does_not_depend_on_the_level():
    fits = []
    for level in (0.0, 2.0**30):  # the sums round to multiples of 2**-22
        series = np.round(walk_at(0) * 2**20) / 2**20
        X, y = windows_of(series + np.array([level, 0]))
        model = Conv1DRegressor(epochs=2, learning_rate=0.01, **SMALL).fit(X, y)
        fits.append((model.history_["loss"], model.predict(X) - level))
    np.testing.assert_allclose(*[losses for losses, _ in fits], rtol=1e-5)
    np.testing.assert_allclose(*[changes for _, changes in fits], atol=1e-4)
    assert (fits[0][1] != walk_at(0)[X.rows, 0]).all()  # it has learned something


def test_a_loss_of_one_is_that_of_persistence_at_any_level():
    for level in LEVELS:
        X, y = windows_of(walk_at(level))
        model = Conv1DRegressor(epochs=1, learning_rate=1e-9, dropout=0, **SMALL)
        model.set_params(level="last", validation_split=0.2).fit(X, y)
        assert model.history_["loss"] == pytest.approx([1], rel=0.1)
        assert 0.2 < model.history_["val_loss"][0] < 5


def test_intervals_follow_a_level():
    series = walk_at(1e9, 300)
    X, y = windows_of(series)
    model = Conv1DRegressor(epochs=1, validation_split=0.3, **SMALL).fit(X, y)
    low, high = model.predict_interval(X).T
    assert 0 < (high - low).max() < 10
    assert 0.6 < ((low <= y) & (y <= high)).mean() < 0.98
    model.calibrate_interval(X[:100], y[:100])
    assert (np.diff(model.predict_interval(X)) < 10).all()


# What programs are fed.


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([0.0, 1.0, -1e5, 1e8, 1e10]),
    st.integers(1, 4),
    st.sampled_from([1, 2, 3]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_windows_are_what_float64_subtracts(level, delay, step, several, single, seed):
    random = np.random.default_rng(seed)
    values = random.normal(size=(90, 2)).cumsum(axis=0) + np.array([level, -level])
    values = values.astype(np.float32 if single else np.float64)
    series = [values[:50], values[50:]] if several else values
    X, _ = make_supervised(series, 0, delay=delay)
    X = LookbackWindower(6, step=step).fit_transform(X)
    X = X[random.permutation(len(X))[:25]]
    if random.random() < 0.5:
        X = X[X.complete]
    exact = X.to_numpy(np.float64)
    fed, levels = relative(Sequences.of(X), level_of())
    np.testing.assert_array_equal(levels[:, 0], exact[:, -1, 0])
    at = np.arange(len(X), dtype=np.int32)
    for windows in (fed.batch(at), gather(to_tensors(fed.tensors()), at).numpy()):
        assert windows.dtype == np.float32
        difference = np.abs(windows - (exact - exact[:, -1:])).max(initial=0)
        assert difference <= 2e-4 + 1e-6 * np.abs(windows).max(initial=0)
        assert (windows[:, -1] == 0).all()


@PATHS
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("ends", [np.arange(30, 40), np.arange(10)])
def test_windows_may_end_before_their_row(ends, one_tensor):
    series = walk_at(1e8)
    X = WindowView(series, ends=ends, lags=[8, 5, 2])
    fed, levels = relative(Sequences.of(X), level_of())
    exact = X.to_numpy(np.float64)
    np.testing.assert_array_equal(levels[:, 0], exact[:, -1, 0])
    at = np.arange(10, dtype=np.int32)
    for windows in (fed.batch(at), gather(to_tensors(fed.tensors()), at).numpy()):
        np.testing.assert_allclose(windows, exact - exact[:, -1:], atol=1e-6)


def test_arrays_are_less_their_last_step():
    panel = 1e8 + np.random.default_rng(0).normal(size=(5, 4, 2))
    fed, levels = relative(Sequences.of(panel), level_of())
    np.testing.assert_array_equal(levels[:, 0], panel[:, -1, 0])
    at = np.arange(5, dtype=np.int32)
    for windows in (fed.batch(at), gather(to_tensors(fed.tensors()), at).numpy()):
        np.testing.assert_allclose(windows, panel - panel[:, -1:], rtol=1e-6)


def test_the_rest_is_fed_only_where_rounding_matters():
    for level, n_tensors in ((0.0, 6), (1e3, 6), (1e5, 7)):
        X, _ = windows_of(walk_at(level))
        assert len(relative(Sequences.of(X), level_of())[0].tensors()) == n_tensors
    single = WindowView(walk_at(1e5).astype(np.float32), lags=[1, 0])
    assert len(relative(Sequences.of(single), level_of())[0].tensors()) == 6


@pytest.mark.parametrize(
    ("spread", "n_tensors"),
    [(1.0, 7), (1e3, 6), (0.0, 7), (1e-3, 7)],  # 1e5 is rounded by 4e-3 at most
)
def test_rounding_matters_beside_the_usual_spread(spread, n_tensors):
    X, _ = windows_of(walk_at(1e5))
    fed, _ = relative(Sequences.of(X), level_of(spread=spread))
    for _ in range(2):  # read anew the second time
        assert len(fed.tensors()) == n_tensors
    assert fed.batch(np.arange(3)).dtype == np.float32


@pytest.mark.parametrize("step", [1, 6])
def test_rows_are_held_once_and_as_float32(monkeypatch, step):
    n_rows, n_channels = 40_000, 32
    series = np.random.default_rng(0).normal(size=(n_rows, n_channels))
    X, y = make_supervised(series, 0, delay=1)
    X = LookbackWindower(24, step=step).fit_transform(Standardizer().fit_transform(X))
    monkeypatch.setattr("skseqconv.series._touched.CHUNK_BYTES", 2**18)
    level = level_of(n_channels=n_channels)
    tracemalloc.start()
    try:
        fed, _ = relative(Sequences.of(X), level)
        feed = Feed(fed, y[:, None].astype(np.float32))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Windows with a step have their rows in another order, which is a copy.
    assert peak < (1.6 if step == 1 else 2.6) * 4 * n_rows * n_channels
    assert feed.n_samples == len(X)


def test_rows_that_no_window_reads_may_be_missing():
    series = walk_at(1e8)
    series[1::2] = np.nan
    X = WindowView(series, ends=np.arange(20, 100, 2), lags=[6, 4, 2, 0])
    fed, _ = relative(Sequences.of(X), level_of())
    windows = gather(to_tensors(fed.tensors()), np.arange(40, dtype=np.int32)).numpy()
    exact = X.to_numpy()
    np.testing.assert_allclose(windows, exact - exact[:, -1:], atol=1e-6)
    series[[31, 50]] = np.nan
    with pytest.raises(ValueError, match="NaN: channel 0, first at row 50 of"):
        relative(Sequences.of(X), level_of())[0].tensors()


def test_large_levels_are_read_batch_by_batch_as_well(monkeypatch):
    series = walk_at(1e8)
    X, _ = windows_of(series)
    monkeypatch.setattr("skseqconv.inputs._sequences.MAX_TENSOR_BYTES", 0)
    monkeypatch.setattr("skseqconv.estimators._level.MAX_VALUES", 40)
    fed, levels = relative(Sequences.of(X), level_of())
    np.testing.assert_array_equal(levels[:, 0], series[X.rows, 0])
    exact = X.to_numpy()[[5, 90]]
    batch = fed.batch(np.array([5, 90]))
    np.testing.assert_allclose(batch, exact - exact[:, -1:], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.floats(-1e6, 1e6), st.integers(0, 2**31))
def test_variance_of_relative_windows(n_steps, jump, seed):
    random = np.random.default_rng(seed)
    windows = random.normal(size=(3, n_steps, 2))
    windows[:, :-1] += jump
    windows = (windows - windows[:, -1:]).astype(np.float32)
    expected = windows.astype(np.float64).var(axis=1, keepdims=True)
    np.testing.assert_allclose(variance(windows), expected, rtol=1e-6 * n_steps**2)


# The newest value is missing.


def holed(n_rows=400, share=0.1, level=1000.0):
    """A walk at some level with holes in it, the first rows and a long one too."""
    series = walk_at(level, n_rows)
    missing = np.random.default_rng(1).random(n_rows) < share
    missing[[0, 1, 2, *range(60, 60 + 2 * N_STEPS)]] = True
    series[missing, 0] = np.nan
    return series


def last_known_of(series, rows, y):
    """The target's last known value at each row; the mean of y where there is none."""
    known = pd.Series(series[:, 0]).ffill().fillna(y.mean())
    return known.to_numpy()[rows]


FILLS = {
    "filled": [PerStep(SimpleImputer())],
    "filled, scaled": [PerStep(SimpleImputer()), Standardizer()],
    "scaled, filled": [Standardizer(), PerStep(SimpleImputer())],
    "constant": [PerStep(SimpleImputer(strategy="constant", fill_value=-7))],
}


@PATHS
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("named", [False, True])
def test_the_level_is_the_last_known_value(fill, named, one_tensor):
    series = holed()
    table = pd.DataFrame(series, columns=["load", "wind"]) if named else series
    X, y = windows_of(table, *FILLS[fill])
    expected = last_known_of(series, X.rows, y)
    channel = "load" if named else 0
    assert np.isnan(series[X.rows, 0]).sum() > 30
    order = np.random.default_rng(0).permutation(len(X))
    for model in (
        Conv1DRegressor(level="last", **SMALL).initialize(X, y),
        Conv1DRegressor(level="last", target_channel=channel, **SMALL).initialize(X, y),
        PersistenceRegressor().fit(X, y),
    ):
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-12)
        np.testing.assert_allclose(model.predict(X[order]), expected[order], rtol=1e-12)


def test_forecasts_from_missing_values_are_as_good_as_persistence():
    series = holed(1200, level=100.0)
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(series, 0, delay=1)
    missing = np.isnan(series[X.rows, 0])[800:]
    errors = []
    for last in (Conv1DRegressor(epochs=2, **SMALL), PersistenceRegressor()):
        pipe = make_pipeline(PerStep(SimpleImputer()), LookbackWindower(N_STEPS), last)
        predicted = pipe.fit(X[:800], y[:800]).predict(X[800:])
        errors.append(np.abs(predicted - y[800:])[missing].mean())
    assert errors[0] < 1.1 * errors[1] < 2


def test_windows_hold_the_last_known_value_and_leave_others_alone():
    series = holed()
    X, y = windows_of(series, PerStep(SimpleImputer()))
    level = find_level(Conv1DRegressor(level="last"), X, y[:, None])
    fed, _ = relative(Sequences.of(X), level)
    at = np.arange(len(X), dtype=np.int32)
    expected = X.to_numpy()
    expected[:, -1, 0] = last_known_of(series, X.rows, y)
    expected -= expected[:, -1:]
    for windows in (fed.batch(at), gather(to_tensors(fed.tensors()), at).numpy()):
        np.testing.assert_allclose(windows, expected, atol=1e-3)


def test_several_targets_have_each_their_own_last_known_value():
    series = holed()
    series[200:230, 1] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised([series[:150], series[150:]], [1, 0], delay=[1, 3])
    X = LookbackWindower(N_STEPS).fit_transform(
        PerStep(SimpleImputer()).fit_transform(X)
    )
    model = Conv1DRegressor(level="last", **SMALL).initialize(X, y)
    known = [pd.DataFrame(part).ffill() for part in (series[:150], series[150:])]
    known = np.vstack(known)[X.rows][:, [1, 1, 0, 0]]
    known = np.where(np.isnan(known), y.mean(axis=0), known)
    np.testing.assert_allclose(model.predict(X), known)


def test_the_last_known_value_is_looked_for_beyond_the_window():
    series = walk_at(50.0, 200)
    series[100:180, 0] = np.nan
    X, y = windows_of(series, PerStep(SimpleImputer()))
    model = Conv1DRegressor(level="last", **SMALL).initialize(X, y)
    in_hole = WindowView(X._derive(rows=np.array([150, 179])), lags=X.lags)
    np.testing.assert_array_equal(model.predict(in_hole), series[99, 0])


def test_an_exported_model_takes_the_last_known_value_of_the_window():
    series = holed(share=0.3)
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(series, 0, delay=1)
    pipe = make_pipeline(
        PerStep(SimpleImputer()),
        Standardizer(),
        LookbackWindower(N_STEPS),
        Conv1DRegressor(epochs=1, **SMALL),
    ).fit(X, y)
    raw = pipe[-2].transform(X)
    inside = ~np.isnan(raw.to_numpy()[:, :, 0]).all(axis=1)
    assert 50 < np.isnan(series[X.rows[inside], 0]).sum()
    model = export_keras(pipe)
    forecasts = model(raw[inside].to_numpy(np.float32))[:, 0]
    np.testing.assert_allclose(forecasts, pipe.predict(X[inside]), rtol=1e-5)


# What is solved.


def test_the_usual_spread_is_the_mean_over_windows():
    """Not the spread of all values, which of a walk is larger."""
    X, y = windows_of(walk_at(100.0, 400))
    spread = find_level(Conv1DRegressor(), X, y[:, None]).spread
    np.testing.assert_allclose(spread, X.to_numpy().std(axis=1).mean(axis=0))
    assert (spread < X.to_numpy().std(axis=(0, 1)) / 2).all()


@pytest.mark.parametrize(
    ("target", "scale", "changes"),
    [
        (np.full(90, 1000.0), 1e-3, False),  # nothing ever changes
        (np.zeros(90), 1.0, False),
        (np.arange(90) % 2.0, 0.5, False),  # two rows ahead it is the same again
        (np.arange(90.0), 2.0, True),
        (np.arange(90.0) + 1e9, 2.0, True),
        (np.arange(90.0) * 1e-200, 2e-200, True),
    ],
)
def test_the_scale_is_the_error_of_persistence(target, scale, changes):
    X, y = windows_of(target)
    level = find_level(Conv1DRegressor(level="last"), X, y[:, None])
    np.testing.assert_allclose(level.scale, scale, rtol=1e-6)
    assert level.changes.tolist() == [changes]


@pytest.mark.parametrize(
    ("n_rows", "constant", "tells"),
    [(3, False, True), (2, False, False), (3, True, False), (20, True, False)],
)
def test_three_rows_that_differ_tell_a_relation(n_rows, constant, tells):
    """Any two lie on a line, and equal ones on many."""
    series = walk_at(5.0)
    series[:, 0] = 7.0 if constant else series[:, 0]
    X, y = windows_of(series)
    some = X[:n_rows], y[:n_rows, None]
    assert can_be_solved(level_of(), Conv1DRegressor(), *some) is tells


@pytest.mark.parametrize("steps", [(), (PerStep(MinMaxScaler()),)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_is_that_of_the_values(dtype, steps):
    windows = WindowView(walk_at(5.0).astype(dtype), lags=[1, 0])
    for step in steps:
        windows = step.fit(windows).transform(windows)
    eps = 16 * np.finfo(dtype).eps
    assert rounding_of(windows) == rounding_of(windows.to_numpy(dtype)) == eps
    assert rounding_of(np.zeros((3, 2, 1), dtype=np.int64)) == 16 * 2.0**-52


def test_the_last_row_that_knows_its_target_counts():
    series = np.arange(20.0)[:, None]
    windows = WindowView([series, series + 500], ends=[17, 38], lags=[1, 0])
    # Two rows ahead, row 17 is the last of its series with a target; row 38 has none.
    slopes, offsets, rests = target_relations(
        windows, np.array([[19.0], [9.0]]), [0], [2]
    )
    assert (slopes, offsets, rests) == (1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="delay=3 reaches beyond the end"):
        target_relations(windows, np.array([[19.0], [9.0]]), [0], [3])


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-290, 290),
    st.floats(0.1, 10) | st.floats(-10, -0.1),
    st.sampled_from([0.0, 1e3, 1e9]),
)
def test_relations_of_any_size_are_found_and_others_are_not(exponent, slope, level):
    random = np.random.default_rng(0)
    channel = random.normal(size=50) + level
    y = (slope * channel + 3) * 10.0**exponent
    found, _, rest = solve_affine(channel, y)
    assert found == pytest.approx(slope * 10.0**exponent, rel=1e-5)
    assert rest < 1e-6
    bent = y + 10.0**exponent * random.normal(size=50)
    assert solve_affine(channel, bent)[2] > 1e-3


@settings(max_examples=100, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 500))
def test_a_constant_has_exactly_its_own_mean(value, n_values):
    mean, spread = mean_and_spread(np.full(n_values, value))
    assert (mean, spread) == (value, 0)


@settings(max_examples=50, deadline=None)
@given(st.integers(-320, 300), st.integers(0, 2**31))
def test_mean_and_spread_scale_with_the_values(exponent, seed):
    values = np.random.default_rng(seed).normal(size=(30, 2)) + 1
    mean, spread = mean_and_spread(values * 10.0**exponent)
    rounding = max(1e-12, 1e-323 / 10.0**exponent)
    np.testing.assert_allclose(
        mean / 10.0**exponent, values.mean(axis=0), rtol=rounding
    )
    np.testing.assert_allclose(
        spread / 10.0**exponent, values.std(axis=0), rtol=rounding
    )


@pytest.mark.parametrize("n_columns", [1, 4, 96, 97])
def test_large_tables_are_scaled_in_parts(n_columns, monkeypatch):
    values = np.random.default_rng(0).normal(size=(1000, n_columns)) * 100 + 7
    whole = mean_and_spread(values)
    sizes, scaled = [], _relation._mean_and_spread
    monkeypatch.setattr(_relation, "MAX_SCALED", 10_000)
    monkeypatch.setattr(
        _relation, "_mean_and_spread", lambda x: sizes.append(x.size) or scaled(x)
    )
    in_parts = mean_and_spread(values)
    np.testing.assert_array_equal(in_parts, whole)
    assert sum(sizes) == values.size and max(sizes) <= 10_000


def test_last_values_of_arrays_and_views():
    series = walk_at(7.0)
    view = WindowView(series, ends=np.arange(20, 30), lags=[5, 3, 2])
    expected = series[18:28][:, [1, 0]]
    np.testing.assert_array_equal(last_values(view, [1, 0]), expected)
    np.testing.assert_array_equal(last_values(view.to_numpy(), [1, 0]), expected)


def test_a_mixed_or_bent_step_is_found_out_at_any_level():
    X, y = windows_of(walk_at(1e6), PerStep(PCA()))
    with pytest.warns(UserWarning, match="not an affine function of channel 0"):
        assert find_level(Conv1DRegressor(), X, y[:, None]) is None
