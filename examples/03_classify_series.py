"""
Classify series with random kernels and with an ensemble of networks
====================================================================

The series are synthetic, unless SKSEQCONV_DATA names a folder with sets of the UCR and
UEA archives::

    SKSEQCONV_DATA=FOLDER python examples/03_classify_series.py

Each set is a file such as GunPoint.npz, with X_train, y_train, X_test and y_test. X has
the shape (n_series, n_steps) or (n_series, n_steps, n_channels). Shorter series are
padded with NaN.
"""

import os
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import Conv1DClassifier, MiniRocket, Standardizer

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few epochs, for tests
FOLDER = os.environ.get("SKSEQCONV_DATA")
SETS = ["GunPoint", "ItalyPowerDemand", "ArrowHead", "JapaneseVowels"]
N_SEEDS = 1  # ensembles for each set
EPOCHS = 3 if QUICK else 15  # of 100 steps each


# %%
# The series
# ----------
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


if FOLDER is None:
    data = {"synthetic": synthetic_series()}
else:
    data = {}
    for name in SETS:
        with np.load(Path(FOLDER) / f"{name}.npz") as file:
            parts = ("X_train", "y_train", "X_test", "y_test")
            data[name] = tuple(file[part] for part in parts)


# %%
# Networks after Wang et al. (2017)
# ---------------------------------
#
# A few dozen series are too few to choose the kernel size. So each of five layers has
# narrow, middle and wide kernels side by side. A bottleneck before them saves
# arithmetic. Four such networks, which differ in their seeds, vote with their
# probabilities. All sets have the same setting.
#
# Such small networks leave a second core idle, so two processes train them.
N_NETWORKS = 4
MIDDLE = (5, 10, 15)


def network(seed):
    return Conv1DClassifier.fcn(
        n_conv=5,
        filters=(16, 32, 32, 32, 16),  # of each width
        kernel_size=[(8, 16, 24), MIDDLE, MIDDLE, MIDDLE, (3, 6, 9)],
        pool_size=(2, 1, 1, 1),
        bottleneck=16,
        dropout=0.3,
        batch_size=4,
        steps_per_epoch=100,
        epochs=EPOCHS,
        learning_rate=0.001,
        learning_rate_schedule="cosine",
        random_state=seed,
    )


def networks(seed):
    each = [(f"seed {i}", network(N_NETWORKS * seed + i)) for i in range(N_NETWORKS)]
    return make_pipeline(
        Standardizer(),
        FunctionTransformer(np.nan_to_num),  # padding becomes the mean, zero
        VotingClassifier(each, voting="soft", n_jobs=2),
    )


# %%
# Fixed kernels and a linear classifier
# -------------------------------------
#
# They take seconds.
def rocket(seed):
    return make_pipeline(
        MiniRocket(on_short="pad", random_state=seed),  # zeros around short series
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )


# %%
# Comparison
# ----------
#
# The baseline is the nearest neighbor.
def flat(X):
    return np.nan_to_num(X).reshape(len(X), -1)


def scores(ensemble, X_train, y_train, X_test, y_test):
    """Mean, lowest and highest accuracy over the seeds, and seconds of one of them."""
    began = time.perf_counter()
    found = [
        100 * ensemble(seed).fit(X_train, y_train).score(X_test, y_test)
        for seed in range(N_SEEDS)
    ]
    took = (time.perf_counter() - began) / N_SEEDS
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

# %%
# The picture: the test series of the first set
# ---------------------------------------------
#
# Thin lines are single series, thick lines the mean of each class.
name = next(iter(data))
X_test, y_test = data[name][2:]
classes = np.unique(y_test)
figure, axes = plt.subplots(
    1, len(classes), figsize=(9, 3), sharey=True, layout="constrained"
)
for axis, label in zip(axes, classes, strict=True):
    lines = X_test[y_test == label].reshape((y_test == label).sum(), len(X_test[0]), -1)
    axis.plot(lines[:10, :, 0].T, color="0.7", linewidth=0.8)
    axis.plot(np.nanmean(lines[:, :, 0], axis=0), color="#0072B2", linewidth=2)
    axis.set(title=f"Class {label}", xlabel="Step")
    axis.grid(color="0.9")
axes[0].set_ylabel(f"Value ({name} series)")
figure.savefig("03_series.png")
