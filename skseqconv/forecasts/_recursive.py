"""Forecasts beyond the horizons of the fit: a model reads its own forecasts.

A model with the largest delay m forecasts m rows at a time. These rows are added to the
end of the series, and the model forecasts the next m rows from there. A value whose own
horizon was not trained comes from an earlier row, by the next longer delay.
"""

from itertools import pairwise

import numpy as np

from skseqconv._counts import check_count
from skseqconv._unwrap import models_inside
from skseqconv.series._steps import with_steps
from skseqconv.series._view_internals import (
    depth_of,
    longest_series,
    raw_labels,
    raw_values,
)
from skseqconv.series.ahead._extended import Extended, varying_channels
from skseqconv.series.ahead._origins import at_rows, with_target
from skseqconv.series.held._layout import ranges
from skseqconv.transformers._windower import LookbackWindower

from ._table import as_columns

#: Series are extended in parts of about this many rows.
PART_ROWS = 2**22


def checked_horizon(view, horizon, recursive):
    """Whether forecasts must be recursive."""
    if horizon is not None:
        check_count("horizon", horizon, " of rows")
    if recursive and horizon is None:
        raise ValueError("recursive=True needs horizon=, the number of rows.")
    if horizon is None:
        return False
    trained = {delay for _, delay in view.target}
    if recursive:
        channels = {channel for channel, _ in view.target}
        wanted = {(c, h) for c in channels for h in range(1, horizon + 1)}
        return not wanted <= set(view.target)
    if horizon > max(trained):
        raise ValueError(
            f"horizon={horizon} is longer than the {max(trained)} row(s) that the "
            "model was fitted to forecast. Fit it with a longer delay, or let it read "
            "its own forecasts, which is less accurate: recursive=True."
        )
    if horizon < min(trained):
        raise ValueError(
            f"horizon={horizon} is shorter than the {min(trained)} rows that the model "
            "was fitted to forecast. Use a longer horizon, or forecast these rows from "
            "earlier ones: recursive=True."
        )
    return False


def recursive_forecasts(model, view, horizon):
    """Forecasts of all horizons, and the view with these as its target.

    Returns
    -------
    values : ndarray of shape (n_rows, n_targets * horizon)
    view : SeriesView or WindowView
    """
    delays = {}
    for column, (channel, delay) in enumerate(view.target):
        delays.setdefault(channel, {})[delay] = column
    size = min(horizon, *(max(own) for own in delays.values()))
    plan = _plan(delays, size)
    n_blocks = -(-horizon // size)
    if n_blocks > 1:
        _check_channels(view, delays)
    found = np.empty((len(view), len(delays), n_blocks * size))
    # The first block reads observed rows only.
    observed = {back: _earlier(view, back) for back in plan}
    _fill(found[:, :, :size], model, plan, observed)
    if n_blocks > 1:
        n_before = _rows_needed(model, view, list(delays))
        for part in _parts(n_before + 1 + n_blocks * size):
            extended = Extended(view[part], n_before[part], n_blocks * size, [*delays])
            _continue(model, plan, extended, found[part], size)
    target = [(channel, h) for channel in delays for h in range(1, horizon + 1)]
    values = found[:, :, :horizon].reshape(len(view), -1)
    return values, with_target(view, target)


def _plan(delays, size):
    """By how many rows back: which columns of a prediction give which later rows."""
    plan = {}
    for at, columns in enumerate(delays.values()):
        for later in range(1, size + 1):
            delay = min(d for d in columns if d >= later)
            part = at, later, columns[delay]
            plan.setdefault(delay - later, []).append(part)
    return plan


def _fill(block, model, plan, rows):
    """Forecast the values of one block; `rows` has the rows to predict from."""
    for back, parts in plan.items():
        values = as_columns(model.predict(rows[back]), len(rows[back].target))
        for at, later, column in parts:
            block[:, at, later - 1] = values[:, column]


def _continue(model, plan, extended, found, size):
    """Fill in the blocks after the first one; each reads those before it."""
    for done in range(size, found.shape[2], size):
        extended.write(done - size + 1, found[:, :, done - size : done])
        rows = {back: extended.at(done - back) for back in plan}
        _fill(found[:, :, done : done + size], model, plan, rows)


def _parts(n_rows):
    """Slices of origins whose extended series have about `PART_ROWS` rows together."""
    parts = np.cumsum(n_rows) // PART_ROWS
    cuts = [0, *np.flatnonzero(np.diff(parts)) + 1, len(n_rows)]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def _earlier(view, back):
    """The rows `back` before those of the view."""
    short = np.count_nonzero(depth_of(view) < back)
    if short:
        raise ValueError(
            f"{short} of {len(view)} rows have too few rows before them: a horizon "
            f"that was not trained is forecast from up to {back} rows earlier. Leave "
            "these rows out (rows=), or fit the model with all delays."
        )
    return at_rows(view, view.rows - back)


def _check_channels(view, delays):
    """Refuse channels whose later values are not known."""
    n_channels = with_steps(view, ()).n_channels
    others = [channel for channel in range(n_channels) if channel not in delays]
    varying = varying_channels(view, others) if others else []
    if varying:
        labels = raw_labels(view)
        shown = [repr(c if labels is None else labels[c]) for c in varying]
        raise ValueError(
            f"recursive=True needs all channels of the rows that are forecast, but "
            f"{', '.join(shown)} {'changes' if len(shown) == 1 else 'change'} and "
            f"{'is' if len(shown) == 1 else 'are'} not forecast. Forecast all channels "
            "(target= of make_supervised), name those that are known in advance "
            "(known_ahead=), or fit with a longer delay."
        )


def _rows_needed(model, view, channels):
    """How many rows before each origin its forecasts need.

    A model may replace a missing value by a known one before its window. So an origin
    whose window lacks a value needs all earlier rows of its series.
    """
    depth = depth_of(view)
    n_before = np.minimum(depth, _reach_of(model, view))
    rows = ranges(view.rows - n_before, view.rows + 1)
    is_missing = np.isnan(raw_values(view, rows, channels)).any(axis=1)
    begins = np.cumsum(n_before + 1) - (n_before + 1)
    return np.where(np.logical_or.reduceat(is_missing, begins), depth, n_before)


def _reach_of(model, view):
    """How many rows before its own row a prediction reads."""
    reaches = [
        one.lags_[0]
        for one in models_inside(model)
        if isinstance(one, LookbackWindower)
    ]
    if not reaches and view.reach == 0:
        return longest_series(view)
    return int(max([view.reach, *reaches]))
