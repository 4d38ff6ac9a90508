"""
Test whether a network beats a naive forecast.
==============================================

`compare_models` compares ridge regression, Conv1D and Conv1D-GRU with naive forecasts:
the last value and, if the target has a season, the value one season ago and a linear
autoregression. The best of these is the baseline. All models forecast the temperature
24 hours ahead from 10 days, on the same five folds in time order.

::

    python examples/05_compare_with_common_sense.py               a synthetic year
    python examples/05_compare_with_common_sense.py --data FILE   measured data: CSV in
                                        the Jena layout, or parquet with a column "date"
    python examples/05_compare_with_common_sense.py --save DIR    saves the figures
"""

# %% Options
import argparse
from pathlib import Path

import pandas as pd
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
from skseqconv.datasets import load_climate_csv, make_climate

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", metavar="FILE", help="a series with T (degC)")
parser.add_argument("--steps", type=int, help="training steps (150, with --data 500)")
parser.add_argument("--quick", action="store_true", help="a few training steps only")
parser.add_argument("--save", metavar="DIR", help="folder for the figures")
options = parser.parse_args()
STEPS = 5 if options.quick else options.steps or (500 if options.data else 150)
TARGET, DAY = "T (degC)", 144  # rows, 10 minutes each

# %% The series
if options.data and options.data.endswith(".parquet"):
    series = pd.read_parquet(options.data).set_index("date")
    series = series.mask(series <= -9990)  # a failed sensor
elif options.data:
    series = load_climate_csv(options.data).sort_index()
else:
    series = make_climate(random_state=0)

# %% The comparison
X, y = make_supervised(series.ffill(), TARGET, delay=DAY, on_gap="split")
# Missing values are filled from the past in the input. They are not used as targets.
measured = series.index[series[TARGET].notna()]
has_target = (X.index + pd.Timedelta(days=1)).isin(measured)
X, y = X[has_target], y[has_target]


def forecast(model):
    return make_pipeline(Standardizer(), LookbackWindower(10 * DAY, step=6), model)


training = {"epochs": 1, "steps_per_epoch": STEPS, "random_state": 0}
comparison = compare_models(
    {
        "ridge": forecast(FlatWindowRegressor(Ridge(10.0), lags=range(0, DAY, 12))),
        "Conv1D": forecast(Conv1DRegressor(**training)),
        "Conv1D-GRU": forecast(Conv1DGRURegressor(**training)),
    },
    X,
    y,
    cv=TimeSeriesSplit(5, gap=DAY),
    scoring="neg_mean_absolute_error",
    verbose=1,
)
print(comparison)

# %% Each model against the baseline, over folds and over single forecasts
columns = ["gain", "skill", "won", "p_value", "dm_p_value"]
print(comparison.differences()[columns].round(3).to_string())

# %% The figures: scores per fold, and a week of the last fold
if options.save:
    folder = Path(options.save)
    folder.mkdir(parents=True, exist_ok=True)
    figure = comparison.plot().figure_
    figure.savefig(folder / "05_comparison.png", dpi=120, bbox_inches="tight")
    found = comparison.predictions.iloc[-7 * DAY :]
    display = ForecastDisplay.from_predictions(
        found["truth"],
        {name: found[name] for name in (comparison.baseline, "Conv1D", "Conv1D-GRU")},
        index=X[-7 * DAY :],
        baseline=comparison.baseline,
    )
    display.figure_.savefig(folder / "05_forecast.png", dpi=120, bbox_inches="tight")
