"""
Test whether a network beats a naive forecast
=============================================

`compare_models` compares ridge regression, Conv1D and Conv1D-GRU with naive forecasts:
the last value and, if the target has a season, the value one season ago and a linear
autoregression. The best of these is the baseline. All models forecast the temperature
24 hours ahead from 10 days, on the same three folds in time order.

The weather is synthetic. Measured weather has gaps: docs/how_to/missing_values.md.
"""

import os

from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    ForecastDisplay,
    LookbackWindower,
    Standardizer,
    compare_models,
    make_supervised,
)
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few training steps, for tests
TARGET = "T (degC)"
DAY = 144  # rows of 10 minutes
STEPS = 5 if QUICK else 150  # training steps; more for years of measured data

# %%
# The series
# ----------
series = make_climate(random_state=0)
X, y = make_supervised(series, TARGET, delay=DAY)


# %%
# The comparison
# --------------
def pipeline(model):
    return make_pipeline(Standardizer(), LookbackWindower(10 * DAY, step=6), model)


training = {"epochs": 1, "steps_per_epoch": STEPS, "random_state": 0}
comparison = compare_models(
    {
        "ridge": pipeline(FlatWindowRegressor(Ridge(10.0), lags=range(0, DAY, 12))),
        "Conv1D": pipeline(Conv1DRegressor(**training)),
        "Conv1D-GRU": pipeline(Conv1DGRURegressor(**training)),
    },
    X,
    y,
    cv=TimeSeriesSplit(3, gap=DAY),
    scoring="neg_mean_absolute_error",
)
print(comparison)

# %%
# Each model against the baseline
# -------------------------------
#
# `p_value` compares folds, `dm_p_value` single forecasts.
columns = ["gain", "skill", "won", "p_value", "dm_p_value"]
print(comparison.differences()[columns].round(3).to_string())

# %%
# The pictures
# ------------
#
# First the scores in each fold, then the last week of the last fold.
comparison.plot().figure_.savefig("05_comparison.png")

found = comparison.predictions.iloc[-7 * DAY :]
shown = [comparison.baseline, "Conv1D", "Conv1D-GRU"]
display = ForecastDisplay.from_predictions(
    found["truth"],
    {name: found[name] for name in shown},
    index=X[-7 * DAY :],
    baseline=comparison.baseline,
)
display.figure_.savefig("05_forecast.png")
