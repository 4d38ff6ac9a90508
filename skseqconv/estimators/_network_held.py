"""What a fitted estimator holds: arrays, which it takes when a fit is complete."""

import threading
import weakref
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps

import keras

from skseqconv._public import typed
from skseqconv.engine._pool import (
    Recipe,
    Weights,
    give_back,
    own_network,
    running,
    take,
)
from skseqconv.inputs._word_vectors import packed, unpacked
from skseqconv.networks._plain_state import plain_state, restored_state

_locks = weakref.WeakKeyDictionary()

_locks_lock = threading.Lock()


def alone(estimator):
    """The lock that lets one thread at a time fit an estimator."""
    with _locks_lock:
        return _locks.setdefault(estimator, threading.RLock())


@typed
def of_one_fit(method):
    """Let a method see the results of one fit only, even if another thread fits.

    The method gets the estimator as it is when the call begins. Results that another
    thread publishes during the call are used by the next call.
    """

    @wraps(method)
    def method_of_one_fit(self, *args, **kwargs):
        return method(self._as_it_is(), *args, **kwargs)

    return method_of_one_fit


class HoldsNetwork:
    """How an estimator holds what it has learned.

    A fitted estimator holds the arrays of its weights (`_weights`) and the description
    of its network (`_architecture`, `_compiled_with`). When it trains or predicts, it
    borrows a compiled network from `engine._pool`.
    """

    @property
    def model_(self) -> keras.Model:
        """The Keras model, with this estimator's weights until the next fit.

        Changes of its weights change the predictions. `keras.models.load_model` loads
        a saved one if the estimator's class has been imported.
        """
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no model_ before it is fitted."
            )
        fitted = self._as_it_is()
        return own_network(fitted._recipe, fitted._weights).model

    @property
    def _recipe(self):
        return Recipe(self._architecture, *self._compiled_with, policy=self._policy)

    def _take_network(self, weights=None):
        """Borrow a network for a fit: with the given weights, or to draw new ones."""
        self._slot = take(self._recipe, weights)
        return self._slot.network

    @property
    def _is_running(self):
        """Whether this is the copy in a running fit, which has borrowed a network."""
        return "_slot" in vars(self)

    @contextmanager
    def _network(self, architecture=None):
        """A network to run; during a fit, the one in training.

        `architecture` may be that of a network with the same weights, for series of
        another length.
        """
        if self._is_running:
            yield self._slot.network
            return
        recipe, weights = self._recipe, self._weights
        if architecture not in (None, self._architecture):
            recipe = replace(recipe, architecture=architecture)
            weights = weights.alike(recipe.keys()[0])
        with running(recipe, weights) as network:
            yield network

    def _learned(self):
        """The present weights."""
        if self._is_running:
            return Weights(self._slot.network.get_state())
        return self._weights

    def _fitted_attributes(self):
        """All attributes, as if the fit ended now."""
        kept = vars(self).keys() - {"_slot"}
        return {name: vars(self)[name] for name in kept} | {"_weights": self._learned()}

    def _as_it_is(self):
        """A copy of the estimator that no fit changes."""
        same = object.__new__(type(self))
        vars(same).update(vars(self))
        return same

    @contextmanager
    def _new_fit(self):
        """Give a copy of the estimator to fit; take over its attributes in the end.

        So a failed fit changes nothing, and predictions during a fit are those of the
        fit before.
        """
        new, before = self._as_it_is(), dict(vars(self))
        try:
            yield new
            fitted = new._fitted_attributes()
        except BaseException:
            if new._is_running:
                give_back(new._slot)
            raise
        give_back(new._slot, fitted["_weights"])
        self._publish(before, fitted)

    def _publish(self, before, fitted):
        """Take what a fit has changed; keep what other threads have set meanwhile."""
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
        for name in ("_slot", "_weights"):
            state.pop(name, None)
        state["embedding_weights"] = packed(self.embedding_weights)
        return plain_state(state)

    def __setstate__(self, state):
        state = restored_state(state)
        state["embedding_weights"] = unpacked(state["embedding_weights"])
        if "_state" in state:
            state["_weights"] = Weights(state.pop("_state"))
        super().__setstate__(state)

    def __sklearn_clone__(self):
        # Clones share the vectors of words, which may be large and are only read.
        given = {"embedding_weights": self.embedding_weights}
        bare = self._as_it_is()
        bare.embedding_weights = None
        clone = super(HoldsNetwork, bare).__sklearn_clone__().set_params(**given)
        # scikeras copies losses by their configuration. Some losses of Keras (Huber,
        # CosineSimilarity) leave a parameter out of it.
        clone.loss = restored_state(plain_state({"loss": self.loss}))["loss"]
        return clone
