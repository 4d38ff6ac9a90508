"""A table that several tests of baselines read."""

import numpy as np
import pandas as pd
import pytest

from tests.baselines.windows import NAMES


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(120, 3)).cumsum(axis=0) * [1.0, 5.0, 0.1]
    return pd.DataFrame(values + np.array([300.0, 280.0, 40.0]), columns=NAMES)
