"""Checks of input that scikit-learn's own do not know: views and 3-D panels."""

from datetime import timedelta

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array, validate_data

from ._containers import is_other_table, numeric_table, refuse_masked, unmasked
from ._frequency import readable_step
from ._series import refuse_cut_file, refuse_other_arrays
from ._time_axis import ordered_steps, warn_of_gaps
from .views import SeriesView, WindowView, _View

#: A larger vocabulary must be asked for.
MOST_TOKENS_LEARNED = 10_000_000

#: Types of time spans.
SPANS = (timedelta, np.timedelta64, pd.DateOffset)


def kind_of(X):
    """What X is: "rows" or "windows" of a series, a 3-D "panel", or a "table"."""
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
                f"X is a list of {len(X)} tables: make_supervised or SeriesView takes "
                "several series, and their view goes on from there."
            )
        first = X[0][0] if len(X) and np.iterable(X[0]) and len(X[0]) else None
        ndim = 3 if np.iterable(first) and not isinstance(first, str) else 2
    return "panel" if ndim == 3 else "table"


def refuse_unequal(samples):
    """Refuse samples, or series, of different lengths, which make no array."""
    arrays = [s for s in samples if hasattr(s, "__len__") and not hasattr(s, "iloc")]
    if len(arrays) < len(samples) or any(map(_is_text, arrays)):
        return
    shapes = {s.shape if hasattr(s, "shape") else (len(s),) for s in arrays}
    if len(shapes) < 2:
        return
    low, high = (" x ".join(map(str, f(shapes))) for f in (min, max))
    found = f"X holds {len(arrays)} arrays of different"
    if len({shape[1:] for shape in shapes}) > 1:
        raise ValueError(
            f"{found} shapes, {low} to {high}: they need the same channels."
        )
    raise ValueError(
        f"{found} lengths, {low} to {high}. If they are several series, give the list "
        "to make_supervised or SeriesView. If they are samples, bring them to one "
        "length: token ids by TokenSequencer, numbers by keras.utils.pad_sequences(X, "
        "dtype='float64', value=numpy.nan). Behind the Standardizer, "
        "PerStep(SimpleImputer(strategy='constant', fill_value=0.0)) then fills in the "
        "mean."
    )


def check_channels(estimator, X, *, reset):
    """Record, or compare, number and names of the channels of a view or a panel.

    They become ``n_features_in_`` and ``feature_names_in_``. An empty table stands
    for X, because scikit-learn reads names off tables only, and counts columns.
    """
    if isinstance(X, _View):
        n_channels, names = X.n_channels, X.channel_names
    else:
        n_channels, names = X.shape[2], None
    empty = np.empty((0, n_channels))
    if names is not None:
        empty = pd.DataFrame(empty, columns=names)
    validate_data(estimator, empty, reset=reset, skip_check_array=True)


def check_panel(estimator, X, *, reset, ensure_all_finite="allow-nan"):
    """A panel as a float array of shape (n_samples, n_steps, n_channels)."""
    X = unmasked(X)
    if 0 in np.shape(X)[1:]:
        raise ValueError(
            f"X has the shape {np.shape(X)}: samples need at least one step and one "
            "channel."
        )
    X = check_array(
        X,
        allow_nd=True,
        dtype=[np.float64, np.float32],
        ensure_all_finite=ensure_all_finite,
        estimator=estimator,
        input_name="X",
    )
    check_channels(estimator, X, reset=reset)
    return X


def warn_of_jumps(index, *, quiet=False):
    """Warn if the index of a plain table has gaps; refuse it out of order."""
    try:
        if quiet:
            ordered_steps(index)
            return
        warn_of_gaps(
            [index],
            "Rows of a plain table are taken as consecutive, so windows reach across. "
            "Where rows are consecutive, X.reset_index(drop=True) says so; rows from "
            "make_supervised know their past.",
            stacklevel=4,
        )
    except ValueError as error:
        raise ValueError(
            f"{error} Rows of a plain table are windowed in the order in which they "
            "come, also in shuffled folds; rows from make_supervised know their past."
        ) from None


def refuse_durations(estimator, names, X):
    """Refuse a time span, such as "7D", as a parameter that counts rows."""
    for name in names:
        value = getattr(estimator, name)
        span = _time_span(value)
        if span is None:
            continue
        step = _time_between_rows(X)
        way_out = "Divide it by the time between two rows of X."
        if step is not None and not span % step:
            way_out = f"The rows of X are {readable_step(step)} apart: use "
            way_out += f"{name}={span // step}."
        raise ValueError(
            f"{name}={value!r} is a time span, but {type(estimator).__name__} counts "
            f"rows. {way_out}"
        )


