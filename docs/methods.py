"""The methods that a page of the reference shows: those that this package writes."""

import importlib

#: Hooks that scikeras calls, and what it takes from scikit-learn.
HOOKS = ("feature_encoder", "target_encoder", "initialize", "set_params")


def own_methods(full_name):
    """Public methods and properties of a class of this package, without scikit-learn's.

    `full_name` is the name in the reference, such as "skseqconv.Conv1DRegressor".
    """
    module, _, name = full_name.rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    found = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] == "skseqconv":
            found |= vars(base)
    return [
        name
        for name, value in found.items()
        if not name.startswith("_")
        and not name.endswith("_")  # the docstring of the class lists attributes
        and name not in HOOKS
        and is_documented_method(value)
    ]


def is_documented_method(value):
    """Whether a member of a class is a method or a property with a text."""
    is_method = callable(value) or isinstance(value, property | classmethod)
    return is_method and bool(getattr(value, "__doc__", None))


def is_property(full_name, name):
    """Whether a member of a class is a property."""
    module, _, cls = full_name.rpartition(".")
    return isinstance(
        getattr(getattr(importlib.import_module(module), cls), name, None), property
    )
