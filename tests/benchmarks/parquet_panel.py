"""Memory of the guide's way from parquet files to a panel in a memory map.

    python -m tests.benchmarks.parquet_panel [--ids 400 10000] [--folder FOLDER]

Panels of 2,000 rows and 14 channels for each id, in files of 100 ids. Each panel is
read in a process of its own, by the first code blocks of `docs/larger_than_memory.md`:
to one file, and a table over it. Then come 200 training steps of a Conv1D Pipeline on
windows of 48 rows from the whole panel, and a forecast for each id. Memory is what the
process holds for itself, pages of files not counted (RssAnon of Linux), at its peak.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .common import BATCH, CHANNELS, machine
from .memmap import N_STEPS, Peak, held

N_ROWS, IDS_PER_FILE = 2_000, 100

GUIDE = Path(__file__).parents[2] / "docs" / "larger_than_memory.md"

NAMES = ["sales", *(f"channel {i}" for i in range(1, CHANNELS))]


def made_files(n_ids):
    """The files; the ids of a file stand beside each other, day by day."""
    import pandas as pd

    Path("panel").mkdir()
    random = np.random.default_rng(0)
    hours = pd.date_range("2020-01-01", periods=N_ROWS, freq="h")
    for first in range(0, n_ids, IDS_PER_FILE):
        ids = [f"id {i:06}" for i in range(first, min(first + IDS_PER_FILE, n_ids))]
        shape = (N_ROWS * len(ids), CHANNELS)
        values = random.standard_normal(shape, dtype=np.float32)
        table = pd.DataFrame(values, columns=NAMES)
        table["id"], table["date"] = np.tile(ids, N_ROWS), hours.repeat(len(ids))
        table.to_parquet(f"panel/{first:06}.parquet", compression=None)


def code_of_guide():
    """Its first blocks, for the channels and the number of rows of this benchmark."""
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.M | re.S)
    to_file, to_table, *_ = blocks
    n_learned = 2 * BATCH * N_STEPS
    changed = (
        to_file.replace('["sales", "price"]', repr(NAMES)),
        to_table.replace("10_000", str(n_learned)).replace('"7D"', '"24h"'),
    )
    assert changed[0] != to_file
    assert changed[1] != to_table
    return changed


def measure(n_ids):
    """All of it once; prints the peaks."""
    from sklearn.pipeline import make_pipeline

    from skseqconv import Conv1DRegressor, LookbackWindower, SeriesView, Standardizer

    to_file, to_table = code_of_guide()
    names = {}
    print(f"before {held():.0f} 0")
    with Peak() as peak:
        exec(to_file, names)
    size = Path("panel.npy").stat().st_size / 1e6
    print(f"parquet {peak.megabytes:.0f} {peak.seconds:.1f}")
    channels = names["channels"]
    names.clear()
    names.update({"np": np, "pd": __import__("pandas"), "channels": channels})
    with Peak() as peak:
        exec(to_table, names)
    print(f"make_supervised {peak.megabytes:.0f} {peak.seconds:.1f}")
    model = make_pipeline(
        Standardizer(),
        LookbackWindower(48),
        Conv1DRegressor(epochs=1, steps_per_epoch=N_STEPS, random_state=0),
    )
    with Peak() as peak:
        model.fit(names["X"], names["y"])
    print(f"fit {peak.megabytes:.0f} {peak.seconds:.1f}")
    with Peak() as peak:
        last = np.arange(1, n_ids + 1) * N_ROWS - 1
        assert len(model.predict(SeriesView(names["X"], rows=last))) == n_ids
    print(f"predict {peak.megabytes:.0f} {peak.seconds:.1f}")
    print(f"size {size:.0f} 0")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ids", type=int, nargs="*", default=[400, 10_000])
    parser.add_argument("--folder", help="where the files are made and removed")
    parser.add_argument("--run", choices=["make", "measure"], help="for itself")
    options = parser.parse_args()
    if options.run:
        os.chdir(options.folder)
        {"make": made_files, "measure": measure}[options.run](*options.ids)
        return
    print(machine())
    for n_ids in options.ids:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for run in ("make", "measure"):
                command = [sys.executable, "-m", "tests.benchmarks.parquet_panel"]
                command += ["--run", run, "--ids", str(n_ids), "--folder", folder]
                done = subprocess.run(
                    command, stdout=subprocess.PIPE, text=True, check=True
                )
        found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
        print(f"  {n_ids} ids, {n_ids * N_ROWS} rows, {found.pop('size')[:-2]} MB")
        for name, figures in found.items():
            peak, seconds = figures.split()
            print(f"    {name}: peak {peak} MB, {seconds} s")


if __name__ == "__main__":
    main()
