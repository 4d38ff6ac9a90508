"""An estimator and what its fits learn: arrays, published when a fit is done."""

import threading
import weakref
from contextlib import contextmanager
from functools import wraps

import keras

from ._pool import Recipe, Weights, drop, give_back, running, take
from ._trusted import plain_state, restored_state

#: Attributes that live as long as a fit.
_ONLY_IN_FIT = ("_slot", "_held_out", "_fit_task", "_given_classes")

_locks = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


def alone(estimator):
    """The lock that lets one thread at a time fit an estimator."""
    with _locks_lock:
        return _locks.setdefault(estimator, threading.RLock())


def of_one_fit(method):
    """Let a method see one fit from its beginning to its end.

    It is given the estimator as it is at that time: what another thread publishes
    meanwhile is for the next call.
    """

    @wraps(method)
    def method_of_one_fit(self, *args, **kwargs):
        return method(self._as_it_is(), *args, **kwargs)

    return method_of_one_fit


class HoldsNetwork:
    """The life of what an estimator has learned, for `SequenceEstimator`.

    A fitted estimator holds the arrays of its weights (`_weights`) and the description
    of its network (`_architecture`, `_compiled_with`). It is lent a compiled network
    by `_pool` whenever it trains or predicts.
    """

    @property
    def model_(self) -> keras.Model:
        """The Keras model, with weights that are this estimator's until the next fit.

        Predictions follow what is done to it. `keras.models.load_model` loads a saved
        one where the estimator's class is imported.
        """
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no model_ before it is fitted."
            )
        with self._weights.loading:
            if "_own_network" not in vars(self):
                slot = take(self._recipe, self._weights)
                drop(slot)
                self._own_network = slot.network
        return self._own_network.model

    @property
    def _recipe(self):
        return Recipe(self._architecture, *self._compiled_with)

    def _take_network(self, weights=None):
        """Borrow a network for a fit, to go on from some weights or for new ones."""
        self._slot = take(self._recipe, weights)
        return self._slot.network

    @contextmanager
    def _network(self):
        """The network, to run it: during a fit the one that is trained."""
        if "_slot" in vars(self):
            yield self._slot.network
        elif "_own_network" in vars(self):
            yield self._own_network
        else:
            with running(self._recipe, self._weights) as network:
                yield network

    def _learned(self):
        """The weights as they are now."""
        if not {"_slot", "_own_network"} & set(vars(self)):
            return self._weights
        with self._network() as network:
            return Weights(network.get_state())

    def _fitted_attributes(self):
        """All attributes, as if the fit had ended now."""
        kept = vars(self).keys() - {*_ONLY_IN_FIT, "_own_network"}
        return {name: vars(self)[name] for name in kept} | {"_weights": self._learned()}

    def _as_it_is(self):
        """The same estimator, which no fit changes any more."""
        same = object.__new__(type(self))
        vars(same).update(vars(self))
        return same

    @contextmanager
    def _new_fit(self):
        """A copy of the estimator to be fitted, which takes its place in the end.

        So a fit that fails changes nothing, and whoever predicts meanwhile is answered
        by the fit before.
        """
        new = self._as_it_is()
        try:
            yield new
            fitted = new._fitted_attributes()
        except BaseException:
            if "_slot" in vars(new):
                give_back(new._slot)
            raise
        give_back(new._slot, fitted["_weights"])
        self.__dict__ = fitted

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "_weights" in state:
            state["_state"] = self._learned().arrays
        for name in (*_ONLY_IN_FIT, "_own_network", "_weights"):
            state.pop(name, None)
        return plain_state(state)

    def __setstate__(self, state):
        state = restored_state(state)
        if "_state" in state:
            state["_weights"] = Weights(state.pop("_state"))
        super().__setstate__(state)

    def __sklearn_clone__(self):
        clone = super().__sklearn_clone__()
        # scikeras copies losses through their configuration, in which some of Keras'
        # (Huber, CosineSimilarity) leave out a parameter.
        clone.loss = restored_state(plain_state({"loss": self.loss}))["loss"]
        return clone
