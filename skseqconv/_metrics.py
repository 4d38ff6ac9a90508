"""Metrics' names and signs, and models in the order of a metric."""

import pandas as pd


def shown_metric(name, scorers):
    """Name and sign of a metric as it is shown: errors positive, without "neg_"."""
    is_error = getattr(scorers.get(name), "_sign", 1) < 0 or name.startswith("neg_")
    return name.removeprefix("neg_"), -1 if is_error else 1


# What a comparison and its picture share.


def checked_metric(metric, known):
    """The name that a metric is shown by; None for the first of those known."""
    if metric is None:
        return next(iter(known))
    shown = metric.removeprefix("neg_")
    if shown not in known:
        raise ValueError(
            f"metric={metric!r} was not computed: use one of "
            f"{', '.join(map(repr, known))}, or name it in scoring."
        )
    return shown


def ranked(means, failed, greater_is_better):
    """Models from the best mean to the worst.

    A mean over fewer folds is no fair one: it stands below the others.

    Parameters
    ----------
    means, failed : Series
        Mean score of each model, and in how many folds it failed.
    greater_is_better : bool

    Returns
    -------
    models : Index
    """
    worse = -means if greater_is_better else means
    order = pd.DataFrame({"failed": failed, "worse": worse})
    return order.sort_values(["failed", "worse"], kind="stable").index
