"""From tokens to ids, and to rows of ids of one length.

The ids of all samples are held end to end (`flat`), with the number of ids of each
sample (`lengths`), until `laid_out` puts them into rows.
"""

from array import array
from collections import defaultdict
from itertools import repeat

import numpy as np

PADDING, UNKNOWN = 0, 1

#: How the ids below those of the vocabulary are written as tokens.
SPECIAL = ("", "[UNK]")


def learn_vocabulary(token_lists, max_tokens):
    """The vocabulary of lists of tokens, and the ids of the tokens."""
    # Numbers tokens in the order in which they are first seen, at the speed of C.
    number_of = defaultdict()
    number_of.default_factory = number_of.__len__
    numbers, lengths = _flat(
        token_lists, lambda tokens: map(number_of.__getitem__, tokens)
    )
    counts = np.bincount(numbers, minlength=len(number_of))
    # A stable sort: among equally frequent tokens the first seen comes first.
    ranked = np.argsort(-counts, kind="stable")[: max_tokens - len(SPECIAL)]
    id_of = np.full(len(number_of), UNKNOWN, dtype=np.int32)
    id_of[ranked] = np.arange(len(ranked)) + len(SPECIAL)
    tokens = list(number_of)
    vocabulary = numbered(tokens[number] for number in ranked)
    return vocabulary, id_of[numbers], lengths


def numbered(tokens):
    """The id of each token of a vocabulary, the most frequent token first."""
    return {token: i for i, token in enumerate(tokens, start=len(SPECIAL))}


def encode_tokens(token_lists, vocabulary):
    """The ids of lists of tokens."""
    get, unknown = vocabulary.get, repeat(UNKNOWN)
    return _flat(token_lists, lambda tokens: map(get, tokens, unknown))


def _flat(token_lists, to_numbers):
    # An array grows like a list, but takes a fraction of its memory.
    flat, lengths = array("i"), []
    for tokens in token_lists:
        flat.extend(to_numbers(tokens))
        lengths.append(len(tokens))
    return np.frombuffer(flat, dtype=np.intc), np.array(lengths)


def encode_ids(id_arrays, n_tokens):
    """The ids below `n_tokens` of arrays of ids. Greater ones become unknown."""
    flat = np.full(sum(map(len, id_arrays)), UNKNOWN, dtype=np.int32)
    start = 0
    for ids in id_arrays:
        known = ids < n_tokens
        flat[start : start + len(ids)][known] = ids[known]
        start += len(ids)
    return flat, np.array([len(ids) for ids in id_arrays])


def laid_out(flat, lengths, max_length, padding):
    """The rows of ids, padded to `max_length`."""
    place = np.arange(max_length)
    if padding == "pre":
        filled = place >= max_length - lengths[:, None]
    else:
        filled = place < lengths[:, None]
    ids = np.full(filled.shape, PADDING, dtype=np.int32)
    ids[filled] = flat
    return ids
