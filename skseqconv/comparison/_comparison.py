"""Several models on the same folds, and whether their differences are significant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skseqconv._metrics import Metric, chosen_metric, ranked
from skseqconv._public import public
from skseqconv.forecasts._table import Places

from ._significance import diebold_mariano, paired_by_fold
from ._words import readable, summary_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skseqconv.displays import ComparisonDisplay


@public
@dataclass(eq=False, repr=False)
class Comparison:
    """Scores, predictions and significance of several models on the same folds.

    :func:`compare_models` creates it. It holds numbers only, no fitted model.

    Parameters
    ----------
    fold_scores : DataFrame
        Columns model, fold, metric and score, one row each. Errors are positive:
        scikit-learn's ``neg_mean_absolute_error`` is ``mean_absolute_error`` here.
        NaN where a model failed.
    fits : DataFrame
        One row per model and fold: columns model, fold, n_train and n_test (rows),
        fit_seconds, score_seconds and n_parameters (of networks and linear models).
    predictions : DataFrame
        Out-of-fold predictions of the same fits that were scored: columns fold, truth
        and one per model. If y has several columns, the columns have two levels,
        (model, output). The index is that of X: dates, or row numbers. If X has ids,
        they are further levels; of a pooled X, the channel is one.
    failures : DataFrame
        One row per failure: columns model, fold, stage (fit, predictions or the
        metric), error and traceback.
    baseline : str or None
        Name of the model that the other models are compared with: of several baselines,
        the one with the best mean of the first metric.
    metrics : dict of str to Metric
        The metrics by name, the leading one first. Each has the attributes name,
        greater_is_better, perfect and power.
    stamps : ndarray of int of shape (n_predictions,) or None
        Place in time of each row of `predictions`; None if y is not a forecast of
        numbers.
    horizon : int or None
        Largest delay between a row and its target; None if y is not a forecast of
        numbers.
    baselines : dict of str to str
        By name, what each baseline forecasts, in words.
    places : object, default=None
        Ids, origins and dates of the predictions, for :meth:`forecasts`; None if X does
        not know its target.

    Attributes
    ----------
    table : DataFrame
        The first metric, one row per model, best first; models that failed in a fold
        come last. Columns: mean and std over the folds that the model has; if there is
        a baseline, over the folds that both have: skill, won (number of folds in which
        the model is better), folds (their number) and p_value (not
        corrected for the number of models), see :meth:`differences`; mean fit_seconds
        and score_seconds; n_parameters.
    tables : dict of str to DataFrame
        The same for each metric.

    See Also
    --------
    compare_models : Creates it.

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
    logistic beats prior by 0.640 (accuracy 0.973 against 0.333), better in 5 of 5
    folds. Significant (p < 0.0001, corrected for choosing the best of 2).
    """

    fold_scores: pd.DataFrame
    fits: pd.DataFrame
    predictions: pd.DataFrame
    failures: pd.DataFrame
    baseline: str | None
    metrics: dict[str, Metric]
    stamps: NDArray[np.int64] | None
    horizon: int | None
    baselines: dict[str, str]
    places: Places | None = None

    def __post_init__(self):
        self.tables = {name: self._table(m) for name, m in self.metrics.items()}
        self.table = next(iter(self.tables.values()))

    def _scores(self, metric):
        """Scores of shape (n_folds, n_models), in the order of the given models."""
        of_metric = self.fold_scores[self.fold_scores["metric"] == metric.name]
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
        table.columns.name = metric.name
        failed = scores.isna().sum()
        return table.loc[ranked(table["mean"], failed, metric.greater_is_better)]

    def _paired(self, metric, reference):
        sizes = self.fits.drop_duplicates("fold").set_index("fold")
        paired = paired_by_fold(self._scores(metric), sizes, reference, metric)
        return paired.rename_axis(columns=metric.name)

    def differences(
        self, metric: str | None = None, reference: str | None = None
    ) -> pd.DataFrame:
        """Compare each model with a reference, fold by fold and row by row.

        The scores of the folds are compared by the corrected resampled t-test of
        Nadeau and Bengio (2003) [1]_. Folds share training rows, so the variance of
        the mean of k gains is ``1 / k + n_test / n_train`` times their variance.

        Forecasts are also compared row by row, by the test of Diebold and Mariano
        (1995) [2]_ on the losses in time order. Losses are squared errors if the
        metric is computed from squared errors ("squared" in the name of its function,
        or "r2", "explained_variance", "mse" or "rmse"), otherwise absolute errors. They
        are averaged over the columns of y. Forecasts overlap, so losses are correlated
        over one horizon and more. Bartlett's weights for the autocovariances fall to
        zero at four times the horizon and keep the variance positive. Small samples are
        corrected as by Harvey, Leybourne and Newbold (1997) [3]_. The rows may be any
        part of the series, because the test uses their distances in time.

        The two tests answer different questions. The row test is about the forecasts
        of these rows; the t-test is about models trained on other, similar rows. No
        p-value here is corrected for the number of models.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.
        reference : str, default=None
            Name of the model to compare with; None for the baseline or, if there is
            none, the best model.

        Returns
        -------
        differences : DataFrame
            One row per other model. Columns, over the folds that both models have:
            mean (of the model), reference (mean of the reference), gain (positive if
            the model is better), skill (``(mean - reference) / (perfect -
            reference)``, that is ``1 - mean / reference`` for errors; NaN if the
            reference is perfect), won, folds, t and p_value (NaN for a single fold, and
            if the gains of all folds are equal and not zero); for forecasts dm and
            dm_p_value.

        References
        ----------
        .. [1] Nadeau, Bengio: Inference for the generalization error. Machine Learning
           52 (2003), 239-281.
        .. [2] Diebold, Mariano: Comparing predictive accuracy. Journal of Business and
           Economic Statistics 13 (1995), 253-263.
        .. [3] Harvey, Leybourne, Newbold: Testing the equality of prediction mean
           squared errors. International Journal of Forecasting 13 (1997), 281-291.
        """
        metric = chosen_metric(metric, self.metrics)
        models = list(self.tables[metric.name].index)
        if reference is None:
            reference = self.baseline or models[0]
        if reference not in models:
            raise ValueError(
                f"reference={reference!r} must be one of the models "
                f"{', '.join(map(repr, models))}."
            )
        order = [model for model in models if model != reference]
        paired = self._paired(metric, reference).loc[order]
        if self.horizon is not None:
            tests = [self._by_rows(metric, model, reference) for model in order]
            values = np.reshape(tests, (-1, 2)).astype(float)
            paired["dm"], paired["dm_p_value"] = values.T
        return paired

    def _by_rows(self, metric, model, reference):
        truth, *values = (
            self._values(name).astype(np.float64)
            for name in ("truth", reference, model)
        )
        losses = [np.mean(np.abs(v - truth) ** metric.power, axis=1) for v in values]
        gains = losses[0] - losses[1]
        known = np.isfinite(gains)
        return diebold_mariano(gains[known], self.stamps[known], self.horizon)

    def forecasts(self, models: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Lay out the out-of-fold predictions as the table of :func:`forecast`.

        Parameters
        ----------
        models : str or list of str, default=None
            The models; None for all of them, baselines included.

        Returns
        -------
        table : DataFrame
            A row for each model, prediction, target and horizon. Columns: model, fold,
            those of :func:`forecast` without bounds, and truth. Of classifiers,
            forecast and truth are labels.

        Raises
        ------
        ValueError
            If X does not know a target and horizon for each column of y, or for an
            unknown model.

        Examples
        --------
        The error of each model at each horizon:

        >>> import numpy as np
        >>> from sklearn.model_selection import TimeSeriesSplit
        >>> from sklearn.pipeline import make_pipeline
        >>> from skseqconv import FlatWindowRegressor, LookbackWindower
        >>> from skseqconv import compare_models, make_supervised
        >>> X, y = make_supervised(np.arange(200.0) % 5, 0, delay=[1, 5])
        >>> ridge = make_pipeline(LookbackWindower(5), FlatWindowRegressor())
        >>> found = compare_models({"ridge": ridge}, X, y, cv=TimeSeriesSplit(3, gap=5))
        >>> table = found.forecasts(["ridge", "persistence"])
        >>> errors = (table["forecast"] - table["truth"]).abs()
        >>> errors.groupby([table["model"], table["horizon"]]).mean().round(1)
        model        horizon
        persistence  1          1.6
                     5          0.0
        ridge        1          0.0
                     5          0.0
        dtype: float64
        """
        if self.places is None:
            raise ValueError(
                "forecasts() needs the date of each target. X does not know it: X is "
                "not from make_supervised, y has other columns than that of "
                "make_supervised, or the target of a row lies after its series. "
                "Make X and y by make_supervised."
            )
        known = list(self.table.index)
        chosen = [models] if isinstance(models, str) else list(models or known)
        if unknown := [name for name in chosen if name not in known]:
            raise ValueError(
                f"models has {unknown[0]!r}, which must be one of "
                f"{', '.join(map(repr, known))}."
            )
        return pd.concat(map(self._forecasts_of, chosen), ignore_index=True)

    def _forecasts_of(self, name):
        table = self.places.table(self._values(name))
        fold = self.predictions["fold"].to_numpy().ravel()
        table.insert(0, "model", name)
        table.insert(1, "fold", fold.repeat(len(self.places.horizons)))
        return table.assign(truth=self.places.in_order(self._values("truth")))

    def _values(self, name):
        values = self.predictions[name].to_numpy()
        return values.reshape(len(values), -1)

    def summary(self, metric: str | None = None) -> str:
        """Tell which model is best, by how much, and whether that is significant.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.

        Returns
        -------
        sentence : str
            The best model against the baseline; without a baseline, against the
            second best. Baselines are no models here. If there are several, the text
            ends with a list of them. If a model failed in a fold, the text says so;
            the comparison is over the folds that both models completed.
            The difference is significant if p is below 0.05.
            The best of several models is chosen by the same scores that the test uses.
            Therefore its p-value is multiplied by the number of models that were
            compared with the baseline (Bonferroni), up to 1. The p-values in `table`
            and of :meth:`differences` are not corrected.
        """
        return summary_of(self, chosen_metric(metric, self.metrics))

    def plot(
        self, metric: str | None = None, ax: Axes | None = None
    ) -> ComparisonDisplay:
        """Draw the scores of the folds.

        Parameters
        ----------
        metric : str, default=None
            The metric; None for the first.
        ax : matplotlib Axes, default=None
            Axes to draw on; None for a new figure.

        Returns
        -------
        display : ComparisonDisplay
            With the attributes ``ax_`` and ``figure_``.
        """
        from skseqconv.displays import ComparisonDisplay

        return ComparisonDisplay.from_comparison(self, metric=metric, ax=ax)

    def __repr__(self) -> str:
        return f"{self.table.to_string(float_format=readable)}\n{self.summary()}"

    def _repr_html_(self) -> str:
        table = self.table.to_html(float_format=readable)
        return f"{table}<p>{escape(self.summary())}</p>"
