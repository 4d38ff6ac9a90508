"""The baseline of classes of whole series: MiniRocket and a linear classifier."""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import _num_samples

from skseqconv.inputs._padded import as_panel, real_steps
from skseqconv.inputs._tokens import embeds
from skseqconv.inputs._whole_samples import WholeSamples
from skseqconv.series._view import View
from skseqconv.transformers._minirocket import MiniRocket
from skseqconv.transformers._per_step import PerStep
from skseqconv.transformers._windower import LookbackWindower

#: The strengths of the penalty that ridge regression chooses from.
ALPHAS = np.logspace(-3, 3, 10)

#: Ridge regression of n samples and p features takes about n p min(n, p) steps. Many
#: samples get fewer kernels, so that it stays within seconds.
MAX_KERNELS, MIN_KERNELS, STEPS = 10_000, 840, 1e10


def minirocket_baseline(models, X, y, splits, scorers):
    """What it predicts in words, and the classifier; None if X is no usable panel.

    Parameters
    ----------
    models : dict of str to estimator
        A table holds series if one of them reads its rows as series.
    X : array-like of shape (n_samples, ...)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    splits : list of (train, test)
    scorers : dict of str to scorer
        If one of them may need probabilities, the classifier is logistic regression,
        which predicts one output. Otherwise it is ridge regression, which has no
        probabilities and is faster.
    """
    panel = _panel(X, any(map(_reads_series, models.values())))
    if panel is None:
        return None
    missing, real = np.isnan(panel), real_steps(panel)
    if real is not None:
        missing &= real[:, :, None]
    has_gaps = bool(missing.any())
    if not _is_readable(np.where(missing, 0, panel) if has_gaps else panel):
        return None
    with_probabilities = any(map(_may_need_probabilities, scorers.values()))
    if with_probabilities and np.ndim(y) > 1:
        return None
    n_train = max(len(train) for train, _ in splits)
    affordable = max(STEPS / n_train**2, (STEPS / n_train) ** 0.5)
    n_kernels = int(np.clip(affordable, MIN_KERNELS, MAX_KERNELS))
    rocket = MiniRocket(n_kernels, on_short="pad")
    if with_probabilities:
        name, classifier = "logistic regression", LogisticRegression(max_iter=1000)
    else:
        name, classifier = "ridge regression", RidgeClassifierCV(alphas=ALPHAS)
    words = f"{name} on the features of MiniRocket({n_kernels})"
    if not has_gaps:
        return words, make_pipeline(rocket, classifier)
    # Padding stays.
    filler = PerStep(SimpleImputer(keep_empty_features=True))
    return f"{words}, gaps filled by means", make_pipeline(filler, rocket, classifier)


def _may_need_probabilities(scorer):
    """Whether a scorer calls predict_proba, as far as it tells."""
    return getattr(scorer, "_response_method", "predict_proba") == "predict_proba"


def _reads_series(model):
    """Whether it takes a row of a table as a series: not as token ids, or as a row."""
    parts = [model, *model.get_params().values()]
    if any(isinstance(one, LookbackWindower) for one in parts):
        return False
    networks = [one for one in parts if hasattr(one, "embedding_dim")]
    if any(map(embeds, networks)):
        return False
    return bool(networks) or any(isinstance(one, MiniRocket) for one in parts)


def _panel(X, of_series):
    """X as a panel of whole series, or None: views, tables, texts and token ids.

    With `of_series`, a table and vectors of whole numbers are series, too.
    """
    if isinstance(X, View) or not _num_samples(X):
        return None
    if getattr(X, "ndim", 0) == 2:
        table = np.asarray(X)
        is_numeric = table.dtype.kind in "fiub"
        return table[:, :, None] if of_series and is_numeric else None
    if hasattr(X, "iloc"):
        return None
    first = X[0] if hasattr(X[0], "dtype") else np.asarray(X[0])
    is_vector_of_numbers = first.ndim == 1 and first.dtype.kind == "f"
    is_vector_of_numbers |= first.ndim == 1 and of_series
    if first.dtype.kind not in "fiub" or not (is_vector_of_numbers or first.ndim == 2):
        return None
    X = as_panel(X)
    return X if getattr(X, "ndim", None) == 3 else None


def _is_readable(panel):
    """Whether all samples have values, and none is infinite."""
    try:
        samples = WholeSamples(panel)
        samples.check_lengths(1, "MiniRocket needs", "")
        samples.check_values()
    except ValueError:
        return False
    return True
