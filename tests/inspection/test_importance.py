"""Importance of channels and lags, against loops that are written here."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    log_loss,
    make_scorer,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    TokenSequencer,
    importance,
    make_supervised,
)
from skseqconv.inspection import _samples


def driven(n_rows=500, delay=2):
    """A target that follows the driver four rows before, hourly, and y of it."""
    random = np.random.default_rng(3)
    driver, unused = random.normal(size=(2, n_rows))
    target = np.roll(driver, 4) + 0.05 * random.normal(size=n_rows)
    table = pd.DataFrame(
        {"target": target, "driver": driver, "unused": unused},
        pd.date_range("2024-01-01", periods=n_rows, freq="h"),
    )
    return make_supervised(table, "target", delay=delay)


def permutations(n_samples, n_repeats, seed):
    """Which sample each sample reads, as scikit-learn shuffles a column again."""
    column = np.arange(n_samples)
    start = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    random, shuffled = np.random.RandomState(start), np.arange(n_samples)
    for _ in range(n_repeats):
        random.shuffle(shuffled)
        column = column[shuffled]
        yield column


@pytest.fixture(scope="module")
def flat():
    """A ridge regression on windows, X and y after its training rows."""
    X, y = driven()
    model = make_pipeline(Standardizer(), LookbackWindower(6), FlatWindowRegressor())
    return model.fit(X[:350], y[:350]), X[352:], y[352:]


# What is found.


def test_the_channel_and_the_stretch_that_matter_are_found(flat):
    model, X, y = flat
    by_channel = importance(model, X, y, random_state=0)
    assert by_channel.table["channel"].tolist() == ["target", "driver", "unused"]
    target, driver, unused = by_channel.importances_mean
    assert driver > 1.5 and abs(target) < 0.02 and abs(unused) < 0.02
    by_lag = importance(model, X, y, by="lag", stretches=3, random_state=0)
    assert by_lag.table["oldest"].tolist() == [5, 3, 1]
    assert by_lag.table["newest"].tolist() == [4, 2, 0]
    old, middle, new = by_lag.importances_mean  # y follows the driver of two rows ago
    assert middle > 1.5 and max(abs(old), abs(new)) < 0.05
    both = importance(
        model, X, y, by=("channel", "lag"), stretches=[(0, 1), (2, 2)], random_state=0
    )
    best = both.table.loc[both.table["mean"].idxmax()]
    assert (best["channel"], best["oldest"], best["newest"]) == ("driver", 2, 2)
    assert (both.table.drop(best.name)["mean"].abs() < 0.05).all()


def test_lags_have_their_time(flat):
    model, X, y = flat
    table = importance(model, X, y, by="lag", stretches=[(0, 2), (3, 5)]).table
    assert table["oldest_time"].tolist() == [pd.Timedelta("5h"), pd.Timedelta("2h")]
    assert table["newest_time"].tolist() == [pd.Timedelta("3h"), pd.Timedelta(0)]
    plain = SeriesView(X.series, rows=X.rows)
    model = make_pipeline(LookbackWindower(6), FlatWindowRegressor())
    table = importance(model.fit(plain, y), plain, y, by="lag").table
    assert list(table) == ["oldest", "newest", "mean", "std"]


def test_stretches_of_every_sixth_row_cover_the_rows_between():
    X, y = driven()
    model = make_pipeline(LookbackWindower(36, step=6), FlatWindowRegressor())
    model.fit(X, y)
    table = importance(model, X, y, by="lag", stretches=3, n_repeats=1).table
    spans = list(zip(table["oldest"], table["newest"], strict=True))
    assert spans == [(30, 19), (18, 7), (6, 0)]
    with pytest.raises(ValueError, match=r"\(1, 5\), but the windows read no row"):
        importance(model, X, y, by="lag", stretches=[(1, 5)])


# The same as a loop.


def test_the_same_as_a_loop_over_arrays_of_windows(flat):
    """The windows as an array, and the ridge regression by its weights."""
    model, X, y = flat
    windows = model[:-1].transform(X).to_numpy()
    assert LookbackWindower(6).fit_transform(X).complete.all()
    ridge = model[-1].regressor_

    def score(changed):
        return r2_score(y, changed.reshape(len(y), -1) @ ridge.coef_ + ridge.intercept_)

    found = importance(model, X, y, n_repeats=3, random_state=7)
    np.testing.assert_allclose(found.score, score(windows))
    for repeat, order in enumerate(permutations(len(y), 3, seed=7)):
        for channel in range(3):
            changed = windows.copy()
            changed[:, :, channel] = windows[order, :, channel]
            loss = score(windows) - score(changed)
            np.testing.assert_allclose(found.importances[channel, repeat], loss)
    found = importance(
        model, X, y, by=("channel", "lag"), stretches=[(2, 4)], random_state=7
    )
    order = next(permutations(len(y), 1, seed=7))
    changed = windows.copy()
    changed[:, 1:4, 1] = windows[order, 1:4, 1]  # lags 4 to 2 of six
    loss = score(windows) - score(changed)
    np.testing.assert_allclose(found.importances[1, 0], loss)


@pytest.mark.parametrize("fill", ["mean", "own_mean", "last", 0.5])
def test_occlusion_is_the_same_as_a_loop(flat, fill):
    model, X, y = flat
    raw = LookbackWindower(6).fit_transform(X).to_numpy()
    fills = {
        "mean": raw.mean(axis=(0, 1), keepdims=True),
        "own_mean": raw.mean(axis=1, keepdims=True),
        "last": raw[:, -1:],
        0.5: np.full((1, 1, 3), 0.5),
    }[fill]
    scaler, ridge = model[0], model[-1].regressor_
    found = importance(
        model, X, y, by=("channel", "lag"), stretches=2, method="occlusion", fill=fill
    )
    assert found.importances.shape == (6, 1)
    assert (found.importances_std == 0).all()
    losses = []
    for channel in range(3):
        for steps in (slice(0, 3), slice(3, 6)):
            changed = raw.copy()
            changed[:, steps, channel] = np.broadcast_to(fills, raw.shape)[
                :, steps, channel
            ]
            table = ((changed - scaler.mean_) / scaler.scale_).reshape(len(y), -1)
            y_pred = table @ ridge.coef_ + ridge.intercept_
            losses.append(found.score - r2_score(y, y_pred))
    np.testing.assert_allclose(found.importances_mean, losses)


def test_each_channel_may_have_a_value_of_its_own(flat):
    model, X, y = flat
    raw = LookbackWindower(6).fit_transform(X).to_numpy()
    values = [0.5, raw[:, :, 1].mean(), -1.0]
    fill = {"target": 0.5, 2: -1.0}  # the driver gets its mean
    found = importance(model, X, y, method="occlusion", fill=fill)
    for channel, value in enumerate(values):
        alone = {"method": "occlusion", "fill": value, "channels": [channel]}
        loss = importance(model, X, y, **alone).importances
        np.testing.assert_allclose(found.importances[channel], loss[0], atol=1e-12)


@pytest.fixture
def aged():
    """A linear model of two series with an age, and their rows."""
    random = np.random.default_rng(0)
    table = pd.DataFrame({"pulse": random.normal(size=80), "age": [20.0, 70.0] * 40})
    table["one"], table["row"] = [0, 1] * 40, np.arange(80) // 2
    X = SeriesView(table, id="one", time="row")
    windows = LookbackWindower(3, on_missing_history="ignore")
    y = X.to_numpy() @ [1.0, 0.1]
    return make_pipeline(windows, FlattenWindows(), Ridge()).fit(X, y), X, y


def first_prediction(model, X, y):
    return model.predict(X)[0]


@pytest.mark.parametrize("fill", ["mean", "own_mean", "last", {"pulse": 0.0}])
def test_a_channel_that_equals_its_reference_is_told(aged, fill):
    model, X, y = aged
    options = {"scoring": first_prediction, "method": "occlusion"}
    message = r"changes no value of channel 'age': .*fill=\{'age': value\}"
    with pytest.warns(UserWarning, match=message) as said:
        found = importance(model, X[20:21], y[20:21], fill=fill, **options)
    assert len(said) == 1 and said[0].filename == __file__
    assert abs(found.importances_mean[1]) < 1e-12


def test_one_sample_is_explained_by_values_to_compare_with(aged):
    model, X, y = aged
    found = importance(
        model,
        X[20:21],
        y[20:21],
        method="occlusion",
        scoring=first_prediction,
        fill={"pulse": 0.0, "age": 60.0},
    )
    window = LookbackWindower(3).fit_transform(X[20:21]).to_numpy()[0]
    moved = (window - [0.0, 60.0]) * model[-1].coef_.reshape(3, 2)
    np.testing.assert_allclose(found.importances_mean, moved.sum(axis=0))


def test_one_sample_has_no_other_to_take_values_from(aged):
    model, X, y = aged
    with pytest.warns(UserWarning, match="there is one sample only") as said:
        found = importance(model, X[20:21], y[20:21], scoring=first_prediction)
    assert len(said) == 1 and said[0].filename == __file__
    assert (found.importances == 0).all()


@pytest.mark.trains
def test_the_level_of_a_network_sees_the_replaced_values(weather):
    """Each window as a series of its own, made here."""
    X, y = make_supervised(weather[300:700], "T (degC)")
    network = Conv1DRegressor(
        n_conv=1, filters=2, epochs=1, level="last", random_state=0
    )
    model = make_pipeline(Standardizer(), LookbackWindower(12), network)
    model.fit(X[:300], y[:300])
    X, y = X[301:], y[301:]
    found = importance(
        model, X, y, scoring="neg_mean_absolute_error", n_repeats=1, random_state=1
    )
    own = np.stack([X.series[row - 11 : row + 1] for row in X.rows])
    order = next(permutations(len(y), 1, seed=1))

    def error(windows):
        names = X.channel_names
        tables = [pd.DataFrame(window, columns=names) for window in windows]
        rows = SeriesView(tables, rows=np.arange(len(y)) * 12 + 11)
        return mean_absolute_error(y, model.predict(rows))

    np.testing.assert_allclose(found.score, error(own), rtol=1e-5)
    for channel in range(3):
        changed = own.copy()
        changed[:, :, channel] = own[order, :, channel]
        loss = error(changed) - error(own)
        np.testing.assert_allclose(found.importances[channel, 0], loss, atol=1e-5)
    # The forecast starts from the temperature: without it, it is far off.
    assert found.importances_mean[0] > 1 > 10 * abs(found.importances_mean[1])


def test_channels_known_ahead():
    """They are replaced with their future, in windows as the model reads them."""
    random = np.random.default_rng(0)
    promo, other = random.normal(size=(2, 300))
    sales = promo + 0.1 * random.normal(size=300)
    table = pd.DataFrame({"sales": sales, "promo": promo, "other": other})
    X, y = make_supervised(table, "sales", delay=[1, 3], known_ahead="promo")
    model = make_pipeline(LookbackWindower(5), FlatWindowRegressor()).fit(X, y)
    windows = LookbackWindower(5).fit_transform(X)
    X, y = X[windows.complete], y[windows.complete]
    windows = windows[windows.complete].to_numpy()
    ridge = model[-1].regressor_
    found = importance(model, X, y, n_repeats=2, random_state=2)
    assert found.importances_mean[1] > 1.5
    for repeat, order in enumerate(permutations(len(y), 2, seed=2)):
        changed = windows.copy()
        changed[:, :, 1] = windows[order, :, 1]
        y_pred = changed.reshape(len(y), -1) @ ridge.coef_.T + ridge.intercept_
        loss = found.score - r2_score(y, y_pred)
        np.testing.assert_allclose(found.importances[1, repeat], loss)
    both = importance(model, X, y, by=("channel", "lag"), stretches=5, n_repeats=1)
    own = both.table[both.table["channel"] == "promo"]
    assert own["newest"].tolist() == [1, 0, -1, -2, -3]
    best = own.nlargest(2, "mean")["newest"].tolist()
    assert sorted(best) == [-3, -1]  # the rows that are forecast
    newest = both.table[both.table["channel"] == "other"]["newest"]
    assert newest.tolist() == [4, 3, 2, 1, 0]


def test_several_series_and_rows_without_history():
    table = pd.concat(
        [driven_table(n, seed).assign(id=seed) for seed, n in enumerate([60, 90, 5])]
    )
    X, y = make_supervised(table, "target", id="id", time="time", delay=1)
    model = make_pipeline(LookbackWindower(6), FlatWindowRegressor()).fit(X, y)
    complete = LookbackWindower(6).fit_transform(X).complete
    assert 0 < complete.sum() < len(X)
    found = importance(model, X, y, random_state=0)
    assert found.n_samples == complete.sum()
    again = importance(model, X[complete], y[complete], random_state=0)
    np.testing.assert_array_equal(found.importances, again.importances)
    X, y = X[~complete], y[~complete]
    with pytest.raises(ValueError, match=r"None of the \d+ rows of X has a complete"):
        importance(model, X, y)


def test_pooled_channels():
    """Each window is of one channel, so only the level of its series is replaced."""
    series = np.random.default_rng(0).normal(size=(80, 3)).cumsum(axis=0)
    X, y = make_supervised(series, pooled=True)
    model = make_pipeline(LookbackWindower(3), FlatWindowRegressor()).fit(X, y)
    windows = LookbackWindower(3).fit_transform(X)
    X, y = X[windows.complete], y[windows.complete]
    values = windows[windows.complete].to_numpy()[:, :, 0]
    found = importance(model, X, y, by="lag", stretches=3, n_repeats=1, random_state=0)
    assert len(found.table) == 3
    ridge, order = model[-1].regressor_, next(permutations(len(y), 1, seed=0))
    changed = values.copy()
    changed[:, 2] = values[order, 2]
    loss = found.score - r2_score(y, changed @ ridge.coef_ + ridge.intercept_)
    np.testing.assert_allclose(found.importances[2, 0], loss)


def driven_table(n_rows, seed):
    random = np.random.default_rng(seed)
    driver = random.normal(size=n_rows)
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=n_rows),
            "target": np.roll(driver, 1),
            "driver": driver,
        }
    )


def test_missing_values_move_with_their_window():
    """The last known value counts, not the one that an imputer fills in."""
    random = np.random.default_rng(0)
    series = random.normal(size=(200, 1)).cumsum(axis=0)
    holed = series.copy()
    holed[5::7] = np.nan
    with pytest.warns(UserWarning, match="have no target"):
        X, y = make_supervised(holed, 0, delay=1)
    X, y = X[10:], y[10:]
    model = make_pipeline(
        PerStep(SimpleImputer()), LookbackWindower(4), PersistenceRegressor()
    ).fit(X, y)
    found = importance(model, X, y, n_repeats=1, random_state=0)
    known = pd.Series(holed[:, 0]).ffill().to_numpy()[X.rows]
    np.testing.assert_allclose(found.score, r2_score(y, known))
    order = next(permutations(len(y), 1, seed=0))
    loss = r2_score(y, known) - r2_score(y, known[order])
    np.testing.assert_allclose(found.importances[0, 0], loss)


# The same as scikit-learn's.


@pytest.mark.parametrize("as_frame", [False, True])
def test_equals_scikit_learn_on_tables(as_frame):
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 4))
    y = (X @ [2, 0, 1, 0] > 0).astype(int)
    X = pd.DataFrame(X, columns=list("abcd")) if as_frame else X
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    options = {"n_repeats": 4, "random_state": 5, "scoring": "roc_auc"}
    ours, theirs = (
        f(model, X, y, **options) for f in (importance, permutation_importance)
    )
    np.testing.assert_array_equal(ours.importances, theirs.importances)
    np.testing.assert_array_equal(ours.importances_mean, theirs.importances_mean)
    np.testing.assert_array_equal(ours.importances_std, theirs.importances_std)
    expected = list("abcd") if as_frame else ["x0", "x1", "x2", "x3"]
    assert ours.table["channel"].tolist() == expected


@pytest.mark.parametrize(
    ("library", "first"),
    [
        ("polars", make_column_transformer((StandardScaler(), ["b", "a"]))),
        ("pyarrow", StandardScaler()),
    ],
)
def test_tables_of_other_libraries_keep_their_columns(library, first):
    own = pytest.importorskip(library)
    random = np.random.default_rng(0)
    X = {"a": random.normal(size=60), "b": random.integers(0, 9, size=60)}
    y = X["a"] - X["b"] / 9
    table = pd.DataFrame(X)
    other = own.DataFrame(X) if library == "polars" else own.table(X)
    model = make_pipeline(first, Ridge())
    for options in (
        {"n_repeats": 3, "max_samples": 40},
        {"channels": ["b"]},
        {"by": "lag", "stretches": 2},
        {"method": "occlusion", "fill": {"b": 1}},
    ):
        expected, found = (
            importance(clone(model).fit(T, y), T, y, random_state=0, **options)
            for T in (table, other)
        )
        pd.testing.assert_frame_equal(found.table, expected.table)
    kinds = set()

    class Asked(Ridge):
        def predict(self, X):
            kinds.add(type(X))
            return np.zeros(len(X))

    importance(Asked().fit(other, y), other, y)
    assert kinds == {type(other)}


def test_columns_of_other_libraries_without_numbers_are_refused():
    polars = pytest.importorskip("polars")
    days = pd.date_range("2024-01-01", periods=9)
    for column in (list("abcabcabc"), days):
        X = polars.DataFrame({"a": np.arange(9.0), "other": column})
        message = "Channel 'other' of the table X is not numeric"
        with pytest.raises(ValueError, match=message):
            importance(Ridge().fit(X[["a"]], np.arange(9)), X, np.arange(9))


def test_equals_scikit_learn_on_windows_of_one_row(weather):
    """Such windows have no past that a permuted table could lose."""
    table = weather.iloc[:200]
    y = table["T (degC)"].to_numpy() ** 2
    model = make_pipeline(LookbackWindower(1), FlatWindowRegressor()).fit(table, y)
    weight = np.linspace(0, 1, 200)
    options = {"n_repeats": 3, "random_state": 0, "sample_weight": weight}
    theirs = permutation_importance(model, table, y, **options)
    for X in (table, SeriesView(table)):
        ours = importance(model, X, y, **options)
        np.testing.assert_allclose(ours.importances, theirs.importances, rtol=1e-9)
        assert ours.table["channel"].tolist() == list(table)


def test_time_steps_of_a_table_by_lag():
    random = np.random.default_rng(0)
    X = random.normal(size=(100, 6))
    y = X[:, 4]
    model = FlatWindowRegressor().fit(X, y)
    found = importance(model, X, y, by="lag", stretches=6, random_state=0)
    theirs = permutation_importance(model, X, y, random_state=0)
    np.testing.assert_allclose(found.importances, theirs.importances)
    assert found.table.loc[found.table["mean"].idxmax(), "newest"] == 1
    with pytest.raises(ValueError, match="table without windows"):
        importance(model, X, y, by=("lag", "channel"))


# Models and scores.


def wrapped(kind, model, X, y):
    if kind == "search":
        grid = {"flatwindowregressor__regressor": [Ridge(1), Ridge(1e6)]}
        model = GridSearchCV(
            model, grid, cv=TimeSeriesSplit(2), scoring="neg_mean_absolute_error"
        )
    elif kind == "scaled":
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    elif kind == "voting":
        long = make_pipeline(LookbackWindower(9), FlatWindowRegressor())
        model = VotingRegressor([("short", model), ("long", long)])
    elif kind == "autoregression":
        own = LinearAutoregression(exogenous=["driver"], alpha=1e-6)
        model = make_pipeline(Standardizer(), LookbackWindower(6), own)
    return model.fit(X, y)


@pytest.mark.parametrize("kind", ["search", "scaled", "voting", "autoregression"])
def test_any_model(kind, flat):
    X, y = driven()
    model = make_pipeline(Standardizer(), LookbackWindower(6), FlatWindowRegressor())
    model = wrapped(kind, model, X[:350], y[:350])
    X, y = X[352:], y[352:]
    found = importance(model, X, y, random_state=0)
    shown = -model.score(X, y) if kind == "search" else model.score(X, y)
    np.testing.assert_allclose(found.score, shown)
    assert found.importances_mean.argmax() == 1
    assert found.greater_is_better is (kind != "search")
    assert found.metric == ("mean_absolute_error" if kind == "search" else "r2")
    windows = LookbackWindower(6).fit_transform(X)
    if kind == "voting":  # windows are cut before the model
        return
    last = model.best_estimator_ if kind == "search" else model
    if kind != "scaled":
        found = importance(last[-1], last[:-1].transform(X), y, random_state=0)
        assert found.importances_mean.argmax() == 1
        assert windows.n_channels == len(found.table)


def two_metrics(model, X, y):
    error = mean_absolute_error(y, model.predict(X))
    return {"r2": r2_score(y, model.predict(X)), "neg_mae": -error}


@pytest.mark.parametrize(
    "options, metric",
    [
        ({}, "r2"),
        ({"scoring": "neg_mean_squared_error"}, "mean_squared_error"),
        ({"scoring": ["r2", "neg_max_error"], "refit": "neg_max_error"}, "max_error"),
        ({"scoring": two_metrics, "refit": "neg_mae"}, "mae"),
        ({"scoring": ["neg_max_error"], "refit": lambda results: 0}, "r2"),
    ],
)
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_the_metric_is_that_of_a_search(options, metric, in_pipeline):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 4))
    model = GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, cv=2, **options)
    model = make_pipeline(StandardScaler(), model) if in_pipeline else model
    found = importance(model.fit(X, X[:, -1]), X, X[:, -1], by="lag", stretches=4)
    assert found.metric == metric
    assert found.greater_is_better is (metric == "r2")
    assert found.importances_mean.argmax() == 3


def test_a_search_without_scoring_judges_classes_by_accuracy():
    X = np.random.default_rng(0).normal(size=(60, 4))
    model = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2)
    found = importance(model.fit(X, X[:, 0] > 0), X, X[:, 0] > 0, by="lag")
    assert found.metric == "accuracy"
    np.testing.assert_allclose(found.score, model.score(X, X[:, 0] > 0))


def test_classes_of_panels_with_any_scorer():
    random = np.random.default_rng(0)
    X = random.normal(size=(90, 5, 2))
    y = np.array(["low", "mid", "high"])[np.digitize(X[:, 3, 1], [-0.5, 0.5])]
    model = make_pipeline(FlattenWindows(), LogisticRegression()).fit(X, y)
    for scoring in (None, "neg_log_loss", "balanced_accuracy", "roc_auc_ovr"):
        found = importance(model, X, y, scoring=scoring, random_state=0)
        assert found.importances_mean[1] > 0.2 > abs(found.importances_mean[0])
    order = next(permutations(90, 1, seed=0))
    changed = X.copy()
    changed[:, :, 1] = X[order, :, 1]
    found = importance(model, X, y, scoring="neg_log_loss", random_state=0)
    loss = log_loss(y, model.predict_proba(changed)) - log_loss(
        y, model.predict_proba(X)
    )
    np.testing.assert_allclose(found.importances[1, 0], loss)
    by_lag = importance(model, X, y, by="lag", stretches=5, random_state=0)
    assert by_lag.table.loc[by_lag.table["mean"].idxmax(), "newest"] == 1
    own = make_scorer(lambda true, said: np.mean(true == said))
    same = importance(model, X, y, scoring=own, random_state=0).importances
    theirs = importance(model, X, y, random_state=0).importances
    np.testing.assert_array_equal(same, theirs)
    trees = make_pipeline(FlattenWindows(), GradientBoostingClassifier(n_estimators=5))
    found = importance(trees.fit(X, y), X, y, random_state=0)
    assert found.importances_mean[1] > 0.2 > abs(found.importances_mean[0])


def test_series_of_unequal_length():
    """Lags count from the last step, and no step is added to a sample."""
    random = np.random.default_rng(0)
    samples = [random.normal(size=(n, 2)) for n in random.integers(3, 7, size=40)]
    y = np.array([one[-1, 0] + one[-1, 1] for one in samples])
    seen = []

    class Last(Ridge):
        """Reads the last step of each sample."""

        def fit(self, X, y):
            return super().fit(self._last(X), y)

        def predict(self, X):
            seen.append(np.isnan(X))
            return super().predict(self._last(X))

        def _last(self, X):
            lengths = (~np.isnan(X[:, :, 0])).sum(axis=1)
            return X[np.arange(len(X)), lengths - 1]

    padded = np.full((40, 6, 2), np.nan)
    for row, one in zip(padded, samples, strict=True):
        row[: len(one)] = one
    model = Last(alpha=1e-9).fit(padded, y)
    found = importance(model, samples, y, by="lag", stretches=6, random_state=0)
    assert (found.importances_mean[:-1] == 0).all()
    assert found.importances_mean[-1] > 1
    for missing in seen:
        np.testing.assert_array_equal(missing, np.isnan(padded))


class Total(RegressorMixin, BaseEstimator):
    """The sum of the values of each sample."""

    def fit(self, X, y):
        self.n_features_in_ = X.shape[2]
        return self

    def predict(self, X):
        return np.nansum(X, axis=(1, 2))


def test_means_of_series_of_unequal_length_count_each_step_once():
    random = np.random.default_rng(0)
    samples = [np.r_[9.0, random.normal(size=n)] for n in random.integers(3, 30, 40)]
    y = np.array([one.sum() for one in samples])
    model = Total().fit(y[:, None, None], y)
    mean = np.concatenate(samples).mean()
    lengths = np.array(list(map(len, samples)))
    own = np.array([one.mean() for one in samples])
    for fill, values in {"mean": mean, mean: mean, "own_mean": own}.items():
        found = importance(model, samples, y, method="occlusion", fill=fill)
        score = r2_score(y, values * lengths)
        np.testing.assert_allclose(found.importances, [[1 - score]])


def test_series_of_one_channel_that_happen_to_have_the_same_length():
    """A model that was fitted on series of one channel reads no table in them."""
    random = np.random.default_rng(0)
    samples = list(random.normal(size=(40, 5)))
    y = np.array([one.sum() for one in samples])
    model = Total().fit(y[:, None, None], y)
    panel = np.stack(samples)[:, :, None]
    for wrapped in (model, make_pipeline("passthrough", model)):
        found = importance(wrapped, samples, y, by="lag", random_state=0)
        same = importance(wrapped, panel, y, by="lag", random_state=0)
        assert (found.importances_mean > 0).all()
        np.testing.assert_array_equal(found.importances, same.importances)


@pytest.mark.trains
@pytest.mark.parametrize("n_numbers", [0, 2])
def test_token_ids_stay_whole(n_numbers):
    random = np.random.default_rng(0)
    ids = random.integers(1, 9, (40, 5))
    X = np.hstack([ids, random.normal(size=(40, n_numbers))]) if n_numbers else ids
    y = np.arange(40) % 2
    network = Conv1DClassifier(
        embedding_dim=2,
        numeric_columns=n_numbers,
        n_conv=1,
        filters=2,
        kernel_size=2,
        epochs=1,
    )
    network.set_params(random_state=0).fit(X, y)
    scoring = "neg_log_loss"

    def loss(changed):
        before = log_loss(y, network.predict_proba(X))
        return log_loss(y, network.predict_proba(changed)) - before

    found = importance(network, X, y, scoring=scoring, random_state=0)
    changed = X.copy()
    changed[:, 2] = X[next(permutations(40, 1, seed=0)), 2]
    np.testing.assert_allclose(found.importances[2, 0], loss(changed), atol=1e-6)
    occluded = {"method": "occlusion", "scoring": scoring}
    changed[:, 2] = 0
    for fill in (0, {2: 0}):
        found = importance(network, X, y, fill=fill, channels=[2], **occluded)
        np.testing.assert_allclose(found.importances[0, 0], loss(changed), atol=1e-6)
    voting = VotingClassifier([("network", network)], voting="soft").fit(X, y)
    for fill in ("mean", "own_mean", 0.5):
        for model in (network, voting, FrozenEstimator(network)):
            with pytest.raises(ValueError, match=f"fill={fill!r} is for numbers"):
                importance(model, X, y, by="lag", fill=fill, **occluded)
    for fill in ({2: 0.5}, {1: 0}):  # a value of its own, or the mean of the channel
        with pytest.raises(ValueError, match="is for numbers"):
            importance(network, X, y, channels=[2], fill=fill, **occluded)
    if n_numbers:
        found = importance(network, X, y, channels=[6], fill="mean", **occluded)
        changed = X.copy()
        changed[:, 6] = X[:, 6].mean()
        np.testing.assert_allclose(found.importances[0, 0], loss(changed), atol=1e-6)


def test_each_output_is_the_importance_of_a_model_of_that_output():
    X, y = driven(delay=[1, 2, 5])
    model = make_pipeline(LookbackWindower(6), FlatWindowRegressor()).fit(X, y)
    found = importance(model, X, y, each_output=True, random_state=0)
    assert found.table["horizon"].tolist() == [1, 2, 5] * 3
    assert set(found.table["target"]) == {"target"}
    assert found.importances.shape == (9, 5)
    one = make_pipeline(LookbackWindower(6), FlatWindowRegressor())
    one.fit(X, y[:, 1])
    alone = importance(one, X, y[:, 1], random_state=0)
    np.testing.assert_allclose(found.importances[1::3], alone.importances, rtol=1e-6)
    np.testing.assert_allclose(found.score[1], alone.score)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(5, random_state=0),
        MultiOutputClassifier(LogisticRegression()),
        OneVsRestClassifier(LogisticRegression()),
        ClassifierChain(LogisticRegression()),
    ],
)
@pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss", "accuracy"])
def test_each_output_of_a_classifier(model, scoring):
    X = np.random.default_rng(0).normal(size=(80, 3))
    Y = (X[:, :2] > 0).astype(int)
    model = clone(model).fit(X, Y)
    found = importance(
        model, X, Y, by="lag", stretches=3, scoring=scoring, each_output=True
    )
    best = found.table.loc[found.table.groupby("output")["mean"].idxmax()]
    assert best["oldest"].tolist() == [2, 1]
    chances = model.predict_proba(X)
    of_each = [
        each[:, 1] if isinstance(chances, list) else each
        for each in (chances if isinstance(chances, list) else chances.T)
    ]
    for column, own in enumerate(of_each):
        expected = {
            "roc_auc": roc_auc_score(Y[:, column], own),
            "neg_log_loss": log_loss(Y[:, column], own),
            "accuracy": np.mean(Y[:, column] == model.predict(X)[:, column]),
        }
        np.testing.assert_allclose(found.score[column], expected[scoring])


def test_each_output_has_its_own_classes():
    X = np.random.default_rng(0).normal(size=(90, 2))
    Y = np.stack([np.digitize(X[:, 0], [-0.5, 0.5]), X[:, 1] > 0], axis=1)
    Y = np.array(["a", "b", "c"])[Y]
    model = RandomForestClassifier(5, random_state=0).fit(X, Y)
    found = importance(
        model, X, Y, by="lag", stretches=2, scoring="neg_log_loss", each_output=True
    )
    losses = [log_loss(Y[:, i], model.predict_proba(X)[i]) for i in (0, 1)]
    np.testing.assert_allclose(found.score, losses)


def test_the_only_column_of_y_is_one_output(flat):
    model, X, y = flat
    found = importance(model, X, y[:, None], each_output=True, random_state=0)
    assert found.table["horizon"].tolist() == [2, 2, 2]
    alone = importance(model, X, y, random_state=0)
    np.testing.assert_array_equal(found.importances, alone.importances)
    np.testing.assert_array_equal(found.score, [alone.score])


@pytest.mark.parametrize("classes", [["no", "yes"], ["a", "b", "c"]])
@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr", "accuracy"])
def test_the_columns_of_the_only_output_are_its_classes(classes, scoring):
    X = np.random.default_rng(0).normal(size=(90, 2))
    edges = [0.0] if len(classes) == 2 else [-0.5, 0.5]
    y = np.array(classes)[np.digitize(X[:, 0], edges)]
    model = LogisticRegression().fit(X, y)
    options = {"scoring": scoring, "random_state": 0}
    found = importance(model, X, y[:, None], each_output=True, **options)
    theirs = permutation_importance(model, X, y, **options)
    np.testing.assert_allclose(found.importances, theirs.importances)


@pytest.mark.trains
def test_each_label_of_a_network():
    X = np.random.default_rng(0).normal(size=(40, 4, 2)).astype(np.float32)
    Y = (X[:, -1] > 0).astype(int)
    network = Conv1DClassifier(n_conv=1, filters=4, epochs=2, validation_split=0)
    network.set_params(random_state=0).fit(X, Y)
    found = importance(network, X, Y, scoring="roc_auc", each_output=True)
    expected = roc_auc_score(Y, network.predict_proba(X), average=None)
    np.testing.assert_allclose(found.score, expected)


@pytest.mark.trains
def test_a_network_that_classifies_panels():
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 8, 3)).astype(np.float32)
    X[:, :, 2] += np.where(np.arange(60) % 2, 1, -1)[:, None]
    y = np.arange(60) % 2
    network = Conv1DClassifier(
        n_conv=1, filters=4, epochs=20, learning_rate=0.02, validation_split=0
    )
    network.set_params(random_state=0).fit(X, y)
    found = importance(network, X, y, scoring="neg_log_loss", random_state=0)
    assert found.importances_mean.argmax() == 2
    samples = [one[: 6 + i % 3] for i, one in enumerate(X)]
    found = importance(
        network, samples, y, scoring="neg_log_loss", n_repeats=1, random_state=0
    )
    np.testing.assert_allclose(
        found.score, log_loss(y, network.predict_proba(samples)), rtol=1e-5
    )
    assert found.importances_mean.argmax() == 2


# What it costs.


def test_views_are_copied_in_parts(monkeypatch):
    monkeypatch.setattr(_samples, "PART_BYTES", 2**18)
    X, y = make_supervised(np.random.default_rng(0).normal(size=(4000, 2)), 0)
    model = make_pipeline(LookbackWindower(250), FlatWindowRegressor(lags=[0, 9]))
    model.fit(X, y)
    whole = 8 * 4000 * 250 * 2
    tracemalloc.start()
    found = importance(model, X, y, n_repeats=1, max_samples=None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.n_samples == 4000 - 1 - 249
    assert peak < whole / 4
    assert importance(model, X, y, n_repeats=1).n_samples == 1000
    assert importance(model, X, y, n_repeats=1, max_samples=0.01).n_samples == 37


def test_the_same_seed_gives_the_same_result(flat):
    model, X, y = flat
    first, again = (importance(model, X, y, random_state=4) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
    other = importance(model, X, y, random_state=5)
    assert (first.importances != other.importances).any()


# What is refused.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": "wind"}, "channels='wind' is not a channel"),
        ({"channels": ["driver", 1]}, "none twice"),
        ({"by": "time"}, "by='time' must be 'channel', 'lag'"),
        ({"by": "word"}, "does not begin with a TokenSequencer"),
        ({"by": "lag", "stretches": [(4, 9)]}, "but the windows have the lags 0 to 5"),
        ({"by": "lag", "stretches": 0}, "stretches=0 must be a whole number >= 1"),
        ({"by": "lag", "stretches": [3]}, "must be a number of stretches"),
        ({"by": "lag", "stretches": [(True, 3)]}, "must be a number of stretches"),
        ({"scoring": "mae"}, "'mae' is not in sklearn.metrics.get_scorer_names"),
        ({"scoring": "mean_absolute_error"}, "Did you mean 'neg_mean_absolute_error'"),
        ({"scoring": ["r2", "max_error"]}, "once for each metric"),
        ({"method": "shuffle"}, "method='shuffle' must be"),
        ({"method": "occlusion", "fill": "zero"}, "fill='zero' must be a number"),
        ({"method": "occlusion", "fill": {1: "a"}}, "a dict from channels to numbers"),
        ({"method": "occlusion", "fill": {"wind": 1}}, "fill='wind' is not a channel"),
        ({"n_repeats": 0}, "n_repeats=0 must be"),
        ({"n_repeats": True}, "n_repeats=True must be a whole number"),
        ({"max_samples": 0}, "max_samples=0 must be"),
        ({"max_samples": True}, "max_samples=True must be"),
        ({"max_samples": 1.5}, "max_samples=1.5 must be"),
        ({"each_output": True}, "needs y with several columns"),
    ],
)
def test_bad_parameters_are_refused(flat, options, message):
    model, X, y = flat
    with pytest.raises(ValueError, match=message):
        importance(model, X, y, **options)


def test_other_bad_input_is_refused(flat):
    model, X, y = flat
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        importance(model, X, y[:-1])
    with pytest.raises(NotFittedError):
        importance(make_pipeline(LookbackWindower(6), FlatWindowRegressor()), X, y)
    with pytest.raises(ValueError, match="use by='word'"):
        importance(TokenSequencer().fit(["a text"]), ["a text"], [1], scoring="r2")
    with pytest.raises(ValueError, match="neither a classifier nor a regressor"):
        importance(Standardizer().fit(X), X, y)
    mixed = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    with pytest.raises(ValueError, match="importance needs numbers"):
        importance(Ridge().fit([[1.0, 2.0]], [1.0]), mixed, [1, 2])
    with pytest.raises(ValueError, match="importance needs numbers"):
        importance(Ridge().fit(np.eye(2), [1, 2]), csr_matrix(np.eye(2)), [1, 2])


@pytest.mark.parametrize("pooled", [False, True])
def test_a_score_in_several_units_is_told(pooled):
    random = np.random.default_rng(0)
    series = random.normal(size=(300, 2)) * [1e5, 1]
    X, y = make_supervised(series, [0, 1], delay=[1, 2], pooled=pooled)
    model = make_pipeline(LookbackWindower(4), LinearAutoregression()).fit(X, y)
    options = {"scoring": "neg_mean_absolute_error", "random_state": 0}
    way_out = r"X\[X.channels == ...\] has" if pooled else "each_output=True scores"
    message = f"mean absolute error is a mean over .* errors of 0 are .*{way_out}"
    with pytest.warns(UserWarning, match=message) as said:
        importance(model, X, y, **options)
    assert len(said) == 1 and said[0].filename == __file__
    importance(model, X, y, scoring="r2", random_state=0)
    if pooled:
        X, y = X[X.channels == 1], y[X.channels == 1]
    importance(model, X, y, each_output=True, **options)
