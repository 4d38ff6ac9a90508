"""
Classify series with an ensemble of networks with parallel widths.
==================================================================

::

    python examples/03_classify_series.py                      synthetic series
    python examples/03_classify_series.py --data FOLDER        GunPoint.npz and others
                                                               of the UCR archive

Each .npz file holds X_train, y_train, X_test and y_test. X has the shape
(n_series, n_steps) or (n_series, n_steps, n_channels). Shorter series are padded with
NaN. Without --data, the files are read from the folder in SKSEQCONV_DATA, if it is set.
"""

# %% Options
import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up notices

import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import Conv1DClassifier, PerStep, Standardizer

SETS = ["GunPoint", "ItalyPowerDemand", "ArrowHead", "JapaneseVowels"]

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", metavar="FOLDER", help="folder of the .npz files")
parser.add_argument("--seeds", type=int, default=1, help="ensembles per data set")
parser.add_argument("--sets", nargs="+", default=SETS, help=", ".join(SETS))
parser.add_argument("--epochs", type=int, default=50)
parser.add_argument("--quick", action="store_true", help="synthetic data, a few epochs")
options = parser.parse_args()
EPOCHS = 10 if options.quick else options.epochs


# %% The series
def synthetic_series(n_series=120, n_steps=60, seed=0):
    """Noise with two bumps, or a bump and a dip in either order, at random places."""
    random = np.random.default_rng(seed)
    y = random.integers(3, size=n_series)
    X = random.normal(scale=0.5, size=(n_series, n_steps))
    bump = np.hanning(12) * 3
    for series, label in zip(X, y, strict=True):
        first, second = random.integers(0, 18), random.integers(30, 48)
        series[first : first + 12] += bump * (-1 if label == 1 else 1)
        series[second : second + 12] += bump * (-1 if label == 0 else 1)
    half = n_series // 2
    return X[:half], y[:half], X[half:], y[half:]


folder = options.data or os.environ.get("SKSEQCONV_DATA")
if options.quick or not folder:
    data = {"synthetic": synthetic_series()}
else:
    data = {}
    for name in options.sets:
        with np.load(Path(folder) / f"{name}.npz") as file:
            parts = ("X_train", "y_train", "X_test", "y_test")
            data[name] = tuple(file[part] for part in parts)


# %% Three networks that vote, the same for all data sets
# A few dozen series are too few to choose the kernel size. So each layer has narrow,
# middle and wide kernels side by side. The networks differ by their seed alone, so they
# share one compiled program. `fcn` is the network of Wang et al. (2017), trained by one
# cycle of the learning rate. The setting was chosen by cross-validation on the training
# parts (docs/accuracy.md).
N_VOTERS = 3


def network(seed):
    return Conv1DClassifier.fcn(
        filters=(16, 32, 16),
        kernel_size=[(8, 16, 24), (5, 10, 15), (3, 6, 9)],
        dropout=0.3,
        epochs=EPOCHS,
        random_state=seed,
    )


def networks(seed):
    seeds = range(N_VOTERS * seed, N_VOTERS * (seed + 1))
    voters = [(f"seed {one}", network(one)) for one in seeds]
    return make_pipeline(
        Standardizer(),
        PerStep(SimpleImputer(strategy="constant", fill_value=0.0)),
        VotingClassifier(voters, voting="soft"),
    )


# %% Comparison with the nearest neighbor
def flat(X):
    return np.nan_to_num(X).reshape(len(X), -1)


neighbor = make_pipeline(FunctionTransformer(flat), KNeighborsClassifier(1))
for name, (X_train, y_train, X_test, y_test) in data.items():
    one = neighbor.fit(X_train, y_train).score(X_test, y_test)
    began = time.perf_counter()
    found = [
        networks(seed).fit(X_train, y_train).score(X_test, y_test)
        for seed in range(options.seeds)
    ]
    took = (time.perf_counter() - began) / options.seeds
    print(
        f"{name:>16}: {len(X_train)} training series; accuracy in %: networks "
        f"{100 * np.mean(found):.1f} ({100 * min(found):.1f}-{100 * max(found):.1f}, "
        f"{took:.0f} s per ensemble), nearest neighbor {100 * one:.1f}",
        flush=True,
    )
