"""Fits that go on, and predictions, behind steps that were fitted anew."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    load,
    make_supervised,
    save,
)
from skseqconv.inputs._fitted_steps import _alike, remember_steps

# They predict the rows that they were fitted to, the first of which have no history.
pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
]


SMALL = {"filters": 4, "kernel_size": 2, "n_conv": 1, "random_state": 0}
#: Trains, and learns nothing to speak of: forecasts stay persistence.
STILL = {**SMALL, "epochs": 1, "learning_rate": 1e-12}
N_STEPS = 4


@pytest.fixture(scope="module")
def jump():
    """A series that jumps from about 2 to about 102, and y one row ahead."""
    series = np.r_[np.arange(40.0) % 5, 100 + np.arange(40.0) % 5]
    return series, *make_supervised(series, 0)


def pipeline(network, *steps):
    return make_pipeline(
        *(steps or [Standardizer()]), LookbackWindower(N_STEPS), network
    )


def windows_of(X, *fitted):
    """Windows behind fitted steps."""
    for step in fitted:
        X = step.transform(X)
    return LookbackWindower(N_STEPS).fit_transform(X)


# A refit of the whole Pipeline.


@pytest.mark.parametrize("kind", ["auto", "last"])
@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DGRURegressor])
def test_a_warm_refit_starts_from_the_level_as_it_is_now(Estimator, kind, jump):
    series, X, y = jump
    pipe = pipeline(Estimator(warm_start=True, window_norm=kind, **STILL))
    pipe.fit(X[:39], y[:39])
    assert pipe.predict(X[50:51]) == pytest.approx([series[50]])
    pipe.fit(X[45:], y[45:])
    np.testing.assert_allclose(pipe.predict(X[45:]), series[45:-1], rtol=1e-6)
    fresh = clone(pipe).fit(X[45:], y[45:])
    again, first = (vars(p[-1])["_level"] for p in (pipe, fresh))
    assert again.keys() == first.keys()
    for name, value in again.items():
        np.testing.assert_array_equal(value, first[name])


def test_a_nightly_refit_keeps_what_was_learned():
    """Changes that follow a rule, at a level and a scale that drift."""
    random = np.random.default_rng(0)
    changes = np.tile([3.0, -1, -2, 1, -1], 120) * np.linspace(1, 3, 600)
    series = np.cumsum(changes + 0.05 * random.normal(size=600)) + np.arange(600)
    X, y = make_supervised(series, 0)
    network = Conv1DRegressor(
        n_conv=1, kernel_size=4, random_state=0, learning_rate=0.01, warm_start=True
    )
    nightly = pipeline(network.set_params(epochs=60, dropout=0.0))
    nightly.fit(X[:300], y[:300])
    nightly[-1].set_params(epochs=1)
    persistence = np.abs(y - series[X.rows])
    for night in range(300, 580, 70):
        nightly.fit(X[:night], y[:night])
        day = slice(night, night + 70)
        error = np.abs(nightly.predict(X[day]) - y[day])
        assert error.mean() < 0.5 * persistence[day].mean()
    fresh = clone(nightly).fit(X[:night], y[:night])  # one epoch alone is not enough
    assert np.abs(fresh.predict(X[day]) - y[day]).mean() > 1.5 * error.mean()


def test_the_scale_of_plain_windows_is_solved_again():
    X = np.random.default_rng(0).normal(size=(60, N_STEPS, 1))
    y = X[:, -1, 0]
    model = Conv1DRegressor(warm_start=True, **STILL).fit(X, y)
    before = model.predict(X)
    model.fit(X, 50 + 1000 * y)
    np.testing.assert_allclose(model.predict(X), 50 + 1000 * before, rtol=1e-4)


def test_a_refit_behind_steps_that_bend_is_refused(jump):
    _, X, y = jump
    pipe = pipeline(Conv1DRegressor(warm_start=True, **STILL)).fit(X, y)
    before, standardizer = pipe.predict(X), pipe[0]
    pipe.steps[0] = ("step", PerStep(FunctionTransformer(np.cbrt)))
    with pytest.raises(ValueError, match="y is not an affine function of channel 0"):
        pipe.fit(X, y)
    with pytest.raises(ValueError, match="other fitted steps"):
        pipe.predict(X)  # the step is fitted now, but no network behind it
    pipe.steps[0] = ("step", standardizer)
    np.testing.assert_array_equal(pipe.predict(X), before)


# One batch more.


def fitted_on(X, y, network=None, step=None):
    """A Pipeline's steps, fitted one by one."""
    step = (Standardizer() if step is None else step).fit(X)
    network = Conv1DRegressor(**STILL) if network is None else network
    return step, network.fit(windows_of(X, step), y)


