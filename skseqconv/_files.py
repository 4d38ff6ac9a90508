"""Files: only regular files are read, and a file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

#: Errors of a write for which nothing can be done but to make room.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def file_path(path: str | bytes | os.PathLike) -> str:
    """The path of a file as text; raises if it can only name a folder."""
    path = os.fsdecode(path)
    # realpath would drop the slash or dot, and the rest would look like a file.
    if os.path.basename(path) in ("", os.curdir, os.pardir):
        raise IsADirectoryError(
            f"path={path!r} names a folder: add the name of a file."
        )
    return path


def refuse_special(path: str | os.PathLike) -> None:
    """Raise unless `path` is a regular file, or a link to one.

    Reading a pipe blocks until another process writes to it, and writing would replace
    a device or a pipe by a file.
    """
    path = os.fspath(path)
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder, but must be a regular file.")
    if not stat.S_ISREG(mode):
        raise OSError(
            f"{path} is a pipe, a socket or a device, but must be a regular file."
        )


def read_file(path: str) -> bytes:
    """All bytes of a regular file."""
    refuse_special(path)
    with open(path, "rb") as file:
        return file.read()


def writable_path(path: str | bytes | os.PathLike) -> str:
    """Path of a file to write: links are followed, special files are refused."""
    given = file_path(path)
    path = os.path.realpath(given)
    if os.path.lexists(path):
        refuse_special(path)
    elif not os.path.isdir(folder := os.path.dirname(path)):
        raise FileNotFoundError(
            errno.ENOENT,
            f"path={given!r} cannot be written, because the folder {folder!r} does not "
            "exist. Create the folder, or give another path",
        )
    return path


@contextmanager
def whole_file(path: str | bytes | os.PathLike) -> Iterator[IO[bytes]]:
    """Open a new file that replaces `path` only if the block succeeds.

    The new file has another name until then. No error names it.
    """
    given, path = os.fsdecode(path), writable_path(path)
    folder, name = os.path.split(path)
    # Only the owner can read the files of tempfile, but folders may be shared. The name
    # is cut because names have a maximum length.
    part = os.path.join(folder, f".{name[:30]}.{secrets.token_hex(8)}")
    try:
        with open(part, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # a power cut could leave an empty file
        if os.path.exists(path):
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException as error:
        # The folder may refuse this, too, and the first error says more.
        with suppress(OSError):
            os.unlink(part)
        if isinstance(error, OSError):
            _name_the_file(error, part, given)
        raise


def _name_the_file(error, part, given):
    """Raise the same error for `given`, if it is of the new file or a full disk."""
    if error.filename != part and error.errno not in _FULL:
        return
    raise OSError(
        error.errno,
        f"path={given!r} cannot be written: {error.strerror}. An earlier file is as it "
        "was. Give another path, or make it possible to write there",
    ) from error
