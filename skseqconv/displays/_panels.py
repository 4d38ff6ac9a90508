"""Which rows of a table of forecasts, and of its history, each panel shows."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._view_internals import raw_labels, raw_values
from skseqconv.series.ahead._origins import at_rows, positions_of_target, whole_series
from skseqconv.series.times._future_times import row_times

#: More series than this are drawn only if they are named.
MAX_PANELS = 6

#: Rows of history before the first origin, at least; and at least this many times the
#: longest horizon.
MIN_PAST, PAST_OF_HORIZON = 30, 4

#: Columns that tell forecasts of one series apart.
_KEYS = ("model", "fold", "origin", "horizon", "target")

#: Columns of a table that do not name a series.
_VALUES = (*_KEYS, "date", "row", "truth", "forecast", "lower", "upper")


class Panel(NamedTuple):
    """What one panel draws: known values over time, and rows of the table."""

    times: pd.Index | None
    values: np.ndarray | None
    table: pd.DataFrame


def panels_of(table, history, *, ids, models, past, target):
    """Panels by their titles, and the options of the display."""
    _check_table(table)
    keys = _ids_of(table)
    table = _of_models(table, models)
    targets = _targets(table, target)
    chosen, n_series = _chosen(table, keys, ids)
    known = None if history is None else History(history)
    pairs = [(one, target) for one in chosen for target in targets]
    panels = {}
    for one, target in pairs[:MAX_PANELS] if ids is None else pairs:
        part = table.iloc[chosen[one]]
        if "target" in part:
            part = part[(part["target"] == target).to_numpy()]
        part = _without_overlap(part)
        times = values = None
        if known is not None:
            times, values = known.before(one, keys, part, past, target)
        title = _title(one if keys else "", target if len(targets) > 1 else "")
        panels[title] = Panel(times, values, part)
    if target is None and known is not None:
        target = known.label
    several = len(targets) > 1
    return panels, {
        "time_name": _due(table),
        "n_series": n_series * len(targets) if ids is None else None,
        "target": "" if several else None if target is None else str(target),
    }


def _ids_of(table):
    """The columns that name the series: they stand before the origin."""
    at = table.columns.get_loc("origin")
    before, behind = (
        [column for column in part if column not in _VALUES]
        for part in (table.columns[:at], table.columns[at:])
    )
    keys = [*before, *(key for key in _KEYS if key in table)]
    if behind and table.duplicated(keys).any():
        raise ValueError(
            "table has several forecasts of one value. If some of the columns "
            f"{behind} name the series, put them on the left of 'origin'."
        )
    return before


def _title(one, target):
    name = " ".join(map(str, one)) if isinstance(one, tuple) else str(one)
    return ": ".join(text for text in (name, str(target)) if text)


def _due(table):
    """The column with the time of each forecast value."""
    return "date" if "date" in table else "row"


def _without_overlap(part):
    """The rows of the newest origin, and of those that end before the next ones begin.

    Forecasts of a single horizon are one line, so all of them are drawn.
    """
    origins = part.groupby("origin")
    if origins["horizon"].nunique().max() == 1:
        return part
    due, kept = origins[_due(part)], []
    begins = due.min()
    for origin, end in due.max().iloc[::-1].items():
        if not kept or end < begins[kept[-1]]:
            kept.append(origin)
    return part[part["origin"].isin(kept).to_numpy()]


def _check_table(table):
    needed = {"origin", "horizon", "forecast"}
    if not isinstance(table, pd.DataFrame) or not needed <= set(table):
        found = list(table) if isinstance(table, pd.DataFrame) else type(table).__name__
        raise ValueError(
            f"table must have the columns origin, horizon and forecast, as forecast() "
            f"makes it, got {found}."
        )
    if not len(table):
        raise ValueError("table has no rows to draw.")
    known = table["forecast"].dropna().infer_objects()
    if len(known) and not pd.api.types.is_numeric_dtype(known):
        raise ValueError(
            f"table has forecasts that are not numbers, such as {known.iloc[0]!r}. A "
            "plot cannot show them: replace them, for example with "
            f"table['forecast'] = (table['forecast'] == {known.iloc[0]!r}) * 1."
        )
    if table[_due(table)].dtype.kind == "m":
        raise ValueError(
            "table has durations as dates, which a plot cannot show: give series with "
            "an index of dates, such as pandas.Timestamp('2020-01-01') + index."
        )


def _of_models(table, models):
    """The rows of the chosen models, in this order."""
    if models is None:
        return table
    if "model" not in table:
        raise ValueError(f"models={models!r}: the table has no column model.")
    given = [models] if isinstance(models, str) else list(models)
    known = list(table["model"].unique())
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        raise ValueError(
            f"models={models!r} must name some of the models of the table: "
            f"{', '.join(map(repr, known))}."
        )
    return pd.concat([table[(table["model"] == name).to_numpy()] for name in given])


def _targets(table, target):
    """The targets to draw; None if the table has one without a name."""
    if "target" not in table:
        return [target]
    targets = list(table["target"].unique())
    if target not in (None, *targets):
        raise ValueError(
            f"target={target!r} must be one of the {len(targets)} targets of the "
            f"table: {', '.join(map(repr, targets))}."
        )
    return targets if target is None else [target]


def _chosen(table, keys, ids):
    """Positions of the rows of the chosen series, by id; and the number of all."""
    if not keys:
        if ids is not None:
            raise ValueError(f"ids={ids!r}: the table has one series, without ids.")
        return {"": np.arange(len(table))}, 1
    by = keys[0] if len(keys) == 1 else keys
    groups = table.groupby(by, sort=False, observed=True).indices
    order = table[keys].drop_duplicates().itertuples(index=False, name=None)
    named = [one if len(keys) > 1 else one[0] for one in order]
    if ids is None:
        return {one: groups[one] for one in named[:MAX_PANELS]}, len(named)
    given = [ids] if isinstance(ids, (str, tuple)) or not np.iterable(ids) else ids
    unknown = [one for one in given if one not in groups]
    if unknown or not len(given):
        shown = ", ".join(map(repr, named[:5])) + (", ..." if len(named) > 5 else "")
        raise ValueError(
            f"ids has {unknown[0]!r}, which is not in the table: its ids are {shown}."
            if unknown
            else "ids=[] names no series."
        )
    return {one: groups[one] for one in given}, len(named)


class History:
    """The series behind a view, by id."""

    def __init__(self, history):
        self.view = history if isinstance(history, View) else SeriesView(history)
        self.label = None
        ids, self.starts, self.stops = whole_series(self.view)
        self.ids = {one.name: one for one in ids}
        self.parts = np.arange(len(self.starts))

    def _channel(self, target):
        if target is not None:
            return positions_of_target(self.view, target)[0]
        channels = {channel for channel, _ in self.view.target or ()}
        if not channels:
            n_channels = raw_values(self.view, np.array([0])).shape[1]
            channels = {0} if n_channels == 1 else set()
        if len(channels) != 1:
            raise ValueError(
                "history has several channels that may be the target: name it by "
                "target=."
            )
        return channels.pop()

    def before(self, one, keys, part, past, target):
        """Times and values from some rows before the first origin to the last date.

        `label` is then the name of the channel.
        """
        channel, labels = self._channel(target), raw_labels(self.view)
        self.label = None if labels is None else labels[channel]
        at = self._series(one, keys)
        rows = np.concatenate(
            [np.arange(self.starts[i], self.stops[i]) for i in at] or [np.arange(0)]
        )
        if not len(rows):
            raise ValueError(
                f"history has no series {one!r}: give the X that was forecast from."
            )
        times = row_times(at_rows(self.view, rows))
        if past is None:
            past = max(MIN_PAST, PAST_OF_HORIZON * part["horizon"].max())
        due = part[_due(part)]
        first = max(times.searchsorted(part["origin"].min(), side="right") - past, 0)
        last = times.searchsorted(due.max(), side="right")
        values = raw_values(self.view, rows[first:last], [channel])[:, 0]
        return times[first:last], values

    def _series(self, one, keys):
        """Positions of the series that an id has; several if it was split at gaps."""
        if not keys:
            return self.parts
        match = np.ones(len(self.parts), dtype=bool)
        for key, value in zip(keys, one if len(keys) > 1 else [one], strict=True):
            if key not in self.ids:
                raise ValueError(
                    f"history has no ids named {key!r}: give the X that was forecast "
                    "from."
                )
            match &= np.asarray(self.ids[key] == value)
        return self.parts[match]
