"""Whole numbers that functions are given. Estimators have constraints for theirs."""

from numbers import Integral

import numpy as np


def is_whole(value):
    """Whether a value is a whole number. True is none, although Python counts it."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_count(value, least=1):
    """Whether a value is a whole number that is not too small."""
    return is_whole(value) and value >= least


def plain_number(value):
    """A whole number of NumPy as one of Python: a small or unsigned one overflows."""
    return int(value) if isinstance(value, np.integer) else value


def check_count(name, value, of="", otherwise=""):
    """Refuse a parameter that is no whole number of 1 or more.

    `of` says what it counts, such as " of rows"; `otherwise` what else it may be.
    """
    if not is_count(value):
        raise ValueError(
            f"{name}={value!r} must be a whole number{of} >= 1{otherwise}."
        )
