"""The kernels of example 03, chosen by cross-validation on training parts alone.

    python -m tests.benchmarks.series_choice --data FOLDER [--repeats 2]

Candidates differ in their kernels, and train as the example does; accuracy in % is that
of five stratified folds of each set's training part, in each repeat with other folds
and another seed. The sets are small (67, 50, 36 and 270 series), so a series more or
less is 0.4 to 2.8 %.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from keras.callbacks import LearningRateScheduler
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skseqconv import Conv1DClassifier, PerStep, Standardizer

from .common import machine

SETS = ["ItalyPowerDemand", "GunPoint", "ArrowHead", "JapaneseVowels"]
CANDIDATES = [(8, 5, 3), (16, 10, 6), (24, 15, 9)]


class CosineDecay(LearningRateScheduler):
    """From the step size of the example to zero."""

    def __init__(self, epochs):
        super().__init__(lambda epoch: 0.0005 * (1 + np.cos(np.pi * epoch / epochs)))


def network(kernel_size, epochs, seed):
    """The network of example 03."""
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
            callbacks=CosineDecay(epochs),
            random_state=seed,
        ),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", required=True)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    options = parser.parse_args()
    print(machine())
    found = {kernel_size: [] for kernel_size in CANDIDATES}
    for repeat in range(options.repeats):
        cv = StratifiedKFold(5, shuffle=True, random_state=repeat)
        for name in options.sets:
            with np.load(Path(options.data) / f"{name}.npz") as file:
                X, y = file["X_train"], file["y_train"]
            for kernel_size in CANDIDATES:
                began = time.perf_counter()
                model = network(kernel_size, options.epochs, repeat)
                score = 100 * cross_val_score(model, X, y, cv=cv).mean()
                found[kernel_size].append(score)
                print(
                    f"  repeat {repeat}, {name}, kernels {kernel_size}: {score:.1f}; "
                    f"{time.perf_counter() - began:.0f} s",
                    flush=True,
                )
        for kernel_size, scores in found.items():
            print(f"mean so far, kernels {kernel_size}: {np.mean(scores):.2f}")


if __name__ == "__main__":
    main()
