"""Several labels at once: y as a matrix of 0 and 1, with a column for each label."""

import numpy as np
import pandas as pd

from skseqconv.series.tables._containers import refuse_masked

from ._finite_targets import NO_LABEL, check_finite_target

#: What holds the labels of one sample, if y is no matrix.
_SEVERAL = (list, tuple, set, frozenset, np.ndarray)

_BINARIZER = (
    "sklearn.preprocessing.MultiLabelBinarizer().fit_transform(y) makes a matrix of "
    "lists of labels"
)


def indicator_of(y):
    """An indicator matrix as int8 of two dimensions.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix

    Returns
    -------
    indicator : ndarray of int8 of shape (n_samples, n_labels) or None
        None if y does not have two or more columns.

    Raises
    ------
    ValueError
        If y holds lists of labels, or values other than 0 and 1 in several columns.
    """
    refuse_masked("y", y)
    names = getattr(y, "columns", None)
    if hasattr(type(y), "toarray"):
        y = y.toarray()
    try:
        values = np.asarray(y)
    except ValueError:  # NumPy makes no array of lists of different lengths
        raise _of_lists(y[0]) from None
    if values.ndim == 1 and values.dtype == object:
        several = [one for one in values if isinstance(one, _SEVERAL)]
        if several:
            raise _of_lists(several[0])
    if values.ndim != 2 or values.shape[1] < 2:
        return None
    numbers = values
    if values.dtype == object:  # columns of numbers and booleans
        # pandas.NA is neither a number nor comparable to one.
        values = np.where(pd.isna(values), np.nan, values)
        try:
            numbers = values.astype(np.float64)
        except (TypeError, ValueError):
            numbers = np.where(values == 0, 0, np.where(values == 1, 1, 2))
    if numbers.dtype.kind == "f":
        check_finite_target(numbers, NO_LABEL)
    wrong = ~np.isin(numbers, (0, 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        value = values[row].tolist()[column]
        name = column if names is None else names[column]
        raise ValueError(
            f"y has the value {value!r} in row {row}, column {name!r}. "
            "With two dimensions y must be an indicator matrix: 0 and 1, one column "
            f"for each label. {_BINARIZER}. For one class per sample, give one "
            "dimension. For columns of classes, use "
            "sklearn.multioutput.MultiOutputClassifier."
        )
    return numbers.astype(np.int8)


def check_indicator(estimator, y, *, reset, classes=None):
    """Remember the number of labels on `reset`, else compare it."""
    n_labels = y.shape[1]
    if classes is not None and not _fits(classes, n_labels):
        raise ValueError(
            f"classes={classes!r} does not fit y, an indicator matrix of {n_labels} "
            "labels. Leave out classes: the columns of y tell the labels."
        )
    if reset:
        estimator._n_labels = n_labels
        # By one dimension, scikit-learn's ROC AUC would take two labels for two
        # classes. A list of arrays, as trees have, fails in its cross_val_predict.
        estimator.classes_ = np.tile([0, 1], (n_labels, 1))
    elif estimator._n_labels != n_labels:
        before = f"{estimator._n_labels} columns"
        before = "one dimension" if estimator._n_labels is None else before
        raise ValueError(
            f"y has {n_labels} columns, but {type(estimator).__name__} was fitted on a "
            f"y of {before}: give the same labels."
        )


def refuse_one_dimension(estimator):
    """Refuse labels of one dimension after a fit on an indicator matrix."""
    if estimator._n_labels is not None:
        raise ValueError(
            f"y has one dimension, but {type(estimator).__name__} was fitted on an "
            f"indicator matrix of {estimator._n_labels} labels: give a column of 0 and "
            "1 for each label."
        )


def _of_lists(example):
    return ValueError(
        f"y holds several labels per sample, such as {example!r}. Give an indicator "
        f"matrix: {_BINARIZER}."
    )


def _fits(classes, n_labels):
    """Whether `classes` names the values 0 and 1, or the columns of y."""
    given = np.unique(classes).tolist()
    return given in ([0, 1], list(range(n_labels)))
