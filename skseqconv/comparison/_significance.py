"""Tests whether one model is significantly better than another.

Differences are gains: positive if the model is better than its reference.
"""

import numpy as np
import pandas as pd
from scipy import stats

#: Bartlett's weights reach zero at this many horizons. Gains of overlapping forecasts
#: are correlated over at least one horizon. In simulations of equal forecasts, 24 to
#: 144 steps ahead, the test at 5 % found a difference in 6 to 7 % of the cases. With
#: weights that end at one horizon, it found one in 12 to 13 %.
BANDWIDTH = 4

#: Gains with a smaller spread, relative to their mean, differ by rounding only.
ROUNDING = 1e-9


def corrected_t_test(gains, n_train, n_test):
    """Corrected resampled t-test over folds (Nadeau and Bengio, 2003) [1]_.

    Folds share training rows. Their scores are correlated, so a plain t-test finds
    too many differences. Here the variance of the mean of k gains is ``(1 / k + n_test
    / n_train)`` times their variance, with k - 1 degrees of freedom. If training parts
    grow, the mean of the ratio over the folds is used.

    Parameters
    ----------
    gains : ndarray of shape (n_folds,)
    n_train, n_test : ndarray of shape (n_folds,)
        Number of rows of each fold.

    Returns
    -------
    statistic, p_value : float
        Two-sided; NaN for fewer than two folds, gains that are not finite, and equal
        gains in all folds: they say nothing about how much a gain varies. Gains that
        are all zero have p = 1.

    References
    ----------
    .. [1] Nadeau, Bengio: Inference for the generalization error. Machine Learning
       52 (2003), 239-281.
    """
    k = len(gains)
    if k < 2 or not np.isfinite(gains).all():
        return np.nan, np.nan
    factor = 1 / k + np.mean(np.asarray(n_test) / np.asarray(n_train))
    return _t_test(np.mean(gains), factor * np.var(gains, ddof=1), k - 1)


def diebold_mariano(gains, stamps, horizon):
    """Test of equal accuracy of two forecasts (Diebold and Mariano, 1995) [1]_.

    The statistic is the mean gain divided by its standard error, which accounts for
    the autocorrelation of the gains. Bartlett's weights of the autocovariances fall
    linearly to zero at four times the horizon and keep the variance positive [2]_. The
    equal weights of the original test end at the horizon; they ignore correlation
    beyond it, and the variance can be negative. Each pair of gains is weighted by its
    distance in time, so rows may be missing, every tenth or chosen at random.

    The statistic is corrected for small samples as by Harvey, Leybourne and Newbold
    [3]_ and compared with Student's t. The degrees of freedom are those of the
    variance, ``1.5 * n`` over the lag where the weights end [4]_, always fewer than
    n - 1. For both, the horizon is the largest number of gains within its length.

    Parameters
    ----------
    gains : ndarray of shape (n_rows,)
        Loss of the reference minus loss of the model.
    stamps : ndarray of int of shape (n_rows,)
        Place of each row in time. Gains with the same stamp (several series, or
        repeated folds) are averaged.
    horizon : int
        Number of stamps between a forecast and its target.

    Returns
    -------
    statistic, p_value : float
        Two-sided; NaN if all gains lie within one horizon, or are equal and not zero.

    References
    ----------
    .. [1] Diebold, Mariano: Comparing predictive accuracy. Journal of Business and
       Economic Statistics 13 (1995), 253-263.
    .. [2] Newey, West: A simple, positive semi-definite, heteroskedasticity and
       autocorrelation consistent covariance matrix. Econometrica 55 (1987), 703-708.
    .. [3] Harvey, Leybourne, Newbold: Testing the equality of prediction mean squared
       errors. International Journal of Forecasting 13 (1997), 281-291.
    .. [4] Priestley: Spectral analysis and time series. Academic Press (1981), on the
       equivalent degrees of freedom of windows.
    """
    times, at = np.unique(stamps, return_inverse=True)
    n = len(times)
    within = np.searchsorted(times, times + horizon) - np.arange(n)
    overlap = within.max(initial=0)
    if n <= overlap:
        return np.nan, np.nan
    gains = np.bincount(at, gains) / np.bincount(at)
    mean = gains.mean()
    variance = _bartlett_sum(gains - mean, times, BANDWIDTH * horizon) / n**2
    small = (n + 1 - 2 * overlap + overlap * (overlap - 1) / n) / n
    return _t_test(mean, variance / small, 1.5 * n / (BANDWIDTH * overlap))


def _bartlett_sum(deviations, times, width):
    """Sum of the products of all pairs, weighted by ``1 - distance / width``.

    A moving window of this width contains both times of a pair over a stretch of
    ``width - distance``. So the sum is the integral of the squared totals of the
    windows, divided by the width. A total changes only where a time enters or leaves
    the window, so long gaps cost no time.
    """
    edges = np.concatenate([times, times + width])
    order = np.argsort(edges, kind="stable")
    totals = np.cumsum(np.concatenate([deviations, -deviations])[order])
    return totals[:-1] ** 2 @ np.diff(edges[order]) / width


def _t_test(mean, variance, freedom):
    """Test of a mean. Gains that are all equal, except to zero, cannot be tested."""
    if variance <= (ROUNDING * mean) ** 2:
        return (0.0, 1.0) if mean == 0 else (np.nan, np.nan)
    statistic = float(mean / np.sqrt(variance))
    return statistic, float(2 * stats.t.sf(abs(statistic), freedom))


def skill(score, base, perfect):
    """Skill score: the improvement as a share of the largest possible improvement.

    ``(score - base) / (perfect - base)`` [1]_. For errors, which are perfect at zero,
    it is ``1 - score / base``; for scores with the upper bound 1,
    ``(score - base) / (1 - base)``.

    Parameters
    ----------
    score, base : float
        Mean scores of the model and of the baseline.
    perfect : float
        0 for errors, 1 for scores with that upper bound, otherwise NaN.

    Returns
    -------
    skill : float
        1 is perfect, 0 equals the baseline; NaN if it is not defined.

    References
    ----------
    .. [1] Murphy: Skill scores based on the mean square error and their relationships
       to the correlation coefficient. Monthly Weather Review 116 (1988), 2417-2424.
    """
    possible = base > 0 if perfect == 0 else base < perfect
    return float(1 - (perfect - score) / (perfect - base)) if possible else np.nan


def paired_by_fold(scores, sizes, reference, metric):
    """Compare each model with a reference on the folds that both have.

    Parameters
    ----------
    scores : DataFrame of shape (n_folds, n_models)
        NaN where a model failed.
    sizes : DataFrame of shape (n_folds, ...)
        Columns n_train and n_test.
    reference : str
    metric : Metric

    Returns
    -------
    paired : DataFrame of shape (n_models, 8)
    """
    rows = {}
    for model in scores.columns:
        both = scores[[model, reference]].dropna().index
        own, base = scores.loc[both, model], scores.loc[both, reference]
        gains = (metric.sign * (own - base)).to_numpy()
        parts = sizes.loc[both]
        t, p_value = corrected_t_test(gains, parts["n_train"], parts["n_test"])
        rows[model] = {
            "mean": own.mean(),
            "reference": base.mean(),
            "gain": metric.sign * (own.mean() - base.mean()),
            "skill": skill(own.mean(), base.mean(), metric.perfect),
            "won": int((gains > 0).sum()),
            "folds": len(both),
            "t": t,
            "p_value": np.nan if model == reference else p_value,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")
