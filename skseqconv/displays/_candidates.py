"""The candidates of a fitted search as a table: parameters, mean, fold scores."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skseqconv._metrics import Metric, name_of_scorer

from ._common import in_words

#: An axis with more numbers than this is a scale; with fewer, each has its place.
MANY_VALUES = 8


def metric_of(search, metric):
    """A metric of a search, and its key in `cv_results_`."""
    results = results_of(search)
    scorer, key = search.scorer_, metric
    if getattr(search, "multimetric_", False):  # Optuna's searches have one metric
        known = _after("mean_test_", results)
        if metric is None:
            key = search.refit if isinstance(search.refit, str) else known[0]
        key = f"neg_{key}" if f"neg_{key}" in known else key
        name, scorer = key, scorer.get(key) if isinstance(scorer, dict) else None
    else:
        score = name_of_scorer(getattr(scorer, "_score_func", None))
        name = search.scoring if isinstance(search.scoring, str) else score
        known = [name.removeprefix("neg_")]
        if metric in (None, name, *known):
            key = "score"
    if f"mean_test_{key}" not in results:
        raise ValueError(
            f"metric={metric!r} was not computed by the search: use "
            f"{' or '.join(map(repr, known))}."
        )
    return Metric.of(name, scorer), key


def results_of(search):
    """The results of a search under the names of `cv_results_`.

    Optuna's searches store them in the trials. Trials that failed, that were pruned, or
    that belong to another search of the same study are left out.
    """
    if isinstance(search, type) or not hasattr(search, "refit"):
        raise ValueError(
            "search must be a fitted search, for example a GridSearchCV, got "
            f"{in_words(search)}."
        )
    check_is_fitted(search, "n_splits_")
    if not hasattr(search, "trials_"):
        return search.cv_results_
    scores = [f"split{fold}_test_score" for fold in range(search.n_splits_)]
    scores.append("mean_test_score")
    done = [
        trial
        for trial in search.trials_
        if trial.state.name == "COMPLETE" and trial.user_attrs.keys() >= set(scores)
    ]
    if not done:
        raise ValueError("search has no completed trial: there is nothing to draw.")
    table = {name: np.array([t.user_attrs[name] for t in done]) for name in scores}
    return {**table, "params": [trial.params for trial in done]}


def _after(prefix, names):
    return [name[len(prefix) :] for name in names if name.startswith(prefix)]


def candidates(search, key, sign):
    """Parameters of each candidate, and a table of its mean, round and folds."""
    results = results_of(search)
    table = pd.DataFrame({"mean": sign * results[f"mean_test_{key}"]})
    table["iter"] = results.get("iter", 0)
    for fold in range(search.n_splits_):
        table[f"fold {fold}"] = sign * results[f"split{fold}_test_{key}"]
    return results["params"], table


def shown_parameters(settings, params):
    """Full names of the one or two parameters to draw, the first for the x axis."""
    counts = _n_values(settings)
    if params is None:
        varied = [name for name, count in counts.items() if count > 1]
        if not counts:
            raise ValueError("search has no parameters: there is nothing to draw.")
        chosen = (varied or list(counts))[:2]
        return sorted(chosen, key=lambda name: -counts[name])
    one = isinstance(params, str) or not np.iterable(params)
    asked = [params] if one else list(params)
    names = [_full_name(short, list(counts)) for short in asked]
    if not 1 <= len(set(names)) == len(names) <= 2:
        raise ValueError(
            f"params={params!r} must be one or two different parameters of the "
            "search: a plot has two axes. It shows the best score over all other "
            "parameters."
        )
    return names


def _full_name(short, known):
    found = [name for name in known if f"__{name}".endswith(f"__{short}")]
    found = [short] if short in found else found
    if len(found) != 1:
        if found:
            raise ValueError(
                f"params: {short!r} can be {' or '.join(map(repr, found))}: use the "
                "full name."
            )
        raise ValueError(
            f"params: {short!r} is not a parameter of the search: use one or two of "
            f"{', '.join(map(repr, known))}."
        )
    return found[0]


def short_names(names):
    """Parameters without the names of their steps, if that is unambiguous."""
    short = [name.rpartition("__")[2] for name in names]
    return short if len(set(short)) == len(short) else list(names)


def best_of_each(settings, table, names, sign):
    """The best row for each combination of values of the named parameters.

    Returns the table with these parameters as columns, and the names of the other
    parameters that vary. Candidates without one of the named parameters are left out.
    In a halving search, only the last round of each combination counts.
    """
    ranked = table.assign(mean=sign * table["mean"]).sort_values(
        ["iter", "mean"], ascending=False, kind="stable", na_position="last"
    )
    best = {}
    for i in ranked.index:
        if all(name in settings[i] for name in names):
            best.setdefault(tuple(_identity(settings[i][name]) for name in names), i)
    rows = sorted(best.values())
    shown = {
        short: pd.Series([settings[i][name] for i in rows], dtype=object)
        for short, name in zip(short_names(names), names, strict=True)
    }
    kept = [s for s in settings if all(name in s for name in names)]
    counts = _n_values(kept)
    over = [name for name, n in counts.items() if n > 1 and name not in names]
    frame = pd.concat(
        [pd.DataFrame(shown), table.loc[rows].reset_index(drop=True)], axis=1
    )
    return frame, short_names(over)


def _n_values(settings):
    values = {}
    for setting in settings:
        for name, value in setting.items():
            values.setdefault(name, set()).add(_identity(value))
    return {name: len(found) for name, found in values.items()}


def _identity(value):
    """A text that is equal for equal values of any type."""
    return repr(value.item() if isinstance(value, np.generic) else value)


@dataclass
class AxisPlaces:
    """Positions of values on an axis: on a scale of numbers, or one per label."""

    at: np.ndarray
    labels: list[str] | None
    n_values: int


def places(values, *, scale_above=MANY_VALUES):
    """Numbers are sorted, other values keep their order; many numbers get a scale."""
    distinct = {_identity(value): value for value in values}
    numbers = all(isinstance(v, Real) and not isinstance(v, bool) for v in values)
    if numbers and len(distinct) > scale_above:
        return AxisPlaces(np.array(values, dtype=float), None, len(distinct))
    if numbers:
        distinct = dict(sorted(distinct.items(), key=lambda item: item[1]))
    order = list(distinct)
    labels = [_text(value) for value in distinct.values()]
    if len(set(labels)) < len(labels):
        labels = order
    at = np.array([order.index(_identity(value)) for value in values])
    return AxisPlaces(at, labels, len(order))


def _text(value):
    """A value as a short label."""
    if isinstance(value, Real) and not isinstance(value, (bool, Integral)):
        return f"{value:.4g}"
    if hasattr(value, "get_params"):
        return type(value).__name__
    return getattr(value, "__name__", str(value))
