"""Bad input: one clear error, and nothing lost."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skseqconv import (
    Conv1DGRURegressor,
    Conv1DRegressor,
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    WindowView,
    make_supervised,
)
from skseqconv.engine._pool import clear_compiled_networks
from skseqconv.estimators._validation_split import validation_tail
from skseqconv.networks import _gru as _recurrent
from tests.estimators.small import pipeline, small

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def windows(windows):
    """Few windows: a few batches, which one compiled program trains on."""
    X, y = windows
    return X[:300], y[:300]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"kernel_size": 30, "padding": "valid"},
            r"no time step of a window of 24.*shortest.* has 119. Use kernel_size=6 or "
            'padding="same", or a longer window',
        ),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size=.* has 3 values for 2 layers"),
        ({"filters": 0}, "'filters' parameter"),
        ({"padding": "full"}, "'padding' parameter"),
        ({"validation_split": 1.0}, "'validation_split' parameter"),
        ({"validation_split": 0.5, "validation_gap": 9999}, "leaves none to train on"),
        ({"optimizer": "no-such"}, "optimizer='no-such'"),
        ({"loss": "no-such"}, "loss='no-such'"),
        ({"activation": "no-such"}, "activation='no-such'"),
        (
            {"callbacks": ["no callback"]},
            "'no callback', which is not an instance of a Keras",
        ),
        ({"learning_rate": 1e30}, "Training diverged: loss is .* in epoch"),
    ],
)
def test_a_failed_fit_says_why_and_keeps_the_former_one(parameters, message, windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected, history = model.predict(X), model.history_
    with pytest.raises((ValueError, TypeError), match=message):
        model.set_params(**parameters).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert model.history_ is history


def test_divergence_in_the_very_last_step_is_seen(windows):
    X, y = windows
    model = small(
        Conv1DRegressor,
        optimizer="sgd",
        learning_rate=1e38,
        epochs=1,
        window_norm=None,
    )
    with pytest.raises(ValueError, match="diverged: the output is"):
        model.set_params(steps_per_epoch=1).fit(X, y)


@pytest.mark.parametrize("value", [[3.7, 3], ["a", 2], [0, 3]])
def test_layer_options_are_whole_numbers(value, windows):
    X, y = windows
    with pytest.raises(ValueError, match=r"kernel_size=.*must be whole numbers >= 1"):
        small(Conv1DRegressor, kernel_size=value).fit(X, y)


def test_what_float32_cannot_hold_is_refused(windows):
    X, y = windows
    panel = X.to_numpy()
    panel[9, 2, 0] = 1e300
    with pytest.raises(ValueError, match=r"1e\+300, too large for float32: channel 0"):
        small(Conv1DRegressor).fit(panel, y)


def test_infinity_behind_a_standardizer_is_named_where_a_window_reads_it(task):
    X, y = task
    values = X.series.copy()
    values[301, 1] = np.inf
    X = SeriesView(values)[: len(y)]
    model = pipeline(small(Conv1DRegressor), lookback=24, step=2)
    with pytest.raises(ValueError, match="infinity: channel 1, first at row 301 "):
        model.fit(X, y)
    model.fit(X[:300], y[:300])
    assert np.isfinite(model.predict(X[302:310:2])).all()  # even rows only
    with pytest.raises(ValueError, match="infinity: channel 1, first at row 301 "):
        model.predict(X[303:310:2])


def test_validation_split_rounds_as_it_should():
    X, y = np.zeros((10, 12, 1)), np.arange(10.0)
    for share, n_training in ((0.8, 2), (0.9, 1), (0.25, 7)):
        rows, held_out = validation_tail(X, np.arange(10), share, 0)
        assert (len(rows), len(held_out)) == (n_training, 10 - n_training)
    assert small(Conv1DRegressor, validation_split=0.9).fit(X, y).n_iter_ == 2


def test_validation_gap_of_compact_views_of_several_series(weather):
    parts = [weather.iloc[:200], weather.iloc[:200] + 1]
    X, _ = make_supervised(parts, 0, delay=60)
    windows = LookbackWindower(24).fit_transform(X)
    rows = np.flatnonzero(windows.complete)
    whole = validation_tail(windows, rows, 0.4, "auto")
    cut = validation_tail(windows.compact(), rows, 0.4, "auto")
    for a, b in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(a, b)
    first = windows.stamps[whole[1]].min()
    assert (windows.stamps[whole[0]] + 60).max() == first


def test_validation_gap_takes_the_delay_that_is_given(weather):
    weather = weather[:400]
    knows, y = make_supervised(weather, 0, delay=24)
    knows = LookbackWindower(24).fit_transform(knows)
    told = WindowView(weather, ends=knows.rows, lags=knows.lags)
    assert told.target is None
    settings = {"validation_split": 0.3, "target_channel": 0, "delay": 24}
    histories = [
        small(Conv1DRegressor, **settings).fit(X, y).history_ for X in (knows, told)
    ]
    assert histories[0] == histories[1]
    rows = np.arange(len(told))
    training, held_out = validation_tail(told, rows, 0.3, "auto", delay=[6, 24])
    assert held_out[0] - training[-1] == 24
    training, held_out = validation_tail(told, rows, 0.3, "auto")
    assert held_out[0] - training[-1] == 1


def test_a_failed_partial_fit_keeps_the_weights(windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(ValueError, match="diverged"):
        model.set_params(learning_rate=1e30).partial_fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_a_network_that_is_not_trained_forecasts_persistence(windows):
    X, y = windows
    model = small(Conv1DRegressor, level="last").initialize(X, y)
    now = PersistenceRegressor().fit(X, y).predict(X)
    np.testing.assert_allclose(model.predict(X), now, atol=1e-4)
    assert not hasattr(model, "history_")


def test_a_failed_initialize_leaves_the_estimator_as_it_was(windows):
    X, y = windows
    model = small(Conv1DRegressor).fit(X, y)
    expected = model.predict(X)
    with pytest.raises(ValueError, match=r"has \d+ rows and y has"):
        model.initialize(X.to_numpy()[:, 2:], y[:-1])
    np.testing.assert_array_equal(model.predict(X), expected)
    model.initialize(X, y)
    assert not {"history_", "n_iter_"} & set(vars(model))


class Interrupter(keras.callbacks.Callback):
    """Stands for a user who gives up in the second epoch."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("fitted", [False, True])
