"""Whether a view forecasts what a model was fitted to forecast."""

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
    if not fitted or not view.target or tuple(view.target) == tuple(fitted):
        return
    labels = dict(enumerate(raw_labels(view) or ()))

    def shown(target):
        return ", ".join(f"{labels.get(c, c)!r} {d} rows ahead" for c, d in target[:4])

    raise ValueError(
        f"{name} has the target {shown(view.target)}, but the model was fitted to "
        f"forecast {shown(fitted)}. Make {name} with the target and the delay of the "
        "fit."
    )
