"""What a network costs that was never compiled: seconds, and memory that stays.

    python -m tests.benchmarks.first_fit [--network conv1d]

Ten architectures (kernels of 2 to 11 steps), one epoch of 16 batches each, windows of
48 x 7: ours, and Keras' own ``Model.fit`` of the same network on the windows as an
array. Each in a process of its own, after one fit that is not counted, for it starts
TensorFlow. Then the package's import against that of scikit-learn and pandas.
"""

import argparse
import subprocess
import sys
import time
from statistics import median

import numpy as np

from .common import book_network, machine
from .grid_search import resident, task

KERNELS = range(1, 12)


def ours(network, windows, y):
    """One fit for each architecture; all fitted models are kept."""
    from skseqconv import Conv1DGRURegressor, Conv1DRegressor

    Estimator = {"conv1d": Conv1DRegressor, "conv1d_gru": Conv1DGRURegressor}[network]
    kept = []
    for kernel_size in KERNELS:
        model = book_network(Estimator, n_conv=2, kernel_size=kernel_size, epochs=1)
        yield
        kept.append(model.fit(windows, y))


def keras_alone(network, windows, y):
    """The same networks of Keras' own layers."""
    import keras

    array, layers, kept = windows.to_numpy(np.float32), keras.layers, []
    for kernel_size in KERNELS:
        yield
        model = keras.Sequential([keras.Input(array.shape[1:])])
        model.add(layers.Conv1D(32, kernel_size, activation="relu"))
        model.add(layers.MaxPooling1D(3))
        model.add(layers.Conv1D(32, kernel_size, activation="relu"))
        if network == "conv1d":
            model.add(layers.GlobalMaxPooling1D())
        else:
            model.add(layers.GRU(32, dropout=0.1, recurrent_dropout=0.5))
        model.add(layers.Dense(1))
        model.compile("rmsprop", "mse", jit_compile=False)
        model.fit(array, y, batch_size=128, epochs=1, verbose=0)
        kept.append(model)


def measure(side, network):
    """Seconds and MB of each fit but the first."""
    windows, y = task()
    seconds, sizes = [], []
    fits = {"ours": ours, "keras": keras_alone}[side](network, windows, y)
    next(fits)
    more = True
    while more:
        before, began = resident(), time.perf_counter()
        more = next(fits, "done") is None
        seconds.append(time.perf_counter() - began)
        sizes.append(resident() - before)
    seconds, sizes = seconds[1:], sizes[1:]
    print(
        f"  {network}, {side:<5} {median(seconds):5.2f} s "
        f"({min(seconds):.2f}-{max(seconds):.2f}), {np.mean(sizes):5.1f} MB a network"
    )


def imports(repeats=7):
    """Seconds of an import, each in a process of its own, in turn."""
    statements = {
        "sklearn, pandas": "import sklearn, pandas",
        "skseqconv": "import skseqconv",
        "skseqconv's transformers": "from skseqconv import LookbackWindower",
        "skseqconv's networks": "from skseqconv import Conv1DRegressor",
        "keras, tensorflow": "import keras, tensorflow",
    }
    seconds = {name: [] for name in statements}
    for _ in range(repeats):
        for name, statement in statements.items():
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", statement], check=True, stderr=subprocess.DEVNULL
            )
            seconds[name].append(time.perf_counter() - began)
    for name, runs in seconds.items():
        print(f"  {name:<25} {median(runs):5.2f} s ({min(runs):.2f}-{max(runs):.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--side", choices=["ours", "keras"], help="for itself")
    options = parser.parse_args()
    networks = options.network or ["conv1d", "conv1d_gru"]
    if options.side:
        measure(options.side, *networks)
        return
    print(machine())
    for network in networks:
        for side in ("ours", "keras"):
            command = [sys.executable, "-m", "tests.benchmarks.first_fit"]
            subprocess.run(
                [*command, "--network", network, "--side", side],
                check=True,
                stderr=subprocess.DEVNULL,
            )
    print("Import, the interpreter's own start included")
    imports()


if __name__ == "__main__":
    main()
