"""What travels through a fit, as one object; the rows and the history of a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight

from skseqconv.inputs._complete import complete_rows
from skseqconv.inputs._sequences import Sequences
from skseqconv.series._containers import refuse_masked

from ._fit_task import FitTask


class Samples(NamedTuple):
    """Sequences, their targets and their weights."""

    X: Sequences
    y: NDArray
    sample_weight: NDArray | None

    def at(self, rows: NDArray[np.intp]) -> Self:
        """Some of the samples."""
        if len(rows) == len(self.X):
            return self
        X, y, weight = self
        return type(self)(X[rows], y[rows], None if weight is None else weight[rows])


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


def checked_weight(name, weight, y):
    """Weights of samples as float32; None if there are none."""
    if weight is None:
        return None
    refuse_masked(name, weight)
    return _check_sample_weight(weight, y, dtype=np.float32)


def rows_to_learn(X, sample_weight=None):
    """Positions of complete windows with a weight."""
    complete = complete_rows(X.data)
    if sample_weight is not None:
        if (sample_weight < 0).any():
            raise ValueError(
                f"sample_weight has {sample_weight.min():g}: weights must not be "
                "negative."
            )
        complete = complete & (sample_weight > 0)
        if not complete.any():
            raise ValueError(
                "sample_weight is zero for every complete window: there is nothing "
                "to learn. At least one must be positive."
            )
    return np.flatnonzero(complete)


def joined(before, after):
    """Two histories as one, NaN where an epoch has no value."""
    n_before, n_after = len(before["loss"]), len(after["loss"])
    return {
        name: before.get(name, [np.nan] * n_before)
        + after.get(name, [np.nan] * n_after)
        for name in {**before, **after}
    }
