"""Series of unequal length, as lists and as padded panels, in the estimators."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
    clear_compiled_networks,
    export_keras,
)
from skseqconv.inputs._padded import padded

pytestmark = pytest.mark.trains

SMALL = {"filters": 4, "kernel_size": 3, "n_conv": 2, "pool_size": 2}
SMALL |= {"batch_size": 16, "epochs": 2, "learning_rate": 0.01, "random_state": 0}


def small(**parameters):
    return Conv1DClassifier(**{**SMALL, **parameters})


def series(n_samples=24, shortest=12, longest=31, seed=0):
    """Noise of two channels; the first one rises, or falls."""
    random = np.random.default_rng(seed)
    lengths = random.integers(shortest, longest + 1, size=n_samples)
    lengths[:2] = shortest, longest
    X = [random.normal(size=(n, 2)) for n in lengths]
    y = np.where(np.arange(n_samples) % 2, "rises", "falls")
    for one, label in zip(X, y, strict=True):
        trend = np.linspace(-3, 3, len(one))
        one[:, 0] += trend if label == "rises" else -trend
    return X, y


def with_padding(X, n_more):
    """A panel with `n_more` steps of padding after the longest sample."""
    panel = padded(X)
    more = np.full((len(X), n_more, panel.shape[2]), np.nan)
    return np.concatenate([panel, more], axis=1)


X, Y = series()


@pytest.fixture(scope="module")
def fitted():
    return make_pipeline(Standardizer(), small(padding="same")).fit(X, Y)


def same(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# Padding changes nothing.


def test_a_sample_alone_with_longer_ones_and_padded_has_one_probability(fitted):
    expected = fitted.predict_proba(X)
    assert np.ptp(expected[:, 0]) > 0.05
    same(np.concatenate([fitted.predict_proba([one]) for one in X]), expected)
    longer = [np.concatenate([one, one, one]) for one in X]
    same(fitted.predict_proba([*X, *longer])[: len(X)], expected)
    same(fitted.predict_proba(with_padding(X, 50)), expected)
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    for held in (tuple(X), objects, pd.Series(X), [one.tolist() for one in X]):
        same(fitted.predict_proba(held), expected)


@pytest.mark.parametrize("padding", ["same", "causal", "valid"])
def test_parallel_widths_and_a_pooling_branch_read_no_padding(padding):
    model = small(
        kernel_size=[(2, 5)] * 2,
        bottleneck=3,
        pooling_branch=True,
        padding=padding,
        pool_size=1,
        normalization="batch",
        residual=0 if padding == "valid" else 2,
    )
    long = [np.concatenate([one, one]) - 1.0 for one in X]  # the maximum is no zero
    model.fit(long, Y)
    expected = model.predict_proba(long)
    assert np.ptp(expected[:, 0]) > 1e-3
    same(model.predict_proba(with_padding(long, 30)), expected)
    same(model.predict_proba(long[:1]), expected[:1])


def test_a_pooling_branch_of_many_channels_trains_on_unequal_lengths():
    """Where padding counts as the lowest value, it must not get into a convolution."""
    wide = [np.repeat(one, 6, axis=1) for one in X]
    sizes = {"filters": 2, "kernel_size": [(3, 2)] * 3, "n_conv": 3}
    model = Conv1DClassifier.inception(**sizes, epochs=1, random_state=0)
    expected = model.fit(wide, Y).predict_proba(wide)
    assert np.isfinite(model.history_["loss"]).all()
    same(model.predict_proba(with_padding(wide, 9)), expected)


def test_a_fit_on_a_list_and_on_a_panel_with_longer_padding_are_one(fitted):
    again = clone(fitted).fit(with_padding(X, 50), Y)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_padding_of_all_samples_alike_is_no_padding():
    equal = np.stack([one[:12] for one in X])
    plain = small().fit(equal, Y)
    again = small().fit(with_padding(equal, 9), Y)
    assert "unpadded" not in again.layers_.index
    np.testing.assert_array_equal(
        plain.predict_proba(equal), again.predict_proba(equal)
    )


def test_a_network_alone_says_the_same_by_an_independent_computation(fitted):
    """Its weights in a plain Keras model of the sample's own length."""
    scaler, model = fitted
    one = scaler.transform([X[3]])[0].astype(np.float32)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input(one.shape),
            layers.Conv1D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(4, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.set_weights(model._weights.arrays[:6])
    expected = network(one[None]).numpy()[0, 0]
    assert fitted.predict_proba(X)[3, 1] == pytest.approx(expected, abs=1e-6)


def test_few_networks_serve_all_lengths(fitted, monkeypatch):
    from skseqconv.engine._network import Network

    built = []
    build = Network.__init__

    def counted(self, architecture, *args, **options):
        built.append(architecture["input_shape"])
        build(self, architecture, *args, **options)

    monkeypatch.setattr(Network, "__init__", counted)
    for n_steps in (*range(40, 64, 2), *range(10, 31, 4)):
        fitted.predict_proba([np.zeros((n_steps, 2))])
    assert [shape[0] for shape in built] == [40, 48, 56, 64]


# Networks that were fitted on one length.


@pytest.mark.parametrize("n_steps", [9, 60])
def test_a_network_of_one_length_predicts_series_of_other_lengths(n_steps):
    equal = np.stack([one[:12] for one in X])
    model = small(padding="same", normalization="batch").fit(equal, Y)
    before = model.predict_proba(equal)
    other = np.random.default_rng(1).normal(size=(5, n_steps, 2))
    predicted = model.predict_proba(other)
    assert np.ptp(predicted[:, 0]) > 0
    of_that_length = small(padding="same", normalization="batch")
    of_that_length.initialize(np.zeros((2, n_steps, 2)), ["falls", "rises"])
    of_that_length.model_.set_weights(model.model_.get_weights())
    same(predicted, of_that_length.predict_proba(other))
    np.testing.assert_array_equal(model.predict_proba(equal), before)
    unequal = [*equal, *other]
    same(model.predict_proba(unequal)[len(equal) :], predicted)


def test_changed_weights_count_for_other_lengths_too():
    equal = np.stack([one[:12] for one in X])
    model = small(padding="same").fit(equal, Y)
    before = model.predict_proba(X)
    model.model_.set_weights([w * 2 for w in model.model_.get_weights()])
    assert np.abs(model.predict_proba(X) - before).max() > 1e-3


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"global_pooling": "flatten"}, "flatten' has weights for each time step"),
        ({"strides": 2, "padding": "same"}, "depend on the length"),
    ],
)
def test_networks_of_one_length_refuse_others(options, match):
    equal = np.stack([one[:12] for one in X])
    model = small(**options).initialize(equal, Y)
    with pytest.raises(ValueError, match=f"series of 20 time steps.* 12 .*{match}"):
        model.predict(np.zeros((2, 20, 2)))
    with pytest.raises(ValueError, match=match):
        small(**options).fit(X, Y)


