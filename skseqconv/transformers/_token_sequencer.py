"""Texts, or lists of token ids, to the matrices of ids that an Embedding reads."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from numbers import Integral
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin

from ._output import OutputMixin
from ._samples import read_samples, shown, whole_numbers
from ._tokenizers import (
    TOKENIZERS,
    ngrams,
    read_stop_words,
    tokens_of,
    warn_of_unspaced,
)

PADDING, UNKNOWN = 0, 1

#: What ids below that of the most frequent token are written as.
SPECIAL = ("", "[UNK]")

#: Ids are int32, and so is their number.
_MOST_TOKENS = 2**31 - 1

#: How far above `_learn` the caller of `fit` is, for warnings.
_CALLER = 6


@public
class TokenSequencer(
    OutputMixin,
    CallbackSupportMixin,
    TransformerMixin,
    BaseEstimator,
    auto_wrap_output_keys=None,
):
    """Turn texts into rows of token ids of one length.

    Each text is split into tokens and cut to `max_length` of them. Each token
    becomes its rank in the vocabulary, which is learned in `fit`, and short rows
    are filled up with zeros: what an Embedding layer reads. Lists of token ids
    skip the vocabulary and are cut and filled only.

    Parameters
    ----------
    max_tokens : int, default=10000
        How many ids there are at the most, padding and the unknown token included:
        the rows of an Embedding. The vocabulary is cut to its ``max_tokens - 2``
        most frequent tokens.
    max_length : int, default=500
        Length of each row of ids.
    tokenizer : {"words", "classic", "characters"} or callable, default="words"
        How a text is split into tokens. All but a callable lower the case.

        - "words": words and emoji, in any script that separates words, without
          punctuation. See Notes.
        - "classic": as Keras' classic Tokenizer. ASCII punctuation, tabs and line feeds
          become spaces, and the text is split at spaces. Its words are those of
          ``keras.datasets.imdb``.
        - "characters": each character, punctuation included; white space becomes one
          space. For scripts without spaces between words, such as Chinese.
        - A callable takes the text as it is, and returns a list of str.
    stop_words : "english", list of str or None, default=None
        Tokens that are removed, before `ngram_range` is applied. "english" is the
        list of scikit-learn, which contains "not" and "no". `tokenizer` is applied to
        each stop word, so that its case and kind of apostrophe do not matter.
    ngram_range : tuple of (int, int), default=(1, 1)
        Shortest and longest run of tokens that counts as a token of its own:
        ``(1, 2)`` puts behind each word the pair that it begins. All of them count
        in `max_tokens` and `max_length`.
    padding : {"pre", "post"}, default="pre"
        Where a short row is filled with zeros: before its tokens or after them.
    truncating : {"pre", "post"}, default="pre"
        Where a long text is cut: "pre" drops its beginning, "post" its end.

    Attributes
    ----------
    vocabulary_ : dict of str to int, or None
        The id of each known token, from 2 up, the most frequent token first and
        the first seen first among equally frequent ones. None where lists of ids
        were fitted.
    n_tokens_ : int
        How many ids there are, padding and the unknown token included.

    Raises
    ------
    ValueError
        If X is neither texts nor lists of token ids, mixes them, has a missing
        text, a negative id or one that is no whole number, or has no token at all
        in `fit`; or if `tokenizer` gives anything but a list of str.
    TypeError
        If X is a sparse matrix.

    Warns
    -----
    UserWarning
        In `fit`, if `tokenizer` is "words" or "classic" and texts are in a script
        without spaces between words, or if a stop word is not a single token.

    See Also
    --------
    Conv1DClassifier : Learns classes from such rows through an Embedding layer.
    sklearn.feature_extraction.text.CountVectorizer : Counts tokens, without order.
    keras.layers.TextVectorization : Turns texts into ids inside a Keras model.

    Notes
    -----
    Id 0 is padding and id 1 a token that is not in the vocabulary.

    The tokenizer "words" follows Unicode's rules for words [1]_. A word consists of
    letters, marks and digits. An apostrophe between two letters belongs to the word,
    and all kinds of apostrophe are the same: "don't" and "don\u2019t" are one word.
    Hyphens and dashes separate words, as in Keras and scikit-learn. A point or a comma
    between two digits does not: "3.5" is one token. In three cases the rules differ
    from Unicode's: a full stop or a colon between letters separates words, and so does
    an underscore; letters of scripts without spaces stay together. Each emoji is a
    token. Punctuation and other symbols are left out.

    Texts are normalized to Unicode's form NFC and to lower case (`str.lower`): an
    accented letter is the same letter however it was typed. Accents, vowel signs and
    "\u00df" stay as they are. The Turkish letters "\u0130" and "I" both become "i",
    because the letters do not tell the language. Invisible characters, such as a soft
    hyphen, are removed; the joiners inside Persian and Indic words are kept.

    Chinese, Japanese, Thai, Lao, Khmer and Burmese have no spaces between words. There
    "words" takes phrases for words, and `fit` warns. Texts whose words are separated by
    spaces already are read as such. Tibetan is split into its syllables.

    The vocabulary counts the tokens that are left once the texts are cut to
    `max_length`. So each of its ids occurs in the rows of the training texts, and a
    network that learns how many ids there are from those rows knows them all: no
    new text can hold a greater id. For the same reason lists of ids define
    `n_tokens_` by the greatest of their ids that is left and below `max_tokens`;
    any id from `n_tokens_` on becomes 1.

    Lists of ids are taken to follow the same convention, and may differ in length
    between `fit` and `transform`. A zero in them counts as a token when a list is
    cut, so leave filling them up to this transformer.

    A text without tokens, such as an empty one, is a row of padding. There is no
    warning, as there is none from scikit-learn's CountVectorizer.

    References
    ----------
    .. [1] Unicode Standard Annex #29, "Unicode Text Segmentation",
       https://www.unicode.org/reports/tr29/

    Examples
    --------
    The second text loses its beginning, and so the vocabulary has no "not".

    >>> from skseqconv import TokenSequencer
    >>> texts = ["A good film.", "Not a good film: a dull one!"]
    >>> sequencer = TokenSequencer(max_length=4).fit(texts)
    >>> sequencer.vocabulary_
    {'a': 2, 'film': 3, 'good': 4, 'dull': 5, 'one': 6}
    >>> sequencer.transform([*texts, "A film"])
    array([[0, 2, 4, 3],
           [3, 2, 5, 6],
           [0, 0, 2, 3]], dtype=int32)
    >>> sequencer.inverse_transform([[0, 0, 1, 3]])
    ['[UNK] film']
    >>> words = TokenSequencer(stop_words=["the"]).fit(["The state-of-the-art film"])
    >>> list(words.vocabulary_)
    ['state', 'of', 'art', 'film']
    >>> letters = TokenSequencer(max_length=4, tokenizer="characters").fit(["abba"])
    >>> letters.transform(["ab", "c"])
    array([[0, 0, 2, 3],
           [0, 0, 0, 1]], dtype=int32)
    >>> pairs = TokenSequencer(ngram_range=(1, 2)).fit(["not good"])
    >>> pairs.vocabulary_
    {'not': 2, 'not good': 3, 'good': 4}
    >>> TokenSequencer(max_length=2, padding="post").fit_transform([[7], [4, 5, 6]])
    array([[7, 0],
           [5, 6]], dtype=int32)
    """

    _parameter_constraints = {  # noqa: RUF012
        "max_tokens": [Interval(Integral, 3, _MOST_TOKENS, closed="both")],
        "max_length": [Interval(Integral, 1, None, closed="left")],
        "tokenizer": [StrOptions(set(TOKENIZERS)), callable],
        "stop_words": [StrOptions({"english"}), list, None],
        "ngram_range": [tuple, list],
        "padding": [StrOptions({"pre", "post"})],
        "truncating": [StrOptions({"pre", "post"})],
    }

    def __init__(
        self,
        max_tokens: int = 10000,
        max_length: int = 500,
        *,
        tokenizer: str | Callable[[str], Sequence[str]] = "words",
        stop_words: str | list[str] | None = None,
        ngram_range: tuple[int, int] = (1, 1),
        padding: str = "pre",
        truncating: str = "pre",
    ) -> None:
        self.max_tokens = max_tokens
        self.max_length = max_length
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.ngram_range = ngram_range
        self.padding = padding
        self.truncating = truncating

    @one_task
    def fit(
        self, X: Iterable[str] | Iterable[Sequence[int]] | NDArray, y: object = None
    ) -> Self:
        """Learn the vocabulary of texts, or how many ids lists of ids have.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            Texts, such as a list or a column of a table; or lists of token ids. An
            integer array of shape (n_samples, n_steps) is a list of lists.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._learn(X)
        return self

    @one_task
    def fit_transform(
        self, X: Iterable[str] | Iterable[Sequence[int]] | NDArray, y: object = None
    ) -> NDArray[np.int32] | pd.DataFrame:
        """Learn from texts or lists of ids, and give their rows of ids.

        The same as `fit` and then `transform`, but each text is split only once.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            Texts, such as a list or a column of a table; or lists of token ids. An
            integer array of shape (n_samples, n_steps) is a list of lists.
        y : object, default=None
            Ignored.

        Returns
        -------
        ids : ndarray of int32 of shape (n_samples, max_length)
            Or a DataFrame, where `set_output` says so.
        """
        return self._lay_out(X, *self._learn(X))

    def transform(
        self, X: Iterable[str] | Iterable[Sequence[int]] | NDArray
    ) -> NDArray[np.int32] | pd.DataFrame:
        """Give the rows of ids of texts or lists of ids.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            The same kind that was fitted. Unknown tokens and ids become 1, and a
            text without tokens a row of padding.

        Returns
        -------
        ids : ndarray of int32 of shape (n_samples, max_length)
            Or a DataFrame, where `set_output` says so.
        """
        check_is_fitted(self)
        samples, are_texts = read_samples(X)
        fitted_texts = self.vocabulary_ is not None
        if are_texts is not fitted_texts:
            kinds = ["lists", "texts"]
            raise ValueError(
                f"X holds {kinds[are_texts]}, but this TokenSequencer was fitted on "
                f"{kinds[fitted_texts]}: give it the same kind, or fit it again."
            )
        if are_texts:
            get, unknown = self.vocabulary_.get, repeat(UNKNOWN)
            kept = self._encode(
                samples, self._stopped, lambda tokens: map(get, tokens, unknown)
            )
        else:
            kept = self._cut_ids(samples, self.n_tokens_)
        return self._lay_out(X, *kept)

    def __getstate__(self):
        """Tokens as one text: entry by entry, a file of them is slow."""
        state = dict(super().__getstate__())
        if state.get("vocabulary_") is not None:
            state["vocabulary_"] = json.dumps(list(state["vocabulary_"]))
        if "_stopped" in state:
            state["_stopped"] = json.dumps(sorted(state["_stopped"]))
        return state

    def __setstate__(self, state):
        state = dict(state)
        if "stop_words" not in state:  # from before there were tokenizers by name
            old = state["tokenizer"]
            state |= {"tokenizer": "classic" if old is None else old}
            state |= {"stop_words": None, "_stopped": "[]"}
        if state.get("vocabulary_") is not None:
            tokens = json.loads(state["vocabulary_"])
            known = {token: i for i, token in enumerate(tokens, start=len(SPECIAL))}
            state["vocabulary_"] = known
        if "_stopped" in state:
            state["_stopped"] = frozenset(json.loads(state["_stopped"]))
        super().__setstate__(state)

    # Until they are laid out, the ids of all samples are held end to end, with the
    # number of ids that each sample has.

    def _learn(self, X):
        self._validate_params()
        _check_ngram_range(self.ngram_range)
        samples, are_texts = read_samples(X)
        if are_texts:
            stopped = read_stop_words(self.stop_words, self.tokenizer, _CALLER)
            flat, lengths, vocabulary = self._learn_texts(samples, stopped)
            n_tokens = len(vocabulary) + len(SPECIAL)
        else:
            self._refuse_what_needs_texts()
            flat, lengths = self._cut_ids(samples, self.max_tokens)
            stopped, vocabulary = frozenset(), None
            n_tokens = max(int(flat.max(initial=0)) + 1, len(SPECIAL))
        if not flat.size:
            raise ValueError(f"There is nothing to learn: {self._nothing(samples)}.")
        self.vocabulary_ = vocabulary
        self.n_tokens_ = n_tokens
        self._stopped = stopped
        return flat, lengths

    def _refuse_what_needs_texts(self):
        for name, unused in (("stop_words", None), ("ngram_range", (1, 1))):
            value = getattr(self, name)
            if (tuple(value) if isinstance(value, list) else value) != unused:
                raise ValueError(
                    f"{name}={value!r} needs texts, but X holds lists of token ids, "
                    f"which are cut and filled only. Use {name}={unused!r}."
                )

    def _nothing(self, samples):
        """Says of samples that they have no token."""
        if not isinstance(samples[0], str):
            return f"the {len(samples)} samples of X have no token ids"
        shortest = self.ngram_range[0]
        tokens = "tokens" if shortest == 1 else f"runs of {shortest} tokens"
        other = "" if self.stop_words is None else " but stop words"
        return (
            f"tokenizer={self.tokenizer!r} finds no {tokens}{other} in the "
            f"{len(samples)} samples of X, of which the first is {shown(samples[0])}"
        )

    def _learn_texts(self, texts, stopped):
        # Numbers tokens in the order in which they are first seen, at the speed of C.
        number_of = defaultdict()
        number_of.default_factory = number_of.__len__
        numbers, lengths = self._encode(
            texts, stopped, lambda tokens: map(number_of.__getitem__, tokens)
        )
        if self.tokenizer in ("words", "classic"):
            warn_of_unspaced(texts, self.tokenizer, _CALLER + 1)
        counts = np.bincount(numbers, minlength=len(number_of))
        # Stable: of equally frequent tokens the first seen comes first.
        ranked = np.argsort(-counts, kind="stable")[: self.max_tokens - len(SPECIAL)]
        id_of = np.full(len(number_of), UNKNOWN, dtype=np.int32)
        id_of[ranked] = np.arange(len(ranked)) + len(SPECIAL)
        tokens = list(number_of)
        known = [tokens[number] for number in ranked]
        vocabulary = {token: i for i, token in enumerate(known, start=len(SPECIAL))}
        return id_of[numbers], lengths, vocabulary

    def _encode(self, texts, stopped, to_numbers):
        # An array grows like a list, in a fraction of its memory.
        flat, lengths = array("i"), []
        for row, text in enumerate(texts):
            tokens = tokens_of(self.tokenizer, text, f"row {row} of X")
            if stopped:
                tokens = [token for token in tokens if token not in stopped]
            tokens = self._cut(ngrams(tokens, *self.ngram_range, self._joint))
            flat.extend(to_numbers(tokens))
            lengths.append(len(tokens))
        return np.frombuffer(flat, dtype=np.intc), np.array(lengths)

    @property
    def _joint(self):
        return "" if self.tokenizer == "characters" else " "

    def _cut_ids(self, samples, n_tokens):
        pieces = [self._cut(whole_numbers(ids, row)) for row, ids in enumerate(samples)]
        flat = np.full(sum(map(len, pieces)), UNKNOWN, dtype=np.int32)
        start = 0
        for piece in pieces:
            known = piece < n_tokens
            flat[start : start + len(piece)][known] = piece[known]
            start += len(piece)
        return flat, np.array([len(piece) for piece in pieces])

    def _cut(self, tokens):
        if self.truncating == "pre":
            return tokens[-self.max_length :]
        return tokens[: self.max_length]

    def _lay_out(self, X, flat, lengths):
        place = np.arange(self.max_length)
        if self.padding == "pre":
            filled = place >= self.max_length - lengths[:, None]
        else:
            filled = place < lengths[:, None]
        ids = np.full(filled.shape, PADDING, dtype=np.int32)
        ids[filled] = flat
        # The rows of a column keep their labels, or ColumnTransformer could not put
        # them beside the rows of other columns; scikit-learn's own set_output keeps
        # those of a whole DataFrame only.
        index = X.index if hasattr(X, "iloc") else None
        return self._contain(ids, self.get_feature_names_out(), index=index)

    def inverse_transform(
        self, X: ArrayLike | Iterable[Sequence[int]]
    ) -> list[str] | list[list[int]]:
        """Give the tokens that rows of ids stand for.

        Parameters
        ----------
        X : array-like of int of shape (n_samples, n_steps), or list of lists of int
            Ids, such as `transform` gives.

        Returns
        -------
        texts : list of length n_samples
            Tokens, joined by spaces (characters are not); the unknown one is "[UNK]".
            Lists of ids where such were fitted. Padding is left out.
        """
        check_is_fitted(self)
        X = X.to_numpy() if hasattr(X, "columns") else X
        samples, are_texts = read_samples(X)
        if are_texts:
            raise ValueError(
                "inverse_transform takes the rows of ids that transform gives, got "
                "texts."
            )
        rows = [whole_numbers(ids, row) for row, ids in enumerate(samples)]
        for row, ids in enumerate(rows):
            if (ids >= self.n_tokens_).any():
                raise ValueError(
                    f"Row {row} of X holds the id {ids.max()}, but there are "
                    f"{self.n_tokens_}: 0 to {self.n_tokens_ - 1}."
                )
        rows = [ids[ids != PADDING].tolist() for ids in rows]
        if self.vocabulary_ is None:
            return rows
        words = [*SPECIAL, *self.vocabulary_]
        # Runs of characters overlap, and are easier to read apart.
        joint = self._joint if max(self.ngram_range) == 1 else " "
        return [joint.join([words[i] for i in row]) for row in rows]

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the columns: places in a row of ids.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Ignored: a column is no feature of the text, but a place in it.

        Returns
        -------
        names : ndarray of str of shape (max_length,)
            "token0", "token1", ...
        """
        check_is_fitted(self)
        names = [f"token{place}" for place in range(self.max_length)]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # Texts; or numbers that, like those of categories, stand for something.
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _check_ngram_range(ngram_range):
    valid = len(ngram_range) == 2 and all(isinstance(n, Integral) for n in ngram_range)
    if not valid or not 1 <= ngram_range[0] <= ngram_range[1]:
        raise ValueError(
            f"ngram_range={ngram_range!r} must be two whole numbers, the shortest and "
            "the longest run of tokens: (1, 2) for words and pairs of words."
        )
