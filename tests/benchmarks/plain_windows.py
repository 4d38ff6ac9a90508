"""What the head of Conv1D should read, if forecasts start from no level.

    python -m tests.benchmarks.plain_windows [--seeds 2] [--data FOLDER]

The target is no channel, as in a soft sensor: a function of the last 24 rows of three
channels, with noise of .3. The channels are random walks with noise. A network of 48
rows learns from 4500 rows and is scored on the last 1400 (R2).

With the folder of the data sets also ETTh1 and the weather as in the benchmark
`accuracy`, validation part, with `level=None` (mean absolute error).
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline

from skseqconv import Conv1DRegressor, LookbackWindower, SeriesView, Standardizer

from .accuracy import Task, errors
from .common import machine

N_ROWS, LEARNED, WARM_UP = 6000, 4500, 100
POOLINGS = ("max", "average", "last", "flatten")


def targets(channels):
    """Functions of the last 24 rows, by name."""
    a, b, c = channels.T
    last_day = pd.Series(a).rolling(24)
    return {
        "lags": 0.6 * np.roll(a, 5) + 0.4 * np.roll(b, 12) - 0.5 * np.roll(c, 2),
        "mean": last_day.mean().to_numpy(),
        "maximum": pd.Series(a - b).rolling(24).max().to_numpy(),
    }


def r2(channels, y, **options):
    """Of the rows after those that the network learns from."""
    X = SeriesView(channels)
    learn, score = slice(WARM_UP, LEARNED), slice(LEARNED + WARM_UP, None)
    windows = LookbackWindower(48)
    model = make_pipeline(Standardizer(), windows, Conv1DRegressor(**options))
    model.fit(X[learn], y[learn])
    return r2_score(y[score], model.predict(X[score]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--data", metavar="FOLDER")
    options = parser.parse_args()
    print(machine())
    random = np.random.default_rng(0)
    walks = np.cumsum(random.normal(size=(N_ROWS, 3)), axis=0)
    channels = 0.1 * walks + random.normal(size=walks.shape)
    noise = 0.3 * random.normal(size=N_ROWS)
    seeds = range(options.seeds)
    for name, y in targets(channels).items():
        for n_conv in (3, 1):
            found = {
                pooling: [
                    r2(
                        channels,
                        y + noise,
                        n_conv=n_conv,
                        level=None,
                        global_pooling=pooling,
                        random_state=seed,
                    )
                    for seed in seeds
                ]
                for pooling in POOLINGS
            }
            shown = "  ".join(f"{one} {np.mean(of):.3f}" for one, of in found.items())
            print(f"{name:<8} n_conv={n_conv}  R2: {shown}", flush=True)
    for name in ("ETTh1", "weather") if options.data else ():
        task = Task(name, options.data)
        for pooling in POOLINGS:
            model = Conv1DRegressor(level=None, global_pooling=pooling)
            found = [
                errors(task, model.set_params(random_state=seed), "validation", False)
                for seed in seeds
            ]
            print(f"{name:<8} {pooling:<8} {np.mean(found, axis=0)[0]:.3f}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of levels that are far from zero
    main()
