"""Quantiles and intervals of a regressor, corrected by held-out rows."""

from __future__ import annotations

from numbers import Real
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skseqconv.series._window_view import WindowView

from ._conformal import MAX_ROWS, correction, overshoots, pair_of
from ._losses import is_poisson
from ._network_held import alone, of_one_fit
from ._own_validation import check_alike
from ._running_fit import Samples, rows_to_learn


class GivesIntervals:
    """Methods of `SequenceRegressor` that predict quantiles and intervals.

    They need `_quantiles`, `_outputs_and_level`, `_in_units` and `_explains`, which the
    regressor has.
    """

    @of_one_fit
    def predict_quantiles(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict quantiles of y; only with ``loss="quantile"``.

        At the end of a Pipeline, use
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
            In the order of `quantiles`, ascending, in the units of y.
        """
        X = self._to_predict(X)
        if not self._quantiles:
            raise ValueError(
                f"This {type(self).__name__} was fitted with "
                f"loss={self._compiled_with[0]!r}, which learns no quantiles. Fit it "
                "with loss='quantile'."
            )
        return self._in_units(*self._outputs_and_level(X))

    @of_one_fit
    def predict_interval(
        self, X: WindowView | ArrayLike, coverage: float = 0.8
    ) -> NDArray[np.float64]:
        """Predict an interval that contains y with a given probability.

        At the end of a Pipeline, use
        ``pipe[-1].predict_interval(pipe[:-1].transform(X))``.

        The interval lies around `predict`, or around the quantiles for
        ``loss="quantile"``. Its width is corrected on the rows that `fit` held out
        (`validation_split`), or on the rows of the last `calibrate_interval`: split
        conformal prediction [1]_, [2]_. The coverage holds if future rows are like
        those.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        coverage : float, default=0.8
            Share of future values that should lie inside. With ``loss="quantile"``
            the network must have been trained for both quantiles around it: 0.1 and
            0.9 for 0.8.

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
                f"This {type(self).__name__} cannot predict intervals yet: they need "
                "rows that training has not seen. Fit with validation_split=0.1, or "
                "call calibrate_interval with such rows (partial_fit holds none out)."
            )
        y, known = self._calibration
        wider = correction(overshoots(y, *self._bounds(known, coverage)), coverage)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X))
        lower, upper = self._bounds(forecasts, coverage)
        middle = self._middle(forecasts)  # a negative correction stops here
        lower = np.minimum(lower - wider, middle)
        upper = np.maximum(upper + wider, middle)
        if is_poisson(self._compiled_with[0]):
            lower = np.maximum(lower, 0.0)  # counts are not negative
        interval = np.stack([lower, upper], axis=-1)
        return interval[:, 0] if self.target_encoder_.n_dims_ == 1 else interval

    def calibrate_interval(self, X: WindowView | ArrayLike, y: ArrayLike) -> Self:
        """Correct the width of intervals on the latest rows whose y is known.

        These rows replace the ones that `fit` held out. The network does not change.
        Intervals of one season are too narrow or too wide for the next one. Call this
        method from time to time, so that the width follows the recent errors (the
        sliding window of residuals of [1]_). Training must not have seen the rows.

        At the end of a Pipeline, use
        ``pipe[-1].calibrate_interval(pipe[:-1].transform(X), y)``.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Rows with too little history are skipped, with their y.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.

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
        X, y = self._checked(X, y)
        check_alike(self, Samples(X, y, None), "X")
        whole = rows_to_learn(X)
        self._keep_held_out(X[whole], y[whole])

    def _middle(self, outputs):
        """The forecast of `predict`, which is the median of quantiles."""
        at = self._quantiles and self._quantiles.index(0.5)
        return outputs if at is None else outputs[:, :, at]

    def _bounds(self, forecasts, coverage):
        """Bounds of an interval before the correction."""
        if not self._quantiles:
            return forecasts, forecasts
        low, high = pair_of(coverage, self._quantiles)
        return forecasts[:, :, low], forecasts[:, :, high]

    def _keep_held_out(self, X, y):
        """Keep the true values and their forecasts, both in the units of y."""
        some = np.linspace(0, len(X) - 1, min(len(X), MAX_ROWS)).astype(int)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X[some]))
        self._calibration = y[some].reshape(len(some), -1), forecasts