def test_a_level_needs_one_length():
    y = np.array([one[-1, 0] for one in X])
    assert Conv1DRegressor(**SMALL).initialize(X, y).level_ is None
    with pytest.raises(ValueError, match="level='last' needs windows of one length"):
        Conv1DRegressor(**SMALL, level="last").fit(X, y)
    equal = np.stack([one[:12] for one in X])
    model = Conv1DRegressor(**SMALL, level="last", target_channel=0, delay=1)
    assert model.initialize(equal, equal[:, -1, 0] + 0.1 * y).level_ == "last"
    with pytest.raises(ValueError, match="forecasts start from a level"):
        model.predict(X)


# Fits.


def test_regression_of_unequal_series():
    y = np.array([one[:, 1].mean() for one in X])
    model = make_pipeline(Standardizer(), Conv1DRegressor(**SMALL, padding="same"))
    predicted = model.fit(X, y).predict(X)
    same(model.predict(with_padding(X, 20)), predicted)
    assert predicted.shape == y.shape


@pytest.mark.parametrize("longest", [20, 45])
def test_validation_data_may_have_any_length(longest):
    more, labels = series(10, longest=longest, seed=1)
    model = small(padding="same", early_stopping=True)
    model.fit(X, Y, X_val=more, y_val=labels)
    expected = model.predict_proba(more)[np.arange(10), (labels == "rises").astype(int)]
    kept = model.history_["val_loss"][model.best_epoch_ - 1]
    assert kept == pytest.approx(-np.log(expected).mean(), rel=1e-4)


def test_a_fit_on_one_length_is_validated_on_others():
    equal = np.stack([one[:12] for one in X])
    options = {"padding": "same", "dropout": 0.0}
    model = small(**options).fit(equal, Y, X_val=X, y_val=Y)
    expected = model.predict_proba(X)[np.arange(24), (Y == "rises").astype(int)]
    assert model.history_["val_loss"][-1] == pytest.approx(
        -np.log(expected).mean(), rel=1e-4
    )
    plain = small(**options).fit(equal, Y)
    same(model.predict_proba(equal), plain.predict_proba(equal))


