"""A table without ids, given to a model of several series."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlatWindowRegressor,
    LookbackWindower,
    PanelTimeSeriesSplit,
    SeriesView,
    Standardizer,
    forecast,
    load,
    make_supervised,
    save,
)

N_ROWS = 40
READ_AS_ONE = "X is a table without ids, so it is read as one series, but the model"


def walks(n_series=3):
    random = np.random.default_rng(0)
    return [random.normal(size=(N_ROWS, 2)).cumsum(axis=0) for _ in range(n_series)]


def long_table():
    days = pd.date_range("2025-01-01", periods=N_ROWS)
    tables = [
        pd.DataFrame(walk, columns=["sold", "price"]).assign(store=name, day=days)
        for name, walk in zip("abc", walks(), strict=True)
    ]
    return pd.concat(tables, ignore_index=True)


def data(kind):
    """X and y of a kind, and the same rows as a table without ids."""
    table = long_table()
    bare = table[["sold", "price"]]
    if kind == "list":
        return *make_supervised(walks(), 0), bare.to_numpy()
    if kind == "long table":
        return *make_supervised(table, "sold", id="store", time="day"), bare
    if kind == "pooled":
        X, y = make_supervised(table[["sold"]].assign(more=table["price"]), pooled=True)
        return X, y, bare[["sold"]].to_numpy()
    X, y = make_supervised(table.set_index(["store", "day"]), "sold")
    return X, y, bare


def pipeline():
    windower = LookbackWindower(5, on_missing_history="ignore")
    return make_pipeline(Standardizer(), windower, FlatWindowRegressor())


MODELS = {
    "Pipeline": pipeline,
    "search": lambda: GridSearchCV(
        pipeline(), {"lookbackwindower__lookback": [4, 5]}, cv=PanelTimeSeriesSplit(2)
    ),
    "ensemble": lambda: VotingRegressor([("one", pipeline()), ("two", pipeline())]),
}


@pytest.fixture(params=["list", "long table", "MultiIndex"])
def given(request):
    return data(request.param)


@pytest.mark.parametrize("model", ["Pipeline", "search"])
def test_predict_warns_of_a_table_without_ids(given, model):
    X, y, bare = given
    model = MODELS[model]().fit(X, y)
    with pytest.warns(
        UserWarning, match=f"{READ_AS_ONE} was fitted on 3 series"
    ) as told:
        model.predict(bare)
    assert len(told) == 1
    assert told[0].filename == __file__


@pytest.mark.parametrize("model", MODELS)
def test_forecast_warns_of_it_once(given, model):
    X, y, bare = given
    model = MODELS[model]().fit(X, y)
    with pytest.warns(UserWarning, match=READ_AS_ONE) as told:
        forecast(model, bare)
    assert len(told) == 1
    assert told[0].filename == __file__


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_pooled_channels_are_several_series():
    X, y, bare = data("pooled")
    model = pipeline().fit(X, y)
    with pytest.warns(UserWarning, match="was fitted on 2 series"):
        model.predict(bare)


def test_views_and_long_tables_say_what_they_are():
    X, y, bare = data("MultiIndex")
    model, table = pipeline().fit(X, y), long_table()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(SeriesView(bare))
        forecast(model, SeriesView(bare))
        forecast(model, table.set_index(["store", "day"]))
        model.predict(SeriesView(table, id="store", time="day"))


def test_a_list_says_that_its_table_is_one_series():
    model = pipeline().fit(*make_supervised(walks(), 0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(forecast(model, [walks()[0]])) == 1
        assert len(forecast(model, (walks()[0],))) == 1


@pytest.mark.parametrize("compact", [False, True])
def test_only_series_that_have_rows_in_the_fit_count(compact):
    X, y = make_supervised(walks(), 0)
    for n_series in (1, 2):
        at = X.series_ids < n_series
        part = X[at].compact() if compact else X[at]
        model = pipeline().fit(part, y[at])
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            model.predict(walks()[0])
        said = [one for one in told if READ_AS_ONE in str(one.message)]
        assert len(said) == n_series - 1


def test_dates_that_go_forward_are_those_of_one_series():
    X, y, _ = data("long table")
    model, table = pipeline().fit(X, y), long_table()
    one = table[table["store"] == "b"].set_index("day")[["sold", "price"]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(one)
        forecast(model, one)


def test_models_of_one_series_take_tables():
    walk = walks(1)[0]
    gap = np.flatnonzero(np.arange(N_ROWS) != 20)
    table = pd.DataFrame(walk, pd.date_range("2025-01-01", periods=N_ROWS)).iloc[gap]
    for X, y in (
        make_supervised(walk, 0),
        make_supervised([walk], 0),
        make_supervised(table, 0, on_gap="split"),
        (walk[:-1], walk[1:, 0]),
    ):
        model = pipeline().fit(X, y)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.predict(walk)


def test_a_saved_model_remembers_that_it_learned_from_several_series(tmp_path):
    X, y, bare = data("list")
    model = pipeline().fit(X, y)
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    with pytest.warns(UserWarning, match=READ_AS_ONE):
        loaded.predict(bare)
