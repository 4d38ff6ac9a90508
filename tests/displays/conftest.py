"""What all tests of displays share."""

import pytest

from tests.displays.drawn import network, windows


@pytest.fixture(autouse=True)
def figures_closed():
    """Each test draws for real, so that what drawing warns of is an error."""
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")
    yield
    for number in plt.get_fignums():
        plt.figure(number).draw_without_rendering()
    plt.close("all")


@pytest.fixture
def ax():
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")
    return plt.subplots()[1]


@pytest.fixture(scope="module")
def fitted(task):
    """A network with a validation part, in a Pipeline."""
    X, y = task
    return windows(network(validation_split=0.2)).fit(X[:600], y[:600])
