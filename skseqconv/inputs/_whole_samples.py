"""Samples of panels and windows, each of its own length, read batch by batch."""

import numpy as np

from skseqconv.series._window_view import WindowView

from ._finite import FILL_SAMPLES, raise_if_not_finite
from ._padded import lengths_of
from ._swapped import hint_if_swapped

#: Larger values could become infinite in sums of float32.
LARGEST = 1e36


#: Values are checked in parts of about this many.
CHECKED_AT_ONCE = 2**20


class WholeSamples:
    """Samples from the first to the last step.

    Parameters
    ----------
    X : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        Checked. Steps that are NaN at the end of a sample are padding.

    Attributes
    ----------
    lengths : ndarray of int of shape (n_samples,)
        Number of steps of each sample, without padding.
    """

    def __init__(self, X):
        self.X = X
        if isinstance(X, WindowView):
            self.lengths = np.full(len(X), X.shape[1])
        else:
            self.lengths = lengths_of(X)

    def read(self, at):
        """Copy some samples.

        Parameters
        ----------
        at : ndarray of int
            Positions of the samples.

        Returns
        -------
        values : ndarray of float32 of shape (n_channels, longest, n_samples)
            Zero after the end of each sample.
        lengths : ndarray of int of shape (n_samples,)

        Raises
        ------
        ValueError
            If a value is missing, infinite or too large for float32.
        """
        lengths = self.lengths[at]
        is_view = isinstance(self.X, WindowView)
        part = self.X[at].to_numpy() if is_view else self.X[at, : lengths.max()]
        ended = np.arange(part.shape[1]) >= lengths[:, None]
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(part) <= LARGEST)
        bad[ended] = False
        if bad.any():
            self._refuse(part, bad, at)
        part = part.transpose(2, 1, 0).astype(np.float32, order="C")
        if ended.any():
            part[:, ended.T] = 0
        return part, lengths

    def _refuse(self, part, bad, at):
        """Name the first value that is missing, infinite or too large."""
        if isinstance(self.X, WindowView):
            raise_if_not_finite(self.X[at], *self.X[at].block())
        sample, step, channel = np.argwhere(bad)[0]
        value = part[sample, step, channel]
        place = f"sample {at[sample]}, step {step}, channel {channel}"
        if np.isnan(value):
            raise ValueError(
                f"Input X contains NaN: {place}, before the last step of the sample. "
                "Only steps after the end of a sample may be NaN, as padding. "
                f"{FILL_SAMPLES}"
            )
        what = "infinity" if np.isinf(value) else f"{value:g}, too large for float32"
        raise ValueError(
            f"Input X contains {what}: {place}. Correct the value, or divide the "
            "channel by a power of ten."
        )

    def check_values(self):
        """Refuse a value that is missing, infinite or too large."""
        size = max(1, CHECKED_AT_ONCE // max(1, np.prod(self.X.shape[1:])))
        for start in range(0, len(self.lengths), size):
            self.read(np.arange(start, min(start + size, len(self.lengths))))

    def check_lengths(self, least, reader, way_out):
        """Refuse samples without values, or with fewer steps than `least`.

        Parameters
        ----------
        least : int
        reader : str
            What needs so many steps, as the subject of a sentence.
        way_out : str
            What to do about samples that are too short.
        """
        lengths = self.lengths
        if not len(lengths):
            return
        shortest = int(lengths.argmin())
        if not lengths[shortest]:
            raise ValueError(
                f"Input X contains NaN only in {np.sum(lengths == 0)} of "
                f"{len(lengths)} samples, first in sample {shortest}: they have no "
                "steps. Remove these samples."
            )
        if lengths[shortest] < least:
            raise ValueError(
                f"{reader} {least} steps, but {np.sum(lengths < least)} of "
                f"{len(lengths)} samples of X are shorter. The shortest is sample "
                f"{shortest}, with {lengths[shortest]}. {way_out}{self._if_swapped()}"
            )

    def _if_swapped(self):
        """A hint, if the axes of a panel look exchanged."""
        hint = "" if isinstance(self.X, WindowView) else hint_if_swapped(self.X.shape)
        return f" {hint}" if hint else ""
