"""Checks of y: the values of a regressor, the labels of a classifier."""

import numpy as np
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _num_samples

from skseqconv.series.tables._containers import refuse_masked

from ._finite_targets import NO_LABEL, NO_VALUE, check_finite_target
from ._indicators import check_indicator, indicator_of, refuse_one_dimension
from ._target_columns import check_target_columns


def check_values(estimator, y, n_samples, *, reset):
    """The y of a regressor as float64 of one or two dimensions."""
    _refuse_none(estimator, y)
    check_target_columns(estimator, y, reset=reset)
    refuse_masked("y", y)
    _refuse_text(estimator, y)
    y = check_array(
        y,
        ensure_2d=False,
        allow_nd=True,
        dtype=np.float64,
        ensure_all_finite=False,
        estimator=estimator,
        input_name="y",
    )
    check_finite_target(y, NO_VALUE)
    if y.ndim > 2:
        raise ValueError(f"y must have one or two dimensions, got shape {y.shape}.")
    check_length(y, n_samples)
    if reset:
        estimator._y_shape = y.shape[1:]
    elif y.shape[1:] != estimator._y_shape:
        raise ValueError(
            f"y has {_dimensions(y.shape[1:])}, but {type(estimator).__name__} was "
            f"fitted on a y with {_dimensions(estimator._y_shape)}. Give y with as "
            f"many columns.{how_to_begin_anew(estimator)}"
        )
    return y


def _dimensions(shape):
    return f"{shape[0]} column(s)" if shape else "one dimension"


def how_to_begin_anew(estimator):
    """How a fit need not go on with a fitted network; "" if it does not."""
    if not getattr(estimator, "warm_start", False):
        return ""
    return " Set warm_start=False to fit a new network."


def check_labels(estimator, y, n_samples, *, reset, classes=None):
    """The y of a classifier: labels of two or more classes, or an indicator matrix."""
    _refuse_none(estimator, y)
    check_target_columns(estimator, y, reset=reset)
    indicator = indicator_of(y)
    if indicator is not None:
        check_length(indicator, n_samples)
        check_indicator(estimator, indicator, reset=reset, classes=classes)
        return indicator
    y = _labels(y, "y")
    check_length(y, n_samples)
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


class NewLabels(ValueError):
    """Labels that are none of the classes. Who catches it says what to do."""

    #: Some of them.
    labels = ()


def _among(y, classes):
    """Refuse labels that are none of the classes."""
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        error = NewLabels(
            f"y has the labels {unknown.tolist()[:5]}, which are not among the classes "
            f"{classes.tolist()[:20]}."
        )
        error.labels = unknown.tolist()[:5]
        raise error
    return y


def _labels(y, name):
    refuse_masked(name, y)
    y = column_or_1d(y, warn=True)
    check_finite_target(y, NO_LABEL)
    if len(y):
        check_classification_targets(y)
    return y


def _refuse_text(estimator, y):
    """Refuse a y of text that holds no numbers."""
    values = np.asarray(y)
    if values.dtype.kind not in "OUS":
        return
    try:
        values.astype(np.float64)
    except (TypeError, ValueError):
        texts = [one for one in values.flat if isinstance(one, (str, bytes))]
        if texts:
            raise ValueError(
                f"y holds text, {str(texts[0])!r}, but {type(estimator).__name__} "
                "forecasts numbers. For classes, take a classifier, such as "
                "Conv1DClassifier."
            ) from None


def _refuse_none(estimator, y):
    if y is None:
        name = type(estimator).__name__
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")


def columns_of(y):
    """y with two dimensions: one column if it has one dimension."""
    return y.reshape(len(y), -1)


def check_length(y, n_samples):
    """Refuse a y that has more rows than X, or fewer."""
    if _num_samples(y) != n_samples:
        raise ValueError(
            f"X has {n_samples} rows and y has {_num_samples(y)}: they must have the "
            "same number. Give one value of y for each row of X. make_supervised "
            "returns both with the same rows."
        )
