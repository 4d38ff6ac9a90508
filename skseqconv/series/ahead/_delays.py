"""The delays of forecasts: how many rows ahead the targets lie."""

import numpy as np

from skseqconv._counts import is_count, is_whole
from skseqconv.series.times._time_spans import in_rows, spans_in_words

from ._own_target import lines_for_own_target


def checked_delays(delay, view, target=None, columns=None):
    """The delays as a list of int, and whether a sequence was given.

    Spans of time become numbers of rows of the view. An error for a delay of zero says
    how to make a y of the `target`, with the parameters `columns` of the caller.
    """
    several = np.iterable(delay) and not isinstance(delay, str)
    delays = list(delay) if several else [delay]
    delays = [in_rows("delay", d, view) for d in delays]
    valid = delays and all(map(is_count, delays))
    if valid and len(set(delays)) == len(delays):
        return [int(d) for d in delays], several
    zero = any(is_whole(d) and d == 0 for d in delays)
    of_the_row = " delay=0 is the row's own value, which its window holds."
    if target is not None and view.n_channels > np.size(target):
        of_the_row += (
            " To predict it from the other channels, leave it out of the series: "
            f"{lines_for_own_target(target, columns, view._series)}."
        )
    text = next((f" {spans_in_words(d)}" for d in delays if isinstance(d, str)), "")
    raise ValueError(
        "delay must be a whole number of rows >= 1, a time span such as '24h' if the "
        "rows have dates, or several different ones, got "
        f"delay={delay!r}.{of_the_row if zero else ''}{text}"
    )
