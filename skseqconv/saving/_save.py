"""Files of estimators that run nothing when they are loaded.

A file is a zip archive as skops writes it: a schema in JSON, which names types, and
arrays in NumPy's format. Beside them lies a note of versions, and the archive ends
with a checksum of all that comes before it, which finds damage (whoever changes a file
on purpose can change the checksum, too). What is loaded is made of the types in
`_trusted` and of those that skops trusts, and of no other.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
from importlib.metadata import version
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from sklearn.base import BaseEstimator
from sklearn.preprocessing import FunctionTransformer

from skseqconv._files import file_path, read_file, whole_file, writable_path
from skseqconv._public import public
from skseqconv._version import __version__
from skseqconv.networks._plain_state import plain_state

from ._trusted import (
    TYPES,
    check_arrays,
    check_members,
    check_repeats,
    holds_network,
    refused_entries,
    with_present_names,
)
from ._usable import LacksParameters, check_usable

#: Of the files that are written, and the greatest that is read.
FORMAT = 2

#: The first format, of skseqconv 0.1, held the fitted networks in another form.
NETWORKS_SINCE = 2

#: Of skops' schema; older ones are read by older code.
OLDEST_PROTOCOL = 2


_NOTE, _SCHEMA = "skseqconv.json", "schema.json"

#: Ends the archive, before the digits of the checksum.
_SEAL = b"skseqconv sha256 "

_N_DIGITS = 64


@public
def save(estimator: BaseEstimator, path: str | bytes | os.PathLike) -> None:
    """Save an estimator, fitted or not, in a file that `load` reads.

    The file is written beside its place and then moved there: whatever fails, a file
    that was there before stays whole. It is read back before that, so what cannot be
    loaded is not written.

    Parameters
    ----------
    estimator : estimator
        Of this package or scikit-learn, such as a Pipeline or a GridSearchCV.
    path : str, bytes or path-like
        The file; by custom it ends in ".skops". One that is there is replaced.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the estimator holds what `load` would refuse: callbacks, a function or a
        class of your own, an estimator of another library, scikit-learn's trees
        (whose files, made up, can crash the process). Keras' own losses and optimizers
        can be saved.
    OSError
        If the file cannot be written, or `path` is a folder, a pipe or a device.

    See Also
    --------
    load : Reads the file.

    Notes
    -----
    A checksum in the file finds damage. It is no signature: whoever changes a file on
    purpose can change the checksum too, which is why `load` trusts only certain types.

    `pickle`, `joblib` and `copy` work on all estimators of this package, too, and keep
    what `save` refuses; but their files run what they hold.

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
    data, problem = _tried(estimator)
    if problem is not None:
        raise ValueError(
            f"This {type(estimator).__name__} cannot be saved: {problem}. "
            f"{_advice(estimator)}pickle and joblib keep more, but run what a file "
            "holds."
        )
    with whole_file(path) as file:
        file.write(data)


