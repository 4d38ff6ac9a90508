"""From the shape of an input to an uncompiled Keras model.

Importing this package does not import Keras; calling a network function does.
"""

from ._conv1d import conv1d_network
from ._conv1d_gru import conv1d_gru_network
from ._lengths import output_lengths, receptive_field

__all__ = [
    "conv1d_gru_network",
    "conv1d_network",
    "output_lengths",
    "receptive_field",
]
