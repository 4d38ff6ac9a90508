"""MiniRocket: fixed convolutions, and how often they are positive."""

from __future__ import annotations

from numbers import Integral
from typing import Literal, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._complete import complete_rows
from skseqconv.inputs._fitted_steps import check_steps, remember_steps
from skseqconv.inputs._kinds import (
    channels_of_fit,
    check_channels,
    check_panel,
    check_table,
    kind_of,
    refuse_one_sample,
)
from skseqconv.inputs._large_levels import warn_of_large_levels
from skseqconv.inputs._padded import as_panel
from skseqconv.inputs._whole_samples import WholeSamples
from skseqconv.series._missing_history import check_history
from skseqconv.series._window_view import WindowView

from ._base import SequenceTransformer
from ._fixed_kernels import KERNELS, WIDTH, Kernels, make_kernels
from ._positive_shares import biases_of, positive_shares

#: A mean of so many standard deviations gets a warning: float32 then rounds by 0.06
#: standard deviations. Of two classes of waves in noise, a linear classifier found 98 %
#: up to ten times as far, and half of them, which is chance, at a hundred times.
FAR = 1_000_000

#: Numbers of a batch: its arrays should stay in the cache of a processor.
BATCH = 2**16


@public
class MiniRocket(SequenceTransformer):
    """Turn each series into features: the shares of steps where convolutions are high.

    MiniRocket [1]_ convolves a series with many fixed kernels. A feature is the share
    of steps where the output of a kernel lies above a bias. A linear classifier or
    regressor learns from these features, in seconds.

    Parameters
    ----------
    n_kernels : int, default=10_000
        Number of kernels, each with a dilation and a bias. It is rounded down to a
        multiple of 84, and is the number of features: 9,996 by default.
    max_dilations_per_kernel : int, default=32
        Largest number of dilations of each of the 84 patterns of weights. The default
        is that of the authors, and seldom needs a change. With a larger number, the
        dilations for long series lie closer together, and each has fewer biases.
    on_short : {"raise", "pad"}, default="raise"
        What to do with samples shorter than the 9 weights of a kernel: raise an error,
        or compute their features from the sample with zeros around it.
    n_jobs : int, default=None
        Number of threads, as in joblib. The features do not depend on it.
    random_state : int, RandomState instance or None, default=0
        Draws the training samples that biases are taken from, and the channels of each
        kernel. The default makes each fit on the same data the same. None draws anew.

    Attributes
    ----------
    dilations_ : ndarray of shape (n_dilations,)
        The distances between the weights of a kernel, in steps.
    biases_ : ndarray of shape (n_features,)
        The bias of each feature.
    n_features_in_ : int
        Number of channels. If X is a table, number of its columns.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels. Exists only if X has names.

    Raises
    ------
    ValueError
        If a sample is shorter than 9 steps, has no values, has a missing value before
        its last step, or has an infinite value.

    See Also
    --------
    Conv1DClassifier : A network that learns its kernels.
    FlattenWindows : Gives the values themselves as features.

    Notes
    -----
    A kernel has 9 weights: three are 2 and six are -1. There are 84 such patterns.
    Dilations grow exponentially, up to the longest training sample. A bias is a
    quantile of the output for a randomly drawn training sample. Every second kernel
    counts all steps of a sample, with zeros around it. The others count only steps
    where the whole kernel lies within the sample. If a kernel is longer than the
    sample, all steps are counted. If training samples differ in length, all kernels
    count all steps. With several channels, a kernel sums the outputs of a few randomly
    drawn ones.

    The weights of a kernel sum to zero. So a constant added to a series changes only
    the steps near its ends. Arithmetic is in float32, so remove a level much larger
    than the movements of the series, with :class:`Standardizer` for example.

    Fit costs little. Time of transform is proportional to the number of kernels,
    samples and steps. Samples are read batch by batch, so windows never exist all at
    once. The features take 4 bytes each: 400 MB for 10,000 samples.

    Features of windows that begin before their series are computed from the repeated
    first row, with a `MissingHistoryWarning`. Biases come from complete windows only.
    An estimator after this step learns from all rows. To leave out those of incomplete
    windows, fit the Pipeline on ``X[complete]`` and ``y[complete]``, with
    ``complete = LookbackWindower(...).fit_transform(X).complete``.

    References
    ----------
    .. [1] Dempster, Schmidt, Webb: MiniRocket: A very fast (almost) deterministic
       transform for time series classification. KDD 2021, 248-257.
       https://doi.org/10.1145/3447548.3467231

    Examples
    --------
    Slow and fast waves, each of its own length:

    >>> import numpy as np
    >>> from sklearn.linear_model import RidgeClassifierCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseqconv import MiniRocket
    >>> rng = np.random.default_rng(0)
    >>> fast = np.arange(60) % 2
    >>> X = [
    ...     np.sin(np.arange(rng.integers(30, 60)) / (2 - one)) + rng.normal()
    ...     for one in fast
    ... ]
    >>> model = make_pipeline(MiniRocket(), RidgeClassifierCV())
    >>> model.fit(X[:30], fast[:30]).score(X[30:], fast[30:])
    1.0
    """

    _parameter_constraints = {  # noqa: RUF012
        "n_kernels": [Interval(Integral, len(KERNELS), None, closed="left")],
        "max_dilations_per_kernel": [Interval(Integral, 1, None, closed="left")],
        "on_short": [StrOptions({"raise", "pad"})],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_kernels: int = 10_000,
        *,
        max_dilations_per_kernel: int = 32,
        on_short: Literal["raise", "pad"] = "raise",
        n_jobs: int | None = None,
        random_state: int | RandomState | None = 0,
    ) -> None:
        self.n_kernels = n_kernels
        self.max_dilations_per_kernel = max_dilations_per_kernel
        self.on_short = on_short
        self.n_jobs = n_jobs
        self.random_state = random_state

    @one_task
    def fit(self, X: WindowView | ArrayLike, y: object = None) -> Self:
        """Choose dilations, channels and biases.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of such samples
            Samples. An array of two dimensions has one channel. Samples of a list may
            differ in length, and those of an array may be padded with NaN at the end.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._validate_params()
        samples = self._samples(X, reset=True)
        if isinstance(X, WindowView):
            usable = np.flatnonzero(complete_rows(X))
        else:
            usable = np.arange(len(samples.lengths))
            samples.check_values()  # of all samples, not only of drawn ones
        warn_of_large_levels(
            samples.X,
            FAR,
            "float32, in which MiniRocket computes, rounds its changes away. Put "
            "Standardizer() before MiniRocket.",
        )
        random = check_random_state(self.random_state)
        kernels = make_kernels(
            samples.lengths.max(),
            samples.X.shape[2],
            self.n_kernels,
            self.max_dilations_per_kernel,
            random,
        )
        drawn = random.choice(usable, (len(kernels.dilations), len(KERNELS)))
        biases = biases_of(samples.read, kernels, drawn)
        remember_steps(self, samples.X)
        self.dilations_, self._n_biases, self._channels = kernels
        self.biases_, self._input_shape = biases, samples.X.shape[1:]
        # The authors' form for unequal lengths counts all steps, too.
        self._alternate = bool((samples.lengths == samples.lengths[0]).all())
        return self

    def _samples(self, X, *, reset):
        """The samples of X, checked but for their values."""
        X = as_panel(X, None if reset else channels_of_fit(self))
        kind = kind_of(X)
        if kind == "rows":
            raise ValueError(
                "MiniRocket needs windows, but X holds rows. Put a LookbackWindower "
                "before it."
            )
        if kind == "windows":
            check_channels(self, X, reset=reset)
        elif kind == "panel":
            X = check_panel(self, X, reset=reset, ensure_all_finite=False)
        else:
            if not reset:
                refuse_one_sample(self, X)
            X = check_table(self, X, reset=reset, ensure_all_finite=False)[:, :, None]
        samples = WholeSamples(X)
        remedy = "Make longer windows" if kind == "windows" else "Remove short samples"
        samples.check_lengths(
            WIDTH if self.on_short == "raise" else 1,
            "The kernels of MiniRocket span",
            f"{remedy}, or set on_short='pad' to put zeros around them.",
        )
        return samples

    def transform(self, X: WindowView | ArrayLike) -> NDArray[np.float32]:
        """Compute the features of each sample.

        Parameters
        ----------
        X : WindowView, or array-like of shape (n_samples, n_steps, n_channels) or \
                (n_samples, n_steps), or list of such samples
            Samples, with the channels of `fit`. They may be longer or shorter than
            those of `fit`, except in an array of two dimensions. After a fit on other
            input of one channel, give ``X[:, :, None]`` instead of such an array.

        Returns
        -------
        features : ndarray of float32 of shape (n_samples, n_features)
            Between 0 and 1, or a DataFrame of them after `set_output`.
        """
        check_is_fitted(self)
        samples = self._samples(X, reset=False)
        check_steps(self, samples.X)
        advice = " Leave them out of fit, too, by X[X.complete]."
        check_history(samples.X, advice=advice)
        kernels = Kernels(self.dilations_, self._n_biases, self._channels)
        features = np.empty((len(samples.lengths), len(self.biases_)), np.float32)

        def compute(at):
            batch = samples.read(at)
            options = kernels, self.biases_, self._alternate
            features[at] = positive_shares(*batch, *options).T

        Parallel(n_jobs=self.n_jobs, prefer="threads", require="sharedmem")(
            delayed(compute)(at) for at in _batches(samples)
        )
        return self._contain(features, self.get_feature_names_out(), X)

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the features by dilation, kernel and bias.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the channels. They are compared with those of `fit`, if given.

        Returns
        -------
        names : ndarray of str of shape (n_features,)
            Such as "dilation4_kernel017_bias2": the kernel whose weights 0, 1 and 7 are
            2, with 4 steps from weight to weight, and the third of its biases there.
        """
        check_is_fitted(self)
        OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        kernels = ["".join(map(str, places)) for places in KERNELS]
        names = [
            f"dilation{dilation}_kernel{kernel}_bias{number}"
            for dilation, n_biases in zip(self.dilations_, self._n_biases, strict=True)
            for kernel in kernels
            for number in range(n_biases)
        ]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = False  # but as padding
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _batches(samples):
    """Positions of samples, a batch at a time; samples of similar length together."""
    order = np.argsort(samples.lengths, kind="stable")
    start = 0
    while start < len(order):
        # Later samples are longer: the size that fits the first is an upper bound.
        size = max(1, BATCH // samples.lengths[order[start]])
        size = max(1, BATCH // samples.lengths[order[start : start + size]].max())
        yield order[start : start + size]
        start += size
