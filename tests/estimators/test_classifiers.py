"""Conv1DClassifier and Conv1DGRUClassifier, and what token ids add to the networks."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    check_cv,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.utils import compute_class_weight, compute_sample_weight

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DRegressor,
    LookbackWindower,
    Standardizer,
    TokenSequencer,
)
from skseqconv.estimators._classification import _weights_of
from skseqconv.estimators._validation_split import validation_tail
from skseqconv.networks import conv1d_network
from skseqconv.networks._convolutions import MONOTONE

pytestmark = pytest.mark.trains

SMALL = {
    Conv1DClassifier: {"filters": 8, "kernel_size": 3, "n_conv": 1},
    Conv1DGRUClassifier: {
        "filters": 8,
        "kernel_size": 3,
        "n_conv": 1,
        "gru_units": 8,
        "recurrent_dropout": 0.0,
    },
}
BOTH = pytest.mark.parametrize("Estimator", list(SMALL))
FCN = {
    "n_conv": 3,
    "filters": (12, 16, 12),
    "kernel_size": (8, 5, 3),
    "pool_size": 1,
    "padding": "same",
    "normalization": "batch",
    "global_pooling": "average",
}


def small(Estimator, **parameters):
    """A classifier that trains in a moment."""
    settings = {"epochs": 3, "batch_size": 16, "learning_rate": 0.01, "random_state": 0}
    return Estimator(**{**SMALL[Estimator], **settings, **parameters})


def panel(n_samples=90, n_classes=3, seed=0):
    """Noise with a bump whose place is the class."""
    random = np.random.default_rng(seed)
    y = np.arange(n_samples) % n_classes
    X = random.normal(size=(n_samples, 20, 2))
    for sample, label in enumerate(y):
        X[sample, 5 * label : 5 * label + 4] += 3 * (label + 1)
    return X, y


TEXTS = ["a good film", "good, very good", "bad film", "a bad, bad one"] * 10
FEELINGS = np.array(["fine", "fine", "poor", "poor"] * 10)


# Classes.


@pytest.mark.parametrize(
    ("Estimator", "n_classes", "name_of"),
    [
        (Conv1DClassifier, 2, lambda label: bool(label % 2)),
        (Conv1DClassifier, 2, lambda label: label + 0.0),
        (Conv1DClassifier, 2, lambda label: f"class {label}"),
        (Conv1DClassifier, 3, lambda label: label),
        (Conv1DClassifier, 3, lambda label: label - 2),
        (Conv1DGRUClassifier, 3, lambda label: f"class {label}"),
    ],
    ids=["bool", "float", "str", "int", "negative", "GRU"],
)
def test_labels_of_any_type_come_back(Estimator, n_classes, name_of):
    X, y = panel(n_classes=n_classes)
    y = np.array([name_of(label) for label in y])
    model = small(Estimator).fit(X, y)
    np.testing.assert_array_equal(model.classes_, np.unique(y))
    predicted = model.predict(X)
    assert predicted.dtype == y.dtype
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), len(model.classes_))
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    best = model.classes_[probabilities.argmax(axis=1)]
    np.testing.assert_array_equal(best, predicted)
    logarithms = model.predict_log_proba(X)
    np.testing.assert_allclose(np.exp(logarithms), probabilities, atol=1e-12)


@pytest.mark.parametrize("dtype", ["category", "string", "object"])
def test_labels_of_pandas(dtype):
    X, y = panel(n_classes=2)
    names = pd.Series(np.where(y, "yes", "no")).astype(dtype)
    model = small(Conv1DClassifier).fit(X, names)
    assert set(model.predict(X)) <= {"yes", "no"}


def test_a_column_of_equal_samples_is_a_panel():
    X, y = panel(n_classes=2)
    expected = small(Conv1DClassifier).fit(X, y).predict_proba(X)
    column = pd.Series(list(X))
    model = small(Conv1DClassifier).fit(column, y)
    np.testing.assert_array_equal(model.predict_proba(column), expected)


@pytest.mark.parametrize(
    ("Estimator", "options"),
    [
        (Conv1DClassifier, {"filters": 16, "n_conv": 2, "pool_size": 2}),
        (Conv1DGRUClassifier, {}),
    ],
)
def test_it_learns(Estimator, options):
    X, y = panel(240)
    model = small(Estimator, epochs=30, **options).fit(X[:90], y[:90])
    assert model.score(X[90:], y[90:]) > 0.9
    assert model.history_["accuracy"][-1] > model.history_["accuracy"][0]


def test_one_sample_has_probabilities_of_two_dimensions():
    X, y = panel(n_classes=2)
    model = small(Conv1DClassifier).fit(X, y)
    assert model.predict_proba(X[:1]).shape == (1, 2)
    assert model.predict(X[:1]).shape == (1,)


@pytest.mark.parametrize(
    ("n_classes", "activation", "width"), [(2, "sigmoid", 1), (3, "softmax", 3)]
)
def test_the_head_gives_probabilities(n_classes, activation, width):
    X, y = panel(n_classes=n_classes)
    model = small(Conv1DClassifier).fit(X, y)
    with model._network() as network:  # `model_` would keep it from other fits
        head = network.model.get_layer("output")
        outputs = network.model(X).numpy()
    assert (head.activation.__name__, head.units) == (activation, width)
    ours = model.predict_proba(X)[:, -width:]
    np.testing.assert_allclose(outputs, ours, atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_loss_is_that_of_scikit_learn(n_classes):
    from sklearn.metrics import log_loss

    X, y = panel(n_classes=n_classes)
    model = small(Conv1DClassifier, validation_split=0.5, epochs=1).fit(X, y)
    _, held_out = validation_tail(X, np.arange(len(X)), 0.5, "auto", strata=y)
    expected = log_loss(y[held_out], model.predict_proba(X[held_out]))
    assert model.history_["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    accuracy = model.score(X[held_out], y[held_out])
    assert model.history_["val_accuracy"][0] == pytest.approx(accuracy)


@pytest.mark.parametrize(
    ("n_classes", "loss"),
    [
        (2, "binary_focal_crossentropy"),
        (3, keras.losses.CategoricalCrossentropy(label_smoothing=0.1)),
        (3, "kl_divergence"),
        (2, keras.losses.BinaryCrossentropy),
        (2, lambda y, p: keras.losses.binary_crossentropy(y, p)),
    ],
)
def test_other_losses_of_probabilities(n_classes, loss):
    X, y = panel(n_classes=n_classes)
    model = small(Conv1DClassifier, loss=loss, epochs=15).fit(X, y)
    assert model.score(X, y) > 0.8


@pytest.mark.parametrize(
    ("n_classes", "loss", "message"),
    [
        (2, "categorical_crossentropy", "Use 'binary_crossentropy'"),
        (2, "SparseCategoricalCrossentropy", "Use 'binary_crossentropy'"),
        (3, "sparse_categorical_crossentropy", "Use 'categorical_crossentropy'"),
        (
            3,
            keras.losses.SparseCategoricalCrossentropy(),
            "Use 'categorical_crossentropy'",
        ),
        (2, keras.losses.BinaryCrossentropy(from_logits=True), "expects logits"),
        (2, "nonsense", "loss='nonsense' is not known to Keras. Use a name"),
        (2, "msee", r"not known to Keras. Did you mean 'mse'.*\? Use a name"),
        (3, keras.losses.SparseCategoricalCrossentropy, "does not match the network's"),
    ],
)
def test_losses_that_do_not_fit_are_refused(n_classes, loss, message):
    X, y = panel(n_classes=n_classes)
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier, loss=loss).fit(X, y)


# Weights.


def test_class_weight_is_sample_weight():
    X, y = panel(n_classes=2)
    X, y = X[y <= (np.arange(len(y)) % 4 > 1)], y[y <= (np.arange(len(y)) % 4 > 1)]
    weight = compute_sample_weight("balanced", y)
    assert len(np.unique(weight)) == 2
    balanced = small(Conv1DClassifier, class_weight="balanced").fit(X, y)
    weighted = small(Conv1DClassifier).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(balanced.predict_proba(X), weighted.predict_proba(X))
    by_label = dict(zip(y.tolist(), weight.tolist(), strict=True))
    given = small(Conv1DClassifier, class_weight=by_label).fit(X, y)
    np.testing.assert_array_equal(given.predict_proba(X), balanced.predict_proba(X))
    plain = small(Conv1DClassifier).fit(X, y)
    assert not np.array_equal(plain.predict_proba(X), balanced.predict_proba(X))


def test_class_weight_counts_the_samples_that_are_learned():
    X, y = panel(n_classes=2)
    used = np.ones(len(X))
    used[(y == 1) & (np.arange(len(y)) > 30)] = 0
    model = small(Conv1DClassifier, class_weight="balanced")
    weighted = model.fit(X, y, sample_weight=used).predict_proba(X)
    left_out = clone(model).fit(X[used > 0], y[used > 0]).predict_proba(X)
    np.testing.assert_array_equal(weighted, left_out)


def test_class_weight_of_classes_that_a_batch_lacks():
    X, y = panel()
    model = small(Conv1DClassifier, class_weight={2: 5.0}).partial_fit(X, y)
    model.partial_fit(X[y < 2], y[y < 2])
    model.fit(X, y, sample_weight=(y < 2) * 1.0)


@pytest.mark.parametrize("labels", [list("abc"), [0, 1, 2], ["1", "2", "3"]])
def test_class_weight_of_classes_that_a_fold_lacks(labels):
    """As in scikit-learn's estimators, weights of other classes beside do no harm."""
    X, y = panel(n_classes=2)
    labels = np.array(labels)
    names = labels.tolist()
    weights = dict(zip(names, (1.0, 3.0, 20.0), strict=True))
    fold = small(Conv1DClassifier, class_weight=weights).fit(X, labels[y])
    known = {name: weights[name] for name in names[:2]}
    same = small(Conv1DClassifier, class_weight=known).fit(X, labels[y])
    np.testing.assert_array_equal(fold.predict_proba(X), same.predict_proba(X))
    if labels.dtype.kind != "U" or labels[0] == "a":  # "1" it takes for 1
        theirs = compute_class_weight(weights, classes=labels[:2], y=labels[y])
        np.testing.assert_array_equal(_weights_of(names[:2], weights), theirs)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        (
            {7: 1.0, "a": 2.0},
            r"class_weight names 'a', 7, which is none of the classes \[0, 1, 2\], and "
            r"has no weight for \[0, 1, 2\]",
        ),
        ({0: 1.0, 1: 1.0, 7: 2.0}, r"names 7, .* no weight for \[2\]"),
        ({0: -1.0}, "must hold finite, non-negative numbers"),
        ({0: np.nan}, "must hold finite, non-negative numbers"),
    ],
)
def test_class_weights_that_cannot_be_are_refused(class_weight, message):
    X, y = panel()
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier, class_weight=class_weight).fit(X, y)


