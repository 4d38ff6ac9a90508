"""Validation samples that `fit` is given, or that a splitter holds out."""

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
    StratifiedShuffleSplit,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    PanelTimeSeriesSplit,
    SeriesKFold,
    SeriesView,
    Standardizer,
    WindowView,
    calibrate_interval,
    load,
    make_supervised,
    save,
)
from skseqconv.engine._training import epoch_order
from skseqconv.estimators._parameters_together import check_together
from skseqconv.estimators._validation_split import validation_part, validation_tail

SMALL = {"filters": 2, "kernel_size": 2, "n_conv": 1, "batch_size": 32, "epochs": 3}
HOURS = pd.date_range("2020-01-01", periods=150, freq="h")


def network(Estimator=Conv1DRegressor, **parameters):
    return Estimator(**{**SMALL, "random_state": 0, **parameters})


def table(seed, n_rows=150):
    values = np.random.default_rng(seed).normal(size=(n_rows, 2)).cumsum(axis=0)
    return pd.DataFrame(values, index=HOURS[:n_rows], columns=["load", "wind"])


@pytest.fixture(scope="module")
def panel():
    """Four series of two channels."""
    return make_supervised([table(i) for i in range(4)], "load", delay=2)


@pytest.fixture(scope="module")
def arrays():
    """Windows to learn from, and others to validate on, of a simple task."""
    random = np.random.default_rng(0)
    X = random.normal(size=(150, 6, 2)).astype(np.float32)
    y = X[:, -1, 0] - 0.5 * X[:, 2, 1] + random.normal(size=150) / 10
    return (X[:100], y[:100]), (X[100:], y[100:])


def pipeline(model):
    return make_pipeline(Standardizer(), LookbackWindower(6), model)


def assert_same_fit(one, other):
    """The same weights, history, choices and intervals."""
    assert one.history_ == other.history_
    assert getattr(one, "reference_loss_", 0) == getattr(other, "reference_loss_", 0)
    assert getattr(one, "best_epoch_", 0) == getattr(other, "best_epoch_", 0)
    # Asked for its model_, a fit would keep the compiled network for itself.
    weights = one._weights.arrays, other._weights.arrays
    for mine, same in zip(*weights, strict=True):
        assert_array_equal(mine, same)


# The same as Keras.


def fitted_by_keras(model, learned, validation, weight=None, rate=0.05, stopping=None):
    """Keras' own fit: the same first weights, the same batches, its own `evaluate`.

    Returns the network and its history. Samples are shuffled before each epoch, so each
    is a fit of its own, and `stopping` is called by hand after each epoch.
    """
    X, y = learned
    start = clone(model).initialize(X, y)
    theirs = keras.models.clone_model(start.model_)
    theirs.set_weights(start.model_.get_weights())
    theirs.compile(keras.optimizers.SGD(rate), model.loss)
    stopping = stopping or keras.callbacks.Callback()
    stopping.set_model(theirs)
    stopping.on_train_begin()
    scaled = start.target_encoder_.transform
    held_out = (validation[0], scaled(validation[1]))
    held_out += () if weight is None else (weight,)
    history = {"loss": [], "val_loss": []}
    for epoch in range(model.epochs):
        order = epoch_order(len(X), len(X), start._seed, epoch)
        done = theirs.fit(
            X[order],
            scaled(y)[order],
            batch_size=model.batch_size,
            shuffle=False,
            validation_data=held_out,
            verbose=0,
        ).history
        for name, values in history.items():
            values += done[name]
        stopping.on_epoch_end(epoch, {"val_loss": done["val_loss"][0]})
        if theirs.stop_training:
            break
    stopping.on_train_end()
    return theirs, history


@pytest.mark.trains
@pytest.mark.parametrize(("loss", "weighted"), [("mse", True), ("mae", False)])
def test_the_history_is_that_of_keras(arrays, loss, weighted):
    learned, validation = arrays
    model = network(dropout=0.0, level=None, window_norm=None, loss=loss)
    model.set_params(optimizer=keras.optimizers.SGD(0.05))
    weight = np.linspace(0.5, 2, 50) if weighted else None
    # Keras divides the sum of the weighted losses by the number of samples.
    of_keras = (weight / weight.mean()).astype(np.float32) if weighted else None
    _, expected = fitted_by_keras(model, learned, validation, of_keras)
    X_val, y_val = validation
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": weight}
    model.fit(*learned, **given)
    assert list(model.history_) == list(expected)
    for name, values in expected.items():
        assert_allclose(model.history_[name], values, rtol=1e-5, err_msg=name)


