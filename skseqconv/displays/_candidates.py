"""What a fitted search tried, as a table: parameters, mean, score of each fold."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from ._common import in_words

#: A line over more numbers than this has a scale, over fewer a place for each.
MANY_VALUES = 8


def metric_of(search, metric):
    """Key of a metric in cv_results_, its name, and -1 for errors that are negated."""
    results = results_of(search)
    scorer, key = search.scorer_, metric
    if getattr(search, "multimetric_", False):  # Optuna's searches have one metric
        known = _after("mean_test_", results)
        if metric is None:
            key = search.refit if isinstance(search.refit, str) else known[0]
        key = f"neg_{key}" if f"neg_{key}" in known else key
        name, scorer = key, scorer.get(key) if isinstance(scorer, dict) else None
    else:
        score = getattr(getattr(scorer, "_score_func", None), "__name__", "score")
        name = search.scoring if isinstance(search.scoring, str) else score
        known = [name.removeprefix("neg_")]
        if metric in (None, name, *known):
            key = "score"
    if f"mean_test_{key}" not in results:
        raise ValueError(
            f"metric={metric!r} is not what the search scored, which is "
            f"{' and '.join(map(repr, known))}."
        )
    negated = name.startswith("neg_") or getattr(scorer, "_sign", 1) < 0
    return key, name.removeprefix("neg_"), -1 if negated else 1


def results_of(search):
    """What a search tried, by the names of `cv_results_`.

    Optuna's searches have them trial by trial; those that were pruned or failed, or
    are another search's in the same study, are left out.
    """
    if isinstance(search, type) or not hasattr(search, "refit"):
        raise ValueError(
            "search must be a fitted search such as GridSearchCV, got "
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
        raise ValueError("search has no trial that was finished: nothing to draw.")
    table = {name: np.array([t.user_attrs[name] for t in done]) for name in scores}
    return {**table, "params": [trial.params for trial in done]}


def _after(prefix, names):
    return [name[len(prefix) :] for name in names if name.startswith(prefix)]


def tried(search, key, sign):
    """Parameters of each candidate, and a table of its mean, round and folds."""
    results = results_of(search)
    table = pd.DataFrame({"mean": sign * results[f"mean_test_{key}"]})
    table["iter"] = results.get("iter", 0)
    for fold in range(search.n_splits_):
        table[f"fold {fold}"] = sign * results[f"split{fold}_test_{key}"]
    return results["params"], table


def shown_parameters(settings, params):
    """Full names of the one or two parameters to draw, the first along x."""
    counts = _n_values(settings)
    if params is None:
        varied = [name for name, count in counts.items() if count > 1]
        if not counts:
            raise ValueError("The search has no parameters: there is nothing to draw.")
        chosen = (varied or list(counts))[:2]
        return sorted(chosen, key=lambda name: -counts[name])
    one = isinstance(params, str) or not np.iterable(params)
    asked = [params] if one else list(params)
    names = [_full_name(short, list(counts)) for short in asked]
    if not 1 <= len(set(names)) == len(names) <= 2:
        raise ValueError(
            f"params={params!r} must be one parameter of the search, or two different "
            "ones: a plot has two axes. The best over all others is drawn."
        )
    return names


def _full_name(short, known):
    found = [name for name in known if f"__{name}".endswith(f"__{short}")]
    found = [short] if short in found else found
    if len(found) != 1:
        reason = "may be " + " or ".join(map(repr, found)) if found else "is none"
        raise ValueError(
            f"params: {short!r} {reason} of the parameters searched, which are "
            f"{', '.join(map(repr, known))}."
        )
    return found[0]


def short_names(names):
    """The parameters without the steps they belong to, where that is unambiguous."""
    short = [name.rpartition("__")[2] for name in names]
    return short if len(set(short)) == len(short) else list(names)


def best_of_each(settings, table, names, sign):
    """The best row of each combination of the named parameters' values.

    Returns the table with these parameters as columns, and the other parameters that
    vary. Candidates without one of the parameters are left out; of the rounds of a
    halving search the last that a combination reached counts.
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
    """Equal for equal values, of any type."""
    return repr(value.item() if isinstance(value, np.generic) else value)


@dataclass
class Places:
    """Where values stand on an axis: on a scale of numbers, or each at a label."""

    at: np.ndarray
    labels: list[str] | None
    n_values: int


def places(values, *, scale_above=MANY_VALUES):
    """Numbers in order, others as they come; a scale for more numbers than a few."""
    distinct = {_identity(value): value for value in values}
    numbers = all(isinstance(v, Real) and not isinstance(v, bool) for v in values)
    if numbers and len(distinct) > scale_above:
        return Places(np.array(values, dtype=float), None, len(distinct))
    if numbers:
        distinct = dict(sorted(distinct.items(), key=lambda item: item[1]))
    order = list(distinct)
    labels = [_text(value) for value in distinct.values()]
    if len(set(labels)) < len(labels):
        labels = order
    at = np.array([order.index(_identity(value)) for value in values])
    return Places(at, labels, len(order))


def _text(value):
    """A value as people write it."""
    if isinstance(value, Real) and not isinstance(value, (bool, Integral)):
        return f"{value:.4g}"
    if hasattr(value, "get_params"):
        return type(value).__name__
    return getattr(value, "__name__", str(value))
