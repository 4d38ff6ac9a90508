"""Ridge regression from sums over rows, so that rows are read in parts.

The objective is that of scikit-learn's Ridge with an intercept: the weighted sum of
squared errors plus alpha times the sum of the squared weights.
"""

import numpy as np

#: Strengths that are tried, as exponents of ten beside the mean eigenvalue of the
#: centered Gram matrix: from nearly no penalty to weights of nearly zero.
EXPONENTS = np.arange(-6.0, 6.5, 0.5)


class Moments:
    """Weighted sums of features, targets, and their products, about a fixed point.

    Products of values far from zero would round too much. So the point is the mean of
    the first rows that are added, or zero if it lies among these rows.
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
        both = Moments()
        both._point = self._point
        both.weight = self.weight + other.weight
        apart = [
            total + other.weight * (theirs - ours)
            for total, theirs, ours in zip(
                other._sums, other._point, self._point, strict=False
            )
        ]
        moved = [*apart, *other.about(self._point)]
        both._sums = [a + b for a, b in zip(self._sums, moved, strict=True)]
        return both

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
    """Mean of each column; zero where values of both signs are about as large."""
    mean = values.mean(axis=0)
    return np.where(np.abs(mean) > values.std(axis=0), mean, 0.0)


def solve_ridge(moments, factors, alpha):
    """Weights and intercepts of a ridge regression.

    Parameters
    ----------
    moments : Moments
    factors : ndarray of shape (n_features,)
        The penalty is on weights of the features times these factors.
    alpha : float

    Returns
    -------
    weights : ndarray of shape (n_features, n_targets)
        Of the features as they are.
    intercepts : ndarray of shape (n_targets,)
    """
    means = moments.means()
    values, vectors, projected = _eigen(moments, means, factors)
    weights = factors[:, None] * (vectors @ (projected / (values + alpha)[:, None]))
    return weights, means[1] - means[0] @ weights


def choose_alpha(fitted, held_out, factors):
    """The strength with the least squared error on held-out rows.

    Parameters
    ----------
    fitted, held_out : Moments
    factors : ndarray of shape (n_features,)
        As for `solve_ridge`.

    Returns
    -------
    alpha : float
        A power of ten, or of its square root. Of equal ones the largest. If no row is
        fitted or held out, the largest that would have been tried.
    """
    either = fitted or held_out
    means = either.means()
    values, vectors, projected = _eigen(either, means, factors)
    unit = values.mean() if len(values) else 0.0
    unit = np.round(np.log10(unit)) if unit > 0 else 0.0
    alphas = 10.0 ** (unit + EXPONENTS)
    if not (fitted and held_out):
        return float(alphas[-1])
    xx, xy, _ = held_out.about(means)
    vectors = factors[:, None] * vectors
    xx, xy = vectors.T @ xx @ vectors, vectors.T @ xy

    def loss(alpha):  # less a constant, the sum of squares of the targets
        weights = projected / (values + alpha)[:, None]
        return (weights * (xx @ weights - 2 * xy)).sum()

    losses = np.array([loss(alpha) for alpha in alphas[::-1]])
    return float(alphas[::-1][np.argmin(losses)])


def _eigen(moments, means, factors):
    """Eigenvalues and vectors of the Gram matrix, and the targets along them."""
    xx, xy, _ = moments.about(means)
    xx *= np.outer(factors, factors)
    values, vectors = np.linalg.eigh(xx)
    return np.maximum(values, 0.0), vectors, vectors.T @ (factors[:, None] * xy)