@pytest.mark.trains
def test_the_best_epoch_is_that_of_keras(arrays):
    learned, (X_val, y_val) = arrays
    model = network(dropout=0.0, level=None, window_norm=None, epochs=40)
    model.set_params(early_stopping=True, n_iter_no_change=2)
    model.set_params(optimizer=keras.optimizers.SGD(0.5))
    stopping = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    options = {"rate": 0.5, "stopping": stopping}
    theirs, expected = fitted_by_keras(model, learned, (X_val, y_val), **options)
    model.fit(*learned, X_val=X_val, y_val=y_val)
    assert model.best_epoch_ == stopping.best_epoch + 1
    assert len(model.history_["val_loss"]) == len(expected["val_loss"]) < model.epochs
    assert_allclose(model.history_["val_loss"], expected["val_loss"], rtol=1e-4)
    outputs = theirs.predict(X_val, verbose=0)
    restored = model.target_encoder_.inverse_transform(outputs, None)
    assert_allclose(model.predict(X_val), restored, rtol=1e-4, atol=1e-5)


# In a Pipeline.


@pytest.mark.trains
def test_rows_come_through_the_steps_of_the_pipeline(panel):
    """Like windows made by hand, and by scikit-learn's transform_input."""
    X, y = panel
    train, test = X.series_ids < 3, X.series_ids == 3
    X_val, y_val = X[test], y[test]
    given = {"conv1dregressor__X_val": X_val, "conv1dregressor__y_val": y_val}
    pipe = pipeline(network()).fit(X[train], y[train], **given)

    before = pipe[:-1]
    by_hand = network().fit(
        before.transform(X[train]),
        y[train],
        X_val=before.transform(X_val),
        y_val=y_val,
    )
    assert_same_fit(pipe[-1], by_hand)
    rows = network().fit(before.transform(X[train]), y[train], X_val=X_val, y_val=y_val)
    assert_same_fit(rows, by_hand)
    scaled = pipe[0].transform(X_val)
    rows = network().fit(
        before.transform(X[train]), y[train], X_val=scaled, y_val=y_val
    )
    assert_same_fit(rows, by_hand)

    with config_context(enable_metadata_routing=True):
        asking = network().set_fit_request(X_val=True, y_val=True)
        steps = pipeline(asking).steps
        routed = Pipeline(steps, transform_input=["X_val"])
        routed.fit(X[train], y[train], X_val=X_val, y_val=y_val)
        assert_same_fit(routed[-1], by_hand)
        routed = Pipeline(pipeline(clone(asking)).steps)
        routed.fit(X[train], y[train], X_val=X_val, y_val=y_val)
        assert_same_fit(routed[-1], by_hand)


@pytest.mark.trains
def test_tables_come_through_the_steps_by_transform_input():
    (X, y), (X_val, y_val) = (
        (one[:-2], one["load"].to_numpy()[2:]) for one in (table(0), table(1))
    )
    model = network(target_channel="load", delay=2)
    with config_context(enable_metadata_routing=True):
        asking = clone(model).set_fit_request(X_val=True, y_val=True)
        routed = Pipeline(pipeline(asking).steps, transform_input=["X_val"])
        routed.fit(X, y, X_val=X_val, y_val=y_val)
    assert len(routed[-1].history_["val_loss"]) == 3
    given = {"conv1dregressor__X_val": X_val, "conv1dregressor__y_val": y_val}
    message = "X_val holds rows, but X holds windows. Give rows from make_supervised"
    with pytest.raises(ValueError, match=message):
        pipeline(model).fit(X, y, **given)


@pytest.mark.trains
def test_a_search_gives_the_same_samples_to_each_fit(panel):
    X, y = panel
    train, test = X.series_ids < 3, X.series_ids == 3
    given = {"conv1dregressor__X_val": X[test], "conv1dregressor__y_val": y[test]}
    search = GridSearchCV(
        pipeline(network(epochs=1)),
        {"conv1dregressor__learning_rate": [0.01]},
        cv=PanelTimeSeriesSplit(2),
        error_score="raise",
    ).fit(X[train], y[train], **given)
    assert len(search.best_estimator_[-1].history_["val_loss"]) == 1


