"""How good forecasts are in later blocks of rows, and how far they should move.

    python -m tests.benchmarks.later_blocks --data FOLDER [--sets weather ...]
        [--models default ...] [--seeds 1]

On the sets of benchmark accuracy, 24 hours ahead. The test parts are not used. The
training and validation parts are cut in time at 40, 50, ... 90 % of their rows. At each
cut, a network learns from all rows before it, and is scored on the block up to the next
cut. So later blocks have seasons that the network has not seen. Errors are shares of
the error of the last value, by block: absolute errors, mean and worst block; squared
errors, mean and worst block; absolute errors of each block.

Models: the default Conv1D and Conv1D-GRU, which start from the last value here and take
500 steps; with 250 and 125 steps; from the autoregression, with 500 and 250 steps; a
learning rate that falls to zero ("cosine"), in 500 and 250 steps; trained on absolute
errors; rows weighted by age, with a half-life of 60 days; the target's channel alone.
Beside them, `LinearAutoregression` ("linear").

Corrections of their forecasts, each from the blocks before only:

- "times 0.75": the change from the last value is multiplied by this factor;
- "factor, 2 blocks": by the factor that is best for squared errors on the two blocks
  before, between 0 and 1;
- "mean - sd of factors": by the mean of the factors of all blocks before, less their
  standard deviation, between 0 and 1;
- "less bias": the mean error on the block before is subtracted.

The first two blocks have too few before them and are not corrected by these estimates.

Means of several forecasts, where "linear" is among the models:

- "mean with linear": of the network's and the autoregression's;
- "mean with linear, last": of these two and the last value, a third each.
"""

import argparse
from itertools import pairwise
from unittest import mock

import numpy as np

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LinearAutoregression,
    PersistenceRegressor,
    make_supervised,
)
from skseqconv.estimators import _network_trained

from .accuracy import Task
from .common import machine

CUTS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
HALF_LIFE = 60  # days
AR = {"level": "ar"}
COSINE = {"learning_rate_schedule": "cosine"}
#: By name, options and training steps.
SETTINGS = {
    "default": ({}, 500),
    "250 steps": ({}, 250),
    "125 steps": ({}, 125),
    "from the autoregression": (AR, 500),
    "from the autoregression, 250 steps": (AR, 250),
    "absolute errors": ({"loss": "mae"}, 500),
    "cosine": (COSINE, 500),
    "cosine, 250 steps": (COSINE, 250),
    "recent rows": ({}, 500),
    "own channel": ({}, 500),
}
GRU = "Conv1D-GRU, "
MODELS = ["linear", *SETTINGS, *(GRU + name for name in list(SETTINGS)[:5])]


def blocks(task):
    """Rows to learn from, and the block of rows after them."""
    ahead = task.X.rows + task.gap
    stop = ahead[task.validation[-1]] + 1
    cuts = [int(share * stop) for share in CUTS]
    for first, last in pairwise(cuts):
        later = np.flatnonzero((ahead >= first) & (ahead < last))
        yield np.flatnonzero(ahead < first), later


def changes(task, name, seed):
    """For each block, the forecast and the true change from the last value."""
    X, found = task.X, []
    if name == "own channel":
        own = task.frame[[task.target]]
        X, _ = make_supervised(own, task.target, delay=task.gap, on_gap="split")
    for learn, later in blocks(task):
        model = fitted(task, name, seed, X[learn], task.y[learn], learn)
        last = task.windowed(PersistenceRegressor()).fit(task.X[learn], task.y[learn])
        last = last.predict(task.X[later])
        found.append((model.predict(X[later]) - last, task.y[later] - last))
    return found


def fitted(task, name, seed, X, y, rows):
    """A model that has learned from the rows before a cut."""
    if name == "linear":
        return task.windowed(LinearAutoregression()).fit(X, y)
    weights = {}
    if name == "recent rows":
        age = (rows[-1] - rows) / (24 * task.per_hour)
        weights["conv1dregressor__sample_weight"] = 0.5 ** (age / HALF_LIFE)
    network = Conv1DGRURegressor if name.startswith(GRU) else Conv1DRegressor
    options, steps = SETTINGS[name.removeprefix(GRU)]
    with mock.patch.object(_network_trained, "STEPS_OF_A_FIT", steps):
        pipe = task.windowed(network(**options, random_state=seed))
        return pipe.fit(X, y, **weights)


def factor(known):
    """The factor of the forecast changes that has the least squared error."""
    products = sum(forecast @ true for forecast, true in known)
    return products / sum(forecast @ forecast for forecast, _ in known)


def corrected(found):
    """By name of the correction, the forecast change of each block."""
    plain = [forecast for forecast, _ in found]
    ways = {"as it is": plain, "times 0.75": [0.75 * one for one in plain]}
    for name in ("factor, 2 blocks", "mean - sd of factors", "less bias"):
        ways[name] = plain[:2]
    for at, forecast in enumerate(plain[2:], start=2):
        before = found[:at]
        each = [factor([block]) for block in before]
        bias = np.mean(before[-1][0] - before[-1][1])
        shares = [factor(before[-2:]), np.mean(each) - np.std(each, ddof=1)]
        two, less = np.clip(shares, 0, 1)
        ways["factor, 2 blocks"] = [*ways["factor, 2 blocks"], two * forecast]
        ways["mean - sd of factors"] = [*ways["mean - sd of factors"], less * forecast]
        ways["less bias"] = [*ways["less bias"], forecast - bias]
    return ways


def combined(found, linear):
    """By name of the mean, the forecast change of each block."""
    pairs = [(one, other) for (one, _), (other, _) in zip(found, linear, strict=True)]
    return {
        "mean with linear": [(one + other) / 2 for one, other in pairs],
        "mean with linear, last": [(one + other) / 3 for one, other in pairs],
    }


def share_of_last(size, change, true):
    """The error of a forecast change, as a share of the error of the last value."""
    return size(change - true).mean() / size(true).mean()


def show(way, moved, true):
    """Errors of the forecast changes of all blocks, as shares of the last value's."""
    pairs = list(zip(moved, true, strict=True))
    shares = [
        [share_of_last(size, *pair) for pair in pairs] for size in (np.abs, np.square)
    ]
    figures = [f"{f(each):.3f}" for each in shares for f in (np.mean, max)]
    each = [f"{share:.3f}" for share in shares[0]]
    print(f"  {way:<22}", *figures, "", *each, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sets = ["weather", "ETTh1", "ETTm1"]
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--sets", nargs="*", choices=sets, default=sets)
    parser.add_argument("--models", nargs="*", choices=MODELS, default=MODELS)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    for set_name in options.sets:
        task, linear = Task(set_name, options.data), None
        for name in options.models:
            for seed in range(1 if name == "linear" else options.seeds):
                found = changes(task, name, seed)
                ways = corrected(found)
                if name == "linear":
                    linear = found
                elif linear is not None:
                    ways |= combined(found, linear)
                print(f"{set_name}, {name}, seed {seed}", flush=True)
                for way, moved in ways.items():
                    show(way, moved, [change for _, change in found])


if __name__ == "__main__":
    main()
