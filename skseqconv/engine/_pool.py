"""Compiled networks, lent to estimators while they train or predict.

Building and tracing a Keras model takes longer than a small fit, and TensorFlow never
frees the trace of a GRU. So the networks stay here, and a fitted estimator holds only
the arrays of its weights. To predict, it borrows the network that already has
these weights, or one of the same architecture, which then loads them.
"""

import itertools
import json
import os
import threading
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from skseqconv._public import public
from skseqconv.networks._plain_state import plain_state

from ._devices import current_strategy
from ._network import Network

#: Most networks kept for reuse whose weights no estimator holds any more; the last used
#: ones stay. Networks of living estimators stay in any case. Tracing one again takes
#: half a second, and for a GRU memory that TensorFlow never frees.
MAX_POOLED = 8

_used_in = None  # the process that first ran a network


def refuse_wrong_place():
    """Refuse to run where networks cannot: in a forked process, and in a graph."""
    _refuse_fork()
    with tf.init_scope():  # out of a tf.function, which is no reason to refuse
        eager = tf.executing_eagerly()
    if not eager:
        raise RuntimeError(
            "This is called where TensorFlow builds a graph of version 1, in which "
            "networks cannot run: inside tf.Graph().as_default(), or after "
            "tf.compat.v1.disable_eager_execution(). Call it outside of the graph or "
            "in another thread, and leave eager execution enabled."
        )


def _refuse_fork():
    """Refuse to run in a forked process, where TensorFlow would hang for good."""
    global _used_in
    if _used_in not in (None, os.getpid()):
        raise RuntimeError(
            "This process was forked from one that has run networks, so TensorFlow "
            "would hang here. Start processes with "
            "multiprocessing.get_context('spawn'), or use joblib's default backend."
        )
    _used_in = os.getpid()


class Weights:
    """What a fit learned, as arrays: the weights, then the state of the optimizer.

    After a user has asked for the Keras model, a network of its own (`own`) holds them,
    together with all changes that the user makes.
    """

    def __init__(self, arrays):
        self._arrays = arrays
        self.own = None
        self.loading = threading.Lock()  # only one thread loads them into a network
        self._alike = {}

    @property
    def arrays(self):
        return self._arrays if self.own is None else self.own.get_state()

    def alike(self, key):
        """The same arrays for another network, which `key` names.

        It keeps that network as long as these weights exist. A user who has the Keras
        model may change the weights, so they are read each time.
        """
        if self.own is not None:
            return Weights(self.arrays)
        return self._alike.setdefault(key, Weights(self._arrays))


@dataclass(frozen=True)
class Recipe:
    """What a network is made from; `policy` is Keras' dtype policy for its layers."""

    architecture: dict
    loss: Any
    optimizer: Any
    metrics: tuple = ()
    policy: str = "float32"

    def keys(self):
        """Two keys: networks that run alike share the first, that train alike both.

        Beside the recipe they hold the settings of Keras that a trace fixes. The second
        is None if the loss, the optimizer or a metric is the user's own, because that
        may behave differently the next time.
        """
        runs = [self.architecture, self.policy, id(current_strategy())]
        settings = keras.config.floatx(), keras.config.epsilon()
        plain = plain_state(
            {
                "loss": self.loss,
                "optimizer": self.optimizer,
                "metrics": list(self.metrics),
            }
        )
        if isinstance(plain["optimizer"], dict):  # without the counter in its name
            own = {**plain["optimizer"]["config"], "name": None}
            plain["optimizer"] = {**plain["optimizer"], "config": own}
        try:
            trains = json.dumps([runs, settings, plain], sort_keys=True)
        except TypeError:
            trains = None
        return json.dumps(runs, sort_keys=True), trains

    def made(self):
        """A new network."""
        before = keras.config.dtype_policy()
        if before.name == self.policy:
            return Network(self.architecture, self.loss, self.optimizer, self.metrics)
        keras.config.set_dtype_policy(self.policy)
        try:
            return Network(self.architecture, self.loss, self.optimizer, self.metrics)
        finally:
            keras.config.set_dtype_policy(before)


def _nobody():
    """Stands for a reference to weights that no longer exist."""


