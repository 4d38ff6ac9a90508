"""From arrays to tensors: what is copied, and how often."""

import numpy as np
import pytest

from skseqconv._aligned import aligned, is_aligned
from skseqconv.engine._feed import LARGE_BYTES, to_tensors

N_VALUES = LARGE_BYTES // 4


def large(values):
    array = aligned((N_VALUES // 4, 4), np.float32)
    array[:] = values
    return array


@pytest.mark.parametrize("shape", [(), (0,), (3,), (5, 0), (7, 5)])
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_aligned_arrays_have_the_shape_and_type_that_is_asked_for(shape, dtype):
    array = aligned(shape, dtype)
    assert array.shape == shape
    assert array.dtype == dtype
    assert array.size == 0 or is_aligned(array)


def test_a_large_aligned_array_is_not_copied():
    array = large(1.0)
    (tensor,) = to_tensors([array])
    array[2, 3] = 5.0
    assert tensor.numpy()[2, 3] == 5.0
    np.testing.assert_array_equal(tensor, array)


@pytest.mark.parametrize("kind", ["small", "unaligned", "read-only", "every other"])
def test_other_arrays_are_copied(kind):
    array = memory = large(1.0)
    if kind == "small":
        array = array[:10]
    if kind == "unaligned":
        array = array.reshape(-1)[1:]
    if kind == "read-only":
        array = array[:]
        array.flags.writeable = False
    if kind == "every other":
        array = array[:, ::2]
    before = array.copy()
    (tensor,) = to_tensors([array])
    memory[:] = 2.0
    np.testing.assert_array_equal(tensor, before)


def test_an_array_that_is_given_twice_is_one_tensor():
    ends, lags = np.arange(N_VALUES, dtype=np.int32), np.arange(3, dtype=np.int32)
    first, other, second = to_tensors([ends, lags, ends])
    assert first is second
    np.testing.assert_array_equal(first, ends)
    np.testing.assert_array_equal(other, lags)