def test_weights_and_a_validation_split_work_as_with_one_length():
    weight = np.where(np.arange(24) < 20, 1.0, 0.0)
    model = small(padding="same", validation_split=0.25)
    model.fit(X, Y, sample_weight=weight)
    assert len(model.history_["val_loss"]) == 2
    without = small(padding="same", validation_split=0.25).fit(X[:20], Y[:20])
    same(model.predict_proba(X), without.predict_proba(X))


@pytest.mark.parametrize("first", [X[:12], np.stack([one[:12] for one in X[:12]])])
def test_partial_fit_and_warm_start_go_on_with_other_lengths(first):
    longer = [np.concatenate([one, one]) for one in X[12:]]
    model = small(padding="same", warm_start=True).fit(first, Y[:12])
    before = model.predict_proba(X)
    model.partial_fit(longer, Y[12:])
    assert len(model.history_["loss"]) == 3
    assert np.abs(model.predict_proba(X) - before).max() > 1e-5
    model.fit(X[:12], Y[:12])
    again = small(padding="same", warm_start=True).fit(first, Y[:12])
    padded_more = with_padding(longer, 7)
    again.partial_fit(padded_more, Y[12:]).fit(with_padding(X[:12], 3), Y[:12])
    same(again.predict_proba(X), model.predict_proba(X))


def test_tools_of_scikit_learn_index_lists():
    model = make_pipeline(Standardizer(), small(epochs=1))
    scores = cross_val_score(model, X, Y, cv=2, error_score="raise")
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    np.testing.assert_array_equal(
        scores, cross_val_score(model, objects, Y, cv=2, error_score="raise")
    )
    train, test, y_train, y_test = train_test_split(X, Y, random_state=0, stratify=Y)
    rates = {"conv1dclassifier__learning_rate": [0.01, 0.02]}
    search = GridSearchCV(model, rates, cv=2, error_score="raise")
    assert 0 <= search.fit(train, y_train).score(test, y_test) <= 1
    out = cross_val_predict(model, X, Y, cv=2, method="predict_proba")
    assert out.shape == (24, 2)


def test_an_imputer_between_leaves_the_padding():
    gappy = [one.copy() for one in X]
    for one in gappy:
        one[3, 1] = np.nan
    model = make_pipeline(
        Standardizer(), PerStep(SimpleImputer()), small(padding="same", epochs=1)
    )
    expected = model.fit(gappy, Y).predict_proba(gappy)
    same(model.predict_proba(with_padding(gappy, 20)), expected)
    exported = export_keras(model)
    windows = with_padding(gappy, 0).astype(np.float32)
    same(exported(windows), expected)


# Files.


def test_a_copy_and_a_model_of_keras_read_padding(fitted, tmp_path):
    expected = fitted.predict_proba(X)
    clear_compiled_networks()
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict_proba(X), expected)
    longer = [np.concatenate([one, one]) for one in X]
    same(copy.predict_proba(longer), fitted.predict_proba(longer))
    windows = padded(X).astype(np.float32)
    own = fitted[-1].model_(fitted[0].transform(windows))
    same(own[:, 0], expected[:, 1])


# Texts.


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_the_padding_of_texts_may_be_left_out(padding):
    texts = ["a good film", "bad", "good good", "a bad film of a bad book"] * 4
    y = [1, 0, 1, 0] * 4
    options = {"embedding_dim": 3, "n_conv": 1, "global_pooling": "average"}
    options |= {"padding": "same", "mask_padding": True}
    predicted = []
    for max_length in (7, 20):
        ids = TokenSequencer(max_length=max_length, padding=padding)
        model = make_pipeline(ids, small(**options)).fit(texts, y)
        predicted.append(model.predict_proba(texts))
    same(*predicted)
    assert np.ptp(predicted[0][:4, 0]) > 0
    counted = make_pipeline(ids, small(**options | {"mask_padding": False}))
    assert (
        np.abs(counted.fit(texts, y).predict_proba(texts) - predicted[0]).max() > 1e-5
    )


def test_mask_padding_is_for_token_ids():
    with pytest.raises(ValueError, match="mask_padding=True needs token ids"):
        small(mask_padding=True).fit(X, Y)


# Bad input.


def test_a_sample_without_any_value_is_named():
    empty = [*X[:5], np.full((9, 2), np.nan), np.empty((0, 2))]
    with pytest.raises(ValueError, match=r"Sample 5 of X has no value, .* 1 others"):
        small().fit(empty, Y[:7])


