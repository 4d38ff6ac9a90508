"""The module that public names belong to."""

from typing import TypeVar

Named = TypeVar("Named")


def public(thing: Named) -> Named:
    """Set the module of a class or a function to `skseqconv`.

    Pickles, saved files and messages name this module, which stays the same when files
    of the package move.
    """
    thing.__module__ = "skseqconv"
    return thing
