"""What it is worth to know a promotion ahead: a synthetic retail panel.

    python -m tests.benchmarks.known_ahead [--stores 40] [--days 500] [--seeds 1]

Each store sells with a season of a week around its own level, which drifts. Promotions
last one to four days and raise the sales by a factor that depends on the type of the
store: 10, 40 or 100 %. The type is given as constant channels. The models forecast the
next day, or the next 14 days, from 28 days. They learn from the first 80 % of the time,
and errors are those of the rest.

Each model sees the same channels. It either knows the promotions of the days that are
forecast (`known_ahead`), or only those until the day it forecasts from.
"""

import argparse

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline

import skseqconv as sk

from .common import machine

LOOKBACK = 28
LIFTS = (0.1, 0.4, 1.0)


def retail_panel(n_stores=40, n_days=500, seed=0):
    """A table of sales, promotions and types for each store."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=n_days)
    return [_store(rng, days, store % len(LIFTS)) for store in range(n_stores)]


def _store(rng, days, kind):
    promo = np.zeros(len(days))
    day = rng.integers(10)
    while day < len(days):
        length = rng.integers(1, 5)
        promo[day : day + length] = 1.0
        day += length + rng.integers(3, 16)
    week = 1 + 0.3 * np.sin(2 * np.pi * (days.day_of_week + rng.integers(7)) / 7)
    level = 100 * np.exp(rng.normal(0, 0.02, len(days)).cumsum())
    noise = rng.normal(1, 0.05, len(days))
    table = {"sold": level * week * (1 + LIFTS[kind] * promo) * noise, "promo": promo}
    table |= {f"type {one}": np.float64(one == kind) for one in range(len(LIFTS))}
    return pd.DataFrame(table, index=days)


def models(seed):
    return {
        "persistence": sk.PersistenceRegressor(period=7),
        "linear, exogenous": sk.LinearAutoregression(exogenous=True),
        "Conv1D": sk.Conv1DRegressor(random_state=seed),
        "Conv1DGRU": sk.Conv1DGRURegressor(random_state=seed),
    }


def errors(series, delay, known_ahead, chosen, seed=0, **changes):
    """By model, the mean absolute error on the last fifth of the time."""
    X, y = sk.make_supervised(series, "sold", delay=delay, known_ahead=known_ahead)
    cut = np.quantile(X.stamps, 0.8)
    learn, test = X.stamps + np.max(delay) <= cut, X.stamps > cut
    found = {}
    for name in chosen:
        model = models(seed)[name]
        model.set_params(**changes.get(name, {}))
        pipeline = make_pipeline(
            sk.Standardizer(), sk.LookbackWindower(LOOKBACK), model
        ).fit(X[learn], y[learn])
        found[name] = mean_absolute_error(y[test], pipeline.predict(X[test]))
        if hasattr(model, "level_"):
            found[f"{name} level"] = model.level_
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=40)
    parser.add_argument("--days", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=list(models(0)))
    options = parser.parse_args()
    print(machine())
    series = retail_panel(options.stores, options.days)
    for delay in (1, list(range(1, 15))):
        for seed in range(options.seeds):
            for known in ([], ["promo"]):
                found = errors(series, delay, known, options.models, seed)
                shown = ", ".join(
                    f"{name} {one if isinstance(one, str) else format(one, '.2f')}"
                    for name, one in found.items()
                )
                print(f"{np.max(delay):2d} days, known {known}, seed {seed}: {shown}")


if __name__ == "__main__":
    main()
