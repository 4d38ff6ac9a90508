"""Any scikit-learn transformer, applied at each time step."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from skseqconv._callbacks import one_task
from skseqconv._public import public, typed
from skseqconv.inputs._known_words import refuse_ids
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import unmasked

from ._across_rows import refuse_across_rows
from ._row_wise import RowWise


def _inner_has(method):
    return lambda self: hasattr(self.transformer, method)


@public
class PerStep(RowWise):
    """Apply any scikit-learn transformer at each time step.

    A transformer for tables, such as an imputer, PCA, an encoder or a
    ColumnTransformer, is fitted to the rows and applied to each row of each window.
    ``PerStep(SimpleImputer())`` fills missing values.

    Parameters
    ----------
    transformer : estimator
        The transformer. A copy of it is fitted. If the channels have names, it gets a
        DataFrame.

    Attributes
    ----------
    transformer_ : estimator
        The fitted transformer.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        In `fit`, if the output of the transformer for a row depends on the rows beside
        it, as with ``DataFrame.ffill``. It would mix samples and series. A few rows of
        the fit are tried, so a small dependence can be missed.

    See Also
    --------
    Standardizer : Standardizes with less memory.

    Notes
    -----
    ``SimpleImputer`` drops a channel that has no value in the rows of a fold, unless
    it has ``keep_empty_features=True``.

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

    @one_task
    def fit(
        self,
        X: SeriesView | WindowView | ArrayLike,
        y: ArrayLike | None = None,
        **params: object,
    ) -> Self:
        """Fit the transformer to the rows of X.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels), or list of arrays of shape \
                (n_steps, n_channels)
            Each row of a view is used once. The earlier rows that its windows reach
            are not used, unless a channel has no value in the rows of X: then all rows
            of the series up to the last one in X are used (not with `params`, and not
            by transformers that may learn from y). Each time step of a panel is a row.
            Lengths of samples may differ: padding at the end of a sample (NaN in all
            channels) is no row. Arrays of a list may have the shape (n_steps,): series
            of one channel. An array of two dimensions is a table of rows, and each
            column a channel. For series of one channel, give ``X[:, :, None]``.
        y : array-like of shape (n_rows,), default=None
            Passed to the transformer with the rows of a view or a table.
        **params : dict
            Passed to the `fit` of the transformer, such as `sample_weight`. An array
            with a value for each sample gives its value to all rows of this sample.
            With metadata routing of scikit-learn, the transformer gets what it
            requests.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        if _routing_enabled():
            params = process_routing(self, "fit", **params)["transformer"]["fit"]
        return self._fit(X, y, params)

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell which metadata `fit` passes to the transformer.

        Returns
        -------
        routing : MetadataRouter
            What the transformer requests.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        mapping.add(caller="fit_transform", callee="fit")
        router = MetadataRouter(owner=self)
        return router.add(transformer=self.transformer, method_mapping=mapping)

    def _new_transformer(self):
        return clone(self.transformer)

    def _check_table(self, X, *, reset):
        if reset:
            refuse_ids(self, X)
        # The transformer checks the values: it may accept more than floats.
        if hasattr(X, "columns"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        X = unmasked(X)
        return validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)

    def _rows_of(self, view):
        rows, names = view.to_numpy(), view.channel_names
        return rows if names is None else pd.DataFrame(rows, columns=names)

    def _fit_rows(self, inner, view, y, params):
        self._fit_table(inner, self._rows_of(view), y, params)

    def _fit_table(self, inner, rows, y, params):
        super()._fit_table(inner, rows, y, params)
        refuse_across_rows(inner, rows)

    def _set_fitted(self, inner, row):
        super()._set_fitted(inner, row)
        self.transformer_ = inner

    @typed(available_if(_inner_has("inverse_transform")))
    def inverse_transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Undo the transformation, if the transformer can.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Transformed rows, or windows of such rows.

        Returns
        -------
        X_out : same kind as X
            The rows before `transform`.
        """
        return self._invert(X)

    @typed(available_if(_inner_has("get_feature_names_out")))
    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the output channels.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the input channels. None takes those seen in `fit`.

        Returns
        -------
        names : ndarray of str
            The names that the fitted transformer gives.
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
