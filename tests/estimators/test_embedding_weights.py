"""Networks that begin with given vectors of words or token ids."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    TokenSequencer,
    export_keras,
    load,
    save,
)

pytestmark = pytest.mark.trains

TEXTS = np.array(
    ["a good film", "not a good film", "a dull film", "zyx good dull"] * 6, dtype=object
)
LABELS = np.array([1, 0, 0, 1] * 6)
random = np.random.default_rng(0)
VECTORS = {word: random.normal(size=3) for word in ["a", "good", "film", "dull"]}
SMALL = {"filters": 4, "n_conv": 1, "kernel_size": 2, "epochs": 1, "random_state": 0}


def piped(Estimator=Conv1DClassifier, **options):
    return make_pipeline(TokenSequencer(max_length=4), Estimator(**SMALL | options))


def vectors_of(model):
    return np.asarray(model.model_.get_layer("embedding").get_weights()[0])


def numpy_probabilities(model, texts, vectors):
    """The network by loops: look up, convolve, maximum over time, logistic."""
    layers = {layer.name: layer.get_weights() for layer in model.model_.layers}
    (kernel, bias), (weight, shift) = layers["conv_1"], layers["output"]
    found = []
    for text in texts:
        words = text.split()
        rows = [np.zeros(3)] * (4 - len(words)) + [vectors[word] for word in words]
        steps = [
            sum(rows[t + k] @ kernel[k] for k in range(2)) + bias for t in range(3)
        ]
        features = np.maximum(steps, 0).max(axis=0)
        found.append(1 / (1 + np.exp(-(features @ weight + shift)[0])))
    return np.array(found)


def test_frozen_vectors_give_what_they_say():
    pipe = piped(embedding_weights=VECTORS, embedding_trainable=False)
    pipe.fit(TEXTS[[0, 2]].tolist() * 4, [1, 0] * 4)
    expected = numpy_probabilities(pipe[-1], ["a good film", "dull film"], VECTORS)
    found = pipe.predict_proba(["a good film", "dull film"])[:, 1]
    # The vector of padding is close to zero, not zero.
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_only_vectors_that_are_trained_change():
    options = {"embedding_weights": VECTORS, "epochs": 2}
    for trainable in (True, False):
        pipe = piped(**options, embedding_trainable=trainable).fit(TEXTS, LABELS)
        ids, model = pipe[0].vocabulary_, pipe[-1]
        given = np.array([VECTORS[word] for word in VECTORS], dtype=np.float32)
        now = vectors_of(model)[[ids[word] for word in VECTORS]]
        assert np.array_equal(now, given) is not trainable
        np.testing.assert_allclose(now, given, atol=0.05)
        n_fixed = model.layers_.loc["embedding", "n_fixed"]
        assert n_fixed == (0 if trainable else now.shape[1] * pipe[0].n_tokens_)


def test_words_without_a_vector_are_counted_and_begin_close_to_zero():
    pipe = piped(embedding_weights=VECTORS, embedding_trainable=False)
    model = pipe.fit(TEXTS, LABELS)[-1]
    ids = model.ids_without_vector_
    assert pipe[0].inverse_transform(ids[:, None]) == ["not", "zyx"]
    assert np.abs(vectors_of(model)[[0, 1, *ids]]).max() <= 0.001
    plain = {"embedding_weights": None, "embedding_trainable": True, "embedding_dim": 3}
    model.set_params(**plain).fit(pipe[0].transform(TEXTS), LABELS)
    assert not hasattr(model, "ids_without_vector_")


@pytest.mark.parametrize(
    "Estimator",
    [Conv1DClassifier, Conv1DGRUClassifier, Conv1DRegressor, Conv1DGRURegressor],
)
def test_all_kinds_of_vectors_give_the_same_network(Estimator):
    sequencer = TokenSequencer(max_length=4)
    ids = sequencer.fit_transform(TEXTS)
    array = np.zeros((sequencer.n_tokens_, 3))
    for word, vector in VECTORS.items():
        array[sequencer.vocabulary_[word]] = vector
    table = pd.DataFrame.from_dict(VECTORS, orient="index")
    options = {"embedding_trainable": False, **SMALL}
    by_array, *others = (
        Estimator(embedding_weights=given, **options).initialize(ids, LABELS)
        for given in (array, VECTORS, table)
    )
    known = array.any(axis=1)
    for other in others:
        np.testing.assert_array_equal(
            vectors_of(other)[known], array[known].astype(np.float32)
        )
    assert not vectors_of(by_array)[~known].any()


def test_each_fold_of_a_search_has_a_vocabulary_of_its_own():
    texts = np.array(["a good film", "dull"] * 4 + ["film a", "good good"] * 4)
    pipe = piped(embedding_weights=VECTORS, embedding_trainable=False)
    found = cross_validate(
        pipe, texts, [0, 1] * 8, cv=2, return_estimator=True, error_score="raise"
    )["estimator"]
    orders = set()
    for fitted in found:
        ids = fitted[0].vocabulary_
        orders.add(tuple(ids))
        for word, i in ids.items():
            np.testing.assert_allclose(vectors_of(fitted[-1])[i], VECTORS[word])
    assert len(orders) == 2
    grid = {"conv1dclassifier__embedding_weights": [None, VECTORS]}
    pipe.set_params(
        conv1dclassifier__embedding_dim=3, conv1dclassifier__embedding_trainable=True
    )
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise")
    assert search.fit(TEXTS, LABELS).best_estimator_.predict(TEXTS).shape == (24,)


def test_vectors_come_through_a_column_transformer():
    table = pd.DataFrame({"text": TEXTS, "stars": LABELS})
    columns = make_column_transformer((TokenSequencer(max_length=4), "text"))
    model = Conv1DClassifier(**SMALL, embedding_weights=VECTORS)
    pipe = make_pipeline(columns, model).fit(table, LABELS)
    assert pipe[-1].ids_without_vector_.size == 2
    with pytest.raises(ValueError, match=r"without their words.*transform='default'"):
        pipe.set_output(transform="pandas").fit(table, LABELS)


def test_the_size_is_that_of_an_array():
    ids = np.array([[1, 2], [3, 4]] * 4)
    model = Conv1DClassifier(**SMALL, embedding_weights=np.eye(7, 2))
    model.fit(ids, [0, 1] * 4)
    assert vectors_of(model).shape == (7, 2)
    model.predict(ids + 2)
    with pytest.raises(ValueError, match="from 0 to 6, got 7"):
        model.predict(ids + 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"embedding_weights": np.eye(4)},
            r"4 rows, but the token ids of X go up to 5: .* 6 r",
        ),
        (
            {"embedding_weights": np.eye(6), "embedding_dim": 5},
            "of 6 .*embedding_dim=5",
        ),
        (
            {"embedding_weights": np.eye(9), "vocabulary_size": 8},
            "9 rows, but vocabulary_size=8: it needs 8 rows",
        ),
        (
            {"embedding_weights": np.full((6, 2), np.nan)},
            "embedding_weights contains N",
        ),
        ({"embedding_weights": {"a": [1.0]}}, "vectors by word.*without their words"),
        ({"embedding_weights": "glove"}, "The 'embedding_weights' parameter"),
        ({"embedding_trainable": False}, "embedding_trainable=False needs embedding_w"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(options, message):
    ids = np.array([[1, 2], [3, 5]] * 4)
    model = Conv1DClassifier(**SMALL | {"embedding_dim": None} | options)
    with pytest.raises(ValueError, match=message):
        model.fit(ids, [0, 1] * 4)


def test_a_fit_that_continues_keeps_the_vectors():
    pipe = piped(embedding_weights=VECTORS, warm_start=True).fit(TEXTS, LABELS)
    before = vectors_of(pipe[-1])
    pipe.fit(TEXTS, LABELS)
    ids = pipe[0].transform(TEXTS)
    pipe[-1].partial_fit(ids, LABELS)
    pipe[-1].partial_fit(np.asarray(ids), LABELS)  # needs no words any more
    after = vectors_of(pipe[-1])
    assert not np.array_equal(after, before)
    np.testing.assert_allclose(after, before, atol=0.05)
    first = Conv1DClassifier(**SMALL, embedding_weights=VECTORS)
    assert vectors_of(first.partial_fit(ids, LABELS)).shape == (8, 3)
    with pytest.raises(ValueError, match="cannot continue"):
        first.set_params(embedding_trainable=False).partial_fit(ids, LABELS)


@pytest.mark.parametrize("kind", ["dict", "table", "array"])
def test_vectors_are_saved_and_shared_by_clones(kind, tmp_path):
    ids = TokenSequencer(max_length=4).fit_transform(TEXTS)
    given = {
        "dict": VECTORS,
        "table": pd.DataFrame.from_dict(VECTORS, orient="index"),
        "array": np.eye(8, 3),
    }[kind]
    model = Conv1DClassifier(**SMALL, embedding_weights=given).fit(ids, LABELS)
    assert clone(model).embedding_weights is given
    assert len(repr(model)) < 3000
    expected = model.predict_proba(ids)
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    for again in (loaded, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert type(again.embedding_weights) is type(given)
        np.testing.assert_array_equal(again.predict_proba(ids), expected)
        fitted_again = clone(again).fit(ids, LABELS)
        np.testing.assert_array_equal(fitted_again.predict_proba(ids), expected)
    # A file without the vectors is smaller, and the predictions are the same.
    loaded.set_params(embedding_weights=None)
    np.testing.assert_array_equal(loaded.predict_proba(ids), expected)
    save(loaded, tmp_path / "small.skops")
    alone = load(tmp_path / "small.skops")
    np.testing.assert_array_equal(alone.predict_proba(ids), expected)
    exported = export_keras(alone)(np.asarray(ids)).numpy()
    np.testing.assert_allclose(exported, expected, atol=1e-6)


def test_a_continued_fit_refuses_ids_of_other_words():
    """A refitted TokenSequencer gives the same ids to other words."""
    others = np.array(["dull film", "good zany film"] * 12, dtype=object)
    for options in ({"embedding_weights": VECTORS}, {"embedding_dim": 3}):
        pipe = piped(**options, warm_start=True).fit(TEXTS, LABELS)
        network = pipe[-1]
        pipe.fit(TEXTS, LABELS)  # the same vocabulary
        network = pickle.loads(pickle.dumps(network))
        before = vectors_of(network)
        ids = TokenSequencer(max_length=4).fit_transform(others)
        for call in (
            lambda: network.fit(ids, LABELS),  # noqa: B023
            lambda: network.partial_fit(ids, LABELS),  # noqa: B023
            lambda: network.predict(ids),  # noqa: B023
        ):
            with pytest.raises(ValueError, match="of another vocabulary than in"):
                call()
        np.testing.assert_array_equal(vectors_of(network), before)
        network.partial_fit(pipe[0].transform(others), LABELS)
        network.set_params(warm_start=False).fit(ids, LABELS)
        network.predict(ids)


def test_a_table_of_ids_knows_their_words():
    pipe = piped(embedding_dim=3, warm_start=True)
    with config_context(transform_output="pandas"):
        pipe.fit(TEXTS, LABELS).fit(TEXTS, LABELS)  # the same vocabulary
        ids = pipe[0].transform(TEXTS)
        others = TokenSequencer(max_length=4).fit_transform(["dull film"] * 24)
    assert isinstance(ids, pd.DataFrame)
    for call in (pipe[-1].fit, pipe[-1].partial_fit):
        call(ids, LABELS)
        with pytest.raises(ValueError, match="of another vocabulary than in"):
            call(others, LABELS)


def test_a_frozen_sequencer_continues_in_a_pipeline():
    sequencer = TokenSequencer(max_length=4).fit(TEXTS)
    network = Conv1DClassifier(**SMALL, embedding_weights=VECTORS, warm_start=True)
    pipe = make_pipeline(FrozenEstimator(sequencer), network).fit(TEXTS, LABELS)
    pipe.fit(["dull film", "good zany film"] * 12, LABELS)
    assert len(pipe[-1].ids_without_vector_)


@pytest.mark.parametrize("kind", ["no vectors", "dict", "array"])
def test_rare_words_of_a_frozen_sequencer_may_come_after_the_fit(kind):
    texts, rare = ["a good film", "a dull film"] * 6, ["a zyx film", "zyx"] * 6
    y = [1, 0] * 6
    sequencer = TokenSequencer(max_length=4).fit([*texts, *rare[:2]])
    assert sequencer.vocabulary_["zyx"] >= sequencer.transform(texts).max()
    vectors = {**VECTORS, "zyx": np.arange(3.0)}
    array = np.zeros((sequencer.n_tokens_, 3))
    for word, i in sequencer.vocabulary_.items():
        array[i] = vectors[word]
    options = {
        "no vectors": {"embedding_dim": 3},
        "dict": {"embedding_weights": vectors},
        "array": {"embedding_weights": array},
    }[kind]
    network = Conv1DClassifier(**SMALL, **options, warm_start=True)
    pipe = make_pipeline(FrozenEstimator(sequencer), network).fit(texts, y)
    if kind != "no vectors":
        np.testing.assert_allclose(vectors_of(pipe[-1])[2:], array[2:], atol=0.05)
    assert pipe.predict(rare).shape == (12,)
    pipe.fit(rare, y)
    ids, later = sequencer.transform(texts), sequencer.transform(rare)
    clone(network).partial_fit(ids, y).partial_fit(later, y)
    clone(network).fit(ids, y, X_val=later, y_val=y)
    folds = [(np.arange(12), np.arange(12, 24))]
    both = [*texts, *rare], [*y, *y]
    assert len(cross_val_score(clone(pipe), *both, cv=folds, error_score="raise")) == 1


def test_an_array_of_vectors_has_a_row_for_each_word_of_the_sequencer():
    sequencer = TokenSequencer(max_length=4).fit([*TEXTS, "zany"])
    ids = sequencer.transform(TEXTS)
    model = Conv1DClassifier(**SMALL, embedding_weights=np.eye(8, 3))
    with pytest.raises(ValueError, match=r"8 rows, but .* has 9 ids: .* 9 rows"):
        model.fit(ids, LABELS)
    model.set_params(vocabulary_size=8).fit(ids, LABELS)