def test_class_weight_leaves_the_callers_weights_alone():
    X, y = panel(n_classes=2)
    weight = np.ones(len(X))
    small(Conv1DClassifier, class_weight="balanced").fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(weight, 1)


def test_callbacks_may_watch_the_accuracy():
    X, y = panel(n_classes=2)
    stop = keras.callbacks.EarlyStopping("val_accuracy", baseline=2.0, patience=1)
    model = small(Conv1DClassifier, callbacks=stop, validation_split=0.2, epochs=9)
    assert model.fit(X, y).n_iter_ == 2  # none is that accurate
    model.set_params(validation_split=0.0)
    with pytest.raises(ValueError, match="Known metrics: 'loss' and 'accuracy'"):
        model.fit(X, y)


# The validation tail.


def test_validation_of_arrays_is_stratified():
    y = np.repeat(["a", "b", "c"], [10, 20, 3])  # sorted, as many files are
    X = np.zeros((33, 5, 1))
    training, held_out = validation_tail(X, np.arange(33), 0.2, "auto", strata=y)
    assert sorted([*training, *held_out]) == list(range(33))
    np.testing.assert_array_equal(held_out, [8, 9, 26, 27, 28, 29, 32])


def test_validation_leaves_a_sample_of_each_class_to_learn_from():
    y = np.array([0, 0, 0, 1])
    training, held_out = validation_tail(
        np.zeros((4, 5, 1)), np.arange(4), 0.9, "auto", strata=y
    )
    np.testing.assert_array_equal(training, [0, 3])
    np.testing.assert_array_equal(held_out, [1, 2])
    with pytest.raises(ValueError, match=r"holds out none of 2 samples of 2 classes"):
        validation_tail(
            np.zeros((2, 5, 1)), np.arange(2), 0.5, "auto", strata=np.array([0, 1])
        )


