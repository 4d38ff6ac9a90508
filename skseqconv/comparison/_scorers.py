"""The scorers of a comparison, by name."""

from collections import Counter
from collections.abc import Mapping

from sklearn.metrics import check_scoring

from skseqconv._metrics import Metric, name_of_scorer
from skseqconv._similar import check_scorer_name


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
        name = name_of_scorer(scoring)
        named = {name if name.isidentifier() else "score": scoring}
    else:
        named = {}
    if not named or not all(isinstance(name, str) for name in named):
        raise ValueError(
            f"scoring={scoring!r} must be the name of a metric, a list of names, a "
            "dict of names and scorers, or a callable."
        )
    scorers = {name: _scorer(name, value) for name, value in named.items()}
    metrics_of([], scorers)
    return scorers


def metrics_of(trials, scorers):
    """The metrics that trials have computed, the leading one first.

    Parameters
    ----------
    trials : list of Trial
    scorers : dict of str to scorer

    Returns
    -------
    metrics : dict of (str, str) to Metric
        By the name of the scorer and of the score. Both are equal unless the scorer
        returns a dict. A scorer that failed in all trials has one metric.
    """
    found = {}
    for name, scorer in scorers.items():
        keys = dict.fromkeys(k for trial in trials for k in trial.scores_.get(name, ()))
        for key in keys or [name]:
            found[name, key] = Metric.of(key, scorer if key == name else None)
    counts = Counter(metric.name for metric in found.values())
    name, count = counts.most_common(1)[0]
    if count > 1:
        raise ValueError(
            f"scoring has {name!r} twice: errors are shown without 'neg_', so names "
            "must differ without it, too. Remove one, or rename it."
        )
    return found


def _scorer(name, value):
    if isinstance(value, str):
        check_scorer_name(value)
    elif not callable(value):
        raise ValueError(
            f"scoring[{name!r}]={value!r} must be the name of a metric or a callable."
        )
    return check_scoring(scoring=value)
