"""Columns of token ids, which no mean may replace."""

import numpy as np
from sklearn.compose import ColumnTransformer

from skseqconv._unwrap import fitted_steps, held_by
from skseqconv.transformers._token_sequencer import TokenSequencer

from ._samples import TableSamples


def refuse_fill_of_ids(samples, model, places, fill, reference):
    """Refuse to put a value that is no whole number in place of token ids."""
    if not isinstance(samples, TableSamples) or fill == "last":
        return
    n_ids = _n_id_columns(model, samples.n_columns)
    of_ids = [place for place in places if np.min(samples.columns(place)) < n_ids]
    is_whole = not isinstance(fill, str) and all(
        (reference[place.channels] % 1 == 0).all() for place in of_ids
    )
    if is_whole or not of_ids:
        return
    which = "all" if n_ids == samples.n_columns else f"the first {n_ids}"
    raise ValueError(
        f"fill={fill!r} is for numbers, but the model reads token ids in {which} "
        "columns of X: ids have no mean, and must be whole. Use method='permutation', "
        "or fill=0 (padding). For texts, by='word' removes words. channels= chooses "
        "columns of numbers."
    )


def _n_id_columns(model, n_columns):
    """How many columns of a table, from the first, a model reads as token ids."""
    for one in _readers(model):
        if isinstance(one, TokenSequencer):
            return n_columns
        if vars(one).get("_vocabulary_size") is not None:
            return n_columns - one._numeric_columns
    return 0


def _readers(model):
    """The estimators inside a model that are given X as it is."""
    for _, first in list(fitted_steps(model))[:1]:
        yield first
        if not isinstance(first, ColumnTransformer):  # it gives each some columns
            for one in held_by(first):
                yield from _readers(one)
