"""Memory of a fit and a prediction on a series larger than memory.

    python -m tests.benchmarks.memmap [--network conv1d conv1d_gru] [--folder FOLDER]

A file of 8 GB (143 million rows of 14 channels, float32) and one of 22 MB (400,000
rows), each in a process of its own, through a Pipeline with a Standardizer: 200 steps
of 128 windows (lookback 1440, step 6) whose rows are drawn from the whole file, then
forecasts for its last 100,000 rows. The files are sparse: values stand where a window
ends, where its target is, and in the rows that are forecast from. Memory is what the
process holds for itself, pages of the file not counted (RssAnon of Linux), at its peak.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from .common import BATCH, CHANNELS, DELAY, LOOKBACK, machine

STEP, N_STEPS, N_FORECASTS = 6, 200, 100_000
LENGTHS = {"small": 400_000, "large": 143_000_000}


def held():
    """Memory that this process holds for itself, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1e3
    raise RuntimeError("The benchmark reads RssAnon from /proc, which Linux has.")


class Peak:
    """The most memory held inside of a `with`, looked at every 5 ms."""

    def __enter__(self):
        self.megabytes, self._ended = held(), threading.Event()
        self._began = time.perf_counter()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._ended.wait(0.005):
            self.megabytes = max(self.megabytes, held())

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self.seconds = time.perf_counter() - self._began


def made_file(path, n_rows):
    """A sparse series, and the rows to learn from and to forecast from."""
    shape = (n_rows, CHANNELS)
    stored = np.memmap(path, dtype=np.float32, mode="w+", shape=shape)
    forecast = np.arange(n_rows - N_FORECASTS - DELAY, n_rows - DELAY)
    first = forecast[0] - LOOKBACK
    drawn = np.random.default_rng(0).integers(LOOKBACK, first - DELAY, size=2 * 25_600)
    learned = np.random.default_rng(1).permutation(np.unique(drawn))[: BATCH * N_STEPS]
    for rows in (learned, learned + DELAY, np.arange(first, n_rows)):
        phase = 2 * np.pi * rows[:, None] / DELAY + np.arange(CHANNELS)
        stored[rows] = 10 + 5 * np.sin(phase)
    stored.flush()
    del stored
    return np.memmap(path, dtype=np.float32, mode="r", shape=shape), learned, forecast


def measure(network, length, folder):
    """One fit and one prediction; prints the peaks."""
    from sklearn.pipeline import make_pipeline

    from skseqconv import (
        Conv1DGRURegressor,
        Conv1DRegressor,
        LookbackWindower,
        SeriesView,
        Standardizer,
        make_supervised,
    )

    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    path = Path(folder) / "series.bin"
    series, learned, forecast = made_file(path, LENGTHS[length])
    model = make_pipeline(
        Standardizer(),
        LookbackWindower(LOOKBACK, step=STEP),
        Estimator(epochs=1, steps_per_epoch=N_STEPS, random_state=0),
    )
    with Peak() as fit:
        X, y = make_supervised(series, 1, delay=DELAY, rows=learned)
        model.fit(X, y)
    with Peak() as predict:
        given = model.predict(SeriesView(series, rows=forecast))
    assert len(given) == N_FORECASTS
    assert np.isfinite(given).all()
    on_disk = path.stat().st_blocks * 512 / 1e6
    print(f"file {series.nbytes / 1e6:.0f} MB, {on_disk:.0f} MB of them on disk")
    for name, peak in (("fit", fit), ("predict", predict)):
        print(f"{name}: {peak.megabytes:.0f} {peak.seconds:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    networks = ["conv1d", "conv1d_gru"]
    parser.add_argument("--network", choices=networks, nargs="*", default=networks)
    parser.add_argument("--folder", help="where the files are made and removed")
    parser.add_argument("--run", choices=list(LENGTHS), help="for itself")
    options = parser.parse_args()
    if options.run:
        measure(*options.network, options.run, options.folder)
        return
    print(machine())
    for network in options.network:
        peaks = {}
        for length in LENGTHS:
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                command = [sys.executable, "-m", "tests.benchmarks.memmap"]
                command += ["--network", network, "--run", length, "--folder", folder]
                done = subprocess.run(
                    command, stdout=subprocess.PIPE, text=True, check=True
                )
            about, *lines = done.stdout.splitlines()
            print(f"  {network}, {length}: {about}")
            for line in lines:
                name, peak, seconds = line.split()
                peaks[length, name] = float(peak)
                more = float(peak) - peaks["small", name]
                print(f"    {name} peak {peak} MB ({more:+.0f} MB), {seconds} s")


if __name__ == "__main__":
    main()
