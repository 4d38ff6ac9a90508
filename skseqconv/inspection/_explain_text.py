"""The words that moved the prediction for one text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier

from skseqconv._counts import check_count, is_count
from skseqconv._public import public

from ._texts import TextReader, without

#: A run of words is shown if it moves the output by more than its parts do: a part that
#: has this share of its effect takes its place.
SHARE_OF_PART = 0.9


@public
@dataclass(eq=False)
class TextExplanation:
    """Which words of a text moved its prediction, from :func:`explain_text`.

    ``print(explanation)`` shows the words with their effects.

    Parameters
    ----------
    label : hashable
        The class that is explained, or the name or number of the column of y.
    output : float
        The output of the model for the whole text: the probability of the class or
        label (its margin, if the model has no probabilities), or the forecast of a
        regressor.
    table : DataFrame
        The runs of words that moved the output most, without overlap, the largest
        effect first. Columns: "words"; "effect", `output` minus the output without
        these words; "position" of the first word among the words that were read; "n",
        how many words.
    effects : DataFrame
        The same for all runs of words, in the order of the text.
    words : list of str
        The words that the network reads.
    n_cut : int
        How many words of the text were cut off, and so not read.
    unknown : list of str
        Words that the network reads, but that are not in its vocabulary.

    See Also
    --------
    explain_text : Makes explanations.

    Examples
    --------
    >>> import pandas as pd
    >>> from skseqconv import TextExplanation
    >>> table = pd.DataFrame({"words": ["not good"], "effect": [0.6]})
    >>> print(TextExplanation("bad", 0.9, table, table, ["not", "good"], 3, []))
    bad: 0.900
      +0.600  not good
    3 of 5 words were cut off: the model did not read them.
    """

    label: Hashable
    output: float
    table: pd.DataFrame
    effects: pd.DataFrame
    words: list[str]
    n_cut: int
    unknown: list[str]

    def __str__(self) -> str:
        lines = [f"{self.label}: {self.output:.3f}"]
        pairs = zip(self.table["words"], self.table["effect"], strict=True)
        lines += [f"  {effect:+.3f}  {words}" for words, effect in pairs]
        if not self.words:
            lines.append("The text has no words that the model reads.")
        if self.n_cut:
            n_words = self.n_cut + len(self.words)
            lines.append(
                f"{self.n_cut} of {n_words} words were cut off: the model did not read "
                "them."
            )
        if self.unknown:
            shown = ", ".join(self.unknown[:10])
            more = ", ..." if len(self.unknown) > 10 else ""
            lines.append(f"Not in the vocabulary: {shown}{more}.")
        return "\n".join(lines)


@public
def explain_text(
    model: BaseEstimator,
    texts: str | Iterable[str] | pd.DataFrame,
    *,
    n_words: int = 10,
    ngrams: Sequence[int] = (1, 2, 3),
    label: Hashable = None,
) -> TextExplanation | list[TextExplanation]:
    """Tell which words moved the prediction for a text.

    Each word, and each run of words, is removed from the text in turn. Its effect is
    the output for the whole text minus the output for the rest. All shortened texts
    are predicted together.

    Parameters
    ----------
    model : estimator
        A fitted Pipeline that begins with a `TokenSequencer`, or a search over one, or
        a classifier with another threshold (`TunedThresholdClassifierCV`). A classifier
        must have `predict_proba` or `decision_function`.
    texts : str, iterable of str, or DataFrame
        One text, or several. Rows of a table, if the Pipeline begins with a
        `ColumnTransformer` that has a `TokenSequencer` for one of its columns. The
        other columns stay as they are.
    n_words : int, default=10
        Number of words and runs in the table of an explanation.
    ngrams : sequence of int, default=(1, 2, 3)
        Lengths of the runs of words.
    label : hashable, default=None
        The class to explain. For a regressor, or a classifier with several labels per
        sample, the column of y: its name, if the network was fitted on a DataFrame, or
        its number. A `TransformedTargetRegressor` gives the network an array, so its
        columns have only numbers. None takes the predicted class, the most probable
        label, or the only column.

    Returns
    -------
    explanation : TextExplanation or list of TextExplanation
        One for each text; a list unless `texts` is a str.

    Raises
    ------
    ValueError
        If the model does not begin with a `TokenSequencer` that was fitted on texts, or
        the label is unknown.

    See Also
    --------
    telling_words : The words of each class, over many texts.
    importance : With ``by="word"``, the loss in score without a word.

    Notes
    -----
    A word is removed, not replaced: the words after it follow those before it. So the
    network sees a text of the kind that it was trained on. The id of unknown words may
    be untrained, and padding does not occur within texts.

    Words are those of the tokenizer, without stop words. What was cut off by
    `max_length` is not read, so it has no effect. It does not move in when another word
    is removed. If the `TokenSequencer` makes runs of words (`ngram_range`), all runs
    that hold a removed word are removed.

    The table leaves out a run of words if a part of it has nearly the same effect
    (90 %), or if it overlaps with a run of a larger effect.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DClassifier, TokenSequencer, explain_text
    >>> texts = ["a good film", "a dull film", "good and long", "dull and long"] * 10
    >>> labels = ["liked", "hated"] * 20
    >>> network = Conv1DClassifier(
    ...     embedding_dim=4, kernel_size=1, n_conv=1, filters=8, epochs=30,
    ...     batch_size=16, learning_rate=0.05, random_state=0,
    ... )
    >>> model = make_pipeline(TokenSequencer(max_length=5), network).fit(texts, labels)
    >>> explanation = explain_text(model, "A good, good story")
    >>> explanation.label, explanation.unknown
    ('liked', ['story'])
    >>> explanation.table["words"][0]
    'good good'
    """
    reader = TextReader(model)
    check_count("n_words", n_words)
    lengths = checked_lengths(ngrams)
    is_one = isinstance(texts, str)
    found = [
        _explained(reader, one, lengths, n_words, label)
        for one in reader.read([texts] if is_one else texts)
    ]
    return found[0] if is_one else found


def checked_lengths(ngrams):
    """The different lengths of runs of words, in ascending order."""
    lengths = list(ngrams) if np.iterable(ngrams) else [ngrams]
    if not lengths or not all(map(is_count, lengths)):
        raise ValueError(
            f"ngrams={ngrams!r} must be lengths of runs of words, such as (1, 2, 3)."
        )
    return sorted({int(n) for n in lengths})


def _explained(reader, read, lengths, n_words, label):
    words = read.words
    spans = [
        (start, start + n)
        for start in range(len(words))
        for n in lengths
        if start + n <= len(words)
    ]
    outputs = reader.outputs([read, *(without(read, *span) for span in spans)])
    names = reader.labels(outputs.shape[1])
    column = _column(reader, names, label, outputs[0])
    output = outputs[:, column]
    effects = pd.DataFrame(
        {
            "words": [reader.joint.join(words[a:b]) for a, b in spans],
            "effect": np.asarray(output[0] - output[1:], dtype=np.float64),
            "position": np.array([a for a, _ in spans], dtype=np.int64),
            "n": np.array([b - a for a, b in spans], dtype=np.int64),
        }
    )
    known = reader.sequencer.vocabulary_
    unknown = []
    if reader.sequencer.ngram_range[0] == 1:
        unknown = [word for word in dict.fromkeys(words) if word not in known]
    return TextExplanation(
        label=names[column],
        output=float(output[0]),
        table=_telling(effects).head(n_words).reset_index(drop=True),
        effects=effects,
        words=list(words),
        n_cut=read.n_cut,
        unknown=unknown,
    )


def _column(reader, names, label, outputs):
    if label is not None:
        return reader.at(label, len(names))
    if is_classifier(reader.rest):
        return int(np.argmax(outputs))
    if len(names) > 1:
        raise ValueError(
            f"The model has {len(names)} outputs: set label to a column of y, one of "
            f"{names}."
        )
    return 0


def _telling(effects):
    """Runs of words that do not overlap, the largest effect first."""
    sizes = effects["effect"].to_numpy()
    spans = list(zip(effects["position"], effects["n"], strict=True))
    at = {span: i for i, span in enumerate(spans)}
    kept = []
    for i, (start, n) in enumerate(spans):
        parts = [
            at[start + skipped, m]
            for m in range(1, n)
            for skipped in range(n - m + 1)
            if (start + skipped, m) in at
        ]
        of_parts = sizes[parts] * np.sign(sizes[i])
        if sizes[i] and not (of_parts >= SHARE_OF_PART * abs(sizes[i])).any():
            kept.append(i)
    chosen, taken = [], set()
    for i in sorted(kept, key=lambda i: -abs(sizes[i])):
        own = set(range(spans[i][0], sum(spans[i])))
        if not own & taken:
            chosen.append(i)
            taken |= own
    return effects.iloc[chosen]
