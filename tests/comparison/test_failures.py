"""What a comparison says of models and metrics that fail, and of bad input."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skseqconv.comparison import compare_models
from tests.comparison.models import CV, MODELS, Counted, Fails, scores_of


def test_a_model_that_fails_in_one_fold_reports_the_others(table):
    X, y = table
    cv = TimeSeriesSplit(3)
    with pytest.warns(FitFailedWarning) as warned:
        found = compare_models({"few": Fails(40), "ridge": Ridge()}, X, y, cv=cv)
    [warning] = warned
    expected = "few failed in fold 0 (fit): RuntimeError: 30 rows are too few"
    assert str(warning.message) == expected
    assert_array_equal(np.isnan(scores_of(found, "few")), [True, False, False])
    assert np.isfinite(scores_of(found, "ridge")).all()
    [failure] = found.failures.to_dict("records")
    assert (failure["model"], failure["fold"], failure["stage"]) == ("few", 0, "fit")
    assert "in fit" in failure["traceback"]
    missing = found.predictions["few"].isna()
    assert_array_equal(missing, found.predictions["fold"] == 0)
    assert found.table.loc["few", "folds"] == 2
    said = "No score: few in 1 of 3 folds (see failures). Means in the table are over"
    assert said in found.summary() and said in repr(found)


def test_equal_failures_are_told_once(table):
    models = {"few": Fails(50, predicts=False), "ridge": Ridge()}
    with pytest.warns(FitFailedWarning) as warned:
        found = compare_models(models, *table, cv=TimeSeriesSplit(3))
    told = [str(warning.message) for warning in warned]
    assert "few failed in fold 0 (fit): RuntimeError: 30 rows are too few" in told
    metric = "few failed in folds 1, 2 (neg_mean_absolute_error): RuntimeError: it will"
    assert any(text.startswith(metric) for text in told)
    assert found.predictions["few"].isna().all()
    assert found.table.index[-1] == "few"


def test_a_metric_that_a_model_has_not_leaves_the_others():
    X, y = load_iris(return_X_y=True)
    models = {"margins": LinearSVC(), "bayes": GaussianNB()}
    scoring = ["accuracy", "neg_log_loss"]
    with pytest.warns(FitFailedWarning, match=r"margins failed in folds 0, 1, 2 \(neg"):
        found = compare_models(models, X, y, cv=3, scoring=scoring)
    assert np.isnan(scores_of(found, "margins", "log_loss")).all()
    assert np.isfinite(scores_of(found, "margins", "accuracy")).all()
    assert np.isfinite(scores_of(found, "bayes", "log_loss")).all()
    assert found.predictions["margins"].notna().all()


def test_a_metric_that_no_model_has_keeps_its_place():
    X, y = load_iris(return_X_y=True)
    models, scoring = {"margins": LinearSVC()}, ["accuracy", "roc_auc_ovr", "r2"]
    with pytest.warns(FitFailedWarning, match=r"margins failed in folds 0, 1, 2 \(roc"):
        found = compare_models(models, X, y, cv=3, scoring=scoring, baseline=None)
    assert list(found.metrics) == scoring
    assert np.isnan(scores_of(found, "margins", "roc_auc_ovr")).all()
    said = found.summary("roc_auc_ovr")
    assert said.endswith("models have.") and "margins in 3 of 3 folds (see" in said


def test_the_metric_that_ranks_is_one_that_a_model_has(capsys):
    X, y = load_iris(return_X_y=True)
    models, scoring = {"margins": LinearSVC()}, ["neg_log_loss", "accuracy"]
    message = (
        "(?s)No model has a score for 'neg_log_loss', the first .*put another metric "
        r"first\.\nmargins failed in folds 0, 1, 2 \(neg_log_loss\): AttributeError"
    )
    with pytest.raises(ValueError, match=message):
        compare_models(models, X, y, cv=3, scoring=scoring, verbose=1)
    assert "margins: log_loss nan, nan, nan" in capsys.readouterr().out


def test_scores_of_a_dict_stand_where_their_scorer_does(table):
    def own(model, X, y):
        if len(X) < 40:
            raise RuntimeError("too few rows")
        return {"first": 1.0, "neg_second": -2.0}

    scoring = {"r2": "r2", "own": own, "neg_max_error": "neg_max_error"}
    cv = [(np.arange(60), np.arange(60, 90)), (np.arange(60), np.arange(60, 110))]
    with pytest.warns(FitFailedWarning, match=r"ridge failed in fold 0 \(own\)"):
        found = compare_models([Ridge()], *table, cv=cv, scoring=scoring, baseline=None)
    assert list(found.metrics) == ["r2", "first", "second", "max_error"]
    assert_array_equal(scores_of(found, "ridge", "second"), [np.nan, 2.0])


@pytest.mark.parametrize("others", [{}, {"mae": "r2"}])
def test_scores_of_one_name_are_refused_after_the_first_fit(table, others):
    names = ["mae"] if others else ["mae", "neg_mae"]
    scoring = {"own": lambda *_: dict.fromkeys(names, -1.0), **others}
    Counted.fits = 0
    with pytest.raises(ValueError, match=r"scoring has 'mae' twice: .* or rename it"):
        compare_models([Counted()], *table, cv=3, scoring=scoring, baseline=None)
    assert Counted.fits == 1


def test_the_automatic_baselines_are_named(climate):
    message = "'one lag', an estimator, .* adds 'persistence', the naive forecast"
    with pytest.raises(ValueError, match=message):
        compare_models(MODELS, *climate, cv=CV, baseline="naive")
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="adds 'prior', the class frequencies"):
        compare_models([GaussianNB()], X, y, cv=3, baseline="dummy")


def test_errors_are_raised_when_asked_for(table):
    with pytest.raises(RuntimeError, match="30 rows are too few"):
        compare_models([Fails(40)], *table, cv=TimeSeriesSplit(3), error_score="raise")
    with pytest.raises(RuntimeError, match="it will not say"):
        compare_models([Fails(0, False)], *table, cv=3, error_score="raise")


def test_models_that_all_fail_are_an_error(table):
    with pytest.raises(ValueError, match=r"(?s)Every model failed in every .*100 rows"):
        compare_models([Fails(1000)], *table, cv=6)


class NoKind(BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return X


@pytest.mark.parametrize(
    "change, message",
    [
        ({"models": {}}, r"models=\{\} must hold at least one"),
        ({"models": []}, r"models=\[\] must hold at least one"),
        ({"models": Ridge()}, r"models=Ridge\(\) must be a dict .* or a list"),
        (
            {"models": {1: Ridge()}},
            "models has the name 1: names must be non-empty str",
        ),
        ({"models": {"": Ridge()}}, "models has the name ''"),
        ({"models": {"truth": Ridge()}}, "models has the name 'truth'"),
        ({"models": {"r": Ridge}}, r"models\['r'\] is the class Ridge: give .*Ridge\("),
        ({"models": {"s": StandardScaler()}}, r"models\['s'\].* has no predict"),
        ({"models": ["ridge"]}, r"models\['str'\]='ridge' has no fit: give"),
        ({"models": {"n": NoKind()}}, r"NoKind\(\) must be a regressor or a"),
        (
            {"models": {"r": Ridge(), "l": LogisticRegression()}},
            "models must be of one kind, but 'r' is a regressor, 'l' is a classifier",
        ),
        (
            {"baseline": "naive"},
            "baseline='naive' must be one of the models 'ridge', an .* adds 'mean'",
        ),
        (
            {"baseline": DummyClassifier()},
            "is a classifier, but the models are regressors",
        ),
        ({"baseline": Ridge(3.0)}, "gets the name 'ridge', which a model already has"),
        ({"baseline": 3}, "baseline=3 has no fit: give a regressor"),
        ({"y": np.zeros(119)}, "X has 120 rows and y has 119"),
        ({"y": None}, "y=None"),
        ({"groups": range(119)}, r"groups has the shape \(119,\): .* the 120 rows"),
        ({"groups": np.zeros((120, 2))}, r"groups has the shape \(120, 2\): it must"),
        ({"cv": []}, r"cv=\[\] gives no folds"),
        ({"cv": [([0, 1], [])]}, "gives 2 training rows and 0 test rows in fold 0"),
        (
            {"scoring": "mean_absolute_error"},
            r"Did you mean 'neg_mean_absolute_error'\?$",
        ),
        ({"scoring": "mae"}, r"Did you mean 'neg_mean_absolute_error'\?$"),
        ({"scoring": {"a": "acuracy"}}, "scoring='acuracy' .* mean 'accuracy'"),
        ({"scoring": "best"}, r"scoring='best' is not in sklearn.metrics.get_scorer"),
        ({"scoring": []}, r"scoring=\[\] must be the name"),
        ({"scoring": 3}, "scoring=3 must be the name"),
        ({"scoring": {"a": 3}}, r"scoring\['a'\]=3 must be the name"),
        (
            {"scoring": {"neg_a": "r2", "a": "r2"}},
            "has 'a' twice",
        ),
        ({"scoring": lambda model, X, y: "good"}, "'score' must return a number"),
        ({"error_score": 0.0}, 'error_score=0.0 must be numpy.nan or "raise"'),
        ({"error_score": "nan"}, "error_score='nan' must be numpy.nan or"),
    ],
)
def test_bad_input(table, change, message):
    given = {"models": [Ridge()], "X": table[0], "y": table[1], "cv": 3, **change}
    with pytest.raises(ValueError, match=message):
        compare_models(given.pop("models"), given.pop("X"), given.pop("y"), **given)


def test_a_wrong_number_of_predictions_is_a_failure(table):
    class Half(Counted):
        def predict(self, X):
            return super().predict(X)[::2]

    models = {"half": Half(), "ridge": Ridge()}
    with pytest.warns(FitFailedWarning, match="predict returned the shape"):
        found = compare_models(models, *table, cv=3, scoring=lambda m, X, y: 1.0)
    assert found.predictions["half"].isna().all()
