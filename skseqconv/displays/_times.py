"""Times of forecast values: dates or row numbers, and how long before they were made.

A forecast has the time of its target. The forecast was made ``delay`` rows earlier.
Rows from `make_supervised` know both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._view_internals import raw_labels, rows_after, whole_series_of


@dataclass
class Times:
    """Times of the values of y, of shape (n_samples, n_delays).

    `utc` are the same times in UTC. `step` is the time between two rows, if it is known
    and constant.
    """

    values: np.ndarray | None = None
    utc: np.ndarray | None = None
    name: str = "Sample"
    delays: list[int] | None = None
    step: pd.Timedelta | None = None


def times_of(index, delays, target, shape):
    """Times of y, the name of the target, and the columns of y to draw."""
    if not (isinstance(index, View) and index.target is not None):
        return times_of_array(index, delays, shape), target, slice(None)
    if delays is not None:
        raise ValueError(
            f"delays={delays!r} is not needed: index is a view that knows its delays. "
            "Leave delays out."
        )
    target, columns = target_of(index, target, shape[1])
    return times_of_view(index, columns, shape[0]), target, columns


def target_of(view, target, n_columns):
    """Name of the target of a view from `make_supervised`, and its columns of y."""
    if n_columns != len(view.target):
        raise ValueError(
            f"y_true has {n_columns} columns, but X has {len(view.target)} targets: "
            "give all columns of y."
        )
    labels = raw_labels(view)
    channels = [channel for channel, _ in view.target]
    own = {c: c if labels is None else labels[c] for c in channels}
    if len(own) == 1:
        channel, name = next(iter(own.items()))
        name = target or (None if labels is None else str(name))
    else:
        found = [channel for channel, name in own.items() if name == target]
        if not found:
            raise ValueError(
                f"target={target!r} must be one of {len(own)} targets of X: "
                f"{' or '.join(map(repr, own.values()))}."
            )
        channel, name = found[0], str(target)
    columns = [i for i, c in enumerate(channels) if c == channel]
    return name, sorted(columns, key=lambda i: view.target[i][1])


def times_of_view(view, columns, n_samples):
    """Times of the targets of a view."""
    if len(view) != n_samples:
        raise ValueError(
            f"X has {len(view)} rows, but y_true has {n_samples}: they must be equal."
        )
    _refuse_parallel(view)
    made = None if view.index is None else plain_times(view.index, utc=True)
    delays = [view.target[column][1] for column in columns]
    rows, inside = zip(*(rows_after(view, delay) for delay in delays), strict=True)
    if not np.all(inside):
        raise ValueError(
            "X does not contain the rows of its targets (it is compact, or its series "
            "ends before them): use from_predictions(..., index=dates), with the dates "
            "of the targets."
        )
    if made is None:
        return Times(np.stack(rows, axis=1), name="Row", delays=delays)
    stamps = [SeriesView(view, rows=later).index for later in rows]
    due = np.stack([plain_times(index) for index in stamps], axis=1)
    utc = np.stack([plain_times(index, utc=True) for index in stamps], axis=1)
    step = None
    if due.dtype.kind == "M":
        step = _only((utc - made[:, None]) / np.array(delays))
    return Times(due, utc, "Time", delays, step)


def row_times(X):
    """Index of X if its targets are unknown; None without an index."""
    index = X.index if isinstance(X, View) or hasattr(X, "iloc") else None
    if index is None or plain_times(index) is None:
        return pd.Index(X.rows, name="Row of X") if isinstance(X, View) else None
    dated = plain_times(index).dtype.kind == "M"
    return index.rename("Time of the row of X" if dated else "Row of X")


def times_of_array(index, delays, shape):
    """Times of y from an index that the user gives."""
    delays = _checked_delays(delays, shape[1])
    index = row_times(index) if isinstance(index, View) else index
    if index is None:
        return Times(delays=delays)
    values, utc = plain_times(index), plain_times(index, utc=True)
    if values is None:
        raise ValueError("index must contain dates or numbers only.")
    if values.ndim == 1:
        values, utc = values[:, None], utc[:, None]
    if values.shape != shape:
        raise ValueError(
            f"index has the shape {np.shape(index)}, but y_true has {shape}: index "
            "must have the time of each value, one column per delay."
        )
    if (unknown := pd.isna(values)).any():
        raise ValueError(
            f"index is missing (NaN or NaT) for {np.count_nonzero(unknown)} of "
            f"{values.size} values: drop these rows from index, y_true and y_pred."
        )
    dated = values.dtype.kind == "M"
    name = getattr(index, "name", None) or ("Time" if dated else "Row")
    step = None
    if dated and shape[1] > 1:
        step = _only(np.diff(values, axis=1) / np.diff(delays))
    return Times(values, utc, str(name), delays, step)


def _checked_delays(delays, n_columns):
    if delays is None and n_columns == 1:
        return None
    given = [] if delays is None else np.ravel(delays).tolist()
    if len(given) != n_columns or given != sorted(set(given)):
        raise ValueError(
            f"delays={delays!r} must have one number of rows for each of the "
            f"{n_columns} columns of y_true, in ascending order; or use index=X with X "
            "from make_supervised."
        )
    return given


def plain_times(index, *, utc=False):
    """Dates or numbers as an array; None for anything else.

    Dates with a time zone become local times, or with `utc` times in UTC, which have
    no missing and no repeated hour.
    """
    if np.ndim(index) == 1:
        index = pd.Index(index)
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        index = index.tz_convert(None if utc else index.tz) if index.tz else index
        index = index.tz_localize(None)
    values = np.asarray(index)
    return values if values.dtype.kind in "iufM" else None


def _refuse_parallel(view):
    """Raise for several series at the same times: one line cannot show them."""
    if view.ids is not None and view.channels is None:
        _refuse_several_ids(view)
    ids = whole_series_of(view)[np.argsort(view.stamps, kind="stable")]
    if np.count_nonzero(np.diff(ids)) >= len(np.unique(ids)):
        own = "X.series_ids == 0"
        if view.channels is not None:
            own = f"X.channels == {view.channels[0]!r}"
        raise ValueError(
            f"X has rows of {len(np.unique(ids))} series at the same times, but a plot "
            f"shows one series: select it in X and y, for example with X[{own}]."
        )


def _refuse_several_ids(view):
    """Raise for several ids, whose values one line would join."""
    ids = pd.unique(view.ids)
    if len(ids) > 1:
        own = "X.series_ids == X.series_ids[0]"
        if not isinstance(ids[0], tuple):
            own = f"X.ids == {ids[0]!r}"
        raise ValueError(
            f"X has rows of {len(ids)} ids, but a plot shows one series: select it in "
            f"X and y, for example with X[{own}]."
        )


def _only(steps):
    """The step if it is constant and positive, otherwise None."""
    steps = np.unique(steps)
    step = pd.Timedelta(steps[0]) if len(steps) == 1 else pd.Timedelta(0)
    return step if step > pd.Timedelta(0) else None
