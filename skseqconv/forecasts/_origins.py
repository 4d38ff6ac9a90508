"""Which rows forecasts start from, and what they are forecasts of."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseqconv._counts import check_count
from skseqconv._unwrap import channels_ahead_of_fit, series_of_fit, target_of_fit
from skseqconv.inputs._kinds import check_names
from skseqconv.series._missing_history import stacklevel_of_caller
from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import with_steps
from skseqconv.series._view import View
from skseqconv.series._view_internals import first_index, known_of, n_whole_series
from skseqconv.series.ahead._origins import (
    at_newest,
    positions_of_target,
    with_channels_ahead,
    with_target,
)
from skseqconv.series.ahead._phase import warn_out_of_phase
from skseqconv.series.ahead._same_target import check_same_target
from skseqconv.series.tables._ids import warn_of_bare_table
from skseqconv.series.tables._several import is_list_of_series


def view_of(X, model):
    """A view of the rows of X, to forecast from with a fitted model."""
    if isinstance(X, View):
        return X
    try:
        view = SeriesView(X)
    except ValueError as error:
        if not hasattr(type(X), "columns"):
            raise
        raise ValueError(
            f"{error} In forecast, a table of several series is "
            "forecast(model, SeriesView(table, id=..., time=...))."
        ) from None
    if not is_list_of_series(X) and n_whole_series(view) == 1:
        level = stacklevel_of_caller()
        warn_of_bare_table(series_of_fit(model), first_index(view), stacklevel=level)
    return view


def chosen_rows(view, rows):
    """The view of the rows that `rows` chooses."""
    if not len(view):
        raise ValueError("X has no rows to forecast from.")
    if isinstance(rows, str):
        if rows not in ("last", "all"):
            raise ValueError(
                f"rows={rows!r} must be 'last', 'all', or positions of rows in X."
            )
        if rows == "all":
            return view
        newest = at_newest(view)
        warn_out_of_phase(view, newest)
        return newest
    try:
        chosen = view[np.atleast_1d(rows)]
    except IndexError as error:
        raise ValueError(f"rows={rows!r}: {error}") from None
    if not len(chosen):
        raise ValueError(f"rows={rows!r} chooses none of the {len(view)} rows of X.")
    return chosen


def with_target_of(model, view, target, delay):
    """The view with the target that X, the parameters or the model know."""
    check_is_fitted(model)
    check_names(model, view)
    fitted = target_of_fit(model)
    if target is not None or delay is not None:
        view = with_target(view, _given(view, target, delay, fitted))
    elif view.target is None and fitted is None:
        raise ValueError(
            "Neither X nor the fitted model knows what is forecast: give target= and "
            "delay= as to make_supervised, or an X of make_supervised. A model knows "
            "it if X of make_supervised was fitted through a LookbackWindower."
        )
    elif view.target is None:
        view = with_target(view, fitted)
    _check_target(model, view, fitted)
    return view


def with_known_of_fit(model, view, freq):
    """The view with the channels known ahead that the model was fitted with."""
    channels = channels_ahead_of_fit(model)
    if not channels or known_of(view) is not None:
        return view
    _check_channels(view, channels, "with channel {} known ahead")
    return with_channels_ahead(view, channels, freq)


def _given(view, target, delay, fitted):
    """Channel and delay of each column of y, from the parameters first."""
    known = view.target or fitted or ()
    delays = list(dict.fromkeys(d for _, d in known))
    channels = list(dict.fromkeys(channel for channel, _ in known))
    if target is not None:
        channels = positions_of_target(view, target)
    if delay is not None:
        delays = np.atleast_1d(delay).tolist()
    return [(channel, d) for channel in channels for d in delays]


def _check_target(model, view, fitted):
    """Refuse another target or delay than the model was fitted with."""
    for _, delay in view.target:
        check_count("delay", delay, " of rows")
    _check_channels(view, [c for c, _ in view.target], "to forecast channel {}")
    check_same_target("X", view, fitted)


def _check_channels(view, channels, purpose):
    """Refuse a view without the last of the channels that a model needs."""
    n_channels = with_steps(view, ()).n_channels
    if max(channels) >= n_channels:
        raise ValueError(
            f"The model was fitted {purpose.format(max(channels))}, but X has "
            f"{n_channels} channels: X needs the channels of the fit."
        )