# The same as held out.


@pytest.mark.trains
@pytest.mark.parametrize(
    ("splitter", "loss"),
    [
        (PanelTimeSeriesSplit(3), "quantile"),
        (PanelTimeSeriesSplit(1, test_size="1D"), "mse"),
        (SeriesKFold(4), "mse"),
    ],
)
def test_a_splitter_holds_out_what_could_be_given(panel, splitter, loss):
    X, y = panel
    windows = LookbackWindower(6).fit_transform(X)
    parameters = {"loss": loss, "early_stopping": True, "n_iter_no_change": 2}
    held = network(validation_split=splitter, **parameters).fit(windows, y)
    whole = np.flatnonzero(windows.complete)
    *_, (train, test) = splitter.split(windows[whole])
    given = network(**parameters).fit(
        windows[whole[train]],
        y[whole[train]],
        X_val=windows[whole[test]],
        y_val=y[whole[test]],
    )
    assert_same_fit(held, given)
    some = windows[-20:]
    intervals = [model.predict_interval(some) for model in (held, given)]
    assert_array_equal(*intervals)
    if isinstance(splitter, SeriesKFold):
        assert set(X.series_ids[whole[test]]) == {3}


@pytest.mark.trains
@pytest.mark.parametrize("Estimator", [Conv1DRegressor, Conv1DClassifier])
@pytest.mark.parametrize("through_pipeline", [True, False])
def test_whole_series_for_a_y_of_ones_own(panel, Estimator, through_pipeline):
    """X knows no target, as in regression of a value that no channel holds."""
    rows = SeriesView(panel[0].series)
    assert rows.target is None
    y = np.arange(len(rows)) % 7 > 2
    model = network(Estimator, validation_split=SeriesKFold(4))
    if through_pipeline:
        model = make_pipeline(LookbackWindower(6), model)
        windows = rows
    else:
        windows = LookbackWindower(6).fit_transform(rows)
    model.fit(windows, y)
    fitted = model[-1] if through_pipeline else model
    assert len(fitted.history_["val_loss"]) == 3


def test_the_rows_that_a_splitter_holds_out_of_a_y_of_ones_own(panel):
    X = WindowView(SeriesView(panel[0].series), lags=[0])
    usable, y = np.arange(len(X)), np.zeros(len(X))
    training, held_out = validation_part(X, y, usable, SeriesKFold(4), "auto")
    assert_array_equal(held_out, np.flatnonzero(X.series_ids == 3))
    assert_array_equal(training, np.flatnonzero(X.series_ids < 3))


@pytest.mark.trains
def test_samples_that_are_given_count_instead_of_a_split(panel):
    X, y = panel
    windows = LookbackWindower(6).fit_transform(X)
    held_out = windows.series_ids == 3
    learned = windows[~held_out], y[~held_out]
    validation = {"X_val": windows[held_out], "y_val": y[held_out]}
    given = network().fit(*learned, **validation)
    both = network(validation_split=0.3).fit(*learned, **validation)
    assert_same_fit(given, both)
    plain = network().fit(*learned)
    assert "val_loss" not in plain.history_
    assert plain.history_["loss"] == given.history_["loss"]


@pytest.mark.trains
def test_a_classifier_with_weights(arrays):
    """Weights of classes are for training; those of validation are given."""
    (X, y), (X_val, y_val) = arrays
    labels, labels_val = (np.where(part > 0, "up", "down") for part in (y, y_val))
    model = network(Conv1DClassifier, dropout=0.0, class_weight={"up": 3.0})
    weight = np.repeat([1.0, 0.0], 25)
    model.fit(X, labels, X_val=X_val, y_val=labels_val, sample_weight_val=weight)
    p = model.predict_proba(X_val[:25])
    right = p[np.arange(25), (labels_val[:25] == "up").astype(int)]
    assert_allclose(model.history_["val_loss"][-1], -np.log(right).mean(), rtol=1e-4)
    accuracy = model.score(X_val[:25], labels_val[:25])
    assert_allclose(model.history_["val_accuracy"][-1], accuracy, rtol=1e-6)
    split = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    model.set_params(validation_split=split, class_weight=None).fit(X, labels)
    assert "val_accuracy" in model.history_


