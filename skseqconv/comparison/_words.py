"""A comparison in a sentence."""

import numpy as np

#: A difference that chance gives more rarely is spoken of as one.
RARE = 0.05


# In words.


def readable(number, digits=3):
    """A number of a table, as short as it can be."""
    return _grouped(number) or f"{number:.{digits}g}"


def spoken(number, digits=3):
    """A number of a sentence, with all its digits: 2.60."""
    return _grouped(number) or f"{number:#.{digits}g}".rstrip(".")


def _grouped(number):
    return f"{number:,.0f}" if abs(number) >= 999.5 else ""


def _told_apart(mean, reference):
    """Both with as many digits as show that they differ."""
    for digits in (3, 4, 5, 6):
        texts = [spoken(value, digits) for value in (mean, reference)]
        if texts[0] != texts[1] or mean == reference:
            break
    return " against ".join(texts)


def sentence(best, reference, words, row, is_error, rivals=1):
    """The comparison of two models in words.

    Where `best` is the best of several `rivals` of the reference, its p-value counts
    as often (Bonferroni): the best of many looks good by chance.
    """
    relative = is_error and np.isfinite(row["skill"])
    amount = (
        f"{100 * abs(row['skill']):.1f} %" if relative else spoken(abs(row["gain"]))
    )
    means = f"({words} {_told_apart(row['mean'], row['reference'])})"
    folds = f"in {row['won']:.0f} of {row['folds']:.0f} folds"
    if row["gain"] > 0:
        said = f"{best} beats {reference} by {amount} {means}, {folds}"
    elif row["gain"] < 0:
        said = (
            f"No model beats {reference}: {best} comes nearest, worse by {amount} "
            f"{means}, better {folds}"
        )
    else:
        said = f"No model beats {reference}: {best} equals it {means}"
    if not np.isfinite(row["p_value"]):
        if row["folds"] > 1:
            return f"{said}; scores that are not finite cannot be tested."
        return f"{said}; one fold does not tell how much folds vary."
    p_value = min(1.0, rivals * row["p_value"])
    verdict = "more than" if p_value < RARE else "no more than"
    p_said = f"p = {p_value:.2g}" if p_value >= 1e-4 else "p < 0.0001"
    of_many = f" for the best of {rivals}" if rivals > 1 else ""
    return f"{said}, {p_said}{of_many}: {verdict} the folds vary by."
