"""The solved autoregression against scikit-learn's Ridge on a table of all windows."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from skseqconv import LookbackWindower, PerStep, Standardizer, make_supervised
from skseqconv.inputs import _past_values, _ridge
from skseqconv.inputs._autoregression_solved import solve_autoregression
from skseqconv.inputs._parts_in_time import parts_in_time
from skseqconv.inputs._simplest import MARGIN

CLOSE = {"rtol": 1e-6, "atol": 1e-9}


def wandering_cycles(n_rows, seed=0):
    random = np.random.default_rng(seed)
    walks = 0.3 * random.normal(size=(n_rows, 3)).cumsum(axis=0)
    cycles = np.sin(np.arange(n_rows)[:, None] / [1.0, 1.5, 2.0])
    noise = random.normal(size=(n_rows, 3))
    return (walks + cycles + noise) * [1.0, 50.0, 0.1] + [1000.0, 280.0, -40.0]


@pytest.fixture
def frame():
    return pd.DataFrame(wandering_cycles(400), columns=["a", "b", "c"])


def windows_of(series, target, delay, *before, lookback=8, step=1):
    X, y = make_supervised(series, target, delay=delay)
    steps = make_pipeline(*before, LookbackWindower(lookback, step=step))
    return steps.fit_transform(X), y.reshape(len(y), -1)


def solve(windows, y, delay, channels=None, **options):
    """Solve where y has the units of its channel."""
    if channels is None:
        channels = [channel for channel, _ in windows.target]
    slopes, offsets = np.ones(y.shape[1]), np.zeros(y.shape[1])
    return solve_autoregression(
        windows,
        y,
        channels=channels,
        slopes=slopes,
        offsets=offsets,
        delays=delay,
        **options,
    )


def table_of(values, channel, n_lags):
    """Earlier values less the newest, and the newest."""
    own = values[:, -n_lags:, channel]
    return own[:, :-1] - own[:, -1:], own[:, -1:]


@pytest.mark.parametrize("sized", ["one part", "many parts"])
@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("n_lags", [None, 5, 2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_one_target_is_ridge(
    frame, sized, step, n_lags, weighted, intercept, monkeypatch
):
    if sized == "many parts":
        monkeypatch.setattr(_past_values, "CHUNK_BYTES", 8 * 8 * 37)
    delay = [1, 2, 7]
    windows, y = windows_of(frame, "b", delay, lookback=8 * step, step=step)
    weight = np.random.default_rng(1).uniform(0, 2, len(y)) if weighted else None
    if weighted:
        weight[::5] = 0.0
    options = {"n_lags": n_lags, "alpha": 300.0, "intercept": intercept}
    solved = solve(windows, y, delay, sample_weight=weight, **options)
    whole = windows.complete
    values = windows[whole].to_numpy()
    earlier, newest = table_of(values, 1, n_lags or 8)
    some = None if weight is None else weight[whole]
    ridge = Ridge(300.0, fit_intercept=intercept)
    ridge.fit(earlier, y[whole] - newest, sample_weight=some)
    np.testing.assert_allclose(solved.weights[:-1], ridge.coef_.T, **CLOSE)
    np.testing.assert_allclose(solved.intercepts, ridge.intercept_, **CLOSE)
    assert not solved.weights[-1].any()
    assert solved.alphas.tolist() == [300.0] * 3
    assert solved.alpha == 300.0
    changes = solved.changes(windows[whole], np.array([1] * 3), np.tile(newest, 3))
    np.testing.assert_allclose(changes, ridge.predict(earlier), **CLOSE)
    of_array = solved.changes(values, np.array([1] * 3), np.tile(newest, 3))
    np.testing.assert_allclose(of_array, changes, rtol=1e-12)


def shared_table(values, y, channels, n_outputs, others=(), at=()):
    """The rows of all targets, one below the other, scaled as documented."""
    spreads = values[:, -1, channels].std(axis=0)
    unit = np.sqrt(np.mean(spreads**2))
    features, changes = [], []
    for number, channel in enumerate(channels):
        earlier, newest = table_of(values, channel, values.shape[1])
        change = y[:, number * n_outputs : (number + 1) * n_outputs] - newest
        parts = [earlier]
        if len(others):
            parts.append(newest - newest.mean())
        parts = [part / (spreads[number] / unit) for part in parts]
        if len(others):
            read = values[:, at][:, :, others].reshape(len(values), -1)
            parts.append((read - read.mean(axis=0)) / read.std(axis=0) * unit)
        features.append(np.hstack(parts))
        changes.append(change / (spreads[number] / unit))
    return np.vstack(features), np.vstack(changes), spreads / unit


@pytest.mark.parametrize("exogenous", [(), (2,), (1, 2)])
@pytest.mark.parametrize("shared", [True, False])
def test_several_targets(frame, shared, exogenous):
    delay = [1, 4]
    windows, y = windows_of(frame, ["a", "b"], delay)
    solved = solve(
        windows, y, delay, shared=shared, alpha=200.0, exogenous=list(exogenous)
    )
    whole = windows.complete
    values, y = windows[whole].to_numpy(), y[whole]
    channels = np.array([0, 0, 1, 1])
    newest = values[:, -1, channels]
    found = solved.changes(values, channels, newest)
    at = [3, 5, 6, 7]  # 4, 2, 1 and 0 back
    assert solved.exogenous_at.tolist() == (at if exogenous else [])
    for group in [[0, 1]] if shared else [[0], [1]]:
        columns = [2 * target + n for target in group for n in range(2)]
        X, Y, scales = shared_table(values, y[:, columns], group, 2, exogenous, at)
        predicted = Ridge(200.0).fit(X, Y).predict(X)
        predicted = np.hstack(np.split(predicted, len(group)))
        predicted *= np.repeat(scales, 2)
        np.testing.assert_allclose(found[:, columns], predicted, **CLOSE)


def test_a_large_target_does_not_dominate(frame):
    windows, y = windows_of(frame, ["a", "b"], 1)
    large, y_large = windows_of(frame * [1.0, 1e4, 1.0], ["a", "b"], 1)
    options = {"delay": [1], "exogenous": [2]}
    small = solve(windows, y, alpha=1e-3, **options)
    other = solve(large, y_large, alpha=1e-3, **options)
    np.testing.assert_allclose(other.weights, small.weights, rtol=1e-2, atol=1e-4)


@pytest.mark.parametrize("exogenous", [[], [0, 2]])
def test_a_list_of_series_is_one_set_of_rows(frame, exogenous):
    series = [frame[:150], frame[150:210], frame[210:]]
    windows, y = windows_of(series, "b", [2, 3])
    solved = solve(windows, y, [2, 3], alpha=10.0, exogenous=exogenous)
    whole = windows.complete
    assert whole.sum() == 400 - 3 * (7 + 3)
    values = windows[whole].to_numpy()
    at = [3, 5, 6, 7]
    X, Y, scales = shared_table(values, y[whole], [1], 2, exogenous, at)
    assert scales == [1.0]
    found = solved.changes(values, np.array([1, 1]), values[:, -1, [1, 1]])
    predicted = Ridge(10.0).fit(X, Y).predict(X)
    np.testing.assert_allclose(found, predicted, **CLOSE)


def test_weights_of_rows_count_for_scales_and_exogenous_channels(frame):
    windows, y = windows_of(frame[:120], ["a", "b"], 3)
    windows, y = windows[windows.complete], y[windows.complete]
    times = np.random.default_rng(2).integers(0, 4, len(y))
    options = {"delay": [3], "alpha": 5.0, "exogenous": [2]}
    weighted = solve(windows, y, sample_weight=times.astype(float), **options)
    again = np.repeat(np.arange(len(y)), times)
    repeated = solve(windows[again], y[again], **options)
    for name in ("weights", "level_weights", "exogenous_weights", "intercepts"):
        one, other = getattr(weighted, name), getattr(repeated, name)
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)


def test_relation_of_y_and_channel(frame):
    """A standardized channel, and y in its own units."""
    plain, y = windows_of(frame, "b", 2)
    scaled, _ = windows_of(frame, "b", 2, Standardizer())
    mean, std = frame["b"][:398].mean(), frame["b"][:398].std(ddof=0)
    one = solve(plain, y, [2], alpha=7.0 * std**2)
    relation = {"channels": [1], "slopes": [std], "offsets": [mean]}
    other = solve_autoregression(scaled, y, alpha=7.0, **relation)
    np.testing.assert_allclose(other.weights, one.weights, rtol=1e-8)
    np.testing.assert_allclose(other.intercepts * std, one.intercepts, rtol=1e-8)


def test_level_and_scale_do_not_cost_digits(frame):
    windows, y = windows_of(frame, "b", [1, 5])
    far, y_far = windows_of(frame + 1e9, "b", [1, 5])
    one = solve(windows, y, [1, 5], alpha=10.0)
    other = solve(far, y_far, [1, 5], alpha=10.0)
    np.testing.assert_allclose(other.weights, one.weights, atol=1e-6)
    steep = frame.add(1e6 * np.arange(len(frame)), axis=0)
    windows, y = windows_of(steep, "b", [1])
    solved = solve(windows, y, [1], alpha=10.0)
    whole = windows.complete
    earlier, newest = table_of(windows[whole].to_numpy(), 1, 8)
    ridge = Ridge(10.0).fit(earlier, (y[whole] - newest)[:, 0])
    np.testing.assert_allclose(solved.weights[:-1, 0], ridge.coef_, atol=1e-6)


def folds_of(n_rows, gap):
    """Positions of the rows to fit and of the rows held out, by plain arithmetic."""
    firsts = [n_rows * part // 5 for part in range(6)]
    for part in (2, 3, 4):
        yield np.arange(firsts[part] - gap), np.arange(firsts[part], firsts[part + 1])


@pytest.mark.parametrize("as_array", [False, True])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("exogenous", [(), (2,)])
def test_the_strength_is_chosen_on_later_parts(as_array, shared, exogenous):
    delay = 2
    values = wandering_cycles(200, seed=1)
    windows, y = windows_of(values, [0, 1], delay, lookback=24)
    windows, y = windows[windows.complete], y[windows.complete]
    values = windows.to_numpy()
    solved = solve(
        values if as_array else windows,
        y,
        [delay],
        shared=shared,
        channels=[0, 1],
        exogenous=exogenous,
    )
    at = [7, 15, 19, 21, 22, 23]
    for group in [[0, 1]] if shared else [[0], [1]]:
        X, Y, _ = shared_table(values, y[:, group], group, 1, list(exogenous), at)
        X, Y = (part.reshape(len(group), len(y), -1) for part in (X, Y))
        errors = {}
        for fitted, last in folds_of(len(y), delay):
            early, late = (
                [np.concatenate(part[:, rows]) for part in (X, Y)]
                for rows in (fitted, last)
            )
            unit = 3 * np.sum(late[1] ** 2)
            for alpha in 10.0 ** np.arange(-3, 9, 0.5):
                for intercept in (True,) if exogenous else (False, True):
                    ridge = Ridge(alpha, fit_intercept=intercept, solver="svd")
                    left = ridge.fit(*early).predict(late[0]).ravel() - late[1][:, 0]
                    key = intercept, alpha
                    errors[key] = errors.get(key, 0.0) + np.sum(left**2) / unit
        with_it = {a: error for (one, a), error in errors.items() if one}
        without = {a: error for (one, a), error in errors.items() if not one}
        better = with_it
        if without and min(without.values()) <= min(with_it.values()) + MARGIN:
            better = without
        best = min(better, key=better.get)
        assert 1e-2 < best < 1e8
        np.testing.assert_allclose(solved.alphas[group], best)
        assert solved.intercepts[group].all() == (better is with_it)
        found = solved.held_out_error[group]
        np.testing.assert_allclose(found, better[best], rtol=1e-3)
    assert np.array_equal(solved.alpha, solved.alphas[0] if shared else solved.alphas)
    same = {"alpha": solved.alphas[0], "intercept": solved.intercepts.any()}
    given = solve(windows, y, [delay], shared=True, exogenous=exogenous, **same)
    assert given.held_out_error is None
    if shared:
        np.testing.assert_allclose(given.weights, solved.weights, rtol=1e-9)


def test_parts_follow_each_other_in_time(frame):
    series = [frame[:100], frame[100:150].set_axis(range(50, 100))]
    windows, _ = windows_of(series, "a", [1, 6])
    rows = np.flatnonzero(windows.complete)
    parts = parts_in_time(windows, rows, [1, 6])
    assert sorted(np.concatenate([row for part in parts for row in part])) == (
        rows.tolist()
    )
    for (inside, across), (more, and_more) in pairwise(parts):
        later = windows.stamps[np.concatenate([more, and_more])]
        assert windows.stamps[inside].max() + 6 < later.min()
        assert windows.stamps[across].max() < later.min()
        assert windows.stamps[across].min() + 6 >= later.min()
    sizes = [len(inside) + len(across) for inside, across in parts]
    assert max(sizes) - min(sizes) <= 2  # two series share their stamps
    for inside, _ in parts_in_time(windows, rows, [200])[:-1]:
        assert not len(inside)


def test_no_gain_means_the_strongest_penalty():
    """What the earlier rows show is wrong for each later part."""
    noise = np.random.default_rng(3).normal(size=601)
    turns = np.where(np.arange(600) // 60 % 4 < 2, 0.9, -0.9)
    series = (noise[1:] + turns * noise[:-1]).cumsum()
    windows, y = windows_of(series[:, None], 0, [1, 2, 3])
    solved = solve(windows, y, [1, 2, 3])
    assert np.abs(solved.weights).max() < 1e-4
    assert not solved.intercepts.any()  # the newest value
    for n_rows in (1, 2, 4, 19):  # too few to choose on
        few = solve(windows[8 : 8 + n_rows], y[8 : 8 + n_rows], [1, 2, 3])
        assert few.held_out_error is None
        assert np.abs(few.weights).max() < 1e-4
    enough = solve(windows[8:28], y[8:28], [1, 2, 3])
    assert enough.held_out_error is not None


def test_the_newest_value_is_the_last_known_one(frame):
    holed = frame.copy()
    holed.loc[[50, 51, 90, 200], "b"] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        windows, y = windows_of(holed, "b", [2], PerStep(SimpleImputer()))
    solved = solve(windows, y, [2], raw_channels=[1], alpha=3.0)
    whole = windows.complete
    values = windows[whole].to_numpy()[:, :, 1]
    newest = holed["b"].ffill().to_numpy()[windows.rows[whole], None]
    assert (newest[:, 0] != values[:, -1]).sum() == 4
    ridge = Ridge(3.0).fit(values[:, :-1] - newest, y[whole, 0] - newest[:, 0])
    np.testing.assert_allclose(solved.weights[:-1, 0], ridge.coef_, **CLOSE)
    found = solved.changes(windows[whole], np.array([1]), newest)
    np.testing.assert_allclose(
        found, ridge.predict(values[:, :-1] - newest)[:, None], **CLOSE
    )


def test_rows_without_any_known_value_are_left_out(frame):
    frame.loc[100:120, "b"] = np.nan
    series = [frame[:100], frame[100:]]
    with pytest.warns(UserWarning, match="rows have no target"):
        windows, y = windows_of(series, "b", [2], PerStep(SimpleImputer()))
    solved = solve(windows, y, [2], raw_channels=[1], alpha=3.0)
    known = windows.complete & ~np.isin(windows.rows, range(100, 121))
    other = solve(windows[known], y[known], [2], raw_channels=[1], alpha=3.0)
    np.testing.assert_allclose(solved.weights, other.weights, rtol=1e-9)
    newest = np.array([[np.nan], [0.0]])
    found = solved.changes(windows[[99, 20]], np.array([1]), newest)
    assert np.isnan(found).tolist() == [[True], [False]]


def test_missing_and_infinite_values_are_named(frame):
    windows, y = windows_of(frame, "b", [1])
    solved = solve(windows, y, [1], alpha=1.0, exogenous=[2])
    for value, name in [(np.nan, "NaN"), (np.inf, "infinity")]:
        bad = frame.copy()
        bad.loc[60, "b"] = value
        where = rf"{name}: channel 'b', first at row 60 \(60\) of the series"
        X = windows_of(frame, "b", [1])[0]
        holed = windows_of(bad, "a", [1])[0]
        with pytest.raises(ValueError, match=where):
            solve(holed, y, [1], channels=[1], alpha=1.0)
        newest = X.to_numpy()[:, -1, [1]]
        with pytest.raises(ValueError, match=where):
            solved.changes(holed, np.array([1]), newest)
        bad = frame.copy()
        bad.loc[60, "c"] = value
        holed = windows_of(bad, "b", [1])[0]
        solve(holed, y, [1], alpha=1.0)  # not read
        with pytest.raises(ValueError, match=where.replace("'b'", "'c'")):
            solve(holed, y, [1], alpha=1.0, exogenous=[2])
        with pytest.raises(ValueError, match=where.replace("'b'", "'c'")):
            solved.changes(holed, np.array([1]), newest)
        panel = windows.to_numpy()
        panel[9, 3, 1] = value
        with pytest.raises(ValueError, match=f"{name}: channel 1, first at sample 9"):
            solve(panel, y, [1], channels=[1], alpha=1.0)


def test_targets_that_do_not_vary_get_no_weights(frame):
    windows, y = windows_of(frame, ["a", "b"], 1)
    options = {"channels": [0, 1], "offsets": [0.0, 0.0], "alpha": 1.0}
    both = solve_autoregression(windows, y, slopes=[1.0, 0.0], **options)
    alone = solve(windows, y[:, :1], [1], channels=[0], alpha=1.0)
    np.testing.assert_allclose(both.weights[:, 0], alone.weights[:, 0])
    assert not both.weights[:, 1].any()
    assert both.intercepts[1] == 0.0
    constant = windows_of(frame * [0.0, 1.0, 1.0], ["a", "b"], 1)
    solved = solve(*constant, [1], exogenous=[0, 2])
    assert np.isfinite(solved.weights).all()
    nothing = solve(*windows_of(frame * 0.0, "a", 1), [1], exogenous=[1])
    assert not nothing.weights.any()
    assert not nothing.intercepts.any()


def test_one_lag_is_the_mean_change(frame):
    windows, y = windows_of(frame, "b", [1, 5], lookback=1)
    solved = solve(windows, y, [1, 5], intercept=True)
    mean = (y - windows.to_numpy()[:, 0, [1]]).mean(axis=0)
    np.testing.assert_allclose(solved.intercepts, mean, rtol=1e-9)


@pytest.mark.parametrize("drift", [0.0, 0.05, 0.5])
def test_the_mean_change_is_forecast_where_it_pays(drift):
    """A walk with a drift: its square beside the error of the newest value decides."""
    walk = (drift + np.random.default_rng(0).normal(size=2000)).cumsum()
    delay = [1, 2, 3]
    windows, y = windows_of(walk[:, None], 0, delay)
    solved = solve(windows, y, delay)
    pays = drift == 0.5  # 0.25 of 1.25 and more; else at most 0.0075 of 3
    assert solved.intercepts.all() == pays
    np.testing.assert_allclose(
        solved.intercepts, drift * pays * np.array(delay), rtol=0.2
    )
    few = solve(windows[8:27], y[8:27], delay)  # too few to decide on
    assert few.intercepts.all()


def test_other_lags_of_exogenous_channels(frame):
    windows, y = windows_of(frame, "b", [1])
    lags = {"exogenous": [0], "exogenous_lags": [0, 5], "alpha": 1.0}
    solved = solve(windows, y, [1], **lags)
    assert solved.exogenous_at.tolist() == [2, 7]
    assert solved.exogenous_weights.shape == (2, 1, 1)


def test_targets_with_other_numbers_of_outputs_share_no_weights(frame):
    windows, y = windows_of(frame, ["a", "b"], 1)
    y = y[:, [0, 0, 1]]
    with pytest.raises(ValueError, match="shared=True needs equally many"):
        solve(windows, y, [1], channels=[0, 0, 1])


def test_sums_can_be_added(frame):
    X, Y = frame.to_numpy()[:, :2] + 1e6, frame.to_numpy()[:, 2:]
    one, parts = _ridge.Moments(), _ridge.Moments()
    one.add(X.copy(), Y.copy())
    for rows in (slice(0, 10), slice(10, 10), slice(10, 400)):
        part = _ridge.Moments()
        part.add(X[rows].copy(), Y[rows].copy())
        parts = parts + part
    np.testing.assert_allclose(parts.means()[0], X.mean(axis=0))
    np.testing.assert_allclose(parts.spread(), X.std(axis=0), rtol=1e-9)
    for found, expected in zip(
        parts.about(one.means()), one.about(one.means()), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-6)
