"""Skips that are bound to the version of a package."""

from importlib.metadata import version

import pytest


def need(package, oldest, reason):
    """Skip the test or module that runs now if the package is older."""
    if _numbers(version(package)) < _numbers(oldest):
        found = f"{package} {version(package)} is older than {oldest}"
        pytest.skip(f"{found}: {reason}", allow_module_level=True)


def _numbers(text):
    return tuple(map(int, text.split(".")[:2]))
