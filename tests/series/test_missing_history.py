"""Predictions of rows whose history is missing: told once, refused, or ignored."""

import copy
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_validate,
)
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MissingHistoryWarning,
    PersistenceRegressor,
    SeriesView,
    Standardizer,
    WindowView,
    compare_models,
    load,
    make_supervised,
    save,
)

LOOKBACK, STEP = 12, 2
NEEDED = LOOKBACK - STEP + 1
SMALL = {"filters": 2, "kernel_size": 2, "n_conv": 1, "epochs": 1, "random_state": 0}
TOLD = "Too little history for {} of {} rows: a window needs {} rows"
CV = TimeSeriesSplit(2, gap=1)


def told(n_rows, n_all, needed=NEEDED):
    return TOLD.format(n_rows, n_all, needed)


@pytest.fixture(scope="module")
def table():
    values = np.random.default_rng(0).normal(size=(90, 2)).cumsum(axis=0)
    index = pd.date_range("2024", periods=len(values), freq="h")
    return pd.DataFrame(values, index=index, columns=["load", "temp"])


def pipeline(model, **options):
    windower = LookbackWindower(LOOKBACK, step=STEP, **options)
    return make_pipeline(Standardizer(), windower, model)


NETWORKS = ["network", "classifier"]
MODELS = {
    "flat": FlatWindowRegressor(),
    "persistence": PersistenceRegressor(period=11),  # it reads the oldest entry
    "linear": LinearAutoregression(),
    "network": Conv1DRegressor(loss="quantile", validation_split=0.2, **SMALL),
    "classifier": Conv1DClassifier(**SMALL),
}


NAMES = ["flat", "persistence", "linear"]
NAMES += [pytest.param(name, marks=pytest.mark.trains) for name in NETWORKS]


class Fitted(dict):
    """Pipelines by name; fit skips what has no history, without a word."""

    def __init__(self, table):
        self.X, self.y = make_supervised(table, "load")

    def __missing__(self, name):
        labels = np.where(self.y > np.median(self.y), "high", "low")
        model = pipeline(clone(MODELS[name]))
        self[name] = model.fit(self.X, labels if name == "classifier" else self.y)
        return self[name]


@pytest.fixture(scope="module")
def fitted(table):
    """A dict of fitted pipelines; each is fitted when a test first asks for it."""
    return Fitted(table)


def once(caught, match):
    found = [w for w in caught if issubclass(w.category, MissingHistoryWarning)]
    assert [re.search(match, str(w.message)) is not None for w in found] == [True]
    assert found[0].filename == __file__


# Who tells, and when.


@pytest.mark.parametrize("name", NAMES)
def test_rows_without_their_history_are_told(name, fitted, table):
    several = SeriesView([table[:3], table[3:]], rows=[2, 3 + NEEDED - 2])
    parts = [table.tail(1), SeriesView(table.tail(1)), table.tail(NEEDED - 1), several]
    for part in parts:
        with pytest.warns(MissingHistoryWarning) as caught:
            fitted[name].predict(part)
        once(caught, told(len(part), len(part)))


def test_windows_of_arrays_and_windows_made_by_hand_are_told(table):
    values = table.to_numpy()
    windows = WindowView(values, lags=[2, 1, 0])
    flat = FlatWindowRegressor().fit(windows, values[:, 0])
    model = make_pipeline(LookbackWindower(3).fit(values), flat)
    for forecast in (lambda: flat.predict(windows), lambda: model.predict(values)):
        with pytest.warns(MissingHistoryWarning) as caught:
            forecast()
        once(caught, told(2, 90, 3))