def test_partial_fit_behind_the_same_steps_keeps_the_level(jump):
    _, X, y = jump
    step, network = fitted_on(X[:60], y[:60])
    before = dict(network._level)
    for rows in (slice(60, 79), slice(70, 71)):  # a single row tells nothing
        network.partial_fit(windows_of(X[rows], step), y[rows])
    again = pickle.loads(pickle.dumps(step))  # an equal one is the same
    network.partial_fit(windows_of(X[60:], again), y[60:])
    for name, value in before.items():
        np.testing.assert_array_equal(network._level[name], value)


@pytest.mark.parametrize("steps", [[Standardizer()], [PerStep(MinMaxScaler())], []])
def test_partial_fit_behind_other_steps_solves_the_level_again(steps, jump):
    series, X, y = jump
    _, network = fitted_on(X[:39], y[:39])
    steps = [clone(step).fit(X[45:]) for step in steps]
    windows = windows_of(X[45:], *steps)
    network.partial_fit(windows, y[45:])
    np.testing.assert_allclose(network.predict(windows), series[45:-1], rtol=1e-6)


def test_partial_fit_is_refused_where_nothing_tells(jump):
    _, X, y = jump
    _, network = fitted_on(X[:39], y[:39])
    other = Standardizer().fit(X[45:])
    with pytest.raises(ValueError, match=r"other fitted steps .* do not show"):
        network.partial_fit(windows_of(X[50:52], other), y[50:52])
    flat, y_flat = make_supervised(np.full(20, 3.0), 0)  # constant: no slope
    with pytest.raises(ValueError, match=r"other fitted steps .* do not show"):
        network.partial_fit(windows_of(flat, other), y_flat)
    with pytest.raises(ValueError, match=r"y does not relate .* do not show"):
        network.partial_fit(windows_of(flat), y_flat)  # raw, and no step to compare
    bent = PerStep(FunctionTransformer(np.sqrt)).fit(X)
    with pytest.raises(ValueError, match="not an affine function of channel 0"):
        network.partial_fit(windows_of(X, bent), y)


def test_arrays_and_rows_of_unknown_delay_cannot_be_told_and_pass(jump):
    series, X, y = jump
    windows = windows_of(X)
    network = Conv1DRegressor(window_norm="last", target_channel=0, **STILL)
    network.fit(windows.to_numpy(), y).partial_fit(windows.to_numpy() + 7, y + 7)
    plain = LookbackWindower(N_STEPS).fit_transform(SeriesView(series[:-1]))
    network.partial_fit(plain, y)
    np.testing.assert_allclose(network.predict(plain), series[:-1], atol=1e-9)


def test_what_x_does_not_know_of_y_is_as_it_was():
    """One column of y, where X knows two targets."""
    series = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
    X, y = make_supervised(series, 0, delay=2)
    both, y_both = make_supervised(series, [0, 1], delay=2)
    for target_channel in (0, None):
        network = Conv1DRegressor(target_channel=target_channel, **STILL)
        network.fit(windows_of(X), y)
        network.partial_fit(windows_of(both), y_both[:, 0])
        assert network._level["delays"] == [2]
        network.calibrate_interval(windows_of(both), y_both[:, 0])
        with pytest.raises(ValueError, match="does not relate to its channel"):
            network.calibrate_interval(windows_of(both), y_both[:, 1])


