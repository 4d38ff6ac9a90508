"""The address of public names."""

from typing import TypeVar

Named = TypeVar("Named")


def public(thing: Named) -> Named:
    """Let a class or a function say that it lives in `skseqconv`.

    Pickles, saved files and messages name that address, which stays the same when
    files of this package move.
    """
    thing.__module__ = "skseqconv"
    return thing
