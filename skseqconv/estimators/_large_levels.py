"""A warning for plain windows whose channels lie far from zero."""

import warnings

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.inputs._sequences import TokenSequences
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._window_view import WindowView

#: A mean of so many standard deviations gets a warning. Networks found 95 % of the
#: classes of synthetic series of 40 steps around zero, and 89 to 92 % at 10. At 20 and
#: more they found half of them, which is chance. Normalized layers did not help.
FAR = 20

#: Channels that vary by less than this share of their mean count as constant.
CONSTANT = 1e-6

#: So many windows, and about so many values, tell where the channels lie.
MAX_WINDOWS, MAX_VALUES = 200, 1_000_000


def warn_of_large_levels(X):
    """Warn if the changes of a channel are small beside its level.

    Parameters
    ----------
    X : Sequences
        What a network learns from that does not normalize its windows.
    """
    if isinstance(X, TokenSequences):
        return
    most = int(np.clip(MAX_VALUES // np.prod(X.shape[1:]), 1, MAX_WINDOWS))
    some = X.data[spread_positions(len(X), most)]
    values = some.to_numpy(np.float64) if isinstance(some, WindowView) else some
    steps = np.asarray(values, dtype=np.float64).reshape(-1, X.shape[-1])
    steps = steps[np.isfinite(steps).all(axis=1)]
    if not len(steps):
        return
    level, spread = np.abs(steps.mean(axis=0)), steps.std(axis=0)
    # A flag that is mostly 1 has large changes, though they are rare.
    changes = (spread > CONSTANT * level) & (np.ptp(steps, axis=0) < level)
    far = np.flatnonzero((level > FAR * spread) & changes)
    if len(far):
        first = far[np.argmax(level[far] / spread[far])]
        names = getattr(some, "channel_names", None)
        name = int(first) if names is None else names[first]
        more = f" (and {len(far) - 1} more)" if len(far) > 1 else ""
        warnings.warn(
            f"Channel {name!r}{more} has a mean of {steps[:, first].mean():.4g} and a "
            f"standard deviation of {spread[first]:.2g}: the network sees little of "
            "its changes. Put Standardizer() before the network.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
