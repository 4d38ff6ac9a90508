"""A warning for models that learn from a few windows only."""

import warnings

from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import n_whole_series
from skseqconv.series._window_view import WindowView

#: Fewer windows get a warning. Fewer rows cannot choose the strength of a ridge either.
LEAST_WINDOWS = 20


def warn_of_few_windows(
    windows, n_usable, n_learned, n_held_out=0, way_out="", learner="The network"
):
    """Warn if so few windows of a series are left that a model hardly learns.

    Parameters
    ----------
    windows : WindowView or ndarray
        All that `fit` was given. Samples of an array are not counted: they are what
        there is, and no setting has reduced them.
    n_usable, n_learned, n_held_out : int
        Number of complete windows with a weight, and how many of them the model
        learns from and is validated on.
    way_out : str, default=""
        Sentences on what needs fewer windows.
    learner : str, default="The network"
        What the message calls the model.
    """
    if not isinstance(windows, WindowView) or n_learned >= LEAST_WINDOWS:
        return
    n_complete = int(windows.complete.sum())
    no_window = f"have no complete window of {windows.reach + 1} rows"
    lost = {
        f"{no_window}{_series_left_out(windows)}": len(windows) - n_complete,
        "have the weight zero": n_complete - n_usable,
        "are held out for validation": n_held_out,
        "are in neither part, such as the gap between them": (
            n_usable - n_held_out - n_learned
        ),
    }
    said = [f"{n} {reason}" for reason, n in lost.items() if n]
    why = f": {', '.join(said)}" if said else ""
    fewer = "Hold out fewer, use" if n_held_out else "Use"
    warnings.warn(
        f"{learner} learns from {n_learned} of {len(windows)} rows{why}. It needs more "
        f"windows. {fewer} a shorter lookback, or more rows.{way_out}",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _series_left_out(windows):
    """Words for the series none of whose windows is complete."""
    n_series = n_whole_series(windows)
    n_lost = n_series - n_whole_series(windows[windows.complete])
    return f" (all rows of {n_lost} of {n_series} series)" if n_lost else ""
