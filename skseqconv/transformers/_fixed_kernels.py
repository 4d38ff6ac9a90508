"""The kernels of MiniRocket: weights, dilations, channels and quantiles.

All follow Dempster, Schmidt and Webb (2021), https://doi.org/10.1145/3447548.3467231. A
kernel has nine weights: three are 2, the others are -1. Each kernel has the same
dilations, and each dilation several biases. A feature belongs to one dilation, one
kernel and one bias, in this order.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Number of weights of a kernel.
WIDTH = 9

#: For each kernel, which of its weights are 2.
KERNELS = tuple(combinations(range(WIDTH), 3))

#: A convolution reads at most this many channels.
MAX_CHANNELS = 9


class Kernels(NamedTuple):
    """What is fixed before the biases.

    Parameters
    ----------
    dilations : ndarray of int of shape (n_dilations,)
    n_biases : ndarray of int of shape (n_dilations,)
        Number of biases of each kernel at each dilation.
    channels : ndarray of int of shape (n_dilations, 84, n_channels_read)
        Channels that are summed. -1 after the last one.
    """

    dilations: NDArray[np.int64]
    n_biases: NDArray[np.int64]
    channels: NDArray[np.int64]

    @property
    def n_features(self):
        return len(KERNELS) * int(self.n_biases.sum())


def make_kernels(n_steps, n_channels, n_kernels, max_dilations, random):
    """Kernels for samples of up to `n_steps` steps."""
    dilations, n_biases = dilations_of(
        n_steps, n_kernels // len(KERNELS), max_dilations
    )
    channels = channels_of(n_channels, (len(dilations), len(KERNELS)), random)
    return Kernels(dilations, n_biases, channels)


def dilations_of(n_steps, n_features, max_dilations):
    """Dilations of a kernel, and how many of its features each one has.

    Dilations grow exponentially, from 1 to the one whose kernel spans a whole sample.
    They are rounded down. The features of equal ones are added.
    """
    n_drawn = min(n_features, max_dilations)
    largest = np.log2((max(n_steps, WIDTH) - 1) / (WIDTH - 1))
    grid = np.logspace(0, largest, n_drawn, base=2).astype(np.int64)
    dilations, counts = np.unique(grid, return_counts=True)
    counts = (counts * (n_features / n_drawn)).astype(np.int64)
    # What rounding left over goes to the smallest dilations.
    left = n_features - counts.sum()
    counts += left // len(counts)
    counts[: left % len(counts)] += 1
    return dilations, counts


def channels_of(n_channels, shape, random):
    """A random choice of channels for each combination of dilation and kernel.

    Their number is drawn on a logarithmic scale: one channel is the most frequent.
    """
    if n_channels == 1:
        return np.zeros((*shape, 1), dtype=np.int64)
    most = min(n_channels, MAX_CHANNELS)
    numbers = (2 ** random.uniform(0, np.log2(most + 1), shape)).astype(np.int64)
    chosen = np.full((*shape, most), -1)
    for place in np.ndindex(shape):
        number = numbers[place]
        chosen[place][:number] = random.choice(n_channels, number, replace=False)
    return chosen


def quantiles(n_features):
    """Quantiles from a sequence of low discrepancy, one for each feature."""
    golden = (np.sqrt(5) + 1) / 2
    return np.arange(1, n_features + 1) * golden % 1
