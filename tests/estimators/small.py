"""Small regressors that train in a moment, and a Pipeline around them."""

import pytest
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
)

SMALL = {
    Conv1DRegressor: {"filters": 8, "kernel_size": 3, "n_conv": 2},
    Conv1DGRURegressor: {"filters": 8, "kernel_size": 3, "gru_units": 8},
}
BOTH = pytest.mark.parametrize("Estimator", list(SMALL))


def small(Estimator, **parameters):
    """A network that trains in a moment."""
    settings = {"epochs": 2, "batch_size": 64, "random_state": 0}
    return Estimator(**{**SMALL[Estimator], **settings, **parameters})


def pipeline(model, lookback=24, step=1):
    return Pipeline(
        [
            ("standardize", Standardizer()),
            ("window", LookbackWindower(lookback, step=step)),
            ("model", model),
        ]
    )
