"""Files of estimators that run nothing when they are loaded.

`_archive` makes the bytes of a file. `load` makes objects of the types in `_trusted`
and of those that skops trusts, and of no other types.
"""

from __future__ import annotations

import io
import json
import os
from types import FunctionType
from zipfile import ZipFile

from sklearn.base import BaseEstimator
from sklearn.preprocessing import FunctionTransformer

from skseqconv._files import file_path, read_file, whole_file, writable_path
from skseqconv._public import public
from skseqconv._unwrap import models_inside
from skseqconv.networks._plain_state import plain_state

from ._archive import (
    OLDEST_PROTOCOL,
    SCHEMA,
    Refused,
    check_seal,
    packed,
    read_versions,
    warn_of_versions,
)
from ._finished import check_finished
from ._trusted import (
    TYPES,
    check_arrays,
    check_members,
    check_repeats,
    refused_entries,
)
from ._usable import LacksParameters, check_usable


@public
def save(estimator: BaseEstimator, path: str | bytes | os.PathLike) -> None:
    """Save an estimator, fitted or not, in a file that `load` reads.

    `save` reads the file back before it replaces an earlier one. If anything fails, the
    earlier file stays as it was.

    Parameters
    ----------
    estimator : estimator
        An estimator of this package or scikit-learn, such as a Pipeline or a
        GridSearchCV.
    path : str, bytes or path-like
        The file. Its name usually ends in ".skops". An existing file is replaced.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the estimator holds what `load` would refuse: callbacks, a function or a
        class of your own, an estimator of another library, or a tree of scikit-learn
        (a made-up file of a tree can crash the process). Keras' own losses and
        optimizers can be saved. If the last fit of a Pipeline did not finish.
    OSError
        If the file cannot be written, or `path` is a folder, a pipe or a device.

    See Also
    --------
    load : Reads the file.

    Notes
    -----
    A checksum in the file finds damage. It is not a signature: whoever changes a file
    on purpose can change the checksum, too. So `load` trusts only certain types.

    `embedding_weights` are kept whole, because a new fit needs them. Set this parameter
    to None before, for a smaller file that gives the same predictions.

    `pickle`, `joblib` and `copy` also work on all estimators of this package. They keep
    what `save` refuses, but their files can run code when they are loaded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skseqconv import Standardizer, load, save
    >>> fitted = Standardizer().fit([[1.0], [3.0]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(fitted, Path(folder) / "fitted.skops")
    ...     again = load(Path(folder) / "fitted.skops")
    >>> again.mean_
    array([2.])
    """
    if isinstance(estimator, type) or not isinstance(estimator, BaseEstimator):
        raise ValueError(f"estimator={estimator!r} must be an estimator (an instance).")
    path = writable_path(path)
    for one in models_inside(estimator):
        check_finished(one)
    data, problem = _tried(estimator)
    if problem is not None:
        raise ValueError(
            f"This {type(estimator).__name__} cannot be saved: {problem}. "
            f"{_advice(estimator)}pickle and joblib keep more, such as functions of a "
            "module, but their files can run code when they are loaded."
        )
    with whole_file(path) as file:
        file.write(data)


@public
def load(path: str | bytes | os.PathLike) -> BaseEstimator:
    """Load an estimator from a file of `save`. No code in the file is run.

    Parameters
    ----------
    path : str, bytes or path-like
        The file.

    Returns
    -------
    estimator : estimator
        It gives the same predictions, bit for bit, and `partial_fit` continues from
        the same state.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the file is damaged or not a file of `save`, has an older or newer format,
        or names types that are not trusted.
    OSError
        If the file cannot be read, or `path` is a folder, a pipe or a device.

    Warns
    -----
    UserWarning
        If the file was written with another major version of skseqconv, scikit-learn,
        Keras or NumPy (below 1.0: another minor one).

    See Also
    --------
    save : Writes the file.

    Notes
    -----
    Loading a file takes memory in proportion to its size: archives with compressed
    parts are refused, and so are arrays of another length than they declare. A network
    is built again when it is first used, from the package's own description of it. A
    made-up file can still hold any parameters and weights: a network that predicts
    nonsense, or one that is too large to build.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skseqconv import LookbackWindower, load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(LookbackWindower(12), Path(folder) / "windower.skops")
    ...     load(Path(folder) / "windower.skops")
    LookbackWindower(lookback=12)
    """
    path = file_path(path)
    return _unpacked(read_file(path), path)


