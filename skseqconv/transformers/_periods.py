"""The periods of a calendar: their names and lengths."""

from numbers import Number

import numpy as np
import pandas as pd

_PERIODS = {
    "hour": pd.Timedelta(hours=1),
    "day": pd.Timedelta(days=1),
    "week": pd.Timedelta(days=7),
    "year": pd.Timedelta(days=365.2425),
}


def lengths_of(periods):
    """The length of each period, as a Timedelta; refuse wrong and repeated ones."""
    if isinstance(periods, str) or not len(periods):
        raise ValueError(
            f"periods={periods!r} must be a list of names, such as ['day', 'year']."
        )
    names = list(map(str, periods))  # those of the columns
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"periods={periods!r} holds {name!r} more than once, but its columns "
                "can be added only once. Remove the others."
            )
    return [_length(name) for name in periods]


def _length(name):
    # pandas would read a number as nanoseconds.
    text = isinstance(name, str) and name.strip().replace(".", "", 1).isdigit()
    number = isinstance(name, Number) and not isinstance(name, np.timedelta64)
    if text or number:
        raise ValueError(
            f"periods holds {name!r}, a number without a unit. Use '{name}h' for hours."
        )
    try:
        length = _PERIODS.get(name) or pd.Timedelta(name)
    except (ValueError, TypeError):
        length = pd.Timedelta(0)
    if not length > pd.Timedelta(0):
        raise ValueError(
            f"periods holds {name!r}. Use {', '.join(map(repr, _PERIODS))} or a "
            "duration that pandas reads, such as '12h'."
        )
    return length


def finer_than_meant(name):
    """A period is easily taken for the entry of a date: the hour for that of a day."""
    longer = {"hour": "day", "day": "week"}.get(name)
    if longer is None:
        return ""
    return f" For the {name} within a {longer}, use {longer!r}."
