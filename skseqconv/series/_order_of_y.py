"""Whether y has the order of the rows of X, as far as its labels tell.

Values of y are taken by position, as in scikit-learn. But the rows of a view have an
order of their own: `make_supervised` sorts them by time, a `SeriesView` by id. A y of
pandas that keeps the order of its table would belong to other rows.
"""

import warnings

import pandas as pd

from ._frame import has_labels, label_columns, times_in
from ._missing_history import stacklevel_of_caller
from ._view import View
from ._view_internals import n_rows_sorted


def check_order(X, y, x_name="X", y_name="y"):
    """Refuse a y whose labels are those of the rows of X in another order.

    Nothing is checked unless X is a view and y is of pandas and as long.

    Parameters
    ----------
    X : SeriesView, WindowView or array-like
    y : array-like
    x_name, y_name : str
        What the user calls them.

    Warns
    -----
    UserWarning
        If the rows of a whole table were sorted, and the labels of y do not tell
        whether y was sorted, too.
    """
    labels = getattr(y, "index", None)
    if not isinstance(X, View) or not isinstance(labels, pd.Index):
        return
    if len(labels) != len(X) or not len(X):  # another check refuses it
        return
    names = [one.name for one in label_columns(X[:1])]
    ways = _ways_to_read(labels, names)
    if any(has_labels(X, labels, levels) for levels in ways):
        return
    ways = [levels for levels in ways if _has_other_order(X, labels, levels)]
    if ways:
        way_out = f"Name the levels of its index as {names!r}, in its own order."
        if labels.get_level_values(ways[0][-1]).inferred_type != X.index.inferred_type:
            way_out = f"Bring it into the order of {x_name}.frame()."
        elif len(ways) == 1:
            sorted_y = _sorted_like(x_name, y_name, ways[0], names)
            way_out = f"Give {sorted_y}, which has the order of {x_name}."
        raise ValueError(
            f"{y_name} has the labels of the rows of {x_name} in another order, but "
            f"its values are taken by position. {way_out}"
        )
    if n_rows_sorted(X) == len(X):
        _warn_of_sorted_rows(x_name, y_name, names)


def _ways_to_read(labels, names):
    """For each way to read the labels of y, the level of each label of X.

    Without names, times may be the last level or the first.
    """
    if labels.nlevels != len(names):
        return []
    if set(names) == set(labels.names) and len(set(names)) == len(names):
        return [[labels.names.index(name) for name in names]]
    levels = list(range(len(names)))
    return [levels, [*levels[1:], 0]][: len(names)]


def _has_other_order(X, labels, levels):
    """Whether labels of y are the same as those of X, but in another order."""
    times, others = times_in(labels, levels[-1]), X.index
    if times.inferred_type != others.inferred_type:
        return False
    if times.min() != others.min() or times.max() != others.max():  # this is cheap
        return False
    own = _joined([*map(labels.get_level_values, levels[:-1]), times])
    rows = _joined(label_columns(X))
    if not (own.is_unique and rows.is_unique):
        return False
    found = rows.get_indexer(own)
    return bool((found >= 0).all() and (found[1:] < found[:-1]).any())


def _joined(columns):
    return columns[0] if len(columns) == 1 else pd.MultiIndex.from_arrays(columns)


def _sorted_like(x_name, y_name, levels, names):
    """Code that puts y into the order of X."""
    if len(names) == 1:
        return f"{y_name}.loc[{x_name}.index]"
    names = [names[levels.index(level)] for level in range(len(levels))]
    return f"{y_name}.loc[pd.MultiIndex.from_frame({x_name}.frame()[{names!r}])]"


def _warn_of_sorted_rows(x_name, y_name, names):
    otherwise = "Otherwise, bring it into this order."
    if names:
        otherwise = (
            f"Otherwise, take {y_name} from table.set_index({names!r}): its labels "
            "then tell the order."
        )
    warnings.warn(
        f"The rows of {x_name} were sorted, so they do not have the order of the table "
        f"they come from. {y_name} is taken by position, and its labels do not tell "
        f"which order it has. {x_name}.frame() shows the order of the rows. If "
        f"{y_name} has this order, {y_name}.to_numpy() says so, without this warning. "
        f"{otherwise}",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )
