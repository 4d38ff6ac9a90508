"""Ridge regression from sums over rows, so that rows are read in parts.

The objective is that of scikit-learn's Ridge: the weighted sum of squared errors plus
alpha times the sum of the squared weights.
"""

from typing import NamedTuple

import numpy as np

from ._simplest import simplest

#: Strengths that are tried, as exponents of ten beside the mean eigenvalue of the
#: centered Gram matrix: from nearly no penalty to weights of nearly zero.
EXPONENTS = np.arange(-6.0, 6.5, 0.5)

#: Number of rows that show where values lie.
N_ROWS_NEAR = 256


class Moments:
    """Weighted sums of features, targets, and their products, about a fixed point.

    Products of values far from zero would round too much. So the point is the mean of
    some of the first rows that are added, or zero if it lies among these rows.
    """

    def __init__(self):
        self.weight, self._sums, self._point = 0.0, None, None

    def add(self, X, Y, weight=None, chosen=None):
        """Add rows, all or the chosen ones. `X` and `Y` may be overwritten."""
        if chosen is not None and not chosen.all():
            X, Y = X[chosen], Y[chosen]
            weight = None if weight is None else weight[chosen]
        if not len(X):
            return
        if self._point is None:
            self._point = _near(X), _near(Y)
        for values, point in zip((X, Y), self._point, strict=True):
            if point.any():
                values -= point
        root = np.ones(len(X)) if weight is None else np.sqrt(weight)
        if weight is not None:
            X *= root[:, None]
            Y *= root[:, None]
        self.weight += root @ root
        sums = [root @ X, root @ Y, X.T @ X, X.T @ Y, (Y**2).sum(axis=0)]
        if self._sums is None:
            self._sums = sums
        else:
            for total, more in zip(self._sums, sums, strict=True):
                total += more

    def __bool__(self):
        return self._sums is not None

    def __add__(self, other):
        if not (self and other):
            return self or other
        apart = [
            total + other.weight * (theirs - ours)
            for total, theirs, ours in zip(
                other._sums, other._point, self._point, strict=False
            )
        ]
        moved = [*apart, *other.about(self._point)]
        both = self._of(
            self._point, [a + b for a, b in zip(self._sums, moved, strict=True)]
        )
        both.weight += other.weight
        return both

    def scaled(self, shift, factors, factor):
        """The sums of ``(X - shift) * factors`` and ``Y * factor``."""
        x, y, xx, xy, yy = self._sums
        sums = [
            x * factors,
            y * factor,
            xx * np.outer(factors, factors),
            xy * (factor * factors[:, None]),
            yy * factor**2,
        ]
        point = (self._point[0] - shift) * factors, self._point[1] * factor
        return self._of(point, sums)

    def of_first(self, n_features):
        """The sums without features from the given number on."""
        if not self:
            return self
        x, y, xx, xy, yy = self._sums
        some = slice(n_features)
        point = self._point[0][some], self._point[1]
        return self._of(point, [x[some], y, xx[some, some], xy[some], yy])

    def _of(self, point, sums):
        same = Moments()
        same.weight, same._point, same._sums = self.weight, point, sums
        return same

    @property
    def overflow(self):
        """Whether a sum is beyond the largest number."""
        return not all(np.isfinite(total).all() for total in self._sums)

    def means(self):
        """Means of the features and of the targets."""
        return tuple(
            point + total / self.weight
            for point, total in zip(self._point, self._sums[:2], strict=True)
        )

    def about(self, means):
        """Sums of products of deviations from means: X'X, X'Y, and of Y squared."""
        x, y, xx, xy, yy = self._sums
        dx, dy = (m - point for m, point in zip(means, self._point, strict=True))
        return (
            xx - np.outer(x, dx) - np.outer(dx, x) + self.weight * np.outer(dx, dx),
            xy - np.outer(x, dy) - np.outer(dx, y) + self.weight * np.outer(dx, dy),
            yy - 2 * dy * y + self.weight * dy**2,
        )

    def spread(self):
        """Standard deviation of the features; zero where it is not beyond rounding."""
        means = self.means()
        squares = np.diagonal(self.about(means)[0]) / self.weight
        spread = np.sqrt(np.maximum(squares, 0.0))
        return np.where(spread > 1e-12 * np.abs(means[0]), spread, 0.0)


def _near(values):
    """Mean of the first rows; zero where values of both signs are about as large."""
    values = values[:N_ROWS_NEAR]
    mean = values.mean(axis=0)
    return np.where(np.abs(mean) > values.std(axis=0), mean, 0.0)


