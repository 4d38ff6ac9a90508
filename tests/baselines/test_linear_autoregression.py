"""LinearAutoregression as a regressor; its solver is tested in tests/inputs."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import skseqconv
from skseqconv import (
    LinearAutoregression,
    LookbackWindower,
    MissingHistoryWarning,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)

NAMES = ["wind", "temp", "rain"]
CLOSE = {"rtol": 1e-6, "atol": 1e-9}


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    time = np.arange(240)[:, None]
    cycles = np.sin(time / [1.0, 1.5, 2.0]) + 0.2 * random.normal(size=(240, 3))
    walks = 0.1 * random.normal(size=(240, 3)).cumsum(axis=0)
    values = (cycles + walks) * [1.0, 5.0, 0.1] + [300.0, 280.0, 40.0]
    return pd.DataFrame(values, columns=NAMES)


def windows_of(frame, target, delay=1, lookback=6, step=1):
    X, y = make_supervised(frame, target, delay=delay)
    return LookbackWindower(lookback, step=step).fit_transform(X), y


def ridge_of(windows, y, channel, alpha, fit_intercept):
    """Predictions of scikit-learn's Ridge on the table."""
    whole = windows.complete
    own = windows[whole].to_numpy()[:, :, channel]
    earlier, newest = own[:, :-1] - own[:, -1:], own[:, -1:]
    changes = y[whole].reshape(len(own), -1) - newest
    ridge = Ridge(alpha, fit_intercept=fit_intercept).fit(earlier, changes)
    return ridge, ridge.predict(earlier).reshape(changes.shape) + newest


@pytest.mark.parametrize("delay", [3, [1, 2, 7]])
@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("intercept", ["auto", True, False])
def test_it_is_ridge_on_the_table(frame, delay, step, intercept):
    windows, y = windows_of(frame, "temp", delay, 6 * step, step)
    model = LinearAutoregression(fit_intercept=intercept).fit(windows, y)
    assert model.intercept_.all() == (intercept is True)  # a walk without a drift
    ridge, expected = ridge_of(windows, y, 1, model.alpha_, intercept is True)
    predicted = model.predict(windows[windows.complete])
    assert predicted.shape == y[windows.complete].shape
    np.testing.assert_allclose(predicted.reshape(expected.shape), expected, **CLOSE)
    np.testing.assert_allclose(model.coef_[:, :-1], np.atleast_2d(ridge.coef_), **CLOSE)
    np.testing.assert_allclose(model.intercept_, ridge.intercept_, **CLOSE)
    assert model.lags_.tolist() == windows.lags.tolist()
    assert model.channels_.tolist() == [1] * np.size(delay)
    assert (model.held_out_error_ < 1).all()
    assert not len(model.exogenous_channels_)
    assert not model.level_coef_.any()


def test_the_documented_formula(frame):
    X, y = make_supervised(frame, ["temp", "rain"], delay=[1, 4])
    windows = make_pipeline(Standardizer(), LookbackWindower(6)).fit_transform(X)
    options = {"lags": 4, "exogenous": ["wind", "temp"], "alpha": 2.0}
    model = LinearAutoregression(**options).fit(windows, y)
    assert model.lags_.tolist() == [3, 2, 1, 0]
    assert model.exogenous_lags_.tolist() == [4, 2, 1, 0]
    assert model.exogenous_channels_.tolist() == [0, 1]
    assert model.exogenous_coef_.shape == (4, 2, 4)
    window = windows[50]
    for column, channel in enumerate(model.channels_):
        own = window[-4:, channel]
        change = model.intercept_[column] + model.coef_[column] @ (own - own[-1])
        change += model.level_coef_[column] * own[-1]
        others = window[5 - model.exogenous_lags_][:, [0, 1]].T
        change += (model.exogenous_coef_[column] * others).sum()
        expected = model.slopes_[column] * (own[-1] + change) + model.offsets_[column]
        predicted = model.predict(windows[[50]])[0, column]
        np.testing.assert_allclose(predicted, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "before", [[Standardizer()], [PerStep(MinMaxScaler()), Standardizer()]]
)
@pytest.mark.parametrize("scaled_target", [False, True])
def test_forecasts_have_the_units_of_y(frame, before, scaled_target):
    X, y = make_supervised(frame, "temp", delay=2)
    plain = make_pipeline(LookbackWindower(6), LinearAutoregression(alpha=1e-3))
    alpha = 1e-3 / frame["temp"][:238].var(ddof=0)
    model = make_pipeline(
        *before, LookbackWindower(6), LinearAutoregression(alpha=alpha)
    )
    if scaled_target:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    expected = plain.fit(X, y).predict(X[10:])
    np.testing.assert_allclose(model.fit(X, y).predict(X[10:]), expected, rtol=1e-8)