def _tried(estimator):
    """The bytes of a file, or None and the reason why it could not be loaded."""
    _skops()
    try:
        data = packed(_skops(), estimator)
        _unpacked(data, "it")
        return data, None
    except RecursionError:
        problem = "it refers to itself, which metadata routing (set_fit_request) causes"
    except ValueError as error:
        problem = str(error)
    except Exception as error:  # of whatever type, from objects that skops cannot take
        problem = repr(error)
    return None, problem


_SEARCHED = "numbers and text; '7D' for a time span"

#: Values that can be saved, for parameters with one that cannot.
_INSTEAD = {
    "callbacks": "None: they are for fit only",
    "embedding_weights": "a DataFrame, a dict or an array",
    "class_weight": "keys that are str or numbers",
    "loss": "one of Keras' own, or its name",
    "optimizer": "one of Keras' own, or its name",
    "validation_split": "text, '2016-07-01' for example",
    "param_grid": _SEARCHED,
    "param_distributions": _SEARCHED,
    "tokenizer": "'words', 'classic' or 'characters'; put spaces between tokens",
}

#: Parameters that hold estimators. The estimators' own parameters are listed, too.
_OF_ESTIMATORS = ("estimators", "steps", "transformers")


def _advice(estimator):
    """Names parameters that cannot be saved, and what to use instead."""
    said = []
    try:
        parameters = estimator.get_params()
    except AttributeError:  # parameters are missing, which is the problem itself
        return ""
    for name, value in parameters.items():
        last = name.rpartition("__")[2]
        if last in ("loss", "optimizer"):
            value = plain_state({"loss": value})["loss"]
        alone = FunctionTransformer(kw_args={"value": value})
        listed = isinstance(value, BaseEstimator) or last in _OF_ESTIMATORS
        if not listed and _tried(alone)[1] is not None:
            instead = f": use {_INSTEAD[last]}" if last in _INSTEAD else ""
            if not instead and isinstance(value, FunctionType):
                instead = (
                    ", a function of your own: leave this step out of the Pipeline, "
                    "and call the function before fit and predict"
                )
            said.append(f"{name}={value!r}"[:200] + instead)
    return f"What cannot be saved is {'; '.join(said)}. " if said else ""


def _skops():
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            "save and load need skops: pip install 'skseqconv[persistence]'."
        ) from error
    return skops.io


# Reading.


def _unpacked(data, path):
    """The estimator in the bytes of a file; `path` names it in messages."""
    check_seal(data, path)
    skops = _skops()
    try:
        estimator, versions = _read(skops, data, path)
    except Refused:
        raise
    # For made-up content, zipfile, json, NumPy, skops and the classes that it makes
    # raise errors of many types: tokenize.TokenError, numpy.ma.MaskError and
    # SystemError are among them.
    except Exception as error:
        raise ValueError(
            f"{path} is damaged, or was not written by skseqconv.save "
            f"({type(error).__name__}: {error}). Save the estimator again."
        ) from error
    warn_of_versions(versions, path)
    return estimator


def _read(skops, data, path):
    """The estimator in an archive, and the versions that it was written with."""
    with ZipFile(io.BytesIO(data)) as archive:
        versions = read_versions(archive, path)
        check_members(archive, len(data))
        schema = json.loads(archive.read(SCHEMA))
        if schema["protocol"] < OLDEST_PROTOCOL:
            raise ValueError(f"protocol {schema['protocol']}")
        check_repeats(schema)
        refused = refused_entries(schema)
        if not refused:
            untrusted = set(skops.get_untrusted_types(data=data)) - set(TYPES)
            refused = dict.fromkeys(untrusted, "is not trusted")
        if refused:
            names = [f"{name} ({why})" for name, why in sorted(refused.items())]
            raise Refused(f"{path} holds {', '.join(names)}")
        check_arrays(archive)
    estimator = skops.loads(data, trusted=list(TYPES))
    _check_estimator(estimator, versions, path)
    return estimator, versions


def _check_estimator(estimator, versions, path):
    if not isinstance(estimator, BaseEstimator):
        raise Refused(f"{path} holds a {type(estimator).__name__}, not an estimator.")
    try:
        check_usable(estimator)
    except LacksParameters as error:
        said = ", ".join(f"{name} {number}" for name, number in versions.items())
        raise Refused(
            f"{path} holds {error}: the file was made up, or a version wrote it whose "
            f"class has no such parameter ({said}). Make the estimator again, or load "
            "the file with those versions."
        ) from error
