"""The networks by the names that estimators know them by."""

from __future__ import annotations

from ._conv1d import conv1d_network
from ._conv1d_gru import conv1d_gru_network

BUILDERS = {"conv1d": conv1d_network, "conv1d_gru": conv1d_gru_network}
