"""Several models on the same folds, and whether their differences mean anything."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._metrics import checked_metric, ranked
from skseqconv._public import public

from ._significance import diebold_mariano, paired_by_fold
from ._words import readable, sentence, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skseqconv.displays import ComparisonDisplay


@public
@dataclass(eq=False, repr=False)
class Comparison:
    """What several models reached on the same folds.

    Made by :func:`compare_models`. It holds numbers only, no fitted model.

    Parameters
    ----------
    fold_scores : DataFrame
        Columns model, fold, metric and score, one row each. Errors are positive: what
        scikit-learn calls ``neg_mean_absolute_error`` is ``mean_absolute_error`` here.
        NaN where a model failed.
    fits : DataFrame
        One row for each model and fold: columns model, fold, n_train and n_test (rows),
        fit_seconds, score_seconds and n_parameters (of networks and linear models).
    predictions : DataFrame
        Out-of-fold predictions of the very fits that were scored: columns fold, truth
        and one for each model; two levels, (model, output), for several columns of y.
        The index is that of X: dates, or row numbers.
    failures : DataFrame
        One row for each failure: columns model, fold, stage (fit, predictions or the
        metric), error and traceback.
    baseline : str or None
        Name of the model that the others are to beat.
    greater_is_better : dict of str to bool
        For each metric.
    perfect : dict of str to float
        The best that each metric can be, where it is known: 0 for errors, 1 for scores
        bounded by it; otherwise NaN.
    powers : dict of str to int
        For each metric, the power of the errors that :meth:`differences` compares row
        by row: 2 for those of squares, otherwise 1.
    stamps : ndarray of int of shape (n_predictions,) or None
        Place in time of each row of `predictions`; None where X has no such order.
    horizon : int or None
        How many rows ahead the forecasts lie; None where there are none.

    Attributes
    ----------
    table : DataFrame
        The first metric, one row a model, best first; models that failed in a fold
        stand below. Columns: mean and std over the folds; against the baseline, where
        there is one, skill, won (folds in which it did better), folds (that both
        have) and p_value (of each model alone, not corrected for their number), see
        :meth:`differences`; mean fit_seconds and score_seconds; n_parameters.
    tables : dict of str to DataFrame
        The same for each metric.

    See Also
    --------
    compare_models : Makes it.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skseqconv import compare_models
    >>> models = {"logistic": LogisticRegression(max_iter=500), "bayes": GaussianNB()}
    >>> found = compare_models(models, *load_iris(return_X_y=True), cv=5)
    >>> found.table[["mean", "skill", "won"]].round(2)
    accuracy  mean  skill  won
    model
    logistic  0.97   0.96    5
    bayes     0.95   0.93    5
    prior     0.33   0.00    0
    >>> print(found.summary())
    logistic beats prior by 0.640 (accuracy 0.973 against 0.333), in 5 of 5 folds,
    p < 0.0001 for the best of 2: more than the folds vary by.
    """

    fold_scores: pd.DataFrame
    fits: pd.DataFrame
    predictions: pd.DataFrame
    failures: pd.DataFrame
    baseline: str | None
    greater_is_better: dict[str, bool]
    perfect: dict[str, float]
    powers: dict[str, int]
    stamps: NDArray[np.int64] | None
    horizon: int | None

    def __post_init__(self):
        self.tables = {metric: self._table(metric) for metric in self.greater_is_better}
        self.table = next(iter(self.tables.values()))

    def _scores(self, metric):
        """Scores of shape (n_folds, n_models), in the order the models were given."""
        of_metric = self.fold_scores[self.fold_scores["metric"] == metric]
        models = of_metric["model"].unique()
        return of_metric.pivot(index="fold", columns="model", values="score")[models]

    def _table(self, metric):
        scores = self._scores(metric)
        with np.errstate(invalid="ignore"):  # of infinite scores
            table = pd.DataFrame({"mean": scores.mean(), "std": scores.std()})
        if self.baseline is not None:
            paired = self._paired(metric, self.baseline)
            table = table.join(paired[["skill", "won", "folds", "p_value"]])
        of_model = self.fits.groupby("model")
        table["fit_seconds"] = of_model["fit_seconds"].mean()
        table["score_seconds"] = of_model["score_seconds"].mean()
        table["n_parameters"] = of_model["n_parameters"].max()
        table.columns.name = metric
        failed = scores.isna().sum()
        return table.loc[ranked(table["mean"], failed, self.greater_is_better[metric])]

    def _paired(self, metric, reference):
        sizes = self.fits.drop_duplicates("fold").set_index("fold")
        sign = 1 if self.greater_is_better[metric] else -1
        paired = paired_by_fold(
            self._scores(metric), sizes, reference, sign, self.perfect[metric]
        )
        return paired.rename_axis(columns=metric)

    def differences(
        self, metric: str | None = None, reference: str | None = None
    ) -> pd.DataFrame:
        """Compare each model with a reference, fold by fold and row by row.

        Over the folds by the corrected resampled t-test of Nadeau and Bengio (2003)
        [1]_: the variance of the mean of k gains is ``1 / k + n_test / n_train`` times
        theirs, because folds share training rows. Forecasts are also compared by
        Diebold and Mariano's test (1995) [2]_, on the losses of the single rows in the
        order of time: squared errors where the metric is one of squares (its function
        has "squared" in its name, or is that of "r2" or "explained_variance"),
        otherwise absolute ones, averaged over the columns of y. Forecasts overlap,
        so that losses are correlated for a horizon and more: autocovariances count with
        Bartlett's weights, which fall to zero at four times the horizon and keep the
        variance positive; small samples are corrected as by Harvey, Leybourne and
        Newbold (1997) [3]_. Rows may be any part of the series: how far apart in time
        two of them are is what counts. This test speaks of the forecasts of these rows;
        the t-test, of models trained on other rows like these. Each p-value is that of
        one comparison, not corrected for the number of models.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.
        reference : str, default=None
            Name of the model to compare with; None for the baseline or, where there
            is none, the best model.

        Returns
        -------
        differences : DataFrame
            One row for each other model. Columns, over the folds that both have: mean
            (of the model), reference (its mean), gain (positive where the model is
            better), skill (``(mean - reference) / (perfect - reference)``, that is
            ``1 - mean / reference`` for errors), won, folds, t and p_value; for
            forecasts dm and dm_p_value.

        References
        ----------
        .. [1] Nadeau, Bengio: Inference for the generalization error. Machine Learning
           52 (2003), 239-281.
        .. [2] Diebold, Mariano: Comparing predictive accuracy. Journal of Business and
           Economic Statistics 13 (1995), 253-263.
        .. [3] Harvey, Leybourne, Newbold: Testing the equality of prediction mean
           squared errors. International Journal of Forecasting 13 (1997), 281-291.
        """
        metric = checked_metric(metric, self.tables)
        if reference is None:
            reference = self.baseline or self.tables[metric].index[0]
        if reference not in self.table.index:
            raise ValueError(
                f"reference={reference!r} is none of the models, "
                f"{', '.join(self.table.index)}."
            )
        order = [model for model in self.tables[metric].index if model != reference]
        paired = self._paired(metric, reference).loc[order]
        if self.horizon is not None:
            tests = [self._by_rows(metric, model, reference) for model in order]
            values = np.reshape(tests, (-1, 2)).astype(float)
            paired["dm"], paired["dm_p_value"] = values.T
        return paired

    def _by_rows(self, metric, model, reference):
        truth = self._values("truth")
        losses = [
            np.mean(np.abs(self._values(name) - truth) ** self.powers[metric], axis=1)
            for name in (reference, model)
        ]
        gains = losses[0] - losses[1]
        known = np.isfinite(gains)
        return diebold_mariano(gains[known], self.stamps[known], self.horizon)

    def _values(self, name):
        values = self.predictions[name].to_numpy(dtype=np.float64)
        return values.reshape(len(values), -1)

    def summary(self, metric: str | None = None) -> str:
        """Say which model is best, by how much, and whether that means something.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.

        Returns
        -------
        sentence : str
            The best model against the baseline; without a baseline, against the
            second best. Below p = 0.05 the difference is called more than the folds
            vary by. The best of several has been chosen by these very scores: its
            p-value is multiplied by the number of models that were compared with the
            baseline (Bonferroni), at most to 1, and the sentence says of how many it
            is the best. That of the table and of :meth:`differences` is not.
        """
        metric = checked_metric(metric, self.tables)
        order = list(self.tables[metric].index)
        reference = self.baseline or order[min(1, len(order) - 1)]
        best = next((model for model in order if model != reference), None)
        words = metric.replace("_", " ")
        if best is None:
            mean = self.tables[metric].loc[reference, "mean"]
            return f"{reference} has a {words} of {spoken(mean)}."
        paired = self._paired(metric, reference)
        row = paired.loc[best]
        if not row["folds"]:
            return f"{best} and {reference} have no fold in common that both finished."
        # The two best ones are no more apart than any two: nothing to correct.
        rivals = 1 if self.baseline is None else paired["p_value"].count()
        is_error = self.perfect[metric] == 0
        return sentence(best, reference, words, row, is_error, rivals)

    def plot(
        self, metric: str | None = None, ax: Axes | None = None
    ) -> ComparisonDisplay:
        """Draw the scores of the folds.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : ComparisonDisplay
            With the attributes ``ax_`` and ``figure_``.
        """
        from skseqconv.displays import ComparisonDisplay

        metric = checked_metric(metric, self.tables)
        return ComparisonDisplay.from_comparison(self, metric=metric, ax=ax)

    def __repr__(self) -> str:
        return f"{self.table.to_string(float_format=readable)}\n{self.summary()}"

    def _repr_html_(self) -> str:
        table = self.table.to_html(float_format=readable)
        return f"{table}<p>{escape(self.summary())}</p>"