@pytest.mark.trains
def test_a_fit_that_goes_on(arrays):
    (X, y), (X_val, y_val) = arrays
    model = network(warm_start=True).fit(X, y)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert len(model.history_["val_loss"]) == 3


@pytest.mark.trains
def test_windows_without_history_are_skipped(panel):
    X, y = panel
    windows = LookbackWindower(6).fit_transform(X)
    given = [
        network().fit(windows, y, X_val=windows[part], y_val=y[part])
        for part in (slice(None), windows.complete)
    ]
    assert_same_fit(*given)


def fit_with(X_val, y_val, *, scaled=True, **options):
    X, y = make_supervised(table(0), "load", delay=2)
    windower = LookbackWindower(6)
    steps = (Standardizer(), windower) if scaled else (windower,)
    return make_pipeline(*steps, network(epochs=1)).fit(
        X,
        y,
        conv1dregressor__X_val=X_val,
        conv1dregressor__y_val=y_val,
        **options,
    )


OTHER, Y_OTHER = make_supervised(table(1), "load", delay=2)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("X_val", "y_val", "message"),
    [
        (OTHER, None, "y_val is missing: validation data needs both X_val and y_val"),
        (None, Y_OTHER, "X_val is missing: validation data needs both X_val and y_val"),
        (OTHER, Y_OTHER[:-1], "X_val and y_val: X has 148 rows and y has 147"),
        (OTHER, Y_OTHER[:, None], "X_val and y_val: y has 1 column"),
        (
            SeriesView(table(1)[["wind", "load"]])[:148],
            Y_OTHER,
            r"X_val has the channels \['wind', 'load'\], X has \['load', 'wind'\]",
        ),
        (
            SeriesView(table(1)[["load"]])[:148],
            Y_OTHER,
            r"X_val has the channels \['load'\], X has \['load', 'wind'\]",
        ),
        (OTHER[:3], Y_OTHER[:3], "X_val and y_val: None of the 3 rows has a complete"),
        (
            WindowView(OTHER, lags=[2, 1, 0]),
            Y_OTHER,
            "X_val and y_val: X has windows of 3 x 2",
        ),
        (OTHER, 2 * Y_OTHER + 7, "y does not relate to its channel in X_val as it did"),
        (
            Standardizer().fit(table(1)).transform(OTHER),
            Y_OTHER,
            r"X was transformed by other fitted steps \(StandardScaler\) than in",
        ),
    ],
)
def test_samples_that_do_not_suit_the_fit(X_val, y_val, message):
    with pytest.raises(ValueError, match=message):
        fit_with(X_val, y_val)


@pytest.mark.trains
@pytest.mark.filterwarnings("ignore:X has the target.* measures something else")
@pytest.mark.parametrize("level", ["auto", None])
def test_another_target_than_that_of_the_fit(level, tmp_path):
    series = table(1)
    later, y_later = make_supervised(series, "load", delay=25)
    wind, y_wind = make_supervised(series, "wind", delay=2)
    X, y = make_supervised(table(0), "load", delay=2)
    model = network(epochs=1, level=level)
    fitted = ", but the model was fitted to forecast 'load' 2 rows ahead"
    for name, X_val, y_val in (
        ("'load' 25 rows ahead", later, y_later),
        ("'wind' 2 rows ahead", wind, y_wind),
    ):
        with pytest.raises(ValueError, match=f"X_val has the target {name}{fitted}"):
            given = {"conv1dregressor__X_val": X_val, "conv1dregressor__y_val": y_val}
            pipeline(clone(model)).fit(X, y, **given)
        pipe = pipeline(clone(model)).fit(X, y)
        save(pipe, tmp_path / "model")
        for one in (pipe, load(tmp_path / "model")):
            with pytest.raises(ValueError, match=f"X has the target {name}{fitted}"):
                calibrate_interval(one, X_val, y_val)
        continued = pipe[-1].partial_fit(pipe[:-1].transform(X), y)
        with pytest.raises(ValueError, match=f"X has the target {name}{fitted}"):
            continued.calibrate_interval(pipe[:-1].transform(X_val), y_val)
        # `score` asks how good these forecasts are as forecasts of another y.
        with pytest.warns(UserWarning, match=f"X has the target {name}{fitted}"):
            assert np.isfinite(pipe.score(X_val[5:], y_val[5:]))


