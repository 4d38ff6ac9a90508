"""An estimator and its compiled network: held, described as plain data, put back."""

import threading
from contextlib import contextmanager

import keras

from ._pool import refuse_fork, take
from ._trusted import plain_state, restored_state

#: Attributes that live as long as a fit.
_ONLY_IN_FIT = ("_held_out", "_fit_task", "_given_classes")

_restoring = threading.RLock()


class HoldsNetwork:
    """The life of an estimator's network, for `SequenceEstimator`.

    A fitted estimator holds its network by a lease (`_lease`), or after unpickling the
    arrays to make it from (`_state`), and its description (`_architecture`,
    `_compiled_with`).
    """

    @property
    def model_(self) -> keras.Model:
        """The Keras model. Once asked for, it is this estimator's for good.

        `keras.models.load_model` loads a saved one where the estimator's class is
        imported.
        """
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no model_ before it is fitted."
            )
        lease = self._held()
        lease.keep()
        return lease.network.model

    def _held(self):
        """The lease of the compiled network, made from plain state after unpickling."""
        refuse_fork()
        if "_lease" not in vars(self):
            with _restoring:
                if "_lease" not in vars(self):
                    lease = take(self._architecture, *self._compiled_with)
                    lease.network.set_state(self._state)
                    self._lease = lease
                    del self._state
        return self._lease

    def __getstate__(self):
        state = dict(super().__getstate__())
        lease = state.pop("_lease", None)
        if lease is not None:
            state["_state"] = lease.network.get_state()
        for name in _ONLY_IN_FIT:
            state.pop(name, None)
        return plain_state(state)

    def __setstate__(self, state):
        super().__setstate__(restored_state(state))

    @contextmanager
    def _undone_on_failure(self):
        """Whatever goes wrong inside leaves the estimator as it was before."""
        before = dict(vars(self))
        lease = before.get("_lease")
        weights = None if lease is None else lease.network.get_state()
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            if weights is not None:
                lease.network.set_state(weights)
            raise
        finally:
            for name in _ONLY_IN_FIT:
                vars(self).pop(name, None)

    def __sklearn_clone__(self):
        clone = super().__sklearn_clone__()
        # scikeras copies losses through their configuration, in which some of Keras'
        # (Huber, CosineSimilarity) leave out a parameter.
        clone.loss = restored_state(plain_state({"loss": self.loss}))["loss"]
        return clone
