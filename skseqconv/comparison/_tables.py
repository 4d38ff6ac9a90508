"""Tables of a comparison: scores, fits, failures, predictions."""

import numpy as np
import pandas as pd

from skseqconv.forecasts._table import Places
from skseqconv.series._view import View
from skseqconv.series._view_internals import ids_of, rows_after

from ._scorers import metrics_of

# `trials` has the trials of each model in a list, fold by fold.


def score_table(trials, scorers):
    """Scores of each model, fold and metric; and the metrics by name."""
    metrics = metrics_of([one for folds in trials.values() for one in folds], scorers)
    rows = [
        (model, fold, metric.name, metric.sign * trial.score_of(place))
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
        for place, metric in metrics.items()
    ]
    table = pd.DataFrame(rows, columns=["model", "fold", "metric", "score"])
    return table, {metric.name: metric for metric in metrics.values()}


def fit_table(timings, trials, splits):
    """Numbers of rows and parameters, and seconds, of each fit."""
    rows = [
        {
            "model": model,
            "fold": fold,
            "n_train": len(splits[fold][0]),
            "n_test": len(splits[fold][1]),
            "fit_seconds": timings[model]["fit_time"][fold],
            "score_seconds": timings[model]["score_time"][fold],
            "n_parameters": trial.n_parameters_,
        }
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
    ]
    return pd.DataFrame(rows).astype({"n_parameters": "Int64"})


def failure_table(trials):
    rows = [
        (model, fold, *failure)
        for model, folds in trials.items()
        for fold, trial in enumerate(folds)
        for failure in trial.failures_
    ]
    columns = ["model", "fold", "stage", "error", "traceback"]
    return pd.DataFrame(rows, columns=columns)


def described_failures(failures):
    """A sentence per model and error."""
    return [
        f"{model} failed in fold{'s' * (len(part) > 1)} "
        f"{', '.join(map(str, part['fold']))} ({stage}): {error}"
        for (model, stage, error), part in failures.groupby(
            ["model", "stage", "error"], sort=False
        )
    ]


def prediction_table(X, y, splits, trials):
    """Truth and out-of-fold predictions, fold by fold, and their positions in X."""
    positions = np.concatenate([test for _, test in splits])
    truth = np.asarray(y)[positions].reshape(len(positions), -1)
    columns = {"truth": truth}
    for model, folds in trials.items():
        parts = [
            _missing(len(test), truth)
            if trial.predictions_ is None
            # Predictions of a single column may be flat.
            else trial.predictions_.reshape(len(test), truth.shape[1])
            for (_, test), trial in zip(splits, folds, strict=True)
        ]
        columns[model] = np.concatenate(parts)
    fold = np.repeat(np.arange(len(splits)), [len(test) for _, test in splits])
    if truth.shape[1] == 1:
        table = {"fold": fold, **{name: v[:, 0] for name, v in columns.items()}}
    else:
        table = {("fold", ""): fold}
        for name, values in columns.items():
            table.update({(name, i): v for i, v in enumerate(values.T)})
    return pd.DataFrame(table, index=_index_of(X, positions)), positions


def absolute_errors(predictions, model):
    """Of the out-of-fold predictions of a model, of shape (n_rows, n_columns)."""
    truth, values = (predictions[name].to_numpy(float) for name in ("truth", model))
    return np.abs(values - truth).reshape(len(predictions), -1)


def places_of(X, positions, predictions):
    """Ids, origins and dates of the predictions; None where X lacks the dates."""
    n_columns = predictions["truth"].to_numpy().reshape(len(positions), -1).shape[1]
    rows = X[positions]
    longest = max(delay for _, delay in X.target)
    if n_columns != len(X.target) or not rows_after(rows, longest)[1].all():
        return None
    return Places.of(rows)


def _missing(n_rows, truth):
    numeric = truth.dtype.kind in "fiu"
    return np.full((n_rows, truth.shape[1]), np.nan, float if numeric else object)


def _index_of(X, positions):
    """Index of the rows of X: dates, row numbers of the series, or positions."""
    if isinstance(X, View):
        index = pd.Index(X.source_rows) if X.index is None else X.index
        ids = ids_of(X)
        if ids is not None:
            levels = [ids.get_level_values(level) for level in range(ids.nlevels)]
            index = pd.MultiIndex.from_arrays([index, *levels])
        return index[positions]
    return X.index[positions] if hasattr(X, "iloc") else positions
