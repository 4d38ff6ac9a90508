"""The validation part: the last rows in time, or those that a splitter holds out."""

import warnings
from collections import deque
from datetime import date, datetime

import numpy as np
import pandas as pd

from skseqconv.inputs._leaks import delays_of, n_leaks
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._view_internals import (
    first_rows_from,
    rows_after,
    target_stamps,
)
from skseqconv.series._window_view import WindowView
from skseqconv.series.times._index_kinds import moments_of
from skseqconv.series.times._time_spans import duration_of

#: Types of `validation_split` that say from which date on samples are held out.
DATES = (str, date, np.datetime64)


def date_of(split):
    """The date that `validation_split` gives, as a Timestamp; None for a share.

    Text is read as ISO 8601 only, because 1/2/2016 is two dates.
    """
    if not isinstance(split, DATES):
        return None
    try:
        found = pd.Timestamp(
            datetime.fromisoformat(split) if isinstance(split, str) else split
        )
    except ValueError:
        found = pd.NaT
    if found is pd.NaT:
        raise ValueError(
            f"validation_split={split!r} is not a date. Use a date such as "
            "'2016-07-01' or '2016-07-01 12:00', a share of the samples such as 0.2, "
            "or a splitter."
        )
    return found


def is_splitter(split):
    """Whether a splitter chooses the validation part."""
    return hasattr(split, "get_n_splits")


def validation_part(X, y, rows, split, gap, **options):
    """Split samples into a training part and a validation part.

    Parameters
    ----------
    X : WindowView or ndarray
    y : ndarray
    rows : ndarray of int
        Positions of the samples that may be used.
    split : float, date or splitter
        The last fold of a splitter is taken. All else is for `validation_tail`.
    gap, **options
        For `validation_tail`.

    Returns
    -------
    training, validation : ndarray of int
    """
    if not is_splitter(split):
        return validation_tail(X, rows, split, gap, **options)
    try:
        last = deque(split.split(X[rows], y[rows]), maxlen=1)
    except ValueError as error:
        way_out = (
            " fit passes no groups. SeriesKFold holds out whole series of a view "
            "without groups. Otherwise split X and y before, and give the part to hold "
            "out to fit, as X_val= and y_val=."
        )
        way_out = way_out if "groups" in str(error) else ""
        raise ValueError(f"validation_split={split!r}: {error}{way_out}") from None
    none = rows[:0]
    training, validation = (rows[part] for part in (last or [(none, none)])[0])
    if not len(training) or not len(validation):
        raise ValueError(
            f"validation_split={split!r} gives {len(training)} samples to train on and "
            f"{len(validation)} to validate on, of {len(rows)}. Both need at least one."
        )
    if isinstance(X, WindowView):
        _warn_of_leaks(X, training, validation, split, options.get("delay"))
    return training, validation


