"""Samples of unequal length as one panel, padded with NaN at the end."""

import numpy as np

from skseqconv.series.tables._containers import unmasked


def as_panel(X, n_channels=None):
    """Samples as one padded panel, if X holds an array for each; else X as it is.

    Parameters
    ----------
    X : object
        A list, a tuple, a column of a table or an object array of arrays of shape
        (n_steps, n_channels), or of such lists. Arrays of shape (n_steps,) are series
        of one channel, of equal lengths or not. A list of lists of numbers is a table.
    n_channels : int, default=None
        Number of channels, if known. Arrays of so many values are the rows of a table.

    Returns
    -------
    X : ndarray of shape (n_samples, longest, n_channels), or object

    Raises
    ------
    ValueError
        If samples differ in their channels.
    """
    is_column = hasattr(X, "iloc") and not hasattr(X, "columns")
    holds_objects = isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype.kind == "O"
    if not (is_column or holds_objects or isinstance(X, (list, tuple))):
        return X
    samples = list(X)
    if not samples or not all(map(_is_sample, samples)):
        return X
    try:
        arrays = [np.asarray(unmasked(sample)) for sample in samples]
    except ValueError:  # lists within lists of unequal length
        return X
    if any(one.dtype.kind not in "fiubO" for one in arrays):
        return X  # text
    widths = [one.shape[1:] for one in arrays]
    is_list = isinstance(X, (list, tuple))
    if () in widths and is_list and any(isinstance(s, (list, tuple)) for s in samples):
        return X
    if len(set(widths)) > 1 or len(widths[0]) > 1:
        other = next((i for i, w in enumerate(widths) if w != widths[0]), 0)
        raise ValueError(
            f"Samples need the shape (n_steps, n_channels), with the same channels: "
            f"sample 0 has the shape {arrays[0].shape}, sample {other} the shape "
            f"{arrays[other].shape}."
        )
    if is_list and widths[0] == () and n_channels not in (None, 1):
        if set(map(len, arrays)) == {n_channels}:
            return X
    if any(one.dtype.kind == "O" for one in arrays):
        arrays = [_as_numbers(one, i) for i, one in enumerate(arrays)]
    return padded(arrays)


def _as_numbers(sample, i):
    """An array of objects as float64."""
    try:
        return sample.astype(np.float64)
    except ValueError:
        text = next((one for one in sample.flat if isinstance(one, str)), None)
        if text is None:
            raise
        raise ValueError(
            f"Sample {i} of X holds text, {text!r}, where numbers are needed. Leave "
            "this channel out, or convert it to numbers first."
        ) from None


def _is_sample(sample):
    """Whether it may be a series: an array or a list, but neither text nor a table."""
    if isinstance(sample, (str, bytes)) or hasattr(sample, "iloc"):
        return False
    return isinstance(sample, (list, tuple)) or getattr(sample, "ndim", 0) > 0


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


def real_steps(panel):
    """Which steps of a panel are not padding; None if all of them are real.

    Parameters
    ----------
    panel : ndarray of shape (n_samples, n_steps, n_channels)

    Returns
    -------
    real : ndarray of bool of shape (n_samples, n_steps) or None
    """
    if not np.isnan(panel[:, -1]).all(axis=1).any():
        return None
    return np.arange(panel.shape[1]) < lengths_of(panel)[:, None]


def without_padding(panel):
    """A panel without the steps that are padding in all samples, and its lengths.

    Returns
    -------
    panel : ndarray of shape (n_samples, longest, n_channels)
        A view.
    lengths : ndarray of int of shape (n_samples,) or None
        None if all samples have the same length.

    Raises
    ------
    ValueError
        If a sample has no value.
    """
    if real_steps(panel) is None:
        return panel, None
    lengths = lengths_of(panel)
    if not lengths.all():
        empty = np.flatnonzero(lengths == 0)
        more = f", and so have {len(empty) - 1} others" if len(empty) > 1 else ""
        raise ValueError(
            f"Sample {empty[0]} of X has no value{more}: all of it is NaN. Leave such "
            "samples out, together with their y."
        )
    longest = lengths.max()
    return panel[:, :longest], None if lengths.min() == longest else lengths
