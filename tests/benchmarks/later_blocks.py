"""How far a network may move from the last value, by blocks of later rows.

    python -m tests.benchmarks.later_blocks --data FOLDER [--sets weather ...]
        [--networks default ...] [--seeds 1]

On the sets of benchmark accuracy, 24 hours ahead. The test parts are not used. The
training and validation parts are cut in time at 40, 50, ... 90 % of their rows. At each
cut, a network learns from all rows before it, and is scored on the block up to the next
cut. So later blocks have seasons that the network has not seen. Errors are shares of
the error of the last value, by block: absolute errors, mean and worst block; squared
errors, mean and worst block; absolute errors of each block.

Networks: the default Conv1D; with half and with a quarter of its training steps;
with a learning rate that falls to zero ("cosine"), in all and in half of the steps;
trained on absolute errors; rows weighted by age, with a half-life of 60 days; the
target's channel alone; Conv1D-GRU, and with half of its steps.

Corrections of their forecasts, each from the blocks before only:

- "times 0.75": the change from the last value is multiplied by this factor;
- "factor, 2 blocks": by the factor that is best for squared errors on the two blocks
  before, between 0 and 1;
- "mean - sd of factors": by the mean of the factors of all blocks before, less their
  standard deviation, between 0 and 1;
- "less bias": the mean error on the block before is subtracted.

The first two blocks have too few before them and are not corrected by these estimates.
"""

import argparse
from itertools import pairwise
from unittest import mock

import numpy as np

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    PersistenceRegressor,
    make_supervised,
)
from skseqconv.estimators import _network_trained

from .accuracy import Task
from .common import machine

CUTS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
HALF_LIFE = 60  # days
#: Training steps, where they are not the default, which is 500.
STEPS = {
    "half the steps": 250,
    "a quarter of the steps": 125,
    "cosine, half the steps": 250,
    "Conv1D-GRU, half the steps": 250,
}
COSINE = {"learning_rate_schedule": "cosine"}
OPTIONS = {
    "absolute errors": {"loss": "mae"},
    "cosine": COSINE,
    "cosine, half the steps": COSINE,
    "Conv1D-GRU, cosine": COSINE,
}
NETWORKS = sorted(
    {"default", "recent rows", "own channel", "Conv1D-GRU", *STEPS, *OPTIONS}
)


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
        weights = {}
        if name == "recent rows":
            age = (learn[-1] - learn) / (24 * task.per_hour)
            weights["conv1dregressor__sample_weight"] = 0.5 ** (age / HALF_LIFE)
        network = Conv1DGRURegressor if "GRU" in name else Conv1DRegressor
        pipe = task.windowed(network(**OPTIONS.get(name, {}), random_state=seed))
        steps = STEPS.get(name, _network_trained.STEPS_OF_A_FIT)
        with mock.patch.object(_network_trained, "STEPS_OF_A_FIT", steps):
            pipe.fit(X[learn], task.y[learn], **weights)
        last = task.windowed(PersistenceRegressor()).fit(task.X[learn], task.y[learn])
        last = last.predict(task.X[later])
        found.append((pipe.predict(X[later]) - last, task.y[later] - last))
    return found


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


def share_of_last(size, change, true):
    """The error of a forecast change, as a share of the error of the last value."""
    return size(change - true).mean() / size(true).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sets = ["weather", "ETTh1", "ETTm1"]
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--sets", nargs="*", choices=sets, default=sets)
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    for set_name in options.sets:
        task = Task(set_name, options.data)
        for name in options.networks:
            for seed in range(options.seeds):
                found = changes(task, name, seed)
                print(f"{set_name}, {name}, seed {seed}", flush=True)
                true = [change for _, change in found]
                for way, moved in corrected(found).items():
                    shares = [
                        [
                            share_of_last(size, *pair)
                            for pair in zip(moved, true, strict=True)
                        ]
                        for size in (np.abs, np.square)
                    ]
                    figures = [
                        f"{f(each):.3f}" for each in shares for f in (np.mean, max)
                    ]
                    each = [f"{share:.3f}" for share in shares[0]]
                    print(f"  {way:<20}", *figures, "", *each, flush=True)


if __name__ == "__main__":
    main()