@pytest.mark.trains
@pytest.mark.parametrize("level", ["auto", None])
def test_a_transformer_of_y_is_not_applied_to_y_val(level):
    """The error or the warning says so; transformed, the fit is that of plain y."""
    X, y = make_supervised(table(0) + 1000, "load", delay=2)
    windows = Standardizer().fit(X).transform(X)
    windows = LookbackWindower(6).fit_transform(windows)
    inner = network(epochs=1, level=level)
    model = TransformedTargetRegressor(inner, transformer=StandardScaler())
    given = {"X_val": windows[100:], "y_val": y[100:]}
    message = "A TransformedTargetRegressor transforms y, but not y_val: give it trans"
    if level is None:
        with pytest.warns(UserWarning, match=f"more than 10 standard .*{message}"):
            model.fit(windows[:100], y[:100], **given)
    else:
        with pytest.raises(ValueError, match=f"units of the fit and X_val .*{message}"):
            model.fit(windows[:100], y[:100], **given)
    scaler = StandardScaler().fit(y[:100, None])
    given["y_val"] = scaler.transform(y[100:, None])[:, 0]
    model.fit(windows[:100], y[:100], **given)
    plain = clone(inner).fit(windows[:100], y[:100], X_val=windows[100:], y_val=y[100:])
    found = model.regressor_.history_["val_loss"]
    assert_allclose(found, plain.history_["val_loss"], rtol=1e-3)


def test_labels_that_only_the_validation_part_has(arrays):
    (X, _), _ = arrays
    y = np.arange(len(X)) % 2
    message = (
        r"y_val has labels that y lacks \(\[2\]\)\. Leave these samples out, or divide "
        "the samples so that each class is in both"
    )
    for warm_start in (False, True):
        model = network(Conv1DClassifier, warm_start=warm_start)
        with pytest.raises(ValueError, match=f"^{message}"):
            model.fit(X, y, X_val=X, y_val=y + 1)


@pytest.mark.trains
def test_a_failed_fit_changes_nothing(arrays):
    (X, y), (X_val, y_val) = arrays
    model = network().fit(X, y)
    before = model.predict(X)
    with pytest.raises(ValueError, match=r"X_val and y_val: .*NaN"):
        model.fit(X, y, X_val=X_val, y_val=np.full(len(y_val), np.nan))
    with pytest.raises(ValueError, match="X_val and y_val: sample_weight_val has -1"):
        model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=-np.ones(50))
    assert_array_equal(model.predict(X), before)
    assert "val_loss" not in model.history_


# Splitters and spans of time as parameters.


def test_the_last_fold_of_a_splitter_of_the_rows_that_may_be_used():
    rows = np.array([1, 2, 5, 6, 7, 9])
    training, held_out = validation_part(
        np.zeros((12, 2, 1)), np.zeros(12), rows, KFold(3), "auto"
    )
    assert_array_equal(training, [1, 2, 5, 6])
    assert_array_equal(held_out, [7, 9])


class Splits:
    """A splitter that gives chosen folds, as masks."""

    def __init__(self, *folds):
        self.folds = folds

    def get_n_splits(self, X=None, y=None, groups=None):
        return len(self.folds)

    def split(self, X, y=None, groups=None):
        return iter(self.folds)


def test_folds_as_masks_of_ones_own():
    test = np.arange(6) % 2 == 0
    X, y, rows = np.zeros((9, 2, 1)), np.zeros(9), np.arange(3, 9)
    training, held_out = validation_part(X, y, rows, Splits((~test, test)), "auto")
    assert_array_equal(training, [4, 6, 8])
    assert_array_equal(held_out, [3, 5, 7])


