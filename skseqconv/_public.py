"""The module and the types of public names."""

from collections.abc import Callable
from typing import TypeVar

Named = TypeVar("Named")


def public(thing: Named) -> Named:
    """Set the module of a class or a function to `skseqconv`.

    Pickles, saved files and messages name this module, which stays the same when files
    of the package move.
    """
    thing.__module__ = "skseqconv"
    return thing


def typed(decorator: Callable) -> Callable[[Named], Named]:
    """Tell type checkers that a decorator keeps the signature of what it decorates."""
    return decorator
