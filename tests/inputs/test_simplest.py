"""The first candidate whose error is nearly the least."""

import numpy as np
import pytest

from skseqconv.inputs._simplest import MARGIN, simplest


@pytest.mark.parametrize(
    ("errors", "place"),
    [
        ([0.5, 0.4], 1),
        ([0.4 + MARGIN / 2, 0.4], 0),
        ([0.4 + 2 * MARGIN, 0.4 + MARGIN / 2, 0.4], 1),
        ([None, 0.9], 1),
        ([np.nan, 0.9, None], 1),
        ([None, np.nan], 0),
    ],
)
def test_the_first_one_within_the_margin_is_taken(errors, place):
    assert simplest(range(len(errors)), errors) == place
