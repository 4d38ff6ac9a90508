"""Downloads: whole and checked, or nothing.

`sklearn.datasets.fetch_file` has no timeout, so it waits forever for a silent server.
It does not retry a closed connection or a wrong checksum, but does retry an answer 404.
Only the owner can read its files.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
import warnings
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from skseqconv._files import refuse_special, whole_file

_BLOCK = 1 << 18
_WORTH_ANOTHER_TRY = {408, 425, 429}  # of the 4xx answers, only these may change


class RemoteFile(NamedTuple):
    """Address, size and checksum of a file; size and digest are None if unknown."""

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
        """A new digest, which identifies a file but protects no secret."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def fault(self, size: int, digest: str) -> str:
        """Why content of this size and digest is a wrong file; empty if it is right."""
        if self.size is not None and size != self.size:
            return f"it has {size:,} bytes, not {self.size:,}"
        if self.digest is not None and digest != self.digest:
            return f"its {self.algorithm} checksum is {digest}, not {self.digest}"
        return ""

    def fault_of(self, path: Path) -> str:
        """Why the file at `path` is a wrong one; empty if it is right."""
        refuse_special(path)
        size = path.stat().st_size
        if self.size is not None and size != self.size:
            return self.fault(size, "")
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, self.start_digest)
        return self.fault(size, digest.hexdigest())


class _Failure(Exception):
    """An error of the network or the server, and whether a retry may help."""

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

    Errors that may be temporary are retried with a warning: no connection, a timeout,
    a transfer that is cut off or garbled, an error of the server. An answer like 404,
    a wrong size in the answer or a full disk raises at once.

    Parameters
    ----------
    remote : RemoteFile
    path : Path
        An existing file is replaced once the new file is complete.
    n_retries : int
        Number of retries.
    delay : float
        Seconds before each retry.
    timeout : float
        Seconds without data after which a connection counts as lost.
    check : callable
        Function of the complete file under a temporary name. It returns why the file
        is wrong; empty if it is right.
    verbose : bool or None
        Whether to show the progress on stderr; None shows it on a terminal.

    Raises
    ------
    OSError
        If the file could not be downloaded or written.
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
                    f"later, or download it elsewhere and save it as {path} ({remote})."
                ) from failure
            warnings.warn(
                f"{remote.url}: {failure}. Trying again in {delay:g} s; "
                f"n_retries allows {tries_left} more.",
                UserWarning,
                stacklevel=2,
            )
        except OSError as error:
            raise OSError(
                f"{path} could not be written: {error}. Free disk space, allow writing "
                "there, or choose another data_home. No part of the file was kept."
            ) from error
        time.sleep(delay)


def data_folder(data_home: str | os.PathLike[str] | None) -> Path:
    """The folder of the data, created if missing; None is that of scikit-learn."""
    default = os.path.join("~", "scikit_learn_data")
    asked = os.environ.get("SCIKIT_LEARN_DATA", default)
    asked = asked if data_home is None else os.fspath(data_home)
    folder = os.path.expanduser(asked)
    # A "~" that cannot be expanded would become a folder in the current folder.
    if folder.startswith("~"):
        raise OSError(
            f"data_home={data_home!r} means {asked!r}, but that home folder is "
            "unknown: give the full path of a folder as data_home, or set HOME or "
            "SCIKIT_LEARN_DATA."
        )
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"data_home={data_home!r} cannot be used: {folder!r} is not a folder and "
            f"could not be created ({error}). Give the path of another folder."
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
            raise _Failure(f"{reason}, so the file has changed", hopeless=True)
        expected = remote.size if announced is None else announced
        blocks = _blocks(response)
        if verbose:
            blocks = _shown(blocks, path.name, expected)
        with whole_file(path) as file:
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
                raise _Failure(f"the content is wrong, because {fault}")


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
    """The content, block by block, or a _Failure."""
    while True:
        try:
            block = response.read(_BLOCK)
        except (OSError, HTTPException) as error:
            raise _Failure(_reason(error)) from error
        if not block:
            return
        yield block


def _reason(error):
    """Text of a network error; URLError wraps the error of the socket."""
    error = getattr(error, "reason", error)
    return str(error) or type(error).__name__


def _shown(blocks, name, expected):
    """Pass the blocks on, and show the progress on stderr."""
    done, of = 0, f" of {expected / 1e6:.1f}" if expected else ""
    try:
        for block in blocks:
            done += len(block)
            sys.stderr.write(f"\r{name}: {done / 1e6:.1f}{of} MB")
            sys.stderr.flush()
            yield block
    finally:
        sys.stderr.write("\n")
