"""Plots of training histories, forecasts, searches and comparisons.

They work like scikit-learn's displays. A display holds plain data; ``from_...``
computes and draws it; ``plot`` draws it again. The axes are in ``ax_``, the figure in
``figure_``. They need matplotlib: ``pip install "skseqconv[plot]"``.
"""

from ._comparison import ComparisonDisplay
from ._forecast import ForecastDisplay
from ._future import FutureDisplay
from ._history import HistoryDisplay
from ._search import SearchDisplay

__all__ = [
    "ComparisonDisplay",
    "ForecastDisplay",
    "FutureDisplay",
    "HistoryDisplay",
    "SearchDisplay",
]
