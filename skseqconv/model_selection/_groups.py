"""The group of each row, as users give it."""

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples

from skseqconv.series._order_of_y import check_order


def checked_groups(X, groups):
    """Groups as an array with one entry for each row of X: text, numbers or tuples."""
    check_order(X, groups, y_name="groups")
    if isinstance(groups, list) and not any(isinstance(one, list) for one in groups):
        # NumPy would make text of mixed ids, and columns of tuples.
        groups = pd.Series(groups, dtype=object).to_numpy()
    groups, n_rows = np.asarray(groups), _num_samples(X)
    if groups.shape != (n_rows,):
        raise ValueError(
            f"groups has the shape {groups.shape}: it must have one dimension, with "
            f"one entry for each of the {n_rows} rows of X."
        )
    return groups
