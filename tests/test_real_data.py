"""The main job on a year of the Jena weather station, with very little training."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    Standardizer,
    make_supervised,
)
from skseqconv.datasets import load_climate_csv

pytestmark = pytest.mark.trains

DAY = 144
ERROR = "neg_mean_absolute_error"


@pytest.fixture(scope="module")
def jena(data_folder):
    return load_climate_csv(data_folder / "jena_2020_10min_14col.csv.gz")


def pipeline(model):
    return Pipeline(
        [
            ("standardize", Standardizer()),
            ("window", LookbackWindower(10 * DAY, step=12)),
            ("model", model),
        ]
    )


def test_its_repeated_stamp_and_its_hole_are_told_and_split(jena):
    with pytest.raises(ValueError, match=r"2 gaps.*06:00:00\) repeats.*01:40:00 after"):
        make_supervised(jena, "T (degC)", delay=DAY)
    X, y = make_supervised(jena, "T (degC)", delay=DAY, on_gap="split")
    assert [len(part) for part in X.series] == [21_513, 31_182]
    assert len(X) == len(y) == len(jena) - 1 - 2 * DAY
    later = jena["T (degC)"][~jena.index.duplicated()][X.index + np.timedelta64(1, "D")]
    np.testing.assert_array_equal(y, later)


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DGRURegressor])
def test_kernel_and_pool_size_are_searched_by_time_series_split(Estimator, jena):
    clean = jena.ffill()
    X, y = make_supervised(clean, "T (degC)", delay=DAY, on_gap="split")
    model = Estimator(epochs=1, steps_per_epoch=3, loss="mae", random_state=0)
    grid = {"model__kernel_size": [3, 5, 7], "model__pool_size": [2, 3]}
    search = GridSearchCV(
        pipeline(model),
        grid,
        cv=TimeSeriesSplit(3, gap=DAY // 6),
        scoring=ERROR,
        error_score="raise",
    )
    search.fit(X[::6], y[::6])  # a row an hour; its windows read all rows
    errors = -search.cv_results_["mean_test_score"]
    assert len(np.unique(errors)) == 6
    assert errors.max() < 20
    cv = TimeSeriesSplit(3, gap=DAY)
    common_sense = cross_val_score(
        pipeline(PersistenceRegressor()), X, y, cv=cv, scoring=ERROR
    )
    assert -common_sense.mean() == pytest.approx(2.58, abs=0.01)