def _time_span(value):
    """The value as a Timedelta if it is meant as one, or None."""
    is_text = isinstance(value, str) and any(map(str.isalpha, value))
    if not is_text and not isinstance(value, SPANS):
        return None
    try:
        span = pd.Timedelta(value)
    except (TypeError, ValueError):  # another text, or months, which differ in length
        return None
    return None if span is pd.NaT else span


def _time_between_rows(X):
    """The usual step of the dates of a table or a view, or None."""
    if isinstance(X, _View):
        index = X._series.indexes and X._series.indexes[0]
    else:
        index = X.index if hasattr(X, "iloc") else None
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)):
        return None
    steps = pd.Series(index).diff().mode()
    return steps[0] if len(steps) and steps[0] else None


def check_table(estimator, X, *, reset, ensure_all_finite="allow-nan"):
    """A table as a float array of shape (n_rows, n_columns)."""
    X = unmasked(X)
    if hasattr(X, "iloc") and not hasattr(X, "columns"):
        raise ValueError(
            f"X is a {type(X).__name__} of {len(X)} values, and a table is needed: "
            "X.to_frame() is one with a single channel. make_supervised and SeriesView "
            "take a Series as it is."
        )
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ValueError(
            f"X is a structured array with the fields {', '.join(X.dtype.names)}: "
            "pandas.DataFrame(X) is a table of them."
        )
    if is_other_table(X):
        numeric_table(X, "table")
    mixed = hasattr(X, "iloc") and any(dtype.kind not in "fiub" for dtype in X.dtypes)
    for name in X.columns if mixed else ():
        try:
            X[name].astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(
                f"Column {name!r} of X is not numeric (dtype {X[name].dtype}): leave "
                "it out, or turn it into numbers first."
            ) from None
    return validate_data(
        estimator,
        X,
        reset=reset,
        dtype=[np.float64, np.float32],
        ensure_all_finite=ensure_all_finite,
    )


def check_input(estimator, X, *, reset):
    """Validate what a network learns from or predicts for.

    Parameters
    ----------
    estimator : SequenceEstimator
    X : WindowView, or array-like of three or two dimensions
    reset : bool
        Record the shape and names of X, rather than compare.

    Returns
    -------
    sequences : Sequences of shape (n_samples, n_steps, n_channels) or, token ids, \
            (n_samples, n_steps)
    """
    from ._batches import Sequences

    name = type(estimator).__name__
    embedded = getattr(estimator, "embedding_dim", None) is not None
    if reset:
        estimator._vocabulary_size = None
    X = _opened(name, X)
    if isinstance(X, np.ndarray):
        refuse_cut_file(X)
    kind = kind_of(X)
    if kind == "rows":
        raise ValueError(
            f"{name} needs windows, got rows {X!r}: put a LookbackWindower before it "
            "in the Pipeline."
        )
    if embedded:
        X = _check_tokens(estimator, X, kind, reset=reset)
    elif kind == "windows":
        check_channels(estimator, X, reset=reset)
    elif kind == "panel":
        X = check_panel(estimator, X, reset=reset, ensure_all_finite=False)
        _check_finite(X)
    else:
        columns = list(X.columns) if hasattr(X, "columns") else None
        X = check_table(estimator, X, reset=reset, ensure_all_finite=False)
        _check_finite(X[:, :, None], columns)
        X = X[:, :, None]
    sequences = Sequences.of(X)
    _check_shape(estimator, sequences, reset=reset)
    return sequences


def _opened(name, X):
    """A column or an object array of samples as a list.

    Texts, and samples of different shapes, are refused: NumPy's errors would not help.
    """
    is_column = hasattr(X, "iloc") and not hasattr(X, "columns")
    holds_objects = isinstance(X, np.ndarray) and X.dtype.kind in "OU"
    if not (is_column or holds_objects or isinstance(X, (list, tuple))):
        return X
    samples = list(X)
    if any(map(_is_text, samples)):
        raise ValueError(
            f"X holds texts, and {name} takes numbers: put a TokenSequencer before it "
            "in the Pipeline, and set embedding_dim."
        )
    sized = all(hasattr(sample, "__len__") for sample in samples)
    if not sized or any(hasattr(sample, "iloc") for sample in samples):
        return X
    refuse_unequal(samples)
    return X if np.ndim(X) > 1 else samples


