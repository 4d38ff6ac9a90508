"""Scikit-learn estimators for convolution over sequences.

The names below follow the data: a series becomes rows and a target, rows are
standardized, rows become windows, windows are learned by a network. Importing the
package does not import Keras or TensorFlow; the estimators that need them do so
when they are first asked for.
"""

import importlib

__version__ = "0.1.0"

_MODULE_OF = {
    "make_supervised": "supervised",
    "SeriesView": "views",
    "WindowView": "views",
    "PastLostWarning": "views",
    "Standardizer": "preprocessing",
    "PerStep": "preprocessing",
    "LookbackWindower": "windowing",
    "FlattenWindows": "windowing",
    "Conv1DRegressor": "conv1d",
    "Conv1DGRURegressor": "conv1d_gru",
    "PersistenceRegressor": "baseline",
    "FlatWindowRegressor": "baseline",
}
_SUBMODULES = ("datasets",)

__all__ = [*_MODULE_OF, *_SUBMODULES, "__version__"]


def __getattr__(name):
    if name in _MODULE_OF:
        module = importlib.import_module(f".{_MODULE_OF[name]}", __name__)
        value = getattr(module, name)
        globals()[name] = value
        return value
    if name in _SUBMODULES:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
