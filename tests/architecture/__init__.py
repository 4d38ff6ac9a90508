"""The map of the package, read from its imports.

    python -m tests.architecture                      # folders, floors, arrows, circles
    python -m tests.architecture --picture FILE       # the picture in the guide
    python -m tests.architecture --lines [TREE ...]   # lines of code, docstrings, ...

It parses the files and imports none of them.
"""

from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "skseqconv"

#: The files `skseqconv/_*.py`, which belong to no folder.
FLAT = "_*.py"

#: `skseqconv/__init__.py`, which gives the public names.
TOP = "__init__.py"

#: Floor of each folder. A folder imports from lower floors only. The test holds this.
FLOORS = {
    FLAT: 0,
    "series": 1,
    "networks": 1,
    "inputs": 2,
    "displays": 2,
    "datasets": 2,
    "engine": 2,
    "model_selection": 2,
    "transformers": 3,
    "estimators": 3,
    "forecasts": 4,
    "baselines": 4,
    "inspection": 4,
    "saving": 4,
    "comparison": 5,
    TOP: 6,
}

#: Folders and files that import Keras or TensorFlow as soon as they are imported.
#: The files of `networks` define layers, so functions import them when they build one.
KERAS_AT_IMPORT = (
    "engine",
    "estimators",
    "networks._branches",
    "networks._convolutions",
    "networks._gru",
    "networks._layers",
    "networks._own_layers",
    "networks._real_steps",
    "networks._window_norm",
)

#: Folders and files that may import Keras inside functions.
KERAS_IN_FUNCTIONS = ("networks", "saving._export")

KERAS = ("keras", "tensorflow", "scikeras")
