"""TokenSequencer."""

import json
import pickle
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skseqconv import SeriesView, TokenSequencer
from skseqconv.transformers._texts_or_ids import shown
from skseqconv.transformers._tokenizers import classic_words, words

SIDES = ["pre", "post"]
TEXTS = [
    "The film is good, the cast is good.",
    "Not a good film!",
    "A dull, dull, DULL film...",
]

properties = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, print_blob=False
)
#: Few words, so that they repeat; some mean nothing to the tokenizer.
some_texts = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", "E", "é", ",", "!", "don't"])).map(
        " ".join
    ),
    min_size=1,
    max_size=8,
)
some_ids = st.lists(st.lists(st.integers(0, 12)), min_size=1, max_size=8)
sides = st.sampled_from(SIDES)
lengths = st.integers(1, 9)


# A slow reference.


def naive_classic(text):
    """Character by character: lower case, separators end a word."""
    words, word = [], ""
    for character in text.lower() + " ":
        if character in ' \t\n!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~':
            words += [word] if word else []
            word = ""
        else:
            word += character
    return words


def naive_cut(tokens, length, truncating):
    tokens = list(tokens)
    while len(tokens) > length:
        tokens.pop(0 if truncating == "pre" else -1)
    return tokens


def naive_row(ids, length, padding):
    zeros = [0] * (length - len(ids))
    return zeros + ids if padding == "pre" else ids + zeros


def naive_vocabulary(texts, max_tokens, length, truncating):
    counts = Counter()
    for text in texts:
        counts.update(naive_cut(naive_classic(text), length, truncating))
    # most_common keeps the order of insertion among equals.
    kept = counts.most_common(max_tokens - 2)
    return {word: i for i, (word, _) in enumerate(kept, start=2)}


def naive_matrix(texts, vocabulary, length, padding, truncating):
    rows = []
    for text in texts:
        words = naive_cut(naive_classic(text), length, truncating)
        rows.append(naive_row([vocabulary.get(w, 1) for w in words], length, padding))
    return np.array(rows, dtype=np.int32)


# Ids of texts.


@properties
@given(some_texts, some_texts, st.integers(3, 8), lengths, sides, sides)
def test_ids_are_those_of_the_reference(
    texts, others, max_tokens, length, padding, truncating
):
    vocabulary = naive_vocabulary(texts, max_tokens, length, truncating)
    sequencer = TokenSequencer(
        max_tokens,
        length,
        tokenizer="classic",
        padding=padding,
        truncating=truncating,
    )
    if not vocabulary:
        with pytest.raises(ValueError, match="nothing to learn"):
            sequencer.fit(texts)
        return
    ids = sequencer.fit_transform(texts)
    assert ids.dtype == np.int32
    assert list(sequencer.vocabulary_.items()) == list(vocabulary.items())
    layout = (vocabulary, length, padding, truncating)
    np.testing.assert_array_equal(ids, naive_matrix(texts, *layout))
    found = sequencer.transform(others)
    np.testing.assert_array_equal(found, naive_matrix(others, *layout))
    # All ids of the vocabulary are in the rows it was learned from, and no other
    # text has a greater one.
    assert set(vocabulary.values()) == set(ids.ravel().tolist()) - {0, 1}
    assert sequencer.n_tokens_ == ids.max() + 1 == len(vocabulary) + 2 <= max_tokens
    assert found.max() < sequencer.n_tokens_


@properties
@given(some_texts, sides)
def test_inverse_gives_the_words_back(texts, padding):
    joined = [" ".join(words(text)) for text in texts]
    if not any(joined):
        return
    length = max(len(text.split()) for text in joined)
    sequencer = TokenSequencer(max_length=length, padding=padding)
    assert sequencer.inverse_transform(sequencer.fit_transform(texts)) == joined


def test_frequent_tokens_come_first_and_then_those_seen_first():
    sequencer = TokenSequencer(max_length=8).fit(TEXTS)
    assert sequencer.vocabulary_ == {
        "film": 2,
        "good": 3,
        "dull": 4,
        "the": 5,
        "is": 6,
        "a": 7,
        "cast": 8,
        "not": 9,
    }
    assert list(sequencer.vocabulary_.values()) == list(range(2, 10))
    assert sequencer.n_tokens_ == 10


