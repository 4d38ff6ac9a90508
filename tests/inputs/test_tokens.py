"""Numbers in the columns after token ids, checked."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import StandardScaler

from skseqconv import Conv1DClassifier, TokenSequencer
from skseqconv.inputs._network_input import check_input

IDS = np.array([[0, 2, 3], [4, 1, 2]])
NUMBERS = np.array([[0.5, -1.0], [2.0, 3.0]])
BOTH = np.hstack([IDS, NUMBERS])


def checked(X, numeric_columns=2, model=None):
    model = model or Conv1DClassifier(embedding_dim=4, numeric_columns=numeric_columns)
    return check_input(model, X, reset=not hasattr(model, "n_features_in_"))


@pytest.mark.parametrize(
    "hold",
    [
        np.array,
        np.float32,
        np.ndarray.tolist,
        pd.DataFrame,
        lambda X: pd.DataFrame(X).astype({0: "int32", 1: "int64"}),
    ],
)
def test_ids_and_numbers_come_apart(hold):
    found = checked(hold(BOTH))
    ids, numbers = found.parts(slice(None))
    assert (ids.dtype, numbers.dtype) == (np.int32, np.float32)
    np.testing.assert_array_equal(ids, IDS)
    np.testing.assert_array_equal(numbers, NUMBERS)
    one = found[[1]]
    assert (len(one), one.shape) == (1, (1, 3))
    np.testing.assert_array_equal(one.parts([0])[1], NUMBERS[[1]])


@pytest.mark.parametrize("hold", [sparse.csr_matrix, sparse.csc_array])
def test_columns_of_sparse_matrices_are_taken_as_they_are_and_this_is_said(hold):
    model = Conv1DClassifier(embedding_dim=4, numeric_columns=2)
    with pytest.warns(UserWarning, match="first 3 are read as ids, the last 2 as num"):
        found = checked(hold(BOTH), model=model)
    np.testing.assert_array_equal(found.parts(slice(None))[0], IDS)
    np.testing.assert_array_equal(checked(hold(BOTH), model=model).data, IDS)


def test_all_columns_count_as_features():
    model = Conv1DClassifier(embedding_dim=4, numeric_columns=2)
    checked(pd.DataFrame(BOTH, columns=list("abcde")), model=model)
    assert model.n_features_in_ == 5
    assert model.feature_names_in_.tolist() == list("abcde")
    with pytest.raises(ValueError, match="feature names should match"):
        checked(pd.DataFrame(BOTH, columns=list("abced")), model=model)


def bad(sample, column, value, dtype=float):
    X = BOTH.astype(dtype)
    X[sample, column] = value
    return X


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (bad(1, 4, np.nan), "NaN in the numeric column 4, first in sample 1.*Imputer"),
        (bad(0, 3, np.inf), "inf in the numeric column 3, first in sample 0"),
        (bad(0, 3, -1e39), r"-1e\+39 in the numeric column 3"),
        (
            pd.DataFrame(bad(1, 4, np.nan), columns=["a", "b", "c", "stars", "age"]),
            "NaN in the numeric column 'age', first in sample 1",
        ),
        (
            BOTH[:, [3, 4, 0, 1, 2]],
            r"whole numbers, got 0\.5 in sample 0, column 0.*last 2 columns",
        ),
        (bad(1, 0, np.nan), "whole numbers, got nan in sample 1, column 0"),
        (bad(1, 0, -2.0), "must not be negative, got -2 in sample 1"),
        (bad(1, 0, 2**24, np.float32), "float32 and holds the token id 16777216.*64"),
        (BOTH[:, :2], "numeric_columns=2 leaves no token ids of the 2 columns"),
        (np.ma.masked_array(BOTH, BOTH == 3), "masked"),
        (BOTH[None], "must be token ids of shape"),
    ],
)
def test_what_is_neither_id_nor_number(X, message):
    with pytest.raises(ValueError, match=message):
        checked(X)


TABLE = pd.DataFrame(
    {
        "text": ["a film", "bad"],
        "title": ["good", "a"],
        "stars": [1.0, 4.0],
        "age": [3, 5],
        "token3": [7, 8],
    }
)


def beside(*columns, output="default"):
    made = make_column_transformer(*columns, sparse_threshold=0)
    with config_context(transform_output=output):
        return made.fit_transform(TABLE)


WORDS = TokenSequencer(max_length=3), "text"
STARS, AGE = ("passthrough", ["stars"]), (StandardScaler(with_std=False), ["age"])


@pytest.mark.parametrize(
    ("columns", "numeric_columns", "message"),
    [
        ((STARS, WORDS), 1, "those are token ids: put the TokenSequencer first"),
        ((STARS, WORDS, AGE), 2, "those are token ids"),
        ((WORDS,), 1, "beside the token ids of X is 0: set numeric_columns=0"),
        ((WORDS, STARS), 0, r"of X is 1 \('.*stars'\): set numeric_columns=1"),
        ((WORDS, STARS, AGE), 1, "of X is 2 .'.*stars'.*: set numeric_columns=2"),
    ],
)
@pytest.mark.parametrize("output", ["default", "pandas"])
def test_columns_that_are_known_to_be_no_ids(columns, numeric_columns, message, output):
    with pytest.raises(ValueError, match=message):
        checked(beside(*columns, output=output), numeric_columns)


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_ids_of_two_columns_of_texts_are_refused(output):
    X = beside(WORDS, (TokenSequencer(max_length=2), "title"), AGE, output=output)
    with pytest.raises(ValueError, match=r"two vocabularies.*Join the columns") as told:
        checked(X, 1)
    assert ("rename them" in str(told.value)) is (output != "default")


def test_numbers_may_be_named_like_an_id():
    X = beside(WORDS, ("passthrough", ["token3"]), output="pandas")
    assert checked(X, 1).parts(slice(None))[1].tolist() == [[7], [8]]
    with pytest.raises(ValueError, match=r"numeric_columns=0, but .*token3"):
        checked(X, 0)


def test_a_missing_number_is_named():
    X = beside(WORDS, STARS, AGE)
    _, numbers = checked(X).parts(slice(None))
    np.testing.assert_array_equal(numbers, [[1, -1], [4, 1]])
    X[1, 3] = np.nan
    with pytest.raises(ValueError, match=r"NaN in .* column 'stars', .*1 of 2"):
        checked(X)
    X[1, 3:] = 0, np.nan
    with pytest.raises(ValueError, match=r"NaN in the numeric column 4, .*2 of 2"):
        checked(X)


def test_large_ids_are_exact_in_float64():
    model = Conv1DClassifier(embedding_dim=4, numeric_columns=2, vocabulary_size=2**26)
    X = bad(1, 0, 2**24 + 1)
    assert checked(X, model=model).data[1, 0] == 2**24 + 1


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_the_size_is_that_of_the_vocabulary(output):
    """The rows of the fit lack the last words."""
    sequencer = TokenSequencer(max_length=3).fit(["a film", "a film", "zany film"])
    rows = sequencer.set_output(transform=output).transform(["a film"])
    assert rows.max().max() < sequencer.n_tokens_ - 1
    model = Conv1DClassifier(embedding_dim=4)
    checked(rows, model=model)
    checked(sequencer.transform(["zany"]), model=model)
    assert model._vocabulary_size == sequencer.n_tokens_
    given = Conv1DClassifier(embedding_dim=4, vocabulary_size=50)
    checked(rows, model=given)
    assert given._vocabulary_size == 50
    plain = Conv1DClassifier(embedding_dim=4)
    checked(np.asarray(rows), model=plain)
    assert plain._vocabulary_size == rows.max().max() + 1


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_the_size_is_that_of_lists_of_ids_too(output):
    sequencer = TokenSequencer(max_length=2).fit([[2, 3], [4, 47]])
    rows = sequencer.set_output(transform=output).transform([[2, 3]])
    model = Conv1DClassifier(embedding_dim=4)
    checked(rows, model=model)
    checked(sequencer.transform([[4, 47]]), model=model)
    assert model._vocabulary_size == sequencer.n_tokens_ == 48


def test_too_few_rows_of_vectors_name_what_needs_more():
    sequencer = TokenSequencer(max_length=2).fit([[2, 3], [4, 47]])
    for rows, message in (
        (sequencer.transform([[2, 3]]), "5 rows, but the TokenSequencer has 48 ids"),
        (np.array([[2, 9]]), "5 rows, but the token ids of X go up to 9"),
    ):
        with pytest.raises(ValueError, match=message):
            checked(rows, model=Conv1DClassifier(embedding_weights=np.eye(5)))


def test_numbers_beside_ids_do_not_count_as_ids():
    model = Conv1DClassifier(embedding_dim=4, numeric_columns=1)
    X = beside(WORDS, ("passthrough", ["token3"]))  # 7 and 8
    checked(X[:1], model=model)
    assert model._vocabulary_size == 2 + len(X.vocabulary) == 5


@pytest.mark.parametrize(
    ("output", "way_out"),
    [
        ("default", r"set vocabulary_size \(None learns it .* put a TokenSequencer b"),
        ("pandas", r"set vocabulary_size to n_tokens_ of the .*transform='default'"),
    ],
)
def test_large_ids_of_a_sequencer_have_a_way_out_of_their_own(output, way_out):
    X = beside(WORDS, STARS, output=output)
    X = X if output == "pandas" else np.asarray(X)
    model = Conv1DClassifier(embedding_dim=4, numeric_columns=1)
    checked(X[1:], model=model)  # "bad", the last word
    large = X[1:].copy()
    if output == "pandas":
        large.iloc[0, 2] = 9
    else:
        large[0, 2] = 9
    with pytest.raises(ValueError, match=f"from 0 to 4, got 9 in sample 0.*{way_out}"):
        checked(large, model=model)
