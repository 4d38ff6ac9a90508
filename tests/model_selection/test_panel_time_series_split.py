"""Folds of time: the same as scikit-learn's for one series, by times for several."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlatWindowRegressor,
    LookbackWindower,
    PanelTimeSeriesSplit,
    SeriesView,
    WindowView,
    load,
    make_supervised,
    save,
)

HOURS = pd.date_range("2020-01-01", periods=120, freq="h")


def table(index):
    return pd.DataFrame({"a": np.arange(float(len(index)))}, index=index)


def panel(delay=3, **options):
    """Series that begin and end at other hours."""
    parts = [table(HOURS), table(HOURS[20:]), table(HOURS[:90]), table(HOURS[5:70])]
    return make_supervised(parts, "a", delay=delay, **options)


def folds(X, *args, groups=None, **options):
    return list(PanelTimeSeriesSplit(*args, **options).split(X, groups=groups))


def assert_same_folds(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for part, same in zip(one, other, strict=True):
            assert_array_equal(part, same)


@pytest.mark.parametrize("n_splits", [1, 2, 5])
@pytest.mark.parametrize("test_size", [None, 1, 7])
@pytest.mark.parametrize("gap", [0, 1, 4])
@pytest.mark.parametrize("most", [None, 3, 1000])
def test_the_folds_of_one_series_are_those_of_scikit_learn(
    n_splits, test_size, gap, most
):
    X, _ = make_supervised(table(HOURS[:60]), "a")
    options = {"test_size": test_size, "gap": gap, "max_train_size": most}
    found = folds(X, n_splits, **options)
    if n_splits > 1:
        assert_same_folds(found, list(TimeSeriesSplit(n_splits, **options).split(X)))
    for given in (X.to_numpy(), list(X.to_numpy())):
        assert_same_folds(found, folds(given, n_splits, groups=X.index, **options))
    frame = pd.DataFrame(X.to_numpy(), index=X.index)
    assert_same_folds(found, folds(frame, n_splits, **options))


def test_spans_are_the_same_as_their_numbers_of_hours():
    X, _ = panel()
    by_number = folds(X, 3, test_size=12, gap=6, max_train_size=24)
    spans = {"test_size": "12h", "gap": "6h", "max_train_size": "1D"}
    assert_same_folds(folds(X, 3, **spans), by_number)
    spans = {"test_size": timedelta(hours=12), "gap": np.timedelta64(6, "h")}
    assert_same_folds(
        folds(X, 3, **spans, max_train_size=pd.Timedelta("1D")), by_number
    )
    windows = LookbackWindower(4).fit_transform(X)
    assert_same_folds(folds(windows, 3, **spans, max_train_size="24h"), by_number)


@pytest.mark.parametrize("delay", [1, 5, [2, 9]])
@pytest.mark.parametrize("pooled", [False, True])
def test_no_training_target_lies_after_the_first_time_of_a_test_part(delay, pooled):
    """By plain loops over the dates of all targets, whatever the order of the rows."""
    X, _ = panel(delay, pooled=pooled)
    X = X[np.random.default_rng(0).permutation(len(X))]
    late = pd.Timedelta(hours=int(np.max(delay)))
    n_tested = []
    for train, test in folds(X, 4):
        first, last = X.index[test].min(), X.index[test].max()
        allowed = [i for i in range(len(X)) if X.index[i] + late <= first]
        assert_array_equal(train, [i for i in allowed if X.index[i] < first])
        held_out = (X.index >= first) & (X.index <= last)
        assert_array_equal(test, np.flatnonzero(held_out))
        n_tested.append(X.index[test].nunique())
    assert len(set(n_tested)) == 1
    assert last == X.index.max()


def test_rows_far_apart_need_no_gap_for_a_short_delay():
    X, _ = make_supervised(np.arange(90.0), 0, delay=10, rows=np.arange(0, 90, 30))
    ((train, test),) = folds(X, 1, test_size=1)
    assert_array_equal(train, [0, 1])
    assert_array_equal(test, [2])
    assert_same_folds(folds(X, 1, test_size=1, gap=0), [(train, test)])


def test_parts_of_a_split_series_are_ordered_by_their_dates():
    cut = table(HOURS).drop(HOURS[40:50])
    X, _ = make_supervised(cut, "a", delay=3, on_gap="split")
    for train, test in folds(X, 3):
        assert X.index[train].max() + pd.Timedelta("3h") <= X.index[test].min()


def test_channels_side_by_side():
    wide = pd.DataFrame(np.zeros((40, 3)), index=HOURS[:40])
    X, _ = make_supervised(wide, [0, 1, 2], delay=4, pooled=True)
    for train, test in folds(X, 3):
        assert len(train) % 3 == len(test) % 3 == 0
        assert X.index[train].max() + pd.Timedelta("4h") == X.index[test].min()


def test_a_sliding_window_is_as_long_as_the_first_one():
    X, _ = panel()
    growing = folds(X, 4)
    sliding = folds(X, 4, max_train_size="sliding")
    lengths = [X.index[train].nunique() for train, _ in sliding]
    assert lengths == [X.index[growing[0][0]].nunique()] * 4
    for (train, test), (grown, same) in zip(sliding, growing, strict=True):
        assert_array_equal(test, same)
        assert_array_equal(train, grown[X.index[grown] >= X.index[train].min()])


def test_missing_hours_count_as_time_but_not_as_times():
    """A gap of numbers skips times that are there, a span any."""
    X = SeriesView(table(HOURS[:30]).drop(HOURS[22:26]), on_gap="ignore")
    ((train, test),) = folds(X, 1, test_size=2, gap=3)
    assert list(X.index[train][-1:]) == [HOURS[20]]
    ((train, test),) = folds(X, 1, test_size="2h", gap="3h")
    assert list(X.index[test]) == [HOURS[28], HOURS[29]]
    assert list(X.index[train][-1:]) == [HOURS[21]]


@pytest.mark.parametrize(
    "groups",
    [
        np.repeat([2.5, 1.0, 7.0, 3.0], 2),
        np.repeat(np.array(["2020-02", "2020-01", "2020-04", "2020-03"], "M8[D]"), 2),
        pd.Series(pd.period_range("2020-01", periods=4, freq="M").repeat(2)),
        [1, 1, 2, 2, 4, 4, 3, 3],
    ],
)
def test_times_of_arrays(groups):
    order = np.argsort(np.asarray(groups), kind="stable")
    (train, test), *_ = folds(np.zeros((8, 2)), 3, gap=0, groups=groups)
    assert_array_equal(train, np.sort(order[:2]))
    assert_array_equal(test, np.sort(order[2:4]))


def test_times_given_for_a_view_count_instead_of_its_own():
    X, _ = panel()
    hour = X.index.hour
    (train, test), *_ = folds(X, 3, gap=0, groups=hour)
    assert hour[train].max() < hour[test].min()
    with pytest.raises(ValueError, match="gap='auto' needs X from make_supervised"):
        folds(X, 3, groups=hour)


def test_searches_and_cross_validation():
    """Groups are routed; the splitter is cloned, shown, and saved."""
    X, y = panel()
    model = make_pipeline(LookbackWindower(3), FlatWindowRegressor(LinearRegression()))
    cv = PanelTimeSeriesSplit(3, test_size="12h")
    scores = cross_validate(model, X, y, cv=cv)["test_score"]
    assert_array_equal(scores > 0.99, [True] * 3)
    search = GridSearchCV(model, {"lookbackwindower__lookback": [2, "3h"]}, cv=cv)
    assert clone(search).fit(X, y).n_splits_ == 3
    assert repr(cv) == (
        "PanelTimeSeriesSplit(gap='auto', max_train_size=None, n_splits=3,\n"
        "           test_size='12h')"
    )
    assert cv.get_n_splits() == cv.get_n_splits(X, y) == 3
    assert cv.get_metadata_routing().split.requests == {"groups": True}
    by_groups = PanelTimeSeriesSplit(3, gap=3)
    given = {"cv": by_groups, "groups": X.index}
    scores = cross_validate(LinearRegression(), X.to_numpy(), y, **given)["test_score"]
    assert len(scores) == 3


def test_a_search_with_a_splitter_is_saved(tmp_path):
    search = GridSearchCV(
        LookbackWindower("1D"), {}, cv=PanelTimeSeriesSplit(3, gap="24h")
    )
    save(search, tmp_path / "search")
    loaded = load(tmp_path / "search")
    assert repr(loaded.cv) == repr(search.cv)
    assert loaded.estimator.lookback == "1D"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_splits": 0}, "n_splits=0 must be a whole number >= 1."),
        ({"n_splits": "2D"}, "n_splits='2D' must be a whole number >= 1."),
        (
            {"test_size": 0},
            "test_size=0 must be a whole number >= 1, a time span such as '7D' or None",
        ),
        ({"test_size": True}, "test_size=True must be"),
        ({"test_size": 2.0}, "test_size=2.0 must be"),
        ({"gap": -1}, "gap=-1 must be a whole number >= 0, .* or 'auto'."),
        ({"gap": "much"}, "gap='much' must be"),
        ({"gap": "-1h"}, "gap='-1h' must be"),
        ({"gap": None}, "gap=None must be"),
        ({"max_train_size": "auto"}, "max_train_size='auto' must be .* or 'sliding'."),
    ],
)
def test_bad_parameters(options, message):
    with pytest.raises(ValueError, match=message):
        PanelTimeSeriesSplit(**options)


@pytest.mark.parametrize(
    ("X", "options", "groups", "message"),
    [
        (SeriesView(np.zeros((9, 1))), {}, None, "gap='auto' needs X from make_super"),
        (np.zeros((9, 1)), {}, range(9), "gap='auto' needs X from make_supervised"),
        (np.zeros((9, 1)), {"gap": 0}, None, "groups=None, but X has no dates. Give"),
        (np.zeros((9, 1)), {"gap": 0}, range(8), "groups has 8 entries, X has 9 rows"),
        (
            np.zeros((3, 1)),
            {"gap": 0},
            [1.0, np.nan, 2.0],
            "groups is missing at row 1: give the time",
        ),
        (
            np.zeros((2, 1)),
            {"gap": 0},
            ["2020-01-01", "2020-01-02"],
            "groups holds '2020-01-01', which is no time: give dates",
        ),
        (
            WindowView(np.zeros((9, 1)), lags=[0]),
            {"gap": "1h"},
            None,
            "gap='1h' is a time span, but the rows have no dates",
        ),
        (np.zeros((9, 1)), {"gap": 0, "test_size": "1D"}, range(9), "test_size='1D'"),
        (
            table(HOURS[:9]),
            {"gap": 0, "n_splits": 9},
            None,
            r"n_splits=9.* needs more than the 9 distinct times of X: each fold",
        ),
        (table(HOURS[:9]), {"gap": 5, "n_splits": 2}, None, "Use fewer splits, a sm"),
        (
            table(HOURS[:9]),
            {"gap": 0, "n_splits": 500},
            None,
            "n_splits=500 needs more than the 9 distinct times of X: .* at most 8",
        ),
        (table(HOURS[:9]), {"gap": 0, "test_size": "3h"}, None, "the 9 distinct times"),
    ],
)
def test_bad_input(X, options, groups, message):
    with pytest.raises(ValueError, match=message):
        folds(X, groups=groups, **options)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize(
    ("test_size", "after", "until"),
    [("1D", "2025-10-03", "2025-10-04"), ("2D", "2025-09-26", "2025-09-28")],
)
def test_a_test_part_in_a_weekend_names_a_span_that_works(
    test_size, after, until, zone
):
    days = pd.bdate_range("2025-01-01", "2025-10-07", tz=zone)
    X, _ = make_supervised(table(days), "a", freq="B")  # until Monday, 2025-10-06
    message = (
        f"test_size='{test_size}': .* no time after {after} .* up to {until} .* "
        "longest time between two rows of X is 3 days"
    )
    with pytest.raises(ValueError, match=message):
        folds(X, 5, test_size=test_size)
    for _, test in folds(X, 5, test_size="3D"):
        assert 1 <= len(test) <= 3


@pytest.mark.parametrize("options", [{}, {"test_size": "7D"}, {"gap": 0}])
def test_no_rows_at_all(options):
    X, _ = make_supervised([table(HOURS[:30]), table(HOURS[:20])], "a")
    message = "Cannot have number of folds=3 greater than the number of samples=0"
    with pytest.raises(ValueError, match=message):
        folds(X[:0], 2, **options)


def test_a_target_that_reaches_beyond_the_first_fold():
    X, _ = make_supervised(table(HOURS[:30]), "a", delay=15)
    with pytest.raises(ValueError, match="needs more than the 15 distinct times of X"):
        folds(X, 3)


def test_days_are_those_of_the_clock():
    """A week is seven daily rows, also if the clocks change in it."""
    dates = pd.date_range("2025-02-01", periods=300, tz="Europe/Berlin")
    X, _ = make_supervised(pd.DataFrame({"v": np.arange(300.0)}, dates), "v")
    cv = PanelTimeSeriesSplit(35, test_size="7D", gap="3D", max_train_size="21D")
    folds = list(cv.split(X))
    assert {len(test) for _, test in folds} == {7}
    assert {len(train) for train, _ in folds} == {21}
    assert {test[0] - train[-1] for train, test in folds} == {4}


def test_categories_are_ordered_in_time():
    days = pd.date_range("2024-01-01", periods=6)
    later, earlier = pd.Categorical(days[3:]), pd.Categorical(days[:3])
    groups = pd.api.types.union_categoricals([later, earlier])
    splitter = PanelTimeSeriesSplit(1, gap=0, test_size=3)
    [(train, test)] = splitter.split(np.zeros(6), groups=groups)
    assert (train.tolist(), test.tolist()) == ([3, 4, 5], [0, 1, 2])


def test_categories_of_text_are_no_times():
    months = pd.Categorical(["Jan", "Feb", "Mar"], ["Jan", "Feb", "Mar"], ordered=True)
    with pytest.raises(ValueError, match="groups holds 'Jan', which is no time"):
        folds(np.zeros((3, 1)), 1, gap=0, groups=months)


def test_a_sparse_matrix():
    X, y = np.eye(12), np.arange(12.0)
    options = {"cv": PanelTimeSeriesSplit(3, gap=1), "groups": y}
    scores = [
        cross_validate(LinearRegression(), given, y, **options)["test_score"]
        for given in (X, csr_matrix(X))
    ]
    np.testing.assert_allclose(*scores)


@pytest.mark.parametrize(
    "options", [{"max_train_size": 5}, {"gap": 3, "test_size": 100}], ids=str
)
def test_small_numbers_of_numpy_do_not_overflow(options):
    times = np.arange(600)
    options = {"gap": 0, **options}
    of_numpy = {name: np.uint8(value) for name, value in options.items()}
    plain, small = (
        [
            (train.tolist(), test.tolist())
            for train, test in PanelTimeSeriesSplit(n, **given).split(
                times, groups=times
            )
        ]
        for n, given in ((2, options), (np.uint8(2), of_numpy))
    )
    assert plain == small
