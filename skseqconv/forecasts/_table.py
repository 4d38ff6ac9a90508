"""The tidy table: a row for each origin and each value forecast from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._public import public
from skseqconv.series._frame import id_columns
from skseqconv.series._view_internals import raw_labels
from skseqconv.series.times._future_times import is_dated, times_from

#: Columns that a table may have besides those that name the series.
OWN_COLUMNS = (
    *("model", "fold", "origin", "date", "row", "horizon", "target", "truth"),
    *("forecast", "lower", "upper"),
)


@public
@dataclass(eq=False)
class Places:
    """What each value of forecasts is the forecast of, without the values.

    `ids` are named columns with an entry for each origin. `dates` has an index for each
    column of y. `targets` are the labels of the targets, of each column of y.
    """

    ids: list
    origins: pd.Index
    dates: list
    time_name: str
    horizons: list
    targets: list

    @classmethod
    def of(cls, view, freq=None):
        """Of the rows of a view that knows its target."""
        labels = raw_labels(view)
        delays = [delay for _, delay in view.target]
        different = sorted(set(delays))
        origins, later = times_from(view, different, freq)
        times = dict(zip(different, later, strict=True))
        return cls(
            id_columns(view),
            origins,
            [times[delay] for delay in delays],
            "date" if is_dated(origins) else "row",
            delays,
            [c if labels is None else labels[c] for c, _ in view.target],
        )

    def table(self, values: NDArray, **others: NDArray) -> pd.DataFrame:
        """The table of forecasts (n_origins, n_columns), and others by their names."""
        found = {"forecast": values, **others}
        _check_names(self.ids, found)
        columns = {name: self.in_order(each) for name, each in found.items()}
        return pd.DataFrame({**self.keys(), **columns})

    def keys(self):
        """The columns before the values, origin by origin."""
        n_origins, order = len(self.origins), self._order()
        each = len(order)
        _check_names(self.ids)
        columns = {ids.name: ids.repeat(each) for ids in self.ids}
        columns["origin"] = self.origins.repeat(each)
        dates = [self.dates[column] for column in order]
        in_turns = np.arange(each * n_origins).reshape(each, -1).T.ravel()
        columns[self.time_name] = dates[0].append(dates[1:])[in_turns]
        columns["horizon"] = np.tile(np.array(self.horizons)[order], n_origins)
        if len(set(self.targets)) > 1:
            targets = np.empty(each, dtype=object)
            targets[:] = [self.targets[column] for column in order]
            columns["target"] = np.tile(targets, n_origins)
        return columns

    def _order(self):
        """Columns of y, target by target, by ascending horizon."""
        first = {target: i for i, target in reversed(list(enumerate(self.targets)))}

        def place(column):
            return first[self.targets[column]], self.horizons[column]

        return sorted(range(len(self.horizons)), key=place)

    def in_order(self, values):
        """Values of shape (n_origins, n_columns) as a column of the table."""
        return as_columns(values, len(self.horizons))[:, self._order()].ravel()


def as_columns(values, n_columns):
    """Predictions of shape (n_rows, n_columns)."""
    values = np.asarray(values)
    values = values.reshape(len(values), -1)
    if values.shape[1] != n_columns:
        raise ValueError(
            f"The model forecasts {values.shape[1]} values for each row, but X has "
            f"{n_columns} target(s) and delay(s): give X the target and the delay that "
            "the model was fitted with."
        )
    return values


def _check_names(ids, others=OWN_COLUMNS):
    taken = [one.name for one in ids if one.name in others]
    if taken:
        raise ValueError(
            f"The ids of the series are named {taken[0]!r}, which is a column of the "
            "table of forecasts: rename the column of ids."
        )
