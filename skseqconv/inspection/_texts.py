"""Texts as the network reads them, and copies of them without some words."""

from __future__ import annotations

import copy
import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from skseqconv._counts import is_whole
from skseqconv._unwrap import THRESHOLDS, innermost, models_inside, opened
from skseqconv.transformers._encoded import encode_tokens, laid_out
from skseqconv.transformers._texts_or_ids import read_samples
from skseqconv.transformers._token_sequencer import TokenSequencer
from skseqconv.transformers._tokenizers import ngrams, tokens_of

from ._answers import joined

#: Rows of ids are predicted in parts of about this many bytes.
PART_BYTES = 2**26


class ReadText(NamedTuple):
    """A text as the network reads it."""

    words: list[str]
    #: How many words were cut off.
    n_cut: int
    #: What the network reads beside the text, as the ColumnTransformer gives it.
    others: NDArray | None = None


class TextReader:
    """A fitted model of texts, as its TokenSequencer and the rest of it.

    The TokenSequencer may belong to a ColumnTransformer, which puts numbers beside the
    ids. Then the samples are the rows of a table.
    """

    def __init__(self, model):
        check_is_fitted(model)
        first, self.rest = _split(model)
        self._columns = first if isinstance(first, ColumnTransformer) else None
        self.sequencer = first
        if self._columns is not None:
            name, self.sequencer, self._column = _of_texts(first)
            self._own = None if name is None else first.output_indices_[name]
        if self.sequencer is None or self.rest is None:
            raise ValueError(_without_words(model))
        if self.sequencer.vocabulary_ is None:
            raise ValueError(
                "The TokenSequencer was fitted on lists of token ids, so it knows no "
                "words. Fit it on texts."
            )

    @property
    def joint(self):
        """What stands between the words of a run."""
        return self.sequencer._joint

    def known_words(self):
        """The words that the network knows, alone or in a run."""
        vocabulary = self.sequencer.vocabulary_
        if self.sequencer.ngram_range[1] == 1:
            return vocabulary.keys()
        joint = self.joint
        return {w for run in vocabulary for w in (run.split(joint) if joint else run)}

    def read(self, X):
        """Each text as a `ReadText`."""
        texts, others = X, itertools.repeat(None)
        if self._columns is not None:
            if not hasattr(X, "columns"):
                raise ValueError(
                    "The model reads numbers beside the text: give the rows of a "
                    f"table, not {type(X).__name__}."
                )
            texts = _safe_indexing(X, self._column, axis=1)
            others = self._columns.transform(X)
            if sparse.issparse(others):
                others = others.toarray()
            others = np.asarray(others)
        samples, are_texts = read_samples(texts)
        if not are_texts:
            raise ValueError("X holds lists of token ids, but texts are needed.")
        pairs = zip(enumerate(samples), others, strict=False)
        return [self._read(text, row, beside) for (row, text), beside in pairs]

    def _read(self, text, row, others):
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
            return ReadText([], 0, others)
        first, last = kept[0][0], max(end for _, end in kept)
        return ReadText(words[first:last], len(words) - (last - first), others)

    def inputs(self, read):
        """What the rest of the model is given: rows of ids, and what is beside them."""
        sequencer = self.sequencer
        runs = [
            sequencer._cut(ngrams(one.words, *sequencer.ngram_range, self.joint))
            for one in read
        ]
        flat, lengths = encode_tokens(runs, sequencer.vocabulary_)
        lengths = lengths.astype(np.int64)  # also without any list
        if self._columns is None:
            return sequencer._lay_out(None, flat, lengths)
        ids = laid_out(flat, lengths, sequencer.max_length, sequencer.padding)
        rows = np.stack([one.others for one in read])
        rows[:, self._own] = ids
        if hasattr(self.rest, "feature_names_in_"):
            return pd.DataFrame(rows, columns=self.rest.feature_names_in_)
        return rows

    def answers(self, read, name):
        """The predictions of a method for texts.

        Parameters
        ----------
        read : iterable of ReadText
            It may be a generator: the rows of ids are made part by part.
        name : str
            A method of the model, such as "predict".
        """
        method = getattr(self.rest, name)
        size = max(1, PART_BYTES // (4 * self.sequencer.max_length))
        found, waiting = [], []
        for one in read:
            waiting.append(one)
            if len(waiting) == size:
                found.append(method(self.inputs(waiting)))
                waiting = []
        if waiting:
            found.append(method(self.inputs(waiting)))
        return joined(found)

    def outputs(self, read):
        """The outputs that are explained, of shape (n_texts, n_labels)."""
        for name in ("predict_proba", "decision_function"):
            if is_classifier(self.rest) and hasattr(self.rest, name):
                values = self.answers(read, name)
                if isinstance(values, list):
                    return _of_each_label(values)
                # One margin of two classes is that of the second.
                return values if values.ndim == 2 else np.stack([-values, values], 1)
        if is_classifier(self.rest):
            raise ValueError(
                f"{type(self.rest).__name__} has neither predict_proba nor "
                "decision_function, so a word can move no more than its label."
            )
        values = self.answers(read, "predict")
        return values.reshape(len(values), -1)

    def labels(self, n_outputs):
        """The names of the outputs: the classes, or the columns of y."""
        return self._classes(n_outputs) or self._columns_of_y(n_outputs)

    def at(self, label, n_outputs):
        """Which output a label is. A column of y may be given by its number, too."""
        names, are_classes = self.labels(n_outputs), bool(self._classes(n_outputs))
        # Names of columns are kept as texts, whatever they were in the table.
        name = label if are_classes else str(label)
        if name in names:
            return names.index(name)
        if not are_classes and is_whole(label) and label in range(n_outputs):
            return int(label)
        raise ValueError(f"label={label!r} is unknown: use one of {names}.")

    def _classes(self, n_outputs):
        """The classes, if each output is one of them; else None."""
        classes = getattr(self.rest, "classes_", None)
        # If y has several columns, there are classes of each.
        one_column = not isinstance(classes, list) and np.ndim(classes) == 1
        if one_column and len(classes) == n_outputs:
            return np.asarray(classes).tolist()
        return None

    def _columns_of_y(self, n_outputs):
        """The names of the columns of y that a network has seen, or their numbers."""
        names = getattr(innermost(self.rest), "_y_columns", None) or ()
        return list(names if len(names) == n_outputs else range(n_outputs))


def _of_each_label(values):
    """The probability of each label, of an array of two columns for each of them."""
    n_classes = [one.shape[1] for one in values]
    if set(n_classes) != {2}:
        raise ValueError(
            f"The columns of y have {n_classes} classes, but a model of several "
            "columns is explained only if each is a label with two classes: fit a "
            "model for each column."
        )
    return np.stack([one[:, 1] for one in values], axis=1)


def without(read, start, stop):
    """The text without the words from `start` to before `stop`."""
    return read._replace(words=read.words[:start] + read.words[stop:])


def without_run(read, run):
    """The text without all occurrences of a run of words, from left to right."""
    words, kept, at, n = read.words, [], 0, len(run)
    while at < len(words):
        if tuple(words[at : at + n]) == run:
            at += n
        else:
            kept.append(words[at])
            at += 1
    return read._replace(words=kept)


def _without_words(model):
    """Why it is not known which words a model reads, and the way out."""
    name = type(model).__name__
    model = opened(model)
    lists = "calibrated_classifiers_", "estimators_"
    held = next((one for one in lists if hasattr(model, one)), None)
    if held and any(isinstance(one, TokenSequencer) for one in models_inside(model)):
        inner = ".estimator" if held == "calibrated_classifiers_" else ""
        return (
            f"{name} holds a list of fitted models, and each of them has a vocabulary "
            f"of its own. Explain one of them, such as model.{held}[0]{inner}."
        )
    return (
        f"{name} does not begin with a TokenSequencer, so its words are not known. "
        "Give a fitted Pipeline of a TokenSequencer (or a ColumnTransformer that has "
        "one) and an estimator, or a search over one."
    )


def _of_texts(columns):
    """Name, TokenSequencer and column of the texts of a ColumnTransformer."""
    found = []
    for name, step, column in columns.transformers_:
        step = opened(step)
        if isinstance(step, TokenSequencer):
            found.append((name, step, column))
    if len(found) > 1:
        raise ValueError(
            f"The ColumnTransformer has {len(found)} TokenSequencers, but the words of "
            "one column of texts are explained. Join the columns of texts into one."
        )
    return found[0] if found else (None, None, None)


#: What changes the predictions of one fitted model, and where it holds this.
_WRAPPERS = (TransformedTargetRegressor, "regressor_"), (THRESHOLDS, "estimator_")


def _split(model):
    """The first step of a model, which reads the texts, and the rest; or Nones."""
    model = opened(model)
    if isinstance(model, TokenSequencer | ColumnTransformer):
        return model, None
    if isinstance(model, Pipeline):
        steps = [(n, s) for n, s in model.steps if s not in (None, "passthrough")]
        first, rest = _split(steps[0][1]) if steps else (None, None)
        steps = steps[1:] if rest is None else [(steps[0][0], rest), *steps[1:]]
        return (first, Pipeline(steps)) if first is not None and steps else (None, None)
    for kinds, held in _WRAPPERS:
        if isinstance(model, kinds):
            first, rest = _split(getattr(model, held))
            changed = copy.copy(model)
            setattr(changed, held, rest)
            return (first, changed) if rest is not None else (None, None)
    return None, None
