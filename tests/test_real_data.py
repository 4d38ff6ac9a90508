"""The main job on a year of the Jena weather station, with very little training."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline

from skseqconv import (
    Conv1DClassifier,
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


@pytest.fixture(scope="module")
def a_day_ahead(jena):
    return make_supervised(jena.ffill(), "T (degC)", delay=DAY, on_gap="split")


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DGRURegressor])
def test_kernel_and_pool_size_are_searched_by_time_series_split(Estimator, a_day_ahead):
    X, y = a_day_ahead
    model = Estimator(epochs=1, steps_per_epoch=3, loss="mae", random_state=0)
    sizes = [(3, 2), (7, 3)]
    grid = [
        {"model__kernel_size": [kernel], "model__pool_size": [pool]}
        for kernel, pool in sizes
    ]
    search = GridSearchCV(
        pipeline(model),
        grid,
        cv=TimeSeriesSplit(2, gap=DAY // 36),
        scoring=ERROR,
        error_score="raise",
    )
    search.fit(X[::36], y[::36])  # a row in six hours; its windows read all rows
    errors = -search.cv_results_["mean_test_score"]
    assert len(np.unique(errors)) == len(sizes)
    assert errors.max() < 20


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_a_forecast_of_no_change_is_off_by_two_and_a_half_degrees(a_day_ahead):
    X, y = a_day_ahead
    cv = TimeSeriesSplit(3, gap=DAY)
    common_sense = cross_val_score(
        pipeline(PersistenceRegressor()), X, y, cv=cv, scoring=ERROR
    )
    assert -common_sense.mean() == pytest.approx(2.58, abs=0.01)


def test_japanese_vowels_are_a_list_of_arrays(data_folder):
    """Utterances of 7 to 29 steps, without padding by the user."""
    with np.load(data_folder / "JapaneseVowels.npz") as file:
        train, test = (
            [row[:length] for row, length in zip(file[X], file[n], strict=True)]
            for X, n in (("X_train", "length_train"), ("X_test", "length_test"))
        )
        panel, y, y_test = file["X_test"], file["y_train"], file["y_test"]
    assert max(map(len, test)) > max(map(len, train))
    model = make_pipeline(
        Standardizer(),
        Conv1DClassifier(
            n_conv=2,
            filters=64,
            kernel_size=3,
            pool_size=1,
            padding="same",
            global_pooling="average",
            batch_size=32,
            epochs=20,
            learning_rate=0.005,
            random_state=0,
        ),
    )
    model.fit(train, y)
    assert model.score(test, y_test) > 0.95
    probabilities = model.predict_proba(test)
    np.testing.assert_allclose(model.predict_proba(panel), probabilities, atol=1e-6)
    alone = [model.predict_proba([one])[0] for one in test[:20]]
    np.testing.assert_allclose(alone, probabilities[:20], atol=1e-5)
