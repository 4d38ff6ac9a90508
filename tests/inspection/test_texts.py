"""Words that move predictions, against loops that remove them from the texts."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, make_scorer, mean_squared_error
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    TokenSequencer,
    explain_text,
    importance,
    telling_words,
)

TEXTS = ["a good film", "a bad film", "not good at all", "not bad at all"] * 8
LABELS = ["liked", "hated", "hated", "liked"] * 8


def features(ids):
    """Where which id stands, and which pairs there are: not linear in the words."""
    ids = np.asarray(ids)
    ids = np.concatenate([ids[:, :1] * 0, ids], axis=1)
    pairs = np.zeros((len(ids), 31 * 31))
    for row, own in zip(pairs, ids, strict=True):
        np.add.at(row, own[:-1] * 31 + own[1:], 1 + np.arange(len(own) - 1) / 10)
    return pairs


class OfPairs(ClassifierMixin, BaseEstimator):
    """A quick classifier that depends on the order of the words."""

    n_calls = 0

    def fit(self, X, y):
        self.inner_ = LogisticRegression().fit(features(X), y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(features(X))

    def predict_proba(self, X):
        type(self).n_calls += 1
        return self.inner_.predict_proba(features(X))


class Margin(OfPairs):
    """The same, with margins instead of probabilities."""

    predict_proba = property()

    def decision_function(self, X):
        return self.inner_.decision_function(features(X))


class Length(RegressorMixin, BaseEstimator):
    """Forecasts ten for each known word."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return 10.0 * (np.asarray(X) > 1).sum(axis=1)


@pytest.fixture(scope="module")
def model():
    return make_pipeline(TokenSequencer(30, 6), OfPairs()).fit(TEXTS, LABELS)


def test_effects_are_those_of_texts_without_the_words(model):
    text = "A film, not good: a film!"
    explanation = explain_text(model, text)
    words = ["a", "film", "not", "good", "a", "film"]
    assert explanation.words == words
    assert explanation.label == model.predict([text])[0] == "hated"
    column = list(model.classes_).index("hated")
    whole = model.predict_proba([text])[0, column]
    np.testing.assert_allclose(explanation.output, whole)
    assert len(explanation.effects) == 6 + 5 + 4
    for row in explanation.effects.itertuples():
        cut = words[: row.position] + words[row.position + row.n :]
        assert row.words == " ".join(words[row.position : row.position + row.n])
        rest = model.predict_proba([" ".join(cut)])[0, column]
        np.testing.assert_allclose(row.effect, whole - rest)


def test_the_table_has_the_largest_effects_without_overlap(model):
    explanation = explain_text(model, "a film at all not good", label="hated")
    table, effects = explanation.table, explanation.effects
    sizes = table["effect"].abs().tolist()
    assert sizes == sorted(sizes, reverse=True)
    spans = [(row.position, row.position + row.n) for row in table.itertuples()]
    taken = [i for span in spans for i in range(*span)]
    assert len(taken) == len(set(taken))
    for row in table.itertuples():
        inner = effects[
            (effects["position"] >= row.position)
            & (effects["position"] + effects["n"] <= row.position + row.n)
            & (effects["n"] < row.n)
        ]
        assert (inner["effect"] * np.sign(row.effect) < 0.9 * abs(row.effect)).all()
    assert len(explain_text(model, "a film at all not good", n_words=1).table) == 1
    singles = explain_text(model, "a film at all not good", ngrams=1)
    assert set(singles.effects["n"]) == {1}


def test_one_prediction_for_all_copies(model):
    before = OfPairs.n_calls
    explain_text(model, "a film that is not good at all, not at all")
    assert OfPairs.n_calls == before + 1


def test_what_was_not_read_is_said(model):
    explanation = explain_text(model, "Superb! Superb! not good at all, a story")
    assert explanation.words == ["not", "good", "at", "all", "a", "story"]
    assert explanation.n_cut == 2
    assert explanation.unknown == ["story"]
    lines = str(explanation).splitlines()
    assert lines[0] == f"{explanation.label}: {explanation.output:.3f}"
    assert lines[1] == (
        f"  {explanation.table['effect'][0]:+.3f}  {explanation.table['words'][0]}"
    )
    assert lines[-2] == "2 of 8 words were cut off: the model did not read them."
    assert lines[-1] == "Not in the vocabulary: story."
    cut_end = make_pipeline(TokenSequencer(30, 2, truncating="post"), OfPairs())
    explanation = explain_text(cut_end.fit(TEXTS, LABELS), "not good at all")
    assert (explanation.words, explanation.n_cut) == (["not", "good"], 2)


