"""What `on_gap` asks for: gaps of the index are refused, warned of, or mended."""

import numpy as np

from skseqconv.series.times._gaps import each_gaps, regular_parts, warn_of_gaps
from skseqconv.series.times._order import check_orders


def check_on_gap(on_gap):
    if on_gap not in ("raise", "warn", "ignore", "split"):
        raise ValueError(
            "on_gap must be 'raise', 'warn', 'ignore' or 'split', got "
            f"on_gap={on_gap!r}."
        )


def mend_gaps(data, on_gap, freq=None, *, is_numbered=False):
    """Refuse rows out of order; refuse gaps, warn of them, or split the series there.

    Parameters
    ----------
    data : Series
    on_gap : {"raise", "warn", "ignore", "split"}
    freq : str, offset or int, default=None
        The declared frequency. The series keep it.
    is_numbered : bool, default=False
        Whether a view or `rows` already number the rows, so they cannot be split.

    Returns
    -------
    data : Series
        The same object, unless it has been split or a frequency is declared.
    """
    mended = _mended(data, on_gap, freq, is_numbered)
    return mended if freq is None else mended.with_freq(freq)


def _mended(data, on_gap, freq, is_numbered):
    if on_gap == "ignore" and freq is None:
        check_orders(data.dates, data.ids)
        return data
    if on_gap == "warn":
        ending = "The rows are taken as consecutive."
        warn_of_gaps(data.dates, ending, freq=freq, ids=data.ids, stacklevel=5)
        return data
    split = {}
    for owner, gaps in each_gaps(data.dates, freq, data.ids):
        if on_gap == "raise":
            _refuse(gaps)
        if on_gap == "split":
            gaps.refuse_choice(data.own_values(owner))
            split[owner] = list(regular_parts(gaps, freq))
    if not split:
        return data
    if is_numbered:
        raise ValueError(
            'on_gap="split" cannot split the series of a view, nor renumber rows=: '
            "give the series itself, and choose among the rows of X."
        )
    owners, pieces = [], []
    for owner, length in enumerate(data.lengths):
        own = split.get(owner, [slice(0, length)])
        owners += [owner] * len(own)
        pieces += own
    mended = data.split(owners, pieces)
    mended.sources = np.array(owners)
    return mended


def _refuse(gaps):
    raise ValueError(f"{gaps.describe()} {gaps.ways_out()}")
