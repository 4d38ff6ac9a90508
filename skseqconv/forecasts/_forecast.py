"""Forecasts of a fitted model, as a tidy table."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from skseqconv._public import public
from skseqconv._unwrap import forecast_and_interval_of
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._intervals import check_gives, quantiles_by_name
from ._origins import chosen_rows, view_of, with_known_of_fit, with_target_of
from ._recursive import checked_horizon, recursive_forecasts
from ._table import Places

if TYPE_CHECKING:
    from pandas.tseries.offsets import BaseOffset


@public
def forecast(
    model: Any,
    X: SeriesView | WindowView | ArrayLike | Sequence[ArrayLike],
    *,
    coverage: float | None = None,
    quantiles: bool = False,
    rows: Literal["last", "all"] | ArrayLike = "last",
    horizon: int | None = None,
    recursive: bool = False,
    target: Hashable | Sequence[Hashable] = None,
    delay: int | Sequence[int] | None = None,
    freq: str | BaseOffset | int | None = None,
    future: ArrayLike | Sequence[ArrayLike] | None = None,
) -> pd.DataFrame:
    """Forecast what follows each series, as a tidy table with ids and dates.

    Parameters
    ----------
    model : estimator
        A fitted regressor that reads X: a Pipeline, a search, a
        `TransformedTargetRegressor`, a baseline, or an ensemble.
    X : SeriesView, WindowView, DataFrame, ndarray, or a list of series
        X from :func:`make_supervised`, or later data as a table or a `SeriesView`. A
        table of several series needs ``SeriesView(table, id=..., time=...)``. The
        target, and the channels known ahead, are those of the fit.
    coverage : float, default=None
        Adds the interval that contains this share of future values, see
        :func:`predict_interval`. None adds none.
    quantiles : bool, default=False
        Whether to add a column for each quantile of a network with ``loss="quantile"``,
        see :func:`predict_quantiles`.
    rows : {"last", "all"} or array-like of int, default="last"
        The rows to forecast from. "last" is, for each series that X has rows of, the
        last row of the series in which a target channel has a value, whether X has this
        row or not. Later rows, whose target is missing, are the future: channels known
        ahead are read from them. Of a series that was split at gaps, only the newest
        part with a known target counts, also if it is so short that X has no row of
        it. A filled target counts as known, also after the rows that
        ``make_supervised(rows=...)`` chose. "all" is each row of X.
        Numbers are positions in X, so ``rows=[-1]`` forecasts from the last row of X.
        In ``SeriesView(table)`` of one series they are the numbers of its rows.
    horizon : int, default=None
        The longest horizon of the table, in rows. None takes all horizons of the fit.
        A model reads channels known ahead up to the longest horizon of its fit, also
        if this one is shorter.
    recursive : bool, default=False
        Whether to forecast each horizon up to `horizon`, also those that were not
        trained. Beyond the longest of the fit, the model reads its own forecasts as if
        they had been observed, see Notes.
    target : label, int, or list of these, default=None
        The forecast channel, as in :func:`make_supervised`. None takes what X or the
        fitted model knows. X from :func:`make_supervised` knows it, and so does a model
        that was fitted on it through a `LookbackWindower`.
    delay : int or sequence of int, default=None
        The forecast horizon in rows, as `target`.
    freq : str, offset of pandas, or int, default=None
        The frequency of the dates after the end of a series, and of the rows of its
        `future`, as in :func:`make_supervised`, such as
        ``pandas.offsets.CustomBusinessDay(holidays=[...])``. None takes the one that
        X was made with, or finds it in the newest 5,000 dates of the longest series. A
        series whose newest 8 dates do not follow it has a frequency of its own. Offsets
        of a day or more keep the local time when clocks are set.
    future : DataFrame, array, or a list of these, default=None
        The rows after the end of each series, for the channels known ahead, see
        :meth:`SeriesView.with_future`. Not needed if X has them. The forecasts of these
        rows have their dates.

    Returns
    -------
    table : DataFrame
        A row for each row of X, target and horizon, in this order. Columns:

        - the id of the series, named as in ``X.frame()``: with its own name or "id".
          Pooled channels are in "channel", the numbers of a list of series in "series".
          A single series has no such column;
        - origin: date of the row that the forecast is made from;
        - date: date of the forecast value. Without dates, "row": positions in the
          series, or numbers of its index;
        - horizon: number of rows between them;
        - target: label of the forecast channel, if there are several;
        - forecast: in the units of y;
        - lower, upper: bounds of the interval, with `coverage`;
        - q0.1, q0.5, and so on: the quantiles of the network, with `quantiles`.

    Raises
    ------
    ValueError
        If the target is unknown or not that of the fit, if the dates after a series
        follow no frequency or not `freq`, and for intervals and quantiles as
        :func:`predict_interval` and :func:`predict_quantiles`. If `horizon` is longer
        or shorter than all horizons of the fit. With `recursive`, if some horizons were
        not trained and `coverage` or `quantiles` is given, or if the model has to read
        its own forecasts and a channel that changes is not forecast.

    Warns
    -----
    MissingHistoryWarning
        If a series is shorter than the window, or, of a series that was split at gaps,
        the newest part.
    UserWarning
        If X is a table without ids, the model was fitted on several series, and no
        dates show that X is one series. If X has only rows at one time of the day or
        week, such as 11:00, and the row that forecasts start from is none of these. If
        dates after the end of a series follow its usual step, but a gap is due there,
        such as a night without rows.

    See Also
    --------
    make_supervised : Makes X and y to fit a model.
    FutureDisplay.from_forecast : Draws the table.
    Comparison.forecasts : Out-of-fold forecasts with the same columns.

    Notes
    -----
    With ``recursive=True`` the table has each horizon up to `horizon`. A model with the
    largest delay m forecasts m rows, which are added to the end of the series, and then
    the next m rows from there. A horizon that was not trained comes from an earlier
    row, by the next longer delay. Errors add up: the model was trained on observed
    values, and now reads its own. A model that is fitted with all delays is more
    accurate far ahead, and only it has intervals there.

    For more than m rows, all other channels must be known ahead or constant in each
    series, because their future is not known. Of channels known ahead, `horizon` rows
    are needed then, rounded up to a multiple of m. y must be the channel itself, not a
    function of it: use `TransformedTargetRegressor` for that.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import LookbackWindower, PersistenceRegressor
    >>> from skseqconv import forecast, make_supervised
    >>> days = pd.date_range("2025-01-01", periods=8, freq="D")
    >>> sales = pd.DataFrame({"sales": [1.0, 2, 3, 4, 1, 2, 3, 4]}, index=days)
    >>> X, y = make_supervised(sales, "sales", delay=[1, 2])
    >>> naive = make_pipeline(LookbackWindower(4), PersistenceRegressor(period=4))
    >>> forecast(naive.fit(X, y), X)
          origin       date  horizon  forecast
    0 2025-01-08 2025-01-09        1       1.0
    1 2025-01-08 2025-01-10        2       2.0

    Further than the fit:

    >>> forecast(naive, X, horizon=3, recursive=True)["forecast"].tolist()
    [1.0, 2.0, 3.0]
    """
    view = with_target_of(model, view_of(X, model), target, delay)
    view = with_known_of_fit(model, view, freq)
    if future is not None:
        view = view.with_future(future)
    origins = chosen_rows(view, rows)
    if checked_horizon(origins, horizon, recursive):
        _refuse_recursive(origins, coverage=coverage, quantiles=quantiles)
        values, origins = recursive_forecasts(model, origins, int(horizon))
        return Places.of(origins, freq).table(values)
    places = Places.of(origins, freq)
    others = quantiles_by_name(model, origins) if quantiles else {}
    if coverage is None:
        values = model.predict(origins)
    else:
        check_gives(model, "intervals", "predict_interval")
        values, bounds = forecast_and_interval_of(model, origins, coverage)
        others = {"lower": bounds[..., 0], "upper": bounds[..., 1], **others}
    table = places.table(values, **others)
    if horizon is None:
        return table
    return table[table["horizon"] <= horizon].reset_index(drop=True)


def _refuse_recursive(origins, **given):
    """Refuse what would need the errors of recursive forecasts."""
    longest = max(delay for _, delay in origins.target)
    for name, value in given.items():
        if value is not None and value is not False:
            raise ValueError(
                f"{name}={value!r}: recursive forecasts have no interval and no "
                f"quantiles, because their errors are not known. Use horizon={longest} "
                f"without recursive, or leave {name} out."
            )