def test_forecasts_follow_the_level(frame):
    windows, y = windows_of(frame, "temp", [1, 5])
    model = LinearAutoregression().fit(windows, y)
    higher = WindowView(frame + 1000.0, windows.rows[10:], lags=windows.lags)
    expected = model.predict(windows[10:]) + 1000.0
    np.testing.assert_allclose(model.predict(higher), expected, rtol=1e-9)


def driven_load(n_rows=3000):
    """A load that follows the temperature of the hour before."""
    random = np.random.default_rng(0)
    noise = random.normal(size=(2, n_rows))
    temp = 15 + 8 * np.sin(np.arange(n_rows) / 24 * 2 * np.pi)
    for t in range(1, n_rows):  # warm and cold weeks
        noise[0, t] += 0.99 * noise[0, t - 1]
    temp += noise[0]
    load = np.empty(n_rows)
    load[0] = 50.0
    for t in range(1, n_rows):
        load[t] = load[t - 1] + 0.3 * (100 - 3 * temp[t - 1] - load[t - 1])
    return pd.DataFrame({"load": load + noise[1], "temp": temp})


def test_the_level_of_a_driver_moves_the_forecast():
    frame = driven_load()
    X, y = make_supervised(frame, "load", delay=12)
    warmer = frame.assign(temp=frame["temp"] + 5.0)
    warmer = SeriesView(warmer, rows=X.rows[-200:])
    moved = {}
    for exogenous in (False, True, ["temp"], [1]):
        model = make_pipeline(
            Standardizer(),
            LookbackWindower(48),
            LinearAutoregression(exogenous=exogenous),
        )
        model.fit(X[:2000], y[:2000])
        moved[str(exogenous)] = (model.predict(warmer) - model.predict(X[-200:])).mean()
    assert moved["False"] == 0.0
    assert moved["True"] == moved["['temp']"] == moved["[1]"] < -5.0


def test_a_static_channel_gives_a_series_its_drift():
    random = np.random.default_rng(1)
    series = [
        pd.DataFrame(
            {"value": (drift + random.normal(size=300)).cumsum(), "id": float(drift)}
        )
        for drift in (-1, 1)
    ]
    X, y = make_supervised(series, "value", delay=5)
    model = make_pipeline(LookbackWindower(8), LinearAutoregression(exogenous=["id"]))
    model.fit(X, y)
    flipped = [part.assign(id=-part["id"]) for part in series]
    change = model.predict(SeriesView(flipped, X.rows[20:])) - model.predict(X[20:])
    down = X.series_ids[20:] == 0
    assert change[down].mean() == pytest.approx(10, abs=2)
    assert change[~down].mean() == pytest.approx(-10, abs=2)


@pytest.mark.parametrize("shared", [True, False])
def test_targets_share_their_weights_or_not(frame, shared):
    windows, y = windows_of(frame, ["temp", "rain"], [1, 3])
    model = LinearAutoregression(shared=shared).fit(windows, y)
    assert np.array_equal(model.coef_[:2], model.coef_[2:]) is shared
    assert np.size(model.alpha_) == (1 if shared else 4)
    if not shared:
        alone = LinearAutoregression().fit(*windows_of(frame, "temp", [1, 3]))
        np.testing.assert_allclose(model.coef_[:2], alone.coef_, rtol=1e-9)
        assert model.alpha_[0] == model.alpha_[1] == alone.alpha_


