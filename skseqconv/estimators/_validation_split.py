"""The validation part: the last rows in time, with a gap before them."""

import numpy as np

from skseqconv.series._view_internals import target_stamps
from skseqconv.series._window_view import WindowView


def validation_tail(X, rows, share, gap, delay=None, strata=None):
    """Split samples into a training part and the last ones in time.

    Parameters
    ----------
    X : WindowView or ndarray
        The samples. Those of an array count as ordered in time.
    rows : ndarray of int
        Positions of the samples that may be used.
    share : float
        Share of them to hold out. Samples with equal stamps stay together.
    gap : int or "auto"
        Number of samples left out before the validation part (whole stamps). "auto"
        leaves out those whose target lies after the first validation row, if X is a
        view and `delay` is given or X knows its target.
    delay : int or sequence of int, default=None
        How many rows ahead the targets lie; None to ask X.
    strata : ndarray of shape (n_samples,), default=None
        Labels. If samples have no order in time (an array, `gap` is "auto"), the last
        ones of each label are held out.

    Returns
    -------
    training, validation : ndarray of int

    Raises
    ------
    ValueError
        If no sample is left to train on.
    """
    windows = isinstance(X, WindowView)
    if strata is not None and not windows and gap == "auto":
        return _last_of_each(rows, strata[rows], share)
    stamps = X.stamps[rows] if windows else rows
    order = np.argsort(stamps, kind="stable")
    ranked = stamps[order]
    # The small number guards against rounding: 100 * 0.07 is larger than 7.
    n_training = len(rows) - int(np.ceil(len(rows) * share - 1e-9))
    first = ranked[min(n_training, len(rows) - 1)]
    training = order[ranked < first]
    validation = order[ranked >= first]
    if gap == "auto":
        if delay is None:
            delay = [d for _, d in getattr(X, "target", None) or []]
        delay = np.max(delay, initial=0)
        if windows and delay:
            training = training[target_stamps(X[rows[training]], delay) <= first]
    elif gap:
        last = stamps[training[-gap]] if gap <= len(training) else -np.inf
        training = training[stamps[training] < last]
    if not len(training):
        raise ValueError(
            f"validation_split={share!r} and validation_gap={gap!r} leave none of the "
            f"{len(rows)} rows to train on: use smaller ones, or more rows."
        )
    return np.sort(rows[training]), np.sort(rows[validation])


def _last_of_each(rows, labels, share):
    """Hold out the last samples of each label, but not all of them."""
    held_out = np.zeros(len(rows), dtype=bool)
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        n_held_out = min(round(len(of_label) * share), len(of_label) - 1)
        held_out[of_label[len(of_label) - n_held_out :]] = True
    if not held_out.any():
        raise ValueError(
            f"validation_split={share!r} holds out none of {len(rows)} samples of "
            f"{len(np.unique(labels))} classes: use a larger one, or more samples."
        )
    return rows[~held_out], rows[held_out]
