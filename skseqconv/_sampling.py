"""Some of many rows, spread over all of them."""

import numpy as np


def spread_positions(n_rows, most):
    """At most `most` positions among `n_rows`, ascending and spread evenly.

    There is one in each of equally long stretches, at a random place, the same in each
    call. Positions at equal distances would always meet the same series of a panel,
    whose rows take turns in the order of time, or the same hour of the day.
    """
    return spread_in_each(np.array([n_rows]), most)


def spread_in_each(counts, most):
    """The same in each of several series, whose rows follow each other.

    Parameters
    ----------
    counts : ndarray of int of shape (n_series,)
        How many rows each series has.
    most : int
        Most positions of one series.
    """
    begins = np.cumsum(counts) - counts
    is_long = counts > most
    bounds = np.arange(most + 1) * counts[is_long, None] // most
    places = np.random.default_rng(0).random((len(bounds), most))
    chosen = bounds[:, :-1] + (places * np.diff(bounds)).astype(np.int64)
    chosen += begins[is_long, None]
    few = counts[~is_long]
    before = begins[~is_long] - (np.cumsum(few) - few)
    all_of_few = np.arange(few.sum()) + np.repeat(before, few)
    return np.sort(np.concatenate([all_of_few, chosen.ravel()]))
