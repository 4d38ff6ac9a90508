"""A metric: its name, its sign, which of its values is best; models in its order."""

from functools import cache
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.metrics import get_scorer, get_scorer_names

from ._public import public

#: Names in words, where these are more than the name without underscores.
_WORDS = {
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "rmse": "root mean squared error",
    "r2": "R²",
    "roc_auc": "ROC AUC",
}

#: Metrics that are computed from squared errors, without "squared" in their names: of
#: scikit-learn by scorer and by function, and short names that users give.
_OF_SQUARES = (
    "r2",
    "r2_score",
    "explained_variance",
    "explained_variance_score",
    "mse",
    "rmse",
)

#: Scores of scikit-learn that have no upper bound of 1.
_UNBOUNDED = ("positive_likelihood_ratio", "mutual_info_score")

#: Errors in the unit of y, or in its square. Over several targets they are a mean.
_IN_UNITS = (
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "median_absolute_error",
    "mean_pinball_loss",
    "max_error",
)

#: Parts of the names of metrics of which less is better, in lower case.
_OF_ERRORS = (
    "loss",
    "error",
    "entropy",
    "mae",
    "mape",
    "mse",
    "msle",
    "bce",
    "hinge",
    "divergence",
    "false",
    "poisson",
    "huber",
    "log_cosh",
)


@public
class Metric(NamedTuple):
    """A metric as it is shown: errors are positive.

    Parameters
    ----------
    name : str
        Its name, without "neg\\_".
    greater_is_better : bool
        Whether a higher value is a better one.
    perfect : float
        The best possible value: 0 for errors, 1 for scores with that upper bound, and
        NaN where it is unknown.
    power : int
        The power of the errors behind the metric: 2 if it squares them, otherwise 1.
    """

    name: str
    greater_is_better: bool = True
    perfect: float = np.nan
    power: int = 1

    @classmethod
    def of(cls, name, scorer=None) -> Self:
        """The metric of a scorer that has this name."""
        function = getattr(scorer, "_score_func", None)
        is_error = name.startswith("neg_") or getattr(scorer, "_sign", 1) < 0
        bounded = 1.0 if function in _bounded() else np.nan
        # The key of a dict may say nothing: the name of the function is better.
        computed = name_of_scorer(function, name).removeprefix("neg_")
        squared = "squared" in computed or computed in _OF_SQUARES
        return cls(
            name.removeprefix("neg_"),
            greater_is_better=not is_error,
            perfect=0.0 if is_error else bounded,
            power=2 if squared else 1,
        )

    @property
    def sign(self):
        """Factor between the value that is shown and that of the scorer."""
        return 1 if self.greater_is_better else -1

    @property
    def words(self):
        """Its name inside a sentence: "mean absolute error"."""
        return _WORDS.get(self.name, self.name.replace("_", " "))

    @property
    def label(self):
        """Its name at an axis: "Mean absolute error"."""
        return self.words[:1].upper() + self.words[1:]

    @property
    def direction(self):
        return "higher is better" if self.greater_is_better else "lower is better"


def name_of_scorer(scorer, otherwise="score"):
    """The name of the function that a scorer calls, or of the scorer itself."""
    function = getattr(scorer, "_score_func", scorer)
    return getattr(function, "__name__", otherwise)


@cache
def _bounded():
    """Functions of scikit-learn's scores that are at most 1."""
    known = {name: get_scorer(name) for name in get_scorer_names()}
    return frozenset(
        scorer._score_func
        for name, scorer in known.items()
        if scorer._sign > 0 and name not in _UNBOUNDED
    )


def averages_units(scorer):
    """Whether a scorer is a mean over targets, each in its own unit."""
    name = getattr(getattr(scorer, "_score_func", None), "__name__", None)
    weighted = "multioutput" in getattr(scorer, "_kwargs", {})
    return name in _IN_UNITS and not weighted


def best_is(metric):
    """Whether the "max" or the "min" of a metric's values is the best.

    Parameters
    ----------
    metric : str or keras.metrics.Metric
        A name, as in a history, or an object of Keras.

    Returns
    -------
    best : {"max", "min"} or None
        None if Keras does not know it.
    """
    if not isinstance(metric, str):
        of_keras = {"up": "max", "down": "min"}
        return of_keras.get(getattr(metric, "_direction", None))
    # The scorers of scikit-learn make errors negative.
    if metric.startswith("neg_") or metric in get_scorer_names():
        return "max"
    return "min" if any(part in metric.lower() for part in _OF_ERRORS) else "max"


def chosen_metric(name, metrics):
    """The metric of this name, of a dict of them; the first if the name is None."""
    if name is None:
        return next(iter(metrics.values()))
    if name.removeprefix("neg_") not in metrics:
        raise ValueError(
            f"metric={name!r} was not computed: use one of "
            f"{', '.join(map(repr, metrics))}, or add it to scoring."
        )
    return metrics[name.removeprefix("neg_")]


def ranked(means, failed, greater_is_better):
    """Models from the best mean to the worst.

    Means over different folds cannot be compared: models that failed in a fold come
    after the others.

    Parameters
    ----------
    means, failed : Series
        Mean score of each model, and the number of folds in which it failed.
    greater_is_better : bool

    Returns
    -------
    models : Index
    """
    worse = -means if greater_is_better else means
    order = pd.DataFrame({"failed": failed, "worse": worse})
    return order.sort_values(["failed", "worse"], kind="stable").index
