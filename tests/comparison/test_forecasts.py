"""Out-of-fold predictions as a table of forecasts, compared with a loop."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlattenWindows,
    FlatWindowRegressor,
    FutureDisplay,
    LookbackWindower,
    compare_models,
    forecast,
    make_supervised,
)

DAYS = pd.date_range("2025-01-01", periods=60, freq="D")
SPLITS = TimeSeriesSplit(3, gap=8)


@pytest.fixture(scope="module")
def panel():
    random = np.random.default_rng(0)
    tables = {
        name: pd.DataFrame(random.normal(size=(60, 2)), DAYS, columns=["sales", "rain"])
        for name in "ab"
    }
    return pd.concat(tables, names=["store", "day"])


def ridge():
    return make_pipeline(
        LookbackWindower(3, on_missing_history="ignore"), FlatWindowRegressor(Ridge())
    )


@pytest.mark.parametrize("target", ["sales", ["sales", "rain"]])
def test_they_are_the_forecasts_of_each_fold(panel, target):
    X, y = make_supervised(panel, target, delay=[2, 1])
    found = compare_models({"ridge": ridge()}, X, y, cv=SPLITS)
    table = found.forecasts("ridge")
    parts = []
    for fold, (train, test) in enumerate(SPLITS.split(X)):
        part = forecast(ridge().fit(X[train], y[train]), X, rows=test)
        parts.append(part.assign(fold=fold))
    expected = pd.concat(parts, ignore_index=True)
    expected.insert(0, "fold", expected.pop("fold"))
    expected.insert(0, "model", "ridge")
    pd.testing.assert_frame_equal(table.drop(columns="truth"), expected)
    names = ["sales"] * len(table) if "target" not in table else table["target"]
    keys = zip(table["store"], table["date"], names, strict=True)
    truth = [panel.loc[(store, day), name] for store, day, name in keys]
    np.testing.assert_array_equal(table["truth"], truth)


def test_all_models_with_the_baselines(panel):
    X, y = make_supervised(panel, "sales")
    found = compare_models({"ridge": ridge()}, X, y, cv=SPLITS)
    table = found.forecasts()
    assert list(table["model"].unique()) == list(found.table.index)
    assert list(found.forecasts(["ridge"])["model"].unique()) == ["ridge"]
    with pytest.raises(ValueError, match=r"models has 'tree'.*ridge"):
        found.forecasts(["ridge", "tree"])
    pytest.importorskip("matplotlib", reason="the extra plot")
    import matplotlib.pyplot as plt

    display = FutureDisplay.from_forecast(table, X, ids="b")
    assert set(display.lines_["b"]) == {"observed", *found.table.index}
    plt.close(display.figure_)


@pytest.mark.parametrize(
    ("delay", "classes"), [(2, ["dry", "wet"]), ([2, 1], [False, True])]
)
def test_labels_of_classifiers_have_the_date_of_their_target(panel, delay, classes):
    X, y = make_supervised(panel, "rain", delay=delay)
    labels = np.where(y > 0, classes[1], classes[0])
    model = make_pipeline(
        LookbackWindower(3, on_missing_history="ignore"),
        FlattenWindows(),
        KNeighborsClassifier(3),
    )
    found = compare_models({"near": model}, X, labels, cv=SPLITS)
    table = found.forecasts()
    assert list(table["model"].unique()) == list(found.table.index)
    assert ((table["date"] - table["origin"]).dt.days == table["horizon"]).all()
    keys = zip(table["store"], table["date"], strict=True)
    truth = [classes[int(panel.loc[key, "rain"] > 0)] for key in keys]
    assert table["truth"].tolist() == truth
    near = table[table["model"] == "near"].set_index(["store", "origin", "horizon"])
    for train, test in SPLITS.split(X):
        predicted = clone(model).fit(X[train], labels[train]).predict(X[test])
        origins = X[test].frame()[["store", "day"]].itertuples(index=False)
        for origin, expected in zip(origins, predicted, strict=True):
            both = zip(np.atleast_1d(delay), np.atleast_1d(expected), strict=True)
            for horizon, label in both:
                assert near.loc[(*origin, horizon), "forecast"] == label


def test_labels_of_ones_own_may_have_other_columns_than_the_target(panel):
    X, y = make_supervised(panel, "sales")
    y = np.stack([y > 0, y > 1], axis=1)
    found = compare_models({"prior": DummyClassifier()}, X, y, cv=SPLITS, baseline=None)
    with pytest.raises(ValueError, match="y has other columns than"):
        found.forecasts()


def test_without_dates_of_targets_there_are_none(panel):
    X, y = make_supervised(panel, "sales")
    array = X.to_numpy()
    found = compare_models({"ridge": Ridge()}, array, y, cv=SPLITS)
    with pytest.raises(ValueError, match=r"not from make_supervised.*Make X and y by"):
        found.forecasts()


def test_an_id_with_the_name_of_a_column_disturbs_the_table_only(panel):
    X, y = make_supervised(panel.rename_axis(["origin", "day"]), "sales")
    found = compare_models({"ridge": ridge()}, X, y, cv=SPLITS)
    with pytest.raises(ValueError, match=r"named 'origin'.*rename"):
        found.forecasts()