def test_max_tokens_counts_padding_and_the_unknown_token():
    sequencer = TokenSequencer(4, 8)
    ids = sequencer.fit_transform(TEXTS)
    assert sequencer.vocabulary_ == {"film": 2, "good": 3}
    assert set(np.unique(ids)) == {0, 1, 2, 3}
    assert sequencer.n_tokens_ == 4


def test_vocabulary_is_of_what_is_left_of_long_texts():
    texts = ["early early early late", "early early early last"]
    sequencer = TokenSequencer(max_length=1).fit(texts)
    assert sequencer.vocabulary_ == {"late": 2, "last": 3}
    sequencer = TokenSequencer(max_length=1, truncating="post").fit(texts)
    assert sequencer.vocabulary_ == {"early": 2}


def test_sides_of_padding_and_truncating():
    sequencer = TokenSequencer(max_length=3)
    expected = {
        ("pre", "pre"): [[2, 3, 4], [0, 0, 5]],
        ("pre", "post"): [[1, 2, 3], [0, 0, 5]],
        ("post", "pre"): [[2, 3, 4], [5, 0, 0]],
        ("post", "post"): [[1, 2, 3], [5, 0, 0]],
    }
    for (padding, truncating), rows in expected.items():
        sequencer.set_params(padding=padding, truncating=truncating)
        ids = sequencer.fit_transform([[1, 2, 3, 4], [5]])
        np.testing.assert_array_equal(ids, rows)


