"""Validation data that `fit` is given: windows like those of X, and their targets."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skseqconv._sampling import spread_positions
from skseqconv.inputs._complete import checked_weight, rows_to_learn
from skseqconv.inputs._fitted_steps import check_steps
from skseqconv.inputs._kinds import kind_of
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._padded import as_panel
from skseqconv.inputs._targets import NewLabels
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import with_steps
from skseqconv.series._window_view import WindowView
from skseqconv.series.ahead._same_target import check_same_target
from skseqconv.series.tables._containers import refuse_other_arrays

from ._running_fit import Samples

#: Values are far from those of the fit beyond so many standard deviations.
FAR = 10

#: So many samples tell where the values of an array lie.
MAX_COMPARED = 1000

OF_SCALED_Y = (
    "A TransformedTargetRegressor transforms y, but not y_val: give it transformed, or "
    "leave the transformer out, because the network standardizes y itself."
)


class Validation(NamedTuple):
    """What is given, before it is checked."""

    X: SeriesView | WindowView | ArrayLike
    y: ArrayLike
    sample_weight: ArrayLike | None


def given_validation(X_val, y_val, sample_weight_val):
    """Validation data as one object; None if there is none."""
    if X_val is None and y_val is None and sample_weight_val is None:
        return None
    if X_val is None or y_val is None:
        missing = "X_val" if X_val is None else "y_val"
        raise ValueError(
            f"{missing} is missing: validation data needs both X_val and y_val."
        )
    return Validation(X_val, y_val, sample_weight_val)


def checked_validation(estimator, given, X):
    """Validation data as samples, by the checks that X and y have passed.

    Parameters
    ----------
    estimator : SequenceEstimator
    given : Validation
    X : WindowView or array
        What the network learns from.

    Returns
    -------
    samples : Samples
        Those with complete windows and a weight.
    """
    _refuse_texts(given.X)
    try:
        X_val = _like_windows(estimator, given.X, X)
        X_val = check_input(estimator, X_val, reset=False, unequal=True)
        refuse_other_arrays("y_val", given.y)
        check_order(X_val.data, given.y, "X_val", "y_val")
        y = estimator._check_target(given.y, len(X_val), reset=False)
        weight = checked_weight(
            "sample_weight_val", given.sample_weight, X_val.data, "X_val"
        )
        _warn_of_other_units(X_val.data, X)
        rows = rows_to_learn(X_val.data, weight)
        return Samples(X_val, y, weight).at(rows).of_mean_weight("validate on")
    except NewLabels as error:
        raise ValueError(
            f"y_val has labels that y lacks ({error.labels}). Leave these samples out, "
            "or divide the samples so that each class is in both."
        ) from None
    except ValueError as error:
        raise ValueError(f"X_val and y_val: {error}") from None


def _refuse_texts(X_val):
    """Say that a Pipeline does not make ids of the texts to validate on."""
    is_listed = isinstance(X_val, (list, tuple)) or np.ndim(X_val) == 1
    if is_listed and any(isinstance(one, str) for one in X_val):
        raise ValueError(
            "X_val holds texts. A Pipeline makes token ids of X, but not of X_val: use "
            "Pipeline(steps, transform_input=['X_val']), with scikit-learn's metadata "
            "routing, or give pipe[:-1].transform(X_val) with the fitted steps."
        )


def check_alike(estimator, samples, name):
    """Refuse samples of other steps, targets, delays or units than in the fit."""
    windows = samples.X.data
    check_steps(estimator, windows)
    if isinstance(windows, WindowView):
        check_same_target(name, windows, vars(estimator).get("_target_seen"))
    if estimator._explains(samples.X, samples.y) is False:
        raise ValueError(
            f"y does not relate to its channel in {name} as it did in the fit, so the "
            "level of the forecasts would be wrong. Give y in the units of the fit and "
            f"{name} through the steps of the fit, or fit again. {OF_SCALED_Y}"
        )
    if estimator._is_far(samples.y):
        warnings.warn(
            f"Most values of y of {name} lie more than {FAR} standard deviations away "
            f"from the mean of y in the fit. Give y in the units of the fit. "
            f"{OF_SCALED_Y}",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _warn_of_other_units(X_val, X):
    """Warn if the values of an array seem to have missed a step before the network.

    Views know their steps, so `check_steps` compares them exactly.
    """
    if not all(isinstance(one, np.ndarray) and one.ndim == 3 for one in (X_val, X)):
        return
    learned, held_out = (
        one[spread_positions(len(one), MAX_COMPARED)].astype(np.float64)
        for one in (X, X_val)
    )
    mean, spread = (f(learned, axis=(0, 1)) for f in (np.nanmean, np.nanstd))
    distance = np.nanmedian(np.abs(held_out - mean), axis=(0, 1))
    far = np.flatnonzero((spread > 0) & (distance > FAR * spread))
    if len(far):
        warnings.warn(
            f"Most values of channel {far[0]} of X_val lie more than {FAR} standard "
            "deviations away from the mean of X. A Pipeline transforms X, but not an "
            "array as X_val: give pipe[:-1].transform(X_val), with the steps fitted on "
            'X, or use Pipeline(steps, transform_input=["X_val"]).',
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _like_windows(estimator, X_val, X):
    """The rows of a view as windows with the steps and the lags of X.

    So a Pipeline may be given rows to validate on that have not come through its steps.
    All else is returned as it is.
    """
    if isinstance(X, WindowView) and isinstance(X_val, SeriesView):
        _refuse_other_channels(X_val, X)
        rows = X_val if X_val.steps else with_steps(X_val, X.steps)
        return WindowView(rows, lags=X.lags)
    if X.ndim > 2 and isinstance(X, np.ndarray):
        X_val = as_panel(X_val, X.shape[2])
    if isinstance(X, np.ndarray) and X.shape[1:] == (estimator.n_features_in_, 1):
        return X_val  # X was a table of series of one channel, so X_val may be one
    if X.ndim > 2 and kind_of(X_val) == "table":
        raise ValueError(
            "X_val holds rows, but X holds windows. Give rows from make_supervised, "
            "which come through the steps of the Pipeline by themselves; or let it "
            "transform other tables: Pipeline(..., transform_input=['X_val']), with "
            "scikit-learn's metadata routing."
        )
    return X_val


def _refuse_other_channels(X_val, X):
    """The steps of X need the channels that its series has."""
    own, learned = (_channels(with_steps(view, ())) for view in (X_val, X))
    if own != learned:
        raise ValueError(
            f"X_val has the channels {own}, X has {learned}: give rows of series with "
            "the same channels."
        )


def _channels(view):
    names = view.channel_names
    return f"0..{view.n_channels - 1}" if names is None else list(names)
