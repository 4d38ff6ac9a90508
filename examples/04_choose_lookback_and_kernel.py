"""
Choose the look-back window, the kernel size and the pooling size by grid search.
=================================================================================

The look-back window is a parameter of the Pipeline, so one grid search covers all three
on the same folds in time order. The forecast is the temperature 24 hours ahead, from
hourly rows.

::

    python examples/04_choose_lookback_and_kernel.py              a synthetic year
    python examples/04_choose_lookback_and_kernel.py --csv FILE   hours of a Jena file
    python examples/04_choose_lookback_and_kernel.py --save DIR   saves the figures
"""

# %% Options
import argparse
from pathlib import Path

from sklearn.base import clone
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from skseqconv import (
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    SearchDisplay,
    Standardizer,
    make_supervised,
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

# %% The last quarter of the year is the test data, which the search does not use
if options.csv:
    series = load_climate_csv(options.csv).sort_index().resample("1h").mean()
else:
    series = make_climate(365 * DAY, freq="1h", random_state=0)
# Missing hours are filled from the past in the input. They are not used as targets.
rows = make_supervised(series, TARGET, delay=DAY)[0].rows
X, y = make_supervised(series.ffill(), TARGET, delay=DAY, rows=rows)
n_known = int(0.75 * len(X))
known, later = slice(0, n_known - DAY), slice(n_known, None)

pipe = Pipeline(
    [
        ("standardize", Standardizer()),
        ("window", LookbackWindower(3 * DAY)),
        ("model", Conv1DRegressor(n_conv=2, loss="mae", random_state=0)),
    ]
)
pipe.set_params(
    model__epochs=1 if options.quick else 2,
    model__steps_per_epoch=5 if options.quick else 75,
)

# %% One search over look-back, kernel size and pooling size
grid = {
    "window__lookback": [2 * DAY] if options.quick else [2 * DAY, 4 * DAY, 10 * DAY],
    "model__kernel_size": [3, 5] if options.quick else [3, 5, 7],
    "model__pool_size": [2] if options.quick else [2, 4],
}
search = GridSearchCV(
    pipe,
    grid,
    cv=TimeSeriesSplit(3, gap=DAY),
    scoring="neg_mean_absolute_error",
    error_score="raise",
).fit(X[known], y[known])
candidates = search.cv_results_["params"]
print(f"{len(candidates)} candidates x 3 folds, mean absolute error in degrees:")
for at in search.cv_results_["rank_test_score"].argsort()[:3]:
    setting = ", ".join(f"{n.split('__')[1]} {v}" for n, v in candidates[at].items())
    mean = -search.cv_results_["mean_test_score"][at]
    std = search.cv_results_["std_test_score"][at]
    print(f"  {mean:.3f} (standard deviation over folds {std:.3f}): {setting}")
means = -search.cv_results_["mean_test_score"]
spread = search.cv_results_["std_test_score"][search.best_index_]
compared = "less" if means.max() - means.min() < spread else "more"
print(f"  The worst has {means.max():.3f}. Candidates differ {compared} than folds.")

# %% Comparison with persistence on the test data
persistence = clone(pipe).set_params(model=PersistenceRegressor())
persistence.fit(X[known], y[known])
for name, model in {"persistence": persistence, "best candidate": search}.items():
    error = mean_absolute_error(y[later], model.predict(X[later]))
    print(f"{name:>16}: {error:.2f} degrees in the last quarter")

# %% The figures
if options.save:
    folder = Path(options.save)
    folder.mkdir(parents=True, exist_ok=True)
    for first, second in (
        ("kernel_size", "lookback"),
        ("kernel_size", "pool_size"),
    ):
        display = SearchDisplay.from_search(search, params=[first, second])
        display.figure_.savefig(
            folder / f"04_{second}_{first}.png", dpi=120, bbox_inches="tight"
        )
