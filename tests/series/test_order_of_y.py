"""The labels of y tell whether it has the order of the rows of X."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    ForecastDisplay,
    LinearAutoregression,
    LookbackWindower,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    SeriesKFold,
    SeriesView,
    Standardizer,
    WindowView,
    compare_models,
    importance,
    make_supervised,
)
from skseqconv.series._order_of_y import check_order

#: Each value tells its symbol and day.
DAYS = pd.date_range("2026-01-01", periods=40, freq="D")
KEYS = pd.MultiIndex.from_product([["b", "a"], DAYS], names=["symbol", "day"])
TABLE = pd.DataFrame({"v": np.arange(80.0)}, KEYS)
BY_TIME = TABLE.swaplevel().sort_index()
OTHER_ORDER = "y has the labels of the rows of X in another order"
SORTED = r"The rows of X were sorted, .* X\.frame\(\) shows .* y\.to_numpy\(\) says so"


def by_the_advice(error, X, y):
    """The y that the code in a message gives."""
    code = str(error.value).split("Give ")[1].split(", which has")[0]
    return eval(code, {"X": X, "y": y, "pd": pd})


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    "y",
    [
        BY_TIME["v"],
        BY_TIME[["v"]],
        BY_TIME["v"].rename_axis([None, None]),
        TABLE["v"][::-1],
        TABLE["v"][::-1].rename_axis([None, None]),
    ],
)
def test_same_labels_in_another_order_are_an_error(y):
    X = SeriesView(TABLE)  # it sorts the symbols
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X, y)
    same = by_the_advice(error, X, y)
    check_order(X, same)
    np.testing.assert_array_equal(np.ravel(same), X.to_numpy()[:, 0])


def test_rows_of_make_supervised_are_in_the_order_of_time():
    X, _ = make_supervised(TABLE, "v", delay=1)
    y = TABLE["v"].groupby("symbol", sort=True).shift(-1).dropna()
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X, y)
    same = by_the_advice(error, X, y)
    np.testing.assert_array_equal(same, X.to_numpy()[:, 0] + 1)
    check_order(X, same)


def test_one_series():
    table = TABLE.loc["a"]
    X, y = SeriesView(table), table["v"]
    check_order(X, y)
    with pytest.raises(ValueError, match=r"Give y\.loc\[X\.index\], which") as error:
        check_order(X, y[::-1])
    np.testing.assert_array_equal(by_the_advice(error, X, y[::-1]), y)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(40),
        pd.RangeIndex(40)[::-1],
        DAYS + pd.Timedelta("1D"),
        DAYS[::-1] + pd.Timedelta("1D"),
        DAYS.astype(str)[::-1],
        DAYS.tz_localize("UTC")[::-1],
        pd.Index([1, *"abc"] * 10),
        DAYS[[0, *range(38, 0, -1), 39]].where(np.arange(40) != 5, DAYS[0]),
        KEYS[:40],
    ],
)
def test_other_labels_say_nothing(index):
    check_order(SeriesView(TABLE.loc["a"]), pd.Series(0.0, index))


def test_equal_times_of_another_resolution_are_in_order():
    y = pd.Series(0.0, DAYS.as_unit("s"))
    check_order(SeriesView(TABLE.loc["a"]), y)
    with pytest.raises(ValueError, match=OTHER_ORDER):
        check_order(SeriesView(TABLE.loc["a"]), y[::-1])


def test_times_of_another_zone_are_in_order():
    y = TABLE["v"].tz_localize("UTC", level="day").sort_index()
    X = SeriesView(y.to_frame())
    check_order(X, y.tz_convert("Asia/Tokyo", level="day"))


def test_levels_without_names_may_be_read_in_two_ways():
    """If ids and times are the same numbers, one way that fits is enough."""
    stores = pd.MultiIndex.from_product([range(3), range(3)], names=["store", "month"])
    table = pd.DataFrame({"v": np.arange(9.0)}, stores)
    X, y = SeriesView(table.reset_index(), id="store", time="month"), table["v"]
    check_order(X, y.swaplevel().rename_axis([None, None]))
    with pytest.raises(ValueError, match=r"Name the levels of .*'store', 'month'"):
        check_order(X, y[::-1].rename_axis([None, None]))
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X, y[::-1])
    np.testing.assert_array_equal(by_the_advice(error, X, y[::-1]), y)


def test_parts_and_shuffled_rows_go_with_those_of_y():
    X, y = SeriesView(TABLE), TABLE["v"].sort_index()
    rows = np.random.default_rng(0).permutation(80)
    for chosen in (rows, rows[:30], np.repeat(rows, 2), slice(None, None, 3)):
        check_order(X[chosen], y.iloc[chosen])
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X[rows], y)
    np.testing.assert_array_equal(by_the_advice(error, X[rows], y), y.iloc[rows])


def test_labels_of_lists_and_arrays_are_not_asked():
    X = SeriesView(TABLE)
    for y in (BY_TIME["v"].to_numpy(), list(BY_TIME["v"]), BY_TIME["v"][:5]):
        check_order(X, y)
    check_order(X.to_numpy(), BY_TIME["v"])


def long_table(**columns):
    hours = np.tile([2, 0, 1], 4)
    return pd.DataFrame({"stay": np.repeat([*"dcba"], 3), "hour": hours, **columns})


@pytest.mark.parametrize("index", [pd.RangeIndex(12), pd.Index(range(30, 18, -1))])
def test_a_sorted_table_and_labels_that_say_nothing_are_a_warning(index):
    table = long_table(v=np.arange(12.0)).set_axis(index)
    X = SeriesView(table, id="stay", time="hour")
    with pytest.warns(UserWarning, match=SORTED) as said:
        check_order(X, table["v"])
    assert "table.set_index(['stay', 'hour'])" in str(said[0].message)
    check_order(X, table["v"].to_numpy())
    check_order(X[:8], table["v"][:8])
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X, y := table.set_index(["stay", "hour"])["v"])
    np.testing.assert_array_equal(by_the_advice(error, X, y), X.to_numpy()[:, 0])


def test_a_sorted_table_without_times_is_a_warning():
    table = pd.DataFrame({"stay": [*"baab"], "v": np.arange(4.0)})
    X = SeriesView(table, id="stay")
    with pytest.warns(UserWarning, match=r"Otherwise, bring it into this order\."):
        check_order(X, table["v"])


def test_a_table_in_order_needs_no_warning():
    table = long_table(v=np.arange(12.0)).sort_values(["stay", "hour"])
    table = table.reset_index(drop=True)
    check_order(SeriesView(table, id="stay", time="hour"), table["v"])


def test_a_cut_view_knows_that_the_table_was_sorted():
    X = SeriesView(long_table(v=np.arange(12.0)), id="stay", time="hour")
    windows = WindowView(X, lags=[2], on_missing_history="ignore").compact()
    with pytest.warns(UserWarning, match=SORTED):
        check_order(windows, pd.Series(np.arange(12.0)))


FLAT = FlatWindowRegressor(LinearRegression())


@pytest.mark.parametrize(
    "model",
    [
        LookbackWindower(3),
        FLAT,
        PersistenceRegressor("v", delay=1),
        LinearAutoregression(target_channel="v", delay=1),
        pytest.param(Conv1DRegressor(n_conv=1, epochs=1), marks=pytest.mark.trains),
    ],
)
def test_each_fit_checks_the_order(model):
    X = SeriesView(TABLE)
    is_model = hasattr(model, "predict")
    X = LookbackWindower(3).fit_transform(X) if is_model else X
    with pytest.raises(ValueError, match=OTHER_ORDER):
        model.fit(X, BY_TIME["v"])


FITTED = [
    FLAT,
    PersistenceRegressor("v", delay=1),
    LinearAutoregression(target_channel="v", delay=1),
    pytest.param(Conv1DRegressor(n_conv=1, epochs=1), marks=pytest.mark.trains),
    pytest.param(Conv1DClassifier(n_conv=1, epochs=1), marks=pytest.mark.trains),
]


@pytest.mark.parametrize("model", FITTED)
def test_each_score_checks_the_order_behind_a_pipeline(model):
    X = SeriesView(TABLE)
    y = TABLE["v"].sort_index().groupby("symbol").shift(-1).fillna(0.0)
    if is_classifier(model):
        y = (y > y.median()).astype(int)
    model = make_pipeline(LookbackWindower(3, on_missing_history="ignore"), model)
    model.fit(X, y.to_numpy())
    metric = accuracy_score if is_classifier(model) else r2_score
    weight = np.arange(1.0, 81.0)
    expected = metric(y.to_numpy(), model.predict(X), sample_weight=weight)
    assert model[-1].score(model[:-1].transform(X), y, weight) == expected
    assert model.score(X, y) == metric(y.to_numpy(), model.predict(X))
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        model.score(X, y[TABLE.index])
    assert by_the_advice(error, X, y[TABLE.index]).equals(y)


@pytest.mark.parametrize(
    "model",
    [
        Standardizer(),
        FLAT,
        LinearAutoregression(target_channel="v", delay=1),
        pytest.param(Conv1DRegressor(n_conv=1, epochs=1), marks=pytest.mark.trains),
    ],
)
def test_weights_have_the_order_of_y(model):
    X = SeriesView(TABLE)
    X = LookbackWindower(3).fit_transform(X) if hasattr(model, "predict") else X
    y, weight = np.arange(80.0), BY_TIME["v"]
    match = OTHER_ORDER.replace("y has", "sample_weight has")
    with pytest.raises(ValueError, match=match):
        model.fit(X, y, sample_weight=weight)


def test_a_score_checks_the_order_of_weights():
    X = LookbackWindower(3).fit_transform(SeriesView(TABLE))
    y = np.arange(80.0)
    model = clone(FLAT).fit(X, y)
    with pytest.raises(ValueError, match="sample_weight has the labels of the rows"):
        model.score(X, y, sample_weight=BY_TIME["v"])


def test_a_search_checks_the_order_in_its_score():
    X, y = SeriesView(TABLE), TABLE["v"].sort_index()
    model = make_pipeline(LookbackWindower(3, on_missing_history="ignore"), FLAT)
    options = {"flatwindowregressor__lags": [[0], [0, 1]]}
    search = GridSearchCV(model, options, cv=SeriesKFold(2)).fit(X, y)
    assert search.score(X, y) == search.score(X, y.to_numpy())
    with pytest.raises(ValueError, match=OTHER_ORDER):
        search.score(X, TABLE["v"])


def test_a_score_warns_of_a_sorted_table():
    table = long_table(v=np.arange(12.0))
    X = SeriesView(table, id="stay", time="hour")
    windows = LookbackWindower(1).fit_transform(X)
    model = FlatWindowRegressor(LinearRegression()).fit(windows, np.arange(12.0))
    with pytest.warns(UserWarning, match=SORTED):
        model.score(windows, table["v"])


def test_displays_check_the_order():
    pytest.importorskip("matplotlib")
    X, y = make_supervised(TABLE.loc["a"], "v", delay=1)
    y = pd.Series(y, X.index)
    model = make_pipeline(LookbackWindower(1), FLAT).fit(X, y)
    with pytest.raises(ValueError, match=OTHER_ORDER):
        ForecastDisplay.from_estimator(model, X, y[::-1])
    with pytest.raises(ValueError, match="y_true has the labels of the rows of index"):
        ForecastDisplay.from_predictions(y[::-1], model.predict(X), index=X)


def test_a_display_warns_once_of_a_sorted_table():
    pytest.importorskip("matplotlib")
    X = SeriesView(TABLE.loc["a"].reset_index()[::-1], time="day")
    model = make_pipeline(LookbackWindower(1), FLAT).fit(X, np.arange(40.0))
    with pytest.warns(UserWarning, match=SORTED) as given:
        ForecastDisplay.from_estimator(model, X, pd.Series(np.arange(40.0)))
    assert len(given) == 1


def test_rows_of_a_transformer_that_learns_from_y_are_checked():
    with pytest.raises(ValueError, match=OTHER_ORDER):
        Standardizer().fit(SeriesView(TABLE), BY_TIME["v"])


def test_models_of_scikit_learn_are_checked_by_the_windows_before_them():
    model = make_pipeline(LookbackWindower(3), FlattenWindows(), DummyClassifier())
    with pytest.raises(ValueError, match=OTHER_ORDER):
        model.fit(SeriesView(TABLE), BY_TIME["v"] > 3)


def test_a_comparison_and_a_cross_validation_are_checked():
    X, model = SeriesView(TABLE), make_pipeline(LookbackWindower(3), FLAT)
    with pytest.raises(ValueError, match=OTHER_ORDER):
        compare_models({"flat": model}, X, BY_TIME["v"], cv=SeriesKFold(2))
    y = TABLE["v"].sort_index()
    folds = KFold(3, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # test rows lack history
        scores = cross_val_score(model, X, y, cv=folds, scoring="r2")
        expected = cross_val_score(model, X, y.to_numpy(), cv=folds, scoring="r2")
    np.testing.assert_array_equal(scores, expected)


@pytest.mark.trains
def test_an_importance_is_checked():
    X, y = SeriesView(TABLE), TABLE["v"].sort_index()
    windows = LookbackWindower(3, on_missing_history="ignore")
    model = make_pipeline(windows, FlatWindowRegressor()).fit(X, y)
    assert len(importance(model, X, y, random_state=0).table) == 1
    with pytest.raises(ValueError, match=OTHER_ORDER):
        importance(model, X, BY_TIME["v"])


def test_validation_data_are_checked_by_their_names():
    X = LookbackWindower(3).fit_transform(SeriesView(TABLE))
    y = TABLE["v"].sort_index()
    network = Conv1DRegressor(n_conv=1, epochs=1)
    with pytest.raises(ValueError, match="y_val has the labels of the rows of X_val"):
        network.fit(X, y, X_val=X, y_val=BY_TIME["v"])


def test_numbers_and_times_of_a_list_of_series():
    X = SeriesView([TABLE.loc["b"], TABLE.loc["a"]])
    y = TABLE["v"].set_axis(pd.MultiIndex.from_product([[0, 1], DAYS]))
    check_order(X, y)
    with pytest.raises(ValueError, match=OTHER_ORDER) as error:
        check_order(X, y[::-1])
    np.testing.assert_array_equal(by_the_advice(error, X, y[::-1]), y)


def test_equal_times_of_exchanged_series_are_another_order():
    """Each of several columns of ids counts."""
    keys = [(*pair, day) for pair in ("ax", "ay", "bx", "by") for day in range(3)]
    table = pd.DataFrame(keys, columns=["ward", "bed", "day"]).assign(v=np.arange(12.0))
    X = SeriesView(table, id=["ward", "bed"], time="day")
    y = table.set_index(["ward", "bed", "day"])["v"]
    check_order(X, y)
    for swapped in (["ward"], ["bed"]):
        other = y.sort_index(level=swapped, ascending=False, sort_remaining=False)
        other = other.groupby(level=["ward", "bed"], sort=False, group_keys=False)
        other = other.apply(lambda own: own.sort_index(level="day"))
        with pytest.raises(ValueError, match=OTHER_ORDER) as error:
            check_order(X, other)
        np.testing.assert_array_equal(by_the_advice(error, X, other), y)


AS_TIMES = {
    "categories": lambda days: days.astype("category"),
    "date objects": lambda days: days.dt.date,
    "date32": lambda days: days.astype("date32[pyarrow]"),
    "Arrow timestamps": lambda days: days.astype("timestamp[ns][pyarrow]"),
}


@pytest.mark.parametrize("kind", AS_TIMES)
def test_times_of_another_kind_tell_the_order_too(kind):
    table = TABLE.reset_index()
    table["day"] = AS_TIMES[kind](table["day"])
    X = SeriesView(table, id="symbol", time="day")
    y = table.set_index(["symbol", "day"])["v"]
    right = y.iloc[[*range(40, 80), *range(40)]]
    check_order(X, right)
    with pytest.raises(ValueError, match=rf"{OTHER_ORDER}, .*(Give|X\.frame\(\))"):
        check_order(X, y)


@pytest.mark.parametrize(
    ("cv", "level"),
    [
        (SeriesKFold(2), "symbol"),
        (GroupKFold(2), "symbol"),
        (PanelTimeSeriesSplit(2, gap=0), "day"),
    ],
)
def test_groups_of_a_comparison_in_another_order(cv, level):
    X = SeriesView(TABLE)
    y = X.to_numpy()[:, 0]
    groups = BY_TIME.index.get_level_values(level).to_series(BY_TIME.index)
    options = {"cv": cv, "baseline": None}
    message = "groups has the labels of the rows of X in another order"
    with pytest.raises(ValueError, match=message):
        compare_models([DummyRegressor()], X, y, groups=groups, **options)
    right = groups.loc[pd.MultiIndex.from_frame(X.frame()[["day", "symbol"]])]
    found = compare_models([DummyRegressor()], X, y, groups=right, **options)
    assert found.failures.empty
    if not isinstance(cv, GroupKFold):
        with pytest.raises(ValueError, match=message):
            list(cv.split(X, groups=groups))


def test_groups_that_do_not_tell_their_order_are_warned_of_once():
    X = SeriesView(TABLE.reset_index(), id="symbol", time="day")
    y, groups = X.to_numpy()[:, 0], TABLE.reset_index()["symbol"]
    with pytest.warns(UserWarning, match="groups is taken by position") as caught:
        compare_models(
            [DummyRegressor()], X, y, cv=SeriesKFold(2), groups=groups, baseline=None
        )
    assert len(caught) == 1


def test_parameters_of_fit_in_another_order():
    X = SeriesView(TABLE)
    y = X.to_numpy()[:, 0]
    options = {"cv": SeriesKFold(2), "baseline": None}
    message = r"params\['sample_weight'\] has the labels .* in another order"
    with pytest.raises(ValueError, match=message):
        compare_models(
            [DummyRegressor()], X, y, params={"sample_weight": BY_TIME["v"]}, **options
        )
    weight = TABLE["v"].sort_index()
    given, plain = (
        compare_models([DummyRegressor()], X, y, params={"sample_weight": w}, **options)
        for w in (weight, weight.to_numpy())
    )
    pd.testing.assert_frame_equal(given.fold_scores, plain.fold_scores)


def test_weights_of_an_importance_in_another_order():
    X = SeriesView(TABLE)
    y = X.to_numpy()[:, 0]
    model = make_pipeline(LookbackWindower(1), FlatWindowRegressor()).fit(X, y)
    with pytest.raises(ValueError, match=r"^sample_weight has the labels of the rows"):
        importance(model, X, y, sample_weight=BY_TIME["v"])
