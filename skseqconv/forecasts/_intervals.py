"""Intervals and quantiles of models whose last step predicts them."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skseqconv._monotonic import named
from skseqconv._public import public
from skseqconv._unwrap import innermost, inside, interval_of
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

Model = TypeVar("Model")


@public
def predict_interval(
    model: Any, X: SeriesView | WindowView | ArrayLike, coverage: float = 0.8
) -> NDArray[np.float64]:
    """Predict an interval that contains y with a given probability.

    Works on the networks themselves and on a Pipeline, a search, a `FrozenEstimator` or
    a `TransformedTargetRegressor` around them. The rows that `fit` held out
    (`validation_split`) set the width, see
    :meth:`Conv1DRegressor.predict_interval`.

    Parameters
    ----------
    model : estimator
        A fitted model whose last step is one of the networks.
    X : SeriesView, WindowView or array-like
        What ``model.predict`` takes.
    coverage : float, default=0.8
        Share of future values that should lie inside.

    Returns
    -------
    interval : ndarray of shape (n_samples, 2) or (n_samples, n_outputs, 2)
        Lower and upper bound in the units of y. A `TransformedTargetRegressor` maps
        the bounds back by its inverse, see Notes.

    Raises
    ------
    ValueError
        If the model has no intervals, as baselines and ensembles, if it has seen no
        held-out rows, or if a `TransformedTargetRegressor` has an inverse that is not
        finite and monotonic between the bounds.

    Warns
    -----
    UserWarning
        If the width was set for each series (:func:`calibrate_interval`), and X has
        series with too few held-out rows for it.

    See Also
    --------
    predict_quantiles : Quantiles of a network with ``loss="quantile"``.
    calibrate_interval : Sets the width anew, by later rows or for each series.
    forecast : A table with bounds.

    Notes
    -----
    Bounds reach further than y itself: those of the square root of counts may be
    negative. The *inverse* of a `TransformedTargetRegressor` must be finite and
    monotonic there, too, in each column of y on its own. Otherwise values between the
    bounds do not stay between them. That is an error, not a wider interval: single
    values do not show how wide it has to be, because an inverse such as 1 / v jumps.
    Use ``func=np.log1p, inverse_func=np.expm1``, or an inverse that stops where y does:
    ``np.square(np.maximum(v, 0))`` for the square root. The inverse of Box-Cox
    (`PowerTransformer`) is not defined for all numbers; narrow intervals may have one.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DRegressor, LookbackWindower, Standardizer
    >>> from skseqconv import make_supervised, predict_interval
    >>> X, y = make_supervised(np.sin(np.arange(400.0)), 0)
    >>> network = Conv1DRegressor(n_conv=1, validation_split=0.2, random_state=0)
    >>> model = make_pipeline(Standardizer(), LookbackWindower(12), network)
    >>> predict_interval(model.fit(X, y), X[-3:], coverage=0.9).shape
    (3, 2)
    """
    check_is_fitted(model)
    check_gives(model, "intervals", "predict_interval")
    return interval_of(model, X, coverage)


@public
def predict_quantiles(
    model: Any, X: SeriesView | WindowView | ArrayLike
) -> NDArray[np.float64]:
    """Predict quantiles of y; only for networks with ``loss="quantile"``.

    Parameters
    ----------
    model : estimator
        A fitted model whose last step is one of the networks: the network itself, or a
        Pipeline, a search or a `TransformedTargetRegressor` around it.
    X : SeriesView, WindowView or array-like
        What ``model.predict`` takes.

    Returns
    -------
    quantiles : ndarray of shape (n_samples, n_quantiles) or \
            (n_samples, n_outputs, n_quantiles)
        In the order of `quantiles`, ascending, in the units of y.

    Raises
    ------
    ValueError
        If the model has no quantiles, or if a `TransformedTargetRegressor` turns their
        order round, or has an inverse that is not finite and monotonic between them.

    See Also
    --------
    predict_interval : The interval between two quantiles, corrected by held-out rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DRegressor, LookbackWindower
    >>> from skseqconv import make_supervised, predict_quantiles
    >>> X, y = make_supervised(np.sin(np.arange(400.0)), 0)
    >>> network = Conv1DRegressor(n_conv=1, loss="quantile", random_state=0)
    >>> model = make_pipeline(LookbackWindower(12), network).fit(X, y)
    >>> predict_quantiles(model, X[-4:]).shape
    (4, 3)
    """
    check_is_fitted(model)
    check_gives(model, "quantiles", "predict_quantiles")
    inner = inside(model, X)
    quantiles = inner.outward(inner.estimator.predict_quantiles(inner.X))
    if (np.diff(quantiles, axis=-1) < 0).any():
        transformers = " and ".join(map(named, inner.scalers))
        raise ValueError(
            f"{transformers} turns the order of y round, so quantiles would be those "
            "of the other side. Use a transformer of y that keeps the order, or "
            "predict_interval."
        )
    return quantiles


def quantiles_by_name(model: Any, X: SeriesView) -> dict[str, NDArray[np.float64]]:
    """The forecasts of each quantile, by "q0.1", "q0.5" and so on."""
    quantiles = predict_quantiles(model, X)
    levels = innermost(model)._quantiles
    return {f"q{level:g}": quantiles[..., i] for i, level in enumerate(levels)}


@public
def calibrate_interval(
    model: Model,
    X: SeriesView | WindowView | ArrayLike | None = None,
    y: ArrayLike | None = None,
    by: Literal["series"] | None = None,
) -> Model:
    """Set the width of intervals by later rows, or for each series on its own.

    The network does not change. Intervals of one season are too narrow or too wide for
    the next one, so call this function from time to time.

    Parameters
    ----------
    model : estimator
        A fitted model whose last step is one of the networks: the network itself, or a
        Pipeline, a search or a `TransformedTargetRegressor` around it.
    X : SeriesView, WindowView or array-like, default=None
        Rows that training has not seen. None takes those that set the width now, which
        `fit` held out (`validation_split`), to change `by` alone.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        Their true values.
    by : {"series"} or None, default=None
        "series" sets the width for each series by its own rows. Series are told apart
        by their ids, or by their channels if X is pooled. ``coverage / (1 - coverage)``
        rows are needed, rounded up: 4 for a coverage of 0.8, 9 for 0.9, 19 for 0.95.
        Series with fewer rows, and new series, get the width of all rows together, and
        `predict_interval` warns. None sets one width for all.

    Returns
    -------
    model : estimator
        The given model.

    Raises
    ------
    ValueError
        If the model has no intervals, if the series have no ids, or as
        :meth:`Conv1DRegressor.calibrate_interval`.

    See Also
    --------
    predict_interval : Predicts the intervals.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DRegressor, LookbackWindower
    >>> from skseqconv import calibrate_interval, make_supervised, predict_interval
    >>> random = np.random.default_rng(0)
    >>> table = random.normal(size=(400, 2)) * [1, 10]
    >>> X, y = make_supervised(table, [0, 1], pooled=True)
    >>> network = Conv1DRegressor(n_conv=1, random_state=0)
    >>> model = make_pipeline(LookbackWindower(12), network).fit(X[:400], y[:400])
    >>> model = calibrate_interval(model, X[400:], y[400:], by="series")
    >>> calm, wild = np.ptp(predict_interval(model, X[-2:]), axis=1)
    >>> bool(wild > 5 * calm)
    True
    """
    check_is_fitted(model)
    check_gives(model, "intervals", "calibrate_interval")
    if X is None:
        innermost(model).calibrate_interval(None, y, by=by)
        return model
    inner = inside(model, X)
    inner.estimator.calibrate_interval(
        inner.X, None if y is None else inner.inward(y), by=by
    )
    return model


def check_gives(model, what, method):
    """Raise if the estimator inside of a model has no such method."""
    last = innermost(model)
    if not hasattr(last, method):
        raise ValueError(
            f"{type(last).__name__} has no {what}: {method} needs a model whose last "
            "step is one of the networks, such as Conv1DRegressor. For another model, "
            "take quantiles of its errors in Comparison.forecasts()."
        )
