"""The bytes of a file: a zip archive of skops, a note of versions and a checksum.

skops writes a schema in JSON, which names types, and arrays in NumPy's format. The
note holds the format and the versions of the packages. The archive ends with a checksum
of everything before it.
"""

import hashlib
import io
import json
import warnings
from importlib.metadata import version
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from skseqconv._version import __version__

#: Format of the files that are written, and the only one that is read.
FORMAT = 2

#: Of skops' schema. skops reads older ones by older code.
OLDEST_PROTOCOL = 2

NOTE, SCHEMA = "skseqconv.json", "schema.json"

#: Stands at the end of the archive, before the digits of the checksum.
_SEAL = b"skseqconv sha256 "

_N_DIGITS = 64


class Refused(ValueError):
    """A file that is refused, with a message for the user."""


def packed(skops, estimator):
    """The bytes of a file of an estimator."""
    skops_archive = io.BytesIO(skops.dumps(estimator))
    note = {"format": FORMAT, "versions": _versions()}
    archive = io.BytesIO()
    with ZipFile(skops_archive) as old, ZipFile(archive, "w") as new:
        new.comment = _SEAL + bytes(_N_DIGITS)
        new.writestr(NOTE, json.dumps(note))
        for name in old.namelist():
            content = old.read(name)
            if name == SCHEMA:  # half as long without spaces
                content = json.dumps(json.loads(content), separators=(",", ":"))
            new.writestr(name, content)
    return sealed(archive.getvalue()[:-_N_DIGITS])


def sealed(body):
    """An archive with the checksum at its end."""
    return body + hashlib.sha256(body).hexdigest().encode()


def check_seal(data, path):
    """Refuse bytes that `packed` did not make, or that changed since."""
    body = data[:-_N_DIGITS]
    if not body.endswith(_SEAL):
        raise Refused(
            f"{path} was not written by skseqconv.save, or its end is missing. Save "
            "the estimator again."
        )
    if data != sealed(body):
        raise Refused(
            f"{path} is damaged: its checksum does not match its content. Use another "
            "copy, or save the estimator again."
        )


def read_versions(archive, path):
    """The versions that wrote a file. Files of another format are refused."""
    if archive.getinfo(NOTE).compress_type != ZIP_STORED:
        raise BadZipFile("its parts are compressed")
    note = json.loads(archive.read(NOTE))
    versions = {str(name): str(number) for name, number in note["versions"].items()}
    if note["format"] != FORMAT:
        again = "fit the estimator again, and save it again"
        way_out = "use a newer version" if note["format"] > FORMAT else again
        raise Refused(
            f"{path} has format {note['format']}, of skseqconv "
            f"{versions['skseqconv']}. skseqconv {__version__} reads format {FORMAT} "
            f"only: {way_out}."
        )
    return versions


def warn_of_versions(versions, path):
    """Warn if other major versions wrote a file."""
    for name, now in _versions().items():
        then = versions.get(name, "unknown")
        if _major(then) != _major(now):
            warnings.warn(
                f"{path} was saved with {name} {then}, and {name} {now} loads it. "
                "Compare a few predictions, or use that version.",
                UserWarning,
                stacklevel=4,  # the caller of `load`
            )


def _versions():
    others = {name: version(name) for name in ("scikit-learn", "keras", "numpy")}
    return {"skseqconv": __version__, **others}


def _major(number):
    """The part of a version whose change may break things: 1 of 1.9, 0.1 of 0.1.3."""
    parts = number.split(".")
    return parts[:2] if parts[0] == "0" else parts[:1]
