"""The scorers of a comparison, by name."""

from collections import Counter
from collections.abc import Mapping

from sklearn.metrics import check_scoring, get_scorer_names

from skseqconv._metrics import Metric


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
            f"scoring={scoring!r} must be the name of a metric, a list of names, a "
            "dict of names and scorers, or a callable."
        )
    scorers = {name: _scorer(name, value) for name, value in named.items()}
    counts = Counter(Metric.of(name, scorer).name for name, scorer in scorers.items())
    name, count = counts.most_common(1)[0]
    if count > 1:
        raise ValueError(f"scoring={scoring!r} has {name!r} twice: remove one.")
    return scorers


def _scorer(name, value):
    known = get_scorer_names()
    if isinstance(value, str) and value not in known:
        negative = f"neg_{value}"
        hint = f" Use {negative!r}." if negative in known else ""
        raise ValueError(
            f"scoring={value!r} is not in sklearn.metrics.get_scorer_names().{hint}"
        )
    if not isinstance(value, str) and not callable(value):
        raise ValueError(
            f"scoring[{name!r}]={value!r} must be the name of a metric or a callable."
        )
    return check_scoring(scoring=value)
