"""TensorFlow's start-up notices do not show."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

#: Notices that TensorFlow's libraries write while they are loaded, whatever the level.
NOTICE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|[IW]\d{4} \d\d:\d\d:[\d.]+ "
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+: [IW] "
    rb"|To enable the following instructions: "
    # TensorFlow 2.18 registers these twice in every process, which is harmless.
    rb"|E\d{4} \d\d:\d\d:[\d.]+ .*\] Unable to register cu(DNN|BLAS|FFT) factory: "
    rb"Attempting to register factory for plugin \w+ when one has already been reg"
)


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hide notices of TensorFlow while it is imported.

    TensorFlow writes them to the file descriptor of the standard error stream, some of
    them before it reads `TF_CPP_MIN_LOG_LEVEL`. All other lines are written in the end.
    Nothing is hidden if that variable is below 3.
    """
    hides = os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "3"
    if not hides or "tensorflow" in sys.modules:
        yield
        return
    try:
        stream = os.dup(2)
    except OSError:  # there is no such stream
        yield
        return
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stream, 2)
            os.close(stream)
            written.seek(0)
            kept = [line for line in written if not NOTICE.match(line)]
            if kept:
                os.write(2, b"".join(kept))
