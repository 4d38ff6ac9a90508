"""Standardize the channels of rows, windows and panels."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin
from sklearn.preprocessing import StandardScaler

from skseqconv._callbacks import one_task
from skseqconv._public import public
from skseqconv.inputs._complete import checked_weight
from skseqconv.inputs._finite import raise_not_finite_row
from skseqconv.inputs._kinds import check_table
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView

from ._row_wise import RowStep, RowWise

#: Standardizer reads the rows of a view in pieces of about this many bytes.
PIECE_BYTES = 2**20


@public
class StandardizeStep(RowStep):
    """Apply a fitted StandardScaler to rows, without checks.

    Infinite values pass here. They are reported when a window reads them.
    """

    def output(self, rows):
        scaler = self.transformer
        out = np.array(rows)
        if scaler.mean_ is not None and scaler.with_mean:
            out -= scaler.mean_.astype(out.dtype)
        if scaler.scale_ is not None:
            out /= scaler.scale_.astype(out.dtype)
        return out


_STATISTICS = ("mean_", "var_", "scale_")


def _learn_piece(scaler, rows, names, weight):
    """Like StandardScaler.partial_fit, but a channel may be missing in a piece.

    partial_fit would set the statistics of such a channel to NaN for good. Here they
    stay as they were. An overflow of the statistics is an error.
    """
    before = {name: getattr(scaler, name, None) for name in _STATISTICS}
    with np.errstate(invalid="ignore", over="ignore"):
        scaler.partial_fit(rows, sample_weight=weight)
    missing = np.isnan(rows).all(axis=0)
    known = [getattr(scaler, name) for name in _STATISTICS]
    finite = [np.isfinite(value) for value in known if value is not None]
    overflown = np.flatnonzero(~(np.all(finite, axis=0) | missing)) if finite else ()
    if len(overflown):
        channel = overflown[0] if names is None else repr(names[overflown[0]])
        largest = np.nanmax(np.abs(rows[:, overflown[0]]))
        raise ValueError(
            f"Channel {channel} has values up to {largest:g}. Their mean or variance "
            "is too large for float64. If such values mark missing data, replace them "
            "by NaN. Otherwise divide the channel by a power of ten first."
        )
    if missing.any():
        for name, old in before.items():
            _put(scaler, name, missing, 0.0 if old is None else old[missing])


def _with_weight(rows, weight=None):
    """The rows with a weight above zero, and these weights, of mean one.

    StandardScaler takes their sum for a number of rows. It decides by this number
    whether a channel is constant.
    """
    if weight is None:
        return rows, None
    positive = weight > 0
    if not positive.any():
        raise ValueError(
            "sample_weight is zero for every row of X: there is nothing to learn. At "
            "least one must be positive."
        )
    return rows[positive], weight[positive] / weight[positive].mean()


def _put(scaler, name, channels, value):
    statistic = getattr(scaler, name)
    if statistic is not None:
        statistic[channels] = value


@public
class Standardizer(OneToOneFeatureMixin, RowWise):
    """Standardize each channel of rows, windows or panels.

    scikit-learn's :class:`~sklearn.preprocessing.StandardScaler` shifts each channel
    to mean zero and scales it to variance one. `Standardizer` also accepts views. Each
    row of a view counts once, even if many windows hold it, and the transformed view
    keeps its history.

    Parameters
    ----------
    with_mean : bool, default=True
        Shift each channel to mean zero.
    with_std : bool, default=True
        Scale each channel to variance one. A constant channel keeps its scale.

    Attributes
    ----------
    mean_ : ndarray of shape (n_channels,) or None
        Mean of each channel, without missing values.
    scale_ : ndarray of shape (n_channels,) or None
        Divisor of each channel: its standard deviation, or 1 for a constant channel.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels. Exists only if X has names.

    See Also
    --------
    PerStep : Applies any other scikit-learn transformer at each time step.

    Notes
    -----
    As with StandardScaler, the statistics ignore missing values, and missing values
    stay missing. ``PerStep(SimpleImputer())`` fills them. Values above about 1e154
    raise an error, because their variance is too large for float64.

    Examples
    --------
    >>> import numpy as np
    >>> from skseqconv import SeriesView, Standardizer
    >>> rows = SeriesView(np.array([[0.0], [2.0], [10.0]]))
    >>> standardizer = Standardizer().fit(rows[:2])
    >>> standardizer.transform(rows).to_numpy().ravel()
    array([-1.,  1.,  9.])
    """

    _parameter_constraints = {"with_mean": ["boolean"], "with_std": ["boolean"]}  # noqa: RUF012

    def __init__(self, *, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std

    _step_class = StandardizeStep

    # Weights for the estimator after it do not concern it, unless the user says so.
    __metadata_request__fit = {"sample_weight": False}  # noqa: RUF012

    @one_task
    def fit(
        self,
        X: SeriesView | WindowView | ArrayLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn mean and scale from the rows of X.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels), or list of arrays of shape \
                (n_steps, n_channels)
            Each row of a view is used once. The earlier rows that its windows reach
            are not used, unless a channel has no value in the rows of X: then all rows
            of the series up to the last one in X are used (not with weights). Each time
            step of a panel is a row. Lengths of samples may differ: padding at the end
            of a sample (NaN in all channels) is no row. Arrays of a list may have the
            shape (n_steps,): series of one channel. An array of two dimensions is a
            table of rows, and each column a channel. For series of one channel, give
            ``X[:, :, None]``.
        y : array-like of shape (n_rows,), default=None
            Nothing is learned from it. It must have the length and the order of X.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows in mean and variance. Each row of a sample of a panel
            has the weight of the sample. With metadata routing of scikit-learn, ask
            for weights by ``set_fit_request(sample_weight=True)``.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        weight = checked_weight("sample_weight", sample_weight, X)
        return self._fit(X, y, {} if weight is None else {"weight": weight})

    def _new_transformer(self):
        return StandardScaler(with_mean=self.with_mean, with_std=self.with_std)

    def _check_table(self, X, *, reset):
        return check_table(self, X, reset=reset)

    def _fit_table(self, inner, rows, y, params):
        self._learn(inner, [_with_weight(rows, **params)])

    def _fit_rows(self, inner, view, y, params):
        self._learn(inner, self._pieces(*_with_weight(view, **params)))

    def _pieces(self, view, weight):
        # All rows at once would be a copy of the series. Those of several series are
        # read one series after the other.
        order = np.argsort(view.rows)
        view = view[order]
        weight = None if weight is None else weight[order]
        n_rows = max(1, PIECE_BYTES // (8 * view.n_channels))
        for start in range(0, len(view), n_rows):
            part = view[start : start + n_rows]
            rows = part.to_numpy()
            if np.isinf(rows).any():
                at, channel = np.argwhere(np.isinf(rows))[0]
                raise_not_finite_row(part, part.rows[at], channel, rows[at, channel])
            yield rows, None if weight is None else weight[start : start + n_rows]

    def _learn(self, inner, pieces):
        names = getattr(self, "feature_names_in_", None)
        for rows, weight in pieces:
            _learn_piece(inner, rows, names, weight)
        never_seen = inner.n_samples_seen_ == 0
        if np.any(never_seen):
            for name in _STATISTICS:
                _put(inner, name, never_seen, np.nan)

    def _set_fitted(self, inner, row):
        super()._set_fitted(inner, row)
        self.mean_, self.scale_ = inner.mean_, inner.scale_

    def inverse_transform(self, X: SeriesView | WindowView | ArrayLike) -> Any:
        """Bring standardized rows back to their original units.

        Parameters
        ----------
        X : SeriesView, WindowView, or array-like of shape (n_rows, n_channels) or \
                (n_samples, n_steps, n_channels)
            Standardized rows, or windows of such rows.

        Returns
        -------
        X_out : same kind as X
            The same rows in their original units.
        """
        return self._invert(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
