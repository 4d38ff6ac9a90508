"""Scikit-learn estimators for convolution over sequences.

The names in `_MODULE_OF` follow the data: from a series to rows and a target, to
windows, to networks, and to their comparison, plots and files. Importing the package
imports none of its dependencies. Each name is imported when it is first used, and only
the networks import Keras and TensorFlow.
"""

import importlib
import os
from typing import TYPE_CHECKING

from ._quiet_start import quiet_start
from ._version import __version__ as __version__

# TensorFlow reads this when it is imported: unless the user has chosen a level, its
# start-up notices do not show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

if TYPE_CHECKING:  # for static checkers; a test compares it with _MODULE_OF
    from . import datasets as datasets
    from .baselines._flat import FlatWindowRegressor as FlatWindowRegressor
    from .baselines._linear_autoregression import (
        LinearAutoregression as LinearAutoregression,
    )
    from .baselines._persistence import PersistenceRegressor as PersistenceRegressor
    from .comparison._compare import compare_models as compare_models
    from .comparison._comparison import Comparison as Comparison
    from .displays._comparison import ComparisonDisplay as ComparisonDisplay
    from .displays._forecast import ForecastDisplay as ForecastDisplay
    from .displays._future import FutureDisplay as FutureDisplay
    from .displays._history import HistoryDisplay as HistoryDisplay
    from .displays._search import SearchDisplay as SearchDisplay
    from .engine._pool import clear_compiled_networks as clear_compiled_networks
    from .estimators._conv1d_classifier import Conv1DClassifier as Conv1DClassifier
    from .estimators._conv1d_gru_classifier import (
        Conv1DGRUClassifier as Conv1DGRUClassifier,
    )
    from .estimators._conv1d_gru_regressor import (
        Conv1DGRURegressor as Conv1DGRURegressor,
    )
    from .estimators._conv1d_regressor import Conv1DRegressor as Conv1DRegressor
    from .forecasts._forecast import forecast as forecast
    from .forecasts._intervals import calibrate_interval as calibrate_interval
    from .forecasts._intervals import predict_interval as predict_interval
    from .forecasts._intervals import predict_quantiles as predict_quantiles
    from .inspection._display import ImportanceDisplay as ImportanceDisplay
    from .inspection._explain_text import TextExplanation as TextExplanation
    from .inspection._explain_text import explain_text as explain_text
    from .inspection._importance import importance as importance
    from .inspection._telling_words import telling_words as telling_words
    from .model_selection._panel_time_series_split import (
        PanelTimeSeriesSplit as PanelTimeSeriesSplit,
    )
    from .model_selection._series_kfold import SeriesKFold as SeriesKFold
    from .saving._export import export_keras as export_keras
    from .saving._save import load as load
    from .saving._save import save as save
    from .series._missing_history import MissingHistoryWarning as MissingHistoryWarning
    from .series._series_view import SeriesView as SeriesView
    from .series._supervised import make_supervised as make_supervised
    from .series._window_view import WindowView as WindowView
    from .transformers._calendar import CalendarFeatures as CalendarFeatures
    from .transformers._flatten import FlattenWindows as FlattenWindows
    from .transformers._minirocket import MiniRocket as MiniRocket
    from .transformers._per_step import PerStep as PerStep
    from .transformers._standardizer import Standardizer as Standardizer
    from .transformers._token_sequencer import TokenSequencer as TokenSequencer
    from .transformers._windower import LookbackWindower as LookbackWindower

_MODULE_OF = {
    "CalendarFeatures": "transformers._calendar",
    "make_supervised": "series._supervised",
    "SeriesView": "series._series_view",
    "WindowView": "series._window_view",
    "MissingHistoryWarning": "series._missing_history",
    "Standardizer": "transformers._standardizer",
    "PerStep": "transformers._per_step",
    "LookbackWindower": "transformers._windower",
    "FlattenWindows": "transformers._flatten",
    "MiniRocket": "transformers._minirocket",
    "TokenSequencer": "transformers._token_sequencer",
    "Conv1DRegressor": "estimators._conv1d_regressor",
    "Conv1DClassifier": "estimators._conv1d_classifier",
    "Conv1DGRURegressor": "estimators._conv1d_gru_regressor",
    "Conv1DGRUClassifier": "estimators._conv1d_gru_classifier",
    "PersistenceRegressor": "baselines._persistence",
    "LinearAutoregression": "baselines._linear_autoregression",
    "FlatWindowRegressor": "baselines._flat",
    "clear_compiled_networks": "engine._pool",
    "PanelTimeSeriesSplit": "model_selection._panel_time_series_split",
    "SeriesKFold": "model_selection._series_kfold",
    "forecast": "forecasts._forecast",
    "predict_interval": "forecasts._intervals",
    "predict_quantiles": "forecasts._intervals",
    "calibrate_interval": "forecasts._intervals",
    "compare_models": "comparison._compare",
    "Comparison": "comparison._comparison",
    "importance": "inspection._importance",
    "explain_text": "inspection._explain_text",
    "TextExplanation": "inspection._explain_text",
    "telling_words": "inspection._telling_words",
    "HistoryDisplay": "displays._history",
    "ForecastDisplay": "displays._forecast",
    "FutureDisplay": "displays._future",
    "SearchDisplay": "displays._search",
    "ComparisonDisplay": "displays._comparison",
    "ImportanceDisplay": "inspection._display",
    "save": "saving._save",
    "load": "saving._save",
    "export_keras": "saving._export",
}

#: Not public, but files and pickles of what is public name them.
_HELD = {
    "AsIs": "estimators._scikeras",
    "ClassEncoder": "estimators._target_encoders",
    "IndicatorEncoder": "estimators._target_encoders",
    "Metric": "_metrics",
    "TokenIds": "inputs._known_words",
    "TargetScaler": "estimators._target_encoders",
    "RowStep": "transformers._row_wise",
    "StandardizeStep": "transformers._standardizer",
    "Series": "series._series",
    "Origin": "series._pooled",
    "Places": "forecasts._table",
    "KnownAhead": "series.ahead._known_ahead",
    "Ascending": "networks._own_layers",
    "Embedding": "networks._own_layers",
    "GRU": "networks._gru",
    "LayerNormalization": "networks._own_layers",
    "Pinball": "networks._own_layers",
    "MaskedBatchNormalization": "networks._real_steps",
    "OldestFirst": "networks._real_steps",
    "RealOnly": "networks._real_steps",
    "RealPooling": "networks._real_steps",
    "StepMask": "networks._real_steps",
    "Unpadded": "networks._real_steps",
    "WindowNorm": "networks._window_norm",
    "EachTarget": "networks._window_norm",
    "Together": "networks._window_norm",
}
_SUBMODULES = ("datasets",)

__all__ = [*_MODULE_OF, *_SUBMODULES, "__version__"]


if not TYPE_CHECKING:  # with __getattr__, checkers would accept any name

    def __getattr__(name):
        if name in _SUBMODULES:
            return importlib.import_module(f".{name}", __name__)
        home = _MODULE_OF.get(name) or _HELD.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with quiet_start():
            value = getattr(importlib.import_module(f".{home}", __name__), name)
        return globals().setdefault(name, value)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
