"""Predictions of a model from changed samples, as scorers ask for them."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import check_scoring
from sklearn.utils import get_tags

from skseqconv._metrics import Metric, name_of_scorer
from skseqconv._similar import check_scorer_name
from skseqconv._unwrap import last_step

#: The methods by which scorers ask for predictions.
RESPONSES = ("predict", "predict_proba", "predict_log_proba", "decision_function")


class Answers:
    """Stands for a fitted model in a call of a scorer.

    Its predictions are those from changed samples, whatever X the scorer gives. They
    are made once for each method.

    Parameters
    ----------
    model : estimator
    made_by : callable
        Takes the name of a method of the model, such as "predict", and returns its
        result for the changed samples.
    """

    def __init__(self, model, made_by):
        self.model = model
        self.made_by = made_by
        self._made = {}
        #: The column of the output to give, None for all; whether it is the only one.
        self._column, self._is_only = None, False

    def __getattr__(self, name):
        if name in RESPONSES and hasattr(self.model, name):

            def answer(X=None):
                return self._answer(name)

            answer.__name__ = name  # scikit-learn compares names
            return answer
        if name == "classes_":
            return self._classes()
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def _answer(self, name):
        if name not in self._made:
            self._made[name] = self.made_by(name)
        answer = self._made[name]
        if self._column is None:
            return answer
        if isinstance(answer, list):
            return answer[self._column]
        # The columns of one output are its classes.
        if self._is_only and (answer.ndim == 1 or answer.shape[1] > 1):
            return answer
        of_output = answer[:, self._column]
        if name == "predict_proba":  # of labels that each are 0 or 1
            return np.stack([1 - of_output, of_output], axis=1)
        return of_output

    def _classes(self):
        classes = self.model.classes_
        if self._column is not None and isinstance(classes, list):
            return classes[self._column]
        return classes if self._column is None or self._is_only else np.arange(2)

    def of_output(self, column, n_outputs):
        """The same answers, of one output only."""
        other = Answers(self.model, self.made_by)
        other._made, other._column = self._made, column
        other._is_only = n_outputs == 1
        return other

    def __sklearn_tags__(self):
        return get_tags(self.model)

    def __sklearn_is_fitted__(self):
        return True


def answers_from(model, parts):
    """The answers from samples that `parts()` yields, part by part."""

    def made_by(name):
        return joined([getattr(model, name)(part) for part in parts()])

    return Answers(model, made_by)


def joined(parts):
    """The predictions of all samples, from those of some.

    scikit-learn's classifiers of several outputs give a list of arrays.
    """
    if isinstance(parts[0], list):
        return [np.concatenate(each) for each in zip(*parts, strict=True)]
    return np.concatenate(parts)


def scorer_of(model, scoring):
    """The scorer of a fitted model, and its metric."""
    if scoring is None:
        scoring = _scorer_of_search(last_step(model))
    if scoring is None:
        if not (is_classifier(model) or is_regressor(model)):
            raise ValueError(
                f"{type(model).__name__} is neither a classifier nor a regressor: give "
                "scoring, the name of a metric or a scorer."
            )
        scoring = "accuracy" if is_classifier(model) else "r2"
    if isinstance(scoring, str):
        check_scorer_name(scoring)
        scorer, name = check_scoring(scoring=scoring), scoring
    elif callable(scoring):
        scorer, name = scoring, name_of_scorer(scoring).removesuffix("_score")
    else:
        raise ValueError(
            f"scoring={scoring!r} must be the name of one metric, or a scorer. Call "
            "importance once for each metric."
        )
    return scorer, Metric.of(name, scorer)


def _scorer_of_search(search):
    """The scorer that a search was given; None for other models and if it had none."""
    scorer = getattr(search, "scorer_", None)
    if scorer is None or search.scoring is None:
        return None
    if not getattr(search, "multimetric_", False):  # Optuna's have one metric
        return scorer
    if not isinstance(search.refit, str):
        return None
    if isinstance(scorer, dict):
        return scorer[search.refit]

    def refitted(model, X, y, **params):
        return scorer(model, X, y, **params)[search.refit]

    refitted.__name__ = search.refit
    return refitted


class Judge:
    """Scores answers: all outputs together, or each on its own."""

    def __init__(self, scorer, y, sample_weight, each_output):
        self._scorer, self._y = scorer, y
        self._weights = {}
        if sample_weight is not None:
            self._weights = {"sample_weight": sample_weight}
        self._columns = [None]
        if each_output:
            if y.ndim != 2:
                raise ValueError(
                    f"each_output=True needs y with several columns, got y of shape "
                    f"{y.shape}."
                )
            self._columns = list(range(y.shape[1]))

    def scores(self, answers):
        """The score, or those of each output."""
        found = []
        for column in self._columns:
            y, one = self._y, answers
            if column is not None:
                y = y[:, column]
                one = answers.of_output(column, len(self._columns))
            found.append(self._scorer(one, None, y, **self._weights))
        return np.array(found)

    def losses(self, before, changed):
        """The scores of the answers before, and what changed answers lose of them.

        Parameters
        ----------
        before : Answers
        changed : iterable of iterables of Answers
            For each change the answers, one for each repeat.

        Returns
        -------
        scores : ndarray of shape (n_outputs,)
        losses : ndarray of shape (n_changes * n_outputs, n_repeats)
        """
        baseline = self.scores(before)
        scores = np.array([[self.scores(one) for one in each] for each in changed])
        losses = np.moveaxis(baseline - scores, 1, 2)  # changes, outputs, repeats
        return baseline, losses.reshape(-1, losses.shape[2])
