"""The ids of series: in messages, and in channels that should be ids."""

import re
import warnings

import numpy as np

from skseqconv.series.times._index_kinds import comparable

from ._containers import positions_of

#: Names of such channels.
_ID = re.compile(
    r"(^|[_\s])(id|store|shop|item|sku|product|customer|household|sensor|station|site|"
    r"ticker|symbol)([_\s]?(id|no|nr|number|code))?$",
    re.IGNORECASE,
)


#: A message shows this many ids.
N_SHOWN = 3


def described_id(ids, at):
    """One of the ids, as messages show it."""
    own = ids[at]
    if isinstance(own, tuple):
        return repr(tuple(plain_of(value) for value in own))
    return repr(plain_of(own))


def plain_of(value):
    """A value of Python, whose repr is short."""
    return value.item() if isinstance(value, np.generic) else value


def warn_of_short_series(view, rows, delay, *, stacklevel):
    """Warn of ids that have rows in the view, but none of the rows with a target."""
    data = view._series
    if data.ids is None:
        return
    ids = data.ids[data.owners_of(view.rows)]
    short = ids.difference(data.ids[data.owners_of(rows)], sort=False).unique()
    if not len(short):
        return
    shown = ", ".join(described_id(short, at) for at in range(len(short[:N_SHOWN])))
    more = f" and {len(short) - N_SHOWN} more" if len(short) > N_SHOWN else ""
    pool = "" if data.origin is None else ".pool()"
    warnings.warn(
        f"{len(short)} of {ids.nunique()} ids have no row with a target {delay} rows "
        f"later, and were left out: {shown}{more}. A fitted model can still forecast "
        "those that have no missing values: "
        f"forecast(model, SeriesView(table, id=..., time=...){pool}).",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def refuse_as_target(target, data):
    """Refuse a target that is the id or the time of a long table."""
    if data.ids is None or positions_of(target, data.labels):
        return
    names = {"id": data.ids.names}
    index = data.first_index()
    names["time"] = [] if index is None else index.names
    is_one = isinstance(target, str) or not np.iterable(target)
    for one in [target] if is_one else target:
        for role, own in names.items():
            if one is not None and positions_of(one, own):
                raise ValueError(
                    f"target={one!r} is the {role} of the rows, not a channel: name a "
                    "channel, or give the table a copy of the column with another name."
                )


def warn_of_ids(labels, array, index, *, stacklevel):
    """Warn of a channel that looks like the id of several series."""
    for at, label in enumerate(labels or ()):
        if not (isinstance(label, str) and _ID.search(label)):
            continue
        if _is_one_series(index):
            return
        n_ids = _n_ids(np.asarray(array[:, at]))
        if n_ids > 1:
            warnings.warn(
                f"Channel {label!r} looks like the id of {n_ids} series. Windows would "
                "reach from one series into the next. "
                f"make_supervised(..., id={label!r}) and SeriesView(..., id={label!r}) "
                "tell the series apart. If there is one series, rename the channel.",
                UserWarning,
                stacklevel=stacklevel + 1,
            )


def warn_of_bare_table(n_series, index, *, stacklevel):
    """Warn of a table without ids, if a fit had several series.

    Dates that only go forward show that it is one series.
    """
    if n_series < 2 or _is_one_series(index):
        return
    warnings.warn(
        f"X is a table without ids, so it is read as one series, but the model was "
        f"fitted on {n_series} series. If X holds several series, windows reach from "
        "one into the next, and the forecasts are wrong: give SeriesView(table, "
        "id=..., time=...), or SeriesView of a list of series. If X is one series, "
        "SeriesView(X) avoids this warning.",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def _is_one_series(index):
    """Whether each date is later than the one before.

    Series below each other, or row by row in turns, repeat dates.
    """
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