def test_validation_of_windows_and_with_a_gap_is_the_last_in_time(task):
    X, y = task
    labels = np.where(y > y.mean(), "warm", "cold")
    view = LookbackWindower(4).fit_transform(X)
    rows = np.arange(len(view))
    training, held_out = validation_tail(view, rows, 0.1, "auto", strata=labels)
    assert training.max() < held_out.min()
    panels = np.zeros((len(view), 4, 3))
    training, held_out = validation_tail(panels, rows, 0.1, 0, strata=labels)
    np.testing.assert_array_equal(held_out, rows[-len(held_out) :])


@pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning")
def test_windows_of_a_series_are_classified(task):
    X, y = task[0][:400], task[1][:400]
    labels = np.where(y > y.mean(), "warm", "cold")
    model = small(
        Conv1DClassifier,
        padding="causal",
        kernel_size=24,
        global_pooling="last",
        epochs=15,
    )
    pipe = make_pipeline(Standardizer(), LookbackWindower(24), model)
    scores = cross_val_score(pipe, X, labels, cv=2, error_score="raise")
    assert scores.mean() > 0.7


# Going on.


def test_partial_fit_takes_the_classes_to_come():
    X, y = panel()
    model = small(Conv1DClassifier)
    model.partial_fit(X[y == 0], y[y == 0], classes=[0, 1, 2])
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    for _ in range(20):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.9
    with pytest.raises(ValueError, match=r"the labels \[7\], which are not among"):
        model.partial_fit(X, y + 7 * (y == 2) - 2 * (y == 2))
    assert model.score(X, y) > 0.9


