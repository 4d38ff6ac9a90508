"""Quantiles and intervals of a regressor, corrected by held-out rows."""

from __future__ import annotations

from numbers import Real
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skseqconv._sampling import spread_positions
from skseqconv.inputs._complete import rows_to_learn
from skseqconv.inputs._targets import columns_of
from skseqconv.series._window_view import WindowView

from ._conformal import (
    MAX_ROWS,
    MAX_ROWS_OF_SERIES,
    SeriesOf,
    correction,
    corrections,
    overshoots,
    pair_of,
    warn_of_common_width,
)
from ._losses import is_poisson
from ._network_held import alone, of_one_fit
from ._own_validation import check_alike
from ._running_fit import Samples


class GivesIntervals:
    """Methods of `SequenceRegressor` that predict quantiles and intervals.

    They need `_quantiles`, `_outputs_and_level`, `_in_units` and `_explains`, which the
    regressor has. `_calibration` holds the fields of a `Calibration` as a tuple, which
    files can hold.
    """

    @of_one_fit
    def predict_quantiles(self, X: WindowView | ArrayLike) -> NDArray[np.float64]:
        """Predict quantiles of y; only with ``loss="quantile"``.

        For a Pipeline or another model around the network, use
        :func:`skseqconv.predict_quantiles`.

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

    def predict_interval(
        self, X: WindowView | ArrayLike, coverage: float = 0.8
    ) -> NDArray[np.float64]:
        """Predict an interval that contains y with a given probability.

        For a Pipeline or another model around the network, use
        :func:`skseqconv.predict_interval`.

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
        return self._forecast_within(X, coverage)[..., [0, 2]]

    @of_one_fit
    def _forecast_within(self, X, coverage):
        """Lower bound, forecast and upper bound of each value, in the last axis."""
        if not (isinstance(coverage, Real) and 0 < coverage < 1):
            raise ValueError(f"coverage={coverage!r} must lie between 0 and 1.")
        X = self._to_predict(X)
        self._check_calibrated()
        wider = self._correction(X, coverage)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X))
        lower, upper = self._bounds(forecasts, coverage)
        middle = self._middle(forecasts)  # a negative correction stops here
        lower = np.minimum(lower - wider, middle)
        upper = np.maximum(upper + wider, middle)
        if is_poisson(self._compiled_with[0]):
            lower = np.maximum(lower, 0.0)  # counts are not negative
        values = np.stack([lower, middle, upper], axis=-1)
        return values[:, 0] if self.target_encoder_.n_dims_ == 1 else values

    def calibrate_interval(
        self,
        X: WindowView | ArrayLike | None = None,
        y: ArrayLike | None = None,
        by: Literal["series"] | None = None,
    ) -> Self:
        """Correct the width of intervals on the latest rows whose y is known.

        These rows replace the ones that `fit` held out. The network does not change.
        Intervals of one season are too narrow or too wide for the next one. Call this
        method from time to time, so that the width follows the recent errors (the
        sliding window of residuals of [1]_). Training must not have seen the rows.

        For a Pipeline or another model around the network, use
        :func:`skseqconv.calibrate_interval`.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), default=None
            Windows. Rows with too little history are skipped, with their y. None takes
            the rows that set the width now, to change `by` alone.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            The true values.
        by : {"series"} or None, default=None
            "series" corrects the width for each series by its own rows, at most 200 of
            them, spread over time. X must be a view of series with ids, or pooled. A
            coverage needs ``coverage / (1 - coverage)`` rows, rounded up: 4 for 0.8,
            19 for 0.95. Series with fewer rows, and new series, get the correction of
            all rows together, and predictions warn. None corrects all series alike.

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
            self._calibrate(X, y, by)
        return self

    def _calibrate(self, X, y, by):
        if by not in (None, "series"):
            raise ValueError(f"by={by!r} must be 'series' or None.")
        if (X is None) is not (y is None):
            raise ValueError(
                "calibrate_interval needs X and its y, or neither to change by= alone."
            )
        if X is None:
            self._check_calibrated()
            kept = Calibration(*self._calibration)
            self._calibration = tuple(kept._replace(by=_checked_by(by, kept.ids)))
            return
        X, y = self._checked(X, y)
        check_alike(self, Samples(X, y, None), "X")
        whole = rows_to_learn(X.data)
        self._keep_held_out(X[whole], y[whole], by)

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

    def _keep_held_out(self, X, y, by=None):
        """Keep the true values and their forecasts, both in the units of y."""
        series = SeriesOf.of(X.data)
        _checked_by(by, series and series.ids)
        if by is None:
            some = spread_positions(len(X), MAX_ROWS)
        else:
            some = series.rows_of_each(MAX_ROWS_OF_SERIES)
        forecasts = self.target_encoder_.in_units(*self._outputs_and_level(X[some]))
        kept = Calibration(columns_of(y[some]), forecasts)
        if series is not None:
            kept = kept._replace(codes=series.codes[some], ids=series.ids, by=by)
        self._calibration = tuple(kept)

    def _check_calibrated(self):
        if getattr(self, "_calibration", None) is None:
            raise ValueError(
                f"This {type(self).__name__} cannot predict intervals yet: they need "
                "rows that training has not seen. Fit with validation_split=0.2, or "
                "call calibrate_interval with such rows (partial_fit holds none out)."
            )

    def _correction(self, X, coverage):
        """Width to add on both sides: for each output, or for each row and output."""
        kept = Calibration(*self._calibration)
        overshoot = overshoots(kept.y, *self._bounds(kept.forecasts, coverage))
        if kept.by is None:
            return correction(overshoot, coverage)
        series = SeriesOf.of(X.data)
        n_rows = np.bincount(kept.codes, minlength=len(kept.ids))
        warn_of_common_width(series, kept.ids, n_rows, coverage)
        own = corrections(overshoot, kept.codes, len(kept.ids), coverage)
        of_new = correction(overshoot, coverage)
        if series is None:
            return of_new
        return np.vstack([own, of_new])[series.codes_among(kept.ids)]


class Calibration(NamedTuple):
    """Rows that training has not seen, and the series that they belong to."""

    y: NDArray
    forecasts: NDArray
    codes: NDArray | None = None
    ids: list | None = None
    by: str | None = None


def _checked_by(by, ids):
    if by is not None and ids is None:
        raise ValueError(
            "by='series' tells series apart by their ids, and these rows have none. "
            "Make X by make_supervised(table, ..., id=...), or use by=None."
        )
    return by