@pytest.mark.trains
def test_a_training_part_with_repeated_rows_holds_no_other_row():
    """As a bootstrap draws them: as many as there are samples."""
    learned, held_out = np.repeat(np.arange(10), 2), np.arange(10, 20)
    X = np.random.default_rng(0).normal(size=(20, 6, 1))
    y = np.where(np.arange(20) < 10, 0.0, 1000.0)
    split = Splits((learned, held_out))
    model = network(validation_split=split).fit(X, y)
    assert_array_equal(model.target_encoder_.mean_, 0.0)
    twice = network().fit(X[learned], y[learned], X_val=X[held_out], y_val=y[held_out])
    assert model.history_ == twice.history_


@pytest.mark.parametrize(
    ("splitter", "message"),
    [
        (Splits(), "gives 0 samples to train on and 0 to validate on, of 6. Both need"),
        (Splits(([], [0])), "gives 0 samples to train on and 1 to validate on, of 6"),
        (
            KFold(7),
            r"validation_split=KFold\(.*: Cannot have number of splits n_splits",
        ),
        (
            SeriesKFold(2),
            r"validation_split=SeriesKFold\(.*: groups=None, but X is no.*X_val=",
        ),
        (
            GroupKFold(2),
            r"GroupKFold\(.*'groups' .* None.* SeriesKFold holds out whole.*X_val= and",
        ),
        (PanelTimeSeriesSplit(), r"gap='auto' needs X from make_supervised"),
    ],
)
def test_splitters_that_hold_out_nothing(splitter, message):
    X, y, rows = np.zeros((9, 2, 1)), np.zeros(9), np.arange(3, 9)
    with pytest.raises(ValueError, match=message):
        validation_part(X, y, rows, splitter, "auto")


@pytest.mark.parametrize("share", [0.25, "2020-01-05"])
@pytest.mark.parametrize("gap", ["6h", pd.Timedelta("6h"), np.timedelta64(6, "h")])
def test_a_gap_in_time(panel, share, gap):
    X = WindowView(panel[0], lags=[0])
    rows = np.arange(len(X))
    training, held_out = validation_tail(X, rows, share, gap)
    same, expected = validation_tail(X, rows, share, 6 * 4)
    assert_array_equal(held_out, expected)
    assert_array_equal(training, same)
    late = X.index[held_out].min() - X.index[training].max()
    assert late == pd.Timedelta("7h")


def test_a_splitter_that_learns_from_later_rows_is_told():
    shops = [np.arange(20.0), np.arange(20.0)]
    windows = LookbackWindower(3).fit_transform(make_supervised(shops, 0, delay=2)[0])
    rows = np.flatnonzero(windows.complete)
    y = np.zeros(len(windows))
    bare = WindowView(np.zeros((20, 1)), lags=[0])
    late = "training targets lie in the time of the validation part"
    for X, split, delay, n_rows in (
        # All targets to learn from are later than the first row held out.
        (windows, Splits((np.arange(8, 32), np.arange(8))), None, 24),
        (windows, KFold(4), None, 2),  # those of delay 2 that are one row before
        (bare, Splits((np.arange(19), [19])), 3, 2),
    ):
        at = np.arange(20) if X is bare else rows
        with pytest.warns(UserWarning, match=f"{n_rows} {late}.* SeriesKFold") as said:
            validation_part(X, y[: len(X)], at, split, "auto", delay=delay)
        assert said[0].filename == __file__
    for split in (SeriesKFold(2), PanelTimeSeriesSplit(2)):
        validation_part(windows, y, rows, split, "auto")
    validation_part(np.zeros((9, 2, 1)), y[:9], np.arange(9), ShuffleSplit(1), "auto")


def test_a_gap_in_time_needs_dates():
    message = "validation_gap='6h' is a time span, but X has no dates. Give make_super"
    for X in (np.zeros((9, 2, 1)), WindowView(np.zeros((9, 1)), lags=[0])):
        with pytest.raises(ValueError, match=message):
            validation_tail(X, np.arange(9), 0.3, "6h")


