"""What a kind of task, regression or classification, says to a fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseqconv.inputs._sequences import Sequences

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skseqconv.engine._feed import Feed
    from skseqconv.series._window_view import WindowView

    from ._level import Level
    from ._running_fit import RunningFit


def of_level(architecture: dict[str, Any]) -> dict[str, Any]:
    """The options of a network that belong to its level."""
    names = (
        "window_norm",
        "highway",
        "exogenous_at",
        "channel_independent",
        "reads_newest",
    )
    return {name: architecture[name] for name in names if name in architecture}


class TaskHooks:
    """What a kind of task may say. Hooks with a body here need not be overridden."""

    #: Values of parameters that mean something here, and nothing to Keras.
    _own_names: tuple[tuple[str, str], ...] = ()

    #: The level that forecasts start from, as plain data; None if there is none.
    _level: dict[str, Any] | None = None

    #: Name of the network in `networks._registry.NETWORKS`.
    _network_name: ClassVar[str]

    #: Arguments of the network function, and its name, as plain data.
    _architecture: dict[str, Any]

    #: Loss, optimizer and metrics of the network.
    _compiled_with: tuple

    #: What of the loss and of each metric is best: "max", "min", or None if unknown.
    _best_of_metrics: dict[str, str | None]

    #: Sentences on what learns from fewer windows than a network.
    _needs_fewer: ClassVar[str] = ""

    def _check_target(
        self,
        y: ArrayLike,
        n_samples: int,
        *,
        reset: bool,
        classes: ArrayLike | None = None,
    ) -> NDArray:
        """y as an array; on `reset` remember what it is, else compare."""
        raise NotImplementedError

    def _encoder(self, level: Level | None, y: NDArray) -> BaseEstimator:
        """What makes y the network's targets and back, not yet fitted."""
        raise NotImplementedError

    def _head(self, y: NDArray) -> dict[str, Any]:
        """Options of the network's head."""
        raise NotImplementedError

    def _compile_options(self) -> tuple:
        """Loss, optimizer and what else is measured."""
        raise NotImplementedError

    def _find_level(
        self, X: Sequences, y: NDArray, sample_weight: NDArray | None
    ) -> Level | None:
        """The level that forecasts start from."""
        return None

    def _options_for_level(self, level: Level | None) -> dict[str, Any]:
        """Options of the network for a new level."""
        return {"window_norm": None}

    def _options_of_level(self) -> dict[str, Any]:
        """Options of the network for its level, as a fitted estimator would get now."""
        return of_level(self._architecture)

    def _solve_again(self, fit: RunningFit) -> None:
        """Solve anew what is not trained, where the network goes on."""

    def _fed(self, X: Sequences, y: NDArray) -> tuple[Sequences, NDArray]:
        """Samples and targets as the network takes them."""
        return X, self.target_encoder_.transform(y)

    def _predictor(self, X: Sequences) -> Callable[[NDArray], BaseEstimator]:
        """From outputs of the network for X to a model that has predicted them."""
        raise NotImplementedError

    def _persistence(self, feed: Feed) -> NDArray[np.float32]:
        """The last values of the targets, as outputs of the network."""
        raise NotImplementedError

    def _delays(self, X: WindowView | NDArray) -> int | ArrayLike | None:
        """How many rows ahead y lies; None for what X knows."""
        return None

    def _explains(self, X: Sequences, y: NDArray) -> bool | None:
        """Whether y relates to X as it did in the fit; None if unknown."""
        return None

    def _is_far(self, y: NDArray) -> bool:
        """Whether y lies so far from that of the fit that its units seem to differ."""
        return False

    def _strata(self, y: NDArray) -> NDArray | None:
        """Labels for a stratified validation split."""
        return None

    def _weighted(
        self,
        y: NDArray,
        sample_weight: NDArray | None,
        learned: NDArray[np.intp],
        one_epoch: bool,
    ) -> NDArray | None:
        """Weights of the samples, with those of their classes."""
        return sample_weight

    def _check_learned(self, fit: RunningFit) -> None:
        """Refuse y that nothing can be learned from."""

    def _keep_held_out(self, X: Sequences, y: NDArray) -> None:
        """Remember of held-out rows what later predictions need."""
