"""Texts as the network reads them, and copies of them without some words."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skseqconv.transformers._samples import read_samples
from skseqconv.transformers._token_ids import encode_tokens, laid_out
from skseqconv.transformers._token_sequencer import TokenSequencer
from skseqconv.transformers._tokenizers import ngrams, tokens_of

#: Rows of ids are predicted in parts of about this many bytes.
PART_BYTES = 2**26


class ReadText(NamedTuple):
    """The words of a text that the network reads, and how many were cut off."""

    words: list[str]
    n_cut: int


class TextReader:
    """A fitted model of texts, as its TokenSequencer and the rest of it."""

    def __init__(self, model):
        check_is_fitted(model)
        self.sequencer, self.rest = _split(model)
        if self.sequencer is None:
            raise ValueError(
                f"{type(model).__name__} does not begin with a TokenSequencer, so its "
                "words are not known. Give a fitted Pipeline of a TokenSequencer and "
                "an estimator, or a search over one."
            )
        if self.sequencer.vocabulary_ is None:
            raise ValueError(
                "The TokenSequencer was fitted on lists of token ids, so it knows no "
                "words. Fit it on texts."
            )

    @property
    def joint(self):
        """What stands between the words of a run."""
        return self.sequencer._joint

    def read(self, texts):
        """Each text as a `ReadText`."""
        samples, are_texts = read_samples(texts)
        if not are_texts:
            raise ValueError("X holds lists of token ids, but texts are needed.")
        return [self._read(text, row) for row, text in enumerate(samples)]

    def _read(self, text, row):
        sequencer = self.sequencer
        words = tokens_of(sequencer.tokenizer, text, f"row {row} of X")
        words = [word for word in words if word not in sequencer._stopped]
        shortest, longest = sequencer.ngram_range
        # The first word of each run, and the word after its last, as runs are made.
        ends = [
            (start, start + n)
            for start in range(len(words))
            for n in range(shortest, min(longest, len(words) - start) + 1)
        ]
        kept = sequencer._cut(ends)
        if not kept:
            return ReadText([], 0)
        first, last = kept[0][0], max(end for _, end in kept)
        return ReadText(words[first:last], len(words) - (last - first))

    def ids(self, word_lists):
        """Rows of ids of lists of words."""
        sequencer = self.sequencer
        runs = [
            sequencer._cut(ngrams(words, *sequencer.ngram_range, self.joint))
            for words in word_lists
        ]
        flat, lengths = encode_tokens(runs, sequencer.vocabulary_)
        lengths = lengths.astype(np.int64)  # also without any list
        ids = laid_out(flat, lengths, sequencer.max_length, sequencer.padding)
        return sequencer._contain(ids, sequencer.get_feature_names_out())

    def answers(self, word_lists, name):
        """The predictions of a method for lists of words.

        Parameters
        ----------
        word_lists : iterable of list of str
            It may be a generator: the rows of ids are made part by part.
        name : str
            A method of the model, such as "predict".
        """
        method = getattr(self.rest, name)
        size = max(1, PART_BYTES // (4 * self.sequencer.max_length))
        found, waiting = [], []
        for words in word_lists:
            waiting.append(words)
            if len(waiting) == size:
                found.append(method(self.ids(waiting)))
                waiting = []
        if waiting or not found:
            found.append(method(self.ids(waiting)))
        return np.concatenate(found)

    def outputs(self, word_lists):
        """The outputs that are explained, of shape (n_lists, n_labels)."""
        for name in ("predict_proba", "decision_function"):
            if is_classifier(self.rest) and hasattr(self.rest, name):
                values = self.answers(word_lists, name)
                # One margin of two classes is that of the second.
                return values if values.ndim == 2 else np.stack([-values, values], 1)
        if is_classifier(self.rest):
            raise ValueError(
                f"{type(self.rest).__name__} has neither predict_proba nor "
                "decision_function, so a word can move no more than its label."
            )
        values = self.answers(word_lists, "predict")
        return values.reshape(len(values), -1)

    def labels(self, n_outputs):
        """The names of the outputs: the classes, or the numbers of the columns."""
        classes = getattr(self.rest, "classes_", None)
        if classes is not None and len(classes) == n_outputs:
            return list(np.asarray(classes).tolist())
        return list(range(n_outputs))


def without(words, start, stop):
    """The words without those from `start` to before `stop`."""
    return words[:start] + words[stop:]


def without_run(words, run):
    """The words without all occurrences of a run of words, from left to right."""
    kept, at, n = [], 0, len(run)
    while at < len(words):
        if tuple(words[at : at + n]) == run:
            at += n
        else:
            kept.append(words[at])
            at += 1
    return kept


def _split(model):
    """The TokenSequencer that a model begins with, and the rest of the model."""
    if hasattr(model, "best_estimator_"):
        return _split(model.best_estimator_)
    if isinstance(model, TokenSequencer):
        return model, None
    if isinstance(model, Pipeline):
        steps = [(n, s) for n, s in model.steps if s not in (None, "passthrough")]
        sequencer, rest = _split(steps[0][1]) if steps else (None, None)
        steps = steps[1:] if rest is None else [(steps[0][0], rest), *steps[1:]]
        if sequencer is None or not steps:
            return None, None
        return sequencer, Pipeline(steps)
    if isinstance(model, TransformedTargetRegressor):
        sequencer, rest = _split(model.regressor_)
        changed = copy.copy(model)
        changed.regressor_ = rest
        return sequencer, changed
    return None, None