@pytest.mark.trains
def test_spans_of_time_are_numbers_of_rows():
    X, y = make_supervised(table(0), "load", delay=2)
    windows = LookbackWindower(48).fit_transform(X)
    plain = WindowView(SeriesView(table(0)), windows.rows, lags=windows.lags)
    shared = {"level": "seasonal", "target_channel": "load", "epochs": 1}
    in_rows = network(period=24, delay=2, **shared).fit(plain, y)
    in_time = network(period="1D", delay="2h", **shared).fit(plain, y)
    assert_same_fit(in_rows, in_time)
    assert in_time.period_ == 24
    assert in_time.get_params()["period"] == "1D"
    in_time.set_params(warm_start=True).fit(plain, y)
    with pytest.raises(ValueError, match=r"'.*' is a time span, but X has no dates"):
        in_time.set_params(warm_start=False, target_channel=0).fit(plain.to_numpy(), y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"validation_gap": "long"}, "validation_gap='long' is no time span. Use one"),
        ({"period": "often"}, "period='often' is no time span. Use one such as '24h'"),
        ({"delay": "later"}, "delay='later' is no time span. Use one such as '24h'"),
        (
            {"validation_gap": 3, "validation_split": KFold(3)},
            r"validation_gap=3 conflicts with validation_split=KFold.* its own gap",
        ),
    ],
)
def test_parameters_that_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        check_together(network(**parameters))


def test_splitters_and_spans_are_saved_and_cloned(tmp_path):
    model = network(
        validation_split=PanelTimeSeriesSplit(1, test_size="1D"), period="7D"
    )
    save(clone(model), tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert repr(loaded.validation_split) == repr(model.validation_split)
    assert loaded.period == "7D"


@pytest.mark.trains
def test_arrays_that_missed_the_steps_before_the_network_are_noticed():
    random = np.random.default_rng(0)
    X, y = random.normal(1000, 5, size=(60, 12, 2)), random.normal(size=60)
    pipe = make_pipeline(Standardizer(), network(epochs=1))
    name = type(pipe[-1]).__name__.lower()
    given = {f"{name}__X_val": X[40:], f"{name}__y_val": y[40:]}
    with pytest.warns(
        UserWarning, match=r"channel 0 of X_val .*pipe\[:-1\]\.transform"
    ):
        pipe.fit(X[:40], y[:40], **given)
    given[f"{name}__X_val"] = pipe[:-1].transform(X[40:])
    pipe.fit(X[:40], y[:40], **given)  # warnings are errors


# Columns of y by name.


def columns_of(y, names="uvw"):
    return pd.DataFrame(np.column_stack([y, -y, y + 1]), columns=list(names))


@pytest.mark.trains
def test_columns_of_y_in_another_order_are_refused(arrays, tmp_path):
    (X, y), (X_val, y_val) = arrays
    learned, held_out = columns_of(y), columns_of(y_val)
    other = "The order differs: y has 'w', 'v', 'u', .* fitted on 'u', 'v', 'w'"
    with pytest.raises(ValueError, match=f"X_val and y_val: {other}"):
        network().fit(X, learned, X_val=X_val, y_val=held_out[["w", "v", "u"]])
    model = network(warm_start=True).fit(X, learned, X_val=X_val, y_val=held_out)
    save(model, tmp_path / "model")
    model = load(tmp_path / "model")
    with pytest.raises(ValueError, match=other):
        model.partial_fit(X, learned[["w", "v", "u"]])
    with pytest.raises(ValueError, match=other):
        model.fit(X, learned[["w", "v", "u"]])
    with pytest.raises(ValueError, match="The columns differ: y has 'a', 'b', 'c'"):
        model.partial_fit(X, columns_of(y, "abc"))
    model.partial_fit(X, learned.to_numpy()).partial_fit(X, learned)
    model.partial_fit(X, pd.DataFrame(learned.to_numpy()))


@pytest.mark.trains
def test_labels_in_another_order_are_refused(arrays):
    (X, y), (X_val, y_val) = arrays
    learned, held_out = (columns_of(one) > 0 for one in (y, y_val))
    model = network(Conv1DClassifier).fit(X, learned, X_val=X_val, y_val=held_out)
    with pytest.raises(ValueError, match="y_val: The order differs"):
        model.fit(X, learned, X_val=X_val, y_val=held_out[["w", "v", "u"]])


@pytest.mark.trains
def test_the_name_of_one_column_does_not_matter(arrays):
    (X, y), (X_val, y_val) = arrays
    y_val = pd.DataFrame({"other": y_val})
    network().fit(X, pd.DataFrame({"load": y}), X_val=X_val, y_val=y_val)
