"""What is inside a Pipeline, a search or another wrapper."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv._unwrap import (
    fitted_steps,
    innermost,
    inside,
    interval_of,
    last_step,
    models_inside,
    n_parameters_of,
)

X, Y = np.arange(12.0).reshape(6, 2), np.arange(6.0)


def tuned(model):
    return TunedThresholdClassifierCV(model, cv=2)


def test_the_innermost_estimator_of_wrappers_in_wrappers():
    pipeline = make_pipeline(StandardScaler(), make_pipeline("passthrough", Ridge()))
    search = GridSearchCV(TransformedTargetRegressor(pipeline), {}, cv=2).fit(X, Y)
    assert isinstance(innermost(search), Ridge)
    assert n_parameters_of(search) == 3


def test_what_is_frozen_is_looked_into():
    search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {}, cv=2)
    for frozen in (
        FrozenEstimator(FrozenEstimator(search.fit(X, Y))),
        make_pipeline(
            FrozenEstimator(search.best_estimator_[0]), FrozenEstimator(search)
        ),
    ):
        names = [name for name, _ in fitted_steps(frozen)]
        assert names[-2:] == ["standardscaler", "ridge"]
        assert isinstance(innermost(frozen), Ridge)
        assert n_parameters_of(frozen) == 3
        assert inside(frozen, X).estimator is search.best_estimator_[-1]
    unfitted = make_pipeline(StandardScaler(), Ridge())
    assert last_step(FrozenEstimator(unfitted)) is unfitted[-1]


@pytest.mark.parametrize("wrapper", [FixedThresholdClassifier, tuned])
def test_what_gets_a_threshold_is_looked_into(wrapper):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    X, y = np.arange(12.0)[:, None], np.repeat([0, 1], 6)
    wrapped = wrapper(model).fit(X, y)
    search = GridSearchCV(wrapper(model), {}, cv=2).fit(X, y)
    for one in (wrapped, search, FrozenEstimator(wrapped)):
        names = [name for name, _ in fitted_steps(one)]
        assert names == ["standardscaler", "logisticregression"]
        assert isinstance(innermost(one), LogisticRegression)
    assert innermost(wrapped) is wrapped.estimator_[-1]


@pytest.mark.parametrize("model", [make_pipeline("passthrough"), LinearRegression()])
def test_without_steps_inside_it_is_the_model_itself(model):
    assert innermost(model) is model
    assert interval_of(model, X, 0.8) is None


def test_an_interval_comes_from_the_last_step_behind_the_others():
    class GivesIntervals(LinearRegression):
        def predict_interval(self, X, coverage):
            return coverage, X

    model = make_pipeline(StandardScaler(), GivesIntervals()).fit(X, Y)
    coverage, seen = interval_of(model, X, 0.9)
    assert coverage == 0.9
    np.testing.assert_array_equal(seen, model[0].transform(X))


def test_the_last_step_may_be_unfitted():
    last = GridSearchCV(Ridge(), {})
    assert last_step(make_pipeline(StandardScaler(), make_pipeline(last))) is last


def test_models_inside_of_models_at_any_depth():
    scaled = TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge()))
    vote = VotingRegressor([("a", scaled), ("b", "drop"), ("c", LinearRegression())])
    model = GridSearchCV(make_pipeline("passthrough", vote), {}, cv=2).fit(X, Y)
    kinds = " ".join(type(one).__name__ for one in models_inside(model))
    assert kinds == (
        "StandardScaler Ridge Pipeline TransformedTargetRegressor LinearRegression "
        "VotingRegressor Pipeline GridSearchCV"
    )


def test_the_way_through_scalers_of_y_and_back():
    inner = TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler())
    model = TransformedTargetRegressor(inner, func=np.log1p, inverse_func=np.expm1)
    model.fit(X, 100 + Y)
    found = inside(make_pipeline(model).fit(X, 100 + Y), X)
    np.testing.assert_allclose(found.outward(found.inward(Y)[:, None])[:, 0], Y)
    predicted = found.estimator.predict(found.X)
    back = found.outward(predicted[:, None])[:, 0]
    np.testing.assert_allclose(back, model.predict(X))
