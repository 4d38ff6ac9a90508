"""Some of many rows, spread over all of them."""

import numpy as np


def spread_positions(n_rows, most):
    """At most `most` positions among `n_rows`, ascending and spread evenly.

    There is one in each of equally long stretches, at a random place, the same in each
    call. Positions at equal distances would always meet the same series of a panel,
    whose rows take turns in the order of time, or the same hour of the day.
    """
    if n_rows <= most:
        return np.arange(n_rows)
    bounds = np.arange(most + 1) * n_rows // most
    places = np.random.default_rng(0).random(most)
    return bounds[:-1] + (places * np.diff(bounds)).astype(np.int64)