def test_partial_fit_learns_the_classes_of_the_first_call_otherwise():
    X, y = panel()
    model = small(Conv1DClassifier).partial_fit(X[y < 2], y[y < 2])
    np.testing.assert_array_equal(model.classes_, [0, 1])
    with pytest.raises(ValueError, match=r"all in the first partial_fit\(X") as refused:
        model.partial_fit(X, y)
    assert type(refused.value) is ValueError
    with pytest.raises(ValueError, match=r"classes=\[0, 2\] differ from those of"):
        model.partial_fit(X[y < 2], y[y < 2], classes=[0, 2])
    with pytest.raises(ValueError, match="class_weight='balanced' needs all of y"):
        model.set_params(class_weight="balanced").partial_fit(X[y < 2], y[y < 2])


def test_warm_start_goes_on_with_the_same_classes():
    X, y = panel()
    model = small(Conv1DClassifier, warm_start=True).fit(X, y)
    model.fit(X, y)
    assert model.n_iter_ == 3
    with pytest.raises(ValueError, match=r"not among.*warm_start=False") as refused:
        model.fit(X, y + 1)
    assert type(refused.value) is ValueError
    assert "partial_fit" not in str(refused.value)


def test_a_failed_fit_keeps_the_former_one():
    X, y = panel()
    model = small(Conv1DClassifier).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="y has only one class, 0"):
        model.fit(X, np.zeros(len(X), dtype=int))
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_pickles_predict_the_same():
    X, y = panel()
    model = small(Conv1DClassifier).fit(X, np.array(list("abc"))[y])
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


# Layers.


