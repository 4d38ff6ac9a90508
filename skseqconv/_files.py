"""Files on a disk: read if they are regular ones, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO


def file_path(path: str | bytes | os.PathLike) -> str:
    """The path of a file as text; one that can only name a folder is refused."""
    path = os.fsdecode(path)
    # realpath would take the name before the slash or dot for that of a file.
    if os.path.basename(path) in ("", os.curdir, os.pardir):
        raise IsADirectoryError(
            f"path={path!r} names a folder: give the name of a file in it."
        )
    return path


def refuse_special(path: str | os.PathLike) -> None:
    """Refuse what is at `path` unless it is a regular file, or a link to one.

    Reading a pipe blocks until somebody writes to it, and a new file would take the
    place of a device or a pipe.
    """
    path = os.fspath(path)
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder, and a regular file is needed.")
    if not stat.S_ISREG(mode):
        raise OSError(
            f"{path} is a pipe, a socket or a device, and a regular file is needed."
        )


def read_file(path: str) -> bytes:
    """All bytes of a regular file."""
    refuse_special(path)
    with open(path, "rb") as file:
        return file.read()


def writable_path(path: str | bytes | os.PathLike) -> str:
    """Where a file is to be written: links are followed, special files refused."""
    path = os.path.realpath(file_path(path))
    if os.path.lexists(path):
        refuse_special(path)
    return path


@contextmanager
def whole_file(path: str | bytes | os.PathLike) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of `path` only if the block ends well."""
    path = writable_path(path)
    folder, name = os.path.split(path)
    # Not by tempfile: its files are their owner's only, and folders are shared. The
    # name is cut, as a long one leaves no room for more.
    part = os.path.join(folder, f".{name[:30]}.{secrets.token_hex(8)}")
    file = open(part, "xb")
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave a name without content
        if os.path.exists(path):
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(part)
        raise
