"""Folds of whole series."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlattenWindows,
    FlatWindowRegressor,
    LookbackWindower,
    SeriesKFold,
    SeriesView,
    compare_models,
    load,
    make_supervised,
    save,
)
from skseqconv.series._series import Series


def panel(n_series=6, **options):
    series = [np.arange(10.0 + i) for i in range(n_series)]
    return make_supervised(series, 0, delay=2, **options)


def held_out(splitter, X, of_row, groups=None):
    """What each fold tests; it trains on all else, and tests all rows once."""
    found, tested = [], np.zeros(len(X), dtype=int)
    for train, test in splitter.split(X, groups=groups):
        assert_array_equal(train, np.setdiff1d(np.arange(len(X)), test))
        assert not set(of_row[train]) & set(of_row[test])
        found.append(sorted(set(of_row[test])))
        tested[test] += 1
    assert (tested == 1).all()
    return found


def test_each_series_is_held_out_once():
    X, _ = panel()
    found = held_out(SeriesKFold(3), X, X.series_ids)
    assert found == [[0, 1], [2, 3], [4, 5]]
    shuffled = SeriesKFold(3, shuffle=True, random_state=0)
    again = held_out(shuffled, X, X.series_ids)
    assert again != found
    assert again == held_out(shuffled, X, X.series_ids)


def test_parts_of_one_id_stay_together():
    """A series that was cut at a gap has an id, its parts have numbers."""
    X, _ = panel()
    data = Series.of([np.arange(20.0)[:, None]] * 6)
    data.ids = pd.Index(["a", "b", "a", "c", "b", "a"])
    X = SeriesView(data)
    found = held_out(SeriesKFold(3), X, X.ids)
    assert found == [["a"], ["b"], ["c"]]


def test_parts_of_one_series_of_a_list_stay_together():
    days = pd.date_range("2025-01-01", periods=20)
    table = pd.DataFrame({"a": np.arange(20.0)}, days)
    tables = [table.drop(days[k : k + 2]) for k in (4, 6, 8)]
    X, _ = make_supervised(tables, "a", on_gap="split")
    assert len(X.series) == 6
    assert held_out(SeriesKFold(3), X, X.frame()["series"]) == [[0], [1], [2]]
    whole, _ = make_supervised(tables[0], "a", on_gap="split")
    with pytest.raises(ValueError, match="X has rows of 1 series"):
        next(SeriesKFold(2).split(whole))


def test_channels_of_a_pooled_view():
    tables = [pd.DataFrame(np.zeros((9, 3)), columns=list("abc"))] * 2
    X, _ = make_supervised(tables, list("abc"), pooled=True)
    assert held_out(SeriesKFold(3), X, X.channels) == [["a"], ["b"], ["c"]]


def test_groups_of_arrays_and_instead_of_series():
    X, y = panel()
    region = np.array(["n", "s", "n", "s", "w", "w"])[X.series_ids]
    expected = [["n"], ["s"], ["w"]]
    for given in (X, X.to_numpy(), pd.DataFrame(X.to_numpy())):
        splitter = SeriesKFold(3)
        assert held_out(splitter, given, region, groups=region) == expected
    options = {"groups": region, "return_indices": True}
    ours, theirs = (
        cross_validate(DummyRegressor(), X.to_numpy(), y, cv=cv, **options)["indices"]
        for cv in (SeriesKFold(3), GroupKFold(3))
    )
    assert {tuple(test) for test in ours["test"]} == {
        tuple(test) for test in theirs["test"]
    }


def test_a_comparison_of_series_that_were_not_seen():
    """The time of training and test is the same, which is no leakage here."""
    X, y = panel()
    found = compare_models([DummyRegressor()], X, y, cv=SeriesKFold(3), baseline=None)
    assert found.failures.empty and len(found.predictions) == len(X)


@pytest.mark.parametrize("shuffle", [False, True])
def test_stacking_may_set_its_seed(shuffle):
    """Stacking sets `random_state` of its `cv`, for the same folds for all models."""
    X, y = panel()
    flat = FlatWindowRegressor(Ridge())
    model = make_pipeline(LookbackWindower(2, on_missing_history="ignore"), flat)
    cv, kind = SeriesKFold(3, shuffle=shuffle), y > np.median(y)
    StackingRegressor([("flat", model)], cv=cv).fit(X, y).predict(X)
    classifier = make_pipeline(model[0], FlattenWindows(), LogisticRegression())
    StackingClassifier([("flat", classifier)], cv=cv).fit(X, kind).predict(X)
    found = held_out(cv, X, X.series_ids)  # the splitter is as good as before
    assert shuffle or found == held_out(SeriesKFold(3), X, X.series_ids)


def test_it_is_shown_routed_and_saved(tmp_path):
    splitter = SeriesKFold(4, shuffle=True, random_state=3)
    assert repr(splitter) == "SeriesKFold(n_splits=4, random_state=3, shuffle=True)"
    assert splitter.get_n_splits() == 4
    assert splitter.get_metadata_routing().split.requests == {"groups": True}
    save(GridSearchCV(DummyRegressor(), {}, cv=splitter), tmp_path / "search")
    assert repr(load(tmp_path / "search").cv) == repr(splitter)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_splits": 1}, "n_splits=1"),
        ({"n_splits": 2.5}, "must be of Integral type"),
        ({"random_state": 0}, "random_state"),
    ],
)
def test_bad_parameters(options, message):
    with pytest.raises(ValueError, match=message):
        SeriesKFold(**options)
    with pytest.raises(TypeError, match="shuffle must be True or False"):
        SeriesKFold(shuffle=1)


@pytest.mark.parametrize(
    ("X", "groups", "message"),
    [
        (SeriesView(np.zeros((9, 1))), None, "n_splits=2, but X has rows of 1 series"),
        (SeriesView(np.zeros((9, 1)))[:0], None, "but X has rows of 0 series. Use few"),
        (np.zeros((9, 1)), None, "groups=None, but X is no view, so the series of its"),
        (np.zeros((9, 1)), range(8), r"groups has the shape \(8,\): it must have one"),
        (np.zeros((2, 1)), ["a", None], "groups is missing at row 1: give the id"),
    ],
)
def test_bad_input(X, groups, message):
    with pytest.raises(ValueError, match=message):
        list(SeriesKFold(2).split(X, groups=groups))


def test_numbers_and_text_are_different_ids():
    groups = [1, "1", 1, "1", "x", "x"]
    folds = SeriesKFold(3).split(np.zeros(6), groups=groups)
    assert [test.tolist() for _, test in folds] == [[0, 2], [1, 3], [4, 5]]


def test_ids_of_several_columns_may_be_tuples():
    groups = [("a", 1), ("a", 2), ("a", 1), ("b", 1)]
    folds = SeriesKFold(3).split(np.zeros(4), groups=groups)
    assert [test.tolist() for _, test in folds] == [[0, 2], [1], [3]]


def test_a_sparse_matrix():
    X, groups = csr_matrix(np.eye(6)), np.arange(6) % 3
    folds = SeriesKFold(3).split(X, groups=groups)
    assert [test.tolist() for _, test in folds] == [[0, 3], [1, 4], [2, 5]]
    with pytest.raises(ValueError, match=r"groups has the shape \(5,\).* 6 rows"):
        next(SeriesKFold(3).split(X, groups=groups[:5]))
