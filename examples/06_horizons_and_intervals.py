"""
Forecast 24 horizons with one network, with prediction intervals.
=================================================================

One network forecasts the next 24 hours at once, from hourly rows. It is compared with
the baselines that `compare_models` takes for several horizons: the last value, the
value one season ago, and a linear autoregression. The errors of the last weeks
calibrate its prediction intervals. The calibration is repeated each day.

::

    python examples/06_horizons_and_intervals.py                 a synthetic year
    python examples/06_horizons_and_intervals.py --csv FILE      hours of a Jena file
    python examples/06_horizons_and_intervals.py --save DIR      saves the figures
"""

# %% Options
import argparse
from pathlib import Path

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
from skseqconv.datasets import load_climate_csv, make_climate

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--csv", metavar="FILE", help="a series in the Jena layout")
parser.add_argument("--quick", action="store_true", help="a few training steps only")
parser.add_argument("--save", metavar="DIR", help="folder for the figures")
options = parser.parse_args()
TARGET, DAY = "T (degC)", 24

# %% 24 columns of y: the temperature 1 to 24 hours after each row
if options.csv:
    series = load_climate_csv(options.csv).sort_index().resample("1h").mean()
else:
    series = make_climate(365 * DAY, freq="1h", random_state=0)
# Missing hours are filled from the past in the input. They are not used as targets.
rows = make_supervised(series, TARGET, delay=range(1, DAY + 1))[0].rows
X, y = make_supervised(series.ffill(), TARGET, delay=range(1, DAY + 1), rows=rows)
n_train = int(0.75 * len(X))
train, test = slice(0, n_train - DAY), np.arange(n_train, len(X))


def forecast(model):
    pipe = make_pipeline(Standardizer(), LookbackWindower(5 * DAY), model)
    return pipe.fit(X[train], y[train])


# %% Error by horizon
network = forecast(
    Conv1DRegressor(
        epochs=1 if options.quick else 8,
        validation_split=0.15,  # the last rows, which calibrate the intervals
        random_state=0,
    )
)
baselines = {
    "persistence": forecast(PersistenceRegressor()),
    "seasonal persistence": forecast(PersistenceRegressor(period="auto")),
    "linear autoregression": forecast(LinearAutoregression()),
}
models = {**baselines, "Conv1D": network}
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

# %% 80 % intervals: as fitted, and calibrated each day with the last 30 days
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

# %% The figures
if options.save:
    folder = Path(options.save)
    folder.mkdir(parents=True, exist_ok=True)
    display = ForecastDisplay.from_estimator(
        models, X[test], y[test], baseline=best, kind="horizon"
    )
    display.figure_.savefig(folder / "06_horizons.png", dpi=120, bbox_inches="tight")
    week = test[-7 * DAY :]
    display = ForecastDisplay.from_predictions(
        y[week],
        {"Conv1D": network.predict(X[week])},
        interval={"Conv1D": np.concatenate(followed)[-7 * DAY :]},
        coverage=0.8,
        index=X[week],
        delay=DAY,
    )
    display.figure_.savefig(folder / "06_interval.png", dpi=120, bbox_inches="tight")
