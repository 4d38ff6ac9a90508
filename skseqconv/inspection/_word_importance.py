"""The loss in score if a word is removed from all texts."""

import copy
from collections import defaultdict

import numpy as np
import pandas as pd

from skseqconv._counts import check_count, is_whole

from ._answers import Answers
from ._texts import TextReader, without_run


def word_answers(model, texts, words):
    """Answers for whole texts, and for each word the answers without it.

    Parameters
    ----------
    model : estimator
    texts : list of str or DataFrame
    words : int or sequence of str

    Returns
    -------
    before : Answers
    changed : iterator over lists of one Answers, for each word
    table : DataFrame
        A row for each word, and the number of texts that hold it.
    """
    reader = TextReader(model)
    read = reader.read(texts)
    held = texts_with(read, 1)
    runs = _chosen(held, words, reader)
    before = Answers(model, lambda name: reader.answers(read, name))

    def without(run):
        at = held[run]

        def made_by(name):
            answers = copy.deepcopy(getattr(before, name)())
            some = reader.answers((without_run(read[i], run) for i in at), name)
            several = isinstance(answers, list)
            pairs = zip(answers, some, strict=True) if several else [(answers, some)]
            for every, changed in pairs:
                every[at] = changed
            return answers

        return [Answers(model, made_by)]

    table = pd.DataFrame(
        {"word": [run[0] for run in runs], "n_texts": [len(held[run]) for run in runs]}
    )
    return before, map(without, runs), table


def texts_with(read, length):
    """By run of words of a length, the positions of the texts that hold it."""
    held = defaultdict(list)
    for i, one in enumerate(read):
        runs = zip(*(one.words[start:] for start in range(length)), strict=False)
        for run in dict.fromkeys(runs):
            held[run].append(i)
    return held


def _chosen(held, words, reader):
    """The given words, or those of the most texts, each as a run of one word."""
    if is_whole(words):
        check_count("words", words)
        known_words = reader.known_words()
        known = [run for run in held if run[0] in known_words]
        if not known:
            raise ValueError(
                "No word of the texts is in the vocabulary of the model, so none can "
                "have moved it: give texts like those of the fit."
            )
        return sorted(known, key=lambda run: -len(held[run]))[:words]
    if isinstance(words, str) or not np.iterable(words) or not len(words):
        raise ValueError(
            f"words={words!r} must be a number of words, or a list of words."
        )
    for word in words:
        if (word,) not in held:
            raise ValueError(
                f"words has {word!r}, which none of the texts has as the model reads "
                "them: in the spelling of the tokenizer, such as lower case."
            )
    return [(word,) for word in words]
