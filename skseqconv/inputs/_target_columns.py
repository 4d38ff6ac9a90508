"""Names of the columns of y, which keep their order after the fit."""


def check_target_columns(estimator, y, *, reset):
    """Remember the names of the columns of y on `reset`, else compare them.

    The outputs of a network are columns by position. Arrays have no names, and one
    column cannot be mistaken, so those are not compared.

    Parameters
    ----------
    estimator : estimator of sequences
    y : array-like or DataFrame
    reset : bool

    Raises
    ------
    ValueError
        If the names or their order differ from those of the fit.
    """
    names = _names(y)
    if reset:
        estimator._y_columns = names
        return
    expected = getattr(estimator, "_y_columns", None)  # None before the fit
    if None in (names, expected) or names == expected:
        return
    only_order = sorted(names) == sorted(expected)
    what = "The order differs" if only_order else "The columns differ"
    raise ValueError(
        f"{what}: y has {_some(names)}, but {type(estimator).__name__} was fitted on "
        f"{_some(expected)}. Give y the columns of the fit, in the same order."
    )


def _names(y):
    """Names of several columns as texts; None if there are none."""
    columns = getattr(y, "columns", None)
    if columns is None or len(columns) < 2:
        return None
    labels = list(columns)
    if all(isinstance(label, int) for label in labels):
        return None  # numbers that pandas gives by itself
    return list(map(str, labels))


def _some(names):
    shown = ", ".join(map(repr, names[:10]))
    return f"{shown}, ..." if len(names) > 10 else shown
