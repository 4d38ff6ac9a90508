"""Row-wise transformers: standardize, or lift any transformer of rows.

They take rows, windows, panels and tables. A view's series is left untouched:
the fitted step is appended to the view, and runs on the rows that windows touch
when those are read. So a row is transformed once, however many windows hold it.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn import config_context
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
    clone,
)
from sklearn.callback import CallbackSupportMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, check_consistent_length, get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from ._batches import raise_not_finite_row
from ._callbacks import one_task
from ._containers import unmasked
from ._output import OutputMixin
from ._validation import check_channels, check_panel, check_table, kind_of
from .views import SeriesView, WindowView

__all__ = ["PerStep", "Standardizer"]

#: Standardizer learns the rows of a view in pieces of about this many bytes.
PIECE_BYTES = 2**20


class RowStep:
    """A fitted transformer as views apply it: rows in, rows out, never changed.

    Parameters
    ----------
    transformer : fitted transformer
    method : {"transform", "inverse_transform"}
    n_channels : int
        Number of channels that come out.
    channel_names : ndarray of str or None
        Their names.
    """

    def __init__(self, transformer, method, n_channels, channel_names):
        self.transformer = transformer
        self.method = method
        self.n_channels = n_channels
        self.channel_names = channel_names

    def transform(self, rows):
        names = getattr(self.transformer, "feature_names_in_", None)
        if names is not None and self.method == "transform":
            rows = pd.DataFrame(rows, columns=names)
        with config_context(transform_output="default"):
            out = getattr(self.transformer, self.method)(rows)
        return np.asarray(out.toarray() if hasattr(out, "toarray") else out)


class _RowWise(
    OutputMixin,
    CallbackSupportMixin,
    TransformerMixin,
    BaseEstimator,
    auto_wrap_output_keys=None,
):
    """A transformer of rows, for whatever holds rows.

    Subclasses say what transformer to fit (`_new_transformer`), how to fit it to
    an array or a table (`_fit_table`) and to the rows of a view (`_fit_rows`), and
    how to check a table (`_check_table`).
    """

    _step_class = RowStep

    @one_task
    def fit(
        self, X: SeriesView | WindowView | ArrayLike, y: ArrayLike | None = None
    ) -> Self:
        """Learn from the rows of X.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Of a view, its own rows are learned, each once, and none of the earlier
            rows that its windows reach into. Of a panel, every step is a row.
        y : array-like of shape (n_rows,), default=None
            Given to the transformer with the rows of a view or a table.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._validate_params()
        inner = self._new_transformer()
        kind = kind_of(X)
        if kind == "panel":
            X = check_panel(self, X, reset=True)
            rows = X.reshape(-1, X.shape[2])
            self._fit_table(inner, rows, None)
        elif kind == "table":
            rows = self._check_table(X, reset=True)
            self._fit_table(inner, rows, y)
        else:
            check_channels(self, X, reset=True)
            check_consistent_length(X, y)
            if not len(X):
                raise ValueError(f"{X!r} has no rows to learn from.")
            rows = SeriesView(X)
            if not (np.diff(X.rows) > 0).all():
                first = np.sort(np.unique(X.rows, return_index=True)[1])
                rows, y = rows[first], None if y is None else _safe_indexing(y, first)
            self._fit_rows(inner, rows, y)
            rows = rows[:1].to_numpy()
        self._set_fitted(inner, rows[:1])
        return self

    def _fit_table(self, inner, rows, y):
        inner.fit(rows, y)

    def _set_fitted(self, inner, row):
        names_in = getattr(self, "feature_names_in_", None)
        step = self._step_class(inner, "transform", None, None)
        step.n_channels = step.transform(row).shape[1]
        if names_in is not None and hasattr(inner, "get_feature_names_out"):
            step.channel_names = inner.get_feature_names_out(names_in)
        elif step.n_channels == self.n_features_in_:
            step.channel_names = names_in
        elif hasattr(inner, "get_feature_names_out"):
            step.channel_names = inner.get_feature_names_out()
        self._step = step

    def transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Transform rows, or the rows of windows and panels.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Rows, or windows of rows.

        Returns
        -------
        X_out : same kind as X
            A view for a view (nothing is computed yet), a DataFrame for pandas'
            DataFrame and an array for anything else, unless `set_output` says
            otherwise.
        """
        check_is_fitted(self)
        return self._apply(self._step, X)

    def _apply(self, step, X):
        forth = step.method == "transform"
        kind = kind_of(X)
        if not forth:
            self._check_channels_out(X, kind)
        if kind in ("rows", "windows"):
            if not forth and X.steps and X.steps[-1] is self._step:
                return X._derive(steps=X.steps[:-1])
            if forth:
                check_channels(self, X, reset=False)
            return X._append_step(step)
        if kind == "panel":
            X = check_panel(self, X, reset=False) if forth else X
            X = np.asarray(unmasked(X))
            return step.transform(X.reshape(-1, X.shape[2])).reshape(*X.shape[:2], -1)
        index = getattr(X, "index", None) if hasattr(X, "iloc") else None
        rows = self._check_table(X, reset=False) if forth else unmasked(X)
        values = step.transform(rows)
        names = step.channel_names
        if names is None and _keeps_columns(step.transformer, X, values.shape[1]):
            names = X.columns
        elif names is None:
            names = [f"x{i}" for i in range(values.shape[1])]
        return self._contain(values, names, index=index, table=hasattr(X, "iloc"))

    def _check_channels_out(self, X, kind):
        n_channels = X.n_channels if kind in ("rows", "windows") else np.shape(X)[-1]
        if n_channels != self._step.n_channels:
            raise ValueError(
                f"X has {n_channels} channels, but {type(self).__name__} gives "
                f"{self._step.n_channels}: only those can be brought back."
            )

    def _invert(self, X):
        check_is_fitted(self)
        inner = self._step.transformer
        names = getattr(self, "feature_names_in_", None)
        step = RowStep(inner, "inverse_transform", self.n_features_in_, names)
        return self._apply(step, X)


def _keeps_columns(transformer, X, n_columns):
    """Whether columns whose labels are no text come out as they went in."""
    if not hasattr(X, "iloc") or X.shape[1] != n_columns:
        return False
    labels = [str(label) for label in X.columns]
    named = getattr(transformer, "get_feature_names_out", None)
    return named is not None and list(named(labels)) == labels


class StandardizeStep(RowStep):
    """What a fitted StandardScaler does to rows, whatever values they hold.

    Infinite values pass, and are found where a window reads them.
    """

    def transform(self, rows):
        scaler = self.transformer
        out = np.array(rows)
        if scaler.mean_ is not None and scaler.with_mean:
            out -= scaler.mean_.astype(out.dtype)
        if scaler.scale_ is not None:
            out /= scaler.scale_.astype(out.dtype)
        return out


_STATISTICS = ("mean_", "var_", "scale_")


def _learn_piece(scaler, rows, names):
    """StandardScaler.partial_fit, but that a channel may be missing in a piece.

    It would make the channel's statistics NaN for good; they stay as they were.
    Values whose statistics are beyond float64 are refused.
    """
    before = {name: getattr(scaler, name, None) for name in _STATISTICS}
    with np.errstate(invalid="ignore", over="ignore"):
        scaler.partial_fit(rows)
    missing = np.isnan(rows).all(axis=0)
    known = [getattr(scaler, name) for name in _STATISTICS]
    finite = [np.isfinite(value) for value in known if value is not None]
    overflown = np.flatnonzero(~(np.all(finite, axis=0) | missing)) if finite else ()
    if len(overflown):
        channel = overflown[0] if names is None else repr(names[overflown[0]])
        largest = np.nanmax(np.abs(rows[:, overflown[0]]))
        raise ValueError(
            f"Channel {channel} has values up to {largest:g}, whose mean and variance "
            "float64 cannot hold. If they stand for missing values, replace them by "
            "NaN. Otherwise divide the channel by a power of ten first."
        )
    if missing.any():
        for name, old in before.items():
            _put(scaler, name, missing, 0.0 if old is None else old[missing])


def _put(scaler, name, channels, value):
    statistic = getattr(scaler, name)
    if statistic is not None:
        statistic[channels] = value


class Standardizer(OneToOneFeatureMixin, _RowWise, auto_wrap_output_keys=None):
    """Standardize each channel of rows, windows or panels.

    A channel is shifted to mean zero and scaled to variance one by scikit-learn's
    :class:`~sklearn.preprocessing.StandardScaler`. Unlike that one it takes views:
    their rows are learned once each, however many windows hold them, and keep
    their past.

    Parameters
    ----------
    with_mean : bool, default=True
        Shift each channel to mean zero.
    with_std : bool, default=True
        Scale each channel to variance one; a constant channel keeps its scale.

    Attributes
    ----------
    mean_ : ndarray of shape (n_channels,) or None
        Mean of each channel, missing values left out.
    scale_ : ndarray of shape (n_channels,) or None
        What each channel is divided by.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Their names, where X has some.

    See Also
    --------
    PerStep : Lifts any other transformer of rows.

    Notes
    -----
    Missing values are left out of the statistics and stay missing, as with
    StandardScaler; ``PerStep(SimpleImputer())`` fills them. Values whose variance
    float64 cannot hold, from about 1e154 on, are refused.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import SeriesView, Standardizer
    >>> rows = SeriesView(np.array([[0.0], [2.0], [10.0]]))
    >>> standardizer = Standardizer().fit(rows[:2])
    >>> standardizer.transform(rows).to_numpy().ravel()
    array([-1.,  1.,  9.])
    """

    _parameter_constraints = {"with_mean": ["boolean"], "with_std": ["boolean"]}  # noqa: RUF012

    def __init__(self, *, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std

    _step_class = StandardizeStep

    def _new_transformer(self):
        return StandardScaler(with_mean=self.with_mean, with_std=self.with_std)

    def _check_table(self, X, *, reset):
        return check_table(self, X, reset=reset)

    def _fit_table(self, inner, rows, y):
        self._learn(inner, [rows])

    def _fit_rows(self, inner, view, y):
        self._learn(inner, self._pieces(view))

    def _pieces(self, view):
        # Piece by piece: all rows at once would be a copy of the series.
        n_rows = max(1, PIECE_BYTES // (8 * view.n_channels))
        for start in range(0, len(view), n_rows):
            part = view[start : start + n_rows]
            rows = part.to_numpy()
            if np.isinf(rows).any():
                at, channel = np.argwhere(np.isinf(rows))[0]
                raise_not_finite_row(part, part.rows[at], channel, rows[at, channel])
            yield rows

    def _learn(self, inner, pieces):
        for rows in pieces:
            _learn_piece(inner, rows, getattr(self, "feature_names_in_", None))
        never_seen = inner.n_samples_seen_ == 0
        if np.any(never_seen):
            for name in _STATISTICS:
                _put(inner, name, never_seen, np.nan)

    def _set_fitted(self, inner, row):
        super()._set_fitted(inner, row)
        self.mean_, self.scale_ = inner.mean_, inner.scale_

    def inverse_transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Bring standardized rows back to their own scale.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Standardized rows, or windows of them.

        Returns
        -------
        X_out : same kind as X
            The same rows in their own units.
        """
        return self._invert(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _inner_has(method):
    return lambda self: hasattr(self.transformer, method)


class PerStep(_RowWise, auto_wrap_output_keys=None):
    """Lift a transformer of rows to rows, windows and panels.

    What scikit-learn has for tables (imputers, PCA, encoders, ColumnTransformer)
    is fitted to the rows and applied to each step of each window.
    ``PerStep(SimpleImputer())`` is the way to missing values.

    Parameters
    ----------
    transformer : estimator
        The transformer; a copy of it is fitted. It is given a DataFrame where the
        channels have names.

    Attributes
    ----------
    transformer_ : estimator
        The fitted transformer.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Their names, where X has some.

    See Also
    --------
    Standardizer : Standardization, with less memory.

    Notes
    -----
    ``SimpleImputer`` drops a channel that is missing throughout the rows of a
    fold, unless it is told ``keep_empty_features=True``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.impute import SimpleImputer
    >>> from skseqconv import PerStep, SeriesView
    >>> rows = SeriesView(np.array([[1.0], [np.nan], [3.0]]))
    >>> PerStep(SimpleImputer()).fit_transform(rows).to_numpy().ravel()
    array([1., 2., 3.])
    """

    _parameter_constraints = {"transformer": [HasMethods(["fit", "transform"])]}  # noqa: RUF012

    def __init__(self, transformer: BaseEstimator) -> None:
        self.transformer = transformer

    def _new_transformer(self):
        return clone(self.transformer)

    def _check_table(self, X, *, reset):
        # The transformer checks the values: it may well take more than floats.
        if hasattr(X, "columns"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        X = unmasked(X)
        return validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)

    def _fit_rows(self, inner, view, y):
        rows = view.to_numpy()
        names = view.channel_names
        inner.fit(rows if names is None else pd.DataFrame(rows, columns=names), y)

    def _set_fitted(self, inner, row):
        super()._set_fitted(inner, row)
        self.transformer_ = inner

    @available_if(_inner_has("inverse_transform"))
    def inverse_transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Undo the transformation, where the transformer can.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Transformed rows, or windows of them.

        Returns
        -------
        X_out : same kind as X
            The same rows as they were before `transform`.
        """
        return self._invert(X)

    @available_if(_inner_has("get_feature_names_out"))
    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the channels that come out.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the channels that go in; None for those seen in fit.

        Returns
        -------
        names : ndarray of str
            As the fitted transformer names them.
        """
        check_is_fitted(self)
        if input_features is None:
            input_features = getattr(self, "feature_names_in_", None)
        return self.transformer_.get_feature_names_out(input_features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.transformer)
        tags.input_tags = inner.input_tags
        tags.input_tags.sparse = False
        tags.transformer_tags.preserves_dtype = inner.transformer_tags.preserves_dtype
        tags.target_tags.required = inner.target_tags.required
        return tags