@dataclass(eq=False)
class Slot:
    """A compiled network, the owner of its weights, and its number of users."""

    network: Network
    runs: str
    trains: str | None
    owner: Any = _nobody
    #: Whether it also has the owner's optimizer state, so that training can go on.
    whole: bool = False
    n_users: int = 1
    used: int = 0


_lock = threading.Lock()

_slots = []

_clock = itertools.count(1)


@contextmanager
def running(recipe, weights):
    """A network with these weights, to run; several threads may share it."""
    refuse_wrong_place()
    if weights.own is not None:
        yield weights.own
        return
    with weights.loading:
        slot = _shared(weights)
        if slot is None:
            slot = _taken(recipe, lambda slot, runs, _: slot.runs == runs)
            with _dropped_on_failure(slot):
                slot.network.load_weights(weights.arrays)
                slot.owner = weakref.ref(weights)
    try:
        yield slot.network
    finally:
        _released(slot)


def own_network(recipe, weights):
    """The network that belongs to these weights alone from now on."""
    with weights.loading:
        if weights.own is None:
            slot = take(recipe, weights)
            drop(slot)
            weights.own = slot.network
        return weights.own


def take(recipe, weights=None):
    """A network for one fit: new, or with the given weights.

    `give_back` ends the loan.
    """
    refuse_wrong_place()
    trains = recipe.keys()[1]
    if weights is not None:
        slot = _shared(weights, lambda slot: slot.whole and slot.trains == trains)
        if slot is not None:
            return slot
    slot = _taken(recipe, lambda slot, *_: slot.trains == trains is not None)
    if weights is not None:
        with _dropped_on_failure(slot):
            slot.network.set_state(weights.arrays)
    return slot


def give_back(slot, weights=None):
    """End a loan; `weights` are what the network has learned."""
    if weights is not None:
        slot.owner, slot.whole = weakref.ref(weights), True
    _released(slot)


def drop(slot):
    """Take a network out of the pool, because others may hold or change it."""
    with _lock:
        if slot in _slots:
            _slots.remove(slot)


def _shared(weights, can_change=None):
    """The slot with these weights, if any; `can_change` asks for one without users."""
    with _lock:
        for slot in _slots:
            if slot.owner() is not weights:
                continue
            if can_change is None:
                return _in_use(slot)
            if not slot.n_users and can_change(slot):
                slot.owner = _nobody
                return _in_use(slot)
    return None


def _in_use(slot):
    slot.n_users += 1
    slot.used = next(_clock)
    return slot


def _taken(recipe, fits):
    """A slot without users, or a new one; slots without an owner come first."""
    keys = recipe.keys()
    with _lock:
        free = [slot for slot in _slots if not slot.n_users and fits(slot, *keys)]
        if free:
            slot = min(free, key=lambda slot: (slot.owner() is not None, slot.used))
            slot.owner, slot.whole = _nobody, False
            return _in_use(slot)
    slot = Slot(recipe.made(), *keys, used=next(_clock))
    with _lock:
        _slots.append(slot)
    return slot


@contextmanager
def _dropped_on_failure(slot):
    try:
        yield
    except BaseException:
        drop(slot)
        raise


def _released(slot):
    with _lock:
        slot.n_users -= 1
        if not slot.network.sound and slot in _slots:
            _slots.remove(slot)
        idle = [slot for slot in _slots if not slot.n_users and slot.owner() is None]
        idle.sort(key=lambda slot: (slot.trains is not None, slot.used))
        n_own = sum(slot.trains is None for slot in idle)
        for old in idle[: max(n_own, len(idle) - MAX_POOLED)]:
            _slots.remove(old)


@public
def clear_compiled_networks() -> None:
    """Delete the compiled networks that are kept for reuse.

    Fitted estimators stay fitted, because they hold their weights. Their next
    prediction compiles a network again. TensorFlow keeps part of the memory of each
    compiled Conv1D-GRU until the process ends.

    See Also
    --------
    Conv1DRegressor : Its fits share compiled networks.

    Examples
    --------
    >>> from skseqconv import clear_compiled_networks
    >>> clear_compiled_networks()
    """
    with _lock:
        _slots.clear()
