"""
Forecast the temperature of the next 24 hours
=============================================

The whole way from a series to a picture: calendar channels, a comparison with simple
forecasts, a grid search, and a table of tomorrow with intervals.

The weather is synthetic. It shows the method, not the accuracy on real weather.
"""

import os

from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from skseqconv import (
    CalendarFeatures,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    FutureDisplay,
    LookbackWindower,
    Standardizer,
    compare_models,
    forecast,
    make_supervised,
)
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few training steps, for tests
TARGET = "T (degC)"
DAY = 24  # rows of one hour

# %%
# A year of hourly weather, and the day that is forecast
# ------------------------------------------------------
#
# For a file of your own, replace `make_climate(...)` by
# `load_climate_csv("FILE").resample("1h").mean()`, or read it with pandas. The how-to
# page about missing values says how to fill them.
series = make_climate(366 * DAY, freq="1h", random_state=0)
table = CalendarFeatures(["day", "year"]).fit_transform(series)
calendar = [name for name in table if name not in series]  # known for tomorrow, too
past, tomorrow = table.iloc[:-DAY], table.iloc[-DAY:]
print(f"{len(past):,} hours, {series.shape[1]} channels, and the calendar: {calendar}")

# %%
# Rows and targets
# ----------------
#
# X has a row for each hour. The 24 targets of a row are the temperatures of the next 24
# hours.
X, y = make_supervised(past, TARGET, delay=range(1, DAY + 1), known_ahead=calendar)
print(f"X {X.shape}, y {y.shape}")


# %%
# The models
# ----------
#
# All read the last three days.
def pipeline(model):
    return Pipeline(
        [
            ("standardize", Standardizer()),
            ("window", LookbackWindower(3 * DAY)),
            ("model", model),
        ]
    )


training = {"epochs": 1 if QUICK else 3, "random_state": 0}
models = {
    "ridge on 6 lags": pipeline(
        FlatWindowRegressor(Ridge(10.0), lags=[0, 1, 3, 12, 24, 48])
    ),
    "Conv1D": pipeline(Conv1DRegressor(**training)),
    "Conv1D-GRU": pipeline(Conv1DGRURegressor(**training)),
}

# %%
# Cross-validation
# ----------------
#
# Train on the past, test on the future, three times. Two baselines are added: the last
# value, and a linear autoregression. If the target had a season, the value one season
# ago would be the third.
comparison = compare_models(models, X, y, cv=3)
print(comparison)

# %%
# Search of the kernel size
# -------------------------
#
# Any parameter of any step of the Pipeline could be searched, such as
# `window__lookback`.
search = GridSearchCV(
    pipeline(Conv1DRegressor(validation_split=0.1, **training)),
    {"model__kernel_size": [3, 7]},
    cv=TimeSeriesSplit(2, gap=DAY),
    scoring="neg_mean_absolute_error",
)
search.fit(X, y)
for candidate, score in zip(
    search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
):
    print(candidate, f"mean absolute error {-score:.2f} degrees")

# %%
# The table of tomorrow
# ---------------------
#
# The intervals contain 80 % of the values.
next_day = forecast(search.best_estimator_, X, future=tomorrow[calendar], coverage=0.8)
print(next_day.head(6).to_string(index=False, float_format="%.1f"))

# %%
# The picture
# -----------
#
# The history goes on to the end of tomorrow, so the picture shows what came.
display = FutureDisplay.from_forecast(next_day, history=series[[TARGET]], coverage=0.8)
display.figure_.savefig("01_next_day.png")
