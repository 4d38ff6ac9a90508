"""Steps: fitted transformers that a view applies to its rows when they are read."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Step(Protocol):
    """A fitted transformer of rows. It gives the same rows for the same rows."""

    #: The scikit-learn transformer behind it; messages name its class.
    transformer: Any
    #: Number of channels that come out, and their names.
    n_channels: int
    channel_names: NDArray[np.object_] | None

    def transform(self, rows: NDArray, /) -> NDArray:
        """Transform an array of shape (n_rows, n_channels)."""
        ...


def with_steps(view, steps):
    """The same view, but with these steps."""
    return view._derive(steps=tuple(steps))


def apply_steps(steps, rows):
    """The rows after each of the steps, in their order."""
    for step in steps:
        rows = step.transform(rows)
    return rows