def test_a_row_is_named_with_its_series_and_what_to_do(table):
    stores = pd.concat({"old": table, "new": table[:8]}, names=["store", "hour"])
    X, y = make_supervised(stores, "load")
    model = pipeline(FlatWindowRegressor()).fit(X, y)
    new, old = (np.flatnonzero(X.ids == one) for one in ("new", "old"))
    where = r"but row 4 \(2024-01-01 04:00:00\) of series 'new' has 5\."
    with pytest.warns(MissingHistoryWarning, match=where) as caught:
        model.predict(X[np.r_[old[20:40], new[4:]]])
    once(caught, r"has just begun, use a shorter lookback, .*='ignore'")
    with pytest.warns(MissingHistoryWarning, match=r"but row 0 of the series has 1\."):
        np.asarray(WindowView(table.to_numpy(), lags=[2, 1, 0]))


@pytest.mark.parametrize("name", NAMES)
def test_rows_with_their_history_are_not(name, fitted, table):
    last = fitted[name].predict(SeriesView(table, rows=[len(table) - 1]))
    part = table.tail(NEEDED)
    alone = fitted[name].predict(SeriesView(part, rows=[NEEDED - 1]))
    np.testing.assert_array_equal(alone, last)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("network", "predict_quantiles"),
        ("network", "predict_interval"),
        ("classifier", "predict_proba"),
        ("classifier", "predict_log_proba"),
    ],
)
def test_whatever_predicts_tells_once(name, method, fitted, table):
    windows = fitted[name][:-1].transform(SeriesView(table))
    with pytest.warns(MissingHistoryWarning) as caught:
        getattr(fitted[name][-1], method)(windows)
    once(caught, told(NEEDED - 1, 90))


@pytest.mark.trains
def test_a_score_tells_once(fitted, table):
    X, y = make_supervised(table, "load")
    for name in ("flat", "network"):
        with pytest.warns(MissingHistoryWarning) as caught:
            fitted[name].score(X, y)
        once(caught, told(NEEDED - 1, 89))


def test_a_table_of_windows_tells_and_names_what_learns_without(table):
    X, y = make_supervised(table, "load")
    model = pipeline(make_pipeline(FlattenWindows(), Ridge()))
    with pytest.warns(MissingHistoryWarning, match="FlatWindowRegressor skips") as one:
        model.fit(X, y)
    once(one, told(NEEDED - 1, 89))
    with pytest.warns(MissingHistoryWarning) as one:
        model.predict(table.tail(1))
    once(one, told(1, 1))
    model.predict(X[NEEDED - 1 :])


@pytest.mark.parametrize("lags", [[0], [2], [4, 0]])
def test_entries_that_are_not_read_need_no_history(lags, table):
    X, y = make_supervised(table, "load")
    windows = LookbackWindower(LOOKBACK, step=STEP).fit_transform(X)
    flat, oldest = FlatWindowRegressor(lags=lags).fit(windows, y), max(lags)
    flat.predict(windows[oldest:])
    if oldest:
        with pytest.warns(MissingHistoryWarning, match=told(1, 80, oldest + 1)):
            flat.predict(windows[oldest - 1 : oldest + 79])


def test_persistence_needs_no_more_than_what_it_reads(table):
    X, y = make_supervised(table, "load")
    model = pipeline(PersistenceRegressor()).fit(X, y)
    np.testing.assert_allclose(model.predict(X), table["load"][:-1])
    model.predict(table.tail(1))


# What fits.


@pytest.mark.trains
def test_what_has_no_history_calibrates_no_interval(fitted, table):
    X, y = make_supervised(table, "load")
    network, windows = fitted["network"][-1], fitted["network"][:-1].transform(X)
    whole, all_rows = copy.deepcopy(network), copy.deepcopy(network)
    whole.calibrate_interval(windows[NEEDED - 1 :], y[NEEDED - 1 :])
    all_rows.calibrate_interval(windows, y)
    last = windows[-5:]
    np.testing.assert_array_equal(
        all_rows.predict_interval(last), whole.predict_interval(last)
    )
    with pytest.raises(ValueError, match="None of the 5 rows has a complete window"):
        network.calibrate_interval(windows[:5], y[:5])


# Validation.


