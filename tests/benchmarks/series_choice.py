"""The kernels of example 03, chosen by cross-validation on training parts alone.

    python -m tests.benchmarks.series_choice --data FOLDER [--epochs 80]

Candidates differ in their kernels; accuracy in % is that of stratified folds of the
training part of each set, with one seed, and of fewer epochs than the example's. The
sets are small (50, 67 and 36 series), so a series more or less is 1.5 to 2.8 %.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skseqconv import Conv1DClassifier, PerStep, Standardizer

from .common import machine

SETS = ["GunPoint", "ItalyPowerDemand", "ArrowHead"]
CANDIDATES = [(8, 5, 3), (16, 10, 6), (24, 15, 9)]


def network(kernel_size, epochs):
    """The network of example 03, at a constant step size."""
    return make_pipeline(
        Standardizer(),
        PerStep(SimpleImputer(strategy="constant", fill_value=0.0)),
        Conv1DClassifier(
            filters=(64, 128, 64),
            kernel_size=kernel_size,
            pool_size=1,
            padding="same",
            normalization="batch",
            global_pooling="average",
            dropout=0.3,
            batch_size=4,
            epochs=epochs,
            random_state=0,
        ),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--epochs", type=int, default=80)
    options = parser.parse_args()
    print(machine())
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    for kernel_size in CANDIDATES:
        found, began = [], time.perf_counter()
        for name in SETS:
            with np.load(Path(options.data) / f"{name}.npz") as file:
                X, y = file["X_train"], file["y_train"]
            model = network(kernel_size, options.epochs)
            found.append(100 * cross_val_score(model, X, y, cv=cv).mean())
        each = ", ".join(f"{n} {a:.1f}" for n, a in zip(SETS, found, strict=True))
        print(
            f"  kernels {kernel_size}: mean {np.mean(found):.1f} ({each}); "
            f"{time.perf_counter() - began:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