def test_a_warm_refit_needs_the_delay_that_was_never_known(jump):
    series, X, y = jump
    plain = LookbackWindower(N_STEPS).fit_transform(SeriesView(series[:-1]))
    network = Conv1DRegressor(window_norm="last", warm_start=True, **STILL)
    network.fit(windows_of(X).to_numpy(), y)
    with pytest.raises(ValueError, match="delay=None, and X does not know"):
        network.fit(plain, y)


def test_a_row_whose_target_lies_beyond_the_series_cannot_be_told_and_passes(jump):
    series, X, y = jump
    network = Conv1DRegressor(**STILL).fit(windows_of(X), y)
    newest = LookbackWindower(N_STEPS).fit_transform(SeriesView(series, [79]))
    network.partial_fit(newest, [100.0]).calibrate_interval(newest, [100.0])
    assert network.predict(newest) == pytest.approx([104])


def test_a_target_that_was_constant_is_learned_later(jump):
    _, X, y = jump
    flat, y_flat = make_supervised(np.full(20, 3.0), 0)
    network = Conv1DRegressor(**STILL).partial_fit(windows_of(flat), y_flat)
    np.testing.assert_array_equal(network.predict(windows_of(flat)), y_flat)
    assert not network._level["changes"][0]
    network.partial_fit(windows_of(X[:39]), y[:39])
    scale = network.target_encoder_.scale_
    assert scale == pytest.approx(np.sqrt(np.mean((y[3:39] - X.series[3:39, 0]) ** 2)))
    network.partial_fit(windows_of(X[45:]), 2 + 3 * (y[45:] - 2) / 3)
    assert network.target_encoder_.scale_ == scale  # known by now


def test_plain_targets_that_were_constant_are_learned_later():
    X = np.random.default_rng(0).normal(size=(60, N_STEPS, 1))
    y = np.stack([X[:, -1, 0], np.full(60, 7.0)], axis=1)
    network = Conv1DRegressor(**STILL).partial_fit(X, y)
    first = network.target_encoder_
    assert (network.predict(X)[:, 1] == 7).all()
    y[:, 1] = 7e6 * X[:, 0, 0]
    network.partial_fit(X, 2 * y)
    second = network.target_encoder_
    assert second.scale_[0] == first.scale_[0]
    assert second.scale_[1] == pytest.approx(2 * y[:, 1].std())
    network.partial_fit(X, 9 * y)
    np.testing.assert_array_equal(network.target_encoder_.scale_, second.scale_)


# Predictions and calibrations.

NETWORK = Conv1DRegressor(validation_split=0.2, **STILL)
ESTIMATORS = {
    "network": NETWORK,
    "plain network": clone(NETWORK).set_params(window_norm=None),
    "classifier": Conv1DClassifier(**STILL),
    "persistence": PersistenceRegressor(),
    "flat": FlatWindowRegressor(),
    "linear": LinearAutoregression(),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_predictions_behind_replaced_steps_are_refused(name, jump):
    _, X, y = jump
    y = y % 2 > 0 if name == "classifier" else y
    pipe = pipeline(clone(ESTIMATORS[name]), PerStep(StandardScaler()), Standardizer())
    expected = pipe.fit(X, y).predict(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(pipe)).predict(X), expected)
    np.testing.assert_array_equal(copy.deepcopy(pipe).predict(X[3:]), expected[3:])
    message = r"other fitted steps \(StandardScaler, StandardScaler\) .* fit the whole"
    for replaced in (0, 1):
        other = copy.deepcopy(pipe)
        source = X[:40] if replaced == 0 else pipe[0].transform(X[:40])
        other.steps[replaced] = ("other", clone(pipe[replaced]).fit(source))
        with pytest.raises(ValueError, match=message):
            other.predict(X)
    equal = copy.deepcopy(pipe)
    equal.steps[0] = ("equal", clone(pipe[0]).fit(X))
    np.testing.assert_array_equal(equal.predict(X), expected)
    assert pipe.fit(X[:40], y[:40]).predict(X).shape == y.shape


