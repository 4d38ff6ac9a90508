"""Convolutions of samples, and the share of their values above biases.

The arrays have the shape (n_steps, n_samples): a shift in time is then a slice, and all
work is done in long rows. The weights -1 of all kernels have the sum `-sum(x)` in
common. A kernel adds `3 x` at its three other weights.
"""

import numpy as np

from ._fixed_kernels import KERNELS, WIDTH, quantiles

#: Counts of up to this many steps fit into a byte.
STEPS_PER_BYTE = 255


class Convolutions:
    """Outputs of all kernels at one dilation, with zeros around the samples.

    Parameters
    ----------
    values : ndarray of float32 of shape (n_channels, n_steps, n_samples)
        Zero after the end of each sample.
    dilation : int
    """

    def __init__(self, values, dilation):
        n_channels, n_steps, n_samples = values.shape
        reach = WIDTH // 2 * dilation
        wide = np.zeros((n_channels, n_steps + 2 * reach, n_samples), values.dtype)
        wide[:, reach : reach + n_steps] = values
        shifts = [wide[:, k * dilation :][:, :n_steps] for k in range(WIDTH)]
        self.common = -values
        for k in (0, 1, 2, 3, 5, 6, 7, 8):
            self.common -= shifts[k]
        self.tripled = np.multiply(wide, 3, out=wide)
        self.dilation = dilation

    def within(self, first, last):
        """The common part, of the steps that are counted.

        Parameters
        ----------
        first, last : ndarray of int of shape (n_samples,)
            First step of each sample that counts, and the one after the last.

        Returns
        -------
        start : int
            Earliest step that counts in any sample.
        common : ndarray of shape (n_channels, n_steps_that_count, n_samples)
            Steps that do not count in a sample are minus infinity: so are all outputs
            there, which no bias is below.
        """
        start, stop = first.min(), last.max()
        common = self.common[:, start:stop]
        if (first > start).any() or (last < stop).any():
            steps = np.arange(start, stop)[:, None]
            outside = (steps < first) | (steps >= last)
            common = np.where(outside, -np.inf, common).astype(common.dtype)
        return start, common

    def outputs(self, kernel, channels, start, common, samples=slice(None)):
        """The output of a kernel on the sum of some channels, from step `start` on."""
        n_steps = common.shape[1]
        total = _sum_of(common[..., samples], channels)
        tripled = self.tripled[:, start : start + n_steps + (WIDTH - 1) * self.dilation]
        tripled = _sum_of(tripled[..., samples], channels)
        first, *others = (tripled[k * self.dilation :][:n_steps] for k in kernel)
        total = total + first
        for shifted in others:
            total += shifted
        return total


def _sum_of(values, channels):
    """The sum over some channels; of one channel, not a copy."""
    total = values[channels[0]]
    for number, channel in enumerate(channels[1:]):
        if channel < 0:
            break
        total = np.add(total, values[channel], out=total if number else None)
    return total


def biases_of(read, kernels, drawn):
    """Biases: quantiles of the outputs for one sample each.

    Parameters
    ----------
    read : callable
        From positions of samples to their values, as for `Convolutions`, and lengths.
    kernels : Kernels
    drawn : ndarray of int of shape (n_dilations, 84)
        Positions of the samples.

    Returns
    -------
    biases : ndarray of float32 of shape (n_features,)
    """
    shares = np.split(
        quantiles(kernels.n_features), np.cumsum(kernels.n_biases)[:-1] * len(KERNELS)
    )
    found = []
    for at, dilation, channels, share in zip(
        drawn, kernels.dilations, kernels.channels, shares, strict=True
    ):
        values, lengths = read(at)
        convolutions = Convolutions(values, dilation)
        start, common = convolutions.within(np.zeros_like(lengths), lengths)
        outputs = np.empty((len(KERNELS), common.shape[1]), dtype=common.dtype)
        for k, kernel in enumerate(KERNELS):
            one = slice(k, k + 1)
            args = kernel, channels[k], start, common, one
            outputs[k] = convolutions.outputs(*args)[:, 0]
        found.append(_quantiles_of(outputs, lengths, share.reshape(len(KERNELS), -1)))
    return np.concatenate(found).astype(np.float32)


def _quantiles_of(outputs, lengths, shares):
    """Quantiles of the last values of sorted rows, interpolated."""
    outputs = np.sort(outputs, axis=1)  # minus infinity, after a sample's end, is first
    place = shares * (lengths[:, None] - 1) + outputs.shape[1] - lengths[:, None]
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, outputs.shape[1] - 1)
    low, high = (np.take_along_axis(outputs, at, axis=1) for at in (below, above))
    return (low + (place - below) * (high.astype(np.float64) - low)).ravel()


def positive_shares(values, lengths, kernels, biases, alternate):
    """The share of each sample's steps where a kernel's output is above a bias.

    Parameters
    ----------
    values : ndarray of float32 of shape (n_channels, n_steps, n_samples)
        Zero after the end of each sample.
    lengths : ndarray of int of shape (n_samples,)
    kernels : Kernels
    biases : ndarray of float32 of shape (n_features,)
    alternate : bool
        Whether every other kernel counts only the steps where it lies within the
        sample. A kernel that is longer than a sample counts all of its steps.

    Returns
    -------
    shares : ndarray of float32 of shape (n_features, n_samples)
    """
    shares = np.empty((len(biases), len(lengths)), dtype=np.float32)
    column = 0
    for number, (dilation, n_biases) in enumerate(
        zip(kernels.dilations, kernels.n_biases, strict=True)
    ):
        convolutions = Convolutions(values, dilation)
        reach = WIDTH // 2 * dilation
        fits = lengths > 2 * reach
        inner = np.where(fits, reach, 0), np.where(fits, lengths - reach, lengths)
        spans = [(np.zeros_like(lengths), lengths), inner]
        counted = [convolutions.within(*span) for span in spans]
        sizes = [(last - first).astype(np.float32) for first, last in spans]
        for k, kernel in enumerate(KERNELS):
            span = (number + k) % 2 if alternate else 0
            channels = kernels.channels[number, k]
            outputs = convolutions.outputs(kernel, channels, *counted[span])
            rows = slice(column, column + n_biases)
            shares[rows] = _counts_above(outputs, biases[rows]) / sizes[span]
            column += n_biases
    return shares


def _counts_above(outputs, biases):
    """For each bias, how many steps of each sample lie above it."""
    above = outputs > biases[:, None, None]
    counts = np.zeros((len(biases), outputs.shape[1]), dtype=np.int64)
    for start in range(0, len(outputs), STEPS_PER_BYTE):
        part = above[:, start : start + STEPS_PER_BYTE].view(np.uint8)
        counts += np.add.reduce(part, axis=1, dtype=np.uint8)
    return counts
