"""Time of day and time of year as channels, known for the future too."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Number
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseqconv._public import public
from skseqconv.series._frequency import exceptions, nearest_offset, readable_duration
from skseqconv.series._offsets import (
    checked_frequency,
    is_duration,
    offset_of,
    plain_offset,
    shifted,
)

_PERIODS = {
    "hour": pd.Timedelta(hours=1),
    "day": pd.Timedelta(days=1),
    "week": pd.Timedelta(days=7),
    "year": pd.Timedelta(days=365.2425),
}

_DAY = pd.Timedelta(days=1)

#: Of the steps that are as long as most, when dates are to be told ahead.
MIN_USUAL = 0.9


@public
class CalendarFeatures(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Add the time of day, of year and so on to a table, as sine and cosine.

    A clock's hand has no jump at midnight: each period becomes two columns, the sine
    and cosine of its angle. It stands before `make_supervised`, because it reads the
    dates of a table; it learns nothing from the values, so nothing can leak.

    Parameters
    ----------
    periods : sequence of str, default=("day", "year")
        "hour", "day", "week", "year", or a length of time that pandas reads, such as
        "12h". Two steps from row to row or longer: what comes round faster cannot be
        told from the rows.
    ahead : int, default=0
        Rows ahead of its own that each row's date is read: the delay of a forecast
        gives the time that is forecast, which is known in advance.
    freq : str or offset of pandas, default=None
        The frequency by which rows ahead are counted, as in
        :func:`skseqconv.make_supervised`. None takes the time between most rows, or
        the calendar frequency that fits more of them. Declare
        ``pandas.offsets.CustomBusinessDay(holidays=[...])`` for trading days: the
        row before a holiday is followed by the day after it.

    Attributes
    ----------
    step_ : Timedelta
        Time from row to row: the most common one.
    freq_ : offset of pandas or None
        The frequency that the dates follow, declared or found, such as business days;
        None where it is `step_`.
    n_features_in_ : int
        Number of columns of the table.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Their names.

    Raises
    ------
    ValueError
        By `fit` and `transform`, if X is no table with dates as its index, has a
        column that a feature would replace, or a parameter makes no sense;
        by `fit`, if a period is shorter than two steps, or X has no usual step by
        which to look ahead.

    See Also
    --------
    make_supervised : Makes rows and targets of the table.

    Notes
    -----
    The year has 365.2425 days, the mean of the Gregorian calendar. Dates with a time
    zone are read as their local clock shows them. Looking ahead, a step below a day
    is time that passes, also where clocks are set; days, and frequencies such as
    business days, are counted on the calendar. Where rows are missing, the dates that
    are missing count too.

    Whatever else is known in advance (holidays, planned outages, somebody's weather
    forecast) becomes a channel by pandas' own shift: with a delay of 24,
    ``table.assign(holiday_ahead=table["holiday"].shift(-24))``. Its last 24 rows are
    missing then: fill in what is known of the future before forecasting from them.

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
        periods: Sequence[str] = ("day", "year"),
        *,
        ahead: int = 0,
        freq: str | pd.offsets.BaseOffset | None = None,
    ) -> None:
        self.periods = periods
        self.ahead = ahead
        self.freq = freq

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Find the time from row to row.

        Parameters
        ----------
        X : DataFrame of shape (n_steps, n_channels)
            With a DatetimeIndex.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        lengths = self._lengths()
        if not isinstance(self.ahead, Integral) or isinstance(self.ahead, bool):
            raise ValueError(f"ahead={self.ahead!r} must be a whole number of rows.")
        self._validate_params()
        self._check_table(X)
        self._find_step(X.index.drop_duplicates().sort_values())
        for name, length in zip(self.periods, lengths, strict=True):
            if length < 2 * self.step_:
                raise ValueError(
                    f"periods holds {name!r}, and rows are "
                    f"{readable_duration(self.step_)} apart: a period shorter than two "
                    "rows cannot be told from them. Leave it out."
                )
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Add the columns.

        Parameters
        ----------
        X : DataFrame of shape (n_steps, n_channels)
            With a DatetimeIndex.

        Returns
        -------
        table : DataFrame of shape (n_steps, n_channels + 2 * n_periods)
            X, and ``<period>_sin`` and ``<period>_cos`` of each period.
        """
        check_is_fitted(self)
        lengths = self._lengths()
        self._check_table(X)
        clock = self._clock(X.index)
        since = (clock - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(seconds=1)
        added = {}
        for name, length in zip(self.periods, lengths, strict=True):
            angle = 2 * np.pi * (since.to_numpy() / length.total_seconds() % 1)
            added[f"{name}_sin"], added[f"{name}_cos"] = np.sin(angle), np.cos(angle)
        return X.assign(**added)

    def get_feature_names_out(
        self, input_features: Sequence[str] | None = None
    ) -> NDArray[np.object_]:
        """Name the columns of the table.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Ignored: the names are those of the fitted table.

        Returns
        -------
        names : ndarray of str of shape (n_channels + 2 * n_periods,)
            Those of X, and of the features.
        """
        check_is_fitted(self)
        added = [f"{name}_{part}" for name in self.periods for part in ("sin", "cos")]
        return np.array([*self.feature_names_in_, *added], dtype=object)

    def __getstate__(self):
        """Plain data, for files that run nothing: the Timedelta and offsets."""
        state = dict(super().__getstate__())
        if "step_" in state:
            state["step_"] = state["step_"].isoformat()
            state["freq_"] = plain_offset(state["freq_"])
        state["freq"] = plain_offset(state["freq"])
        return state

    def __setstate__(self, state):
        if "step_" in state:
            state = {**state, "step_": pd.Timedelta(state["step_"])}
            state["freq_"] = offset_of(state["freq_"])
        super().__setstate__({**state, "freq": offset_of(state.get("freq"))})

    def _find_step(self, index):
        """Time between most rows, and the frequency that they follow."""
        steps = pd.Series(index).diff().dropna()
        if self.ahead and not len(steps):
            raise ValueError(
                f"ahead={self.ahead!r} needs the time from row to row, and X has "
                f"dates of {len(index)} row(s)."
            )
        self.step_ = steps.mode().iloc[0] if len(steps) else pd.Timedelta(0)
        n_others = int((steps != self.step_).sum())
        if self.freq is None:
            self.freq_, found = nearest_offset(index, n_others)
        else:
            self.freq_ = checked_frequency(self.freq, index)
            found = exceptions(index, self.freq_)
        n_others = n_others if found is None else len(found)
        if self.ahead and n_others > (1 - MIN_USUAL) * len(steps) + 1e-9:
            fact = f"most of X are {readable_duration(self.step_)} apart"
            if self.freq is not None:
                fact = f"X was said to have freq={self.freq!r}"
            raise ValueError(
                f"ahead={self.ahead!r} needs rows of one frequency: {fact}, "
                f"{n_others / len(steps):.0%} are not. Declare the frequency that they "
                "have, freq=, or leave ahead=0."
            )

    def _clock(self, index):
        """What the local clock shows at the time that is read."""
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

    def _lengths(self):
        if isinstance(self.periods, str) or not len(self.periods):
            raise ValueError(
                f"periods={self.periods!r} must be a list of names, such as "
                "['day', 'year']."
            )
        return [_length(name) for name in self.periods]

    def _check_table(self, X):
        is_table = isinstance(X, pd.DataFrame)
        if not is_table or not isinstance(X.index, pd.DatetimeIndex):
            raise ValueError(
                "CalendarFeatures reads the dates of a table: X must be a DataFrame "
                f"of pandas with a DatetimeIndex, got {_kind(X)}. Use it before "
                "make_supervised; of a polars table, to_pandas().set_index(...)."
            )
        if X.index.hasnans:
            at = int(np.flatnonzero(X.index.isna())[0])
            raise ValueError(f"Row {at} of X has no date (NaT): drop it.")
        for name in self.periods:
            for column in (f"{name}_sin", f"{name}_cos"):
                if column in X.columns:
                    raise ValueError(
                        f"X has a column {column!r} already, which the period "
                        f"{name!r} would replace: rename it."
                    )


def _length(name):
    # pandas would read nanoseconds.
    text = isinstance(name, str) and name.strip().replace(".", "", 1).isdigit()
    if text or isinstance(name, Number):
        raise ValueError(
            f"periods holds {name!r}, a number without a unit: say '{name}h' for hours."
        )
    try:
        length = _PERIODS.get(name) or pd.Timedelta(name)
    except (ValueError, TypeError):
        length = pd.Timedelta(0)
    if not length > pd.Timedelta(0):
        raise ValueError(
            f"periods holds {name!r}, which is none of {', '.join(map(repr, _PERIODS))}"
            " and no length of time, such as '12h'."
        )
    return length


def _kind(X):
    return f"{type(X).__module__.partition('.')[0]}.{type(X).__name__}"
