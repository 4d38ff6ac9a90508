"""A list of series, which must have the same channels."""

import pandas as pd

from skseqconv.series.times._dates import layout_of_indexes
from skseqconv.series.times._order import check_orders

from ._containers import read_series


def is_list_of_series(given):
    """Whether a list holds series, and not the rows of one."""
    first = given[:1] if isinstance(given, (list, tuple)) else ()
    return any(getattr(one, "shape", ()) != () for one in first)


def read_several(given):
    """The arrays of several series, their names, indexes and labels.

    Returns
    -------
    arrays : list of ndarray
    names : ndarray of str or None
    indexes : list of pandas.Index, or None
        None if no series has an index.
    labels : tuple or None
    """
    parts = [read_series(one) for one in given]
    arrays, names, labels, indexes = map(list, zip(*parts, strict=True))
    if len(set(labels)) > 1 and not any(own is not None for own in names):
        if all(array.shape[1] == 1 for array in arrays):
            # For example, columns of one table: their labels name the series.
            labels = [None] * len(labels)
    for i, (array, own) in enumerate(zip(arrays, labels, strict=True)):
        if array.shape[1] != arrays[0].shape[1] or own != labels[0]:
            raise ValueError(
                f"series[{i}] has the channels {_listed(own, array)}, series[0] "
                f"has {_listed(labels[0], arrays[0])}: all series of a list must "
                "have the same channels in the same order."
            )
    dated = all(index is not None for index in indexes)
    if not dated and any(index is not None for index in indexes):
        _check_known(indexes)
    return arrays, names[0], indexes if dated else None, labels[0]


def _check_known(indexes):
    """Check the order of the series that have an index, beside some that have none."""
    nothing = pd.RangeIndex(0)
    known = [nothing if index is None else index for index in indexes]
    check_orders(layout_of_indexes(known))


def _listed(labels, array):
    return f"{array.shape[1]} unnamed" if labels is None else list(labels)
