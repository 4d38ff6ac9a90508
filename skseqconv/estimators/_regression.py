"""Regression: what y is to the networks, and their outputs in its units."""

from __future__ import annotations

from numbers import Real
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from skseqconv.inputs._fitted_steps import check_steps, steps_changed
from skseqconv.inputs._targets import check_values
from skseqconv.series._window_view import WindowView

from ._base import SequenceEstimator
from ._intervals import MAX_ROWS, check_quantiles, correction, overshoots, pair_of
from ._level import (
    Level,
    can_be_solved,
    find_level,
    solve_level,
    still_explains,
    with_scale_of,
)
from ._losses import check_regression_loss, is_poisson
from ._network_held import alone, of_one_fit
from ._parameters import RegressionParameters, parameters
from ._relative import relative
from ._target_encoders import TargetScaler


@parameters
class SequenceRegressor(RegressorMixin, RegressionParameters, SequenceEstimator):
    """Regression: a linear head for the standardized y, or its change."""

    #: Where forecasts start from, as plain data; None if windows are as they are.
    _level = None

    def partial_fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one more epoch, on all complete windows of X.

        Neither `validation_split` nor `early_stopping` is used. The scale of y and its
        relation to the windows stay those of the first call, as long as they explain
        the new rows; behind other fitted steps they are solved anew. Only views
        (`SeriesView`, `make_supervised`) show other steps, and what lies ahead: plain
        tables and arrays must come through the steps of the first call.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What to predict.
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
                (n_samples, n_steps)
            Windows. One that reaches back before its series begins is filled up
            with the series' first row, with a `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        outputs, level = self._outputs_and_level(self._to_predict(X))
        return self._in_units(self._middle(outputs), level)

    @of_one_fit
    def predict_quantiles(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict the quantiles of y; for ``loss="quantile"``.

        After other steps of a Pipeline,
        ``pipe[-1].predict_quantiles(pipe[:-1].transform(X))``.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.

        Returns
        -------
        quantiles : ndarray of shape (n_samples, n_quantiles) or \
                (n_samples, n_outputs, n_quantiles)
            In ascending order, as `quantiles` has them; in the units of y.
        """
        X = self._to_predict(X)
        if not self._quantiles:
            raise ValueError(
                f"This {type(self).__name__} was fitted with another loss than "
                '"quantile", the one that learns quantiles.'
            )
        return self._in_units(*self._outputs_and_level(X))

    @of_one_fit
    def predict_interval(
        self, X: WindowView | ArrayLike, coverage: float = 0.8
    ) -> NDArray[np.float64]:
        """Predict an interval that y lies in with a given probability.

        After other steps of a Pipeline,
        ``pipe[-1].predict_interval(pipe[:-1].transform(X))``.

        Corrected by the rows that were held out in `fit` (`validation_split`) or given
        to `calibrate_interval` since, as far as the rows to come are like those: split
        conformal prediction [1]_, around `predict`, or around the quantiles for
        ``loss="quantile"`` [2]_.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        coverage : float, default=0.8
            Share of the values to come that are to lie inside. For
            ``loss="quantile"`` both quantiles around it must have been trained:
            0.1 and 0.9 for 0.8.

        Returns
        -------
        interval : ndarray of shape (n_samples, 2) or (n_samples, n_outputs, 2)
            Lower and upper bound, in the units of y.

        References
        ----------
        .. [1] Lei, G'Sell, Rinaldo, Tibshirani, Wasserman: Distribution-free
           predictive inference for regression. JASA 113 (2018).
        .. [2] Romano, Patterson, Candes: Conformalized quantile regression.
           NeurIPS 2019.
        """
        if not (isinstance(coverage, Real) and 0 < coverage < 1):
            raise ValueError(f"coverage={coverage!r} must lie between 0 and 1.")
        X = self._to_predict(X)
        if getattr(self, "_calibration", None) is None:
            raise ValueError(
                "predict_interval learns from rows that training has not seen: fit "
                "with validation_split, say 0.1, or give such rows to "
                "calibrate_interval (partial_fit holds none out)."
            )
        y, known = self._calibration
        wider = correction(overshoots(y, *self._bounds(known, coverage)), coverage)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X))
        lower, upper = self._bounds(forecasts, coverage)
        middle = self._middle(forecasts)  # a correction that narrows must not cross it
        lower = np.minimum(lower - wider, middle)
        upper = np.maximum(upper + wider, middle)
        if is_poisson(self._compiled_with[0]):
            lower = np.maximum(lower, 0.0)  # no count is less
        interval = np.stack([lower, upper], axis=-1)
        return interval[:, 0] if self.target_encoder_.n_dims_ == 1 else interval

    def calibrate_interval(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Correct the intervals by other rows, the latest ones whose y is known.

        They take the place of those that `fit` held out; the network stays as it is.
        Intervals of a season are too narrow, or too wide, for the next one: where
        forecasts go on for long, call it now and then, so that the interval follows
        the errors that the forecasts have had of late (the sliding window of residuals
        of [1]_). Training must not have seen the rows.

        After other steps of a Pipeline,
        ``pipe[-1].calibrate_interval(pipe[:-1].transform(X), y)``.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Those that reach back before their series begins are left out,
            with their y.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What came true.

        Returns
        -------
        self : object
            The estimator.

        References
        ----------
        .. [1] Xu, Xie: Conformal prediction interval for dynamic time-series. ICML
           2021.
        """
        check_is_fitted(self)
        with alone(self):
            self._calibrate(X, y)
        return self

    def _calibrate(self, X, y):
        X, y = self._validate_data(X, y)
        check_steps(self, X.data)
        if self._explains(X, y) is False:
            raise ValueError(
                "y does not relate to its channel in X as in the fit, so the level of "
                "the forecasts would be wrong: give y in the units, and X through the "
                "steps, of the fit, or fit again."
            )
        whole = self._rows_to_learn(X, None)
        self._keep_held_out(X[whole], y[whole])

    def _middle(self, outputs):
        """What `predict` gives: of quantiles the median."""
        at = self._quantiles and self._quantiles.index(0.5)
        return outputs if at is None else outputs[:, :, at]

    def _bounds(self, forecasts, coverage):
        """Bounds of an interval as yet uncorrected."""
        if not self._quantiles:
            return forecasts, forecasts
        low, high = pair_of(coverage, self._quantiles)
        return forecasts[:, :, low], forecasts[:, :, high]

    def _in_units(self, outputs, level):
        """Outputs in the units and the shape of y."""
        return self.target_encoder_.inverse_transform(outputs, level)

    def _keep_held_out(self, X, y):
        """Remember what came true, and its forecasts, both in the units of y."""
        some = np.linspace(0, len(X) - 1, min(len(X), MAX_ROWS)).astype(int)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X[some]))
        self._calibration = y[some].reshape(len(some), -1), forecasts

    # The level that forecasts start from.

    def _found_level(self):
        """What was solved, if the network forecasts changes."""
        return self._level and Level(**self._level)

    def _at_level(self, X):
        """Sequences as the network takes them, and the level of y in them."""
        level = self._found_level()
        if level is None:
            return X, None
        X = relative(X, level)
        return X, X.levels

    def _outputs_and_level(self, X):
        X, level = self._at_level(X)
        return self._outputs(X), level

    def _fed(self, X, y):
        X, level = self._at_level(X)
        return X, self.target_encoder_.transform(y, level)

    def _explains(self, X, y):
        """Whether y relates to X as it did in the fit; None where nothing tells."""
        level = self._found_level()
        if level is None:
            return None
        return still_explains(level, self, X.data, y.reshape(len(y), -1))

    def _solve_again(self, X, y, one_epoch):
        """Level and scale as X and y come now, for weights that go on learning."""
        level, known = self._found_level(), self.target_encoder_.scale_ > 0
        if one_epoch:
            level = self._level_of_more(level, X, y.reshape(len(y), -1))
        elif level is not None:
            columns = y.reshape(len(y), -1)
            level = solve_level(level.kind, self, X.data, columns, level)
        encoder = self._encoder(level, y).fit(y)
        if one_epoch and level is None:  # what was constant until now is solved alone
            before = self.target_encoder_
            encoder.mean_ = np.where(known, before.mean_, encoder.mean_)
            encoder.scale_ = np.where(known, before.scale_, encoder.scale_)
        if level is not None:
            self._slot.network.set_level(level.weights)
        self._level = level and dict(vars(level))
        self.target_encoder_ = encoder

    def _level_of_more(self, level, X, y):
        """The level where one batch more is trained on: as before, if that is right."""
        if level is None:
            return None
        changed = steps_changed(self, X.data)
        explained = still_explains(level, self, X.data, y) is not False
        told = can_be_solved(level, self, X.data, y)
        if explained and not changed:
            if told and not level.changes.all():
                now = solve_level(level.kind, self, X.data, y, level)
                return with_scale_of(level, now)
            return level
        if told:
            return solve_level(level.kind, self, X.data, y, level)
        what = "y does not relate to its channel in X as before"
        if changed:
            what = "X comes through other fitted steps than before"
        raise ValueError(
            f"{what}, and these rows do not tell how y relates to its channel now: "
            "give more rows that know their target (from make_supervised), or fit the "
            "whole Pipeline (warm_start=True keeps the weights)."
        )

    @property
    def _quantiles(self):
        """What the network was built with."""
        return self._architecture["quantiles"]

    @property
    def target_encoder(self) -> TargetScaler:
        """Scales y."""
        return TargetScaler()

    def _check_target(self, y, n_samples, *, reset):
        y = check_values(self, y, n_samples, reset=reset)
        if is_poisson(self.loss) and (y < 0).any():
            at = np.argwhere(y < 0)[0]
            raise ValueError(
                f"loss={self.loss!r} is for counts, and y has {y[tuple(at)]:g} in row "
                f"{at[0]}: y must not be negative. 'mse' and 'mae' take any values."
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

    _own_names = (("loss", "quantile"),)

    def _find_level(self, X, y):
        if self.embedding_dim is not None and self.window_norm in (None, "auto"):
            return None
        if self.embedding_dim is not None:
            raise ValueError(
                f"window_norm={self.window_norm!r} is for channels, and embedding_dim "
                "makes X token ids: leave one of them out."
            )
        if is_poisson(self.loss):
            if self.window_norm in (None, "auto"):
                return None
            raise ValueError(
                f"window_norm={self.window_norm!r} forecasts changes, which may be "
                f"negative, and loss={self.loss!r} needs forecasts that are not: use "
                "window_norm=None, or another loss."
            )
        return find_level(self, X.data, y.reshape(len(y), -1))

    def _encoder(self, level, y):
        if level is not None:
            return TargetScaler(level.offsets, level.scale)
        encoder = self.target_encoder
        if is_poisson(self.loss):  # whose loss is the same in any unit, but not shifted
            encoder.fit(y)
            varies = encoder.scale_ > 0
            encoder.scale = np.where(varies, encoder.mean_, 0.0)
            encoder.mean = np.where(varies, 0.0, encoder.mean_)
        return encoder

    def _compile_options(self):
        check_regression_loss(self.loss)
        return self.loss, self.optimizer

    def _check_learned(self, y, one_epoch):
        """Any values will do."""

    def _weighted(self, y, sample_weight, learned, one_epoch):
        return sample_weight

    def _strata(self, y):
        return None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
