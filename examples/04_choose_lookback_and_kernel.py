"""
Choose the look-back window, the kernel size and the pooling size by grid search
================================================================================

The look-back window is a parameter of the Pipeline, so one grid search covers all three
on the same folds in time order. The forecast is the temperature 24 hours ahead, from
hourly rows.
"""

import os

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
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few training steps, for tests
TARGET = "T (degC)"
DAY = 24  # rows of one hour

# %%
# The series
# ----------
#
# A synthetic year. The last quarter is the test data, which the search does not use.
series = make_climate(365 * DAY, freq="1h", random_state=0)
X, y = make_supervised(series, TARGET, delay=DAY)
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
    model__epochs=1 if QUICK else 2,
    model__steps_per_epoch=5 if QUICK else 75,
)

# %%
# One search of all three
# -----------------------
grid = {
    "window__lookback": [2 * DAY] if QUICK else [2 * DAY, 4 * DAY, 10 * DAY],
    "model__kernel_size": [3, 7],
    "model__pool_size": [2] if QUICK else [2, 4],
}
search = GridSearchCV(
    pipe,
    grid,
    cv=TimeSeriesSplit(2, gap=DAY),
    scoring="neg_mean_absolute_error",
    error_score="raise",
).fit(X[known], y[known])
candidates = search.cv_results_["params"]
print(f"{len(candidates)} candidates x 2 folds, mean absolute error in degrees:")
for at in search.cv_results_["rank_test_score"].argsort()[:3]:
    setting = ", ".join(f"{n.split('__')[1]} {v}" for n, v in candidates[at].items())
    mean = -search.cv_results_["mean_test_score"][at]
    std = search.cv_results_["std_test_score"][at]
    print(f"  {mean:.3f} (standard deviation over folds {std:.3f}): {setting}")
means = -search.cv_results_["mean_test_score"]
spread = search.cv_results_["std_test_score"][search.best_index_]
compared = "less" if means.max() - means.min() < spread else "more"
print(f"  The worst has {means.max():.3f}. Candidates differ {compared} than folds.")

# %%
# Comparison with persistence on the test data
# --------------------------------------------
persistence = clone(pipe).set_params(model=PersistenceRegressor())
persistence.fit(X[known], y[known])
for name, model in {"persistence": persistence, "best candidate": search}.items():
    error = mean_absolute_error(y[later], model.predict(X[later]))
    print(f"{name:>16}: {error:.2f} degrees in the last quarter")

# %%
# The pictures
# ------------
#
# A map for each pair of parameters. The third one has its best value.
for pair in (["kernel_size", "lookback"], ["kernel_size", "pool_size"]):
    display = SearchDisplay.from_search(search, params=pair)
    display.figure_.savefig(f"04_{pair[1]}_{pair[0]}.png")
