"""Scikit-learn estimators for convolution over sequences.

The names below follow the data: a series becomes rows and a target, rows are
standardized, rows become windows, windows are learned by a network, networks are
compared, shown and kept. Importing the package does not import Keras or TensorFlow; the
estimators that need them do so when they are first asked for.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what __getattr__ gives, for static checkers
    from . import datasets as datasets
    from ._history import MissingHistoryWarning as MissingHistoryWarning
    from ._pool import clear_compiled_networks as clear_compiled_networks
    from .baseline import PersistenceRegressor as PersistenceRegressor
    from .calendar import CalendarFeatures as CalendarFeatures
    from .comparison import Comparison as Comparison
    from .comparison import compare_models as compare_models
    from .conv1d import Conv1DClassifier as Conv1DClassifier
    from .conv1d import Conv1DRegressor as Conv1DRegressor
    from .conv1d_gru import Conv1DGRUClassifier as Conv1DGRUClassifier
    from .conv1d_gru import Conv1DGRURegressor as Conv1DGRURegressor
    from .displays import ComparisonDisplay as ComparisonDisplay
    from .displays import ForecastDisplay as ForecastDisplay
    from .displays import HistoryDisplay as HistoryDisplay
    from .displays import SearchDisplay as SearchDisplay
    from .export import export_keras as export_keras
    from .flat import FlatWindowRegressor as FlatWindowRegressor
    from .persistence import load as load
    from .persistence import save as save
    from .preprocessing import PerStep as PerStep
    from .preprocessing import Standardizer as Standardizer
    from .supervised import make_supervised as make_supervised
    from .text import TokenSequencer as TokenSequencer
    from .views import SeriesView as SeriesView
    from .views import WindowView as WindowView
    from .windowing import FlattenWindows as FlattenWindows
    from .windowing import LookbackWindower as LookbackWindower

__version__ = "0.2.0.dev0"

_MODULE_OF = {
    "CalendarFeatures": "calendar",
    "make_supervised": "supervised",
    "SeriesView": "views",
    "WindowView": "views",
    "MissingHistoryWarning": "_history",
    "Standardizer": "preprocessing",
    "PerStep": "preprocessing",
    "LookbackWindower": "windowing",
    "FlattenWindows": "windowing",
    "TokenSequencer": "text",
    "Conv1DRegressor": "conv1d",
    "Conv1DClassifier": "conv1d",
    "Conv1DGRURegressor": "conv1d_gru",
    "Conv1DGRUClassifier": "conv1d_gru",
    "PersistenceRegressor": "baseline",
    "FlatWindowRegressor": "flat",
    "clear_compiled_networks": "_pool",
    "compare_models": "comparison",
    "Comparison": "comparison",
    "HistoryDisplay": "displays",
    "ForecastDisplay": "displays",
    "SearchDisplay": "displays",
    "ComparisonDisplay": "displays",
    "save": "persistence",
    "load": "persistence",
    "export_keras": "export",
}
_SUBMODULES = ("datasets",)

__all__ = [*_MODULE_OF, *_SUBMODULES, "__version__"]


if not TYPE_CHECKING:  # checkers would take it to allow any name

    def __getattr__(name):
        if name in _MODULE_OF:
            module = importlib.import_module(f".{_MODULE_OF[name]}", __name__)
            value = getattr(module, name)
            globals()[name] = value
            return value
        if name in _SUBMODULES:
            return importlib.import_module(f".{name}", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
