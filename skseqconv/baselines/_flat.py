"""A baseline: any regressor for tables, on flattened windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.linear_model import Ridge
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metadata_routing import (
    UNUSED,
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.inputs._complete import complete_rows
from skseqconv.inputs._few_windows import warn_of_few_windows
from skseqconv.inputs._finite import FILL_SAMPLES, how_to_fill, raise_not_finite
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._scored_in_order import ScoredInOrder
from skseqconv.inputs._target_columns import check_target_columns
from skseqconv.series._order_of_y import check_order
from skseqconv.series._window_view import WindowView
from skseqconv.series.tables._containers import refuse_masked
from skseqconv.transformers._flatten import FlattenWindows


def _finite_table(flatten, X, regressor):
    """The table of windows. A value that the regressor does not accept is an error."""
    table = flatten._to_table(X)
    if not get_tags(regressor).input_tags.allow_nan:
        bad = ~np.isfinite(table.to_numpy())
        if bad.any():
            at, column = np.argwhere(bad)[0]
            is_view = isinstance(X, WindowView)
            raise_not_finite(
                table.iat[at, column],
                repr(table.columns[column]),
                f"sample {at}",
                how_to_fill(X, column % X.n_channels) if is_view else FILL_SAMPLES,
            )
    return table


def _with_way_out(error, regressor, y):
    """The error of a regressor, and the remedy if it takes one column of y only."""
    n_columns = 1 if np.ndim(y) < 2 else np.shape(y)[1]
    if n_columns < 2 or get_tags(regressor).target_tags.multi_output:
        return error
    name = type(regressor).__name__
    return ValueError(
        f"{name} forecasts one value, but y has {n_columns} columns, one for each "
        "target and delay. MultiOutputRegressor of sklearn.multioutput fits one for "
        f"each: FlatWindowRegressor(MultiOutputRegressor({name}())). The error of "
        f"{name} was: {error}"
    )


@public
class FlatWindowRegressor(
    CallbackSupportMixin,
    ScoredInOrder,
    MetaEstimatorMixin,
    RegressorMixin,
    BaseEstimator,
):
    """Fit a regressor for tables to flattened windows.

    Each window becomes a row of a table with all its entries, or with a few lags. As
    with the networks, `fit` skips windows that begin before their series does.

    Parameters
    ----------
    regressor : estimator, default=None
        The regressor for the table. None takes ``Ridge()``. Some regressors, such as
        `HistGradientBoostingRegressor`, forecast one value: for several targets or
        delays, put a `MultiOutputRegressor` of scikit-learn around them.
    lags : sequence of int, default=None
        The chosen entries, as numbers of rows before the end of the window: 0 is the
        last row. None takes every entry.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor. Its ``feature_names_in_`` name channel and lag.
    flatten_ : FlattenWindows
        The fitted transformer that makes the table.
    n_features_in_ : int
        Number of channels. If X is a table, number of its columns.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of the channels. Exists only if X has names.

    Warns
    -----
    UserWarning
        By `fit`, if fewer than 20 windows are complete, and these are less than half.

    See Also
    --------
    FlattenWindows : Makes the table.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import FlatWindowRegressor, LookbackWindower, make_supervised
    >>> X, y = make_supervised(np.arange(10.0), 0)
    >>> windows = LookbackWindower(4).fit_transform(X)
    >>> flat = FlatWindowRegressor(lags=[0, 3]).fit(windows, y)
    >>> flat.regressor_.feature_names_in_
    array(['x0_lag3', 'x0_lag0'], dtype=object)
    """

    _parameter_constraints = {  # noqa: RUF012
        "regressor": [HasMethods(["fit", "predict"]), None],
        "lags": ["array-like", None],
    }

    def __init__(
        self,
        regressor: BaseEstimator | None = None,
        *,
        lags: Sequence[int] | NDArray | None = None,
    ) -> None:
        self.regressor = regressor
        self.lags = lags

    # It is passed on, so it is the regressor that requests it.
    __metadata_request__fit = {"sample_weight": UNUSED}  # noqa: RUF012

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell which metadata `fit` passes to the regressor, and `score` takes.

        Returns
        -------
        routing : MetadataRouter
            What the regressor requests for `fit`.
        """
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                regressor=self._given(),
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
        )

    def _given(self):
        return Ridge() if self.regressor is None else self.regressor

    @one_task
    def fit(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Fit the regressor to the complete windows.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.
        sample_weight : array-like of shape (n_samples,), default=None
            Passed to the regressor if given. With metadata routing of scikit-learn,
            the regressor must request it, as in
            ``FlatWindowRegressor(Ridge().set_fit_request(sample_weight=True))``; so
            ``regressor=None`` takes no weights there.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._validate_params()
        if y is None:
            raise ValueError(
                "FlatWindowRegressor requires y to be passed, but the target y is None."
            )
        flatten = FlattenWindows(self.lags).set_output(transform="pandas").fit(X)
        check_consistent_length(X, y, sample_weight)
        check_order(X, y)
        check_order(X, sample_weight, y_name="sample_weight")
        refuse_masked("y", y)
        refuse_masked("sample_weight", sample_weight)
        complete = complete_rows(X)
        if not complete.all():
            whole = np.flatnonzero(complete)
            if 2 * len(whole) < len(X):  # less than a network may be enough for a table
                name = type(self).__name__
                warn_of_few_windows(X, len(whole), len(whole), learner=name)
            X, y = X[whole], _safe_indexing(y, whole)
            if sample_weight is not None:
                sample_weight = _safe_indexing(sample_weight, whole)
        regressor = clone(self._given())
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        if _routing_enabled():
            weights = process_routing(self, "fit", **weights)["regressor"]["fit"]
        table = _finite_table(flatten, X, regressor)
        try:
            self.regressor_ = regressor.fit(table, y, **weights)
        except ValueError as error:
            raise _with_way_out(error, regressor, y) from error
        self.flatten_ = flatten
        check_target_columns(self, y, reset=True)
        remember_steps(self, X)
        self.n_features_in_ = flatten.n_features_in_
        vars(self).pop("feature_names_in_", None)  # of an earlier fit
        if hasattr(flatten, "feature_names_in_"):
            self.feature_names_in_ = flatten.feature_names_in_
        return self

    def predict(self, X: WindowView | ArrayLike) -> NDArray:
        """Predict y from flattened windows.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps)
            Windows. Before the series begins, its first row is repeated, with a
            `MissingHistoryWarning`.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y.
        """
        check_is_fitted(self)
        check_steps(self, X)
        table = _finite_table(self.flatten_, X, self.regressor_)
        if len(table):
            return self.regressor_.predict(table)
        # Regressors refuse a table without rows. One row shows the shape of y_pred.
        one = pd.DataFrame(np.zeros((1, table.shape[1])), columns=table.columns)
        return self.regressor_.predict(one)[:0]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self._given())
        tags.target_tags = inner.target_tags
        tags.regressor_tags = inner.regressor_tags
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.input_tags.three_d_array = True
        return tags
