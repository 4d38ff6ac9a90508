"""Missing values and the known ones before them, compared with a loop."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import (
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    WindowView,
    make_supervised,
)
from skseqconv.inputs import _last_known
from skseqconv.inputs._last_known import fill_missing


def by_loop(column, row, stride):
    while row >= 0:
        if np.isfinite(column[row]):
            return column[row]
        row -= stride
    return np.nan


@pytest.mark.parametrize("most_read", [1, 40, 2**16])
@pytest.mark.parametrize("stride", [1, 3, 7])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_known_values_of_several_series(share, stride, most_read, monkeypatch):
    monkeypatch.setattr(_last_known, "MOST_READ", most_read)
    random = np.random.default_rng(0)
    series = [random.normal(size=n) for n in (300, 5, 80)]
    for one in series:
        one[random.random(len(one)) < share] = np.nan
    rows = random.permutation(385)[:200]
    windows = WindowView(SeriesView(series, rows), lags=[0])
    values = np.concatenate(series)[rows]
    filled, missing = fill_missing(windows, values, 0, 0, 0, stride)
    own_rows = rows - np.repeat([0, 300, 305], [300, 5, 80])[rows]
    expected = [
        by_loop(series[owner], row, stride)
        for owner, row in zip(windows.series_ids, own_rows, strict=True)
    ]
    np.testing.assert_array_equal(filled, expected)
    np.testing.assert_array_equal(missing, np.isnan(values))


def test_a_long_hole_is_read_in_few_pieces():
    class Counted(FunctionTransformer):
        calls = 0

        def transform(self, X):
            type(self).calls += 1
            return X

    series = np.r_[np.arange(1000.0), np.full(20_000, np.nan)]
    X, y = make_supervised(series[:1000], 0)
    model = make_pipeline(
        PerStep(Counted()), LookbackWindower(3), PersistenceRegressor()
    )
    model.fit(X, y)
    Counted.calls = 0
    newest = SeriesView(series, rows=[len(series) - 1])
    assert model.predict(newest).tolist() == [999.0]
    assert Counted.calls < 30
