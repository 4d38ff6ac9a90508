"""Nothing that is learned, seen or predicted depends on the future."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skseqconv import (
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)

N_ROWS = 50
DELAY = 3
SERIES = np.random.default_rng(0).normal(size=(N_ROWS, 3)).cumsum(axis=0)

quick = settings(max_examples=25, deadline=None)
last_known = st.integers(20, N_ROWS - 2)
other_futures = st.sampled_from(["other", "huge", "missing"])


def with_another_future(t, future):
    """The series with every value after row t changed."""
    changed = SERIES.copy()
    fill = {"other": -7.0 - 3.0 * SERIES, "huge": 1e12, "missing": np.nan}[future]
    changed[t + 1 :] = fill if np.isscalar(fill) else fill[t + 1 :]
    assert not (changed[t + 1 :] == SERIES[t + 1 :]).any()
    return changed


def learned(transformer):
    """The arrays that a fitted transformer holds."""
    inner = getattr(transformer, "transformer_", transformer)
    return {
        name: value
        for name, value in vars(inner).items()
        if name.endswith("_") and isinstance(value, np.ndarray)
    }


@quick
@given(t=last_known, future=other_futures, windowed=st.booleans())
def test_statistics(t, future, windowed):
    for make in (
        Standardizer,
        lambda: PerStep(SimpleImputer()),
        lambda: PerStep(MinMaxScaler()),
        lambda: PerStep(PCA(2)),
    ):
        kept = []
        for series in (SERIES, with_another_future(t, future)):
            view = SeriesView(series)
            view = WindowView(view, lags=[6, 3, 0]) if windowed else view
            kept.append(learned(make().fit(view[: t + 1])))
        assert kept[0] and kept[0].keys() == kept[1].keys()
        for name, value in kept[0].items():
            np.testing.assert_array_equal(value, kept[1][name], err_msg=name)


@quick
@given(t=last_known, future=other_futures, lookback=st.integers(1, 12))
def test_windows(t, future, lookback):
    past = slice(None, t + 1)
    windows = []
    for series in (SERIES, with_another_future(t, future)):
        steps = make_pipeline(Standardizer(), LookbackWindower(lookback))
        view = SeriesView(series)
        windows.append(steps.fit(view[past]).transform(view))
    np.testing.assert_array_equal(
        windows[0][past].to_numpy(), windows[1][past].to_numpy()
    )
    after = windows[0][t + 1].ravel() != windows[1][t + 1].ravel()
    assert after.any()  # the change is seen where it may be


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize(
    "model",
    [
        FlatWindowRegressor(),
        FlatWindowRegressor(lags=[0, 4]),
        PersistenceRegressor(),
        LinearAutoregression(),
        LinearAutoregression(exogenous=True),
    ],
    ids=["flat", "lags", "persistence", "linear", "exogenous"],
)
@quick
@given(t=last_known, future=st.sampled_from(["other", "huge"]))
def test_predictions(model, t, future):
    predictions = []
    for series in (SERIES, with_another_future(t, future)):
        X, y = make_supervised(series, 1, delay=DELAY)
        known = X.rows + DELAY <= t
        pipeline = make_pipeline(Standardizer(), LookbackWindower(5), model)
        pipeline.fit(X[known], y[known])
        rows = SeriesView(series)
        predictions.append(pipeline.predict(rows[: t + 1]))
    np.testing.assert_array_equal(*predictions)


# Channels known ahead: channel 2.


def predicted(model, series, t, n_rows):
    """Predictions of rows up to t, of a model that has seen targets up to t."""
    X, y = make_supervised(series, 1, delay=[1, DELAY], known_ahead=2)
    known = X.rows + DELAY <= t
    pipeline = make_pipeline(Standardizer(), LookbackWindower(5), model)
    pipeline.fit(X[known], y[known])
    return pipeline.predict(SeriesView(X, rows=np.arange(n_rows)))


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize(
    "model",
    [FlatWindowRegressor(), LinearAutoregression(exogenous=True)],
    ids=["flat", "exogenous"],
)
@quick
@given(t=st.integers(20, N_ROWS - DELAY - 2), future=st.sampled_from(["other", "huge"]))
def test_predictions_with_a_channel_known_ahead(model, t, future):
    plain = predicted(model, SERIES, t, t + 1)
    changed = with_another_future(t, future)
    changed[: t + DELAY + 1, 2] = SERIES[: t + DELAY + 1, 2]
    np.testing.assert_array_equal(predicted(model, changed, t, t + 1), plain)
    one_known = SERIES.copy()
    one_known[t + DELAY, 2] += 1.0
    after = predicted(model, one_known, t, t + 1)
    np.testing.assert_array_equal(after[:-1], plain[:-1])
    assert (after[-1] != plain[-1]).all()  # it is known, and seen by all horizons


@quick
@given(t=last_known, future=st.sampled_from(["other", "huge"]))
def test_statistics_of_a_channel_known_ahead(t, future):
    means = []
    for series in (SERIES, with_another_future(t, future)):
        X, _ = make_supervised(series, 1, delay=DELAY, known_ahead=2)
        means.append(Standardizer().fit(X[X.rows + DELAY <= t]).mean_)
    np.testing.assert_array_equal(*means)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@quick
@given(t=last_known)
def test_a_missing_future_fails_no_prediction_of_the_past(t):
    series = with_another_future(t, "missing")
    X, y = make_supervised(SERIES, 1, delay=DELAY)
    known = X.rows + DELAY <= t
    linear = LinearAutoregression(exogenous=True)
    for model in (FlatWindowRegressor(), PersistenceRegressor(), linear):
        pipeline = make_pipeline(Standardizer(), LookbackWindower(5), model)
        pipeline.fit(X[known], y[known])
        assert np.isfinite(pipeline.predict(SeriesView(series)[: t + 1])).all()


# The gap between training and test rows.


def ordered_series(n_series, n_steps, delay):
    """Several series of equal dates; rows are ordered by time."""
    series = [np.arange(n_steps * 2.0).reshape(n_steps, 2) for _ in range(n_series)]
    X, _ = make_supervised(series, 0, delay=delay)
    return X


def late_targets(X, delay, gap, n_splits=4):
    """How many targets of training rows come after the first test row's time.

    That row's own value is known when it is forecast from; what comes later is not.
    """
    late = 0
    for training, test in TimeSeriesSplit(n_splits, gap=gap).split(np.empty(len(X))):
        late += (X.stamps[training] + delay > X.stamps[test].min()).sum()
    return late


@pytest.mark.parametrize("delay", [2, 3, 10])
def test_gap_of_one_series(delay):
    X, y = make_supervised(np.arange(120.0), 0, delay=delay)
    np.testing.assert_array_equal(y, X.rows + delay)  # y is its own row number
    for training, test in TimeSeriesSplit(4, gap=delay - 1).split(X):
        # The last target is what the first test row itself shows, none is later,
        # and none is the target of a test row.
        assert y[training].max() == X.rows[test].min()
        assert y[training].max() < y[test].min()
    for training, test in TimeSeriesSplit(4, gap=delay - 2).split(X):
        assert y[training].max() == X.rows[test].min() + 1
    for training, test in TimeSeriesSplit(4, gap=delay).split(X):
        assert y[training].max() < X.rows[test].min()


@quick
@given(
    n_series=st.integers(1, 5),
    delay=st.integers(1, 6),
    n_splits=st.integers(2, 5),
    n_steps=st.integers(50, 61),
)
def test_gap_of_several_series(n_series, delay, n_splits, n_steps):
    X = ordered_series(n_series, n_steps, delay)
    assert (np.diff(X.stamps) >= 0).all()
    assert late_targets(X, delay, delay * n_series - 1, n_splits) == 0


@pytest.mark.parametrize("n_series", [2, 3])
def test_the_gap_of_one_series_is_too_small_for_several(n_series):
    delay = 4
    X = ordered_series(n_series, 54, delay)
    assert late_targets(X, delay, delay - 1) > 0
    # Test sets of 50 // 5 stamps begin at a whole stamp, which spares one stamp less
    # a row; without that stamp the targets leak.
    assert late_targets(X, delay, (delay - 1) * n_series) == 0
    assert late_targets(X, delay, (delay - 1) * n_series - 1) > 0


# KFold: statistics are clean, the score is not.


def test_kfold_learns_statistics_from_training_rows_only():
    X, _ = make_supervised(SERIES, 1, delay=DELAY)
    windows = LookbackWindower(6).fit_transform(X)
    reaching = 0
    for training, test in KFold(4).split(X):
        in_windows = windows.rows[training][:, None] - windows.lags
        reaching += np.isin(in_windows, X.rows[test]).sum()
        for view in (X[training], windows[training]):
            standardizer = Standardizer().fit(view)
            own = SERIES[X.rows[training]]
            np.testing.assert_allclose(standardizer.mean_, own.mean(axis=0))
            np.testing.assert_allclose(standardizer.scale_, own.std(axis=0))
    assert reaching > 0  # windows do reach into test rows


def test_kfold_is_no_honest_score_for_a_forecast():
    X, y = make_supervised(np.arange(60.0), 0, delay=DELAY)
    later = [
        np.isin(y[training], X.rows[test]).sum() for training, test in KFold(4).split(X)
    ]
    # The targets of the last rows before the hole are test values.
    assert later == [0, DELAY, DELAY, DELAY]