def test_a_text_without_words(model):
    explanation = explain_text(model, "!!!")
    assert explanation.words == [] and len(explanation.table) == 0
    assert str(explanation).endswith("The text has no words that the model reads.")


def test_runs_that_hold_a_removed_word_go_with_it():
    """With `ngram_range`, the rest of the text is read as a text of its own."""
    sequencer = TokenSequencer(60, 5, ngram_range=(1, 2), stop_words=["at"])
    model = make_pipeline(sequencer, OfPairs()).fit(TEXTS, LABELS)
    explanation = explain_text(model, "bad film not good at all", ngrams=1)
    # Of not, not good, good, good all, all the last five are read.
    assert explanation.words == ["not", "good", "all"]
    assert explanation.n_cut == 2
    rows = explanation.effects.set_index("words")["effect"]
    column = list(model.classes_).index(explanation.label)
    for word, rest in (("not", "good all"), ("good", "not all"), ("all", "not good")):
        output = model.predict_proba([rest])[0, column]
        np.testing.assert_allclose(rows[word], explanation.output - output)


def test_characters_and_margins():
    sequencer = TokenSequencer(30, 6, tokenizer="characters")
    model = make_pipeline(sequencer, Margin()).fit(TEXTS, LABELS)
    explanation = explain_text(model, "good", ngrams=2, label="liked")
    assert explanation.effects["words"].tolist() == ["go", "oo", "od"]
    margins = model.decision_function(["good", "od", "gd", "go"])
    np.testing.assert_allclose(explanation.output, margins[0])
    np.testing.assert_allclose(explanation.effects["effect"], margins[0] - margins[1:])
    other = explain_text(model, "good", ngrams=2, label="hated")
    np.testing.assert_allclose(other.effects["effect"], margins[1:] - margins[0])


def test_frozen_sequencers(model):
    frozen = make_pipeline(FrozenEstimator(model[0]), model[1])
    expected = explain_text(model, TEXTS[0]).effects
    pd.testing.assert_frame_equal(explain_text(frozen, TEXTS[0]).effects, expected)


def test_a_frozen_sequencer_of_one_column():
    table = pd.DataFrame({"text": TEXTS, "stars": np.arange(len(TEXTS)) % 5})
    sequencer = TokenSequencer(30, 6).fit(TEXTS)
    found = []
    for step in (sequencer, FrozenEstimator(sequencer)):
        columns = ColumnTransformer(
            [("ids", step, "text"), ("number", "passthrough", ["stars"])],
            sparse_threshold=0,
        )
        pipe = make_pipeline(columns, LogisticRegression(max_iter=5000))
        found += explain_text(pipe.fit(table, LABELS), table.iloc[[0]])
    found = [one.effects for one in found]
    pd.testing.assert_frame_equal(*found)


def test_searches_and_scalers_of_y():
    pipeline = make_pipeline(TokenSequencer(30, 6), "passthrough", OfPairs())
    search = GridSearchCV(pipeline, {"tokensequencer__max_length": [6]}, cv=2)
    search.fit(TEXTS, LABELS)
    expected = explain_text(search.best_estimator_, "not good").effects
    pd.testing.assert_frame_equal(explain_text(search, "not good").effects, expected)
    scaled = TransformedTargetRegressor(
        make_pipeline(TokenSequencer(30, 6), Length()), transformer=StandardScaler()
    )
    y = np.arange(32.0)
    scaled.fit(TEXTS, y)
    explanation = explain_text(scaled, "not good story", ngrams=1)
    assert explanation.label == 0
    np.testing.assert_allclose(
        explanation.effects["effect"], [10 * y.std(), 10 * y.std(), 0.0], atol=1e-9
    )


class LabelsByWord(OfPairs):
    """Several labels per sample, as the networks give them: one column for each."""

    def fit(self, X, y):
        self.inner_ = MultiOutputClassifier(LogisticRegression()).fit(features(X), y)
        self.classes_ = np.tile([0, 1], (y.shape[1], 1))
        return self

    def predict_proba(self, X):
        return np.stack([one[:, 1] for one in self.inner_.predict_proba(features(X))]).T


