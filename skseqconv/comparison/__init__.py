"""Models on the same folds: scores, significance, tables and a summary."""

from ._compare import compare_models
from ._comparison import Comparison

__all__ = ["Comparison", "compare_models"]
