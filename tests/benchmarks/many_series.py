"""Seconds and memory of thousands of series, and how both grow with their number.

    python -m tests.benchmarks.many_series [--series 100 1000 10000 30000]
        [--given list table] [--repeats 3]

Series of 500 rows x 3, random walks, as a list of arrays or as one long table with ids
and dates:

- make_supervised: X and y, 7 rows ahead.
- fit: a Pipeline with a Standardizer, windows of 24 rows and a Conv1DRegressor that
  makes 200 steps of 128 windows. It learns its level from all rows.
- steps: the 200 steps of that fit alone.
- predict: the newest row of each series.
- forecast: the same as a table, with ids and dates if there are some.

Each number of series runs in a process of its own. The process fits 20 series first, so
that TensorFlow is loaded and the network is compiled. "At first" is the memory that it
holds then, without the series. Seconds are the least of some repeats. Peak memory is
the most resident memory until the first such call has ended, less that at first; it
includes the series themselves. The slope is the time of a series beside that in the run
with 1,000 series, or with the first number.
"""

import argparse
import gc
import json
import subprocess
import sys
import time

import numpy as np

from .common import machine

N_ROWS, N_CHANNELS, DELAY, LOOKBACK, N_STEPS = 500, 3, 7, 24, 200

#: The run that the slope compares with, if there is one.
REFERENCE = 1000


def in_megabytes(field):
    """A field of this process's memory: VmRSS is held now, VmHWM is the peak."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"The benchmark reads {field} from /proc, which Linux has.")


def random_walks(n_series):
    random = np.random.default_rng(0)
    for _ in range(n_series):
        yield random.normal(size=(N_ROWS, N_CHANNELS)).cumsum(axis=0)


def made_list(n_series):
    return list(random_walks(n_series))


def made_table(n_series):
    import pandas as pd

    # Nothing else of this size is made, so that no freed memory is counted.
    values = np.empty((n_series, N_ROWS, N_CHANNELS))
    for own, one in zip(values, random_walks(n_series), strict=True):
        own[:] = one
    dates = pd.date_range("2020-01-01", periods=N_ROWS)
    table = pd.DataFrame(values.reshape(-1, N_CHANNELS), columns=list("abc"))
    table.insert(0, "id", np.repeat(np.arange(n_series), N_ROWS))
    table.insert(1, "date", np.tile(dates.to_numpy(), n_series))
    return table


GIVEN = {
    "list": (made_list, {"target": 0}),
    "table": (made_table, {"target": "a", "id": "id", "time": "date"}),
}


class Steps:
    """Seconds of the steps of the last fit, the order of its samples included.

    A callback of one's own would have the network compiled again for each fit.
    """

    def __init__(self):
        from skseqconv.engine import _training

        self._order, self._epoch = _training.epoch_order, _training._one_epoch
        _training.epoch_order, _training._one_epoch = self.order, self.epoch

    def order(self, *arguments):
        self._began = time.perf_counter()
        return self._order(*arguments)

    def epoch(self, *arguments):
        logs = self._epoch(*arguments)
        self.seconds = time.perf_counter() - self._began
        return logs


class Run:
    """What a process measures: least seconds of each call, and its peak at first."""

    def __init__(self):
        self.seconds, self.peaks = {}, {}

    def __call__(self, name, function):
        began = time.perf_counter()
        result = function()
        self.note(name, time.perf_counter() - began)
        self.peaks.setdefault(name, in_megabytes("VmHWM"))
        return result

    def note(self, name, seconds):
        self.seconds[name] = min(seconds, self.seconds.get(name, np.inf))


def pipeline():
    from sklearn.pipeline import make_pipeline

    import skseqconv as sk

    return make_pipeline(
        sk.Standardizer(),
        sk.LookbackWindower(LOOKBACK),
        sk.Conv1DRegressor(epochs=1, steps_per_epoch=N_STEPS, random_state=0),
    )


def measure(given, n_series, repeats):
    """All calls, in this process; prints the figures as JSON."""
    import skseqconv as sk

    made, options = GIVEN[given]
    steps, run = Steps(), Run()
    X, y = sk.make_supervised(made(20), delay=DELAY, **options)
    sk.forecast(pipeline().fit(X, y), X)
    at_first = in_megabytes("VmRSS")
    series = made(n_series)
    for _ in range(repeats):
        X = y = model = None
        gc.collect()
        X, y = run(
            "make_supervised",
            lambda: sk.make_supervised(series, delay=DELAY, **options),
        )
        model = run("fit", lambda: pipeline().fit(X, y))  # noqa: B023
        run.note("steps", steps.seconds)
        newest = sk.SeriesView(X, np.arange(1, n_series + 1) * N_ROWS - 1)
        predicted = run("predict", lambda: model.predict(newest))  # noqa: B023
        table = run("forecast", lambda: sk.forecast(model, X))  # noqa: B023
        assert np.allclose(table["forecast"], predicted)
    peaks = {name: peak - at_first for name, peak in run.peaks.items()}
    print(json.dumps({"seconds": run.seconds, "peak": peaks, "at first": at_first}))


def report(given, runs):
    """Print a line for each number of series."""
    numbers = list(runs)
    reference = REFERENCE if REFERENCE in runs else numbers[0]
    names = ["make_supervised", "fit", "steps", "predict", "forecast"]
    print(f"\n{given}: seconds (slope beside {reference:,} series)")
    print(f"{'series':>8}" + "".join(f"{name:>22}" for name in names))
    for n_series, figures in runs.items():
        line = f"{n_series:>8,}"
        for name in names:
            seconds = figures["seconds"][name]
            before = runs[reference]["seconds"][name]
            slope = (seconds / n_series) / (before / reference)
            line += f"{f'{seconds:.3f} ({slope:.2f})':>22}"
        print(line)
    print(f"\n{given}: MB (times the series)")
    names.remove("steps")
    titles = ["series", "at first", "size"]
    print(
        "".join(f"{title:>9}" for title in titles) + "".join(f"{n:>20}" for n in names)
    )
    for n_series, figures in runs.items():
        size = n_series * N_ROWS * N_CHANNELS * 8 / 1e6
        line = f"{n_series:>9,}{figures['at first']:>9.0f}{size:>9.0f}"
        for name in names:
            peak = figures["peak"][name]
            line += f"{f'{peak:.0f} ({peak / size:.1f})':>20}"
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--series", type=int, nargs="+", default=[100, 1000, 10_000, 30_000]
    )
    parser.add_argument("--given", choices=GIVEN, nargs="+", default=list(GIVEN))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--run", action="store_true", help="in this process")
    options = parser.parse_args()
    if options.run:
        measure(*options.given, *options.series, options.repeats)
        return
    print(machine())
    for given in options.given:
        runs = {}
        for n_series in options.series:
            command = [sys.executable, "-m", "tests.benchmarks.many_series", "--run"]
            command += ["--given", given, "--series", str(n_series)]
            command += ["--repeats", str(options.repeats)]
            done = subprocess.run(
                command, stdout=subprocess.PIPE, text=True, check=True
            )
            runs[n_series] = json.loads(done.stdout.splitlines()[-1])
        report(given, runs)


if __name__ == "__main__":
    main()