@pytest.mark.parametrize("n_labels", [2, 3])
def test_several_labels_per_text(n_labels):
    """Also if their number is that of the classes of each."""
    labels = [["good" in text, "bad" in text, "not" in text] for text in TEXTS]
    y = np.array(labels, dtype=int)[:, :n_labels]
    model = make_pipeline(TokenSequencer(30, 6), LabelsByWord()).fit(TEXTS, y)
    explanation = explain_text(model, "a bad film")
    assert explanation.label == 1
    for label in range(n_labels):
        one = explain_text(model, "a bad film", ngrams=1, label=label)
        assert one.label == label
        whole, rest = model.predict_proba(["a bad film", "a film"])[:, label]
        np.testing.assert_allclose(one.output, whole)
        np.testing.assert_allclose(one.effects["effect"][1], whole - rest)
    table = telling_words(model, TEXTS, n_words=1)
    assert table["label"].tolist() == list(range(n_labels))
    assert table["words"].tolist()[:2] == ["good", "bad"]
    # scikit-learn gives the probabilities of each label as an array of its own.
    lists = make_pipeline(TokenSequencer(30, 6), OfEach()).fit(TEXTS, y)
    pd.testing.assert_frame_equal(telling_words(lists, TEXTS, n_words=1), table)
    scorer = make_scorer(
        mean_squared_error, greater_is_better=False, response_method="predict_proba"
    )
    options = {"by": "word", "scoring": scorer, "words": ["bad", "good"]}
    same, other = (importance(one, TEXTS, y, **options) for one in (model, lists))
    np.testing.assert_array_equal(same.importances, other.importances)
    rest = model.predict_proba([text.replace("bad", "") for text in TEXTS])
    loss = mean_squared_error(y, rest) - same.score
    np.testing.assert_allclose(same.importances_mean[0], loss)


def test_columns_of_y_with_more_classes_are_refused():
    y = np.array([[0, 0], [1, 1], [2, 0], [0, 1]] * 8)
    model = make_pipeline(TokenSequencer(30, 6), OfEach()).fit(TEXTS, y)
    with pytest.raises(ValueError, match=r"columns of y have \[3, 2\] classes"):
        explain_text(model, "a bad film")


class OfEach(LabelsByWord):
    """The same, in scikit-learn's form."""

    def fit(self, X, y):
        super().fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict_proba(self, X):
        return self.inner_.predict_proba(features(X))


@pytest.mark.trains
def test_a_network_learns_which_words_tell():
    network = Conv1DClassifier(
        embedding_dim=8,
        n_conv=1,
        filters=16,
        kernel_size=2,
        epochs=40,
        learning_rate=0.02,
        validation_split=0,
        random_state=0,
    )
    model = make_pipeline(TokenSequencer(max_length=6), network).fit(TEXTS, LABELS)
    explanation = explain_text(model, "a bad film", label="hated")
    assert "bad" in explanation.table["words"][0].split()
    several = explain_text(model, ["a bad film", "a good film"])
    assert [one.label for one in several] == ["hated", "liked"]


