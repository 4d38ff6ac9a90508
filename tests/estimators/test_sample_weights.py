"""Weights of samples and of classes: the loss is a weighted mean."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import log_loss
from sklearn.model_selection import PredefinedSplit

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    make_supervised,
)

pytestmark = pytest.mark.trains

N = 100
random = np.random.default_rng(0)
X = random.normal(size=(N, 10, 2))
Y = np.repeat([0, 1], [40, 60])
VALUES = X[:, -1, 0] + random.normal(size=N)
WEIGHT = random.uniform(0.1, 3, N)
SMALL = {"filters": 4, "n_conv": 1, "epochs": 2, "random_state": 0}
#: A network that does not learn, so its history is that of the fitted network.
STILL = {**SMALL, "learning_rate": 1e-12, "dropout": 0.0}
KINDS = {
    "classes": (Conv1DClassifier, Y, {}),
    "labels": (Conv1DClassifier, np.column_stack([Y, X[:, 0] > 0]).astype(int), {}),
    "values": (Conv1DRegressor, VALUES, {}),
    "quantiles": (Conv1DRegressor, VALUES, {"loss": "quantile"}),
}


def outputs(kind, weight, **options):
    """What a network predicts that was fitted with the weights."""
    Estimator, y, own = KINDS[kind]
    model = Estimator(**SMALL | own | options).fit(X, y, weight)
    return getattr(model, "predict_proba", model.predict)(X)


# Only the ratios of the weights count in a fit.


@pytest.mark.parametrize("kind", list(KINDS))
def test_equal_weights_of_any_size_are_no_weights(kind):
    options = {"validation_split": 0.2, "optimizer": "sgd"}
    assert_array_equal(
        outputs(kind, np.full(N, 1e-5), **options), outputs(kind, None, **options)
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_the_unit_of_weights_does_not_count(kind, optimizer):
    found = outputs(kind, WEIGHT, optimizer=optimizer)
    for unit in (10, 1e-60):
        same = outputs(kind, unit * WEIGHT, optimizer=optimizer)
        assert_allclose(same, found, rtol=1e-5)
    assert not np.allclose(outputs(kind, None, optimizer=optimizer), found, rtol=1e-3)


def test_the_unit_does_not_count_in_a_level():
    series = np.cumsum(np.random.default_rng(0).normal(size=(N, 1)), axis=0)
    rows, y = make_supervised(series, 0, delay=2)
    windows = LookbackWindower(6, on_missing_history="ignore").fit_transform(rows)
    weight = WEIGHT[: len(y)]
    model = Conv1DRegressor(**SMALL, level="ar")
    found = model.fit(windows, y, weight).predict(windows)
    same = model.fit(windows, y, 1000 * weight).predict(windows)
    assert_allclose(same, found, rtol=1e-5)


def test_a_fit_that_goes_on_takes_weights_relative_to_each_other():
    found = []
    for unit in (1, 100):
        model = Conv1DClassifier(**SMALL, warm_start=True, optimizer="sgd").fit(X, Y)
        found.append(model.fit(X, Y, unit * WEIGHT).predict_proba(X))
    assert_allclose(*found, rtol=1e-5)


def test_in_partial_fit_a_call_may_weigh_more_than_others():
    """A step of plain gradient descent is as long as the weights are large."""
    options = {**SMALL, "dropout": 0.0, "optimizer": "sgd", "batch_size": N}
    found = {}
    for weight in (None, 1.0, 3.0):
        given = None if weight is None else np.full(N, weight)
        model = Conv1DClassifier(**options, learning_rate=0.01).initialize(X, Y)
        start = model.predict_proba(X)
        model.partial_fit(X, Y, sample_weight=given)
        found[weight] = model.predict_proba(X) - start
    assert_allclose(found[1.0], found[None], atol=1e-7)
    assert np.abs(found[3.0]).sum() > 2 * np.abs(found[1.0]).sum()
    options["learning_rate"] = 0.03
    fast = Conv1DClassifier(**options).initialize(X, Y).partial_fit(X, Y)
    assert_allclose(fast.predict_proba(X) - start, found[3.0], atol=1e-6)


# The history holds weighted means.


def test_losses_of_a_classifier_are_the_weighted_log_loss():
    held_out = np.arange(N) % 4 == 0
    model = Conv1DClassifier(**STILL).fit(
        X[~held_out],
        Y[~held_out],
        WEIGHT[~held_out],
        X_val=X[held_out],
        y_val=Y[held_out],
        sample_weight_val=5 * WEIGHT[held_out],
    )
    p = model.predict_proba(X)
    for name, rows in (("loss", ~held_out), ("val_loss", held_out)):
        expected = log_loss(Y[rows], p[rows], sample_weight=WEIGHT[rows])
        assert_allclose(model.history_[name], expected, rtol=1e-5)


def test_losses_of_a_regressor_are_weighted_means():
    model = Conv1DRegressor(**STILL, validation_split=0.25, validation_gap=0)
    model.fit(X, VALUES, WEIGHT)
    error = (VALUES - model.predict(X)) / model.target_encoder_.scale_
    for name, rows in (("loss", slice(0, 75)), ("val_loss", slice(75, N))):
        expected = np.average(error[rows] ** 2, weights=WEIGHT[rows])
        assert_allclose(model.history_[name], expected, rtol=1e-5)


# Weights of classes come from the samples to learn from.


def balanced(learned):
    """For each class, as many samples as if all classes had the same number."""
    counts = np.bincount(Y[learned])
    return (len(learned) / 2 / counts)[Y]


@pytest.mark.parametrize("weighted", [False, True])
def test_balanced_classes_are_those_of_the_training_samples(weighted):
    """The class that is rare in the first half is frequent in all of y."""
    learned, held_out = np.arange(50), np.arange(50, N)
    split = PredefinedSplit(np.repeat([-1, 0], 50))
    options = {"class_weight": "balanced", "validation_split": split}
    model = Conv1DClassifier(**STILL, **options)
    p = model.fit(X, Y, WEIGHT if weighted else None).predict_proba(X)
    weight = balanced(learned) * (WEIGHT if weighted else 1)
    for name, rows in (("loss", learned), ("val_loss", held_out)):
        expected = log_loss(Y[rows], p[rows], sample_weight=weight[rows], labels=[0, 1])
        assert_allclose(model.history_[name], expected, rtol=1e-5)


def test_a_class_that_is_only_validated_has_the_weight_1():
    y = np.where(np.arange(N) < 90, Y, 2)
    split = PredefinedSplit(np.where(np.arange(N) < 80, -1, 0))
    options = {"class_weight": "balanced", "validation_split": split}
    model = Conv1DClassifier(**STILL, **options).fit(X, y)
    p = model.predict_proba(X)[80:]
    expected = log_loss(y[80:], p, labels=[0, 1, 2])  # 40 samples of each are learned
    assert_allclose(model.history_["val_loss"], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({0: 0, 1: 0}, "weight zero to all 50 samples to learn from"),
        ({0: 1, 1: 0}, "weight zero to all 50 samples to validate on"),
    ],
)
def test_classes_of_weight_zero_alone_are_refused(class_weight, message):
    split = PredefinedSplit(np.repeat([-1, 0], 50))
    model = Conv1DClassifier(class_weight=class_weight, validation_split=split)
    with pytest.raises(ValueError, match=f"class_weight gives {message}. At least one"):
        model.fit(X, Y)