def test_every_answer_of_a_network_is_refused(jump):
    _, X, y = jump
    step, network = fitted_on(X, y, clone(NETWORK).set_params(loss="quantile"))
    classifier = Conv1DClassifier(**STILL).fit(windows_of(X, step), y > 50)
    other = windows_of(X, Standardizer().fit(X[:40]))
    for answer in (
        network.predict,
        network.predict_quantiles,
        network.predict_interval,
        lambda X: network.calibrate_interval(X, y),
        lambda X: network.score(X, y),
        classifier.predict,
        classifier.predict_proba,
    ):
        with pytest.raises(ValueError, match="other fitted steps"):
            answer(other)


def test_a_calibration_by_another_relation_is_refused(jump):
    _, X, y = jump
    step, network = fitted_on(X, y, clone(NETWORK))
    intervals = network.predict_interval(windows_of(X, step))
    for X_other, y_other in ((windows_of(X), y), (windows_of(X, step), 2 * y)):
        with pytest.raises(ValueError, match="does not relate to its channel"):
            network.calibrate_interval(X_other, y_other)
    network.calibrate_interval(windows_of(X, step)[60:], y[60:])
    assert network.predict_interval(windows_of(X, step)).shape == intervals.shape


def test_a_replaced_imputer_is_noticed(jump):
    series = jump[0].copy()
    series[7] = np.nan
    with pytest.warns(UserWarning, match="1 of 79 rows have no target"):
        X, y = make_supervised(series, 0)
    pipe = pipeline(Conv1DRegressor(**STILL), PerStep(SimpleImputer())).fit(X, y)
    pipe.steps[0] = ("other", PerStep(SimpleImputer()).fit(X[:30]))
    with pytest.raises(ValueError, match=r"other fitted steps \(SimpleImputer\)"):
        pipe.predict(X)


def test_steps_are_applied_to_few_rows_and_only_when_they_are_new(jump):
    class Counted(FunctionTransformer):
        rows = 0

        def transform(self, X):
            type(self).rows += len(X)
            return X

    _, X, y = jump
    pipe = pipeline(PersistenceRegressor(), PerStep(Counted())).fit(X, y)
    again = pickle.loads(pickle.dumps(pipe[-1]))
    for model, n_rows in ((pipe[-1], 1), (again, 1 + 4), (again, 1)):
        Counted.rows = 0
        model.predict(pipe[:-1].transform(X)[-1:])
        assert Counted.rows <= n_rows + 3  # those of the window


@pytest.mark.parametrize("dtype, rounding", [(np.float64, 1e-9), (np.float32, 1e-5)])
@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
def test_rows_are_alike_up_to_rounding_at_any_size(size, dtype, rounding):
    made = np.array([[size, 0.0], [-size, np.nan]], dtype=dtype)
    for share, alike in ((0.0, True), (0.5, True), (5.0, False)):
        other = made.astype(np.float64)
        other[0, 0] += share * rounding * size
        assert _alike(made, other) is alike
    assert not _alike(made, made[:, :1])
    assert not _alike(made, np.nan_to_num(made))


def test_random_steps_are_not_compared(jump):
    def noise(X):
        return X + np.random.default_rng().normal(size=X.shape)

    _, X, y = jump
    network = Conv1DRegressor(**STILL, window_norm=None)
    pipe = pipeline(network, PerStep(FunctionTransformer(noise))).fit(X, y)
    equal = PerStep(FunctionTransformer(noise)).fit(X)
    assert np.isfinite(pipe[-1].predict(windows_of(X, equal))).all()


def test_what_cannot_be_told_passes(jump):
    """Windows of values that were transformed by hand."""
    series, X, y = jump
    step, network = fitted_on(X, y)
    by_hand = SeriesView(step.transform(series[:, None]), X.rows)
    expected = network.predict(windows_of(X, step))
    np.testing.assert_allclose(network.predict(windows_of(by_hand)), expected)
    array = windows_of(by_hand).to_numpy()
    np.testing.assert_allclose(network.predict(array[3:]), expected[3:], atol=1e-9)


