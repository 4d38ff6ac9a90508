"""Checks of the input of networks: windows, panels, tables and token ids."""

import numpy as np

from skseqconv.series.held._copies import refuse_cut_file

from ._finite import FILL_SAMPLES, raise_not_finite
from ._kinds import (
    channels_of_fit,
    check_channels,
    check_panel,
    check_table,
    is_text,
    kind_of,
    refuse_dimensions,
    refuse_one_sample,
    refuse_unequal,
)
from ._padded import as_panel, without_padding
from ._sequences import Sequences
from ._targets import how_to_begin_anew
from ._tokens import check_tokens, embeds


def check_input(estimator, X, *, reset, unequal=False):
    """Validate the X of a network's fit or prediction.

    Parameters
    ----------
    estimator : SequenceEstimator
    X : WindowView, or array-like of three or two dimensions
    reset : bool
        Whether to record the shape and names of X, or to compare with them.
    unequal : bool, default=False
        Whether samples of a panel may end with padding, and have other lengths than in
        the fit.

    Returns
    -------
    sequences : Sequences of shape (n_samples, n_steps, n_channels) or, token ids, \
            (n_samples, n_steps)
    """
    name = type(estimator).__name__
    if reset:
        estimator._vocabulary_size = None
        embedded = embeds(estimator)
    else:
        embedded = vars(estimator).get("_vocabulary_size") is not None
    lengths = None
    n_channels = None if reset else channels_of_fit(estimator)
    X = _opened(name, X, unequal and not embedded, n_channels)
    if isinstance(X, np.ndarray):
        refuse_cut_file(X)
    kind = kind_of(X)
    if kind == "rows":
        raise ValueError(
            f"{name} needs windows, got rows {X!r}: put a LookbackWindower before it "
            "in the Pipeline."
        )
    if embedded:
        sequences = check_tokens(estimator, X, kind, reset=reset)
        _check_shape(estimator, sequences, reset=reset)
        return sequences
    if kind == "windows":
        check_channels(estimator, X, reset=reset)
    elif kind == "panel":
        X = check_panel(estimator, X, reset=reset, ensure_all_finite=False)
        if unequal:
            X, lengths = without_padding(X)
        _check_finite(X, lengths=lengths)
    else:
        if not reset:
            refuse_one_sample(estimator, X)
        refuse_dimensions(estimator, X)
        columns = list(X.columns) if hasattr(X, "columns") else None
        X = check_table(estimator, X, reset=reset, ensure_all_finite=False)
        _check_finite(X[:, :, None], columns)
        X = X[:, :, None]
    sequences = Sequences.of(X, lengths)
    if reset or not (unequal and kind == "panel"):
        _check_shape(estimator, sequences, reset=reset)
    return sequences


def _opened(name, X, unequal, n_channels):
    """A column or an object array of samples as a list, or as a padded panel.

    Texts, and samples of different shapes, are refused with a helpful message.
    """
    is_column = hasattr(X, "iloc") and not hasattr(X, "columns")
    holds_objects = isinstance(X, np.ndarray) and X.dtype.kind in "OU"
    if not (is_column or holds_objects or isinstance(X, (list, tuple))):
        return X
    samples = list(X)
    if any(map(is_text, samples)):
        raise ValueError(
            f"X holds texts, but {name} needs numbers: put a TokenSequencer before it "
            "in the Pipeline, and set embedding_dim."
        )
    sized = all(hasattr(sample, "__len__") for sample in samples)
    if not sized or any(hasattr(sample, "iloc") for sample in samples):
        return X
    if unequal:
        panel = as_panel(samples, n_channels)
        if panel is not samples:
            return panel
    refuse_unequal(samples)
    return X if np.ndim(X) > 1 else samples


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
            f"X has windows of {shape} (time steps x channels){spans}, but "
            f"{type(estimator).__name__} was fitted on {expected}: use the same "
            f"lookback, step and channels.{how_to_begin_anew(estimator)}"
        )


def _other_length(estimator, length, expected):
    """The message for a panel of longer or shorter series than in the fit."""
    longest = max(length, expected)
    again = "fit again after you " if length > expected else ""
    return (
        f"X has series of {length} time steps, but {type(estimator).__name__} was "
        f"fitted on series of {expected}: {again}pad all of them to {longest} time "
        f"steps by keras.utils.pad_sequences(X, maxlen={longest}, dtype='float32')."
    )


def _check_finite(panel, time_steps=None, lengths=None):
    """Raise an error that names the first value that is not finite as float32.

    With `lengths`, NaN after the end of a sample is not an error.
    """
    limit = np.finfo(np.float32).max
    if lengths is None and panel.max() <= limit and panel.min() >= -limit:
        return
    bad = ~(np.abs(panel) <= limit)
    if lengths is not None:
        bad &= (np.arange(panel.shape[1]) < lengths[:, None])[:, :, None]
        if not bad.any():
            return
    sample, at, channel = np.argwhere(bad)[0]
    missing = np.isnan(panel[sample]).all(axis=1)
    if time_steps is None and not at and missing[0] and not missing.all():
        raise ValueError(
            f"Input X contains NaN: sample {sample} begins with {missing.argmin()} "
            "time steps without a value. A sample of a panel may end with NaN, but not "
            "begin with it. If these steps are padding, remove them, and give the "
            f"samples as a list of arrays. If values are missing: {FILL_SAMPLES}"
        )
    if at and np.isnan(panel[sample, at:]).all():
        raise ValueError(
            f"Input X contains NaN: sample {sample} ends after {at} of "
            f"{panel.shape[1]} time steps. The networks take samples of unequal length "
            "as a list of arrays, or as an array of three dimensions (X[:, :, None] "
            "for one channel)."
        )
    name = at if time_steps is None else f"{at} ({time_steps[at]!r})"
    raise_not_finite(
        panel[sample, at, channel], channel, f"sample {sample}, time step {name}"
    )
