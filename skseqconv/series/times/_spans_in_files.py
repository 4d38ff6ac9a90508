"""Time spans among the attributes of an estimator, as plain data in files."""

from datetime import timedelta

import pandas as pd

from ._offsets import offset_of, plain_offset

#: The only key of a dict that stands for a time span.
_KEY = "time span"


class HoldsSpans:
    """An estimator, or a splitter, whose files hold time spans as plain data.

    `load` makes no objects of pandas, and of `datetime`, from their names.
    """

    def __getstate__(self):
        return _mapped(super().__getstate__(), _plain)

    def __setstate__(self, state):
        state = _mapped(state, _restored)
        if hasattr(super(), "__setstate__"):
            super().__setstate__(state)
        else:  # a splitter
            vars(self).update(state)


def _mapped(state, change):
    """A state with its values, and what lists and tuples hold, changed."""

    def changed(value):
        if type(value) in (list, tuple):
            return type(value)(map(change, value))
        return change(value)

    return {name: changed(value) for name, value in state.items()}


def _plain(value):
    if isinstance(value, timedelta):  # that of pandas, too
        return {_KEY: pd.Timedelta(value).isoformat()}
    plain = plain_offset(value)
    return value if plain is value else {_KEY: plain}


def _restored(plain):
    if not (isinstance(plain, dict) and list(plain) == [_KEY]):
        return plain
    span = plain[_KEY]
    return pd.Timedelta(span) if isinstance(span, str) else offset_of(span)