RAW = "X seems not to be transformed"


@pytest.mark.parametrize("name", ["persistence", "flat", "plain network"])
def test_raw_values_that_are_far_from_transformed_ones_warn(name):
    series = 1000 + np.random.default_rng(0).normal(size=(200, 1))
    X, y = make_supervised(series, 0)
    pipe = pipeline(clone(ESTIMATORS[name])).fit(X, y)
    for values in (windows_of(X), windows_of(X).to_numpy(), windows_of(series[50:60])):
        with pytest.warns(UserWarning, match=RAW) as warned:
            pipe[-1].predict(values)
        assert next(w for w in warned if w.category is UserWarning).filename == __file__
    for moved in (0, 50, 2000, -1e6):  # transformed by hand, wherever it has moved to
        pipe.predict(series + moved)
    few = pipe[:-1].transform(X[:9])
    if hasattr(pipe[-1], "partial_fit"):
        for values in (windows_of(X), windows_of(X).to_numpy()):
            told = rf"{RAW}.*model\[-1\]\.partial_fit\(model\[:-1\]\.transform"
            with pytest.warns(UserWarning, match=told) as warned:
                copy.deepcopy(pipe[-1]).partial_fit(values, y)
            assert {w.filename for w in warned} == {__file__}
        # a few rows have no range to speak of
        pipe[-1].partial_fit(few, y[:9])
        with pytest.warns(UserWarning, match=RAW):
            pipe[-1].predict(windows_of(X))


@pytest.mark.parametrize("level", [0, 10])
def test_raw_values_near_transformed_ones_pass(level):
    X, y = make_supervised(np.random.default_rng(0).normal(size=200) + level, 0)
    pipe = pipeline(PersistenceRegressor()).fit(X, y)
    pipe[-1].predict(windows_of(X))


def test_ranges_are_of_all_fits_behind_the_same_steps(jump):
    _, X, _ = jump
    step, model = Standardizer().fit(X), PersistenceRegressor()
    remember_steps(model, windows_of(X[:10], step))
    assert model._steps_seen["ranges"] is None  # too few rows
    remember_steps(model, windows_of(X[:70], step))
    first = model._steps_seen["ranges"]
    remember_steps(model, windows_of(X[15:], step))
    both = model._steps_seen["ranges"]
    assert (both[[0, 2]] == first[[0, 2]]).all() and (both[:2, 0] == [0, 104]).all()
    np.testing.assert_array_equal(both[2:], step.transform(both[:2]))
    remember_steps(model, windows_of(X[5:25], step))
    np.testing.assert_array_equal(model._steps_seen["ranges"], both)
    remember_steps(model, windows_of(X[5:25], Standardizer().fit(X[:40])))
    assert model._steps_seen["ranges"] is None


def test_saved_pipelines_predict_and_know_their_steps(jump, tmp_path):
    _, X, y = jump
    table = pd.DataFrame({"load": X.series[:, 0], "wind": 1.0 * np.arange(80)})
    X, y = make_supervised(table, "load")
    pipe = pipeline(clone(NETWORK), PerStep(PCA())).set_params(
        conv1dregressor__window_norm=None
    )
    save(pipe.fit(X, y), tmp_path / "pipe.skops")
    again = load(tmp_path / "pipe.skops")
    np.testing.assert_array_equal(again.predict(X), pipe.predict(X))
    again.steps[0] = ("other", PerStep(PCA()).fit(X[:40]))
    with pytest.raises(ValueError, match=r"other fitted steps \(PCA\)"):
        again.predict(X)


def test_folds_fit_their_own_steps(jump):
    _, X, y = jump
    folds = TimeSeriesSplit(2, gap=1)
    for last in (Conv1DRegressor(**STILL), PersistenceRegressor()):
        scores = cross_val_score(pipeline(last), X, y, cv=folds)
        assert np.isfinite(scores).all()