@pytest.mark.trains
@pytest.mark.parametrize("Network", [Conv1DClassifier, Conv1DRegressor])
def test_columns_of_y_have_the_names_of_the_fit(Network, model):
    y = pd.DataFrame(
        {word: [word in text for text in TEXTS] for word in ("good", "bad")}
    )
    network = Network(
        embedding_dim=4,
        n_conv=1,
        kernel_size=1,
        learning_rate=0.05,
        epochs=20,
        random_state=0,
    )
    several = make_pipeline(TokenSequencer(30, 6), network).fit(TEXTS, y.astype(int))
    method = several.predict_proba if "Cl" in Network.__name__ else several.predict
    for label in ("bad", 1):
        explanation = explain_text(several, "a bad film", label=label)
        assert explanation.label == "bad"
        np.testing.assert_allclose(explanation.output, method(["a bad film"])[0, 1])
    table = telling_words(several, TEXTS)
    assert list(dict.fromkeys(table["label"])) == ["good", "bad"]
    for unknown in ("ugly", 2, -1):
        match = rf"label={unknown!r} is unknown: use one of \['good', 'bad'\]"
        with pytest.raises(ValueError, match=match):
            explain_text(several, "a bad film", label=unknown)
    if Network is Conv1DRegressor:
        with pytest.raises(ValueError, match=r"set label to a column .*'good', 'bad'"):
            explain_text(several, "a bad film")
    # A class has no number.
    with pytest.raises(ValueError, match="label=1 is unknown: use one of"):
        explain_text(model, "a bad film", label=1)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("names", "label", "column"),
    [
        ([1.0, 2.0], 1.0, 0),
        ([1.0, 2.0], 2.0, 1),
        ([1.0, 2.0], "2.0", 1),
        ([1.0, 2.0], np.int64(1), 1),
        ([0.5, 1.0], 0.5, 0),
        ([1.0, 2.0], 0.0, None),
        ([1.0, 2.0], True, None),
        (["1", "0"], 1, 0),
        (["1", "0"], 0, 1),
        ([pd.Timestamp("2025-01-01"), "all"], pd.Timestamp("2025-01-01"), 0),
        ([1, 0], 1, 1),  # numbers are no names, but positions
        ([1, 0], 1.0, None),
        ([1, 0], True, None),
        (["a", "b"], None, None),
    ],
)
def test_a_label_is_a_name_before_it_is_a_position(names, label, column):
    y = pd.DataFrame(np.arange(64.0).reshape(32, 2), columns=names)
    network = Conv1DRegressor(embedding_dim=2, n_conv=1, kernel_size=1, epochs=1)
    model = make_pipeline(TokenSequencer(30, 6), network).fit(TEXTS, y)
    if column is None:
        with pytest.raises(ValueError, match=r"is unknown: use one of|set label to a"):
            explain_text(model, "a bad film", label=label)
        return
    found = explain_text(model, "a bad film", label=label).output
    np.testing.assert_allclose(found, model.predict(["a bad film"])[0, column])


class OfPairsAndNumber(OfPairs):
    """Reads a number in the last column."""

    def _features(self, X):
        X = np.asarray(X)
        return np.hstack([features(X[:, :-1].astype(int)), X[:, -1:]])

    def fit(self, X, y):
        self.inner_ = LogisticRegression().fit(self._features(X), y)
        self.classes_ = self.inner_.classes_
        return self

    def predict_proba(self, X):
        return self.inner_.predict_proba(self._features(X))

    def predict(self, X):
        return self.inner_.predict(self._features(X))


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_numbers_beside_the_text_stay(output):
    stars = np.tile([4.0, 1.0, 2.0, 3.0], 8)
    table = pd.DataFrame({"stars": stars, "text": TEXTS})
    columns = ColumnTransformer(
        [("text", TokenSequencer(30, 6), "text"), ("n", StandardScaler(), ["stars"])]
    ).set_output(transform=output)
    model = make_pipeline(columns, OfPairsAndNumber()).fit(table, LABELS)
    [explanation] = explain_text(model, table[1:2])
    assert explanation.words == ["a", "bad", "film"]
    column = list(model.classes_).index(explanation.label)
    for row in explanation.effects.itertuples():
        words = ["a", "bad", "film"]
        del words[row.position : row.position + row.n]
        rest = table[1:2].assign(text=" ".join(words))
        output = model.predict_proba(rest)[0, column]
        np.testing.assert_allclose(row.effect, explanation.output - output)
    found = importance(model, table, LABELS, by="word", words=["bad"])
    cut = [" ".join(w for w in t.split() if w != "bad") for t in TEXTS]
    loss = model.score(table, LABELS) - model.score(table.assign(text=cut), LABELS)
    np.testing.assert_allclose(found.importances_mean, [loss])
    telling = telling_words(model, table, ngrams=(1, 2))
    assert "bad film" in set(telling["words"])
    with pytest.raises(ValueError, match="give the rows of a table"):
        explain_text(model, "a text")
    no_text = ColumnTransformer([("n", StandardScaler(), ["stars"])])
    model = make_pipeline(no_text, LogisticRegression()).fit(table, LABELS)
    with pytest.raises(ValueError, match="does not begin with a TokenSequencer"):
        explain_text(model, table)


