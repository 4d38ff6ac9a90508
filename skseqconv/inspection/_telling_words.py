"""The words that tell classes apart, over many texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing

from skseqconv._counts import check_count
from skseqconv._public import public
from skseqconv._sampling import spread_positions
from skseqconv.transformers._texts_or_ids import read_samples

from ._explain_text import checked_lengths
from ._texts import TextReader, without_run
from ._word_importance import texts_with


@public
def telling_words(
    model: BaseEstimator,
    texts: Iterable[str] | pd.DataFrame,
    *,
    n_words: int = 20,
    ngrams: Sequence[int] = (1,),
    min_texts: int = 5,
    max_samples: int | None = 200,
) -> pd.DataFrame:
    """Tell which words move predictions toward each class, over many texts.

    Each word is removed from each text that holds it, at all its places at once. Its
    effect is the mean fall of the output. A word tells if it moves the texts in which
    it occurs, even if it is rare.

    Parameters
    ----------
    model : estimator
        A fitted Pipeline that begins with a `TokenSequencer`, or another model that
        :func:`explain_text` takes.
    texts : iterable of str, or DataFrame
        Texts that the model was not fitted to, or rows of a table, as in
        :func:`explain_text`.
    n_words : int, default=20
        Number of words for each class.
    ngrams : sequence of int, default=(1,)
        Lengths of the runs of words to remove; ``(1, 2)`` for words and pairs.
    min_texts : int, default=5
        Words in fewer texts are left out: their mean effect is uncertain.
    max_samples : int or None, default=200
        Number of texts to use, spread evenly over all. None takes all. The number of
        predictions is the sum of the different words of each text.

    Returns
    -------
    table : DataFrame
        One row for each class and word, the largest effect of each class first.
        Columns: "label", the class, or the name or number of the column of y; "words";
        "effect", the mean of the output minus the output without the word; "n_texts".
        Only words with a positive effect. Of a regressor, words with a negative effect
        follow: those that lower the forecast.

    Raises
    ------
    ValueError
        If the model does not begin with a `TokenSequencer` that was fitted on texts, or
        no word occurs in `min_texts` texts.

    See Also
    --------
    explain_text : The words that moved one prediction.
    importance : With ``by="word"``, the loss in score without a word.

    Notes
    -----
    Words are removed as by :func:`explain_text`. Of many words with small effects, some
    have the largest by chance: look at "n_texts".

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import Conv1DClassifier, TokenSequencer, telling_words
    >>> texts = ["a good film", "a dull film", "good and long", "dull and long"] * 10
    >>> labels = ["liked", "hated"] * 20
    >>> network = Conv1DClassifier(
    ...     embedding_dim=4, kernel_size=1, n_conv=1, filters=8, epochs=30,
    ...     batch_size=16, learning_rate=0.05, random_state=0,
    ... )
    >>> model = make_pipeline(TokenSequencer(max_length=5), network).fit(texts, labels)
    >>> table = telling_words(model, texts, n_words=1)
    >>> table[["label", "words"]].to_numpy().tolist()
    [['hated', 'dull'], ['liked', 'good']]
    """
    reader = TextReader(model)
    check_count("n_words", n_words)
    check_count("min_texts", min_texts)
    if max_samples is not None:
        check_count("max_samples", max_samples, otherwise=", or None for all")
    lengths = checked_lengths(ngrams)
    samples = texts if hasattr(texts, "columns") else read_samples(texts)[0]
    most = len(samples) if max_samples is None else int(max_samples)
    chosen = spread_positions(len(samples), most)
    read = reader.read(_safe_indexing(samples, chosen))
    held = _held_often(read, lengths, min_texts)
    effects, counts = _effects(reader, read, held)
    words = [reader.joint.join(run) for run in held]
    parts = []
    for label, effect in zip(
        reader.labels(effects.shape[1]), effects.T.astype(np.float64), strict=True
    ):
        table = pd.DataFrame(
            {"label": label, "words": words, "effect": effect, "n_texts": counts}
        ).sort_values("effect", ascending=False, kind="stable")
        parts.append(table[table["effect"] > 0].head(n_words))
        if not hasattr(reader.rest, "classes_"):
            lowering = table[table["effect"] < 0].tail(n_words)
            parts.append(lowering)
    return pd.concat(parts, ignore_index=True)


def _held_often(read, lengths, min_texts):
    """By run of words, the positions of the texts that hold it, if they are many."""
    held = {
        run: at
        for n in lengths
        for run, at in texts_with(read, n).items()
        if len(at) >= min_texts
    }
    if not held:
        raise ValueError(
            f"No word occurs in min_texts={min_texts} of the {len(read)} texts: give "
            "more texts, or a lower min_texts."
        )
    return held


def _effects(reader, read, held):
    """Mean effect of each run on each output, and the number of texts that hold it."""
    before = reader.outputs(read)
    after = reader.outputs(
        without_run(read[i], run) for run, at in held.items() for i in at
    )
    changes = before[np.concatenate(list(held.values()))] - after
    counts = np.array([len(at) for at in held.values()])
    sums = np.add.reduceat(changes, np.cumsum(counts) - counts, axis=0)
    return sums / counts[:, None], counts
