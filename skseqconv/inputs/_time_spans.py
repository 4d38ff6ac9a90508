"""Time spans, such as "7D", given for a parameter that counts rows."""

from datetime import timedelta

import numpy as np
import pandas as pd

from skseqconv.series._frequency import readable_duration
from skseqconv.series._view import View
from skseqconv.series._view_internals import first_index

#: Types of time spans.
SPANS = (timedelta, np.timedelta64, pd.DateOffset)


def refuse_durations(estimator, names, X):
    """Refuse a time span, such as "7D", as a parameter that counts rows."""
    for name in names:
        value = getattr(estimator, name)
        span = _time_span(value)
        if span is None:
            continue
        spacing = _time_between_rows(X)
        way_out = "Divide it by the time between two rows of X."
        if spacing is not None and not span % spacing:
            way_out = f"The rows of X are {readable_duration(spacing)} apart: use "
            way_out += f"{name}={span // spacing}."
        raise ValueError(
            f"{name}={value!r} is a time span, but {type(estimator).__name__} counts "
            f"rows. {way_out}"
        )


def _time_span(value):
    """The value as a Timedelta; None if it is not a time span."""
    is_text = isinstance(value, str) and any(map(str.isalpha, value))
    if not is_text and not isinstance(value, SPANS):
        return None
    try:
        span = pd.Timedelta(value)
    except (TypeError, ValueError):  # other text, or months, whose length varies
        return None
    return None if span is pd.NaT else span


def _time_between_rows(X):
    """The most common time between two rows of a table or a view, or None."""
    if isinstance(X, View):
        index = first_index(X)
    else:
        index = X.index if hasattr(X, "iloc") else None
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)):
        return None
    common = pd.Series(index).diff().mode()
    return common[0] if len(common) and common[0] else None
