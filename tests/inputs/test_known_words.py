"""Token ids that know their words."""

import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import Memory, Parallel, delayed
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import StandardScaler

from skseqconv import TokenSequencer
from skseqconv.inputs._known_words import TokenIds

TEXTS = ["a good film", "a dull film", "good"]
IDS = TokenSequencer(max_length=3).fit_transform(TEXTS)
WORDS = {"a": 2, "good": 3, "film": 4, "dull": 5}


def test_ids_of_texts_know_their_words_and_rows_of_them_too():
    sequencer = TokenSequencer(max_length=3).fit(TEXTS)
    for ids in (
        IDS,
        sequencer.transform(TEXTS),
        IDS[1:],
        IDS[[0, 2]],
        IDS[IDS[:, 0] > 0],
    ):
        assert ids.vocabulary == WORDS
    assert TokenSequencer(max_length=2).fit_transform([[3, 4]]).__class__ is np.ndarray


def test_results_of_calculations_are_plain():
    for result in (IDS + 1, IDS > 2, IDS * 1.0):
        assert type(result) is np.ndarray
    for number in (IDS.max(), IDS.sum(), IDS[0, 0]):
        assert not isinstance(number, TokenIds)
    assert repr(IDS) == repr(np.asarray(IDS))
    np.testing.assert_array_equal(np.asarray(IDS)[0], [2, 3, 4])


def _same(ids):
    return ids


def test_words_go_into_files_caches_and_processes(tmp_path):
    cached = Memory(tmp_path, verbose=0).cache(_same)
    cached(IDS)
    for again in (
        pickle.loads(pickle.dumps(IDS)),
        cached(IDS),
        *Parallel(n_jobs=2, backend="threading")(delayed(_same)(IDS) for _ in range(2)),
    ):
        assert again.vocabulary == WORDS
        np.testing.assert_array_equal(again, IDS)


@pytest.mark.parametrize("other", [StandardScaler(), "passthrough"])
def test_words_pass_a_column_transformer(other):
    table = pd.DataFrame({"text": TEXTS, "age": [1.0, 2.0, 4.0]})
    columns = make_column_transformer(
        (TokenSequencer(max_length=3), "text"), (other, ["age"])
    )
    both = columns.fit_transform(table)
    assert both.shape == (3, 4)
    assert both.vocabulary == WORDS


def test_ids_of_two_vocabularies_know_no_words():
    other = TokenSequencer(max_length=3).fit_transform(["film film a"] * 3)
    for join in (np.hstack, np.vstack):
        both = join([IDS, other])
        assert both.several
        assert both.vocabulary is None
        assert join([both, both]).several
        assert pickle.loads(pickle.dumps(both))[:1].several
    assert np.hstack([IDS, IDS]).vocabulary == WORDS
    assert np.vstack([IDS, IDS[:1]]).vocabulary == WORDS


def test_it_is_known_which_columns_are_ids():
    table = pd.DataFrame({"text": TEXTS, "stars": [1.0, 2.0, 4.0], "age": [1, 2, 3]})
    columns = make_column_transformer(
        ("passthrough", ["stars"]),
        (TokenSequencer(max_length=3), "text"),
        (StandardScaler(), ["age"]),
    )
    both = columns.fit_transform(table)
    assert both.beside == {0: "stars", 4: ""}
    for same in (both[1:], both[[0, 2], ...], pickle.loads(pickle.dumps(both))):
        assert same.beside == both.beside
    assert np.concatenate([IDS, [[1.0]] * 3], axis=1).beside == {3: ""}
    assert IDS.beside == {}
    for other in (both[:, ::-1], both[:, 1:], both.T, np.vstack([both, both])):
        assert other.beside is None
    assert np.hstack([both[:, 1:], both]).beside is None


def test_files_of_ids_without_columns_are_read():
    again = TokenIds.of(np.asarray(IDS), WORDS)
    assert again.beside is None
    assert again.vocabulary == WORDS
