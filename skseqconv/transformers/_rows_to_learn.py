"""The rows of a view that transformers of rows learn from."""

import numpy as np

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import has_all_rows, rows_up_to_last

#: Values are looked for in pieces of about this many bytes.
PIECE_BYTES = 2**23


def rows_to_learn(view):
    """The view itself, or all rows up to its last ones.

    A target that is measured rarely and known late can be missing in each row that has
    a target. Its values are then in earlier rows, which the windows read.

    Parameters
    ----------
    view : SeriesView

    Returns
    -------
    view : SeriesView
        All rows of each series up to the last one in `view`, if a channel has values in
        these but none in `view`.
    """
    empty = _without_value(view, np.arange(view.n_channels))
    if not len(empty) or has_all_rows(view):
        return view
    earlier = SeriesView(view, rows_up_to_last(view))
    return earlier if len(_without_value(earlier, empty)) < len(empty) else view


def _without_value(view, channels):
    """Those of the channels that are missing (NaN) in all rows."""
    start, n_rows = 0, 1  # nearly always, the first rows have a value of each channel
    while len(channels) and start < len(view):
        values = view[start : start + n_rows].to_numpy()[:, channels]
        channels = channels[np.isnan(values).all(axis=0)]
        start, n_rows = start + n_rows, max(1, PIECE_BYTES // (8 * view.n_channels))
    return channels
