"""Checks of y: the values of a regressor, the labels of a classifier."""

import numpy as np
from sklearn.utils import assert_all_finite, check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skseqconv.series.tables._containers import refuse_masked

from ._indicators import check_indicator, indicator_of, refuse_one_dimension


def check_values(estimator, y, n_samples, *, reset):
    """The y of a regressor as float64 of one or two dimensions."""
    _refuse_none(estimator, y)
    refuse_masked("y", y)
    y = check_array(
        y,
        ensure_2d=False,
        allow_nd=True,
        dtype=np.float64,
        estimator=estimator,
        input_name="y",
    )
    if y.ndim > 2:
        raise ValueError(f"y must have one or two dimensions, got shape {y.shape}.")
    _check_length(y, n_samples)
    if reset:
        estimator._y_shape = y.shape[1:]
    elif y.shape[1:] != estimator._y_shape:
        raise ValueError(
            f"y has the shape {y.shape}, but {type(estimator).__name__} was fitted "
            f"on (n_samples, *{estimator._y_shape})."
        )
    return y


def check_labels(estimator, y, n_samples, *, reset, classes=None):
    """The y of a classifier: labels of two or more classes, or an indicator matrix."""
    _refuse_none(estimator, y)
    indicator = indicator_of(y)
    if indicator is not None:
        _check_length(indicator, n_samples)
        check_indicator(estimator, indicator, reset=reset, classes=classes)
        return indicator
    y = _labels(y, "y")
    _check_length(y, n_samples)
    if classes is not None:
        if np.ndim(classes) != 1:
            raise ValueError(
                f"classes has the shape {np.shape(classes)}: give a list of labels."
            )
        given = np.unique(_labels(classes, "classes"))
    if reset:
        known = np.unique(y) if classes is None else given
        if len(known) < 2:
            place = "y" if classes is None else "classes"
            which = f"only one class, {known.tolist()[0]!r}" if len(known) else "none"
            raise ValueError(
                f"{place} has {which}: a classifier needs two or more classes. For "
                "partial_fit, name all classes by classes=."
            )
        estimator.classes_, estimator._n_labels = known, None
        return _among(y, known)
    refuse_one_dimension(estimator)
    if classes is not None and not np.array_equal(given, estimator.classes_):
        raise ValueError(
            f"classes={given.tolist()[:20]} differ from those of the first call, "
            f"{estimator.classes_.tolist()[:20]}: give the same classes."
        )
    return _among(y, estimator.classes_)


def _among(y, classes):
    """Refuse labels that are none of the classes."""
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"y has the labels {unknown.tolist()[:5]}, which are not among the classes "
            f"{classes.tolist()[:20]}: name all classes in the first call, "
            "partial_fit(X, y, classes=...)."
        )
    return y


def _labels(y, name):
    refuse_masked(name, y)
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name=name)
    if len(y):
        check_classification_targets(y)
    return y


def _refuse_none(estimator, y):
    if y is None:
        name = type(estimator).__name__
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")


def _check_length(y, n_samples):
    if len(y) != n_samples:
        raise ValueError(
            f"X has {n_samples} rows and y has {len(y)}: they must have the same "
            "number."
        )
