"""A warning for plain windows whose channels lie far from zero."""

import warnings

import numpy as np

from skseqconv._sampling import spread_positions
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._window_view import WindowView

#: Values of a constant channel may differ by so many units of rounding of their mean,
#: or by this share of it, because they were computed.
CONSTANT, SHARE = 4, 1e-12

#: So many windows, and about so many values, tell where the channels lie.
MAX_WINDOWS, MAX_VALUES = 200, 1_000_000


def warn_of_large_levels(windows, far, advice):
    """Warn if the changes of a channel are small beside its level.

    Parameters
    ----------
    windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        What is learned from.
    far : float
        A mean of more than so many standard deviations gets a warning.
    advice : str
        What comes of it, and what to do.
    """
    most = int(np.clip(MAX_VALUES // np.prod(windows.shape[1:]), 1, MAX_WINDOWS))
    some = windows[spread_positions(len(windows), most)]
    values = some.to_numpy() if isinstance(some, WindowView) else some
    rounding = np.finfo(np.result_type(values, np.float32)).eps
    steps = np.asarray(values, dtype=np.float64).reshape(-1, windows.shape[-1])
    steps = steps[np.isfinite(steps).all(axis=1)]
    if not len(steps):
        return
    level, spread = np.abs(steps.mean(axis=0)), steps.std(axis=0)
    span = np.ptp(steps, axis=0)
    # A flag that is mostly 1 has large changes, though they are rare.
    changes = (span > max(CONSTANT * rounding, SHARE) * level) & (span < level)
    at = np.flatnonzero((level > far * spread) & changes)
    if len(at):
        first = at[np.argmax(level[at] / spread[at])]
        names = getattr(some, "channel_names", None)
        name = int(first) if names is None else names[first]
        more = f" (and {len(at) - 1} more)" if len(at) > 1 else ""
        warnings.warn(
            f"Channel {name!r}{more} has a mean of {steps[:, first].mean():.4g} and a "
            f"standard deviation of {spread[first]:.2g}: {advice}",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
