"""Plots of what was learned, forecast, searched and compared.

In scikit-learn's way: a display holds plain data, ``from_...`` computes it and draws
it, ``plot`` draws it again and leaves the axes in ``ax_`` and the figure in
``figure_``. They need matplotlib: ``pip install "skseqconv[plot]"``.
"""

from ._comparison import ComparisonDisplay
from ._forecast import ForecastDisplay
from ._history import HistoryDisplay
from ._search import SearchDisplay

__all__ = ["ComparisonDisplay", "ForecastDisplay", "HistoryDisplay", "SearchDisplay"]
