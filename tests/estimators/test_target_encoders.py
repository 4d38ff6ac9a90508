"""y of networks: what is refused, and what it becomes and comes back as."""

import numpy as np
import pytest

from skseqconv import Conv1DClassifier, Conv1DRegressor
from skseqconv.estimators._target_encoders import ClassEncoder, TargetScaler
from skseqconv.inputs._targets import check_labels, check_values

Y = np.array([[1.0, 10.0], [2.0, 10.0], [6.0, 10.0]])  # the second is constant


# Values.


def test_values_are_standardized_and_constants_come_back():
    scaler = TargetScaler().fit(Y)
    np.testing.assert_allclose(scaler.mean_, [3, 10])
    np.testing.assert_allclose(scaler.scale_, [Y[:, 0].std(), 0])
    scaled = scaler.transform(Y)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled[:, 0], (Y[:, 0] - 3) / Y[:, 0].std(), rtol=1e-6)
    assert (scaled[:, 1] == 0).all()
    np.testing.assert_allclose(scaler.inverse_transform(scaled + np.array([0, 7])), Y)
    column = TargetScaler().fit(Y[:, 0])
    np.testing.assert_allclose(
        column.inverse_transform(column.transform(Y[:, 0])), Y[:, 0], rtol=1e-6
    )


def test_values_are_taken_from_a_level_of_their_own():
    scaler = TargetScaler(np.array([0.0, 0.0]), np.array([2.0, 4.0])).fit(Y)
    level = np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 2.0]])
    scaled = scaler.transform(Y, level)
    np.testing.assert_array_equal(scaled, [[0, 2], [0.5, 2], [2, 2]])
    np.testing.assert_array_equal(scaler.inverse_transform(scaled, level), Y)
    quantiles = np.stack([scaled - 1, scaled, scaled + 1], axis=2)
    expected = Y[:, :, None] + np.array([[2.0], [4.0]]) * [-1, 0, 1]
    np.testing.assert_array_equal(scaler.in_units(quantiles, level), expected)


def test_values_have_two_dimensions_at_most():
    model = Conv1DRegressor()
    assert check_values(model, [1, 2], 2, reset=True).dtype == np.float64
    assert check_values(model, Y, 3, reset=True).shape == (3, 2)
    with pytest.raises(ValueError, match=r"one or two dimensions, got shape \(3, 2, 1"):
        check_values(model, Y[:, :, None], 3, reset=True)


def test_values_are_as_many_as_samples_and_as_at_the_first_fit():
    model = Conv1DRegressor()
    with pytest.raises(ValueError, match="X has 4 rows and y has 3: they must"):
        check_values(model, Y, 4, reset=True)
    check_values(model, Y, 3, reset=True)
    check_values(model, Y[:2], 2, reset=False)
    for other in (Y[:, 0], Y[:, :1]):
        message = r"was fitted on a y with 2 column\(s\). Give y with as many columns"
        with pytest.raises(ValueError, match=message):
            check_values(model, other, 3, reset=False)
    with pytest.raises(ValueError, match="requires y to be passed"):
        check_values(model, None, 3, reset=True)


# Labels.


def test_two_classes_are_one_probability():
    encoder = ClassEncoder(np.array(["no", "yes"]))
    np.testing.assert_array_equal(encoder.transform(["yes", "no"]), [[1], [0]])
    given = np.array([[0.75], [0.25], [-0.1], [1.5]])
    expected = [[0.25, 0.75], [0.75, 0.25], [1, 0], [0, 1]]
    np.testing.assert_array_equal(encoder.probabilities(given), expected)
    assert encoder.inverse_transform(given).tolist() == ["yes", "no", "no", "yes"]


def test_more_classes_have_a_probability_each():
    encoder = ClassEncoder(np.array([3, 5, 9]))
    at = encoder.transform([9, 3])
    assert at.dtype == np.float32
    np.testing.assert_array_equal(at, [[0, 0, 1], [1, 0, 0]])
    given = np.array([[0.5, 0.25, 0.5], [0.1, 2.0, -1.0]])
    expected = [[0.4, 0.2, 0.4], [0.1 / 1.1, 1 / 1.1, 0]]
    np.testing.assert_allclose(encoder.probabilities(given), expected)
    assert encoder.inverse_transform(given).tolist() == [3, 5]


def test_labels_are_of_two_classes_or_more():
    model = Conv1DClassifier()
    for y, classes, said in [
        ([1, 1], None, "y has only one class, 1: a classifier needs two"),
        ([1, 1], [1, 1], "classes has only one class, 1:"),
        ([], None, "y has none: a classifier needs two"),
    ]:
        with pytest.raises(ValueError, match=said):
            check_labels(model, y, len(y), reset=True, classes=classes)
    check_labels(model, [1, 0, 1], 3, reset=True)
    assert model.classes_.tolist() == [0, 1]
    check_labels(model, [1, 1], 2, reset=True, classes=[7, 1])
    assert model.classes_.tolist() == [1, 7]


def test_classes_stay_those_of_the_first_call():
    model = Conv1DClassifier()
    check_labels(model, list("abc"), 3, reset=True)
    check_labels(model, ["c"], 1, reset=False)
    check_labels(model, ["c"], 1, reset=False, classes=list("cba"))
    with pytest.raises(ValueError, match=r"classes=\['a', 'b'\] differ from"):
        check_labels(model, ["b"], 1, reset=False, classes=list("ab"))
    message = r"labels \['x', 'y'\], which are not among the classes \['a', 'b', 'c'\]"
    with pytest.raises(ValueError, match=message):
        check_labels(model, list("axy"), 3, reset=False)


def test_labels_are_as_many_as_samples():
    model = Conv1DClassifier()
    with pytest.raises(ValueError, match="X has 3 rows and y has 2"):
        check_labels(model, [0, 1], 3, reset=True)
    with pytest.raises(ValueError, match="requires y to be passed"):
        check_labels(model, None, 3, reset=True)
