"""Regression: the targets of the network, and its outputs in the units of y."""

from __future__ import annotations

from inspect import signature
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin

from skseqconv.inputs._fitted_steps import steps_changed
from skseqconv.inputs._target_channel import find_target
from skseqconv.inputs._target_columns import check_target_columns
from skseqconv.inputs._targets import check_values
from skseqconv.inputs._tokens import embeds
from skseqconv.networks._registry import NETWORKS
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._time_spans import each_in_rows, in_rows

from ._base import SequenceEstimator
from ._conformal import check_quantiles
from ._intervals import GivesIntervals
from ._level import Level
from ._level_found import (
    asked_for,
    can_be_solved,
    find_level,
    solve_level,
    still_explains,
    with_scale_of,
)
from ._losses import check_regression_loss, is_poisson
from ._measured import check_for_values, measured
from ._network_held import of_one_fit
from ._own_validation import FAR
from ._parameters import RegressionParameters, parameters
from ._relative import relative
from ._scored import PredictedValues
from ._target_encoders import TargetScaler


@parameters
class SequenceRegressor(
    RegressorMixin, GivesIntervals, RegressionParameters, SequenceEstimator
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
            Weight of each sample in the loss.

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
        return self._of_level("start", "last")

    @property
    def period_(self) -> int | None:
        """Number of rows in the season that forecasts start from, if they do."""
        return self._of_level("period", None)

    def _of_level(self, name, of_version_0_1):
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no {name} of its level before it is "
                "fitted."
            )
        return self._level and self._level.get(name, of_version_0_1)

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

    def _explains(self, X, y):
        """Whether y relates to X as it did in the fit; None if unknown."""
        level = self._found_level()
        if level is None:
            return None
        return still_explains(level, self, X.data, y.reshape(len(y), -1))

    def _is_far(self, y):
        """Without a level, nothing else shows that y has other units."""
        if self._level is not None:
            return False
        scaler = self.target_encoder_
        away = np.abs(np.median(y.reshape(len(y), -1), axis=0) - scaler.mean_)
        return bool(((away > FAR * scaler.scale_) & (scaler.scale_ > 0)).any())

    def _solve_again(self, fit):
        """Solve level and scale for the present X and y; the weights stay."""
        X, y = fit.X, fit.y
        level, known = self._found_level(), self.target_encoder_.scale_ > 0
        if fit.one_epoch:
            level = self._level_of_more(level, X, y.reshape(len(y), -1))
        elif level is not None:
            columns = y.reshape(len(y), -1)
            weight = fit.sample_weight
            level = solve_level(level.kind, self, X.data, columns, level, weight)
        encoder = self._encoder(level, y).fit(y)
        if fit.one_epoch and level is None:
            # Only columns that were constant are solved.
            before = self.target_encoder_
            encoder.mean_ = np.where(known, before.mean_, encoder.mean_)
            encoder.scale_ = np.where(known, before.scale_, encoder.scale_)
        if level is not None:
            self._slot.network.set_level(level.weights)
        self._level = level and dict(vars(level))
        self.target_encoder_ = encoder

    def _level_of_more(self, level, X, y):
        """The level for `partial_fit`: the present one while it explains the rows."""
        if level is None:
            return None
        changed = steps_changed(self, X.data)
        explained = still_explains(level, self, X.data, y) is not False
        told = can_be_solved(level, self, X.data, y)
        if explained and not changed:
            if told and not level.changes.all():
                return with_scale_of(level, X.data, y)
            return level
        if told:
            return solve_level(level.kind, self, X.data, y, level)
        what = "y does not relate to its channel in X as before"
        if changed:
            what = "X has passed other fitted steps than before"
        raise ValueError(
            f"{what}, and these rows do not show how y relates to its channel now. "
            "Give more rows that know their target (from make_supervised), or fit the "
            "whole Pipeline (warm_start=True keeps the weights)."
        )

    @property
    def _quantiles(self):
        """Quantiles that the network was built for, or None."""
        return self._architecture["quantiles"]

    @property
    def target_encoder(self) -> TargetScaler:
        """Scales y."""
        return TargetScaler()

    def _check_target(self, y, n_samples, *, reset, classes=None):
        check_target_columns(self, y, reset=reset)
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

    def _options_for_level(self, level, n_steps):
        several = level is not None and level.several_alike
        if self.channel_independent is True and not several:
            raise ValueError(
                "channel_independent=True forecasts several channels with the same "
                "weights: y needs several target channels that the windows hold, all "
                "with the same delays (make_supervised with a list of targets), and a "
                "level. Use channel_independent='auto', or False."
            )
        independent = several and bool(self.channel_independent)
        if level is None:
            return {"window_norm": None, "channel_independent": False}
        options = level.network_options(n_steps)
        own = {"channel_independent": independent}
        if "reads_newest" in signature(NETWORKS[self._network_name].build).parameters:
            own["reads_newest"] = True
        return options | own

    def _options_of_level(self):
        options = super()._options_of_level()
        if self.window_norm != "auto":
            options["window_norm"] = self.window_norm
        if self.channel_independent != "auto":
            options["channel_independent"] = bool(self.channel_independent)
        return options

    def _changed(self, X, y):
        level = self._found_level()
        if self.level not in ("auto", level and level.start):
            return True
        seasonal = level is not None and level.start == "seasonal"
        period = in_rows("period", self.period, X.data)
        if seasonal and period not in ("auto", level.period):
            return True
        return self._other_targets(X, y) or super()._changed(X, y)

    def _other_targets(self, X, y):
        """Whether y belongs to other channels, or lies otherwise ahead, than before."""
        level, columns = self._found_level(), y.reshape(len(y), -1)
        if level is None or columns.shape[1] != len(level.channels):
            return False
        now = find_target(self, X.data, columns, level)
        delays = [-1 if delay is None else delay for delay in now.delays]
        known = (level.delays >= 0) & (np.array(delays) >= 0)
        return now.channels != level.channels.tolist() or bool(
            (level.delays != delays)[known].any()
        )

    def _find_level(self, X, y, sample_weight):
        asked, way_out = asked_for(self)
        if X.lengths is not None:
            if not asked:
                return None
            raise ValueError(
                f"{asked} needs windows of one length, but X holds series of unequal "
                f"length. Use {way_out}."
            )
        if embeds(self):
            if not asked:
                return None
            raise ValueError(
                f"{asked} is for numeric channels, but with embedding_dim X holds "
                f"token ids. Use {way_out}, or no embedding_dim."
            )
        if is_poisson(self.loss):
            if not asked:
                return None
            raise ValueError(
                f"{asked} forecasts changes, which may be negative, but "
                f"loss={self.loss!r} needs positive forecasts. Use {way_out}, or "
                "another loss."
            )
        return find_level(self, X.data, y.reshape(len(y), -1), sample_weight)

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
