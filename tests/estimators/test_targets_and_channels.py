"""Several targets, each on its own; what networks see of other channels."""

import numpy as np
import pandas as pd
import pytest

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LinearAutoregression,
    LookbackWindower,
    make_supervised,
)

pytestmark = pytest.mark.trains

NETWORKS = [Conv1DRegressor, Conv1DGRURegressor]
SMALL = {"filters": 4, "n_conv": 1, "kernel_size": 3, "epochs": 1, "random_state": 0}


def windows_of(series, target, delay=(1, 2, 3), lookback=24):
    X, y = make_supervised(series, target, delay=list(delay))
    windows = LookbackWindower(lookback).fit_transform(X)
    return windows[lookback:], y[lookback:]


@pytest.fixture
def walks():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        random.normal(size=(400, 3)).cumsum(axis=0), columns=list("abc")
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_do_not_depend_on_the_other_targets(network, walks):
    """One target's forecasts do not change if only the other one's past does."""
    model = network(**SMALL).fit(*windows_of(walks[["a", "b"]], ["a", "b"]))
    X, _ = windows_of(walks[["a", "b"]], ["a", "b"])
    other = walks[["a", "b"]].assign(b=walks["c"] * 3)
    changed, _ = windows_of(other, ["a", "b"])
    assert model._architecture["channel_independent"]
    before, after = model.predict(X), model.predict(changed)
    np.testing.assert_allclose(after[:, :3], before[:, :3], atol=1e-5)
    assert np.abs(after[:, 3:] - before[:, 3:]).max() > 0.1


@pytest.mark.parametrize("network", NETWORKS)
def test_together_they_do(network, walks):
    data = windows_of(walks[["a", "b"]], ["a", "b"])
    options = SMALL | {"epochs": 10, "learning_rate": 0.01}
    model = network(**options, channel_independent=False).fit(*data)
    other = walks[["a", "b"]].assign(b=walks["c"] * 3)
    changed, _ = windows_of(other, ["a", "b"])
    before, after = model.predict(data[0]), model.predict(changed)
    assert np.abs(after[:, :3] - before[:, :3]).max() > 1e-3


def test_the_same_weights_serve_each_target(walks):
    """A network of one target is as large as that of two."""
    one, two = (
        Conv1DRegressor(**SMALL).initialize(*windows_of(walks[targets], targets))
        for targets in (["a"], ["a", "b"])
    )
    assert one.n_parameters_ == two.n_parameters_


@pytest.mark.parametrize("options", [{"level": None}, {}])
@pytest.mark.parametrize("independent", [True, np.True_])
def test_independence_needs_several_targets(options, independent, walks):
    model = Conv1DRegressor(**SMALL, **options, channel_independent=independent)
    targets = ["a"] if not options else ["a", "b"]
    with pytest.raises(ValueError, match="channel_independent=True forecasts several"):
        model.fit(*windows_of(walks, targets))


@pytest.mark.parametrize("targets", [["b", "a"], ["a", "c"]])
def test_other_targets_do_not_continue_a_fit(targets, walks):
    first = windows_of(walks, ["a", "b"])
    model = Conv1DRegressor(**SMALL, warm_start=True).fit(*first)
    before = model.predict(first[0])
    for go_on in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=r"y is of channel .* in that fit it was"):
            go_on(*windows_of(walks, targets))
    np.testing.assert_array_equal(model.predict(first[0]), before)
    model.fit(*first).partial_fit(*first)


def test_what_never_changed_has_no_effect_when_it_does(walks):
    series = walks[["a"]].assign(price=2.0)
    X, y = windows_of(series, "a", [1])
    model = Conv1DRegressor(**SMALL | {"epochs": 10}).fit(X, y)
    later, _ = windows_of(series.assign(price=35.0), "a", [1])
    np.testing.assert_allclose(model.predict(later), model.predict(X), atol=1e-5)


def test_ids_keep_their_codes_in_a_fit_that_goes_on():
    """A fit on one of two series sees its id as the fit on both did."""
    up = pd.DataFrame({"x": np.arange(80.0), "id": 1.0})
    both = [up, pd.DataFrame({"x": -np.arange(80.0), "id": 0.0})]
    random = np.random.default_rng(0)
    for one in both:
        one["x"] += random.normal(size=len(one)) * 0.1
    options = SMALL | {"level": "last", "warm_start": True}
    model = Conv1DRegressor(**options | {"epochs": 40, "learning_rate": 0.01})
    X, y = windows_of(both, "x", [5], lookback=8)
    model.fit(X, y)
    X_one, y_one = windows_of(both[0], "x", [5], lookback=8)
    before = np.abs(model.predict(X_one) - y_one).mean()
    model.set_params(learning_rate=1e-9, epochs=1).fit(X_one, y_one)
    after = np.abs(model.predict(X_one) - y_one).mean()
    assert after == pytest.approx(before, rel=0.05)
    assert before < 2.5  # persistence is 5 off


def test_a_solved_level_weights_rows(walks):
    random = np.random.default_rng(1)
    series = np.zeros(600)
    for t in range(1, 600):
        series[t] = 0.5 * series[t - 1] + random.normal()
    series[:300] = random.normal(size=300) * 5
    X, y = windows_of(series, 0, [1])
    weight = np.where(np.arange(len(y)) < 280, 1e-9, 1.0)
    # As in the network. The strengths that are tried are powers of ten.
    weight /= weight[X.complete].mean()
    model = Conv1DRegressor(**SMALL, level="ar", learning_rate=1e-12)
    model.fit(X, y, sample_weight=weight)
    linear = LinearAutoregression(fit_intercept=True)
    expected = linear.fit(X, y, sample_weight=weight).predict(X)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-4)
    unweighted = linear.fit(X, y).predict(X)
    assert np.abs(unweighted - expected).max() > 0.1


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("lookback", [24, 48, 72, 96, 168])
def test_the_newest_step_is_read(network, lookback):
    """The newest values reach the network with default options."""
    random = np.random.default_rng(0)
    drivers = random.normal(size=(lookback + 40, 2))
    X, y = windows_of(drivers, 0, [1, 2], lookback=lookback)
    model = network(random_state=0, level="last").initialize(X, y)
    weights = model.model_.get_layer("output")
    weights.set_weights([np.ones_like(w) for w in weights.get_weights()])
    windows = X[:8].to_numpy(np.float32)
    before = model.model_(windows).numpy()
    for back in (1, 2, 3):
        changed = windows.copy()
        changed[:, -1 - back, 1] += 50.0
        assert np.abs(model.model_(changed).numpy() - before).max() > 1e-6