def test_missing_values_inside_a_sample_are_named():
    panel = padded(X)
    panel[4, 5, 1] = np.nan
    match = r"contains NaN: channel 1, first at sample 4, time step 5"
    with pytest.raises(ValueError, match=match):
        small().fit(panel, Y)
    panel = padded(X)
    panel[7, :3] = np.nan
    with pytest.raises(ValueError, match="sample 7 begins with 3 time steps without"):
        small().fit(panel, Y)
    panel = padded(X)
    panel[2, 1, 0] = np.inf
    with pytest.raises(ValueError, match=r"infinity: channel 0, first at sample 2, ti"):
        small().fit(panel, Y)


def test_the_shortest_sample_is_told_what_the_network_needs(fitted):
    match = r"shortest sample of X \(0\) has 12 time steps, but this network needs 47\."
    with pytest.raises(ValueError, match=rf"{match} Fit with kernel_size=\d"):
        small(kernel_size=16, padding="valid").fit(X, Y)
    short = [np.zeros((1, 2)), *X]
    match = r"shortest sample of X \(0\) has 1 time steps, .* needs 2"
    with pytest.raises(ValueError, match=match):
        fitted.predict(short)
    with pytest.raises(ValueError, match=r"of X_val \(0\) has 1 time steps"):
        small(padding="same").fit(X, Y, X_val=short, y_val=["falls", *Y])


def test_auto_padding_leaves_a_step_of_the_shortest_sample():
    settled = [
        small(kernel_size=size, pool_size=pool).initialize(X, Y)._architecture
        for size, pool in ((4, 2), (8, 2), (8, 20))
    ]
    assert [one["padding"] for one in settled] == ["valid", "same", "same"]
    assert [one["pool_size"] for one in settled] == [2, 2, [12]]


def test_channels_first_are_told_to_swap_axes():
    swapped = np.zeros((4, 3, 200))
    match = r"3 steps of 200 channels\. If it is .* pass X\.swapaxes\(1, 2\)"
    with pytest.raises(ValueError, match=match):
        small(padding="valid").fit(swapped, [0, 1, 0, 1])
    with pytest.raises(ValueError, match=match):
        small(padding="valid").fit([*swapped[:3], swapped[3, :2]], [0, 1, 0, 1])


def test_samples_of_other_channels_are_refused(fitted):
    with pytest.raises(
        ValueError, match=r"3 features, but Standardizer is expecting 2"
    ):
        fitted.predict([np.zeros((20, 3))])
    with pytest.raises(ValueError, match=r"sample 1 the shape \(15, 3\)"):
        fitted.predict([X[0], np.zeros((15, 3))])


def test_one_channel_is_known_whatever_held_it_in_fit():
    table = np.stack([one[:12, 0] for one in X])
    vectors, longer = list(table), [one[:, 0] for one in X]
    expected = small().fit(table[:, :, None], Y).predict_proba(longer)
    for learned in (table, vectors, pd.Series(vectors)):
        model = small().fit(learned, Y)
        for held in (longer, padded(longer), pd.Series(longer)):
            same(model.predict_proba(held), expected)
        validated = small().fit(learned, Y, X_val=learned, y_val=Y)
        for held in (vectors, table[:, :, None]):
            again = small().fit(learned, Y, X_val=held, y_val=Y)
            assert again.history_["val_loss"] == validated.history_["val_loss"]
        with pytest.raises(ValueError, match=r"13 features, .*X\[:, :, None\]"):
            model.predict(np.zeros((3, 13)))


def test_one_sample_needs_a_list(fitted):
    with pytest.raises(ValueError, match=r"fitted on samples of 31 .*give \[X\]"):
        fitted.predict(X[0])
    with pytest.raises(ValueError, match=r"give \[X\.to_numpy\(\)\]"):
        fitted.predict(pd.DataFrame(X[0]))
    vectors = [one[:, 0] for one in X]
    model = small().initialize(vectors, Y)
    for one in (vectors[0], vectors[0][:, None]):
        with pytest.raises(ValueError, match=r"one sample, give \[X\]"):
            model.predict(one)


def test_a_gru_is_refitted_and_predicts_series_of_any_length():
    model = Conv1DGRUClassifier(
        filters=4, kernel_size=3, n_conv=1, gru_units=4, epochs=1, random_state=0
    )
    predicted = model.fit(X, Y).predict_proba(X)
    same(model.predict_proba(X[:1]), predicted[:1])
    same(model.predict_proba(with_padding(X, 40)), predicted)
    with keras.device("cpu"):
        own = model.model_(padded(X).astype(np.float32))
    same(own[:, 0], predicted[:, 1])
