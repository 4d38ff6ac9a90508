"""
Forecast many series: stores with promotions that are known ahead
=================================================================

A long table has a row for each store and day. One network learns from all stores. It
reads the promotions of the next 14 days, which the shop has planned already, and the
type of each store. The result is a table with an interval for each store and day.

With a folder in SKSEQCONV_DATA, the series are the seven channels of ETTh1.parquet: the
loads and the oil temperature of a transformer, every hour. Nothing is known ahead::

    SKSEQCONV_DATA=FOLDER python examples/09_many_series.py
"""

import os

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    FutureDisplay,
    LinearAutoregression,
    LookbackWindower,
    PanelTimeSeriesSplit,
    PersistenceRegressor,
    Standardizer,
    forecast,
    make_supervised,
)

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # one epoch, for tests
FOLDER = os.environ.get("SKSEQCONV_DATA")
epochs = 1 if QUICK else "auto"


# %%
# A long table
# ------------
#
# It has one row for each series and time.
def make_sales(n_stores=30, n_days=730, seed=0):
    """Sales with a week, a drifting level and promotions; and the plan that follows."""
    rng, stores = np.random.default_rng(seed), []
    days = pd.date_range("2024-01-01", periods=n_days + 14, name="day")
    for store in range(n_stores):
        is_mall = store % 2
        promotion = np.repeat(rng.random(len(days) // 2) < 0.15, 2).astype(float)
        week = 1 + 0.3 * np.sin(2 * np.pi * (days.day_of_week + store) / 7)
        level = 100 * np.exp(rng.normal(0, 0.005, len(days)).cumsum())
        sold = level * week * (1 + (0.2 + 0.6 * is_mall) * promotion)
        stores.append(
            pd.DataFrame(
                {
                    "store": f"store {store + 1:02d}",
                    "day": days,
                    "sold": sold * rng.normal(1, 0.05, len(days)),
                    "promotion": promotion,
                    "is_mall": is_mall,
                }
            )
        )
    table = pd.concat(stores, ignore_index=True)
    is_past = table["day"] < days[n_days]
    return table[is_past], table[~is_past].drop(columns="sold")


if FOLDER is None:
    table, plan = make_sales()
    layout = {"id": "store", "time": "day", "static": ["is_mall"]}
    target, promotions = "sold", ["promotion"]
    lookback, horizon, season = 56, 14, 7
else:
    wide = pd.read_parquet(f"{FOLDER}/ETTh1.parquet")
    table = wide.melt(id_vars="date", var_name="channel", value_name="load")
    layout = {"id": "channel", "time": "date"}
    target, promotions, plan = "load", [], None
    lookback, horizon, season = 14 * 24, 24, 24
print(table.head(3).to_string(index=False))

# %%
# Rows and targets of all series
# ------------------------------
#
# The order of the table's rows does not matter.
delay = range(1, horizon + 1)
X, y = make_supervised(
    table, target, delay=delay, known_ahead=promotions, future=plan, **layout
)
print(f"{len(np.unique(X.ids))} series, {X.shape[0]} rows to forecast from")
split = PanelTimeSeriesSplit(n_splits=1, test_size=6 * horizon)
(train, test) = next(split.split(X))


def fitted(model, X=X):
    pipe = make_pipeline(Standardizer(), LookbackWindower(lookback), model)
    return pipe.fit(X[train], y[train])


# %%
# One network for all series, and what it has to beat
# ---------------------------------------------------
#
# The linear model reads the promotions, too.
network = Conv1DRegressor(epochs=epochs, validation_split=0.1, random_state=0)
models = {
    f"{season} rows before": fitted(PersistenceRegressor(period=season)),
    "linear autoregression": fitted(LinearAutoregression(exogenous=promotions)),
    "network": fitted(network),
}
errors = pd.DataFrame(
    {
        name: pd.Series(np.abs(pipe.predict(X[test]) - y[test]).mean(axis=1))
        .groupby(X[test].ids)
        .mean()
        for name, pipe in models.items()
    }
)
rival = errors.iloc[:, :2].min(axis=1)
errors["skill"] = 1 - errors["network"] / rival  # against the better of the two
print("\nmean absolute error on the last days, by series")
print(errors.round(3).iloc[:8].to_string())
print(f"mean skill of the network: {errors['skill'].mean():.1%}")

# %%
# What is it worth to know the promotions?
# ----------------------------------------
if promotions:
    blind, _ = make_supervised(table, target, delay=delay, **layout)
    unaware = fitted(Conv1DRegressor(epochs=epochs, random_state=0), blind)
    off = np.abs(unaware.predict(blind[test]) - y[test]).mean()
    print(
        f"mean absolute error of the network that knows the promotions "
        f"{errors['network'].mean():.2f}, of one that does not {off:.2f}"
    )

# %%
# The table of the future
# -----------------------
#
# Each store, each day, with an interval.
result = forecast(models["network"], X, coverage=0.8)
print(result.head(4).to_string(index=False, float_format="{:.1f}".format))

# %%
# The picture
# -----------
display = FutureDisplay.from_forecast(result, history=X, coverage=0.8)
display.figure_.savefig("09_future.png")
