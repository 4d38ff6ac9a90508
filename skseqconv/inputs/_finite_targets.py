"""Missing and infinite values of y, found and named."""

import numpy as np
import pandas as pd
from sklearn.utils import assert_all_finite

#: What to do without a value, for a regressor.
NO_VALUE = (
    "Leave out the rows of X and y whose target is missing; make_supervised does so by "
    "itself. Do not fill them: a filled target would be scored as if it had been "
    "measured."
)

#: What to do without a label, for a classifier.
NO_LABEL = (
    "A classifier needs a label for each sample: leave out the rows of X and y without "
    "one. pandas.isna(y) finds missing labels; numpy.isinf(y) finds infinite ones."
)


def check_finite_target(y, way_out):
    """scikit-learn's message on NaN and infinity in y, with the place and a way out."""
    if y.dtype.kind == "O" and pd.isna(y).any():  # None, NaN or NA
        raise _not_finite("Input y contains NaN", pd.isna(y), way_out)
    try:
        assert_all_finite(y, input_name="y")
    except ValueError as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise _not_finite(said, ~np.isfinite(y), way_out) from None


def _not_finite(said, bad, way_out):
    return ValueError(f"{said}: first in row {np.argwhere(bad)[0][0]}. {way_out}")