def _is_text(sample):
    """Whether it is a text, or a list or an array of such."""
    if hasattr(sample, "dtype"):
        return sample.dtype.kind == "U"
    is_list = isinstance(sample, (list, tuple)) and len(sample) > 0
    return isinstance(sample[0] if is_list else sample, str)


def _check_tokens(estimator, X, kind, *, reset):
    """Token ids as an array of int32 of shape (n_samples, n_steps)."""
    if kind != "table":
        shape = getattr(X, "shape", "three dimensions")
        raise ValueError(
            f"With embedding_dim={estimator.embedding_dim!r}, X must be token ids of "
            f"shape (n_samples, n_steps), got {kind} of {shape}: set "
            "embedding_dim=None for numeric channels."
        )
    refuse_masked("X", X)
    X = validate_data(estimator, X, reset=reset, dtype=None)
    if X.dtype.kind not in "iu":
        raise ValueError(
            f"Token ids must be whole numbers, got {X.dtype}: X.astype(int) if that is "
            "what they are; set embedding_dim=None for numeric channels."
        )
    if X.min() < 0:
        sample, step = np.argwhere(X < 0)[0]
        raise ValueError(
            f"Token ids must not be negative, got {X[sample, step]} in sample "
            f"{sample}, step {step}: 0 is usual for padding."
        )
    if reset:
        estimator._vocabulary_size = estimator.vocabulary_size or _learned_size(X)
    n_known = estimator._vocabulary_size
    if X.max() >= n_known:
        sample, step = np.argwhere(X >= n_known)[0]
        raise ValueError(
            f"Token ids must be from 0 to {n_known - 1}, got {X[sample, step]} in "
            f"sample {sample}, step {step}: set vocabulary_size (None learns it from "
            "the training samples), or let a TokenSequencer before it map what it "
            "does not know to one id."
        )
    return X.astype(np.int32, copy=False)


def _learned_size(X):
    """Number of token ids, for a table with a row for each."""
    if X.max() >= MOST_TOKENS_LEARNED:
        raise ValueError(
            f"The largest token id is {X.max()}, and the network would learn a vector "
            "for each id up to it: set vocabulary_size if that is meant, or let "
            "TokenSequencer(max_tokens=...) cut the vocabulary."
        )
    return int(X.max()) + 1


def _check_shape(estimator, sequences, *, reset):
    lags = getattr(sequences.data, "lags", None)
    shape = tuple(sequences.shape[1:])
    if reset:
        estimator._input_shape, estimator._input_lags = shape, lags
        return
    expected, known = estimator._input_shape, estimator._input_lags
    other_lags = (
        lags is not None and known is not None and not np.array_equal(lags, known)
    )
    if shape != expected and lags is None and known is None:
        raise ValueError(_other_length(estimator, shape[0], expected[0]))
    if shape != expected or other_lags:
        spans = (
            ""
            if not other_lags
            else (f" (lags {lags[0]}..{lags[-1]}, not {known[0]}..{known[-1]})")
        )
        shape, expected = (" x ".join(map(str, one)) for one in (shape, expected))
        raise ValueError(
            f"X has windows of {shape} (steps x channels){spans}, but "
            f"{type(estimator).__name__} was fitted on {expected}: use the same "
            "lookback, step and channels."
        )


def _other_length(estimator, length, expected):
    """What to say of a panel of longer or shorter series than those of the fit."""
    longest = max(length, expected)
    again = ", and fit again" if length > expected else ""
    return (
        f"X has series of {length} steps, but {type(estimator).__name__} was fitted on "
        f"series of {expected}: bring all of them to {longest} steps{again}, by "
        f"keras.utils.pad_sequences(X, maxlen={longest}, dtype='float32')."
    )


def _check_finite(panel, step_names=None):
    """Finiteness, as float32, of an array of samples; names the first fault."""
    from ._batches import raise_not_finite

    limit = np.finfo(np.float32).max
    if panel.max() <= limit and panel.min() >= -limit:
        return
    sample, step, channel = np.argwhere(~(np.abs(panel) <= limit))[0]
    if step and np.isnan(panel[sample, step:]).all():
        raise ValueError(
            f"Input X contains NaN: sample {sample} ends after {step} of "
            f"{panel.shape[1]} steps. PerStep(SimpleImputer(strategy='constant', "
            "fill_value=0.0)) before it fills it up (after a Standardizer, zero is "
            "the mean)."
        )
    where = step if step_names is None else f"{step} ({step_names[step]!r})"
    raise_not_finite(
        panel[sample, step, channel], channel, f"sample {sample}, step {where}"
    )