def solve_ridge(moments, factors, alpha, intercept=True):
    """Weights and intercepts of a ridge regression.

    Parameters
    ----------
    moments : Moments
    factors : ndarray of shape (n_features,)
        The penalty is on weights of the features times these factors.
    alpha : float
    intercept : bool, default=True
        Whether there is one for each target, without a penalty.

    Returns
    -------
    weights : ndarray of shape (n_features, n_targets)
        Of the features as they are.
    intercepts : ndarray of shape (n_targets,)
        Zero without `intercept`.
    """
    means = _origin(moments, intercept)
    values, vectors, projected = _eigen(moments, means, factors)
    weights = factors[:, None] * (vectors @ (projected / (values + alpha)[:, None]))
    return weights, means[1] - means[0] @ weights


def _origin(moments, intercept):
    """The point that deviations are taken from: with an intercept, the means."""
    means = moments.means()
    return means if intercept else tuple(map(np.zeros_like, means))


class Chosen(NamedTuple):
    """A strength and an intercept or none, and their errors on held-out rows."""

    alpha: float
    intercept: bool = True
    #: Squared errors, one for each target, as a share of that of forecasting no change.
    error: np.ndarray | None = None
    #: For each fold, the sum over targets, and that of forecasting no change.
    sums: np.ndarray | None = None

    def mean_share(self):
        """The mean over folds of that share, of all targets together."""
        error, of_zero = self.sums.T
        return np.mean(error / np.where(of_zero > 0, of_zero, 1.0))


def choose(folds, total, factors, intercepts):
    """The ridge regression with the least squared error on held-out rows.

    Parameters
    ----------
    folds : list of (Moments, Moments)
        Of the rows that each fold fits and holds out.
    total : Moments
        Of all rows. Strengths around its mean eigenvalue are tried.
    factors : ndarray of shape (n_features,)
        As for `solve_ridge`.
    intercepts : sequence of bool
        What to try, in the order of preference (`simplest`). Without folds, the last is
        taken.

    Returns
    -------
    chosen : Chosen
        `alpha` is a power of ten, or of its square root. Of equal ones, and without
        folds, it is the largest.
    """
    squares = np.diagonal(total.about(total.means())[0]) * factors**2
    unit = squares.mean() if len(squares) else 0.0
    unit = np.round(np.log10(unit)) if unit > 0 else 0.0
    alphas = 10.0 ** (unit + EXPONENTS[::-1])
    folds = [fold for fold in folds if all(fold)]
    if not folds:
        return Chosen(float(alphas[0]), intercepts[-1])
    found = [_best_alpha(folds, alphas, factors, one) for one in intercepts]
    return simplest(found, [one.mean_share() for one in found])


def _best_alpha(folds, alphas, factors, intercept):
    """The best strength with an intercept, or without."""
    folds = [_Fold(*fold, factors, intercept) for fold in folds]
    # Each fold counts alike, in units of its own changes: no stormy season decides.
    units = [fold.error_of_zero.sum() or 1.0 for fold in folds]
    pairs = list(zip(folds, units, strict=True))
    errors = [sum(fold.total(alpha) / unit for fold, unit in pairs) for alpha in alphas]
    alpha = float(alphas[np.argmin(errors)])
    error = sum(fold.error(alpha) / unit for fold, unit in pairs)
    of_zero = sum(fold.error_of_zero / unit for fold, unit in pairs)
    # A target that never changes is forecast as well by nothing.
    share = np.divide(error, of_zero, out=np.ones_like(error), where=of_zero > 0)
    sums = [(fold.total(alpha), fold.error_of_zero.sum()) for fold in folds]
    return Chosen(alpha, intercept, share, np.array(sums))


class _Fold:
    """Sums of squared errors on held-out rows, of weights from other rows."""

    def __init__(self, fitted, held_out, factors, intercept):
        means = _origin(fitted, intercept)
        self.values, vectors, self._projected = _eigen(fitted, means, factors)
        xx, xy, self._squares = held_out.about(means)
        vectors = factors[:, None] * vectors
        self._xx, self._xy = vectors.T @ xx @ vectors, vectors.T @ xy
        self.error_of_zero = held_out.about((means[0], np.zeros(len(means[1]))))[2]
        # For the sum over targets, products with them are formed once.
        self._all_xx = self._xx * (self._projected @ self._projected.T)
        self._all_xy = (self._xy * self._projected).sum(axis=1)

    def total(self, alpha):
        """The sum over targets."""
        shrunk = 1 / (self.values + alpha)
        explained = shrunk @ (2 * self._all_xy - self._all_xx @ shrunk)
        return max(self._squares.sum() - explained, 0.0)

    def error(self, alpha):
        """One sum for each target."""
        weights = self._projected / (self.values + alpha)[:, None]
        explained = (weights * (2 * self._xy - self._xx @ weights)).sum(axis=0)
        return np.maximum(self._squares - explained, 0.0)


def _eigen(moments, means, factors):
    """Eigenvalues and vectors of the Gram matrix, and the targets along them."""
    xx, xy, _ = moments.about(means)
    xx *= np.outer(factors, factors)
    values, vectors = np.linalg.eigh(xx)
    return np.maximum(values, 0.0), vectors, vectors.T @ (factors[:, None] * xy)