OPTIONS = [
    {**FCN, "residual": 3},
    {"n_conv": 4, "residual": 2, "padding": "causal", "pool_size": (1, 2, 1)},
    {"n_conv": 2, "residual": True, "padding": "same", "pool_size": 2}
    | {"normalization": "layer"},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_every_layer_option_trains_and_starts_afresh(options):
    X, y = panel()
    model = small(Conv1DClassifier, **options).fit(X, y)  # a network of its own
    fresh = model.predict_proba(X)
    other = clone(model).set_params(random_state=1, epochs=5).fit(X, y)
    assert not np.array_equal(other.predict_proba(X), fresh)
    del model, other
    again = small(Conv1DClassifier, **options).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(again, fresh)


def layers_of(model):
    return {layer.name: layer for layer in model.model_.layers}


@pytest.mark.parametrize("activation", [*sorted(MONOTONE), "gelu", "silu"])
def test_activations_give_the_same_before_and_after_the_pooling(activation):
    layers = keras.layers
    stock = keras.Sequential(
        [
            keras.Input((30, 3)),
            layers.Conv1D(4, 5, activation=activation, bias_initializer="normal"),
            layers.MaxPooling1D(3),
            layers.Conv1D(4, 5, activation=activation, bias_initializer="normal"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(2),
        ]
    )
    ours = conv1d_network((30, 3), 2, filters=4, n_conv=2, activation=activation)
    names = [layer.name for layer in ours.layers]
    assert ("activation_1" in names) == (activation in MONOTONE)
    ours.set_weights(stock.get_weights())
    X = tf.random.stateless_normal((20, 30, 3), seed=(0, 0))
    outputs = []
    for model in (stock, ours):
        with tf.GradientTape() as tape:
            output = model(X)
            loss = tf.reduce_sum(output**2)
        outputs.append([output, *tape.gradient(loss, model.trainable_weights)])
    for mine, right in zip(*outputs, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-5, atol=1e-5)


def test_global_pooling_is_what_it_says():
    X = np.random.default_rng(0).normal(size=(6, 10, 1)).astype(np.float32)
    for kind, expected in {
        "max": lambda s: s.max(axis=1),
        "average": lambda s: s.mean(axis=1),
        "last": lambda s: s[:, -1],
    }.items():
        model = small(Conv1DClassifier, kernel_size=10, global_pooling=kind)
        model.initialize(X, [0, 1] * 3)
        layers = layers_of(model)
        parts = [layers["conv_1"].output, layers["global_pool"].output]
        sequence, pooled = keras.Model(model.model_.input, parts)(X)
        np.testing.assert_allclose(pooled, expected(sequence.numpy()), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"residual": 1, "padding": "valid"},
            'needs sequences that keep their length: use padding="same"',
        ),
        (
            {"residual": 2, "n_conv": 3, "padding": "same"},
            "residual=2 does not divide n_conv=3",
        ),
        (
            {"residual": 2, "n_conv": 2, "padding": "same", "pool_size": 2},
            r"needs pool_size 1 inside each block .* got \[2\]",
        ),
        ({"residual": -1}, "'residual' parameter"),
        ({"normalization": "group"}, "'normalization' parameter"),
        ({"global_pooling": "median"}, "'global_pooling' parameter"),
    ],
)
def test_layer_options_that_do_not_fit_are_refused(options, message):
    X, y = panel()
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier, **options).fit(X, y)


# Texts and token ids.


def test_the_network_of_the_book_for_reviews():
    ids = np.random.default_rng(0).integers(0, 10_000, size=(8, 500))
    ids[0, 0] = 9_999
    model = Conv1DClassifier(
        embedding_dim=128, n_conv=2, kernel_size=7, pool_size=5, dropout=0.0
    ).initialize(ids, [0, 1] * 4)
    assert model.n_parameters_ == 1_315_937
    lengths = [layer.output.shape[1] for layer in model.model_.layers]
    assert lengths == [500, 500, 494, 98, 98, 92, 32, 1]


def test_texts_are_classified_in_a_pipeline():
    pipe = make_pipeline(
        TokenSequencer(max_length=6),
        small(Conv1DGRUClassifier, embedding_dim=8, padding="same", epochs=15),
    )
    assert cross_val_score(pipe, TEXTS, FEELINGS, cv=2).mean() == 1
    pipe.fit(TEXTS, FEELINGS)
    assert pipe.predict(["a fine, unknown word", "good"]).shape == (2,)
    assert (
        pipe.set_output(transform="pandas").fit(TEXTS, FEELINGS).score(TEXTS, FEELINGS)
    )


