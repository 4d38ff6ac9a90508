"""The rows that have a target, and the values of their targets."""

import warnings

import numpy as np

from skseqconv.series._view_internals import has_all_rows
from skseqconv.series.held._in_time import laid_out, order_of, stretches_of
from skseqconv.series.held._owners import by_chunks

from ._origins import last_known

#: Targets are read in chunks of about this many values.
CHUNK_VALUES = 2**19


def rows_and_targets(view, channels, delays, delay):
    """The rows that have targets, in the order of time, and their targets.

    Parameters
    ----------
    view : SeriesView
    channels, delays : list of int
    delay : object
        As it was given, for messages.

    Returns
    -------
    rows : ndarray of int of shape (n_rows,)
    y : ndarray of shape (n_rows, n_channels * n_delays)
    """
    data, reach = view._series, max(delays)

    def targets_of(rows):
        return _values_ahead(data, rows, channels, delays)

    if has_all_rows(view) and data.n_series > 1 and data.lengths.max() > reach:
        stretches = stretches_of(data, reach)
        if stretches is not None:
            width = len(channels) * len(delays)
            return laid_out(stretches, targets_of, width, data.dtype)
    rows = _rows_with_target(view, reach, delay)
    if data.n_series == 1:
        return rows, targets_of(rows)
    if (rows[1:] < rows[:-1]).any():
        rows = np.sort(rows)
    y = targets_of(rows)  # series by series
    order = order_of(data, rows)
    return rows[order], y[order]


def _rows_with_target(view, reach, delay):
    """The rows whose series goes on for as many rows as the target is later."""
    data, rows = view._series, view.rows
    rows = rows[data.has_later(rows, reach)]
    if not len(rows):
        raise ValueError(
            f"delay={delay!r} leaves none of the {len(view)} rows: a row needs its "
            f"target {reach} rows later in its series, and the longest series "
            f"has {data.lengths.max()} rows."
        )
    return rows


def _values_ahead(data, rows, channels, delays):
    """Values of each channel at each delay, some rows at a time."""
    y = np.empty((len(rows), len(channels), len(delays)), dtype=data.dtype)
    size = max(1, CHUNK_VALUES // len(delays))
    for start in range(0, len(rows), size):
        at = slice(start, start + size)
        ahead = (rows[at, None] + delays).ravel()
        for i, channel in enumerate(channels):
            y[at, i] = data.take(ahead, [channel]).reshape(-1, len(delays))
    return y.reshape(len(rows), -1)


def without_missing(data, rows, y, channels, reach):
    """The rows whose targets are all known, and these. Warn of the others.

    Rows whose last target, `reach` rows later, comes after the last known one of their
    series are no loss: what is missing there is the future.
    """
    missing = by_chunks(lambda some: ~np.isfinite(some).all(axis=1), y, dtype=bool)
    needs = f"; a row needs all {y.shape[1]} targets" if y.shape[1] > 1 else ""
    if missing.all():
        raise ValueError(
            f"The target is missing at every row{needs}: check target, or the series."
        )
    if not missing.any():
        return rows, y
    lacking = rows[missing]
    owners, at = np.unique(data.series_of(lacking), return_inverse=True)
    ends, _ = last_known(data, owners, channels)
    is_newest = np.append(np.diff(data.wholes) != 0, True)[owners]  # after all gaps
    ends = np.where(is_newest, ends, data.stops[owners] - 1)
    n_lost = np.count_nonzero(lacking + reach <= ends[at])
    if n_lost:
        n_rows = len(rows) - len(lacking) + n_lost
        warnings.warn(
            f"{n_lost} of {n_rows} rows have no target (missing or infinite values"
            f"{needs}) and were left out. They stay as history of later rows.",
            UserWarning,
            stacklevel=3,
        )
    return rows[~missing], y[~missing]
