"""The base of transformers that work row by row: Standardizer and PerStep.

They accept rows, windows, panels and tables. The series of a view stays as it is: the
fitted transformer is appended to the view as a step. It runs on the rows that windows
hold when the windows are read, once per row.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn import config_context
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils.validation import _check_method_params, check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._kinds import check_channels, check_panel, kind_of
from skseqconv.inputs._padded import as_panel, real_steps
from skseqconv.inputs._targets import check_length
from skseqconv.series._order_of_y import check_order
from skseqconv.series._series_view import SeriesView
from skseqconv.series._steps import with_steps
from skseqconv.series._touched import repeats_rows
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import unmasked

from ._base import SequenceTransformer
from ._rows_to_learn import rows_to_learn

#: Modules of transformers that scale and fill, and of what holds them.
_WITHOUT_TARGET = (
    *("sklearn.preprocessing.", "sklearn.impute."),
    *("sklearn.pipeline", "sklearn.compose."),
)


@public
class RowStep:
    """A fitted transformer that views apply to their rows.

    Parameters
    ----------
    transformer : fitted transformer
    method : {"transform", "inverse_transform"}
    n_channels : int
        Number of output channels.
    channel_names : ndarray of str or None
        Names of the output channels.
    names_in : ndarray of str or None, default=None
        Names of the channels, if the transformer reads them from a DataFrame.
    """

    def __init__(self, transformer, method, n_channels, channel_names, names_in=None):
        self.transformer = transformer
        self.method = method
        self.n_channels = n_channels
        self.channel_names = channel_names
        self.names_in = names_in

    def transform(self, rows):
        out = self.output(rows)
        return np.asarray(out.toarray() if hasattr(out, "toarray") else out)

    def output(self, rows):
        """What the transformer gives: an array, a sparse matrix or a table."""
        if self.names_in is not None and not hasattr(rows, "columns"):
            rows = pd.DataFrame(rows, columns=self.names_in)
        with config_context(transform_output="default"):
            return getattr(self.transformer, self.method)(rows)


class RowWise(SequenceTransformer):
    """A transformer of rows, for rows, windows, panels and tables.

    Subclasses define which transformer to fit (`_new_transformer`), how to fit it to
    an array or a table (`_fit_table`) and to the rows of a view (`_fit_rows`), and
    how to check a table (`_check_table`). One whose `fit` takes more than X and y
    defines it, and gives the rest to `_fit` as `params`.
    """

    _step_class = RowStep

    @one_task
    def fit(
        self, X: SeriesView | WindowView | ArrayLike, y: ArrayLike | None = None
    ) -> Self:
        """Fit to the rows of X.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels), or list of arrays of shape \
                (n_steps, n_channels)
            Each row of a view is used once, without the earlier rows that its windows
            reach. Each time step of a panel is a row. An array of two dimensions is a
            table of rows.
        y : array-like of shape (n_rows,), default=None
            Passed to the transformer with the rows of a view or a table.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        return self._fit(X, y, {})

    def _fit(self, X, y, params):
        """Fit to the rows of X. Of `params`, entries of samples go along with rows."""
        self._validate_params()
        inner = self._new_transformer()
        X = as_panel(X)
        kind = kind_of(X)
        if kind == "panel":
            X = check_panel(self, X, reset=True)
            real = real_steps(X)
            rows = X.reshape(-1, X.shape[-1]) if real is None else X[real]
            if not len(rows):
                raise ValueError("X has no value: all samples are NaN.")
            n_steps = X.shape[1] if real is None else real.sum(axis=1)
            samples = np.repeat(np.arange(len(X)), n_steps)
            params = _check_method_params(X, params, samples)
            self._fit_table(inner, rows, None, params)
        elif kind == "table":
            rows = self._check_table(X, reset=True)
            self._fit_table(inner, rows, y, params)
        else:
            check_channels(self, X, reset=True)
            if y is not None:
                check_length(y, len(X))
                check_order(X, y)
            for name, value in params.items():
                check_order(X, value, y_name=name)
            if not len(X):
                raise ValueError(f"{X!r} has no rows to fit to.")
            rows = SeriesView(X)
            if repeats_rows(X):
                first = np.sort(np.unique(X.rows, return_index=True)[1])
                rows, y = rows[first], None if y is None else _safe_indexing(y, first)
                params = _check_method_params(X, params, first)
            learned = rows
            if not params and (y is None or _ignores_target(inner)):
                learned = rows_to_learn(rows)
            self._fit_rows(inner, learned, y if learned is rows else None, params)
            rows = self._rows_of(rows[:1])
        self._set_fitted(inner, rows[:1])
        return self

    def _fit_table(self, inner, rows, y, params):
        inner.fit(rows, y, **params)

    def _rows_of(self, view):
        """The rows of a view, as the transformer gets them."""
        return view.to_numpy()

    def _set_fitted(self, inner, row):
        names_in = getattr(self, "feature_names_in_", None)
        step = self._step_class(inner, "transform", None, None)
        if hasattr(row, "columns"):  # the transformer may read columns by name
            step.names_in = names_in
        out = step.output(row)
        step.n_channels = np.shape(out)[1]
        names_all = hasattr(inner, "get_feature_names_out")
        if names_all and names_in is not None:
            step.channel_names = _names_out(inner, names_in)
        elif not names_all and (columns := _columns_of(out)) is not None:
            step.channel_names = columns
        elif step.n_channels == self.n_features_in_:
            step.channel_names = names_in
        elif names_all:
            step.channel_names = _names_out(inner)
        self._step = step

    def transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Transform rows, or the rows of windows and panels.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels), or list of arrays of shape \
                (n_steps, n_channels)
            Rows, or windows of rows.

        Returns
        -------
        X_out : same kind as X
            A view for a view (computed when it is read), a DataFrame for a DataFrame
            of pandas, otherwise an array. `set_output` can change this for tables. A
            list gives an array, which ends with NaN where a sample is shorter.
        """
        check_is_fitted(self)
        return self._apply(self._step, as_panel(X, self.n_features_in_))

    def _apply(self, step, X):
        forth = step.method == "transform"
        kind = kind_of(X)
        if not forth:
            self._check_channels_out(X, kind)
        if kind in ("rows", "windows"):
            if not forth and X.steps and X.steps[-1] is self._step:
                return with_steps(X, X.steps[:-1])
            if forth:
                check_channels(self, X, reset=False)
            return with_steps(X, (*X.steps, step))
        if kind == "panel":
            X = check_panel(self, X, reset=False) if forth else X
            X = np.asarray(unmasked(X))
            return _by_step(step, X)
        rows = self._check_table(X, reset=False) if forth else unmasked(X)
        values = step.transform(rows)
        names = step.channel_names
        if names is None and _keeps_columns(step.transformer, X, values.shape[1]):
            names = X.columns
        elif names is None:
            names = [f"x{i}" for i in range(values.shape[1])]
        return self._contain(values, names, X, table=hasattr(X, "iloc"))

    def _check_channels_out(self, X, kind):
        n_channels = X.n_channels if kind in ("rows", "windows") else np.shape(X)[-1]
        if n_channels != self._step.n_channels:
            raise ValueError(
                f"X has {n_channels} channels, but {type(self).__name__} gives "
                f"{self._step.n_channels}. inverse_transform needs the output of "
                "transform."
            )

    def _invert(self, X):
        check_is_fitted(self)
        inner = self._step.transformer
        names = getattr(self, "feature_names_in_", None)
        step = RowStep(inner, "inverse_transform", self.n_features_in_, names)
        return self._apply(step, X)


def _names_out(transformer, names_in=None):
    """The names of the channels that a transformer gives.

    They tell where a channel such as the target is afterwards. A `ColumnTransformer`
    may change their order, so names are not guessed.
    """
    try:
        return transformer.get_feature_names_out(names_in)
    except AttributeError as error:  # one of its parts has no names
        raise ValueError(
            f"The channels after {transformer!r} have no names: {error} "
            "FunctionTransformer(..., feature_names_out='one-to-one') keeps the names."
        ) from None


def _columns_of(out):
    """The names of the columns of a table; None for other output, and other labels."""
    columns = list(getattr(out, "columns", ()))
    if not columns or not all(isinstance(name, str) for name in columns):
        return None
    return np.array(columns, dtype=object)


def _ignores_target(transformer):
    """Whether a transformer, and each that it holds, certainly learns nothing from y.

    Tags do not tell: SelectKBest needs y or not, as its function does.
    """
    parts = (transformer, *transformer.get_params().values())
    return all(
        type(part).__module__.startswith(_WITHOUT_TARGET)
        and not get_tags(part).target_tags.required
        for part in parts
        if hasattr(part, "fit")
    )


def _by_step(step, panel):
    """A panel after a step. Its padding stays padding."""
    real = real_steps(panel)
    if real is None:
        rows = panel.reshape(-1, panel.shape[2])
        return step.transform(rows).reshape(*panel.shape[:2], -1)
    rows = step.transform(panel[real])
    dtype = rows.dtype if rows.dtype.kind == "f" else np.float64
    out = np.full((*panel.shape[:2], rows.shape[1]), np.nan, dtype)
    out[real] = rows
    return out


def _keeps_columns(transformer, X, n_columns):
    """Whether columns with labels other than str come out unchanged."""
    if not hasattr(X, "iloc") or X.shape[1] != n_columns:
        return False
    labels = [str(label) for label in X.columns]
    named = getattr(transformer, "get_feature_names_out", None)
    return named is not None and list(named(labels)) == labels