def _warn_of_leaks(X, training, validation, split, delay):
    n_rows = n_leaks(X, training, validation, delay)
    if n_rows:
        warnings.warn(
            f"validation_split={split!r}: {n_rows} training targets lie in the time of "
            "the validation part, so the validation loss is too low. Use a share such "
            "as 0.2, a date or PanelTimeSeriesSplit, which hold out the last rows in "
            "time, or SeriesKFold, which holds out whole series.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )


def validation_tail(X, rows, split, gap, delay=None, strata=None):
    """Split samples into a training part and the last ones in time.

    Parameters
    ----------
    X : WindowView or ndarray
        The samples. Those of an array count as ordered in time.
    rows : ndarray of int
        Positions of the samples that may be used.
    split : float or date
        Share of them to hold out, or the date from which on they are held out. Samples
        with equal stamps stay together.
    gap : int, time span or "auto"
        Number of samples left out before the validation part (whole stamps), or the
        time between a training sample and the first validation sample. "auto"
        leaves out those whose target lies after the first validation row, if X is a
        view and `delay` is given or X knows its target. With a date, samples with
        targets before it and at or after it are left out in any case.
    delay : int or sequence of int, default=None
        How many rows ahead the targets lie; None to ask X.
    strata : ndarray of shape (n_samples,), default=None
        Labels. If samples have no order in time (an array, `gap` is "auto"), the last
        ones of each label are held out.

    Returns
    -------
    training, validation : ndarray of int

    Raises
    ------
    ValueError
        If no sample is left to train on, a date leaves none to hold out, or X has no
        dates to compare it with.
    """
    windows = isinstance(X, WindowView)
    first_date = date_of(split)
    if first_date is None and strata is not None and not windows and gap == "auto":
        return _last_of_each(rows, strata[rows], split)
    stamps = X.stamps[rows] if windows else rows
    order = np.argsort(stamps, kind="stable")
    delays = delays_of(X, delay)
    longest = delays.max()
    if first_date is not None:
        targets = _targets_before(X, rows, first_date, split, delays)
        training, validation = (order[held[order]] for held in targets)
    else:
        training, validation = _last_share(stamps[order], order, split)
        if gap == "auto" and windows and longest:
            first = stamps[validation[0]]
            due = target_stamps(X[rows[training]], longest)
            training = training[due <= first]
    if (span := duration_of(gap)) is not None:
        training = training[_earlier(X, rows, span, gap, validation)[training]]
    elif gap != "auto" and gap:
        last = stamps[training[-gap]] if gap <= len(training) else -np.inf
        training = training[stamps[training] < last]
    if not len(training):
        ahead = longest if windows else 0
        said = _none_to_train_on(len(rows), len(validation), split, gap, windows, ahead)
        raise ValueError(said)
    return np.sort(rows[training]), np.sort(rows[validation])


def _none_to_train_on(n_rows, n_held_out, split, gap, windows, longest):
    """What leaves nothing to train on, and the ways out."""
    left_out = ""
    if gap != "auto" and gap:
        left_out = f"validation_gap={gap!r}"
    elif gap == "auto" and longest and n_held_out < n_rows:
        left_out = f"the gap as long as the longest delay ({longest})"
    rows = "rows have a complete window" if windows else "samples can be learned from"
    ways_out = ["validation_split=0, which trains without early stopping and intervals"]
    if date_of(split) is not None:
        ways_out = ["a later date"]
    if left_out.startswith("validation_gap"):
        ways_out.append("a smaller gap")
    if windows:
        ways_out += ["a shorter look-back", "fewer folds"]
    return (
        f"{n_rows} {rows}. validation_split={split!r} holds out {n_held_out} of them, "
        f"{f'and {left_out}' if left_out else 'which'} leaves none to train on. Use "
        f"{', '.join(ways_out)}, or more {'rows' if windows else 'samples'}."
    )


def _earlier(X, rows, span, gap, validation):
    """Whether samples lie more than a span before all those to validate on."""
    dates = moments_of(X[rows].index) if isinstance(X, WindowView) else None
    if dates is None:
        raise ValueError(
            f"validation_gap={gap!r} is a time span, but X has no dates. Give "
            "make_supervised a table with a DatetimeIndex, or use a number of samples."
        )
    return dates < dates[validation].min() - span


def _last_share(ranked, order, share):
    """Cut samples in the order of time, not between equal stamps."""
    # The small number guards against rounding: 100 * 0.07 is larger than 7.
    n_training = len(ranked) - int(np.ceil(len(ranked) * share - 1e-9))
    first = ranked[min(n_training, len(ranked) - 1)]
    return order[ranked < first], order[ranked >= first]


def _targets_before(X, rows, first_date, split, delays):
    """Whether all targets of a sample lie before a date, and whether none does."""
    firsts = None
    if isinstance(X, WindowView):
        X = X[rows]
        try:
            firsts = first_rows_from(X, first_date)
        except ValueError as error:
            raise ValueError(f"validation_split={split!r}: {error}") from None
    if firsts is None:
        raise ValueError(
            f"validation_split={split!r} is a date, but X has no dates. Give "
            "make_supervised a table with a DatetimeIndex, or use a share of the "
            "samples such as validation_split=0.2."
        )
    earliest, _ = rows_after(X, delays.min())
    latest, known = rows_after(X, delays.max())
    held_out = earliest >= firsts
    if not held_out.any():
        raise ValueError(
            f"validation_split={split!r} holds out nothing: all targets of the "
            f"{len(rows)} rows with complete windows lie before it. The last of these "
            f"rows is at {X.index.max()}. Use an earlier date."
        )
    return (latest < firsts) & known, held_out


def _last_of_each(rows, labels, share):
    """Hold out the last samples of each label, but not all of them."""
    held_out = np.zeros(len(rows), dtype=bool)
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        n_held_out = min(round(len(of_label) * share), len(of_label) - 1)
        held_out[of_label[len(of_label) - n_held_out :]] = True
    if not held_out.any():
        raise ValueError(
            f"validation_split={share!r} holds out none of {len(rows)} samples of "
            f"{len(np.unique(labels))} classes: use a larger one, or more samples."
        )
    return rows[~held_out], rows[held_out]
