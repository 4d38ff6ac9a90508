"""How many training steps are good if the rows hold the longest delay few times?

    python -m tests.benchmarks.few_spans --data FOLDER [--sets ETTh1 ...]
        [--horizon 96] [--lookback 336] [--spans 12 25 50] [--steps 500 200]

Conv1D with default settings, and a number of steps that is fixed. It learns all
channels by the protocol of `long_horizons`, from the last rows before a cut that hold
the horizon the given number of times. It is scored on the 2500 rows after the cut, at
every second one. The cuts lie at 70 and 100 % of the rows to learn from. `--spans 0`
learns from all rows before the second cut, and scores the whole validation part. The
test parts are not used. The table shows squared errors, and that of the level alone.
"""

import argparse
from unittest import mock

import numpy as np
from sklearn.pipeline import make_pipeline

import skseqconv as sk
from skseqconv.estimators import _network_trained

from .common import machine
from .long_horizons import SETS, Task

CUTS = (0.7, 1.0)


def parts(task, n_spans):
    """By cut: rows to learn from, and rows to score."""
    learned, later = task.rows["learn"], task.rows["validation"]
    if not n_spans:
        yield "all rows", learned, later
        return
    horizon, rows = len(task.delays), np.concatenate([learned, later])
    for cut in CUTS:
        stop = int(cut * len(learned))
        first = stop - n_spans * horizon
        if first >= 0:
            scored = rows[stop + horizon :][:2500:2]
            yield f"{n_spans} times, cut at {cut:.0%}", rows[first:stop], scored


def fitted(task, rows, n_steps):
    network = sk.Conv1DRegressor(random_state=0)
    pipe = make_pipeline(sk.LookbackWindower(task.lookback), network)
    fixed = {"STEPS_OF_A_FIT": n_steps, "STEPS_OF_A_SPAN": n_steps}
    with mock.patch.multiple(_network_trained, **fixed):
        return pipe.fit(*task.supervised(rows))


def squared_errors(task, pipes, rows):
    """Those of the level of the first Pipeline, and of all Pipelines."""
    sums, n_values = np.zeros(1 + len(pipes)), 0
    level = pipes[0][-1]._found_level()
    for some in np.array_split(rows, 10):
        X, y = task.supervised(some)
        forecasts = [level.forecasts(pipes[0][:-1].transform(X))]
        forecasts += [pipe.predict(X) for pipe in pipes]
        sums += [np.sum((one - y) ** 2, dtype=np.float64) for one in forecasts]
        n_values += y.size
    return sums / n_values


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, metavar="FOLDER")
    parser.add_argument("--sets", nargs="+", default=["ETTh1", "ETTm1"], choices=SETS)
    parser.add_argument("--horizon", type=int, default=96)
    parser.add_argument("--lookback", type=int, default=336)
    parser.add_argument("--spans", nargs="+", type=int, default=[12, 25, 50])
    parser.add_argument("--steps", nargs="+", type=int, default=[500, 200])
    given = parser.parse_args()
    print(machine())
    for name in given.sets:
        print(f"{name}, {given.horizon} horizons: the level, {given.steps} steps")
        task = Task(given.data, name, given.horizon, given.lookback)
        for n_spans in given.spans:
            for part, learned, scored in parts(task, n_spans):
                pipes = [fitted(task, learned, steps) for steps in given.steps]
                errors = squared_errors(task, pipes, scored)
                print(f"  {part:24}", *(f"{error:.4f}" for error in errors), flush=True)


if __name__ == "__main__":
    main()
