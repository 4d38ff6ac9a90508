"""Copies of samples in which some values are replaced, part by part.

A row of a view is copied with its own past, as a series of its own. So a value that is
replaced in the window of one row stays as it is in the windows of its neighbors, and
the whole model predicts from the copy: steps, windows, the level of a forecast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._unwrap import fitted_steps, models_inside
from skseqconv.inputs._kinds import kind_of
from skseqconv.inputs._padded import as_panel, lengths_of
from skseqconv.series._series_view import SeriesView
from skseqconv.series._view_internals import (
    depth_of,
    raw_labels,
    raw_values,
    shifts_of,
)
from skseqconv.series.ahead._extended import Extended
from skseqconv.series.tables._containers import (
    is_other_table,
    numeric_table,
    table_like,
    unmasked,
)
from skseqconv.transformers._windower import LookbackWindower

#: Samples are copied in parts of about this many bytes.
PART_BYTES = 2**26


class Place(NamedTuple):
    """Which values of each sample are replaced: channels, and lags of rows."""

    channels: list[int]
    lags: NDArray[np.int64]


class Samples:
    """What the kinds of samples share.

    A subclass has `n_channels`, `reach` (the largest lag), `labels` (of the channels,
    or None), `_bytes` (of one sample), and the methods that raise here.
    """

    n_channels: int
    reach: int
    labels: list | None
    #: How many rows later channels are read, by their position.
    ahead: dict[int, int]
    _bytes: int

    def __len__(self):
        raise NotImplementedError

    def at(self, positions):
        """Some of the samples."""
        raise NotImplementedError

    def read(self, positions, place):
        """Values of shape (n_positions, n_lags, n_channels). A copy.

        NaN where a sample has no such step.
        """
        raise NotImplementedError

    def lent(self, positions, place):
        """The same values, for other samples, which may have steps that these lack."""
        return self.read(positions, place)

    def replaced(self, part, place, values):
        """The samples of a slice with other values at a place, as X of the model."""
        raise NotImplementedError

    @property
    def everywhere(self):
        """All values of a sample."""
        return Place(list(range(self.n_channels)), np.arange(self.reach + 1)[::-1])

    def parts(self):
        """Slices of samples that take about `PART_BYTES` together."""
        size = max(1, PART_BYTES // self._bytes)
        for start in range(0, len(self), size):
            yield slice(start, min(start + size, len(self)))

    def means(self):
        """The mean of each channel over all values of the samples; NaN is left out."""
        totals, counts = np.zeros(self.n_channels), np.zeros(self.n_channels)
        for part in self.parts():
            values = self.read(np.arange(part.start, part.stop), self.everywhere)
            known = ~np.isnan(values)
            totals += np.where(known, values, 0.0).sum(axis=(0, 1), dtype=np.float64)
            counts += known.sum(axis=(0, 1))
        return totals / np.maximum(counts, 1)


class ViewSamples(Samples):
    """Rows or windows of a view."""

    def __init__(self, view, reach, lags):
        self._view, self.reach = view, reach
        #: The lags that the windows read, in ascending order.
        self.lags = lags
        labels = raw_labels(view)
        self.labels = None if labels is None else list(labels)
        self.ahead = dict(shifts_of(view))
        self.n_channels = raw_values(view, view.rows[:1]).shape[1]
        self._n_after = max(self.ahead.values(), default=0)
        self._bytes = 8 * (reach + 1 + self._n_after) * self.n_channels

    def __len__(self):
        return len(self._view)

    def at(self, positions):
        return ViewSamples(self._view[positions], self.reach, self.lags)

    def read(self, positions, place):
        rows = self._view.rows[positions][:, None] - place.lags
        values = raw_values(self._view, rows.ravel(), place.channels)
        return values.reshape(*rows.shape, len(place.channels))

    def replaced(self, part, place, values):
        nothing = np.empty(0, dtype=np.int64)
        copies = Extended(self._view[part], self.reach, self._n_after, nothing)
        for i, channel in enumerate(place.channels):
            later = self.ahead.get(channel, 0)
            rows = copies.rows[:, None] - place.lags + later
            copies.block[rows, channel] = values[:, :, i]
        return copies.at(0)


class PanelSamples(Samples):
    """Samples of an array of shape (n_samples, n_steps, n_channels).

    Samples of unequal length are padded with NaN at their end. Lags count from the last
    step of each sample.
    """

    def __init__(self, panel):
        self._panel = panel
        self.n_channels, self.reach = panel.shape[2], panel.shape[1] - 1
        self.lags = np.arange(self.reach + 1)
        self.labels, self.ahead = None, {}
        self._bytes = 8 * panel.shape[1] * panel.shape[2]
        self._ends = lengths_of(panel) - 1

    def __len__(self):
        return len(self._panel)

    def at(self, positions):
        return PanelSamples(self._panel[positions])

    def read(self, positions, place):
        values = self.lent(positions, place)
        before_start = self._ends[positions][:, None] < place.lags
        if before_start.any():
            values[before_start] = np.nan
        return values

    def lent(self, positions, place):
        # The oldest value stands for those before it.
        steps = np.maximum(self._ends[positions][:, None] - place.lags, 0)
        values = self._panel[np.asarray(positions)[:, None], steps]
        return values[:, :, place.channels]

    def replaced(self, part, place, values):
        values = _as_whole(values, self._panel.dtype)
        dtype = np.result_type(self._panel.dtype, values.dtype)
        panel = self._panel[part].astype(dtype)
        steps = self._ends[part][:, None] - place.lags
        sample, at = np.nonzero(steps >= 0)
        for i, channel in enumerate(place.channels):
            panel[sample, steps[sample, at], channel] = values[sample, at, i]
        return panel


class TableSamples(PanelSamples):
    """Rows of a table. The columns are channels, or the time steps of one channel.

    The table is an array, a DataFrame of pandas, or one of narwhals, which stands for a
    table of another library.
    """

    def __init__(self, table, by_column):
        self._table, self._by_column = table, by_column
        values = np.asarray(table)
        if values.dtype.kind not in "iubf":
            raise ValueError(
                f"X is a table of type {values.dtype}, but importance needs numbers. "
                "For other features use sklearn.inspection.permutation_importance."
            )
        super().__init__(values[:, None, :] if by_column else values[:, :, None])
        if hasattr(table, "columns") and by_column:
            self.labels = list(table.columns)

    @property
    def n_columns(self):
        return self._table.shape[1]

    def columns(self, place):
        """The positions of the columns that are replaced at a place."""
        return place.channels if self._by_column else self.reach - place.lags

    def at(self, positions):
        rows = getattr(self._table, "iloc", self._table)
        return TableSamples(rows[positions], self._by_column)

    def replaced(self, part, place, values):
        panel = super().replaced(part, place, values)
        array = panel.reshape(len(panel), -1)
        if hasattr(self._table, "iloc"):
            rows = self._table.iloc[part]
            return pd.DataFrame(array, index=rows.index, columns=rows.columns)
        if hasattr(self._table, "columns"):
            return table_like(self._table, array)
        return array


def _as_whole(values, dtype):
    """Values in an integer type, if it holds them exactly: token ids stay ids."""
    if dtype.kind not in "iu":
        return values
    with np.errstate(invalid="ignore"):
        whole = values.astype(dtype)
    return whole if (whole == values).all() else values


def samples_of(X, model, by):
    """X as samples of a fitted model, all of them.

    A plain table becomes rows of a series if the model makes windows of rows.
    """
    steps = [step for _, step in fitted_steps(model)]
    n_channels = getattr(steps[0] if steps else model, "n_features_in_", None)
    X = as_panel(X, n_channels)
    windowers = [
        one for one in models_inside(model) if isinstance(one, LookbackWindower)
    ]
    kind = kind_of(X)
    if kind == "table" and windowers:
        X, kind = SeriesView(X), "rows"
    if kind in ("rows", "windows"):
        lags = np.unique([*X.lags, *(lag for one in windowers for lag in one.lags_)])
        return ViewSamples(X, int(lags[-1]), lags)
    X = unmasked(X)
    if kind == "panel":
        return PanelSamples(np.asarray(X))
    if set(by) == {"channel", "lag"}:
        raise ValueError(
            "by=('channel', 'lag') needs samples with channels and time steps, but X "
            "is a table without windows. Use by='channel' for columns that are "
            "features, and by='lag' for the time steps of one channel."
        )
    if is_other_table(X):
        X = numeric_table(X, "table X")
    elif not hasattr(X, "iloc"):
        X = np.asarray(X)
    return TableSamples(X, "channel" in by)


def complete_positions(samples):
    """Positions of the samples that have all rows which their windows need."""
    if not isinstance(samples, ViewSamples):
        return np.arange(len(samples))
    complete = np.flatnonzero(depth_of(samples._view) >= samples.reach)
    if not len(complete):
        raise ValueError(
            f"None of the {len(samples)} rows of X has a complete window of "
            f"{samples.reach + 1} rows. Give rows with more history: rows of "
            "make_supervised keep it."
        )
    return complete