def test_regressors_take_token_ids_too():
    random = np.random.default_rng(0)
    ids = random.integers(0, 20, size=(200, 12))
    stars = (ids == 3).sum(axis=1) - (ids == 4).sum(axis=1)
    model = Conv1DRegressor(
        embedding_dim=8,
        filters=8,
        n_conv=1,
        kernel_size=1,
        global_pooling="average",
        epochs=40,
        batch_size=16,
        learning_rate=0.01,
        random_state=0,
    )
    assert model.fit(ids, stars).score(ids, stars) > 0.7


def test_embedding_dropout_acts_in_training_only():
    ids = np.random.default_rng(0).integers(0, 9, size=(40, 8))
    ids[0, 0] = 8
    y = np.arange(40) % 2
    kept = {"embedding_dim": 4, "epochs": 1}
    model = small(Conv1DClassifier, embedding_dropout=0.5, **kept).fit(ids, y)
    np.testing.assert_array_equal(model.predict_proba(ids), model.predict_proba(ids))
    plain = small(Conv1DClassifier, **kept).fit(ids, y)
    assert not np.array_equal(plain.predict_proba(ids), model.predict_proba(ids))


def test_the_vocabulary_size_is_learned_or_given():
    ids = np.random.default_rng(0).integers(0, 9, size=(40, 8))
    ids[0, 0] = 8
    y = np.arange(40) % 2
    learned = small(Conv1DClassifier, embedding_dim=4).fit(ids, y)
    with learned._network() as network:  # `model_` would keep it from other fits
        assert network.model.get_layer("embedding").input_dim == 9
    given = clone(learned).set_params(vocabulary_size=50).initialize(ids, y)
    assert layers_of(given)["embedding"].input_dim == 50
    given.predict(ids + 40)
    with pytest.raises(ValueError, match=r"from 0 to 8, got 9 in .* 0, time step 0"):
        learned.predict(ids + 1)
    with pytest.raises(ValueError, match=r"from 0 to 8, got 9 .* set vocabulary_size"):
        learned.partial_fit(ids + 1, y)
    learned.partial_fit(ids[1:], y[1:])  # goes on with the vocabulary it has
    with pytest.raises(ValueError, match=r"one before: vocabulary_size changed\."):
        learned.set_params(vocabulary_size=50).partial_fit(ids, y)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((4, 8)), r"whole numbers, got float64: use X.astype\(int\)"),
        (np.full((4, 8), -1), "must not be negative, got -1 in sample 0, time step 0"),
        (np.full((4, 8), 2**40), r"largest token id is 1099511627776.*max_tokens"),
        ([["some", "text"]] * 4, "put a TokenSequencer before it"),
        (["some text", "more"] * 2, "holds texts.*put a TokenSequencer before it"),
        (np.array(["some text"] * 4, dtype=object), "put a TokenSequencer before it"),
        (pd.Series(["some text"] * 4), "put a TokenSequencer before it"),
        ([[1, 2], [1, 2, 3]] * 2, "lengths, 2 to 3.*token ids by TokenSequencer"),
        (
            np.ones((4, 8, 1), dtype=int),
            "embedding_dim=4, X must be token ids of shape",
        ),
    ],
)
def test_what_is_no_token_id_is_refused(X, message):
    model = small(Conv1DClassifier, embedding_dim=4)
    with pytest.raises(ValueError, match=message):
        model.fit(X, [0, 1, 0, 1])


def test_texts_without_a_sequencer_are_refused_without_embedding_too():
    with pytest.raises(ValueError, match=r"TokenSequencer before it.*embedding_dim"):
        small(Conv1DClassifier).fit(TEXTS, FEELINGS)


# Bad input.


