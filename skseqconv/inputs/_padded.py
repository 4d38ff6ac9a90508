"""Samples of unequal length as one panel, padded with NaN at the end."""

import numpy as np


def padded(samples):
    """Samples of unequal length as one panel.

    Parameters
    ----------
    samples : sequence of ndarray of shape (n_steps, n_channels) or (n_steps,)
        Each of its own length, with the same channels.

    Returns
    -------
    panel : ndarray of shape (n_samples, longest, n_channels)
        In float32 if all samples are, otherwise in float64. NaN after the last step of
        each sample.
    """
    samples = [np.asarray(sample) for sample in samples]
    columns = [one[:, None] if one.ndim == 1 else one for one in samples]
    single = all(one.dtype == np.float32 for one in columns)
    shape = len(columns), max(map(len, columns)), columns[0].shape[1]
    panel = np.full(shape, np.nan, np.float32 if single else np.float64)
    for sample, values in zip(panel, columns, strict=True):
        sample[: len(values)] = values
    return panel


def lengths_of(panel):
    """How many steps each sample of a panel has, without the padding at its end.

    Parameters
    ----------
    panel : ndarray of shape (n_samples, n_steps, n_channels)

    Returns
    -------
    lengths : ndarray of int of shape (n_samples,)
        Number of steps up to the last one that has a value in any channel. 0 if all
        values are NaN.
    """
    known = ~np.isnan(panel).all(axis=2)
    return np.where(
        known.any(axis=1), known.shape[1] - known[:, ::-1].argmax(axis=1), 0
    )
