"""Channels that hold the id of several series below each other."""

import re
import warnings

import numpy as np

#: Names of such channels.
_ID = re.compile(
    r"(^|[_\s])(id|store|shop|item|sku|product|customer|household|sensor|station|site|"
    r"ticker|symbol)([_\s]?(id|no|nr|number|code))?$",
    re.IGNORECASE,
)


def warn_of_ids(labels, array, index, *, stacklevel):
    """Warn of a channel that looks like the id of several series."""
    anew = "" if hasattr(index, "asi8") else ".reset_index(drop=True)"
    for at, label in enumerate(labels or ()):
        if not (isinstance(label, str) and _ID.search(label)):
            continue
        if _is_one_series(index):
            return
        n_ids = _n_ids(np.asarray(array[:, at]))
        if n_ids > 1:
            warnings.warn(
                f"Channel {label!r} looks like the id of {n_ids} series. Windows would "
                "reach from one series into the next. Give the series as a list, "
                f"[part.drop(columns={label!r}){anew} for _, part in "
                f"series.groupby({label!r})]. If there is one series, rename the "
                "channel.",
                UserWarning,
                stacklevel=stacklevel + 1,
            )


def _is_one_series(index):
    """Whether each date is later than the one before.

    Series below each other, or row by row in turns, repeat dates.
    """
    from ._index_kinds import comparable

    index = comparable(index)
    return hasattr(index, "asi8") and bool((np.diff(index.asi8) > 0).all())


def _n_ids(values):
    """Number of ids in a column, if they come in blocks or in turns; otherwise 0."""
    if not np.isfinite(values).all() or (values % 1).any():
        return 0
    n_ids = len(np.unique(values))
    in_blocks = np.count_nonzero(np.diff(values)) == n_ids - 1
    in_turns = np.array_equal(values[n_ids:], values[:-n_ids])
    return n_ids if 2 * n_ids <= len(values) and (in_blocks or in_turns) else 0
