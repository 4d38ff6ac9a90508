"""Models on the same folds: scores, tests of significance, tables, a sentence."""

from ._compare import compare_models
from ._comparison import Comparison

__all__ = ["Comparison", "compare_models"]
