"""Token ids that know their words."""

import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import Memory, Parallel, delayed
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    FlattenWindows,
    LookbackWindower,
    MiniRocket,
    PerStep,
    Standardizer,
    TokenSequencer,
)
from skseqconv.inputs._known_words import TokenIds, known_ids, refuse_ids

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
        assert ids.n_tokens == sequencer.n_tokens_ == 6


LISTS = TokenSequencer(max_length=3).fit([[3, 4], [5, 9]])


def test_ids_of_lists_know_their_number():
    ids = LISTS.transform([[3, 4], [4]])
    table = pd.DataFrame({"ids": [[3, 4], [4]], "age": [1.0, 2.0]})
    columns = make_column_transformer(
        (FrozenEstimator(LISTS), "ids"), ("passthrough", ["age"]), sparse_threshold=0
    )
    both = columns.fit_transform(table)
    for known in (ids, ids[1:], pickle.loads(pickle.dumps(ids)), both):
        assert (known.vocabulary, known.several, known.n_tokens) == (None, False, 10)
    assert both.beside == {3: "age"}
    framed = clone(LISTS).set_output(transform="pandas").fit([[3, 4], [5, 9]])
    assert known_ids(framed.transform([[3, 4]])).n_tokens == 10


def test_lists_of_ids_side_by_side_are_from_elsewhere():
    """Two columns of them may share a vocabulary, but not with words."""
    less = TokenSequencer(max_length=2).fit_transform([[3, 4], [4, 2], [2, 2]])
    more = LISTS.transform([[9], [3], [4]])
    for ids in (np.hstack([less, more]), np.hstack([more, less])):
        assert (ids.several, ids.n_tokens, ids.beside) == (False, 10, {})
    assert np.hstack([IDS, more]).several
    assert np.hstack([more, IDS]).several


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


# Tables, which know less.


def told(X):
    known = known_ids(X)
    return known and (known.beside, known.several)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["token0", "token1"], ({}, False)),
        (["a__token0", "a__token1", "b__n"], ({2: "b__n"}, False)),
        (["b__n", "token0", "token1"], ({0: "b__n"}, False)),
        (["a__token0", "a__token1", "b__token3"], ({2: "b__token3"}, False)),
        (["a__token0", "b__token1"], ({1: "b__token1"}, False)),
        (["a__token0", "a__token2"], ({1: "a__token2"}, False)),
        (["a__token0", "n", "a__token1"], ({1: "n", 2: "a__token1"}, False)),
        (["a__token0", "a__token00"], ({1: "a__token00"}, False)),
        (["a__token0", "a__token1", "b__token0"], ({}, True)),
        (["a__token0", "n", "a__b__token0"], ({1: "n"}, True)),
        (["token3"], None),
        (["a__token1", "mytoken0", "token0s"], None),
        ([0, 1], None),
    ],
)
@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_names_of_columns_tell_which_are_ids(names, expected, kind):
    if kind == "polars":
        names = [str(name) for name in names]
    values = np.ones((2, len(names)), dtype=np.int32)
    frame = pytest.importorskip(kind).DataFrame
    X = frame(values, columns=names) if kind == "pandas" else frame(values, names)
    assert told(X) == expected


def test_one_vocabulary_of_two_columns_is_known_as_long_as_pandas_tells_it():
    table = pd.DataFrame({"text": TEXTS, "title": TEXTS[::-1], "age": [1, 2, 3]})
    frozen = FrozenEstimator(TokenSequencer(max_length=2).fit(TEXTS))
    texts = (frozen, "text"), (frozen, "title")
    for output, expected in (
        ("default", ({}, False)),
        ("pandas", ({}, False)),
        ("polars", ({}, True)),
    ):
        with config_context(transform_output=output):
            assert told(make_column_transformer(*texts).fit_transform(table)) == (
                expected
            )


def test_arrays_beside_a_table_of_ids():
    table = TokenSequencer(max_length=3).set_output(transform="pandas")
    same, other = table.fit_transform(TEXTS), table.fit_transform(["film film a"] * 3)
    both = np.hstack([same, IDS])
    assert (both.vocabulary, both.beside, both.several) == (WORDS, {}, False)
    assert np.hstack([IDS, other]).several
    assert np.hstack([IDS, other.set_axis(list("abc"), axis=1)]).several


@pytest.mark.parametrize(
    "reader",
    [
        Standardizer(),
        PerStep(StandardScaler()),
        MiniRocket(84),
        FlattenWindows(),
        LookbackWindower(2),
        Conv1DClassifier(),
        Conv1DGRURegressor(),
    ],
)
@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_ids_are_not_read_as_numbers(reader, output):
    sequencer = TokenSequencer(max_length=12).set_output(transform=output)
    ids = sequencer.fit_transform(TEXTS)
    name = type(reader).__name__
    with pytest.raises(ValueError, match=f"X holds token ids, but .*{name} would read"):
        clone(reader).fit(ids, [0, 1, 0])


def test_lists_of_ids_are_not_read_as_numbers():
    with pytest.raises(ValueError, match="X holds token ids, but Standardizer"):
        Standardizer().fit(LISTS.transform([[3, 4], [9]]))


@pytest.mark.parametrize("reader", [Standardizer(), Conv1DClassifier()])
def test_ids_of_three_dimensions_are_not_read_as_numbers(reader):
    with pytest.raises(ValueError, match="X holds token ids"):
        reader.fit(IDS[:, :, None], [0, 1, 0])


def test_ids_beside_numbers_are_not_read_as_numbers():
    table = pd.DataFrame({"text": TEXTS, "age": [1.5, 2.0, 4.0]})
    for output in ("default", "pandas", "polars"):
        columns = make_column_transformer(
            (TokenSequencer(max_length=3), "text"), ("passthrough", ["age"])
        ).set_output(transform=output)
        if output == "polars":
            columns.set_params(passthrough=StandardScaler())
        with pytest.raises(ValueError, match="X holds token ids, but Standardizer"):
            Standardizer().fit(columns.fit_transform(table))


def test_numbers_with_names_of_ids_are_numbers_if_they_are_not_whole():
    X = pd.DataFrame({"token0": [0.5, 2.0], "token1": [1.0, 2.0]})
    assert Standardizer().fit(X).mean_.tolist() == [1.25, 1.5]
    with pytest.raises(ValueError, match=r"column 'token0' and those after.*rename"):
        Standardizer().fit(X.round())
    assert Standardizer().fit(X.round()[["token1"]]).mean_.tolist() == [1.5]


def test_numbers_computed_from_a_table_of_ids_are_numbers():
    sequencer = TokenSequencer(max_length=3).set_output(transform="pandas")
    table = sequencer.fit_transform(["a good film", "a film", "bad"])
    lengths = table.ne(0).sum(axis=1).to_frame("length")
    for numbers in lengths, table / 7.0, table.assign(mean=1.5)[["mean"]]:
        assert numbers.attrs == table.attrs  # pandas keeps them
        refuse_ids(Standardizer(), numbers)
    with pytest.raises(ValueError, match="would read the ids as sizes"):
        refuse_ids(Standardizer(), table)