@pytest.mark.parametrize("shared", [True, np.True_])
def test_other_delays_need_weights_of_their_own(frame, shared):
    windows, y = windows_of(frame, ["temp", "rain"], [1, 3])
    some = {"target_channel": ["temp", "rain"], "delay": [1, 3]}
    with pytest.raises(ValueError, match=r"shared=True needs the same.*shared=F"):
        LinearAutoregression(**some, shared=shared).fit(windows, y[:, [0, 3]])
    model = LinearAutoregression(**some, shared=False).fit(windows, y[:, [0, 3]])
    assert model.predict(windows[20:]).shape == (len(y) - 20, 2)


def test_rows_without_history_are_left_out(frame):
    windows, y = windows_of(frame, "temp", 2, lookback=10)
    model = LinearAutoregression().fit(windows, y)
    whole = LinearAutoregression().fit(windows[9:], y[9:])
    np.testing.assert_array_equal(model.coef_, whole.coef_)
    with pytest.warns(MissingHistoryWarning, match="for 9 of 238 rows: .* needs 10 r"):
        predicted = model.predict(windows)
    np.testing.assert_allclose(predicted[9:], model.predict(windows[9:]), rtol=1e-12)
    first = np.r_[np.full(9, frame["temp"][0]), frame["temp"][0]]
    expected = first[-1] + model.intercept_ + model.coef_ @ (first - first[-1])
    np.testing.assert_allclose(predicted[0], expected)
    few = LinearAutoregression(lags=3).fit(windows, y)
    with pytest.warns(MissingHistoryWarning, match="for 2 of 238 rows: .* needs 3 r"):
        few.predict(windows)


def test_arrays_and_views_agree(frame):
    windows, y = windows_of(frame, "temp", [1, 2])
    windows, y = windows[5:], y[5:]
    panel = windows.to_numpy()
    of_view = LinearAutoregression(alpha=1.0, exogenous=True).fit(windows, y)
    of_array = LinearAutoregression(alpha=1.0, exogenous=True, target_channel=1)
    of_array.fit(panel, y)
    expected = of_view.predict(windows)
    np.testing.assert_allclose(of_array.predict(panel), expected, rtol=1e-9)
    np.testing.assert_allclose(of_array.predict(panel.tolist()), expected, rtol=1e-9)
    own = panel[:, :, 1]
    of_table = LinearAutoregression(alpha=1.0).fit(own, y)
    plain = LinearAutoregression(alpha=1.0).fit(windows, y)
    np.testing.assert_allclose(of_table.coef_, plain.coef_, rtol=1e-9)


def test_a_missing_newest_value_is_the_last_known_one(frame):
    holed = frame.copy()
    holed.loc[[50, 51, 90, 238], "temp"] = np.nan
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(holed, "temp", delay=2)
    steps = [PerStep(SimpleImputer()), LookbackWindower(6)]
    model = make_pipeline(*steps, LinearAutoregression(alpha=1.0)).fit(X, y)
    rows = SeriesView(holed, rows=[51, 90, 238, 239])
    windows = model[:-1].transform(rows).to_numpy()[:, :, 1]
    newest = holed["temp"].ffill().to_numpy()[rows.rows, None]
    linear = model[-1]
    changes = (windows[:, :-1] - newest) @ linear.coef_[0, :-1] + linear.intercept_
    np.testing.assert_allclose(model.predict(rows), newest[:, 0] + changes)
    holed.loc[100:110, "temp"] = np.nan
    unknown = SeriesView(holed[100:].reset_index(drop=True), rows=[8])
    assert model.predict(unknown) == pytest.approx(y.mean())


