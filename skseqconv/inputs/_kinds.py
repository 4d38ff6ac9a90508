"""The kind of X, and checks of views and 3-D panels, which scikit-learn lacks."""

from collections import Counter

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array, validate_data

from skseqconv.series._series_view import SeriesView
from skseqconv.series._view import View
from skseqconv.series._view_internals import raw_labels, shifts_of
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import (
    is_other_table,
    numeric_table,
    refuse_other_arrays,
    unmasked,
)
from skseqconv.series.times._dates import layout_of_indexes
from skseqconv.series.times._gaps import warn_of_gaps
from skseqconv.series.times._order import ordered_differences

from ._known_words import refuse_ids


def kind_of(X):
    """The kind of X: "rows" or "windows" of a series, a 3-D "panel", or a "table"."""
    refuse_other_arrays("X", X)
    if isinstance(X, SeriesView):
        return "rows"
    if isinstance(X, WindowView):
        return "windows"
    ndim = getattr(X, "ndim", None)
    holds_objects = getattr(getattr(X, "dtype", None), "kind", None) == "O"
    if isinstance(X, (list, tuple)) or (ndim == 1 and holds_objects):
        refuse_unequal(X)
    if ndim is None and isinstance(X, (list, tuple)):
        if len(X) and hasattr(X[0], "iloc"):
            raise ValueError(
                f"X is a list of {len(X)} tables. To forecast, give the list to "
                "make_supervised or SeriesView, and the view that they return as X. If "
                "each table is one sample with one label, give arrays with the columns "
                "in one order: [table.to_numpy() for table in X]."
            )
        first = X[0][0] if len(X) and np.iterable(X[0]) and len(X[0]) else None
        ndim = 3 if np.iterable(first) and not isinstance(first, str) else 2
    return "panel" if ndim == 3 else "table"


def refuse_unequal(samples):
    """Refuse samples, or series, of different lengths: they make no array."""
    arrays = [s for s in samples if hasattr(s, "__len__") and not hasattr(s, "iloc")]
    if len(arrays) < len(samples) or any(map(is_text, arrays)):
        return
    shapes = {s.shape if hasattr(s, "shape") else (len(s),) for s in arrays}
    if len(shapes) < 2:
        return
    low, high = (" x ".join(map(str, f(shapes))) for f in (min, max))
    found = f"X holds {len(arrays)} arrays of different"
    if len({shape[1:] for shape in shapes}) > 1:
        raise ValueError(
            f"{found} shapes, {low} to {high}: they must have the same channels."
        )
    raise ValueError(
        f"{found} lengths, {low} to {high}. If they are several series, give the list "
        "to make_supervised or SeriesView. If they are samples, bring them to one "
        "length: token ids by TokenSequencer, numbers by Standardizer or PerStep, "
        "which pad with NaN. The networks take numbers of unequal length as they are. "
        "A list of numbers counts as a row of a table: make arrays of such samples by "
        "[np.asarray(sample) for sample in X]."
    )


def check_channels(estimator, X, *, reset):
    """Record, or compare, number and names of the channels of a view or a panel.

    They become ``n_features_in_`` and ``feature_names_in_``. scikit-learn reads these
    from a table only, so it gets an empty table with one column for each channel. For
    views, it is also recorded how many rows later each channel is read.
    """
    if isinstance(X, View):
        _check_shifts(estimator, X, reset=reset)
        n_channels, names = X.n_channels, X.channel_names
    else:
        n_channels, names = X.shape[2], None
        if not reset and n_channels == 1 and channels_of_fit(estimator) is None:
            _refuse_other_count(
                estimator,
                n_channels,
                "If fit was given a table of series of one channel, fit again with "
                "X[:, :, None]: columns of a table count as channels.",
            )
    if not reset:
        _refuse_steps_as_channels(estimator, n_channels)
    empty = np.empty((0, n_channels))
    if names is not None:
        refuse_repeated(names)
        empty = pd.DataFrame(empty, columns=names)
    validate_data(estimator, empty, reset=reset, skip_check_array=True)


def refuse_repeated(names):
    """Refuse repeated names of columns, as scikit-learn does, but in words."""
    repeated = [name for name, n in Counter(names).items() if n > 1]
    if repeated:
        raise ValueError(
            f"X has several channels {repeated[0]!r}: rename or drop all but one of "
            "these columns of the table."
        )


