"""Folds: their number, training on the future, and enough rows for windows."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    SeriesKFold,
    SeriesView,
    Standardizer,
    make_supervised,
)
from skseqconv.comparison import compare_models
from skseqconv.comparison._folds import check_windows
from skseqconv.series._view_internals import all_start_alike
from tests.comparison.models import CV, DELAY, MODELS, Counted, windowed


def test_a_number_of_folds_keeps_rows_in_order_and_leaves_a_gap(climate):
    X, y = climate
    found = compare_models(MODELS, X, y, cv=4)
    folds = PanelTimeSeriesSplit(4)
    expected = compare_models(MODELS, X, y, cv=folds)
    pd.testing.assert_frame_equal(found.predictions, expected.predictions)
    (train, test), *_ = folds.split(X)
    assert X.rows[train].max() + DELAY == X.rows[test].min()


def test_a_number_of_folds_is_refused_for_rows_without_a_target(climate):
    X, y = climate
    message = (
        r"cv=None, but X does not know .* use PanelTimeSeriesSplit\(5, gap=\.\.\.\),"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(MODELS, SeriesView(X.series)[: len(y)], y, cv=None)


@pytest.mark.parametrize(
    "n_rows, most, folds",
    [
        (25, 3, "cv=PanelTimeSeriesSplit(3)"),
        (17, 2, "cv=PanelTimeSeriesSplit(2)"),
        (9, 0, "a longer series"),
    ],
)
def test_folds_that_are_advised_have_their_rows(climate, n_rows, most, folds):
    X, y = (part[:n_rows] for part in climate)
    with pytest.warns(UserWarning, match=re.escape(f"use {folds}.")):
        compare_models([DummyRegressor()], X, y, cv=KFold(4), baseline=None)
    enough = [n for n in (1, 2, 3, 4) if splits_of(n, X) is not None]
    assert enough == list(range(1, most + 1))


def splits_of(n, X):
    try:
        return list(PanelTimeSeriesSplit(n).split(X))
    except ValueError:
        return None


def stations(n_series):
    """Rows of several series side by side, as many at each stamp."""
    random = np.random.default_rng(0)
    series = [random.normal(size=(60, 2)).cumsum(axis=0) for _ in range(n_series)]
    return make_supervised(series, 0, delay=[1, 4])


def parts(n_series):
    """Rows of series that are cut in three by missing dates, at other places."""
    hours = pd.date_range("2020-01-01", periods=70, freq="h")
    series = []
    for i in range(n_series):
        frame = pd.DataFrame({"T": np.arange(70.0) % 13, "p": 1.0}, index=hours)
        series.append(frame.drop(hours[np.r_[20 + i, 45 : 50 + i]]))
    series = series if n_series > 1 else series[0]
    return make_supervised(series, "T", delay=4, on_gap="split")


def every_third(n_series):
    return make_supervised(np.arange(180.0), 0, delay=10, rows=np.arange(0, 180, 3))


@pytest.mark.parametrize(
    "make, n_series, gap",
    [
        (stations, 1, 4),
        (stations, 3, 12),
        (parts, 1, 4),
        (parts, 3, 12),
        (every_third, 1, 4),
    ],
)
def test_folds_trained_on_the_future_are_told(make, n_series, gap):
    X, y = make(n_series)
    models, options = [DummyRegressor()], {"baseline": None}
    for enough in (gap - 1, gap):
        compare_models(models, X, y, cv=TimeSeriesSplit(5, gap=enough), **options)
    compare_models(models, X, y, cv=5, **options)
    late = r"training targets lie .* use cv=PanelTimeSeriesSplit\(5\)\."
    for cv in (
        TimeSeriesSplit(5, gap=0),
        KFold(5),
        KFold(5, shuffle=True, random_state=0),
    ):
        with pytest.warns(UserWarning, match=late) as warned:
            compare_models(models, X, y, cv=cv, **options)
        assert len(warned) == 1
        assert warned[0].filename == __file__


def test_a_part_between_gaps_is_no_series_of_its_own():
    hours = pd.date_range("2025-01-01", periods=60, freq="h")
    table = pd.DataFrame({"a": np.sin(np.arange(60.0))}, hours)
    tables = [table.drop(hours[k : k + 2]) for k in (20, 30, 40)]
    X, y = make_supervised(tables, "a", delay=2, on_gap="split")
    models, options = [DummyRegressor()], {"baseline": None}
    compare_models(models, X, y, cv=SeriesKFold(3), **options)
    parts = [
        (np.flatnonzero(X.series_ids != one), np.flatnonzero(X.series_ids == one))
        for one in range(2)
    ]
    with pytest.warns(UserWarning, match="Leakage in fold 0 and 1 more"):
        compare_models(models, X, y, cv=parts, **options)


@pytest.mark.parametrize("of_windows", [False, True])
@pytest.mark.parametrize("kind", ["regressor", "classifier"])
def test_series_are_held_out_for_a_y_of_ones_own(kind, of_windows):
    """X knows no target: the rows themselves are compared, and none leaks."""
    X = SeriesView([np.arange(12.0) + one for one in range(6)])
    y = X.to_numpy()[:, 0] ** 2 if kind == "regressor" else np.arange(len(X)) % 2
    dummy = DummyRegressor() if kind == "regressor" else DummyClassifier()
    X = LookbackWindower(1).fit_transform(X) if of_windows else X
    found = compare_models([dummy], X, y, cv=SeriesKFold(3), baseline=None)
    assert found.failures.empty and len(found.predictions) == len(X)
    halves = [(np.flatnonzero(X.rows % 2), np.flatnonzero(X.rows % 2 == 0))]
    with pytest.warns(UserWarning, match=r"Leakage in fold 0: 36 training rows lie"):
        compare_models([dummy], X, y, cv=halves, baseline=None)


@pytest.mark.parametrize("short", range(4))
def test_the_warning_counts_the_rows_of_each_fold(climate, short):
    X, y = climate
    cv = TimeSeriesSplit(4, gap=DELAY - 1 - short)
    windows = LookbackWindower(3).fit_transform(X)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare_models([DummyRegressor()], windows, y, cv=cv)
    said = [str(warning.message) for warning in caught]
    assert len(said) == (short > 0)
    told = (
        f"Leakage in fold 0 and 3 more: {short} training targets lie in the test period"
    )
    assert all(text.startswith(told) for text in said)


def test_one_fold_on_the_future_is_named(climate):
    X, y = climate
    splits = [*CV.split(X), (np.arange(100, 300), np.arange(50, 90))]
    with pytest.warns(UserWarning, match="^Leakage in fold 4: 200 training targets"):
        compare_models([DummyRegressor()], X, y, cv=splits)


def test_without_a_delay_later_rows_are_told_of(climate):
    X = SeriesView(climate[0].series[:200])
    y = np.arange(200.0)
    compare_models([DummyRegressor()], X, y, cv=TimeSeriesSplit(3))
    told = r"^Leakage in fold 0 .* training rows lie .* PanelTimeSeriesSplit\(3, gap"
    with pytest.warns(UserWarning, match=told):
        compare_models([DummyRegressor()], X, y, cv=KFold(3))


def test_series_that_are_held_out_whole_are_let_be():
    X, y = stations(3)
    params = {"groups": X.series_ids}
    found = compare_models(
        [DummyRegressor()], X, y, cv=GroupKFold(3), params=params, baseline=None
    )
    assert found.failures.empty


class Untouched(Counted):
    def fit(self, X, y):
        raise AssertionError("trained before the folds were checked")


def test_folds_without_a_window_are_told_before_training(climate):
    X, y = climate
    models = {"first": Untouched(), "long": windowed(FlatWindowRegressor(), 240)}
    message = (
        r"Fold 0 has \d+ training rows, and none has a complete window: "
        r"models\['long'\] has lookback=240"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(models, X, y, cv=CV, error_score="raise")
    windows = LookbackWindower(240).fit_transform(X)
    with pytest.raises(ValueError, match="complete window: X has lookback=240"):
        compare_models([Untouched()], windows, y, cv=CV, error_score="raise")
    frame = pd.DataFrame(X.to_numpy())
    with pytest.raises(ValueError, match=r"Fold 0 .*models\['long'\] has lookback=240"):
        compare_models(models, frame, y, cv=CV, error_score="raise")


@pytest.mark.parametrize("kind", ["rows", "windows", "array"])
def test_a_fold_needs_the_rows_of_one_window(kind):
    """Of lookback 12 and step 3 it has ten: nine rows back, and its own."""
    X, windower = SeriesView(np.zeros((30, 1))), LookbackWindower(12, step=3)
    X = {"rows": X, "array": np.zeros((30, 1)), "windows": windower.fit_transform(X)}
    model = windowed(DummyRegressor()) if kind == "windows" else windower
    check_windows({"a": model}, X[kind], [(np.arange(10), np.arange(20, 30))])
    splits = [(np.arange(n), np.arange(20, 30)) for n in (10, 9)]
    message = (
        r"Fold 1 has 9 training rows.*lookback=12\. The longest possible there is 9\. "
        r"Use a shorter lookback or a longer series\.$"
    )
    with pytest.raises(ValueError, match=message):
        check_windows({"a": model}, X[kind], splits)
    with pytest.raises(ValueError, match="shorter lookback, fewer folds or a longer"):
        check_windows({"a": model}, X[kind], [*splits, splits[0]])


@pytest.mark.parametrize("lookback, step", [(5, 1), (6, 2), (30, 30)])
def test_the_longest_possible_lookback_has_a_window(lookback, step):
    X, _ = make_supervised(np.arange(60.0) % 7, 0, delay=range(1, 13))
    fitting, too_long = (
        {"a": make_pipeline(LookbackWindower(n, step=step), LinearAutoregression())}
        for n in (lookback, lookback + step)
    )
    splits = list(PanelTimeSeriesSplit(2).split(X))
    assert len(splits[0][0]) == 5
    check_windows(fitting, X, splits)
    message = (
        f"longest possible there is {lookback}. .* longer series. PersistenceRegressor "
        "and LinearAutoregression with a short lookback can forecast after a few"
    )
    with pytest.raises(ValueError, match=message):
        check_windows(too_long, X, splits)


@pytest.mark.parametrize(
    "model",
    [
        PersistenceRegressor(period="7D"),
        LinearAutoregression(),
        FlatWindowRegressor(),
        Conv1DRegressor(),
        make_pipeline(Standardizer(), "passthrough", PersistenceRegressor()),
    ],
)
def test_models_that_lack_windows_are_told_before_training(climate, model):
    X, y = climate
    name = type(model[-1] if hasattr(model, "steps") else model).__name__
    message = (
        rf"models\['naive'\]: {name} needs windows, but X holds rows. Put a "
        rf"LookbackWindower before it: make_pipeline\(LookbackWindower\(24\), {name}"
    )
    with pytest.raises(ValueError, match=message):
        compare_models({"first": Untouched(), "naive": model}, X, y, cv=CV)
    windows = LookbackWindower(24).fit_transform(X)
    check_windows({"naive": model}, windows, list(CV.split(windows)))


def test_what_a_search_sets_is_left_to_the_search(climate):
    search = GridSearchCV(
        windowed(FlatWindowRegressor(), lookback=900),
        {"lookbackwindower__lookback": [12, 24]},
        cv=TimeSeriesSplit(2, gap=DELAY),
    )
    found = compare_models({"search": search}, *climate, cv=CV)
    assert found.failures.empty
    assert found.table["n_parameters"].max() in (4 * 14 + 1, 8 * 14 + 1)


# Times that count from the start of each series.


def stays(first, n_stays=4):
    """A long table of stays, and whether each one ended well."""
    hours = [first(i) + np.arange(20) for i in range(n_stays)]
    table = {"stay": np.repeat(np.arange(n_stays), 20), "hour": np.concatenate(hours)}
    values = np.random.default_rng(0).normal(size=20 * n_stays)
    return pd.DataFrame(table | {"v": values}), np.repeat(np.arange(n_stays) % 2, 20)


BY_SERIES = r"use SeriesKFold\(3\), which tests .* by groups=.* For .*TimeSeriesSplit"


@pytest.mark.parametrize(
    "options, of_series",
    [
        ({"first": lambda i: 0}, True),
        ({"first": lambda i: 7}, True),
        ({"first": lambda i: 5 * i}, False),
        ({"first": lambda i: 0, "n_stays": 1}, False),
    ],
)
def test_labels_of_series_that_start_alike_need_folds_of_series(options, of_series):
    table, y = stays(**options)
    X, models = SeriesView(table, id="stay", time="hour"), [DummyClassifier()]
    advice = BY_SERIES if of_series else r"use PanelTimeSeriesSplit\(3, gap"
    with pytest.raises(ValueError, match=advice):
        compare_models(models, X, y, cv=3)
    with pytest.warns(UserWarning, match=f"^Leakage .* {advice}"):
        compare_models(models, X, y, cv=KFold(3, shuffle=True, random_state=0))
    if of_series:
        compare_models(models, X, y, cv=SeriesKFold(3))


def test_no_more_folds_are_advised_than_there_are_series():
    table, y = stays(lambda i: 0, n_stays=3)
    X = SeriesView(table, id="stay", time="hour")
    with pytest.raises(ValueError, match=r"use SeriesKFold\(3\), which"):
        compare_models([DummyClassifier()], X, y, cv=5)


def test_series_that_start_at_one_date_have_folds_in_time():
    table, y = stays(lambda i: 0)
    table["hour"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(table["hour"], "h")
    X = SeriesView(table, id="stay", time="hour")
    with pytest.raises(ValueError, match=r"use PanelTimeSeriesSplit\(3, gap"):
        compare_models([DummyClassifier()], X, y, cv=3)


def test_series_without_times_start_alike():
    X = SeriesView([np.zeros((20, 1)) for _ in range(4)])
    assert all_start_alike(X)
    assert not all_start_alike(X[:20])


def test_parts_of_a_series_have_the_start_of_the_first():
    table, _ = stays(lambda i: 0)
    gaps = table.drop(index=[5, 26, 27])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X, _ = make_supervised(gaps, "v", id="stay", time="hour", on_gap="split")
    assert all_start_alike(X)
