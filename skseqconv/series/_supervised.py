"""X and y of a forecasting task, made from a series."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas.tseries.offsets import BaseOffset

from skseqconv._public import public
from skseqconv.series.ahead._delays import checked_delays
from skseqconv.series.ahead._known_ahead import is_given, known_labels, with_known_ahead
from skseqconv.series.ahead._rows_with_target import rows_and_targets, without_missing
from skseqconv.series.tables._channels import several_channels
from skseqconv.series.tables._containers import names_columns, positions_of
from skseqconv.series.tables._ids import refuse_as_target, warn_of_short_series
from skseqconv.series.times._time_spans import RowsOrTime

from ._on_gap import check_on_gap, mend_gaps
from ._pooled import pooled_view
from ._series import Series
from ._series_view import SeriesView


@public
def make_supervised(
    series: ArrayLike | Sequence[ArrayLike] | SeriesView,
    target: Hashable | Sequence[Hashable] = None,
    *,
    delay: RowsOrTime | Sequence[RowsOrTime] = 1,
    rows: ArrayLike | None = None,
    on_gap: Literal["raise", "warn", "ignore", "split"] = "raise",
    freq: str | BaseOffset | int | None = None,
    pooled: bool = False,
    id: Hashable | Sequence[Hashable] | None = None,
    time: Hashable | None = None,
    static: Hashable | Sequence[Hashable] = (),
    known_ahead: Hashable | Sequence[Hashable] = (),
    future: ArrayLike | Sequence[ArrayLike] | None = None,
) -> tuple[SeriesView, NDArray]:
    """Make the X and y of a forecasting task from a series.

    Row ``t`` of X is row ``t`` of the series, and ``y[t] = series[t + delay,
    target]``. The last ``delay`` rows of a series have no target and are left out.
    Rows whose target is missing are left out, too, but stay as history of later rows.

    Parameters
    ----------
    series : DataFrame, ndarray, memmap, SeriesView, or a list of series
        Of shape (n_steps, n_channels), in the order of time; or a long table, which
        has the rows of several series, in any order: see `id`. Windows never cross
        from one series into another. Rows of several series are ordered by time if
        all have dates (or numbers) as index, otherwise by position. Tables of polars
        and pyarrow have no index: `time` names their dates. Masked values are missing
        values. Do not change its values afterwards: X may share the memory, which y
        does not.
    target : label, int, or list of these, default=None
        The channel to forecast, by its label, or by its position if no label of a
        channel is a number. A list gives several columns of y. None takes all
        channels that are not static, if ``pooled=True``.
    delay : int, time span or sequence of these, default=1
        The forecast horizon in rows, or a time such as "24h" if the rows have dates at
        equal distances (see `freq`). "5B" counts business days of rows that follow
        them. A sequence gives several columns of y.
    rows : array-like of int of shape (n_chosen,), default=None
        The rows to forecast from, each once, in any order; None for all. The other
        rows still are history of their windows. Nothing is held or read for other
        rows, so a network can learn from a memmap larger than memory. Rows are
        numbered as in :class:`SeriesView`. Rows without a target are left out. Filled
        values count as known: end the table at the last measured value of the target,
        because :func:`forecast` starts from its last value.
    on_gap : {"raise", "warn", "ignore", "split"}, default="raise"
        What to do at gaps of the index: missing or repeated timestamps. "split" makes
        the parts between gaps separate series, so windows never cross a gap. It drops
        a row that repeats timestamp and values of the row before, and refuses a row
        that repeats the timestamp with other values. "warn" and "ignore" take all rows
        as consecutive, with or without a warning; use them for gaps that belong to the
        series, such as nights or holidays without trade. :func:`forecast` then warns if
        it dates rows after the end by the usual step although a gap is due: declare
        `freq`. An index out of order is always an error. The series of a view cannot be
        split.
    freq : str, offset of pandas, or int, default=None
        The frequency of the index. Two neighboring timestamps that differ by another
        amount, beyond rounding, have a gap between them. It may be anything that pandas
        takes as an offset, such as "10min", "MS", or
        ``pandas.offsets.CustomBusinessDay(holidays=[...])`` for trading days. For an
        index of numbers it is a whole number. None compares with the most common
        difference, or with the calendar frequency (days, business days, months, ...)
        if that leaves fewer gaps; series of two or three rows are compared with the
        longer ones. X remembers the frequency: time spans such as
        ``lookback="5B"`` count it, and :func:`forecast` dates later rows by it.
    pooled : bool, default=False
        Whether each target is a series of its own, with one channel. A model then
        learns one set of weights for all targets (a global or channel-independent
        model), see :meth:`SeriesView.pool`. Channels that are no targets are left
        out, so there are no drivers and no calendar channels. Nothing is copied.
        Rows are in the order of time; those of the same time are in the order of
        `target`. A row is left out only for the targets that are missing, or that
        begin later. `rows` are numbered as without pooling.
    id : label, or list of labels, default=None
        The column of a long table that names the series of each row, or several
        columns, whose values together name it. It is not a channel. With pandas it
        may be a level of the index. The series are in the order of their ids; ids
        that have no order (text and numbers) are in the order of their first rows. A
        MultiIndex is read without `id`: the level of dates is the time, and all other
        levels are ids.
    time : label, default=None
        The column (or level) of dates or numbers that orders the rows; it becomes the
        index. Rows of one id and time twice are an error. None takes the index of a
        pandas table if it holds dates; otherwise the rows of each id are in order.
        Without `id` the table is one series.
    static : label, or list of labels, default=()
        Channels with one value for each id, such as the size of a store. They are
        checked, and stay channels, so a network sees them at each step. They must be
        numbers. NaN in all rows of an id is a missing value. `Standardizer` and
        imputers compute means over rows, so an id with many rows counts more.
    known_ahead : label, int, or list of these, default=()
        Channels that are known for the time that is forecast: a calendar, holidays,
        prices, promotions, a weather forecast. They are read ``H = max(delay)`` rows
        later than the row. So the newest entry of a window is the value at the last
        forecast time, and the value at the time of a shorter delay ``d`` stands
        ``H - d`` rows before it. A target cannot be known ahead. See Notes.
    future : DataFrame, array, or a list of these, default=None
        The channels known ahead in the rows after the end of the series, see
        :meth:`SeriesView.with_future`. The rows of X that have a target do not need
        it, but the newest rows do, to forecast the future.

    Returns
    -------
    X : SeriesView of shape (n_rows, n_channels)
        A view of the series. ``X.target`` holds channel and delay of each column
        of y. If `pooled`, up to n_targets rows for each row of the series, with one
        channel. ``X.channels`` and ``X.source_rows`` tell which target and which row
        of the series each one is, and ``X.unpool(model.predict(X))`` lays out
        forecasts by row, target and delay.
    y : ndarray of shape (n_rows,) or (n_rows, n_targets * n_delays)
        Two-dimensional if `target` or `delay` is a sequence: all delays of the
        first target, then of the second. If `pooled`, of shape (n_rows,) or
        (n_rows, n_delays).

    Raises
    ------
    ValueError
        For an unknown target, a delay below one, or a series too short for it; for a
        target that is known ahead, or a `future` that does not follow the series; for
        rows outside of the series or given twice; for an index that is out of order,
        is text that holds dates, or belongs to several series; and for gaps with
        ``on_gap="raise"``. In a long table, for unknown columns, ids or times that are
        missing, two rows of one id and time, static columns that change or are no
        numbers, and frequencies that differ between ids (unless `freq` is given, or
        ``on_gap="ignore"``).

    Warns
    -----
    UserWarning
        If rows are left out because their target is missing before the last known one
        of their series, if ids of a long table have no rows left, and for gaps with
        ``on_gap="warn"``.

    See Also
    --------
    LookbackWindower : Makes windows from the rows of X.

    Notes
    -----
    The generator of F. Chollet, "Deep Learning with Python", 2017, section 6.3, gives
    for row ``i`` the rows ``i - lookback`` to ``i - step`` and the target at
    ``i + delay``. Here that sample is row ``t = i - step``, with the delay
    ``delay + step``.

    X and y take at least 16 bytes per row. For 100 million rows, choose a subset, such
    as ``rows=numpy.arange(0, len(series), 1000)``. The gap of a `TimeSeriesSplit`
    counts rows of X. Here they are 1000 rows apart, so a delay of up to 1000 needs no
    gap. The networks' ``validation_gap="auto"`` compares times.

    With `known_ahead`, the look-back window should span at least H rows: then it holds
    these channels from the row after the forecast's origin to the last forecast time.
    It must reach the nearest delay, ``H - min(delay)`` rows back, or
    `LookbackWindower` warns. Forecasts are only as good as what is known: give a
    weather forecast of that time, not the weather that was measured later. Columns of
    `CalendarFeatures` may be known ahead, if its `ahead` is 0.

    With ``pooled=True``, X has n_targets rows for each time, which
    `PanelTimeSeriesSplit` keeps together. The units of the targets may differ: networks
    that forecast changes divide each window by its own spread (`window_norm`), but a
    `Standardizer` learns one mean and one scale for all targets. Linear models and
    errors that are averaged over targets need targets of one scale. So standardize the
    table before, by its training rows only:
    ``Standardizer().fit(table[:n_train]).transform(table)``.

    Examples
    --------
    >>> import pandas as pd
    >>> from skseqconv import LookbackWindower, make_supervised
    >>> series = pd.DataFrame({"rain": [0.0, 1, 2, 3], "temp": [10.0, 11, 12, 13]})
    >>> X, y = make_supervised(series, "temp", delay=2)
    >>> X.shape
    (2, 2)
    >>> y
    array([12., 13.])

    Windows of a chosen row read the rows before it:

    >>> X, y = make_supervised(series, "temp", rows=[2])
    >>> y
    array([13.])
    >>> LookbackWindower(2).fit_transform(X).to_numpy()[0, :, 1]
    array([11., 12.])

    A long table, with the rows of two stores. `frame` tells the rows of X apart:

    >>> days = pd.to_datetime(["2024-05-02", "2024-05-03", "2024-05-01"])
    >>> b = pd.DataFrame({"store": "b", "day": days, "sold": [5.0, 6.0, 4.0]})
    >>> a = pd.DataFrame({"store": "a", "day": days[:2], "sold": [1.0, 2.0]})
    >>> table = pd.concat([b, a])
    >>> X, y = make_supervised(table, "sold", id="store", time="day")
    >>> X.frame().assign(y=y)
      store        day  row    y
    0     b 2024-05-01    0  5.0
    1     a 2024-05-02    0  2.0
    2     b 2024-05-02    1  6.0

    Delays in time, where rows have dates:

    >>> dates = pd.date_range("2020-01-01", periods=4, freq="12h")
    >>> X, y = make_supervised(series.set_index(dates), "temp", delay=["12h", "1D"])
    >>> X.target
    ((1, 1), (1, 2))

    The promotion of the day that is forecast is known:

    >>> sold = pd.DataFrame({"sold": [5.0, 6, 9, 7], "promo": [0.0, 0, 1, 0]})
    >>> X, y = make_supervised(sold, "sold", known_ahead="promo")
    >>> X.to_numpy(), y
    (array([[5., 0.],
           [6., 1.],
           [9., 0.]]), array([6., 9., 7.]))

    Each channel as a series of its own:

    >>> X, y = make_supervised(series, ["rain", "temp"], delay=[1, 2], pooled=True)
    >>> X.shape, y.shape
    ((4, 1), (4, 2))
    >>> X.channels
    array(['rain', 'temp', 'rain', 'temp'], dtype=object)
    >>> X.unpool(y, as_frame=True)
    channel rain       temp
    delay      1    2     1     2
    0        1.0  2.0  11.0  12.0
    1        2.0  3.0  12.0  13.0
    """
    check_on_gap(on_gap)
    if not isinstance(pooled, (bool, np.bool_)):
        raise ValueError(f"pooled must be True or False, got pooled={pooled!r}.")
    columns = {"id": id, "time": time, "static": static}
    view = _of_chosen(_read(series, rows, on_gap, freq, columns), rows)
    delays, several_delays = checked_delays(delay, view, target, columns)
    data = view._series
    channels, several_targets = _target_channels(target, data, pooled, static)
    if is_given(known_ahead) or data.known is not None:
        names = known_ahead if is_given(known_ahead) else list(known_labels(data))
        data = with_known_ahead(data, names, delays, channels)
        view = view._derive(_series=data)
    if future is not None:
        view = view.with_future(future)
    if pooled:
        view = pooled_view(view, channels)
        channels, several_targets = [0], False
    rows, y = rows_and_targets(view, channels, delays, delay)
    rows, y = without_missing(view._series, rows, y, channels, max(delays))
    warn_of_short_series(view, rows, max(delays), stacklevel=2)
    targets = tuple((channel, d) for channel in channels for d in delays)
    X = view._derive(rows=rows, target=targets)
    return X, y if several_targets or several_delays else y[:, 0]


def _read(series, rows, on_gap, freq, columns):
    """The series, read and checked; a view as it is."""
    is_view = isinstance(series, SeriesView) and not names_columns(**columns)
    if is_view:
        data = series._series
    else:
        any_frequency = freq is not None or on_gap == "ignore"
        data = Series.of(series, **columns, any_frequency=any_frequency)
    is_numbered = is_view or rows is not None
    mended = mend_gaps(data, on_gap, freq, is_numbered=is_numbered)
    if is_view:
        return series._derive(_series=mended)
    data.warn_of_ids(stacklevel=3)
    return mended


def _target_channels(target, data, pooled, static):
    """Positions of the targets, and whether a sequence was given."""
    fixed = []
    if names_columns(static=static):
        fixed, _ = several_channels(static, data, "static")
    if not pooled or target is not None or positions_of(target, data.labels):
        refuse_as_target(target, data)
        try:
            channels, several = several_channels(target, data)
        except ValueError as error:
            if target is not None:
                raise
            raise ValueError(
                f"{error} If each channel is a series of its own, pooled=True "
                "forecasts all of them."
            ) from None
        if set(channels) & set(fixed):
            raise ValueError(
                f"target={target!r} is static, so there is nothing to forecast: leave "
                "it out of static=, or name another channel."
            )
        return channels, several
    return [at for at in range(data.n_channels) if at not in fixed], True


def _of_chosen(series, rows):
    """A view of the chosen rows, in the order of the series."""
    if rows is None and isinstance(series, SeriesView):
        return series
    view = SeriesView(series, rows)
    if rows is None:
        return view
    chosen = np.sort(view.rows)
    again = chosen[1:] == chosen[:-1]
    if again.any():
        raise ValueError(
            f"rows= has row {chosen[1:][again][0]} more than once: use np.unique(rows)."
        )
    return view._derive(rows=chosen)
