"""Regression: the targets of the network, and its outputs in the units of y."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin

from skseqconv.inputs._scored_in_order import ScoredInOrder
from skseqconv.inputs._targets import check_values, columns_of
from skseqconv.inputs._tokens import embeds
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._time_spans import each_in_rows

from ._base import SequenceEstimator
from ._conformal import check_quantiles
from ._intervals import GivesIntervals
from ._level import Level
from ._level_found import asked_for, find_level
from ._losses import check_regression_loss, is_poisson
from ._measured import check_for_values, measured
from ._network_held import of_one_fit
from ._parameters import RegressionParameters, parameters
from ._regression_continued import ContinuesRegression
from ._relative import relative
from ._scored import PredictedValues
from ._target_encoders import TargetScaler


@parameters
class SequenceRegressor(
    ScoredInOrder,
    RegressorMixin,
    GivesIntervals,
    ContinuesRegression,
    RegressionParameters,
    SequenceEstimator,
):
    """Regression: the network predicts the standardized y, or its change."""

    _own_names = (("loss", "quantile"),)
    _needs_fewer = " LinearAutoregression and PersistenceRegressor need fewer."

    def partial_fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one more epoch on all complete windows of X.

        `validation_split` and `early_stopping` are not used. The first call chooses and
        solves the `level` from its rows alone. If these are few, first call
        ``initialize(X, y)`` on more rows.

        The scale of y and its relation to the windows stay those of the first call
        while they explain the new rows. After other fitted steps they are solved again.
        Only views (`SeriesView`, `make_supervised`) carry their steps: plain tables and
        arrays must come through the steps of the first call.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. Without it, the weights are 1. Unlike
            those of `fit`, they also count from call to call: samples of larger weight
            change the network more.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._partial_fit(X, y, sample_weight)

    @of_one_fit
    def predict(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict y.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows. If a window begins before its series, the first row is repeated,
            with a `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        outputs, level = self._outputs_and_level(self._to_predict(X))
        return self._in_units(self._middle(outputs), level)

    def _in_units(self, outputs, level):
        """Outputs in the units and shape of y."""
        return self.target_encoder_.inverse_transform(outputs, level)

    # The level that forecasts start from.

    @property
    def level_(self) -> str | None:
        """What forecasts start from, as `level` names it; None for plain windows."""
        return self._of_level("start")

    @property
    def period_(self) -> int | None:
        """Number of rows in the season that forecasts start from, if they do."""
        return self._of_level("period")

    def _of_level(self, name):
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no {name} of its level before it is "
                "fitted."
            )
        return self._level and self._level[name]

    def _found_level(self):
        """The level of the fit, if the network forecasts changes."""
        return self._level and Level(**self._level)

    def _at_level(self, X):
        """The network's input, and the level of y in it."""
        level = self._found_level()
        return (X, None) if level is None else relative(X, level)

    def _outputs_and_level(self, X):
        X, level = self._at_level(X)
        return self._outputs(X), level

    def _fed(self, X, y):
        X, level = self._at_level(X)
        return X, self.target_encoder_.transform(y, level)

    def _predictor(self, X):
        _, level = self._at_level(X)

        def predicted(outputs):
            return PredictedValues(self._in_units(self._middle(outputs), level))

        return predicted

    def _persistence(self, feed):
        level, windows = self._found_level(), feed.sequences.data
        last, _ = level.known(windows)
        forecasts = level.slopes * last + level.offsets
        outputs = self.target_encoder_.transform(forecasts, level.of(windows, last))
        if self._quantiles is None:
            return outputs
        return np.repeat(outputs[:, :, None], len(self._quantiles), axis=2)

    @property
    def _quantiles(self):
        """Quantiles that the network was built for, or None."""
        return self._architecture["quantiles"]

    @property
    def target_encoder(self) -> TargetScaler:
        """Scales y."""
        return TargetScaler()

    def _check_target(self, y, n_samples, *, reset, classes=None):
        y = check_values(self, y, n_samples, reset=reset)
        if is_poisson(self.loss) and (y < 0).any():
            at = np.argwhere(y < 0)[0]
            raise ValueError(
                f"y has {y[tuple(at)]:g} in row {at[0]}, but loss={self.loss!r} is for "
                "counts, which are not negative. Use 'mse' or 'mae' for other values."
            )
        return y

    def _head(self, y):
        return {
            "n_outputs": 1 if y.ndim == 1 else y.shape[1],
            "output_activation": "softplus" if is_poisson(self.loss) else "linear",
            "quantiles": (
                check_quantiles(self.quantiles) if self.loss == "quantile" else None
            ),
        }

    def _delays(self, X):
        return each_in_rows("delay", self.delay, X)

    def _options_for_level(self, level):
        several = level is not None and level.several_alike
        chosen = self.channel_independent
        if chosen != "auto" and chosen and not several:
            raise ValueError(
                "channel_independent=True forecasts several channels with the same "
                "weights: y needs several target channels that the windows hold, all "
                "with the same delays (make_supervised with a list of targets), and a "
                "level. Use channel_independent='auto', or False."
            )
        independent = several and bool(self.channel_independent)
        if level is None:
            return {"window_norm": None, "channel_independent": False}
        return level.network_options() | {"channel_independent": independent}

    def _find_level(self, X, y, sample_weight):
        asked, way_out = asked_for(self)
        refusal = self._refusal_of_level(X, asked, way_out)
        if not refusal:
            return find_level(self, X.data, columns_of(y), sample_weight)
        if asked:
            raise ValueError(refusal)
        return None

    def _refusal_of_level(self, X, asked, way_out):
        """Why there can be no level, for one who asked for it; None if there can be."""
        if X.lengths is not None:
            return (
                f"{asked} needs windows of one length, but X holds series of unequal "
                f"length. Use {way_out}."
            )
        if embeds(self):
            return (
                f"{asked} is for numeric channels, but with embedding_dim X holds "
                f"token ids. Use {way_out}, or no embedding_dim."
            )
        if is_poisson(self.loss):
            return (
                f"{asked} forecasts changes, which may be negative, but "
                f"loss={self.loss!r} needs positive forecasts. Use {way_out}, or "
                "another loss."
            )
        return None

    def _encoder(self, level, y):
        if level is not None:
            return TargetScaler(level.bases, level.scale)
        encoder = self.target_encoder
        if is_poisson(self.loss):  # this loss allows another unit, but no shift
            encoder.fit(y)
            varies = encoder.scale_ > 0
            encoder.scale = np.where(varies, encoder.mean_, 0.0)
            encoder.mean = np.where(varies, 0.0, encoder.mean_)
        return encoder

    def _compile_options(self):
        check_regression_loss(self.loss)
        check_for_values(self.metrics, self.loss)
        return self.loss, self.optimizer, measured(self.metrics).keras

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
