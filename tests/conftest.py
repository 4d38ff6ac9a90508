"""What the tests share."""

import os

# Before TensorFlow is first imported: no start-up notices in the tests' output; and
# before matplotlib: no windows.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skseqconv import make_supervised


@pytest.fixture(scope="session")
def data_folder():
    """The folder of real data; tests that need it are skipped without it."""
    folder = os.environ.get("SKSEQCONV_DATA")
    if not folder:
        pytest.skip("SKSEQCONV_DATA does not name a folder of real data")
    return Path(folder)


@pytest.fixture(scope="session")
def weather():
    """A small made series: three channels, two daily cycles, some noise."""
    random = np.random.default_rng(0)
    time = np.arange(1200)
    index = pd.date_range("2020-01-01", periods=len(time), freq="h")
    temperature = 10 + 5 * np.sin(time / 24 * 2 * np.pi) + random.normal(size=1200)
    pressure = 990 + np.cumsum(random.normal(size=1200)) / 10
    humidity = 70 - 2 * (temperature - 10) + random.normal(size=1200)
    return pd.DataFrame(
        {"T (degC)": temperature, "p (mbar)": pressure, "rh (%)": humidity}, index=index
    )


@pytest.fixture(scope="session")
def task(weather):
    """X and y: the temperature six hours ahead."""
    return make_supervised(weather, "T (degC)", delay=6)


@pytest.fixture(scope="session")
def slow_diebold_mariano():
    """A function: Diebold and Mariano's test, pair by pair, of rows that differ."""

    def pair_by_pair(gains, rows, horizon):
        n = len(gains)
        apart = np.subtract.outer(rows, rows)
        weights = 1 - np.abs(apart) / (4 * horizon)
        deviations = gains - gains.mean()
        variance = deviations @ np.maximum(weights, 0) @ deviations / n**2
        # The horizon, in gains.
        h = ((apart >= 0) & (apart < horizon)).sum(axis=0).max()
        small = (n + 1 - 2 * h + h * (h - 1) / n) / n
        statistic = gains.mean() / np.sqrt(variance) * np.sqrt(small)
        return statistic, 2 * stats.t(1.5 * n / (4 * h)).sf(abs(statistic))

    return pair_by_pair
