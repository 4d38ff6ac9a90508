"""Time of day and time of year as channels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import timedelta
from numbers import Integral
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skseqconv._callbacks import one_task
from skseqconv._counts import is_whole
from skseqconv._public import public
from skseqconv.inputs._kinds import refuse_repeated
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series.times._frequency import readable_duration
from skseqconv.series.times._index_kinds import level_of_dates
from skseqconv.series.times._offsets import is_duration, shifted
from skseqconv.series.times._usual_step import warn_of_other_differences

from ._base import SequenceTransformer
from ._found_frequency import dates_of_series, found_frequency
from ._periods import finer_than_meant, lengths_of

_DAY = pd.Timedelta(days=1)


@public
class CalendarFeatures(SequenceTransformer):
    """Add the time of day, week or year to a table, as sine and cosine.

    Each period becomes two columns, the sine and cosine of its angle, so midnight is
    close to one minute past midnight. Use it before `make_supervised`, because it reads
    the dates of a table. It learns nothing from the values, so it cannot cause leakage.

    Parameters
    ----------
    periods : sequence of str or time spans, default=("day", "year")
        "hour", "day", "week", "year", or a duration that pandas reads, such as "12h".
        A period must span at least two time steps. Each may be given once.
    ahead : int, default=0
        Read the date this many rows ahead of each row. The delay of a forecast gives
        the date of the target, which is known in advance. With several delays, the
        longest gives the same values as `known_ahead` of `make_supervised`. Use one of
        the two.
    freq : str or offset of pandas, default=None
        The frequency by which rows ahead are counted, as in
        :func:`skseqconv.make_supervised`. None takes the most common time between rows,
        or a calendar frequency if it fits more rows. For trading days, declare
        ``pandas.offsets.CustomBusinessDay(holidays=[...])``.

    Attributes
    ----------
    step_ : Timedelta
        The most common time between neighboring rows of a series.
    freq_ : offset of pandas or None
        The declared or detected frequency of the dates, such as business days. None if
        `step_` is the frequency.
    n_features_in_ : int
        Number of columns of the table.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the columns. Exists only if all are str.

    Raises
    ------
    ValueError
        By `fit` and `transform`, if X is not a table with dates as its index or one of
        its levels, if X has a column with the name of a feature, or if a parameter is
        invalid. By `fit`, if a period is shorter than two time steps, or if `ahead` is
        used and the dates follow no frequency. By `transform`, if X has other columns
        than in `fit`.

    Warns
    -----
    UserWarning
        By `transform`, if the times of X have another time zone than those of the fit.
        With `ahead`, also if the rows of X are closer together in time, or further
        apart, than those of the fit.

    See Also
    --------
    make_supervised : Makes rows and targets from the table. Its `known_ahead` reads
        columns at the time that is forecast.

    Notes
    -----
    A year has 365.2425 days, the mean of the Gregorian calendar. For dates with a time
    zone, the local time counts. With `ahead`, time steps below a day are elapsed time,
    also when clocks change. Days, and frequencies such as business days, are counted on
    the calendar. The dates of missing rows count, too.

    A table of several series may have a MultiIndex, as in :func:`make_supervised`: the
    level of dates is the time, the other levels tell the series. The time between rows
    is that between rows of the same series. With ids in a column instead, X counts as
    one series.

    The same is possible with ``make_supervised(..., known_ahead=[...])``, which reads
    columns at the time that is forecast, also holidays, planned outages or a weather
    forecast. Leave ``ahead=0`` for such columns. With many horizons, each one then has
    its own value in the window, and ``transform(pandas.DataFrame(index=dates))`` gives
    the rows of the future. With `ahead`, no future rows are needed.

    Examples
    --------
    >>> import pandas as pd
    >>> from skseqconv import CalendarFeatures
    >>> dates = pd.date_range("2025-01-01", periods=4, freq="6h")
    >>> table = pd.DataFrame({"load": [1.0, 2.0, 3.0, 2.0]}, index=dates)
    >>> CalendarFeatures(["day"]).fit_transform(table).round(3)
                         load  day_sin  day_cos
    2025-01-01 00:00:00   1.0      0.0      1.0
    2025-01-01 06:00:00   2.0      1.0      0.0
    2025-01-01 12:00:00   3.0      0.0     -1.0
    2025-01-01 18:00:00   2.0     -1.0     -0.0
    """

    _parameter_constraints = {  # noqa: RUF012
        "periods": ["array-like"],
        "ahead": [Integral],
        "freq": [str, pd.offsets.BaseOffset, None],
    }

    def __init__(
        self,
        periods: Sequence[str | timedelta | np.timedelta64] = ("day", "year"),
        *,
        ahead: int = 0,
        freq: str | pd.offsets.BaseOffset | None = None,
    ) -> None:
        self.periods = periods
        self.ahead = ahead
        self.freq = freq

    @one_task
    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Find the frequency of the dates.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_channels)
            With a DatetimeIndex, or a MultiIndex of ids and dates.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        lengths = lengths_of(self.periods)
        if not is_whole(self.ahead):
            raise ValueError(f"ahead={self.ahead!r} must be a whole number of rows.")
        self._validate_params()
        dates = self._dates_of(X)
        of_series = dates_of_series(X.index, dates)
        self.step_, self.freq_ = found_frequency(of_series, self.freq, self.ahead)
        for name, length in zip(self.periods, lengths, strict=True):
            if length < 2 * self.step_:
                raise ValueError(
                    f"periods holds {name!r}, but the rows are "
                    f"{readable_duration(self.step_)} apart. A period must span at "
                    f"least two time steps. Remove it.{finer_than_meant(name)}"
                )
        self._zone = str(dates.tz)
        self._check_columns(X, reset=True)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Add the columns.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_channels)
            With a DatetimeIndex, or a MultiIndex of ids and dates. With the columns of
            `fit`, or with none, which gives the features of the dates alone. After a
            fit on a table without columns, X must have none, too.

        Returns
        -------
        table : DataFrame of shape (n_rows, n_channels + 2 * n_periods)
            The columns of X, then ``<period>_sin`` and ``<period>_cos`` of each period.
            A DataFrame of pandas, unless `set_output` asks for polars.
        """
        check_is_fitted(self)
        lengths = lengths_of(self.periods)
        dates = self._dates_of(X)
        if X.shape[1]:
            self._check_columns(X, reset=False)
        if str(dates.tz) != self._zone:
            _warn_of_other_zone(str(dates.tz), self._zone)
        if self.ahead:
            self._warn_of_other_step(dates_of_series(X.index, dates))
        clock = self._clock(dates)
        per_second = pd.Timedelta(1, unit="s") / pd.Timedelta(1, unit=clock.unit)
        since = clock.asi8 / per_second
        added = {}
        for name, length in zip(self.periods, lengths, strict=True):
            angle = 2 * np.pi * (since / length.total_seconds() % 1)
            added[f"{name}_sin"], added[f"{name}_cos"] = np.sin(angle), np.cos(angle)
        table = X.assign(**added)
        return self._contain(table, table.columns)

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the columns of the output.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns. None takes those seen in `fit`.

        Returns
        -------
        names : ndarray of str of shape (n_channels + 2 * n_periods,)
            The columns of X and the features.
        """
        check_is_fitted(self)
        names = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        added = [f"{name}_{part}" for name in self.periods for part in ("sin", "cos")]
        return np.array([*names, *added], dtype=object)

    def _check_columns(self, X, *, reset):
        """Record, or compare, the columns: their number, and names if all are str.

        scikit-learn refuses a table with names and other labels, which the rows of
        `make_supervised` may have.
        """
        if not all(isinstance(label, str) for label in X.columns):
            X = np.empty((0, X.shape[1]))
        else:
            refuse_repeated(X.columns)
        validate_data(self, X, reset=reset, skip_check_array=True)

    def _warn_of_other_step(self, dates):
        """Warn of rows that are further apart, or closer, than those of the fit."""
        warn_of_other_differences(
            dates.gaps.total_seconds().to_numpy(),
            self.step_.total_seconds(),
            f"ahead={self.ahead!r} counts steps of the fit, so it is another time than "
            f"{self.ahead!r} rows of X.",
        )

    def _clock(self, index):
        """The local time of the dates, `ahead` rows later."""
        clock = index.tz_localize(None)
        if not self.ahead:
            return clock
        ahead = int(self.ahead)
        if self.freq_ is not None and is_duration(self.freq_):
            return shifted(index, self.freq_, ahead).tz_localize(None)
        if self.freq_ is not None:
            return shifted(clock, self.freq_, ahead)
        if self.step_ % _DAY == pd.Timedelta(0):
            return clock + ahead * self.step_
        return (index + ahead * self.step_).tz_localize(None)

    def _dates_of(self, X):
        """The dates of the rows of a table, which is checked."""
        is_table = isinstance(X, pd.DataFrame)
        dates = level_of_dates(X.index) if is_table else None
        if not isinstance(dates, pd.DatetimeIndex):
            found = f"a {type(X.index).__name__}" if is_table else _kind(X)
            way_out = (
                "X.set_index(column) takes the dates of a column, and "
                "pandas.to_datetime makes dates of text."
                if is_table
                else "For a polars table, use to_pandas().set_index(...)."
            )
            raise ValueError(
                "CalendarFeatures reads the dates of a table: X must be a DataFrame "
                "of pandas with a MultiIndex that has one level of dates, or with a "
                f"DatetimeIndex, got {found}. Use it before make_supervised. {way_out}"
            )
        if dates.hasnans:
            at = int(np.flatnonzero(dates.isna())[0])
            raise ValueError(f"Row {at} of X has no date (NaT). Drop this row.")
        for name in self.periods:
            for column in (f"{name}_sin", f"{name}_cos"):
                if column in X.columns:
                    raise ValueError(
                        f"X already has a column {column!r}, which the period "
                        f"{name!r} would replace. Rename the column."
                    )
        return dates


def _warn_of_other_zone(zone, of_fit):
    """Warn of a table whose local times are not those of the fit."""
    words = [
        "have no time zone" if one == "None" else f"have the time zone {one}"
        for one in (zone, of_fit)
    ]
    call = "tz_localize" if "None" in (zone, of_fit) else "tz_convert"
    argument = "None" if of_fit == "None" else repr(of_fit)
    warnings.warn(
        f"The times of X {words[0]}, but those of the fit {words[1]}. The local time "
        "counts, so the same moment has other features than in the fit. "
        f"X.{call}({argument}) gives X the times of the fit.",
        UserWarning,
        stacklevel=stacklevel_of_caller(),
    )


def _kind(X):
    return f"{type(X).__module__.partition('.')[0]}.{type(X).__name__}"
