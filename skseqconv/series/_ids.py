"""A channel that is none: the id of several series below each other."""

import re
import warnings

import numpy as np

#: What such channels are called.
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
                f"Channel {label!r} looks like the id of {n_ids} series: windows would "
                "reach from one series into the next. Give them as a list, "
                f"[part.drop(columns={label!r}){anew} for _, part in "
                f"series.groupby({label!r})]. If it belongs to one series, rename it.",
                UserWarning,
                stacklevel=stacklevel + 1,
            )


def _is_one_series(index):
    """Whether dates go on from row to row: blocks and turns of series repeat them."""
    from ._index_kinds import comparable

    index = comparable(index)
    return hasattr(index, "asi8") and bool((np.diff(index.asi8) > 0).all())


def _n_ids(values):
    """How many ids a column holds, in blocks or in turns; 0 if it holds none."""
    if not np.isfinite(values).all() or (values % 1).any():
        return 0
    n_ids = len(np.unique(values))
    in_blocks = np.count_nonzero(np.diff(values)) == n_ids - 1
    in_turns = np.array_equal(values[n_ids:], values[:-n_ids])
    return n_ids if 2 * n_ids <= len(values) and (in_blocks or in_turns) else 0
