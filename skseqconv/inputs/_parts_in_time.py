"""Parts of rows in the order of time, of which the later ones are held out once each.

One part at the end would be a season of its own.
"""

import numpy as np

from skseqconv.series._view_internals import target_stamps
from skseqconv.series._window_view import WindowView

from ._ridge import Moments

#: Each part from this one on is held out once, and the rows before it are fitted.
N_PARTS = 5
FIRST_HELD_OUT = 2


def parts_in_time(windows, rows, delays=()):
    """Split rows into `N_PARTS` parts in the order of time.

    Parameters
    ----------
    windows : WindowView or ndarray
        The samples of an array are taken as ordered in time.
    rows : ndarray of int
        Positions of the samples to split.
    delays : sequence of int, default=()
        How many rows ahead the targets lie.

    Returns
    -------
    parts : list of (ndarray of int, ndarray of int)
        Of each part, the rows whose targets lie before the next part, and the others.
        Rows of the same time are in the same part.
    """
    is_view = isinstance(windows, WindowView)
    stamps = windows.stamps[rows] if is_view else rows
    delay = max((d for d in delays if d is not None), default=0)
    ahead = target_stamps(windows[rows], delay) if is_view else stamps + delay
    firsts = np.arange(1, N_PARTS) * len(rows) // N_PARTS
    firsts = np.partition(stamps, firsts)[firsts] if len(rows) else firsts
    part = np.searchsorted(firsts, stamps, side="right")
    inside = np.searchsorted(firsts, ahead, side="right") == part
    return [
        (rows[(part == at) & inside], rows[(part == at) & ~inside])
        for at in range(N_PARTS)
    ]


def folds_of(moments):
    """Sums over the rows before each part that is held out, and over its own."""
    before = before_gap = Moments()
    for at, (inside, across) in enumerate(moments):
        if at >= FIRST_HELD_OUT:
            yield before_gap, inside + across
        before_gap, before = before + inside, before + inside + across
