"""What travels through a fit, as one object; the rows and the history of a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skseqconv.inputs._sequences import Sequences

from ._fit_task import FitTask


class Samples(NamedTuple):
    """Sequences, their targets and their weights."""

    X: Sequences
    y: NDArray
    sample_weight: NDArray | None

    def at(self, rows: NDArray[np.intp]) -> Self:
        """Some of the samples."""
        X, y, weight = self
        key: slice | NDArray[np.intp] = rows
        if len(rows) and (np.diff(rows) == 1).all():
            if len(rows) == len(X):
                return self
            key = slice(rows[0], rows[-1] + 1)  # it does not copy
        return type(self)(X[key], y[key], None if weight is None else weight[key])

    def of_mean_weight(self, purpose: str) -> Self:
        """The samples with weights of mean 1, or without weights if all are equal.

        Then the mean of the weighted losses, which Keras computes, is the weighted mean
        of the losses. And optimizers, whose steps depend on the size of the loss, do
        not depend on the unit of the weights.
        """
        weight = self.sample_weight
        if weight is None:
            return self
        if not weight.any():
            raise ValueError(
                f"class_weight gives weight zero to all {len(weight)} samples to "
                f"{purpose}. At least one of their classes needs a positive weight."
            )
        if np.ptp(weight) == 0:
            return self._replace(sample_weight=None)
        return self._replace(sample_weight=weight / weight.mean())


@dataclass(frozen=True)
class RunningFit:
    """A fit that is prepared: what it learns from, and how it goes.

    Parameters
    ----------
    learned : Samples
        Complete windows with a weight, without those to validate on.
    held_out : Samples or None
        Samples to validate on.
    own_validation : bool
        Whether `fit` was given them, beside the samples to learn from.
    going_on : bool
        Whether the network goes on from the weights that it has.
    task : FitTask or None
        Tells scikit-learn's callbacks of each epoch; None for `partial_fit`.
    """

    learned: Samples
    held_out: Samples | None
    own_validation: bool
    going_on: bool
    task: FitTask | None

    @property
    def one_epoch(self) -> bool:
        """Whether this is `partial_fit`."""
        return self.task is None

    @property
    def X(self) -> Sequences:
        return self.learned.X

    @property
    def y(self) -> NDArray:
        return self.learned.y

    @property
    def sample_weight(self) -> NDArray | None:
        return self.learned.sample_weight


def joined(before, after):
    """Two histories as one, NaN where an epoch has no value."""
    n_before, n_after = len(before["loss"]), len(after["loss"])
    return {
        name: before.get(name, [np.nan] * n_before)
        + after.get(name, [np.nan] * n_after)
        for name in {**before, **after}
    }
