"""Networks that learn from a few windows of a series."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)
from skseqconv.inputs._few_windows import LEAST_WINDOWS, warn_of_few_windows

SMALL = {"n_conv": 1, "filters": 2, "kernel_size": 2, "epochs": 1, "random_state": 0}


def months(n_months=60):
    """Rows of months, and what the next twelve bring."""
    index = pd.date_range("2020-01-31", periods=n_months, freq="ME")
    values = 10 * np.sin(index.month * np.pi / 6) + np.arange(n_months)
    return make_supervised(pd.DataFrame({"v": values}, index), "v", delay=range(1, 13))


def model(network, lookback):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), network)


@pytest.mark.trains
def test_a_fit_says_how_many_windows_are_left_and_why():
    X, y = months()
    message = (
        "^The network learns from 9 of 48 rows: 23 have no complete window of 24 rows, "
        r"5 are held out for validation, 11 are in neither part, such as the gap "
        r"between them\. It needs more windows\. Hold out fewer, use a shorter "
        r"lookback, or more rows\. LinearAutoregression and "
        r"PersistenceRegressor need fewer\.$"
    )
    network = Conv1DRegressor(validation_split=0.2, **SMALL)
    with pytest.warns(UserWarning, match=message) as said:
        model(network, 24).fit(X, y)
    assert len(said) == 1 and said[0].filename == __file__


@pytest.mark.trains
def test_a_classifier_names_no_forecasts():
    X, y = months()
    weights = np.arange(48) % 3  # a third of them are zero
    message = (
        r"learns from 17 of 48 rows: 23 have no complete window of 24 rows, 8 have the "
        r"weight zero\. It needs more windows\. Use a shorter lookback, or more "
        r"rows\.$"
    )
    classifier = model(Conv1DClassifier(**SMALL), 24)
    with pytest.warns(UserWarning, match=message):
        classifier.fit(
            X, y[:, 0] > np.median(y[:, 0]), conv1dclassifier__sample_weight=weights
        )


@pytest.mark.trains
def test_fits_that_go_on_may_have_few_windows():
    X, y = months()
    regressor = model(Conv1DRegressor(warm_start=True, **SMALL), 6).fit(X, y)
    regressor.fit(X[-10:], y[-10:])
    windows = regressor[:-1].transform(X[-10:])
    regressor[-1].partial_fit(windows, y[-10:])


def test_the_limit():
    X, _ = months()
    windows = LookbackWindower(1).fit_transform(X)
    warn_of_few_windows(windows, 48, LEAST_WINDOWS, 0, "")
    warn_of_few_windows(np.zeros((9, 3, 1)), 9, 9, 0, "")  # samples are what there is
    with pytest.warns(UserWarning, match=r"learns from 19 of 48 rows: 29 are held out"):
        warn_of_few_windows(windows, 48, LEAST_WINDOWS - 1, 29, "")
