"""The values that occlusion puts: neutral ones, or a reference of one's own."""

import warnings
from collections.abc import Mapping
from numbers import Real

import numpy as np

from skseqconv.series.tables._channels import channel_position

#: The neutral values that have a name.
FILLS = ("mean", "own_mean", "last")


def reference_of(samples, fill):
    """The value of each channel, or None if each window has values of its own."""
    if isinstance(fill, str) and fill in ("own_mean", "last"):
        return None
    if isinstance(fill, str) and fill == "mean":
        return samples.means()
    if _is_number(fill):
        return np.full(samples.n_channels, float(fill))
    if not isinstance(fill, Mapping) or not all(map(_is_number, fill.values())):
        raise ValueError(
            f"fill={fill!r} must be a number, a dict from channels to numbers, or one "
            f"of {FILLS}."
        )
    reference = samples.means()
    for channel, value in fill.items():
        at = channel_position(channel, samples.labels, samples.n_channels, "fill")
        reference[at] = value
    return reference


def values_to_put(samples, fill, reference):
    """A function: from a place to a function that gives the values of a part."""

    def of_place(place):
        def values(part):
            at = np.arange(part.start, part.stop)
            shape = len(at), len(place.lags), len(place.channels)
            if reference is not None:
                return np.broadcast_to(reference[place.channels], shape)
            whole = samples.everywhere._replace(channels=place.channels)
            if fill == "last":
                whole = whole._replace(lags=whole.lags[-1:])
            own = samples.read(at, whole).astype(np.float64)
            return np.broadcast_to(_mean_of_known(own), shape)

        return values

    return of_place


def warn_of_unchanged(samples, places, fill, values_at):
    """Warn of channels that equal the values that occlusion puts."""
    values = "all samples have this value already"
    more = "Or give more samples."
    if isinstance(fill, str) and fill != "mean":  # a value of each window itself
        values = "each sample has this value at all of its steps"
        more = "Or use fill='mean', the mean of all samples."
    groups = dict.fromkeys(tuple(place.channels) for place in places)
    still = [group for group in groups if _is_unchanged(samples, group, values_at)]
    if still:
        keys = [c for group in still for c in group]
        if samples.labels is not None:
            keys = [samples.labels[c] for c in keys]
        warnings.warn(
            f"fill={fill!r} changes no value of channel {', '.join(map(repr, keys))}: "
            f"{values}. So the importance is 0, whatever the model does. Give a value "
            f"to compare with, in the units of X: fill={{{keys[0]!r}: value}}. {more}",
            stacklevel=3,
        )


def _is_unchanged(samples, channels, values_at):
    place = samples.everywhere._replace(channels=list(channels))
    put = values_at(place)
    for part in samples.parts():
        values = samples.lent(np.arange(part.start, part.stop), place)
        # The mean of equal values is rounded.
        if not np.allclose(values, put(part), rtol=1e-9, atol=0.0, equal_nan=True):
            return False
    return True


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _mean_of_known(values):
    """The mean over the lags, of shape (n_samples, 1, n_channels); NaN is left out."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    n_known = known.sum(axis=1, keepdims=True)
    return np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
