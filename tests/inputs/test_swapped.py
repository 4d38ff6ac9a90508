"""Panels with the channels before the time steps."""

import numpy as np
import pytest

from skseqconv import Conv1DClassifier, Conv1DGRURegressor
from skseqconv.inputs._swapped import hint_if_swapped, warn_if_swapped


@pytest.mark.parametrize("shape", [(9, 8, 32), (9, 3, 40), (9, 1, 4)])
def test_few_steps_of_many_channels_are_told(shape):
    message = (
        rf"X has the shape \(9, {shape[1]}, {shape[2]}\): {shape[1]} steps of "
        rf"{shape[2]} channels\. If it is \(n_samples, n_channels, n_steps\), pass "
        r"X\.swapaxes\(1, 2\)\."
    )
    with pytest.warns(UserWarning, match=message):
        warn_if_swapped(shape)


@pytest.mark.parametrize("shape", [(9, 9, 99), (9, 8, 31), (9, 40, 3)])
def test_other_panels_are_not(shape):
    warn_if_swapped(shape)
    assert (hint_if_swapped(shape) == "") == (shape[2] < shape[1])


@pytest.mark.trains
@pytest.mark.parametrize("Network", [Conv1DClassifier, Conv1DGRURegressor])
def test_a_network_tells_it(Network):
    X, y = np.random.default_rng(0).normal(size=(24, 3, 40)), np.arange(24) % 2
    network = Network(n_conv=1, filters=2, kernel_size=2, random_state=0)
    with pytest.warns(UserWarning, match=r"3 steps of 40 channels.*swapaxes") as said:
        network.initialize(X, y)
    assert len(said) == 1 and said[0].filename == __file__
    network.initialize(X.swapaxes(1, 2), y)
