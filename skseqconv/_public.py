"""What public names show: their address, and their types."""

from collections.abc import Callable
from typing import TypeVar

Named = TypeVar("Named")


def public(thing: Named) -> Named:
    """Let a class or a function say that it lives in `skseqconv`.

    Pickles, saved files and messages name that address, which stays the same when
    files of this package move.
    """
    thing.__module__ = "skseqconv"
    return thing


def typed(decorator: Callable) -> Callable[[Named], Named]:
    """Tell type checkers that a decorator keeps the signature of what it decorates."""
    return decorator
