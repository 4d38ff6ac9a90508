"""Importance of channels, lags and words: the loss in score if they are replaced."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch, _safe_indexing
from sklearn.utils.validation import (
    _num_samples,
    check_consistent_length,
    check_is_fitted,
)

from skseqconv._counts import check_count, is_count
from skseqconv._metrics import averages_units
from skseqconv._public import public
from skseqconv._sampling import spread_positions
from skseqconv.inputs._kinds import is_text
from skseqconv.inputs._unlike_targets import warn_of_unlike_targets
from skseqconv.series._order_of_y import check_order
from skseqconv.series._view import View
from skseqconv.series._view_internals import raw_labels
from skseqconv.series.tables._containers import is_other_table

from ._answers import Judge, scorer_of
from ._changes import occluded_answers, permuted_answers, unchanged_answers
from ._places import places_of, time_between_rows
from ._references import reference_of, values_to_put, warn_of_unchanged
from ._samples import complete_positions, samples_of
from ._token_ids import refuse_fill_of_ids
from ._word_importance import word_answers


@public
def importance(
    model: BaseEstimator,
    X: Any,
    y: ArrayLike,
    *,
    by: str | Sequence[str] = "channel",
    method: Literal["auto", "permutation", "occlusion"] = "auto",
    scoring: str | Callable | None = None,
    n_repeats: int = 5,
    random_state: int | np.random.RandomState | None = None,
    sample_weight: ArrayLike | None = None,
    max_samples: int | float | None = 1000,
    channels: Hashable | Sequence[Hashable] = None,
    stretches: int | Sequence[tuple[int, int]] = 8,
    fill: float | Mapping | Literal["mean", "own_mean", "last"] = "mean",
    words: int | Sequence[str] = 100,
    each_output: bool = False,
) -> Bunch:
    """Tell which channels, lags or words a fitted model needs.

    The importance of a channel is the loss in score if its values are replaced: by
    those of other samples (permutation), or by a neutral value (occlusion). Values are
    replaced in the windows, not in the rows of the series. So the windows of
    neighboring rows keep their past, and the level that a forecast starts from sees
    the replaced values, too.

    Parameters
    ----------
    model : estimator
        A fitted estimator, Pipeline, search, TransformedTargetRegressor or ensemble.
    X : SeriesView, WindowView, array-like, list of str or DataFrame
        Samples, as for `predict` of the model. Rows of a view with too little history
        are left out. A plain table counts as the rows of one series if the model has a
        `LookbackWindower`. If it has none, the columns of a table are channels, or with
        ``by="lag"`` the time steps of one channel. For texts, X is as in
        :func:`explain_text`. Use samples that the model was not fitted to.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Target.
    by : {"channel", "lag", "word"} or ("channel", "lag"), default="channel"
        What is replaced together: all values of a channel; a stretch of lags of all
        channels; a stretch of lags of one channel; or, for texts, all occurrences of a
        word.
    method : {"auto", "permutation", "occlusion"}, default="auto"
        "permutation" takes the values of another sample, chosen at random. Several
        samples exchange whole windows, so the order of the values within a window
        stays. "occlusion" puts the value of `fill`. For words it removes the word.
        "auto" is "permutation", and "occlusion" for words.
    scoring : str or callable, default=None
        One metric of scikit-learn, or a scorer. None takes the `scoring` of a
        search, also at the end of a Pipeline; otherwise R² for regressors and accuracy
        for classifiers. A scorer sees the replaced samples only through the predictions
        of the model.
    n_repeats : int, default=5
        Number of permutations. Occlusion has one result.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations. All channels and stretches use the same ones.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each sample in the score.
    max_samples : int, float or None, default=1000
        Number or share of the samples to use, spread evenly over all. None takes all.
    channels : label, int, or sequence of these, default=None
        The channels to replace. None takes all, and for a stretch of lags all together.
    stretches : int or sequence of (int, int), default=8
        Number of stretches of about equal length, or pairs of lags, both included:
        ``[(0, 5), (6, 23)]``. Lag 0 is the newest row of a window.
    fill : {"mean", "own_mean", "last"}, float or dict, default="mean"
        What occlusion puts: the mean of the channel over all windows of the samples,
        its mean over the window itself, its newest value in the window, or a number.
        A dict from labels or positions of channels to numbers, in the units of X,
        gives each channel its own; other channels get their mean.
        Token ids have no mean: for them give a whole number, such as 0 (padding).
    words : int or sequence of str, default=100
        The words to remove, or how many of those that occur in the most texts.
    each_output : bool, default=False
        Whether to score each column of y on its own, such as each forecast horizon.

    Returns
    -------
    result : Bunch
        As of scikit-learn's `permutation_importance`, with more entries:

        - importances_mean, importances_std : ndarray of shape (n_rows,)
        - importances : ndarray of shape (n_rows, n_repeats). How much worse the score
          is with replaced values: what a score loses, or an error gains.
        - table : DataFrame with one row for each importance. The columns are, as far
          as they apply: "channel"; "oldest" and "newest", the ends of a stretch in
          rows before the row; "oldest_time" and "newest_time", if the rows have dates;
          "word" and "n_texts"; "target" and "horizon", or "output", of a column of y;
          "mean" and "std".
        - score : float, or ndarray of shape (n_outputs,). The score of the same samples
          as they are. Errors are positive.
        - metric, greater_is_better : name of the metric, without "neg\\_", and whether
          a higher value is better.
        - by : tuple of str, and method : str.
        - n_samples : int, the number of samples used.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        If a parameter or X has no meaning here, such as an unknown channel, a stretch
        outside of the windows, or y of another length.

    Warns
    -----
    UserWarning
        If the score is the mean of errors in the units of several targets, and those of
        one target are more than 30 times as large as those of another.
    UserWarning
        If all values of a channel are already what occlusion puts, such as the mean of
        a constant channel, or if one sample is permuted. Then the importance is 0.

    See Also
    --------
    ImportanceDisplay : Draws the result.
    explain_text : The words that moved one prediction.
    sklearn.inspection.permutation_importance : For tables without a time axis.

    Notes
    -----
    The permutations are those of scikit-learn's `permutation_importance` with the same
    `random_state`. So the results are equal where both apply and all samples are used.

    Values are replaced before the steps of the Pipeline, in the units of the series.
    A channel known ahead is replaced as a whole, with its future. By lag its entries
    count as in the window: entry `lag` of a channel that is read `ahead` rows later is
    the row `lag` - `ahead` rows before. With ``by=("channel", "lag")``, "oldest" and
    "newest" are rows before the row for all channels, so they may be negative.

    The model sees copies of the windows, without the rows before them. So a target that
    is missing in a whole window has no last known value here.

    The windows are copied in parts of 64 MiB. The number of predictions is
    `n_samples` * `n_repeats` for each row of the table. They take longer than those of
    `predict`, where neighboring windows share rows: in proportion to `lookback` and the
    number of channels.

    If channels are strongly correlated, the importance of each misleads. It is too low
    if one stands in for the other. It is too high if a model weighs one against the
    other, because replaced values make samples that do not occur.

    Of samples of unequal length (padded with NaN at the end), lags count from the last
    step of each sample. A longer sample gets the oldest value of a shorter one in place
    of its missing steps.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import FlatWindowRegressor, LookbackWindower, make_supervised
    >>> from skseqconv import importance
    >>> random = np.random.default_rng(0)
    >>> driver, unused = random.normal(size=(2, 400))
    >>> target = np.roll(driver, 3) + 0.1 * random.normal(size=400)
    >>> series = np.stack([target, driver, unused], axis=1)
    >>> X, y = make_supervised(series, 0, delay=1)
    >>> model = make_pipeline(LookbackWindower(8), FlatWindowRegressor())
    >>> model = model.fit(X[:300], y[:300])
    >>> found = importance(model, X[300:], y[300:], random_state=0)
    >>> found.table["channel"].tolist()
    ['x0', 'x1', 'x2']
    >>> found.importances_mean.argmax()
    np.int64(1)
    >>> lags = importance(model, X[300:], y[300:], by="lag", random_state=0)
    >>> best = lags.table.loc[lags.importances_mean.argmax()]
    >>> int(best["oldest"]), int(best["newest"])
    (2, 2)
    """
    check_is_fitted(model)
    by = _checked_by(by)
    method = _checked_method(method, by)
    check_count("n_repeats", n_repeats)
    scorer, metric = scorer_of(model, scoring)
    samples = None if by == ("word",) else _samples(X, model, by)
    check_consistent_length(X, y, sample_weight)
    check_order(X, y)
    check_order(X, sample_weight, y_name="sample_weight")
    complete = np.arange(len(X)) if samples is None else complete_positions(samples)
    chosen = complete[spread_positions(len(complete), _most(max_samples, complete))]
    judge = Judge(scorer, _some(y, chosen), _some(sample_weight, chosen), each_output)
    if samples is None:
        texts = _safe_indexing(X, chosen)
        before, changed, table = word_answers(model, texts, words)
    else:
        samples = samples.at(chosen)
        duration = time_between_rows(X)
        places, table = places_of(samples, by, channels, stretches, duration)
        before = unchanged_answers(model, samples)
        if method == "permutation":
            changed = permuted_answers(model, samples, places, n_repeats, random_state)
        else:
            reference = reference_of(samples, fill)
            refuse_fill_of_ids(samples, model, places, fill, reference)
            values_at = values_to_put(samples, fill, reference)
            warn_of_unchanged(samples, places, fill, values_at)
            changed = occluded_answers(model, samples, places, values_at)
    baseline, losses = judge.losses(before, changed)
    if averages_units(scorer) and not each_output:
        errors = np.abs(_columns(before.predict()) - _columns(_some(y, chosen)))
        rows = X[chosen] if isinstance(X, View) else X
        warn_of_unlike_targets(rows, errors, metric.words, _each_target(rows))
    if each_output:
        table = _crossed(table, _outputs(X, len(baseline)))
    table["mean"], table["std"] = losses.mean(axis=1), losses.std(axis=1)
    shown = metric.sign * baseline
    return Bunch(
        importances_mean=losses.mean(axis=1),
        importances_std=losses.std(axis=1),
        importances=losses,
        table=table,
        score=shown if each_output else float(shown[0]),
        metric=metric.name,
        greater_is_better=metric.greater_is_better,
        by=by,
        method=method,
        n_samples=len(chosen),
    )


def _each_target(X):
    """How to score each target on its own."""
    if isinstance(X, View) and X.channels is not None:
        return "X[X.channels == ...] has the rows of one."
    return "each_output=True scores each column of y."


def _columns(values):
    return np.asarray(values, dtype=np.float64).reshape(len(values), -1)


def _checked_by(by):
    given = by
    if isinstance(by, (list, tuple)) and set(by) == {"channel", "lag"}:
        return ("channel", "lag")
    if isinstance(by, (list, tuple)) and len(by) == 1:
        by = by[0]
    if by not in ("channel", "lag", "word"):
        raise ValueError(
            f"by={given!r} must be 'channel', 'lag', ('channel', 'lag') or 'word'."
        )
    return (by,)


def _checked_method(method, by):
    if method not in ("auto", "permutation", "occlusion"):
        raise ValueError(
            f"method={method!r} must be 'auto', 'permutation' or 'occlusion'."
        )
    if by == ("word",):
        if method == "permutation":
            raise ValueError(
                "method='permutation' has no meaning for words: use 'occlusion', which "
                "removes them."
            )
        return "occlusion"
    return "permutation" if method == "auto" else method


def _samples(X, model, by):
    """All samples, of which channels or lags can be replaced."""
    # A row of a table of polars is an array, of texts if one of its columns has texts.
    plain = not isinstance(X, View) and not is_other_table(X)
    if plain and _num_samples(X) and is_text(_safe_indexing(X, 0)):
        raise ValueError(f"X holds texts: use by='word' instead of by={by}.")
    return samples_of(X, model, by)


def _some(values, positions):
    """The values at these positions, as an array; None if there are none."""
    if values is None:
        return None
    if isinstance(values, list):
        return np.asarray(values)[positions]
    return np.asarray(_safe_indexing(values, positions))


def _most(max_samples, complete):
    if max_samples is None:
        return len(complete)
    if is_count(max_samples):
        return int(max_samples)
    is_share = isinstance(max_samples, Real) and not isinstance(max_samples, Integral)
    if is_share and 0 < max_samples <= 1:
        return max(1, int(max_samples * len(complete)))
    raise ValueError(
        f"max_samples={max_samples!r} must be a number of samples, a share above 0 and "
        "up to 1.0, or None for all."
    )


def _outputs(X, n_outputs):
    """A table with a row for each column of y."""
    target = getattr(X, "target", None) or ()
    if len(target) != n_outputs:
        return pd.DataFrame({"output": np.arange(n_outputs)})
    labels = raw_labels(X)
    return pd.DataFrame(
        {
            "target": [c if labels is None else labels[c] for c, _ in target],
            "horizon": [delay for _, delay in target],
        }
    )


def _crossed(table, outputs):
    """Each row of a table with each of the outputs."""
    rows = np.repeat(np.arange(len(table)), len(outputs))
    columns = np.tile(np.arange(len(outputs)), len(table))
    return pd.concat(
        [
            table.iloc[rows].reset_index(drop=True),
            outputs.iloc[columns].reset_index(drop=True),
        ],
        axis=1,
    )
