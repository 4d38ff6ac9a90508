"""Channels far from zero, in front of networks that do not normalize windows."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    make_supervised,
)
from skseqconv.inputs._large_levels import warn_of_large_levels


def panel(offset, n_samples=60):
    return np.random.default_rng(0).normal(size=(n_samples, 8, 2)) + offset


def warned(X, far=20):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warn_of_large_levels(X, far, "that is far.")
    return [str(one.message) for one in found]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_a_channel_far_from_zero_is_named(dtype):
    X = np.round(panel([0, -1000]) * 10).astype(dtype)
    [message] = warned(X)
    assert message == (
        f"Channel 1 has a mean of {X[..., 1].mean():.4g} and a standard deviation of "
        f"{X[..., 1].std():.2g}: that is far."
    )


@pytest.mark.parametrize(
    ("offset", "n_warnings"), [(0, 0), (15, 0), (25, 1), (1e7, 1), (1e12, 1)]
)
def test_how_far_is_far(offset, n_warnings):
    assert len(warned(panel(offset))) == n_warnings


def test_a_flag_that_is_mostly_1_is_not_far():
    X = panel(0)
    X[..., 0] = 1.0
    X[7, 3, 0] = 0.0
    assert X[..., 0].mean() > 20 * X[..., 0].std()
    assert not warned(X)


def test_the_farthest_of_several_is_named():
    [message] = warned(panel([50, 900]))
    assert message.startswith("Channel 1 (and 1 more) has a mean of 900")


def test_constant_channels_and_levels_that_differ_are_let_be():
    X = panel(0)
    X[..., 0] = 1000.1
    X[..., 1] += np.arange(60)[:, None] * 100  # each sample has a level of its own
    assert not warned(X)
    assert not warned(X.astype(np.float32))


def test_padding_is_no_value():
    X = panel([0, 1000])
    X[::2, 5:] = np.nan
    assert len(warned(X)) == 1
    assert not warned(np.full((4, 3, 1), np.nan))


@pytest.mark.parametrize(
    ("dtype", "level"), [(np.float64, 1e15), (np.float64, 0.1), (np.float32, 1e7)]
)
def test_rounding_alone_is_no_change(dtype, level):
    """Values that are equal but for the last digit of their type."""
    noise = np.random.default_rng(0).choice([-1, 0, 1], size=(60, 8, 1))
    X = (level * (1 + noise * np.finfo(dtype).eps)).astype(dtype)
    assert len(np.unique(X)) > 1
    assert not warned(X)


def climate():
    table = pd.DataFrame(panel([0, 990], 25).reshape(-1, 2), columns=["T", "p"])
    return make_supervised(table, "T", delay=1)


def test_channels_of_views_have_names():
    X, _ = climate()
    [message] = warned(LookbackWindower(4).fit_transform(X))
    assert message.startswith("Channel 'p' has a mean of 9")


@pytest.mark.trains
@pytest.mark.parametrize("Estimator", [Conv1DClassifier, Conv1DGRUClassifier])
def test_a_classifier_warns_once_and_not_after_a_standardizer(Estimator):
    X, y = panel(100), np.arange(60) % 2
    network = Estimator(n_conv=1, filters=2, kernel_size=2, epochs=1)
    network.set_params(validation_split=0, warm_start=True)
    with pytest.warns(UserWarning, match="Put Standardizer") as found:
        network.fit(X, y)
    assert len(found) == 1 and found[0].filename == __file__
    network.fit(X, y)  # it goes on
    make_pipeline(Standardizer(), network).fit(X, y)


@pytest.mark.trains
def test_a_regressor_warns_if_it_takes_plain_windows():
    X, y = climate()
    network = Conv1DRegressor(n_conv=1, filters=2, kernel_size=2, epochs=1)
    make_pipeline(LookbackWindower(4), network).fit(X, y)
    network.set_params(window_norm=None, level=None)
    with pytest.warns(UserWarning, match="Channel 'p' has a mean of 99.* Put Standard"):
        make_pipeline(LookbackWindower(4), network).fit(X, y)


def test_a_constant_channel_may_have_been_computed():
    steps = np.diff(np.cumsum(np.full(2001, 0.1)))
    assert np.ptp(steps) > 4 * np.finfo(float).eps * 0.1
    assert not warned(steps.reshape(50, 40, 1))
