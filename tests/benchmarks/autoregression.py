"""Time and memory of the linear autoregression, beside NumPy's products and Ridge.

    python -m tests.benchmarks.autoregression

80,000 windows of 336 values, 96 horizons, and ten times as many. Each run is a process
of its own. "data" makes the series and y. "numpy" makes the table of all windows, and
multiplies it with itself and with the changes. "ridge" makes the table and fits
scikit-learn's `Ridge` to it. "given" is `LinearAutoregression(alpha=1000.0)`, "auto"
chooses alpha. Seconds leave out the making of the data; those of "numpy" are of the two
products alone, and of "table" of the making of the table.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np

LOOKBACK, HORIZONS = 336, 96


def made_task(n_windows):
    """Windows and targets: a daily cycle on a random walk."""
    from skseqconv import LookbackWindower, make_supervised

    random = np.random.default_rng(0)
    time_steps = np.arange(n_windows + LOOKBACK + HORIZONS - 1)
    series = 0.1 * random.normal(size=len(time_steps)).cumsum()
    series += np.sin(time_steps / 24 * 2 * np.pi) + random.normal(size=len(series))
    X, y = make_supervised(series, 0, delay=range(1, HORIZONS + 1))
    windows = LookbackWindower(LOOKBACK).fit_transform(X)[LOOKBACK - 1 :]
    return windows, y[LOOKBACK - 1 :]


def made_table(windows, y):
    """Earlier values less the newest, and the changes from the newest."""
    values = windows.to_numpy()[:, :, 0]
    return values[:, :-1] - values[:, -1:], y - values[:, -1:]


def run(name, n_windows):
    """Print the seconds of one contender, and the peak memory of this process."""
    from sklearn.linear_model import Ridge

    from skseqconv import LinearAutoregression

    windows, y = made_task(n_windows)
    began = time.perf_counter()
    if name in ("table", "numpy", "ridge"):
        table, changes = made_table(windows, y)
    if name == "numpy":
        began = time.perf_counter()
        table.T @ table
        table.T @ changes
    elif name == "ridge":
        Ridge(1000.0).fit(table, changes)
    elif name == "given":
        LinearAutoregression(alpha=1000.0).fit(windows, y)
    elif name == "auto":
        LinearAutoregression().fit(windows, y)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(seconds, peak)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ["data", "table", "numpy", "ridge", "given", "auto"]
    parser.add_argument("--names", nargs="*", choices=names, default=names)
    parser.add_argument("--windows", type=int, nargs="*", default=[80_000, 800_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--run", choices=names, help="for itself")
    options = parser.parse_args()
    if options.run:
        run(options.run, *options.windows)
        return
    for n_windows in options.windows:
        print(f"{n_windows} windows of {LOOKBACK}, {HORIZONS} horizons")
        runs = {name: [] for name in options.names}
        for _ in range(options.repeats):  # in turn
            for name in options.names:
                command = [sys.executable, "-m", __spec__.name, "--run", name]
                command += ["--windows", str(n_windows)]
                done = subprocess.run(command, check=True, capture_output=True)
                runs[name].append([float(part) for part in done.stdout.split()])
        products = np.median(runs.get("numpy", [[np.nan]]), axis=0)[0]
        for name, taken in runs.items():
            seconds, peak = np.median(taken, axis=0)
            print(
                f"  {name:<6} {seconds:7.2f} s  {seconds / products:6.2f} x numpy  "
                f"{peak:6.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