def test_an_interrupted_fit_leaves_the_estimator_as_it_was(fitted, windows):
    X, y = windows
    model = small(Conv1DRegressor)
    if fitted:
        expected = model.fit(X, y).predict(X)
    before = dict(vars(model))
    model.set_params(callbacks=Interrupter())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert set(vars(model)) == set(before)
    if fitted:
        np.testing.assert_array_equal(model.predict(X), expected)
    else:
        with pytest.raises(NotFittedError):
            model.predict(X)


def test_keras_does_not_know_auto(windows):
    for name in ("loss", "optimizer", "activation"):
        with pytest.raises(ValueError, match=f"{name}='auto' is not known to Keras"):
            small(Conv1DRegressor, **{name: "auto"}).fit(*windows)


def test_a_learning_rate_beside_a_schedule_is_refused(windows):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model = small(Conv1DRegressor, optimizer=keras.optimizers.Adam(schedule))
    model.fit(*windows)
    with pytest.raises(ValueError, match=r"learning_rate=0.1 conflicts with the"):
        model.set_params(learning_rate=0.1).fit(*windows)


def test_bad_input_is_refused(windows, task):
    X, y = windows
    rows, _ = task
    model = small(Conv1DRegressor)
    with pytest.raises(NotFittedError):
        model.predict(X)
    with pytest.raises(AttributeError, match="no model_ before it is fitted"):
        _ = model.model_
    with pytest.raises(ValueError, match="put a LookbackWindower before"):
        model.fit(rows, y)
    with pytest.raises(ValueError, match=r"X has 50 rows and y has 49"):
        model.fit(X[:50], y[:49])
    with pytest.raises(ValueError, match="None of the 10 rows has a complete"):
        model.fit(X[:10], y[:10])
    with pytest.raises(ValueError, match="y contains NaN"):
        model.fit(X, np.full(len(X), np.nan))
    with pytest.raises(ValueError, match="requires y to be passed"):
        model.fit(X, None)
    with pytest.raises(ValueError, match="weights must not be negative"):
        model.fit(X, y, sample_weight=np.full(len(y), -1.0))
    with pytest.raises(ValueError, match=r"one must be positive|one non-zero"):
        model.fit(X, y, sample_weight=np.zeros(len(y)))
    with pytest.raises(ValueError, match="sample_weight is zero for every complete"):
        model.fit(X, y, sample_weight=(~X.complete).astype(float))
    model.initialize(X, y)
    nameless = small(Conv1DRegressor).initialize(X.to_numpy(), y)
    with pytest.raises(ValueError, match="X has 2 features, but Conv1DRegressor is"):
        nameless.predict(X.to_numpy()[:, :, :2])
    with pytest.raises(ValueError, match=r"windows of 23 x 3 .*fitted on 24 x 3"):
        model.predict(WindowView(SeriesView(X), lags=np.arange(23)[::-1]))
    with pytest.raises(ValueError, match=r"lags 46\.\.0, not 23\.\.0"):
        model.predict(WindowView(SeriesView(X), lags=np.arange(0, 48, 2)[::-1]))
    renamed = SeriesView(X.series)
    renamed._series.names = np.array(["a", "b", "c"], dtype=object)
    renamed = WindowView(renamed, lags=X.lags)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(renamed)


@pytest.mark.filterwarnings("ignore:Channel 1 has a mean")  # the air pressure
def test_infinite_and_missing_values_are_named(windows):
    X, y = windows
    panel = X.to_numpy()[:60]
    panel[7, 3, 1] = np.inf
    with pytest.raises(ValueError, match="infinity: channel 1, first at sample 7, ti"):
        small(Conv1DRegressor).fit(panel, y[:60])
    values = np.array(X.series, dtype=np.float64)
    values[250:, 2] = np.nan
    holed = WindowView(values, lags=X.lags)
    model = small(Conv1DRegressor).fit(holed[:250], y[:250])  # the future may be NaN
    with pytest.raises(ValueError, match="NaN: channel 2, first at row 250 of"):
        model.predict(holed[245:270])


def test_only_values_that_windows_read_must_be_finite():
    values = np.random.default_rng(0).normal(size=(400, 1))
    values[1::2] = np.nan
    view = WindowView(
        values, ends=np.arange(100, 400, 2), lags=np.arange(0, 48, 2)[::-1]
    )
    model = small(Conv1DRegressor).fit(view, np.arange(150.0))
    assert np.isfinite(model.predict(view)).all()


def test_an_interrupt_while_a_program_is_made_leaves_nothing(windows, monkeypatch):
    X, y = windows
    clear_compiled_networks()

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_recurrent, "_project", interrupted)
        with pytest.raises(KeyboardInterrupt):
            small(Conv1DGRURegressor).fit(X, y)
    assert small(Conv1DGRURegressor).fit(X, y).n_iter_ == 2
