"""
Forecast the temperature of a weather station 24 hours ahead.
=============================================================

Each forecast uses the last 10 days. Cross-validation in time order compares
persistence, ridge regression, Conv1D and Conv1D-GRU. Then a grid search chooses kernel
and pooling size.

::

    python examples/01_forecast_temperature.py                a synthetic year
    python examples/01_forecast_temperature.py --csv FILE     a file in the Jena layout

The synthetic year shows the method, not the accuracy on real weather.
"""

# %% Options
import argparse
import time

from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    make_supervised,
)
from skseqconv.datasets import load_climate_csv, make_climate

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--csv", metavar="FILE", help="a series in the Jena layout")
parser.add_argument("--quick", action="store_true", help="a few training steps only")
options = parser.parse_args()

HOUR = 6  # rows, one every 10 minutes
DAY = 24 * HOUR
TARGET = "T (degC)"
STEPS = 10 if options.quick else 100

# %% The series and the target: the temperature 24 hours after each row
series = (
    load_climate_csv(options.csv).sort_index()
    if options.csv
    else make_climate(random_state=0)
)
X, y = make_supervised(series, TARGET, delay=DAY, on_gap="split")
parts = X.series if isinstance(X.series, list) else [X.series]
print(
    f"{len(series):,} rows x {series.shape[1]} channels, {options.csv or 'synthetic'}"
)
print(
    f"parts without a gap: {len(parts)} (windows never cross a gap), "
    f"duplicate rows removed: {len(series) - sum(map(len, parts))}"
)
print(f"missing values: {int(series.isna().sum().sum())}, replaced by the mean")


# %% The models, all with the same windows
def pipeline(model):
    return Pipeline(
        [
            ("impute", PerStep(SimpleImputer(keep_empty_features=True))),
            ("standardize", Standardizer()),
            ("window", LookbackWindower(10 * DAY, step=HOUR)),
            ("model", model),
        ]
    )


training = {"loss": "mae", "steps_per_epoch": STEPS, "random_state": 0}
models = {
    "persistence": PersistenceRegressor(),
    "ridge on 7 lags": FlatWindowRegressor(
        Ridge(10.0), lags=[0, 6, 12, 36, 72, 108, 138]
    ),
    "Conv1D": Conv1DRegressor(epochs=5, **training),
    "Conv1D-GRU": Conv1DGRURegressor(epochs=3, **training),
}

# %% Cross-validation: train on the past, test on the future
# Targets lie one day after their rows. The gap keeps training targets out of the test
# rows.
cv = TimeSeriesSplit(3, gap=DAY)
print("\nmean absolute error in degrees, per fold")
errors = {}
for name, model in models.items():
    began = time.perf_counter()
    scores = cross_validate(
        pipeline(model),
        X,
        y,
        cv=cv,
        scoring="neg_mean_absolute_error",
        error_score="raise",
    )
    errors[name] = -scores["test_score"]
    folds = "  ".join(f"{error:6.2f}" for error in errors[name])
    print(
        f"{name:>16}: {folds}   mean {errors[name].mean():5.2f}"
        f"   ({time.perf_counter() - began:.0f} s)",
        flush=True,
    )

baseline = errors.pop("persistence").mean()
best = min(errors, key=lambda name: errors[name].mean())
skill = 1 - errors[best].mean() / baseline
compared = "better" if skill > 0 else "worse"
print(f"Best model: {best}, {abs(skill):.1%} {compared} than persistence.")

# %% Search kernel and pooling size on the same folds
print("\ngrid search over kernel and pooling size of Conv1D")
search = GridSearchCV(
    pipeline(Conv1DRegressor(epochs=2, **training)),
    {"model__kernel_size": [3, 5, 7], "model__pool_size": [2, 3]},
    cv=cv,
    scoring="neg_mean_absolute_error",
    error_score="raise",
    verbose=3,
)
search.fit(X, y)
print(
    f"best: kernel_size={search.best_params_['model__kernel_size']}, "
    f"pool_size={search.best_params_['model__pool_size']}, "
    f"MAE {-search.best_score_:.2f} degrees"
)

# %% Forecast the day after the series ends
latest = SeriesView(X, rows=[sum(map(len, parts)) - 1])
forecast = search.predict(latest)[0]
print(f"Forecast for 24 hours after {latest.index[0]}: {forecast:.1f} degrees")