@pytest.mark.parametrize(
    ("X", "match"),
    [
        ([np.zeros((7, 2)), np.zeros((7, 3))], "sample 1 the shape "),
        ([np.zeros((7, 2)), np.zeros(7)], "sample 1 the shape "),
        ([np.zeros((7, 2, 1)), np.zeros((6, 2, 1))], r"need the shape \(n_steps, n_ch"),
        (pd.Series([[1.0, 2.0], [1.0]]), "arrays of different lengths, 1 to 2"),
    ],
)
def test_samples_of_different_shapes_are_refused(X, match):
    with pytest.raises(ValueError, match=match):
        small(Conv1DClassifier).fit(X, [0, 1])


@pytest.mark.parametrize("shape", [(6, 0, 2), (6, 4, 0)])
def test_empty_samples_are_refused(shape):
    with pytest.raises(ValueError, match="at least one time step and one channel"):
        small(Conv1DClassifier).fit(np.empty(shape), [0, 1] * 3)


def test_one_class_left_to_learn_from_is_refused():
    X, y = panel(n_classes=2)
    with pytest.raises(ValueError, match="learn from have the same class, 0"):
        small(Conv1DClassifier).fit(X, y, sample_weight=(y == 0) * 1.0)
    order = np.argsort(y, kind="stable")
    model = small(Conv1DClassifier, validation_split=0.5, validation_gap=0)
    with pytest.raises(ValueError, match="validation_split"):
        model.fit(X[order], y[order])


@pytest.mark.parametrize(
    ("classes", "message"),
    [([], "classes has none"), ([0], "classes has only one class, 0")],
)
def test_classes_to_come_are_two_at_least(classes, message):
    X, y = panel()
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier).partial_fit(X, y, classes=classes)


def test_tables_filled_up_with_nan_say_how_to_fill_them():
    X, y = panel()
    table = X[:, :, 0]
    table[3, 15:] = np.nan
    with pytest.raises(ValueError, match=r"(?s)sample 3 ends after 15 .*X\[:, :, None"):
        small(Conv1DClassifier).fit(table, y)
    model = small(Conv1DClassifier).initialize(table[:, :, None], y)
    assert model.n_features_in_ == 1


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(90, dtype=int), "y has only one class, 0"),
        (np.random.default_rng(0).normal(size=90), "Unknown label type|continuous"),
        (np.full((90, 2), 2), "y has the value 2 in row 0, column 0"),
        (np.r_[np.nan, np.zeros(89)], "NaN"),
        (np.arange(80) % 2, "X has 90 rows and y has 80"),
        (None, "requires y to be passed"),
    ],
)
def test_bad_labels_are_refused(y, message):
    X, _ = panel()
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier).fit(X, y)


def test_classes_in_a_table_are_refused():
    X, y = panel()
    with pytest.raises(ValueError, match=r"classes has the shape \(1, 3\): give"):
        small(Conv1DClassifier).partial_fit(X, y, classes=[[0, 1, 2]])


# scikit-learn's tools.


@BOTH
def test_is_a_classifier(Estimator):
    model, y = Estimator(), [0, 1] * 3
    assert is_classifier(model)
    assert isinstance(check_cv(3, y, classifier=is_classifier(model)), StratifiedKFold)


def test_scikit_learn_searches_predicts_and_calibrates():
    X, y = panel(n_classes=2)
    model = small(Conv1DClassifier)
    grid = {"learning_rate": [0.001, 0.01]}
    search = GridSearchCV(model, grid, scoring="roc_auc", cv=2, error_score="raise")
    assert search.fit(X, y).best_score_ > 0.5
    found = cross_val_predict(model, X, y, method="predict_proba", cv=2)
    assert found.shape == (len(X), 2)
    calibrated = CalibratedClassifierCV(model, cv=2).fit(X, y)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)


@pytest.mark.parametrize("option", [{"vocabulary_size": 9}, {"embedding_dropout": 0.1}])
def test_options_of_an_embedding_need_one(option):
    [name] = option
    with pytest.raises(ValueError, match=f"{name}=.* needs token ids. Set embedding"):
        small(Conv1DClassifier, **option).fit(np.ones((4, 9)), [0, 1] * 2)
