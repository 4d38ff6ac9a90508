"""
Classify series with random kernels and with an ensemble of networks.
=====================================================================

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
from keras.callbacks import LearningRateScheduler
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeClassifierCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import Conv1DClassifier, MiniRocket, PerStep, Standardizer

SETS = ["GunPoint", "ItalyPowerDemand", "ArrowHead", "JapaneseVowels"]

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", metavar="FOLDER", help="folder of the .npz files")
parser.add_argument("--seeds", type=int, default=1, help="ensembles per data set")
parser.add_argument("--sets", nargs="+", default=SETS, help=", ".join(SETS))
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--quick", action="store_true", help="synthetic data, a few epochs")
options = parser.parse_args()
EPOCHS = 40 if options.quick else options.epochs


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


# %% Networks as in Wang et al. (2017), the same for all data sets
# A few dozen series are too few to choose the kernel size. So three networks with
# narrow, middle and wide kernels vote with their probabilities.
KERNELS = {"narrow": (8, 5, 3), "middle": (16, 10, 6), "wide": (24, 15, 9)}


def cosine_decay(epoch):
    """A learning rate that ends near zero, so that batch normalization settles."""
    return 0.0005 * (1 + np.cos(np.pi * epoch / EPOCHS))


def network(kernel_size, seed):
    return Conv1DClassifier(
        filters=(64, 128, 64),
        kernel_size=kernel_size,
        pool_size=1,
        padding="same",
        normalization="batch",
        global_pooling="average",
        dropout=0.3,
        batch_size=4,
        epochs=EPOCHS,
        callbacks=LearningRateScheduler(cosine_decay),
        random_state=seed,
    )


def networks(seed):
    each = [(name, network(size, seed)) for name, size in KERNELS.items()]
    return make_pipeline(
        Standardizer(),
        PerStep(SimpleImputer(strategy="constant", fill_value=0.0)),
        VotingClassifier(each, voting="soft"),
    )


# %% Fixed kernels and a linear classifier, which take seconds
def rocket(seed):
    return make_pipeline(
        MiniRocket(random_state=seed),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )


# %% Comparison, with the nearest neighbor as baseline
def flat(X):
    return np.nan_to_num(X).reshape(len(X), -1)


def scores(ensemble, X_train, y_train, X_test, y_test):
    """Mean, lowest and highest accuracy over the seeds, and seconds of one of them."""
    began = time.perf_counter()
    found = [
        100 * ensemble(seed).fit(X_train, y_train).score(X_test, y_test)
        for seed in range(options.seeds)
    ]
    took = (time.perf_counter() - began) / options.seeds
    return f"{np.mean(found):.1f} ({min(found):.1f}-{max(found):.1f}, {took:.1f} s)"


neighbor = make_pipeline(FunctionTransformer(flat), KNeighborsClassifier(1))
for name, parts in data.items():
    X_train, y_train, X_test, y_test = parts
    one = neighbor.fit(X_train, y_train).score(X_test, y_test)
    print(
        f"{name:>16}: {len(X_train)} training series; accuracy in %: "
        f"MiniRocket {scores(rocket, *parts)}, networks {scores(networks, *parts)}, "
        f"nearest neighbor {100 * one:.1f}",
        flush=True,
    )
