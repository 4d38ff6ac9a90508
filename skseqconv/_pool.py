"""Compiled networks, kept from one fit for the next.

Building and tracing a Keras model takes longer than a small fit, and TensorFlow never
frees all of a trace. So a network that an estimator lets go returns to a small pool,
keyed by all that shapes its program, and the next fit of that kind takes it.
"""

import json
import os
import threading
import weakref
from collections import deque

import keras

from ._engine import Network
from ._strategy import current_strategy

#: Networks kept for reuse, the most recently used ones.
MAX_POOLED = 8

_used_in = None  # the process that first ran a network


def refuse_fork():
    """TensorFlow's threads do not survive a fork: what it runs next never ends."""
    global _used_in
    if _used_in not in (None, os.getpid()):
        raise RuntimeError(
            "This process was forked from one that had run networks, and TensorFlow "
            "would hang in it: start processes by 'spawn', "
            "multiprocessing.get_context('spawn'), or use joblib's default backend."
        )
    _used_in = os.getpid()


_lock = threading.Lock()
_pool = []  # (key, network), the most recently returned last
_returned = deque()  # filled by finalizers, which must not wait for a lock


class Lease:
    """Holds a network for one estimator; letting it go returns the network."""

    def __init__(self, key, network):
        self.network = network
        self._return = weakref.finalize(self, _returned.append, (key, network))
        self._return.atexit = False
        if key is None:
            self.keep()

    def keep(self):
        """Never return the network: someone else may hold it."""
        self._return.detach()


def take(architecture, loss, optimizer, metrics=()):
    """A network for one estimator, from the pool or newly compiled."""
    key = None
    if isinstance(loss, str) and isinstance(optimizer, str):
        policy = keras.config.dtype_policy().name  # layers keep the one they met
        strategy = id(current_strategy())  # its networks hold it
        options = [architecture, loss, optimizer, metrics, policy, strategy]
        key = json.dumps(options, sort_keys=True)
    with _lock:
        _take_back()
        for i in reversed(range(len(_pool))):
            if _pool[i][0] == key:
                return Lease(*_pool.pop(i))
    return Lease(key, Network(architecture, loss, optimizer, metrics))


def _take_back():
    while _returned:
        _pool.append(_returned.popleft())
    del _pool[:-MAX_POOLED]


def clear_compiled_networks() -> None:
    """Forget the compiled networks that are kept for reuse.

    Networks that an estimator holds are not touched. TensorFlow keeps part of a
    trace's memory for the life of the process in any case.

    See Also
    --------
    Conv1DRegressor : Its fits share compiled networks.

    Examples
    --------
    >>> from skseqconv import clear_compiled_networks
    >>> clear_compiled_networks()
    """
    with _lock:
        _take_back()
        _pool.clear()
