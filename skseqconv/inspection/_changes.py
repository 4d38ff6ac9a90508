"""By what values are replaced: those of other samples, or neutral ones."""

from numbers import Real

import numpy as np
from sklearn.utils import check_random_state

from ._answers import answers_from

#: The neutral values that have a name.
FILLS = ("mean", "own_mean", "last")


def unchanged_answers(model, samples):
    """The answers from the samples as they are."""
    nowhere = samples.everywhere._replace(channels=[])

    def values_of(part):
        return np.empty((part.stop - part.start, len(nowhere.lags), 0))

    return answers_from(model, _replaced(samples, nowhere, values_of))


def permuted_answers(model, samples, places, n_repeats, random_state):
    """For each place, the answers with values of other samples, one for each repeat."""
    orders = _permutations(len(samples), n_repeats, random_state)

    def permuted(place):
        for order in orders:
            values_of = _others(samples, place, order)
            yield answers_from(model, _replaced(samples, place, values_of))

    return map(permuted, places)


def occluded_answers(model, samples, places, fill):
    """For each place, the answers with a neutral value, as the only repeat."""
    values_at = _filled(samples, fill)

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


def _filled(samples, fill):
    """A function: from a place to a function that gives values for it."""
    is_number = isinstance(fill, Real) and not isinstance(fill, bool)
    if not is_number and fill not in FILLS:
        raise ValueError(f"fill={fill!r} must be a number, or one of {FILLS}.")
    means = samples.means() if fill == "mean" else None

    def of_place(place):
        def values(part):
            at = np.arange(part.start, part.stop)
            shape = len(at), len(place.lags), len(place.channels)
            if is_number:
                return np.full(shape, float(fill))
            if fill == "mean":
                return np.broadcast_to(means[place.channels], shape)
            whole = samples.everywhere._replace(channels=place.channels)
            if fill == "last":
                whole = whole._replace(lags=whole.lags[-1:])
            own = samples.read(at, whole).astype(np.float64)
            return np.broadcast_to(_mean_of_known(own), shape)

        return values

    return of_place


def _mean_of_known(values):
    """The mean over the lags, of shape (n_samples, 1, n_channels); NaN is left out."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    n_known = known.sum(axis=1, keepdims=True)
    return np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