def test_missing_and_infinite_values_are_named(frame):
    windows, y = windows_of(frame, "temp", 2)
    model = LinearAutoregression().fit(windows, y)
    for value, name in [(np.nan, "NaN"), (np.inf, "infinity")]:
        bad = frame.copy()
        bad.loc[60, "temp"] = value
        holed = WindowView(bad, windows.rows, lags=windows.lags)
        message = rf"{name}: channel 'temp', first at row 60 \(60\) of the series"
        with pytest.raises(ValueError, match=message):
            model.predict(holed[10:])
        one_lag = LinearAutoregression(1, target_channel="temp", delay=2)
        one_lag.fit(windows, y)
        if name == "infinity":
            with pytest.raises(ValueError, match=message):
                one_lag.predict(holed[10:])
        else:
            assert np.isfinite(one_lag.predict(holed[10:])).all()
    panel = windows.to_numpy()
    model = LinearAutoregression(target_channel=1).fit(panel, y)
    panel[3, 2, 1] = np.nan
    with pytest.raises(ValueError, match=r"NaN: channel 1, first at sample 3, time"):
        model.predict(panel)


def test_weighted_rows_are_repeated_rows(frame):
    windows, y = windows_of(frame, "temp", [1, 2])
    windows, y = windows[5:], y[5:]
    times = np.random.default_rng(2).integers(0, 3, len(y))
    again = np.repeat(np.arange(len(y)), times)
    model = LinearAutoregression(alpha=1.0, exogenous=True)
    weighted = clone(model).fit(windows, y, sample_weight=times)
    repeated = clone(model).fit(windows[again], y[again])
    expected = repeated.predict(windows)
    np.testing.assert_allclose(weighted.predict(windows), expected, rtol=1e-9)


def test_weights_are_checked(frame):
    windows, y = windows_of(frame, "temp", 2)
    weight = np.where(windows.complete, 0.0, 1.0)
    with pytest.raises(ValueError, match="zero for every complete window"):
        LinearAutoregression().fit(windows, y, sample_weight=weight)
    with pytest.raises(ValueError, match="has -1: weights must not be negative"):
        LinearAutoregression().fit(windows, y, sample_weight=-weight)


def test_more_lags_than_entries(frame):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match=r"lags=7, but the windows have 6 entries.*=6"):
        LinearAutoregression(7).fit(windows, y)
    all_of_them = LinearAutoregression(6).fit(windows, y)
    assert all_of_them.coef_.shape == (1, 6)


@pytest.mark.parametrize(
    "options, match",
    [
        ({"target_channel": "T"}, r"target_channel='T' is not a channel .*'temp'"),
        ({"target_channel": "wind"}, "not an affine function of channel 0"),
        ({"delay": 3}, "not an affine function"),
        ({"exogenous": ["T"]}, r"exogenous='T' is not a channel .*'temp'"),
        ({"exogenous": [3]}, r"exogenous=3 is not a channel .* from 0 to 2"),
        ({"exogenous": "wind"}, r"exogenous='wind' must be .*exogenous=\['wind'\] for"),
        ({"exogenous": 1.5}, "'exogenous' parameter of LinearAutoregression must"),
        ({"exogenous": ["wind", "temp"]}, "exogenous has 'temp', which is the target"),
        ({"exogenous": [-2]}, "exogenous has -2, which is the target channel"),
        ({"exogenous": ["wind", "rain", 0]}, "exogenous has 0 twice"),
        ({"alpha": 0.0}, "'alpha' parameter of LinearAutoregression must be"),
        ({"alpha": -1.0}, "'alpha' parameter of LinearAutoregression must be"),
        ({"alpha": "best"}, "'alpha' parameter of LinearAutoregression must be"),
        ({"lags": 0}, "'lags' parameter of LinearAutoregression must be"),
        ({"lags": "1D"}, "lags='1D' is a time span, but X has no dates"),
        ({"fit_intercept": "no"}, "'fit_intercept' parameter of LinearAutoregression"),
        (
            {"fit_intercept": False, "exogenous": ["wind"]},
            r"fit_intercept=False with exogenous=\['wind'\].*fit_intercept=\"auto\"",
        ),
        ({"shared": "no"}, "'shared' parameter of LinearAutoregression must be"),
    ],
)
def test_bad_parameters(frame, options, match):
    windows, y = windows_of(frame, "temp", 2)
    model = LinearAutoregression().fit(windows, y)
    before = model.predict(windows[10:])
    with pytest.raises(ValueError, match=match):
        model.set_params(**options).fit(windows, y)
    # The fit that failed changed nothing.
    np.testing.assert_array_equal(model.predict(windows[10:]), before)


