"""A comparison in words."""

import numpy as np

#: Differences with a smaller p-value are called significant.
SIGNIFICANT = 0.05


def readable(number, digits=3):
    """A number of a table, as short as possible."""
    return _grouped(number) or f"{number:.{digits}g}"


def spoken(number, digits=3):
    """A number of a sentence, with trailing zeros: 2.60."""
    return _grouped(number) or f"{number:#.{digits}g}".rstrip(".")


def _grouped(number):
    return f"{number:,.0f}" if abs(number) >= 999.5 else ""


def _told_apart(mean, reference):
    """Both numbers, with enough digits to show the difference."""
    for digits in (3, 4, 5, 6):
        texts = [spoken(value, digits) for value in (mean, reference)]
        if texts[0] != texts[1] or mean == reference:
            break
    return " against ".join(texts)


def summary_of(comparison, metric):
    """Which model is best, by how much, and whether that is significant.

    Parameters
    ----------
    comparison : Comparison
    metric : Metric
    """
    order = list(comparison.tables[metric.name].index)
    reference = comparison.baseline or order[min(1, len(order) - 1)]
    no_models = {reference, *comparison.baselines}
    best = next((model for model in order if model not in no_models), None)
    missing = _missing_folds(comparison, metric)
    if best is None:
        mean = comparison.tables[metric.name].loc[reference, "mean"]
        return f"{reference}: {metric.words} {spoken(mean)}.{missing}"
    paired = comparison._paired(metric, reference)
    row = paired.loc[best]
    if not row["folds"]:
        return f"{best} and {reference} have no fold that both completed.{missing}"
    # The two best models differ less than other pairs: no correction is needed.
    rivals = 1
    if comparison.baseline is not None:
        gains = paired.drop(no_models, errors="ignore")["gain"]
        rivals = np.isfinite(gains).sum()
    said = sentence(best, reference, metric, row, rivals)
    return said + _several_baselines(comparison) + missing


def _several_baselines(comparison):
    """Which baselines there are, if there are several."""
    baselines = comparison.baselines
    if len(baselines) < 2:
        return ""
    words = next(iter(comparison.metrics.values())).words
    each = [f"{name} ({what})" for name, what in baselines.items()]
    return (
        f" {comparison.baseline} has the best {words} of {len(each)} baselines: "
        f"{', '.join(each)}."
    )


def sentence(best, reference, metric, row, rivals=1):
    """The comparison of two models in words.

    If `best` is the best of several `rivals` of the reference, its p-value is
    multiplied by their number (Bonferroni): the best of many looks good by chance.
    """
    relative = metric.perfect == 0 and np.isfinite(row["skill"])
    amount = (
        f"{100 * abs(row['skill']):.1f} %" if relative else spoken(abs(row["gain"]))
    )
    means = f"({metric.words} {_told_apart(row['mean'], row['reference'])})"
    folds = f"better in {row['won']:.0f} of {row['folds']:.0f} folds"
    if row["gain"] > 0:
        said = f"{best} beats {reference} by {amount} {means}, {folds}."
    elif row["gain"] < 0:
        said = (
            f"No model beats {reference}. {best} is closest, worse by {amount} "
            f"{means}, {folds}."
        )
    else:
        said = f"No model beats {reference}. {best} is equal {means}."
    said = f"{said} {_verdict(row, rivals)}"
    if row["reference"] == metric.perfect:
        said += (
            f" The {metric.words} of {reference} is perfect, so no model can beat it "
            "and skill is not defined. Use harder test data, or check whether X "
            "contains the answer."
        )
    return said


def _verdict(row, rivals):
    if not np.isfinite(row["p_value"]):
        reason = "the difference is the same in all folds"
        if not np.isfinite(row["gain"]):
            reason = "a score is not finite"
        elif row["folds"] < 2:
            reason = "there is only one fold"
        return f"Not tested: {reason}."
    p_value = min(1.0, rivals * row["p_value"])
    p_said = f"p = {p_value:.2g}" if p_value >= 1e-4 else "p < 0.0001"
    if rivals > 1:
        p_said += f", corrected for choosing the best of {rivals}"
    return (
        f"{'Significant' if p_value < SIGNIFICANT else 'Not significant'} ({p_said})."
    )


def _missing_folds(comparison, metric):
    """Which models lack scores, in how many folds; "" if none does."""
    scores = comparison._scores(metric)
    missing = scores.isna().sum()
    missing = missing[missing > 0]
    if missing.empty:
        return ""
    each = [f"{name} in {n} of {len(scores)} folds" for name, n in missing.items()]
    see = " (see failures)" if len(comparison.failures) else ""
    return (
        f" No score: {', '.join(each)}{see}. Means in the table are over the other "
        "folds, comparisons over those that both models have."
    )
