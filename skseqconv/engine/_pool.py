"""Compiled networks, lent to estimators while they train or predict.

To build and trace a Keras model takes longer than a small fit, and TensorFlow never
frees all of a trace. So networks stay here, and a fitted estimator holds no more than
the arrays of its weights. It is lent a network to predict with: the one that has these
weights already, or one of the same architecture, which is given them.
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

from skseqconv._public import public
from skseqconv.networks._plain_state import plain_state

from ._devices import current_strategy
from ._network import Network

#: Networks kept for reuse whose weights no estimator has any more, the last used ones.
#: Those of living estimators stay: one of each architecture, if they predict in turn.
#: To trace one again takes half a second, and memory that TensorFlow never frees.
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


class Weights:
    """What a fit learned, as arrays: the weights, then the state of the optimizer.

    Once somebody has asked for the Keras model, a network of its own, `own`, holds
    them, with whatever is done to it.
    """

    def __init__(self, arrays):
        self._arrays = arrays
        self.own = None
        self.loading = threading.Lock()  # one thread gives them to a network

    @property
    def arrays(self):
        return self._arrays if self.own is None else self.own.get_state()


@dataclass(frozen=True)
class Recipe:
    """What a network is made from; `policy` is Keras' dtype policy for its layers."""

    architecture: dict
    loss: Any
    optimizer: Any
    metrics: tuple = ()
    policy: str = "float32"

    def keys(self):
        """What networks that run, and that train, alike have in common.

        Beside the recipe these are the settings of Keras that a program keeps as they
        were when it was traced. The second is None where the loss or the optimizer is
        somebody's own, which may do something else the next time.
        """
        runs = [self.architecture, self.policy, id(current_strategy())]
        settings = keras.config.floatx(), keras.config.epsilon()
        plain = plain_state({"loss": self.loss, "optimizer": self.optimizer})
        if isinstance(plain["optimizer"], dict):  # its name counts how many there were
            own = {**plain["optimizer"]["config"], "name": None}
            plain["optimizer"] = {**plain["optimizer"], "config": own}
        try:
            trains = json.dumps([runs, settings, plain, self.metrics], sort_keys=True)
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
    """Stands for a reference to weights that are no more."""


@dataclass(eq=False)
class Slot:
    """A compiled network, whose weights it has, and how many use it now."""

    network: Network
    runs: str
    trains: str | None
    owner: Any = _nobody
    #: Whether it has the owner's optimizer state, too, and can go on training.
    whole: bool = False
    n_users: int = 1
    used: int = 0


_lock = threading.Lock()

_slots = []

_clock = itertools.count(1)


@contextmanager
def running(recipe, weights):
    """A network that has these weights, to run it; several threads may, at once."""
    refuse_fork()
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
    """The network that these weights have for themselves from now on."""
    with weights.loading:
        if weights.own is None:
            slot = take(recipe, weights)
            drop(slot)
            weights.own = slot.network
        return weights.own


def take(recipe, weights=None):
    """A network to train, for one fit: new, or with weights to go on from.

    It is `give_back` that ends the loan.
    """
    refuse_fork()
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
    """End a loan; `weights` are those that the network has learned."""
    if weights is not None:
        slot.owner, slot.whole = weakref.ref(weights), True
    _released(slot)


def drop(slot):
    """Take a network out of the pool: somebody else may hold it."""
    with _lock:
        if slot in _slots:
            _slots.remove(slot)


def _shared(weights, can_change=None):
    """The slot that has these weights, if any; for one user alone, to change them."""
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
    """A slot that nobody uses, or a new one; those without an owner first."""
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
    """Forget the compiled networks that are kept for reuse.

    Fitted estimators stay fitted: they hold their weights, and the next prediction
    compiles a network anew. TensorFlow keeps part of a trace's memory for the life of
    the process in any case.

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
