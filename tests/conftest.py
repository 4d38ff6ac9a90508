"""What the tests share."""

import os

# matplotlib reads this when it is imported: no windows.
os.environ.setdefault("MPLBACKEND", "Agg")
# Workers of pytest-xdist use all cores together. More threads would only compete.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import functools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skseqconv import make_supervised

ROOT = Path(__file__).parents[1]

# The marks.


def pytest_collection_modifyitems(items):
    """Mark the examples in docstrings that train networks."""
    for item in items:
        if isinstance(item, pytest.DoctestItem):
            if any("Conv1D" in example.source for example in item.dtest.examples):
                item.add_marker("trains")


class Marked:
    """Whether the test that runs now has the mark `trains`."""

    trains = True


def pytest_runtest_setup(item):
    """Let a test fail that compiles a network and does not have the mark `trains`.

    Otherwise the fast tests would become slow one by one.
    """
    Marked.trains = item.get_closest_marker("trains") is not None
    engine = sys.modules.get("skseqconv.engine._network")
    if engine is None or hasattr(engine.Network.__init__, "__wrapped__"):
        return
    compile_network = engine.Network.__init__

    @functools.wraps(compile_network)
    def compile_if_marked(self, *args, **kwargs):
        assert Marked.trains, "this test compiles a network: mark it with `trains`"
        compile_network(self, *args, **kwargs)

    engine.Network.__init__ = compile_if_marked


def pytest_runtest_teardown():
    Marked.trains = True


# Fixtures.


@pytest.fixture(scope="session")
def root():
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def run_python():
    """A function that runs code in a fresh process, and returns what it prints.

    The process imports the package from this repository. Use few of these: most import
    TensorFlow, which takes seconds.
    """

    def run(code, *arguments, cwd=ROOT, fails=False, **environment):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            timeout=240,
        )
        assert bool(done.returncode) is fails, done.stderr[-3000:]
        return done.stderr if fails else done.stdout

    return run


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