def test_y_that_is_not_affine(frame):
    windows, y = windows_of(frame, "temp", 2)
    with pytest.raises(ValueError, match="not an affine function of channel 1"):
        LinearAutoregression().fit(windows, np.log(y))
    X, y = make_supervised(frame, "temp", delay=2)
    mixed = make_pipeline(PerStep(PCA()), LookbackWindower(3), LinearAutoregression())
    with pytest.raises(ValueError, match=r"not an affine function .*PCA, a logarithm"):
        mixed.fit(X, y)


def test_errors_before_and_after_the_fit(frame):
    windows, y = windows_of(frame, "temp", 2)
    model = LinearAutoregression()
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        model.predict(windows)
    with pytest.raises(ValueError, match=r"needs windows.*LookbackWindower"):
        model.fit(SeriesView(frame), np.zeros(len(frame)))
    with pytest.raises(ValueError, match="requires y to be passed"):
        model.fit(windows, None)
    with pytest.raises(ValueError, match=r"238.*237"):
        model.fit(windows, y[:-1])
    model.fit(windows, y)
    with pytest.raises(ValueError, match=r"lags 10\.\.0"):
        model.predict(WindowView(frame, lags=[10, 8, 6, 4, 2, 0]))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(WindowView(frame[["wind", "temp"]], lags=windows.lags))


def test_no_rows_give_no_forecasts(frame):
    windows, y = windows_of(frame, "temp", [1, 2])
    model = LinearAutoregression().fit(windows, y)
    assert model.predict(windows[:0]).shape == (0, 2)


def test_copies_answer_the_same(frame, tmp_path):
    windows, y = windows_of(frame, ["temp", "rain"], [1, 2])
    model = LinearAutoregression(exogenous=["wind"], shared=False).fit(windows, y)
    expected = model.predict(windows[5:])
    skseqconv.save(model, tmp_path / "model.skops")
    for again in (
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
        skseqconv.load(tmp_path / "model.skops"),
        clone(model).fit(windows, y),
    ):
        np.testing.assert_array_equal(again.predict(windows[5:]), expected)


def test_a_search_over_lags_in_a_pipeline(frame):
    X, y = make_supervised(frame, "temp", delay=[1, 2, 3])
    model = make_pipeline(Standardizer(), LookbackWindower(12), LinearAutoregression())
    cv = TimeSeriesSplit(3, gap=2)
    found = GridSearchCV(
        model,
        {
            "linearautoregression__lags": [2, 12],
            "linearautoregression__exogenous": [False, ["wind"]],
        },
        cv=cv,
        scoring="neg_mean_absolute_error",
    ).fit(X, y)
    assert found.best_params_["linearautoregression__lags"] == 12
    naive = make_pipeline(LookbackWindower(12), PersistenceRegressor())
    of_naive = cross_val_score(naive, X, y, cv=cv, scoring="neg_mean_absolute_error")
    assert found.best_score_ > of_naive.mean()
    error = mean_absolute_error(y[12:], found.predict(X[12:]))
    assert error < mean_absolute_error(y[12:], naive.fit(X, y).predict(X[12:]))


def test_float32_series(frame):
    windows, y = windows_of(frame, "temp", [1, 4])
    narrow, y_narrow = windows_of(frame.astype(np.float32), "temp", [1, 4])
    expected = LinearAutoregression(alpha=1.0).fit(windows, y).predict(windows[9:])
    model = LinearAutoregression(alpha=1.0).fit(narrow, y_narrow)
    assert model.predict(narrow[9:]).dtype == np.float64
    np.testing.assert_allclose(model.predict(narrow[9:]), expected, rtol=1e-5)


def test_values_whose_squares_overflow_are_refused():
    X, y = windows_of_huge()
    with pytest.raises(ValueError, match="squares are beyond the largest number"):
        LinearAutoregression().fit(X, y)


def windows_of_huge():
    series = np.random.default_rng(0).normal(size=100) * 1e200
    X, y = make_supervised(series, 0)
    return LookbackWindower(4).fit_transform(X), y