def _refuse_steps_as_channels(estimator, n_channels):
    """Refuse as many channels as the samples of a table had time steps in the fit."""
    if channels_of_fit(estimator) == 1 < n_channels == estimator.n_features_in_:
        raise ValueError(
            f"X has samples of {n_channels} channels, but {type(estimator).__name__} "
            f"was fitted on a table: each row was a sample of one channel, with "
            f"{n_channels} time steps. Give samples of one channel, or fit again."
        )


def _refuse_other_count(estimator, n_features, way_out):
    """scikit-learn's message on another number of features, with a way out."""
    expected = getattr(estimator, "n_features_in_", n_features)
    if n_features != expected:
        raise ValueError(
            f"X has {n_features} features, but {type(estimator).__name__} is expecting "
            f"{expected} features as input. {way_out}"
        )


def _check_shifts(estimator, X, *, reset):
    """Record, or compare, which channels are known ahead, and how far."""
    shifts = shifts_of(X)
    if reset:
        estimator._rows_ahead = shifts
        return
    expected = vars(estimator).get("_rows_ahead", shifts)
    if shifts != expected and not _names_differ(estimator, X):
        seen, now = (_shifts_in_words(one, X) for one in (expected, shifts))
        raise ValueError(
            f"{type(estimator).__name__} was fitted on rows with {seen}, but X has "
            f"{now}. Make X by make_supervised or SeriesView with the same known_ahead "
            "and delay as in fit."
        )


def check_names(estimator, X):
    """Refuse a view whose channels have other names than in the fit, if both are known.

    The channels of a fit are positions, so this comes before they are looked up in X.
    """
    if _names_differ(estimator, X):
        empty = pd.DataFrame(columns=X.channel_names)
        validate_data(estimator, empty, reset=False, skip_check_array=True)


def _names_differ(estimator, X):
    """Whether channels have other names or another order, which is an error itself."""
    names = getattr(estimator, "feature_names_in_", None)
    known = names is not None and X.channel_names is not None
    return known and not np.array_equal(names, X.channel_names)


def _shifts_in_words(shifts, X):
    if not shifts:
        return "no channels known ahead"
    labels = raw_labels(X)
    at = [channel for channel, _ in shifts]
    named = labels is not None and max(at) < len(labels)
    channels = ", ".join(repr(labels[i]) if named else f"channel {i}" for i in at)
    return f"channels known ahead ({channels}, read {shifts[0][1]} rows later)"


def _shape(X):
    """Its shape, () if only a conversion would tell."""
    return np.shape(X) if isinstance(X, (list, tuple)) else getattr(X, "shape", ())


def channels_of_fit(estimator):
    """How many channels a reader of whole samples had in its fit; None for others.

    One if it was a table, although the table's columns are the features then.
    """
    return vars(estimator).get("_input_shape", (None,))[-1]


def refuse_one_sample(estimator, X):
    """Refuse a single sample instead of a list of samples, after the fit.

    A sample has the shape (n_steps, n_channels) or, of one channel, (n_steps,). A table
    with as many columns as the fit had channels is right only if that was a table.
    """
    shape, (n_steps, n_channels) = _shape(X), estimator._input_shape
    was_table = n_channels == 1 and n_steps == estimator.n_features_in_
    if was_table or not shape or shape[1:] not in ((), (n_channels,)):
        return
    one = "[X.to_numpy()]" if hasattr(X, "iloc") else "[X]"
    raise ValueError(
        f"X has the shape {shape}, but {type(estimator).__name__} was fitted on "
        f"samples of {n_steps} time steps. If X is one sample, give {one}."
    )


def refuse_dimensions(estimator, X):
    """Refuse an array of one dimension, or of more than three."""
    shape = X.shape if isinstance(X, np.ndarray) else ()
    name = type(estimator).__name__
    if len(shape) == 1:
        raise ValueError(
            f"X has the shape {shape}, but {name} needs samples: (n_samples, n_steps) "
            "or (n_samples, n_steps, n_channels). If X is one long series, "
            "make_supervised makes rows and targets of it, and a LookbackWindower in "
            "the Pipeline makes windows. If X is one sample: Reshape your data by "
            "X.reshape(1, -1)."
        )
    if len(shape) > 3:
        raise ValueError(
            f"X has the shape {shape}, but {name} takes at most three dimensions, "
            "(n_samples, n_steps, n_channels). X.reshape(*X.shape[:2], -1) makes "
            "channels of the others."
        )


