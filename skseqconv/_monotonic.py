"""Bounds of y on their way back through a transformer of y."""

from functools import partial
from itertools import pairwise

import numpy as np

#: Where the way from one bound to the next is looked at, besides its ends. Close to the
#: ends, because a bound often lies only a little beyond the values of y.
BETWEEN = (1e-4, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999)

#: How far rounding may turn the way back, as a share of the largest bound.
ROUNDING = 1e-9


def inverse_of_bounds(transformer, bounds):
    """Bounds of y before a transformer of y, ascending or descending as it turns them.

    Values between two bounds must lie between them also in the end. Otherwise the share
    of values inside would be another one.

    Parameters
    ----------
    transformer : estimator
        A fitted transformer of y.
    bounds : ndarray of shape (n_rows, n_bounds) or (n_rows, n_columns, n_bounds)
        Bounds in order, the forecast or quantiles among them.

    Returns
    -------
    bounds : ndarray
        Of the same shape.

    Raises
    ------
    ValueError
        If the inverse is not finite or not monotonic from the first bound to the last
        one, or if a column depends on others.
    """

    inverse = partial(_applied, transformer, transformer.inverse_transform)
    with np.errstate(all="ignore"):  # what is not finite has a message of its own
        found = np.stack([inverse(one) for one in np.moveaxis(bounds, -1, 0)], axis=-1)
        _check_columns(transformer, inverse, bounds, found)
        slack = ROUNDING * np.abs(found).max(axis=-1)
        unknown = ~np.isfinite(slack)
        rises, falls = np.zeros((2, *slack.shape), dtype=bool)
        for before, after in pairwise(_way(inverse, bounds, found)):
            step = after - before
            unknown |= ~np.isfinite(step)
            rises |= step > slack
            falls |= step < -slack
    if unknown.any():
        raise _no_way_back(transformer, "finite", unknown)
    turned = np.count_nonzero(falls, axis=0) > np.count_nonzero(rises, axis=0)
    wrong = np.where(turned, rises, falls)
    if turned.any():
        wrong |= turned & _is_beyond(transformer, bounds, found)
    if wrong.any():
        raise _no_way_back(transformer, "monotonic", wrong)
    return np.where(
        turned[..., None],
        np.minimum.accumulate(found, axis=-1),
        np.maximum.accumulate(found, axis=-1),
    )


def _applied(transformer, function, values):
    """Values of shape (n_rows,) or (n_rows, n_columns) after a function of columns."""
    columns = np.asarray(function(values[:, None] if values.ndim == 1 else values))
    if columns.size != values.size:
        raise _mixes(transformer)
    return columns.reshape(values.shape)


def _way(inverse, bounds, found):
    """The bounds after the inverse, and values between them, in order."""
    yield found[..., 0]
    for i in range(bounds.shape[-1] - 1):
        low, high = bounds[..., i], bounds[..., i + 1]
        for part in BETWEEN:
            yield inverse(low + part * (high - low))
        yield found[..., i + 1]


def _is_beyond(transformer, bounds, found):
    """Whether bounds lie where y has no values: the square falls below zero.

    There, a transformer does not turn its own inverse round.
    """
    forward = partial(_applied, transformer, transformer.transform)
    back = np.stack([forward(one) for one in np.moveaxis(found, -1, 0)], axis=-1)
    slack = ROUNDING * np.abs(bounds).max(axis=-1, keepdims=True)
    return (np.diff(back) * np.sign(np.diff(bounds)) < -slack).any(axis=-1)


def _check_columns(transformer, inverse, bounds, found):
    """Raise if a column of y is not that of its own bounds alone, as after a PCA."""
    if bounds.ndim == 2:
        return
    even = np.arange(bounds.shape[1]) % 2 == 0
    mixed = inverse(np.where(even, bounds[..., 0], bounds[..., -1]))
    alone = np.where(even, found[..., 0], found[..., -1])
    if not np.allclose(mixed, alone, rtol=1e-6, atol=0, equal_nan=True):
        raise _mixes(transformer)


def _mixes(transformer):
    return ValueError(
        f"Bounds of y have no way back through {named(transformer)}, which mixes the "
        "columns of y: each column has bounds of its own. Use a transformer that "
        "treats each column alone, such as StandardScaler."
    )


def _no_way_back(transformer, what, where):
    n_rows = np.count_nonzero(where.reshape(len(where), -1).any(axis=1))
    return ValueError(
        f"Intervals and quantiles of y have no way back through {named(transformer)}: "
        f"for {n_rows} of {len(where)} rows, its inverse is not {what} between the "
        "bounds. These reach further than y itself, so the inverse must be finite and "
        "monotonic there, too. That of func=np.log1p, inverse_func=np.expm1 is, and "
        "so is an inverse that stops where y does: square(maximum(v, 0)) instead of "
        "square(v). A lower coverage, or loss='quantile', may keep the bounds nearer. "
        "Forecasts without bounds need none of this."
    )


def named(transformer):
    """A transformer in words, on one line."""
    return " ".join(repr(transformer).split())
