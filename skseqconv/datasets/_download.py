"""A careful download: whole and checked, or nothing."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from skseqconv._files import refuse_special, whole_file

_BLOCK = 1 << 18
_WORTH_ANOTHER_TRY = {408, 425, 429}  # the only 4xx answers that may change by waiting


class RemoteFile(NamedTuple):
    """Where a file is, and how to know it; size and digest may be None if unknown."""

    url: str
    size: int | None = None
    algorithm: str = "sha256"
    digest: str | None = None

    def __str__(self):
        known = [] if self.size is None else [f"{self.size:,} bytes"]
        if self.digest is not None:
            known.append(f"{self.algorithm} {self.digest}")
        return ", ".join(known) or "no checksum is known"

    def start_digest(self):
        """A running digest that identifies; nobody's secrets depend on it."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def fault(self, size: int, digest: str) -> str:
        """Why a content of this size and digest is another file; empty if it is not."""
        if self.size is not None and size != self.size:
            return f"it has {size:,} bytes, not {self.size:,}"
        if self.digest is not None and digest != self.digest:
            return f"its {self.algorithm} checksum is {digest}, not {self.digest}"
        return ""

    def fault_of(self, path: Path) -> str:
        """Why the file at `path` is another one; empty if it is not."""
        refuse_special(path)
        size = path.stat().st_size
        if self.size is not None and size != self.size:
            return self.fault(size, "")
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, self.start_digest)
        return self.fault(size, digest.hexdigest())


class _Failure(Exception):
    """What went wrong on the way here, and whether another try may help."""

    def __init__(self, reason, *, hopeless=False):
        super().__init__(reason)
        self.hopeless = hopeless


def download(
    remote: RemoteFile,
    path: Path,
    *,
    n_retries: int = 3,
    delay: float = 1.0,
    timeout: float = 60.0,
    check: Callable[[Path], str] = lambda path: "",
    verbose: bool | None = None,
) -> None:
    """Save a remote file as `path`, whole and checked, or raise and change nothing.

    Whatever may pass is tried again with a warning: no connection, silence, a
    transfer cut off or garbled, an error of the server. An answer like 404, a file of
    another size than the known one, or a full disk ends it at once.

    Parameters
    ----------
    remote : RemoteFile
    path : Path
        What is there already is replaced, but not before the new file is complete.
    n_retries : int
        Tries after the first one.
    delay : float
        Seconds before each of them.
    timeout : float
        Seconds of silence after which a connection counts as lost.
    check : callable
        Given the complete file under a passing name, says why it is not the right one;
        empty if it is.
    verbose : bool or None
        Whether to show the progress on stderr; None does on a terminal.

    Raises
    ------
    OSError
        If the file could not be had, or could not be written.
    """
    if verbose is None:
        verbose = sys.stderr is not None and sys.stderr.isatty()
    for tries_left in range(n_retries, -1, -1):
        try:
            return _try_once(remote, path, timeout, check, verbose)
        except _Failure as failure:
            if failure.hopeless or not tries_left:
                raise OSError(
                    f"{remote.url} could not be downloaded: {failure}. Try again "
                    "later, or get the file in another way and save it as "
                    f"{path} ({remote})."
                ) from failure
            warnings.warn(
                f"{remote.url}: {failure}. Trying again in {delay:g} s; "
                f"n_retries allows {tries_left} more.",
                UserWarning,
                stacklevel=2,
            )
        time.sleep(delay)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `path` that takes its place only if the block ends well.

    OSErrors become one that names `path`, so the block should raise its own otherwise.
    """
    try:
        with whole_file(path) as file:
            yield file
    except OSError as error:
        raise OSError(
            f"{path} could not be written: {error}. Make room, or allow writing "
            "there, or choose another data_home; no part of the file was kept."
        ) from error


def data_folder(data_home: str | os.PathLike[str] | None) -> Path:
    """The folder of the data, made if it is not there; None is scikit-learn's."""
    default = os.path.join("~", "scikit_learn_data")
    asked = os.environ.get("SCIKIT_LEARN_DATA", default)
    asked = asked if data_home is None else os.fspath(data_home)
    folder = os.path.expanduser(asked)
    # What cannot be expanded stays as it is, and would be made in the current folder.
    if folder.startswith("~"):
        raise OSError(
            f"data_home={data_home!r} stands for {asked!r}, but that home folder is "
            "not known: give the full path of a folder as data_home, or set HOME or "
            "SCIKIT_LEARN_DATA."
        )
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"data_home={data_home!r} cannot be used: {folder!r} is not a folder and "
            f"could not be made one ({error}). Give the path of another folder."
        ) from error
    return Path(folder).absolute()


def _try_once(remote, path, timeout, check, verbose):
    """Download and check; raise _Failure for the network, OSError for the disk."""
    digest, done = remote.start_digest(), 0
    with _open(remote.url, timeout) as response:
        length = response.headers.get("Content-Length", "")
        announced = int(length) if length.isdigit() else None
        if remote.size not in (None, announced) and announced is not None:
            reason = f"the server offers {announced:,} bytes, not {remote.size:,}"
            raise _Failure(f"{reason}: it is another file", hopeless=True)
        expected = remote.size if announced is None else announced
        blocks = _blocks(response)
        if verbose:
            blocks = _shown(blocks, path.name, expected)
        with written_whole(path) as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                done += len(block)
                if expected is not None and done > expected:
                    break
            if expected is not None and done < expected:
                raise _Failure(f"cut off after {done:,} of {expected:,} bytes")
            file.flush()
            fault = remote.fault(done, digest.hexdigest()) or check(Path(file.name))
            if fault:
                raise _Failure(f"what came is not the file, for {fault}")


def _open(url, timeout):
    """Connect, or raise a _Failure."""
    try:
        return urlopen(url, timeout=timeout)
    except HTTPError as error:
        error.close()
        hopeless = 400 <= error.code < 500 and error.code not in _WORTH_ANOTHER_TRY
        answer = f"the server answered {error.code} {error.reason}"
        raise _Failure(answer, hopeless=hopeless) from error
    except (OSError, HTTPException) as error:
        raise _Failure(_reason(error)) from error


def _blocks(response):
    """What comes, block by block, or a _Failure."""
    while True:
        try:
            block = response.read(_BLOCK)
        except (OSError, HTTPException) as error:
            raise _Failure(_reason(error)) from error
        if not block:
            return
        yield block


def _reason(error):
    """The words of an error of the network; URLError wraps that of the socket."""
    error = getattr(error, "reason", error)
    return str(error) or type(error).__name__


def _shown(blocks, name, expected):
    """Pass the blocks on, and keep a line of progress on stderr."""
    done, of = 0, f" of {expected / 1e6:.1f}" if expected else ""
    try:
        for block in blocks:
            done += len(block)
            sys.stderr.write(f"\r{name}: {done / 1e6:.1f}{of} MB")
            sys.stderr.flush()
            yield block
    finally:
        sys.stderr.write("\n")
