"""What several tests of comparisons share."""

import numpy as np
import pytest

from skseqconv import make_supervised
from skseqconv.datasets import make_climate
from tests.comparison.models import DELAY


@pytest.fixture(scope="module")
def climate():
    """X and y: the temperature of a made station, six hours ahead."""
    series = make_climate(900, freq="1h", random_state=0)
    return make_supervised(series, "T (degC)", delay=DELAY)


@pytest.fixture(scope="module")
def table():
    """A plain table of numbers, and a target."""
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 3))
    return X, X @ [1.0, 2.0, 0.0] + random.normal(size=120)