@pytest.mark.parametrize("inside", ["threshold", "search", "frozen"])
def test_predictions_with_a_threshold(inside):
    """The effects are those on the probability, the loss in score is that of labels."""
    plain = make_pipeline(TokenSequencer(30, 6), OfPairs()).fit(TEXTS, LABELS)
    model = FixedThresholdClassifier(plain, threshold=0.9, pos_label="liked")
    if inside == "search":
        model = GridSearchCV(model, {}, cv=2)
    model.fit(TEXTS, LABELS)
    if inside == "frozen":
        model = FrozenEstimator(model)
    found, expected = explain_text(model, TEXTS[0]), explain_text(plain, TEXTS[0])
    assert found.label == expected.label
    pd.testing.assert_frame_equal(found.effects, expected.effects)
    pd.testing.assert_frame_equal(
        telling_words(model, TEXTS), telling_words(plain, TEXTS)
    )
    texts = [*TEXTS, "film", "good", "all bad"]
    labels = [*LABELS, "hated", "liked", "liked"]
    cut = [" ".join(w for w in t.split() if w != "not") for t in texts]
    loss = model.score(texts, labels) - model.score(cut, labels)
    assert loss != plain.score(texts, labels) - plain.score(cut, labels)
    shown = importance(model, texts, labels, by="word", words=["not"])
    np.testing.assert_allclose(shown.importances_mean, [loss])


@pytest.mark.parametrize(
    ("wrapper", "way_out"),
    [
        (lambda model: CalibratedClassifierCV(model, cv=2), "calibrated_classifiers_"),
        (lambda model: VotingClassifier([("a", model)]), "estimators_"),
    ],
)
def test_one_of_several_models_is_explained(wrapper, way_out):
    model = wrapper(make_pipeline(TokenSequencer(30, 6), OfPairs())).fit(TEXTS, LABELS)
    name = type(model).__name__
    match = rf"{name} holds a list .*such as (model\.{way_out}\[0\](\.estimator)?)\."
    with pytest.raises(ValueError, match=match) as told:
        explain_text(model, TEXTS[0])
    one = eval(re.search(match, str(told.value))[1], {"model": model})
    assert explain_text(one, TEXTS[0]).words == TEXTS[0].split()


# Many texts.


def test_telling_words_are_means_over_texts_without_them(model):
    texts = ["not good good", "good film", "bad film", "not bad", "all bad"]
    table = telling_words(model, texts, min_texts=2, n_words=5)
    whole = model.predict_proba(texts)
    expected = {}
    for word in ("not", "good", "film", "bad"):
        changes = []
        for text, before in zip(texts, whole, strict=True):
            rest = [one for one in text.split() if one != word]
            if len(rest) < len(text.split()):
                changes.append(before - model.predict_proba([" ".join(rest)])[0])
        expected[word] = np.mean(changes, axis=0)
    for column, label in enumerate(model.classes_):
        own = table[table["label"] == label]
        effects = {w: e[column] for w, e in expected.items() if e[column] > 0}
        assert own["words"].tolist() == sorted(effects, key=lambda w: -effects[w])
        np.testing.assert_allclose(own["effect"], sorted(effects.values())[::-1])
    counts = table.set_index("words")["n_texts"]
    assert counts["bad"] == 3 and counts["good"] == 2
    pairs = telling_words(model, texts * 5, ngrams=(2,))
    assert {"good film", "not bad"} <= set(pairs["words"])
    assert "good" not in set(pairs["words"])
    some = telling_words(model, TEXTS, max_samples=8, min_texts=1)
    assert some["n_texts"].max() <= 8


def test_words_of_a_regressor_raise_and_lower():
    class Signed(Length):
        def predict(self, X):
            return np.where(np.asarray(X) == 2, 1.0, -1.0).sum(axis=1)

    model = make_pipeline(TokenSequencer(30, 6), Signed()).fit(["b b b a"], [1.0])
    table = telling_words(model, ["b a", "a b"], min_texts=2)
    assert table["words"].tolist() == ["b"]  # padding takes the place of "a"
    np.testing.assert_allclose(table["effect"], [2.0])


