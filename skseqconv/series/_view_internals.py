"""What the rest of the package asks of a view.

These are functions, not methods, so that a view's own methods stay those that users
call. Outside of this folder nothing reads a private attribute of a view.
"""

import numpy as np

from skseqconv.series.ahead._known_ahead import read_rows, series_name, with_known
from skseqconv.series.held._layout import ranges
from skseqconv.series.held._owners import by_chunks
from skseqconv.series.times._index_kinds import dates_of, in_zone_of

#: Later than any row.
NEVER = np.iinfo(np.int64).max


def has_all_rows(view):
    """Whether a view has all rows of its series in order, as far as is known."""
    return "rows" not in vars(view)


def n_rows_sorted(view):
    """Number of rows of the table of a view if they were sorted, otherwise 0."""
    return view._series.n_rows_sorted


def depth_of(view, most=None):
    """How many earlier rows of its own series each row has; or `most`, if it has more.

    With `most`, the numbers take half the memory.
    """
    first_rows = view._series.first_rows
    if most is None:
        return by_chunks(lambda rows: rows - first_rows(rows), view.rows)

    def least(rows):
        return np.minimum(rows - first_rows(rows), most)

    return by_chunks(least, view.rows, dtype=np.int32)


def ids_of(view):
    """The id of each row as an index, or None. Several columns of ids are levels."""
    ids = view._series.ids
    return None if ids is None else ids[view.series_ids]


def whole_series_of(view):
    """The number of the whole series of each row: parts between gaps share it."""
    return view._series.wholes[view.series_ids]


def n_whole_series(view):
    """How many series a view has rows of."""
    data = view._series
    wholes = data.wholes
    if not has_all_rows(view):
        wholes = wholes[data.owners_of(view.rows)]
    return len(np.unique(wholes))


def all_start_alike(view):
    """Whether a view has several series, and the times of all start at one number.

    Such times, and positions, tell how far a series has come, not when.
    """
    data = view._series
    some = np.unique(data.series_of(view.rows))
    if len(np.unique(data.wholes[some])) < 2:
        return False
    blocks = [] if data.dates is None else data.dates.blocks
    if any(dates_of(block) is not None for block in blocks):
        return False
    some = some[np.unique(data.wholes[some], return_index=True)[1]]
    return len(np.unique(data.stamps(data.starts[some]))) == 1


def rows_after(view, delay):
    """The row `delay` after each row, and whether the row's series goes that far."""
    rows = view.rows + delay
    return rows, view._series.has_later(view.rows, delay)


def rows_up_to_last(view):
    """All rows up to the last one of the view, of each series that it has rows of."""
    data = view._series
    last = np.full(data.n_series, -1)
    np.maximum.at(last, data.series_of(view.rows), view.rows)
    some = last >= 0
    return ranges(data.starts[some], last[some] + 1)


def target_stamps(view, delay):
    """Stamps of the rows `delay` later; beyond the end, the row's stamp + `delay`."""
    rows, inside = rows_after(view, delay)
    stamps = view.stamps + delay
    stamps[inside] = view._series.stamps(rows[inside])
    return stamps


def first_rows_from(view, date):
    """For each row, the first row of its series at or after a date (a Timestamp).

    `NEVER` for a series that ends before the date. None for series without dates.
    """
    series = view._series
    if series.dates is None:
        return None
    blocks = [dates_of(block) for block in series.dates.blocks]
    if any(block is None for block in blocks):
        return None
    n_before = np.empty(series.n_series, dtype=np.int64)
    for own, _, _ in series.dates.stretches():
        block = blocks[series.dates.which[own[0]]]
        is_before = np.asarray(block < in_zone_of(block, date))
        so_far = np.concatenate([[0], np.cumsum(is_before)])
        begins, lengths = series.dates.begins[own], series.lengths[own]
        n_before[own] = so_far[begins + lengths] - so_far[begins]
    firsts = series.starts + n_before
    return np.where(firsts < series.stops, firsts, NEVER)[view.series_ids]


def raw_values(view, rows, channels=slice(None)):
    """Values of rows of the series itself, before any step."""
    return read_rows(view._series, rows, channels)


def without_shift(view):
    """The same view, in which channels known ahead are read at the row itself."""
    if view._series.known is None:
        return view
    return view._derive(_series=with_known(view._series, None))


def known_of(view):
    """What is known ahead in the series of a view (`KnownAhead`), or None."""
    return view._series.known


def shifts_of(view):
    """Position of each channel known ahead and how many rows later it is read."""
    known = view._series.known
    if known is None:
        return ()
    return tuple((channel, known.ahead) for channel in sorted(known.channels.tolist()))


def place_of(view, row, later=0):
    """Words for the row that is `later` rows after a row, with its date if known.

    The rows of a series with an id are numbered from its first row.
    """
    data, row = view._series, row + later
    owner = data.series_of(row - later)
    name, beyond = series_name(data, owner), row - data.stops[owner]
    if beyond >= 0:
        return f"row {beyond} of the future of {name}"
    index = data.index_at(np.array([row]))
    date = "" if index is None else f" ({index[0]})"
    if data.ids is None:
        return f"row {row}{date} of the series"
    return f"row {row - data.starts[owner]}{date} of {name}"


def raw_labels(view):
    """Labels of the channels of the series, text or not; None if they have none."""
    return view._series.labels


def first_index(view):
    """The whole index of the first series, or None."""
    return view._series.first_index()


def longest_index(view):
    """The index of the longest series, or None."""
    series = view._series
    return series.dates and series.dates.own(int(np.argmax(series.lengths)))


def longest_series(view):
    """Number of rows of the longest series."""
    return int(view._series.lengths.max())
