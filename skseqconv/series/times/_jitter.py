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

DAY, YEAR = pd.Timedelta(days=1), pd.Timedelta(days=366)


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
    return f" The times vary around steps of {step}: {_way_out(index, step, ids)}"


def _way_out(index, step, ids):
    """Code that rounds the times, if the columns of a long table have names."""
    ends = " gives rows at equal distances."
    if not ids:
        key = _rounded("series.index", "", index, step, DAY)
        return f"series.groupby({key}).mean(){ends}"
    time = index.name
    if None in (*ids, time):
        return (
            "round them. This message gives the code if all levels of the index have "
            "names: set table.index.names."
        )
    # Other ids may have rows in another part of the year.
    key = _rounded(f"table[{time!r}]", "dt.", index, step, YEAR)
    is_keyword = isinstance(time, str) and time.isidentifier()
    given = f"{time}={key}" if is_keyword else f"**{{{time!r}: {key}}}"
    return (
        f"table.assign({given}).groupby({[*ids, time]!r}, as_index=False).mean() "
        f"(after table.reset_index(), if ids and times are the index){ends}"
    )


def _rounded(times, dt, index, step, margin):
    """Code that rounds times by a clock that is not set in their zone.

    pandas rounds what local clocks show. That fails, or is not unique, where they are
    set. Days are then counted without a zone, and shorter steps in UTC.
    """
    local = index.tz_localize(None)
    if not _sets_clocks(index, margin):
        return f"{times}.{dt}{_way_to_round(local, step)}({step!r})"
    if step == "1D":
        naive = f"{times}.{dt}tz_localize(None)"
        return f"{naive}.{dt}{_way_to_round(local, step)}({step!r})"
    universal = f'{times}.{dt}tz_convert("UTC")'
    call = f"{_way_to_round(index.tz_convert(None), step)}({step!r})"
    return f"{universal}.{dt}{call}.{dt}tz_convert({times}.{dt}tz)"


def _sets_clocks(index, margin):
    """Whether the zone sets its clocks between the dates, or this time around them."""
    if index.tz is None:
        return False
    first, last = index[[0, -1]].tz_convert("UTC")
    days = pd.date_range(first - margin, last + margin, freq="D")
    zoned = index.union(days.tz_convert(index.tz))
    return len(np.unique(zoned.tz_localize(None).asi8 - zoned.asi8)) > 1


def _way_to_round(clock, step):
    """Rounding to the step keeps one row in each step if times vary around full steps.

    Times that vary around half steps must be rounded down. `clock` has no time zone.
    """
    parts = clock.asi8 / (pd.Timedelta(step) / pd.Timedelta(1, clock.unit))
    return "round" if np.cos(2 * np.pi * (parts % 1)).mean() >= 0 else "floor"
