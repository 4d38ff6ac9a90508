"""
Forecast 24 horizons with one network, with prediction intervals
================================================================

One network forecasts the next 24 hours at once, from hourly rows. It is compared with
the baselines that `compare_models` takes for several horizons: the last value, the
value one season ago, and a linear autoregression. The errors of the last weeks
calibrate its prediction intervals. The calibration is repeated each day.
"""

import os

import numpy as np
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    ForecastDisplay,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    Standardizer,
    calibrate_interval,
    make_supervised,
    predict_interval,
)
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # one epoch, for tests
TARGET = "T (degC)"
DAY = 24  # rows of one hour

# %%
# The series
# ----------
#
# A synthetic year. y has 24 columns: the temperature 1 to 24 hours after each row.
series = make_climate(365 * DAY, freq="1h", random_state=0)
X, y = make_supervised(series, TARGET, delay=range(1, DAY + 1))
n_train = int(0.75 * len(X))
train, test = slice(0, n_train - DAY), np.arange(n_train, len(X))


def fitted(model):
    pipe = make_pipeline(Standardizer(), LookbackWindower(5 * DAY), model)
    return pipe.fit(X[train], y[train])


# %%
# Error by horizon
# ----------------
network = fitted(
    Conv1DRegressor(
        epochs=1 if QUICK else 8,
        validation_split=0.15,  # the last rows, which calibrate the intervals
        random_state=0,
    )
)
baselines = {
    "persistence": fitted(PersistenceRegressor()),
    "seasonal persistence": fitted(PersistenceRegressor(period="auto")),
    "linear autoregression": fitted(LinearAutoregression()),
}
models = {"Conv1D": network, **baselines}
by_horizon = {
    name: np.abs(model.predict(X[test]) - y[test]).mean(axis=0)
    for name, model in models.items()
}
print(
    f"{'hours ahead':>21} " + " ".join(f"{hour:5d}" for hour in (1, 3, 6, 12, 18, 24))
)
for name, errors in by_horizon.items():
    shown = " ".join(f"{errors[hour - 1]:5.2f}" for hour in (1, 3, 6, 12, 18, 24))
    print(f"{name:>21} {shown}  degrees, mean absolute error")
best = min(baselines, key=lambda name: by_horizon[name].mean())
gain = 1 - by_horizon["Conv1D"] / by_horizon[best]
for words, hour in {"best": np.argmax(gain), "worst": np.argmin(gain)}.items():
    print(
        f"{words} horizon, {hour + 1} hours: {abs(gain[hour]):.0%} "
        f"{'better' if gain[hour] > 0 else 'worse'} than {best}"
    )

# %%
# Intervals
# ---------
#
# They should contain 80 % of the values: as fitted, and calibrated each day with the
# last 30 days.
as_fitted = predict_interval(network, X[test], coverage=0.8)
followed = []
for day in np.split(test, np.arange(DAY, len(test), DAY)):
    known = np.arange(day[0] - 31 * DAY, day[0] - DAY)  # targets known on that day
    calibrate_interval(network, X[known], y[known])
    followed.append(predict_interval(network, X[day], coverage=0.8))
for way, intervals in {
    "as fitted": as_fitted,
    "calibrated each day": np.concatenate(followed),
}.items():
    lower, upper = np.moveaxis(intervals, -1, 0)
    inside = ((lower <= y[test]) & (y[test] <= upper)).mean(axis=0)
    print(
        f"{way:>20}: 80 % intervals cover {inside[0]:.0%} of the values 1 hour ahead, "
        f"{inside[-1]:.0%} 24 hours ahead ({(upper - lower)[:, -1].mean():.1f} degrees "
        "wide)"
    )

# %%
# The pictures
# ------------
#
# First the error by horizon, then the forecasts 24 hours ahead of the last week.
display = ForecastDisplay.from_estimator(
    models, X[test], y[test], baseline=best, kind="horizon"
)
display.figure_.savefig("06_horizons.png")

week = test[-7 * DAY :]
display = ForecastDisplay.from_predictions(
    y[week],
    {"Conv1D": network.predict(X[week])},
    interval={"Conv1D": np.concatenate(followed)[-7 * DAY :]},
    coverage=0.8,
    index=X[week],
    delay=DAY,
)
display.figure_.savefig("06_interval.png")
