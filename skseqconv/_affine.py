"""How y relates to its channel in the windows: y = slope * channel + offset.

A Standardizer, any scaler and an affine TransformedTargetRegressor keep that form;
PCA or a logarithm do not, and are found out by what is left over.
"""

import numpy as np

from .views import SeriesView

#: Rows that the relation is solved from, at most.
MAX_ROWS = 10_000

#: Left over at most, as a share of the spread of y: rounding of a float32 series.
TOLERANCE = 1e-4


def solve_affine(channel, y):
    """Slope and offset of y on a channel, and how much of y is left over.

    Parameters
    ----------
    channel, y : ndarray of shape (n_rows,)

    Returns
    -------
    slope, offset : float
    rest : float
        Largest absolute remainder, as a share of the spread of y.
    """
    center, spread = channel.mean(), channel.std()
    slope = 1.0  # of a constant channel: scalers leave it unscaled
    if spread > 1e-12 * max(1.0, abs(center)):
        slope = float(np.mean((channel - center) * (y - y.mean())) / spread**2)
    offset = float(y.mean() - slope * center)
    rest = np.abs(y - slope * channel - offset).max()
    return slope, offset, float(rest / max(y.std(), 1e-12 * max(1.0, abs(y.mean()))))


def target_relations(X, y, targets):
    """Slope, offset and rest of each column of y, from the rows that have both.

    The channel at row ``t + delay`` stands against y at ``t``, so nothing is read
    that y does not say already.

    Parameters
    ----------
    X : WindowView
    y : ndarray of shape (n_rows, n_outputs)
    targets : sequence of (channel, delay)
        Position of the channel in the windows, and the delay, of each column.

    Returns
    -------
    relations : list of (slope, offset, rest)
    """
    some = np.linspace(0, len(X) - 1, min(len(X), MAX_ROWS)).astype(int)
    rows, y = X.rows[some], y[some]
    stops = X._series.stops[X._series.series_of(rows)]
    relations = []
    for column, (channel, delay) in enumerate(targets):
        inside = rows + delay < stops
        if not inside.any():
            raise ValueError(
                f"delay={delay} reaches beyond the end of the series at every row."
            )
        later = SeriesView(X, rows=rows[inside] + delay).to_numpy(np.float64)
        relations.append(solve_affine(later[:, channel], y[inside, column]))
    return relations


def position_after_steps(X, channel):
    """Where a channel of the series stands among those of the windows.

    By name, where the steps keep names; otherwise at its old place, and it is for
    the relation to y to show whether that is right.
    """
    before, after = X._series.names, X.channel_names
    if before is not None and after is not None:
        at = np.flatnonzero(after == before[channel])
        if len(at) == 1:
            return int(at[0])
    return min(channel, X.n_channels - 1)
