"""The warning, or error, for windows that begin before their series."""

import sys
import warnings
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from skseqconv._public import public

from ._view_internals import depth_of, place_of

#: The choices for windows that begin before their series.
ON_MISSING_HISTORY = ("warn", "raise", "ignore")

#: Packages between the user's line and the warning.
BETWEEN = ("joblib", "numpy", "scikeras", "sklearn", "skseqconv")

#: What has been said inside of `said_once`; None elsewhere.
_SAID: ContextVar[list | None] = ContextVar(
    "missing history that was told", default=None
)


@contextmanager
def said_once():
    """Give only the first MissingHistoryWarning of the calls inside, in this thread."""
    token = _SAID.set([])
    try:
        yield
    finally:
        _SAID.reset(token)


@public
class MissingHistoryWarning(UserWarning):
    """A prediction uses windows that begin before their series.

    The first row of the series is repeated in place of the missing rows, so such
    predictions are unreliable. The warning is given once per call, by all methods that
    predict from windows, by ``score``, and by `FlattenWindows`. `compare_models` gives
    it once for all models and folds that run in one process.
    ``LookbackWindower(..., on_missing_history="raise")`` makes it an error.

    See Also
    --------
    SeriesView : Holds the rows to predict, and the rows before them as history.
    LookbackWindower : Its `on_missing_history` refuses or ignores such windows.

    Examples
    --------
    The last row alone has no history:

    >>> import warnings
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import FlatWindowRegressor, LookbackWindower, make_supervised
    >>> from skseqconv import MissingHistoryWarning, SeriesView
    >>> series = np.arange(20.0)[:, None]
    >>> model = make_pipeline(LookbackWindower(4), FlatWindowRegressor())
    >>> model = model.fit(*make_supervised(series, 0))
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", MissingHistoryWarning)
    ...     try:
    ...         model.predict(series[-1:])
    ...     except MissingHistoryWarning:
    ...         print("history is missing")
    history is missing

    A view of the last row reads the rows before it:

    >>> model.predict(SeriesView(series, rows=[len(series) - 1])).round(1)
    array([20.])
    """


def check_history(windows, lag=None, advice=""):
    """Warn of, or refuse, windows that begin before their series.

    Parameters
    ----------
    windows : WindowView or ndarray
        The input of a prediction. An array does not know where its series begins.
    lag : int, default=None
        The largest lag that is read; None for whole windows.
    advice : str, default=""
        Added to the message by the caller.
    """
    choice = getattr(windows, "on_missing_history", "ignore")
    if choice == "ignore":
        return
    reach = windows.reach if lag is None else int(lag)
    depth = depth_of(windows)
    short = np.flatnonzero(depth < reach)
    if not len(short):
        return
    first = short[0]
    message = (
        f"Too little history for {len(short)} of {len(windows)} rows: a window needs "
        f"{reach + 1} rows of its series, up to and including its own row, but "
        f"{place_of(windows, windows.rows[first])} has {depth[first] + 1}"
        f"{_gap_before(windows, first)}. The first row of the series is repeated in "
        "place of the missing ones, which makes forecasts unreliable. If there are "
        "earlier rows, keep them: SeriesView(series, rows=[...]) predicts the chosen "
        "rows and reads the others as history, and so do rows of make_supervised. If "
        "the series has just begun, use a shorter lookback, leave its first rows out, "
        "or accept their forecasts by "
        f"LookbackWindower(on_missing_history='ignore').{advice}"
    )
    if choice == "raise":
        raise ValueError(f"{message} (on_missing_history='raise')")
    said = _SAID.get()
    if said:
        return
    more = "" if said is None else " Other models and folds may lack history, too."
    warnings.warn(
        f"{message} on_missing_history='raise' makes this an error.{more}",
        MissingHistoryWarning,
        stacklevel=stacklevel_of_caller(),
    )
    if said is not None:
        said.append(message)


def _gap_before(windows, i):
    """Words for the gap before the series of a window, if it is a part of another."""
    data = windows._series
    if data.dates is None:
        return ""
    wholes, owner = data.wholes, data.series_of(windows.rows[i])
    if not (wholes[:owner] == wholes[owner]).any():
        return ""
    return ' after the gap before it, which no window crosses (on_gap="split")'


def stacklevel_of_caller():
    """The stacklevel of the first caller outside of the packages in between."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and _package_of(frame) in BETWEEN:
        frame, level = frame.f_back, level + 1
    return level


def _package_of(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0]
