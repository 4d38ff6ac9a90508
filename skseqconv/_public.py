"""The module and the types of public names."""

import sys
from collections.abc import Callable
from typing import TypeVar

Named = TypeVar("Named")


def public(thing: Named) -> Named:
    """Set the module of a class or a function to `skseqconv`.

    Pickles, saved files and messages name this module, which stays the same when files
    of the package move.
    """
    thing.__module__ = "skseqconv"
    # Keras looks for the class of a saved layer among the variables of its module.
    vars(sys.modules["skseqconv"]).setdefault(thing.__name__, thing)
    return thing


def typed(decorator: Callable) -> Callable[[Named], Named]:
    """Tell type checkers that a decorator keeps the signature of what it decorates."""
    return decorator
