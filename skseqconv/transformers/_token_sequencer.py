"""From texts, or lists of token ids, to the rows of ids that an Embedding reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._known_words import TokenIds, table_of_ids

from ._base import SequenceTransformer
from ._encoded import (
    PADDING,
    SPECIAL,
    encode_ids,
    encode_tokens,
    laid_out,
    learn_vocabulary,
    numbered,
)
from ._texts_or_ids import read_samples, shown, whole_numbers
from ._tokenizers import (
    TOKENIZERS,
    check_ngram_range,
    ngrams,
    read_stop_words,
    tokens_of,
    warn_of_unspaced,
)

#: Ids are int32, and so is their number.
_MOST_TOKENS = 2**31 - 1


@public
class TokenSequencer(SequenceTransformer):
    """Turn texts into rows of token ids of equal length.

    Each text is split into tokens and cut to `max_length` tokens. Each token is
    replaced by its id in the vocabulary, which `fit` learns. Short rows are padded with
    zeros. An Embedding layer reads such rows. Lists of token ids need no vocabulary.
    They are only cut and padded.

    Parameters
    ----------
    max_tokens : int, default=10000
        Largest number of ids, including padding and the unknown token. The vocabulary
        holds the ``max_tokens - 2`` most frequent tokens.
    max_length : int, default=500
        Length of each row of ids.
    tokenizer : {"words", "classic", "characters"} or callable, default="words"
        How a text is split into tokens. All options except a callable lower the case.

        - "words": words and emoji, without punctuation, in any script that separates
          words. See Notes.
        - "classic": as the classic Tokenizer of Keras. ASCII punctuation, tabs and line
          feeds become spaces, and the text is split at spaces. These are the words of
          ``keras.datasets.imdb``.
        - "characters": each character, including punctuation. White space becomes one
          space. For scripts without spaces between words, such as Chinese.
        - A callable takes the unchanged text and returns a list of str.
    stop_words : "english", list, tuple or set of str, or None, default=None
        Tokens that are removed before `ngram_range` is applied. "english" is the
        list of scikit-learn, which contains "not" and "no". `tokenizer` is applied to
        each stop word, so its case and kind of apostrophe do not matter.
    ngram_range : tuple of (int, int), default=(1, 1)
        Shortest and longest run of tokens that becomes a token. ``(1, 2)`` adds after
        each word the pair of words that begins with it. All runs count in
        `max_tokens` and `max_length`.
    padding : {"pre", "post"}, default="pre"
        Where a short row is padded with zeros: before its tokens or after them.
    truncating : {"pre", "post"}, default="pre"
        Where a long text is cut: "pre" drops its beginning, "post" its end.

    Attributes
    ----------
    vocabulary_ : dict of str to int, or None
        The id of each token, beginning with 2 for the most frequent one. Among
        equally frequent tokens the first seen comes first. None if `fit` got lists of
        ids.
    n_tokens_ : int
        Number of ids, including padding and the unknown token.

    Raises
    ------
    ValueError
        If X is neither texts nor lists of token ids, or mixes both; if a text is
        missing; if an id is negative or not a whole number; if X has no token in
        `fit`; or if `tokenizer` does not return a list of str.
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
    Id 0 is padding. Id 1 is a token that is not in the vocabulary.

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

    The vocabulary is learned after the texts are cut to `max_length`. So each of its
    ids occurs in the rows of the training texts, and no new text can have a greater id.

    For lists of ids, `n_tokens_` is one more than the largest id kept below
    `max_tokens`. Ids of `n_tokens_` or more become 1. In these lists, too, 0 must mean
    padding and 1 unknown. A zero counts as a token when a list is cut, so do not pad
    the lists yourself.

    A text without tokens, such as an empty one, becomes a row of padding. As in
    CountVectorizer of scikit-learn, there is no warning.

    The array of ids has the attributes `vocabulary` (None for lists of ids) and
    `n_tokens`. So have its rows, also with other columns beside them
    (`ColumnTransformer`). A network finds the vectors of words by the first
    (`embedding_weights`), and its `vocabulary_size` by the second. Tables of pandas and
    polars lack them. A table of pandas tells the number of ids, as long as it is not
    joined with other columns.

    References
    ----------
    .. [1] Unicode Standard Annex #29, "Unicode Text Segmentation",
       https://www.unicode.org/reports/tr29/

    Examples
    --------
    The second text is cut at its beginning, so the vocabulary has no "not".

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
        "stop_words": [str, list, tuple, set, None],
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
        stop_words: str | list[str] | tuple[str, ...] | set[str] | None = None,
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
        """Learn the vocabulary of texts, or the number of ids of lists of ids.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            Texts, such as a list or a column of a table, or lists of token ids. An
            integer array of shape (n_samples, n_steps) counts as lists of token ids.
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
        """Fit to texts or lists of ids, and return their rows of ids.

        The result is that of `fit` and `transform`, but the rows are made of the tokens
        that were found in the fit. The texts are not split again for them.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            Texts, such as a list or a column of a table, or lists of token ids. An
            integer array of shape (n_samples, n_steps) counts as lists of token ids.
        y : object, default=None
            Ignored.

        Returns
        -------
        ids : ndarray of int32 of shape (n_samples, max_length)
            Or a DataFrame, if `set_output` asks for it.
        """
        return self._lay_out(X, *self._learn(X))

    def transform(
        self, X: Iterable[str] | Iterable[Sequence[int]] | NDArray
    ) -> NDArray[np.int32] | pd.DataFrame:
        """Return the rows of ids of texts or lists of ids.

        Parameters
        ----------
        X : iterable of str, or of sequences of int, of length n_samples
            The same kind as in `fit`. Unknown tokens and ids become 1. A text without
            tokens becomes a row of padding.

        Returns
        -------
        ids : ndarray of int32 of shape (n_samples, max_length)
            Or a DataFrame, if `set_output` asks for it.
        """
        check_is_fitted(self)
        samples, are_texts = read_samples(X)
        fitted_texts = self.vocabulary_ is not None
        if are_texts is not fitted_texts:
            kinds = ["lists of token ids", "texts"]
            raise ValueError(
                f"X holds {kinds[are_texts]}, but this TokenSequencer was fitted on "
                f"{kinds[fitted_texts]}. Pass the same kind, or fit it again."
            )
        if are_texts:
            tokens = self._tokens(samples, self._stopped)
            ids = encode_tokens(tokens, self.vocabulary_)
        else:
            ids = encode_ids(self._cut_ids(samples), self.n_tokens_)
        return self._lay_out(X, *ids)

    def __getstate__(self):
        """Tokens as one text: files with an entry per token are slow."""
        state = dict(super().__getstate__())
        if state.get("vocabulary_") is not None:
            state["vocabulary_"] = json.dumps(list(state["vocabulary_"]))
        if "_stopped" in state:
            state["_stopped"] = json.dumps(sorted(state["_stopped"]))
        return state

    def __setstate__(self, state):
        state = dict(state)
        if state.get("vocabulary_") is not None:
            state["vocabulary_"] = numbered(json.loads(state["vocabulary_"]))
        if "_stopped" in state:
            state["_stopped"] = frozenset(json.loads(state["_stopped"]))
        super().__setstate__(state)

    def _learn(self, X):
        """The ids of X, end to end, and their number in each sample."""
        self._validate_params()
        check_ngram_range(self.ngram_range)
        samples, are_texts = read_samples(X)
        if are_texts:
            stopped = read_stop_words(self.stop_words, self.tokenizer)
            tokens = self._tokens(samples, stopped)
            vocabulary, flat, lengths = learn_vocabulary(tokens, self.max_tokens)
            n_tokens = len(vocabulary) + len(SPECIAL)
            if self.tokenizer in ("words", "classic"):
                warn_of_unspaced(samples, self.tokenizer)
        else:
            self._refuse_what_needs_texts()
            flat, lengths = encode_ids(self._cut_ids(samples), self.max_tokens)
            stopped, vocabulary = frozenset(), None
            n_tokens = max(int(flat.max(initial=0)) + 1, len(SPECIAL))
        if not flat.size:
            raise ValueError(f"There is nothing to learn: {self._nothing(samples)}.")
        self.vocabulary_ = vocabulary
        self.n_tokens_ = n_tokens
        self._stopped = stopped
        return flat, lengths

    def _tokens(self, texts, stopped):
        """The tokens of each text, cut to `max_length`."""
        for row, text in enumerate(texts):
            tokens = tokens_of(self.tokenizer, text, f"row {row} of X")
            if stopped:
                tokens = [token for token in tokens if token not in stopped]
            yield self._cut(ngrams(tokens, *self.ngram_range, self._joint))

    def _cut_ids(self, samples):
        return [self._cut(whole_numbers(ids, row)) for row, ids in enumerate(samples)]

    def _cut(self, tokens):
        if self.truncating == "pre":
            return tokens[-self.max_length :]
        return tokens[: self.max_length]

    @property
    def _joint(self):
        return "" if self.tokenizer == "characters" else " "

    def _lay_out(self, X, flat, lengths):
        ids = laid_out(flat, lengths, self.max_length, self.padding)
        contained = self._contain(ids, self.get_feature_names_out(), X)
        if contained is ids:
            return TokenIds.of(ids, self.vocabulary_, {}, n_tokens=self.n_tokens_)
        return table_of_ids(contained, self.vocabulary_, self.n_tokens_)

    def _refuse_what_needs_texts(self):
        for name, unused in (("stop_words", None), ("ngram_range", (1, 1))):
            value = getattr(self, name)
            if (tuple(value) if isinstance(value, list) else value) != unused:
                raise ValueError(
                    f"{name}={value!r} needs texts, but X holds lists of token ids, "
                    f"which are only cut and padded. Use {name}={unused!r}."
                )

    def _nothing(self, samples):
        """Says that samples have no token."""
        if not isinstance(samples[0], str):
            return f"the {len(samples)} samples of X have no token ids"
        shortest = self.ngram_range[0]
        tokens = "tokens" if shortest == 1 else f"runs of {shortest} tokens"
        other = "" if self.stop_words is None else " except stop words"
        return (
            f"tokenizer={self.tokenizer!r} finds no {tokens}{other} in the "
            f"{len(samples)} samples of X. The first sample is {shown(samples[0])}"
        )

    def inverse_transform(
        self, X: ArrayLike | Iterable[Sequence[int]]
    ) -> list[str] | list[list[int]]:
        """Return the tokens of rows of ids.

        Parameters
        ----------
        X : array-like of int of shape (n_samples, n_steps), or list of lists of int
            Ids, such as the output of `transform`.

        Returns
        -------
        texts : list of length n_samples
            The tokens of each row without padding, joined by spaces (characters without
            spaces). The unknown token is "[UNK]". If `fit` got lists of ids, lists of
            ids.
        """
        check_is_fitted(self)
        X = X.to_numpy() if hasattr(X, "columns") else X
        samples, are_texts = read_samples(X)
        if are_texts:
            raise ValueError(
                "inverse_transform needs rows of ids, such as the output of transform, "
                "but X holds texts."
            )
        rows = [whole_numbers(ids, row) for row, ids in enumerate(samples)]
        for row, ids in enumerate(rows):
            if (ids >= self.n_tokens_).any():
                raise ValueError(
                    f"Row {row} of X holds the id {ids.max()}, but the ids of this "
                    f"TokenSequencer are 0 to {self.n_tokens_ - 1}."
                )
        rows = [ids[ids != PADDING].tolist() for ids in rows]
        if self.vocabulary_ is None:
            return rows
        words = [*SPECIAL, *self.vocabulary_]
        # Runs of characters overlap. Spaces between them make them readable.
        joint = self._joint if max(self.ngram_range) == 1 else " "
        return [joint.join([words[i] for i in row]) for row in rows]

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the columns: positions in a row of ids.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Ignored: a column is a position in the text, not a feature of it.

        Returns
        -------
        names : ndarray of str of shape (max_length,)
            "token0", "token1", ...
        """
        check_is_fitted(self)
        names = [f"token{position}" for position in range(self.max_length)]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # X holds texts, or ids, which are numbers of categories.
        tags.input_tags.allow_nan = False
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.transformer_tags.preserves_dtype = []
        return tags
