"""Constraints of the networks' parameters, shared by their estimators."""

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions

_count = Interval(Integral, 1, None, closed="left")
_share = Interval(Real, 0, 1, closed="left")

CONV1D = {
    "filters": [_count, "array-like"],
    "kernel_size": [_count, "array-like"],
    "pool_size": [_count, "array-like"],
    "n_conv": [_count],
    "dilation_rate": [_count, "array-like"],
    "padding": [StrOptions({"valid", "same", "causal"})],
    "activation": [str],
    "dropout": [_share],
}

CONV1D_GRU = {
    **CONV1D,
    "gru_units": [_count],
    "gru_dropout": [_share],
    "recurrent_dropout": [_share],
    "reset_after": ["boolean"],
    "bidirectional": ["boolean"],
}
