"""Times that vary a little around equal steps, as those of a data logger do."""

import numpy as np
import pandas as pd

#: Steps that a logger may have.
STEPS = (
    *("1s", "2s", "5s", "10s", "15s", "20s", "30s"),
    *("1min", "2min", "5min", "10min", "15min", "20min", "30min"),
    *("1h", "2h", "3h", "6h", "12h", "1D"),
)

#: This share of the differences must be within half a step of the step, whose length
#: may be wrong by this share.
NEARLY_ALL, TOLERANCE = 0.9, 0.1


def clean_step(index):
    """The one of the steps that is nearest to the median difference of dates, or None.

    Parameters
    ----------
    index : pandas.Index

    Returns
    -------
    step : str or None
        None if all are far from the median, or the index holds no dates.
    """
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        return None
    usual = pd.Timedelta(np.median(np.diff(index.asi8)), index.unit)
    off, step = min((abs(usual / pd.Timedelta(step) - 1), step) for step in STEPS)
    return step if off <= TOLERANCE else None


def rounding_advice(index, differences, places, ids=()):
    """Advice for dates that vary around one of the steps; empty for others.

    Parameters
    ----------
    index : pandas.Index
    differences : ndarray
        Of neighboring entries, in ticks.
    places : ndarray of int
        Positions of the differences that count as gaps.
    ids : sequence of labels, default=()
        The columns of ids, if the dates are those of one id of a long table.
    """
    usual = np.median(differences)
    near = np.abs(differences - usual) < usual / 2
    vary = np.mean(differences == usual) < 0.5 and near.mean() >= NEARLY_ALL
    if not vary or near[places].mean() < 0.5:  # rows are missing between equal steps
        return ""
    step = clean_step(index)
    if step is None:
        return ""
    if (index[-1] - index[0]) / pd.Timedelta(step) > (1 + TOLERANCE) * len(index):
        return ""  # long gaps between the rows, such as nights
    call = f"{_way_to_round(index, step)}({step!r})"
    code = f"series.groupby(series.index.{call}).mean()"
    if ids:
        code = _code_for_table(ids, index.name, call)
    return (
        f" The times vary around steps of {step}: {code} gives rows at equal distances."
    )


def _way_to_round(index, step):
    """Rounding to the step keeps one row in each step if times vary around full steps.

    Times that vary around half steps must be rounded down.
    """
    parts = index.asi8 / (pd.Timedelta(step) / pd.Timedelta(1, index.unit))
    return "round" if np.cos(2 * np.pi * (parts % 1)).mean() >= 0 else "floor"


def _code_for_table(ids, time, call):
    """Code that rounds the times of a long table."""
    time = "time" if time is None else time
    rounded = f"table[{time!r}].dt.{call}"
    is_keyword = isinstance(time, str) and time.isidentifier()
    given = f"{time}={rounded}" if is_keyword else f"**{{{time!r}: {rounded}}}"
    return (
        f"table.assign({given}).groupby({[*ids, time]!r}, as_index=False).mean() "
        "(after table.reset_index(), if ids and times are the index)"
    )
