"""scikeras under our estimators: the one module that knows it.

What its `BaseWrapper` does here: `fit` and `partial_fit` say how many epochs follow how
many and call `_fit`; `predict` brings what `_predict_raw` gives through
`target_encoder_`. What it would do with data, models, seeds and parameters has been
replaced, here and in `_base`.
"""

from __future__ import annotations

from typing import Any, Self

from numpy.typing import ArrayLike, NDArray
from scikeras.wrappers import BaseWrapper
from sklearn.base import BaseEstimator

from skseqconv._public import public
from skseqconv.inputs._sequences import Sequences

from ._running_fit import RunningFit


@public
class AsIs:
    """A feature encoder that leaves X alone, whatever the global configuration."""

    def fit(self, X: Any) -> Self:
        return self

    def transform(self, X: Any) -> Any:
        return X


class OnScikeras(BaseWrapper):
    """scikeras' cycle, with the parameters and the checks of scikit-learn.

    A subclass trains (`_train`), builds its network (`_initialize`) and gives outputs
    for X (`_predict_raw`).
    """

    # scikeras' own parameters are not ours: fixed, and out of get_params().
    model = None
    build_fn = None
    shuffle = True
    run_eagerly = False
    validation_batch_size = None
    _tags = {}  # noqa: RUF012 scikit-learn 1.6 asks scikeras for them
    _get_param_names = classmethod(BaseEstimator._get_param_names.__func__)
    set_params = BaseEstimator.set_params
    __repr__ = BaseEstimator.__repr__

    @property
    def feature_encoder(self) -> AsIs:
        """Leaves X alone."""
        return AsIs()

    @property
    def initialized_(self) -> bool:
        """Whether there is a network to predict with."""
        return hasattr(self, "_architecture")

    def __sklearn_is_fitted__(self) -> bool:
        return self.initialized_

    def _through_scikeras(self, fit: RunningFit) -> None:
        """Let scikeras count the epochs of a fit that is prepared."""
        cycle = BaseWrapper.partial_fit if fit.one_epoch else BaseWrapper.fit
        cycle(self, fit.X, fit.y, fit.sample_weight, fit=fit)

    def _fit(self, X, y, sample_weight, warm_start, epochs, initial_epoch, fit):
        if not fit.going_on:
            held_out = fit.held_out and fit.held_out.X
            self._initialize(X, y, sample_weight, held_out)
        self._train(fit, epochs, initial_epoch)

    # Hooks of scikeras that our estimators fill.

    def _initialize(
        self,
        X: Sequences,
        y: NDArray,
        sample_weight: NDArray | None = None,
        held_out: Sequences | None = None,
    ) -> None:
        """Build the network, with new weights."""
        raise NotImplementedError

    def _train(self, fit: RunningFit, epochs: int | str, first_epoch: int) -> None:
        """Train the network that is there, and keep the history."""
        raise NotImplementedError

    def _predict_raw(self, X: ArrayLike) -> NDArray:
        """Outputs of the network, before `target_encoder_` brings them back."""
        raise NotImplementedError