def check_panel(estimator, X, *, reset, ensure_all_finite="allow-nan"):
    """A panel as a float array of shape (n_samples, n_steps, n_channels)."""
    if reset:
        refuse_ids(estimator, X)
    X = unmasked(X)
    if 0 in np.shape(X)[1:]:
        raise ValueError(
            f"X has the shape {np.shape(X)}: samples need at least one time step and "
            "one channel."
        )
    X = check_array(
        X,
        allow_nd=True,
        dtype=[np.float64, np.float32],
        ensure_all_finite=ensure_all_finite,
        estimator=estimator,
        input_name="X",
    )
    if reset or not X.shape[2] == channels_of_fit(estimator) == 1:
        check_channels(estimator, X, reset=reset)
    return X


def warn_of_jumps(index, *, quiet=False):
    """Warn if the index of a plain table has gaps; refuse it if out of order."""
    try:
        if quiet:
            ordered_differences(index)
            return
        warn_of_gaps(
            None if index is None else layout_of_indexes([index]),
            "Rows of a plain table are taken as consecutive, so windows reach across "
            "gaps. If the rows are consecutive, X.reset_index(drop=True) avoids this "
            "warning. Rows from make_supervised know their past.",
            stacklevel=4,
        )
    except ValueError as error:
        raise ValueError(
            f"{error} Windows of a plain table take its rows in the given order, also "
            "in shuffled folds. Rows from make_supervised know their past."
        ) from None


def check_table(estimator, X, *, reset, ensure_all_finite="allow-nan"):
    """A table as a float array of shape (n_rows, n_columns)."""
    X = unmasked(X)
    if hasattr(X, "iloc") and not hasattr(X, "columns"):
        raise ValueError(
            f"X is a {type(X).__name__} of {len(X)} values, but a table is needed: "
            "X.to_frame() makes a table with one channel. make_supervised and "
            "SeriesView take a Series."
        )
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ValueError(
            f"X is a structured array with the fields {', '.join(X.dtype.names)}: "
            "pandas.DataFrame(X) makes a table of it."
        )
    if is_other_table(X):
        numeric_table(X, "table")
    if hasattr(X, "iloc"):
        refuse_repeated(X.columns)
    if reset:
        refuse_ids(estimator, X)
    mixed = hasattr(X, "iloc") and any(dtype.kind not in "fiub" for dtype in X.dtypes)
    for name in X.columns if mixed else ():
        try:
            X[name].astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(_not_numeric(X, name)) from None
    n_features = getattr(estimator, "n_features_in_", None)
    if not reset and 1 in (n_features, channels_of_fit(estimator)):
        shape = _shape(X)
        if len(shape) == 2 and not hasattr(X, "columns"):
            _refuse_other_count(
                estimator,
                shape[1],
                "If X holds series of one channel, give X[:, :, None].",
            )
    return validate_data(
        estimator,
        X,
        reset=reset,
        dtype=[np.float64, np.float32],
        ensure_all_finite=ensure_all_finite,
    )


def _not_numeric(table, name):
    """Says that a column of pandas is not numeric, and the way out."""
    column = table[name]
    found = f"Column {name!r} of X is not numeric (dtype {column.dtype})"
    cell = column.iloc[0] if len(column) else None
    if isinstance(cell, str) or np.ndim(cell) != 1:
        return f"{found}: leave it out, or convert it to numbers first."
    way_out = f"X[{name!r}].tolist()"
    if hasattr(cell, "iloc"):
        way_out = f"[cell.to_numpy() for cell in X[{name!r}]]"
    if len(table.columns) > 1:
        way_out = "[numpy.column_stack(row) for row in X.to_numpy()]"
    return (
        f"{found}: its cells hold a {type(cell).__name__} of {len(cell)} values each. "
        f"Give a list with an array for each sample, {way_out}."
    )


def is_text(sample):
    """Whether it is text, or a list or an array of text."""
    if hasattr(sample, "dtype"):
        return sample.dtype.kind == "U"
    is_list = isinstance(sample, (list, tuple)) and len(sample) > 0
    return isinstance(sample[0] if is_list else sample, str)
