"""Training that goes on: partial_fit and warm_start."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    SeriesView,
    WindowView,
    make_supervised,
)
from tests.estimators.small import BOTH, small

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def few_windows(windows):
    """Few windows: a few batches, which one compiled program trains on."""
    X, y = windows
    return X[:300], y[:300]


@BOTH
def test_partial_fit_trains_one_epoch_at_a_time(Estimator, few_windows):
    X, y = few_windows
    whole = small(Estimator, epochs=3, dropout=0.1).fit(X, y)
    steps = small(Estimator, epochs=99, dropout=0.1)
    for _ in range(3):
        steps.partial_fit(X, y)
    assert steps.history_ == whole.history_
    np.testing.assert_array_equal(steps.predict(X), whole.predict(X))


def test_predicting_does_not_change_what_is_learned_next(few_windows):
    """A GRU draws random numbers in predictions, too."""
    X, y = few_windows
    a = small(Conv1DGRURegressor, dropout=0.1).fit(X, y)
    b = small(Conv1DGRURegressor, dropout=0.1).fit(X, y)
    b.predict(X)
    np.testing.assert_array_equal(
        a.partial_fit(X, y).predict(X), b.partial_fit(X, y).predict(X)
    )


def test_history_says_nan_where_an_epoch_has_no_value(few_windows):
    X, y = few_windows
    model = small(Conv1DRegressor, validation_split=0.2).fit(X, y).partial_fit(X, y)
    assert len(model.history_["loss"]) == len(model.history_["val_loss"]) == 3
    assert np.isnan(model.history_["val_loss"]).tolist() == [False, False, True]


def test_warm_start_goes_on(windows):
    X, y = windows
    whole = small(Conv1DRegressor, epochs=4).fit(X, y)
    parts = small(Conv1DRegressor, epochs=2, warm_start=True).fit(X, y).fit(X, y)
    assert parts.n_iter_ == 2
    assert parts.history_["loss"] == whole.history_["loss"][2:]
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))
    for changed in (
        {"filters": 16},
        {"loss": "mae"},
        {"optimizer": "rmsprop"},
        {"window_norm": None},
    ):
        with pytest.raises(ValueError, match="Set warm_start=False"):
            clone(parts).fit(X, y).set_params(**changed).fit(X, y)
    shorter = WindowView(SeriesView(X), lags=X.lags[1:])
    for other in ((X, np.c_[y, y]), (shorter, y)):
        with pytest.raises(ValueError, match=r"fitted on .* Set warm_start=False"):
            parts.fit(*other)
        with pytest.raises(ValueError, match=r"fitted on") as caught:
            clone(parts).set_params(warm_start=False).fit(X, y).partial_fit(*other)
        assert "warm_start" not in str(caught.value)


def test_partial_fit_says_what_differs():
    """Each time one thing differs from the first call."""
    steps = np.random.default_rng(0).normal(size=(200, 2))
    series = pd.DataFrame(steps.cumsum(axis=0), columns=["a", "b"])

    def windows_of(target, delay):
        X, y = make_supervised(series, target, delay=delay)
        return LookbackWindower(4).fit_transform(X), y

    model = small(Conv1DRegressor, level="last").partial_fit(*windows_of("a", 3))
    model.partial_fit(*windows_of("a", 3))
    for other, said in (
        (("a", 2), r"y lies \[2\] rows ahead, in that fit it was \[3\]"),
        (("b", 3), r"y is of channel \[1\] of X, in that fit .* \[0\]"),
    ):
        with pytest.raises(ValueError, match=said) as error:
            model.partial_fit(*windows_of(*other))
        assert "of a clone trains a new network" in str(error.value)
        assert "warm_start" not in str(error.value)
    for changed in ({"filters": 16}, {"loss": "mae"}, {"optimizer": "rmsprop"}):
        other = copy.deepcopy(model).set_params(**changed)
        with pytest.raises(ValueError, match=f": {next(iter(changed))} changed"):
            other.partial_fit(*windows_of("a", 3))