def test_a_text_without_tokens_is_a_row_of_padding():
    sequencer = TokenSequencer(max_length=3)
    ids = sequencer.fit_transform(["a film", "", " ...\n"])
    np.testing.assert_array_equal(ids, [[0, 2, 3], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(sequencer.transform([""]), [[0, 0, 0]])
    assert sequencer.inverse_transform(ids) == ["a film", "", ""]


def test_fit_transform_splits_each_text_once():
    seen = []

    def tokenizer(text):
        seen.append(text)
        return text.split()

    ids = TokenSequencer(max_length=5, tokenizer=tokenizer).fit_transform(TEXTS)
    assert seen == TEXTS
    sequencer = TokenSequencer(max_length=5, tokenizer=tokenizer).fit(TEXTS)
    np.testing.assert_array_equal(sequencer.transform(TEXTS), ids)


def test_rows_do_not_depend_on_each_other():
    sequencer = TokenSequencer(max_length=4).fit(TEXTS)
    whole = sequencer.transform(TEXTS)
    np.testing.assert_array_equal(sequencer.transform(TEXTS[::-1]), whole[::-1])
    for row, text in enumerate(TEXTS):
        np.testing.assert_array_equal(sequencer.transform([text]), whole[[row]])


def test_new_fit_forgets_the_old_one():
    sequencer = TokenSequencer(max_length=3).fit(TEXTS)
    sequencer.fit(["other words"])
    assert sequencer.vocabulary_ == {"other": 2, "words": 3}
    sequencer.fit([[2, 9]])
    assert sequencer.vocabulary_ is None
    assert sequencer.n_tokens_ == 10


# Tokenizers.


@pytest.mark.parametrize(
    "text, expected",
    [
        ("A good, GOOD film!", ["a", "good", "good", "film"]),
        ("it's <br />so-so\t1\n2", ["it's", "br", "so", "so", "1", "2"]),
        ("ÉTÉ straße\u00a0x\ry", ["été", "straße\u00a0x\ry"]),  # no separators
        ("", []),
        (" \t\n.,;", []),
    ],
)
def test_classic_words(text, expected):
    assert classic_words(text) == expected == naive_classic(text)


@pytest.mark.slow
@properties
@given(st.text())
def test_classic_words_are_those_of_the_reference(text):
    assert classic_words(text) == naive_classic(text)


@pytest.mark.parametrize("tokenizer", [str.split, list, iter, CountVectorizer])
def test_any_callable_is_a_tokenizer(tokenizer):
    if tokenizer is CountVectorizer:
        tokenizer = CountVectorizer(ngram_range=(2, 2)).build_analyzer()
    sequencer = TokenSequencer(max_length=50, tokenizer=tokenizer)
    sequencer.fit(TEXTS)
    counts = Counter(token for text in TEXTS for token in tokenizer(text))
    tokens = [token for token, _ in counts.most_common()]
    assert list(sequencer.vocabulary_) == tokens
    lowered = {token.lower() for token in tokens} == set(tokens)
    assert lowered is not any(token in ("The", "T") for token in tokens)


@pytest.mark.parametrize(
    "tokenizer, gave",
    [
        (str.lower, r"'not a good film!' \(str\)"),
        (len, r"16 \(int\)"),
        (str.encode, r"b'Not a good film!' \(bytes\)"),
        (lambda text: None, r"None \(NoneType\)"),
        (lambda text: {"input_ids": [1]}, r"{'input_ids': \[1\]} \(dict\)"),
        (lambda text: ["a", 3], r"a list that holds 3 \(int\)"),
        (lambda text: [["a"]], r"a list that holds \['a'\] \(list\)"),
    ],
)
def test_a_tokenizer_must_give_a_list_of_str(tokenizer, gave):
    match = rf"tokenizer=.* must return a list of str, but returned {gave} for row 1"
    texts = ["", *TEXTS[1:]]

    def only_of_the_others(text):
        return tokenizer(text) if text else []

    sequencer = TokenSequencer(tokenizer=only_of_the_others)
    with pytest.raises(ValueError, match=match):
        sequencer.fit(texts)


# Lists of ids.


@properties
@given(some_ids, some_ids, st.integers(3, 12), lengths, sides, sides)
def test_ids_pass_as_they_are(ids, others, max_tokens, length, padding, truncating):
    sequencer = TokenSequencer(
        max_tokens, length, padding=padding, truncating=truncating
    )
    cut = [naive_cut(row, length, truncating) for row in ids]
    if not any(cut):
        with pytest.raises(ValueError, match="have no token ids"):
            sequencer.fit(ids)
        return
    n_tokens = max([i for row in cut for i in row if i < max_tokens] + [1]) + 1

    def expected(ids):
        cut = [naive_cut(row, length, truncating) for row in ids]
        known = [[i if i < n_tokens else 1 for i in row] for row in cut]
        return [naive_row(row, length, padding) for row in known]

    out = sequencer.fit_transform(ids)
    assert out.dtype == np.int32
    assert (sequencer.vocabulary_, sequencer.n_tokens_) == (None, n_tokens)
    assert n_tokens <= max_tokens
    np.testing.assert_array_equal(out, expected(ids))
    np.testing.assert_array_equal(sequencer.transform(others), expected(others))
    back = sequencer.inverse_transform(out)
    assert back == [[i for i in row if i] for row in out.tolist()]


@pytest.mark.parametrize("padding", SIDES)
@pytest.mark.parametrize("truncating", SIDES)
def test_rows_are_those_of_keras(padding, truncating):
    from keras.utils import pad_sequences

    random = np.random.default_rng(0)
    ids = [random.integers(2, 50, size=n).tolist() for n in (0, 1, 5, 6, 7, 30)]
    sides = {"padding": padding, "truncating": truncating}
    out = TokenSequencer(max_length=6, **sides).fit_transform(ids)
    np.testing.assert_array_equal(out, pad_sequences(ids, maxlen=6, **sides))


@pytest.mark.parametrize(
    "kind",
    [
        lambda ids: ids,
        lambda ids: iter(ids),
        lambda ids: tuple(map(tuple, ids)),
        lambda ids: [np.array(row, dtype=np.uint8) for row in ids],
        lambda ids: [np.array(row, dtype=np.uint64) for row in ids],
        lambda ids: [[np.int64(i) for i in row] for row in ids],
        lambda ids: pd.Series(ids),
        lambda ids: pd.Series(ids, index=[7, 5]).map(np.array),
        lambda ids: np.array(ids),
        lambda ids: np.array(ids, dtype=object),
        lambda ids: np.array(ids, dtype=np.int8, order="F"),
    ],
)
def test_lists_of_ids_of_any_kind(kind):
    ids = [[4, 2, 0], [1, 3, 9]]
    sequencer = TokenSequencer(8, 4).fit(kind(ids))
    assert sequencer.n_tokens_ == 5
    expected = [[0, 4, 2, 0], [0, 1, 3, 1]]
    np.testing.assert_array_equal(sequencer.transform(kind(ids)), expected)
    np.testing.assert_array_equal(sequencer.fit_transform(kind(ids)), expected)


def test_ids_beyond_any_range_are_unknown():
    sequencer = TokenSequencer(8, 3).fit([[7, 2**40], [2**70]])
    assert sequencer.n_tokens_ == 8
    ids = sequencer.transform([[2**63, 7], [2**70, 8], []])
    np.testing.assert_array_equal(ids, [[0, 1, 7], [0, 1, 1], [0, 0, 0]])


def test_only_ids_that_are_left_count():
    assert TokenSequencer(max_length=1).fit([[90, 5], [80, 6]]).n_tokens_ == 7
    assert TokenSequencer(max_tokens=50).fit([[5, 90]]).n_tokens_ == 6
    assert TokenSequencer(max_tokens=50).fit([[0, 90]]).n_tokens_ == 2


@pytest.mark.parametrize(
    "ids, shown",
    [
        ([3, -1], r"Negative values in data: row 1 of X holds -1\."),
        (np.array([3, -2], dtype=np.int8), r"row 1 of X holds -2\."),
        ([3, 2.0], r"Row 1 of X holds 2\.0 \(float\), which is not a token id"),
        (np.array([0.5, 2]), r"holds np.float64\(0\.5\) \(float64\)"),
        ([3, np.nan], r"holds nan \(float\)"),
        ([3, True], r"holds True \(bool\)"),
        (np.array([True, False]), r"holds np.True_ \(bool\)"),
        ([3, None], r"holds None \(NoneType\)"),
        (["not", "a"], r"holds 'not' \(str\).*each text as one str"),
        ([[3], [4]], r"holds \[3\] \(list\)"),
        (np.array([[3], [4]]), r"holds array\(\[3\]\) \(ndarray\)"),
    ],
)
def test_bad_ids_are_named(ids, shown):
    sequencer = TokenSequencer(max_length=1).fit([[8]])
    for method in (sequencer.fit, sequencer.transform, sequencer.fit_transform):
        with pytest.raises(ValueError, match=shown):
            method([[4, 5], ids])


# Containers.


@pytest.mark.parametrize(
    "kind",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda texts: (text for text in texts),
        lambda texts: np.array(texts, dtype=object),
        lambda texts: np.array(texts, dtype=np.dtypes.StringDType()),
        pd.Series,
        pd.Index,
        lambda texts: pd.Series(texts, dtype=object, index=[5, 3, 1]),
        lambda texts: pd.Series(texts, dtype="category"),
    ],
)
def test_texts_in_any_container(kind):
    expected = TokenSequencer(max_length=4).fit_transform(TEXTS)
    sequencer = TokenSequencer(max_length=4).fit(kind(TEXTS))
    np.testing.assert_array_equal(sequencer.transform(kind(TEXTS)), expected)
    np.testing.assert_array_equal(sequencer.fit_transform(kind(TEXTS)), expected)


@pytest.mark.parametrize("by", ["set_output", "config"])
def test_pandas_output_has_names_and_the_labels_of_a_column(by):
    column = pd.Series(TEXTS, index=["x", "y", "z"])
    sequencer = TokenSequencer(max_length=2)
    expected = sequencer.fit_transform(TEXTS)
    assert isinstance(sequencer.fit_transform(column), np.ndarray)
    if by == "config":
        with config_context(transform_output="pandas"):
            tables = [sequencer.fit_transform(column), sequencer.transform(column)]
            bare = sequencer.transform(TEXTS)
    else:
        sequencer = clone(sequencer.set_output(transform="pandas"))
        tables = [sequencer.fit_transform(column), sequencer.transform(column)]
        bare = sequencer.transform(TEXTS)
    for table in tables:
        assert list(table.columns) == ["token0", "token1"]
        assert list(table.index) == ["x", "y", "z"]
        assert set(table.dtypes) == {np.dtype(np.int32)}
        np.testing.assert_array_equal(table, expected)
    assert list(bare.index) == [0, 1, 2]
    assert sequencer.inverse_transform(tables[0]) == [
        "is good",
        "good film",
        "dull film",
    ]


def test_names_are_places():
    sequencer = TokenSequencer(max_length=3).fit(TEXTS)
    names = ["token0", "token1", "token2"]
    assert list(sequencer.get_feature_names_out()) == names
    assert list(sequencer.get_feature_names_out(["text"])) == names


def test_inverse_of_unknown_tokens_and_other_widths():
    sequencer = TokenSequencer(max_length=3).fit(["a film"])
    assert sequencer.inverse_transform([[0, 1, 3], [2]]) == ["[UNK] film", "a"]
    assert sequencer.inverse_transform(np.array([[2, 0, 3, 0]])) == ["a film"]


# Errors of X.


@pytest.mark.parametrize(
    "X, match",
    [
        ("a film", r"X is a single text, 'a film'\. Pass a list, \[text\]"),
        (np.array("a film"), r"X is a single text, 'a film'\. Pass a list, \[text\]"),
        (np.array(3), r"needs a list of texts .*, got X=3 \(int\)"),
        (b"a film", "X is a single text, b'a film'"),
        ([b"a film"], r"Row 0 of X is bytes, b'a film'\. .*decode\('utf-8'\)"),
        (["a", None], r"Row 1 of X is None instead .*X\.fillna\(''\)"),
        ([None, "a"], "Row 0 of X is None instead of a text"),
        (["a", "b", np.nan], "Row 2 of X is nan instead"),
        (pd.Series(["a", np.nan]), "Row 1 of X is nan instead"),
        (pd.Series(["a", pd.NA], dtype="string"), "Row 1 of X is <NA> instead"),
        (["a", [2, 3]], r"mixes texts and lists .* row 0 is 'a', row 1 is \[2, 3\]"),
        ([[2, 3], "a"], r"mixes texts and lists .*\[2, 3\], row 1 is 'a'"),
        (["a", 3], r"Row 1 of X is 3 \(int\), but it must be a text or a list"),
        ([3, 4], r"Row 0 of X is 3 \(int\).*Put the ids of one sample into a list"),
        (range(3), r"Row 0 of X is 0 \(int\)"),
        ([{3, 4}], r"Row 0 of X is \{3, 4\} \(set\)"),
        ({"text": TEXTS}, r"a list of texts or of lists of token ids.*\(dict\)"),
        ({"a", "b"}, r"\(set\)"),
        (None, r"got X=None \(NoneType\)"),
        (3, r"got X=3 \(int\)"),
        (np.array([3, 4]), "Reshape your data"),
        (pd.Series([3.5, 4]), "Expected a 2-dimensional container"),
        (pd.Timestamp("2020-01-01"), r"\(Timestamp\)"),
        ([], r"Found array with 0 sample\(s\)"),
        (np.empty((0, 3), dtype=int), r"Found array with 0 sample\(s\)"),
        (np.ones((2, 3)), r"got float64 of shape \(2, 3\)\. Pass a matrix of ids as"),
        (np.ones((2, 3), dtype=bool), r"got bool of shape \(2, 3\)"),
        (np.ones((2, 3), dtype=complex), "Complex data not supported"),
        (np.ones((2, 3, 4), dtype=int), "with dim 3"),
        (np.array([["a"], ["b"]]), r"got <U1 of shape \(2, 1\).*dimension: X\.ravel"),
        (
            np.array([["a"], ["b"]], dtype=object),
            r"got object of shape \(2, 1\).*X\.ravel",
        ),
        (np.array([["a", "b"]]), r"got <U1 of shape \(1, 2\).*with one dimension\.$"),
        (np.array([["a", "b"]], dtype=object), "each text as one str"),
        ([[0.5, 2.0]], r"holds 0\.5 \(float\)"),
        (SeriesView(np.ones((5, 2))), r"got X=SeriesView.*\(SeriesView\)"),
    ],
)
def test_other_input_is_an_error(X, match):
    sequencer = TokenSequencer()
    for method in (sequencer.fit, sequencer.fit_transform):
        with pytest.raises(ValueError, match=match):
            method(X)
    assert not vars(sequencer).keys() & {"vocabulary_", "n_tokens_"}
    # The elements of lists are checked only if lists were fitted.
    with pytest.raises(ValueError, match=f"{match}|X holds lists of token ids, but"):
        sequencer.fit(TEXTS).transform(X)


def test_a_table_is_an_error_that_names_the_way_out():
    table = pd.DataFrame({"text": TEXTS, "stars": [4, 2, 1]})
    match = r"2 columns \('text, stars'\)\. Pass one column of texts, X\['text'\]"
    with pytest.raises(ValueError, match=match):
        TokenSequencer().fit(table)
    wrong = ColumnTransformer([("tokens", TokenSequencer(), ["text"])])
    with pytest.raises(ValueError, match=r"by 'text' and not by \['text'\]"):
        wrong.fit(table)


def test_sparse_matrices_are_refused():
    counts = CountVectorizer().fit_transform(TEXTS)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        TokenSequencer().fit(counts)


def test_a_corpus_without_words_is_an_error():
    for tokenizer, X in (("words", ["...", " "]), ("characters", ["\n", "\u3000"])):
        match = f"tokenizer='{tokenizer}' finds no tokens in the 2 samples.*sample is '"
        with pytest.raises(ValueError, match=match):
            TokenSequencer(tokenizer=tokenizer).fit(X)
    with pytest.raises(ValueError, match=r"tokenizer=<.*split.* finds no tokens in"):
        TokenSequencer(tokenizer=str.split).fit([" "])
    with pytest.raises(ValueError, match="finds no runs of 3 tokens in the 1 samples"):
        TokenSequencer(ngram_range=(3, 3)).fit(["two words"])
    with pytest.raises(ValueError, match="no tokens except stop words in the 1 sam"):
        TokenSequencer(stop_words=["a"]).fit(["A, a!"])
    with pytest.raises(ValueError, match="2 samples of X have no token ids"):
        TokenSequencer().fit([[], []])


def test_the_other_kind_than_fitted_is_an_error():
    match = "X holds lists of .*, but .* was fitted on texts"
    with pytest.raises(ValueError, match=match):
        TokenSequencer().fit(TEXTS).transform([[2, 3]])
    match = "X holds texts, but .* was fitted on lists"
    with pytest.raises(ValueError, match=match):
        TokenSequencer().fit([[2, 3]]).transform(TEXTS)


@pytest.mark.parametrize("fitted_on", [["a film"], [[2, 3]]])
def test_inverse_of_other_ids_is_an_error(fitted_on):
    sequencer = TokenSequencer(max_length=3).fit(fitted_on)
    with pytest.raises(ValueError, match=r"Row 1 .* id 4, but the ids .* 0 to 3"):
        sequencer.inverse_transform([[0, 2, 3], [4, 2, 0]])
    with pytest.raises(ValueError, match="row 0 of X holds -1"):
        sequencer.inverse_transform([[-1]])
    with pytest.raises(ValueError, match="got float64"):
        sequencer.inverse_transform(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"needs rows of ids, .* X holds texts"):
        sequencer.inverse_transform(["a film"])


@pytest.mark.parametrize(
    "name, value, allowed",
    [
        ("max_tokens", 2, r"an int in the range \[3, 2147483647\]"),
        ("max_tokens", 2**31, r"an int in the range \[3, 2147483647\]"),
        ("max_tokens", None, "an int"),
        ("max_length", 0, r"an int in the range \[1,"),
        ("max_length", 2.0, r"an int in the range \[1,"),
        ("tokenizer", "word", "a str among {.*'classic'.*} or a callable"),
        ("tokenizer", None, "a str among {.*'words'.*} or a callable"),
        ("stop_words", frozenset({"a"}), "an instance of 'str', .*'list', .*'set' or"),
        ("padding", "same", "a str among"),
        ("truncating", True, "a str among"),
    ],
)
def test_parameters_are_checked(name, value, allowed):
    match = f"'{name}' parameter of TokenSequencer must be {allowed}.*"
    match += re.escape(repr(value))
    for method in ("fit", "fit_transform"):
        with pytest.raises(ValueError, match=match):
            getattr(TokenSequencer(**{name: value}), method)(TEXTS)


def test_use_before_fit_is_an_error():
    for method in ("transform", "inverse_transform"):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            getattr(TokenSequencer(), method)([[2]])
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        TokenSequencer().get_feature_names_out()


# With the rest of scikit-learn.


def test_pickled_and_cloned():
    sequencer = TokenSequencer(5, 4, tokenizer=str.split, padding="post").fit(TEXTS)
    again = pickle.loads(pickle.dumps(sequencer))
    np.testing.assert_array_equal(again.transform(TEXTS), sequencer.transform(TEXTS))
    assert clone(sequencer).get_params() == sequencer.get_params()


def test_input_is_not_changed():
    ids = [np.array([900, 2]), np.array([3])]
    TokenSequencer(50, 3).fit(ids).transform(ids)
    assert [row.tolist() for row in ids] == [[900, 2], [3]]


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_a_column_beside_others(output):
    table = pd.DataFrame(
        {"text": TEXTS, "stars": [4.0, 2.0, 1.0]}, index=["x", "y", "z"]
    )
    columns = ColumnTransformer(
        [
            ("tokens", TokenSequencer(max_length=2), "text"),
            ("scaled", StandardScaler(), ["stars"]),
        ]
    ).set_output(transform=output)
    out = columns.fit_transform(table)
    names = ["tokens__token0", "tokens__token1", "scaled__stars"]
    assert list(columns.get_feature_names_out()) == names
    ids = TokenSequencer(max_length=2).fit_transform(TEXTS)
    np.testing.assert_array_equal(np.asarray(out)[:, :2], ids)
    if output == "pandas":
        assert list(out.columns) == names
        assert list(out.index) == ["x", "y", "z"]


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_its_parameters_are_searched(kind):
    random = np.random.default_rng(0)
    y = np.tile([0, 1], 20)
    # The third word from the end decides. A length of 2 misses it.
    rows = [random.choice(["so", "it", "is"], size=6) for _ in y]
    for text, label in zip(rows, y, strict=True):
        text[-3] = ["no", "ah"][label]
    X = kind([" ".join(text) for text in rows])
    pipeline = Pipeline([("tokens", TokenSequencer()), ("tree", _tree())])
    grid = {"tokens__max_length": [2, 4], "tokens__max_tokens": [100]}
    search = GridSearchCV(pipeline, grid, cv=4, error_score="raise")
    search.fit(X, y)
    assert search.best_params_["tokens__max_length"] == 4
    assert search.best_score_ == 1.0
    assert search.cv_results_["mean_test_score"][0] < 0.9


def test_lists_of_ids_in_a_pipeline():
    X = [[2, 3] * n + [4 + n % 2] for n in range(1, 21)]
    y = [n % 2 for n in range(1, 21)]
    pipeline = make_pipeline(TokenSequencer(max_length=5), _tree())
    assert cross_val_score(pipeline, X, y, cv=4).tolist() == [1.0] * 4


def _tree():
    return DecisionTreeClassifier(random_state=0)


# Real reviews.


@pytest.fixture(scope="module")
def reviews(data_folder):
    """Texts and ranks of the training reviews, and the words of the ranks.

    They come in the order in which the ranks were counted, so that most words of
    equal frequency have the same order too.
    """
    table = pd.read_parquet(data_folder / "imdb_reviews.parquet")
    texts = table.loc[table["split"] == "train", "text"]
    index = json.loads((data_folder / "imdb_word_index.json").read_text("utf-8"))
    word_of = {rank: word for word, rank in index.items()}
    with np.load(data_folder / "imdb_flat.npz") as flat:
        ranks = np.split(flat["tokens_train"], flat["offsets_train"][1:-1])
        order = np.argsort(flat["file_row_train"])
    return texts.iloc[order], [ranks[row] for row in order], word_of


def test_words_of_reviews_are_those_of_the_published_ranks(reviews):
    texts, ranks, word_of = reviews
    rows = range(0, len(texts), 60)
    n_other_case = 0
    for row in rows:
        found = classic_words(texts.iloc[row])
        published = [word_of[rank] for rank in ranks[row].tolist()]
        # The published file has only ASCII letters in lower case.
        assert found == [word.lower() for word in published]
        n_other_case += found != published
    assert n_other_case < 0.01 * len(rows)


@pytest.mark.slow
def test_vocabulary_of_reviews_is_in_the_order_of_the_published_ranks(reviews):
    texts, ranks, word_of = reviews
    sequencer = TokenSequencer(202, 2500, tokenizer="classic")
    ids = sequencer.fit_transform(texts)
    # Some words of lower rank that are equally frequent are in another order.
    assert list(sequencer.vocabulary_) == [word_of[rank] for rank in range(1, 201)]
    expected = np.concatenate(ranks) + 1
    expected[expected > 201] = 1
    np.testing.assert_array_equal(ids[ids > 0], expected)
    np.testing.assert_array_equal((ids > 0).sum(axis=1), [len(row) for row in ranks])


def test_words_of_reviews_are_mostly_the_classic_ones(reviews):
    texts, _, _ = reviews
    classic, ours = (
        set(TokenSequencer(2002, 5000, tokenizer=name).fit(texts[::5]).vocabulary_)
        for name in ("classic", "words")
    )
    # Those that the classic tokenizer leaves with quotes, dashes or control characters.
    assert 0 < len(classic - ours) <= 20
    assert all(words(word) == [word] for word in ours)


def test_all_ids_occur_in_the_cut_reviews(reviews):
    texts, ranks, _ = reviews
    sequencer = TokenSequencer(max_tokens=5000, max_length=100)
    ids = sequencer.fit_transform(texts[::20])
    np.testing.assert_array_equal(np.unique(ids), np.arange(5000))
    ids = sequencer.fit_transform(ranks[::20])
    assert ids.shape == (1250, 100)
    assert ids.max() == sequencer.n_tokens_ - 1


# Runs of tokens.


def test_runs_of_tokens_follow_the_token_that_they_begin_with():
    sequencer = TokenSequencer(ngram_range=(1, 3)).fit(["A dull, dull film"])
    assert list(sequencer.vocabulary_) == [
        "dull", "a", "a dull", "a dull dull", "dull dull", "dull dull film",
        "dull film", "film",
    ]  # fmt: skip
    [row] = TokenSequencer(ngram_range=(2, 2)).fit_transform(["not so good"])
    assert row[-3:].tolist() == [0, 2, 3]


def test_runs_count_in_the_length_and_come_from_any_tokenizer():
    sequencer = TokenSequencer(max_length=2, ngram_range=(1, 2), tokenizer=list)
    sequencer.fit(["abc"])
    assert sequencer.inverse_transform(sequencer.transform(["abc"])) == ["b c c"]


def test_pairs_are_those_of_scikit_learn():
    texts = ["one two three two", "two one", "three"]
    ours = TokenSequencer(ngram_range=(1, 2)).fit(texts).vocabulary_
    theirs = CountVectorizer(ngram_range=(1, 2)).fit(texts).vocabulary_
    assert set(ours) == set(theirs)


@pytest.mark.parametrize("bad", [(2, 1), (0, 1), (1,), (1.0, 2), (True, 2)])
def test_a_range_of_runs_has_two_ends(bad):
    with pytest.raises(ValueError, match=r"ngram_range=\(.*two whole numbers"):
        TokenSequencer(ngram_range=bad).fit(["a text"])


@pytest.mark.parametrize("length", [58, 59, 5000])
def test_what_a_message_shows_fits_a_line(length):
    text = shown("a" * length)
    if length == 58:
        assert text == repr("a" * length)
    assert len(text) == 60
    assert text.endswith("...") is (length > 58)
