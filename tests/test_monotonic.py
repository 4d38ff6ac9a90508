"""Bounds of y on their way back through a transformer of y."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import (
    FunctionTransformer,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

from skseqconv._monotonic import inverse_of_bounds

Y = np.random.default_rng(0).gamma(2.0, size=(200, 1)) + 0.5


def function(func, inverse_func):
    return FunctionTransformer(func, inverse_func, validate=True).fit(Y)


def root(inverse_func=np.square):
    return function(np.sqrt, inverse_func)


def of_positive_root(values):
    return np.square(np.maximum(values, 0))


def less_one(values):
    return 1 / values - 1


def one_more(values):
    return 1 / (values + 1)


@pytest.mark.parametrize(
    "transformer",
    [
        StandardScaler(),
        function(np.log, np.exp),
        function(np.log1p, np.expm1),
        function(np.negative, np.negative),
        root(of_positive_root),
        PowerTransformer(),
        QuantileTransformer(n_quantiles=20, output_distribution="normal"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_values_inside_stay_inside(transformer):
    transformer.fit(Y)
    middle = transformer.transform(Y[:50])
    bounds = inverse_of_bounds(transformer, np.add(middle, [-0.5, 0.0, 0.7]))
    assert bounds.shape == (50, 3)
    lower, upper = np.sort(bounds[:, [0, 2]]).T
    assert (lower <= bounds[:, 1]).all()
    assert (bounds[:, 1] <= upper).all()
    np.testing.assert_allclose(bounds[:, 1], Y[:50, 0])


def test_bounds_of_no_width_are_one_value():
    bounds = np.repeat(np.linspace(-2, 2, 9)[:, None], 3, axis=1)
    for transformer in (StandardScaler().fit(Y), PowerTransformer().fit(Y)):
        found = inverse_of_bounds(transformer, bounds)
        assert (np.ptp(found, axis=1) == 0).all()


@pytest.mark.parametrize("below", [-1.0, -0.01, -0.002])
def test_a_bound_beyond_the_turn_of_a_parabola(below):
    """Also a little beyond it, where both ends are in order."""
    bounds = np.array([[0.5, 1.0], [below, 1.5], [0.2, 0.3]])
    with pytest.raises(ValueError, match=r"'square'.* for 1 of 3 rows.* monotonic"):
        inverse_of_bounds(root(), bounds)
    np.testing.assert_allclose(inverse_of_bounds(root(), bounds[::2]), bounds[::2] ** 2)
    found = inverse_of_bounds(root(of_positive_root), bounds)
    assert found[1].tolist() == [0.0, 2.25]


def test_one_row_that_lies_beyond_it_as_a_whole():
    with pytest.raises(ValueError, match=r"for 1 of 1 rows.* not monotonic"):
        inverse_of_bounds(root(), np.array([[-2.0, -1.0]]))


def test_rows_on_both_sides_of_it():
    with pytest.raises(ValueError, match=r"for 1 of 3 rows.* not monotonic"):
        inverse_of_bounds(root(), np.array([[1.0, 2.0], [-2.0, -1.0], [3.0, 4.0]]))


def test_a_pole_between_the_bounds():
    reciprocal = function(one_more, less_one)
    legal = np.array([[0.2, 0.4, 0.5], [0.1, 0.2, 0.9]])
    np.testing.assert_allclose(inverse_of_bounds(reciprocal, legal), 1 / legal - 1)
    for lower in (-0.1, -1e-6, 0.0):
        with pytest.raises(ValueError, match=r"for 1 of 2 rows.*np\.log1p"):
            inverse_of_bounds(reciprocal, np.vstack([legal[0], [lower, 0.3, 0.9]]))


def test_where_an_inverse_is_not_defined():
    uniform = np.linspace(0.5, 9, 50)[:, None]
    box_cox = PowerTransformer("box-cox", standardize=False).fit(uniform)
    end = -1 / box_cox.lambdas_[0]
    assert end < 0  # the inverse begins there
    bounds = np.array([[0.0, 1.0], [end - 0.1, 1.0]])
    for beyond in (bounds, bounds[:, :1]):
        with pytest.raises(ValueError, match=r"'box-cox',.* for 1 of 2 .* not finite"):
            inverse_of_bounds(box_cox, beyond)


def test_columns_have_directions_of_their_own():
    def second_turned(y):
        return y * [1, -1]

    turning = FunctionTransformer(second_turned, second_turned)
    bounds = np.array([[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]]])
    found = inverse_of_bounds(turning, bounds)
    np.testing.assert_array_equal(found, bounds * [[1], [-1]])


@pytest.mark.parametrize("n_components", [1, 2])
def test_columns_that_are_mixed_have_no_bounds(n_components):
    y = np.hstack([Y, Y[::-1]])
    bounds = np.tile([-1.0, 1.0], (5, n_components, 1))
    bounds = bounds[:, 0] if n_components == 1 else bounds
    pca = PCA(n_components).fit(y)
    with pytest.raises(ValueError, match=r"through PCA\(.* mixes the columns"):
        inverse_of_bounds(pca, bounds)
