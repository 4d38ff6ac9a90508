"""Intervals and quantiles of models around networks, and of each series."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    MissingHistoryWarning,
    SeriesView,
    Standardizer,
    calibrate_interval,
    forecast,
    load,
    make_supervised,
    predict_interval,
    predict_quantiles,
    save,
)
from skseqconv.estimators._conformal import SeriesOf, correction, corrections


def network(**parameters):
    small = {"filters": 2, "n_conv": 1, "kernel_size": 2, "epochs": 1}
    small |= {"validation_split": 0.3, "random_state": 0}
    return Conv1DRegressor(**{**small, **parameters})


def windows(model):
    return make_pipeline(Standardizer(), LookbackWindower(6), model)


@pytest.fixture(scope="module")
def panel():
    """Two loud series and a quiet one."""
    random = np.random.default_rng(0)
    days = pd.date_range("2025-01-01", periods=120, freq="D")
    noise = random.normal(size=(3, 120)) * [[1.0], [20.0], [20.0]]
    tables = {
        name: pd.DataFrame({"sales": 100 + values}, days)
        for name, values in zip("abc", noise, strict=True)
    }
    return make_supervised(pd.concat(tables, names=["store", "day"]), "sales")


def as_is(y):
    return y


def turned(y):
    return -y


# Through models around networks.


@pytest.mark.trains
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda model: model,
        lambda model: make_pipeline("passthrough", make_pipeline(model)),
        lambda model: TransformedTargetRegressor(
            model, func=as_is, inverse_func=as_is, check_inverse=False
        ),
        lambda model: GridSearchCV(model, {}, cv=TimeSeriesSplit(2)),
    ],
)
def test_of_a_model_they_are_those_of_the_network_inside(panel, wrapped, frozen):
    X, y = panel
    inner = windows(network(loss="quantile")).fit(X, y)
    model = wrapped(windows(network(loss="quantile"))).fit(X, y)
    model = FrozenEstimator(model) if frozen else model
    X, seen = X[30:60], inner[:-1].transform(X[30:60])
    for function, method in (
        (predict_interval, inner[-1].predict_interval),
        (predict_quantiles, inner[-1].predict_quantiles),
    ):
        np.testing.assert_array_equal(function(model, X), method(seen))
    inner[-1].calibrate_interval(seen, y[30:60])
    assert calibrate_interval(model, X, y[30:60]) is model
    np.testing.assert_array_equal(
        predict_interval(model, X), inner[-1].predict_interval(seen)
    )


@pytest.mark.trains
def test_a_forecast_has_a_column_for_each_quantile(panel):
    history = panel[0].frame().assign(sales=panel[0].to_numpy()[:, 0])
    X, y = make_supervised(
        history, "sales", delay=[3, 1], id="store", time="day", on_gap="ignore"
    )
    quantiles = network(loss="quantile", quantiles=(0.1, 0.25, 0.5, 0.9))
    model = TransformedTargetRegressor(
        windows(quantiles), func=as_is, inverse_func=as_is, check_inverse=False
    ).fit(X, y)
    table = forecast(model, X, rows=[30, 200], quantiles=True, coverage=0.8)
    names = ["q0.1", "q0.25", "q0.5", "q0.9"]
    assert list(table)[-7:] == ["forecast", "lower", "upper", *names]
    each = predict_quantiles(model, X[[30, 200]])[:, ::-1]  # horizon 1, then 3
    assert table["horizon"].tolist() == [1, 3, 1, 3]
    np.testing.assert_array_equal(table[names], each.reshape(4, 4))
    np.testing.assert_array_equal(table["forecast"], table["q0.5"])
    with pytest.raises(ValueError, match=r"quantiles=True: recursive"):
        forecast(model, X, horizon=5, recursive=True, quantiles=True)
    mean = windows(network()).fit(X, y)
    with pytest.raises(ValueError, match=r"loss='mse', which learns no quantiles"):
        forecast(mean, X, quantiles=True)


@pytest.mark.trains
def test_a_scaler_of_y_maps_the_bounds_back(panel):
    X, y = panel
    log = TransformedTargetRegressor(
        windows(network(window_norm=None, level=None)), func=np.log, inverse_func=np.exp
    )
    y = np.abs(y) + 1
    log.fit(X, y)
    inside = np.exp(predict_interval(log.regressor_, X[60:], 0.8))
    np.testing.assert_allclose(predict_interval(log, X[60:], 0.8), inside)
    later = slice(100, 200)
    calibrate_interval(log, X[later], y[later])
    calibrate_interval(log.regressor_, X[later], np.log(y[later]))
    inside = np.exp(predict_interval(log.regressor_, X[60:], 0.8))
    np.testing.assert_allclose(predict_interval(log, X[60:], 0.8), inside)


@pytest.mark.trains
def test_several_columns_of_y_are_mapped_each_on_its_own(panel):
    X, _ = panel
    X, y = make_supervised(X, "sales", delay=[1, 2])
    model = TransformedTargetRegressor(
        windows(network()), transformer=StandardScaler()
    ).fit(X, y)
    interval = predict_interval(model, X[60:])
    scaled = predict_interval(model.regressor_, X[60:])
    scale, mean = model.transformer_.scale_, model.transformer_.mean_
    np.testing.assert_allclose(interval, scaled * scale[:, None] + mean[:, None])


@pytest.mark.trains
def test_a_transformer_that_turns_y_round(panel):
    X, y = panel
    model = TransformedTargetRegressor(
        windows(network(loss="quantile")), func=turned, inverse_func=turned
    ).fit(X, y)
    lower, upper = predict_interval(model, X[60:]).T
    assert (lower <= upper).all()
    inside = predict_interval(model.regressor_, X[60:])
    np.testing.assert_array_equal(-upper, inside[:, 0])
    with pytest.raises(ValueError, match="turns the order of y round"):
        predict_quantiles(model, X[60:])


@pytest.mark.trains
def test_an_inverse_that_is_not_monotonic_below_zero():
    """Square roots of counts: the bounds reach below zero, where the square falls."""
    counts = np.random.default_rng(0).poisson(0.7, size=200) * 1.0
    X, y = make_supervised(counts, 0)
    plain = {"window_norm": None, "level": None}
    for loss in ("mse", "quantile"):
        model = TransformedTargetRegressor(
            windows(network(loss=loss, **plain)), func=np.sqrt, inverse_func=np.square
        ).fit(X, y)
        with pytest.raises(ValueError, match=r"'square'.* rows, .* not monotonic"):
            forecast(model, X, coverage=0.8, rows=range(100, 199))
    with pytest.raises(ValueError, match=r"'square'.* rows, .* not monotonic"):
        predict_quantiles(model, X[100:])
    model.transformer_.inverse_func = square_of_positive
    lower, upper = predict_interval(model, X[100:]).T
    assert 0.7 < np.mean((lower <= y[100:]) & (y[100:] <= upper)) < 0.95


def square_of_positive(values):
    return np.square(np.maximum(values, 0))


@pytest.mark.trains
@pytest.mark.parametrize("loss", ["mse", "quantile"])
@pytest.mark.parametrize("delay", [1, [1, 2]])
def test_a_table_with_bounds_is_of_one_prediction(panel, monkeypatch, loss, delay):
    X, y = make_supervised(panel[0], "sales", delay=delay)
    model = TransformedTargetRegressor(
        windows(network(loss=loss)), func=turned, inverse_func=turned
    ).fit(X, y)
    short = X[[0, 70, -1]]
    with pytest.warns(MissingHistoryWarning):
        expected = predict_interval(model, short).reshape(-1, 2)
    calls = []
    outputs_of = Conv1DRegressor._outputs
    monkeypatch.setattr(
        Conv1DRegressor,
        "_outputs",
        lambda self, X: calls.append(len(X)) or outputs_of(self, X),
    )
    with pytest.warns(MissingHistoryWarning) as told:
        table = forecast(model, short, coverage=0.8, rows="all")
    assert len(told) == 1
    assert calls == [3]
    np.testing.assert_array_equal(table[["lower", "upper"]], expected)
    with pytest.warns(MissingHistoryWarning):
        values = forecast(model, short, rows="all")["forecast"]
    np.testing.assert_array_equal(table["forecast"], values)


@pytest.mark.parametrize(
    "function", [predict_interval, predict_quantiles, calibrate_interval]
)
def test_a_model_without_them_says_which_have_them(panel, function):
    model = windows(FlatWindowRegressor(Ridge())).fit(*panel)
    with pytest.raises(ValueError, match=r"FlatWindow.* has no .*Comparison.forecasts"):
        function(model, panel[0])


# For each series on its own.


def test_corrections_of_each_series_by_a_loop():
    random = np.random.default_rng(0)
    codes = random.integers(0, 5, 200)
    codes[codes == 3] = 2
    codes[:3] = 3  # too few for a coverage of 0.8, which needs 4
    overshoot = random.normal(size=(200, 2)) * (1 + codes[:, None])
    found = corrections(overshoot, codes, 6, 0.8)
    for code in range(6):
        own = overshoot[codes == code]
        expected = correction(own if len(own) >= 4 else overshoot, 0.8)
        np.testing.assert_array_equal(found[code], expected)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_how_many_rows_a_coverage_needs(coverage):
    """As the documentation says: coverage / (1 - coverage), rounded up."""
    needed = int(np.ceil(coverage / (1 - coverage) - 1e-9))
    others = np.zeros(100_000)
    for n_rows, own in ((needed - 1, 0.0), (needed, 1.0)):
        overshoot = np.r_[others, np.ones(n_rows)][:, None]
        codes = np.r_[np.zeros(100_000, int), np.ones(n_rows, int)]
        assert corrections(overshoot, codes, 2, coverage)[1] == own


def test_rows_of_each_series_are_spread_over_it():
    codes = np.r_[np.zeros(10, int), np.ones(3, int), np.zeros(10, int)]
    rows = SeriesOf(codes, ["a", "b"]).rows_of_each(5)
    assert np.bincount(codes[rows]).tolist() == [5, 3]
    of_first = np.searchsorted(np.flatnonzero(codes == 0), rows[codes[rows] == 0])
    assert (of_first // 4).tolist() == [0, 1, 2, 3, 4]
    assert len(SeriesOf(codes, ["a", "b"]).rows_of_each(100)) == len(codes)


@pytest.mark.trains
def test_each_series_has_the_width_of_its_own_errors(panel, tmp_path):
    X, y = panel
    model = windows(network()).fit(X, y)
    alike = forecast(model, X, coverage=0.8)
    calibrate_interval(model, by="series")
    own = forecast(model, X, coverage=0.8)
    widths = (own["upper"] - own["lower"]).to_numpy()
    assert np.ptp(alike["upper"] - alike["lower"]) < 1e-9
    assert widths[0] < 10 < 40 < widths[1:].min()
    save(model, tmp_path / "model.skops")
    again = forecast(load(tmp_path / "model.skops"), X, coverage=0.8)
    pd.testing.assert_frame_equal(again, own)
    calibrate_interval(model, by=None)
    pd.testing.assert_frame_equal(forecast(model, X, coverage=0.8), alike)


def test_rows_of_each_series_are_of_all_hours():
    codes = np.tile([0, 1, 2], 24 * 200)  # rows at equal distances are of one hour
    rows = SeriesOf(codes, list("abc")).rows_of_each(200)
    for code in range(3):
        hours = rows[codes[rows] == code] // 3 % 24
        assert len(hours) == 200
        assert np.bincount(hours, minlength=24).max() < 30


@pytest.mark.trains
def test_noise_that_depends_on_the_hour():
    hours = pd.date_range("2025-01-01", periods=24 * 200 + 600, freq="h")
    noise = np.where(hours.hour < 12, 0.1, 5.0)
    random = np.random.default_rng(0)
    tables = [
        pd.DataFrame({"id": one, "t": hours, "y": noise * random.normal(size=5400)})
        for one in "ab"
    ]
    X, y = make_supervised(pd.concat(tables), "y", id="id", time="t")
    model = windows(network(validation_split=0.0)).fit(X[:600], y[:600])
    calibrate_interval(model, X[-9600:], y[-9600:], by="series")
    lower, upper = predict_interval(model, X[-9600:], 0.8).T
    covered = (lower <= y[-9600:]) & (y[-9600:] <= upper)
    for one in "ab":
        assert 0.7 < covered[X[-9600:].ids == one].mean() < 0.9


@pytest.mark.trains
def test_of_later_rows_and_of_a_new_series(panel):
    X, y = panel
    model = windows(network(validation_split=0.0)).fit(X[:180], y[:180])
    known = np.flatnonzero((X.ids != "b") & (np.arange(len(X)) >= 180))
    calibrate_interval(model, X[known], y[known], by="series")
    newest = X[-3:]
    errors = np.abs(model.predict(X[known]) - y[known])
    match = r"of 1 of 3 series .* needs 9 .* has 0 of 'b'"
    with pytest.warns(UserWarning, match=match):
        half = np.diff(predict_interval(model, newest, 0.9)).ravel() / 2
    for i, one in enumerate(newest.ids):
        own = errors[X[known].ids == one] if one != "b" else errors
        np.testing.assert_allclose(half[i], correction(own[:, None], 0.9)[0])


@pytest.mark.trains
def test_series_without_enough_rows_of_their_own_are_told(panel):
    """The quiet series ends before the rows that are held out."""
    X, y = panel
    ended = (X.ids != "a") | (X.frame()["day"] < "2025-03-01").to_numpy()
    X, y = X[ended], y[ended]
    model = windows(network()).fit(X, y)
    calibrate_interval(model, by="series")
    match = r"of 1 of 3 series .*coverage=0\.8 needs 4 .* has 0 of 'a'\. Give rows"
    with pytest.warns(UserWarning, match=match) as told:
        table = forecast(model, X, coverage=0.8)
    assert [one.filename for one in told] == [__file__]
    widths = (table["upper"] - table["lower"]).to_numpy()
    assert widths[0] > 10
    forecast(model, X[X.ids != "a"], coverage=0.8)  # no warning
    last = (pd.Series(X.ids).groupby(X.ids).cumcount(ascending=False) < 8).to_numpy()
    calibrate_interval(model, X[last], y[last], by="series")
    table = forecast(model, X, coverage=0.8)  # no warning
    assert (table["upper"] - table["lower"])[0] < 10
    with pytest.warns(UserWarning, match=r"of 3 of 3 .* needs 9 .* has 8 of 'a'"):
        forecast(model, X, coverage=0.9)


def with_ids(quiet, loud):
    """X and y of a quiet and a loud series with these ids, tuples of equal length."""
    random = np.random.default_rng(0)
    days = pd.date_range("2025-01-01", periods=60, freq="D")
    names = [f"id{i}" for i in range(len(quiet))]
    tables = []
    for one, noise in ((quiet, 1.0), (loud, 30.0)):
        own = pd.DataFrame({"day": days, "y": noise * random.normal(size=60)})
        for name, value in zip(names, one, strict=True):
            own[name] = value
        tables.append(own)
    return make_supervised(pd.concat(tables), "y", id=names, time="day")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([(1,), (2,)], [(1.0,), (2.0,)]),
        ([("a", 1), ("a", 2)], [("a", 1.0), ("a", 2.0)]),
        ([("a", True), ("b", False)], [("a", 1), ("b", 0)]),
        (
            [(date(2025, 1, d),) for d in (1, 2)],
            [(pd.Timestamp(2025, 1, d),) for d in (1, 2)],
        ),
        (
            [("a", pd.Timestamp(2025, 1, d)) for d in (1, 2)],
            [("a", date(2025, 1, d)) for d in (1, 2)],
        ),
    ],
)
def test_equal_ids_are_the_same_series(then, now):
    then, now = (
        SeriesOf.of(LookbackWindower(3).fit_transform(with_ids(*ids)[0]))
        for ids in (then, now)
    )
    np.testing.assert_array_equal(now.codes_among(then.ids), now.codes)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("ids", "others", "message"),
    [
        (
            [(1,), (2,)],
            [("1",), ("2",)],
            r"such as 1, but X has others, such as '1'\.",
        ),
        (
            [("n", 1), ("n", 2)],
            [(1, "n"), (2, "n")],
            r"such as \('n', 1\), but X .* such as \(1, 'n'\)\. .* same order",
        ),
    ],
)
def test_ids_that_are_all_unknown_are_told(ids, others, message, tmp_path):
    X, y = with_ids(*ids)
    fitted = windows(network(validation_split=0.0)).fit(X, y)
    calibrate_interval(fitted, X, y, by="series")
    save(fitted, tmp_path / "model.skops")
    for model in (fitted, load(tmp_path / "model.skops")):
        quiet, loud = np.ptp(predict_interval(model, X[[50, -1]]), axis=1)
        assert loud > 10 * quiet
        unknown = with_ids(*others)[0][[50, -1]]
        with pytest.warns(UserWarning, match=message) as told:
            quiet, loud = np.ptp(predict_interval(model, unknown), axis=1)
        assert [one.filename for one in told] == [__file__]
        assert loud == pytest.approx(quiet)
    with pytest.warns(UserWarning, match="but X has no ids"):
        predict_interval(fitted, SeriesView(pd.DataFrame({"y": np.zeros(9)}))[6:])
    calibrate_interval(fitted, by=None)
    predict_interval(fitted, unknown)


@pytest.mark.trains
def test_pooled_channels_have_widths_of_their_own(panel):
    random = np.random.default_rng(0)
    table = random.normal(size=(200, 2)) * [1, 30]
    X, y = make_supervised(table, [0, 1], pooled=True)
    model = windows(network()).fit(X, y)
    calibrate_interval(model, by="series")
    quiet, loud = np.ptp(predict_interval(model, X[-2:]), axis=1)
    assert loud > 10 * quiet


@pytest.mark.trains
def test_what_cannot_be_told_apart_is_refused():
    X, y = make_supervised([np.arange(60.0), np.arange(50.0) ** 2], 0)
    model = windows(network()).fit(X, y)
    before = predict_interval(model, X[30:])
    with pytest.raises(ValueError, match=r"by='series' .*have none.*id="):
        calibrate_interval(model, by="series")
    with pytest.raises(ValueError, match=r"by='series' .*have none.*id="):
        calibrate_interval(model, X[30:], y[30:], by="series")
    with pytest.raises(ValueError, match="by='id' must be 'series' or None"):
        calibrate_interval(model, X[30:], y[30:], by="id")
    with pytest.raises(ValueError, match="needs X and its y"):
        calibrate_interval(model, X[30:])
    np.testing.assert_array_equal(predict_interval(model, X[30:]), before)
    without = windows(network(validation_split=0.0)).fit(X, y)
    with pytest.raises(ValueError, match="cannot predict intervals yet"):
        calibrate_interval(without, by="series")
