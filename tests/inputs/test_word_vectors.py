"""The vectors that an embedding begins with."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skseqconv.inputs._word_vectors import (
    MOST_IN_DICT,
    are_by_word,
    packed,
    unpacked,
    vectors_by_id,
    vectors_by_word,
)

WORDS = {"film": 2, "good": 3, "zyx": 4}
VECTORS = {"good": [1.0, 2.0], "film": np.array([3, 4]), "bad": [5.0, 6.0]}


class KeyedVectors:
    """As gensim has it: no mapping, but found and got by word."""

    def __init__(self, vectors):
        self._vectors = vectors

    def __len__(self):
        return len(self._vectors)

    def __contains__(self, word):
        return word in self._vectors

    def __getitem__(self, word):
        return self._vectors[word]


TABLE = pd.DataFrame.from_dict(VECTORS, orient="index")


@pytest.mark.parametrize("given", [VECTORS, TABLE, KeyedVectors(VECTORS)])
def test_vectors_are_found_by_word(given):
    assert are_by_word(given)
    found = vectors_by_word(given, None, WORDS)
    by_id = dict(zip(found.ids.tolist(), found.values.tolist(), strict=True))
    assert by_id == {2: [3, 4], 3: [1, 2]}
    assert found.values.dtype == np.float32


@pytest.mark.parametrize(
    "given", [[[1, 2], [3, 4]], np.eye(2), pd.DataFrame(np.eye(2)), ((1, 2), (3, 4))]
)
def test_arrays_have_a_row_for_each_id(given):
    assert not are_by_word(given)
    found = vectors_by_id(given, 2)
    assert found.ids.tolist() == [0, 1]
    np.testing.assert_array_equal(found.values, np.asarray(given))


@pytest.mark.parametrize(
    ("given", "length", "message"),
    [
        (VECTORS, 3, "for 'film' a vector of 2 numbers, but embedding_dim=3.*None"),
        (TABLE, 3, "for 'film' a vector of 2 numbers, but embedding_dim=3"),
        (
            {"film": [1.0], "good": [1.0, 2.0], "zyx": [3.0, 4.0]},
            None,
            "for 'film' a vector of 1 numbers, but most vectors have 2.*leave the word",
        ),
        (
            {"film": [1.0], "good": [1.0, 2.0], "zyx": [3.0, 4.0]},
            1,
            "for 'good' a vector of 2 numbers, but embedding_dim=1: set",
        ),
        (
            {"film": [1.0], "good": [1.0, 2.0], "zyx": [3.0, 4.0]},
            2,
            "for 'film' a vector of 1 numbers, but embedding_dim=2.*correct this one",
        ),
        ({"good": [np.nan, 1.0], "film": [1, 2]}, None, "NaN or infinity .* 'good'"),
        ({"good": [[1.0, 2.0]]}, None, r"array of shape \(1, 2\) for 'good'"),
        ({}, None, "embedding_weights is empty"),
        ({"good": "1 2"}, None, r"embedding_weights has '1 2' \(str\) for 'good'"),
        ({"good": [[1], [2, 3]]}, None, r"weights has \[\[1\], .* \(list\) for 'good'"),
        (
            TABLE.assign(kind="adjective"),
            None,
            r"embedding_weights has the column 'kind', which is not numeric.*leave it",
        ),
        ({"Film": [1.0]}, None, "none of the words of X.*'film', 'good'.*vocabulary_"),
        (pd.concat([TABLE, TABLE]), None, "several rows for 'good': keep one"),
    ],
)
def test_vectors_that_do_not_fit_the_words(given, length, message):
    with pytest.raises(ValueError, match=message):
        vectors_by_word(given, length, WORDS)


def test_vectors_by_word_need_words():
    with pytest.raises(ValueError, match=r"without their words.*TokenSequencer.*array"):
        vectors_by_word(VECTORS, None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.eye(3), "has vectors of 3 numbers, but embedding_dim=2"),
        ([[1.0, np.inf]], "embedding_weights contains infinity"),
        ([1.0, 2.0], "Expected 2D array, got 1D array"),
        (
            TABLE.reset_index(names="word"),
            r"weights has the column 'word', .*index: table.set_index\('word'\)",
        ),
        (
            pd.DataFrame(np.eye(2), index=[1, 0]),
            r"has the index \[1, 0\], but its rows .* table.sort_index\(\).*to_numpy",
        ),
        (pd.DataFrame(np.eye(2), index=[1.0, 2.0]), r"the index \[1.0, 2.0\], but"),
    ],
)
def test_arrays_that_are_no_vectors(given, message):
    with pytest.raises(ValueError, match=message):
        vectors_by_id(given, 2)


@pytest.mark.parametrize(
    "hold",
    [dict, lambda given: pd.DataFrame.from_dict(given, orient="index"), KeyedVectors],
)
def test_words_that_have_a_vector_in_another_case_are_warned_of(hold):
    vectors = {"film": [1.0, 2.0], "FILM": [0.0, 0.0], "Good": [3.0, 4.0]}
    with pytest.warns(
        UserWarning,
        match="1 of the 3 words .* X has 'good', embedding_weights has 'Good'",
    ):
        found = vectors_by_word(hold(vectors), None, WORDS)
    assert found.ids.tolist() == [WORDS["film"]]
    with pytest.warns(UserWarning, match="2 of the 3 words .* 'good', .* has 'GOOD'"):
        vectors_by_word(hold({"film": [1.0], "GOOD": [1.0], "ZYX": [1.0]}), None, WORDS)
    with pytest.warns(UserWarning, match="X has 'Film', .* has 'film'"):
        vectors_by_word(hold({"film": [1.0], "a": [1.0]}), None, {"Film": 2, "a": 3})
    vectors_by_word(hold({"film": [1.0], "Other": [1.0]}), None, WORDS)  # no warning


@pytest.mark.parametrize(("n_lower", "warns"), [(9, True), (10, False)])
def test_few_words_in_another_case_are_usual(n_lower, warns):
    """One of ten words is warned of, one of eleven is not."""
    words = [*(f"w{i}" for i in range(n_lower)), "paris"]
    vectors = {word: [1.0, 2.0] for word in [*words[:-1], "Paris"]}
    vocabulary = {word: i for i, word in enumerate(words, start=2)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vectors_by_word(vectors, None, vocabulary)
    assert bool(caught) is warns


def test_the_advice_on_the_case_holds_for_words_that_keep_it():
    """Also if two words of the vectors become the same."""
    words = {"W0": 2, "W1": 3, "x": 4}
    table = pd.DataFrame(np.eye(4), index=["w0", "w1", "x", "X"])
    with pytest.warns(UserWarning, match=r"2 of the 3 .* has 'W0', .*'w0'.*keep one"):
        vectors_by_word(table, None, words)
    table.index = table.index.str.upper()
    table = table[~table.index.duplicated()].rename(index={"X": "x"})
    assert vectors_by_word(table, None, words).ids.tolist() == [2, 3, 4]


def test_a_large_dict_is_warned_of():
    words = {str(i): [1.0, 2.0] for i in range(MOST_IN_DICT)}
    vectors_by_word(words, 2, {"0": 2})
    with pytest.warns(UserWarning, match=r"dict of 10001 .*DataFrame.from_dict"):
        vectors_by_word({**words, "more": [3.0, 4.0]}, 2, {"0": 2})


@pytest.mark.parametrize("given", [VECTORS, TABLE])
def test_files_hold_words_as_one_text(given):
    state = packed(given)
    assert isinstance(state["words"], str)
    assert state["vectors"].shape == (3, 2)
    again = unpacked(state)
    assert type(again) is type(given)
    found, before = (vectors_by_word(one, None, WORDS) for one in (again, given))
    np.testing.assert_array_equal(found.values, before.values)
    np.testing.assert_array_equal(found.ids, before.ids)


@pytest.mark.parametrize(
    "given", [None, [[1.0, 2.0]], {"a": [1.0], "b": [1.0, 2.0]}, {}]
)
def test_what_is_no_table_of_vectors_stays_as_it_is(given):
    assert packed(given) is given
    assert unpacked(given) is given