def test_importance_of_words_is_the_loss_in_score(model):
    y = np.array(LABELS)
    found = importance(model, TEXTS, y, by="word", scoring="neg_log_loss", words=4)
    assert found.method == "occlusion" and found.n_samples == 32
    np.testing.assert_allclose(
        found.score, log_loss(y, model.predict_proba(TEXTS), labels=model.classes_)
    )
    assert found.table["n_texts"].tolist() == [16, 16, 16, 16]
    for row in found.table.itertuples():
        rest = [" ".join(w for w in text.split() if w != row.word) for text in TEXTS]
        loss = log_loss(y, model.predict_proba(rest)) - found.score
        np.testing.assert_allclose(row.mean, loss)
    chosen = importance(model, TEXTS, y, by="word", words=["not", "film"])
    assert chosen.table["word"].tolist() == ["not", "film"]
    rest = [" ".join(w for w in text.split() if w != "not") for text in TEXTS]
    np.testing.assert_allclose(
        chosen.importances_mean[0], model.score(TEXTS, y) - model.score(rest, y)
    )
    column = pd.Series(TEXTS, index=range(100, 132))
    again = importance(model, column, pd.Series(y), by="word", words=["not", "film"])
    pd.testing.assert_frame_equal(chosen.table, again.table)


def test_sparse_numbers_beside_the_text():
    """A ColumnTransformer gives a sparse matrix if most values are zero."""
    table = pd.DataFrame({"text": TEXTS, "shop": [str(i) for i in range(len(TEXTS))]})
    both = [
        ("text", TokenSequencer(30, 6), "text"),
        ("shop", OneHotEncoder(), ["shop"]),
    ]
    found = []
    for threshold in (1, 0):
        columns = ColumnTransformer(both, sparse_threshold=threshold)
        model = make_pipeline(columns, FunctionTransformer(dense), OfPairsAndNumber())
        model.fit(table, LABELS)
        found.append(importance(model, table, LABELS, by="word").table)
        assert explain_text(model, table[:1])[0].words
    pd.testing.assert_frame_equal(*found)


def dense(X):
    return X.toarray() if issparse(X) else np.asarray(X)


def test_words_of_a_model_of_pairs():
    model = make_pipeline(TokenSequencer(30, 6, ngram_range=(2, 2)), OfPairs())
    model.fit(TEXTS, LABELS)
    found = importance(model, TEXTS, LABELS, by="word").table
    assert set(found["word"]) == {word for text in TEXTS for word in text.split()}


# What is refused.


def test_bad_input_is_refused(model):
    with pytest.raises(ValueError, match="does not begin with a TokenSequencer"):
        explain_text(LogisticRegression().fit([[0], [1]], [0, 1]), "a text")
    ids = make_pipeline(TokenSequencer(30, 6), OfPairs())
    ids.fit([[2, 3], [4, 5]], ["a", "b"])
    with pytest.raises(ValueError, match="it knows no words"):
        explain_text(ids, "a text")
    with pytest.raises(ValueError, match="label='good' is unknown"):
        explain_text(model, "a text", label="good")
    with pytest.raises(ValueError, match="n_words=0 must be"):
        explain_text(model, "a text", n_words=0)
    with pytest.raises(ValueError, match="must be lengths of runs"):
        explain_text(model, "a text", ngrams=(0, 1))
    with pytest.raises(ValueError, match="texts are needed"):
        explain_text(model, [[2, 3]])
    with pytest.raises(ValueError, match="No word occurs in min_texts=9"):
        telling_words(model, TEXTS[:4], min_texts=9)
    with pytest.raises(ValueError, match="max_samples=0 must be"):
        telling_words(model, TEXTS, max_samples=0)
    for words, message in (
        (0, "words=0 must be"),
        ([], "must be a number of words"),
        (["superb"], "none of the texts has"),
    ):
        with pytest.raises(ValueError, match=message):
            importance(model, TEXTS, LABELS, by="word", words=words)
    with pytest.raises(ValueError, match="No word of the texts is in the vocabulary"):
        importance(model, ["qqq zzz"] * 2, LABELS[:2], by="word")
    titled = pd.DataFrame({"text": TEXTS, "title": TEXTS})
    two = [(name, TokenSequencer(30, 6), name) for name in titled]
    two = make_pipeline(ColumnTransformer(two), OfPairsAndNumber()).fit(titled, LABELS)
    with pytest.raises(ValueError, match="has 2 TokenSequencers"):
        explain_text(two, titled[:1])
    with pytest.raises(ValueError, match="has no meaning for words"):
        importance(model, TEXTS, LABELS, by="word", method="permutation")
    silent = copy.deepcopy(model)
    silent.steps[-1] = ("length", Silent().fit(None, LABELS))
    with pytest.raises(ValueError, match="neither predict_proba nor"):
        explain_text(silent, "a text")


class Silent(ClassifierMixin, BaseEstimator):
    """A classifier with labels only."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])
