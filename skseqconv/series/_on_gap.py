"""What `on_gap` asks for: gaps of the index are refused, warned of, or mended."""

import numpy as np

from skseqconv.series.times._gaps import each_gaps, regular_parts, warn_of_gaps
from skseqconv.series.times._order import check_orders


def check_gaps(data, on_gap, *, stacklevel):
    """Refuse rows out of order; refuse gaps, or warn of them, if asked to.

    Parameters
    ----------
    data : Series
    on_gap : {"raise", "warn", "ignore"}
    stacklevel : int
        Of the warning, for the caller.
    """
    if on_gap == "warn":
        ending = (
            'The rows are taken as consecutive; on_gap="ignore" avoids this warning.'
        )
        warn_of_gaps(data.dates, ending, ids=data.ids, stacklevel=stacklevel + 1)
    elif on_gap == "raise":
        for _, gaps in each_gaps(data.dates, ids=data.ids):
            _refuse(gaps)
    else:
        check_orders(data.dates, data.ids)


def mend_gaps(data, on_gap, freq):
    """Check the index of each series, and split the series at gaps if asked to.

    Parameters
    ----------
    data : Series
    on_gap : {"raise", "warn", "ignore", "split"}
    freq : str, offset or int, or None
        The declared frequency.

    Returns
    -------
    data : Series
        The same object, unless it has been split.
    """
    if on_gap == "warn":
        ending = "The rows are taken as consecutive."
        warn_of_gaps(data.dates, ending, freq=freq, ids=data.ids, stacklevel=4)
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
