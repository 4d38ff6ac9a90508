"""Metrics: by what they are computed, what is best, and their power."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from sklearn.metrics import check_scoring, get_scorer, get_scorer_names

from skseqconv._metrics import shown_metric

# The metrics.


def named_scorers(scoring, kind):
    """Scorers by name, the leading metric first."""
    if scoring is None:
        regression = kind == "regressor"
        scoring = "neg_mean_absolute_error" if regression else "accuracy"
    if isinstance(scoring, str):
        scoring = [scoring]
    if isinstance(scoring, (list, tuple)) and all(isinstance(s, str) for s in scoring):
        named = {name: name for name in scoring}
    elif isinstance(scoring, Mapping):
        named = dict(scoring)
    elif callable(scoring):
        function = getattr(scoring, "_score_func", scoring)
        name = getattr(function, "__name__", "score")
        named = {name if name.isidentifier() else "score": scoring}
    else:
        named = {}
    if not named or not all(isinstance(name, str) for name in named):
        raise ValueError(
            "scoring must be the name of a metric, a list of such, a dict of names "
            f"and scorers, or a callable, got scoring={scoring!r}."
        )
    scorers = {name: _scorer(name, value) for name, value in named.items()}
    shown = Counter(shown_metric(name, scorers)[0] for name in scorers)
    twice = [name for name, count in shown.items() if count > 1]
    if twice:
        raise ValueError(f"scoring={scoring!r} has {twice[0]!r} twice.")
    return scorers


def _scorer(name, value):
    if isinstance(value, str) and value not in get_scorer_names():
        negative = f"neg_{value}"
        known = get_scorer_names()
        hint = f", {negative!r} is" if negative in known else ""
        raise ValueError(
            f"scoring={value!r} is none of sklearn.metrics.get_scorer_names(){hint}."
        )
    if not isinstance(value, str) and not callable(value):
        raise ValueError(f"scoring has {value!r} as {name!r}: give a name or a scorer.")
    return check_scoring(scoring=value)


#: Scores that squared errors are behind, though their names do not say so.
OF_SQUARES = ("r2_score", "explained_variance_score")

#: Scores of scikit-learn that are no errors, and yet have no upper bound of 1.
UNBOUNDED = ("positive_likelihood_ratio", "mutual_info_score")


def perfect_of(scorer, sign):
    """The best value of a metric, where it is known."""
    if sign < 0:
        return 0.0
    known = {name: get_scorer(name) for name in get_scorer_names()}
    bounded = {
        other._score_func
        for name, other in known.items()
        if other._sign > 0 and name not in UNBOUNDED
    }
    return 1.0 if getattr(scorer, "_score_func", None) in bounded else np.nan


def power_of(name, scorer):
    """The power of the errors behind a metric: 2 where it squares them, otherwise 1.

    The name that a scorer has in a dict may say nothing: its function tells.
    """
    name = getattr(getattr(scorer, "_score_func", None), "__name__", name)
    return 2 if "squared" in name or name in OF_SQUARES else 1