@public
def load(path: str | bytes | os.PathLike) -> BaseEstimator:
    """Load an estimator from a file of `save`, and run nothing that it holds.

    Parameters
    ----------
    path : str, bytes or path-like
        The file.

    Returns
    -------
    estimator : estimator
        It predicts what the saved one does, to the bit, and `partial_fit` goes on
        from the same state.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the file is damaged or none of `save`, was written in a newer format, holds
        a network that skseqconv 0.1 fitted, or names types that are not trusted.
        Nothing of it has run then.
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
    parts are refused, and so are arrays that are not as long as they say. Networks are
    built anew, from the package's own description of them, when they are first used.
    A made-up file can still hold any parameters and weights: a network that predicts
    nonsense, or is too large to be built.

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
    """The bytes of a file, and why there is none that could be loaded."""
    _skops()
    try:
        data = _packed(estimator)
        _unpacked(data, "it")
        return data, None
    except RecursionError:
        problem = "it refers to itself, as metadata routing (set_fit_request) makes it"
    except ValueError as error:
        problem = str(error)
    except Exception as error:  # whatever objects raise that skops cannot take
        problem = repr(error)
    return None, problem


#: What to use in the place of parameters that cannot be saved.
_INSTEAD = {
    "callbacks": "None: they are for fit only",
    "class_weight": "keys that are str or numbers",
    "loss": "one of Keras' own, or its name",
    "optimizer": "one of Keras' own, or its name",
    "tokenizer": "'words', 'classic' or 'characters'; put spaces between tokens",
}

#: Parameters that hold estimators, whose own parameters are listed, too.
_OF_ESTIMATORS = ("estimators", "steps", "transformers")


def _advice(estimator):
    """Parameters that cannot be saved by themselves, and what to use instead."""
    said = []
    try:
        parameters = estimator.get_params()
    except AttributeError:  # some are not there: the problem itself
        return ""
    for name, value in parameters.items():
        last = name.rpartition("__")[2]
        if last in ("loss", "optimizer"):
            value = plain_state({"loss": value})["loss"]
        alone = FunctionTransformer(kw_args={"value": value})
        listed = isinstance(value, BaseEstimator) or last in _OF_ESTIMATORS
        if not listed and _tried(alone)[1] is not None:
            instead = f": use {_INSTEAD[last]}" if last in _INSTEAD else ""
            said.append(f"{name}={value!r}"[:200] + instead)
    return f"It is about {'; '.join(said)}. " if said else ""


def _skops():
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            "save and load need skops: pip install 'skseqconv[persistence]'."
        ) from error
    return skops.io


# The archive.


def _packed(estimator):
    skops_archive = io.BytesIO(_skops().dumps(estimator))
    note = {"format": FORMAT, "versions": _versions()}
    archive = io.BytesIO()
    with ZipFile(skops_archive) as old, ZipFile(archive, "w") as new:
        new.comment = _SEAL + bytes(_N_DIGITS)
        new.writestr(_NOTE, json.dumps(note))
        for name in old.namelist():
            content = old.read(name)
            if name == _SCHEMA:  # half as long without spaces
                content = json.dumps(json.loads(content), separators=(",", ":"))
            new.writestr(name, content)
    return _sealed(archive.getvalue()[:-_N_DIGITS])


def _with_schema(archive, schema):
    """An archive of skops, unsealed, with another schema."""
    changed = io.BytesIO()
    with ZipFile(changed, "w") as new:
        for name in archive.namelist():
            content = json.dumps(schema) if name == _SCHEMA else archive.read(name)
            new.writestr(name, content)
    return changed.getvalue()


def _sealed(body):
    return body + hashlib.sha256(body).hexdigest().encode()


def _versions():
    others = {name: version(name) for name in ("scikit-learn", "keras", "numpy")}
    return {"skseqconv": __version__, **others}


def _unpacked(data, path):
    body = data[:-_N_DIGITS]
    if not body.endswith(_SEAL):
        raise ValueError(f"{path} is no file of skseqconv.save, or its end is missing.")
    if data != _sealed(body):
        raise ValueError(f"{path} is damaged: its checksum is another one.")
    skops = _skops()
    try:
        estimator, versions = _read(skops, data, path)
    except _Refused:
        raise
    # What zipfile, json, NumPy, skops and the classes that it makes raise for content
    # that is made up is no closed list: tokenize.TokenError, numpy.ma.MaskError and
    # SystemError are among it.
    except Exception as error:
        raise ValueError(
            f"{path} is no whole file of skseqconv.save: "
            f"{type(error).__name__}: {error}"
        ) from error
    _warn_of_versions(versions, path)
    return estimator


def _read(skops, data, path):
    """The estimator in an archive, and the versions that it was written with."""
    with ZipFile(io.BytesIO(data)) as archive:
        number, versions = _checked_note(archive, path)
        check_members(archive, len(data))
        schema = json.loads(archive.read(_SCHEMA))
        if schema["protocol"] < OLDEST_PROTOCOL:
            raise ValueError(f"protocol {schema['protocol']}")
        check_repeats(schema)
        if with_present_names(schema):
            data = _with_schema(archive, schema)
        refused = refused_entries(schema)
        if not refused:
            untrusted = set(skops.get_untrusted_types(data=data)) - set(TYPES)
            refused = dict.fromkeys(untrusted, "is not trusted")
        if refused:
            names = [f"{name} ({why})" for name, why in sorted(refused.items())]
            raise _Refused(f"{path} holds {', '.join(names)}")
        check_arrays(archive)
    if number < NETWORKS_SINCE and holds_network(schema):
        raise _Refused(
            f"{path} holds a network that was fitted with skseqconv "
            f"{versions['skseqconv']}, and skseqconv {__version__} holds networks in "
            "another form: fit it again, or load the file with skseqconv 0.1."
        )
    estimator = skops.loads(data, trusted=list(TYPES))
    if not isinstance(estimator, BaseEstimator):
        raise _Refused(f"{path} holds a {type(estimator).__name__}, no estimator.")
    try:
        check_usable(estimator)
    except LacksParameters as error:
        said = ", ".join(f"{name} {number}" for name, number in versions.items())
        raise _Refused(
            f"{path} holds {error}: it was made up, or written by a version whose "
            f"class has no such parameter ({said}): make the estimator again, or load "
            "the file with those versions."
        ) from error
    return estimator, versions


class _Refused(ValueError):
    """Says by itself what is wrong."""


def _checked_note(archive, path):
    if archive.getinfo(_NOTE).compress_type != ZIP_STORED:
        raise BadZipFile("its parts are compressed")
    note = json.loads(archive.read(_NOTE))
    versions = {str(name): str(number) for name, number in note["versions"].items()}
    if note["format"] > FORMAT:
        raise _Refused(
            f"{path} has format {note['format']}, of skseqconv "
            f"{versions['skseqconv']}; skseqconv {__version__} reads formats up to "
            f"{FORMAT}: use a newer one."
        )
    return note["format"], versions


def _warn_of_versions(versions, path):
    for name, now in _versions().items():
        then = versions.get(name, "unknown")
        if _major(then) != _major(now):
            warnings.warn(
                f"{path} was saved with {name} {then}, and {name} {now} loads it: "
                "compare a few predictions, or use that version.",
                UserWarning,
                stacklevel=4,
            )


def _major(number):
    """What changes where an update may break things: 1 of 1.9, but 0.1 of 0.1.3."""
    parts = number.split(".")
    return parts[:2] if parts[0] == "0" else parts[:1]
