"""Scores of predictions, for a y in the order of the rows of X."""

from __future__ import annotations

from numpy.typing import ArrayLike

from skseqconv.series._order_of_y import check_order
from skseqconv.series._window_view import WindowView

from ._target_columns import check_target_columns


class ScoredInOrder:
    """Stands left of the mixin of scikit-learn whose `score` it calls.

    A Pipeline gives y to the `score` of its last step only.
    """

    def score(
        self,
        X: WindowView | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Score the predictions of X: R² of a regressor, accuracy of a classifier.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of arrays of shape (n_steps, n_channels)
            Windows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values or labels. If it is of pandas and its labels are those of
            the rows of a view in another order, that is an error. So is a table whose
            columns have other names than in the fit, or another order.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample. For weights of pandas, the same holds as for y.

        Returns
        -------
        score : float
            As of scikit-learn's regressors and classifiers.
        """
        check_order(X, y)
        check_target_columns(self, y, reset=False)
        check_order(X, sample_weight, y_name="sample_weight")
        return super().score(X, y, sample_weight)  # type: ignore[misc]
