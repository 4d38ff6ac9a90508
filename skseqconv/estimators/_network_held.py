"""An estimator and what its fits learn: arrays, published when a fit is done."""

import threading
import weakref
from contextlib import contextmanager
from functools import wraps

import keras

from skseqconv.engine._pool import (
    Recipe,
    Weights,
    give_back,
    own_network,
    running,
    take,
)
from skseqconv.networks._plain_state import plain_state, restored_state

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
        fitted = self._as_it_is()
        return own_network(fitted._recipe, fitted._weights).model

    @property
    def _recipe(self):
        policy = vars(self).get("_policy") or keras.config.dtype_policy().name
        return Recipe(self._architecture, *self._compiled_with, policy=policy)

    def _take_network(self, weights=None):
        """Borrow a network for a fit, to go on from some weights or for new ones."""
        self._slot = take(self._recipe, weights)
        return self._slot.network

    @contextmanager
    def _network(self):
        """The network, to run it: during a fit the one that is trained."""
        if "_slot" in vars(self):
            yield self._slot.network
        else:
            with running(self._recipe, self._weights) as network:
                yield network

    def _learned(self):
        """The weights as they are now."""
        if "_slot" in vars(self):
            return Weights(self._slot.network.get_state())
        return self._weights

    def _fitted_attributes(self):
        """All attributes, as if the fit had ended now."""
        kept = vars(self).keys() - set(_ONLY_IN_FIT)
        return {name: vars(self)[name] for name in kept} | {"_weights": self._learned()}

    def _as_it_is(self):
        """The same estimator, which no fit changes any more."""
        same = object.__new__(type(self))
        vars(same).update(vars(self))
        return same

    @contextmanager
    def _new_fit(self):
        """A copy of the estimator to be fitted, whose attributes it takes in the end.

        So a fit that fails changes nothing, and whoever predicts meanwhile is answered
        by the fit before.
        """
        new, before = self._as_it_is(), dict(vars(self))
        try:
            yield new
            fitted = new._fitted_attributes()
        except BaseException:
            if "_slot" in vars(new):
                give_back(new._slot)
            raise
        give_back(new._slot, fitted["_weights"])
        self._publish(before, fitted)

    def _publish(self, before, fitted):
        """Take what a fit has changed; what others have set meanwhile stays."""
        changed = {
            name: value
            for name, value in fitted.items()
            if name not in before or value is not before[name]
        }
        gone = before.keys() - fitted.keys()
        now = {name: vars(self)[name] for name in vars(self).keys() - gone}
        self.__dict__ = now | changed  # all at once

    def __getstate__(self):
        same = self._as_it_is()
        state = dict(super(HoldsNetwork, same).__getstate__())
        if "_weights" in state:
            state["_state"] = same._learned().arrays
        for name in (*_ONLY_IN_FIT, "_weights"):
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
