"""Forecasts of many horizons, by the protocol of the long-term forecasting papers.

    python -m tests.benchmarks.long_horizons --data FOLDER [--sets ETTh1 ...]
        [--horizons 96 ...] [--models ...] [--part test] [--seeds 3] [--lookback 336]

- ETTh1, ETTm1: all 7 channels; 12 months of 30 days to learn from, then 4 of validation
  and 4 of test (8640, 2880 and 2880 hours).
- weather: all 21 channels of the year 2020, -9999 included; 70, 10 and 20 % of the
  rows, taken as consecutive.

Each channel is standardized by the rows to learn from, and is a target. A model
forecasts the next 96, 192, 336 or 720 rows of all channels from the last `lookback`
rows. Errors are means over all windows of a part (a window at every row, no
batch dropped), all horizons and all channels. The targets of a window lie in its part;
its look-back may reach into the part before. Values are float32.

Each model and seed runs in a process of its own, which reports seconds and peak memory.
Targets of one time take channels x horizons values. If those of all times exceed
`MAX_TARGETS`, models learn from every second (third, ...) time; the output says so.
Settings are chosen on the validation parts.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

import skseqconv as sk

from .common import machine

#: The better setting: a network, and its constructor call.
BETTER_NETWORK = "Conv1DGRURegressor"
BETTER = {"loss": "mae", "filters": 64, "gru_units": 64}

SETS = {"ETTh1": 1, "ETTm1": 4, "weather": 6}  # rows an hour
HORIZONS = [96, 192, 336, 720]

#: Most target values to learn from (0.5 GB, and copies), and to predict at once.
MAX_TARGETS, CHUNK_TARGETS = 2**27, 2**23


class Task:
    """The channels of a data set, each a target, and its parts."""

    def __init__(self, folder, name, horizon, lookback):
        self.period, self.lookback = 24 * SETS[name], lookback
        frame, cuts = read(folder, name)
        learned = frame[: cuts["learn"][1]]
        frame = (frame - learned.mean()) / learned.std(ddof=0)
        self.view = sk.SeriesView(frame.astype(np.float32))
        self.channels = list(frame)
        self.delays = range(1, horizon + 1)
        #: Rows at which a window ends.
        self.rows = {
            part: np.arange(start - 1 if start else lookback - 1, stop - horizon)
            for part, (start, stop) in cuts.items()
        }
        self.targets_of_a_row = len(self.channels) * horizon

    def supervised(self, rows):
        return sk.make_supervised(
            self.view,
            self.channels,
            delay=self.delays,
            rows=rows,
        )

    def learn(self):
        rows = self.rows["learn"]
        self.every = -(-len(rows) * self.targets_of_a_row // MAX_TARGETS)
        return self.supervised(rows[:: self.every])

    def chunks(self, part):
        rows = self.rows[part]
        n_chunks = -(-len(rows) * self.targets_of_a_row // CHUNK_TARGETS)
        return map(self.supervised, np.array_split(rows, n_chunks))


def read(folder, name):
    """The table of a data set, and the first and last row of its parts."""
    if name == "weather":
        frame = pd.read_parquet(f"{folder}/weather_2020.parquet")
        n_rows = len(frame)
        cuts = [0, int(0.7 * n_rows), n_rows - int(0.2 * n_rows), n_rows]
    else:
        frame = pd.read_parquet(f"{folder}/{name}.parquet")
        cuts = [n * SETS[name] for n in (0, 8640, 11_520, 14_400)]
    parts = zip(("learn", "validation", "test"), cuts[:-1], cuts[1:], strict=True)
    return frame.drop(columns="date"), {name: cut for name, *cut in parts}


#: Each a function of the task and the seed; the second half has a chance in it.
SURE = {
    "persistence": lambda task: sk.PersistenceRegressor(),
    "seasonal": lambda task: sk.PersistenceRegressor(period=task.period),
    "linear": lambda task: sk.LinearAutoregression(),
}
SEEDED = {
    "Conv1D": lambda seed: sk.Conv1DRegressor(random_state=seed),
    "Conv1D-GRU": lambda seed: sk.Conv1DGRURegressor(random_state=seed),
    "better": lambda seed: getattr(sk, BETTER_NETWORK)(**BETTER, random_state=seed),
}


def run(task, name, part, seed):
    """Errors, seconds and peak memory of one model."""
    model = SURE[name](task) if name in SURE else SEEDED[name](seed)
    pipe = make_pipeline(sk.LookbackWindower(task.lookback), model)
    X, y = task.learn()
    began = time.perf_counter()
    pipe.fit(X, y)
    fit = time.perf_counter() - began
    del X, y
    squared = absolute = predict = n_values = 0
    for X, y in task.chunks(part):
        began = time.perf_counter()
        error = pipe.predict(X)
        predict += time.perf_counter() - began
        error = error - y
        squared += np.square(error, dtype=np.float64).sum()
        absolute += np.abs(error, dtype=np.float64).sum()
        n_values += error.size
    return {
        "mse": squared / n_values,
        "mae": absolute / n_values,
        "fit": fit,
        "predict": predict,
        "peak": peak(),
        "every": task.every,
    }


def peak():
    """Peak resident memory of this process, in MB.

    `resource.getrusage` would include the memory of the process that started it.
    """
    with open("/proc/self/status") as lines:
        held = next(line for line in lines if line.startswith("VmHWM:"))
    return int(held.split()[1]) / 1e3


def in_a_process(arguments, one):
    """What `run` returns, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.long_horizons", *arguments, *one],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def described(name, found):
    """A line about the runs of a model."""
    mean = {key: np.mean([one[key] for one in found]) for key in found[0]}
    each = " ".join(f"{one['mse']:.4f}/{one['mae']:.4f}" for one in found)
    every = f"  learns from 1 in {found[0]['every']} times" * (found[0]["every"] > 1)
    return (
        f"  {name:<12} {mean['mse']:.4f} / {mean['mae']:.4f}  fit {mean['fit']:7.1f} s"
        f"  predict {mean['predict']:6.1f} s  peak {mean['peak']:6.0f} MB"
        f"{f'  ({each})' * (len(found) > 1)}{every}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    models = [*SURE, *SEEDED]
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--sets", nargs="*", choices=[*SETS], default=[*SETS])
    parser.add_argument("--horizons", nargs="*", type=int, default=HORIZONS)
    parser.add_argument("--models", nargs="*", choices=models, default=models)
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--lookback", type=int, default=336)
    parser.add_argument(
        "--one", nargs=4, metavar=("SET", "HORIZON", "MODEL", "SEED"), help="for itself"
    )
    options = parser.parse_args()
    if options.one:
        name, horizon, model, seed = options.one
        task = Task(options.data, name, int(horizon), options.lookback)
        print(json.dumps(run(task, model, options.part, int(seed))))
        return
    print(machine())
    arguments = ["--data", options.data, "--part", options.part]
    arguments += ["--lookback", str(options.lookback)]
    for name in options.sets:
        for horizon in options.horizons:
            print(f"{name}, {horizon} horizons, {options.part}: MSE / MAE", flush=True)
            for model in options.models:
                seeds = range(1 if model in SURE else options.seeds)
                found = [
                    in_a_process(
                        arguments, ["--one", name, str(horizon), model, str(seed)]
                    )
                    for seed in seeds
                ]
                print(described(model, found), flush=True)


if __name__ == "__main__":
    main()
