"""What several tests of estimators share."""

import pytest

from skseqconv import LookbackWindower, Standardizer


@pytest.fixture(scope="module")
def windows(task):
    """Windows of the weather and what is to be forecast."""
    X, y = task
    X = Standardizer().fit_transform(X)
    return LookbackWindower(24, on_missing_history="ignore").fit_transform(X), y