def test_folds_of_a_view_are_silent(table):
    X, y = make_supervised(table, "load")
    model = pipeline(FlatWindowRegressor())
    cross_validate(model, X, y, cv=CV, error_score="raise")
    search = GridSearchCV(model, {"lookbackwindower__lookback": [4, 8]}, cv=CV)
    search.fit(X, y)
    comparison = compare_models({"flat": model}, X, y, cv=CV)
    assert set(comparison.predictions) >= {"persistence", "flat"}
    later = NEEDED - 1  # from there on, each row has a whole window
    cross_val_predict(model, X[later:], y[later:], cv=KFold(3))


def test_folds_of_a_table_are_told(table):
    model = pipeline(FlatWindowRegressor())
    with pytest.warns(MissingHistoryWarning) as caught:
        cross_validate(model, table[:-1], table["load"][1:], cv=CV)
    assert len(caught) == 2
    assert all(told(NEEDED - 1, 29) in str(w.message) for w in caught)
    assert all(w.filename == __file__ for w in caught)


# Refused, or ignored.


def refusing(table):
    return WindowView(table, lags=[2, 1, 0], on_missing_history="raise")


@pytest.mark.parametrize(
    "handed_on",
    [
        lambda windows: windows[:4],
        lambda windows: windows[::-1].compact(),
        lambda windows: pickle.loads(pickle.dumps(windows)),
        copy.deepcopy,
    ],
    ids=["sliced", "compact", "pickled", "copied"],
)
def test_a_view_refuses_wherever_it_goes(handed_on, table):
    y = table["load"].to_numpy()
    flat = FlatWindowRegressor().fit(refusing(table), y)
    windows = handed_on(refusing(table))
    assert windows.on_missing_history == "raise"
    with pytest.raises(ValueError, match=told(2, len(windows), 3) + ".*'raise'"):
        flat.predict(windows)
    with pytest.raises(ValueError, match=told(2, len(windows), 3)):
        np.asarray(windows)
    flat.predict(windows[windows.complete])


def test_a_windower_refuses_or_ignores(table, tmp_path):
    X, y = make_supervised(table, "load")
    model = pipeline(FlatWindowRegressor(), on_missing_history="raise").fit(X, y)
    save(model, tmp_path / "model")
    for kept in (model, load(tmp_path / "model"), clone(model).fit(X, y)):
        assert kept[1].get_params()["on_missing_history"] == "raise"
        with pytest.raises(ValueError, match=told(1, 1)):
            kept.predict(table.tail(1))
        kept.predict(X[-1:])
    model.set_params(lookbackwindower__on_missing_history="ignore")  # no fit needed
    model.predict(table.tail(1))
    back = model[1].inverse_transform(model[:2].transform(X[:3]))
    other = LookbackWindower(4, on_missing_history="raise").fit_transform(back)
    assert other.on_missing_history == "raise"


@pytest.mark.parametrize("choice", ["error", None, True])
def test_other_choices_are_refused(choice, table):
    with pytest.raises(ValueError, match="'on_missing_history' parameter of Lookback"):
        LookbackWindower(3, on_missing_history=choice).fit(table)
    with pytest.raises(ValueError, match=f"got on_missing_history={choice!r}"):
        WindowView(table, lags=[1, 0], on_missing_history=choice)


# Serving.


@pytest.mark.trains
def test_the_documented_way_to_forecast_from_the_last_rows(fitted, table, root):
    page = root / "docs" / "windows.md"
    section = page.read_text().partition("## Forecasting from the last rows")[2]
    [code] = re.findall(r"^```python\n(.*?)^```", section, re.M | re.S)
    for name, model in ((name, fitted[name]) for name in MODELS):
        for n_new in (1, 3):
            names = {
                "pd": pd,
                "SeriesView": SeriesView,
                "series": table[:-n_new],
                "new_rows": table[-n_new:],
                "model": model,
                "lookback": LOOKBACK,
            }
            exec(compile(code, str(page), "exec"), names)
            expected = model.predict(SeriesView(table)[-n_new:])
            np.testing.assert_array_equal(names["forecasts"], expected, err_msg=name)
            assert len(names["history"]) == LOOKBACK
