"""The fitted estimators inside each estimator of scikit-learn that takes others."""

from inspect import signature

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    IsolationForest,
    VotingRegressor,
)
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 it registers
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeRegressor, ExtraTreeRegressor
from sklearn.utils.discovery import all_estimators
from sklearn.utils.validation import check_is_fitted

from skseqconv._unwrap import models_inside

X, LABELS = make_classification(60, 4, random_state=0)

#: Parameters that take estimators: how these are given.
GIVEN = {
    "estimator": lambda one: one,
    "base_estimator": lambda one: one,
    "regressor": lambda one: one,
    "estimators": lambda one: [("a", one), ("b", "drop")],
    "steps": lambda one: [("a", "passthrough"), ("b", one)],
    "transformer_list": lambda one: [("a", SelectFromModel(one)), ("b", "drop")],
    "transformers": lambda one: [
        ("a", "drop", [0]),
        ("b", SelectFromModel(one), np.array([1, 2, 3])),
        ("c", "passthrough", slice(0, 1)),
    ],
}

#: What classes need besides, and options for a quick fit.
OPTIONS = {
    "CalibratedClassifierCV": {"cv": 2},
    "GridSearchCV": {"param_grid": {}, "cv": 2},
    "IterativeImputer": {"max_iter": 1, "tol": 1e9},
    "OutputCodeClassifier": {"code_size": 4},
    "RANSACRegressor": {"min_samples": 10},
    "RandomizedSearchCV": {"param_distributions": {}, "n_iter": 1, "cv": 2},
    "RFECV": {"cv": 2},
    "StackingClassifier": {"cv": 2},
    "StackingRegressor": {"cv": 2},
    "TunedThresholdClassifierCV": {"cv": 2},
}


def given_by(kind):
    """The parameter of a class that takes estimators, or None."""
    return next((name for name in signature(kind).parameters if name in GIVEN), None)


# Halving searches, if they are enabled, are as the others. SequentialFeatureSelector
# keeps no fitted estimator.
KINDS = {
    name: kind
    for name, kind in all_estimators()
    if given_by(kind)
    and not name.startswith("Halving")
    and name != "SequentialFeatureSelector"
}


@pytest.mark.parametrize("name", KINDS)
def test_estimators_that_take_others_hold_them(name):
    of_values = "Regressor" in name or name == "IterativeImputer"
    one = Ridge() if of_values else LogisticRegression()
    y = X[:, 0] + LABELS if of_values else LABELS
    if "Chain" in name or "MultiOutput" in name:
        y = np.column_stack([y, y])
    if name == "SelfTrainingClassifier":
        y = np.where(np.arange(len(y)) < 5, -1, y)  # unknown
    if name == "FrozenEstimator":
        one.fit(X, y)
    given = given_by(KINDS[name])
    options = {given: GIVEN[given](one), **OPTIONS.get(name, {})}
    if "random_state" in signature(KINDS[name]).parameters:
        options["random_state"] = 0
    model = KINDS[name](**options)
    found = [*models_inside(model.fit(X, y))]
    assert found.pop() is model
    inner = [each for each in found if type(each) is type(one)]
    assert inner
    for each in inner:
        check_is_fitted(each)


def test_trees_of_several_classes_are_found():
    model = GradientBoostingClassifier(n_estimators=2).fit(X, LABELS + (X[:, 0] > 1))
    trees = [o for o in models_inside(model) if type(o) is DecisionTreeRegressor]
    assert trees == model.estimators_.ravel().tolist()
    assert len(trees) == 6


def test_the_pattern_of_an_ensemble_is_not_found():
    forest = IsolationForest(n_estimators=2).fit(X)
    inside = [type(one) for one in models_inside(forest)]
    assert inside == [ExtraTreeRegressor, ExtraTreeRegressor, IsolationForest]


def test_arrays_of_no_dimension_and_of_numbers_are_looked_into():
    model, inner = VotingRegressor([]), Ridge()
    model.estimators_ = np.array(inner, dtype=object)
    assert list(models_inside(model)) == [inner, model]
    model.estimators_ = np.zeros((2, 3))
    assert list(models_inside(model)) == [model]
