"""What the regressors share that forecast y from its own channel in the windows."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._relation import (
    mean_and_spread,
    no_relation,
    target_relations,
)
from skseqconv.inputs._scored_in_order import ScoredInOrder
from skseqconv.inputs._target_channel import find_target
from skseqconv.inputs._targets import check_values, columns_of
from skseqconv.series._order_of_y import check_order
from skseqconv.series.times._spans_in_files import HoldsSpans


class ForecastsFromChannel(
    HoldsSpans, CallbackSupportMixin, ScoredInOrder, RegressorMixin, BaseEstimator
):
    """A regressor with `target_channel` and `delay`: it gives values of the channel."""

    def _checked(self, X, y):
        """Windows and y, checked; the names of the channels are recorded."""
        check_order(X, y)
        windows = check_input(self, X, reset=True).data
        return windows, check_values(self, y, len(windows), reset=True)

    def _relate(self, windows, y):
        """Find the channel of each column of y and the relation; return the delays."""
        columns = columns_of(y)
        channels, raw, delays = find_target(self, windows, columns)
        slopes, offsets, rests = target_relations(windows, columns, channels, delays)
        if reason := no_relation(channels, rests):
            raise ValueError(reason)
        self.channels_, self._raw_channels = np.array(channels), np.array(raw)
        self.slopes_, self.offsets_ = slopes, offsets
        self._means = mean_and_spread(columns)[0]
        self._one_dimensional = y.ndim == 1
        return delays

    def _in_units(self, values):
        """Values of the channels in the units of y; its mean where they are NaN."""
        y_pred = self.slopes_ * values + self.offsets_
        y_pred = np.where(np.isnan(values), self._means, y_pred)
        return y_pred[:, 0] if self._one_dimensional else y_pred

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        tags.regressor_tags.poor_score = True
        return tags
