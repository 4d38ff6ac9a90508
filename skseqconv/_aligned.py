"""Arrays whose memory a tensor can share."""

import math

import numpy as np

#: Where the memory of a tensor has to begin.
ALIGNMENT = 64


def aligned(shape, dtype):
    """An empty array that TensorFlow need not copy, see `to_tensors`."""
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(n_bytes + ALIGNMENT, dtype=np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


def aligned_copy(array):
    """A copy of an array that TensorFlow need not copy again."""
    copy = aligned(array.shape, array.dtype)
    copy[:] = array
    return copy


def is_aligned(array):
    """Whether a tensor can share the memory of an array."""
    return array.flags.carray and array.ctypes.data % ALIGNMENT == 0
