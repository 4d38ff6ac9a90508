"""
From a notebook to ten lines
============================

The networks are the two forecasting networks of F. Chollet, "Deep Learning with
Python", Manning, 2017 ("the book"). Notebooks based on the book standardize by hand,
copy each window in a Python loop, and feed Keras from a generator. This example runs
such code, and then the same task with this package. Rows, networks, optimizer, loss and
number of training steps are the same. Only the random numbers differ, so the errors
differ as between two seeds. A third run uses the defaults of this package, which
forecast changes from a level.
"""

import os
import time
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    HistoryDisplay,
    LookbackWindower,
    Standardizer,
    make_supervised,
)
from skseqconv.datasets import make_climate

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # a few training steps, for tests
STEPS, EPOCHS = (10, 2) if QUICK else (60, 5)  # in the book (500, 20)
LOOKBACK, STEP, DELAY, BATCH = 1440, 6, 144, 128
TARGET = "T (degC)"

# %%
# The series
# ----------
#
# A synthetic year, or `load_climate_csv("FILE").sort_index().ffill()`.
series = make_climate(random_state=0)
n_train = int(0.6 * len(series))
n_validation = int(0.2 * len(series)) // (8 if QUICK else 1)


# %%
# The notebook
# ------------
#
# About sixty lines.
def notebook(network):
    """Validation error per epoch in degrees, with the code of the book."""
    import keras

    values = series.to_numpy().copy()
    target = list(series.columns).index(TARGET)
    values -= values[:n_train].mean(axis=0)
    unit = values[:n_train].std(axis=0)
    values /= unit

    def generator(low, high, shuffle):
        row, random = low, np.random.default_rng(0)
        while True:
            if shuffle:
                rows = random.integers(low, high, size=BATCH)
            else:
                row = low if row >= high else row
                rows = np.arange(row, min(row + BATCH, high))
                row += len(rows)
            samples = np.zeros((len(rows), LOOKBACK // STEP, values.shape[1]))
            targets = np.zeros(len(rows))
            for j, end in enumerate(rows):
                samples[j] = values[end - LOOKBACK + STEP : end + 1 : STEP]
                targets[j] = values[end + DELAY, target]
            yield samples, targets

    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential([keras.Input((LOOKBACK // STEP, values.shape[1]))])
    model.add(layers.Conv1D(32, 5, activation="relu"))
    model.add(layers.MaxPooling1D(3))
    model.add(layers.Conv1D(32, 5, activation="relu"))
    if network == "Conv1D":
        model.add(layers.MaxPooling1D(3))
        model.add(layers.Conv1D(32, 5, activation="relu"))
        model.add(layers.GlobalMaxPooling1D())
    else:
        model.add(layers.GRU(32, dropout=0.1, recurrent_dropout=0.5))
    model.add(layers.Dense(1))
    model.compile(optimizer="rmsprop", loss="mae")
    end = n_train + n_validation
    history = model.fit(
        generator(LOOKBACK, n_train - DELAY, shuffle=True),
        shuffle=False,  # the generator shuffles
        steps_per_epoch=STEPS,
        epochs=EPOCHS,
        validation_data=generator(n_train, end - DELAY, shuffle=False),
        validation_steps=-(-(n_validation - DELAY) // BATCH),
        verbose=0,
    )
    return np.multiply(history.history["val_loss"], unit[target])


# %%
# This package
# ------------
#
# Ten lines.
X, y = make_supervised(series, TARGET, delay=DELAY, on_gap="warn")
X, y = X[: n_train + n_validation - DELAY], y[: n_train + n_validation - DELAY]
windows = make_pipeline(Standardizer(), LookbackWindower(LOOKBACK, step=STEP))
windows.fit(X[:n_train])  # statistics of the training rows only


def package(estimator):
    """Validation error per epoch in degrees, with this package."""
    estimator.set_params(
        loss="mae",
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        validation_split=(len(X) - n_train) / len(X),
        random_state=0,
    )
    estimator.fit(windows.transform(X), y)
    return np.multiply(estimator.history_["val_loss"], estimator.target_encoder_.scale_)


# The book's networks see windows as they are. They have no strides, and no dropout
# before the output. The head of Conv1D reads the maximum over time.
BOOK = {"optimizer": "rmsprop", "dropout": 0.0, "level": None, "strides": 1}
book = {
    "Conv1D": Conv1DRegressor(**BOOK, global_pooling="max"),
    "Conv1D-GRU": Conv1DGRURegressor(**BOOK),
}
defaults = {"Conv1D": Conv1DRegressor(), "Conv1D-GRU": Conv1DGRURegressor()}

# %%
# Side by side
# ------------
temperature = series[TARGET].to_numpy()[n_train : n_train + n_validation]
persistence = np.abs(temperature[DELAY:] - temperature[:-DELAY]).mean()
print(f"{n_train:,} training rows, {n_validation:,} validation rows")
print(f"validation error in degrees per epoch of {STEPS} steps (mean absolute error)")
print(f"persistence: {persistence:.2f}")
errors = {}
for name in book:
    ways = {
        "the notebook": partial(notebook, name),
        "ten lines": partial(package, book[name]),
        "defaults": partial(package, defaults[name]),
    }
    for way, run in ways.items():
        began = time.perf_counter()
        found = errors[name, way] = run()
        print(
            f"{name:>11}, {way:<12}: {' '.join(f'{error:.2f}' for error in found)}"
            f"   ({time.perf_counter() - began:.0f} s)",
            flush=True,
        )

best = min(errors, key=lambda way: min(errors[way]))
skill = 1 - min(errors[best]) / persistence
print(
    f"Lowest error: {min(errors[best]):.2f} degrees by {best[0]} ({best[1]}), "
    f"{abs(skill):.0%} {'better' if skill > 0 else 'worse'} than persistence."
)

# %%
# The pictures
# ------------
#
# First the three runs of each network, then the losses of the runs with the defaults.
colors = dict(zip(ways, ["#0072B2", "#D55E00", "#009E73"], strict=True))
figure, axes = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True, layout="constrained")
for axis, name in zip(axes, book, strict=True):
    for way, color in colors.items():
        axis.plot(range(1, EPOCHS + 1), errors[name, way], "o-", color=color, label=way)
    axis.axhline(persistence, color="#767676", linestyle="--", label="persistence")
    axis.set(title=name, xlabel="Epoch", xticks=range(1, EPOCHS + 1))
    axis.grid(color="0.9")
axes[0].set_ylabel("Validation error (°C)")
figure.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside upper left",
    ncols=4,
    frameon=False,
)
figure.savefig("07_from_a_notebook.png")

display = HistoryDisplay.from_estimator(defaults)
display.figure_.savefig("07_history.png")
