"""Whether a view forecasts what a model was fitted to forecast."""

import warnings

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import raw_labels


def check_same_target(name, view, fitted):
    """Refuse another target or another delay than that of the fit.

    Parameters
    ----------
    name : str
        What the view is called in the message.
    view : SeriesView or WindowView
    fitted : tuple of (int, int) or None
        Channel and delay of each column of y in the fit.

    Raises
    ------
    ValueError
        If both are known and differ.
    """
    if differs := _difference(name, view, fitted):
        raise ValueError(
            f"{differs} Make {name} with the target and the delay of the fit."
        )


def warn_of_other_target(view, fitted):
    """Warn that a score would compare forecasts of the fit's target with another y.

    Parameters
    ----------
    view, fitted
        As for `check_same_target`.
    """
    if differs := _difference("X", view, fitted):
        warnings.warn(
            f"{differs} So predictions are not forecasts of the y that belongs to X, "
            "and a score with it measures something else. Make X with the target and "
            "the delay of the fit.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def _difference(name, view, fitted):
    """In words, how the target of a view differs from that of the fit, if it does."""
    if not fitted or not view.target or tuple(view.target) == tuple(fitted):
        return None
    labels = dict(enumerate(raw_labels(view) or ()))

    def shown(target):
        return ", ".join(f"{labels.get(c, c)!r} {d} rows ahead" for c, d in target[:4])

    return (
        f"{name} has the target {shown(view.target)}, but the model was fitted to "
        f"forecast {shown(fitted)}."
    )
