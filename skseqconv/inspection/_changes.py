"""By what values are replaced: those of other samples, or neutral ones."""

import warnings

import numpy as np
from sklearn.utils import check_random_state

from ._answers import answers_from


def unchanged_answers(model, samples):
    """The answers from the samples as they are."""
    nowhere = samples.everywhere._replace(channels=[])

    def values_of(part):
        return np.empty((part.stop - part.start, len(nowhere.lags), 0))

    return answers_from(model, _replaced(samples, nowhere, values_of))


def permuted_answers(model, samples, places, n_repeats, random_state):
    """For each place, the answers with values of other samples, one for each repeat."""
    if len(samples) == 1:
        warnings.warn(
            "method='permutation' takes values of other samples, but there is one "
            "sample only. So each importance is 0. Use method='occlusion' with values "
            "to compare with, such as fill={channel: value}, or give more samples.",
            stacklevel=3,
        )
    orders = _permutations(len(samples), n_repeats, random_state)

    def permuted(place):
        for order in orders:
            values_of = _others(samples, place, order)
            yield answers_from(model, _replaced(samples, place, values_of))

    return map(permuted, places)


def occluded_answers(model, samples, places, values_at):
    """For each place, the answers with a neutral value, as the only repeat."""

    def occluded(place):
        yield answers_from(model, _replaced(samples, place, values_at(place)))

    return map(occluded, places)


def _replaced(samples, place, values_of):
    def parts():
        for part in samples.parts():
            yield samples.replaced(part, place, values_of(part))

    return parts


def _permutations(n_samples, n_repeats, random_state):
    """The sample that each sample takes values from; as scikit-learn permutes."""
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max + 1)
    random = np.random.RandomState(seed)
    shuffled, order, orders = np.arange(n_samples), np.arange(n_samples), []
    for _ in range(n_repeats):
        random.shuffle(shuffled)
        order = order[shuffled]
        orders.append(order)
    return orders


def _others(samples, place, order):
    return lambda part: samples.lent(order[part], place)
