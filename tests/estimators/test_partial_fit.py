"""Training that goes on: partial_fit and warm_start."""

import numpy as np
import pytest
from sklearn.base import clone

from skseqconv import Conv1DGRURegressor, Conv1DRegressor, SeriesView, WindowView
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
