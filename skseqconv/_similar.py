"""Names like a wrong one, for messages."""

from difflib import get_close_matches

from sklearn.metrics import get_scorer_names

#: What people and Keras call metrics for short, and scikit-learn in full.
_IN_FULL = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_log_error",
    "auc": "roc_auc",
    "acc": "accuracy",
}


def similar(name, known):
    """Known names that say the same as a wrong one, or else up to four like it."""
    plain = name.lower().removeprefix("neg_").removesuffix("_score")
    full = _IN_FULL.get(plain, plain)
    same = [one for one in (full, f"neg_{full}") if one in known]
    return same or get_close_matches(name.lower(), known, n=4, cutoff=0.7)


def did_you_mean(names):
    """A question that offers names like a wrong one; "" if there are none."""
    return f"Did you mean {' or '.join(map(repr, names))}? " if names else ""


def check_scorer_name(scoring):
    """Refuse a name that no scorer of scikit-learn has."""
    known = get_scorer_names()
    if scoring not in known:
        unknown = f"scoring={scoring!r} is not in sklearn.metrics.get_scorer_names()."
        hint = did_you_mean(similar(scoring, known))
        raise ValueError(f"{unknown} {hint}".rstrip())
