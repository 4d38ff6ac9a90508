"""The ids of a long table must have one frequency."""

import numpy as np
import pandas as pd

from skseqconv.series.held._layout import groups_of
from skseqconv.series.held._owners import CHUNK_ROWS
from skseqconv.series.times._frequency import most_common, readable_difference
from skseqconv.series.times._index_kinds import ticks
from skseqconv.series.times._short_series import MIN_EQUAL, most_alike

from ._ids import described_id


def refuse_several_frequencies(dates, ids):
    """Refuse ids whose usual differences of time are not those of the others."""
    usual, index = _usual_of_each(dates), dates.blocks[0]
    judged = np.flatnonzero(usual > 0)
    if not len(judged):
        return
    common = most_common(usual[judged])
    limit = most_alike(index, common)
    ratios = usual[judged] / common
    others = judged[(ratios > limit) | (ratios < 1 / limit)]
    if not len(others):
        return
    other, one = others[0], judged[np.argmax(usual[judged] == common)]
    one_step, other_step = (
        readable_difference(index, usual[at].astype(ticks(index).dtype))
        for at in (one, other)
    )
    raise ValueError(
        f"The frequencies differ between ids: most rows of {described_id(ids, one)} "
        f"are {one_step} apart, those of {described_id(ids, other)} {other_step} "
        f"({len(others)} of {len(ids)} ids have another frequency). The same delay "
        "would be different times: bring the series to one frequency, or make one X "
        "and y of each frequency. Options of make_supervised and SeriesView: freq= "
        'declares the frequency of all ids; on_gap="ignore" takes all rows as '
        "consecutive."
    )


def _usual_of_each(dates):
    """The most common difference of the times of each series; 0 if there is none.

    It counts if `MIN_EQUAL` differences at least, and half of all, have this length.
    """
    distinct, same = dates.distinct()
    numbers = distinct._replace(blocks=[ticks(block) for block in distinct.blocks])
    usual = []
    for group in groups_of(numbers.lengths, CHUNK_ROWS):
        own = range(group.start, group.stop)
        codes = np.repeat(np.arange(len(own)), numbers.lengths[group])
        times = np.concatenate([numbers.own(i) for i in own])
        usual.append(_usual_differences(times, codes, len(own)))
    return np.concatenate(usual)[same]


def _usual_differences(numbers, codes, n_ids):
    """The most common difference of the times of each id; 0 if there is none."""
    inside = codes[1:] == codes[:-1]
    owners, differences = codes[1:][inside], np.diff(numbers)[inside]
    usual = np.zeros(n_ids, dtype=differences.dtype)
    counts = np.bincount(owners, minlength=n_ids)
    known = np.flatnonzero(counts)
    if not len(known):
        return usual
    firsts = (np.cumsum(counts) - counts)[known]
    least = np.minimum.reduceat(differences, firsts)
    most = np.maximum.reduceat(differences, firsts)
    enough = counts[known] >= MIN_EQUAL
    usual[known[enough]] = least[enough]
    # Ids with several differences: count these, and keep the most common one.
    mixed = np.zeros(n_ids, dtype=bool)
    mixed[known[least < most]] = True
    rest = mixed[owners]
    if rest.any():
        usual[mixed] = 0
        pairs = pd.DataFrame({"id": owners[rest], "step": differences[rest]})
        found = pairs.value_counts().reset_index()  # the most common ones first
        found = found.drop_duplicates("id")
        enough = (found["count"] >= MIN_EQUAL) & (
            2 * found["count"] >= counts[found["id"]]
        )
        found = found[enough]
        usual[found["id"]] = found["step"]
    return usual
